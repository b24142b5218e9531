/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From text to layers. No recursion: layers stand in a row, and nothing nests but parentheses of one level.
 */
#include "language.h"

#include <stdarg.h>
#include <stdio.h>

/* --- tokens --- */

bool parser_fail(struct parser *parser, struct token token, const char *format, ...)
{
    va_list arguments;
    if (parser->failed)
        return false;
    parser->failed = true;
    parser->error->column = token.off + 1U;
    parser->error->length = token.len;
    va_start(arguments, format);
    (void)vsnprintf(parser->error->sentence, sizeof parser->error->sentence, format, arguments);
    va_end(arguments);
    return false;
}

void parser_advance(struct parser *parser)
{
    parser->token = parser->next;
    parser->next = lex_next(&parser->lexer);
}

bool parser_is(const struct parser *parser, struct token token, const char *word)
{
    return token.kind == TOKEN_WORD && text_is(parser_text(parser, token), token.len, word);
}

void *parser_take(struct parser *parser, size_t size)
{
    void *bytes = memory_take(parser->memory, size);
    if (bytes == NULL)
        parser->failed = true;
    return bytes;
}

bool parser_wrong_token(struct parser *parser, const char *due)
{
    struct token at = parser->token;
    if (at.kind == TOKEN_BAD && parser_text(parser, at)[0] == '"')
        return parser_fail(parser, at, "the quotes are not closed");
    if (at.kind == TOKEN_END)
        return parser_fail(parser, at, "%s is due here", due);
    return parser_fail(parser, at, "\"%.*s\" cannot stand here: %s is due", (int)at.len,
                       parser_text(parser, at), due);
}

bool parser_fail_twice(struct parser *parser, struct token token)
{
    return parser_fail(parser, token, "\"%.*s\" says a second time what stands before", (int)token.len,
                       parser_text(parser, token));
}

void parser_fail_names(struct parser *parser, struct token at, struct names *names, const char *what)
{
    if (parser->failed)
        return;
    names->typed = parser_text(parser, at);
    names->typed_len = at.len;
    parser->failed = true;
    parser->error->column = at.off + 1U;
    parser->error->length = at.len;
    names_tell(names, parser->error, "%s \"%.*s\"", what, (int)(at.len < 64 ? at.len : 64), names->typed);
}

static bool add_options(struct parser *parser, struct layer *layer)
{
    bool is_extension = parser_is(parser, parser->token, "ext");
    bool has_extension = layer->proto == PKT_PROTO_ICMP || layer->proto == PKT_PROTO_ICMP6;
    if (!is_extension && !parser_is(parser, parser->token, "opt"))
        return parser_fail(parser, parser->token, "only \"opt\" and \"ext\" have parentheses");
    if (is_extension && !has_extension)
        return parser_fail(parser, parser->token, "only icmp and icmp6 have extensions");
    struct option **last = is_extension ? &layer->extension : &layer->options;
    while (*last != NULL)
        last = &(*last)->next;
    uint8_t proto = is_extension ? PKT_PROTO_ICMP_EXT : layer->proto;
    *last = parse_options(parser, layer, proto, is_extension ? extension_kinds : layer->kind->options);
    return *last != NULL;
}

/* --- words --- */

/* A setting that a word makes. */
static bool add_word_setting(struct parser *parser, struct layer *layer, struct token at, const char *name,
                             struct slot *slot)
{
    struct setting *setting = parser_take(parser, sizeof *setting);
    if (setting == NULL || slot == NULL ||
        !find_field(layer->proto, NULL, name, strlen(name), &setting->field))
        return false;
    setting->off = at.off;
    setting->len = at.len;
    setting->slot = slot;
    return add_setting(parser, &layer->settings, setting);
}

/* The type of the message that the words so far say. */
static const struct word *message_of(const struct layer *layer)
{
    return layer->message != NULL ? layer->message : layer->kind->words;
}

/* A word of the layer: a code is one of its message only, unless no message was named. */
static const struct word *find_word(const struct layer *layer, const char *text, size_t len)
{
    for (const struct word *word = layer->kind->words; word != NULL && word->name != NULL; word++) {
        bool is_other = word->role == WORD_CODE && message_of(layer)->type != word->type;
        if (!is_other && text_is(text, len, word->name))
            return word;
    }
    return NULL;
}

