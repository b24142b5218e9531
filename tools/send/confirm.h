/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A question to the user, on the terminal.
 */
#ifndef TOOLS_SEND_CONFIRM_H
#define TOOLS_SEND_CONFIRM_H

#include <stdbool.h>
#include <stddef.h>

enum confirm_answer {
    CONFIRM_YES,
    CONFIRM_NO,
    CONFIRM_NOBODY, /* no terminal to ask on */
};

/* Prints "pktsend: QUESTION [y/N] " on the terminal and reads a line. Anything but y or yes is a no. */
enum confirm_answer confirm(const char *question);

#endif
