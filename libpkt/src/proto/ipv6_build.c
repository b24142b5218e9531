/*
 * Building IPv6 headers, hop-by-hop and destination options (RFC 8200); ipv6.c draws them.
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
    OPTION_HEAD = 2, /* type, length */
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

bool pkt_build_is_jumbo(const struct pkt_build *build, unsigned network)
{
    unsigned options = network + 1;
    return options < build->count && build->row[options].proto == PKT_PROTO_IP6_HOPOPTS &&
           build->row[options].type == PKT_IPV6_OPTION_JUMBO;
}

/* A jumbo payload option whose length is 0 gets it (RFC 2675 2). */
static void fill_jumbo(struct pkt_build *build, unsigned options, size_t len)
{
    struct pkt_room header =
        pkt_room_sub(pkt_build_row_room(build, options), 0, pkt_build_header_len(build, options));
    struct pkt_ipv6_extension x = {pkt_room_view(header), PKT_PROTO_IP6_HOPOPTS};
    struct pkt_list list;
    struct pkt_option option;
    pkt_ipv6_options(x, &list);
    while (pkt_option_next(&list, &option))
        if (option.type == PKT_IPV6_OPTION_JUMBO && option.data.len == 4 && pkt_u32(option.data, 0) == 0)
            pkt_set_u32(header, EXTENSION_HEAD + option.off + OPTION_HEAD, (uint32_t)len);
}

static void fill_length(struct pkt_build *build, unsigned row)
{
    size_t len = pkt_build_row_len(build, row) - IPV6_LEN;
    bool is_jumbo = pkt_build_is_jumbo(build, row) && len <= UINT32_MAX;
    if (is_jumbo)
        fill_jumbo(build, row + 1, len);
    pkt_build_length(build, row, IPV6_PAYLOAD_LEN, 16, is_jumbo && len > UINT16_MAX ? 0 : len);
}

void pkt_ipv6_finish(struct pkt_build *build, unsigned row)
{
    fill_length(build, row);
    if (pkt_build_fills(build, row, PKT_BUILD_NEXT))
        pkt_set_u8(pkt_build_row_room(build, row), IPV6_NEXT, pkt_build_ip_protocol(build, row));
}

/* --- options --- */

const struct pkt_build_automatic pkt_ipv6_options_automatic[] = {
    {PKT_BUILD_NEXT,          8, 0, PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_HEADER_LENGTH, 8, 8, PKT_BUILD_ANY_TYPE},
    {0,                       0, 0, 0                 },
};

void pkt_build_ipv6_hopopts(struct pkt_build *build)
{
    pkt_build_begin(build, PKT_PROTO_IP6_HOPOPTS, EXTENSION_HEAD);
}

void pkt_build_ipv6_dstopts(struct pkt_build *build)
{
    pkt_build_begin(build, PKT_PROTO_IP6_DSTOPTS, EXTENSION_HEAD);
}

/* An item of the options header under way, whichever of the two it is. */
static struct pkt_room option_room(struct pkt_build *build, size_t len)
{
    bool is_dst = build->count != 0 && build->row[pkt_build_last(build)].proto == PKT_PROTO_IP6_DSTOPTS;
    struct pkt_room room = pkt_build_item(build, is_dst ? PKT_PROTO_IP6_DSTOPTS : PKT_PROTO_IP6_HOPOPTS, len);
    if (build->count != 0 && pkt_build_header_len(build, pkt_build_last(build)) > PKT_IPV6_EXTENSION_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    return room;
}

void pkt_build_ipv6_option(struct pkt_build *build, uint8_t type, struct pkt_view data)
{
    bool single = type == PKT_IPV6_OPTION_PAD1;
    if ((single && data.len != 0) || data.len > UINT8_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room option = option_room(build, single ? 1 : OPTION_HEAD + data.len);
    pkt_set_u8(option, 0, type);
    pkt_set_u8(option, 1, (uint8_t)data.len);
    pkt_set_bytes(option, OPTION_HEAD, data.ptr, data.len);
    if (build->count != 0 && type == PKT_IPV6_OPTION_JUMBO)
        build->row[pkt_build_last(build)].type = type;
}

/* One Pad1 or one PadN (RFC 8200 4.2). */
static void fill_padding(struct pkt_room padding)
{
    if (padding.len < OPTION_HEAD)
        return;
    pkt_set_u8(padding, 0, PKT_IPV6_OPTION_PADN);
    pkt_set_u8(padding, 1, (uint8_t)(padding.len - OPTION_HEAD));
}

void pkt_build_ipv6_align(struct pkt_build *build, unsigned unit, unsigned rest)
{
    if (unit == 0 || unit > EXTENSION_UNIT || (unit & (unit - 1)) != 0 || rest >= unit) {
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
        return;
    }
    size_t len = build->count == 0 ? 0 : pkt_build_header_len(build, pkt_build_last(build));
    size_t padding = (rest - len) & (unit - 1);
    if (padding != 0)
        fill_padding(option_room(build, padding));
}

void pkt_build_ipv6_router_alert(struct pkt_build *build, uint16_t value)
{
    uint8_t data[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    pkt_build_ipv6_align(build, 2, 0);
    pkt_build_ipv6_option(build, PKT_IPV6_OPTION_ROUTER_ALERT, pkt_view_make(data, sizeof data));
}

void pkt_build_ipv6_jumbo(struct pkt_build *build, uint32_t length)
{
    uint8_t data[4];
    pkt_set_u32(pkt_room_make(data, sizeof data), 0, length);
    pkt_build_ipv6_align(build, 4, 2);
    pkt_build_ipv6_option(build, PKT_IPV6_OPTION_JUMBO, pkt_view_make(data, sizeof data));
}

void pkt_build_ipv6_home_address(struct pkt_build *build, struct pkt_ip6 address)
{
    pkt_build_ipv6_align(build, 8, 6);
    pkt_build_ipv6_option(build, PKT_IPV6_OPTION_HOME_ADDRESS,
                          pkt_view_make(address.byte, sizeof address.byte));
}

void pkt_ipv6_options_close(struct pkt_build *build, unsigned row)
{
    fill_padding(pkt_build_more(build, -pkt_build_header_len(build, row) % EXTENSION_UNIT));
}

void pkt_ipv6_options_finish(struct pkt_build *build, unsigned row)
{
    pkt_build_extension(build, row);
}
