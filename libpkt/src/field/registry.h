/*
 * The tables of the registry and how a row is read. Internal to field and print.
 *
 * A group is what is read from one view: a header, an option, a record, an element of an array. Groups form a
 * small tree by their lists: ipv4 -> options -> route addresses. A layer of the packet is the root of one.
 */
#ifndef FIELD_REGISTRY_H
#define FIELD_REGISTRY_H

#include "pkt/field_write.h"

enum field_group_id {
    GROUP_FRAME,
    GROUP_ETHERNET,
    GROUP_VLAN,
    GROUP_LLC,
    GROUP_NULL,
    GROUP_SLL,
    GROUP_SLL2,
    GROUP_PPP,
    GROUP_ARP,
    GROUP_IPV4,
    GROUP_IPV4_OPTION,
    GROUP_IPV4_ROUTE,
    GROUP_IPV4_PENDING,
    GROUP_IPV4_EMPTY,
    GROUP_IPV4_STAMP,
    GROUP_IPV4_ADDRESS_STAMP,
    GROUP_IPV6,
    GROUP_HOPOPTS,
    GROUP_DSTOPTS,
    GROUP_ROUTING,
    GROUP_FRAGMENT,
    GROUP_IPV6_OPTION,
    GROUP_ROUTING_ADDRESS,
    GROUP_ROUTING_SEGMENT,
    GROUP_AH,
    GROUP_ESP,
    GROUP_ICMP,
    GROUP_ICMP_ROUTER,
    GROUP_ICMP_EXTENSION,
    GROUP_ICMP_OBJECT,
    GROUP_ICMP_MPLS,
    GROUP_ICMP6,
    GROUP_ND_OPTION,
    GROUP_ND_SERVER,
    GROUP_MLD_SOURCE,
    GROUP_MLD_RECORD,
    GROUP_MLD_RECORD_SOURCE,
    GROUP_IGMP,
    GROUP_IGMP_SOURCE,
    GROUP_IGMP_RECORD,
    GROUP_UDP,
    GROUP_TCP,
    GROUP_TCP_OPTION,
    GROUP_TCP_SACK,
    GROUP_GRE,
    GROUP_VXLAN,
    GROUP_DATA,
    GROUP_COUNT,
    GROUP_NONE = 0xff,
};
_Static_assert(GROUP_COUNT <= 64, "sets of groups are 64 bits wide");

/* A list in a group: its items are of another group. */
struct field_list {
    const char *key; /* ,"options": */
    uint8_t key_len;
    uint8_t group;   /* of the items */
    uint32_t shapes; /* of the message in which the list occurs; 0: all */
    void (*open)(struct pkt_field_item *item, struct pkt_field_items *ret_items);
};

struct field_group {
    char object[16]; /* the key under which JSON has a layer: ,"ip": */
    const struct pkt_field *rows;
    const struct field_list *lists;
    uint8_t row_count;
    uint8_t list_count;
    uint8_t object_len;
    void (*enter)(struct pkt_field_item *item); /* finds the item's shape; NULL: one shape */
};

extern const struct field_group *const field_groups[GROUP_COUNT];

/* --- writing rows --- */

/* A name under a protocol, and the key without it. */
#define NAME(protocol, rest, short_name) \
    .name = protocol "." rest, .key = ",\"" short_name "\":", .key_len = sizeof short_name + 3
#define BITS(off, len)   .bit_off = (off), .bit_len = (len), .end = ((off) + (len) + 7) / 8
#define OCTETS(off, len) .bit_off = (off)*8, .bit_len = (len)*8, .end = (off) + (len)
/* Of a row whose function says where: the width alone. */
#define WIDTH(octets) .bit_len = (octets)*8
/* A flag: one bit. */
#define FLAG(protocol, rest, short_name, bit)                                  \
    {                                                                          \
        NAME(protocol, rest, short_name), .type = PKT_FIELD_BOOL, BITS(bit, 1) \
    }

