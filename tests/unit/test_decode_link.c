/*
 * Link layers: their rows, their getters, and each of their diagnoses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/decode_case.h"

#define MACS "020000000002020000000001"

/* clang-format off */
static const struct decode_case cases[] = {
    {.name = "ethernet-ii", .hex = GOLDEN_UDP4, .rows = "eth ip udp data",
     .layout = "eth 0+14/47 capture, ip 14+20/33 ipv4-total-length, udp 34+8/13 udp-length, data 42+0/5 udp-length"},
    {.name = "trailer", .hex = GOLDEN_UDP4_PADDED, .rows = "eth ip.P udp data eth.trailer",
     .layout = "eth 0+14/60 capture, ip 14+20/33 ipv4-total-length, udp 34+8/13 udp-length, data 42+0/5 udp-length, "
               "eth.trailer 47+0/13 wire"},
    {.name = "trailer-cut", .hex = GOLDEN_UDP4_PADDED, .captured = 50, .rows = "eth.T ip.P udp data eth.trailer.T"},
    {.name = "trailer-not-captured", .hex = GOLDEN_UDP4_PADDED, .captured = 47, .rows = "eth.T ip.P udp data"},
    {.name = "ethernet-cut", .hex = GOLDEN_UDP4, .captured = 13, .rows = "eth.T",
     .findings = "cap.truncated@0:0 14/13"},
    {.name = "ethernet-runt", .hex = MACS "08", .rows = "eth.S", .findings = "header.short@0:0 14/13"},
    {.name = "ethernet-nothing-behind", .hex = MACS "88b5", .rows = "eth"},
    {.name = "ethernet-type-unknown", .hex = MACS "88b5 0102", .rows = "eth data",
     .layout = "eth 0+14/16 capture, data 14+0/2 capture"},
    {.name = "ethernet-neither-length-nor-type", .hex = MACS "05ee 4500002100010000", .rows = "eth data"},
    {.name = "ethernet-largest-length", .hex = MACS "05dc 424203", .rows = "eth.C llc",
     .findings = "eth.length-overrun@0:12 1500/3"},
    {.name = "ethernet-length-0", .hex = MACS "0000 4242", .rows = "eth.P llc.S eth.trailer",
     .findings = "header.short@1:14 3/0"},
    {.name = "802.3-trailer", .hex = GOLDEN_STP, .rows = "eth.P llc data eth.trailer",
     .layout = "eth 0+14/52 eth-length, llc 14+3/38 eth-length, data 17+0/35 eth-length, eth.trailer 52+0/8 wire"},
    {.name = "snap", .hex = GOLDEN_SNAP, .rows = "eth llc ip udp data"},
    {.name = "snap-bridge-tunnel", .hex = GOLDEN_SNAP, .edit = "17:0000f8", .rows = "eth llc ip udp data"},
    {.name = "snap-of-another-organisation", .hex = GOLDEN_SNAP, .edit = "17:00000c", .rows = "eth llc data"},
    {.name = "snap-protocol-no-ethertype", .hex = GOLDEN_SNAP, .edit = "20:0042", .rows = "eth llc data"},
    {.name = "snap-short", .hex = MACS "0007 aaaa03000000080045", .rows = "eth.P llc.S eth.trailer",
     .findings = "header.short@1:14 8/7"},
    {.name = "llc-supervisory", .hex = MACS "0005 f0f0 0100 aa", .rows = "eth llc data",
     .layout = "eth 0+14/19 eth-length, llc 14+4/5 eth-length, data 18+0/1 eth-length"},
    {.name = "llc-ip", .hex = GOLDEN_LLC_IP, .rows = "eth llc ip udp data"},
    {.name = "llc-cut", .hex = GOLDEN_SNAP, .captured = 18, .rows = "eth.T llc.T",
     .findings = "cap.truncated@1:14 8/4"},
    {.name = "vlan", .hex = GOLDEN_VLAN, .rows = "eth vlan ip udp data",
     .layout = "eth 0+14/51 capture, vlan 14+4/37 capture, ip 18+20/33 ipv4-total-length, udp 38+8/13 udp-length, "
               "data 46+0/5 udp-length"},
    {.name = "vlan-in-vlan", .hex = GOLDEN_QINQ, .rows = "eth vlan vlan ip udp data"},
    {.name = "vlan-old-tag", .hex = GOLDEN_QINQ, .edit = "12:9100", .rows = "eth vlan vlan ip udp data"},
    {.name = "vlan-llc", .hex = GOLDEN_VLAN_LLC, .rows = "eth vlan.P llc data eth.trailer",
     .layout = "eth 0+14/44 capture, vlan 14+4/10 eth-length, llc 18+3/6 eth-length, data 21+0/3 eth-length, "
               "eth.trailer 24+0/20 wire"},
    {.name = "vlan-llc-length-overrun", .hex = GOLDEN_VLAN_LLC, .edit = "16:001b", .rows = "eth vlan.C llc data",
     .findings = "eth.length-overrun@1:16 27/26"},
    {.name = "vlan-reserved-id", .hex = GOLDEN_VLAN, .edit = "14:7fff", .rows = "eth vlan ip udp data",
     .findings = "vlan.reserved-id@1:14 0/4095"},
    {.name = "vlan-cut", .hex = GOLDEN_VLAN, .captured = 17, .rows = "eth.T vlan.T",
     .findings = "cap.truncated@1:14 4/3"},
    {.name = "vlan-short", .hex = MACS "8100 000508", .rows = "eth vlan.S", .findings = "header.short@1:14 4/3"},
    {.name = "vlan-fourteen-deep", .hex = MACS "8100"
     "000181000001810000018100000181000001810000018100000181000001810000018100000181000001810000018100000188b5"
     "0102", .rows = "eth vlan vlan vlan vlan vlan vlan vlan vlan vlan vlan vlan vlan vlan data"},
    {.name = "vlan-sixteen-deep", .hex = MACS "8100"
     "00018100000181000001810000018100000181000001810000018100"
     "00018100000181000001810000018100000181000001810000018100000181000001080045",
     .rows = "eth vlan vlan vlan vlan vlan vlan vlan vlan vlan vlan vlan vlan vlan vlan vlan",
     .findings = "layers.too-many@15:74 17/16"},
    {.name = "arp", .hex = GOLDEN_ARP_REQUEST, .rows = "eth arp", .layout = "eth 0+14/42 capture, arp 14+28/28 header-length"},
    {.name = "arp-padded", .hex = GOLDEN_ARP_REQUEST "000000000000", .rows = "eth arp.P eth.trailer",
     .layout = "eth 0+14/48 capture, arp 14+28/28 header-length, eth.trailer 42+0/6 wire"},
    {.name = "rarp", .hex = GOLDEN_ARP_REQUEST, .edit = "12:8035", .rows = "eth arp"},
    {.name = "arp-hardware-length", .hex = GOLDEN_ARP_REQUEST, .edit = "18:05", .rows = "eth arp.P eth.trailer",
     .findings = "arp.address-lengths@1:18 6/5"},
    {.name = "arp-protocol-length", .hex = GOLDEN_ARP_REQUEST, .edit = "19:03", .rows = "eth arp.P eth.trailer",
     .findings = "arp.address-lengths@1:19 4/3"},
    {.name = "arp-lengths-overrun", .hex = GOLDEN_ARP_REQUEST, .edit = "18:ffff", .rows = "eth arp.S",
     .findings = "header.short@1:14 1028/28"},
    {.name = "arp-cut", .hex = GOLDEN_ARP_REQUEST, .captured = 41, .rows = "eth.T arp.T",
     .findings = "cap.truncated@1:14 28/27"},
    {.name = "arp-fixed-part-short", .hex = MACS "0806 00010800060400", .rows = "eth arp.S",
     .findings = "header.short@1:14 8/7"},
    {.name = "null-little-endian", .hex = GOLDEN_NULL_4, .linktype = PKT_LINKTYPE_LOOP, .rows = "null ip udp data"},
    {.name = "loop-darwin", .hex = GOLDEN_LOOP_6, .edit = "3:1e", .linktype = PKT_LINKTYPE_LOOP,
     .rows = "null ipv6 udp data"},
    {.name = "loop-linux", .hex = GOLDEN_LOOP_6, .edit = "3:0a", .linktype = PKT_LINKTYPE_LOOP,
     .rows = "null ipv6 udp data"},
    {.name = "loop-openbsd", .hex = GOLDEN_LOOP_6, .edit = "3:18", .linktype = PKT_LINKTYPE_LOOP,
     .rows = "null ipv6 udp data"},
    {.name = "loop-other-family", .hex = "00000007 4500", .linktype = PKT_LINKTYPE_LOOP, .rows = "null data"},
    {.name = "loop-short", .hex = "000000", .linktype = PKT_LINKTYPE_LOOP, .rows = "null.S",
     .findings = "header.short@0:0 4/3"},
    {.name = "sll", .hex = GOLDEN_SLL, .linktype = PKT_LINKTYPE_SLL, .rows = "sll ip udp data"},
    {.name = "sll-arp", .hex = "0000000100060200000000010000 0806 0001 0800 06 04 0001 020000000001 0a000001"
     "000000000000 0a000002", .linktype = PKT_LINKTYPE_SLL, .rows = "sll arp"},
    {.name = "sll-llc", .hex = GOLDEN_SLL, .edit = "14:0004 16:424203", .linktype = PKT_LINKTYPE_SLL,
     .rows = "sll llc data"},
    {.name = "sll-novell", .hex = GOLDEN_SLL, .edit = "14:0001", .linktype = PKT_LINKTYPE_SLL, .rows = "sll data"},
    {.name = "sll-linux-protocol", .hex = GOLDEN_SLL, .edit = "14:000c", .linktype = PKT_LINKTYPE_SLL, .rows = "sll data"},
    {.name = "sll-netlink", .hex = GOLDEN_SLL, .edit = "2:0338", .linktype = PKT_LINKTYPE_SLL, .rows = "sll data"},
    {.name = "sll-cut", .hex = GOLDEN_SLL, .captured = 15, .linktype = PKT_LINKTYPE_SLL, .rows = "sll.T",
     .findings = "cap.truncated@0:0 16/15"},
    {.name = "sll2", .hex = GOLDEN_SLL2, .linktype = PKT_LINKTYPE_SLL2, .rows = "sll ip udp data"},
    {.name = "sll2-short", .hex = "08000000000000030001", .linktype = PKT_LINKTYPE_SLL2, .rows = "sll.S",
     .findings = "header.short@0:0 20/10"},
    {.name = "ppp", .hex = GOLDEN_PPP, .linktype = PKT_LINKTYPE_PPP, .rows = "ppp ip udp data"},
    {.name = "ppp-hdlc", .hex = GOLDEN_PPP, .linktype = PKT_LINKTYPE_PPP_HDLC, .rows = "ppp ip udp data"},
    {.name = "ppp-cisco", .hex = "0f000800" "4500", .linktype = PKT_LINKTYPE_PPP_HDLC, .rows = "data"},
    {.name = "ppp-cisco-multicast", .hex = "8f008035" "0000", .linktype = PKT_LINKTYPE_PPP_HDLC, .rows = "data"},
    {.name = "ppp-compressed", .hex = GOLDEN_PPP_COMPRESSED, .linktype = PKT_LINKTYPE_PPP, .rows = "ppp ipv6 udp data",
     .layout = "ppp 0+1/54 capture, ipv6 1+40/53 ipv6-payload-length, udp 41+8/13 udp-length, data 49+0/5 udp-length"},
    {.name = "ppp-lcp", .hex = "ff03c021 01010004", .linktype = PKT_LINKTYPE_PPP, .rows = "ppp data"},
    {.name = "ppp-address-alone", .hex = "ff", .linktype = PKT_LINKTYPE_PPP, .rows = "ppp.S",
     .findings = "header.short@0:0 2/1"},
    {.name = "ppp-short", .hex = "ff03c0", .linktype = PKT_LINKTYPE_PPP, .rows = "ppp.S",
     .findings = "header.short@0:0 4/3"},
    {.name = "ppp-cut", .hex = GOLDEN_PPP, .captured = 3, .linktype = PKT_LINKTYPE_PPP, .rows = "ppp.T",
     .findings = "cap.truncated@0:0 4/3"},
    {.name = "raw-4", .hex = GOLDEN_RAW_4, .linktype = PKT_LINKTYPE_RAW, .rows = "ip udp data"},
    {.name = "raw-6", .hex = GOLDEN_RAW_6, .linktype = PKT_LINKTYPE_RAW, .rows = "ipv6 udp data"},
    {.name = "raw-bsd", .hex = GOLDEN_RAW_6, .linktype = PKT_LINKTYPE_RAW_BSD, .rows = "ipv6 udp data"},
    {.name = "raw-openbsd", .hex = GOLDEN_RAW_4, .linktype = PKT_LINKTYPE_RAW_OPENBSD, .rows = "ip udp data"},
    {.name = "raw-of-another-version", .hex = "50000000", .linktype = PKT_LINKTYPE_RAW, .rows = "data"},
    {.name = "ipv4-link", .hex = GOLDEN_RAW_4, .linktype = PKT_LINKTYPE_IPV4, .rows = "ip udp data"},
    {.name = "ipv6-link", .hex = GOLDEN_RAW_6, .linktype = PKT_LINKTYPE_IPV6, .rows = "ipv6 udp data"},
    {.name = "unknown-link", .hex = GOLDEN_UDP4, .linktype = 147, .rows = "data", .layout = "data 0+0/47 capture"},
    {.name = "nothing", .hex = "", .rows = "eth.S", .findings = "header.short@0:0 14/0"},
    {.name = "nothing-raw", .hex = "", .linktype = PKT_LINKTYPE_RAW, .rows = ""},
    {.name = "nothing-captured", .hex = "", .wire_len = 60, .rows = "eth.T", .findings = "cap.truncated@0:0 14/0"},
};
/* clang-format on */

