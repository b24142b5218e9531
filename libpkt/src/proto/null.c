/*
 * BSD loopback: a 4-byte address family, in the byte order of the machine that wrote the file (NULL) or of
 * the network (LOOP). IPv6 has a number of its own on every system.
 */
#include "build.h"
#include "demux.h"
#include "pkt/link.h"

enum {
    NULL_LEN = 4,
};

bool pkt_as_null(const struct pkt_packet *packet, unsigned layer, struct pkt_null *ret_null)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_NULL)
        return false;
    ret_null->header = pkt_layer_header(packet, layer);
    return ret_null->header.len != 0;
}

uint32_t pkt_null_family(struct pkt_null n)
{
    uint32_t family = pkt_u32(n.header, 0);
    if (family <= 0xffff)
        return family;
    return family >> 24 | (family >> 8 & 0xff00) | (family << 8 & 0xff0000) | family << 24;
}

static enum pkt_proto family_protocol(uint32_t family)
{
    switch (family) {
    case 2: /* AF_INET everywhere */
        return PKT_PROTO_IPV4;
    case 10: /* Linux */
    case 24: /* NetBSD, OpenBSD, BSD/OS */
    case 28: /* FreeBSD */
    case 30: /* Darwin */
        return PKT_PROTO_IPV6;
    default:
        return PKT_PROTO_PAYLOAD;
    }
}

enum pkt_proto pkt_null_decode(struct pkt_decoder *d)
{
    struct pkt_layer *row = pkt_decode_row(d, PKT_PROTO_NULL, NULL_LEN);
    if (row == NULL)
        return PKT_PROTO_NONE;
    struct pkt_null null = {pkt_decode_bytes(d, row)};
    uint32_t family = pkt_null_family(null);
    pkt_decode_advance(d, row, (uint16_t)family);
    return family_protocol(family);
}

/* --- building --- */

enum {
    FAMILY_IPV4 = 2,
    FAMILY_IPV6 = 30,
    TYPE_LOOP = 1, /* of the row: in network byte order */
};

const struct pkt_build_automatic pkt_null_automatic[] = {
    {PKT_BUILD_NEXT, 32, 0, PKT_BUILD_ANY_TYPE},
    {0,              0,  0, 0                 },
};

static void put_family(struct pkt_room header, bool loop, uint32_t family)
{
    for (size_t i = 0; i < NULL_LEN; i++)
        pkt_set_u8(header, loop ? NULL_LEN - 1 - i : i, (uint8_t)(family >> 8 * i));
}

void pkt_build_null(struct pkt_build *build, const struct pkt_null_spec *spec)
{
    static const struct pkt_null_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_NULL, NULL_LEN);
    struct pkt_build_row *row = &build->row[pkt_build_last(build)];
    put_family(header, spec->loop, spec->family);
    row->type = spec->loop ? TYPE_LOOP : 0;
    row->fixed |= spec->family != 0 ? PKT_BUILD_NEXT : 0;
}

/* A payload has no family: 0, unspecified, on every system. */
void pkt_null_finish(struct pkt_build *build, unsigned row)
{
    enum pkt_proto next = pkt_build_next(build, row);
    uint32_t family = next == PKT_PROTO_IPV4 ? FAMILY_IPV4 : next == PKT_PROTO_IPV6 ? FAMILY_IPV6 : 0;
    if (pkt_build_fills(build, row, PKT_BUILD_NEXT))
        put_family(pkt_build_row_room(build, row), build->row[row].type == TYPE_LOOP, family);
}
