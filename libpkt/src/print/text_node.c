/*
 * Node information (RFC 4620) and router renumbering (RFC 2894) as lines.
 */
#include "pkt/icmp.h"
#include "text.h"

enum {
    NODE_QUERY = 139,
    NODE_LEN = 16,
    KIND_NOOP = 0,
    KIND_TYPES = 1,
    KIND_NAME = 2,
    KIND_ADDRESSES = 3,
    SUBJECT_IP6 = 0,
    SUBJECT_NAME = 1,
    SUBJECT_IP4 = 2,
    RENUMBERING_LEN = 16,
    COMMAND = 0,
    MATCH_LEN = 24,
    USE_LEN = 32,
};

/* " [aGSL]": the flags of an addresses query or reply, by their letters. */
static void put_address_flags(struct text *t, uint8_t flags, bool reply)
{
    static const struct text_name letters[] = {
        {0x20, "a" },
        {0x08, "G" },
        {0x10, "S" },
        {0x04, "L" },
        {0x02, "C" },
        {0x01, "A" },
        {0,    NULL}
    };
    (void)reply;
    if (flags == 0)
        return;
    text_put(t, " [");
    for (const struct text_name *letter = letters; letter->name != NULL; letter++)
        if ((flags & letter->value) != 0)
            text_put(t, letter->name);
    text_put(t, "]");
}

/* A name of labels; "???" where they make no sense. */
static void put_name(struct text *t, struct pkt_view name)
{
    text_put(t, ", \"");
    for (size_t off = 0; off < name.len;) {
        size_t len = pkt_u8(name, off++);
        if (len == 0) {
            if (off == name.len)
                text_put(t, ".");
            else if (off + 1 != name.len || pkt_u8(name, off) != 0)
                text_put(t, "???");
            break;
        }
        if (len > name.len - off) {
            text_put(t, "???");
            break;
        }
        for (size_t i = 0; i < len; i++)
            text_escaped(t, pkt_u8(name, off + i));
        off += len;
        if (off + 1 < name.len && pkt_u8(name, off) != 0)
            text_put(t, ".");
    }
    text_put(t, "\"");
}

/* A name as an early draft wrote it: one length and the characters. */
static void put_name_or_draft(struct text *t, struct pkt_view name)
{
    if (name.len == 0 || pkt_u8(name, 0) != name.len - 1) {
        put_name(t, name);
        return;
    }
    if (t->verbosity > 0)
        text_put(t, ", 03 draft");
    text_put(t, ", \"");
    for (size_t i = 1; i < name.len; i++)
        text_escaped(t, pkt_u8(name, i));
    text_put(t, "\"");
}

static void put_kind(struct text *t, struct pkt_view b)
{
    switch (pkt_u16(b, 4)) {
    case KIND_NOOP:
        text_put(t, "noop");
        return;
    case KIND_TYPES:
        text_put(t, "supported qtypes");
        if (pkt_u16(b, 6) != 0)
            text_put(t, (pkt_u16(b, 6) & 1) != 0 ? " [C]" : " []");
        return;
    case KIND_NAME:
        text_put(t, "DNS name");
        return;
    case KIND_ADDRESSES:
        text_put(t, "node addresses");
        put_address_flags(t, pkt_u8(b, 7), false);
        return;
    default:
        text_put(t, "unknown");
        return;
    }
}

/* "subject=..."; false: the parenthesis stays open, as tcpdump leaves it. */
static void put_subject(struct text *t, struct pkt_view b)
{
    struct pkt_view subject = pkt_view_from(b, NODE_LEN);
    unsigned code = pkt_u8(b, 1);
    size_t want = code == SUBJECT_IP6 ? 16 : 4;
    if (code == SUBJECT_NAME) {
        text_put(t, ", subject=DNS name");
        put_name_or_draft(t, subject);
    } else if (code > SUBJECT_IP4) {
        text_put(t, ", unknown subject");
    } else if (subject.len == want) {
        text_put(t, ", subject=");
        if (code == SUBJECT_IP6)
            text_ip6_at(t, subject, 0);
        else
            text_ip4_at(t, subject, 0);
    } else if (subject.len > want && t->verbosity > 0) {
        text_put(t, ", invalid subject len");
    }
}

static bool put_query(struct text *t, struct pkt_view b)
{
    if (b.len == 12) {
        text_put(t, " who-are-you request");
        return true;
    }
    text_put(t, " node information query");
    if (b.len < NODE_LEN) {
        text_mark(t, "icmp6");
        return true;
    }
    text_put(t, " (");
    put_kind(t, b);
    if (pkt_u16(b, 4) <= KIND_TYPES) {
        if (b.len != NODE_LEN && t->verbosity > 0)
            text_put(t, ", invalid len");
    } else if (b.len == NODE_LEN) {
        text_put(t, ", 03 draft");
    } else {
        put_subject(t, b);
    }
    text_put(t, ")");
    return true;
}

/* Lifetime and address in turn. */
static void put_addresses(struct text *t, struct pkt_view b)
{
    text_put(t, "node addresses");
    for (size_t off = NODE_LEN; pkt_view_has(b, off, 20); off += 20) {
        text_put(t, " ");
        text_ip6_at(t, b, off + 4);
        text_put_u32(t, "(", pkt_u32(b, off));
        text_put(t, ")");
    }
    put_address_flags(t, pkt_u8(b, 7), true);
}

