/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plan: the packets that a line of pktsend's language asks for, built one after the other.
 *
 *     struct send_plan *plan;
 *     struct send_error error;
 *     struct send_packet packet;
 *     if (send_plan_parse("ip dst=10.0.0.1 ttl=1..5 / udp / \"hello\"", &context, &plan, &error) < 0)
 *         ... error.column says where, error.sentence what is wrong and what is allowed there
 *     while (send_plan_next(plan, &packet, &error) > 0)
 *         ... packet.bytes
 *     send_plan_free(plan);
 *
 * The language is described in pktsend(8). A plan reads no clock and no random numbers of its own: the same
 * text, context and seed give the same packets.
 */
#ifndef TOOLS_SEND_PLAN_H
#define TOOLS_SEND_PLAN_H

#include "pkt/address.h"
#include "pkt/packet.h"

enum {
    SEND_TEXT_MAX = 64 * 1024,   /* bytes of a description, or of the file that "@FILE" names */
    SEND_FILE_MAX = 65535,       /* bytes of a "file:" payload */
    SEND_PACKET_MAX = 65535 + 64 /* bytes of a packet with its link-layer headers */
};

struct send_plan;

/* Where a text is wrong. */
struct send_error {
    unsigned line;       /* of the file that "@FILE" names, from 1; 0: the text itself */
    size_t column;       /* in bytes, from 1 */
    size_t length;       /* bytes that are wrong; 0: something is missing there */
    char sentence[1024]; /* what is wrong and what is allowed there; no newline, no full stop */
};

/* An address of either family. */
struct send_address {
    bool is_ip6;
    bool on_link; /* ARP asks for it on the link itself: no neighbour is needed to get there */
    bool has_mac; /* the frame says where it goes: no neighbour either */
    struct pkt_ip4 ip4;
    struct pkt_ip6 ip6;
};

/* How a packet gets to a destination. */
struct send_path {
    uint32_t interface; /* index; 0: not known */
    bool has_ip4, has_ip6, has_mac, has_next_hop_mac;
    struct pkt_ip4 ip4; /* source address to use */
    struct pkt_ip6 ip6;
    struct pkt_mac mac;          /* of the interface */
    struct pkt_mac next_hop_mac; /* of the destination or of the gateway to it */
    uint32_t mtu;                /* of the interface; 0: not known */
};

/* What a plan asks of the machine. Zero: nothing is known of it, see the defaults in pktsend(8). */
struct send_context {
    /* How to reach a destination; called for the packet itself, not for what it quotes or tunnels. Answers
     * are kept, those of the last 256 destinations or so. False: there is no way. NULL: packets get default
     * addresses. */
    bool (*resolve)(void *resolve_context, const struct send_address *destination,
                    struct send_path *ret_path);
    void *resolve_context;
    bool link_layer; /* packets that begin with an IP header get an Ethernet header */
    uint64_t seed;   /* of rand */
};

/* One packet. */
struct send_packet {
    struct pkt_view bytes; /* in the plan's buffer, valid until the next call */
    uint64_t number;       /* in this round, from 1 */
    uint32_t interface;    /* index of the one to leave by; 0: not known */
    uint16_t linktype;     /* enum pkt_linktype */
    bool has_link_layer;   /* it begins with a link-layer header */
};

/*
 * Reads a description, or with "@FILE" a file with one on each line, in which empty lines and lines that
 * begin with "#" say nothing. The first packet of each is built, so that what parses can be built.
 *
 * context     may be NULL; copied, what it points to must outlive the plan
 * reterr      set on failure only
 *
 * 0, or negative: PKT_E_ARGUMENT for a mistake in the text, PKT_E_SYSTEM for a file, PKT_E_MEMORY
 */
int send_plan_parse(const char *text, const struct send_context *context, struct send_plan **ret_plan,
                    struct send_error *reterr);

/* How many packets a round has, fragments counted singly; UINT64_MAX: that many or more, or, where packets of
 * several lengths are fragmented, not known. */
uint64_t send_plan_count(const struct send_plan *plan);

/* Whether the rounds differ: rand or inc are in the text. */
bool send_plan_varies(const struct send_plan *plan);

/*
 * Builds the next packet of the round.
 *
 * 1: *ret_packet is set; 0: the round is over; negative: PKT_E_ARGUMENT, this combination of values cannot be
 * built, and reterr says why
 */
int send_plan_next(struct send_plan *plan, struct send_packet *ret_packet, struct send_error *reterr);

/* Begins the next round: rand and inc go on where they were. */
void send_plan_restart(struct send_plan *plan);

/* Forgets the ways to all destinations but those whose neighbour is silent: they are asked for anew. */
void send_plan_forget(struct send_plan *plan);

/* May be NULL. */
void send_plan_free(struct send_plan *plan);

#endif
