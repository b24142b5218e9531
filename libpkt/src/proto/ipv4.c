/*
 * IPv4 (RFC 791)
 *
 *      0       4       8               16      19                     31
 *     +-------+-------+---------------+------------------------------+
 *     |version| IHL   | type of serv. | total length                 |
 *     | identification                |flags| fragment offset        |
 *     | time to live  | protocol      | header checksum              |
 *     | source address                                               |
 *     | destination address                                          |
 *     | options, to a multiple of 4 bytes                            |
 *     +--------------------------------------------------------------+
 */
#include "pkt/ipv4.h"
#include "build.h"
#include "demux.h"

enum {
    IPV4_TOTAL_LEN = 2,
    IPV4_ID = 4,
    IPV4_FLAGS = 6,
    IPV4_TTL = 8,
    IPV4_PROTOCOL = 9,
    IPV4_SRC = 12,
    IPV4_DST = 16,
    IPV4_MIN = 20,
    IPV4_MAX = 60,
    IPV4_CHECKSUM = 10,
    IPV4_MAX_DATAGRAM = 65535,
};

bool pkt_as_ipv4(const struct pkt_packet *packet, unsigned layer, struct pkt_ipv4 *ret_ipv4)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_IPV4)
        return false;
    ret_ipv4->header = pkt_layer_header(packet, layer);
    return ret_ipv4->header.len != 0;
}

void pkt_ipv4_options(struct pkt_ipv4 ip, struct pkt_list *ret_list)
{
    struct pkt_view area = pkt_view_from(ip.header, IPV4_MIN);
    *ret_list = (struct pkt_list){
        .area = area, .area_len = area.len, .left = UINT32_MAX, .kind = PKT_LIST_IPV4_OPTIONS};
}

bool pkt_ipv4_router_alert(struct pkt_ipv4 ip, uint16_t *ret_value)
{
    struct pkt_list list;
    struct pkt_option option;
    pkt_ipv4_options(ip, &list);
    while (pkt_option_next(&list, &option)) {
        if (option.type == PKT_IPV4_OPTION_ROUTER_ALERT && option.data.len == 2) {
            *ret_value = pkt_u16(option.data, 0);
            return true;
        }
    }
    return false;
}

static bool is_source_route(uint8_t type)
{
    return type == PKT_IPV4_OPTION_LOOSE_ROUTE || type == PKT_IPV4_OPTION_STRICT_ROUTE;
}

size_t pkt_ipv4_final_dst_off(struct pkt_ipv4 ip)
{
    struct pkt_list list;
    struct pkt_option option;
    if (ip.header.len == IPV4_MIN)
        return IPV4_DST;
    pkt_ipv4_options(ip, &list);
    while (pkt_option_next(&list, &option)) {
        /* The pointer counts from the option's first octet, from 1; past the length: the route is used up. */
        bool pending = option.data.len >= 5 && pkt_u8(option.data, 0) <= option.bytes.len;
        if (is_source_route(option.type) && pending)
            return IPV4_MIN + option.off + option.bytes.len - 4;
    }
    return IPV4_DST;
}

struct pkt_ip4 pkt_ipv4_final_dst(struct pkt_ipv4 ip)
{
    return pkt_ip4_at(ip.header, pkt_ipv4_final_dst_off(ip));
}

/* The header length rules what is header, the total length what is the datagram; both may lie. */
static bool lengths_hold(struct pkt_decoder *d, struct pkt_layer *row, struct pkt_ipv4 ip)
{
    unsigned layer = d->packet->layer_count - 1U;
    uint32_t total = pkt_ipv4_total_len(ip);
    uint32_t ihl = pkt_ipv4_header_len(ip);
    if (ihl < IPV4_MIN) {
        pkt_rule_broken(d->packet, layer, PKT_D_IPV4_HEADER_LENGTH, 0, IPV4_MIN, ihl);
        row->flags |= PKT_LAYER_SHORT;
        return false;
    }
    if (total == 0) {
        /* Segmentation offload hands over frames whose length the card would have filled in. */
        if ((d->packet->flags & PKT_DECODE_GSO) == 0)
            pkt_rule_broken(d->packet, layer, PKT_D_IPV4_TOTAL_ZERO, IPV4_TOTAL_LEN, ihl, 0);
    } else if (total < ihl) {
        pkt_rule_broken(d->packet, layer, PKT_D_IPV4_TOTAL_SHORT, IPV4_TOTAL_LEN, ihl, total);
        row->flags |= PKT_LAYER_SHORT;
        return false;
    } else {
        if (total > row->len && !pkt_layer_is_part(row))
            pkt_rule_broken(d->packet, layer, PKT_D_IPV4_TOTAL_OVERRUN, IPV4_TOTAL_LEN, total, row->len);
        pkt_decode_clip(d, row, total, PKT_LENGTH_IPV4_TOTAL);
    }
    return ihl == IPV4_MIN || pkt_decode_widen(d, row, ihl, PKT_D_IPV4_HEADER_LENGTH);
}

