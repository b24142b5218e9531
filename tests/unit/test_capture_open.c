/*
 * Opening: what is no capture file, descriptors of every kind, and data that comes byte by byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/time.h>

#include "capture_bytes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void put_small_pcap(struct bytes *b)
{
    put_pcap_header(b, 0xa1b2c3d4, 1);
    for (uint32_t i = 0; i < 3; i++) {
        put_pcap_record(b, i, 0, 5, 5);
        put_fill(b, 0x77, 5);
    }
}

static void put_small_pcapng(struct bytes *b)
{
    put_section(b);
    put_interface(b, 1, 0);
    for (uint32_t i = 0; i < 3; i++)
        put_enhanced(b, 0, i, 5, 5, 0x77);
}

static void assert_refused_file(const char *path, int code, const char *sentence)
{
    struct pkt_source *source = NULL;
    struct pkt_error error = {0};
    int result = pkt_source_open_file(path, NULL, &source, &error);
    assert_int_equal(result, code);
    assert_int_equal(error.code, code);
    assert_null(source);
    assert_string_equal(error.sentence, sentence);
}

static void test_no_capture_files(void **state)
{
    (void)state;
    assert_refused_file("/nonexistent/x.pcap", PKT_E_SYSTEM,
                        "/nonexistent/x.pcap: cannot be opened: No such file or directory");
    assert_refused_file("/", PKT_E_ARGUMENT, "/: a directory; name a capture file in it");
    assert_refused_file("/dev/null", PKT_E_FORMAT,
                        "/dev/null: empty: not even a capture file's header was written");
    assert_refused_file(
        "/dev/zero", PKT_E_UNSUPPORTED,
        "/dev/zero: no capture file that is known: it begins with 00 00 00 00; pcap and pcapng are "
        "read, plain or compressed with gzip or zstd");
}

/* A long name keeps its end, and no control character reaches the sentence. */
static void test_odd_names(void **state)
{
    (void)state;
    char name[300];
    memset(name, 'd', sizeof name);
    memcpy(name + sizeof name - 9, "\n\x1b\x7f.pcap", 9);
    struct pkt_source *source;
    struct pkt_error error;
    assert_int_equal(pkt_source_open_memory(pkt_view_make("", 0), name, NULL, &source, &error), PKT_E_FORMAT);
    assert_int_equal(strncmp(error.sentence, "...ddd", 6), 0);
    assert_non_null(strstr(error.sentence, "d???.pcap: empty"));
}

static void test_unreadable_descriptors(void **state)
{
    (void)state;
    struct pkt_source *source;
    struct pkt_error error;
    assert_int_equal(pkt_source_open_fd(-1, "closed", NULL, &source, &error), PKT_E_SYSTEM);
    assert_string_equal(error.sentence, "closed: cannot be read: Bad file descriptor");
    assert_int_equal(error.system_errno, EBADF);
    int fd = open("/dev/null", O_WRONLY);
    assert_int_equal(pkt_source_open_fd(fd, "write only", NULL, &source, &error), PKT_E_SYSTEM);
    assert_string_equal(error.sentence, "write only: cannot be read: Bad file descriptor");
    assert_return_code(fcntl(fd, F_GETFD), 0); /* still the caller's */
    close(fd);
}

static void test_terminal(void **state)
{
    (void)state;
    struct pkt_source *source;
    struct pkt_error error;
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    if (fd < 0)
        skip();
    assert_int_equal(pkt_source_open_fd(fd, "standard input", NULL, &source, &error), PKT_E_ARGUMENT);
    assert_string_equal(error.sentence,
                        "standard input: a terminal; redirect or pipe a capture file into it");
    close(fd);
}

static void test_ownership(void **state)
{
    (void)state;
    struct bytes b = {0};
    struct pkt_source *source;
    struct pkt_error error;
    put_small_pcap(&b);
    int fd = fd_of(b.data, b.len, false);
    assert_int_equal(pkt_source_open_fd(fd, "made", NULL, &source, &error), 0);
    assert_int_equal(pkt_source_fd(source), fd);
    assert_int_equal(drain(source).frames, 3);
    assert_int_equal(fcntl(fd, F_GETFD), -1); /* closed with the source */
    source = open_good(&b);
    assert_int_equal(pkt_source_fd(source), -1);
    pkt_source_close(source);
    pkt_source_close(NULL);
}

