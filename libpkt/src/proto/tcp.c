/*
 * TCP (RFC 9293)
 *
 *     source port 2 | destination port 2 | sequence number 4 | acknowledgment number 4
 *     data offset 4 bits, reserved 3, flags 9 | window 2 | checksum 2 | urgent pointer 2 | options
 */
#include "build.h"
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

/* --- building --- */

enum {
    TCP_SEQUENCE = 4,
    TCP_ACKNOWLEDGMENT = 8,
    TCP_WINDOW = 14,
    TCP_URGENT = 18,
    TCP_MAX = 60,
    TCP_FLAGS_MAX = 0x1ff,
    SACK_BLOCKS_MAX = 4,
};

const struct pkt_build_automatic pkt_tcp_automatic[] = {
    {PKT_BUILD_HEADER_LENGTH, 4,  96,  PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_CHECKSUM,      16, 128, PKT_BUILD_ANY_TYPE},
    {0,                       0,  0,   0                 },
};

void pkt_build_tcp(struct pkt_build *build, const struct pkt_tcp_spec *spec)
{
    static const struct pkt_tcp_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    if (spec->flags > TCP_FLAGS_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_TCP, TCP_MIN);
    pkt_set_u16(header, 0, spec->src);
    pkt_set_u16(header, 2, spec->dst);
    pkt_set_u32(header, TCP_SEQUENCE, spec->sequence);
    pkt_set_u32(header, TCP_ACKNOWLEDGMENT, spec->acknowledgment);
    pkt_set_u16(header, TCP_OFFSET, spec->flags == 0 ? PKT_TCP_SYN : spec->flags);
    pkt_set_u16(header, TCP_WINDOW, spec->window == 0 ? UINT16_MAX : spec->window);
    pkt_set_u16(header, TCP_URGENT, spec->urgent);
}

void pkt_build_tcp_option(struct pkt_build *build, uint8_t kind, struct pkt_view data)
{
    bool single = kind == PKT_TCP_OPTION_END || kind == PKT_TCP_OPTION_NOP;
    size_t len = single ? 1 : 2 + data.len;
    if ((single && data.len != 0) || data.len > TCP_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room option = pkt_build_item(build, PKT_PROTO_TCP, len);
    if (build->count != 0 && pkt_build_header_len(build, pkt_build_last(build)) > TCP_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    pkt_set_u8(option, 0, kind);
    pkt_set_u8(option, 1, (uint8_t)len);
    pkt_set_bytes(option, 2, data.ptr, data.len);
}

void pkt_build_tcp_mss(struct pkt_build *build, uint16_t mss)
{
    uint8_t data[2] = {(uint8_t)(mss >> 8), (uint8_t)mss};
    pkt_build_tcp_option(build, PKT_TCP_OPTION_MSS, pkt_view_make(data, sizeof data));
}

void pkt_build_tcp_window_scale(struct pkt_build *build, uint8_t shift)
{
    pkt_build_tcp_option(build, PKT_TCP_OPTION_WINDOW_SCALE, pkt_view_make(&shift, 1));
}

void pkt_build_tcp_sack_permitted(struct pkt_build *build)
{
    pkt_build_tcp_option(build, PKT_TCP_OPTION_SACK_PERMITTED, pkt_view_make(NULL, 0));
}

void pkt_build_tcp_sack(struct pkt_build *build, const uint32_t *edges, unsigned block_count)
{
    uint8_t data[SACK_BLOCKS_MAX * 8];
    struct pkt_room room = pkt_room_make(data, sizeof data);
    if (block_count > SACK_BLOCKS_MAX) {
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
        block_count = SACK_BLOCKS_MAX;
    }
    for (unsigned i = 0; i < 2 * block_count; i++)
        pkt_set_u32(room, i * 4U, edges[i]);
    pkt_build_tcp_option(build, PKT_TCP_OPTION_SACK, pkt_view_make(data, block_count * 8U));
}

void pkt_build_tcp_timestamps(struct pkt_build *build, uint32_t value, uint32_t echo)
{
    uint8_t data[8];
    struct pkt_room room = pkt_room_make(data, sizeof data);
    pkt_set_u32(room, 0, value);
    pkt_set_u32(room, 4, echo);
    pkt_build_tcp_option(build, PKT_TCP_OPTION_TIMESTAMPS, pkt_view_make(data, sizeof data));
}

/* RFC 9293 3.1: padding is zero, which is End of Option List. */
void pkt_tcp_close(struct pkt_build *build, unsigned row)
{
    size_t odd = pkt_build_header_len(build, row) % 4;
    pkt_build_more(build, odd == 0 ? 0 : 4 - odd);
}

void pkt_tcp_finish(struct pkt_build *build, unsigned row)
{
    if (pkt_build_fills(build, row, PKT_BUILD_HEADER_LENGTH))
        pkt_set_bits(pkt_build_row_room(build, row), TCP_OFFSET * 8, 4, pkt_build_header_len(build, row) / 4);
    pkt_build_checksum(build, row, TCP_CHECKSUM, PKT_IP_TCP);
}