enum pkt_proto pkt_ipv4_decode(struct pkt_decoder *d)
{
    struct pkt_ipv4 ip;
    struct pkt_layer *row = pkt_decode_head(d, PKT_PROTO_IPV4, IPV4_MIN, &ip.header);
    if (row == NULL)
        return PKT_PROTO_NONE;
    if (pkt_ipv4_version(ip) != 4) {
        pkt_rule_broken(d->packet, d->packet->layer_count - 1U, PKT_D_IPV4_VERSION, 0, 4,
                        pkt_ipv4_version(ip));
        row->flags |= PKT_LAYER_SHORT;
        return PKT_PROTO_NONE;
    }
    if (!lengths_hold(d, row, ip))
        return PKT_PROTO_NONE;
    if (pkt_ipv4_is_fragment(ip)) {
        row->flags |= PKT_LAYER_FRAGMENT;
        d->flags |= PKT_LAYER_FRAGMENT;
    }
    pkt_decode_advance(d, row, pkt_ipv4_protocol(ip));
    if (pkt_ipv4_fragment_offset(ip) != 0)
        return PKT_PROTO_PAYLOAD;
    return pkt_ip_next(d, pkt_ipv4_protocol(ip), false);
}

struct pkt_checksum_result pkt_ipv4_verify(const struct pkt_packet *packet, unsigned layer)
{
    struct pkt_view header = pkt_layer_header(packet, layer);
    uint16_t found = pkt_u16(header, IPV4_CHECKSUM);
    if ((packet->layer[layer].flags & PKT_LAYER_SHORT) != 0)
        return (struct pkt_checksum_result){PKT_CHECKSUM_UNKNOWN, found, 0};
    uint16_t over_all = pkt_checksum(header);
    if (over_all == 0)
        return (struct pkt_checksum_result){PKT_CHECKSUM_OK, found, found};
    /* Taking the field out of a sum that it is part of gives what it should be. */
    uint16_t expected = pkt_checksum_update16(over_all, found, 0);
    return (struct pkt_checksum_result){PKT_CHECKSUM_BAD, found, expected};
}

void pkt_ipv4_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_ipv4 ip;
    struct pkt_list options;
    if (!pkt_as_ipv4(packet, layer, &ip) || (packet->layer[layer].flags & PKT_LAYER_SHORT) != 0)
        return;
    if (pkt_ipv4_reserved_flag(ip))
        pkt_rule_broken(packet, layer, PKT_D_IPV4_RESERVED_FLAG, IPV4_FLAGS, 0, 1);
    uint32_t end = pkt_ipv4_fragment_offset(ip) + packet->layer[layer].len;
    if (pkt_ipv4_fragment_offset(ip) != 0 && end > IPV4_MAX_DATAGRAM)
        pkt_rule_broken(packet, layer, PKT_D_IPV4_FRAGMENT_END, IPV4_FLAGS, IPV4_MAX_DATAGRAM, end);
    if (pkt_ip4_is_multicast(pkt_ipv4_src(ip)) || pkt_ip4_is_broadcast(pkt_ipv4_src(ip)))
        pkt_rule_broken(packet, layer, PKT_D_IPV4_SOURCE, IPV4_SRC, 0, 0);
    pkt_ipv4_options(ip, &options);
    pkt_rule_walk(packet, layer, options, IPV4_MIN);
}

/* --- building --- */

