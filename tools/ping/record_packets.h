/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packets of --save, from their IP headers on. Sockets hand over ICMP messages; the headers in front of
 * them are put together again from what is known. Pure.
 */
#ifndef TOOLS_PING_RECORD_PACKETS_H
#define TOOLS_PING_RECORD_PACKETS_H

#include "pkt/build.h"
#include "pkt/icmp_socket.h"

enum { RECORD_HEADERS_MAX = 160 }; /* octets that a packet has at most beside its message or quotation */

/* What goes into an IP header. */
struct record_header {
    struct pkt_ip from;
    struct pkt_ip to;        /* of the same version */
    int hop_limit;           /* negative: not known, 64 is written */
    int traffic_class;       /* negative: not known, 0 is written */
    uint32_t flow_label;     /* IPv6 */
    struct pkt_view options; /* IPv4: as in the header; behind a damaged one nothing is written */
    uint32_t payload_len;    /* octets on the wire behind the header; 0: those that are there */
};

/* An echo request that was sent. */
struct record_echo {
    uint16_t identifier;
    uint16_t sequence;
    struct pkt_view data;
};

/*
 * Each writes one packet into a room of RECORD_HEADERS_MAX octets and what it carries, and gives the packet;
 * empty: it cannot be (too long for its length field, addresses of two versions).
 */

/* An echo request, with its checksum. */
struct pkt_view record_build_echo(struct pkt_room room, const struct record_header *header,
                                  const struct record_echo *echo);

/* Any ICMP message as it came, octet for octet. */
struct pkt_view record_build_message(struct pkt_room room, const struct record_header *header,
                                     struct pkt_view message);

/*
 * An ICMP error of which the kernel handed over the parts only: type, code, MTU, pointer or gateway, and the
 * quoted message. Extensions (RFC 4884) are left out.
 *
 * own       that the quoted echo came from
 * quoted_len  octets of the message that is quoted, as it was sent
 */
struct pkt_view record_build_error(struct pkt_room room, const struct record_header *header,
                                   const struct pkt_icmp_event *event, struct pkt_ip own,
                                   uint32_t quoted_len);

#endif
