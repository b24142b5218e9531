/*
 * Builds the packets that build_scapy.py builds as well, and prints the name of each and its bytes in
 * hexadecimal.
 */
#include "pkt/pkt.h"
#include <stdio.h>

static const struct pkt_mac mac_a =
                                {
                                    {2, 0, 0, 0, 0, 1}
},
                            mac_b = {{2, 0, 0, 0, 0, 2}};
static const struct pkt_ip4 a4 =
                                {
                                    {192, 0, 2, 1}
},
                            b4 = {{198, 51, 100, 2}}, c4 = {{203, 0, 113, 3}};
static const struct pkt_ip4 group4 = {
    {239, 1, 2, 3}
};
static const struct pkt_ip6 a6 =
                                {
                                    {0x20, 1, 0x0d, 0xb8, [15] = 1}
},
                            b6 = {{0x20, 1, 0x0d, 0xb8, [15] = 2}}, c6 = {{0x20, 1, 0x0d, 0xb8, [15] = 3}},
                            link6 = {{0xfe, 0x80, [15] = 1}}, group6 = {{0xff, 0x15, [15] = 9}};

static void ethernet(struct pkt_build *b)
{
    pkt_build_ethernet(b, &(struct pkt_ethernet_spec){.dst = mac_b, .src = mac_a});
}

static void ip4(struct pkt_build *b)
{
    pkt_build_ipv4(b, &(struct pkt_ipv4_spec){.src = a4, .dst = b4, .ttl = 17, .tos = 0xb8, .id = 0x1234});
}

static void ip6(struct pkt_build *b)
{
    pkt_build_ipv6(b, &(struct pkt_ipv6_spec){.src = a6, .dst = b6, .hop_limit = 17, .flow_label = 0xabcde});
}

static void udp(struct pkt_build *b)
{
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 40000, .dst = 33434});
}

static void data(struct pkt_build *b)
{
    pkt_build_payload(b, pkt_view_make("hello", 5));
}

static void udp4(struct pkt_build *b)
{
    ip4(b);
    udp(b);
    data(b);
}

static void udp6(struct pkt_build *b)
{
    ip6(b);
    udp(b);
    data(b);
}

/* --- link layers --- */

static void ethernet_udp4(struct pkt_build *b)
{
    ethernet(b);
    udp4(b);
}

static void vlan(struct pkt_build *b)
{
    ethernet(b);
    pkt_build_vlan(b, &(struct pkt_vlan_spec){.id = 100, .priority = 5, .dei = true});
    udp4(b);
}

static void qinq(struct pkt_build *b)
{
    ethernet(b);
    pkt_build_vlan(b, &(struct pkt_vlan_spec){.tpid = PKT_ETHERTYPE_QINQ, .id = 200});
    pkt_build_vlan(b, &(struct pkt_vlan_spec){.id = 100});
    udp6(b);
}

static void arp(struct pkt_build *b)
{
    ethernet(b);
    pkt_build_arp(b, &(struct pkt_arp_spec){.operation = PKT_ARP_REPLY,
                                            .sender_hardware = pkt_view_make(mac_a.byte, 6),
                                            .sender_protocol = pkt_view_make(a4.byte, 4),
                                            .target_hardware = pkt_view_make(mac_b.byte, 6),
                                            .target_protocol = pkt_view_make(b4.byte, 4)});
}

static void llc(struct pkt_build *b)
{
    ethernet(b);
    pkt_build_llc(b, &(struct pkt_llc_spec){.dsap = 0x42, .ssap = 0x42, .control = 3});
    data(b);
}

static void snap(struct pkt_build *b)
{
    ethernet(b);
    pkt_build_llc(b, NULL);
    udp4(b);
}

static void padded(struct pkt_build *b)
{
    ethernet(b);
    udp4(b);
    pkt_build_pad(b, 60);
}

static void loopback4(struct pkt_build *b)
{
    pkt_build_null(b, NULL);
    udp4(b);
}

