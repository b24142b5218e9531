/*
 * The frames of a plain pcap file under captures/, in either byte order, each in a heap block of exactly its
 * size. Included behind cmocka.h.
 */
#ifndef TESTS_CAPTURE_FRAMES_H
#define TESTS_CAPTURE_FRAMES_H

#include "support/frame.h"

enum {
    CAPTURE_FILE_HEADER = 24,
    CAPTURE_RECORD_HEADER = 16,
};

struct capture {
    uint8_t bytes[1 << 16];
    size_t len;
    size_t off; /* of the next record */
    bool swapped;
};

static inline uint32_t capture_u32(const struct capture *capture, size_t off)
{
    uint32_t value = pkt_u32(pkt_view_make(capture->bytes, capture->len), off);
    return capture->swapped ? __builtin_bswap32(value) : value;
}

static inline void capture_open(struct capture *capture, const char *name)
{
    const char *root = getenv("PKT_SOURCE_DIR");
    char path[4096];
    assert_non_null(root);
    (void)snprintf(path, sizeof path, "%s/captures/%s", root, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    capture->len = fread(capture->bytes, 1, sizeof capture->bytes, file);
    assert_int_equal(fclose(file), 0);
    assert_true(capture->len > CAPTURE_FILE_HEADER && capture->len < sizeof capture->bytes);
    capture->swapped = false;
    capture->swapped = capture_u32(capture, 0) == 0xd4c3b2a1;
    assert_int_equal(capture_u32(capture, 0), 0xa1b2c3d4);
    capture->off = CAPTURE_FILE_HEADER;
}

/* False at the end. Free with frame_free. */
static inline bool capture_next(struct capture *capture, struct frame *ret_frame)
{
    if (capture->off == capture->len)
        return false;
    size_t len = capture_u32(capture, capture->off + 8);
    size_t off = capture->off + CAPTURE_RECORD_HEADER;
    assert_true(off <= capture->len && len <= capture->len - off);
    *ret_frame = frame_copy(capture->bytes + off, len);
    capture->off = off + len;
    return true;
}

/* Frame number index, counted from 0. */
static inline struct frame capture_frame(const char *name, unsigned index)
{
    static struct capture capture;
    struct frame frame;
    capture_open(&capture, name);
    assert_true(capture_next(&capture, &frame));
    for (; index > 0; index--) {
        frame_free(frame);
        assert_true(capture_next(&capture, &frame));
    }
    return frame;
}

#endif
