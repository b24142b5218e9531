/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Modes of a tool: options that choose one, and options that mean something in some of them alone.
 */
#include "message.h"
#include "options.h"

#include <stdio.h>
#include <string.h>

enum { SPELLING_MAX = 64, WORDS_MAX = 512 };

static const char *spelling_of(const struct option_row *row, char *to)
{
    if (row->name != NULL)
        (void)snprintf(to, SPELLING_MAX, "--%s", row->name);
    else
        (void)snprintf(to, SPELLING_MAX, "-%c", row->letter);
    return to;
}

/* "--arp, --nd or --lan": the options that choose one of these modes. */
static const char *choosers(const struct option_table *table, unsigned modes, char *to)
{
    size_t len = 0;
    char spelling[SPELLING_MAX];
    unsigned left = 0;
    for (size_t i = 0; i < table->row_count; i++)
        left += (table->rows[i].mode & modes) != 0;
    to[0] = '\0';
    for (size_t i = 0; i < table->row_count && len < WORDS_MAX; i++) {
        if ((table->rows[i].mode & modes) == 0)
            continue;
        const char *behind = --left > 1 ? ", " : left == 1 ? " or " : "";
        len += (size_t)snprintf(to + len, WORDS_MAX - len, "%s%s", spelling_of(&table->rows[i], spelling),
                                behind);
    }
    return to;
}

/* The row that chose the mode; NULL: none did. False, and said: two did. */
static bool find_mode(const struct option_table *table, const unsigned *times,
                      const struct option_row **ret_chooser)
{
    char one[SPELLING_MAX], other[SPELLING_MAX];
    *ret_chooser = NULL;
    for (size_t i = 0; i < table->row_count; i++) {
        const struct option_row *row = &table->rows[i];
        if (row->mode == 0 || times[i] == 0)
            continue;
        if (*ret_chooser != NULL && (*ret_chooser)->mode != row->mode) {
            message_error("%s and %s exclude each other: give one", spelling_of(*ret_chooser, one),
                          spelling_of(row, other));
            return false;
        }
        *ret_chooser = row;
    }
    return true;
}

bool option_modes_fit(const struct option_table *table, const unsigned *times)
{
    const struct option_row *chooser;
    char spelling[SPELLING_MAX], mode_spelling[SPELLING_MAX], words[WORDS_MAX];
    if (!find_mode(table, times, &chooser))
        return false;
    unsigned mode = chooser == NULL ? table->mode : chooser->mode;
    for (size_t i = 0; i < table->row_count; i++) {
        const struct option_row *row = &table->rows[i];
        if (times[i] == 0 || row->modes == 0 || (row->modes & mode) != 0)
            continue;
        if (chooser == NULL)
            message_error("option %s means something with %s alone: leave it out", spelling_of(row, spelling),
                          choosers(table, row->modes, words));
        else
            message_error("option %s means nothing with %s: leave it out", spelling_of(row, spelling),
                          spelling_of(chooser, mode_spelling));
        return false;
    }
    return true;
}
