/*
 * The builders against libnet, byte by byte: independent code for the same packets. Inputs are generated from
 * a fixed seed. Where libnet 1.1.6 is known to be wrong a row of the table says so, and then the bytes must
 * differ: an oracle that was mended is noticed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <libnet.h>

#include "pkt/pkt.h"

enum {
    ROUNDS = 300,
    DATA_MAX = 1400,
    PACKET_MAX = 2048,
};

/* What one packet is made of, for both. */
struct input {
    struct pkt_mac src_mac, dst_mac;
    struct pkt_ip4 src, dst, address;
    struct pkt_ip6 src6, dst6, address6;
    uint16_t id, sequence, src_port, dst_port, window, urgent;
    uint32_t number, number2, number3;
    uint8_t ttl, tos, code;
    uint8_t data[DATA_MAX];
    uint32_t data_len;
};

static uint64_t seed = 20261121;

/* splitmix64: the same inputs in every run. */
static uint64_t random_u64(void)
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void random_bytes(void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)random_u64();
}

static void make_input(struct input *in, unsigned round)
{
    random_bytes(in, sizeof *in);
    in->ttl |= 1;
    in->data_len = round < 64 ? round : (uint32_t)(random_u64() % DATA_MAX);
    if (round % 16 == 0)
        memset(in->data, round % 32 == 0 ? 0 : 0xff, in->data_len);
}

static const uint8_t *data_of(struct input *in)
{
    return in->data_len == 0 ? NULL : in->data;
}

static struct pkt_view view_of(const struct input *in)
{
    return pkt_view_make(in->data, in->data_len);
}

static uint32_t number_of(struct pkt_ip4 address)
{
    uint32_t number;
    memcpy(&number, address.byte, sizeof number);
    return number;
}

/* --- what lies around each message --- */

static void ours_ip(struct pkt_build *build, const struct input *in)
{
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){
                              .src = in->src, .dst = in->dst, .ttl = in->ttl, .tos = in->tos, .id = in->id});
}

static void theirs_ip(libnet_t *l, const struct input *in, uint32_t payload_len, uint8_t protocol)
{
    assert_int_not_equal(libnet_build_ipv4((uint16_t)(20 + payload_len), in->tos, in->id, 0, in->ttl,
                                           protocol, 0, number_of(in->src), number_of(in->dst), NULL, 0, l,
                                           0),
                         -1);
}

/* --- the messages: ours and theirs --- */

static void ours_udp(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_udp(build, &(struct pkt_udp_spec){.src = in->src_port, .dst = in->dst_port | 1});
    pkt_build_payload(build, view_of(in));
}

static void theirs_udp(libnet_t *l, struct input *in)
{
    libnet_build_udp(in->src_port, in->dst_port | 1, (uint16_t)(8 + in->data_len), 0, data_of(in),
                     in->data_len, l, 0);
    theirs_ip(l, in, 8 + in->data_len, IPPROTO_UDP);
}

static void ours_options(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_ipv4_router_alert(build, 0);
    pkt_build_ipv4_option(build, 7, pkt_view_make("\x04\0\0\0\0\0\0\0\0", 9));
    pkt_build_udp(build, &(struct pkt_udp_spec){.src = in->src_port, .dst = in->dst_port | 1});
    pkt_build_payload(build, view_of(in));
}

/* libnet pads options to a multiple of 4 as well. */
static void theirs_options(libnet_t *l, struct input *in)
{
    static const uint8_t options[] = {0x94, 4, 0, 0, 7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0};
    libnet_build_udp(in->src_port, in->dst_port | 1, (uint16_t)(8 + in->data_len), 0, data_of(in),
                     in->data_len, l, 0);
    libnet_build_ipv4_options(options, sizeof options, l, 0);
    theirs_ip(l, in, 16 + 8 + in->data_len, IPPROTO_UDP);
}

