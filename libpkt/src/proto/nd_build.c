/*
 * Building neighbour discovery (RFC 4861) and its options (RFC 4191, 8106); nd.c has its rules, nd_options.c
 * draws the options.
 */
#include "pkt/nd_build.h"
#include "icmp_build.h"

enum {
    ND_HOP_LIMIT = 255,
    ROUTER_LEN = 16,
    ROUTER_HOP_LIMIT = 4,
    ROUTER_FLAGS = 5,
    ROUTER_LIFETIME = 6,
    ROUTER_LIFETIME_S = 1800,
    ROUTER_REACHABLE = 8,
    ROUTER_RETRANSMIT = 12,
    NEIGHBOUR_LEN = 24,
    NEIGHBOUR_FLAGS = 4,
    ND_TARGET = 8,
    REDIRECT_DESTINATION = 24,
    REDIRECT_LEN = 40,
};

enum {
    OPTION_UNIT = 8,
    OPTION_UNITS_MAX = 255,
    OPTION_HEAD = 2,
    OPTION_BODY = 8, /* of those whose first unit is all head */
    OPTION_LIFETIME = 4,
    PREFIX_OPTION_LEN = 32,
    PREFIX_LEN = 2,
    PREFIX_FLAGS = 3,
    PREFIX_VALID = 4,
    PREFIX_PREFERRED = 8,
    PREFIX_PREFIX = 16,
    MTU_MTU = 4,
    ROUTE_PREFERENCE = 3,
    ROUTE_PREFERENCE_SHIFT = 3,
    ROUTE_BITS_MAX = 128,
    SERVER_LEN = 16,
    LABEL_MAX = 63,
    NAME_MAX_LEN = 255,
};

struct pkt_ipv6_spec pkt_nd_ipv6(uint8_t type, struct pkt_ip6 src, struct pkt_ip6 target)
{
    static const struct pkt_ip6 all_nodes =
                                    {
                                        {0xff, 2, [15] = 1}
    },
                                all_routers = {{0xff, 2, [15] = 2}};
    struct pkt_ipv6_spec spec = {.src = src, .dst = all_nodes, .hop_limit = ND_HOP_LIMIT};
    if (type == PKT_ICMP6_ROUTER_SOLICITATION)
        spec.dst = all_routers;
    else if (type == PKT_ICMP6_NEIGHBOUR_SOLICITATION)
        spec.dst = pkt_ip6_solicited_node(target);
    else if (type == PKT_ICMP6_REDIRECT)
        spec.dst = target;
    return spec;
}

static struct pkt_room put(struct pkt_build *build, uint8_t type, size_t len)
{
    return pkt_build_icmp_message(build, PKT_PROTO_ICMP6, type, 0, len);
}

void pkt_build_nd_router_solicitation(struct pkt_build *build)
{
    put(build, PKT_ICMP6_ROUTER_SOLICITATION, ICMP_BODY);
}

void pkt_build_nd_router_advertisement(struct pkt_build *build, const struct pkt_nd_router_spec *spec)
{
    static const struct pkt_nd_router_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    uint16_t lifetime = spec->lifetime_s == 0 ? ROUTER_LIFETIME_S : spec->lifetime_s;
    struct pkt_room message = put(build, PKT_ICMP6_ROUTER_ADVERTISEMENT, ROUTER_LEN);
    pkt_set_u8(message, ROUTER_HOP_LIMIT, spec->hop_limit);
    pkt_set_u8(message, ROUTER_FLAGS, spec->flags);
    pkt_set_u16(message, ROUTER_LIFETIME, spec->no_default ? 0 : lifetime);
    pkt_set_u32(message, ROUTER_REACHABLE, spec->reachable_ms);
    pkt_set_u32(message, ROUTER_RETRANSMIT, spec->retransmit_ms);
}

void pkt_build_nd_neighbour_solicitation(struct pkt_build *build, struct pkt_ip6 target)
{
    pkt_set_ip6(put(build, PKT_ICMP6_NEIGHBOUR_SOLICITATION, NEIGHBOUR_LEN), ND_TARGET, target);
}

void pkt_build_nd_neighbour_advertisement(struct pkt_build *build, const struct pkt_nd_neighbour_spec *spec)
{
    static const struct pkt_nd_neighbour_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room message = put(build, PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT, NEIGHBOUR_LEN);
    pkt_set_u8(message, NEIGHBOUR_FLAGS, spec->flags);
    pkt_set_ip6(message, ND_TARGET, spec->target);
}

void pkt_build_nd_redirect(struct pkt_build *build, struct pkt_ip6 target, struct pkt_ip6 destination)
{
    struct pkt_room message = put(build, PKT_ICMP6_REDIRECT, REDIRECT_LEN);
    pkt_set_ip6(message, ND_TARGET, target);
    pkt_set_ip6(message, REDIRECT_DESTINATION, destination);
}

/* --- options --- */

static bool is_nd(const struct pkt_build_row *row)
{
    return row->proto == PKT_PROTO_ICMP6 && row->type >= PKT_ICMP6_ROUTER_SOLICITATION &&
           row->type <= PKT_ICMP6_REDIRECT;
}

