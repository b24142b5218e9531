/*
 * Linux cooked captures (tcpdump.org LINKTYPE_LINUX_SLL and _SLL2)
 *
 *     v1:  packet type 2 | hardware type 2 | address length 2 | address 8 | protocol 2
 *     v2:  protocol 2 | reserved 2 | interface 4 | hardware type 2 | packet type 1 | address length 1 |
 * address 8
 */
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
