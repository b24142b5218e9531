/*
 * Building routing and fragment headers (RFC 8200 4.4, 4.5), AH (RFC 4302) and ESP (RFC 4303);
 * ipv6_extension.c draws them.
 */
#include "build.h"
#include "pkt/ipv6.h"

enum {
    EXTENSION_UNIT = 8,
    ROUTING_LEN = 8,
    ROUTING_TYPE = 2,
    ROUTING_SEGMENTS = 3,
    ROUTING_RESERVED = 4, /* in type 4 the last entry (RFC 8754 2) */
    ROUTING_SOURCE = 0,
    ROUTING_MOBILE = 2,
    ROUTING_SEGMENT = 4,
    FRAGMENT_LEN = 8,
    FRAGMENT_OFF = 2,
    FRAGMENT_ID = 4,
    AH_LEN = 12,
    AH_MAX = (UINT8_MAX + 2) * 4,
    AH_LENGTH = 1,
    AH_SPI = 4,
    AH_SEQUENCE = 8,
    ESP_LEN = 8,
    ESP_SEQUENCE = 4,
};

/* The number of what follows, in the first octet of a header that was put just now. */
static void put_next(struct pkt_build *build, struct pkt_room header, uint8_t next_header)
{
    pkt_set_u8(header, 0, next_header);
    if (next_header != 0)
        build->row[pkt_build_last(build)].fixed |= PKT_BUILD_NEXT;
}

void pkt_build_extension(struct pkt_build *build, unsigned row)
{
    struct pkt_room header = pkt_build_row_room(build, row);
    if (pkt_build_fills(build, row, PKT_BUILD_NEXT))
        pkt_set_u8(header, 0, pkt_build_ip_protocol(build, row));
    if (pkt_build_fills(build, row, PKT_BUILD_HEADER_LENGTH))
        pkt_set_u8(header, 1, (uint8_t)(pkt_build_header_len(build, row) / EXTENSION_UNIT - 1));
}

/* --- routing --- */

/* The last entry says how long the list is. */
const struct pkt_build_automatic pkt_ipv6_routing_automatic[] = {
    {PKT_BUILD_NEXT,          8, 0,  PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_HEADER_LENGTH, 8, 8,  PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_COUNT,         8, 24, PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_LENGTH,        8, 32, ROUTING_SEGMENT   },
    {0,                       0, 0,  0                 },
};

void pkt_build_ipv6_routing(struct pkt_build *build, const struct pkt_ipv6_routing_spec *spec)
{
    static const struct pkt_ipv6_routing_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_IP6_ROUTING, ROUTING_LEN);
    struct pkt_build_row *row = &build->row[pkt_build_last(build)];
    put_next(build, header, spec->next_header);
    pkt_set_u8(header, ROUTING_TYPE, spec->type);
    pkt_set_u8(header, ROUTING_SEGMENTS, spec->segments_left);
    pkt_set_u32(header, ROUTING_RESERVED, spec->reserved);
    row->type = spec->type;
    row->fixed |= (uint8_t)((spec->segments_left != 0 ? PKT_BUILD_COUNT : 0) |
                            (spec->reserved >> 24 != 0 ? PKT_BUILD_LENGTH : 0));
}

