/*
 * The layer table: the decode driver, what steps use to fill it, and what readers use to find their way in
 * it.
 */
#include "pkt/packet.h"
#include "protocol.h"

static void add_cap_truncated(struct pkt_decoder *d, uint32_t off, uint32_t need)
{
    uint32_t captured = (uint32_t)d->packet->bytes.len;
    struct pkt_diagnosis diagnosis = {
        .code = PKT_D_CAP_TRUNCATED,
        .layer = (uint8_t)(d->packet->layer_count - 1),
        .length_source = PKT_LENGTH_CAPTURE,
        .off = off,
        .need = need,
        .have = captured > off ? captured - off : 0,
    };
    pkt_diagnosis_add(d->packet, diagnosis);
}

static void add_short(struct pkt_decoder *d, const struct pkt_layer *row, uint16_t code, uint32_t need)
{
    struct pkt_diagnosis diagnosis = {
        .code = code,
        .layer = (uint8_t)(d->packet->layer_count - 1),
        .length_source = row->length_source,
        .off = row->off,
        .need = need,
        .have = row->len,
    };
    pkt_diagnosis_add(d->packet, diagnosis);
}

/* The table is full: say so once, on the last row. */
struct pkt_layer *pkt_decode_no_row(struct pkt_decoder *d)
{
    if (d->full)
        return NULL;
    d->full = true;
    struct pkt_diagnosis diagnosis = {
        .code = PKT_D_LAYERS_TOO_MANY,
        .layer = PKT_MAX_LAYERS - 1,
        .off = d->off,
        .need = PKT_MAX_LAYERS + 1,
        .have = PKT_MAX_LAYERS,
    };
    pkt_diagnosis_add(d->packet, diagnosis);
    return NULL;
}

/* The header is not there: its row says so, and a diagnosis whose fault that is. */
bool pkt_decode_no_header(struct pkt_decoder *d, struct pkt_layer *row, uint32_t need, uint16_t short_code)
{
    /* Who quoted or fragmented the packet cut it: that is neither damage nor the capture's fault. */
    bool part = pkt_layer_is_part(row);
    row->hdr_len = 0;
    if (need > row->len) {
        row->flags |= part ? PKT_LAYER_TRUNCATED : PKT_LAYER_SHORT;
        if (!part)
            add_short(d, row, short_code, need);
        return false;
    }
    row->flags |= PKT_LAYER_TRUNCATED;
    add_cap_truncated(d, row->off, need);
    return false;
}

struct pkt_layer *pkt_decode_no_head(struct pkt_decoder *d, struct pkt_layer *row, uint32_t need)
{
    (void)pkt_decode_no_header(d, row, need, PKT_D_HEADER_SHORT);
    return NULL;
}

/* Undecoded bytes, where there are any. */
static void add_payload(struct pkt_decoder *d)
{
    if (d->off < d->end)
        (void)pkt_decode_row(d, PKT_PROTO_PAYLOAD, 0);
}

/* The end of the outermost packet: rows inside move decoder->end further inward. */
static uint32_t outer_end(const struct pkt_packet *packet, uint32_t end)
{
    for (unsigned i = 0; i < packet->layer_count; i++) {
        uint8_t proto = packet->layer[i].proto;
        if (proto == PKT_PROTO_IPV4 || proto == PKT_PROTO_IPV6 || proto == PKT_PROTO_ARP ||
            proto == PKT_PROTO_LLC)
            return packet->layer[i].off + packet->layer[i].len;
    }
    return end;
}

/* What Ethernet carried behind the packet: padding to 60 bytes, and where the link delivers it the FCS. */
static void add_trailer(struct pkt_decoder *d)
{
    d->end = outer_end(d->packet, d->end);
    /* One of which nothing was captured says nothing that the frame's length does not. */
    if (d->trailer <= d->end || d->end >= d->packet->bytes.len || d->full)
        return;
    d->off = d->end;
    d->end = d->trailer;
    d->flags = 0;
    d->next = 0;
    d->length_source = PKT_LENGTH_WIRE;
    (void)pkt_decode_row(d, PKT_PROTO_TRAILER, 0);
}

void pkt_decode(struct pkt_view bytes, uint32_t wire_len, uint16_t linktype, unsigned flags,
                struct pkt_packet *ret_packet)
{
    /* Offsets are 32 bits wide; a frame of 2 GiB or more is read up to there. */
    if (bytes.len > INT32_MAX)
        bytes.len = INT32_MAX;
    if (wire_len > INT32_MAX)
        wire_len = INT32_MAX;
    if (wire_len < bytes.len)
        wire_len = (uint32_t)bytes.len;
    ret_packet->bytes = bytes;
    ret_packet->wire_len = wire_len;
    ret_packet->linktype = linktype;
    ret_packet->flags = (uint16_t)flags;
    ret_packet->layer_count = 0;
    ret_packet->diagnosis_count = 0;
    ret_packet->diagnoses_lost = 0;
    ret_packet->verified = 0;
    struct pkt_decoder decoder = {
        .packet = ret_packet,
        .next_row = ret_packet->layer,
        .end = wire_len,
        .length_source = wire_len > bytes.len ? PKT_LENGTH_WIRE : PKT_LENGTH_CAPTURE,
        .next = linktype,
    };
    enum pkt_proto proto = pkt_linktype_protocol(&decoder);
    while (proto > PKT_PROTO_PAYLOAD)
        proto = pkt_protocols[proto].decode(&decoder);
    if (proto == PKT_PROTO_PAYLOAD)
        add_payload(&decoder);
    if (decoder.trailer > decoder.end)
        add_trailer(&decoder);
}

