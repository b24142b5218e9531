/*
 * ICMPv4, and the extension structure of both ICMPs.
 */
#include "pkt/icmp.h"
#include "registry.h"

enum icmp_shape {
    ICMP_ECHO = 1 << 0,
    ICMP_UNREACHABLE = 1 << 1,
    ICMP_FRAG_NEEDED = 1 << 2,
    ICMP_REDIRECT = 1 << 3,
    ICMP_PARAMETER_PROBLEM = 1 << 5,
    ICMP_SOURCE_QUENCH = 1 << 6,
    ICMP_ROUTER_ADVERTISEMENT = 1 << 7,
    ICMP_TIMESTAMP = 1 << 8,
    ICMP_INFORMATION = 1 << 9,
    ICMP_MASK = 1 << 10,
    ICMP_EXTENDED_ECHO = 1 << 11,
    ICMP_EXTENDED_ECHO_REPLY = 1 << 12,
    ICMP_OTHER = 1 << 13,
    ICMP_UNREACHABLE_SIZED = 1 << 14, /* these three: with the length attribute of RFC 4884 */
    ICMP_FRAG_NEEDED_SIZED = 1 << 15,
    ICMP_PARAMETER_PROBLEM_SIZED = 1 << 16,
    ICMP_IDENTIFIED = ICMP_ECHO | ICMP_TIMESTAMP | ICMP_INFORMATION | ICMP_MASK,
    ICMP_EXTENDED = ICMP_EXTENDED_ECHO | ICMP_EXTENDED_ECHO_REPLY,
    ICMP_SIZED = ICMP_UNREACHABLE_SIZED | ICMP_FRAG_NEEDED_SIZED | ICMP_PARAMETER_PROBLEM_SIZED,
};

enum {
    CODE_FRAG_NEEDED = 4,
    BODY = 8,
};

static const uint32_t icmp_shapes[PKT_ICMP_EXTENDED_ECHO_REPLY + 1] = {
    [PKT_ICMP_ECHO_REPLY] = ICMP_ECHO,
    [PKT_ICMP_UNREACHABLE] = ICMP_UNREACHABLE,
    [PKT_ICMP_SOURCE_QUENCH] = ICMP_SOURCE_QUENCH,
    [PKT_ICMP_REDIRECT] = ICMP_REDIRECT,
    [PKT_ICMP_ECHO_REQUEST] = ICMP_ECHO,
    [PKT_ICMP_ROUTER_ADVERTISEMENT] = ICMP_ROUTER_ADVERTISEMENT,
    [PKT_ICMP_TIME_EXCEEDED] = ICMP_UNREACHABLE,
    [PKT_ICMP_PARAMETER_PROBLEM] = ICMP_PARAMETER_PROBLEM,
    [PKT_ICMP_TIMESTAMP] = ICMP_TIMESTAMP,
    [PKT_ICMP_TIMESTAMP_REPLY] = ICMP_TIMESTAMP,
    [PKT_ICMP_INFORMATION] = ICMP_INFORMATION,
    [PKT_ICMP_INFORMATION_REPLY] = ICMP_INFORMATION,
    [PKT_ICMP_ADDRESS_MASK] = ICMP_MASK,
    [PKT_ICMP_ADDRESS_MASK_REPLY] = ICMP_MASK,
    [PKT_ICMP_EXTENDED_ECHO] = ICMP_EXTENDED_ECHO,
    [PKT_ICMP_EXTENDED_ECHO_REPLY] = ICMP_EXTENDED_ECHO_REPLY,
};

static void enter_icmp(struct pkt_field_item *item)
{
    uint8_t type = pkt_u8(item->view, 0);
    item->shape = type < sizeof icmp_shapes / sizeof *icmp_shapes ? icmp_shapes[type] : ICMP_OTHER;
    if (item->shape == 0)
        item->shape = ICMP_OTHER;
    bool frag_needed = type == PKT_ICMP_UNREACHABLE && pkt_u8(item->view, 1) == CODE_FRAG_NEEDED;
    bool sized = pkt_u8(item->view, 5) != 0;
    if (item->shape == ICMP_PARAMETER_PROBLEM && sized)
        item->shape = ICMP_PARAMETER_PROBLEM_SIZED;
    else if (frag_needed)
        item->shape = sized ? ICMP_FRAG_NEEDED_SIZED : ICMP_FRAG_NEEDED;
    else if (item->shape == ICMP_UNREACHABLE && sized)
        item->shape = ICMP_UNREACHABLE_SIZED;
}

static uint16_t swapped(uint16_t value)
{
    return (uint16_t)(value << 8 | value >> 8);
}

