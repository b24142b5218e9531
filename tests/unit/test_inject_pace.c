/*
 * Pacing in virtual time: deadlines, bursts, stalls, and that the ideal count is never exceeded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "pkt/pace.h"

static const int64_t us = 1000;
static const int64_t ms = 1000 * 1000;

static struct pkt_mono at(int64_t ns)
{
    return (struct pkt_mono){5 * PKT_NS_PER_S + ns};
}

static struct pkt_pace started(struct pkt_pace_options options)
{
    struct pkt_pace pace;
    options.size = sizeof options;
    assert_true(pkt_pace_start(&pace, &options, at(0)));
    return pace;
}

static void assert_next(const struct pkt_pace *pace, int64_t ns)
{
    assert_int_equal(pkt_pace_next(pace).ns, at(ns).ns);
}

/* Sends what is due at ns, and returns how many. */
static uint32_t step(struct pkt_pace *pace, int64_t ns)
{
    uint32_t due = pkt_pace_due(pace, at(ns));
    pkt_pace_sent(pace, due, at(ns));
    return due;
}

static void test_options(void **state)
{
    (void)state;
    struct pkt_pace pace;
    struct pkt_pace_options options = {.size = 0};
    assert_false(pkt_pace_start(&pace, &options, at(0)));
    options = (struct pkt_pace_options){.size = sizeof options, .packets = 1, .time_ns = -1};
    assert_false(pkt_pace_start(&pace, &options, at(0)));
    options.time_ns = 3600 * PKT_NS_PER_S + 1;
    assert_false(pkt_pace_start(&pace, &options, at(0)));
    options.time_ns = 3600 * PKT_NS_PER_S;
    assert_true(pkt_pace_start(&pace, &options, at(0)));
    options = (struct pkt_pace_options){.size = sizeof options, .packets = 101, .time_ns = 100};
    assert_false(pkt_pace_start(&pace, &options, at(0)));
    assert_true(pkt_pace_start(&pace, NULL, at(0)));
}

static void test_no_rate_is_bursts_for_ever(void **state)
{
    (void)state;
    struct pkt_pace pace = started((struct pkt_pace_options){.burst = 7});
    for (int i = 0; i < 100; i++) {
        assert_next(&pace, 0);
        assert_int_equal(step(&pace, i), 7);
    }
    struct pkt_pace_report report;
    pkt_pace_get_report(&pace, &report);
    assert_int_equal(report.packets, 700);
    assert_true(report.wanted_packets_per_s == 0);
    assert_int_equal(report.missed_ns, 0);
}

/* The first packet is due at once, the others on their deadlines and not a nanosecond before. */
static void test_deadlines(void **state)
{
    (void)state;
    struct pkt_pace pace = started((struct pkt_pace_options){.packets = 3});
    assert_int_equal(step(&pace, 0), 1);
    assert_int_equal(step(&pace, 0), 0);
    assert_next(&pace, 333333334); /* a third of a second, rounded up */
    assert_int_equal(step(&pace, 333333333), 0);
    assert_int_equal(step(&pace, 333333334), 1);
    assert_next(&pace, 666666667);
    assert_int_equal(step(&pace, 666666667), 1);
    assert_next(&pace, PKT_NS_PER_S); /* roundings do not add up */
}

static void test_interval(void **state)
{
    (void)state;
    struct pkt_pace pace = started((struct pkt_pace_options){.packets = 1, .time_ns = 250 * ms});
    for (int i = 0; i < 1000; i++) {
        assert_next(&pace, i * 250 * ms);
        assert_int_equal(step(&pace, i * 250 * ms + 60 * us), 1); /* a late wake-up moves nothing */
    }
}

/* Rates that divide nothing, over a day: exact at the end. */
static void test_a_day_is_exact(void **state)
{
    (void)state;
    static const uint32_t rates[] = {1, 7, 999, 33333, 1000003, 999999937};
    for (unsigned i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct pkt_pace pace = started((struct pkt_pace_options){.packets = rates[i]});
        pace.scheduled = (uint64_t)86400 * rates[i];
        assert_next(&pace, 86400 * PKT_NS_PER_S);
    }
}

/* Count and deadline are two views of one schedule, at every packet of odd rates. */
static void test_count_agrees_with_deadline(void **state)
{
    (void)state;
    static const struct {
        uint32_t packets;
        int64_t time_ns;
    } cases[] = {
        {3,          0                  },
        {999983,     0                  },
        {50000,      0                  },
        {1,          1                  },
        {7,          1000003            },
        {4000000000, 3600 * PKT_NS_PER_S},
        {123457,     3599 * PKT_NS_PER_S}
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pkt_pace pace = started((struct pkt_pace_options){
            .packets = cases[i].packets, .time_ns = cases[i].time_ns, .burst = 1000});
        for (unsigned k = 0; k < 20000; k++) {
            int64_t due_ns = pkt_pace_next(&pace).ns - at(0).ns;
            if (due_ns > 0)
                assert_int_equal(pkt_pace_due(&pace, at(due_ns - 1)), 0);
            assert_true(pkt_pace_due(&pace, at(due_ns)) >= 1);
            pace.scheduled += k % 97 * k % 1009 + 1; /* leaps over seconds too */
        }
    }
}