static void diagnose_checksum(struct pkt_packet *packet, unsigned layer, const struct pkt_protocol *protocol)
{
    struct pkt_checksum_result result = pkt_checksum_verify(packet, layer);
    packet->checksum[layer] = result;
    packet->verified |= (uint16_t)(1U << layer);
    if (result.state == PKT_CHECKSUM_BAD)
        pkt_rule_broken(packet, layer, protocol->checksum_code, 0, result.expected, result.found);
    else if (result.state == PKT_CHECKSUM_PARTIAL)
        pkt_rule_broken(packet, layer, PKT_D_CHECKSUM_PARTIAL, 0, result.expected, result.found);
}

void pkt_diagnose(struct pkt_packet *packet)
{
    for (unsigned i = 0; i < packet->layer_count; i++) {
        const struct pkt_protocol *protocol = &pkt_protocols[packet->layer[i].proto];
        diagnose_checksum(packet, i, protocol);
        if (protocol->rules != NULL)
            protocol->rules(packet, i);
    }
}

void pkt_rule_walk(struct pkt_packet *packet, unsigned layer, struct pkt_list list, uint32_t list_off)
{
    struct pkt_option item;
    while (pkt_option_next(&list, &item))
        ;
    if (list.stop != PKT_D_NONE && list.stop != PKT_D_CAP_TRUNCATED)
        pkt_rule_broken(packet, layer, list.stop, list_off + (uint32_t)list.off, list.need, list.have);
}

struct pkt_view pkt_layer_bytes(const struct pkt_packet *packet, unsigned layer)
{
    if (layer >= packet->layer_count)
        return pkt_view_make(packet->bytes.ptr, 0);
    return pkt_view_clip(packet->bytes, packet->layer[layer].off, packet->layer[layer].len);
}

struct pkt_view pkt_layer_header(const struct pkt_packet *packet, unsigned layer)
{
    if (layer >= packet->layer_count)
        return pkt_view_make(packet->bytes.ptr, 0);
    return pkt_view_clip(packet->bytes, packet->layer[layer].off, packet->layer[layer].hdr_len);
}

struct pkt_view pkt_layer_payload(const struct pkt_packet *packet, unsigned layer)
{
    struct pkt_view bytes = pkt_layer_bytes(packet, layer);
    return layer < packet->layer_count ? pkt_view_from(bytes, packet->layer[layer].hdr_len) : bytes;
}

uint32_t pkt_layer_payload_len(const struct pkt_packet *packet, unsigned layer)
{
    return layer < packet->layer_count ? packet->layer[layer].len - packet->layer[layer].hdr_len : 0;
}

int pkt_layer_find(const struct pkt_packet *packet, enum pkt_proto proto, unsigned from)
{
    for (unsigned i = from; i < packet->layer_count; i++)
        if (packet->layer[i].proto == proto)
            return (int)i;
    return -1;
}

int pkt_layer_network(const struct pkt_packet *packet, unsigned layer)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto == PKT_PROTO_TRAILER)
        return -1;
    for (int i = (int)layer - 1; i >= 0; i--)
        if (packet->layer[i].proto == PKT_PROTO_IPV4 || packet->layer[i].proto == PKT_PROTO_IPV6)
            return i;
    return -1;
}

const char *pkt_proto_name(enum pkt_proto proto)
{
    return (unsigned)proto < PKT_PROTO_COUNT ? pkt_protocols[proto].name : "unknown";
}

const char *pkt_length_source_name(enum pkt_length_source source)
{
    static const char *const names[PKT_LENGTH_COUNT] = {
        [PKT_LENGTH_CAPTURE] = "capture",
        [PKT_LENGTH_WIRE] = "wire",
        [PKT_LENGTH_8023] = "eth-length",
        [PKT_LENGTH_IPV4_TOTAL] = "ipv4-total-length",
        [PKT_LENGTH_IPV6_PAYLOAD] = "ipv6-payload-length",
        [PKT_LENGTH_IPV6_JUMBO] = "ipv6-jumbo-payload-length",
        [PKT_LENGTH_UDP] = "udp-length",
        [PKT_LENGTH_OPTION] = "option-length",
        [PKT_LENGTH_ICMP_QUOTE] = "icmp-quotation",
        [PKT_LENGTH_HEADER] = "header-length",
    };
    return (unsigned)source < PKT_LENGTH_COUNT ? names[source] : "unknown";
}

struct pkt_checksum_result pkt_checksum_verify(const struct pkt_packet *packet, unsigned layer)
{
    struct pkt_checksum_result none = {PKT_CHECKSUM_NONE, 0, 0};
    if (layer >= packet->layer_count)
        return none;
    if ((packet->verified >> layer & 1) != 0)
        return packet->checksum[layer];
    pkt_checksum_step *checksum = pkt_protocols[packet->layer[layer].proto].checksum;
    if (checksum == NULL)
        return none;
    if (packet->layer[layer].hdr_len != 0)
        return checksum(packet, layer);
    none.state = PKT_CHECKSUM_UNKNOWN;
    return none;
}
