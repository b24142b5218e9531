/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strict readers for counts, times, sizes and rates.
 */
#include <string.h>

#include "numbers.h"

/* A word that may follow the digits, and what one of it is worth. */
struct unit {
    const char *word;
    uint64_t worth;
};

static const struct unit duration_units[] = {
    {"",   1000000000   },
    {"ns", 1            },
    {"us", 1000         },
    {"ms", 1000000      },
    {"s",  1000000000   },
    {"m",  60000000000  },
    {"h",  3600000000000},
    {NULL, 0            },
};

static const struct unit size_units[] = {
    {"",    1                },
    {"B",   1                },
    {"k",   UINT64_C(1) << 10},
    {"K",   UINT64_C(1) << 10},
    {"KiB", UINT64_C(1) << 10},
    {"m",   UINT64_C(1) << 20},
    {"M",   UINT64_C(1) << 20},
    {"MiB", UINT64_C(1) << 20},
    {"g",   UINT64_C(1) << 30},
    {"G",   UINT64_C(1) << 30},
    {"GiB", UINT64_C(1) << 30},
    {"t",   UINT64_C(1) << 40},
    {"T",   UINT64_C(1) << 40},
    {"TiB", UINT64_C(1) << 40},
    {"kB",  1000             },
    {"MB",  1000000          },
    {"GB",  1000000000       },
    {"TB",  1000000000000    },
    {NULL,  0                },
};

static const struct unit rate_units[] = {
    {"",   1         },
    {"k",  1000      },
    {"M",  1000000   },
    {"G",  1000000000},
    {NULL, 0         },
};

