/* SPDX-License-Identifier: BSD-2-Clause */
#include "shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct pkt_error *reterr_error)
{
    reterr_error->code = PKT_E_MEMORY;
    (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence,
                   "not enough memory to hold the packets: give fewer");
    return PKT_E_MEMORY;
}

/* Twice as much room, at least `least`, at most `most`. */
static size_t grown(size_t room, size_t least, size_t most)
{
    size_t twice = room > most / 2 ? most : room * 2;
    return twice < least ? least : twice;
}

static bool room_for_item(struct send_shelf *shelf)
{
    if (shelf->item_count < shelf->item_room)
        return true;
    size_t room = grown(shelf->item_room, 64, SHELF_ITEMS_MAX);
    struct send_item *items = reallocarray(shelf->items, room, sizeof *items);
    if (items == NULL)
        return false;
    shelf->items = items;
    shelf->item_room = room;
    return true;
}

static bool room_for_bytes(struct send_shelf *shelf, size_t len)
{
    if (len <= shelf->byte_room - shelf->byte_count)
        return true;
    size_t room = grown(shelf->byte_room, shelf->byte_count + len, SHELF_BYTES_MAX);
    uint8_t *bytes = realloc(shelf->bytes, room);
    if (bytes == NULL)
        return false;
    shelf->bytes = bytes;
    shelf->byte_room = room;
    return true;
}

static bool has_limits_left(const struct send_shelf *shelf, const struct send_item *item)
{
    return shelf->item_count < SHELF_ITEMS_MAX && item->bytes.len <= SHELF_BYTES_MAX - shelf->byte_count;
}

/* The bytes may still move while more is laid: point() says where they are in the end. */
static bool lay(struct send_shelf *shelf, const struct send_item *item)
{
    if (!room_for_item(shelf) || !room_for_bytes(shelf, item->bytes.len))
        return false;
    if (item->bytes.len != 0)
        memcpy(shelf->bytes + shelf->byte_count, item->bytes.ptr, item->bytes.len);
    shelf->byte_count += item->bytes.len;
    shelf->items[shelf->item_count++] = *item;
    return true;
}

/* Now that the bytes stay where they are, the items point to them. */
static void point(struct send_shelf *shelf)
{
    size_t off = 0;
    for (size_t i = 0; i < shelf->item_count; i++) {
        shelf->items[i].bytes.ptr = shelf->items[i].writable = shelf->bytes + off;
        off += shelf->items[i].bytes.len;
    }
}

static int next(void *context, struct send_item *ret_item, struct pkt_error *reterr_error)
{
    struct send_shelf *shelf = context;
    if (shelf->next == shelf->item_count) {
        *reterr_error = shelf->error;
        return shelf->error.code;
    }
    *ret_item = shelf->items[shelf->next++];
    return 1;
}

static int restart(void *context, struct pkt_error *reterr_error)
{
    struct send_shelf *shelf = context;
    (void)reterr_error;
    shelf->next = 0;
    return 0;
}

/* 1: all that is wanted lies there; 0: it is too much. */
static int fill(struct send_shelf *shelf, struct send_supply *from, uint64_t limit,
                struct pkt_error *reterr_error)
{
    struct send_item item;
    while (shelf->item_count < limit) {
        int result = from->next(from->context, &item, reterr_error);
        if (result < 0 && shelf->item_count > 0 && result != PKT_E_ARGUMENT) {
            shelf->error = *reterr_error;
            *reterr_error = (struct pkt_error){.code = PKT_OK}; /* it comes later */
            return 1;
        }
        if (result <= 0)
            return result == 0 ? 1 : result;
        if (!has_limits_left(shelf, &item))
            return 0;
        if (!lay(shelf, &item))
            return no_memory(reterr_error);
    }
    return 1;
}

int shelf_fill(struct send_shelf *shelf, struct send_supply *from, uint64_t limit,
               struct send_supply *ret_supply, struct pkt_error *reterr_error)
{
    *shelf = (struct send_shelf){0};
    int result = fill(shelf, from, limit, reterr_error);
    if (result <= 0) {
        shelf_free(shelf);
        return result == 0 ? from->restart(from->context, reterr_error) : result;
    }
    point(shelf);
    *ret_supply = (struct send_supply){.context = shelf,
                                       .next = next,
                                       .restart = restart,
                                       .count = shelf->item_count,
                                       .is_stable = true,
                                       .has_rhythm = from->has_rhythm};
    return 1;
}

void shelf_free(struct send_shelf *shelf)
{
    free(shelf->items);
    free(shelf->bytes);
    *shelf = (struct send_shelf){0};
}
