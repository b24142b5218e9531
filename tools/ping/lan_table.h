/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is on the link: an entry for each pair of an IP address and a link-layer address that answered or was
 * heard. Pure, but for the memory that the caller gives.
 */
#ifndef TOOLS_PING_LAN_TABLE_H
#define TOOLS_PING_LAN_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lan_answered.h"
#include "pkt/ip.h"
#include "pkt/track.h"

/* How a host was found. */
enum lan_way {
    LAN_WAY_ICMP4 = 1 << 0,
    LAN_WAY_ICMP6 = 1 << 1,
    LAN_WAY_ARP = 1 << 2,
    LAN_WAY_ND = 1 << 3,
    LAN_WAY_IGMP = 1 << 4,
    LAN_WAY_MLD = 1 << 5,
    LAN_WAY_HEARD = 1 << 6, /* it spoke by itself */
};

/* A packet that tells of a host. */
struct lan_sighting {
    struct pkt_ip address;
    struct pkt_mac mac;
    unsigned way;   /* enum lan_way */
    bool is_answer; /* to a probe of ours: */
    int64_t rtt_ns; /* its time; negative: not known */
};

struct lan_responder {
    struct pkt_ip address;
    struct pkt_mac mac;
    uint8_t ways;                 /* set of enum lan_way */
    uint32_t replies;             /* answers to probes */
    int64_t rtt_best_ns;          /* negative: none is known */
    struct lan_answered answered; /* requests for the address, outside of sweeps */
};

enum { LAN_MACS_MAX = 16 }; /* of one IP address */

struct lan_table {
    struct pkt_memory memory;
    struct lan_responder *rows; /* in the order in which they came */
    uint32_t *slots;            /* row + 1 by hash; 0: free */
    uint32_t count;
    uint32_t max;
    uint64_t secret; /* so that nobody can choose pairs that collide */
    uint64_t unfit;  /* sightings of pairs that found no room */
};

/* A table for at most max pairs. False: no memory. */
bool lan_table_open(struct lan_table *table, struct pkt_memory memory, uint32_t max, uint64_t secret);

void lan_table_close(struct lan_table *table);

/* Notes a sighting. NULL: it is a new pair, and the table, or that of its IP address, is full; that is
 * counted. */
struct lan_responder *lan_table_note(struct lan_table *table, const struct lan_sighting *sighting);

/* Notes how long an answer of the row took. */
void lan_table_time(struct lan_responder *row, int64_t rtt_ns);

/* Whether another link-layer address answered for the row's address too (RFC 5227 2.4). */
bool lan_table_is_conflict(const struct lan_table *table, const struct lan_responder *row);

/* Whether no other row has the row's IP address. */
bool lan_table_is_only(const struct lan_table *table, const struct lan_responder *row);

/* Orders rows by address, IPv4 first, then by link-layer address. */
void lan_table_sort(struct lan_table *table);

/* Addresses with more than one link-layer address that answered; of a sorted table. */
uint32_t lan_table_conflicts(const struct lan_table *table);

#endif