static void ours_echo(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_icmp_echo(build, &(struct pkt_icmp_echo_spec){.id = in->id, .sequence = in->sequence});
    pkt_build_payload(build, view_of(in));
}

static void theirs_echo(libnet_t *l, struct input *in)
{
    libnet_build_icmpv4_echo(ICMP_ECHO, 0, 0, in->id, in->sequence, data_of(in), in->data_len, l, 0);
    theirs_ip(l, in, 8 + in->data_len, IPPROTO_ICMP);
}

static void ours_timestamp(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_icmp_timestamp(build, &(struct pkt_icmp_timestamp_spec){.id = in->id,
                                                                      .sequence = in->sequence,
                                                                      .originate = in->number,
                                                                      .receive = in->number2,
                                                                      .transmit = in->number3});
}

static void theirs_timestamp(libnet_t *l, struct input *in)
{
    libnet_build_icmpv4_timestamp(ICMP_TSTAMP, 0, 0, in->id, in->sequence, in->number, in->number2,
                                  in->number3, NULL, 0, l, 0);
    theirs_ip(l, in, 20, IPPROTO_ICMP);
}

static void ours_mask(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_icmp_mask(
        build, &(struct pkt_icmp_mask_spec){.id = in->id, .sequence = in->sequence, .mask = in->address});
}

static void theirs_mask(libnet_t *l, struct input *in)
{
    libnet_build_icmpv4_mask(ICMP_MASKREQ, 0, 0, in->id, in->sequence, ntohl(number_of(in->address)), NULL, 0,
                             l, 0);
    theirs_ip(l, in, 12, IPPROTO_ICMP);
}

/* The packet that an error quotes: the same in all of them. */
static const uint8_t quoted[28] =
    "\x45\0\0\x21\x12\x34\0\0\3\x11\x91\x96\x0a\0\0\1\x0a\0\0\2\x9c\x40\x82\x9a\0\x0d\x89\x24";

static void ours_unreachable(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_icmp_unreachable(build, &(struct pkt_icmp_unreachable_spec){.code = in->code % 16});
    pkt_build_payload(build, pkt_view_make(quoted, sizeof quoted));
}

static void theirs_unreachable(libnet_t *l, struct input *in)
{
    libnet_build_icmpv4_unreach(ICMP_UNREACH, in->code % 16, 0, quoted, sizeof quoted, l, 0);
    theirs_ip(l, in, 8 + sizeof quoted, IPPROTO_ICMP);
}

static void ours_time_exceeded(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_icmp_time_exceeded(build, in->code % 2);
    pkt_build_payload(build, pkt_view_make(quoted, sizeof quoted));
}

static void theirs_time_exceeded(libnet_t *l, struct input *in)
{
    libnet_build_icmpv4_timeexceed(ICMP_TIMXCEED, in->code % 2, 0, quoted, sizeof quoted, l, 0);
    theirs_ip(l, in, 8 + sizeof quoted, IPPROTO_ICMP);
}

static void ours_redirect(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_icmp_redirect(build,
                            &(struct pkt_icmp_redirect_spec){.code = in->code % 4, .gateway = in->address});
    pkt_build_payload(build, pkt_view_make(quoted, sizeof quoted));
}

static void theirs_redirect(libnet_t *l, struct input *in)
{
    libnet_build_icmpv4_redirect(ICMP_REDIRECT, in->code % 4, 0, number_of(in->address), quoted,
                                 sizeof quoted, l, 0);
    theirs_ip(l, in, 8 + sizeof quoted, IPPROTO_ICMP);
}

static void ours_ethernet(struct pkt_build *build, struct input *in)
{
    pkt_build_ethernet(build, &(struct pkt_ethernet_spec){.src = in->src_mac, .dst = in->dst_mac});
    ours_udp(build, in);
}

static void theirs_ethernet(libnet_t *l, struct input *in)
{
    theirs_udp(l, in);
    libnet_build_ethernet(in->dst_mac.byte, in->src_mac.byte, ETHERTYPE_IP, NULL, 0, l, 0);
}

