/*
 * Builders of MLD messages and of router discovery in ICMPv6: the golden messages byte for byte, counts,
 * codes, mistakes on purpose.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/pkt.h"
#include "support/assert_pkt.h"
#include "support/capture_frames.h"

enum { MESSAGE = 48 }; /* behind an IPv6 header with a hop-by-hop header */

static uint8_t buffer[4096];
static struct pkt_build build;

static const struct pkt_ip6 ff15_1 = {
    {0xff, 0x15, [15] = 1}
};
static const struct pkt_ip6 ff3e_1 = {
    {0xff, 0x3e, [15] = 1}
};
static const struct pkt_ip6 db8_1 = {
    {0x20, 1, 0x0d, 0xb8, [15] = 1}
};

/* The header of the golden frames, from fe80::a; the message follows. */
static void put_header(uint8_t type, struct pkt_ip6 group)
{
    struct pkt_ipv6_spec ip = {.src = {{0xfe, 0x80, [15] = 10}}};
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    assert_true(pkt_mld_envelope(type, group, &ip));
    pkt_build_ipv6(&build, &ip);
    pkt_build_ipv6_hopopts(&build);
    pkt_build_ipv6_router_alert(&build, 0);
}

static struct pkt_view finish(void)
{
    struct pkt_view packet = {NULL, 0};
    assert_int_equal(pkt_build_finish(&build, &packet), PKT_BUILD_OK);
    return packet;
}

static void expect_golden(unsigned index)
{
    struct frame golden = capture_frame("igmp-mld-golden.pcap", index);
    assert_bytes_equal(finish(), pkt_view_from(pkt_view_make(golden.bytes, golden.len), 14));
    frame_free(golden);
}

static void test_golden_version_1(void **state)
{
    (void)state;
    put_header(PKT_ICMP6_MLD_QUERY, (struct pkt_ip6){{0}});
    pkt_build_mld1(&build, NULL);
    expect_golden(9);
    put_header(PKT_ICMP6_MLD1_REPORT, ff15_1);
    pkt_build_mld1(&build, &(struct pkt_mld1_spec){.type = PKT_ICMP6_MLD1_REPORT, .group = ff15_1});
    expect_golden(10);
    put_header(PKT_ICMP6_MLD1_DONE, ff15_1);
    pkt_build_mld1(&build, &(struct pkt_mld1_spec){.type = PKT_ICMP6_MLD1_DONE, .group = ff15_1});
    expect_golden(11);
}

static void test_golden_version_2(void **state)
{
    (void)state;
    put_header(PKT_ICMP6_MLD_QUERY, (struct pkt_ip6){{0}});
    pkt_build_mld2_query(&build, NULL);
    expect_golden(12);

    put_header(PKT_ICMP6_MLD_QUERY, ff3e_1);
    pkt_build_mld2_query(&build, &(struct pkt_mld2_query_spec){.group = ff3e_1,
                                                               .max_response_ms = 32783, /* 32776 is a code */
                                                               .query_interval_s = 256});
    pkt_build_mld2_source(&build, db8_1);
    expect_golden(13);

    put_header(PKT_ICMP6_MLD2_REPORT, (struct pkt_ip6){{0}});
    pkt_build_mld2_report(&build);
    pkt_build_mld2_record(&build, &(struct pkt_mld2_record_spec){.type = PKT_RECORD_TO_EX, .group = ff15_1});
    pkt_build_mld2_record(
        &build, &(struct pkt_mld2_record_spec){
                    .type = PKT_RECORD_ALLOW, .group = ff3e_1, .sources = &db8_1, .source_count = 1});
    expect_golden(14);
}

/* Maximum response code, and S, QRV and QQIC. */
static void test_codes(void **state)
{
    /* clang-format off */
    static const struct {
        struct pkt_mld2_query_spec spec;
        const char *hex;
    } cases[] = {
        {{.max_response_ms = 32767},                 "7fff 027d"},
        {{.max_response_ms = 65535},                 "8fff 027d"},
        {{.max_response_ms = 65536},                 "9000 027d"},
        {{.max_response_ms = 8387584},               "ffff 027d"},
        {{.max_response_code = 0x8000},              "8000 027d"},
        {{.group = {{0xff, 0x15, [15] = 1}}},        "03e8 027d"},
        {{.query_interval_s = 31744, .robustness = 7, .suppress = true}, "2710 0fff"},
        {{.qqic = 1, .robustness = 9},               "2710 0001"},
    };
    /* clang-format on */
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_header(PKT_ICMP6_MLD_QUERY, cases[i].spec.group);
        pkt_build_mld2_query(&build, &cases[i].spec);
        struct pkt_view message = pkt_view_from(finish(), MESSAGE);
        uint8_t found[] = {message.ptr[4], message.ptr[5], message.ptr[24], message.ptr[25]};
        assert_bytes_hex(pkt_view_make(found, sizeof found), cases[i].hex);
    }
}