#define LIST(short_name) .key = ",\"" short_name "\":", .key_len = sizeof short_name + 3
#define OBJECT(name)     .object = ",\"" name "\":", .object_len = sizeof name + 3
#define ROWS(array)      .rows = (array), .row_count = sizeof(array) / sizeof *(array)
#define LISTS(array)     .lists = (array), .list_count = sizeof(array) / sizeof *(array)

/* The three rows of a checksum; calculated_protocol is that of the third, which Wireshark has for some
 * protocols only. */
#define CHECKSUM_ROWS(protocol, calculated_protocol, off, where)                                  \
    {NAME(protocol, "checksum", "checksum"), OCTETS(off, 2), .hex_digits = 4, .shapes = (where)}, \
        {NAME(protocol, "checksum.status", "checksum_status"), .type = PKT_FIELD_CHECKSUM_STATE,  \
         .get = field_checksum_state, .flags = PKT_FIELD_DERIVED, .shapes = (where)},             \
    {                                                                                             \
        NAME(calculated_protocol, "checksum_calculated", "checksum_calculated"),                  \
            .hex_digits = 4, .get = field_checksum_calculated,                                    \
            .flags = PKT_FIELD_DERIVED | PKT_FIELD_ON_FAULT, .shapes = (where)                    \
    }

bool field_checksum_state(struct pkt_field_item *item, struct pkt_field_value *ret_value);
/* What the checksum should be, where that is known. */
bool field_checksum_calculated(struct pkt_field_item *item, struct pkt_field_value *ret_value);

/* --- for getters --- */

static inline bool field_uint(struct pkt_field_value *ret_value, uint64_t number)
{
    ret_value->number = number;
    return true;
}

/*
 * A number of whole octets that position and width do not say: those at off of view; false when they are not
 * all there. A number that has bits of its own in the packet is read so, or names them in ret_value->bytes:
 * writing finds its place by them.
 */
static inline bool field_octets(struct pkt_field_value *ret_value, struct pkt_view view, size_t off,
                                unsigned len);

/* Some bytes; false when there are none. */
static inline bool field_bytes(struct pkt_field_value *ret_value, struct pkt_view bytes)
{
    ret_value->bytes = bytes;
    return bytes.len != 0;
}

/* The array of all whole elements of `stride` bytes in view. */
static inline struct pkt_field_items field_array(struct pkt_view view, uint32_t stride)
{
    return (struct pkt_field_items){.array = view, .stride = stride};
}

/* What a message, option or record of a type holds. len is that which it must have with its header; 0: any.
 */
struct field_shape {
    uint8_t type;
    uint8_t len;
    uint32_t shape;
};

/* The shape of a type; `damaged` when its length is another, `other` when the table has not got it. */
static inline uint32_t field_find_shape(const struct field_shape *shapes, size_t count, uint8_t type,
                                        size_t len, uint32_t damaged, uint32_t other)
{
    for (size_t i = 0; i < count; i++)
        if (shapes[i].type == type)
            return shapes[i].len == 0 || shapes[i].len == len ? shapes[i].shape : damaged;
    return other;
}

/* --- reading --- */

/* The big-endian bits at off, all of them within view; len is at most 64, and 57 where off is not that of an
 * octet. */
