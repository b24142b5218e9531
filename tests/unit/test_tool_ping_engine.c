/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pktping's engine in virtual time: when echoes are sent, what answers mean, and when a run is over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "ping/engine.h"
#include "ping/tally.h"

enum { TARGETS_MAX = 300, LOG_MAX = 4096, IDENTIFIER = 7 };
#define MS INT64_C(1000000)

/* An echo on its way: when it left, and what it is. */
struct sent {
    int64_t when;
    struct engine_probe probe;
};

static struct {
    int64_t now;
    struct sent log[LOG_MAX];
    unsigned count;
    int refuse; /* errno for all echoes; 0: none */
    unsigned replies, duplicates, late, timeouts, waitings, errors, silences;
} world;

static struct ping_options options;
static struct ping ping;
static struct ping_engine engine;
static struct ping_target targets[TARGETS_MAX];
static struct pkt_rtt_pool pool;
static uint8_t data[64];
static const uint8_t key[16] = "a key of a test";

/* --- the world --- */

static unsigned port_send(void *context, const struct engine_probe *probes, unsigned count, int *ret_errnos)
{
    (void)context;
    for (unsigned i = 0; i < count; i++) {
        assert_in_range(world.count, 0, LOG_MAX - 1);
        world.log[world.count++] = (struct sent){world.now, probes[i]};
        ret_errnos[i] = world.refuse;
    }
    return count;
}

static struct pkt_mono port_now(void *context)
{
    (void)context;
    return (struct pkt_mono){world.now};
}

static void on_run(struct ping *of)
{
    (void)of;
}

static void on_sent(struct ping *of, struct ping_target *target)
{
    (void)of, (void)target;
}

static void on_reply(struct ping *of, const struct ping_reply *reply)
{
    unsigned *counts[] = {[PING_ANSWER_FIRST] = &world.replies,
                          [PING_ANSWER_DUPLICATE] = &world.duplicates,
                          [PING_ANSWER_LATE] = &world.late};
    (void)of;
    ++*counts[reply->answer];
}

static void on_error(struct ping *of, const struct ping_error *error)
{
    (void)of, (void)error;
    world.errors++;
}

static void on_timeout(struct ping *of, struct ping_target *target, uint32_t sequence)
{
    (void)of, (void)target, (void)sequence;
    world.timeouts++;
}

static void on_waiting(struct ping *of, struct ping_target *target, uint32_t sequence)
{
    (void)of, (void)target, (void)sequence;
    world.waitings++;
}

static void on_why(struct ping *of, struct ping_target *target, const char *code, const char *sentence)
{
    (void)of, (void)target, (void)code, (void)sentence;
}

static void on_silent(struct ping *of, struct ping_target *target)
{
    (void)of, (void)target;
    world.silences++;
}

static const struct ping_report report = {.begin = on_run,
                                          .sent = on_sent,
                                          .reply = on_reply,
                                          .error = on_error,
                                          .timeout = on_timeout,
                                          .waiting = on_waiting,
                                          .why = on_why,
                                          .status = on_run,
                                          .window = on_run,
                                          .end = on_run};
static const struct engine_port port = {.send = port_send, .now = port_now};

static int set_up(void **state)
{
    (void)state;
    memset(&world, 0, sizeof world);
    memset(targets, 0, sizeof targets);
    world.now = 1000 * MS;
    options = (struct ping_options){.interval_ns = -1, .wait_ns = -1, .data_len = sizeof data};
    pool = (struct pkt_rtt_pool){.memory = memory_of_heap(1 << 20)};
    ping = (struct ping){.options = &options,
                         .report = &report,
                         .targets = targets,
                         .target_count = 1,
                         .pool = &pool,
                         .data = data,
                         .silent = on_silent};
    return 0;
}

/* What was counted of all targets as things happened is what they have together. */
static void check_totals(void)
{
    struct ping_totals sum = {.sent = 0};
    for (uint32_t i = 0; i < ping.target_count; i++) {
        const struct pkt_rtt_stats *stats = &targets[i].stats;
        sum.sent += stats->sent;
        sum.received += stats->received;
        sum.waiting += stats->waiting;
        sum.late += stats->late;
        sum.duplicates += stats->duplicates;
        sum.corrupted += stats->corrupted;
        sum.errors += stats->errors;
        sum.reordered += stats->reordered;
        sum.alive += stats->received > 0;
    }
    assert_int_equal(ping.totals.sent, sum.sent);
    assert_int_equal(ping.totals.received, sum.received);
    assert_int_equal(ping.totals.waiting, sum.waiting);
    assert_int_equal(ping.totals.late, sum.late);
    assert_int_equal(ping.totals.duplicates, sum.duplicates);
    assert_int_equal(ping.totals.corrupted, sum.corrupted);
    assert_int_equal(ping.totals.errors, sum.errors);
    assert_int_equal(ping.totals.reordered, sum.reordered);
    assert_int_equal(ping.totals.alive, sum.alive);
}

