/*
 * IPv4 as lines, and what both families carry, by protocol number.
 */
#include "pkt/ipv6.h"
#include "text.h"

enum {
    IPV4_LEN = 20,
    FLAG_MORE = 0x2000,
    FLAG_DONT = 0x4000,
    FLAG_RESERVED = 0x8000,
    ADDRESS_OFF = 3, /* of the first address in a route option */
    TIMESTAMP_OFF = 4,
    STAMP_ONLY = 0,
    STAMP_ADDRESS = 1,
    STAMP_PRESPECIFIED = 3,
    PROTOCOL_ND = 77,
    PROTOCOL_ETHERNET = 143,
};

static const struct text_name flag_names[] = {
    {FLAG_MORE,     "+"   },
    {FLAG_DONT,     "DF"  },
    {FLAG_RESERVED, "rsvd"},
    {0,             NULL  },
};

static const struct text_name option_names[] = {
    {PKT_IPV4_OPTION_END,          "EOL"       },
    {PKT_IPV4_OPTION_NOP,          "NOP"       },
    {PKT_IPV4_OPTION_TIMESTAMP,    "timestamp" },
    {PKT_IPV4_OPTION_SECURITY,     "security"  },
    {PKT_IPV4_OPTION_RECORD_ROUTE, "RR"        },
    {PKT_IPV4_OPTION_STRICT_ROUTE, "SSRR"      },
    {PKT_IPV4_OPTION_LOOSE_ROUTE,  "LSRR"      },
    {PKT_IPV4_OPTION_ROUTER_ALERT, "RA"        },
    {82,                           "traceroute"}, /* RFC 1393 */
    {0,                            NULL        },
};

static void put_bad(struct text *t, const char *what, uint32_t value)
{
    text_put(t, what);
    text_u32(t, value);
    text_put(t, "]");
}

/*
 * A route option: every slot, with a comma behind those in front of the pointer. The last slot of an option
 * of odd length reaches into what follows; area: the header from the option on.
 */
static void put_route(struct text *t, struct pkt_view option, struct pkt_view area)
{
    uint32_t len = (uint32_t)option.len;
    if (len < 3) {
        put_bad(t, " [bad length ", len);
        return;
    }
    if ((len + 1) % 4 != 0)
        put_bad(t, " [bad length ", len);
    uint32_t pointer = pkt_u8(option, 2) - 1U;
    if (pointer < ADDRESS_OFF || (pointer + 1) % 4 != 0 || pointer > len + 1)
        put_bad(t, " [bad ptr ", pkt_u8(option, 2));
    for (uint32_t off = ADDRESS_OFF; off < len && off + 4 <= area.len; off += 4) {
        text_put(t, " ");
        text_ip4_at(t, area, off);
        if (pointer > off)
            text_put(t, ",");
    }
}

/* The name of a timestamp option's kind; NULL when it has none. */
static const char *stamp_kind(unsigned kind)
{
    static const struct text_name kinds[] = {
        {STAMP_ONLY,         "TSONLY" },
        {STAMP_ADDRESS,      "TS+ADDR"},
        {STAMP_PRESPECIFIED, "PRESPEC"},
        {0,                  NULL     }
    };
    return text_name(kinds, kind);
}

/* The stamps; a caret stands where the pointer is. */
static void put_stamps(struct text *t, struct pkt_view option, uint32_t pointer, uint32_t hop_len)
{
    const char *before = " ";
    uint32_t len = (uint32_t)option.len;
    uint32_t off = TIMESTAMP_OFF;
    for (; off + hop_len <= len; off += hop_len) {
        text_put(t, off == pointer ? " ^ " : before);
        text_u32(t, pkt_u32(option, off + hop_len - 4));
        text_put(t, "@");
        if (hop_len == 8)
            text_ip4_at(t, option, off);
    }
    if (pointer == off)
        text_put(t, " ^ ");
}

