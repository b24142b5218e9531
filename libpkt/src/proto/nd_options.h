/*
 * What the rules of neighbour discovery ask the readers of its options. Internal to the proto room.
 */
#ifndef PROTO_ND_OPTIONS_H
#define PROTO_ND_OPTIONS_H

#include "pkt/icmp.h"

/* Whether the length of an option is one that its type can have; else ret_need bytes are the least. True for
 * types that are not read here. */
bool pkt_nd_option_fits(const struct pkt_option *option, uint32_t *ret_need);

#endif
