/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Targets from files: read in pieces, line by line, in constant memory.
 */
#include "targets_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/message.h"

enum {
    PIECE = 65536,
    WHERE_MAX = 100, /* bytes of a place in a sentence */
};

struct line_reader {
    struct target_list *list;
    struct target_place place;
    char line[TARGET_LINE_MAX + 1];
    size_t len;
};

/* Names a place before what an error says already. */
static int at_place(const struct line_reader *reader, struct pkt_error *error)
{
    char said[sizeof error->sentence];
    memcpy(said, error->sentence, sizeof said);
    const char *source = reader->list->sources[reader->place.source - 1];
    char where[WHERE_MAX];
    message_escape(where, sizeof where, source, strlen(source));
    snprintf(error->sentence, sizeof error->sentence, "%.60s:%u:%u: %.160s", where,
             (unsigned)reader->place.line, (unsigned)reader->place.column, said);
    if (error->code == PKT_E_ARGUMENT)
        error->code = PKT_E_FORMAT;
    return error->code;
}

static int refuse_line(struct line_reader *reader, size_t at, const char *sentence, struct pkt_error *error)
{
    reader->place.column = (uint16_t)(at + 1);
    *error = (struct pkt_error){.code = PKT_E_FORMAT};
    snprintf(error->sentence, sizeof error->sentence, "%s", sentence);
    return at_place(reader, error);
}

/* A carriage return before the end of a line is a blank. */
static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* Adds what the line names, one by one. */
static int take_line(struct line_reader *reader, struct pkt_error *error)
{
    char *line = reader->line;
    const char *nul = memchr(line, '\0', reader->len);
    if (nul != NULL)
        return refuse_line(reader, (size_t)(nul - line), "a NUL byte: this is no text", error);
    line[reader->len] = '\0';
    line[strcspn(line, "#")] = '\0';
    for (size_t at = 0; line[at] != '\0';) {
        size_t end = at;
        while (line[end] != '\0' && !is_blank(line[end]))
            end++;
        size_t next = end + (line[end] != '\0');
        line[end] = '\0';
        reader->place.column = (uint16_t)(at + 1);
        if (end > at && target_append(reader->list, line + at, reader->place, error) != 0)
            return at_place(reader, error);
        at = next;
    }
    return 0;
}

/* Takes the lines that end in a piece, and keeps the beginning of the one that does not. */
static int take_piece(struct line_reader *reader, const char *piece, size_t len, struct pkt_error *error)
{
    while (len > 0) {
        const char *end = memchr(piece, '\n', len);
        size_t part = end != NULL ? (size_t)(end - piece) : len;
        if (part > TARGET_LINE_MAX - reader->len)
            return refuse_line(reader, TARGET_LINE_MAX, "the line is longer than 1024 bytes", error);
        memcpy(reader->line + reader->len, piece, part);
        reader->len += part;
        if (end == NULL)
            return 0;
        int result = take_line(reader, error);
        if (result != 0)
            return result;
        reader->len = 0;
        reader->place.line++;
        piece += part + 1;
        len -= part + 1;
    }
    return 0;
}

static int fail_system(const char *name, const char *what, struct pkt_error *error)
{
    int number = errno;
    char shown[WHERE_MAX];
    message_escape(shown, sizeof shown, name, strlen(name));
    *error = (struct pkt_error){.code = PKT_E_SYSTEM, .system_errno = number};
    snprintf(error->sentence, sizeof error->sentence, "%s: %s: %s", shown, what, strerror(number));
    return PKT_E_SYSTEM;
}

int targets_add_fd(struct target_list *list, int fd, const char *name, struct pkt_error *reterr_error)
{
    if (list->source_count == TARGET_SOURCES_MAX)
        return target_refuse(reterr_error, PKT_E_ARGUMENT, name, "is one file too many: at most %d are read",
                             TARGET_SOURCES_MAX);
    list->sources[list->source_count++] = name;
    list->any_swept = true;
    struct line_reader reader = {
        .list = list, .place = {.source = (uint8_t)list->source_count, .line = 1}
    };
    char piece[PIECE];
    for (;;) {
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_system(name, "cannot be read", reterr_error);
        if (n == 0)
            return take_line(&reader, reterr_error);
        int result = take_piece(&reader, piece, (size_t)n, reterr_error);
        if (result != 0)
            return result;
    }
}

int targets_add_file(struct target_list *list, const char *path, struct pkt_error *reterr_error)
{
    if (strcmp(path, "-") == 0)
        return targets_add_fd(list, STDIN_FILENO, "standard input", reterr_error);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fail_system(path, "cannot be opened", reterr_error);
    int result = targets_add_fd(list, fd, path, reterr_error);
    close(fd);
    return result;
}
