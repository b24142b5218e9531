/*
 * The two halves of the sandbox. Each says through ret_on what the kernel or the build does not have.
 */
#ifndef HOST_SANDBOX_H
#define HOST_SANDBOX_H

#include "fail.h"
#include "pkt/sandbox.h"

/* The answer of our filter to one call that nobody makes: no kernel fails it with this errno. */
#define SANDBOX_CANARY_ERRNO    ENOTNAM
#define SANDBOX_CANARY_ARGUMENT 0x706b74UL /* of prctl(2): no operation has it */

/* The filter of system calls, for all threads. */
int seccomp_enter(const struct pkt_sandbox_options *options, bool *ret_on, struct pkt_error *reterr_error);

/* Files; for the calling thread. *ret_abi is 0 where there is none. */
int landlock_enter(const struct pkt_sandbox_options *options, int *ret_abi, struct pkt_error *reterr_error);

#endif
