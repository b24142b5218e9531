/*
 * Savers when the system below fails: every file size limit from 0 to 64 KiB, each system call failing in
 * turn, interrupted and partial writes. What is on the file must be whole records, and counted exactly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/saver.h"
#include "saver_numbered.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
    FRAMES = 110, /* a little more than 64 KiB */
    LIMIT_MAX = 64 * 1024,
    BUFFER = 64 * 1024,
    REFERENCE_MAX = 256 * 1024,
};

static uint8_t frame_bytes[FRAMES][FRAME_LEN_MAX];
static struct pkt_frame frames[FRAMES];

static int make_frames(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FRAMES; i++)
        frames[i] = frame_number(i, frame_bytes[i]);
    signal(SIGXFSZ, SIG_IGN);
    return 0;
}

/* How a file is written. */
struct style {
    const char *name;    /* its suffix counts */
    unsigned flush_each; /* frames; 0: never */
    unsigned limit_step; /* bytes from one size limit to the next */
    bool is_packed;
};

static const struct style styles[] = {
    {"a.pcap",       0,  1,   false},
    {"a.pcap",       7,  5,   false},
    {"a.pcapng",     0,  1,   false},
    {"a.pcapng",     5,  7,   false},
    {"a.pcap.gz",    9,  197, true },
    {"a.pcapng.zst", 11, 197, true },
};

static struct pkt_saver *open_style(const struct style *style, int fd)
{
    const struct pkt_saver_options options = {.size = sizeof options, .buffer_size = BUFFER};
    struct pkt_error error;
    struct pkt_saver *saver = NULL;
    if (pkt_saver_open_fd(fd, style->name, &options, &saver, &error) != 0)
        fail_msg("%s", error.sentence);
    return saver;
}

