/*
 * The Internet checksum against the plain definition of RFC 1071, its update against recomputation, and the
 * five answers of a verification.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/decode_case.h"

/* Numbers that repeat from run to run: a test must not depend on luck (xorshift64*). */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

static void fill(struct frame frame, uint64_t seed)
{
    for (size_t i = 0; i < frame.len; i++)
        frame.bytes[i] = (uint8_t)(next_random(&seed) >> 56);
}

static void rfc1071_example(void **state)
{
    (void)state;
    struct frame frame = frame_hex("0001 f203 f4f5 f6f7");
    struct pkt_sum sum = {0, false};
    pkt_sum_add(&sum, pkt_view_make(frame.bytes, frame.len));
    assert_int_equal(pkt_sum_fold(&sum), 0xddf2);
    assert_int_equal(pkt_sum_finish(&sum), 0x220d);
    assert_int_equal(pkt_checksum(pkt_view_make(frame.bytes, frame.len)), 0x220d);
    frame_free(frame);
}

static void every_length_and_alignment(void **state)
{
    (void)state;
    struct frame frame = frame_copy(NULL, 0);
    frame_free(frame);
    for (size_t len = 0; len <= 300; len++) {
        for (size_t shift = 0; shift < 8; shift++) {
            struct frame block = {malloc(len + shift + 1), len + shift};
            fill(block, 1 + len * 8 + shift);
            uint16_t expected = plain_checksum(block.bytes + shift, len);
            assert_int_equal(pkt_checksum(pkt_view_make(block.bytes + shift, len)), expected);
            frame_free(block);
        }
    }
}

static void extreme_words(void **state)
{
    (void)state;
    static const uint8_t fillings[] = {0x00, 0xff, 0x80, 0x7f};
    for (size_t f = 0; f < sizeof fillings; f++) {
        struct frame frame = {malloc(70001), 70001};
        memset(frame.bytes, fillings[f], frame.len);
        for (size_t len = 69990; len <= frame.len; len++)
            assert_int_equal(pkt_checksum(pkt_view_make(frame.bytes, len)), plain_checksum(frame.bytes, len));
        frame_free(frame);
    }
    assert_int_equal(pkt_checksum(pkt_view_make(NULL, 0)), 0xffff);
}

static void any_split_gives_the_same(void **state)
{
    (void)state;
    struct frame frame = {malloc(157), 157};
    fill(frame, 7);
    uint16_t expected = plain_checksum(frame.bytes, frame.len);
    for (size_t a = 0; a <= frame.len; a++) {
        for (size_t b = a; b <= frame.len; b += 3) {
            struct pkt_sum sum = {0, false};
            pkt_sum_add(&sum, pkt_view_make(frame.bytes, a));
            pkt_sum_add(&sum, pkt_view_make(frame.bytes + a, b - a));
            pkt_sum_add(&sum, pkt_view_make(frame.bytes + b, frame.len - b));
            assert_int_equal(pkt_sum_finish(&sum), expected);
            assert_int_equal(sum.odd, 1);
        }
    }
    frame_free(frame);
}

/* Random words, and often those that are two names of zero. */
static uint16_t random_word(uint64_t *seed)
{
    static const uint16_t degenerate[] = {0x0000, 0xffff, 0x0001, 0xfffe};
    uint64_t r = next_random(seed) >> 32;
    return (r & 7) == 0 ? degenerate[r >> 3 & 3] : (uint16_t)(r >> 8);
}

static void put(uint8_t *bytes, uint16_t word)
{
    bytes[0] = (uint8_t)(word >> 8);
    bytes[1] = (uint8_t)word;
}

static void update16_equals_recomputation(void **state)
{
    (void)state;
    uint64_t seed = 11;
    unsigned differ = 0;
    for (unsigned i = 0; i < 2000000; i++) {
        /* The first word is never 0: as in every header, the sum is not that of nothing but zeroes. */
        uint8_t header[8] = {0x45, 0};
        uint16_t from = random_word(&seed), to = random_word(&seed);
        put(header + 2, random_word(&seed));
        put(header + 4, random_word(&seed));
        put(header + 6, from);
        uint16_t before = plain_checksum(header, sizeof header);
        put(header + 6, to);
        uint16_t after = plain_checksum(header, sizeof header);
        differ += pkt_checksum_update16(before, from, to) != after;
    }
    assert_int_equal(differ, 0);
}

