/*
 * System calls in the sandbox (seccomp(2)): an allow-list a profile, as tables.
 */
#include "sandbox.h"

#include <errno.h>

#ifndef PKT_HAVE_SECCOMP

int seccomp_enter(const struct pkt_sandbox_options *options, bool *ret_on, struct pkt_error *reterr_error)
{
    (void)options;
    (void)reterr_error;
    *ret_on = false;
    return 0;
}

#else

#include <fcntl.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_TIMESTAMPING_NEW
#define SO_TIMESTAMPING_NEW 65 /* <asm-generic/socket.h> */
#endif

/* libseccomp resolves names of calls that an architecture does not have to negative numbers, and passes them
 * over. */
#define CALL(name) SCMP_SYS(name)

/*
 * What every process does: reading and writing what is open, memory, time, waiting, signals, the end. glibc's
 * memory and threads need brk to futex; qsort asks sysinfo; fstat is newfstatat by now.
 */
static const int base[] = {
    CALL(read),           CALL(readv),           CALL(pread64),         CALL(write),
    CALL(writev),         CALL(pwrite64),        CALL(close),           CALL(lseek),
    CALL(fstat),          CALL(ftruncate),       CALL(fsync),           CALL(fdatasync),
    CALL(poll),           CALL(ppoll),           CALL(ppoll_time64),    CALL(epoll_create1),
    CALL(epoll_ctl),      CALL(epoll_wait),      CALL(epoll_pwait),     CALL(epoll_pwait2),
    CALL(timerfd_create), CALL(timerfd_settime), CALL(signalfd4),       CALL(brk),
    CALL(munmap),         CALL(mremap),          CALL(madvise),         CALL(futex),
    CALL(futex_time64),   CALL(sched_yield),     CALL(set_robust_list), CALL(rseq),
    CALL(sysinfo),        CALL(getrandom),       CALL(clock_gettime),   CALL(clock_gettime64),
    CALL(clock_getres),   CALL(gettimeofday),    CALL(clock_nanosleep), CALL(clock_nanosleep_time64),
    CALL(nanosleep),      CALL(restart_syscall), CALL(getpid),          CALL(gettid),
    CALL(rt_sigaction),   CALL(rt_sigprocmask),  CALL(rt_sigreturn),    CALL(sigaltstack),
    CALL(exit),           CALL(exit_group),
};

static const int sender[] = {
    CALL(sendto),   CALL(sendmsg),         CALL(sendmmsg),   CALL(recvfrom),    CALL(recvmsg),
    CALL(recvmmsg), CALL(recvmmsg_time64), CALL(getsockopt), CALL(getsockname),
};

static const int network[] = {
    CALL(bind), CALL(connect), CALL(setsockopt), CALL(getpeername), CALL(shutdown),
};

static const int files[] = {
    CALL(open),       CALL(openat),   CALL(stat),      CALL(newfstatat), CALL(statx),
    CALL(unlink),     CALL(unlinkat), CALL(rename),    CALL(renameat),   CALL(renameat2),
    CALL(getdents64), CALL(access),   CALL(faccessat), CALL(faccessat2),
};

/* Calls of which only one value of an argument is let through; under mask where that is not 0. */
struct conditional {
    int call;
    unsigned argument;
    uint64_t mask;
    uint64_t value;
    unsigned argument2; /* of a second condition, where value2 is not 0 */
    uint64_t value2;
};

static const struct conditional base_conditionals[] = {
    {CALL(mmap),       2, PROT_EXEC, 0,                   0, 0},
    {CALL(mprotect),   2, PROT_EXEC, 0,                   0, 0},
    {CALL(ioctl),      1, 0,         TCGETS,              0, 0}, /* isatty */
    {CALL(ioctl),      1, 0,         TIOCGWINSZ,          0, 0},
    {CALL(ioctl),      1, 0,         FIONREAD,            0, 0},
    {CALL(fcntl),      1, 0,         F_GETFL,             0, 0},
    {CALL(fcntl),      1, 0,         F_SETFL,             0, 0},
    {CALL(fcntl),      1, 0,         F_GETFD,             0, 0},
    {CALL(prctl),      0, 0,         PR_GET_SECCOMP,      0, 0},
    {CALL(prctl),      0, 0,         PR_GET_NO_NEW_PRIVS, 0, 0},
    {CALL(newfstatat), 3, 0,         AT_EMPTY_PATH,       0, 0}, /* fstat */
};

static const struct conditional sender_conditionals[] = {
    {CALL(ioctl),      1, 0, SIOCGIFFLAGS, 0, 0                  },
    {CALL(ioctl),      1, 0, SIOCGIFMTU,   0, 0                  },
    {CALL(ioctl),      1, 0, SIOCOUTQ,     0, 0                  },
 /* a count of transmit stamps begins anew */
    {CALL(setsockopt), 1, 0, SOL_SOCKET,   2, SO_TIMESTAMPING    },
    {CALL(setsockopt), 1, 0, SOL_SOCKET,   2, SO_TIMESTAMPING_NEW},
};

