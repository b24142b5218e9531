/*
 * IGMPv1, v2, v3 (RFC 1112, 2236, 9776), MLDv1, v2 (RFC 2710, 9777) and multicast router discovery (RFC
 * 4286).
 */
#ifndef PKT_IGMP_H
#define PKT_IGMP_H

#include "icmp.h"
#include "list.h"
#include "packet.h"

PKT_BEGIN

enum pkt_igmp_type {
    PKT_IGMP_QUERY = 0x11,
    PKT_IGMP_V1_REPORT = 0x12,
    PKT_IGMP_DVMRP = 0x13,
    PKT_IGMP_PIMV1 = 0x14,
    PKT_IGMP_CISCO_TRACE = 0x15,
    PKT_IGMP_V2_REPORT = 0x16,
    PKT_IGMP_V2_LEAVE = 0x17,
    PKT_IGMP_MTRACE_REPLY = 0x1e,
    PKT_IGMP_MTRACE = 0x1f,
    PKT_IGMP_V3_REPORT = 0x22,
    PKT_IGMP_MRD_ADVERTISEMENT = 0x30,
    PKT_IGMP_MRD_SOLICITATION = 0x31,
    PKT_IGMP_MRD_TERMINATION = 0x32,
};

enum pkt_group_record_type {
    PKT_RECORD_IS_IN = 1,
    PKT_RECORD_IS_EX = 2,
    PKT_RECORD_TO_IN = 3,
    PKT_RECORD_TO_EX = 4,
    PKT_RECORD_ALLOW = 5,
    PKT_RECORD_BLOCK = 6,
};

/* A message of at least 4 bytes (MRD solicitation and termination are no longer); getters give 0 past the
 * capture. */
struct pkt_igmp {
    struct pkt_view message; /* captured bytes of the whole IP payload */
    uint32_t len;            /* of the IP payload on the wire: link padding never counts */
};
PKT_API bool pkt_as_igmp(const struct pkt_packet *packet, unsigned layer, struct pkt_igmp *ret_igmp);
static inline uint8_t pkt_igmp_type(struct pkt_igmp m)
{
    return pkt_u8(m.message, 0);
}
/* Maximum response code of a query; advertisement interval of an MRD advertisement; else reserved. */
static inline uint8_t pkt_igmp_code(struct pkt_igmp m)
{
    return pkt_u8(m.message, 1);
}
static inline uint16_t pkt_igmp_checksum(struct pkt_igmp m)
{
    return pkt_u16(m.message, 2);
}
/* Group address of a query, v1 or v2 report or leave. */
static inline struct pkt_ip4 pkt_igmp_group(struct pkt_igmp m)
{
    return pkt_ip4_at(m.message, 4);
}
/*
 * Version of the message: for queries by length first, then by code (RFC 9776 7.1): 8 bytes and code 0: 1; 8
 * bytes: 2; 12 or more: 3. For reports and leaves by type. 0: none (a query of 9 to 11 bytes, or another
 * type).
 */
PKT_API unsigned pkt_igmp_version(struct pkt_igmp m);
/* Maximum response time of a query in tenths of a second: v1 always 100, v2 linear, v3 floating (RFC
 * 9776 4.1.1, 7.2.1). */
PKT_API uint32_t pkt_igmp_max_response_ds(struct pkt_igmp m);
/* v3 query (RFC 9776 4.1): Flags, S, QRV octet; QQIC; number of sources. */
static inline uint8_t pkt_igmp3_flags(struct pkt_igmp m)
{
    return pkt_u8(m.message, 8);
}
static inline bool pkt_igmp3_suppress(struct pkt_igmp m)
{
    return (pkt_igmp3_flags(m) & 0x08) != 0;
}
static inline unsigned pkt_igmp3_robustness(struct pkt_igmp m)
{
    return pkt_igmp3_flags(m) & 0x07;
}
static inline uint8_t pkt_igmp3_qqic(struct pkt_igmp m)
{
    return pkt_u8(m.message, 9);
}
static inline unsigned pkt_igmp3_source_count(struct pkt_igmp m)
{
    return pkt_u16(m.message, 10);
}
/* The sources of a v3 query that are there, whole 4-byte addresses only. */
PKT_API struct pkt_view pkt_igmp3_sources(struct pkt_igmp m);
/* v3 report: number of group records as claimed. */
static inline unsigned pkt_igmp3_record_count(struct pkt_igmp m)
{
    return pkt_u16(m.message, 6);
}
/*
 * Multicast router discovery (RFC 4286), in IGMP and ICMPv6 alike: an advertisement states its interval (the
 * code octet) and the querier's interval in seconds, and the robustness variable. message is that of the
 * typed view.
 */
