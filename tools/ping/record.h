/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --save: every echo that was sent, every reply and every ICMP error that counted, into a capture file, from
 * which --read makes the same numbers.
 *
 * The difference between the times of a reply and of its request in the file is the round-trip time that was
 * counted, whichever clock took it. A request has its transmit stamp, else the time at which it was given to
 * the kernel; where the round-trip time is not that between two stamps of the kernel, the reply has the
 * request's time plus it, and a comment that says so.
 *
 * Packets wait in a queue until the stamps of those before them have come, at most HOLD_NS and
 * QUEUE_BYTES_MAX long, so that the file is in the order of time as far as it can be without holding back the
 * run.
 */
#ifndef TOOLS_PING_RECORD_H
#define TOOLS_PING_RECORD_H

#include "engine.h"
#include "pkt/saver.h"

struct record;

/* The comment of requests that many may answer though their address does not say so. */
#define RECORD_BROADCAST "pktping: sent to a broadcast address"

/* What the packets' headers are made of. */
struct record_facts {
    void *context;
    /* The address that echoes to a target come from; version 0: not known. Asked once for each target. */
    struct pkt_ip (*source_of)(void *context, const struct ping_target *target);
    /* Hop limits of the sockets: of IPv4 and IPv6, to hosts and to groups; negative: not known. */
    int hop_limits[2][2];
    struct pkt_view ip_options; /* of each IPv4 request; lives as long as the record */
};

/*
 * Creates the file, as the user who called, whatever privilege there is.
 *
 * Fails as pkt_saver_open_file does.
 */
int record_open(const char *path, struct record **ret_record, struct pkt_error *reterr_error);

/* Gets ready before the first echo. False: no memory. */
bool record_start(struct record *record, const struct ping_engine *engine, const struct record_facts *facts);

/* An echo was sent; the engine's tracker knows it already. */
void record_sent(struct record *record, const struct ping_target *target, uint64_t number, uint16_t sequence,
                 struct pkt_mono when);

/* A reply counted, with this round-trip time. */
void record_reply(struct record *record, const struct pkt_icmp_event *event,
                  const struct pkt_echo_probe *probe, const struct pkt_echo_rtt *rtt);

/* So did an ICMP error. */
void record_error(struct record *record, const struct pkt_icmp_event *event,
                  const struct pkt_echo_probe *probe);

/* An echo was given up. */
void record_lost(struct record *record, const struct pkt_echo_probe *probe);

/* Writes what has waited long enough. */
void record_turn(struct record *record, struct pkt_mono now);

/* Nothing more can be written. */
bool record_has_failed(const struct record *record);

/*
 * Writes all that waits, and the end of the run; closes the file, and frees the record.
 *
 * last  when echoes were given up last: what had no answer for the timeout then is lost, the rest is open
 *
 * Fails as pkt_saver_finish does; the sentence says how many packets are on the file, and of how many.
 */
int record_finish(struct record *record, struct pkt_mono last, struct pkt_saver_statistics *ret_statistics,
                  struct pkt_error *reterr_error);

#endif
