/*
 * Filling in struct pkt_error: one sentence, with the name of the input in front.
 */
#ifndef CAPTURE_FAIL_H
#define CAPTURE_FAIL_H

#include "pkt/base.h"

/* Fills in reterr_error and returns code. The sentence is "NAME: " and the formatted text. */
int capture_fail(struct pkt_error *reterr_error, int code, uint64_t offset, const char *name,
                 const char *format, ...) PKT_PRINTF(5, 6);

/* The same for a system call that failed: "NAME: WHAT: text of system_errno". Returns PKT_E_SYSTEM. */
int capture_fail_system(struct pkt_error *reterr_error, int system_errno, const char *name, const char *what);

/* The same for memory that ran out. Returns PKT_E_MEMORY. */
int capture_fail_memory(struct pkt_error *reterr_error, const char *name);

/* The same for a descriptor that has nothing now. Returns PKT_E_AGAIN. */
int capture_fail_again(struct pkt_error *reterr_error, const char *name);

#endif
