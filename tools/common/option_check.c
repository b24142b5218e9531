/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mistakes that a table itself can hold, found by each tool's unit test and not by its users.
 */
#include <stdio.h>
#include <string.h>

#include "options.h"

static bool is_usable_letter(char letter)
{
    /* '?' and ':' are answers of getopt_long(), '-', '+' and ';' are its syntax, '=' would read as a value.
     */
    return letter == 0 || (letter > ' ' && letter < 127 && strchr("?:;-+=", letter) == NULL);
}

static bool is_usable_name(const char *name)
{
    size_t len = name == NULL ? 1 : strlen(name);
    size_t good = name == NULL ? 1 : strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return len == good && len > 0 && len < 64 && (name == NULL || name[0] != '-');
}

static bool kind_takes_value(enum option_kind kind)
{
    switch (kind) {
    case OPTION_KIND_STRING:
    case OPTION_KIND_U64:
    case OPTION_KIND_DURATION:
    case OPTION_KIND_SIZE:
    case OPTION_KIND_RATE:
    case OPTION_KIND_CHOICE:
    case OPTION_KIND_HELP:
        return true;
    case OPTION_KIND_HEADING:
    case OPTION_KIND_FLAG:
    case OPTION_KIND_COUNT:
    case OPTION_KIND_SET:
    case OPTION_KIND_CALL:
    case OPTION_KIND_VERSION:
        break;
    }
    return false;
}

static const char *check_spelling(const struct option_row *row)
{
    if (row->letter == 0 && row->name == NULL) {
        return "has neither letter nor name";
    }
    if (!is_usable_letter(row->letter)) {
        return "has a letter that cannot be an option";
    }
    if (!is_usable_name(row->name) || !is_usable_name(row->synonym)) {
        return "has a name that cannot be an option";
    }
    if (row->synonym != NULL && row->name == NULL) {
        return "has a synonym of no name";
    }
    return NULL;
}

static const char *check_value(const struct option_row *row)
{
    bool needs = kind_takes_value(row->kind);

    if (needs != (row->argument != NULL) && row->kind != OPTION_KIND_CALL) {
        return needs ? "takes a value without a name" : "names a value that its kind does not take";
    }
    if (row->when_missing != NULL && row->argument == NULL) {
        return "replaces a missing value that it does not take";
    }
    if ((row->kind == OPTION_KIND_CHOICE) && (row->choices == NULL || row->choices[0] == NULL)) {
        return "has no choices";
    }
    if (row->kind == OPTION_KIND_CALL && row->call == NULL) {
        return "has no handler";
    }
    return row->most != 0 && row->least > row->most ? "has a range upside down" : NULL;
}

static const char *check_row(const struct option_row *row)
{
    if (row->help == NULL || row->help[0] == '\0') {
        return "has no help";
    }
    if (row->help[strlen(row->help) - 1] == '.') {
        return "has help that ends in a full stop";
    }
    if (row->kind == OPTION_KIND_HEADING) {
        return NULL;
    }
    const char *mistake = check_spelling(row);
    return mistake != NULL ? mistake : check_value(row);
}

static bool same_name(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static bool rows_collide(const struct option_row *a, const struct option_row *b)
{
    bool letters = a->letter != 0 && a->letter == b->letter;
    bool names = same_name(a->name, b->name) || same_name(a->name, b->synonym);
    bool synonyms = same_name(a->synonym, b->name) || same_name(a->synonym, b->synonym);

    return letters || names || synonyms;
}

static bool row_collides(const struct option_table *table, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (rows_collide(&table->rows[i], &table->rows[j])) {
            return true;
        }
    }
    return same_name(table->rows[i].name, table->rows[i].synonym);
}

/* Each mode that an option means something in is the tool's first one, or chosen by an option. */
static bool has_stray_mode(const struct option_table *table)
{
    unsigned chosen = table->mode, used = 0;
    for (size_t i = 0; i < table->row_count; i++) {
        chosen |= table->rows[i].mode;
        used |= table->rows[i].modes;
    }
    return (used & ~chosen) != 0;
}

static const char *check_table(const struct option_table *table)
{
    bool has_help = false;
    bool has_version = false;

    if (table->row_count > OPTIONS_ROWS_MAX) {
        return "has too many rows";
    }
    if (table->tool == NULL || table->purpose == NULL || table->version == NULL) {
        return "lacks tool, purpose or version";
    }
    if (table->operands == NULL && table->operands_least > 0) {
        return "needs operands without a name";
    }
    if (has_stray_mode(table)) {
        return "has options of a mode that nothing chooses";
    }
    for (size_t i = 0; i < table->row_count; i++) {
        has_help = has_help || table->rows[i].kind == OPTION_KIND_HELP;
        has_version = has_version || table->rows[i].kind == OPTION_KIND_VERSION;
    }
    return has_help && has_version ? NULL : "lacks --help or --version";
}

/* Rows are wrapped; the purpose and the examples stand on one line each. */
static const char *check_widths(const struct option_table *table)
{
    if (strlen(table->purpose) > OPTIONS_HELP_WIDTH) {
        return "has a purpose too wide for a terminal";
    }
    for (size_t i = 0; i < table->example_count; i++) {
        size_t command = strlen(table->examples[i].command);
        size_t column = command > OPTIONS_EXAMPLE_COLUMN ? command : OPTIONS_EXAMPLE_COLUMN;
        if (2 + column + 2 + strlen(table->examples[i].meaning) > OPTIONS_HELP_WIDTH) {
            return "has an example too wide for a terminal";
        }
    }
    return NULL;
}

static const char *describe_row(const struct option_row *row, size_t i, const char *mistake)
{
    static char text[256];
    const char *title = row->name != NULL ? row->name : row->help;

    snprintf(text, sizeof(text), "row %zu (%c, %s) %s", i, row->letter == 0 ? ' ' : row->letter,
             title == NULL ? "" : title, mistake);
    return text;
}

const char *options_check(const struct option_table *table)
{
    const char *mistake = check_table(table);

    if (mistake == NULL) {
        mistake = check_widths(table);
    }
    if (mistake != NULL) {
        return mistake;
    }
    for (size_t i = 0; i < table->row_count; i++) {
        mistake = check_row(&table->rows[i]);
        if (mistake == NULL && row_collides(table, i)) {
            mistake = "has a spelling that another row has";
        }
        if (mistake != NULL) {
            return describe_row(&table->rows[i], i, mistake);
        }
    }
    return NULL;
}
