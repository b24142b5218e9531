/*
 * IPv6 extension headers (RFC 8200 4), AH (RFC 4302) and ESP (RFC 4303)
 *
 *     next header 1 | length 1 | ...            length in 8-byte units without the first 8; AH: 4-byte units
 * minus 2
 *
 *     fragment:  next 1 | reserved 1 | offset 13 bits, reserved 2, M | identification 4
 *     routing:   next 1 | length 1 | type 1 | segments left 1 | data
 *     ESP:       security parameters index 4 | sequence number 4 | encrypted
 */
#include "demux.h"
#include "pkt/ipv6.h"

enum {
    EXTENSION_MIN = 8,
    AH_MIN = 12,
    ESP_LEN = 8,
    OPTIONS_OFF = 2,
    ROUTING_SEGMENTS = 3,
    ROUTING_LAST_ENTRY = 4,
    FRAGMENT_OFF = 2,
};

bool pkt_as_ipv6_extension(const struct pkt_packet *packet, unsigned layer,
                           struct pkt_ipv6_extension *ret_extension)
{
    if (layer >= packet->layer_count)
        return false;
    uint8_t proto = packet->layer[layer].proto;
    if (proto < PKT_PROTO_IP6_HOPOPTS || proto > PKT_PROTO_AH)
        return false;
    ret_extension->header = pkt_layer_header(packet, layer);
    ret_extension->proto = proto;
    return ret_extension->header.len != 0;
}

bool pkt_as_esp(const struct pkt_packet *packet, unsigned layer, struct pkt_esp *ret_esp)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_ESP)
        return false;
    ret_esp->header = pkt_layer_header(packet, layer);
    return ret_esp->header.len != 0;
}

void pkt_ipv6_options(struct pkt_ipv6_extension x, struct pkt_list *ret_list)
{
    struct pkt_view area = pkt_view_from(x.header, OPTIONS_OFF);
    *ret_list = (struct pkt_list){
        .area = area, .area_len = area.len, .left = UINT32_MAX, .kind = PKT_LIST_IPV6_OPTIONS};
}

bool pkt_ipv6_router_alert(const struct pkt_packet *packet, unsigned ip_layer, uint16_t *ret_value)
{
    struct pkt_ipv6_extension x;
    struct pkt_list list;
    struct pkt_option option;
    if (!pkt_as_ipv6_extension(packet, ip_layer + 1, &x) || x.proto != PKT_PROTO_IP6_HOPOPTS)
        return false;
    pkt_ipv6_options(x, &list);
    while (pkt_option_next(&list, &option)) {
        if (option.type == PKT_IPV6_OPTION_ROUTER_ALERT && option.data.len == 2) {
            *ret_value = pkt_u16(option.data, 0);
            return true;
        }
    }
    return false;
}

/* A header that states its length in units of 8 bytes without the first 8 (RFC 8200 4). */
static struct pkt_layer *decode_sized(struct pkt_decoder *d, enum pkt_proto proto)
{
    struct pkt_layer *row = pkt_decode_row(d, proto, EXTENSION_MIN);
    if (row == NULL)
        return NULL;
    struct pkt_view bytes = pkt_decode_bytes(d, row);
    if (!pkt_decode_widen(d, row, (pkt_u8(bytes, 1) + 1U) * 8U, PKT_D_IPV6_EXTENSION_OVERRUN))
        return NULL;
    pkt_decode_advance(d, row, pkt_u8(bytes, 0));
    return row;
}

static enum pkt_proto decode_chain(struct pkt_decoder *d, enum pkt_proto proto)
{
    struct pkt_layer *row = decode_sized(d, proto);
    return row == NULL ? PKT_PROTO_NONE : pkt_ip_next(d, (uint8_t)row->next, true);
}

enum pkt_proto pkt_hopopts_decode(struct pkt_decoder *d)
{
    return decode_chain(d, PKT_PROTO_IP6_HOPOPTS);
}

enum pkt_proto pkt_routing_decode(struct pkt_decoder *d)
{
    return decode_chain(d, PKT_PROTO_IP6_ROUTING);
}

enum pkt_proto pkt_dstopts_decode(struct pkt_decoder *d)
{
    return decode_chain(d, PKT_PROTO_IP6_DSTOPTS);
}

