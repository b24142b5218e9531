/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The filter expression: the words of the command line, or a file.
 */
#ifndef TOOLS_SNIFF_EXPRESSION_H
#define TOOLS_SNIFF_EXPRESSION_H

#include "common/options.h"

/*
 * @param path  -F FILE, "-" for standard input; NULL: the operands, joined by blanks
 * @param ret_expression  to be freed; "" when there is none
 * @return false, said on standard error, when the file cannot be read or is larger than 1 MiB, when both a
 * file and operands are given, or without memory
 */
bool expression_read(const char *path, const struct option_operands *operands, char **ret_expression);

#endif
