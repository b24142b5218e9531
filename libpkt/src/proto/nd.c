/*
 * Neighbour discovery (RFC 4861): where its options start, and what receivers must check (6.1, 7.1, 8.1), as
 * a table.
 */
#include "demux.h"
#include "nd_options.h"
#include "pkt/ipv6.h"

enum {
    IPV6_HOP_LIMIT = 7, /* offsets in the IPv6 header */
    IPV6_SRC = 8,
    IPV6_DST = 24,
    ND_HOP_LIMIT = 255,
    ND_CODE = 1, /* offsets in the message */
    ND_FLAGS = 4,
    ND_TARGET = 8,
    ND_DESTINATION = 24,
    ND_SOLICITED = 0x40,
    PREFIX_MAX = 128,
};

/* How long each message is at least, and where its options start, by type minus 133. */
static const uint8_t options_off[] = {8, 16, 24, 24, 40};

void pkt_nd_options(struct pkt_icmp m, struct pkt_list *ret_list)
{
    uint32_t off = pkt_icmp_is_nd(m) ? options_off[pkt_icmp_type(m) - PKT_ICMP6_ROUTER_SOLICITATION] : m.len;
    *ret_list = (struct pkt_list){
        .area = pkt_view_from(m.message, off),
        .area_len = m.len > off ? m.len - off : 0,
        .left = UINT32_MAX,
        .kind = PKT_LIST_ND_OPTIONS,
    };
}

/* A message and the header that carries it. */
struct nd_case {
    const struct pkt_packet *packet;
    unsigned layer;
    unsigned network;
    struct pkt_ipv6 ip;
    struct pkt_icmp m;
    struct pkt_ip6 src;
    struct pkt_ip6 dst;
};

/* Kinds of messages: bits. */
enum kind {
    KIND_RS = 1 << 0,
    KIND_RA = 1 << 1,
    KIND_NS = 1 << 2,
    KIND_NA = 1 << 3,
    KIND_REDIRECT = 1 << 4,
    KIND_ALL = KIND_RS | KIND_RA | KIND_NS | KIND_NA | KIND_REDIRECT,
};

struct nd_rule {
    uint8_t kinds;
    uint16_t code;
    uint8_t reach;     /* bytes of the message that must be captured */
    uint8_t in_header; /* the offset counts in the IPv6 header, not in the message */
    uint8_t off;
    uint8_t need;
    bool (*is_broken)(const struct nd_case *c);
    uint32_t (*found)(const struct nd_case *c); /* NULL: the rule has no number */
};

static uint32_t hop_limit_of(const struct nd_case *c)
{
    return pkt_ipv6_hop_limit(c->ip);
}

static bool has_other_hop_limit(const struct nd_case *c)
{
    return hop_limit_of(c) != ND_HOP_LIMIT;
}

/* Fragments cannot be guarded, so nobody may send them (RFC 6980 5), whole in one fragment or not. */
static bool has_fragment_header(const struct nd_case *c)
{
    int fragment = pkt_layer_find(c->packet, PKT_PROTO_IP6_FRAGMENT, c->network);
    return fragment >= 0 && (unsigned)fragment < c->layer;
}

static uint32_t code_of(const struct nd_case *c)
{
    return pkt_icmp_code(c->m);
}

static bool has_code(const struct nd_case *c)
{
    return code_of(c) != 0;
}

static bool is_target_multicast(const struct nd_case *c)
{
    return pkt_ip6_is_multicast(pkt_nd_target(c->m));
}

static bool is_source_not_link_local(const struct nd_case *c)
{
    return !pkt_ip6_is_link_local(c->src);
}

static bool is_source_unspecified(const struct nd_case *c)
{
    return pkt_ip6_is_unspecified(c->src);
}

static bool has_source_option(const struct nd_case *c)
{
    struct pkt_list list;
    struct pkt_option option;
    pkt_nd_options(c->m, &list);
    while (pkt_option_next(&list, &option))
        if (option.type == PKT_ND_OPTION_SOURCE_LLA)
            return true;
    return false;
}

static bool has_source_option_without_source(const struct nd_case *c)
{
    return is_source_unspecified(c) && has_source_option(c);
}

/* ff02::1:ff00:0/104 (RFC 4291 2.7.1). */
static bool is_solicited_node(struct pkt_ip6 address)
{
    static const uint8_t prefix[13] = {0xff, 2, [11] = 1, [12] = 0xff};
    return memcmp(address.byte, prefix, sizeof prefix) == 0;
}

static bool is_detection_elsewhere(const struct nd_case *c)
{
    return is_source_unspecified(c) && !is_solicited_node(c->dst);
}

static bool is_solicited_to_many(const struct nd_case *c)
{
    return pkt_ip6_is_multicast(c->dst) && (pkt_nd_flags(c->m) & ND_SOLICITED) != 0;
}

/* To a router by its link-local address, or to the destination itself when that is on the link (RFC
 * 4861 8.1). */
