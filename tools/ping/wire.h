/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wire: an ICMP socket for each family that is needed, whatever the number of targets.
 */
#ifndef TOOLS_PING_WIRE_H
#define TOOLS_PING_WIRE_H

#include "engine.h"
#include "ping.h"
#include "pkt/icmp_socket.h"

enum {
    WIRE_EVENTS = 128,
    WIRE_FAMILIES = 2, /* IPv4 first */
};

struct wire {
    struct pkt_icmp_socket *sockets[WIRE_FAMILIES]; /* NULL: not open */
    struct ping_engine *engine;
    struct ping *ping;
    uint8_t *messages; /* room for `batch` echoes */
    size_t message_len;
    unsigned batch;
    struct pkt_icmp_event events[WIRE_EVENTS];
};

/*
 * Opens the socket of a family as the options have it, with the strongest stamps that the kernel has for it.
 * Fails as pkt_icmp_socket_open does.
 */
int wire_open(struct wire *wire, const struct ping_options *options, unsigned family,
              struct pkt_error *reterr_error);

/*
 * -B: keeps the source address; -C: connects the socket to the target. Both for one target.
 * source  what the routes say
 * Fails with PKT_E_SYSTEM.
 */
int wire_pin(struct wire *wire, const struct ping_options *options, const struct ping_target *target,
             struct pkt_ip source, struct pkt_error *reterr_error);

/* Gets ready to send what the run's options say. False: no memory. */
bool wire_prepare(struct wire *wire, struct ping *ping, struct ping_engine *engine);

/* The identifiers of echoes of IPv4 and IPv6. */
void wire_get_identifiers(const struct wire *wire, uint16_t ret_identifiers[WIRE_FAMILIES]);

/* The hop limit of echoes of a family to hosts, or to groups; negative: it is not known. */
int wire_get_hop_limit(const struct wire *wire, unsigned family, bool to_groups);

/* Sends; as engine_port.send. */
unsigned wire_send(void *wire, const struct engine_probe *probes, unsigned count, int *ret_errnos);

/* Takes all that came on the socket of a descriptor, and gives it to the engine. */
void wire_receive(struct wire *wire, int fd);

/* Octets of the IPv4 options that the options ask for (-R, -T). */
unsigned wire_ip_options(const struct ping_options *options, uint8_t ret_bytes[40]);

/* Messages that came and for which the receive buffers had no room: what is missing is not the targets' doing
 * alone. */
uint64_t wire_dropped(const struct wire *wire);

void wire_close(struct wire *wire);

#endif
