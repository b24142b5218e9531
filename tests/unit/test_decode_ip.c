/*
 * IPv4, IPv6 and the extension headers: rows, getters, and each of their diagnoses by a packet that raises it
 * alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/decode_case.h"

#define ETH4       "0200000000020200000000010800"
#define ETH6       "02000000000202000000000186dd"
#define ADDRESSES6 "fd000000000000000000000000000001fd000000000000000000000000000002"

/* clang-format off */
static const struct decode_case cases[] = {
    /* IPv4 */
    {.name = "ipv4-options", .hex = GOLDEN_IP4_OPTIONS, .rows = "eth ip udp data",
     .layout = "eth 0+14/60 capture, ip 14+36/46 ipv4-total-length, udp 50+8/10 udp-length, data 58+0/2 udp-length"},
    {.name = "ipv4-version", .hex = GOLDEN_UDP4, .edit = "14:55", .rows = "eth ip.S",
     .findings = "ipv4.version@1:14 4/5"},
    {.name = "ipv4-header-length-below-20", .hex = GOLDEN_UDP4, .edit = "14:44", .rows = "eth ip.S",
     .findings = "ipv4.header-length@1:14 20/16"},
    {.name = "ipv4-header-past-frame", .hex = ETH4 "4f00003c0001000040110000 0a000001 0a000002", .wire_len = 34,
     .rows = "eth ip.CS", .findings = "ipv4.total-length-overrun@1:16 60/20, ipv4.header-length@1:14 60/20"},
    {.name = "ipv4-total-below-header", .hex = GOLDEN_IP4_OPTIONS, .edit = "16:0020", .rows = "eth ip.S",
     .findings = "ipv4.total-length-short@1:16 36/32"},
    {.name = "ipv4-total-zero", .hex = GOLDEN_TCP4, .edit = "16:0000", .ip_checksum = 14, .rows = "eth ip tcp data",
     .findings = "ipv4.total-length-zero@1:16 20/0"},
    {.name = "ipv4-total-zero-offloaded", .hex = GOLDEN_TCP4, .edit = "16:0000", .ip_checksum = 14,
     .flags = PKT_DECODE_GSO, .rows = "eth ip tcp data"},
    {.name = "ipv4-total-overrun", .hex = GOLDEN_TCP4, .edit = "16:002c 50:0000", .ip_checksum = 14,
     .rows = "eth ip.C tcp data", .findings = "ipv4.total-length-overrun@1:16 44/43"},
    {.name = "ipv4-cut", .hex = GOLDEN_UDP4, .captured = 33, .rows = "eth.T ip.T",
     .findings = "cap.truncated@1:14 20/19"},
    {.name = "ipv4-options-cut", .hex = GOLDEN_IP4_OPTIONS, .captured = 49, .rows = "eth.T ip.T",
     .findings = "cap.truncated@1:14 36/35"},
    {.name = "ipv4-short", .hex = ETH4 "45000021000100004011", .rows = "eth ip.S",
     .findings = "header.short@1:14 20/10"},
    {.name = "ipv4-option-length-0", .hex = GOLDEN_IP4_OPTIONS, .edit = "35:00", .ip_checksum = 14,
     .rows = "eth ip udp data", .findings = "ipv4.option-length@1:34 2/0"},
    {.name = "ipv4-option-past-header", .hex = GOLDEN_IP4_OPTIONS, .edit = "40:0c", .ip_checksum = 14,
     .rows = "eth ip udp data", .findings = "ipv4.option-length@1:39 12/11"},
    {.name = "ipv4-checksum", .hex = GOLDEN_UDP4, .edit = "24:66ca", .rows = "eth ip udp data",
     .findings = "ipv4.checksum@1:14 26313/26314"},
    {.name = "ipv4-reserved-flag", .hex = GOLDEN_UDP4, .edit = "20:80", .ip_checksum = 14, .rows = "eth ip udp data",
     .findings = "ipv4.reserved-flag@1:20 0/1"},
    {.name = "ipv4-fragment-end", .hex = GOLDEN_IP4_LATER_FRAGMENT, .edit = "20:1fff", .ip_checksum = 14,
     .rows = "eth ip.F data.F", .findings = "ipv4.fragment-end@1:20 65535/65572"},
    {.name = "ipv4-source-multicast", .hex = GOLDEN_UDP4, .edit = "26:e0 40:0000", .ip_checksum = 14,
     .rows = "eth ip udp data", .findings = "ipv4.source@1:26 0/0"},
    {.name = "ipv4-source-broadcast", .hex = GOLDEN_UDP4, .edit = "26:ffffffff 40:0000", .ip_checksum = 14,
     .rows = "eth ip udp data", .findings = "ipv4.source@1:26 0/0"},
    {.name = "ipv4-first-fragment", .hex = GOLDEN_IP4_FIRST_FRAGMENT, .rows = "eth ip.F udp.FC data.F"},
    {.name = "ipv4-later-fragment", .hex = GOLDEN_IP4_LATER_FRAGMENT, .rows = "eth ip.F data.F"},
    {.name = "ipv4-header-cut-by-fragment", .hex = ETH4 "4500001c0001200040060000 0a000001 0a000002 03e80050 00000001",
     .ip_checksum = 14, .rows = "eth ip.F tcp.TF",
     .layout = "eth 0+14/42 capture, ip 14+20/28 ipv4-total-length, tcp 34+0/8 ipv4-total-length"},
    {.name = "ipv4-protocol-unknown", .hex = GOLDEN_UDP4, .edit = "23:fd", .ip_checksum = 14, .rows = "eth ip data"},
    {.name = "ipv4-no-extension-headers", .hex = GOLDEN_UDP4, .edit = "23:00", .ip_checksum = 14,
     .rows = "eth ip data"},
    {.name = "ipv4-nothing-behind", .hex = ETH4 "450000140001000040fd0000 0a000001 0a000002", .ip_checksum = 14,
     .rows = "eth ip"},
    {.name = "ipv4-no-room-for-udp", .hex = ETH4 "45000014000100004011 0000 0a000001 0a000002", .ip_checksum = 14,
     .rows = "eth ip udp.S", .findings = "header.short@2:34 8/0"},
    {.name = "ipv4-ah", .hex = GOLDEN_IP4_AH, .rows = "eth ip ah udp data"},
    {.name = "ipv4-ah-no-extension-behind", .hex = GOLDEN_IP4_AH, .edit = "34:3c", .rows = "eth ip ah data"},
    /* IPv6 */
    {.name = "ipv6-version", .hex = GOLDEN_UDP6, .edit = "14:50", .rows = "eth ipv6.S",
     .findings = "ipv6.version@1:14 6/5"},
    {.name = "ipv6-payload-overrun", .hex = GOLDEN_TCP6, .edit = "18:0019", .rows = "eth ipv6.C tcp data",
     .findings = "ipv6.payload-length-overrun@1:18 25/24"},
    {.name = "ipv6-padded", .hex = GOLDEN_UDP6 "0000", .rows = "eth ipv6.P udp data eth.trailer"},
    {.name = "ipv6-cut", .hex = GOLDEN_UDP6, .captured = 53, .rows = "eth.T ipv6.T",
     .findings = "cap.truncated@1:14 40/39"},
    {.name = "ipv6-source-multicast", .hex = GOLDEN_IP6_NO_NEXT, .edit = "22:ff", .rows = "eth ipv6",
     .findings = "ipv6.source@1:22 0/0"},
    {.name = "ipv6-no-next-header", .hex = GOLDEN_IP6_NO_NEXT, .rows = "eth ipv6"},
    {.name = "ipv6-bytes-behind-no-next-header", .hex = GOLDEN_UDP6, .edit = "20:3b", .rows = "eth ipv6 data"},
    {.name = "ipv6-payload-length-0", .hex = GOLDEN_UDP6, .edit = "18:0000", .rows = "eth ipv6.P udp.S eth.trailer",
     .findings = "header.short@2:54 8/0"},
    {.name = "ipv6-payload-length-0-offloaded", .hex = GOLDEN_TCP6, .edit = "18:0000", .flags = PKT_DECODE_GSO,
     .rows = "eth ipv6 tcp data"},
    {.name = "ipv6-jumbo", .hex = GOLDEN_IP6_JUMBO, .rows = "eth ipv6 ipv6.hopopts udp data",
     .layout = "eth 0+14/72 capture, ipv6 14+40/58 ipv6-jumbo-payload-length, ipv6.hopopts 54+8/18 "
               "ipv6-jumbo-payload-length, udp 62+8/10 udp-length, data 70+0/2 udp-length"},
    {.name = "ipv6-jumbo-overrun", .hex = GOLDEN_IP6_JUMBO, .edit = "58:7fffffff",
     .rows = "eth ipv6.C ipv6.hopopts udp data", .findings = "ipv6.payload-length-overrun@1:18 2147483647/18"},
    {.name = "ipv6-jumbo-cut-before-its-option", .hex = GOLDEN_IP6_JUMBO, .captured = 57,
     .rows = "eth.T ipv6.T ipv6.hopopts.T", .findings = "cap.truncated@2:54 8/3"},
    {.name = "ipv6-no-jumbo-in-hop-by-hop", .hex = GOLDEN_IP6_ROUTER_ALERT, .edit = "18:0000",
     .rows = "eth ipv6.P ipv6.hopopts.S eth.trailer", .findings = "header.short@2:54 8/0"},
    {.name = "ipv6-router-alert", .hex = GOLDEN_IP6_ROUTER_ALERT, .rows = "eth ipv6 ipv6.hopopts icmpv6 data"},
    {.name = "ipv6-extension-overrun", .hex = GOLDEN_IP6_HOME_ADDRESS, .edit = "55:04",
     .rows = "eth ipv6 ipv6.dstopts.S", .findings = "ipv6.extension-overrun@2:54 40/34"},
    {.name = "ipv6-extension-cut", .hex = GOLDEN_IP6_HOME_ADDRESS, .captured = 70, .rows = "eth.T ipv6.T ipv6.dstopts.T",
     .findings = "cap.truncated@2:54 24/16"},
    {.name = "ipv6-option-past-header", .hex = GOLDEN_IP6_HOME_ADDRESS, .edit = "54:3b 56:c815",
     .rows = "eth ipv6 ipv6.dstopts data", .findings = "ipv6.option-length@2:56 23/22"},
    {.name = "ipv6-hop-by-hop-not-first", .hex = ETH6 "60000000 0010 3c 40" ADDRESSES6
     "00 00 0104 00000000" "3b 00 0104 00000000", .rows = "eth ipv6 ipv6.dstopts ipv6.hopopts",
     .findings = "ipv6.hop-by-hop-order@3:62 0/0"},
    {.name = "ipv6-routing-0", .hex = GOLDEN_IP6_ROUTING_0, .rows = "eth ipv6 ipv6.routing udp data"},
    {.name = "ipv6-routing-2", .hex = GOLDEN_IP6_ROUTING_2, .rows = "eth ipv6 ipv6.routing udp data"},
    {.name = "ipv6-segment-routing", .hex = GOLDEN_IP6_SEGMENT_ROUTING, .rows = "eth ipv6 ipv6.routing udp data"},
    {.name = "ipv6-routing-segments", .hex = GOLDEN_IP6_ROUTING_0, .edit = "57:03",
     .rows = "eth ipv6 ipv6.routing udp data", .findings = "ipv6.routing-segments@2:57 2/3"},
    {.name = "ipv6-routing-segments-of-segment-routing", .hex = GOLDEN_IP6_SEGMENT_ROUTING, .edit = "57:03",
     .rows = "eth ipv6 ipv6.routing udp data", .findings = "ipv6.routing-segments@2:57 2/3"},
    {.name = "ipv6-atomic-fragment", .hex = GOLDEN_IP6_ATOMIC_FRAGMENT, .rows = "eth ipv6 ipv6.fraghdr udp data"},
    {.name = "ipv6-first-fragment", .hex = GOLDEN_IP6_FIRST_FRAGMENT, .rows = "eth ipv6 ipv6.fraghdr.F udp.FC data.F"},
    {.name = "ipv6-later-fragment", .hex = GOLDEN_IP6_LATER_FRAGMENT, .rows = "eth ipv6 ipv6.fraghdr.F data.F"},
    {.name = "ipv6-fragment-end", .hex = GOLDEN_IP6_LATER_FRAGMENT, .edit = "56:fff8",
     .rows = "eth ipv6 ipv6.fraghdr.F data.F", .findings = "ipv6.fragment-end@2:56 65535/65552"},
    {.name = "ipv6-fragment-length", .hex = GOLDEN_IP6_LATER_FRAGMENT "aa", .edit = "19:21 57:19",
     .rows = "eth ipv6 ipv6.fraghdr.F data.F", .findings = "ipv6.fragment-length@2:56 24/25"},
    {.name = "ipv6-fragment-header-cut", .hex = GOLDEN_IP6_LATER_FRAGMENT, .captured = 61,
     .rows = "eth.T ipv6.T ipv6.fraghdr.T", .findings = "cap.truncated@2:54 8/7"},
    {.name = "ipv6-ah", .hex = GOLDEN_IP6_AH, .rows = "eth ipv6 ah udp data",
     .findings = "udp.checksum-zero-ipv6@3:84 0/0"},
    {.name = "ah-extension-behind", .hex = ETH6 "60000000 0014 33 40" ADDRESSES6 "3c 01 0000 00000007 00000008"
     "3b 00 0104 00000000", .rows = "eth ipv6 ah ipv6.dstopts"},
    {.name = "ah-length-0", .hex = GOLDEN_IP6_AH, .edit = "55:00", .rows = "eth ipv6 ah.S",
     .findings = "ah.length@2:55 12/8"},
    {.name = "ah-length-overrun", .hex = GOLDEN_IP6_AH, .edit = "55:07", .rows = "eth ipv6 ah.S",
     .findings = "ah.length@2:54 36/34"},
    {.name = "ah-cut", .hex = GOLDEN_IP6_AH, .captured = 65, .rows = "eth.T ipv6.T ah.T",
     .findings = "cap.truncated@2:54 12/11"},
    {.name = "esp", .hex = GOLDEN_IP6_ESP, .rows = "eth ipv6 esp data"},
    {.name = "esp-short", .hex = ETH6 "60000000 0007 32 40" ADDRESSES6 "00000007 000000", .rows = "eth ipv6 esp.S",
     .findings = "header.short@2:54 8/7"},
    {.name = "chain-longer-than-the-table", .hex = ETH6 "60000000 0078 3c 40" ADDRESSES6
     "3c00010400000000" "3c00010400000000" "3c00010400000000" "3c00010400000000" "3c00010400000000"
     "3c00010400000000" "3c00010400000000" "3c00010400000000" "3c00010400000000" "3c00010400000000"
     "3c00010400000000" "3c00010400000000" "3c00010400000000" "3c00010400000000" "3b00010400000000",
     .rows = "eth ipv6 ipv6.dstopts ipv6.dstopts ipv6.dstopts ipv6.dstopts ipv6.dstopts ipv6.dstopts ipv6.dstopts "
             "ipv6.dstopts ipv6.dstopts ipv6.dstopts ipv6.dstopts ipv6.dstopts ipv6.dstopts ipv6.dstopts",
     .findings = "layers.too-many@15:166 17/16"},
};
/* clang-format on */

