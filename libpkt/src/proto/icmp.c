/*
 * ICMP (RFC 792) and ICMPv6 (RFC 4443)
 *
 *      0      1      2          4                                  8
 *     +------+------+----------+----------------------------------+------------ - -
 *     | type | code | checksum | by type                          | by type; in errors the packet that caused
 * them
 *     +------+------+----------+----------------------------------+------------ - -
 *
 * Behind the quotation there may be an extension structure (RFC 4884): octet 5 (ICMPv4, in 4-byte units) or
 * octet 4 (ICMPv6, in 8-byte units) says where.
 */
#include "pkt/icmp.h"
#include "demux.h"
#include "pkt/ipv4.h"

enum {
    ICMP_CHECKSUM = 2,
    ICMP_MIN = 4,
    ICMP_BODY = 8,
    ICMP_QUOTE_FIXED = 128, /* where senders older than RFC 4884 put extensions (its section 5.5) */
    ICMP_EXTENSION_MIN = 4,
    ICMP_EXTENSION_BEGIN = 0x2000, /* version 2, reserved bits 0 (RFC 4884 7) */
    ROUTER_ENTRY_LEN = 8,          /* address and preference (RFC 1256 3) */
};

bool pkt_as_icmp(const struct pkt_packet *packet, unsigned layer, struct pkt_icmp *ret_icmp)
{
    if (layer >= packet->layer_count)
        return false;
    const struct pkt_layer *row = &packet->layer[layer];
    if (row->proto != PKT_PROTO_ICMP && row->proto != PKT_PROTO_ICMP6)
        return false;
    ret_icmp->message = pkt_layer_bytes(packet, layer);
    ret_icmp->len = row->len;
    ret_icmp->v6 = row->proto == PKT_PROTO_ICMP6;
    return row->hdr_len != 0;
}

static bool is_error4(uint8_t type)
{
    return type == PKT_ICMP_UNREACHABLE || type == PKT_ICMP_SOURCE_QUENCH || type == PKT_ICMP_REDIRECT ||
           type == PKT_ICMP_TIME_EXCEEDED || type == PKT_ICMP_PARAMETER_PROBLEM;
}

bool pkt_icmp_is_error(struct pkt_icmp m)
{
    uint8_t type = pkt_icmp_type(m);
    return m.v6 ? type >= PKT_ICMP6_UNREACHABLE && type <= PKT_ICMP6_PARAMETER_PROBLEM : is_error4(type);
}

/* Which errors may carry extensions (RFC 4884 4). */
static bool is_extensible(struct pkt_icmp m)
{
    uint8_t type = pkt_icmp_type(m);
    if (m.v6)
        return type == PKT_ICMP6_UNREACHABLE || type == PKT_ICMP6_TIME_EXCEEDED;
    return type == PKT_ICMP_UNREACHABLE || type == PKT_ICMP_TIME_EXCEEDED ||
           type == PKT_ICMP_PARAMETER_PROBLEM;
}

/*
 * Old senders put an extension structure behind 128 bytes and state no length: version and checksum must fit
 * (RFC 4884 5.5), and the reserved bits be 0, as section 7 has them sent: quoted data passes for a structure
 * by chance, the less often the more is asked of it.
 */
static bool has_unannounced_extension(struct pkt_icmp m)
{
    struct pkt_view structure = pkt_view_from(m.message, ICMP_BODY + ICMP_QUOTE_FIXED);
    return structure.len > ICMP_EXTENSION_MIN && structure.len == m.len - ICMP_BODY - ICMP_QUOTE_FIXED &&
           pkt_u16(structure, 0) == ICMP_EXTENSION_BEGIN && pkt_checksum(structure) == 0;
}

unsigned pkt_icmp_quote_len(struct pkt_icmp m)
{
    if (!is_extensible(m) || m.len < ICMP_BODY)
        return 0;
    unsigned stated = m.v6 ? pkt_u8(m.message, 4) * 8U : pkt_u8(m.message, 5) * 4U;
    if (stated == 0 && has_unannounced_extension(m))
        return ICMP_QUOTE_FIXED;
    return stated;
}

