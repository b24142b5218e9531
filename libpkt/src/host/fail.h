/*
 * Filling in struct pkt_error for what the machine refuses, and taking option structs of any age.
 */
#ifndef HOST_FAIL_H
#define HOST_FAIL_H

#include "pkt/base.h"

/* Fills in reterr_error and returns code. Control characters become question marks. */
int host_fail(struct pkt_error *reterr_error, int code, const char *format, ...) PKT_PRINTF(3, 4);

/* The same for a system call that failed: "WHAT: text of system_errno". Returns PKT_E_SYSTEM. */
int host_fail_system(struct pkt_error *reterr_error, int system_errno, const char *format, ...)
    PKT_PRINTF(3, 4);

/*
 * Copies a struct that begins with its size, as its caller was compiled, to one of taken_size bytes; what an
 * older caller does not have becomes 0. Fails with PKT_E_ARGUMENT (no size), or PKT_E_UNSUPPORTED where a
 * newer caller set what this build does not know.
 */
int host_take(const void *given, void *ret_taken, size_t taken_size, struct pkt_error *reterr_error);

#endif
