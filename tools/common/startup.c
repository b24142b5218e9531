/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start of a tool: standard descriptors, signals, program name.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "message.h"
#include "startup.h"
#include "status.h"

/* The wrong way round on purpose: a tool whose output was closed must see its write fail, not vanish. */
static int flags_for_holding(int fd)
{
    return fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY;
}

static void hold_descriptor(int fd)
{
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) {
        return;
    }
    /* The lowest free number is taken, and the ones below are open already. */
    if (open("/dev/null", flags_for_holding(fd)) != fd) {
        _exit(TOOL_ERROR);
    }
}

void tool_start(const char *argv0)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        hold_descriptor(fd);
    }
    message_set_program(argv0);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void tool_restore_signals(void)
{
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
}
