/*
 * ARP and RARP (RFC 826, RFC 903)
 *
 *     hardware type 2 | protocol type 2 | hardware length 1 | protocol length 1 | operation 2
 *     sender hardware | sender protocol | target hardware | target protocol
 */
#include "demux.h"
#include "pkt/link.h"

enum {
    ARP_HARDWARE_LEN = 4,
    ARP_FIXED = 8,
    ARP_HARDWARE_ETHERNET = 1,
};

bool pkt_as_arp(const struct pkt_packet *packet, unsigned layer, struct pkt_arp *ret_arp)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_ARP)
        return false;
    ret_arp->message = pkt_layer_header(packet, layer);
    return ret_arp->message.len != 0;
}

enum pkt_proto pkt_arp_decode(struct pkt_decoder *d)
{
    struct pkt_arp arp;
    struct pkt_layer *row = pkt_decode_head(d, PKT_PROTO_ARP, ARP_FIXED, &arp.message);
    if (row == NULL)
        return PKT_PROTO_NONE;
    uint32_t len = ARP_FIXED + 2U * pkt_arp_hardware_len(arp) + 2U * pkt_arp_protocol_len(arp);
    if (pkt_decode_widen(d, row, len, PKT_D_HEADER_SHORT))
        pkt_decode_clip(d, row, len, PKT_LENGTH_HEADER);
    return PKT_PROTO_NONE;
}

void pkt_arp_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_arp arp;
    if (!pkt_as_arp(packet, layer, &arp))
        return;
    if (pkt_arp_hardware_type(arp) == ARP_HARDWARE_ETHERNET && pkt_arp_hardware_len(arp) != 6)
        pkt_rule_broken(packet, layer, PKT_D_ARP_LENGTHS, ARP_HARDWARE_LEN, 6, pkt_arp_hardware_len(arp));
    else if (pkt_arp_protocol_type(arp) == PKT_ETHERTYPE_IPV4 && pkt_arp_protocol_len(arp) != 4)
        pkt_rule_broken(packet, layer, PKT_D_ARP_LENGTHS, ARP_HARDWARE_LEN + 1, 4, pkt_arp_protocol_len(arp));
}
