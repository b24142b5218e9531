/*
 * Version and the names of errors.
 */
#include "pkt/base.h"

const char *pkt_version(void)
{
    return PKT_VERSION_STRING;
}

const char *pkt_error_name(int code)
{
    static const char *const names[] = {"ok",          "system",   "memory", "format",
                                        "unsupported", "argument", "again"};
    return code <= 0 && code > -(int)(sizeof names / sizeof *names) ? names[-code] : "unknown";
}
