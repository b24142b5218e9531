/*
 * A packet as a JSON object (docs/json.md): the registry's rows under ready-made keys, layer after layer.
 *
 * Keys come with a comma in front. What really stands there is `lead`: the brace that opens an object or the
 * comma between its members, so that nobody needs to know who is first.
 */
#include "../field/registry.h"
#include "json_internal.h"
#include "pkt/icmp.h"

enum {
    SHORT_NUMBER = 100000, /* below: five digits at most, which is nearly all of them */
    SHORT_VALUE = 8,       /* room for one, or for a flag */
};

struct packet_writer {
    struct pkt_json json;
    const struct pkt_packet *packet;
    const struct pkt_field_context *context;
    uint64_t seen;   /* groups that the open object has */
    unsigned closes; /* braces of objects that stay open until the end */
    char lead;       /* in front of the next key */
};

static inline void put_key(struct packet_writer *w, const char *key, size_t len)
{
    struct pkt_sink *sink = w->json.sink;
    pkt_sink_reserve(sink, len);
    memcpy(sink->cur, key, len);
    *sink->cur = w->lead;
    sink->cur += len;
    w->lead = ',';
}

/* The key of a layer: as long as it is copied whole, its length costs nothing. */
static void put_object_key(struct packet_writer *w, const struct field_group *group)
{
    struct pkt_sink *sink = w->json.sink;
    pkt_sink_reserve(sink, sizeof group->object);
    memcpy(sink->cur, group->object, sizeof group->object);
    *sink->cur = w->lead;
    sink->cur += group->object_len;
    w->lead = ',';
}

/* The key of a row, copied in blocks of a fixed size, which is faster than by its length. Returns behind it.
 */
static inline char *write_row_key(char *to, const struct pkt_field *row, char lead)
{
    memcpy(to, row->key, 16);
    if (row->key_len > 16)
        memcpy(to + 16, row->key + 16, sizeof row->key - 16);
    *to = lead;
    return to + row->key_len;
}

#define PUT_KEY(w, literal) put_key(w, ",\"" literal "\":", sizeof literal + 3)

/* Opens what a key announces. */
static void open_object(struct packet_writer *w)
{
    w->lead = '{';
}

/* Closes it, also when it has no members. */
static void close_object(struct packet_writer *w)
{
    if (w->lead == '{')
        pkt_put_char(w->json.sink, '{');
    pkt_put_char(w->json.sink, '}');
    w->lead = ',';
}

/* All numbers below 1000 as text. */
/* clang-format off */
#define TEN(before)     before "0", before "1", before "2", before "3", before "4", before "5", before "6", before "7", before "8", before "9"
#define HUNDRED(before) TEN(before "0"), TEN(before "1"), TEN(before "2"), TEN(before "3"), TEN(before "4"), TEN(before "5"), TEN(before "6"), TEN(before "7"), TEN(before "8"), TEN(before "9")
static const char small_numbers[1000][4] = {
    TEN(""), TEN("1"), TEN("2"), TEN("3"), TEN("4"), TEN("5"), TEN("6"), TEN("7"), TEN("8"), TEN("9"),
    HUNDRED("1"), HUNDRED("2"), HUNDRED("3"), HUNDRED("4"), HUNDRED("5"), HUNDRED("6"), HUNDRED("7"), HUNDRED("8"), HUNDRED("9"),
};
/* clang-format on */

static inline char *write_small(char *to, uint32_t value)
{
    memcpy(to, small_numbers[value], sizeof small_numbers[value]);
    return to + 1 + (value >= 10) + (value >= 100);
}

/* A value below SHORT_NUMBER without leading zeroes; returns behind it. */
static inline char *write_short(char *to, uint32_t value)
{
    if (value < 1000)
        return write_small(to, value);
    to = write_small(to, value / 1000);
    value %= 1000;
    to[0] = (char)('0' + value / 100);
    to[1] = (char)('0' + value / 10 % 10);
    to[2] = (char)('0' + value % 10);
    return to + 3;
}