static inline uint64_t field_bits(struct pkt_view view, unsigned off, unsigned len)
{
    if (pkt_view_has(view, off / 8, 8))
        return pkt_u64(view, off / 8) << off % 8 >> (64 - len);
    uint64_t value = 0;
    unsigned octets = (off % 8 + len + 7) / 8;
    for (unsigned i = 0; i < octets; i++)
        value = value << 8 | pkt_u8(view, off / 8 + i);
    /* No row is 0 bits wide. NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
    return value << (64 - 8 * octets) << off % 8 >> (64 - len);
}

static inline bool field_octets(struct pkt_field_value *ret_value, struct pkt_view view, size_t off,
                                unsigned len)
{
    if (!pkt_view_sub(view, off, len, &ret_value->bytes))
        return false;
    return field_uint(ret_value, field_bits(ret_value->bytes, 0, len * 8));
}

/* Whether a row is an integer or a flag that position and width say all about. */
static inline bool field_is_plain(const struct pkt_field *row)
{
    return row->get == NULL && row->type <= PKT_FIELD_BOOL;
}

/* Whether the item's kind of message has the row. */
static inline bool field_in_shape(const struct pkt_field *row, const struct pkt_field_item *item)
{
    return row->shapes == 0 || (row->shapes & item->shape) != 0;
}

/* The value of a plain row whose bits are all in view. */
static inline uint64_t field_number(const struct pkt_field *row, struct pkt_view view)
{
    uint64_t value = field_bits(view, row->bit_off, row->bit_len);
    if (row->type == PKT_FIELD_BOOL)
        return value != 0;
    return row->scale == 0 ? value : value * row->scale;
}

/* Reads a row from an item; false when it does not occur there. */
static inline bool field_read(const struct pkt_field *row, struct pkt_field_item *item,
                              struct pkt_field_value *ret_value)
{
    if (!field_in_shape(row, item))
        return false;
    ret_value->type = row->type;
    if (row->get != NULL)
        return row->get(item, ret_value);
    if (row->end > item->view.len)
        return false;
    if (field_is_plain(row))
        return field_uint(ret_value, field_number(row, item->view));
    return pkt_view_sub(item->view, row->bit_off / 8, row->bit_len / 8, &ret_value->bytes);
}

/* The item of a layer; false for layers without fields (group GROUP_NONE). */
bool field_layer_item(const struct pkt_packet *packet, unsigned layer,
                      const struct pkt_field_context *context, struct pkt_field_item *ret_item);
/* The item of the frame itself. */
void field_frame_item(const struct pkt_packet *packet, const struct pkt_field_context *context,
                      struct pkt_field_item *ret_item);
/* The next item of a list that `list->open` started; parent is the item that holds it. */
bool field_items_next(const struct field_list *list, const struct pkt_field_item *parent,
                      struct pkt_field_items *items, struct pkt_field_item *ret_item);

/* Finds the shape of an item whose other members are set. */
static inline void field_enter(struct pkt_field_item *item)
{
    const struct field_group *group = field_groups[item->group];
    item->shape = UINT32_MAX;
    item->checksum_known = false;
    if (group->enter != NULL)
        group->enter(item);
}
/* Where a row of the item's group stands in its packet: READ_ONLY, KIND. */
int field_place(const struct pkt_field *row, struct pkt_field_item *item, struct pkt_field_place *ret_place);
/* Where the header before a VLAN tag (layer is the tag, not 0) holds the tag's protocol identifier. */
size_t field_tpid_off(const struct pkt_packet *packet, unsigned layer);
/* Adds the groups of the places, and those on the way to them, to ref->enter. */
void field_add_ways(struct pkt_field_ref *ref);

/* The group of a layer's protocol. */
uint8_t field_group_of(uint8_t proto);
/* The group of a list, by its name ("records.sources"); that of the layer for NULL. GROUP_NONE: no such list.
 */
uint8_t field_group_find(uint8_t proto, const char *list);

/* --- the tables, one file a family --- */
extern const struct field_group field_frame, field_ethernet, field_vlan, field_llc, field_null, field_sll,
    field_sll2, field_ppp, field_arp, field_data;
extern const struct field_group field_ipv4, field_ipv4_option, field_ipv4_route, field_ipv4_pending,
    field_ipv4_empty, field_ipv4_stamp, field_ipv4_address_stamp;
extern const struct field_group field_ipv6, field_hopopts, field_dstopts, field_routing, field_fragment,
    field_ipv6_option, field_routing_address, field_routing_segment, field_ah, field_esp;
extern const struct field_group field_icmp, field_icmp_router, field_icmp_extension, field_icmp_object,
    field_icmp_mpls;
extern const struct field_group field_icmp6, field_nd_option, field_nd_server, field_mld_source,
    field_mld_record, field_mld_record_source;
extern const struct field_group field_igmp, field_igmp_source, field_igmp_record;
extern const struct field_group field_udp, field_tcp, field_tcp_option, field_tcp_sack, field_gre,
    field_vxlan;

#endif
