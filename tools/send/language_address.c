/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses that nobody wrote: by what the packet carries, by what the machine knows, or those for
 * documentation.
 */
#include "language.h"

#include "pkt/membership.h"
#include "pkt/nd_build.h"

const struct pkt_ip4 default_ip4_source = {
    {192, 0, 2, 1}
};
const struct pkt_ip4 default_ip4_destination = {
    {192, 0, 2, 2}
};
const struct pkt_ip6 default_ip6_source = {
    {0x20, 0x01, 0x0d, 0xb8, [15] = 1}
};
const struct pkt_ip6 default_ip6_destination = {
    {0x20, 0x01, 0x0d, 0xb8, [15] = 2}
};
const struct pkt_ip6 default_ip6_link_local = {
    {0xfe, 0x80, [15] = 1}
};
const struct pkt_mac default_mac_source = {
    {2, 0, 0, 0, 0, 1}
};
const struct pkt_mac default_mac_destination = {
    {2, 0, 0, 0, 0, 2}
};

struct layer *maker_behind(struct maker *maker, const struct layer *layer, unsigned n)
{
    struct line *line = maker->line;
    size_t at = (size_t)(layer - line->layer) + n;
    return at < line->layer_count ? &line->layer[at] : NULL;
}

const struct slot *layer_value(const struct layer *layer, const char *field)
{
    const struct slot *slot = NULL;
    for (const struct setting *setting = layer->settings; setting != NULL; setting = setting->next)
        if (strcmp(setting->field.field->name, field) == 0)
            slot = setting->slot;
    return slot;
}

unsigned layer_type(const struct layer *layer)
{
    for (const struct setting *setting = layer->settings; setting != NULL; setting = setting->next)
        if (setting->role == ROLE_TYPE)
            return (unsigned)setting->slot->number.low;
    const struct word *message = layer->message != NULL ? layer->message : layer->kind->words;
    if (message == NULL)
        return 0;
    /* Router discovery has a kind without a protocol, and types for either family. */
    bool is_mrd6 = layer->kind->proto == PKT_PROTO_NONE && layer->proto == PKT_PROTO_ICMP6;
    return (unsigned)message->type + (is_mrd6 ? PKT_ICMP6_MRD_ADVERTISEMENT - PKT_IGMP_MRD_ADVERTISEMENT : 0);
}

static struct pkt_ip4 ip4_of(const struct slot *slot)
{
    return slot == NULL ? (struct pkt_ip4){{0}} : pkt_ip4_at(slot->bytes, 0);
}

static struct pkt_ip6 ip6_of(const struct slot *slot)
{
    return slot == NULL ? (struct pkt_ip6){{0}} : pkt_ip6_at(slot->bytes, 0);
}

/* --- by what it carries --- */

/* The layer of a message behind an IP header and its extension headers. */
static struct layer *message_behind(struct maker *maker, const struct layer *ip, uint8_t proto)
{
    struct layer *layer = maker_behind(maker, ip, 1);
    while (layer != NULL && (layer->proto == PKT_PROTO_IP6_HOPOPTS || layer->proto == PKT_PROTO_IP6_DSTOPTS ||
                             layer->proto == PKT_PROTO_IP6_ROUTING || layer->proto == PKT_PROTO_IP6_FRAGMENT))
        layer = maker_behind(maker, layer, 1);
    return layer != NULL && layer->proto == proto ? layer : NULL;
}

bool envelope_ip4(struct maker *maker, const struct layer *ip, struct pkt_ipv4_spec *spec)
{
    struct layer *message = message_behind(maker, ip, PKT_PROTO_IGMP);
    if (message == NULL)
        return false;
    return pkt_igmp_envelope((uint8_t)layer_type(message), ip4_of(layer_value(message, "igmp.maddr")), spec);
}

bool envelope_ip6(struct maker *maker, const struct layer *ip, struct pkt_ipv6_spec *spec)
{
    struct layer *message = message_behind(maker, ip, PKT_PROTO_ICMP6);
    if (message == NULL)
        return false;
    uint8_t type = (uint8_t)layer_type(message);
    if (pkt_mld_envelope(type, ip6_of(layer_value(message, "icmpv6.mld.multicast_address")), spec))
        return true;
    if (type < PKT_ICMP6_ROUTER_SOLICITATION || type > PKT_ICMP6_REDIRECT)
        return false;
    const struct slot *asked = layer_value(message, "icmpv6.nd.ns.target_address");
    bool is_solicitation = type == PKT_ICMP6_NEIGHBOUR_SOLICITATION && asked != NULL;
    struct pkt_ip6 target = is_solicitation ? ip6_of(asked) : default_ip6_destination;
    struct pkt_ipv6_spec nd = pkt_nd_ipv6(type, spec->src, target);
    spec->dst = nd.dst;
    spec->hop_limit = nd.hop_limit;
    return false;
}

