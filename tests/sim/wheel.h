/*
 * A hierarchical timer wheel (Varghese and Lauck, 1987): timers are started, stopped and expired in constant
 * time, however many there are. One tick is a nanosecond, so that nothing is rounded and nothing comes early.
 *
 * Eleven levels of 64 slots cover the whole 64 bits. A timer stands on the level of the highest digit (of 6
 * bits) in which its time differs from the wheel's, and moves down as that time comes nearer. Timers of one
 * time expire in the order in which they were started.
 *
 * Time is a parameter: nothing here reads a clock or allocates.
 */
#ifndef SIM_WHEEL_H
#define SIM_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SIM_WHEEL_BITS = 6,
    SIM_WHEEL_SLOTS = 1 << SIM_WHEEL_BITS,
    SIM_WHEEL_LEVELS = 11,
};

/* What has no time. */
#define SIM_NEVER UINT64_MAX

/* Belongs to the caller and stays where it is while it runs; begin with all zero. */
struct sim_timer {
    struct sim_timer *next; /* private; NULL: does not run */
    struct sim_timer *prev; /* private */
    uint64_t due_ns;        /* read-only: when it expires or did */
};

struct sim_wheel {
    uint64_t now_ns;                     /* read-only: the time that the wheel has reached */
    uint64_t occupied[SIM_WHEEL_LEVELS]; /* bit i: slot i of that level holds timers */
    struct sim_timer slot[SIM_WHEEL_LEVELS][SIM_WHEEL_SLOTS];
};

void sim_wheel_init(struct sim_wheel *wheel, uint64_t now_ns);

/* Starts a timer, or starts it anew. One whose time is past is due at once. */
void sim_wheel_start(struct sim_wheel *wheel, struct sim_timer *timer, uint64_t due_ns);

/* Stops a timer; one that does not run is passed over. */
void sim_wheel_stop(struct sim_wheel *wheel, struct sim_timer *timer);

/*
 * The next timer that is due at now_ns or before, in the order of their times; it does not run any more. NULL
 * when there is none: the wheel has then reached now_ns. The wheel never goes back: a now_ns behind its time
 * counts as its time.
 */
struct sim_timer *sim_wheel_expire(struct sim_wheel *wheel, uint64_t now_ns);

/* When the first timer is due; SIM_NEVER when none runs. */
uint64_t sim_wheel_due(const struct sim_wheel *wheel);

static inline bool sim_timer_runs(const struct sim_timer *timer)
{
    return timer->next != 0;
}

#endif
