/*
 * Packets that well-known programs read or make wrongly, and that are read right here. Each stands as bytes
 * with what a peer says about it: tshark 4.0.17 and tcpdump 4.99.3, whichever has it right (text2pcap -l 101,
 * tshark -V, tcpdump -nvv). The link type is RAW.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/assert_pkt.h"

static struct frame frame;
static struct pkt_packet packet;

static int close_frame(void **state)
{
    (void)state;
    frame_free(frame);
    frame = (struct frame){NULL, 0};
    return 0;
}

static void open_packet(const char *hex, const char *rows)
{
    frame_free(frame);
    packet_from_hex(hex, PKT_LINKTYPE_RAW, &frame, &packet);
    expect_rows(&packet, rows);
}

static enum pkt_checksum_state checksum_state(unsigned layer)
{
    return pkt_checksum_verify(&packet, layer).state;
}

/*
 * The sum over this datagram is 0, so 0xffff stands in the field (RFC 768); libnet, gopacket, mtr and
 * packetdrill send 0, which says that there is no checksum.
 *
 * tshark:  Checksum: 0xffff [correct]     and for the second:  Checksum: 0x0000 [zero-value ignored]
 * tcpdump: [udp sum ok]                                        [no cksum]
 */
static void udp_checksum_ffff_is_a_checksum(void **state)
{
    (void)state;
    open_packet("4500001e000040004011b6cb c0000201 c0000202 03e807d0000affff 701e", "ip udp data");
    assert_no_diagnoses(&packet);
    assert_int_equal(checksum_state(1), PKT_CHECKSUM_OK);
    assert_u32(pkt_checksum_verify(&packet, 1).expected, 0xffff);
    open_packet("4500001e000040004011b6cb c0000201 c0000202 03e807d0000a0000 701e", "ip udp data");
    assert_no_diagnoses(&packet);
    assert_int_equal(checksum_state(1), PKT_CHECKSUM_ABSENT);
}

/*
 * Auxiliary data of two words stands between the records; tcpdump, gopacket, PcapPlusPlus, scapy and mrouted
 * read it as the next record, or count bytes.
 *
 * tshark:  Group Record : 232.1.1.4  Allow New Sources, Aux Data Len: 2, Source Address: 198.51.100.1,
 *          Aux Data: a0a1a2a3a4a5a6a7, Group Record : 239.1.1.2  Change To Exclude Mode, Num Src: 0
 * tcpdump: [gaddr 232.1.1.4 allow { 198.51.100.1 }] [gaddr 164.165.166.167  [v3-report-#160]   (wrong)
 */
static void igmp3_auxiliary_data_is_skipped(void **state)
{
    (void)state;
    struct pkt_igmp m;
    struct pkt_list list;
    struct pkt_option item;
    struct pkt_group_record record;
    open_packet("46c0003c00004000010241db c000020a e0000016 94040000"
                "2200432900000002"
                "05020001 e8010104 c6336401 a0a1a2a3a4a5a6a7"
                "04000000 ef010102",
                "ip igmp");
    assert_only_diagnosis(&packet, PKT_D_IGMP_AUX_DATA);
    assert_int_equal(checksum_state(1), PKT_CHECKSUM_OK);
    assert_true(pkt_as_igmp(&packet, 1, &m));
    pkt_igmp3_records(m, &list);
    assert_true(pkt_option_next(&list, &item));
    pkt_group_record(&item, 4, &record);
    assert_u32(record.type, PKT_RECORD_ALLOW);
    assert_bytes_hex(record.group, "e8010104");
    assert_bytes_hex(record.sources, "c6336401");
    assert_bytes_hex(record.aux, "a0a1a2a3a4a5a6a7");
    assert_true(pkt_option_next(&list, &item));
    pkt_group_record(&item, 4, &record);
    assert_u32(record.type, PKT_RECORD_TO_EX);
    assert_bytes_hex(record.group, "ef010102");
    assert_u32(record.source_count, 0);
    assert_false(pkt_option_next(&list, &item));
    assert_u32(list.stop, PKT_D_NONE);
}

/*
 * The same in MLDv2.
 *
 * tshark:  Multicast Address Record Allow new sources: ff3e::4, Aux Data Len: 2, Source Address: 2001:db8::1,
 *          Auxiliary Data: a0a1a2a3a4a5a6a7, Multicast Address Record Changed to exclude: ff15::2
 * tcpdump: [gaddr ff3e::4 allow { 2001:db8::1 }] [gaddr a4a5:a6a7:400:0:ff15::  [v2-report-#160]   (wrong)
 */