static void ethernet_getters(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_STP);
    struct pkt_packet packet;
    struct pkt_ethernet eth;
    struct pkt_llc llc;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_ethernet(&packet, 0, &eth));
    assert_int_equal(pkt_ethernet_dst(eth).byte[0], 0x01);
    assert_int_equal(pkt_ethernet_src(eth).byte[5], 0x01);
    assert_int_equal(pkt_ethernet_type(eth), 38);
    assert_true(pkt_ethernet_is_8023(eth));
    assert_true(pkt_as_llc(&packet, 1, &llc));
    assert_int_equal(pkt_llc_dsap(llc), 0x42);
    assert_int_equal(pkt_llc_ssap(llc), 0x42);
    assert_int_equal(pkt_llc_control(llc), 3);
    assert_false(pkt_llc_is_snap(llc));
    assert_false(pkt_as_ethernet(&packet, 1, &eth));
    assert_false(pkt_as_llc(&packet, 0, &llc));
    assert_false(pkt_as_ethernet(&packet, 16, &eth));
    frame_free(frame);
}

static void snap_getters(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_SNAP);
    struct pkt_packet packet;
    struct pkt_llc llc;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_llc(&packet, 1, &llc));
    assert_true(pkt_llc_is_snap(llc));
    assert_int_equal(pkt_llc_oui(llc), 0);
    assert_int_equal(pkt_llc_protocol(llc), 0x0800);
    assert_int_equal(packet.layer[1].next, 0x0800);
    frame_free(frame);
    frame = frame_hex(MACS "0005 f0f0 0102 aa");
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_llc(&packet, 1, &llc));
    assert_int_equal(pkt_llc_control(llc), 0x0102);
    frame_free(frame);
}

