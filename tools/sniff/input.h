/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening what -r names, and waiting for it.
 */
#ifndef TOOLS_SNIFF_INPUT_H
#define TOOLS_SNIFF_INPUT_H

#include "sniff.h"

/*
 * Opens a capture file, pipe or standard input. A pipe is read without blocking, so that the engine can show
 * what it has before it waits; its first bytes are waited for here.
 *
 * @return 0, or a negative enum pkt_error_code with *reterr_error filled
 */
int input_open(const char *path, struct pkt_source **ret_source, struct pkt_error *reterr_error);

/* Waits until the descriptor can be read or a signal asks to stop. */
void input_wait(int fd);

#endif
