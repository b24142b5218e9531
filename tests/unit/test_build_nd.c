/*
 * Builders of neighbour discovery and its options. Expected bytes are scapy 2.5's, a kernel's or a daemon's
 * from captures/, or drawn by hand from the RFC.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/ipv6.h"
#include "pkt/link.h"
#include "pkt/nd_build.h"
#include "support/build_check.h"
#include "support/capture_frames.h"

static struct build_check check;

enum { AT_MESSAGE = 40 };

static const struct pkt_ip6 any;
static const struct pkt_ip6 router = {
    {0xfe, 0x80, [15] = 1}
};
static const struct pkt_ip6 host = {
    {0xfe, 0x80, [15] = 2}
};
/* 2001:db8::1234:5678 */
static const struct pkt_ip6 target = {
    {0x20, 1, 0xd, 0xb8, [12] = 0x12, [13] = 0x34, [14] = 0x56, [15] = 0x78}
};

static struct pkt_build *begin(uint8_t type, struct pkt_ip6 about)
{
    struct pkt_build *build = check_begin(&check);
    struct pkt_ipv6_spec ip = pkt_nd_ipv6(type, router, about);
    pkt_build_ipv6(build, &ip);
    return build;
}

static struct pkt_build *begin_advertisement(void)
{
    struct pkt_build *build = begin(PKT_ICMP6_ROUTER_ADVERTISEMENT, any);
    pkt_build_nd_router_advertisement(build, NULL);
    return build;
}

static void put_mac(struct pkt_build *build, uint8_t type, uint8_t last)
{
    uint8_t address[] = {2, 0, 0, 0, 0, last};
    pkt_build_nd_link_address(build, type, pkt_view_make(address, sizeof address));
}

static void finish(void)
{
    check_round_trip(&check, PKT_LINKTYPE_RAW);
}

static void test_router_solicitation(void **state)
{
    struct pkt_build *build = begin(PKT_ICMP6_ROUTER_SOLICITATION, any);
    (void)state;
    pkt_build_nd_router_solicitation(build);
    put_mac(build, PKT_ND_OPTION_SOURCE_LLA, 1);
    finish();
    assert_bytes_hex(check.bytes, "6000000000103aff fe800000000000000000000000000001"
                                  "ff020000000000000000000000000002"
                                  "85007a2c00000000 0101020000000001");
}

static void test_router_advertisement_defaults(void **state)
{
    (void)state;
    begin_advertisement();
    finish();
    assert_bytes_hex(check.bytes, "6000000000103aff fe800000000000000000000000000001"
                                  "ff020000000000000000000000000001"
                                  "8600752700000708 0000000000000000");

    struct pkt_build *build = begin(PKT_ICMP6_ROUTER_ADVERTISEMENT, any);
    pkt_build_nd_router_advertisement(build, &(struct pkt_nd_router_spec){.no_default = true});
    finish();
    assert_int_equal(pkt_u16(check.bytes, AT_MESSAGE + 6), 0);
}

static void put_router_options(struct pkt_build *build)
{
    static const struct pkt_ip6 servers[] = {
        {{0x20, 1, 0xd, 0xb8, [15] = 0x53}},
        {{0x20, 1, 0xd, 0xb8, [15] = 0x54}},
    };
    static const char *const names[] = {"example.com", "a.example.net."};
    put_mac(build, PKT_ND_OPTION_SOURCE_LLA, 1);
    pkt_build_nd_mtu(build, 1500);
    pkt_build_nd_prefix(build, &(struct pkt_nd_prefix){.len = 64,
                                                       .flags = 0xc0,
                                                       .valid = 2592000,
                                                       .preferred = 604800,
                                                       .prefix = {{0x20, 1, 0xd, 0xb8, 0, 1}}});
    pkt_build_nd_route(
        build, &(struct pkt_nd_route){
                   .len = 48, .preference = -1, .lifetime = 1800, .prefix = {{0x20, 1, 0xd, 0xb8, 0, 2}}});
    pkt_build_nd_rdnss(build, 1800, servers, 2);
    pkt_build_nd_dnssl(build, 1800, names, 2);
}

