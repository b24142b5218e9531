/*
 * MLDv1 (RFC 2710) and MLDv2 (RFC 9777): views on an ICMPv6 message
 *
 *     type 1 | code 1 | checksum 2 | max response code 2 | reserved 2 | address 16
 *     v2 query:   ... flags 4 bits, S, QRV | QQIC 1 | number of sources 2 | sources
 *     v2 report:  type 1 | reserved 1 | checksum 2 | flags 2 | number of records 2 | records
 *     record:     type 1 | aux words 1 | number of sources 2 | address 16 | sources | auxiliary data
 */
#include "demux.h"
#include "pkt/igmp.h"

enum {
    MLD1_LEN = 24,
    MLD2_QUERY_LEN = 28,
    MLD2_REPORT_LEN = 8,
};

/* Length first (RFC 9777 8.1). */
static unsigned query_version(struct pkt_icmp m)
{
    if (m.len == MLD1_LEN)
        return 1;
    return m.len >= MLD2_QUERY_LEN ? 2 : 0;
}

unsigned pkt_mld_version(struct pkt_icmp m)
{
    switch (pkt_icmp_type(m)) {
    case PKT_ICMP6_MLD_QUERY:
        return query_version(m);
    case PKT_ICMP6_MLD1_REPORT:
    case PKT_ICMP6_MLD1_DONE:
        return 1;
    case PKT_ICMP6_MLD2_REPORT:
        return 2;
    default:
        return 0;
    }
}

uint32_t pkt_mld_max_response_ms(struct pkt_icmp m)
{
    uint16_t code = pkt_mld_max_response_code(m);
    return pkt_mld_version(m) == 2 ? pkt_mld_float_decode(code) : code;
}

struct pkt_view pkt_mld2_sources(struct pkt_icmp m)
{
    struct pkt_view sources =
        pkt_view_clip(m.message, MLD2_QUERY_LEN, 16U * (size_t)pkt_mld2_source_count(m));
    return pkt_view_clip(sources, 0, sources.len & ~(size_t)15);
}

void pkt_mld2_records(struct pkt_icmp m, struct pkt_list *ret_list)
{
    bool report = m.v6 && pkt_icmp_type(m) == PKT_ICMP6_MLD2_REPORT && m.len >= MLD2_REPORT_LEN;
    *ret_list = (struct pkt_list){
        .area = pkt_view_from(m.message, MLD2_REPORT_LEN),
        .area_len = report ? m.len - MLD2_REPORT_LEN : 0,
        .left = report ? pkt_mld2_record_count(m) : 0,
        .kind = PKT_LIST_MLD2_RECORDS,
    };
    /* How many there are was not captured: no reader shall take that for none. */
    if (report && m.message.len < MLD2_REPORT_LEN) {
        ret_list->stop = PKT_D_CAP_TRUNCATED;
        ret_list->need = MLD2_REPORT_LEN;
        ret_list->have = (uint32_t)m.message.len;
    }
}

uint32_t pkt_mld_float_decode(uint16_t code)
{
    return code < 0x8000 ? code : (uint32_t)((code & 0x0fff) | 0x1000) << ((code >> 12 & 7) + 3);
}

uint16_t pkt_mld_float_encode(uint32_t value)
{
    if (value < 0x8000)
        return (uint16_t)value;
    for (unsigned exponent = 0; exponent < 8; exponent++) {
        uint32_t mantissa = value >> (exponent + 3);
        if (mantissa < 0x2000)
            return (uint16_t)(0x8000 | exponent << 12 | (mantissa & 0x0fff));
    }
    return 0xffff;
}
