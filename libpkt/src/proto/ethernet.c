/*
 * Ethernet II and IEEE 802.3
 *
 *      0                   6                   12       14
 *     +-------------------+-------------------+--------+------------- - -
 *     | destination       | source            | type / | payload, then
 *     |                   |                   | length | padding and FCS
 *     +-------------------+-------------------+--------+------------- - -
 */
#include "build.h"
#include "demux.h"
#include "pkt/link.h"

enum {
    ETHERNET_LEN = 14,
};

bool pkt_as_ethernet(const struct pkt_packet *packet, unsigned layer, struct pkt_ethernet *ret_ethernet)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_ETHERNET)
        return false;
    ret_ethernet->header = pkt_layer_header(packet, layer);
    return ret_ethernet->header.len != 0;
}

/* An 802.3 length rules the end of what LLC carries. */
static void clip_8023(struct pkt_decoder *d, struct pkt_layer *row, uint16_t length)
{
    uint32_t room = row->len - row->hdr_len;
    if (length > room && !pkt_layer_is_part(row))
        pkt_rule_broken(d->packet, d->packet->layer_count - 1U, PKT_D_ETH_LENGTH_OVERRUN, row->hdr_len - 2U,
                        length, room);
    pkt_decode_clip(d, row, (uint32_t)row->hdr_len + length, PKT_LENGTH_8023);
}

enum pkt_proto pkt_decode_type_length(struct pkt_decoder *d, struct pkt_layer *row, uint16_t type)
{
    if (type <= PKT_8023_LENGTH_MAX)
        clip_8023(d, row, type);
    pkt_decode_advance(d, row, type);
    return pkt_ethertype_protocol(type);
}

enum pkt_proto pkt_ethernet_decode(struct pkt_decoder *d)
{
    struct pkt_ethernet ethernet;
    struct pkt_layer *row = pkt_decode_head(d, PKT_PROTO_ETHERNET, ETHERNET_LEN, &ethernet.header);
    if (row == NULL)
        return PKT_PROTO_NONE;
    if ((d->flags & (PKT_LAYER_INNER | PKT_LAYER_QUOTED)) == 0)
        d->trailer = d->end;
    return pkt_decode_type_length(d, row, pkt_ethernet_type(ethernet));
}

/* --- building --- */

enum {
    ETHERNET_SRC = 6,
    ETHERNET_TYPE = 12,
};

const struct pkt_build_automatic pkt_ethernet_automatic[] = {
    {PKT_BUILD_NEXT, 16, 96, PKT_BUILD_ANY_TYPE},
    {0,              0,  0,  0                 },
};

void pkt_build_ethernet(struct pkt_build *build, const struct pkt_ethernet_spec *spec)
{
    static const struct pkt_ethernet_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_ETHERNET, ETHERNET_LEN);
    pkt_set_mac(header, 0, spec->dst);
    pkt_set_mac(header, ETHERNET_SRC, spec->src);
    pkt_set_u16(header, ETHERNET_TYPE, spec->type);
    if (spec->type != 0)
        build->row[build->count - 1].fixed |= PKT_BUILD_NEXT;
}

void pkt_ethernet_finish(struct pkt_build *build, unsigned row)
{
    pkt_build_type_length(build, row, ETHERNET_TYPE);
}
