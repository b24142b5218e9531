/*
 * Echo probes: the tag, the payload, and the tracker's way from sent to settled.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pkt/pkt.h"

enum { US = 1000, MS = 1000 * US };

static size_t held;       /* blocks */
static size_t held_bytes; /* at the most */
static int allocations_left = -1;

static void *allocate(void *context, size_t size)
{
    (void)context;
    if (allocations_left == 0)
        return NULL;
    allocations_left -= allocations_left > 0;
    held++;
    held_bytes += size;
    return malloc(size);
}

static void release(void *context, void *memory)
{
    (void)context;
    held -= memory != NULL;
    free(memory);
}

static struct pkt_echo *create(size_t budget, uint32_t probes_max, int64_t keep_ns)
{
    const struct pkt_memory memory = {.allocate = allocate, .release = release, .budget = budget};
    const struct pkt_echo_options options = {
        .size = sizeof options, .probes_max = probes_max, .keep_ns = keep_ns};
    held_bytes = 0;
    return pkt_echo_create(&memory, &options);
}

static struct pkt_mono at(int64_t ns)
{
    return (struct pkt_mono){ns};
}

static uint64_t send(struct pkt_echo *echo, uint32_t target, uint64_t sequence, int64_t now_ns)
{
    return pkt_echo_sent(echo, target, (uint16_t)sequence, 0, at(now_ns));
}

/* A reply that has no stamp but the time of its reading. */
static int reply(struct pkt_echo *echo, uint64_t number, int64_t now_ns)
{
    struct pkt_echo_rtt rtt = {.rtt_ns = 0};
    return pkt_echo_reply(echo, number, &(struct pkt_echo_arrival){.now = at(now_ns)}, &rtt);
}

/* Vectors of the reference implementation: key 00 to 0f, message 00, 01, ... of the length. That of length 15
 * is in appendix A of the paper. */
static void test_siphash(void **state)
{
    (void)state;
    static const uint64_t expected[] = {
        0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
        0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
        0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
        0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
    };
    uint8_t bytes[16];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    for (size_t len = 0; len < sizeof bytes; len++)
        assert_true(pkt_siphash(bytes, pkt_view_make(bytes, len)) == expected[len]);
}

/* Each thing that a tag covers changes it. */
static void test_tag(void **state)
{
    (void)state;
    uint8_t key[16] = {1, 2, 3};
    const struct pkt_ip a = pkt_ip_from4((struct pkt_ip4){
        {192, 0, 2, 1}
    });
    const struct pkt_ip b = pkt_ip_from4((struct pkt_ip4){
        {192, 0, 2, 2}
    });
    const struct pkt_ip c = pkt_ip_from6((struct pkt_ip6){
        {192, 0, 2, 1}
    });
    uint64_t tags[7] = {
        pkt_echo_tag(key, a, 7, 1), pkt_echo_tag(key, b, 7, 1), pkt_echo_tag(key, c, 7, 1),
        pkt_echo_tag(key, a, 8, 1), pkt_echo_tag(key, a, 7, 2), pkt_echo_tag(key, a, 7, 1ULL << 63 | 1),
    };
    assert_true(tags[0] == pkt_echo_tag(key, a, 7, 1));
    key[15] = 1;
    tags[6] = pkt_echo_tag(key, a, 7, 1);
    for (size_t i = 0; i < 7; i++) {
        for (size_t k = 0; k < i; k++)
            assert_true(tags[i] != tags[k]);
    }
}

static void test_payload(void **state)
{
    (void)state;
    static const uint8_t expected[16] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1, 0, 0, 0, 2};
    uint8_t room[24];
    struct pkt_echo_payload payload;
    for (size_t len = 0; len <= sizeof room; len++) {
        memset(room, 0xaa, sizeof room);
        size_t written = pkt_echo_payload_write(room, len, 0x0102030405060708, 0x100000002);
        assert_int_equal(written, len < 8 ? 0 : len < 16 ? 8 : 16);
        assert_memory_equal(room, expected, written);
        for (size_t i = written; i < sizeof room; i++)
            assert_int_equal(room[i], 0xaa);
        pkt_echo_payload_read(pkt_view_make(room, len), &payload);
        assert_int_equal(payload.has_tag, len >= 8);
        assert_int_equal(payload.has_number, len >= 16);
        assert_true(!payload.has_tag || payload.tag == 0x0102030405060708);
        assert_true(!payload.has_number || payload.number == 0x100000002);
    }
}

