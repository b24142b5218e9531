/* Filters: what they see through, what keeps tcpdump's meaning, and named ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pkt/filter.h"
#include "pkt/packet.h"
#include "pkt/sink.h"

/* An Ethernet frame: ICMP echo request, 192.0.2.1 to 192.0.2.2, untagged. */
static const uint8_t icmp_plain[] = {
    0x02, 0, 0,    0,    0, 2, 0x02, 0, 0,  0, 0,    1,    0x08, 0x00,                     /* Ethernet */
    0x45, 0, 0,    28,   0, 0, 0,    0, 64, 1, 0xf6, 0xdc, 192,  0,    2, 1, 192, 0, 2, 2, /* IPv4 */
    8,    0, 0xf7, 0xfe, 0, 1, 0,    0,                                                    /* ICMP */
};

/* The same with an 802.1ad and an 802.1Q tag. */
static const uint8_t icmp_qinq[] = {
    0x02, 0,    0,    0,    0,    2,    0x02, 0, 0,  0, 0,    1,    0x88, 0xa8, 0x00, 0x64, 0x81,
    0x00, 0x00, 0x0a, 0x08, 0x00, 0x45, 0,    0, 28, 0, 0,    0,    0,    64,   1,    0xf6, 0xdc,
    192,  0,    2,    1,    192,  0,    2,    2, 8,  0, 0xf7, 0xfe, 0,    1,    0,    0,
};

/* MLDv1 report for ff15::1 behind a hop-by-hop header with Router Alert. */
static const uint8_t mld_report[] = {
    0x33, 0x33, 0,    0,    0,    1,    0x02, 0, 0,   0, 0,    0x0a, 0x86, 0xdd, 0x60, 0, 0,    0,
    0,    32,   0,    1,    0xfe, 0x80, 0,    0, 0,   0, 0,    0,    0,    0,    0,    0, 0,    0,
    0,    0x0a, 0xff, 0x15, 0,    0,    0,    0, 0,   0, 0,    0,    0,    0,    0,    0, 0,    1,
    58,   0,    5,    2,    0,    0,    1,    0, 131, 0, 0x7e, 0xc5, 0,    0,    0,    0, 0xff, 0x15,
    0,    0,    0,    0,    0,    0,    0,    0, 0,   0, 0,    0,    0,    1,
};

/* UDP in the second fragment of a train: its bytes look like nothing. */
static const uint8_t later_fragment[] = {
    0x60, 0, 0,  0, 0,    16,   44,   64, 0xfe, 0x80, 0, 0,  0, 0,  0, 0, 0, 0, 0,
    0,    0, 0,  0, 1,    0xfe, 0x80, 0,  0,    0,    0, 0,  0, 0,  0, 0, 0, 0, 0,
    0,    2, 17, 0, 0x00, 0x08, 0,    0,  0,    1,    0, 53, 0, 53, 0, 8, 0, 0,
};

static struct pkt_filter *compile(const char *expression, uint16_t linktype, unsigned flags)
{
    struct pkt_filter *filter = NULL;
    struct pkt_error error = {0};
    int result = pkt_filter_compile(expression, linktype, flags, &filter, &error);
    if (result != 0)
        fail_msg("%s: %s", expression, error.sentence);
    return filter;
}

static int match(const char *expression, unsigned flags, uint16_t linktype, const void *bytes, size_t len)
{
    struct pkt_filter *filter = compile(expression, linktype, flags);
    struct pkt_error error = {0};
    int result = pkt_filter_match(filter, pkt_view_make(bytes, len), (uint32_t)len, linktype, &error);
    pkt_filter_free(filter);
    return result;
}

#define MATCH(expression, flags, frame) match(expression, flags, PKT_LINKTYPE_ETHERNET, frame, sizeof frame)

static void sees_through_tags(void **state)
{
    (void)state;
    assert_int_equal(MATCH("icmp", 0, icmp_plain), 1);
    assert_int_equal(MATCH("icmp", 0, icmp_qinq), 1);
    assert_int_equal(MATCH("icmp", PKT_FILTER_STRICT, icmp_qinq), 0);
    assert_int_equal(MATCH("not icmp", 0, icmp_qinq), 0);
    assert_int_equal(MATCH("host 192.0.2.2 and icmp[icmptype] = icmp-echo", 0, icmp_qinq), 1);
    assert_int_equal(MATCH("udp", 0, icmp_qinq), 0);
}

static void sees_through_extension_headers(void **state)
{
    (void)state;
    assert_int_equal(MATCH("icmp6", 0, mld_report), 1);
    assert_int_equal(MATCH("icmp6", PKT_FILTER_STRICT, mld_report), 0);
    assert_int_equal(MATCH("ip6 and not icmp6", 0, mld_report), 0);
    assert_int_equal(MATCH("tcp or udp", 0, mld_report), 0);
}

