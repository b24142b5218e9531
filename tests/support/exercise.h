/*
 * Asks a decoded packet everything that the headers offer: every typed view, every getter, every list. The
 * result is a number that depends on all answers, so that nothing is left out by the optimiser; a sanitizer
 * watches the reads.
 */
#ifndef TESTS_EXERCISE_H
#define TESTS_EXERCISE_H

#include "pkt/checksum.h"
#include "pkt/icmp.h"
#include "pkt/igmp.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"
#include "pkt/link.h"
#include "pkt/transport.h"

static inline uint64_t exercise_view(struct pkt_view view)
{
    uint64_t sum = view.len;
    for (size_t i = 0; i < view.len; i++)
        sum += view.ptr[i];
    return sum;
}

static inline uint64_t exercise_item(const struct pkt_list *list, const struct pkt_option *item)
{
    struct pkt_group_record record;
    struct pkt_mpls_entry entry;
    struct pkt_interface_info info;
    struct pkt_ip4 ip4;
    struct pkt_ip6 ip6;
    uint64_t sum = exercise_view(item->bytes) + exercise_view(item->data) + item->type + item->off;
    bool mld = list->kind == PKT_LIST_MLD2_RECORDS;
    if (mld || list->kind == PKT_LIST_IGMP3_RECORDS) {
        pkt_group_record(item, mld ? 16 : 4, &record);
        sum += exercise_view(record.group) + exercise_view(record.sources) + exercise_view(record.aux);
        for (unsigned i = 0; pkt_source_ip4(record.sources, i, &ip4); i++)
            sum += ip4.byte[3];
        for (unsigned i = 0; pkt_source_ip6(record.sources, i, &ip6); i++)
            sum += ip6.byte[15];
    }
    if (list->kind == PKT_LIST_ICMP_OBJECTS) {
        for (unsigned i = 0; pkt_mpls_entry(item, i, &entry); i++)
            sum += entry.label + entry.ttl;
        if (pkt_interface_info(item, &info))
            sum += exercise_view(info.name) + info.index + info.mtu;
    }
    return sum;
}

static inline uint64_t exercise_list(struct pkt_list list)
{
    struct pkt_option item;
    uint64_t sum = 0;
    while (pkt_option_next(&list, &item))
        sum += exercise_item(&list, &item);
    return sum + list.stop + list.need + list.have;
}

static inline uint64_t exercise_link(const struct pkt_packet *packet, unsigned i)
{
    struct pkt_ethernet eth;
    struct pkt_vlan vlan;
    struct pkt_llc llc;
    struct pkt_null null;
    struct pkt_sll sll;
    struct pkt_ppp ppp;
    struct pkt_arp arp;
    uint64_t sum = 0;
    if (pkt_as_ethernet(packet, i, &eth))
        sum += 0U + pkt_ethernet_dst(eth).byte[5] + pkt_ethernet_src(eth).byte[5] + pkt_ethernet_is_8023(eth);
    if (pkt_as_vlan(packet, i, &vlan))
        sum += 0U + vlan.tpid + pkt_vlan_id(vlan) + pkt_vlan_type(vlan) + pkt_vlan_dei(vlan) +
               pkt_vlan_priority(vlan);
    if (pkt_as_llc(packet, i, &llc))
        sum += 0U + pkt_llc_control(llc) + pkt_llc_is_snap(llc) + pkt_llc_oui(llc) + pkt_llc_protocol(llc);
    if (pkt_as_null(packet, i, &null))
        sum += pkt_null_family(null);
    if (pkt_as_sll(packet, i, &sll))
        sum += exercise_view(pkt_sll_address(sll)) + pkt_sll_interface(sll) + pkt_sll_packet_type(sll) +
               pkt_sll_hardware_type(sll) + pkt_sll_protocol(sll);
    if (pkt_as_ppp(packet, i, &ppp))
        sum += pkt_ppp_protocol(ppp) + pkt_ppp_has_address(ppp);
    if (pkt_as_arp(packet, i, &arp))
        sum += exercise_view(pkt_arp_sender_hardware(arp)) + exercise_view(pkt_arp_sender_protocol(arp)) +
               exercise_view(pkt_arp_target_hardware(arp)) + exercise_view(pkt_arp_target_protocol(arp)) +
               pkt_arp_is_ethernet_ipv4(arp) + pkt_arp_operation(arp);
    return sum;
}