static void vlan_getters(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_QINQ);
    struct pkt_packet packet;
    struct pkt_vlan vlan;
    frame_put16(frame, 14, 0xb064);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_vlan(&packet, 1, &vlan));
    assert_int_equal(vlan.tpid, 0x88a8);
    assert_int_equal(pkt_vlan_priority(vlan), 5);
    assert_true(pkt_vlan_dei(vlan));
    assert_int_equal(pkt_vlan_id(vlan), 100);
    assert_int_equal(pkt_vlan_type(vlan), 0x8100);
    assert_true(pkt_as_vlan(&packet, 2, &vlan));
    assert_int_equal(vlan.tpid, 0x8100);
    assert_int_equal(pkt_vlan_priority(vlan), 7);
    assert_false(pkt_vlan_dei(vlan));
    assert_int_equal(pkt_vlan_id(vlan), 0);
    assert_false(pkt_as_vlan(&packet, 3, &vlan));
    frame_free(frame);
}

static void null_families(void **state)
{
    (void)state;
    struct frame frame = frame_hex("1c000000 60");
    struct pkt_packet packet;
    struct pkt_null null;
    frame_decode(frame, PKT_LINKTYPE_NULL, &packet);
    assert_true(pkt_as_null(&packet, 0, &null));
    assert_int_equal(pkt_null_family(null), 28);
    assert_false(pkt_as_null(&packet, 1, &null));
    assert_int_equal(packet.layer[1].proto, PKT_PROTO_IPV6);
    frame_free(frame);
    frame = frame_hex("12345678");
    frame_decode(frame, PKT_LINKTYPE_NULL, &packet);
    assert_true(pkt_as_null(&packet, 0, &null));
    assert_int_equal(pkt_null_family(null), 0x78563412);
    frame_free(frame);
}