static void loopback6(struct pkt_build *b)
{
    pkt_build_null(b, NULL);
    udp6(b);
}

static void cooked(struct pkt_build *b)
{
    pkt_build_sll(b, &(struct pkt_sll_spec){.packet_type = 4, .address = pkt_view_make(mac_a.byte, 6)});
    udp4(b);
}

static void cooked2(struct pkt_build *b)
{
    pkt_build_sll2(
        b, &(struct pkt_sll_spec){.packet_type = 4, .address = pkt_view_make(mac_a.byte, 6), .interface = 3});
    udp6(b);
}

static void ppp(struct pkt_build *b)
{
    pkt_build_ppp(b, NULL);
    udp4(b);
}

static void ppp6(struct pkt_build *b)
{
    pkt_build_ppp(b, NULL);
    udp6(b);
}

static void ppp_compressed(struct pkt_build *b)
{
    pkt_build_ppp(b, &(struct pkt_ppp_spec){.compressed = true});
    udp4(b);
}

/* --- IP --- */

static void ipv4_options(struct pkt_build *b)
{
    ip4(b);
    pkt_build_ipv4_option(b, PKT_IPV4_OPTION_RECORD_ROUTE, pkt_view_make("\4\0\0\0\0\0\0\0\0", 9));
    pkt_build_ipv4_option(b, PKT_IPV4_OPTION_NOP, pkt_view_make(NULL, 0));
    pkt_build_ipv4_router_alert(b, 0);
    udp(b);
    data(b);
}

static void ipv4_fragment(struct pkt_build *b)
{
    pkt_build_ipv4(
        b,
        &(struct pkt_ipv4_spec){
            .src = a4, .dst = b4, .protocol = PKT_IP_UDP, .more_fragments = true, .fragment_offset = 1480});
    pkt_build_fill(b, 'x', 16);
}

static void ipv6_hopopts(struct pkt_build *b)
{
    ip6(b);
    pkt_build_ipv6_hopopts(b);
    pkt_build_ipv6_router_alert(b, 0);
    udp(b);
    data(b);
}

static void ipv6_dstopts(struct pkt_build *b)
{
    ip6(b);
    pkt_build_ipv6_dstopts(b);
    pkt_build_ipv6_home_address(b, c6);
    udp(b);
    data(b);
}

static void ipv6_routing(struct pkt_build *b)
{
    ip6(b);
    pkt_build_ipv6_routing(b, &(struct pkt_ipv6_routing_spec){.type = 0});
    pkt_build_ipv6_routing_address(b, b6);
    pkt_build_ipv6_routing_address(b, c6);
    udp(b);
    data(b);
}

static void ipv6_segments(struct pkt_build *b)
{
    ip6(b);
    pkt_build_ipv6_routing(b, &(struct pkt_ipv6_routing_spec){.type = 4});
    pkt_build_ipv6_routing_address(b, c6);
    pkt_build_ipv6_routing_address(b, b6);
    udp(b);
    data(b);
}

static void ipv6_fragment(struct pkt_build *b)
{
    ip6(b);
    pkt_build_ipv6_fragment(
        b, &(struct pkt_ipv6_fragment_spec){
               .offset = 1448, .more_fragments = true, .next_header = PKT_IP_UDP, .id = 0xdeadbeef});
    pkt_build_fill(b, 'x', 16);
}

static void ah(struct pkt_build *b)
{
    ip6(b);
    pkt_build_ah(b, &(struct pkt_ah_spec){.spi = 5, .sequence = 6, .icv = pkt_view_make("0123456789ab", 12)});
    udp(b);
    data(b);
}

static void esp(struct pkt_build *b)
{
    ip4(b);
    pkt_build_esp(b, 5, 6);
    pkt_build_fill(b, 'x', 16);
}

static void ipip(struct pkt_build *b)
{
    ip4(b);
    udp4(b);
}

static void six_in_four(struct pkt_build *b)
{
    ip4(b);
    udp6(b);
}

