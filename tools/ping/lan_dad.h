/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When the probes for a duplicate address go, and when it counts as free: RFC 5227 2.1.1 for IPv4, RFC 4862
 * 5.4 for IPv6. Pure: time and random numbers are parameters.
 */
#ifndef TOOLS_PING_LAN_DAD_H
#define TOOLS_PING_LAN_DAD_H

#include <stdbool.h>
#include <stdint.h>

#include "pkt/time.h"

struct lan_dad {
    bool v6;
    unsigned sent;       /* probes */
    struct pkt_mono due; /* when something is to be done next */
};

enum lan_dad_step {
    LAN_DAD_WAIT,
    LAN_DAD_PROBE, /* send one now */
    LAN_DAD_FREE,  /* nobody spoke up: it may be used */
};

/* Begins with a random delay of up to a second, lest hosts that were switched on together ask at once. */
void lan_dad_start(struct lan_dad *dad, bool v6, struct pkt_mono now, uint32_t random);

/* What is to be done now. */
enum lan_dad_step lan_dad_turn(struct lan_dad *dad, struct pkt_mono now, uint32_t random);

#endif