/* Some systems put identifier and sequence number in their own byte order: readers want both. */
static bool ident_le(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return pkt_view_has(item->view, 4, 2) && field_uint(ret_value, swapped(pkt_u16(item->view, 4)));
}

static bool seq_le(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return pkt_view_has(item->view, 6, 2) && field_uint(ret_value, swapped(pkt_u16(item->view, 6)));
}

/* What follows the checksum of a type that nothing here knows. */
static bool body(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, 4));
}

/* Linux answers with the extension structure of the request, which RFC 8335 3 leaves out. */
static bool reply_data(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, BODY));
}

static bool quoted_len(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return pkt_u8(item->view, 5) != 0 && field_uint(ret_value, pkt_u8(item->view, 5) * 4U);
}

static void open_routers(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    uint32_t stride = pkt_u8(item->view, 5) * 4U;
    size_t len = (size_t)pkt_u8(item->view, 4) * stride;
    /* Entries of a size without room for address and preference hold nothing that is known (RFC 1256 3.1). */
    *ret_items = field_array(pkt_view_clip(item->view, BODY, stride < 8 ? 0 : len), stride < 8 ? 8 : stride);
}

/* clang-format off */
static const struct pkt_field icmp_rows[] = {
    {NAME("icmp", "type", "type"), OCTETS(0, 1)},
    {NAME("icmp", "code", "code"), OCTETS(1, 1)},
    CHECKSUM_ROWS("icmp", "pkt.icmp", 2, 0),
    {NAME("icmp", "ident", "ident"), OCTETS(4, 2), .shapes = ICMP_IDENTIFIED | ICMP_EXTENDED},
    {NAME("icmp", "ident_le", "ident_le"), .get = ident_le, .shapes = ICMP_IDENTIFIED | ICMP_EXTENDED,
     .flags = PKT_FIELD_HIDDEN | PKT_FIELD_DERIVED},
    {NAME("icmp", "seq", "seq"), OCTETS(6, 2), .shapes = ICMP_IDENTIFIED},
    {NAME("icmp", "seq_le", "seq_le"), .get = seq_le, .shapes = ICMP_IDENTIFIED,
     .flags = PKT_FIELD_HIDDEN | PKT_FIELD_DERIVED},
    {NAME("icmp", "pointer", "pointer"), OCTETS(4, 1),
     .shapes = ICMP_PARAMETER_PROBLEM | ICMP_PARAMETER_PROBLEM_SIZED},
    {NAME("icmp", "unused", "unused"), .type = PKT_FIELD_BYTES, OCTETS(4, 4),
     .shapes = ICMP_SOURCE_QUENCH | ICMP_UNREACHABLE},
    {NAME("icmp", "unused", "unused"), .type = PKT_FIELD_BYTES, OCTETS(4, 2), .shapes = ICMP_FRAG_NEEDED},
    {NAME("icmp", "unused", "unused"), .type = PKT_FIELD_BYTES, OCTETS(5, 3),
     .shapes = ICMP_PARAMETER_PROBLEM},
    {NAME("icmp", "unused", "unused"), .type = PKT_FIELD_BYTES, OCTETS(4, 1),
     .shapes = ICMP_UNREACHABLE_SIZED | ICMP_FRAG_NEEDED_SIZED},
    {NAME("icmp", "length", "length"), OCTETS(5, 1), .shapes = ICMP_SIZED},
    {NAME("icmp", "length.original_datagram", "length_original_datagram"), .get = quoted_len,
     .shapes = ICMP_SIZED, .unit = "bytes", .flags = PKT_FIELD_DERIVED},
    {NAME("icmp", "unused", "unused"), .type = PKT_FIELD_BYTES, OCTETS(6, 2),
     .shapes = ICMP_UNREACHABLE_SIZED | ICMP_PARAMETER_PROBLEM_SIZED, .flags = PKT_FIELD_HIDDEN},
    {NAME("icmp", "mtu", "mtu"), OCTETS(6, 2), .shapes = ICMP_FRAG_NEEDED | ICMP_FRAG_NEEDED_SIZED,
     .unit = "bytes"},
    {NAME("pkt.icmp", "data", "data"), .type = PKT_FIELD_BYTES, .get = body, .shapes = ICMP_OTHER},
    {NAME("pkt.icmp", "data", "data"), .type = PKT_FIELD_BYTES, .get = reply_data,
     .shapes = ICMP_EXTENDED_ECHO_REPLY, .flags = PKT_FIELD_HIDDEN},
    {NAME("icmp", "redir_gw", "redir_gw"), .type = PKT_FIELD_IP4, OCTETS(4, 4), .shapes = ICMP_REDIRECT},
    {NAME("icmp", "num_addrs", "num_addrs"), OCTETS(4, 1), .shapes = ICMP_ROUTER_ADVERTISEMENT},
    {NAME("icmp", "addr_entry_size", "addr_entry_size"), OCTETS(5, 1), .shapes = ICMP_ROUTER_ADVERTISEMENT},
    {NAME("icmp", "lifetime", "lifetime"), OCTETS(6, 2), .shapes = ICMP_ROUTER_ADVERTISEMENT, .unit = "s"},
    {NAME("icmp", "originate_timestamp", "originate_timestamp"), OCTETS(8, 4), .shapes = ICMP_TIMESTAMP,
     .unit = "ms"},
    {NAME("icmp", "receive_timestamp", "receive_timestamp"), OCTETS(12, 4), .shapes = ICMP_TIMESTAMP,
     .unit = "ms"},
    {NAME("icmp", "transmit_timestamp", "transmit_timestamp"), OCTETS(16, 4), .shapes = ICMP_TIMESTAMP,
     .unit = "ms"},
    {NAME("icmp", "address_mask", "address_mask"), .type = PKT_FIELD_IP4, OCTETS(8, 4), .shapes = ICMP_MASK},
    {NAME("icmp", "ext.echo.seq", "ext_echo_seq"), OCTETS(6, 1), .shapes = ICMP_EXTENDED},
    {NAME("icmp", "ext.echo.req.local", "ext_echo_req_local"), .type = PKT_FIELD_BOOL, BITS(63, 1),
     .shapes = ICMP_EXTENDED_ECHO},
    {NAME("icmp", "ext.echo.rsp.state", "ext_echo_rsp_state"), BITS(56, 3),
     .shapes = ICMP_EXTENDED_ECHO_REPLY},
    {NAME("icmp", "ext.echo.rsp.active", "ext_echo_rsp_active"), .type = PKT_FIELD_BOOL, BITS(61, 1),
     .shapes = ICMP_EXTENDED_ECHO_REPLY},
    {NAME("icmp", "ext.echo.rsp.ipv4", "ext_echo_rsp_ipv4"), .type = PKT_FIELD_BOOL, BITS(62, 1),
     .shapes = ICMP_EXTENDED_ECHO_REPLY},
    {NAME("icmp", "ext.echo.rsp.ipv6", "ext_echo_rsp_ipv6"), .type = PKT_FIELD_BOOL, BITS(63, 1),
     .shapes = ICMP_EXTENDED_ECHO_REPLY},
};
/* clang-format on */
/* clang-format off */
static const struct field_list icmp_lists[] = {
    {LIST("routers"), .group = GROUP_ICMP_ROUTER, .shapes = ICMP_ROUTER_ADVERTISEMENT, .open = open_routers},
};
/* clang-format on */
const struct field_group field_icmp = {OBJECT("icmp"), ROWS(icmp_rows), LISTS(icmp_lists),
                                       .enter = enter_icmp};