static void put_timestamps(struct text *t, struct pkt_view option)
{
    uint32_t len = (uint32_t)option.len;
    if (len < TIMESTAMP_OFF) {
        put_bad(t, "[bad length ", len);
        return;
    }
    unsigned kind = pkt_u8(option, 3) & 0x0f;
    uint32_t hop_len = kind == STAMP_ONLY ? 4 : 8;
    uint32_t pointer = pkt_u8(option, 2) - 1U;
    text_put(t, " TS{");
    if ((len - TIMESTAMP_OFF) % hop_len != 0)
        put_bad(t, "[bad length ", len);
    if (pointer < TIMESTAMP_OFF || (pointer - TIMESTAMP_OFF) % hop_len != 0 || pointer > len + 1)
        put_bad(t, "[bad ptr ", pkt_u8(option, 2));
    if (stamp_kind(kind) != NULL) {
        text_put(t, stamp_kind(kind));
        put_stamps(t, option, pointer, hop_len);
    } else {
        put_bad(t, "[bad ts type ", kind);
        if (pointer == 0)
            text_put(t, " ^ ");
    }
    unsigned overflow = pkt_u8(option, 3) >> 4;
    if (overflow == 0) {
        text_put(t, "}");
        return;
    }
    text_put_u32(t, " [", overflow);
    text_put(t, " hops not recorded]} ");
}

static void put_router_alert(struct text *t, struct pkt_view option)
{
    if (option.len < 4)
        put_bad(t, " [bad length ", (uint32_t)option.len);
    else if (pkt_u16(option, 2) != 0)
        text_put_u32(t, " value ", pkt_u16(option, 2));
}

static void put_option(struct text *t, struct pkt_view option, struct pkt_view area)
{
    switch (pkt_u8(option, 0)) {
    case PKT_IPV4_OPTION_TIMESTAMP:
        put_timestamps(t, option);
        return;
    case PKT_IPV4_OPTION_RECORD_ROUTE:
    case PKT_IPV4_OPTION_STRICT_ROUTE:
    case PKT_IPV4_OPTION_LOOSE_ROUTE:
        put_route(t, option, area);
        return;
    case PKT_IPV4_OPTION_ROUTER_ALERT:
        put_router_alert(t, option);
        return;
    default:
        return;
    }
}

/* How a walk over the options ended. */
enum end {
    END_DONE,
    END_CUT,  /* the capture ends in an option's data */
    END_LOST, /* in an option's first two bytes */
};

/* area: the captured options, of len bytes that the header claims. */
static enum end put_options(struct text *t, struct pkt_view area, uint32_t claimed)
{
    for (size_t off = 0; off < claimed;) {
        uint8_t type = pkt_u8(area, off);
        bool single = type == PKT_IPV4_OPTION_END || type == PKT_IPV4_OPTION_NOP;
        if (off > 0)
            text_put(t, ",");
        if (off >= area.len)
            return END_LOST;
        text_name_or_u32(t, option_names, type, "unknown ");
        if (!single && off + 1 >= area.len && area.len < claimed)
            return END_LOST;
        size_t len = single ? 1 : pkt_u8(area, off + 1);
        if ((!single && len < 2) || len > claimed - off) {
            put_bad(t, " [bad length ", (uint32_t)len);
            return END_DONE;
        }
        if (len > area.len - off)
            return END_CUT;
        if (type == PKT_IPV4_OPTION_END)
            return END_DONE;
        put_option(t, pkt_view_clip(area, off, len), pkt_view_from(area, off));
        off += len;
    }
    return END_DONE;
}

static void put_service(struct text *t, uint8_t tos)
{
    static const char *const congestion[] = {"", ",ECT(1)", ",ECT(0)", ",CE"};
    text_put_hex(t, "(tos 0x", tos);
    text_put(t, congestion[tos & 3]);
}

static void put_header_checksum(struct text *t, struct pkt_ipv4 ip)
{
    uint16_t over_all = pkt_checksum(ip.header);
    if (over_all == 0)
        return;
    text_put_hex(t, ", bad cksum ", pkt_ipv4_checksum(ip));
    text_put_hex(t, " (->", pkt_checksum_update16(over_all, pkt_ipv4_checksum(ip), 0));
    text_put(t, ")!");
}

/* The header in parentheses. options: captured bytes of them. */
static void put_verbose(struct text *t, struct pkt_ipv4 ip)
{
    put_service(t, pkt_ipv4_tos(ip));
    if (pkt_ipv4_ttl(ip) >= 1)
        text_put_u32(t, ", ttl ", pkt_ipv4_ttl(ip));
    text_put_u32(t, ", id ", pkt_ipv4_id(ip));
    text_put_u32(t, ", offset ", pkt_ipv4_fragment_offset(ip));
    text_put(t, ", flags [");
    text_bits(t, flag_names, pkt_u16(ip.header, 6), ", ");
    const char *name = text_name(text_ip_protocols, pkt_ipv4_protocol(ip));
    text_put(t, "], proto ");
    text_put(t, name != NULL ? name : "unknown");
    text_put_u32(t, " (", pkt_ipv4_protocol(ip));
    text_put_u32(t, "), length ", pkt_ipv4_total_len(ip));
}

