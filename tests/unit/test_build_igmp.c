/*
 * Builders of IGMP messages: the golden frames byte for byte, counts, defaults, mistakes on purpose.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/pkt.h"
#include "support/assert_pkt.h"
#include "support/capture_frames.h"

static uint8_t buffer[4096];
static struct pkt_build build;

static struct pkt_ip4 ip4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    return (struct pkt_ip4){
        {a, b, c, d}
    };
}

/* The header of the golden frames: from 192.0.2.10. */
static void put_header(struct pkt_ip4 dst)
{
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_ethernet(
        &build, &(struct pkt_ethernet_spec){.dst = pkt_mac_of_ip4_group(dst), .src = {{2, 0, 0, 0, 0, 10}}});
    pkt_build_ipv4(&build,
                   &(struct pkt_ipv4_spec){
                       .src = ip4(192, 0, 2, 10), .dst = dst, .ttl = 1, .tos = 0xc0, .dont_fragment = true});
    pkt_build_ipv4_router_alert(&build, 0);
}

static struct pkt_view finish(void)
{
    struct pkt_view frame = {NULL, 0};
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_OK);
    return frame;
}

static void expect_golden(unsigned index)
{
    struct frame golden = capture_frame("igmp-mld-golden.pcap", index);
    assert_bytes_equal(finish(), pkt_view_make(golden.bytes, golden.len));
    frame_free(golden);
}

/* clang-format off */
static const struct {
    struct pkt_igmp_spec spec;
    struct pkt_ip4 dst;
} old_messages[] = {
    {{.code = 0},                                                     {{224, 0, 0, 1}}},
    {{.type = PKT_IGMP_V1_REPORT, .group = {{239, 1, 1, 1}}},         {{239, 1, 1, 1}}},
    {{.code = 100},                                                   {{224, 0, 0, 1}}},
    {{.code = 10, .group = {{239, 1, 1, 1}}},                         {{239, 1, 1, 1}}},
    {{.type = PKT_IGMP_V2_REPORT, .group = {{239, 1, 1, 1}}},         {{239, 1, 1, 1}}},
    {{.type = PKT_IGMP_V2_LEAVE, .group = {{239, 1, 1, 1}}},          {{224, 0, 0, 2}}},
};
/* clang-format on */

static void test_golden_old(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof old_messages / sizeof *old_messages; i++) {
        put_header(old_messages[i].dst);
        pkt_build_igmp(&build, &old_messages[i].spec);
        expect_golden(i);
    }
}

static void test_golden_queries(void **state)
{
    (void)state;
    put_header(ip4(224, 0, 0, 1));
    pkt_build_igmp3_query(&build, NULL);
    expect_golden(6);

    put_header(ip4(232, 1, 1, 1));
    pkt_build_igmp3_query(&build, &(struct pkt_igmp3_query_spec){.group = {{232, 1, 1, 1}},
                                                                 .max_response_ds = 257, /* 256 is a code */
                                                                 .query_interval_s = 31744,
                                                                 .robustness = 7,
                                                                 .suppress = true});
    pkt_build_igmp3_source(&build, ip4(198, 51, 100, 1));
    pkt_build_igmp3_source(&build, ip4(198, 51, 100, 2));
    expect_golden(7);
}

/* clang-format off */
static const struct pkt_ip4 sources[] = {
    {{198, 51, 100, 1}},
    {{198, 51, 100, 2}},
    {{198, 51, 100, 3}},
};
/* clang-format on */

static void test_golden_report(void **state)
{
    /* clang-format off */
    static const struct pkt_igmp3_record_spec records[] = {
        {.type = PKT_RECORD_IS_IN, .group = {{232, 1, 1, 1}}, .sources = sources, .source_count = 1},
        {.type = PKT_RECORD_IS_EX, .group = {{239, 1, 1, 1}}},
        {.type = PKT_RECORD_TO_IN, .group = {{239, 1, 1, 2}}},
        {.type = PKT_RECORD_TO_EX, .group = {{239, 1, 1, 3}}},
        {.type = PKT_RECORD_ALLOW, .group = {{232, 1, 1, 4}}, .sources = sources, .source_count = 2},
        {.type = PKT_RECORD_BLOCK, .group = {{232, 1, 1, 5}}, .sources = sources + 2, .source_count = 1},
    };
    /* clang-format on */
    (void)state;
    put_header(ip4(224, 0, 0, 22));
    pkt_build_igmp3_report(&build);
    for (unsigned i = 0; i < 6; i++)
        pkt_build_igmp3_record(&build, &records[i]);
    expect_golden(8);
}

