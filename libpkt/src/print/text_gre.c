/*
 * GRE as lines (RFC 2784, 2890; version 1: RFC 2637).
 */
#include "pkt/link.h"
#include "pkt/transport.h"
#include "text.h"

enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_SOURCE_ROUTE = 0x0800,
    GRE_ACK = 0x0080,
    ROUTE_IP = 0x0800,
    ROUTE_ASN = 0xfffe,
};

static const struct text_name flag_names[] = {
    {GRE_CHECKSUM,     "checksum present"      },
    {GRE_ROUTING,      "routing present"       },
    {GRE_KEY,          "key present"           },
    {GRE_SEQUENCE,     "sequence# present"     },
    {GRE_SOURCE_ROUTE, "source routing present"},
    {GRE_ACK,          "ack present"           },
    {0,                NULL                    },
};

/* The header under way. */
struct gre {
    struct text_at at;
    struct pkt_cursor cursor;
    uint16_t flags;
    uint16_t protocol;
};

/* Whether len more octets are in the packet; false with its mark. */
static bool has(struct text *t, const struct gre *gre, uint32_t len)
{
    if (gre->at.len - gre->cursor.off >= len)
        return true;
    text_mark(t, "gre");
    return false;
}

/* How the walk goes on. */
enum step {
    ON,
    OVER, /* the packet ended: its mark stands */
    CUT,  /* the capture ended */
};

static enum step take(struct text *t, struct gre *gre, uint32_t len, struct pkt_view *ret_bytes)
{
    if (!has(t, gre, len))
        return OVER;
    *ret_bytes = pkt_cursor_take(&gre->cursor, len);
    return gre->cursor.failed ? CUT : ON;
}

static enum step put_checksum(struct text *t, struct gre *gre)
{
    struct pkt_view field;
    if ((gre->flags & (GRE_CHECKSUM | GRE_ROUTING)) == 0)
        return ON;
    enum step step = take(t, gre, 2, &field);
    if (step != ON)
        return step;
    if (t->verbosity > 0)
        text_put_hex(t, ", sum 0x", pkt_u16(field, 0));
    step = take(t, gre, 2, &field);
    if (step == ON)
        text_put_hex(t, ", off 0x", pkt_u16(field, 0));
    return step;
}

static enum step put_key(struct text *t, struct gre *gre)
{
    struct pkt_view field;
    if ((gre->flags & GRE_KEY) == 0)
        return ON;
    enum step step = take(t, gre, 4, &field);
    if (step == ON)
        text_put_hex(t, ", key=0x", pkt_u32(field, 0));
    return step;
}

static enum step put_sequence(struct text *t, struct gre *gre, unsigned flag, const char *what)
{
    struct pkt_view field;
    if ((gre->flags & flag) == 0)
        return ON;
    enum step step = take(t, gre, 4, &field);
    if (step == ON)
        text_put_u32(t, what, pkt_u32(field, 0));
    return step;
}

/* The hops of one source route entry (RFC 1701), an asterisk at the one in turn. */
static void put_hops(struct text *t, struct pkt_view hops, uint16_t family, unsigned turn)
{
    unsigned width = family == ROUTE_IP ? 4 : 2;
    text_put(t, family == ROUTE_IP ? ", (rtaf=ip" : ", (rtaf=asn");
    if (turn % width != 0)
        text_put_u32(t, ", badoffset=", turn);
    else if (hops.len % width != 0)
        text_put_u32(t, ", badlength=", (uint32_t)hops.len);
    else if (turn >= hops.len) {
        text_put_u32(t, ", badoff/len=", turn);
        text_put_u32(t, "/", (uint32_t)hops.len);
    } else
        for (size_t off = 0; off < hops.len; off += width) {
            text_put(t, off == turn ? " *" : " ");
            if (width == 4)
                text_ip4_at(t, hops, off);
            else
                pkt_put_hex(t->sink, pkt_u16(hops, off));
        }
    text_put(t, ") ");
}