static inline uint8_t pkt_mrd_interval(struct pkt_view message)
{
    return pkt_u8(message, 1);
}
static inline uint16_t pkt_mrd_query_interval(struct pkt_view message)
{
    return pkt_u16(message, 4);
}
static inline uint16_t pkt_mrd_robustness(struct pkt_view message)
{
    return pkt_u16(message, 6);
}
/* Walks the group records of a v3 report; an empty walk for other types. Read each with pkt_group_record. */
PKT_API void pkt_igmp3_records(struct pkt_igmp m, struct pkt_list *ret_list);

/* The 8-bit floating code of RFC 9776 4.1.1: below 128 literal, else (mantissa | 16) << (exponent + 3). */
PKT_API uint32_t pkt_igmp_float_decode(uint8_t code);
/* The code for value; not exact: the next lower value (RFC 9776 8.8); above 31,744: 0xff. */
PKT_API uint8_t pkt_igmp_float_encode(uint32_t value);
/* The 16-bit floating code of RFC 9777 5.1.3: below 32,768 literal, else (mantissa | 0x1000) << (exponent +
 * 3). */
PKT_API uint32_t pkt_mld_float_decode(uint16_t code);
/* The code for value; not exact: the next lower value; above 8,387,584: 0xffff. */
PKT_API uint16_t pkt_mld_float_encode(uint32_t value);

/* A group record of either family (RFC 9776 4.2.4, RFC 9777 5.2.4). */
struct pkt_group_record {
    uint8_t type;      /* enum pkt_group_record_type, or another value that came */
    uint8_t aux_words; /* auxiliary data length in 32-bit words */
    uint16_t source_count;
    struct pkt_view group;   /* 4 or 16 bytes */
    struct pkt_view sources; /* source_count addresses of 4 or 16 bytes */
    struct pkt_view aux;     /* auxiliary data: to be skipped */
};
/* Reads an item of pkt_igmp3_records or pkt_mld2_records. address_len is 4 or 16. */
PKT_API void pkt_group_record(const struct pkt_option *item, unsigned address_len,
                              struct pkt_group_record *ret_record);
/* Address number index of sources; false behind the last. */
PKT_API bool pkt_source_ip4(struct pkt_view sources, unsigned index, struct pkt_ip4 *ret_source);
PKT_API bool pkt_source_ip6(struct pkt_view sources, unsigned index, struct pkt_ip6 *ret_source);

/* --- MLD: views on an ICMPv6 message --- */

/* Whether the message is one of types 130, 131, 132, 143. */
static inline bool pkt_icmp_is_mld(struct pkt_icmp m)
{
    uint8_t type = pkt_icmp_type(m);
    return m.v6 &&
           ((type >= PKT_ICMP6_MLD_QUERY && type <= PKT_ICMP6_MLD1_DONE) || type == PKT_ICMP6_MLD2_REPORT);
}
/* Query: exactly 24 bytes 1, 28 or more 2, else 0 (RFC 9777 8.1). Reports and done by type. */
PKT_API unsigned pkt_mld_version(struct pkt_icmp m);
static inline uint16_t pkt_mld_max_response_code(struct pkt_icmp m)
{
    return pkt_u16(m.message, 4);
}
/* Milliseconds: v1 linear, v2 floating (RFC 9777 5.1.3). */
PKT_API uint32_t pkt_mld_max_response_ms(struct pkt_icmp m);
static inline struct pkt_ip6 pkt_mld_group(struct pkt_icmp m)
{
    return pkt_ip6_at(m.message, 8);
}
static inline uint8_t pkt_mld2_flags(struct pkt_icmp m)
{
    return pkt_u8(m.message, 24);
}
static inline bool pkt_mld2_suppress(struct pkt_icmp m)
{
    return (pkt_mld2_flags(m) & 0x08) != 0;
}
static inline unsigned pkt_mld2_robustness(struct pkt_icmp m)
{
    return pkt_mld2_flags(m) & 0x07;
}
static inline uint8_t pkt_mld2_qqic(struct pkt_icmp m)
{
    return pkt_u8(m.message, 25);
}
static inline unsigned pkt_mld2_source_count(struct pkt_icmp m)
{
    return pkt_u16(m.message, 26);
}
/* The sources of a v2 query that are there, whole 16-byte addresses only. */
PKT_API struct pkt_view pkt_mld2_sources(struct pkt_icmp m);
static inline unsigned pkt_mld2_record_count(struct pkt_icmp m)
{
    return pkt_u16(m.message, 6);
}
/* Walks the address records of a v2 report; an empty walk for other types. */
PKT_API void pkt_mld2_records(struct pkt_icmp m, struct pkt_list *ret_list);

PKT_END

#endif
