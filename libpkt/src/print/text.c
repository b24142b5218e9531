/*
 * The line of a packet: number, time, the layers from the outermost on, diagnoses, dump.
 */
#include "text.h"
#include "pkt/ipv6.h"

const char *text_name(const struct text_name *table, uint32_t value)
{
    for (; table->name != NULL; table++)
        if (table->value == value)
            return table->name;
    return NULL;
}

void text_name_or_u32(struct text *t, const struct text_name *table, uint32_t value, const char *unknown)
{
    const char *name = text_name(table, value);
    if (name != NULL)
        text_put(t, name);
    else
        text_put_u32(t, unknown, value);
}

void text_name_or_hex4(struct text *t, const struct text_name *table, uint32_t value, const char *unknown)
{
    const char *name = text_name(table, value);
    if (name != NULL) {
        text_put(t, name);
        return;
    }
    text_put_hex_width(t, unknown, value, 4);
    text_put(t, ")");
}

void text_bits(struct text *t, const struct text_name *table, uint32_t value, const char *separator)
{
    bool any = false;
    for (; table->name != NULL; table++) {
        if ((value & table->value) != table->value)
            continue;
        if (any)
            text_put(t, separator);
        text_put(t, table->name);
        any = true;
    }
    if (!any)
        text_put(t, "none");
}

void text_mark(struct text *t, const char *name)
{
    text_put(t, " [|");
    text_put(t, name);
    text_put(t, "]");
}

bool text_cut(struct text *t, const char *name)
{
    text_mark(t, name);
    t->lost = true;
    return false;
}

void text_escaped(struct text *t, uint8_t octet)
{
    pkt_sink_reserve(t->sink, 4);
    char *to = t->sink->cur;
    if (octet >= 0x80) {
        *to++ = 'M';
        *to++ = '-';
        octet &= 0x7f;
    }
    if (octet < 0x20 || octet == 0x7f) {
        *to++ = '^';
        octet ^= 0x40;
    }
    *to++ = (char)octet;
    t->sink->cur = to;
}

/* An address of the IP header around, which is whole. */
static char *write_address(const struct text *t, char *to, size_t off4, size_t off6)
{
    if (t->ip.v6)
        return pkt_write_ip6(to, pkt_ip6_at(t->ip.header, off6).byte);
    return pkt_write_ip4(to, pkt_ip4_at(t->ip.header, off4).byte);
}

void text_addresses(struct text *t)
{
    pkt_sink_reserve(t->sink, 2 * PKT_WRITE_IP6 + 3);
    char *to = write_address(t, t->sink->cur, 12, 8);
    to = pkt_write_text(to, " > ");
    t->sink->cur = write_address(t, to, 16, 24);
}

void text_endpoints(struct text *t, uint8_t protocol, uint16_t src, uint16_t dst)
{
    pkt_sink_reserve(t->sink, 2 * (PKT_WRITE_IP6 + 1 + PKT_WRITE_U32) + 5);
    bool addresses = t->ip.protocol == protocol; /* else they are printed already */
    char *to = t->sink->cur;
    if (addresses) {
        to = write_address(t, to, 12, 8);
        *to++ = '.';
    }
    to = pkt_write_u32(to, src);
    to = pkt_write_text(to, " > ");
    if (addresses) {
        to = write_address(t, to, 16, 24);
        *to++ = '.';
    }
    to = pkt_write_u32(to, dst);
    t->sink->cur = pkt_write_text(to, ": ");
}

