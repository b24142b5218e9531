/*
 * Values into packets: where a field stands, whether a value fits there, and how its bits are made.
 */
#include "../core/builder.h"
#include "registry.h"

const char *pkt_field_sentence(int error)
{
    static const char *const sentences[] = {
        [-PKT_FIELD_OK] = "written",
        [-PKT_FIELD_E_READ_ONLY] = "the field is computed from others and cannot be written",
        [-PKT_FIELD_E_TYPE] = "the value is of another type than the field",
        [-PKT_FIELD_E_RANGE] = "the value does not fit the field",
        [-PKT_FIELD_E_LENGTH] = "the value is not as long as the field",
        [-PKT_FIELD_E_KIND] = "this kind of message has no such field",
        [-PKT_FIELD_E_LAYER] = "this layer has no such field",
        [-PKT_FIELD_E_BUILD] = "the packet cannot be built",
        [-PKT_FIELD_E_SYNTAX] = "the text is no value of the field's type",
    };
    unsigned index = (unsigned)-error;
    return index < sizeof sentences / sizeof *sentences ? sentences[index] : "unknown error";
}

/* --- values --- */

static bool is_number(uint8_t type)
{
    return type <= PKT_FIELD_BOOL;
}

/* Most that len bits hold. */
static uint64_t ones(unsigned len)
{
    return len >= 64 ? UINT64_MAX : (UINT64_C(1) << len) - 1;
}

/* The range of a number of bit_len bits. */
static struct pkt_field_range range_of(const struct pkt_field *field, unsigned bit_len)
{
    uint64_t step = field->scale == 0 ? 1 : field->scale;
    if (field->type == PKT_FIELD_BOOL)
        return (struct pkt_field_range){.most = 1, .step = 1};
    if (field->type == PKT_FIELD_INT)
        return (struct pkt_field_range){
            .least = -(int64_t)ones(bit_len - 1) - 1, .most = ones(bit_len - 1), .step = step};
    return (struct pkt_field_range){.most = ones(bit_len) * step, .step = step};
}

bool pkt_field_range(const struct pkt_field *field, struct pkt_field_range *ret_range)
{
    if (!is_number(field->type) || !pkt_field_is_writable(field))
        return false;
    *ret_range = range_of(field, field->bit_len);
    return true;
}

static int check_number(const struct pkt_field *field, unsigned bit_len, const struct pkt_field_value *value)
{
    struct pkt_field_range range = range_of(field, bit_len);
    if (!is_number(value->type))
        return PKT_FIELD_E_TYPE;
    int64_t number = (int64_t)value->number;
    if (value->type == PKT_FIELD_INT && number < 0)
        return number < range.least ? PKT_FIELD_E_RANGE : PKT_FIELD_OK;
    return value->number > range.most || value->number % range.step != 0 ? PKT_FIELD_E_RANGE : PKT_FIELD_OK;
}

/* Octets of an address; 0 for types of any length. */
static size_t type_len(uint8_t type)
{
    switch (type) {
    case PKT_FIELD_IP4:
        return 4;
    case PKT_FIELD_IP6:
        return 16;
    case PKT_FIELD_MAC:
        return 6;
    default:
        return 0;
    }
}

/* Whether bytes of one type may be written as another: an address is bytes too. */
static bool is_alike(uint8_t field, uint8_t value)
{
    return field == value || field == PKT_FIELD_BYTES || field == PKT_FIELD_LINK_ADDRESS;
}

static bool is_zero(struct pkt_view bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (pkt_u8(bytes, i) != 0)
            return false;
    return true;
}

/*
 * Whether bytes fit a room of len octets. Text is padded with zeroes; an IPv6 prefix has no more octets than
 * it needs, and those that are cut must be zero.
 */
static int check_bytes(const struct pkt_field *field, size_t len, const struct pkt_field_value *value)
{
    bool padded = field->type == PKT_FIELD_STRING || field->type == PKT_FIELD_IP6;
    if (is_number(value->type) || !is_alike(field->type, value->type))
        return PKT_FIELD_E_TYPE;
    if (value->bytes.len < len)
        return padded ? PKT_FIELD_OK : PKT_FIELD_E_LENGTH;
    if (field->type == PKT_FIELD_IP6 && is_zero(pkt_view_from(value->bytes, len)))
        return PKT_FIELD_OK;
    return value->bytes.len == len ? PKT_FIELD_OK : PKT_FIELD_E_LENGTH;
}

