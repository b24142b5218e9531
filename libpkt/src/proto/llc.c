/*
 * IEEE 802.2 LLC, and SNAP (RFC 1042)
 *
 *      0      1      2           3 / 4               6 / 7
 *     +------+------+-----------+-------------------+-----------+
 *     | DSAP | SSAP | control   | organisation code | protocol  |
 *     |      |      | 1 or 2    | SNAP only         | SNAP only |
 *     +------+------+-----------+-------------------+-----------+
 */
#include "demux.h"
#include "pkt/link.h"

enum {
    LLC_CONTROL = 2,
    LLC_U_LEN = 3,
    LLC_IS_LEN = 4,
    SNAP_LEN = 8,
    SAP_IP = 0x06,
    OUI_ETHERTYPE = 0x000000,     /* RFC 1042 */
    OUI_BRIDGE_TUNNEL = 0x0000f8, /* IEEE 802.1H */
};

bool pkt_as_llc(const struct pkt_packet *packet, unsigned layer, struct pkt_llc *ret_llc)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_LLC)
        return false;
    ret_llc->header = pkt_layer_header(packet, layer);
    return ret_llc->header.len != 0;
}

static bool is_snap(struct pkt_view llc)
{
    return pkt_u16(llc, 0) == 0xaaaa && pkt_u8(llc, LLC_CONTROL) == 3;
}

/* IP behind its own service access point, in unnumbered information (RFC 948). */
static bool is_ip(struct pkt_view llc)
{
    return pkt_u8(llc, 0) == SAP_IP && pkt_u8(llc, 1) == SAP_IP && pkt_u8(llc, LLC_CONTROL) == 3;
}

/* Behind another organisation's code the protocol is that organisation's, not an EtherType. */
static bool has_ethertype(struct pkt_view llc)
{
    uint32_t oui = pkt_u24(llc, 3);
    return (oui == OUI_ETHERTYPE || oui == OUI_BRIDGE_TUNNEL) && pkt_u16(llc, 6) > PKT_8023_LENGTH_MAX;
}

static uint32_t header_len(struct pkt_view llc)
{
    if (is_snap(llc))
        return SNAP_LEN;
    return (pkt_u8(llc, LLC_CONTROL) & 3) == 3 ? LLC_U_LEN : LLC_IS_LEN;
}

enum pkt_proto pkt_llc_decode(struct pkt_decoder *d)
{
    struct pkt_layer *row = pkt_decode_row(d, PKT_PROTO_LLC, LLC_U_LEN);
    if (row == NULL)
        return PKT_PROTO_NONE;
    struct pkt_view llc = pkt_decode_bytes(d, row);
    if (!pkt_decode_widen(d, row, header_len(llc), PKT_D_HEADER_SHORT))
        return PKT_PROTO_NONE;
    if (!is_snap(llc)) {
        pkt_decode_advance(d, row, pkt_u8(llc, 0));
        return is_ip(llc) ? PKT_PROTO_IPV4 : PKT_PROTO_PAYLOAD;
    }
    pkt_decode_advance(d, row, pkt_u16(llc, 6));
    return has_ethertype(llc) ? pkt_ethertype_protocol(pkt_u16(llc, 6)) : PKT_PROTO_PAYLOAD;
}
