/*
 * The rules R1 to R49 of IGMP: one packet that breaks exactly the rule, one that comes close.
 *
 * Rules that no single packet can break:
 *
 *   R5        length from the IP header: what a reader does; padded_frames_are_judged_by_the_ip_length below
 *   R8        what types are called: names, see test_igmp_mld.c
 *   R10       octets behind an old message are legal: longer_old_messages_are_legal below
 *   R15 R16 R17 R18 R19   the codes of times: decoding and encoding, see test_igmp_mld.c
 *   R27       source 0.0.0.0 is legal: unspecified_sources_are_legal below
 *   R28 R29   election and delay: state of a querier and of a host over time
 *   R30 R43   how much fits an MTU: a packet does not tell its link's
 *   R34       whether a source belongs to the subnet: a packet does not tell; 0.0.0.0 is legal
 *   R40 R41 R42 R46 R47 R48   state of hosts and routers over several messages
 *   R49       reports of 224.0.0.x are legal: link_local_groups_are_reported below
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/multicast_frames.h"

#define QUERY_1       "1100 0000 00000000"
#define QUERY_2       "1164 0000 00000000"
#define QUERY_2_GROUP "110a 0000 ef010101"
#define QUERY_3       "1164 0000 00000000 027d 0000"
#define QUERY_3_GROUP "110a 0000 ef010101 027d 0000"
#define REPORT_1      "1200 0000 ef010101"
#define REPORT_2      "1600 0000 ef010101"
#define LEAVE         "1700 0000 ef010101"
/* One record: TO_EX of 239.1.1.1. */
#define REPORT_3 "2200 0000 0000 0001 04000000 ef010101"

