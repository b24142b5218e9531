/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and secrets for libpkt's track room, which has neither of its own.
 */
#ifndef TOOLS_COMMON_MEMORY_H
#define TOOLS_COMMON_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "pkt/track.h"

/* The heap, up to a budget in bytes. */
struct pkt_memory memory_of_heap(size_t budget);

/* A random number that nobody on the network can guess; the time of day where the kernel has none. */
uint64_t memory_secret(void);

#endif
