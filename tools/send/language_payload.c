/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layers that are bytes: "text", hex:, file:, fill: and rand:.
 */
#include "language.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const char hex[] = "hex:", file[] = "file:", fill[] = "fill:", random_bytes[] = "rand:";

static bool begins(const struct parser *parser, const char *prefix)
{
    struct token at = parser->token;
    return at.kind == TOKEN_WORD && at.len >= strlen(prefix) &&
           strncmp(parser_text(parser, at), prefix, strlen(prefix)) == 0;
}

/* What stands behind the prefix, in the word or as a string joined to it; advances. */
static bool take_rest(struct parser *parser, size_t prefix_len, struct token *ret_rest)
{
    struct token at = parser->token;
    parser_advance(parser);
    if (at.len > prefix_len) {
        *ret_rest = (struct token){
            .kind = TOKEN_WORD, .off = at.off + (uint32_t)prefix_len, .len = at.len - (uint32_t)prefix_len};
        return true;
    }
    if (parser->token.kind != TOKEN_STRING || !parser->token.is_joined)
        return parser_fail(parser, at, "something is due behind \"%.*s\"", (int)at.len,
                           parser_text(parser, at));
    *ret_rest = parser->token;
    parser_advance(parser);
    return true;
}

/* *N */
static bool parse_repetition(struct parser *parser, struct layer *layer)
{
    if (parser->token.kind != TOKEN_STAR)
        return true;
    parser_advance(parser);
    layer->length = parse_value(parser, &plain_u16, SLOT_SET);
    return layer->length != NULL;
}

static bool parse_hex(struct parser *parser, struct layer *layer)
{
    struct token rest = {.kind = TOKEN_END};
    struct pkt_field_value value;
    if (!take_rest(parser, sizeof hex - 1, &rest))
        return false;
    bool is_quoted = rest.kind == TOKEN_STRING;
    const char *text = parser_text(parser, rest) + is_quoted;
    size_t len = rest.len - 2U * is_quoted;
    uint8_t *bytes = parser_take(parser, len + 1);
    char *packed = parser_take(parser, len + 1);
    size_t packed_len = 0;
    if (bytes == NULL || packed == NULL)
        return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] != ' ')
            packed[packed_len++] = text[i];
    if (pkt_field_parse(&plain_bytes, packed, packed_len, bytes, len, &value) != PKT_FIELD_OK)
        return parser_fail(parser, rest, "this is not pairs of hexadecimal digits");
    layer->bytes = value.bytes;
    return parse_repetition(parser, layer);
}

/* Reads a whole file; SEND_FILE_MAX + 1 bytes of it tell that it is too long. */
static bool read_file(struct parser *parser, const char *path, struct token at, struct layer *layer)
{
    FILE *stream = fopen(path, "rbe");
    if (stream == NULL)
        return parser_fail(parser, at, "%s: %s", path, strerror(errno));
    uint8_t *bytes = parser_take(parser, SEND_FILE_MAX + 1);
    size_t len = bytes == NULL ? 0 : fread(bytes, 1, SEND_FILE_MAX + 1, stream);
    bool is_bad = ferror(stream) != 0;
    int error = errno;
    (void)fclose(stream);
    if (is_bad)
        return parser_fail(parser, at, "%s: %s", path, strerror(error));
    if (len > SEND_FILE_MAX)
        return parser_fail(parser, at, "%s has more than %d bytes", path, SEND_FILE_MAX);
    layer->bytes = pkt_view_make(bytes, len);
    return bytes != NULL;
}

/* The path behind file:, as C wants it; NULL: failed. */
static char *take_path(struct parser *parser, struct token rest)
{
    struct pkt_view name = pkt_view_make(parser_text(parser, rest), rest.len);
    if (rest.kind == TOKEN_STRING && !parse_string(parser, rest, &name))
        return NULL;
    char *path = parser_take(parser, name.len + 1);
    if (path == NULL)
        return NULL;
    for (size_t i = 0; i < name.len; i++)
        path[i] = (char)pkt_u8(name, i);
    if (strlen(path) == name.len)
        return path;
    parser_fail(parser, rest, "a file name has no zero bytes");
    return NULL;
}

static bool parse_file(struct parser *parser, struct layer *layer)
{
    struct token rest = {.kind = TOKEN_END};
    if (!take_rest(parser, sizeof file - 1, &rest))
        return false;
    const char *path = take_path(parser, rest);
    return path != NULL && read_file(parser, path, rest, layer) && parse_repetition(parser, layer);
}

/* LENGTH or {LENGTHS}, and for fill :BYTE */
static bool parse_length(struct parser *parser, struct layer *layer, size_t prefix_len, bool has_byte)
{
    struct token at = parser->token;
    const char *text = parser_text(parser, at) + prefix_len;
    uint32_t len = at.len - (uint32_t)prefix_len;
    parser_advance(parser);
    if (len == 0) {
        if (!parser->token.is_joined || parser->token.kind != TOKEN_BRACE_OPEN)
            return parser_fail(parser, at, "a length is due behind \"%.*s\"", (int)at.len, text - prefix_len);
        layer->length = parse_value(parser, &plain_u16, SLOT_SET);
        return layer->length != NULL;
    }
    const char *colon = has_byte ? memchr(text, ':', len) : NULL;
    uint32_t length_len = colon == NULL ? len : (uint32_t)(colon - text);
    uint32_t off = at.off + (uint32_t)prefix_len;
    layer->length = parse_value_text(parser, &plain_u16, off, length_len);
    if (layer->length == NULL)
        return false;
    if (colon == NULL)
        return parse_rest(parser, &plain_u16, layer->length);
    struct slot *byte = parse_value_text(parser, &plain_u8, off + length_len + 1, len - length_len - 1);
    if (byte == NULL)
        return false;
    layer->fill = (uint8_t)byte->parts->first.low;
    return byte->count == 1 || parser_fail(parser, at, "only the length may vary");
}

bool parse_payload(struct parser *parser, struct layer *layer)
{
    struct token at = parser->token;
    layer->payload = PAYLOAD_BYTES;
    if (at.kind == TOKEN_STRING) {
        parser_advance(parser);
        return parse_string(parser, at, &layer->bytes) && parse_repetition(parser, layer);
    }
    if (begins(parser, hex))
        return parse_hex(parser, layer);
    if (begins(parser, file))
        return parse_file(parser, layer);
    if (begins(parser, fill)) {
        layer->payload = PAYLOAD_FILL;
        return parse_length(parser, layer, sizeof fill - 1, true);
    }
    if (!begins(parser, random_bytes))
        return false;
    layer->payload = PAYLOAD_RAND;
    parser->line->varies = true;
    return parse_length(parser, layer, sizeof random_bytes - 1, false);
}
