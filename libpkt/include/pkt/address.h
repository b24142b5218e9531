/*
 * Addresses as byte structs: they have no byte order and cannot be confused with an integer.
 */
#ifndef PKT_ADDRESS_H
#define PKT_ADDRESS_H

#include "view.h"

PKT_BEGIN

struct pkt_ip4 {
    uint8_t byte[4];
};

struct pkt_ip6 {
    uint8_t byte[16];
};

struct pkt_mac {
    uint8_t byte[6];
};

/* The address at off of view; all zero where the view does not hold it. */
static inline struct pkt_ip4 pkt_ip4_at(struct pkt_view view, size_t off)
{
    struct pkt_ip4 address;
    pkt_copy(view, off, address.byte, sizeof address.byte);
    return address;
}

static inline struct pkt_ip6 pkt_ip6_at(struct pkt_view view, size_t off)
{
    struct pkt_ip6 address;
    pkt_copy(view, off, address.byte, sizeof address.byte);
    return address;
}

static inline struct pkt_mac pkt_mac_at(struct pkt_view view, size_t off)
{
    struct pkt_mac address;
    pkt_copy(view, off, address.byte, sizeof address.byte);
    return address;
}

static inline bool pkt_ip4_equal(struct pkt_ip4 a, struct pkt_ip4 b)
{
    return memcmp(a.byte, b.byte, sizeof a.byte) == 0;
}

static inline bool pkt_ip6_equal(struct pkt_ip6 a, struct pkt_ip6 b)
{
    return memcmp(a.byte, b.byte, sizeof a.byte) == 0;
}

static inline bool pkt_mac_equal(struct pkt_mac a, struct pkt_mac b)
{
    return memcmp(a.byte, b.byte, sizeof a.byte) == 0;
}

/* 0.0.0.0 (RFC 1122 3.2.1.3). */
static inline bool pkt_ip4_is_unspecified(struct pkt_ip4 a)
{
    return (a.byte[0] | a.byte[1] | a.byte[2] | a.byte[3]) == 0;
}

/* 224.0.0.0/4 (RFC 5771). */
static inline bool pkt_ip4_is_multicast(struct pkt_ip4 a)
{
    return (a.byte[0] & 0xf0) == 0xe0;
}

/* 255.255.255.255, the limited broadcast (RFC 919). */
static inline bool pkt_ip4_is_broadcast(struct pkt_ip4 a)
{
    return (a.byte[0] & a.byte[1] & a.byte[2] & a.byte[3]) == 0xff;
}

/* 232.0.0.0/8, source-specific multicast (RFC 4607). */
static inline bool pkt_ip4_is_ssm(struct pkt_ip4 a)
{
    return a.byte[0] == 232;
}

/* :: (RFC 4291 2.5.2). */
PKT_API bool pkt_ip6_is_unspecified(struct pkt_ip6 a);

/* fe80::/10 (RFC 4291 2.5.6). */
static inline bool pkt_ip6_is_link_local(struct pkt_ip6 a)
{
    return a.byte[0] == 0xfe && (a.byte[1] & 0xc0) == 0x80;
}

/* ff00::/8 (RFC 4291 2.7). */
static inline bool pkt_ip6_is_multicast(struct pkt_ip6 a)
{
    return a.byte[0] == 0xff;
}

/* ff3x::/32, source-specific multicast (RFC 4607 1). */
static inline bool pkt_ip6_is_ssm(struct pkt_ip6 a)
{
    return a.byte[0] == 0xff && (a.byte[1] & 0xf0) == 0x30 && a.byte[2] == 0 && a.byte[3] == 0;
}

/* The scope nibble of a multicast address (RFC 4291 2.7, RFC 7346). */
static inline unsigned pkt_ip6_scope(struct pkt_ip6 a)
{
    return a.byte[1] & 0x0fU;
}

/* The group bit of a MAC address: multicast or broadcast. */
static inline bool pkt_mac_is_group(struct pkt_mac a)
{
    return (a.byte[0] & 1) != 0;
}

/* 01:00:5e plus the low 23 bits of the group (RFC 1112 6.4). */
PKT_API struct pkt_mac pkt_mac_of_ip4_group(struct pkt_ip4 group);

/* ff02::1:ff00:0/104 plus the low 24 bits: the group in which a node is asked for its address (RFC 4291
 * 2.7.1). */
PKT_API struct pkt_ip6 pkt_ip6_solicited_node(struct pkt_ip6 target);

/* 33:33 plus the low 32 bits of the group (RFC 2464 7). */
PKT_API struct pkt_mac pkt_mac_of_ip6_group(struct pkt_ip6 group);

/*
 * Addresses from text. All len bytes must be the address; false, and ret_address untouched, when they are
 * not. No names are looked up, no zones taken.
 */
/* Four decimal numbers without leading zeroes: "192.0.2.1". */
PKT_API bool pkt_ip4_parse(const char *text, size_t len, struct pkt_ip4 *ret_address);
/* All forms of RFC 4291 2.2: "2001:db8::1", "::ffff:192.0.2.1". */
PKT_API bool pkt_ip6_parse(const char *text, size_t len, struct pkt_ip6 *ret_address);
/* Six hexadecimal numbers of one or two digits, all separated by colons or all by hyphens. */
PKT_API bool pkt_mac_parse(const char *text, size_t len, struct pkt_mac *ret_address);

PKT_END

#endif
