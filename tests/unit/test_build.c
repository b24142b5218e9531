/*
 * The forward writer: automatic fields, measuring, errors that stick, fields written by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/pkt.h"

static const struct pkt_ethernet_spec ethernet = {
    .dst = {{2, 0, 0, 0, 0, 2}},
    .src = {{2, 0, 0, 0, 0, 1}},
};
static const struct pkt_ipv4_spec ip = {
    .src = {{10, 0, 0, 1}},
    .dst = {{10, 0, 0, 2}},
    .ttl = 3,
    .id = 0x1234,
};

static void put_udp(struct pkt_build *build)
{
    pkt_build_ethernet(build, &ethernet);
    pkt_build_ipv4(build, &ip);
    pkt_build_udp(build, &(struct pkt_udp_spec){.src = 40000, .dst = 33434});
    pkt_build_payload(build, pkt_view_make("hello", 5));
}

/* Bytes from scapy: Ether(dst="02:00:00:00:00:02", src="02:00:00:00:00:01")/IP(src="10.0.0.1",
 * dst="10.0.0.2", ttl=3, id=0x1234)/UDP(sport=40000, dport=33434)/"hello" */
static const uint8_t udp_frame[] =
    "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01\x08\x00\x45\x00\x00\x21\x12\x34\x00\x00\x03\x11\x91\x96"
    "\x0a\x00\x00\x01\x0a\x00\x00\x02\x9c\x40\x82\x9a\x00\x0d\x89\x24hello";

static void test_udp(void **state)
{
    uint8_t buffer[128];
    struct pkt_build build;
    struct pkt_view frame;
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    put_udp(&build);
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_OK);
    assert_int_equal(frame.len, sizeof udp_frame - 1);
    assert_memory_equal(frame.ptr, udp_frame, frame.len);
}

static void test_measure(void **state)
{
    struct pkt_build build;
    struct pkt_view frame;
    (void)state;
    pkt_build_init(&build, NULL, 0, 0);
    put_udp(&build);
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_OK);
    assert_null(frame.ptr);
    assert_int_equal(frame.len, sizeof udp_frame - 1);
    assert_int_equal(build.need, sizeof udp_frame - 1);
}

/* Every buffer that is too small says the right size and is never written past its end. */
static void test_space(void **state)
{
    (void)state;
    for (size_t size = 1; size < sizeof udp_frame - 1; size++) {
        uint8_t *buffer = test_malloc(size);
        struct pkt_build build;
        struct pkt_view frame;
        pkt_build_init(&build, buffer, size, 0);
        put_udp(&build);
        assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_E_SPACE);
        assert_int_equal(build.need, sizeof udp_frame - 1);
        test_free(buffer);
    }
}

static void test_set_bits(void **state)
{
    uint8_t octets[9] = {0};
    struct pkt_room room = pkt_room_make(octets, sizeof octets);
    (void)state;
    pkt_set_bits(room, 3, 64, UINT64_MAX);
    assert_memory_equal(octets, "\x1f\xff\xff\xff\xff\xff\xff\xff\xe0", 9);
    pkt_set_bits(room, 4, 2, 0);
    assert_int_equal(octets[0], 0x13);
    pkt_set_bits(room, 4, 13, 0x0aaa);
    assert_memory_equal(octets, "\x15\x55\x7f", 3);
    pkt_set_bits(room, 66, 7, 0x7f); /* past the end: dropped whole */
    assert_int_equal(octets[8], 0xe0);
}

/* What was written by hand stays. */
static void test_wrong_on_purpose(void **state)
{
    uint8_t buffer[128];
    struct pkt_build build;
    struct pkt_view frame;
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    put_udp(&build);
    pkt_build_set_bits(&build, 1, 16, 16, 999);   /* total length */
    pkt_build_set_bits(&build, 2, 48, 16, 0xbad); /* UDP checksum */
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_OK);
    assert_int_equal(pkt_u16(frame, 14 + 2), 999);
    assert_int_equal(pkt_u16(frame, 14 + 20 + 6), 0xbad);
    assert_int_equal(pkt_u16(frame, 14 + 20 + 4), 13); /* the UDP length is still right */
}

static void test_errors(void **state)
{
    uint8_t buffer[2048];
    struct pkt_build build;
    struct pkt_view frame;
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    for (unsigned i = 0; i < 17; i++)
        pkt_build_ipv4(&build, &ip);
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_E_DEPTH);

    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_ipv4_option(&build, 7, pkt_view_make("", 0));
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_E_ORDER);

    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_udp(&build, NULL); /* no network layer for its pseudo-header */
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_E_ORDER);

    pkt_build_init(&build, buffer, sizeof buffer, 0);
    put_udp(&build);
    pkt_build_set_bits(&build, 1, 64, 8, 256);
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_E_RANGE);

    pkt_build_init(&build, NULL, 0, 0);
    pkt_build_ipv4(&build, &ip);
    pkt_build_fill(&build, 0, 65516);
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_E_RANGE);
}

/* RFC 768: a checksum of 0 is sent as 0xffff; libnet 1.1.6 sends 0. */
static void test_udp_zero(void **state)
{
    uint8_t buffer[64];
    struct pkt_build build;
    struct pkt_view packet;
    struct pkt_packet decoded;
    (void)state;
    for (unsigned word = 0; word <= UINT16_MAX; word++) {
        uint8_t data[2] = {(uint8_t)(word >> 8), (uint8_t)word};
        pkt_build_init(&build, buffer, sizeof buffer, 0);
        pkt_build_ipv4(&build, &ip);
        pkt_build_udp(&build, &(struct pkt_udp_spec){.src = 1, .dst = 2});
        pkt_build_payload(&build, pkt_view_make(data, sizeof data));
        assert_int_equal(pkt_build_finish(&build, &packet), PKT_BUILD_OK);
        assert_int_not_equal(pkt_u16(packet, 26), 0);
        pkt_decode(packet, (uint32_t)packet.len, PKT_LINKTYPE_RAW, 0, &decoded);
        assert_int_equal(pkt_checksum_verify(&decoded, 1).state, PKT_CHECKSUM_OK);
    }
}

static void test_pad(void **state)
{
    uint8_t buffer[64];
    struct pkt_build build;
    struct pkt_view frame;
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    put_udp(&build);
    pkt_build_pad(&build, 60);
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_OK);
    assert_int_equal(frame.len, 60);
    assert_memory_equal(frame.ptr, udp_frame, sizeof udp_frame - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_udp),
        cmocka_unit_test(test_measure),
        cmocka_unit_test(test_space),
        cmocka_unit_test(test_set_bits),
        cmocka_unit_test(test_wrong_on_purpose),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_udp_zero),
        cmocka_unit_test(test_pad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
