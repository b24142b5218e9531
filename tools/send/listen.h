/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --listen: hears what comes back, and finds the packet that it answers.
 *
 * The socket is a cooked one on all interfaces, or on that of -i: an answer may come another way than the
 * packet went. What it hears is decoded as a Linux cooked capture (SLL2), which is all that is known of it.
 */
#ifndef TOOLS_SEND_LISTEN_H
#define TOOLS_SEND_LISTEN_H

#include "pkt/packet.h"
#include "pkt/probe.h"

enum { LISTEN_FRAME_MAX = 256 * 1024 };

struct send_listener {
    int fd;
    struct pkt_probes *probes;
    uint64_t heard;   /* packets received */
    uint64_t dropped; /* by the kernel, for want of room in the socket's buffer */
    struct pkt_packet packet;
    uint8_t frame[LISTEN_FRAME_MAX];
};

/*
 * Opens a cooked packet socket, and hears from now on.
 *
 * interface  index; 0: all
 *
 * 0 or a negative enum pkt_error_code
 */
int listen_open(struct send_listener *listener, uint32_t interface, struct pkt_error *reterr_error);

/*
 * The next packet that answers a probe, without waiting. False: nothing (more) to hear now. listener->packet
 * is the packet, decoded.
 */
bool listen_next(struct send_listener *listener, struct pkt_answer *ret_answer, struct pkt_wall *ret_time);

/* Brings listener->dropped up to date. */
void listen_count(struct send_listener *listener);

void listen_stop(struct send_listener *listener);

#endif
