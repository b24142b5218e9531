/*
 * Neighbour discovery (RFC 4861): getters, options, and its rules: one packet that breaks exactly the rule,
 * one that comes close.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/multicast_frames.h"

#define ANY      "00000000000000000000000000000000"
#define DB8_1    "20010db8000000000000000000000001"
#define FE80_1   "fe800000000000000000000000000001"
#define FF02_1   "ff020000000000000000000000000001"
#define SOURCE   "0101 02000000000a"
#define TARGET   "0201 02000000000b"
#define RS       "8500 0000 00000000"
#define RA       "8600 0000 40c0 0708 00007530 000003e8"
#define NS       "8700 0000 00000000" DB8_1
#define NA       "8800 0000 60000000" DB8_1
#define REDIRECT "8900 0000 00000000" FE80_1 DB8_1
#define PREFIX   "0304 40c0 00278d00 00093a80 00000000 20010db8000000000000000000000000"

enum { AT_ND = AT_IP + 40 };

/* clang-format off */
static const struct rule_case rules[] = {
    {"hop_limit", PKT_D_ND_HOP_LIMIT, nd_frame,
        .broken = {.body = NS SOURCE, .dst = "ff02::1:ff00:1", .edit = "21:fe"},
        .near_miss = {.body = NS SOURCE, .dst = "ff02::1:ff00:1"},
        .need = 255, .have = 254, .off = AT_HOP_LIMIT},
    {"hop_limit_redirect", PKT_D_ND_HOP_LIMIT, nd_frame,
        .broken = {.body = REDIRECT, .dst = "2001:db8::9", .edit = "21:01"},
        .near_miss = {.body = REDIRECT, .dst = "2001:db8::9"},
        .need = 255, .have = 1},
    {"code", PKT_D_ND_CODE, nd_frame,
        .broken = {.body = "8601 0000 40c0 0708 00007530 000003e8", .dst = "ff02::1"},
        .near_miss = {.body = RA, .dst = "ff02::1"},
        .need = 0, .have = 1, .off = AT_ND + 1},
    {"length", PKT_D_ND_LENGTH, nd_frame,
        .broken = {.body = "8700 0000 00000000 20010db80000000000000000000000", .dst = "ff02::1:ff00:1"},
        .near_miss = {.body = NS, .dst = "ff02::1:ff00:1"},
        .need = 24, .have = 23, .off = AT_ND},
    {"length_router_solicitation", PKT_D_ND_LENGTH, nd_frame,
        .broken = {.body = "8500 0000 0000", .dst = "ff02::2"},
        .near_miss = {.body = RS, .dst = "ff02::2"},
        .need = 8, .have = 6},
    {"length_router_advertisement", PKT_D_ND_LENGTH, nd_frame,
        .broken = {.body = "8600 0000 40c0 0708 00007530 0000", .dst = "ff02::1"},
        .near_miss = {.body = RA, .dst = "ff02::1"},
        .need = 16, .have = 14},
    {"length_redirect", PKT_D_ND_LENGTH, nd_frame,
        .broken = {.body = "8900 0000 00000000" FE80_1, .dst = "2001:db8::9"},
        .near_miss = {.body = REDIRECT, .dst = "2001:db8::9"},
        .need = 40, .have = 24},
    {"option_length_zero", PKT_D_ND_OPTION_LENGTH, nd_frame,
        .broken = {.body = RA "0100 02000000000a", .dst = "ff02::1"},
        .near_miss = {.body = RA "0101 02000000000a", .dst = "ff02::1"},
        .need = 2, .have = 0, .off = AT_ND + 16},
    {"option_length_overrun", PKT_D_ND_OPTION_LENGTH, nd_frame,
        .broken = {.body = RA SOURCE "0502 0000 000005dc", .dst = "ff02::1"},
        .near_miss = {.body = RA SOURCE "0501 0000 000005dc", .dst = "ff02::1"},
        .need = 16, .have = 8, .off = AT_ND + 24},
    {"option_content_prefix", PKT_D_ND_OPTION_CONTENT, nd_frame,
        .broken = {.body = RA "0303 40c0 00278d00 00093a80 00000000 20010db800000000", .dst = "ff02::1"},
        .near_miss = {.body = RA PREFIX, .dst = "ff02::1"},
        .need = 32, .have = 24},
    {"option_content_mtu", PKT_D_ND_OPTION_CONTENT, nd_frame,
        .broken = {.body = RA "0502 0000 000005dc 0000000000000000", .dst = "ff02::1"},
        .near_miss = {.body = RA "0501 0000 000005dc", .dst = "ff02::1"},
        .need = 8, .have = 16},
    {"option_content_servers", PKT_D_ND_OPTION_CONTENT, nd_frame,
        .broken = {.body = RA "1904 0000 00000e10" DB8_1 "0000000000000000", .dst = "ff02::1"},
        .near_miss = {.body = RA "1905 0000 00000e10" DB8_1 FE80_1, .dst = "ff02::1"},
        .need = 24, .have = 32},
    {"option_content_search_list", PKT_D_ND_OPTION_CONTENT, nd_frame,
        .broken = {.body = RA "1f01 0000 00000e10", .dst = "ff02::1"},
        .near_miss = {.body = RA "1f02 0000 00000e10 0361626300000000", .dst = "ff02::1"},
        .need = 16, .have = 8},
    {"option_content_route", PKT_D_ND_OPTION_CONTENT, nd_frame,
        .broken = {.body = RA "1802 4108 00000e10 20010db800000000", .dst = "ff02::1"}, /* 65 bits need more */
        .near_miss = {.body = RA "1802 4008 00000e10 20010db800000000", .dst = "ff02::1"},
        .need = 24, .have = 16},
    {"option_content_route_default", PKT_D_ND_OPTION_CONTENT, nd_frame,
        .broken = {.body = RA "1801 0108 00000e10", .dst = "ff02::1"},
        .near_miss = {.body = RA "1801 0008 00000e10", .dst = "ff02::1"},
        .need = 16, .have = 8},
    {"prefix_length", PKT_D_ND_PREFIX, nd_frame,
        .broken = {.body = RA "0304 81c0 00278d00 00093a80 00000000" DB8_1, .dst = "ff02::1"},
        .near_miss = {.body = RA "0304 80c0 00278d00 00093a80 00000000" DB8_1, .dst = "ff02::1"},
        .off = AT_ND + 16},
    {"prefix_lifetimes", PKT_D_ND_PREFIX, nd_frame,
        .broken = {.body = RA "0304 40c0 00000010 00000011 00000000" DB8_1, .dst = "ff02::1"},
        .near_miss = {.body = RA "0304 40c0 00000010 00000010 00000000" DB8_1, .dst = "ff02::1"}},
    {"target_solicitation", PKT_D_ND_TARGET, nd_frame,
        .broken = {.body = "8700 0000 00000000" FF02_1, .dst = "ff02::1:ff00:1"},
        .near_miss = {.body = NS, .dst = "2001:db8::1"},
        .off = AT_ND + 8},
    {"target_advertisement", PKT_D_ND_TARGET, nd_frame,
        .broken = {.body = "8800 0000 20000000" FF02_1, .dst = "ff02::1"},
        .near_miss = {.body = "8800 0000 20000000" DB8_1 TARGET, .dst = "ff02::1"},
        .off = AT_ND + 8},
    {"source_router_advertisement", PKT_D_ND_SOURCE, nd_frame,
        .broken = {.body = RA, .dst = "ff02::1", .src = "2001:db8::1"},
        .near_miss = {.body = RA, .dst = "ff02::1", .src = "fe80::1"},
        .off = AT_IP + 8},
    {"source_redirect", PKT_D_ND_SOURCE, nd_frame,
        .broken = {.body = REDIRECT, .dst = "2001:db8::9", .src = "2001:db8::fe"},
        .near_miss = {.body = REDIRECT, .dst = "2001:db8::9", .src = "fe80::fe"}},
    {"source_advertisement", PKT_D_ND_SOURCE, nd_frame,
        .broken = {.body = "8800 0000 20000000" DB8_1, .dst = "ff02::1", .src = "::"},
        .near_miss = {.body = "8800 0000 20000000" DB8_1, .dst = "ff02::1", .src = "2001:db8::1"}},
    {"dad_source_option", PKT_D_ND_DAD_OPTION, nd_frame,
        .broken = {.body = NS "0e01 010203040506" SOURCE, .dst = "ff02::1:ff00:1", .src = "::"},
        .near_miss = {.body = NS "0e01 010203040506", .dst = "ff02::1:ff00:1", .src = "::"}},
    {"dad_source_option_router", PKT_D_ND_DAD_OPTION, nd_frame,
        .broken = {.body = RS SOURCE, .dst = "ff02::2", .src = "::"},
        .near_miss = {.body = RS SOURCE, .dst = "ff02::2", .src = "fe80::a"}},
    {"dad_destination", PKT_D_ND_DAD_DESTINATION, nd_frame,
        .broken = {.body = NS, .dst = "ff02::1", .src = "::"},
        .near_miss = {.body = NS, .dst = "ff02::1:ff00:1", .src = "::"},
        .off = AT_IP + 24},
    {"solicited_multicast", PKT_D_ND_SOLICITED, nd_frame,
        .broken = {.body = NA, .dst = "ff02::1"},
        .near_miss = {.body = NA, .dst = "fe80::b"},
        .off = AT_ND + 4},
    {"redirect_target", PKT_D_ND_REDIRECT, nd_frame,
        .broken = {.body = "8900 0000 00000000 20010db80000000000000000000000fe" DB8_1, .dst = "2001:db8::9"},
        .near_miss = {.body = "8900 0000 00000000" DB8_1 DB8_1, .dst = "2001:db8::9"}, /* on the link */
        .off = AT_ND + 8},
    {"redirect_destination", PKT_D_ND_REDIRECT, nd_frame,
        .broken = {.body = "8900 0000 00000000" FE80_1 FF02_1, .dst = "2001:db8::9"},
        .near_miss = {.body = REDIRECT, .dst = "2001:db8::9"}},
    {"fragmented", PKT_D_ND_FRAGMENT, nd_frame,
        /* An atomic fragment: the whole message stands behind the header. */
        .broken = {.body = NS, .dst = "ff02::1:ff00:1", .options = "3a00 0000 00000001", .edit = "20:2c"},
        .near_miss = {.body = NS, .dst = "ff02::1:ff00:1", .options = "3a00 0104 00000000", .edit = "20:3c"}},
    {"checksum", PKT_D_ICMP6_CHECKSUM, nd_frame,
        .broken = {.body = "8500 1234 00000000", .dst = "ff02::2"},
        .near_miss = {.body = RS, .dst = "ff02::2"},
        .need = 0x7d2d, .have = 0x1234},
};
/* clang-format on */

