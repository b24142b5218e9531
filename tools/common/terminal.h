/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the terminal behind a descriptor can show.
 */
#ifndef TOOLS_COMMON_TERMINAL_H
#define TOOLS_COMMON_TERMINAL_H

#include <stdbool.h>

/* Columns of the terminal; 0 where the descriptor is none, which means without limit. 80 where it does not
 * say.
 */
unsigned terminal_width(int fd);

/* Whether the locale of the environment is one of UTF-8 (LC_ALL before LC_CTYPE before LANG). */
bool terminal_takes_utf8(void);

#endif
