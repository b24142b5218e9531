/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables in two passes: the width of each column first, then the lines.
 */
#include "table.h"

#include "message.h"

#include <stdio.h>
#include <string.h>

enum {
    GAP = 2, /* blanks between two columns */
    VISIBLE_SIZE = 4 * TABLE_CELL_SIZE,
    TITLE_SIZE = 96,
};

static const char ellipsis[] = "...";

enum { ELLIPSIS_LEN = sizeof ellipsis - 1 };

struct layout {
    const struct table *table;
    struct out *out;
    unsigned count;
    unsigned width[TABLE_COLUMNS_MAX];
    bool left_out[TABLE_COLUMNS_MAX];
};

/* Characters, not bytes: those that follow the first of a character in UTF-8 do not count. */
static unsigned characters(const char *text)
{
    unsigned count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* Bytes of the first so many characters. */
static size_t bytes_of(const char *text, unsigned count)
{
    size_t len = 0;
    for (unsigned begun = 0; text[len] != '\0'; len++) {
        begun += ((unsigned char)text[len] & 0xc0) != 0x80;
        if (begun > count)
            break;
    }
    return len;
}

static void read_cell(const struct table *table, uint64_t row, unsigned column, char visible[VISIBLE_SIZE])
{
    char cell[TABLE_CELL_SIZE] = "";
    table->cell(table->context, row, column, cell, sizeof cell);
    (void)message_escape(visible, VISIBLE_SIZE, cell, strnlen(cell, sizeof cell - 1));
}

static void read_title(const struct table_column *column, char title[TITLE_SIZE])
{
    (void)snprintf(title, TITLE_SIZE, "%s%s%s", column->title, column->unit == NULL ? "" : " ",
                   column->unit == NULL ? "" : column->unit);
}

static void measure(struct layout *layout)
{
    char text[VISIBLE_SIZE], title[TITLE_SIZE];
    for (unsigned column = 0; column < layout->count; column++) {
        read_title(&layout->table->columns[column], title);
        layout->width[column] = characters(title);
    }
    for (uint64_t row = 0; row < layout->table->row_count; row++)
        for (unsigned column = 0; column < layout->count; column++) {
            read_cell(layout->table, row, column, text);
            unsigned width = characters(text);
            if (width > layout->width[column])
                layout->width[column] = width;
        }
}

/* --- a line too wide --- */

static unsigned excess(const struct layout *layout)
{
    unsigned total = 0;
    for (unsigned column = 0; column < layout->count; column++)
        if (!layout->left_out[column])
            total += (total > 0 ? GAP : 0) + layout->width[column];
    return layout->table->width != 0 && total > layout->table->width ? total - layout->table->width : 0;
}

static void cut_columns(struct layout *layout)
{
    for (unsigned column = 0; column < layout->count; column++) {
        unsigned least = layout->table->columns[column].least, over = excess(layout);
        unsigned *width = &layout->width[column];
        if (least == 0 || *width <= least)
            continue;
        *width -= over < *width - least ? over : *width - least;
    }
}

static bool leave_out_one(struct layout *layout)
{
    unsigned chosen = layout->count, most = 0;
    for (unsigned column = 0; column < layout->count; column++)
        if (!layout->left_out[column] && layout->table->columns[column].expendable > most) {
            most = layout->table->columns[column].expendable;
            chosen = column;
        }
    if (chosen == layout->count)
        return false;
    layout->left_out[chosen] = true;
    return true;
}

static void fit(struct layout *layout)
{
    cut_columns(layout);
    while (excess(layout) > 0)
        if (!leave_out_one(layout))
            return;
}

/* --- lines --- */

static void put_blanks(struct out *out, unsigned count)
{
    while (count-- > 0)
        out_char(out, ' ');
}

static void put_cut(struct out *out, const char *text, unsigned width)
{
    if (characters(text) <= width) {
        out_string(out, text);
        return;
    }
    unsigned dots = width < ELLIPSIS_LEN ? width : ELLIPSIS_LEN;
    out_append(out, text, bytes_of(text, width - dots));
    out_append(out, ellipsis, dots);
}

/* `owed`: blanks that the columns before have left, which are only written where something follows them. */
static unsigned put_cell(struct layout *layout, unsigned column, const char *text, unsigned owed)
{
    unsigned width = layout->width[column], used = characters(text);
    unsigned room = used < width ? width - used : 0;
    bool is_text = layout->table->columns[column].is_text;
    if (used == 0)
        return owed + width + GAP;
    put_blanks(layout->out, owed + (is_text ? 0 : room));
    put_cut(layout->out, text, width);
    return (is_text ? room : 0) + GAP;
}

static void put_titles(struct layout *layout)
{
    unsigned owed = 0;
    for (unsigned column = 0; column < layout->count; column++) {
        char title[TITLE_SIZE];
        if (layout->left_out[column])
            continue;
        read_title(&layout->table->columns[column], title);
        owed = put_cell(layout, column, title, owed);
    }
    out_char(layout->out, '\n');
}

static void put_row(struct layout *layout, uint64_t row)
{
    unsigned owed = 0;
    for (unsigned column = 0; column < layout->count; column++) {
        char text[VISIBLE_SIZE];
        if (layout->left_out[column])
            continue;
        read_cell(layout->table, row, column, text);
        owed = put_cell(layout, column, text, owed);
    }
    out_char(layout->out, '\n');
}

static void put_left_out(struct layout *layout)
{
    const char *before = "(the terminal is too narrow for: ";
    for (unsigned column = 0; column < layout->count; column++)
        if (layout->left_out[column]) {
            out_printf(layout->out, "%s%s", before, layout->table->columns[column].title);
            before = ", ";
        }
    if (before[0] == ',')
        out_string(layout->out, ")\n");
}

void table_write(const struct table *table, struct out *out)
{
    struct layout layout = {.table = table, .out = out, .count = table->column_count};
    if (layout.count > TABLE_COLUMNS_MAX)
        layout.count = TABLE_COLUMNS_MAX;
    measure(&layout);
    fit(&layout);
    put_titles(&layout);
    for (uint64_t row = 0; row < table->row_count; row++)
        put_row(&layout, row);
    put_left_out(&layout);
}
