/*
 * ICMP as lines.
 */
#include "pkt/icmp.h"
#include "text.h"

enum {
    ICMP_BODY = 8,
    QUOTE_DST = ICMP_BODY + 16,
    QUOTE_PROTOCOL = ICMP_BODY + 9,
    CODE_PROTOCOL = 2,
    CODE_PORT = 3,
    CODE_NEED_FRAG = 4,
    EXTENDED_MIN = 136, /* from there on extensions may follow */
};

/* What stands around the destination of an unreachable one: before, behind. */
static const struct {
    const char *before, *behind;
} unreachable[] = {
    [0] = {"net ",  " unreachable"                            },
    [1] = {"host ", " unreachable"                            },
    [5] = {"",      " unreachable - source route failed"      },
    [6] = {"net ",  " unreachable - unknown"                  },
    [7] = {"host ", " unreachable - unknown"                  },
    [8] = {"",      " unreachable - source host isolated"     },
    [9] = {"net ",  " unreachable - admin prohibited"         },
    [10] = {"host ", " unreachable - admin prohibited"         },
    [11] = {"net ",  " unreachable - tos prohibited"           },
    [12] = {"host ", " unreachable - tos prohibited"           },
    [13] = {"host ", " unreachable - admin prohibited filter"  },
    [14] = {"host ", " unreachable - host precedence violation"},
    [15] = {"host ", " unreachable - precedence cutoff"        },
};

static const struct text_name types[] = {
    {PKT_ICMP_SOURCE_QUENCH,       "source quench"       },
    {PKT_ICMP_ROUTER_SOLICITATION, "router solicitation" },
    {PKT_ICMP_INFORMATION,         "information request" },
    {PKT_ICMP_INFORMATION_REPLY,   "information reply"   },
    {PKT_ICMP_ADDRESS_MASK,        "address mask request"},
    {0,                            NULL                  },
};

/* The place and the message in it. */
struct message {
    struct text_at at;
    struct pkt_icmp m;
};

static bool has(const struct message *x, size_t off, size_t len)
{
    return pkt_view_has(x->m.message, off, len);
}

static bool put_echo(struct text *t, const struct message *x)
{
    if (!has(x, 4, 4))
        return false;
    text_put(t, pkt_icmp_type(x->m) == PKT_ICMP_ECHO_REQUEST ? "ICMP echo request, id "
                                                             : "ICMP echo reply, id ");
    text_u32(t, pkt_icmp_id(x->m));
    text_put_u32(t, ", seq ", pkt_icmp_sequence(x->m));
    return true;
}

static bool put_port(struct text *t, const struct message *x)
{
    unsigned header_len = (pkt_u8(x->m.message, ICMP_BODY) & 0x0fU) * 4U;
    uint8_t protocol = pkt_u8(x->m.message, QUOTE_PROTOCOL);
    if (!has(x, ICMP_BODY + header_len + 2U, 2) || !has(x, QUOTE_DST, 4))
        return false;
    text_put(t, "ICMP ");
    text_ip4_at(t, x->m.message, QUOTE_DST);
    if (protocol == PKT_IP_TCP)
        text_put(t, " tcp port ");
    else if (protocol == PKT_IP_UDP)
        text_put(t, " udp port ");
    else {
        text_put_u32(t, " protocol ", protocol);
        text_put(t, " port ");
    }
    text_u32(t, pkt_u16(x->m.message, ICMP_BODY + header_len + 2U));
    text_put(t, " unreachable");
    return true;
}

static void put_need_frag(struct text *t, const struct message *x)
{
    text_put(t, " unreachable - need to frag");
    if (pkt_icmp_mtu(x->m) == 0)
        return;
    text_put_u32(t, " (mtu ", pkt_icmp_mtu(x->m));
    text_put(t, ")");
}

static bool put_unreachable(struct text *t, const struct message *x)
{
    uint8_t code = pkt_icmp_code(x->m);
    if (code == CODE_PORT)
        return put_port(t, x);
    if (!has(x, QUOTE_DST, 4))
        return false;
    bool known = code < sizeof unreachable / sizeof *unreachable && unreachable[code].before != NULL;
    text_put(t, "ICMP ");
    if (known)
        text_put(t, unreachable[code].before);
    text_ip4_at(t, x->m.message, QUOTE_DST);
    if (known)
        text_put(t, unreachable[code].behind);
    else if (code == CODE_NEED_FRAG)
        put_need_frag(t, x);
    else if (code == CODE_PROTOCOL) {
        text_put_u32(t, " protocol ", pkt_u8(x->m.message, QUOTE_PROTOCOL));
        text_put(t, " unreachable");
    } else
        text_put_u32(t, " unreachable - #", code);
    return true;
}

