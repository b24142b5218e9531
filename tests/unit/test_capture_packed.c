/*
 * Compressed files: members, frames and padding in a row, damage in the compressed bytes, and blocks longer
 * than any buffer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "capture_bytes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void put_records(struct bytes *b, unsigned count)
{
    put_pcap_header(b, 0xa1b2c3d4, 1);
    for (uint32_t i = 0; i < count; i++) {
        put_pcap_record(b, i, 0, 60, 60);
        put_fill(b, (uint8_t)i, 60);
    }
}

static int setup(void **state)
{
    static struct bytes plain;
    plain.len = 0;
    put_records(&plain, 100);
    *state = &plain;
    return 0;
}

/* Whether this build reads what put_packed makes; what it does not read, it names. */
static bool can_read(const uint8_t *data, size_t len, const char *packing)
{
    struct drained drained = drain_way(WAY_MEMORY, data, len, NULL);
    if (drained.result == PKT_E_UNSUPPORTED) {
        assert_non_null(strstr(drained.error.sentence, packing));
        assert_non_null(strstr(drained.error.sentence, "which this build does not read; pipe it through"));
    }
    return drained.result != PKT_E_UNSUPPORTED;
}

static struct bytes *packed_start(void (*put_packed)(struct bytes *, const uint8_t *, size_t),
                                  const char *packing, const struct bytes *plain)
{
    static struct bytes packed;
    packed.len = 0;
    put_packed(&packed, plain->data, plain->len);
    if (!can_read(packed.data, packed.len, packing))
        skip();
    packed.len = 0;
    return &packed;
}

static void put_zstd_frame(struct bytes *b, const uint8_t *data, size_t len)
{
    put_zstd(b, data, len, 17);
}

/* The record's middle is the border of two members. */
static void test_gzip_members(void **state)
{
    const struct bytes *plain = *state;
    struct bytes *packed = packed_start(put_gzip, "gzip", plain);
    put_gzip(packed, plain->data, 1000);
    put_gzip(packed, plain->data, 0);
    put_gzip(packed, plain->data + 1000, plain->len - 1000);
    put_fill(packed, 0, 1000); /* as a tape pads */
    for (enum way way = 0; way < WAY_COUNT; way++) {
        struct drained drained = drain_way(way, packed->data, packed->len, NULL);
        assert_int_equal(drained.result, 0);
        assert_int_equal(drained.frames, 100);
    }
}

static void test_gzip_garbage_behind(void **state)
{
    const struct bytes *plain = *state;
    struct bytes *packed = packed_start(put_gzip, "gzip", plain);
    put_gzip(packed, plain->data, plain->len);
    size_t end = packed->len;
    put_fill(packed, 'x', 10);
    struct drained drained = drain_way(WAY_PIPE, packed->data, packed->len, NULL);
    assert_int_equal(drained.frames, 100);
    assert_int_equal(drained.result, PKT_E_FORMAT);
    assert_int_equal(drained.error.offset, end);
    assert_non_null(strstr(drained.error.sentence, "what follows the gzip data is none"));
}

static void test_gzip_bad_checksum(void **state)
{
    const struct bytes *plain = *state;
    struct bytes *packed = packed_start(put_gzip, "gzip", plain);
    put_gzip(packed, plain->data, plain->len);
    packed->data[packed->len - 8] ^= 1;
    struct drained drained = drain_way(WAY_FILE, packed->data, packed->len, NULL);
    assert_int_equal(drained.frames, 100);
    assert_int_equal(drained.result, PKT_E_FORMAT);
    assert_non_null(strstr(drained.error.sentence, "of the compressed file: incorrect data check"));
}

