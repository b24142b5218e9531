/*
 * pcap files: every variant's numbers come out right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture_bytes.h"
#include "pkt/packet.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct variant {
    uint32_t magic;
    bool big;
    unsigned header_extra;
    unsigned record_extra;
    uint64_t units_per_s;
    unsigned digits;
    const char *description;
} variants[] = {
    {0xa1b2c3d4, false, 0, 0, 1000000,    6, "pcap, microseconds, little-endian"          },
    {0xa1b2c3d4, true,  0, 0, 1000000,    6, "pcap, microseconds, big-endian"             },
    {0xa1b23c4d, false, 0, 0, 1000000000, 9, "pcap, nanoseconds, little-endian"           },
    {0xa1b23c4d, true,  0, 0, 1000000000, 9, "pcap, nanoseconds, big-endian"              },
    {0xa1b2cd34, false, 0, 8, 1000000,    6, "pcap, modified, microseconds, little-endian"},
    {0xa1b2cd34, true,  0, 8, 1000000,    6, "pcap, modified, microseconds, big-endian"   },
    {0x1c0001ab, false, 4, 0, 1000000,    6, "pcap, Ixia, microseconds, little-endian"    },
    {0x1c0001ac, true,  4, 0, 1000000000, 9, "pcap, Ixia, nanoseconds, big-endian"        },
};

/* Interface 7, IPv4, packet type 4: sent. */
static void put_modified(struct bytes *b, const struct variant *variant)
{
    if (variant->record_extra == 0)
        return;
    put_number(b, 7, 4);
    put_number(b, 0x0800, 2);
    put_number(b, 4, 1);
    put_number(b, 0, 1);
}

static void make(struct bytes *b, const struct variant *variant)
{
    *b = (struct bytes){.big = variant->big};
    put_pcap_header(b, variant->magic, 113);
    put_fill(b, 0x99, variant->header_extra);
    put_pcap_record(b, 1700000000, 123456, 5, 70000);
    put_modified(b, variant);
    put_fill(b, 0x11, 5);
    put_pcap_record(b, 0, 0, 0, 0);
    put_modified(b, variant);
}

static void check_frames(const struct variant *variant, struct pkt_source *source)
{
    unsigned header_len = 24 + variant->header_extra;
    unsigned record_len = 16 + variant->record_extra;
    struct pkt_event event = next_good(source);
    assert_int_equal(event.kind, PKT_EVENT_FRAME);
    assert_int_equal(event.big_endian, variant->big);
    assert_int_equal(event.raw.len, record_len + 5);
    assert_int_equal(event.frame.bytes.len, 5);
    assert_memory_equal(event.frame.bytes.ptr, "\x11\x11\x11\x11\x11", 5);
    assert_int_equal(event.frame.wire_len, 70000);
    assert_int_equal(event.frame.time.ns,
                     INT64_C(1700000000000000000) + 123456 * (1000000000 / variant->units_per_s));
    assert_int_equal(event.frame.time_digits, variant->digits);
    assert_int_equal(event.frame.flags, PKT_FRAME_HAS_TIME);
    assert_int_equal(event.frame.number, 1);
    assert_int_equal(event.frame.offset, header_len);
    assert_int_equal(event.frame.interface, 0);
    assert_int_equal(event.frame.linktype, 113);
    assert_int_equal(event.frame.decode_flags, 0);
    assert_int_equal(event.frame.drop_count, 0);
    assert_int_equal(event.frame.options.len, 0);
    assert_int_equal(event.frame.ifindex, variant->record_extra > 0 ? 7 : 0);
    assert_int_equal(event.frame.direction,
                     variant->record_extra > 0 ? PKT_DIRECTION_OUT : PKT_DIRECTION_UNKNOWN);
    event = next_good(source);
    assert_int_equal(event.frame.bytes.len, 0);
    assert_int_equal(event.frame.wire_len, 0);
    assert_int_equal(event.frame.time.ns, 0);
    assert_int_equal(event.frame.number, 2);
    assert_int_equal(event.frame.offset, header_len + record_len + 5);
}

static void test_variants(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(variants); i++) {
        struct bytes b;
        struct pkt_source_info info;
        struct pkt_source_interface interface;
        make(&b, &variants[i]);
        struct pkt_source *source = open_good(&b);
        pkt_source_get_info(source, &info);
        assert_string_equal(info.description, variants[i].description);
        assert_string_equal(info.name, "made");
        assert_true(info.has_linktype);
        assert_int_equal(info.linktype, 113);
        assert_int_equal(info.snap_len, 262144);
        assert_true(pkt_source_get_interface(source, 0, &interface));
        assert_false(pkt_source_get_interface(source, 1, &interface));
        assert_int_equal(interface.units_per_s, variants[i].units_per_s);
        assert_int_equal(interface.time_digits, variants[i].digits);
        check_frames(&variants[i], source);
        assert_end(source);
    }
}

/* The captured length is never more than the wire length that comes out. */
static void test_wire_len_below_captured(void **state)
{
    (void)state;
    struct bytes b = {0};
    put_pcap_header(&b, 0xa1b2c3d4, 1);
    put_pcap_record(&b, 1, 2, 20, 10);
    put_fill(&b, 1, 20);
    struct pkt_source *source = open_good(&b);
    struct pkt_event event = next_good(source);
    assert_int_equal(event.frame.bytes.len, 20);
    assert_int_equal(event.frame.wire_len, 20);
    assert_int_equal(event.frame.flags, PKT_FRAME_HAS_TIME | PKT_FRAME_LENGTH_RAISED);
    assert_end(source);
}

