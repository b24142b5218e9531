/*
 * pcapng files: every block, section and option that says something about a packet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture_bytes.h"
#include "pkt/packet.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct pkt_event next_kind(struct pkt_source *source, int kind)
{
    struct pkt_event event = next_good(source);
    assert_int_equal(event.kind, kind);
    return event;
}

static void check_section(struct pkt_source *source, bool big)
{
    struct pkt_event event = next_kind(source, PKT_EVENT_SECTION);
    assert_int_equal(event.big_endian, big);
    assert_int_equal(event.block.type, 0x0a0d0d0a);
    assert_int_equal(event.block.len, 28);
    assert_int_equal(event.raw.len, 28);
    assert_int_equal(event.block.body.len, 16);
    assert_int_equal(event.block.options.len, 0);
}

static void check_enhanced(struct pkt_source *source, uint32_t interface, uint16_t linktype, uint64_t number)
{
    struct pkt_event event = next_kind(source, PKT_EVENT_FRAME);
    assert_int_equal(event.frame.bytes.len, 5);
    assert_memory_equal(event.frame.bytes.ptr, "\x22\x22\x22\x22\x22", 5);
    assert_int_equal(event.frame.wire_len, 1500);
    assert_int_equal(event.frame.interface, interface);
    assert_int_equal(event.frame.linktype, linktype);
    assert_int_equal(event.frame.number, number);
    assert_int_equal(event.frame.time.ns, INT64_C(1700000000123456000));
    assert_int_equal(event.frame.time_digits, 6);
    assert_int_equal(event.frame.flags, PKT_FRAME_HAS_TIME);
    assert_int_equal(event.frame.decode_flags, 0);
    assert_int_equal(event.frame.direction, PKT_DIRECTION_UNKNOWN);
    assert_int_equal(event.frame.drop_count, 0);
    assert_int_equal(event.frame.ifindex, 0);
    assert_int_equal(event.frame.options.len, 0);
    assert_int_equal(event.raw.len, 40);
}

/* Two sections of different byte order, each with interfaces of its own. */
static void test_sections(void **state)
{
    (void)state;
    struct bytes b = {0};
    for (int i = 0; i < 2; i++) {
        b.big = i == 1;
        put_section(&b);
        put_interface(&b, i == 0 ? 1 : 101, 65535);
        put_interface(&b, 113, 0);
        put_enhanced(&b, 1, UINT64_C(1700000000123456), 5, 1500, 0x22);
        put_enhanced(&b, 0, UINT64_C(1700000000123456), 5, 1500, 0x22);
    }
    struct pkt_source_info info;
    struct pkt_source *source = open_good(&b);
    pkt_source_get_info(source, &info);
    assert_string_equal(info.description, "pcapng, little-endian");
    assert_true(info.has_linktype);
    assert_int_equal(info.linktype, 1);
    assert_int_equal(info.snap_len, 65535);
    for (unsigned i = 0; i < 2; i++) {
        struct pkt_source_interface interface;
        check_section(source, i == 1);
        assert_false(pkt_source_get_interface(source, 0, &interface));
        assert_int_equal(next_kind(source, PKT_EVENT_INTERFACE).block.interface, 0);
        assert_int_equal(next_kind(source, PKT_EVENT_INTERFACE).block.interface, 1);
        assert_true(pkt_source_get_interface(source, 1, &interface));
        assert_int_equal(interface.linktype, 113);
        assert_int_equal(interface.snap_len, 0);
        check_enhanced(source, 1, 113, 2 * i + 1);
        check_enhanced(source, 0, i == 0 ? 1 : 101, 2 * i + 2);
    }
    assert_end(source);
}

/* Section 4.4: no time, the first interface, its snap length. */
static void test_simple(void **state)
{
    (void)state;
    static const struct {
        uint32_t snap_len;
        uint32_t wire;
        uint32_t captured;
    } cases[] = {
        {0,   9, 9},
        {6,   9, 6},
        {100, 9, 9},
        {6,   0, 0}
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bytes b = {.big = i % 2 == 1};
        put_section(&b);
        put_interface(&b, 1, cases[i].snap_len);
        put_interface(&b, 101, 1);
        put_simple(&b, cases[i].wire, cases[i].captured, 0x33);
        struct pkt_source *source = open_good(&b);
        check_section(source, b.big);
        next_kind(source, PKT_EVENT_INTERFACE);
        next_kind(source, PKT_EVENT_INTERFACE);
        struct pkt_event event = next_kind(source, PKT_EVENT_FRAME);
        assert_int_equal(event.frame.bytes.len, cases[i].captured);
        assert_int_equal(event.frame.wire_len, cases[i].wire);
        assert_int_equal(event.frame.linktype, 1);
        assert_int_equal(event.frame.flags, 0);
        assert_int_equal(event.frame.time.ns, 0);
        assert_int_equal(event.frame.options.len, 0);
        assert_end(source);
    }
}