static void test_router_advertisement(void **state)
{
    struct pkt_build *build = begin(PKT_ICMP6_ROUTER_ADVERTISEMENT, any);
    (void)state;
    pkt_build_nd_router_advertisement(
        build, &(struct pkt_nd_router_spec){.hop_limit = 64,
                                            .flags = PKT_ND_MANAGED | PKT_ND_OTHER | PKT_ND_PREFERENCE_HIGH,
                                            .lifetime_s = 600,
                                            .reachable_ms = 30000,
                                            .retransmit_ms = 1000});
    put_router_options(build);
    finish();
    assert_int_equal(build->row[1].item_count, 6);
    assert_bytes_hex(check.bytes,
                     "6000000000a03aff fe800000000000000000000000000001 ff020000000000000000000000000001"
                     "8600ad1640c80258 00007530000003e8 0101020000000001 05010000000005dc"
                     "030440c000278d0000093a8000000000 20010db8000100000000000000000000"
                     "180230180000070820010db800020000"
                     "1905000000000708 20010db8000000000000000000000053 20010db8000000000000000000000054"
                     "1f05000000000708 076578616d706c6503636f6d00 0161076578616d706c65036e657400 00000000");
}

static void test_neighbours(void **state)
{
    struct pkt_build *build = begin(PKT_ICMP6_NEIGHBOUR_SOLICITATION, target);
    (void)state;
    pkt_build_nd_neighbour_solicitation(build, target);
    put_mac(build, PKT_ND_OPTION_SOURCE_LLA, 1);
    finish();
    assert_bytes_hex(check.bytes, "6000000000203aff fe800000000000000000000000000001"
                                  "ff0200000000000000000001ff345678"
                                  "87008c0a00000000 20010db8000000000000000012345678 0101020000000001");

    struct pkt_ipv6_spec ip = pkt_nd_ipv6(PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT, router, any);
    ip.dst = host;
    build = check_begin(&check);
    pkt_build_ipv6(build, &ip);
    pkt_build_nd_neighbour_advertisement(
        build, &(struct pkt_nd_neighbour_spec){.flags = PKT_ND_ROUTER | PKT_ND_SOLICITED | PKT_ND_OVERRIDE,
                                               .target = target});
    put_mac(build, PKT_ND_OPTION_TARGET_LLA, 2);
    finish();
    assert_bytes_hex(check.bytes, "6000000000203aff fe800000000000000000000000000001"
                                  "fe800000000000000000000000000002"
                                  "88000037e0000000 20010db8000000000000000012345678 0201020000000002");
}

static void test_redirect(void **state)
{
    static const struct pkt_ip6 told = {
        {0x20, 1, 0xd, 0xb8, [15] = 1}
    };
    struct frame packet = frame_hex("6000000000 10113f 20010db8000000000000000000000001"
                                    "20010db8000900000000000000000009 9c40829a0010b499 3132333435363738");
    struct pkt_build *build = begin(PKT_ICMP6_REDIRECT, told);
    (void)state;
    pkt_build_nd_redirect(build,
                          (struct pkt_ip6){
                              {0xfe, 0x80, [15] = 3}
    },
                          (struct pkt_ip6){{0x20, 1, 0xd, 0xb8, 0, 9, [15] = 9}});
    put_mac(build, PKT_ND_OPTION_TARGET_LLA, 3);
    pkt_build_nd_redirected(build, pkt_view_make(packet.bytes, packet.len));
    finish();
    assert_bytes_hex(check.bytes, "6000000000703aff fe800000000000000000000000000001"
                                  "20010db8000000000000000000000001"
                                  "8900a48f00000000 fe800000000000000000000000000003"
                                  "20010db8000900000000000000000009 0201020000000003 0408000000000000"
                                  "600000000010113f 20010db8000000000000000000000001"
                                  "20010db8000900000000000000000009 9c40829a0010b4993132333435363738");
    frame_free(packet);
}

