/*
 * The rules of MLD that a single message can break, as a table: which messages a rule concerns, how many of
 * their bytes it looks at, and how it is broken. Rules of records stand in a table of their own.
 */
#include "multicast_rules.h"
#include "pkt/ipv6.h"

enum {
    IPV6_HOP_LIMIT = 7, /* offsets in the IPv6 header */
    IPV6_SRC = 8,
    IPV6_DST = 24,
    MLD_HOP_LIMIT = 1,
    MLD_CODE = 1, /* offsets in the message */
    MLD_MAX_RESPONSE = 4,
    MLD_RESERVED = 6,
    MLD2_REPORT_FLAGS = 4,
    MLD_ADDRESS = 8,
    MLD2_FLAGS = 24,
    MLD2_COUNT = 26,
    MLD1_LEN = 24,
    MLD2_QUERY_LEN = 28,
    RECORD_ADDRESS = 4, /* in a record */
};

/* Kinds of messages: bits, so that a rule names all that it concerns. */
enum kind {
    KIND_QUERY_1 = 1 << 0,
    KIND_QUERY_2 = 1 << 1,
    KIND_QUERY_ODD = 1 << 2, /* of a length that no version has */
    KIND_REPORT_1 = 1 << 3,
    KIND_DONE = 1 << 4,
    KIND_REPORT_2 = 1 << 5,
    KIND_MRD = 1 << 6,   /* multicast router discovery */
    KIND_SHORT = 1 << 7, /* shorter than its type is at least */

    KIND_QUERIES = KIND_QUERY_1 | KIND_QUERY_2,
    KIND_OLD_REPORTS = KIND_REPORT_1 | KIND_DONE,
    KIND_REPORTS = KIND_OLD_REPORTS | KIND_REPORT_2,
    KIND_WITH_ADDRESS = KIND_QUERIES | KIND_OLD_REPORTS,
    KIND_MLD = KIND_QUERIES | KIND_QUERY_ODD | KIND_REPORTS | KIND_SHORT,
};

static const struct pkt_ip6 all_nodes = {
    {0xff, 2, [15] = 1}
};
static const struct pkt_ip6 all_routers = {
    {0xff, 2, [15] = 2}
};
static const struct pkt_ip6 all_mld2_routers = {
    {0xff, 2, [15] = 0x16}
};

/* --- the header that carries the message --- */

/* Value 0 says MLD (RFC 2711 2.1); router discovery asks for the option and names no value (RFC 4286 3). */
static bool lacks_router_alert(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    uint16_t value = 0;
    bool found = pkt_ipv6_router_alert(c->packet, c->network, &value);
    *ret_breach = (struct pkt_breach){0, 0, value};
    return !found || (value != 0 && c->kind != KIND_MRD);
}

static bool has_other_hop_limit(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IPV6_HOP_LIMIT, MLD_HOP_LIMIT, pkt_ipv6_hop_limit(c->ip6)};
    return pkt_ipv6_hop_limit(c->ip6) != MLD_HOP_LIMIT;
}

static bool has_other_query_source(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IPV6_SRC, 0, 0};
    return !pkt_ip6_is_link_local(c->src6);
}

/* A node without an address yet reports from the unspecified one (RFC 3590 4). */
static bool has_other_report_source(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IPV6_SRC, 0, 0};
    return !pkt_ip6_is_link_local(c->src6) && !pkt_ip6_is_unspecified(c->src6);
}

static bool has_other_mac(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IPV6_DST, 0, 0};
    return pkt_ip6_is_multicast(c->dst6) &&
           pkt_mac_group_differs(c->packet, c->network, pkt_mac_of_ip6_group(c->dst6));
}

/* --- every message --- */

static bool is_of_no_version(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){0, c->mld.len < MLD1_LEN ? MLD1_LEN : MLD2_QUERY_LEN, c->mld.len};
    return true;
}

