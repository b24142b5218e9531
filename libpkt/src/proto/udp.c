/*
 * UDP (RFC 768)
 *
 *     source port 2 | destination port 2 | length 2 | checksum 2 | data
 */
#include "build.h"
#include "demux.h"
#include "pkt/ipv6.h"
#include "pkt/transport.h"

enum {
    UDP_LEN = 8,
    UDP_LENGTH = 4,
    UDP_CHECKSUM = 6,
};

bool pkt_as_udp(const struct pkt_packet *packet, unsigned layer, struct pkt_udp *ret_udp)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_UDP)
        return false;
    ret_udp->header = pkt_layer_header(packet, layer);
    return ret_udp->header.len != 0;
}

static bool is_v6(const struct pkt_packet *packet, unsigned layer)
{
    int network = pkt_layer_network(packet, layer);
    return network >= 0 && packet->layer[network].proto == PKT_PROTO_IPV6;
}

/* A length of 0 in a jumbogram (RFC 2675 4), or left to segmentation offload. */
static bool is_unsized(const struct pkt_decoder *d, const struct pkt_layer *row)
{
    return row->len > UINT16_MAX || (d->packet->flags & PKT_DECODE_GSO) != 0;
}

/* The length field against the room that IP left; in a fragment or quotation the room is no witness. */
static bool clip(struct pkt_decoder *d, struct pkt_layer *row, uint32_t claimed)
{
    unsigned layer = d->packet->layer_count - 1U;
    if (claimed == 0 && is_unsized(d, row))
        return true;
    if (claimed < UDP_LEN) {
        pkt_rule_broken(d->packet, layer, PKT_D_UDP_LENGTH_SHORT, UDP_LENGTH, UDP_LEN, claimed);
        row->flags |= PKT_LAYER_SHORT;
        return false;
    }
    if (claimed > row->len && !pkt_layer_is_part(row))
        pkt_rule_broken(d->packet, layer, PKT_D_UDP_LENGTH_OVERRUN, UDP_LENGTH, claimed, row->len);
    if (claimed < row->len && !pkt_layer_is_part(row))
        pkt_rule_broken(d->packet, layer, PKT_D_UDP_LENGTH_UNDERRUN, UDP_LENGTH, row->len, claimed);
    pkt_decode_clip(d, row, claimed, PKT_LENGTH_UDP);
    return true;
}

enum pkt_proto pkt_udp_decode(struct pkt_decoder *d)
{
    struct pkt_udp udp;
    struct pkt_layer *row = pkt_decode_head(d, PKT_PROTO_UDP, UDP_LEN, &udp.header);
    if (row == NULL)
        return PKT_PROTO_NONE;
    if (!clip(d, row, pkt_udp_len(udp)))
        return PKT_PROTO_NONE;
    pkt_decode_advance(d, row, pkt_udp_dst(udp));
    /* RFC 7348 5 assigns the destination port; some senders answer from it. */
    bool vxlan = pkt_udp_dst(udp) == PKT_PORT_VXLAN || pkt_udp_src(udp) == PKT_PORT_VXLAN;
    return vxlan && d->off < d->end ? PKT_PROTO_VXLAN : PKT_PROTO_PAYLOAD;
}

struct pkt_checksum_result pkt_udp_verify(const struct pkt_packet *packet, unsigned layer)
{
    struct pkt_checksum_result result = pkt_checksum_layer(packet, layer, UDP_CHECKSUM, PKT_IP_UDP);
    if (result.found == 0)
        return (struct pkt_checksum_result){PKT_CHECKSUM_ABSENT, 0, 0};
    /* A length field beyond the IP payload: what the sender summed is not here. */
    struct pkt_udp udp;
    if (pkt_as_udp(packet, layer, &udp) && pkt_udp_len(udp) > packet->layer[layer].len)
        result.state = PKT_CHECKSUM_UNKNOWN;
    if (result.state != PKT_CHECKSUM_UNKNOWN && result.expected == 0)
        result.expected = UINT16_MAX; /* 0 says that there is none */
    return result;
}

void pkt_udp_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_udp udp;
    if (pkt_as_udp(packet, layer, &udp) && pkt_udp_checksum(udp) == 0 && is_v6(packet, layer))
        pkt_rule_broken(packet, layer, PKT_D_UDP_CHECKSUM_ZERO, UDP_CHECKSUM, 0, 0);
}

/* --- building --- */

const struct pkt_build_automatic pkt_udp_automatic[] = {
    {PKT_BUILD_LENGTH,   16, 32, PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_CHECKSUM, 16, 48, PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_NEXT,     16, 16, PKT_BUILD_ANY_TYPE},
    {0,                  0,  0,  0                 },
};

void pkt_build_udp(struct pkt_build *build, const struct pkt_udp_spec *spec)
{
    static const struct pkt_udp_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_UDP, UDP_LEN);
    struct pkt_build_row *row = &build->row[pkt_build_last(build)];
    pkt_set_u16(header, 0, spec->src);
    pkt_set_u16(header, 2, spec->dst);
    row->fixed |= (spec->dst != 0 ? PKT_BUILD_NEXT : 0) | (spec->no_checksum ? PKT_BUILD_CHECKSUM : 0);
}

/* 0 in a jumbogram that its 16 bits cannot count (RFC 2675 4). */
static size_t length_of(const struct pkt_build *build, unsigned row)
{
    size_t len = pkt_build_row_len(build, row);
    int network = pkt_build_network(build, row);
    bool is_jumbo = network >= 0 && pkt_build_is_jumbo(build, (unsigned)network);
    return is_jumbo && len > UINT16_MAX ? 0 : len;
}

void pkt_udp_finish(struct pkt_build *build, unsigned row)
{
    pkt_build_length(build, row, UDP_LENGTH, 16, length_of(build, row));
    if (pkt_build_fills(build, row, PKT_BUILD_NEXT) && pkt_build_next(build, row) == PKT_PROTO_VXLAN)
        pkt_set_u16(pkt_build_row_room(build, row), 2, PKT_PORT_VXLAN);
    pkt_build_checksum(build, row, UDP_CHECKSUM, PKT_IP_UDP);
}