/* --- options: padding and lengths --- */

static struct pkt_view options(void)
{
    return pkt_view_from(check.bytes, AT_MESSAGE + 16);
}

/* RFC 4861 4.6: whole units of 8 bytes. */
static void test_padding(void **state)
{
    struct pkt_build *build = begin_advertisement();
    (void)state;
    pkt_build_nd_link_address(build, PKT_ND_OPTION_SOURCE_LLA, pkt_view_make("\1\2\3\4\5\6\7\10", 8));
    pkt_build_nd_redirected(build, pkt_view_make("abc", 3));
    pkt_build_nd_nonce(build, pkt_view_make("123456", 6));
    pkt_build_nd_option(build, 200, pkt_view_make("12345678901234", 14));
    finish();
    assert_bytes_hex(options(), "0102 0102030405060708 000000000000"
                                "0402000000000000 6162630000000000"
                                "0e01 313233343536"
                                "c802 3132333435363738393031323334");
}

/* RFC 4191 2.3: as long as the prefix needs, or longer; preferences are signed. */
static void test_route_lengths(void **state)
{
    static const struct {
        uint8_t len;
        uint8_t size;
        int8_t preference;
        const char *head;
    } cases[] = {
        {0,   0,  0,  "18010000"},
        {1,   0,  1,  "18020108"},
        {64,  8,  -1, "18024018"},
        {65,  8,  0,  "18034100"},
        {128, 0,  -2, "18038010"},
        {48,  16, 0,  "18033000"},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pkt_nd_route route = {
            .len = cases[i].len, .size = cases[i].size, .preference = cases[i].preference};
        pkt_build_nd_route(begin_advertisement(), &route);
        finish();
        assert_bytes_hex(pkt_view_clip(options(), 0, 4), cases[i].head);
    }
}

static void dnssl(const char *name, int error)
{
    pkt_build_nd_dnssl(begin_advertisement(), 0, &name, 1);
    check_fails(&check, error);
}

/* Labels of 63 bytes and names of 255 are the longest (RFC 1035 2.3.4). */
static void test_names(void **state)
{
    char name[512];
    (void)state;
    memset(name, 'a', sizeof name);
    name[63] = '\0';
    dnssl(name, PKT_BUILD_OK);
    name[63] = 'a';
    name[64] = '\0';
    dnssl(name, PKT_BUILD_E_RANGE);
    dnssl("", PKT_BUILD_E_RANGE);
    dnssl(".", PKT_BUILD_E_RANGE);
    dnssl(".com", PKT_BUILD_E_RANGE);
    dnssl("a..com", PKT_BUILD_E_RANGE);
    dnssl("a.com..", PKT_BUILD_E_RANGE);

    memset(name, 'a', sizeof name);
    name[63] = name[127] = name[191] = '.'; /* 3 * 64 and 62 bytes, and the root: 255 */
    name[253] = '\0';
    dnssl(name, PKT_BUILD_OK);
    name[253] = 'a';
    name[254] = '\0';
    dnssl(name, PKT_BUILD_E_RANGE);
}

static void test_limits(void **state)
{
    static const uint8_t bytes[2048];
    static const struct pkt_ip6 servers[128];
    (void)state;
    pkt_build_nd_option(begin_advertisement(), 200, pkt_view_make(bytes, 2038));
    finish();
    pkt_build_nd_option(begin_advertisement(), 200, pkt_view_make(bytes, 2046));
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_nd_option(begin_advertisement(), 200, pkt_view_make(bytes, 5));
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_nd_nonce(begin_advertisement(), pkt_view_make(bytes, 7));
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_nd_rdnss(begin_advertisement(), 0, servers, 127);
    finish();
    pkt_build_nd_rdnss(begin_advertisement(), 0, servers, 128);
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_nd_rdnss(begin_advertisement(), 0, servers, 0);
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_nd_dnssl(begin_advertisement(), 0, NULL, 0);
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_nd_route(begin_advertisement(), &(struct pkt_nd_route){.len = 129});
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_nd_route(begin_advertisement(), &(struct pkt_nd_route){.size = 7});
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_nd_route(begin_advertisement(), &(struct pkt_nd_route){.size = 24});
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_nd_route(begin_advertisement(), &(struct pkt_nd_route){.preference = 2});
    check_fails(&check, PKT_BUILD_E_RANGE);
}

