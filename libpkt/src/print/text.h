/*
 * What the printers of the protocols share.
 *
 * A printer gets its place: the captured bytes from the first of its own to where the enclosing lengths end,
 * the length that the enclosing header claims, and the row of the layer table. It writes its layer and calls
 * the printer of what follows. Two kinds of ends for a capture that is too short, as tcpdump has them:
 *
 *     text_mark  puts " [|name]" and the printers outside go on
 *     text_cut   puts the same, and nobody prints on: printers return false all the way out
 */
#ifndef PRINT_TEXT_H
#define PRINT_TEXT_H

#include "names.h"
#include "pkt/checksum.h"
#include "pkt/ipv4.h"
#include "pkt/print.h"
#include "write.h"

/* Where a layer stands. */
struct text_at {
    struct pkt_view bytes; /* captured, clipped by the enclosing lengths */
    uint32_t len;          /* on the wire by the enclosing header's claim; may exceed what there is */
    unsigned row;          /* in the layer table; whoever reads it checks its protocol */
};

/* The IP header around a transport layer. */
struct text_network {
    struct pkt_view header;
    bool v6;
    bool fragment;    /* the first fragment of several: checksums cannot be verified */
    uint8_t protocol; /* by the IP header itself, extension headers not skipped */
};

struct text {
    const struct pkt_packet *packet;
    const struct pkt_text_line *line;
    const struct pkt_text_options *options;
    struct pkt_sink *sink;
    unsigned verbosity;
    uint32_t link_len; /* bytes that the dump leaves out */
    bool lost;         /* the printer ran off the packet: tcpdump then dumps the whole frame */
    struct text_network ip;
};

/* Prints the layer at `at`. False: the capture ended, nobody prints on. */
typedef bool text_printer(struct text *t, struct text_at at);

text_printer text_ethernet, text_null, text_raw, text_sll, text_sll2, text_ppp_link, text_unsupported;
text_printer text_ppp, text_arp, text_ipv4, text_ipv6, text_icmp, text_icmp6, text_igmp, text_udp, text_tcp;
text_printer text_gre, text_vxlan;

/* Ethernet inside a tunnel; the place is that of its header. */
bool text_inner_ethernet(struct text *t, struct text_at at, uint32_t *ret_header_len);

/* What an EtherType announces; ret_known: whether there is a printer for it. */
bool text_ethertype(struct text *t, struct text_at at, uint16_t type, bool *ret_known);

/* The addresses around LLC; NULL where the link has none. */
struct text_stations {
    struct pkt_mac src, dst;
};

/*
 * LLC and what follows. ret_header_len: of LLC with SNAP; ret_known: false when the caller is to dump the
 * bytes.
 */
bool text_llc(struct text *t, struct text_at at, const struct text_stations *stations,
              uint32_t *ret_header_len, bool *ret_known);

/* What an IP protocol number announces. */
bool text_ip_protocol(struct text *t, struct text_at at, uint8_t protocol);

/* TCP options: ", options [...]". False as printers do; ret_bad: the list is damaged, the line ends. */
bool text_tcp_options(struct text *t, struct text_at segment, unsigned header_len, struct pkt_text_tcp base,
                      bool *ret_bad);
/* A Multipath TCP option behind its name. False: damaged. */
bool text_mptcp(struct text *t, struct pkt_view option, unsigned flags);

/* Parts of ICMPv6. */
bool text_nd_options(struct text *t, struct text_at message, uint32_t off);
bool text_mld_query(struct text *t, struct text_at at);
bool text_mld_report(struct text *t, struct text_at at);
bool text_node_information(struct text *t, struct text_at at);
bool text_router_renumbering(struct text *t, struct text_at at);

/* Multi-part extensions behind an ICMP error (RFC 4884). */
bool text_icmp_extensions(struct text *t, struct text_at at);

/* A record type of IGMPv3 and MLDv2. */
const char *text_record_name(uint8_t type);

void text_time(struct text *t);
void text_diagnoses(struct text *t);

/* --- writing --- */

static PKT_ALWAYS_INLINE void text_put(struct text *t, const char *string)
{
    pkt_put(t->sink, string);
}

