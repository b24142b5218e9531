/*
 * Builders of ICMP messages and their quotations, and of the ICMPv6 messages that are no neighbour discovery.
 * Expected bytes are scapy 2.5's, a kernel's from captures/, or drawn by hand from the RFC with scapy's
 * checksum.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/icmp_build.h"
#include "pkt/ipv4.h"
#include "pkt/link.h"
#include "pkt/transport.h"
#include "support/build_check.h"
#include "support/capture_frames.h"

static struct build_check check;

enum {
    AT_ICMP = 20,
    KERNEL_MAX = 576, /* of an error (RFC 1812 4.3.2.3) */
};

/* scapy: IP(src="10.0.0.1", dst="10.0.0.2", id=0x1234) */
static struct pkt_build *begin4(void)
{
    struct pkt_build *build = check_begin(&check);
    pkt_build_ipv4(build,
                   &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 1}}, .dst = {{10, 0, 0, 2}}, .id = 0x1234});
    return build;
}

static void finish(void)
{
    check_round_trip(&check, PKT_LINKTYPE_RAW);
}

static struct pkt_view message(void)
{
    return pkt_view_from(check.bytes, AT_ICMP);
}

/* scapy: IP(src="10.0.0.2", dst="192.0.2.1", ttl=1, id=9)/UDP(sport=40000, dport=33434)/b"xy" */
static void put_probe(struct pkt_build *build)
{
    pkt_build_ipv4(
        build, &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 2}}, .dst = {{192, 0, 2, 1}}, .ttl = 1, .id = 9});
    pkt_build_udp(build, &(struct pkt_udp_spec){.src = 40000, .dst = 33434});
    pkt_build_payload(build, pkt_view_make("xy", 2));
}
#define OUTER "4500003a123400004001548d0a0000010a000002"
#define PROBE "4500001e000900000111edc30a000002c00002019c40829a000a9c827879"

static void test_echo(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_echo(build, &(struct pkt_icmp_echo_spec){.id = 0x4321, .sequence = 7});
    pkt_build_payload(build, pkt_view_make("abcd", 4));
    finish();
    assert_bytes_hex(check.bytes, "4500002012340000400154a70a0000010a0000020800f0104321000761626364");

    build = begin4();
    pkt_build_icmp_echo(build, &(struct pkt_icmp_echo_spec){.reply = true, .id = 0x4321, .sequence = 7});
    pkt_build_payload(build, pkt_view_make("abcd", 4));
    finish();
    assert_bytes_hex(check.bytes, "4500002012340000400154a70a0000010a0000020000f8104321000761626364");
}

static void test_queries(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_timestamp(
        build, &(struct pkt_icmp_timestamp_spec){
                   .id = 1, .sequence = 2, .originate = 0x01020304, .receive = 5, .transmit = 0x80000006});
    finish();
    assert_bytes_hex(message(), "0d006eeb00010002010203040000000580000006");

    build = begin4();
    pkt_build_icmp_information(build, &(struct pkt_icmp_echo_spec){.id = 1, .sequence = 2});
    finish();
    assert_bytes_hex(message(), "0f00f0fc00010002");

    build = begin4();
    pkt_build_icmp_information(build, &(struct pkt_icmp_echo_spec){.reply = true, .id = 1, .sequence = 2});
    finish();
    assert_bytes_hex(message(), "1000effc00010002");

    build = begin4();
    pkt_build_icmp_mask(build, &(struct pkt_icmp_mask_spec){
                                   .reply = true, .id = 1, .sequence = 2, .mask = {{255, 255, 255, 0}}});
    finish();
    assert_bytes_hex(message(), "1200eefb00010002ffffff00");
}

/* RFC 1256 3 */
static void test_router(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_router_advertisement(build, NULL);
    pkt_build_icmp_router(build,
                          (struct pkt_ip4){
                              {10, 0, 0, 254}
    },
                          5);
    pkt_build_icmp_router(build,
                          (struct pkt_ip4){
                              {10, 0, 0, 253}
    },
                          INT32_MIN);
    finish();
    assert_bytes_hex(message(), "090057f5 02020708 0a0000fe00000005 0a0000fd80000000");

    build = begin4();
    pkt_build_icmp_router_advertisement(build, &(struct pkt_icmp_router_spec){.withdrawn = true});
    finish();
    assert_bytes_hex(message(), "0900f6fd00020000");

    build = begin4();
    pkt_build_icmp_router_solicitation(build);
    finish();
    assert_bytes_hex(message(), "0a00f5ff00000000");
}

