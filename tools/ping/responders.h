/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who answers echoes to a group: each host once, whatever the number of its replies.
 */
#ifndef TOOLS_PING_RESPONDERS_H
#define TOOLS_PING_RESPONDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "pkt/address.h"
#include "pkt/ip.h"

enum { RESPONDERS_MAX = 4096 }; /* what a network can make us remember */

struct responder {
    const void *group; /* that the echoes went to */
    struct pkt_ip address;
    uint32_t interface; /* that the replies came in by; 0: not known */
    uint64_t replies;
    int64_t min_ns;
    int64_t max_ns;
    int64_t sum_ns;
    bool has_mac; /* it is a neighbour: */
    struct pkt_mac mac;
};

struct responders {
    struct responder *list;
    uint32_t count;
    uint32_t room;
    uint64_t unlisted; /* replies of hosts for which there was no room */
};

/* A reply came. */
void responders_add(struct responders *responders, const void *group, struct pkt_ip address,
                    uint32_t interface, int64_t rtt_ns);

void responders_free(struct responders *responders);

#endif
