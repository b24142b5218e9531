/*
 * Statistics of one target. Expected figures were computed by hand or by a few lines of Python from the
 * definitions: population deviation, RFC 3550 A.8, iputils' moving mean, nearest rank.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pkt/pkt.h"

enum { US = 1000, MS = 1000 * US };

static size_t held; /* blocks */

static void *allocate(void *context, size_t size)
{
    (void)context;
    held++;
    return malloc(size);
}

static void release(void *context, void *memory)
{
    (void)context;
    held--;
    free(memory);
}

static struct pkt_rtt_pool pool_of(size_t budget)
{
    return (struct pkt_rtt_pool){
        .memory = {.allocate = allocate, .release = release, .budget = budget}
    };
}

static struct pkt_mono second(int64_t s)
{
    return (struct pkt_mono){s * PKT_NS_PER_S};
}

/* One that was sent and is answered in time. */
static void answer(struct pkt_rtt_stats *stats, struct pkt_rtt_pool *pool, uint64_t number, int64_t rtt_ns)
{
    pkt_rtt_stats_sent(stats);
    pkt_rtt_stats_reply(stats, pool, &(struct pkt_rtt_reply){.number = number, .rtt_ns = rtt_ns});
}

static void answer_all(struct pkt_rtt_stats *stats, struct pkt_rtt_pool *pool, const int64_t *rtts_ns,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        answer(stats, pool, i, rtts_ns[i]);
}

static struct pkt_rtt_summary summary_of(const struct pkt_rtt_stats *stats)
{
    struct pkt_rtt_summary summary;
    pkt_rtt_stats_read(stats, &summary);
    return summary;
}

static void test_nothing(void **state)
{
    (void)state;
    struct pkt_rtt_stats stats = {.sent = 0};
    struct pkt_rtt_pool pool = pool_of(SIZE_MAX);
    pkt_rtt_stats_sent(&stats);
    pkt_rtt_stats_settle(&stats, false, second(1));
    struct pkt_rtt_summary summary = summary_of(&stats);
    assert_int_equal(summary.lost, 1);
    assert_false(summary.has_rtt || summary.has_spread || summary.has_quantiles || summary.is_exact);
    assert_int_equal(sizeof stats, 96);
    assert_int_equal(pool.used, 0);
    pkt_rtt_stats_destroy(&stats, &pool);
}

static void test_one_reply_takes_no_memory(void **state)
{
    (void)state;
    struct pkt_rtt_stats stats = {.sent = 0};
    struct pkt_rtt_pool pool = pool_of(SIZE_MAX);
    answer(&stats, &pool, 0, 123456);
    struct pkt_rtt_summary summary = summary_of(&stats);
    assert_true(summary.has_rtt && summary.has_spread && summary.has_quantiles && summary.is_exact);
    assert_int_equal(summary.min_ns, 123456);
    assert_int_equal(summary.avg_ns, 123456);
    assert_int_equal(summary.max_ns, 123456);
    assert_int_equal(summary.mdev_ns, 0);
    assert_int_equal(summary.ewma_ns, 123456);
    assert_int_equal(summary.jitter_ns, 0);
    assert_int_equal(summary.p50_ns, 123456);
    assert_int_equal(summary.p999_ns, 123456);
    assert_int_equal(pool.used, 0);
    assert_int_equal(held, 0);
}

static void test_four_replies(void **state)
{
    (void)state;
    static const int64_t rtts_ns[] = {100 * US, 300 * US, 200 * US, 400 * US};
    struct pkt_rtt_stats stats = {.sent = 0};
    struct pkt_rtt_pool pool = pool_of(SIZE_MAX);
    answer_all(&stats, &pool, rtts_ns, 4);
    struct pkt_rtt_summary summary = summary_of(&stats);
    assert_int_equal(summary.lost, 0);
    assert_int_equal(summary.min_ns, 100 * US);
    assert_int_equal(summary.avg_ns, 250 * US);
    assert_int_equal(summary.max_ns, 400 * US);
    assert_int_equal(summary.mdev_ns, 111803); /* 50000 x sqrt(5) = 111803.4 */
    /* 100000; 125000; 134375; 167578.1 */
    assert_int_equal(summary.ewma_ns, 167578);
    /* x 16: 200000; 287500; 287500 - 17969 + 200000 = 469531 */
    assert_int_equal(summary.jitter_ns, 29345);
    assert_int_equal(summary.p50_ns, 200 * US);
    assert_int_equal(summary.p90_ns, 400 * US);
    pkt_rtt_stats_destroy(&stats, &pool);
    assert_int_equal(pool.used, 0);
    assert_int_equal(held, 0);
}

