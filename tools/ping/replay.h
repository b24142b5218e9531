/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --read: a capture with echo packets instead of the network. What it holds goes through the same engine and
 * tally as what comes from sockets, so the numbers and the output are those of a run.
 *
 * A target is a source, a destination and an identifier. A reply answers the last request of its flow with
 * its sequence number; round-trip times are those between the times of the capture. Time goes on with the
 * capture's packets, of whatever kind: a request without an answer is lost once the capture has gone on for
 * the timeout behind it, and else waits still when it ends. The tags of pktping's echoes are not checked:
 * the key of the run that made them is gone.
 */
#ifndef TOOLS_PING_REPLAY_H
#define TOOLS_PING_REPLAY_H

#include "common/options.h"
#include "run.h"

/* What became of the packets of a capture; those that are in none of the counts have no echo in them. */
struct replay_counts {
    uint64_t packets;
    uint64_t used;      /* requests, replies and errors that counted */
    uint64_t unmatched; /* replies and errors without a request before them */
    uint64_t repeated;  /* requests that were there already, unanswered as yet: captured twice */
    uint64_t fragments; /* of ICMP messages; of the first of them the header counts */
    uint64_t cut;       /* too little was captured */
    uint64_t damaged;   /* requests and errors with a wrong checksum, and what is too short */
    uint64_t untimed;   /* packets without a time */
    uint64_t filtered;  /* echoes to addresses, or of an IP version, that were not asked for */
};

/*
 * Reads the capture that the options name, to its end or until the user stops it.
 *
 * run       begun by run_start(); to be closed with run_close()
 * operands  addresses to which echoes count; none: all
 *
 * Statuses as of run_all(); TOOL_ERROR with a message where the file cannot be read to its end.
 */
enum tool_status replay_run(struct run *run, const struct option_operands *operands);

/* Counts of the run of now. */
const struct replay_counts *replay_get_counts(void);

#endif
