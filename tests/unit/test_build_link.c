/*
 * Builders of link layers and tunnels, against frames that scapy wrote and by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/pkt.h"
#include "support/build_check.h"
#include "support/build_frames.h"
#include "support/golden_frames.h"

static void put_vlan(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_vlan(b, &(struct pkt_vlan_spec){.id = 5, .priority = 3, .dei = true});
    put_udp4(b, "hello");
}

static void put_qinq(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_vlan(b, &(struct pkt_vlan_spec){.tpid = PKT_ETHERTYPE_QINQ, .id = 100});
    pkt_build_vlan(b, &(struct pkt_vlan_spec){.priority = 7});
    put_udp4(b, "hello");
}

static void put_snap(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_llc(b, NULL);
    put_udp4(b, "hello");
}

static void put_llc_ip(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_llc(b, &(struct pkt_llc_spec){.dsap = 6, .ssap = 6});
    put_udp4(b, "hello");
}

static void put_stp(struct pkt_build *b)
{
    pkt_build_ethernet(b, &(struct pkt_ethernet_spec){.dst = {{1, 0x80, 0xc2}}, .src = {{2, [5] = 1}}});
    pkt_build_llc(b, &(struct pkt_llc_spec){.dsap = 0x42, .ssap = 0x42, .control = 3});
    pkt_build_fill(b, 0, 27);
    pkt_build_payload(b, pkt_view_make("\1\0\24\0\2\0\17\0", 8));
    pkt_build_pad(b, 60);
}

static void put_sll(struct pkt_build *b)
{
    static const uint8_t address[] = {2, 0, 0, 0, 0, 1};
    pkt_build_sll(b, &(struct pkt_sll_spec){.packet_type = 4, .address = pkt_view_make(address, 6)});
    put_udp4(b, "hello");
}

static void put_sll2(struct pkt_build *b)
{
    static const uint8_t address[] = {2, 0, 0, 0, 0, 1};
    pkt_build_sll2(
        b, &(struct pkt_sll_spec){.packet_type = 1, .address = pkt_view_make(address, 6), .interface = 3});
    put_udp4(b, "hello");
}

static void put_null(struct pkt_build *b)
{
    pkt_build_null(b, NULL);
    put_udp4(b, "hello");
}

static void put_loop(struct pkt_build *b)
{
    pkt_build_null(b, &(struct pkt_null_spec){.family = 28, .loop = true});
    put_udp6(b, "hello");
}

static void put_ppp(struct pkt_build *b)
{
    pkt_build_ppp(b, NULL);
    put_udp4(b, "hello");
}

static void put_ppp_compressed(struct pkt_build *b)
{
    pkt_build_ppp(b, &(struct pkt_ppp_spec){.no_address = true, .compressed = true});
    put_udp6(b, "hello");
}

static void put_arp_request(struct pkt_build *b)
{
    static const uint8_t mac[] = {2, 0, 0, 0, 0, 1}, me[] = {10, 0, 0, 1}, them[] = {10, 0, 0, 2};
    pkt_build_ethernet(
        b, &(struct pkt_ethernet_spec){.dst = {{255, 255, 255, 255, 255, 255}}, .src = {{2, [5] = 1}}});
    pkt_build_arp(b, &(struct pkt_arp_spec){.sender_hardware = pkt_view_make(mac, sizeof mac),
                                            .sender_protocol = pkt_view_make(me, sizeof me),
                                            .target_protocol = pkt_view_make(them, sizeof them)});
}

/* Ether(src='02:00:00:00:00:01',dst='02:00:00:00:00:02',type=0x8035)/ARP(op=3,hwsrc='02:00:00:00:00:01',
 * psrc='0.0.0.0',hwdst='02:00:00:00:00:01',pdst='0.0.0.0'): scapy gives ARP's type unless it is told */
#define RARP "020000000002020000000001 8035 0001080006040003 020000000001 00000000 020000000001 00000000"
static void put_rarp(struct pkt_build *b)
{
    static const uint8_t mac[] = {2, 0, 0, 0, 0, 1};
    put_ethernet(b);
    pkt_build_arp(b, &(struct pkt_arp_spec){.operation = PKT_RARP_REQUEST,
                                            .sender_hardware = pkt_view_make(mac, sizeof mac),
                                            .target_hardware = pkt_view_make(mac, sizeof mac)});
}

