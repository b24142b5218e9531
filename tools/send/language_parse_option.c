/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fields and options: which there are, and what values they take.
 */
#include "language.h"

/* --- settings --- */

/* Whether somebody made a shorter word for a long name. */
static bool has_shorter(uint8_t proto, const char *list, const char *name, size_t len)
{
    enum { LONG = 12 };
    const struct pkt_field_alias *word;
    for (unsigned i = 0; len > LONG && (word = pkt_field_word_at((enum pkt_proto)proto, list, i)) != NULL;
         i++)
        if (text_is(name, len, word->name) && strlen(word->alias) < len)
            return true;
    return false;
}

void add_fields(struct names *names, uint8_t proto, const char *list)
{
    const struct pkt_field *field;
    const struct pkt_field_alias *word;
    for (unsigned i = 0; (field = pkt_field_writable_at((enum pkt_proto)proto, list, i)) != NULL; i++) {
        size_t len;
        const char *name = pkt_field_short_name(field, &len);
        if ((field->flags & PKT_FIELD_HIDDEN) == 0 && !has_shorter(proto, list, name, len))
            names_add(names, name, len);
    }
    for (unsigned i = 0; (word = pkt_field_word_at((enum pkt_proto)proto, list, i)) != NULL; i++)
        if (strlen(word->alias) < strlen(word->name))
            names_add(names, word->alias, strlen(word->alias));
}

static uint8_t role_of(const struct pkt_field *field)
{
    static const struct {
        const char *name;
        uint8_t role;
    } roles[] = {
        {"ip.src",      ROLE_SOURCE     },
        {"ipv6.src",    ROLE_SOURCE     },
        {"ip.dst",      ROLE_DESTINATION},
        {"ipv6.dst",    ROLE_DESTINATION},
        {"icmp.type",   ROLE_TYPE       },
        {"icmpv6.type", ROLE_TYPE       },
        {"igmp.type",   ROLE_TYPE       },
    };
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(field->name, roles[i].name) == 0)
            return roles[i].role;
    return ROLE_FIELD;
}

bool find_field(uint8_t proto, const char *list, const char *name, size_t len,
                struct pkt_field_ref *ret_field)
{
    return pkt_field_find_short((enum pkt_proto)proto, list, name, len, ret_field) &&
           pkt_field_is_writable(ret_field->field);
}

struct setting *parse_setting(struct parser *parser, uint8_t proto, const char *list)
{
    struct setting *setting = parser_take(parser, sizeof *setting);
    struct token name = parser->token;
    if (setting == NULL)
        return NULL;
    if (!find_field(proto, list, parser_text(parser, name), name.len, &setting->field)) {
        struct names names = {.count = 0};
        add_fields(&names, proto, list);
        parser_fail_names(parser, name, &names, "there is no field");
        return NULL;
    }
    parser_advance(parser);
    setting->is_forced = parser->token.kind == TOKEN_FORCE;
    parser_advance(parser);
    setting->off = name.off;
    setting->len = name.len;
    setting->role = list == NULL ? role_of(setting->field.field) : (uint8_t)ROLE_FIELD;
    setting->slot = parse_value(parser, setting->field.field, SLOT_SET);
    return setting->slot == NULL ? NULL : setting;
}

bool add_setting(struct parser *parser, struct setting **settings, struct setting *setting)
{
    for (; *settings != NULL; settings = &(*settings)->next)
        if ((*settings)->field.field == setting->field.field)
            return parser_fail_twice(parser, (struct token){.off = setting->off, .len = setting->len});
    *settings = setting;
    return true;
}

/* --- options --- */

static const struct option_kind *find_option(const struct option_kind *kinds, const char *name, size_t len)
{
    for (; kinds->name != NULL; kinds++)
        if (text_is(name, len, kinds->name))
            return kinds;
    return NULL;
}

static const struct pkt_field *tail_field(char tail)
{
    switch (tail) {
    case TAIL_IP4:
        return &plain_ip4;
    case TAIL_IP6:
        return &plain_ip6;
    case TAIL_MAC:
        return &plain_mac;
    case TAIL_SLOTS:
        return &plain_u8;
    case TAIL_WORDS:
    case TAIL_LABELS:
        return &plain_u32;
    case TAIL_NAMES:
    case TAIL_TEXT:
        return &plain_string;
    default:
        return &plain_bytes;
    }
}

/* Field of argument number index by the option's table; NULL: none is allowed. split: what ends a part of the
 * argument's text, of which the next argument follows. */
static const struct pkt_field *argument_field(const struct option *option, uint8_t proto, unsigned index,
                                              char *ret_split)
{
    const struct option_kind *kind = option->kind;
    *ret_split = '\0';
    if (kind == NULL)
        return index == 0 ? &plain_bytes : NULL;
    const char *name = kind->fields == NULL ? "" : kind->fields;
    for (; index > 0 && *name != '\0'; index--) {
        name += strcspn(name, " ");
        name += *name == ' ';
    }
    size_t len = strcspn(name, " ");
    struct pkt_field_ref field;
    bool has_tail = len == 0 && kind->tail != '\0';
    if (has_tail && (kind->tail == TAIL_WORDS || kind->tail == TAIL_LABELS))
        *ret_split = ':';
    if (len == 0)
        return has_tail ? tail_field(kind->tail) : NULL;
    if (name[len - 1] == '/')
        *ret_split = '/';
    else if (name[len] == ' ')
        *ret_split = ':';
    len -= name[len - 1] == '/';
    const char *list = kind->list == NULL ? "options" : kind->list;
    return pkt_field_find_short((enum pkt_proto)proto, list, name, len, &field) ? field.field : NULL;
}

