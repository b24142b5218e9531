/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output that remembers failures: what arrives, what is counted, what is said, and how the process ends, with
 * the kernel's own failures (full device, closed pipe, size limit, full disk) and with every call failing in
 * turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "../../tools/common/message.h"
#include "../../tools/common/output.h"
#include "../../tools/common/startup.h"
#include "test_tool_capture.h"

/* A kernel that takes what the script says: bytes taken, or a negative errno; after the script, everything.
 */
static struct {
    const int *script;
    size_t steps;
    size_t at;
    int poll_failure;
    unsigned polls;
    int close_failure;
    unsigned closes;
    size_t len;
    char bytes[1024 * 1024];
} fake;

static struct out out;
static struct capture capture;

static ssize_t fake_write(int fd, const void *bytes, size_t len)
{
    (void)fd;
    if (fake.at < fake.steps) {
        int step = fake.script[fake.at++];
        if (step < 0) {
            errno = -step;
            return -1;
        }
        len = len < (size_t)step ? len : (size_t)step;
    }
    assert_true(fake.len + len <= sizeof(fake.bytes));
    memcpy(fake.bytes + fake.len, bytes, len);
    fake.len += len;
    return (ssize_t)len;
}

static int fake_poll(struct pollfd *descriptors, nfds_t count, int timeout_ms)
{
    assert_int_equal(count, 1);
    assert_int_equal(descriptors[0].events, POLLOUT);
    assert_int_equal(timeout_ms, -1);
    fake.polls++;
    if (fake.poll_failure != 0) {
        errno = fake.poll_failure;
        fake.poll_failure = fake.poll_failure == EINTR ? 0 : fake.poll_failure;
        return -1;
    }
    return 1;
}

static int fake_close(int fd)
{
    (void)fd;
    fake.closes++;
    errno = fake.close_failure;
    return fake.close_failure == 0 ? 0 : -1;
}

static const struct out_ops fake_ops = {.write = fake_write, .poll = fake_poll, .close = fake_close};

static void open_fake(const int *script, size_t steps)
{
    memset(&fake, 0, sizeof(fake));
    fake.script = script;
    fake.steps = steps;
    message_set_program("tool");
    out_open_fd(&out, 1000, "a device");
    out_set_ops(&out, &fake_ops);
}

static enum tool_status finish(const char **ret_said)
{
    capture_begin(&capture, STDERR_FILENO);
    enum tool_status status = out_finish(&out);
    *ret_said = capture_end(&capture);
    return status;
}

static void assert_fine(const char *expected)
{
    const char *said = NULL;
    assert_int_equal(finish(&said), TOOL_OK);
    assert_string_equal(said, "");
    assert_int_equal(fake.len, strlen(expected));
    assert_memory_equal(fake.bytes, expected, fake.len);
    assert_int_equal(out_accepted(&out), fake.len);
    assert_int_equal(out_written(&out), fake.len);
    assert_int_equal(fake.closes, 1);
}

static void assert_broken(const char *line)
{
    const char *said = NULL;
    assert_int_equal(finish(&said), TOOL_ERROR);
    assert_string_equal(said, line);
    assert_int_equal(out_written(&out), fake.len);
    assert_int_equal(fake.closes, 1);
}

static void every_way_of_appending_arrives_in_order(void **state)
{
    (void)state;
    open_fake(NULL, 0);
    char *room = out_reserve(&out, 10);
    memcpy(room, "one", 3);
    out_commit(&out, 3);
    out_char(&out, ' ');
    out_string(&out, "two");
    out_append(&out, " three", 6);
    out_printf(&out, " %d", 4);
    out_sink(&out, " five", 5);
    out_append(&out, "", 0);
    out_commit(&out, 0);
    assert_int_equal(fake.len, 0);
    assert_int_equal(out_accepted(&out), 20);
    assert_fine("one two three 4 five");
}

static void nothing_is_written_for_nothing(void **state)
{
    (void)state;
    open_fake(NULL, 0);
    out_flush(&out);
    assert_fine("");
}

static void flush_writes_at_once(void **state)
{
    (void)state;
    open_fake(NULL, 0);
    out_string(&out, "now");
    out_flush(&out);
    assert_int_equal(fake.len, 3);
    assert_int_equal(out_written(&out), 3);
    assert_fine("now");
}

