/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run comes to, in the lines of ping(8) for one target, in a table for several.
 */
#ifndef TOOLS_PING_SUMMARY_H
#define TOOLS_PING_SUMMARY_H

#include "ping.h"

/* The line before the first echo to several targets. */
void summary_write_header(struct ping *ping);

/* The closing lines of ping(8). */
void summary_write_single(struct ping *ping);

/* --histogram: the round-trip times of all targets. */
void summary_draw_histogram(struct ping *ping);

/* Who answered echoes to groups. */
void summary_write_responders(struct ping *ping);

/* Totals, and a line for each target: those that answered first. */
void summary_write_table(struct ping *ping);

/* SIGQUIT: one line on standard error. */
void summary_say_status(struct ping *ping);

/* Counts of all targets together; the pool is for their times. */
void summary_add_up(const struct ping *ping, struct pkt_rtt_pool *pool, struct pkt_rtt_stats *ret_stats);

/*
 * The same, and what they come to. How times spread is told of a single target alone: times of different ways
 * have no deviation, jitter or quantiles in common that mean anything.
 */
void summary_read_all(const struct ping *ping, struct pkt_rtt_stats *ret_stats,
                      struct pkt_rtt_summary *ret_summary);

/* Whether addresses alone are wanted (--alive, --unreachable). */
bool summary_is_bare(const struct ping *ping);

/* How long it is since the first of the echoes was sent that are now lost in a row; 0: there are none. */
int64_t summary_open_outage(const struct ping *ping, const struct pkt_rtt_summary *summary);

/* Targets that answered. */
uint32_t summary_alive(const struct ping *ping);

/*
 * As summary_read_all of the windows of --report-every; of a single target with the spread of its times. Sent
 * are those that were decided in it, and in the last one those as well that still wait.
 */
void summary_read_window(const struct ping *ping, struct pkt_rtt_stats *ret_stats,
                         struct pkt_rtt_summary *ret_summary);

/* Whether nothing happened in the window of now. */
bool summary_window_is_empty(const struct ping *ping);

/* Of what was decided in a window, what was lost, in percent. */
double summary_window_loss(const struct pkt_rtt_stats *stats);

/* A line on what the window of now came to. */
void summary_write_window(struct ping *ping);

/* Lost echoes in percent. */
double summary_loss(const struct pkt_rtt_stats *stats);

/* "kernel", "user", "card" */
const char *summary_clock_name(int clock);

#endif
