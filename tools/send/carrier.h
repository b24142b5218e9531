/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What carries packets off the machine: one sender for each way and interface that they need.
 *
 * Sockets are opened by carrier_open, while there is privilege, and given to senders when packets ask for
 * them, when there is none any more.
 */
#ifndef TOOLS_SEND_CARRIER_H
#define TOOLS_SEND_CARRIER_H

#include "options.h"
#include "supply.h"

#include "pkt/sender.h"

enum {
    CARRIER_INTERFACES_MAX = 8, /* that packets of one run may leave by */
    CARRIER_SENDERS_MAX = CARRIER_INTERFACES_MAX + 2,
};

struct carrier_sender {
    struct pkt_sender *sender;
    int kind;           /* enum pkt_sender_kind */
    uint32_t interface; /* index; 0: any */
};

struct send_carrier {
    unsigned via; /* enum send_via */
    bool bypass;
    bool stamps;                            /* transmit timestamps are wanted */
    uint32_t interface;                     /* of -i; 0: none was given */
    int packet_fds[CARRIER_INTERFACES_MAX]; /* open and not yet used; -1: used or not needed */
    int raw4_fd;
    int raw6_fd;
    struct carrier_sender senders[CARRIER_SENDERS_MAX];
    unsigned sender_count;
};

/*
 * Opens the sockets that options.via may need: link-layer ones for PACKET, network-layer ones for RAW, both
 * for AUTO. LIBNET needs options.interface, and opens its own.
 *
 * 0 or a negative enum pkt_error_code
 */
int carrier_open(struct send_carrier *carrier, const struct send_options *options, bool stamps,
                 struct pkt_error *reterr_error);

/* Which sender carries the item: made when it is the first of its kind. NULL: reterr_error says why not. */
struct carrier_sender *carrier_choose(struct send_carrier *carrier, const struct send_item *item,
                                      struct pkt_error *reterr_error);

/* Makes every sender that packets out of the interface of -i can need. 0 or a negative enum pkt_error_code.
 */
int carrier_make_all(struct send_carrier *carrier, struct pkt_error *reterr_error);

/* Whether this sender carries the item. */
bool carrier_fits(const struct send_carrier *carrier, const struct carrier_sender *sender,
                  const struct send_item *item);

/* The sum over all senders. */
void carrier_get_statistics(const struct send_carrier *carrier, struct pkt_sender_statistics *ret_statistics);

void carrier_close(struct send_carrier *carrier);

#endif
