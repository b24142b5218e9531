/* SPDX-License-Identifier: BSD-2-Clause */
#include "stuck.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

/* How long a reader may pause before signals end the process instead of the run, whose summary has no way
 * out. */
enum { PAUSE_MS = 500 };

/* Signals that wait are delivered, with the effect that they have without the loop. */
static void let_signals_in(void)
{
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
    sigset_t set, before;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        sigaddset(&set, stops[i]);
    pthread_sigmask(SIG_UNBLOCK, &set, &before);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static ssize_t write_to_reader(int fd, const void *bytes, size_t len)
{
    struct pollfd descriptor = {.fd = fd, .events = POLLOUT};
    while (poll(&descriptor, 1, PAUSE_MS) == 0)
        let_signals_in();
    /* A pipe that takes any has room for this much (pipe(7)), so that the write itself does not wait. */
    return write(fd, bytes, len < PIPE_BUF ? len : PIPE_BUF);
}

const struct out_ops stuck_ops = {.write = write_to_reader, .poll = poll, .close = close};
