/*
 * ICMPv6 as lines.
 */
#include "pkt/igmp.h"
#include "pkt/ipv6.h"
#include "text.h"

enum {
    BODY = 8,
    QUOTE_SRC = BODY + 8,
    QUOTE_DST = BODY + 24,
    MLD1_LEN = 24,
    MLD2_QUERY_LEN = 28,
    CODE_BEYOND_SCOPE = 2,
    CODE_PORT = 4,
    ROUTER_RENUMBERING = 138,
    NODE_QUERY = 139,
    NODE_REPLY = 140,
    INVERSE_SOLICITATION = 141,
    INVERSE_ADVERTISEMENT = 142,
    HOME_AGENT_REQUEST = 144,
    HOME_AGENT_REPLY = 145,
    MOBILE_SOLICITATION = 146,
    MOBILE_ADVERTISEMENT = 147,
};

static const struct text_name types[] = {
    {PKT_ICMP6_UNREACHABLE,             "destination unreachable"       },
    {PKT_ICMP6_PACKET_TOO_BIG,          "packet too big"                },
    {PKT_ICMP6_TIME_EXCEEDED,           "time exceeded in-transit"      },
    {PKT_ICMP6_PARAMETER_PROBLEM,       "parameter problem"             },
    {PKT_ICMP6_ECHO_REQUEST,            "echo request"                  },
    {PKT_ICMP6_ECHO_REPLY,              "echo reply"                    },
    {PKT_ICMP6_MLD_QUERY,               "multicast listener query"      },
    {PKT_ICMP6_MLD1_REPORT,             "multicast listener report"     },
    {PKT_ICMP6_MLD1_DONE,               "multicast listener done"       },
    {PKT_ICMP6_ROUTER_SOLICITATION,     "router solicitation"           },
    {PKT_ICMP6_ROUTER_ADVERTISEMENT,    "router advertisement"          },
    {PKT_ICMP6_NEIGHBOUR_SOLICITATION,  "neighbor solicitation"         },
    {PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT, "neighbor advertisement"        },
    {PKT_ICMP6_REDIRECT,                "redirect"                      },
    {ROUTER_RENUMBERING,                "router renumbering"            },
    {NODE_QUERY,                        "who-are-you request"           },
    {NODE_REPLY,                        "who-are-you reply"             },
    {INVERSE_SOLICITATION,              "inverse neighbor solicitation" },
    {INVERSE_ADVERTISEMENT,             "inverse neighbor advertisement"},
    {PKT_ICMP6_MLD2_REPORT,             "multicast listener report v2"  },
    {HOME_AGENT_REQUEST,                "ha discovery request"          },
    {HOME_AGENT_REPLY,                  "ha discovery reply"            },
    {MOBILE_SOLICITATION,               "mobile router solicitation"    },
    {MOBILE_ADVERTISEMENT,              "mobile router advertisement"   },
    {155,                               "RPL"                           },
    {200,                               "mtrace response"               },
    {201,                               "mtrace message"                },
    {0,                                 NULL                            },
};

static const struct text_name unreachable_codes[] = {
    {0, "unreachable route"      },
    {1, " unreachable prohibited"},
    {2, "beyond scope"           },
    {3, "unreachable address"    },
    {4, "unreachable port"       },
    {0, NULL                     },
};

static const struct text_name neighbour_flags[] = {
    {0x80, "router"   },
    {0x40, "solicited"},
    {0x20, "override" },
    {0,    NULL       }
};

static const struct text_name router_flags[] = {
    {0x80, "managed"       },
    {0x40, "other stateful"},
    {0x20, "home agent"    },
    {0x02, "ipv6 only"     },
    {0,    NULL            }
};

/* How the line goes on behind a type's text. */
enum outcome {
    DONE, /* ", length N" follows, unless verbose */
    CUT,  /* the capture ended: mark, nobody prints on */
    MARK, /* mark, and the line ends */
    END,  /* the line ends */
};

typedef enum outcome printer(struct text *t, struct text_at at, struct pkt_icmp m);

/* A way from the quoted IPv6 header to its ports; 0 when there are none. */
static uint32_t find_ports(struct pkt_view packet, uint8_t *ret_protocol)
{
    uint8_t protocol = pkt_u8(packet, 6);
    uint32_t off = 40;
    /* Each step is at least 8 bytes long. */
    while (pkt_view_has(packet, off, 4)) {
        struct pkt_view header = pkt_view_from(packet, off);
        *ret_protocol = protocol;
        if (protocol == PKT_IP_UDP || protocol == PKT_IP_TCP)
            return off;
        if (protocol == PKT_IP_HOPOPTS || protocol == PKT_IP_DSTOPTS || protocol == PKT_IP_ROUTING)
            off += (pkt_u8(header, 1) + 1U) * 8U;
        else if (protocol == PKT_IP_FRAGMENT && (pkt_u16(header, 2) & 0xfff8) == 0)
            off += 8;
        else if (protocol == PKT_IP_AH)
            off += (pkt_u8(header, 1) + 2U) * 4U;
        else
            return 0;
        protocol = pkt_u8(header, 0);
    }
    return 0;
}