static void put_number(struct packet_writer *w, uint64_t value)
{
    if (value < SHORT_NUMBER) {
        pkt_sink_reserve(w->json.sink, SHORT_VALUE);
        w->json.sink->cur = write_short(w->json.sink->cur, (uint32_t)value);
        return;
    }
    if (value <= UINT32_MAX) {
        pkt_put_u32(w->json.sink, (uint32_t)value);
        return;
    }
    w->json.comma = false;
    pkt_json_u64(&w->json, value);
}

static void put_signed(struct packet_writer *w, int64_t value)
{
    if (value >= 0)
        put_number(w, (uint64_t)value);
    else
        pkt_json_i64(&w->json, value);
}

/* A word of our own: nothing in it needs escaping. */
static void put_word(struct packet_writer *w, const char *word)
{
    pkt_put_char(w->json.sink, '"');
    pkt_put(w->json.sink, word);
    pkt_put_char(w->json.sink, '"');
}

static inline char *write_bool(char *to, bool value)
{
    static const char words[2][SHORT_VALUE] = {"false", "true"};
    memcpy(to, words[value], sizeof words[0]);
    return to + (value ? 4 : 5);
}

static void put_time(struct packet_writer *w, int64_t ns)
{
    pkt_json_fixed(&w->json, ns, 9);
}

/* Addresses of any length that the packet had; missing bytes are zero. */
static struct pkt_ip6 ip6_of(struct pkt_view bytes)
{
    struct pkt_ip6 address = {{0}};
    pkt_copy(bytes, 0, address.byte, bytes.len < sizeof address.byte ? bytes.len : sizeof address.byte);
    return address;
}

static void put_link_address(struct packet_writer *w, struct pkt_view bytes)
{
    pkt_put_char(w->json.sink, '"');
    pkt_put_hex_bytes(w->json.sink, bytes, ':');
    pkt_put_char(w->json.sink, '"');
}

/* Nearly all are right. */
static void put_checksum_state(struct packet_writer *w, uint64_t state)
{
    if (state == PKT_CHECKSUM_OK)
        pkt_put_bytes(w->json.sink, "\"ok\"", 4);
    else
        put_word(w, pkt_checksum_state_name((enum pkt_checksum_state)state));
}

static void put_value(struct packet_writer *w, const struct pkt_field_value *value)
{
    w->json.comma = false;
    switch (value->type) {
    case PKT_FIELD_UINT:
        put_number(w, value->number);
        break;
    case PKT_FIELD_INT:
        put_signed(w, (int64_t)value->number);
        break;
    case PKT_FIELD_BOOL:
        pkt_json_bool(&w->json, value->number != 0);
        break;
    case PKT_FIELD_IP4:
        pkt_json_ip4(&w->json, pkt_ip4_at(value->bytes, 0));
        break;
    case PKT_FIELD_IP6:
        pkt_json_ip6(&w->json, ip6_of(value->bytes));
        break;
    case PKT_FIELD_MAC:
        pkt_json_mac(&w->json, pkt_mac_at(value->bytes, 0));
        break;
    case PKT_FIELD_LINK_ADDRESS:
        put_link_address(w, value->bytes);
        break;
    case PKT_FIELD_BYTES:
        pkt_json_hex(&w->json, value->bytes);
        break;
    case PKT_FIELD_STRING:
        pkt_json_string(&w->json, value->bytes);
        break;
    case PKT_FIELD_TIME:
        put_time(w, (int64_t)value->number);
        break;
    case PKT_FIELD_CHECKSUM_STATE:
        put_checksum_state(w, value->number);
        break;
    default:
        pkt_json_null(&w->json);
    }
}

/* Whether a row that was read has nothing to say in JSON. */
static bool is_silent(const struct pkt_field *row, const struct pkt_field_item *item)
{
    return (row->flags & PKT_FIELD_ON_FAULT) != 0 && item->checksum.state == PKT_CHECKSUM_OK;
}

