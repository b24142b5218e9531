/*
 * What a protocol gives to the decode driver: one row in the protocol table (src/proto/table.c), one decode
 * step, and where it has them a checksum and rules. Internal.
 */
#ifndef CORE_PROTOCOL_H
#define CORE_PROTOCOL_H

#include "pkt/checksum.h"
#include "pkt/list.h"
#include "pkt/packet.h"

/*
 * The state of one pass. `off` and `end` bound the next layer: on the wire, not in the capture. A step adds
 * its row, moves them inward and returns the protocol of what comes next.
 */
struct pkt_decoder {
    struct pkt_packet *packet;
    struct pkt_layer *next_row; /* where the next layer's row goes */
    uint32_t off;               /* where the next layer starts */
    uint32_t end;               /* where the tightest length field ends it */
    uint32_t trailer; /* end of the Ethernet frame: a trailer lies between the packet and this; 0: none */
    uint16_t next;    /* number under which the next layer was announced */
    uint16_t flags;   /* enum pkt_layer_flag that rows to come inherit */
    uint8_t length_source; /* what set end */
    bool full;             /* the table had no room: the pass ends */
};

/* One layer; PKT_PROTO_NONE ends the pass. */
typedef enum pkt_proto pkt_decode_step(struct pkt_decoder *decoder);
typedef struct pkt_checksum_result pkt_checksum_step(const struct pkt_packet *packet, unsigned layer);
typedef void pkt_rules_step(struct pkt_packet *packet, unsigned layer);

struct pkt_protocol {
    const char *name; /* Wireshark's */
    pkt_decode_step *decode;
    pkt_checksum_step *checksum; /* NULL: the protocol has none */
    uint16_t checksum_code;      /* the diagnosis for a bad one */
    pkt_rules_step *rules;       /* NULL: no rules beyond its structure */
};

extern const struct pkt_protocol pkt_protocols[PKT_PROTO_COUNT];

/* The first layer of the packet by its link type; PAYLOAD for those that are not known. */
enum pkt_proto pkt_linktype_protocol(const struct pkt_decoder *decoder);

/* --- for decode steps: what every layer of every packet runs through stands here, to be inlined --- */

/* What pkt_decode_head and pkt_decode_widen do when not all is well: NULL, NULL, false. */
struct pkt_layer *pkt_decode_no_row(struct pkt_decoder *decoder);
struct pkt_layer *pkt_decode_no_head(struct pkt_decoder *decoder, struct pkt_layer *row, uint32_t need);
bool pkt_decode_no_header(struct pkt_decoder *decoder, struct pkt_layer *row, uint32_t need,
                          uint16_t short_code);

/*
 * Widens the header of a row to hdr_len bytes (options). False, with the row's header unset and a diagnosis
 * code short_code (structure) or CAP_TRUNCATED, when the layer or the capture is shorter.
 */
static inline bool pkt_decode_widen(struct pkt_decoder *decoder, struct pkt_layer *row, uint32_t hdr_len,
                                    uint16_t short_code)
{
    uint32_t captured = (uint32_t)decoder->packet->bytes.len;
    uint32_t end = row->off + row->len;
    /* Lengths and offsets stay below 2^31 and a header below 2^16: the sum does not wrap. */
    if (row->off + hdr_len > (end < captured ? end : captured))
        return pkt_decode_no_header(decoder, row, hdr_len, short_code);
    row->hdr_len = (uint16_t)hdr_len;
    return true;
}

/*
 * Adds the row of a layer from decoder->off to decoder->end whose header needs at least `need` bytes. Returns
 * the row with hdr_len = need, and those bytes as ret_header, when they are captured. Returns NULL when they
 * are not: the row is there with hdr_len 0 and a diagnosis, or the table was full; the step then returns
 * PKT_PROTO_NONE.
 */
