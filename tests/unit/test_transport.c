/*
 * UDP and TCP: rows, getters, and each of their diagnoses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/decode_case.h"

/* clang-format off */
static const struct decode_case cases[] = {
    {.name = "udp-empty", .hex = "0200000000020200000000010800 4500001c0001000040110000 0a000001 0a000002"
     "03e807d000080000", .ip_checksum = 14, .rows = "eth ip udp"},
    {.name = "udp-header-short", .hex = GOLDEN_UDP4, .edit = "16:001b", .ip_checksum = 14,
     .rows = "eth ip.P udp.S eth.trailer", .findings = "header.short@2:34 8/7"},
    {.name = "udp-cut", .hex = GOLDEN_UDP4, .captured = 41, .rows = "eth.T ip.T udp.T",
     .findings = "cap.truncated@2:34 8/7"},
    {.name = "udp-data-cut", .hex = GOLDEN_UDP4, .captured = 44, .rows = "eth.T ip.T udp.T data.T"},
    {.name = "udp-data-all-cut", .hex = GOLDEN_UDP4, .captured = 42, .rows = "eth.T ip.T udp.T data.T"},
    {.name = "udp-length-short", .hex = GOLDEN_UDP4, .edit = "38:0007", .rows = "eth ip udp.S",
     .findings = "udp.length-short@2:38 8/7"},
    {.name = "udp-length-0", .hex = GOLDEN_UDP4, .edit = "38:0000 40:0000", .rows = "eth ip udp.S",
     .findings = "udp.length-short@2:38 8/0"},
    {.name = "udp-length-0-offloaded", .hex = GOLDEN_UDP4, .edit = "38:0000 40:0000", .flags = PKT_DECODE_GSO,
     .rows = "eth ip udp data",
     .layout = "eth 0+14/47 capture, ip 14+20/33 ipv4-total-length, udp 34+8/13 ipv4-total-length, "
               "data 42+0/5 ipv4-total-length"},
    {.name = "udp-length-overrun", .hex = GOLDEN_UDP4, .edit = "38:000e", .rows = "eth ip udp.C data",
     .findings = "udp.length-overrun@2:38 14/13"},
    {.name = "udp-length-underrun", .hex = GOLDEN_UDP4, .edit = "38:000c 40:0000", .rows = "eth ip udp.P data",
     .findings = "udp.length-underrun@2:38 13/12"},
    {.name = "udp-checksum", .hex = GOLDEN_UDP4, .edit = "40:1111", .rows = "eth ip udp data",
     .findings = "udp.checksum@2:34 40007/4369"},
    {.name = "udp-checksum-partial", .hex = GOLDEN_UDP4, .edit = "40:1421", .rows = "eth ip udp data",
     .findings = "checksum.partial@2:34 40007/5153"},
    {.name = "udp-checksum-zero", .hex = GOLDEN_UDP4, .edit = "40:0000", .rows = "eth ip udp data"},
    {.name = "udp-checksum-zero-ipv6", .hex = GOLDEN_UDP6, .edit = "60:0000", .rows = "eth ipv6 udp data",
     .findings = "udp.checksum-zero-ipv6@2:60 0/0"},
    {.name = "tcp", .hex = GOLDEN_TCP4, .rows = "eth ip tcp data",
     .layout = "eth 0+14/57 capture, ip 14+20/43 ipv4-total-length, tcp 34+20/23 ipv4-total-length, "
               "data 54+0/3 ipv4-total-length"},
    {.name = "tcp-options", .hex = GOLDEN_TCP4_SYN, .rows = "eth ip tcp",
     .layout = "eth 0+14/74 capture, ip 14+20/60 ipv4-total-length, tcp 34+40/40 ipv4-total-length"},
    {.name = "tcp-cut", .hex = GOLDEN_TCP4, .captured = 53, .rows = "eth.T ip.T tcp.T",
     .findings = "cap.truncated@2:34 20/19"},
    {.name = "tcp-options-cut", .hex = GOLDEN_TCP4_SYN, .captured = 73, .rows = "eth.T ip.T tcp.T",
     .findings = "cap.truncated@2:34 40/39"},
    {.name = "tcp-short", .hex = GOLDEN_TCP4, .edit = "16:0027", .ip_checksum = 14,
     .rows = "eth ip.P tcp.S eth.trailer", .findings = "header.short@2:34 20/19"},
    {.name = "tcp-data-offset-below-5", .hex = GOLDEN_TCP4, .edit = "46:40", .rows = "eth ip tcp.S",
     .findings = "tcp.header-length@2:46 20/16"},
    {.name = "tcp-data-offset-past-segment", .hex = GOLDEN_TCP4, .edit = "46:60", .rows = "eth ip tcp.S",
     .findings = "tcp.header-length@2:34 24/23"},
    {.name = "tcp-checksum", .hex = GOLDEN_TCP4, .edit = "50:0000", .rows = "eth ip tcp data",
     .findings = "tcp.checksum@2:34 49703/0"},
    /* Option bytes change; 2 of the MSS value takes up the difference so that the checksum stays right. */
    {.name = "tcp-option-length-0", .hex = GOLDEN_TCP4_SYN, .edit = "55:00 57:b8", .rows = "eth ip tcp",
     .findings = "tcp.option-length@2:54 2/0"},
    {.name = "tcp-option-length-1", .hex = GOLDEN_TCP4_SYN, .edit = "55:01 57:b7", .rows = "eth ip tcp",
     .findings = "tcp.option-length@2:54 2/1"},
    {.name = "tcp-option-past-header", .hex = GOLDEN_TCP4_SYN, .edit = "55:15 57:a3", .rows = "eth ip tcp",
     .findings = "tcp.option-length@2:54 21/20"},
    {.name = "quoted-tcp-of-8-bytes", .hex = GOLDEN_UNREACHABLE_TCP, .rows = "eth ip icmp ip.QC tcp.TQ"},
};
/* clang-format on */

