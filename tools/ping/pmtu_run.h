/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --pmtu: the path MTU to each target, one after the other. The search itself is in pmtu.h; here are its
 * echoes, and who is told of them.
 */
#ifndef TOOLS_PING_PMTU_RUN_H
#define TOOLS_PING_PMTU_RUN_H

#include "common/status.h"
#include "pkt/icmp_socket.h"
#include "pkt/interface.h"
#include "pmtu.h"
#include "run.h"

/* What became of an echo. */
struct pmtu_news {
    unsigned probe;                     /* of the search */
    const struct pkt_icmp_event *event; /* that says so; NULL: it vanished, or this machine did not send it */
    int64_t rtt_ns;                     /* of one that passed */
    int send_errno;                     /* of one that was not sent; 0: it was */
    bool is_too_long;                   /* an error with an event says that */
    bool is_believed;                   /* and it is believed */
};

struct pmtu_run {
    struct run *run;
    const struct pmtu_report *report;
    struct pmtu pmtu;
    struct pmtu_result result; /* of the search, once it is over */
    struct ping_target *target;
    struct pkt_interface interface; /* out of which echoes go to it; index 0: not known */
    uint64_t first;                 /* number of the search's first echo */
    unsigned fragmented;            /* echoes without DF after the search, to see whether fragments pass */
    bool fragments_pass;
    struct pkt_mono due; /* of the last of these */
    uint8_t *message;
    uint8_t key[16];
    struct loop_timer timer;
    /* of all targets so far */
    uint64_t sent;
    uint64_t received;
    uint32_t reached;
    uint32_t unclear; /* answered, but the search did not come to its end */
};

/* Who is told. */
struct pmtu_report {
    void (*begin)(struct pmtu_run *run); /* of a target */
    void (*news)(struct pmtu_run *run, const struct pmtu_news *news);
    void (*result)(struct pmtu_run *run);
    void (*end)(struct pmtu_run *run); /* of all */
};

extern const struct pmtu_report pmtu_report_text;
extern const struct pmtu_report pmtu_report_json;

/* Bytes of the IP header and the ICMP header in front of the data. */
uint32_t pmtu_headers(const struct ping_target *target);

/*
 * Searches, for the targets that run_find_targets() found.
 *
 * TOOL_OK: the path MTU to each of them was found. TOOL_NO: not so. TOOL_ERROR: it is said.
 */
enum tool_status pmtu_run(struct run *run);

#endif
