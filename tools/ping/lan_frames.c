/* SPDX-License-Identifier: BSD-2-Clause */
#include "lan_frames.h"

#include "pkt/checksum.h"
#include "pkt/icmp_build.h"
#include "pkt/igmp.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"
#include "pkt/link.h"
#include "pkt/membership.h"
#include "pkt/nd_build.h"
#include "pkt/transport.h"

enum {
    QUERY_RESPONSE_MS = 1000,
    ND_HOP_LIMIT = 255, /* what came from beyond a router has less (RFC 4861 7.1) */
    MDNS_PORT = 5353,
};

static const struct pkt_mac everybody = {
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
};
static const struct pkt_ip4 all_systems = {
    {224, 0, 0, 1}
};
static const struct pkt_ip6 all_nodes = {
    {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
};
static const struct pkt_ip6 highest_link_local = {
    {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
};

/* --- building --- */

static void finish(struct pkt_build *build, struct lan_frame *ret_frame)
{
    struct pkt_view bytes;
    ret_frame->len = pkt_build_finish(build, &bytes) == PKT_BUILD_OK ? bytes.len : 0;
}

static void ask4(struct pkt_build *build, const struct lan_self *self, struct pkt_ip4 target)
{
    pkt_build_ethernet(build, &(struct pkt_ethernet_spec){.dst = everybody, .src = self->mac});
    pkt_build_arp(build,
                  &(struct pkt_arp_spec){
                      .operation = PKT_ARP_REQUEST,
                      .sender_hardware = pkt_view_make(self->mac.byte, sizeof self->mac.byte),
                      .sender_protocol = pkt_view_make(self->address.ip4.byte, sizeof self->address.ip4.byte),
                      .target_protocol = pkt_view_make(target.byte, sizeof target.byte),
                  });
}

static void ask6(struct pkt_build *build, const struct lan_self *self, struct pkt_ip6 target)
{
    struct pkt_ipv6_spec ip = pkt_nd_ipv6(PKT_ICMP6_NEIGHBOUR_SOLICITATION, self->address.ip6, target);
    pkt_build_ethernet(build,
                       &(struct pkt_ethernet_spec){.dst = pkt_mac_of_ip6_group(ip.dst), .src = self->mac});
    pkt_build_ipv6(build, &ip);
    pkt_build_nd_neighbour_solicitation(build, target);
    if (!pkt_ip6_is_unspecified(self->address.ip6))
        pkt_build_nd_link_address(build, PKT_ND_OPTION_SOURCE_LLA,
                                  pkt_view_make(self->mac.byte, sizeof self->mac.byte));
}

void lan_frame_ask(const struct lan_self *self, struct pkt_ip target, struct lan_frame *ret_frame)
{
    struct pkt_build build;
    pkt_build_init(&build, ret_frame->bytes, sizeof ret_frame->bytes, 0);
    if (target.version == 4)
        ask4(&build, self, target.ip4);
    else
        ask6(&build, self, target.ip6);
    finish(&build, ret_frame);
}

void lan_frame_echo(const struct lan_self *self, uint16_t id, uint16_t sequence, struct lan_frame *ret_frame)
{
    struct pkt_build build;
    const struct pkt_icmp_echo_spec echo = {.id = id, .sequence = sequence};
    bool v6 = self->address.version == 6;
    struct pkt_mac group = v6 ? pkt_mac_of_ip6_group(all_nodes) : pkt_mac_of_ip4_group(all_systems);
    pkt_build_init(&build, ret_frame->bytes, sizeof ret_frame->bytes, 0);
    pkt_build_ethernet(&build, &(struct pkt_ethernet_spec){.dst = group, .src = self->mac});
    if (v6) {
        pkt_build_ipv6(&build,
                       &(struct pkt_ipv6_spec){.src = self->address.ip6, .dst = all_nodes, .hop_limit = 1});
        pkt_build_icmp6_echo(&build, &echo);
    } else {
        pkt_build_ipv4(&build,
                       &(struct pkt_ipv4_spec){.src = self->address.ip4, .dst = all_systems, .ttl = 1});
        pkt_build_icmp_echo(&build, &echo);
    }
    pkt_build_fill(&build, 0, 32);
    finish(&build, ret_frame);
}

void lan_frame_query(struct pkt_mac mac, bool v6, struct lan_frame *ret_frame)
{
    struct pkt_membership walk;
    struct pkt_view bytes;
    /* Forced: a query from 0.0.0.0 is forbidden to queriers, and this is none (RFC 4541 2.1.1). */
    const struct pkt_membership_spec spec = {
        .message = PKT_MEMBERSHIP_QUERY, .v6 = v6, .force = !v6, .max_response_ms = QUERY_RESPONSE_MS};
    const struct pkt_membership_envelope envelope = {.mac = mac, .src6 = highest_link_local};
    ret_frame->len = 0;
    if (pkt_membership_start(&walk, &spec, &envelope) == PKT_BUILD_OK &&
        pkt_membership_next(&walk, ret_frame->bytes, sizeof ret_frame->bytes, &bytes))
        ret_frame->len = bytes.len;
}

/* --- hearing --- */

/* Damaged on the way: nothing in it can be believed. */
static bool is_whole(const struct pkt_packet *packet)
{
    for (unsigned i = 0; i < packet->layer_count; i++)
        if ((packet->layer[i].flags & PKT_LAYER_TRUNCATED) != 0 ||
            ((packet->layer[i].flags & PKT_LAYER_QUOTED) == 0 &&
             pkt_checksum_verify(packet, i).state == PKT_CHECKSUM_BAD))
            return false;
    return true;
}

/* The message of neighbour discovery, if it is one that RFC 4861 7.1 lets a host believe. */
static bool as_nd(const struct pkt_packet *packet, struct pkt_ipv6 *ret_ip, struct pkt_icmp *ret_icmp)
{
    int ip = pkt_layer_find(packet, PKT_PROTO_IPV6, 0), icmp = pkt_layer_find(packet, PKT_PROTO_ICMP6, 0);
    return ip >= 0 && icmp >= 0 && pkt_as_ipv6(packet, (unsigned)ip, ret_ip) &&
           pkt_as_icmp(packet, (unsigned)icmp, ret_icmp) && pkt_icmp_is_nd(*ret_icmp) &&
           pkt_ipv6_hop_limit(*ret_ip) == ND_HOP_LIMIT && pkt_icmp_code(*ret_icmp) == 0 &&
           ret_icmp->message.len >= 24;
}

/* The link-layer address that a message of neighbour discovery states; else that of its frame. */
static struct pkt_mac nd_mac(struct pkt_icmp icmp, uint8_t type, struct pkt_mac otherwise)
{
    struct pkt_list options;
    struct pkt_option option;
    struct pkt_view address;
    pkt_nd_options(icmp, &options);
    while (pkt_option_next(&options, &option))
        if (option.type == type && pkt_nd_link_address(&option, &address) && address.len >= 6)
            return pkt_mac_at(address, 0);
    return otherwise;
}

static bool hear_arp(const struct pkt_packet *packet, unsigned row, struct lan_sighting *sighting)
{
    struct pkt_arp arp;
    if (!pkt_as_arp(packet, row, &arp) || !pkt_arp_is_ethernet_ipv4(arp) || pkt_arp_operation(arp) > 2)
        return false;
    sighting->way = pkt_arp_operation(arp) == PKT_ARP_REPLY ? LAN_WAY_ARP : LAN_WAY_HEARD;
    sighting->mac = pkt_mac_at(pkt_arp_sender_hardware(arp), 0);
    sighting->address = pkt_ip_from4(pkt_ip4_at(pkt_arp_sender_protocol(arp), 0));
    return true; /* that of a probe is unspecified (RFC 5227 1.1): no host's */
}

static bool hear_nd(const struct pkt_packet *packet, struct lan_sighting *sighting)
{
    struct pkt_ipv6 ip;
    struct pkt_icmp icmp;
    if (!as_nd(packet, &ip, &icmp))
        return false;
    bool is_advertisement = pkt_icmp_type(icmp) == PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT;
    sighting->way = is_advertisement ? LAN_WAY_ND : LAN_WAY_HEARD;
    sighting->address = pkt_ip_from6(is_advertisement ? pkt_nd_target(icmp) : pkt_ipv6_src(ip));
    sighting->mac =
        nd_mac(icmp, is_advertisement ? PKT_ND_OPTION_TARGET_LLA : PKT_ND_OPTION_SOURCE_LLA, sighting->mac);
    return true;
}

static bool hear_icmp6(const struct pkt_packet *packet, unsigned row, struct lan_sighting *sighting)
{
    struct pkt_icmp icmp;
    if (!pkt_as_icmp(packet, row, &icmp))
        return false;
    uint8_t type = pkt_icmp_type(icmp);
    if (type >= PKT_ICMP6_NEIGHBOUR_SOLICITATION && pkt_icmp_is_nd(icmp))
        return hear_nd(packet, sighting);
    bool is_report = type == PKT_ICMP6_MLD2_REPORT || type == PKT_ICMP6_MLD1_REPORT;
    sighting->way = is_report ? LAN_WAY_MLD : type == PKT_ICMP6_ECHO_REPLY ? LAN_WAY_ICMP6 : LAN_WAY_HEARD;
    return pkt_ip6_is_link_local(sighting->address.ip6) || type == PKT_ICMP6_ECHO_REPLY;
}

static bool hear_icmp(const struct pkt_packet *packet, unsigned row, struct lan_sighting *sighting)
{
    struct pkt_icmp icmp;
    sighting->way = LAN_WAY_ICMP4;
    return pkt_as_icmp(packet, row, &icmp) && pkt_icmp_type(icmp) == PKT_ICMP_ECHO_REPLY;
}

static bool hear_igmp(const struct pkt_packet *packet, unsigned row, struct lan_sighting *sighting)
{
    struct pkt_igmp igmp;
    if (!pkt_as_igmp(packet, row, &igmp))
        return false;
    uint8_t type = pkt_igmp_type(igmp);
    bool is_report = type == PKT_IGMP_V3_REPORT || type == PKT_IGMP_V2_REPORT || type == PKT_IGMP_V1_REPORT;
    sighting->way = is_report ? LAN_WAY_IGMP : LAN_WAY_HEARD;
    return is_report || type == PKT_IGMP_QUERY || type == PKT_IGMP_V2_LEAVE;
}

/* Multicast DNS does not leave the link (RFC 6762 3). */
static bool hear_udp(const struct pkt_packet *packet, unsigned row, struct lan_sighting *sighting)
{
    struct pkt_udp udp;
    sighting->way = LAN_WAY_HEARD;
    return pkt_as_udp(packet, row, &udp) && pkt_udp_src(udp) == MDNS_PORT && pkt_udp_dst(udp) == MDNS_PORT;
}

/* The source of the outermost IP header; false where there is none. */
static bool take_source(const struct pkt_packet *packet, struct lan_sighting *sighting)
{
    struct pkt_ipv4 ip4;
    struct pkt_ipv6 ip6;
    int row4 = pkt_layer_find(packet, PKT_PROTO_IPV4, 0), row6 = pkt_layer_find(packet, PKT_PROTO_IPV6, 0);
    if (row4 >= 0 && pkt_as_ipv4(packet, (unsigned)row4, &ip4))
        sighting->address = pkt_ip_from4(pkt_ipv4_src(ip4));
    else if (row6 >= 0 && pkt_as_ipv6(packet, (unsigned)row6, &ip6))
        sighting->address = pkt_ip_from6(pkt_ipv6_src(ip6));
    return sighting->address.version != 0;
}

/* 0.0.0.0 is everybody's who has no address, such as a switch that reports memberships (RFC 9776 4.2.14). */
static bool is_host(const struct lan_sighting *sighting)
{
    const struct pkt_ip *address = &sighting->address;
    return !pkt_mac_is_group(sighting->mac) && !pkt_ip_is_multicast(*address) &&
           (address->version == 4
                ? !pkt_ip4_is_broadcast(address->ip4) && !pkt_ip4_is_unspecified(address->ip4)
                : !pkt_ip6_is_unspecified(address->ip6));
}

bool lan_frame_hear(const struct pkt_packet *packet, struct lan_sighting *ret_sighting)
{
    static const struct {
        enum pkt_proto proto;
        bool (*hear)(const struct pkt_packet *packet, unsigned row, struct lan_sighting *sighting);
    } hearers[] = {
        {PKT_PROTO_ICMP,  hear_icmp },
        {PKT_PROTO_ICMP6, hear_icmp6},
        {PKT_PROTO_IGMP,  hear_igmp },
        {PKT_PROTO_UDP,   hear_udp  },
    };
    struct pkt_ethernet ethernet;
    int row = pkt_layer_find(packet, PKT_PROTO_ARP, 0);
    if (!pkt_as_ethernet(packet, 0, &ethernet) || !is_whole(packet))
        return false;
    *ret_sighting = (struct lan_sighting){.mac = pkt_ethernet_src(ethernet), .rtt_ns = -1};
    if (row >= 0)
        return hear_arp(packet, (unsigned)row, ret_sighting) && is_host(ret_sighting);
    if (!take_source(packet, ret_sighting))
        return false;
    for (size_t i = 0; i < sizeof hearers / sizeof *hearers; i++)
        if ((row = pkt_layer_find(packet, hearers[i].proto, 0)) >= 0)
            return hearers[i].hear(packet, (unsigned)row, ret_sighting) && is_host(ret_sighting);
    return false;
}

/* --- duplicate addresses --- */

/* RFC 5227 2.1.1: any ARP packet with the address as its sender is a conflict, and so is another's probe. */
static bool claims4(struct pkt_arp arp, struct pkt_ip4 address, struct pkt_mac *ret_mac, bool *ret_is_probe)
{
    struct pkt_ip4 sender = pkt_ip4_at(pkt_arp_sender_protocol(arp), 0);
    struct pkt_ip4 target = pkt_ip4_at(pkt_arp_target_protocol(arp), 0);
    *ret_mac = pkt_mac_at(pkt_arp_sender_hardware(arp), 0);
    *ret_is_probe = pkt_ip4_is_unspecified(sender) && pkt_ip4_equal(target, address) &&
                    pkt_arp_operation(arp) == PKT_ARP_REQUEST;
    return *ret_is_probe || pkt_ip4_equal(sender, address);
}

/* RFC 4862 5.4.3: a solicitation for it from :: is another's check; 5.4.4: an advertisement is the owner's.
 */
static bool claims6(const struct pkt_packet *packet, struct pkt_ip6 address, struct pkt_mac *mac,
                    bool *ret_is_probe)
{
    struct pkt_ipv6 ip;
    struct pkt_icmp icmp;
    if (!as_nd(packet, &ip, &icmp) || !pkt_ip6_equal(pkt_nd_target(icmp), address))
        return false;
    *ret_is_probe =
        pkt_icmp_type(icmp) == PKT_ICMP6_NEIGHBOUR_SOLICITATION && pkt_ip6_is_unspecified(pkt_ipv6_src(ip));
    if (pkt_icmp_type(icmp) == PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT)
        *mac = nd_mac(icmp, PKT_ND_OPTION_TARGET_LLA, *mac);
    return *ret_is_probe || pkt_icmp_type(icmp) == PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT;
}

bool lan_frame_claims(const struct pkt_packet *packet, struct pkt_ip address, struct pkt_mac own,
                      struct pkt_mac *ret_mac, bool *ret_is_probe)
{
    struct pkt_arp arp;
    struct pkt_ethernet ethernet;
    int row = pkt_layer_find(packet, PKT_PROTO_ARP, 0);
    if (!pkt_as_ethernet(packet, 0, &ethernet) || !is_whole(packet))
        return false;
    *ret_mac = pkt_ethernet_src(ethernet);
    bool claims = address.version == 6
                      ? claims6(packet, address.ip6, ret_mac, ret_is_probe)
                      : row >= 0 && pkt_as_arp(packet, (unsigned)row, &arp) &&
                            pkt_arp_is_ethernet_ipv4(arp) && claims4(arp, address.ip4, ret_mac, ret_is_probe);
    return claims && !pkt_mac_equal(*ret_mac, own);
}