/* Whether something stands here that can only be a value. */
static bool is_value(const struct parser *parser)
{
    const char *text = parser_text(parser, parser->token);
    bool is_set = parser->next.kind == TOKEN_EQUALS || parser->next.kind == TOKEN_FORCE;
    if (parser->token.kind != TOKEN_WORD || is_set)
        return false;
    return (text[0] >= '0' && text[0] <= '9') || memchr(text, ':', parser->token.len) != NULL ||
           parser_is(parser, parser->token, "rand") || parser_is(parser, parser->token, "inc");
}

static const struct pkt_field *group_field(const struct layer *layer)
{
    bool is_ip6 = layer->proto == PKT_PROTO_ICMP6 || layer->proto == PKT_PROTO_IP6_ROUTING;
    return is_ip6 ? &plain_ip6 : &plain_ip4;
}

static bool parse_record(struct parser *parser, struct layer *layer, const struct word *word, struct token at)
{
    struct record *record = parser_take(parser, sizeof *record), **last = &layer->records;
    if (record == NULL)
        return false;
    while (*last != NULL)
        last = &(*last)->next;
    *last = record;
    record->off = at.off;
    record->len = at.len;
    record->type = (uint8_t)word->type;
    record->type_sources = word->with_sources;
    record->group = parse_value(parser, group_field(layer), SLOT_SET);
    if (record->group == NULL || !parser_is(parser, parser->token, "from"))
        return record->group != NULL;
    parser_advance(parser);
    record->sources = parse_value(parser, group_field(layer), SLOT_LIST);
    return record->sources != NULL;
}

static bool parse_word_field(struct parser *parser, struct layer *layer, const struct word *word,
                             struct token at)
{
    struct pkt_field_ref field;
    if (word->field == NULL || !find_field(layer->proto, NULL, word->field, strlen(word->field), &field))
        return true;
    if (word->argument == ARGUMENT_NONE)
        return add_word_setting(parser, layer, at, word->field,
                                make_number(parser, field.field, (uint64_t)word->code));
    if (word->argument == ARGUMENT_MAY && !is_value(parser))
        return true;
    return add_word_setting(parser, layer, at, word->field, parse_value(parser, field.field, SLOT_SET));
}

/* "reply" and "is-at" may stand together: both name the same message, and each has a value of its own. */
static bool is_other_message(const struct layer *layer, const struct word *word)
{
    return layer->message != NULL && (layer->message == word || layer->message->type != word->type);
}

static bool parse_word_of(struct parser *parser, struct layer *layer, const struct word *word,
                          struct token at)
{
    switch (word->role) {
    case WORD_MESSAGE:
        if (is_other_message(layer, word))
            return parser_fail_twice(parser, at);
        layer->message = word;
        return parse_word_field(parser, layer, word, at);
    case WORD_CODE:
        if (layer->code >= 0)
            return parser_fail_twice(parser, at);
        layer->code = word->code;
        return true;
    case WORD_RECORD:
        return parse_record(parser, layer, word, at);
    case WORD_SOURCES:
        if (layer->sources != NULL)
            return parser_fail_twice(parser, at);
        layer->sources = parse_value(parser, group_field(layer), SLOT_LIST);
        return layer->sources != NULL;
    default:
        return parse_word_field(parser, layer, word, at);
    }
}

static void add_words(struct names *names, const struct layer *layer)
{
    for (const struct word *word = layer->kind->words; word != NULL && word->name != NULL; word++)
        if (word->role != WORD_CODE || message_of(layer)->type == word->type)
            names_add(names, word->name, strlen(word->name));
}

/* Number of a setting that is no field; -1: it is none. */
static int find_extra(const struct parser *parser, const struct layer *layer)
{
    const char *const *extras = layer->kind->extras;
    for (int i = 0; extras != NULL && extras[i] != NULL; i++)
        if (parser_is(parser, parser->token, extras[i]))
            return i;
    return -1;
}

static bool fail_layer_word(struct parser *parser, const struct layer *layer)
{
    struct token at = parser->token;
    struct names names = {.count = 0};
    struct pkt_field_ref field;
    const char *text = parser_text(parser, at);
    if (find_extra(parser, layer) >= 0 || find_field(layer->proto, NULL, text, at.len, &field))
        return parser_fail(parser, at, "a value is due: write %.*s=VALUE", (int)at.len, text);
    for (const char *const *extra = layer->kind->extras; extra != NULL && *extra != NULL; extra++)
        names_add(&names, *extra, strlen(*extra));
    add_words(&names, layer);
    add_fields(&names, layer->proto, NULL);
    parser_fail_names(parser, at, &names, "there is no word");
    return false;
}

