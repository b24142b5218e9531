/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line on standard error that shows that work goes on, where standard error is a terminal.
 */
#ifndef TOOLS_COMMON_PROGRESS_H
#define TOOLS_COMMON_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PROGRESS_PERIOD_MS = 200, /* between two updates that are shown */
};

/* Zero shows nothing. */
struct progress {
    bool enabled;
    bool shown;      /* a line stands on the terminal */
    int64_t next_ns; /* nothing is shown before */
};

/*
 * Show from now on, if standard error is a terminal that can erase a line (TERM neither empty nor "dumb").
 * @param now_ns  monotonic time; the first line comes PROGRESS_PERIOD_MS later, so that short work has none
 */
void progress_begin(struct progress *progress, int64_t now_ns);

/* True where progress_show() would show: ask it first where the text is costly. */
bool progress_is_due(const struct progress *progress, int64_t now_ns);

/* Put the line in place of the one before, cut to the terminal's width. Nothing before its time. */
void progress_show(struct progress *progress, int64_t now_ns, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Take the line away: before anything else is written to the terminal, and at the end. */
void progress_clear(struct progress *progress);

#endif