static void ipv4_getters(void **state)
{
    (void)state;
    struct decode_case c = {.hex = GOLDEN_IP4_OPTIONS, .edit = "15:b9 18:1234e007"};
    struct frame frame = case_frame(&c);
    struct pkt_packet packet;
    struct pkt_ipv4 ip;
    uint16_t alert = 9;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_ipv4(&packet, 1, &ip));
    assert_int_equal(pkt_ipv4_version(ip), 4);
    assert_int_equal(pkt_ipv4_header_len(ip), 36);
    assert_int_equal(pkt_ipv4_tos(ip), 0xb9);
    assert_int_equal(pkt_ipv4_total_len(ip), 46);
    assert_int_equal(pkt_ipv4_id(ip), 0x1234);
    assert_true(pkt_ipv4_reserved_flag(ip));
    assert_true(pkt_ipv4_dont_fragment(ip));
    assert_true(pkt_ipv4_more_fragments(ip));
    assert_int_equal(pkt_ipv4_fragment_offset(ip), 56);
    assert_true(pkt_ipv4_is_fragment(ip));
    assert_int_equal(pkt_ipv4_ttl(ip), 64);
    assert_int_equal(pkt_ipv4_protocol(ip), PKT_IP_UDP);
    assert_int_equal(pkt_ipv4_src(ip).byte[3], 1);
    assert_int_equal(pkt_ipv4_dst(ip).byte[3], 2);
    assert_int_equal(pkt_ipv4_final_dst(ip).byte[3], 2);
    assert_true(pkt_ipv4_router_alert(ip, &alert));
    assert_int_equal(alert, 0);
    assert_false(pkt_as_ipv4(&packet, 0, &ip));
    assert_false(pkt_as_ipv4(&packet, 16, &ip));
    frame_free(frame);
}

