/* SPDX-License-Identifier: BSD-2-Clause */
#include "hazard.h"

#include "pkt/icmp.h"
#include "pkt/igmp.h"
#include "pkt/link.h"

/* The outermost row of a protocol, before anything tunnelled or quoted; -1: none. */
static int own_layer(const struct pkt_packet *packet, enum pkt_proto proto)
{
    int layer = pkt_layer_find(packet, proto, 0);
    bool is_own = layer >= 0 && (packet->layer[layer].flags & (PKT_LAYER_INNER | PKT_LAYER_QUOTED)) == 0;
    return is_own ? layer : -1;
}

/* ARP whose sender and target are the same address, or any reply: it overwrites what hosts know (RFC 5227 3).
 */
static bool claims_by_arp(const struct pkt_packet *packet, hazard_is_ours *is_ours, void *context)
{
    struct pkt_arp arp;
    int layer = own_layer(packet, PKT_PROTO_ARP);
    if (layer < 0 || !pkt_as_arp(packet, (unsigned)layer, &arp))
        return false;
    struct pkt_view sender = pkt_arp_sender_protocol(arp), target = pkt_arp_target_protocol(arp);
    bool is_gratuitous =
        sender.len == target.len && sender.len != 0 && memcmp(sender.ptr, target.ptr, sender.len) == 0;
    bool is_probe = sender.len == 4 && pkt_ip4_is_unspecified(pkt_ip4_at(sender, 0));
    return (is_gratuitous || pkt_arp_operation(arp) == 2) && !is_probe && !is_ours(context, sender);
}

static bool claims_by_nd(struct pkt_icmp icmp, hazard_is_ours *is_ours, void *context)
{
    struct pkt_ip6 target = pkt_nd_target(icmp);
    return !is_ours(context, pkt_view_make(target.byte, sizeof target.byte));
}

static enum send_hazard hazard_of_icmp6(struct pkt_icmp icmp, hazard_is_ours *is_ours, void *context)
{
    switch (pkt_icmp_type(icmp)) {
    case PKT_ICMP6_ROUTER_ADVERTISEMENT:
        return HAZARD_ROUTER;
    case PKT_ICMP6_REDIRECT:
        return HAZARD_REDIRECT;
    case PKT_ICMP6_MLD_QUERY:
        return pkt_mld_version(icmp) == 1 ? HAZARD_OLD_QUERY : HAZARD_NONE;
    case PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT:
        return claims_by_nd(icmp, is_ours, context) ? HAZARD_ADDRESS : HAZARD_NONE;
    default:
        return HAZARD_NONE;
    }
}

static enum send_hazard hazard_of_icmp(struct pkt_icmp icmp)
{
    if (pkt_icmp_type(icmp) == PKT_ICMP_REDIRECT)
        return HAZARD_REDIRECT;
    return pkt_icmp_type(icmp) == PKT_ICMP_ROUTER_ADVERTISEMENT ? HAZARD_ROUTER : HAZARD_NONE;
}

static bool is_old_query(const struct pkt_packet *packet)
{
    struct pkt_igmp igmp;
    int layer = own_layer(packet, PKT_PROTO_IGMP);
    return layer >= 0 && pkt_as_igmp(packet, (unsigned)layer, &igmp) &&
           pkt_igmp_type(igmp) == PKT_IGMP_QUERY && pkt_igmp_version(igmp) < 3;
}

enum send_hazard hazard_of(const struct pkt_packet *packet, hazard_is_ours *is_ours, void *context)
{
    struct pkt_icmp icmp;
    int icmp4 = own_layer(packet, PKT_PROTO_ICMP), icmp6 = own_layer(packet, PKT_PROTO_ICMP6);
    if (icmp4 >= 0 && pkt_as_icmp(packet, (unsigned)icmp4, &icmp))
        return hazard_of_icmp(icmp);
    if (icmp6 >= 0 && pkt_as_icmp(packet, (unsigned)icmp6, &icmp))
        return hazard_of_icmp6(icmp, is_ours, context);
    if (is_old_query(packet))
        return HAZARD_OLD_QUERY;
    return claims_by_arp(packet, is_ours, context) ? HAZARD_ADDRESS : HAZARD_NONE;
}

const char *hazard_sentence(enum send_hazard hazard)
{
    static const char *const sentences[HAZARD_COUNT] = {
        [HAZARD_NONE] = "harmless",
        [HAZARD_OLD_QUERY] =
            "an older version's query: hosts and switches fall back to that version for minutes",
        [HAZARD_ROUTER] = "a router advertisement: hosts take its sender as their router",
        [HAZARD_REDIRECT] = "a redirect: hosts send their packets another way",
        [HAZARD_ADDRESS] =
            "a claim to an address that is not this machine's: hosts send that address's packets here",
    };
    return sentences[hazard];
}
