/*
 * IPv6 and its extension headers as lines.
 */
#include "pkt/ipv6.h"
#include "text.h"

enum {
    IPV6_LEN = 40,
    FRAGMENT_LEN = 8,
    FRAGMENT_ID = 4,
    OPTIONS_OFF = 2,
    ROUTING_ADDRESSES = 8,
    OPTION_MIN = 2,
    ROUTER_ALERT_LEN = 4,
    JUMBO_LEN = 6,
    JUMBO_MIN = 65536,
    HOME_ADDRESS_LEN = 18,
};

/* A walk along the extension headers of one packet. */
struct chain {
    struct text_at at;    /* the header under way; at.len: what is left by the payload length */
    uint32_t off;         /* where it starts, from the IPv6 header on */
    struct pkt_view all;  /* the packet from its IPv6 header on */
    uint32_t room;        /* what the enclosing layer left for it */
    uint32_t payload_len; /* by the field, or by a jumbo payload option */
    bool found_jumbo;
    bool found_any;
    bool found_hopopts;
};

static void put_verbose(struct text *t, struct pkt_ipv6 ip)
{
    text_put(t, "(");
    if (pkt_ipv6_traffic_class(ip) != 0) {
        text_put_hex_width(t, "class 0x", pkt_ipv6_traffic_class(ip), 2);
        text_put(t, ", ");
    }
    if (pkt_ipv6_flow_label(ip) != 0) {
        text_put_hex_width(t, "flowlabel 0x", pkt_ipv6_flow_label(ip), 5);
        text_put(t, ", ");
    }
    const char *name = text_name(text_ip_protocols, pkt_ipv6_next_header(ip));
    text_put_u32(t, "hlim ", pkt_ipv6_hop_limit(ip));
    text_put(t, ", next-header ");
    text_put(t, name != NULL ? name : "unknown");
    text_put_u32(t, " (", pkt_ipv6_next_header(ip));
    text_put_u32(t, ") payload length: ", pkt_ipv6_payload_len(ip));
    text_put(t, ") ");
}

/* The options inside a Home Address option. */
static bool put_suboptions(struct text *t, struct pkt_view area)
{
    for (size_t off = 0; off < area.len;) {
        uint8_t type = pkt_u8(area, off);
        size_t len = type == PKT_IPV6_OPTION_PAD1 ? 1 : pkt_u8(area, off + 1) + 2U;
        if ((type != PKT_IPV6_OPTION_PAD1 && off + 1 >= area.len) || len > area.len - off)
            return false;
        if (type == PKT_IPV6_OPTION_PAD1)
            text_put(t, ", pad1");
        else if (type == PKT_IPV6_OPTION_PADN)
            text_put(t, ", padn");
        else {
            text_put_hex_width(t, ", sopt_type 0x", type, 2);
            text_put_u32(t, ": len=", pkt_u8(area, off + 1));
        }
        off += len;
    }
    return true;
}

/* "(name: invalid len N)", and the walk ends. */
static bool put_invalid_len(struct text *t, const char *name, uint8_t len)
{
    text_put(t, name);
    text_put_u32(t, ": invalid len ", len);
    text_put(t, ")");
    return false;
}

static void put_jumbo(struct text *t, uint32_t len, const char *remark)
{
    text_put_u32(t, "(jumbo: ", len);
    text_put(t, remark);
    text_put(t, ") ");
}

/* chain is NULL in a destination options header, where a jumbo payload has no place (RFC 2675 2). */
static void take_jumbo(struct text *t, struct chain *chain, uint32_t len, bool seen, bool print)
{
    const char *remark = "";
    if (seen)
        remark = " - already seen";
    else if (chain == NULL)
        remark = " - not a hop-by-hop option";
    else if (chain->payload_len != 0)
        remark = " - payload len != 0";
    else if (len < JUMBO_MIN)
        remark = " - < 65536";
    else {
        chain->found_jumbo = true;
        chain->payload_len = len;
    }
    if (print)
        put_jumbo(t, len, remark);
}

static bool put_home_address(struct text *t, struct pkt_view option)
{
    if (option.len < HOME_ADDRESS_LEN)
        return put_invalid_len(t, "(homeaddr", pkt_u8(option, 1));
    text_put(t, "(homeaddr: ");
    text_ip6_at(t, option, 2);
    bool good = put_suboptions(t, pkt_view_from(option, HOME_ADDRESS_LEN));
    text_put(t, good ? ")" : "[trunc] )");
    return true;
}

