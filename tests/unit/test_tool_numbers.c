/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strict numbers: what is accepted, what each is worth, and why and where the rest is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../tools/common/numbers.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct good {
    const char *text;
    uint64_t value;
};

struct bad {
    const char *text;
    enum number_reason reason;
    size_t at;
};

static void assert_refused(const struct bad *bad, struct number_result result)
{
    if (result.reason != bad->reason || result.at != bad->at) {
        print_error("'%s': reason %d at %zu, expected %d at %zu\n", bad->text, (int)result.reason, result.at,
                    (int)bad->reason, bad->at);
    }
    assert_int_equal(result.reason, bad->reason);
    assert_int_equal(result.at, bad->at);
}

static void assert_accepted(const struct good *good, struct number_result result, uint64_t value)
{
    if (result.reason != NUMBER_OK || value != good->value) {
        print_error("'%s': reason %d, value %ju\n", good->text, (int)result.reason, (uintmax_t)value);
    }
    assert_int_equal(result.reason, NUMBER_OK);
    assert_true(value == good->value);
}

static void u64_accepts(void **state)
{
    static const struct good goods[] = {
        {"0",                    0         },
        {"1",                    1         },
        {"010",                  10        },
        {"18446744073709551615", UINT64_MAX},
        {"0x0",                  0         },
        {"0xfF",                 255       },
        {"0Xffffffffffffffff",   UINT64_MAX},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(goods); i++) {
        uint64_t value = 99;
        struct number_result result = number_parse_u64(goods[i].text, 0, UINT64_MAX, true, &value);
        assert_accepted(&goods[i], result, value);
    }
}

static void u64_refuses(void **state)
{
    static const struct bad bads[] = {
        {"",                        NUMBER_EMPTY,     0 },
        {" 1",                      NUMBER_BLANK,     0 },
        {"1 ",                      NUMBER_BLANK,     1 },
        {"1\n",                     NUMBER_BLANK,     1 },
        {"-1",                      NUMBER_SIGN,      0 },
        {"+1",                      NUMBER_SIGN,      0 },
        {"-",                       NUMBER_SIGN,      0 },
        {"x",                       NUMBER_JUNK,      0 },
        {"1x",                      NUMBER_JUNK,      1 },
        {"1-",                      NUMBER_JUNK,      1 },
        {"1.0",                     NUMBER_JUNK,      1 },
        {"0x10",                    NUMBER_JUNK,      1 },
        {"1e3",                     NUMBER_JUNK,      1 },
        {"\xc2\xa0"
         "1",              NUMBER_JUNK,      0 },
        {"9",                       NUMBER_TOO_SMALL, 1 },
        {"1001",                    NUMBER_TOO_LARGE, 4 },
        {"18446744073709551616",    NUMBER_TOO_LARGE, 20},
        {"99999999999999999999999", NUMBER_TOO_LARGE, 23},
        {"99999999999999999999x",   NUMBER_JUNK,      20},
        {"18446744073709551615 ",   NUMBER_BLANK,     20},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bads); i++) {
        uint64_t value = 99;
        assert_refused(&bads[i], number_parse_u64(bads[i].text, 10, 1000, false, &value));
        assert_int_equal(value, 99);
    }
}

static void u64_refuses_bad_hex(void **state)
{
    static const struct bad bads[] = {
        {"0x",                  NUMBER_EMPTY,     2 },
        {"0xg",                 NUMBER_JUNK,      2 },
        {"0x-1",                NUMBER_JUNK,      2 },
        {"0x 1",                NUMBER_BLANK,     2 },
        {"x1",                  NUMBER_JUNK,      0 },
        {"ff",                  NUMBER_JUNK,      0 },
        {"0x10000000000000000", NUMBER_TOO_LARGE, 19},
        {"0x1.",                NUMBER_JUNK,      3 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bads); i++) {
        uint64_t value = 99;
        assert_refused(&bads[i], number_parse_u64(bads[i].text, 0, UINT64_MAX, true, &value));
        assert_int_equal(value, 99);
    }
}

static void u64_range_includes_its_ends(void **state)
{
    uint64_t value = 0;
    (void)state;
    assert_int_equal(number_parse_u64("10", 10, 20, false, &value).reason, NUMBER_OK);
    assert_int_equal(number_parse_u64("20", 10, 20, false, &value).reason, NUMBER_OK);
    assert_int_equal(number_parse_u64("21", 10, 20, false, &value).reason, NUMBER_TOO_LARGE);
    assert_int_equal(number_parse_u64("9", 10, 20, false, &value).reason, NUMBER_TOO_SMALL);
}

