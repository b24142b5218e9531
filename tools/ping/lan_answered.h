/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of the last requests were answered. ARP and neighbour discovery have no sequence numbers: a reply
 * says whom it is from, and not which request it is to. Pure.
 */
#ifndef TOOLS_PING_LAN_ANSWERED_H
#define TOOLS_PING_LAN_ANSWERED_H

#include <stdbool.h>
#include <stdint.h>

enum { LAN_ANSWERED_SPAN = 64 }; /* requests that are kept in mind, up to the last one that was answered */

struct lan_answered {
    uint32_t last; /* sequence number, from 1; 0: none was answered */
    uint64_t bits; /* bit i: the one that is i before */
};

/* Whether the request was answered; one that is no longer in mind counts as answered. */
bool lan_answered_has(const struct lan_answered *answered, uint32_t sequence);

/* Notes an answer. False: it is not the first to that request. */
bool lan_answered_add(struct lan_answered *answered, uint32_t sequence);

#endif
