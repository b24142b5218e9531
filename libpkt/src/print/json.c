/*
 * The JSON writer: values, escapes and commas.
 */
#include "json_internal.h"

enum {
    CHUNK = PKT_SINK_ROOM / 8, /* input bytes taken at once: an escape is six characters */
};
#define EXACT_MAX (UINT64_C(1) << 53) /* doubles hold every integer up to here */

static const char digits16[] = "0123456789abcdef";

/* What stands before a value: nothing behind a key or at the start, else a comma. */
static void separate(struct pkt_json *json)
{
    if (json->comma)
        pkt_put_char(json->sink, ',');
    json->comma = true;
}

static void begin(struct pkt_json *json, char bracket)
{
    separate(json);
    pkt_put_char(json->sink, bracket);
    json->comma = false;
}

static void end(struct pkt_json *json, char bracket)
{
    pkt_put_char(json->sink, bracket);
    json->comma = true;
}

void pkt_json_object_begin(struct pkt_json *json)
{
    begin(json, '{');
}

void pkt_json_object_end(struct pkt_json *json)
{
    end(json, '}');
}

void pkt_json_array_begin(struct pkt_json *json)
{
    begin(json, '[');
}

void pkt_json_array_end(struct pkt_json *json)
{
    end(json, ']');
}

void pkt_json_line_end(struct pkt_json *json)
{
    pkt_put_char(json->sink, '\n');
    json->comma = false;
}

void pkt_json_key(struct pkt_json *json, const char *key)
{
    separate(json);
    pkt_put_char(json->sink, '"');
    pkt_put(json->sink, key);
    pkt_put_bytes(json->sink, "\":", 2);
    json->comma = false;
}

/* Length of the valid UTF-8 sequence at off; 0: none (overlong, surrogate, beyond U+10FFFF, cut). RFC 3629 4.
 */
static size_t utf8_len(struct pkt_view text, size_t off)
{
    static const struct {
        uint8_t first, last, second_min, second_max, len;
    } forms[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2},
        {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3},
        {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    uint8_t first = pkt_u8(text, off);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (first < forms[i].first || first > forms[i].last)
            continue;
        uint8_t second = pkt_u8(text, off + 1);
        bool ok = pkt_view_has(text, off, forms[i].len) && second >= forms[i].second_min &&
                  second <= forms[i].second_max;
        for (size_t k = 2; k < forms[i].len; k++)
            ok = ok && (pkt_u8(text, off + k) & 0xc0) == 0x80;
        return ok ? forms[i].len : 0;
    }
    return 0;
}

static void put_unicode_escape(struct pkt_sink *sink, uint8_t value)
{
    const char escape[6] = {'\\', 'u', '0', '0', digits16[value >> 4], digits16[value & 15]};
    pkt_put_bytes(sink, escape, sizeof escape);
}

/* A byte of 0x80 or more, or the sequence that it starts. Returns how many bytes were taken. */
static size_t put_high(struct pkt_sink *sink, struct pkt_view text, size_t off)
{
    size_t len = utf8_len(text, off);
    bool control = len == 2 && pkt_u8(text, off) == 0xc2 && pkt_u8(text, off + 1) < 0xa0;
    if (len == 0 || control) {
        put_unicode_escape(sink, pkt_u8(text, control ? off + 1 : off));
        return control ? 2 : 1;
    }
    for (size_t i = 0; i < len; i++)
        pkt_put_char(sink, (char)pkt_u8(text, off + i));
    return len;
}

static void put_ascii(struct pkt_sink *sink, uint8_t c)
{
    if (c < 0x20 || c == 0x7f) {
        put_unicode_escape(sink, c);
        return;
    }
    if (c == '"' || c == '\\')
        pkt_put_char(sink, '\\');
    pkt_put_char(sink, (char)c);
}

void pkt_json_string(struct pkt_json *json, struct pkt_view text)
{
    separate(json);
    pkt_put_char(json->sink, '"');
    for (size_t off = 0; off < text.len;) {
        uint8_t c = pkt_u8(text, off);
        if (c >= 0x80) {
            off += put_high(json->sink, text, off);
            continue;
        }
        put_ascii(json->sink, c);
        off++;
    }
    pkt_put_char(json->sink, '"');
}