/* A row whose value is read by a function, or takes more room. */
static void put_row(struct packet_writer *w, const struct pkt_field *row, struct pkt_field_item *item)
{
    struct pkt_field_value value;
    if (!field_read(row, item, &value) || is_silent(row, item))
        return;
    pkt_sink_reserve(w->json.sink, sizeof row->key);
    w->json.sink->cur = write_row_key(w->json.sink->cur, row, w->lead);
    w->lead = ',';
    put_value(w, &value);
}

/* Most rows are integers and flags in a fixed place: they are written here without a detour. */
static void put_rows(struct packet_writer *w, struct pkt_field_item *item)
{
    const struct field_group *group = field_groups[item->group];
    const struct pkt_field *end = group->rows + group->row_count;
    const struct pkt_view view = item->view;
    struct pkt_sink *sink = w->json.sink;
    for (const struct pkt_field *row = group->rows; row < end; row++) {
        if ((row->flags & PKT_FIELD_HIDDEN) != 0 || !field_in_shape(row, item))
            continue;
        uint64_t value = SHORT_NUMBER;
        if (field_is_plain(row) && row->end <= view.len)
            value = field_number(row, view);
        if (value >= SHORT_NUMBER) {
            put_row(w, row, item);
            continue;
        }
        pkt_sink_reserve(sink, sizeof row->key + SHORT_VALUE);
        char *to = write_row_key(sink->cur, row, w->lead);
        w->lead = ',';
        sink->cur =
            row->type == PKT_FIELD_BOOL ? write_bool(to, value != 0) : write_short(to, (uint32_t)value);
    }
}

static void put_lists(struct packet_writer *w, struct pkt_field_item *item, unsigned depth);

/* An item of a list as an object of the array. */
static void put_item(struct packet_writer *w, struct pkt_field_item *item, unsigned depth)
{
    open_object(w);
    put_rows(w, item);
    put_lists(w, item, depth + 1);
    close_object(w);
}

/* The lists of an item; what has no items is not there. Recursion ends at PKT_FIELD_DEPTH. */
static void put_lists(struct packet_writer *w, struct pkt_field_item *item, unsigned depth)
{
    const struct field_group *group = field_groups[item->group];
    for (unsigned i = 0; i < group->list_count && depth < PKT_FIELD_DEPTH; i++) {
        const struct field_list *list = &group->lists[i];
        struct pkt_field_items items;
        struct pkt_field_item member;
        if (list->shapes != 0 && (list->shapes & item->shape) == 0)
            continue;
        list->open(item, &items);
        if (!field_items_next(list, item, &items, &member))
            continue;
        put_key(w, list->key, list->key_len);
        char between = '[';
        do {
            pkt_put_char(w->json.sink, between);
            put_item(w, &member, depth);
            between = ',';
        } while (field_items_next(list, item, &items, &member));
        pkt_put_char(w->json.sink, ']');
    }
}

/* The members of a layer. */
static void put_layer(struct packet_writer *w, unsigned layer)
{
    struct pkt_field_item item;
    if (!field_layer_item(w->packet, layer, w->context, &item))
        return;
    put_rows(w, &item);
    put_lists(w, &item, 1);
}

static uint8_t proto_of(const struct packet_writer *w, unsigned layer)
{
    return layer < w->packet->layer_count ? w->packet->layer[layer].proto : PKT_PROTO_NONE;
}

/* All tags of a stack as one array. Returns the row behind. */
static unsigned put_vlans(struct packet_writer *w, unsigned layer)
{
    PUT_KEY(w, "vlan");
    char between = '[';
    for (; proto_of(w, layer) == PKT_PROTO_VLAN; layer++) {
        pkt_put_char(w->json.sink, between);
        between = ',';
        open_object(w);
        put_layer(w, layer);
        close_object(w);
    }
    pkt_put_char(w->json.sink, ']');
    return layer;
}