static struct pkt_ip4 final_dst(const char *edit)
{
    struct decode_case c = {.hex = GOLDEN_IP4_LOOSE_ROUTE, .edit = edit};
    struct frame frame = case_frame(&c);
    struct pkt_packet packet;
    struct pkt_ipv4 ip;
    uint16_t alert;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_ipv4(&packet, 1, &ip));
    assert_false(pkt_ipv4_router_alert(ip, &alert));
    struct pkt_ip4 dst = pkt_ipv4_final_dst(ip);
    frame_free(frame);
    return dst;
}

/* Type, length 11, pointer 4, two addresses: a pointer past the length says that the route is used up. */
static void source_route(void **state)
{
    (void)state;
    assert_int_equal(final_dst(NULL).byte[3], 4);
    assert_int_equal(final_dst("34:89").byte[3], 4);
    assert_int_equal(final_dst("36:08").byte[3], 4);
    assert_int_equal(final_dst("36:0c").byte[3], 2);
    assert_int_equal(final_dst("34:07").byte[3], 2);
    assert_int_equal(final_dst("35:03 37:00").byte[3], 2);
}

static void ipv4_checksum_getter(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_UDP4);
    struct pkt_packet packet;
    struct pkt_ipv4 ip;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_ipv4(&packet, 1, &ip));
    assert_int_equal(pkt_ipv4_checksum(ip), 0x66c9);
    assert_false(pkt_ipv4_is_fragment(ip));
    frame_free(frame);
}

