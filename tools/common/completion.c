/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bash completion made from an option table.
 */
#include "completion.h"

static void write_opening(const struct option_table *table, struct out *out)
{
    out_printf(out,
               "# bash completion for %s\n"
               "\n"
               "_%s()\n"
               "{\n"
               "    local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} joined=\n"
               "    COMPREPLY=()\n"
               "    # readline splits --name=value into three words\n"
               "    if [[ $current == '=' ]]; then\n"
               "        current= joined=1\n"
               "    elif [[ $option == '=' && COMP_CWORD -gt 1 ]]; then\n"
               "        option=${COMP_WORDS[COMP_CWORD - 2]} joined=1\n"
               "    fi\n"
               "    case $option in\n",
               table->tool, table->tool);
}

static void write_pattern(const struct option_row *row, struct out *out)
{
    const char *between = "";

    out_string(out, "    ");
    if (row->letter != 0) {
        out_printf(out, "'-%c'", row->letter);
        between = " | ";
    }
    if (row->name != NULL) {
        out_printf(out, "%s--%s", between, row->name);
        between = " | ";
    }
    if (row->synonym != NULL) {
        out_printf(out, "%s--%s", between, row->synonym);
    }
    out_string(out, ")\n");
}

static void write_words(const char *const *words, const char *indent, struct out *out)
{
    out_printf(out, "%smapfile -t COMPREPLY < <(compgen -W '", indent);
    for (size_t i = 0; words[i] != NULL; i++) {
        out_printf(out, "%s%s", i == 0 ? "" : " ", words[i]);
    }
    out_string(out, "' -- \"$current\")\n");
}

/* The command that finds candidates of a kind; for nothing, bash's command that does nothing. */
static void write_finder(enum option_completion completes, const char *indent, struct out *out)
{
    switch (completes) {
    case OPTION_COMPLETES_FILES:
    case OPTION_COMPLETES_DIRECTORIES:
        out_printf(out,
                   "%scompopt -o filenames 2>/dev/null\n"
                   "%smapfile -t COMPREPLY < <(compgen -%c -- \"$current\")\n",
                   indent, indent, completes == OPTION_COMPLETES_FILES ? 'f' : 'd');
        return;
    case OPTION_COMPLETES_INTERFACES:
        out_printf(out,
                   "%smapfile -t COMPREPLY < <(compgen -W \"$(cd /sys/class/net 2>/dev/null && echo *)\""
                   " -- \"$current\")\n",
                   indent);
        return;
    case OPTION_COMPLETES_NOTHING:
        break;
    }
    out_printf(out, "%s:\n", indent);
}

static void write_candidates(const struct option_row *row, const char *indent, struct out *out)
{
    static const char *const help_topics[] = {"all", NULL};

    if (row->choices != NULL) {
        write_words(row->choices, indent, out);
    } else if (row->kind == OPTION_KIND_HELP) {
        write_words(help_topics, indent, out);
    } else {
        write_finder(row->completes, indent, out);
    }
}

/* A value that may be missing belongs to its option only behind '='; what stands apart is another word. */
static void write_value_case(const struct option_row *row, struct out *out)
{
    write_pattern(row, out);
    if (row->when_missing != NULL) {
        out_string(out, "        if [[ $joined ]]; then\n");
        write_candidates(row, "            ", out);
        out_string(out, "            return\n        fi\n        ;;\n");
    } else {
        write_candidates(row, "        ", out);
        out_string(out, "        return\n        ;;\n");
    }
}

static void write_spellings(const struct option_table *table, struct out *out)
{
    const char *between = "";

    for (size_t i = 0; i < table->row_count; i++) {
        const struct option_row *row = &table->rows[i];
        if (row->letter != 0 && row->letter != '\'' && row->letter != '\\') {
            out_printf(out, "%s-%c", between, row->letter);
            between = " ";
        }
        if (row->name != NULL) {
            out_printf(out, "%s--%s", between, row->name);
            between = " ";
        }
    }
}

static void write_closing(const struct option_table *table, struct out *out)
{
    out_string(out, "    esac\n"
                    "    if [[ $current == -* ]]; then\n"
                    "        mapfile -t COMPREPLY < <(compgen -W '");
    write_spellings(table, out);
    out_string(out, "' -- \"$current\")\n"
                    "        return\n"
                    "    fi\n");
    write_finder(table->operands_complete, "    ", out);
    out_printf(out, "}\ncomplete -F _%s %s\n", table->tool, table->tool);
}

void completion_write_bash(const struct option_table *table, struct out *out)
{
    write_opening(table, out);
    for (size_t i = 0; i < table->row_count; i++) {
        if (table->rows[i].argument != NULL) {
            write_value_case(&table->rows[i], out);
        }
    }
    write_closing(table, out);
}
