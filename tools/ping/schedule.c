/* SPDX-License-Identifier: BSD-2-Clause */
#include "schedule.h"

#include "common/numbers.h"

enum {
    SWEEP_ROUNDS = 2,        /* the first, and one more for those who were silent */
    SWEEP_GAP_NS = 1000000,  /* 1,000 echoes a second unless --rate says otherwise */
    SPREAD_NS_MAX = 10000000 /* between echoes of a round to several hosts */
};
#define INTERVAL_NS_DEFAULT PKT_NS_PER_S
#define FLOOD_NS            (PKT_NS_PER_S / 100) /* of ping(8): a hundred a second where nobody answers */
#define BEHIND_NS_MAX       PKT_NS_PER_S         /* what was missed longer ago is not made up for */

static int64_t interval_of(const struct ping_options *options)
{
    if (options->interval_ns >= 0)
        return options->interval_ns;
    return options->flood ? 0 : INTERVAL_NS_DEFAULT;
}

/* Without an interval answers set the pace: for a host that is silent, nothing else would hold back a flood.
 */
static bool follows_answers(const struct ping_engine *engine)
{
    const struct ping *ping = engine->ping;
    if (ping->options->adaptive)
        return true;
    return interval_of(ping->options) == 0 && ping->target_count == 1 && !ping->sweeps &&
           (ping->options->flood || ping->options->rate == 0);
}

/* Between echoes of a round, as --rate has it, or such that nobody is flooded. */
static int64_t wanted_gap(const struct ping *ping, int64_t interval_ns)
{
    uint64_t rate = ping->options->rate;
    if (rate == NUMBER_RATE_MAX)
        return 0;
    if (rate > 0)
        return (int64_t)((uint64_t)PKT_NS_PER_S / rate);
    if (ping->sweeps)
        return SWEEP_GAP_NS;
    int64_t even = interval_ns / ping->target_count;
    return even < SPREAD_NS_MAX ? even : SPREAD_NS_MAX;
}

static int64_t gap_of(const struct ping *ping, int64_t interval_ns)
{
    int64_t wanted = wanted_gap(ping, interval_ns);
    int64_t least = ping->rate_limit > 0 ? (int64_t)((uint64_t)PKT_NS_PER_S / ping->rate_limit) : 0;
    return wanted > least ? wanted : least;
}

void schedule_start(struct ping_engine *engine, struct pkt_mono now)
{
    const struct ping *ping = engine->ping;
    const struct ping_options *options = ping->options;
    int64_t round_ns;
    engine->round_ns = interval_of(options);
    engine->gap_ns = gap_of(ping, engine->round_ns);
    if (__builtin_mul_overflow(engine->gap_ns, (int64_t)ping->target_count, &round_ns))
        round_ns = INT64_MAX / 2;
    if (round_ns > engine->round_ns)
        engine->round_ns = round_ns;
    engine->ping->rate = engine->gap_ns > 0 ? (uint64_t)(PKT_NS_PER_S / engine->gap_ns) : 0;
    engine->ahead = options->preload > 0 ? options->preload : 1;
    engine->origin = now;
    engine->rounds = options->count > 0 ? options->count : UINT64_MAX;
    /* Of one host it is replies that -c counts, with -w, as ping(8) has it. */
    if (options->deadline_ns > 0 && ping->target_count == 1 && !ping->sweeps)
        engine->rounds = UINT64_MAX;
    engine->is_sweep = ping->sweeps && !options->loop && options->count == 0;
    if (engine->is_sweep)
        engine->rounds = SWEEP_ROUNDS;
}

struct schedule_place schedule_place(const struct ping_engine *engine)
{
    return (struct schedule_place){.round = engine->round, .index = engine->index};
}