static void ipv6_getters(void **state)
{
    (void)state;
    struct decode_case c = {.hex = GOLDEN_UDP6, .edit = "14:6ebabcde"};
    struct frame frame = case_frame(&c);
    struct pkt_packet packet;
    struct pkt_ipv6 ip;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_ipv6(&packet, 1, &ip));
    assert_int_equal(pkt_ipv6_version(ip), 6);
    assert_int_equal(pkt_ipv6_traffic_class(ip), 0xeb);
    assert_int_equal(pkt_ipv6_flow_label(ip), 0xabcde);
    assert_int_equal(pkt_ipv6_payload_len(ip), 13);
    assert_int_equal(pkt_ipv6_next_header(ip), PKT_IP_UDP);
    assert_int_equal(pkt_ipv6_hop_limit(ip), 64);
    assert_int_equal(pkt_ipv6_src(ip).byte[15], 1);
    assert_int_equal(pkt_ipv6_dst(ip).byte[15], 2);
    assert_false(pkt_as_ipv6(&packet, 2, &ip));
    frame_free(frame);
}

static void fragment_getters(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_IP6_LATER_FRAGMENT);
    struct pkt_packet packet;
    struct pkt_ipv6_extension x;
    uint16_t alert;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_ipv6_extension(&packet, 2, &x));
    assert_int_equal(x.proto, PKT_PROTO_IP6_FRAGMENT);
    assert_int_equal(pkt_ipv6_extension_next(x), PKT_IP_UDP);
    assert_int_equal(pkt_ipv6_fragment_offset(x), 24);
    assert_false(pkt_ipv6_more_fragments(x));
    assert_int_equal(pkt_ipv6_fragment_id(x), 5);
    assert_int_equal(packet.layer[3].next, PKT_IP_UDP);
    assert_false(pkt_ipv6_router_alert(&packet, 1, &alert));
    assert_false(pkt_as_ipv6_extension(&packet, 1, &x));
    assert_false(pkt_as_ipv6_extension(&packet, 3, &x));
    assert_false(pkt_as_ipv6_extension(&packet, 4, &x));
    frame_free(frame);
}

