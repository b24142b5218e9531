/*
 * Reading interfaces and their addresses from messages; for questions and events alike.
 */
#ifndef HOST_INTERFACE_H
#define HOST_INTERFACE_H

#include "netlink.h"
#include "pkt/interface.h"

/* False where the message is none of an interface (a bridge's view of one included) or of an address. */
bool interface_read(const struct nlmsghdr *message, struct pkt_interface *ret_interface);
bool interface_address_read(const struct nlmsghdr *message, struct pkt_interface_address *ret_address);

#endif
