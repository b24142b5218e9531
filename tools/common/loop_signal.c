/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals of the event loop, by signalfd(2).
 */
#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/loop_internal.h"

static void take_signals(struct loop *loop, void *context, int fd, short events)
{
    struct signalfd_siginfo info;
    (void)context;
    (void)events;
    while (!loop->stopped && loop->signal_fd == fd && read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
        struct signal_handler handler = loop->signals[info.ssi_signo];
        if (handler.on_signal != NULL)
            handler.on_signal(loop, handler.context, (int)info.ssi_signo);
    }
}

/* The first signal: remembers the mask, and watches. */
static bool begin(struct loop *loop)
{
    sigset_t none;
    sigemptyset(&none);
    int fd = signalfd(-1, &none, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return false;
    if (!loop_watch(loop, fd, POLLIN, take_signals, NULL)) {
        close(fd);
        return false;
    }
    sigemptyset(&loop->taken);
    pthread_sigmask(SIG_BLOCK, NULL, &loop->before);
    loop->signal_fd = fd;
    return true;
}

void loop_signal_end(struct loop *loop)
{
    if (loop->signal_fd < 0)
        return;
    loop_unwatch(loop, loop->signal_fd);
    close(loop->signal_fd);
    loop->signal_fd = -1;
    pthread_sigmask(SIG_SETMASK, &loop->before, NULL);
}

/* No signal is left to take: the loop need not wait for any. */
static void end_if_empty(struct loop *loop)
{
    for (int number = 1; number < NSIG; number++) {
        if (sigismember(&loop->taken, number) == 1)
            return;
    }
    loop_signal_end(loop);
}

static void give_back(struct loop *loop, int number)
{
    sigset_t one;
    if (loop->signal_fd < 0 || sigismember(&loop->taken, number) != 1)
        return;
    sigemptyset(&one);
    sigaddset(&one, number);
    sigdelset(&loop->taken, number);
    (void)signalfd(loop->signal_fd, &loop->taken, 0);
    if (sigismember(&loop->before, number) != 1)
        pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    end_if_empty(loop);
}

static bool take(struct loop *loop, int number)
{
    if (loop->signal_fd < 0 && !begin(loop))
        return false;
    sigaddset(&loop->taken, number);
    pthread_sigmask(SIG_BLOCK, &loop->taken, NULL);
    return signalfd(loop->signal_fd, &loop->taken, 0) >= 0;
}

bool loop_signal(struct loop *loop, int number, loop_on_signal *on_signal, void *context)
{
    if (number < 1 || number >= NSIG) {
        errno = EINVAL;
        return false;
    }
    loop->signals[number] = (struct signal_handler){on_signal, context};
    if (on_signal != NULL)
        return take(loop, number);
    give_back(loop, number);
    return true;
}
