/*
 * Filling in struct pkt_error: one sentence, with the name of the input in front.
 */
#include "fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MAX_SHOWN = 96 };

/* A long path keeps its end, which tells files apart. */
static int put_name(char *sentence, size_t size, const char *name)
{
    size_t len = strlen(name);
    bool cut = len > NAME_MAX_SHOWN;
    return snprintf(sentence, size, "%s%s: ", cut ? "..." : "", cut ? name + (len - NAME_MAX_SHOWN) : name);
}

/* A file name may hold control characters; a sentence has none. */
static void clean(char *sentence)
{
    for (char *c = sentence; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    }
}

PKT_PRINTF(3, 0)
static void fill(struct pkt_error *reterr_error, const char *name, const char *format, va_list arguments)
{
    int used = put_name(reterr_error->sentence, sizeof reterr_error->sentence, name);
    vsnprintf(reterr_error->sentence + used, sizeof reterr_error->sentence - (size_t)used, format, arguments);
    clean(reterr_error->sentence);
}

int capture_fail(struct pkt_error *reterr_error, int code, uint64_t offset, const char *name,
                 const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(reterr_error, name, format, arguments);
    va_end(arguments);
    reterr_error->code = code;
    reterr_error->system_errno = 0;
    reterr_error->offset = offset;
    return code;
}

int capture_fail_system(struct pkt_error *reterr_error, int system_errno, const char *name, const char *what)
{
    char text[128];
    capture_fail(reterr_error, PKT_E_SYSTEM, 0, name, "%s: %s", what,
                 strerror_r(system_errno, text, sizeof text));
    reterr_error->system_errno = system_errno;
    return PKT_E_SYSTEM;
}

int capture_fail_memory(struct pkt_error *reterr_error, const char *name)
{
    return capture_fail(reterr_error, PKT_E_MEMORY, 0, name, "out of memory");
}

int capture_fail_again(struct pkt_error *reterr_error, const char *name)
{
    return capture_fail(reterr_error, PKT_E_AGAIN, 0, name, "nothing to read now");
}
