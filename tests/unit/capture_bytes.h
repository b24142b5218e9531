/*
 * Capture files made by hand: byte by byte, so that a test can lie wherever it wants.
 */
#ifndef TEST_CAPTURE_BYTES_H
#define TEST_CAPTURE_BYTES_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pkt/capture.h"

struct bytes {
    uint8_t data[48 * 1024]; /* fits into a pipe */
    size_t len;
    bool big; /* byte order of what is put */
    size_t block;
};

static inline void put(struct bytes *b, const void *data, size_t len)
{
    assert_true(b->len + len <= sizeof b->data);
    memcpy(b->data + b->len, data, len);
    b->len += len;
}

static inline void put_number(struct bytes *b, uint64_t value, unsigned size)
{
    uint8_t octets[8];
    for (unsigned i = 0; i < size; i++)
        octets[b->big ? size - 1 - i : i] = (uint8_t)(value >> 8 * i);
    put(b, octets, size);
}

static inline void put_fill(struct bytes *b, uint8_t octet, size_t len)
{
    for (size_t i = 0; i < len; i++)
        put(b, &octet, 1);
}

/* pcap */

static inline void put_pcap_header_version(struct bytes *b, uint32_t magic, unsigned major, unsigned minor,
                                           uint32_t snap_len, uint32_t linktype)
{
    put_number(b, magic, 4);
    put_number(b, major, 2);
    put_number(b, minor, 2);
    put_number(b, 0, 4);
    put_number(b, 0, 4);
    put_number(b, snap_len, 4);
    put_number(b, linktype, 4);
}

static inline void put_pcap_header(struct bytes *b, uint32_t magic, uint32_t linktype)
{
    put_pcap_header_version(b, magic, 2, 4, 262144, linktype);
}

static inline void put_pcap_record(struct bytes *b, uint32_t seconds, uint32_t fraction, uint32_t captured,
                                   uint32_t wire)
{
    put_number(b, seconds, 4);
    put_number(b, fraction, 4);
    put_number(b, captured, 4);
    put_number(b, wire, 4);
}

/* pcapng */

static inline void begin_block(struct bytes *b, uint32_t type)
{
    b->block = b->len;
    put_number(b, type, 4);
    put_number(b, 0, 4);
}

static inline void end_block(struct bytes *b)
{
    size_t end = b->len;
    uint32_t len = (uint32_t)(end + 4 - b->block);
    put_number(b, len, 4);
    b->len = b->block + 4;
    put_number(b, len, 4);
    b->len = end + 4;
}

static inline void put_option(struct bytes *b, uint16_t code, const void *value, uint16_t len)
{
    put_number(b, code, 2);
    put_number(b, len, 2);
    put(b, value, len);
    put_fill(b, 0, (4 - len % 4) % 4);
}

static inline void put_option_number(struct bytes *b, uint16_t code, uint64_t value, unsigned size)
{
    put_number(b, code, 2);
    put_number(b, size, 2);
    put_number(b, value, size);
    put_fill(b, 0, (4 - size % 4) % 4);
}

static inline void put_section(struct bytes *b)
{
    begin_block(b, 0x0a0d0d0a);
    put_number(b, 0x1a2b3c4d, 4);
    put_number(b, 1, 2);
    put_number(b, 0, 2);
    put_number(b, UINT64_MAX, 8); /* the length of the section is not stated */
    end_block(b);
}

static inline void begin_interface(struct bytes *b, uint16_t linktype, uint32_t snap_len)
{
    begin_block(b, 1);
    put_number(b, linktype, 2);
    put_number(b, 0, 2);
    put_number(b, snap_len, 4);
}

static inline void put_interface(struct bytes *b, uint16_t linktype, uint32_t snap_len)
{
    begin_interface(b, linktype, snap_len);
    end_block(b);
}

static inline void begin_enhanced(struct bytes *b, uint32_t interface, uint64_t ticks, uint32_t captured,
                                  uint32_t wire, uint8_t fill)
{
    begin_block(b, 6);
    put_number(b, interface, 4);
    put_number(b, ticks >> 32, 4);
    put_number(b, ticks & 0xffffffff, 4);
    put_number(b, captured, 4);
    put_number(b, wire, 4);
    put_fill(b, fill, captured);
    put_fill(b, 0, (4 - captured % 4) % 4);
}

static inline void put_enhanced(struct bytes *b, uint32_t interface, uint64_t ticks, uint32_t captured,
                                uint32_t wire, uint8_t fill)
{
    begin_enhanced(b, interface, ticks, captured, wire, fill);
    end_block(b);
}

static inline void put_simple(struct bytes *b, uint32_t wire, uint32_t captured, uint8_t fill)
{
    begin_block(b, 3);
    put_number(b, wire, 4);
    put_fill(b, fill, captured);
    put_fill(b, 0, (4 - captured % 4) % 4);
    end_block(b);
}

/* Containers that hold the bytes as they are: what a prefix of them holds can be told without a decompressor.
 */

static inline uint32_t crc32_of(const uint8_t *data, size_t len)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < len; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320 & (0U - (crc & 1)));
    }
    return ~crc;
}

