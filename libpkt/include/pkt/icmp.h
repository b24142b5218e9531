/*
 * ICMPv4 (RFC 792 and its followers), ICMPv6 (RFC 4443) and the extension structure of both (RFC 4884).
 */
#ifndef PKT_ICMP_H
#define PKT_ICMP_H

#include "list.h"
#include "packet.h"

PKT_BEGIN

enum pkt_icmp_type {
    PKT_ICMP_ECHO_REPLY = 0,
    PKT_ICMP_UNREACHABLE = 3,
    PKT_ICMP_SOURCE_QUENCH = 4,
    PKT_ICMP_REDIRECT = 5,
    PKT_ICMP_ALTERNATE_HOST = 6,
    PKT_ICMP_ECHO_REQUEST = 8,
    PKT_ICMP_ROUTER_ADVERTISEMENT = 9,
    PKT_ICMP_ROUTER_SOLICITATION = 10,
    PKT_ICMP_TIME_EXCEEDED = 11,
    PKT_ICMP_PARAMETER_PROBLEM = 12,
    PKT_ICMP_TIMESTAMP = 13,
    PKT_ICMP_TIMESTAMP_REPLY = 14,
    PKT_ICMP_INFORMATION = 15,
    PKT_ICMP_INFORMATION_REPLY = 16,
    PKT_ICMP_ADDRESS_MASK = 17,
    PKT_ICMP_ADDRESS_MASK_REPLY = 18,
    PKT_ICMP_TRACEROUTE = 30,
    PKT_ICMP_EXTENDED_ECHO = 42,       /* RFC 8335 */
    PKT_ICMP_EXTENDED_ECHO_REPLY = 43, /* RFC 8335 */
};

enum pkt_icmp6_type {
    PKT_ICMP6_UNREACHABLE = 1,
    PKT_ICMP6_PACKET_TOO_BIG = 2,
    PKT_ICMP6_TIME_EXCEEDED = 3,
    PKT_ICMP6_PARAMETER_PROBLEM = 4,
    PKT_ICMP6_ECHO_REQUEST = 128,
    PKT_ICMP6_ECHO_REPLY = 129,
    PKT_ICMP6_MLD_QUERY = 130,
    PKT_ICMP6_MLD1_REPORT = 131,
    PKT_ICMP6_MLD1_DONE = 132,
    PKT_ICMP6_ROUTER_SOLICITATION = 133,
    PKT_ICMP6_ROUTER_ADVERTISEMENT = 134,
    PKT_ICMP6_NEIGHBOUR_SOLICITATION = 135,
    PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT = 136,
    PKT_ICMP6_REDIRECT = 137,
    PKT_ICMP6_MLD2_REPORT = 143,
    PKT_ICMP6_MRD_ADVERTISEMENT = 151,
    PKT_ICMP6_MRD_SOLICITATION = 152,
    PKT_ICMP6_MRD_TERMINATION = 153,
    PKT_ICMP6_EXTENDED_ECHO = 160,
    PKT_ICMP6_EXTENDED_ECHO_REPLY = 161,
};