/* Preference levels are signed (RFC 1256 3.1). */
static bool preference(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_octets(ret_value, item->view, 4, 4) &&
           field_uint(ret_value, (uint64_t)(int64_t)(int32_t)ret_value->number);
}

/* clang-format off */
static const struct pkt_field router_rows[] = {
    {NAME("icmp", "router_address", "router_address"), .type = PKT_FIELD_IP4, OCTETS(0, 4)},
    {NAME("icmp", "pref_level", "pref_level"), .type = PKT_FIELD_INT, OCTETS(4, 4), .get = preference},
};
/* clang-format on */
const struct field_group field_icmp_router = {ROWS(router_rows)};

/* --- extensions --- */

static void open_objects(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    struct pkt_icmp_extension x = {item->view, item->len};
    ret_items->stride = 0;
    pkt_icmp_objects(x, &ret_items->list);
}

/* clang-format off */
static const struct pkt_field extension_rows[] = {
    {NAME("icmp", "ext.version", "ext_version"), BITS(0, 4)},
    {NAME("icmp", "ext.res", "ext_res"), BITS(4, 12), .hex_digits = 4},
    {NAME("icmp", "ext.checksum", "ext_checksum"), OCTETS(2, 2), .hex_digits = 4},
    {NAME("icmp", "ext.checksum.status", "ext_checksum_status"), .type = PKT_FIELD_CHECKSUM_STATE,
     .get = field_checksum_state, .flags = PKT_FIELD_DERIVED},
    {NAME("pkt.icmp", "ext.checksum_calculated", "ext_checksum_calculated"), .hex_digits = 4,
     .get = field_checksum_calculated, .flags = PKT_FIELD_DERIVED | PKT_FIELD_ON_FAULT},
};
/* clang-format on */
/* clang-format off */
static const struct field_list extension_lists[] = {
    {LIST("objects"), .group = GROUP_ICMP_OBJECT, .open = open_objects},
};
/* clang-format on */
const struct field_group field_icmp_extension = {OBJECT("extension"), ROWS(extension_rows),
                                                 LISTS(extension_lists)};

