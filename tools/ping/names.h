/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of those who answer (-H). Asking never waits: a line that is due before the name has come has the
 * address alone.
 */
#ifndef TOOLS_PING_NAMES_H
#define TOOLS_PING_NAMES_H

#include "common/resolver.h"
#include "ping.h"

enum { NAMES_KEPT = 256 };

struct name_slot {
    struct pkt_ip address;         /* version 0: the slot is free */
    struct resolver_query *query;  /* not NULL: asked, not answered yet */
    char name[RESOLVER_NAME_SIZE]; /* "": there is none, or not yet */
};

struct names {
    struct resolver *resolver;
    unsigned next; /* that gives way */
    struct name_slot slots[NAMES_KEPT];
};

/* Begins; the resolver must outlive it. */
void names_start(struct names *names, struct resolver *resolver);

/* The name of an address as far as it is known, else NULL, and it is asked for. NULL without -H. */
const char *names_of(struct ping *ping, struct pkt_ip address);

#endif