/* --- transport and tunnels --- */

static void udp_zero(struct pkt_build *b)
{
    ip4(b);
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 1, .dst = 2, .no_checksum = true});
    data(b);
}

/* The payload makes the checksum compute to 0, which is sent as 0xffff (RFC 768). */
static void udp_ffff(struct pkt_build *b)
{
    ip4(b);
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 1, .dst = 2});
    pkt_build_payload(b, pkt_view_make("\x13\xa0", 2));
}

static void tcp(struct pkt_build *b)
{
    ip4(b);
    pkt_build_tcp(b, &(struct pkt_tcp_spec){.src = 40000, .dst = 443, .sequence = 0x01020304});
    pkt_build_tcp_mss(b, 1460);
    pkt_build_tcp_sack_permitted(b);
    pkt_build_tcp_timestamps(b, 0x11111111, 0);
    pkt_build_tcp_option(b, PKT_TCP_OPTION_NOP, pkt_view_make(NULL, 0));
    pkt_build_tcp_window_scale(b, 7);
}

static void tcp6(struct pkt_build *b)
{
    static const uint32_t edges[] = {100, 200, 300, 400};
    ip6(b);
    pkt_build_tcp(b, &(struct pkt_tcp_spec){.src = 443,
                                            .dst = 40000,
                                            .sequence = 9,
                                            .acknowledgment = 10,
                                            .flags = PKT_TCP_ACK | PKT_TCP_PSH | PKT_TCP_AE | PKT_TCP_ECE,
                                            .window = 512,
                                            .urgent = 3});
    pkt_build_tcp_sack(b, edges, 2);
    data(b);
}

static void gre(struct pkt_build *b)
{
    ip4(b);
    pkt_build_gre(
        b,
        &(struct pkt_gre_spec){
            .has_checksum = true, .has_key = true, .has_sequence = true, .key = 0x01020304, .sequence = 7});
    udp6(b);
}

static void gre_bridged(struct pkt_build *b)
{
    ip4(b);
    pkt_build_gre(b, NULL);
    ethernet_udp4(b);
}

static void vxlan(struct pkt_build *b)
{
    ip4(b);
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 50000});
    pkt_build_vxlan(b, 0x123456);
    ethernet_udp4(b);
}

/* --- ICMP --- */

static void icmp_echo(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_echo(b, &(struct pkt_icmp_echo_spec){.id = 0x1234, .sequence = 7});
    data(b);
}

static void icmp_reply(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_echo(b, &(struct pkt_icmp_echo_spec){.reply = true, .id = 0x1234, .sequence = 7});
    data(b);
}

static void icmp_information(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_information(b, &(struct pkt_icmp_echo_spec){.id = 1, .sequence = 2});
}

static void icmp_timestamp(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_timestamp(
        b, &(struct pkt_icmp_timestamp_spec){
               .reply = true, .id = 1, .sequence = 2, .originate = 1000, .receive = 2000, .transmit = 3000});
}

static void icmp_mask(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_mask(b,
                        &(struct pkt_icmp_mask_spec){.reply = true, .id = 1, .mask = {{255, 255, 255, 0}}});
}

static void icmp_router_solicitation(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_router_solicitation(b);
}

static void icmp_router(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_router_advertisement(b, NULL);
    pkt_build_icmp_router(b, c4, -1);
}

static void icmp_unreachable(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_unreachable(b, &(struct pkt_icmp_unreachable_spec){.code = 4, .mtu = 1400});
    udp4(b);
}

static void icmp_quench(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_source_quench(b);
    udp4(b);
}

static void icmp_redirect(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_redirect(b, &(struct pkt_icmp_redirect_spec){.code = 1, .gateway = c4});
    udp4(b);
}

static void icmp_time_exceeded(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_time_exceeded(b, 0);
    udp4(b);
    pkt_build_quote_end(b, 28);
}

static void icmp_parameter(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_parameter_problem(b, &(struct pkt_icmp_parameter_spec){.pointer = 8});
    udp4(b);
}

