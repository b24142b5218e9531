/* SPDX-License-Identifier: BSD-2-Clause */
#include "input.h"

#include "common/stop.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void input_wait(int fd)
{
    struct pollfd descriptor = {.fd = fd, .events = POLLIN};
    sigset_t all, before;
    (void)sigfillset(&all);
    /* Between the look at the flag and the wait no signal may slip in: it waits for ppoll to let it. */
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    if (!stop_is_requested())
        (void)ppoll(&descriptor, 1, NULL, &before);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}

/*
 * A description of our own of the pipe that path names, non-blocking; -1 when it is no pipe. Whoever shares
 * standard input with us keeps theirs blocking.
 */
static int open_pipe(const char *path)
{
    struct stat status;
    bool standard = strcmp(path, "-") == 0;
    int result = standard ? fstat(STDIN_FILENO, &status) : stat(path, &status);
    if (result != 0 || !S_ISFIFO(status.st_mode))
        return -1;
    if (standard)
        return open("/proc/self/fd/0", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    /* A named pipe: wait for its writer first, or an early end would be read. */
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

int input_open(const char *path, struct pkt_source **ret_source, struct pkt_error *reterr_error)
{
    int fd = open_pipe(path);
    if (fd < 0 && stop_is_requested())
        return reterr_error->code = PKT_E_AGAIN;
    if (fd < 0)
        return pkt_source_open_file(path, NULL, ret_source, reterr_error);
    input_wait(fd);
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    int result = pkt_source_open_fd(fd, name, NULL, ret_source, reterr_error);
    if (result != 0)
        (void)close(fd);
    return result;
}
