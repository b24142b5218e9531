/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values: numbers, addresses, texts; their ranges, prefixes and lists; rand and inc.
 */
#include "language.h"

/* clang-format off */
const struct pkt_field plain_u8 = {.name = "", .type = PKT_FIELD_UINT, .bit_len = 8};
const struct pkt_field plain_u16 = {.name = "", .type = PKT_FIELD_UINT, .bit_len = 16};
const struct pkt_field plain_u32 = {.name = "", .type = PKT_FIELD_UINT, .bit_len = 32};
const struct pkt_field plain_ip4 = {.name = "", .type = PKT_FIELD_IP4, .bit_len = 32};
const struct pkt_field plain_ip6 = {.name = "", .type = PKT_FIELD_IP6, .bit_len = 128};
const struct pkt_field plain_mac = {.name = "", .type = PKT_FIELD_MAC, .bit_len = 48};
const struct pkt_field plain_bytes = {.name = "", .type = PKT_FIELD_BYTES};
const struct pkt_field plain_string = {.name = "", .type = PKT_FIELD_STRING};
/* clang-format on */

/* --- strings --- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads what follows a backslash; returns how many characters, 0: nothing that is known. */
static uint32_t unescape(const char *text, uint32_t len, uint8_t *ret_byte)
{
    static const char names[] = "nrt0\\\"", bytes[] = "\n\r\t\0\\\"";
    const char *name = len == 0 ? NULL : memchr(names, text[0], sizeof names - 1);
    if (name != NULL) {
        *ret_byte = (uint8_t)bytes[name - names];
        return 1;
    }
    if (len < 3 || text[0] != 'x' || hex_digit(text[1]) < 0 || hex_digit(text[2]) < 0)
        return 0;
    *ret_byte = (uint8_t)(hex_digit(text[1]) << 4 | hex_digit(text[2]));
    return 3;
}

bool parse_string(struct parser *parser, struct token token, struct pkt_view *ret_bytes)
{
    const char *text = parser_text(parser, token);
    uint8_t *bytes = parser_take(parser, token.len);
    size_t count = 0;
    if (bytes == NULL)
        return false;
    for (uint32_t i = 1; i + 1 < token.len; count++) {
        bytes[count] = (uint8_t)text[i];
        uint32_t used = text[i] != '\\' ? 0 : unescape(text + i + 1, token.len - i - 2, &bytes[count]);
        if (text[i] == '\\' && used == 0)
            return parser_fail(parser, (struct token){.off = token.off + i, .len = 2},
                               "no such escape; allowed: \\xHH, \\n, \\r, \\t, \\0, \\\\, \\\"");
        i += 1 + used;
    }
    *ret_bytes = pkt_view_make(bytes, count);
    return true;
}

/* --- one value --- */

static const char *type_example(const struct pkt_field *field)
{
    switch (field->type) {
    case PKT_FIELD_IP4:
        return "an IPv4 address such as 192.0.2.1";
    case PKT_FIELD_IP6:
        return "an IPv6 address such as 2001:db8::1";
    case PKT_FIELD_MAC:
        return "a MAC address such as 02:00:00:00:00:01";
    case PKT_FIELD_BOOL:
        return "0 or 1";
    case PKT_FIELD_BYTES:
    case PKT_FIELD_LINK_ADDRESS:
        return "pairs of hexadecimal digits, or a text in quotes";
    case PKT_FIELD_STRING:
        return "a text";
    default:
        return "a number";
    }
}

static bool is_number(uint8_t type)
{
    return type == PKT_FIELD_UINT || type == PKT_FIELD_INT || type == PKT_FIELD_BOOL;
}

static bool is_address(uint8_t type)
{
    return type == PKT_FIELD_IP4 || type == PKT_FIELD_IP6 || type == PKT_FIELD_MAC;
}

/* The most that the field holds. */
static uint64_t most(const struct pkt_field *field)
{
    struct pkt_field_range range;
    if (pkt_field_range(field, &range))
        return range.most;
    return field->bit_len >= 64 ? UINT64_MAX : (UINT64_C(1) << field->bit_len) - 1;
}