static void icmp_mpls(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_time_exceeded(b, 0);
    udp4(b);
    pkt_build_icmp_extension(b);
    pkt_build_icmp_mpls(b, &(struct pkt_mpls_entry){.label = 16001, .traffic_class = 3, .ttl = 1}, 1);
}

static void icmp_extended_echo(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_extended_echo(
        b, &(struct pkt_icmp_extended_echo_spec){.id = 5, .sequence = 6, .local = true});
    pkt_build_icmp_extension(b);
    pkt_build_icmp_interface_id(b, &(struct pkt_interface_id){.type = 2, .index = 3});
}

static void icmp_interface(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_unreachable(b, &(struct pkt_icmp_unreachable_spec){.code = 1});
    udp4(b);
    pkt_build_icmp_extension(b);
    pkt_build_icmp_interface_info(b, &(struct pkt_interface_info){.role = 2,
                                                                  .has_index = true,
                                                                  .has_ip4 = true,
                                                                  .has_name = true,
                                                                  .has_mtu = true,
                                                                  .index = 3,
                                                                  .ip4 = a4,
                                                                  .name = pkt_view_make("eth0", 4),
                                                                  .mtu = 1500});
}

static void icmp_extended_reply(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_extended_reply(b, &(struct pkt_icmp_extended_reply_spec){
                                         .id = 5, .sequence = 6, .state = 2, .active = true, .ip6 = true});
}

static void icmp_traceroute(struct pkt_build *b)
{
    ip4(b);
    pkt_build_icmp_traceroute(
        b, &(struct pkt_icmp_traceroute_spec){
               .code = 1, .id = 0x1234, .outbound_hops = 3, .return_hops = 4, .speed = 125000, .mtu = 1500});
}

/* --- ICMPv6 --- */

static void icmp6_echo(struct pkt_build *b)
{
    ip6(b);
    pkt_build_icmp6_echo(b, &(struct pkt_icmp_echo_spec){.id = 0x1234, .sequence = 7});
    data(b);
}

static void icmp6_unreachable(struct pkt_build *b)
{
    ip6(b);
    pkt_build_icmp6_unreachable(b, 4);
    udp6(b);
}

static void icmp6_too_big(struct pkt_build *b)
{
    ip6(b);
    pkt_build_icmp6_packet_too_big(b, 1280);
    udp6(b);
}

static void icmp6_time_exceeded(struct pkt_build *b)
{
    ip6(b);
    pkt_build_icmp6_time_exceeded(b, 1);
    udp6(b);
}

static void icmp6_parameter(struct pkt_build *b)
{
    ip6(b);
    pkt_build_icmp6_parameter_problem(b, &(struct pkt_icmp_parameter_spec){.code = 1, .pointer = 40});
    udp6(b);
}

static void icmp6_extended_echo(struct pkt_build *b)
{
    ip6(b);
    pkt_build_icmp6_extended_echo(b, &(struct pkt_icmp_extended_echo_spec){.id = 5, .sequence = 6});
    pkt_build_icmp_extension(b);
    pkt_build_icmp_interface_id(b, &(struct pkt_interface_id){.type = 1, .name = pkt_view_make("wlan0", 5)});
}

static void nd_header(struct pkt_build *b, uint8_t type)
{
    struct pkt_ipv6_spec ip = pkt_nd_ipv6(type, link6, c6);
    pkt_build_ipv6(b, &ip);
}

static void nd_rs(struct pkt_build *b)
{
    nd_header(b, PKT_ICMP6_ROUTER_SOLICITATION);
    pkt_build_nd_router_solicitation(b);
    pkt_build_nd_link_address(b, PKT_ND_OPTION_SOURCE_LLA, pkt_view_make(mac_a.byte, 6));
}