enum { GZIP_BEFORE = 10 + 5, GZIP_BEHIND = 8, ZSTD_BEFORE = 6 + 3 };

/* A gzip member of one stored block (RFC 1952, RFC 1951 section 3.2.4). */
static inline void put_gzip(struct bytes *b, const uint8_t *data, size_t len)
{
    static const uint8_t header[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    b->big = false;
    put(b, header, sizeof header);
    put_number(b, 1, 1); /* the last block, stored */
    put_number(b, len, 2);
    put_number(b, ~len & 0xffff, 2);
    put(b, data, len);
    put_number(b, crc32_of(data, len), 4);
    put_number(b, len, 4);
}

/* A zstd frame of one raw block (RFC 8878 section 3.1.1), with a window of 2^window_log bytes. */
static inline void put_zstd(struct bytes *b, const uint8_t *data, size_t len, unsigned window_log)
{
    b->big = false;
    put_number(b, 0xfd2fb528, 4);
    put_number(b, 0, 1); /* no content size, no checksum */
    put_number(b, (window_log - 10) << 3, 1);
    put_number(b, len << 3 | 1, 3); /* the last block, raw */
    put(b, data, len);
}

/* Ways to hand the bytes to a source. */
enum way { WAY_MEMORY, WAY_FILE, WAY_PIPE, WAY_COUNT };

static inline int fd_of(const uint8_t *data, size_t len, bool as_pipe)
{
    int fds[2];
    if (as_pipe) {
        assert_return_code(pipe(fds), 0);
    } else {
        fds[0] = fds[1] = memfd_create("capture", 0);
        assert_true(fds[0] >= 0);
    }
    assert_int_equal(write(fds[1], data, len), len);
    if (as_pipe)
        close(fds[1]);
    else
        lseek(fds[0], 0, SEEK_SET);
    return fds[0];
}

static inline int open_way(enum way way, const uint8_t *data, size_t len,
                           const struct pkt_source_options *options, struct pkt_source **ret_source,
                           struct pkt_error *reterr_error)
{
    if (way == WAY_MEMORY)
        return pkt_source_open_memory(pkt_view_make(data, len), "made", options, ret_source, reterr_error);
    int fd = fd_of(data, len, way == WAY_PIPE);
    int result = pkt_source_open_fd(fd, "made", options, ret_source, reterr_error);
    if (result < 0)
        close(fd);
    return result;
}

/* What came out of a source, to the end. */
struct drained {
    unsigned frames;
    unsigned others;
    int result; /* 0 or the failure */
    struct pkt_error error;
    uint32_t interfaces; /* of the last section */
    struct pkt_source_statistics statistics;
};

static inline struct drained drain(struct pkt_source *source)
{
    struct drained drained = {0};
    struct pkt_event event;
    struct pkt_source_interface interface;
    while ((drained.result = pkt_source_next(source, &event, &drained.error)) > 0) {
        drained.frames += event.kind == PKT_EVENT_FRAME;
        drained.others += event.kind != PKT_EVENT_FRAME;
        assert_true(drained.frames + drained.others < 100000);
    }
    /* The end stays the end, and a failure stays that failure. */
    struct pkt_error again;
    assert_int_equal(pkt_source_next(source, &event, &again), drained.result);
    if (drained.result < 0)
        assert_string_equal(again.sentence, drained.error.sentence);
    while (pkt_source_get_interface(source, drained.interfaces, &interface))
        drained.interfaces++;
    pkt_source_get_statistics(source, &drained.statistics);
    assert_int_equal(drained.statistics.packets, drained.frames);
    assert_int_equal(drained.statistics.events, drained.others);
    pkt_source_close(source);
    return drained;
}

/* Opens and drains; a failure to open counts as a failure after nothing. */
static inline struct drained drain_way(enum way way, const uint8_t *data, size_t len,
                                       const struct pkt_source_options *options)
{
    struct pkt_source *source;
    struct drained drained = {0};
    drained.result = open_way(way, data, len, options, &source, &drained.error);
    return drained.result < 0 ? drained : drain(source);
}

/* A source over bytes that must open. */
static inline struct pkt_source *open_good(const struct bytes *b)
{
    struct pkt_source *source = NULL;
    struct pkt_error error;
    int result = pkt_source_open_memory(pkt_view_make(b->data, b->len), "made", NULL, &source, &error);
    if (result < 0)
        fail_msg("%s", error.sentence);
    return source;
}

/* The next event, which must be there. */
static inline struct pkt_event next_good(struct pkt_source *source)
{
    struct pkt_event event;
    struct pkt_error error;
    memset(&event, 0xa5, sizeof event); /* what is not set shows */
    int result = pkt_source_next(source, &event, &error);
    if (result != 1)
        fail_msg("%d: %s", result, result < 0 ? error.sentence : "the end");
    return event;
}

static inline void assert_end(struct pkt_source *source)
{
    struct pkt_event event;
    struct pkt_error error;
    assert_int_equal(pkt_source_next(source, &event, &error), 0);
    pkt_source_close(source);
}

#endif
