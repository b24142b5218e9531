/*
 * Files in the sandbox (landlock(7)), by system calls that the C library does not have, as far as this kernel
 * knows them. Constants and structures are those of its interface; headers of Debian 12 end at version 2.
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset /* the same on all architectures */
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

enum {
    CREATE_RULESET_VERSION = 1, /* flag: only say which version of the interface there is */
    RULE_PATH_BENEATH = 1,
};

/* Rights on files. */
#define ACCESS_WRITE_FILE  (UINT64_C(1) << 1)
#define ACCESS_READ_FILE   (UINT64_C(1) << 2)
#define ACCESS_READ_DIR    (UINT64_C(1) << 3)
#define ACCESS_REMOVE_FILE (UINT64_C(1) << 5)
#define ACCESS_MAKE_REG    (UINT64_C(1) << 8)
#define ACCESS_TRUNCATE    (UINT64_C(1) << 14)
#define ACCESS_OF_FILES    (ACCESS_WRITE_FILE | ACCESS_READ_FILE | ACCESS_TRUNCATE)
#define READABLE           (ACCESS_READ_FILE | ACCESS_READ_DIR)
#define WRITABLE                                                                                     \
    (ACCESS_WRITE_FILE | ACCESS_READ_FILE | ACCESS_READ_DIR | ACCESS_REMOVE_FILE | ACCESS_MAKE_REG | \
     ACCESS_TRUNCATE)

/* Rights on TCP: to bind and to connect. Reach of a process: abstract Unix sockets, signals. */
#define NET_TCP        UINT64_C(3)
#define SCOPE_ABSTRACT UINT64_C(1)
#define SCOPE_SIGNAL   UINT64_C(2)

struct ruleset {
    uint64_t files;
    uint64_t net;    /* since version 4 */
    uint64_t scoped; /* since version 6 */
};

struct __attribute__((packed)) path_rule {
    uint64_t allowed;
    int32_t fd;
};

/* All rights that a version of the interface can refuse: 13 at first, then moving between folders (2),
 * truncation (3) and ioctl on devices (5). */
static uint64_t rights_of(int abi)
{
    unsigned bits = 13;
    bits += abi >= 2;
    bits += abi >= 3;
    bits += abi >= 5;
    return (UINT64_C(1) << bits) - 1;
}

/* Refuses everything on files; TCP and abstract sockets too, but where the profile opens sockets. */
static struct ruleset make_ruleset(const struct pkt_sandbox_options *options, int abi)
{
    bool networks = options->profile >= PKT_SANDBOX_NETWORK;
    struct ruleset ruleset = {.files = rights_of(abi)};
    if (abi >= 4 && !networks)
        ruleset.net = NET_TCP;
    if (abi >= 6)
        ruleset.scoped = networks ? SCOPE_SIGNAL : SCOPE_SIGNAL | SCOPE_ABSTRACT;
    return ruleset;
}

static size_t size_of(int abi)
{
    if (abi < 4)
        return offsetof(struct ruleset, net);
    return abi < 6 ? offsetof(struct ruleset, scoped) : sizeof(struct ruleset);
}

static int allow(int ruleset, const char *path, uint64_t rights, struct pkt_error *reterr_error)
{
    struct stat status;
    struct path_rule rule = {.allowed = rights, .fd = open(path, O_PATH | O_CLOEXEC)};
    if (rule.fd < 0)
        return host_fail_system(reterr_error, errno, "sandbox: %.150s", path);
    if (fstat(rule.fd, &status) == 0 && !S_ISDIR(status.st_mode))
        rule.allowed &= ACCESS_OF_FILES;
    long result = syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0);
    int system_errno = errno;
    close(rule.fd);
    return result == 0 ? 0 : host_fail_system(reterr_error, system_errno, "Landlock: %.150s", path);
}

static int allow_all(int ruleset, const struct pkt_sandbox_options *options, int abi,
                     struct pkt_error *reterr_error)
{
    int result = 0;
#if defined(__SANITIZE_ADDRESS__)
    result = allow(ruleset, "/proc", READABLE, reterr_error); /* the search for leaks reads there */
#endif
    for (size_t i = 0; i < options->readable_count && result == 0; i++)
        result = allow(ruleset, options->readable[i], READABLE, reterr_error);
    for (size_t i = 0; i < options->writable_count && result == 0; i++)
        result = allow(ruleset, options->writable[i], WRITABLE & rights_of(abi), reterr_error);
    return result;
}

int landlock_enter(const struct pkt_sandbox_options *options, int *ret_abi, struct pkt_error *reterr_error)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
    if (abi <= 0) {
        *ret_abi = 0; /* not built into this kernel, or not switched on */
        return 0;
    }
    struct ruleset rules = make_ruleset(options, (int)abi);
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size_of((int)abi), 0);
    if (fd < 0)
        return host_fail_system(reterr_error, errno, "Landlock");
    int result = allow_all(fd, options, (int)abi, reterr_error);
    if (result == 0 && syscall(SYS_landlock_restrict_self, fd, 0) < 0)
        result = host_fail_system(reterr_error, errno, "Landlock");
    close(fd);
    if (result == 0)
        *ret_abi = (int)abi;
    return result;
}
