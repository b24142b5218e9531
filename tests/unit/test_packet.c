/*
 * Limits of the decode driver: lengths that 32 bits do not hold, a table that is full, a frame without bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/assert_pkt.h"

#include <sys/mman.h>

/* Offsets are 32 bits wide: what lies beyond 2 GiB is left alone. The zeroes take no memory until read. */
static void frames_beyond_2_gib(void **state)
{
    (void)state;
    size_t len = (size_t)INT32_MAX + 4097;
    uint8_t *zeroes =
        mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (zeroes == MAP_FAILED)
        skip();
    zeroes[12] = 0x88; /* a local experimental EtherType */
    zeroes[13] = 0xb5;
    struct pkt_packet packet;
    pkt_decode(pkt_view_make(zeroes, len), UINT32_MAX, PKT_LINKTYPE_ETHERNET, 0, &packet);
    expect_layout(&packet, "eth 0+14/2147483647 capture, data 14+0/2147483633 capture");
    assert_u32(packet.wire_len, INT32_MAX);
    assert_u64(packet.bytes.len, INT32_MAX);
    assert_no_diagnoses(&packet);
    (void)munmap(zeroes, len);
}

/* A wire length below what was captured cannot be: the bytes are there. */
static void wire_length_below_captured(void **state)
{
    (void)state;
    struct frame frame = frame_hex("020000000002 020000000001 88b5 0102");
    struct pkt_packet packet;
    pkt_decode(pkt_view_make(frame.bytes, frame.len), 15, PKT_LINKTYPE_ETHERNET, 0, &packet);
    expect_layout(&packet, "eth 0+14/16 capture, data 14+0/2 capture");
    assert_u32(packet.wire_len, 16);
    frame_free(frame);
}

enum { NESTED = PKT_MAX_LAYERS - 1, ERROR_LEN = 8 + 128 + 4 + 12 };

/* As many IPv4 headers in each other as leave one row; in them an ICMP error with extensions (RFC 4884). */
static struct frame nested_error(uint8_t quoted_version)
{
    struct frame frame = {calloc(1, NESTED * 20 + ERROR_LEN), NESTED * 20 + ERROR_LEN};
    assert_non_null(frame.bytes);
    for (size_t i = 0; i < NESTED; i++) {
        uint8_t *ip = frame.bytes + i * 20;
        ip[0] = 0x45;
        frame_put16(frame, i * 20 + 2, (unsigned)(frame.len - i * 20));
        ip[9] = i + 1 < NESTED ? 4 : 1;
    }
    uint8_t *icmp = frame.bytes + NESTED * 20;
    icmp[0] = 11;
    icmp[5] = 32; /* words of the quotation */
    icmp[8] = quoted_version;
    icmp[8 + 128] = 0x20;
    return frame;
}

/* The extension structure, the quoted packet and its payload find no row: one diagnosis, not three. */
static void full_table_is_said_once(void **state)
{
    (void)state;
    const uint8_t versions[] = {0x45, 0x60, 0x50};
    for (size_t i = 0; i < sizeof versions; i++) {
        struct frame frame = nested_error(versions[i]);
        struct pkt_packet packet;
        frame_decode(frame, PKT_LINKTYPE_RAW, &packet);
        assert_u32(packet.layer_count, PKT_MAX_LAYERS);
        assert_u32(packet.layer[NESTED].proto, PKT_PROTO_ICMP);
        assert_only_diagnosis(&packet, PKT_D_LAYERS_TOO_MANY);
        frame_free(frame);
    }
}

/* No bytes at all, and none of those that were on the wire. */
static void frames_without_bytes(void **state)
{
    (void)state;
    struct frame frame = frame_hex("");
    struct pkt_packet packet;
    pkt_decode(pkt_view_make(frame.bytes, 0), 0, PKT_LINKTYPE_PPP, 0, &packet);
    expect_rows(&packet, "ppp.S");
    expect_findings(&packet, "header.short@0:0 1/0");
    pkt_decode(pkt_view_make(frame.bytes, 0), 60, PKT_LINKTYPE_PPP, 0, &packet);
    expect_rows(&packet, "ppp.T");
    expect_findings(&packet, "cap.truncated@0:0 1/0");
    pkt_decode(pkt_view_make(frame.bytes, 0), 0, PKT_LINKTYPE_RAW, 0, &packet);
    expect_rows(&packet, "");
    assert_no_diagnoses(&packet);
    frame_free(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_beyond_2_gib),
        cmocka_unit_test(wire_length_below_captured),
        cmocka_unit_test(full_table_is_said_once),
        cmocka_unit_test(frames_without_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
