/*
 * 200 MiB through a pipe, of every format, plain and compressed, stay under 16 MiB of resident memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "capture_bytes.h"

enum {
    TOTAL = 200 << 20,
    LIMIT_KIB = 16 << 10,
    CHUNK = 32768,
    SMALL = 1500,
    LARGEST = PKT_CAPTURE_RECORD_MAX - 32, /* the block of it is as long as a block may be */
};

enum packing { PLAIN, GZIP, ZSTD };

/* Bytes on their way into the pipe, in stored blocks where they are to look compressed. */
struct stream {
    int fd;
    enum packing packing;
    uint32_t crc;
    uint32_t len;
    struct bytes pending;
};

static void send_all(struct stream *stream, const void *data, size_t len)
{
    const char *bytes = data;
    while (len > 0) {
        ssize_t sent = write(stream->fd, bytes, len);
        if (sent < 0)
            _exit(3);
        bytes += sent;
        len -= (size_t)sent;
    }
}

/* One step a byte: 200 MiB bit by bit would take seconds. */
static uint32_t crc_step(uint32_t crc, const uint8_t *data, size_t len)
{
    static uint32_t table[256];
    for (uint32_t i = 0; table[255] == 0 && i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (0xedb88320 & (0U - (table[i] & 1)));
    }
    for (size_t i = 0; i < len; i++)
        crc = table[(crc ^ data[i]) & 0xff] ^ crc >> 8;
    return crc;
}

/* The header of one stored block of what is pending. */
static void send_block_header(struct stream *stream, bool last)
{
    struct bytes header = {0};
    size_t len = stream->pending.len;
    if (stream->packing == GZIP) {
        put_number(&header, last, 1);
        put_number(&header, len, 2);
        put_number(&header, ~len & 0xffff, 2);
    } else if (stream->packing == ZSTD) {
        put_number(&header, len << 3 | last, 3);
    }
    send_all(stream, header.data, header.len);
}

static void flush(struct stream *stream, bool last)
{
    send_block_header(stream, last);
    send_all(stream, stream->pending.data, stream->pending.len);
    if (stream->packing == GZIP)
        stream->crc = crc_step(stream->crc, stream->pending.data, stream->pending.len);
    stream->len += (uint32_t)stream->pending.len;
    stream->pending.len = 0;
}

static void send_bytes(struct stream *stream, const void *data, size_t len)
{
    const char *bytes = data;
    while (len > 0) {
        size_t room = CHUNK - stream->pending.len;
        size_t part = len < room ? len : room;
        put(&stream->pending, bytes, part);
        bytes += part;
        len -= part;
        if (stream->pending.len == CHUNK)
            flush(stream, false);
    }
}

static void begin_stream(struct stream *stream)
{
    static const uint8_t gzip[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    static const uint8_t zstd[] = {0x28, 0xb5, 0x2f, 0xfd, 0, (23 - 10) << 3};
    stream->crc = 0xffffffff;
    if (stream->packing == GZIP)
        send_all(stream, gzip, sizeof gzip);
    else if (stream->packing == ZSTD)
        send_all(stream, zstd, sizeof zstd);
}

static void end_stream(struct stream *stream)
{
    struct bytes trailer = {0};
    flush(stream, true);
    put_number(&trailer, ~stream->crc, 4);
    put_number(&trailer, stream->len, 4);
    if (stream->packing == GZIP)
        send_all(stream, trailer.data, trailer.len);
}

static void send_packets(struct stream *stream, bool pcapng, uint32_t captured)
{
    uint8_t *packet = calloc(1, captured);
    struct bytes start = {0};
    if (pcapng) {
        put_section(&start);
        put_interface(&start, 1, 0);
    } else {
        put_pcap_header(&start, 0xa1b2c3d4, 1);
    }
    send_bytes(stream, start.data, start.len);
    for (size_t sent = 0; sent < TOTAL; sent += captured) {
        struct bytes head = {0};
        struct bytes tail = {0};
        if (pcapng) {
            begin_block(&head, 6);
            put_fill(&head, 0, 12);
            put_number(&head, captured, 4);
            put_number(&head, captured, 4);
            put_number(&tail, captured + 32, 4);
            memcpy(head.data + 4, tail.data, 4);
        } else {
            put_pcap_record(&head, 1, 2, captured, captured);
        }
        send_bytes(stream, head.data, head.len);
        send_bytes(stream, packet, captured);
        send_bytes(stream, tail.data, tail.len);
    }
    free(packet);
}

static pid_t start_writer(int *ret_fd, bool pcapng, enum packing packing, uint32_t captured)
{
    int fds[2];
    assert_return_code(pipe(fds), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        static struct stream stream;
        close(fds[0]);
        signal(SIGPIPE, SIG_DFL);
        stream.fd = fds[1];
        stream.packing = packing;
        begin_stream(&stream);
        send_packets(&stream, pcapng, captured);
        end_stream(&stream);
        _exit(0);
    }
    close(fds[1]);
    *ret_fd = fds[0];
    return child;
}

/* In the reading child: 0 good, 77 when this build does not read it, else what went wrong is on standard
 * error. */
static int read_and_measure(int fd, uint64_t frames)
{
    struct pkt_source *source;
    struct pkt_event event;
    struct pkt_error error;
    struct rusage usage;
    uint64_t count = 0;
    int result = pkt_source_open_fd(fd, "stream", NULL, &source, &error);
    if (result == PKT_E_UNSUPPORTED)
        return 77;
    while (result >= 0 && (result = pkt_source_next(source, &event, &error)) > 0)
        count += event.kind == PKT_EVENT_FRAME;
    getrusage(RUSAGE_SELF, &usage);
    if (result < 0)
        fprintf(stderr, "%s\n", error.sentence);
    else if (count != frames)
        fprintf(stderr, "%ju frames instead of %ju\n", (uintmax_t)count, (uintmax_t)frames);
#if !defined __SANITIZE_ADDRESS__ /* whose own memory is not what is promised */
    else if (usage.ru_maxrss >= LIMIT_KIB)
        fprintf(stderr, "%ld KiB resident\n", usage.ru_maxrss);
#endif
    else
        return 0;
    return 1;
}

static void measure(bool pcapng, enum packing packing, uint32_t captured)
{
    int fd, status;
    pid_t writer = start_writer(&fd, pcapng, packing, captured);
    pid_t reader = fork();
    assert_true(reader >= 0);
    if (reader == 0)
        _exit(read_and_measure(fd, (TOTAL + captured - 1) / captured));
    close(fd);
    waitpid(reader, &status, 0);
    int read_status = status;
    waitpid(writer, &status, 0);
    if (WIFEXITED(read_status) && WEXITSTATUS(read_status) == 77)
        skip();
    assert_int_equal(read_status, 0);
    assert_int_equal(status, 0);
}

static void test_pcap(void **state)
{
    (void)state;
    measure(false, PLAIN, SMALL);
    measure(false, PLAIN, LARGEST);
}

static void test_pcapng(void **state)
{
    (void)state;
    measure(true, PLAIN, SMALL);
    measure(true, PLAIN, LARGEST);
}

static void test_gzip(void **state)
{
    (void)state;
    measure(false, GZIP, LARGEST);
}

static void test_zstd(void **state)
{
    (void)state;
    measure(true, ZSTD, LARGEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pcap),
        cmocka_unit_test(test_pcapng),
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_zstd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
