/*
 * The calls that all sources share.
 */
#include "source.h"
#include "fail.h"

#include <string.h>

enum { BUFFER_SIZE = 256 * 1024 }; /* what is read stays in the cache until it is parsed */

static int next_ended(struct pkt_source *source, struct pkt_event *ret_event, struct pkt_error *reterr_error)
{
    (void)source;
    (void)ret_event;
    (void)reterr_error;
    return 0;
}

static int next_failed(struct pkt_source *source, struct pkt_event *ret_event, struct pkt_error *reterr_error)
{
    (void)ret_event;
    *reterr_error = source->failure;
    return source->failure.code;
}

int pkt_source_next(struct pkt_source *source, struct pkt_event *ret_event, struct pkt_error *reterr_error)
{
    int result = source->next(source, ret_event, reterr_error);
    if (result > 0 || result == PKT_E_AGAIN)
        return result;
    if (result < 0)
        source->failure = *reterr_error;
    source->next = result == 0 ? next_ended : next_failed;
    return result;
}

void pkt_source_close(struct pkt_source *source)
{
    if (source != NULL)
        source->ops->close(source);
}

int pkt_source_fd(const struct pkt_source *source)
{
    return source->ops->fd(source);
}

void pkt_source_get_info(const struct pkt_source *source, struct pkt_source_info *ret_info)
{
    *ret_info = source->info;
}

void pkt_source_get_statistics(const struct pkt_source *source, struct pkt_source_statistics *ret_statistics)
{
    *ret_statistics = source->statistics;
}

bool pkt_source_get_interface(const struct pkt_source *source, uint32_t number,
                              struct pkt_source_interface *ret_interface)
{
    return source->ops->get_interface(source, number, ret_interface);
}

int source_options_take(const struct pkt_source_options *options, const char *name,
                        struct pkt_source_options *ret_options, struct pkt_error *reterr_error)
{
    struct pkt_source_options taken = {.size = sizeof taken};
    if (options != NULL && options->size < sizeof options->size)
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, name, "the options' size is not set");
    if (options != NULL)
        memcpy(&taken, options, options->size < sizeof taken ? options->size : sizeof taken);
    if (taken.buffer_size == 0)
        taken.buffer_size = BUFFER_SIZE;
    if (taken.buffer_size < 512 || taken.buffer_size > PKT_CAPTURE_RECORD_MAX) {
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, name,
                            "a buffer of %zu bytes was asked for; it may have 512 to %u", taken.buffer_size,
                            (unsigned)PKT_CAPTURE_RECORD_MAX);
    }
    if (taken.reader != PKT_READER_AUTO && taken.reader != PKT_READER_LIBPCAP) {
        return capture_fail(reterr_error, PKT_E_ARGUMENT, 0, name, "there is no reader number %d",
                            taken.reader);
    }
    *ret_options = taken;
    return 0;
}
