/*
 * Builders of IPv4 and IPv6 with options and extension headers, against frames that scapy wrote and by hand.
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

static const struct pkt_ip6 third =
                                {
                                    {0xfd, [15] = 3}
},
                            fourth = {{0xfd, [15] = 4}};
static const struct pkt_ip6 home = {
    {0xfd, [15] = 9}
};

static void put_ip6(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv6(b, &ip6);
}

static void put_ip4_options(struct pkt_build *b)
{
    static const uint8_t route[] = {4, 0, 0, 0, 0, 0, 0, 0, 0};
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_ipv4_router_alert(b, 0);
    pkt_build_ipv4_option(b, PKT_IPV4_OPTION_NOP, pkt_view_make(NULL, 0));
    pkt_build_ipv4_option(b, PKT_IPV4_OPTION_RECORD_ROUTE, pkt_view_make(route, sizeof route));
    put_udp(b, "hi");
}

/* The pseudo-header has the final destination (RFC 1122 4.1.3.4 through RFC 791's route). */
static void put_ip4_loose_route(struct pkt_build *b)
{
    static const uint8_t route[] = {4, 10, 0, 0, 3, 10, 0, 0, 4};
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_ipv4_option(b, PKT_IPV4_OPTION_LOOSE_ROUTE, pkt_view_make(route, sizeof route));
    put_udp(b, "hi");
}

static void put_routing_0(struct pkt_build *b)
{
    put_ip6(b);
    pkt_build_ipv6_routing(b, NULL);
    pkt_build_ipv6_routing_address(b, third);
    pkt_build_ipv6_routing_address(b, fourth);
    put_udp(b, "hi");
}

static void put_routing_2(struct pkt_build *b)
{
    put_ip6(b);
    pkt_build_ipv6_routing(b, &(struct pkt_ipv6_routing_spec){.type = 2});
    pkt_build_ipv6_routing_address(b, third);
    put_udp(b, "hi");
}

static void put_segments(struct pkt_build *b)
{
    put_ip6(b);
    pkt_build_ipv6_routing(b, &(struct pkt_ipv6_routing_spec){.type = 4});
    pkt_build_ipv6_routing_address(b, fourth);
    pkt_build_ipv6_routing_address(b, ip6.dst);
    put_udp(b, "hi");
}

static void put_home_address(struct pkt_build *b)
{
    put_ip6(b);
    pkt_build_ipv6_dstopts(b);
    pkt_build_ipv6_home_address(b, home);
    put_udp(b, "hi");
}

static void put_router_alert(struct pkt_build *b)
{
    put_ip6(b);
    pkt_build_ipv6_hopopts(b);
    pkt_build_ipv6_router_alert(b, 0);
    pkt_build_icmp6_echo(b, &(struct pkt_icmp_echo_spec){.id = 1, .sequence = 2});
    pkt_build_payload(b, pkt_view_make("x", 1));
}

static void put_atomic(struct pkt_build *b)
{
    put_ip6(b);
    pkt_build_ipv6_fragment(b, &(struct pkt_ipv6_fragment_spec){.id = 5});
    put_udp(b, "hi");
}

static void put_later_fragment(struct pkt_build *b)
{
    put_ip6(b);
    pkt_build_ipv6_fragment(
        b, &(struct pkt_ipv6_fragment_spec){.offset = 24, .next_header = PKT_IP_UDP, .id = 5});
    pkt_build_fill(b, 'a', 24);
}

static void put_later_fragment4(struct pkt_build *b)
{
    struct pkt_ipv4_spec spec = ip4;
    spec.id = 7;
    spec.fragment_offset = 24;
    spec.protocol = PKT_IP_UDP;
    put_ethernet(b);
    pkt_build_ipv4(b, &spec);
    pkt_build_fill(b, 'a', 24);
}

static void put_esp(struct pkt_build *b)
{
    put_ip6(b);
    pkt_build_esp(b, 7, 8);
    pkt_build_payload(b, pkt_view_make("secretsecret", 12));
}

static void put_no_next(struct pkt_build *b)
{
    put_ip6(b);
}

/* E/P6/IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)])/IPv6ExtHdrDestOpt(options=[PadN(optdata=b'\0'*4)])
 * /IPv6ExtHdrRouting(type=0,segleft=1,addresses=['fd00::3'])/IPv6ExtHdrFragment(id=5,offset=0,m=0)/
 * IPv6ExtHdrDestOpt(options=[HAO(hoa='fd00::9')])/TCP(sport=1000,dport=80,seq=1)/b'x'; scapy's window is 8192
 */
