/*
 * Filling in struct pkt_error for senders.
 */
#ifndef INJECT_FAIL_H
#define INJECT_FAIL_H

#include "pkt/base.h"

/* Fills in reterr_error and returns code. */
int inject_fail(struct pkt_error *reterr_error, int code, const char *format, ...) PKT_PRINTF(3, 4);

/* The same for a system call that failed: "WHAT: text of errno", errno as it is. Returns PKT_E_SYSTEM. */
int inject_fail_system(struct pkt_error *reterr_error, const char *format, ...) PKT_PRINTF(2, 3);

#endif
