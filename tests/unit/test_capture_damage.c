/*
 * Cut and lying files: everything before the damage comes out, then one failure that says what and where.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture_bytes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A file with units (records or blocks), and where each ends. */
struct made {
    struct bytes bytes;
    size_t ends[16]; /* the first is that of the file header; 0 in pcapng, which has none */
    unsigned count;
};

static void mark(struct made *made)
{
    assert_true(made->count < COUNT(made->ends));
    made->ends[made->count++] = made->bytes.len;
}

static void make_pcap(struct made *made, bool big, uint32_t magic)
{
    *made = (struct made){.bytes = {.big = big}};
    put_pcap_header(&made->bytes, magic, 1);
    mark(made);
    for (uint32_t i = 0; i < 4; i++) {
        put_pcap_record(&made->bytes, i, i, 7 * i, 7 * i);
        if (magic == 0xa1b2cd34)
            put_fill(&made->bytes, 0, 8);
        put_fill(&made->bytes, 0x66, 7 * i);
        mark(made);
    }
}

static void put_pcapng_blocks(struct made *made)
{
    struct bytes *b = &made->bytes;
    put_section(b);
    mark(made);
    begin_interface(b, 1, 0);
    put_option(b, 2, "eth0", 4);
    end_block(b);
    mark(made);
    put_enhanced(b, 0, 1, 6, 6, 0x66);
    mark(made);
    put_simple(b, 3, 3, 0x66);
    mark(made);
    begin_block(b, 5);
    put_number(b, 0, 4);
    put_number(b, 0, 8);
    end_block(b);
    mark(made);
}

static void make_pcapng(struct made *made)
{
    *made = (struct made){0};
    mark(made);
    put_pcapng_blocks(made);
    made->bytes.big = true;
    put_pcapng_blocks(made);
}

/* How many whole units a prefix holds, and whether it ends with one. -1: not even the header. */
static int whole_units(const struct made *made, size_t len, bool *ret_exact)
{
    int units = -1;
    *ret_exact = false;
    for (unsigned i = 0; i < made->count && made->ends[i] <= len; i++) {
        units++;
        *ret_exact = made->ends[i] == len;
    }
    return units;
}

static void check_prefix(const struct made *made, size_t len, struct drained drained, bool cut)
{
    bool exact;
    int units = whole_units(made, len, &exact);
    if (units < 0)
        units = 0;
    bool ends = exact && !cut && len > 0;
    if (drained.frames + drained.others != (unsigned)units || drained.result != (ends ? 0 : PKT_E_FORMAT))
        fail_msg("prefix of %zu bytes: %u events instead of %d, then %d (%s)", len,
                 drained.frames + drained.others, units, drained.result,
                 drained.result < 0 ? drained.error.sentence : "");
    if (ends)
        return;
    assert_int_equal(strncmp(drained.error.sentence, "made: ", 6), 0);
    assert_true(strstr(drained.error.sentence, "byte") != NULL ||
                strstr(drained.error.sentence, "empty") != NULL);
    assert_int_equal(drained.error.code, PKT_E_FORMAT);
}

/* Each prefix in a heap block of exactly its size, so that a sanitizer sees a read past it. */
static struct drained drain_prefix(enum way way, const uint8_t *data, size_t len)
{
    uint8_t *exact = malloc(len == 0 ? 1 : len);
    assert_non_null(exact);
    memcpy(exact, data, len);
    struct pkt_source_options options = {.size = sizeof options, .buffer_size = 512};
    struct drained drained = drain_way(way, exact, len, &options);
    free(exact);
    return drained;
}

static void sweep(const struct made *made)
{
    for (size_t len = 0; len <= made->bytes.len; len++) {
        for (enum way way = 0; way < WAY_COUNT; way++)
            check_prefix(made, len, drain_prefix(way, made->bytes.data, len), false);
    }
}

/* A compressed file that is cut is damaged even where a record ends. */
static void sweep_packed(const struct made *made, const struct bytes *packed, size_t before)
{
    for (size_t len = 4; len <= packed->len; len++) {
        size_t held = len < before ? 0 : len - before;
        held = held < made->bytes.len ? held : made->bytes.len;
        check_prefix(made, held, drain_prefix(WAY_MEMORY, packed->data, len), len < packed->len);
        check_prefix(made, held, drain_prefix(WAY_PIPE, packed->data, len), len < packed->len);
    }
}

