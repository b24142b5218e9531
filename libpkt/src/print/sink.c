/*
 * Numbers, addresses and hostile text into a sink.
 */
#include "write.h"

static const char digits16[] = "0123456789abcdef";

/* Two decimal digits for each of 0 to 99. */
static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                            "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                            "8081828384858687888990919293949596979899";

void pkt_put_long(struct pkt_sink *sink, const char *bytes, size_t len)
{
    while (len > 0) {
        size_t part = len < PKT_SINK_ROOM ? len : PKT_SINK_ROOM;
        pkt_sink_reserve(sink, part);
        memcpy(sink->cur, bytes, part);
        sink->cur += part;
        bytes += part;
        len -= part;
    }
}

static unsigned decimal_width(uint64_t value)
{
    unsigned width = 1;
    for (; value >= 10; value /= 10)
        width++;
    return width;
}

/* Writes value right-aligned into width characters at to; the digits above are zeroes. */
static void write_decimal32(char *to, uint32_t value, unsigned width)
{
    for (; width >= 2; width -= 2, value /= 100)
        memcpy(to + width - 2, pairs + value % 100 * 2, 2);
    if (width == 1)
        *to = (char)('0' + value % 10);
}

static void write_decimal(char *to, uint64_t value, unsigned width)
{
    for (; value > UINT32_MAX && width >= 2; width -= 2, value /= 100)
        memcpy(to + width - 2, pairs + value % 100 * 2, 2);
    write_decimal32(to, (uint32_t)value, width);
}

void pkt_put_u64(struct pkt_sink *sink, uint64_t value)
{
    if (value <= UINT32_MAX)
        pkt_put_u32(sink, (uint32_t)value);
    else
        pkt_put_u64_width(sink, value, 1);
}

/* Below 10,000; returns behind the last digit. */
static char *write_small(char *to, uint32_t value)
{
    if (value >= 100) {
        uint32_t high = value / 100;
        value -= high * 100;
        if (high >= 10)
            *to++ = pairs[high * 2];
        *to++ = pairs[high * 2 + 1];
        memcpy(to, pairs + value * 2, 2);
        return to + 2;
    }
    if (value >= 10)
        *to++ = pairs[value * 2];
    *to = pairs[value * 2 + 1];
    return to + 1;
}

static char *write_four(char *to, uint32_t value)
{
    memcpy(to, pairs + value / 100 * 2, 2);
    memcpy(to + 2, pairs + value % 100 * 2, 2);
    return to + 4;
}

char *pkt_write_u32(char *to, uint32_t value)
{
    if (value < 10000)
        return write_small(to, value);
    if (value < 100000000)
        return write_four(write_small(to, value / 10000), value % 10000);
    to = write_small(to, value / 100000000);
    return write_four(write_four(to, value / 10000 % 10000), value % 10000);
}

void pkt_put_u32(struct pkt_sink *sink, uint32_t value)
{
    pkt_sink_reserve(sink, PKT_WRITE_U32);
    sink->cur = pkt_write_u32(sink->cur, value);
}

char *pkt_write_fraction(char *to, uint32_t value, unsigned width)
{
    write_decimal32(to, value, width);
    return to + width;
}

