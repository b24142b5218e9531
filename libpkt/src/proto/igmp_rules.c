/*
 * The rules of IGMP that a single message can break, as a table: which messages a rule concerns, how many of
 * their bytes it looks at, and how it is broken. Rules of records stand in a table of their own.
 */
#include "multicast_rules.h"
#include "pkt/ipv4.h"

enum {
    IPV4_TOS = 1, /* offsets in the IPv4 header */
    IPV4_TTL = 8,
    IPV4_DST = 16,
    IPV4_OPTIONS = 20,
    IGMP_TTL = 1, /* values */
    IGMP_TOS = 0xc0,
    IGMP_CODE = 1, /* offsets in the message */
    IGMP_GROUP = 4,
    IGMP3_REPORT_FLAGS = 4,
    IGMP3_FLAGS = 8,
    IGMP3_COUNT = 10,
    IGMP3_QUERY_LEN = 12,
};

/* Kinds of messages: bits, so that a rule names all that it concerns. */
enum kind {
    KIND_QUERY_1 = 1 << 0,
    KIND_QUERY_2 = 1 << 1,
    KIND_QUERY_3 = 1 << 2,
    KIND_QUERY_ODD = 1 << 3, /* of a length that no version has */
    KIND_REPORT_1 = 1 << 4,
    KIND_REPORT_2 = 1 << 5,
    KIND_LEAVE = 1 << 6,
    KIND_REPORT_3 = 1 << 7,
    KIND_MRD = 1 << 8,     /* multicast router discovery */
    KIND_FOREIGN = 1 << 9, /* other protocols under IGMP's number: by name only */
    KIND_UNKNOWN = 1 << 10,
    KIND_SHORT = 1 << 11, /* shorter than its type is at least */

    KIND_QUERIES = KIND_QUERY_1 | KIND_QUERY_2 | KIND_QUERY_3,
    KIND_OLD_REPORTS = KIND_REPORT_1 | KIND_REPORT_2,
    KIND_REPORTS = KIND_OLD_REPORTS | KIND_LEAVE | KIND_REPORT_3,
    KIND_WITH_GROUP = KIND_QUERIES | KIND_OLD_REPORTS | KIND_LEAVE,
    KIND_IGMP = KIND_QUERIES | KIND_QUERY_ODD | KIND_REPORTS,
};

static const struct pkt_ip4 all_systems = {
    {224, 0, 0, 1}
};
static const struct pkt_ip4 all_routers = {
    {224, 0, 0, 2}
};
static const struct pkt_ip4 all_igmp3_routers = {
    {224, 0, 0, 22}
};

/* --- the header that carries the message --- */

static bool has_other_ttl(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IPV4_TTL, IGMP_TTL, pkt_ipv4_ttl(c->ip4)};
    return pkt_ipv4_ttl(c->ip4) != IGMP_TTL;
}

static bool has_other_tos(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IPV4_TOS, IGMP_TOS, pkt_ipv4_tos(c->ip4)};
    return pkt_ipv4_tos(c->ip4) != IGMP_TOS;
}

static bool lacks_router_alert(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    uint16_t value;
    *ret_breach = (struct pkt_breach){IPV4_OPTIONS, 1, 0};
    return !pkt_ipv4_router_alert(c->ip4, &value);
}

static bool has_other_router_alert(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    uint16_t value = 0;
    bool found = pkt_ipv4_router_alert(c->ip4, &value);
    *ret_breach = (struct pkt_breach){IPV4_OPTIONS, 0, value};
    return found && value != 0;
}

static bool has_other_mac(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IPV4_DST, 0, 0};
    return pkt_ip4_is_multicast(c->dst4) &&
           pkt_mac_group_differs(c->packet, c->network, pkt_mac_of_ip4_group(c->dst4));
}

/* --- every message --- */

/* Queries, reports and leaves (RFC 2236 6); router discovery has messages of 4 bytes (RFC 4286 4, 5). */
static uint32_t min_len(struct pkt_igmp m)
{
    uint8_t type = pkt_igmp_type(m);
    return type == PKT_IGMP_MRD_SOLICITATION || type == PKT_IGMP_MRD_TERMINATION ? 4 : 8;
}