/* One option, whole. False: damaged, the walk ends. */
static bool put_option(struct text *t, struct chain *chain, struct pkt_view option, bool *jumbo_seen)
{
    bool print = t->verbosity > 0;
    uint8_t len = pkt_u8(option, 1);
    switch (pkt_u8(option, 0)) {
    case PKT_IPV6_OPTION_PADN:
        if (print)
            text_put(t, "(padn)");
        return true;
    case PKT_IPV6_OPTION_ROUTER_ALERT:
        if (option.len != ROUTER_ALERT_LEN)
            return put_invalid_len(t, "(rtalert", len);
        if (print)
            text_put_hex_width(t, "(rtalert: 0x", pkt_u16(option, 2), 4);
        if (print)
            text_put(t, ") ");
        return true;
    case PKT_IPV6_OPTION_JUMBO:
        if (option.len != JUMBO_LEN)
            return put_invalid_len(t, "(jumbo", len);
        take_jumbo(t, chain, pkt_u32(option, 2), *jumbo_seen, print);
        *jumbo_seen = true;
        return true;
    case PKT_IPV6_OPTION_HOME_ADDRESS:
        return print ? put_home_address(t, option) : true;
    default:
        if (print) {
            text_put_hex_width(t, "(opt_type 0x", pkt_u8(option, 0), 2);
            text_put_u32(t, ": len=", len);
            text_put(t, ")");
        }
        return true;
    }
}

/* The options of a header; false when they are damaged. */
static bool put_options(struct text *t, struct chain *chain, struct pkt_view area)
{
    bool jumbo_seen = false;
    for (size_t off = 0; off < area.len;) {
        if (pkt_u8(area, off) == PKT_IPV6_OPTION_PAD1) {
            if (t->verbosity > 0)
                text_put(t, "(pad1)");
            off++;
            continue;
        }
        size_t len = pkt_u8(area, off + 1) + 2U;
        if (off + 1 >= area.len || len > area.len - off)
            return false;
        if (!put_option(t, chain, pkt_view_clip(area, off, len), &jumbo_seen))
            return false;
        off += len;
    }
    if (t->verbosity > 0)
        text_put(t, " ");
    return true;
}

/* Hop-by-hop or destination options. Returns the header's length; 0 when the line ends. */
static uint32_t put_options_header(struct text *t, struct chain *chain, bool hopopts)
{
    const char *name = hopopts ? "hbhopt" : "dstopt";
    struct pkt_view bytes = chain->at.bytes;
    uint32_t len = (pkt_u8(bytes, 1) + 1U) * 8U;
    if (bytes.len < 2 || bytes.len < len) {
        text_mark(t, name);
        return 0;
    }
    text_put(t, hopopts ? "HBH " : "DSTOPT ");
    if (!hopopts && t->verbosity == 0)
        return len;
    if (put_options(t, hopopts ? chain : NULL, pkt_view_clip(bytes, OPTIONS_OFF, len - OPTIONS_OFF)))
        return len;
    text_mark(t, name);
    return 0;
}

static uint32_t put_hopopts(struct text *t, struct chain *chain)
{
    if (chain->found_hopopts || chain->found_any) {
        text_put(t, chain->found_hopopts ? "[The Hop-by-Hop Options header was already found]"
                                         : "[The Hop-by-Hop Options header don't follow the IPv6 header]");
        text_invalid(t);
        return 0;
    }
    uint32_t len = put_options_header(t, chain, true);
    if (chain->payload_len == 0 && !chain->found_jumbo) {
        text_put(t, "[No valid Jumbo Payload Hop-by-Hop option found]");
        text_invalid(t);
        return 0;
    }
    chain->found_hopopts = true;
    return len;
}

/* The addresses of a routing header, its captured part; false when the capture ends before the last. */
static bool put_segments(struct text *t, struct pkt_view bytes, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        size_t off = ROUTING_ADDRESSES + 16U * i;
        if (!pkt_view_has(bytes, off, 16))
            return false;
        text_put_u32(t, ", [", i);
        text_put(t, "]");
        text_ip6_at(t, bytes, off);
    }
    return true;
}

