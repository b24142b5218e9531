/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers of the event loop: a binary heap of pointers to the callers' timers.
 */
#include <stdlib.h>

#include "common/loop_internal.h"

static bool is_before(const struct loop_timer *a, const struct loop_timer *b)
{
    return a->due.ns != b->due.ns ? a->due.ns < b->due.ns : a->order < b->order;
}

/* Places count from 1, so that the parent of i is i / 2 and a timer of zeroes does not run. */
static void put(struct loop *loop, size_t place, struct loop_timer *timer)
{
    loop->heap[place - 1] = timer;
    timer->place = place;
}

static void sift_up(struct loop *loop, size_t place, struct loop_timer *timer)
{
    while (place > 1 && is_before(timer, loop->heap[place / 2 - 1])) {
        put(loop, place, loop->heap[place / 2 - 1]);
        place /= 2;
    }
    put(loop, place, timer);
}

static void sift_down(struct loop *loop, size_t place, struct loop_timer *timer)
{
    for (;;) {
        size_t child = place * 2;
        if (child < loop->timer_count && is_before(loop->heap[child], loop->heap[child - 1]))
            child++;
        if (child > loop->timer_count || is_before(timer, loop->heap[child - 1]))
            break;
        put(loop, place, loop->heap[child - 1]);
        place = child;
    }
    put(loop, place, timer);
}

static bool make_room(struct loop *loop)
{
    size_t room = loop->heap_room == 0 ? 16 : loop->heap_room * 2;
    if (loop->timer_count < loop->heap_room)
        return true;
    struct loop_timer **heap = reallocarray(loop->heap, room, sizeof(struct loop_timer *));
    if (heap == NULL)
        return false;
    loop->heap = heap;
    loop->heap_room = room;
    return true;
}

bool loop_timer_start(struct loop *loop, struct loop_timer *timer, struct pkt_mono due)
{
    loop_timer_stop(loop, timer);
    if (!make_room(loop))
        return false;
    timer->due = due;
    timer->order = loop->order++;
    loop->timer_count++;
    sift_up(loop, loop->timer_count, timer);
    return true;
}

void loop_timer_stop(struct loop *loop, struct loop_timer *timer)
{
    size_t place = timer->place;
    if (place == 0)
        return;
    struct loop_timer *last = loop->heap[--loop->timer_count];
    timer->place = 0;
    if (last == timer)
        return;
    /* The last one takes the place, and goes up or down from there. */
    if (place > 1 && is_before(last, loop->heap[place / 2 - 1]))
        sift_up(loop, place, last);
    else
        sift_down(loop, place, last);
}

/* At most as many as there were: one that is started over and over at a past time must not keep a turn. */
void loop_timers_fire(struct loop *loop)
{
    for (size_t left = loop->timer_count; left > 0 && loop->timer_count > 0 && !loop->stopped; left--) {
        struct loop_timer *timer = loop->heap[0];
        int64_t late_ns = pkt_mono_since(loop->now, timer->due);
        if (late_ns < 0)
            return;
        loop_timer_stop(loop, timer);
        timer->on_timer(loop, timer->context, late_ns);
    }
}
