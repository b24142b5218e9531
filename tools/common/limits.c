/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expressions of --fail-if and --until: read once, evaluated often, described when they come true.
 */
#include "limits.h"

#include "duration_text.h"
#include "message.h"
#include "numbers.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    VALUE_SIZE = 64, /* a number with its unit and a NUL; longer ones are none */
    QUOTE_MAX = 32,  /* bytes of a mistake that a message repeats */
    ONE_PERCENT = LIMITS_RATIO_ONE / 100,
};

struct operator_word {
    const char *word;
    enum limit_comparison comparison;
};

/* Longer ones before their beginnings. */
static const struct operator_word operators[] = {
    {">=", LIMIT_ABOVE_OR_EQUAL},
    {"<=", LIMIT_BELOW_OR_EQUAL},
    {"!=", LIMIT_NOT_EQUAL     },
    {"==", LIMIT_EQUAL         },
    {">",  LIMIT_ABOVE         },
    {"<",  LIMIT_BELOW         },
    {"=",  LIMIT_EQUAL         },
};

enum { OPERATOR_COUNT = sizeof operators / sizeof *operators };

struct parse {
    const char *text;
    size_t at;
    const struct limit_name *names;
    struct option_problem *problem;
};

/* --- mistakes --- */

static __attribute__((format(printf, 3, 4))) bool refuse(struct parse *parse, size_t at, const char *format,
                                                         ...)
{
    char sentence[sizeof parse->problem->text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    option_problem_set(parse->problem, "is wrong at column %zu: %s", at + 1, sentence);
    return false;
}

/* All names, as far as they fit. */
static void list_names(const struct limit_name *names, char *to, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; names[i].name != NULL; i++) {
        size_t need = strlen(names[i].name) + sizeof ", " - 1;
        if (used + need + sizeof ", ..." > size) {
            (void)snprintf(to + used, size - used, ", ...");
            return;
        }
        used += (size_t)snprintf(to + used, size - used, "%s%s", i == 0 ? "" : ", ", names[i].name);
    }
}

static bool refuse_name(struct parse *parse, size_t at, size_t len)
{
    char quoted[4 * QUOTE_MAX + 1] = "";
    char names[200] = "";
    list_names(parse->names, names, sizeof names);
    if (len == 0)
        return refuse(parse, at, "a name is missing; names: %s", names);
    (void)message_escape(quoted, sizeof quoted, parse->text + at, len < QUOTE_MAX ? len : QUOTE_MAX);
    return refuse(parse, at, "no '%s' here; names: %s", quoted, names);
}

/* --- words --- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_char(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct parse *parse)
{
    while (is_blank(parse->text[parse->at]))
        parse->at++;
}

static size_t name_len(const char *text)
{
    size_t len = 0;
    while (is_name_char(text[len]))
        len++;
    return len;
}

/* Takes the word if it is next. */
static bool take(struct parse *parse, const char *word)
{
    size_t len = strlen(word);
    const char *here = parse->text + parse->at;
    if (strncmp(here, word, len) != 0 || (is_letter(word[0]) && is_name_char(here[len])))
        return false;
    parse->at += len;
    return true;
}

static bool take_and(struct parse *parse)
{
    skip_blanks(parse);
    return take(parse, "&&") || take(parse, "and");
}

static bool take_name(struct parse *parse, unsigned *ret_name)
{
    skip_blanks(parse);
    const char *here = parse->text + parse->at;
    size_t len = name_len(here);
    for (unsigned i = 0; parse->names[i].name != NULL; i++)
        if (strlen(parse->names[i].name) == len && strncmp(parse->names[i].name, here, len) == 0) {
            parse->at += len;
            *ret_name = i;
            return true;
        }
    /* Where no name can begin, what stands there is the mistake. */
    return refuse_name(parse, parse->at, len == 0 && *here != '\0' && *here != ',' ? 1 : len);
}

