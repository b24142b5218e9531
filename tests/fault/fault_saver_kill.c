/*
 * A process that saves is killed at 200 moments: what was flushed before is there, whole and in order, and at
 * most the last record is torn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "saver_numbered.h"

enum { KILLS = 200 };

static const struct {
    const char *name;
    unsigned flush_each;
    unsigned step; /* frames between one moment and the next */
} ways[] = {
    {"a.pcap",      1,  1},
    {"a.pcapng",    3,  1},
    {"a.pcap",      97, 5}, /* full buffers in between */
    {"a.pcapng.gz", 2,  1},
    {"a.pcap.zst",  5,  2},
};

/* Saves for ever; *flushed is how many frames are surely on the file. */
static _Noreturn void save_on(int fd, unsigned way, atomic_uint *flushed)
{
    uint8_t bytes[FRAME_LEN_MAX];
    struct pkt_saver *saver;
    struct pkt_error error;
    if (pkt_saver_open_fd(fd, ways[way].name, NULL, &saver, &error) != 0)
        _exit(1);
    for (unsigned i = 0;; i++) {
        struct pkt_frame frame = frame_number(i, bytes);
        if (pkt_saver_frame(saver, &frame, &error) != 0)
            _exit(2);
        if (i % ways[way].flush_each != 0)
            continue;
        if (pkt_saver_flush(saver, &error) != 0)
            _exit(3);
        atomic_store(flushed, i + 1);
    }
}

/* The frames on the file, which must be the first ones, ending well or with a cut. */
static unsigned count_frames(int fd)
{
    struct pkt_source *source;
    struct pkt_event event;
    struct pkt_error error;
    unsigned count = 0;
    int result;
    assert_return_code(lseek(fd, 0, SEEK_SET), 0);
    if (pkt_source_open_fd(dup(fd), "saved", NULL, &source, &error) != 0)
        return 0;
    while ((result = pkt_source_next(source, &event, &error)) == 1) {
        if (event.kind == PKT_EVENT_FRAME)
            assert_true(is_frame_number(&event.frame, count++));
    }
    if (result != 0)
        assert_non_null(strstr(error.sentence, "cut short"));
    pkt_source_close(source);
    return count;
}

static void kill_after(unsigned way, unsigned moment, atomic_uint *flushed)
{
    int status;
    int fd = memfd_create("saved", MFD_CLOEXEC);
    assert_true(fd >= 0);
    atomic_store(flushed, 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        save_on(fd, way, flushed);
    while (atomic_load(flushed) <= moment && waitpid(child, &status, WNOHANG) == 0)
        sched_yield();
    assert_return_code(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_true(count_frames(fd) >= atomic_load(flushed));
    assert_true(atomic_load(flushed) > moment);
    close(fd);
}

static void test_kills(void **state)
{
    (void)state;
    atomic_uint *flushed =
        mmap(NULL, sizeof *flushed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(flushed != MAP_FAILED);
    for (unsigned i = 0; i < KILLS; i++) {
        unsigned way = i % (sizeof ways / sizeof *ways);
        kill_after(way, i * ways[way].step, flushed);
    }
    munmap(flushed, sizeof *flushed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kills)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
