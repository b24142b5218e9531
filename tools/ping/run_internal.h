/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of a run: its beginning and end (run.c), targets (run_targets.c), event loop (run_loop.c), and
 * when it is said why nobody answers (run_why.c).
 */
#ifndef TOOLS_PING_RUN_INTERNAL_H
#define TOOLS_PING_RUN_INTERNAL_H

#include "run.h"

/* Sets run->error; returns code. */
int run_fail_with(struct run *run, int code, int system_errno, const char *sentence);

/* Gives back what is kept of names; no answer comes any more. */
void run_forget_names(struct run *run);

/* Watches sockets and times. False: no memory. */
bool run_watch(struct run *run);

/* --report-every: reports what happened since the last window. */
void run_end_window(struct run *run);

/* --prometheus. False: it is said why not. */
bool run_write_metrics(struct run *run);

/* As ping.silent and ping.recovered. */
void run_silent(struct ping *ping, struct ping_target *target);
void run_recovered(struct ping *ping, struct ping_target *target);

/* In the end: of those who never answered. */
void run_explain_all(struct run *run);

/* Of a source address that no socket can have, if that is the failure. */
void run_explain_socket(struct run *run);

#endif