/* RFC 1393 2.3, RFC 8335 2 and 3; alternate hosts have no format but 8 bytes. */
static void test_rare(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_traceroute(
        build,
        &(struct pkt_icmp_traceroute_spec){
            .code = 1, .id = 0x0102, .outbound_hops = 5, .return_hops = 10, .speed = 10000000, .mtu = 1500});
    finish();
    assert_bytes_hex(message(), "1e0143f9 01020000 0005000a 00989680 000005dc");

    build = begin4();
    pkt_build_icmp_extended_echo(
        build, &(struct pkt_icmp_extended_echo_spec){.id = 7, .sequence = 3, .local = true});
    finish();
    assert_bytes_hex(message(), "2a00d2f700070301");

    build = begin4();
    pkt_build_icmp_extended_reply(
        build, &(struct pkt_icmp_extended_reply_spec){
                   .code = 2, .id = 7, .sequence = 3, .state = 2, .active = true, .ip4 = true, .ip6 = true});
    finish();
    assert_bytes_hex(message(), "2b02d1af00070347");

    build = begin4();
    pkt_build_icmp(build, &(struct pkt_icmp_spec){.type = PKT_ICMP_ALTERNATE_HOST, .rest = 0x0a000009});
    finish();
    assert_bytes_hex(message(), "0600eff60a000009");
}

static void test_errors(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_unreachable(build, &(struct pkt_icmp_unreachable_spec){.code = 4, .mtu = 1400});
    put_probe(build);
    finish();
    assert_bytes_hex(check.bytes, OUTER "0304c3a200000578" PROBE);

    build = begin4();
    pkt_build_icmp_redirect(build, &(struct pkt_icmp_redirect_spec){.code = 1, .gateway = {{10, 0, 0, 254}}});
    put_probe(build);
    finish();
    assert_bytes_hex(check.bytes, OUTER "0501bc1f0a0000fe" PROBE);

    build = begin4();
    pkt_build_icmp_time_exceeded(build, 0);
    put_probe(build);
    finish();
    assert_bytes_hex(check.bytes, OUTER "0b00c11e00000000" PROBE);

    build = begin4();
    pkt_build_icmp_parameter_problem(build, &(struct pkt_icmp_parameter_spec){.pointer = 20});
    put_probe(build);
    finish();
    assert_bytes_hex(check.bytes, OUTER "0c00ac1e14000000" PROBE);

    build = begin4();
    pkt_build_icmp_source_quench(build);
    put_probe(build);
    finish();
    assert_bytes_hex(check.bytes, OUTER "0400c81e00000000" PROBE);
}

/* A quoted header with options: the transport header stands behind them. */
static void test_quoted_options(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_parameter_problem(build, &(struct pkt_icmp_parameter_spec){.pointer = 20});
    pkt_build_ipv4(
        build, &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 2}}, .dst = {{192, 0, 2, 1}}, .ttl = 1, .id = 9});
    pkt_build_ipv4_router_alert(build, 0);
    pkt_build_ipv4_option(build, PKT_IPV4_OPTION_NOP, pkt_view_make(NULL, 0));
    pkt_build_udp(build, &(struct pkt_udp_spec){.src = 40000, .dst = 33434});
    pkt_build_payload(build, pkt_view_make("xy", 2));
    finish();
    assert_bytes_hex(check.bytes, "4500004212340000400154850a0000010a000002 0c00ac1e14000000"
                                  "4700002600090000011156b70a000002 c0000201 94040000 01000000"
                                  "9c40829a000a9c827879");
}

/* What an offloading card would sum is the outermost transport layer: there is none here. */
static void test_partial(void **state)
{
    struct pkt_build *build = &check.build;
    (void)state;
    pkt_build_init(build, check.buffer, sizeof check.buffer, PKT_BUILD_PARTIAL);
    pkt_build_ipv4(build,
                   &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 1}}, .dst = {{10, 0, 0, 2}}, .id = 0x1234});
    pkt_build_icmp_time_exceeded(build, 0);
    put_probe(build);
    finish();
    assert_bytes_hex(check.bytes, OUTER "0b00c11e00000000" PROBE);
}