static char big[3 * OUT_CAPACITY + 1];

static void fill_big(size_t len)
{
    for (size_t i = 0; i < len; i++) {
        big[i] = (char)('a' + i % 23);
    }
    big[len] = '\0';
}

static void appends_around_the_capacity_arrive(void **state)
{
    static const size_t lens[] = {OUT_CAPACITY - 1, OUT_CAPACITY, OUT_CAPACITY + 1, 3 * OUT_CAPACITY};
    (void)state;
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        fill_big(lens[i]);
        open_fake(NULL, 0);
        out_append(&out, big, 5);
        out_append(&out, big + 5, lens[i] - 5);
        assert_fine(big);
        open_fake(NULL, 0);
        out_append(&out, big, lens[i]);
        assert_fine(big);
    }
}

static void reserves_of_every_size_have_room(void **state)
{
    (void)state;
    fill_big(0);
    open_fake(NULL, 0);
    size_t total = 0;
    for (size_t size = 1; size <= OUT_RESERVE_MAX; size += 1021) {
        memset(out_reserve(&out, size), 'x', size);
        out_commit(&out, size / 4);
        total += size / 4;
    }
    memset(out_reserve(&out, OUT_RESERVE_MAX), 'y', OUT_RESERVE_MAX);
    assert_int_equal(out_accepted(&out), total);
    out_flush(&out);
    assert_int_equal(fake.len, total);
    assert_null(memchr(fake.bytes, 'y', total));
}

static void reserving_too_much_aborts(void **state)
{
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        open_fake(NULL, 0);
        out_reserve(&out, (size_t)OUT_RESERVE_MAX + 1);
        _exit(0);
    }
    assert_int_equal(status_of_child(child), 128 + SIGABRT);
}

static void short_writes_are_continued(void **state)
{
    static const int script[] = {1, 2, 3, 1};
    (void)state;
    open_fake(script, 4);
    out_string(&out, "0123456789");
    assert_fine("0123456789");
}

static void interrupted_and_full_are_retried(void **state)
{
    static const int script[] = {-EINTR, 2, -EAGAIN, -EINTR, 1, -EAGAIN, -EAGAIN};
    (void)state;
    open_fake(script, 7);
    fake.poll_failure = EINTR;
    out_string(&out, "0123456789");
    assert_fine("0123456789");
    assert_int_equal(fake.polls, 4);
}

static void a_failing_poll_is_remembered(void **state)
{
    static const int script[] = {4, -EAGAIN};
    (void)state;
    open_fake(script, 2);
    fake.poll_failure = ENOMEM;
    out_string(&out, "0123456789");
    assert_broken("tool: cannot write a device: Cannot allocate memory (4 of 10 bytes were written)\n");
}

static void a_write_of_nothing_is_a_full_device(void **state)
{
    static const int script[] = {4, 0};
    (void)state;
    open_fake(script, 2);
    out_string(&out, "0123456789");
    assert_broken("tool: cannot write a device: No space left on device (4 of 10 bytes were written); "
                  "free space there or write elsewhere\n");
}

static void the_first_failure_counts_and_the_rest_is_dropped(void **state)
{
    static const int script[] = {3, -EIO, -ENOSPC};
    (void)state;
    open_fake(script, 3);
    out_string(&out, "01234");
    assert_false(out_has_failed(&out));
    out_flush(&out);
    assert_true(out_has_failed(&out));
    fake.close_failure = EIO;
    fill_big(3 * OUT_CAPACITY);
    out_append(&out, big, 3 * OUT_CAPACITY);
    memset(out_reserve(&out, OUT_RESERVE_MAX), 'x', OUT_RESERVE_MAX);
    out_commit(&out, 95);
    assert_int_equal(fake.at, 2);
    assert_broken("tool: cannot write a device: Input/output error (3 of 393316 bytes were written)\n");
}

static void a_failing_close_is_an_error(void **state)
{
    static const int failures[] = {EIO, EINTR, ENOSPC, EDQUOT, EBADF};
    const char *said = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        open_fake(NULL, 0);
        fake.close_failure = failures[i];
        out_string(&out, "all");
        assert_int_equal(finish(&said), TOOL_ERROR);
        assert_memory_equal(said, "tool: cannot finish a device: ", 30);
        assert_int_equal(fake.len, 3);
    }
}