static int tear_down(void **state)
{
    (void)state;
    check_totals();
    engine_stop(&engine);
    tally_stop(&ping);
    responders_free(&ping.responders);
    assert_int_equal(pool.used, 0);
    return 0;
}

static void start(uint32_t count)
{
    static const uint16_t identifiers[] = {IDENTIFIER, IDENTIFIER};
    ping.target_count = count;
    for (uint32_t i = 0; i < count; i++)
        targets[i].address = pkt_ip_from4((struct pkt_ip4){
            {192, 0, (uint8_t)(2 + i / 200), (uint8_t)(1 + i % 200)}
        });
    assert_true(engine_start(&engine, &ping, &port, key, identifiers));
}

/* --- what comes --- */

static void make_echo(uint8_t *message, uint8_t type, const struct sent *sent)
{
    uint16_t identifier = htons(IDENTIFIER), sequence = htons((uint16_t)sent->probe.sequence);
    memset(message, 0, 8);
    message[0] = type;
    memcpy(message + 4, &identifier, 2);
    memcpy(message + 6, &sequence, 2);
    memcpy(message + 8, data, sizeof data);
    (void)pkt_echo_payload_write(message + 8, sizeof data,
                                 engine_tag(&engine, sent->probe.target, sent->probe.number),
                                 sent->probe.number);
}

static struct pkt_icmp_event event_of(struct pkt_ip from, const uint8_t *message, size_t len)
{
    return (struct pkt_icmp_event){.kind = PKT_ICMP_EVENT_MESSAGE,
                                   .read = {world.now},
                                   .from = from,
                                   .hop_limit = 64,
                                   .message = pkt_view_make(message, len),
                                   .wire_len = (uint32_t)len,
                                   .checksum = PKT_CHECKSUM_OK};
}

static void answer_to(unsigned number, int64_t after_ns)
{
    uint8_t message[8 + sizeof data];
    const struct sent *sent = &world.log[number];
    make_echo(message, 0, sent);
    world.now = sent->when + after_ns > world.now ? sent->when + after_ns : world.now;
    struct pkt_icmp_event event = event_of(sent->probe.target->address, message, sizeof message);
    engine_take(&engine, &event);
    engine_turn(&engine);
}

/* Lets time pass to the next moment at which the engine wants to do something. */
static void next(void)
{
    int64_t due = engine_due(&engine).ns;
    assert_true(due < INT64_MAX);
    world.now = due > world.now ? due : world.now;
    engine_turn(&engine);
}

/* Runs until all is over; who answers, answers after rtt_ns. */
static void run(bool (*answers)(const struct engine_probe *), int64_t rtt_ns)
{
    unsigned answered = 0;
    engine_turn(&engine);
    for (unsigned turns = 0; !engine.is_over; turns++) {
        assert_in_range(turns, 0, 20000);
        while (answered < world.count && !answers(&world.log[answered].probe))
            answered++;
        if (answered < world.count && world.log[answered].when + rtt_ns <= engine_due(&engine).ns)
            answer_to(answered++, rtt_ns);
        else
            next();
    }
}

static bool all(const struct engine_probe *probe)
{
    (void)probe;
    return true;
}

static bool none(const struct engine_probe *probe)
{
    (void)probe;
    return false;
}

/* --- one target --- */

static void test_intervals_are_exact(void **state)
{
    (void)state;
    options.count = 100;
    options.interval_ns = 10 * MS;
    start(1);
    run(all, 3 * MS);
    assert_int_equal(world.count, 100);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(world.log[i].when, 1000 * MS + i * 10 * MS);
        assert_int_equal(world.log[i].probe.sequence, i + 1);
    }
    assert_int_equal(targets[0].stats.received, 100);
    assert_int_equal(world.now, 1000 * MS + 990 * MS + 3 * MS); /* the last reply ends it */
}

