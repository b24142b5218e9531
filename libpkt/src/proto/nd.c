/*
 * Neighbour discovery (RFC 4861): where its options start, and what receivers must check (6.1, 7.1, 8.1).
 */
#include "demux.h"
#include "pkt/icmp.h"
#include "pkt/ipv6.h"

enum {
    ND_HOP_LIMIT = 255,
    ND_TARGET = 8,
};

/* Where the options start, by type minus 133. */
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

static bool has_source_option(struct pkt_icmp m)
{
    struct pkt_list list;
    struct pkt_option option;
    pkt_nd_options(m, &list);
    while (pkt_option_next(&list, &option))
        if (option.type == PKT_ND_OPTION_SOURCE_LLA)
            return true;
    return false;
}

static void address_rules(struct pkt_packet *packet, unsigned layer, struct pkt_icmp m, struct pkt_ipv6 ip)
{
    uint8_t type = pkt_icmp_type(m);
    bool unspecified = pkt_ip6_is_unspecified(pkt_ipv6_src(ip));
    bool from_router = type == PKT_ICMP6_ROUTER_ADVERTISEMENT || type == PKT_ICMP6_REDIRECT;
    if (from_router && !pkt_ip6_is_link_local(pkt_ipv6_src(ip)))
        pkt_rule_broken(packet, layer, PKT_D_ND_SOURCE, 0, 0, 0);
    if (type == PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT && unspecified)
        pkt_rule_broken(packet, layer, PKT_D_ND_SOURCE, 0, 0, 0);
    bool soliciting = type == PKT_ICMP6_NEIGHBOUR_SOLICITATION || type == PKT_ICMP6_ROUTER_SOLICITATION;
    if (soliciting && unspecified && has_source_option(m))
        pkt_rule_broken(packet, layer, PKT_D_ND_DAD_OPTION, 0, 0, 0);
}

void pkt_nd_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_icmp m;
    struct pkt_ipv6 ip;
    struct pkt_list options;
    int network = pkt_layer_network(packet, layer);
    if (!pkt_as_icmp(packet, layer, &m) || network < 0 || !pkt_as_ipv6(packet, (unsigned)network, &ip))
        return;
    uint8_t type = pkt_icmp_type(m);
    if (pkt_ipv6_hop_limit(ip) != ND_HOP_LIMIT)
        pkt_rule_broken(packet, layer, PKT_D_ND_HOP_LIMIT, 0, ND_HOP_LIMIT, pkt_ipv6_hop_limit(ip));
    if (pkt_icmp_code(m) != 0)
        pkt_rule_broken(packet, layer, PKT_D_ND_CODE, 1, 0, pkt_icmp_code(m));
    bool has_target = type == PKT_ICMP6_NEIGHBOUR_SOLICITATION || type == PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT;
    if (has_target && pkt_ip6_is_multicast(pkt_nd_target(m)))
        pkt_rule_broken(packet, layer, PKT_D_ND_TARGET, ND_TARGET, 0, 0);
    address_rules(packet, layer, m, ip);
    pkt_nd_options(m, &options);
    pkt_rule_walk(packet, layer, options, options_off[type - PKT_ICMP6_ROUTER_SOLICITATION]);
}
