/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --help, and the list for the test of the man page.
 */
#include <stdio.h>
#include <string.h>

#include "options.h"

enum {
    HELP_TEXT_COLUMN = 26,
};

static void write_blanks(struct out *out, size_t count)
{
    for (; count > 0; count--) {
        out_char(out, ' ');
    }
}

/* Words of `text` from column `column` on, broken at the right margin and continued at `indent`. */
static void write_wrapped(struct out *out, const char *text, size_t column, size_t indent)
{
    size_t at = column;

    while (*text != '\0') {
        size_t len = strcspn(text, " ");
        if (at > indent && at + 1 + len > OPTIONS_HELP_WIDTH) {
            out_char(out, '\n');
            write_blanks(out, indent);
            at = indent;
        } else if (at > indent) {
            out_char(out, ' ');
            at++;
        }
        out_append(out, text, len);
        at += len;
        text += len + strspn(text + len, " ");
    }
    out_char(out, '\n');
}

/* "  -c, --packets N", "      --color[=WHEN]", "  -n": at most `size` bytes with the NUL. */
static size_t spell_row(const struct option_row *row, char *to, size_t size)
{
    char letter[8] = "   ";
    char value[64] = "";
    const char *joint = row->name == NULL ? "" : "=";

    if (row->letter != 0) {
        snprintf(letter, sizeof(letter), "-%c%s", row->letter, row->name == NULL ? "" : ",");
    }
    if (row->argument != NULL && row->when_missing != NULL) {
        snprintf(value, sizeof(value), "[%s%s]", joint, row->argument);
    } else if (row->argument != NULL) {
        snprintf(value, sizeof(value), " %s", row->argument);
    }
    int len = snprintf(to, size, "  %s%s%s%s", letter, row->name == NULL ? "" : " --",
                       row->name == NULL ? "" : row->name, value);
    return len < 0 ? 0 : strlen(to);
}

static void write_row(const struct option_row *row, struct out *out)
{
    char left[128];
    size_t len = spell_row(row, left, sizeof(left));

    out_append(out, left, len);
    if (len + 2 > HELP_TEXT_COLUMN) {
        out_char(out, '\n');
        len = 0;
    }
    write_blanks(out, HELP_TEXT_COLUMN - len);
    write_wrapped(out, row->help, HELP_TEXT_COLUMN, HELP_TEXT_COLUMN);
}

static bool is_shown(const struct option_row *row, bool all)
{
    return all || !row->more;
}

/* A group without a single shown row has no title either. */
static bool group_has_rows(const struct option_table *table, size_t heading, bool all)
{
    for (size_t i = heading + 1; i < table->row_count; i++) {
        if (table->rows[i].kind == OPTION_KIND_HEADING) {
            return false;
        }
        if (is_shown(&table->rows[i], all)) {
            return true;
        }
    }
    return false;
}

static void write_rows(const struct option_table *table, bool all, struct out *out)
{
    for (size_t i = 0; i < table->row_count; i++) {
        const struct option_row *row = &table->rows[i];
        if (row->kind != OPTION_KIND_HEADING) {
            if (is_shown(row, all)) {
                write_row(row, out);
            }
        } else if (group_has_rows(table, i, all)) {
            out_printf(out, "%s:\n", row->help);
        }
    }
}

static size_t count_hidden(const struct option_table *table)
{
    size_t count = 0;

    for (size_t i = 0; i < table->row_count; i++) {
        count += table->rows[i].more;
    }
    return count;
}

static void write_examples(const struct option_table *table, struct out *out)
{
    if (table->example_count == 0) {
        return;
    }
    out_string(out, "Examples:\n");
    for (size_t i = 0; i < table->example_count; i++) {
        const struct option_example *example = &table->examples[i];
        int padding = OPTIONS_EXAMPLE_COLUMN - (int)strlen(example->command);
        out_printf(out, "  %s%*s  %s\n", example->command, padding > 0 ? padding : 0, "", example->meaning);
    }
}

void options_write_help(const struct option_table *table, bool all, struct out *out)
{
    size_t hidden = all ? 0 : count_hidden(table);

    out_printf(out, "Usage: %s [OPTION]...%s%s\n", table->tool, table->operands == NULL ? "" : " ",
               table->operands == NULL ? "" : table->operands);
    write_wrapped(out, table->purpose, 0, 0);
    write_rows(table, all, out);
    write_examples(table, out);
    if (hidden > 0) {
        out_printf(out, "%zu more: %s --help=all. ", hidden, table->tool);
    }
    out_printf(out, "The manual: man %s\n", table->tool);
}

static void write_list_line(const char *dashes, const char *spelling, const struct option_row *row,
                            struct out *out)
{
    bool optional = row->when_missing != NULL;
    const char *argument = row->argument == NULL ? "-" : row->argument;

    out_printf(out, "%s%s\t%s%s%s\n", dashes, spelling, optional ? "[" : "", argument, optional ? "]" : "");
}

static void list_row(const struct option_row *row, struct out *out)
{
    char letter[2] = {row->letter, '\0'};

    if (row->letter != 0) {
        write_list_line("-", letter, row, out);
    }
    if (row->name != NULL) {
        write_list_line("--", row->name, row, out);
    }
    if (row->synonym != NULL) {
        write_list_line("--", row->synonym, row, out);
    }
}

void options_write_list(const struct option_table *table, struct out *out)
{
    for (size_t i = 0; i < table->row_count; i++) {
        list_row(&table->rows[i], out);
    }
}
