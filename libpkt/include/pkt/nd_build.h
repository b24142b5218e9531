/*
 * Builders of neighbour discovery (RFC 4861): messages of ICMPv6 and their options.
 *
 *     struct pkt_ipv6_spec ip = pkt_nd_ipv6(PKT_ICMP6_NEIGHBOUR_SOLICITATION, me, target);
 *     pkt_build_ethernet(&build, &(struct pkt_ethernet_spec){.dst = pkt_mac_of_ip6_group(ip.dst), .src =
 * mac}); pkt_build_ipv6(&build, &ip); pkt_build_nd_neighbour_solicitation(&build, target);
 *     pkt_build_nd_link_address(&build, PKT_ND_OPTION_SOURCE_LLA, pkt_view_make(mac.byte, sizeof mac.byte));
 *
 * Options are put behind their message. They are counted in units of 8 bytes: where their format allows it
 * they are padded with zeroes (RFC 4861 4.6), else another length fails with RANGE, as does one above 2,040
 * bytes. Behind anything but a message of neighbour discovery they fail with ORDER. The last one starts at
 * row.item. What the standards forbid otherwise is built as asked.
 */
#ifndef PKT_ND_BUILD_H
#define PKT_ND_BUILD_H

#include "icmp_build.h"
#include "ipv6.h"

PKT_BEGIN

/*
 * The IPv6 header that a message of neighbour discovery goes out with: hop limit 255, and the destination
 * that RFC 4861 4.1 to 4.4 give it, unless you know better.
 *
 * type    PKT_ICMP6_ROUTER_SOLICITATION to _REDIRECT
 * src     :: where the standard allows it
 * target  of a solicitation: goes to its solicited-node group. Of a redirect: the host that is told, its
 *         destination. Not read otherwise
 */
PKT_API struct pkt_ipv6_spec pkt_nd_ipv6(uint8_t type, struct pkt_ip6 src, struct pkt_ip6 target);

/* Router solicitation (RFC 4861 4.1). */
PKT_API void pkt_build_nd_router_solicitation(struct pkt_build *build);

enum pkt_nd_router_flag {
    PKT_ND_MANAGED = 0x80,
    PKT_ND_OTHER = 0x40,
    PKT_ND_HOME_AGENT = 0x20,      /* RFC 6275 7.1 */
    PKT_ND_PREFERENCE_HIGH = 0x08, /* RFC 4191 2.2 */
    PKT_ND_PREFERENCE_LOW = 0x18,
    PKT_ND_PROXY = 0x04, /* RFC 4389 4.1.3.3 */
};

struct pkt_nd_router_spec {
    uint8_t hop_limit;      /* 0: unspecified by this router */
    uint8_t flags;          /* enum pkt_nd_router_flag */
    uint16_t lifetime_s;    /* 0: 1800 (RFC 4861 6.2.1) */
    bool no_default;        /* a lifetime of 0: no default router */
    uint32_t reachable_ms;  /* 0: unspecified */
    uint32_t retransmit_ms; /* 0: unspecified */
};
/* Router advertisement (RFC 4861 4.2). */
PKT_API void pkt_build_nd_router_advertisement(struct pkt_build *build,
                                               const struct pkt_nd_router_spec *spec);

/* Neighbour solicitation (RFC 4861 4.3). */
PKT_API void pkt_build_nd_neighbour_solicitation(struct pkt_build *build, struct pkt_ip6 target);

enum pkt_nd_neighbour_flag {
    PKT_ND_ROUTER = 0x80,
    PKT_ND_SOLICITED = 0x40,
    PKT_ND_OVERRIDE = 0x20,
};
struct pkt_nd_neighbour_spec {
    uint8_t flags; /* enum pkt_nd_neighbour_flag */
    struct pkt_ip6 target;
};
/* Neighbour advertisement (RFC 4861 4.4). */
PKT_API void pkt_build_nd_neighbour_advertisement(struct pkt_build *build,
                                                  const struct pkt_nd_neighbour_spec *spec);

/* Redirect (RFC 4861 4.5): packets to destination should go to target. */
PKT_API void pkt_build_nd_redirect(struct pkt_build *build, struct pkt_ip6 target,
                                   struct pkt_ip6 destination);

/* --- options; what their readers fill is never NULL here --- */

/* Any option: data is what stands behind type and length; 2 more bytes than it must be whole units. */
PKT_API void pkt_build_nd_option(struct pkt_build *build, uint8_t type, struct pkt_view data);

/* Source or target link-layer address (RFC 4861 4.6.1): type is PKT_ND_OPTION_SOURCE_LLA or _TARGET_LLA, the
 * address has 6 bytes on Ethernet. Padded. */
PKT_API void pkt_build_nd_link_address(struct pkt_build *build, uint8_t type, struct pkt_view address);

/* Prefix information (RFC 4861 4.6.2), as it is: bits behind its length are not cleared. */
PKT_API void pkt_build_nd_prefix(struct pkt_build *build, const struct pkt_nd_prefix *prefix);

/* Redirected header (RFC 4861 4.6.3): the start of the packet that is redirected. The message should not
 * exceed 1,280 bytes. Padded: to cut to a multiple of 8 is better. */
PKT_API void pkt_build_nd_redirected(struct pkt_build *build, struct pkt_view packet);

/* MTU in bytes (RFC 4861 4.6.4). */
PKT_API void pkt_build_nd_mtu(struct pkt_build *build, uint32_t mtu);

/* Nonce (RFC 3971 5.3.2): 6 bytes, or 14, 22, ... */
PKT_API void pkt_build_nd_nonce(struct pkt_build *build, struct pkt_view nonce);

/* Route information (RFC 4191 2.3), with size bytes of prefix or as few as its length needs if that is more.
 * RANGE for more than 128 bits, a size that is not 0, 8 or 16, or a preference that is not -2 to 1. */
PKT_API void pkt_build_nd_route(struct pkt_build *build, const struct pkt_nd_route *route);

/* Recursive DNS servers (RFC 8106 5.1): lifetime in seconds. RANGE for none or more than 127. */
PKT_API void pkt_build_nd_rdnss(struct pkt_build *build, uint32_t lifetime_s, const struct pkt_ip6 *servers,
                                size_t count);

/*
 * DNS search list (RFC 8106 5.2): lifetime in seconds; names as text, labels between dots, a dot at the end
 * allowed. Padded. RANGE for no name, an empty label or one above 63 bytes, or a name above 255 bytes on the
 * wire (RFC 1035 2.3.4).
 */
PKT_API void pkt_build_nd_dnssl(struct pkt_build *build, uint32_t lifetime_s, const char *const *names,
                                size_t count);

PKT_END

#endif
