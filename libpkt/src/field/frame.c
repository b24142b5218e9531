/*
 * The frame itself: what the capture says of it.
 */
#include "registry.h"

static bool number(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return item->context != NULL && item->context->number != 0 &&
           field_uint(ret_value, item->context->number);
}

static bool has_time(const struct pkt_field_item *item)
{
    return item->context != NULL && item->context->has_time;
}

static bool time_epoch(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return has_time(item) && field_uint(ret_value, (uint64_t)item->context->time.ns);
}

static bool time_relative(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return has_time(item) &&
           field_uint(ret_value, (uint64_t)pkt_wall_since(item->context->time, item->context->start));
}

static bool time_delta(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return has_time(item) &&
           field_uint(ret_value, (uint64_t)pkt_wall_since(item->context->time, item->context->previous));
}

static bool len(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_uint(ret_value, item->packet->wire_len);
}

static bool cap_len(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_uint(ret_value, item->packet->bytes.len);
}

static bool interface_id(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return item->context != NULL && item->context->has_interface &&
           field_uint(ret_value, item->context->interface_id);
}

static bool protocols(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_uint(ret_value, item->packet->layer_count);
}

static bool linktype(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_uint(ret_value, item->packet->linktype);
}

static bool diagnoses(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_uint(ret_value, item->packet->diagnosis_count);
}

#define COMPUTED(protocol, rest, key, getter) \
    NAME(protocol, rest, key), .get = (getter), .flags = PKT_FIELD_DERIVED

/* clang-format off */
static const struct pkt_field frame_rows[] = {
    {COMPUTED("frame", "number", "number", number)},
    {COMPUTED("frame", "time_epoch", "time_epoch", time_epoch), .type = PKT_FIELD_TIME, .unit = "s"},
    {COMPUTED("frame", "time_relative", "time_relative", time_relative), .type = PKT_FIELD_TIME, .unit = "s"},
    {COMPUTED("frame", "time_delta", "time_delta", time_delta), .type = PKT_FIELD_TIME, .unit = "s"},
    {COMPUTED("frame", "len", "len", len), .unit = "bytes"},
    {COMPUTED("frame", "cap_len", "cap_len", cap_len), .unit = "bytes"},
    {COMPUTED("frame", "interface_id", "interface_id", interface_id)},
    {COMPUTED("frame", "protocols", "protocols", protocols), .type = PKT_FIELD_PROTOCOLS},
    {COMPUTED("pkt.frame", "linktype", "linktype", linktype)},
    {COMPUTED("pkt.frame", "diagnosis_count", "diagnosis_count", diagnoses)},
};
/* clang-format on */
const struct field_group field_frame = {ROWS(frame_rows)};

/* Bytes that nothing here decodes. */
static bool data_len(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return item->view.len != 0 && field_uint(ret_value, item->view.len);
}

static bool data(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, item->view);
}

/* clang-format off */
static const struct pkt_field data_rows[] = {
    {COMPUTED("data", "len", "len", data_len), .type = PKT_FIELD_INT, .unit = "bytes"},
    {NAME("data", "data", "data"), .type = PKT_FIELD_BYTES, .get = data},
};
/* clang-format on */
const struct field_group field_data = {OBJECT("data"), ROWS(data_rows)};