static bool take_operator(struct parse *parse, enum limit_comparison *ret_comparison)
{
    skip_blanks(parse);
    for (unsigned i = 0; i < OPERATOR_COUNT; i++)
        if (take(parse, operators[i].word)) {
            *ret_comparison = operators[i].comparison;
            return true;
        }
    return false;
}

/* --- values --- */

/* A percentage is read as so many seconds: the same digits, the same care with decimals. */
static struct number_result read_percent(const char *text, int64_t *ret_value)
{
    char seconds[VALUE_SIZE + 1];
    int64_t ns = 0;
    size_t len = strlen(text);
    if (len == 0 || text[len - 1] != '%')
        return (struct number_result){NUMBER_UNIT, len};
    (void)snprintf(seconds, sizeof seconds, "%.*ss", (int)(len - 1), text);
    struct number_result result = number_parse_duration(seconds, 0, INT64_MAX, &ns);
    if (result.reason != NUMBER_OK)
        return result;
    if (ns % 100 != 0)
        return (struct number_result){NUMBER_TOO_FINE, len - 1};
    *ret_value = ns / 100;
    return result;
}

static struct number_result read_count(const char *text, int64_t *ret_value)
{
    uint64_t value = 0;
    struct number_result result = number_parse_u64(text, 0, INT64_MAX, false, &value);
    if (result.reason == NUMBER_OK)
        *ret_value = (int64_t)value;
    return result;
}

static struct number_result read_value(enum limit_kind kind, const char *text, int64_t *ret_value)
{
    switch (kind) {
    case LIMIT_RATIO:
        return read_percent(text, ret_value);
    case LIMIT_DURATION:
        return number_parse_duration(text, 0, INT64_MAX, ret_value);
    case LIMIT_COUNT:
    case LIMIT_BOOLEAN:
        break;
    }
    return read_count(text, ret_value);
}

static const char *value_example(enum limit_kind kind)
{
    static const char *const examples[] = {
        [LIMIT_COUNT] = "a whole number such as 5",
        [LIMIT_RATIO] = "a percentage such as 1%",
        [LIMIT_DURATION] = "a time such as 20ms",
        [LIMIT_BOOLEAN] = "no value",
    };
    return examples[kind];
}

/* A value goes up to a blank, a comma or "&&". */
static bool take_value(struct parse *parse, const struct limit_name *name, int64_t *ret_value)
{
    char value[VALUE_SIZE], quoted[4 * QUOTE_MAX + 1];
    skip_blanks(parse);
    size_t len = strcspn(parse->text + parse->at, " \t,&");
    if (len == 0)
        return refuse(parse, parse->at, "a value is missing; give %s", value_example(name->kind));
    (void)message_escape(quoted, sizeof quoted, parse->text + parse->at, len < QUOTE_MAX ? len : QUOTE_MAX);
    if (len >= sizeof value)
        return refuse(parse, parse->at, "'%s...' is too long", quoted);
    memcpy(value, parse->text + parse->at, len);
    value[len] = '\0';
    struct number_result result = read_value(name->kind, value, ret_value);
    if (result.reason != NUMBER_OK)
        return refuse(parse, parse->at, "'%s' %s; %s takes %s", quoted, number_reason_text(result.reason),
                      name->name, value_example(name->kind));
    /* Seconds without a word would be taken for milliseconds by who thinks in them. */
    if (name->kind == LIMIT_DURATION && *ret_value != 0 && strspn(value, "0123456789.") == len)
        return refuse(parse, parse->at, "'%s' has no unit; give %s", quoted, value_example(name->kind));
    parse->at += len;
    return true;
}

/* --- expressions --- */

static bool take_condition(struct parse *parse, struct limit_condition *ret_condition)
{
    if (!take_name(parse, &ret_condition->name))
        return false;
    const struct limit_name *name = &parse->names[ret_condition->name];
    size_t at = parse->at;
    bool has_operator = take_operator(parse, &ret_condition->comparison);
    if (name->kind == LIMIT_BOOLEAN)
        return !has_operator || refuse(parse, at, "%s stands alone, without a value", name->name);
    if (!has_operator)
        return refuse(parse, at, "%s needs a comparison, such as > or <=, and %s", name->name,
                      value_example(name->kind));
    return take_value(parse, name, &ret_condition->value);
}