/* clang-format off */
static const struct rule_case rules[] = {
    {"R1_ttl", PKT_D_IGMP_TTL, igmp_frame,
        .broken = {.body = REPORT_2, .dst = "239.1.1.1", .edit = "22:02"},
        .near_miss = {.body = REPORT_2, .dst = "239.1.1.1", .edit = "22:01"},
        .need = 1, .have = 2, .off = AT_TTL},
    {"R1_ttl_router_discovery", PKT_D_IGMP_TTL, igmp_frame,
        .broken = {.body = "3000 0000 007d 0002", .dst = "224.0.0.106", .edit = "22:40"},
        /* Traces are sent across routers by other rules. */
        .near_miss = {.body = "1f00 0000 ef010101 c0000201 c0000202", .dst = "192.0.2.1", .edit = "22:40"},
        .need = 1, .have = 64, .off = AT_TTL},
    {"R2_tos", PKT_D_IGMP_TOS, igmp_frame,
        .broken = {.body = REPORT_3, .dst = "224.0.0.22", .edit = "15:00"},
        .near_miss = {.body = REPORT_3, .dst = "224.0.0.22", .edit = "15:c0"},
        .need = 0xc0, .have = 0, .off = AT_TOS},
    {"R3_router_alert", PKT_D_IGMP_ROUTER_ALERT, igmp_frame,
        .broken = {.body = REPORT_2, .dst = "239.1.1.1", .options = ""},
        .near_miss = {.body = REPORT_1, .dst = "239.1.1.1", .options = ""}, /* version 1 knows none */
        .need = 1, .have = 0},
    {"R3_router_alert_among_options", PKT_D_IGMP_ROUTER_ALERT, igmp_frame,
        .broken = {.body = QUERY_3, .dst = "224.0.0.1", .options = "01010101 01010100"},
        .near_miss = {.body = QUERY_3, .dst = "224.0.0.1", .options = "01010101 94040000"},
        .need = 1, .have = 0},
    {"R4_router_alert_value", PKT_D_IGMP_ROUTER_ALERT_VALUE, igmp_frame,
        .broken = {.body = REPORT_2, .dst = "239.1.1.1", .options = "94040001"},
        .near_miss = {.body = REPORT_2, .dst = "239.1.1.1", .options = "94040000"},
        .need = 0, .have = 1},
    {"R6_checksum", PKT_D_IGMP_CHECKSUM, igmp_frame,
        .broken = {.body = REPORT_2, .dst = "239.1.1.1", .damage = "40:f9fd"},
        .near_miss = {.body = REPORT_2, .dst = "239.1.1.1", .damage = "40:f9fc"}, /* the golden value */
        .need = 0xf9fc, .have = 0xf9fd},
    {"R6_checksum_over_all", PKT_D_IGMP_CHECKSUM, igmp_frame,
        .broken = {.body = REPORT_2 "00000001", .dst = "239.1.1.1", .damage = "40:f9fc"}, /* right for the first 8 bytes only */
        .near_miss = {.body = REPORT_2 "00000001", .dst = "239.1.1.1", .damage = "40:f9fb"},
        .need = 0xf9fb, .have = 0xf9fc},
    {"R7_length", PKT_D_IGMP_LENGTH, igmp_frame,
        .broken = {.body = "1600 0000 ef0101", .dst = "239.1.1.1"},
        .near_miss = {.body = "3100 0000", .dst = "224.0.0.2"}, /* a solicitation is no longer */
        .need = 8, .have = 7, .off = AT_IGMP},
    {"R7_length_query", PKT_D_IGMP_LENGTH, igmp_frame,
        .broken = {.body = "1164 0000 0000", .dst = "224.0.0.1"},
        .near_miss = {.body = QUERY_2, .dst = "224.0.0.1"},
        .need = 8, .have = 6},
    {"R7_length_router_discovery", PKT_D_IGMP_LENGTH, igmp_frame,
        .broken = {.body = "3014 0000 007d", .dst = "224.0.0.106"},
        .near_miss = {.body = "3200 0000", .dst = "224.0.0.106"},
        .need = 8, .have = 6},
    {"R9_type", PKT_D_IGMP_TYPE, igmp_frame,
        .broken = {.body = "2300 0000 ef010101", .dst = "239.1.1.1"},
        .near_miss = {.body = "1300 0000 ef010101", .dst = "224.0.0.4"}, /* DVMRP, by name */
        .need = 0, .have = 0x23},
    {"R11_source", PKT_D_IPV4_SOURCE, igmp_frame,
        .broken = {.body = REPORT_2, .dst = "239.1.1.1", .src = "224.0.0.10"},
        .near_miss = {.body = REPORT_2, .dst = "239.1.1.1", .src = "223.0.0.10"},
        .off = AT_IP + 12},
    {"R11_source_broadcast", PKT_D_IPV4_SOURCE, igmp_frame,
        .broken = {.body = QUERY_3, .dst = "224.0.0.1", .src = "255.255.255.255"},
        .near_miss = {.body = QUERY_3, .dst = "224.0.0.1", .src = "192.0.2.255"}, /* directed, if so: the mask is not known */
        .off = AT_IP + 12},
    {"R12_mac", PKT_D_IGMP_MAC, igmp_frame,
        .broken = {.body = REPORT_2, .dst = "239.129.1.1", .edit = "0:01005e810101 42:ef810101"},
        .near_miss = {.body = REPORT_2, .dst = "239.129.1.1", .edit = "0:01005e010101 42:ef810101"}, /* the 23 bits only */
        .off = AT_IP + 16},
    {"R12_mac_unicast", PKT_D_IGMP_MAC, igmp_frame,
        .broken = {.body = REPORT_2, .dst = "239.1.1.1", .edit = "0:ffffffffffff"},
        .near_miss = {.body = REPORT_2, .dst = "239.1.1.1", .edit = "0:020000000099"}, /* converted for one station */
        .off = AT_IP + 16},
    {"R13_all_systems", PKT_D_IGMP_ALL_SYSTEMS, igmp_frame,
        .broken = {.body = "1600 0000 e0000001", .dst = "224.0.0.1"},
        .near_miss = {.body = "1600 0000 e0000002", .dst = "224.0.0.2"},
        .off = AT_IGMP + 4},
    {"R13_all_systems_record", PKT_D_IGMP_ALL_SYSTEMS, igmp_frame,
        .broken = {.body = "2200 0000 0000 0001 04000000 e0000001", .dst = "224.0.0.22"},
        .near_miss = {.body = "2200 0000 0000 0001 04000000 e00000fb", .dst = "224.0.0.22"},
        .off = AT_IGMP + 8 + 4},
    {"R13_all_systems_query", PKT_D_IGMP_ALL_SYSTEMS, igmp_frame,
        .broken = {.body = "110a 0000 e0000001", .dst = "224.0.0.1"},
        .near_miss = {.body = QUERY_2, .dst = "224.0.0.1"}},
    {"R14_query_length", PKT_D_IGMP_QUERY_LENGTH, igmp_frame,
        .broken = {.body = "1164 0000 00000000 027d", .dst = "224.0.0.1"},
        .near_miss = {.body = "1164 0000 00000000 027d 0000", .dst = "224.0.0.1"},
        .need = 12, .have = 10},
    {"R14_query_length_9", PKT_D_IGMP_QUERY_LENGTH, igmp_frame,
        .broken = {.body = "1164 0000 00000000 02", .dst = "224.0.0.1"},
        .near_miss = {.body = QUERY_2, .dst = "224.0.0.1"},
        .need = 12, .have = 9},
    {"R14_query_length_11", PKT_D_IGMP_QUERY_LENGTH, igmp_frame,
        .broken = {.body = "1164 0000 00000000 027d00", .dst = "224.0.0.1"},
        .near_miss = {.body = QUERY_1, .dst = "224.0.0.1"},
        .need = 12, .have = 11},
    {"R20_robustness", PKT_D_IGMP_ROBUSTNESS, igmp_frame,
        .broken = {.body = "1164 0000 00000000 017d 0000", .dst = "224.0.0.1"},
        .near_miss = {.body = "1164 0000 00000000 007d 0000", .dst = "224.0.0.1"}, /* 0: more than 7, or the default */
        .need = 2, .have = 1},
    {"R21_query_flags", PKT_D_IGMP_QUERY_FLAGS, igmp_frame,
        .broken = {.body = "1164 0000 00000000 427d 0000", .dst = "224.0.0.1"},
        .near_miss = {.body = "1164 0000 00000000 8a7d 0000", .dst = "224.0.0.1"}, /* E (RFC 9279) and S */
        .need = 0, .have = 0x40},
    {"R22_general_query_sources", PKT_D_IGMP_GENERAL_SOURCES, igmp_frame,
        .broken = {.body = "1164 0000 00000000 027d 0001 c6336401", .dst = "224.0.0.1"},
        .near_miss = {.body = "1164 0000 e8010101 027d 0001 c6336401", .dst = "232.1.1.1"},
        .need = 0, .have = 1},
    {"R23_group", PKT_D_IGMP_GROUP, igmp_frame,
        .broken = {.body = "110a 0000 c0000263", .dst = "192.0.2.99"},
        .near_miss = {.body = QUERY_2_GROUP, .dst = "239.1.1.1"},
        .off = AT_IGMP + 4},
    {"R23_group_above_multicast", PKT_D_IGMP_GROUP, igmp_frame,
        .broken = {.body = "1600 0000 f0000001", .dst = "240.0.0.1"},
        .near_miss = {.body = "1600 0000 efffffff", .dst = "239.255.255.255"}},
    {"R23_group_record", PKT_D_IGMP_GROUP, igmp_frame,
        .broken = {.body = "2200 0000 0000 0001 04000000 00000000", .dst = "224.0.0.22"},
        .near_miss = {.body = REPORT_3, .dst = "224.0.0.22"},
        .off = AT_IGMP + 12},
    {"R24_source_overrun", PKT_D_IGMP_SOURCE_OVERRUN, igmp_frame,
        .broken = {.body = "1164 0000 e8010101 027d 0032 c6336401", .dst = "232.1.1.1"},
        .near_miss = {.body = "1164 0000 e8010101 027d 0001 c6336401", .dst = "232.1.1.1"},
        .need = 12 + 4 * 50, .have = 16, .off = AT_IGMP + 10},
    {"R25_query_trailing", PKT_D_IGMP_QUERY_TRAILING, igmp_frame,
        .broken = {.body = "1164 0000 e8010101 027d 0001 c6336401 00", .dst = "232.1.1.1"},
        .near_miss = {.body = "1164 0000 e8010101 827d 0001 c6336401 00010000", .dst = "232.1.1.1"}, /* an extension */
        .need = 16, .have = 17, .off = AT_IGMP + 16},
    {"R26_query_destination", PKT_D_IGMP_QUERY_DESTINATION, igmp_frame,
        .broken = {.body = QUERY_3, .dst = "224.0.0.22"},
        .near_miss = {.body = QUERY_3, .dst = "224.0.0.1"},
        .off = AT_IP + 16},
    {"R26_query_destination_unicast", PKT_D_IGMP_QUERY_DESTINATION, igmp_frame,
        .broken = {.body = QUERY_1, .dst = "192.0.2.99"},
        .near_miss = {.body = QUERY_1, .dst = "224.0.0.1"},
        .off = AT_IP + 16},
    {"R26_query_destination_specific", PKT_D_IGMP_QUERY_DESTINATION, igmp_frame,
        .broken = {.body = QUERY_3_GROUP, .dst = "224.0.0.1"},
        .near_miss = {.body = QUERY_3_GROUP, .dst = "239.1.1.1"},
        .off = AT_IP + 16},
    {"R31_report_destination", PKT_D_IGMP_REPORT_DESTINATION, igmp_frame,
        .broken = {.body = REPORT_2, .dst = "239.1.1.2"},
        .near_miss = {.body = REPORT_2, .dst = "239.1.1.1"},
        .off = AT_IP + 16},
    {"R31_report_destination_v1", PKT_D_IGMP_REPORT_DESTINATION, igmp_frame,
        .broken = {.body = REPORT_1, .dst = "224.0.0.2"},
        .near_miss = {.body = REPORT_1, .dst = "239.1.1.1"}},
    {"R32_leave_destination", PKT_D_IGMP_LEAVE_DESTINATION, igmp_frame,
        .broken = {.body = LEAVE, .dst = "192.0.2.1"},
        .near_miss = {.body = LEAVE, .dst = "224.0.0.2"},
        .off = AT_IP + 16},
    {"R32_leave_destination_group", PKT_D_IGMP_LEAVE_DESTINATION, igmp_frame,
        .broken = {.body = LEAVE, .dst = "239.1.1.2"},
        .near_miss = {.body = LEAVE, .dst = "239.1.1.1"}}, /* tolerated */
    {"R33_report_destination", PKT_D_IGMP3_REPORT_DESTINATION, igmp_frame,
        .broken = {.body = REPORT_3, .dst = "239.1.1.1"},
        .near_miss = {.body = REPORT_3, .dst = "224.0.0.22"},
        .off = AT_IP + 16},
    {"R35_record_overrun", PKT_D_IGMP_RECORD_OVERRUN, igmp_frame,
        .broken = {.body = "2200 0000 0000 0002 04000000 ef010101 05000002 e8010104 c6336401", .dst = "224.0.0.22"},
        .near_miss = {.body = "2200 0000 0000 0002 04000000 ef010101 05000001 e8010104 c6336401", .dst = "224.0.0.22"},
        .need = 16, .have = 12, .off = AT_IGMP + 16},
    {"R35_record_missing", PKT_D_IGMP_RECORD_OVERRUN, igmp_frame,
        .broken = {.body = "2200 0000 0000 0002 04000000 ef010101", .dst = "224.0.0.22"},
        .near_miss = {.body = "2200 0000 0000 0000", .dst = "224.0.0.22"}, /* none claimed, none there */
        .need = 8, .have = 0},
    {"R36_aux_data", PKT_D_IGMP_AUX_DATA, igmp_frame,
        .broken = {.body = "2200 0000 0000 0001 04020000 ef010101 0000000100000002", .dst = "224.0.0.22"},
        .near_miss = {.body = REPORT_3, .dst = "224.0.0.22"},
        .need = 0, .have = 2, .off = AT_IGMP + 9},
    {"R37_record_type", PKT_D_IGMP_RECORD_TYPE, igmp_frame,
        .broken = {.body = "2200 0000 0000 0001 07000000 ef010101", .dst = "224.0.0.22"},
        .near_miss = {.body = "2200 0000 0000 0001 06000001 ef010101 c6336401", .dst = "224.0.0.22"},
        .need = 6, .have = 7, .off = AT_IGMP + 8},
    {"R37_record_type_zero", PKT_D_IGMP_RECORD_TYPE, igmp_frame,
        .broken = {.body = "2200 0000 0000 0002 00000000 ef010101 04000000 ef010102", .dst = "224.0.0.22"},
        .near_miss = {.body = "2200 0000 0000 0002 01000001 ef010101 c6336401 04000000 ef010102", .dst = "224.0.0.22"},
        .need = 6, .have = 0},
    {"R38_record_empty", PKT_D_IGMP_RECORD_EMPTY, igmp_frame,
        .broken = {.body = "2200 0000 0000 0001 05000000 ef010101", .dst = "224.0.0.22"},
        .near_miss = {.body = "2200 0000 0000 0001 03000000 ef010101", .dst = "224.0.0.22"}, /* a leave */
        .need = 1, .have = 0, .off = AT_IGMP + 10},
    {"R39_ssm_exclude", PKT_D_IGMP_SSM, igmp_frame,
        .broken = {.body = "2200 0000 0000 0001 04000000 e8010101", .dst = "224.0.0.22"},
        .near_miss = {.body = "2200 0000 0000 0001 03000000 e8010101", .dst = "224.0.0.22"},
        .need = 0, .have = 4},
    {"R39_ssm_old_report", PKT_D_IGMP_SSM, igmp_frame,
        .broken = {.body = "1600 0000 e8010101", .dst = "232.1.1.1"},
        .near_miss = {.body = "1600 0000 e9010101", .dst = "233.1.1.1"}},
    {"R44_report_trailing", PKT_D_IGMP_REPORT_TRAILING, igmp_frame,
        .broken = {.body = REPORT_3 "00000000", .dst = "224.0.0.22"},
        .near_miss = {.body = "2200 0000 8000 0001 04000000 ef010101 00010000", .dst = "224.0.0.22"}, /* an extension */
        .need = 0, .have = 4, .off = AT_IGMP + 16},
    {"R45_reserved", PKT_D_IGMP_RESERVED, igmp_frame,
        .broken = {.body = "2201 0000 0000 0001 04000000 ef010101", .dst = "224.0.0.22"},
        .near_miss = {.body = "1164 0000 00000000", .dst = "224.0.0.1"},
        .need = 0, .have = 1, .off = AT_IGMP + 1},
    {"R45_reserved_flags", PKT_D_IGMP_RESERVED, igmp_frame,
        .broken = {.body = "2200 0000 4000 0001 04000000 ef010101", .dst = "224.0.0.22"},
        .near_miss = {.body = "2200 0000 8000 0001 04000000 ef010101", .dst = "224.0.0.22"},
        .need = 0, .have = 0x4000, .off = AT_IGMP + 4},
    {"R45_reserved_leave", PKT_D_IGMP_RESERVED, igmp_frame,
        .broken = {.body = "1764 0000 ef010101", .dst = "224.0.0.2"},
        .near_miss = {.body = "3014 0000 007d 0002", .dst = "224.0.0.106"}, /* the advertisement interval */
        .need = 0, .have = 0x64},
};
/* clang-format on */