void pkt_json_text(struct pkt_json *json, const char *text)
{
    if (text == NULL)
        pkt_json_null(json);
    else
        pkt_json_string(json, pkt_view_make(text, strlen(text)));
}

void pkt_json_u64(struct pkt_json *json, uint64_t value)
{
    separate(json);
    if (value > EXACT_MAX)
        pkt_put_char(json->sink, '"');
    pkt_put_u64(json->sink, value);
    if (value > EXACT_MAX)
        pkt_put_char(json->sink, '"');
}

void pkt_json_i64(struct pkt_json *json, int64_t value)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    separate(json);
    if (magnitude > EXACT_MAX)
        pkt_put_char(json->sink, '"');
    pkt_put_i64(json->sink, value);
    if (magnitude > EXACT_MAX)
        pkt_put_char(json->sink, '"');
}

void pkt_json_bool(struct pkt_json *json, bool value)
{
    separate(json);
    pkt_put(json->sink, value ? "true" : "false");
}

void pkt_json_null(struct pkt_json *json)
{
    separate(json);
    pkt_put_bytes(json->sink, "null", 4);
}

void pkt_json_fixed(struct pkt_json *json, int64_t value, unsigned decimals)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t unit = 1;
    if (decimals > 9)
        decimals = 9;
    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    separate(json);
    if (value < 0)
        pkt_put_char(json->sink, '-');
    pkt_put_u64(json->sink, magnitude / unit);
    if (decimals == 0)
        return;
    pkt_put_char(json->sink, '.');
    pkt_put_u64_width(json->sink, magnitude % unit, decimals);
}

void pkt_json_ip4(struct pkt_json *json, struct pkt_ip4 address)
{
    separate(json);
    pkt_put_char(json->sink, '"');
    pkt_put_ip4(json->sink, address);
    pkt_put_char(json->sink, '"');
}

void pkt_json_ip6(struct pkt_json *json, struct pkt_ip6 address)
{
    separate(json);
    pkt_put_char(json->sink, '"');
    pkt_put_ip6(json->sink, address);
    pkt_put_char(json->sink, '"');
}

void pkt_json_mac(struct pkt_json *json, struct pkt_mac address)
{
    separate(json);
    pkt_put_char(json->sink, '"');
    pkt_put_mac(json->sink, address);
    pkt_put_char(json->sink, '"');
}

/* All octets as two digits each. */
#define HEX_ROW(d) \
    d "0" d "1" d "2" d "3" d "4" d "5" d "6" d "7" d "8" d "9" d "a" d "b" d "c" d "d" d "e" d "f"
static const char hex_pairs[] = HEX_ROW("0") HEX_ROW("1") HEX_ROW("2") HEX_ROW("3") HEX_ROW("4") HEX_ROW("5")
    HEX_ROW("6") HEX_ROW("7") HEX_ROW("8") HEX_ROW("9") HEX_ROW("a") HEX_ROW("b") HEX_ROW("c") HEX_ROW("d")
        HEX_ROW("e") HEX_ROW("f");

enum {
    HEX_BLOCK = 32,
};

/* 0-9a-f in eight bits and without a branch: above nine, adding six carries into the upper nibble. */
static uint8_t hex_digit(uint8_t nibble)
{
    uint8_t letter = (uint8_t)(nibble + 6) >> 4;
    return (uint8_t)(nibble + '0' + ((uint8_t)-letter & ('a' - '0' - 10)));
}

/* Loops over octets that compilers turn into vectors: a third of the table's time. */
static void write_hex_block(char *to, const uint8_t octet[HEX_BLOCK])
{
    uint8_t high[HEX_BLOCK], low[HEX_BLOCK], digits[2 * HEX_BLOCK];
    for (unsigned i = 0; i < HEX_BLOCK; i++) {
        high[i] = hex_digit(octet[i] >> 4);
        low[i] = hex_digit(octet[i] & 15);
    }
    for (unsigned i = 0; i < HEX_BLOCK; i++) {
        digits[2 * i] = high[i];
        digits[2 * i + 1] = low[i];
    }
    memcpy(to, digits, sizeof digits);
}

