/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rewriting a frame: tags first, which move everything behind them; then each place that holds an address or
 * a port, once, by the first rule that it meets.
 */
#include "rewrite.h"

#include "pkt/capture.h"
#include "pkt/icmp.h"
#include "pkt/ipv4.h"
#include "pkt/link.h"
#include "pkt/template.h"
#include "rewrite_rules.h"

#include <stdlib.h>
#include <string.h>

enum {
    ETHERNET_MACS = 12,
    TAG_LEN = 4,
};

struct send_rewriter {
    struct rewrite_rule rules[SEND_REWRITES_MAX];
    unsigned rule_count;
    struct pkt_template frame; /* over bytes */
    bool touched;
    uint8_t bytes[PKT_CAPTURE_RECORD_MAX + TAG_LEN];
};

struct send_rewriter *rewrite_open(const char *const *rules, unsigned count,
                                   struct option_problem *reterr_problem)
{
    struct send_rewriter *rewriter = calloc(1, sizeof *rewriter);
    struct option_problem problem;
    if (rewriter == NULL) {
        option_problem_set(reterr_problem, "not enough memory");
        return NULL;
    }
    for (; rewriter->rule_count < count; rewriter->rule_count++) {
        const char *rule = rules[rewriter->rule_count];
        if (!rule_parse(rule, &rewriter->rules[rewriter->rule_count], &problem)) {
            option_problem_set(reterr_problem, "'%.80s': %s", rule, problem.text);
            free(rewriter);
            return NULL;
        }
    }
    return rewriter;
}

void rewrite_close(struct send_rewriter *rewriter)
{
    free(rewriter);
}

/* What becomes of a value by the first rule that it meets; false: it stays. */
static bool find_value(const struct send_rewriter *rewriter, int family, unsigned side,
                       const struct rule_value *value, struct rule_value *ret_value)
{
    for (unsigned i = 0; i < rewriter->rule_count; i++)
        if (rule_apply(&rewriter->rules[i], family, side, value, ret_value))
            return memcmp(value->byte, ret_value->byte, rule_len(family)) != 0;
    return false;
}

/* --- tags --- */

/* The first tag of an Ethernet frame as a value; RULE_NO_TAG: it has none. */
static struct rule_value tag_of(struct pkt_view frame)
{
    uint16_t type = pkt_u16(frame, ETHERNET_MACS);
    bool is_tagged =
        type == PKT_ETHERTYPE_VLAN || type == PKT_ETHERTYPE_QINQ || type == PKT_ETHERTYPE_QINQ_OLD;
    uint16_t id = is_tagged && pkt_view_has(frame, ETHERNET_MACS, TAG_LEN)
                      ? pkt_u16(frame, ETHERNET_MACS + 2) & 0xfff
                      : RULE_NO_TAG;
    return (struct rule_value){
        {(uint8_t)(id >> 8), (uint8_t)id}
    };
}

static bool is_tag(const struct rule_value *value)
{
    return value->byte[0] != RULE_NO_TAG >> 8;
}

/* Copies the frame, with its first tag changed, taken off or put on; returns its length. */
static size_t copy_frame(struct send_rewriter *rewriter, struct pkt_view frame, uint16_t linktype)
{
    struct pkt_room room = pkt_room_make(rewriter->bytes, sizeof rewriter->bytes);
    struct rule_value old_tag, tag;
    rewriter->touched = false;
    bool has_macs = linktype == PKT_LINKTYPE_ETHERNET && frame.len >= ETHERNET_MACS + 2;
    old_tag = tag_of(frame);
    if (!has_macs || !find_value(rewriter, RULE_VLAN, RULE_SOURCE, &old_tag, &tag)) {
        pkt_set_bytes(room, 0, frame.ptr, frame.len);
        return frame.len;
    }
    rewriter->touched = true;
    size_t from = ETHERNET_MACS + (is_tag(&old_tag) ? TAG_LEN : 0);
    size_t to = ETHERNET_MACS + (is_tag(&tag) ? TAG_LEN : 0);
    struct pkt_view rest = pkt_view_from(frame, from);
    pkt_set_bytes(room, 0, frame.ptr, ETHERNET_MACS);
    if (is_tag(&tag)) {
        uint16_t id = (uint16_t)(tag.byte[0] << 8 | tag.byte[1]);
        uint16_t control = is_tag(&old_tag) ? pkt_u16(frame, ETHERNET_MACS + 2) & 0xf000 : 0;
        pkt_set_u16(room, ETHERNET_MACS,
                    is_tag(&old_tag) ? pkt_u16(frame, ETHERNET_MACS) : PKT_ETHERTYPE_VLAN);
        pkt_set_u16(room, ETHERNET_MACS + 2, control | id);
    }
    pkt_set_bytes(room, to, rest.ptr, rest.len);
    return to + rest.len;
}

/* --- places --- */

/* Rewrites the value at off, if a rule says so. */
static void place(struct send_rewriter *rewriter, size_t off, int family, unsigned side)
{
    struct pkt_view frame = pkt_room_view(rewriter->frame.packet);
    struct rule_value value = {{0}}, changed;
    size_t len = rule_len(family);
    if (!pkt_view_has(frame, off, len))
        return;
    pkt_copy(frame, off, value.byte, len);
    if (find_value(rewriter, family, side, &value, &changed) &&
        pkt_template_set_bytes(&rewriter->frame, off, pkt_view_make(changed.byte, len)) == PKT_TEMPLATE_OK)
        rewriter->touched = true;
}

