/*
 * Options of neighbour discovery (RFC 4861 4.6): readers that check the length that a type must have
 *
 *     type 1 | length 1, in units of 8 bytes | ...
 *
 *     prefix:      ... prefix length 1 | flags 1 | valid 4 | preferred 4 | reserved 4 | prefix 16
 *     redirected:  ... reserved 6 | packet
 *     MTU:         ... reserved 2 | MTU 4
 *     route:       ... prefix length 1 | preference 2 bits at 0x18 | lifetime 4 | prefix 0, 8 or 16
 *     servers:     ... reserved 2 | lifetime 4 | addresses of 16
 *     search list: ... reserved 2 | lifetime 4 | names, padded with zeroes
 */
#include "nd_options.h"

enum {
    OPTION_UNIT = 8,
    OPTION_BODY = 8, /* behind the first unit */
    OPTION_LIFETIME = 4,
    PREFIX_LEN = 2,
    PREFIX_FLAGS = 3,
    PREFIX_VALID = 4,
    PREFIX_PREFERRED = 8,
    PREFIX_PREFIX = 16,
    ROUTE_FLAGS = 3,
    LABEL_MAX = 63,
};

/* Lengths in units: at least, at most, and in which steps. */
static const struct {
    uint8_t type, min, max, step;
} lengths[] = {
    {PKT_ND_OPTION_SOURCE_LLA, 1, 255, 1},
    {PKT_ND_OPTION_TARGET_LLA, 1, 255, 1},
    {PKT_ND_OPTION_PREFIX,     4, 4,   1},
    {PKT_ND_OPTION_REDIRECTED, 1, 255, 1},
    {PKT_ND_OPTION_MTU,        1, 1,   1},
    {PKT_ND_OPTION_NONCE,      1, 255, 1},
    {PKT_ND_OPTION_ROUTE,      1, 3,   1},
    {PKT_ND_OPTION_RDNSS,      3, 255, 2}, /* RFC 8106 5.1: an odd number, 3 or more */
    {PKT_ND_OPTION_DNSSL,      2, 255, 1},
};

/* Route information has as many bytes as its prefix needs, or more (RFC 4191 2.3). */
static unsigned route_units(const struct pkt_option *option)
{
    uint8_t bits = pkt_u8(option->bytes, PREFIX_LEN);
    return bits == 0 ? 1 : bits <= 64 ? 2 : 3;
}

bool pkt_nd_option_fits(const struct pkt_option *option, uint32_t *ret_need)
{
    unsigned units = (unsigned)(option->bytes.len / OPTION_UNIT);
    for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        if (lengths[i].type != option->type)
            continue;
        unsigned min = option->type == PKT_ND_OPTION_ROUTE ? route_units(option) : lengths[i].min;
        *ret_need = min * OPTION_UNIT;
        return units >= min && units <= lengths[i].max && (units - min) % lengths[i].step == 0;
    }
    return true;
}

static bool is_sound(const struct pkt_option *option, uint8_t type)
{
    uint32_t need;
    return option->type == type && pkt_nd_option_fits(option, &need);
}

bool pkt_nd_link_address(const struct pkt_option *option, struct pkt_view *ret_address)
{
    if (!is_sound(option, PKT_ND_OPTION_SOURCE_LLA) && !is_sound(option, PKT_ND_OPTION_TARGET_LLA))
        return false;
    *ret_address = option->data;
    return true;
}

bool pkt_nd_prefix(const struct pkt_option *option, struct pkt_nd_prefix *ret_prefix)
{
    if (!is_sound(option, PKT_ND_OPTION_PREFIX))
        return false;
    ret_prefix->len = pkt_u8(option->bytes, PREFIX_LEN);
    ret_prefix->flags = pkt_u8(option->bytes, PREFIX_FLAGS);
    ret_prefix->valid = pkt_u32(option->bytes, PREFIX_VALID);
    ret_prefix->preferred = pkt_u32(option->bytes, PREFIX_PREFERRED);
    ret_prefix->prefix = pkt_ip6_at(option->bytes, PREFIX_PREFIX);
    return true;
}