static bool wrong_value(struct parser *parser, const struct pkt_field *field, struct token at, int error)
{
    struct pkt_field_range range;
    if (error == PKT_FIELD_E_RANGE && pkt_field_range(field, &range) && range.step > 1)
        return parser_fail(parser, at, "the value does not fit; allowed: 0 to %llu in steps of %llu",
                           (unsigned long long)range.most, (unsigned long long)range.step);
    if (error == PKT_FIELD_E_RANGE && field->type == PKT_FIELD_INT)
        return parser_fail(parser, at, "the value does not fit the field");
    if (error == PKT_FIELD_E_RANGE && is_number(field->type))
        return parser_fail(parser, at, "the value does not fit; allowed: 0 to %llu",
                           (unsigned long long)most(field));
    if (error == PKT_FIELD_E_LENGTH && field->bit_len != 0)
        return parser_fail(parser, at, "the value must have %u bytes", field->bit_len / 8U);
    return parser_fail(parser, at, "this is not %s", type_example(field));
}

/* Reads one value from text: into ret_part's first or bytes. */
static bool parse_one(struct parser *parser, const struct pkt_field *field, struct token at,
                      struct part *ret_part)
{
    const char *text = parser_text(parser, at);
    struct pkt_field_value value;
    uint8_t address[16];
    uint64_t number;
    if (is_number(field->type) && value_name(field, text, at.len, &number)) {
        ret_part->first = (struct wide){0, number};
        return true;
    }
    bool is_short = is_number(field->type) || is_address(field->type);
    bool is_marked = field->type == PKT_FIELD_BYTES && at.len > 4 && strncmp(text, "hex:", 4) == 0;
    if (is_marked) {
        text += 4;
        at.off += 4;
        at.len -= 4;
    }
    uint8_t *storage = is_short ? address : parser_take(parser, at.len + 1U);
    if (storage == NULL)
        return false;
    int error = pkt_field_parse(field, text, at.len, storage, is_short ? sizeof address : at.len, &value);
    if (error != PKT_FIELD_OK)
        return wrong_value(parser, field, at, error);
    if (is_number(field->type))
        ret_part->first = (struct wide){0, value.number};
    else if (is_address(field->type))
        ret_part->first = wide_of(value.bytes);
    else
        ret_part->bytes = value.bytes;
    return true;
}

/* --- ranges and prefixes --- */

static struct token cut(struct token token, uint32_t from, uint32_t to)
{
    return (struct token){.kind = token.kind, .off = token.off + from, .len = to - from};
}

/* How many steps lead from first to last, and one: as many as 64 bits hold. */
static uint64_t count_steps(struct wide first, struct wide last, uint64_t step)
{
    struct wide span = wide_subtract(last, first);
    uint64_t steps = (span.high != 0 ? UINT64_MAX : span.low) / step;
    return steps == UINT64_MAX ? steps : steps + 1;
}

/* FIRST..LAST or FIRST..LAST+STEP; dots is where the two dots are. */
static bool parse_range(struct parser *parser, const struct pkt_field *field, struct token at, uint32_t dots,
                        struct part *part)
{
    const char *text = parser_text(parser, at);
    struct part last = {.step = 1};
    uint32_t end = at.len;
    for (uint32_t i = dots + 2; i < at.len; i++)
        if (text[i] == '+')
            end = i;
    if (!is_number(field->type) && !is_address(field->type))
        return parser_fail(parser, at, "only numbers and addresses have ranges");
    if (end != at.len) {
        static const struct pkt_field step = {.name = "", .type = PKT_FIELD_UINT, .bit_len = 64};
        if (!parse_one(parser, &step, cut(at, end + 1, at.len), &last))
            return false;
        part->step = last.first.low;
        if (part->step == 0)
            return parser_fail(parser, cut(at, end, at.len), "a step must be at least 1");
    }
    if (!parse_one(parser, field, cut(at, 0, dots), part) ||
        !parse_one(parser, field, cut(at, dots + 2, end), &last))
        return false;
    if (wide_compare(part->first, last.first) > 0)
        return parser_fail(parser, at, "the range runs backwards");
    part->count = count_steps(part->first, last.first, part->step);
    return true;
}

