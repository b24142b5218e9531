/*
 * What every source begins with. A kind of source embeds struct pkt_source as its first member.
 */
#ifndef CAPTURE_SOURCE_H
#define CAPTURE_SOURCE_H

#include "pkt/capture.h"

struct pkt_source_ops {
    int (*fd)(const struct pkt_source *source);
    bool (*get_interface)(const struct pkt_source *source, uint32_t number,
                          struct pkt_source_interface *ret_interface);
    void (*close)(struct pkt_source *source); /* frees the source itself, too */
};

/* As pkt_source_next, without the need to remember the end or a failure. */
typedef int pkt_source_step(struct pkt_source *source, struct pkt_event *ret_event,
                            struct pkt_error *reterr_error);

struct pkt_source {
    pkt_source_step *next; /* a source in different states has different steps */
    const struct pkt_source_ops *ops;
    struct pkt_source_statistics statistics;
    struct pkt_source_info info;
    struct pkt_view header;   /* of a pcap file, as it stands there; empty for formats without one */
    struct pkt_error failure; /* the final one */
};

/* Sets what depends on the number of bytes in frame: wire_len from what the file claims, number; and counts
 * it. */
static inline void source_count_frame(struct pkt_source *source, struct pkt_frame *frame,
                                      uint32_t claimed_len)
{
    frame->wire_len = claimed_len;
    if (claimed_len < frame->bytes.len) {
        frame->wire_len = (uint32_t)frame->bytes.len;
        frame->flags |= PKT_FRAME_LENGTH_RAISED;
    }
    frame->number = ++source->statistics.packets;
    source->statistics.captured_bytes += frame->bytes.len;
    source->statistics.wire_bytes += frame->wire_len;
}

/* Copies the options that the caller knows; the rest are defaults. PKT_E_ARGUMENT when they make no sense. */
int source_options_take(const struct pkt_source_options *options, const char *name,
                        struct pkt_source_options *ret_options, struct pkt_error *reterr_error);

#endif
