/*
 * Lines of text: times in their six styles, dumps, and what the options change. The lines of the golden
 * frames are those that tcpdump 4.99.3 writes for them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/diagnosis.h"
#include "pkt/print.h"
#include "support/frame.h"
#include "support/golden_frames.h"

#define NS INT64_C(1000000000)

/* A sink over a small window that gathers what passes through it. */
struct gatherer {
    struct pkt_sink sink;
    char window[PKT_SINK_ROOM];
    char all[65536];
    size_t len;
};

static void gather(struct pkt_sink *sink)
{
    struct gatherer *g = sink->context;
    size_t len = (size_t)(sink->cur - g->window);
    assert_true(g->len + len < sizeof g->all);
    memcpy(g->all + g->len, g->window, len);
    g->len += len;
    g->all[g->len] = '\0';
    sink->cur = g->window;
}

/* The lines of a frame; the answer lasts until the next call. */
static const char *lines_of(struct frame frame, uint32_t wire_len, const struct pkt_text_line *line,
                            const struct pkt_text_options *options)
{
    static struct gatherer g;
    struct pkt_packet packet;
    g.len = 0;
    g.sink = (struct pkt_sink){g.window, g.window + sizeof g.window, gather, &g};
    pkt_decode(pkt_view_make(frame.bytes, frame.len), wire_len, PKT_LINKTYPE_ETHERNET, 0, &packet);
    pkt_diagnose(&packet);
    pkt_text_print(&packet, line, options, &g.sink);
    gather(&g.sink);
    return g.all;
}

static const char *lines_of_hex(const char *hex, const struct pkt_text_line *line,
                                const struct pkt_text_options *options)
{
    struct frame frame = frame_hex(hex);
    const char *lines = lines_of(frame, (uint32_t)frame.len, line, options);
    frame_free(frame);
    return lines;
}

static void expect_hex(const char *hex, struct pkt_text_options options, const char *expected)
{
    struct pkt_text_line line = {.number = 7};
    options.time = PKT_TEXT_TIME_NONE;
    assert_string_equal(lines_of_hex(hex, &line, &options), expected);
}

/* The time column alone. */
static void expect_time(struct pkt_text_line line, struct pkt_text_options options, const char *expected)
{
    line.has_time = true;
    const char *text = lines_of_hex(GOLDEN_UDP4, &line, &options);
    const char *rest = strstr(text, "IP 10.0.0.1");
    assert_non_null(rest);
    assert_int_equal(rest - text, strlen(expected));
    assert_memory_equal(text, expected, strlen(expected));
}

static void expect_instant(int style, int64_t ns, const char *expected)
{
    struct pkt_text_options options = {.time = style};
    struct pkt_text_line line = {.time = {ns}};
    expect_time(line, options, expected);
}

static void times_are_cut_not_rounded(void **state)
{
    (void)state;
    expect_instant(PKT_TEXT_TIME_CLOCK, 1700000000 * NS + 123456999, "22:13:20.123456 ");
    expect_instant(PKT_TEXT_TIME_EPOCH, 1700000000 * NS + 123456999, "1700000000.123456 ");
    expect_instant(PKT_TEXT_TIME_DATE, 1700000000 * NS + 999999999, "2023-11-14 22:13:20.999999 ");
    expect_instant(PKT_TEXT_TIME_NONE, 1700000000 * NS, "");
}

static void dates_follow_the_calendar(void **state)
{
    (void)state;
    expect_instant(PKT_TEXT_TIME_DATE, 0, "1970-01-01 00:00:00.000000 ");
    expect_instant(PKT_TEXT_TIME_DATE, 951782400 * NS, "2000-02-29 00:00:00.000000 ");
    expect_instant(PKT_TEXT_TIME_DATE, 951868800 * NS, "2000-03-01 00:00:00.000000 ");
    expect_instant(PKT_TEXT_TIME_DATE, 4107542399 * NS, "2100-02-28 23:59:59.000000 ");
    expect_instant(PKT_TEXT_TIME_DATE, 4107542400 * NS, "2100-03-01 00:00:00.000000 ");
    expect_instant(PKT_TEXT_TIME_DATE, 2147483648 * NS, "2038-01-19 03:14:08.000000 ");
}

static void times_before_1970_count_back(void **state)
{
    (void)state;
    expect_instant(PKT_TEXT_TIME_DATE, -1, "1969-12-31 23:59:59.999999 ");
    expect_instant(PKT_TEXT_TIME_DATE, -86400 * NS, "1969-12-31 00:00:00.000000 ");
    expect_instant(PKT_TEXT_TIME_EPOCH, -NS, "-1.000000 ");
}

