/*
 * PPP (RFC 1661) with or without the address and control octets of HDLC-like framing (RFC 1662)
 *
 *     [ ff 03 ]  protocol 1 or 2  payload
 *
 * A protocol octet with its low bit set is a whole protocol number (protocol field compression).
 */
#include "build.h"
#include "demux.h"
#include "pkt/link.h"

enum {
    PPP_IPV4 = 0x0021,
    PPP_IPV6 = 0x0057,
    CISCO_UNICAST = 0x0f,
    CISCO_MULTICAST = 0x8f,
};

bool pkt_as_ppp(const struct pkt_packet *packet, unsigned layer, struct pkt_ppp *ret_ppp)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_PPP)
        return false;
    ret_ppp->header = pkt_layer_header(packet, layer);
    return ret_ppp->header.len != 0;
}

/* ff: all stations, 03: unnumbered information (RFC 1662 3.1). */
bool pkt_ppp_has_address(struct pkt_ppp p)
{
    return pkt_u16(p.header, 0) == 0xff03;
}

static uint32_t protocol_off(struct pkt_view bytes)
{
    return pkt_u16(bytes, 0) == 0xff03 ? 2 : 0;
}

static uint32_t protocol_len(struct pkt_view bytes)
{
    return (pkt_u8(bytes, protocol_off(bytes)) & 1) != 0 ? 1 : 2;
}

uint16_t pkt_ppp_protocol(struct pkt_ppp p)
{
    uint32_t off = protocol_off(p.header);
    return protocol_len(p.header) == 1 ? pkt_u8(p.header, off) : pkt_u16(p.header, off);
}

static enum pkt_proto payload_protocol(uint16_t protocol)
{
    switch (protocol) {
    case PPP_IPV4:
        return PKT_PROTO_IPV4;
    case PPP_IPV6:
        return PKT_PROTO_IPV6;
    default:
        return PKT_PROTO_PAYLOAD;
    }
}

/* The HDLC link type also holds frames of Cisco's own framing (RFC 1547 4.3.1), which is no PPP. */
static bool is_cisco(const struct pkt_decoder *d)
{
    uint8_t address = pkt_u8(d->packet->bytes, d->off);
    return d->packet->linktype == PKT_LINKTYPE_PPP_HDLC && d->off == 0 &&
           (address == CISCO_UNICAST || address == CISCO_MULTICAST);
}

enum pkt_proto pkt_ppp_decode(struct pkt_decoder *d)
{
    if (is_cisco(d))
        return PKT_PROTO_PAYLOAD;
    struct pkt_layer *row = pkt_decode_row(d, PKT_PROTO_PPP, 1);
    if (row == NULL)
        return PKT_PROTO_NONE;
    struct pkt_ppp ppp = {pkt_decode_bytes(d, row)};
    /* Whether ff is an address shows in the octet behind it. */
    if (pkt_u8(ppp.header, 0) == 0xff && !pkt_decode_widen(d, row, 2, PKT_D_HEADER_SHORT))
        return PKT_PROTO_NONE;
    uint32_t hdr_len = protocol_off(ppp.header) + protocol_len(ppp.header);
    if (!pkt_decode_widen(d, row, hdr_len, PKT_D_HEADER_SHORT))
        return PKT_PROTO_NONE;
    uint16_t protocol = pkt_ppp_protocol(ppp);
    pkt_decode_advance(d, row, protocol);
    return payload_protocol(protocol);
}

/* --- building --- */

enum {
    PPP_VENDOR = 0x005b, /* vendor-specific network protocol (RFC 3772) */
    PPP_ADDRESS_CONTROL = 0xff03,
    /* Of the row. */
    TYPE_NO_ADDRESS = 1,
    TYPE_COMPRESSED = 2,
};

const struct pkt_build_automatic pkt_ppp_automatic[] = {
    {PKT_BUILD_NEXT, 16, 16, 0                                },
    {PKT_BUILD_NEXT, 16, 0,  TYPE_NO_ADDRESS                  },
    {PKT_BUILD_NEXT, 8,  16, TYPE_COMPRESSED                  },
    {PKT_BUILD_NEXT, 8,  0,  TYPE_COMPRESSED | TYPE_NO_ADDRESS},
    {0,              0,  0,  0                                },
};

static void put_protocol(struct pkt_room header, uint8_t type, uint16_t protocol)
{
    size_t off = (type & TYPE_NO_ADDRESS) != 0 ? 0 : 16;
    pkt_set_bits(header, off, (type & TYPE_COMPRESSED) != 0 ? 8 : 16, protocol);
}

void pkt_build_ppp(struct pkt_build *build, const struct pkt_ppp_spec *spec)
{
    static const struct pkt_ppp_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    uint8_t type =
        (uint8_t)((spec->no_address ? TYPE_NO_ADDRESS : 0) | (spec->compressed ? TYPE_COMPRESSED : 0));
    bool fits = spec->protocol == 0 || (spec->protocol <= UINT8_MAX && (spec->protocol & 1) != 0);
    if (spec->compressed && !fits)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room header =
        pkt_build_begin(build, PKT_PROTO_PPP, (spec->no_address ? 0U : 2U) + (spec->compressed ? 1U : 2U));
    if (!spec->no_address)
        pkt_set_u16(header, 0, PPP_ADDRESS_CONTROL);
    put_protocol(header, type, spec->protocol);
    struct pkt_build_row *row = &build->row[pkt_build_last(build)];
    row->type = type;
    row->fixed |= spec->protocol != 0 ? PKT_BUILD_NEXT : 0;
}

void pkt_ppp_finish(struct pkt_build *build, unsigned row)
{
    enum pkt_proto next = pkt_build_next(build, row);
    uint16_t protocol = next == PKT_PROTO_IPV4 ? PPP_IPV4 : next == PKT_PROTO_IPV6 ? PPP_IPV6 : PPP_VENDOR;
    if (pkt_build_fills(build, row, PKT_BUILD_NEXT))
        put_protocol(pkt_build_row_room(build, row), build->row[row].type, protocol);
}
