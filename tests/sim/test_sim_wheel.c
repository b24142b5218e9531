/*
 * The timer wheel against the plainest thing that could do its work: a list that is searched from end to end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "sim/draw.h"
#include "sim/wheel.h"

enum { TIMERS = 500, TURNS = 200000 };

static struct sim_wheel wheel;

static void test_nothing(void **state)
{
    (void)state;
    sim_wheel_init(&wheel, 7);
    assert_null(sim_wheel_expire(&wheel, 1000));
    assert_int_equal(wheel.now_ns, 1000);
    assert_true(sim_wheel_due(&wheel) == SIM_NEVER);
    assert_null(sim_wheel_expire(&wheel, UINT64_MAX));
}

static void test_order(void **state)
{
    (void)state;
    struct sim_timer a = {0}, b = {0}, c = {0}, late = {0};
    sim_wheel_init(&wheel, 1000000000);
    sim_wheel_start(&wheel, &a, 1020000000);
    sim_wheel_start(&wheel, &b, 1020000000);
    sim_wheel_start(&wheel, &c, 1019999999);
    sim_wheel_start(&wheel, &late, 5);
    assert_int_equal(sim_wheel_due(&wheel), 5);
    assert_ptr_equal(sim_wheel_expire(&wheel, 1000000000), &late);
    assert_null(sim_wheel_expire(&wheel, 1019999998));
    assert_int_equal(sim_wheel_due(&wheel), 1019999999);
    assert_ptr_equal(sim_wheel_expire(&wheel, 2000000000), &c);
    assert_ptr_equal(sim_wheel_expire(&wheel, 2000000000), &a);
    assert_ptr_equal(sim_wheel_expire(&wheel, 2000000000), &b);
    assert_null(sim_wheel_expire(&wheel, 2000000000));
}

static void test_stop(void **state)
{
    (void)state;
    struct sim_timer a = {0}, b = {0};
    sim_wheel_init(&wheel, 0);
    sim_wheel_start(&wheel, &a, 64);
    sim_wheel_start(&wheel, &b, 70);
    sim_wheel_stop(&wheel, &a);
    sim_wheel_stop(&wheel, &a);
    assert_false(sim_timer_runs(&a));
    assert_int_equal(sim_wheel_due(&wheel), 70);
    sim_wheel_start(&wheel, &b, 7000);
    assert_null(sim_wheel_expire(&wheel, 6999));
    sim_wheel_stop(&wheel, &b);
    assert_true(sim_wheel_due(&wheel) == SIM_NEVER);
}

static void test_ends_of_time(void **state)
{
    (void)state;
    struct sim_timer a = {0}, b = {0};
    sim_wheel_init(&wheel, 0);
    sim_wheel_start(&wheel, &a, UINT64_MAX - 1);
    sim_wheel_start(&wheel, &b, UINT64_C(1) << 63);
    assert_null(sim_wheel_expire(&wheel, (UINT64_C(1) << 63) - 1));
    assert_ptr_equal(sim_wheel_expire(&wheel, UINT64_MAX), &b);
    assert_ptr_equal(sim_wheel_expire(&wheel, UINT64_MAX), &a);
    assert_null(sim_wheel_expire(&wheel, UINT64_MAX));
}

/* --- against a list --- */

struct entry {
    struct sim_timer timer;
    uint64_t due_ns; /* as the list sees it: never before the time at which it was started */
    uint64_t order;
    bool runs;
};

static struct entry entries[TIMERS];

static struct entry *first_entry(void)
{
    struct entry *first = NULL;
    for (unsigned i = 0; i < TIMERS; i++) {
        struct entry *entry = &entries[i];
        if (entry->runs && (first == NULL || entry->due_ns < first->due_ns ||
                            (entry->due_ns == first->due_ns && entry->order < first->order)))
            first = entry;
    }
    return first;
}

/* Times from a few nanoseconds to hours ahead, now and then one that is past. */
static uint64_t choose_due(uint64_t bits, uint64_t now_ns)
{
    uint64_t ahead_ns = bits >> (20 + bits % 44);
    return bits % 97 == 0 ? now_ns - now_ns / 3 : now_ns + ahead_ns;
}

static void start_entry(uint64_t bits, uint64_t turn, uint64_t now_ns)
{
    struct entry *entry = &entries[bits % TIMERS];
    uint64_t due_ns = choose_due(bits / TIMERS, now_ns);
    sim_wheel_start(&wheel, &entry->timer, due_ns);
    entry->due_ns = due_ns < wheel.now_ns ? wheel.now_ns : due_ns;
    entry->order = turn;
    entry->runs = true;
}

static void stop_entry(uint64_t bits)
{
    sim_wheel_stop(&wheel, &entries[bits % TIMERS].timer);
    entries[bits % TIMERS].runs = false;
}

static unsigned expire_all(uint64_t now_ns)
{
    unsigned count = 0;
    for (struct sim_timer *timer; (timer = sim_wheel_expire(&wheel, now_ns)) != NULL; count++) {
        struct entry *expected = first_entry();
        assert_ptr_equal(timer, &expected->timer);
        assert_true(timer->due_ns <= now_ns);
        expected->runs = false;
    }
    struct entry *next = first_entry();
    assert_true(next == NULL || next->due_ns > now_ns);
    assert_true(sim_wheel_due(&wheel) == (next == NULL ? SIM_NEVER : next->timer.due_ns));
    return count;
}

static void test_like_a_list(void **state)
{
    (void)state;
    uint64_t now_ns = 123456789;
    unsigned expired = 0;
    sim_wheel_init(&wheel, now_ns);
    for (uint64_t turn = 0; turn < TURNS; turn++) {
        uint64_t bits = sim_draw_bits((struct sim_draw){.seed = 4, .ordinal = turn}, 0);
        if (turn % 8 < 5)
            start_entry(bits, turn, now_ns);
        else if (turn % 8 == 5)
            stop_entry(bits);
        else if (turn % 16 == 7) {
            now_ns += bits >> (24 + bits % 38);
            expired += expire_all(now_ns);
        }
    }
    assert_true(expired > TURNS / 100);
    print_message("%u timers expired\n", expired);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),      cmocka_unit_test(test_order),       cmocka_unit_test(test_stop),
        cmocka_unit_test(test_ends_of_time), cmocka_unit_test(test_like_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