static bool is_extension(uint8_t proto)
{
    return proto >= PKT_PROTO_IP6_HOPOPTS && proto <= PKT_PROTO_AH;
}

static void put_extension_name(struct packet_writer *w, uint8_t proto)
{
    PUT_KEY(w, "header");
    const char *name = pkt_proto_name((enum pkt_proto)proto);
    const char *dot = strchr(name, '.');
    w->json.comma = false;
    pkt_json_text(&w->json, dot == NULL ? name : dot + 1);
}

/* The IPv6 header with all its extension headers. Returns the row behind. */
static unsigned put_ipv6(struct packet_writer *w, unsigned layer)
{
    PUT_KEY(w, "ipv6");
    open_object(w);
    put_layer(w, layer++);
    if (is_extension(proto_of(w, layer)))
        PUT_KEY(w, "ext");
    char between = '[';
    for (; is_extension(proto_of(w, layer)); layer++) {
        pkt_put_char(w->json.sink, between);
        between = ',';
        open_object(w);
        put_extension_name(w, proto_of(w, layer));
        put_layer(w, layer);
        close_object(w);
    }
    if (between == ',')
        pkt_put_char(w->json.sink, ']');
    close_object(w);
    return layer;
}

static bool is_quoting(const struct packet_writer *w, unsigned icmp, unsigned next)
{
    struct pkt_icmp m;
    return pkt_as_icmp(w->packet, icmp, &m) && pkt_icmp_is_error(m) && next < w->packet->layer_count &&
           (w->packet->layer[next].flags & PKT_LAYER_QUOTED) != 0;
}

static void open_container(struct packet_writer *w, unsigned braces)
{
    open_object(w);
    w->closes += braces;
    w->seen = 0;
}

/* An ICMP message; in an error the packet that it quotes stays open in it. Returns the row behind. */
static unsigned put_icmp(struct packet_writer *w, unsigned layer)
{
    unsigned next = layer + 1;
    const struct field_group *group = field_groups[field_group_of(proto_of(w, layer))];
    put_object_key(w, group);
    open_object(w);
    put_layer(w, layer);
    if (proto_of(w, next) == PKT_PROTO_ICMP_EXT) {
        PUT_KEY(w, "extension");
        open_object(w);
        put_layer(w, next++);
        close_object(w);
    }
    if (!is_quoting(w, layer, next)) {
        close_object(w);
        return next;
    }
    PUT_KEY(w, "quoted");
    open_container(w, 2);
    return next;
}

static bool is_ip(uint8_t proto)
{
    return proto == PKT_PROTO_IPV4 || proto == PKT_PROTO_IPV6;
}

/* Whether the row before is a header that carries a packet of its own. */
static bool is_tunnelled(const struct packet_writer *w, unsigned layer)
{
    uint8_t before = proto_of(w, layer - 1);
    if (before == PKT_PROTO_GRE || before == PKT_PROTO_VXLAN)
        return true;
    return is_ip(proto_of(w, layer)) && (is_ip(before) || is_extension(before));
}

static unsigned put_plain(struct packet_writer *w, unsigned layer)
{
    const struct field_group *group = field_groups[field_group_of(proto_of(w, layer))];
    put_object_key(w, group);
    open_object(w);
    put_layer(w, layer);
    close_object(w);
    return layer + 1;
}

/* A layer with what belongs to it. Returns the row behind. */
static unsigned put_next(struct packet_writer *w, unsigned layer)
{
    uint64_t group = UINT64_C(1) << field_group_of(proto_of(w, layer));
    if ((w->seen & group) != 0 || (layer > 0 && is_tunnelled(w, layer))) {
        PUT_KEY(w, "inner");
        open_container(w, 1);
    }
    w->seen |= group;
    switch (proto_of(w, layer)) {
    case PKT_PROTO_VLAN:
        return put_vlans(w, layer);
    case PKT_PROTO_IPV6:
        return put_ipv6(w, layer);
    case PKT_PROTO_ICMP:
    case PKT_PROTO_ICMP6:
        return put_icmp(w, layer);
    default:
        return put_plain(w, layer);
    }
}