static struct number_result stopped(enum number_reason reason, size_t at)
{
    return (struct number_result){.reason = reason, .at = at};
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Value of a digit in the base, or -1. Not isxdigit(): the answer must not hang on the locale. */
static int digit_value(char c, unsigned base)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (base == 16 && c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (base == 16 && c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

/* Why there is no digit at `at`, where one is due. */
static enum number_reason why_no_digit(const char *text, size_t at)
{
    char c = text[at];
    if (c == '\0') {
        return NUMBER_EMPTY;
    }
    if (is_blank(c)) {
        return NUMBER_BLANK;
    }
    return (c == '+' || c == '-') && at == 0 ? NUMBER_SIGN : NUMBER_JUNK;
}

/* Why the text goes on at `at`, where it should have ended. */
static enum number_reason why_more(const char *text, size_t at)
{
    if (is_blank(text[at])) {
        return NUMBER_BLANK;
    }
    return NUMBER_JUNK;
}

static bool multiply_add(uint64_t *value, uint64_t factor, uint64_t addend)
{
    uint64_t product = 0;
    return !__builtin_mul_overflow(*value, factor, &product) &&
           !__builtin_add_overflow(product, addend, value);
}

/* Digits from `at`, at least one. On success `at` of the result is behind them. */
static struct number_result read_digits(const char *text, size_t at, unsigned base, uint64_t *ret_value)
{
    uint64_t value = 0;
    bool fits = true;
    size_t begin = at;

    for (int digit; (digit = digit_value(text[at], base)) >= 0; at++) {
        fits = fits && multiply_add(&value, base, (uint64_t)digit);
    }
    if (at == begin) {
        return stopped(why_no_digit(text, at), at);
    }
    *ret_value = value;
    return stopped(fits ? NUMBER_OK : NUMBER_TOO_LARGE, at);
}

static struct number_result check_range(uint64_t value, uint64_t least, uint64_t most, size_t at)
{
    if (value < least) {
        return stopped(NUMBER_TOO_SMALL, at);
    }
    return stopped(value > most ? NUMBER_TOO_LARGE : NUMBER_OK, at);
}

struct number_result number_parse_u64(const char *text, uint64_t least, uint64_t most, bool hex_allowed,
                                      uint64_t *ret_value)
{
    bool hex = hex_allowed && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    uint64_t value = 0;
    struct number_result result = read_digits(text, hex ? 2 : 0, hex ? 16 : 10, &value);

    /* "99999999999999999999x" is junk first: the user mistyped, and the size is beside the point. */
    bool digits_read = result.reason == NUMBER_OK || result.reason == NUMBER_TOO_LARGE;
    if (digits_read && text[result.at] != '\0') {
        return stopped(why_more(text, result.at), result.at);
    }
    if (result.reason == NUMBER_OK) {
        result = check_range(value, least, most, result.at);
    }
    if (result.reason == NUMBER_OK) {
        *ret_value = value;
    }
    return result;
}

/* What the rest of the text is worth as a unit. */
static struct number_result read_unit(const char *text, size_t at, const struct unit *units,
                                      uint64_t *ret_worth)
{
    for (; units->word != NULL; units++) {
        if (strcmp(text + at, units->word) == 0) {
            *ret_worth = units->worth;
            return stopped(NUMBER_OK, at + strlen(units->word));
        }
    }
    return stopped(is_letter(text[at]) ? NUMBER_UNIT : why_more(text, at), at);
}

/* Whole number and unit: "64k". */
static struct number_result read_scaled(const char *text, const struct unit *units, uint64_t *ret_value)
{
    uint64_t value = 0;
    uint64_t worth = 0;
    struct number_result digits = read_digits(text, 0, 10, &value);
    if (digits.reason != NUMBER_OK && digits.reason != NUMBER_TOO_LARGE) {
        return digits;
    }
    if (text[digits.at] == '.' && digit_value(text[digits.at + 1], 10) >= 0) {
        return stopped(NUMBER_TOO_FINE, digits.at);
    }
    struct number_result unit = read_unit(text, digits.at, units, &worth);
    if (unit.reason != NUMBER_OK) {
        return unit;
    }
    if (digits.reason != NUMBER_OK || !multiply_add(&value, worth, 0)) {
        return stopped(NUMBER_TOO_LARGE, unit.at);
    }
    *ret_value = value;
    return unit;
}

struct number_result number_parse_size(const char *text, uint64_t least, uint64_t most, uint64_t *ret_size)
{
    uint64_t value = 0;
    struct number_result result = read_scaled(text, size_units, &value);

    if (result.reason == NUMBER_OK) {
        result = check_range(value, least, most, result.at);
    }
    if (result.reason == NUMBER_OK) {
        *ret_size = value;
    }
    return result;
}

struct number_result number_parse_rate(const char *text, uint64_t *ret_per_second)
{
    uint64_t value = 0;
    if (strcmp(text, "max") == 0) {
        *ret_per_second = NUMBER_RATE_MAX;
        return stopped(NUMBER_OK, 3);
    }
    struct number_result result = read_scaled(text, rate_units, &value);

    /* Few think of k and M as units of a rate: "10x" is simply no number. */
    if (result.reason == NUMBER_UNIT) {
        result.reason = NUMBER_JUNK;
    }
    if (result.reason == NUMBER_OK) {
        result = check_range(value, 1, NUMBER_RATE_MAX - 1, result.at);
    }
    if (result.reason == NUMBER_OK) {
        *ret_per_second = value;
    }
    return result;
}

/* A decimal text taken apart: where its whole digits, its decimals and its unit are. */
struct decimal {
    uint64_t whole;
    bool whole_fits;
    size_t fraction_at;
    size_t fraction_len;
    uint64_t worth;
};

static size_t count_digits(const char *text)
{
    size_t len = 0;
    while (digit_value(text[len], 10) >= 0) {
        len++;
    }
    return len;
}

/* The decimals behind a point, if there is one; at least one digit must follow it. */
static struct number_result read_fraction(const char *text, size_t at, struct decimal *decimal)
{
    if (text[at] != '.') {
        return stopped(NUMBER_OK, at);
    }
    decimal->fraction_at = at + 1;
    decimal->fraction_len = count_digits(text + at + 1);
    if (decimal->fraction_len == 0) {
        return stopped(is_blank(text[at + 1]) ? NUMBER_BLANK : NUMBER_JUNK, at);
    }
    return stopped(NUMBER_OK, at + 1 + decimal->fraction_len);
}

static struct number_result read_decimal(const char *text, struct decimal *decimal)
{
    struct number_result result = stopped(NUMBER_OK, 0);

    decimal->whole_fits = true;
    if (text[0] != '.') {
        result = read_digits(text, 0, 10, &decimal->whole);
        decimal->whole_fits = result.reason != NUMBER_TOO_LARGE;
    }
    if (result.reason != NUMBER_OK && result.reason != NUMBER_TOO_LARGE) {
        return result;
    }
    result = read_fraction(text, result.at, decimal);
    if (result.reason != NUMBER_OK) {
        return result;
    }
    return read_unit(text, result.at, duration_units, &decimal->worth);
}

/* Worth of the decimals, digit by digit so that no rounding can creep in. */
static bool fraction_worth(const char *digits, size_t len, uint64_t unit, uint64_t *ret_worth, size_t *ret_at)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < len; i++) {
        uint64_t digit = (uint64_t)(digits[i] - '0');
        bool divides = unit % 10 == 0;
        unit = divides ? unit / 10 : 0;
        if (unit == 0 && digit != 0) {
            *ret_at = i;
            return false;
        }
        sum += digit * unit;
    }
    *ret_worth = sum;
    return true;
}

struct number_result number_parse_duration(const char *text, int64_t least_ns, int64_t most_ns,
                                           int64_t *ret_duration_ns)
{
    struct decimal decimal = {0};
    uint64_t fraction = 0;
    size_t too_fine = 0;

    struct number_result result = read_decimal(text, &decimal);
    if (result.reason != NUMBER_OK) {
        return result;
    }
    if (!fraction_worth(text + decimal.fraction_at, decimal.fraction_len, decimal.worth, &fraction,
                        &too_fine)) {
        return stopped(NUMBER_TOO_FINE, decimal.fraction_at + too_fine);
    }
    uint64_t value = decimal.whole;
    if (!decimal.whole_fits || !multiply_add(&value, decimal.worth, fraction) || value > INT64_MAX) {
        return stopped(NUMBER_TOO_LARGE, result.at);
    }
    if ((int64_t)value < least_ns || (int64_t)value > most_ns) {
        return stopped((int64_t)value < least_ns ? NUMBER_TOO_SMALL : NUMBER_TOO_LARGE, result.at);
    }
    *ret_duration_ns = (int64_t)value;
    return result;
}

const char *number_reason_text(enum number_reason reason)
{
    switch (reason) {
    case NUMBER_OK:
        return "is a number";
    case NUMBER_EMPTY:
        return "is empty";
    case NUMBER_BLANK:
        return "has a blank in it";
    case NUMBER_SIGN:
        return "has a sign";
    case NUMBER_UNIT:
        return "has an unknown unit";
    case NUMBER_TOO_SMALL:
        return "is too small";
    case NUMBER_TOO_LARGE:
        return "is too large";
    case NUMBER_TOO_FINE:
        return "is too fine";
    case NUMBER_JUNK:
        break;
    }
    return "is not a number";
}
