/*
 * Probes and their answers: which packet that was received answers which one that was sent.
 *
 * A probe is any packet that calls for an answer: echo, timestamp, information, mask and extended echo
 * requests, ARP and RARP requests, neighbour and router solicitations, UDP and TCP packets, IGMP and MLD
 * queries, and every other IP packet, which an ICMP error may answer. An answer is recognised by what it must
 * repeat (addresses, identifier and sequence number, ports, target, the sequence number that a TCP segment
 * acknowledges) or, in an ICMP error, by the packet that it quotes. Nothing else that comes from the network
 * is believed.
 *
 * Pure: times are parameters, memory is the caller's. Under the budget the oldest probes are forgotten, and
 * counted.
 */
#ifndef PKT_PROBE_H
#define PKT_PROBE_H

#include "packet.h"
#include "time.h"
#include "track.h"

PKT_BEGIN

struct pkt_probes;

/* What an answer is. Values are ABI: append only. */
enum pkt_answer_kind {
    PKT_ANSWER_REPLY = 1,     /* the reply of the same protocol: echo, timestamp, ARP, ND, UDP, TCP, ... */
    PKT_ANSWER_ERROR,         /* an ICMP error that quotes the probe */
    PKT_ANSWER_MEMBERSHIP,    /* a report for the group that was asked about; many hosts may answer a query */
    PKT_ANSWER_ADVERTISEMENT, /* a router's, after a solicitation */
};

struct pkt_answer {
    uint64_t number; /* of the probe, as given to pkt_probes_sent */
    int kind;        /* enum pkt_answer_kind */
    int64_t rtt_ns;  /* from the probe's time to the answer's; negative when the clock was set back between */
    bool is_stamped; /* the probe's time is that of pkt_probes_stamp, not that of pkt_probes_sent */
    unsigned copy;   /* 0 for the first answer to this probe, 1 for the second, ... */
};

/*
 * A table for at most entries_max probes at a time, fewer where memory->budget rules so. NULL when memory
 * does not suffice for one.
 *
 * secret  seeds the hash, so that nobody can choose packets that collide
 */
PKT_API struct pkt_probes *pkt_probes_create(const struct pkt_memory *memory, unsigned entries_max,
                                             uint64_t secret);

/* Frees the table. NULL is allowed. */
PKT_API void pkt_probes_destroy(struct pkt_probes *probes);

/*
 * Notes that a packet was sent. A probe that cannot be told from an earlier one takes its place: answers
 * count for the last one sent.
 *
 * packet  decoded; nothing of it is kept
 * number  the caller's, ascending
 *
 * False: no answer to this packet could be recognised (an IGMP report, a fragment with an offset, ...).
 */
PKT_API bool pkt_probes_sent(struct pkt_probes *probes, const struct pkt_packet *packet, uint64_t number,
                             struct pkt_wall time);

/* The transmit timestamp of a probe came. Nothing happens when the probe is forgotten. */
PKT_API void pkt_probes_stamp(struct pkt_probes *probes, uint64_t number, struct pkt_wall time);

/* Whether the packet answers a probe, and which. */
PKT_API bool pkt_probes_answer(struct pkt_probes *probes, const struct pkt_packet *packet,
                               struct pkt_wall time, struct pkt_answer *ret_answer);

/* Probes noted that were answered at least once; that were forgotten under the budget without an answer. */
PKT_API uint64_t pkt_probes_answered(const struct pkt_probes *probes);
PKT_API uint64_t pkt_probes_evicted(const struct pkt_probes *probes);

PKT_END

#endif
