/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict.h"

#include "summary.h"

/* What a run has come to. */
struct state {
    const struct ping *ping;
    struct pkt_rtt_stats stats;
    struct pkt_rtt_summary summary;
    uint32_t alive;
};

enum name {
    SENT,
    RECEIVED,
    LOST,
    LOSS,
    LATE,
    DUPLICATES,
    CORRUPTED,
    ERRORS,
    REORDERED,
    FORGED,
    MIN,
    AVG,
    MAX,
    MDEV,
    JITTER,
    P50,
    P90,
    P95,
    P99,
    P999,
    RUN,
    OUTAGE,
    ALIVE,
    DEAD,
    UNREACHED,
};

/* clang-format off */
const struct limit_name verdict_names[] = {
    [SENT] = {"sent", LIMIT_COUNT, "echoes sent"},
    [RECEIVED] = {"received", LIMIT_COUNT, "echoes answered"},
    [LOST] = {"lost", LIMIT_COUNT, "echoes given up"},
    [LOSS] = {"loss", LIMIT_RATIO, "of what was sent, what has no reply"},
    [LATE] = {"late", LIMIT_COUNT, "replies after their echo was given up"},
    [DUPLICATES] = {"duplicates", LIMIT_COUNT, "further replies"},
    [CORRUPTED] = {"corrupted", LIMIT_COUNT, "replies with a wrong checksum"},
    [ERRORS] = {"errors", LIMIT_COUNT, "ICMP errors and errors of this machine"},
    [REORDERED] = {"reordered", LIMIT_COUNT, "replies behind one of a later echo"},
    [FORGED] = {"forged", LIMIT_COUNT, "replies without the tag of an echo"},
    [MIN] = {"min", LIMIT_DURATION, "least round-trip time"},
    [AVG] = {"avg", LIMIT_DURATION, "mean round-trip time"},
    [MAX] = {"max", LIMIT_DURATION, "greatest round-trip time"},
    [MDEV] = {"mdev", LIMIT_DURATION, "standard deviation"},
    [JITTER] = {"jitter", LIMIT_DURATION, "RFC 3550 6.4.1"},
    [P50] = {"p50", LIMIT_DURATION, "median"},
    [P90] = {"p90", LIMIT_DURATION, "quantile"},
    [P95] = {"p95", LIMIT_DURATION, "quantile"},
    [P99] = {"p99", LIMIT_DURATION, "quantile"},
    [P999] = {"p999", LIMIT_DURATION, "quantile"},
    [RUN] = {"run", LIMIT_COUNT, "most echoes lost in a row"},
    [OUTAGE] = {"outage", LIMIT_DURATION, "longest time without an answer that ended"},
    [ALIVE] = {"alive", LIMIT_COUNT, "targets that answered"},
    [DEAD] = {"dead", LIMIT_COUNT, "targets that did not"},
    [UNREACHED] = {"unreached", LIMIT_BOOLEAN, "a target did not answer"},
    {.name = NULL},
};
/* clang-format on */

static int64_t count_of(const struct state *state, unsigned name)
{
    const struct pkt_rtt_stats *stats = &state->stats;
    const uint64_t counts[] = {
        [SENT] = stats->sent,
        [RECEIVED] = stats->received,
        [LOST] = state->summary.lost,
        [LATE] = stats->late,
        [DUPLICATES] = stats->duplicates,
        [CORRUPTED] = stats->corrupted,
        [ERRORS] = stats->errors,
        [REORDERED] = stats->reordered,
        [FORGED] = state->ping->forged,
        [RUN] = state->summary.longest_run,
        [ALIVE] = state->alive,
        [DEAD] = (uint64_t)state->ping->target_count - state->alive + state->ping->unresolved,
    };
    return counts[name] > INT64_MAX ? INT64_MAX : (int64_t)counts[name];
}

static bool get_duration(const struct pkt_rtt_summary *s, unsigned name, int64_t *ret_value)
{
    const struct {
        bool is_known;
        int64_t ns;
    } durations[] = {
        [MIN] = {s->has_rtt,       s->min_ns           },
          [AVG] = {s->has_rtt,       s->avg_ns           },
        [MAX] = {s->has_rtt,       s->max_ns           },
          [MDEV] = {s->has_spread,    s->mdev_ns          },
        [JITTER] = {s->has_spread,    s->jitter_ns        },
          [P50] = {s->has_quantiles, s->p50_ns           },
        [P90] = {s->has_quantiles, s->p90_ns           },
          [P95] = {s->has_quantiles, s->p95_ns           },
        [P99] = {s->has_quantiles, s->p99_ns           },
          [P999] = {s->has_quantiles, s->p999_ns          },
        [OUTAGE] = {true,             s->longest_outage_ns},
    };
    *ret_value = durations[name].ns;
    return durations[name].is_known;
}

static bool get(void *context, unsigned name, int64_t *ret_value)
{
    const struct state *state = context;
    if (verdict_names[name].kind == LIMIT_DURATION)
        return get_duration(&state->summary, name, ret_value);
    if (name == LOSS)
        *ret_value = limits_ratio(state->stats.sent - state->stats.received, state->stats.sent);
    else if (name == UNREACHED)
        *ret_value = state->alive < state->ping->target_count || state->ping->unresolved > 0;
    else
        *ret_value = count_of(state, name);
    return name != LOSS || state->stats.sent > 0;
}

bool verdict_holds(const struct ping *ping, const struct limits *limits, struct limits_result *ret_result)
{
    struct state state = {.ping = ping, .alive = summary_alive(ping)};
    bool holds;
    if (ping->target_count == 1) {
        state.stats = ping->targets[0].stats;
        pkt_rtt_stats_read(&state.stats, &state.summary);
        return limits_check(limits, get, &state, ret_result);
    }
    summary_add_up(ping, ping->pool, &state.stats);
    pkt_rtt_stats_read(&state.stats, &state.summary);
    holds = limits_check(limits, get, &state, ret_result);
    pkt_rtt_stats_destroy(&state.stats, ping->pool);
    return holds;
}

bool verdict_is_of_counts(const struct limits *limits)
{
    for (unsigned i = 0; i < limits->count; i++)
        if (verdict_names[limits->conditions[i].name].kind == LIMIT_DURATION ||
            limits->conditions[i].name == RUN)
            return false;
    return true;
}

static uint32_t narrow(uint64_t count)
{
    return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

bool verdict_holds_by_counts(const struct ping *ping, const struct limits *limits,
                             struct limits_result *ret_result)
{
    const struct ping_totals *totals = &ping->totals;
    struct state state = {
        .ping = ping,
        .stats = {.sent = totals->sent,
                  .received = totals->received,
                  .late = narrow(totals->late),
                  .duplicates = narrow(totals->duplicates),
                  .corrupted = narrow(totals->corrupted),
                  .errors = narrow(totals->errors),
                  .reordered = narrow(totals->reordered)},
        .summary = {.lost = totals->sent - totals->received - totals->waiting},
        .alive = totals->alive,
    };
    return limits_check(limits, get, &state, ret_result);
}
