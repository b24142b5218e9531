/*
 * The builder table, and what builders share: numbers of next protocols, pseudo-headers, checksums.
 */
#include "build.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"
#include "pkt/link.h"

enum {
    ETHERTYPE_EXPERIMENT = 0x88b5,
    IP_EXPERIMENT = 253,
};

/* Close | finish | automatic fields | EtherType, IP protocol */
/* clang-format off */
const struct pkt_builder pkt_builders[PKT_PROTO_COUNT] = {
    [PKT_PROTO_NONE] = {NULL, NULL, NULL, {-1, -1}},
    [PKT_PROTO_PAYLOAD] = {NULL, NULL, NULL, {ETHERTYPE_EXPERIMENT, IP_EXPERIMENT}},
    [PKT_PROTO_TRAILER] = {NULL, NULL, NULL, {-1, -1}},
    [PKT_PROTO_ETHERNET] = {NULL, pkt_ethernet_finish, pkt_ethernet_automatic, {PKT_ETHERTYPE_TEB, 143}},
    [PKT_PROTO_IPV4] = {pkt_ipv4_close, pkt_ipv4_finish, pkt_ipv4_automatic, {PKT_ETHERTYPE_IPV4, PKT_IP_IPIP}},
    [PKT_PROTO_ICMP] = {NULL, pkt_icmp_finish, pkt_icmp_automatic, {-1, PKT_IP_ICMP}},
    [PKT_PROTO_ICMP6] = {NULL, pkt_icmp6_finish, pkt_icmp6_automatic, {-1, PKT_IP_ICMP6}},
    [PKT_PROTO_ICMP_EXT] = {NULL, pkt_icmp_extension_finish, pkt_icmp_extension_automatic, {-1, -1}},
    [PKT_PROTO_IPV6] = {NULL, pkt_ipv6_finish, pkt_ipv6_automatic, {PKT_ETHERTYPE_IPV6, PKT_IP_IPV6}},
    [PKT_PROTO_IP6_HOPOPTS] = {pkt_ipv6_options_close, pkt_ipv6_options_finish, pkt_ipv6_options_automatic, {-1, PKT_IP_HOPOPTS}},
    [PKT_PROTO_IP6_DSTOPTS] = {pkt_ipv6_options_close, pkt_ipv6_options_finish, pkt_ipv6_options_automatic, {-1, PKT_IP_DSTOPTS}},
    [PKT_PROTO_IP6_ROUTING] = {pkt_ipv6_routing_close, pkt_ipv6_routing_finish, pkt_ipv6_routing_automatic, {-1, PKT_IP_ROUTING}},
    [PKT_PROTO_IP6_FRAGMENT] = {NULL, pkt_ipv6_fragment_finish, pkt_ipv6_fragment_automatic, {-1, PKT_IP_FRAGMENT}},
    [PKT_PROTO_AH] = {pkt_ah_close, pkt_ah_finish, pkt_ah_automatic, {-1, PKT_IP_AH}},
    [PKT_PROTO_ESP] = {NULL, NULL, NULL, {-1, PKT_IP_ESP}},
    [PKT_PROTO_LLC] = {NULL, pkt_llc_finish, pkt_llc_automatic, {-1, -1}},
    [PKT_PROTO_NULL] = {NULL, pkt_null_finish, pkt_null_automatic, {-1, -1}},
    [PKT_PROTO_SLL] = {NULL, pkt_sll_finish, pkt_sll_automatic, {-1, -1}},
    [PKT_PROTO_SLL2] = {NULL, pkt_sll_finish, pkt_sll2_automatic, {-1, -1}},
    [PKT_PROTO_PPP] = {NULL, pkt_ppp_finish, pkt_ppp_automatic, {PKT_ETHERTYPE_PPP, -1}},
    [PKT_PROTO_IGMP] = {NULL, pkt_igmp_finish, pkt_igmp_automatic, {-1, PKT_IP_IGMP}},
    [PKT_PROTO_VLAN] = {NULL, pkt_vlan_finish, pkt_vlan_automatic, {PKT_ETHERTYPE_VLAN, -1}},
    [PKT_PROTO_ARP] = {NULL, NULL, NULL, {PKT_ETHERTYPE_ARP, -1}},
    [PKT_PROTO_TCP] = {pkt_tcp_close, pkt_tcp_finish, pkt_tcp_automatic, {-1, PKT_IP_TCP}},
    [PKT_PROTO_GRE] = {NULL, pkt_gre_finish, pkt_gre_automatic, {-1, PKT_IP_GRE}},
    [PKT_PROTO_VXLAN] = {NULL, NULL, NULL, {-1, -1}},
    [PKT_PROTO_UDP] = {NULL, pkt_udp_finish, pkt_udp_automatic, {-1, PKT_IP_UDP}},
};
/* clang-format on */

