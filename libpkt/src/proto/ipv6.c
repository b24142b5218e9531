/*
 * IPv6 (RFC 8200)
 *
 *      0       4               12                                     31
 *     +-------+---------------+--------------------------------------+
 *     |version| traffic class | flow label                           |
 *     | payload length                | next header   | hop limit    |
 *     | source address, 16 bytes                                     |
 *     | destination address, 16 bytes                                |
 *     +--------------------------------------------------------------+
 */
#include "pkt/ipv6.h"
#include "build.h"
#include "demux.h"

enum {
    IPV6_PAYLOAD_LEN = 4,
    IPV6_SRC = 8,
    IPV6_DST = 24,
    IPV6_LEN = 40,
    OPTIONS_OFF = 2,
    OPTION_DATA = 2,
};

bool pkt_as_ipv6(const struct pkt_packet *packet, unsigned layer, struct pkt_ipv6 *ret_ipv6)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_IPV6)
        return false;
    ret_ipv6->header = pkt_layer_header(packet, layer);
    return ret_ipv6->header.len != 0;
}

/*
 * The value of the jumbo payload option in the hop-by-hop header at the view's start; 0: none (RFC 2675 2).
 * False when the capture ends before that is known.
 */
static bool jumbo_len(struct pkt_view hopopts, uint32_t *ret_len)
{
    size_t size = 8U + 8U * pkt_u8(hopopts, 1);
    struct pkt_ipv6_extension x = {pkt_view_clip(hopopts, 0, size), PKT_PROTO_IP6_HOPOPTS};
    struct pkt_list list;
    struct pkt_option option;
    pkt_ipv6_options(x, &list);
    *ret_len = 0;
    while (*ret_len == 0 && pkt_option_next(&list, &option))
        if (option.type == PKT_IPV6_OPTION_JUMBO && option.data.len == 4)
            *ret_len = pkt_u32(option.data, 0);
    return *ret_len != 0 || hopopts.len >= size;
}

/* The payload length rules the end; 0 stands for a jumbogram or for a frame left to segmentation offload. */
static void clip_payload(struct pkt_decoder *d, struct pkt_layer *row, struct pkt_ipv6 ip)
{
    uint32_t claimed = pkt_ipv6_payload_len(ip);
    enum pkt_length_source source = PKT_LENGTH_IPV6_PAYLOAD;
    if (claimed == 0 && pkt_ipv6_next_header(ip) == PKT_IP_HOPOPTS) {
        bool known = jumbo_len(pkt_view_from(pkt_decode_bytes(d, row), IPV6_LEN), &claimed);
        if (!known && (row->flags & PKT_LAYER_TRUNCATED) != 0)
            return;
        source = claimed != 0 ? PKT_LENGTH_IPV6_JUMBO : source;
    }
    if (claimed == 0 && (d->packet->flags & PKT_DECODE_GSO) != 0)
        return;
    uint32_t room = row->len - IPV6_LEN;
    if (claimed > room) {
        if (!pkt_layer_is_part(row))
            pkt_rule_broken(d->packet, d->packet->layer_count - 1U, PKT_D_IPV6_PAYLOAD_OVERRUN,
                            IPV6_PAYLOAD_LEN, claimed, room);
        row->flags |= PKT_LAYER_CLIPPED;
        return;
    }
    pkt_decode_clip(d, row, IPV6_LEN + claimed, source);
}

enum pkt_proto pkt_ipv6_decode(struct pkt_decoder *d)
{
    struct pkt_ipv6 ip;
    struct pkt_layer *row = pkt_decode_head(d, PKT_PROTO_IPV6, IPV6_LEN, &ip.header);
    if (row == NULL)
        return PKT_PROTO_NONE;
    if (pkt_ipv6_version(ip) != 6) {
        pkt_rule_broken(d->packet, d->packet->layer_count - 1U, PKT_D_IPV6_VERSION, 0, 6,
                        pkt_ipv6_version(ip));
        row->flags |= PKT_LAYER_SHORT;
        return PKT_PROTO_NONE;
    }
    clip_payload(d, row, ip);
    pkt_decode_advance(d, row, pkt_ipv6_next_header(ip));
    return pkt_ip_next(d, pkt_ipv6_next_header(ip), true);
}