static void duration_accepts(void **state)
{
    static const struct good goods[] = {
        {"0",                     0                            },
        {"10ms",                  10000000                     },
        {"1.5s",                  1500000000                   },
        {"2m",                    120000000000                 },
        {"1h",                    3600000000000                },
        {"250us",                 250000                       },
        {"7ns",                   7                            },
        {"0.2",                   200000000                    },
        {".2",                    200000000                    },
        {"0.1",                   100000000                    },
        {"0.3",                   300000000                    },
        {"1",                     1000000000                   },
        {"0.000000001",           1                            },
        {"1.000000001s",          1000000001                   },
        {"0.0000000010000",       1                            },
        {"1.0ns",                 1                            },
        {"1.25us",                1250                         },
        {"0.5m",                  30000000000                  },
        {"0.1h",                  360000000000                 },
        {"2562047.788015215h",    UINT64_C(9223372036854774000)},
        {"9223372036854775807ns", INT64_MAX                    },
        {"9223372036.854775807",  INT64_MAX                    },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(goods); i++) {
        int64_t value = -99;
        struct number_result result = number_parse_duration(goods[i].text, 0, INT64_MAX, &value);
        assert_accepted(&goods[i], result, (uint64_t)value);
    }
}

static void duration_refuses(void **state)
{
    static const struct bad bads[] = {
        {"",                         NUMBER_EMPTY,     0 },
        {" 1s",                      NUMBER_BLANK,     0 },
        {"1 s",                      NUMBER_BLANK,     1 },
        {"1s ",                      NUMBER_UNIT,      1 },
        {"-1s",                      NUMBER_SIGN,      0 },
        {"+1s",                      NUMBER_SIGN,      0 },
        {"s",                        NUMBER_JUNK,      0 },
        {".",                        NUMBER_JUNK,      0 },
        {".s",                       NUMBER_JUNK,      0 },
        {"1.",                       NUMBER_JUNK,      1 },
        {"1.s",                      NUMBER_JUNK,      1 },
        {"1. 5",                     NUMBER_BLANK,     1 },
        {"1.-5",                     NUMBER_JUNK,      1 },
        {"1.5.5",                    NUMBER_JUNK,      3 },
        {"1,5",                      NUMBER_JUNK,      1 },
        {"1S",                       NUMBER_UNIT,      1 },
        {"1sec",                     NUMBER_UNIT,      1 },
        {"1d",                       NUMBER_UNIT,      1 },
        {"1e3",                      NUMBER_UNIT,      1 },
        {"1m30s",                    NUMBER_UNIT,      1 },
        {"inf",                      NUMBER_JUNK,      0 },
        {"nan",                      NUMBER_JUNK,      0 },
        {"0x10",                     NUMBER_UNIT,      1 },
        {"0.5ns",                    NUMBER_TOO_FINE,  2 },
        {"1.0000000001",             NUMBER_TOO_FINE,  11},
        {"9223372036854775808ns",    NUMBER_TOO_LARGE, 21},
        {"9223372036.854775808",     NUMBER_TOO_LARGE, 20},
        {"99999999999999999999999s", NUMBER_TOO_LARGE, 24},
        {"18446744073710ms",         NUMBER_TOO_LARGE, 16},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bads); i++) {
        int64_t value = -99;
        assert_refused(&bads[i], number_parse_duration(bads[i].text, 0, INT64_MAX, &value));
        assert_true(value == -99);
    }
}

static void duration_keeps_its_range(void **state)
{
    int64_t value = 0;
    (void)state;
    assert_int_equal(number_parse_duration("9ms", 10000000, 1000000000, &value).reason, NUMBER_TOO_SMALL);
    assert_int_equal(number_parse_duration("10ms", 10000000, 1000000000, &value).reason, NUMBER_OK);
    assert_int_equal(number_parse_duration("1s", 10000000, 1000000000, &value).reason, NUMBER_OK);
    assert_int_equal(number_parse_duration("1001ms", 10000000, 1000000000, &value).reason, NUMBER_TOO_LARGE);
}