static void ours_igmp2(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_igmp(build, &(struct pkt_igmp_spec){.type = PKT_IGMP_V2_REPORT, .group = in->address});
}

static void theirs_igmp2(libnet_t *l, struct input *in)
{
    libnet_build_igmp(0x16, 0, 0, number_of(in->address), NULL, 0, l, 0);
    theirs_ip(l, in, 8, IPPROTO_IGMP);
}

/* libnet has no v3: the number of records takes the place of the group. */
static void ours_igmp3(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_igmp3_report(build);
    pkt_build_igmp3_record(build,
                           &(struct pkt_igmp3_record_spec){.type = PKT_RECORD_TO_EX, .group = in->address});
    pkt_build_igmp3_record(
        build, &(struct pkt_igmp3_record_spec){
                   .type = PKT_RECORD_ALLOW, .group = in->address, .sources = &in->src, .source_count = 1});
}

static void theirs_igmp3(libnet_t *l, struct input *in)
{
    uint8_t records[20] = {4, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 1};
    memcpy(records + 4, in->address.byte, 4);
    memcpy(records + 12, in->address.byte, 4);
    memcpy(records + 16, in->src.byte, 4);
    libnet_build_igmp(0x22, 0, 0, htonl(2), records, sizeof records, l, 0);
    theirs_ip(l, in, 8 + sizeof records, IPPROTO_IGMP);
}

static void ours_tcp(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_tcp(build, &(struct pkt_tcp_spec){.src = in->src_port,
                                                .dst = in->dst_port,
                                                .sequence = in->number,
                                                .acknowledgment = in->number2,
                                                .flags = PKT_TCP_SYN | PKT_TCP_ACK,
                                                .window = in->window | 1,
                                                .urgent = in->urgent});
    pkt_build_payload(build, view_of(in));
}

static void theirs_tcp(libnet_t *l, struct input *in)
{
    libnet_build_tcp(in->src_port, in->dst_port, in->number, in->number2, TH_SYN | TH_ACK, in->window | 1, 0,
                     in->urgent, (uint16_t)(20 + in->data_len), data_of(in), in->data_len, l, 0);
    theirs_ip(l, in, 20 + in->data_len, IPPROTO_TCP);
}

static void ours_tcp_options(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_tcp(build,
                  &(struct pkt_tcp_spec){.src = in->src_port, .dst = in->dst_port, .sequence = in->number});
    pkt_build_tcp_mss(build, 1460);
    pkt_build_tcp_sack_permitted(build);
    pkt_build_tcp_timestamps(build, in->number2, in->number3);
    pkt_build_tcp_option(build, PKT_TCP_OPTION_NOP, pkt_view_make(NULL, 0));
    pkt_build_tcp_window_scale(build, 7);
}

static void theirs_tcp_options(libnet_t *l, struct input *in)
{
    uint8_t options[20] = {2, 4, 1460 >> 8, 1460 & 0xff, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7};
    uint32_t value = htonl(in->number2), echo = htonl(in->number3);
    memcpy(options + 8, &value, 4);
    memcpy(options + 12, &echo, 4);
    libnet_build_tcp_options(options, sizeof options, l, 0);
    libnet_build_tcp(in->src_port, in->dst_port, in->number, 0, TH_SYN, 65535, 0, 0, 20 + sizeof options,
                     NULL, 0, l, 0);
    theirs_ip(l, in, 20 + sizeof options, IPPROTO_TCP);
}

static void ours_vlan(struct pkt_build *build, struct input *in)
{
    pkt_build_ethernet(build, &(struct pkt_ethernet_spec){.src = in->src_mac, .dst = in->dst_mac});
    pkt_build_vlan(build, &(struct pkt_vlan_spec){
                              .id = in->id & 0xfff, .priority = in->code & 7, .dei = (in->code & 8) != 0});
    ours_udp(build, in);
}

