/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong, and which names would be right: the nearest ones first.
 */
#include "language.h"

#include <stdarg.h>
#include <stdio.h>

enum { NAME_MAX_LEN = 48 };

bool text_is(const char *text, size_t len, const char *word)
{
    return strlen(word) == len && strncmp(text, word, len) == 0;
}

void error_tell(struct send_error *reterr, uint32_t off, uint32_t len, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    reterr->column = (size_t)off + 1;
    reterr->length = len;
    (void)vsnprintf(reterr->sentence, sizeof reterr->sentence, format, arguments);
    va_end(arguments);
}

void names_add(struct names *names, const char *name, size_t len)
{
    size_t room = sizeof names->name / sizeof *names->name;
    for (unsigned i = 0; i < names->count; i++)
        if (names->len[i] == len && strncmp(names->name[i], name, len) == 0)
            return;
    if (names->count == room || len > NAME_MAX_LEN)
        return;
    names->name[names->count] = name;
    names->len[names->count++] = (uint8_t)len;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* How many letters must be put, taken away or changed to make one name of the other (Levenshtein). */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    unsigned row[NAME_MAX_LEN + 1];
    if (a_len > NAME_MAX_LEN || b_len > NAME_MAX_LEN)
        return NAME_MAX_LEN;
    for (size_t j = 0; j <= b_len; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= a_len; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned above = row[j];
            row[j] = least(least(row[j - 1], above) + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[b_len];
}

/* Sorts by distance; equal ones keep their order. */
static void sort(struct names *names)
{
    unsigned far[sizeof names->name / sizeof *names->name];
    for (unsigned i = 0; i < names->count; i++) {
        const char *name = names->name[i];
        uint8_t len = names->len[i];
        unsigned away = distance(names->typed, names->typed_len, name, len), at = i;
        /* What is nowhere near stays in the order of its table. */
        away = away * 2 > len + 1U ? NAME_MAX_LEN : away;
        for (; at > 0 && far[at - 1] > away; at--) {
            far[at] = far[at - 1];
            names->name[at] = names->name[at - 1];
            names->len[at] = names->len[at - 1];
        }
        far[at] = away;
        names->name[at] = name;
        names->len[at] = len;
    }
}

void names_tell(struct names *names, struct send_error *reterr, const char *format, ...)
{
    size_t size = sizeof reterr->sentence;
    va_list arguments;
    va_start(arguments, format);
    int used = vsnprintf(reterr->sentence, size, format, arguments);
    va_end(arguments);
    sort(names);
    for (unsigned i = 0; i < names->count && used > 0 && (size_t)used < size - NAME_MAX_LEN - 8; i++) {
        bool is_full = (size_t)used + 2U * NAME_MAX_LEN > size && i + 1 < names->count;
        used +=
            snprintf(reterr->sentence + used, size - (size_t)used, "%s%.*s", i == 0 ? "; allowed: " : ", ",
                     is_full ? 3 : (int)names->len[i], is_full ? "..." : names->name[i]);
        if (is_full)
            return;
    }
}
