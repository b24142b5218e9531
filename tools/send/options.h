/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pktsend was asked for.
 */
#ifndef TOOLS_SEND_OPTIONS_H
#define TOOLS_SEND_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* --via: how packets leave. */
enum send_via {
    SEND_VIA_AUTO, /* a packet socket where there is a link-layer header, else a raw socket */
    SEND_VIA_RAW,
    SEND_VIA_PACKET,
    SEND_VIA_LIBNET,
};

enum { SEND_REWRITES_MAX = 32 };
#define SEND_ROUNDS_DEFAULT UINT64_MAX /* --loop was not given */

struct send_options {
    const char *interface; /* -i; NULL: by the routing table */
    const char *replay;    /* --replay: file, "-" for standard input; NULL: craft the operands */
    const char *netns;
    unsigned via;        /* enum send_via */
    uint64_t packets;    /* stop after as many; 0: one round (--loop says how many) */
    uint64_t rounds;     /* --loop; 0: until stopped */
    uint64_t rate;       /* packets a second, NUMBER_RATE_MAX: as fast as possible; 0: not given */
    int64_t interval_ns; /* between packets; 0: not given */
    double speed;        /* of a replay; 0: not given */
    uint64_t seed;       /* of rand */
    bool seed_given;
    const char *save; /* FILE: write there instead of sending */
    bool dry_run;     /* neither send nor save */
    bool print;       /* a line for each packet */
    bool hex;         /* and its bytes */
    unsigned verbose;
    int64_t listen_ns; /* how long after the last packet; 0: do not listen */
    bool json;
    bool bypass; /* around the queueing discipline */
    bool yes;    /* no questions */
    bool quiet;
    const char *rewrites[SEND_REWRITES_MAX];
    unsigned rewrite_count;
};

#endif
