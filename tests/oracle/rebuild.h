/*
 * A packet built again from what the registry reads of it: each layer by its builder, each field that finish
 * does not fill by the registry, each option, record and object composed of its own fields.
 *
 * What finish fills is left to it first. Where it fills another value than the packet has, the packet's is
 * written over, and that is noted: a right packet needs none.
 */
#ifndef TESTS_REBUILD_H
#define TESTS_REBUILD_H

#include "core/builder.h"
#include "field/registry.h"
#include "pkt/pkt.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    REBUILD_SIZE = 1 << 18,
    REBUILD_PASSES = 24,
};

/* A rebuilding under way. */
struct rebuild {
    const struct pkt_packet *packet;
    struct pkt_build build;
    struct pkt_view result;
    uint8_t order[PKT_MAX_LAYERS];    /* layers by where they stand: an extension is behind its quotation */
    int16_t row[PKT_MAX_LAYERS];      /* of the build, by layer; -1: none */
    uint64_t written[PKT_MAX_LAYERS]; /* by layer: rows of its group that are written over finish's */
    char failure[96];                 /* why it cannot be built; "" */
};

static inline struct pkt_field_item rebuild_item(const struct rebuild *r, unsigned layer)
{
    struct pkt_field_item item;
    if (!field_layer_item(r->packet, layer, NULL, &item))
        item = (struct pkt_field_item){.packet = r->packet, .group = GROUP_NONE};
    return item;
}

/* Whether a row is to be written: not so the one that says of three bits only whether any is set, and that is
 * part of another. */
static inline bool is_whole(const struct pkt_field *row)
{
    return pkt_field_is_writable(row) && (row->type != PKT_FIELD_BOOL || row->bit_len == 1);
}

/* A row of the item by its full name; false when it is not there. */
static inline bool rebuild_read(struct pkt_field_item *item, const char *name,
                                struct pkt_field_value *ret_value)
{
    const struct field_group *group = field_groups[item->group];
    for (unsigned i = 0; i < group->row_count; i++)
        if (strcmp(group->rows[i].name, name) == 0 && field_read(&group->rows[i], item, ret_value))
            return true;
    return false;
}

static inline uint64_t rebuild_number(struct pkt_field_item *item, const char *name)
{
    struct pkt_field_value value;
    return rebuild_read(item, name, &value) ? value.number : 0;
}

static inline struct pkt_view rebuild_bytes(struct pkt_field_item *item, const char *name)
{
    struct pkt_field_value value;
    return rebuild_read(item, name, &value) ? value.bytes : pkt_view_make(NULL, 0);
}

/* --- items: bytes composed of fields --- */

/* An item over bytes of its own. */
struct composed {
    uint8_t bytes[2048];
    struct pkt_packet packet;
    struct pkt_field_item item;
};

static inline void compose_item(struct pkt_field_item *from, struct pkt_field_item *to, struct pkt_room room);

static inline void compose_rows(struct pkt_field_item *from, struct pkt_field_item *to, struct pkt_room room)
{
    const struct field_group *group = field_groups[from->group];
    for (unsigned i = 0; i < group->row_count; i++) {
        struct pkt_field_value value;
        struct pkt_field_place place;
        field_enter(to);
        if (is_whole(&group->rows[i]) && field_read(&group->rows[i], from, &value) &&
            field_place(&group->rows[i], to, &place) == PKT_FIELD_OK)
            (void)pkt_field_put(&place, &value, room);
    }
    field_enter(to);
}

/* Depth is that of the registry: an option in a layer, an element in an option. */
static inline void compose_lists(struct pkt_field_item *from, struct pkt_field_item *to, struct pkt_room room)
{
    const struct field_group *group = field_groups[from->group];
    for (unsigned i = 0; i < group->list_count; i++) {
        const struct field_list *list = &group->lists[i];
        struct pkt_field_items sources, targets;
        struct pkt_field_item source, target;
        if (list->shapes != 0 && (list->shapes & from->shape) == 0)
            continue;
        list->open(from, &sources);
        list->open(to, &targets);
        while (field_items_next(list, from, &sources, &source) &&
               field_items_next(list, to, &targets, &target))
            compose_item(&source, &target, room);
    }
}

static inline void compose_item(struct pkt_field_item *from, struct pkt_field_item *to, struct pkt_room room)
{
    compose_rows(from, to, room);
    compose_lists(from, to, room);
}

/* The bytes of an item, from its fields and those of the lists in it. */
static inline struct pkt_view compose(struct pkt_field_item *from, struct composed *ret_composed)
{
    struct composed *c = ret_composed;
    size_t len = from->view.len < sizeof c->bytes ? from->view.len : sizeof c->bytes;
    memset(c->bytes, 0, sizeof c->bytes);
    c->packet = (struct pkt_packet){
        .bytes = {c->bytes, len},
          .wire_len = (uint32_t)len
    };
    c->item = *from;
    c->item.packet = &c->packet;
    c->item.layer = 0;
    c->item.view = c->packet.bytes;
    c->packet.layer[0] = from->packet->layer[from->layer];
    c->packet.layer[0].off = 0;
    struct pkt_room room = pkt_room_make(c->bytes, len);
    compose_item(from, &c->item, room);
    return c->packet.bytes;
}

