/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a captured frame says of echoes: the events that an ICMP socket would have told of. Pure.
 */
#ifndef TOOLS_PING_REPLAY_PACKET_H
#define TOOLS_PING_REPLAY_PACKET_H

#include "pkt/capture.h"
#include "pkt/icmp_socket.h"
#include "pkt/packet.h"

enum replay_kind {
    REPLAY_OTHER,    /* nothing about an echo */
    REPLAY_REQUEST,  /* an echo request */
    REPLAY_REPLY,    /* an echo reply */
    REPLAY_ERROR,    /* an ICMP error or redirect that quotes an echo request */
    REPLAY_FRAGMENT, /* of an ICMP message, and not the first: it says nothing */
    REPLAY_CUT,      /* ICMP of which too little was captured */
    REPLAY_DAMAGED,  /* a request or an error with a wrong checksum, which nobody heeds; or malformed */
};

/* Whose echo it is: of a request, its addresses; of a reply, those that the request had. */
struct replay_flow {
    struct pkt_ip source;
    struct pkt_ip destination;
    uint16_t identifier;
};

struct replay_message {
    enum replay_kind kind;
    bool is_group;               /* REQUEST: many may answer, by its address or the link's */
    struct replay_flow flow;     /* REQUEST, REPLY and ERROR */
    uint16_t sequence;           /* likewise */
    struct pkt_icmp_event event; /* REPLY and ERROR: without its times */
};

/* Reads a decoded frame. Views in ret_message are into its bytes. */
void replay_packet_read(const struct pkt_packet *packet, struct replay_message *ret_message);

#endif