/* InfiniBand (RFC 4391 4): 20 bytes of link address; by hand. */
#define ARP_INFINIBAND                                                                                 \
    "020000000002020000000001 0806 0020080014040002 0102030405060708090a0b0c0d0e0f1011121314 0a000001" \
    "0000000000000000000000000000000000000000 0a000002"
static void put_arp_infiniband(struct pkt_build *b)
{
    static const uint8_t address[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
    put_ethernet(b);
    pkt_build_arp(b, &(struct pkt_arp_spec){.operation = PKT_ARP_REPLY,
                                            .hardware_type = 32,
                                            .sender_hardware = pkt_view_make(address, sizeof address),
                                            .sender_protocol = pkt_view_make(ip4.src.byte, 4),
                                            .target_protocol = pkt_view_make(ip4.dst.byte, 4)});
}

static void put_inner_udp4(struct pkt_build *b)
{
    pkt_build_ipv4(b, &(struct pkt_ipv4_spec){.src = {{192, 168, 0, 1}}, .dst = {{192, 168, 0, 2}}, .id = 2});
    put_udp(b, "hello");
}

static void put_ipip(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    put_inner_udp4(b);
}

static void put_6in4(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    put_udp6(b, "hello");
}

static void put_4in6(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv6(b, &ip6);
    put_udp4(b, "hello");
}

static void put_gre(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_gre(b, NULL);
    put_inner_udp4(b);
}

static void put_gre_full(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_gre(
        b, &(struct pkt_gre_spec){
               .has_checksum = true, .has_key = true, .has_sequence = true, .key = 0xabcd, .sequence = 9});
    put_udp6(b, "hello");
}

static void put_gre_ethernet(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_gre(b, NULL);
    put_ethernet(b);
    put_udp4(b, "hello");
}

/* E/P4/UDP(sport=49152,dport=4789)/VXLAN(vni=0x123456,flags=8)/E/P4/U/b'hi' */
#define VXLAN                                                                                          \
    "020000000002020000000001080045000050000100004011669a0a0000010a000002c00012b5003cb0a4080000001234" \
    "560002000000000202000000000108004500001e00010000401166cc0a0000010a00000203e807d0000a77b66869"
static void put_vxlan(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 49152});
    pkt_build_vxlan(b, 0x123456);
    put_ethernet(b);
    put_udp4(b, "hi");
}

