/*
 * Reading routes from messages.
 */
#ifndef HOST_ROUTE_H
#define HOST_ROUTE_H

#include "netlink.h"
#include "pkt/watch.h"

/* A route as it stands in its table; false where the message is none of an IP route. */
bool route_read_entry(const struct nlmsghdr *message, struct pkt_watch_route *ret_route);

#endif