/* ADDRESS/LENGTH: all addresses that begin with these bits. */
static bool parse_prefix(struct parser *parser, const struct pkt_field *field, struct token at,
                         uint32_t slash, struct part *part)
{
    unsigned width = field->type == PKT_FIELD_IP4 ? 32 : 128;
    struct pkt_field length = {.name = "", .type = PKT_FIELD_UINT, .bit_len = 8};
    struct part bits = {.step = 1};
    if (field->type != PKT_FIELD_IP4 && field->type != PKT_FIELD_IP6)
        return parser_fail(parser, at, "only IP addresses have prefixes");
    if (!parse_one(parser, field, cut(at, 0, slash), part) ||
        !parse_one(parser, &length, cut(at, slash + 1, at.len), &bits))
        return false;
    if (bits.first.low > width)
        return parser_fail(parser, cut(at, slash + 1, at.len), "a prefix is not so long; allowed: 0 to %u",
                           width);
    unsigned host = width - (unsigned)bits.first.low;
    part->span.low = host >= 64 ? UINT64_MAX : (UINT64_C(1) << host) - 1;
    part->span.high = host <= 64 ? 0 : host == 128 ? UINT64_MAX : (UINT64_C(1) << (host - 64)) - 1;
    part->first.low &= ~part->span.low;
    part->first.high &= ~part->span.high;
    part->count = count_steps((struct wide){0, 0}, part->span, 1);
    return true;
}

static bool parse_word(struct parser *parser, const struct pkt_field *field, struct token at,
                       struct part *part)
{
    const char *text = parser_text(parser, at);
    part->step = 1;
    part->count = 1;
    for (uint32_t i = 0; i + 1 < at.len && field->type != PKT_FIELD_STRING; i++)
        if (text[i] == '.' && text[i + 1] == '.')
            return parse_range(parser, field, at, i, part);
    const char *slash = memchr(text, '/', at.len);
    if (slash != NULL)
        return parse_prefix(parser, field, at, (uint32_t)(slash - text), part);
    return parse_one(parser, field, at, part);
}

static bool parse_quoted(struct parser *parser, const struct pkt_field *field, struct token at,
                         struct part *part)
{
    part->count = 1;
    if (is_number(field->type) || is_address(field->type))
        return wrong_value(parser, field, at, PKT_FIELD_E_SYNTAX);
    if (!parse_string(parser, at, &part->bytes))
        return false;
    struct pkt_field_value value = {.type = field->type, .bytes = part->bytes};
    int error = pkt_field_check(field, &value);
    return error == PKT_FIELD_OK || wrong_value(parser, field, at, error);
}

/* --- slots --- */

static struct slot *make_slot(struct parser *parser, const struct pkt_field *field, enum slot_kind kind)
{
    struct slot *slot = parser_take(parser, sizeof *slot);
    if (slot == NULL)
        return NULL;
    slot->kind = (uint8_t)kind;
    slot->type = field->type;
    slot->off = parser->token.off;
    slot->divisor = 1;
    slot->index = parser->line->slot_count++;
    slot->next = parser->line->slots; /* the last one first: it varies fastest */
    parser->line->slots = slot;
    return slot;
}

static struct part *add_part(struct parser *parser, struct slot *slot)
{
    struct part *part = parser_take(parser, sizeof *part);
    if (slot->last == NULL)
        slot->parts = part;
    else
        slot->last->next = part;
    slot->last = part;
    return part;
}

static bool add_value(struct parser *parser, const struct pkt_field *field, struct token at,
                      struct slot *slot)
{
    struct part *part = add_part(parser, slot);
    if (part == NULL)
        return false;
    bool ok =
        at.kind == TOKEN_STRING ? parse_quoted(parser, field, at, part) : parse_word(parser, field, at, part);
    slot->count = saturated_add(slot->count, part->count);
    slot->len = at.off + at.len - slot->off;
    return ok;
}

/* VALUE {, VALUE} */
static bool parse_list(struct parser *parser, const struct pkt_field *field, struct slot *slot,
                       bool takes_commas)
{
    for (;;) {
        struct token at = parser->token;
        if (at.kind != TOKEN_WORD && at.kind != TOKEN_STRING)
            return parser_fail(parser, at, "%s is due here", type_example(field));
        if (!add_value(parser, field, at, slot))
            return false;
        parser_advance(parser);
        if (parser->token.kind != TOKEN_COMMA || !takes_commas)
            return true;
        parser_advance(parser);
    }
}

