/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine.h"

#include <string.h>

bool engine_start(struct send_engine *engine, const struct engine_settings *settings,
                  struct send_supply *supply, struct pkt_mono now)
{
    memset(engine, 0, offsetof(struct send_engine, arena));
    engine->settings = *settings;
    engine->supply = supply;
    engine->start = now;
    return (!settings->keeps_rhythm || settings->factor > 0) &&
           pkt_pace_start(&engine->pace, &settings->pace, now);
}

/*
 * The next round begins behind the last packet of this one, by the mean gap between its packets: a capture
 * does not say how long after its last packet it went on.
 */
static void begin_round(struct send_engine *engine)
{
    uint64_t gaps = engine->round_taken > 1 ? engine->round_taken - 1 : 1;
    engine->round_ns += engine->last_ns + engine->last_ns / (int64_t)gaps;
    engine->round_taken = 0;
    engine->last_ns = 0;
}

/* The round is over: another one begins, unless it was the last or gave nothing. */
static void go_round(struct send_engine *engine)
{
    bool was_empty = engine->round_taken == 0;
    engine->round++;
    if (was_empty || (engine->settings.rounds != 0 && engine->round >= engine->settings.rounds))
        engine->state = ENGINE_DONE;
    else if (engine->supply->restart(engine->supply->context, &engine->error) != 0)
        engine->state = ENGINE_FAILED;
    else
        begin_round(engine);
}

/* Takes the next packet from the supply into engine->pending; false when there is none. */
static bool fetch(struct send_engine *engine)
{
    if (engine->settings.packets != 0 && engine->taken >= engine->settings.packets)
        engine->state = ENGINE_DONE;
    while (engine->state == ENGINE_RUNS) {
        int result = engine->supply->next(engine->supply->context, &engine->pending, &engine->error);
        if (result > 0) {
            engine->taken++;
            engine->round_taken++;
            if (engine->pending.offset_ns > engine->last_ns)
                engine->last_ns = engine->pending.offset_ns;
            return true;
        }
        if (result < 0)
            engine->state = ENGINE_FAILED;
        else
            go_round(engine);
    }
    return false;
}

/* When the pending packet is due by the supply's rhythm. A capture whose clock went back has packets that
 * are due at once. */
static struct pkt_mono due(const struct send_engine *engine)
{
    double offset = (double)(engine->round_ns + engine->pending.offset_ns) / engine->settings.factor;
    int64_t most = INT64_MAX - engine->start.ns;
    return (struct pkt_mono){engine->start.ns + (offset >= (double)most ? most : (int64_t)offset)};
}

/* Whether the pending packet may go at now by the rhythm. */
static bool is_due(struct send_engine *engine, struct pkt_mono now)
{
    if (!engine->settings.keeps_rhythm)
        return true;
    int64_t late = pkt_mono_since(now, due(engine));
    if (late > engine->late_max_ns)
        engine->late_max_ns = late;
    return late >= 0;
}

/* Moves the pending packet into the batch; false when its bytes find no room there any more. */
static bool take(struct send_engine *engine)
{
    struct send_item *item = &engine->batch[engine->collected];
    *item = engine->pending;
    if (!engine->supply->is_stable) {
        if (item->bytes.len > ENGINE_ARENA - engine->arena_used)
            return false;
        if (item->bytes.len != 0)
            memcpy(engine->arena + engine->arena_used, item->bytes.ptr, item->bytes.len);
        item->bytes.ptr = item->writable = engine->arena + engine->arena_used;
        engine->arena_used += item->bytes.len;
    }
    engine->has_pending = false;
    engine->collected++;
    return true;
}

unsigned engine_collect(struct send_engine *engine, struct pkt_mono now)
{
    if (engine->settled < engine->collected)
        return engine->collected - engine->settled;
    engine->collected = engine->settled = 0;
    engine->arena_used = 0;
    unsigned most = engine->settings.keeps_rhythm ? ENGINE_BATCH : pkt_pace_due(&engine->pace, now);
    while (engine->collected < most && engine->collected < ENGINE_BATCH) {
        if (!engine->has_pending && !(engine->has_pending = fetch(engine)))
            break;
        if (!is_due(engine, now) || !take(engine))
            break;
    }
    return engine->collected;
}

void engine_settle(struct send_engine *engine, unsigned count, struct pkt_mono now)
{
    engine->settled += count;
    pkt_pace_sent(&engine->pace, count, now);
}

struct pkt_mono engine_next(const struct send_engine *engine)
{
    if (engine->settings.keeps_rhythm)
        return engine->has_pending ? due(engine) : engine->start;
    return pkt_pace_next(&engine->pace);
}
