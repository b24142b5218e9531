/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When each echo is due: rounds over the targets on absolute deadlines; with -f and -A as answers come.
 */
#ifndef TOOLS_PING_SCHEDULE_H
#define TOOLS_PING_SCHEDULE_H

#include "engine.h"

/* Of an echo. */
struct schedule_place {
    uint64_t round;
    uint32_t index; /* of the target */
};

/* Sets the schedule up by the options. */
void schedule_start(struct ping_engine *engine, struct pkt_mono now);

/* Where the schedule stands. */
struct schedule_place schedule_place(const struct ping_engine *engine);

/* Whether the echo at place, the `already`th of a batch, may go now. */
bool schedule_is_due(const struct ping_engine *engine, const struct schedule_place *place,
                     struct pkt_mono now, unsigned already);

/* Moves on to the echo behind it. False: nothing may follow it as yet. */
bool schedule_next(const struct ping_engine *engine, struct schedule_place *place);

/* The echo where the schedule stands was sent. */
void schedule_sent(struct ping_engine *engine, struct pkt_mono when);

/* Gives up what is too far behind, and begins the second round of a sweep when the first is settled. */
void schedule_adjust(struct ping_engine *engine, struct pkt_mono now, bool is_anything_under_way);

/* Everything was sent. */
bool schedule_is_done(const struct ping_engine *engine);

/* When the next echo is due; INT64_MAX: not before something happens. */
struct pkt_mono schedule_due(const struct ping_engine *engine);

#endif
