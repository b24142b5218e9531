/*
 * Link layers: Ethernet, VLAN tags, LLC/SNAP, BSD loopback, Linux cooked captures, PPP, ARP.
 */
#ifndef PKT_LINK_H
#define PKT_LINK_H

#include "build.h"

PKT_BEGIN

enum pkt_ethertype {
    PKT_ETHERTYPE_IPV4 = 0x0800,
    PKT_ETHERTYPE_ARP = 0x0806,
    PKT_ETHERTYPE_TEB = 0x6558, /* transparent Ethernet bridging, in GRE */
    PKT_ETHERTYPE_RARP = 0x8035,
    PKT_ETHERTYPE_VLAN = 0x8100,
    PKT_ETHERTYPE_IPV6 = 0x86dd,
    PKT_ETHERTYPE_PPP = 0x880b,
    PKT_ETHERTYPE_QINQ = 0x88a8,
    PKT_ETHERTYPE_QINQ_OLD = 0x9100,
};

/* The largest value of a type field that is a length; EtherTypes start at 1536, between lies neither (IEEE
 * 802.3 3.2.6). */
enum { PKT_8023_LENGTH_MAX = 1500 };

/* Ethernet: 14 bytes (IEEE 802.3 3.1.1). */
struct pkt_ethernet {
    struct pkt_view header;
};
PKT_API bool pkt_as_ethernet(const struct pkt_packet *packet, unsigned layer,
                             struct pkt_ethernet *ret_ethernet);
static inline struct pkt_mac pkt_ethernet_dst(struct pkt_ethernet e)
{
    return pkt_mac_at(e.header, 0);
}
static inline struct pkt_mac pkt_ethernet_src(struct pkt_ethernet e)
{
    return pkt_mac_at(e.header, 6);
}
/* EtherType, or an 802.3 length up to 1500. */
static inline uint16_t pkt_ethernet_type(struct pkt_ethernet e)
{
    return pkt_u16(e.header, 12);
}
/* Whether the type field is a length and LLC follows (IEEE 802.3 3.2.6). */
static inline bool pkt_ethernet_is_8023(struct pkt_ethernet e)
{
    return pkt_ethernet_type(e) <= PKT_8023_LENGTH_MAX;
}

struct pkt_ethernet_spec {
    struct pkt_mac dst;
    struct pkt_mac src;
    uint16_t
        type; /* 0: that of the next layer, a length before LLC; 0x88b5 (IEEE 802 9.2.4) before a payload */
};
/* Puts an Ethernet header. */
PKT_API void pkt_build_ethernet(struct pkt_build *build, const struct pkt_ethernet_spec *spec);

/* One VLAN tag: the 4 bytes behind the TPID (IEEE 802.1Q 9.6). The row's off is that of the tag control
 * information. */
struct pkt_vlan {
    struct pkt_view header;
    uint16_t tpid; /* of this tag: 0x8100, 0x88a8 or 0x9100 */
};
PKT_API bool pkt_as_vlan(const struct pkt_packet *packet, unsigned layer, struct pkt_vlan *ret_vlan);
static inline uint16_t pkt_vlan_tci(struct pkt_vlan v)
{
    return pkt_u16(v.header, 0);
}
static inline unsigned pkt_vlan_priority(struct pkt_vlan v)
{
    return pkt_vlan_tci(v) >> 13;
}
static inline bool pkt_vlan_dei(struct pkt_vlan v)
{
    return (pkt_vlan_tci(v) & 0x1000) != 0;
}
/* 0: a priority tag. */
static inline unsigned pkt_vlan_id(struct pkt_vlan v)
{
    return pkt_vlan_tci(v) & 0x0fff;
}
/* EtherType of what follows, or an 802.3 length. */
static inline uint16_t pkt_vlan_type(struct pkt_vlan v)
{
    return pkt_u16(v.header, 2);
}

struct pkt_vlan_spec {
    uint16_t
        tpid;    /* written as the type of the layer before; 0: 0x8100 (0x88a8: service tag, IEEE 802.1ad) */
    uint16_t id; /* below 4096 */
    uint8_t priority; /* below 8 */
    bool dei;         /* drop eligible */
    uint16_t type;    /* 0: that of the next layer, a length before LLC */
};
/* Puts a VLAN tag behind a header that ends with an EtherType: Ethernet, another tag, SNAP, a cooked
 * capture's, GRE. RANGE, and ORDER behind anything else. */
PKT_API void pkt_build_vlan(struct pkt_build *build, const struct pkt_vlan_spec *spec);

