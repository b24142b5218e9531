/*
 * Numbers of capture files: in the byte order of the machine that wrote them.
 */
#ifndef CAPTURE_BYTE_ORDER_H
#define CAPTURE_BYTE_ORDER_H

#include "pkt/view.h"

/* 32 bits at off, in host order; 0 outside. */
static inline uint32_t file_u32(struct pkt_view view, size_t off, bool big_endian)
{
    uint32_t value = pkt_u32(view, off);
    if (big_endian)
        return value;
    return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

/* 16 bits likewise. */
static inline uint16_t file_u16(struct pkt_view view, size_t off, bool big_endian)
{
    uint16_t value = pkt_u16(view, off);
    return big_endian ? value : (uint16_t)(value >> 8 | value << 8);
}

/* 64 bits likewise. */
static inline uint64_t file_u64(struct pkt_view view, size_t off, bool big_endian)
{
    uint64_t high = file_u32(view, big_endian ? off : off + 4, big_endian);
    return high << 32 | file_u32(view, big_endian ? off + 4 : off, big_endian);
}

/* For descriptions. */
static inline const char *file_order(bool big_endian)
{
    return big_endian ? "big-endian" : "little-endian";
}

#endif