/* Empty once it is decompressed. */
static void test_gzip_of_nothing(void **state)
{
    const struct bytes *plain = *state;
    struct bytes *packed = packed_start(put_gzip, "gzip", plain);
    put_gzip(packed, plain->data, 0);
    struct drained drained = drain_way(WAY_FILE, packed->data, packed->len, NULL);
    assert_int_equal(drained.result, PKT_E_FORMAT);
    assert_string_equal(drained.error.sentence,
                        "made: empty: not even a capture file's header was written before it was compressed");
}

static void test_zstd_frames(void **state)
{
    const struct bytes *plain = *state;
    struct bytes *packed = packed_start(put_zstd_frame, "zstd", plain);
    put_number(packed, 0x184d2a53, 4); /* a skippable frame first */
    put_number(packed, 6, 4);
    put_fill(packed, 'x', 6);
    put_zstd_frame(packed, plain->data, 1000);
    put_zstd_frame(packed, plain->data, 0);
    put_zstd_frame(packed, plain->data + 1000, plain->len - 1000);
    for (enum way way = 0; way < WAY_COUNT; way++) {
        struct drained drained = drain_way(way, packed->data, packed->len, NULL);
        assert_int_equal(drained.result, 0);
        assert_int_equal(drained.frames, 100);
    }
}

static void test_zstd_garbage_behind(void **state)
{
    const struct bytes *plain = *state;
    struct bytes *packed = packed_start(put_zstd_frame, "zstd", plain);
    put_zstd_frame(packed, plain->data, plain->len);
    put_fill(packed, 'x', 10);
    struct drained drained = drain_way(WAY_PIPE, packed->data, packed->len, NULL);
    assert_int_equal(drained.frames, 100);
    assert_int_equal(drained.result, PKT_E_FORMAT);
    assert_non_null(strstr(drained.error.sentence, "made: damaged near byte"));
}

/* 8 MiB is read; more would break the promise of little memory, and the message names the way out. */
static void test_zstd_window(void **state)
{
    const struct bytes *plain = *state;
    struct bytes *packed = packed_start(put_zstd_frame, "zstd", plain);
    put_zstd(packed, plain->data, plain->len, 23);
    assert_int_equal(drain_way(WAY_FILE, packed->data, packed->len, NULL).frames, 100);
    packed->len = 0;
    put_zstd(packed, plain->data, plain->len, 24);
    struct drained drained = drain_way(WAY_FILE, packed->data, packed->len, NULL);
    assert_int_equal(drained.result, PKT_E_UNSUPPORTED);
    assert_string_equal(
        drained.error.sentence,
        "made: its zstd window is larger than the 8 MiB that are read here (--long or --ultra made "
        "it); pipe it through zstd -dc --long=31");
}

/* Blocks longer than any buffer: of no packet, so their start is delivered and the rest skipped. */

enum { LONG_LEN = 3 * 1024 * 1024 };

/* Two sections, with a custom block of 3 MiB between them; size of the whole. */
static size_t make_long(uint8_t **ret_data)
{
    struct bytes section = {0};
    put_section(&section);
    put_interface(&section, 1, 0);
    put_enhanced(&section, 0, 0, 4, 4, 1);
    size_t size = 2 * section.len + LONG_LEN;
    uint8_t *data = calloc(1, size);
    assert_non_null(data);
    memcpy(data, section.data, section.len);
    struct bytes numbers = {0};
    put_number(&numbers, 0xbad, 4);
    put_number(&numbers, LONG_LEN, 4);
    memcpy(data + section.len, numbers.data, 8);
    memcpy(data + section.len + LONG_LEN - 4, numbers.data + 4, 4);
    memcpy(data + section.len + LONG_LEN, section.data, section.len);
    *ret_data = data;
    return size;
}

static struct pkt_source *open_file_way(const uint8_t *data, size_t len, size_t buffer_size)
{
    struct pkt_source_options options = {.size = sizeof options, .buffer_size = buffer_size};
    struct pkt_source *source;
    struct pkt_error error;
    assert_int_equal(open_way(WAY_FILE, data, len, &options, &source, &error), 0);
    return source;
}

