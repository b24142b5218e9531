/*
 * Capture files of any content: nothing is read outside of them, nothing loops, and what comes out keeps the
 * contract of pkt/capture.h.
 */
#include "pkt/capture.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A small compressed file may hold very much. */
enum { EVENTS_MAX = 20000, BYTES_MAX = 4 << 20 };

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* Reads every byte, so that a sanitizer sees a view that points astray. */
static unsigned touch(struct pkt_view view)
{
    unsigned sum = 0;
    for (size_t i = 0; i < view.len; i++)
        sum += pkt_u8(view, i);
    return sum;
}

static void take_options(struct pkt_view options, bool big_endian)
{
    struct pkt_view value;
    uint16_t code;
    while (pkt_capture_option_next(&options, big_endian, &code, &value) > 0)
        touch(value);
}

static void check_frame(const struct pkt_frame *frame, uint64_t number)
{
    require(frame->number == number);
    require(frame->wire_len >= frame->bytes.len);
    require(frame->bytes.len <= PKT_CAPTURE_RECORD_MAX);
    require(frame->time_digits <= 9);
    require((frame->flags & PKT_FRAME_HAS_TIME) != 0 || frame->time.ns == 0);
}

static void take_event(struct pkt_source *source, const struct pkt_event *event, uint64_t *frames)
{
    struct pkt_source_interface interface;
    touch(event->raw);
    if (event->kind != PKT_EVENT_FRAME) {
        require(event->raw.len <= event->block.len && event->block.body.len < event->raw.len);
        touch(event->block.body);
        take_options(event->block.options, event->big_endian);
        return;
    }
    check_frame(&event->frame, ++*frames);
    touch(event->frame.bytes);
    take_options(event->frame.options, event->big_endian);
    require(pkt_source_get_interface(source, event->frame.interface, &interface));
    require(interface.linktype == event->frame.linktype);
    require(memchr(interface.name, '\0', sizeof interface.name) != NULL);
}

static void take_all(struct pkt_source *source)
{
    struct pkt_event event;
    struct pkt_error error;
    struct pkt_source_statistics statistics = {0};
    uint64_t frames = 0;
    int result = 1;
    while (statistics.packets + statistics.events < EVENTS_MAX && statistics.captured_bytes < BYTES_MAX) {
        result = pkt_source_next(source, &event, &error);
        if (result <= 0)
            break;
        take_event(source, &event, &frames);
        pkt_source_get_statistics(source, &statistics);
    }
    require(result != PKT_E_AGAIN);
    require(result >= 0 || (error.code == result && strlen(error.sentence) > 0));
    if (result <= 0)
        require(pkt_source_next(source, &event, &error) == result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* The smallest buffer: a window between decompressor and parser is refilled in the middle of everything.
     */
    const struct pkt_source_options options = {.size = sizeof options, .buffer_size = 512};
    struct pkt_source *source;
    struct pkt_error error;
    if (pkt_source_open_memory(pkt_view_make(data, size), "fuzz", &options, &source, &error) == 0) {
        take_all(source);
        pkt_source_close(source);
    }
    return 0;
}
