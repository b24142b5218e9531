/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every tool does before anything else: a sane world of descriptors and signals, and its own name.
 */
#ifndef TOOLS_COMMON_STARTUP_H
#define TOOLS_COMMON_STARTUP_H

/*
 * Prepare the process; the first call of main().
 *
 * - Takes the program's name for messages from the last part of `argv0` (kept, not copied; NULL or empty:
 * "pkt").
 * - Descriptors 0, 1 and 2 that are closed are held by /dev/null, opened so that reading 0 and writing 1
 * fail: no file or socket of ours can land where messages and results go.
 * - SIGPIPE and SIGXFSZ are ignored, so that a closed pipe and a file size limit come back from write() as
 *   errors that the output remembers. out_finish() gives SIGPIPE back its meaning.
 *
 * Ends the process with TOOL_ERROR where a standard descriptor is closed and cannot be held.
 */
void tool_start(const char *argv0);

/*
 * Undo what tool_start() did to signals; to be called in a child between fork() and exec(), because ignored
 * signals survive exec(). Async-signal-safe. Cannot fail.
 */
void tool_restore_signals(void);

#endif