/* IEEE 802.2 LLC: 3 or 4 bytes, and 5 more with SNAP (RFC 1042). */
struct pkt_llc {
    struct pkt_view header;
};
PKT_API bool pkt_as_llc(const struct pkt_packet *packet, unsigned layer, struct pkt_llc *ret_llc);
static inline uint8_t pkt_llc_dsap(struct pkt_llc l)
{
    return pkt_u8(l.header, 0);
}
static inline uint8_t pkt_llc_ssap(struct pkt_llc l)
{
    return pkt_u8(l.header, 1);
}
/* One octet for U frames (low two bits set), two for I and S frames: then in wire order. */
static inline uint16_t pkt_llc_control(struct pkt_llc l)
{
    return (pkt_u8(l.header, 2) & 3) == 3 ? pkt_u8(l.header, 2) : pkt_u16(l.header, 2);
}
static inline bool pkt_llc_is_snap(struct pkt_llc l)
{
    return pkt_llc_dsap(l) == 0xaa && pkt_llc_ssap(l) == 0xaa && pkt_u8(l.header, 2) == 3 &&
           l.header.len >= 8;
}
/* Organisation code of SNAP; 0: an EtherType follows. */
static inline uint32_t pkt_llc_oui(struct pkt_llc l)
{
    return pkt_u24(l.header, 3);
}
static inline uint16_t pkt_llc_protocol(struct pkt_llc l)
{
    return pkt_u16(l.header, 6);
}

struct pkt_llc_spec {
    uint8_t dsap;      /* service access points, destination and source; */
    uint8_t ssap;      /* both 0, and control 0: SNAP (aa, aa, 03) */
    uint16_t control;  /* 0: 3, unnumbered information; one octet for U frames, else two in wire order */
    uint32_t oui;      /* SNAP: organisation code, 24 bits */
    uint16_t protocol; /* SNAP: 0: the EtherType of the next layer */
};
/* Puts an LLC header, whose Ethernet or VLAN header gets a length as its type. RANGE for values that do not
 * fit, and beyond 1,500 bytes of frame. */
PKT_API void pkt_build_llc(struct pkt_build *build, const struct pkt_llc_spec *spec);

/* BSD loopback: 4 bytes of address family. */
struct pkt_null {
    struct pkt_view header;
};
PKT_API bool pkt_as_null(const struct pkt_packet *packet, unsigned layer, struct pkt_null *ret_null);
/* The family, whichever byte order the writer had: values below 65536 are taken as they make sense. */
PKT_API uint32_t pkt_null_family(struct pkt_null n);

struct pkt_null_spec {
    uint32_t family; /* 0: that of the next layer: 2, or 30 for IPv6 as Darwin has it */
    bool loop;       /* in network byte order, as PKT_LINKTYPE_LOOP says; else as little-endian hosts do */
};
/* Puts a loopback header. */
PKT_API void pkt_build_null(struct pkt_build *build, const struct pkt_null_spec *spec);

/* Linux cooked captures: 16 bytes (SLL) and 20 bytes (SLL2). */
struct pkt_sll {
    struct pkt_view header;
    bool v2;
};
PKT_API bool pkt_as_sll(const struct pkt_packet *packet, unsigned layer, struct pkt_sll *ret_sll);
/* 0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 sent by us. */
static inline unsigned pkt_sll_packet_type(struct pkt_sll s)
{
    return s.v2 ? pkt_u8(s.header, 10) : pkt_u16(s.header, 0);
}
/* ARPHRD_ type of the device. */
static inline uint16_t pkt_sll_hardware_type(struct pkt_sll s)
{
    return pkt_u16(s.header, s.v2 ? 8 : 2);
}
/* Length of the sender's address as the device has it; at most 8 of its bytes are in the header. */
static inline unsigned pkt_sll_address_len(struct pkt_sll s)
{
    return s.v2 ? pkt_u8(s.header, 11) : pkt_u16(s.header, 4);
}
/* The at most 8 bytes of the sender's address that there are. */
static inline struct pkt_view pkt_sll_address(struct pkt_sll s)
{
    unsigned len = pkt_sll_address_len(s);
    return pkt_view_clip(s.header, s.v2 ? 12 : 6, len < 8 ? len : 8);
}
static inline uint16_t pkt_sll_protocol(struct pkt_sll s)
{
    return pkt_u16(s.header, s.v2 ? 0 : 14);
}
/* SLL2 only: the interface's index where it was captured. */
static inline uint32_t pkt_sll_interface(struct pkt_sll s)
{
    return s.v2 ? pkt_u32(s.header, 4) : 0;
}

struct pkt_sll_spec {
    uint16_t packet_type;    /* 0: to us; see pkt_sll_packet_type */
    uint16_t hardware_type;  /* ARPHRD_ type; 0: 1, Ethernet */
    struct pkt_view address; /* the sender's; its first 8 bytes have room */
    uint16_t protocol;       /* 0: the EtherType of the next layer, 4 before LLC */
    uint32_t interface;      /* SLL2 only: index */
};
/* Puts a cooked header of version 1. RANGE for an address of more than 65,535 bytes. */
PKT_API void pkt_build_sll(struct pkt_build *build, const struct pkt_sll_spec *spec);
/* One of version 2. RANGE for a packet type or an address length of more than 8 bits. */
PKT_API void pkt_build_sll2(struct pkt_build *build, const struct pkt_sll_spec *spec);

