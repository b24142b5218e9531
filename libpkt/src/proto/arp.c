/*
 * ARP and RARP (RFC 826, RFC 903)
 *
 *     hardware type 2 | protocol type 2 | hardware length 1 | protocol length 1 | operation 2
 *     sender hardware | sender protocol | target hardware | target protocol
 */
#include "build.h"
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

/* --- building --- */

enum {
    ARP_PROTOCOL_TYPE = 2,
    ARP_PROTOCOL_LEN = 5,
    ARP_OPERATION = 6,
};

/* The length that both addresses of a kind have. */
static size_t length_of(struct pkt_build *build, struct pkt_view a, struct pkt_view b, size_t otherwise)
{
    if (a.len > UINT8_MAX || b.len > UINT8_MAX || (a.len != 0 && b.len != 0 && a.len != b.len))
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    size_t len = a.len != 0 ? a.len : b.len;
    return len == 0 ? otherwise : len;
}

void pkt_build_arp(struct pkt_build *build, const struct pkt_arp_spec *spec)
{
    static const struct pkt_arp_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    size_t hardware = length_of(build, spec->sender_hardware, spec->target_hardware, 6);
    size_t protocol = length_of(build, spec->sender_protocol, spec->target_protocol, 4);
    size_t sender = ARP_FIXED + hardware, target = sender + protocol;
    struct pkt_room m = pkt_build_begin(build, PKT_PROTO_ARP, target + hardware + protocol);
    pkt_set_u16(m, 0, spec->hardware_type == 0 ? ARP_HARDWARE_ETHERNET : spec->hardware_type);
    pkt_set_u16(m, ARP_PROTOCOL_TYPE, spec->protocol_type == 0 ? PKT_ETHERTYPE_IPV4 : spec->protocol_type);
    pkt_set_u8(m, ARP_HARDWARE_LEN, (uint8_t)hardware);
    pkt_set_u8(m, ARP_PROTOCOL_LEN, (uint8_t)protocol);
    pkt_set_u16(m, ARP_OPERATION, spec->operation == 0 ? PKT_ARP_REQUEST : spec->operation);
    pkt_set_bytes(m, ARP_FIXED, spec->sender_hardware.ptr, spec->sender_hardware.len);
    pkt_set_bytes(m, sender, spec->sender_protocol.ptr, spec->sender_protocol.len);
    pkt_set_bytes(m, target, spec->target_hardware.ptr, spec->target_hardware.len);
    pkt_set_bytes(m, target + hardware, spec->target_protocol.ptr, spec->target_protocol.len);
}
