/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packets of --save, octet for octet and through the decoder, and what --read makes of packets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ping/record_packets.h"
#include "ping/replay_flows.h"
#include "ping/replay_packet.h"
#include "pkt/icmp.h"

static uint8_t buffer[RECORD_HEADERS_MAX + 1500];

static struct pkt_room room(void)
{
    return pkt_room_make(buffer, sizeof buffer);
}

static struct pkt_ip ip4(uint8_t last)
{
    return pkt_ip_from4((struct pkt_ip4){
        {192, 0, 2, last}
    });
}

static struct pkt_ip ip6(uint8_t last)
{
    return pkt_ip_from6((struct pkt_ip6){
        {0x20, 1, 0x0d, 0xb8, [15] = last}
    });
}

static struct replay_message read_raw(struct pkt_view bytes, size_t wire_len)
{
    struct pkt_packet packet;
    struct replay_message message;
    pkt_decode(bytes, (uint32_t)wire_len, PKT_LINKTYPE_RAW, 0, &packet);
    replay_packet_read(&packet, &message);
    return message;
}

static const struct record_header to_two = {
    .hop_limit = 9,
    .traffic_class = 0x20,
    .from = {4, {{192, 0, 2, 1}}, {{0}}},
    .to = {4, {{192, 0, 2, 2}}, {{0}}}
};

/* Checksums by hand after RFC 1071: each is the complement of the sum of the words around it. */
static void test_echo_octets(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0x45, 0x20, 0,    30,   0,    0,    0,   0, 9,   1,
                                       0x2d, 0xbc, 192,  0,    2,    1,    192, 0, 2,   2,
                                       8,    0,    0x8e, 0x91, 0x01, 0x02, 0,   3, 'h', 'i'};
    const struct record_echo echo = {0x0102, 3, pkt_view_make("hi", 2)};
    struct pkt_view packet = record_build_echo(room(), &to_two, &echo);
    assert_int_equal(packet.len, sizeof expected);
    assert_memory_equal(packet.ptr, expected, sizeof expected);
}

static void test_request_is_read(void **state)
{
    (void)state;
    const struct record_header headers[] = {
        {.from = ip4(1), .to = ip4(2),                                         .hop_limit = 64},
        {.from = ip6(1), .to = ip6(2),                                         .hop_limit = 64},
        {.from = ip4(1), .to = pkt_ip_from4((struct pkt_ip4){{224, 0, 0, 1}}), .hop_limit = 1 },
    };
    const struct record_echo echo = {77, 65535, pkt_view_make("0123456789", 10)};
    for (size_t i = 0; i < 3; i++) {
        struct pkt_view packet = record_build_echo(room(), &headers[i], &echo);
        struct replay_message message = read_raw(packet, packet.len);
        assert_int_equal(message.kind, REPLAY_REQUEST);
        assert_true(pkt_ip_equal(message.flow.source, headers[i].from));
        assert_true(pkt_ip_equal(message.flow.destination, headers[i].to));
        assert_int_equal(message.flow.identifier, 77);
        assert_int_equal(message.sequence, 65535);
        assert_int_equal(message.is_group, i == 2);
        assert_int_equal(message.event.checksum, PKT_CHECKSUM_OK);
    }
}

/* A reply as it came: not even a wrong checksum is mended, and what was cut off is said by the length. */
static void test_reply_as_it_came(void **state)
{
    (void)state;
    uint8_t reply[] = {0, 0, 0xff, 0xf8, 0, 5, 0, 2, 0, 0};
    struct record_header header = to_two;
    struct pkt_view packet = record_build_message(room(), &header, pkt_view_make(reply, sizeof reply));
    struct replay_message message = read_raw(packet, packet.len);
    assert_int_equal(message.kind, REPLAY_REPLY);
    assert_int_equal(message.event.checksum, PKT_CHECKSUM_OK);
    assert_int_equal(message.event.hop_limit, 9);
    assert_int_equal(message.event.traffic_class, 0x20);
    assert_true(pkt_ip_equal(message.flow.source, ip4(2)));
    assert_true(pkt_ip_equal(message.flow.destination, ip4(1)));
    assert_int_equal(message.flow.identifier, 5);
    assert_int_equal(message.sequence, 2);

    reply[2] ^= 1;
    packet = record_build_message(room(), &header, pkt_view_make(reply, sizeof reply));
    message = read_raw(packet, packet.len);
    assert_int_equal(message.kind, REPLAY_REPLY);
    assert_int_equal(message.event.checksum, PKT_CHECKSUM_BAD);

    header.payload_len = 64;
    packet = record_build_message(room(), &header, pkt_view_make(reply, sizeof reply));
    message = read_raw(packet, packet.len + 54);
    assert_int_equal(message.kind, REPLAY_REPLY);
    assert_int_equal(message.event.wire_len, 64);
    assert_true(message.event.truncated);
    assert_int_equal(message.event.checksum, PKT_CHECKSUM_UNKNOWN);
}

static void test_options(void **state)
{
    (void)state;
    static const uint8_t route[] = {1, 7, 7, 4, 0,
                                    0, 0, 0, 0}; /* no operation, record route of one address */
    static const uint8_t damaged[] = {7, 200, 4};
    struct record_header header = to_two;
    const struct record_echo echo = {1, 1, pkt_view_make(NULL, 0)};
    header.options = pkt_view_make(route, sizeof route);
    struct pkt_view packet = record_build_echo(room(), &header, &echo);
    assert_int_equal(packet.len, 20 + 8 + 8);
    assert_memory_equal(packet.ptr + 20, route, 8);
    header.options = pkt_view_make(damaged, sizeof damaged);
    assert_int_equal(record_build_echo(room(), &header, &echo).len, 28);
}