/* Codes of every time that the float holds exactly, and of those between: the next lower (RFC 9776 8.8). */
static void test_times(void **state)
{
    /* clang-format off */
    static const struct {
        struct pkt_igmp3_query_spec spec;
        const char *hex; /* code, and S, QRV and QQIC */
    } cases[] = {
        {{.max_response_ds = 130},                                 "80 027d"},
        {{.max_response_ds = 1000},                                "af 027d"},
        {{.max_response_ds = 31744},                               "ff 027d"},
        {{.max_response_code = 0x90},                              "90 027d"},
        {{.max_response_ds = 40000, .max_response_code = 1},       "01 027d"},
        {{.group = {{239, 1, 1, 1}}},                              "0a 027d"},
        {{.query_interval_s = 260},                                "64 0290"},
        {{.qqic = 0xff},                                           "64 02ff"},
        {{.robustness = 1},                                        "64 017d"},
        {{.robustness = 8, .suppress = true},                      "64 087d"},
    };
    /* clang-format on */
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        pkt_build_init(&build, buffer, sizeof buffer, 0);
        pkt_build_igmp3_query(&build, &cases[i].spec);
        struct pkt_view message = finish();
        uint8_t found[] = {message.ptr[1], message.ptr[8], message.ptr[9]};
        assert_bytes_hex(pkt_view_make(found, 3), cases[i].hex);
    }
}

/* Messages with fields by hand: checksum by another hand, from the reference list and tcpdump's bytes. */
static void test_counts_by_hand(void **state)
{
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp3_report(&build);
    pkt_build_igmp3_record(&build, &(struct pkt_igmp3_record_spec){.type = 4, .group = {{239, 1, 1, 1}}});
    pkt_build_set_bits(&build, 0, 48, 16, 5);                          /* records */
    pkt_build_set_bits(&build, 0, build.row[0].item * 8U + 16, 16, 9); /* sources of the record */
    assert_bytes_hex(finish(), "2200 e9ee 0000 0005 0400 0009 ef010101");

    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp3_query(&build, NULL);
    pkt_build_igmp3_source(&build, sources[0]);
    pkt_build_set_bits(&build, 0, 80, 16, 0);
    pkt_build_set_bits(&build, 0, 16, 16, 0xbeef);
    assert_bytes_hex(finish(), "1164 beef 00000000 027d 0000 c6336401");
}

static void test_aux(void **state)
{
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp3_report(&build);
    pkt_build_igmp3_record(&build, &(struct pkt_igmp3_record_spec){.type = 1,
                                                                   .group = {{232, 1, 1, 1}},
                                                                   .sources = sources,
                                                                   .source_count = 1,
                                                                   .aux = pkt_view_make("AUXDATA!", 8)});
    assert_bytes_hex(pkt_view_from(finish(), 4), "0000 0001 0102 0001 e8010101 c6336401 4155584441544121");
}

static void test_mrd(void **state)
{
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp_mrd(&build, &(struct pkt_mrd_spec){.query_interval_s = 125, .robustness = 2});
    assert_bytes_hex(finish(), "3014 cf6c 007d 0002");
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp_mrd(&build, &(struct pkt_mrd_spec){.message = PKT_MRD_SOLICITATION});
    assert_bytes_hex(finish(), "3100 ceff");
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp_mrd(&build, &(struct pkt_mrd_spec){.message = PKT_MRD_TERMINATION});
    assert_bytes_hex(finish(), "3200 cdff");
}

static int error_of(void)
{
    struct pkt_view packet;
    return pkt_build_finish(&build, &packet);
}

static void test_errors(void **state)
{
    static const struct pkt_igmp3_record_spec odd_aux = {
        .type = 1, .aux = {(const uint8_t *)"abc", 3}
    };
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp3_source(&build, sources[0]); /* to nothing */
    assert_int_equal(error_of(), PKT_BUILD_E_ORDER);

    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp3_report(&build);
    pkt_build_payload(&build, pkt_view_make("end", 3));
    pkt_build_igmp3_record(&build, &(struct pkt_igmp3_record_spec){.type = 1});
    assert_int_equal(error_of(), PKT_BUILD_E_ORDER);

    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp(&build, NULL); /* a v1 query has no sources */
    pkt_build_igmp3_source(&build, sources[0]);
    assert_int_equal(error_of(), PKT_BUILD_E_ORDER);

    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp3_query(&build, NULL);
    pkt_build_igmp3_record(&build, &(struct pkt_igmp3_record_spec){.type = 1});
    assert_int_equal(error_of(), PKT_BUILD_E_ORDER);

    pkt_build_init(&build, NULL, 0, 0); /* measuring finds the same mistakes */
    pkt_build_igmp3_report(&build);
    pkt_build_igmp3_record(&build, &(struct pkt_igmp3_record_spec){.type = 1});
    pkt_build_igmp3_source(&build, sources[0]);
    assert_int_equal(error_of(), PKT_BUILD_E_ORDER);

    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp3_report(&build);
    pkt_build_igmp3_record(&build, &odd_aux);
    assert_int_equal(error_of(), PKT_BUILD_E_RANGE);

    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp3_query(&build, &(struct pkt_igmp3_query_spec){.max_response_ds = 31745});
    assert_int_equal(error_of(), PKT_BUILD_E_RANGE);

    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp3_query(&build, &(struct pkt_igmp3_query_spec){.query_interval_s = 31745});
    assert_int_equal(error_of(), PKT_BUILD_E_RANGE);

    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_igmp_mrd(&build, &(struct pkt_mrd_spec){.message = 3});
    assert_int_equal(error_of(), PKT_BUILD_E_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_old),
        cmocka_unit_test(test_golden_queries),
        cmocka_unit_test(test_golden_report),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_counts_by_hand),
        cmocka_unit_test(test_aux),
        cmocka_unit_test(test_mrd),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