enum object_shape {
    OBJECT_MPLS = 1 << 0,
    OBJECT_INTERFACE = 1 << 1,
    OBJECT_IDENT_NAME = 1 << 2,
    OBJECT_IDENT_INDEX = 1 << 3,
    OBJECT_IDENT_ADDRESS = 1 << 4,
    OBJECT_OTHER = 1 << 5,
};

static void enter_object(struct pkt_field_item *item)
{
    uint8_t class_number = pkt_u8(item->view, 2);
    uint8_t ctype = pkt_u8(item->view, 3);
    item->shape = OBJECT_OTHER;
    if (class_number == PKT_ICMP_OBJECT_MPLS)
        item->shape = OBJECT_MPLS;
    else if (class_number == PKT_ICMP_OBJECT_INTERFACE)
        item->shape = OBJECT_INTERFACE;
    else if (class_number == PKT_ICMP_OBJECT_INTERFACE_ID && ctype >= 1 && ctype <= 3)
        item->shape = (unsigned)OBJECT_IDENT_NAME << (ctype - 1); /* name, index, address (RFC 8335 2.1) */
}

static struct pkt_interface_info interface_of(const struct pkt_field_item *item)
{
    struct pkt_option object = {
        .type = pkt_u8(item->view, 2),
        .bytes = item->view,
        .data = pkt_view_from(item->view, 4),
    };
    struct pkt_interface_info info;
    (void)pkt_interface_info(&object, &info);
    return info;
}

static bool interface_index(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return interface_of(item).has_index && field_octets(ret_value, item->view, 4, 4);
}

/* The sub-objects follow each other: index, address, name, MTU (RFC 5837 4.1). */
static size_t address_off(const struct pkt_field_item *item)
{
    return (pkt_u8(item->view, 3) & 0x08) != 0 ? 8 : 4;
}

static size_t name_off(const struct pkt_field_item *item, const struct pkt_interface_info *info)
{
    return address_off(item) + (info->has_ip4 ? 8U : info->has_ip6 ? 20U : 0);
}

static bool interface_afi(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_interface_info info = interface_of(item);
    return (info.has_ip4 || info.has_ip6) && field_octets(ret_value, item->view, address_off(item), 2);
}

static bool interface_ip4(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return interface_of(item).has_ip4 &&
           field_bytes(ret_value, pkt_view_clip(item->view, address_off(item) + 4, 4));
}

static bool interface_ip6(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return interface_of(item).has_ip6 &&
           field_bytes(ret_value, pkt_view_clip(item->view, address_off(item) + 4, 16));
}

/* Text up to its first zero. */
static bool text(struct pkt_view bytes, struct pkt_field_value *ret_value)
{
    size_t len = 0;
    while (len < bytes.len && pkt_u8(bytes, len) != 0)
        len++;
    return field_bytes(ret_value, pkt_view_clip(bytes, 0, len));
}

static bool interface_name(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_interface_info info = interface_of(item);
    return info.has_name && text(info.name, ret_value);
}

static bool interface_name_len(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_interface_info info = interface_of(item);
    return info.has_name && field_octets(ret_value, item->view, name_off(item, &info), 1);
}

static bool interface_mtu(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_interface_info info = interface_of(item);
    size_t off = name_off(item, &info) + (info.has_name ? 1 + info.name.len : 0);
    return info.has_mtu && field_octets(ret_value, item->view, off, 4);
}

static bool ident_name(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return text(pkt_view_from(item->view, 4), ret_value);
}

/* The address of an interface identification: family 2, length 1, reserved 1, address (RFC 8335 2.1). */
static bool ident_ip4(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return pkt_u16(item->view, 4) == 1 && pkt_view_sub(item->view, 8, 4, &ret_value->bytes);
}

static bool ident_ip6(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return pkt_u16(item->view, 4) == 2 && pkt_view_sub(item->view, 8, 16, &ret_value->bytes);
}

static bool object_data(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, 4));
}

static void open_mpls(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    *ret_items = field_array(pkt_view_from(item->view, 4), 4);
}