typedef void put_item(struct rebuild *r, struct pkt_field_item *item);

/* Puts every item of a layer's list number `list`. */
static inline void put_items(struct rebuild *r, struct pkt_field_item *item, unsigned list, put_item *put)
{
    const struct field_list *l = &field_groups[item->group]->lists[list];
    struct pkt_field_items items;
    struct pkt_field_item one;
    if (l->shapes != 0 && (l->shapes & item->shape) == 0)
        return;
    l->open(item, &items);
    while (field_items_next(l, item, &items, &one))
        put(r, &one);
}

/* --- layers --- */

static inline void rebuild_fail(struct rebuild *r, const char *kind, const char *what)
{
    if (r->failure[0] == '\0')
        snprintf(r->failure, sizeof r->failure, "%s:%s", kind, what);
}

typedef void begin_layer(struct rebuild *r, struct pkt_field_item *item);
extern begin_layer *const rebuild_begin[PKT_PROTO_COUNT];

/* What finish fills of a row, of the layer of that protocol and type; 0: nothing. */
static inline unsigned automatic_kind(const struct rebuild *r, unsigned layer, const struct pkt_field *row)
{
    uint8_t proto = r->packet->layer[layer].proto;
    const struct pkt_build_automatic *a = pkt_builders[proto].automatic;
    uint8_t type = pkt_u8(pkt_layer_bytes(r->packet, layer), 0);
    if (proto == PKT_PROTO_UDP && row->bit_off < 32)
        return 0; /* ports are the sender's; finish fills one before VXLAN only */
    for (; a != NULL && a->kind != 0; a++) {
        bool is_of_type = a->type == PKT_BUILD_ANY_TYPE || a->type == type;
        bool meets = row->bit_off < a->bit_off + a->bit_len && a->bit_off < row->bit_off + row->bit_len;
        if (is_of_type && meets && (row->get == NULL || row->bit_off != 0))
            return a->kind;
    }
    return 0;
}

/* A getter's place says whether finish fills it. */
static inline bool placed(const struct rebuild *r, unsigned layer, unsigned row, struct pkt_field *ret_row,
                          struct pkt_field_value *ret_value, struct pkt_field_place *ret_place)
{
    struct pkt_field_item item = rebuild_item(r, layer);
    const struct pkt_field *field = &field_groups[item.group]->rows[row];
    uint32_t start = r->packet->layer[layer].off * 8;
    if (!is_whole(field) || !field_read(field, &item, ret_value) ||
        field_place(field, &item, ret_place) != PKT_FIELD_OK || ret_place->bit_off < start)
        return false;
    *ret_row = *field;
    ret_row->bit_off = (uint16_t)(ret_place->bit_off - start);
    ret_row->bit_len = (uint16_t)ret_place->bit_len;
    return ret_place->bit_off - start <= UINT16_MAX && ret_place->bit_len <= UINT16_MAX;
}

/* The one place of a row in the layer. */
static inline struct pkt_field_ref ref_of(uint8_t group, unsigned row)
{
    return (struct pkt_field_ref){
        .field = &field_groups[group]->rows[row], .place_count = 1, .place = {{group, (uint8_t)row}}};
}

/* Sets the fields of a layer that finish leaves alone, and those that are to be written over it. */
static inline void set_fields(struct rebuild *r, unsigned layer)
{
    uint8_t group = field_group_of(r->packet->layer[layer].proto);
    for (unsigned i = 0; group != GROUP_NONE && i < field_groups[group]->row_count; i++) {
        struct pkt_field row;
        struct pkt_field_value value;
        struct pkt_field_place place;
        if (!placed(r, layer, i, &row, &value, &place))
            continue;
        if (automatic_kind(r, layer, &row) != 0 && (r->written[layer] >> i & 1) == 0)
            continue;
        struct pkt_field_ref ref = ref_of(group, i);
        (void)pkt_field_set(&r->build, (unsigned)r->row[layer], &ref, &value);
    }
}

/* --- order --- */

static inline void order_layers(struct rebuild *r)
{
    unsigned count = r->packet->layer_count;
    for (unsigned i = 0; i < count; i++) {
        unsigned k = i;
        for (; k > 0 && r->packet->layer[r->order[k - 1]].off > r->packet->layer[i].off; k--)
            r->order[k] = r->order[k - 1];
        r->order[k] = (uint8_t)i;
    }
}

static inline bool is_quoted(const struct rebuild *r, unsigned layer)
{
    return (r->packet->layer[layer].flags & PKT_LAYER_QUOTED) != 0;
}

/* Bytes that are missing behind the last row for the length that the packet's header `layer` states. */
static inline size_t missing_of(const struct rebuild *r, unsigned layer)
{
    struct pkt_field_item item = rebuild_item(r, layer);
    size_t built = r->build.len - r->build.row[r->row[layer]].off, stated = 0;
    if (r->packet->layer[layer].proto == PKT_PROTO_IPV4)
        stated = rebuild_number(&item, "ip.len");
    else if (r->packet->layer[layer].proto == PKT_PROTO_IPV6)
        stated = 40 + rebuild_number(&item, "ipv6.plen");
    return stated > built ? stated - built : 0;
}

