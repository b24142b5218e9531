/*
 * State over packets. Trackers never call malloc: they take a struct pkt_memory at creation, stay inside its
 * budget, evict their oldest entry there, and count it. Time and addresses are parameters.
 */
#ifndef PKT_TRACK_H
#define PKT_TRACK_H

#include "packet.h"

PKT_BEGIN

/* Where a tracker's memory comes from. Must outlive the trackers made with it. */
struct pkt_memory {
    void *(*allocate)(void *context,
                      size_t size); /* size bytes, aligned for any type; NULL when there are none */
    void (*release)(void *context, void *memory); /* what allocate gave, or NULL */
    void *context;
    size_t budget; /* bytes that one tracker may hold at a time */
};

/* --- TCP sequence bases: what relative sequence numbers are relative to --- */

struct pkt_tcp_bases;

/* What a look at a segment gave: see struct pkt_text_tcp. */
struct pkt_tcp_base {
    uint32_t sequence;       /* base of the segment's sequence number */
    uint32_t acknowledgment; /* base of its acknowledgment number */
    uint32_t selective;      /* base of the numbers in its SACK option */
};

/*
 * A table of connections, as large as the budget allows but no larger than 65,536 connections; it grows as
 * they come. NULL when the budget or the memory do not suffice for one.
 */
PKT_API struct pkt_tcp_bases *pkt_tcp_bases_create(const struct pkt_memory *memory, uint64_t secret);

/* Frees the table. NULL is allowed. */
PKT_API void pkt_tcp_bases_destroy(struct pkt_tcp_bases *bases);

/*
 * Looks up the connection of the TCP header in row layer and learns from it, in tcpdump's way: the first
 * segment with an acknowledgment number, and each SYN with one, sets the bases of both directions and is
 * itself printed with absolute numbers; later ones are relative to it. A segment without ACK is absolute. A
 * quoted header is looked up but teaches nothing.
 *
 * bases   the table
 * packet  decoded
 * layer   a row of protocol TCP; for any other, and for a header that is not whole, the bases are 0
 */
PKT_API struct pkt_tcp_base pkt_tcp_bases_look(struct pkt_tcp_bases *bases, const struct pkt_packet *packet,
                                               unsigned layer);

/* Connections that had to be forgotten because the budget was used up. */
PKT_API uint64_t pkt_tcp_bases_evicted(const struct pkt_tcp_bases *bases);

PKT_END

#endif
