/*
 * 802.1Q and 802.1ad tags: the 4 bytes behind the TPID (IEEE 802.1Q 9.6)
 *
 *      0   3 4            16              32
 *     +---+-+--------------+---------------+
 *     |PCP|D| VLAN id      | type / length |
 *     +---+-+--------------+---------------+
 */
#include "demux.h"
#include "pkt/link.h"

enum {
    VLAN_LEN = 4,
    VLAN_ID_RESERVED = 4095,
};

bool pkt_as_vlan(const struct pkt_packet *packet, unsigned layer, struct pkt_vlan *ret_vlan)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_VLAN)
        return false;
    ret_vlan->header = pkt_layer_header(packet, layer);
    ret_vlan->tpid = layer > 0 ? packet->layer[layer - 1].next : PKT_ETHERTYPE_VLAN;
    return ret_vlan->header.len != 0;
}

enum pkt_proto pkt_vlan_decode(struct pkt_decoder *d)
{
    struct pkt_vlan vlan = {.tpid = d->next};
    struct pkt_layer *row = pkt_decode_head(d, PKT_PROTO_VLAN, VLAN_LEN, &vlan.header);
    if (row == NULL)
        return PKT_PROTO_NONE;
    return pkt_decode_type_length(d, row, pkt_vlan_type(vlan));
}

void pkt_vlan_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_vlan vlan;
    if (pkt_as_vlan(packet, layer, &vlan) && pkt_vlan_id(vlan) == VLAN_ID_RESERVED)
        pkt_rule_broken(packet, layer, PKT_D_VLAN_RESERVED_ID, 0, 0, VLAN_ID_RESERVED);
}
