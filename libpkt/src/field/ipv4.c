/*
 * IPv4 and its options.
 */
#include "pkt/ipv4.h"
#include "registry.h"

static void open_options(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    struct pkt_ipv4 ip = {pkt_layer_header(item->packet, item->layer)};
    ret_items->stride = 0;
    pkt_ipv4_options(ip, &ret_items->list);
}

enum {
    IPV4_VALID = 1 << 0, /* the version is 4: the rest is what it says */
};

static void enter_ipv4(struct pkt_field_item *item)
{
    item->shape = pkt_u8(item->view, 0) >> 4 == 4 ? IPV4_VALID : 1 << 1;
}

/* clang-format off */
static const struct pkt_field ipv4_rows[] = {
    {NAME("ip", "version", "version"), BITS(0, 4)},
    {NAME("ip", "hdr_len", "hdr_len"), BITS(4, 4), .scale = 4, .unit = "bytes"},
    {NAME("ip", "dsfield", "dsfield"), OCTETS(1, 1), .hex_digits = 2, .shapes = IPV4_VALID},
    {NAME("ip", "dsfield.dscp", "dsfield_dscp"), BITS(8, 6), .shapes = IPV4_VALID},
    {NAME("ip", "dsfield.ecn", "dsfield_ecn"), BITS(14, 2), .shapes = IPV4_VALID},
    {NAME("ip", "len", "len"), OCTETS(2, 2), .unit = "bytes", .shapes = IPV4_VALID},
    {NAME("ip", "id", "id"), OCTETS(4, 2), .hex_digits = 4, .shapes = IPV4_VALID},
    {NAME("ip", "flags", "flags"), BITS(48, 3), .hex_digits = 2, .shapes = IPV4_VALID},
    {NAME("ip", "flags.rb", "flags_rb"), .type = PKT_FIELD_BOOL, BITS(48, 1), .shapes = IPV4_VALID},
    {NAME("ip", "flags.df", "flags_df"), .type = PKT_FIELD_BOOL, BITS(49, 1), .shapes = IPV4_VALID},
    {NAME("ip", "flags.mf", "flags_mf"), .type = PKT_FIELD_BOOL, BITS(50, 1), .shapes = IPV4_VALID},
    {NAME("ip", "frag_offset", "frag_offset"), BITS(51, 13), .unit = "8 bytes", .shapes = IPV4_VALID},
    {NAME("ip", "ttl", "ttl"), OCTETS(8, 1), .shapes = IPV4_VALID},
    {NAME("ip", "proto", "proto"), OCTETS(9, 1), .shapes = IPV4_VALID},
    CHECKSUM_ROWS("ip", "ip", 10, IPV4_VALID),
    {NAME("ip", "src", "src"), .type = PKT_FIELD_IP4, OCTETS(12, 4), .shapes = IPV4_VALID},
    {NAME("ip", "addr", "addr"), .type = PKT_FIELD_IP4, OCTETS(12, 4), .flags = PKT_FIELD_HIDDEN,
     .shapes = IPV4_VALID},
    {NAME("ip", "dst", "dst"), .type = PKT_FIELD_IP4, OCTETS(16, 4), .shapes = IPV4_VALID},
    {NAME("ip", "addr", "addr"), .type = PKT_FIELD_IP4, OCTETS(16, 4), .flags = PKT_FIELD_HIDDEN,
     .shapes = IPV4_VALID},
};
/* clang-format on */
/* clang-format off */
static const struct field_list ipv4_lists[] = {
    {LIST("options"), .group = GROUP_IPV4_OPTION, .open = open_options},
};
/* clang-format on */
const struct field_group field_ipv4 = {OBJECT("ip"), ROWS(ipv4_rows), LISTS(ipv4_lists), .enter = enter_ipv4};

/* --- options --- */

enum ipv4_option_shape {
    SHAPE_SINGLE = 1 << 0, /* no length octet */
    SHAPE_RECORD_ROUTE = 1 << 1,
    SHAPE_SOURCE_ROUTE = 1 << 2,
    SHAPE_TIMESTAMP = 1 << 3,
    SHAPE_ADDRESS_TIMESTAMP = 1 << 4,
    SHAPE_ROUTER_ALERT = 1 << 5,
    SHAPE_STREAM_ID = 1 << 6,
    SHAPE_MTU = 1 << 7,
    SHAPE_TRACEROUTE = 1 << 8,
    SHAPE_QUICK_START = 1 << 9,
    SHAPE_SECURITY = 1 << 10,
    SHAPE_OTHER = 1 << 11,
    SHAPE_STAMPS = SHAPE_TIMESTAMP | SHAPE_ADDRESS_TIMESTAMP,
    SHAPE_ROUTES = SHAPE_RECORD_ROUTE | SHAPE_SOURCE_ROUTE,
    SHAPE_SIZED = ~SHAPE_SINGLE,
};