static void test_sweep_pcap(void **state)
{
    (void)state;
    struct made made;
    make_pcap(&made, false, 0xa1b2c3d4);
    sweep(&made);
    make_pcap(&made, true, 0xa1b23c4d);
    sweep(&made);
    make_pcap(&made, true, 0xa1b2cd34);
    sweep(&made);
}

static void test_sweep_pcapng(void **state)
{
    (void)state;
    struct made made;
    make_pcapng(&made);
    sweep(&made);
}

static bool reads_packed(void (*put_packed)(struct bytes *b, const uint8_t *data, size_t len))
{
    static struct made made;
    static struct bytes packed;
    make_pcap(&made, false, 0xa1b2c3d4);
    packed.len = 0;
    put_packed(&packed, made.bytes.data, made.bytes.len);
    struct drained drained = drain_way(WAY_MEMORY, packed.data, packed.len, NULL);
    return drained.result != PKT_E_UNSUPPORTED;
}

static void put_zstd_small(struct bytes *b, const uint8_t *data, size_t len)
{
    put_zstd(b, data, len, 17);
}

static void test_sweep_gzip(void **state)
{
    (void)state;
    static struct made made;
    static struct bytes packed;
    if (!reads_packed(put_gzip))
        skip();
    make_pcap(&made, false, 0xa1b2c3d4);
    packed.len = 0;
    put_gzip(&packed, made.bytes.data, made.bytes.len);
    sweep_packed(&made, &packed, GZIP_BEFORE);
    make_pcapng(&made);
    packed.len = 0;
    put_gzip(&packed, made.bytes.data, made.bytes.len);
    sweep_packed(&made, &packed, GZIP_BEFORE);
}

/* How much of a cut zstd block comes out is up to the library; that it is cut is always said. */
static void test_sweep_zstd(void **state)
{
    (void)state;
    static struct made made;
    static struct bytes packed;
    if (!reads_packed(put_zstd_small))
        skip();
    make_pcapng(&made);
    packed.len = 0;
    put_zstd_small(&packed, made.bytes.data, made.bytes.len);
    for (size_t len = 4; len < packed.len; len++) {
        struct drained drained = drain_prefix(WAY_PIPE, packed.data, len);
        assert_int_equal(drained.result, PKT_E_FORMAT);
        assert_non_null(strstr(drained.error.sentence, "cut short: the compressed file ends after"));
        assert_int_equal(drained.error.offset, len);
        assert_true(drained.frames + drained.others < made.count);
    }
    struct drained drained = drain_prefix(WAY_PIPE, packed.data, packed.len);
    assert_int_equal(drained.result, 0);
    assert_int_equal(drained.frames + drained.others, made.count - 1);
}

/* One lie a case, behind a good record or block; the sentence is what a user reads. */

static void lie_pcap_len(struct bytes *b, uint32_t captured)
{
    put_pcap_header(b, 0xa1b2c3d4, 1);
    put_pcap_record(b, 1, 2, 3, 3);
    put_fill(b, 1, 3);
    put_pcap_record(b, 1, 2, captured, captured);
    put_fill(b, 1, 10);
}

static void test_pcap_record_lengths(void **state)
{
    (void)state;
    static const struct {
        uint32_t captured;
        const char *sentence;
    } cases[] = {
        {0xffffffff,
         "made: damaged at byte 43: the record of packet 2 claims 4294967295 captured bytes, more than "
         "2097152"                                                                                          },
        {0x80000000,
         "made: damaged at byte 43: the record of packet 2 claims 2147483648 captured bytes, more than "
         "2097152"                                                                                          },
        {2097153,
         "made: damaged at byte 43: the record of packet 2 claims 2097153 captured bytes, more than 2097152"},
        {2097152,
         "made: cut short: the record of packet 2 at byte 43 needs 2097168 bytes, and the file ends after "
         "26 of them"                                                                                       },
        {11,         "made: cut short: the record of packet 2 at byte 43 needs 27 bytes, and the file ends after 26 "
             "of them"                                                                          },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (enum way way = 0; way < WAY_COUNT; way++) {
            struct bytes b = {0};
            lie_pcap_len(&b, cases[i].captured);
            struct drained drained = drain_way(way, b.data, b.len, NULL);
            assert_int_equal(drained.frames, 1);
            assert_int_equal(drained.result, PKT_E_FORMAT);
            assert_int_equal(drained.error.offset, 43);
            assert_string_equal(drained.error.sentence, cases[i].sentence);
        }
    }
}

