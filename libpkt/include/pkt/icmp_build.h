/*
 * Builders of ICMP (RFC 792 and its followers), ICMPv6 (RFC 4443) and the extension structure of both (RFC
 * 4884). Neighbour discovery is in nd_build.h, MLD in igmp_build.h.
 *
 *     pkt_build_ipv4(&build, &(struct pkt_ipv4_spec){.src = router, .dst = a});
 *     pkt_build_icmp_time_exceeded(&build, 0);
 *     pkt_build_ipv4(&build, &(struct pkt_ipv4_spec){.src = a, .dst = b, .ttl = 1});
 *     pkt_build_udp(&build, &(struct pkt_udp_spec){.src = 40000, .dst = 33434});
 *     pkt_build_fill(&build, 0, 1000);
 *     pkt_build_quote_end(&build, 28);
 *     pkt_build_icmp_extension(&build);
 *     pkt_build_icmp_mpls(&build, &(struct pkt_mpls_entry){.label = 16001, .ttl = 1}, 1);
 *
 * Layers that are put after an error are its quotation: a packet of its own, whose lengths and checksums are
 * right as it was sent. pkt_build_quote_end (build.h) ends it and cuts it off; without that it lasts to the
 * end of the packet. Errors in quotations of errors work alike: each call ends the innermost that is open.
 *
 * finish fills the checksum, the length attribute and the number of router entries. ICMPv6 needs an IPv6
 * header above it for its checksum (ORDER without). Nothing is forbidden here: codes and values are built as
 * asked.
 */
#ifndef PKT_ICMP_BUILD_H
#define PKT_ICMP_BUILD_H

#include "build.h"
#include "icmp.h"

PKT_BEGIN

/* --- any message --- */

/* As on the wire: a type of 0 is not replaced. */
struct pkt_icmp_spec {
    uint8_t type;
    uint8_t code;
    uint32_t rest; /* bytes 4 to 7 */
};
/* Puts 8 bytes of any ICMP message; what follows them is put as payload, or as quotation behind an error.
 * Alternate host addresses (type 6) have no other builder, since no standard says what is in them. */
PKT_API void pkt_build_icmp(struct pkt_build *build, const struct pkt_icmp_spec *spec);
/* The same for ICMPv6. */
PKT_API void pkt_build_icmp6(struct pkt_build *build, const struct pkt_icmp_spec *spec);

/* --- queries --- */

struct pkt_icmp_echo_spec {
    bool reply;
    uint8_t code; /* 0 (RFC 792) */
    uint16_t id;
    uint16_t sequence;
};
/* Puts the 8 bytes of an echo request or reply (RFC 792, RFC 4443 4.1); its data is put as payload. */
PKT_API void pkt_build_icmp_echo(struct pkt_build *build, const struct pkt_icmp_echo_spec *spec);
PKT_API void pkt_build_icmp6_echo(struct pkt_build *build, const struct pkt_icmp_echo_spec *spec);

/* Puts an information request or reply (RFC 792, obsoleted by RFC 6918): 8 bytes like an echo without data.
 */
PKT_API void pkt_build_icmp_information(struct pkt_build *build, const struct pkt_icmp_echo_spec *spec);

struct pkt_icmp_timestamp_spec {
    bool reply;
    uint16_t id;
    uint16_t sequence;
    uint32_t originate; /* milliseconds since midnight UTC, or with the highest bit set anything else */
    uint32_t receive;
    uint32_t transmit;
};
/* Puts a timestamp request or reply of 20 bytes (RFC 792). */
PKT_API void pkt_build_icmp_timestamp(struct pkt_build *build, const struct pkt_icmp_timestamp_spec *spec);

struct pkt_icmp_mask_spec {
    bool reply;
    uint16_t id;
    uint16_t sequence;
    struct pkt_ip4 mask; /* 0.0.0.0 in a request */
};
/* Puts an address mask request or reply of 12 bytes (RFC 950). */
PKT_API void pkt_build_icmp_mask(struct pkt_build *build, const struct pkt_icmp_mask_spec *spec);

