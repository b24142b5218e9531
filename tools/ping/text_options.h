/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4 options of a reply, in the lines of ping(8): the route that was recorded (-R), the times of hops (-T).
 */
#ifndef TOOLS_PING_TEXT_OPTIONS_H
#define TOOLS_PING_TEXT_OPTIONS_H

#include "common/output.h"
#include "pkt/view.h"

/* Writes them behind the line of the reply. The same route twice in a row is said in two words. */
void text_ip_options(struct out *out, struct pkt_view options);

#endif