/* AH stands behind both families: whether extension headers may follow depends on which. */
enum pkt_proto pkt_ah_decode(struct pkt_decoder *d)
{
    struct pkt_layer *row = pkt_decode_row(d, PKT_PROTO_AH, AH_MIN);
    if (row == NULL)
        return PKT_PROTO_NONE;
    struct pkt_view bytes = pkt_decode_bytes(d, row);
    uint32_t len = (pkt_u8(bytes, 1) + 2U) * 4U; /* in units of 4 bytes minus 2 (RFC 4302 2.2) */
    if (len < AH_MIN) {
        pkt_rule_broken(d->packet, d->packet->layer_count - 1U, PKT_D_AH_LENGTH, 1, AH_MIN, len);
        row->flags |= PKT_LAYER_SHORT;
        return PKT_PROTO_NONE;
    }
    if (!pkt_decode_widen(d, row, len, PKT_D_AH_LENGTH))
        return PKT_PROTO_NONE;
    pkt_decode_advance(d, row, pkt_u8(bytes, 0));
    int network = pkt_layer_network(d->packet, d->packet->layer_count - 1U);
    bool v6 = network >= 0 && d->packet->layer[network].proto == PKT_PROTO_IPV6;
    return pkt_ip_next(d, (uint8_t)row->next, v6);
}

enum pkt_proto pkt_fragment_decode(struct pkt_decoder *d)
{
    struct pkt_layer *row = pkt_decode_row(d, PKT_PROTO_IP6_FRAGMENT, EXTENSION_MIN);
    if (row == NULL)
        return PKT_PROTO_NONE;
    struct pkt_ipv6_extension x = {pkt_decode_bytes(d, row), PKT_PROTO_IP6_FRAGMENT};
    /* Offset 0 without M is an atomic fragment: the whole packet is here (RFC 6946). */
    if (pkt_ipv6_fragment_offset(x) != 0 || pkt_ipv6_more_fragments(x)) {
        row->flags |= PKT_LAYER_FRAGMENT;
        d->flags |= PKT_LAYER_FRAGMENT;
    }
    pkt_decode_advance(d, row, pkt_ipv6_extension_next(x));
    if (pkt_ipv6_fragment_offset(x) != 0)
        return PKT_PROTO_PAYLOAD;
    return pkt_ip_next(d, (uint8_t)row->next, true);
}

enum pkt_proto pkt_esp_decode(struct pkt_decoder *d)
{
    struct pkt_layer *row = pkt_decode_row(d, PKT_PROTO_ESP, ESP_LEN);
    if (row == NULL)
        return PKT_PROTO_NONE;
    pkt_decode_advance(d, row, 0);
    return PKT_PROTO_PAYLOAD;
}

static void fragment_rules(struct pkt_packet *packet, unsigned layer, struct pkt_ipv6_extension x)
{
    uint32_t len = pkt_layer_payload_len(packet, layer);
    uint32_t end = pkt_ipv6_fragment_offset(x) + len;
    if (end > UINT16_MAX)
        pkt_rule_broken(packet, layer, PKT_D_IPV6_FRAGMENT_END, FRAGMENT_OFF, UINT16_MAX, end);
    /* How long the whole fragment was is not known in a quotation that ends inside it. */
    bool known = packet->layer[layer].length_source != PKT_LENGTH_ICMP_QUOTE;
    if (known && pkt_ipv6_more_fragments(x) && len % 8 != 0)
        pkt_rule_broken(packet, layer, PKT_D_IPV6_FRAGMENT_LENGTH, FRAGMENT_OFF, len & ~7U, len);
}

static void routing_rules(struct pkt_packet *packet, unsigned layer, struct pkt_ipv6_extension x)
{
    unsigned type = pkt_ipv6_routing_type(x);
    uint32_t addresses = (uint32_t)(x.header.len - 8) / 16;
    uint32_t left = pkt_ipv6_segments_left(x);
    if (type == 4) /* the octet of the last entry counts them, as options may follow (RFC 8754 4.3.1.1) */
        addresses = pkt_u8(x.header, ROUTING_LAST_ENTRY) + 1U;
    if ((type == 0 || type == 2 || type == 4) && left > addresses)
        pkt_rule_broken(packet, layer, PKT_D_IPV6_ROUTING_SEGMENTS, ROUTING_SEGMENTS, addresses, left);
}

void pkt_ipv6_extension_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_ipv6_extension x;
    struct pkt_list options;
    if (!pkt_as_ipv6_extension(packet, layer, &x))
        return;
    if (x.proto == PKT_PROTO_IP6_HOPOPTS && packet->layer[layer - 1].proto != PKT_PROTO_IPV6)
        pkt_rule_broken(packet, layer, PKT_D_IPV6_HOPOPTS_ORDER, 0, 0, 0);
    if (x.proto == PKT_PROTO_IP6_FRAGMENT)
        fragment_rules(packet, layer, x);
    else if (x.proto == PKT_PROTO_IP6_ROUTING)
        routing_rules(packet, layer, x);
    else if (x.proto != PKT_PROTO_AH) {
        pkt_ipv6_options(x, &options);
        pkt_rule_walk(packet, layer, options, OPTIONS_OFF);
    }
}
