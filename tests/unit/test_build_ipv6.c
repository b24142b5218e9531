/*
 * Builders of IPv6 headers and hop-by-hop options.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/pkt.h"
#include "support/assert_pkt.h"
#include "support/golden_frames.h"

static uint8_t buffer[8192];
static struct pkt_build build;

static const struct pkt_ipv6_spec ip = {
    .src = {{0xfd, [15] = 1}},
    .dst = {{0xfd, [15] = 2}},
};

static void start(void)
{
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_ethernet(&build,
                       &(struct pkt_ethernet_spec){.dst = {{2, 0, 0, 0, 0, 2}}, .src = {{2, 0, 0, 0, 0, 1}}});
    pkt_build_ipv6(&build, &ip);
}

static struct pkt_view finish(void)
{
    struct pkt_view packet = {NULL, 0};
    assert_int_equal(pkt_build_finish(&build, &packet), PKT_BUILD_OK);
    return packet;
}

static void test_golden(void **state)
{
    (void)state;
    start();
    pkt_build_udp(&build, &(struct pkt_udp_spec){.src = 1000, .dst = 2000});
    pkt_build_payload(&build, pkt_view_make("hello", 5));
    assert_bytes_hex(finish(), GOLDEN_UDP6);

    start();
    pkt_build_ipv6_hopopts(&build);
    pkt_build_ipv6_router_alert(&build, 0);
    pkt_build_icmp6_echo(&build, &(struct pkt_icmp_echo_spec){.id = 1, .sequence = 2});
    pkt_build_payload(&build, pkt_view_make("x", 1));
    assert_bytes_hex(finish(), GOLDEN_IP6_ROUTER_ALERT);
}

static void test_fields(void **state)
{
    struct pkt_ipv6_spec spec = ip;
    (void)state;
    spec.traffic_class = 0xab;
    spec.flow_label = 0xcdef1;
    spec.hop_limit = 3;
    spec.next_header = PKT_IP_NONE;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_ipv6(&build, &spec);
    assert_bytes_hex(pkt_view_clip(finish(), 0, 8), "6abcdef1 0000 3b 03");
}

/* Padding to eight bytes by Pad1 or one PadN: every length of an option. */
static void test_padding(void **state)
{
    static const uint8_t data[20];
    (void)state;
    for (size_t len = 0; len < sizeof data; len++) {
        struct pkt_packet packet;
        struct frame frame;
        start();
        pkt_build_ipv6_hopopts(&build);
        pkt_build_ipv6_option(&build, 0x1e, pkt_view_make(data, len)); /* for experiments, RFC 4727 */
        pkt_build_udp(&build, &(struct pkt_udp_spec){.src = 1000, .dst = 2000});
        struct pkt_view bytes = finish();
        packet_from_bytes(bytes.ptr, bytes.len, PKT_LINKTYPE_ETHERNET, &frame, &packet);
        expect_rows(&packet, "eth ipv6 ipv6.hopopts udp");
        assert_u32(packet.layer[2].hdr_len, (2 + 2 + len + 7) / 8 * 8);
        assert_no_diagnoses(&packet);
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
    static const uint8_t data[256];
    struct pkt_ipv6_spec spec = ip;
    (void)state;
    spec.flow_label = 0x100000;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_ipv6(&build, &spec);
    assert_int_equal(error_of(), PKT_BUILD_E_RANGE);

    start(); /* an option without its header */
    pkt_build_ipv6_router_alert(&build, 0);
    assert_int_equal(error_of(), PKT_BUILD_E_ORDER);

    start();
    pkt_build_ipv6_hopopts(&build);
    pkt_build_ipv6_option(&build, 0x1e, pkt_view_make(data, 256));
    assert_int_equal(error_of(), PKT_BUILD_E_RANGE);

    start(); /* 8 options of 257 bytes are more than 2048 */
    pkt_build_ipv6_hopopts(&build);
    for (unsigned i = 0; i < 8; i++)
        pkt_build_ipv6_option(&build, 0x1e, pkt_view_make(data, 255));
    assert_int_equal(error_of(), PKT_BUILD_E_RANGE);

    pkt_build_init(&build, NULL, 0, 0);
    pkt_build_ipv6(&build, &ip);
    pkt_build_fill(&build, 0, 65536);
    assert_int_equal(error_of(), PKT_BUILD_E_RANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
