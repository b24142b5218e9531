/*
 * Saving pcap (draft-ietf-opsawg-pcap): one header, one link type, one resolution of time.
 */
#include "byte_order.h"
#include "fail.h"
#include "pkt/linktype.h"
#include "pkt/packet.h"
#include "saver.h"
#include "source.h"

#include <string.h>

enum {
    HEADER_MAJOR = 4,
    HEADER_MINOR = 6,
    RECORD_LEN = 16,
    MICROSECOND_DIGITS = 6,
    VERSION_MAJOR = 2,
    VERSION_MINOR = 4,
};

#define MAGIC_MICROSECONDS      UINT32_C(0xa1b2c3d4)
#define MAGIC_NANOSECONDS       UINT32_C(0xa1b23c4d)
#define MAGIC_IXIA_MICROSECONDS UINT32_C(0x1c0001ab)
#define MAGIC_IXIA_NANOSECONDS  UINT32_C(0x1c0001ac)
#define FCS_PRESENT             UINT32_C(0x04000000)

/* Half the length of the frame check sequence stands in the top four bits of the link type (section 4). */
static uint32_t link_field(uint16_t linktype, uint8_t fcs_len)
{
    return fcs_len == 0 ? linktype : linktype | FCS_PRESENT | (uint32_t)fcs_len / 2 << 28;
}

/*
 * The header that a copy of the source's records needs. Ixia's states the size of all records, which a part
 * of them would make a lie: their plain form differs in nothing else.
 */
static bool header_for_copy(const struct pkt_source *source, uint8_t *ret_header)
{
    static const struct {
        uint32_t ixia;
        uint32_t plain;
    } variants[] = {
        {MAGIC_IXIA_MICROSECONDS, MAGIC_MICROSECONDS},
        {MAGIC_IXIA_NANOSECONDS,  MAGIC_NANOSECONDS },
    };
    if (source->header.len < SAVER_PCAP_HEADER_LEN)
        return false;
    pkt_copy(source->header, 0, ret_header, SAVER_PCAP_HEADER_LEN);
    for (size_t i = 0; i < 4; i++) {
        bool big_endian = i % 2 != 0;
        struct saver_bytes header = {ret_header, SAVER_PCAP_HEADER_LEN, 0, big_endian};
        if (file_u32(source->header, 0, big_endian) == variants[i / 2].ixia)
            bytes_set_u32(&header, 0, variants[i / 2].plain);
    }
    return true;
}

static bool is_known_magic(uint32_t magic)
{
    return magic == MAGIC_MICROSECONDS || magic == MAGIC_NANOSECONDS;
}

static void take_header(struct saver_pcap *pcap, const struct pkt_source *source)
{
    struct pkt_view header = pkt_view_make(pcap->header, sizeof pcap->header);
    uint32_t little = file_u32(header, 0, false);
    pcap->is_copied = true;
    pcap->big_endian = !is_known_magic(little) && is_known_magic(file_u32(header, 0, true));
    uint32_t magic = file_u32(header, 0, pcap->big_endian);
    pcap->nanoseconds = magic == MAGIC_NANOSECONDS;
    pcap->is_odd = !is_known_magic(magic) ||
                   file_u16(header, HEADER_MAJOR, pcap->big_endian) != VERSION_MAJOR ||
                   file_u16(header, HEADER_MINOR, pcap->big_endian) < VERSION_MINOR;
    struct pkt_source_interface interface;
    if (pkt_source_get_interface(source, 0, &interface))
        pcap->fcs_len = interface.fcs_len;
}

static int begin(struct pkt_saver *saver, const struct pkt_source *source, struct pkt_error *reterr_error)
{
    struct saver_pcap *pcap = &saver->pcap;
    struct pkt_source_info info;
    (void)reterr_error;
    pkt_source_get_info(source, &info);
    if (pcap->has_linktype || !info.has_linktype)
        return 0;
    pcap->has_linktype = true;
    pcap->linktype = info.linktype;
    pcap->snap_len = info.snap_len;
    if (header_for_copy(source, pcap->header))
        take_header(pcap, source);
    return 0;
}

static int put_made_header(struct pkt_saver *saver, struct pkt_error *reterr_error)
{
    const struct saver_pcap *pcap = &saver->pcap;
    struct saver_bytes bytes;
    int result = output_begin(&saver->output, SAVER_PCAP_HEADER_LEN, pcap->big_endian, &bytes, reterr_error);
    if (result < 0)
        return result;
    bytes_put_number(&bytes, pcap->nanoseconds ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS, 4);
    bytes_put_number(&bytes, VERSION_MAJOR, 2);
    bytes_put_number(&bytes, VERSION_MINOR, 2);
    bytes_put_number(&bytes, 0, 8);
    bytes_put_number(&bytes, pcap->snap_len != 0 ? pcap->snap_len : saver_snap_len(saver), 4);
    bytes_put_number(&bytes, link_field(pcap->linktype, pcap->fcs_len), 4);
    output_end(&saver->output, &bytes, SAVER_HEADER);
    return 0;
}