/* Appendix: 16-bit interface and drops count; 0xffff means that nobody counted. */
static void test_obsolete_packet(void **state)
{
    (void)state;
    static const unsigned drops[] = {0, 7, 0xffff};
    for (size_t i = 0; i < COUNT(drops); i++) {
        struct bytes b = {.big = i % 2 == 1};
        put_section(&b);
        put_interface(&b, 1, 0);
        begin_block(&b, 2);
        put_number(&b, 0, 2);
        put_number(&b, drops[i], 2);
        put_number(&b, 0, 4);
        put_number(&b, 5000000, 4);
        put_number(&b, 2, 4);
        put_number(&b, 3, 4);
        put_fill(&b, 0x44, 2);
        put_fill(&b, 0, 2);
        put_option_number(&b, 2, 2, 4);
        end_block(&b);
        struct pkt_source *source = open_good(&b);
        check_section(source, b.big);
        next_kind(source, PKT_EVENT_INTERFACE);
        struct pkt_event event = next_kind(source, PKT_EVENT_FRAME);
        assert_int_equal(event.frame.bytes.len, 2);
        assert_int_equal(event.frame.wire_len, 3);
        assert_int_equal(event.frame.time.ns, INT64_C(5000000000));
        assert_int_equal(event.frame.direction, PKT_DIRECTION_OUT);
        bool counted = drops[i] != 0xffff;
        assert_int_equal(event.frame.drop_count, counted ? drops[i] : 0);
        assert_int_equal(event.frame.flags, PKT_FRAME_HAS_TIME | (counted ? PKT_FRAME_HAS_DROP_COUNT : 0));
        struct pkt_source_statistics statistics;
        pkt_source_get_statistics(source, &statistics);
        assert_int_equal(statistics.dropped_noted, counted ? drops[i] : 0);
        assert_end(source);
    }
}

/* Section 4.3.1: what epb_flags says about direction, frame check sequence and checksums. */
static void test_flags(void **state)
{
    (void)state;
    static const struct {
        uint32_t flags;
        unsigned direction;
        unsigned decode_flags;
    } cases[] = {
        {0,       PKT_DIRECTION_UNKNOWN, PKT_DECODE_LINK_FCS                                },
        {1,       PKT_DIRECTION_IN,      PKT_DECODE_LINK_FCS                                },
        {2,       PKT_DIRECTION_OUT,     PKT_DECODE_LINK_FCS                                },
        {3,       PKT_DIRECTION_UNKNOWN, PKT_DECODE_LINK_FCS                                },
        {4 << 5,  PKT_DIRECTION_UNKNOWN, PKT_DECODE_LINK_FCS                                },
        {2 << 5,  PKT_DIRECTION_UNKNOWN, 0                                                  },
        {1 << 9,  PKT_DIRECTION_UNKNOWN, PKT_DECODE_LINK_FCS | PKT_DECODE_CHECKSUM_NOT_READY},
        {1 << 10, PKT_DIRECTION_UNKNOWN, PKT_DECODE_LINK_FCS | PKT_DECODE_CHECKSUM_VALID    },
        {1 << 11, PKT_DIRECTION_UNKNOWN, PKT_DECODE_LINK_FCS | PKT_DECODE_GSO               },
    };
    struct bytes b = {0};
    put_section(&b);
    begin_interface(&b, 1, 0);
    put_option_number(&b, 13, 4, 1); /* if_fcslen, as most write it */
    end_block(&b);
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin_enhanced(&b, 0, 0, 1, 1, 0x55);
        put_option_number(&b, 2, cases[i].flags, 4);
        end_block(&b);
    }
    struct pkt_source *source = open_good(&b);
    check_section(source, false);
    next_kind(source, PKT_EVENT_INTERFACE);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pkt_event event = next_kind(source, PKT_EVENT_FRAME);
        assert_int_equal(event.frame.direction, cases[i].direction);
        assert_int_equal(event.frame.decode_flags, cases[i].decode_flags);
    }
    assert_end(source);
}