static void test_sent_and_found(void **state)
{
    (void)state;
    struct pkt_echo *echo = create(SIZE_MAX, 0, 0);
    struct pkt_echo_probe probe = {.number = 99};
    assert_int_equal(pkt_echo_next_number(echo), 0);
    assert_false(pkt_echo_find(echo, 0, &probe));
    assert_false(pkt_echo_find_sequence(echo, 5, 1, &probe));
    assert_int_equal(probe.number, 99);
    assert_int_equal(send(echo, 5, 1, 1000), 0);
    assert_int_equal(send(echo, 6, 1, 2000), 1);
    assert_int_equal(send(echo, 5, 2, 3000), 2);
    assert_int_equal(pkt_echo_next_number(echo), 3);
    assert_true(pkt_echo_find(echo, 1, &probe));
    assert_int_equal(probe.number, 1);
    assert_int_equal(probe.target, 6);
    assert_int_equal(probe.sequence, 1);
    assert_int_equal(probe.state, PKT_ECHO_WAITING);
    assert_int_equal(probe.sent.ns, 2000);
    assert_false(probe.has_stamp);
    pkt_echo_stamp(echo, 1, (struct pkt_wall){777});
    pkt_echo_stamp(echo, 3, (struct pkt_wall){777});
    pkt_echo_stamp_card(echo, UINT64_MAX, (struct pkt_hw){777});
    assert_true(pkt_echo_find(echo, 1, &probe));
    assert_true(probe.has_stamp);
    assert_int_equal(probe.stamp.ns, 777);
    assert_true(pkt_echo_find_sequence(echo, 5, 2, &probe));
    assert_int_equal(probe.number, 2);
    assert_false(pkt_echo_find_sequence(echo, 6, 2, &probe));
    assert_false(pkt_echo_find(echo, 3, &probe));
    assert_false(pkt_echo_find(echo, UINT64_MAX, &probe));
    pkt_echo_destroy(echo);
    pkt_echo_destroy(NULL);
    assert_int_equal(held, 0);
}

static void test_verdicts(void **state)
{
    (void)state;
    struct pkt_echo *echo = create(SIZE_MAX, 0, 0);
    struct pkt_echo_probe probe;
    struct pkt_echo_rtt rtt = {.rtt_ns = -7};
    const struct pkt_echo_arrival arrival = {.now = at(9)};
    assert_int_equal(pkt_echo_reply(echo, 0, &arrival, &rtt), PKT_ECHO_UNKNOWN);
    assert_int_equal(rtt.rtt_ns, -7);
    send(echo, 0, 1, 0);
    send(echo, 0, 2, 0);
    pkt_echo_sent(echo, 1, 1, PKT_ECHO_GROUP, at(0));
    assert_int_equal(reply(echo, 1, 5), PKT_ECHO_FIRST);
    assert_int_equal(reply(echo, 1, 6), PKT_ECHO_DUPLICATE);
    assert_int_equal(reply(echo, 2, 6), PKT_ECHO_FIRST);
    assert_int_equal(reply(echo, 2, 7), PKT_ECHO_MANY);
    assert_int_equal(reply(echo, 3, 7), PKT_ECHO_UNKNOWN);
    assert_true(pkt_echo_settle(echo, at(100), 100, &probe));
    assert_int_equal(probe.number, 0);
    assert_int_equal(probe.state, PKT_ECHO_LOST);
    assert_int_equal(reply(echo, 0, 110), PKT_ECHO_LATE);
    assert_int_equal(reply(echo, 0, 111), PKT_ECHO_DUPLICATE);
    assert_true(pkt_echo_find(echo, 0, &probe));
    assert_int_equal(probe.state, PKT_ECHO_ANSWERED);
    assert_int_equal(probe.replies, 2);
    pkt_echo_destroy(echo);
}