static void extreme_times_are_printed(void **state)
{
    (void)state;
    expect_instant(PKT_TEXT_TIME_DATE, INT64_MAX, "2262-04-11 23:47:16.854775 ");
    expect_instant(PKT_TEXT_TIME_DATE, INT64_MIN, "1677-09-21 00:12:43.145224 ");
    struct pkt_text_options since = {.time = PKT_TEXT_TIME_SINCE_FIRST, .nanoseconds = true};
    struct pkt_text_line line = {.time = {INT64_MIN}, .first = {INT64_MAX}};
    expect_time(line, since, "-23:47:16.854775807 "); /* saturated; days are left out */
    since.nanoseconds = false;
    expect_time(line, since, "-23:47:16.854775 ");
}

static void differences_have_a_sign(void **state)
{
    (void)state;
    struct pkt_text_options delta = {.time = PKT_TEXT_TIME_DELTA};
    struct pkt_text_options since = {.time = PKT_TEXT_TIME_SINCE_FIRST, .nanoseconds = true};
    struct pkt_text_line line = {
        .time = {100 * NS + 2000}, .previous = {99 * NS + 3000}, .first = {100 * NS + 2001}};
    expect_time(line, delta, " 00:00:00.999999 ");
    expect_time(line, since, "-00:00:00.000000001 ");
    line.previous.ns = 3700 * NS + 2000;
    expect_time(line, delta, "-01:00:00.000000 ");
    line.previous.ns = line.time.ns;
    expect_time(line, delta, " 00:00:00.000000 ");
    line.first.ns = line.time.ns - 90061 * NS;
    expect_time(line, since, " 01:01:01.000000000 ");
}

/* Differences are those of the printed microseconds: 1.9 and 3.1 are two apart. */
static void differences_are_those_of_printed_times(void **state)
{
    (void)state;
    struct pkt_text_options delta = {.time = PKT_TEXT_TIME_DELTA};
    struct pkt_text_line line = {.time = {3100}, .previous = {1900}};
    expect_time(line, delta, " 00:00:00.000002 ");
    line = (struct pkt_text_line){.time = {500}, .previous = {-500}};
    expect_time(line, delta, " 00:00:00.000001 ");
}

static void the_zone_moves_clock_and_date_alone(void **state)
{
    (void)state;
    struct pkt_text_line line = {.time = {1700000000 * NS}, .zone_offset_s = 5 * 3600 + 45 * 60};
    expect_time(line, (struct pkt_text_options){.time = PKT_TEXT_TIME_CLOCK}, "03:58:20.000000 ");
    expect_time(line, (struct pkt_text_options){.time = PKT_TEXT_TIME_DATE}, "2023-11-15 03:58:20.000000 ");
    expect_time(line, (struct pkt_text_options){.time = PKT_TEXT_TIME_EPOCH}, "1700000000.000000 ");
    line.zone_offset_s = -10 * 3600;
    expect_time(line, (struct pkt_text_options){.nanoseconds = true}, "12:13:20.000000000 ");
}

/* One clock over changes of the second, the style, the zone, and its sign. */
static void the_clock_remembers_no_stale_second(void **state)
{
    (void)state;
    struct pkt_text_clock clock = {.len = 0};
    struct pkt_text_line line = {.time = {NS}, .clock = &clock};
    struct pkt_text_options options = {.time = PKT_TEXT_TIME_CLOCK};
    expect_time(line, options, "00:00:01.000000 ");
    line.time.ns += 5000;
    expect_time(line, options, "00:00:01.000005 ");
    options.time = PKT_TEXT_TIME_EPOCH;
    expect_time(line, options, "1.000005 ");
    options.time = PKT_TEXT_TIME_DATE;
    expect_time(line, options, "1970-01-01 00:00:01.000005 ");
    line.zone_offset_s = 3600;
    expect_time(line, options, "1970-01-01 01:00:01.000005 ");
    line.time.ns = -1000;
    options.time = PKT_TEXT_TIME_EPOCH;
    expect_time(line, options, "-1.999999 ");
}

static void a_line_without_time_has_no_column(void **state)
{
    (void)state;
    struct pkt_text_line line = {.has_time = false};
    for (int style = PKT_TEXT_TIME_CLOCK; style <= PKT_TEXT_TIME_SINCE_FIRST; style++) {
        struct pkt_text_options options = {.time = style};
        assert_string_equal(lines_of_hex(GOLDEN_UDP4, &line, &options),
                            "IP 10.0.0.1.1000 > 10.0.0.2.2000: UDP, length 5\n");
    }
}