static void test_golden(void **state)
{
    static const struct put_case cases[] = {
        {"vlan",           put_vlan,           GOLDEN_VLAN,           PKT_LINKTYPE_ETHERNET},
        {"qinq",           put_qinq,           GOLDEN_QINQ,           PKT_LINKTYPE_ETHERNET},
        {"snap",           put_snap,           GOLDEN_SNAP,           PKT_LINKTYPE_ETHERNET},
        {"llc ip",         put_llc_ip,         GOLDEN_LLC_IP,         PKT_LINKTYPE_ETHERNET},
        {"stp",            put_stp,            GOLDEN_STP,            PKT_LINKTYPE_ETHERNET},
        {"sll",            put_sll,            GOLDEN_SLL,            PKT_LINKTYPE_SLL     },
        {"sll2",           put_sll2,           GOLDEN_SLL2,           PKT_LINKTYPE_SLL2    },
        {"null",           put_null,           GOLDEN_NULL_4,         PKT_LINKTYPE_NULL    },
        {"loop",           put_loop,           GOLDEN_LOOP_6,         PKT_LINKTYPE_LOOP    },
        {"ppp",            put_ppp,            GOLDEN_PPP,            PKT_LINKTYPE_PPP     },
        {"ppp compressed", put_ppp_compressed, GOLDEN_PPP_COMPRESSED, PKT_LINKTYPE_PPP     },
        {"arp request",    put_arp_request,    GOLDEN_ARP_REQUEST,    PKT_LINKTYPE_ETHERNET},
        {"rarp",           put_rarp,           RARP,                  PKT_LINKTYPE_ETHERNET},
        {"arp infiniband", put_arp_infiniband, ARP_INFINIBAND,        PKT_LINKTYPE_ETHERNET},
        {"ipip",           put_ipip,           GOLDEN_IPIP,           PKT_LINKTYPE_ETHERNET},
        {"6in4",           put_6in4,           GOLDEN_SIXINFOUR,      PKT_LINKTYPE_ETHERNET},
        {"4in6",           put_4in6,           GOLDEN_FOURINSIX,      PKT_LINKTYPE_ETHERNET},
        {"gre",            put_gre,            GOLDEN_GRE,            PKT_LINKTYPE_ETHERNET},
        {"gre full",       put_gre_full,       GOLDEN_GRE_FULL,       PKT_LINKTYPE_ETHERNET},
        {"gre ethernet",   put_gre_ethernet,   GOLDEN_GRE_ETHERNET,   PKT_LINKTYPE_ETHERNET},
        {"vxlan",          put_vxlan,          VXLAN,                 PKT_LINKTYPE_ETHERNET},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_put_case(&cases[i]);
}

/* Types that follow from what is next, where no golden frame says so; the decoder is the witness. */
static void test_types(void **state)
{
    struct build_check check;
    struct pkt_build *b;
    (void)state;

    b = check_begin(&check); /* a tag in a cooked capture, a length inside a tag */
    pkt_build_sll2(b, NULL);
    pkt_build_vlan(b, &(struct pkt_vlan_spec){.id = 9});
    pkt_build_llc(b, NULL);
    put_udp6(b, "x");
    check_round_trip(&check, PKT_LINKTYPE_SLL2);
    expect_rows(&check.packet, "sll vlan llc ipv6 udp data");

    b = check_begin(&check); /* LLC in a cooked capture */
    pkt_build_sll(b, NULL);
    pkt_build_llc(b, &(struct pkt_llc_spec){.dsap = 0x42, .ssap = 0x42});
    pkt_build_fill(b, 1, 4);
    check_round_trip(&check, PKT_LINKTYPE_SLL);
    assert_u32(pkt_u16(check.bytes, 14), 4);

    b = check_begin(&check); /* PPP in GRE, IPv6 in it */
    pkt_build_ipv4(b, &ip4);
    pkt_build_gre(b, NULL);
    pkt_build_ppp(b, &(struct pkt_ppp_spec){.compressed = true});
    put_udp6(b, "x");
    check_round_trip(&check, PKT_LINKTYPE_RAW);

    b = check_begin(&check); /* a supervisory frame: two octets of control */
    put_ethernet(b);
    pkt_build_llc(b, &(struct pkt_llc_spec){.dsap = 0xf0, .ssap = 0xf1, .control = 0x0102});
    check_round_trip(&check, PKT_LINKTYPE_ETHERNET);
    assert_bytes_hex(pkt_view_from(check.bytes, 12), "0004 f0f10102");

    b = check_begin(&check); /* the little end first, IPv6 */
    pkt_build_null(b, NULL);
    put_udp6(b, "x");
    check_round_trip(&check, PKT_LINKTYPE_NULL);
    assert_bytes_hex(pkt_view_clip(check.bytes, 0, 4), "1e000000");
}

/* Each automatic field by the spec, or written over. */
static void test_overrides(void **state)
{
    struct build_check check;
    struct pkt_build *b;
    (void)state;

    b = check_begin(&check);
    pkt_build_ethernet(b, &(struct pkt_ethernet_spec){.type = 0x1234});
    pkt_build_vlan(b, &(struct pkt_vlan_spec){.tpid = PKT_ETHERTYPE_QINQ, .type = 0x5678});
    put_udp4(b, "x");
    check_finish(&check, PKT_LINKTYPE_ETHERNET);
    assert_bytes_hex(pkt_view_clip(check.bytes, 12, 6), "1234 0000 5678");

    b = check_begin(&check);
    pkt_build_llc(b, &(struct pkt_llc_spec){.oui = 0xabcdef, .protocol = 0x1234});
    put_udp4(b, "x");
    check_finish(&check, PKT_LINKTYPE_ETHERNET);
    assert_bytes_hex(pkt_view_clip(check.bytes, 0, 8), "aaaa03 abcdef 1234");

    b = check_begin(&check);
    pkt_build_null(b, &(struct pkt_null_spec){.family = 7});
    put_udp4(b, "x");
    check_finish(&check, PKT_LINKTYPE_NULL);
    assert_bytes_hex(pkt_view_clip(check.bytes, 0, 4), "07000000");

    b = check_begin(&check);
    pkt_build_sll(b, &(struct pkt_sll_spec){.protocol = 0x1234, .hardware_type = 772});
    put_udp4(b, "x");
    check_finish(&check, PKT_LINKTYPE_SLL);
    assert_bytes_hex(pkt_view_clip(check.bytes, 0, 16), "0000 0304 0000 0000000000000000 1234");

    b = check_begin(&check);
    pkt_build_sll2(b, NULL);
    put_udp4(b, "x");
    pkt_build_set_bits(b, 0, 0, 16, 0x1234);
    check_finish(&check, PKT_LINKTYPE_SLL2);
    assert_u32(pkt_u16(check.bytes, 0), 0x1234);

    b = check_begin(&check);
    pkt_build_ppp(b, &(struct pkt_ppp_spec){.protocol = 0xc021});
    put_udp4(b, "x");
    check_finish(&check, PKT_LINKTYPE_PPP);
    assert_bytes_hex(pkt_view_clip(check.bytes, 0, 4), "ff03 c021");

    b = check_begin(&check);
    pkt_build_ppp(b, &(struct pkt_ppp_spec){.compressed = true, .no_address = true});
    put_udp4(b, "x");
    pkt_build_set_bits(b, 0, 0, 8, 0x3d);
    check_finish(&check, PKT_LINKTYPE_PPP);
    assert_u32(pkt_u8(check.bytes, 0), 0x3d);

    b = check_begin(&check);
    pkt_build_gre(b, &(struct pkt_gre_spec){.protocol = 0x1234, .has_checksum = true});
    put_udp4(b, "x");
    pkt_build_set_bits(b, 0, 32, 16, 0xbad0);
    check_finish(&check, PKT_LINKTYPE_ETHERNET);
    assert_bytes_hex(pkt_view_clip(check.bytes, 0, 8), "8000 1234 bad0 0000");

    b = check_begin(&check); /* a port that is none of VXLAN's */
    pkt_build_ipv4(b, &ip4);
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 1, .dst = 8472});
    pkt_build_vxlan(b, 5);
    put_ethernet(b);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_u32(pkt_u16(check.bytes, 22), 8472);
}