/* draft-ietf-opsawg-pcap section 4: top bits of the link type say how long the frame check sequence is. */
static void test_fcs_length(void **state)
{
    (void)state;
    static const struct {
        uint32_t field;
        unsigned fcs_len;
        unsigned decode_flags;
    } cases[] = {
        {0x00000001, 0, 0                  },
        {0x24000001, 4, PKT_DECODE_LINK_FCS},
        {0x14000001, 2, 0                  },
        {0x20000001, 0, 0                  }, /* the bit that makes the length count is not set */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bytes b = {0};
        struct pkt_source_interface interface;
        put_pcap_header(&b, 0xa1b2c3d4, cases[i].field);
        put_pcap_record(&b, 1, 2, 1, 1);
        put_fill(&b, 1, 1);
        struct pkt_source *source = open_good(&b);
        assert_true(pkt_source_get_interface(source, 0, &interface));
        assert_int_equal(interface.linktype, 1);
        assert_int_equal(interface.fcs_len, cases[i].fcs_len);
        struct pkt_event event = next_good(source);
        assert_int_equal(event.frame.linktype, 1);
        assert_int_equal(event.frame.decode_flags, cases[i].decode_flags);
        assert_end(source);
    }
}

/* Before version 2.3 the wire length came first; in 2.3 either; version 543.0 is AIX's. */
static void test_old_versions(void **state)
{
    (void)state;
    static const struct {
        unsigned major;
        unsigned minor;
        uint32_t first;
        uint32_t second;
    } cases[] = {
        {2,   2, 60, 4 },
        {2,   3, 60, 4 },
        {2,   3, 4,  60},
        {2,   4, 4,  60},
        {543, 0, 60, 4 }
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bytes b = {0};
        put_pcap_header_version(&b, 0xa1b2c3d4, cases[i].major, cases[i].minor, 65535, 1);
        put_pcap_record(&b, 1, 2, cases[i].first, cases[i].second);
        put_fill(&b, 1, 4);
        struct pkt_source *source = open_good(&b);
        struct pkt_event event = next_good(source);
        assert_int_equal(event.frame.bytes.len, 4);
        assert_int_equal(event.frame.wire_len, 60);
        assert_end(source);
    }
}

static void test_unknown_version(void **state)
{
    (void)state;
    struct bytes b = {0};
    put_pcap_header_version(&b, 0xa1b2c3d4, 3, 1, 65535, 1);
    struct drained drained = drain_way(WAY_MEMORY, b.data, b.len, NULL);
    assert_int_equal(drained.result, PKT_E_UNSUPPORTED);
    assert_string_equal(drained.error.sentence,
                        "made: pcap version 3.1 is not known; versions 2.0 to 2.4 are read");
}

/* A fraction of a second or more is carried, and said. */
static void test_times(void **state)
{
    (void)state;
    static const struct {
        uint32_t seconds;
        uint32_t fraction;
        int64_t ns;
        unsigned flags;
    } cases[] = {
        {0,          0,          0,                                                     PKT_FRAME_HAS_TIME                         },
        {0xffffffff, 999999,     INT64_C(4294967295999999000),                          PKT_FRAME_HAS_TIME                         },
        {1,          1000000,    INT64_C(2000000000),                                   PKT_FRAME_HAS_TIME | PKT_FRAME_TIME_CARRIED},
        {0xffffffff, 0xffffffff, INT64_C(4294967295000000000) + INT64_C(4294967295000),
         PKT_FRAME_HAS_TIME | PKT_FRAME_TIME_CARRIED                                                                               },
    };
    struct bytes b = {0};
    put_pcap_header(&b, 0xa1b2c3d4, 1);
    for (size_t i = 0; i < COUNT(cases); i++)
        put_pcap_record(&b, cases[i].seconds, cases[i].fraction, 0, 0);
    struct pkt_source *source = open_good(&b);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pkt_event event = next_good(source);
        assert_int_equal(event.frame.time.ns, cases[i].ns);
        assert_int_equal(event.frame.flags, cases[i].flags);
    }
    assert_end(source);
}

/* The snap length of the header binds nobody: a record above it comes whole. */
static void test_snap_length(void **state)
{
    (void)state;
    static const uint32_t snap_lens[] = {0, 1, 68, 0xffffffff};
    for (size_t i = 0; i < COUNT(snap_lens); i++) {
        struct bytes b = {0};
        struct pkt_source_info info;
        put_pcap_header_version(&b, 0xa1b2c3d4, 2, 4, snap_lens[i], 1);
        put_pcap_record(&b, 1, 0, 100, 100);
        put_fill(&b, 1, 100);
        struct pkt_source *source = open_good(&b);
        pkt_source_get_info(source, &info);
        assert_int_equal(info.snap_len, snap_lens[i]);
        assert_int_equal(next_good(source).frame.bytes.len, 100);
        assert_end(source);
    }
}

static void test_statistics(void **state)
{
    (void)state;
    struct bytes b = {0};
    put_pcap_header(&b, 0xa1b2c3d4, 1);
    for (unsigned i = 0; i < 3; i++) {
        put_pcap_record(&b, 1, 0, 10 + i, 100 + i);
        put_fill(&b, 1, 10 + i);
    }
    struct drained drained = drain_way(WAY_MEMORY, b.data, b.len, NULL);
    assert_int_equal(drained.frames, 3);
    assert_int_equal(drained.statistics.captured_bytes, 33);
    assert_int_equal(drained.statistics.wire_bytes, 303);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variants),        cmocka_unit_test(test_wire_len_below_captured),
        cmocka_unit_test(test_fcs_length),      cmocka_unit_test(test_old_versions),
        cmocka_unit_test(test_unknown_version), cmocka_unit_test(test_times),
        cmocka_unit_test(test_snap_length),     cmocka_unit_test(test_statistics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
