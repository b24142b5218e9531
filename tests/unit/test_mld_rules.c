/*
 * The rules M1 to M17 of MLD, and those of IGMP that hold for MLD alike (RFC 9777): one packet that breaks
 * exactly the rule, one that comes close.
 *
 * Rules that no single packet can break:
 *
 *   M8    the code of times: decoding and encoding, see test_igmp_mld.c
 *   M15   how much fits an MTU: a packet does not tell its link's
 *   M16   the fallback to MLDv1: state of a host over time
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/multicast_frames.h"

#define ANY           "00000000000000000000000000000000"
#define FF15_1        "ff150000000000000000000000000001"
#define FF3E_1        "ff3e0000000000000000000000000001"
#define DB8_1         "20010db8000000000000000000000001"

#define QUERY_1       "8200 0000 2710 0000" ANY
#define QUERY_1_GROUP "8200 0000 03e8 0000" FF15_1
#define QUERY_2       "8200 0000 2710 0000" ANY "027d 0000"
#define QUERY_2_GROUP "8200 0000 03e8 0000" FF15_1 "027d 0000"
#define REPORT_1      "8300 0000 0000 0000" FF15_1
#define DONE          "8400 0000 0000 0000" FF15_1
/* One record: TO_EX of ff15::1. */
#define REPORT_2 "8f00 0000 0000 0001 04000000" FF15_1