void pkt_put_i64(struct pkt_sink *sink, int64_t value)
{
    if (value < 0)
        pkt_put_char(sink, '-');
    pkt_put_u64(sink, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void pkt_put_u64_width(struct pkt_sink *sink, uint64_t value, unsigned width)
{
    /* Fractions of a second: they fit, and no digits need be counted. */
    static const uint32_t limits[] = {1,      10,      100,      1000,      10000,
                                      100000, 1000000, 10000000, 100000000, 1000000000};
    if (width >= sizeof limits / sizeof *limits || value >= limits[width]) {
        unsigned needed = decimal_width(value);
        width = needed > width ? needed : width;
    }
    pkt_sink_reserve(sink, width);
    write_decimal(sink->cur, value, width);
    sink->cur += width;
}

void pkt_put_hex_width(struct pkt_sink *sink, uint64_t value, unsigned width)
{
    pkt_sink_reserve(sink, 16);
    for (unsigned shift = width * 4; shift > 0; shift -= 4)
        *sink->cur++ = digits16[value >> (shift - 4) & 15];
}

void pkt_put_hex(struct pkt_sink *sink, uint64_t value)
{
    unsigned width = 1;
    while (width < 16 && value >> width * 4 != 0)
        width++;
    pkt_put_hex_width(sink, value, width);
}

/* 0 to 255; returns behind the last digit. */
static char *write_octet(char *to, unsigned octet)
{
    if (octet >= 100) {
        *to++ = (char)('0' + octet / 100);
        octet %= 100;
        memcpy(to, pairs + octet * 2, 2);
        return to + 2;
    }
    if (octet >= 10) {
        memcpy(to, pairs + octet * 2, 2);
        return to + 2;
    }
    *to++ = (char)('0' + octet);
    return to;
}

char *pkt_write_ip4(char *to, const uint8_t *byte)
{
    for (unsigned i = 0; i < 4; i++) {
        to = write_octet(to, byte[i]);
        *to++ = '.';
    }
    return to - 1;
}

void pkt_put_ip4(struct pkt_sink *sink, struct pkt_ip4 address)
{
    pkt_sink_reserve(sink, PKT_WRITE_IP4);
    sink->cur = pkt_write_ip4(sink->cur, address.byte);
}

/*
 * The longest run of at least two zero groups, the first of equals (RFC 5952 4.2). Bit i of zeroes stands for
 * group i: each step keeps the bits at which a run one longer starts.
 */
static void find_zero_run(unsigned zeroes, unsigned *ret_start, unsigned *ret_len)
{
    unsigned starts = zeroes & zeroes >> 1;
    unsigned longest = starts;
    *ret_start = 8;
    *ret_len = 1;
    for (; starts != 0; starts &= zeroes >> *ret_len) {
        longest = starts;
        ++*ret_len;
    }
    if (longest != 0)
        for (*ret_start = 0; (longest >> *ret_start & 1) == 0;)
            ++*ret_start;
}

static char *write_group(char *to, const uint8_t *byte)
{
    unsigned high = byte[0], low = byte[1];
    if (high >= 0x10)
        *to++ = digits16[high >> 4];
    if (high != 0) {
        *to++ = digits16[high & 15];
        *to++ = digits16[low >> 4];
    } else if (low >= 0x10) {
        *to++ = digits16[low >> 4];
    }
    *to++ = digits16[low & 15];
    return to;
}

/* ::192.0.2.1 and ::ffff:192.0.2.1 end in dots (RFC 5952 5). */
static bool ends_in_dots(const uint8_t *byte, unsigned start, unsigned len)
{
    return start == 0 && (len == 6 || (len == 5 && byte[10] == 0xff && byte[11] == 0xff));
}

char *pkt_write_ip6(char *to, const uint8_t *byte)
{
    unsigned start, len, zeroes = 0;
    for (unsigned i = 0; i < 8; i++)
        zeroes |= (unsigned)((byte[2 * i] | byte[2 * i + 1]) == 0) << i;
    find_zero_run(zeroes, &start, &len);
    bool dots = ends_in_dots(byte, start, len);
    for (unsigned i = 0; i < (dots ? 6U : 8U); i++) {
        if (i == start) {
            *to++ = ':';
            i += len - 1;
            if (i == 7)
                *to++ = ':';
            continue;
        }
        if (i > 0)
            *to++ = ':';
        to = write_group(to, byte + 2 * (size_t)i);
    }
    if (dots) {
        *to++ = ':';
        to = pkt_write_ip4(to, byte + 12);
    }
    return to;
}

void pkt_put_ip6(struct pkt_sink *sink, struct pkt_ip6 address)
{
    pkt_sink_reserve(sink, PKT_WRITE_IP6);
    sink->cur = pkt_write_ip6(sink->cur, address.byte);
}

void pkt_put_mac(struct pkt_sink *sink, struct pkt_mac address)
{
    pkt_sink_reserve(sink, 3 * sizeof address.byte);
    char *to = sink->cur;
    for (size_t i = 0; i < sizeof address.byte; i++) {
        *to++ = digits16[address.byte[i] >> 4];
        *to++ = digits16[address.byte[i] & 15];
        *to++ = ':';
    }
    sink->cur = to - 1;
}

void pkt_put_hex_bytes(struct pkt_sink *sink, struct pkt_view bytes, char separator)
{
    for (size_t i = 0; i < bytes.len; i++) {
        pkt_sink_reserve(sink, 3);
        if (i > 0 && separator != 0)
            *sink->cur++ = separator;
        uint8_t octet = pkt_u8(bytes, i);
        *sink->cur++ = digits16[octet >> 4];
        *sink->cur++ = digits16[octet & 15];
    }
}

void pkt_put_escaped(struct pkt_sink *sink, struct pkt_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t octet = pkt_u8(text, i);
        pkt_sink_reserve(sink, 4);
        if (octet >= 0x20 && octet < 0x7f) {
            if (octet == '\\')
                *sink->cur++ = '\\';
            *sink->cur++ = (char)octet;
        } else {
            *sink->cur++ = '\\';
            *sink->cur++ = 'x';
            *sink->cur++ = digits16[octet >> 4];
            *sink->cur++ = digits16[octet & 15];
        }
    }
}

/* The window becomes the spill area: what is written there is counted and dropped. */
static void drop(struct pkt_sink *sink)
{
    struct pkt_sink_buffer *buffer = sink->context;
    if (sink->end == buffer->spill + sizeof buffer->spill) {
        buffer->lost += (size_t)(sink->cur - buffer->spill);
    } else {
        buffer->size = (size_t)(sink->cur - buffer->start);
        sink->end = buffer->spill + sizeof buffer->spill;
    }
    sink->cur = buffer->spill;
}

void pkt_sink_buffer_init(struct pkt_sink_buffer *buffer, char *start, size_t size)
{
    buffer->sink = (struct pkt_sink){.cur = start, .end = start + size, .make_room = drop, .context = buffer};
    buffer->start = start;
    buffer->size = size;
    buffer->lost = 0;
}

size_t pkt_sink_buffer_len(struct pkt_sink_buffer *buffer)
{
    if (buffer->sink.end != buffer->spill + sizeof buffer->spill)
        return (size_t)(buffer->sink.cur - buffer->start);
    if (buffer->sink.cur > buffer->spill)
        drop(&buffer->sink);
    return buffer->size;
}