/* clang-format off */
static const struct pkt_field object_rows[] = {
    {NAME("icmp", "ext.length", "ext_length"), OCTETS(0, 2), .unit = "bytes"},
    {NAME("icmp", "ext.class", "ext_class"), OCTETS(2, 1)},
    {NAME("icmp", "ext.ctype", "ext_ctype"), OCTETS(3, 1)},
    {NAME("icmp", "int_info.role", "int_info_role"), BITS(24, 2), .shapes = OBJECT_INTERFACE},
    {NAME("icmp", "int_info.ifindex", "int_info_ifindex"), .type = PKT_FIELD_BOOL, BITS(28, 1),
     .shapes = OBJECT_INTERFACE},
    {NAME("icmp", "int_info.ipaddr", "int_info_ipaddr"), .type = PKT_FIELD_BOOL, BITS(29, 1),
     .shapes = OBJECT_INTERFACE},
    {NAME("icmp", "int_info.name_present", "int_info_name_present"), .type = PKT_FIELD_BOOL, BITS(30, 1),
     .shapes = OBJECT_INTERFACE},
    {NAME("icmp", "int_info.mtu_present", "int_info_mtu_present"), .type = PKT_FIELD_BOOL, BITS(31, 1),
     .shapes = OBJECT_INTERFACE},
    {NAME("icmp", "int_info.index", "int_info_index"), .get = interface_index, WIDTH(4), .shapes = OBJECT_INTERFACE},
    {NAME("icmp", "int_info.afi", "int_info_afi"), .get = interface_afi, WIDTH(2), .shapes = OBJECT_INTERFACE},
    {NAME("icmp", "int_info.ipv4", "int_info_ipv4"), .type = PKT_FIELD_IP4, .get = interface_ip4,
     .shapes = OBJECT_INTERFACE},
    {NAME("icmp", "int_info.ipv6", "int_info_ipv6"), .type = PKT_FIELD_IP6, .get = interface_ip6,
     .shapes = OBJECT_INTERFACE},
    {NAME("icmp", "int_info.name_length", "int_info_name_length"), .get = interface_name_len, WIDTH(1),
     .shapes = OBJECT_INTERFACE, .unit = "bytes"},
    {NAME("icmp", "int_info.name", "int_info_name"), .type = PKT_FIELD_STRING, .get = interface_name,
     .shapes = OBJECT_INTERFACE},
    {NAME("icmp", "int_info.mtu", "int_info_mtu"), .get = interface_mtu, WIDTH(4), .shapes = OBJECT_INTERFACE,
     .unit = "bytes"},
    {NAME("icmp", "int_ident.name", "int_ident_name"), .type = PKT_FIELD_STRING, .get = ident_name,
     .shapes = OBJECT_IDENT_NAME},
    {NAME("icmp", "int_ident.index", "int_ident_index"), OCTETS(4, 4), .shapes = OBJECT_IDENT_INDEX},
    {NAME("icmp", "int_ident.afi", "int_ident_afi"), OCTETS(4, 2), .shapes = OBJECT_IDENT_ADDRESS},
    {NAME("icmp", "int_ident.addr_length", "int_ident_addr_length"), OCTETS(6, 1),
     .shapes = OBJECT_IDENT_ADDRESS, .unit = "bytes"},
    {NAME("icmp", "int_ident.ipv4", "int_ident_ipv4"), .type = PKT_FIELD_IP4, .get = ident_ip4,
     .shapes = OBJECT_IDENT_ADDRESS},
    {NAME("icmp", "int_ident.ipv6", "int_ident_ipv6"), .type = PKT_FIELD_IP6, .get = ident_ip6,
     .shapes = OBJECT_IDENT_ADDRESS},
    {NAME("icmp", "ext.data", "ext_data"), .type = PKT_FIELD_BYTES, .get = object_data,
     .shapes = OBJECT_OTHER},
};
/* clang-format on */
/* clang-format off */
static const struct field_list object_lists[] = {
    {LIST("mpls"), .group = GROUP_ICMP_MPLS, .shapes = OBJECT_MPLS, .open = open_mpls},
};
/* clang-format on */
const struct field_group field_icmp_object = {ROWS(object_rows), LISTS(object_lists), .enter = enter_object};

/* clang-format off */
static const struct pkt_field mpls_rows[] = {
    {NAME("icmp", "mpls.label", "mpls_label"), BITS(0, 20)},
    {NAME("icmp", "mpls.exp", "mpls_exp"), BITS(20, 3)},
    FLAG("icmp", "mpls.s", "mpls_s", 23),
    {NAME("icmp", "mpls.ttl", "mpls_ttl"), OCTETS(3, 1)},
};
/* clang-format on */
const struct field_group field_icmp_mpls = {ROWS(mpls_rows)};