static void test_errors(void **state)
{
    static const uint8_t bytes[300];
    struct build_check check;
    (void)state;

    pkt_build_vlan(check_begin(&check), NULL); /* behind nothing */
    check_fails(&check, PKT_BUILD_E_ORDER);
    pkt_build_ipv4(check_begin(&check), &ip4);
    pkt_build_vlan(&check.build, NULL);
    check_fails(&check, PKT_BUILD_E_ORDER);
    pkt_build_llc(check_begin(&check), &(struct pkt_llc_spec){.dsap = 0x42, .ssap = 0x42});
    pkt_build_vlan(&check.build, NULL); /* LLC alone has no EtherType */
    check_fails(&check, PKT_BUILD_E_ORDER);

    put_ethernet(check_begin(&check));
    pkt_build_vlan(&check.build, &(struct pkt_vlan_spec){.id = 4096});
    check_fails(&check, PKT_BUILD_E_RANGE);
    put_ethernet(check_begin(&check));
    pkt_build_vlan(&check.build, &(struct pkt_vlan_spec){.priority = 8});
    check_fails(&check, PKT_BUILD_E_RANGE);

    put_ethernet(check_begin(&check)); /* 1500 is the largest length (IEEE 802.3 3.2.6) */
    pkt_build_llc(&check.build, NULL);
    pkt_build_fill(&check.build, 0, 1493);
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_llc(check_begin(&check), &(struct pkt_llc_spec){.oui = 0x1000000});
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_llc(check_begin(&check), &(struct pkt_llc_spec){.dsap = 4, .control = 0x7f01});
    check_fails(&check, PKT_BUILD_E_RANGE);

    pkt_build_sll2(check_begin(&check), &(struct pkt_sll_spec){.address = pkt_view_make(bytes, 256)});
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_sll2(check_begin(&check), &(struct pkt_sll_spec){.packet_type = 256});
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_ppp(check_begin(&check), &(struct pkt_ppp_spec){.protocol = 0xc021, .compressed = true});
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_ppp(check_begin(&check), &(struct pkt_ppp_spec){.protocol = 0x20, .compressed = true});
    check_fails(&check, PKT_BUILD_E_RANGE);

    pkt_build_arp(check_begin(&check), &(struct pkt_arp_spec){.sender_hardware = pkt_view_make(bytes, 6),
                                                              .target_hardware = pkt_view_make(bytes, 8)});
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_arp(check_begin(&check), &(struct pkt_arp_spec){.sender_protocol = pkt_view_make(bytes, 256)});
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_vxlan(check_begin(&check), 0x1000000);
    check_fails(&check, PKT_BUILD_E_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
