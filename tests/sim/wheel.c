#include "sim/wheel.h"

#include <stddef.h>

void sim_wheel_init(struct sim_wheel *wheel, uint64_t now_ns)
{
    wheel->now_ns = now_ns;
    for (unsigned level = 0; level < SIM_WHEEL_LEVELS; level++) {
        wheel->occupied[level] = 0;
        for (unsigned i = 0; i < SIM_WHEEL_SLOTS; i++) {
            struct sim_timer *head = &wheel->slot[level][i];
            *head = (struct sim_timer){.next = head, .prev = head};
        }
    }
}

/* The level of a time: that of the highest digit in which it differs from the wheel's. */
static unsigned level_of(const struct sim_wheel *wheel, uint64_t time_ns)
{
    uint64_t differs = time_ns ^ wheel->now_ns;
    return differs == 0 ? 0 : (63U - (unsigned)__builtin_clzll(differs)) / SIM_WHEEL_BITS;
}

void sim_wheel_start(struct sim_wheel *wheel, struct sim_timer *timer, uint64_t due_ns)
{
    sim_wheel_stop(wheel, timer);
    timer->due_ns = due_ns;
    uint64_t time_ns = due_ns > wheel->now_ns ? due_ns : wheel->now_ns;
    unsigned level = level_of(wheel, time_ns);
    unsigned digit = (unsigned)(time_ns >> (SIM_WHEEL_BITS * level)) % SIM_WHEEL_SLOTS;
    struct sim_timer *head = &wheel->slot[level][digit];
    timer->next = head;
    timer->prev = head->prev;
    head->prev->next = timer;
    head->prev = timer;
    wheel->occupied[level] |= UINT64_C(1) << digit;
}

/* Once the last timer of a slot is gone its neighbour on both sides is the head: that tells the slot. */
void sim_wheel_stop(struct sim_wheel *wheel, struct sim_timer *timer)
{
    if (!sim_timer_runs(timer))
        return;
    struct sim_timer *head = timer->next;
    head->prev = timer->prev;
    timer->prev->next = head;
    timer->next = timer->prev = NULL;
    if (head->next != head)
        return;
    size_t slot = (size_t)(head - &wheel->slot[0][0]);
    wheel->occupied[slot / SIM_WHEEL_SLOTS] &= ~(UINT64_C(1) << slot % SIM_WHEEL_SLOTS);
}

/* The first slot that holds timers: whatever stands on a lower level comes before all of the higher ones. */
static bool first_slot(const struct sim_wheel *wheel, unsigned *ret_level, unsigned *ret_digit)
{
    for (unsigned level = 0; level < SIM_WHEEL_LEVELS; level++) {
        if (wheel->occupied[level] == 0)
            continue;
        *ret_level = level;
        *ret_digit = (unsigned)__builtin_ctzll(wheel->occupied[level]);
        return true;
    }
    return false;
}

/* The first time that belongs to a slot. */
static uint64_t slot_start(const struct sim_wheel *wheel, unsigned level, unsigned digit)
{
    unsigned above = SIM_WHEEL_BITS * (level + 1);
    uint64_t high = above < 64 ? wheel->now_ns >> above << above : 0;
    return high | (uint64_t)digit << (SIM_WHEEL_BITS * level);
}

/* Moves the timers of a slot down, in their order. The wheel has reached the slot's first time. */
static void cascade(struct sim_wheel *wheel, unsigned level, unsigned digit)
{
    struct sim_timer *head = &wheel->slot[level][digit];
    while (head->next != head)
        sim_wheel_start(wheel, head->next, head->next->due_ns);
}

struct sim_timer *sim_wheel_expire(struct sim_wheel *wheel, uint64_t now_ns)
{
    unsigned level;
    unsigned digit;
    uint64_t until_ns = now_ns > wheel->now_ns ? now_ns : wheel->now_ns;
    while (first_slot(wheel, &level, &digit)) {
        uint64_t start_ns = slot_start(wheel, level, digit);
        if (start_ns > until_ns)
            break;
        wheel->now_ns = start_ns;
        if (level != 0) {
            cascade(wheel, level, digit);
            continue;
        }
        struct sim_timer *timer = wheel->slot[0][digit].next;
        sim_wheel_stop(wheel, timer);
        return timer;
    }
    wheel->now_ns = until_ns;
    return NULL;
}

uint64_t sim_wheel_due(const struct sim_wheel *wheel)
{
    unsigned level;
    unsigned digit;
    uint64_t due_ns = SIM_NEVER;
    if (!first_slot(wheel, &level, &digit))
        return due_ns;
    const struct sim_timer *head = &wheel->slot[level][digit];
    for (const struct sim_timer *timer = head->next; timer != head; timer = timer->next)
        due_ns = timer->due_ns < due_ns ? timer->due_ns : due_ns;
    return due_ns;
}
