/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --prometheus: what a run has come to, for the node exporter's textfile collector.
 */
#ifndef TOOLS_PING_METRICS_H
#define TOOLS_PING_METRICS_H

#include "common/prometheus.h"
#include "ping.h"

enum { METRICS_TARGETS_MAX = 256 }; /* targets with series of their own: each has more than 40 */

/* Holds an output's buffer: make it static. */
struct metrics {
    struct prometheus_file file;
    char folder[4096];                                     /* that must stay writable in the sandbox */
    uint32_t listed[METRICS_TARGETS_MAX];                  /* targets, by their place */
    struct pkt_rtt_summary summaries[METRICS_TARGETS_MAX]; /* of these */
    uint32_t listed_count;
    bool failed; /* said already */
};

/*
 * Makes sure that the file can be written, and leaves it as it is.
 *
 * False: it is said on standard error.
 */
bool metrics_open(struct metrics *metrics, const char *path);

/*
 * Puts a new version in the place of the file: figures since the run began.
 *
 * False: it is said on standard error, once; the old version stays, and further calls do nothing.
 */
bool metrics_write(struct metrics *metrics, const struct ping *ping);

void metrics_close(struct metrics *metrics);

#endif