/* 10 us, 20 us, ...: exact up to 32 of them, a histogram from 33 on. */
static void test_from_samples_to_histogram(void **state)
{
    (void)state;
    struct pkt_rtt_stats stats = {.sent = 0};
    struct pkt_rtt_pool pool = pool_of(SIZE_MAX);
    for (uint64_t i = 1; i <= 32; i++)
        answer(&stats, &pool, i, (int64_t)i * 10 * US);
    struct pkt_rtt_summary summary = summary_of(&stats);
    assert_true(summary.is_exact);
    assert_int_equal(summary.p50_ns, 160 * US);
    assert_int_equal(summary.p90_ns, 290 * US);
    assert_int_equal(summary.p95_ns, 310 * US);
    assert_int_equal(summary.p99_ns, 320 * US);
    assert_int_equal(summary.p999_ns, 320 * US);
    size_t before = pool.used;
    for (uint64_t i = 33; i <= 100; i++)
        answer(&stats, &pool, i, (int64_t)i * 10 * US);
    summary = summary_of(&stats);
    assert_true(summary.has_quantiles);
    assert_false(summary.is_exact);
    assert_int_equal(pool.used, before + sizeof(struct pkt_histogram));
    assert_int_equal(summary.min_ns, 10 * US);
    assert_int_equal(summary.avg_ns, 505 * US);
    assert_int_equal(summary.max_ns, MS);
    assert_int_equal(summary.mdev_ns, 288661); /* 10000 x sqrt((100^2 - 1) / 12) = 288660.7 */
    /* the buckets [499712, 503808), [892928, 901120), [942080, 950272) */
    assert_int_equal(summary.p50_ns, 501760);
    assert_int_equal(summary.p90_ns, 897024);
    assert_int_equal(summary.p95_ns, 946176);
    pkt_rtt_stats_destroy(&stats, &pool);
    assert_int_equal(held, 0);
}

/* Deviations of a nanosecond of times of a second are not lost in the squares. */
static void test_deviation_keeps_digits(void **state)
{
    (void)state;
    struct pkt_rtt_stats stats = {.sent = 0};
    struct pkt_rtt_pool pool = pool_of(SIZE_MAX);
    for (uint64_t i = 0; i < 300000; i++)
        answer(&stats, &pool, i, PKT_NS_PER_S + (i % 2 == 0 ? 3 : -3));
    struct pkt_rtt_summary summary = summary_of(&stats);
    assert_int_equal(summary.avg_ns, PKT_NS_PER_S);
    assert_int_equal(summary.mdev_ns, 3);
    pkt_rtt_stats_destroy(&stats, &pool);
}

static void test_extreme_times(void **state)
{
    (void)state;
    struct pkt_rtt_stats stats = {.sent = 0};
    struct pkt_rtt_pool pool = pool_of(SIZE_MAX);
    const int64_t most_ns = INT64_C(1) << 44;
    for (uint64_t i = 0; i < 1000; i++)
        answer(&stats, &pool, i, i % 2 == 0 ? INT64_MIN : INT64_MAX);
    struct pkt_rtt_summary summary = summary_of(&stats);
    assert_int_equal(summary.min_ns, 0);
    assert_true(summary.avg_ns == most_ns / 2);
    assert_true(summary.max_ns == most_ns);
    assert_true(summary.mdev_ns == most_ns / 2);
    assert_true(summary.p99_ns == most_ns);
    pkt_rtt_stats_destroy(&stats, &pool);
}