static bool put_segment_routing(struct text *t, struct pkt_ipv6_extension x)
{
    if (x.header.len < 5)
        return false;
    text_put_u32(t, ", last-entry=", pkt_u8(x.header, 4));
    if (x.header.len < 6)
        return false;
    if (pkt_u8(x.header, 5) != 0 || t->verbosity > 0)
        text_put_hex(t, ", flags=0x", pkt_u8(x.header, 5));
    if (x.header.len < 8)
        return false;
    text_put_hex(t, ", tag=", pkt_u16(x.header, 6));
    return true;
}

/* What stands between the segments left and the addresses; false when the capture ends in it. */
static bool put_routing_kind(struct text *t, struct pkt_ipv6_extension x)
{
    if (pkt_ipv6_routing_type(x) == 4)
        return put_segment_routing(t, x);
    if (x.header.len < 8)
        return false;
    if (pkt_u32(x.header, 4) != 0 || t->verbosity > 0)
        text_put_hex(t, ", rsv=0x", pkt_u32(x.header, 4));
    return true;
}

/* Returns the header's length; 0 when the line ends, *ret_cut when the capture does. */
static uint32_t put_routing(struct text *t, struct pkt_view bytes, bool *ret_cut)
{
    struct pkt_ipv6_extension x = {bytes, PKT_PROTO_IP6_ROUTING};
    unsigned len = pkt_ipv6_extension_len_field(x);
    *ret_cut = true;
    if (bytes.len == 0)
        return 0;
    text_put(t, "RT6");
    if (bytes.len < 2)
        return 0;
    text_put_u32(t, " (len=", len);
    if (bytes.len < 3)
        return 0;
    text_put_u32(t, ", type=", pkt_ipv6_routing_type(x));
    if (pkt_ipv6_routing_type(x) == 0)
        text_put(t, " [Deprecated]");
    if (bytes.len < 4)
        return 0;
    text_put_u32(t, ", segleft=", pkt_ipv6_segments_left(x));
    unsigned type = pkt_ipv6_routing_type(x);
    bool known = type == 0 || type == 2 || type == 4;
    *ret_cut = known && !put_routing_kind(t, x);
    if (*ret_cut)
        return 0;
    if (!known) {
        text_put(t, " (unknown type)");
        text_invalid(t);
        return 0;
    }
    if (len % 2 == 1) {
        text_put_u32(t, type == 4 ? " (invalid length " : " [length ", len);
        text_put(t, type == 4 ? ")" : "]");
        text_invalid(t);
        return 0;
    }
    *ret_cut = !put_segments(t, bytes, len / 2);
    if (*ret_cut)
        return 0;
    text_put(t, ") ");
    return (len + 1) * 8;
}

/* Returns the header's length; 0 when the line ends. */
static uint32_t put_fragment(struct text *t, const struct chain *chain, bool *ret_cut)
{
    struct pkt_ipv6_extension x = {chain->at.bytes, PKT_PROTO_IP6_FRAGMENT};
    uint32_t before = chain->off + FRAGMENT_LEN;
    uint32_t whole = IPV6_LEN + (uint32_t)pkt_u16(chain->all, 4);
    *ret_cut = chain->at.bytes.len < (t->verbosity > 0 ? FRAGMENT_LEN : FRAGMENT_ID);
    if (*ret_cut)
        return 0;
    text_put(t, "frag (");
    if (t->verbosity > 0) {
        text_put_hex_width(t, "0x", pkt_ipv6_fragment_id(x), 8);
        text_put(t, ":");
    }
    text_u32(t, pkt_ipv6_fragment_offset(x));
    text_put(t, "|");
    if (before > whole)
        text_put(t, "[length < 0] (invalid))");
    else {
        text_u32(t, whole - before);
        text_put(t, ")");
    }
    if (pkt_ipv6_fragment_offset(x) != 0)
        return 0;
    text_put(t, " ");
    return FRAGMENT_LEN;
}

/*
 * One header. Returns its length, and 0 when it is none, or the line ends with it: then *ret_go_on tells a
 * payload (true) from an end, and *ret_cut from the end of the capture.
 */
static uint32_t put_extension(struct text *t, struct chain *chain, uint8_t protocol, bool *ret_payload,
                              bool *ret_cut)
{
    *ret_payload = false;
    *ret_cut = false;
    switch (protocol) {
    case PKT_IP_HOPOPTS:
        return put_hopopts(t, chain);
    case PKT_IP_DSTOPTS:
        return put_options_header(t, chain, false);
    case PKT_IP_FRAGMENT:
        t->ip.fragment = true;
        return put_fragment(t, chain, ret_cut);
    case PKT_IP_ROUTING:
        return put_routing(t, chain->at.bytes, ret_cut);
    default:
        *ret_payload = true;
        return 0;
    }
}

