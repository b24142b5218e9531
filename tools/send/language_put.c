/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Putting link layers, network layers, transport, tunnels and payloads, with the defaults of what nobody
 * wrote.
 */
#include "language_put.h"

#include "pkt/link.h"
#include "pkt/linktype.h"
#include "pkt/transport.h"

enum {
    PORT_SOURCE = 40000,
    PORT_UDP = 9, /* discard (RFC 863) */
    PORT_TCP = 80,
    TCP_FLAGS_OFF = 103, /* bits */
    TCP_FLAGS_LEN = 9,
    PAD_DEFAULT = 60,
};

/* --- link layers --- */

/* The header that a frame carries behind its tags. */
static const struct layer *carried(struct maker *maker, const struct layer *layer)
{
    do
        layer = maker_behind(maker, layer, 1);
    while (layer != NULL && (layer->proto == PKT_PROTO_VLAN || layer->proto == PKT_PROTO_LLC));
    return layer;
}

static const struct pkt_mac broadcast = {
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
};

/* An ARP reply goes to who asked, everything else to all. */
static struct pkt_mac arp_destination(const struct layer *arp)
{
    const struct slot *target = layer_value(arp, "arp.dst.hw_mac");
    struct pkt_mac mac = target == NULL ? (struct pkt_mac){{0}} : pkt_mac_at(target->bytes, 0);
    bool is_known = (mac.byte[0] | mac.byte[1] | mac.byte[2] | mac.byte[3] | mac.byte[4] | mac.byte[5]) != 0;
    return is_known ? mac : broadcast;
}

static struct pkt_mac mac_for(const struct maker *maker, const struct layer *network)
{
    bool is_own = network == maker->first_network && maker->has_path;
    if (network == NULL)
        return default_mac_destination;
    if (network->proto == PKT_PROTO_ARP)
        return arp_destination(network);
    if (network->proto == PKT_PROTO_IPV4 && pkt_ip4_is_multicast(network->destination.ip4))
        return pkt_mac_of_ip4_group(network->destination.ip4);
    if (network->proto == PKT_PROTO_IPV4 && pkt_ip4_is_broadcast(network->destination.ip4))
        return broadcast;
    if (network->proto == PKT_PROTO_IPV6 && pkt_ip6_is_multicast(network->destination.ip6))
        return pkt_mac_of_ip6_group(network->destination.ip6);
    return is_own ? maker->path.next_hop_mac : default_mac_destination;
}

struct pkt_mac own_mac(const struct maker *maker, bool is_own)
{
    return is_own && maker->has_path ? maker->path.mac : default_mac_source;
}

void put_ethernet(struct maker *maker, struct layer *layer)
{
    const struct layer *network = carried(maker, layer);
    bool is_own = layer == maker->line->layer;
    bool is_given = layer_value(layer, "eth.dst") != NULL && layer_value(layer, "eth.src") != NULL;
    if (is_own && !is_given && network != NULL && network == maker->first_network)
        maker_need_path(maker, layer);
    pkt_build_ethernet(&maker->build, &(struct pkt_ethernet_spec){.dst = mac_for(maker, network),
                                                                  .src = own_mac(maker, is_own)});
}

void put_llc(struct maker *maker, struct layer *layer)
{
    (void)layer;
    pkt_build_llc(&maker->build, NULL);
}

void put_null(struct maker *maker, struct layer *layer)
{
    pkt_build_null(&maker->build,
                   &(struct pkt_null_spec){.loop = layer->kind->linktype == PKT_LINKTYPE_LOOP});
}

void put_sll(struct maker *maker, struct layer *layer)
{
    struct pkt_sll_spec spec = {.address =
                                    pkt_view_make(default_mac_source.byte, sizeof default_mac_source.byte)};
    if (layer->proto == PKT_PROTO_SLL2)
        pkt_build_sll2(&maker->build, &spec);
    else
        pkt_build_sll(&maker->build, &spec);
}

