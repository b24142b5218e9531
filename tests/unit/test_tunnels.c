/*
 * Tunnels: one more level of layers, marked as inner, and nothing that looks like a packet ever becomes one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/decode_case.h"

#define OUTER_GRE "0200000000020200000000010800 450000000001000040 2f 0000 0a000001 0a000002"

/* clang-format off */
static const struct decode_case cases[] = {
    {.name = "ipv4-in-ipv4", .hex = GOLDEN_IPIP, .rows = "eth ip ip.I udp.I data.I"},
    {.name = "ipv6-in-ipv4", .hex = GOLDEN_SIXINFOUR, .rows = "eth ip ipv6.I udp.I data.I"},
    {.name = "ipv4-in-ipv6", .hex = GOLDEN_FOURINSIX, .rows = "eth ipv6 ip.I udp.I data.I"},
    {.name = "inner-cut", .hex = GOLDEN_IPIP, .captured = 53, .rows = "eth.T ip.T ip.TI",
     .findings = "cap.truncated@2:34 20/19"},
    {.name = "inner-overrun", .hex = GOLDEN_IPIP, .edit = "36:0022", .ip_checksum = 34,
     .rows = "eth ip ip.CI udp.I data.I", .findings = "ipv4.total-length-overrun@2:36 34/33"},
    {.name = "inner-of-a-first-fragment", .hex = GOLDEN_IPIP, .edit = "20:2000 36:0521fb01 58:050d",
     .ip_checksum = 14, .rows = "eth ip.F ip.FCI udp.FCI data.FI"},
    {.name = "gre", .hex = GOLDEN_GRE, .rows = "eth ip gre ip.I udp.I data.I"},
    {.name = "gre-checksum-key-sequence", .hex = GOLDEN_GRE_FULL, .rows = "eth ip gre ipv6.I udp.I data.I",
     .layout = "eth 0+14/103 capture, ip 14+20/89 ipv4-total-length, gre 34+16/69 ipv4-total-length, "
               "ipv6 50+40/53 ipv6-payload-length, udp 90+8/13 udp-length, data 98+0/5 udp-length"},
    {.name = "gre-bad-checksum", .hex = GOLDEN_GRE_FULL, .edit = "46:00000008", .rows = "eth ip gre ipv6.I udp.I data.I",
     .findings = "gre.checksum@2:34 44060/44059"},
    {.name = "gre-ethernet", .hex = GOLDEN_GRE_ETHERNET, .rows = "eth ip gre eth.I ip.I udp.I data.I"},
    {.name = "gre-pptp", .hex = GOLDEN_GRE_PPTP, .rows = "eth ip gre ppp.I ip.I"},
    {.name = "gre-version-1-of-another-protocol", .hex = GOLDEN_GRE_PPTP, .edit = "36:0800",
     .rows = "eth ip gre ip.IS", .findings = "ipv4.version@3:50 4/15, gre.version@2:34 0/1"},
    {.name = "gre-version-2", .hex = GOLDEN_GRE, .edit = "35:02", .rows = "eth ip gre data.I",
     .findings = "gre.version@2:34 0/2"},
    {.name = "gre-source-route", .hex = GOLDEN_GRE, .edit = "34:40", .rows = "eth ip gre data.I"},
    {.name = "gre-unknown-protocol", .hex = GOLDEN_GRE, .edit = "36:88be", .rows = "eth ip gre data.I"},
    {.name = "gre-keepalive", .hex = OUTER_GRE "0000 0000", .edit = "16:0018", .ip_checksum = 14, .rows = "eth ip gre"},
    {.name = "gre-protocol-below-1536", .hex = OUTER_GRE "0000 0004 424203", .edit = "16:001b", .ip_checksum = 14,
     .rows = "eth ip gre data.I"},
    {.name = "gre-short", .hex = OUTER_GRE "2000 0800 0000", .edit = "16:001a", .ip_checksum = 14,
     .rows = "eth ip gre.S", .findings = "header.short@2:34 8/6"},
    {.name = "gre-without-protocol", .hex = OUTER_GRE "0000 08", .edit = "16:0017", .ip_checksum = 14,
     .rows = "eth ip gre.S", .findings = "header.short@2:34 4/3"},
    {.name = "gre-cut", .hex = GOLDEN_GRE_FULL, .captured = 49, .rows = "eth.T ip.T gre.T",
     .findings = "cap.truncated@2:34 16/15"},
    {.name = "vxlan", .hex = GOLDEN_VXLAN, .rows = "eth ip udp vxlan eth.I ip.I udp.I data.I"},
    {.name = "vxlan-answered-from-its-port", .hex = GOLDEN_VXLAN, .edit = "34:12b5c350",
     .rows = "eth ip udp vxlan eth.I ip.I udp.I data.I"},
    {.name = "vxlan-flags", .hex = GOLDEN_VXLAN, .edit = "42:04 49:08 40:0000",
     .rows = "eth ip udp vxlan eth.I ip.I udp.I data.I", .findings = "vxlan.flags@3:42 2048/1024"},
    {.name = "vxlan-cut", .hex = GOLDEN_VXLAN, .captured = 49, .rows = "eth.T ip.T udp.T vxlan.T",
     .findings = "cap.truncated@3:42 8/7"},
    {.name = "vxlan-port-without-data", .hex = "0200000000020200000000010800 4500001c0001000040110000 0a000001 0a000002"
     "03e812b500080000", .ip_checksum = 14, .rows = "eth ip udp"},
    {.name = "vxlan-inner-without-trailer", .hex = GOLDEN_VXLAN "000000", .rows =
     "eth ip.P udp vxlan eth.I ip.I udp.I data.I eth.trailer"},
    /* A whole IPv4 packet as UDP data on a port of no tunnel, and an Ethernet frame behind an unknown protocol. */
    {.name = "no-packet-out-of-payload", .hex = GOLDEN_VXLAN, .edit = "36:12b6 40:0000", .rows = "eth ip udp data",
     .layout = "eth 0+14/97 capture, ip 14+20/83 ipv4-total-length, udp 34+8/63 udp-length, data 42+0/55 udp-length"},
    {.name = "no-packet-out-of-unknown-protocol", .hex = GOLDEN_IPIP, .edit = "23:fd", .ip_checksum = 14,
     .rows = "eth ip data"},
    {.name = "no-packet-out-of-trailer", .hex = GOLDEN_UDP4
     "4500002100010000401166c90a0000010a00000203e807d0000d9c4768656c6c6f", .rows = "eth ip.P udp data eth.trailer"},
    {.name = "no-packet-out-of-later-fragment", .hex = GOLDEN_IPIP, .edit = "20:0001", .ip_checksum = 14,
     .rows = "eth ip.F data.F"},
    {.name = "no-packet-out-of-esp", .hex = GOLDEN_SIXINFOUR, .edit = "23:32", .ip_checksum = 14,
     .rows = "eth ip esp data"},
};
/* clang-format on */

