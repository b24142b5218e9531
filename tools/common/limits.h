/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The expressions of --fail-if and --until: `loss>1%,p99>20ms,unreached`.
 *
 *     expression = term *( "," term )                    any term makes it true
 *     term       = condition *( ( "&&" / "and" ) condition )   all of them
 *     condition  = NAME                                  a boolean
 *                / NAME ( ">" / ">=" / "<" / "<=" / "=" / "==" / "!=" ) VALUE
 *
 * Blanks may stand between any two of these. A ratio's value ends in %, a duration's in ns, us, ms, s, m or h
 * (seconds without), a count is a whole number. Which names there are, the tool says. What is not known, such
 * as a percentile of nothing, makes no condition true, and limits_check() says that it was so.
 */
#ifndef TOOLS_COMMON_LIMITS_H
#define TOOLS_COMMON_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

enum {
    LIMITS_CONDITIONS_MAX = 32,    /* in one expression */
    LIMITS_RATIO_ONE = 1000000000, /* the whole: ratios count milliardths */
    LIMITS_TEXT_SIZE = 1024,       /* room for what the two describing functions write */
};

/* What a name's values are, as int64_t. */
enum limit_kind {
    LIMIT_COUNT,
    LIMIT_RATIO,    /* parts of LIMITS_RATIO_ONE */
    LIMIT_DURATION, /* nanoseconds */
    LIMIT_BOOLEAN,  /* 0 or 1 */
};

/* A name that expressions may use. Tables end with a row whose name is NULL. */
struct limit_name {
    const char *name; /* letters, digits, _ and -, a letter first; not "and" */
    enum limit_kind kind;
    const char *help; /* what it is, without full stop */
};

enum limit_comparison {
    LIMIT_IS_TRUE, /* of a boolean */
    LIMIT_ABOVE,
    LIMIT_ABOVE_OR_EQUAL,
    LIMIT_BELOW,
    LIMIT_BELOW_OR_EQUAL,
    LIMIT_EQUAL,
    LIMIT_NOT_EQUAL,
};

struct limit_condition {
    unsigned name; /* row of the table */
    enum limit_comparison comparison;
    int64_t value;
    bool joined; /* to the condition before, by "and" */
};

/* An expression, read. Zero is one without terms, which never is true. */
struct limits {
    const struct limit_name *names;
    unsigned count;
    struct limit_condition conditions[LIMITS_CONDITIONS_MAX];
};

/*
 * Read an expression.
 * @param names  the table; must outlive ret_limits
 * @return false with `reterr_problem` set, which names the column (from 1) and what could stand there; an
 * empty text is refused too
 */
bool limits_parse(const char *text, const struct limit_name *names, struct limits *ret_limits,
                  struct option_problem *reterr_problem);

/*
 * The value of a name.
 * @param name  row of the table
 * @return false where it is not known
 */
typedef bool limits_get(void *context, unsigned name, int64_t *ret_value);

/* What limits_check() found. */
struct limits_result {
    unsigned first; /* condition of the term that is true, the first of them; both 0 where none is */
    unsigned count; /* conditions of that term */
    int64_t values[LIMITS_CONDITIONS_MAX]; /* that were compared, of conditions that are known */
    uint32_t unknown; /* bit i: the value of condition i was asked for and is not known */
};

/*
 * Evaluate, term by term up to the first that is true; cheap enough for every packet.
 * @return whether any term is true
 */
bool limits_check(const struct limits *limits, limits_get *get, void *context,
                  struct limits_result *ret_result);

/* The true term with the values found: "p99 23.1 ms > 20 ms", "loss 2 % > 1 % and sent 10 >= 5",
 * "unreached". "" where none is true.
 * @return to */
const char *limits_describe(const struct limits *limits, const struct limits_result *result, char *to,
                            size_t size);

/* Names whose value was not known, each once: "p99, jitter"; "" where all were.
 * @return to */
const char *limits_describe_unknown(const struct limits *limits, const struct limits_result *result, char *to,
                                    size_t size);

/* part / whole as a value of LIMIT_RATIO, rounded, but never to 0 or LIMITS_RATIO_ONE unless it is that.
 * A whole of 0 gives 0; a part above the whole saturates at INT64_MAX. */
int64_t limits_ratio(uint64_t part, uint64_t whole);

#endif
