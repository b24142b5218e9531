/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What gives packets one after the other: a plan that was written as text, a capture to replay, or the shelf
 * on which either was laid beforehand.
 */
#ifndef TOOLS_SEND_SUPPLY_H
#define TOOLS_SEND_SUPPLY_H

#include "pkt/base.h"
#include "pkt/view.h"

/* A packet to send. */
struct send_item {
    struct pkt_view bytes;
    uint8_t *writable;  /* the same bytes, where they may be changed before they leave; NULL: they may not */
    uint16_t linktype;  /* enum pkt_linktype: ETHERNET, or RAW for a packet that begins with its IP header */
    uint16_t flags;     /* enum pkt_decode_flag */
    uint32_t interface; /* index of the one to leave by; 0: no matter */
    int refusal;        /* errno why it cannot leave, known before it is offered; 0: none */
    int64_t offset_ns;  /* since the first packet of its round, where the supply has a rhythm */
};

struct send_supply {
    void *context;
    /* 1: *ret_item is set, its bytes valid until the next call; 0: the round is over; negative: enum
     * pkt_error_code */
    int (*next)(void *context, struct send_item *ret_item, struct pkt_error *reterr_error);
    /* Begins the next round: 0; negative: enum pkt_error_code, as where a pipe cannot be read twice. */
    int (*restart)(void *context, struct pkt_error *reterr_error);
    uint64_t count;  /* packets of a round; UINT64_MAX: not known */
    bool is_stable;  /* bytes stay valid as long as the supply */
    bool has_rhythm; /* items have offsets */
    bool varies;     /* the rounds differ (rand, inc) */
};

#endif
