/*
 * Prints time, wire length and captured length of every frame of a capture file, as tshark -T fields prints
 * frame.time_epoch, frame.len and frame.cap_len. Ends with 2 where the file is damaged, as tshark does.
 */
#include "pkt/capture.h"

#include <inttypes.h>
#include <stdio.h>

static void print_time(const struct pkt_frame *frame)
{
    int64_t ns = frame->time.ns;
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    if ((frame->flags & PKT_FRAME_HAS_TIME) != 0)
        printf("%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "", size / 1000000000, size % 1000000000);
}

int main(int argc, char **argv)
{
    struct pkt_source *source = NULL;
    struct pkt_event event;
    struct pkt_error error;
    if (argc != 2)
        return 2;
    int result = pkt_source_open_file(argv[1], NULL, &source, &error);
    while (result >= 0 && (result = pkt_source_next(source, &event, &error)) > 0) {
        if (event.kind != PKT_EVENT_FRAME)
            continue;
        print_time(&event.frame);
        printf("\t%" PRIu32 "\t%zu\n", event.frame.wire_len, event.frame.bytes.len);
    }
    if (result < 0)
        fprintf(stderr, "%s\n", error.sentence);
    pkt_source_close(source);
    return result < 0 ? 2 : 0;
}