/* What stays when the pool has nothing at all, and when it has no histogram. */
static void test_budget(void **state)
{
    (void)state;
    struct pkt_rtt_pool none = pool_of(100), little = pool_of(1000);
    struct pkt_rtt_stats poor = {.sent = 0}, some = {.sent = 0};
    for (uint64_t i = 1; i <= 100; i++) {
        answer(&poor, &none, i, (int64_t)i * US);
        answer(&some, &little, i, (int64_t)i * US);
    }
    struct pkt_rtt_summary summary = summary_of(&poor);
    assert_true(summary.has_rtt);
    assert_false(summary.has_spread || summary.has_quantiles || summary.is_exact);
    assert_int_equal(summary.min_ns, 1 * US);
    assert_int_equal(summary.avg_ns, 50500);
    assert_int_equal(summary.max_ns, 100 * US);
    assert_int_equal(none.used, 0);
    assert_int_equal(none.refused, 1);

    struct pkt_histogram histogram = {.count = 0};
    int64_t quantile_ns;
    summary = summary_of(&some);
    assert_true(summary.has_rtt && summary.has_spread);
    assert_false(summary.has_quantiles);
    assert_int_equal(summary.max_ns, 100 * US);
    assert_int_equal(summary.mdev_ns, 28866); /* 1000 x sqrt((100^2 - 1) / 12) = 28866.07 */
    assert_int_equal(little.refused, 1);
    assert_false(pkt_rtt_stats_quantile(&some, 500000, &quantile_ns));
    assert_false(pkt_rtt_stats_histogram(&some, &histogram));
    assert_int_equal(histogram.count, 0);
    pkt_rtt_stats_destroy(&some, &little);
    pkt_rtt_stats_destroy(&poor, &none);
    assert_int_equal(little.used, 0);
    assert_int_equal(held, 0);
}

static void lose(struct pkt_rtt_stats *stats, int64_t sent_s)
{
    pkt_rtt_stats_sent(stats);
    pkt_rtt_stats_settle(stats, false, second(sent_s));
}

static void pass(struct pkt_rtt_stats *stats, int64_t sent_s)
{
    answer(stats, NULL, (uint64_t)sent_s, MS);
    pkt_rtt_stats_settle(stats, true, second(sent_s));
}

/* One probe a second: + - - + - - - + - */
static void test_runs_of_losses(void **state)
{
    (void)state;
    struct pkt_rtt_stats stats = {.sent = 0};
    const char *outcomes = "+--+---+-";
    for (int64_t i = 0; outcomes[i] != '\0'; i++) {
        if (outcomes[i] == '+')
            pass(&stats, i);
        else
            lose(&stats, i);
    }
    struct pkt_rtt_summary summary = summary_of(&stats);
    assert_int_equal(stats.sent, 9);
    assert_int_equal(stats.received, 3);
    assert_int_equal(summary.lost, 6);
    assert_int_equal(summary.longest_run, 3);
    assert_int_equal(summary.outages, 3);
    assert_int_equal(summary.longest_outage_ns, 3 * PKT_NS_PER_S); /* sent at 4, and again answered at 7 */
    assert_int_equal(summary.run, 1);
    assert_int_equal(summary.run_since.ns, 8 * PKT_NS_PER_S);
}

/* Three are given up, then all three answered: nothing is lost, and no outage was. */
static void test_late_replies(void **state)
{
    (void)state;
    struct pkt_rtt_stats stats = {.sent = 0};
    for (int64_t i = 1; i <= 3; i++)
        lose(&stats, i);
    assert_int_equal(summary_of(&stats).lost, 3);
    assert_int_equal(summary_of(&stats).run, 3);
    for (int64_t i = 1; i <= 3; i++) {
        const struct pkt_rtt_reply reply = {
            .number = (uint64_t)i, .rtt_ns = 5 * PKT_NS_PER_S, .sent = second(i), .is_late = true};
        pkt_rtt_stats_reply(&stats, NULL, &reply);
    }
    struct pkt_rtt_summary summary = summary_of(&stats);
    assert_int_equal(stats.received, 3);
    assert_int_equal(stats.late, 3);
    assert_int_equal(summary.lost, 0);
    assert_int_equal(summary.outages, 0);
    assert_int_equal(summary.longest_run, 0);
    pass(&stats, 9);
    assert_int_equal(summary_of(&stats).outages, 0);
}