/* A wake-up that comes late does not shift those after it. */
static void test_late_wake_ups_do_not_add_up(void **state)
{
    (void)state;
    options.interval_ns = 10 * MS;
    start(1);
    engine_turn(&engine);
    world.now += 13 * MS;
    engine_turn(&engine);
    assert_int_equal(world.count, 2);
    assert_int_equal(engine_due(&engine).ns, 1000 * MS + 20 * MS);
}

/* After a sleep of the machine nobody is flooded with what was missed. */
static void test_long_stalls_are_given_up(void **state)
{
    (void)state;
    options.interval_ns = 10 * MS;
    start(1);
    engine_turn(&engine);
    world.now += 3600 * 1000 * MS;
    engine_turn(&engine);
    assert_int_equal(engine.stalls, 1);
    assert_int_equal(world.count, 2);
    assert_true(engine_due(&engine).ns > world.now);
}

static void test_preload_goes_at_once(void **state)
{
    (void)state;
    options.count = 5;
    options.preload = 3;
    start(1);
    run(all, MS);
    const int64_t whens[] = {0, 0, 0, 1000, 2000};
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(world.log[i].when, 1000 * MS + whens[i] * MS);
    assert_int_equal(ping.pipe_max, 3);
}

static void test_silence_is_waited_for(void **state)
{
    (void)state;
    options.count = 3;
    start(1);
    run(none, 0);
    assert_int_equal(world.timeouts, 3);
    assert_int_equal(world.silences, 3);
    assert_int_equal(world.now, 1000 * MS + 2000 * MS + 10000 * MS); /* ten seconds after the last one */
}

static void test_wait_and_deadline(void **state)
{
    (void)state;
    options.count = 1;
    options.wait_ns = 300 * MS;
    start(1);
    run(none, 0);
    assert_int_equal(world.now, 1300 * MS);
    engine_stop(&engine);
    set_up(state);
    options.deadline_ns = 2500 * MS;
    start(1);
    run(all, MS);
    assert_int_equal(world.count, 3);
    assert_int_equal(world.now, 1000 * MS + 2500 * MS);
}

/* With a deadline it is replies that are counted. */
static void test_deadline_counts_replies(void **state)
{
    (void)state;
    options.count = 2;
    options.deadline_ns = 10000 * MS;
    start(1);
    engine_turn(&engine);
    next();
    next();
    assert_int_equal(world.count, 3);
    answer_to(0, 0);
    assert_false(engine.is_over);
    answer_to(1, 0);
    assert_true(engine.is_over);
}

static void test_flood_follows_answers(void **state)
{
    (void)state;
    options.flood = true;
    options.count = 3;
    start(1);
    engine_turn(&engine);
    assert_int_equal(world.count, 1);
    assert_int_equal(engine_due(&engine).ns, 1010 * MS); /* a hundred a second without an answer */
    answer_to(0, MS / 5);
    assert_int_equal(world.count, 2);
    next();
    assert_int_equal(world.log[2].when - world.log[1].when, 10 * MS);
}

/* As ping(8) has it: -i 0 is a flood without dots, and -f with an interval is no flood. */
static void test_no_interval_follows_answers(void **state)
{
    (void)state;
    options.interval_ns = 0;
    options.count = 3;
    start(1);
    engine_turn(&engine);
    assert_int_equal(world.count, 1);
    assert_int_equal(engine_due(&engine).ns, 1010 * MS);
    answer_to(0, MS / 5);
    assert_int_equal(world.count, 2);
}

static void test_flood_with_interval_keeps_it(void **state)
{
    (void)state;
    options.flood = true;
    options.interval_ns = 200 * MS;
    options.count = 2;
    start(1);
    engine_turn(&engine);
    answer_to(0, MS / 5);
    assert_int_equal(world.count, 1);
    next();
    assert_int_equal(world.log[1].when - world.log[0].when, 200 * MS);
}

static void test_unanswered_is_said(void **state)
{
    (void)state;
    options.outstanding = true;
    options.count = 3;
    start(1);
    engine_turn(&engine);
    answer_to(0, MS);
    next(); /* the second: the first has its answer */
    assert_int_equal(world.waitings, 0);
    while (world.count < 3)
        next();
    assert_int_equal(world.waitings, 1);
}

/* --- answers --- */

static void test_duplicates_and_late_replies(void **state)
{
    (void)state;
    options.interval_ns = 5000 * MS;
    start(1);
    engine_turn(&engine);
    answer_to(0, MS);
    answer_to(0, 2 * MS);
    assert_int_equal(world.duplicates, 1);
    while (world.count < 2)
        next();
    while (world.timeouts == 0)
        next();
    assert_int_equal(targets[0].stats.received, 1);
    answer_to(1, 3000 * MS);
    assert_int_equal(world.late, 1);
    assert_int_equal(targets[0].stats.received, 2);
    assert_int_equal(targets[0].stats.late, 1);
}

