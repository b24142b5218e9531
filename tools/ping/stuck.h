/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output that nobody takes: a stopped terminal, a pipe whose reader sleeps.
 *
 * The event loop takes signals when it runs, and it does not while a write waits. So that the process can be
 * ended then, a signal that came in the meantime has its usual effect.
 */
#ifndef TOOLS_PING_STUCK_H
#define TOOLS_PING_STUCK_H

#include "common/output.h"

/* For out_set_ops(). */
extern const struct out_ops stuck_ops;

#endif
