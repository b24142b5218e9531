/*
 * What the builders of ICMP, its extensions and neighbour discovery share. Internal to the proto room.
 */
#ifndef PROTO_ICMP_BUILD_H
#define PROTO_ICMP_BUILD_H

#include "build.h"
#include "pkt/icmp_build.h"

enum { ICMP_BODY = 8 };

/* Begins a message of len bytes of either family; behind an error a quotation is open. */
struct pkt_room pkt_build_icmp_message(struct pkt_build *build, enum pkt_proto proto, uint8_t type,
                                       uint8_t code, size_t len);

/* The unit of the length attribute of an error in bytes; 0: it has none, so that no extension structure may
 * follow (RFC 4884 4). */
size_t pkt_build_quote_unit(const struct pkt_build_row *error);

#endif