bool pkt_nd_redirected(const struct pkt_option *option, struct pkt_view *ret_packet)
{
    if (!is_sound(option, PKT_ND_OPTION_REDIRECTED))
        return false;
    *ret_packet = pkt_view_from(option->bytes, OPTION_BODY);
    return true;
}

bool pkt_nd_mtu(const struct pkt_option *option, uint32_t *ret_mtu)
{
    if (!is_sound(option, PKT_ND_OPTION_MTU))
        return false;
    *ret_mtu = pkt_u32(option->bytes, 4);
    return true;
}

bool pkt_nd_nonce(const struct pkt_option *option, struct pkt_view *ret_nonce)
{
    if (!is_sound(option, PKT_ND_OPTION_NONCE))
        return false;
    *ret_nonce = option->data;
    return true;
}

/* Two bits, a signed number (RFC 4191 2.1). */
static int8_t preference_of(uint8_t flags)
{
    static const int8_t values[] = {0, 1, -2, -1};
    return values[flags >> 3 & 3];
}

bool pkt_nd_route(const struct pkt_option *option, struct pkt_nd_route *ret_route)
{
    if (!is_sound(option, PKT_ND_OPTION_ROUTE))
        return false;
    struct pkt_view prefix = pkt_view_clip(option->bytes, OPTION_BODY, sizeof ret_route->prefix.byte);
    *ret_route = (struct pkt_nd_route){
        .len = pkt_u8(option->bytes, PREFIX_LEN),
        .preference = preference_of(pkt_u8(option->bytes, ROUTE_FLAGS)),
        .lifetime = pkt_u32(option->bytes, OPTION_LIFETIME),
        .size = (uint8_t)prefix.len,
    };
    pkt_copy(prefix, 0, ret_route->prefix.byte, prefix.len);
    return true;
}

bool pkt_nd_rdnss(const struct pkt_option *option, uint32_t *ret_lifetime, struct pkt_view *ret_servers)
{
    if (!is_sound(option, PKT_ND_OPTION_RDNSS))
        return false;
    *ret_lifetime = pkt_u32(option->bytes, OPTION_LIFETIME);
    *ret_servers = pkt_view_from(option->bytes, OPTION_BODY);
    return true;
}

bool pkt_nd_dnssl(const struct pkt_option *option, uint32_t *ret_lifetime, struct pkt_cursor *ret_names)
{
    if (!is_sound(option, PKT_ND_OPTION_DNSSL))
        return false;
    *ret_lifetime = pkt_u32(option->bytes, OPTION_LIFETIME);
    *ret_names = pkt_cursor_make(pkt_view_from(option->bytes, OPTION_BODY));
    return true;
}

bool pkt_nd_label_next(struct pkt_cursor *labels, struct pkt_view *ret_label)
{
    if (pkt_cursor_left(labels) == 0)
        return false;
    uint8_t len = pkt_cursor_u8(labels);
    if (len == 0 || len > LABEL_MAX)
        labels->failed = true;
    *ret_label = pkt_cursor_take(labels, len);
    return !labels->failed;
}

bool pkt_nd_name_next(struct pkt_cursor *names, struct pkt_view *ret_labels)
{
    size_t start = names->off;
    struct pkt_view label;
    /* A zero octet where a name should start is the padding (RFC 8106 5.2). */
    if (pkt_cursor_left(names) == 0 || pkt_u8(names->view, start) == 0)
        return false;
    while (pkt_cursor_left(names) > 0 && pkt_u8(names->view, names->off) != 0)
        if (!pkt_nd_label_next(names, &label))
            return false;
    *ret_labels = pkt_view_clip(names->view, start, names->off - start);
    (void)pkt_cursor_u8(names); /* the root ends the name: without it the option ended inside */
    return !names->failed;
}