static void cooked_getters(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_SLL);
    struct pkt_packet packet;
    struct pkt_sll sll;
    frame_decode(frame, PKT_LINKTYPE_SLL, &packet);
    assert_true(pkt_as_sll(&packet, 0, &sll));
    assert_false(sll.v2);
    assert_int_equal(pkt_sll_packet_type(sll), 4);
    assert_int_equal(pkt_sll_hardware_type(sll), 1);
    assert_int_equal(pkt_sll_address_len(sll), 6);
    assert_int_equal(pkt_sll_address(sll).len, 6);
    assert_int_equal(pkt_u8(pkt_sll_address(sll), 5), 1);
    assert_int_equal(pkt_sll_protocol(sll), 0x0800);
    assert_int_equal(pkt_sll_interface(sll), 0);
    assert_false(pkt_as_sll(&packet, 1, &sll));
    assert_false(pkt_as_sll(&packet, 9, &sll));
    frame_free(frame);
    frame = frame_hex("86dd 0000 00000003 0300 04 14 0102030405060708 60");
    frame_decode(frame, PKT_LINKTYPE_SLL2, &packet);
    assert_true(pkt_as_sll(&packet, 0, &sll));
    assert_true(sll.v2);
    assert_int_equal(pkt_sll_packet_type(sll), 4);
    assert_int_equal(pkt_sll_hardware_type(sll), 0x0300);
    assert_int_equal(pkt_sll_address_len(sll), 20);
    assert_int_equal(pkt_sll_address(sll).len, 8);
    assert_int_equal(pkt_u8(pkt_sll_address(sll), 7), 8);
    assert_int_equal(pkt_sll_protocol(sll), 0x86dd);
    assert_int_equal(pkt_sll_interface(sll), 3);
    frame_free(frame);
}

