/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The link: a packet socket that sends, one that receives what a filter lets through, and the probes that
 * await an answer.
 */
#ifndef TOOLS_PING_LAN_WIRE_H
#define TOOLS_PING_LAN_WIRE_H

#include "lan_frames.h"
#include "pkt/interface.h"
#include "pkt/probe.h"
#include "pkt/sender.h"

enum {
    LAN_RECEIVED_MAX = 2048, /* bytes kept of a frame */
    LAN_UNDER_WAY_MAX = 8192,
};

/* What a probe was sent for. */
struct lan_note {
    uint64_t number;
    struct pkt_mono sent;
    uint32_t target;
    uint32_t sequence;
    uint64_t earlier; /* packets up to the request before to the same target; 0: there was none */
};

struct lan_wire {
    int receiver;
    int transmitter; /* until the sender owns it; -1 */
    struct pkt_sender *sender;
    struct pkt_probes *probes;
    struct lan_note *notes; /* of the last LAN_UNDER_WAY_MAX packets */
    uint64_t sent;
    uint64_t refused;
    int refused_errno;    /* of the last of them */
    uint64_t unlinked;    /* frames that the kernel took though the interface could not send them */
    uint64_t dropped;     /* frames that the receiver had no room for */
    struct pkt_wall time; /* of the frame that was received last */
    struct pkt_packet packet;
    uint8_t frame[LAN_RECEIVED_MAX];
};

/* An answer to a probe. */
struct lan_answer {
    const struct lan_note *note;
    int64_t rtt_ns;
    bool is_kernel; /* both stamps are the kernel's */
};

/* Opens the sockets, which hear nothing yet; all that needs privilege. Fails as pkt_socket_open does. */
int lan_wire_open(struct lan_wire *wire, struct pkt_error *reterr_error);

/* Sets them to an interface. Without `all` the receiver hears ARP and neighbour discovery alone. */
int lan_wire_bind(struct lan_wire *wire, const struct pkt_interface *interface, bool all,
                  struct pkt_error *reterr_error);

/* Sends a frame, and notes what for, but for number and time, which it sets. False: not now, a queue is full.
 * A frame that is refused counts as sent, and as refused. */
bool lan_wire_send(struct lan_wire *wire, const struct lan_frame *frame, const struct lan_note *what);

/* The request before to the same target. NULL: there was none, or it is forgotten. */
const struct lan_note *lan_wire_earlier(const struct lan_wire *wire, const struct lan_note *note);

/* Takes the next frame into wire->packet. False: none now. */
bool lan_wire_next(struct lan_wire *wire);

/* Whether that frame answers a probe. */
bool lan_wire_answer(struct lan_wire *wire, struct lan_answer *ret_answer);

/* Adds what the kernel dropped since the last call to wire->dropped, and sets wire->unlinked. */
void lan_wire_count(struct lan_wire *wire);

void lan_wire_close(struct lan_wire *wire);

#endif
