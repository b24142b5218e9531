/*
 * The two families of group membership as a table: what the walk over packets (membership.c) needs to know of
 * each. Internal to the proto room.
 */
#ifndef PROTO_MEMBERSHIP_FAMILY_H
#define PROTO_MEMBERSHIP_FAMILY_H

#include "multicast_build.h"
#include "multicast_rules.h"
#include "pkt/membership.h"

/* Fields of struct pkt_membership_spec. */
enum pkt_membership_field {
    FIELD_GROUP = 1 << 0,
    FIELD_SOURCES = 1 << 1,
    FIELD_RECORDS = 1 << 2,
    FIELD_RESPONSE = 1 << 3,
    FIELD_QUERIER = 1 << 4, /* query interval and robustness */
    FIELD_SUPPRESS = 1 << 5,
    FIELD_MRD = 1 << 6,

    FIELDS_QUERY = FIELD_GROUP | FIELD_RESPONSE,
    FIELDS_QUERY_SOURCES = FIELDS_QUERY | FIELD_SOURCES | FIELD_QUERIER | FIELD_SUPPRESS,
    FIELDS_ADVERTISEMENT = FIELD_QUERIER | FIELD_MRD,
};

/* A message in one version: its type, the fields that it has, and those that it cannot do without. */
struct pkt_membership_kind {
    uint8_t message; /* enum pkt_membership_message */
    uint8_t version;
    uint8_t type;
    uint8_t fields;
    uint8_t needs;
};

struct pkt_membership_family {
    uint16_t linktype; /* of a packet without link layer */
    uint8_t proto;     /* enum pkt_proto of the message's layer */
    uint8_t address_len;
    uint8_t kind_count;
    const struct pkt_membership_kind *kinds; /* the latest version of a message stands first */
    void (*put_headers)(struct pkt_build *build, const struct pkt_membership *m);
    void (*put_message)(struct pkt_build *build, const struct pkt_membership *m); /* without items */
    uint16_t (*record_fault)(const struct pkt_group_record *record);
};

const struct pkt_membership_family *pkt_membership_family(bool v6);

#endif
