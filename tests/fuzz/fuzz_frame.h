/*
 * How fuzz_decode and fuzz_print take a frame out of their input: five octets choose how it is decoded, the
 * rest is the frame.
 *
 *     link type (index) | decode flags | bytes cut off the capture | bytes more on the wire, 2
 */
#ifndef FUZZ_FRAME_H
#define FUZZ_FRAME_H

#include "pkt/packet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool condition)
{
    if (!condition)
        abort();
}

enum { FUZZ_HEADER = 5 };

struct fuzz_frame {
    uint8_t *bytes; /* a block of exactly len; to be freed */
    size_t len;
    uint32_t wire_len;
    uint16_t linktype;
    unsigned flags;
};

/* The order is that of scripts/fuzz-seeds.py. */
/* clang-format off */
static const uint16_t fuzz_linktypes[] = {
    PKT_LINKTYPE_ETHERNET, PKT_LINKTYPE_NULL,        PKT_LINKTYPE_PPP,  PKT_LINKTYPE_RAW_BSD, PKT_LINKTYPE_RAW,
    PKT_LINKTYPE_PPP_HDLC, PKT_LINKTYPE_LOOP,        PKT_LINKTYPE_SLL,  PKT_LINKTYPE_IPV4,    PKT_LINKTYPE_IPV6,
    PKT_LINKTYPE_SLL2,     PKT_LINKTYPE_RAW_OPENBSD, 147,
};
/* clang-format on */

static inline bool fuzz_frame_take(const uint8_t *data, size_t size, struct fuzz_frame *ret_frame)
{
    if (size < FUZZ_HEADER)
        return false;
    size_t len = size - FUZZ_HEADER;
    size_t cut = data[2] < len ? data[2] : len;
    ret_frame->len = len - cut;
    ret_frame->bytes = malloc(ret_frame->len > 0 ? ret_frame->len : 1);
    require(ret_frame->bytes != NULL);
    memcpy(ret_frame->bytes, data + FUZZ_HEADER, ret_frame->len);
    ret_frame->wire_len = (uint32_t)(len + ((size_t)data[3] << 8 | data[4]));
    ret_frame->linktype = fuzz_linktypes[data[0] % (sizeof fuzz_linktypes / sizeof *fuzz_linktypes)];
    ret_frame->flags = data[1];
    return true;
}

static inline struct pkt_view fuzz_frame_view(const struct fuzz_frame *frame)
{
    return pkt_view_make(frame->bytes, frame->len);
}

#endif
