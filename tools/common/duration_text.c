/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Durations as text. Integers only: no digit may hang on how a double rounds.
 */
#include "duration_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

struct unit {
    const char *word;
    uint64_t ns;
    unsigned decimals; /* that a nanosecond is away */
};

static const struct unit units[] = {
    {"s",  1000000000, 9},
    {"ms", 1000000,    6},
    {"us", 1000,       3},
    {"ns", 1,          0},
};

enum { UNIT_COUNT = sizeof units / sizeof *units, MS = 1 };

static uint64_t magnitude(int64_t ns)
{
    return ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
}

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* The largest unit of which there is one, or the smallest. */
static unsigned suitable(uint64_t ns)
{
    unsigned i = 0;
    while (i + 1 < UNIT_COUNT && ns < units[i].ns)
        i++;
    return i;
}

/* In the unit, with so many decimals at most as it has; not rounded. */
static struct duration_text write_text(bool is_negative, uint64_t ns, const struct unit *unit,
                                       unsigned decimals, const char *word)
{
    struct duration_text to;
    const char *sign = is_negative && ns > 0 ? "-" : "";
    const char *blank = word[0] == '\0' ? "" : " ";
    uint64_t fraction = ns % unit->ns / power_of_ten(unit->decimals - decimals);
    if (decimals == 0)
        (void)snprintf(to.text, sizeof to.text, "%s%" PRIu64 "%s%s", sign, ns / unit->ns, blank, word);
    else
        (void)snprintf(to.text, sizeof to.text, "%s%" PRIu64 ".%0*" PRIu64 "%s%s", sign, ns / unit->ns,
                       (int)decimals, fraction, blank, word);
    return to;
}

/* Decimals that make three digits that count. */
static unsigned decimals_of(uint64_t ns, const struct unit *unit)
{
    uint64_t whole = ns / unit->ns;
    unsigned decimals = whole >= 100 ? 0 : whole >= 10 ? 1 : 2;
    return decimals < unit->decimals ? decimals : unit->decimals;
}

static uint64_t rounded(uint64_t ns, const struct unit *unit)
{
    uint64_t step = unit->ns / power_of_ten(decimals_of(ns, unit));
    return (ns + step / 2) / step * step;
}

struct duration_text duration_text_ms(int64_t duration_ns)
{
    enum { NS_PER_US = 1000 };
    const struct unit *ms = &units[MS];
    uint64_t ns = magnitude(duration_ns) / NS_PER_US * NS_PER_US;
    if (ns < ms->ns)
        return write_text(duration_ns < 0, ns, ms, 3, "");
    ns = rounded(ns, ms);
    return write_text(duration_ns < 0, ns, ms, decimals_of(ns, ms), "");
}

struct duration_text duration_text_short(int64_t duration_ns)
{
    uint64_t ns = magnitude(duration_ns);
    const struct unit *unit = &units[suitable(ns)];
    ns = rounded(ns, unit);
    unit = &units[suitable(ns)]; /* 999.9 us became 1 ms */
    return write_text(duration_ns < 0, ns, unit, decimals_of(ns, unit), unit->word);
}

struct duration_text duration_text_exact(int64_t duration_ns)
{
    uint64_t ns = magnitude(duration_ns);
    const struct unit *unit = &units[suitable(ns)];
    unsigned decimals = unit->decimals;
    for (uint64_t fraction = ns % unit->ns; decimals > 0 && fraction % 10 == 0; fraction /= 10)
        decimals--;
    return write_text(duration_ns < 0, ns, unit, decimals, unit->word);
}
