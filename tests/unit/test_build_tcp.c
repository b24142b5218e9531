/*
 * Builder of TCP with options, against frames that scapy wrote and by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/pkt.h"
#include "support/build_check.h"
#include "support/build_frames.h"
#include "support/golden_frames.h"

static void put_data(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_tcp(b, &(struct pkt_tcp_spec){.src = 1000,
                                            .dst = 80,
                                            .sequence = 1,
                                            .acknowledgment = 2,
                                            .flags = PKT_TCP_PSH | PKT_TCP_ACK,
                                            .window = 512});
    pkt_build_payload(b, pkt_view_make("odd", 3));
}

static void put_data6(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv6(b, &ip6);
    pkt_build_tcp(b, &(struct pkt_tcp_spec){.src = 1000,
                                            .dst = 80,
                                            .sequence = 1,
                                            .acknowledgment = 2,
                                            .flags = PKT_TCP_PSH | PKT_TCP_ACK,
                                            .window = 512});
    pkt_build_payload(b, pkt_view_make("even", 4));
}

static void put_syn(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_tcp(b, &(struct pkt_tcp_spec){.src = 1000, .dst = 80, .sequence = 1, .window = 64240});
    pkt_build_tcp_mss(b, 1460);
    pkt_build_tcp_sack_permitted(b);
    pkt_build_tcp_timestamps(b, 1, 0);
    pkt_build_tcp_option(b, PKT_TCP_OPTION_NOP, pkt_view_make(NULL, 0));
    pkt_build_tcp_window_scale(b, 7);
}

/* E/P4/TCP(sport=1000,dport=80,seq=1,ack=2,flags='SEC',window=64240,urgptr=9,options=[('MSS',1460),('SAckOK',
 * b''),('Timestamp',(1,2)),('NOP',None),('WScale',7)]) */
#define TCP_FIELDS                                                                                     \
    "02000000000202000000000108004500003c00010000400666b90a0000010a00000203e800500000000100000002a0c2" \
    "faf034060009020405b40402080a000000010000000201030307"
static void put_fields(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_tcp(b, &(struct pkt_tcp_spec){.src = 1000,
                                            .dst = 80,
                                            .sequence = 1,
                                            .acknowledgment = 2,
                                            .flags = PKT_TCP_SYN | PKT_TCP_ECE | PKT_TCP_CWR,
                                            .window = 64240,
                                            .urgent = 9});
    pkt_build_tcp_mss(b, 1460);
    pkt_build_tcp_sack_permitted(b);
    pkt_build_tcp_timestamps(b, 1, 2);
    pkt_build_tcp_option(b, PKT_TCP_OPTION_NOP, pkt_view_make(NULL, 0));
    pkt_build_tcp_window_scale(b, 7);
}

/* E/P6/TCP(sport=1000,dport=80,seq=1,ack=2,flags='A',window=500,options=[('NOP',None),('NOP',None),('SAck',(
 * 10,20,30,40))])/b'odd' */
#define TCP_SACK                                                                                       \
    "02000000000202000000000186dd60000000002b0640fd000000000000000000000000000001fd000000000000000000" \
    "00000000000203e800500000000100000002a01001f485ae0000010105120000000a000000140000001e000000286f64" \
    "64"
static void put_sack(struct pkt_build *b)
{
    static const uint32_t edges[] = {10, 20, 30, 40};
    put_ethernet(b);
    pkt_build_ipv6(b, &ip6);
    pkt_build_tcp(
        b,
        &(struct pkt_tcp_spec){
            .src = 1000, .dst = 80, .sequence = 1, .acknowledgment = 2, .flags = PKT_TCP_ACK, .window = 500});
    pkt_build_tcp_option(b, PKT_TCP_OPTION_NOP, pkt_view_make(NULL, 0));
    pkt_build_tcp_option(b, PKT_TCP_OPTION_NOP, pkt_view_make(NULL, 0));
    pkt_build_tcp_sack(b, edges, 2);
    pkt_build_payload(b, pkt_view_make("odd", 3));
}

