/*
 * The engine of pktsend in virtual time: which packet is due when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "send/engine.h"
#include "send/shelf.h"

enum { MS = 1000 * 1000 };

/* A supply of `count` packets, gap_ns apart, each one byte: its number. */
struct fake {
    uint64_t count, next;
    int64_t gap_ns;
    bool fails; /* instead of ending a round */
    bool is_pipe;
    uint8_t byte;
};

static int fake_next(void *context, struct send_item *ret_item, struct pkt_error *reterr_error)
{
    struct fake *fake = context;
    if (fake->next == fake->count) {
        reterr_error->code = PKT_E_FORMAT;
        return fake->fails ? PKT_E_FORMAT : 0;
    }
    fake->byte = (uint8_t)fake->next;
    *ret_item = (struct send_item){.bytes = pkt_view_make(&fake->byte, 1),
                                   .offset_ns = (int64_t)fake->next++ * fake->gap_ns};
    return 1;
}

static int fake_restart(void *context, struct pkt_error *reterr_error)
{
    struct fake *fake = context;
    reterr_error->code = PKT_E_ARGUMENT;
    fake->next = 0;
    return fake->is_pipe ? PKT_E_ARGUMENT : 0;
}

static struct send_supply supply_of(struct fake *fake)
{
    return (struct send_supply){.context = fake,
                                .next = fake_next,
                                .restart = fake_restart,
                                .count = fake->count,
                                .has_rhythm = true};
}

static struct send_engine engine;

static struct engine_settings settings_of_rate(uint32_t per_second, uint64_t packets, uint64_t rounds)
{
    return (struct engine_settings){
        .packets = packets,
        .rounds = rounds,
        .pace = {.size = sizeof(struct pkt_pace_options), .packets = per_second}
    };
}

static struct engine_settings settings_of_rhythm(double factor, uint64_t packets, uint64_t rounds)
{
    return (struct engine_settings){.packets = packets,
                                    .rounds = rounds,
                                    .keeps_rhythm = true,
                                    .factor = factor,
                                    .pace = {.size = sizeof(struct pkt_pace_options)}};
}

/* Sends everything, jumping from one due time to the next; the times of the first packets are noted. */
static unsigned run(const struct engine_settings *settings, struct send_supply *supply, int64_t *ret_times,
                    unsigned most)
{
    struct pkt_mono now = {1000};
    unsigned sent = 0;
    assert_true(engine_start(&engine, settings, supply, now));
    for (unsigned steps = 0; steps < 100000; steps++) {
        unsigned count = engine_collect(&engine, now);
        for (unsigned i = 0; i < count && sent + i < most; i++)
            ret_times[sent + i] = now.ns - 1000;
        sent += count;
        if (count > 0)
            engine_settle(&engine, count, now);
        else if (engine.state != ENGINE_RUNS)
            return sent;
        else
            now = engine_next(&engine);
    }
    fail_msg("the engine does not end");
    return sent;
}

static void test_rate(void **state)
{
    struct fake fake = {.count = 10};
    struct send_supply supply = supply_of(&fake);
    struct engine_settings settings = settings_of_rate(1000, 0, 1);
    int64_t times[16] = {0};
    (void)state;
    assert_int_equal(run(&settings, &supply, times, 16), 10);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(times[i], (int64_t)i * MS);
    assert_int_equal(engine.state, ENGINE_DONE);
}

/* A number of packets goes round as often as it takes. */
static void test_packets_and_rounds(void **state)
{
    struct fake fake = {.count = 3};
    struct send_supply supply = supply_of(&fake);
    struct engine_settings settings = settings_of_rate(0, 100, 0);
    (void)state;
    assert_int_equal(run(&settings, &supply, NULL, 0), 100);
    fake.next = 0;
    settings = settings_of_rate(0, 0, 7);
    assert_int_equal(run(&settings, &supply, NULL, 0), 21);
    fake.next = 0;
    settings = settings_of_rate(0, 5, 7); /* whichever ends first */
    assert_int_equal(run(&settings, &supply, NULL, 0), 5);
    fake = (struct fake){.count = 0};
    settings = settings_of_rate(0, 0, 0); /* nothing, for ever, is nothing */
    assert_int_equal(run(&settings, &supply, NULL, 0), 0);
}

