/* SPDX-License-Identifier: BSD-2-Clause */
#include "lan_dad.h"

/* Of a family: how many probes, and the times between them and behind the last, in nanoseconds. */
struct timing {
    unsigned probes;
    int64_t delay_max;
    int64_t gap_min;
    int64_t gap_max;
    int64_t silence;
};

static const struct timing timings[] = {
  /* RFC 5227 1.1: PROBE_NUM, PROBE_WAIT, PROBE_MIN, PROBE_MAX, ANNOUNCE_WAIT */
    {3, PKT_NS_PER_S, PKT_NS_PER_S, 2 * PKT_NS_PER_S, 2 * PKT_NS_PER_S},
 /* RFC 4862 5.1 DupAddrDetectTransmits; RFC 4861 10 MAX_RTR_SOLICITATION_DELAY, RETRANS_TIMER */
    {1, PKT_NS_PER_S, PKT_NS_PER_S, PKT_NS_PER_S,     PKT_NS_PER_S    },
};

static int64_t between(int64_t min, int64_t max, uint32_t random)
{
    return min + (int64_t)((uint64_t)(max - min) / 1000 * (random % 1001));
}

void lan_dad_start(struct lan_dad *dad, bool v6, struct pkt_mono now, uint32_t random)
{
    int64_t delay = between(0, timings[v6].delay_max, random);
    *dad = (struct lan_dad){.v6 = v6, .due = {now.ns + delay}};
}

enum lan_dad_step lan_dad_turn(struct lan_dad *dad, struct pkt_mono now, uint32_t random)
{
    const struct timing *timing = &timings[dad->v6];
    if (now.ns < dad->due.ns)
        return LAN_DAD_WAIT;
    if (dad->sent == timing->probes)
        return LAN_DAD_FREE;
    dad->sent++;
    dad->due.ns = now.ns + (dad->sent == timing->probes ? timing->silence
                                                        : between(timing->gap_min, timing->gap_max, random));
    return LAN_DAD_PROBE;
}
