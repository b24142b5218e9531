/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parsing of a command line by a table. getopt_long(3) does the splitting; what it cannot say about a mistake
 * is worked out here from the table.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "options.h"

enum {
    /* Values of long spellings lie above every letter, so that a message can show what was typed. */
    LONG_BASE = 256,
    SPELLING_MAX = 80,
};

enum step {
    STEP_ON,      /* take the next option */
    STEP_DONE,    /* help or version was shown */
    STEP_MISTAKE, /* said already */
};

/* One run over a command line. */
struct parse {
    const struct option_table *table;
    void *options;
    char letters[2 + 3 * OPTIONS_ROWS_MAX + 1];
    struct option names[2 * OPTIONS_ROWS_MAX + 1];
    unsigned times[OPTIONS_ROWS_MAX];
};

static int argument_habit(const struct option_row *row)
{
    if (row->argument == NULL) {
        return no_argument;
    }
    return row->when_missing == NULL ? required_argument : optional_argument;
}

static char *add_letter(char *to, const struct option_row *row)
{
    *to++ = row->letter;
    for (int colons = argument_habit(row); colons > 0; colons--) {
        *to++ = ':';
    }
    return to;
}

static void fill_letters(struct parse *parse)
{
    const struct option_table *table = parse->table;
    char *to = parse->letters;

    if (table->stop_at_operand) {
        *to++ = '+';
    }
    *to++ = ':';
    for (size_t i = 0; i < table->row_count; i++) {
        if (table->rows[i].letter != 0) {
            to = add_letter(to, &table->rows[i]);
        }
    }
    *to = '\0';
}

static void fill_names(struct parse *parse)
{
    struct option *to = parse->names;

    for (size_t i = 0; i < parse->table->row_count; i++) {
        const struct option_row *row = &parse->table->rows[i];
        const char *spellings[] = {row->name, row->synonym};
        for (size_t j = 0; j < 2; j++) {
            if (spellings[j] != NULL) {
                *to++ = (struct option){spellings[j], argument_habit(row), NULL, LONG_BASE + (int)i};
            }
        }
    }
    *to = (struct option){0};
}

static void prepare(struct parse *parse, const struct option_table *table, void *options)
{
    if (table->row_count > OPTIONS_ROWS_MAX) {
        abort();
    }
    parse->table = table;
    parse->options = options;
    memset(parse->times, 0, sizeof(parse->times));
    fill_letters(parse);
    fill_names(parse);
}

static const struct option_row *row_of_letter(const struct option_table *table, int letter)
{
    for (size_t i = 0; i < table->row_count; i++) {
        if (table->rows[i].letter != 0 && table->rows[i].letter == letter) {
            return &table->rows[i];
        }
    }
    return NULL;
}

/* The row behind a value of getopt_long(), which gives none that was not asked of it. */
static const struct option_row *row_of_code(const struct option_table *table, int code)
{
    bool by_name = code >= LONG_BASE && (size_t)(code - LONG_BASE) < table->row_count;
    const struct option_row *row = by_name ? &table->rows[code - LONG_BASE] : row_of_letter(table, code);

    if (row == NULL) {
        abort();
    }
    return row;
}

/* The option as it was typed: by letter or by name. */
static void spell(char to[SPELLING_MAX], const struct option_row *row, int code)
{
    if (code >= LONG_BASE) {
        snprintf(to, SPELLING_MAX, "--%s", row->name);
    } else {
        snprintf(to, SPELLING_MAX, "-%c", row->letter);
    }
}

static enum step refuse_value(const struct option_row *row, int code, const char *argument,
                              const struct option_problem *problem)
{
    char spelling[SPELLING_MAX];
    char expected[256];

    spell(spelling, row, code);
    option_describe_expected(row, expected, sizeof(expected));
    const char *give = expected[0] == '\0' ? "" : ": give ";
    if (argument == NULL) {
        message_error("option %s: %s%s%s", spelling, problem->text, give, expected);
    } else {
        message_error("option %s: '%s' %s%s%s", spelling, argument, problem->text, give, expected);
    }
    return STEP_MISTAKE;
}