static void theirs_vlan(libnet_t *l, struct input *in)
{
    theirs_udp(l, in);
    libnet_build_802_1q(in->dst_mac.byte, in->src_mac.byte, 0x8100, in->code & 7, (in->code & 8) != 0,
                        in->id & 0xfff, ETHERTYPE_IP, NULL, 0, l, 0);
}

static void ours_arp(struct pkt_build *build, struct input *in)
{
    pkt_build_ethernet(build, &(struct pkt_ethernet_spec){.src = in->src_mac, .dst = in->dst_mac});
    pkt_build_arp(build, &(struct pkt_arp_spec){.operation = 1 + in->code % 2,
                                                .sender_hardware = pkt_view_make(in->src_mac.byte, 6),
                                                .sender_protocol = pkt_view_make(in->src.byte, 4),
                                                .target_hardware = pkt_view_make(in->dst_mac.byte, 6),
                                                .target_protocol = pkt_view_make(in->dst.byte, 4)});
}

static void theirs_arp(libnet_t *l, struct input *in)
{
    libnet_build_arp(ARPHRD_ETHER, ETHERTYPE_IP, 6, 4, 1 + in->code % 2, in->src_mac.byte, in->src.byte,
                     in->dst_mac.byte, in->dst.byte, NULL, 0, l, 0);
    libnet_build_ethernet(in->dst_mac.byte, in->src_mac.byte, ETHERTYPE_ARP, NULL, 0, l, 0);
}

/* libnet writes the lowest octet of a flow label into the one above as well: here they are the same. */
static uint32_t label_of(const struct input *in)
{
    return (in->number & 0xf0000) | (in->number & 0xff) * 0x101;
}

static void ours_ip6(struct pkt_build *build, const struct input *in)
{
    pkt_build_ipv6(build, &(struct pkt_ipv6_spec){.src = in->src6,
                                                  .dst = in->dst6,
                                                  .hop_limit = in->ttl,
                                                  .traffic_class = in->tos,
                                                  .flow_label = label_of(in)});
}

static struct libnet_in6_addr theirs6(struct pkt_ip6 address)
{
    struct libnet_in6_addr theirs;
    memcpy(&theirs, address.byte, sizeof theirs);
    return theirs;
}

static void theirs_ip6(libnet_t *l, const struct input *in, uint32_t payload_len, uint8_t next)
{
    libnet_build_ipv6(in->tos, label_of(in), (uint16_t)payload_len, next, in->ttl, theirs6(in->src6),
                      theirs6(in->dst6), NULL, 0, l, 0);
}

static void ours_udp6(struct pkt_build *build, struct input *in)
{
    ours_ip6(build, in);
    pkt_build_udp(build, &(struct pkt_udp_spec){.src = in->src_port, .dst = in->dst_port | 1});
    pkt_build_payload(build, view_of(in));
}

static void theirs_udp6(libnet_t *l, struct input *in)
{
    libnet_build_udp(in->src_port, in->dst_port | 1, (uint16_t)(8 + in->data_len), 0, data_of(in),
                     in->data_len, l, 0);
    theirs_ip6(l, in, 8 + in->data_len, IPPROTO_UDP);
}

static void ours_tcp6(struct pkt_build *build, struct input *in)
{
    ours_ip6(build, in);
    pkt_build_tcp(build,
                  &(struct pkt_tcp_spec){.src = in->src_port, .dst = in->dst_port, .sequence = in->number2});
    pkt_build_payload(build, view_of(in));
}

static void theirs_tcp6(libnet_t *l, struct input *in)
{
    libnet_build_tcp(in->src_port, in->dst_port, in->number2, 0, TH_SYN, 65535, 0, 0,
                     (uint16_t)(20 + in->data_len), data_of(in), in->data_len, l, 0);
    theirs_ip6(l, in, 20 + in->data_len, IPPROTO_TCP);
}