/* RFC 2710 4, RFC 9777 5.2, RFC 4286 4 and 5. Queries are judged by their version. */
static uint32_t min_len(struct pkt_icmp m)
{
    switch (pkt_icmp_type(m)) {
    case PKT_ICMP6_MLD1_REPORT:
    case PKT_ICMP6_MLD1_DONE:
        return MLD1_LEN;
    case PKT_ICMP6_MLD2_REPORT:
    case PKT_ICMP6_MRD_ADVERTISEMENT:
        return 8;
    default:
        return 4;
    }
}

static bool is_short(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){0, min_len(c->mld), c->mld.len};
    return true;
}

static bool is_address_no_group(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){MLD_ADDRESS, 0, 0};
    bool general = pkt_icmp_type(c->mld) == PKT_ICMP6_MLD_QUERY && pkt_ip6_is_unspecified(c->group6);
    return !general && !pkt_ip6_is_multicast(c->group6);
}

/* Code or reserved octet, the maximum response delay of a v1 report or done, and the reserved field behind
 * it. */
static bool has_reserved(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){MLD_CODE, 0, pkt_icmp_code(c->mld)};
    if (pkt_icmp_code(c->mld) != 0 || c->kind == KIND_REPORT_2 || c->kind == KIND_MRD)
        return pkt_icmp_code(c->mld) != 0 && pkt_icmp_type(c->mld) != PKT_ICMP6_MRD_ADVERTISEMENT;
    *ret_breach = (struct pkt_breach){MLD_RESERVED, 0, pkt_u16(c->mld.message, MLD_RESERVED)};
    if (ret_breach->have != 0)
        return true;
    *ret_breach = (struct pkt_breach){MLD_MAX_RESPONSE, 0, pkt_mld_max_response_code(c->mld)};
    return (c->kind & KIND_OLD_REPORTS) != 0 && ret_breach->have != 0;
}

static bool has_undefined_query_flag(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    uint8_t flags = pkt_mld2_flags(c->mld) & MULTICAST_UNDEFINED_QUERY_FLAGS;
    *ret_breach = (struct pkt_breach){MLD2_FLAGS, 0, flags};
    return flags != 0;
}

static bool has_undefined_report_flag(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    uint16_t flags = pkt_u16(c->mld.message, MLD2_REPORT_FLAGS) & MULTICAST_UNDEFINED_REPORT_FLAGS;
    *ret_breach = (struct pkt_breach){MLD2_REPORT_FLAGS, 0, flags};
    return flags != 0;
}

/* --- queries --- */

static bool has_robustness_one(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){MLD2_FLAGS, 2, pkt_mld2_robustness(c->mld)};
    return pkt_mld2_robustness(c->mld) == MULTICAST_ROBUSTNESS_UNWISE;
}

static bool is_general_with_sources(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){MLD2_COUNT, 0, pkt_mld2_source_count(c->mld)};
    return pkt_ip6_is_unspecified(c->group6) && pkt_mld2_source_count(c->mld) != 0;
}

static uint32_t query_end(const struct pkt_message_case *c)
{
    return MLD2_QUERY_LEN + 16U * pkt_mld2_source_count(c->mld);
}

static bool has_source_overrun(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){MLD2_COUNT, query_end(c), c->mld.len};
    return query_end(c) > c->mld.len;
}

static bool has_trailing_query(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){query_end(c), query_end(c), c->mld.len};
    return query_end(c) < c->mld.len && (pkt_mld2_flags(c->mld) & MULTICAST_EXTENDED_QUERY) == 0;
}

/* --- destinations (RFC 2710 8, RFC 9777 5.1.15, 5.2.15) --- */

static struct pkt_ip6 proper_destination(const struct pkt_message_case *c)
{
    if (c->kind == KIND_REPORT_2)
        return all_mld2_routers;
    if (c->kind == KIND_DONE)
        return all_routers;
    return pkt_ip6_is_unspecified(c->group6) ? all_nodes : c->group6;
}

