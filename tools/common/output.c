/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buffered output that remembers its first failure.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "message.h"
#include "output.h"

static const struct out_ops system_ops = {.write = write, .poll = poll, .close = close};

void out_open_fd(struct out *out, int fd, const char *name)
{
    /* Member by member: clearing the whole would touch every page of the buffer. */
    out->used = 0;
    out->line_buffered = false;
    out->fd = fd;
    out->failure = 0;
    out->doing = OUT_ACTION_WRITE;
    out->said = false;
    out->drained = 0;
    out->written = 0;
    out->name = name;
    out->ops = &system_ops;
}

void out_open_standard(struct out *out)
{
    out_open_fd(out, STDOUT_FILENO, "standard output");
}

static void remember(struct out *out, enum out_action doing, int failure)
{
    if (out->failure == 0) {
        out->failure = failure;
        out->doing = doing;
    }
}

bool out_create(struct out *out, const char *path)
{
    if (strcmp(path, "-") == 0) {
        out_open_standard(out);
        return true;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
    int failure = errno;
    out_open_fd(out, fd, path);
    if (fd < 0) {
        remember(out, OUT_ACTION_CREATE, failure);
    }
    return fd >= 0;
}

void out_set_ops(struct out *out, const struct out_ops *ops)
{
    out->ops = ops;
}

void out_set_line_buffered(struct out *out, bool line_buffered)
{
    out->line_buffered = line_buffered;
}

/* Another holder of the terminal or pipe may have made it non-blocking: wait until it takes bytes again. */
static bool wait_until_writable(struct out *out)
{
    struct pollfd descriptor = {.fd = out->fd, .events = POLLOUT};

    while (out->ops->poll(&descriptor, 1, -1) < 0) {
        if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* True where the write may be tried again. */
static bool may_retry(struct out *out)
{
    if (errno == EINTR) {
        return true;
    }
    return (errno == EAGAIN || errno == EWOULDBLOCK) && wait_until_writable(out);
}

static void write_bytes(struct out *out, const char *bytes, size_t len)
{
    out->drained += len;
    while (len > 0 && out->failure == 0) {
        ssize_t wrote = out->ops->write(out->fd, bytes, len);
        if (wrote > 0) {
            out->written += (uint64_t)wrote;
            bytes += wrote;
            len -= (size_t)wrote;
        } else if (wrote == 0) {
            /* No progress and no error: only a device without room does so. */
            remember(out, OUT_ACTION_WRITE, ENOSPC);
        } else if (!may_retry(out)) {
            remember(out, OUT_ACTION_WRITE, errno);
        }
    }
}

void out_flush(struct out *out)
{
    size_t len = out->used;

    out->used = 0;
    write_bytes(out, out->buffer, len);
}

char *out_make_room(struct out *out, size_t size)
{
    if (size > OUT_RESERVE_MAX) {
        abort();
    }
    out_flush(out);
    return out->buffer;
}

void out_line_ends(struct out *out, size_t len)
{
    if (memchr(out->buffer + out->used - len, '\n', len) != NULL) {
        out_flush(out);
    }
}

void out_append_slowly(struct out *out, const char *bytes, size_t len)
{
    out_flush(out);
    if (len > OUT_CAPACITY) {
        write_bytes(out, bytes, len);
        return;
    }
    memcpy(out->buffer, bytes, len);
    out_commit(out, len);
}

void out_printf(struct out *out, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    int len = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (len < 0) {
        remember(out, OUT_ACTION_WRITE, ENOMEM);
        return;
    }
    out_append(out, text, (size_t)len);
    free(text);
}

void out_sink(void *out, const char *bytes, size_t len)
{
    out_append(out, bytes, len);
}

/* As if SIGPIPE had never been ignored: the shell sees 141 and other programs see the signal. */
_Noreturn void out_die_of_closed_pipe(void)
{
    sigset_t broken_pipe;

    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &broken_pipe, NULL);
    raise(SIGPIPE);
    /* The first process of a container does not die of default actions. */
    _exit(128 + SIGPIPE);
}

static const char *action_text(enum out_action doing)
{
    switch (doing) {
    case OUT_ACTION_CREATE:
        return "create";
    case OUT_ACTION_CLOSE:
        return "finish";
    case OUT_ACTION_WRITE:
        break;
    }
    return "write";
}

static const char *advice(int failure)
{
    switch (failure) {
    case ENOSPC:
    case EDQUOT:
        return "; free space there or write elsewhere";
    case EFBIG:
        return "; raise the file size limit (ulimit -f) or write elsewhere";
    case ENOENT:
    case ENOTDIR:
        return "; make the directory first or write elsewhere";
    case EACCES:
    case EPERM:
    case EROFS:
    case EISDIR:
        return "; give a file that may be written";
    default:
        return "";
    }
}

static void report(struct out *out)
{
    const char *action = action_text(out->doing);
    const char *reason = strerror(out->failure);

    out->said = true;
    if (out->doing == OUT_ACTION_CREATE) {
        message_error("cannot create %s: %s%s", out->name, reason, advice(out->failure));
        return;
    }
    message_error("cannot %s %s: %s (%" PRIu64 " of %" PRIu64 " bytes were written)%s", action, out->name,
                  reason, out->written, out_accepted(out), advice(out->failure));
}

static void close_output(struct out *out)
{
    int fd = out->fd;

    out->fd = -1;
    /* EINTR too is a failure: on a network file system it can mean that the last bytes are not there. */
    if (fd >= 0 && out->ops->close(fd) != 0) {
        remember(out, OUT_ACTION_CLOSE, errno);
    }
}

enum tool_status out_finish(struct out *out)
{
    out_flush(out);
    close_output(out);
    if (out->failure == 0) {
        return TOOL_OK;
    }
    if (out->failure == EPIPE) {
        out_die_of_closed_pipe();
    }
    if (!out->said) {
        report(out);
    }
    return TOOL_ERROR;
}

bool out_is_standard(const char *path)
{
    return path[0] == '-' || strcmp(path, "/dev/stdout") == 0;
}
