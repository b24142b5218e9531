/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kinds of option values: how each is read, stored, and described to somebody who gave a wrong one.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "numbers.h"
#include "options.h"

void option_problem_set(struct option_problem *problem, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(problem->text, sizeof(problem->text), format, arguments);
    va_end(arguments);
}

/* memcpy instead of a cast: the structure's type is known to the table only. */
static void store(void *options, const struct option_row *row, const void *value, size_t size)
{
    memcpy((char *)options + row->offset, value, size);
}

static void store_unsigned(void *options, const struct option_row *row, unsigned value)
{
    store(options, row, &value, sizeof(value));
}

static void store_u64(void *options, const struct option_row *row, uint64_t value)
{
    store(options, row, &value, sizeof(value));
}

static void count_up(void *options, const struct option_row *row)
{
    unsigned count = 0;

    memcpy(&count, (const char *)options + row->offset, sizeof(count));
    if (count < UINT_MAX) {
        store_unsigned(options, row, count + 1);
    }
}

static uint64_t upper_limit(const struct option_row *row)
{
    return row->most == 0 ? UINT64_MAX : row->most;
}

/* Limits are unsigned in the row; a duration beyond int64_t cannot be typed anyway. */
static int64_t as_duration(uint64_t limit_ns)
{
    return limit_ns > INT64_MAX ? INT64_MAX : (int64_t)limit_ns;
}

/* What a reader of numbers found, as a problem; unknown units are quoted, a range speaks for itself. */
static bool judge(const char *argument, struct number_result result, struct option_problem *problem)
{
    if (result.reason == NUMBER_OK) {
        return true;
    }
    if (result.reason == NUMBER_UNIT) {
        option_problem_set(problem, "has an unknown unit '%s'", argument + result.at);
    } else {
        option_problem_set(problem, "%s", number_reason_text(result.reason));
    }
    return false;
}

static bool read_u64(const struct option_row *row, void *options, const char *argument,
                     struct option_problem *problem)
{
    uint64_t value = 0;
    struct number_result result = {NUMBER_OK, 0};

    if (row->kind == OPTION_KIND_U64) {
        result = number_parse_u64(argument, row->least, upper_limit(row), row->hex, &value);
    } else if (row->kind == OPTION_KIND_SIZE) {
        result = number_parse_size(argument, row->least, upper_limit(row), &value);
    } else {
        result = number_parse_rate(argument, &value);
        if (result.reason == NUMBER_OK && value != NUMBER_RATE_MAX && value > upper_limit(row))
            result.reason = NUMBER_TOO_LARGE;
    }
    if (!judge(argument, result, problem)) {
        return false;
    }
    store_u64(options, row, value);
    return true;
}

static bool read_duration(const struct option_row *row, void *options, const char *argument,
                          struct option_problem *problem)
{
    int64_t value_ns = 0;
    struct number_result result =
        number_parse_duration(argument, as_duration(row->least), as_duration(upper_limit(row)), &value_ns);

    if (!judge(argument, result, problem)) {
        return false;
    }
    store(options, row, &value_ns, sizeof(value_ns));
    return true;
}

static bool read_choice(const struct option_row *row, void *options, const char *argument,
                        struct option_problem *problem)
{
    for (unsigned i = 0; row->choices[i] != NULL; i++) {
        if (strcmp(row->choices[i], argument) == 0) {
            store_unsigned(options, row, i);
            return true;
        }
    }
    option_problem_set(problem, "is not known here");
    return false;
}

static bool read_help_topic(const char *argument, struct option_problem *problem)
{
    if (*argument == '\0' || strcmp(argument, "all") == 0) {
        return true;
    }
    option_problem_set(problem, "is not known here");
    return false;
}

static void store_flag(const struct option_row *row, void *options)
{
    bool yes = true;
    store(options, row, &yes, sizeof(yes));
}

bool option_store(const struct option_row *row, void *options, const char *argument,
                  struct option_problem *reterr_problem)
{
    switch (row->kind) {
    case OPTION_KIND_FLAG:
        store_flag(row, options);
        return true;
    case OPTION_KIND_COUNT:
        count_up(options, row);
        return true;
    case OPTION_KIND_SET:
        store_unsigned(options, row, row->value);
        return true;
    case OPTION_KIND_STRING:
        if (row->least > 0 && *argument == '\0') {
            option_problem_set(reterr_problem, "is empty");
            return false;
        }
        store(options, row, &argument, sizeof(argument));
        return true;
    case OPTION_KIND_U64:
    case OPTION_KIND_SIZE:
    case OPTION_KIND_RATE:
        return read_u64(row, options, argument, reterr_problem);
    case OPTION_KIND_DURATION:
        return read_duration(row, options, argument, reterr_problem);
    case OPTION_KIND_CHOICE:
        return read_choice(row, options, argument, reterr_problem);
    case OPTION_KIND_CALL:
        return row->call(options, argument, reterr_problem);
    case OPTION_KIND_HELP:
        return read_help_topic(argument, reterr_problem);
    case OPTION_KIND_HEADING:
    case OPTION_KIND_VERSION:
        break;
    }
    return true;
}

