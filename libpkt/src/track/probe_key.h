/*
 * What a packet and its answer have in common: keys that both yield. Internal to track.
 */
#ifndef TRACK_PROBE_KEY_H
#define TRACK_PROBE_KEY_H

#include "pkt/list.h"
#include "pkt/packet.h"

enum probe_key_kind {
    KEY_NONE = 0,
    KEY_QUOTED, /* a packet as an ICMP error quotes it */
    KEY_REPLY,  /* addresses, and what the protocol's reply repeats */
    KEY_RESET,  /* TCP: the sequence number of a reset that acknowledges nothing (RFC 9293 3.10.7.1) */
    KEY_GROUP,  /* IGMP and MLD: the group, all zero for any */
    KEY_ROUTER, /* router solicitation and advertisement */
};

/* No padding: compared and hashed as bytes. near is the prober's address, far the other's; all zero where the
 * answer need not repeat it. IPv4 addresses stand in the first 4 bytes. */
struct probe_key {
    uint8_t kind;                 /* enum probe_key_kind */
    uint8_t protocol;             /* IP protocol number; 0 for ARP */
    uint8_t version;              /* of IP; 0 for ARP */
    uint8_t type;                 /* ICMP: of the request; ARP: operation of the request */
    uint16_t near_port, far_port; /* or identifier and sequence number of ICMP */
    uint32_t number;              /* what else tells packets of one flow apart */
    uint8_t near[16], far[16];
};
_Static_assert(sizeof(struct probe_key) == 44, "keys are compared as bytes");

enum {
    PROBE_KEYS_MAX = 3, /* that one probe is found by */
};

/* The keys of a probe; how many, 0 when no answer could be recognised. */
unsigned probe_keys(const struct pkt_packet *packet, struct probe_key *ret_keys);

/* What a received packet may answer. False: it answers nothing. */
bool answer_key(const struct pkt_packet *packet, struct probe_key *ret_key);

/* A walk over the keys of an IGMP or MLD report: one a group, and at the end the one of a query for any. */
struct report_walk {
    struct pkt_list records;
    struct pkt_view single; /* the one group of older reports */
    uint8_t version;        /* of IP */
    bool ended;
};
/* False: the packet is no report. */
bool report_keys(const struct pkt_packet *packet, struct report_walk *ret_walk);
bool report_key_next(struct report_walk *walk, struct probe_key *ret_key);

#endif
