/*
 * Dumps of bytes behind a line: -x, -X and -A, and what stands in for a protocol that nobody decodes.
 */
#include "text.h"

enum {
    BYTES_PER_LINE = 16,
    HEX_COLUMNS = 40, /* eight groups of a blank and four digits */
};

static const char digits16[] = "0123456789abcdef";

static bool is_graph(uint8_t octet)
{
    return octet > 0x20 && octet < 0x7f;
}

/* Groups of two bytes, each behind a blank. */
static char *write_hex(char *to, struct pkt_view line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (i % 2 == 0)
            *to++ = ' ';
        uint8_t octet = pkt_u8(line, i);
        *to++ = digits16[octet >> 4];
        *to++ = digits16[octet & 15];
    }
    return to;
}

static char *write_ascii(char *to, struct pkt_view line)
{
    for (size_t i = 0; i < line.len; i++)
        *to++ = (char)(is_graph(pkt_u8(line, i)) ? pkt_u8(line, i) : '.');
    return to;
}

static void dump_lines(struct text *t, struct pkt_view bytes, const char *indent, bool ascii)
{
    for (size_t off = 0; off < bytes.len; off += BYTES_PER_LINE) {
        struct pkt_view line = pkt_view_clip(bytes, off, BYTES_PER_LINE);
        text_put(t, indent);
        text_put_hex_width(t, "0x", (uint32_t)off, off > 0xffff ? 5 : 4);
        text_put(t, ": ");
        pkt_sink_reserve(t->sink, HEX_COLUMNS + 2 + BYTES_PER_LINE);
        char *start = t->sink->cur;
        char *to = write_hex(start, line);
        if (ascii) {
            while (to < start + HEX_COLUMNS + 2)
                *to++ = ' ';
            to = write_ascii(to, line);
        }
        t->sink->cur = to;
    }
}

void text_dump_hex(struct text *t, struct pkt_view bytes, const char *indent)
{
    dump_lines(t, bytes, indent, false);
}

void text_dump_hex_ascii(struct text *t, struct pkt_view bytes, const char *indent)
{
    dump_lines(t, bytes, indent, true);
}

void text_dump_default(struct text *t, struct pkt_view bytes)
{
    bool dumped = t->options->dump >= PKT_TEXT_DUMP_HEX && t->options->dump <= PKT_TEXT_DUMP_HEX_ASCII_LINK;
    if (!t->options->quiet && !dumped)
        text_dump_hex_ascii(t, bytes, "\n\t");
}

/* Printable characters, blanks, tabs and line ends as they are; a carriage return at a line's end is left
 * out. */
static void dump_ascii(struct text *t, struct pkt_view bytes)
{
    pkt_put_char(t->sink, '\n');
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t octet = pkt_u8(bytes, i);
        size_t left = bytes.len - i - 1;
        bool keep = is_graph(octet) || octet == '\t' || octet == ' ' || octet == '\n';
        if (octet == '\r' && (left <= 1 || pkt_u8(bytes, i + 1) == '\n'))
            continue;
        pkt_put_char(t->sink, (char)(keep ? octet : '.'));
    }
}

void text_dump(struct text *t)
{
    struct pkt_view all = t->packet->bytes;
    struct pkt_view payload = pkt_view_from(all, t->lost ? 0 : t->link_len);
    switch ((enum pkt_text_dump)t->options->dump) {
    case PKT_TEXT_DUMP_NONE:
        return;
    case PKT_TEXT_DUMP_HEX:
        text_dump_hex(t, payload, "\n\t");
        return;
    case PKT_TEXT_DUMP_HEX_LINK:
        text_dump_hex(t, all, "\n\t");
        return;
    case PKT_TEXT_DUMP_HEX_ASCII:
        text_dump_hex_ascii(t, payload, "\n\t");
        return;
    case PKT_TEXT_DUMP_HEX_ASCII_LINK:
        text_dump_hex_ascii(t, all, "\n\t");
        return;
    case PKT_TEXT_DUMP_ASCII:
        if (payload.len > 0)
            dump_ascii(t, payload);
        return;
    case PKT_TEXT_DUMP_ASCII_LINK:
        dump_ascii(t, all);
        return;
    }
}
