/*
 * The sandbox: a process that has opened what it needs keeps only the system calls and files of its task
 * (seccomp(2), landlock(7)).
 *
 * Best effort: what the kernel or the build lacks is said in the state, and is no error. What is on is on for
 * good, for all threads (Landlock: for the calling one and those that it begins) and for every child.
 */
#ifndef PKT_SANDBOX_H
#define PKT_SANDBOX_H

#include "base.h"

PKT_BEGIN

/* What a process still does. Each holds those before it. Values are ABI: append only. */
enum pkt_sandbox_profile {
    PKT_SANDBOX_OFFLINE = 1, /* reads and writes what is open, waits, tells the time */
    PKT_SANDBOX_SENDER,      /* sends and receives on sockets that are open */
    PKT_SANDBOX_NETWORK, /* opens new sockets without privilege (IPv4, IPv6, netlink, Unix) and connects them
                          */
};

/* How to enter. Zero means the default everywhere but in size and profile. */
struct pkt_sandbox_options {
    size_t size;                 /* sizeof(struct pkt_sandbox_options) as the caller was compiled */
    int profile;                 /* enum pkt_sandbox_profile */
    bool opens_files;            /* may open files still, as far as the two lists allow */
    const char *const *readable; /* files, and folders with all below them; where Landlock is on */
    size_t readable_count;
    const char *const
        *writable; /* folders in which files may be made, written, renamed and removed; likewise */
    size_t writable_count;
};

/* What is on. */
struct pkt_sandbox_state {
    bool seccomp;           /* calls outside of the profile end the process (SIGSYS) */
    bool no_new_privileges; /* no program that is executed gains privilege */
    int landlock_abi;       /* version of the kernel's Landlock that restricts files, 0: none does */
};

/*
 * Enters the sandbox. Privilege is to be dropped before (pkt_privilege_drop); seccomp answers forbidden calls
 * by ending the whole process, and does not let another architecture's calls through.
 *
 * Fails with PKT_E_ARGUMENT, PKT_E_MEMORY or PKT_E_SYSTEM (a path that is not there; or what the kernel has,
 * but refuses). After a failure parts may be on: end the process.
 */
PKT_API PKT_NODISCARD int pkt_sandbox_enter(const struct pkt_sandbox_options *options,
                                            struct pkt_sandbox_state *ret_state,
                                            struct pkt_error *reterr_error);

/*
 * Makes sure that what state claims is on, from inside: the filter itself must answer one harmless call that
 * it keeps for this purpose, and the kernel must say that it filters. Leaves no trace in the kernel's log.
 *
 * Fails with PKT_E_SYSTEM.
 */
PKT_API PKT_NODISCARD int pkt_sandbox_prove(const struct pkt_sandbox_state *state,
                                            struct pkt_error *reterr_error);

/*
 * The proof by death: a child process enters the sandbox and makes a call that is outside of every profile,
 * which must end it by SIGSYS. The caller stays as it is; to be called before it enters itself. The kernel
 * logs the death.
 *
 * ret_state  what was on in the child; where seccomp is not, it did not die
 *
 * Fails as pkt_sandbox_enter does, and with PKT_E_SYSTEM (the child lived on, or died of something else).
 */
PKT_API PKT_NODISCARD int pkt_sandbox_rehearse(const struct pkt_sandbox_options *options,
                                               struct pkt_sandbox_state *ret_state,
                                               struct pkt_error *reterr_error);

/*
 * Writes what is on in words, such as "seccomp, Landlock 7, no_new_privs", or "none"; cut to fit, with a NUL.
 *
 * size  bytes of ret_text, at least 1; 64 hold all
 */
PKT_API void pkt_sandbox_describe(const struct pkt_sandbox_state *state, char *ret_text, size_t size);

PKT_END

#endif