static void put_layers(struct packet_writer *w)
{
    for (unsigned layer = 0; layer < w->packet->layer_count;) {
        if (field_group_of(proto_of(w, layer)) == GROUP_NONE)
            layer++; /* the trailer's bytes are fields of Ethernet */
        else
            layer = put_next(w, layer);
    }
    for (; w->closes > 0; w->closes--)
        close_object(w);
}

static void put_diagnosis(struct packet_writer *w, const struct pkt_diagnosis *d)
{
    open_object(w);
    PUT_KEY(w, "code");
    put_word(w, pkt_diagnosis_name(d->code));
    PUT_KEY(w, "severity");
    put_word(w, pkt_severity_name(pkt_diagnosis_severity(d->code)));
    PUT_KEY(w, "layer");
    put_word(w, pkt_proto_name((enum pkt_proto)w->packet->layer[d->layer].proto));
    PUT_KEY(w, "off");
    put_number(w, d->off);
    PUT_KEY(w, "need");
    put_number(w, d->need);
    PUT_KEY(w, "have");
    put_number(w, d->have);
    PUT_KEY(w, "length_source");
    put_word(w, pkt_length_source_name((enum pkt_length_source)d->length_source));
    close_object(w);
}

static void put_diagnoses(struct packet_writer *w)
{
    PUT_KEY(w, "diagnoses");
    pkt_put_char(w->json.sink, '[');
    for (unsigned i = 0; i < w->packet->diagnosis_count; i++) {
        if (i > 0)
            pkt_put_char(w->json.sink, ',');
        put_diagnosis(w, &w->packet->diagnosis[i]);
    }
    pkt_put_char(w->json.sink, ']');
    if (w->packet->diagnoses_lost == 0)
        return;
    PUT_KEY(w, "diagnoses_lost");
    put_number(w, w->packet->diagnoses_lost);
}

static void put_capture_time(struct packet_writer *w)
{
    int64_t seconds;
    unsigned ns;
    json_split_time(w->context->time, &seconds, &ns);
    PUT_KEY(w, "ts");
    pkt_put_char(w->json.sink, '"');
    json_put_rfc3339(w->json.sink, seconds, ns);
    pkt_put_char(w->json.sink, '"');
    PUT_KEY(w, "ts_s");
    put_signed(w, seconds);
    PUT_KEY(w, "ts_ns");
    pkt_put_u32(w->json.sink, ns);
}

static void put_frame(struct packet_writer *w)
{
    if (w->context != NULL) {
        PUT_KEY(w, "number");
        put_number(w, w->context->number);
    }
    if (w->context != NULL && w->context->has_time)
        put_capture_time(w);
    if (w->context != NULL && w->context->has_interface) {
        PUT_KEY(w, "interface_id");
        put_number(w, w->context->interface_id);
    }
    PUT_KEY(w, "len");
    put_number(w, w->packet->wire_len);
    PUT_KEY(w, "caplen");
    put_number(w, w->packet->bytes.len);
    PUT_KEY(w, "linktype");
    put_number(w, w->packet->linktype);
}

void pkt_json_packet_members(struct pkt_json *json, const struct pkt_packet *packet,
                             const struct pkt_field_context *context)
{
    struct packet_writer w = {
        .json = {.sink = json->sink}, .packet = packet, .context = context, .lead = ','};
    put_frame(&w);
    put_layers(&w);
    put_diagnoses(&w);
    json->comma = true;
}

void pkt_json_packet(struct pkt_json *json, const struct pkt_packet *packet,
                     const struct pkt_field_context *context)
{
    pkt_json_object_begin(json);
    pkt_json_key(json, "type");
    pkt_json_text(json, "packet");
    pkt_json_packet_members(json, packet, context);
    pkt_json_object_end(json);
}