int pkt_field_check(const struct pkt_field *field, const struct pkt_field_value *value)
{
    if (!pkt_field_is_writable(field))
        return PKT_FIELD_E_READ_ONLY;
    if (is_number(field->type))
        return check_number(field, field->bit_len, value);
    size_t len = field->get == NULL ? field->bit_len / 8 : type_len(field->type);
    return check_bytes(field, len == 0 ? value->bytes.len : len, value);
}

/* Whether it fits there. A place may be narrower than others of the field (PPP) or wider than its numbers
 * (BSD loopback). */
static int check_at(const struct pkt_field_place *place, const struct pkt_field_value *value)
{
    if (!pkt_field_is_writable(place->field))
        return PKT_FIELD_E_READ_ONLY;
    unsigned bit_len = place->bit_len < place->field->bit_len ? place->bit_len : place->field->bit_len;
    if (is_number(place->field->type))
        return check_number(place->field, bit_len, value);
    return check_bytes(place->field, place->bit_len / 8, value);
}

/* The bits of a number that fits. */
static uint64_t bits_of(const struct pkt_field_place *place, const struct pkt_field_value *value)
{
    uint64_t number = value->number & ones(place->bit_len);
    if (place->field->scale != 0)
        number = value->number / place->field->scale;
    if (!place->little_endian)
        return number;
    uint64_t turned = 0;
    for (unsigned i = 0; i < place->bit_len; i += 8)
        turned = turned << 8 | (number >> i & 0xff);
    return turned;
}

/* --- places --- */

/* Where bytes of the packet stand in it. inner is part of it: all views are narrowed from the packet's. */
static uint32_t off_in(const struct pkt_packet *packet, struct pkt_view inner)
{
    return (uint32_t)(inner.ptr - packet->bytes.ptr);
}

/* Whether the octets of a number say it from the last to the first. */
static bool is_little_endian(const struct pkt_field *row, const struct pkt_field_value *value)
{
    if ((row->flags & PKT_FIELD_LITTLE_ENDIAN) == 0)
        return false;
    /* What reads the same both ways tells nothing: most hosts are of that kind. */
    return value->number == 0 || field_bits(value->bytes, 0, (unsigned)value->bytes.len * 8) != value->number;
}

int field_place(const struct pkt_field *row, struct pkt_field_item *item, struct pkt_field_place *ret_place)
{
    struct pkt_field_value value = {
        .bytes = {NULL, 0}
    };
    if (!pkt_field_is_writable(row))
        return PKT_FIELD_E_READ_ONLY;
    if (!field_read(row, item, &value))
        return PKT_FIELD_E_KIND;
    bool is_plain = row->get == NULL;
    *ret_place = (struct pkt_field_place){
        .field = row,
        .bit_off =
            off_in(item->packet, is_plain ? item->view : value.bytes) * 8 + (is_plain ? row->bit_off : 0),
        .bit_len = is_plain ? row->bit_len : (uint32_t)value.bytes.len * 8,
        .little_endian = is_little_endian(row, &value),
    };
    return PKT_FIELD_OK;
}

/* The first of the places of a field that an item of its group has. */
static int place_in(const struct pkt_field_ref *field, struct pkt_field_item *item,
                    struct pkt_field_place *ret_place)
{
    int error = PKT_FIELD_E_LAYER;
    for (unsigned i = 0; i < field->place_count && error != PKT_FIELD_OK; i++) {
        if (field->place[i].group == item->group)
            error = field_place(&field_groups[item->group]->rows[field->place[i].row], item, ret_place);
    }
    return error;
}

int pkt_field_place(const struct pkt_field_ref *field, const struct pkt_packet *packet, unsigned layer,
                    struct pkt_field_place *ret_place)
{
    struct pkt_field_item item;
    if (layer >= packet->layer_count || !field_layer_item(packet, layer, NULL, &item))
        return PKT_FIELD_E_LAYER;
    return place_in(field, &item, ret_place);
}

int pkt_field_walk_place(const struct pkt_field_walk *walk, struct pkt_field_place *ret_place)
{
    if (walk->depth == 0 || walk->place == 0)
        return PKT_FIELD_E_LAYER;
    struct pkt_field_item item = walk->item[walk->depth - 1];
    unsigned row = walk->ref->place[walk->place - 1].row;
    return field_place(&field_groups[item.group]->rows[row], &item, ret_place);
}

