/*
 * Building IGMPv1, v2 (RFC 1112, 2236), v3 (RFC 9776) and multicast router discovery (RFC 4286); igmp.c
 * draws the messages.
 */
#include "multicast_build.h"

enum {
    IGMP_LEN = 8, /* of v1 and v2, and of the head of a v3 report */
    IGMP_CODE = 1,
    IGMP_CHECKSUM = 2,
    IGMP_GROUP = 4,
    IGMP3_RECORDS = 6, /* number of records */
    IGMP3_QUERIER = 8,
    IGMP3_SOURCES = 10, /* number of sources */
    IGMP3_QUERY_LEN = 12,
    RESPONSE_DS = 100, /* query response interval (RFC 9776 8.3) */
    RESPONSE_DS_MAX = 31744,
};

const struct pkt_build_automatic pkt_igmp_automatic[] = {
    {PKT_BUILD_CHECKSUM, 16, 16, PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_COUNT,    16, 80, PKT_IGMP_QUERY    },
    {PKT_BUILD_COUNT,    16, 48, PKT_IGMP_V3_REPORT},
    {0,                  0,  0,  0                 },
};

void pkt_build_igmp(struct pkt_build *build, const struct pkt_igmp_spec *spec)
{
    static const struct pkt_igmp_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    uint8_t type = spec->type == 0 ? PKT_IGMP_QUERY : spec->type;
    struct pkt_room message = pkt_build_message(build, PKT_PROTO_IGMP, type, IGMP_LEN);
    pkt_set_u8(message, IGMP_CODE, spec->code);
    pkt_set_ip4(message, IGMP_GROUP, spec->group);
}

static uint8_t response_code(struct pkt_build *build, const struct pkt_igmp3_query_spec *spec)
{
    uint32_t time_ds = spec->max_response_ds;
    if (spec->max_response_code != 0)
        return spec->max_response_code;
    if (time_ds > RESPONSE_DS_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    if (time_ds == 0)
        time_ds = pkt_ip4_is_unspecified(spec->group) ? RESPONSE_DS : RESPONSE_DS / MULTICAST_LAST_LISTENER;
    return pkt_igmp_float_encode(time_ds);
}

void pkt_build_igmp3_query(struct pkt_build *build, const struct pkt_igmp3_query_spec *spec)
{
    static const struct pkt_igmp3_query_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room message = pkt_build_message(build, PKT_PROTO_IGMP, PKT_IGMP_QUERY, IGMP3_QUERY_LEN);
    pkt_set_u8(message, IGMP_CODE, response_code(build, spec));
    pkt_set_ip4(message, IGMP_GROUP, spec->group);
    pkt_build_querier(
        build, message, IGMP3_QUERIER,
        (struct pkt_querier){spec->query_interval_s, spec->qqic, spec->robustness, spec->suppress});
}

void pkt_build_igmp3_source(struct pkt_build *build, struct pkt_ip4 source)
{
    pkt_build_query_source(build, PKT_PROTO_IGMP, PKT_IGMP_QUERY, IGMP3_QUERY_LEN,
                           pkt_view_make(source.byte, sizeof source.byte));
}

void pkt_build_igmp3_report(struct pkt_build *build)
{
    pkt_build_message(build, PKT_PROTO_IGMP, PKT_IGMP_V3_REPORT, IGMP_LEN);
}

void pkt_build_igmp3_record(struct pkt_build *build, const struct pkt_igmp3_record_spec *spec)
{
    struct pkt_group_record record = {
        .type = spec->type,
        .group = pkt_view_make(spec->group.byte, sizeof spec->group.byte),
        .sources = pkt_view_make(spec->sources, spec->source_count * sizeof *spec->sources),
        .aux = spec->aux,
    };
    pkt_build_group_record(build, PKT_PROTO_IGMP, PKT_IGMP_V3_REPORT, &record);
}

void pkt_build_igmp_mrd(struct pkt_build *build, const struct pkt_mrd_spec *spec)
{
    pkt_build_mrd(build, PKT_PROTO_IGMP, PKT_IGMP_MRD_ADVERTISEMENT, spec);
}

void pkt_igmp_finish(struct pkt_build *build, unsigned row)
{
    uint8_t type = build->row[row].type;
    if (type == PKT_IGMP_V3_REPORT)
        pkt_build_item_count(build, row, IGMP3_RECORDS);
    else if (type == PKT_IGMP_QUERY && pkt_build_header_len(build, row) >= IGMP3_QUERY_LEN)
        pkt_build_item_count(build, row, IGMP3_SOURCES);
    pkt_build_checksum(build, row, IGMP_CHECKSUM, 0);
}
