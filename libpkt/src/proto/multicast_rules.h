/*
 * What the rules of IGMP and MLD share: the walk over a table of rules, records, and the Ethernet address
 * that a group maps to. Internal to the proto room.
 */
#ifndef PROTO_MULTICAST_RULES_H
#define PROTO_MULTICAST_RULES_H

#include "demux.h"
#include "pkt/igmp.h"
#include "pkt/ipv6.h"

enum {
    MULTICAST_ROBUSTNESS_UNWISE = 1,        /* "should not be one" (RFC 9776 8.1, RFC 9777 9.1) */
    MULTICAST_EXTENDED_QUERY = 0x80,        /* E in the flags of a query: extensions follow (RFC 9279 3) */
    MULTICAST_EXTENDED_REPORT = 0x8000,     /* E in the flags of a report */
    MULTICAST_UNDEFINED_QUERY_FLAGS = 0x70, /* the rest of these four bits */
    MULTICAST_UNDEFINED_REPORT_FLAGS = 0x7fff,
};

/* Which rule a record breaks, where in the record, and the numbers of the diagnosis. */
struct pkt_breach {
    uint32_t off;
    uint32_t need;
    uint32_t have;
};

/* A message of either family, and the header that carries it. */
struct pkt_message_case {
    const struct pkt_packet *packet;
    unsigned network;
    uint16_t kind;   /* one bit, as the family numbers its kinds */
    size_t captured; /* bytes of the message */
    struct pkt_ipv4 ip4;
    struct pkt_igmp igmp;
    struct pkt_ip4 dst4;
    struct pkt_ip4 group4;
    struct pkt_ipv6 ip6;
    struct pkt_icmp mld;
    struct pkt_ip6 src6;
    struct pkt_ip6 dst6;
    struct pkt_ip6 group6;
};

struct pkt_message_rule {
    uint16_t kinds; /* of messages that it concerns */
    uint16_t code;
    uint8_t reach;     /* bytes of the message that must be captured */
    uint8_t in_header; /* the offset counts in the IP header, not in the message */
    bool (*is_broken)(const struct pkt_message_case *c, struct pkt_breach *ret_breach);
};

/* Holds a message against the rules. A code that several rules share, which stand together, is told once. */
void pkt_message_rules(struct pkt_packet *packet, unsigned layer, const struct pkt_message_case *c,
                       const struct pkt_message_rule *rules, unsigned rule_count);

struct pkt_record_rule {
    uint16_t code;
    bool (*is_broken)(const struct pkt_group_record *record, struct pkt_breach *ret_breach);
};

/* Rules that hold for the records of both families. */
bool pkt_record_type_unknown(const struct pkt_group_record *record, struct pkt_breach *ret_breach);
bool pkt_record_has_aux(const struct pkt_group_record *record, struct pkt_breach *ret_breach);
bool pkt_record_lacks_sources(const struct pkt_group_record *record, struct pkt_breach *ret_breach);

/* Whether the record is of one of the types that only EXCLUDE mode has. */
bool pkt_record_excludes(const struct pkt_group_record *record);

/*
 * Holds each record of a report against the rules; each code is told once a message, of the first record that
 * breaks it: a report of a thousand records must not fill the table. Then says where the walk stopped early,
 * or tells trailing_code when bytes follow the last record (0: they may).
 */
void pkt_record_rules(struct pkt_packet *packet, unsigned layer, struct pkt_list records,
                      unsigned address_len, const struct pkt_record_rule *rules, unsigned rule_count,
                      uint16_t trailing_code);

/* The code of the first rule that the record breaks; PKT_D_NONE: none. */
uint16_t pkt_record_fault(const struct pkt_group_record *record, const struct pkt_record_rule *rules,
                          unsigned rule_count);

/*
 * What pkt_diagnose would find in a message, or a record, that is still to be sent: the code of the first
 * rule that it breaks, whatever its header; PKT_D_NONE: none.
 */
uint16_t pkt_igmp_fault(struct pkt_igmp message);
uint16_t pkt_igmp_record_fault(const struct pkt_group_record *record);
uint16_t pkt_mld_record_fault(const struct pkt_group_record *record);

/*
 * Whether the Ethernet frame that carries network layer `network` is sent to a group other than `mapped`. A
 * frame to one station is legal: access points turn multicast into unicast (RFC 6085). False without an
 * Ethernet header.
 */
bool pkt_mac_group_differs(const struct pkt_packet *packet, unsigned network, struct pkt_mac mapped);

/*
 * Whether a layer is a whole message whose length is known: a quotation, a fragment and what is behind a
 * length that lies tell neither version nor length.
 */
bool pkt_is_whole_message(const struct pkt_packet *packet, unsigned layer, unsigned network);

#endif