static void test_order(void **state)
{
    struct pkt_build *build = check_begin(&check);
    (void)state;
    pkt_build_nd_mtu(build, 1500);
    check_fails(&check, PKT_BUILD_E_ORDER);

    build = begin(PKT_ICMP6_ROUTER_ADVERTISEMENT, any);
    pkt_build_icmp6_echo(build, NULL);
    pkt_build_nd_mtu(build, 1500);
    check_fails(&check, PKT_BUILD_E_ORDER);

    build = check_begin(&check); /* no IPv6 header, no pseudo-header */
    pkt_build_nd_router_solicitation(build);
    check_fails(&check, PKT_BUILD_E_ORDER);
}

static void test_by_hand(void **state)
{
    struct pkt_build *build = begin_advertisement();
    (void)state;
    pkt_build_nd_mtu(build, 1500);
    pkt_build_set_bits(build, 1, 16, 16, 0xbad);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(pkt_u16(check.bytes, AT_MESSAGE + 2), 0xbad);

    build = begin_advertisement(); /* the length of the option */
    pkt_build_nd_mtu(build, 1500);
    pkt_build_set_bits(build, 1, (build->row[1].item - build->row[1].off + 1) * 8, 8, 0);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_only_diagnosis(&check.packet, PKT_D_ND_OPTION_LENGTH);
    assert_int_equal(pkt_checksum_verify(&check.packet, 1).state, PKT_CHECKSUM_OK);
}

static void test_measure(void **state)
{
    struct pkt_build build;
    struct pkt_view packet;
    struct pkt_ipv6_spec ip = pkt_nd_ipv6(PKT_ICMP6_ROUTER_ADVERTISEMENT, router, any);
    (void)state;
    pkt_build_init(&build, NULL, 0, 0);
    pkt_build_ipv6(&build, &ip);
    pkt_build_nd_router_advertisement(&build, NULL);
    put_router_options(&build);
    assert_int_equal(pkt_build_finish(&build, &packet), PKT_BUILD_OK);
    assert_int_equal(packet.len, 200);
}

/* --- captured messages --- */

static void rebuild_option(struct pkt_build *build, const struct pkt_option *option)
{
    struct pkt_view bytes;
    struct pkt_nd_prefix prefix;
    struct pkt_nd_route route;
    uint32_t number;
    if (pkt_nd_link_address(option, &bytes))
        pkt_build_nd_link_address(build, (uint8_t)option->type, bytes);
    else if (pkt_nd_prefix(option, &prefix))
        pkt_build_nd_prefix(build, &prefix);
    else if (pkt_nd_redirected(option, &bytes))
        pkt_build_nd_redirected(build, bytes);
    else if (pkt_nd_mtu(option, &number))
        pkt_build_nd_mtu(build, number);
    else if (pkt_nd_nonce(option, &bytes))
        pkt_build_nd_nonce(build, bytes);
    else if (pkt_nd_route(option, &route))
        pkt_build_nd_route(build, &route);
    else
        pkt_build_nd_option(build, (uint8_t)option->type, option->data);
}