static void a_second_finish_does_nothing(void **state)
{
    static const int script[] = {-EIO};
    const char *said = NULL;
    (void)state;
    open_fake(script, 1);
    out_string(&out, "x");
    assert_broken("tool: cannot write a device: Input/output error (0 of 1 bytes were written)\n");
    assert_int_equal(finish(&said), TOOL_ERROR);
    assert_string_equal(said, "");
    assert_int_equal(fake.closes, 1);
    open_fake(NULL, 0);
    assert_int_equal(out_finish(&out), TOOL_OK);
    assert_int_equal(out_finish(&out), TOOL_OK);
    assert_int_equal(fake.closes, 1);
}

/* The same work, whose n-th write fails, for every n: bytes before it are there, and it is always said. */
static void each_write_failing_in_turn(void **state)
{
    enum { WRITES = 40, EACH = 7 };
    (void)state;
    for (size_t n = 0; n < WRITES; n++) {
        static int script[WRITES];
        const char *said = NULL;
        for (size_t i = 0; i < WRITES; i++) {
            script[i] = i == n ? -ENOSPC : EACH;
        }
        open_fake(script, WRITES);
        fill_big((size_t)WRITES * EACH);
        for (size_t i = 0; i < WRITES; i++) {
            out_append(&out, big + i * EACH, EACH);
            out_flush(&out);
        }
        assert_int_equal(finish(&said), TOOL_ERROR);
        assert_int_equal(out_accepted(&out), WRITES * EACH);
        assert_int_equal(out_written(&out), n * EACH);
        assert_memory_equal(fake.bytes, big, n * EACH);
        assert_non_null(strstr(said, "No space left on device"));
    }
}

static void line_buffering_flushes_whole_lines(void **state)
{
    (void)state;
    open_fake(NULL, 0);
    out_set_line_buffered(&out, true);
    out_string(&out, "half");
    assert_int_equal(fake.len, 0);
    out_char(&out, '\n');
    assert_int_equal(fake.len, 5);
    memcpy(out_reserve(&out, 5), "line\n", 5);
    out_commit(&out, 5);
    assert_int_equal(fake.len, 10);
    out_string(&out, "a\nb");
    assert_int_equal(fake.len, 13);
    out_string(&out, "c");
    assert_int_equal(fake.len, 13);
    assert_fine("half\nline\na\nbc");
}

static void a_file_is_created_with_its_bytes(void **state)
{
    char path[] = "/tmp/out-XXXXXX";
    char read_back[16] = {0};
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "older and longer", 16), 16);
    assert_true(out_create(&out, path));
    out_string(&out, "new");
    assert_int_equal(out_finish(&out), TOOL_OK);
    assert_int_equal(pread(fd, read_back, sizeof(read_back), 0), 3);
    assert_string_equal(read_back, "new");
    close(fd);
    unlink(path);
}

static void a_file_that_cannot_be_created_is_said(void **state)
{
    const char *said = NULL;
    (void)state;
    message_set_program("tool");
    assert_false(out_create(&out, "/nonexistent/x"));
    out_string(&out, "lost");
    assert_int_equal(finish(&said), TOOL_ERROR);
    assert_string_equal(said, "tool: cannot create /nonexistent/x: No such file or directory; "
                              "make the directory first or write elsewhere\n");
    assert_false(out_create(&out, "/tmp"));
    assert_int_equal(finish(&said), TOOL_ERROR);
    assert_string_equal(said, "tool: cannot create /tmp: Is a directory; give a file that may be written\n");
}

static void a_dash_is_standard_output(void **state)
{
    static struct capture standard;
    (void)state;
    capture_begin(&standard, STDOUT_FILENO);
    bool created = out_create(&out, "-");
    out_string(&out, "here");
    enum tool_status status = out_finish(&out);
    assert_string_equal(capture_end(&standard), "here");
    assert_true(created);
    assert_int_equal(status, TOOL_OK);
}