/* A message of either family: at least 4 bytes; getters behind them give 0 where the capture ends. */
struct pkt_icmp {
    struct pkt_view message; /* captured bytes of the whole message */
    uint32_t len;            /* of the message on the wire */
    bool v6;
};
/* Rows ICMP and ICMP6. */
PKT_API bool pkt_as_icmp(const struct pkt_packet *packet, unsigned layer, struct pkt_icmp *ret_icmp);
static inline uint8_t pkt_icmp_type(struct pkt_icmp m)
{
    return pkt_u8(m.message, 0);
}
static inline uint8_t pkt_icmp_code(struct pkt_icmp m)
{
    return pkt_u8(m.message, 1);
}
static inline uint16_t pkt_icmp_checksum(struct pkt_icmp m)
{
    return pkt_u16(m.message, 2);
}
/* Identifier and sequence number of echo, timestamp, information and mask messages. */
static inline uint16_t pkt_icmp_id(struct pkt_icmp m)
{
    return pkt_u16(m.message, 4);
}
static inline uint16_t pkt_icmp_sequence(struct pkt_icmp m)
{
    return pkt_u16(m.message, 6);
}
/* Gateway of an IPv4 redirect. */
static inline struct pkt_ip4 pkt_icmp_gateway(struct pkt_icmp m)
{
    return pkt_ip4_at(m.message, 4);
}
/* MTU of fragmentation needed (RFC 1191) or packet too big (RFC 4443 3.2). */
static inline uint32_t pkt_icmp_mtu(struct pkt_icmp m)
{
    return m.v6 ? pkt_u32(m.message, 4) : pkt_u16(m.message, 6);
}
/* Pointer of a parameter problem: one octet in ICMPv4, four in ICMPv6. */
static inline uint32_t pkt_icmp_pointer(struct pkt_icmp m)
{
    return m.v6 ? pkt_u32(m.message, 4) : pkt_u8(m.message, 4);
}
/* Milliseconds since midnight UTC of a timestamp message. */
static inline uint32_t pkt_icmp_originate(struct pkt_icmp m)
{
    return pkt_u32(m.message, 8);
}
static inline uint32_t pkt_icmp_receive(struct pkt_icmp m)
{
    return pkt_u32(m.message, 12);
}
static inline uint32_t pkt_icmp_transmit(struct pkt_icmp m)
{
    return pkt_u32(m.message, 16);
}
/* Mask of an address mask message (RFC 950). */
static inline struct pkt_ip4 pkt_icmp_mask(struct pkt_icmp m)
{
    return pkt_ip4_at(m.message, 8);
}
/* IPv4 router advertisement (RFC 1256 3): number of addresses, size of an entry in 32-bit words, lifetime in
 * seconds. */
static inline uint8_t pkt_icmp_router_count(struct pkt_icmp m)
{
    return pkt_u8(m.message, 4);
}
static inline uint8_t pkt_icmp_router_entry_words(struct pkt_icmp m)
{
    return pkt_u8(m.message, 5);
}
static inline uint16_t pkt_icmp_router_lifetime(struct pkt_icmp m)
{
    return pkt_u16(m.message, 6);
}
/* Entry number index of an IPv4 router advertisement; false behind the last that is counted and captured. */
PKT_API bool pkt_icmp_router(struct pkt_icmp m, unsigned index, struct pkt_ip4 *ret_address,
                             int32_t *ret_preference);
/* Extended echo (RFC 8335 2, 3): a sequence number of one octet, and behind it L (0x01) of a request, or
 * state (0xe0), A (0x04), 4 (0x02) and 6 (0x01) of a reply. */
static inline uint8_t pkt_icmp_extended_sequence(struct pkt_icmp m)
{
    return pkt_u8(m.message, 6);
}
static inline uint8_t pkt_icmp_extended_flags(struct pkt_icmp m)
{
    return pkt_u8(m.message, 7);
}
/* Whether the message quotes a packet from byte 8 on. */
PKT_API bool pkt_icmp_is_error(struct pkt_icmp m);
/*
 * The RFC 4884 length attribute in bytes: where the quotation ends and extensions begin, counted from the
 * quotation's start. 0: no extension structure by this field.
 */
PKT_API unsigned pkt_icmp_quote_len(struct pkt_icmp m);

/* Extension structure: version, checksum, objects (RFC 4884 7). */
struct pkt_icmp_extension {
    struct pkt_view structure; /* captured bytes, header included */
    uint32_t len;              /* on the wire */
};
PKT_API bool pkt_as_icmp_extension(const struct pkt_packet *packet, unsigned layer,
                                   struct pkt_icmp_extension *ret_extension);
static inline unsigned pkt_icmp_extension_version(struct pkt_icmp_extension x)
{
    return pkt_u8(x.structure, 0) >> 4;
}
static inline uint16_t pkt_icmp_extension_checksum(struct pkt_icmp_extension x)
{
    return pkt_u16(x.structure, 2);
}

