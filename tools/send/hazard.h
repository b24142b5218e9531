/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets that change the state of others, and numbers of packets that nobody should send by a slip: pktsend
 * asks before.
 */
#ifndef TOOLS_SEND_HAZARD_H
#define TOOLS_SEND_HAZARD_H

#include "pkt/packet.h"

enum {
    HAZARD_PACKETS = 100000, /* more than these leave only after a question */
    HAZARD_RATE = 10000,     /* a second: faster goes only after a question */
    HAZARD_BURST = 1000,     /* as fast as possible: so many may go unasked */
};

/* What a packet does to others. */
enum send_hazard {
    HAZARD_NONE,
    HAZARD_OLD_QUERY, /* makes the group's routers and hosts fall back to an older version (RFC 9776 7) */
    HAZARD_ROUTER,    /* router advertisement: hosts take its prefixes and its sender as their router */
    HAZARD_REDIRECT,  /* hosts send what they send elsewhere */
    HAZARD_ADDRESS,   /* gratuitous ARP or unsolicited neighbour advertisement for an address that is not ours
                       */
    HAZARD_COUNT,
};

/* Whether an IPv4 or IPv6 address (4 or 16 bytes) is one of this machine's. */
typedef bool hazard_is_ours(void *context, struct pkt_view address);

/* What the packet does, the worst first. Decoded packets only; nothing that is tunnelled or quoted counts. */
enum send_hazard hazard_of(const struct pkt_packet *packet, hazard_is_ours *is_ours, void *context);

/* What it is and does, as the end of "this is ...". Static storage. */
const char *hazard_sentence(enum send_hazard hazard);

#endif