/* An error of which only parts came: it quotes the echo whose parts are there. */
static void test_error_of_parts(void **state)
{
    (void)state;
    const uint8_t quoted[] = {8, 0, 0xf7, 0xf8, 0, 5, 0, 2};
    const struct pkt_icmp_event event = {.from = ip4(9),
                                         .type = PKT_ICMP_UNREACHABLE,
                                         .code = 4,
                                         .mtu = 1400,
                                         .quoted = pkt_view_make(quoted, sizeof quoted),
                                         .quoted_destination = ip4(2)};
    const struct record_header header = {.from = ip4(9), .to = ip4(1), .hop_limit = 60};
    struct pkt_view packet = record_build_error(room(), &header, &event, ip4(1), 1472);
    struct replay_message message = read_raw(packet, packet.len);
    assert_int_equal(message.kind, REPLAY_ERROR);
    assert_int_equal(message.event.checksum, PKT_CHECKSUM_OK);
    assert_int_equal(message.event.type, PKT_ICMP_UNREACHABLE);
    assert_int_equal(message.event.code, 4);
    assert_int_equal(message.event.mtu, 1400);
    assert_true(pkt_ip_equal(message.event.from, ip4(9)));
    assert_true(pkt_ip_equal(message.flow.source, ip4(1)));
    assert_true(pkt_ip_equal(message.flow.destination, ip4(2)));
    assert_int_equal(message.flow.identifier, 5);
    assert_int_equal(message.sequence, 2);
    assert_int_equal(pkt_u16(packet, 20 + 8 + 2), 1492); /* as it was sent (RFC 791 3.1, total length) */
}

static void test_refused(void **state)
{
    (void)state;
    const struct record_header mixed = {.from = ip4(1), .to = ip6(2)}, none = {.hop_limit = 1};
    const struct record_echo echo = {1, 1, pkt_view_make(NULL, 0)};
    assert_int_equal(record_build_echo(room(), &mixed, &echo).len, 0);
    assert_int_equal(record_build_echo(room(), &none, &echo).len, 0);
    assert_int_equal(record_build_message(pkt_room_make(buffer, 10), &to_two, echo.data).len, 0);
}

/* What says nothing of an echo, or too little. */
static void test_misfits(void **state)
{
    (void)state;
    const struct record_echo echo = {1, 1, pkt_view_make("0123456789", 10)};
    struct pkt_view packet = record_build_echo(room(), &to_two, &echo);
    assert_int_equal(read_raw(pkt_view_clip(packet, 0, 24), packet.len).kind, REPLAY_CUT);
    assert_int_equal(read_raw(pkt_view_clip(packet, 0, 28), packet.len).kind, REPLAY_REQUEST);
    assert_int_equal(read_raw(pkt_view_clip(packet, 0, 10), packet.len).kind, REPLAY_OTHER);
    buffer[30] ^= 1;
    assert_int_equal(read_raw(packet, packet.len).kind, REPLAY_DAMAGED);
    buffer[30] ^= 1;
    buffer[7] = 1; /* fragment offset of 8 octets */
    assert_int_equal(read_raw(packet, packet.len).kind, REPLAY_FRAGMENT);
    buffer[7] = 0;
    buffer[6] = 0x20; /* the first fragment: its header counts */
    assert_int_equal(read_raw(packet, packet.len).kind, REPLAY_REQUEST);
}

static void test_flows(void **state)
{
    (void)state;
    static const uint8_t key[16] = {1};
    struct replay_flows flows;
    const struct replay_flow one = {ip4(1), ip4(2), 5}, other = {ip4(1), ip4(2), 6},
                             six = {ip6(1), ip6(2), 5};
    const struct replay_flow group = {
        ip4(1), pkt_ip_from4((struct pkt_ip4){{224, 0, 0, 1}}
          ), 7
    };
    const struct replay_flow member = {ip4(1), ip4(77), 7}, stranger = {ip4(3), ip4(77), 7};
    assert_true(replay_flows_open(&flows, key));
    assert_int_equal(replay_flows_find(&flows, &one), -1);
    replay_flows_add(&flows, &one, 0, false);
    replay_flows_add(&flows, &six, 1, false);
    replay_flows_add(&flows, &group, 2, true);
    assert_int_equal(replay_flows_find(&flows, &one), 0);
    assert_int_equal(replay_flows_find(&flows, &other), -1);
    assert_int_equal(replay_flows_find(&flows, &six), 1);
    assert_int_equal(replay_flows_find(&flows, &member), 2);
    assert_int_equal(replay_flows_find_exactly(&flows, &member), -1);
    assert_int_equal(replay_flows_find(&flows, &stranger), -1);
    for (int32_t i = 3; i < REPLAY_TARGETS_MAX; i++) { /* full, every one of them a group */
        struct replay_flow flow = {ip4(1), ip4(1), 0};
        flow.destination.ip4.byte[0] = (uint8_t)(i >> 16);
        flow.destination.ip4.byte[1] = (uint8_t)(i >> 8);
        flow.source.ip4.byte[0] = (uint8_t)i;
        flow.source.ip4.byte[1] = (uint8_t)(i >> 8);
        flow.source.ip4.byte[2] = (uint8_t)(i >> 16);
        replay_flows_add(&flows, &flow, i, true);
        assert_int_equal(replay_flows_find_exactly(&flows, &flow), i);
    }
    assert_int_equal(replay_flows_find(&flows, &one), 0);
    replay_flows_close(&flows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo_octets),      cmocka_unit_test(test_request_is_read),
        cmocka_unit_test(test_reply_as_it_came), cmocka_unit_test(test_options),
        cmocka_unit_test(test_error_of_parts),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_misfits),          cmocka_unit_test(test_flows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