/* What stands between two conditions; false at the end, and where it is wrong. */
static bool take_joint(struct parse *parse, bool *ret_joined)
{
    *ret_joined = take_and(parse);
    return *ret_joined || take(parse, ",");
}

bool limits_parse(const char *text, const struct limit_name *names, struct limits *ret_limits,
                  struct option_problem *reterr_problem)
{
    struct parse parse = {.text = text, .names = names, .problem = reterr_problem};
    struct limits limits = {.names = names};
    bool joined = false;
    do {
        struct limit_condition condition = {.comparison = LIMIT_IS_TRUE, .joined = joined};
        if (limits.count == LIMITS_CONDITIONS_MAX)
            return refuse(&parse, parse.at, "at most %d conditions may be given", LIMITS_CONDITIONS_MAX);
        if (!take_condition(&parse, &condition))
            return false;
        limits.conditions[limits.count++] = condition;
    } while (take_joint(&parse, &joined));
    if (text[parse.at] != '\0')
        return refuse(&parse, parse.at, "a comma (or) or && (and) should stand here");
    *ret_limits = limits;
    return true;
}

/* --- evaluation --- */

static bool holds(const struct limit_condition *condition, int64_t value)
{
    switch (condition->comparison) {
    case LIMIT_IS_TRUE:
        return value != 0;
    case LIMIT_ABOVE:
        return value > condition->value;
    case LIMIT_ABOVE_OR_EQUAL:
        return value >= condition->value;
    case LIMIT_BELOW:
        return value < condition->value;
    case LIMIT_BELOW_OR_EQUAL:
        return value <= condition->value;
    case LIMIT_EQUAL:
        return value == condition->value;
    case LIMIT_NOT_EQUAL:
        return value != condition->value;
    }
    return false;
}

/* Unknown is not true. */
static bool check_condition(const struct limits *limits, unsigned i, limits_get *get, void *context,
                            struct limits_result *result)
{
    const struct limit_condition *condition = &limits->conditions[i];
    if (!get(context, condition->name, &result->values[i])) {
        result->unknown |= UINT32_C(1) << i;
        return false;
    }
    return holds(condition, result->values[i]);
}

static unsigned term_len(const struct limits *limits, unsigned first)
{
    unsigned len = 1;
    while (first + len < limits->count && limits->conditions[first + len].joined)
        len++;
    return len;
}

bool limits_check(const struct limits *limits, limits_get *get, void *context,
                  struct limits_result *ret_result)
{
    *ret_result = (struct limits_result){0};
    for (unsigned first = 0, len; first < limits->count; first += len) {
        bool is_true = true;
        len = term_len(limits, first);
        for (unsigned i = first; i < first + len && is_true; i++)
            is_true = check_condition(limits, i, get, context, ret_result);
        if (is_true) {
            ret_result->first = first;
            ret_result->count = len;
            return true;
        }
    }
    return false;
}

int64_t limits_ratio(uint64_t part, uint64_t whole)
{
    uint64_t small_part = part, small_whole = whole;
    if (whole == 0)
        return 0;
    /* What falls off is far below a milliardth. */
    while (small_part > UINT64_MAX / LIMITS_RATIO_ONE / 2) {
        small_part >>= 1;
        small_whole >>= 1;
    }
    if (small_whole == 0)
        return INT64_MAX;
    uint64_t ratio = (small_part * LIMITS_RATIO_ONE + small_whole / 2) / small_whole;
    if (ratio == 0 && part > 0)
        return 1;
    if (ratio == LIMITS_RATIO_ONE && part != whole)
        return part < whole ? LIMITS_RATIO_ONE - 1 : LIMITS_RATIO_ONE + 1;
    return ratio > INT64_MAX ? INT64_MAX : (int64_t)ratio;
}

/* --- in words --- */

