/*
 * IPv6, its extension headers and options, AH and ESP.
 */
#include "pkt/ipv6.h"
#include "registry.h"

enum {
    IPV6_VALID = 1 << 0, /* the version is 6: the rest is what it says */
};

static void enter_ipv6(struct pkt_field_item *item)
{
    item->shape = pkt_u8(item->view, 0) >> 4 == 6 ? IPV6_VALID : 1 << 1;
}

/* clang-format off */
static const struct pkt_field ipv6_rows[] = {
    {NAME("ipv6", "version", "version"), BITS(0, 4)},
    {NAME("ip", "version", "version"), BITS(0, 4), .flags = PKT_FIELD_HIDDEN},
    {NAME("ipv6", "tclass", "tclass"), BITS(4, 8), .hex_digits = 8, .shapes = IPV6_VALID},
    {NAME("ipv6", "tclass.dscp", "tclass_dscp"), BITS(4, 6), .shapes = IPV6_VALID},
    {NAME("ipv6", "tclass.ecn", "tclass_ecn"), BITS(10, 2), .shapes = IPV6_VALID},
    {NAME("ipv6", "flow", "flow"), BITS(12, 20), .hex_digits = 6, .shapes = IPV6_VALID},
    {NAME("ipv6", "plen", "plen"), OCTETS(4, 2), .unit = "bytes", .shapes = IPV6_VALID},
    {NAME("ipv6", "nxt", "nxt"), OCTETS(6, 1), .shapes = IPV6_VALID},
    {NAME("ipv6", "hlim", "hlim"), OCTETS(7, 1), .shapes = IPV6_VALID},
    {NAME("ipv6", "src", "src"), .type = PKT_FIELD_IP6, OCTETS(8, 16), .shapes = IPV6_VALID},
    {NAME("ipv6", "addr", "addr"), .type = PKT_FIELD_IP6, OCTETS(8, 16), .flags = PKT_FIELD_HIDDEN,
     .shapes = IPV6_VALID},
    {NAME("ipv6", "dst", "dst"), .type = PKT_FIELD_IP6, OCTETS(24, 16), .shapes = IPV6_VALID},
    {NAME("ipv6", "addr", "addr"), .type = PKT_FIELD_IP6, OCTETS(24, 16), .flags = PKT_FIELD_HIDDEN,
     .shapes = IPV6_VALID},
};
/* clang-format on */
const struct field_group field_ipv6 = {OBJECT("ipv6"), ROWS(ipv6_rows), .enter = enter_ipv6};

/* --- extension headers --- */

/* The whole header's length in bytes. */
static bool extension_len(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return pkt_view_has(item->view, 1, 1) && field_uint(ret_value, 8U + 8U * pkt_u8(item->view, 1));
}

static void open_options(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    struct pkt_ipv6_extension x;
    ret_items->stride = 0;
    if (pkt_as_ipv6_extension(item->packet, item->layer, &x))
        pkt_ipv6_options(x, &ret_items->list);
    else
        *ret_items = field_array(pkt_view_clip(item->view, 0, 0), 1);
}

#define EXTENSION_ROWS(protocol)                                                                \
    {NAME(protocol, "nxt", "nxt"), OCTETS(0, 1)}, {NAME(protocol, "len", "len"), OCTETS(1, 1)}, \
    {                                                                                           \
        NAME(protocol, "len_oct", "len_oct"), .get = extension_len, .unit = "bytes",            \
                                              .flags = PKT_FIELD_DERIVED                        \
    }

/* clang-format off */
static const struct pkt_field hopopts_rows[] = {
    EXTENSION_ROWS("ipv6.hopopts"),
};
/* clang-format on */
/* clang-format off */
static const struct field_list option_lists[] = {
    {LIST("options"), .group = GROUP_IPV6_OPTION, .open = open_options},
};
/* clang-format on */
const struct field_group field_hopopts = {OBJECT("hopopts"), ROWS(hopopts_rows), LISTS(option_lists)};

/* clang-format off */
static const struct pkt_field dstopts_rows[] = {
    EXTENSION_ROWS("ipv6.dstopts"),
};
/* clang-format on */
const struct field_group field_dstopts = {OBJECT("dstopts"), ROWS(dstopts_rows), LISTS(option_lists)};