/* clang-format off */
static const struct rule_case rules[] = {
    {"M1_router_alert", PKT_D_MLD_ROUTER_ALERT, mld_frame,
        .broken = {.body = REPORT_2, .dst = "ff02::16", .options = ""},
        .near_miss = {.body = REPORT_2, .dst = "ff02::16", .options = "3a00 0100 0502 0000"}}, /* behind padding */
    {"M1_router_alert_value", PKT_D_MLD_ROUTER_ALERT, mld_frame,
        .broken = {.body = QUERY_2, .dst = "ff02::1", .options = "3a00 0502 0001 0100"}, /* RSVP's */
        .near_miss = {.body = QUERY_2, .dst = "ff02::1", .options = "3a00 0502 0000 0100"},
        .need = 0, .have = 1},
    {"M1_router_alert_elsewhere", PKT_D_MLD_ROUTER_ALERT, mld_frame,
        .broken = {.body = REPORT_1, .dst = "ff15::1", .options = "3a00 0502 0000 0100", .edit = "20:3c"}, /* destination options */
        .near_miss = {.body = REPORT_1, .dst = "ff15::1"}},
    {"M1_router_alert_router_discovery", PKT_D_MLD_ROUTER_ALERT, mld_frame,
        .broken = {.body = "9800 0000", .dst = "ff02::2", .options = ""},
        .near_miss = {.body = "9800 0000", .dst = "ff02::2"}},
    {"M2_hop_limit", PKT_D_MLD_HOP_LIMIT, mld_frame,
        .broken = {.body = REPORT_2, .dst = "ff02::16", .edit = "21:40"},
        .near_miss = {.body = REPORT_2, .dst = "ff02::16", .edit = "21:01"},
        .need = 1, .have = 64, .off = AT_HOP_LIMIT},
    {"M3_query_source", PKT_D_MLD_QUERY_SOURCE, mld_frame,
        .broken = {.body = QUERY_2, .dst = "ff02::1", .src = "2001:db8::1"},
        .near_miss = {.body = QUERY_2, .dst = "ff02::1", .src = "febf::1"}, /* still fe80::/10 */
        .off = AT_IP + 8},
    {"M3_query_source_unspecified", PKT_D_MLD_QUERY_SOURCE, mld_frame,
        .broken = {.body = QUERY_1, .dst = "ff02::1", .src = "::"},
        .near_miss = {.body = QUERY_1, .dst = "ff02::1"},
        .off = AT_IP + 8},
    {"M4_report_source", PKT_D_MLD_REPORT_SOURCE, mld_frame,
        .broken = {.body = REPORT_2, .dst = "ff02::16", .src = "2001:db8::1"},
        .near_miss = {.body = REPORT_2, .dst = "ff02::16", .src = "::"}, /* no address yet */
        .off = AT_IP + 8},
    {"M4_report_source_done", PKT_D_MLD_REPORT_SOURCE, mld_frame,
        .broken = {.body = DONE, .dst = "ff02::2", .src = "fec0::1"},
        .near_miss = {.body = DONE, .dst = "ff02::2", .src = "fe80::1"}},
    {"M5_checksum", PKT_D_ICMP6_CHECKSUM, mld_frame,
        .broken = {.body = QUERY_1, .dst = "ff02::1", .damage = "64:5916"}, /* with the extension header in the length */
        .near_miss = {.body = QUERY_1, .dst = "ff02::1", .damage = "64:590e"}, /* the golden value */
        .need = 0x590e, .have = 0x5916},
    {"M6_length", PKT_D_MLD_LENGTH, mld_frame,
        .broken = {.body = "8300 0000 0000 0000 ff15000000000000000000000000", .dst = "ff15::1"},
        .near_miss = {.body = REPORT_1, .dst = "ff15::1"},
        .need = 24, .have = 22, .off = AT_MLD},
    {"M6_length_report_2", PKT_D_MLD_LENGTH, mld_frame,
        .broken = {.body = "8f00 0000 0000", .dst = "ff02::16"},
        .near_miss = {.body = "8f00 0000 0000 0000", .dst = "ff02::16"},
        .need = 8, .have = 6},
    {"M6_length_router_discovery", PKT_D_MLD_LENGTH, mld_frame,
        .broken = {.body = "9714 0000 007d", .dst = "ff02::6a"},
        .near_miss = {.body = "9900 0000", .dst = "ff02::6a"},
        .need = 8, .have = 6},
    {"M7_query_length", PKT_D_MLD_QUERY_LENGTH, mld_frame,
        .broken = {.body = QUERY_1 "027d", .dst = "ff02::1"},
        .near_miss = {.body = QUERY_1 "027d 0000", .dst = "ff02::1"},
        .need = 28, .have = 26},
    {"M7_query_length_25", PKT_D_MLD_QUERY_LENGTH, mld_frame,
        .broken = {.body = QUERY_1 "02", .dst = "ff02::1"},
        .near_miss = {.body = QUERY_1, .dst = "ff02::1"},
        .need = 28, .have = 25},
    {"M7_query_length_23", PKT_D_MLD_QUERY_LENGTH, mld_frame,
        .broken = {.body = "8200 0000 2710 0000 000000000000000000000000000000", .dst = "ff02::1"},
        .near_miss = {.body = QUERY_1, .dst = "ff02::1"},
        .need = 24, .have = 23},
    {"M9_reserved", PKT_D_MLD_RESERVED, mld_frame,
        .broken = {.body = "8200 0000 2710 0001" ANY, .dst = "ff02::1"},
        .near_miss = {.body = "8200 0000 2711 0000" ANY, .dst = "ff02::1"},
        .need = 0, .have = 1, .off = AT_MLD + 6},
    {"M9_reserved_code", PKT_D_MLD_RESERVED, mld_frame,
        .broken = {.body = "8f05 0000 0000 0001 04000000" FF15_1, .dst = "ff02::16"},
        .near_miss = {.body = "9705 0000 007d 0002", .dst = "ff02::6a"}, /* the advertisement interval */
        .need = 0, .have = 5, .off = AT_MLD + 1},
    {"M9_reserved_delay", PKT_D_MLD_RESERVED, mld_frame,
        .broken = {.body = "8300 0000 2710 0000" FF15_1, .dst = "ff15::1"},
        .near_miss = {.body = QUERY_1, .dst = "ff02::1"},
        .need = 0, .have = 10000, .off = AT_MLD + 4},
    {"M9_reserved_query_flags", PKT_D_MLD_RESERVED, mld_frame,
        .broken = {.body = QUERY_1 "127d 0000", .dst = "ff02::1"},
        .near_miss = {.body = QUERY_1 "8a7d 0000", .dst = "ff02::1"}, /* E (RFC 9279) and S */
        .need = 0, .have = 0x10, .off = AT_MLD + 24},
    {"M9_reserved_report_flags", PKT_D_MLD_RESERVED, mld_frame,
        .broken = {.body = "8f00 0000 0001 0001 04000000" FF15_1, .dst = "ff02::16"},
        .near_miss = {.body = "8f00 0000 8000 0001 04000000" FF15_1, .dst = "ff02::16"},
        .need = 0, .have = 1, .off = AT_MLD + 4},
    {"M9_robustness", PKT_D_MLD_ROBUSTNESS, mld_frame,
        .broken = {.body = QUERY_1 "017d 0000", .dst = "ff02::1"},
        .near_miss = {.body = QUERY_1 "007d 0000", .dst = "ff02::1"},
        .need = 2, .have = 1},
    {"M10_destination", PKT_D_MLD_DESTINATION, mld_frame,
        .broken = {.body = QUERY_2, .dst = "ff02::16"},
        .near_miss = {.body = QUERY_2, .dst = "ff02::1"},
        .off = AT_IP + 24},
    {"M10_destination_specific", PKT_D_MLD_DESTINATION, mld_frame,
        .broken = {.body = QUERY_1_GROUP, .dst = "ff02::1"},
        .near_miss = {.body = QUERY_2_GROUP, .dst = "ff15::1"}},
    {"M10_destination_report_1", PKT_D_MLD_DESTINATION, mld_frame,
        .broken = {.body = REPORT_1, .dst = "ff02::2"},
        .near_miss = {.body = REPORT_1, .dst = "ff15::1"}},
    {"M10_destination_done", PKT_D_MLD_DESTINATION, mld_frame,
        .broken = {.body = DONE, .dst = "ff15::1"},
        .near_miss = {.body = DONE, .dst = "ff02::2"}},
    {"M10_destination_report_2", PKT_D_MLD_DESTINATION, mld_frame,
        .broken = {.body = REPORT_2, .dst = "ff02::2"},
        .near_miss = {.body = REPORT_2, .dst = "ff02::16"}},
    {"M11_record_overrun", PKT_D_MLD_RECORD_OVERRUN, mld_frame,
        .broken = {.body = "8f00 0000 0000 0001 05000002" FF15_1 DB8_1, .dst = "ff02::16"},
        .near_miss = {.body = "8f00 0000 0000 0001 05000001" FF15_1 DB8_1, .dst = "ff02::16"},
        .need = 52, .have = 36, .off = AT_MLD + 8},
    {"M11_record_overrun_aux", PKT_D_MLD_RECORD_OVERRUN, mld_frame,
        .broken = {.body = "8f00 0000 0000 0001 04ff0000" FF15_1, .dst = "ff02::16"},
        .near_miss = {.body = REPORT_2, .dst = "ff02::16"},
        .need = 20 + 255 * 4, .have = 20},
    {"M11_record_type", PKT_D_MLD_RECORD_TYPE, mld_frame,
        .broken = {.body = "8f00 0000 0000 0002 09000000" FF15_1 "04000000" FF15_1, .dst = "ff02::16"},
        .near_miss = {.body = "8f00 0000 0000 0002 02000000" FF15_1 "04000000" FF15_1, .dst = "ff02::16"},
        .need = 6, .have = 9},
    {"M11_source_overrun", PKT_D_MLD_SOURCE_OVERRUN, mld_frame,
        .broken = {.body = "8200 0000 03e8 0000" FF3E_1 "027d 0002" DB8_1, .dst = "ff3e::1"},
        .near_miss = {.body = "8200 0000 03e8 0000" FF3E_1 "027d 0001" DB8_1, .dst = "ff3e::1"},
        .need = 60, .have = 44, .off = AT_MLD + 26},
    {"M12_trailing", PKT_D_MLD_TRAILING, mld_frame,
        .broken = {.body = REPORT_2 "00", .dst = "ff02::16"},
        .near_miss = {.body = "8f00 0000 8000 0001 04000000" FF15_1 "00010000", .dst = "ff02::16"}, /* an extension */
        .need = 0, .have = 1, .off = AT_MLD + 28},
    {"M12_trailing_query", PKT_D_MLD_TRAILING, mld_frame,
        .broken = {.body = QUERY_2 "00000000", .dst = "ff02::1"},
        .near_miss = {.body = QUERY_1 "827d 0000 00010000", .dst = "ff02::1"},
        .need = 28, .have = 32, .off = AT_MLD + 28},
    {"M13_never_reported", PKT_D_MLD_NEVER_REPORTED, mld_frame,
        .broken = {.body = "8f00 0000 0000 0001 04000000 ff020000000000000000000000000001", .dst = "ff02::16"},
        .near_miss = {.body = "8f00 0000 0000 0001 04000000 ff0200000000000000000001ff00000a", .dst = "ff02::16"}, /* solicited-node */
        .off = AT_MLD + 12},
    {"M13_never_reported_scope_1", PKT_D_MLD_NEVER_REPORTED, mld_frame,
        .broken = {.body = "8300 0000 0000 0000 ff010000000000000000000000000002", .dst = "ff01::2"},
        .near_miss = {.body = "8300 0000 0000 0000 ff020000000000000000000000000002", .dst = "ff02::2"},
        .off = AT_MLD + 8},
    {"M13_never_reported_scope_0", PKT_D_MLD_NEVER_REPORTED, mld_frame,
        .broken = {.body = "8f00 0000 0000 0001 04000000 ff100000000000000000000000000001", .dst = "ff02::16"},
        .near_miss = {.body = "8f00 0000 0000 0001 04000000 ff130000000000000000000000000001", .dst = "ff02::16"}},
    {"M14_ssm", PKT_D_MLD_SSM, mld_frame,
        .broken = {.body = "8f00 0000 0000 0001 04000000" FF3E_1, .dst = "ff02::16"},
        .near_miss = {.body = "8f00 0000 0000 0001 05000001" FF3E_1 DB8_1, .dst = "ff02::16"},
        .need = 0, .have = 4},
    {"M14_ssm_prefix", PKT_D_MLD_SSM, mld_frame,
        .broken = {.body = "8f00 0000 0000 0001 02000000 ff350000000000000000000000000001", .dst = "ff02::16"},
        /* A prefix is embedded: not ff3x::/32 (RFC 3306). */
        .near_miss = {.body = "8f00 0000 0000 0001 02000000 ff35004020010db80000000000000001", .dst = "ff02::16"},
        .need = 0, .have = 2},
    {"M14_ssm_old_report", PKT_D_MLD_SSM, mld_frame,
        .broken = {.body = "8300 0000 0000 0000" FF3E_1, .dst = "ff3e::1"},
        .near_miss = {.body = REPORT_1, .dst = "ff15::1"}},
    {"M17_mac", PKT_D_MLD_MAC, mld_frame,
        .broken = {.body = REPORT_2, .dst = "ff02::16", .edit = "0:333300000001"},
        .near_miss = {.body = REPORT_2, .dst = "ff02::16", .edit = "0:020000000099"}, /* RFC 6085 */
        .off = AT_IP + 24},
    {"as_R22_general_query_sources", PKT_D_MLD_GENERAL_SOURCES, mld_frame,
        .broken = {.body = QUERY_1 "027d 0001" DB8_1, .dst = "ff02::1"},
        .near_miss = {.body = QUERY_2, .dst = "ff02::1"},
        .need = 0, .have = 1},
    {"as_R23_address", PKT_D_MLD_ADDRESS, mld_frame,
        .broken = {.body = "8200 0000 03e8 0000" DB8_1, .dst = "2001:db8::1"},
        .near_miss = {.body = QUERY_1_GROUP, .dst = "ff15::1"},
        .off = AT_MLD + 8},
    {"as_R23_address_record", PKT_D_MLD_ADDRESS, mld_frame,
        .broken = {.body = "8f00 0000 0000 0001 04000000" DB8_1, .dst = "ff02::16"},
        .near_miss = {.body = REPORT_2, .dst = "ff02::16"},
        .off = AT_MLD + 12},
    {"as_R36_aux_data", PKT_D_MLD_AUX_DATA, mld_frame,
        .broken = {.body = "8f00 0000 0000 0002 04010000" FF15_1 "00000000 04000000" FF15_1, .dst = "ff02::16"},
        .near_miss = {.body = REPORT_2, .dst = "ff02::16"},
        .need = 0, .have = 1},
    {"as_R38_record_empty", PKT_D_MLD_RECORD_EMPTY, mld_frame,
        .broken = {.body = "8f00 0000 0000 0001 01000000" FF15_1, .dst = "ff02::16"},
        .near_miss = {.body = "8f00 0000 0000 0001 03000000" FF15_1, .dst = "ff02::16"}, /* a leave */
        .need = 1, .have = 0},
};
/* clang-format on */

