/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Targets on a link of this machine: each takes a place in the kernel's table of neighbours while it is
 * asked for and after it answered. Where the table is full, the kernel sends nothing (ENOBUFS), for nobody.
 */
#ifndef TOOLS_PING_ON_LINK_H
#define TOOLS_PING_ON_LINK_H

#include "ping.h"
#include "pkt/host.h"
#include "pkt/interface.h"
#include "pkt/neighbour.h"

/* How many of the targets of an IP version stand in a prefix of one of these addresses. */
uint32_t on_link_count(const struct ping *ping, unsigned version,
                       const struct pkt_interface_address *addresses, size_t count);

/*
 * Echoes a second to so many targets that leave room in the table; 0: they all fit at once.
 * A quarter of the table, and what stands there now, is left to others.
 */
uint64_t on_link_rate(uint32_t targets, const struct pkt_neighbour_table *table);

/* The least rate that the run's targets ask for, by what the kernel says now; 0: any, or it cannot be known.
 */
uint64_t on_link_limit(const struct ping *ping, struct pkt_host *host);

#endif
