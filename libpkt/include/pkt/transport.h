/*
 * UDP (RFC 768), TCP (RFC 9293), GRE (RFC 2784, 2890) and VXLAN (RFC 7348).
 */
#ifndef PKT_TRANSPORT_H
#define PKT_TRANSPORT_H

#include "build.h"
#include "list.h"

PKT_BEGIN

enum { PKT_PORT_VXLAN = 4789 };

/* The 8-byte header. */
struct pkt_udp {
    struct pkt_view header;
};
PKT_API bool pkt_as_udp(const struct pkt_packet *packet, unsigned layer, struct pkt_udp *ret_udp);
static inline uint16_t pkt_udp_src(struct pkt_udp u)
{
    return pkt_u16(u.header, 0);
}
static inline uint16_t pkt_udp_dst(struct pkt_udp u)
{
    return pkt_u16(u.header, 2);
}
/* Header and data, as the field says. */
static inline uint16_t pkt_udp_len(struct pkt_udp u)
{
    return pkt_u16(u.header, 4);
}
static inline uint16_t pkt_udp_checksum(struct pkt_udp u)
{
    return pkt_u16(u.header, 6);
}

struct pkt_udp_spec {
    uint16_t src;     /* ports */
    uint16_t dst;     /* 0: 4789 before VXLAN */
    bool no_checksum; /* send 0: the sender computed none (RFC 768; over IPv6 only as RFC 6935 allows) */
};
/* Puts a UDP header. A checksum that computes to 0 is sent as 0xffff (RFC 768). */
PKT_API void pkt_build_udp(struct pkt_build *build, const struct pkt_udp_spec *spec);

enum pkt_tcp_flag {
    PKT_TCP_FIN = 0x001,
    PKT_TCP_SYN = 0x002,
    PKT_TCP_RST = 0x004,
    PKT_TCP_PSH = 0x008,
    PKT_TCP_ACK = 0x010,
    PKT_TCP_URG = 0x020,
    PKT_TCP_ECE = 0x040,
    PKT_TCP_CWR = 0x080,
    PKT_TCP_AE = 0x100, /* RFC 7560; formerly NS */
};

enum pkt_tcp_option_kind {
    PKT_TCP_OPTION_END = 0,
    PKT_TCP_OPTION_NOP = 1,
    PKT_TCP_OPTION_MSS = 2,
    PKT_TCP_OPTION_WINDOW_SCALE = 3,
    PKT_TCP_OPTION_SACK_PERMITTED = 4,
    PKT_TCP_OPTION_SACK = 5,
    PKT_TCP_OPTION_TIMESTAMPS = 8,
    PKT_TCP_OPTION_MD5 = 19,
    PKT_TCP_OPTION_USER_TIMEOUT = 28,
    PKT_TCP_OPTION_AUTHENTICATION = 29,
    PKT_TCP_OPTION_MPTCP = 30,
    PKT_TCP_OPTION_FAST_OPEN = 34,
    PKT_TCP_OPTION_EXPERIMENT_1 = 253,
    PKT_TCP_OPTION_EXPERIMENT_2 = 254,
};

/* The header, 20 to 60 bytes, options included. In a quotation it may be cut: then header holds what there
 * is, 8 bytes or more. */
struct pkt_tcp {
    struct pkt_view header;
};
PKT_API bool pkt_as_tcp(const struct pkt_packet *packet, unsigned layer, struct pkt_tcp *ret_tcp);
static inline uint16_t pkt_tcp_src(struct pkt_tcp t)
{
    return pkt_u16(t.header, 0);
}
static inline uint16_t pkt_tcp_dst(struct pkt_tcp t)
{
    return pkt_u16(t.header, 2);
}
static inline uint32_t pkt_tcp_sequence(struct pkt_tcp t)
{
    return pkt_u32(t.header, 4);
}
static inline uint32_t pkt_tcp_acknowledgment(struct pkt_tcp t)
{
    return pkt_u32(t.header, 8);
}
/* Data offset in bytes: 20 to 60. */
static inline unsigned pkt_tcp_header_len(struct pkt_tcp t)
{
    return (pkt_u8(t.header, 12) >> 4) * 4U;
}
/* enum pkt_tcp_flag, nine bits. */
static inline unsigned pkt_tcp_flags(struct pkt_tcp t)
{
    return pkt_u16(t.header, 12) & 0x1ffU;
}
static inline uint16_t pkt_tcp_window(struct pkt_tcp t)
{
    return pkt_u16(t.header, 14);
}
static inline uint16_t pkt_tcp_checksum(struct pkt_tcp t)
{
    return pkt_u16(t.header, 16);
}
static inline uint16_t pkt_tcp_urgent(struct pkt_tcp t)
{
    return pkt_u16(t.header, 18);
}
PKT_API void pkt_tcp_options(struct pkt_tcp t, struct pkt_list *ret_list);