static void update32_equals_recomputation(void **state)
{
    (void)state;
    uint64_t seed = 12;
    unsigned differ = 0;
    for (unsigned i = 0; i < 200000; i++) {
        uint8_t header[8] = {0x45, 0};
        uint16_t from[2] = {random_word(&seed), random_word(&seed)};
        uint16_t to[2] = {random_word(&seed), random_word(&seed)};
        put(header + 2, random_word(&seed));
        put(header + 4, from[0]);
        put(header + 6, from[1]);
        uint16_t before = plain_checksum(header, sizeof header);
        put(header + 4, to[0]);
        put(header + 6, to[1]);
        uint16_t after = plain_checksum(header, sizeof header);
        uint32_t old_word = (uint32_t)from[0] << 16 | from[1], new_word = (uint32_t)to[0] << 16 | to[1];
        differ += pkt_checksum_update32(before, old_word, new_word) != after;
    }
    assert_int_equal(differ, 0);
}

static struct pkt_checksum_result verify(const struct decode_case *c, unsigned layer)
{
    struct frame whole = case_frame(c);
    struct frame frame = frame_copy(whole.bytes, c->captured > 0 ? c->captured : whole.len);
    struct pkt_packet packet;
    pkt_decode(pkt_view_make(frame.bytes, frame.len), (uint32_t)whole.len,
               c->linktype > 0 ? c->linktype : PKT_LINKTYPE_ETHERNET, c->flags, &packet);
    struct pkt_checksum_result result = pkt_checksum_verify(&packet, layer);
    frame_free(frame);
    frame_free(whole);
    return result;
}

struct verify_case {
    struct decode_case frame;
    unsigned layer;
    enum pkt_checksum_state state;
    uint16_t found, expected; /* of partial and bad ones */
};

static void verify_case(void **state)
{
    const struct verify_case *c = *state;
    struct pkt_checksum_result result = verify(&c->frame, c->layer);
    assert_string_equal(pkt_checksum_state_name(result.state), pkt_checksum_state_name(c->state));
    if (c->state == PKT_CHECKSUM_OK)
        assert_int_equal(result.expected, result.found);
    if (c->state != PKT_CHECKSUM_PARTIAL && c->state != PKT_CHECKSUM_BAD)
        return;
    assert_int_equal(result.found, c->found);
    assert_int_equal(result.expected, c->expected);
}