static void test_standard_input(void **state)
{
    (void)state;
    struct bytes b = {0};
    struct pkt_source *source;
    struct pkt_source_info info;
    struct pkt_error error;
    put_small_pcapng(&b);
    int saved = dup(STDIN_FILENO);
    int fd = fd_of(b.data, b.len, true);
    dup2(fd, STDIN_FILENO);
    close(fd);
    assert_int_equal(pkt_source_open_file("-", NULL, &source, &error), 0);
    pkt_source_get_info(source, &info);
    assert_string_equal(info.name, "standard input");
    struct drained drained = drain(source);
    assert_return_code(fcntl(STDIN_FILENO, F_GETFD), 0); /* standard input itself stays open */
    dup2(saved, STDIN_FILENO);
    close(saved);
    assert_int_equal(drained.frames, 3);
    assert_int_equal(drained.others, 2);
}

static void test_options(void **state)
{
    (void)state;
    struct bytes b = {0};
    struct pkt_source *source;
    struct pkt_error error;
    put_small_pcap(&b);
    const struct pkt_source_options bad[] = {
        {.size = 0                                 },
        { .size = sizeof bad[0],                        .buffer_size = 511},
        { .size = sizeof bad[0], .buffer_size = PKT_CAPTURE_RECORD_MAX + 1},
        { .size = sizeof bad[0],                               .reader = 2},
        { .size = sizeof bad[0],                              .reader = -1},
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(open_way(WAY_MEMORY, b.data, b.len, &bad[i], &source, &error), PKT_E_ARGUMENT);
    /* A caller compiled before the last option: what it cannot know is not read. */
    struct pkt_source_options old = {.size = offsetof(struct pkt_source_options, reader), .reader = 99};
    assert_int_equal(drain_way(WAY_PIPE, b.data, b.len, &old).frames, 3);
}

static void test_libpcap_reader(void **state)
{
    (void)state;
    struct pkt_source_options options = {.size = sizeof options, .reader = PKT_READER_LIBPCAP};
    void (*const puts[])(struct bytes *) = {put_small_pcap, put_small_pcapng};
    for (size_t i = 0; i < COUNT(puts); i++) {
        for (enum way way = 0; way < WAY_COUNT; way++) {
            struct bytes b = {.big = way == WAY_PIPE};
            puts[i](&b);
            struct drained drained = drain_way(way, b.data, b.len, &options);
            assert_int_equal(drained.result, 0);
            assert_int_equal(drained.frames, 3);
            assert_int_equal(drained.interfaces, 1);
            drained = drain_way(way, b.data, b.len - 1, &options);
            assert_int_equal(drained.result, PKT_E_FORMAT);
            assert_int_equal(drained.frames, 2);
            assert_int_equal(strncmp(drained.error.sentence, "made: libpcap's reader says: ", 29), 0);
        }
    }
    struct drained drained = drain_way(WAY_PIPE, (const uint8_t *)"no capture file", 15, &options);
    assert_int_equal(drained.result, PKT_E_UNSUPPORTED);
    assert_string_equal(drained.error.sentence, "made: libpcap's reader says: unknown file format");
}

/* Takes what there is, until the source says that there is nothing now. */
static int take_available(struct pkt_source *source, unsigned *count)
{
    struct pkt_event event;
    struct pkt_error error;
    int result;
    while ((result = pkt_source_next(source, &event, &error)) > 0)
        (*count)++;
    return result;
}

/*
 * Byte by byte over a non-blocking pipe: nothing is lost and nothing comes early. end_of_first is where the
 * first event is whole; 0 where that is up to the decompressor.
 */
static void trickle(const struct bytes *b, size_t end_of_first, unsigned events)
{
    int fds[2];
    struct pkt_source *source;
    struct pkt_source_info info;
    struct pkt_error error;
    unsigned count = 0;
    assert_return_code(pipe2(fds, O_NONBLOCK), 0);
    assert_int_equal(pkt_source_open_fd(fds[0], "trickle", NULL, &source, &error), 0);
    pkt_source_get_info(source, &info);
    assert_string_equal(info.description, "");
    for (size_t i = 0; i < b->len; i++) {
        assert_int_equal(take_available(source, &count), PKT_E_AGAIN);
        assert_true(end_of_first == 0 || (count > 0) == (i >= end_of_first));
        assert_int_equal(write(fds[1], b->data + i, 1), 1);
    }
    assert_int_equal(take_available(source, &count), PKT_E_AGAIN);
    close(fds[1]);
    assert_int_equal(take_available(source, &count), 0);
    assert_int_equal(count, events);
    pkt_source_get_info(source, &info);
    assert_true(info.description[0] == 'p');
    pkt_source_close(source);
}

static void test_trickle(void **state)
{
    (void)state;
    static struct bytes b, packed;
    put_small_pcap(&b);
    trickle(&b, 24 + 21, 3);
    put_gzip(&packed, b.data, b.len);
    if (drain_way(WAY_MEMORY, packed.data, packed.len, NULL).result == 0)
        trickle(&packed, GZIP_BEFORE + 24 + 21, 3);
    b.len = 0;
    put_small_pcapng(&b);
    trickle(&b, 28, 5);
    packed.len = 0;
    put_zstd(&packed, b.data, b.len, 17);
    if (drain_way(WAY_MEMORY, packed.data, packed.len, NULL).result == 0)
        trickle(&packed, 0, 5);
}

static void on_alarm(int number)
{
    (void)number;
}

/* A signal ends the wait, so that a tool can look at what the signal asked for; nothing is lost. */
static void test_interrupted(void **state)
{
    (void)state;
    int fds[2];
    struct bytes b = {0};
    struct pkt_source *source;
    struct pkt_event event;
    struct pkt_error error;
    struct sigaction action = {.sa_handler = on_alarm};
    const struct itimerval soon = {.it_value = {.tv_usec = 20000}, .it_interval = {.tv_usec = 20000}};
    const struct itimerval never = {0};
    put_small_pcap(&b);
    assert_return_code(pipe(fds), 0);
    assert_int_equal(write(fds[1], b.data, b.len - 1), b.len - 1);
    assert_int_equal(pkt_source_open_fd(fds[0], "interrupted", NULL, &source, &error), 0);
    sigaction(SIGALRM, &action, NULL);
    assert_int_equal(pkt_source_next(source, &event, &error), 1);
    assert_int_equal(pkt_source_next(source, &event, &error), 1);
    setitimer(ITIMER_REAL, &soon, NULL);
    assert_int_equal(pkt_source_next(source, &event, &error), PKT_E_AGAIN);
    setitimer(ITIMER_REAL, &never, NULL);
    assert_int_equal(write(fds[1], b.data + b.len - 1, 1), 1);
    close(fds[1]);
    assert_int_equal(pkt_source_next(source, &event, &error), 1);
    assert_int_equal(event.frame.bytes.len, 5);
    assert_int_equal(pkt_source_next(source, &event, &error), 0);
    pkt_source_close(source);
}

/* A file that is cut while it is read ends with a line, where a mapped one would end the process. */
static void test_cut_while_read(void **state)
{
    (void)state;
    static struct bytes b;
    struct pkt_source *source;
    struct pkt_event event;
    struct pkt_error error;
    struct pkt_source_options options = {.size = sizeof options, .buffer_size = 512};
    put_pcap_header(&b, 0xa1b2c3d4, 1);
    for (uint32_t i = 0; i < 100; i++) {
        put_pcap_record(&b, i, 0, 84, 84);
        put_fill(&b, 1, 84);
    }
    int fd = fd_of(b.data, b.len, false);
    assert_int_equal(pkt_source_open_fd(fd, "cut", &options, &source, &error), 0);
    assert_int_equal(pkt_source_next(source, &event, &error), 1);
    assert_return_code(ftruncate(fd, 24 + 50 * 100 + 3), 0);
    struct drained drained = {0};
    while ((drained.result = pkt_source_next(source, &event, &drained.error)) > 0)
        drained.frames++;
    pkt_source_close(source);
    assert_int_equal(drained.frames, 49);
    assert_int_equal(drained.result, PKT_E_FORMAT);
    assert_string_equal(drained.error.sentence,
                        "cut: cut short: the record of packet 51 at byte 5024 needs 16 bytes, "
                        "and the file ends after 3 of them");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_capture_files),
        cmocka_unit_test(test_odd_names),
        cmocka_unit_test(test_unreadable_descriptors),
        cmocka_unit_test(test_terminal),
        cmocka_unit_test(test_ownership),
        cmocka_unit_test(test_standard_input),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_libpcap_reader),
        cmocka_unit_test(test_trickle),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_cut_while_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
