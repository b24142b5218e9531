/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bash completion made from an option table.
 */
#ifndef TOOLS_COMMON_COMPLETION_H
#define TOOLS_COMMON_COMPLETION_H

#include "options.h"

/*
 * Write a bash script that completes the tool's options, the words of choices, files, directories and
 * interfaces. It needs neither the bash-completion package nor the tool itself. Failures stay with `out`.
 */
void completion_write_bash(const struct option_table *table, struct out *out);

#endif