static void test_long_block(void **state)
{
    (void)state;
    static const size_t buffer_sizes[] = {512, 65536, 256 * 1024, 2 * 1024 * 1024};
    uint8_t *data;
    size_t len = make_long(&data);
    for (size_t i = 0; i < COUNT(buffer_sizes); i++) {
        struct pkt_source *source = open_file_way(data, len, buffer_sizes[i]);
        for (int j = 0; j < 3; j++)
            next_good(source);
        struct pkt_event event = next_good(source);
        assert_int_equal(event.kind, PKT_EVENT_CUSTOM);
        assert_int_equal(event.block.len, LONG_LEN);
        assert_int_equal(event.raw.len, 65536);
        assert_int_equal(event.block.body.len, 65536 - 8);
        assert_int_equal(next_good(source).kind, PKT_EVENT_SECTION);
        assert_int_equal(next_good(source).kind, PKT_EVENT_INTERFACE);
        assert_int_equal(next_good(source).frame.offset, len - 36);
        assert_end(source);
    }
    free(data);
}

static void test_long_block_lies(void **state)
{
    (void)state;
    uint8_t *data;
    size_t len = make_long(&data);
    static const size_t cuts[] = {84 + 65536, 84 + 100000, 84 + LONG_LEN - 4, 84 + LONG_LEN - 1};
    for (size_t i = 0; i < COUNT(cuts); i++) {
        struct drained drained = drain(open_file_way(data, cuts[i], 0));
        char sentence[200];
        snprintf(
            sentence, sizeof sentence,
            "made: cut short: the block at byte 84 needs 3145728 bytes, and the file ends after %zu of them",
            cuts[i] - 84);
        assert_int_equal(drained.others, 3);
        assert_int_equal(drained.result, PKT_E_FORMAT);
        assert_string_equal(drained.error.sentence, sentence);
    }
    data[84 + LONG_LEN - 4] ^= 4;
    struct drained drained = drain(open_file_way(data, len, 0));
    assert_int_equal(drained.others, 3);
    assert_string_equal(drained.error.sentence,
                        "made: damaged at byte 3145808: the length at the end of a block "
                        "differs from that at its start");
    free(data);
}

static void test_too_many_interfaces(void **state)
{
    (void)state;
    struct bytes one = {0};
    put_section(&one);
    size_t section = one.len;
    put_interface(&one, 1, 0);
    size_t size = section + 20 * (size_t)(PKT_CAPTURE_INTERFACES_MAX + 1);
    uint8_t *data = malloc(size);
    assert_non_null(data);
    memcpy(data, one.data, section);
    for (size_t i = 0; i <= PKT_CAPTURE_INTERFACES_MAX; i++)
        memcpy(data + section + 20 * i, one.data + section, 20);
    struct drained drained = drain(open_file_way(data, size, 0));
    assert_int_equal(drained.interfaces, PKT_CAPTURE_INTERFACES_MAX);
    assert_int_equal(drained.result, PKT_E_UNSUPPORTED);
    assert_string_equal(drained.error.sentence,
                        "made: at byte 327708 a section describes one more interface than the limit of this "
                        "program, which reads 16384 in a section");
    assert_int_equal(drain(open_file_way(data, size - 20, 0)).result, 0);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_gzip_members, setup),
        cmocka_unit_test_setup(test_gzip_garbage_behind, setup),
        cmocka_unit_test_setup(test_gzip_bad_checksum, setup),
        cmocka_unit_test_setup(test_gzip_of_nothing, setup),
        cmocka_unit_test_setup(test_zstd_frames, setup),
        cmocka_unit_test_setup(test_zstd_garbage_behind, setup),
        cmocka_unit_test_setup(test_zstd_window, setup),
        cmocka_unit_test(test_long_block),
        cmocka_unit_test(test_long_block_lies),
        cmocka_unit_test(test_too_many_interfaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
