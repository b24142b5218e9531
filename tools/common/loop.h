/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event loop of a tool: descriptors, absolute timers on the monotonic clock, signals, and work put off.
 *
 * A turn waits until something happens, fires the timers that are due in the order of their times, calls the
 * handlers of descriptors that are ready and of signals that came, and then does what was put off. Any
 * handler may begin and end any watch, timer, signal or deferred work, its own included, and what it ended is
 * not called any more, though it were ready. Nothing is allocated but when a table grows.
 *
 * Time is read once a turn, before the timers. One thread at a time.
 */
#ifndef TOOLS_COMMON_LOOP_H
#define TOOLS_COMMON_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pkt/time.h"

struct loop;

/* The world outside; a seam for tests that run in virtual time. */
struct loop_ops {
    struct pkt_mono (*now)(void *context);
    /* As ppoll(2) without a mask; timeout_ns below 0 waits for ever. */
    int (*wait)(void *context, struct pollfd *descriptors, nfds_t count, int64_t timeout_ns);
    void *context;
};

/* Makes a loop over the machine's own clock. NULL and errno where there is no memory. */
struct loop *loop_open(void);

/* The same over other ops, which must outlive the loop. */
struct loop *loop_open_with(const struct loop_ops *ops);

/*
 * Frees the loop. Signals are what they were before: one that came and was not taken yet is delivered now.
 * Timers and deferred work that are under way are forgotten. NULL is allowed.
 */
void loop_close(struct loop *loop);

/*
 * Runs turns until loop_stop(), or until there is nothing left that could happen.
 * @return the status of loop_stop(); 0 where nothing was left; a negative errno where waiting failed
 */
int loop_run(struct loop *loop);

/* Ends loop_run() when the handler that calls this returns; no other is called any more. The first status
 * counts. */
void loop_stop(struct loop *loop, int status);

/* The time of this turn. Outside of loop_run(): now. */
struct pkt_mono loop_now(const struct loop *loop);

/* --- descriptors --- */

/* @param events  what is so: POLLIN, POLLOUT, POLLERR, POLLHUP, ... of poll(2) */
typedef void loop_on_ready(struct loop *loop, void *context, int fd, short events);

/*
 * Calls a handler each time that a descriptor is ready. A descriptor is watched once; it must be unwatched
 * before it is closed.
 * @param events  POLLIN, POLLOUT or both; 0: errors alone, as those of an error queue
 * @return false with errno EEXIST (is watched) or ENOMEM
 */
bool loop_watch(struct loop *loop, int fd, short events, loop_on_ready *on_ready, void *context);

/* Changes what is waited for; a descriptor that is not watched is passed over. */
void loop_watch_change(struct loop *loop, int fd, short events);

/* Ends a watch; a descriptor that is not watched is passed over. */
void loop_unwatch(struct loop *loop, int fd);

/* --- timers --- */

struct loop_timer;

/* @param late_ns  how long after its time it is called */
typedef void loop_on_timer(struct loop *loop, void *context, int64_t late_ns);

/* Belongs to the caller and stays where it is while it runs. Set the first two; begin with the rest zero. */
struct loop_timer {
    loop_on_timer *on_timer;
    void *context;
    struct pkt_mono due; /* read-only: when it is or was due */
    uint64_t order;      /* private: timers of one time fire in the order in which they were started */
    size_t place;        /* private: in the heap, from 1; 0: does not run */
};

/*
 * Starts a timer, or starts it anew, to fire once at an absolute time; at once where that is past. Timers
 * that handlers start over and over at past times keep no descriptor waiting.
 * @return false with errno ENOMEM
 */
bool loop_timer_start(struct loop *loop, struct loop_timer *timer, struct pkt_mono due);

/* Stops a timer; one that does not run is passed over. */
void loop_timer_stop(struct loop *loop, struct loop_timer *timer);

static inline bool loop_timer_runs(const struct loop_timer *timer)
{
    return timer->place != 0;
}

/* --- signals --- */

typedef void loop_on_signal(struct loop *loop, void *context, int number);

/*
 * Takes a signal: it is blocked, and each time that it comes the handler is called from the loop.
 * @param on_signal  NULL: take it no more; it is what it was before
 * @return false with errno
 */
bool loop_signal(struct loop *loop, int number, loop_on_signal *on_signal, void *context);

/* --- work put off --- */

typedef void loop_on_deferred(struct loop *loop, void *context);

/* Belongs to the caller and stays where it is until it is done. Set the first two; begin with the rest zero.
 */
struct loop_deferred {
    loop_on_deferred *on_deferred;
    void *context;
    struct loop_deferred *next; /* private */
    uint64_t turn;              /* private: in which it was put off */
    bool waits;                 /* read-only: is to be done yet */
};

/* Does something once at the end of this turn, in the order of the calls; what is put off from there, in the
 * next one. What waits already is not put off twice. */
void loop_defer(struct loop *loop, struct loop_deferred *deferred);

/* Does it not. */
void loop_defer_cancel(struct loop *loop, struct loop_deferred *deferred);

#endif