static struct frame frame;
static struct pkt_packet packet;

static int close_frame(void **state)
{
    (void)state;
    frame_free(frame);
    frame = (struct frame){NULL, 0};
    return 0;
}

static struct pkt_icmp nd_of(const char *body)
{
    struct message_spec spec = {.body = body, .dst = "ff02::1"};
    struct pkt_icmp m;
    frame_free(frame);
    frame = nd_frame(&spec);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_icmp(&packet, 2, &m));
    return m;
}

static struct pkt_option first_option(const char *body)
{
    struct pkt_icmp m = nd_of(body);
    struct pkt_list list;
    struct pkt_option option;
    pkt_nd_options(m, &list);
    assert_true(pkt_option_next(&list, &option));
    return option;
}

static void expect_ip6(struct pkt_ip6 address, const char *hex)
{
    assert_bytes_hex(pkt_view_make(address.byte, 16), hex);
}

static void fields_of_messages(void **state)
{
    (void)state;
    struct pkt_icmp m = nd_of(RA);
    assert_true(pkt_icmp_is_nd(m));
    assert_u32(pkt_nd_ra_hop_limit(m), 64);
    assert_u32(pkt_nd_ra_flags(m), 0xc0);
    assert_u32(pkt_nd_ra_lifetime(m), 1800);
    assert_u32(pkt_nd_ra_reachable(m), 30000);
    assert_u32(pkt_nd_ra_retransmit(m), 1000);
    m = nd_of(NA);
    assert_u32(pkt_nd_flags(m), 0x60);
    expect_ip6(pkt_nd_target(m), DB8_1);
    m = nd_of(REDIRECT);
    expect_ip6(pkt_nd_target(m), FE80_1);
    expect_ip6(pkt_nd_destination(m), DB8_1);
    assert_false(pkt_icmp_is_nd(nd_of("8000 0000 0001 0001")));
    assert_false(pkt_icmp_is_nd(nd_of("8a00 0000 0001 0001")));
}