static void extension_getters(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_IP6_ROUTING_0);
    struct pkt_packet packet;
    struct pkt_ipv6_extension x;
    struct pkt_esp esp;
    uint16_t alert = 9;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_ipv6_extension(&packet, 2, &x));
    assert_int_equal(pkt_ipv6_extension_len_field(x), 4);
    assert_int_equal(pkt_ipv6_routing_type(x), 0);
    assert_int_equal(pkt_ipv6_segments_left(x), 2);
    frame_free(frame);
    frame = frame_hex(GOLDEN_IP6_AH);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_ipv6_extension(&packet, 2, &x));
    assert_int_equal(pkt_ah_spi(x), 7);
    assert_int_equal(pkt_ah_sequence(x), 8);
    assert_false(pkt_as_esp(&packet, 2, &esp));
    frame_free(frame);
    frame = frame_hex(GOLDEN_IP6_ESP);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_esp(&packet, 2, &esp));
    assert_int_equal(pkt_esp_spi(esp), 7);
    assert_int_equal(pkt_esp_sequence(esp), 8);
    frame_free(frame);
    frame = frame_hex(GOLDEN_IP6_ROUTER_ALERT);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_ipv6_router_alert(&packet, 1, &alert));
    assert_int_equal(alert, 0);
    frame.bytes[56] = 0x07; /* another option in its place */
    assert_false(pkt_ipv6_router_alert(&packet, 1, &alert));
    frame_free(frame);
}