/* --- by what is known --- */

static const struct slot *role_value(const struct layer *layer, uint8_t role)
{
    const struct slot *slot = NULL;
    for (const struct setting *setting = layer->settings; setting != NULL; setting = setting->next)
        if (setting->role == role)
            slot = setting->slot;
    return slot;
}

static bool is_same(const struct send_address *a, const struct send_address *b)
{
    if (a->is_ip6 != b->is_ip6 || a->on_link != b->on_link || a->has_mac != b->has_mac)
        return false;
    return a->is_ip6 ? pkt_ip6_equal(a->ip6, b->ip6) : pkt_ip4_equal(a->ip4, b->ip4);
}

/* Where the answer for a destination is kept; another one may have taken its place. */
static struct answer *answer_for(struct maker *maker, const struct send_address *destination)
{
    struct pkt_view bytes = destination->is_ip6 ? pkt_view_make(&destination->ip6, sizeof destination->ip6)
                                                : pkt_view_make(&destination->ip4, sizeof destination->ip4);
    struct wide number = wide_of(bytes);
    return &maker->cache[scramble(destination->is_ip6, number.high, number.low) % ANSWERS_MAX];
}

/* Asks how to reach the destination, once for each, unless there are very many. */
static void resolve(struct maker *maker, const struct send_address *destination)
{
    const struct send_context *context = maker->context;
    if (context->resolve == NULL)
        return;
    struct answer *answer = answer_for(maker, destination);
    if (!answer->is_known || !is_same(&answer->destination, destination)) {
        *answer = (struct answer){.destination = *destination, .is_known = true};
        answer->has_path = context->resolve(context->resolve_context, destination, &answer->path);
    }
    maker->path = answer->path;
    maker->has_path = answer->has_path;
    maker->was_resolved = true;
}

/* A neighbour that did not answer: finding that out again would keep the others waiting. */
static bool is_silent(const struct answer *answer)
{
    static const struct pkt_mac none;
    return answer->has_path && answer->path.has_next_hop_mac &&
           pkt_mac_equal(answer->path.next_hop_mac, none);
}

void maker_forget(struct maker *maker)
{
    for (size_t i = 0; i < ANSWERS_MAX; i++)
        maker->cache[i].is_known = maker->cache[i].is_known && is_silent(&maker->cache[i]);
}

/* Whether the frame's own header says where the packet goes. */
static bool has_mac(const struct maker *maker)
{
    const struct layer *first = &maker->line->layer[0];
    return first->proto == PKT_PROTO_ETHERNET && layer_value(first, "eth.dst") != NULL;
}

void maker_need_path(struct maker *maker, const struct layer *layer)
{
    if (maker->was_resolved && !maker->has_path)
        maker_fail(maker, layer->off, layer->len,
                   "this machine knows no way to the destination: give the addresses of %s",
                   layer->kind->name);
}

/* The address of the IP header that an ICMP error goes to: it sent what the error quotes. */
static const struct layer *error_before(struct maker *maker, const struct layer *layer)
{
    const struct layer *ip = NULL;
    for (const struct layer *at = maker->line->layer; at < layer; at++)
        if ((at->kind->flags & LAYER_NETWORK) != 0)
            ip = at;
    const struct layer *before = layer == maker->line->layer ? NULL : layer - 1;
    bool is_quoted = before != NULL && (before->proto == PKT_PROTO_ICMP || before->proto == PKT_PROTO_ICMP6);
    return is_quoted && ip != NULL && ip->proto == layer->proto ? ip : NULL;
}

