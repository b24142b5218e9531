/*
 * Filling in struct pkt_error for what the machine refuses, and taking option structs of any age.
 */
#include "fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { REQUEST_SIZE_MAX = 4096 };

/* Names of interfaces and namespaces may hold control characters; a sentence has none. */
static void clean(char *sentence)
{
    for (char *c = sentence; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    }
}

/* Returns how many bytes of the sentence are used. */
PKT_PRINTF(4, 0)
static size_t fill(struct pkt_error *error, int code, int system_errno, const char *format, va_list arguments)
{
    *error = (struct pkt_error){.code = code, .system_errno = system_errno};
    int used = vsnprintf(error->sentence, sizeof error->sentence, format, arguments);
    clean(error->sentence);
    return used < 0 || (size_t)used >= sizeof error->sentence ? sizeof error->sentence - 1 : (size_t)used;
}

int host_fail(struct pkt_error *reterr_error, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fill(reterr_error, code, 0, format, arguments);
    va_end(arguments);
    return code;
}

int host_fail_system(struct pkt_error *reterr_error, int system_errno, const char *format, ...)
{
    char text[96];
    va_list arguments;
    va_start(arguments, format);
    size_t used = fill(reterr_error, PKT_E_SYSTEM, system_errno, format, arguments);
    va_end(arguments);
    snprintf(reterr_error->sentence + used, sizeof reterr_error->sentence - used, ": %s",
             strerror_r(system_errno, text, sizeof text));
    return PKT_E_SYSTEM;
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

int host_take(const void *given, void *ret_taken, size_t taken_size, struct pkt_error *reterr_error)
{
    size_t size = 0;
    if (given != NULL)
        memcpy(&size, given, sizeof size);
    if (size < sizeof size || size > REQUEST_SIZE_MAX)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "the size of the request is not set");
    if (size > taken_size && !is_zero((const uint8_t *)given + taken_size, size - taken_size))
        return host_fail(reterr_error, PKT_E_UNSUPPORTED,
                         "the request asks for what this libpkt does not know");
    memset(ret_taken, 0, taken_size);
    memcpy(ret_taken, given, size < taken_size ? size : taken_size);
    memcpy(ret_taken, &taken_size, sizeof taken_size);
    return 0;
}
