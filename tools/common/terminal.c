/* SPDX-License-Identifier: BSD-2-Clause */
#include "terminal.h"

#include <stddef.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_WIDTH = 80 };

unsigned terminal_width(int fd)
{
    struct winsize size;
    if (isatty(fd) == 0)
        return 0;
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return USUAL_WIDTH;
    return size.ws_col;
}

static bool ends_in_utf8(const char *locale)
{
    for (; *locale != '\0'; locale++)
        if (strcasecmp(locale, "utf-8") == 0 || strcasecmp(locale, "utf8") == 0)
            return true;
    return false;
}

bool terminal_takes_utf8(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *locale = getenv(variables[i]);
        if (locale != NULL && *locale != '\0')
            return ends_in_utf8(locale);
    }
    return false;
}
