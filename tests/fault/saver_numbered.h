/*
 * Frames for the fault tests of savers: number i has a length and bytes of its own, hard to compress.
 */
#ifndef TEST_SAVER_NUMBERED_H
#define TEST_SAVER_NUMBERED_H

#include <string.h>

#include "pkt/packet.h"
#include "pkt/saver.h"

enum { FRAME_LEN_MAX = 1600 };

/* bytes must hold FRAME_LEN_MAX. */
static inline struct pkt_frame frame_number(unsigned i, uint8_t *bytes)
{
    uint32_t random = i * 2654435761U + 12345;
    size_t len = i % 5 == 0 ? i % 3 : 40 + random % 1500;
    for (size_t k = 0; k < len; k++) {
        random = random * 1664525U + 1013904223U;
        bytes[k] = (uint8_t)(random >> 24);
    }
    return (struct pkt_frame){
        .bytes = {bytes, len},
        .time = {.ns = 1700000000000000000 + (int64_t)i * 1000001    },
        .wire_len = (uint32_t)len + i % 2,
        .linktype = 1,
        .flags = PKT_FRAME_HAS_TIME,
        .time_digits = 9
    };
}

/* Whether a frame that was read is number i. */
static inline bool is_frame_number(const struct pkt_frame *frame, unsigned i)
{
    uint8_t bytes[FRAME_LEN_MAX];
    struct pkt_frame want = frame_number(i, bytes);
    return frame->bytes.len == want.bytes.len && frame->wire_len == want.wire_len &&
           frame->time.ns == want.time.ns && memcmp(frame->bytes.ptr, bytes, want.bytes.len) == 0;
}

#endif