static void ours_echo6(struct pkt_build *build, struct input *in)
{
    ours_ip6(build, in);
    pkt_build_icmp6_echo(build, &(struct pkt_icmp_echo_spec){.id = in->id, .sequence = in->sequence});
    pkt_build_payload(build, view_of(in));
}

static void theirs_echo6(libnet_t *l, struct input *in)
{
    libnet_build_icmpv6_echo(128, 0, 0, in->id, in->sequence, in->data_len == 0 ? NULL : in->data,
                             in->data_len, l, 0);
    theirs_ip6(l, in, 8 + in->data_len, IPPROTO_ICMPV6);
}

static void ours_label(struct pkt_build *build, struct input *in)
{
    in->number = (in->number & ~UINT32_C(0xffff)) | 0x1234;
    pkt_build_ipv6(build, &(struct pkt_ipv6_spec){.src = in->src6,
                                                  .dst = in->dst6,
                                                  .hop_limit = in->ttl,
                                                  .traffic_class = in->tos,
                                                  .flow_label = in->number & 0xfffff,
                                                  .next_header = PKT_IP_NONE});
}

static void theirs_label(libnet_t *l, struct input *in)
{
    libnet_build_ipv6(in->tos, in->number & 0xfffff, 0, PKT_IP_NONE, in->ttl, theirs6(in->src6),
                      theirs6(in->dst6), NULL, 0, l, 0);
}

/* libnet writes the checksum behind an extension header into that header. */
static void ours_hopopts(struct pkt_build *build, struct input *in)
{
    ours_ip6(build, in);
    pkt_build_ipv6_hopopts(build);
    pkt_build_ipv6_router_alert(build, 0);
    pkt_build_udp(build, &(struct pkt_udp_spec){.src = in->src_port, .dst = in->dst_port | 1});
    pkt_build_payload(build, view_of(in));
}

static void theirs_hopopts(libnet_t *l, struct input *in)
{
    static const uint8_t options[] = {5, 2, 0, 0, 1, 0};
    libnet_build_udp(in->src_port, in->dst_port | 1, (uint16_t)(8 + in->data_len), 0, data_of(in),
                     in->data_len, l, 0);
    libnet_build_ipv6_hbhopts(IPPROTO_UDP, 0, options, sizeof options, l, 0);
    theirs_ip6(l, in, 16 + in->data_len, IPPROTO_HOPOPTS);
}

/* Behind these libnet 1.1.6 would write a checksum into the wrong place: what follows has none. */
static void ours_dstopts(struct pkt_build *build, struct input *in)
{
    ours_ip6(build, in);
    pkt_build_ipv6_dstopts(build);
    pkt_build_ipv6_option(build, 0x1e, pkt_view_make(in->address.byte, 4)); /* for experiments, RFC 4727 */
    pkt_build_payload(build, pkt_view_make(in->data, in->data_len |= 1));
}

static void theirs_dstopts(libnet_t *l, struct input *in)
{
    uint8_t options[] = {0x1e, 4, 0, 0, 0, 0};
    memcpy(options + 2, in->address.byte, 4);
    libnet_build_data(in->data, in->data_len, l, 0);
    libnet_build_ipv6_destopts(253, 0, options, sizeof options, l, 0);
    theirs_ip6(l, in, 8 + in->data_len, PKT_IP_DSTOPTS);
}

static void ours_routing(struct pkt_build *build, struct input *in)
{
    ours_ip6(build, in);
    pkt_build_ipv6_routing(build, &(struct pkt_ipv6_routing_spec){.type = 0});
    pkt_build_ipv6_routing_address(build, in->address6);
    pkt_build_ipv6_routing_address(build, in->src6);
    pkt_build_payload(build, pkt_view_make(in->data, in->data_len |= 1));
}