/* clang-format off */
static const struct pkt_field fragment_rows[] = {
    {NAME("ipv6.fraghdr", "nxt", "nxt"), OCTETS(0, 1)},
    {NAME("ipv6.fraghdr", "reserved_octet", "reserved_octet"), OCTETS(1, 1), .hex_digits = 2},
    {NAME("ipv6.fraghdr", "offset", "offset"), BITS(16, 13), .unit = "8 bytes"},
    {NAME("ipv6.fraghdr", "reserved_bits", "reserved_bits"), BITS(29, 2)},
    FLAG("ipv6.fraghdr", "more", "more", 31),
    {NAME("ipv6.fraghdr", "ident", "ident"), OCTETS(4, 4), .hex_digits = 8},
};
/* clang-format on */
const struct field_group field_fragment = {OBJECT("fraghdr"), ROWS(fragment_rows)};

/* --- routing headers --- */

enum routing_shape {
    ROUTING_SOURCE = 1 << 0,  /* type 0 (RFC 5095 deprecates it) */
    ROUTING_MOBILE = 1 << 1,  /* type 2 (RFC 6275 6.4) */
    ROUTING_SEGMENT = 1 << 2, /* type 4 (RFC 8754 2) */
    ROUTING_OTHER = 1 << 3,
};

enum {
    ROUTING_ADDRESSES = 8,
};

static void enter_routing(struct pkt_field_item *item)
{
    switch (pkt_u8(item->view, 2)) {
    case 0:
        item->shape = ROUTING_SOURCE;
        break;
    case 2:
        item->shape = ROUTING_MOBILE;
        break;
    case 4:
        item->shape = ROUTING_SEGMENT;
        break;
    default:
        item->shape = ROUTING_OTHER;
    }
}

static void open_addresses(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    struct pkt_view header = pkt_layer_header(item->packet, item->layer);
    *ret_items = field_array(pkt_view_from(header, ROUTING_ADDRESSES), 16);
}

static void open_segments(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    struct pkt_view header = pkt_layer_header(item->packet, item->layer);
    size_t len = 16U * (pkt_u8(item->view, 4) + 1U);
    *ret_items = field_array(pkt_view_clip(header, ROUTING_ADDRESSES, len), 16);
}

static bool routing_data(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(pkt_layer_header(item->packet, item->layer), 4));
}

/* clang-format off */
static const struct pkt_field routing_rows[] = {
    EXTENSION_ROWS("ipv6.routing"),
    {NAME("ipv6.routing", "type", "type"), OCTETS(2, 1)},
    {NAME("ipv6.routing", "segleft", "segleft"), OCTETS(3, 1)},
    {NAME("ipv6.routing", "src.reserved", "src_reserved"), .type = PKT_FIELD_BYTES, OCTETS(4, 4),
     .shapes = ROUTING_SOURCE},
    {NAME("ipv6.routing", "mipv6.reserved", "mipv6_reserved"), .type = PKT_FIELD_BYTES, OCTETS(4, 4),
     .shapes = ROUTING_MOBILE},
    {NAME("ipv6.routing", "mipv6.home_address", "mipv6_home_address"), .type = PKT_FIELD_IP6, OCTETS(8, 16),
     .shapes = ROUTING_MOBILE},
    {NAME("ipv6.routing", "srh.last_entry", "srh_last_entry"), OCTETS(4, 1), .shapes = ROUTING_SEGMENT},
    {NAME("ipv6.routing", "srh.flags", "srh_flags"), OCTETS(5, 1), .hex_digits = 2,
     .shapes = ROUTING_SEGMENT},
    {NAME("ipv6.routing", "srh.tag", "srh_tag"), .type = PKT_FIELD_BYTES, OCTETS(6, 2),
     .shapes = ROUTING_SEGMENT},
    {NAME("ipv6.routing", "unknown_data", "unknown_data"), .type = PKT_FIELD_BYTES, .get = routing_data,
     .shapes = ROUTING_OTHER},
};
/* clang-format on */
/* clang-format off */
static const struct field_list routing_lists[] = {
    {LIST("addresses"), .group = GROUP_ROUTING_ADDRESS, .shapes = ROUTING_SOURCE, .open = open_addresses},
    {LIST("segments"), .group = GROUP_ROUTING_SEGMENT, .shapes = ROUTING_SEGMENT, .open = open_segments},
};
/* clang-format on */
const struct field_group field_routing = {OBJECT("routing"), ROWS(routing_rows), LISTS(routing_lists),
                                          .enter = enter_routing};

