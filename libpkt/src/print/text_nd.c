/*
 * Options of neighbour discovery (RFC 4861, 4191, 6275, 8106) as lines, one each.
 */
#include "pkt/icmp.h"
#include "text.h"

enum {
    ADVERTISEMENT_INTERVAL = 7,
    HOME_AGENT = 8,
    PREFIX_LEN = 32,
    RDNSS_ADDRESSES = 8,
    DNSSL_NAMES = 8,
};

static const struct text_name types[] = {
    {PKT_ND_OPTION_SOURCE_LLA, "source link-address"     },
    {PKT_ND_OPTION_TARGET_LLA, "destination link-address"},
    {PKT_ND_OPTION_PREFIX,     "prefix info"             },
    {PKT_ND_OPTION_REDIRECTED, "redirected header"       },
    {PKT_ND_OPTION_MTU,        "mtu"                     },
    {PKT_ND_OPTION_RDNSS,      "rdnss"                   },
    {PKT_ND_OPTION_DNSSL,      "dnssl"                   },
    {ADVERTISEMENT_INTERVAL,   "advertisement interval"  },
    {HOME_AGENT,               "homeagent information"   },
    {PKT_ND_OPTION_ROUTE,      "route info"              },
    {0,                        NULL                      },
};

static const struct text_name prefix_flags[] = {
    {0x80, "onlink"},
    {0x40, "auto"  },
    {0x20, "router"},
    {0,    NULL    }
};

static void put_lifetime(struct text *t, const char *before, uint32_t seconds)
{
    text_put(t, before);
    if (seconds == UINT32_MAX) {
        text_put(t, "infinity");
        return;
    }
    text_u32(t, seconds);
    text_put(t, "s");
}

static bool put_prefix(struct text *t, struct pkt_view option)
{
    if (option.len < PREFIX_LEN) {
        t->lost = true;
        return false;
    }
    text_ip6_at(t, option, 16);
    text_put_u32(t, "/", pkt_u8(option, 2));
    text_put(t, option.len != PREFIX_LEN ? "badlen, Flags [" : ", Flags [");
    text_bits(t, prefix_flags, pkt_u8(option, 3), ", ");
    put_lifetime(t, "], valid time ", pkt_u32(option, 4));
    put_lifetime(t, ", pref. time ", pkt_u32(option, 8));
    return true;
}

static void put_servers(struct text *t, struct pkt_view option)
{
    text_put_u32(t, " lifetime ", pkt_u32(option, 4));
    text_put(t, "s,");
    for (size_t off = RDNSS_ADDRESSES; off + 16 <= option.len; off += 16) {
        text_put(t, " addr: ");
        text_ip6_at(t, option, off);
    }
}

/* One name of labels (RFC 1035 3.1), without compression (RFC 8106 5.2). Returns behind it; 0: damaged. */
static size_t put_domain(struct text *t, struct pkt_view option, size_t off)
{
    for (;;) {
        size_t len = pkt_u8(option, off);
        if (off >= option.len)
            return 0;
        if (len == 0)
            return off + 1;
        if (len > 63) {
            text_put(t, "<BAD PTR>");
            return 0;
        }
        struct pkt_view label = pkt_view_clip(option, off + 1, len);
        for (size_t i = 0; i < label.len; i++)
            text_escaped(t, pkt_u8(label, i));
        if (label.len < len)
            return 0;
        text_put(t, ".");
        off += 1 + len;
    }
}

static bool put_domains(struct text *t, struct pkt_view option)
{
    text_put_u32(t, " lifetime ", pkt_u32(option, 4));
    text_put(t, "s, domain(s):");
    for (size_t off = DNSSL_NAMES; off < option.len && pkt_u8(option, off) != 0;) {
        text_put(t, " ");
        off = put_domain(t, option, off);
        if (off == 0)
            return false;
    }
    return true;
}

static bool put_route(struct text *t, struct pkt_view option)
{
    static const char *const preferences[] = {"medium", "high", "rsv", "low"};
    struct pkt_ip6 prefix = {{0}};
    if (option.len > 24)
        return false;
    for (size_t i = 0; i + 8 < option.len; i++)
        prefix.byte[i] = pkt_u8(option, 8 + i);
    text_put(t, " ");
    pkt_put_ip6(t->sink, prefix);
    text_put_u32(t, "/", pkt_u8(option, 2));
    text_put(t, ", pref=");
    text_put(t, preferences[pkt_u8(option, 3) >> 3 & 3]);
    put_lifetime(t, ", lifetime=", pkt_u32(option, 4));
    return true;
}

/* What an option says. False: damaged. ret_known: whether it said anything. */
static bool put_option(struct text *t, struct pkt_view option, bool *ret_known)
{
    *ret_known = true;
    switch (pkt_u8(option, 0)) {
    case PKT_ND_OPTION_SOURCE_LLA:
    case PKT_ND_OPTION_TARGET_LLA:
        pkt_put_hex_bytes(t->sink, pkt_view_from(option, 2), ':');
        return true;
    case PKT_ND_OPTION_PREFIX:
        return put_prefix(t, option);
    case PKT_ND_OPTION_REDIRECTED:
        text_dump_hex(t, option, "\n\t    ");
        return true;
    case PKT_ND_OPTION_MTU:
        text_put_u32(t, " ", pkt_u32(option, 4));
        text_put(t, option.len != 8 ? "bad option length" : "");
        return true;
    case PKT_ND_OPTION_RDNSS:
        put_servers(t, option);
        return true;
    case PKT_ND_OPTION_DNSSL:
        return put_domains(t, option);
    case ADVERTISEMENT_INTERVAL:
        text_put_u32(t, " ", pkt_u32(option, 4));
        text_put(t, "ms");
        return true;
    case HOME_AGENT:
        text_put_u32(t, " preference ", pkt_u16(option, 4));
        text_put_u32(t, ", lifetime ", pkt_u16(option, 6));
        return true;
    case PKT_ND_OPTION_ROUTE:
        return put_route(t, option);
    default:
        *ret_known = false;
        return true;
    }
}

static void put_head(struct text *t, struct pkt_view option)
{
    const char *name = text_name(types, pkt_u8(option, 0));
    text_put(t, "\n\t  ");
    text_put(t, name != NULL ? name : "unknown");
    text_put_u32(t, " option (", pkt_u8(option, 0));
    text_put_u32(t, "), length ", (uint32_t)option.len);
    text_put_u32(t, " (", pkt_u8(option, 1));
    text_put(t, "): ");
}

bool text_nd_options(struct text *t, struct text_at message, uint32_t off)
{
    bool known;
    while (off < message.bytes.len) {
        size_t len = 8U * pkt_u8(message.bytes, off + 1);
        struct pkt_view option = pkt_view_clip(message.bytes, off, len);
        if (len == 0 || option.len < len)
            return false;
        put_head(t, option);
        if (!put_option(t, option, &known))
            return false;
        struct pkt_view data = pkt_view_from(option, 2);
        if (t->verbosity > 1)
            text_dump_hex(t, data, "\n\t    ");
        else if (!known) {
            text_dump_hex(t, data, "\n\t  ");
            return true;
        }
        off += (uint32_t)len;
    }
    return true;
}
