/*
 * Linux cooked captures (tcpdump.org LINKTYPE_LINUX_SLL and _SLL2)
 *
 *     v1:  packet type 2 | hardware type 2 | address length 2 | address 8 | protocol 2
 *     v2:  protocol 2 | reserved 2 | interface 4 | hardware type 2 | packet type 1 | address length 1 |
 * address 8
 */
#include "build.h"
#include "demux.h"
#include "pkt/link.h"

enum {
    SLL_LEN = 16,
    SLL2_LEN = 20,
    SLL_PROTOCOL_8023 = 1, /* Novell 802.3 without LLC */
    SLL_PROTOCOL_LLC = 4,
};

/* The ARPHRD_ value whose protocol field is not an EtherType. */
enum {
    ARPHRD_NETLINK = 824,
};

bool pkt_as_sll(const struct pkt_packet *packet, unsigned layer, struct pkt_sll *ret_sll)
{
    if (layer >= packet->layer_count)
        return false;
    uint8_t proto = packet->layer[layer].proto;
    if (proto != PKT_PROTO_SLL && proto != PKT_PROTO_SLL2)
        return false;
    ret_sll->header = pkt_layer_header(packet, layer);
    ret_sll->v2 = proto == PKT_PROTO_SLL2;
    return ret_sll->header.len != 0;
}

static enum pkt_proto payload_protocol(struct pkt_sll sll)
{
    uint16_t protocol = pkt_sll_protocol(sll);
    uint16_t hardware = pkt_sll_hardware_type(sll);
    if (hardware == ARPHRD_NETLINK || protocol == SLL_PROTOCOL_8023)
        return PKT_PROTO_PAYLOAD;
    if (protocol == SLL_PROTOCOL_LLC)
        return PKT_PROTO_LLC;
    return protocol <= PKT_8023_LENGTH_MAX ? PKT_PROTO_PAYLOAD : pkt_ethertype_protocol(protocol);
}

static enum pkt_proto decode(struct pkt_decoder *d, enum pkt_proto proto, uint32_t len)
{
    struct pkt_layer *row = pkt_decode_row(d, proto, len);
    if (row == NULL)
        return PKT_PROTO_NONE;
    struct pkt_sll sll = {pkt_decode_bytes(d, row), proto == PKT_PROTO_SLL2};
    pkt_decode_advance(d, row, pkt_sll_protocol(sll));
    return payload_protocol(sll);
}

enum pkt_proto pkt_sll_decode(struct pkt_decoder *d)
{
    return decode(d, PKT_PROTO_SLL, SLL_LEN);
}

enum pkt_proto pkt_sll2_decode(struct pkt_decoder *d)
{
    return decode(d, PKT_PROTO_SLL2, SLL2_LEN);
}

/* --- building --- */

enum {
    ARPHRD_ETHERNET = 1,
    SLL_ADDRESS_MAX = 8,
    SLL_PROTOCOL = 14,
    SLL_ADDRESS = 6,
    SLL2_INTERFACE = 4,
    SLL2_HARDWARE = 8,
    SLL2_PACKET_TYPE = 10,
    SLL2_ADDRESS = 12,
};

const struct pkt_build_automatic pkt_sll_automatic[] = {
    {PKT_BUILD_NEXT, 16, SLL_PROTOCOL * 8, PKT_BUILD_ANY_TYPE},
    {0,              0,  0,                0                 },
};

const struct pkt_build_automatic pkt_sll2_automatic[] = {
    {PKT_BUILD_NEXT, 16, 0, PKT_BUILD_ANY_TYPE},
    {0,              0,  0, 0                 },
};

static const struct pkt_sll_spec sll_defaults;

static uint16_t hardware_type(const struct pkt_sll_spec *spec)
{
    return spec->hardware_type == 0 ? ARPHRD_ETHERNET : spec->hardware_type;
}

/* What both versions have: the address, and a protocol that was given. */
static void put_common(struct pkt_build *build, struct pkt_room header, size_t address, size_t protocol,
                       const struct pkt_sll_spec *spec)
{
    struct pkt_view bytes = pkt_view_clip(spec->address, 0, SLL_ADDRESS_MAX);
    pkt_set_bytes(header, address, bytes.ptr, bytes.len);
    pkt_set_u16(header, protocol, spec->protocol);
    if (spec->protocol != 0)
        build->row[pkt_build_last(build)].fixed |= PKT_BUILD_NEXT;
}

void pkt_build_sll(struct pkt_build *build, const struct pkt_sll_spec *spec)
{
    spec = spec == NULL ? &sll_defaults : spec;
    if (spec->address.len > UINT16_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_SLL, SLL_LEN);
    pkt_set_u16(header, 0, spec->packet_type);
    pkt_set_u16(header, 2, hardware_type(spec));
    pkt_set_u16(header, 4, (uint16_t)spec->address.len);
    put_common(build, header, SLL_ADDRESS, SLL_PROTOCOL, spec);
}

void pkt_build_sll2(struct pkt_build *build, const struct pkt_sll_spec *spec)
{
    spec = spec == NULL ? &sll_defaults : spec;
    if (spec->address.len > UINT8_MAX || spec->packet_type > UINT8_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_SLL2, SLL2_LEN);
    pkt_set_u32(header, SLL2_INTERFACE, spec->interface);
    pkt_set_u16(header, SLL2_HARDWARE, hardware_type(spec));
    pkt_set_u8(header, SLL2_PACKET_TYPE, (uint8_t)spec->packet_type);
    pkt_set_u8(header, SLL2_PACKET_TYPE + 1, (uint8_t)spec->address.len);
    put_common(build, header, SLL2_ADDRESS, 0, spec);
}

void pkt_sll_finish(struct pkt_build *build, unsigned row)
{
    bool is_llc = pkt_build_next(build, row) == PKT_PROTO_LLC;
    if (pkt_build_fills(build, row, PKT_BUILD_NEXT))
        pkt_set_u16(pkt_build_row_room(build, row), build->row[row].proto == PKT_PROTO_SLL ? SLL_PROTOCOL : 0,
                    is_llc ? SLL_PROTOCOL_LLC : pkt_build_ethertype(build, row));
}