/* Whether the text of a word goes on with the next argument: where. */
static const char *find_split(const struct parser *parser, const struct pkt_field *field, struct token at,
                              char split)
{
    bool is_colon = split == ':' && field->type != PKT_FIELD_UINT;
    if (split == '\0' || is_colon || at.kind != TOKEN_WORD)
        return NULL;
    return memchr(parser_text(parser, at), split, at.len);
}

static bool add_argument(struct option *option, struct slot *slot)
{
    if (slot == NULL)
        return false;
    option->argument[option->argument_count++] = slot;
    return true;
}

/* The argument, or of several in one word all. */
static bool parse_argument(struct parser *parser, struct option *option, uint8_t proto)
{
    struct token at = parser->token;
    for (;;) {
        char split;
        const struct pkt_field *field = argument_field(option, proto, option->argument_count, &split);
        if (field == NULL || option->argument_count == ARGUMENTS_MAX)
            return parser_fail(parser, at, "\",\" or \")\" is due here: the option takes no more");
        const char *end = find_split(parser, field, at, split);
        if (end == NULL && at.off == parser->token.off)
            return add_argument(option, parse_value(parser, field, SLOT_SET));
        uint32_t len = end == NULL ? at.len : (uint32_t)(end - parser_text(parser, at));
        if (!add_argument(option, parse_value_text(parser, field, at.off, len)))
            return false;
        if (end == NULL)
            break;
        at.off += len + 1;
        at.len -= len + 1;
    }
    parser_advance(parser);
    return true;
}

/* The bytes of an option of any type. */
static bool parse_any_argument(struct parser *parser, struct option *option)
{
    if (option->argument_count != 0)
        return parser_fail(parser, parser->token, "\",\" or \")\" is due here: the option takes no more");
    return add_argument(option, parse_value(parser, &plain_bytes, SLOT_SET));
}

static bool parse_option_body(struct parser *parser, struct option *option, uint8_t proto)
{
    if (parser->token.kind == TOKEN_EQUALS)
        parser_advance(parser);
    while (parser->token.kind == TOKEN_WORD || parser->token.kind == TOKEN_STRING ||
           parser->token.kind == TOKEN_BRACE_OPEN) {
        bool is_setting = parser->token.kind == TOKEN_WORD &&
                          (parser->next.kind == TOKEN_EQUALS || parser->next.kind == TOKEN_FORCE);
        if (is_setting) {
            const char *list =
                option->kind == NULL || option->kind->list == NULL ? "options" : option->kind->list;
            struct setting *setting = parse_setting(parser, proto, list);
            if (setting == NULL || !add_setting(parser, &option->settings, setting))
                return false;
        } else if (option->kind == NULL ? !parse_any_argument(parser, option)
                                        : !parse_argument(parser, option, proto)) {
            return false;
        }
    }
    if (option->kind != NULL && option->argument_count < option->kind->needs)
        return parser_fail(parser, parser->token, "a value of option \"%s\" is due here", option->kind->name);
    return true;
}

static struct option *parse_option(struct parser *parser, uint8_t proto, const struct option_kind *kinds)
{
    struct option *option = parser_take(parser, sizeof *option);
    struct token name = parser->token;
    if (option == NULL)
        return NULL;
    if (name.kind != TOKEN_WORD) {
        (void)parser_wrong_token(parser, "the name or number of an option");
        return NULL;
    }
    const char *text = parser_text(parser, name);
    option->off = name.off;
    option->len = name.len;
    option->kind = find_option(kinds, text, name.len);
    if (option->kind == NULL && text[0] >= '0' && text[0] <= '9') {
        option->number = parse_value_text(parser, &plain_u16, name.off, name.len);
    } else if (option->kind == NULL) {
        struct names names = {.count = 0};
        for (const struct option_kind *kind = kinds; kind->name != NULL; kind++)
            names_add(&names, kind->name, strlen(kind->name));
        names_add(&names, "NUMBER hex:BYTES", 16);
        parser_fail_names(parser, name, &names, "there is no option");
    }
    parser_advance(parser);
    return !parser->failed && parse_option_body(parser, option, proto) ? option : NULL;
}

struct option *parse_options(struct parser *parser, const struct layer *layer, uint8_t proto,
                             const struct option_kind *kinds)
{
    struct option *first = NULL, **last = &first;
    if (kinds == NULL) {
        parser_fail(parser, parser->token, "%s has no options", layer->kind->name);
        return NULL;
    }
    parser_advance(parser);
    parser->in_group = true;
    do {
        parser_advance(parser);
        *last = parse_option(parser, proto, kinds);
        if (*last == NULL)
            return NULL;
        last = &(*last)->next;
    } while (parser->token.kind == TOKEN_COMMA);
    parser->in_group = false;
    if (parser->token.kind != TOKEN_CLOSE) {
        (void)parser_wrong_token(parser, "\",\" or \")\"");
        return NULL;
    }
    parser_advance(parser);
    return first;
}
