/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run from the sockets to the summary: what main.c puts together.
 */
#ifndef TOOLS_PING_RUN_H
#define TOOLS_PING_RUN_H

#include "common/loop.h"
#include "common/options.h"
#include "common/resolver.h"
#include "engine.h"
#include "metrics.h"
#include "names.h"
#include "ping.h"
#include "pkt/route.h"
#include "record.h"
#include "targets.h"
#include "wire.h"

struct run {
    struct ping ping;
    struct ping_engine engine;
    struct engine_port port;
    struct wire wire;
    struct loop *loop;
    struct loop_timer timer;
    struct pkt_mono checked;   /* when --until was looked at last, for many targets */
    struct loop_timer window;  /* --report-every */
    struct metrics metrics;    /* --prometheus */
    struct loop_timer refresh; /* likewise */
    struct resolver *resolver;
    struct names names;
    struct target_list *list;
    struct pkt_rtt_pool pool;
    struct pkt_host *host;
    struct pkt_error route_error;                  /* why there is no way to a target */
    struct name_asked *asked;                      /* names without an answer yet */
    uint32_t unresolved;                           /* how many */
    struct pkt_error family_errors[WIRE_FAMILIES]; /* why a socket could not be opened */
    struct pkt_error error;
    char sandbox[64];
    const char **why_codes; /* what was said of each target; NULL: of none */
    uint32_t whys;          /* sentences that say why a target does not answer */
    uint32_t whys_left_out; /* that there were too many of */
    uint8_t ip_options[40]; /* of echoes, for --save */
};

/* Sets up what cannot fail, so that a failure can be reported as the options have it. */
void run_start(struct run *run, const struct ping_options *options, struct out *out);

/* Opens the sockets, and what else needs privilege. Negative with run->error. */
int run_open(struct run *run, const struct ping_options *options, struct out *out);

/* Reads what names targets, and resolves names. Negative with run->error. */
int run_find_targets(struct run *run, const struct option_operands *operands);

/* Pings them all until it is over. */
enum tool_status run_all(struct run *run);

/* What the kernel would do with an echo to a target; false: there is no way. */
bool run_ask_route(struct run *run, const struct ping_target *target, struct pkt_route *ret_route);

/* Enters the sandbox; what is to be asked for before, is. Negative with run->error. */
int run_confine(struct run *run);

/* Says why a target does not answer, unless that is said or not wanted. */
void run_explain(struct run *run, struct ping_target *target);

/* The answer of a run that went to its end: of its targets, and of --fail-if, which says what failed. */
enum tool_status run_judge(const struct run *run);

/* Says run->error, in the report as well. */
enum tool_status run_fail(struct run *run);

void run_close(struct run *run);

#endif
