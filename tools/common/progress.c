/* SPDX-License-Identifier: BSD-2-Clause */
#include "progress.h"

#include "message.h"
#include "terminal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    NS_PER_MS = 1000000,
    LINE_SIZE = 512,
};

static const char erase[] = "\r\033[K";

static bool can_erase(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDERR_FILENO) != 0 && terminal != NULL && *terminal != '\0' &&
           strcmp(terminal, "dumb") != 0;
}

void progress_begin(struct progress *progress, int64_t now_ns)
{
    *progress = (struct progress){
        .enabled = can_erase(),
        .next_ns = now_ns + (int64_t)PROGRESS_PERIOD_MS * NS_PER_MS,
    };
}

bool progress_is_due(const struct progress *progress, int64_t now_ns)
{
    return progress->enabled && now_ns >= progress->next_ns;
}

/* Nothing can be done, and nothing is lost, where it cannot be written. */
static void put(const char *text)
{
    ssize_t wrote = write(STDERR_FILENO, text, strlen(text));
    (void)wrote;
}

/* Bytes that fit a line without its last column, in which some terminals break it; whole characters. */
static size_t fitting(const char *text)
{
    size_t len = 0;
    unsigned width = terminal_width(STDERR_FILENO);
    for (unsigned count = 1; text[len] != '\0'; len++) {
        count += ((unsigned char)text[len] & 0xc0) != 0x80;
        if (count > width)
            break;
    }
    return len;
}

void progress_show(struct progress *progress, int64_t now_ns, const char *format, ...)
{
    char text[LINE_SIZE], visible[LINE_SIZE], line[LINE_SIZE + sizeof erase];
    va_list arguments;
    if (!progress_is_due(progress, now_ns))
        return;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)message_escape(visible, sizeof visible, text, strlen(text));
    (void)snprintf(line, sizeof line, "%s%.*s", erase, (int)fitting(visible), visible);
    put(line);
    progress->shown = true;
    progress->next_ns = now_ns + (int64_t)PROGRESS_PERIOD_MS * NS_PER_MS;
}

void progress_clear(struct progress *progress)
{
    if (progress->shown)
        put(erase);
    progress->shown = false;
}
