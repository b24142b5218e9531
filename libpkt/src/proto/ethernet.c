/*
 * Ethernet II and IEEE 802.3
 *
 *      0                   6                   12       14
 *     +-------------------+-------------------+--------+------------- - -
 *     | destination       | source            | type / | payload, then
 *     |                   |                   | length | padding and FCS
 *     +-------------------+-------------------+--------+------------- - -
 */
#include "demux.h"
#include "pkt/link.h"

enum {
    ETHERNET_TYPE = 12,
    ETHERNET_LEN = 14,
    ETHERNET_TYPE_MIN = 1536, /* below: a length (IEEE 802.3 3.2.6) */
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
    if (length > row->len - ETHERNET_LEN)
        pkt_rule_broken(d->packet, d->packet->layer_count - 1U, PKT_D_ETH_LENGTH_OVERRUN, ETHERNET_TYPE, length,
                        row->len - ETHERNET_LEN);
    else
        pkt_decode_clip(d, row, ETHERNET_LEN + (uint32_t)length, PKT_LENGTH_8023);
}

enum pkt_proto pkt_ethernet_decode(struct pkt_decoder *d)
{
    struct pkt_layer *row = pkt_decode_row(d, PKT_PROTO_ETHERNET, ETHERNET_LEN);
    if (row == NULL)
        return PKT_PROTO_NONE;
    if ((d->flags & (PKT_LAYER_INNER | PKT_LAYER_QUOTED)) == 0)
        d->trailer = d->end;
    uint16_t type = pkt_u16(pkt_decode_bytes(d, row), ETHERNET_TYPE);
    if (type < ETHERNET_TYPE_MIN)
        clip_8023(d, row, type);
    pkt_decode_advance(d, row, type);
    return pkt_ethertype_protocol(type);
}