/* A late reply to a probe before the run of now leaves that as it is. */
static void test_late_reply_to_earlier_run(void **state)
{
    (void)state;
    struct pkt_rtt_stats stats = {.sent = 0};
    lose(&stats, 1);
    pass(&stats, 2);
    lose(&stats, 3);
    pkt_rtt_stats_reply(&stats, NULL,
                        &(struct pkt_rtt_reply){.number = 1, .sent = second(1), .is_late = true});
    struct pkt_rtt_summary summary = summary_of(&stats);
    assert_int_equal(summary.run, 1);
    assert_int_equal(summary.lost, 1);
    assert_int_equal(stats.reordered, 1);
}

static void test_waiting_is_not_lost(void **state)
{
    (void)state;
    struct pkt_rtt_stats stats = {.sent = 0};
    for (int i = 0; i < 5; i++)
        pkt_rtt_stats_sent(&stats);
    assert_int_equal(summary_of(&stats).lost, 0);
    pkt_rtt_stats_reply(&stats, NULL, &(struct pkt_rtt_reply){.number = 4, .rtt_ns = MS});
    assert_int_equal(stats.waiting, 4);
    pkt_rtt_stats_settle(&stats, false, second(0));
    assert_int_equal(stats.waiting, 3);
    assert_int_equal(summary_of(&stats).lost, 1);
}

static void test_order_and_events(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0xfffffffe, 0x100000001, 0xffffffff, 0x100000000, 0x100000002};
    struct pkt_rtt_stats stats = {.sent = 0};
    for (size_t i = 0; i < 5; i++)
        answer(&stats, NULL, numbers[i], MS);
    assert_int_equal(stats.reordered, 2);
    const struct pkt_rtt_summary before = summary_of(&stats);
    for (int i = 0; i < 10; i++) {
        pkt_rtt_stats_count(&stats, PKT_RTT_FORGED);
        pkt_rtt_stats_count(&stats, i % 2 == 0 ? PKT_RTT_DUPLICATE : PKT_RTT_ERROR);
    }
    pkt_rtt_stats_count(&stats, PKT_RTT_CORRUPTED);
    assert_int_equal(stats.forged, 10);
    assert_int_equal(stats.duplicates, 5);
    assert_int_equal(stats.errors, 5);
    assert_int_equal(stats.corrupted, 1);
    stats.forged = UINT32_MAX;
    pkt_rtt_stats_count(&stats, PKT_RTT_FORGED);
    assert_int_equal(stats.forged, UINT32_MAX);
    const struct pkt_rtt_summary after = summary_of(&stats);
    assert_int_equal(before.avg_ns, after.avg_ns);
    assert_int_equal(before.lost, after.lost);
}

/* Parts of any size, merged in order, give the figures of the whole. */
static void check_merge(size_t first, size_t second_part)
{
    struct pkt_rtt_pool pool = pool_of(SIZE_MAX);
    struct pkt_rtt_stats whole = {.sent = 0}, a = {.sent = 0}, b = {.sent = 0};
    for (size_t i = 0; i < first + second_part; i++) {
        int64_t rtt_ns = (int64_t)(i * 7919 % 1009) * 1001 + 500;
        answer(&whole, &pool, i, rtt_ns);
        answer(i < first ? &a : &b, &pool, i, rtt_ns);
    }
    pkt_rtt_stats_merge(&a, &pool, &b);
    struct pkt_rtt_summary merged = summary_of(&a), expected = summary_of(&whole);
    assert_int_equal(a.sent, whole.sent);
    assert_int_equal(a.received, whole.received);
    assert_int_equal(merged.min_ns, expected.min_ns);
    assert_int_equal(merged.avg_ns, expected.avg_ns);
    assert_int_equal(merged.max_ns, expected.max_ns);
    assert_int_equal(merged.mdev_ns, expected.mdev_ns);
    assert_int_equal(merged.has_quantiles, expected.has_quantiles);
    assert_int_equal(merged.is_exact, expected.is_exact);
    assert_int_equal(merged.p50_ns, expected.p50_ns);
    assert_int_equal(merged.p99_ns, expected.p99_ns);
    pkt_rtt_stats_destroy(&whole, &pool);
    pkt_rtt_stats_destroy(&a, &pool);
    pkt_rtt_stats_destroy(&b, &pool);
    assert_int_equal(pool.used, 0);
    assert_int_equal(held, 0);
}