static bool put_redirect(struct text *t, const struct message *x)
{
    static const struct {
        const char *before, *between;
    } codes[] = {
        {"redirect ",     " to net " },
        {"redirect ",     " to host "},
        {"redirect-tos ", " to net " },
        {"redirect-tos ", " to host "},
    };
    uint8_t code = pkt_icmp_code(x->m);
    bool known = code < sizeof codes / sizeof *codes;
    if (!has(x, QUOTE_DST, 4))
        return false;
    text_put(t, "ICMP ");
    if (known)
        text_put(t, codes[code].before);
    else {
        text_put_u32(t, "redirect-#", code);
        text_put(t, " ");
    }
    text_ip4_at(t, x->m.message, QUOTE_DST);
    text_put(t, known ? codes[code].between : " to ");
    pkt_put_ip4(t->sink, pkt_icmp_gateway(x->m));
    return true;
}

/* 1800 seconds are 30:00. */
static void put_lifetime(struct text *t, uint32_t seconds)
{
    if (seconds >= 3600) {
        text_u32(t, seconds / 3600);
        text_put(t, ":");
        pkt_put_u64_width(t->sink, seconds / 60 % 60, 2);
        text_put(t, ":");
        pkt_put_u64_width(t->sink, seconds % 60, 2);
    } else if (seconds >= 60) {
        text_u32(t, seconds / 60);
        text_put(t, ":");
        pkt_put_u64_width(t->sink, seconds % 60, 2);
    } else {
        text_u32(t, seconds);
    }
}

static bool put_router_advertisement(struct text *t, const struct message *x)
{
    struct pkt_view b = x->m.message;
    unsigned count = pkt_u8(b, 4);
    bool pairs = pkt_u8(b, 5) == 2; /* words an entry (RFC 1256 3) */
    if (!has(x, 4, 4) || (pairs && !has(x, ICMP_BODY, 8U * count)))
        return false;
    text_put(t, "ICMP router advertisement lifetime ");
    put_lifetime(t, pkt_u16(b, 6));
    text_put_u32(t, " ", count);
    text_put(t, ":");
    if (!pairs) {
        text_put_u32(t, " [size ", pkt_u8(b, 5));
        text_put(t, "]");
        return true;
    }
    for (unsigned i = 0; i < count; i++) {
        text_put(t, " {");
        text_ip4_at(t, b, ICMP_BODY + 8U * i);
        text_put_u32(t, " ", pkt_u32(b, ICMP_BODY + 8U * i + 4U));
        text_put(t, "}");
    }
    return true;
}

static bool put_time_exceeded(struct text *t, const struct message *x)
{
    uint8_t code = pkt_icmp_code(x->m);
    if (!has(x, QUOTE_DST, 4))
        return false;
    if (code == 0)
        text_put(t, "ICMP time exceeded in-transit");
    else if (code == 1)
        text_put(t, "ICMP ip reassembly time exceeded");
    else
        text_put_u32(t, "ICMP time exceeded-#", code);
    return true;
}

static bool put_parameter_problem(struct text *t, const struct message *x)
{
    if (pkt_icmp_code(x->m) != 0)
        text_put_u32(t, "ICMP parameter problem - code ", pkt_icmp_code(x->m));
    else if (has(x, 4, 1))
        text_put_u32(t, "ICMP parameter problem - octet ", pkt_icmp_pointer(x->m));
    return has(x, 4, 1) || pkt_icmp_code(x->m) != 0;
}

/* Milliseconds since midnight UTC. */
static void put_stamp(struct text *t, const char *before, uint32_t ms)
{
    uint32_t seconds = ms / 1000;
    text_put(t, before);
    pkt_put_u64_width(t->sink, seconds / 3600, 2);
    text_put(t, ":");
    pkt_put_u64_width(t->sink, seconds / 60 % 60, 2);
    text_put(t, ":");
    pkt_put_u64_width(t->sink, seconds % 60, 2);
    text_put(t, ".");
    pkt_put_u64_width(t->sink, ms % 1000, 3);
}

static bool put_timestamp(struct text *t, const struct message *x)
{
    bool reply = pkt_icmp_type(x->m) == PKT_ICMP_TIMESTAMP_REPLY;
    if (!has(x, 4, reply ? 16 : 4))
        return false;
    text_put(t, reply ? "ICMP time stamp reply id " : "ICMP time stamp query id ");
    text_u32(t, pkt_icmp_id(x->m));
    text_put_u32(t, " seq ", pkt_icmp_sequence(x->m));
    if (!reply)
        return true;
    put_stamp(t, ": org ", pkt_icmp_originate(x->m));
    put_stamp(t, ", recv ", pkt_icmp_receive(x->m));
    put_stamp(t, ", xmit ", pkt_icmp_transmit(x->m));
    return true;
}