/* Puts a router solicitation of 8 bytes (RFC 1256 3). */
PKT_API void pkt_build_icmp_router_solicitation(struct pkt_build *build);

struct pkt_icmp_router_spec {
    uint8_t code;        /* 0; 16: does not route common traffic (RFC 5944 2.1.2) */
    uint16_t lifetime_s; /* 0: 1800 (RFC 1256 4.1) */
    bool withdrawn;      /* a lifetime of 0: the addresses are no routers any more */
};
/* Puts a router advertisement without addresses (RFC 1256 3): 8 bytes. */
PKT_API void pkt_build_icmp_router_advertisement(struct pkt_build *build,
                                                 const struct pkt_icmp_router_spec *spec);
/* Adds an address to the router advertisement that was put last; of several, the highest preference is the
 * best. ORDER behind anything else, RANGE beyond 255. */
PKT_API void pkt_build_icmp_router(struct pkt_build *build, struct pkt_ip4 address, int32_t preference);

struct pkt_icmp_extended_echo_spec {
    uint8_t code;
    uint16_t id;
    uint8_t sequence;
    bool local; /* L: the interface is on the probed node itself; else it is a neighbour's */
};
/* Puts the 8 bytes of an extended echo request (RFC 8335 2). The interface that it asks about follows in an
 * extension structure: pkt_build_icmp_extension, pkt_build_icmp_interface_id. */
PKT_API void pkt_build_icmp_extended_echo(struct pkt_build *build,
                                          const struct pkt_icmp_extended_echo_spec *spec);
PKT_API void pkt_build_icmp6_extended_echo(struct pkt_build *build,
                                           const struct pkt_icmp_extended_echo_spec *spec);

struct pkt_icmp_extended_reply_spec {
    uint8_t code; /* 0: no error; 1 malformed query, 2 no such interface, 3 no such table entry, 4 several */
    uint16_t id;
    uint8_t sequence;
    uint8_t state; /* of a neighbour: 1 incomplete, 2 reachable, 3 stale, 4 delay, 5 probe, 6 failed */
    bool active;
    bool ip4; /* which run on the interface */
    bool ip6;
};
/* Puts an extended echo reply of 8 bytes (RFC 8335 3). RANGE for a state above 7. */
PKT_API void pkt_build_icmp_extended_reply(struct pkt_build *build,
                                           const struct pkt_icmp_extended_reply_spec *spec);
PKT_API void pkt_build_icmp6_extended_reply(struct pkt_build *build,
                                            const struct pkt_icmp_extended_reply_spec *spec);

struct pkt_icmp_traceroute_spec {
    uint8_t code; /* 0: forwarded, 1: no route, discarded */
    uint16_t id;
    uint16_t outbound_hops;
    uint16_t return_hops;
    uint32_t speed; /* of the link that the packet goes out on, bytes a second */
    uint32_t mtu;   /* of that link, bytes */
};
/* Puts a traceroute message of 20 bytes (RFC 1393 2.3). */
PKT_API void pkt_build_icmp_traceroute(struct pkt_build *build, const struct pkt_icmp_traceroute_spec *spec);

/* --- errors: each puts 8 bytes, then comes the quotation --- */

struct pkt_icmp_unreachable_spec {
    uint8_t code;
    uint16_t mtu; /* next-hop MTU, of code 4 (RFC 1191 4) */
};
/* Destination unreachable (RFC 792). */
PKT_API void pkt_build_icmp_unreachable(struct pkt_build *build,
                                        const struct pkt_icmp_unreachable_spec *spec);
/* Source quench (RFC 792, obsoleted by RFC 6633). */
PKT_API void pkt_build_icmp_source_quench(struct pkt_build *build);

struct pkt_icmp_redirect_spec {
    uint8_t code; /* 0 for a network, 1 for a host, 2 and 3 the same for a type of service */
    struct pkt_ip4 gateway;
};
/* Redirect (RFC 792). */
PKT_API void pkt_build_icmp_redirect(struct pkt_build *build, const struct pkt_icmp_redirect_spec *spec);
/* Time exceeded (RFC 792); code 0 in transit, 1 in reassembly. */
PKT_API void pkt_build_icmp_time_exceeded(struct pkt_build *build, uint8_t code);

