/*
 * Whole packets of group membership: IGMP, MLD and multicast router discovery with everything around them
 * that the standards ask for. From a message and an envelope come time to live 1, type of service 0xc0,
 * Router Alert, destination and its MAC address; reports and queries that exceed the MTU are split.
 *
 *     struct pkt_membership membership;
 *     struct pkt_membership_record join = {.type = PKT_RECORD_TO_EX, .group = pkt_view_make(group.byte, 4)};
 *     struct pkt_membership_spec spec = {.message = PKT_MEMBERSHIP_REPORT, .records = &join, .record_count =
 * 1}; struct pkt_membership_envelope envelope = {.mac = my_mac, .src4 = my_address}; int result =
 * pkt_membership_start(&membership, &spec, &envelope); while (result == PKT_BUILD_OK &&
 * pkt_membership_next(&membership, buffer, sizeof buffer, &packet))
 *         ... send packet
 *     membership.error says whether it ended well
 *
 * A message with which pkt_diagnose would find fault is refused with PKT_BUILD_E_FORBIDDEN unless force is
 * set; the code of the diagnosis, whose section and sentence tell why, is in `broken`. IGMPv3 and MLDv2 only
 * say what is true: TO_EX without sources joins a group, TO_IN without sources leaves it (RFC 9776 4.2.13).
 */
#ifndef PKT_MEMBERSHIP_H
#define PKT_MEMBERSHIP_H

#include "igmp_build.h"
#include "ipv4.h"
#include "ipv6.h"
#include "link.h"

PKT_BEGIN

/*
 * What RFC 9776 4, RFC 9777 5 and RFC 4286 4 to 6 ask of the header that carries a message of this type about
 * this group (0.0.0.0: none). Sets time to live, type of service and destination of *ip; the rest stays.
 *
 * True: the header also wants a Router Alert option, as all of these do. False, and nothing set: no type of
 * membership or router discovery.
 */
PKT_API bool pkt_igmp_envelope(uint8_t type, struct pkt_ip4 group, struct pkt_ipv4_spec *ip);

/* The same for MLD and router discovery in ICMPv6: hop limit and destination; the Router Alert stands in a
 * hop-by-hop options header. */
PKT_API bool pkt_mld_envelope(uint8_t type, struct pkt_ip6 group, struct pkt_ipv6_spec *ip);

enum pkt_membership_message {
    PKT_MEMBERSHIP_QUERY,  /* general without a group; with a group specific to it, and to sources */
    PKT_MEMBERSHIP_REPORT, /* of records; before IGMPv3 and MLDv2 of one group */
    PKT_MEMBERSHIP_LEAVE,  /* IGMPv2 leave, MLDv1 done; later versions report TO_IN instead */
    PKT_MEMBERSHIP_MRD_ADVERTISEMENT,
    PKT_MEMBERSHIP_MRD_SOLICITATION,
    PKT_MEMBERSHIP_MRD_TERMINATION,
};

/* Addresses are views of 4 bytes in IGMP, 16 in MLD; sources of as many of them without a gap. */
struct pkt_membership_record {
    uint8_t type; /* enum pkt_group_record_type */
    struct pkt_view group;
    struct pkt_view sources;
};

/* What is said. Zero is the default of each. */
struct pkt_membership_spec {
    uint8_t message; /* enum pkt_membership_message */
    bool v6;         /* MLD instead of IGMP */
    uint8_t version; /* 1 to 3 of IGMP, 1 and 2 of MLD; 0: the latest that has this message */
    bool force;      /* build what is forbidden, too */

    struct pkt_view group;                       /* empty: none; of queries, leaves, old reports */
    struct pkt_view sources;                     /* of a query of IGMPv3 or MLDv2 */
    const struct pkt_membership_record *records; /* of a report of IGMPv3 or MLDv2 */
    size_t record_count;

    uint32_t max_response_ms;  /* of a query; 0: 10,000 for a general one, else 1,000 */
    uint32_t query_interval_s; /* of IGMPv3 and MLDv2 queries; 0: 125. Of advertisements: as it is */
    uint8_t robustness;        /* the same; 0: 2 (of advertisements: as it is), above 7: 0 */
    bool suppress;             /* S of a query */
    uint8_t mrd_interval_s;    /* advertisement interval; 0: 20 */
};

/* Who says it, and where. */
struct pkt_membership_envelope {
    uint16_t linktype;   /* PKT_LINKTYPE_ETHERNET, or PKT_LINKTYPE_RAW: IP alone; 0: Ethernet */
    uint16_t vlan;       /* identifier of an 802.1Q tag behind Ethernet, below 4096; 0: no tag */
    uint32_t mtu;        /* bytes of an IP packet; 0: 1500 */
    struct pkt_mac mac;  /* source */
    struct pkt_ip4 src4; /* 0.0.0.0 where there is no address yet (RFC 9776 4.2.14) */
    struct pkt_ip6 src6; /* link-local; :: in reports where there is none yet (RFC 3590 4) */
    uint16_t id;         /* identification of IPv4 */
};

/* A walk over the packets of one message. Fields are for reading. */
struct pkt_membership {
    struct pkt_membership_spec spec;
    struct pkt_membership_envelope envelope;
    uint8_t type;         /* enum pkt_igmp_type or pkt_icmp6_type of the message */
    int error;            /* enum pkt_build_error */
    uint16_t broken;      /* of FORBIDDEN: enum pkt_diagnosis_code */
    size_t broken_record; /* the record that broke it; SIZE_MAX: the message */
    size_t need;          /* of SPACE: bytes that the packet takes */
    size_t record;        /* the next one to tell */
    size_t source;        /* bytes of its sources, or of the query's, that are told */
    size_t unreported;    /* sources of exclude records that had no room: they are never told */
    bool ended;
};

/*
 * Starts the walk. The records and addresses of spec must outlive it.
 *
 * PKT_BUILD_OK; RANGE for a version, address length, link type, tag, time or MTU that cannot be, and for what
 * the message has no field for; FORBIDDEN, with broken and broken_record set.
 */
PKT_API PKT_NODISCARD int pkt_membership_start(struct pkt_membership *membership,
                                               const struct pkt_membership_spec *spec,
                                               const struct pkt_membership_envelope *envelope);

/*
 * Builds the next packet. Records go into as many reports as they take. A record that no report can hold is
 * split, its parts in reports of their own; of an exclude record (IS_EX, TO_EX) only what one report holds is
 * told and the rest counted in unreported, for each exclude record replaces the one before (RFC 9776 4.2.17,
 * RFC 9777 5.2.16). Sources of a query are split over queries. A report without any record has no packet.
 *
 * buffer, size  where to write; NULL measures and goes on as well
 * ret_packet    the packet in the buffer; set when true is returned
 *
 * False at the end, and after an error: membership->error. After SPACE the same packet is tried again.
 */
PKT_API bool pkt_membership_next(struct pkt_membership *membership, void *buffer, size_t size,
                                 struct pkt_view *ret_packet);

PKT_END

#endif
