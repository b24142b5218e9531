/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * -w FILE: what matches goes into a capture file.
 */
#ifndef TOOLS_SNIFF_SAVE_H
#define TOOLS_SNIFF_SAVE_H

#include "sniff.h"

/* Opens what -w names, if it was given; sniff->source is open. False: sniff->error says why. */
bool save_open(struct sniff *sniff);

/* Saves an event, if -w was given. False: sniff->error says why; nothing more can be saved. */
bool save_event(struct sniff *sniff, const struct pkt_event *event);

/* Nothing to read now: what was saved so far becomes visible. False: sniff->error says why. */
bool save_flush(struct sniff *sniff);

/*
 * Closes the file; sniff->saved is what is on it. sniff->error is set unless something failed before; a
 * second failure is said here. A closed pipe on standard output ends the process as SIGPIPE does.
 */
void save_finish(struct sniff *sniff);

/* Says how much was saved, and what the format could not hold. TOOL_ERROR: a whole block was lost. */
enum tool_status save_conclude(const struct sniff *sniff);

#endif