static int64_t due_at(const struct ping_engine *engine, const struct schedule_place *place)
{
    uint64_t rounds = place->round - engine->origin_round;
    uint64_t ahead = engine->ahead - 1;
    int64_t due, within = (int64_t)place->index * engine->gap_ns;
    rounds = rounds > ahead ? rounds - ahead : 0;
    if (__builtin_mul_overflow((int64_t)rounds, engine->round_ns, &due) ||
        __builtin_add_overflow(due, within, &due) || __builtin_add_overflow(due, engine->origin.ns, &due))
        return INT64_MAX;
    return due;
}

/* -f, -A, -i 0: as soon as what is under way leaves room, or when too long nothing came. */
static int64_t due_by_answers(const struct ping_engine *engine, unsigned already)
{
    const struct ping_target *target = engine->ping->targets;
    struct pkt_rtt_summary summary;
    int64_t fallback = FLOOD_NS;
    if (target->stats.sent == 0 || target->stats.waiting + already < engine->ahead)
        return engine->sent.ns + engine->ping->pause_ns;
    pkt_rtt_stats_read(&target->stats, &summary);
    if (summary.has_spread && summary.ewma_ns > fallback)
        fallback = summary.ewma_ns;
    return engine->sent.ns + fallback;
}

bool schedule_is_due(const struct ping_engine *engine, const struct schedule_place *place,
                     struct pkt_mono now, unsigned already)
{
    if (place->round >= engine->rounds || (engine->is_sweep && engine->awaits_round))
        return false;
    if (follows_answers(engine))
        return (already == 0 || engine->ping->pause_ns == 0) && due_by_answers(engine, already) <= now.ns &&
               already < engine->ahead;
    return due_at(engine, place) <= now.ns;
}

/* In the second round of a sweep, who answered is left alone. */
static bool is_skipped(const struct ping_engine *engine, const struct schedule_place *place)
{
    return engine->is_sweep && place->round > 0 && engine->ping->targets[place->index].stats.received > 0;
}

bool schedule_next(const struct ping_engine *engine, struct schedule_place *place)
{
    do {
        if (++place->index < engine->ping->target_count)
            continue;
        place->index = 0;
        place->round++;
        if (engine->is_sweep)
            return false;
    } while (is_skipped(engine, place));
    return place->round < engine->rounds;
}

void schedule_sent(struct ping_engine *engine, struct pkt_mono when)
{
    struct schedule_place place = schedule_place(engine);
    (void)schedule_next(engine, &place);
    engine->awaits_round = engine->is_sweep && place.round != engine->round;
    engine->round = place.round;
    engine->index = place.index;
    engine->sent = when;
}

static void begin_round(struct ping_engine *engine, struct pkt_mono now)
{
    struct schedule_place place = schedule_place(engine);
    engine->awaits_round = false;
    if (place.round < engine->rounds && is_skipped(engine, &place))
        (void)schedule_next(engine, &place);
    engine->round = place.round;
    engine->index = place.index;
    engine->origin_round = place.round;
    /* Those who were left alone take no time. */
    engine->origin = (struct pkt_mono){now.ns - (int64_t)place.index * engine->gap_ns};
}

void schedule_adjust(struct ping_engine *engine, struct pkt_mono now, bool is_anything_under_way)
{
    if (engine->awaits_round && !is_anything_under_way)
        begin_round(engine, now);
    if (follows_answers(engine) || schedule_is_done(engine))
        return;
    struct schedule_place place = schedule_place(engine);
    int64_t behind = now.ns - due_at(engine, &place);
    if (behind <= BEHIND_NS_MAX + engine->round_ns)
        return;
    engine->origin.ns += behind;
    engine->stalls++;
}

bool schedule_is_done(const struct ping_engine *engine)
{
    return engine->round >= engine->rounds;
}

struct pkt_mono schedule_due(const struct ping_engine *engine)
{
    struct schedule_place place = schedule_place(engine);
    if (engine->awaits_round)
        return (struct pkt_mono){INT64_MAX};
    return (struct pkt_mono){follows_answers(engine) ? due_by_answers(engine, 0) : due_at(engine, &place)};
}