static bool is_short(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){0, min_len(c->igmp), c->igmp.len};
    return true;
}

static bool is_of_no_version(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){0, IGMP3_QUERY_LEN, c->igmp.len};
    return true;
}

static bool is_unknown(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){0, 0, pkt_igmp_type(c->igmp)};
    return true;
}

static bool concerns_all_systems(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IGMP_GROUP, 0, 0};
    return pkt_ip4_equal(c->group4, all_systems);
}

static bool is_group_no_group(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IGMP_GROUP, 0, 0};
    bool general = pkt_igmp_type(c->igmp) == PKT_IGMP_QUERY && pkt_ip4_is_unspecified(c->group4);
    return !general && !pkt_ip4_is_multicast(c->group4);
}

/* The octet that only queries and router advertisements use (RFC 2236 2.2, RFC 9776 4.2.1, RFC 4286 4.2). */
static bool has_code(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IGMP_CODE, 0, pkt_igmp_code(c->igmp)};
    return pkt_igmp_code(c->igmp) != 0 && pkt_igmp_type(c->igmp) != PKT_IGMP_MRD_ADVERTISEMENT;
}

/* --- queries --- */

static bool has_robustness_one(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IGMP3_FLAGS, 2, pkt_igmp3_robustness(c->igmp)};
    return pkt_igmp3_robustness(c->igmp) == MULTICAST_ROBUSTNESS_UNWISE;
}

static bool has_undefined_query_flag(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    uint8_t flags = pkt_igmp3_flags(c->igmp) & MULTICAST_UNDEFINED_QUERY_FLAGS;
    *ret_breach = (struct pkt_breach){IGMP3_FLAGS, 0, flags};
    return flags != 0;
}

static bool is_general_with_sources(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IGMP3_COUNT, 0, pkt_igmp3_source_count(c->igmp)};
    return pkt_ip4_is_unspecified(c->group4) && pkt_igmp3_source_count(c->igmp) != 0;
}

static uint32_t query_end(const struct pkt_message_case *c)
{
    return IGMP3_QUERY_LEN + 4U * pkt_igmp3_source_count(c->igmp);
}

static bool has_source_overrun(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IGMP3_COUNT, query_end(c), c->igmp.len};
    return query_end(c) > c->igmp.len;
}

static bool has_trailing_query(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){query_end(c), query_end(c), c->igmp.len};
    return query_end(c) < c->igmp.len && (pkt_igmp3_flags(c->igmp) & MULTICAST_EXTENDED_QUERY) == 0;
}

/* --- destinations --- */

static bool has_other_query_destination(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IPV4_DST, 0, 0};
    bool general = pkt_ip4_is_unspecified(c->group4);
    return !pkt_ip4_equal(c->dst4, general ? all_systems : c->group4);
}

static bool has_other_report_destination(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IPV4_DST, 0, 0};
    return !pkt_ip4_equal(c->dst4, c->group4);
}

static bool has_other_leave_destination(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IPV4_DST, 0, 0};
    return !pkt_ip4_equal(c->dst4, all_routers) && !pkt_ip4_equal(c->dst4, c->group4);
}

static bool has_other_report_3_destination(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IPV4_DST, 0, 0};
    return !pkt_ip4_equal(c->dst4, all_igmp3_routers);
}

/* --- reports --- */

/* Versions before 3 know no sources: routers ignore them for source-specific groups (RFC 9776 6.4, RFC 4604).
 */
static bool is_ssm_group(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IGMP_GROUP, 0, 0};
    return pkt_ip4_is_ssm(c->group4);
}

static bool has_undefined_report_flag(const struct pkt_message_case *c, struct pkt_breach *ret_breach)
{
    uint16_t flags = pkt_u16(c->igmp.message, IGMP3_REPORT_FLAGS) & MULTICAST_UNDEFINED_REPORT_FLAGS;
    *ret_breach = (struct pkt_breach){IGMP3_REPORT_FLAGS, 0, flags};
    return flags != 0;
}