static enum step refuse_missing_value(const struct option_row *row, int code)
{
    struct option_problem problem = {.text = "needs a value"};
    return refuse_value(row, code, NULL, &problem);
}

static enum step refuse_unwanted_value(const struct option_row *row, const char *typed)
{
    const char *equals = strchr(typed, '=');

    message_error("option --%s takes no value, '%s' was given: leave it out", row->name,
                  equals == NULL ? "" : equals + 1);
    return STEP_MISTAKE;
}

static enum step refuse_letter(const struct option_table *table, int letter)
{
    message_error("unknown option -%c: see %s --help", letter, table->tool);
    return STEP_MISTAKE;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance of two short names (insert, delete, replace), for suggestions. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t costs[SPELLING_MAX];
    size_t b_len = smaller(strlen(b), SPELLING_MAX - 1);

    for (size_t j = 0; j <= b_len; j++) {
        costs[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = costs[0];
        costs[0] = i + 1;
        for (size_t j = 0; j < b_len; j++) {
            size_t replaced = diagonal + (a[i] != b[j]);
            diagonal = costs[j + 1];
            costs[j + 1] = smaller(replaced, smaller(diagonal, costs[j]) + 1);
        }
    }
    return costs[b_len];
}

/* The long name most like the typed one, NULL if none is within two slips. */
static const char *nearest_name(const struct parse *parse, const char *typed)
{
    const char *nearest = NULL;
    size_t best = 3;

    for (const struct option *name = parse->names; name->name != NULL; name++) {
        size_t distance = edit_distance(typed, name->name);
        if (distance < best && distance < strlen(typed)) {
            best = distance;
            nearest = name->name;
        }
    }
    return nearest;
}

static void append_candidate(char *to, size_t size, const char *name)
{
    size_t used = strlen(to);
    snprintf(to + used, size - used, "%s--%s", used == 0 ? "" : ", ", name);
}

/* The long names that begin as typed, as a list; returns how many. */
static size_t list_candidates(const struct parse *parse, const char *typed, char *to, size_t size)
{
    size_t count = 0;

    to[0] = '\0';
    for (const struct option *name = parse->names; name->name != NULL; name++) {
        if (strncmp(name->name, typed, strlen(typed)) == 0) {
            append_candidate(to, size, name->name);
            count++;
        }
    }
    return count;
}

static enum step refuse_name(const struct parse *parse, const char *word)
{
    char typed[SPELLING_MAX];
    char candidates[512];
    const char *tool = parse->table->tool;

    snprintf(typed, sizeof(typed), "%.*s", (int)smaller(strcspn(word + 2, "="), SPELLING_MAX - 1), word + 2);
    if (list_candidates(parse, typed, candidates, sizeof(candidates)) > 0) {
        message_error("option --%s is ambiguous: give one of %s", typed, candidates);
        return STEP_MISTAKE;
    }
    const char *nearest = nearest_name(parse, typed);
    if (nearest != NULL) {
        message_error("unknown option --%s: did you mean --%s? See %s --help", typed, nearest, tool);
    } else {
        message_error("unknown option --%s: see %s --help", typed, tool);
    }
    return STEP_MISTAKE;
}

/* getopt_long() tells the kinds of mistakes apart only by what it left in optopt. */
static enum step refuse_unknown(const struct parse *parse, char **argv)
{
    if (optopt == 0) {
        return refuse_name(parse, argv[optind - 1]);
    }
    if (optopt >= LONG_BASE) {
        return refuse_unwanted_value(row_of_code(parse->table, optopt), argv[optind - 1]);
    }
    return refuse_letter(parse->table, optopt);
}

static void write_version(const struct option_table *table, struct out *out)
{
    out_printf(out, "%s (libpkt) %s\n", table->tool, table->version);
    if (table->version_more != NULL) {
        table->version_more(out);
    }
}

/* --help or --version; `topic` may be NULL. */
static enum step show(const struct option_table *table, const struct option_row *row, const char *topic)
{
    static struct out out;

