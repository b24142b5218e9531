/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bars of a histogram: first the ranges that suit, then the counts in them, then the rows.
 */
#include "histogram_view.h"

#include "duration_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    LINEAR_AT_MOST = 5, /* times the shortest, for the longest */
    GRID_BEGINS_NS = 10,
    BAR_LEAST = 10,
    EIGHTHS = 8,
};

/* Bounds within a decade, in tenths of its first. */
struct grid {
    unsigned count;
    uint8_t tenths[10];
};

static const struct grid grids[] = {
    {10, {10, 12, 15, 20, 25, 30, 40, 50, 60, 80}},
    {3,  {10, 20, 50}                            },
    {1,  {10}                                    },
};

enum { GRID_COUNT = sizeof grids / sizeof *grids };

struct rows {
    unsigned count;
    int64_t bound[HISTOGRAM_VIEW_ROWS_MAX + 1];
    uint64_t in[HISTOGRAM_VIEW_ROWS_MAX];
    uint64_t total;
    uint64_t most;
};

static int64_t middle(const struct pkt_histogram_bucket *bucket)
{
    if (bucket->upper_ns == INT64_MAX || bucket->upper_ns < bucket->lower_ns)
        return bucket->lower_ns < 0 ? 0 : bucket->lower_ns;
    int64_t ns = bucket->lower_ns + (bucket->upper_ns - bucket->lower_ns) / 2;
    return ns < 0 ? 0 : ns;
}

static bool find_ends(const struct histogram_view *view, int64_t *ret_low, int64_t *ret_high)
{
    struct pkt_histogram_bucket bucket;
    unsigned index = 0;
    bool is_first = true;
    while (view->next(view->context, &index, &bucket)) {
        if (bucket.count == 0)
            continue;
        if (is_first)
            *ret_low = middle(&bucket);
        *ret_high = middle(&bucket);
        is_first = false;
    }
    return !is_first;
}

/* --- ranges --- */

static int64_t saturate(int64_t value, int64_t factor)
{
    int64_t product;
    return __builtin_mul_overflow(value, factor, &product) ? INT64_MAX : product;
}

/* The least step of 1, 2 or 5 times a power of ten that makes few enough rows. */
static void make_equal_ranges(int64_t low, int64_t high, struct rows *rows)
{
    static const int64_t factors[] = {1, 2, 5};
    int64_t power = 1, step = 1;
    for (unsigned i = 0; high / step - low / step >= HISTOGRAM_VIEW_ROWS_MAX; i++) {
        power = saturate(power, i % 3 == 0 && i > 0 ? 10 : 1);
        step = saturate(power, factors[i % 3]);
    }
    rows->count = (unsigned)(high / step - low / step) + 1;
    for (unsigned i = 0; i <= rows->count; i++)
        rows->bound[i] = low / step > INT64_MAX - i ? INT64_MAX : saturate(low / step + i, step);
}

/* 0, then GRID_BEGINS_NS and upwards. */
static int64_t grid_bound(const struct grid *grid, unsigned i)
{
    if (i == 0)
        return 0;
    int64_t bound = grid->tenths[(i - 1) % grid->count];
    for (unsigned decade = (i - 1) / grid->count; decade > 0; decade--)
        bound = saturate(bound, 10);
    return bound;
}

static unsigned grid_index(const struct grid *grid, int64_t ns)
{
    unsigned i = 0;
    for (int64_t next = grid_bound(grid, 1); next <= ns && next != INT64_MAX; next = grid_bound(grid, i + 1))
        i++;
    return i;
}

static bool make_growing_ranges(const struct grid *grid, int64_t low, int64_t high, struct rows *rows)
{
    unsigned first = grid_index(grid, low), last = grid_index(grid, high);
    if (last - first >= HISTOGRAM_VIEW_ROWS_MAX)
        return false;
    rows->count = last - first + 1;
    for (unsigned i = 0; i <= rows->count; i++)
        rows->bound[i] = grid_bound(grid, first + i);
    return true;
}

static void make_ranges(int64_t low, int64_t high, struct rows *rows)
{
    if (high / LINEAR_AT_MOST <= low || high < GRID_BEGINS_NS) {
        make_equal_ranges(low, high, rows);
        return;
    }
    for (unsigned i = 0; i < GRID_COUNT; i++)
        if (make_growing_ranges(&grids[i], low, high, rows))
            return;
}

static void fill(const struct histogram_view *view, struct rows *rows)
{
    struct pkt_histogram_bucket bucket;
    unsigned index = 0, row = 0;
    while (view->next(view->context, &index, &bucket)) {
        int64_t ns = middle(&bucket);
        while (row + 1 < rows->count && ns >= rows->bound[row + 1])
            row++;
        rows->in[row] += bucket.count;
        rows->total += bucket.count;
        if (rows->in[row] > rows->most)
            rows->most = rows->in[row];
    }
}

/* --- rows --- */

static void put_times(struct out *out, unsigned count, const char *text)
{
    while (count-- > 0)
        out_string(out, text);
}

/* As long as its share of the longest; not empty unless the count is 0. */
static void put_bar(struct out *out, uint64_t count, uint64_t most, unsigned width, bool utf8)
{
    static const char *const blocks[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    unsigned parts = utf8 ? EIGHTHS : 1;
    unsigned len = (unsigned)((double)count / (double)most * width * parts + 0.5);
    if (len == 0 && count > 0)
        len = 1;
    put_times(out, len / parts, utf8 ? blocks[EIGHTHS] : "#");
    if (utf8)
        out_string(out, blocks[len % parts]);
    put_times(out, width - (len + parts - 1) / parts, " ");
}

static void write_share(char *to, size_t size, uint64_t count, uint64_t total)
{
    double percent = (double)count * 100 / (double)total;
    if (count > 0 && percent < 0.05)
        (void)snprintf(to, size, "<0.1 %%");
    else
        (void)snprintf(to, size, "%.1f %%", percent);
}

static unsigned longest_bound(const struct rows *rows)
{
    size_t longest = 0;
    for (unsigned i = 0; i <= rows->count; i++) {
        size_t len = strlen(duration_text_exact(rows->bound[i]).text);
        longest = len > longest ? len : longest;
    }
    return (unsigned)longest;
}

void histogram_view_write(const struct histogram_view *view, struct out *out)
{
    struct rows rows = {.count = 0};
    int64_t low = 0, high = 0;
    if (!find_ends(view, &low, &high))
        return;
    make_ranges(low, high, &rows);
    fill(view, &rows);
    int label = (int)longest_bound(&rows), digits = snprintf(NULL, 0, "%" PRIu64, rows.most);
    unsigned width = view->width == 0 ? HISTOGRAM_VIEW_WIDTH : view->width;
    unsigned rest = 2 * (unsigned)label + (unsigned)digits + (unsigned)strlen(" - ") +
                    (unsigned)strlen("  |  ") + (unsigned)strlen("  100.0 %");
    unsigned bar = width > rest + BAR_LEAST ? width - rest : BAR_LEAST;
    for (unsigned i = 0; i < rows.count; i++) {
        char share[16];
        write_share(share, sizeof share, rows.in[i], rows.total);
        out_printf(out, "%*s - %*s  |", label, duration_text_exact(rows.bound[i]).text, label,
                   duration_text_exact(rows.bound[i + 1]).text);
        put_bar(out, rows.in[i], rows.most, bar, view->utf8);
        out_printf(out, "  %*" PRIu64 "  %7s\n", digits, rows.in[i], share);
    }
}