static const struct conditional network_conditionals[] = {
    {CALL(socket), 0, 0, AF_INET,    0, 0},
    {CALL(socket), 0, 0, AF_INET6,   0, 0},
    {CALL(socket), 0, 0, AF_NETLINK, 0, 0},
    {CALL(socket), 0, 0, AF_UNIX,    0, 0},
};

#if defined(__SANITIZE_ADDRESS__)
/* What the sanitizers do at the end of a process: they stop it from a second one and look for leaks. */
static const int sanitizer[] = {
    CALL(open),       CALL(getdents), CALL(clone),    CALL(getppid),  CALL(process_vm_writev),
    CALL(wait4),      CALL(ptrace),   CALL(openat),   CALL(readlink), CALL(newfstatat),
    CALL(getdents64), CALL(mmap),     CALL(mprotect), CALL(tgkill),   CALL(process_vm_readv),
    CALL(pipe2),
};

static const struct conditional sanitizer_conditionals[] = {
    {CALL(prctl), 0, 0, PR_GET_DUMPABLE,  0, 0},
    {CALL(prctl), 0, 0, PR_SET_DUMPABLE,  0, 0},
    {CALL(prctl), 0, 0, PR_SET_PDEATHSIG, 0, 0},
    {CALL(prctl), 0, 0, PR_SET_PTRACER,   0, 0},
};
#endif

/* A profile's tables; each profile holds those before it. */
struct table {
    int profile;
    const int *calls;
    size_t call_count;
    const struct conditional *conditionals;
    size_t conditional_count;
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct table tables[] = {
    {PKT_SANDBOX_OFFLINE, base,      COUNT(base),      base_conditionals,      COUNT(base_conditionals)     },
    {PKT_SANDBOX_SENDER,  sender,    COUNT(sender),    sender_conditionals,    COUNT(sender_conditionals)   },
    {PKT_SANDBOX_NETWORK, network,   COUNT(network),   network_conditionals,   COUNT(network_conditionals)  },
#if defined(__SANITIZE_ADDRESS__)
    {PKT_SANDBOX_OFFLINE, sanitizer, COUNT(sanitizer), sanitizer_conditionals, COUNT(sanitizer_conditionals)},
#endif
};

/* The rules give 0 or a negative errno. */

static int allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
    return result;
}

static int allow_conditionals(scmp_filter_ctx filter, const struct conditional *conditionals, size_t count)
{
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++) {
        const struct conditional *c = &conditionals[i];
        struct scmp_arg_cmp compare[2] = {
            {c->argument,  c->mask == 0 ? SCMP_CMP_EQ : SCMP_CMP_MASKED_EQ, c->mask == 0 ? c->value : c->mask,
             c->value                                                                                           },
            {c->argument2, SCMP_CMP_EQ,                                     c->value2,                         0},
        };
        result = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, c->call, c->value2 == 0 ? 1 : 2, compare);
    }
    return result;
}

/* A process may end itself by a signal (abort), and no other. */
static int allow_own_signals(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                            SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
}

static int add_canary(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(SANDBOX_CANARY_ERRNO), SCMP_SYS(prctl), 1,
                            SCMP_A0(SCMP_CMP_EQ, SANDBOX_CANARY_ARGUMENT));
}

static int fill(scmp_filter_ctx filter, const struct pkt_sandbox_options *options)
{
    int result = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (result == 0)
        result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    for (size_t i = 0; i < COUNT(tables) && result == 0; i++) {
        if (tables[i].profile > options->profile)
            continue;
        result = allow(filter, tables[i].calls, tables[i].call_count);
        if (result == 0)
            result = allow_conditionals(filter, tables[i].conditionals, tables[i].conditional_count);
    }
    if (result == 0 && options->opens_files)
        result = allow(filter, files, COUNT(files));
    if (result == 0)
        result = allow_own_signals(filter);
    return result == 0 ? add_canary(filter) : result;
}

/* A kernel without seccomp. libseccomp 2.5 says ECANCELED for any failure of the kernel's own. */
static bool kernel_lacks(void)
{
    return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0 && errno == EINVAL;
}

int seccomp_enter(const struct pkt_sandbox_options *options, bool *ret_on, struct pkt_error *reterr_error)
{
    *ret_on = false;
    if (kernel_lacks())
        return 0;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL)
        return host_fail(reterr_error, PKT_E_MEMORY, "out of memory");
    int result = fill(filter, options);
    if (result == 0)
        result = seccomp_load(filter);
    seccomp_release(filter);
    if (result < 0)
        return host_fail_system(reterr_error, -result, "filter of system calls");
    *ret_on = true;
    return 0;
}

#endif
