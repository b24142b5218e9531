/*
 * Values from text, by the type and unit of their field.
 */
#include "registry.h"

/* Text that is read forward. */
struct text {
    const char *ptr;
    size_t len;
};

static bool is_word(struct text text, const char *word)
{
    return strlen(word) == text.len && strncmp(word, text.ptr, text.len) == 0;
}

/* The digit's value; 16 when it is none. */
static unsigned digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;
}

/* Takes the digits in front of the text; false without any, or beyond 64 bits. */
static bool take_digits(struct text *text, unsigned base, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t i = 0;
    for (; i < text->len && digit(text->ptr[i]) < base; i++) {
        unsigned d = digit(text->ptr[i]);
        if (number > (UINT64_MAX - d) / base)
            return false;
        number = number * base + d;
    }
    text->ptr += i;
    text->len -= i;
    *ret_number = number;
    return i != 0;
}

/* Takes a number: decimal, or hexadecimal behind 0x. */
static bool take_number(struct text *text, uint64_t *ret_number)
{
    bool is_hex = text->len > 2 && text->ptr[0] == '0' && (text->ptr[1] | 0x20) == 'x';
    if (is_hex) {
        text->ptr += 2;
        text->len -= 2;
    }
    return take_digits(text, is_hex ? 16 : 10, ret_number);
}

/* --- times --- */

struct time_unit {
    const char *name;
    int64_t ns;
};

static const struct time_unit time_units[] = {
    {"ns",  1                         },
    {"us",  1000                      },
    {"ms",  1000000                   },
    {"ds",  100000000                 },
    {"s",   1000000000                },
    {"m",   INT64_C(60) * 1000000000  },
    {"min", INT64_C(60) * 1000000000  },
    {"h",   INT64_C(3600) * 1000000000},
};

/* Nanoseconds of a unit; 0 for one that is no time. */
static uint64_t unit_ns(struct text name)
{
    for (size_t i = 0; i < sizeof time_units / sizeof *time_units; i++)
        if (is_word(name, time_units[i].name))
            return (uint64_t)time_units[i].ns;
    return 0;
}

/* Takes the digits behind a decimal point, as billionths. */
static bool take_fraction(struct text *text, uint64_t *ret_billionths)
{
    uint64_t billionths = 0;
    if (text->len == 0 || text->ptr[0] != '.')
        return true;
    uint64_t weight = 100000000;
    size_t i = 1;
    for (; i < text->len && digit(text->ptr[i]) < 10; i++, weight /= 10)
        billionths += digit(text->ptr[i]) * weight;
    text->ptr += i;
    text->len -= i;
    *ret_billionths = billionths;
    return i > 1 && i <= 10;
}

/* A duration; without a unit those of default_ns. */
static int parse_duration(struct text text, uint64_t default_ns, uint64_t *ret_ns)
{
    uint64_t number, billionths = 0;
    if (!take_digits(&text, 10, &number) || !take_fraction(&text, &billionths))
        return PKT_FIELD_E_SYNTAX;
    uint64_t unit = text.len == 0 ? default_ns : unit_ns(text);
    if (unit == 0)
        return PKT_FIELD_E_SYNTAX;
    if (number > (uint64_t)INT64_MAX / unit - 1)
        return PKT_FIELD_E_RANGE;
    /* Billionths of an hour exceed nanoseconds: whole ones only. */
    uint64_t per_billion = unit / 1000000000, rest = unit % 1000000000;
    if (billionths * rest % 1000000000 != 0)
        return PKT_FIELD_E_RANGE;
    *ret_ns = number * unit + billionths * per_billion + billionths * rest / 1000000000;
    return PKT_FIELD_OK;
}

/* --- types --- */

static int parse_uint(const struct pkt_field *field, struct text text, struct pkt_field_value *value)
{
    struct text rest = text;
    uint64_t ns, unit = 0;
    if (take_number(&rest, &value->number) && rest.len == 0)
        return PKT_FIELD_OK;
    if (field->unit != NULL)
        unit = unit_ns((struct text){field->unit, strlen(field->unit)});
    if (unit == 0)
        return PKT_FIELD_E_SYNTAX;
    int error = parse_duration(text, unit, &ns);
    if (error != PKT_FIELD_OK)
        return error;
    value->number = ns / unit;
    return ns % unit == 0 ? PKT_FIELD_OK : PKT_FIELD_E_RANGE;
}

