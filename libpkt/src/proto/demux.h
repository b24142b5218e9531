/*
 * What follows: EtherTypes and IP protocol numbers to protocols. Internal to the proto room.
 */
#ifndef PROTO_DEMUX_H
#define PROTO_DEMUX_H

#include "../core/protocol.h"
#include "pkt/ipv4.h"

/* Decode steps, one a protocol. */
pkt_decode_step pkt_ethernet_decode, pkt_vlan_decode, pkt_llc_decode, pkt_null_decode, pkt_sll_decode,
    pkt_sll2_decode, pkt_ppp_decode, pkt_arp_decode, pkt_ipv4_decode, pkt_ipv6_decode, pkt_hopopts_decode,
    pkt_routing_decode, pkt_fragment_decode, pkt_dstopts_decode, pkt_ah_decode, pkt_esp_decode,
    pkt_icmp_decode, pkt_icmp6_decode, pkt_igmp_decode, pkt_udp_decode, pkt_tcp_decode, pkt_gre_decode,
    pkt_vxlan_decode;

pkt_checksum_step pkt_ipv4_verify, pkt_icmp_verify, pkt_icmp6_verify, pkt_icmp_extension_verify,
    pkt_igmp_verify, pkt_udp_verify, pkt_tcp_verify, pkt_gre_verify;

pkt_rules_step pkt_vlan_rules, pkt_arp_rules, pkt_ipv4_rules, pkt_ipv6_rules, pkt_ipv6_extension_rules,
    pkt_icmp_rules, pkt_icmp_extension_rules, pkt_igmp_rules, pkt_mld_rules, pkt_nd_rules, pkt_udp_rules,
    pkt_tcp_rules, pkt_gre_rules, pkt_vxlan_rules;

/* The protocol of an EtherType, or of an 802.3 length (LLC). PAYLOAD when it is not decoded. */
enum pkt_proto pkt_ethertype_protocol(uint16_t ethertype);

/*
 * The type or length field that ends the row's header (Ethernet, VLAN): clips the row by a length, moves
 * behind the header and says what follows.
 */
enum pkt_proto pkt_decode_type_length(struct pkt_decoder *decoder, struct pkt_layer *row, uint16_t type);

/* The protocol of an IP protocol number behind an IPv4 header, or behind an IPv6 or extension header. */
enum pkt_proto pkt_ip_next(struct pkt_decoder *decoder, uint8_t protocol, bool v6);

/* The protocol by the version nibble at decoder->off: IPV4, IPV6 or PAYLOAD (raw IP, quotations); NONE: not
 * captured. */
enum pkt_proto pkt_ip_by_version(const struct pkt_decoder *decoder);

/*
 * Where the addresses of the pseudo-header stand, from the header's or the packet's first byte: the final
 * destination of a source route or routing header, the home address. False: the destination is not known; see
 * pkt_ipv6_pseudo_addresses.
 */
size_t pkt_ipv4_final_dst_off(struct pkt_ipv4 ip);
bool pkt_ipv6_pseudo_offsets(const struct pkt_packet *packet, unsigned ip_layer, size_t *ret_src,
                             size_t *ret_dst);

/* Everything that follows lies behind a tunnel header. */
void pkt_enter_tunnel(struct pkt_decoder *decoder);

/* Adds the row of the extension structure of an ICMP error, from off to the end of the message. */
void pkt_icmp_extension_row(struct pkt_decoder *decoder, uint32_t off, uint32_t end);

#endif