/* clang-format off */
static const struct verify_case verify_cases[] = {
    {{.name = "no-checksum", .hex = GOLDEN_UDP4}, 0, PKT_CHECKSUM_NONE, 0, 0},
    {{.name = "layer-out-of-range", .hex = GOLDEN_UDP4}, 16, PKT_CHECKSUM_NONE, 0, 0},
    {{.name = "ipv4-ok", .hex = GOLDEN_UDP4}, 1, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "ipv4-bad", .hex = GOLDEN_UDP4, .edit = "22:3f"}, 1, PKT_CHECKSUM_BAD, 0x66c9, 0x67c9},
    {{.name = "ipv4-cut", .hex = GOLDEN_UDP4, .captured = 30}, 1, PKT_CHECKSUM_UNKNOWN, 0, 0},
    {{.name = "ipv4-header-length-lies", .hex = GOLDEN_UDP4, .edit = "14:44"}, 1, PKT_CHECKSUM_UNKNOWN, 0, 0},
    {{.name = "udp-ok", .hex = GOLDEN_UDP4}, 2, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "udp-bad", .hex = GOLDEN_UDP4, .edit = "42:69"}, 2, PKT_CHECKSUM_BAD, 0x9c47, 0x9b47},
    {{.name = "udp-absent", .hex = GOLDEN_UDP4, .edit = "40:0000"}, 2, PKT_CHECKSUM_ABSENT, 0, 0},
    /* 0a00+0001+0a00+0002+0011+000d = 1421: the pseudo-header alone */
    {{.name = "udp-partial", .hex = GOLDEN_UDP4, .edit = "40:1421"}, 2, PKT_CHECKSUM_PARTIAL, 0x1421, 0x9c47},
    {{.name = "udp-not-ready", .hex = GOLDEN_UDP4, .edit = "40:1422", .flags = PKT_DECODE_CHECKSUM_NOT_READY}, 2,
        PKT_CHECKSUM_UNKNOWN, 0, 0},
    {{.name = "udp-cut", .hex = GOLDEN_UDP4, .captured = 46}, 2, PKT_CHECKSUM_UNKNOWN, 0, 0},
    {{.name = "udp-header-cut", .hex = GOLDEN_UDP4, .captured = 41}, 2, PKT_CHECKSUM_UNKNOWN, 0, 0},
    {{.name = "udp-length-beyond-ip", .hex = GOLDEN_UDP4, .edit = "38:000e"}, 2, PKT_CHECKSUM_UNKNOWN, 0, 0},
    {{.name = "udp-first-fragment", .hex = GOLDEN_IP4_FIRST_FRAGMENT}, 2, PKT_CHECKSUM_UNKNOWN, 0, 0},
    {{.name = "udp6-ok", .hex = GOLDEN_UDP6}, 2, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "tcp4-odd-length", .hex = GOLDEN_TCP4}, 2, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "tcp4-options", .hex = GOLDEN_TCP4_SYN}, 2, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "tcp6", .hex = GOLDEN_TCP6}, 2, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "tcp-data-offset-lies", .hex = GOLDEN_TCP4, .edit = "46:40"}, 2, PKT_CHECKSUM_UNKNOWN, 0, 0},
    {{.name = "loose-source-route", .hex = GOLDEN_IP4_LOOSE_ROUTE}, 2, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "routing-type-0", .hex = GOLDEN_IP6_ROUTING_0}, 3, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "routing-type-2", .hex = GOLDEN_IP6_ROUTING_2}, 3, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "segment-routing", .hex = GOLDEN_IP6_SEGMENT_ROUTING}, 3, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "routing-used-up", .hex = GOLDEN_IP6_ROUTING_0, .edit = "57:00"}, 3, PKT_CHECKSUM_BAD, 0x91b2, 0x91b4},
    {{.name = "routing-of-unknown-type", .hex = GOLDEN_IP6_ROUTING_0, .edit = "56:03"}, 3, PKT_CHECKSUM_UNKNOWN, 0, 0},
    {{.name = "home-address", .hex = GOLDEN_IP6_HOME_ADDRESS}, 3, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "atomic-fragment", .hex = GOLDEN_IP6_ATOMIC_FRAGMENT}, 3, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "icmpv6-behind-hop-by-hop", .hex = GOLDEN_IP6_ROUTER_ALERT}, 3, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "gre-absent", .hex = GOLDEN_GRE}, 2, PKT_CHECKSUM_ABSENT, 0, 0},
    {{.name = "gre-ok", .hex = GOLDEN_GRE_FULL}, 2, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "quoted-ip-ok", .hex = GOLDEN_UNREACHABLE_TCP}, 3, PKT_CHECKSUM_OK, 0, 0},
    {{.name = "quoted-tcp-cut", .hex = GOLDEN_UNREACHABLE_TCP}, 4, PKT_CHECKSUM_UNKNOWN, 0, 0},
    {{.name = "quoted-udp-whole", .hex = GOLDEN_TIME_EXCEEDED_6}, 4, PKT_CHECKSUM_OK, 0, 0},
};
/* clang-format on */

static void put_pseudo6(uint8_t *bytes, uint32_t len)
{
    memset(bytes, 0, 40);
    bytes[0] = 0xfd;
    bytes[15] = 1;
    bytes[16] = 0xfd;
    bytes[31] = 2;
    bytes[33] = (uint8_t)(len >> 16);
    bytes[34] = (uint8_t)(len >> 8);
    bytes[35] = (uint8_t)len;
    bytes[39] = 17;
}

/* The largest UDP datagram over IPv6: pseudo-header and datagram laid out in one block are the reference. */
static void largest_udp_over_ipv6(void **state)
{
    (void)state;
    const uint32_t len = 65535;
    uint8_t *block = malloc(40 + len);
    uint8_t *udp = block + 40;
    memset(udp, 0xff, len);
    put_pseudo6(block, len);
    put(udp + 4, (uint16_t)len);
    put(udp + 6, 0);
    uint16_t checksum = plain_checksum(block, 40 + len);
    put(udp + 6, checksum);
    uint8_t *ip = block; /* the pseudo-header's 40 bytes make room for the real one */
    memset(ip, 0, 8);
    ip[0] = 0x60;
    put(ip + 4, (uint16_t)len);
    ip[6] = 17;
    memset(ip + 8, 0, 32);
    ip[8] = 0xfd;
    ip[23] = 1;
    ip[24] = 0xfd;
    ip[39] = 2;
    struct pkt_packet packet;
    pkt_decode(pkt_view_make(block, 40 + len), 40 + len, PKT_LINKTYPE_IPV6, 0, &packet);
    expect_rows(&packet, "ipv6 udp data");
    struct pkt_checksum_result result = pkt_checksum_verify(&packet, 1);
    assert_int_equal(result.state, PKT_CHECKSUM_OK);
    assert_int_equal(result.found, checksum);
    udp[100] ^= 1;
    assert_int_equal(pkt_checksum_verify(&packet, 1).state, PKT_CHECKSUM_BAD);
    free(block);
}