static const struct field_shape option_shapes[] = {
    {PKT_IPV4_OPTION_END,          0,  SHAPE_SINGLE      },
    {PKT_IPV4_OPTION_NOP,          0,  SHAPE_SINGLE      },
    {PKT_IPV4_OPTION_RECORD_ROUTE, 0,  SHAPE_RECORD_ROUTE},
    {PKT_IPV4_OPTION_LOOSE_ROUTE,  0,  SHAPE_SOURCE_ROUTE},
    {PKT_IPV4_OPTION_STRICT_ROUTE, 0,  SHAPE_SOURCE_ROUTE},
    {PKT_IPV4_OPTION_ROUTER_ALERT, 4,  SHAPE_ROUTER_ALERT},
    {PKT_IPV4_OPTION_STREAM_ID,    4,  SHAPE_STREAM_ID   },
    {PKT_IPV4_OPTION_SECURITY,     0,  SHAPE_SECURITY    },
    {11,                           4,  SHAPE_MTU         }, /* MTU probe and reply (RFC 1063) */
    {12,                           4,  SHAPE_MTU         },
    {82,                           12, SHAPE_TRACEROUTE  }, /* RFC 1393 */
    {25,                           8,  SHAPE_QUICK_START }, /* RFC 4782 */
};

static void enter_option(struct pkt_field_item *item)
{
    uint8_t type = pkt_u8(item->view, 0);
    item->shape = field_find_shape(option_shapes, sizeof option_shapes / sizeof *option_shapes, type,
                                   item->len, SHAPE_OTHER, SHAPE_OTHER);
    /* Flag 0: timestamps alone; 1 and 3: each behind its address (RFC 791 3.1). */
    if (type == PKT_IPV4_OPTION_TIMESTAMP)
        item->shape = (pkt_u8(item->view, 3) & 0x0f) == 0 ? SHAPE_TIMESTAMP : SHAPE_ADDRESS_TIMESTAMP;
}

/* Bytes of the addresses before the pointer, which counts from the option's first octet, from 1 (RFC
 * 791 3.1). */
static size_t recorded_len(const struct pkt_field_item *item)
{
    uint8_t pointer = pkt_u8(item->view, 2);
    return pointer < 4 ? 0 : (pointer - 4U + 3U) & ~3U;
}

static void open_recorded(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    *ret_items = field_array(pkt_view_clip(item->view, 3, recorded_len(item)), 4);
}

static void open_pending(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    *ret_items = field_array(pkt_view_from(item->view, 3 + recorded_len(item)), 4);
}

static void open_stamps(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    *ret_items = field_array(pkt_view_from(item->view, 4), item->shape == SHAPE_TIMESTAMP ? 4 : 8);
}

static bool option_data(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, 2));
}

