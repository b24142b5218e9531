/* SPDX-License-Identifier: BSD-2-Clause */
#include "confirm.h"

#include "common/message.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Standard input may be a capture: the terminal itself is asked. */
enum confirm_answer confirm(const char *question)
{
    char line[16] = "";
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        return CONFIRM_NOBODY;
    (void)dprintf(terminal, "%s: %s [y/N] ", message_program(), question);
    ssize_t len = read(terminal, line, sizeof line - 1);
    (void)close(terminal);
    if (len <= 0)
        return CONFIRM_NO;
    line[strcspn(line, "\r\n")] = '\0';
    return strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0 ? CONFIRM_YES : CONFIRM_NO;
}