static void udp_getters(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_UDP4);
    struct pkt_packet packet;
    struct pkt_udp udp;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_udp(&packet, 2, &udp));
    assert_int_equal(pkt_udp_src(udp), 1000);
    assert_int_equal(pkt_udp_dst(udp), 2000);
    assert_int_equal(pkt_udp_len(udp), 13);
    assert_int_equal(pkt_udp_checksum(udp), 0x9c47);
    assert_memory_equal(pkt_layer_payload(&packet, 2).ptr, "hello", 5);
    assert_int_equal(pkt_layer_payload(&packet, 2).len, 5);
    assert_int_equal(pkt_layer_payload_len(&packet, 2), 5);
    assert_false(pkt_as_udp(&packet, 1, &udp));
    assert_false(pkt_as_udp(&packet, 16, &udp));
    frame_free(frame);
}

/* A jumbogram's UDP length is 0 (RFC 2675 4): the IPv6 jumbo payload length rules. */
static void udp_in_a_jumbogram(void **state)
{
    (void)state;
    const size_t payload = 8 + 8 + 70000;
    struct frame frame = {calloc(1, 40 + payload), 40 + payload};
    static const uint8_t start[] = {0x60, 0, 0, 0, 0, 0, 0, 64};
    uint8_t hopopts[] = {
        17, 0, 0xc2, 4, 0, (uint8_t)(payload >> 16), (uint8_t)(payload >> 8), (uint8_t)payload};
    memcpy(frame.bytes, start, sizeof start);
    memcpy(frame.bytes + 40, hopopts, sizeof hopopts);
    struct pkt_packet packet;
    frame_decode(frame, PKT_LINKTYPE_RAW, &packet);
    expect_layout(&packet,
                  "ipv6 0+40/70056 ipv6-jumbo-payload-length, "
                  "ipv6.hopopts 40+8/70016 ipv6-jumbo-payload-length, "
                  "udp 48+8/70008 ipv6-jumbo-payload-length, data 56+0/70000 ipv6-jumbo-payload-length");
    expect_findings(&packet, "");
    frame_free(frame);
}

