/*
 * Building the extension structure of ICMP messages (RFC 4884) and its objects (RFC 4950, 5837, 8335);
 * icmp_extension.c draws it.
 */
#include "icmp_build.h"

enum {
    EXTENSION_LEN = 4,
    EXTENSION_VERSION = 2 << 4,
    EXTENSION_CHECKSUM = 2,
    QUOTE_MIN = 128, /* RFC 4884 3 */
    OBJECT_CLASS = 2,
    OBJECT_CTYPE = 3,
    OBJECT_HEAD = 4,
    WORD = 4,
    MPLS_CTYPE = 1, /* incoming stack (RFC 4950 3) */
    MPLS_ENTRY_LEN = 4,
    MPLS_LABEL_MAX = 0xfffff,
    MPLS_CLASS_MAX = 7,
    ROLE_MAX = 3,
    ADDRESS_HEAD = 4, /* address family and reserved, or length and reserved */
    NAME_MAX_LEN = 63,
    FAMILY_IP4 = 1,
    FAMILY_IP6 = 2,
};

/* C-types of interface identification (RFC 8335 2.1). */
enum {
    ID_NAME = 1,
    ID_INDEX = 2,
    ID_ADDRESS = 3,
};

/* Bits of the C-type of interface information (RFC 5837 4.1). */
enum {
    INFO_MTU = 0x01,
    INFO_NAME = 0x02,
    INFO_ADDRESS = 0x04,
    INFO_INDEX = 0x08,
    INFO_ROLE_SHIFT = 6,
};

const struct pkt_build_automatic pkt_icmp_extension_automatic[] = {
    {PKT_BUILD_CHECKSUM, 16, 16, PKT_BUILD_ANY_TYPE},
    {0,                  0,  0,  0                 },
};

/* Bytes of a unit of the length attribute, of the errors that have one (RFC 4884 4). */
static const struct {
    uint8_t proto, type, unit;
} units[] = {
    {PKT_PROTO_ICMP,  PKT_ICMP_UNREACHABLE,       4},
    {PKT_PROTO_ICMP,  PKT_ICMP_TIME_EXCEEDED,     4},
    {PKT_PROTO_ICMP,  PKT_ICMP_PARAMETER_PROBLEM, 4},
    {PKT_PROTO_ICMP6, PKT_ICMP6_UNREACHABLE,      8},
    {PKT_PROTO_ICMP6, PKT_ICMP6_TIME_EXCEEDED,    8},
};

size_t pkt_build_quote_unit(const struct pkt_build_row *error)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].proto == error->proto && units[i].type == error->type)
            return units[i].unit;
    return 0;
}

/* One that may still get its structure: its quotation, if it stands in one, has not ended. */
static bool is_extended_echo(const struct pkt_build_row *row)
{
    return !row->finished && ((row->proto == PKT_PROTO_ICMP && row->type == PKT_ICMP_EXTENDED_ECHO) ||
                              (row->proto == PKT_PROTO_ICMP6 && row->type == PKT_ICMP6_EXTENDED_ECHO));
}

/* Zeroes behind the quotation of row `error`: it gets len bytes at least, and whole units. They belong to no
 * layer, since the quoted packet has ended. */
static void pad_quote(struct pkt_build *build, unsigned error, size_t len, size_t unit)
{
    struct pkt_build_row *row = &build->row[error];
    size_t quote = build->len - row->off - ICMP_BODY;
    size_t target = quote < len ? len : quote;
    pkt_build_more(build, (target + unit - 1) / unit * unit - quote);
    row->item = (uint32_t)build->len;
    row->quote = PKT_BUILD_QUOTE_EXTENDED;
}

/* Makes an error ready for its extension structure. */
static void end_quote(struct pkt_build *build, size_t quote_len)
{
    int error = pkt_build_quoting(build, PKT_BUILD_QUOTE_OPEN | PKT_BUILD_QUOTE_ENDED);
    size_t unit = error < 0 ? 0 : pkt_build_quote_unit(&build->row[error]);
    if (unit == 0) {
        pkt_build_fail(build, PKT_BUILD_E_ORDER);
        return;
    }
    if (build->row[error].quote == PKT_BUILD_QUOTE_OPEN)
        pkt_build_quote_end(build, SIZE_MAX);
    pad_quote(build, (unsigned)error, quote_len, unit);
}

void pkt_build_icmp_extension_after(struct pkt_build *build, size_t quote_len)
{
    bool follows_request = build->count != 0 && is_extended_echo(&build->row[pkt_build_last(build)]);
    if (!follows_request)
        end_quote(build, quote_len);
    struct pkt_room structure = pkt_build_begin(build, PKT_PROTO_ICMP_EXT, EXTENSION_LEN);
    pkt_set_u8(structure, 0, EXTENSION_VERSION);
}

void pkt_build_icmp_extension(struct pkt_build *build)
{
    pkt_build_icmp_extension_after(build, QUOTE_MIN);
}

void pkt_icmp_extension_finish(struct pkt_build *build, unsigned row)
{
    pkt_build_checksum(build, row, EXTENSION_CHECKSUM, 0);
}

/* --- objects --- */

/* Begins an object and gives the room of its payload. */
static struct pkt_room put_object(struct pkt_build *build, uint8_t class_number, unsigned ctype, size_t len)
{
    if (len > UINT16_MAX - OBJECT_HEAD)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room object = pkt_build_item(build, PKT_PROTO_ICMP_EXT, OBJECT_HEAD + len);
    pkt_set_u16(object, 0, (uint16_t)(OBJECT_HEAD + len));
    pkt_set_u8(object, OBJECT_CLASS, class_number);
    pkt_set_u8(object, OBJECT_CTYPE, (uint8_t)ctype);
    return pkt_room_sub(object, OBJECT_HEAD, len);
}