#define CHAIN                                                                                          \
    "02000000000202000000000186dd60000000005d0040fd000000000000000000000000000001fd000000000000000000" \
    "0000000000023c000502000001002b000104000000002c02000100000000fd0000000000000000000000000000033c00" \
    "000000000005060201020000c910fd00000000000000000000000000000903e80050000000010000000050022000199b" \
    "000078"
static void put_chain(struct pkt_build *b)
{
    put_ip6(b);
    pkt_build_ipv6_hopopts(b);
    pkt_build_ipv6_router_alert(b, 0);
    pkt_build_ipv6_dstopts(b);
    pkt_build_ipv6_routing(b, NULL);
    pkt_build_ipv6_routing_address(b, third);
    pkt_build_ipv6_fragment(b, &(struct pkt_ipv6_fragment_spec){.id = 5});
    pkt_build_ipv6_dstopts(b);
    pkt_build_ipv6_home_address(b, home);
    pkt_build_tcp(b, &(struct pkt_tcp_spec){.src = 1000, .dst = 80, .sequence = 1, .window = 8192});
    pkt_build_payload(b, pkt_view_make("x", 1));
}

static void test_golden(void **state)
{
    static const struct put_case cases[] = {
        {"ipv4 options",     put_ip4_options,     GOLDEN_IP4_OPTIONS,         PKT_LINKTYPE_ETHERNET},
        {"ipv4 loose route", put_ip4_loose_route, GOLDEN_IP4_LOOSE_ROUTE,     PKT_LINKTYPE_ETHERNET},
        {"ipv4 fragment",    put_later_fragment4, GOLDEN_IP4_LATER_FRAGMENT,  PKT_LINKTYPE_ETHERNET},
        {"routing 0",        put_routing_0,       GOLDEN_IP6_ROUTING_0,       PKT_LINKTYPE_ETHERNET},
        {"routing 2",        put_routing_2,       GOLDEN_IP6_ROUTING_2,       PKT_LINKTYPE_ETHERNET},
        {"segment routing",  put_segments,        GOLDEN_IP6_SEGMENT_ROUTING, PKT_LINKTYPE_ETHERNET},
        {"home address",     put_home_address,    GOLDEN_IP6_HOME_ADDRESS,    PKT_LINKTYPE_ETHERNET},
        {"router alert",     put_router_alert,    GOLDEN_IP6_ROUTER_ALERT,    PKT_LINKTYPE_ETHERNET},
        {"atomic fragment",  put_atomic,          GOLDEN_IP6_ATOMIC_FRAGMENT, PKT_LINKTYPE_ETHERNET},
        {"later fragment",   put_later_fragment,  GOLDEN_IP6_LATER_FRAGMENT,  PKT_LINKTYPE_ETHERNET},
        {"esp",              put_esp,             GOLDEN_IP6_ESP,             PKT_LINKTYPE_ETHERNET},
        {"no next header",   put_no_next,         GOLDEN_IP6_NO_NEXT,         PKT_LINKTYPE_ETHERNET},
        {"chain",            put_chain,           CHAIN,                      PKT_LINKTYPE_ETHERNET},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_put_case(&cases[i]);
}

/* scapy leaves the checksum behind AH out: bytes without it, then the round trip with it. */
static void test_ah(void **state)
{
    const struct pkt_ah_spec ah = {.spi = 7, .sequence = 8, .icv = pkt_view_make("iiiiiiiiiiii", 12)};
    struct build_check check;
    struct pkt_build *b = check_begin(&check);
    (void)state;
    put_ip6(b);
    pkt_build_ah(b, &ah);
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 1000, .dst = 2000, .no_checksum = true});
    pkt_build_payload(b, pkt_view_make("hi", 2));
    check_finish(&check, PKT_LINKTYPE_ETHERNET);
    assert_bytes_hex(check.bytes, GOLDEN_IP6_AH);

    b = check_begin(&check);
    put_ip6(b);
    pkt_build_ah(b, &ah);
    put_udp(b, "hi");
    check_round_trip(&check, PKT_LINKTYPE_ETHERNET);

    b = check_begin(&check);
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_ah(b, &ah);
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 1, .dst = 2, .no_checksum = true});
    pkt_build_payload(b, pkt_view_make("hi", 2));
    check_round_trip(&check, PKT_LINKTYPE_ETHERNET);
    assert_bytes_hex(check.bytes, GOLDEN_IP4_AH);

    b = check_begin(&check); /* padding: 13 bytes are 16 in IPv4, 20 in IPv6 (RFC 4302 3.3.3.2.1) */
    pkt_build_ipv4(b, &ip4);
    pkt_build_ah(b, &(struct pkt_ah_spec){.icv = pkt_view_make("iiiiiiiiiiiii", 13)});
    check_round_trip(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(check.packet.layer[1].hdr_len, 28);
    b = check_begin(&check);
    pkt_build_ipv6(b, &ip6);
    pkt_build_ah(b, &(struct pkt_ah_spec){.icv = pkt_view_make("iiiiiiiiiiiii", 13)});
    check_round_trip(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(check.packet.layer[1].hdr_len, 32);
}

/* Options start where RFC 8200 4.2 and their own RFCs want them, wherever the one before ends. */
static void test_align(void **state)
{
    struct build_check check;
    (void)state;
    for (size_t before = 0; before < 9; before++) {
        struct pkt_build *b = check_begin(&check);
        pkt_build_ipv6(b, &ip6);
        pkt_build_ipv6_dstopts(b);
        if (before != 0)
            pkt_build_ipv6_option(b, 0x1e, pkt_view_make("12345678", before - 1));
        pkt_build_ipv6_home_address(b, home);
        assert_int_equal((b->row[1].item - 40) % 8, 6);
        pkt_build_ipv6_align(b, 4, 3);
        pkt_build_ipv6_option(b, 0x1e, pkt_view_make("", 0));
        assert_int_equal((b->row[1].item - 40) % 4, 3);
        put_udp(b, "hi");
        check_round_trip(&check, PKT_LINKTYPE_RAW);
        assert_int_equal(check.packet.layer[1].hdr_len % 8, 0);
    }
}

/* A Router Alert behind an option that ends at an odd offset: Pad1 in between (RFC 2711 2.1). */
static void test_odd_router_alert(void **state)
{
    struct build_check check;
    struct pkt_build *b = check_begin(&check);
    (void)state;
    pkt_build_ipv6(b, &ip6);
    pkt_build_ipv6_hopopts(b);
    pkt_build_ipv6_option(b, 0x1e, pkt_view_make("a", 1));
    pkt_build_ipv6_router_alert(b, 0);
    check_round_trip(&check, PKT_LINKTYPE_RAW);
    assert_bytes_hex(pkt_view_from(check.bytes, 40), "3b01 1e0161 00 05020000 01040000 0000");
}

/* A routing header with data, one that is used up, one of a type that nobody knows. */
static void test_routing(void **state)
{
    static const uint8_t tlv[] = {5, 1, 0xaa}; /* of type 4: padded with Pad1 (RFC 8754 2.1.1.1) */
    struct build_check check;
    struct pkt_build *b = check_begin(&check);
    (void)state;
    pkt_build_ipv6(b, &ip6);
    pkt_build_ipv6_routing(b, &(struct pkt_ipv6_routing_spec){.type = 4, .reserved = 7});
    pkt_build_ipv6_routing_address(b, fourth);
    pkt_build_ipv6_routing_address(b, third);
    pkt_build_ipv6_routing_address(b, ip6.dst);
    pkt_build_ipv6_routing_data(b, pkt_view_make(tlv, sizeof tlv));
    put_udp(b, "hi");
    check_round_trip(&check, PKT_LINKTYPE_RAW);
    assert_bytes_hex(pkt_view_clip(check.bytes, 40, 8), "11070402 02000007");
    assert_bytes_hex(pkt_view_clip(check.bytes, 96, 8), "0501aa0000000000");

    b = check_begin(&check); /* E/P6/IPv6ExtHdrRouting(type=0,segleft=0,addresses=['fd00::3'])/U/b'hi' */
    put_ip6(b);
    pkt_build_ipv6_routing(b, NULL);
    pkt_build_set_bits(b, pkt_build_last(b), 24, 8, 0);
    pkt_build_ipv6_routing_address(b, third);
    put_udp(b, "hi");
    check_round_trip(&check, PKT_LINKTYPE_ETHERNET);
    assert_bytes_hex(check.bytes,
                     "02000000000202000000000186dd6000000000222b40fd000000000000000000000000000001fd00000000"
                     "00000000000000000000021102000000000000fd00000000000000000000000000000303e807d0000a91b4"
                     "6869");

    b = check_begin(&check);
    pkt_build_ipv6(b, &ip6);
    pkt_build_ipv6_routing(b, &(struct pkt_ipv6_routing_spec){.type = 253, .segments_left = 9});
    pkt_build_ipv6_routing_data(b, pkt_view_make("abcdefgh", 8));
    put_udp(b, "hi");
    check_finish(&check, PKT_LINKTYPE_RAW);
    check_rows(&check);
    assert_bytes_hex(pkt_view_clip(check.bytes, 40, 16), "1101fd09 00000000 6162636465666768");
}

/* A routing header and a home address of the outer packet are not those of the inner one. */
static void test_inner_addresses(void **state)
{
    struct build_check check;
    struct pkt_build *b = check_begin(&check);
    (void)state;
    pkt_build_ipv6(b, &ip6);
    pkt_build_ipv6_routing(b, NULL);
    pkt_build_ipv6_routing_address(b, third);
    put_udp6(b, "hello");
    check_round_trip(&check, PKT_LINKTYPE_RAW);
    assert_bytes_hex(pkt_view_from(check.bytes, 64), GOLDEN_RAW_6);
}

/* RFC 2675: payload lengths of 0, a UDP length of 0, the option's own length. */
static void test_jumbo(void **state)
{
    enum { DATA = 70000, SIZE = 40 + 8 + 8 + DATA };
    uint8_t *buffer = test_malloc(SIZE);
    struct pkt_build build;
    struct pkt_view bytes;
    struct pkt_packet packet;
    (void)state;
    for (unsigned tcp = 0; tcp < 2; tcp++) {
        pkt_build_init(&build, buffer, SIZE, 0);
        pkt_build_ipv6(&build, &ip6);
        pkt_build_ipv6_hopopts(&build);
        pkt_build_ipv6_jumbo(&build, 0);
        if (tcp)
            pkt_build_tcp(&build, NULL);
        else
            pkt_build_udp(&build, NULL);
        pkt_build_fill(&build, 0xff, DATA - tcp * 12);
        assert_int_equal(pkt_build_finish(&build, &bytes), PKT_BUILD_OK);
        assert_int_equal(bytes.len, SIZE);
        assert_int_equal(pkt_u16(bytes, 4), 0);
        assert_bytes_hex(pkt_view_clip(bytes, 42, 6), "c2040001 1180"); /* 70016 */
        if (!tcp)
            assert_int_equal(pkt_u16(bytes, 48 + 4), 0);
        pkt_decode(bytes, SIZE, PKT_LINKTYPE_RAW, 0, &packet);
        pkt_diagnose(&packet);
        assert_int_equal(pkt_checksum_verify(&packet, 2).state, PKT_CHECKSUM_OK);
        assert_int_equal(packet.layer[0].length_source, PKT_LENGTH_IPV6_JUMBO);
        assert_no_diagnoses(&packet);
    }
    pkt_build_init(&build, NULL, 0, 0); /* measuring knows it too */
    pkt_build_ipv6(&build, &ip6);
    pkt_build_ipv6_hopopts(&build);
    pkt_build_ipv6_jumbo(&build, 0);
    pkt_build_udp(&build, NULL);
    pkt_build_fill(&build, 0, DATA);
    assert_int_equal(pkt_build_finish(&build, &bytes), PKT_BUILD_OK);
    assert_int_equal(bytes.len, SIZE);

    pkt_build_init(&build, buffer, SIZE, 0); /* without the option */
    pkt_build_ipv6(&build, &ip6);
    pkt_build_ipv6_hopopts(&build);
    pkt_build_udp(&build, NULL);
    pkt_build_fill(&build, 0, DATA);
    assert_int_equal(pkt_build_finish(&build, &bytes), PKT_BUILD_E_RANGE);

    pkt_build_init(&build, buffer, SIZE, 0); /* a length that is given stays */
    pkt_build_ipv6(&build, &ip6);
    pkt_build_ipv6_hopopts(&build);
    pkt_build_ipv6_jumbo(&build, 99999);
    pkt_build_fill(&build, 0, DATA);
    assert_int_equal(pkt_build_finish(&build, &bytes), PKT_BUILD_OK);
    assert_int_equal(pkt_u32(bytes, 44), 99999);
    test_free(buffer);
}

/* libnet 1.1.6 sums these in a signed int, which overflows. */
static void test_large_udp(void **state)
{
    enum { DATA = 65527, SIZE = 40 + 8 + DATA };
    uint8_t *buffer = test_malloc(SIZE);
    struct pkt_build build;
    struct pkt_view bytes;
    (void)state;
    pkt_build_init(&build, buffer, SIZE, 0);
    pkt_build_ipv6(&build, &ip6);
    pkt_build_udp(&build, &(struct pkt_udp_spec){.src = 1, .dst = 2});
    pkt_build_fill(&build, 0xff, DATA);
    assert_int_equal(pkt_build_finish(&build, &bytes), PKT_BUILD_OK);
    /* Addresses, protocol, ports and the odd last byte; the two lengths and 32,763 words of the data are
     * 0xffff, which adds nothing. */
    uint32_t sum = 0xfd00 + 1 + 0xfd00 + 2 + 17 + 1 + 2 + 0xff00;
    sum = (sum & 0xffff) + (sum >> 16);
    assert_int_equal(pkt_u16(bytes, 46), (uint16_t)~sum);
    test_free(buffer);
}

/* Each automatic field written over. */
static void test_overrides(void **state)
{
    struct build_check check;
    struct pkt_build *b = check_begin(&check);
    (void)state;
    pkt_build_ipv6(b, &ip6);
    pkt_build_ipv6_dstopts(b);
    pkt_build_ipv6_routing(b, &(struct pkt_ipv6_routing_spec){.type = 4, .next_header = 99});
    pkt_build_ipv6_routing_address(b, third);
    pkt_build_ipv6_routing_address(b, third);
    pkt_build_ipv6_fragment(b, &(struct pkt_ipv6_fragment_spec){.next_header = 98});
    pkt_build_ah(b, &(struct pkt_ah_spec){.next_header = 97});
    put_udp(b, "hi");
    pkt_build_set_bits(b, 0, 32, 16, 0x1111);
    pkt_build_set_bits(b, 0, 48, 8, 0x22);
    pkt_build_set_bits(b, 1, 0, 8, 0x33);
    pkt_build_set_bits(b, 1, 8, 8, 0x44);
    pkt_build_set_bits(b, 2, 8, 8, 0x55);
    pkt_build_set_bits(b, 2, 24, 8, 0x66);
    pkt_build_set_bits(b, 2, 32, 8, 0x77);
    pkt_build_set_bits(b, 4, 8, 8, 0x88);
    pkt_build_set_bits(b, 5, 32, 16, 0x99);
    pkt_build_set_bits(b, 5, 48, 16, 0xaa);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_bytes_hex(pkt_view_clip(check.bytes, 0, 8), "60000000 1111 2240");
    assert_bytes_hex(pkt_view_clip(check.bytes, 40, 16), "3344 010400000000 63550466 77000000");
    assert_bytes_hex(pkt_view_clip(check.bytes, 88, 16), "6200000000000000 6188000000000000");
    assert_bytes_hex(pkt_view_from(check.bytes, 112 - 8), "00000000 00000000 03e807d0 0099 00aa 6869");
}

static void test_errors(void **state)
{
    static const uint8_t bytes[2048];
    struct build_check check;
    (void)state;
    pkt_build_ipv6(check_begin(&check), &ip6);
    pkt_build_ipv6_fragment(&check.build, &(struct pkt_ipv6_fragment_spec){.offset = 4});
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_ah(check_begin(&check), &(struct pkt_ah_spec){.icv = pkt_view_make(bytes, 1017)});
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_ipv6_routing_address(check_begin(&check), third);
    check_fails(&check, PKT_BUILD_E_ORDER);
    pkt_build_ipv6_fragment(check_begin(&check), NULL);
    pkt_build_ipv6_routing_data(&check.build, pkt_view_make(bytes, 1));
    check_fails(&check, PKT_BUILD_E_ORDER);
    pkt_build_ipv6_routing(check_begin(&check), NULL);
    pkt_build_ipv6_routing_data(&check.build, pkt_view_make(bytes, 2041));
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_ipv6_routing(check_begin(&check), NULL);
    for (unsigned i = 0; i < 128; i++)
        pkt_build_ipv6_routing_address(&check.build, third);
    check_fails(&check, PKT_BUILD_E_RANGE);

    const unsigned wrong[][2] = {
        {0,  0},
        {3,  0},
        {16, 0},
        {4,  4}
    };
    for (size_t i = 0; i < 4; i++) {
        pkt_build_ipv6_dstopts(check_begin(&check));
        pkt_build_ipv6_align(&check.build, wrong[i][0], wrong[i][1]);
        check_fails(&check, PKT_BUILD_E_RANGE);
    }
    put_udp4(check_begin(&check), "x");
    pkt_build_ipv6_align(&check.build, 2, check.build.len % 2 == 0 ? 1 : 0);
    check_fails(&check, PKT_BUILD_E_ORDER);
    pkt_build_ipv6_home_address(check_begin(&check), home);
    check_fails(&check, PKT_BUILD_E_ORDER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),    cmocka_unit_test(test_ah),
        cmocka_unit_test(test_align),     cmocka_unit_test(test_odd_router_alert),
        cmocka_unit_test(test_routing),   cmocka_unit_test(test_inner_addresses),
        cmocka_unit_test(test_jumbo),     cmocka_unit_test(test_large_udp),
        cmocka_unit_test(test_overrides), cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
