/*
 * Frames for tests: bytes written as hexadecimal text in a heap block of exactly their size, and a decoded
 * packet as one line of text, so that an expectation reads like the table that it states.
 */
#ifndef TESTS_FRAME_H
#define TESTS_FRAME_H

#include "pkt/checksum.h"
#include "pkt/icmp.h"
#include "pkt/igmp.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"
#include "pkt/link.h"
#include "pkt/transport.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct frame {
    uint8_t *bytes; /* free with frame_free */
    size_t len;
};

static inline int frame_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

/* A block of exactly len bytes, so that a sanitizer sees the first read behind it. */
static inline struct frame frame_copy(const void *bytes, size_t len)
{
    struct frame frame = {malloc(len > 0 ? len : 1), len};
    if (frame.bytes == NULL)
        abort();
    if (len > 0)
        memcpy(frame.bytes, bytes, len);
    return frame;
}

/* Pairs of lower-case digits; blanks between them are skipped, anything else aborts. */
static inline struct frame frame_hex(const char *hex)
{
    uint8_t buffer[4096];
    size_t len = 0;
    while (*hex != '\0') {
        if (*hex == ' ') {
            hex++;
            continue;
        }
        int high = frame_digit(hex[0]), low = frame_digit(hex[1]);
        if (high < 0 || low < 0 || len == sizeof buffer)
            abort();
        buffer[len++] = (uint8_t)(high << 4 | low);
        hex += 2;
    }
    return frame_copy(buffer, len);
}

static inline void frame_free(struct frame frame)
{
    free(frame.bytes);
}

static inline void frame_put16(struct frame frame, size_t off, unsigned value)
{
    frame.bytes[off] = (uint8_t)(value >> 8);
    frame.bytes[off + 1] = (uint8_t)value;
}

static inline void frame_decode(struct frame frame, uint16_t linktype, struct pkt_packet *ret_packet)
{
    pkt_decode(pkt_view_make(frame.bytes, frame.len), (uint32_t)frame.len, linktype, 0, ret_packet);
}

struct text {
    char at[2048];
    size_t len;
};

static inline void text_add(struct text *text, const char *format, ...) PKT_PRINTF(2, 3);
static inline void text_add(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text->at + text->len, sizeof text->at - text->len, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text->at - text->len)
        abort();
    text->len += (size_t)n;
}

/* Names in order, each with its flags: T truncated, F fragment, Q quoted, C clipped, P padded, I inner, S
 * short. */
static inline struct text rows_text(const struct pkt_packet *packet)
{
    static const char letters[] = "TFQCPIS";
    struct text text = {"", 0};
    for (unsigned i = 0; i < packet->layer_count; i++) {
        const struct pkt_layer *row = &packet->layer[i];
        text_add(&text, "%s%s", i > 0 ? " " : "", pkt_proto_name(row->proto));
        if (row->flags != 0)
            text_add(&text, ".");
        for (unsigned bit = 0; bit < sizeof letters - 1; bit++)
            if ((row->flags & 1U << bit) != 0)
                text_add(&text, "%c", letters[bit]);
    }
    return text;
}

/* The same with "offset+header/length" and the field that ruled the length. */
static inline struct text layout_text(const struct pkt_packet *packet)
{
    struct text text = {"", 0};
    for (unsigned i = 0; i < packet->layer_count; i++) {
        const struct pkt_layer *row = &packet->layer[i];
        text_add(&text, "%s%s %u+%u/%u %s", i > 0 ? ", " : "", pkt_proto_name(row->proto), row->off,
                 row->hdr_len, row->len, pkt_length_source_name(row->length_source));
    }
    return text;
}

/* "name@layer:offset need/have" of each diagnosis in order. */
static inline struct text findings_text(const struct pkt_packet *packet)
{
    struct text text = {"", 0};
    for (unsigned i = 0; i < packet->diagnosis_count; i++) {
        const struct pkt_diagnosis *d = &packet->diagnosis[i];
        text_add(&text, "%s%s@%u:%u %u/%u", i > 0 ? ", " : "", pkt_diagnosis_name(d->code), d->layer, d->off,
                 d->need, d->have);
    }
    return text;
}

/* To be used inside a cmocka test only. */
#define expect_rows(packet, text)     assert_string_equal(rows_text(packet).at, text)
#define expect_layout(packet, text)   assert_string_equal(layout_text(packet).at, text)
#define expect_findings(packet, text) assert_string_equal(findings_text(packet).at, text)

#endif