static void expect_clean(const struct message_spec *spec)
{
    struct pkt_packet packet;
    struct frame frame = igmp_frame(spec);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    assert_no_diagnoses(&packet);
    int igmp = pkt_layer_find(&packet, PKT_PROTO_IGMP, 0);
    assert_true(igmp >= 0);
    assert_int_equal(pkt_checksum_verify(&packet, (unsigned)igmp).state, PKT_CHECKSUM_OK);
    frame_free(frame);
}

/* R5: with the padding of a 60-byte frame a v2 query would be a v3 query of general nonsense. */
static void padded_frames_are_judged_by_the_ip_length(void **state)
{
    (void)state;
    struct message_spec spec = {.body = QUERY_2, .dst = "224.0.0.1", .padding = 14};
    struct pkt_packet packet;
    struct pkt_igmp m;
    struct frame frame = igmp_frame(&spec);
    assert_u32(frame.len, 60);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    assert_no_diagnoses(&packet);
    expect_rows(&packet, "eth ip.P igmp eth.trailer");
    assert_true(pkt_as_igmp(&packet, 2, &m));
    assert_u32(m.len, 8);
    assert_u32(pkt_igmp_version(m), 2);
    frame_free(frame);
}

/* R10. */
static void longer_old_messages_are_legal(void **state)
{
    (void)state;
    expect_clean(&(struct message_spec){.body = REPORT_1 "0102030405", .dst = "239.1.1.1"});
    expect_clean(&(struct message_spec){.body = REPORT_2 "01", .dst = "239.1.1.1"});
    expect_clean(&(struct message_spec){.body = LEAVE "0102", .dst = "224.0.0.2"});
}

