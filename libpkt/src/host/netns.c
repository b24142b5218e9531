/*
 * Network namespaces: from a name, a process or a path to a descriptor, and into it.
 */
#include "pkt/netns.h"
#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef NS_GET_NSTYPE
#define NS_GET_NSTYPE _IO(0xb7, 0x3) /* <linux/nsfs.h>; Linux 4.11 */
#endif

enum { PID_DIGITS_MAX = 10 };

static bool is_process(const char *which)
{
    size_t digits = strspn(which, "0123456789");
    return digits > 0 && digits <= PID_DIGITS_MAX && which[digits] == '\0';
}

static bool is_name(const char *which)
{
    size_t len = strnlen(which, NAME_MAX + 1);
    return len > 0 && len <= NAME_MAX && strchr(which, '/') == NULL && strcmp(which, ".") != 0 &&
           strcmp(which, "..") != 0;
}

/* The files that may stand for which; how many there are, 0 where it cannot be one. */
static int find_paths(const char *which, char paths[2][PATH_MAX])
{
    if (which == NULL || strnlen(which, PATH_MAX) >= PATH_MAX)
        return 0;
    if (which[0] == '/') {
        snprintf(paths[0], PATH_MAX, "%s", which);
        return 1;
    }
    if (is_process(which)) {
        snprintf(paths[0], PATH_MAX, "/proc/%s/ns/net", which);
        return 1;
    }
    if (!is_name(which))
        return 0;
    snprintf(paths[0], PATH_MAX, "/run/netns/%s", which);
    snprintf(paths[1], PATH_MAX, "/var/run/netns/%s", which);
    return 2;
}

/* A file of any other kind must not be taken for one: opening it may even have waited. */
static int check(int fd, const char *which, struct pkt_error *reterr_error)
{
    struct statfs where;
    if (fstatfs(fd, &where) < 0)
        return host_fail_system(reterr_error, errno, "network namespace %.100s", which);
    if (where.f_type != NSFS_MAGIC || ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "%.100s is not a network namespace", which);
    return 0;
}

int pkt_netns_open(const char *which, int *ret_fd, struct pkt_error *reterr_error)
{
    char paths[2][PATH_MAX];
    int count = find_paths(which, paths), fd = -1;
    if (count == 0)
        return host_fail(reterr_error, PKT_E_ARGUMENT,
                         "a network namespace is a name without '/', a process ID or a path from '/' on");
    for (int i = 0; i < count && fd < 0; i++)
        fd = open(paths[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return host_fail_system(reterr_error, errno, "network namespace %.100s", which);
    int result = check(fd, which, reterr_error);
    if (result < 0)
        close(fd);
    else
        *ret_fd = fd;
    return result;
}

int pkt_netns_enter(const char *which, struct pkt_error *reterr_error)
{
    int fd = -1;
    int result = pkt_netns_open(which, &fd, reterr_error);
    if (result < 0)
        return result;
    if (setns(fd, CLONE_NEWNET) < 0) {
        int system_errno = errno;
        result = host_fail_system(reterr_error, system_errno, "network namespace %.100s%s", which,
                                  system_errno == EPERM ? " (run it by sudo)" : "");
    }
    close(fd);
    return result;
}

uint64_t pkt_netns_current(void)
{
    struct stat status;
    /* A thread may be elsewhere than its process. */
    if (stat("/proc/thread-self/ns/net", &status) < 0)
        return 0;
    return status.st_ino;
}