static void nd_ra(struct pkt_build *b)
{
    static const char *const names[] = {"example.org", "lan"};
    const struct pkt_ip6 servers[] = {b6, c6};
    nd_header(b, PKT_ICMP6_ROUTER_ADVERTISEMENT);
    pkt_build_nd_router_advertisement(
        b, &(struct pkt_nd_router_spec){.hop_limit = 64,
                                        .flags = PKT_ND_MANAGED | PKT_ND_PREFERENCE_LOW,
                                        .reachable_ms = 30000,
                                        .retransmit_ms = 1000});
    pkt_build_nd_prefix(
        b,
        &(struct pkt_nd_prefix){
            .len = 64, .flags = 0xc0, .valid = 86400, .preferred = 14400, .prefix = {{0x20, 1, 0x0d, 0xb8}}});
    pkt_build_nd_mtu(b, 1492);
    pkt_build_nd_route(b,
                       &(struct pkt_nd_route){
                           .len = 48, .preference = 1, .lifetime = 600, .prefix = {{0x20, 1, 0x0d, 0xb8}}});
    pkt_build_nd_rdnss(b, 300, servers, 2);
    pkt_build_nd_dnssl(b, 300, names, 2);
}

static void nd_ns(struct pkt_build *b)
{
    nd_header(b, PKT_ICMP6_NEIGHBOUR_SOLICITATION);
    pkt_build_nd_neighbour_solicitation(b, c6);
    pkt_build_nd_link_address(b, PKT_ND_OPTION_SOURCE_LLA, pkt_view_make(mac_a.byte, 6));
}

static void nd_na(struct pkt_build *b)
{
    nd_header(b, PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT);
    pkt_build_nd_neighbour_advertisement(
        b, &(struct pkt_nd_neighbour_spec){.flags = PKT_ND_ROUTER | PKT_ND_OVERRIDE, .target = c6});
    pkt_build_nd_link_address(b, PKT_ND_OPTION_TARGET_LLA, pkt_view_make(mac_a.byte, 6));
}

static void nd_redirect(struct pkt_build *b)
{
    nd_header(b, PKT_ICMP6_REDIRECT);
    pkt_build_nd_redirect(b, link6, b6);
    pkt_build_nd_link_address(b, PKT_ND_OPTION_TARGET_LLA, pkt_view_make(mac_a.byte, 6));
    pkt_build_nd_redirected(b, pkt_view_make("0123456789abcdef", 16));
}

/* --- membership --- */

static void igmp_header(struct pkt_build *b, struct pkt_ip4 dst)
{
    pkt_build_ipv4(b, &(struct pkt_ipv4_spec){.src = a4, .dst = dst, .ttl = 1, .tos = 0xc0});
    pkt_build_ipv4_router_alert(b, 0);
}

static void igmp1_query(struct pkt_build *b)
{
    igmp_header(b, (struct pkt_ip4){
                       {224, 0, 0, 1}
    });
    pkt_build_igmp(b, NULL);
}

static void igmp1_report(struct pkt_build *b)
{
    igmp_header(b, group4);
    pkt_build_igmp(b, &(struct pkt_igmp_spec){.type = PKT_IGMP_V1_REPORT, .group = group4});
}

static void igmp2_query(struct pkt_build *b)
{
    igmp_header(b, group4);
    pkt_build_igmp(b, &(struct pkt_igmp_spec){.code = 10, .group = group4});
}

static void igmp2_report(struct pkt_build *b)
{
    igmp_header(b, group4);
    pkt_build_igmp(b, &(struct pkt_igmp_spec){.type = PKT_IGMP_V2_REPORT, .group = group4});
}

static void igmp2_leave(struct pkt_build *b)
{
    igmp_header(b, (struct pkt_ip4){
                       {224, 0, 0, 2}
    });
    pkt_build_igmp(b, &(struct pkt_igmp_spec){.type = PKT_IGMP_V2_LEAVE, .group = group4});
}