/* Where the options start depends on the type. */
static void options_start_behind_each_type(void **state)
{
    (void)state;
    static const char *const bodies[] = {RS SOURCE, RA SOURCE, NS SOURCE, NA SOURCE, REDIRECT SOURCE};
    struct pkt_view address;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct pkt_option option = first_option(bodies[i]);
        assert_u32(option.off, 0);
        assert_true(pkt_nd_link_address(&option, &address));
        assert_bytes_hex(address, "02000000000a");
    }
    struct pkt_list list;
    struct pkt_option option;
    pkt_nd_options(nd_of("8000 0000 0001 0001" SOURCE), &list); /* not neighbour discovery */
    assert_false(pkt_option_next(&list, &option));
    pkt_nd_options(nd_of("8600 0000 40c0 0708"), &list); /* too short for its type */
    assert_false(pkt_option_next(&list, &option));
    assert_u32(list.stop, PKT_D_NONE);
}

static void link_addresses(void **state)
{
    (void)state;
    struct pkt_view address;
    struct pkt_option option = first_option(NA TARGET);
    assert_u32(option.type, PKT_ND_OPTION_TARGET_LLA);
    assert_true(pkt_nd_link_address(&option, &address));
    assert_bytes_hex(address, "02000000000b");
    option = first_option(NA "0202 0102030405060708090a0b0c0d0e"); /* a link with long addresses */
    assert_true(pkt_nd_link_address(&option, &address));
    assert_u32(address.len, 14);
    option = first_option(RA "0501 0000 000005dc");
    assert_false(pkt_nd_link_address(&option, &address));
}

