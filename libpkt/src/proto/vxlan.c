/*
 * VXLAN (RFC 7348)
 *
 *     flags 1 (I: 0x08) | reserved 3 | network identifier 3 | reserved 1 | Ethernet frame
 */
#include "build.h"
#include "demux.h"
#include "pkt/transport.h"

enum {
    VXLAN_LEN = 8,
    VXLAN_I = 0x0800,
};

bool pkt_as_vxlan(const struct pkt_packet *packet, unsigned layer, struct pkt_vxlan *ret_vxlan)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_VXLAN)
        return false;
    ret_vxlan->header = pkt_layer_header(packet, layer);
    return ret_vxlan->header.len != 0;
}

enum pkt_proto pkt_vxlan_decode(struct pkt_decoder *d)
{
    struct pkt_layer *row = pkt_decode_row(d, PKT_PROTO_VXLAN, VXLAN_LEN);
    if (row == NULL)
        return PKT_PROTO_NONE;
    pkt_decode_advance(d, row, 0);
    pkt_enter_tunnel(d);
    return d->off < d->end ? PKT_PROTO_ETHERNET : PKT_PROTO_NONE;
}

void pkt_vxlan_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_vxlan vxlan;
    if (pkt_as_vxlan(packet, layer, &vxlan) && (pkt_vxlan_flags(vxlan) & VXLAN_I) == 0)
        pkt_rule_broken(packet, layer, PKT_D_VXLAN_FLAGS, 0, VXLAN_I, pkt_vxlan_flags(vxlan));
}

/* --- building --- */

enum {
    VXLAN_VNI = 4,
    VXLAN_VNI_MAX = 0xffffff,
};

void pkt_build_vxlan(struct pkt_build *build, uint32_t vni)
{
    if (vni > VXLAN_VNI_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_VXLAN, VXLAN_LEN);
    pkt_set_u16(header, 0, VXLAN_I);
    pkt_set_u24(header, VXLAN_VNI, vni);
}
