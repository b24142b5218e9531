/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happens to a target's echoes, counted for the whole run, for all targets together and, with
 * --report-every, for the window of now.
 */
#ifndef TOOLS_PING_TALLY_H
#define TOOLS_PING_TALLY_H

#include "ping.h"

/* Makes the windows where they are wanted. False: no memory. */
bool tally_start(struct ping *ping);

void tally_sent(struct ping *ping, struct ping_target *target);
void tally_reply(struct ping *ping, struct ping_target *target, const struct pkt_rtt_reply *reply);
void tally_settle(struct ping *ping, struct ping_target *target, bool answered, struct pkt_mono sent);
void tally_count(struct ping *ping, struct ping_target *target, enum pkt_rtt_event event);

/* A target's window; NULL: there are none. */
struct pkt_rtt_stats *tally_window(struct ping *ping, const struct ping_target *target);

/* Begins new windows; what is under way is decided there. */
void tally_reset(struct ping *ping);

/* Gives back all memory of targets and windows. */
void tally_stop(struct ping *ping);

#endif
