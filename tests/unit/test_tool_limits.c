/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expressions of --fail-if and --until, and durations as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/common/duration_text.h"
#include "../../tools/common/limits.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { LOSS, P99, RECEIVED, UNREACHED, JITTER };

static const struct limit_name names[] = {
    {"loss",      LIMIT_RATIO,    "lost echoes"            },
    {"p99",       LIMIT_DURATION, "99th percentile"        },
    {"received",  LIMIT_COUNT,    "replies"                },
    {"unreached", LIMIT_BOOLEAN,  "a target did not answer"},
    {"jitter",    LIMIT_DURATION, "jitter as of RFC 3550"  },
    {NULL,        LIMIT_COUNT,    NULL                     },
};

/* What a run came to; jitter is never known. */
struct figures {
    int64_t value[4];
    unsigned asked;
};

static bool get(void *context, unsigned name, int64_t *ret_value)
{
    struct figures *figures = context;
    figures->asked++;
    if (name == JITTER)
        return false;
    *ret_value = figures->value[name];
    return true;
}

static const struct figures usual = {
    .value = {20000000, 23100000, 7, 0}
}; /* 2 %, 23.1 ms, 7, false */

static void expressions_are_true_or_not(void **state)
{
    static const struct {
        const char *text;
        const char *why; /* NULL: not true */
    } cases[] = {
        {"loss>1%",                              "loss 2 % > 1 %"                        },
        {"loss>2%",                              NULL                                    },
        {"loss>=2%",                             "loss 2 % >= 2 %"                       },
        {"loss>1.9999999%",                      "loss 2 % > 1.9999999 %"                },
        {"loss<2.5%",                            "loss 2 % < 2.5 %"                      },
        {"p99>20ms",                             "p99 23.1 ms > 20 ms"                   },
        {"p99>23ms",                             "p99 23.1 ms > 23 ms"                   },
        {"p99>23.099999ms",                      "p99 23.1 ms > 23.099999 ms"            },
        {"p99>0.02s",                            "p99 23.1 ms > 20 ms"                   },
        {"p99>1s",                               NULL                                    },
        {"p99<1m",                               "p99 23.1 ms < 60 s"                    },
        {"received=7",                           "received 7 = 7"                        },
        {"received==7",                          "received 7 = 7"                        },
        {"received!=7",                          NULL                                    },
        {"received!=8",                          "received 7 != 8"                       },
        {"received<=7",                          "received 7 <= 7"                       },
        {"received<7",                           NULL                                    },
        {"unreached",                            NULL                                    },
        {"loss>1%,p99>20ms,unreached",           "loss 2 % > 1 %"                        },
        {"unreached , received >= 5",            "received 7 >= 5"                       },
        {"\tloss > 1% && p99 > 30ms , p99>1ms ", "p99 23.1 ms > 1 ms"                    },
        {"loss>1%&&p99>20ms",                    "loss 2 % > 1 % and p99 23.1 ms > 20 ms"},
        {"loss>1% and p99>20ms",                 "loss 2 % > 1 % and p99 23.1 ms > 20 ms"},
        {"unreached and loss>1%",                NULL                                    },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct figures figures = usual;
        struct limits limits;
        struct limits_result result;
        struct option_problem problem = {0};
        char text[LIMITS_TEXT_SIZE];
        if (!limits_parse(cases[i].text, names, &limits, &problem))
            fail_msg("'%s' %s", cases[i].text, problem.text);
        bool is_true = limits_check(&limits, get, &figures, &result);
        assert_string_equal(limits_describe(&limits, &result, text, sizeof text),
                            cases[i].why == NULL ? "" : cases[i].why);
        assert_int_equal(is_true, cases[i].why != NULL);
        assert_int_equal(result.unknown, 0);
    }
}