static bool is_redirect_elsewhere(const struct nd_case *c)
{
    struct pkt_ip6 target = pkt_nd_target(c->m), dst = pkt_nd_destination(c->m);
    return pkt_ip6_is_multicast(dst) || (!pkt_ip6_is_link_local(target) && !pkt_ip6_equal(target, dst));
}

/* clang-format off */
static const struct nd_rule rules[] = {
    {KIND_ALL,           PKT_D_ND_HOP_LIMIT,       1,  1, IPV6_HOP_LIMIT, ND_HOP_LIMIT, has_other_hop_limit, hop_limit_of},
    {KIND_ALL,           PKT_D_ND_FRAGMENT,        1,  0, 0,              0, has_fragment_header,              NULL},
    {KIND_ALL,           PKT_D_ND_CODE,            2,  0, ND_CODE,        0, has_code,                         code_of},
    {KIND_RA | KIND_REDIRECT, PKT_D_ND_SOURCE,     1,  1, IPV6_SRC,       0, is_source_not_link_local,         NULL},
    {KIND_NA,            PKT_D_ND_SOURCE,          1,  1, IPV6_SRC,       0, is_source_unspecified,            NULL},
    {KIND_NS | KIND_NA,  PKT_D_ND_TARGET,          24, 0, ND_TARGET,      0, is_target_multicast,              NULL},
    {KIND_NS,            PKT_D_ND_DAD_DESTINATION, 1,  1, IPV6_DST,       0, is_detection_elsewhere,           NULL},
    {KIND_RS | KIND_NS,  PKT_D_ND_DAD_OPTION,      1,  0, 0,              0, has_source_option_without_source, NULL},
    {KIND_NA,            PKT_D_ND_SOLICITED,       5,  0, ND_FLAGS,       0, is_solicited_to_many,             NULL},
    {KIND_REDIRECT,      PKT_D_ND_REDIRECT,        40, 0, ND_TARGET,      0, is_redirect_elsewhere,            NULL},
};
/* clang-format on */

/* index: type minus that of a router solicitation */
static void judge_message(struct pkt_packet *packet, const struct nd_case *c, unsigned index)
{
    unsigned kind = 1U << index;
    for (unsigned i = 0; i < sizeof rules / sizeof *rules; i++) {
        const struct nd_rule *rule = &rules[i];
        if ((rule->kinds & kind) == 0 || c->m.message.len < rule->reach || !rule->is_broken(c))
            continue;
        pkt_rule_broken(packet, rule->in_header ? c->network : c->layer, rule->code, rule->off, rule->need,
                        rule->found != NULL ? rule->found(c) : 0);
    }
}

/* RFC 4861 4.6.2. */
static bool is_prefix_sound(const struct pkt_option *option)
{
    struct pkt_nd_prefix prefix;
    return !pkt_nd_prefix(option, &prefix) || (prefix.len <= PREFIX_MAX && prefix.preferred <= prefix.valid);
}

static void judge_options(struct pkt_packet *packet, unsigned layer, struct pkt_icmp m, uint32_t off)
{
    struct pkt_list list;
    struct pkt_option option;
    uint32_t need;
    pkt_nd_options(m, &list);
    while (pkt_option_next(&list, &option)) {
        uint32_t at = off + (uint32_t)option.off;
        if (!pkt_nd_option_fits(&option, &need))
            pkt_rule_broken(packet, layer, PKT_D_ND_OPTION_CONTENT, at, need, (uint32_t)option.bytes.len);
        else if (!is_prefix_sound(&option))
            pkt_rule_broken(packet, layer, PKT_D_ND_PREFIX, at, 0, 0);
    }
    if (list.stop != PKT_D_NONE && list.stop != PKT_D_CAP_TRUNCATED)
        pkt_rule_broken(packet, layer, list.stop, off + (uint32_t)list.off, list.need, list.have);
}

/* Quoted messages are no messages: a router counted their hop limit down. */
void pkt_nd_rules(struct pkt_packet *packet, unsigned layer)
{
    struct nd_case c = {.packet = packet, .layer = layer};
    int network = pkt_layer_network(packet, layer);
    if ((packet->layer[layer].flags & PKT_LAYER_QUOTED) != 0 || !pkt_as_icmp(packet, layer, &c.m) ||
        network < 0 || !pkt_as_ipv6(packet, (unsigned)network, &c.ip))
        return;
    unsigned index = (unsigned)pkt_icmp_type(c.m) - PKT_ICMP6_ROUTER_SOLICITATION;
    if (!c.m.v6 || index >= sizeof options_off)
        return;
    c.network = (unsigned)network;
    c.src = pkt_ipv6_src(c.ip);
    c.dst = pkt_ipv6_dst(c.ip);
    judge_message(packet, &c, index);
    uint32_t min = options_off[index];
    if ((packet->layer[layer].flags & PKT_LAYER_FRAGMENT) != 0)
        return; /* its length is not the message's */
    if (c.m.len < min)
        pkt_rule_broken(packet, layer, PKT_D_ND_LENGTH, 0, min, c.m.len);
    judge_options(packet, layer, c.m, min);
}
