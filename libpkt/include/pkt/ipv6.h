/*
 * IPv6 (RFC 8200) and its extension headers. Each extension header is a row of its own in the layer table.
 */
#ifndef PKT_IPV6_H
#define PKT_IPV6_H

#include "ipv4.h"
#include "list.h"
#include "packet.h"

PKT_BEGIN

/* The 40-byte header. */
struct pkt_ipv6 {
    struct pkt_view header;
};
PKT_API bool pkt_as_ipv6(const struct pkt_packet *packet, unsigned layer, struct pkt_ipv6 *ret_ipv6);
static inline unsigned pkt_ipv6_version(struct pkt_ipv6 ip)
{
    return pkt_u8(ip.header, 0) >> 4;
}
static inline uint8_t pkt_ipv6_traffic_class(struct pkt_ipv6 ip)
{
    return (uint8_t)(pkt_u16(ip.header, 0) >> 4);
}
static inline uint32_t pkt_ipv6_flow_label(struct pkt_ipv6 ip)
{
    return pkt_u32(ip.header, 0) & 0xfffff;
}
/* As the field says; 0 with a jumbo payload option. */
static inline uint16_t pkt_ipv6_payload_len(struct pkt_ipv6 ip)
{
    return pkt_u16(ip.header, 4);
}
static inline uint8_t pkt_ipv6_next_header(struct pkt_ipv6 ip)
{
    return pkt_u8(ip.header, 6);
}
static inline uint8_t pkt_ipv6_hop_limit(struct pkt_ipv6 ip)
{
    return pkt_u8(ip.header, 7);
}
static inline struct pkt_ip6 pkt_ipv6_src(struct pkt_ipv6 ip)
{
    return pkt_ip6_at(ip.header, 8);
}
static inline struct pkt_ip6 pkt_ipv6_dst(struct pkt_ipv6 ip)
{
    return pkt_ip6_at(ip.header, 24);
}
/*
 * The addresses of the pseudo-header for what layer number ip_layer carries: the source from a Home Address
 * option (RFC 6275 11.3.1), the destination from a routing header with segments left (RFC 8200 8.1; types 0,
 * 2 and 4). False when the destination is not known: a routing header of another type has segments left.
 */
PKT_API bool pkt_ipv6_pseudo_addresses(const struct pkt_packet *packet, unsigned ip_layer,
                                       struct pkt_ip6 *ret_src, struct pkt_ip6 *ret_dst);

enum pkt_ipv6_option_type {
    PKT_IPV6_OPTION_PAD1 = 0x00,
    PKT_IPV6_OPTION_PADN = 0x01,
    PKT_IPV6_OPTION_ROUTER_ALERT = 0x05,
    PKT_IPV6_OPTION_JUMBO = 0xc2,
    PKT_IPV6_OPTION_HOME_ADDRESS = 0xc9,
};

/* Any extension header whose first octet is the next header: hop-by-hop, routing, destination options, AH,
 * fragment. */
struct pkt_ipv6_extension {
    struct pkt_view header;
    uint8_t proto; /* enum pkt_proto of the row */
};
/* Rows IP6_HOPOPTS, IP6_ROUTING, IP6_FRAGMENT, IP6_DSTOPTS and AH. */
PKT_API bool pkt_as_ipv6_extension(const struct pkt_packet *packet, unsigned layer,
                                   struct pkt_ipv6_extension *ret_extension);
static inline uint8_t pkt_ipv6_extension_next(struct pkt_ipv6_extension x)
{
    return pkt_u8(x.header, 0);
}
/* The length octet as it stands: units of 8 bytes without the first 8 (AH: 4-byte units minus 2; fragment:
 * reserved). */
static inline uint8_t pkt_ipv6_extension_len_field(struct pkt_ipv6_extension x)
{
    return pkt_u8(x.header, 1);
}
/* Options of a hop-by-hop or destination options header. */
PKT_API void pkt_ipv6_options(struct pkt_ipv6_extension x, struct pkt_list *ret_list);
/* Whether the hop-by-hop header under layer number ip_layer has a Router Alert (RFC 2711), and its value. */
PKT_API bool pkt_ipv6_router_alert(const struct pkt_packet *packet, unsigned ip_layer, uint16_t *ret_value);

/* Fragment header (RFC 8200 4.5). */
static inline unsigned pkt_ipv6_fragment_offset(struct pkt_ipv6_extension x)
{
    return pkt_u16(x.header, 2) & 0xfff8U;
}
static inline bool pkt_ipv6_more_fragments(struct pkt_ipv6_extension x)
{
    return (pkt_u8(x.header, 3) & 1) != 0;
}
static inline uint32_t pkt_ipv6_fragment_id(struct pkt_ipv6_extension x)
{
    return pkt_u32(x.header, 4);
}

/* Routing header (RFC 8200 4.4). */
static inline uint8_t pkt_ipv6_routing_type(struct pkt_ipv6_extension x)
{
    return pkt_u8(x.header, 2);
}
static inline uint8_t pkt_ipv6_segments_left(struct pkt_ipv6_extension x)
{
    return pkt_u8(x.header, 3);
}

/* AH (RFC 4302) and ESP (RFC 4303): by name, security parameters index and sequence number. */
static inline uint32_t pkt_ah_spi(struct pkt_ipv6_extension x)
{
    return pkt_u32(x.header, 4);
}
static inline uint32_t pkt_ah_sequence(struct pkt_ipv6_extension x)
{
    return pkt_u32(x.header, 8);
}
struct pkt_esp {
    struct pkt_view header;
};
PKT_API bool pkt_as_esp(const struct pkt_packet *packet, unsigned layer, struct pkt_esp *ret_esp);
static inline uint32_t pkt_esp_spi(struct pkt_esp e)
{
    return pkt_u32(e.header, 0);
}
static inline uint32_t pkt_esp_sequence(struct pkt_esp e)
{
    return pkt_u32(e.header, 4);
}

