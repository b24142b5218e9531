/*
 * Where print writes to: a window of bytes that the caller owns, and a call that makes room when it is used
 * up.
 *
 * A sink returns nothing: whoever empties the window remembers its failures (tools/common/output.c does).
 * Printing reserves what an item needs at most, writes at cur, and moves cur on: no call per character.
 */
#ifndef PKT_SINK_H
#define PKT_SINK_H

#include "address.h"

PKT_BEGIN

enum {
    PKT_SINK_ROOM =
        4096, /* the most that a printer reserves at once: a window must be able to give it when empty */
};

struct pkt_sink {
    char *cur; /* the next byte goes here */
    char *end; /* behind the last byte of the window */
    /* Takes what was written (or drops it) so that at least PKT_SINK_ROOM bytes lie between cur and end. */
    void (*make_room)(struct pkt_sink *sink);
    void *context; /* the caller's */
};

/* Makes sure of len bytes at cur; len is at most PKT_SINK_ROOM. */
static PKT_ALWAYS_INLINE void pkt_sink_reserve(struct pkt_sink *sink, size_t len)
{
    if ((size_t)(sink->end - sink->cur) < len)
        sink->make_room(sink);
}

/* One character. */
static PKT_ALWAYS_INLINE void pkt_put_char(struct pkt_sink *sink, char c)
{
    pkt_sink_reserve(sink, 1);
    *sink->cur++ = c;
}

/* Bytes of any number. */
PKT_API void pkt_put_long(struct pkt_sink *sink, const char *bytes, size_t len);
static PKT_ALWAYS_INLINE void pkt_put_bytes(struct pkt_sink *sink, const char *bytes, size_t len)
{
    if (len > PKT_SINK_ROOM) {
        pkt_put_long(sink, bytes, len);
        return;
    }
    pkt_sink_reserve(sink, len);
    memcpy(sink->cur, bytes, len);
    sink->cur += len;
}

/* A string without its terminating zero; for literals the length is known at compile time. */
static PKT_ALWAYS_INLINE void pkt_put(struct pkt_sink *sink, const char *string)
{
    pkt_put_bytes(sink, string, strlen(string));
}

/* Decimal. */
PKT_API void pkt_put_u32(struct pkt_sink *sink, uint32_t value);
PKT_API void pkt_put_u64(struct pkt_sink *sink, uint64_t value);
PKT_API void pkt_put_i64(struct pkt_sink *sink, int64_t value);
/* Decimal with leading zeroes to at least width digits (at most 20). */
PKT_API void pkt_put_u64_width(struct pkt_sink *sink, uint64_t value, unsigned width);
/* Hexadecimal in lower case without 0x: as short as possible, and with leading zeroes to width digits (at
 * most 16). */
PKT_API void pkt_put_hex(struct pkt_sink *sink, uint64_t value);
PKT_API void pkt_put_hex_width(struct pkt_sink *sink, uint64_t value, unsigned width);
/* 192.0.2.1 */
PKT_API void pkt_put_ip4(struct pkt_sink *sink, struct pkt_ip4 address);
/* The canonical form of RFC 5952, as inet_ntop(3) writes it. */
PKT_API void pkt_put_ip6(struct pkt_sink *sink, struct pkt_ip6 address);
/* 02:00:00:00:00:01 */
PKT_API void pkt_put_mac(struct pkt_sink *sink, struct pkt_mac address);
/* Bytes in hexadecimal, separated by separator, or not when it is 0. */
PKT_API void pkt_put_hex_bytes(struct pkt_sink *sink, struct pkt_view bytes, char separator);
/* Hostile text: printable ASCII as it is, a backslash doubled, everything else as \xHH. */
PKT_API void pkt_put_escaped(struct pkt_sink *sink, struct pkt_view text);

/*
 * A sink over a fixed buffer of at least PKT_SINK_ROOM bytes: what does not fit is dropped, and
 * pkt_sink_buffer_lost says that it was. For tests and for lines that end up in memory.
 */
struct pkt_sink_buffer {
    struct pkt_sink sink;
    char *start;
    size_t size;
    size_t lost; /* bytes dropped */
    char spill[PKT_SINK_ROOM];
};
PKT_API void pkt_sink_buffer_init(struct pkt_sink_buffer *buffer, char *start, size_t size);
/* Bytes in the buffer so far. */
PKT_API size_t pkt_sink_buffer_len(struct pkt_sink_buffer *buffer);

PKT_END

#endif
