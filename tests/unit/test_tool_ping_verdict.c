/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --fail-if and --until: what is true of a run, and what cannot be known of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/memory.h"
#include "ping/verdict.h"

static const int64_t MS = 1000000;

static struct pkt_rtt_pool pool;
static struct ping_target targets[2];
static struct ping ping;
static struct limits_result result;

/* The first target: ten echoes, 100 ms apart. Eight are answered, in 1 to 8 ms; 9 and 10 are lost. The
 * second: one echo, lost. */
static int set_up(void **state)
{
    (void)state;
    pool = (struct pkt_rtt_pool){.memory = memory_of_heap(1 << 20)};
    targets[0] = targets[1] = (struct ping_target){.is_group = false};
    ping = (struct ping){.targets = targets, .target_count = 1, .pool = &pool, .forged = 3};
    struct pkt_rtt_stats *stats = &targets[0].stats;
    for (int i = 1; i <= 10; i++) {
        struct pkt_mono sent = {i * 100 * MS};
        const struct pkt_rtt_reply reply = {.number = (uint64_t)i, .rtt_ns = i * MS, .sent = sent};
        pkt_rtt_stats_sent(stats);
        if (i <= 8)
            pkt_rtt_stats_reply(stats, &pool, &reply);
        pkt_rtt_stats_settle(stats, i <= 8, sent);
    }
    pkt_rtt_stats_count(stats, PKT_RTT_DUPLICATE);
    pkt_rtt_stats_sent(&targets[1].stats);
    pkt_rtt_stats_settle(&targets[1].stats, false, (struct pkt_mono){0});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pkt_rtt_stats_destroy(&targets[0].stats, &pool);
    pkt_rtt_stats_destroy(&targets[1].stats, &pool);
    return pool.used == 0 ? 0 : -1;
}

static bool holds(const char *text)
{
    struct limits limits;
    struct option_problem problem;
    assert_true(limits_parse(text, verdict_names, &limits, &problem));
    return verdict_holds(&ping, &limits, &result);
}

static void every_name_of_one_target(void **state)
{
    static const char *const facts[] = {
        "sent=10",    "received=8",   "lost=2",    "loss=20%", "late=0",    "duplicates=1", "corrupted=0",
        "errors=0",   "reordered=0",  "forged=3",  "min=1ms",  "avg=4.5ms", "max=8ms",      "mdev>2.2ms",
        "mdev<2.3ms", "jitter>0.3ms", "p50=4ms",   "p90=8ms",  "p95=8ms",   "p99=8ms",      "p999=8ms",
        "jitter<1ms", "run=2",        "outage=0s", "alive=1",  "dead=0",
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (!holds(facts[i]) || result.unknown != 0)
            fail_msg("%s", facts[i]);
    assert_false(holds("unreached"));
}

/* Which side of the limit, and how terms and conditions go together. */
static void limits_are_exact(void **state)
{
    (void)state;
    assert_false(holds("loss>20%"));
    assert_true(holds("loss>=20%"));
    assert_true(holds("loss>19.999%"));
    assert_false(holds("p99>8ms"));
    assert_true(holds("p99>7.999999ms"));
    assert_true(holds("p99>20ms,loss>1%"));
    assert_int_equal(result.first, 1);
    assert_false(holds("loss>1%&&sent>10"));
    assert_true(holds("loss>1% and sent>=10"));
}

/* Several targets count as one; of times those that there are. */
static void several_targets(void **state)
{
    static const char *const facts[] = {"sent=11", "received=8", "lost=3", "unreached",
                                        "alive=1", "dead=1",     "max=8ms"};
    (void)state;
    ping.target_count = 2;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (!holds(facts[i]))
            fail_msg("%s", facts[i]);
    assert_true(holds("loss>27.2%&&loss<27.3%"));
}

static bool holds_by_counts(const char *text)
{
    struct limits limits;
    struct option_problem problem;
    assert_true(limits_parse(text, verdict_names, &limits, &problem));
    assert_true(verdict_is_of_counts(&limits));
    return verdict_holds_by_counts(&ping, &limits, &result);
}

/* From the counts of all targets, without the targets themselves. */
static void counts_suffice(void **state)
{
    static const char *const facts[] = {"sent=50",   "received=30",        "lost=15",     "loss=40%",
                                        "late=3",    "duplicates=4",       "corrupted=5", "errors=6",
                                        "forged=3",  "reordered=7",        "alive=1",     "dead=1",
                                        "unreached", "sent=50 and lost<16"};
    static const char *const others[] = {"p99>20ms", "sent>1 and max>1s", "run>2", "lost>1,outage>1s"};
    struct option_problem problem;
    (void)state;
    ping.target_count = 2;
    ping.totals = (struct ping_totals){.sent = 50,
                                       .received = 30,
                                       .waiting = 5,
                                       .late = 3,
                                       .duplicates = 4,
                                       .corrupted = 5,
                                       .errors = 6,
                                       .reordered = 7,
                                       .alive = 1};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (!holds_by_counts(facts[i]) || result.unknown != 0)
            fail_msg("%s", facts[i]);
    assert_false(holds_by_counts("sent>50,late>3,dead>1"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct limits limits;
        assert_true(limits_parse(others[i], verdict_names, &limits, &problem));
        assert_false(verdict_is_of_counts(&limits));
    }
}

/* Without an answer times are neither above nor below a limit, and it is said that they are not known. */
static void nothing_known(void **state)
{
    char text[LIMITS_TEXT_SIZE];
    struct limits limits;
    struct option_problem problem;
    (void)state;
    ping.targets = &targets[1];
    assert_true(holds("loss=100%"));
    assert_true(holds("unreached"));
    assert_false(holds("p99<1h"));
    assert_false(holds("p99>0s"));
    assert_true(limits_parse("p99>20ms,jitter>1ms", verdict_names, &limits, &problem));
    assert_false(verdict_holds(&ping, &limits, &result));
    assert_string_equal(limits_describe_unknown(&limits, &result, text, sizeof text), "p99, jitter");
    targets[1].stats = (struct pkt_rtt_stats){.sent = 0};
    assert_false(holds("loss<=100%"));
    assert_int_equal(result.unknown, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_name_of_one_target, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_are_exact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(several_targets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_suffice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_known, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