/* clang-format off */
static const struct pkt_message_rule rules[] = {
    /* R1 */  {KIND_IGMP | KIND_MRD | KIND_SHORT,       PKT_D_IGMP_TTL,                 4,  1, has_other_ttl},
    /* R2 */  {KIND_IGMP,                               PKT_D_IGMP_TOS,                 4,  1, has_other_tos},
    /* R3 */  {(KIND_IGMP & ~(KIND_QUERY_1 | KIND_REPORT_1)) | KIND_MRD, PKT_D_IGMP_ROUTER_ALERT, 4,  1, lacks_router_alert},
    /* R4 */  {KIND_IGMP | KIND_MRD,                    PKT_D_IGMP_ROUTER_ALERT_VALUE,  4,  1, has_other_router_alert},
    /* R7 */  {KIND_SHORT,                              PKT_D_IGMP_LENGTH,              1,  0, is_short},
    /* R9 */  {KIND_UNKNOWN,                            PKT_D_IGMP_TYPE,                1,  0, is_unknown},
    /* R12 */ {KIND_IGMP | KIND_MRD | KIND_SHORT,       PKT_D_IGMP_MAC,                 1,  1, has_other_mac},
    /* R13 */ {KIND_WITH_GROUP,                         PKT_D_IGMP_ALL_SYSTEMS,         8,  0, concerns_all_systems},
    /* R14 */ {KIND_QUERY_ODD,                          PKT_D_IGMP_QUERY_LENGTH,        1,  0, is_of_no_version},
    /* R20 */ {KIND_QUERY_3,                            PKT_D_IGMP_ROBUSTNESS,          9,  0, has_robustness_one},
    /* R21 */ {KIND_QUERY_3,                            PKT_D_IGMP_QUERY_FLAGS,         9,  0, has_undefined_query_flag},
    /* R22 */ {KIND_QUERY_3,                            PKT_D_IGMP_GENERAL_SOURCES,     12, 0, is_general_with_sources},
    /* R23 */ {KIND_WITH_GROUP,                         PKT_D_IGMP_GROUP,               8,  0, is_group_no_group},
    /* R24 */ {KIND_QUERY_3,                            PKT_D_IGMP_SOURCE_OVERRUN,      12, 0, has_source_overrun},
    /* R25 */ {KIND_QUERY_3,                            PKT_D_IGMP_QUERY_TRAILING,      12, 0, has_trailing_query},
    /* R26 */ {KIND_QUERIES,                            PKT_D_IGMP_QUERY_DESTINATION,   8,  1, has_other_query_destination},
    /* R31 */ {KIND_OLD_REPORTS,                        PKT_D_IGMP_REPORT_DESTINATION,  8,  1, has_other_report_destination},
    /* R32 */ {KIND_LEAVE,                              PKT_D_IGMP_LEAVE_DESTINATION,   8,  1, has_other_leave_destination},
    /* R33 */ {KIND_REPORT_3,                           PKT_D_IGMP3_REPORT_DESTINATION, 1,  1, has_other_report_3_destination},
    /* R39 */ {KIND_OLD_REPORTS | KIND_LEAVE,           PKT_D_IGMP_SSM,                 8,  0, is_ssm_group},
    /* R45 */ {KIND_REPORTS | KIND_MRD,                 PKT_D_IGMP_RESERVED,            2,  0, has_code},
    /* R45 */ {KIND_REPORT_3,                           PKT_D_IGMP_RESERVED,            6,  0, has_undefined_report_flag},
};
/* clang-format on */

/* --- records of v3 reports --- */

static bool record_concerns_all_systems(const struct pkt_group_record *record, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IGMP_GROUP, 0, 0};
    return pkt_ip4_equal(pkt_ip4_at(record->group, 0), all_systems);
}

static bool record_has_no_group(const struct pkt_group_record *record, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){IGMP_GROUP, 0, 0};
    return !pkt_ip4_is_multicast(pkt_ip4_at(record->group, 0));
}

static bool record_excludes_ssm(const struct pkt_group_record *record, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){0, 0, record->type};
    return pkt_ip4_is_ssm(pkt_ip4_at(record->group, 0)) && pkt_record_excludes(record);
}