/* An error ends the wait; a reply that comes yet is the first, or late once the probe was given. */
static void test_errors(void **state)
{
    (void)state;
    struct pkt_echo *echo = create(SIZE_MAX, 0, 0);
    struct pkt_echo_probe probe;
    for (uint64_t i = 0; i < 3; i++)
        send(echo, 0, i, 0);
    assert_true(pkt_echo_error(echo, 0));
    assert_false(pkt_echo_error(echo, 0));
    assert_true(pkt_echo_error(echo, 1));
    assert_false(pkt_echo_error(echo, 3));
    assert_int_equal(reply(echo, 1, 5), PKT_ECHO_FIRST);
    assert_false(pkt_echo_error(echo, 1));
    assert_true(pkt_echo_settle(echo, at(5), MS, &probe));
    assert_int_equal(probe.state, PKT_ECHO_ERRORED);
    assert_true(pkt_echo_settle(echo, at(5), MS, &probe));
    assert_int_equal(probe.state, PKT_ECHO_ANSWERED);
    assert_false(pkt_echo_settle(echo, at(5), MS, &probe));
    assert_int_equal(reply(echo, 0, 6), PKT_ECHO_LATE);
    pkt_echo_destroy(echo);
}

/* Each comes once, in the order of sending, as soon as it and all before it are decided. */
static void test_settle_and_deadline(void **state)
{
    (void)state;
    struct pkt_echo *echo = create(SIZE_MAX, 0, 0);
    struct pkt_echo_probe probe;
    struct pkt_mono deadline = {-1};
    assert_false(pkt_echo_deadline(echo, 100, &deadline));
    for (uint64_t i = 0; i < 4; i++)
        send(echo, 0, i, (int64_t)i * 10);
    reply(echo, 1, 35);
    reply(echo, 3, 36);
    assert_true(pkt_echo_deadline(echo, 100, &deadline));
    assert_int_equal(deadline.ns, 100);
    assert_false(pkt_echo_settle(echo, at(99), 100, &probe));
    assert_true(pkt_echo_settle(echo, at(100), 100, &probe));
    assert_int_equal(probe.number, 0);
    assert_int_equal(probe.state, PKT_ECHO_LOST);
    assert_true(pkt_echo_deadline(echo, 100, &deadline));
    assert_int_equal(deadline.ns, 10); /* decided already */
    assert_true(pkt_echo_settle(echo, at(100), 100, &probe));
    assert_int_equal(probe.number, 1);
    assert_int_equal(probe.state, PKT_ECHO_ANSWERED);
    assert_false(pkt_echo_settle(echo, at(119), 100, &probe));
    assert_true(pkt_echo_deadline(echo, 100, &deadline));
    assert_int_equal(deadline.ns, 120);
    assert_true(pkt_echo_deadline(echo, INT64_MAX, &deadline));
    assert_true(deadline.ns == INT64_MAX);
    assert_true(pkt_echo_settle(echo, at(120), 100, &probe));
    assert_int_equal(probe.number, 2);
    assert_true(pkt_echo_settle(echo, at(120), 100, &probe));
    assert_int_equal(probe.number, 3);
    assert_int_equal(probe.sequence, 3);
    assert_false(pkt_echo_settle(echo, at(INT64_MAX), 100, &probe));
    assert_false(pkt_echo_deadline(echo, 100, &deadline));
    pkt_echo_destroy(echo);
}

/* --- clocks: a probe sent at 1 ms, read back at 2 ms of the monotonic clock --- */

struct clock_case {
    int64_t tx_ns, rx_ns;     /* kernel, 0: none */
    int64_t tx_card, rx_card; /* card, 0: none */
    unsigned flags;
    int64_t rtt_ns;
    int clock;
    bool is_pending;
};

static void check_clock(const struct clock_case *c)
{
    struct pkt_echo *echo = create(SIZE_MAX, 0, 0);
    const struct pkt_echo_arrival arrival = {
        .now = at(2 * MS),
        .has_stamp = c->rx_ns != 0,
        .has_card = c->rx_card != 0,
        .stamp = {c->rx_ns},
        .card = {c->rx_card},
    };
    struct pkt_echo_rtt rtt;
    pkt_echo_sent(echo, 0, 1, c->flags, at(MS));
    if (c->tx_ns != 0)
        pkt_echo_stamp(echo, 0, (struct pkt_wall){c->tx_ns});
    if (c->tx_card != 0)
        pkt_echo_stamp_card(echo, 0, (struct pkt_hw){c->tx_card});
    assert_int_equal(pkt_echo_reply(echo, 0, &arrival, &rtt), PKT_ECHO_FIRST);
    assert_int_equal(rtt.rtt_ns, c->rtt_ns);
    assert_int_equal(rtt.user_ns, MS);
    assert_int_equal(rtt.clock, c->clock);
    assert_int_equal(rtt.is_pending, c->is_pending);
    pkt_echo_destroy(echo);
}