/* The echo is lost in one window, and its reply late in the next, where nothing was sent or received for it.
 */
static void test_late_reply_in_another_window(void **state)
{
    (void)state;
    options.interval_ns = 5000 * MS;
    options.report_every_ns = 1000 * MS;
    start(1);
    assert_true(tally_start(&ping));
    const struct pkt_rtt_stats *window = tally_window(&ping, &targets[0]);
    engine_turn(&engine);
    while (world.timeouts == 0)
        next();
    assert_int_equal(window->sent, 1);
    assert_int_equal(window->waiting, 0);
    tally_reset(&ping);
    answer_to(0, 3000 * MS);
    assert_int_equal(window->late, 1);
    assert_int_equal(window->sent, 0);
    assert_int_equal(window->received, 0);
    assert_int_equal(targets[0].stats.received, 1);
    while (world.count < 2)
        next();
    assert_int_equal(window->waiting, 1);
    tally_reset(&ping);
    answer_to(1, MS);
    assert_int_equal(window->sent, 1);
    assert_int_equal(window->waiting, 0);
    assert_int_equal(window->received, 1);
    assert_int_equal(window->late, 0);
}

/* What has another sequence, tag or number is nobody's, and nothing changes. */
static void test_forged_replies(void **state)
{
    uint8_t message[8 + sizeof data];
    (void)state;
    start(1);
    engine_turn(&engine);
    for (unsigned octet = 6; octet < 24; octet++) {
        make_echo(message, 0, &world.log[0]);
        message[octet] ^= 0x40;
        struct pkt_icmp_event event = event_of(targets[0].address, message, sizeof message);
        engine_take(&engine, &event);
    }
    assert_int_equal(world.replies + world.duplicates + world.late, 0);
    assert_int_equal(ping.forged, 18);
    make_echo(message, 0, &world.log[0]);
    struct pkt_icmp_event event = event_of(pkt_ip_from4((struct pkt_ip4){
                                               {10, 0, 0, 1}
    }),
                                           message, sizeof message);
    engine_take(&engine, &event); /* right in all but its sender */
    assert_int_equal(ping.forged, 19);
    assert_int_equal(targets[0].stats.waiting, 1);
    answer_to(0, MS);
    assert_int_equal(world.replies, 1);
}

/* A reply that was cut before its tag is no answer: it was sent with one. */
static void test_cut_replies(void **state)
{
    uint8_t message[8 + sizeof data];
    (void)state;
    start(1);
    engine_turn(&engine);
    make_echo(message, 0, &world.log[0]);
    for (size_t len = 8; len < 24; len++) {
        struct pkt_icmp_event event = event_of(targets[0].address, message, len);
        engine_take(&engine, &event);
    }
    assert_int_equal(world.replies + world.duplicates + world.late, 0);
    assert_int_equal(targets[0].stats.waiting, 1);
}

static void test_errors_settle_and_redirects_do_not(void **state)
{
    uint8_t message[8 + sizeof data];
    (void)state;
    options.count = 1;
    start(1);
    engine_turn(&engine);
    make_echo(message, 8, &world.log[0]);
    struct pkt_icmp_event event = event_of(pkt_ip_from4((struct pkt_ip4){
                                               {10, 0, 0, 1}
    }),
                                           message, 0);
    event.kind = PKT_ICMP_EVENT_ERROR;
    event.quoted = pkt_view_make(message, 8); /* no more than RFC 792 demands */
    event.quoted_destination = targets[0].address;
    event.type = 5;
    engine_take(&engine, &event);
    engine_turn(&engine);
    assert_int_equal(world.errors, 1);
    assert_int_equal(targets[0].stats.errors, 0);
    assert_false(engine.is_over);
    event.type = 3;
    engine_take(&engine, &event);
    engine_turn(&engine);
    assert_int_equal(targets[0].stats.errors, 1);
    assert_true(engine.is_over);
}

static void test_what_cannot_be_sent_counts(void **state)
{
    (void)state;
    options.count = 2;
    world.refuse = ENETUNREACH;
    start(1);
    run(none, 0);
    assert_int_equal(targets[0].stats.sent, 2);
    assert_int_equal(targets[0].stats.errors, 2);
    assert_int_equal(world.errors, 2);
}

/* --- many --- */

