/*
 * A view that may be written: the counterpart of struct pkt_view for builders.
 *
 * As a read outside a view yields 0, a write outside a room is dropped: a setter on a checked room cannot
 * fail, one on an empty room (a builder that only measures has no other) does nothing, and none can harm.
 * Integers are given in host order and stored in network byte order.
 */
#ifndef PKT_ROOM_H
#define PKT_ROOM_H

#include "address.h"

PKT_BEGIN

struct pkt_room {
    uint8_t *ptr;
    size_t len; /* bytes */
};

/* A room over len bytes at ptr. The bytes must outlive it. */
static inline struct pkt_room pkt_room_make(void *ptr, size_t len)
{
    struct pkt_room room = {(uint8_t *)ptr, len};
    return room;
}

/* Narrows: the len bytes from off on; empty when room does not hold them all. */
static inline struct pkt_room pkt_room_sub(struct pkt_room room, size_t off, size_t len)
{
    bool ok = off <= room.len && len <= room.len - off;
    struct pkt_room sub = {ok && len != 0 ? room.ptr + off : room.ptr, ok ? len : 0};
    return sub;
}

/* The same bytes for reading. */
static inline struct pkt_view pkt_room_view(struct pkt_room room)
{
    return pkt_view_make(room.ptr, room.len);
}

/* Stores len bytes at off; all of them or none. */
static inline void pkt_set_bytes(struct pkt_room room, size_t off, const void *bytes, size_t len)
{
    if (len != 0 && off <= room.len && len <= room.len - off)
        memcpy(room.ptr + off, bytes, len);
}

static inline void pkt_set_u8(struct pkt_room room, size_t off, uint8_t value)
{
    if (off < room.len)
        room.ptr[off] = value;
}

static inline void pkt_set_u16(struct pkt_room room, size_t off, uint16_t value)
{
    uint8_t byte[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    pkt_set_bytes(room, off, byte, sizeof byte);
}

static inline void pkt_set_u24(struct pkt_room room, size_t off, uint32_t value)
{
    uint8_t byte[3] = {(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    pkt_set_bytes(room, off, byte, sizeof byte);
}

static inline void pkt_set_u32(struct pkt_room room, size_t off, uint32_t value)
{
    uint8_t byte[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    pkt_set_bytes(room, off, byte, sizeof byte);
}

static inline void pkt_set_u64(struct pkt_room room, size_t off, uint64_t value)
{
    uint8_t byte[8] = {(uint8_t)(value >> 56), (uint8_t)(value >> 48), (uint8_t)(value >> 40),
                       (uint8_t)(value >> 32), (uint8_t)(value >> 24), (uint8_t)(value >> 16),
                       (uint8_t)(value >> 8),  (uint8_t)value};
    pkt_set_bytes(room, off, byte, sizeof byte);
}

static inline void pkt_set_ip4(struct pkt_room room, size_t off, struct pkt_ip4 address)
{
    pkt_set_bytes(room, off, address.byte, sizeof address.byte);
}

static inline void pkt_set_ip6(struct pkt_room room, size_t off, struct pkt_ip6 address)
{
    pkt_set_bytes(room, off, address.byte, sizeof address.byte);
}

static inline void pkt_set_mac(struct pkt_room room, size_t off, struct pkt_mac address)
{
    pkt_set_bytes(room, off, address.byte, sizeof address.byte);
}

/*
 * Stores the low len bits of value at bit off, counted from the most significant bit of the first byte, as
 * RFCs draw them; the bits around stay. len is at most 64. Nothing is stored when the room does not hold all
 * bits.
 */
PKT_API void pkt_set_bits(struct pkt_room room, size_t off, unsigned len, uint64_t value);

PKT_END

#endif