static enum outcome put_port(struct text *t, struct pkt_icmp m)
{
    uint8_t protocol;
    struct pkt_view quote = pkt_view_from(m.message, BODY);
    uint32_t off = find_ports(quote, &protocol);
    if (off == 0)
        return MARK;
    text_put(t, ", ");
    text_ip6_at(t, m.message, QUOTE_DST);
    text_put(t, protocol == PKT_IP_TCP ? " tcp port " : " udp port ");
    text_u32(t, pkt_u16(quote, off + 2));
    return DONE;
}

static enum outcome put_unreachable(struct text *t, struct text_at at, struct pkt_icmp m)
{
    uint8_t code = pkt_icmp_code(m);
    const char *name = text_name(unreachable_codes, code);
    text_put(t, ", ");
    if (name == NULL) {
        text_put_u32(t, "unknown unreach code (", code);
        text_put(t, ")");
        if (t->verbosity > 1)
            return DONE;
        text_dump_hex(t, at.bytes, "\n\t");
        return END;
    }
    text_put(t, name);
    if (code == CODE_PORT)
        return put_port(t, m);
    if (!pkt_view_has(m.message, QUOTE_DST, 16))
        return CUT;
    text_put(t, " ");
    text_ip6_at(t, m.message, QUOTE_DST);
    if (code == CODE_BEYOND_SCOPE) {
        text_put(t, ", source address ");
        text_ip6_at(t, m.message, QUOTE_SRC);
    }
    return DONE;
}

static enum outcome put_too_big(struct text *t, struct text_at at, struct pkt_icmp m)
{
    if (at.bytes.len < BODY)
        return CUT;
    text_put_u32(t, ", mtu ", pkt_icmp_mtu(m));
    return DONE;
}

static enum outcome put_time_exceeded(struct text *t, struct text_at at, struct pkt_icmp m)
{
    (void)at;
    if (pkt_icmp_code(m) == 1) {
        text_put(t, " (reassembly)");
        return DONE;
    }
    if (pkt_icmp_code(m) != 0) {
        text_put_u32(t, ", unknown code (", pkt_icmp_code(m));
        text_put(t, ")");
        return DONE;
    }
    if (!pkt_view_has(m.message, QUOTE_DST, 16))
        return CUT;
    text_put(t, " for ");
    text_ip6_at(t, m.message, QUOTE_DST);
    return DONE;
}

static enum outcome put_parameter_problem(struct text *t, struct text_at at, struct pkt_icmp m)
{
    static const char *const codes[] = {", erroneous - octet ", ", next header - octet ", ", option - octet ",
                                        ", incomplete header chain - octet "};
    uint8_t code = pkt_icmp_code(m);
    if (!pkt_view_has(at.bytes, QUOTE_DST, 16))
        return MARK;
    if (code < sizeof codes / sizeof *codes)
        text_put_u32(t, codes[code], pkt_icmp_pointer(m));
    else
        text_put_u32(t, ", code-#", code);
    return DONE;
}

static enum outcome put_echo(struct text *t, struct text_at at, struct pkt_icmp m)
{
    if (at.bytes.len < BODY)
        return CUT;
    text_put_u32(t, ", id ", pkt_icmp_id(m));
    text_put_u32(t, ", seq ", pkt_icmp_sequence(m));
    return DONE;
}

static enum outcome put_mld1(struct text *t, struct text_at at, struct pkt_icmp m)
{
    if (at.bytes.len < MLD1_LEN)
        return DONE;
    text_put_u32(t, "max resp delay: ", pkt_mld_max_response_code(m));
    text_put(t, " addr: ");
    pkt_put_ip6(t->sink, pkt_mld_group(m));
    return DONE;
}

static enum outcome put_mld_query(struct text *t, struct text_at at, struct pkt_icmp m)
{
    if (at.len == MLD1_LEN)
        return put_mld1(t, at, m);
    if (at.len >= MLD2_QUERY_LEN) {
        text_put(t, " v2");
        return text_mld_query(t, at) ? DONE : CUT;
    }
    text_put_u32(t, " unknown-version (len ", at.len);
    text_put(t, ") ");
    return DONE;
}