static void put_data(struct text *t, struct pkt_view b)
{
    bool odd = b.len != NODE_LEN && t->verbosity > 0;
    switch (pkt_u16(b, 4)) {
    case KIND_NOOP:
        text_put(t, odd ? "noop, invalid length" : "noop");
        return;
    case KIND_NAME:
        text_put(t, "DNS name");
        put_name_or_draft(t, pkt_view_from(b, NODE_LEN + 4));
        if ((pkt_u16(b, 6) & 1) != 0) {
            text_put_u32(t, " [TTL=", pkt_u32(b, NODE_LEN));
            text_put(t, "]");
        }
        return;
    case KIND_ADDRESSES:
        put_addresses(t, b);
        return;
    default:
        put_kind(t, b);
        return;
    }
}

static bool put_reply(struct text *t, struct text_at at)
{
    struct pkt_view b = at.bytes;
    if (at.len > b.len || b.len < NODE_LEN) {
        text_mark(t, "icmp6");
        return true;
    }
    text_put(t, " node information reply (");
    unsigned code = pkt_u8(b, 1);
    if (code == 0) {
        if (t->verbosity > 0)
            text_put(t, "success, ");
        put_data(t, b);
    } else {
        text_put(t, code == 1 ? "refused" : code == 2 ? "unknown" : "");
        if (code <= 2 && b.len != NODE_LEN && t->verbosity > 0)
            text_put(t, ", invalid length");
    }
    text_put(t, ")");
    return true;
}

bool text_node_information(struct text *t, struct text_at at)
{
    return pkt_u8(at.bytes, 0) == NODE_QUERY ? put_query(t, at.bytes) : put_reply(t, at);
}

static void put_renumbering_head(struct text *t, struct pkt_view b)
{
    static const struct text_name codes[] = {
        {COMMAND, ", command"              },
        {1,       ", result"               },
        {255,     ", sequence number reset"},
        {0,       NULL                     }
    };
    static const struct text_name flags[] = {
        {0x80, "T" },
        {0x40, "R" },
        {0x20, "A" },
        {0x10, "S" },
        {0x08, "P" },
        {0,    NULL}
    };
    text_name_or_u32(t, codes, pkt_u8(b, 1), ", code-#");
    text_put_u32(t, ", seq=", pkt_u32(b, 4));
    if (t->verbosity == 0)
        return;
    text_put(t, "[");
    if ((pkt_u8(b, 9) & 0xf8) != 0)
        text_bits(t, flags, pkt_u8(b, 9), "");
    text_put_u32(t, ",seg=", pkt_u8(b, 8));
    text_put_u32(t, ",maxdelay=", pkt_u16(b, 10));
    if (pkt_u32(b, 12) != 0)
        text_put_hex(t, "rsvd=0x", pkt_u32(b, 12));
    text_put(t, "]");
}

static void put_match(struct text *t, struct pkt_view m)
{
    static const struct text_name operations[] = {
        {1, "add"      },
        {2, "change"   },
        {3, "setglobal"},
        {0, NULL       }
    };
    text_put(t, t->verbosity > 1 ? "\n\tmatch(" : " match(");
    text_name_or_u32(t, operations, pkt_u8(m, 0), "#");
    if (t->verbosity > 0) {
        text_put_u32(t, ",ord=", pkt_u8(m, 2));
        text_put_u32(t, ",min=", pkt_u8(m, 4));
        text_put_u32(t, ",max=", pkt_u8(m, 5));
    }
    text_put(t, ",");
    text_ip6_at(t, m, 8);
    text_put_u32(t, "/", pkt_u8(m, 3));
    text_put(t, ")");
}

static void put_time(struct text *t, const char *before, uint32_t seconds)
{
    text_put(t, before);
    if (seconds == UINT32_MAX)
        text_put(t, "infty");
    else
        text_u32(t, seconds);
    text_put(t, ",");
}

static void put_use(struct text *t, struct pkt_view u)
{
    text_put(t, t->verbosity > 1 ? "\n\tuse(" : " use(");
    uint8_t flags = pkt_u8(u, 12);
    if (flags != 0) {
        text_put(t, (flags & 0x80) != 0 ? "V" : "");
        text_put(t, (flags & 0x40) != 0 ? "P," : ",");
    }
    if (t->verbosity > 0) {
        text_put_hex(t, "mask=0x", pkt_u8(u, 2));
        text_put_hex(t, ",raflags=0x", pkt_u8(u, 3));
        put_time(t, ",vltime=", pkt_u32(u, 4));
        put_time(t, "pltime=", pkt_u32(u, 8));
    }
    text_ip6_at(t, u, 16);
    text_put_u32(t, "/", pkt_u8(u, 0));
    text_put_u32(t, "/", pkt_u8(u, 1));
    text_put(t, ")");
}

bool text_router_renumbering(struct text *t, struct text_at at)
{
    struct pkt_view b = at.bytes;
    if (b.len < RENUMBERING_LEN) {
        text_mark(t, "icmp6");
        return true;
    }
    put_renumbering_head(t, b);
    if (pkt_u8(b, 1) != COMMAND)
        return true;
    struct pkt_view match = pkt_view_clip(b, RENUMBERING_LEN, MATCH_LEN);
    if (match.len < MATCH_LEN) {
        text_mark(t, "icmp6");
        return true;
    }
    put_match(t, match);
    unsigned uses = pkt_u8(match, 1) / 4U;
    if (pkt_u8(match, 1) % 4 != 3) {
        text_mark(t, "icmp6");
        return true;
    }
    for (unsigned i = 0; i < uses; i++) {
        struct pkt_view use = pkt_view_clip(b, RENUMBERING_LEN + MATCH_LEN + i * USE_LEN, USE_LEN);
        if (use.len < USE_LEN) {
            text_mark(t, "icmp6");
            return true;
        }
        put_use(t, use);
    }
    return true;
}