static void find_ip4(struct maker *maker, struct layer *layer, const struct layer *error)
{
    const struct slot *source = role_value(layer, ROLE_SOURCE);
    const struct slot *destination = role_value(layer, ROLE_DESTINATION);
    struct pkt_ipv4_spec spec = {.dst = default_ip4_destination};
    (void)envelope_ip4(maker, layer, &spec);
    layer->destination = (struct send_address){.ip4 = destination != NULL ? ip4_of(destination)
                                                      : error != NULL     ? error->source.ip4
                                                                          : spec.dst};
    layer->source = (struct send_address){.ip4 = error != NULL ? error->destination.ip4 : default_ip4_source};
    if (layer == maker->first_network) {
        layer->destination.has_mac = has_mac(maker);
        resolve(maker, &layer->destination);
        if (maker->has_path && maker->path.has_ip4)
            layer->source.ip4 = maker->path.ip4;
        if (source == NULL)
            maker_need_path(maker, layer);
    }
    if (source != NULL)
        layer->source.ip4 = ip4_of(source);
}

/* Link-local destinations, and groups of that scope, are spoken to from a link-local address (RFC 6724 5);
 * membership is always told from one (RFC 9777 5.1.14, 5.2.13). */
static struct pkt_ip6 ip6_source_for(struct pkt_ip6 destination, bool tells_membership)
{
    bool is_local = tells_membership || pkt_ip6_is_link_local(destination) ||
                    (pkt_ip6_is_multicast(destination) && pkt_ip6_scope(destination) <= 2);
    return is_local ? default_ip6_link_local : default_ip6_source;
}

static void find_ip6(struct maker *maker, struct layer *layer, const struct layer *error)
{
    const struct slot *source = role_value(layer, ROLE_SOURCE);
    const struct slot *destination = role_value(layer, ROLE_DESTINATION);
    struct pkt_ipv6_spec spec = {.dst = default_ip6_destination};
    bool tells_membership = envelope_ip6(maker, layer, &spec);
    layer->destination = (struct send_address){.is_ip6 = true,
                                               .ip6 = destination != NULL ? ip6_of(destination)
                                                      : error != NULL     ? error->source.ip6
                                                                          : spec.dst};
    layer->source = (struct send_address){
        .is_ip6 = true,
        .ip6 = error != NULL ? error->destination.ip6
                             : ip6_source_for(layer->destination.ip6, tells_membership)};
    if (layer == maker->first_network) {
        layer->destination.has_mac = has_mac(maker);
        resolve(maker, &layer->destination);
        if (maker->has_path && maker->path.has_ip6)
            layer->source.ip6 = maker->path.ip6;
        if (source == NULL)
            maker_need_path(maker, layer);
    }
    if (source != NULL)
        layer->source.ip6 = ip6_of(source);
}

static void find_arp(struct maker *maker, struct layer *layer)
{
    const struct slot *source = layer_value(layer, "arp.src.proto_ipv4");
    const struct slot *destination = layer_value(layer, "arp.dst.proto_ipv4");
    layer->destination = (struct send_address){
        .on_link = true, .ip4 = destination != NULL ? ip4_of(destination) : default_ip4_destination};
    layer->source = (struct send_address){.ip4 = default_ip4_source};
    if (layer == maker->first_network) {
        resolve(maker, &layer->destination);
        if (maker->has_path && maker->path.has_ip4)
            layer->source.ip4 = maker->path.ip4;
        if (source == NULL)
            maker_need_path(maker, layer);
    }
    if (source != NULL)
        layer->source.ip4 = ip4_of(source);
}

static bool has_addresses(const struct layer *layer)
{
    return (layer->kind->flags & LAYER_NETWORK) != 0 || layer->proto == PKT_PROTO_ARP;
}

void maker_find_addresses(struct maker *maker)
{
    struct line *line = maker->line;
    maker->first_network = NULL;
    for (unsigned i = 0; i < line->layer_count; i++) {
        struct layer *layer = &line->layer[i];
        if (!has_addresses(layer))
            continue;
        if (maker->first_network == NULL)
            maker->first_network = layer;
        if (layer->proto == PKT_PROTO_ARP)
            find_arp(maker, layer);
        else if (layer->proto == PKT_PROTO_IPV6)
            find_ip6(maker, layer, error_before(maker, layer));
        else
            find_ip4(maker, layer, error_before(maker, layer));
    }
    /* A frame of something else goes to all, as far as the machine's own address is concerned. */
    struct send_address all = {.ip4 = {{0xff, 0xff, 0xff, 0xff}}};
    if (maker->first_network == NULL)
        resolve(maker, &all);
}