/* Everything that the field holds, from `first` on. */
static bool fill_slot(struct parser *parser, const struct pkt_field *field, struct token at,
                      struct slot *slot, struct wide first)
{
    static const struct wide tops[] = {
        [PKT_FIELD_IP4] = {0,          UINT32_MAX             },
        [PKT_FIELD_IP6] = {UINT64_MAX, UINT64_MAX             },
        [PKT_FIELD_MAC] = {0,          (UINT64_C(1) << 48) - 1},
    };
    if (!is_number(field->type) && !is_address(field->type))
        return parser_fail(parser, at, "only numbers and addresses vary by rand and inc");
    struct wide top = is_number(field->type) ? (struct wide){0, most(field)} : tops[field->type];
    struct part *part = slot->parts != NULL ? slot->parts : add_part(parser, slot);
    struct pkt_field_range range;
    if (part == NULL)
        return false;
    part->step = pkt_field_range(field, &range) && range.step > 1 ? range.step : 1;
    part->first = first;
    if (slot->kind == SLOT_RAND && field->type == PKT_FIELD_MAC) {
        /* Locally administered, of one station. */
        part->first = (struct wide){0, UINT64_C(0x020000000000)};
        top = (struct wide){0, UINT64_C(0x02ffffffffff)};
    }
    if (slot->kind == SLOT_RAND && field->type == PKT_FIELD_IP6)
        part->span = top;
    part->count = count_steps(part->first, top, part->step);
    slot->count = part->count;
    return true;
}

/* rand, rand(VALUES), inc, inc(START) or inc(VALUES) */
static struct slot *parse_varying(struct parser *parser, const struct pkt_field *field)
{
    struct token at = parser->token;
    bool is_rand = parser_is(parser, at, "rand");
    struct slot *slot = make_slot(parser, field, is_rand ? SLOT_RAND : SLOT_INC);
    if (slot == NULL)
        return NULL;
    slot->len = at.len;
    parser->line->varies = true;
    parser_advance(parser);
    if (parser->token.kind != TOKEN_OPEN || !parser->token.is_joined) {
        if (!is_rand && is_address(field->type)) {
            parser_fail(parser, at, "inc needs an address to start with: inc(ADDRESS)");
            return NULL;
        }
        return fill_slot(parser, field, at, slot, (struct wide){0, 0}) ? slot : NULL;
    }
    parser_advance(parser);
    slot->off = parser->token.off;
    if (!parse_list(parser, field, slot, true))
        return NULL;
    if (parser->token.kind != TOKEN_CLOSE) {
        parser_fail(parser, parser->token, "\")\" is due here");
        return NULL;
    }
    parser_advance(parser);
    /* One value: where it starts. */
    if (!is_rand && slot->count == 1 && !fill_slot(parser, field, at, slot, slot->parts->first))
        return NULL;
    if (slot->parts->next != NULL || slot->parts->span.high == 0)
        slot->parts->span = (struct wide){0, 0};
    return slot;
}

struct slot *parse_value(struct parser *parser, const struct pkt_field *field, enum slot_kind kind)
{
    bool varies = parser_is(parser, parser->token, "rand") || parser_is(parser, parser->token, "inc");
    if (varies && kind == SLOT_SET)
        return parse_varying(parser, field);
    struct slot *slot = make_slot(parser, field, kind);
    if (slot == NULL)
        return NULL;
    bool is_braced = parser->token.kind == TOKEN_BRACE_OPEN;
    if (is_braced)
        parser_advance(parser);
    if (!parse_list(parser, field, slot, is_braced || !parser->in_group))
        return NULL;
    if (is_braced && parser->token.kind != TOKEN_BRACE_CLOSE) {
        parser_fail(parser, parser->token, "\",\" or \"}\" is due here");
        return NULL;
    }
    if (is_braced)
        parser_advance(parser);
    return slot;
}

bool parse_rest(struct parser *parser, const struct pkt_field *field, struct slot *slot)
{
    if (parser->token.kind != TOKEN_COMMA || parser->in_group)
        return true;
    parser_advance(parser);
    return parse_list(parser, field, slot, true);
}

struct slot *parse_value_text(struct parser *parser, const struct pkt_field *field, uint32_t off,
                              uint32_t len)
{
    struct slot *slot = make_slot(parser, field, SLOT_SET);
    struct token at = {.kind = TOKEN_WORD, .off = off, .len = len};
    if (slot == NULL)
        return NULL;
    slot->off = off;
    return add_value(parser, field, at, slot) ? slot : NULL;
}

struct slot *make_number(struct parser *parser, const struct pkt_field *field, uint64_t number)
{
    struct slot *slot = make_slot(parser, field, SLOT_SET);
    struct part *part = slot == NULL ? NULL : add_part(parser, slot);
    if (part == NULL)
        return NULL;
    *part = (struct part){
        .first = {0, number},
          .step = 1, .count = 1
    };
    slot->count = 1;
    return slot;
}
