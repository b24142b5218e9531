/*
 * Stands in for the files of libpkt/src/capture that call libpcap, which Debian does not have for a cross
 * compiler: pktsniff without filters, and without the reader of formats that libpkt does not know.
 */
#include "capture/file.h"
#include "pkt/filter.h"
#include "pkt/linktype.h"

static int refuse(struct pkt_error *reterr_error)
{
    *reterr_error = (struct pkt_error){.code = PKT_E_UNSUPPORTED, .sentence = "built without libpcap"};
    return PKT_E_UNSUPPORTED;
}

int libpcap_begin(struct capture_file *file, struct pkt_error *reterr_error)
{
    return file->options.reader == PKT_READER_LIBPCAP ? refuse(reterr_error) : 0;
}

void libpcap_end(struct capture_file *file)
{
    (void)file;
}

bool libpcap_get_interface(const struct capture_file *file, uint32_t number,
                           struct pkt_source_interface *ret_interface)
{
    (void)file, (void)number, (void)ret_interface;
    return false;
}

const char *pkt_linktype_name(uint16_t linktype)
{
    (void)linktype;
    return NULL;
}

const char *pkt_linktype_description(uint16_t linktype)
{
    (void)linktype;
    return NULL;
}

bool pkt_linktype_from_name(const char *name, uint16_t *ret_linktype)
{
    (void)name, (void)ret_linktype;
    return false;
}

const char *pkt_filter_engine(void)
{
    return "without libpcap";
}

int pkt_filter_compile(const char *expression, uint16_t linktype, unsigned flags,
                       struct pkt_filter **ret_filter, struct pkt_error *reterr_error)
{
    (void)expression, (void)linktype, (void)flags, (void)ret_filter;
    return refuse(reterr_error);
}

int pkt_filter_match(struct pkt_filter *filter, struct pkt_view bytes, uint32_t wire_len, uint16_t linktype,
                     struct pkt_error *reterr_error)
{
    (void)filter, (void)bytes, (void)wire_len, (void)linktype;
    return refuse(reterr_error);
}

bool pkt_filter_sees_through(const struct pkt_filter *filter)
{
    (void)filter;
    return false;
}

void pkt_filter_print(const struct pkt_filter *filter, enum pkt_filter_form form, struct pkt_sink *sink)
{
    (void)filter, (void)form, (void)sink;
}

void pkt_filter_free(struct pkt_filter *filter)
{
    (void)filter;
}
