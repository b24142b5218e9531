/*
 * A view of packet bytes that never owns, and a cursor that reads it forward.
 *
 * These two are the only code that touches packet bytes by address. A view is made by the caller from a
 * buffer, and narrowed by pkt_view_sub only. A read outside a view never happens: the readers below check
 * each access and yield 0 outside, so a getter on a checked view cannot fail, and a getter on a wrong view
 * cannot harm.
 */
#ifndef PKT_VIEW_H
#define PKT_VIEW_H

#include "base.h"
#include <string.h>

PKT_BEGIN

struct pkt_view {
    const uint8_t *ptr;
    size_t len; /* bytes */
};

/* A view over len bytes at ptr. The bytes must outlive the view. */
static inline struct pkt_view pkt_view_make(const void *ptr, size_t len)
{
    struct pkt_view view = {(const uint8_t *)ptr, len};
    return view;
}

/* Narrows: the len bytes from off on. False, and ret_view empty, when view does not hold them all. */
static inline bool pkt_view_sub(struct pkt_view view, size_t off, size_t len, struct pkt_view *ret_view)
{
    bool ok = off <= view.len && len <= view.len - off;
    ret_view->ptr = ok && len != 0 ? view.ptr + off : view.ptr;
    ret_view->len = ok ? len : 0;
    return ok;
}

/* Narrows to what is there: at most len bytes from off on; empty when off lies behind the end. */
static inline struct pkt_view pkt_view_clip(struct pkt_view view, size_t off, size_t len)
{
    struct pkt_view clipped = {view.ptr, 0};
    if (off < view.len) {
        clipped.ptr = view.ptr + off;
        clipped.len = len < view.len - off ? len : view.len - off;
    }
    return clipped;
}

/* The rest of the view from off on; empty when off lies behind the end. */
static inline struct pkt_view pkt_view_from(struct pkt_view view, size_t off)
{
    return pkt_view_clip(view, off, view.len);
}

/* Whether the len bytes from off on all lie in the view. */
static inline bool pkt_view_has(struct pkt_view view, size_t off, size_t len)
{
    return off <= view.len && len <= view.len - off;
}

/* The octet at off; 0 outside. */
static inline uint8_t pkt_u8(struct pkt_view view, size_t off)
{
    return off < view.len ? view.ptr[off] : 0;
}

/* The 16-bit integer in network byte order at off, in host order; 0 outside. */
static inline uint16_t pkt_u16(struct pkt_view view, size_t off)
{
    if (!pkt_view_has(view, off, 2))
        return 0;
    const uint8_t *p = view.ptr + off;
    return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

/* The 24-bit integer in network byte order at off, in host order; 0 outside. */
static inline uint32_t pkt_u24(struct pkt_view view, size_t off)
{
    if (!pkt_view_has(view, off, 3))
        return 0;
    const uint8_t *p = view.ptr + off;
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

/* The 32-bit integer in network byte order at off, in host order; 0 outside. */
static inline uint32_t pkt_u32(struct pkt_view view, size_t off)
{
    if (!pkt_view_has(view, off, 4))
        return 0;
    const uint8_t *p = view.ptr + off;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The 64-bit integer in network byte order at off, in host order; 0 outside. */
static inline uint64_t pkt_u64(struct pkt_view view, size_t off)
{
    if (!pkt_view_has(view, off, 8))
        return 0;
    const uint8_t *p = view.ptr + off;
    return (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 | (uint64_t)p[2] << 40 | (uint64_t)p[3] << 32 |
           (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 | (uint64_t)p[6] << 8 | p[7];
}

/* Copies len bytes from off on to ret_bytes; zeroes where the view does not hold them all. */
static inline void pkt_copy(struct pkt_view view, size_t off, void *ret_bytes, size_t len)
{
    if (pkt_view_has(view, off, len))
        memcpy(ret_bytes, view.ptr + off, len);
    else
        memset(ret_bytes, 0, len);
}

/*
 * Reads a view forward. The failure sticks: after a short read every read yields 0 and consumes nothing,
 * so a parser reads a whole header and asks once.
 */
struct pkt_cursor {
    struct pkt_view view;
    size_t off;  /* of the next byte to read */
    bool failed; /* a read wanted more than there was */
};

/* A cursor at the start of view. */
static inline struct pkt_cursor pkt_cursor_make(struct pkt_view view)
{
    struct pkt_cursor cursor = {view, 0, false};
    return cursor;
}

/* Bytes that are left to read; 0 once failed. */
static inline size_t pkt_cursor_left(const struct pkt_cursor *cursor)
{
    return cursor->failed ? 0 : cursor->view.len - cursor->off;
}

/* Takes the next len bytes as a view; empty when there are fewer, and then the cursor has failed. */
static inline struct pkt_view pkt_cursor_take(struct pkt_cursor *cursor, size_t len)
{
    struct pkt_view taken = {cursor->view.ptr, 0};
    if (cursor->failed || !pkt_view_sub(cursor->view, cursor->off, len, &taken))
        cursor->failed = true;
    else
        cursor->off += len;
    return taken;
}

/* The next octet. */
static inline uint8_t pkt_cursor_u8(struct pkt_cursor *cursor)
{
    return pkt_u8(pkt_cursor_take(cursor, 1), 0);
}

/* The next 16-bit integer, host order. */
static inline uint16_t pkt_cursor_u16(struct pkt_cursor *cursor)
{
    return pkt_u16(pkt_cursor_take(cursor, 2), 0);
}

/* The next 32-bit integer, host order. */
static inline uint32_t pkt_cursor_u32(struct pkt_cursor *cursor)
{
    return pkt_u32(pkt_cursor_take(cursor, 4), 0);
}

PKT_END

#endif