/* --- what a kernel sent --- */

static struct pkt_view frame_view(struct frame frame)
{
    return pkt_view_make(frame.bytes, frame.len);
}

enum {
    AT_MESSAGE = 14 + 20, /* in frames without IP options */
    ECHO_HEAD = 8,
};

/* Ethernet and IPv4 headers of a kernel's error, from its fields. */
static void put_kernel_headers(struct pkt_build *build, struct frame frame)
{
    struct pkt_view bytes = frame_view(frame);
    pkt_build_ethernet(build,
                       &(struct pkt_ethernet_spec){.dst = pkt_mac_at(bytes, 0), .src = pkt_mac_at(bytes, 6)});
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){.src = pkt_ip4_at(bytes, 26),
                                                  .dst = pkt_ip4_at(bytes, 30),
                                                  .id = pkt_u16(bytes, 18),
                                                  .ttl = pkt_u8(bytes, 22),
                                                  .tos = 0xc0});
}

/* The echo request that was quoted, whole as in its own frame; a router counted its time to live down. */
static void put_kernel_probe(struct pkt_build *build, struct frame probe, uint8_t ttl)
{
    struct pkt_view bytes = frame_view(probe);
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){.src = pkt_ip4_at(bytes, 26),
                                                  .dst = pkt_ip4_at(bytes, 30),
                                                  .id = pkt_u16(bytes, 18),
                                                  .dont_fragment = true,
                                                  .ttl = ttl});
    pkt_build_icmp_echo(build, &(struct pkt_icmp_echo_spec){.id = pkt_u16(bytes, AT_MESSAGE + 4),
                                                            .sequence = pkt_u16(bytes, AT_MESSAGE + 6)});
    pkt_build_payload(build, pkt_view_from(bytes, AT_MESSAGE + ECHO_HEAD));
}

static void expect_frame(struct frame frame)
{
    check_round_trip(&check, PKT_LINKTYPE_ETHERNET);
    assert_bytes_equal(check.bytes, frame_view(frame));
    frame_free(frame);
}

/* Quoted lengths and checksums are those of the packet before the router cut it to 548 bytes. */
static void test_kernel_time_exceeded(void **state)
{
    struct frame probe = capture_frame("icmp4-time-exceeded.pcap", 2);
    struct frame error = capture_frame("icmp4-time-exceeded.pcap", 3);
    struct pkt_build *build = check_begin(&check);
    (void)state;
    put_kernel_headers(build, error);
    pkt_build_icmp_time_exceeded(build, 0);
    put_kernel_probe(build, probe, 1);
    pkt_build_quote_end(build, KERNEL_MAX - 28);
    expect_frame(error);
    frame_free(probe);
}

static void test_kernel_fragmentation_needed(void **state)
{
    struct frame probe = capture_frame("icmp4-frag-needed.pcap", 0);
    struct frame error = capture_frame("icmp4-frag-needed.pcap", 1);
    struct pkt_build *build = check_begin(&check);
    (void)state;
    put_kernel_headers(build, error);
    pkt_build_icmp_unreachable(build, &(struct pkt_icmp_unreachable_spec){.code = 4, .mtu = 1300});
    put_kernel_probe(build, probe, 64);
    pkt_build_quote_end(build, KERNEL_MAX - 28);
    expect_frame(error);
    frame_free(probe);
}

static void test_kernel_redirect(void **state)
{
    struct frame probe = capture_frame("icmp4-redirect.pcap", 0);
    struct frame error = capture_frame("icmp4-redirect.pcap", 1);
    struct pkt_build *build = check_begin(&check);
    (void)state;
    put_kernel_headers(build, error);
    pkt_build_icmp_redirect(build, &(struct pkt_icmp_redirect_spec){.code = 1, .gateway = {{192, 0, 2, 3}}});
    put_kernel_probe(build, probe, 63);
    expect_frame(error);
    frame_free(probe);
}

/* --- quotations --- */

/* Cut behind the first 8 bytes of the transport header, as RFC 792 wanted it: nothing is left of the payload,
 * and its row is gone. */
static void test_cut(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_time_exceeded(build, 0);
    put_probe(build);
    assert_int_equal(build->count, 5);
    pkt_build_quote_end(build, 28);
    assert_int_equal(build->count, 4);
    finish();
    assert_bytes_hex(pkt_view_from(message(), 8), "4500001e000900000111edc30a000002c00002019c40829a000a9c82");
}

