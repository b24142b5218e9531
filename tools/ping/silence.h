/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a target does not answer, from evidence: what sending said, what routers said, and what the kernel
 * knows of the way, the interface and the neighbour. What these do not decide is said to be unknown.
 */
#ifndef TOOLS_PING_SILENCE_H
#define TOOLS_PING_SILENCE_H

#include "ping.h"
#include "pkt/interface.h"
#include "pkt/neighbour.h"
#include "pkt/route.h"

/* Whose the source address is that the user asked for. */
enum silence_owner {
    SILENCE_NOT_KNOWN, /* or none was asked for */
    SILENCE_SAME_INTERFACE,
    SILENCE_ANOTHER, /* of this machine, but not of the interface that echoes leave by */
    SILENCE_NOBODY,
};

/* What is known about the way to a target. */
struct silence_evidence {
    const struct ping_target *target;
    struct ping_trouble trouble; /* zero: none */
    int route_errno;             /* why there is no way; 0: there is one */
    struct pkt_route route;
    bool has_interface;
    struct pkt_interface interface;
    bool has_neighbour; /* of the next hop */
    struct pkt_neighbour neighbour;
    bool has_table;
    struct pkt_neighbour_table table; /* that the next hop belongs to */
    struct pkt_ip source;             /* that the user asked for; version 0: none */
    enum silence_owner source_owner;
    int64_t since_ns; /* the first echo */
};

struct silence_answer {
    const char *code; /* stable, for --json */
    char sentence[256];
};

/* The decision alone: no cause is named that the evidence does not prove. */
void silence_decide(const struct silence_evidence *evidence, struct silence_answer *ret_answer);

/* Asks the kernel, and decides. */
void silence_explain(const struct ping *ping, struct pkt_host *host, const struct ping_target *target,
                     struct silence_answer *ret_answer);

/* Why a socket cannot have a source address; false: that is not known. */
bool silence_explain_source(struct pkt_host *host, struct pkt_ip source, struct silence_answer *ret_answer);

#endif