/* A frame above 65,535 bytes that waits for segmentation: total length 0, the 32-bit length in the partial
 * sum. */
static void partial_of_a_large_segment(void **state)
{
    (void)state;
    const size_t len = 20 + 70000;
    uint8_t *ip = calloc(1, len);
    uint8_t pseudo[12] = {10, 0, 0, 1, 10, 0, 0, 2, 0, 6, 0, 0};
    ip[0] = 0x45;
    ip[9] = 6;
    memcpy(ip + 12, pseudo, 8);
    ip[20 + 12] = 0x50;
    uint32_t sum = 0x0a00 + 1 + 0x0a00 + 2 + 6 + (70000 & 0xffff) + (70000 >> 16);
    put(ip + 20 + 16, (uint16_t)((sum & 0xffff) + (sum >> 16)));
    struct pkt_packet packet;
    pkt_decode(pkt_view_make(ip, len), (uint32_t)len, PKT_LINKTYPE_IPV4, PKT_DECODE_GSO, &packet);
    expect_rows(&packet, "ip tcp data");
    expect_findings(&packet, "");
    assert_int_equal(pkt_checksum_verify(&packet, 1).state, PKT_CHECKSUM_PARTIAL);
    free(ip);
}

/* A UDP checksum that comes out as 0 is sent as 0xffff; both verify, and 0xffff is what is expected. */
static void udp_zero_is_sent_as_ffff(void **state)
{
    (void)state;
    struct decode_case c = {.hex = GOLDEN_UDP4, .edit = "40:0000"};
    struct frame frame = case_frame(&c);
    uint8_t block[12 + 13] = {10, 0, 0, 1, 10, 0, 0, 2, 0, 17, 0, 13};
    frame_put16(frame, 42, 0);
    memcpy(block + 12, frame.bytes + 34, 13);
    frame_put16(frame, 42, plain_checksum(block, sizeof block));
    frame_put16(frame, 40, 0xffff);
    struct pkt_packet packet;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_int_equal(pkt_checksum_verify(&packet, 2).state, PKT_CHECKSUM_OK);
    frame_put16(frame, 40, 0x1111);
    assert_int_equal(pkt_checksum_verify(&packet, 2).state, PKT_CHECKSUM_BAD);
    assert_int_equal(pkt_checksum_verify(&packet, 2).expected, 0xffff);
    frame_free(frame);
}

static void state_names(void **state)
{
    (void)state;
    assert_string_equal(pkt_checksum_state_name(PKT_CHECKSUM_NONE), "none");
    assert_string_equal(pkt_checksum_state_name(PKT_CHECKSUM_ABSENT), "absent");
    assert_string_equal(pkt_checksum_state_name(PKT_CHECKSUM_PARTIAL), "partial");
    assert_string_equal(pkt_checksum_state_name(99), "unknown");
}

static void pseudo_headers(void **state)
{
    (void)state;
    struct pkt_sum sum = {0, false};
    pkt_sum_ip4(&sum,
                (struct pkt_ip4){
                    {10, 0, 0, 1}
    },
                (struct pkt_ip4){{10, 0, 0, 2}}, 17, 13);
    assert_int_equal(pkt_sum_fold(&sum), 0x1421);
    uint8_t block[40];
    put_pseudo6(block, 70000);
    sum = (struct pkt_sum){0, false};
    pkt_sum_ip6(&sum, pkt_ip6_at(pkt_view_make(block, 16), 0), pkt_ip6_at(pkt_view_make(block + 16, 16), 0),
                17, 70000);
    assert_int_equal(pkt_sum_finish(&sum), plain_checksum(block, sizeof block));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc1071_example),
        cmocka_unit_test(every_length_and_alignment),
        cmocka_unit_test(extreme_words),
        cmocka_unit_test(any_split_gives_the_same),
        cmocka_unit_test(update16_equals_recomputation),
        cmocka_unit_test(update32_equals_recomputation),
        cmocka_unit_test(largest_udp_over_ipv6),
        cmocka_unit_test(partial_of_a_large_segment),
        cmocka_unit_test(udp_zero_is_sent_as_ffff),
        cmocka_unit_test(state_names),
        cmocka_unit_test(pseudo_headers),
    };
    enum { VERIFY_CASES = sizeof verify_cases / sizeof *verify_cases };
    struct CMUnitTest verifications[VERIFY_CASES];
    for (size_t i = 0; i < VERIFY_CASES; i++)
        verifications[i] = (struct CMUnitTest){verify_cases[i].frame.name, verify_case, NULL, NULL,
                                               (void *)(uintptr_t)&verify_cases[i]};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("verify", verifications, NULL, NULL);
}
