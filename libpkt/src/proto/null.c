/*
 * BSD loopback: a 4-byte address family, in the byte order of the machine that wrote the file (NULL) or of
 * the network (LOOP). IPv6 has a number of its own on every system.
 */
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