static void igmp3_query(struct pkt_build *b)
{
    igmp_header(b, group4);
    pkt_build_igmp3_query(b, &(struct pkt_igmp3_query_spec){.group = group4, .suppress = true});
    pkt_build_igmp3_source(b, b4);
    pkt_build_igmp3_source(b, c4);
}

static void igmp3_report(struct pkt_build *b)
{
    const struct pkt_ip4 sources[] = {b4, c4};
    igmp_header(b, (struct pkt_ip4){
                       {224, 0, 0, 22}
    });
    pkt_build_igmp3_report(b);
    pkt_build_igmp3_record(b, &(struct pkt_igmp3_record_spec){.type = PKT_RECORD_TO_EX, .group = group4});
    pkt_build_igmp3_record(
        b, &(struct pkt_igmp3_record_spec){
               .type = PKT_RECORD_ALLOW, .group = group4, .sources = sources, .source_count = 2});
}

static void igmp_discovery(struct pkt_build *b)
{
    igmp_header(b, (struct pkt_ip4){
                       {224, 0, 0, 106}
    });
    pkt_build_igmp_mrd(b, &(struct pkt_mrd_spec){.query_interval_s = 125, .robustness = 2});
}

static void mld_header(struct pkt_build *b, struct pkt_ip6 dst)
{
    pkt_build_ipv6(b, &(struct pkt_ipv6_spec){.src = link6, .dst = dst, .hop_limit = 1});
    pkt_build_ipv6_hopopts(b);
    pkt_build_ipv6_router_alert(b, 0);
}

static void mld1(struct pkt_build *b, uint8_t type)
{
    mld_header(b, group6);
    pkt_build_mld1(b, &(struct pkt_mld1_spec){.type = type, .group = group6});
}

static void mld1_query(struct pkt_build *b)
{
    mld1(b, PKT_ICMP6_MLD_QUERY);
}

static void mld1_report(struct pkt_build *b)
{
    mld1(b, PKT_ICMP6_MLD1_REPORT);
}

static void mld1_done(struct pkt_build *b)
{
    mld1(b, PKT_ICMP6_MLD1_DONE);
}

static void mld2_query(struct pkt_build *b)
{
    mld_header(b, group6);
    pkt_build_mld2_query(b, &(struct pkt_mld2_query_spec){.group = group6, .robustness = 3});
    pkt_build_mld2_source(b, b6);
}

static void mld2_report(struct pkt_build *b)
{
    mld_header(b, (struct pkt_ip6){
                      {0xff, 2, [15] = 0x16}
    });
    pkt_build_mld2_report(b);
    pkt_build_mld2_record(b, &(struct pkt_mld2_record_spec){.type = PKT_RECORD_IS_EX, .group = group6});
    pkt_build_mld2_record(b,
                          &(struct pkt_mld2_record_spec){
                              .type = PKT_RECORD_BLOCK, .group = group6, .sources = &c6, .source_count = 1});
}

static void mld_discovery(struct pkt_build *b)
{
    mld_header(b, (struct pkt_ip6){
                      {0xff, 2, [15] = 0x6a}
    });
    pkt_build_icmp6_mrd(b, &(struct pkt_mrd_spec){.query_interval_s = 125, .robustness = 2});
}

static void mld_solicitation(struct pkt_build *b)
{
    mld_header(b, (struct pkt_ip6){
                      {0xff, 2, [15] = 2}
    });
    pkt_build_icmp6_mrd(b, &(struct pkt_mrd_spec){.message = PKT_MRD_SOLICITATION});
}

/* --- */

#define CASE(function)      \
    {                       \
#function, function \
    }