static void theirs_routing(libnet_t *l, struct input *in)
{
    uint8_t data[36] = {0};
    memcpy(data + 4, in->address6.byte, 16);
    memcpy(data + 20, in->src6.byte, 16);
    libnet_build_data(in->data, in->data_len, l, 0);
    libnet_build_ipv6_routing(253, 4, 0, 2, data, sizeof data, l, 0);
    theirs_ip6(l, in, 40 + in->data_len, PKT_IP_ROUTING);
}

static void ours_fragment6(struct pkt_build *build, struct input *in)
{
    ours_ip6(build, in);
    pkt_build_ipv6_fragment(build, &(struct pkt_ipv6_fragment_spec){.offset = in->sequence & 0xfff8,
                                                                    .more_fragments = in->code % 2 == 1,
                                                                    .id = in->number3});
    pkt_build_payload(build, pkt_view_make(in->data, in->data_len |= 1));
}

/* libnet takes these two numbers as they shall stand on the wire. */
static void theirs_fragment6(libnet_t *l, struct input *in)
{
    uint16_t offset = (uint16_t)((in->sequence & 0xfff8) | in->code % 2);
    libnet_build_data(in->data, in->data_len, l, 0);
    libnet_build_ipv6_frag(253, 0, htons(offset), htonl(in->number3), NULL, 0, l, 0);
    theirs_ip6(l, in, 8 + in->data_len, PKT_IP_FRAGMENT);
}

static void ours_unreachable6(struct pkt_build *build, struct input *in)
{
    ours_ip6(build, in);
    pkt_build_icmp6_unreachable(build, in->code % 8);
    pkt_build_payload(build, view_of(in));
}

static void theirs_unreachable6(libnet_t *l, struct input *in)
{
    libnet_build_icmpv6_unreach(1, in->code % 8, 0, in->data_len == 0 ? NULL : in->data, in->data_len, l, 0);
    theirs_ip6(l, in, 8 + in->data_len, IPPROTO_ICMPV6);
}

static void ours_solicitation(struct pkt_build *build, struct input *in)
{
    ours_ip6(build, in);
    pkt_build_nd_neighbour_solicitation(build, in->address6);
}

static void theirs_solicitation(libnet_t *l, struct input *in)
{
    libnet_build_icmpv6_ndp_nsol(135, 0, 0, theirs6(in->address6), NULL, 0, l, 0);
    theirs_ip6(l, in, 24, IPPROTO_ICMPV6);
}

static void ours_advertisement(struct pkt_build *build, struct input *in)
{
    ours_ip6(build, in);
    pkt_build_nd_neighbour_advertisement(
        build, &(struct pkt_nd_neighbour_spec){.flags = in->code & 0xe0, .target = in->address6});
    pkt_build_nd_link_address(build, PKT_ND_OPTION_TARGET_LLA, pkt_view_make(in->src_mac.byte, 6));
}

static void theirs_advertisement(libnet_t *l, struct input *in)
{
    libnet_build_icmpv6_ndp_opt(2, in->src_mac.byte, 6, l, 0);
    libnet_build_icmpv6_ndp_nadv(136, 0, 0, (in->code & 0xe0U) << 24, theirs6(in->address6), NULL, 0, l, 0);
    theirs_ip6(l, in, 32, IPPROTO_ICMPV6);
}

static void ours_gre(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_gre(build, &(struct pkt_gre_spec){.has_key = true,
                                                .has_sequence = true,
                                                .protocol = 0x88b5,
                                                .key = in->number,
                                                .sequence = in->number2});
    pkt_build_payload(build, view_of(in));
}

static void theirs_gre(libnet_t *l, struct input *in)
{
    libnet_build_egre(GRE_KEY | GRE_SEQ, 0x88b5, 0, 0, in->number, in->number2, (uint16_t)(12 + in->data_len),
                      data_of(in), in->data_len, l, 0);
    theirs_ip(l, in, 12 + in->data_len, IPPROTO_GRE);
}

static void ours_gre_checksum(struct pkt_build *build, struct input *in)
{
    ours_ip(build, in);
    pkt_build_gre(build, &(struct pkt_gre_spec){.has_checksum = true, .protocol = 0x88b5});
    pkt_build_payload(build, view_of(in));
}

