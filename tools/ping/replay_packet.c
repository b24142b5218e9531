/* SPDX-License-Identifier: BSD-2-Clause */
#include "replay_packet.h"

#include "pkt/icmp.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"

enum {
    HEADER_LEN = 8, /* of an echo (RFC 792, RFC 4443 4.1) */
    IP4_HEADER_LEN = 20,
    PROTOCOL_ICMP = 1,
    PROTOCOL_ICMP6 = 58,
    SEQUENCE_OFF = 6,
};

/* An IP header in the terms of an event. */
static bool read_network(const struct pkt_packet *packet, int row, struct pkt_icmp_event *event)
{
    struct pkt_ipv4 ip4;
    struct pkt_ipv6 ip6;
    if (row >= 0 && pkt_as_ipv4(packet, (unsigned)row, &ip4)) {
        event->from = pkt_ip_from4(pkt_ipv4_src(ip4));
        event->to = pkt_ip_from4(pkt_ipv4_dst(ip4));
        event->hop_limit = pkt_ipv4_ttl(ip4);
        event->traffic_class = pkt_ipv4_tos(ip4);
        event->options = pkt_view_from(ip4.header, IP4_HEADER_LEN);
        return true;
    }
    if (row >= 0 && pkt_as_ipv6(packet, (unsigned)row, &ip6)) {
        event->from = pkt_ip_from6(pkt_ipv6_src(ip6));
        event->to = pkt_ip_from6(pkt_ipv6_dst(ip6));
        event->hop_limit = pkt_ipv6_hop_limit(ip6);
        event->traffic_class = pkt_ipv6_traffic_class(ip6);
        return true;
    }
    return false;
}

static bool is_icmp(const struct pkt_layer *layer)
{
    return layer->proto == PKT_PROTO_ICMP || layer->proto == PKT_PROTO_ICMP6;
}

/* The first row of ICMP from a row on, quoted or not; -1: none. */
static int find_icmp(const struct pkt_packet *packet, unsigned from, bool quoted)
{
    for (unsigned i = from; i < packet->layer_count; i++)
        if (is_icmp(&packet->layer[i]) && ((packet->layer[i].flags & PKT_LAYER_QUOTED) != 0) == quoted)
            return (int)i;
    return -1;
}

/* A fragment of an ICMP message that does not begin it. */
static bool is_later_fragment(const struct pkt_packet *packet)
{
    for (unsigned i = 0; i < packet->layer_count; i++) {
        const struct pkt_layer *layer = &packet->layer[i];
        if (layer->proto == PKT_PROTO_PAYLOAD && (layer->flags & PKT_LAYER_FRAGMENT) != 0 &&
            (layer->next == PROTOCOL_ICMP || layer->next == PROTOCOL_ICMP6))
            return true;
    }
    return false;
}

static bool is_echo(const struct pkt_icmp_event *event, bool *ret_is_reply)
{
    bool is_ip6 = event->from.version == 6;
    *ret_is_reply = event->type == (is_ip6 ? PKT_ICMP6_ECHO_REPLY : PKT_ICMP_ECHO_REPLY);
    return *ret_is_reply || event->type == (is_ip6 ? PKT_ICMP6_ECHO_REQUEST : PKT_ICMP_ECHO_REQUEST);
}

static void read_echo(bool is_reply, struct replay_message *message)
{
    const struct pkt_icmp_event *event = &message->event;
    message->kind = is_reply ? REPLAY_REPLY : REPLAY_REQUEST;
    if (!is_reply && event->checksum == PKT_CHECKSUM_BAD)
        message->kind = REPLAY_DAMAGED;
    message->flow.source = is_reply ? event->to : event->from;
    message->flow.destination = is_reply ? event->from : event->to;
    message->flow.identifier = pkt_u16(event->message, 4);
    message->sequence = pkt_u16(event->message, SEQUENCE_OFF);
}

/* A group address of Ethernet (IEEE 802.3 3.2.3): the lowest bit of the first octet. */
static bool is_to_link_group(const struct pkt_packet *packet)
{
    int row = pkt_layer_find(packet, PKT_PROTO_ETHERNET, 0);
    return row >= 0 && (pkt_u8(pkt_layer_bytes(packet, (unsigned)row), 0) & 1) != 0;
}