static PKT_ALWAYS_INLINE void text_u32(struct text *t, uint32_t value)
{
    pkt_put_u32(t->sink, value);
}

/* len characters of a field of size: all are copied, whose number is known, and len stay. */
static PKT_ALWAYS_INLINE void text_put_field(struct text *t, const char *field, size_t size, size_t len)
{
    pkt_sink_reserve(t->sink, size);
    memcpy(t->sink->cur, field, size);
    t->sink->cur += len;
}

/* before, then value in decimal. */
static PKT_ALWAYS_INLINE void text_put_u32(struct text *t, const char *before, uint32_t value)
{
    pkt_put(t->sink, before);
    pkt_put_u32(t->sink, value);
}

/* before, then value in hexadecimal: as short as possible, or with width digits. */
static PKT_ALWAYS_INLINE void text_put_hex(struct text *t, const char *before, uint32_t value)
{
    pkt_put(t->sink, before);
    pkt_put_hex(t->sink, value);
}

static PKT_ALWAYS_INLINE void text_put_hex_width(struct text *t, const char *before, uint32_t value,
                                                 unsigned width)
{
    pkt_put(t->sink, before);
    pkt_put_hex_width(t->sink, value, width);
}

static inline void text_ip4_at(struct text *t, struct pkt_view view, size_t off)
{
    pkt_put_ip4(t->sink, pkt_ip4_at(view, off));
}

static inline void text_ip6_at(struct text *t, struct pkt_view view, size_t off)
{
    pkt_put_ip6(t->sink, pkt_ip6_at(view, off));
}

/* " [|name]". text_cut is always false. */
void text_mark(struct text *t, const char *name);
bool text_cut(struct text *t, const char *name);

/* " (invalid)" */
static inline void text_invalid(struct text *t)
{
    pkt_put(t->sink, " (invalid)");
}

/* The name of value, or unknown in front of it in decimal, or in hexadecimal with 4 digits and a closing
 * parenthesis. */
void text_name_or_u32(struct text *t, const struct text_name *table, uint32_t value, const char *unknown);
void text_name_or_hex4(struct text *t, const struct text_name *table, uint32_t value, const char *unknown);

/* The names of the bits that are set, separated; "none" when no name fits. */
void text_bits(struct text *t, const struct text_name *table, uint32_t value, const char *separator);

/* A character of the packet: control characters as ^X, those above 127 as M-X (as cat -v). */
void text_escaped(struct text *t, uint8_t octet);

/* "src > dst" of the IP header around. */
void text_addresses(struct text *t);

/* "src.1 > dst.2: ", or "1 > 2: " where the addresses are printed already. */
void text_endpoints(struct text *t, uint8_t protocol, uint16_t src, uint16_t dst);

/* --- dumps --- */

/* Lines of 16 bytes, each behind indent: in hexadecimal, and with ASCII beside. */
void text_dump_hex(struct text *t, struct pkt_view bytes, const char *indent);
void text_dump_hex_ascii(struct text *t, struct pkt_view bytes, const char *indent);
/* What nobody decodes; nothing where another dump in hexadecimal follows or -q is given. */
void text_dump_default(struct text *t, struct pkt_view bytes);
/* The dump that was asked for. */
void text_dump(struct text *t);

/* --- places --- */

/* Behind header_len bytes of at; bytes and length end no later than len. */
static inline struct text_at text_behind(struct text_at at, uint32_t header_len)
{
    struct text_at next = {pkt_view_from(at.bytes, header_len), at.len > header_len ? at.len - header_len : 0,
                           at.row + 1};
    return next;
}

/* Whether row number row is of protocol proto. */
static inline bool text_row_is(const struct text *t, unsigned row, enum pkt_proto proto)
{
    return row < t->packet->layer_count && t->packet->layer[row].proto == proto;
}

/*
 * The checksum of what stands at at: that of its row; by the bytes alone where the table has no row for it,
 * and where the row's is open because of what encloses it (a fragment that holds a tunnelled datagram
 * wholly).
 */
struct pkt_checksum_result text_checksum(const struct text *t, struct text_at at, enum pkt_proto proto);

#endif
