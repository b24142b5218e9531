/*
 * Building MLDv1 (RFC 2710), v2 (RFC 9777) and multicast router discovery (RFC 4286): layers of ICMPv6, whose
 * finish step sums them; mld.c draws the messages.
 */
#include "multicast_build.h"

enum {
    MLD_RESPONSE = 4,
    MLD2_RECORDS = 6, /* number of records */
    MLD2_REPORT_LEN = 8,
    MLD_GROUP = 8,
    MLD1_LEN = 24,
    MLD2_QUERIER = 24,
    MLD2_SOURCES = 26, /* number of sources */
    MLD2_QUERY_LEN = 28,
    RESPONSE_MS = 10000, /* query response interval (RFC 2710 7.3, RFC 9777 9.3) */
    RESPONSE_MS_MAX = 8387584,
};

/* The last listener query interval rules specific queries (RFC 2710 7.8, RFC 9777 9.8). */
static uint16_t default_response_ms(struct pkt_ip6 group)
{
    return pkt_ip6_is_unspecified(group) ? RESPONSE_MS : RESPONSE_MS / MULTICAST_LAST_LISTENER;
}

void pkt_build_mld1(struct pkt_build *build, const struct pkt_mld1_spec *spec)
{
    static const struct pkt_mld1_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    uint8_t type = spec->type == 0 ? PKT_ICMP6_MLD_QUERY : spec->type;
    uint16_t time_ms = spec->max_response_ms;
    if (time_ms == 0 && type == PKT_ICMP6_MLD_QUERY)
        time_ms = default_response_ms(spec->group);
    struct pkt_room message = pkt_build_message(build, PKT_PROTO_ICMP6, type, MLD1_LEN);
    pkt_set_u16(message, MLD_RESPONSE, time_ms);
    pkt_set_ip6(message, MLD_GROUP, spec->group);
}

static uint16_t response_code(struct pkt_build *build, const struct pkt_mld2_query_spec *spec)
{
    uint32_t time_ms = spec->max_response_ms;
    if (spec->max_response_code != 0)
        return spec->max_response_code;
    if (time_ms > RESPONSE_MS_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    return pkt_mld_float_encode(time_ms == 0 ? default_response_ms(spec->group) : time_ms);
}

void pkt_build_mld2_query(struct pkt_build *build, const struct pkt_mld2_query_spec *spec)
{
    static const struct pkt_mld2_query_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room message = pkt_build_message(build, PKT_PROTO_ICMP6, PKT_ICMP6_MLD_QUERY, MLD2_QUERY_LEN);
    pkt_set_u16(message, MLD_RESPONSE, response_code(build, spec));
    pkt_set_ip6(message, MLD_GROUP, spec->group);
    pkt_build_querier(
        build, message, MLD2_QUERIER,
        (struct pkt_querier){spec->query_interval_s, spec->qqic, spec->robustness, spec->suppress});
}

void pkt_build_mld2_source(struct pkt_build *build, struct pkt_ip6 source)
{
    pkt_build_query_source(build, PKT_PROTO_ICMP6, PKT_ICMP6_MLD_QUERY, MLD2_QUERY_LEN,
                           pkt_view_make(source.byte, sizeof source.byte));
}

void pkt_build_mld2_report(struct pkt_build *build)
{
    pkt_build_message(build, PKT_PROTO_ICMP6, PKT_ICMP6_MLD2_REPORT, MLD2_REPORT_LEN);
}

void pkt_build_mld2_record(struct pkt_build *build, const struct pkt_mld2_record_spec *spec)
{
    struct pkt_group_record record = {
        .type = spec->type,
        .group = pkt_view_make(spec->group.byte, sizeof spec->group.byte),
        .sources = pkt_view_make(spec->sources, spec->source_count * sizeof *spec->sources),
        .aux = spec->aux,
    };
    pkt_build_group_record(build, PKT_PROTO_ICMP6, PKT_ICMP6_MLD2_REPORT, &record);
}

void pkt_build_icmp6_mrd(struct pkt_build *build, const struct pkt_mrd_spec *spec)
{
    pkt_build_mrd(build, PKT_PROTO_ICMP6, PKT_ICMP6_MRD_ADVERTISEMENT, spec);
}

void pkt_mld_finish(struct pkt_build *build, unsigned row)
{
    uint8_t type = build->row[row].type;
    if (type == PKT_ICMP6_MLD2_REPORT)
        pkt_build_item_count(build, row, MLD2_RECORDS);
    else if (type == PKT_ICMP6_MLD_QUERY && pkt_build_header_len(build, row) >= MLD2_QUERY_LEN)
        pkt_build_item_count(build, row, MLD2_SOURCES);
}
