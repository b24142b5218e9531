/*
 * Builders of the ICMPv6 messages that are no neighbour discovery: echoes, errors with their quotations,
 * extension structures. Expected bytes are scapy 2.5's, a kernel's from captures/, or drawn by hand from the
 * RFC with scapy's checksum.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/icmp_build.h"
#include "pkt/igmp_build.h"
#include "pkt/ipv6.h"
#include "pkt/link.h"
#include "pkt/transport.h"
#include "support/build_check.h"
#include "support/capture_frames.h"

static struct build_check check;

enum {
    AT_ICMP = 40,
    AT_QUOTE = AT_ICMP + 8,
    AT_EXTENSION = AT_QUOTE + 128,
    PROBE_LEN = 50,
    KERNEL_MAX = 1280, /* of an error (RFC 4443 2.4) */
};

static const struct pkt_ip6 near = {
    {0x20, 1, 0xd, 0xb8, [15] = 1}
};
static const struct pkt_ip6 far = {
    {0x20, 1, 0xd, 0xb8, [15] = 2}
};
static const struct pkt_ip6 beyond = {
    {0x20, 1, 0xd, 0xb8, 0, 9, [15] = 9}
};
static const struct pkt_mpls_entry labels[] = {
    {.label = 16001, .traffic_class = 3, .ttl = 254},
    {.label = 24,    .traffic_class = 0, .ttl = 1  },
};
#define OUTER "3a40 20010db8000000000000000000000001 20010db8000000000000000000000002"
#define PROBE                                                                            \
    "60000000000a1101 20010db8000000000000000000000002 20010db8000900000000000000000009" \
    "9c40829a000a0d00 7879"