static void theirs_gre_checksum(libnet_t *l, struct input *in)
{
    libnet_build_egre(GRE_CSUM, 0x88b5, 0, 0, 0, 0, (uint16_t)(8 + in->data_len), data_of(in), in->data_len,
                      l, 0);
    theirs_ip(l, in, 8 + in->data_len, IPPROTO_GRE);
}

static void ours_llc(struct pkt_build *build, struct input *in)
{
    pkt_build_ethernet(build, &(struct pkt_ethernet_spec){.src = in->src_mac, .dst = in->dst_mac});
    pkt_build_llc(build, &(struct pkt_llc_spec){.dsap = 0x42, .ssap = 0x42, .control = 3});
    pkt_build_payload(build, view_of(in));
}

static void theirs_llc(libnet_t *l, struct input *in)
{
    libnet_build_802_2(0x42, 0x42, 3, data_of(in), in->data_len, l, 0);
    libnet_build_802_3(in->dst_mac.byte, in->src_mac.byte, (uint16_t)(3 + in->data_len), NULL, 0, l, 0);
}

static void ours_snap(struct pkt_build *build, struct input *in)
{
    pkt_build_ethernet(build, &(struct pkt_ethernet_spec){.src = in->src_mac, .dst = in->dst_mac});
    pkt_build_llc(build, &(struct pkt_llc_spec){.oui = in->number & 0xffffff, .protocol = in->id | 1});
    pkt_build_payload(build, view_of(in));
}

static void theirs_snap(libnet_t *l, struct input *in)
{
    uint8_t oui[3] = {(uint8_t)(in->number >> 16), (uint8_t)(in->number >> 8), (uint8_t)in->number};
    libnet_build_802_2snap(0xaa, 0xaa, 3, oui, in->id | 1, data_of(in), in->data_len, l, 0);
    libnet_build_802_3(in->dst_mac.byte, in->src_mac.byte, (uint16_t)(8 + in->data_len), NULL, 0, l, 0);
}

/* A UDP payload whose checksum computes to 0: libnet sends 0, which says that there is none (RFC 768). */
static uint16_t zero_word(struct input *in)
{
    uint8_t buffer[PACKET_MAX];
    struct pkt_build build;
    struct pkt_view packet;
    in->data_len = 2;
    memset(in->data, 0, 2);
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    ours_udp(&build, in);
    assert_int_equal(pkt_build_finish(&build, &packet), PKT_BUILD_OK);
    return pkt_u16(packet, 26);
}

static void ours_udp_zero(struct pkt_build *build, struct input *in)
{
    uint16_t word = zero_word(in);
    in->data[0] = (uint8_t)(word >> 8);
    in->data[1] = (uint8_t)word;
    ours_udp(build, in);
}

