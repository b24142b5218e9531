/*
 * Capture filters: expressions in the language of pcap-filter(7), compiled by libpcap.
 *
 * By default a filter sees through VLAN tags and IPv6 extension headers: `icmp` finds tagged ICMP and `icmp6`
 * finds MLD, which stands behind a hop-by-hop options header. The expression is compiled once; a frame with
 * tags or extension headers is copied to scratch without them, its types and next headers put right, and the
 * same program runs there. A fragment other than the first keeps its fragment header: what follows is no
 * transport header.
 *
 * tcpdump's meaning is kept when PKT_FILTER_STRICT asks for it, and for expressions that speak of tags or
 * fixed offsets themselves: those with `vlan`, `protochain`, `ether[`, `link[` or `ip6[`, with `ah`, or with
 * `proto` and the number of a tag or an extension header.
 *
 * Named filters beyond libpcap's: `mld` (MLDv1 and MLDv2) and `multicast-control` (IGMP, MLD, multicast
 * router discovery, PIM).
 */
#ifndef PKT_FILTER_H
#define PKT_FILTER_H

#include "base.h"
#include "view.h"

PKT_BEGIN

struct pkt_filter;
struct pkt_sink;

enum pkt_filter_flag {
    PKT_FILTER_STRICT = 1 << 0,      /* tcpdump's meaning */
    PKT_FILTER_UNOPTIMISED = 1 << 1, /* the code as libpcap first generates it (tcpdump -O) */
};

/*
 * Compiles an expression; an empty one matches every frame. The program for linktype (LINKTYPE_ value) is
 * made at once, those for others when a frame of that link type comes. Fails with PKT_E_ARGUMENT (what
 * libpcap says of the expression) or PKT_E_MEMORY.
 */
PKT_API PKT_NODISCARD int pkt_filter_compile(const char *expression, uint16_t linktype, unsigned flags,
                                             struct pkt_filter **ret_filter, struct pkt_error *reterr_error);

/*
 * 1: the frame matches, 0: it does not. Negative: the expression makes no sense for this link type
 * (PKT_E_ARGUMENT) or memory ran out.
 */
PKT_API PKT_NODISCARD int pkt_filter_match(struct pkt_filter *filter, struct pkt_view bytes,
                                           uint32_t wire_len, uint16_t linktype,
                                           struct pkt_error *reterr_error);

/* Whether tags and extension headers are seen through; false: tcpdump's meaning is in force. */
PKT_API bool pkt_filter_sees_through(const struct pkt_filter *filter);

enum pkt_filter_form {
    PKT_FILTER_ASSEMBLER = 1, /* as tcpdump -d */
    PKT_FILTER_C = 2,         /* as tcpdump -dd */
    PKT_FILTER_DECIMAL = 3,   /* as tcpdump -ddd */
};

/* Writes the program that was compiled first. */
PKT_API void pkt_filter_print(const struct pkt_filter *filter, enum pkt_filter_form form,
                              struct pkt_sink *sink);

/* NULL is allowed. */
PKT_API void pkt_filter_free(struct pkt_filter *filter);

/*
 * Copies a frame to scratch (at least bytes.len bytes) without VLAN tags and IPv6 extension headers.
 * False, and scratch untouched, when it has none or the link type carries none. Pure.
 */
PKT_API bool pkt_filter_strip(struct pkt_view bytes, uint16_t linktype, uint8_t *scratch, size_t *ret_len);

PKT_END

#endif