/* M6: a type that nobody knows is no finding, nor are the rules of MLD its own. */
static void other_messages_are_not_judged(void **state)
{
    (void)state;
    struct pkt_packet packet;
    struct message_spec echo = {
        .body = "8000 0000 0001 0001", .dst = "ff02::1", .options = "", .edit = "21:40"};
    struct message_spec unknown = {.body = "c800 0000", .dst = "ff02::1", .options = "", .edit = "21:40"};
    struct frame frame = mld_frame(&echo);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    assert_no_diagnoses(&packet);
    frame_free(frame);
    frame = mld_frame(&unknown);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    assert_no_diagnoses(&packet);
    expect_rows(&packet, "eth ipv6 icmpv6");
    frame_free(frame);
}

/* What a fragment holds is not the message: its hop limit, router alert and group are right or wrong for the
 * whole only. Nor has ICMPv6 in IPv4 the header that the rules speak of. */
static void parts_and_strangers_are_not_judged(void **state)
{
    (void)state;
    struct pkt_packet packet;
    struct message_spec first = {.body = "8300 1234 0000 0000" DB8_1,
                                 .dst = "ff02::1",
                                 .options = "3a00 0001 00000001",
                                 .edit = "20:2c 21:40"};
    struct frame frame = mld_frame(&first);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    expect_rows(&packet, "eth ipv6 ipv6.fraghdr.F icmpv6.F");
    assert_no_diagnoses(&packet);
    frame_free(frame);
    frame = frame_hex("4500002c00000000403a66960a0000010a000002 8300 3af0 0000 0000" DB8_1);
    frame_decode(frame, PKT_LINKTYPE_RAW, &packet);
    pkt_diagnose(&packet);
    expect_rows(&packet, "ip icmpv6");
    assert_no_diagnoses(&packet);
    frame_free(frame);
}