struct pkt_icmp_parameter_spec {
    uint8_t code;
    uint32_t pointer; /* octet of the quotation; one octet in ICMPv4, four in ICMPv6 */
};
/* Parameter problem (RFC 792). RANGE for a pointer above 255. */
PKT_API void pkt_build_icmp_parameter_problem(struct pkt_build *build,
                                              const struct pkt_icmp_parameter_spec *spec);

/* Destination unreachable (RFC 4443 3.1). */
PKT_API void pkt_build_icmp6_unreachable(struct pkt_build *build, uint8_t code);
/* Packet too big (RFC 4443 3.2); mtu in bytes. */
PKT_API void pkt_build_icmp6_packet_too_big(struct pkt_build *build, uint32_t mtu);
/* Time exceeded (RFC 4443 3.3); code 0 in transit, 1 in reassembly. */
PKT_API void pkt_build_icmp6_time_exceeded(struct pkt_build *build, uint8_t code);
/* Parameter problem (RFC 4443 3.4). */
PKT_API void pkt_build_icmp6_parameter_problem(struct pkt_build *build,
                                               const struct pkt_icmp_parameter_spec *spec);

/* --- extension structure (RFC 4884 7); what its readers fill is never NULL here --- */

/*
 * Begins the extension structure of the innermost ICMP error that has none: ends its quotation if that is
 * open, pads it with zeroes to 128 bytes at least and to a multiple of 4 (ICMPv4) or 8 bytes (ICMPv6), and
 * puts version 2. finish fills the length attribute of the error, RANGE when the quotation is longer than it
 * can say, and the checksum. Senders older than RFC 4884 left the attribute 0: quote 128 bytes at most and
 * write it over.
 *
 * Behind an extended echo request it follows directly.
 *
 * ORDER without such a message: redirects, source quenches, too big packets and ICMPv6's parameter problems
 * have no room for the length attribute.
 */
PKT_API void pkt_build_icmp_extension(struct pkt_build *build);

/* The same, with a quotation of at least quote_len bytes instead of 128: less than that is forbidden (RFC
 * 4884 3). */
PKT_API void pkt_build_icmp_extension_after(struct pkt_build *build, size_t quote_len);

/*
 * Adds an object to the extension structure that was put last: class number, C-type and data as they are; no
 * padding, though data should fill words of 4 bytes. ORDER behind anything else, RANGE above 65,531 bytes.
 * The object starts at row.item.
 */
PKT_API void pkt_build_icmp_object(struct pkt_build *build, uint8_t class_number, uint8_t ctype,
                                   struct pkt_view data);

/* Adds an MPLS label stack (RFC 4950) of count entries. The last one gets the bottom-of-stack bit, whatever
 * it says. RANGE for a label of more than 20 bits or a traffic class above 7. */
PKT_API void pkt_build_icmp_mpls(struct pkt_build *build, const struct pkt_mpls_entry *entries, size_t count);

/* Adds interface information (RFC 5837 4): what its has_ fields say. Its name is padded to a whole word.
 * RANGE for a role above 3, a name above 63 bytes, or addresses of both families. */
PKT_API void pkt_build_icmp_interface_info(struct pkt_build *build, const struct pkt_interface_info *info);

/* Adds interface identification (RFC 8335 2.1) by name (1), index (2) or address (3), padded to a whole word.
 * RANGE for another type or an address above 255 bytes. */
PKT_API void pkt_build_icmp_interface_id(struct pkt_build *build, const struct pkt_interface_id *id);

/* Adds node identification (class 5, draft-ietf-intarea-extended-icmp-nodeid-04): only the address and the
 * name of info are read, and coded as in interface information. RANGE as there. */
PKT_API void pkt_build_icmp_node(struct pkt_build *build, const struct pkt_interface_info *info);

PKT_END

#endif
