/*
 * IPv4 (RFC 791) and its options.
 */
#ifndef PKT_IPV4_H
#define PKT_IPV4_H

#include "build.h"
#include "list.h"

PKT_BEGIN

enum pkt_ip_protocol {
    PKT_IP_HOPOPTS = 0,
    PKT_IP_ICMP = 1,
    PKT_IP_IGMP = 2,
    PKT_IP_IPIP = 4,
    PKT_IP_TCP = 6,
    PKT_IP_UDP = 17,
    PKT_IP_IPV6 = 41,
    PKT_IP_ROUTING = 43,
    PKT_IP_FRAGMENT = 44,
    PKT_IP_GRE = 47,
    PKT_IP_ESP = 50,
    PKT_IP_AH = 51,
    PKT_IP_ICMP6 = 58,
    PKT_IP_NONE = 59,
    PKT_IP_DSTOPTS = 60,
    PKT_IP_MOBILITY = 135,
};

enum pkt_ipv4_option_type {
    PKT_IPV4_OPTION_END = 0,
    PKT_IPV4_OPTION_NOP = 1,
    PKT_IPV4_OPTION_SECURITY = 130,
    PKT_IPV4_OPTION_RECORD_ROUTE = 7,
    PKT_IPV4_OPTION_TIMESTAMP = 68,
    PKT_IPV4_OPTION_LOOSE_ROUTE = 131,
    PKT_IPV4_OPTION_STREAM_ID = 136,
    PKT_IPV4_OPTION_STRICT_ROUTE = 137,
    PKT_IPV4_OPTION_ROUTER_ALERT = 148,
};

/* The header, 20 to 60 bytes, options included. */
struct pkt_ipv4 {
    struct pkt_view header;
};
PKT_API bool pkt_as_ipv4(const struct pkt_packet *packet, unsigned layer, struct pkt_ipv4 *ret_ipv4);
static inline unsigned pkt_ipv4_version(struct pkt_ipv4 ip)
{
    return pkt_u8(ip.header, 0) >> 4;
}
/* Internet Header Length in bytes: 20 to 60. */
static inline unsigned pkt_ipv4_header_len(struct pkt_ipv4 ip)
{
    return (pkt_u8(ip.header, 0) & 0x0fU) * 4U;
}
/* Type of service: DSCP (6 bits) and ECN (2 bits). */
static inline uint8_t pkt_ipv4_tos(struct pkt_ipv4 ip)
{
    return pkt_u8(ip.header, 1);
}
/* As the field says; 0 in offloaded frames larger than 65,535 bytes. */
static inline uint16_t pkt_ipv4_total_len(struct pkt_ipv4 ip)
{
    return pkt_u16(ip.header, 2);
}
static inline uint16_t pkt_ipv4_id(struct pkt_ipv4 ip)
{
    return pkt_u16(ip.header, 4);
}
static inline bool pkt_ipv4_reserved_flag(struct pkt_ipv4 ip)
{
    return (pkt_u8(ip.header, 6) & 0x80) != 0;
}
static inline bool pkt_ipv4_dont_fragment(struct pkt_ipv4 ip)
{
    return (pkt_u8(ip.header, 6) & 0x40) != 0;
}
static inline bool pkt_ipv4_more_fragments(struct pkt_ipv4 ip)
{
    return (pkt_u8(ip.header, 6) & 0x20) != 0;
}
/* In bytes. */
static inline unsigned pkt_ipv4_fragment_offset(struct pkt_ipv4 ip)
{
    return (pkt_u16(ip.header, 6) & 0x1fffU) * 8U;
}
static inline bool pkt_ipv4_is_fragment(struct pkt_ipv4 ip)
{
    return (pkt_u16(ip.header, 6) & 0x3fff) != 0;
}
/* Time to live. */
static inline uint8_t pkt_ipv4_ttl(struct pkt_ipv4 ip)
{
    return pkt_u8(ip.header, 8);
}
static inline uint8_t pkt_ipv4_protocol(struct pkt_ipv4 ip)
{
    return pkt_u8(ip.header, 9);
}
static inline uint16_t pkt_ipv4_checksum(struct pkt_ipv4 ip)
{
    return pkt_u16(ip.header, 10);
}
static inline struct pkt_ip4 pkt_ipv4_src(struct pkt_ipv4 ip)
{
    return pkt_ip4_at(ip.header, 12);
}
static inline struct pkt_ip4 pkt_ipv4_dst(struct pkt_ipv4 ip)
{
    return pkt_ip4_at(ip.header, 16);
}
/* The final destination: the last address of a source route that is not yet used up (RFC 791 3.1), else the
 * destination. */
PKT_API struct pkt_ip4 pkt_ipv4_final_dst(struct pkt_ipv4 ip);
/* Starts a walk over the options. */
PKT_API void pkt_ipv4_options(struct pkt_ipv4 ip, struct pkt_list *ret_list);
/* Whether a Router Alert option stands in the header, and its value (RFC 2113). */
PKT_API bool pkt_ipv4_router_alert(struct pkt_ipv4 ip, uint16_t *ret_value);

/* --- building --- */

/* Zero is the default of each: see there. */
struct pkt_ipv4_spec {
    struct pkt_ip4 src;
    struct pkt_ip4 dst;
    uint8_t ttl;      /* time to live; 0: 64 (RFC 1340) */
    uint8_t tos;      /* type of service: DSCP and ECN */
    uint8_t protocol; /* 0: that of the next layer; 253 (RFC 3692) before a payload that has none */
    uint16_t id;      /* identification */
    bool dont_fragment;
    bool more_fragments;
    uint16_t fragment_offset; /* in bytes, a multiple of 8, below 65,536 */
};

/* Puts an IPv4 header. RANGE for a fragment offset that its field cannot hold. */
PKT_API void pkt_build_ipv4(struct pkt_build *build, const struct pkt_ipv4_spec *spec);

/*
 * Puts an option into the IPv4 header that was put last; finish pads the header to a multiple of 4 with End
 * of Option List. type 0 and 1 are single octets and have no data. RANGE beyond 40 bytes of options.
 */
PKT_API void pkt_build_ipv4_option(struct pkt_build *build, uint8_t type, struct pkt_view data);

/* Router Alert (RFC 2113): a packet of which routers should look inside; value is 0. */
PKT_API void pkt_build_ipv4_router_alert(struct pkt_build *build, uint16_t value);

PKT_END

#endif
