/*
 * Times: what does not fit saturates and says so; fractions are exact in every resolution of capture files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/time.h"

static void differences_saturate(void **state)
{
    (void)state;
    struct pkt_wall early = {INT64_MIN}, late = {INT64_MAX}, zero = {0}, one = {1};
    assert_true(pkt_wall_since(one, zero) == 1);
    assert_true(pkt_wall_since(zero, one) == -1);
    assert_true(pkt_wall_since(late, early) == INT64_MAX);
    assert_true(pkt_wall_since(early, late) == INT64_MIN);
    assert_true(pkt_wall_since(zero, early) == INT64_MAX);
    assert_true(pkt_mono_since((struct pkt_mono){5}, (struct pkt_mono){2}) == 3);
    assert_true(pkt_hw_since((struct pkt_hw){2}, (struct pkt_hw){5}) == -3);
}

static void fractions(void **state)
{
    (void)state;
    static const struct {
        uint64_t fraction, units_per_s;
        int64_t ns;
    } rows[] = {
        {0,                             1,                              0         },
        {1,                             1,                              1000000000}, /* a whole second in the fraction */
        {5,                             10,                             500000000 },
        {999999,                        1000000,                        999999000 },
        {999999999,                     1000000000,                     999999999 },
        {2500000,                       1000000,                        2500000000},
        {UINT64_C(999999999999),        UINT64_C(1000000000000),        999999999 },
        {UINT64_C(1) << 19,             UINT64_C(1) << 20,              500000000 },
        {UINT64_C(1) << 39,             UINT64_C(1) << 40,              500000000 },
        {(UINT64_C(1) << 40) - 1,       UINT64_C(1) << 40,              999999999 },
        {UINT64_C(1) << 62,             UINT64_C(1) << 63,              500000000 },
        {UINT64_C(3) << 61,             UINT64_C(1) << 63,              750000000 },
        {UINT64_C(1234567890123456789), UINT64_C(10000000000000000000), 123456789 },
        {UINT64_C(9999999999999999999), UINT64_C(10000000000000000000), 999999999 },
        {UINT64_MAX - 1,                UINT64_MAX,                     999999999 },
        {1,                             UINT64_MAX,                     0         },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool saturated = true;
        assert_true(pkt_wall_from(0, rows[i].fraction, rows[i].units_per_s, &saturated).ns == rows[i].ns);
        assert_false(saturated);
    }
}

static void out_of_range_saturates(void **state)
{
    (void)state;
    bool saturated = false;
    assert_true(pkt_wall_from(INT64_MAX, 0, 1, &saturated).ns == INT64_MAX && saturated);
    saturated = false;
    assert_true(pkt_wall_from(INT64_MIN, 0, 1, &saturated).ns == INT64_MIN && saturated);
    saturated = false;
    assert_true(pkt_wall_from(0, UINT64_MAX, 1, &saturated).ns == INT64_MAX && saturated);
    saturated = false;
    assert_true(pkt_wall_from(0, 1, 0, &saturated).ns == INT64_MAX && saturated);
    assert_true(pkt_wall_from(-1, 1, 2, &saturated).ns == -500000000 && !saturated);
    assert_true(pkt_wall_from(4294967295, 999999999, 1000000000, &saturated).ns == 4294967295999999999);
    assert_false(saturated);
    assert_true(pkt_wall_from(9223372035, 999999999, 1000000000, &saturated).ns == 9223372035999999999);
    assert_false(saturated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_saturate),
        cmocka_unit_test(fractions),
        cmocka_unit_test(out_of_range_saturates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