static void test_clocks(void **state)
{
    (void)state;
    enum { BOTH = PKT_ECHO_EXPECT_STAMP | PKT_ECHO_EXPECT_CARD };
    const int64_t day = 86400 * PKT_NS_PER_S;
    const int64_t on = day + 800 * US; /* of the kernel's clock, 800 us on */
    const struct clock_case cases[] = {
        {0,         0,            0,      0,      0,                     MS,       PKT_ECHO_USER,   false},
        {0,         day,          0,      0,      0,                     MS,       PKT_ECHO_USER,   false},
        {day,       0,            0,      0,      0,                     MS,       PKT_ECHO_USER,   false},
        {day,       on,           0,      0,      0,                     800 * US, PKT_ECHO_KERNEL, false},
        {day,       day,          0,      0,      0,                     0,        PKT_ECHO_KERNEL, false},
        {day,       day + MS,     0,      0,      0,                     MS,       PKT_ECHO_KERNEL, false},
 /* the clock was set forward, and back, in between */
        {day,       day + MS + 1, 0,      0,      0,                     MS,       PKT_ECHO_USER,   false},
        {day,       day - 1,      0,      0,      0,                     MS,       PKT_ECHO_USER,   false},
        {INT64_MIN, INT64_MAX,    0,      0,      0,                     MS,       PKT_ECHO_USER,   false},
        {INT64_MAX, INT64_MIN,    0,      0,      0,                     MS,       PKT_ECHO_USER,   false},
 /* the card's comes before the kernel's, where it is sane */
        {day,       on,           5,      700005, BOTH,                  700 * US, PKT_ECHO_CARD,   false},
        {day,       on,           700005, 5,      BOTH,                  800 * US, PKT_ECHO_KERNEL, false},
 /* pending: the transmit stamp is expected, has not come, and there is a receive stamp for it */
        {0,         day,          0,      0,      PKT_ECHO_EXPECT_STAMP, MS,       PKT_ECHO_USER,   true },
        {0,         0,            0,      0,      PKT_ECHO_EXPECT_STAMP, MS,       PKT_ECHO_USER,   false},
        {0,         0,            0,      5,      BOTH,                  MS,       PKT_ECHO_USER,   true },
        {day,       on,           0,      5,      BOTH,                  800 * US, PKT_ECHO_KERNEL, true },
        {0,         day,          5,      700005, BOTH,                  700 * US, PKT_ECHO_CARD,   false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_clock(&cases[i]);
}

static void test_stamp_after_reply(void **state)
{
    (void)state;
    struct pkt_echo *echo = create(SIZE_MAX, 0, 0);
    const struct pkt_echo_arrival arrival = {.now = at(2 * MS), .has_stamp = true, .stamp = {600 * US}};
    struct pkt_echo_rtt rtt;
    pkt_echo_sent(echo, 0, 1, PKT_ECHO_EXPECT_STAMP, at(MS));
    assert_int_equal(pkt_echo_reply(echo, 0, &arrival, &rtt), PKT_ECHO_FIRST);
    assert_true(rtt.is_pending);
    assert_int_equal(rtt.clock, PKT_ECHO_USER);
    pkt_echo_stamp(echo, 0, (struct pkt_wall){100 * US});
    assert_true(pkt_echo_rtt(echo, 0, &arrival, &rtt));
    assert_false(rtt.is_pending);
    assert_int_equal(rtt.clock, PKT_ECHO_KERNEL);
    assert_int_equal(rtt.rtt_ns, 500 * US);
    assert_false(pkt_echo_rtt(echo, 1, &arrival, &rtt));
    pkt_echo_destroy(echo);
}

/* --- memory --- */

/* Old settled probes make place; a long run stays small. */
static void test_settled_are_forgotten(void **state)
{
    (void)state;
    struct pkt_echo *echo = create(SIZE_MAX, 0, 50);
    struct pkt_echo_probe probe;
    for (int64_t i = 0; i < 100000; i++) {
        uint64_t number = send(echo, 0, (uint64_t)i, i);
        assert_int_equal(reply(echo, number, i), PKT_ECHO_FIRST);
        assert_true(pkt_echo_settle(echo, at(i), 1000, &probe));
    }
    assert_true(held_bytes < 8192);
    assert_int_equal(pkt_echo_evicted(echo), 0);
    assert_true(pkt_echo_find(echo, 99999, &probe));
    assert_true(pkt_echo_find(echo, 99999 - 49, &probe));
    assert_false(pkt_echo_find(echo, 99999 - 64, &probe));
    assert_int_equal(reply(echo, 1, 100000), PKT_ECHO_UNKNOWN);
    pkt_echo_destroy(echo);
}

/* A sweep: all 65,534 wait at once, and each is found by number and by sequence number. */
static void test_sweep(void **state)
{
    (void)state;
    enum { TARGETS = 65534 };
    struct pkt_echo *echo = create(SIZE_MAX, 0, 0);
    struct pkt_echo_probe probe;
    for (uint32_t i = 0; i < TARGETS; i++)
        assert_int_equal(send(echo, i, 1, i), i);
    for (uint32_t i = 0; i < TARGETS; i++) {
        assert_true(pkt_echo_find_sequence(echo, i, 1, &probe));
        assert_int_equal(probe.number, i);
        assert_int_equal(probe.sent.ns, i);
    }
    assert_false(pkt_echo_find_sequence(echo, TARGETS, 1, &probe));
    assert_true(held_bytes < (size_t)2 * 65536 * 52 + 8192); /* with all that it moved out of */
    pkt_echo_destroy(echo);
    assert_int_equal(held, 0);
}

/* Sequence numbers go round: the last probe that had one is found, never one that was forgotten. */
static void test_sequence_wraps(void **state)
{
    (void)state;
    struct pkt_echo *echo = create(SIZE_MAX, 1 << 10, 1);
    struct pkt_echo_probe probe;
    for (int64_t i = 0; i < 200000; i++) {
        send(echo, (uint32_t)i % 3, (uint64_t)i / 3, i);
        assert_true(pkt_echo_settle(echo, at(INT64_MAX), 1, &probe));
    }
    for (uint32_t i = 0; i < 200000 / 3; i++) {
        bool is_held =
            i >= (200000 - 64) / 3 + 1; /* target 0 has the numbers 0, 3, ...: 64 of all are kept */
        uint64_t low = i < 65536 ? i : i - 65536;
        if (is_held) {
            assert_true(pkt_echo_find_sequence(echo, 0, (uint16_t)i, &probe));
            assert_int_equal(probe.number, (uint64_t)i * 3);
        } else if (low + 65536 < (200000 - 64) / 3) {
            assert_false(pkt_echo_find_sequence(echo, 0, (uint16_t)low, &probe));
        }
    }
    pkt_echo_destroy(echo);
}

static void test_full(void **state)
{
    (void)state;
    struct pkt_echo *echo = create(SIZE_MAX, 128, 0);
    struct pkt_echo_probe probe;
    for (uint64_t i = 0; i < 128; i++) {
        assert_false(pkt_echo_is_full(echo));
        send(echo, 0, i, 0);
    }
    assert_true(pkt_echo_is_full(echo));
    send(echo, 0, 128, 0);
    assert_int_equal(pkt_echo_evicted(echo), 1);
    assert_false(pkt_echo_find(echo, 0, &probe));
    assert_true(pkt_echo_settle(echo, at(1), 1, &probe));
    assert_int_equal(probe.number, 1);
    assert_false(pkt_echo_is_full(echo));
    send(echo, 0, 129, 0);
    assert_int_equal(pkt_echo_evicted(echo), 1);
    pkt_echo_destroy(echo);
}

/* The budget stops growth; so does an allocation that fails, and nothing is lost but by eviction. */
static void test_memory_limits(void **state)
{
    (void)state;
    assert_null(create(100, 0, 0));
    assert_null(create(2000, 0, 0));
    for (int fail_at = 0; fail_at < 3; fail_at++) {
        allocations_left = fail_at;
        assert_null(create(SIZE_MAX, 0, 0));
        assert_int_equal(held, 0);
    }
    for (int fail_at = 3; fail_at < 7; fail_at++) {
        allocations_left = fail_at;
        struct pkt_echo *echo = create(SIZE_MAX, 0, 0);
        struct pkt_echo_probe probe;
        for (uint64_t i = 0; i < 1000; i++)
            send(echo, 0, i, 0);
        unsigned size = fail_at < 5 ? 64 : 128;
        assert_int_equal(pkt_echo_evicted(echo), 1000 - size);
        for (unsigned i = 1000 - size; i < 1000; i++)
            assert_true(pkt_echo_find_sequence(echo, 0, (uint16_t)i, &probe) && probe.number == i);
        allocations_left = -1;
        pkt_echo_destroy(echo);
        assert_int_equal(held, 0);
    }
    struct pkt_echo *echo = create(64 * 52 + 128 * 52 + 200, 0, 0);
    for (uint64_t i = 0; i < 1000; i++)
        send(echo, 0, i, 0);
    assert_int_equal(pkt_echo_evicted(echo), 1000 - 128);
    pkt_echo_destroy(echo);
}

/* Options of a caller that was compiled with fewer of them, or with none. */
static void test_options(void **state)
{
    (void)state;
    const struct pkt_memory memory = {.allocate = allocate, .release = release, .budget = SIZE_MAX};
    struct pkt_echo_options options = {.size = sizeof options.size, .probes_max = 1};
    struct pkt_echo *echo = pkt_echo_create(&memory, &options);
    send(echo, 0, 0, 0);
    send(echo, 0, 1, 0);
    assert_int_equal(pkt_echo_evicted(echo), 0);
    pkt_echo_destroy(echo);
    options.size = 1;
    assert_null(pkt_echo_create(&memory, &options));
    echo = pkt_echo_create(&memory, NULL);
    assert_non_null(echo);
    pkt_echo_destroy(echo);
}

/* A plain model of what the tracker does, beside it, over random events. */
static void test_against_model(void **state)
{
    (void)state;
    enum { STEPS = 20000 };
    static struct {
        uint32_t target;
        uint16_t sequence;
        int state;
        int64_t sent_ns;
    } model[STEPS];
    struct pkt_echo *echo = create(SIZE_MAX, 0, INT64_MAX);
    struct pkt_echo_probe probe;
    uint64_t sent = 0, settled = 0, seed = 1;
    for (int64_t now = 0; now < STEPS; now++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        uint64_t random = seed >> 33, number = sent == 0 ? 0 : random / 8 % sent;
        if (random % 8 < 4) {
            model[sent].target = (uint32_t)(random / 8 % 5);
            model[sent].sequence = (uint16_t)(random / 40 % 50);
            model[sent].state = PKT_ECHO_WAITING;
            model[sent].sent_ns = now;
            send(echo, model[sent].target, model[sent].sequence, now);
            sent++;
        } else if (random % 8 < 6) {
            int expected = number >= sent                             ? PKT_ECHO_UNKNOWN
                           : model[number].state == PKT_ECHO_ANSWERED ? PKT_ECHO_DUPLICATE
                           : number < settled                         ? PKT_ECHO_LATE
                                                                      : PKT_ECHO_FIRST;
            assert_int_equal(reply(echo, number, now), expected);
            model[number].state = PKT_ECHO_ANSWERED;
        } else {
            uint32_t target = (uint32_t)(random / 8 % 5);
            uint16_t sequence = (uint16_t)(random / 40 % 50);
            uint64_t i = sent;
            while (i > 0 && (model[i - 1].target != target || model[i - 1].sequence != sequence))
                i--;
            assert_int_equal(pkt_echo_find_sequence(echo, target, sequence, &probe), i > 0);
            assert_true(i == 0 || probe.number == i - 1);
        }
        while (pkt_echo_settle(echo, at(now), 500, &probe)) {
            assert_int_equal(probe.number, settled);
            if (model[settled].state == PKT_ECHO_WAITING) {
                assert_true(now - model[settled].sent_ns >= 500);
                model[settled].state = PKT_ECHO_LOST;
            }
            assert_int_equal(probe.state, model[settled].state);
            settled++;
        }
        assert_true(settled == sent || model[settled].state == PKT_ECHO_WAITING);
    }
    assert_true(settled > STEPS / 3);
    pkt_echo_destroy(echo);
    assert_int_equal(held, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_siphash),
        cmocka_unit_test(test_tag),
        cmocka_unit_test(test_payload),
        cmocka_unit_test(test_sent_and_found),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_settle_and_deadline),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_stamp_after_reply),
        cmocka_unit_test(test_settled_are_forgotten),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_sequence_wraps),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_memory_limits),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_against_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