/* " from A to B", " of at least A", " of at most B" or nothing, each limit written by `write`. */
static void describe_range(const struct option_row *row, void (*write)(char *, size_t, uint64_t), char *to,
                           size_t size)
{
    char least[32];
    char most[32];

    write(least, sizeof(least), row->least);
    write(most, sizeof(most), row->most);
    if (row->least > 0 && row->most > 0) {
        snprintf(to, size, " from %s to %s", least, most);
    } else if (row->least > 0) {
        snprintf(to, size, " of at least %s", least);
    } else if (row->most > 0) {
        snprintf(to, size, " of at most %s", most);
    } else {
        to[0] = '\0';
    }
}

static void write_plain(char *to, size_t size, uint64_t value)
{
    snprintf(to, size, "%" PRIu64, value);
}

/* In the largest unit that divides it, which is how the table's author wrote it. */
static void write_duration(char *to, size_t size, uint64_t value_ns)
{
    static const struct {
        const char *word;
        uint64_t worth_ns;
    } units[] = {
        {"h",  3600000000000},
        {"m",  60000000000  },
        {"s",  1000000000   },
        {"ms", 1000000      },
        {"us", 1000         }
    };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (value_ns % units[i].worth_ns == 0 && value_ns > 0) {
            snprintf(to, size, "%" PRIu64 "%s", value_ns / units[i].worth_ns, units[i].word);
            return;
        }
    }
    snprintf(to, size, "%" PRIu64 "ns", value_ns);
}

static void write_size(char *to, size_t size, uint64_t bytes)
{
    static const char letters[] = {'T', 'G', 'M', 'k'};

    for (unsigned i = 0; i < sizeof(letters); i++) {
        uint64_t worth = UINT64_C(1) << (40 - 10 * i);
        if (bytes % worth == 0 && bytes > 0) {
            snprintf(to, size, "%" PRIu64 "%c", bytes / worth, letters[i]);
            return;
        }
    }
    snprintf(to, size, "%" PRIu64, bytes);
}

static const char *separator_of_choice(const struct option_row *row, size_t i)
{
    if (i == 0) {
        return "";
    }
    return row->choices[i + 1] == NULL ? " or " : ", ";
}

static void describe_choices(const struct option_row *row, char *to, size_t size)
{
    size_t used = 0;

    to[0] = '\0';
    for (size_t i = 0; row->choices[i] != NULL && used < size - 1; i++) {
        int len = snprintf(to + used, size - used, "%s%s", separator_of_choice(row, i), row->choices[i]);
        used += len < 0 ? 0 : (size_t)len;
    }
}

void option_describe_expected(const struct option_row *row, char *to, size_t size)
{
    char range[96];

    if (row->expect != NULL) {
        snprintf(to, size, "%s", row->expect);
    } else if (row->kind == OPTION_KIND_U64) {
        describe_range(row, write_plain, range, sizeof(range));
        snprintf(to, size, "a whole number%s%s", range, row->hex ? ", decimal or 0x and hexadecimal" : "");
    } else if (row->kind == OPTION_KIND_DURATION) {
        describe_range(row, write_duration, range, sizeof(range));
        snprintf(to, size, "a time%s such as 10ms, 1.5s or 2m", range);
    } else if (row->kind == OPTION_KIND_SIZE) {
        describe_range(row, write_size, range, sizeof(range));
        snprintf(to, size, "a number of bytes%s such as 64k, 1M or 1GiB", range);
    } else if (row->kind == OPTION_KIND_RATE) {
        snprintf(to, size, "a number a second such as 1000, 10k or max");
    } else if (row->kind == OPTION_KIND_CHOICE) {
        describe_choices(row, to, size);
    } else if (row->kind == OPTION_KIND_HELP) {
        snprintf(to, size, "all or nothing");
    } else {
        snprintf(to, size, "%s", row->argument == NULL ? "" : row->argument);
    }
}