void pkt_ipv6_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_ipv6 ip;
    if (pkt_as_ipv6(packet, layer, &ip) && pkt_ip6_is_multicast(pkt_ipv6_src(ip)))
        pkt_rule_broken(packet, layer, PKT_D_IPV6_SOURCE, IPV6_SRC, 0, 0);
}

/* Where in a routing header the final destination stands; 0: nowhere, the segments are used up. False when
 * its type does not say where that is. */
static bool final_dst_off(struct pkt_ipv6_extension x, size_t *ret_off)
{
    unsigned type = pkt_ipv6_routing_type(x);
    *ret_off = 0;
    if (pkt_ipv6_segments_left(x) == 0)
        return true;
    if (x.header.len < 8U + 16U || (type != 0 && type != 2 && type != 4))
        return false;
    /* Segment routing stores the list backwards: the last segment is first (RFC 8754 2). */
    *ret_off = type == 4 ? 8 : x.header.len - 16U;
    return true;
}

/* Where the address of a Home Address option stands (RFC 6275 11.3.1); 0: there is none. */
static size_t home_address_off(struct pkt_ipv6_extension x)
{
    struct pkt_list list;
    struct pkt_option option;
    size_t off = 0;
    pkt_ipv6_options(x, &list);
    while (pkt_option_next(&list, &option))
        if (option.type == PKT_IPV6_OPTION_HOME_ADDRESS && option.data.len == 16)
            off = OPTIONS_OFF + option.off + OPTION_DATA;
    return off;
}

/* What an extension header that starts at off says of the two addresses; false: the destination is unknown.
 */
static bool take_addresses(struct pkt_ipv6_extension x, size_t off, size_t *src, size_t *dst)
{
    size_t at = 0;
    bool known = true;
    if (x.proto == PKT_PROTO_IP6_ROUTING) {
        known = final_dst_off(x, &at);
        *dst = at != 0 ? off + at : *dst;
    } else if (x.proto == PKT_PROTO_IP6_DSTOPTS) {
        at = home_address_off(x);
        *src = at != 0 ? off + at : *src;
    }
    return known;
}

bool pkt_ipv6_pseudo_offsets(const struct pkt_packet *packet, unsigned ip_layer, size_t *ret_src,
                             size_t *ret_dst)
{
    size_t off = ip_layer < packet->layer_count ? packet->layer[ip_layer].off : packet->bytes.len;
    bool known = true;
    struct pkt_ipv6_extension x;
    *ret_src = off + IPV6_SRC;
    *ret_dst = off + IPV6_DST;
    for (unsigned i = ip_layer + 1; pkt_as_ipv6_extension(packet, i, &x); i++)
        known &= take_addresses(x, packet->layer[i].off, ret_src, ret_dst);
    return known;
}

bool pkt_ipv6_pseudo_addresses(const struct pkt_packet *packet, unsigned ip_layer, struct pkt_ip6 *ret_src,
                               struct pkt_ip6 *ret_dst)
{
    size_t src, dst;
    bool known = pkt_ipv6_pseudo_offsets(packet, ip_layer, &src, &dst);
    *ret_src = pkt_ip6_at(packet->bytes, src);
    *ret_dst = pkt_ip6_at(packet->bytes, dst);
    return known;
}

/* --- building --- */

void pkt_build_ipv6_addresses(const struct pkt_build *build, unsigned network, unsigned row,
                              struct pkt_ip6 *ret_src, struct pkt_ip6 *ret_dst)
{
    struct pkt_view bytes = pkt_room_view(pkt_build_row_room(build, network));
    size_t start = build->row[network].off;
    size_t src = IPV6_SRC, dst = IPV6_DST;
    for (unsigned i = network + 1; i < row; i++) {
        uint8_t proto = build->row[i].proto;
        size_t off = build->row[i].off - start;
        if (proto < PKT_PROTO_IP6_HOPOPTS || proto > PKT_PROTO_AH)
            break;
        struct pkt_ipv6_extension x = {pkt_view_clip(bytes, off, pkt_build_header_len(build, i)), proto};
        (void)take_addresses(x, off, &src, &dst);
    }
    *ret_src = pkt_ip6_at(bytes, src);
    *ret_dst = pkt_ip6_at(bytes, dst);
}
