/*
 * What builders share: numbers of next protocols, pseudo-headers, checksums. Internal to the proto room.
 */
#ifndef PROTO_BUILD_H
#define PROTO_BUILD_H

#include "../core/builder.h"

/* Close and finish steps and automatic fields, one protocol each; the table is in builders.c. */
pkt_close_step pkt_ipv4_close;
pkt_finish_step pkt_ethernet_finish, pkt_ipv4_finish, pkt_udp_finish;
pkt_close_step pkt_ipv6_options_close;
pkt_finish_step pkt_ipv6_finish, pkt_ipv6_options_finish;
extern const struct pkt_build_automatic pkt_ipv6_automatic[], pkt_ipv6_options_automatic[];
pkt_close_step pkt_ipv6_routing_close, pkt_ah_close;
pkt_finish_step pkt_ipv6_routing_finish, pkt_ipv6_fragment_finish, pkt_ah_finish;
extern const struct pkt_build_automatic pkt_ipv6_routing_automatic[], pkt_ipv6_fragment_automatic[],
    pkt_ah_automatic[];
pkt_finish_step pkt_llc_finish, pkt_null_finish, pkt_sll_finish, pkt_ppp_finish;
extern const struct pkt_build_automatic pkt_llc_automatic[], pkt_null_automatic[], pkt_sll_automatic[],
    pkt_sll2_automatic[], pkt_ppp_automatic[];
pkt_close_step pkt_tcp_close;
pkt_finish_step pkt_vlan_finish, pkt_tcp_finish, pkt_gre_finish;
extern const struct pkt_build_automatic pkt_vlan_automatic[], pkt_tcp_automatic[], pkt_gre_automatic[];
pkt_finish_step pkt_igmp_finish;
extern const struct pkt_build_automatic pkt_igmp_automatic[];
extern const struct pkt_build_automatic pkt_ethernet_automatic[], pkt_ipv4_automatic[], pkt_udp_automatic[];

pkt_finish_step pkt_icmp_finish, pkt_icmp6_finish, pkt_icmp_extension_finish;
extern const struct pkt_build_automatic pkt_icmp_automatic[], pkt_icmp6_automatic[],
    pkt_icmp_extension_automatic[];

/* A part of ICMPv6's: fills the counts of MLD messages. */
pkt_finish_step pkt_mld_finish;

/*
 * The IP protocol number of what follows row; 253 (experiments, RFC 3692) for a payload, PKT_IP_NONE when
 * nothing follows.
 */
uint8_t pkt_build_ip_protocol(const struct pkt_build *build, unsigned row);

/* The EtherType of what follows row; 0x88b5 (local experiments, IEEE 802 9.2.4) for a payload or nothing. */
uint16_t pkt_build_ethertype(const struct pkt_build *build, unsigned row);

/* The network layer around row; -1 when there is none. */
int pkt_build_network(const struct pkt_build *build, unsigned row);

/* Whether a Jumbo Payload option (RFC 2675) was put under the IPv6 header `network`. */
bool pkt_build_is_jumbo(const struct pkt_build *build, unsigned network);

/* The longest extension header whose length octet counts units of 8 bytes (RFC 8200 4). */
enum { PKT_IPV6_EXTENSION_MAX = 2048 };

/* Fills next header and length of such an extension header. */
void pkt_build_extension(struct pkt_build *build, unsigned row);

/* Fills the type field at off of the row, which ends its header: an EtherType, or before LLC a length (IEEE
 * 802.3 3.2.6). */
void pkt_build_type_length(struct pkt_build *build, unsigned row, size_t off);

/*
 * Fills the checksum at off over the whole of the row, unless it is fixed; with the pseudo-header of the
 * network layer around it when protocol is not 0. UDP's 0 becomes 0xffff (RFC 768). ORDER when a
 * pseudo-header is wanted and there is no network layer. With PKT_BUILD_PARTIAL TCP and UDP get the
 * pseudo-header's sum.
 */
void pkt_build_checksum(struct pkt_build *build, unsigned row, size_t off, uint8_t protocol);

/*
 * The addresses of the pseudo-header for layer `row` inside the IPv6 header `network`: the source from a Home
 * Address option (RFC 6275 11.3.1), the destination from a routing header with segments left (RFC 8200 8.1).
 */
void pkt_build_ipv6_addresses(const struct pkt_build *build, unsigned network, unsigned row,
                              struct pkt_ip6 *ret_src, struct pkt_ip6 *ret_dst);

#endif
