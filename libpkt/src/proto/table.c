/*
 * The protocol table: a new protocol is one file in this room and one row here.
 */
#include "demux.h"

/* Name | decode step | checksum | its diagnosis | rules */
/* clang-format off */
const struct pkt_protocol pkt_protocols[PKT_PROTO_COUNT] = {
    [PKT_PROTO_NONE] = {"none", NULL, NULL, 0, NULL},
    [PKT_PROTO_PAYLOAD] = {"data", NULL, NULL, 0, NULL},
    [PKT_PROTO_TRAILER] = {"eth.trailer", NULL, NULL, 0, NULL},
    [PKT_PROTO_ETHERNET] = {"eth", pkt_ethernet_decode, NULL, 0, NULL},
    [PKT_PROTO_VLAN] = {"vlan", pkt_vlan_decode, NULL, 0, pkt_vlan_rules},
    [PKT_PROTO_LLC] = {"llc", pkt_llc_decode, NULL, 0, NULL},
    [PKT_PROTO_NULL] = {"null", pkt_null_decode, NULL, 0, NULL},
    [PKT_PROTO_SLL] = {"sll", pkt_sll_decode, NULL, 0, NULL},
    [PKT_PROTO_SLL2] = {"sll", pkt_sll2_decode, NULL, 0, NULL},
    [PKT_PROTO_PPP] = {"ppp", pkt_ppp_decode, NULL, 0, NULL},
    [PKT_PROTO_ARP] = {"arp", pkt_arp_decode, NULL, 0, pkt_arp_rules},
    [PKT_PROTO_IPV4] = {"ip", pkt_ipv4_decode, pkt_ipv4_verify, PKT_D_IPV4_CHECKSUM, pkt_ipv4_rules},
    [PKT_PROTO_IPV6] = {"ipv6", pkt_ipv6_decode, NULL, 0, pkt_ipv6_rules},
    [PKT_PROTO_IP6_HOPOPTS] = {"ipv6.hopopts", pkt_hopopts_decode, NULL, 0, pkt_ipv6_extension_rules},
    [PKT_PROTO_IP6_ROUTING] = {"ipv6.routing", pkt_routing_decode, NULL, 0, pkt_ipv6_extension_rules},
    [PKT_PROTO_IP6_FRAGMENT] = {"ipv6.fraghdr", pkt_fragment_decode, NULL, 0, pkt_ipv6_extension_rules},
    [PKT_PROTO_IP6_DSTOPTS] = {"ipv6.dstopts", pkt_dstopts_decode, NULL, 0, pkt_ipv6_extension_rules},
    [PKT_PROTO_AH] = {"ah", pkt_ah_decode, NULL, 0, NULL},
    [PKT_PROTO_ESP] = {"esp", pkt_esp_decode, NULL, 0, NULL},
    [PKT_PROTO_ICMP] = {"icmp", pkt_icmp_decode, pkt_icmp_verify, PKT_D_ICMP_CHECKSUM, pkt_icmp_rules},
    [PKT_PROTO_ICMP_EXT] =
        {"icmp.ext", NULL, pkt_icmp_extension_verify, PKT_D_ICMP_EXT_CHECKSUM, pkt_icmp_extension_rules},
    [PKT_PROTO_ICMP6] = {"icmpv6", pkt_icmp6_decode, pkt_icmp6_verify, PKT_D_ICMP6_CHECKSUM, pkt_icmp_rules},
    [PKT_PROTO_IGMP] = {"igmp", pkt_igmp_decode, pkt_igmp_verify, PKT_D_IGMP_CHECKSUM, pkt_igmp_rules},
    [PKT_PROTO_UDP] = {"udp", pkt_udp_decode, pkt_udp_verify, PKT_D_UDP_CHECKSUM, pkt_udp_rules},
    [PKT_PROTO_TCP] = {"tcp", pkt_tcp_decode, pkt_tcp_verify, PKT_D_TCP_CHECKSUM, pkt_tcp_rules},
    [PKT_PROTO_GRE] = {"gre", pkt_gre_decode, pkt_gre_verify, PKT_D_GRE_CHECKSUM, pkt_gre_rules},
    [PKT_PROTO_VXLAN] = {"vxlan", pkt_vxlan_decode, NULL, 0, pkt_vxlan_rules},
};
/* clang-format on */