static int lay_header(struct pkt_saver *saver, struct pkt_error *reterr_error)
{
    struct saver_pcap *pcap = &saver->pcap;
    if (pcap->begun)
        return 0;
    int result = pcap->is_copied ? saver_put_raw(saver, pkt_view_make(pcap->header, sizeof pcap->header),
                                                 SAVER_HEADER, reterr_error)
                                 : put_made_header(saver, reterr_error);
    pcap->begun = result == 0;
    return result;
}

/* Without any frame the digits of time do not matter, and without a link type any is as good as Ethernet. */
static int put_header(struct pkt_saver *saver, bool last, struct pkt_error *reterr_error)
{
    struct saver_pcap *pcap = &saver->pcap;
    if (pcap->begun || (!pcap->has_linktype && !last))
        return 0;
    if (!pcap->has_linktype)
        pcap->linktype = PKT_LINKTYPE_ETHERNET;
    if (!pcap->is_copied)
        pcap->nanoseconds = saver->options.resolution == PKT_SAVER_NANOSECONDS ||
                            (!last && saver->options.resolution == PKT_SAVER_RESOLUTION_AUTO);
    pcap->has_linktype = true;
    return lay_header(saver, reterr_error);
}

static const char *link_name(uint16_t linktype)
{
    const char *name = pkt_linktype_name(linktype);
    return name == NULL ? "unknown" : name;
}

static int check_linktype(const struct pkt_saver *saver, uint16_t linktype, struct pkt_error *reterr_error)
{
    const struct saver_pcap *pcap = &saver->pcap;
    if (!pcap->has_linktype || pcap->linktype == linktype)
        return 0;
    return capture_fail(
        reterr_error, PKT_E_ARGUMENT, 0, saver->name,
        "a packet of link type %u (%s), but a pcap file has one link type, here %u (%s): save to "
        "a name that ends in .pcapng",
        linktype, link_name(linktype), pcap->linktype, link_name(pcap->linktype));
}

static int add_interface(struct pkt_saver *saver, const struct pkt_saver_interface *interface,
                         uint32_t *ret_number, struct pkt_error *reterr_error)
{
    struct saver_pcap *pcap = &saver->pcap;
    int result = check_linktype(saver, interface->linktype, reterr_error);
    if (result < 0)
        return result;
    if (!pcap->has_linktype) {
        pcap->linktype = interface->linktype;
        pcap->snap_len = interface->snap_len;
        pcap->fcs_len = interface->fcs_len;
        pcap->has_linktype = true;
    }
    *ret_number = 0;
    return 0;
}

static int put_statistics(struct pkt_saver *saver, uint32_t number,
                          const struct pkt_saver_interface_statistics *statistics,
                          struct pkt_error *reterr_error)
{
    (void)number;
    (void)statistics;
    (void)reterr_error;
    saver->losses |= PKT_SAVER_LOST_STATISTICS;
    return 0;
}

static int add_comment(struct pkt_saver *saver, struct pkt_view text, struct pkt_error *reterr_error)
{
    (void)text;
    (void)reterr_error;
    saver->losses |= PKT_SAVER_LOST_COMMENTS;
    return 0;
}

static uint32_t lost_options(const struct saver_frame *saved)
{
    enum { FLAGS = 2, DROP_COUNT = 4 };
    uint32_t losses = 0;
    struct pkt_view options = saved->options;
    struct pkt_view value;
    uint16_t code;
    while (pkt_capture_option_next(&options, saved->big_endian, &code, &value) > 0) {
        if (code == PKT_CAPTURE_OPTION_COMMENT)
            losses |= PKT_SAVER_LOST_COMMENTS;
        else if (code != FLAGS && code != DROP_COUNT)
            losses |= PKT_SAVER_LOST_OPTIONS;
    }
    return losses;
}

static bool is_elsewhere(struct saver_pcap *pcap, const struct pkt_frame *frame)
{
    if (!pcap->has_interface) {
        pcap->has_interface = true;
        pcap->ifindex = frame->ifindex;
        pcap->interface = frame->interface;
    }
    return pcap->ifindex != frame->ifindex || pcap->interface != frame->interface;
}

/* What a record cannot hold of the frame. */
static void note_losses(struct pkt_saver *saver, const struct saver_frame *saved)
{
    const struct pkt_frame *frame = saved->frame;
    unsigned kernel_flags = frame->decode_flags & ~(unsigned)PKT_DECODE_LINK_FCS;
    if (saved->options.len > 0)
        saver->losses |= lost_options(saved);
    if (frame->direction != PKT_DIRECTION_UNKNOWN || kernel_flags != 0 ||
        saver_fcs_len(frame) != saver->pcap.fcs_len)
        saver->losses |= PKT_SAVER_LOST_FLAGS;
    if ((frame->flags & PKT_FRAME_HAS_DROP_COUNT) != 0)
        saver->losses |= PKT_SAVER_LOST_DROPS;
    if ((frame->flags & PKT_FRAME_HAS_TIME) == 0)
        saver->losses |= PKT_SAVER_LOST_NO_TIME;
    if (!saver->pcap.nanoseconds && frame->time.ns % 1000 != 0)
        saver->losses |= PKT_SAVER_LOST_DIGITS;
    if (is_elsewhere(&saver->pcap, frame))
        saver->losses |= PKT_SAVER_LOST_INTERFACES;
}