/* False when the capture ends in the options. */
static bool put_verbose_options(struct text *t, struct pkt_ipv4 ip, uint32_t header_len)
{
    enum end end = END_DONE;
    if (header_len > IPV4_LEN) {
        text_put(t, ", options (");
        end = put_options(t, pkt_view_from(ip.header, IPV4_LEN), header_len - IPV4_LEN);
        if (end == END_LOST)
            return text_cut(t, "ip");
        text_put(t, end == END_CUT ? " [truncated-option])" : ")");
    }
    if (ip.header.len >= header_len && !t->options->skip_checksums)
        put_header_checksum(t, ip);
    text_put(t, ")\n    ");
    if (end == END_DONE)
        return true;
    text_addresses(t);
    text_put(t, ": ");
    text_mark(t, "ip");
    return false;
}

/* Transport layers print the addresses with their ports. */
static bool has_ports(uint8_t protocol)
{
    return protocol == PKT_IP_TCP || protocol == PKT_IP_UDP;
}

static bool put_payload(struct text *t, struct pkt_ipv4 ip, struct text_at at, uint32_t header_len)
{
    uint8_t protocol = pkt_ipv4_protocol(ip);
    if (pkt_ipv4_fragment_offset(ip) != 0) {
        text_addresses(t);
        text_put_u32(t, ": ip-proto-", protocol);
        return true;
    }
    if (!has_ports(protocol)) {
        text_addresses(t);
        text_put(t, ": ");
    }
    if (at.bytes.len < header_len) {
        text_put_u32(t, " [remaining caplen(", (uint32_t)at.bytes.len);
        text_put_u32(t, ") < header length(", header_len);
        text_put(t, ")]");
        return text_cut(t, "ip");
    }
    return text_ip_protocol(t, text_behind(at, header_len), protocol);
}

/* Everything before the header is known to be one. False when the line ends there. */
static bool check_header(struct text *t, struct text_at at, struct pkt_ipv4 ip, uint32_t *ret_len)
{
    uint32_t header_len = pkt_ipv4_header_len(ip);
    uint32_t len = pkt_ipv4_total_len(ip);
    if (at.len < IPV4_LEN) {
        text_put_u32(t, "truncated-ip ", at.len);
        return false;
    }
    if (header_len < IPV4_LEN) {
        text_put_u32(t, "bad-hlen ", header_len);
        return false;
    }
    if (at.len < len) {
        text_put_u32(t, "truncated-ip - ", len - at.len);
        text_put(t, " bytes missing! ");
    }
    if (len < header_len) {
        text_put_u32(t, "bad-len ", len);
        return false;
    }
    *ret_len = len;
    return true;
}

/* What stands where no IPv4 header is; false when none is. */
static bool check_version(struct text *t, struct text_at at)
{
    unsigned version = pkt_u8(at.bytes, 0) >> 4;
    if (version == 4)
        return true;
    if (version == 6)
        text_put(t, "IP6, wrong link-layer encapsulation");
    else
        text_put_u32(t, "IP", version);
    text_invalid(t);
    return false;
}

bool text_ipv4(struct text *t, struct text_at at)
{
    uint32_t len;
    if (at.bytes.len == 0)
        return text_cut(t, "ip");
    if (!check_version(t, at))
        return true;
    if (!t->options->link_header)
        text_put(t, "IP ");
    if (at.bytes.len < IPV4_LEN) {
        text_mark(t, "ip");
        return true;
    }
    struct pkt_ipv4 ip = {pkt_view_clip(at.bytes, 0, IPV4_LEN)};
    if (!check_header(t, at, ip, &len))
        return true;
    uint32_t header_len = pkt_ipv4_header_len(ip);
    at.bytes = pkt_view_clip(at.bytes, 0, len);
    at.len = len;
    ip.header = pkt_view_clip(at.bytes, 0, header_len);
    t->ip = (struct text_network){ip.header, false, pkt_ipv4_more_fragments(ip), pkt_ipv4_protocol(ip)};
    if (t->verbosity > 0) {
        put_verbose(t, ip);
        if (!put_verbose_options(t, ip, header_len))
            return true;
    }
    return put_payload(t, ip, at, header_len);
}