static void mld2_auxiliary_data_is_skipped(void **state)
{
    (void)state;
    struct pkt_icmp m;
    struct pkt_list list;
    struct pkt_option item;
    struct pkt_group_record record;
    open_packet("6000000000500001 fe80000000000000000000000000000a ff020000000000000000000000000016"
                "3a00050200000100 8f00af2c00000002"
                "05020001 ff3e0000000000000000000000000004 20010db8000000000000000000000001 a0a1a2a3a4a5a6a7"
                "04000000 ff150000000000000000000000000002",
                "ipv6 ipv6.hopopts icmpv6");
    assert_only_diagnosis(&packet, PKT_D_MLD_AUX_DATA);
    assert_int_equal(checksum_state(2), PKT_CHECKSUM_OK);
    assert_true(pkt_as_icmp(&packet, 2, &m));
    pkt_mld2_records(m, &list);
    assert_true(pkt_option_next(&list, &item));
    pkt_group_record(&item, 16, &record);
    assert_bytes_hex(record.sources, "20010db8000000000000000000000001");
    assert_bytes_hex(record.aux, "a0a1a2a3a4a5a6a7");
    assert_true(pkt_option_next(&list, &item));
    pkt_group_record(&item, 16, &record);
    assert_u32(record.type, PKT_RECORD_TO_EX);
    assert_bytes_hex(record.group, "ff150000000000000000000000000002");
    assert_false(pkt_option_next(&list, &item));
}

/*
 * Code 0x90 is 256 tenths of a second: gopacket takes mantissa and exponent the wrong way round. QQIC 0x9c is
 * 448 s by the same code: tshark prints 156, tcpdump nothing.
 *
 * tshark:  Max Resp Time: 25.6 sec (0x90), QQIC: 156   (wrong)
 * tcpdump: igmp query v3 [max resp time 25.6s]
 */
static void igmp3_codes_are_floating(void **state)
{
    (void)state;
    struct pkt_igmp m;
    open_packet("46c000240000400001024208 c000020a e0000001 94040000 1190ebd3 00000000 029c0000", "ip igmp");
    assert_no_diagnoses(&packet);
    assert_true(pkt_as_igmp(&packet, 1, &m));
    assert_u32(pkt_igmp_max_response_ds(m), 256);
    assert_u32(pkt_igmp_float_decode(pkt_igmp3_qqic(m)), 448);
}

/*
 * Code 0x8001 is 32,776 ms, QQIC 0x9c is 448 s.
 *
 * tshark:  Maximum Response Code: 32776, QQIC (Querier's Query Interval Code): 448
 * tcpdump: multicast listener query v2 [max resp delay=32776] [gaddr :: robustness=2 qqi=448]
 */
static void mld2_codes_are_floating(void **state)
{
    (void)state;
    struct pkt_icmp m;
    open_packet("6000000000240001 fe80000000000000000000000000000a ff020000000000000000000000000001"
                "3a00050200000100 8200fd7c80010000 00000000000000000000000000000000 029c0000",
                "ipv6 ipv6.hopopts icmpv6");
    assert_no_diagnoses(&packet);
    assert_true(pkt_as_icmp(&packet, 2, &m));
    assert_u32(pkt_mld_max_response_ms(m), 32776);
    assert_u32(pkt_igmp_float_decode(pkt_mld2_qqic(m)), 448);
}

/*
 * A report may be empty.
 *
 * tshark:  Num Group Records: 0   Number of Multicast Address Records: 0
 * tcpdump: igmp v3 report [invalid len 8]   (wrong)   multicast listener report v2, 0 group record(s)
 */
static void reports_without_records_are_reports(void **state)
{
    (void)state;
    struct pkt_igmp igmp;
    struct pkt_icmp mld;
    struct pkt_list list;
    struct pkt_option item;
    open_packet("46c0002000004000010241f7 c000020a e0000016 94040000 2200ddff00000000", "ip igmp");
    assert_no_diagnoses(&packet);
    assert_true(pkt_as_igmp(&packet, 1, &igmp));
    assert_u32(pkt_igmp_version(igmp), 3);
    assert_u32(pkt_igmp3_record_count(igmp), 0);
    pkt_igmp3_records(igmp, &list);
    assert_false(pkt_option_next(&list, &item));
    assert_u32(list.stop, PKT_D_NONE);
    open_packet("6000000000100001 fe80000000000000000000000000000a ff020000000000000000000000000016"
                "3a00050200000100 8f00731900000000",
                "ipv6 ipv6.hopopts icmpv6");
    assert_no_diagnoses(&packet);
    assert_true(pkt_as_icmp(&packet, 2, &mld));
    assert_u32(pkt_mld_version(mld), 2);
    assert_u32(pkt_mld2_record_count(mld), 0);
}