/* --- building --- */

/* Zero is the default of each: see there. */
struct pkt_ipv6_spec {
    struct pkt_ip6 src;
    struct pkt_ip6 dst;
    uint8_t hop_limit; /* 0: 64 (RFC 8200 3 leaves it to the sender, RFC 1340 recommends 64) */
    uint8_t traffic_class;
    uint8_t next_header; /* 0: that of the next layer; 253 (RFC 3692) before a payload that has none */
    uint32_t flow_label; /* 20 bits */
};

/* Puts an IPv6 header. RANGE for a flow label of more than 20 bits. */
PKT_API void pkt_build_ipv6(struct pkt_build *build, const struct pkt_ipv6_spec *spec);

/* Puts a hop-by-hop options header, into which options go; it is padded to a multiple of 8 bytes. */
PKT_API void pkt_build_ipv6_hopopts(struct pkt_build *build);

/* Puts a destination options header; the same. */
PKT_API void pkt_build_ipv6_dstopts(struct pkt_build *build);

/*
 * Puts an option into the options header that was put last. Type 0, Pad1, is a single octet and has no data.
 * Where options want to start at certain offsets (RFC 8200 4.2), put pkt_build_ipv6_align before them; the
 * options that have functions of their own below do it themselves. RANGE beyond 255 bytes of data or 2,048 of
 * header, ORDER behind another layer.
 */
PKT_API void pkt_build_ipv6_option(struct pkt_build *build, uint8_t type, struct pkt_view data);

/*
 * Puts Pad1 or PadN, where it takes any, so that the next option starts at a multiple of unit plus rest bytes
 * from the header's first octet: RFC 8200 4.2 writes "4n+2" for unit 4, rest 2. unit is 1, 2, 4 or 8 and rest
 * less, else RANGE; ORDER behind another layer.
 */
PKT_API void pkt_build_ipv6_align(struct pkt_build *build, unsigned unit, unsigned rest);

/* Router Alert (RFC 2711): a packet of which routers should look inside; value 0 says MLD. */
PKT_API void pkt_build_ipv6_router_alert(struct pkt_build *build, uint16_t value);

/*
 * Jumbo Payload (RFC 2675 2), in a hop-by-hop header right behind its IPv6 header: the payload may then
 * exceed 65,535 bytes, and the payload length is 0 when it does. length 0 is filled by finish.
 */
PKT_API void pkt_build_ipv6_jumbo(struct pkt_build *build, uint32_t length);

/* Home Address (RFC 6275 6.3), in destination options: the source that checksums of what follows take. */
PKT_API void pkt_build_ipv6_home_address(struct pkt_build *build, struct pkt_ip6 address);

struct pkt_ipv6_routing_spec {
    uint8_t type; /* 0: source route (RFC 2460 4.4), 2: RFC 6275 6.4, 4: segments (RFC 8754), others */
    uint8_t segments_left; /* 0: in types 0 and 2 all addresses, in type 4 all but one, the destination; a
                              route that is used up is written by pkt_build_set_bits */
    uint8_t next_header;   /* 0: that of the next layer */
    uint32_t reserved; /* octets 4 to 7; in type 4 the first of them, the last entry, is filled if it is 0 */
};
/*
 * Puts a routing header, into which addresses and data go; it is padded with zeroes to a multiple of 8 bytes.
 * While segments are left, checksums of what follows take the final destination: in types 0 and 2 the last
 * address, in type 4 the first one (RFC 8200 8.1, RFC 8754 2).
 */
PKT_API void pkt_build_ipv6_routing(struct pkt_build *build, const struct pkt_ipv6_routing_spec *spec);

/* Puts an address into the routing header that was put last. RANGE beyond 2,048 bytes, ORDER elsewhere. */
PKT_API void pkt_build_ipv6_routing_address(struct pkt_build *build, struct pkt_ip6 address);

/* Puts other bytes into it: options of type 4, whatever another type has. The same. */
PKT_API void pkt_build_ipv6_routing_data(struct pkt_build *build, struct pkt_view data);

struct pkt_ipv6_fragment_spec {
    uint16_t offset; /* in bytes, a multiple of 8 */
    bool more_fragments;
    uint8_t next_header; /* 0: that of the next layer; behind the first fragment it has to be said */
    uint32_t id;
};
/* Puts a fragment header. RANGE for an offset that is no multiple of 8. pkt/fragment.h cuts packets. */
PKT_API void pkt_build_ipv6_fragment(struct pkt_build *build, const struct pkt_ipv6_fragment_spec *spec);

struct pkt_ah_spec {
    uint32_t spi; /* security parameters index */
    uint32_t sequence;
    uint8_t next_header; /* 0: that of the next layer */
    struct pkt_view icv; /* integrity check value; nothing here computes one */
};
/* Puts an authentication header, behind IPv4 or IPv6; padded with zeroes to a multiple of 4 or 8 (RFC 4302
 * 3.3.3.2.1). RANGE beyond 1,016 bytes of integrity check value. */
PKT_API void pkt_build_ah(struct pkt_build *build, const struct pkt_ah_spec *spec);

/* Puts the 8 bytes in front of what ESP encrypts; that, padding and integrity check value included, follows
 * as the caller's payload. */
PKT_API void pkt_build_esp(struct pkt_build *build, uint32_t spi, uint32_t sequence);

PKT_END

#endif