static void verbosity_and_link_header(void **state)
{
    (void)state;
    expect_hex(GOLDEN_UDP4, (struct pkt_text_options){.verbosity = 1},
               "IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto UDP (17), length 33)\n"
               "    10.0.0.1.1000 > 10.0.0.2.2000: UDP, length 5\n");
    expect_hex(GOLDEN_UDP4, (struct pkt_text_options){.verbosity = 2},
               "IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto UDP (17), length 33)\n"
               "    10.0.0.1.1000 > 10.0.0.2.2000: [udp sum ok] UDP, length 5\n");
    expect_hex(GOLDEN_UDP4, (struct pkt_text_options){.verbosity = 2, .skip_checksums = true},
               "IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto UDP (17), length 33)\n"
               "    10.0.0.1.1000 > 10.0.0.2.2000: UDP, length 5\n");
    expect_hex(GOLDEN_UDP6, (struct pkt_text_options){.link_header = true},
               "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv6 (0x86dd), length 67: fd00::1.1000 > "
               "fd00::2.2000: UDP, length 5\n");
    expect_hex(GOLDEN_UDP4, (struct pkt_text_options){.link_header = true, .quiet = true},
               "02:00:00:00:00:01 > 02:00:00:00:00:02, IPv4, length 47: 10.0.0.1.1000 > 10.0.0.2.2000: UDP, "
               "length 5\n");
    expect_hex(GOLDEN_IP4_OPTIONS, (struct pkt_text_options){.verbosity = 1},
               "IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto UDP (17), length 46, options "
               "(RA,NOP,RR 0.0.0.0 0.0.0.0))\n"
               "    10.0.0.1.1000 > 10.0.0.2.2000: UDP, length 2\n");
}

static void numbers_fill_five_columns(void **state)
{
    (void)state;
    struct pkt_text_options options = {.number = true};
    struct pkt_text_line line = {.number = 1};
    assert_memory_equal(lines_of_hex(GOLDEN_UDP4, &line, &options), "    1  IP ", 10);
    line.number = 99999;
    assert_memory_equal(lines_of_hex(GOLDEN_UDP4, &line, &options), "99999  IP ", 10);
    line.number = 1234567;
    assert_memory_equal(lines_of_hex(GOLDEN_UDP4, &line, &options), "1234567  IP ", 12);
}

static void tcp_numbers_are_relative_to_their_bases(void **state)
{
    (void)state;
    struct pkt_text_options options = {.time = PKT_TEXT_TIME_NONE, .verbosity = 0};
    struct pkt_text_line line = {
        .tcp = {0, 0, 0}
    };
    assert_string_equal(lines_of_hex(GOLDEN_TCP4, &line, &options),
                        "IP 10.0.0.1.1000 > 10.0.0.2.80: Flags [P.], seq 1:4, ack 2, win 512, length 3\n");
    line.tcp = (struct pkt_text_tcp){2, 4, 0};
    assert_string_equal(lines_of_hex(GOLDEN_TCP4, &line, &options),
                        "IP 10.0.0.1.1000 > 10.0.0.2.80: Flags [P.], seq 4294967295:2, ack 4294967294, win "
                        "512, length 3\n");
    options.absolute_sequence = true;
    assert_string_equal(lines_of_hex(GOLDEN_TCP4, &line, &options),
                        "IP 10.0.0.1.1000 > 10.0.0.2.80: Flags [P.], seq 1:4, ack 2, win 512, length 3\n");
    expect_hex(
        GOLDEN_TCP4_SYN, (struct pkt_text_options){.verbosity = 0},
        "IP 10.0.0.1.1000 > 10.0.0.2.80: Flags [S], seq 1, win 64240, options [mss 1460,sackOK,TS val 1 "
        "ecr 0,nop,wscale 7], length 0\n");
}

static void dumps_show_the_bytes(void **state)
{
    (void)state;
    expect_hex(GOLDEN_UDP4, (struct pkt_text_options){.dump = PKT_TEXT_DUMP_HEX},
               "IP 10.0.0.1.1000 > 10.0.0.2.2000: UDP, length 5\n"
               "\t0x0000:  4500 0021 0001 0000 4011 66c9 0a00 0001\n"
               "\t0x0010:  0a00 0002 03e8 07d0 000d 9c47 6865 6c6c\n"
               "\t0x0020:  6f\n");
    expect_hex(GOLDEN_UDP4, (struct pkt_text_options){.dump = PKT_TEXT_DUMP_HEX_ASCII_LINK},
               "IP 10.0.0.1.1000 > 10.0.0.2.2000: UDP, length 5\n"
               "\t0x0000:  0200 0000 0002 0200 0000 0001 0800 4500  ..............E.\n"
               "\t0x0010:  0021 0001 0000 4011 66c9 0a00 0001 0a00  .!....@.f.......\n"
               "\t0x0020:  0002 03e8 07d0 000d 9c47 6865 6c6c 6f    .........Ghello\n");
    expect_hex(GOLDEN_UDP4, (struct pkt_text_options){.dump = PKT_TEXT_DUMP_ASCII},
               "IP 10.0.0.1.1000 > 10.0.0.2.2000: UDP, length 5\n"
               "E..!....@.f.\n...\n..........Ghello\n");
}

