/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of the event loop.
 */
#ifndef TOOLS_COMMON_LOOP_INTERNAL_H
#define TOOLS_COMMON_LOOP_INTERNAL_H

#include "common/loop.h"

#include <signal.h>

struct watch {
    loop_on_ready *on_ready; /* NULL: unwatched, and its place is a gap */
    void *context;
};

struct signal_handler {
    loop_on_signal *on_signal;
    void *context;
};

struct loop {
    const struct loop_ops *ops;

    /* Two tables with the same places: what poll(2) wants, and ours. */
    struct pollfd *descriptors;
    struct watch *watches;
    size_t count;
    size_t room;
    bool unwatched; /* there are gaps */

    struct loop_timer **heap; /* binary: the next one first */
    size_t timer_count;
    size_t heap_room;
    uint64_t order; /* of the next timer that is started */

    struct loop_deferred *first_deferred;
    struct loop_deferred **last_deferred; /* where the next one is linked */
    uint64_t turn;

    struct signal_handler signals[NSIG];
    sigset_t taken;
    sigset_t before; /* the mask of the thread before the first signal was taken */
    int signal_fd;   /* -1: none was */

    struct pkt_mono now;
    bool runs;
    bool stopped;
    int status;
};

/* Fires what is due at loop->now. */
void loop_timers_fire(struct loop *loop);

/* Puts all signals back. */
void loop_signal_end(struct loop *loop);

#endif
