/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tokens of the language. A word is whatever stands between blanks and marks, so that numbers, addresses and
 * ranges need no rules of their own here; a slash directly between a word and a digit belongs to the word:
 * "10.0.0.0/28" is one, "10.0.0.1/udp" are three tokens.
 */
#include "language.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr(":._-+@%?!|", c) != NULL);
}

static char peek(const struct lexer *lexer, uint32_t ahead)
{
    if (ahead >= lexer->len - lexer->off)
        return '\0';
    return lexer->text[lexer->off + ahead];
}

/* Length of a word that begins here. A path has no blanks, and may have everything else. */
static uint32_t word_len(const struct lexer *lexer)
{
    static const char file[] = "file:";
    uint32_t len = 0, left = lexer->len - lexer->off;
    bool is_path = left >= sizeof file - 1 && strncmp(lexer->text + lexer->off, file, sizeof file - 1) == 0 &&
                   peek(lexer, sizeof file - 1) != '"';
    while (len < left &&
           (is_path ? !is_blank(peek(lexer, len))
                    : is_word(peek(lexer, len)) || (len > 0 && peek(lexer, len) == '/' && len + 1 < left &&
                                                    is_digit(peek(lexer, len + 1)))))
        len++;
    return len;
}

/* Length of a string that begins here, quotes included; 0: it does not end. */
static uint32_t string_len(const struct lexer *lexer)
{
    uint32_t left = lexer->len - lexer->off;
    for (uint32_t len = 1; len < left; len++) {
        if (peek(lexer, len) == '\\')
            len++;
        else if (peek(lexer, len) == '"')
            return len + 1;
    }
    return 0;
}

static uint8_t mark_kind(char c)
{
    static const struct {
        char mark;
        uint8_t kind;
    } marks[] = {
        {'/', TOKEN_SLASH      },
        {'=', TOKEN_EQUALS     },
        {'*', TOKEN_STAR       },
        {',', TOKEN_COMMA      },
        {'(', TOKEN_OPEN       },
        {')', TOKEN_CLOSE      },
        {'{', TOKEN_BRACE_OPEN },
        {'}', TOKEN_BRACE_CLOSE},
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i].mark == c)
            return marks[i].kind;
    return TOKEN_BAD;
}

struct token lex_next(struct lexer *lexer)
{
    uint32_t start = lexer->off;
    while (lexer->off < lexer->len && is_blank(lexer->text[lexer->off]))
        lexer->off++;
    struct token token = {.kind = TOKEN_END, .is_joined = lexer->off == start, .off = lexer->off};
    if (lexer->off == lexer->len)
        return token;
    char c = lexer->text[lexer->off];
    token.len = 1;
    if (c == '"') {
        token.len = string_len(lexer);
        token.kind = token.len == 0 ? TOKEN_BAD : TOKEN_STRING;
        token.len = token.len == 0 ? lexer->len - lexer->off : token.len;
    } else if (is_word(c)) {
        token.kind = TOKEN_WORD;
        token.len = word_len(lexer);
    } else if (c == '*' && peek(lexer, 1) == '=') {
        token.kind = TOKEN_FORCE;
        token.len = 2;
    } else {
        token.kind = mark_kind(c);
    }
    lexer->off += token.len;
    return token;
}
