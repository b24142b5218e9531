/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --fail-if and --until: what a run has come to, against the user's limits.
 */
#ifndef TOOLS_PING_VERDICT_H
#define TOOLS_PING_VERDICT_H

#include "common/limits.h"
#include "ping.h"

/* The names that expressions may use. */
extern const struct limit_name verdict_names[];

/* Whether the expression holds now for all targets together; describes it where it does. */
bool verdict_holds(const struct ping *ping, const struct limits *limits, struct limits_result *ret_result);

/* Whether only counts are asked for: verdict_holds_by_counts can tell. */
bool verdict_is_of_counts(const struct limits *limits);

/* As verdict_holds, from the counts that are kept as things happen: in the same time for any number of
 * targets. */
bool verdict_holds_by_counts(const struct ping *ping, const struct limits *limits,
                             struct limits_result *ret_result);

#endif