static enum step put_routes(struct text *t, struct gre *gre)
{
    struct pkt_view head, hops;
    if ((gre->flags & GRE_ROUTING) == 0)
        return ON;
    for (;;) {
        enum step step = take(t, gre, 4, &head);
        if (step != ON)
            return step;
        uint16_t family = pkt_u16(head, 0);
        if (family == 0 && pkt_u8(head, 3) == 0)
            return ON;
        step = take(t, gre, pkt_u8(head, 3), &hops);
        if (step != ON)
            return step;
        if (family == ROUTE_IP || family == ROUTE_ASN)
            put_hops(t, hops, family, pkt_u8(head, 2));
        else {
            text_put_hex(t, ", (rtaf=0x", family);
            text_put(t, ") ");
        }
    }
}

static void put_protocol_and_length(struct text *t, const struct gre *gre)
{
    if (t->options->link_header) {
        const char *name = text_name(text_ethertypes, gre->protocol);
        text_put(t, ", proto ");
        text_put(t, name != NULL ? name : "unknown");
        text_put_hex_width(t, " (0x", gre->protocol, 4);
        text_put(t, ")");
    }
    text_put_u32(t, ", length ", gre->at.len);
}

static bool put_payload0(struct text *t, const struct gre *gre)
{
    struct text_at next = text_behind(gre->at, (uint32_t)gre->cursor.off);
    uint32_t ignored;
    text_put(t, t->verbosity > 0 ? "\n\t" : ": ");
    switch (gre->protocol) {
    case PKT_ETHERTYPE_IPV4:
        return text_ipv4(t, next);
    case PKT_ETHERTYPE_IPV6:
        return text_ipv6(t, next);
    case PKT_ETHERTYPE_TEB:
        return text_inner_ethernet(t, next, &ignored);
    default:
        text_put_hex(t, "gre-proto-0x", gre->protocol);
        return true;
    }
}

static bool put_version0(struct text *t, struct gre *gre)
{
    enum step step = put_checksum(t, gre);
    if (step == ON)
        step = put_key(t, gre);
    if (step == ON)
        step = put_sequence(t, gre, GRE_SEQUENCE, ", seq ");
    if (step == ON)
        step = put_routes(t, gre);
    if (step != ON)
        return step == OVER || text_cut(t, "gre");
    put_protocol_and_length(t, gre);
    return put_payload0(t, gre);
}

static enum step put_call(struct text *t, struct gre *gre)
{
    struct pkt_view field;
    if ((gre->flags & GRE_KEY) == 0)
        return ON;
    enum step step = take(t, gre, 4, &field);
    if (step == ON)
        text_put_u32(t, ", call ", pkt_u16(field, 2));
    return step;
}

static bool put_version1(struct text *t, struct gre *gre)
{
    enum step step = put_call(t, gre);
    if (step == ON)
        step = put_sequence(t, gre, GRE_SEQUENCE, ", seq ");
    if (step == ON)
        step = put_sequence(t, gre, GRE_ACK, ", ack ");
    if (step != ON)
        return step == OVER || text_cut(t, "gre");
    bool payload = (gre->flags & GRE_SEQUENCE) != 0;
    if (!payload)
        text_put(t, ", no-payload");
    put_protocol_and_length(t, gre);
    if (!payload)
        return true;
    text_put(t, t->verbosity > 0 ? "\n\t" : ": ");
    if (gre->protocol == PKT_ETHERTYPE_PPP)
        return text_ppp(t, text_behind(gre->at, (uint32_t)gre->cursor.off));
    text_put_hex(t, "gre-proto-0x", gre->protocol);
    return true;
}

bool text_gre(struct text *t, struct text_at at)
{
    struct gre gre = {.at = at, .cursor = pkt_cursor_make(at.bytes)};
    struct pkt_view field;
    enum step step = take(t, &gre, 2, &field);
    if (step != ON)
        return step == OVER || text_cut(t, "gre");
    gre.flags = pkt_u16(field, 0);
    unsigned version = gre.flags & 7;
    text_put_u32(t, "GREv", version);
    if (version > 1) {
        text_put(t, " ERROR: unknown-version");
        return true;
    }
    if (t->verbosity > 0) {
        text_put(t, ", Flags [");
        text_bits(t, flag_names, gre.flags, ", ");
        text_put(t, "]");
    }
    step = take(t, &gre, 2, &field);
    if (step != ON)
        return step == OVER || text_cut(t, "gre");
    gre.protocol = pkt_u16(field, 0);
    return version == 0 ? put_version0(t, &gre) : put_version1(t, &gre);
}