static void rebuild_message(struct pkt_build *build, struct pkt_icmp m)
{
    struct pkt_nd_router_spec advertisement = {
        .hop_limit = pkt_nd_ra_hop_limit(m),
        .flags = pkt_nd_ra_flags(m),
        .lifetime_s = pkt_nd_ra_lifetime(m),
        .no_default = pkt_nd_ra_lifetime(m) == 0,
        .reachable_ms = pkt_nd_ra_reachable(m),
        .retransmit_ms = pkt_nd_ra_retransmit(m),
    };
    struct pkt_nd_neighbour_spec neighbour = {.flags = pkt_nd_flags(m), .target = pkt_nd_target(m)};
    switch (pkt_icmp_type(m)) {
    case PKT_ICMP6_ROUTER_SOLICITATION:
        pkt_build_nd_router_solicitation(build);
        break;
    case PKT_ICMP6_ROUTER_ADVERTISEMENT:
        pkt_build_nd_router_advertisement(build, &advertisement);
        break;
    case PKT_ICMP6_NEIGHBOUR_SOLICITATION:
        pkt_build_nd_neighbour_solicitation(build, pkt_nd_target(m));
        break;
    case PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT:
        pkt_build_nd_neighbour_advertisement(build, &neighbour);
        break;
    default:
        pkt_build_nd_redirect(build, pkt_nd_target(m), pkt_nd_destination(m));
    }
}

/* From its fields again. */
static void rebuild(struct pkt_build *build, const struct pkt_packet *packet)
{
    struct pkt_ethernet ethernet;
    struct pkt_ipv6 ip;
    struct pkt_icmp m;
    struct pkt_list list;
    struct pkt_option option;
    assert_true(pkt_as_ethernet(packet, 0, &ethernet) && pkt_as_ipv6(packet, 1, &ip));
    assert_true(pkt_as_icmp(packet, 2, &m));
    struct pkt_ipv6_spec spec = pkt_nd_ipv6(pkt_icmp_type(m), pkt_ipv6_src(ip), any);
    spec.dst = pkt_ipv6_dst(ip);
    spec.flow_label = pkt_ipv6_flow_label(ip);
    spec.traffic_class = pkt_ipv6_traffic_class(ip);
    pkt_build_ethernet(build, &(struct pkt_ethernet_spec){.dst = pkt_ethernet_dst(ethernet),
                                                          .src = pkt_ethernet_src(ethernet)});
    pkt_build_ipv6(build, &spec);
    rebuild_message(build, m);
    pkt_nd_options(m, &list);
    while (pkt_option_next(&list, &option))
        rebuild_option(build, &option);
}

/* Every message of neighbour discovery without a finding. The counts are tshark's for icmpv6.type 133 to 137.
 */
static unsigned rebuild_capture(const char *name)
{
    static struct capture capture;
    struct frame frame;
    struct pkt_packet packet;
    struct pkt_icmp m;
    unsigned rebuilt = 0;
    for (capture_open(&capture, name); capture_next(&capture, &frame); frame_free(frame)) {
        struct pkt_view bytes = pkt_view_make(frame.bytes, frame.len);
        pkt_decode(bytes, (uint32_t)bytes.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
        pkt_diagnose(&packet);
        if (!pkt_as_icmp(&packet, 2, &m) || !pkt_icmp_is_nd(m) || packet.diagnosis_count != 0)
            continue;
        rebuild(check_begin(&check), &packet);
        check_round_trip(&check, PKT_LINKTYPE_ETHERNET);
        assert_bytes_equal(check.bytes, bytes);
        rebuilt++;
    }
    return rebuilt;
}

static void test_rebuild(void **state)
{
    (void)state;
    assert_int_equal(rebuild_capture("nd-duplicate-address-detection.pcap"), 3);
    assert_int_equal(rebuild_capture("nd-options.pcap"), 35);
    assert_int_equal(rebuild_capture("nd-redirect.pcap"), 1);
    assert_int_equal(rebuild_capture("nd-router-advertisement.pcap"), 3);
    assert_int_equal(rebuild_capture("nd-router-advertisement-last.pcap"), 4);
    assert_int_equal(rebuild_capture("nd-router-solicitation.pcap"), 3);
    assert_int_equal(rebuild_capture("nd-solicitation-advertisement.pcap"), 6);
    assert_int_equal(rebuild_capture("nd-unsolicited-advertisement.pcap"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_router_solicitation),
        cmocka_unit_test(test_router_advertisement_defaults),
        cmocka_unit_test(test_router_advertisement),
        cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_redirect),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_route_lengths),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_measure),
        cmocka_unit_test(test_rebuild),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
