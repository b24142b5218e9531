/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table of text. The caller's function is asked for each cell twice: once for the width of the columns,
 * once to write, so that a table of any length needs no memory.
 *
 * What cells hold cannot drive the terminal (message_escape()).
 */
#ifndef TOOLS_COMMON_TABLE_H
#define TOOLS_COMMON_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output.h"

enum {
    TABLE_COLUMNS_MAX = 32,
    TABLE_CELL_SIZE = 256, /* bytes of a cell with its NUL; longer ones are cut */
};

struct table_column {
    const char *title;
    const char *unit;    /* follows the title, NULL: none */
    bool is_text;        /* left-aligned; numbers are right-aligned */
    unsigned least;      /* characters that it may be cut to, 0: it is never cut */
    unsigned expendable; /* where the terminal is too narrow: the highest go first, whole; 0 stays */
};

/*
 * Give a cell as text: printed into `to`, NUL-terminated, at most `size` bytes. Must give the same both
 * times.
 */
typedef void table_cell(void *context, uint64_t row, unsigned column, char *to, size_t size);

struct table {
    const struct table_column *columns;
    unsigned column_count; /* at most TABLE_COLUMNS_MAX; the rest is not shown */
    uint64_t row_count;
    table_cell *cell;
    void *context;
    unsigned width; /* characters of a line, 0: no limit; as terminal_width() says */
};

/*
 * Write titles and rows. Two blanks stand between columns, none at the end of a line.
 *
 * Where the width does not suffice, columns are cut to their `.least` (what is cut ends in "..."), then
 * expendable ones are left out, and a last line says which. What still does not fit is written all the same.
 */
void table_write(const struct table *table, struct out *out);

#endif