static void pseudo_addresses(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_IP6_HOME_ADDRESS);
    struct pkt_packet packet;
    struct pkt_ip6 src, dst;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_ipv6_pseudo_addresses(&packet, 1, &src, &dst));
    assert_int_equal(src.byte[15], 9);
    assert_int_equal(dst.byte[15], 2);
    frame_free(frame);
    frame = frame_hex(GOLDEN_IP6_ROUTING_0);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_ipv6_pseudo_addresses(&packet, 1, &src, &dst));
    assert_int_equal(src.byte[15], 1);
    assert_int_equal(dst.byte[15], 4);
    frame.bytes[57] = 0;
    assert_true(pkt_ipv6_pseudo_addresses(&packet, 1, &src, &dst));
    assert_int_equal(dst.byte[15], 2);
    frame_put16(frame, 56, 0x0301);
    assert_false(pkt_ipv6_pseudo_addresses(&packet, 1, &src, &dst));
    frame_free(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv4_getters),         cmocka_unit_test(source_route),
        cmocka_unit_test(ipv4_checksum_getter), cmocka_unit_test(ipv6_getters),
        cmocka_unit_test(fragment_getters),     cmocka_unit_test(extension_getters),
        cmocka_unit_test(pseudo_addresses),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + run_decode_cases("ip", cases, sizeof cases / sizeof *cases);
}