enum {
    IPV4_DEFAULT_TTL = 64,
    IPV4_DONT_FRAGMENT = 0x4000,
    IPV4_MORE_FRAGMENTS = 0x2000,
};

const struct pkt_build_automatic pkt_ipv4_automatic[] = {
    {PKT_BUILD_HEADER_LENGTH, 4,  4,  PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_LENGTH,        16, 16, PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_NEXT,          8,  72, PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_CHECKSUM,      16, 80, PKT_BUILD_ANY_TYPE},
    {0,                       0,  0,  0                 },
};

static uint16_t fragment_bits(struct pkt_build *build, const struct pkt_ipv4_spec *spec)
{
    if (spec->fragment_offset % 8 != 0)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    return (uint16_t)(spec->fragment_offset / 8 | (spec->dont_fragment ? IPV4_DONT_FRAGMENT : 0) |
                      (spec->more_fragments ? IPV4_MORE_FRAGMENTS : 0));
}

void pkt_build_ipv4(struct pkt_build *build, const struct pkt_ipv4_spec *spec)
{
    static const struct pkt_ipv4_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_IPV4, IPV4_MIN);
    pkt_set_u8(header, 0, 4 << 4 | IPV4_MIN / 4);
    pkt_set_u8(header, 1, spec->tos);
    pkt_set_u16(header, IPV4_ID, spec->id);
    pkt_set_u16(header, IPV4_FLAGS, fragment_bits(build, spec));
    pkt_set_u8(header, IPV4_TTL, spec->ttl == 0 ? IPV4_DEFAULT_TTL : spec->ttl);
    pkt_set_u8(header, IPV4_PROTOCOL, spec->protocol);
    if (spec->protocol != 0)
        build->row[build->count - 1].fixed |= PKT_BUILD_NEXT;
    pkt_set_ip4(header, IPV4_SRC, spec->src);
    pkt_set_ip4(header, IPV4_DST, spec->dst);
}

void pkt_build_ipv4_option(struct pkt_build *build, uint8_t type, struct pkt_view data)
{
    bool single = type == PKT_IPV4_OPTION_END || type == PKT_IPV4_OPTION_NOP;
    size_t len = single ? 1 : 2 + data.len;
    if ((single && data.len != 0) || pkt_build_header_len(build, pkt_build_last(build)) + len > IPV4_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room option = pkt_build_item(build, PKT_PROTO_IPV4, len);
    pkt_set_u8(option, 0, type);
    pkt_set_u8(option, 1, (uint8_t)len);
    pkt_set_bytes(option, 2, data.ptr, data.len);
}

void pkt_build_ipv4_router_alert(struct pkt_build *build, uint16_t value)
{
    uint8_t data[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    pkt_build_ipv4_option(build, PKT_IPV4_OPTION_ROUTER_ALERT, pkt_view_make(data, sizeof data));
}

/* RFC 791 3.1: padding is zero, which is End of Option List. */
void pkt_ipv4_close(struct pkt_build *build, unsigned row)
{
    size_t odd = pkt_build_header_len(build, row) % 4;
    pkt_build_more(build, odd == 0 ? 0 : 4 - odd);
}

void pkt_ipv4_finish(struct pkt_build *build, unsigned row)
{
    struct pkt_room datagram = pkt_build_row_room(build, row);
    size_t header_len = pkt_build_header_len(build, row);
    if (pkt_build_fills(build, row, PKT_BUILD_HEADER_LENGTH))
        pkt_set_bits(datagram, 4, 4, header_len / 4);
    pkt_build_length(build, row, IPV4_TOTAL_LEN, 16, pkt_build_row_len(build, row));
    if (pkt_build_fills(build, row, PKT_BUILD_NEXT))
        pkt_set_u8(datagram, IPV4_PROTOCOL, pkt_build_ip_protocol(build, row));
    if (pkt_build_fills(build, row, PKT_BUILD_CHECKSUM)) {
        struct pkt_room header = pkt_room_sub(datagram, 0, header_len);
        pkt_set_u16(header, IPV4_CHECKSUM, 0);
        pkt_set_u16(header, IPV4_CHECKSUM, pkt_checksum(pkt_room_view(header)));
    }
}
