/*
 * Checksums over a whole layer with the pseudo-header of the network layer that carries it.
 */
#include "demux.h"
#include "pkt/ipv6.h"

/* Adds the pseudo-header of a layer; false when the network layer does not say which destination it holds. */
static bool add_pseudo_header(struct pkt_sum *sum, const struct pkt_packet *packet, unsigned network,
                              uint32_t len, uint8_t protocol)
{
    struct pkt_ipv4 ip4;
    if (pkt_as_ipv4(packet, network, &ip4)) {
        pkt_sum_ip4(sum, pkt_ipv4_src(ip4), pkt_ipv4_final_dst(ip4), protocol, (uint16_t)len);
        sum->acc += len >> 16; /* segmentation offload sums the length of frames above 65,535 bytes whole */
        return true;
    }
    struct pkt_ip6 src, dst;
    bool known = pkt_ipv6_pseudo_addresses(packet, network, &src, &dst);
    pkt_sum_ip6(sum, src, dst, protocol, len);
    return known;
}

/* Whether the bytes that the checksum covers are all here. */
static bool is_whole(const struct pkt_packet *packet, unsigned layer, int network)
{
    const struct pkt_layer *row = &packet->layer[layer];
    if (network >= 0 && (packet->layer[network].flags & PKT_LAYER_CLIPPED) != 0)
        return false; /* its length claims more than there is */
    return (row->flags & (PKT_LAYER_TRUNCATED | PKT_LAYER_SHORT)) == 0 && !pkt_layer_is_part(row);
}

/* A field that does not hold the checksum of the bytes that it stands in. */
static enum pkt_checksum_state judge(const struct pkt_packet *packet, const struct pkt_sum *pseudo,
                                     uint8_t protocol, uint16_t found)
{
    if (protocol != 0 && found == pkt_sum_fold(pseudo))
        return PKT_CHECKSUM_PARTIAL;
    return (packet->flags & PKT_DECODE_CHECKSUM_NOT_READY) != 0 ? PKT_CHECKSUM_UNKNOWN : PKT_CHECKSUM_BAD;
}

struct pkt_checksum_result pkt_checksum_layer(const struct pkt_packet *packet, unsigned layer,
                                              uint32_t field_off, uint8_t protocol)
{
    struct pkt_view bytes = pkt_layer_bytes(packet, layer);
    struct pkt_checksum_result result = {PKT_CHECKSUM_UNKNOWN, pkt_u16(bytes, field_off), 0};
    struct pkt_sum pseudo = {0, false};
    int network = pkt_layer_network(packet, layer);
    if (!is_whole(packet, layer, network))
        return result;
    if (protocol != 0 && (network < 0 || !add_pseudo_header(&pseudo, packet, (unsigned)network,
                                                            packet->layer[layer].len, protocol)))
        return result;
    struct pkt_sum sum = pseudo;
    pkt_sum_add(&sum, bytes);
    uint16_t over_all = pkt_sum_finish(&sum);
    /* Taking the field out of a sum that it is part of gives what it should be. */
    result.expected = over_all == 0 ? result.found : pkt_checksum_update16(over_all, result.found, 0);
    result.state = over_all == 0 ? PKT_CHECKSUM_OK : judge(packet, &pseudo, protocol, result.found);
    return result;
}