static void keeps_later_fragments(void **state)
{
    (void)state;
    assert_int_equal(match("udp port 53", 0, PKT_LINKTYPE_RAW, later_fragment, sizeof later_fragment), 0);
    assert_int_equal(match("ip6", 0, PKT_LINKTYPE_RAW, later_fragment, sizeof later_fragment), 1);
    /* With offset 0 the same bytes are a UDP header. */
    uint8_t first[sizeof later_fragment];
    memcpy(first, later_fragment, sizeof first);
    first[43] = 0x01;
    assert_int_equal(match("udp port 53", 0, PKT_LINKTYPE_RAW, first, sizeof first), 1);
}

static void keeps_tcpdumps_meaning(void **state)
{
    (void)state;
    static const struct {
        const char *expression;
        bool sees_through;
    } rows[] = {
        {"icmp",                                true },
        {"vlan 10 and icmp",                    false},
        {"ip6 protochain 58",                   false},
        {"ip6[6] = 0",                          false},
        {"ether [12:2] = 0x800",                false},
        {"ether host 02:00:00:00:00:01",        true },
        {"ip[8] = 64",                          true },
        {"ether proto 0x0800",                  true },
        {"link[0] = 2",                         false},
        {"",                                    true },
        {"ether src 02:00:00:00:00:01 and ip6", true },
        {"ip6 proto 44",                        false},
        {"ether proto 0x8100",                  false},
        {"ah",                                  false},
        {"ip6 proto 58",                        true },
        {"ip proto 0x33",                       false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pkt_filter *filter = compile(rows[i].expression, PKT_LINKTYPE_ETHERNET, 0);
        if (pkt_filter_sees_through(filter) != rows[i].sees_through)
            fail_msg("%s", rows[i].expression);
        pkt_filter_free(filter);
    }
    assert_int_equal(MATCH("vlan 100 and vlan 10 and icmp", 0, icmp_qinq), 1);
    assert_int_equal(MATCH("ip6[6] = 0", 0, mld_report), 1);
}

static void named_filters(void **state)
{
    (void)state;
    assert_int_equal(MATCH("mld", 0, mld_report), 1);
    assert_int_equal(MATCH("mld", PKT_FILTER_STRICT, mld_report), 1);
    assert_int_equal(MATCH("not mld", 0, mld_report), 0);
    assert_int_equal(MATCH("mld", 0, icmp_plain), 0);
    assert_int_equal(MATCH("multicast-control", 0, mld_report), 1);
    assert_int_equal(MATCH("multicast-control and src host fe80::a", PKT_FILTER_STRICT, mld_report), 1);
    assert_int_equal(MATCH("multicast-control or icmp", 0, icmp_plain), 1);
}

static void link_types_without_a_header(void **state)
{
    (void)state;
    assert_int_equal(match("icmp", 0, PKT_LINKTYPE_RAW, icmp_plain + 14, sizeof icmp_plain - 14), 1);
    assert_int_equal(match("icmp6", 0, PKT_LINKTYPE_RAW, mld_report + 14, sizeof mld_report - 14), 1);
    assert_int_equal(
        match("icmp6", PKT_FILTER_STRICT, PKT_LINKTYPE_RAW, mld_report + 14, sizeof mld_report - 14), 0);
    assert_int_equal(match("icmp6", 0, PKT_LINKTYPE_IPV6, mld_report + 14, sizeof mld_report - 14), 1);
}

/* BSD loopback: every system's number of IPv6, in both byte orders, as a file may have them. */
static void loopback_families(void **state)
{
    (void)state;
    static const uint8_t families[][4] = {
        {30, 0, 0, 0 },
        {24, 0, 0, 0 },
        {28, 0, 0, 0 },
        {0,  0, 0, 30},
        {0,  0, 0, 24}
    };
    uint8_t frame[4 + sizeof mld_report - 14];
    memcpy(frame + 4, mld_report + 14, sizeof mld_report - 14);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        memcpy(frame, families[i], 4);
        assert_int_equal(match("ip6", 0, PKT_LINKTYPE_NULL, frame, sizeof frame), 1);
        assert_int_equal(match("ip", 0, PKT_LINKTYPE_NULL, frame, sizeof frame), 0);
        assert_int_equal(match("icmp6", 0, PKT_LINKTYPE_NULL, frame, sizeof frame), 1);
    }
    memcpy(frame, families[3], 4);
    assert_int_equal(match("ip6", 0, PKT_LINKTYPE_LOOP, frame, sizeof frame), 1);
}

/* What only a kernel knows is refused, not answered with silence. */
static void refuses_what_a_file_cannot_say(void **state)
{
    (void)state;
    static const char *const expressions[] = {"inbound", "outbound", "ifindex 3"};
    for (size_t i = 0; i < 3; i++) {
        struct pkt_filter *filter = NULL;
        struct pkt_error error = {0};
        assert_int_equal(pkt_filter_compile(expressions[i], PKT_LINKTYPE_ETHERNET, 0, &filter, &error),
                         PKT_E_ARGUMENT);
    }
}