enum pkt_icmp_object_class {
    PKT_ICMP_OBJECT_MPLS = 1,         /* RFC 4950 */
    PKT_ICMP_OBJECT_INTERFACE = 2,    /* RFC 5837 */
    PKT_ICMP_OBJECT_INTERFACE_ID = 3, /* RFC 8335 */
    PKT_ICMP_OBJECT_NODE = 5,         /* draft-ietf-intarea-extended-icmp-nodeid */
};
/* Walks the objects; pkt_option: type is the class number, data the object payload; the C-type is octet 3 of
 * bytes. */
PKT_API void pkt_icmp_objects(struct pkt_icmp_extension x, struct pkt_list *ret_list);

/* One entry of an MPLS label stack object. */
struct pkt_mpls_entry {
    uint32_t label;
    uint8_t traffic_class;
    bool bottom;
    uint8_t ttl;
};
/* Entry number index of the object; false behind the last. */
PKT_API bool pkt_mpls_entry(const struct pkt_option *object, unsigned index,
                            struct pkt_mpls_entry *ret_entry);

/* Interface information object (RFC 5837 4). */
struct pkt_interface_info {
    uint8_t role; /* 0 incoming, 1 sub-IP component, 2 outgoing, 3 next hop */
    bool has_index, has_ip4, has_ip6, has_name, has_mtu;
    uint32_t index;
    struct pkt_ip4 ip4;
    struct pkt_ip6 ip6;
    struct pkt_view name; /* hostile text without its length octet; may hold trailing zero octets */
    uint32_t mtu;
};
/* False when the object is not of that class or shorter than its flags claim; what was whole is filled in. */
PKT_API bool pkt_interface_info(const struct pkt_option *object, struct pkt_interface_info *ret_info);

/* Interface identification object (RFC 8335 2.1): which interface an extended echo request asks about. */
struct pkt_interface_id {
    uint8_t type;         /* C-type: 1 name, 2 index, 3 address */
    struct pkt_view name; /* hostile text, padded with zero octets */
    uint32_t index;
    uint16_t family;         /* of the address: 1 IPv4, 2 IPv6, 16389 a 48-bit MAC address, ... */
    struct pkt_view address; /* as many octets as the object says */
};
/* False when the object is not of that class, of an unknown C-type, or shorter than it says. */
PKT_API bool pkt_interface_id(const struct pkt_option *object, struct pkt_interface_id *ret_id);

/* --- Neighbour discovery (RFC 4861): views on an ICMPv6 message --- */

enum pkt_nd_option_type {
    PKT_ND_OPTION_SOURCE_LLA = 1,
    PKT_ND_OPTION_TARGET_LLA = 2,
    PKT_ND_OPTION_PREFIX = 3,
    PKT_ND_OPTION_REDIRECTED = 4,
    PKT_ND_OPTION_MTU = 5,
    PKT_ND_OPTION_NONCE = 14,
    PKT_ND_OPTION_ROUTE = 24, /* RFC 4191 */
    PKT_ND_OPTION_RDNSS = 25, /* RFC 8106 */
    PKT_ND_OPTION_DNSSL = 31, /* RFC 8106 */
};

/* Whether the message is one of types 133 to 137. */
static inline bool pkt_icmp_is_nd(struct pkt_icmp m)
{
    return m.v6 && pkt_icmp_type(m) >= PKT_ICMP6_ROUTER_SOLICITATION &&
           pkt_icmp_type(m) <= PKT_ICMP6_REDIRECT;
}
/* Target of a neighbour solicitation or advertisement and of a redirect. */
static inline struct pkt_ip6 pkt_nd_target(struct pkt_icmp m)
{
    return pkt_ip6_at(m.message, 8);
}
/* Destination of a redirect. */
static inline struct pkt_ip6 pkt_nd_destination(struct pkt_icmp m)
{
    return pkt_ip6_at(m.message, 24);
}
/* R, S, O of a neighbour advertisement: bits 0x80, 0x40, 0x20 of this octet. */
static inline uint8_t pkt_nd_flags(struct pkt_icmp m)
{
    return pkt_u8(m.message, 4);
}
/* Router advertisement: current hop limit, flags (M 0x80, O 0x40, H 0x20, preference 0x18, P 0x04), lifetimes
 * and timers. */