static void diagnoses_close_the_line(void **state)
{
    (void)state;
    struct pkt_text_options options = {.time = PKT_TEXT_TIME_NONE, .diagnoses = true};
    struct pkt_text_line line = {.number = 1};
    assert_string_equal(lines_of_hex(GOLDEN_UDP4, &line, &options),
                        "IP 10.0.0.1.1000 > 10.0.0.2.2000: UDP, length 5 {ip ok, udp ok}\n");
    struct frame frame = frame_hex(GOLDEN_UDP4);
    frame_put16(frame, 40, 0x9c48);
    const char *text = lines_of(frame, (uint32_t)frame.len, &line, &options);
    assert_non_null(strstr(text, "{ip ok, udp bad; "));
    assert_non_null(strstr(text, "udp.checksum (udp at 34: 0x9c48, should be 0x9c47)}\n"));
    frame_free(frame);
}

static void marks_stand_where_the_capture_ends(void **state)
{
    (void)state;
    struct pkt_text_options options = {.time = PKT_TEXT_TIME_NONE, .verbosity = 0};
    struct pkt_text_line line = {.number = 1};
    struct frame whole = frame_hex(GOLDEN_UDP4);
    static const struct {
        size_t captured;
        const char *line;
    } cuts[] = {
        {0,  "[Invalid header: caplen==0]\n"                    },
        {13, " [|ether]\n"                                      },
        {33, "IP  [|ip]\n"                                      },
        {34, "IP 10.0.0.1 > 10.0.0.2:  [|udp]\n"                },
        {38, "IP 10.0.0.1.1000 > 10.0.0.2.2000:  [|udp]\n"      },
        {42, "IP 10.0.0.1.1000 > 10.0.0.2.2000: UDP, length 5\n"},
    };
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct frame frame = frame_copy(whole.bytes, cuts[i].captured);
        assert_string_equal(lines_of(frame, (uint32_t)whole.len, &line, &options), cuts[i].line);
        frame_free(frame);
    }
    frame_free(whole);
}

/* Every golden frame cut at every length, verbosely, with everything on: lines that end, and no control
 * character. */
static void every_cut_ends_in_a_line(void **state)
{
    (void)state;
    struct pkt_text_options options = {
        .time = PKT_TEXT_TIME_NONE, .verbosity = 3, .link_header = true, .diagnoses = true};
    struct pkt_text_line line = {.number = 1};
    for (size_t g = 0; g < sizeof golden_frames / sizeof *golden_frames; g++) {
        struct frame whole = frame_hex(golden_frames[g].hex);
        for (size_t len = 0; len <= whole.len; len++) {
            struct frame frame = frame_copy(whole.bytes, len);
            const char *text = lines_of(frame, (uint32_t)whole.len, &line, &options);
            size_t text_len = strlen(text);
            assert_true(text_len > 1 && text[text_len - 1] == '\n');
            for (size_t i = 0; i < text_len; i++)
                assert_true((uint8_t)text[i] >= ' ' || text[i] == '\n' || text[i] == '\t');
            frame_free(frame);
        }
        frame_free(whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_cut_not_rounded),
        cmocka_unit_test(dates_follow_the_calendar),
        cmocka_unit_test(times_before_1970_count_back),
        cmocka_unit_test(extreme_times_are_printed),
        cmocka_unit_test(differences_have_a_sign),
        cmocka_unit_test(differences_are_those_of_printed_times),
        cmocka_unit_test(the_zone_moves_clock_and_date_alone),
        cmocka_unit_test(the_clock_remembers_no_stale_second),
        cmocka_unit_test(a_line_without_time_has_no_column),
        cmocka_unit_test(verbosity_and_link_header),
        cmocka_unit_test(numbers_fill_five_columns),
        cmocka_unit_test(tcp_numbers_are_relative_to_their_bases),
        cmocka_unit_test(dumps_show_the_bytes),
        cmocka_unit_test(diagnoses_close_the_line),
        cmocka_unit_test(marks_stand_where_the_capture_ends),
        cmocka_unit_test(every_cut_ends_in_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