/* clang-format off */
static const struct pkt_field ipv4_option_rows[] = {
    {NAME("ip", "opt.type", "opt_type"), OCTETS(0, 1)},
    FLAG("ip", "opt.type.copy", "opt_type_copy", 0),
    {NAME("ip", "opt.type.class", "opt_type_class"), BITS(1, 2)},
    {NAME("ip", "opt.type.number", "opt_type_number"), BITS(3, 5)},
    {NAME("ip", "opt.len", "opt_len"), OCTETS(1, 1), .shapes = (uint32_t)SHAPE_SIZED, .unit = "bytes"},
    {NAME("ip", "opt.ptr", "opt_ptr"), OCTETS(2, 1), .shapes = SHAPE_ROUTES | SHAPE_STAMPS},
    {NAME("ip", "opt.overflow", "opt_overflow"), BITS(24, 4), .shapes = SHAPE_STAMPS},
    {NAME("ip", "opt.flag", "opt_flag"), BITS(28, 4), .hex_digits = 2, .shapes = SHAPE_STAMPS},
    {NAME("ip", "opt.ra", "opt_ra"), OCTETS(2, 2), .shapes = SHAPE_ROUTER_ALERT},
    {NAME("ip", "opt.sid", "opt_sid"), OCTETS(2, 2), .shapes = SHAPE_STREAM_ID},
    {NAME("ip", "opt.mtu", "opt_mtu"), OCTETS(2, 2), .shapes = SHAPE_MTU, .unit = "bytes"},
    {NAME("ip", "opt.id_number", "opt_id_number"), OCTETS(2, 2), .shapes = SHAPE_TRACEROUTE},
    {NAME("ip", "opt.ohc", "opt_ohc"), OCTETS(4, 2), .shapes = SHAPE_TRACEROUTE},
    {NAME("ip", "opt.rhc", "opt_rhc"), OCTETS(6, 2), .shapes = SHAPE_TRACEROUTE},
    {NAME("ip", "opt.originator", "opt_originator"), .type = PKT_FIELD_IP4, OCTETS(8, 4),
     .shapes = SHAPE_TRACEROUTE},
    {NAME("ip", "opt.qs_func", "opt_qs_func"), BITS(16, 4), .shapes = SHAPE_QUICK_START},
    {NAME("ip", "opt.qs_rate", "opt_qs_rate"), BITS(20, 4), .shapes = SHAPE_QUICK_START},
    {NAME("ip", "opt.qs_ttl", "opt_qs_ttl"), OCTETS(3, 1), .shapes = SHAPE_QUICK_START},
    {NAME("ip", "opt.qs_nonce", "opt_qs_nonce"), BITS(32, 30), .hex_digits = 8, .shapes = SHAPE_QUICK_START},
    {NAME("pkt.ip", "opt.data", "opt_data"), .type = PKT_FIELD_BYTES, .get = option_data,
     .shapes = SHAPE_SECURITY | SHAPE_OTHER, .flags = PKT_FIELD_HIDDEN},
    {NAME("ip", "opt.sec_cl", "opt_sec_cl"), OCTETS(2, 1), .hex_digits = 2, .shapes = SHAPE_SECURITY},
};
/* clang-format on */
/* clang-format off */
static const struct field_list ipv4_option_lists[] = {
    {LIST("recorded"), .group = GROUP_IPV4_ROUTE, .shapes = SHAPE_ROUTES, .open = open_recorded},
    {LIST("route"), .group = GROUP_IPV4_PENDING, .shapes = SHAPE_SOURCE_ROUTE, .open = open_pending},
    {LIST("empty"), .group = GROUP_IPV4_EMPTY, .shapes = SHAPE_RECORD_ROUTE, .open = open_pending},
    {LIST("stamps"), .group = GROUP_IPV4_STAMP, .shapes = SHAPE_TIMESTAMP, .open = open_stamps},
    {LIST("address_stamps"), .group = GROUP_IPV4_ADDRESS_STAMP, .shapes = SHAPE_ADDRESS_TIMESTAMP,
     .open = open_stamps},
};
/* clang-format on */
const struct field_group field_ipv4_option = {ROWS(ipv4_option_rows), LISTS(ipv4_option_lists),
                                              .enter = enter_option};

/* clang-format off */
static const struct pkt_field route_rows[] = {
    {NAME("ip", "rec_rt", "rec_rt"), .type = PKT_FIELD_IP4, OCTETS(0, 4)},
};
/* clang-format on */
const struct field_group field_ipv4_route = {ROWS(route_rows)};

/* clang-format off */
static const struct pkt_field pending_rows[] = {
    {NAME("ip", "src_rt", "src_rt"), .type = PKT_FIELD_IP4, OCTETS(0, 4)},
};
/* clang-format on */
const struct field_group field_ipv4_pending = {ROWS(pending_rows)};

/* clang-format off */
static const struct pkt_field empty_rows[] = {
    {NAME("ip", "empty_rt", "empty_rt"), .type = PKT_FIELD_IP4, OCTETS(0, 4)},
};
/* clang-format on */
const struct field_group field_ipv4_empty = {ROWS(empty_rows)};

/* clang-format off */
static const struct pkt_field stamp_rows[] = {
    {NAME("ip", "opt.time_stamp", "opt_time_stamp"), OCTETS(0, 4), .unit = "ms"},
};
/* clang-format on */
const struct field_group field_ipv4_stamp = {ROWS(stamp_rows)};

/* clang-format off */
static const struct pkt_field address_stamp_rows[] = {
    {NAME("ip", "opt.time_stamp_addr", "opt_time_stamp_addr"), .type = PKT_FIELD_IP4, OCTETS(0, 4)},
    {NAME("ip", "opt.time_stamp", "opt_time_stamp"), OCTETS(4, 4), .unit = "ms"},
};
/* clang-format on */
const struct field_group field_ipv4_address_stamp = {ROWS(address_stamp_rows)};
