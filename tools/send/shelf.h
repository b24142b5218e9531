/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole round of packets in memory, so that sending it touches nothing but the kernel: no parsing, no
 * building and no reading stand between two packets.
 */
#ifndef TOOLS_SEND_SHELF_H
#define TOOLS_SEND_SHELF_H

#include "supply.h"

#include <stddef.h>

enum {
    SHELF_BYTES_MAX = 32 * 1024 * 1024, /* of packets */
    SHELF_ITEMS_MAX = 1 << 18,
};

struct send_shelf {
    struct send_item *items;
    uint8_t *bytes;
    size_t item_count;
    size_t item_room;
    size_t byte_count;
    size_t byte_room;
    size_t next;
    struct pkt_error error; /* what comes behind the last item: of a damaged capture what is whole is sent */
};

/*
 * Lays the next round of `from` on the shelf, at most `limit` packets.
 *
 * 1: all of it, or all before the supply failed; *ret_supply gives it again and again until shelf_free; 0: it
 * is too much for a shelf: `from` has been restarted, use it as it is; negative: enum pkt_error_code
 */
int shelf_fill(struct send_shelf *shelf, struct send_supply *from, uint64_t limit,
               struct send_supply *ret_supply, struct pkt_error *reterr_error);

void shelf_free(struct send_shelf *shelf);

#endif