/* Bytes, and zeroes to the end of the place. */
static void put_bytes(struct pkt_room packet, const struct pkt_field_place *place, struct pkt_view bytes)
{
    struct pkt_room room = pkt_room_sub(packet, place->bit_off / 8, place->bit_len / 8);
    bytes = pkt_view_clip(bytes, 0, room.len);
    pkt_set_bytes(room, 0, bytes.ptr, bytes.len);
    for (size_t i = bytes.len; i < room.len; i++)
        pkt_set_u8(room, i, 0);
}

int pkt_field_put(const struct pkt_field_place *place, const struct pkt_field_value *value,
                  struct pkt_room packet)
{
    int error = check_at(place, value);
    if (error != PKT_FIELD_OK)
        return error;
    if (is_number(place->field->type))
        pkt_set_bits(packet, place->bit_off, place->bit_len, bits_of(place, value));
    else
        put_bytes(packet, place, value->bytes);
    return PKT_FIELD_OK;
}

/* --- builds --- */

/* A build as a packet that the registry reads. */
static void packet_of(const struct pkt_build *build, struct pkt_packet *ret_packet)
{
    *ret_packet = (struct pkt_packet){
        .bytes = {build->buffer, build->len},
        .wire_len = (uint32_t)build->len,
        .linktype = PKT_LINKTYPE_ETHERNET,
        .layer_count = build->count,
    };
    for (unsigned i = 0; i < build->count; i++) {
        size_t hdr_len = pkt_build_header_len(build, i);
        ret_packet->layer[i] = (struct pkt_layer){
            .proto = build->row[i].proto,
            .off = build->row[i].off,
            .hdr_len = (uint16_t)(hdr_len > UINT16_MAX ? UINT16_MAX : hdr_len),
            .len = (uint32_t)pkt_build_row_len(build, i),
        };
        if (build->row[i].proto == PKT_PROTO_VLAN && i > 0)
            ret_packet->layer[i - 1].next =
                pkt_u16(pkt_layer_header(ret_packet, i - 1), field_tpid_off(ret_packet, i));
    }
}

static bool has_list(const struct pkt_field_item *item, const struct field_list *list)
{
    return list->shapes == 0 || (list->shapes & item->shape) != 0;
}

/* The list of an item that leads to a group; NULL when there is none. */
static const struct field_list *list_to(const struct pkt_field_item *item, uint8_t group)
{
    for (unsigned i = 0; i < field_groups[item->group]->list_count; i++) {
        const struct field_list *list = &field_groups[item->group]->lists[i];
        if (list->group == group && has_list(item, list))
            return list;
    }
    return NULL;
}

/* Narrows an item to the last of a list's. */
static bool enter_last_element(const struct field_list *list, struct pkt_field_item *item)
{
    struct pkt_field_item parent = *item, element;
    struct pkt_field_items items;
    bool any = false;
    list->open(&parent, &items);
    while (field_items_next(list, &parent, &items, &element)) {
        *item = element;
        any = true;
    }
    return any;
}

/*
 * Narrows the item of a layer to the last item that was put into it. The list that reads it may depend on
 * counts that finish fills in later; where the item starts does not.
 */
static bool enter_last_item(const struct pkt_build *build, const struct field_list *list,
                            struct pkt_field_item *item)
{
    const struct pkt_build_row *row = &build->row[item->layer];
    struct pkt_field_item parent = *item;
    struct pkt_field_items items = {.stride = 0};
    if (row->item_count == 0)
        return enter_last_element(list, item); /* put with the header */
    list->open(item, &items);
    struct pkt_view rest = pkt_view_from(item->view, row->item - row->off);
    items.array = rest;
    items.list.area = rest;
    items.list.area_len = rest.len;
    items.list.off = 0;
    items.list.left = 1;
    items.list.ended = false;
    return field_items_next(list, &parent, &items, item);
}

/* Narrows the item of a layer to that which holds a group's fields; false when there is none. */
static bool enter_group(const struct pkt_build *build, uint8_t group, struct pkt_field_item *item)
{
    const struct pkt_field_item layer = *item;
    if (item->group == group)
        return true;
    const struct field_list *list = list_to(item, group);
    if (list != NULL)
        return enter_last_item(build, list, item);
    for (unsigned i = 0; i < field_groups[layer.group]->list_count; i++) {
        const struct field_list *outer = &field_groups[layer.group]->lists[i];
        *item = layer;
        if (!has_list(item, outer) || !enter_last_item(build, outer, item))
            continue;
        list = list_to(item, group);
        if (list != NULL)
            return enter_last_element(list, item);
    }
    return false;
}

