/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which target an echo of a capture belongs to: one for each source, destination and identifier.
 */
#ifndef TOOLS_PING_REPLAY_FLOWS_H
#define TOOLS_PING_REPLAY_FLOWS_H

#include "replay_packet.h"

enum {
    REPLAY_TARGETS_MAX = 262144, /* four /16 */
};

struct replay_flows {
    uint8_t key[16];          /* random: nobody can choose flows that collide */
    uint32_t *slots;          /* number of a row, plus 1; 0: free */
    struct replay_flow *rows; /* those of targets, and behind them one for each group's source */
    int32_t *targets;         /* of the rows */
    uint32_t count;           /* of the rows */
};

/* An empty table. False: no memory. Untouched parts of it take none. */
bool replay_flows_open(struct replay_flows *flows, const uint8_t key[16]);

void replay_flows_close(struct replay_flows *flows);

/* The target of a flow, or of the group that its source and identifier sent to last; negative: none. */
int32_t replay_flows_find(const struct replay_flows *flows, const struct replay_flow *flow);

/* The same for the very flow alone. */
int32_t replay_flows_find_exactly(const struct replay_flows *flows, const struct replay_flow *flow);

/* Adds a flow for a target, at most REPLAY_TARGETS_MAX of them; what answers a group comes from anybody. */
void replay_flows_add(struct replay_flows *flows, const struct replay_flow *flow, int32_t target,
                      bool is_group);

#endif
