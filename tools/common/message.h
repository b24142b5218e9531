/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a tool says to people: one line at a time on standard error, written in one piece, and never able to
 * drive the terminal, whatever a hostile file name, host name or packet put into it.
 *
 * The state (program name, quiet) belongs to the process. Nothing here can fail: where standard error cannot
 * be written there is nobody left to tell.
 */
#ifndef TOOLS_COMMON_MESSAGE_H
#define TOOLS_COMMON_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest text of one message in bytes before escaping; longer ones are cut and end in "...". */
#define MESSAGE_TEXT_MAX 2048

/* Take the last part of `argv0` as the name before each line. Kept, not copied. NULL or empty: "pkt". */
void message_set_program(const char *argv0);

/* The name that stands before each line; lives as long as the argv0 given. */
const char *message_program(void);

/* --quiet: notices are no longer printed. Errors and warnings always are: a loss is never kept silent. */
void message_set_quiet(bool quiet);

/* Print "program: text". For what ends the work or makes the exit status non-zero. */
void message_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print "program: warning: text". For what the user must know and the tool survives. */
void message_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print "program: text" unless quiet. For what was chosen and why, and for closing counters. */
void message_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print the text alone, indented by two spaces: the line to paste below an error. */
void message_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Copy text that came from elsewhere so that it is safe to print in one line.
 *
 * Control characters (C0, DEL, C1), bytes that are not UTF-8 and characters that turn or hide text
 * (bidirectional controls, line separators, byte order mark) become \n, \r, \t or \xNN; everything else
 * stays, the backslash too.
 *
 * @param to    at least `size` bytes; always ends in NUL if size > 0
 * @param size  bytes at `to`; 4 * len + 1 always suffices
 * @param from  `len` bytes, may hold NUL
 * @return bytes written without the NUL; the text is cut before the first character that does not fit
 */
size_t message_escape(char *to, size_t size, const char *from, size_t len);

/* `one` where n is 1, else `many`; the string returned is the one given. */
const char *message_plural(uint64_t n, const char *one, const char *many);

#endif
