/*
 * IEEE 802.2 LLC, and SNAP (RFC 1042)
 *
 *      0      1      2           3 / 4               6 / 7
 *     +------+------+-----------+-------------------+-----------+
 *     | DSAP | SSAP | control   | organisation code | protocol  |
 *     |      |      | 1 or 2    | SNAP only         | SNAP only |
 *     +------+------+-----------+-------------------+-----------+
 */
#include "build.h"
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

/* --- building --- */

enum {
    LLC_UI = 3, /* unnumbered information */
    SAP_SNAP = 0xaa,
    SNAP_OUI = 3,
    SNAP_PROTOCOL = 6,
    OUI_MAX = 0xffffff,
    TYPE_SNAP = 1, /* of the row: it has a protocol */
};

const struct pkt_build_automatic pkt_llc_automatic[] = {
    {PKT_BUILD_NEXT, 16, 48, TYPE_SNAP},
    {0,              0,  0,  0        },
};

static bool is_u_frame(uint16_t control)
{
    return control <= UINT8_MAX && (control & 3) == 3;
}

static void put_snap(struct pkt_build *build, const struct pkt_llc_spec *spec)
{
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_LLC, SNAP_LEN);
    struct pkt_build_row *row = &build->row[pkt_build_last(build)];
    pkt_set_u16(header, 0, SAP_SNAP << 8 | SAP_SNAP);
    pkt_set_u8(header, LLC_CONTROL, LLC_UI);
    pkt_set_u24(header, SNAP_OUI, spec->oui);
    pkt_set_u16(header, SNAP_PROTOCOL, spec->protocol);
    row->type = TYPE_SNAP;
    row->fixed |= spec->protocol != 0 ? PKT_BUILD_NEXT : 0;
}

static void put_plain(struct pkt_build *build, const struct pkt_llc_spec *spec)
{
    uint16_t control = spec->control == 0 ? LLC_UI : spec->control;
    bool is_u = is_u_frame(control);
    if (!is_u && (control >> 8 & 3) == 3)
        pkt_build_fail(build, PKT_BUILD_E_RANGE); /* its first octet says that there is no second */
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_LLC, is_u ? LLC_U_LEN : LLC_IS_LEN);
    pkt_set_u8(header, 0, spec->dsap);
    pkt_set_u8(header, 1, spec->ssap);
    pkt_set_bits(header, (size_t)LLC_CONTROL * 8, is_u ? 8 : 16, control);
}

void pkt_build_llc(struct pkt_build *build, const struct pkt_llc_spec *spec)
{
    static const struct pkt_llc_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    uint16_t saps = (uint16_t)(spec->dsap << 8 | spec->ssap);
    bool is_default = saps == 0 && spec->control == 0;
    if (spec->oui > OUI_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    if (is_default || (saps == (SAP_SNAP << 8 | SAP_SNAP) && (spec->control == 0 || spec->control == LLC_UI)))
        put_snap(build, spec);
    else
        put_plain(build, spec);
}

void pkt_llc_finish(struct pkt_build *build, unsigned row)
{
    if (build->row[row].type == TYPE_SNAP && pkt_build_fills(build, row, PKT_BUILD_NEXT))
        pkt_set_u16(pkt_build_row_room(build, row), SNAP_PROTOCOL, pkt_build_ethertype(build, row));
}