/* Milliardths as percent; two decimals, or all that there are. */
static void write_percent(char *to, size_t size, int64_t ratio, bool is_exact)
{
    uint64_t value = ratio < 0 ? 0 : (uint64_t)ratio, step = ONE_PERCENT / 100;
    unsigned decimals = is_exact ? 7 : 2;
    if (!is_exact)
        value = (value + step / 2) / step * step;
    uint64_t fraction = value % ONE_PERCENT;
    if (!is_exact)
        fraction /= step;
    for (; decimals > 0 && fraction % 10 == 0; fraction /= 10)
        decimals--;
    if (decimals == 0)
        (void)snprintf(to, size, "%" PRIu64 " %%", value / ONE_PERCENT);
    else
        (void)snprintf(to, size, "%" PRIu64 ".%0*" PRIu64 " %%", value / ONE_PERCENT, (int)decimals,
                       fraction);
}

static void write_value(char *to, size_t size, enum limit_kind kind, int64_t value, bool is_exact)
{
    if (kind == LIMIT_RATIO)
        write_percent(to, size, value, is_exact);
    else if (kind == LIMIT_DURATION)
        (void)snprintf(to, size, "%s",
                       (is_exact ? duration_text_exact(value) : duration_text_short(value)).text);
    else
        (void)snprintf(to, size, "%" PRId64, value);
}

/* Within a hundredth of the limit: what is rounded could look like the limit itself, or beyond it. */
static bool is_near(int64_t value, int64_t limit)
{
    uint64_t difference =
        value > limit ? (uint64_t)value - (uint64_t)limit : (uint64_t)limit - (uint64_t)value;
    return difference <= (uint64_t)limit / 100;
}

static const char *operator_text(enum limit_comparison comparison)
{
    for (unsigned i = 0; i < OPERATOR_COUNT; i++)
        if (operators[i].comparison == comparison && comparison != LIMIT_EQUAL)
            return operators[i].word;
    return "=";
}

static void describe_condition(const struct limits *limits, unsigned i, int64_t value, char *to, size_t size)
{
    const struct limit_condition *condition = &limits->conditions[i];
    const struct limit_name *name = &limits->names[condition->name];
    char actual[VALUE_SIZE], limit[VALUE_SIZE];
    if (condition->comparison == LIMIT_IS_TRUE) {
        (void)snprintf(to, size, "%s", name->name);
        return;
    }
    write_value(actual, sizeof actual, name->kind, value, is_near(value, condition->value));
    write_value(limit, sizeof limit, name->kind, condition->value, true);
    (void)snprintf(to, size, "%s %s %s %s", name->name, actual, operator_text(condition->comparison), limit);
}

static size_t append(char *to, size_t size, size_t used, const char *text)
{
    if (used < size)
        (void)snprintf(to + used, size - used, "%s", text);
    return used + strlen(text);
}

const char *limits_describe(const struct limits *limits, const struct limits_result *result, char *to,
                            size_t size)
{
    size_t used = append(to, size, 0, "");
    for (unsigned i = result->first; i < result->first + result->count; i++) {
        char condition[256];
        describe_condition(limits, i, result->values[i], condition, sizeof condition);
        used = append(to, size, used, i == result->first ? "" : " and ");
        used = append(to, size, used, condition);
    }
    return to;
}

/* Whether a condition before says the same name is unknown. */
static bool is_said(const struct limits *limits, uint32_t unknown, unsigned i)
{
    for (unsigned j = 0; j < i; j++)
        if ((unknown >> j & 1) != 0 && limits->conditions[j].name == limits->conditions[i].name)
            return true;
    return false;
}

const char *limits_describe_unknown(const struct limits *limits, const struct limits_result *result, char *to,
                                    size_t size)
{
    size_t used = append(to, size, 0, "");
    for (unsigned i = 0; i < limits->count; i++) {
        if ((result->unknown >> i & 1) == 0 || is_said(limits, result->unknown, i))
            continue;
        used = append(to, size, used, used == 0 ? "" : ", ");
        used = append(to, size, used, limits->names[limits->conditions[i].name].name);
    }
    return to;
}
