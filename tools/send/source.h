/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the packets come from: the description on the command line, or a capture; and what this machine knows
 * of the way that they take.
 */
#ifndef TOOLS_SEND_SOURCE_H
#define TOOLS_SEND_SOURCE_H

#include "carrier.h"
#include "common/options.h"
#include "common/status.h"
#include "path.h"
#include "plan.h"
#include "replay.h"
#include "supply.h"

#include "pkt/time.h"

struct send_source {
    const struct send_options *options;
    char *text;             /* the operands, joined by blanks */
    struct send_plan *plan; /* NULL: a replay */
    struct send_replay replay;
    struct send_rewriter *rewriter;
    struct path_finder paths; /* where packets are sent */
    bool sends;               /* else nothing is looked up on this machine */
    struct pkt_mono asked;    /* when the ways of all destinations were last asked for anew */
};

/*
 * Opens what the options ask for.
 *
 * carrier  NULL where nothing is sent: then nothing is looked up on this machine
 *
 * 0, or a negative enum pkt_error_code
 */
int source_open(struct send_source *source, const struct send_options *options,
                const struct option_operands *operands, const struct send_carrier *carrier,
                struct send_supply *ret_supply, struct pkt_error *reterr_error);

/* Whether the packets stay on this machine: -i names a loopback interface. */
bool source_is_loopback(const struct send_source *source);

/* Whether an address is one of this machine's; context is the source. */
bool source_is_ours(void *context, struct pkt_view address);

/* Says what of a capture was left out, and makes the status say so. */
enum tool_status source_conclude(const struct send_source *source, enum tool_status status);

void source_close(struct send_source *source);

#endif