static bool put_ah(struct text *t, struct text_at at)
{
    struct pkt_ipv6_extension ah = {at.bytes, PKT_PROTO_AH};
    uint32_t len = (pkt_ipv6_extension_len_field(ah) + 2U) * 4U;
    if (at.bytes.len < 1) {
        text_mark(t, "ah");
        return true;
    }
    text_put(t, "AH");
    if (at.bytes.len < 2)
        return text_cut(t, "ah");
    text_put(t, "(");
    if (t->verbosity > 0) {
        text_put_u32(t, "length=", pkt_ipv6_extension_len_field(ah));
        text_put_u32(t, "(", len);
        text_put(t, "-bytes),");
    }
    if (at.bytes.len < 4)
        return text_cut(t, "ah");
    if (pkt_u16(at.bytes, 2) != 0) {
        text_put_hex(t, "reserved=0x", pkt_u16(at.bytes, 2));
        text_put(t, "[MustBeZero],");
    }
    if (at.bytes.len < 8)
        return text_cut(t, "ah");
    text_put_hex_width(t, "spi=0x", pkt_ah_spi(ah), 8);
    text_put(t, ",");
    if (at.bytes.len < 12)
        return text_cut(t, "ah");
    text_put_hex(t, "seq=0x", pkt_ah_sequence(ah));
    text_put(t, ",icv=0x");
    pkt_put_hex_bytes(t->sink, pkt_view_clip(at.bytes, 12, len > 12 ? len - 12 : 0), 0);
    if (at.bytes.len < len)
        return text_cut(t, "ah");
    text_put(t, "): ");
    struct text_at next = text_behind(at, len);
    /* tcpdump's length wraps where the header claims more than there is; none is left. */
    return text_ip_protocol(t, next, pkt_ipv6_extension_next(ah));
}

static bool put_esp(struct text *t, struct text_at at)
{
    struct pkt_esp esp = {at.bytes};
    if (at.bytes.len <= 8) { /* tcpdump wants a byte more than it prints */
        text_mark(t, "esp");
        return true;
    }
    text_put_hex_width(t, "ESP(spi=0x", pkt_esp_spi(esp), 8);
    text_put_hex(t, ",seq=0x", pkt_esp_sequence(esp));
    text_put_u32(t, "), length ", at.len);
    return true;
}

/* A protocol of the other family. */
static bool put_mismatch(struct text *t, uint8_t protocol)
{
    const char *name = text_name(text_ip_protocols, protocol);
    text_put(t, "[");
    text_put(t, name != NULL ? name : "unknown");
    text_put(t, t->ip.v6 ? " requires IPv4]" : " requires IPv6]");
    text_invalid(t);
    return true;
}

static bool put_number(struct text *t, struct text_at at, uint8_t protocol)
{
    if (protocol == PKT_IP_NONE) {
        text_put(t, "no next header");
        return true;
    }
    if (protocol == PROTOCOL_ND) {
        text_put_u32(t, " nd ", at.len);
        return true;
    }
    text_put_u32(t, " ip-proto-", protocol);
    text_put_u32(t, " ", at.len);
    return true;
}

bool text_ip_protocol(struct text *t, struct text_at at, uint8_t protocol)
{
    switch (protocol) {
    case PKT_IP_TCP:
        return text_tcp(t, at);
    case PKT_IP_UDP:
        return text_udp(t, at);
    case PKT_IP_ICMP:
        return t->ip.v6 ? put_mismatch(t, protocol) : text_icmp(t, at);
    case PKT_IP_ICMP6:
        return t->ip.v6 ? text_icmp6(t, at) : put_mismatch(t, protocol);
    case PKT_IP_IGMP:
        return t->ip.v6 ? put_mismatch(t, protocol) : text_igmp(t, at);
    case PROTOCOL_ETHERNET:
        return t->ip.v6 ? put_number(t, at, protocol) : put_mismatch(t, protocol);
    case PKT_IP_IPIP:
        return text_ipv4(t, at);
    case PKT_IP_IPV6:
        return text_ipv6(t, at);
    case PKT_IP_GRE:
        return text_gre(t, at);
    case PKT_IP_AH:
        return put_ah(t, at);
    case PKT_IP_ESP:
        return put_esp(t, at);
    default:
        return put_number(t, at, protocol);
    }
}