static void test_burst_cap(void **state)
{
    (void)state;
    struct pkt_pace pace = started((struct pkt_pace_options){.packets = 1000000, .burst = 32});
    assert_int_equal(step(&pace, 0), 1);
    assert_int_equal(step(&pace, 20 * us), 20);
    assert_int_equal(step(&pace, 120 * us), 32);
    assert_int_equal(step(&pace, 120 * us), 32);
    assert_int_equal(step(&pace, 120 * us), 32);
    assert_int_equal(step(&pace, 120 * us), 4);
    assert_int_equal(step(&pace, 120 * us), 0);
}

/* What the sender did not take stays due. */
static void test_partly_sent(void **state)
{
    (void)state;
    struct pkt_pace pace = started((struct pkt_pace_options){.packets = 1000});
    assert_int_equal(pkt_pace_due(&pace, at(9 * ms)), 10);
    pkt_pace_sent(&pace, 4, at(9 * ms));
    assert_int_equal(pkt_pace_due(&pace, at(9 * ms)), 6);
    pkt_pace_sent(&pace, 0, at(9 * ms));
    assert_int_equal(pkt_pace_due(&pace, at(9 * ms)), 6);
    assert_next(&pace, 4 * ms);
}

/* A short stall is caught up; the rate over all is right and nothing is missed. */
static void test_short_stall(void **state)
{
    (void)state;
    struct pkt_pace_report report;
    struct pkt_pace pace = started((struct pkt_pace_options){.packets = 1000});
    uint32_t sent = step(&pace, 0);
    for (int i = 0; i < 8; i++)
        sent += step(&pace, 500 * ms);
    assert_int_equal(sent, 501);
    assert_int_equal(step(&pace, 501 * ms), 1);
    pkt_pace_get_report(&pace, &report);
    assert_int_equal(report.missed_ns, 0);
    assert_int_equal(report.stalls, 0);
    assert_int_equal(report.late_max_ns, 499 * ms);
    assert_int_equal(report.elapsed_ns, 501 * ms);
    assert_true(report.packets_per_s > 999.99 && report.packets_per_s < 1000.01);
}

/* A long stall moves the schedule: one packet is due, the rest of the time is given up and said. */
static void test_long_stall(void **state)
{
    (void)state;
    struct pkt_pace_report report;
    struct pkt_pace pace = started((struct pkt_pace_options){.packets = 1000, .catch_up_ns = 20 * ms});
    assert_int_equal(step(&pace, 0), 1);
    assert_int_equal(step(&pace, 21 * ms), 21); /* 20 ms behind is caught up */
    assert_int_equal(step(&pace, 500 * ms), 1);
    assert_next(&pace, 501 * ms);
    pkt_pace_get_report(&pace, &report);
    assert_int_equal(report.missed_ns, 478 * ms);
    assert_int_equal(report.stalls, 1);
    assert_int_equal(report.packets, 23);
}

static void test_no_catching_up(void **state)
{
    (void)state;
    struct pkt_pace pace = started((struct pkt_pace_options){.packets = 100, .catch_up_ns = -1});
    assert_int_equal(step(&pace, 0), 1);
    assert_int_equal(step(&pace, 10 * ms), 1);
    assert_int_equal(step(&pace, 45 * ms), 1);
    assert_next(&pace, 55 * ms);
    assert_int_equal(pace.missed_ns, 25 * ms);
}

/* Whatever the wake-ups, never more than the ideal count at any moment. */
static void test_never_more_than_ideal(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int run = 0; run < 50; run++) {
        struct pkt_pace pace = started((struct pkt_pace_options){
            .packets = 50000, .burst = 1 + run, .catch_up_ns = run % 2 ? 2 * ms : 0});
        uint64_t sent = 0;
        for (int64_t now = 0; now < 200 * ms;) {
            sent += step(&pace, now);
            assert_true(sent <= (uint64_t)(now / (20 * us)) + 1);
            random = random * 6364136223846793005U + 1442695040888963407U;
            now += (int64_t)(random >> 33) % (run % 5 == 0 ? 8 * ms : 90 * us);
        }
        assert_int_equal(sent, pace.sent);
    }
}

/* A clock that goes back, as none should, gives nothing away. */
static void test_before_the_start(void **state)
{
    (void)state;
    struct pkt_pace pace = started((struct pkt_pace_options){.packets = 10});
    assert_int_equal(pkt_pace_due(&pace, at(-5)), 0);
    assert_next(&pace, 0);
}

static void test_sleep(void **state)
{
    (void)state;
    struct timespec before;
    struct timespec after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    struct pkt_mono now = {before.tv_sec * PKT_NS_PER_S + before.tv_nsec};
    struct pkt_pace pace;
    struct pkt_pace_options options = {.size = sizeof options, .packets = 500};
    assert_true(pkt_pace_start(&pace, &options, now));
    assert_true(pkt_pace_sleep(&pace, 0)); /* due already */
    pkt_pace_sent(&pace, 1, now);
    assert_true(pkt_pace_sleep(&pace, 100 * us));
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(after.tv_sec * PKT_NS_PER_S + after.tv_nsec >= now.ns + 2 * ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),          cmocka_unit_test(test_no_rate_is_bursts_for_ever),
        cmocka_unit_test(test_deadlines),        cmocka_unit_test(test_interval),
        cmocka_unit_test(test_a_day_is_exact),   cmocka_unit_test(test_count_agrees_with_deadline),
        cmocka_unit_test(test_burst_cap),        cmocka_unit_test(test_partly_sent),
        cmocka_unit_test(test_short_stall),      cmocka_unit_test(test_long_stall),
        cmocka_unit_test(test_no_catching_up),   cmocka_unit_test(test_never_more_than_ideal),
        cmocka_unit_test(test_before_the_start), cmocka_unit_test(test_sleep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
