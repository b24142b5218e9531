/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event loop: turns, descriptors, work put off. Timers are in loop_timer.c, signals in loop_signal.c.
 */
#include "common/loop_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pkt/clock.h"

/* --- the world outside --- */

static struct pkt_mono now_here(void *context)
{
    (void)context;
    return pkt_mono_now();
}

static int wait_here(void *context, struct pollfd *descriptors, nfds_t count, int64_t timeout_ns)
{
    struct timespec timeout = {.tv_sec = timeout_ns / PKT_NS_PER_S, .tv_nsec = timeout_ns % PKT_NS_PER_S};
    (void)context;
    return ppoll(descriptors, count, timeout_ns < 0 ? NULL : &timeout, NULL);
}

struct loop *loop_open(void)
{
    static const struct loop_ops here = {now_here, wait_here, NULL};
    return loop_open_with(&here);
}

struct loop *loop_open_with(const struct loop_ops *ops)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL)
        return NULL;
    loop->ops = ops;
    loop->signal_fd = -1;
    loop->last_deferred = &loop->first_deferred;
    return loop;
}

void loop_close(struct loop *loop)
{
    if (loop == NULL)
        return;
    loop_signal_end(loop);
    free(loop->descriptors);
    free(loop->watches);
    free(loop->heap);
    free(loop);
}

struct pkt_mono loop_now(const struct loop *loop)
{
    return loop->runs ? loop->now : loop->ops->now(loop->ops->context);
}

void loop_stop(struct loop *loop, int status)
{
    if (!loop->stopped)
        loop->status = status;
    loop->stopped = true;
}

/* --- descriptors --- */

/* The place of a watched descriptor; count where there is none. */
static size_t find(const struct loop *loop, int fd)
{
    size_t i = 0;
    while (i < loop->count && (loop->descriptors[i].fd != fd || loop->watches[i].on_ready == NULL))
        i++;
    return i;
}

static bool make_room(struct loop *loop)
{
    size_t room = loop->room == 0 ? 8 : loop->room * 2;
    if (loop->count < loop->room)
        return true;
    struct pollfd *descriptors = reallocarray(loop->descriptors, room, sizeof *descriptors);
    if (descriptors == NULL)
        return false;
    loop->descriptors = descriptors;
    struct watch *watches = reallocarray(loop->watches, room, sizeof *watches);
    if (watches == NULL)
        return false;
    loop->watches = watches;
    loop->room = room;
    return true;
}

bool loop_watch(struct loop *loop, int fd, short events, loop_on_ready *on_ready, void *context)
{
    if (find(loop, fd) < loop->count) {
        errno = EEXIST;
        return false;
    }
    if (!make_room(loop))
        return false;
    loop->descriptors[loop->count] = (struct pollfd){.fd = fd, .events = events};
    loop->watches[loop->count] = (struct watch){on_ready, context};
    loop->count++;
    return true;
}

void loop_watch_change(struct loop *loop, int fd, short events)
{
    size_t i = find(loop, fd);
    if (i == loop->count)
        return;
    loop->descriptors[i].events = events;
    /* What was ready and is not waited for any more, is not told; errors always are. */
    int still = loop->descriptors[i].revents & (events | POLLERR | POLLHUP | POLLNVAL);
    loop->descriptors[i].revents = (short)still;
}

/* The place stays until the turn is over: handlers are being called by place. A negative descriptor is
 * ignored by poll. */
void loop_unwatch(struct loop *loop, int fd)
{
    size_t i = find(loop, fd);
    if (i == loop->count)
        return;
    loop->descriptors[i] = (struct pollfd){.fd = -1};
    loop->watches[i] = (struct watch){NULL, NULL};
    loop->unwatched = true;
}

static void close_gaps(struct loop *loop)
{
    size_t kept = 0;
    for (size_t i = 0; i < loop->count && loop->unwatched; i++) {
        if (loop->watches[i].on_ready == NULL)
            continue;
        loop->descriptors[kept] = loop->descriptors[i];
        loop->watches[kept++] = loop->watches[i];
    }
    loop->count = loop->unwatched ? kept : loop->count;
    loop->unwatched = false;
}

/* What has been watched since the turn began has no revents. */
static void call_ready(struct loop *loop)
{
    for (size_t i = 0; i < loop->count && !loop->stopped; i++) {
        struct pollfd descriptor = loop->descriptors[i];
        loop->descriptors[i].revents = 0;
        if (descriptor.revents != 0 && loop->watches[i].on_ready != NULL)
            loop->watches[i].on_ready(loop, loop->watches[i].context, descriptor.fd, descriptor.revents);
    }
}

/* --- work put off --- */

void loop_defer(struct loop *loop, struct loop_deferred *deferred)
{
    if (deferred->waits)
        return;
    deferred->waits = true;
    deferred->turn = loop->turn;
    deferred->next = NULL;
    *loop->last_deferred = deferred;
    loop->last_deferred = &deferred->next;
}

void loop_defer_cancel(struct loop *loop, struct loop_deferred *deferred)
{
    struct loop_deferred **link = &loop->first_deferred;
    if (!deferred->waits)
        return;
    while (*link != deferred)
        link = &(*link)->next;
    *link = deferred->next;
    if (loop->last_deferred == &deferred->next)
        loop->last_deferred = link;
    deferred->waits = false;
}

/* What is put off from here on bears the next turn. */
static void call_deferred(struct loop *loop)
{
    uint64_t turn = loop->turn++;
    while (!loop->stopped && loop->first_deferred != NULL && loop->first_deferred->turn <= turn) {
        struct loop_deferred *deferred = loop->first_deferred;
        loop_defer_cancel(loop, deferred);
        deferred->on_deferred(loop, deferred->context);
    }
}

/* --- turns --- */

static int64_t timeout_of(const struct loop *loop)
{
    if (loop->first_deferred != NULL)
        return 0;
    if (loop->timer_count == 0)
        return -1;
    int64_t left_ns = pkt_mono_since(loop->heap[0]->due, loop->ops->now(loop->ops->context));
    return left_ns < 0 ? 0 : left_ns;
}

/* 0 or a negative errno. */
static int wait_for_turn(struct loop *loop)
{
    int ready = loop->ops->wait(loop->ops->context, loop->descriptors, (nfds_t)loop->count, timeout_of(loop));
    int failed = ready < 0 ? errno : 0;
    /* Nothing is written to revents where it failed, and EINTR (a stop and a continue) is no failure. */
    for (size_t i = 0; ready < 0 && i < loop->count; i++)
        loop->descriptors[i].revents = 0;
    loop->now = loop->ops->now(loop->ops->context);
    return failed == EINTR ? 0 : -failed;
}

static bool has_something(const struct loop *loop)
{
    return loop->count > 0 || loop->timer_count > 0 || loop->first_deferred != NULL;
}

int loop_run(struct loop *loop)
{
    int result = 0;
    loop->stopped = false;
    loop->status = 0;
    loop->now = loop->ops->now(loop->ops->context);
    loop->runs = true;
    while (result == 0 && !loop->stopped && has_something(loop)) {
        result = wait_for_turn(loop);
        if (result == 0) {
            loop_timers_fire(loop);
            call_ready(loop);
            call_deferred(loop);
        }
        close_gaps(loop);
    }
    loop->runs = false;
    return result < 0 ? result : loop->status;
}