static inline uint8_t pkt_nd_ra_hop_limit(struct pkt_icmp m)
{
    return pkt_u8(m.message, 4);
}
static inline uint8_t pkt_nd_ra_flags(struct pkt_icmp m)
{
    return pkt_u8(m.message, 5);
}
/* Seconds. */
static inline uint16_t pkt_nd_ra_lifetime(struct pkt_icmp m)
{
    return pkt_u16(m.message, 6);
}
/* Milliseconds. */
static inline uint32_t pkt_nd_ra_reachable(struct pkt_icmp m)
{
    return pkt_u32(m.message, 8);
}
/* Milliseconds. */
static inline uint32_t pkt_nd_ra_retransmit(struct pkt_icmp m)
{
    return pkt_u32(m.message, 12);
}
/* Walks the options of an ND message; an empty walk for other messages. */
PKT_API void pkt_nd_options(struct pkt_icmp m, struct pkt_list *ret_list);

/*
 * Readers of the options that pkt_nd_options walks. Each is false when the option is of another type or of a
 * length that its type cannot have; views live as long as the packet's bytes.
 */

/* Source or target link-layer address (RFC 4861 4.6.1): the octets, padding of other links than Ethernet
 * included. */
PKT_API bool pkt_nd_link_address(const struct pkt_option *option, struct pkt_view *ret_address);

/* Prefix information (RFC 4861 4.6.2). */
struct pkt_nd_prefix {
    uint8_t len;    /* bits; more than 128 if the sender wrote so */
    uint8_t flags;  /* L 0x80, A 0x40, R 0x20 (RFC 6275 7.2) */
    uint32_t valid; /* lifetimes in seconds; UINT32_MAX: for ever */
    uint32_t preferred;
    struct pkt_ip6 prefix;
};
PKT_API bool pkt_nd_prefix(const struct pkt_option *option, struct pkt_nd_prefix *ret_prefix);

/* Redirected header (RFC 4861 4.6.3): the start of the packet that was redirected. */
PKT_API bool pkt_nd_redirected(const struct pkt_option *option, struct pkt_view *ret_packet);

/* MTU (RFC 4861 4.6.4) in bytes. */
PKT_API bool pkt_nd_mtu(const struct pkt_option *option, uint32_t *ret_mtu);

/* Nonce (RFC 3971 5.3.2): 6 octets or more. */
PKT_API bool pkt_nd_nonce(const struct pkt_option *option, struct pkt_view *ret_nonce);

/* Route information (RFC 4191 2.3). */
struct pkt_nd_route {
    uint8_t len;           /* bits */
    int8_t preference;     /* 1 high, 0 medium, -1 low, -2 reserved */
    uint32_t lifetime;     /* seconds; UINT32_MAX: for ever */
    struct pkt_ip6 prefix; /* bits that the option leaves out are 0 */
    uint8_t size;          /* bytes of the prefix that the option holds: 0, 8 or 16 */
};
PKT_API bool pkt_nd_route(const struct pkt_option *option, struct pkt_nd_route *ret_route);

/* Recursive DNS servers (RFC 8106 5.1): lifetime in seconds, addresses of 16 octets: read them with
 * pkt_source_ip6. */
PKT_API bool pkt_nd_rdnss(const struct pkt_option *option, uint32_t *ret_lifetime,
                          struct pkt_view *ret_servers);

/* DNS search list (RFC 8106 5.2): lifetime in seconds; a cursor for pkt_nd_name_next. */
PKT_API bool pkt_nd_dnssl(const struct pkt_option *option, uint32_t *ret_lifetime,
                          struct pkt_cursor *ret_names);

/*
 * The next domain name: its labels on the wire, without the root. False at the end (only zero octets are
 * left) and when a name is damaged; then the cursor has failed. Names here are never compressed (RFC
 * 8106 5.2).
 */
PKT_API bool pkt_nd_name_next(struct pkt_cursor *names, struct pkt_view *ret_labels);

/* The next label of a name, from a cursor over the labels: 1 to 63 octets of hostile text. False at the end.
 */
PKT_API bool pkt_nd_label_next(struct pkt_cursor *labels, struct pkt_view *ret_label);

PKT_END

#endif