static char *write_hex(char *to, struct pkt_view bytes)
{
    uint8_t octet[HEX_BLOCK];
    size_t off = 0;
    for (; off + HEX_BLOCK <= bytes.len; off += HEX_BLOCK, to += 2 * HEX_BLOCK) {
        pkt_copy(bytes, off, octet, sizeof octet);
        write_hex_block(to, octet);
    }
    for (; off < bytes.len; off++, to += 2)
        memcpy(to, hex_pairs + 2U * pkt_u8(bytes, off), 2);
    return to;
}

void pkt_json_hex(struct pkt_json *json, struct pkt_view bytes)
{
    separate(json);
    pkt_put_char(json->sink, '"');
    while (bytes.len > 0) {
        struct pkt_view part = pkt_view_clip(bytes, 0, CHUNK);
        pkt_sink_reserve(json->sink, 2 * CHUNK);
        json->sink->cur = write_hex(json->sink->cur, part);
        bytes = pkt_view_from(bytes, part.len);
    }
    pkt_put_char(json->sink, '"');
}

/* The day of the proleptic Gregorian calendar, days after 1970-01-01: years start in March to have leap days
 * last. */
static void civil(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day)
{
    int64_t shifted = days + 719468; /* days since 0000-03-01 */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    unsigned of_era = (unsigned)(shifted - era * 146097);
    unsigned year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month = (5 * of_year + 2) / 153; /* 0: March */
    *ret_day = of_year - (153 * month + 2) / 5 + 1;
    *ret_month = month < 10 ? month + 3 : month - 9;
    *ret_year = (int64_t)year_of_era + era * 400 + (*ret_month <= 2 ? 1 : 0);
}

/* value in `digits` decimal digits; returns behind them. */
static char *write_digits(char *to, unsigned value, unsigned digits)
{
    for (unsigned i = digits; i > 0; i--, value /= 10)
        to[i - 1] = (char)('0' + value % 10);
    return to + digits;
}

static char *write_part(char *to, unsigned value, unsigned digits, char behind)
{
    to = write_digits(to, value, digits);
    *to++ = behind;
    return to;
}

void json_put_rfc3339(struct pkt_sink *sink, int64_t seconds, unsigned ns)
{
    int64_t days = (seconds >= 0 ? seconds : seconds - 86399) / 86400;
    unsigned of_day = (unsigned)(seconds - days * 86400);
    int64_t year;
    unsigned month, day;
    civil(days, &year, &month, &day);
    pkt_sink_reserve(sink, 32);
    /* 64 bits of nanoseconds hold the years 1677 to 2262. */
    char *to = write_part(sink->cur, (unsigned)year, 4, '-');
    to = write_part(to, month, 2, '-');
    to = write_part(to, day, 2, 'T');
    to = write_part(to, of_day / 3600, 2, ':');
    to = write_part(to, of_day / 60 % 60, 2, ':');
    to = write_part(to, of_day % 60, 2, '.');
    sink->cur = write_part(to, ns, 9, 'Z');
}

void json_split_time(struct pkt_wall time, int64_t *ret_seconds, unsigned *ret_ns)
{
    int64_t ns = time.ns % PKT_NS_PER_S;
    *ret_seconds = time.ns / PKT_NS_PER_S - (ns < 0 ? 1 : 0);
    *ret_ns = (unsigned)(ns < 0 ? ns + PKT_NS_PER_S : ns);
}

void pkt_json_time(struct pkt_json *json, struct pkt_wall time)
{
    int64_t seconds;
    unsigned ns;
    json_split_time(time, &seconds, &ns);
    pkt_json_key(json, "ts");
    separate(json);
    pkt_put_char(json->sink, '"');
    json_put_rfc3339(json->sink, seconds, ns);
    pkt_put_char(json->sink, '"');
    pkt_json_key(json, "ts_s");
    pkt_json_i64(json, seconds);
    pkt_json_key(json, "ts_ns");
    pkt_json_i64(json, ns);
}