/* clang-format off */
static struct oracle_case { /* not const: cmocka hands it through a plain pointer */
    const char *name;
    void (*ours)(struct pkt_build *build, struct input *in);
    void (*theirs)(libnet_t *l, struct input *in);
    const char *differs; /* why libnet 1.1.6's bytes are others; NULL: they must be the same */
} cases[] = {
    {"udp", ours_udp, theirs_udp, NULL},
    {"udp checksum 0", ours_udp_zero, theirs_udp, "a computed 0 is sent as 0 instead of 0xffff (RFC 768)"},
    {"ipv4 options", ours_options, theirs_options, NULL},
    {"icmp echo", ours_echo, theirs_echo, NULL},
    {"icmp timestamp", ours_timestamp, theirs_timestamp, NULL},
    {"icmp mask", ours_mask, theirs_mask, NULL},
    {"icmp unreachable", ours_unreachable, theirs_unreachable, NULL},
    {"icmp time exceeded", ours_time_exceeded, theirs_time_exceeded, NULL},
    {"icmp redirect", ours_redirect, theirs_redirect, NULL},
    {"ethernet", ours_ethernet, theirs_ethernet, NULL},
    {"tcp", ours_tcp, theirs_tcp, NULL},
    {"tcp options", ours_tcp_options, theirs_tcp_options, NULL},
    {"vlan", ours_vlan, theirs_vlan, NULL},
    {"arp", ours_arp, theirs_arp, NULL},
    {"udp over ipv6", ours_udp6, theirs_udp6, NULL},
    {"tcp over ipv6", ours_tcp6, theirs_tcp6, NULL},
    {"icmpv6 echo", ours_echo6, theirs_echo6, NULL},
    {"flow label", ours_label, theirs_label, "the lowest octet of the label stands in the one above too"},
    {"udp behind hop-by-hop options", ours_hopopts, theirs_hopopts,
     "the checksum is written into the extension header"},
    {"igmp v2 report", ours_igmp2, theirs_igmp2, NULL},
    {"igmp v3 report", ours_igmp3, theirs_igmp3, NULL},
    {"destination options", ours_dstopts, theirs_dstopts, NULL},
    {"routing header", ours_routing, theirs_routing, NULL},
    {"fragment header", ours_fragment6, theirs_fragment6, NULL},
    {"icmpv6 unreachable", ours_unreachable6, theirs_unreachable6, NULL},
    {"neighbour solicitation", ours_solicitation, theirs_solicitation, NULL},
    {"neighbour advertisement with option", ours_advertisement, theirs_advertisement, NULL},
    {"gre with key and sequence", ours_gre, theirs_gre, NULL},
    {"gre with checksum", ours_gre_checksum, theirs_gre_checksum, NULL},
    {"llc", ours_llc, theirs_llc, NULL},
    {"snap", ours_snap, theirs_snap, NULL},
};
/* clang-format on */

static libnet_t *open_libnet(void)
{
    static char error[LIBNET_ERRBUF_SIZE];
    libnet_t *l = libnet_init(LIBNET_NONE, NULL, error);
    assert_non_null(l);
    l->injection_type = LIBNET_LINK_ADV; /* culling is refused otherwise */
    return l;
}

static void show(const char *who, const uint8_t *bytes, size_t len)
{
    print_message("%-6s", who);
    for (size_t i = 0; i < len; i++)
        print_message("%02x%s", bytes[i], i % 4 == 3 ? " " : "");
    print_message("\n");
}

static void compare(const struct oracle_case *row, struct input *in, libnet_t *l)
{
    uint8_t buffer[PACKET_MAX], *bytes;
    uint32_t len;
    struct pkt_build build;
    struct pkt_view packet;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    row->ours(&build, in);
    assert_int_equal(pkt_build_finish(&build, &packet), PKT_BUILD_OK);
    libnet_clear_packet(l);
    row->theirs(l, in);
    assert_int_equal(libnet_adv_cull_packet(l, &bytes, &len), 1);
    bool same = len == packet.len && memcmp(bytes, packet.ptr, len) == 0;
    if (same != (row->differs == NULL)) {
        show("libnet", bytes, len);
        show("ours", packet.ptr, packet.len);
        fail_msg("%s: %s", row->name,
                 row->differs == NULL ? "other bytes than libnet's" : "libnet was mended");
    }
    libnet_adv_free_packet(l, bytes);
}

static void test_case(void **state)
{
    const struct oracle_case *row = *state;
    static struct input in;
    libnet_t *l = open_libnet();
    for (unsigned round = 0; round < ROUNDS; round++) {
        make_input(&in, round);
        compare(row, &in, l);
    }
    libnet_destroy(l);
}

int main(void)
{
    enum { COUNT = sizeof cases / sizeof *cases };
    struct CMUnitTest tests[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        tests[i] = (struct CMUnitTest){cases[i].name, test_case, NULL, NULL, &cases[i]};
    return _cmocka_run_group_tests("libnet", tests, COUNT, NULL, NULL);
}