/* Records of length 0 advance by their headers, to the end. */
static void test_pcap_length_0(void **state)
{
    (void)state;
    struct bytes b = {0};
    put_pcap_header(&b, 0xa1b2c3d4, 1);
    put_fill(&b, 0, 16 * 1000);
    struct drained drained = drain_way(WAY_PIPE, b.data, b.len, NULL);
    assert_int_equal(drained.frames, 1000);
    assert_int_equal(drained.result, 0);
}

/* Block lengths: 28 + 20 + 36 bytes of good blocks stand in front. */
static void good_blocks(struct bytes *b)
{
    put_section(b);
    put_interface(b, 1, 0);
    put_enhanced(b, 0, 0, 4, 4, 1);
}

static void test_block_lengths(void **state)
{
    (void)state;
    static const struct {
        uint32_t type;
        uint32_t len;
        const char *sentence;
    } cases[] = {
        {6,  0,
         "made: damaged at byte 84: a block claims a length of 0 bytes, which is too short for a block of "
         "its "
         "type"                                                                                                    },
        {6,  28,
         "made: damaged at byte 84: a block claims a length of 28 bytes, which is too short for a block of "
         "its type"                                                                                                },
        {6,  37,         "made: damaged at byte 84: a block claims a length of 37 bytes, which is no multiple of 4"},
        {6,  0xffffffff,
         "made: damaged at byte 84: a block claims a length of 4294967295 bytes, which is no multiple of 4"        },
        {6,  0xfffffffc,
         "made: the block at byte 84 states 4294967292 bytes, more than the limit of this program, which "
         "reads "
         "blocks of its type of up to 2097152 bytes"                                                               },
        {6,  1000,
         "made: cut short: the block at byte 84 needs 1000 bytes, and the file ends after 36 of them"              },
        {77, 8,
         "made: damaged at byte 84: a block claims a length of 8 bytes, which is too short for a block of "
         "its type"                                                                                                },
        {77, 0xfffffffc,
         "made: cut short: the block at byte 84 needs 4294967292 bytes, and the file ends after 36 of them"        },
        {1,  16,
         "made: damaged at byte 84: a block claims a length of 16 bytes, which is too short for a block of "
         "its type"                                                                                                },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bytes b = {0};
        good_blocks(&b);
        put_number(&b, cases[i].type, 4);
        put_number(&b, cases[i].len, 4);
        put_fill(&b, 0, 28);
        struct drained drained = drain_way(i % WAY_COUNT, b.data, b.len, NULL);
        assert_int_equal(drained.frames, 1);
        assert_int_equal(drained.others, 2);
        bool is_limit = cases[i].type == 6 && cases[i].len == 0xfffffffc; /* allowed, but not read */
        assert_int_equal(drained.result, is_limit ? PKT_E_UNSUPPORTED : PKT_E_FORMAT);
        assert_int_equal(drained.error.offset, 84);
        assert_string_equal(drained.error.sentence, cases[i].sentence);
    }
}

static void lie_trailer(struct bytes *b)
{
    put_enhanced(b, 0, 0, 4, 4, 1);
    b->data[b->len - 4] ^= 1;
}

static void lie_interface(struct bytes *b)
{
    put_enhanced(b, 1, 0, 4, 4, 1);
}

static void lie_interface_of_new_section(struct bytes *b)
{
    put_section(b);
    put_simple(b, 4, 4, 1);
}

static void lie_captured(struct bytes *b)
{
    put_enhanced(b, 0, 0, 4, 4, 1);
    b->data[b->len - 16] = 5;
}