    out_open_standard(&out);
    if (row->kind == OPTION_KIND_HELP) {
        options_write_help(table, topic != NULL && strcmp(topic, "all") == 0, &out);
    } else {
        write_version(table, &out);
    }
    return out_finish(&out) == TOOL_OK ? STEP_DONE : STEP_MISTAKE;
}

/* A row given more often than it may be. */
static bool is_too_often(struct parse *parse, const struct option_row *row, struct option_problem *problem)
{
    unsigned times = ++parse->times[row - parse->table->rows];

    if (row->once && times > 1) {
        option_problem_set(problem, "is given twice: give it once");
        return true;
    }
    if (row->kind == OPTION_KIND_COUNT && row->most > 0 && times > row->most) {
        option_problem_set(problem, "is given %u times: at most %u mean anything", times,
                           (unsigned)row->most);
        return true;
    }
    return false;
}

static enum step take(struct parse *parse, int code, const char *argument)
{
    const struct option_row *row = row_of_code(parse->table, code);
    struct option_problem problem = {0};
    char spelling[SPELLING_MAX];

    if (argument == NULL && row->argument != NULL) {
        argument = row->when_missing;
    }
    if (is_too_often(parse, row, &problem)) {
        spell(spelling, row, code);
        message_error("option %s %s", spelling, problem.text);
        return STEP_MISTAKE;
    }
    if (!option_store(row, parse->options, argument, &problem)) {
        return refuse_value(row, code, argument, &problem);
    }
    if (row->kind == OPTION_KIND_HELP || row->kind == OPTION_KIND_VERSION) {
        return show(parse->table, row, argument);
    }
    return STEP_ON;
}

static enum step next_step(struct parse *parse, char **argv, int code)
{
    if (code == '?') {
        return refuse_unknown(parse, argv);
    }
    if (code == ':') {
        return refuse_missing_value(row_of_code(parse->table, optopt), optopt);
    }
    return take(parse, code, optarg);
}

static enum step read_options(struct parse *parse, int argc, char **argv)
{
    enum step step = STEP_ON;

    opterr = 0;
    optind = 0; /* glibc: forget an earlier command line altogether */
    while (step == STEP_ON) {
        optopt = 0;
        int code = getopt_long(argc, argv, parse->letters, parse->names, NULL);
        if (code == -1) {
            break;
        }
        step = next_step(parse, argv, code);
    }
    return step;
}

static bool operands_fit(const struct option_table *table, const struct option_operands *operands)
{
    unsigned count = (unsigned)operands->count;
    unsigned most = table->operands == NULL ? 0 : table->operands_most;
    bool limited = table->operands == NULL || table->operands_most > 0;

    if (count < table->operands_least) {
        message_error("missing operand: give %s, or see %s --help", table->operands, table->tool);
        return false;
    }
    if (limited && count > most) {
        message_error("'%s' is one operand too many: leave it out, or see %s --help", operands->words[most],
                      table->tool);
        return false;
    }
    return true;
}

bool options_parse(const struct option_table *table, int argc, char **argv, void *options,
                   struct option_operands *ret_operands, enum tool_status *ret_status)
{
    static char nothing[] = "";
    static char *no_words[] = {nothing, NULL};
    struct parse parse;

    /* execve() allows an empty argv. */
    if (argc < 1) {
        argc = 1;
        argv = no_words;
    }
    prepare(&parse, table, options);
    enum step step = read_options(&parse, argc, argv);
    if (step != STEP_ON) {
        *ret_status = step == STEP_DONE ? TOOL_OK : TOOL_ERROR;
        return false;
    }
    struct option_operands operands = {.words = argv + optind, .count = argc - optind};
    if (!option_modes_fit(table, parse.times) || !operands_fit(table, &operands)) {
        *ret_status = TOOL_ERROR;
        return false;
    }
    *ret_operands = operands;
    return true;
}

char *options_join(const struct option_operands *operands)
{
    size_t len = 1;
    for (int i = 0; i < operands->count; i++) {
        len += strlen(operands->words[i]) + 1;
    }
    char *joined = malloc(len);
    char *to = joined;
    if (joined == NULL) {
        return NULL;
    }
    *to = '\0';
    for (int i = 0; i < operands->count; i++) {
        to = stpcpy(i > 0 ? stpcpy(to, " ") : to, operands->words[i]);
    }
    return joined;
}