/* A field that was not captured is not judged, and is nothing that runs past the message. */
static void cut_messages_are_judged_by_what_is_there(void **state)
{
    (void)state;
    struct message_spec spec = {.body = "8200 0000 03e8 0000" DB8_1 "117d 0001" DB8_1 "00",
                                .dst = "2001:db8::1"};
    struct pkt_packet packet;
    struct frame frame = mld_frame(&spec);
    static const struct {
        size_t captured;
        const char *findings;
    } steps[] = {
        {AT_MLD + 23, ""                                                                                    },
        {AT_MLD + 24, "mld.address@3:70 0/0"                                                                },
        {AT_MLD + 25, "mld.reserved@3:86 0/16, mld2.robustness@3:86 2/1, mld.address@3:70 0/0"              },
        {AT_MLD + 28,
         "mld.reserved@3:86 0/16, mld2.robustness@3:86 2/1, mld2.trailing@3:106 44/45, mld.address@3:70 0/0"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct frame cut = frame_copy(frame.bytes, steps[i].captured);
        pkt_decode(pkt_view_make(cut.bytes, cut.len), (uint32_t)frame.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
        pkt_diagnose(&packet);
        expect_findings(&packet, steps[i].findings);
        frame_free(cut);
    }
    frame_free(frame);
}

/* M5 is a rule of all ICMPv6 messages; those as R22 and others have no number in MLD. */
static void findings_cite_their_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].name[0] == 'M' && rules[i].code != PKT_D_ICMP6_CHECKSUM)
            expect_citation(&rules[i]);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(findings_cite_their_rule),
        cmocka_unit_test(other_messages_are_not_judged),
        cmocka_unit_test(parts_and_strangers_are_not_judged),
        cmocka_unit_test(cut_messages_are_judged_by_what_is_there),
    };
    return run_rule_cases("mld_rules", rules, sizeof rules / sizeof *rules, others,
                          sizeof others / sizeof *others);
}
