/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file of metrics in Prometheus' text exposition format 0.0.4, as the node exporter's textfile collector
 * reads them. Readers see the old file or the new one, never a part: it is written beside, synced and
 * renamed.
 *
 *     prometheus_open(&file, path)                     before privileges and the file system are given up
 *     prometheus_begin(&file);
 *     prometheus_family(&file, "pkt_ping_sent_total", PROMETHEUS_COUNTER, "Echo requests sent.");
 *     prometheus_u64(&file, labels, 1, sent);
 *     status = tool_status_worse(status, prometheus_commit(&file));
 *     ...                                              as often as wanted
 *     prometheus_close(&file);
 *
 * Every sample of a family follows its prometheus_family() before the next one, and a name has one family.
 */
#ifndef TOOLS_COMMON_PROMETHEUS_H
#define TOOLS_COMMON_PROMETHEUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output.h"

enum {
    PROMETHEUS_LABEL_MAX = 1024, /* bytes of a label's value; the rest is cut off */
};

enum prometheus_type {
    PROMETHEUS_COUNTER, /* only grows; its name ends in _total */
    PROMETHEUS_GAUGE,
    PROMETHEUS_HISTOGRAM,
};

/* A label's value may be any bytes: what is no UTF-8 becomes \xNN. */
struct prometheus_label {
    const char *name; /* [a-zA-Z_][a-zA-Z0-9_]*, not starting with __ */
    const char *value;
};

/* Durations up to and with each bound. */
struct prometheus_histogram {
    const int64_t *upper_ns; /* rising */
    const uint64_t *count;   /* up to and with that bound, those of the bounds before it included */
    unsigned bound_count;
    uint64_t total; /* of all, also above the last bound */
    int64_t sum_ns;
};

/* For the functions below. Holds an output's buffer: make it static, and do not move it while open. */
struct prometheus_file {
    const char *path;
    int folder;         /* O_PATH; -1: not open */
    char name[256];     /* in the folder */
    char temporary[32]; /* likewise */
    bool begun;
    bool failed; /* this time, and said */
    const char *family;
    struct out out;
};

/*
 * Open the folder and learn the file's name. Symbolic links are followed, so that what is replaced later is
 * the file behind them; something else than a regular file, such as a FIFO, a device or a folder, is refused:
 * it cannot be replaced.
 * @param path  must outlive the file
 * @return false where it cannot be (said in one line); closing is allowed then, and nothing else
 */
bool prometheus_open(struct prometheus_file *file, const char *path);

/* The folder that must stay writable in a sandbox, into `to`: what stands before the name of the path, with
 * links followed. For pkt_sandbox_options.writable. False where it does not fit. */
bool prometheus_folder(const struct prometheus_file *file, char *to, size_t size);

/* Begin a new version (mode 0644 less umask). A failure is said once, and prometheus_commit() returns it. */
void prometheus_begin(struct prometheus_file *file);

/* Begin a family. `name` ([a-zA-Z_:][a-zA-Z0-9_:]*) must live until the next. A bad name aborts: it is a
 * mistake in the program. */
void prometheus_family(struct prometheus_file *file, const char *name, enum prometheus_type type,
                       const char *help);

/* Samples of counters and gauges. */
void prometheus_u64(struct prometheus_file *file, const struct prometheus_label *labels, unsigned label_count,
                    uint64_t value);

/* value / 10^decimals; at most 18 decimals */
void prometheus_fixed(struct prometheus_file *file, const struct prometheus_label *labels,
                      unsigned label_count, int64_t value, unsigned decimals);

/* Nanoseconds, written in seconds. */
void prometheus_seconds(struct prometheus_file *file, const struct prometheus_label *labels,
                        unsigned label_count, int64_t duration_ns);

/* Not known: NaN. */
void prometheus_unknown(struct prometheus_file *file, const struct prometheus_label *labels,
                        unsigned label_count);

/* The samples of a histogram in seconds: _bucket, also that of +Inf, _sum and _count. No label may be `le`.
 */
void prometheus_histogram(struct prometheus_file *file, const struct prometheus_label *labels,
                          unsigned label_count, const struct prometheus_histogram *histogram);

/*
 * Sync, and put the new version in the place of the old. After a failure the old one stays, what was written
 * is removed, and one line says why.
 * @return TOOL_OK or TOOL_ERROR
 */
enum tool_status prometheus_commit(struct prometheus_file *file);

/* Remove a version that was begun: the old one stays. Nothing where none was. */
void prometheus_discard(struct prometheus_file *file);

/* Close; a version begun and not committed is removed. The file stays. */
void prometheus_close(struct prometheus_file *file);

#endif