/* Comments, drop counts, options of other kinds, a list without an end, and lists that lie. */
static void test_frame_options(void **state)
{
    (void)state;
    struct bytes b = {.big = true};
    put_section(&b);
    put_interface(&b, 1, 0);
    begin_enhanced(&b, 0, 0, 3, 3, 0x55);
    put_option_number(&b, 4, UINT64_C(0x100000000), 8);
    put_option(&b, 1, "first", 5);
    put_option(&b, 1, "second", 6);
    put_option(&b, 5, "12345678", 8);
    put_option(&b, 0, "", 0);
    end_block(&b);
    begin_enhanced(&b, 0, 0, 3, 3, 0x55);
    put_option_number(&b, 4, 1, 4); /* too short to be a drop count */
    end_block(&b);
    begin_enhanced(&b, 0, 0, 3, 3, 0x55);
    put_option(&b, 1, "good", 4);
    put_number(&b, 1, 2);
    put_number(&b, 0xffff, 2);
    end_block(&b);
    struct pkt_source *source = open_good(&b);
    check_section(source, true);
    next_kind(source, PKT_EVENT_INTERFACE);
    struct pkt_event event = next_kind(source, PKT_EVENT_FRAME);
    assert_int_equal(event.frame.flags,
                     PKT_FRAME_HAS_TIME | PKT_FRAME_HAS_COMMENT | PKT_FRAME_HAS_DROP_COUNT);
    assert_int_equal(event.frame.drop_count, UINT64_C(0x100000000));
    static const struct {
        unsigned code;
        const char *value;
    } expected[] = {
        {4, NULL      },
        {1, "first"   },
        {1, "second"  },
        {5, "12345678"}
    };
    struct pkt_view options = event.frame.options;
    struct pkt_view value;
    uint16_t code;
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(pkt_capture_option_next(&options, true, &code, &value), 1);
        assert_int_equal(code, expected[i].code);
        if (expected[i].value != NULL) {
            assert_int_equal(value.len, strlen(expected[i].value));
            assert_memory_equal(value.ptr, expected[i].value, value.len);
        }
    }
    assert_int_equal(pkt_capture_option_next(&options, true, &code, &value), 0);
    assert_int_equal(next_kind(source, PKT_EVENT_FRAME).frame.flags, PKT_FRAME_HAS_TIME);
    assert_int_equal(next_kind(source, PKT_EVENT_FRAME).frame.flags,
                     PKT_FRAME_HAS_TIME | PKT_FRAME_HAS_COMMENT | PKT_FRAME_OPTIONS_DAMAGED);
    struct pkt_source_statistics statistics;
    pkt_source_get_statistics(source, &statistics);
    assert_int_equal(statistics.dropped_noted, UINT64_C(0x100000000));
    assert_end(source);
}