static void mistakes_name_their_column(void **state)
{
#define NAMES "; names: loss, p99, received, unreached, jitter"
    static const struct {
        const char *text;
        const char *problem;
    } cases[] = {
        {"",                             "is wrong at column 1: a name is missing" NAMES                                },
        {"  ",                           "is wrong at column 3: a name is missing" NAMES                                },
        {"loss>1%,",                     "is wrong at column 9: a name is missing" NAMES                                },
        {",loss>1%",                     "is wrong at column 1: a name is missing" NAMES                                },
        {"los>1%",                       "is wrong at column 1: no 'los' here" NAMES                                    },
        {"p99>20",                       "is wrong at column 5: '20' has no unit; give a time such as 20ms"             },
        {"p99>1ms,lossy>1%",             "is wrong at column 9: no 'lossy' here" NAMES                                  },
        {">1%",                          "is wrong at column 1: no '>' here" NAMES                                      },
        {"\033[2Jx",                     "is wrong at column 1: no '\\x1b' here" NAMES                                  },
        {"loss",                         "is wrong at column 5: loss needs a comparison, such as > or <=, and "
                 "a percentage such as 1%"                                                              },
        {"loss>",                        "is wrong at column 6: a value is missing; give a percentage such as 1%"       },
        {"loss>1",                       "is wrong at column 6: '1' has an unknown unit; loss takes "
                   "a percentage such as 1%"                                                          },
        {"loss>%",                       "is wrong at column 6: '%' is not a number; loss takes a percentage such as 1%"},
        {"loss>-1%",                     "is wrong at column 6: '-1%' has a sign; loss takes a percentage such as 1%"   },
        {"loss>0.00000001%",             "is wrong at column 6: '0.00000001%' is too fine; loss takes "
                             "a percentage such as 1%"                                      },
        {"loss>1e308%",                  "is wrong at column 6: '1e308%' has an unknown unit; loss takes "
                        "a percentage such as 1%"                                                },
        {"received>5%",                  "is wrong at column 10: '5%' is not a number; received takes "
                        "a whole number such as 5"                                               },
        {"received>9223372036854775808",
         "is wrong at column 10: '9223372036854775808' is too large; received takes "
         "a whole number such as 5"                                                                                     },
        {"p99>20km",                     "is wrong at column 5: '20km' has an unknown unit; p99 takes "
                     "a time such as 20ms"                                                          },
        {"p99>99999999999h",             "is wrong at column 5: '99999999999h' is too large; p99 takes "
                             "a time such as 20ms"                                          },
        {"p99=>1ms",                     "is wrong at column 5: '>1ms' is not a number; p99 takes a time such as 20ms"  },
        {"unreached>1",                  "is wrong at column 10: unreached stands alone, without a value"               },
        {"unreached loss>1%",            "is wrong at column 11: a comma (or) or && (and) should stand here"            },
        {"loss>1%&p99>1s",               "is wrong at column 8: a comma (or) or && (and) should stand here"             },
        {"loss>1% andp99>1s",            "is wrong at column 9: a comma (or) or && (and) should stand here"             },
        {"loss>1% and",                  "is wrong at column 12: a name is missing" NAMES                               },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct limits limits = {.count = 99};
        struct option_problem problem = {0};
        assert_false(limits_parse(cases[i].text, names, &limits, &problem));
        assert_string_equal(problem.text, cases[i].problem);
        assert_int_equal(limits.count, 99);
    }
}

static void unknown_is_never_true_and_is_told(void **state)
{
    static const char *const texts[] = {"jitter>1ms", "jitter<1h", "jitter!=1ms and received>1",
                                        "jitter>=0,jitter<=9h"};
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct figures figures = usual;
        struct limits limits;
        struct limits_result result;
        struct option_problem problem;
        char text[LIMITS_TEXT_SIZE];
        assert_true(limits_parse(texts[i], names, &limits, &problem));
        assert_false(limits_check(&limits, get, &figures, &result));
        assert_string_equal(limits_describe_unknown(&limits, &result, text, sizeof text), "jitter");
    }
    /* What cannot change the answer is not asked for. */
    struct figures figures = usual;
    struct limits limits;
    struct limits_result result;
    struct option_problem problem;
    assert_true(limits_parse("unreached and jitter>1ms", names, &limits, &problem));
    assert_false(limits_check(&limits, get, &figures, &result));
    assert_int_equal(result.unknown, 0);
    assert_int_equal(figures.asked, 1);
}

static void conditions_are_limited(void **state)
{
    char text[LIMITS_CONDITIONS_MAX * 10 + 16] = "unreached";
    struct limits limits;
    struct option_problem problem;
    (void)state;
    for (unsigned i = 1; i < LIMITS_CONDITIONS_MAX; i++)
        strcat(text, ",unreached");
    assert_true(limits_parse(text, names, &limits, &problem));
    assert_int_equal(limits.count, LIMITS_CONDITIONS_MAX);
    strcat(text, ",unreached");
    assert_false(limits_parse(text, names, &limits, &problem));
    assert_non_null(strstr(problem.text, "at most 32 conditions"));
}

static void ratios_never_round_to_all_or_nothing(void **state)
{
    (void)state;
    assert_int_equal(limits_ratio(0, 0), 0);
    assert_int_equal(limits_ratio(0, 5), 0);
    assert_int_equal(limits_ratio(5, 5), LIMITS_RATIO_ONE);
    assert_int_equal(limits_ratio(1, 3), 333333333);
    assert_int_equal(limits_ratio(2, 3), 666666667);
    assert_int_equal(limits_ratio(1, UINT64_MAX), 1);
    assert_int_equal(limits_ratio(UINT64_MAX - 1, UINT64_MAX), LIMITS_RATIO_ONE - 1);
    assert_int_equal(limits_ratio(UINT64_MAX, UINT64_MAX), LIMITS_RATIO_ONE);
    assert_int_equal(limits_ratio(UINT64_MAX, 1), INT64_MAX);
}

