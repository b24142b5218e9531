/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine of pktsend: which packet is due when. It is fed with a clock and takes from a supply; it neither
 * sends nor sleeps, so a test drives it in no time at all.
 *
 *     engine_start(&engine, &settings, &supply, now);
 *     loop: if (engine_collect(&engine, now) > 0)
 *               engine_settle(&engine, send(engine.batch + engine.settled, ...), now);
 *           else if (engine.state == ENGINE_RUNS)
 *               sleep until engine_next(&engine);
 */
#ifndef TOOLS_SEND_ENGINE_H
#define TOOLS_SEND_ENGINE_H

#include "supply.h"

#include "pkt/capture.h"
#include "pkt/pace.h"
#include "pkt/time.h"

enum {
    ENGINE_BATCH = 64,
    ENGINE_ARENA = 4 * 1024 * 1024, /* bytes of a batch whose supply is not stable: the longest record fits */
};

_Static_assert(ENGINE_ARENA >= PKT_CAPTURE_RECORD_MAX, "every packet of a capture must fit");

enum engine_state {
    ENGINE_RUNS,
    ENGINE_DONE,   /* everything that was asked for was taken from the supply */
    ENGINE_FAILED, /* the supply failed: engine.error */
};

struct engine_settings {
    uint64_t packets;             /* in all; 0: no limit by this */
    uint64_t rounds;              /* of the supply; 0: no limit by this */
    bool keeps_rhythm;            /* the supply's own, divided by factor; else pace */
    double factor;                /* 2: twice as fast */
    struct pkt_pace_options pace; /* how fast where no rhythm is kept */
};

struct send_engine {
    struct engine_settings settings;
    struct send_supply *supply;
    int state; /* enum engine_state */
    struct pkt_error error;
    struct pkt_pace pace;
    struct pkt_mono start;
    struct send_item batch[ENGINE_BATCH]; /* bytes stay valid until the batch is settled */
    unsigned collected;                   /* items in the batch */
    unsigned settled;                     /* of these, from the front */
    uint64_t taken;                       /* packets taken from the supply */
    uint64_t round;                       /* rounds that are over */
    uint64_t round_taken;                 /* packets of this round */
    int64_t round_ns;                     /* when this round began, since start, in the supply's time */
    int64_t last_ns;                      /* offset of the round's last packet */
    int64_t late_max_ns;                  /* the most that a packet of a rhythm was late */
    struct send_item pending;             /* taken, but not due yet */
    bool has_pending;
    size_t arena_used;
    uint8_t arena[ENGINE_ARENA];
};

/*
 * Begins. False: the settings make no sense.
 *
 * engine    large: make it static
 * supply    must outlive it
 */
bool engine_start(struct send_engine *engine, const struct engine_settings *settings,
                  struct send_supply *supply, struct pkt_mono now);

/* Fills the batch, once it is settled, with what may go at now. Returns how many wait in it to be sent. */
unsigned engine_collect(struct send_engine *engine, struct pkt_mono now);

/* So many from engine->batch[engine->settled] on were sent or refused. */
void engine_settle(struct send_engine *engine, unsigned count, struct pkt_mono now);

/* When the next packet is due. */
struct pkt_mono engine_next(const struct send_engine *engine);

#endif