static void tcp_getters(void **state)
{
    (void)state;
    struct decode_case c = {.hex = GOLDEN_TCP4_SYN, .edit = "42:01020304 46:a1c2 52:0005"};
    struct frame frame = case_frame(&c);
    struct pkt_packet packet;
    struct pkt_tcp tcp;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_tcp(&packet, 2, &tcp));
    assert_int_equal(pkt_tcp_src(tcp), 1000);
    assert_int_equal(pkt_tcp_dst(tcp), 80);
    assert_int_equal(pkt_tcp_sequence(tcp), 1);
    assert_int_equal(pkt_tcp_acknowledgment(tcp), 0x01020304);
    assert_int_equal(pkt_tcp_header_len(tcp), 40);
    assert_int_equal(pkt_tcp_flags(tcp), PKT_TCP_AE | PKT_TCP_CWR | PKT_TCP_ECE | PKT_TCP_SYN);
    assert_int_equal(pkt_tcp_window(tcp), 64240);
    assert_int_equal(pkt_tcp_checksum(tcp), 0x34d3);
    assert_int_equal(pkt_tcp_urgent(tcp), 5);
    assert_false(pkt_as_tcp(&packet, 0, &tcp));
    assert_false(pkt_as_tcp(&packet, 3, &tcp));
    frame_free(frame);
}

static void tcp_option_walk(void **state)
{
    (void)state;
    static const uint8_t types[] = {PKT_TCP_OPTION_MSS, PKT_TCP_OPTION_SACK_PERMITTED,
                                    PKT_TCP_OPTION_TIMESTAMPS, PKT_TCP_OPTION_NOP,
                                    PKT_TCP_OPTION_WINDOW_SCALE};
    struct frame frame = frame_hex(GOLDEN_TCP4_SYN);
    struct pkt_packet packet;
    struct pkt_tcp tcp;
    struct pkt_list list;
    struct pkt_option option;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_tcp(&packet, 2, &tcp));
    pkt_tcp_options(tcp, &list);
    for (size_t i = 0; i < sizeof types; i++) {
        assert_true(pkt_option_next(&list, &option));
        assert_int_equal(option.type, types[i]);
        if (i == 0)
            assert_int_equal(pkt_u16(option.data, 0), 1460);
    }
    assert_int_equal(pkt_u8(option.data, 0), 7);
    assert_false(pkt_option_next(&list, &option));
    assert_int_equal(list.stop, PKT_D_NONE);
    frame_free(frame);
}

/* Ports and sequence number can be read of the 8 bytes that an ICMP error quotes at least (RFC 792). */
static void quoted_tcp(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_UNREACHABLE_TCP);
    struct pkt_packet packet;
    struct pkt_tcp tcp;
    struct pkt_list list;
    struct pkt_option option;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_tcp(&packet, 4, &tcp));
    assert_int_equal(tcp.header.len, 8);
    assert_int_equal(pkt_tcp_src(tcp), 1000);
    assert_int_equal(pkt_tcp_sequence(tcp), 1);
    assert_int_equal(pkt_tcp_flags(tcp), 0);
    pkt_tcp_options(tcp, &list);
    assert_false(pkt_option_next(&list, &option));
    assert_int_equal(pkt_layer_network(&packet, 4), 3);
    assert_int_equal(pkt_layer_network(&packet, 3), 1);
    frame_free(frame);
}

/* The options that were captured of a header that was not: those that are whole, then the walk says why it
 * ends. */
static void options_of_a_cut_header(void **state)
{
    (void)state;
    struct frame whole = frame_hex(GOLDEN_TCP4_SYN);
    struct frame frame = frame_copy(whole.bytes, 57);
    struct pkt_packet packet;
    struct pkt_tcp tcp;
    struct pkt_list list;
    struct pkt_option option;
    pkt_decode(pkt_view_make(frame.bytes, frame.len), (uint32_t)whole.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
    assert_true(pkt_as_tcp(&packet, 2, &tcp));
    pkt_tcp_options(tcp, &list);
    assert_int_equal(list.area_len, 20);
    assert_false(pkt_option_next(&list, &option));
    assert_int_equal(list.stop, PKT_D_CAP_TRUNCATED);
    assert_int_equal(list.need, 4);
    assert_int_equal(list.have, 3);
    frame_free(frame);
    frame_free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(udp_getters), cmocka_unit_test(udp_in_a_jumbogram),
        cmocka_unit_test(tcp_getters), cmocka_unit_test(tcp_option_walk),
        cmocka_unit_test(quoted_tcp),  cmocka_unit_test(options_of_a_cut_header),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + run_decode_cases("transport", cases, sizeof cases / sizeof *cases);
}
