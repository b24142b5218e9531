/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally.h"

#include <stdlib.h>

bool tally_start(struct ping *ping)
{
    if (ping->options->report_every_ns > 0)
        ping->windows = calloc(ping->target_count, sizeof *ping->windows);
    return ping->options->report_every_ns == 0 || ping->windows != NULL;
}

struct pkt_rtt_stats *tally_window(struct ping *ping, const struct ping_target *target)
{
    return ping->windows == NULL ? NULL : &ping->windows[target - ping->targets];
}

/* What has come about since. */
static void add_up(struct ping *ping, const struct pkt_rtt_stats *before, const struct pkt_rtt_stats *now)
{
    struct ping_totals *totals = &ping->totals;
    totals->sent += now->sent - before->sent;
    totals->received += now->received - before->received;
    totals->waiting = totals->waiting + now->waiting - before->waiting;
    totals->late += now->late - before->late;
    totals->duplicates += now->duplicates - before->duplicates;
    totals->corrupted += now->corrupted - before->corrupted;
    totals->errors += now->errors - before->errors;
    totals->reordered += now->reordered - before->reordered;
    totals->alive += before->received == 0 && now->received > 0;
}

void tally_sent(struct ping *ping, struct ping_target *target)
{
    const struct pkt_rtt_stats before = target->stats;
    struct pkt_rtt_stats *window = tally_window(ping, target);
    pkt_rtt_stats_sent(&target->stats);
    add_up(ping, &before, &target->stats);
    if (window != NULL)
        pkt_rtt_stats_sent(window);
}

void tally_reply(struct ping *ping, struct ping_target *target, const struct pkt_rtt_reply *reply)
{
    const struct pkt_rtt_stats before = target->stats;
    struct pkt_rtt_stats *window = tally_window(ping, target);
    pkt_rtt_stats_reply(&target->stats, ping->pool, reply);
    add_up(ping, &before, &target->stats);
    if (window == NULL)
        return;
    if (reply->is_late) /* the window in which the echo was given up has counted it */
        pkt_rtt_stats_count(window, PKT_RTT_LATE);
    else
        pkt_rtt_stats_reply(window, ping->pool, reply);
}

void tally_settle(struct ping *ping, struct ping_target *target, bool answered, struct pkt_mono sent)
{
    const struct pkt_rtt_stats before = target->stats;
    struct pkt_rtt_stats *window = tally_window(ping, target);
    pkt_rtt_stats_settle(&target->stats, answered, sent);
    add_up(ping, &before, &target->stats);
    if (window != NULL)
        pkt_rtt_stats_settle(window, answered, sent);
}

void tally_count(struct ping *ping, struct ping_target *target, enum pkt_rtt_event event)
{
    const struct pkt_rtt_stats before = target->stats;
    struct pkt_rtt_stats *window = tally_window(ping, target);
    pkt_rtt_stats_count(&target->stats, event);
    add_up(ping, &before, &target->stats);
    if (window != NULL)
        pkt_rtt_stats_count(window, event);
}

void tally_reset(struct ping *ping)
{
    for (uint32_t i = 0; ping->windows != NULL && i < ping->target_count; i++)
        pkt_rtt_stats_reset(&ping->windows[i], ping->pool);
}

void tally_stop(struct ping *ping)
{
    for (uint32_t i = 0; i < ping->target_count; i++) {
        pkt_rtt_stats_destroy(&ping->targets[i].stats, ping->pool);
        if (ping->windows != NULL)
            pkt_rtt_stats_destroy(&ping->windows[i], ping->pool);
    }
    free(ping->windows);
    ping->windows = NULL;
}
