/*
 * Building IPv6 headers and hop-by-hop options (RFC 8200); ipv6.c draws them.
 */
#include "build.h"
#include "pkt/ipv6.h"

enum {
    IPV6_LEN = 40,
    IPV6_PAYLOAD_LEN = 4,
    IPV6_NEXT = 6,
    IPV6_HOP_LIMIT = 7,
    IPV6_SRC = 8,
    IPV6_DST = 24,
    IPV6_DEFAULT_HOP_LIMIT = 64,
    FLOW_LABEL_MAX = 0xfffff,
    EXTENSION_HEAD = 2, /* next header, length */
    EXTENSION_UNIT = 8,
    EXTENSION_MAX = 256 * EXTENSION_UNIT,
};

const struct pkt_build_automatic pkt_ipv6_automatic[] = {
    {PKT_BUILD_LENGTH, 16, 32, PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_NEXT,   8,  48, PKT_BUILD_ANY_TYPE},
    {0,                0,  0,  0                 },
};

void pkt_build_ipv6(struct pkt_build *build, const struct pkt_ipv6_spec *spec)
{
    static const struct pkt_ipv6_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    if (spec->flow_label > FLOW_LABEL_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_IPV6, IPV6_LEN);
    pkt_set_u32(header, 0, 6U << 28 | (uint32_t)spec->traffic_class << 20 | spec->flow_label);
    pkt_set_u8(header, IPV6_NEXT, spec->next_header);
    pkt_set_u8(header, IPV6_HOP_LIMIT, spec->hop_limit == 0 ? IPV6_DEFAULT_HOP_LIMIT : spec->hop_limit);
    pkt_set_ip6(header, IPV6_SRC, spec->src);
    pkt_set_ip6(header, IPV6_DST, spec->dst);
    if (spec->next_header != 0)
        build->row[pkt_build_last(build)].fixed |= PKT_BUILD_NEXT;
}

void pkt_ipv6_finish(struct pkt_build *build, unsigned row)
{
    pkt_build_length(build, row, IPV6_PAYLOAD_LEN, 16, pkt_build_row_len(build, row) - IPV6_LEN);
    if (pkt_build_fills(build, row, PKT_BUILD_NEXT))
        pkt_set_u8(pkt_build_row_room(build, row), IPV6_NEXT, pkt_build_ip_protocol(build, row));
}

/* --- hop-by-hop options --- */

const struct pkt_build_automatic pkt_ipv6_options_automatic[] = {
    {PKT_BUILD_NEXT,          8, 0, PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_HEADER_LENGTH, 8, 8, PKT_BUILD_ANY_TYPE},
    {0,                       0, 0, 0                 },
};

void pkt_build_ipv6_hopopts(struct pkt_build *build)
{
    pkt_build_begin(build, PKT_PROTO_IP6_HOPOPTS, EXTENSION_HEAD);
}

void pkt_build_ipv6_option(struct pkt_build *build, uint8_t type, struct pkt_view data)
{
    bool single = type == PKT_IPV6_OPTION_PAD1;
    size_t len = single ? 1 : 2 + data.len;
    if ((single && data.len != 0) || data.len > UINT8_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room option = pkt_build_item(build, PKT_PROTO_IP6_HOPOPTS, len);
    if (build->count != 0 && pkt_build_header_len(build, pkt_build_last(build)) > EXTENSION_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    pkt_set_u8(option, 0, type);
    pkt_set_u8(option, 1, (uint8_t)data.len);
    pkt_set_bytes(option, 2, data.ptr, data.len);
}

void pkt_build_ipv6_router_alert(struct pkt_build *build, uint16_t value)
{
    uint8_t data[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    pkt_build_ipv6_option(build, PKT_IPV6_OPTION_ROUTER_ALERT, pkt_view_make(data, sizeof data));
}

/* Padding is one Pad1 or one PadN (RFC 8200 4.2). */
void pkt_ipv6_options_close(struct pkt_build *build, unsigned row)
{
    size_t odd = pkt_build_header_len(build, row) % EXTENSION_UNIT;
    size_t len = odd == 0 ? 0 : EXTENSION_UNIT - odd;
    struct pkt_room padding = pkt_build_more(build, len);
    if (len < 2)
        return;
    pkt_set_u8(padding, 0, PKT_IPV6_OPTION_PADN);
    pkt_set_u8(padding, 1, (uint8_t)(len - 2));
}

void pkt_ipv6_options_finish(struct pkt_build *build, unsigned row)
{
    struct pkt_room header = pkt_build_row_room(build, row);
    if (pkt_build_fills(build, row, PKT_BUILD_NEXT))
        pkt_set_u8(header, 0, pkt_build_ip_protocol(build, row));
    if (pkt_build_fills(build, row, PKT_BUILD_HEADER_LENGTH))
        pkt_set_u8(header, 1, (uint8_t)(pkt_build_header_len(build, row) / EXTENSION_UNIT - 1));
}