static enum outcome put_mld_report(struct text *t, struct text_at at, struct pkt_icmp m)
{
    (void)m;
    return text_mld_report(t, at) ? DONE : CUT;
}

/* ND options, under -v. */
static enum outcome put_options(struct text *t, struct text_at at, uint32_t off)
{
    if (t->verbosity == 0)
        return DONE;
    return text_nd_options(t, at, off) ? DONE : MARK;
}

static enum outcome put_router_solicitation(struct text *t, struct text_at at, struct pkt_icmp m)
{
    (void)m;
    return put_options(t, at, 8);
}

static const char *preference(uint8_t flags)
{
    static const char *const names[] = {"medium", "high", "rsv", "low"};
    return names[flags >> 3 & 3];
}

static enum outcome put_router_advertisement(struct text *t, struct text_at at, struct pkt_icmp m)
{
    if (t->verbosity == 0)
        return DONE;
    if (at.bytes.len < 16)
        return CUT;
    uint8_t flags = pkt_u8(m.message, 5);
    text_put_u32(t, "\n\thop limit ", pkt_nd_ra_hop_limit(m));
    text_put(t, ", Flags [");
    text_bits(t, router_flags, flags, ", ");
    text_put(t, "], pref ");
    text_put(t, preference(flags));
    text_put_u32(t, ", router lifetime ", pkt_u16(m.message, 6));
    text_put_u32(t, "s, reachable time ", pkt_nd_ra_reachable(m));
    text_put_u32(t, "ms, retrans timer ", pkt_nd_ra_retransmit(m));
    text_put(t, "ms");
    return put_options(t, at, 16);
}

static enum outcome put_neighbour_solicitation(struct text *t, struct text_at at, struct pkt_icmp m)
{
    if (at.bytes.len < 24)
        return CUT;
    text_put(t, ", who has ");
    pkt_put_ip6(t->sink, pkt_nd_target(m));
    return put_options(t, at, 24);
}

static enum outcome put_neighbour_advertisement(struct text *t, struct text_at at, struct pkt_icmp m)
{
    if (at.bytes.len < 24)
        return CUT;
    text_put(t, ", tgt is ");
    pkt_put_ip6(t->sink, pkt_nd_target(m));
    if (t->verbosity > 0) {
        text_put(t, ", Flags [");
        text_bits(t, neighbour_flags, pkt_nd_flags(m), ", ");
        text_put(t, "]");
    }
    return put_options(t, at, 24);
}

static enum outcome put_redirect(struct text *t, struct text_at at, struct pkt_icmp m)
{
    if (at.bytes.len < 40)
        return CUT;
    text_put(t, ", ");
    pkt_put_ip6(t->sink, pkt_nd_destination(m));
    text_put(t, " to ");
    pkt_put_ip6(t->sink, pkt_nd_target(m));
    return put_options(t, at, 40);
}

static enum outcome put_renumbering(struct text *t, struct text_at at, struct pkt_icmp m)
{
    (void)m;
    return text_router_renumbering(t, at) ? DONE : CUT;
}

static enum outcome put_node(struct text *t, struct text_at at, struct pkt_icmp m)
{
    (void)m;
    return text_node_information(t, at) ? DONE : CUT;
}

static enum outcome put_nothing(struct text *t, struct text_at at, struct pkt_icmp m)
{
    (void)t, (void)at, (void)m;
    return DONE;
}

static enum outcome put_mobile_id(struct text *t, struct text_at at, struct pkt_icmp m)
{
    if (at.bytes.len < 6)
        return CUT;
    text_put_hex_width(t, ", id 0x", pkt_icmp_id(m), 4);
    return DONE;
}

static enum outcome put_home_agents(struct text *t, struct text_at at, struct pkt_icmp m)
{
    if (t->verbosity == 0)
        return DONE;
    if (put_mobile_id(t, at, m) == CUT)
        return CUT;
    for (size_t off = BODY; off < at.len; off += 16) {
        if (!pkt_view_has(at.bytes, off, 16))
            return CUT;
        text_put(t, ", ");
        text_ip6_at(t, at.bytes, off);
    }
    return DONE;
}

static enum outcome put_mobile_advertisement(struct text *t, struct text_at at, struct pkt_icmp m)
{
    if (t->verbosity == 0)
        return DONE;
    if (put_mobile_id(t, at, m) == CUT || at.bytes.len < BODY)
        return CUT;
    uint8_t flags = pkt_u8(m.message, 6);
    text_put(t, (flags & 0xc0) != 0 ? " " : "");
    text_put(t, (flags & 0x80) != 0 ? "M" : "");
    text_put(t, (flags & 0x40) != 0 ? "O" : "");
    return put_options(t, at, BODY);
}