static bool parse_layer_word(struct parser *parser, struct layer *layer)
{
    struct token at = parser->token;
    const struct word *word = find_word(layer, parser_text(parser, at), at.len);
    if (word == NULL)
        return fail_layer_word(parser, layer);
    parser_advance(parser);
    return parse_word_of(parser, layer, word, at);
}

static bool parse_extra(struct parser *parser, struct layer *layer, int extra)
{
    if (layer->extra[extra] != NULL)
        return parser_fail_twice(parser, parser->token);
    parser_advance(parser);
    parser_advance(parser);
    layer->extra[extra] = parse_value(parser, &plain_u16, SLOT_SET);
    return layer->extra[extra] != NULL;
}

/* --- layers --- */

static bool parse_item(struct parser *parser, struct layer *layer)
{
    if (parser->token.kind != TOKEN_WORD)
        return parser_wrong_token(parser, layer->settings == NULL ? "a field (name=value), a word or \"/\""
                                                                  : "a field or \"/\"");
    if (parser->next.kind == TOKEN_OPEN)
        return add_options(parser, layer);
    if (parser->next.kind != TOKEN_EQUALS && parser->next.kind != TOKEN_FORCE)
        return parse_layer_word(parser, layer);
    int extra = find_extra(parser, layer);
    if (extra >= 0)
        return parse_extra(parser, layer, extra);
    struct setting *setting = parse_setting(parser, layer->proto, NULL);
    return setting != NULL && add_setting(parser, &layer->settings, setting);
}

static struct layer *add_layer(struct parser *parser, struct token at, const struct layer_kind *kind)
{
    struct line *line = parser->line;
    if (line->layer_count == LAYERS_MAX) {
        parser_fail(parser, at, "more than %d layers", LAYERS_MAX);
        return NULL;
    }
    struct layer *layer = &line->layer[line->layer_count++];
    *layer = (struct layer){.kind = kind, .proto = kind->proto, .code = -1, .off = at.off, .len = at.len};
    parser->is_behind |= (kind->flags & LAYER_BEHIND) != 0;
    parser->has_trailer |= (kind->flags & LAYER_TRAILS) != 0;
    return layer;
}

/* The IP header above the last layer: its kind decides the family of what stands in either. */
static bool is_behind_ip6(const struct line *line)
{
    for (unsigned i = line->layer_count; i > 0; i--)
        if ((line->layer[i - 1].kind->flags & LAYER_NETWORK) != 0)
            return line->layer[i - 1].kind->proto == PKT_PROTO_IPV6;
    return false;
}

static bool may_stand(struct parser *parser, struct token at, const struct layer_kind *kind)
{
    unsigned count = parser->line->layer_count;
    if (count == 0 && (kind->flags & LAYER_STARTS) == 0)
        return parser_fail(parser, at, "a packet cannot begin with %s: put \"ip /\" or \"ip6 /\" before it",
                           kind->name);
    const struct layer_kind *last = count == 0 ? NULL : parser->line->layer[count - 1].kind;
    bool is_trailer = parser->has_trailer && (kind->flags & LAYER_PAYLOAD) != 0;
    if (last != NULL && parser->is_behind && (kind->flags & LAYER_BEHIND) == 0 && !is_trailer)
        return parser_fail(parser, at, "no layer can follow %s", last->name);
    return true;
}

/* MLD stands behind a Router Alert (RFC 9777 5), which nobody wants to write. */
static bool insert_router_alert(struct parser *parser, struct token at, const struct layer_kind *kind)
{
    const struct line *line = parser->line;
    bool is_message =
        text_is(kind->name, strlen(kind->name), "mld") || text_is(kind->name, strlen(kind->name), "mld2");
    if (!is_message || line->layer[line->layer_count - 1].kind->proto != PKT_PROTO_IPV6)
        return true;
    const struct layer_kind *hopopts = layer_kind_find("hopopts", 7);
    struct layer *layer = add_layer(parser, at, hopopts);
    if (layer != NULL)
        layer->is_inserted = true;
    return layer != NULL;
}