/* Section 4.2: if_tsresol of both kinds, if_tsoffset, and what lies outside of pkt_wall. */
static const struct time_case {
    int resolution; /* -1: no option */
    int64_t offset;
    uint64_t ticks;
    int64_t ns;
    unsigned digits;
    bool saturated;
} time_cases[] = {
    {-1,         0,           1700000000123456,            1700000000123456000,        6, false},
    {0,          0,           1700000000,                  1700000000000000000,        0, false},
    {3,          0,           1700000000123,               1700000000123000000,        3, false},
    {6,          0,           1700000000123456,            1700000000123456000,        6, false},
    {9,          0,           1700000000123456789,         1700000000123456789,        9, false},
    {12,         0,           2899545342178040340,         2899545342178040,           9, false},
    {19,         0,           12345678901234567890U,       1234567890,                 9, false},
    {20,         0,           12345678901234567890U,       123456789,                  9, false},
    {39,         0,           UINT64_MAX,                  0,                          9, false},
    {127,        0,           UINT64_MAX,                  0,                          9, false},
    {0x80,       0,           1700000000,                  1700000000000000000,        0, false},
    {0x80 + 1,   0,           3,                           1500000000,                 1, false},
    {0x80 + 10,  0,           1024 + 1,                    1000976562,                 4, false},
    {0x80 + 20,  0,           1048576 + 1,                 1000000953,                 7, false},
    {0x80 + 30,  0,           (1U << 30) + 1,              1000000000,                 9, false},
    {0x80 + 32,  0,           0x180000000,                 1500000000,                 9, false},
    {0x80 + 35,  0,           0x400000000,                 500000000,                  9, false},
    {0x80 + 63,  0,           0xc000000000000000,          1500000000,                 9, false},
    {0x80 + 64,  0,           0x8000000000000000,          500000000,                  9, false},
    {0x80 + 126, 0,           UINT64_MAX,                  0,                          9, false},
    {0x80 + 127, 0,           UINT64_MAX,                  0,                          9, false},
    {6,          1700000000,  5000000,                     1700000005000000000,        6, false},
    {6,          -100,        1700000000000000,            1699999900000000000,        6, false},
    {6,          -10,         5000000,                     -5000000000,                6, false},
    {9,          9000000000,  5,                           9000000000000000005,        9, false},
    {9,          -9000000000, 5,                           -8999999999999999995,       9, false},
    {9,          0,           INT64_MAX / 2 + UINT64_C(1), INT64_MAX / 2 + INT64_C(1), 9, false},
    {9,          0,           9000000000000000001,         9000000000000000001,        9, false},
    {9,          0,           UINT64_MAX,                  INT64_MAX,                  9, true },
    {6,          0,           UINT64_MAX,                  INT64_MAX,                  6, true },
    {0,          0,           UINT64_MAX,                  INT64_MAX,                  0, true },
    {0,          0,           10000000000,                 INT64_MAX,                  0, true },
    {0,          INT64_MAX,   UINT64_MAX,                  INT64_MAX,                  0, true },
    {6,          INT64_MAX,   0,                           INT64_MAX,                  6, true },
    {6,          INT64_MIN,   0,                           INT64_MIN,                  6, true },
    {0,          INT64_MIN,   UINT64_MAX,                  INT64_MAX,                  0, true },
    {0,          INT64_MIN,   (UINT64_C(1) << 63) + 5,     5000000000,                 0, false},
};

static void test_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(time_cases); i++) {
        const struct time_case *t = &time_cases[i];
        struct bytes b = {.big = i % 2 == 1};
        put_section(&b);
        begin_interface(&b, 1, 0);
        if (t->resolution >= 0)
            put_option_number(&b, 9, (uint64_t)t->resolution, 1);
        if (t->offset != 0)
            put_option_number(&b, 14, (uint64_t)t->offset, 8);
        end_block(&b);
        put_enhanced(&b, 0, t->ticks, 1, 1, 0);
        struct pkt_source *source = open_good(&b);
        check_section(source, b.big);
        next_kind(source, PKT_EVENT_INTERFACE);
        struct pkt_event event = next_kind(source, PKT_EVENT_FRAME);
        if (event.frame.time.ns != t->ns)
            fail_msg("case %zu: %jd instead of %jd", i, (intmax_t)event.frame.time.ns, (intmax_t)t->ns);
        assert_int_equal(event.frame.time_digits, t->digits);
        assert_int_equal(event.frame.flags,
                         PKT_FRAME_HAS_TIME | (t->saturated ? PKT_FRAME_TIME_SATURATED : 0));
        assert_end(source);
    }
}

static void test_interface(void **state)
{
    (void)state;
    char long_name[100];
    memset(long_name, 'n', sizeof long_name);
    struct bytes b = {0};
    put_section(&b);
    begin_interface(&b, 127, 96);
    put_option(&b, 1, "a comment", 9);
    put_option(&b, 2, "eth0", 4);
    put_option_number(&b, 9, 0x8a, 1);
    put_option_number(&b, 13, 32, 1); /* if_fcslen in bits */
    put_option_number(&b, 14, (uint64_t)-7, 8);
    put_option(&b, 0, "", 0);
    end_block(&b);
    begin_interface(&b, 1, 0);
    put_option(&b, 2, long_name, sizeof long_name);
    end_block(&b);
    struct pkt_source *source = open_good(&b);
    check_section(source, false);
    struct pkt_event event = next_kind(source, PKT_EVENT_INTERFACE);
    assert_int_equal(event.block.type, 1);
    assert_int_equal(event.block.options.len, 16 + 8 + 8 + 8 + 12 + 4);
    struct pkt_source_interface interface;
    assert_true(pkt_source_get_interface(source, 0, &interface));
    assert_false(pkt_source_get_interface(source, 1, &interface));
    assert_int_equal(interface.linktype, 127);
    assert_int_equal(interface.snap_len, 96);
    assert_int_equal(interface.units_per_s, 1024);
    assert_int_equal(interface.fcs_len, 4);
    assert_int_equal(interface.offset_s, -7);
    assert_string_equal(interface.name, "eth0");
    next_kind(source, PKT_EVENT_INTERFACE);
    assert_true(pkt_source_get_interface(source, 1, &interface));
    assert_int_equal(strlen(interface.name), sizeof interface.name - 1);
    assert_end(source);
}