static void a_full_device_is_said(void **state)
{
    const char *said = NULL;
    (void)state;
    message_set_program("tool");
    assert_true(out_create(&out, "/dev/full"));
    out_string(&out, "0123456789");
    assert_int_equal(finish(&said), TOOL_ERROR);
    assert_string_equal(said, "tool: cannot write /dev/full: No space left on device "
                              "(0 of 10 bytes were written); free space there or write elsewhere\n");
}

/* Runs in a child: the process ends in out_finish() or returns its status. */
static int write_megabyte(int fd)
{
    fill_big(OUT_CAPACITY);
    out_open_fd(&out, fd, "the output");
    for (int i = 0; i < 8; i++) {
        out_append(&out, big, OUT_CAPACITY);
    }
    return (int)out_finish(&out);
}

static void a_closed_pipe_ends_by_sigpipe(void **state)
{
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    capture_begin(&capture, STDERR_FILENO);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        tool_start("tool");
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        _exit(write_megabyte(ends[1]));
    }
    close(ends[0]);
    close(ends[1]);
    int status = status_of_child(child);
    assert_string_equal(capture_end(&capture), "");
    assert_int_equal(status, 128 + SIGPIPE);
}

static void a_closed_standard_output_is_an_error(void **state)
{
    (void)state;
    fflush(NULL);
    capture_begin(&capture, STDERR_FILENO);
    pid_t child = fork();
    if (child == 0) {
        close(STDOUT_FILENO);
        tool_start("tool");
        out_open_standard(&out);
        out_string(&out, "x");
        _exit((int)out_finish(&out));
    }
    int status = status_of_child(child);
    assert_string_equal(
        capture_end(&capture),
        "tool: cannot write standard output: Bad file descriptor (0 of 1 bytes were written)\n");
    assert_int_equal(status, TOOL_ERROR);
}

static void a_file_size_limit_is_said(void **state)
{
    char path[] = "/tmp/out-XXXXXX";
    struct stat info;
    (void)state;
    int fd = mkstemp(path);
    fflush(NULL);
    capture_begin(&capture, STDERR_FILENO);
    pid_t child = fork();
    if (child == 0) {
        tool_start("tool");
        struct rlimit limit = {.rlim_cur = 300000, .rlim_max = 300000};
        setrlimit(RLIMIT_FSIZE, &limit);
        /* The capture of standard error is a file too, but a short one. */
        _exit(write_megabyte(fd));
    }
    int status = status_of_child(child);
    assert_string_equal(
        capture_end(&capture),
        "tool: cannot write the output: File too large (300000 of 1048576 bytes were written); "
        "raise the file size limit (ulimit -f) or write elsewhere\n");
    assert_int_equal(status, TOOL_ERROR);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_size, 300000);
    close(fd);
    unlink(path);
}

enum { CHILD_CANNOT_MOUNT = 77 };

static bool write_to(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);
    bool wrote = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return wrote;
}

