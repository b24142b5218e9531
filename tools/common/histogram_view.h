/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Draws how durations are distributed: one row a range, with a bar, a count and a share.
 */
#ifndef TOOLS_COMMON_HISTOGRAM_VIEW_H
#define TOOLS_COMMON_HISTOGRAM_VIEW_H

#include <stdbool.h>

#include "output.h"
#include "pkt/histogram.h"

enum {
    HISTOGRAM_VIEW_ROWS_MAX = 20,
    HISTOGRAM_VIEW_WIDTH = 79, /* where there is no terminal */
};

/*
 * The next bucket upwards, as pkt_histogram_next() gives them.
 * @param index  0 at the first call of a walk, of which there are several; the walk keeps its place in it
 * @return false after the last
 */
typedef bool histogram_view_next(const void *context, unsigned *index,
                                 struct pkt_histogram_bucket *ret_bucket);

struct histogram_view {
    histogram_view_next *next;
    const void *context;
    unsigned width; /* characters of a line, 0: HISTOGRAM_VIEW_WIDTH; as terminal_width() says */
    bool utf8;      /* bars of blocks instead of # */
};

/*
 * Write the rows, from the range of the first bucket with a count to that of the last, the empty ones between
 * them too. Nothing where no bucket has a count.
 *
 * Ranges are equal where the longest is at most five times the shortest; else they grow by tenths of a
 * decade, by 1-2-5 or by decades, the finest that makes at most HISTOGRAM_VIEW_ROWS_MAX rows. A bucket counts
 * in the range that its middle lies in. A count never rounds to an empty bar.
 */
void histogram_view_write(const struct histogram_view *view, struct out *out);

#endif
