/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --count: one line, as tcpdump prints it.
 */
#include "sniff.h"

#include "common/message.h"

static void end(struct sniff *sniff)
{
    pkt_put_u64(&sniff->sink, sniff->reported);
    pkt_put(&sniff->sink, message_plural(sniff->reported, " packet\n", " packets\n"));
}

const struct sniff_report sniff_report_count = {.end = end};
