/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a run came to, in numbers: for the closing line and the summary object alike.
 */
#ifndef TOOLS_SEND_SUMMARY_H
#define TOOLS_SEND_SUMMARY_H

#include "send.h"

struct send_summary {
    struct pkt_pace_report pace;
    struct pkt_sender_statistics carrier; /* zero without one */
    uint64_t expected;                    /* probes that were noted */
    uint64_t answered;                    /* of these, with at least one answer */
    uint64_t dropped;                     /* packets that the kernel dropped before they were heard */
    int64_t late_max_ns;                  /* the most that a packet was late */
};

void send_summarise(const struct send *send, struct send_summary *ret_summary);

#endif