/* PPP: address and control (absent when compressed), then a protocol of one or two bytes (RFC 1661, 1662). */
struct pkt_ppp {
    struct pkt_view header;
};
PKT_API bool pkt_as_ppp(const struct pkt_packet *packet, unsigned layer, struct pkt_ppp *ret_ppp);
/* Whether address and control octets (ff 03) stand in front. */
PKT_API bool pkt_ppp_has_address(struct pkt_ppp p);
PKT_API uint16_t pkt_ppp_protocol(struct pkt_ppp p);

struct pkt_ppp_spec {
    uint16_t protocol; /* 0: that of the next layer; 0x005b (RFC 3772) before a payload */
    bool no_address;   /* without address and control, as negotiated (RFC 1661 6.6) or as LINKTYPE_PPP may */
    bool compressed;   /* a protocol of one octet (RFC 1661 6.5) */
};
/* Puts a PPP header. RANGE for a protocol that is no single odd octet and shall be compressed. */
PKT_API void pkt_build_ppp(struct pkt_build *build, const struct pkt_ppp_spec *spec);

/* ARP and RARP (RFC 826): 8 bytes and four addresses of the lengths that it states. */
struct pkt_arp {
    struct pkt_view message;
};
PKT_API bool pkt_as_arp(const struct pkt_packet *packet, unsigned layer, struct pkt_arp *ret_arp);
static inline uint16_t pkt_arp_hardware_type(struct pkt_arp a)
{
    return pkt_u16(a.message, 0);
}
static inline uint16_t pkt_arp_protocol_type(struct pkt_arp a)
{
    return pkt_u16(a.message, 2);
}
static inline uint8_t pkt_arp_hardware_len(struct pkt_arp a)
{
    return pkt_u8(a.message, 4);
}
static inline uint8_t pkt_arp_protocol_len(struct pkt_arp a)
{
    return pkt_u8(a.message, 5);
}
/* 1 request, 2 reply, 3 and 4 RARP, 8 and 9 InARP. */
static inline uint16_t pkt_arp_operation(struct pkt_arp a)
{
    return pkt_u16(a.message, 6);
}
/* The addresses; shorter than stated, or empty, where the capture ends. */
static inline struct pkt_view pkt_arp_sender_hardware(struct pkt_arp a)
{
    return pkt_view_clip(a.message, 8, pkt_arp_hardware_len(a));
}
static inline struct pkt_view pkt_arp_sender_protocol(struct pkt_arp a)
{
    return pkt_view_clip(a.message, 8U + pkt_arp_hardware_len(a), pkt_arp_protocol_len(a));
}
static inline struct pkt_view pkt_arp_target_hardware(struct pkt_arp a)
{
    return pkt_view_clip(a.message, 8U + pkt_arp_hardware_len(a) + pkt_arp_protocol_len(a),
                         pkt_arp_hardware_len(a));
}
static inline struct pkt_view pkt_arp_target_protocol(struct pkt_arp a)
{
    return pkt_view_clip(a.message, 8U + 2U * pkt_arp_hardware_len(a) + pkt_arp_protocol_len(a),
                         pkt_arp_protocol_len(a));
}
enum pkt_arp_operation {
    PKT_ARP_REQUEST = 1,
    PKT_ARP_REPLY = 2,
    PKT_RARP_REQUEST = 3,
    PKT_RARP_REPLY = 4,
    PKT_INARP_REQUEST = 8,
    PKT_INARP_REPLY = 9,
};

struct pkt_arp_spec {
    uint16_t operation;     /* 0: request */
    uint16_t hardware_type; /* 0: 1, Ethernet */
    uint16_t protocol_type; /* 0: 0x0800, IPv4 */
    struct pkt_view
        sender_hardware; /* with a length of 0: as many zeroes as the other hardware address, or 6 */
    struct pkt_view sender_protocol; /* likewise, or 4 */
    struct pkt_view target_hardware;
    struct pkt_view target_protocol;
};
/* Puts an ARP or RARP message. RANGE when two addresses of a kind differ in length, or one is over 255 bytes.
 */
PKT_API void pkt_build_arp(struct pkt_build *build, const struct pkt_arp_spec *spec);

/* Whether it maps IPv4 to Ethernet: lengths 6 and 4, protocol type 0x0800. */
static inline bool pkt_arp_is_ethernet_ipv4(struct pkt_arp a)
{
    return pkt_arp_hardware_len(a) == 6 && pkt_arp_protocol_len(a) == 4 &&
           pkt_arp_protocol_type(a) == PKT_ETHERTYPE_IPV4;
}

PKT_END

#endif