/* The same filter serves a file whose link types change. */
static void several_link_types(void **state)
{
    (void)state;
    struct pkt_filter *filter = compile("icmp", PKT_LINKTYPE_ETHERNET, 0);
    struct pkt_error error = {0};
    struct pkt_view ethernet = pkt_view_make(icmp_plain, sizeof icmp_plain);
    struct pkt_view raw = pkt_view_from(ethernet, 14);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(pkt_filter_match(filter, ethernet, 42, PKT_LINKTYPE_ETHERNET, &error), 1);
        assert_int_equal(pkt_filter_match(filter, raw, 28, PKT_LINKTYPE_RAW, &error), 1);
        assert_int_equal(pkt_filter_match(filter, raw, 28, PKT_LINKTYPE_ETHERNET, &error), 0);
    }
    pkt_filter_free(filter);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    struct pkt_filter *filter = NULL;
    struct pkt_error error = {0};
    assert_int_equal(pkt_filter_compile("icmp and and", PKT_LINKTYPE_ETHERNET, 0, &filter, &error),
                     PKT_E_ARGUMENT);
    assert_null(filter);
    assert_non_null(strstr(error.sentence, "syntax error"));
}

/* The headers that remain are put right: type, next header, payload length; the rest is the frame's. */
static void strips_exactly(void **state)
{
    (void)state;
    uint8_t scratch[sizeof mld_report];
    size_t len;
    struct pkt_view frame = pkt_view_make(icmp_qinq, sizeof icmp_qinq);
    assert_true(pkt_filter_strip(frame, PKT_LINKTYPE_ETHERNET, scratch, &len));
    assert_int_equal(len, sizeof icmp_plain);
    assert_memory_equal(scratch, icmp_plain, len);
    frame = pkt_view_make(mld_report, sizeof mld_report);
    assert_true(pkt_filter_strip(frame, PKT_LINKTYPE_ETHERNET, scratch, &len));
    assert_int_equal(len, sizeof mld_report - 8);
    assert_int_equal(scratch[14 + 6], 58);
    assert_int_equal(scratch[14 + 5], 24);
    assert_memory_equal(scratch + 54, mld_report + 62, 24);
    frame = pkt_view_make(icmp_plain, sizeof icmp_plain);
    assert_false(pkt_filter_strip(frame, PKT_LINKTYPE_ETHERNET, scratch, &len));
}

/* Every prefix, in a block of its exact size: a sanitizer sees a read or write past it. */
static void strips_any_prefix(void **state)
{
    (void)state;
    for (size_t len = 0; len <= sizeof icmp_qinq + sizeof mld_report; len++) {
        const uint8_t *from = len <= sizeof icmp_qinq ? icmp_qinq : mld_report;
        size_t cut = len <= sizeof icmp_qinq ? len : len - sizeof icmp_qinq;
        uint8_t *bytes = malloc(cut > 0 ? cut : 1);
        uint8_t *scratch = malloc(cut > 0 ? cut : 1);
        memcpy(bytes, from, cut);
        size_t stripped = 0;
        if (pkt_filter_strip(pkt_view_make(bytes, cut), PKT_LINKTYPE_ETHERNET, scratch, &stripped))
            assert_true(stripped < cut);
        free(bytes);
        free(scratch);
    }
}

static void prints_the_program(void **state)
{
    (void)state;
    char text[PKT_SINK_ROOM];
    struct pkt_sink_buffer buffer;
    struct pkt_filter *filter = compile("ip", PKT_LINKTYPE_ETHERNET, 0);
    pkt_sink_buffer_init(&buffer, text, sizeof text);
    pkt_filter_print(filter, PKT_FILTER_DECIMAL, &buffer.sink);
    pkt_filter_print(filter, PKT_FILTER_C, &buffer.sink);
    pkt_filter_print(filter, PKT_FILTER_ASSEMBLER, &buffer.sink);
    text[pkt_sink_buffer_len(&buffer)] = '\0';
    /* As tcpdump -ddd, -dd and -d print it. */
    assert_string_equal(text, "4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0\n"
                              "{ 0x28, 0, 0, 0x0000000c },\n{ 0x15, 0, 1, 0x00000800 },\n"
                              "{ 0x6, 0, 0, 0x00040000 },\n{ 0x6, 0, 0, 0x00000000 },\n"
                              "(000) ldh      [12]\n(001) jeq      #0x800           jt 2\tjf 3\n"
                              "(002) ret      #262144\n(003) ret      #0\n");
    pkt_filter_free(filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_through_tags),
        cmocka_unit_test(sees_through_extension_headers),
        cmocka_unit_test(keeps_later_fragments),
        cmocka_unit_test(keeps_tcpdumps_meaning),
        cmocka_unit_test(named_filters),
        cmocka_unit_test(link_types_without_a_header),
        cmocka_unit_test(several_link_types),
        cmocka_unit_test(loopback_families),
        cmocka_unit_test(refuses_what_a_file_cannot_say),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(strips_exactly),
        cmocka_unit_test(strips_any_prefix),
        cmocka_unit_test(prints_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