/* Puts an option of len bytes and gives its room, type and length written. */
static struct pkt_room put_option(struct pkt_build *build, uint8_t type, size_t len)
{
    if (build->count == 0 || !is_nd(&build->row[pkt_build_last(build)]))
        pkt_build_fail(build, PKT_BUILD_E_ORDER);
    if (len == 0 || len % OPTION_UNIT != 0 || len / OPTION_UNIT > OPTION_UNITS_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room option = pkt_build_item(build, PKT_PROTO_ICMP6, len);
    pkt_set_u8(option, 0, type);
    pkt_set_u8(option, 1, (uint8_t)(len / OPTION_UNIT));
    return option;
}

static size_t to_units(size_t len)
{
    return (len + OPTION_UNIT - 1) / OPTION_UNIT * OPTION_UNIT;
}

/* Puts an option whose data starts at off. */
static void put_data(struct pkt_build *build, uint8_t type, size_t off, struct pkt_view data, bool padded)
{
    size_t len = off + data.len;
    struct pkt_room option = put_option(build, type, padded ? to_units(len) : len);
    pkt_set_bytes(option, off, data.ptr, data.len);
}

void pkt_build_nd_option(struct pkt_build *build, uint8_t type, struct pkt_view data)
{
    put_data(build, type, OPTION_HEAD, data, false);
}

void pkt_build_nd_link_address(struct pkt_build *build, uint8_t type, struct pkt_view address)
{
    put_data(build, type, OPTION_HEAD, address, true);
}

void pkt_build_nd_prefix(struct pkt_build *build, const struct pkt_nd_prefix *prefix)
{
    struct pkt_room option = put_option(build, PKT_ND_OPTION_PREFIX, PREFIX_OPTION_LEN);
    pkt_set_u8(option, PREFIX_LEN, prefix->len);
    pkt_set_u8(option, PREFIX_FLAGS, prefix->flags);
    pkt_set_u32(option, PREFIX_VALID, prefix->valid);
    pkt_set_u32(option, PREFIX_PREFERRED, prefix->preferred);
    pkt_set_ip6(option, PREFIX_PREFIX, prefix->prefix);
}

void pkt_build_nd_redirected(struct pkt_build *build, struct pkt_view packet)
{
    put_data(build, PKT_ND_OPTION_REDIRECTED, OPTION_BODY, packet, true);
}

void pkt_build_nd_mtu(struct pkt_build *build, uint32_t mtu)
{
    pkt_set_u32(put_option(build, PKT_ND_OPTION_MTU, OPTION_UNIT), MTU_MTU, mtu);
}

void pkt_build_nd_nonce(struct pkt_build *build, struct pkt_view nonce)
{
    put_data(build, PKT_ND_OPTION_NONCE, OPTION_HEAD, nonce, false);
}

/* Bytes of prefix that the option must hold. */
static size_t route_size(const struct pkt_nd_route *route)
{
    size_t least = route->len == 0 ? 0 : route->len <= 64 ? 8 : 16;
    return route->size > least ? route->size : least;
}

void pkt_build_nd_route(struct pkt_build *build, const struct pkt_nd_route *route)
{
    size_t size = route_size(route);
    if (route->len > ROUTE_BITS_MAX || size > sizeof route->prefix.byte || route->preference < -2 ||
        route->preference > 1)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room option = put_option(build, PKT_ND_OPTION_ROUTE, OPTION_BODY + size);
    pkt_set_u8(option, PREFIX_LEN, route->len);
    pkt_set_u8(option, ROUTE_PREFERENCE,
               (uint8_t)(((unsigned)route->preference & 3U) << ROUTE_PREFERENCE_SHIFT));
    pkt_set_u32(option, OPTION_LIFETIME, route->lifetime);
    pkt_set_bytes(option, OPTION_BODY, route->prefix.byte, size);
}

void pkt_build_nd_rdnss(struct pkt_build *build, uint32_t lifetime_s, const struct pkt_ip6 *servers,
                        size_t count)
{
    if (count == 0)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room option = put_option(build, PKT_ND_OPTION_RDNSS, OPTION_BODY + count * SERVER_LEN);
    pkt_set_u32(option, OPTION_LIFETIME, lifetime_s);
    pkt_set_bytes(option, OPTION_BODY, servers, count * SERVER_LEN);
}

/* Length of the label at text. */
static size_t label_len(const char *text)
{
    const char *dot = strchr(text, '.');
    return dot == NULL ? strlen(text) : (size_t)(dot - text);
}

/*
 * Encodes one name at off of option: labels, each behind its length, and the root (RFC 1035 3.1). Its length
 * on the wire; 0 when it is none. An empty room only measures.
 */
static size_t encode_name(struct pkt_room option, size_t off, const char *name)
{
    size_t start = off;
    do {
        size_t len = label_len(name);
        if (len == 0 || len > LABEL_MAX)
            return 0;
        pkt_set_u8(option, off, (uint8_t)len);
        pkt_set_bytes(option, off + 1, name, len);
        off += 1 + len;
        name += name[len] == '.' ? len + 1 : len;
    } while (*name != '\0');
    pkt_set_u8(option, off, 0);
    return off + 1 - start;
}

void pkt_build_nd_dnssl(struct pkt_build *build, uint32_t lifetime_s, const char *const *names, size_t count)
{
    size_t len = OPTION_BODY;
    for (size_t i = 0; i < count; i++) {
        size_t name_len = encode_name((struct pkt_room){NULL, 0}, 0, names[i]);
        if (name_len == 0 || name_len > NAME_MAX_LEN)
            pkt_build_fail(build, PKT_BUILD_E_RANGE);
        len += name_len;
    }
    if (count == 0)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room option = put_option(build, PKT_ND_OPTION_DNSSL, to_units(len));
    pkt_set_u32(option, OPTION_LIFETIME, lifetime_s);
    for (size_t i = 0, off = OPTION_BODY; i < count && option.len != 0; i++)
        off += encode_name(option, off, names[i]);
}
