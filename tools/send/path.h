/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of a packet to its destination: what routing table and neighbours of this machine say.
 */
#ifndef TOOLS_SEND_PATH_H
#define TOOLS_SEND_PATH_H

#include "plan.h"

#include "pkt/host.h"
#include "pkt/interface.h"

enum { PATH_ADDRESSES_MAX = 512 };

struct path_finder {
    struct pkt_host *host;
    uint32_t interface; /* index of -i; 0: the routing table decides */
    bool needs_macs;    /* else the kernel finds the neighbours itself: raw sockets */
    uint32_t loopback; /* index of the interface by which local destinations are reached; 0: none asked yet */
    uint64_t unresolved; /* destinations whose neighbour did not answer: their paths have a MAC of zeroes */
    struct pkt_error error; /* why the last destination has no way; code 0: it had one */
    struct pkt_interface_address addresses[PATH_ADDRESSES_MAX]; /* of this machine */
    size_t address_count;
};

/* Asks the kernel for this machine's addresses; needs_macs: whether paths are to have them. 0 or a negative
 * enum pkt_error_code. */
int path_open(struct path_finder *finder, uint32_t interface, bool needs_macs,
              struct pkt_error *reterr_error);

/* The resolver of a plan; context is the finder. */
bool path_resolve(void *context, const struct send_address *destination, struct send_path *ret_path);

/* Whether an address of 4 or 16 bytes is one of this machine's. */
bool path_is_ours(const struct path_finder *finder, struct pkt_view address);

void path_close(struct path_finder *finder);

#endif