static void test_merge(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 16, 31, 32, 33, 100};
    enum { SIZES = sizeof sizes / sizeof sizes[0] };
    for (size_t i = 0; i < SIZES * SIZES; i++)
        check_merge(sizes[i / SIZES], sizes[i % SIZES]);
}

static void test_merge_of_the_poor(void **state)
{
    (void)state;
    struct pkt_rtt_pool pool = pool_of(SIZE_MAX);
    struct pkt_rtt_stats rich = {.sent = 0}, poor = {.sent = 0};
    static const int64_t times[] = {5 * US, 7 * US, 9 * US};
    answer_all(&rich, &pool, times, 3);
    answer_all(&poor, NULL, times, 2);
    lose(&poor, 3);
    lose(&poor, 4);
    pkt_rtt_stats_merge(&rich, &pool, &poor);
    struct pkt_rtt_summary summary = summary_of(&rich);
    assert_int_equal(rich.received, 5);
    assert_int_equal(summary.lost, 2);
    assert_int_equal(summary.longest_run, 2);
    assert_int_equal(summary.outages, 1);
    assert_int_equal(summary.min_ns, 5 * US);
    assert_int_equal(summary.avg_ns, 6600);
    assert_int_equal(summary.max_ns, 9 * US);
    assert_false(summary.has_spread || summary.has_quantiles);
    assert_int_equal(held, 0);
}

/* Jitter and moving mean of a merge are means, weighted by what they were made of. */
static void test_merge_of_moving_means(void **state)
{
    (void)state;
    struct pkt_rtt_pool pool = pool_of(SIZE_MAX);
    struct pkt_rtt_stats still = {.sent = 0}, moving = {.sent = 0};
    static const int64_t same[] = {100, 100, 100, 100}, other[] = {100, 1700};
    answer_all(&still, &pool, same, 4);
    answer_all(&moving, &pool, other, 2);
    assert_int_equal(summary_of(&moving).jitter_ns, 100);
    assert_int_equal(summary_of(&moving).ewma_ns, 300);
    pkt_rtt_stats_merge(&still, &pool, &moving);
    assert_int_equal(summary_of(&still).jitter_ns, 25); /* (3 x 0 + 1 x 100) / 4 */
    assert_int_equal(summary_of(&still).ewma_ns, 166);  /* (4 x 100 + 2 x 300) / 6 */
    pkt_rtt_stats_destroy(&still, &pool);
    pkt_rtt_stats_destroy(&moving, &pool);
}

static void test_window(void **state)
{
    (void)state;
    struct pkt_rtt_pool pool = pool_of(SIZE_MAX);
    struct pkt_rtt_stats stats = {.sent = 0};
    for (uint64_t i = 0; i < 50; i++)
        answer(&stats, &pool, i, MS);
    lose(&stats, 50);
    pkt_rtt_stats_sent(&stats);
    pkt_rtt_stats_reset(&stats, &pool);
    assert_int_equal(pool.used, 0);
    assert_int_equal(stats.sent, 1);
    assert_int_equal(summary_of(&stats).lost, 0);
    assert_false(summary_of(&stats).has_rtt);
    assert_int_equal(summary_of(&stats).run, 1);
    /* The lost one of before comes late. */
    pkt_rtt_stats_count(&stats, PKT_RTT_LATE);
    assert_int_equal(stats.late, 1);
    assert_int_equal(stats.received, 0);
    assert_int_equal(stats.waiting, 1);
    assert_int_equal(summary_of(&stats).lost, 0);
    pkt_rtt_stats_reply(&stats, &pool, &(struct pkt_rtt_reply){.number = 51, .rtt_ns = MS});
    assert_int_equal(stats.waiting, 0);
    assert_int_equal(stats.sent, 1);
    assert_int_equal(summary_of(&stats).avg_ns, MS);
    pkt_rtt_stats_destroy(&stats, &pool);
    assert_int_equal(held, 0);
}