static size_t to_words(size_t len)
{
    return (len + WORD - 1) / WORD * WORD;
}

void pkt_build_icmp_object(struct pkt_build *build, uint8_t class_number, uint8_t ctype, struct pkt_view data)
{
    struct pkt_room payload = put_object(build, class_number, ctype, data.len);
    pkt_set_bytes(payload, 0, data.ptr, data.len);
}

void pkt_build_icmp_mpls(struct pkt_build *build, const struct pkt_mpls_entry *entries, size_t count)
{
    struct pkt_room payload = put_object(build, PKT_ICMP_OBJECT_MPLS, MPLS_CTYPE, count * MPLS_ENTRY_LEN);
    for (size_t i = 0; i < count; i++) {
        const struct pkt_mpls_entry *entry = &entries[i];
        bool bottom = entry->bottom || i + 1 == count;
        if (entry->label > MPLS_LABEL_MAX || entry->traffic_class > MPLS_CLASS_MAX)
            pkt_build_fail(build, PKT_BUILD_E_RANGE);
        pkt_set_u32(payload, i * MPLS_ENTRY_LEN,
                    entry->label << 12 | (uint32_t)entry->traffic_class << 9 | (bottom ? 0x100U : 0U) |
                        entry->ttl);
    }
}

/* Bytes of the address sub-object (RFC 5837 4.2). */
static size_t address_len(const struct pkt_interface_info *info)
{
    if (info->has_ip6)
        return ADDRESS_HEAD + sizeof info->ip6.byte;
    return info->has_ip4 ? ADDRESS_HEAD + sizeof info->ip4.byte : 0;
}

/* Bytes of the name sub-object: a length octet, which counts itself, and the name in whole words (RFC
 * 5837 4.3). */
static size_t name_len(const struct pkt_interface_info *info)
{
    return info->has_name ? to_words(1 + info->name.len) : 0;
}

static void write_address(struct pkt_room room, const struct pkt_interface_info *info)
{
    pkt_set_u16(room, 0, info->has_ip6 ? FAMILY_IP6 : FAMILY_IP4);
    if (info->has_ip6)
        pkt_set_ip6(room, ADDRESS_HEAD, info->ip6);
    else
        pkt_set_ip4(room, ADDRESS_HEAD, info->ip4);
}

static void write_name(struct pkt_room room, struct pkt_view name)
{
    pkt_set_u8(room, 0, (uint8_t)room.len);
    pkt_set_bytes(room, 1, name.ptr, name.len);
}

/* Puts the sub-objects of info, in the order that RFC 5837 4.1 sets. */
static void put_info(struct pkt_build *build, uint8_t class_number, const struct pkt_interface_info *info)
{
    bool has_address = info->has_ip4 || info->has_ip6;
    unsigned ctype = (unsigned)info->role << INFO_ROLE_SHIFT | (info->has_index ? INFO_INDEX : 0U) |
                     (has_address ? INFO_ADDRESS : 0U) | (info->has_name ? INFO_NAME : 0U) |
                     (info->has_mtu ? INFO_MTU : 0U);
    size_t index = info->has_index ? WORD : 0;
    size_t address = address_len(info);
    size_t name = name_len(info);
    if (info->role > ROLE_MAX || (info->has_name && info->name.len > NAME_MAX_LEN) ||
        (info->has_ip4 && info->has_ip6))
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room room =
        put_object(build, class_number, ctype, index + address + name + (info->has_mtu ? WORD : 0));
    pkt_set_u32(pkt_room_sub(room, 0, index), 0, info->index);
    write_address(pkt_room_sub(room, index, address), info);
    write_name(pkt_room_sub(room, index + address, name), info->name);
    pkt_set_u32(room, index + address + name, info->mtu);
}

void pkt_build_icmp_interface_info(struct pkt_build *build, const struct pkt_interface_info *info)
{
    put_info(build, PKT_ICMP_OBJECT_INTERFACE, info);
}

void pkt_build_icmp_node(struct pkt_build *build, const struct pkt_interface_info *info)
{
    struct pkt_interface_info node = *info;
    node.role = 0;
    node.has_index = false;
    node.has_mtu = false;
    put_info(build, PKT_ICMP_OBJECT_NODE, &node);
}

void pkt_build_icmp_interface_id(struct pkt_build *build, const struct pkt_interface_id *id)
{
    struct pkt_view text = id->type == ID_ADDRESS ? id->address : id->name;
    size_t head = id->type == ID_ADDRESS ? ADDRESS_HEAD : 0;
    size_t len = id->type == ID_INDEX ? WORD : head + to_words(text.len);
    if (id->type < ID_NAME || id->type > ID_ADDRESS || (id->type == ID_ADDRESS && text.len > UINT8_MAX))
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room payload = put_object(build, PKT_ICMP_OBJECT_INTERFACE_ID, id->type, len);
    if (id->type == ID_INDEX) {
        pkt_set_u32(payload, 0, id->index);
        return;
    }
    if (id->type == ID_ADDRESS) {
        pkt_set_u16(payload, 0, id->family);
        pkt_set_u8(payload, 2, (uint8_t)text.len);
    }
    pkt_set_bytes(payload, head, text.ptr, text.len);
}