/* clang-format off */
static const struct pkt_field address_rows[] = {
    {NAME("ipv6.routing", "src.addr", "src_addr"), .type = PKT_FIELD_IP6, OCTETS(0, 16)},
};
/* clang-format on */
const struct field_group field_routing_address = {ROWS(address_rows)};

/* clang-format off */
static const struct pkt_field segment_rows[] = {
    {NAME("ipv6.routing", "srh.addr", "srh_addr"), .type = PKT_FIELD_IP6, OCTETS(0, 16)},
};
/* clang-format on */
const struct field_group field_routing_segment = {ROWS(segment_rows)};

/* --- options --- */

enum ipv6_option_shape {
    OPTION_PAD1 = 1 << 0,
    OPTION_PADN = 1 << 1,
    OPTION_ROUTER_ALERT = 1 << 2,
    OPTION_JUMBO = 1 << 3,
    OPTION_HOME_ADDRESS = 1 << 4,
    OPTION_TUNNEL_LIMIT = 1 << 5,
    OPTION_QUICK_START = 1 << 6,
    OPTION_PMTU = 1 << 7,
    OPTION_PDM = 1 << 8,
    OPTION_OTHER = 1 << 9,
    OPTION_SIZED = ~OPTION_PAD1,
};

static const struct field_shape option_shapes[] = {
    {PKT_IPV6_OPTION_PAD1,         0,  OPTION_PAD1        },
    {PKT_IPV6_OPTION_PADN,         0,  OPTION_PADN        },
    {PKT_IPV6_OPTION_ROUTER_ALERT, 4,  OPTION_ROUTER_ALERT},
    {PKT_IPV6_OPTION_JUMBO,        6,  OPTION_JUMBO       },
    {PKT_IPV6_OPTION_HOME_ADDRESS, 18, OPTION_HOME_ADDRESS},
    {0x04,                         3,  OPTION_TUNNEL_LIMIT}, /* RFC 2473 */
    {0x26,                         8,  OPTION_QUICK_START }, /* RFC 4782 */
    {0x30,                         6,  OPTION_PMTU        }, /* RFC 9268 */
    {0x0f,                         12, OPTION_PDM         }, /* RFC 8250 */
};

static void enter_option(struct pkt_field_item *item)
{
    item->shape = field_find_shape(option_shapes, sizeof option_shapes / sizeof *option_shapes,
                                   pkt_u8(item->view, 0), item->len, OPTION_OTHER, OPTION_OTHER);
}

/* Padding may be empty, and still is there. */
static bool padding(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    ret_value->bytes = pkt_view_from(item->view, 2);
    return true;
}

static bool option_data(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, 2));
}

