/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request of the user to stop: SIGINT, SIGTERM or SIGHUP.
 */
#ifndef TOOLS_COMMON_STOP_H
#define TOOLS_COMMON_STOP_H

#include <stdbool.h>

/*
 * Turns SIGINT, SIGTERM and SIGHUP into a request that stop_is_requested() tells of. A second one ends the
 * process at once: output or a long computation may keep it from seeing the first.
 */
void stop_catch_signals(void);

/* Whether the user asked to stop. */
bool stop_is_requested(void);

#endif