/* The length of what is carried, by a jumbo payload option or by an absent payload. False: the line ends. */
static bool settle_length(struct text *t, struct chain *chain)
{
    uint32_t before = chain->off;
    if (!chain->found_jumbo && chain->payload_len != 0)
        return true;
    if (!chain->found_jumbo) {
        if (chain->found_any) {
            text_mark(t, "ip6");
            return false;
        }
        chain->at.len = 0;
        chain->at.bytes = pkt_view_clip(chain->at.bytes, 0, 0);
        return true;
    }
    uint32_t len = chain->payload_len > UINT32_MAX - IPV6_LEN ? UINT32_MAX : chain->payload_len + IPV6_LEN;
    if (len < before) {
        text_mark(t, "ip6");
        return false;
    }
    if (len > chain->room) {
        text_put_u32(t, "[header+payload length ", len);
        text_put_u32(t, " > length ", chain->room);
        text_put(t, "]");
        text_invalid(t);
        text_put(t, " ");
    }
    chain->at.len = len - before;
    chain->at.bytes = pkt_view_clip(pkt_view_from(chain->all, before), 0, chain->at.len);
    return true;
}

static const char *mark_of(uint8_t protocol, struct pkt_view bytes)
{
    if (protocol != PKT_IP_ROUTING)
        return "frag6";
    return bytes.len == 0 ? "ip6" : "rt6";
}

static bool put_chain(struct text *t, struct chain *chain, uint8_t protocol)
{
    bool payload, cut;
    /* Each header is at least 8 bytes long: the walk ends with the captured bytes. */
    for (;;) {
        uint32_t len = put_extension(t, chain, protocol, &payload, &cut);
        if (cut)
            return text_cut(t, mark_of(protocol, chain->at.bytes));
        if (payload)
            return !settle_length(t, chain) || text_ip_protocol(t, chain->at, protocol);
        if (len == 0)
            return true;
        chain->found_any = true;
        if (protocol == PKT_IP_FRAGMENT && chain->at.bytes.len <= len)
            return true;
        uint8_t next = pkt_u8(chain->at.bytes, 0);
        if (chain->at.len < len) {
            text_mark(t, "ip6");
            return true;
        }
        chain->at = text_behind(chain->at, len);
        chain->off += len;
        protocol = next;
    }
}

/* Ports print their addresses themselves; with extension headers in between the addresses stand in front of
 * them. */
static bool has_ports(uint8_t protocol)
{
    return protocol == PKT_IP_TCP || protocol == PKT_IP_UDP;
}

bool text_ipv6(struct text *t, struct text_at at)
{
    struct pkt_ipv6 ip = {pkt_view_clip(at.bytes, 0, IPV6_LEN)};
    if (at.bytes.len < IPV6_LEN) {
        text_mark(t, "ip6");
        return true;
    }
    if (at.len < IPV6_LEN) {
        text_put_u32(t, "truncated-ip6 ", at.len);
        return true;
    }
    if (!t->options->link_header)
        text_put(t, "IP6 ");
    if (pkt_ipv6_version(ip) != 6) {
        text_put_u32(t, "version error: ", pkt_ipv6_version(ip));
        text_put(t, " != 6");
        return true;
    }
    struct chain chain = {.all = at.bytes, .room = at.len, .payload_len = pkt_ipv6_payload_len(ip)};
    uint32_t len = chain.payload_len != 0 ? chain.payload_len + IPV6_LEN : at.len;
    if (at.len < len) {
        text_put_u32(t, "truncated-ip6 - ", len - at.len);
        text_put(t, " bytes missing!");
    }
    if (t->verbosity > 0)
        put_verbose(t, ip);
    t->ip = (struct text_network){ip.header, true, false, pkt_ipv6_next_header(ip)};
    if (!has_ports(t->ip.protocol)) {
        text_addresses(t);
        text_put(t, ": ");
    }
    at.bytes = pkt_view_clip(at.bytes, 0, len);
    at.len = len;
    chain.off = IPV6_LEN;
    chain.at = text_behind(at, IPV6_LEN);
    return put_chain(t, &chain, t->ip.protocol);
}
