/*
 * IGMPv1 (RFC 1112), v2 (RFC 2236), v3 (RFC 9776) and multicast router discovery (RFC 4286)
 *
 *     v1, v2:     type 1 | max response code 1 | checksum 2 | group 4
 *     v3 query:   ... group 4 | flags 4 bits, S, QRV | QQIC 1 | number of sources 2 | sources
 *     v3 report:  type 1 | reserved 1 | checksum 2 | flags 2 | number of records 2 | records
 *     record:     type 1 | aux words 1 | number of sources 2 | group 4 | sources | auxiliary data
 */
#include "pkt/igmp.h"
#include "demux.h"

enum {
    IGMP_CHECKSUM = 2,
    IGMP_MIN = 4, /* MRD solicitation and termination (RFC 4286 3) */
    IGMP_V2_LEN = 8,
    IGMP3_QUERY_LEN = 12,
    IGMP3_REPORT_LEN = 8,
    RECORD_COUNT = 2,
    RECORD_GROUP = 4,
};

bool pkt_as_igmp(const struct pkt_packet *packet, unsigned layer, struct pkt_igmp *ret_igmp)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_IGMP)
        return false;
    ret_igmp->message = pkt_layer_bytes(packet, layer);
    ret_igmp->len = packet->layer[layer].len;
    return packet->layer[layer].hdr_len != 0;
}

enum pkt_proto pkt_igmp_decode(struct pkt_decoder *d)
{
    struct pkt_layer *row = pkt_decode_row(d, PKT_PROTO_IGMP, IGMP_MIN);
    if (row == NULL)
        return PKT_PROTO_NONE;
    struct pkt_view message = pkt_decode_bytes(d, row);
    if (message.len >= IGMP_V2_LEN)
        row->hdr_len = IGMP_V2_LEN;
    pkt_decode_advance(d, row, pkt_u8(message, 0));
    return PKT_PROTO_NONE;
}

/* The checksum covers the whole IP payload, whatever the message's own counts say (RFC 9776 4.1.2). */
struct pkt_checksum_result pkt_igmp_verify(const struct pkt_packet *packet, unsigned layer)
{
    return pkt_checksum_layer(packet, layer, IGMP_CHECKSUM, 0);
}

/* Length first, then code (RFC 9776 7.1). */
static unsigned query_version(struct pkt_igmp m)
{
    if (m.len == IGMP_V2_LEN)
        return pkt_igmp_code(m) == 0 ? 1 : 2;
    return m.len >= IGMP3_QUERY_LEN ? 3 : 0;
}

unsigned pkt_igmp_version(struct pkt_igmp m)
{
    switch (pkt_igmp_type(m)) {
    case PKT_IGMP_QUERY:
        return query_version(m);
    case PKT_IGMP_V1_REPORT:
        return 1;
    case PKT_IGMP_V2_REPORT:
    case PKT_IGMP_V2_LEAVE:
        return 2;
    case PKT_IGMP_V3_REPORT:
        return 3;
    default:
        return 0;
    }
}

uint32_t pkt_igmp_max_response_ds(struct pkt_igmp m)
{
    switch (pkt_igmp_version(m)) {
    case 1:
        return 100;
    case 3:
        return pkt_igmp_float_decode(pkt_igmp_code(m));
    default:
        return pkt_igmp_code(m);
    }
}

struct pkt_view pkt_igmp3_sources(struct pkt_igmp m)
{
    struct pkt_view sources =
        pkt_view_clip(m.message, IGMP3_QUERY_LEN, 4U * (size_t)pkt_igmp3_source_count(m));
    return pkt_view_clip(sources, 0, sources.len & ~(size_t)3);
}

void pkt_igmp3_records(struct pkt_igmp m, struct pkt_list *ret_list)
{
    bool report = pkt_igmp_type(m) == PKT_IGMP_V3_REPORT && m.len >= IGMP3_REPORT_LEN;
    *ret_list = (struct pkt_list){
        .area = pkt_view_from(m.message, IGMP3_REPORT_LEN),
        .area_len = report ? m.len - IGMP3_REPORT_LEN : 0,
        .left = report ? pkt_igmp3_record_count(m) : 0,
        .kind = PKT_LIST_IGMP3_RECORDS,
    };
    /* How many there are was not captured: no reader shall take that for none. */
    if (report && m.message.len < IGMP3_REPORT_LEN) {
        ret_list->stop = PKT_D_CAP_TRUNCATED;
        ret_list->need = IGMP3_REPORT_LEN;
        ret_list->have = (uint32_t)m.message.len;
    }
}

void pkt_group_record(const struct pkt_option *item, unsigned address_len,
                      struct pkt_group_record *ret_record)
{
    ret_record->type = item->type;
    ret_record->aux_words = pkt_u8(item->bytes, 1);
    ret_record->source_count = pkt_u16(item->bytes, RECORD_COUNT);
    ret_record->group = pkt_view_clip(item->bytes, RECORD_GROUP, address_len);
    size_t sources_len = (size_t)ret_record->source_count * address_len;
    ret_record->sources = pkt_view_clip(item->bytes, RECORD_GROUP + address_len, sources_len);
    ret_record->aux = pkt_view_from(item->bytes, RECORD_GROUP + address_len + sources_len);
}

bool pkt_source_ip4(struct pkt_view sources, unsigned index, struct pkt_ip4 *ret_source)
{
    *ret_source = pkt_ip4_at(sources, (size_t)index * 4);
    return pkt_view_has(sources, (size_t)index * 4, 4);
}

bool pkt_source_ip6(struct pkt_view sources, unsigned index, struct pkt_ip6 *ret_source)
{
    *ret_source = pkt_ip6_at(sources, (size_t)index * 16);
    return pkt_view_has(sources, (size_t)index * 16, 16);
}

uint32_t pkt_igmp_float_decode(uint8_t code)
{
    return code < 128 ? code : (uint32_t)((code & 0x0f) | 0x10) << ((code >> 4 & 7) + 3);
}

uint8_t pkt_igmp_float_encode(uint32_t value)
{
    uint8_t code = value < 128 ? (uint8_t)value : 128;
    /* The code is strictly monotone: the largest one that does not exceed the value (RFC 9776 8.8). */
    while (value >= 128 && code < 255 && pkt_igmp_float_decode((uint8_t)(code + 1)) <= value)
        code++;
    return code;
}