/* The quoted packet, and before it the row of the extensions, so that a full table never hides them. */
static enum pkt_proto decode_quote(struct pkt_decoder *d, struct pkt_icmp m, uint32_t start)
{
    uint32_t end = d->end;
    unsigned quote = pkt_icmp_quote_len(m);
    if (quote != 0 && quote <= m.len - ICMP_BODY) {
        d->end = start + ICMP_BODY + quote;
        pkt_icmp_extension_row(d, d->end, end);
    } else if (quote != 0 && (d->flags & (PKT_LAYER_QUOTED | PKT_LAYER_FRAGMENT)) == 0) {
        pkt_rule_broken(d->packet, d->packet->layer_count - 1U, PKT_D_ICMP_EXT_LENGTH, m.v6 ? 4 : 5, quote,
                        m.len - ICMP_BODY);
    }
    d->flags |= PKT_LAYER_QUOTED;
    d->length_source = PKT_LENGTH_ICMP_QUOTE;
    if (d->off >= d->end)
        return PKT_PROTO_NONE;
    return pkt_ip_by_version(d);
}

static bool is_echo(struct pkt_icmp m)
{
    uint8_t type = pkt_icmp_type(m);
    if (m.v6)
        return type == PKT_ICMP6_ECHO_REQUEST || type == PKT_ICMP6_ECHO_REPLY;
    return type == PKT_ICMP_ECHO_REQUEST || type == PKT_ICMP_ECHO_REPLY;
}

/* A request to look at an interface names it in an extension structure (RFC 8335 2). */
static bool is_extended_echo(struct pkt_icmp m)
{
    return pkt_icmp_type(m) == (m.v6 ? PKT_ICMP6_EXTENDED_ECHO : PKT_ICMP_EXTENDED_ECHO);
}

static enum pkt_proto decode(struct pkt_decoder *d, enum pkt_proto proto)
{
    struct pkt_layer *row = pkt_decode_row(d, proto, ICMP_MIN);
    if (row == NULL)
        return PKT_PROTO_NONE;
    struct pkt_icmp m = {pkt_decode_bytes(d, row), row->len, proto == PKT_PROTO_ICMP6};
    if (row->len >= ICMP_BODY && m.message.len >= ICMP_BODY)
        row->hdr_len = ICMP_BODY;
    pkt_decode_advance(d, row, pkt_icmp_type(m));
    if (row->hdr_len < ICMP_BODY)
        return PKT_PROTO_NONE;
    if (is_echo(m))
        return PKT_PROTO_PAYLOAD;
    if (is_extended_echo(m))
        pkt_icmp_extension_row(d, d->off, d->end);
    return pkt_icmp_is_error(m) ? decode_quote(d, m, row->off) : PKT_PROTO_NONE;
}

enum pkt_proto pkt_icmp_decode(struct pkt_decoder *d)
{
    return decode(d, PKT_PROTO_ICMP);
}

enum pkt_proto pkt_icmp6_decode(struct pkt_decoder *d)
{
    return decode(d, PKT_PROTO_ICMP6);
}

/* ICMPv4 covers its message alone (RFC 792). */
struct pkt_checksum_result pkt_icmp_verify(const struct pkt_packet *packet, unsigned layer)
{
    return pkt_checksum_layer(packet, layer, ICMP_CHECKSUM, 0);
}

/* ICMPv6 covers the pseudo-header too (RFC 4443 2.3). */
struct pkt_checksum_result pkt_icmp6_verify(const struct pkt_packet *packet, unsigned layer)
{
    return pkt_checksum_layer(packet, layer, ICMP_CHECKSUM, PKT_IP_ICMP6);
}

bool pkt_icmp_router(struct pkt_icmp m, unsigned index, struct pkt_ip4 *ret_address, int32_t *ret_preference)
{
    size_t entry_len = pkt_icmp_router_entry_words(m) * 4U;
    size_t off = ICMP_BODY + (size_t)index * entry_len;
    bool is_advertisement = !m.v6 && pkt_icmp_type(m) == PKT_ICMP_ROUTER_ADVERTISEMENT;
    if (!is_advertisement || index >= pkt_icmp_router_count(m) || entry_len < ROUTER_ENTRY_LEN ||
        !pkt_view_has(m.message, off, ROUTER_ENTRY_LEN))
        return false;
    *ret_address = pkt_ip4_at(m.message, off);
    *ret_preference = (int32_t)pkt_u32(m.message, off + 4);
    return true;
}