/* R27, R34. */
static void unspecified_sources_are_legal(void **state)
{
    (void)state;
    expect_clean(&(struct message_spec){.body = QUERY_3, .dst = "224.0.0.1", .src = "0.0.0.0"});
    expect_clean(&(struct message_spec){.body = REPORT_3, .dst = "224.0.0.22", .src = "0.0.0.0"});
    expect_clean(&(struct message_spec){.body = REPORT_2, .dst = "239.1.1.1", .src = "0.0.0.0"});
}

/* R49. */
static void link_local_groups_are_reported(void **state)
{
    (void)state;
    expect_clean(&(struct message_spec){.body = "1600 0000 e00000fb", .dst = "224.0.0.251"});
    expect_clean(
        &(struct message_spec){.body = "2200 0000 0000 0001 04000000 e000006a", .dst = "224.0.0.22"});
}

/* What cannot be judged is not: a quotation, a fragment, a cut capture, a length that lies. */
static void parts_are_not_judged(void **state)
{
    (void)state;
    struct message_spec first = {.body = "1600 0000 ef0101", .dst = "239.1.1.1", .edit = "20:2000 22:05"};
    struct message_spec lying = {.body = "1600 0000 ef0101", .dst = "239.1.1.1", .edit = "16:0024 22:05"};
    struct message_spec whole = {.body = "2200 0000 0000 0002 07000000 ef010101 07000000 00000000",
                                 .dst = "224.0.0.22"};
    struct pkt_packet packet;
    struct frame frame = igmp_frame(&first);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    assert_no_diagnoses(&packet);
    frame_free(frame);

    frame = igmp_frame(&lying);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    assert_only_diagnosis(&packet, PKT_D_IPV4_TOTAL_OVERRUN);
    frame_free(frame);

    frame = igmp_frame(&whole);
    for (size_t captured = AT_IGMP + 4; captured < frame.len; captured++) {
        struct frame cut = frame_copy(frame.bytes, captured);
        pkt_decode(pkt_view_make(cut.bytes, cut.len), (uint32_t)frame.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
        pkt_diagnose(&packet);
        /* R37 once the first record is there. */
        expect_findings(&packet, captured >= AT_IGMP + 16 ? "igmp3.record-type@2:46 6/7" : "");
        frame_free(cut);
    }
    frame_free(frame);
}

/* A code is told once a message, of the first record that breaks it: the table holds eight. */
static void many_records_are_told_once(void **state)
{
    (void)state;
    struct message_spec spec = {.body = "2200 0000 0000 0004 07000000 ef010101 08000000 ef010102"
                                        "04010000 ef010103 00000000 04010000 ef010104 00000000",
                                .dst = "224.0.0.22"};
    struct pkt_packet packet;
    struct frame frame = igmp_frame(&spec);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    expect_findings(&packet, "igmp3.record-type@2:46 6/7, igmp3.aux-data@2:63 0/1");
    frame_free(frame);
}

/* VLAN tags between Ethernet and IP do not hide R12; a tunnel has no Ethernet address of its own. */
static void mac_is_that_of_the_same_packet(void **state)
{
    (void)state;
    struct pkt_packet packet;
    struct frame frame;
    packet_from_hex("01005e010102 02000000000a 8100 0005 0800"
                    "46c0 0020 0000 4000 01 02 09f3 c000020a ef010101 94040000 1600 f9fc ef010101",
                    PKT_LINKTYPE_ETHERNET, &frame, &packet);
    expect_rows(&packet, "eth vlan ip igmp");
    assert_diagnosis(&packet, PKT_D_IGMP_MAC);
    frame_free(frame);
    packet_from_hex("020000000001 02000000000a 0800"
                    "4500 0034 0000 4000 40 04 b68e c0000201 c0000202"
                    "46c0 0020 0000 4000 01 02 09f3 c000020a ef010101 94040000 1600 f9fc ef010101",
                    PKT_LINKTYPE_ETHERNET, &frame, &packet);
    expect_rows(&packet, "eth ip ip.I igmp.I");
    assert_lacks_diagnosis(&packet, PKT_D_IGMP_MAC);
    frame_free(frame);
}

/* R11 is a rule of all IPv4 packets. */
static void findings_cite_their_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].name[0] == 'R' && rules[i].code != PKT_D_IPV4_SOURCE)
            expect_citation(&rules[i]);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(findings_cite_their_rule),
        cmocka_unit_test(padded_frames_are_judged_by_the_ip_length),
        cmocka_unit_test(longer_old_messages_are_legal),
        cmocka_unit_test(unspecified_sources_are_legal),
        cmocka_unit_test(link_local_groups_are_reported),
        cmocka_unit_test(parts_are_not_judged),
        cmocka_unit_test(many_records_are_told_once),
        cmocka_unit_test(mac_is_that_of_the_same_packet),
    };
    return run_rule_cases("igmp_rules", rules, sizeof rules / sizeof *rules, others,
                          sizeof others / sizeof *others);
}
