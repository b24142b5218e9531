/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lets libpkt's printers write straight into an output's buffer: a struct pkt_sink whose window is the
 * buffer's free part.
 *
 * While the sink is in use nothing else may write to the output; out_sink_sync() hands over what was printed.
 */
#ifndef TOOLS_COMMON_OUTPUT_SINK_H
#define TOOLS_COMMON_OUTPUT_SINK_H

#include "output.h"
#include "pkt/sink.h"

/* A sink over `out`, which must be open and outlive it. */
void out_sink_open(struct pkt_sink *sink, struct out *out);

/* The output takes what was printed so far; with -l it flushes whole lines. Call it before any other out_
 * call. */
void out_sink_sync(struct pkt_sink *sink);

/* The same, and everything goes to the kernel. */
void out_sink_flush(struct pkt_sink *sink);

#endif
