/*
 * Reading neighbours from messages.
 */
#ifndef HOST_NEIGHBOUR_H
#define HOST_NEIGHBOUR_H

#include "netlink.h"
#include "pkt/neighbour.h"

/* False where the message is none of an IPv4 or IPv6 neighbour. */
bool neighbour_read(const struct nlmsghdr *message, struct pkt_neighbour *ret_neighbour);

#endif