static const struct {
    const char *name;
    void (*put)(struct pkt_build *b);
} cases[] = {
    CASE(ethernet_udp4),
    CASE(vlan),
    CASE(qinq),
    CASE(arp),
    CASE(llc),
    CASE(snap),
    CASE(padded),
    CASE(loopback4),
    CASE(loopback6),
    CASE(cooked),
    CASE(cooked2),
    CASE(ppp),
    CASE(ppp6),
    CASE(ppp_compressed),
    CASE(ipv4_options),
    CASE(ipv4_fragment),
    CASE(udp6),
    CASE(ipv6_hopopts),
    CASE(ipv6_dstopts),
    CASE(ipv6_routing),
    CASE(ipv6_segments),
    CASE(ipv6_fragment),
    CASE(ah),
    CASE(esp),
    CASE(ipip),
    CASE(six_in_four),
    CASE(udp_zero),
    CASE(udp_ffff),
    CASE(tcp),
    CASE(tcp6),
    CASE(gre),
    CASE(gre_bridged),
    CASE(vxlan),
    CASE(icmp_echo),
    CASE(icmp_reply),
    CASE(icmp_information),
    CASE(icmp_timestamp),
    CASE(icmp_mask),
    CASE(icmp_router_solicitation),
    CASE(icmp_router),
    CASE(icmp_unreachable),
    CASE(icmp_quench),
    CASE(icmp_redirect),
    CASE(icmp_time_exceeded),
    CASE(icmp_parameter),
    CASE(icmp_mpls),
    CASE(icmp_extended_echo),
    CASE(icmp_interface),
    CASE(icmp_extended_reply),
    CASE(icmp_traceroute),
    CASE(icmp6_echo),
    CASE(icmp6_unreachable),
    CASE(icmp6_too_big),
    CASE(icmp6_time_exceeded),
    CASE(icmp6_parameter),
    CASE(icmp6_extended_echo),
    CASE(nd_rs),
    CASE(nd_ra),
    CASE(nd_ns),
    CASE(nd_na),
    CASE(nd_redirect),
    CASE(igmp1_query),
    CASE(igmp1_report),
    CASE(igmp2_query),
    CASE(igmp2_report),
    CASE(igmp2_leave),
    CASE(igmp3_query),
    CASE(igmp3_report),
    CASE(igmp_discovery),
    CASE(mld1_query),
    CASE(mld1_report),
    CASE(mld1_done),
    CASE(mld2_query),
    CASE(mld2_report),
    CASE(mld_discovery),
    CASE(mld_solicitation),
};

static void print_packet(const char *name, struct pkt_view packet)
{
    printf("%s ", name);
    for (size_t i = 0; i < packet.len; i++)
        printf("%02x", packet.ptr[i]);
    printf("\n");
}

/* A packet of 3,008 bytes over an MTU of 1,280, cut by pkt/fragment.h. */
static bool print_fragments(const char *name, void (*header)(struct pkt_build *b))
{
    static uint8_t whole[4096], part[2048];
    struct pkt_build b;
    struct pkt_view view;
    struct pkt_packet packet;
    struct pkt_fragments fragments;
    pkt_build_init(&b, whole, sizeof whole, 0);
    header(&b);
    udp(&b);
    pkt_build_fill(&b, 'x', 3000);
    if (pkt_build_finish(&b, &view) != PKT_BUILD_OK)
        return false;
    pkt_decode(view, (uint32_t)view.len, PKT_LINKTYPE_RAW, 0, &packet);
    pkt_fragments_init(&fragments, &packet, &(struct pkt_fragment_spec){.mtu = 1280, .id = 7});
    while (pkt_fragments_next(&fragments, part, sizeof part, &view))
        print_packet(name, view);
    return fragments.error == PKT_FRAGMENT_OK;
}

int main(void)
{
    static uint8_t buffer[2048];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pkt_build b;
        struct pkt_view packet;
        pkt_build_init(&b, buffer, sizeof buffer, 0);
        cases[i].put(&b);
        if (pkt_build_finish(&b, &packet) != PKT_BUILD_OK) {
            fprintf(stderr, "%s: %s\n", cases[i].name, pkt_build_sentence(b.error));
            return 2;
        }
        print_packet(cases[i].name, packet);
    }
    bool cut = print_fragments("fragments4", ip4) && print_fragments("fragments6", ip6);
    return cut && fflush(stdout) == 0 ? 0 : 2;
}
