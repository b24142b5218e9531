/*
 * Builders of IGMP, MLD and multicast router discovery messages, one layer each; put the IP header first.
 * membership.h builds whole packets, header and destination included, and splits what exceeds the MTU.
 *
 *     pkt_build_ipv4(&build, &(struct pkt_ipv4_spec){.src = me, .dst = routers, .ttl = 1, .tos = 0xc0});
 *     pkt_build_ipv4_router_alert(&build, 0);
 *     pkt_build_igmp3_report(&build);
 *     pkt_build_igmp3_record(&build, &(struct pkt_igmp3_record_spec){.type = PKT_RECORD_TO_EX, .group =
 * group});
 *
 * Counts of records and sources and the checksum are filled by finish. Nothing is forbidden here: what a
 * standard rules out is built as asked. MLD messages are layers of ICMPv6 and need an IPv6 header above them
 * for their checksum.
 */
#ifndef PKT_IGMP_BUILD_H
#define PKT_IGMP_BUILD_H

#include "build.h"
#include "igmp.h"

PKT_BEGIN

/* --- IGMP --- */

struct pkt_igmp_spec {
    uint8_t type;         /* enum pkt_igmp_type; 0: query */
    uint8_t code;         /* of a query: maximum response time in tenths of a second, 0 makes it version 1 */
    struct pkt_ip4 group; /* 0.0.0.0 in a query: general */
};
/* Puts an IGMP message of 8 bytes: query, report or leave of versions 1 and 2 (RFC 1112, 2236), or any type.
 */
PKT_API void pkt_build_igmp(struct pkt_build *build, const struct pkt_igmp_spec *spec);

/* Times are encoded by the floating code: exact, or the next lower value (RFC 9776 8.8). */
struct pkt_igmp3_query_spec {
    struct pkt_ip4 group; /* 0.0.0.0: general */
    uint32_t
        max_response_ds; /* tenths of a second; 0: 100 for a general query, else 10 (RFC 9776 8.3, 8.8) */
    uint8_t max_response_code; /* not 0: the code itself */
    uint32_t query_interval_s; /* seconds; 0: 125 (RFC 9776 8.2) */
    uint8_t qqic;              /* not 0: the code itself */
    uint8_t robustness;        /* 0: 2 (RFC 9776 8.1); above 7: sent as 0 (RFC 9776 4.1.6) */
    bool suppress;             /* S: suppress router-side processing */
};
/* Puts a v3 query without sources (RFC 9776 4.1). RANGE for times that no code holds: above 31,744. */
PKT_API void pkt_build_igmp3_query(struct pkt_build *build, const struct pkt_igmp3_query_spec *spec);
/* Adds a source to the v3 query that was put last. ORDER behind anything else. */
PKT_API void pkt_build_igmp3_source(struct pkt_build *build, struct pkt_ip4 source);

/* Puts a v3 report without records (RFC 9776 4.2). */
PKT_API void pkt_build_igmp3_report(struct pkt_build *build);

struct pkt_igmp3_record_spec {
    uint8_t type; /* enum pkt_group_record_type, or another value; 0 is not replaced */
    struct pkt_ip4 group;
    const struct pkt_ip4 *sources; /* source_count of them; NULL when there are none */
    size_t source_count;
    struct pkt_view aux; /* auxiliary data, a multiple of 4 bytes: no standard defines any */
};
/*
 * Adds a group record to the v3 report that was put last. ORDER behind anything else; RANGE for more than
 * 65,535 sources or 1,020 bytes of auxiliary data, or a length that is no multiple of 4. Its own count of
 * sources, at byte 2 of the record (row.item), can be written over like any field.
 */
PKT_API void pkt_build_igmp3_record(struct pkt_build *build, const struct pkt_igmp3_record_spec *spec);

/* --- multicast router discovery (RFC 4286), in both families --- */

enum pkt_mrd_message {
    PKT_MRD_ADVERTISEMENT,
    PKT_MRD_SOLICITATION,
    PKT_MRD_TERMINATION,
};

/* An advertisement has all fields, the others none. */
struct pkt_mrd_spec {
    uint8_t message;           /* enum pkt_mrd_message */
    uint8_t interval_s;        /* advertisement interval in seconds; 0: 20 */
    uint16_t query_interval_s; /* of the router's querier in seconds; 0: it runs none */
    uint16_t robustness;       /* of the same; 0: it runs none */
};
/* Puts a router discovery message as IGMP type 0x30 to 0x32. RANGE for another message. */
PKT_API void pkt_build_igmp_mrd(struct pkt_build *build, const struct pkt_mrd_spec *spec);
/* The same as ICMPv6 type 151 to 153. */
PKT_API void pkt_build_icmp6_mrd(struct pkt_build *build, const struct pkt_mrd_spec *spec);

/* --- MLD --- */

struct pkt_mld1_spec {
    uint8_t type;             /* PKT_ICMP6_MLD_QUERY, _MLD1_REPORT or _MLD1_DONE; 0: query */
    uint16_t max_response_ms; /* of a query; 0: 10,000 for a general one, else 1,000 (RFC 2710 7.3, 7.8) */
    struct pkt_ip6 group;     /* :: in a query: general */
};
/* Puts an MLDv1 message of 24 bytes (RFC 2710 3). */
PKT_API void pkt_build_mld1(struct pkt_build *build, const struct pkt_mld1_spec *spec);

/* As in struct pkt_igmp3_query_spec, but for milliseconds. */
struct pkt_mld2_query_spec {
    struct pkt_ip6 group;       /* ::: general */
    uint32_t max_response_ms;   /* 0: 10,000 for a general query, else 1,000 (RFC 9777 9.3, 9.8) */
    uint16_t max_response_code; /* not 0: the code itself */
    uint32_t query_interval_s;
    uint8_t qqic;
    uint8_t robustness;
    bool suppress;
};
/* Puts a v2 query without sources (RFC 9777 5.1). RANGE for a time above 8,387,584 ms or an interval above
 * 31,744 s. */
PKT_API void pkt_build_mld2_query(struct pkt_build *build, const struct pkt_mld2_query_spec *spec);
/* Adds a source to the v2 query that was put last. ORDER behind anything else. */
PKT_API void pkt_build_mld2_source(struct pkt_build *build, struct pkt_ip6 source);

/* Puts a v2 report without records (RFC 9777 5.2). */
PKT_API void pkt_build_mld2_report(struct pkt_build *build);

struct pkt_mld2_record_spec {
    uint8_t type; /* enum pkt_group_record_type, or another value; 0 is not replaced */
    struct pkt_ip6 group;
    const struct pkt_ip6 *sources;
    size_t source_count;
    struct pkt_view aux;
};
/* Adds an address record to the v2 report that was put last; as pkt_build_igmp3_record. */
PKT_API void pkt_build_mld2_record(struct pkt_build *build, const struct pkt_mld2_record_spec *spec);

PKT_END

#endif