static bool is_to_group(const struct pkt_packet *packet, struct pkt_ip to)
{
    return pkt_ip_is_multicast(to) || (to.version == 4 && pkt_ip4_is_broadcast(to.ip4)) ||
           is_to_link_group(packet);
}

/* The octets 4 to 7 and the extensions of an error. */
static void read_error_fields(const struct pkt_packet *packet, unsigned row, struct pkt_icmp_event *event)
{
    struct pkt_icmp icmp;
    struct pkt_icmp_extension extension;
    if (!pkt_as_icmp(packet, row, &icmp))
        return;
    bool is_too_long = icmp.v6 ? event->type == PKT_ICMP6_PACKET_TOO_BIG
                               : event->type == PKT_ICMP_UNREACHABLE && event->code == 4;
    bool is_parameter = event->type == (icmp.v6 ? PKT_ICMP6_PARAMETER_PROBLEM : PKT_ICMP_PARAMETER_PROBLEM);
    event->mtu = is_too_long ? pkt_icmp_mtu(icmp) : 0;
    event->pointer = is_parameter ? pkt_icmp_pointer(icmp) : 0;
    if (!icmp.v6 && event->type == PKT_ICMP_REDIRECT)
        event->gateway = pkt_ip_from4(pkt_icmp_gateway(icmp));
    if (icmp.v6 && event->type == PKT_ICMP6_REDIRECT)
        event->gateway = pkt_ip_from6(pkt_nd_target(icmp));
    if (pkt_as_icmp_extension(packet, row + 1, &extension))
        event->extensions = extension.structure;
}

/* The echo request that an error quotes. */
static void read_quotation(const struct pkt_packet *packet, unsigned row, struct replay_message *message)
{
    struct pkt_icmp_event quoted = {.kind = 0};
    struct pkt_icmp_event *event = &message->event;
    bool is_reply;
    int at = find_icmp(packet, row + 1, true);
    if (at < 0 || !read_network(packet, pkt_layer_network(packet, (unsigned)at), &quoted))
        return;
    event->quoted = pkt_layer_bytes(packet, (unsigned)at);
    quoted.type = pkt_u8(event->quoted, 0);
    if (event->quoted.len < HEADER_LEN || !is_echo(&quoted, &is_reply) || is_reply)
        return;
    message->kind = event->checksum == PKT_CHECKSUM_BAD ? REPLAY_DAMAGED : REPLAY_ERROR;
    event->quoted_destination = quoted.to;
    message->flow = (struct replay_flow){
        .source = quoted.from, .destination = quoted.to, .identifier = pkt_u16(event->quoted, 4)};
    message->sequence = pkt_u16(event->quoted, SEQUENCE_OFF);
}

void replay_packet_read(const struct pkt_packet *packet, struct replay_message *ret_message)
{
    struct pkt_icmp_event *event = &ret_message->event;
    bool is_reply;
    int row = find_icmp(packet, 0, false);
    *ret_message = (struct replay_message){.kind = REPLAY_OTHER};
    if (row < 0) {
        ret_message->kind = is_later_fragment(packet) ? REPLAY_FRAGMENT : REPLAY_OTHER;
        return;
    }
    const struct pkt_layer *layer = &packet->layer[row];
    if (!read_network(packet, pkt_layer_network(packet, (unsigned)row), event))
        return;
    event->message = pkt_layer_bytes(packet, (unsigned)row);
    event->wire_len = layer->len;
    event->truncated = event->message.len < layer->len;
    event->type = pkt_u8(event->message, 0);
    event->code = pkt_u8(event->message, 1);
    event->checksum = pkt_checksum_verify(packet, (unsigned)row).state;
    if (event->message.len < HEADER_LEN) {
        ret_message->kind = event->truncated ? REPLAY_CUT : REPLAY_DAMAGED;
        return;
    }
    if (is_echo(event, &is_reply)) {
        event->kind = PKT_ICMP_EVENT_MESSAGE;
        read_echo(is_reply, ret_message);
        ret_message->is_group = !is_reply && is_to_group(packet, event->to);
        return;
    }
    event->kind = PKT_ICMP_EVENT_ERROR;
    read_error_fields(packet, (unsigned)row, event);
    read_quotation(packet, (unsigned)row, ret_message);
}