/* Blocks that hold no packet come out with their bytes, whatever their type. */
static void test_other_blocks(void **state)
{
    (void)state;
    static const struct {
        uint32_t type;
        int kind;
    } cases[] = {
        {4,          PKT_EVENT_NAMES  },
        {9,          PKT_EVENT_JOURNAL},
        {10,         PKT_EVENT_SECRETS},
        {0xbad,      PKT_EVENT_CUSTOM },
        {0x40000bad, PKT_EVENT_CUSTOM },
        {7,          PKT_EVENT_OTHER  },
        {0x80000001, PKT_EVENT_OTHER  },
        {0,          PKT_EVENT_OTHER  },
    };
    struct bytes b = {.big = true};
    put_section(&b);
    for (size_t i = 0; i < COUNT(cases); i++) {
        begin_block(&b, cases[i].type);
        put(&b, "eight by", 8);
        end_block(&b);
    }
    struct pkt_source *source = open_good(&b);
    check_section(source, true);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pkt_event event = next_kind(source, cases[i].kind);
        assert_int_equal(event.block.type, cases[i].type);
        assert_int_equal(event.block.len, 20);
        assert_int_equal(event.block.interface, 0);
        assert_int_equal(event.block.body.len, 8);
        assert_memory_equal(event.block.body.ptr, "eight by", 8);
        assert_int_equal(event.block.options.len, 0);
        assert_int_equal(event.raw.len, 20);
        assert_memory_equal(event.raw.ptr + 8, "eight by", 8);
    }
    assert_end(source);
}

static void put_statistics(struct bytes *b, uint32_t interface, uint64_t by_interface, uint64_t by_system)
{
    begin_block(b, 5);
    put_number(b, interface, 4);
    put_number(b, 0, 8);
    put_option_number(b, 5, by_interface, 8);
    put_option_number(b, 7, by_system, 8);
    end_block(b);
}

/* Statistics blocks count from the start of the capture: the last of each interface is what counts. */
static void test_statistics(void **state)
{
    (void)state;
    struct bytes b = {.big = true};
    put_section(&b);
    put_interface(&b, 1, 0);
    put_interface(&b, 1, 0);
    put_statistics(&b, 0, 3, 10);
    put_statistics(&b, 1, 0, 100);
    put_statistics(&b, 0, 5, 10);
    put_statistics(&b, 9, 1000, 1000); /* of an interface that is not there */
    put_section(&b);
    put_interface(&b, 1, 0);
    put_statistics(&b, 0, 1, 1);
    struct drained drained = drain_way(WAY_MEMORY, b.data, b.len, NULL);
    assert_int_equal(drained.result, 0);
    assert_int_equal(drained.others, 10);
    assert_int_equal(drained.statistics.dropped_by_interface, 6);
    assert_int_equal(drained.statistics.dropped_by_system, 111);
    assert_int_equal(drained.interfaces, 1);
}

/* What the opening line names is found behind other blocks, and not found where there is none. */
static void test_first_interface_ahead(void **state)
{
    (void)state;
    struct bytes b = {.big = true};
    struct pkt_source_info info;
    put_section(&b);
    begin_block(&b, 10);
    put_fill(&b, 1, 4000);
    end_block(&b);
    put_interface(&b, 113, 77);
    struct pkt_source *source = open_good(&b);
    pkt_source_get_info(source, &info);
    assert_true(info.has_linktype);
    assert_int_equal(info.linktype, 113);
    assert_int_equal(info.snap_len, 77);
    pkt_source_close(source);
    b.len = 28;
    source = open_good(&b);
    pkt_source_get_info(source, &info);
    assert_false(info.has_linktype);
    check_section(source, true);
    assert_end(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sections),        cmocka_unit_test(test_simple),
        cmocka_unit_test(test_obsolete_packet), cmocka_unit_test(test_flags),
        cmocka_unit_test(test_frame_options),   cmocka_unit_test(test_times),
        cmocka_unit_test(test_interface),       cmocka_unit_test(test_other_blocks),
        cmocka_unit_test(test_statistics),      cmocka_unit_test(test_first_interface_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
