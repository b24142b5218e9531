/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture as a supply: its frames in their order, with their rhythm, rewritten where asked.
 */
#ifndef TOOLS_SEND_REPLAY_H
#define TOOLS_SEND_REPLAY_H

#include "rewrite.h"
#include "supply.h"

#include "pkt/capture.h"
#include "pkt/filter.h"
#include "pkt/packet.h"

/* Packets of the capture. */
struct replay_counts {
    uint64_t left_out_cut;  /* not wholly captured */
    uint64_t left_out_link; /* of a link layer that cannot be sent, and without IP inside */
    uint64_t unwrapped;     /* sent as IP packets, without a link-layer header that is none of a wire */
    uint64_t backwards;     /* earlier than the packet before */
    uint64_t rewritten;
};

struct send_replay {
    const char *path;
    const char *expression; /* filter; "" for every packet */
    struct pkt_source *source;
    struct pkt_filter *filter;
    struct send_rewriter *rewriter; /* NULL: frames go as they are */
    struct pkt_wall first;          /* time of the round's first packet */
    bool has_first;
    int64_t offset_ns; /* of the packet before */
    uint64_t frames;   /* read in this round */
    struct replay_counts counts;
    bool is_counted; /* a whole round was: the next ones are the same packets */
};

/*
 * Opens the capture.
 *
 * path, expression  must outlive it
 * rewriter          may be NULL
 *
 * 0, *ret_supply set; or a negative enum pkt_error_code
 */
int replay_open(struct send_replay *replay, const char *path, const char *expression,
                struct send_rewriter *rewriter, struct send_supply *ret_supply,
                struct pkt_error *reterr_error);

void replay_close(struct send_replay *replay);

#endif