/* By the bytes and the pseudo-header of the IP header that was printed last. */
static struct pkt_checksum_result sum_bytes(const struct text *t, struct text_at at, uint8_t protocol,
                                            size_t off)
{
    struct pkt_checksum_result result = {PKT_CHECKSUM_UNKNOWN, pkt_u16(at.bytes, off), 0};
    struct pkt_sum sum = {0, false};
    if (at.bytes.len < at.len)
        return result;
    if (t->ip.v6) {
        struct pkt_ipv6 ip = {t->ip.header};
        pkt_sum_ip6(&sum, pkt_ipv6_src(ip), pkt_ipv6_dst(ip), protocol, at.len);
    } else {
        struct pkt_ipv4 ip = {t->ip.header};
        pkt_sum_ip4(&sum, pkt_ipv4_src(ip), pkt_ipv4_final_dst(ip), protocol, (uint16_t)at.len);
    }
    pkt_sum_add(&sum, pkt_view_clip(at.bytes, 0, at.len));
    uint16_t over_all = pkt_sum_finish(&sum);
    result.expected = pkt_checksum_update16(over_all, result.found, 0);
    result.state = over_all == 0 ? PKT_CHECKSUM_OK : PKT_CHECKSUM_BAD;
    return result;
}

struct pkt_checksum_result text_checksum(const struct text *t, struct text_at at, enum pkt_proto proto)
{
    if (text_row_is(t, at.row, proto)) {
        struct pkt_checksum_result result = pkt_checksum_verify(t->packet, at.row);
        if (result.state != PKT_CHECKSUM_UNKNOWN)
            return result;
    }
    switch (proto) {
    case PKT_PROTO_TCP:
        return sum_bytes(t, at, PKT_IP_TCP, 16);
    case PKT_PROTO_UDP:
        return sum_bytes(t, at, PKT_IP_UDP, 6);
    case PKT_PROTO_ICMP6:
        return sum_bytes(t, at, PKT_IP_ICMP6, 2);
    default:
        return (struct pkt_checksum_result){PKT_CHECKSUM_UNKNOWN, 0, 0};
    }
}

static text_printer *link_printer(uint16_t linktype)
{
    switch (linktype) {
    case PKT_LINKTYPE_ETHERNET:
        return text_ethernet;
    case PKT_LINKTYPE_NULL:
    case PKT_LINKTYPE_LOOP:
        return text_null;
    case PKT_LINKTYPE_RAW:
    case PKT_LINKTYPE_RAW_BSD:
    case PKT_LINKTYPE_RAW_OPENBSD:
    case PKT_LINKTYPE_IPV4:
    case PKT_LINKTYPE_IPV6:
        return text_raw;
    case PKT_LINKTYPE_SLL:
        return text_sll;
    case PKT_LINKTYPE_SLL2:
        return text_sll2;
    case PKT_LINKTYPE_PPP:
    case PKT_LINKTYPE_PPP_HDLC:
        return text_ppp_link;
    default:
        return text_unsupported;
    }
}

/* Right-aligned in five columns. */
static void put_number(struct text *t)
{
    uint64_t number = t->line->number;
    for (uint64_t limit = 10000; limit > number && limit > 1; limit /= 10)
        pkt_put_char(t->sink, ' ');
    pkt_put_u64(t->sink, number);
    text_put(t, "  ");
}

static bool put_invalid(struct text *t)
{
    bool no_bytes = t->packet->bytes.len == 0;
    bool no_len = t->packet->wire_len == 0;
    if (!no_bytes)
        return false;
    text_put(t, no_len ? "[Invalid header: caplen==0, len==0]" : "[Invalid header: caplen==0]");
    return true;
}

void pkt_text_print(const struct pkt_packet *packet, const struct pkt_text_line *line,
                    const struct pkt_text_options *options, struct pkt_sink *sink)
{
    struct text t = {.packet = packet, .line = line, .options = options, .sink = sink};
    struct text_at all = {packet->bytes, packet->wire_len, 0};
    t.verbosity = options->verbosity;
    if (options->number)
        put_number(&t);
    if (!put_invalid(&t)) {
        text_time(&t);
        (void)link_printer(packet->linktype)(&t, all);
        if (options->diagnoses)
            text_diagnoses(&t);
        if (options->dump != PKT_TEXT_DUMP_NONE)
            text_dump(&t);
    }
    pkt_put_char(sink, '\n');
}
