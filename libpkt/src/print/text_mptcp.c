/*
 * Multipath TCP options (RFC 8684) as lines.
 */
#include "pkt/transport.h"
#include "text.h"

enum {
    CAPABLE_CHECKSUM = 0x80,
    JOIN_BACKUP = 0x01,
    DSS_FIN = 0x10,
    DSS_LONG_SEQUENCE = 0x08,
    DSS_MAP = 0x04,
    DSS_LONG_ACK = 0x02,
    DSS_ACK = 0x01,
    SYN_ACK = PKT_TCP_SYN | PKT_TCP_ACK,
};

static void put_u64_hex(struct text *t, const char *before, uint64_t value)
{
    text_put(t, before);
    pkt_put_hex(t->sink, value);
}

static bool put_capable(struct text *t, struct pkt_view o, unsigned flags)
{
    unsigned version = pkt_u8(o, 2) & 0x0f;
    bool checksum = (pkt_u8(o, 3) & CAPABLE_CHECKSUM) != 0;
    bool syn = (flags & SYN_ACK) == PKT_TCP_SYN;
    bool syn_ack = (flags & SYN_ACK) == SYN_ACK;
    bool sized = o.len == 4    ? syn
                 : o.len == 12 ? (syn || syn_ack)
                               : o.len == 20 || o.len == 22 || o.len == 24;
    if (!sized || version > 1)
        return false;
    text_put_u32(t, " v", version);
    text_put(t, checksum ? " csum" : "");
    if (o.len < 12)
        return true;
    put_u64_hex(t, " {0x", pkt_u64(o, 4));
    if (o.len >= 20)
        put_u64_hex(t, ",0x", pkt_u64(o, 12));
    if ((o.len == 22 && !checksum) || o.len == 24)
        text_put_u32(t, ",data_len=", pkt_u16(o, 20));
    text_put(t, "}");
    return true;
}

static bool put_join(struct text *t, struct pkt_view o, unsigned flags)
{
    bool fits = (o.len == 12 && (flags & PKT_TCP_SYN) != 0) ||
                (o.len == 16 && (flags & SYN_ACK) == SYN_ACK) || (o.len == 24 && (flags & PKT_TCP_ACK) != 0);
    if (!fits)
        return false;
    if (o.len == 24) {
        text_put(t, " hmac 0x");
        pkt_put_hex_bytes(t->sink, pkt_view_from(o, 4), 0);
        return true;
    }
    text_put(t, (pkt_u8(o, 2) & JOIN_BACKUP) != 0 ? " backup" : "");
    text_put_u32(t, " id ", pkt_u8(o, 3));
    if (o.len == 12)
        text_put_hex(t, " token 0x", pkt_u32(o, 4));
    else
        put_u64_hex(t, " hmac 0x", pkt_u64(o, 4));
    text_put_hex(t, " nonce 0x", pkt_u32(o, o.len - 4));
    return true;
}

/* A number of 4 or 8 octets in decimal. */
static bool take_number(struct text *t, struct pkt_cursor *cursor, bool wide)
{
    struct pkt_view number = pkt_cursor_take(cursor, wide ? 8 : 4);
    if (cursor->failed)
        return false;
    pkt_put_u64(t->sink, wide ? pkt_u64(number, 0) : pkt_u32(number, 0));
    return true;
}

static bool put_map(struct text *t, struct pkt_cursor *cursor, bool wide)
{
    text_put(t, " seq ");
    if (!take_number(t, cursor, wide))
        return false;
    text_put(t, " subseq ");
    if (pkt_cursor_left(cursor) < 4)
        return false;
    text_u32(t, pkt_cursor_u32(cursor));
    text_put(t, " len ");
    if (pkt_cursor_left(cursor) < 2)
        return false;
    text_u32(t, pkt_cursor_u16(cursor));
    if (pkt_cursor_left(cursor) >= 2)
        text_put_hex(t, " csum 0x", pkt_cursor_u16(cursor));
    return true;
}

