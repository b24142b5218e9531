/*
 * TCP (RFC 9293)
 *
 *     source port 2 | destination port 2 | sequence number 4 | acknowledgment number 4
 *     data offset 4 bits, reserved 3, flags 9 | window 2 | checksum 2 | urgent pointer 2 | options
 */
#include "demux.h"
#include "pkt/ipv4.h"
#include "pkt/transport.h"

enum {
    TCP_MIN = 20,
    TCP_QUOTE_MIN = 8, /* what an ICMPv4 error quotes at least (RFC 792) */
    TCP_OFFSET = 12,
    TCP_CHECKSUM = 16,
};

bool pkt_as_tcp(const struct pkt_packet *packet, unsigned layer, struct pkt_tcp *ret_tcp)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_TCP)
        return false;
    uint16_t hdr_len = packet->layer[layer].hdr_len;
    ret_tcp->header = pkt_layer_bytes(packet, layer);
    if (hdr_len != 0)
        ret_tcp->header = pkt_view_clip(ret_tcp->header, 0, hdr_len);
    return ret_tcp->header.len >= TCP_QUOTE_MIN;
}

enum pkt_proto pkt_tcp_decode(struct pkt_decoder *d)
{
    struct pkt_tcp tcp;
    struct pkt_layer *row = pkt_decode_head(d, PKT_PROTO_TCP, TCP_MIN, &tcp.header);
    if (row == NULL)
        return PKT_PROTO_NONE;
    uint32_t hdr_len = pkt_tcp_header_len(tcp);
    if (hdr_len < TCP_MIN) {
        pkt_rule_broken(d->packet, d->packet->layer_count - 1U, PKT_D_TCP_HEADER_LENGTH, TCP_OFFSET, TCP_MIN,
                        hdr_len);
        row->flags |= PKT_LAYER_SHORT;
        return PKT_PROTO_NONE;
    }
    if (!pkt_decode_widen(d, row, hdr_len, PKT_D_TCP_HEADER_LENGTH))
        return PKT_PROTO_NONE;
    pkt_decode_advance(d, row, pkt_tcp_dst(tcp));
    return PKT_PROTO_PAYLOAD;
}

void pkt_tcp_options(struct pkt_tcp t, struct pkt_list *ret_list)
{
    uint32_t len = pkt_tcp_header_len(t);
    *ret_list = (struct pkt_list){
        .area = pkt_view_clip(t.header, TCP_MIN, len > TCP_MIN ? len - TCP_MIN : 0),
        .area_len = len > TCP_MIN ? len - TCP_MIN : 0,
        .left = UINT32_MAX,
        .kind = PKT_LIST_TCP_OPTIONS,
    };
}

struct pkt_checksum_result pkt_tcp_verify(const struct pkt_packet *packet, unsigned layer)
{
    return pkt_checksum_layer(packet, layer, TCP_CHECKSUM, PKT_IP_TCP);
}

void pkt_tcp_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_tcp tcp;
    struct pkt_list options;
    if (!pkt_as_tcp(packet, layer, &tcp) || packet->layer[layer].hdr_len == 0)
        return;
    pkt_tcp_options(tcp, &options);
    pkt_rule_walk(packet, layer, options, TCP_MIN);
}