/*
 * Probe i is sent at i; two out of five are given up 3 later, and one of these answered late after that; the
 * others are answered 2 later. Every 7 a window ends. What the windows hold adds up to what the run has.
 */
static void test_windows_add_up(void **state)
{
    (void)state;
    enum { PROBES = 100, WINDOW = 7, TIMEOUT = 3, LATE = 12 };
    struct pkt_rtt_stats run = {.sent = 0}, window = {.sent = 0};
    uint64_t sent = 0, received = 0, lost = 0, late = 0;
    for (int64_t now = 0; now < PROBES + LATE; now++) {
        if (now < PROBES) {
            pkt_rtt_stats_sent(&run);
            pkt_rtt_stats_sent(&window);
        }
        int64_t answered = now - 2, given_up = now - TIMEOUT, came_late = now - LATE;
        struct pkt_rtt_reply reply = {.number = (uint64_t)answered, .rtt_ns = 2 * MS};
        if (answered >= 0 && answered < PROBES && answered % 5 > 1) {
            pkt_rtt_stats_reply(&run, NULL, &reply);
            pkt_rtt_stats_reply(&window, NULL, &reply);
        }
        if (given_up >= 0 && given_up < PROBES) {
            pkt_rtt_stats_settle(&run, given_up % 5 > 1, second(given_up));
            pkt_rtt_stats_settle(&window, given_up % 5 > 1, second(given_up));
        }
        if (came_late >= 0 && came_late % 5 == 1) {
            reply =
                (struct pkt_rtt_reply){.number = (uint64_t)came_late, .rtt_ns = LATE * MS, .is_late = true};
            pkt_rtt_stats_reply(&run, NULL, &reply);
            pkt_rtt_stats_count(&window, PKT_RTT_LATE);
        }
        if (now % WINDOW != WINDOW - 1)
            continue;
        assert_true(window.received <= window.sent - window.waiting);
        assert_int_equal(summary_of(&window).lost + window.received, window.sent - window.waiting);
        sent += window.sent - window.waiting;
        received += window.received;
        lost += summary_of(&window).lost;
        late += window.late;
        pkt_rtt_stats_reset(&window, NULL);
    }
    assert_int_equal(window.sent, 0); /* 112 = 16 x 7: the last window has ended */
    assert_int_equal(sent, PROBES);
    assert_int_equal(received, 60);
    assert_int_equal(lost, 40);
    assert_int_equal(late, 20);
    assert_int_equal(run.sent, PROBES);
    assert_int_equal(run.received, received + late);
    assert_int_equal(summary_of(&run).lost, lost - late);
}

static void test_histogram_of_few(void **state)
{
    (void)state;
    struct pkt_rtt_pool pool = pool_of(SIZE_MAX);
    struct pkt_rtt_stats stats = {.sent = 0};
    struct pkt_histogram histogram = {.count = 0};
    assert_true(pkt_rtt_stats_histogram(&stats, &histogram));
    assert_int_equal(histogram.count, 0);
    for (uint64_t i = 1; i <= 40; i++) {
        answer(&stats, &pool, i, (int64_t)i * US);
        assert_true(pkt_rtt_stats_histogram(&stats, &histogram));
    }
    assert_int_equal(histogram.count, 40 * 41 / 2);
    assert_int_equal(histogram.max_ns, 40 * US);
    pkt_rtt_stats_destroy(&stats, &pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_one_reply_takes_no_memory),
        cmocka_unit_test(test_four_replies),
        cmocka_unit_test(test_from_samples_to_histogram),
        cmocka_unit_test(test_deviation_keeps_digits),
        cmocka_unit_test(test_extreme_times),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_runs_of_losses),
        cmocka_unit_test(test_late_replies),
        cmocka_unit_test(test_late_reply_to_earlier_run),
        cmocka_unit_test(test_waiting_is_not_lost),
        cmocka_unit_test(test_order_and_events),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_merge_of_the_poor),
        cmocka_unit_test(test_merge_of_moving_means),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_windows_add_up),
        cmocka_unit_test(test_histogram_of_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