void put_ppp(struct maker *maker, struct layer *layer)
{
    (void)layer;
    pkt_build_ppp(&maker->build, NULL);
}

void put_vlan(struct maker *maker, struct layer *layer)
{
    bool is_outer =
        maker_behind(maker, layer, 1) != NULL && maker_behind(maker, layer, 1)->proto == PKT_PROTO_VLAN;
    (void)is_outer;
    pkt_build_vlan(&maker->build, &(struct pkt_vlan_spec){.id = FIRST_ID});
}

void put_arp(struct maker *maker, struct layer *layer)
{
    struct pkt_mac own = own_mac(maker, layer == maker->first_network);
    struct pkt_arp_spec spec = {
        .operation = (uint16_t)layer_type(layer),
        .sender_hardware = pkt_view_make(own.byte, sizeof own.byte),
        .sender_protocol = pkt_view_make(layer->source.ip4.byte, sizeof layer->source.ip4.byte),
        .target_protocol = pkt_view_make(layer->destination.ip4.byte, sizeof layer->destination.ip4.byte),
    };
    pkt_build_arp(&maker->build, &spec);
}

/* --- network --- */

/*
 * A number that tells the packets of a flow apart in the ICMP errors that quote them; 0 for what is not to be
 * sent from here. Each has its own (RFC 6864 4.1), until 65,535 have gone.
 */
static uint16_t own_number(const struct maker *maker, const struct layer *layer)
{
    bool is_sent = layer == maker->first_network && maker->context->resolve != NULL;
    return is_sent ? (uint16_t)(maker->serial % UINT16_MAX + 1) : 0;
}

void put_ip4(struct maker *maker, struct layer *layer)
{
    struct pkt_ipv4_spec spec = {.ttl = 0};
    bool wants_alert = envelope_ip4(maker, layer, &spec);
    spec.src = layer->source.ip4;
    spec.dst = layer->destination.ip4;
    spec.id = own_number(maker, layer);
    pkt_build_ipv4(&maker->build, &spec);
    if (wants_alert && layer->options == NULL)
        pkt_build_ipv4_router_alert(&maker->build, 0);
}

void put_ip6(struct maker *maker, struct layer *layer)
{
    struct pkt_ipv6_spec spec = {.hop_limit = 0};
    (void)envelope_ip6(maker, layer, &spec);
    spec.src = layer->source.ip6;
    spec.dst = layer->destination.ip6;
    spec.flow_label = own_number(maker, layer);
    pkt_build_ipv6(&maker->build, &spec);
}

void put_hopopts(struct maker *maker, struct layer *layer)
{
    pkt_build_ipv6_hopopts(&maker->build);
    if (layer->is_inserted)
        pkt_build_ipv6_router_alert(&maker->build, 0);
}

void put_dstopts(struct maker *maker, struct layer *layer)
{
    (void)layer;
    pkt_build_ipv6_dstopts(&maker->build);
}

bool next_address(struct slot *slot, uint64_t index, void *ret_address, size_t len)
{
    if (slot == NULL || index >= slot->count)
        return false;
    slot_at(slot, index);
    pkt_copy(slot->bytes, 0, ret_address, len);
    return true;
}

/* Segments (RFC 8754), unless the type says another. */
void put_routing(struct maker *maker, struct layer *layer)
{
    enum { SEGMENTS = 4 };
    const struct slot *type = layer_value(layer, "ipv6.routing.type");
    struct pkt_ip6 address;
    pkt_build_ipv6_routing(&maker->build, &(struct pkt_ipv6_routing_spec){
                                              .type = type == NULL ? SEGMENTS : (uint8_t)type->number.low});
    for (uint64_t i = 0;
         maker->build.error == 0 && next_address(layer->sources, i, address.byte, sizeof address.byte); i++)
        pkt_build_ipv6_routing_address(&maker->build, address);
}

void put_fragment_header(struct maker *maker, struct layer *layer)
{
    (void)layer;
    pkt_build_ipv6_fragment(&maker->build, &(struct pkt_ipv6_fragment_spec){.id = FIRST_ID});
}