static const struct pkt_record_rule record_rules[] = {
    {PKT_D_IGMP_ALL_SYSTEMS,  record_concerns_all_systems}, /* R13 */
    {PKT_D_IGMP_GROUP,        record_has_no_group        }, /* R23 */
    {PKT_D_IGMP_AUX_DATA,     pkt_record_has_aux         }, /* R36 */
    {PKT_D_IGMP_RECORD_TYPE,  pkt_record_type_unknown    }, /* R37 */
    {PKT_D_IGMP_RECORD_EMPTY, pkt_record_lacks_sources   }, /* R38 */
    {PKT_D_IGMP_SSM,          record_excludes_ssm        }, /* R39 */
};

/* R35 and R44 are told by the walk itself. Behind the E flag extensions follow the records (RFC 9279 3). */
static void judge_records(struct pkt_packet *packet, unsigned layer, struct pkt_igmp m)
{
    struct pkt_list records;
    pkt_igmp3_records(m, &records);
    bool extended = (pkt_u16(m.message, IGMP3_REPORT_FLAGS) & MULTICAST_EXTENDED_REPORT) != 0;
    pkt_record_rules(packet, layer, records, 4, record_rules, sizeof record_rules / sizeof *record_rules,
                     extended ? 0 : PKT_D_IGMP_REPORT_TRAILING);
}

/* --- the kind of a message --- */

static uint16_t query_kind(struct pkt_igmp m)
{
    static const uint16_t by_version[] = {KIND_QUERY_ODD, KIND_QUERY_1, KIND_QUERY_2, KIND_QUERY_3};
    return by_version[pkt_igmp_version(m)];
}

/* The types that IANA's registry names (RFC 9778) and this library reads, or knows to be another protocol's.
 */
static uint16_t type_kind(uint8_t type)
{
    static const struct {
        uint8_t first, last;
        uint16_t kind;
    } types[] = {
        {PKT_IGMP_V1_REPORT,         PKT_IGMP_V1_REPORT,       KIND_REPORT_1},
        {PKT_IGMP_DVMRP,             PKT_IGMP_CISCO_TRACE,     KIND_FOREIGN },
        {PKT_IGMP_V2_REPORT,         PKT_IGMP_V2_REPORT,       KIND_REPORT_2},
        {PKT_IGMP_V2_LEAVE,          PKT_IGMP_V2_LEAVE,        KIND_LEAVE   },
        {PKT_IGMP_MTRACE_REPLY,      PKT_IGMP_MTRACE,          KIND_FOREIGN },
        {PKT_IGMP_V3_REPORT,         PKT_IGMP_V3_REPORT,       KIND_REPORT_3},
        {PKT_IGMP_MRD_ADVERTISEMENT, PKT_IGMP_MRD_TERMINATION, KIND_MRD     },
    };
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++)
        if (type >= types[i].first && type <= types[i].last)
            return types[i].kind;
    return KIND_UNKNOWN;
}

static uint16_t kind_of(struct pkt_igmp m)
{
    uint8_t type = pkt_igmp_type(m);
    uint16_t kind = type == PKT_IGMP_QUERY ? query_kind(m) : type_kind(type);
    bool has_minimum = kind != KIND_UNKNOWN && kind != KIND_FOREIGN;
    return has_minimum && m.len < min_len(m) ? KIND_SHORT : kind;
}

void pkt_igmp_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_message_case c = {.packet = packet};
    int network = pkt_layer_network(packet, layer);
    if (network < 0 || !pkt_as_igmp(packet, layer, &c.igmp) ||
        !pkt_as_ipv4(packet, (unsigned)network, &c.ip4) ||
        !pkt_is_whole_message(packet, layer, (unsigned)network))
        return;
    c.network = (unsigned)network;
    c.dst4 = pkt_ipv4_dst(c.ip4);
    c.group4 = pkt_igmp_group(c.igmp);
    c.kind = kind_of(c.igmp);
    c.captured = c.igmp.message.len;
    pkt_message_rules(packet, layer, &c, rules, sizeof rules / sizeof *rules);
    if (c.kind == KIND_REPORT_3)
        judge_records(packet, layer, c.igmp);
}

uint16_t pkt_igmp_record_fault(const struct pkt_group_record *record)
{
    return pkt_record_fault(record, record_rules, sizeof record_rules / sizeof *record_rules);
}