/* A value that rounds to its limit is shown with all digits. */
static void near_values_are_exact(void **state)
{
    struct figures figures = {
        .value = {10000001, 20000400, 0, 1}
    };
    struct limits limits;
    struct limits_result result;
    struct option_problem problem;
    char text[LIMITS_TEXT_SIZE];
    (void)state;
    assert_true(limits_parse("loss>1% && p99>20ms && unreached", names, &limits, &problem));
    assert_true(limits_check(&limits, get, &figures, &result));
    assert_string_equal(limits_describe(&limits, &result, text, sizeof text),
                        "loss 1.0000001 % > 1 % and p99 20.0004 ms > 20 ms and unreached");
    char small[12];
    assert_string_equal(limits_describe(&limits, &result, small, sizeof small), "loss 1.0000");
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Words of the language and noise in any order: parsing ends, and what it takes can be evaluated and told. */
static void noise_does_no_harm(void **state)
{
    static const char *const words[] = {
        "loss", "p99", "received", "unreached", "jitter", ">",    ">=",
        "<",    "<=",  "=",        "!=",        "1%",     "20ms", "5",
        ",",    "&&",  "and",      " ",         "\x80",   "%n",   "99999999999999999999",
        ".",    "-",   "&",        "\n",        "0.5",    "h"};
    uint32_t seed = 4;
    unsigned accepted = 0;
    (void)state;
    for (unsigned round = 0; round < 100000; round++) {
        char text[512] = "";
        struct limits limits;
        struct limits_result result;
        struct option_problem problem = {0};
        struct figures figures = usual;
        for (unsigned n = 1 + next_random(&seed) % 9; n > 0; n--)
            strcat(text, words[next_random(&seed) % COUNT(words)]);
        char *exact = strdup(text);
        assert_non_null(exact);
        if (limits_parse(exact, names, &limits, &problem)) {
            accepted++;
            char told[64];
            bool is_true = limits_check(&limits, get, &figures, &result);
            assert_int_equal(is_true, result.count > 0);
            assert_true(strlen(limits_describe(&limits, &result, told, sizeof told)) < sizeof told);
            assert_int_equal(is_true, told[0] != '\0');
        } else {
            unsigned column = 0;
            assert_int_equal(sscanf(problem.text, "is wrong at column %u: ", &column), 1);
            assert_in_range(column, 1, strlen(text) + 1);
            assert_null(strpbrk(problem.text, "\n\x80"));
        }
        free(exact);
    }
    assert_in_range(accepted, 300, 99000);
}

static void durations_as_text(void **state)
{
    static const struct {
        int64_t ns;
        const char *ms;
        const char *brief;
        const char *exact;
    } cases[] = {
        {0,               "0.000",          "0 ns",          "0 ns"                   },
        {999,             "0.000",          "999 ns",        "999 ns"                 },
        {1234,            "0.001",          "1.23 us",       "1.234 us"               },
        {123456,          "0.123",          "123 us",        "123.456 us"             },
        {999499,          "0.999",          "999 us",        "999.499 us"             },
        {999999,          "0.999",          "1.00 ms",       "999.999 us"             },
        {1000000,         "1.00",           "1.00 ms",       "1 ms"                   },
        {1235000,         "1.24",           "1.24 ms",       "1.235 ms"               },
        {9994999,         "9.99",           "9.99 ms",       "9.994999 ms"            },
        {9995000,         "10.0",           "10.0 ms",       "9.995 ms"               },
        {12345678,        "12.3",           "12.3 ms",       "12.345678 ms"           },
        {99950000,        "100",            "100 ms",        "99.95 ms"               },
        {999600000,       "1000",           "1.00 s",        "999.6 ms"               },
        {1500000000,      "1500",           "1.50 s",        "1.5 s"                  },
        {60000000000,     "60000",          "60.0 s",        "60 s"                   },
        {123456000000000, "123456000",      "123456 s",      "123456 s"               },
        {-1500000,        "-1.50",          "-1.50 ms",      "-1.5 ms"                },
        {INT64_MAX,       "9223372036855",  "9223372037 s",  "9223372036.854775807 s" },
        {INT64_MIN,       "-9223372036855", "-9223372037 s", "-9223372036.854775808 s"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(duration_text_ms(cases[i].ns).text, cases[i].ms);
        assert_string_equal(duration_text_short(cases[i].ns).text, cases[i].brief);
        assert_string_equal(duration_text_exact(cases[i].ns).text, cases[i].exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_are_true_or_not),
        cmocka_unit_test(mistakes_name_their_column),
        cmocka_unit_test(unknown_is_never_true_and_is_told),
        cmocka_unit_test(conditions_are_limited),
        cmocka_unit_test(ratios_never_round_to_all_or_nothing),
        cmocka_unit_test(near_values_are_exact),
        cmocka_unit_test(noise_does_no_harm),
        cmocka_unit_test(durations_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