static inline struct pkt_layer *pkt_decode_head(struct pkt_decoder *decoder, enum pkt_proto proto,
                                                uint32_t need, struct pkt_view *ret_header)
{
    struct pkt_packet *packet = decoder->packet;
    struct pkt_layer *row = decoder->next_row;
    uint32_t off = decoder->off, end = decoder->end;
    if (row == packet->layer + PKT_MAX_LAYERS)
        return pkt_decode_no_row(decoder);
    decoder->next_row = row + 1;
    packet->layer_count = (uint8_t)(row + 1 - packet->layer);
    *row = (struct pkt_layer){
        .proto = (uint8_t)proto,
        .length_source = decoder->length_source,
        .flags = decoder->flags,
        .off = off,
        .len = end - off,
        .hdr_len = (uint16_t)need,
        .next = decoder->next,
    };
    if (end > packet->bytes.len)
        row->flags |= PKT_LAYER_TRUNCATED;
    if (need > end - off || !pkt_view_sub(packet->bytes, off, need, ret_header))
        return pkt_decode_no_head(decoder, row, need);
    return row;
}

/* The same for a layer whose bytes are looked at otherwise. */
static inline struct pkt_layer *pkt_decode_row(struct pkt_decoder *decoder, enum pkt_proto proto,
                                               uint32_t need)
{
    struct pkt_view header;
    return pkt_decode_head(decoder, proto, need, &header);
}

/* The layer ends at its own length field: off + len. A tighter end stands; the row's len and flags follow. */
static inline void pkt_decode_clip(struct pkt_decoder *decoder, struct pkt_layer *row, uint32_t len,
                                   enum pkt_length_source source)
{
    if (len > row->len) {
        row->flags |= PKT_LAYER_CLIPPED;
        return;
    }
    if (len < row->len)
        row->flags |= PKT_LAYER_PADDED;
    row->len = len;
    row->length_source = (uint8_t)source;
    decoder->length_source = (uint8_t)source;
    decoder->end = row->off + len;
    if (decoder->end <= decoder->packet->bytes.len)
        row->flags &= (uint16_t)~PKT_LAYER_TRUNCATED;
}

/*
 * Whether the row is part of a packet only, cut by who quoted it (RFC 792, RFC 4443 2.4) or fragmented it:
 * that its length fields claim more than is here is then no error.
 */
static inline bool pkt_layer_is_part(const struct pkt_layer *row)
{
    bool cut_quote = (row->flags & PKT_LAYER_QUOTED) != 0 && row->length_source == PKT_LENGTH_ICMP_QUOTE;
    return cut_quote || (row->flags & PKT_LAYER_FRAGMENT) != 0;
}

/* Moves behind the row's header and notes the number of what follows. */
static inline void pkt_decode_advance(struct pkt_decoder *decoder, struct pkt_layer *row, uint16_t next)
{
    row->next = next;
    decoder->next = next;
    decoder->off = row->off + row->hdr_len;
}

/* Captured bytes of the row from its first byte. */
static inline struct pkt_view pkt_decode_bytes(const struct pkt_decoder *decoder, const struct pkt_layer *row)
{
    return pkt_view_clip(decoder->packet->bytes, row->off, row->len);
}

/* Adds a diagnosis; counts it as lost when the table is full. */
void pkt_diagnosis_add(struct pkt_packet *packet, struct pkt_diagnosis diagnosis);

/* --- for rules --- */

/* Adds a diagnosis on layer `layer` at offset off_in_layer of it. */
void pkt_rule_broken(struct pkt_packet *packet, unsigned layer, uint16_t code, uint32_t off_in_layer,
                     uint32_t need, uint32_t have);

/* Walks a list of a layer, adding the diagnosis with which the walk stopped; list_off is where the area
 * starts in the layer. */
void pkt_rule_walk(struct pkt_packet *packet, unsigned layer, struct pkt_list list, uint32_t list_off);

/*
 * The checksum over the whole of a layer, with the pseudo-header of the network layer that carries it when
 * `protocol` is not 0. field_off is where the field stands.
 */
struct pkt_checksum_result pkt_checksum_layer(const struct pkt_packet *packet, unsigned layer,
                                              uint32_t field_off, uint8_t protocol);

#endif