/* The rhythm of a capture, and twice as fast; a round begins one mean gap behind the last packet. */
static void test_rhythm(void **state)
{
    struct fake fake = {.count = 3, .gap_ns = 10 * MS};
    struct send_supply supply = supply_of(&fake);
    struct engine_settings settings = settings_of_rhythm(1, 0, 2);
    static const int64_t expected[] = {0, 10, 20, 30, 40, 50};
    int64_t times[6] = {0};
    (void)state;
    assert_int_equal(run(&settings, &supply, times, 6), 6);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(times[i], expected[i] * MS);
    fake.next = 0;
    settings = settings_of_rhythm(2, 0, 2);
    assert_int_equal(run(&settings, &supply, times, 6), 6);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(times[i], expected[i] * MS / 2);
}

/* A packet is never taken twice nor lost when fewer were settled than collected. */
static void test_partial_batches(void **state)
{
    struct fake fake = {.count = 200};
    struct send_supply supply = supply_of(&fake);
    struct engine_settings settings = settings_of_rate(0, 0, 1);
    unsigned expected = 0;
    (void)state;
    assert_true(engine_start(&engine, &settings, &supply, (struct pkt_mono){0}));
    for (unsigned step = 0; engine_collect(&engine, (struct pkt_mono){0}) > 0; step++) {
        unsigned waiting = engine.collected - engine.settled, taken = step % 7 % (waiting + 1);
        for (unsigned i = 0; i < taken; i++)
            assert_int_equal(engine.batch[engine.settled + i].bytes.ptr[0], (uint8_t)expected++);
        engine_settle(&engine, taken, (struct pkt_mono){0});
    }
    assert_int_equal(expected, 200);
}

static void test_failures(void **state)
{
    struct fake fake = {.count = 2, .fails = true};
    struct send_supply supply = supply_of(&fake);
    struct engine_settings settings = settings_of_rate(0, 0, 1);
    (void)state;
    assert_int_equal(run(&settings, &supply, NULL, 0), 2);
    assert_int_equal(engine.state, ENGINE_FAILED);
    assert_int_equal(engine.error.code, PKT_E_FORMAT);
    fake = (struct fake){.count = 2, .is_pipe = true};
    settings.rounds = 2;
    assert_int_equal(run(&settings, &supply, NULL, 0), 2);
    assert_int_equal(engine.state, ENGINE_FAILED);
    settings = settings_of_rhythm(0, 0, 1);
    assert_false(engine_start(&engine, &settings, &supply, (struct pkt_mono){0}));
}

static void test_shelf(void **state)
{
    struct fake fake = {.count = 200, .gap_ns = MS};
    struct send_supply from = supply_of(&fake), supply;
    struct send_shelf shelf;
    struct send_item item;
    struct pkt_error error;
    (void)state;
    assert_int_equal(shelf_fill(&shelf, &from, UINT64_MAX, &supply, &error), 1);
    assert_int_equal(supply.count, 200);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 200; i++) {
            assert_int_equal(supply.next(supply.context, &item, &error), 1);
            assert_int_equal(item.bytes.ptr[0], (uint8_t)i);
            assert_int_equal(item.offset_ns, (int64_t)i * MS);
        }
        assert_int_equal(supply.next(supply.context, &item, &error), 0);
        assert_int_equal(supply.restart(supply.context, &error), 0);
    }
    shelf_free(&shelf);
    fake = (struct fake){.count = SHELF_ITEMS_MAX + 1}; /* too many: the supply is as it was */
    assert_int_equal(shelf_fill(&shelf, &from, UINT64_MAX, &supply, &error), 0);
    assert_int_equal(fake.next, 0);
    assert_null(shelf.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate),     cmocka_unit_test(test_packets_and_rounds),
        cmocka_unit_test(test_rhythm),   cmocka_unit_test(test_partial_batches),
        cmocka_unit_test(test_failures), cmocka_unit_test(test_shelf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