static void check_routing_len(struct pkt_build *build)
{
    if (build->count != 0 && pkt_build_header_len(build, pkt_build_last(build)) > PKT_IPV6_EXTENSION_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
}

void pkt_build_ipv6_routing_address(struct pkt_build *build, struct pkt_ip6 address)
{
    pkt_set_ip6(pkt_build_item(build, PKT_PROTO_IP6_ROUTING, sizeof address.byte), 0, address);
    check_routing_len(build);
}

void pkt_build_ipv6_routing_data(struct pkt_build *build, struct pkt_view data)
{
    const struct pkt_build_row *row = &build->row[pkt_build_last(build)];
    if (build->count == 0 || row->proto != PKT_PROTO_IP6_ROUTING || row->closed)
        pkt_build_fail(build, PKT_BUILD_E_ORDER);
    pkt_set_bytes(pkt_build_more(build, data.len), 0, data.ptr, data.len);
    check_routing_len(build);
}

/*
 * Padding, and what follows from the addresses: checksums further in depend on the segments that are left,
 * and they are finished before this header is.
 */
void pkt_ipv6_routing_close(struct pkt_build *build, unsigned row)
{
    uint8_t type = build->row[row].type;
    unsigned count = build->row[row].item_count;
    bool is_list = type == ROUTING_SOURCE || type == ROUTING_MOBILE || type == ROUTING_SEGMENT;
    pkt_build_more(build, -pkt_build_header_len(build, row) % EXTENSION_UNIT);
    struct pkt_room header = pkt_build_row_room(build, row);
    if (!is_list || count == 0)
        return;
    if (pkt_build_fills(build, row, PKT_BUILD_COUNT))
        pkt_set_u8(header, ROUTING_SEGMENTS, (uint8_t)(type == ROUTING_SEGMENT ? count - 1 : count));
    if (type == ROUTING_SEGMENT && pkt_build_fills(build, row, PKT_BUILD_LENGTH))
        pkt_set_u8(header, ROUTING_RESERVED, (uint8_t)(count - 1));
}

void pkt_ipv6_routing_finish(struct pkt_build *build, unsigned row)
{
    pkt_build_extension(build, row);
}

/* --- fragment --- */

const struct pkt_build_automatic pkt_ipv6_fragment_automatic[] = {
    {PKT_BUILD_NEXT, 8, 0, PKT_BUILD_ANY_TYPE},
    {0,              0, 0, 0                 },
};

void pkt_build_ipv6_fragment(struct pkt_build *build, const struct pkt_ipv6_fragment_spec *spec)
{
    static const struct pkt_ipv6_fragment_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    if (spec->offset % 8 != 0)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_IP6_FRAGMENT, FRAGMENT_LEN);
    put_next(build, header, spec->next_header);
    pkt_set_u16(header, FRAGMENT_OFF, (uint16_t)(spec->offset | spec->more_fragments));
    pkt_set_u32(header, FRAGMENT_ID, spec->id);
}

void pkt_ipv6_fragment_finish(struct pkt_build *build, unsigned row)
{
    if (pkt_build_fills(build, row, PKT_BUILD_NEXT))
        pkt_set_u8(pkt_build_row_room(build, row), 0, pkt_build_ip_protocol(build, row));
}

/* --- AH and ESP --- */

const struct pkt_build_automatic pkt_ah_automatic[] = {
    {PKT_BUILD_NEXT,          8, 0, PKT_BUILD_ANY_TYPE},
    {PKT_BUILD_HEADER_LENGTH, 8, 8, PKT_BUILD_ANY_TYPE},
    {0,                       0, 0, 0                 },
};

void pkt_build_ah(struct pkt_build *build, const struct pkt_ah_spec *spec)
{
    static const struct pkt_ah_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    if (spec->icv.len > AH_MAX - AH_LEN)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_AH, AH_LEN + spec->icv.len);
    put_next(build, header, spec->next_header);
    pkt_set_u32(header, AH_SPI, spec->spi);
    pkt_set_u32(header, AH_SEQUENCE, spec->sequence);
    pkt_set_bytes(header, AH_LEN, spec->icv.ptr, spec->icv.len);
}

/* RFC 4302 3.3.3.2.1: a multiple of 8 bytes in IPv6, of 4 in IPv4. */
void pkt_ah_close(struct pkt_build *build, unsigned row)
{
    int network = pkt_build_network(build, row);
    size_t unit = network >= 0 && build->row[network].proto == PKT_PROTO_IPV6 ? 8 : 4;
    pkt_build_more(build, -pkt_build_header_len(build, row) % unit);
}

void pkt_ah_finish(struct pkt_build *build, unsigned row)
{
    struct pkt_room header = pkt_build_row_room(build, row);
    if (pkt_build_fills(build, row, PKT_BUILD_NEXT))
        pkt_set_u8(header, 0, pkt_build_ip_protocol(build, row));
    if (pkt_build_fills(build, row, PKT_BUILD_HEADER_LENGTH))
        pkt_set_u8(header, AH_LENGTH, (uint8_t)(pkt_build_header_len(build, row) / 4 - 2));
}

void pkt_build_esp(struct pkt_build *build, uint32_t spi, uint32_t sequence)
{
    struct pkt_room header = pkt_build_begin(build, PKT_PROTO_ESP, ESP_LEN);
    pkt_set_u32(header, 0, spi);
    pkt_set_u32(header, ESP_SEQUENCE, sequence);
}