static void lie_captured_most(struct bytes *b)
{
    put_enhanced(b, 0, 0, 4, 4, 1);
    memset(b->data + b->len - 16, 0xff, 4);
}

static void lie_simple(struct bytes *b)
{
    put_simple(b, 9, 4, 1);
}

static void lie_interface_option(struct bytes *b)
{
    begin_interface(b, 1, 0);
    put_number(b, 9, 2);
    put_number(b, 100, 2);
    end_block(b);
}

static void lie_interface_option_size(struct bytes *b)
{
    begin_interface(b, 1, 0);
    put_option_number(b, 14, 1, 4);
    end_block(b);
}

static void lie_byte_order(struct bytes *b)
{
    put_section(b);
    b->data[b->len - 20] ^= 1;
}

static void lie_version(struct bytes *b)
{
    put_section(b);
    b->data[b->len - 16] = 2;
}

static void test_block_contents(void **state)
{
    (void)state;
    static const struct {
        void (*lie)(struct bytes *b);
        unsigned others;
        int result;
        const char *sentence;
    } cases[] = {
        {lie_trailer,                  2, PKT_E_FORMAT,
         "made: damaged at byte 116: a block begins with a length of 36 bytes and ends with one of 37"   },
        {lie_interface,                2, PKT_E_FORMAT,
         "made: damaged at byte 84: a packet of interface 1, but only 1 interface is described before it in "
         "its "
         "section"                                                                                       },
        {lie_interface_of_new_section, 3, PKT_E_FORMAT,
         "made: damaged at byte 112: a packet of interface 0, but only 0 interfaces are described before it "
         "in its "
         "section"                                                                                       },
        {lie_captured,                 2, PKT_E_FORMAT,
         "made: damaged at byte 84: a packet of 5 captured bytes in a block that has room for 4"         },
        {lie_captured_most,            2, PKT_E_FORMAT,
         "made: damaged at byte 84: a packet of 4294967295 captured bytes in a block that has room for 4"},
        {lie_simple,                   2, PKT_E_FORMAT,
         "made: damaged at byte 84: a packet of 9 captured bytes in a block that has room for 4"         },
        {lie_interface_option,         2, PKT_E_FORMAT,
         "made: damaged at byte 84: the options of the interface description make no sense"              },
        {lie_interface_option_size,    2, PKT_E_FORMAT,
         "made: damaged at byte 84: the options of the interface description make no sense"              },
        {lie_byte_order,               2, PKT_E_FORMAT,
         "made: damaged at byte 84: the byte-order magic of the section is wrong"                        },
        {lie_version,                  2, PKT_E_UNSUPPORTED,
         "made: pcapng version 2.0 at byte 84 is not known; version 1 is read"                           },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bytes b = {0};
        good_blocks(&b);
        cases[i].lie(&b);
        struct drained drained = drain_way(i % WAY_COUNT, b.data, b.len, NULL);
        assert_int_equal(drained.frames, 1);
        assert_int_equal(drained.others, cases[i].others);
        assert_int_equal(drained.result, cases[i].result);
        assert_string_equal(drained.error.sentence, cases[i].sentence);
    }
}

/* Offsets in compressed files are said to be those of the data inside. */
static void test_offset_in_compressed(void **state)
{
    (void)state;
    struct bytes b = {0};
    struct bytes packed = {0};
    if (!reads_packed(put_gzip))
        skip();
    lie_pcap_len(&b, 0xffffffff);
    put_gzip(&packed, b.data, b.len);
    struct drained drained = drain_way(WAY_PIPE, packed.data, packed.len, NULL);
    assert_string_equal(drained.error.sentence,
                        "made: damaged at byte 43 of the uncompressed data: the record of packet 2 claims "
                        "4294967295 captured bytes, more than 2097152");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweep_pcap),           cmocka_unit_test(test_sweep_pcapng),
        cmocka_unit_test(test_sweep_gzip),           cmocka_unit_test(test_sweep_zstd),
        cmocka_unit_test(test_pcap_record_lengths),  cmocka_unit_test(test_pcap_length_0),
        cmocka_unit_test(test_block_lengths),        cmocka_unit_test(test_block_contents),
        cmocka_unit_test(test_offset_in_compressed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