static bool odd(const struct engine_probe *probe)
{
    return (probe->target - targets) % 2 == 1;
}

static void test_sweep_asks_the_silent_again(void **state)
{
    (void)state;
    ping.sweeps = true;
    start(200);
    run(odd, MS);
    assert_int_equal(world.count, 200 + 100);
    for (unsigned i = 0; i < 200; i++) {
        assert_int_equal(world.log[i].when, 1000 * MS + i * MS); /* a thousand a second */
        assert_int_equal(targets[i].stats.received, i % 2);
        assert_int_equal(targets[i].stats.sent, 2 - i % 2);
    }
    for (unsigned i = 200; i < world.count; i++)
        assert_int_equal((world.log[i].probe.target - targets) % 2, 0);
    /* 200 ms for the first round, 500 ms of patience, 200 ms, 500 ms: a /24 takes less than two seconds. */
    assert_in_range((world.now - 1000 * MS) / MS, 1, 1500);
}

static void test_rounds_over_several(void **state)
{
    (void)state;
    options.count = 3;
    start(3);
    run(all, MS);
    assert_int_equal(world.count, 9);
    for (unsigned i = 0; i < 9; i++) {
        assert_ptr_equal(world.log[i].probe.target, &targets[i % 3]);
        assert_int_equal(world.log[i].when, 1000 * MS + i / 3 * 1000 * MS + i % 3 * 10 * MS);
        assert_int_equal(world.log[i].probe.sequence, i / 3 + 1);
    }
}

static void test_rate_rules_over_the_interval(void **state)
{
    (void)state;
    options.count = 2;
    options.rate = 100;
    options.interval_ns = 10 * MS;
    start(50);
    run(all, MS);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(world.log[i].when, 1000 * MS + i * 10 * MS);
}

/* The wall clock is stepped between a kernel stamp of sending and one of receiving: the monotonic clock
 * decides. */
static void test_a_stepped_clock_changes_no_time(void **state)
{
    static const int64_t steps[] = {0, 3600 * PKT_NS_PER_S, -3600 * PKT_NS_PER_S};
    uint8_t message[8 + sizeof data];
    (void)state;
    options.count = 4;
    ping.stamps_expected = PKT_ECHO_EXPECT_STAMP;
    start(1);
    engine_turn(&engine);
    for (unsigned i = 0; i < 3; i++) {
        const int64_t wall = 1700000000 * PKT_NS_PER_S + world.now;
        const struct pkt_icmp_event stamp = {.kind = PKT_ICMP_EVENT_STAMP,
                                             .number = world.log[i].probe.number,
                                             .point = PKT_STAMP_SOFTWARE,
                                             .time = {wall}};
        engine_take(&engine, &stamp);
        make_echo(message, 0, &world.log[i]);
        world.now += 3 * MS;
        struct pkt_icmp_event event = event_of(targets[0].address, message, sizeof message);
        event.stamp = (struct pkt_receive_stamp){.has_time = true, .time = {wall + 2 * MS + steps[i]}};
        engine_take(&engine, &event);
        while (world.count < i + 2)
            next();
    }
    struct pkt_rtt_summary summary;
    pkt_rtt_stats_read(&targets[0].stats, &summary);
    assert_int_equal(targets[0].stats.received, 3);
    assert_int_equal(summary.min_ns, 2 * MS); /* by the stamps, where they can be true */
    assert_int_equal(summary.max_ns, 3 * MS); /* from call to call, where they cannot */
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(world.log[i].when, 1000 * MS + i * 1000 * MS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_intervals_are_exact),
        TEST(test_late_wake_ups_do_not_add_up),
        TEST(test_long_stalls_are_given_up),
        TEST(test_preload_goes_at_once),
        TEST(test_silence_is_waited_for),
        TEST(test_wait_and_deadline),
        TEST(test_deadline_counts_replies),
        TEST(test_flood_follows_answers),
        TEST(test_no_interval_follows_answers),
        TEST(test_flood_with_interval_keeps_it),
        TEST(test_unanswered_is_said),
        TEST(test_duplicates_and_late_replies),
        TEST(test_late_reply_in_another_window),
        TEST(test_forged_replies),
        TEST(test_cut_replies),
        TEST(test_errors_settle_and_redirects_do_not),
        TEST(test_what_cannot_be_sent_counts),
        TEST(test_sweep_asks_the_silent_again),
        TEST(test_rounds_over_several),
        TEST(test_rate_rules_over_the_interval),
        TEST(test_a_stepped_clock_changes_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