static void ppp_getters(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_PPP);
    struct pkt_packet packet;
    struct pkt_ppp ppp;
    frame_decode(frame, PKT_LINKTYPE_PPP, &packet);
    assert_true(pkt_as_ppp(&packet, 0, &ppp));
    assert_true(pkt_ppp_has_address(ppp));
    assert_int_equal(pkt_ppp_protocol(ppp), 0x21);
    assert_false(pkt_as_ppp(&packet, 1, &ppp));
    frame_free(frame);
    frame = frame_hex(GOLDEN_PPP_COMPRESSED);
    frame_decode(frame, PKT_LINKTYPE_PPP, &packet);
    assert_true(pkt_as_ppp(&packet, 0, &ppp));
    assert_false(pkt_ppp_has_address(ppp));
    assert_int_equal(pkt_ppp_protocol(ppp), 0x57);
    frame_free(frame);
}

static void arp_getters(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_ARP_REQUEST);
    struct pkt_packet packet;
    struct pkt_arp arp;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_arp(&packet, 1, &arp));
    assert_int_equal(pkt_arp_hardware_type(arp), 1);
    assert_int_equal(pkt_arp_protocol_type(arp), 0x0800);
    assert_int_equal(pkt_arp_operation(arp), 1);
    assert_true(pkt_arp_is_ethernet_ipv4(arp));
    assert_int_equal(pkt_u8(pkt_arp_sender_hardware(arp), 5), 1);
    assert_int_equal(pkt_u32(pkt_arp_sender_protocol(arp), 0), 0x0a000001);
    assert_int_equal(pkt_arp_target_hardware(arp).len, 6);
    assert_int_equal(pkt_u32(pkt_arp_target_protocol(arp), 0), 0x0a000002);
    assert_false(pkt_as_arp(&packet, 0, &arp));
    frame_free(frame);
}

/* Where a header is not whole, no typed view exists. */
static void no_view_of_a_cut_header(void **state)
{
    (void)state;
    struct frame whole = frame_hex(GOLDEN_QINQ);
    struct frame frame = frame_copy(whole.bytes, 13);
    struct pkt_packet packet;
    struct pkt_ethernet eth;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_false(pkt_as_ethernet(&packet, 0, &eth));
    assert_int_equal(pkt_layer_header(&packet, 0).len, 0);
    assert_int_equal(pkt_layer_bytes(&packet, 0).len, 13);
    frame_free(frame);
    frame_free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ethernet_getters), cmocka_unit_test(snap_getters),
        cmocka_unit_test(vlan_getters),     cmocka_unit_test(null_families),
        cmocka_unit_test(cooked_getters),   cmocka_unit_test(ppp_getters),
        cmocka_unit_test(arp_getters),      cmocka_unit_test(no_view_of_a_cut_header),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + run_decode_cases("link", cases, sizeof cases / sizeof *cases);
}