/*
 * The pseudo-header counts UDP only, not the extension headers, and takes the final destination from a
 * routing header (RFC 8200 8.1); libnet 1.1.6 and packetdrill sum something else.
 *
 * tshark:  Checksum: 0xb9d8 [correct]     Checksum: 0xb941 [correct]
 * tcpdump: HBH (padn) DSTOPT (padn) 1000 > 2000: [udp sum ok]
 *          RT6 (len=2, type=0 [Deprecated], segleft=1, rsv=0x0, [0]2001:db8::99) 1000 > 2000: [udp sum ok]
 */
static void checksums_behind_extension_headers(void **state)
{
    (void)state;
    open_packet("60000000001c0040 20010db8000000000000000000000001 20010db8000000000000000000000002"
                "3c00010400000000 1100010400000000 03e807d0000cb9d870696e67",
                "ipv6 ipv6.hopopts ipv6.dstopts udp data");
    assert_no_diagnoses(&packet);
    assert_int_equal(checksum_state(3), PKT_CHECKSUM_OK);
    open_packet("6000000000242b40 20010db8000000000000000000000001 20010db8000000000000000000000002"
                "1102000100000000 20010db8000000000000000000000099 03e807d0000cb94170696e67",
                "ipv6 ipv6.routing udp data");
    assert_no_diagnoses(&packet);
    assert_int_equal(checksum_state(2), PKT_CHECKSUM_OK);
}

/*
 * The quoted header is 28 bytes long: mtr reads the ports 20 bytes behind its start.
 *
 * tshark:  Internet Protocol .... 0111 = Header Length: 28 bytes (7), IP Option - Record Route (7 bytes),
 *          User Datagram Protocol, Src Port: 40000, Dst Port: 33434
 * tcpdump: ICMP time exceeded in-transit, length 44
 *          IP (..., options (RR 0.0.0.0,EOL)) 192.0.2.1.40000 > 198.51.100.9.33434: UDP, length 4
 */
static void quoted_headers_have_options(void **state)
{
    (void)state;
    struct pkt_udp udp;
    struct pkt_ipv4 quoted;
    open_packet("450000400000400040013cba cb007101 c0000201 0b00d61800000000"
                "4700002800004000 01118080 c0000201 c6336409 0707040000000000 9c40829a000c0000",
                "ip icmp ip.QC udp.QC");
    assert_no_diagnoses(&packet);
    assert_int_equal(checksum_state(1), PKT_CHECKSUM_OK);
    assert_true(pkt_as_ipv4(&packet, 2, &quoted));
    assert_u32(pkt_ipv4_header_len(quoted), 28);
    assert_true(pkt_as_udp(&packet, 3, &udp));
    assert_u32(pkt_udp_src(udp), 40000);
    assert_u32(pkt_udp_dst(udp), 33434);
}

/*
 * 65,535 bytes of UDP over IPv6, nearly all of them 0xff: libnet 1.1.6 sums into a signed integer of 32 bits,
 * which overflows.
 *
 * tshark:  Checksum: 0x99c6 [correct]
 * tcpdump: [udp sum ok] UDP, length 65527
 */
static void checksum_of_the_largest_datagram(void **state)
{
    (void)state;
    struct frame headers = frame_hex("60000000ffff1140"
                                     "20010db8fffffffffffffffffffffffe 20010db8fffffffffffffffffffffffd"
                                     "03e807d0ffff99c6");
    size_t len = 40 + 65535;
    uint8_t *bytes = malloc(len);
    assert_non_null(bytes);
    memset(bytes, 0xff, len);
    memcpy(bytes, headers.bytes, headers.len);
    frame_free(headers);
    packet_from_bytes(bytes, len, PKT_LINKTYPE_RAW, &frame, &packet);
    free(bytes);
    expect_rows(&packet, "ipv6 udp data");
    assert_no_diagnoses(&packet);
    assert_int_equal(checksum_state(1), PKT_CHECKSUM_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(udp_checksum_ffff_is_a_checksum, close_frame),
        cmocka_unit_test_teardown(igmp3_auxiliary_data_is_skipped, close_frame),
        cmocka_unit_test_teardown(mld2_auxiliary_data_is_skipped, close_frame),
        cmocka_unit_test_teardown(igmp3_codes_are_floating, close_frame),
        cmocka_unit_test_teardown(mld2_codes_are_floating, close_frame),
        cmocka_unit_test_teardown(reports_without_records_are_reports, close_frame),
        cmocka_unit_test_teardown(checksums_behind_extension_headers, close_frame),
        cmocka_unit_test_teardown(quoted_headers_have_options, close_frame),
        cmocka_unit_test_teardown(checksum_of_the_largest_datagram, close_frame),
    };
    return cmocka_run_group_tests_name("golden_mistakes", tests, NULL, NULL);
}
