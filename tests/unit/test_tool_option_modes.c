/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options that choose a mode, and options that mean something in some modes alone: what goes together, and
 * the one line that says what does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/options.h"

enum { PLAIN = 1, LIST = 2, COUNT = 4 };
enum { ROW_LIST, ROW_COUNT_IT, ROW_TALLY, ROW_ALL, ROW_BOTH, ROW_LIST_ONLY, ROW_LETTER, ROWS };

static const struct option_row rows[ROWS] = {
    [ROW_LIST] = {.name = "list",         .mode = LIST },
      [ROW_COUNT_IT] = {.name = "count",        .mode = COUNT},
    [ROW_TALLY] = {.name = "tally",        .mode = COUNT},
      [ROW_ALL] = {.name = "quiet"       },
    [ROW_BOTH] = {.name = "sort", .modes = LIST | COUNT             },
      [ROW_LIST_ONLY] = {.name = "wide",         .modes = LIST},
    [ROW_LETTER] = {.letter = 'x',        .modes = PLAIN             },
};
static const struct option_table table = {.mode = PLAIN, .rows = rows, .row_count = ROWS};

/* Gives these rows, and returns what was said on standard error; "": all was well. */
static const char *said(const unsigned *given, size_t count, const struct option_table *of)
{
    static char text[1024];
    unsigned times[ROWS] = {0};
    for (size_t i = 0; i < count; i++)
        times[given[i]]++;
    FILE *file = tmpfile();
    int error = dup(STDERR_FILENO);
    assert_non_null(file);
    assert_true(error >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    bool fits = option_modes_fit(of, times);
    assert_true(dup2(error, STDERR_FILENO) >= 0);
    (void)close(error);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    assert_int_equal(fits, text[0] == '\0');
    return text;
}

static void test_modes(void **state)
{
    (void)state;
    static const struct {
        unsigned count;
        unsigned given[4];
        const char *says; /* NULL: nothing */
    } cases[] = {
        {0, {0},                                 NULL                                                             },
        {1, {ROW_LETTER},                        NULL                                                             },
        {2, {ROW_ALL, ROW_LIST},                 NULL                                                             },
        {3, {ROW_LIST, ROW_BOTH, ROW_LIST_ONLY}, NULL                                                             },
        {2, {ROW_COUNT_IT, ROW_TALLY},           NULL                                                             },
        {3, {ROW_COUNT_IT, ROW_BOTH, ROW_BOTH},  NULL                                                             },
        {2, {ROW_LIST, ROW_COUNT_IT},            "--list and --count exclude each other: give one\n"              },
        {2, {ROW_TALLY, ROW_LIST},               "--list and --tally exclude each other: give one\n"              },
        {2, {ROW_LIST, ROW_LETTER},              "option -x means nothing with --list: leave it out\n"            },
        {2, {ROW_LIST_ONLY, ROW_TALLY},          "option --wide means nothing with --tally: leave it out\n"       },
        {1, {ROW_LIST_ONLY},                     "option --wide means something with --list alone: leave it out\n"},
        {1,
         {ROW_BOTH},
         "option --sort means something with --list, --count or --tally alone: leave it out\n"                    },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = said(cases[i].given, cases[i].count, &table);
        const char *expected = cases[i].says == NULL ? "" : cases[i].says;
        size_t len = strlen(text), wanted = strlen(expected);
        /* In front stands the name of the program. */
        assert_true(len >= wanted && (wanted > 0 || len == 0));
        assert_string_equal(text + len - wanted, expected);
    }
}

/* A tool without modes takes every option with every other. */
static void test_without(void **state)
{
    (void)state;
    static const struct option_row plain[ROWS] = {{.name = "a"}, {.name = "b"}};
    static const struct option_table none = {.rows = plain, .row_count = 2};
    static const unsigned given[] = {0, 1};
    assert_string_equal(said(given, 2, &none), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
