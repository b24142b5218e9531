/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output that cannot fail silently: a buffer over a descriptor that remembers the first failure, goes on
 * accepting bytes afterwards so that callers need no checks, and at the end says what was lost and makes the
 * exit status non-zero. All standard output and every file that a tool writes goes through here.
 *
 * struct out holds its buffer: make it static or let main() own it, and no allocation can fail. It may not be
 * moved between an opening call and out_finish(). One thread at a time.
 *
 *     static struct out out;
 *     out_open_standard(&out);
 *     char *line = out_reserve(&out, LINE_MAX_LEN);
 *     out_commit(&out, print_line(line, ...));
 *     ...
 *     status = tool_status_worse(status, out_finish(&out));
 */
#ifndef TOOLS_COMMON_OUTPUT_H
#define TOOLS_COMMON_OUTPUT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include "status.h"

enum {
    OUT_CAPACITY = 128 * 1024,   /* bytes of the buffer */
    OUT_RESERVE_MAX = 64 * 1024, /* most that one out_reserve() may ask for */
};

/* The system calls below an output; a seam for tests. Semantics are those of write(2), poll(2) and close(2).
 */
struct out_ops {
    ssize_t (*write)(int fd, const void *bytes, size_t len);
    int (*poll)(struct pollfd *descriptors, nfds_t count, int timeout_ms);
    int (*close)(int fd);
};

/* What an output was doing when it failed. */
enum out_action {
    OUT_ACTION_CREATE,
    OUT_ACTION_WRITE,
    OUT_ACTION_CLOSE,
};

/* Read-only for callers except through the functions below. */
struct out {
    size_t used;           /* bytes waiting in the buffer */
    bool line_buffered;    /* -l: flush at the end of each line */
    int fd;                /* -1: never opened, or finished */
    int failure;           /* errno of the first failure, 0: none */
    enum out_action doing; /* what failed */
    bool said;             /* the failure was reported */
    uint64_t drained;      /* bytes that left the buffer, written or lost */
    uint64_t written;      /* bytes that the kernel took */
    const char *name;      /* for messages */
    const struct out_ops *ops;
    char buffer[OUT_CAPACITY];
};

/* Write to standard output, which out_finish() closes too: finish it last. Cannot fail. */
void out_open_standard(struct out *out);

/*
 * Write to a descriptor, blocking or not, which now belongs to the output. Cannot fail.
 * @param name  for messages; must outlive the output
 */
void out_open_fd(struct out *out, int fd, const char *name);

/*
 * Create or truncate a file (mode 0666 less umask, close-on-exec); "-" is standard output.
 * @param path  must outlive the output
 * @return false where it cannot be created: the failure is remembered, and out_finish() says it
 */
bool out_create(struct out *out, const char *path);

/* Replace the system calls; only after an opening call. `ops` must outlive the output. */
void out_set_ops(struct out *out, const struct out_ops *ops);

/* Flush at the end of each line (-l): a commit or append that holds a newline flushes everything before it
 * returns. */
void out_set_line_buffered(struct out *out, bool line_buffered);

/*
 * Give everything buffered to the kernel: call it whenever the source is empty. Retries interrupted and
 * partial writes, waits where a non-blocking descriptor is full. After a failure the bytes are dropped and
 * counted as lost.
 */
void out_flush(struct out *out);

/* Flush until `size` bytes are free and return them; the slow half of out_reserve(). */
char *out_make_room(struct out *out, size_t size);

/* What a commit does in line-buffered mode; the slow half of out_commit(). */
void out_line_ends(struct out *out, size_t len);

/*
 * Room to print into directly. Never NULL, also after a failure; valid until the next call on this output.
 * @param size  bytes, at most OUT_RESERVE_MAX; asking for more is a programming error and aborts
 */
static inline char *out_reserve(struct out *out, size_t size)
{
    if (__builtin_expect(size > OUT_RESERVE_MAX || out->used > OUT_CAPACITY - size, 0)) {
        return out_make_room(out, size);
    }
    return out->buffer + out->used;
}

/* Accept the first `len` bytes of what out_reserve() gave; at most what was reserved. */
static inline void out_commit(struct out *out, size_t len)
{
    out->used += len;
    if (__builtin_expect(out->line_buffered, 0)) {
        out_line_ends(out, len);
    }
}

/* Append any number of bytes that do not fit the buffer; the slow half of out_append(). */
void out_append_slowly(struct out *out, const char *bytes, size_t len);

/* Append bytes, any number; they may hold NUL. */
static inline void out_append(struct out *out, const char *bytes, size_t len)
{
    if (__builtin_expect(len > OUT_CAPACITY || out->used > OUT_CAPACITY - len, 0)) {
        out_append_slowly(out, bytes, len);
        return;
    }
    memcpy(out->buffer + out->used, bytes, len);
    out_commit(out, len);
}

/* Append a NUL-terminated string. */
static inline void out_string(struct out *out, const char *text)
{
    out_append(out, text, strlen(text));
}

/* Append one byte. */
static inline void out_char(struct out *out, char c)
{
    *out_reserve(out, 1) = c;
    out_commit(out, 1);
}

/* Append formatted text of any length; for summaries, not for packets. No memory: remembered as ENOMEM. */
void out_printf(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* out_append() in the shape of a sink callback: `out` is the struct out. */
void out_sink(void *out, const char *bytes, size_t len);

/* True once anything failed: what follows is lost, so a tool should stop. */
static inline bool out_has_failed(const struct out *out)
{
    return out->failure != 0;
}

/* Bytes handed over so far, lost ones included. */
static inline uint64_t out_accepted(const struct out *out)
{
    return out->drained + out->used;
}

/* Bytes that the kernel took so far; after out_finish() it equals out_accepted() unless something failed. */
static inline uint64_t out_written(const struct out *out)
{
    return out->written;
}

/*
 * Flush, close, and report.
 *
 * A failure gives one line on standard error with the place, the reason and how much was written. A closed
 * pipe (EPIPE) says nothing and ends the process by SIGPIPE, as the shell expects (status 141): finish files
 * before the output that may be a pipe. A second call does nothing and returns the same.
 *
 * @return TOOL_OK, or TOOL_ERROR if anything accepted may not have arrived
 */
enum tool_status out_finish(struct out *out);

/* Whether a path of --save means standard output: "-", "-.pcapng" and the like, "/dev/stdout". */
bool out_is_standard(const char *path);

/* What out_finish() does for a closed pipe; for output on standard output that does not go through here. */
_Noreturn void out_die_of_closed_pipe(void);

#endif