static void prefix_information(void **state)
{
    (void)state;
    struct pkt_nd_prefix prefix;
    struct pkt_option option = first_option(RA PREFIX);
    assert_true(pkt_nd_prefix(&option, &prefix));
    assert_u32(prefix.len, 64);
    assert_u32(prefix.flags, 0xc0);
    assert_u32(prefix.valid, 2592000);
    assert_u32(prefix.preferred, 604800);
    expect_ip6(prefix.prefix, "20010db8000000000000000000000000");
    option = first_option(RA "0303 40c0 00278d00 00093a80 00000000 20010db800000000");
    assert_false(pkt_nd_prefix(&option, &prefix));
    option = first_option(RA SOURCE);
    assert_false(pkt_nd_prefix(&option, &prefix));
}

static void redirected_header(void **state)
{
    (void)state;
    struct pkt_view quoted;
    struct pkt_option option = first_option(REDIRECT "0402 000000000000 6000000000000000");
    assert_true(pkt_nd_redirected(&option, &quoted));
    assert_bytes_hex(quoted, "6000000000000000");
    option = first_option(REDIRECT "0401 000000000000");
    assert_true(pkt_nd_redirected(&option, &quoted));
    assert_u32(quoted.len, 0);
    option = first_option(REDIRECT TARGET);
    assert_false(pkt_nd_redirected(&option, &quoted));
}

static void mtu_and_nonce(void **state)
{
    (void)state;
    uint32_t mtu;
    struct pkt_view nonce;
    struct pkt_option option = first_option(RA "0501 0000 000005dc");
    assert_true(pkt_nd_mtu(&option, &mtu));
    assert_u32(mtu, 1500);
    assert_false(pkt_nd_nonce(&option, &nonce));
    option = first_option(RA "0502 0000 000005dc 0000000000000000");
    assert_false(pkt_nd_mtu(&option, &mtu));
    option = first_option(NS "0e01 010203040506");
    assert_true(pkt_nd_nonce(&option, &nonce));
    assert_bytes_hex(nonce, "010203040506");
    assert_false(pkt_nd_mtu(&option, &mtu));
}