static int check_frame(const struct pkt_saver *saver, const struct pkt_frame *frame,
                       struct pkt_error *reterr_error)
{
    int result = check_linktype(saver, frame->linktype, reterr_error);
    if (result < 0)
        return result;
    if (frame->bytes.len > PKT_CAPTURE_RECORD_MAX)
        return saver_fail_len(saver, frame->bytes.len, reterr_error);
    if (frame->time.ns < 0 || frame->time.ns / PKT_NS_PER_S > UINT32_MAX ||
        (frame->flags & PKT_FRAME_TIME_SATURATED) != 0)
        return saver_fail_time(saver, frame, "pcap holds 1970 to 2106", reterr_error);
    if (saver->pcap.is_odd)
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, saver->name,
                            "the file was begun as a copy of an odd kind of pcap, and only packets of that "
                            "source fit into it");
    return 0;
}

/* Whether an interface of the source has finer times than the first frame's: they share one file. */
static bool has_finer_times(const struct pkt_source *source)
{
    struct pkt_source_interface interface;
    for (uint32_t i = 0; source != NULL && pkt_source_get_interface(source, i, &interface); i++) {
        if (interface.time_digits > MICROSECOND_DIGITS)
            return true;
    }
    return false;
}

/* The first frame decides what nothing before decided. */
static void settle_header(struct pkt_saver *saver, const struct saver_frame *saved)
{
    struct saver_pcap *pcap = &saver->pcap;
    const struct pkt_frame *frame = saved->frame;
    if (pcap->begun || pcap->is_copied)
        return;
    pcap->nanoseconds =
        saver_wants_nanoseconds(saver, frame) ||
        (saver->options.resolution == PKT_SAVER_RESOLUTION_AUTO && has_finer_times(saved->source));
    if (!pcap->has_linktype || pcap->fcs_len == 0)
        pcap->fcs_len = saver_fcs_len(frame);
    pcap->linktype = frame->linktype;
    pcap->has_linktype = true;
}

static int put_record(struct pkt_saver *saver, const struct pkt_frame *frame, struct pkt_error *reterr_error)
{
    struct saver_bytes bytes;
    int64_t fraction = frame->time.ns % PKT_NS_PER_S;
    size_t captured = frame->bytes.len;
    int result =
        output_begin(&saver->output, RECORD_LEN + captured, saver->pcap.big_endian, &bytes, reterr_error);
    if (result < 0)
        return result;
    bytes_put_number(&bytes, (uint64_t)(frame->time.ns / PKT_NS_PER_S), 4);
    bytes_put_number(&bytes, (uint64_t)(saver->pcap.nanoseconds ? fraction : fraction / 1000), 4);
    bytes_put_number(&bytes, captured, 4);
    bytes_put_number(&bytes, frame->wire_len < captured ? captured : frame->wire_len, 4);
    bytes_put(&bytes, frame->bytes.ptr, captured);
    output_end(&saver->output, &bytes, SAVER_PACKET);
    return 0;
}

static int put_frame(struct pkt_saver *saver, const struct saver_frame *saved, struct pkt_error *reterr_error)
{
    int result = check_frame(saver, saved->frame, reterr_error);
    if (result < 0)
        return result;
    settle_header(saver, saved);
    result = lay_header(saver, reterr_error);
    if (result < 0)
        return result;
    note_losses(saver, saved);
    return put_record(saver, saved->frame, reterr_error);
}

static int copy(struct pkt_saver *saver, const struct pkt_source *source, const struct pkt_event *event,
                struct pkt_error *reterr_error)
{
    uint8_t header[SAVER_PCAP_HEADER_LEN];
    struct saver_pcap *pcap = &saver->pcap;
    if (!pcap->is_copied || event->raw.len == 0 || !header_for_copy(source, header) ||
        memcmp(header, pcap->header, sizeof header) != 0)
        return 0;
    int result = lay_header(saver, reterr_error);
    if (result == 0)
        result = saver_put_raw(saver, event->raw, SAVER_PACKET, reterr_error);
    return result < 0 ? result : 1;
}

const struct saver_format saver_format_pcap = {
    .begin = begin,
    .add_interface = add_interface,
    .put_statistics = put_statistics,
    .add_comment = add_comment,
    .put_frame = put_frame,
    .copy = copy,
    .put_header = put_header,
};