static bool has_other_destination(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IPV6_DST, 0, 0};
    return !pkt_ip6_equal(c->dst6, proper_destination(c));
}

/* --- reports --- */

/* ff02::1, and scopes 0 (reserved) and 1 (interface-local), are joined without a word. */
static bool is_never_reported(struct pkt_ip6 address)
{
    return pkt_ip6_equal(address, all_nodes) ||
           (pkt_ip6_is_multicast(address) && pkt_ip6_scope(address) <= 1);
}

static bool reports_silent_address(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){MLD_ADDRESS, 0, 0};
    return is_never_reported(c->group6);
}

/* Version 1 knows no sources: routers ignore it for source-specific addresses (RFC 4604 2.2.2). */
static bool is_ssm_address(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){MLD_ADDRESS, 0, 0};
    return pkt_ip6_is_ssm(c->group6);
}

/* clang-format off */
static const struct pkt_message_rule rules[] = {
    /* M1 */  {KIND_MLD | KIND_MRD,        PKT_D_MLD_ROUTER_ALERT,    1,  1, lacks_router_alert},
    /* M2 */  {KIND_MLD | KIND_MRD,        PKT_D_MLD_HOP_LIMIT,       1,  1, has_other_hop_limit},
    /* M3 */  {KIND_QUERIES | KIND_QUERY_ODD, PKT_D_MLD_QUERY_SOURCE, 1,  1, has_other_query_source},
    /* M4 */  {KIND_REPORTS,               PKT_D_MLD_REPORT_SOURCE,   1,  1, has_other_report_source},
    /* M6 */  {KIND_SHORT,                 PKT_D_MLD_LENGTH,          1,  0, is_short},
    /* M7 */  {KIND_QUERY_ODD,             PKT_D_MLD_QUERY_LENGTH,    1,  0, is_of_no_version},
    /* M9 */  {KIND_QUERIES | KIND_REPORTS | KIND_MRD, PKT_D_MLD_RESERVED, 4, 0, has_reserved},
    /* M9 */  {KIND_QUERY_2,               PKT_D_MLD_RESERVED,        25, 0, has_undefined_query_flag},
    /* M9 */  {KIND_REPORT_2,              PKT_D_MLD_RESERVED,        6,  0, has_undefined_report_flag},
    /* M9 */  {KIND_QUERY_2,               PKT_D_MLD_ROBUSTNESS,      25, 0, has_robustness_one},
    /* M10 */ {KIND_WITH_ADDRESS,          PKT_D_MLD_DESTINATION,     24, 1, has_other_destination},
    /* M10 */ {KIND_REPORT_2,              PKT_D_MLD_DESTINATION,     1,  1, has_other_destination},
    /* M11 */ {KIND_QUERY_2,               PKT_D_MLD_SOURCE_OVERRUN,  28, 0, has_source_overrun},
    /* M12 */ {KIND_QUERY_2,               PKT_D_MLD_TRAILING,        28, 0, has_trailing_query},
    /* M13 */ {KIND_OLD_REPORTS,           PKT_D_MLD_NEVER_REPORTED,  24, 0, reports_silent_address},
    /* M14 */ {KIND_OLD_REPORTS,           PKT_D_MLD_SSM,             24, 0, is_ssm_address},
    /* M17 */ {KIND_MLD | KIND_MRD,        PKT_D_MLD_MAC,             1,  1, has_other_mac},
    /* R22 */ {KIND_QUERY_2,               PKT_D_MLD_GENERAL_SOURCES, 28, 0, is_general_with_sources},
    /* R23 */ {KIND_WITH_ADDRESS,          PKT_D_MLD_ADDRESS,         24, 0, is_address_no_group},
};
/* clang-format on */

/* --- records of v2 reports --- */

static bool record_is_never_reported(const struct pkt_group_record *record, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){RECORD_ADDRESS, 0, 0};
    return is_never_reported(pkt_ip6_at(record->group, 0));
}

