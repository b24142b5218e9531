/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One-line messages on standard error, with hostile characters made visible.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

#define DEFAULT_PROGRAM "pkt"

static const char *program_name = DEFAULT_PROGRAM;
static bool quiet_asked;

void message_set_program(const char *argv0)
{
    const char *slash = argv0 == NULL ? NULL : strrchr(argv0, '/');
    const char *name = slash == NULL ? argv0 : slash + 1;

    program_name = name == NULL || *name == '\0' ? DEFAULT_PROGRAM : name;
}

const char *message_program(void)
{
    return program_name;
}

void message_set_quiet(bool quiet)
{
    quiet_asked = quiet;
}

const char *message_plural(uint64_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

static size_t utf8_announced_length(unsigned char lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        return 2;
    }
    if ((lead & 0xf0) == 0xe0) {
        return 3;
    }
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

static bool utf8_is_shortest_and_legal(uint32_t code, size_t len)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool surrogate = code >= 0xd800 && code <= 0xdfff;

    return code >= least[len] && code <= 0x10ffff && !surrogate;
}

/* Length of the character at `from`, 0 where the bytes are no UTF-8 (RFC 3629 section 4). */
static size_t utf8_decode(const unsigned char *from, size_t len, uint32_t *ret_code)
{
    size_t need = utf8_announced_length(from[0]);
    if (need == 0 || need > len) {
        return 0;
    }
    uint32_t code = need == 1 ? from[0] : from[0] & (0x7fu >> need);
    for (size_t i = 1; i < need; i++) {
        if ((from[i] & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (from[i] & 0x3fu);
    }
    if (!utf8_is_shortest_and_legal(code, need)) {
        return 0;
    }
    *ret_code = code;
    return need;
}

static bool turns_or_hides_text(uint32_t code)
{
    bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    bool mark = code == 0x061c || code == 0x200e || code == 0x200f || code == 0xfeff;
    bool separator_or_embedding = code >= 0x2028 && code <= 0x202e;
    bool isolate = code >= 0x2066 && code <= 0x2069;

    return control || mark || separator_or_embedding || isolate;
}

static size_t escape_byte(char to[5], unsigned char byte)
{
    static const char named[] = {['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r'};
    static const char hex[] = "0123456789abcdef";

    to[0] = '\\';
    if (byte < sizeof(named) && named[byte] != '\0') {
        to[1] = named[byte];
        return 2;
    }
    to[1] = 'x';
    to[2] = hex[byte >> 4];
    to[3] = hex[byte & 15];
    return 4;
}

/* One character of the input in its safe spelling; returns how much input it took. */
static size_t escape_character(char to[17], size_t *ret_len, const unsigned char *from, size_t len)
{
    uint32_t code = 0;
    size_t took = utf8_decode(from, len, &code);

    if (took > 0 && !turns_or_hides_text(code)) {
        memcpy(to, from, took);
        *ret_len = took;
        return took;
    }
    took = took == 0 ? 1 : took;
    *ret_len = 0;
    for (size_t i = 0; i < took; i++) {
        *ret_len += escape_byte(to + *ret_len, from[i]);
    }
    return took;
}

size_t message_escape(char *to, size_t size, const char *from, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)from;
    size_t used = 0;

    if (size == 0) {
        return 0;
    }
    for (size_t at = 0; at < len;) {
        char safe[17];
        size_t safe_len = 0;
        at += escape_character(safe, &safe_len, bytes + at, len - at);
        if (safe_len >= size - used) {
            break;
        }
        memcpy(to + used, safe, safe_len);
        used += safe_len;
    }
    to[used] = '\0';
    return used;
}

static void write_to_standard_error(const char *line, size_t len)
{
    while (len > 0) {
        ssize_t wrote = write(STDERR_FILENO, line, len);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return;
        }
        line += wrote;
        len -= (size_t)wrote;
    }
}

__attribute__((format(printf, 2, 0))) static size_t format_text(char text[MESSAGE_TEXT_MAX],
                                                                const char *format, va_list arguments)
{
    int len = vsnprintf(text, MESSAGE_TEXT_MAX, format, arguments);

    if (len < 0) {
        return 0;
    }
    if (len >= MESSAGE_TEXT_MAX) {
        memcpy(text + MESSAGE_TEXT_MAX - 4, "...", 4);
        return MESSAGE_TEXT_MAX - 1;
    }
    return (size_t)len;
}

/* Prefix and text leave in one write, so that lines of several processes do not mix; errno survives. */
__attribute__((format(printf, 4, 0))) static void say(const char *prefix, const char *colon, const char *kind,
                                                      const char *format, va_list arguments)
{
    int saved = errno;
    char text[MESSAGE_TEXT_MAX];
    char line[4 * MESSAGE_TEXT_MAX + 1024];
    size_t room = sizeof(line) - 1;
    size_t text_len = format_text(text, format, arguments);

    size_t used = message_escape(line, 512, prefix, strlen(prefix));
    used += message_escape(line + used, room - used, colon, strlen(colon));
    used += message_escape(line + used, room - used, kind, strlen(kind));
    used += message_escape(line + used, room - used, text, text_len);
    line[used++] = '\n';
    write_to_standard_error(line, used);
    errno = saved;
}

void message_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(program_name, ": ", "", format, arguments);
    va_end(arguments);
}

void message_warning(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(program_name, ": ", "warning: ", format, arguments);
    va_end(arguments);
}

void message_notice(const char *format, ...)
{
    va_list arguments;
    if (quiet_asked) {
        return;
    }
    va_start(arguments, format);
    say(program_name, ": ", "", format, arguments);
    va_end(arguments);
}

void message_hint(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("", "  ", "", format, arguments);
    va_end(arguments);
}
