/*
 * Capture files of any content, saved again: a copy in the same format is the input up to where it makes no
 * sense, and a conversion is a file without fault that holds the same frames.
 */
#define _GNU_SOURCE /* memfd_create */
#include "pkt/saver.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    FRAMES_MAX = 2000, /* a small compressed file may hold very much */
    BYTES_MAX = 2 << 20,
    COMPARED_MAX = 512, /* frames that are compared one by one */
};

/* What is kept of a frame to compare it. */
struct kept {
    size_t len;
    uint32_t wire_len;
    int64_t ns;
    uint64_t sum;
};

struct row {
    struct kept frames[COMPARED_MAX];
    unsigned count;
    unsigned events; /* all, those of frames included */
};

static int memory = -1;

static void require(bool condition)
{
    if (!condition)
        abort();
}

static uint64_t sum_of(struct pkt_view view)
{
    uint64_t sum = 14695981039346656037U;
    for (size_t i = 0; i < view.len; i++)
        sum = (sum ^ pkt_u8(view, i)) * 1099511628211U;
    return sum;
}

static void keep(struct row *row, const struct pkt_frame *frame)
{
    if (row->count < COMPARED_MAX)
        row->frames[row->count] =
            (struct kept){frame->bytes.len, frame->wire_len, frame->time.ns, sum_of(frame->bytes)};
    row->count++;
}

static struct pkt_saver *open_saver(int format, size_t variant, bool whole)
{
    static const char *const names[] = {"fuzz", "fuzz.gz", "fuzz.zst"};
    const struct pkt_saver_options options = {
        .size = sizeof options, .format = format, .whole = whole, .buffer_size = 64 * 1024};
    struct pkt_saver *saver = NULL;
    struct pkt_error error;
    if (memory < 0)
        memory = memfd_create("saved", MFD_CLOEXEC);
    require(ftruncate(memory, 0) == 0 && lseek(memory, 0, SEEK_SET) == 0);
    require(pkt_saver_open_fd(dup(memory), names[variant % 3], &options, &saver, &error) == 0);
    return saver;
}

/* Refusals are of one frame each, and say why. */
static bool took(int result, const struct pkt_error *error)
{
    require(result == 0 || (result == PKT_E_ARGUMENT && error->sentence[0] != '\0'));
    return result == 0;
}

/* Saves all that the source gives; the frames that were taken are kept in row. */
static struct pkt_saver_statistics save_all(struct pkt_source *source, struct pkt_saver *saver,
                                            size_t variant, struct row *row)
{
    struct pkt_saver_statistics statistics;
    struct pkt_source_statistics read = {0};
    struct pkt_event event;
    struct pkt_error error;
    (void)took(pkt_saver_begin(saver, source, &error), &error);
    while (read.packets < FRAMES_MAX && read.captured_bytes < BYTES_MAX &&
           pkt_source_next(source, &event, &error) == 1) {
        bool taken = took(pkt_saver_event(saver, source, &event, &error), &error);
        row->events++;
        if (taken && event.kind == PKT_EVENT_FRAME)
            keep(row, &event.frame);
        if (variant % 7 == 0)
            require(pkt_saver_flush(saver, &error) == 0);
        pkt_source_get_statistics(source, &read);
    }
    require(pkt_saver_finish(saver, &statistics, &error) == 0);
    require(statistics.packets == row->count && statistics.taken == row->count && !statistics.torn);
    return statistics;
}

static void compare(const struct row *saved, const struct row *found, uint32_t losses)
{
    require(saved->count == found->count);
    for (unsigned i = 0; i < saved->count && i < COMPARED_MAX; i++) {
        const struct kept *a = &saved->frames[i], *b = &found->frames[i];
        require(a->len == b->len && a->wire_len == b->wire_len && a->sum == b->sum);
        require(a->ns == b->ns || ((losses & PKT_SAVER_LOST_DIGITS) != 0 && a->ns / 1000 == b->ns / 1000));
    }
}

/* What was saved is read to its end without a fault. */
static void read_back(const struct row *saved, uint32_t losses)
{
    static struct row found;
    struct pkt_source *source;
    struct pkt_event event;
    struct pkt_error error;
    int result;
    found.count = 0;
    require(lseek(memory, 0, SEEK_SET) == 0);
    require(pkt_source_open_fd(dup(memory), "saved", NULL, &source, &error) == 0);
    while ((result = pkt_source_next(source, &event, &error)) == 1)
        if (event.kind == PKT_EVENT_FRAME)
            keep(&found, &event.frame);
    require(result == 0);
    pkt_source_close(source);
    compare(saved, &found, losses);
}

/* A plain copy in the same format is what the input begins with. */
static void check_copy(const uint8_t *data, size_t size, const struct pkt_saver_statistics *statistics)
{
    static uint8_t bytes[64 * 1024];
    size_t len = statistics->bytes < sizeof bytes ? statistics->bytes : sizeof bytes;
    require(statistics->bytes <= size || (statistics->losses & PKT_SAVER_LOST_LONG) != 0);
    require(pread(memory, bytes, len, 0) == (ssize_t)len);
    if ((statistics->losses & PKT_SAVER_LOST_LONG) == 0)
        require(memcmp(bytes, data, len) == 0);
}

/* The formats whose copies are byte for byte: Ixia's pcap becomes plain. */
static bool is_copied(const uint8_t *data, size_t size, int format)
{
    static const uint8_t magics[][4] = {
        {0xa1, 0xb2, 0xc3, 0xd4},
        {0xd4, 0xc3, 0xb2, 0xa1},
        {0xa1, 0xb2, 0x3c, 0x4d},
        {0x4d, 0x3c, 0xb2, 0xa1},
        {0xa1, 0xb2, 0xcd, 0x34},
        {0x34, 0xcd, 0xb2, 0xa1},
    };
    static const uint8_t section[] = {0x0a, 0x0d, 0x0d, 0x0a};
    if (size >= 4 && format == PKT_SAVER_PCAPNG)
        return memcmp(data, section, 4) == 0;
    for (size_t i = 0; size >= 4 && i < sizeof magics / sizeof *magics; i++)
        if (memcmp(data, magics[i], 4) == 0)
            return true;
    return false;
}

static void save_as(const uint8_t *data, size_t size, int format)
{
    static struct row row;
    struct pkt_source *source;
    struct pkt_error error;
    if (pkt_source_open_memory(pkt_view_make(data, size), "fuzz", NULL, &source, &error) != 0)
        return;
    row.count = row.events = 0;
    bool copied = is_copied(data, size, format);
    struct pkt_saver_statistics statistics =
        save_all(source, open_saver(format, size, copied), size / 3, &row);
    pkt_source_close(source);
    /* Of pcapng without one block a file is made that has none either. */
    if (copied && size % 3 == 0 && (row.events > 0 || format == PKT_SAVER_PCAP))
        check_copy(data, size, &statistics);
    read_back(&row, statistics.losses);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    save_as(data, size, PKT_SAVER_PCAP);
    save_as(data, size, PKT_SAVER_PCAPNG);
    return 0;
}