/* RFC 4191 2.3. */
static void route_information(void **state)
{
    (void)state;
    static const struct {
        const char *option;
        uint8_t len;
        int preference;
        uint32_t lifetime;
        const char *prefix;
    } routes[] = {
        {"1801 0008 00000e10",                                  0,   1,  3600,       ANY                               },
        {"1802 4018 ffffffff 20010db800000000",                 64,  -1, UINT32_MAX, "20010db8000000000000000000000000"},
        {"1803 3000 00000000 20010db80000aaaa0000000000000000", 48,  0,  0,          "20010db80000aaaa0000000000000000"},
        {"1803 8010 00000001" DB8_1,                            128, -2, 1,          DB8_1                             },
    };
    struct pkt_nd_route route;
    char body[256];
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        (void)snprintf(body, sizeof body, "%s%s", RA, routes[i].option);
        struct pkt_option option = first_option(body);
        assert_true(pkt_nd_route(&option, &route));
        assert_u32(route.len, routes[i].len);
        assert_true(route.preference == routes[i].preference);
        assert_u32(route.lifetime, routes[i].lifetime);
        expect_ip6(route.prefix, routes[i].prefix);
    }
    struct pkt_option option = first_option(RA "1801 4008 00000e10");
    assert_false(pkt_nd_route(&option, &route));
    option = first_option(RA "1804 8000 00000000" DB8_1 "0000000000000000");
    assert_false(pkt_nd_route(&option, &route));
}

/* RFC 8106 5.1. */
static void dns_servers(void **state)
{
    (void)state;
    uint32_t lifetime;
    struct pkt_view servers;
    struct pkt_ip6 server;
    struct pkt_option option = first_option(RA "1905 0000 00000e10" DB8_1 FE80_1);
    assert_true(pkt_nd_rdnss(&option, &lifetime, &servers));
    assert_u32(lifetime, 3600);
    assert_true(pkt_source_ip6(servers, 0, &server));
    expect_ip6(server, DB8_1);
    assert_true(pkt_source_ip6(servers, 1, &server));
    expect_ip6(server, FE80_1);
    assert_false(pkt_source_ip6(servers, 2, &server));
    option = first_option(RA "1901 0000 00000e10");
    assert_false(pkt_nd_rdnss(&option, &lifetime, &servers));
    option = first_option(RA "1904 0000 00000e10" DB8_1 "0000000000000000");
    assert_false(pkt_nd_rdnss(&option, &lifetime, &servers));
    option = first_option(RA "1903 0000 00000e10" DB8_1);
    assert_true(pkt_nd_rdnss(&option, &lifetime, &servers));
}

/* RFC 8106 5.2: names in labels, then zeroes to a multiple of 8. */
static void search_list(void **state)
{
    (void)state;
    uint32_t lifetime;
    struct pkt_cursor names;
    struct pkt_view labels, label;
    struct pkt_option option =
        first_option(RA "1f04 0000 000004b0 0361626303636f6d00 0a6578616d706c652e0a00 00000000");
    assert_true(pkt_nd_dnssl(&option, &lifetime, &names));
    assert_u32(lifetime, 1200);
    assert_true(pkt_nd_name_next(&names, &labels));
    struct pkt_cursor cursor = pkt_cursor_make(labels);
    assert_true(pkt_nd_label_next(&cursor, &label));
    assert_bytes_hex(label, "616263");
    assert_true(pkt_nd_label_next(&cursor, &label));
    assert_bytes_hex(label, "636f6d");
    assert_false(pkt_nd_label_next(&cursor, &label));
    assert_false(cursor.failed);
    assert_true(pkt_nd_name_next(&names, &labels)); /* one label with a dot, a newline and a zero in it */
    cursor = pkt_cursor_make(labels);
    assert_true(pkt_nd_label_next(&cursor, &label));
    assert_bytes_hex(label, "6578616d706c652e0a00");
    assert_false(pkt_nd_name_next(&names, &labels));
    assert_false(names.failed);
    option = first_option(RA "1f01 0000 000004b0"); /* no room for a name */
    assert_false(pkt_nd_dnssl(&option, &lifetime, &names));
    option = first_option(RA SOURCE);
    assert_false(pkt_nd_dnssl(&option, &lifetime, &names));
}