/* At every length: what is left is the start of the quotation, sums and rows are right. */
static void test_cut_anywhere(void **state)
{
    struct frame probe = frame_hex(PROBE);
    (void)state;
    for (size_t keep = 0; keep <= probe.len + 1; keep++) {
        struct pkt_build *build = begin4();
        size_t left = keep < probe.len ? keep : probe.len;
        pkt_build_icmp_time_exceeded(build, 0);
        put_probe(build);
        pkt_build_quote_end(build, keep);
        check_finish(&check, PKT_LINKTYPE_RAW);
        assert_int_equal(check.bytes.len, AT_ICMP + 8 + left);
        assert_memory_equal(check.bytes.ptr + AT_ICMP + 8, probe.bytes, left);
        assert_int_equal(pkt_checksum_verify(&check.packet, 1).state, PKT_CHECKSUM_OK);
        for (unsigned row = 2; row < build->count; row++)
            assert_in_range(build->row[row].off, AT_ICMP + 8, check.bytes.len - 1);
        assert_no_diagnoses(&check.packet);
    }
    frame_free(probe);
}

/* An echo in a quotation is no error: the end is that of the error around it. */
static void test_echo_quoted(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_time_exceeded(build, 0);
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 2}}, .dst = {{192, 0, 2, 1}}});
    pkt_build_icmp_echo(build, &(struct pkt_icmp_echo_spec){.id = 1});
    pkt_build_fill(build, 'x', 100);
    pkt_build_quote_end(build, 28);
    finish();
    assert_int_equal(check.bytes.len, AT_ICMP + 8 + 28);
    pkt_build_quote_end(build, 0); /* there is no second one */
    check_fails(&check, PKT_BUILD_E_ORDER);
}

/* An error that quotes an error: the inner quotation ends first; its message and the outer quotation keep
 * lengths and sums of what was sent. */
static void test_nested(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_parameter_problem(build, &(struct pkt_icmp_parameter_spec){.pointer = 1});
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 1}}, .dst = {{10, 0, 0, 2}}, .id = 1});
    pkt_build_icmp_time_exceeded(build, 0);
    put_probe(build);
    pkt_build_quote_end(build, 28);
    pkt_build_quote_end(build, 40); /* in the inner quotation's IPv4 header */
    pkt_build_set_bits(build, 0, 64, 8, 9);
    pkt_build_trailer(build, pkt_view_make("\0\0\0\0", 4));
    check_finish(&check, PKT_LINKTYPE_RAW);
    /* scapy: IP(id=0x1234, ttl=9, ...)/ICMP(type=12, ptr=1)/raw(IP(id=1)/ICMP(type=11)/probe[:28])[:40] */
    assert_bytes_hex(
        check.bytes,
        "45000044123400000901 8b830a0000010a000002" /* outer */
        "0c00 7a6b 01000000"
        "45000038000100004001 66c20a0000010a000002" /* quoted error: its own length, its own sum */
        "0b00 3998 00000000"
        "4500001e00090000 0111edc3"
        "00000000");
}

/* A quotation cannot be ended behind the trailer, nor twice. */
static void test_trailer_ends(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_time_exceeded(build, 0);
    put_probe(build);
    pkt_build_pad(build, 100);
    pkt_build_quote_end(build, 28);
    check_fails(&check, PKT_BUILD_E_ORDER);
}

/* A router cuts; the link pads the frame to its minimum. */
static void test_pad(void **state)
{
    struct pkt_build *build = check_begin(&check);
    (void)state;
    pkt_build_ethernet(build, NULL);
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 1}}, .dst = {{10, 0, 0, 2}}});
    pkt_build_icmp_time_exceeded(build, 0);
    put_probe(build);
    pkt_build_quote_end(build, 8);
    pkt_build_pad(build, 60);
    check_finish(&check, PKT_LINKTYPE_ETHERNET);
    check_rows(&check);
    assert_int_equal(check.bytes.len, 60);
    assert_int_equal(pkt_u16(check.bytes, 16), 20 + 8 + 8);
    assert_int_equal(pkt_checksum_verify(&check.packet, 2).state, PKT_CHECKSUM_OK);
}