static bool put_mask(struct text *t, const struct message *x)
{
    if (!has(x, ICMP_BODY, 4))
        return false;
    text_put_hex_width(t, "ICMP address mask is 0x", pkt_u32(x->m.message, ICMP_BODY), 8);
    return true;
}

/* The message up to its length; false, with nothing printed, when the capture ends before what it says. */
static bool put_message(struct text *t, const struct message *x)
{
    switch (pkt_icmp_type(x->m)) {
    case PKT_ICMP_ECHO_REQUEST:
    case PKT_ICMP_ECHO_REPLY:
        return put_echo(t, x);
    case PKT_ICMP_UNREACHABLE:
        return put_unreachable(t, x);
    case PKT_ICMP_REDIRECT:
        return put_redirect(t, x);
    case PKT_ICMP_ROUTER_ADVERTISEMENT:
        return put_router_advertisement(t, x);
    case PKT_ICMP_TIME_EXCEEDED:
        return put_time_exceeded(t, x);
    case PKT_ICMP_PARAMETER_PROBLEM:
        return put_parameter_problem(t, x);
    case PKT_ICMP_TIMESTAMP:
    case PKT_ICMP_TIMESTAMP_REPLY:
        return put_timestamp(t, x);
    case PKT_ICMP_ADDRESS_MASK_REPLY:
        return put_mask(t, x);
    default:
        text_put(t, "ICMP ");
        text_name_or_u32(t, types, pkt_icmp_type(x->m), "type-#");
        return true;
    }
}

static void put_checksum(struct text *t, struct text_at at)
{
    if (t->ip.fragment || at.bytes.len < at.len)
        return;
    uint16_t found = pkt_u16(at.bytes, 2);
    uint16_t over_all = pkt_checksum(pkt_view_clip(at.bytes, 0, at.len));
    if (over_all == 0)
        return;
    text_put_hex(t, " (wrong icmp cksum ", found);
    text_put_hex(t, " (->", pkt_checksum_update16(over_all, found, 0));
    text_put(t, ")!)");
}

/* The quoted packet on a line of its own. */
static bool put_quote(struct text *t, struct text_at at)
{
    struct text_at quote = text_behind(at, ICMP_BODY);
    uint32_t claimed = pkt_u16(quote.bytes, 2);
    if (text_row_is(t, quote.row, PKT_PROTO_ICMP_EXT))
        quote.row++;
    text_put(t, "\n\t");
    if (quote.bytes.len < 4)
        return text_cut(t, "icmp");
    quote.bytes = pkt_view_clip(quote.bytes, 0, claimed);
    quote.len = claimed;
    return text_ipv4(t, quote);
}

static bool is_error(uint8_t type)
{
    return type == PKT_ICMP_UNREACHABLE || type == PKT_ICMP_SOURCE_QUENCH || type == PKT_ICMP_REDIRECT ||
           type == PKT_ICMP_TIME_EXCEEDED || type == PKT_ICMP_PARAMETER_PROBLEM;
}

static bool may_have_extensions(uint8_t type)
{
    return type == PKT_ICMP_UNREACHABLE || type == PKT_ICMP_TIME_EXCEEDED ||
           type == PKT_ICMP_PARAMETER_PROBLEM;
}

/* Where the capture ends in one of these, tcpdump dumps the packet without its link header all the same. */
static bool put_end(struct text *t, struct pkt_icmp m)
{
    uint8_t type = pkt_icmp_type(m);
    bool marked = type == PKT_ICMP_ROUTER_ADVERTISEMENT || type == PKT_ICMP_TIME_EXCEEDED ||
                  type == PKT_ICMP_TIMESTAMP_REPLY;
    bool port = type == PKT_ICMP_UNREACHABLE && pkt_icmp_code(m) == CODE_PORT;
    if (m.message.len < 2 || !(marked || (port && m.message.len <= QUOTE_PROTOCOL)))
        return text_cut(t, "icmp");
    text_mark(t, "icmp");
    return true;
}

bool text_icmp(struct text *t, struct text_at at)
{
    struct message x = {
        at, {at.bytes, at.len, false}
    };
    if (at.bytes.len < 2 || !put_message(t, &x))
        return put_end(t, x.m);
    text_put_u32(t, ", length ", at.len);
    if (t->verbosity == 0)
        return true;
    put_checksum(t, at);
    if (is_error(pkt_icmp_type(x.m)) && !put_quote(t, at))
        return false;
    return !may_have_extensions(pkt_icmp_type(x.m)) || at.len <= EXTENDED_MIN || text_icmp_extensions(t, at);
}