static int parse_int(const struct pkt_field *field, struct text text, struct pkt_field_value *value)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    struct text digits = {text.ptr + negative, text.len - negative};
    int error = parse_uint(field, digits, value);
    if (error != PKT_FIELD_OK)
        return error;
    if (value->number > (uint64_t)INT64_MAX)
        return PKT_FIELD_E_RANGE;
    if (negative)
        value->number = 0 - value->number;
    return PKT_FIELD_OK;
}

static int parse_bool(struct text text, struct pkt_field_value *value)
{
    static const char *const words[] = {"0", "false", "no", "off", "1", "true", "yes", "on"};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        if (is_word(text, words[i])) {
            value->number = i >= 4;
            return PKT_FIELD_OK;
        }
    }
    return PKT_FIELD_E_SYNTAX;
}

/* Copies what was read to the caller's storage. */
static int keep(struct pkt_room storage, const void *bytes, size_t len, struct pkt_field_value *value)
{
    if (len > storage.len)
        return PKT_FIELD_E_LENGTH;
    pkt_set_bytes(storage, 0, bytes, len);
    value->bytes = pkt_view_make(storage.ptr, len);
    return PKT_FIELD_OK;
}

static int parse_ip4(struct text text, struct pkt_room storage, struct pkt_field_value *value)
{
    struct pkt_ip4 a;
    return pkt_ip4_parse(text.ptr, text.len, &a) ? keep(storage, a.byte, sizeof a.byte, value)
                                                 : PKT_FIELD_E_SYNTAX;
}

static int parse_ip6(struct text text, struct pkt_room storage, struct pkt_field_value *value)
{
    struct pkt_ip6 a;
    return pkt_ip6_parse(text.ptr, text.len, &a) ? keep(storage, a.byte, sizeof a.byte, value)
                                                 : PKT_FIELD_E_SYNTAX;
}

static int parse_mac(struct text text, struct pkt_room storage, struct pkt_field_value *value)
{
    struct pkt_mac a;
    return pkt_mac_parse(text.ptr, text.len, &a) ? keep(storage, a.byte, sizeof a.byte, value)
                                                 : PKT_FIELD_E_SYNTAX;
}

/* Pairs of digits; a mark may stand between two pairs. */
static int parse_bytes(struct text text, struct pkt_room storage, struct pkt_field_value *value)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i += 2, len++) {
        bool mark = len > 0 && (text.ptr[i] == ':' || text.ptr[i] == '-' || text.ptr[i] == '.');
        i += mark;
        if (i + 1 >= text.len || digit(text.ptr[i]) > 15 || digit(text.ptr[i + 1]) > 15)
            return PKT_FIELD_E_SYNTAX;
        if (len >= storage.len)
            return PKT_FIELD_E_LENGTH;
        pkt_set_u8(storage, len, (uint8_t)(digit(text.ptr[i]) << 4 | digit(text.ptr[i + 1])));
    }
    value->bytes = pkt_view_make(storage.ptr, len);
    return PKT_FIELD_OK;
}

static int parse_typed(const struct pkt_field *field, struct text text, struct pkt_room storage,
                       struct pkt_field_value *value)
{
    switch (field->type) {
    case PKT_FIELD_UINT:
        return parse_uint(field, text, value);
    case PKT_FIELD_INT:
        return parse_int(field, text, value);
    case PKT_FIELD_BOOL:
        return parse_bool(text, value);
    case PKT_FIELD_IP4:
        return parse_ip4(text, storage, value);
    case PKT_FIELD_IP6:
        return parse_ip6(text, storage, value);
    case PKT_FIELD_MAC:
        return parse_mac(text, storage, value);
    case PKT_FIELD_BYTES:
    case PKT_FIELD_LINK_ADDRESS:
        return parse_bytes(text, storage, value);
    case PKT_FIELD_STRING:
        return keep(storage, text.ptr, text.len, value);
    case PKT_FIELD_TIME:
        return parse_duration(text, (uint64_t)PKT_NS_PER_S, &value->number);
    default:
        return PKT_FIELD_E_TYPE;
    }
}

int pkt_field_parse(const struct pkt_field *field, const char *text, size_t len, void *storage, size_t size,
                    struct pkt_field_value *ret_value)
{
    struct pkt_field_value value = {
        .type = field->type, .bytes = {NULL, 0}
    };
    int error = parse_typed(field, (struct text){text, len}, pkt_room_make(storage, size), &value);
    /* Values of fields that cannot be written are compared with: rules need them. */
    if (error == PKT_FIELD_OK && pkt_field_is_writable(field))
        error = pkt_field_check(field, &value);
    if (error == PKT_FIELD_OK)
        *ret_value = value;
    return error;
}