/* scapy: IPv6(src="2001:db8::1", dst="2001:db8::2", hlim=64) */
static struct pkt_build *begin(void)
{
    struct pkt_build *build = check_begin(&check);
    pkt_build_ipv6(build, &(struct pkt_ipv6_spec){.src = near, .dst = far, .hop_limit = 64});
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

/* scapy: IPv6(src="2001:db8::2", dst="2001:db8:9::9", hlim=1)/UDP(sport=40000, dport=33434)/b"xy" */
static void put_probe(struct pkt_build *build)
{
    pkt_build_ipv6(build, &(struct pkt_ipv6_spec){.src = far, .dst = beyond, .hop_limit = 1});
    pkt_build_udp(build, &(struct pkt_udp_spec){.src = 40000, .dst = 33434});
    pkt_build_payload(build, pkt_view_make("xy", 2));
}

static void test_echo(void **state)
{
    struct pkt_build *build = begin();
    (void)state;
    pkt_build_icmp6_echo(build, &(struct pkt_icmp_echo_spec){.id = 0x4321, .sequence = 7});
    pkt_build_payload(build, pkt_view_make("abcd", 4));
    finish();
    assert_bytes_hex(check.bytes, "60000000000c" OUTER "80001c554321000761626364");

    build = begin();
    pkt_build_icmp6_echo(build, &(struct pkt_icmp_echo_spec){.reply = true, .id = 0x4321, .sequence = 7});
    pkt_build_payload(build, pkt_view_make("abcd", 4));
    finish();
    assert_bytes_hex(check.bytes, "60000000000c" OUTER "81001b554321000761626364");
}

/* Behind an extension header: libnet 1.1.6 writes the checksum into that. */
static void test_behind_extension(void **state)
{
    struct pkt_build *build = begin();
    (void)state;
    pkt_build_ipv6_hopopts(build);
    pkt_build_ipv6_router_alert(build, 0);
    pkt_build_icmp6_echo(build, &(struct pkt_icmp_echo_spec){.id = 0x4321, .sequence = 7});
    pkt_build_payload(build, pkt_view_make("abcd", 4));
    finish();
    assert_bytes_hex(check.bytes,
                     "6000000000140040 20010db8000000000000000000000001"
                     "20010db8000000000000000000000002 3a00050200000100 80001c554321000761626364");
}

/* RFC 8335 2, 3 */
static void test_extended_echo(void **state)
{
    struct pkt_build *build = begin();
    (void)state;
    pkt_build_icmp6_extended_echo(
        build, &(struct pkt_icmp_extended_echo_spec){.id = 7, .sequence = 3, .local = true});
    finish();
    assert_bytes_hex(message(), "a000014000070301");

    build = begin();
    pkt_build_icmp6_extended_reply(
        build, &(struct pkt_icmp_extended_reply_spec){
                   .code = 2, .id = 7, .sequence = 3, .state = 2, .active = true, .ip4 = true, .ip6 = true});
    finish();
    assert_bytes_hex(message(), "a102fff700070347");

    build = begin();
    pkt_build_icmp6_extended_echo(build, &(struct pkt_icmp_extended_echo_spec){.local = true});
    pkt_build_icmp_extension(build);
    pkt_build_icmp_interface_id(build, &(struct pkt_interface_id){.type = 2, .index = 3});
    finish();
    assert_bytes_hex(pkt_view_from(message(), 8), "2000dcf2 00080302 00000003");
}

static void test_errors(void **state)
{
    struct pkt_build *build = begin();
    (void)state;
    pkt_build_icmp6_unreachable(build, 4);
    put_probe(build);
    finish();
    assert_bytes_hex(check.bytes, "60000000003a" OUTER "0104322200000000" PROBE);

    build = begin();
    pkt_build_icmp6_packet_too_big(build, 1280);
    put_probe(build);
    finish();
    assert_bytes_hex(check.bytes, "60000000003a" OUTER "02002c2600000500" PROBE);

    build = begin();
    pkt_build_icmp6_time_exceeded(build, 0);
    put_probe(build);
    finish();
    assert_bytes_hex(check.bytes, "60000000003a" OUTER "0300302600000000" PROBE);

    build = begin();
    pkt_build_icmp6_parameter_problem(build,
                                      &(struct pkt_icmp_parameter_spec){.code = 1, .pointer = 0x01000028});
    put_probe(build);
    finish();
    assert_bytes_hex(check.bytes, "60000000003a" OUTER "04012dfd01000028" PROBE);
}

/* --- what a kernel sent --- */

static struct pkt_view frame_view(struct frame frame)
{
    return pkt_view_make(frame.bytes, frame.len);
}

/* The IPv6 header of a frame, from its fields. */
static void put_network(struct pkt_build *build, struct pkt_view frame, uint8_t hop_limit)
{
    struct pkt_ipv6 ip = {pkt_view_clip(frame, 14, 40)};
    pkt_build_ipv6(build, &(struct pkt_ipv6_spec){.src = pkt_ipv6_src(ip),
                                                  .dst = pkt_ipv6_dst(ip),
                                                  .hop_limit = hop_limit,
                                                  .traffic_class = pkt_ipv6_traffic_class(ip),
                                                  .flow_label = pkt_ipv6_flow_label(ip)});
}

static void put_kernel_headers(struct pkt_build *build, struct pkt_view frame)
{
    pkt_build_ethernet(build,
                       &(struct pkt_ethernet_spec){.dst = pkt_mac_at(frame, 0), .src = pkt_mac_at(frame, 6)});
    put_network(build, frame, pkt_u8(frame, 14 + 7));
}

/* The echo request that is quoted, whole as in its own frame. */
static void put_kernel_probe(struct pkt_build *build, struct pkt_view frame, uint8_t hop_limit)
{
    enum { AT_MESSAGE = 14 + 40 };
    put_network(build, frame, hop_limit);
    pkt_build_icmp6_echo(build, &(struct pkt_icmp_echo_spec){.id = pkt_u16(frame, AT_MESSAGE + 4),
                                                             .sequence = pkt_u16(frame, AT_MESSAGE + 6)});
    pkt_build_payload(build, pkt_view_from(frame, AT_MESSAGE + 8));
}

/* An error in a capture and the probe in the frame before it. */
static void expect_kernel_error(const char *name, unsigned index, uint8_t hop_limit)
{
    struct frame probe = capture_frame(name, index - 1);
    struct frame error = capture_frame(name, index);
    struct pkt_build *build = check_begin(&check);
    struct pkt_view bytes = frame_view(error);
    put_kernel_headers(build, bytes);
    pkt_build_icmp6(build, &(struct pkt_icmp_spec){.type = pkt_u8(bytes, 54),
                                                   .code = pkt_u8(bytes, 55),
                                                   .rest = pkt_u32(bytes, 58)});
    put_kernel_probe(build, frame_view(probe), hop_limit);
    pkt_build_quote_end(build, KERNEL_MAX - 48);
    check_round_trip(&check, PKT_LINKTYPE_ETHERNET);
    assert_bytes_equal(check.bytes, bytes);
    frame_free(probe);
    frame_free(error);
}

static void test_kernel_errors(void **state)
{
    (void)state;
    expect_kernel_error("icmp6-packet-too-big.pcap", 1, 64);
    expect_kernel_error("icmp6-time-exceeded.pcap", 1, 1);
    expect_kernel_error("icmp6-time-exceeded.pcap", 3, 1);
}

/* --- extension structures: the length attribute counts 8 bytes (RFC 4884 4.4) --- */

static void test_extension(void **state)
{
    struct pkt_build *build = begin();
    (void)state;
    pkt_build_icmp6_time_exceeded(build, 0);
    put_probe(build);
    pkt_build_icmp_extension(build);
    pkt_build_icmp_mpls(build, labels, 2);
    finish();
    assert_bytes_hex(pkt_view_clip(message(), 0, 8), "03001fc810000000");
    assert_bytes_hex(pkt_view_from(check.bytes, AT_EXTENSION), "2000430a 000c0101 03e816fe 00018101");
}

static void test_extension_padding(void **state)
{
    (void)state;
    for (size_t len = 127; len <= 137; len++) {
        struct pkt_build *build = begin();
        size_t units = len <= 128 ? 16 : (len + 7) / 8;
        pkt_build_icmp6_unreachable(build, 1);
        put_probe(build);
        pkt_build_fill(build, 'x', len - PROBE_LEN);
        pkt_build_icmp_extension(build);
        pkt_build_icmp_mpls(build, labels, 2);
        finish();
        assert_int_equal(pkt_u8(message(), 4), units);
        assert_int_equal(check.bytes.len, AT_QUOTE + units * 8 + 16);
    }
}

static void test_extension_order(void **state)
{
    struct pkt_build *build = begin();
    (void)state;
    pkt_build_icmp6_packet_too_big(build, 1280); /* the MTU is where the length attribute would be */
    put_probe(build);
    pkt_build_icmp_extension(build);
    check_fails(&check, PKT_BUILD_E_ORDER);
}

/* --- on purpose --- */

static void test_by_hand(void **state)
{
    struct pkt_build *build = begin();
    (void)state;
    pkt_build_icmp6_echo(build, NULL);
    pkt_build_set_bits(build, 1, 16, 16, 0xbad);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(pkt_u16(message(), 2), 0xbad);

    build = begin();
    pkt_build_icmp6_time_exceeded(build, 0);
    put_probe(build);
    pkt_build_icmp_extension(build);
    pkt_build_icmp_mpls(build, labels, 2);
    pkt_build_set_bits(build, 1, 32, 8, 0); /* as an old sender left it */
    finish();
    assert_int_equal(pkt_u8(message(), 4), 0);

    build = begin();
    pkt_build_icmp6_unreachable(build, 1);
    put_probe(build);
    pkt_build_set_bits(build, 1, 32, 8, 17); /* before the structure as well as behind it */
    pkt_build_icmp_extension(build);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(pkt_u8(message(), 4), 17);

    build = begin(); /* the count of an MLD report, but not the same bits of a packet too big */
    pkt_build_mld2_report(build);
    pkt_build_set_bits(build, 1, 48, 16, 9);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(pkt_u16(message(), 6), 9);
    build = begin();
    pkt_build_icmp6_packet_too_big(build, 0);
    pkt_build_set_bits(build, 1, 48, 16, 1400);
    assert_int_equal(build->row[1].fixed, 0);
}

/* The pseudo-header needs an IPv6 header around the message. */
static void test_no_network(void **state)
{
    struct pkt_build *build = check_begin(&check);
    (void)state;
    pkt_build_icmp6_echo(build, NULL);
    check_fails(&check, PKT_BUILD_E_ORDER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_behind_extension),
        cmocka_unit_test(test_extended_echo),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_kernel_errors),
        cmocka_unit_test(test_extension),
        cmocka_unit_test(test_extension_padding),
        cmocka_unit_test(test_extension_order),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_no_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