/* An option that nobody knows has whatever length it states (RFC 4861 4.6, 6.1.2). */
static void unknown_options(void **state)
{
    (void)state;
    struct pkt_view address;
    struct pkt_option option = first_option(RA "fd02 0102030405060708090a0b0c0d0e");
    assert_u32(option.data.len, 14);
    assert_false(pkt_nd_link_address(&option, &address));
    pkt_diagnose(&packet);
    assert_no_diagnoses(&packet);
}

static void hostile_names(void **state)
{
    (void)state;
    static const struct {
        const char *area;
        unsigned names;
        bool failed;
    } cases[] = {
        {"0361626300000000", 1, false},
        {"0000000000000000", 0, false},
        {"0161000162000000", 2, false},
        {"3f61626300000000", 0, true }, /* a label past the end */
        {"c000000000000000", 0, true }, /* a compression pointer */
        {"4061626300000000", 0, true }, /* 64 octets */
        {"0761626364656667", 0, true }, /* no root */
        {"01610061ffffffff", 1, true },
    };
    char body[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t lifetime;
        struct pkt_cursor names;
        struct pkt_view labels;
        unsigned n = 0;
        (void)snprintf(body, sizeof body, "%s1f02 0000 00000e10 %s", RA, cases[i].area);
        struct pkt_option option = first_option(body);
        assert_true(pkt_nd_dnssl(&option, &lifetime, &names));
        while (pkt_nd_name_next(&names, &labels))
            n++;
        assert_u32(n, cases[i].names);
        assert_true(names.failed == cases[i].failed);
    }
}

/* What a router quotes it has counted down, and what a fragment holds is not the whole. */
static void parts_are_not_judged(void **state)
{
    (void)state;
    struct message_spec quoting = {.body = "0300 0000 00000000 6000000000183afe" FE80_1 DB8_1 NS,
                                   .dst = "2001:db8::1",
                                   .src = "2001:db8::2"};
    frame = nd_frame(&quoting);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    expect_rows(&packet, "eth ipv6 icmpv6 ipv6.Q icmpv6.Q");
    pkt_diagnose(&packet);
    assert_lacks_diagnosis(&packet, PKT_D_ND_HOP_LIMIT);
    frame_free(frame);
    struct message_spec first = {.body = "8700 0000 00000000 20010db800000000",
                                 .dst = "ff02::1:ff00:1",
                                 .options = "3a00 0001 00000001",
                                 .edit = "20:2c"};
    frame = nd_frame(&first);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    assert_only_diagnosis(&packet, PKT_D_ND_FRAGMENT);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test_teardown(fields_of_messages, close_frame),
        cmocka_unit_test_teardown(options_start_behind_each_type, close_frame),
        cmocka_unit_test_teardown(link_addresses, close_frame),
        cmocka_unit_test_teardown(prefix_information, close_frame),
        cmocka_unit_test_teardown(redirected_header, close_frame),
        cmocka_unit_test_teardown(mtu_and_nonce, close_frame),
        cmocka_unit_test_teardown(route_information, close_frame),
        cmocka_unit_test_teardown(dns_servers, close_frame),
        cmocka_unit_test_teardown(search_list, close_frame),
        cmocka_unit_test_teardown(unknown_options, close_frame),
        cmocka_unit_test_teardown(hostile_names, close_frame),
        cmocka_unit_test_teardown(parts_are_not_judged, close_frame),
    };
    return run_rule_cases("nd", rules, sizeof rules / sizeof *rules, others, sizeof others / sizeof *others);
}