static bool put_dss(struct text *t, struct pkt_view o, unsigned flags)
{
    unsigned bits = pkt_u8(o, 3);
    struct pkt_cursor cursor = pkt_cursor_make(pkt_view_from(o, 4));
    if (o.len < 4 || (flags & PKT_TCP_SYN) != 0)
        return false;
    text_put(t, (bits & DSS_FIN) != 0 ? " fin" : "");
    if ((bits & DSS_ACK) != 0) {
        text_put(t, " ack ");
        if (!take_number(t, &cursor, (bits & DSS_LONG_ACK) != 0))
            return false;
    }
    if ((bits & DSS_MAP) != 0 && !put_map(t, &cursor, (bits & DSS_LONG_SEQUENCE) != 0))
        return false;
    return pkt_cursor_left(&cursor) == 0;
}

/* IP version of version 0, echo flag of version 1 (RFC 6824 3.4.1, RFC 8684 3.4.1). */
static const struct text_name address_kinds[] = {
    {0, " v1"     },
    {1, " v1-echo"},
    {4, " v0-ip4" },
    {6, " v0-ip6" },
    {0, NULL      },
};

/* Address, port where the length has room for one, and a hash behind them. */
static bool put_add_address(struct text *t, struct pkt_view o, unsigned flags)
{
    (void)flags;
    bool v4 = o.len == 8 || o.len == 10 || o.len == 16 || o.len == 18;
    bool v6 = o.len == 20 || o.len == 22 || o.len == 28 || o.len == 30;
    if (!v4 && !v6)
        return false;
    const char *kind = text_name(address_kinds, pkt_u8(o, 2) & 0x0f);
    text_put(t, kind != NULL ? kind : " [bad version/echo]");
    text_put_u32(t, " id ", pkt_u8(o, 3));
    text_put(t, " ");
    size_t off = v4 ? 8 : 20;
    if (v4)
        text_ip4_at(t, o, 4);
    else
        text_ip6_at(t, o, 4);
    if ((o.len - off) % 8 == 2) {
        text_put_u32(t, ":", pkt_u16(o, off));
        off += 2;
    }
    if (o.len - off == 8)
        put_u64_hex(t, " hmac 0x", pkt_u64(o, off));
    return true;
}

static bool put_remove_address(struct text *t, struct pkt_view o, unsigned flags)
{
    (void)flags;
    if (o.len < 4)
        return false;
    text_put(t, " id");
    for (size_t i = 3; i < o.len; i++)
        text_put_u32(t, " ", pkt_u8(o, i));
    return true;
}

static bool put_priority(struct text *t, struct pkt_view o, unsigned flags)
{
    (void)flags;
    if (o.len != 3 && o.len != 4)
        return false;
    text_put(t, (pkt_u8(o, 2) & JOIN_BACKUP) != 0 ? " backup" : " non-backup");
    if (o.len == 4)
        text_put_u32(t, " id ", pkt_u8(o, 3));
    return true;
}

static bool put_fail(struct text *t, struct pkt_view o, unsigned flags)
{
    (void)flags;
    if (o.len != 12)
        return false;
    text_put(t, " seq ");
    pkt_put_u64(t->sink, pkt_u64(o, 4));
    return true;
}

static bool put_close(struct text *t, struct pkt_view o, unsigned flags)
{
    (void)flags;
    if (o.len != 12)
        return false;
    put_u64_hex(t, " key 0x", pkt_u64(o, 4));
    return true;
}

bool text_mptcp(struct text *t, struct pkt_view option, unsigned flags)
{
    static const struct {
        const char *name;
        bool (*print)(struct text *t, struct pkt_view option, unsigned flags);
    } subtypes[] = {
        {" capable",    put_capable       },
        {" join",       put_join          },
        {" dss",        put_dss           },
        {" add-addr",   put_add_address   },
        {" rem-addr",   put_remove_address},
        {" prio",       put_priority      },
        {" fail",       put_fail          },
        {" fast-close", put_close         },
    };
    unsigned subtype = pkt_u8(option, 2) >> 4;
    if (option.len < 3)
        return false;
    text_put_u32(t, " ", (uint32_t)option.len);
    if (subtype >= sizeof subtypes / sizeof *subtypes) {
        text_put(t, " unknown");
        return true;
    }
    text_put(t, subtypes[subtype].name);
    return subtypes[subtype].print(t, option, flags);
}