/* --- transport and tunnels --- */

void put_udp(struct maker *maker, struct layer *layer)
{
    const struct layer *next = maker_behind(maker, layer, 1);
    bool is_vxlan = next != NULL && next->proto == PKT_PROTO_VXLAN;
    pkt_build_udp(&maker->build,
                  &(struct pkt_udp_spec){.src = PORT_SOURCE, .dst = is_vxlan ? PKT_PORT_VXLAN : PORT_UDP});
}

/* SYN, unless flags were set. */
void put_tcp(struct maker *maker, struct layer *layer)
{
    bool has_flags = false;
    for (const struct setting *setting = layer->settings; setting != NULL; setting = setting->next)
        has_flags |= strncmp(setting->field.field->name, "tcp.flags", 9) == 0;
    pkt_build_tcp(&maker->build, &(struct pkt_tcp_spec){.src = PORT_SOURCE, .dst = PORT_TCP});
    if (has_flags)
        pkt_build_set_bits(&maker->build, pkt_build_last(&maker->build), TCP_FLAGS_OFF, TCP_FLAGS_LEN, 0);
}

/* Its optional fields are there when they are set. */
void put_gre(struct maker *maker, struct layer *layer)
{
    struct pkt_gre_spec spec = {
        .has_checksum =
            layer_value(layer, "gre.checksum") != NULL || layer_value(layer, "gre.flags.checksum") != NULL,
        .has_key = layer_value(layer, "gre.key") != NULL,
        .has_sequence = layer_value(layer, "gre.sequence_number") != NULL,
    };
    pkt_build_gre(&maker->build, &spec);
}

void put_vxlan(struct maker *maker, struct layer *layer)
{
    (void)layer;
    pkt_build_vxlan(&maker->build, FIRST_ID);
}

/* --- what is no header --- */

/* Bytes of the packet, or behind it. */
static void add_bytes(struct maker *maker, struct pkt_view bytes)
{
    if (maker->in_trailer)
        pkt_build_trailer(&maker->build, bytes);
    else
        pkt_build_payload(&maker->build, bytes);
}

static void fill_random(const struct maker *maker, const struct layer *layer, size_t len)
{
    for (size_t i = 0; i < len; i += 8) {
        uint64_t random = scramble(maker->context->seed, maker->serial, (uint64_t)layer->index << 32 | i);
        wide_store((struct wide){0, random}, maker->scratch + i, len - i < 8 ? len - i : 8);
    }
}

void put_payload(struct maker *maker, struct layer *layer)
{
    uint64_t number = layer->length == NULL ? 1 : layer->length->number.low;
    if (layer->payload == PAYLOAD_BYTES) {
        for (uint64_t i = 0; i < number && maker->build.error == PKT_BUILD_OK; i++)
            add_bytes(maker, layer->bytes);
        return;
    }
    if (layer->payload == PAYLOAD_FILL)
        memset(maker->scratch, layer->fill, number);
    else
        fill_random(maker, layer, number);
    add_bytes(maker, pkt_view_make(maker->scratch, number));
}

void put_trailer(struct maker *maker, struct layer *layer)
{
    (void)layer;
    maker->in_trailer = true;
}

void put_pad(struct maker *maker, struct layer *layer)
{
    pkt_build_pad(&maker->build, layer->extra[0] == NULL ? PAD_DEFAULT : layer->extra[0]->number.low);
}

void put_end(struct maker *maker, struct layer *layer)
{
    if (maker->error_count == 0)
        maker_fail(maker, layer->off, layer->len,
                   "nothing is quoted here: \"end\" ends what an ICMP error quotes");
    else
        maker_end_quotation(maker);
}

/* What it says is done to the finished packet: see plan.c. */
void put_fragmentation(struct maker *maker, struct layer *layer)
{
    if (maker->first_network == NULL || (maker->first_network->kind->flags & LAYER_NETWORK) == 0)
        maker_fail(maker, layer->off, layer->len, "only IP packets have fragments");
}