static void fail_layer(struct parser *parser, struct token at)
{
    static const char *const payloads[] = {"\"TEXT\"", "hex:BYTES", "file:PATH", "fill:LENGTH",
                                           "rand:LENGTH"};
    struct names names = {.count = 0};
    for (const struct layer_kind *kind = layer_kinds; kind->name != NULL; kind++)
        if ((kind->flags & LAYER_PAYLOAD) == 0)
            names_add(&names, kind->name, strlen(kind->name));
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++)
        names_add(&names, payloads[i], strlen(payloads[i]));
    parser_fail_names(parser, at, &names, "there is no layer");
}

static bool parse_named_layer(struct parser *parser)
{
    struct token at = parser->token;
    const struct layer_kind *kind = layer_kind_find(parser_text(parser, at), at.len);
    if (kind == NULL || (kind->flags & LAYER_PAYLOAD) != 0) {
        fail_layer(parser, at);
        return false;
    }
    if (!may_stand(parser, at, kind) || !insert_router_alert(parser, at, kind))
        return false;
    bool is_ip6 = is_behind_ip6(parser->line);
    struct layer *layer = add_layer(parser, at, kind);
    if (layer == NULL)
        return false;
    if (layer->proto == PKT_PROTO_NONE && kind->words != NULL)
        layer->proto = is_ip6 ? PKT_PROTO_ICMP6 : PKT_PROTO_IGMP;
    parser_advance(parser);
    /* "ns ADDRESS": what the default message is about. */
    if (kind->words != NULL && kind->words->argument == ARGUMENT_MAY && is_value(parser))
        (void)parse_word_field(parser, layer, kind->words, at);
    while (!parser->failed && parser->token.kind != TOKEN_SLASH && parser->token.kind != TOKEN_END)
        (void)parse_item(parser, layer);
    return !parser->failed;
}

static bool parse_layer(struct parser *parser)
{
    struct token at = parser->token;
    struct layer layer = {.kind = NULL};
    if (parse_payload(parser, &layer)) {
        const struct layer_kind *kind = layer_kind_find("payload", 7);
        struct layer *added = may_stand(parser, at, kind) ? add_layer(parser, at, kind) : NULL;
        if (added == NULL)
            return false;
        added->payload = layer.payload;
        added->fill = layer.fill;
        added->bytes = layer.bytes;
        added->length = layer.length;
        added->index = parser->line->slot_count++;
        return true;
    }
    if (parser->failed)
        return false;
    if (at.kind != TOKEN_WORD)
        return parser_wrong_token(parser, "a layer");
    return parse_named_layer(parser);
}

/* A header that nobody wrote, before all others. */
static void insert_ethernet(struct line *line)
{
    memmove(line->layer + 1, line->layer, line->layer_count * sizeof *line->layer);
    line->layer_count++;
    line->layer[0] = (struct layer){.kind = layer_kind_find("eth", 3),
                                    .proto = PKT_PROTO_ETHERNET,
                                    .code = -1,
                                    .off = line->layer[1].off,
                                    .len = line->layer[1].len,
                                    .is_inserted = true};
}

static bool complete_front(struct parser *parser, const struct send_context *context)
{
    struct line *line = parser->line;
    const struct layer_kind *first = line->layer[0].kind;
    bool is_network = (first->flags & LAYER_NETWORK) != 0;
    if ((first->flags & LAYER_NEEDS_ETHERNET) == 0 && !(is_network && context->link_layer))
        return true;
    if (line->layer_count == LAYERS_MAX)
        return parser_fail(parser, parser->token, "more than %d layers with eth", LAYERS_MAX);
    insert_ethernet(line);
    return true;
}

/* The rightmost set varies fastest. */
static void count_packets(struct line *line)
{
    line->count = 1;
    for (struct slot *slot = line->slots; slot != NULL; slot = slot->next) {
        slot->divisor = line->count;
        if (slot->kind == SLOT_SET)
            line->count = saturated_multiply(line->count, slot->count);
    }
}

bool language_parse(struct memory *memory, const struct send_context *context, struct line *line,
                    struct send_error *reterr)
{
    struct parser parser = {
        .lexer = {line->text, line->text_len, 0},
          .memory = memory, .line = line, .error = reterr
    };
    parser_advance(&parser);
    parser_advance(&parser);
    if (!parse_layer(&parser))
        return false;
    while (parser.token.kind == TOKEN_SLASH) {
        parser_advance(&parser);
        if (!parse_layer(&parser))
            return false;
    }
    if (parser.token.kind != TOKEN_END)
        return parser_wrong_token(&parser, "\"/\"");
    if (!complete_front(&parser, context))
        return false;
    count_packets(line);
    return true;
}