static bool record_has_no_group(const struct pkt_group_record *record, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){RECORD_ADDRESS, 0, 0};
    return !pkt_ip6_is_multicast(pkt_ip6_at(record->group, 0));
}

static bool record_excludes_ssm(const struct pkt_group_record *record, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){0, 0, record->type};
    return pkt_ip6_is_ssm(pkt_ip6_at(record->group, 0)) && pkt_record_excludes(record);
}

static const struct pkt_record_rule record_rules[] = {
    {PKT_D_MLD_RECORD_TYPE,    pkt_record_type_unknown }, /* M11 */
    {PKT_D_MLD_NEVER_REPORTED, record_is_never_reported}, /* M13 */
    {PKT_D_MLD_SSM,            record_excludes_ssm     }, /* M14 */
    {PKT_D_MLD_ADDRESS,        record_has_no_group     }, /* as R23 */
    {PKT_D_MLD_AUX_DATA,       pkt_record_has_aux      }, /* as R36 */
    {PKT_D_MLD_RECORD_EMPTY,   pkt_record_lacks_sources}, /* as R38 */
};

/* M11 and M12 are told by the walk itself. Behind the E flag extensions follow the records (RFC 9279 3). */
static void judge_records(struct pkt_packet *packet, unsigned layer, struct pkt_icmp m)
{
    struct pkt_list records;
    pkt_mld2_records(m, &records);
    bool extended = (pkt_u16(m.message, MLD2_REPORT_FLAGS) & MULTICAST_EXTENDED_REPORT) != 0;
    pkt_record_rules(packet, layer, records, 16, record_rules, sizeof record_rules / sizeof *record_rules,
                     extended ? 0 : PKT_D_MLD_TRAILING);
}

/* --- the kind of a message --- */

/* 0: neither MLD nor router discovery. */
static uint8_t kind_of(struct pkt_icmp m)
{
    static const uint8_t queries[] = {KIND_QUERY_ODD, KIND_QUERY_1, KIND_QUERY_2};
    static const struct {
        uint8_t type;
        uint8_t kind;
    } kinds[] = {
        {PKT_ICMP6_MLD1_REPORT,       KIND_REPORT_1},
        {PKT_ICMP6_MLD1_DONE,         KIND_DONE    },
        {PKT_ICMP6_MLD2_REPORT,       KIND_REPORT_2},
        {PKT_ICMP6_MRD_ADVERTISEMENT, KIND_MRD     },
        {PKT_ICMP6_MRD_SOLICITATION,  KIND_MRD     },
        {PKT_ICMP6_MRD_TERMINATION,   KIND_MRD     },
    };
    uint8_t type = pkt_icmp_type(m);
    if (type == PKT_ICMP6_MLD_QUERY)
        return queries[pkt_mld_version(m)];
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].type == type)
            return m.len < min_len(m) ? KIND_SHORT : kinds[i].kind;
    return 0;
}

void pkt_mld_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_message_case c = {.packet = packet};
    int network = pkt_layer_network(packet, layer);
    if (network < 0 || !pkt_as_icmp(packet, layer, &c.mld) ||
        !pkt_as_ipv6(packet, (unsigned)network, &c.ip6) ||
        !pkt_is_whole_message(packet, layer, (unsigned)network))
        return;
    c.network = (unsigned)network;
    c.kind = kind_of(c.mld);
    c.src6 = pkt_ipv6_src(c.ip6);
    c.dst6 = pkt_ipv6_dst(c.ip6);
    c.group6 = pkt_mld_group(c.mld);
    c.captured = c.mld.message.len;
    pkt_message_rules(packet, layer, &c, rules, sizeof rules / sizeof *rules);
    if (c.kind == KIND_REPORT_2)
        judge_records(packet, layer, c.mld);
}

uint16_t pkt_mld_record_fault(const struct pkt_group_record *record)
{
    return pkt_record_fault(record, record_rules, sizeof record_rules / sizeof *record_rules);
}
