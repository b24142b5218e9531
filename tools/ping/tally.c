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

void tally_sent(struct ping *ping, struct ping_target *target)
{
    struct pkt_rtt_stats *window = tally_window(ping, target);
    pkt_rtt_stats_sent(&target->stats);
    if (window != NULL)
        pkt_rtt_stats_sent(window);
}

void tally_reply(struct ping *ping, struct ping_target *target, const struct pkt_rtt_reply *reply)
{
    struct pkt_rtt_stats *window = tally_window(ping, target);
    pkt_rtt_stats_reply(&target->stats, ping->pool, reply);
    if (window == NULL)
        return;
    if (reply->is_late) /* the window in which the echo was given up has counted it */
        pkt_rtt_stats_count(window, PKT_RTT_LATE);
    else
        pkt_rtt_stats_reply(window, ping->pool, reply);
}

void tally_settle(struct ping *ping, struct ping_target *target, bool answered, struct pkt_mono sent)
{
    struct pkt_rtt_stats *window = tally_window(ping, target);
    pkt_rtt_stats_settle(&target->stats, answered, sent);
    if (window != NULL)
        pkt_rtt_stats_settle(window, answered, sent);
}

void tally_count(struct ping *ping, struct ping_target *target, enum pkt_rtt_event event)
{
    struct pkt_rtt_stats *window = tally_window(ping, target);
    pkt_rtt_stats_count(&target->stats, event);
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