static void gre_getters(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_GRE_FULL);
    struct pkt_packet packet;
    struct pkt_gre gre;
    uint16_t checksum = 0;
    uint32_t key = 0, sequence = 0;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_gre(&packet, 2, &gre));
    assert_int_equal(pkt_gre_flags(gre), 0xb000);
    assert_int_equal(pkt_gre_protocol(gre), 0x86dd);
    assert_true(pkt_gre_checksum(gre, &checksum));
    assert_int_equal(checksum, 0xac1b);
    assert_true(pkt_gre_key(gre, &key));
    assert_int_equal(key, 0xabcd);
    assert_true(pkt_gre_sequence(gre, &sequence));
    assert_int_equal(sequence, 9);
    assert_false(pkt_as_gre(&packet, 1, &gre));
    frame_free(frame);
    frame = frame_hex(GOLDEN_GRE);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_gre(&packet, 2, &gre));
    assert_false(pkt_gre_checksum(gre, &checksum));
    assert_false(pkt_gre_key(gre, &key));
    assert_false(pkt_gre_sequence(gre, &sequence));
    frame_free(frame);
}

static void vxlan_getters(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_VXLAN);
    struct pkt_packet packet;
    struct pkt_vxlan vxlan;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_vxlan(&packet, 3, &vxlan));
    assert_int_equal(pkt_vxlan_vni(vxlan), 42);
    assert_int_equal(pkt_vxlan_flags(vxlan) & 0x0800, 0x0800);
    assert_false(pkt_as_vxlan(&packet, 2, &vxlan));
    assert_int_equal(pkt_layer_network(&packet, 6), 5);
    assert_int_equal(pkt_layer_network(&packet, 2), 1);
    frame_free(frame);
}

/* IPv4 in IPv4 without end: the table fills, and the pass ends there. */
static void deep_nesting_ends(void **state)
{
    (void)state;
    enum { DEPTH = 40 };
    struct frame frame = {calloc(DEPTH, 20), DEPTH * 20};
    for (size_t i = 0; i < DEPTH; i++) {
        uint8_t *ip = frame.bytes + i * 20;
        ip[0] = 0x45;
        frame_put16(frame, i * 20 + 2, (unsigned)((DEPTH - i) * 20));
        ip[9] = 4;
    }
    struct pkt_packet packet;
    frame_decode(frame, PKT_LINKTYPE_RAW, &packet);
    assert_int_equal(packet.layer_count, PKT_MAX_LAYERS);
    expect_findings(&packet, "layers.too-many@15:320 17/16");
    frame_free(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gre_getters),
        cmocka_unit_test(vxlan_getters),
        cmocka_unit_test(deep_nesting_ends),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + run_decode_cases("tunnels", cases, sizeof cases / sizeof *cases);
}