static void size_accepts(void **state)
{
    static const struct good goods[] = {
        {"0",         0                       },
        {"100",       100                     },
        {"100B",      100                     },
        {"64k",       65536                   },
        {"64K",       65536                   },
        {"64KiB",     65536                   },
        {"64kB",      64000                   },
        {"1M",        1048576                 },
        {"1m",        1048576                 },
        {"1MiB",      1048576                 },
        {"1MB",       1000000                 },
        {"1GiB",      UINT64_C(1) << 30       },
        {"2g",        UINT64_C(1) << 31       },
        {"1GB",       1000000000              },
        {"1T",        UINT64_C(1) << 40       },
        {"1TB",       UINT64_C(1000000000000) },
        {"16777215T", UINT64_C(16777215) << 40},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(goods); i++) {
        uint64_t value = 99;
        struct number_result result = number_parse_size(goods[i].text, 0, UINT64_MAX, &value);
        assert_accepted(&goods[i], result, value);
    }
}

static void size_refuses(void **state)
{
    static const struct bad bads[] = {
        {"",                      NUMBER_EMPTY,     0 },
        {"k",                     NUMBER_JUNK,      0 },
        {"-1k",                   NUMBER_SIGN,      0 },
        {"1 k",                   NUMBER_BLANK,     1 },
        {"1x",                    NUMBER_UNIT,      1 },
        {"1kk",                   NUMBER_UNIT,      1 },
        {"1KIB",                  NUMBER_UNIT,      1 },
        {"1.5M",                  NUMBER_TOO_FINE,  1 },
        {"1.M",                   NUMBER_JUNK,      1 },
        {"1#",                    NUMBER_JUNK,      1 },
        {"16777216T",             NUMBER_TOO_LARGE, 9 },
        {"10",                    NUMBER_TOO_SMALL, 2 },
        {"99999999999999999999T", NUMBER_TOO_LARGE, 21},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bads); i++) {
        uint64_t value = 99;
        assert_refused(&bads[i], number_parse_size(bads[i].text, 100, UINT64_MAX, &value));
        assert_int_equal(value, 99);
    }
}

static void rate_accepts(void **state)
{
    static const struct good goods[] = {
        {"1",    1              },
        {"1000", 1000           },
        {"10k",  10000          },
        {"2M",   2000000        },
        {"1G",   1000000000     },
        {"max",  NUMBER_RATE_MAX},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(goods); i++) {
        uint64_t value = 99;
        struct number_result result = number_parse_rate(goods[i].text, &value);
        assert_accepted(&goods[i], result, value);
    }
}

static void rate_refuses(void **state)
{
    static const struct bad bads[] = {
        {"",                     NUMBER_EMPTY,     0 },
        {"0",                    NUMBER_TOO_SMALL, 1 },
        {"10x",                  NUMBER_JUNK,      2 },
        {"MAX",                  NUMBER_JUNK,      0 },
        {"maximum",              NUMBER_JUNK,      0 },
        {"-5",                   NUMBER_SIGN,      0 },
        {"1.5k",                 NUMBER_TOO_FINE,  1 },
        {" max",                 NUMBER_BLANK,     0 },
        {"10/s",                 NUMBER_JUNK,      2 },
        {"18446744073709551615", NUMBER_TOO_LARGE, 20},
        {"18446744073709551616", NUMBER_TOO_LARGE, 20},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bads); i++) {
        uint64_t value = 99;
        assert_refused(&bads[i], number_parse_rate(bads[i].text, &value));
        assert_int_equal(value, 99);
    }
}

static void every_reason_has_a_text(void **state)
{
    (void)state;
    for (int reason = NUMBER_OK; reason <= NUMBER_TOO_FINE; reason++) {
        assert_non_null(number_reason_text((enum number_reason)reason));
    }
    assert_string_equal(number_reason_text(NUMBER_JUNK), "is not a number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(u64_accepts),
        cmocka_unit_test(u64_refuses),
        cmocka_unit_test(u64_refuses_bad_hex),
        cmocka_unit_test(u64_range_includes_its_ends),
        cmocka_unit_test(duration_accepts),
        cmocka_unit_test(duration_refuses),
        cmocka_unit_test(duration_keeps_its_range),
        cmocka_unit_test(size_accepts),
        cmocka_unit_test(size_refuses),
        cmocka_unit_test(rate_accepts),
        cmocka_unit_test(rate_refuses),
        cmocka_unit_test(every_reason_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