static int new_file(void)
{
    int fd = memfd_create("saved", MFD_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

/* What became of a run. */
struct outcome {
    int result;
    struct pkt_error error;
    struct pkt_saver_statistics statistics;
    unsigned accepted; /* frames whose call gave 0 */
};

/* Saves all frames, going on after failures as a careless caller would. */
static struct outcome save_all(struct pkt_saver *saver, const struct style *style)
{
    struct outcome outcome = {0};
    struct pkt_error error, first = {0};
    int failed = 0;
    for (unsigned i = 0; i < FRAMES; i++) {
        int result = pkt_saver_frame(saver, &frames[i], &error);
        if (result == 0 && style->flush_each != 0 && i % style->flush_each == 0) {
            outcome.accepted++;
            result = pkt_saver_flush(saver, &error);
        } else {
            outcome.accepted += result == 0;
        }
        if (result != 0 && failed == 0)
            first = error;
        if (failed != 0) { /* final: always the same */
            assert_int_equal(result, failed);
            assert_string_equal(error.sentence, first.sentence);
        }
        failed = failed == 0 ? result : failed;
    }
    outcome.result = pkt_saver_finish(saver, &outcome.statistics, &outcome.error);
    if (failed != 0) {
        assert_int_equal(outcome.result, failed);
        assert_string_equal(outcome.error.sentence, first.sentence);
    }
    assert_int_equal(outcome.statistics.taken, outcome.accepted);
    return outcome;
}

/* --- the file without failures, and where its records end --- */

struct reference {
    uint8_t bytes[REFERENCE_MAX];
    size_t len;
    size_t ends[FRAMES + 8]; /* of all records, the header first */
    size_t end_count;
    size_t packets_before[FRAMES + 8]; /* packets in the records up to that end */
};

static size_t file_len(int fd)
{
    struct stat status;
    assert_return_code(fstat(fd, &status), 0);
    return (size_t)status.st_size;
}

static void add_end(struct reference *reference, size_t end, bool is_packet)
{
    size_t i = reference->end_count++;
    assert_true(i < COUNT(reference->ends));
    reference->ends[i] = end;
    reference->packets_before[i] = (i == 0 ? 0 : reference->packets_before[i - 1]) + is_packet;
}

static uint32_t number_at(const struct reference *reference, size_t off)
{
    uint32_t value;
    memcpy(&value, reference->bytes + off, sizeof value);
    return le32toh(value);
}

static void find_ends(struct reference *reference, bool is_pcapng)
{
    reference->end_count = 0;
    if (!is_pcapng)
        add_end(reference, 24, false);
    for (size_t off = is_pcapng ? 0 : 24; off < reference->len;) {
        bool is_packet = !is_pcapng || number_at(reference, off) == 6;
        off += is_pcapng ? number_at(reference, off + 4) : 16 + number_at(reference, off + 8);
        add_end(reference, off, is_packet);
    }
    assert_int_equal(reference->ends[reference->end_count - 1], reference->len);
    assert_int_equal(reference->packets_before[reference->end_count - 1], FRAMES);
}

static void make_reference(const struct style *style, struct reference *reference)
{
    int fd = new_file();
    int copy = dup(fd);
    struct outcome outcome = save_all(open_style(style, fd), style);
    assert_int_equal(outcome.result, 0);
    assert_int_equal(outcome.statistics.packets, FRAMES);
    reference->len = file_len(copy);
    assert_int_equal(outcome.statistics.bytes, reference->len);
    assert_int_equal(pread(copy, reference->bytes, REFERENCE_MAX, 0), reference->len);
    close(copy);
    if (!style->is_packed)
        find_ends(reference, strstr(style->name, "pcapng") != NULL);
}

/* --- what is on a file after a failure --- */

/* The frames that our reader finds, which must be the first ones; 1: it ends well. */
static uint64_t read_back(int fd, int *ret_result)
{
    struct pkt_source *source = NULL;
    struct pkt_event event;
    struct pkt_error error;
    unsigned count = 0;
    assert_return_code(lseek(fd, 0, SEEK_SET), 0);
    *ret_result = pkt_source_open_fd(dup(fd), "saved", NULL, &source, &error);
    if (*ret_result != 0)
        return 0; /* not even a header */
    while ((*ret_result = pkt_source_next(source, &event, &error)) == 1) {
        if (event.kind == PKT_EVENT_FRAME)
            assert_true(is_frame_number(&event.frame, count++));
    }
    pkt_source_close(source);
    return count;
}

/* A plain file must be the reference up to the last record that ends within len bytes. */
static void check_plain(const struct reference *reference, int fd, size_t len, const struct outcome *outcome)
{
    static uint8_t bytes[REFERENCE_MAX];
    size_t end = 0, packets = 0;
    for (size_t i = 0; i < reference->end_count && reference->ends[i] <= len; i++) {
        end = reference->ends[i];
        packets = reference->packets_before[i];
    }
    assert_int_equal(file_len(fd), end);
    assert_int_equal(outcome->statistics.bytes, end);
    assert_int_equal(outcome->statistics.packets, packets);
    assert_false(outcome->statistics.torn);
    assert_int_equal(pread(fd, bytes, sizeof bytes, 0), end);
    assert_memory_equal(bytes, reference->bytes, end);
}

static void check_packed(int fd, size_t len, const struct outcome *outcome)
{
    int ended;
    assert_true(file_len(fd) <= len);
    assert_int_equal(outcome->statistics.bytes, file_len(fd));
    assert_int_equal(read_back(fd, &ended), outcome->statistics.packets);
}

static void check_said(const struct outcome *outcome, int system_errno)
{
    char count[40];
    assert_int_equal(outcome->result, PKT_E_SYSTEM);
    assert_int_equal(outcome->error.system_errno, system_errno);
    snprintf(count, sizeof count, "; %llu packet", (unsigned long long)outcome->statistics.packets);
    assert_non_null(strstr(outcome->error.sentence, count));
}

/* --- file size limits --- */

static void limit_files(rlim_t limit)
{
    struct rlimit now;
    assert_return_code(getrlimit(RLIMIT_FSIZE, &now), 0);
    now.rlim_cur = limit;
    assert_return_code(setrlimit(RLIMIT_FSIZE, &now), 0);
}

static void check_limit(const struct style *style, const struct reference *reference, size_t limit)
{
    int fd = new_file();
    int copy = dup(fd);
    limit_files(limit);
    struct outcome outcome = save_all(open_style(style, fd), style);
    limit_files(RLIM_INFINITY);
    if (limit >= reference->len)
        assert_int_equal(outcome.result, 0);
    else
        check_said(&outcome, EFBIG);
    if (style->is_packed)
        check_packed(copy, limit, &outcome);
    else
        check_plain(reference, copy, limit, &outcome);
    close(copy);
}

static void test_size_limits(void **state)
{
    static struct reference reference;
    (void)state;
    for (size_t s = 0; s < COUNT(styles); s++) {
        make_reference(&styles[s], &reference);
        assert_true(reference.len > LIMIT_MAX);
        for (size_t limit = 0; limit <= LIMIT_MAX; limit += styles[s].limit_step)
            check_limit(&styles[s], &reference, limit);
        check_limit(&styles[s], &reference, reference.len - 1);
        check_limit(&styles[s], &reference, reference.len);
    }
}

/* --- system calls that fail --- */

static struct {
    unsigned write_left; /* calls until it fails */
    int write_errno;
    size_t write_most; /* bytes that a write takes; 0: all */
    unsigned stutter;  /* each such call is interrupted, or told to come back */
    unsigned calls;
    bool truncate_fails;
    bool sync_fails;
    bool close_fails;
} faults;

static ssize_t faulty_write(int fd, const void *bytes, size_t len)
{
    faults.calls++;
    if (faults.stutter != 0 && faults.calls % faults.stutter != 0) {
        errno = faults.calls % 2 == 0 ? EINTR : EAGAIN;
        return -1;
    }
    if (faults.write_errno != 0 && faults.write_left-- == 0) {
        faults.write_left = 0; /* and for good */
        errno = faults.write_errno;
        return -1;
    }
    if (faults.write_most != 0 && len > faults.write_most)
        len = faults.write_most;
    return write(fd, bytes, len);
}

static int faulty_poll(struct pollfd *descriptors, nfds_t count, int timeout_ms)
{
    (void)timeout_ms;
    assert_int_equal(count, 1);
    assert_int_equal(descriptors->events, POLLOUT);
    return 1;
}

static int faulty_truncate(int fd, off_t len)
{
    errno = EIO;
    return faults.truncate_fails ? -1 : ftruncate(fd, len);
}

static int faulty_sync(int fd)
{
    (void)fd;
    errno = EIO;
    return faults.sync_fails ? -1 : 0;
}

static int faulty_close(int fd)
{
    close(fd);
    errno = EDQUOT;
    return faults.close_fails ? -1 : 0;
}

static const struct saver_ops faulty_ops = {faulty_write, faulty_poll, faulty_truncate, faulty_sync,
                                            faulty_close};

static struct outcome save_faulty(const struct style *style, int fd, bool sync)
{
    struct pkt_saver *saver = open_style(style, fd);
    faults.calls = 0;
    saver->output.ops = &faulty_ops;
    saver->options.sync = sync;
    return save_all(saver, style);
}

/* The k-th write fails, with every errno, after writes of every size. */
static void test_writes_fail(void **state)
{
    static const int errnos[] = {ENOSPC, EIO, EFBIG, EDQUOT};
    static const size_t sizes[] = {0, 1000, 17};
    static struct reference reference;
    (void)state;
    for (size_t s = 0; s < COUNT(styles); s++) {
        make_reference(&styles[s], &reference);
        for (unsigned k = 0; k < 600; k++) {
            int fd = new_file();
            int copy = dup(fd);
            memset(&faults, 0, sizeof faults);
            faults.write_left = k;
            faults.write_errno = errnos[k % COUNT(errnos)];
            faults.write_most = sizes[k / 20 % COUNT(sizes)];
            struct outcome outcome = save_faulty(&styles[s], fd, false);
            if (outcome.result != 0)
                check_said(&outcome, errnos[k % COUNT(errnos)]);
            else
                assert_int_equal(outcome.statistics.packets, FRAMES);
            if (styles[s].is_packed)
                check_packed(copy, REFERENCE_MAX, &outcome);
            else
                check_plain(&reference, copy, outcome.statistics.bytes, &outcome);
            close(copy);
        }
    }
}

/* Interrupted, refused and partial writes lose nothing. */
static void test_writes_stutter(void **state)
{
    static struct reference reference;
    (void)state;
    for (size_t s = 0; s < COUNT(styles); s++) {
        int fd = new_file();
        int copy = dup(fd);
        make_reference(&styles[s], &reference);
        memset(&faults, 0, sizeof faults);
        faults.stutter = 5;
        faults.write_most = 311;
        struct outcome outcome = save_faulty(&styles[s], fd, true);
        assert_int_equal(outcome.result, 0);
        assert_int_equal(file_len(copy), reference.len);
        if (!styles[s].is_packed)
            check_plain(&reference, copy, reference.len, &outcome);
        close(copy);
    }
}

/* Where the file cannot be cut, part of a record stays, and that is said; the count is still that of whole
 * ones. */
static void test_torn(void **state)
{
    (void)state;
    for (unsigned s = 0; s < 4; s += 2) { /* those that never flush: every write but the last is full */
        int fd = new_file();
        int copy = dup(fd);
        int ended;
        memset(&faults, 0, sizeof faults);
        faults.write_left = 12;
        faults.write_errno = ENOSPC;
        faults.write_most = 999;
        faults.truncate_fails = true;
        struct outcome outcome = save_faulty(&styles[s], fd, false);
        check_said(&outcome, ENOSPC);
        assert_true(outcome.statistics.torn);
        assert_non_null(strstr(outcome.error.sentence, "part of another"));
        assert_int_equal(file_len(copy), 12 * 999);
        assert_int_equal(outcome.statistics.bytes, 12 * 999);
        assert_int_equal(read_back(copy, &ended), outcome.statistics.packets);
        assert_int_equal(ended, PKT_E_FORMAT);
        close(copy);
    }
}

static void test_sync_and_close_fail(void **state)
{
    (void)state;
    for (unsigned how = 0; how < 2 * COUNT(styles); how++) {
        memset(&faults, 0, sizeof faults);
        faults.sync_fails = how % 2 == 0;
        faults.close_fails = how % 2 != 0;
        struct outcome outcome = save_faulty(&styles[how / 2], new_file(), true);
        assert_int_equal(outcome.result, PKT_E_SYSTEM);
        assert_int_equal(outcome.error.system_errno, how % 2 == 0 ? EIO : EDQUOT);
    }
}

/* --- other places --- */

static void test_full_device(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT(styles); s++) {
        int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        struct outcome outcome = save_all(open_style(&styles[s], fd), &styles[s]);
        check_said(&outcome, ENOSPC);
        assert_int_equal(outcome.statistics.packets, 0);
        assert_int_equal(outcome.statistics.bytes, 0);
    }
}

static void test_closed_pipe(void **state)
{
    int fds[2];
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_return_code(pipe(fds), 0);
    close(fds[0]);
    struct outcome outcome = save_all(open_style(&styles[1], fds[1]), &styles[1]);
    check_said(&outcome, EPIPE);
    assert_int_equal(outcome.statistics.packets, 0);
}

/* Behind what a file holds already, as a shell's >> gives it: only what is ours is cut. */
static void test_appended(void **state)
{
    (void)state;
    for (unsigned append = 0; append < 2; append++) {
        char path[] = "/tmp/saved.XXXXXX";
        int fd = mkostemp(path, append != 0 ? O_APPEND | O_CLOEXEC : O_CLOEXEC);
        assert_true(fd >= 0);
        unlink(path);
        int copy = dup(fd);
        assert_int_equal(write(fd, "before", 6), 6);
        memset(&faults, 0, sizeof faults);
        faults.write_left = 1;
        faults.write_errno = ENOSPC;
        faults.write_most = 20; /* within the header */
        struct outcome outcome = save_faulty(&styles[0], fd, false);
        check_said(&outcome, ENOSPC);
        assert_int_equal(outcome.statistics.bytes, 0);
        assert_int_equal(file_len(copy), 6);
        close(copy);
    }
}

/* In the middle of a file: what lies behind is not ours to cut, so part of a record stays, and that is said.
 */
static void test_in_the_middle(void **state)
{
    static const char old[5000] = "what was here before";
    (void)state;
    int fd = new_file();
    int copy = dup(fd);
    assert_int_equal(write(fd, old, sizeof old), sizeof old);
    assert_return_code(lseek(fd, 6, SEEK_SET), 0);
    memset(&faults, 0, sizeof faults);
    faults.write_left = 1;
    faults.write_errno = ENOSPC;
    faults.write_most = 20;
    struct outcome outcome = save_faulty(&styles[0], fd, false);
    check_said(&outcome, ENOSPC);
    assert_true(outcome.statistics.torn);
    assert_int_equal(outcome.statistics.bytes, 20);
    assert_int_equal(file_len(copy), sizeof old);
    close(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_size_limits),         cmocka_unit_test(test_writes_fail),
        cmocka_unit_test(test_writes_stutter),      cmocka_unit_test(test_torn),
        cmocka_unit_test(test_sync_and_close_fail), cmocka_unit_test(test_full_device),
        cmocka_unit_test(test_closed_pipe),         cmocka_unit_test(test_appended),
        cmocka_unit_test(test_in_the_middle),
    };
    return cmocka_run_group_tests(tests, make_frames, NULL);
}