/* Whether the row would be there once its value stands in it: an EtherType makes an 802.3 frame another. */
static bool would_be_there(const struct pkt_field *row, struct pkt_field_item *item, struct pkt_room packet,
                           const struct pkt_field_value *value, struct pkt_field_place *ret_place)
{
    struct pkt_field_place place = {row, off_in(item->packet, item->view) * 8 + row->bit_off, row->bit_len,
                                    false};
    bool is_field = field_is_plain(row) && row->end <= item->view.len && pkt_field_is_writable(row);
    if (!is_field || check_at(&place, value) != PKT_FIELD_OK)
        return false;
    uint64_t old = field_bits(item->view, row->bit_off, row->bit_len);
    pkt_set_bits(packet, place.bit_off, place.bit_len, bits_of(&place, value));
    field_enter(item);
    bool there = field_in_shape(row, item);
    pkt_set_bits(packet, place.bit_off, place.bit_len, old);
    field_enter(item);
    *ret_place = place;
    return there;
}

/* Where the field stands in the layer, or in the last of its items. */
static int place_in_build(struct pkt_build *build, const struct pkt_packet *packet, unsigned row,
                          const struct pkt_field_ref *field, const struct pkt_field_value *value,
                          struct pkt_field_place *ret_place)
{
    struct pkt_room room = pkt_room_make(build->buffer, build->len);
    int error = PKT_FIELD_E_LAYER;
    for (unsigned i = 0; i < field->place_count; i++) {
        struct pkt_field_item item;
        const struct pkt_field *place_row = &field_groups[field->place[i].group]->rows[field->place[i].row];
        if (!field_layer_item(packet, row, NULL, &item) || !enter_group(build, field->place[i].group, &item))
            continue;
        error = field_place(place_row, &item, ret_place);
        if (error == PKT_FIELD_E_KIND && would_be_there(place_row, &item, room, value, ret_place))
            error = PKT_FIELD_OK;
        if (error == PKT_FIELD_OK)
            return error;
    }
    return error;
}

/* The layer that holds an octet: a VLAN tag's protocol identifier stands in the header before. */
static unsigned row_at(const struct pkt_build *build, unsigned row, uint32_t off)
{
    while (row > 0 && build->row[row].off > off)
        row--;
    while (pkt_build_end(build, row) <= off && row + 1U < build->count)
        row++;
    return row;
}

static void write_place(struct pkt_build *build, unsigned row, const struct pkt_field_place *place,
                        const struct pkt_field_value *value)
{
    row = row_at(build, row, place->bit_off / 8);
    uint32_t off = place->bit_off - build->row[row].off * 8;
    if (is_number(place->field->type)) {
        pkt_build_set_bits(build, row, off, place->bit_len, bits_of(place, value));
        return;
    }
    struct pkt_view bytes = pkt_view_clip(value->bytes, 0, place->bit_len / 8);
    pkt_build_set_bytes(build, row, off / 8, bytes);
    for (size_t i = bytes.len; i < place->bit_len / 8; i++)
        pkt_build_set_bits(build, row, off + (uint32_t)i * 8, 8, 0);
}

/* When measuring there are no bytes to ask: whether any row of the field takes the value in some message. */
static int check_any(const struct pkt_field_ref *field, const struct pkt_field_value *value)
{
    int error = PKT_FIELD_E_LAYER;
    for (unsigned i = 0; i < field->place_count && error != PKT_FIELD_OK; i++)
        error = pkt_field_check(&field_groups[field->place[i].group]->rows[field->place[i].row], value);
    return error;
}

int pkt_field_set(struct pkt_build *build, unsigned row, const struct pkt_field_ref *field,
                  const struct pkt_field_value *value)
{
    struct pkt_packet packet;
    struct pkt_field_place place;
    if (build->error != PKT_BUILD_OK)
        return PKT_FIELD_E_BUILD;
    if (row >= build->count)
        return PKT_FIELD_E_LAYER;
    if (build->buffer == NULL)
        return check_any(field, value);
    packet_of(build, &packet);
    int error = place_in_build(build, &packet, row, field, value, &place);
    if (error == PKT_FIELD_OK)
        error = check_at(&place, value);
    if (error != PKT_FIELD_OK)
        return error;
    write_place(build, row, &place, value);
    return build->error == PKT_BUILD_OK ? PKT_FIELD_OK : PKT_FIELD_E_BUILD;
}
