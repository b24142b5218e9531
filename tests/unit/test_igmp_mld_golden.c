/*
 * The frames of captures/igmp-mld-golden.pcap: each value of each frame against what was meant when it was
 * written. The expectations are written by hand from the description of the frames, none is taken from a
 * decoder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/assert_pkt.h"
#include <stdio.h>

enum {
    GOLDEN_FRAMES = 15,
    FILE_HEADER = 24, /* of a pcap file, big-endian here */
    RECORD_HEADER = 16,
};

static uint8_t file[8192];
static size_t file_len;

static int read_golden(void **state)
{
    (void)state;
    const char *root = getenv("PKT_SOURCE_DIR");
    char path[4096];
    if (root == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/captures/igmp-mld-golden.pcap", root);
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return -1;
    file_len = fread(file, 1, sizeof file, f);
    return fclose(f) == 0 && file_len > FILE_HEADER ? 0 : -1;
}

/* Frame number index, counted from 0, in a block of its own. */
static struct frame golden(unsigned index)
{
    struct pkt_view view = pkt_view_make(file, file_len);
    size_t off = FILE_HEADER;
    assert_u32(pkt_u32(view, 0), 0xa1b2c3d4);
    assert_u32(pkt_u32(view, 20), PKT_LINKTYPE_ETHERNET);
    while (index-- > 0)
        off += RECORD_HEADER + pkt_u32(view, off + 8);
    assert_true(pkt_view_has(view, off + RECORD_HEADER, pkt_u32(view, off + 8)));
    return frame_copy(file + off + RECORD_HEADER, pkt_u32(view, off + 8));
}

static struct pkt_packet packet;
static struct frame frame;

static int close_frame(void **state)
{
    (void)state;
    frame_free(frame);
    frame = (struct frame){NULL, 0};
    return 0;
}

static void expect_ip4(struct pkt_ip4 address, uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    const uint8_t expected[] = {a, b, c, d};
    assert_bytes_equal(pkt_view_make(address.byte, 4), pkt_view_make(expected, 4));
}

static void expect_ip6(struct pkt_ip6 address, const char *hex)
{
    assert_bytes_hex(pkt_view_make(address.byte, 16), hex);
}

/* Decodes frame number index; it must be an IGMP message without a finding, its checksum right. */
static struct pkt_igmp open_igmp(unsigned index, const char *mac, const uint8_t *dst, uint32_t len)
{
    struct pkt_igmp m;
    struct pkt_ipv4 ip;
    struct pkt_ethernet ethernet;
    uint16_t alert = 1;
    frame = golden(index);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    expect_rows(&packet, "eth ip igmp");
    assert_no_diagnoses(&packet);
    assert_true(pkt_as_ethernet(&packet, 0, &ethernet));
    assert_bytes_hex(pkt_view_make(pkt_ethernet_dst(ethernet).byte, 6), mac);
    assert_true(pkt_as_ipv4(&packet, 1, &ip));
    assert_u32(pkt_ipv4_header_len(ip), 24);
    assert_u32(pkt_ipv4_tos(ip), 0xc0);
    assert_u32(pkt_ipv4_ttl(ip), 1);
    assert_true(pkt_ipv4_dont_fragment(ip));
    assert_true(pkt_ipv4_router_alert(ip, &alert));
    assert_u32(alert, 0);
    expect_ip4(pkt_ipv4_src(ip), 192, 0, 2, 10);
    expect_ip4(pkt_ipv4_dst(ip), dst[0], dst[1], dst[2], dst[3]);
    assert_int_equal(pkt_checksum_verify(&packet, 1).state, PKT_CHECKSUM_OK);
    assert_int_equal(pkt_checksum_verify(&packet, 2).state, PKT_CHECKSUM_OK);
    assert_true(pkt_as_igmp(&packet, 2, &m));
    assert_u32(m.len, len);
    return m;
}

static struct pkt_icmp open_mld(unsigned index, const char *mac, const char *dst, uint32_t len)
{
    struct pkt_icmp m;
    struct pkt_ipv6 ip;
    struct pkt_ethernet ethernet;
    uint16_t alert = 1;
    frame = golden(index);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    expect_rows(&packet, "eth ipv6 ipv6.hopopts icmpv6");
    assert_no_diagnoses(&packet);
    assert_true(pkt_as_ethernet(&packet, 0, &ethernet));
    assert_bytes_hex(pkt_view_make(pkt_ethernet_dst(ethernet).byte, 6), mac);
    assert_true(pkt_as_ipv6(&packet, 1, &ip));
    assert_u32(pkt_ipv6_hop_limit(ip), 1);
    assert_true(pkt_ipv6_router_alert(&packet, 1, &alert));
    assert_u32(alert, 0);
    expect_ip6(pkt_ipv6_src(ip), "fe80000000000000 000000000000000a");
    expect_ip6(pkt_ipv6_dst(ip), dst);
    assert_int_equal(pkt_checksum_verify(&packet, 3).state, PKT_CHECKSUM_OK);
    assert_true(pkt_as_icmp(&packet, 3, &m));
    assert_true(pkt_icmp_is_mld(m));
    assert_u32(m.len, len);
    assert_u32(pkt_icmp_code(m), 0);
    return m;
}

static const uint8_t all_systems[] = {224, 0, 0, 1};
static const uint8_t all_routers[] = {224, 0, 0, 2};
static const uint8_t all_v3_routers[] = {224, 0, 0, 22};
static const uint8_t group_239[] = {239, 1, 1, 1};
static const uint8_t group_232[] = {232, 1, 1, 1};

#define FF02_1  "ff02000000000000 0000000000000001"
#define FF02_2  "ff02000000000000 0000000000000002"
#define FF02_16 "ff02000000000000 0000000000000016"
#define FF15_1  "ff15000000000000 0000000000000001"
#define FF3E_1  "ff3e000000000000 0000000000000001"
#define DB8_1   "20010db800000000 0000000000000001"

static void igmp1_query(void **state)
{
    (void)state;
    struct pkt_igmp m = open_igmp(0, "01005e000001", all_systems, 8);
    assert_u32(pkt_igmp_type(m), 0x11);
    assert_u32(pkt_igmp_code(m), 0);
    assert_u32(pkt_igmp_version(m), 1);
    assert_u32(pkt_igmp_max_response_ds(m), 100);
    assert_u32(pkt_igmp_checksum(m), 0xeeff);
    expect_ip4(pkt_igmp_group(m), 0, 0, 0, 0);
}

static void igmp1_report(void **state)
{
    (void)state;
    struct pkt_igmp m = open_igmp(1, "01005e010101", group_239, 8);
    assert_u32(pkt_igmp_type(m), 0x12);
    assert_u32(pkt_igmp_version(m), 1);
    assert_u32(pkt_igmp_checksum(m), 0xfdfc);
    expect_ip4(pkt_igmp_group(m), 239, 1, 1, 1);
}

static void igmp2_general_query(void **state)
{
    (void)state;
    struct pkt_igmp m = open_igmp(2, "01005e000001", all_systems, 8);
    assert_u32(pkt_igmp_type(m), 0x11);
    assert_u32(pkt_igmp_code(m), 100);
    assert_u32(pkt_igmp_version(m), 2);
    assert_u32(pkt_igmp_max_response_ds(m), 100);
    assert_u32(pkt_igmp_checksum(m), 0xee9b);
    expect_ip4(pkt_igmp_group(m), 0, 0, 0, 0);
}

static void igmp2_group_query(void **state)
{
    (void)state;
    struct pkt_igmp m = open_igmp(3, "01005e010101", group_239, 8);
    assert_u32(pkt_igmp_version(m), 2);
    assert_u32(pkt_igmp_max_response_ds(m), 10);
    assert_u32(pkt_igmp_checksum(m), 0xfef2);
    expect_ip4(pkt_igmp_group(m), 239, 1, 1, 1);
}

static void igmp2_report(void **state)
{
    (void)state;
    struct pkt_igmp m = open_igmp(4, "01005e010101", group_239, 8);
    assert_u32(pkt_igmp_type(m), 0x16);
    assert_u32(pkt_igmp_version(m), 2);
    assert_u32(pkt_igmp_checksum(m), 0xf9fc);
    expect_ip4(pkt_igmp_group(m), 239, 1, 1, 1);
}

static void igmp2_leave(void **state)
{
    (void)state;
    struct pkt_igmp m = open_igmp(5, "01005e000002", all_routers, 8);
    assert_u32(pkt_igmp_type(m), 0x17);
    assert_u32(pkt_igmp_version(m), 2);
    assert_u32(pkt_igmp_checksum(m), 0xf8fc);
    expect_ip4(pkt_igmp_group(m), 239, 1, 1, 1);
}

static void igmp3_general_query(void **state)
{
    (void)state;
    struct pkt_igmp m = open_igmp(6, "01005e000001", all_systems, 12);
    assert_u32(pkt_igmp_version(m), 3);
    assert_u32(pkt_igmp_code(m), 100);
    assert_u32(pkt_igmp_max_response_ds(m), 100);
    assert_u32(pkt_igmp_checksum(m), 0xec1e);
    expect_ip4(pkt_igmp_group(m), 0, 0, 0, 0);
    assert_false(pkt_igmp3_suppress(m));
    assert_u32(pkt_igmp3_robustness(m), 2);
    assert_u32(pkt_igmp3_qqic(m), 125);
    assert_u32(pkt_igmp_float_decode(pkt_igmp3_qqic(m)), 125);
    assert_u32(pkt_igmp3_source_count(m), 0);
    assert_u32(pkt_igmp3_sources(m).len, 0);
}

static void igmp3_group_and_source_query(void **state)
{
    (void)state;
    struct pkt_igmp m = open_igmp(7, "01005e010101", group_232, 20);
    struct pkt_ip4 source;
    assert_u32(pkt_igmp_version(m), 3);
    assert_u32(pkt_igmp_code(m), 0x90);
    assert_u32(pkt_igmp_max_response_ds(m), 256);
    assert_u32(pkt_igmp_checksum(m), 0xa100);
    expect_ip4(pkt_igmp_group(m), 232, 1, 1, 1);
    assert_true(pkt_igmp3_suppress(m));
    assert_u32(pkt_igmp3_robustness(m), 7);
    assert_u32(pkt_igmp3_qqic(m), 0xff);
    assert_u32(pkt_igmp_float_decode(pkt_igmp3_qqic(m)), 31744);
    assert_u32(pkt_igmp3_source_count(m), 2);
    assert_u32(pkt_igmp3_sources(m).len, 8);
    assert_true(pkt_source_ip4(pkt_igmp3_sources(m), 0, &source));
    expect_ip4(source, 198, 51, 100, 1);
    assert_true(pkt_source_ip4(pkt_igmp3_sources(m), 1, &source));
    expect_ip4(source, 198, 51, 100, 2);
    assert_false(pkt_source_ip4(pkt_igmp3_sources(m), 2, &source));
}

struct expected_record {
    uint8_t type;
    const char *group;
    const char *sources;
};

static void expect_records(struct pkt_list list, unsigned address_len, const struct expected_record *expected,
                           unsigned n)
{
    struct pkt_option item;
    struct pkt_group_record record;
    for (unsigned i = 0; i < n; i++) {
        assert_true(pkt_option_next(&list, &item));
        pkt_group_record(&item, address_len, &record);
        assert_u32(record.type, expected[i].type);
        assert_u32(record.aux_words, 0);
        assert_u32(record.aux.len, 0);
        assert_u32(record.source_count, record.sources.len / address_len);
        assert_bytes_hex(record.group, expected[i].group);
        assert_bytes_hex(record.sources, expected[i].sources);
    }
    assert_false(pkt_option_next(&list, &item));
    assert_u32(list.stop, PKT_D_NONE);
}

static void igmp3_report_of_six_types(void **state)
{
    (void)state;
    static const struct expected_record expected[] = {
        {PKT_RECORD_IS_IN, "e8010101", "c6336401"         },
        {PKT_RECORD_IS_EX, "ef010101", ""                 },
        {PKT_RECORD_TO_IN, "ef010102", ""                 },
        {PKT_RECORD_TO_EX, "ef010103", ""                 },
        {PKT_RECORD_ALLOW, "e8010104", "c6336401 c6336402"},
        {PKT_RECORD_BLOCK, "e8010105", "c6336403"         },
    };
    struct pkt_igmp m = open_igmp(8, "01005e000016", all_v3_routers, 8 + 6 * 8 + 4 * 4);
    struct pkt_list list;
    assert_u32(pkt_igmp_type(m), 0x22);
    assert_u32(pkt_igmp_version(m), 3);
    assert_u32(pkt_igmp3_record_count(m), 6);
    pkt_igmp3_records(m, &list);
    expect_records(list, 4, expected, 6);
}

static void mld1_general_query(void **state)
{
    (void)state;
    struct pkt_icmp m = open_mld(9, "333300000001", FF02_1, 24);
    assert_u32(pkt_icmp_type(m), 130);
    assert_u32(pkt_mld_version(m), 1);
    assert_u32(pkt_mld_max_response_code(m), 10000);
    assert_u32(pkt_mld_max_response_ms(m), 10000);
    assert_u32(pkt_icmp_checksum(m), 0x590e);
    expect_ip6(pkt_mld_group(m), "0000000000000000 0000000000000000");
}

static void mld1_report(void **state)
{
    (void)state;
    struct pkt_icmp m = open_mld(10, "333300000001", FF15_1, 24);
    assert_u32(pkt_icmp_type(m), 131);
    assert_u32(pkt_mld_version(m), 1);
    assert_u32(pkt_mld_max_response_code(m), 0);
    expect_ip6(pkt_mld_group(m), FF15_1);
}

static void mld1_done(void **state)
{
    (void)state;
    struct pkt_icmp m = open_mld(11, "333300000002", FF02_2, 24);
    assert_u32(pkt_icmp_type(m), 132);
    assert_u32(pkt_mld_version(m), 1);
    expect_ip6(pkt_mld_group(m), FF15_1);
}

static void mld2_general_query(void **state)
{
    (void)state;
    struct pkt_icmp m = open_mld(12, "333300000001", FF02_1, 28);
    assert_u32(pkt_mld_version(m), 2);
    assert_u32(pkt_mld_max_response_ms(m), 10000);
    assert_u32(pkt_icmp_checksum(m), 0x568d);
    expect_ip6(pkt_mld_group(m), "0000000000000000 0000000000000000");
    assert_false(pkt_mld2_suppress(m));
    assert_u32(pkt_mld2_robustness(m), 2);
    assert_u32(pkt_mld2_qqic(m), 125);
    assert_u32(pkt_mld2_source_count(m), 0);
    assert_u32(pkt_mld2_sources(m).len, 0);
}

static void mld2_group_and_source_query(void **state)
{
    (void)state;
    struct pkt_icmp m = open_mld(13, "333300000001", FF3E_1, 44);
    struct pkt_ip6 source;
    assert_u32(pkt_mld_version(m), 2);
    assert_u32(pkt_mld_max_response_code(m), 0x8001);
    assert_u32(pkt_mld_max_response_ms(m), 32776);
    expect_ip6(pkt_mld_group(m), FF3E_1);
    assert_false(pkt_mld2_suppress(m));
    assert_u32(pkt_mld2_robustness(m), 2);
    assert_u32(pkt_mld2_qqic(m), 0x90);
    assert_u32(pkt_igmp_float_decode(pkt_mld2_qqic(m)), 256);
    assert_u32(pkt_mld2_source_count(m), 1);
    assert_true(pkt_source_ip6(pkt_mld2_sources(m), 0, &source));
    expect_ip6(source, DB8_1);
    assert_false(pkt_source_ip6(pkt_mld2_sources(m), 1, &source));
}

static void mld2_report(void **state)
{
    (void)state;
    static const struct expected_record expected[] = {
        {PKT_RECORD_TO_EX, FF15_1, ""   },
        {PKT_RECORD_ALLOW, FF3E_1, DB8_1},
    };
    struct pkt_icmp m = open_mld(14, "333300000016", FF02_16, 8 + 20 + 36);
    struct pkt_list list;
    assert_u32(pkt_icmp_type(m), 143);
    assert_u32(pkt_mld_version(m), 2);
    assert_u32(pkt_mld2_record_count(m), 2);
    pkt_mld2_records(m, &list);
    expect_records(list, 16, expected, 2);
}

static void there_are_fifteen(void **state)
{
    (void)state;
    size_t off = FILE_HEADER;
    unsigned n = 0;
    for (; off < file_len; n++)
        off += RECORD_HEADER + pkt_u32(pkt_view_make(file, file_len), off + 8);
    assert_u32(n, GOLDEN_FRAMES);
    assert_u32(off, file_len);
}

#define GOLDEN_TEST(test) cmocka_unit_test_teardown(test, close_frame)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GOLDEN_TEST(igmp1_query),
        GOLDEN_TEST(igmp1_report),
        GOLDEN_TEST(igmp2_general_query),
        GOLDEN_TEST(igmp2_group_query),
        GOLDEN_TEST(igmp2_report),
        GOLDEN_TEST(igmp2_leave),
        GOLDEN_TEST(igmp3_general_query),
        GOLDEN_TEST(igmp3_group_and_source_query),
        GOLDEN_TEST(igmp3_report_of_six_types),
        GOLDEN_TEST(mld1_general_query),
        GOLDEN_TEST(mld1_report),
        GOLDEN_TEST(mld1_done),
        GOLDEN_TEST(mld2_general_query),
        GOLDEN_TEST(mld2_group_and_source_query),
        GOLDEN_TEST(mld2_report),
        cmocka_unit_test(there_are_fifteen),
    };
    return cmocka_run_group_tests_name("igmp_mld_golden", tests, read_golden, NULL);
}