/* Ends the quotation that starts with `layer`: as long as its sender made it, then cut as the packet has it.
 */
static inline void end_quote(struct rebuild *r, unsigned layer)
{
    if (r->row[layer] < 0)
        return;
    pkt_build_pad(&r->build, 0);
    pkt_build_fill(&r->build, 0, missing_of(r, layer));
    pkt_build_quote_end(&r->build, r->packet->layer[layer].len);
}

static inline void put_layer(struct rebuild *r, unsigned layer)
{
    struct pkt_field_item item = rebuild_item(r, layer);
    uint8_t proto = r->packet->layer[layer].proto;
    unsigned count = r->build.count;
    if (rebuild_begin[proto] == NULL) {
        rebuild_fail(r, "no-builder", pkt_proto_name(proto));
        return;
    }
    rebuild_begin[proto](r, &item);
    if (r->build.count <= count)
        return;
    r->row[layer] = (int16_t)count;
    set_fields(r, layer);
}

/* The layers, each quotation ended before what follows it. */
static inline void put_layers(struct rebuild *r)
{
    int quote = -1;
    for (unsigned i = 0; i < r->packet->layer_count; i++) {
        unsigned layer = r->order[i];
        if (quote >= 0 && !is_quoted(r, layer)) {
            end_quote(r, (unsigned)quote);
            quote = -1;
        }
        if (quote < 0 && is_quoted(r, layer))
            quote = (int)layer;
        put_layer(r, layer);
    }
    if (quote >= 0)
        end_quote(r, (unsigned)quote);
}

/* What the capture cut off, behind the header under way once that is padded. */
static inline void put_missing(struct rebuild *r)
{
    pkt_build_pad(&r->build, 0);
    if (r->build.len < r->packet->wire_len && r->packet->bytes.len < r->packet->wire_len &&
        r->build.trailer == 0)
        pkt_build_fill(&r->build, 0, r->packet->wire_len - r->build.len);
}

/* Whether finish filled the row, which is one that it fills, otherwise than the packet has it. */
static inline bool is_filled_otherwise(const struct rebuild *r, unsigned layer, unsigned row, bool checksums)
{
    struct pkt_field shape;
    struct pkt_field_value value;
    struct pkt_field_place place;
    if ((r->written[layer] >> row & 1) != 0 || !placed(r, layer, row, &shape, &value, &place))
        return false;
    unsigned kind = automatic_kind(r, layer, &shape);
    size_t bit = r->build.row[r->row[layer]].off * 8 + shape.bit_off;
    if (kind == 0 || (kind == PKT_BUILD_CHECKSUM) != checksums ||
        !pkt_view_has(r->result, bit / 8, (bit % 8 + shape.bit_len + 7) / 8))
        return false;
    return field_bits(r->result, (unsigned)bit, shape.bit_len) !=
           field_bits(r->packet->bytes, place.bit_off, shape.bit_len);
}

/* Notes the rows of a layer that are to be written over finish's; false when there is none. */
static inline bool note_layer(struct rebuild *r, unsigned layer, bool checksums)
{
    uint64_t before = r->written[layer];
    uint8_t group = field_group_of(r->packet->layer[layer].proto);
    if (group == GROUP_NONE || r->row[layer] < 0)
        return false;
    for (unsigned i = 0; i < field_groups[group]->row_count; i++)
        if (is_filled_otherwise(r, layer, i, checksums))
            r->written[layer] |= UINT64_C(1) << i;
    return r->written[layer] != before;
}

/* The same for all layers: checksums last, the innermost first, since they follow from all else. */
static inline bool note_written(struct rebuild *r)
{
    bool any = false;
    for (unsigned i = 0; i < r->packet->layer_count; i++)
        any = note_layer(r, i, false) || any;
    for (unsigned i = r->packet->layer_count; i > 0 && !any; i--)
        any = note_layer(r, r->order[i - 1], true);
    return any;
}

static inline void build_once(struct rebuild *r, uint8_t *buffer)
{
    pkt_build_init(&r->build, buffer, REBUILD_SIZE, 0);
    for (unsigned i = 0; i < PKT_MAX_LAYERS; i++)
        r->row[i] = -1;
    put_layers(r);
    put_missing(r);
    if (r->failure[0] == '\0' && pkt_build_finish(&r->build, &r->result) != PKT_BUILD_OK)
        rebuild_fail(r, "build", pkt_build_sentence(r->build.error));
}

/* Builds the packet again into buffer, of REBUILD_SIZE bytes. */
static inline void rebuild(const struct pkt_packet *packet, uint8_t *buffer, struct rebuild *ret_rebuild)
{
    *ret_rebuild = (struct rebuild){.packet = packet};
    order_layers(ret_rebuild);
    for (unsigned pass = 0; pass < REBUILD_PASSES; pass++) {
        build_once(ret_rebuild, buffer);
        if (ret_rebuild->failure[0] != '\0' || !note_written(ret_rebuild))
            return;
    }
}

#endif