static void test_counts_by_hand(void **state)
{
    (void)state;
    put_header(PKT_ICMP6_MLD2_REPORT, (struct pkt_ip6){{0}});
    pkt_build_mld2_report(&build);
    unsigned row = pkt_build_last(&build);
    pkt_build_mld2_record(&build, &(struct pkt_mld2_record_spec){.type = 4, .group = ff15_1});
    pkt_build_set_bits(&build, row, 48, 16, 7);
    pkt_build_set_bits(&build, row, 16, 16, 0xbeef);
    assert_bytes_hex(pkt_view_clip(finish(), MESSAGE, 12), "8f00 beef 0000 0007 0400 0000");

    put_header(PKT_ICMP6_MLD_QUERY, ff15_1);
    pkt_build_mld2_query(&build, &(struct pkt_mld2_query_spec){.group = ff15_1});
    pkt_build_mld2_source(&build, db8_1);
    pkt_build_set_bits(&build, pkt_build_last(&build), 208, 16, 0x1234);
    assert_bytes_hex(pkt_view_clip(finish(), MESSAGE + 24, 4), "027d 1234");
}

/* Router discovery in ICMPv6; the header's rules too (RFC 4286 3). */
static void test_mrd(void **state)
{
    static const struct {
        uint8_t type;
        uint8_t dst; /* last byte of ff02:: */
        const char *hex;
    } messages[] = {
        {PKT_ICMP6_MRD_ADVERTISEMENT, 0x6a, "9714 0000 007d 0002"},
        {PKT_ICMP6_MRD_SOLICITATION,  2,    "9800 0000"          },
        {PKT_ICMP6_MRD_TERMINATION,   0x6a, "9900 0000"          },
    };
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct pkt_packet packet;
        struct frame frame;
        put_header(messages[i].type, (struct pkt_ip6){{0}});
        pkt_build_icmp6_mrd(
            &build, &(struct pkt_mrd_spec){.message = (uint8_t)i, .query_interval_s = 125, .robustness = 2});
        struct pkt_view bytes = finish();
        assert_u32(pkt_u8(bytes, 39), messages[i].dst);
        packet_from_bytes(bytes.ptr, bytes.len, PKT_LINKTYPE_RAW, &frame, &packet);
        assert_no_diagnoses(&packet);
        assert_int_equal(pkt_checksum_verify(&packet, 2).state, PKT_CHECKSUM_OK);
        frame.bytes[MESSAGE + 2] = frame.bytes[MESSAGE + 3] = 0; /* the checksum was looked at */
        assert_bytes_hex(pkt_view_from(pkt_view_make(frame.bytes, frame.len), MESSAGE), messages[i].hex);
        frame_free(frame);
    }
}

static int error_of(void)
{
    struct pkt_view packet;
    return pkt_build_finish(&build, &packet);
}

static void test_errors(void **state)
{
    (void)state;
    put_header(PKT_ICMP6_MLD_QUERY, ff15_1);
    pkt_build_mld1(&build, NULL); /* a v1 query has no sources */
    pkt_build_mld2_source(&build, db8_1);
    assert_int_equal(error_of(), PKT_BUILD_E_ORDER);

    put_header(PKT_ICMP6_MLD_QUERY, ff15_1);
    pkt_build_mld2_query(&build, NULL);
    pkt_build_mld2_record(&build, &(struct pkt_mld2_record_spec){.type = 1});
    assert_int_equal(error_of(), PKT_BUILD_E_ORDER);

    put_header(PKT_ICMP6_MLD_QUERY, ff15_1);
    pkt_build_mld2_query(&build, &(struct pkt_mld2_query_spec){.max_response_ms = 8387585});
    assert_int_equal(error_of(), PKT_BUILD_E_RANGE);

    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_mld2_report(&build); /* no IPv6 header for its checksum */
    assert_int_equal(error_of(), PKT_BUILD_E_ORDER);
}

static void test_envelope(void **state)
{
    struct pkt_ipv6_spec ip6 = {.hop_limit = 99};
    struct pkt_ipv4_spec ip4 = {.ttl = 99};
    (void)state;
    assert_false(pkt_mld_envelope(PKT_ICMP6_ECHO_REQUEST, ff15_1, &ip6));
    assert_int_equal(ip6.hop_limit, 99);
    assert_false(pkt_igmp_envelope(PKT_IGMP_DVMRP,
                                   (struct pkt_ip4){
                                       {239, 1, 1, 1}
    },
                                   &ip4));
    assert_int_equal(ip4.ttl, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_version_1),
        cmocka_unit_test(test_golden_version_2),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_counts_by_hand),
        cmocka_unit_test(test_mrd),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_envelope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