/* In a user namespace nobody may create files until user and group are mapped. */
static bool leave_for_own_mounts(void)
{
    char users[64];
    char groups[64];
    if (geteuid() == 0) {
        return unshare(CLONE_NEWNS) == 0;
    }
    snprintf(users, sizeof(users), "%u %u 1", (unsigned)geteuid(), (unsigned)geteuid());
    snprintf(groups, sizeof(groups), "%u %u 1", (unsigned)getegid(), (unsigned)getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_to("/proc/self/setgroups", "deny") &&
           write_to("/proc/self/uid_map", users) && write_to("/proc/self/gid_map", groups);
}

/* Runs in a child: a disk of its own, of `pages` pages, seen by nobody else. */
static int fill_small_disk(unsigned pages)
{
    char size[64];
    struct stat info;
    snprintf(size, sizeof(size), "mode=1777,size=%u", pages * 4096u);
    if (!leave_for_own_mounts() || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/tmp", "tmpfs", 0, size) != 0) {
        return CHILD_CANNOT_MOUNT;
    }
    int fd = open("/tmp/x", O_CREAT | O_RDWR, 0600);
    int keep = dup(fd);
    int status = write_megabyte(fd);
    fstat(keep, &info);
    bool exact = (uint64_t)info.st_size == out_written(&out);
    return exact ? status : 99;
}

static void a_full_disk_is_said_at_every_size(void **state)
{
    (void)state;
    for (unsigned pages = 1; pages <= 257; pages += 32) {
        fflush(NULL);
        capture_begin(&capture, STDERR_FILENO);
        pid_t child = fork();
        if (child == 0) {
            tool_start("tool");
            _exit(fill_small_disk(pages));
        }
        int status = status_of_child(child);
        const char *said = capture_end(&capture);
        if (status == CHILD_CANNOT_MOUNT) {
            print_message("no permission to mount a small disk\n");
            skip();
        }
        bool fits = pages * 4096u >= 8u * OUT_CAPACITY;
        assert_int_equal(status, fits ? TOOL_OK : TOOL_ERROR);
        assert_true(fits == (said[0] == '\0'));
        assert_true(fits || strstr(said, "No space left on device") != NULL);
    }
}

/* A reader that counts what comes out of a pipe until its end. */
static void *drain(void *argument)
{
    static char bytes[4096];
    int fd = *(int *)argument;
    size_t total = 0;
    for (ssize_t len; (len = read(fd, bytes, sizeof(bytes))) != 0;) {
        total += len > 0 ? (size_t)len : 0;
    }
    return (void *)(uintptr_t)total;
}

static size_t write_megabyte_to_reader(int flags)
{
    int ends[2];
    pthread_t reader;
    void *total = NULL;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
    assert_int_equal(pthread_create(&reader, NULL, drain, &ends[0]), 0);
    assert_int_equal(write_megabyte(ends[1]), TOOL_OK);
    assert_int_equal(pthread_join(reader, &total), 0);
    close(ends[0]);
    return (size_t)(uintptr_t)total;
}

static void a_non_blocking_pipe_loses_nothing(void **state)
{
    (void)state;
    assert_int_equal(write_megabyte_to_reader(O_NONBLOCK), 8 * OUT_CAPACITY);
    assert_int_equal(out_written(&out), 8 * OUT_CAPACITY);
}

static void ignore_alarm(int signal_number)
{
    (void)signal_number;
}

static void a_storm_of_signals_loses_nothing(void **state)
{
    struct sigaction action = {.sa_handler = ignore_alarm};
    struct itimerval storm = {.it_interval = {.tv_usec = 50}, .it_value = {.tv_usec = 50}};
    struct itimerval calm = {0};
    (void)state;
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &storm, NULL), 0);
    size_t blocking = write_megabyte_to_reader(0);
    size_t non_blocking = write_megabyte_to_reader(O_NONBLOCK);
    assert_int_equal(setitimer(ITIMER_REAL, &calm, NULL), 0);
    assert_int_equal(blocking, 8 * OUT_CAPACITY);
    assert_int_equal(non_blocking, 8 * OUT_CAPACITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_appending_arrives_in_order),
        cmocka_unit_test(nothing_is_written_for_nothing),
        cmocka_unit_test(flush_writes_at_once),
        cmocka_unit_test(appends_around_the_capacity_arrive),
        cmocka_unit_test(reserves_of_every_size_have_room),
        cmocka_unit_test(reserving_too_much_aborts),
        cmocka_unit_test(short_writes_are_continued),
        cmocka_unit_test(interrupted_and_full_are_retried),
        cmocka_unit_test(a_failing_poll_is_remembered),
        cmocka_unit_test(a_write_of_nothing_is_a_full_device),
        cmocka_unit_test(the_first_failure_counts_and_the_rest_is_dropped),
        cmocka_unit_test(a_failing_close_is_an_error),
        cmocka_unit_test(a_second_finish_does_nothing),
        cmocka_unit_test(each_write_failing_in_turn),
        cmocka_unit_test(line_buffering_flushes_whole_lines),
        cmocka_unit_test(a_file_is_created_with_its_bytes),
        cmocka_unit_test(a_file_that_cannot_be_created_is_said),
        cmocka_unit_test(a_dash_is_standard_output),
        cmocka_unit_test(a_full_device_is_said),
        cmocka_unit_test(a_closed_pipe_ends_by_sigpipe),
        cmocka_unit_test(a_closed_standard_output_is_an_error),
        cmocka_unit_test(a_file_size_limit_is_said),
        cmocka_unit_test(a_full_disk_is_said_at_every_size),
        cmocka_unit_test(a_non_blocking_pipe_loses_nothing),
        cmocka_unit_test(a_storm_of_signals_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
