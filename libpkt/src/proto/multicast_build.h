/*
 * What the builders of IGMP and MLD share: records, sources, counts. Internal to the proto room.
 */
#ifndef PROTO_MULTICAST_BUILD_H
#define PROTO_MULTICAST_BUILD_H

#include "build.h"
#include "pkt/igmp_build.h"

enum {
    MULTICAST_RECORD_HEAD = 4, /* type, auxiliary data length, number of sources; the group follows */
    MULTICAST_ROBUSTNESS = 2,  /* defaults (RFC 9776 8.1, 8.2; RFC 9777 9.1, 9.2) */
    MULTICAST_QUERY_INTERVAL_S = 125,
    MULTICAST_LAST_LISTENER = 10, /* a specific query leaves a tenth of a general one's time (8.3, 8.8) */
    MRD_INTERVAL_S = 20,          /* RFC 4286 4.4 */
};

/* Begins a message of len bytes whose first octet is its type. */
struct pkt_room pkt_build_message(struct pkt_build *build, enum pkt_proto proto, uint8_t type, size_t len);

/* Appends an item to a message of this type; ORDER when the layer under way is another one. */
struct pkt_room pkt_build_message_item(struct pkt_build *build, enum pkt_proto proto, uint8_t type,
                                       size_t len);

/* Adds a source to a query. One of an older version has the same type, but is shorter than query_len: it has
 * no room for a count. */
void pkt_build_query_source(struct pkt_build *build, enum pkt_proto proto, uint8_t type, size_t query_len,
                            struct pkt_view source);

/* Adds a record to a report; group and sources are addresses of address_len bytes, source_count is not read.
 */
void pkt_build_group_record(struct pkt_build *build, enum pkt_proto proto, uint8_t report_type,
                            const struct pkt_group_record *record);

/* Writes S, QRV and QQIC of a query at off. */
struct pkt_querier {
    uint32_t query_interval_s;
    uint8_t qqic;
    uint8_t robustness;
    bool suppress;
};
void pkt_build_querier(struct pkt_build *build, struct pkt_room message, size_t off,
                       struct pkt_querier querier);

/* Fills a number of items at off of the row, unless it is fixed. */
void pkt_build_item_count(struct pkt_build *build, unsigned row, size_t off);

/* Router discovery: type is that of the advertisement, the other two follow it in both families. */
void pkt_build_mrd(struct pkt_build *build, enum pkt_proto proto, uint8_t type,
                   const struct pkt_mrd_spec *spec);

#endif
