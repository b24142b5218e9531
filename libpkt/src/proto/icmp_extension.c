/*
 * The extension structure of ICMP errors (RFC 4884 7) with MPLS label stacks (RFC 4950) and interface
 * information (RFC 5837)
 *
 *     version 4 bits | reserved 12 bits | checksum 2 | objects: length 2 | class 1 | C-type 1 | payload
 */
#include "demux.h"
#include "pkt/icmp.h"

enum {
    EXTENSION_CHECKSUM = 2,
    EXTENSION_LEN = 4,
    OBJECT_CTYPE = 3,
    MPLS_ENTRY_LEN = 4,
    AFI_IP4 = 1,
    AFI_IP6 = 2,
    INTERFACE_NAME_MAX = 64,
};

/* C-types of an interface identification object (RFC 8335 2.1). */
enum {
    INTERFACE_BY_NAME = 1,
    INTERFACE_BY_INDEX = 2,
    INTERFACE_BY_ADDRESS = 3,
};

/* Flags of an interface information object's C-type (RFC 5837 4.1). */
enum {
    INTERFACE_MTU = 0x01,
    INTERFACE_NAME = 0x02,
    INTERFACE_ADDRESS = 0x04,
    INTERFACE_INDEX = 0x08,
};

bool pkt_as_icmp_extension(const struct pkt_packet *packet, unsigned layer,
                           struct pkt_icmp_extension *ret_extension)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_ICMP_EXT)
        return false;
    ret_extension->structure = pkt_layer_bytes(packet, layer);
    ret_extension->len = packet->layer[layer].len;
    return packet->layer[layer].hdr_len != 0;
}

void pkt_icmp_extension_row(struct pkt_decoder *d, uint32_t off, uint32_t end)
{
    struct pkt_decoder at = *d;
    at.off = off;
    at.end = end;
    if (off < end)
        (void)pkt_decode_row(&at, PKT_PROTO_ICMP_EXT, EXTENSION_LEN);
    d->next_row = at.next_row;
    d->full = at.full;
}

void pkt_icmp_objects(struct pkt_icmp_extension x, struct pkt_list *ret_list)
{
    *ret_list = (struct pkt_list){
        .area = pkt_view_from(x.structure, EXTENSION_LEN),
        .area_len = x.len > EXTENSION_LEN ? x.len - EXTENSION_LEN : 0,
        .left = UINT32_MAX,
        .kind = PKT_LIST_ICMP_OBJECTS,
    };
}

bool pkt_mpls_entry(const struct pkt_option *object, unsigned index, struct pkt_mpls_entry *ret_entry)
{
    if (!pkt_view_has(object->data, (size_t)index * MPLS_ENTRY_LEN, MPLS_ENTRY_LEN))
        return false;
    uint32_t word = pkt_u32(object->data, (size_t)index * MPLS_ENTRY_LEN);
    ret_entry->label = word >> 12;
    ret_entry->traffic_class = (uint8_t)(word >> 9 & 7);
    ret_entry->bottom = (word & 0x100) != 0;
    ret_entry->ttl = (uint8_t)word;
    return true;
}

/* The address sub-object: family 2, reserved 2, address (RFC 5837 4.2). */
static void read_address(struct pkt_cursor *cursor, struct pkt_interface_info *info)
{
    uint16_t family = pkt_cursor_u16(cursor);
    (void)pkt_cursor_u16(cursor);
    if (family == AFI_IP4) {
        info->ip4 = pkt_ip4_at(pkt_cursor_take(cursor, 4), 0);
        info->has_ip4 = !cursor->failed;
    } else if (family == AFI_IP6) {
        info->ip6 = pkt_ip6_at(pkt_cursor_take(cursor, 16), 0);
        info->has_ip6 = !cursor->failed;
    } else {
        cursor->failed = true;
    }
}

/* The name sub-object: its length with the length octet, at most 64, then the name padded with zeroes (RFC
 * 5837 4.3). */
static void read_name(struct pkt_cursor *cursor, struct pkt_interface_info *info)
{
    uint8_t len = pkt_cursor_u8(cursor);
    if (len == 0 || len > INTERFACE_NAME_MAX)
        cursor->failed = true;
    info->name = pkt_cursor_take(cursor, len - 1U);
    info->has_name = !cursor->failed;
    if (len % 4 != 0)
        cursor->failed = true; /* it must fill words: where the next sub-object starts is not known */
}

bool pkt_interface_info(const struct pkt_option *object, struct pkt_interface_info *ret_info)
{
    if (object->type != PKT_ICMP_OBJECT_INTERFACE)
        return false;
    uint8_t ctype = pkt_u8(object->bytes, OBJECT_CTYPE);
    struct pkt_cursor cursor = pkt_cursor_make(object->data);
    *ret_info = (struct pkt_interface_info){.role = ctype >> 6};
    if ((ctype & INTERFACE_INDEX) != 0) {
        ret_info->index = pkt_cursor_u32(&cursor);
        ret_info->has_index = !cursor.failed;
    }
    if ((ctype & INTERFACE_ADDRESS) != 0)
        read_address(&cursor, ret_info);
    if ((ctype & INTERFACE_NAME) != 0)
        read_name(&cursor, ret_info);
    if ((ctype & INTERFACE_MTU) != 0) {
        ret_info->mtu = pkt_cursor_u32(&cursor);
        ret_info->has_mtu = !cursor.failed;
    }
    return !cursor.failed;
}

/* 0 means that the sender computed none (RFC 4884 7). */
struct pkt_checksum_result pkt_icmp_extension_verify(const struct pkt_packet *packet, unsigned layer)
{
    struct pkt_checksum_result result = pkt_checksum_layer(packet, layer, EXTENSION_CHECKSUM, 0);
    if (result.found == 0)
        result.state = PKT_CHECKSUM_ABSENT;
    return result;
}

bool pkt_interface_id(const struct pkt_option *object, struct pkt_interface_id *ret_id)
{
    if (object->type != PKT_ICMP_OBJECT_INTERFACE_ID)
        return false;
    struct pkt_cursor cursor = pkt_cursor_make(object->data);
    *ret_id = (struct pkt_interface_id){.type = pkt_u8(object->bytes, OBJECT_CTYPE)};
    if (ret_id->type == INTERFACE_BY_NAME) {
        ret_id->name = object->data;
    } else if (ret_id->type == INTERFACE_BY_INDEX) {
        ret_id->index = pkt_cursor_u32(&cursor);
    } else if (ret_id->type == INTERFACE_BY_ADDRESS) {
        ret_id->family = pkt_cursor_u16(&cursor);
        uint8_t len = pkt_cursor_u8(&cursor);
        (void)pkt_cursor_u8(&cursor);
        ret_id->address = pkt_cursor_take(&cursor, len);
    } else {
        return false;
    }
    return !cursor.failed;
}