/* Where addresses and ports stand in a header. */
static const struct {
    uint8_t proto;
    uint8_t off;
    uint8_t family;
    uint8_t side;
} places[] = {
    {PKT_PROTO_ETHERNET, 0,  RULE_MAC,  RULE_DESTINATION},
    {PKT_PROTO_ETHERNET, 6,  RULE_MAC,  RULE_SOURCE     },
    {PKT_PROTO_IPV4,     12, RULE_IP4,  RULE_SOURCE     },
    {PKT_PROTO_IPV4,     16, RULE_IP4,  RULE_DESTINATION},
    {PKT_PROTO_IPV6,     8,  RULE_IP6,  RULE_SOURCE     },
    {PKT_PROTO_IPV6,     24, RULE_IP6,  RULE_DESTINATION},
    {PKT_PROTO_UDP,      0,  RULE_PORT, RULE_SOURCE     },
    {PKT_PROTO_UDP,      2,  RULE_PORT, RULE_DESTINATION},
    {PKT_PROTO_TCP,      0,  RULE_PORT, RULE_SOURCE     },
    {PKT_PROTO_TCP,      2,  RULE_PORT, RULE_DESTINATION},
};

/* Sender and target of ARP between Ethernet and IPv4; a hardware address of zeroes is one that is asked for.
 */
static void rewrite_arp(struct send_rewriter *rewriter, const struct pkt_packet *packet, unsigned layer)
{
    struct pkt_arp arp;
    size_t off = packet->layer[layer].off;
    if (!pkt_as_arp(packet, layer, &arp) || !pkt_arp_is_ethernet_ipv4(arp))
        return;
    struct pkt_mac target = pkt_mac_at(arp.message, 18);
    bool is_asked = pkt_mac_equal(target, (struct pkt_mac){{0}});
    place(rewriter, off + 8, RULE_MAC, RULE_SOURCE);
    place(rewriter, off + 14, RULE_IP4, RULE_SOURCE);
    if (!is_asked)
        place(rewriter, off + 18, RULE_MAC, RULE_DESTINATION);
    place(rewriter, off + 24, RULE_IP4, RULE_DESTINATION);
}

/* Link-layer addresses in the options of a message of neighbour discovery, which start at options_off. */
static void rewrite_nd_options(struct send_rewriter *rewriter, struct pkt_icmp icmp, size_t options_off)
{
    struct pkt_list list;
    struct pkt_option option;
    struct pkt_view address;
    pkt_nd_options(icmp, &list);
    while (pkt_option_next(&list, &option))
        if (pkt_nd_link_address(&option, &address) && address.len == 6)
            place(rewriter, options_off + option.off + 2, RULE_MAC,
                  option.type == PKT_ND_OPTION_SOURCE_LLA ? RULE_SOURCE : RULE_DESTINATION);
}

/* Target and destination, and link-layer addresses in the options (RFC 4861 4.1 to 4.5). */
static void rewrite_nd(struct send_rewriter *rewriter, const struct pkt_packet *packet, unsigned layer)
{
    /* From router solicitation on: where the target, the destination and the options are; 0: there is none.
     */
    static const struct {
        uint8_t target, destination, options;
    } forms[] = {
        {0, 0,  8 },
        {0, 0,  16},
        {8, 0,  24},
        {8, 0,  24},
        {8, 24, 40},
    };
    struct pkt_icmp icmp;
    size_t off = packet->layer[layer].off;
    if (!pkt_as_icmp(packet, layer, &icmp) || !pkt_icmp_is_nd(icmp))
        return;
    unsigned form = pkt_icmp_type(icmp) - PKT_ICMP6_ROUTER_SOLICITATION;
    unsigned side = pkt_icmp_type(icmp) == PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT ? RULE_SOURCE : RULE_DESTINATION;
    rewrite_nd_options(rewriter, icmp, off + forms[form].options);
    if (forms[form].target != 0)
        place(rewriter, off + forms[form].target, RULE_IP6, side);
    if (forms[form].destination != 0)
        place(rewriter, off + forms[form].destination, RULE_IP6, RULE_DESTINATION);
}

static void rewrite_layer(struct send_rewriter *rewriter, const struct pkt_packet *packet, unsigned layer)
{
    uint8_t proto = packet->layer[layer].proto;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (places[i].proto == proto)
            place(rewriter, packet->layer[layer].off + places[i].off, places[i].family, places[i].side);
    if (proto == PKT_PROTO_ARP)
        rewrite_arp(rewriter, packet, layer);
    else if (proto == PKT_PROTO_ICMP6)
        rewrite_nd(rewriter, packet, layer);
}

struct pkt_view rewrite_apply(struct send_rewriter *rewriter, struct pkt_view bytes, uint16_t linktype)
{
    struct pkt_packet packet;
    if (bytes.len > PKT_CAPTURE_RECORD_MAX)
        return bytes;
    size_t len = copy_frame(rewriter, bytes, linktype);
    struct pkt_view frame = pkt_view_make(rewriter->bytes, len);
    /* A port may say what follows it (VXLAN's): it is changed all the same. */
    pkt_template_init(&rewriter->frame, pkt_room_make(rewriter->bytes, len), linktype, PKT_TEMPLATE_FORCE);
    pkt_decode(frame, (uint32_t)len, linktype, 0, &packet);
    for (unsigned i = 0; i < packet.layer_count; i++)
        rewrite_layer(rewriter, &packet, i);
    return rewriter->touched ? frame : bytes;
}