static enum outcome put_unknown(struct text *t, struct text_at at, struct pkt_icmp m)
{
    (void)m;
    text_put_u32(t, ", length ", at.len);
    if (t->verbosity <= 1)
        text_dump_hex(t, at.bytes, "\n\t");
    return END;
}

static printer *find_printer(uint8_t type)
{
    static const struct {
        uint8_t type;
        printer *print;
    } printers[] = {
        {PKT_ICMP6_UNREACHABLE,             put_unreachable            },
        {PKT_ICMP6_PACKET_TOO_BIG,          put_too_big                },
        {PKT_ICMP6_TIME_EXCEEDED,           put_time_exceeded          },
        {PKT_ICMP6_PARAMETER_PROBLEM,       put_parameter_problem      },
        {PKT_ICMP6_ECHO_REQUEST,            put_echo                   },
        {PKT_ICMP6_ECHO_REPLY,              put_echo                   },
        {PKT_ICMP6_MLD_QUERY,               put_mld_query              },
        {PKT_ICMP6_MLD1_REPORT,             put_mld1                   },
        {PKT_ICMP6_MLD1_DONE,               put_mld1                   },
        {PKT_ICMP6_ROUTER_SOLICITATION,     put_router_solicitation    },
        {PKT_ICMP6_ROUTER_ADVERTISEMENT,    put_router_advertisement   },
        {PKT_ICMP6_NEIGHBOUR_SOLICITATION,  put_neighbour_solicitation },
        {PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT, put_neighbour_advertisement},
        {PKT_ICMP6_REDIRECT,                put_redirect               },
        {ROUTER_RENUMBERING,                put_renumbering            },
        {NODE_QUERY,                        put_node                   },
        {NODE_REPLY,                        put_node                   },
        {INVERSE_SOLICITATION,              put_nothing                },
        {INVERSE_ADVERTISEMENT,             put_nothing                },
        {PKT_ICMP6_MLD2_REPORT,             put_mld_report             },
        {HOME_AGENT_REQUEST,                put_mobile_id              },
        {HOME_AGENT_REPLY,                  put_home_agents            },
        {MOBILE_SOLICITATION,               put_mobile_id              },
        {MOBILE_ADVERTISEMENT,              put_mobile_advertisement   },
    };
    for (size_t i = 0; i < sizeof printers / sizeof *printers; i++)
        if (printers[i].type == type)
            return printers[i].print;
    return put_unknown;
}

static void put_checksum(struct text *t, struct text_at at)
{
    if (t->verbosity == 0 || t->ip.fragment || at.bytes.len < at.len)
        return;
    struct pkt_checksum_result result = text_checksum(t, at, PKT_PROTO_ICMP6);
    if (result.state == PKT_CHECKSUM_OK) {
        text_put(t, "[icmp6 sum ok] ");
    } else if (result.state == PKT_CHECKSUM_BAD || result.state == PKT_CHECKSUM_PARTIAL) {
        text_put_hex_width(t, "[bad icmp6 cksum 0x", result.found, 4);
        text_put_hex_width(t, " -> 0x", result.expected, 4);
        text_put(t, "!] ");
    }
}

/* Those whose length stands in front of their verbose text. */
static bool has_early_length(uint8_t type)
{
    return (type >= PKT_ICMP6_ROUTER_SOLICITATION && type <= PKT_ICMP6_REDIRECT) ||
           type == HOME_AGENT_REPLY || type == MOBILE_ADVERTISEMENT;
}

bool text_icmp6(struct text *t, struct text_at at)
{
    struct pkt_icmp m = {at.bytes, at.len, true};
    if (at.len == 0) {
        text_put(t, "ICMP6, length 0");
        text_invalid(t);
        return true;
    }
    put_checksum(t, at);
    if (at.bytes.len < 1)
        return text_cut(t, "icmp6");
    uint8_t type = pkt_icmp_type(m);
    text_put(t, "ICMP6, ");
    text_name_or_u32(t, types, type, "unknown icmp6 type (");
    if (text_name(types, type) == NULL)
        text_put(t, ")");
    if (t->verbosity > 0 && has_early_length(type))
        text_put_u32(t, ", length ", at.len);
    if (at.bytes.len < 2)
        return text_cut(t, "icmp6");
    enum outcome outcome = find_printer(type)(t, at, m);
    if (outcome == CUT)
        return text_cut(t, "icmp6");
    if (outcome == MARK)
        text_mark(t, "icmp6");
    else if (outcome == DONE && t->verbosity == 0)
        text_put_u32(t, ", length ", at.len);
    return true;
}