/* clang-format off */
static const struct pkt_field option_rows[] = {
    {NAME("ipv6", "opt.type", "opt_type"), OCTETS(0, 1), .hex_digits = 2},
    {NAME("ipv6", "opt.type.action", "opt_type_action"), BITS(0, 2), .shapes = (uint32_t)OPTION_SIZED},
    {NAME("ipv6", "opt.type.change", "opt_type_change"), .type = PKT_FIELD_BOOL, BITS(2, 1),
     .shapes = (uint32_t)OPTION_SIZED},
    {NAME("ipv6", "opt.type.rest", "opt_type_rest"), BITS(3, 5), .hex_digits = 2,
     .shapes = (uint32_t)OPTION_SIZED},
    {NAME("ipv6", "opt.length", "opt_length"), OCTETS(1, 1), .shapes = (uint32_t)OPTION_SIZED,
     .unit = "bytes"},
    {NAME("ipv6", "opt.padn", "opt_padn"), .type = PKT_FIELD_BYTES, .get = padding, .shapes = OPTION_PADN},
    {NAME("ipv6", "opt.router_alert", "opt_router_alert"), OCTETS(2, 2), .shapes = OPTION_ROUTER_ALERT},
    {NAME("ipv6", "opt.jumbo", "opt_jumbo"), OCTETS(2, 4), .shapes = OPTION_JUMBO, .unit = "bytes"},
    {NAME("ipv6", "opt.mipv6.home_address", "opt_mipv6_home_address"), .type = PKT_FIELD_IP6, OCTETS(2, 16),
     .shapes = OPTION_HOME_ADDRESS},
    {NAME("ipv6", "opt.tel", "opt_tel"), OCTETS(2, 1), .shapes = OPTION_TUNNEL_LIMIT},
    {NAME("ipv6", "opt.qs_func", "opt_qs_func"), BITS(16, 4), .shapes = OPTION_QUICK_START},
    {NAME("ipv6", "opt.qs_rate", "opt_qs_rate"), BITS(20, 4), .shapes = OPTION_QUICK_START},
    {NAME("ipv6", "opt.qs_ttl", "opt_qs_ttl"), OCTETS(3, 1), .shapes = OPTION_QUICK_START},
    {NAME("ipv6", "opt.qs_nonce", "opt_qs_nonce"), BITS(32, 30), .hex_digits = 8,
     .shapes = OPTION_QUICK_START},
    {NAME("ipv6", "opt.pmtu.min", "opt_pmtu_min"), OCTETS(2, 2), .shapes = OPTION_PMTU, .unit = "bytes"},
    {NAME("ipv6", "opt.pmtu.rtn", "opt_pmtu_rtn"), BITS(32, 15), .scale = 2, .shapes = OPTION_PMTU,
     .unit = "bytes"},
    {NAME("ipv6", "opt.pmtu.r_flag", "opt_pmtu_r_flag"), .type = PKT_FIELD_BOOL, BITS(47, 1),
     .shapes = OPTION_PMTU},
    {NAME("ipv6", "opt.pdm.scale_dtlr", "opt_pdm_scale_dtlr"), OCTETS(2, 1), .shapes = OPTION_PDM},
    {NAME("ipv6", "opt.pdm.scale_dtls", "opt_pdm_scale_dtls"), OCTETS(3, 1), .shapes = OPTION_PDM},
    {NAME("ipv6", "opt.pdm.psn_this_pkt", "opt_pdm_psn_this_pkt"), OCTETS(4, 2), .shapes = OPTION_PDM},
    {NAME("ipv6", "opt.pdm.psn_last_recv", "opt_pdm_psn_last_recv"), OCTETS(6, 2), .shapes = OPTION_PDM},
    {NAME("ipv6", "opt.pdm.delta_last_recv", "opt_pdm_delta_last_recv"), OCTETS(8, 2), .shapes = OPTION_PDM},
    {NAME("ipv6", "opt.pdm.delta_last_sent", "opt_pdm_delta_last_sent"), OCTETS(10, 2), .shapes = OPTION_PDM},
    {NAME("ipv6", "opt.unknown", "opt_unknown"), .type = PKT_FIELD_BYTES, .get = option_data,
     .shapes = OPTION_OTHER},
};
/* clang-format on */
const struct field_group field_ipv6_option = {ROWS(option_rows), .enter = enter_option};

/* --- AH, ESP --- */

static bool ah_icv(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(pkt_layer_header(item->packet, item->layer), 12));
}

/* clang-format off */
static const struct pkt_field ah_rows[] = {
    {NAME("ah", "next_header", "next_header"), OCTETS(0, 1)},
    {NAME("ah", "length", "length"), OCTETS(1, 1)},
    {NAME("ah", "reserved", "reserved"), .type = PKT_FIELD_BYTES, OCTETS(2, 2)},
    {NAME("ah", "spi", "spi"), OCTETS(4, 4), .hex_digits = 8},
    {NAME("ah", "sequence", "sequence"), OCTETS(8, 4)},
    {NAME("ah", "icv", "icv"), .type = PKT_FIELD_BYTES, .get = ah_icv},
};
/* clang-format on */
const struct field_group field_ah = {OBJECT("ah"), ROWS(ah_rows)};

/* clang-format off */
static const struct pkt_field esp_rows[] = {
    {NAME("esp", "spi", "spi"), OCTETS(0, 4), .hex_digits = 8},
    {NAME("esp", "sequence", "sequence"), OCTETS(4, 4)},
};
/* clang-format on */
const struct field_group field_esp = {OBJECT("esp"), ROWS(esp_rows)};