static inline uint64_t exercise_ip(const struct pkt_packet *packet, unsigned i)
{
    struct pkt_ipv4 ip4;
    struct pkt_ipv6 ip6;
    struct pkt_ipv6_extension x;
    struct pkt_esp esp;
    struct pkt_list list;
    struct pkt_ip6 src, dst;
    uint16_t alert = 0;
    uint64_t sum = 0;
    if (pkt_as_ipv4(packet, i, &ip4)) {
        pkt_ipv4_options(ip4, &list);
        sum += exercise_list(list) + pkt_ipv4_final_dst(ip4).byte[3] + pkt_ipv4_src(ip4).byte[3];
        sum += 0U + pkt_ipv4_router_alert(ip4, &alert) + alert + pkt_ipv4_tos(ip4) + pkt_ipv4_ttl(ip4);
    }
    if (pkt_as_ipv6(packet, i, &ip6)) {
        sum += 0U + pkt_ipv6_pseudo_addresses(packet, i, &src, &dst) + src.byte[15] + dst.byte[15];
        sum +=
            pkt_ipv6_router_alert(packet, i, &alert) + pkt_ipv6_flow_label(ip6) + pkt_ipv6_traffic_class(ip6);
    }
    if (pkt_as_ipv6_extension(packet, i, &x)) {
        pkt_ipv6_options(x, &list);
        sum += exercise_list(list) + pkt_ipv6_fragment_id(x) + pkt_ah_sequence(x) + pkt_ipv6_segments_left(x);
    }
    if (pkt_as_esp(packet, i, &esp))
        sum += pkt_esp_spi(esp) + pkt_esp_sequence(esp);
    return sum;
}

static inline uint64_t exercise_transport(const struct pkt_packet *packet, unsigned i)
{
    struct pkt_udp udp;
    struct pkt_tcp tcp;
    struct pkt_gre gre;
    struct pkt_vxlan vxlan;
    struct pkt_list list;
    uint32_t value = 0;
    uint16_t checksum = 0;
    uint64_t sum = 0;
    if (pkt_as_udp(packet, i, &udp))
        sum += 0U + pkt_udp_src(udp) + pkt_udp_dst(udp) + pkt_udp_len(udp) + pkt_udp_checksum(udp);
    if (pkt_as_tcp(packet, i, &tcp)) {
        pkt_tcp_options(tcp, &list);
        sum += exercise_list(list) + pkt_tcp_flags(tcp) + pkt_tcp_urgent(tcp) + pkt_tcp_window(tcp);
    }
    if (pkt_as_gre(packet, i, &gre))
        sum += 0U + pkt_gre_checksum(gre, &checksum) + pkt_gre_key(gre, &value) +
               pkt_gre_sequence(gre, &value) + value;
    if (pkt_as_vxlan(packet, i, &vxlan))
        sum += pkt_vxlan_vni(vxlan) + pkt_vxlan_flags(vxlan);
    return sum + checksum;
}

static inline uint64_t exercise_igmp(const struct pkt_packet *packet, unsigned i)
{
    struct pkt_igmp igmp;
    struct pkt_list list;
    if (!pkt_as_igmp(packet, i, &igmp))
        return 0;
    pkt_igmp3_records(igmp, &list);
    return exercise_list(list) + exercise_view(pkt_igmp3_sources(igmp)) + pkt_igmp_version(igmp) +
           pkt_igmp_max_response_ds(igmp) + pkt_igmp_group(igmp).byte[3] + pkt_igmp3_qqic(igmp);
}

static inline uint64_t exercise_icmp(const struct pkt_packet *packet, unsigned i)
{
    struct pkt_icmp icmp;
    struct pkt_icmp_extension extension;
    struct pkt_list list;
    uint64_t sum = 0;
    if (pkt_as_icmp_extension(packet, i, &extension)) {
        pkt_icmp_objects(extension, &list);
        sum += exercise_list(list) + pkt_icmp_extension_version(extension);
    }
    if (!pkt_as_icmp(packet, i, &icmp))
        return sum;
    sum += pkt_icmp_id(icmp) + pkt_icmp_mtu(icmp) + pkt_icmp_pointer(icmp) + pkt_icmp_transmit(icmp) +
           pkt_icmp_is_error(icmp) + pkt_icmp_quote_len(icmp) + pkt_icmp_gateway(icmp).byte[0];
    if (pkt_icmp_is_nd(icmp)) {
        pkt_nd_options(icmp, &list);
        sum += exercise_list(list) + pkt_nd_target(icmp).byte[15] + pkt_nd_destination(icmp).byte[15] +
               pkt_nd_ra_retransmit(icmp);
    }
    if (pkt_icmp_is_mld(icmp)) {
        pkt_mld2_records(icmp, &list);
        sum += exercise_list(list) + exercise_view(pkt_mld2_sources(icmp)) + pkt_mld_version(icmp) +
               pkt_mld_max_response_ms(icmp) + pkt_mld_group(icmp).byte[15];
    }
    return sum;
}

static inline uint64_t exercise(const struct pkt_packet *packet)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i <= packet->layer_count; i++) {
        struct pkt_checksum_result checksum = pkt_checksum_verify(packet, i);
        sum += exercise_link(packet, i) + exercise_ip(packet, i) + exercise_transport(packet, i) +
               exercise_igmp(packet, i) + exercise_icmp(packet, i);
        sum += exercise_view(pkt_layer_bytes(packet, i)) + exercise_view(pkt_layer_header(packet, i)) +
               exercise_view(pkt_layer_payload(packet, i)) + pkt_layer_payload_len(packet, i);
        sum += checksum.state + checksum.found + checksum.expected;
    }
    return sum;
}

#endif
