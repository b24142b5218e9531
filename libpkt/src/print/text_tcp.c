/*
 * TCP as lines.
 */
#include "pkt/transport.h"
#include "text.h"

enum {
    TCP_LEN = 20,
    RESET_DATA_MAX = 30, /* bytes of a reset's data that are shown (RFC 9293 3.5.2 lets it explain itself) */
};

static const struct text_name flag_names[] = {
    {PKT_TCP_FIN, "F" },
    {PKT_TCP_SYN, "S" },
    {PKT_TCP_RST, "R" },
    {PKT_TCP_PSH, "P" },
    {PKT_TCP_ACK, "." },
    {PKT_TCP_URG, "U" },
    {PKT_TCP_ECE, "E" },
    {PKT_TCP_CWR, "W" },
    {0,           NULL},
};

static bool put_short_header(struct text *t, struct text_at at, unsigned header_len)
{
    text_put_u32(t, " tcp ", at.len - header_len);
    text_put_u32(t, " [bad hdr length ", header_len);
    text_put(t, " - too short, < 20]");
    return true;
}

static bool put_long_header(struct text *t, struct text_at at, unsigned header_len)
{
    text_put_u32(t, " [bad hdr length ", header_len);
    text_put_u32(t, " - too long, > ", at.len);
    text_put(t, "]");
    return true;
}

static void put_checksum(struct text *t, struct text_at at, struct pkt_tcp tcp)
{
    if (t->verbosity == 0 || t->options->skip_checksums || t->ip.fragment || at.bytes.len < at.len)
        return;
    struct pkt_checksum_result result = text_checksum(t, at, PKT_PROTO_TCP);
    if (result.state == PKT_CHECKSUM_UNKNOWN || result.state == PKT_CHECKSUM_NONE)
        return;
    text_put_hex_width(t, ", cksum 0x", pkt_tcp_checksum(tcp), 4);
    if (result.state == PKT_CHECKSUM_OK) {
        text_put(t, " (correct)");
        return;
    }
    text_put_hex_width(t, " (incorrect -> 0x", result.expected, 4);
    text_put(t, ")");
}

static void put_numbers(struct text *t, struct pkt_tcp tcp, struct pkt_text_tcp base, uint32_t data_len)
{
    unsigned flags = pkt_tcp_flags(tcp);
    uint32_t sequence = pkt_tcp_sequence(tcp) - base.sequence;
    pkt_sink_reserve(t->sink, 5 * (6 + PKT_WRITE_U32));
    char *to = t->sink->cur;
    if (t->verbosity > 1 || data_len > 0 || (flags & (PKT_TCP_SYN | PKT_TCP_FIN | PKT_TCP_RST)) != 0) {
        to = pkt_write_item(to, ", seq ", sequence);
        if (data_len > 0)
            to = pkt_write_item(to, ":", sequence + data_len);
    }
    if ((flags & PKT_TCP_ACK) != 0)
        to = pkt_write_item(to, ", ack ", pkt_tcp_acknowledgment(tcp) - base.acknowledgment);
    to = pkt_write_item(to, ", win ", pkt_tcp_window(tcp));
    if ((flags & PKT_TCP_URG) != 0)
        to = pkt_write_item(to, ", urg ", pkt_tcp_urgent(tcp));
    t->sink->cur = to;
}

static void put_reset_data(struct text *t, struct pkt_view data, uint32_t len)
{
    uint32_t shown = len < RESET_DATA_MAX ? len : RESET_DATA_MAX;
    text_put(t, data.len >= len ? " [RST" : " [!RST");
    text_put(t, len > RESET_DATA_MAX ? "+ " : " ");
    struct pkt_view part = pkt_view_clip(data, 0, shown);
    for (size_t i = 0; i < part.len; i++)
        text_escaped(t, pkt_u8(part, i));
    text_put(t, "]");
}

static void put_flags(struct text *t, unsigned flags)
{
    /* Most segments have one of these. */
    if (flags == PKT_TCP_ACK)
        text_put(t, "Flags [.]");
    else if (flags == (PKT_TCP_ACK | PKT_TCP_PSH))
        text_put(t, "Flags [P.]");
    else {
        text_put(t, "Flags [");
        text_bits(t, flag_names, flags, "");
        text_put(t, "]");
    }
}

/* The whole of a header that is long enough. */
static bool put_segment(struct text *t, struct text_at at, struct pkt_tcp tcp, unsigned header_len)
{
    struct pkt_text_tcp base = {0, 0, 0};
    bool bad = false;
    put_flags(t, pkt_tcp_flags(tcp) & 0xff);
    if (header_len > at.len)
        return put_long_header(t, at, header_len);
    if (!t->options->absolute_sequence)
        base = t->line->tcp;
    put_checksum(t, at, tcp);
    uint32_t data_len = at.len - header_len;
    put_numbers(t, tcp, base, data_len);
    if (header_len > TCP_LEN && !text_tcp_options(t, at, header_len, base, &bad))
        return false;
    if (bad)
        return true;
    text_put_u32(t, ", length ", data_len);
    if (data_len == 0)
        return true;
    if ((pkt_tcp_flags(tcp) & PKT_TCP_RST) != 0 && t->verbosity > 0)
        put_reset_data(t, pkt_view_from(at.bytes, header_len), data_len);
    return true;
}

bool text_tcp(struct text *t, struct text_at at)
{
    struct pkt_tcp tcp = {at.bytes};
    if (at.bytes.len < 4) {
        text_addresses(t);
        text_put(t, ":");
        text_mark(t, "tcp");
        return true;
    }
    text_endpoints(t, PKT_IP_TCP, pkt_tcp_src(tcp), pkt_tcp_dst(tcp));
    if (at.bytes.len < TCP_LEN) {
        text_mark(t, "tcp");
        return true;
    }
    unsigned header_len = pkt_tcp_header_len(tcp);
    if (header_len < TCP_LEN)
        return put_short_header(t, at, header_len);
    if (!t->options->quiet)
        return put_segment(t, at, tcp, header_len);
    text_put_u32(t, "tcp ", at.len - header_len);
    return header_len <= at.len || put_long_header(t, at, header_len);
}