struct pkt_tcp_spec {
    uint16_t src; /* ports */
    uint16_t dst;
    uint32_t sequence;
    uint32_t acknowledgment;
    uint16_t flags;  /* enum pkt_tcp_flag; 0: SYN */
    uint16_t window; /* 0: 65535; a window that is closed is written by pkt_build_set_bits */
    uint16_t urgent;
};
/* Puts a TCP header. RANGE for flags beyond nine bits. */
PKT_API void pkt_build_tcp(struct pkt_build *build, const struct pkt_tcp_spec *spec);

/*
 * Puts an option into the TCP header that was put last; the header is padded to a multiple of 4 with End of
 * Option List. kind 0 and 1 are single octets and have no data. RANGE beyond 40 bytes of options.
 */
PKT_API void pkt_build_tcp_option(struct pkt_build *build, uint8_t kind, struct pkt_view data);

/* Maximum segment size in bytes (RFC 9293 3.7.1). */
PKT_API void pkt_build_tcp_mss(struct pkt_build *build, uint16_t mss);
/* Window scale: a shift (RFC 7323 2.2). */
PKT_API void pkt_build_tcp_window_scale(struct pkt_build *build, uint8_t shift);
/* SACK permitted (RFC 2018 2). */
PKT_API void pkt_build_tcp_sack_permitted(struct pkt_build *build);
/* SACK (RFC 2018 3): left and right edges in turn; count of blocks at most 4. */
PKT_API void pkt_build_tcp_sack(struct pkt_build *build, const uint32_t *edges, unsigned block_count);
/* Timestamps (RFC 7323 3.2). */
PKT_API void pkt_build_tcp_timestamps(struct pkt_build *build, uint32_t value, uint32_t echo);

/* GRE: 4 bytes and the optional fields that its flags announce. */
struct pkt_gre {
    struct pkt_view header;
};
PKT_API bool pkt_as_gre(const struct pkt_packet *packet, unsigned layer, struct pkt_gre *ret_gre);
/* Flags and version: C 0x8000, R 0x4000, K 0x2000, S 0x1000, version 0x0007. */
static inline uint16_t pkt_gre_flags(struct pkt_gre g)
{
    return pkt_u16(g.header, 0);
}
static inline uint16_t pkt_gre_protocol(struct pkt_gre g)
{
    return pkt_u16(g.header, 2);
}
PKT_API bool pkt_gre_checksum(struct pkt_gre g, uint16_t *ret_checksum);
PKT_API bool pkt_gre_key(struct pkt_gre g, uint32_t *ret_key);
PKT_API bool pkt_gre_sequence(struct pkt_gre g, uint32_t *ret_sequence);

struct pkt_gre_spec {
    uint16_t protocol; /* EtherType; 0: that of the next layer */
    bool has_checksum, has_key, has_sequence;
    uint32_t key;
    uint32_t sequence;
};
/* Puts a GRE header of version 0 with the optional fields that the spec has. */
PKT_API void pkt_build_gre(struct pkt_build *build, const struct pkt_gre_spec *spec);

/* VXLAN: 8 bytes. */
struct pkt_vxlan {
    struct pkt_view header;
};
PKT_API bool pkt_as_vxlan(const struct pkt_packet *packet, unsigned layer, struct pkt_vxlan *ret_vxlan);
static inline uint16_t pkt_vxlan_flags(struct pkt_vxlan v)
{
    return pkt_u16(v.header, 0);
}
/* VXLAN network identifier. */
static inline uint32_t pkt_vxlan_vni(struct pkt_vxlan v)
{
    return pkt_u24(v.header, 4);
}

/* Puts a VXLAN header; vni has 24 bits, else RANGE. An Ethernet frame follows (RFC 7348 5). */
PKT_API void pkt_build_vxlan(struct pkt_build *build, uint32_t vni);

PKT_END

#endif