uint8_t pkt_build_ip_protocol(const struct pkt_build *build, unsigned row)
{
    enum pkt_proto next = pkt_build_next(build, row);
    int number = pkt_builders[next].numbers.ip_protocol;
    return next == PKT_PROTO_NONE ? PKT_IP_NONE : number < 0 ? IP_EXPERIMENT : (uint8_t)number;
}

/* RARP has an EtherType of its own (RFC 903). */
static bool is_rarp(const struct pkt_build *build, unsigned row)
{
    if (pkt_build_next(build, row) != PKT_PROTO_ARP)
        return false;
    uint16_t operation =
        pkt_arp_operation((struct pkt_arp){pkt_room_view(pkt_build_row_room(build, row + 1))});
    return operation == PKT_RARP_REQUEST || operation == PKT_RARP_REPLY;
}

uint16_t pkt_build_ethertype(const struct pkt_build *build, unsigned row)
{
    if (is_rarp(build, row))
        return PKT_ETHERTYPE_RARP;
    int32_t number = pkt_builders[pkt_build_next(build, row)].numbers.ethertype;
    return number < 0 ? ETHERTYPE_EXPERIMENT : (uint16_t)number;
}

void pkt_build_type_length(struct pkt_build *build, unsigned row, size_t off)
{
    if (!pkt_build_fills(build, row, PKT_BUILD_NEXT))
        return;
    bool is_8023 = pkt_build_next(build, row) == PKT_PROTO_LLC;
    size_t payload = pkt_build_row_len(build, row) - pkt_build_header_len(build, row);
    if (is_8023 && payload > PKT_8023_LENGTH_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    pkt_set_u16(pkt_build_row_room(build, row), off,
                is_8023 ? (uint16_t)payload : pkt_build_ethertype(build, row));
}

int pkt_build_network(const struct pkt_build *build, unsigned row)
{
    for (; row > 0; row--) {
        uint8_t proto = build->row[row - 1].proto;
        if (proto == PKT_PROTO_IPV4 || proto == PKT_PROTO_IPV6)
            return (int)row - 1;
    }
    return -1;
}

/* Adds the pseudo-header of row; false when there is no network layer. */
static bool add_pseudo_header(struct pkt_build *build, unsigned row, uint8_t protocol, struct pkt_sum *sum)
{
    int network = pkt_build_network(build, row);
    size_t len = pkt_build_row_len(build, row);
    if (network < 0)
        return false;
    struct pkt_view bytes = pkt_room_view(pkt_build_row_room(build, (unsigned)network));
    if (build->row[network].proto == PKT_PROTO_IPV6) {
        struct pkt_ip6 src, dst;
        pkt_build_ipv6_addresses(build, (unsigned)network, row, &src, &dst);
        pkt_sum_ip6(sum, src, dst, protocol, (uint32_t)len);
        return true;
    }
    struct pkt_ipv4 ip = {pkt_view_clip(bytes, 0, pkt_build_header_len(build, (unsigned)network))};
    pkt_sum_ip4(sum, pkt_ipv4_src(ip), pkt_ipv4_final_dst(ip), protocol, (uint16_t)len);
    return true;
}

/* Whether an offloading card would finish this checksum: that of the outermost TCP or UDP. */
static bool is_partial(const struct pkt_build *build, unsigned row, uint8_t protocol)
{
    if ((build->flags & PKT_BUILD_PARTIAL) == 0 || (protocol != PKT_IP_UDP && protocol != PKT_IP_TCP))
        return false;
    for (unsigned i = 0; i < row; i++)
        if (build->row[i].proto == PKT_PROTO_UDP || build->row[i].proto == PKT_PROTO_TCP ||
            build->row[i].proto == PKT_PROTO_ICMP || build->row[i].proto == PKT_PROTO_ICMP6)
            return false;
    return true;
}

void pkt_build_checksum(struct pkt_build *build, unsigned row, size_t off, uint8_t protocol)
{
    struct pkt_room room = pkt_build_row_room(build, row);
    struct pkt_sum sum = {0, false};
    if (!pkt_build_fills(build, row, PKT_BUILD_CHECKSUM))
        return;
    if (protocol != 0 && !add_pseudo_header(build, row, protocol, &sum)) {
        pkt_build_fail(build, PKT_BUILD_E_ORDER);
        return;
    }
    if (is_partial(build, row, protocol)) {
        pkt_set_u16(room, off, pkt_sum_fold(&sum));
        return;
    }
    pkt_set_u16(room, off, 0);
    pkt_sum_add(&sum, pkt_room_view(room));
    uint16_t checksum = pkt_sum_finish(&sum);
    pkt_set_u16(room, off, checksum == 0 && protocol == PKT_IP_UDP ? UINT16_MAX : checksum);
}
