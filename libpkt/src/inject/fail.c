/*
 * Filling in struct pkt_error for senders.
 */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Returns how many bytes of the sentence are used. */
PKT_PRINTF(4, 0)
static size_t fill(struct pkt_error *error, int code, int system_errno, const char *format, va_list arguments)
{
    error->code = code;
    error->system_errno = system_errno;
    error->offset = 0;
    int used = vsnprintf(error->sentence, sizeof error->sentence, format, arguments);
    return used < 0 || (size_t)used >= sizeof error->sentence ? sizeof error->sentence - 1 : (size_t)used;
}

int inject_fail(struct pkt_error *reterr_error, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(reterr_error, code, 0, format, arguments);
    va_end(arguments);
    return code;
}

int inject_fail_system(struct pkt_error *reterr_error, const char *format, ...)
{
    int system_errno = errno;
    char text[96];
    va_list arguments;
    va_start(arguments, format);
    size_t used = fill(reterr_error, PKT_E_SYSTEM, system_errno, format, arguments);
    va_end(arguments);
    snprintf(reterr_error->sentence + used, sizeof reterr_error->sentence - used, ": %s",
             strerror_r(system_errno, text, sizeof text));
    return PKT_E_SYSTEM;
}
