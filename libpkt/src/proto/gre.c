/*
 * GRE (RFC 2784) with key and sequence number (RFC 2890); version 1 is that of PPTP (RFC 2637)
 *
 *     C R K S ... version | protocol 2 | [checksum 2, reserved 2] | [key 4] | [sequence 4] | [acknowledgment
 * 4, v1]
 */
#include "build.h"
#include "demux.h"
#include "pkt/link.h"
#include "pkt/transport.h"

enum {
    GRE_C = 0x8000,
    GRE_R = 0x4000,
    GRE_K = 0x2000,
    GRE_S = 0x1000,
    GRE_A = 0x0080, /* version 1 only */
    GRE_VERSION = 0x0007,
    GRE_MIN = 4,
    GRE_CHECKSUM = 4,
};

bool pkt_as_gre(const struct pkt_packet *packet, unsigned layer, struct pkt_gre *ret_gre)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_GRE)
        return false;
    ret_gre->header = pkt_layer_header(packet, layer);
    return ret_gre->header.len != 0;
}

static uint32_t checksum_len(uint16_t flags)
{
    return (flags & (GRE_C | GRE_R)) != 0 ? 4 : 0;
}

static uint32_t key_len(uint16_t flags)
{
    return (flags & GRE_K) != 0 ? 4 : 0;
}

static uint32_t header_len(uint16_t flags)
{
    uint32_t len = GRE_MIN + checksum_len(flags) + key_len(flags) + ((flags & GRE_S) != 0 ? 4U : 0);
    return (flags & GRE_VERSION) == 1 && (flags & GRE_A) != 0 ? len + 4 : len;
}

bool pkt_gre_checksum(struct pkt_gre g, uint16_t *ret_checksum)
{
    if ((pkt_gre_flags(g) & GRE_C) == 0)
        return false;
    *ret_checksum = pkt_u16(g.header, GRE_CHECKSUM);
    return true;
}

bool pkt_gre_key(struct pkt_gre g, uint32_t *ret_key)
{
    if ((pkt_gre_flags(g) & GRE_K) == 0)
        return false;
    *ret_key = pkt_u32(g.header, GRE_MIN + checksum_len(pkt_gre_flags(g)));
    return true;
}

bool pkt_gre_sequence(struct pkt_gre g, uint32_t *ret_sequence)
{
    uint16_t flags = pkt_gre_flags(g);
    if ((flags & GRE_S) == 0)
        return false;
    *ret_sequence = pkt_u32(g.header, GRE_MIN + checksum_len(flags) + key_len(flags));
    return true;
}

static enum pkt_proto payload_protocol(uint16_t flags, uint16_t protocol)
{
    /* Behind source route entries the payload's start is not where the header ends (RFC 1701). */
    if ((flags & GRE_R) != 0 || (flags & GRE_VERSION) > 1)
        return PKT_PROTO_PAYLOAD;
    if (protocol == PKT_ETHERTYPE_TEB)
        return PKT_PROTO_ETHERNET;
    if (protocol == PKT_ETHERTYPE_PPP)
        return PKT_PROTO_PPP;
    return protocol < 1536 ? PKT_PROTO_PAYLOAD : pkt_ethertype_protocol(protocol);
}

enum pkt_proto pkt_gre_decode(struct pkt_decoder *d)
{
    struct pkt_gre gre;
    struct pkt_layer *row = pkt_decode_head(d, PKT_PROTO_GRE, GRE_MIN, &gre.header);
    if (row == NULL)
        return PKT_PROTO_NONE;
    uint16_t flags = pkt_gre_flags(gre);
    if (!pkt_decode_widen(d, row, header_len(flags), PKT_D_HEADER_SHORT))
        return PKT_PROTO_NONE;
    pkt_decode_advance(d, row, pkt_gre_protocol(gre));
    pkt_enter_tunnel(d);
    return d->off < d->end ? payload_protocol(flags, pkt_gre_protocol(gre)) : PKT_PROTO_NONE;
}

struct pkt_checksum_result pkt_gre_verify(const struct pkt_packet *packet, unsigned layer)
{
    struct pkt_gre gre = {pkt_layer_header(packet, layer)};
    if ((pkt_gre_flags(gre) & GRE_C) == 0)
        return (struct pkt_checksum_result){PKT_CHECKSUM_ABSENT, 0, 0};
    return pkt_checksum_layer(packet, layer, GRE_CHECKSUM, 0);
}

void pkt_gre_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_gre gre;
    if (!pkt_as_gre(packet, layer, &gre))
        return;
    unsigned version = pkt_gre_flags(gre) & GRE_VERSION;
    bool pptp = version == 1 && pkt_gre_protocol(gre) == PKT_ETHERTYPE_PPP;
    if (version != 0 && !pptp)
        pkt_rule_broken(packet, layer, PKT_D_GRE_VERSION, 0, 0, version);
}

/* --- building --- */

enum {
    GRE_PROTOCOL = 2,
};

const struct pkt_build_automatic pkt_gre_automatic[] = {
    {PKT_BUILD_NEXT,     16, 16, PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_CHECKSUM, 16, 32, PKT_BUILD_ANY_TYPE},
    {0,                  0,  0,  0                 },
};

void pkt_build_gre(struct pkt_build *build, const struct pkt_gre_spec *spec)
{
    static const struct pkt_gre_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    uint16_t flags = (uint16_t)((spec->has_checksum ? GRE_C : 0) | (spec->has_key ? GRE_K : 0) |
                                (spec->has_sequence ? GRE_S : 0));
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_GRE, header_len(flags));
    pkt_set_u16(header, 0, flags);
    pkt_set_u16(header, GRE_PROTOCOL, spec->protocol);
    if (spec->has_key)
        pkt_set_u32(header, GRE_MIN + checksum_len(flags), spec->key);
    if (spec->has_sequence)
        pkt_set_u32(header, GRE_MIN + checksum_len(flags) + key_len(flags), spec->sequence);
    /* Without the C bit there is no checksum: what stands there is something else. */
    build->row[pkt_build_last(build)].fixed |=
        (uint8_t)((spec->protocol != 0 ? PKT_BUILD_NEXT : 0) | (spec->has_checksum ? 0 : PKT_BUILD_CHECKSUM));
}

/* RFC 2784 2.3: over the GRE header and the payload. */
void pkt_gre_finish(struct pkt_build *build, unsigned row)
{
    if (pkt_build_fills(build, row, PKT_BUILD_NEXT))
        pkt_set_u16(pkt_build_row_room(build, row), GRE_PROTOCOL, pkt_build_ethertype(build, row));
    pkt_build_checksum(build, row, GRE_CHECKSUM, 0);
}
