/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests of tools/common: what was written to a standard descriptor while a test ran, and how a child
 * ended.
 */
#ifndef TESTS_UNIT_TEST_TOOL_CAPTURE_H
#define TESTS_UNIT_TEST_TOOL_CAPTURE_H

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* A standard descriptor turned into a memory file for a while. */
struct capture {
    int fd;
    int saved;
    int memory;
    char text[64 * 1024];
};

static inline void capture_begin(struct capture *capture, int fd)
{
    fflush(NULL);
    capture->fd = fd;
    capture->saved = dup(fd);
    capture->memory = memfd_create("capture", MFD_CLOEXEC);
    assert_true(capture->saved >= 0 && capture->memory >= 0);
    assert_int_equal(dup2(capture->memory, fd), fd);
}

/* Put the descriptor back; the text lives as long as the capture, and is cut at its size. */
static inline const char *capture_end(struct capture *capture)
{
    assert_int_equal(dup2(capture->saved, capture->fd), capture->fd);
    close(capture->saved);
    ssize_t len = pread(capture->memory, capture->text, sizeof(capture->text) - 1, 0);
    assert_true(len >= 0);
    close(capture->memory);
    capture->text[len] = '\0';
    return capture->text;
}

/* Exit status of a child as a shell shows it: 128 + signal where one ended it. */
static inline int status_of_child(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