static void test_golden(void **state)
{
    static const struct put_case cases[] = {
        {"data",      put_data,   GOLDEN_TCP4,     PKT_LINKTYPE_ETHERNET},
        {"data IPv6", put_data6,  GOLDEN_TCP6,     PKT_LINKTYPE_ETHERNET},
        {"syn",       put_syn,    GOLDEN_TCP4_SYN, PKT_LINKTYPE_ETHERNET},
        {"fields",    put_fields, TCP_FIELDS,      PKT_LINKTYPE_ETHERNET},
        {"sack",      put_sack,   TCP_SACK,        PKT_LINKTYPE_ETHERNET},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_put_case(&cases[i]);
}

/* RFC 9293 3.1: options of every length, padded to a multiple of four with zeroes. */
static void test_padding(void **state)
{
    static const uint8_t data[38] = {1, 2, 3};
    struct build_check check;
    (void)state;
    for (size_t len = 0; len <= sizeof data; len++) {
        struct pkt_build *b = check_begin(&check);
        pkt_build_ipv4(b, &ip4);
        pkt_build_tcp(b, NULL);
        pkt_build_tcp_option(b, PKT_TCP_OPTION_EXPERIMENT_1, pkt_view_make(data, len));
        pkt_build_payload(b, pkt_view_make("x", 1));
        check_round_trip(&check, PKT_LINKTYPE_RAW);
        assert_int_equal(check.packet.layer[1].hdr_len, (20 + 2 + len + 3) / 4 * 4);
        for (size_t i = 20 + 20 + 2 + len; i < 20U + check.packet.layer[1].hdr_len; i++)
            assert_int_equal(pkt_u8(check.bytes, i), 0);
    }
}

static void test_defaults(void **state)
{
    struct build_check check;
    struct pkt_build *b = check_begin(&check);
    struct pkt_tcp tcp;
    (void)state;
    pkt_build_ipv4(b, &ip4);
    pkt_build_tcp(b, NULL);
    check_round_trip(&check, PKT_LINKTYPE_RAW);
    assert_true(pkt_as_tcp(&check.packet, 1, &tcp));
    assert_int_equal(pkt_tcp_flags(tcp), PKT_TCP_SYN);
    assert_int_equal(pkt_tcp_window(tcp), 65535);
    assert_int_equal(pkt_tcp_header_len(tcp), 20);
}

static void test_overrides(void **state)
{
    struct build_check check;
    struct pkt_build *b = check_begin(&check);
    (void)state;
    pkt_build_ipv4(b, &ip4);
    pkt_build_tcp(b, &(struct pkt_tcp_spec){.flags = PKT_TCP_ACK | PKT_TCP_AE});
    pkt_build_tcp_mss(b, 536);
    pkt_build_set_bits(b, 1, 96, 4, 15);
    pkt_build_set_bits(b, 1, 112, 16, 0); /* a closed window */
    pkt_build_set_bits(b, 1, 128, 16, 0xbad1);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_bytes_hex(pkt_view_from(check.bytes, 32), "f110 0000 bad1 0000 02040218");
}

/* A partial checksum is the pseudo-header's sum, as the kernel leaves it: 0a00+1+0a00+2+6+20. */
static void test_partial(void **state)
{
    uint8_t buffer[64];
    struct pkt_build build;
    struct pkt_view bytes;
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, PKT_BUILD_PARTIAL);
    pkt_build_ipv4(&build, &ip4);
    pkt_build_tcp(&build, NULL);
    assert_int_equal(pkt_build_finish(&build, &bytes), PKT_BUILD_OK);
    assert_int_equal(pkt_u16(bytes, 36), 0x0a00 + 1 + 0x0a00 + 2 + 6 + 20);
}

static void test_errors(void **state)
{
    static const uint8_t data[40];
    static const uint32_t edges[10];
    struct build_check check;
    (void)state;
    pkt_build_tcp_mss(check_begin(&check), 1);
    check_fails(&check, PKT_BUILD_E_ORDER);
    pkt_build_ipv4(check_begin(&check), &ip4);
    pkt_build_tcp_mss(&check.build, 1);
    check_fails(&check, PKT_BUILD_E_ORDER);
    pkt_build_tcp(check_begin(&check), NULL);
    pkt_build_tcp_option(&check.build, PKT_TCP_OPTION_MD5, pkt_view_make(data, 39));
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_tcp(check_begin(&check), NULL);
    pkt_build_tcp_option(&check.build, PKT_TCP_OPTION_NOP, pkt_view_make(data, 1));
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_tcp(check_begin(&check), NULL);
    pkt_build_tcp_sack(&check.build, edges, 5);
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_tcp(check_begin(&check), &(struct pkt_tcp_spec){.flags = 0x200});
    check_fails(&check, PKT_BUILD_E_RANGE);
    pkt_build_tcp(check_begin(&check), NULL); /* no network layer for its pseudo-header */
    check_fails(&check, PKT_BUILD_E_ORDER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),    cmocka_unit_test(test_padding), cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_overrides), cmocka_unit_test(test_partial), cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
