/*
 * Decoding as a table: one row names a frame, what is changed in it, and the layers and findings that must
 * come out. Each row runs as a cmocka test of its own. Included behind cmocka.h.
 */
#ifndef TESTS_DECODE_CASE_H
#define TESTS_DECODE_CASE_H

#include "support/frame.h"
#include "support/golden_frames.h"

struct decode_case {
    const char *name;
    const char *hex;
    const char *edit;     /* "offset:bytes" items, decimal and hexadecimal, or NULL */
    unsigned ip_checksum; /* offset of an IPv4 header whose checksum is put right after the edit; 0: none */
    unsigned captured;    /* bytes of the frame that were captured; 0: all */
    uint32_t wire_len;    /* 0: that of the whole frame */
    uint16_t linktype;    /* 0 stands for Ethernet: BSD loopback has tests of its own */
    unsigned flags;       /* enum pkt_decode_flag */
    const char *rows;
    const char *layout;   /* NULL: not looked at */
    const char *findings; /* NULL: none */
};

/* The sum as RFC 1071 states it, byte pair by byte pair: independent of the library's. */
static inline uint16_t plain_checksum(const uint8_t *bytes, size_t len)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

static inline void fix_ip_checksum(struct frame frame, size_t off)
{
    size_t len = (frame.bytes[off] & 0x0fU) * 4U;
    assert_true(off + len <= frame.len);
    frame_put16(frame, off + 10, 0);
    frame_put16(frame, off + 10, plain_checksum(frame.bytes + off, len));
}

static inline void apply_edit(struct frame frame, const char *edit)
{
    while (*edit != '\0') {
        char *end;
        size_t off = strtoul(edit, &end, 10);
        assert_int_equal(*end, ':');
        for (edit = end + 1; *edit != '\0' && *edit != ' '; edit += 2) {
            assert_true(off < frame.len);
            frame.bytes[off++] =
                (uint8_t)((unsigned)frame_digit(edit[0]) << 4 | (unsigned)frame_digit(edit[1]));
        }
        edit += *edit == ' ';
    }
}

static inline struct frame case_frame(const struct decode_case *c)
{
    struct frame frame = frame_hex(c->hex);
    if (c->edit != NULL)
        apply_edit(frame, c->edit);
    if (c->ip_checksum != 0)
        fix_ip_checksum(frame, c->ip_checksum);
    return frame;
}

static void run_decode_case(void **state)
{
    const struct decode_case *c = *state;
    struct frame whole = case_frame(c);
    struct frame frame = frame_copy(whole.bytes, c->captured > 0 ? c->captured : whole.len);
    struct pkt_packet packet;
    pkt_decode(pkt_view_make(frame.bytes, frame.len), c->wire_len > 0 ? c->wire_len : (uint32_t)whole.len,
               c->linktype > 0 ? c->linktype : PKT_LINKTYPE_ETHERNET, c->flags, &packet);
    pkt_diagnose(&packet);
    expect_rows(&packet, c->rows);
    if (c->layout != NULL)
        expect_layout(&packet, c->layout);
    expect_findings(&packet, c->findings != NULL ? c->findings : "");
    frame_free(frame);
    frame_free(whole);
}

/* Runs every row as a test. The number of failed ones. */
static inline int run_decode_cases(const char *group, const struct decode_case *cases, size_t n)
{
    struct CMUnitTest *tests = calloc(n, sizeof *tests);
    assert_non_null(tests);
    for (size_t i = 0; i < n; i++)
        tests[i] =
            (struct CMUnitTest){cases[i].name, run_decode_case, NULL, NULL, (void *)(uintptr_t)&cases[i]};
    int failed = _cmocka_run_group_tests(group, tests, n, NULL, NULL);
    free(tests);
    return failed;
}

#endif
