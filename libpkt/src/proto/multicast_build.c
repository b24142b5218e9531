/*
 * What the builders of IGMP and MLD share: records, sources, counts (RFC 9776 4, RFC 9777 5), and multicast
 * router discovery (RFC 4286 4 to 6).
 */
#include "multicast_build.h"

enum {
    RECORD_AUX = 1,
    RECORD_COUNT = 2,
    AUX_WORD = 4,
    FLOAT_MAX = 31744, /* the largest value of an 8-bit floating code */
    QRV_MAX = 7,
    SUPPRESS = 0x08,
    MRD_LEN = 8,
    MRD_SHORT_LEN = 4, /* solicitation and termination have neither interval nor variables */
};

struct pkt_room pkt_build_message(struct pkt_build *build, enum pkt_proto proto, uint8_t type, size_t len)
{
    struct pkt_room message = pkt_build_begin(build, proto, len);
    build->row[pkt_build_last(build)].type = type;
    pkt_set_u8(message, 0, type);
    return message;
}

struct pkt_room pkt_build_message_item(struct pkt_build *build, enum pkt_proto proto, uint8_t type,
                                       size_t len)
{
    if (build->count == 0 || build->row[build->count - 1].type != type)
        pkt_build_fail(build, PKT_BUILD_E_ORDER);
    return pkt_build_item(build, proto, len);
}

void pkt_build_query_source(struct pkt_build *build, enum pkt_proto proto, uint8_t type, size_t query_len,
                            struct pkt_view source)
{
    if (build->count != 0 && pkt_build_header_len(build, pkt_build_last(build)) < query_len)
        pkt_build_fail(build, PKT_BUILD_E_ORDER);
    pkt_set_bytes(pkt_build_message_item(build, proto, type, source.len), 0, source.ptr, source.len);
}

void pkt_build_group_record(struct pkt_build *build, enum pkt_proto proto, uint8_t report_type,
                            const struct pkt_group_record *record)
{
    size_t sources_off = MULTICAST_RECORD_HEAD + record->group.len;
    size_t aux_off = sources_off + record->sources.len;
    size_t source_count = record->sources.len / record->group.len;
    size_t aux_words = record->aux.len / AUX_WORD;
    if (source_count > UINT16_MAX || aux_words > UINT8_MAX || record->aux.len % AUX_WORD != 0)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room room = pkt_build_message_item(build, proto, report_type, aux_off + record->aux.len);
    pkt_set_u8(room, 0, record->type);
    pkt_set_u8(room, RECORD_AUX, (uint8_t)aux_words);
    pkt_set_u16(room, RECORD_COUNT, (uint16_t)source_count);
    pkt_set_bytes(room, MULTICAST_RECORD_HEAD, record->group.ptr, record->group.len);
    pkt_set_bytes(room, sources_off, record->sources.ptr, record->sources.len);
    pkt_set_bytes(room, aux_off, record->aux.ptr, record->aux.len);
}

/* A robustness variable that its field cannot hold is sent as 0 (RFC 9776 4.1.6). */
static uint8_t qrv(uint8_t robustness)
{
    if (robustness == 0)
        return MULTICAST_ROBUSTNESS;
    return robustness > QRV_MAX ? 0 : robustness;
}

void pkt_build_querier(struct pkt_build *build, struct pkt_room message, size_t off,
                       struct pkt_querier querier)
{
    uint32_t interval =
        querier.query_interval_s == 0 ? (uint32_t)MULTICAST_QUERY_INTERVAL_S : querier.query_interval_s;
    if (interval > FLOAT_MAX && querier.qqic == 0)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    pkt_set_u8(message, off, (uint8_t)((querier.suppress ? SUPPRESS : 0) | qrv(querier.robustness)));
    pkt_set_u8(message, off + 1, querier.qqic != 0 ? querier.qqic : pkt_igmp_float_encode(interval));
}

void pkt_build_item_count(struct pkt_build *build, unsigned row, size_t off)
{
    if (pkt_build_fills(build, row, PKT_BUILD_COUNT))
        pkt_set_u16(pkt_build_row_room(build, row), off, build->row[row].item_count);
}

void pkt_build_mrd(struct pkt_build *build, enum pkt_proto proto, uint8_t type,
                   const struct pkt_mrd_spec *spec)
{
    static const struct pkt_mrd_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    bool advertises = spec->message == PKT_MRD_ADVERTISEMENT;
    if (spec->message > PKT_MRD_TERMINATION)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room message = pkt_build_message(build, proto, (uint8_t)(type + spec->message),
                                                advertises ? MRD_LEN : MRD_SHORT_LEN);
    if (!advertises)
        return;
    pkt_set_u8(message, 1, spec->interval_s == 0 ? MRD_INTERVAL_S : spec->interval_s);
    pkt_set_u16(message, 4, spec->query_interval_s);
    pkt_set_u16(message, 6, spec->robustness);
}