/* --- measuring, mistakes on purpose, errors --- */

static void test_measure(void **state)
{
    struct pkt_build build;
    struct pkt_view packet;
    (void)state;
    pkt_build_init(&build, NULL, 0, 0);
    pkt_build_ipv4(&build, NULL);
    pkt_build_icmp_time_exceeded(&build, 0);
    put_probe(&build);
    pkt_build_quote_end(&build, 28);
    assert_int_equal(pkt_build_finish(&build, &packet), PKT_BUILD_OK);
    assert_int_equal(packet.len, 20 + 8 + 28);
    assert_int_equal(build.need, 20 + 8 + 30); /* the quotation is built whole before it is cut */
}

static void test_by_hand(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_echo(build, NULL);
    pkt_build_set_bits(build, 1, 16, 16, 0xbad);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(pkt_u16(message(), 2), 0xbad);
    assert_only_diagnosis(&check.packet, PKT_D_ICMP_CHECKSUM);

    build = begin4();
    pkt_build_icmp_router_advertisement(build, NULL);
    pkt_build_icmp_router(build,
                          (struct pkt_ip4){
                              {10, 0, 0, 254}
    },
                          5);
    pkt_build_set_bits(build, 1, 32, 8, 9);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(pkt_u8(message(), 4), 9);
    assert_int_equal(pkt_checksum_verify(&check.packet, 1).state, PKT_CHECKSUM_OK); /* it counts in */

    /* Only router advertisements have a count there: the checksum is the one automatic field of an echo. */
    build = begin4();
    pkt_build_icmp_echo(build, NULL);
    pkt_build_set_bits(build, 1, 32, 16, 77);
    assert_int_equal(build->row[1].fixed, 0);

    /* A field of the quotation, before and after its end. */
    build = begin4();
    pkt_build_icmp_time_exceeded(build, 0);
    put_probe(build);
    pkt_build_set_bits(build, 3, 48, 16, 0xbad);
    pkt_build_quote_end(build, 28);
    pkt_build_set_bits(build, 2, 80, 16, 0xbeef);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_bytes_hex(pkt_view_from(message(), 8), "4500001e000900000111beef0a000002c00002019c40829a000a0bad");
    assert_int_equal(pkt_checksum_verify(&check.packet, 1).state, PKT_CHECKSUM_OK);
}

static void test_refused(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_quote_end(build, 0);
    check_fails(&check, PKT_BUILD_E_ORDER);

    build = begin4();
    pkt_build_icmp_echo(build, NULL);
    pkt_build_icmp_router(build, (struct pkt_ip4){{0}}, 0);
    check_fails(&check, PKT_BUILD_E_ORDER);

    build = check_begin(&check);
    pkt_build_icmp_router(build, (struct pkt_ip4){{0}}, 0);
    check_fails(&check, PKT_BUILD_E_ORDER);

    build = begin4();
    pkt_build_icmp_parameter_problem(build, &(struct pkt_icmp_parameter_spec){.pointer = 256});
    check_fails(&check, PKT_BUILD_E_RANGE);

    build = begin4();
    pkt_build_icmp_extended_reply(build, &(struct pkt_icmp_extended_reply_spec){.state = 8});
    check_fails(&check, PKT_BUILD_E_RANGE);

    build = begin4();
    pkt_build_icmp_router_advertisement(build, NULL);
    for (unsigned i = 0; i < 256; i++)
        pkt_build_icmp_router(build, (struct pkt_ip4){{0}}, 0);
    check_fails(&check, PKT_BUILD_E_RANGE);

    /* A row that was cut away is no row any more. */
    build = begin4();
    pkt_build_icmp_time_exceeded(build, 0);
    put_probe(build);
    pkt_build_quote_end(build, 28);
    pkt_build_set_bits(build, 4, 0, 8, 0);
    check_fails(&check, PKT_BUILD_E_ORDER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_router),
        cmocka_unit_test(test_rare),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_quoted_options),
        cmocka_unit_test(test_partial),
        cmocka_unit_test(test_kernel_time_exceeded),
        cmocka_unit_test(test_kernel_fragmentation_needed),
        cmocka_unit_test(test_kernel_redirect),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_echo_quoted),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_trailer_ends),
        cmocka_unit_test(test_pad),
        cmocka_unit_test(test_measure),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
