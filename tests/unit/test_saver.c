/*
 * Savers: copies are byte for byte, conversions keep what they can and note the rest, and what we make
 * ourselves says what it should, octet by octet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>

#include "capture_bytes.h"
#include "pkt/packet.h"
#include "pkt/saver.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A file that is written, and afterwards holds what is in saved. */
static struct bytes saved;
static int saved_fd;

static struct pkt_saver *open_saver(const char *name, const struct pkt_saver_options *options)
{
    struct pkt_saver *saver = NULL;
    struct pkt_error error;
    saved_fd = memfd_create("saved", MFD_CLOEXEC);
    assert_true(saved_fd >= 0);
    if (pkt_saver_open_fd(dup(saved_fd), name, options, &saver, &error) != 0)
        fail_msg("%s", error.sentence);
    return saver;
}

static struct pkt_saver_statistics finish(struct pkt_saver *saver)
{
    struct pkt_saver_statistics statistics;
    struct pkt_error error;
    if (pkt_saver_finish(saver, &statistics, &error) != 0)
        fail_msg("%s", error.sentence);
    saved = (struct bytes){0};
    saved.len = (size_t)pread(saved_fd, saved.data, sizeof saved.data, 0);
    close(saved_fd);
    assert_int_equal(statistics.bytes, saved.len);
    assert_int_equal(statistics.packets, statistics.taken);
    assert_false(statistics.torn);
    return statistics;
}

static void assert_saved(const struct bytes *want)
{
    assert_int_equal(saved.len, want->len);
    assert_memory_equal(saved.data, want->data, want->len);
}

static struct pkt_frame frame_of(uint16_t linktype, int64_t ns, uint8_t digits)
{
    static const uint8_t octets[] = {1, 2, 3, 4, 5, 6, 7};
    return (struct pkt_frame){
        .bytes = {octets, sizeof octets},
        .time = {.ns = ns     },
        .wire_len = 60,
        .linktype = linktype,
        .flags = PKT_FRAME_HAS_TIME,
        .time_digits = digits
    };
}

static void put_octets(struct bytes *b)
{
    for (uint8_t i = 1; i <= 7; i++)
        put_number(b, i, 1);
}

static void save(struct pkt_saver *saver, struct pkt_frame frame)
{
    struct pkt_error error;
    if (pkt_saver_frame(saver, &frame, &error) != 0)
        fail_msg("%s", error.sentence);
}

static void assert_refused(struct pkt_saver *saver, struct pkt_frame frame, const char *sentence)
{
    struct pkt_error error;
    assert_int_equal(pkt_saver_frame(saver, &frame, &error), PKT_E_ARGUMENT);
    assert_string_equal(error.sentence, sentence);
}

/* Copies everything that the source gives, frames of the even numbers only if asked. */
static struct pkt_saver_statistics copy(const struct bytes *from, const char *name, bool whole, bool even)
{
    const struct pkt_saver_options options = {.size = sizeof options, .whole = whole};
    struct pkt_source *source = open_good(from);
    struct pkt_saver *saver = open_saver(name, &options);
    struct pkt_event event;
    struct pkt_error error;
    int result = pkt_saver_begin(saver, source, &error);
    while (result == 0 && pkt_source_next(source, &event, &error) == 1) {
        if (event.kind != PKT_EVENT_FRAME || !even || event.frame.number % 2 == 0)
            result = pkt_saver_event(saver, source, &event, &error);
    }
    if (result != 0)
        fail_msg("%s", error.sentence);
    pkt_source_close(source);
    return finish(saver);
}

/* --- pcap --- */

static void test_pcap_by_hand(void **state)
{
    (void)state;
    for (unsigned digits = 6; digits <= 9; digits += 3) {
        struct bytes want = {0};
        struct pkt_saver *saver = open_saver("a.pcap", NULL);
        save(saver, frame_of(1, 4294967295 * PKT_NS_PER_S + 123456789, (uint8_t)digits));
        struct pkt_saver_statistics statistics = finish(saver);
        put_pcap_header(&want, digits == 9 ? 0xa1b23c4d : 0xa1b2c3d4, 1);
        put_pcap_record(&want, 0xffffffff, digits == 9 ? 123456789 : 123456, 7, 60);
        put_octets(&want);
        assert_saved(&want);
        assert_int_equal(statistics.packets, 1);
        assert_int_equal(statistics.losses, digits == 9 ? 0 : PKT_SAVER_LOST_DIGITS);
    }
}

static void test_pcap_refusals(void **state)
{
    (void)state;
    static uint8_t large[PKT_CAPTURE_RECORD_MAX + 1];
    struct pkt_frame frame = frame_of(1, 0, 9);
    struct pkt_saver *saver = open_saver("a.pcap", NULL);
    save(saver, frame);
    assert_refused(saver, frame_of(113, 0, 9),
                   "a.pcap: a packet of link type 113 (LINUX_SLL), but a pcap file has one link type, here 1 "
                   "(EN10MB): save to a name that ends in .pcapng");
    assert_refused(saver, frame_of(1, -1500000000, 9),
                   "a.pcap: a packet has a time of -1 seconds since 1970, but pcap holds 1970 to 2106");
    assert_refused(
        saver, frame_of(1, 4294967296 * PKT_NS_PER_S, 9),
        "a.pcap: a packet has a time of 4294967296 seconds since 1970, but pcap holds 1970 to 2106");
    frame.bytes = pkt_view_make(large, sizeof large);
    assert_refused(saver, frame,
                   "a.pcap: a packet of 2097153 bytes: a record of at most 2097152 bytes is saved");
    save(saver, frame_of(1, 0, 9)); /* it goes on */
    assert_int_equal(finish(saver).packets, 2);
    assert_int_equal(saved.len, 24 + 2 * (16 + 7));
}

static void test_empty(void **state)
{
    (void)state;
    struct bytes want = {0};
    finish(open_saver("a.pcap", NULL));
    put_pcap_header(&want, 0xa1b2c3d4, 1);
    assert_saved(&want);
    const struct pkt_saver_options bare = {
        .size = sizeof bare, .application = "", .hardware = "", .system = ""};
    finish(open_saver("a.pcapng", &bare));
    want = (struct bytes){0};
    put_section(&want);
    assert_saved(&want);
    want = (struct bytes){.big = true};
    put_pcap_header(&want, 0xa1b23c4d, 147);
    copy(&want, "a.pcap", true, false);
    assert_saved(&want);
}

/* Every kind of pcap of both byte orders stays what it is. */
static void test_pcap_copies(void **state)
{
    static const struct {
        uint32_t magic;
        unsigned header_extra, record_extra;
    } kinds[] = {
        {0xa1b2c3d4, 0, 0},
        {0xa1b23c4d, 0, 0},
        {0xa1b2cd34, 0, 8},
        {0x1c0001ab, 4, 0}
    };
    (void)state;
    for (unsigned i = 0; i < 2 * COUNT(kinds); i++) {
        struct bytes from = {.big = i % 2 != 0}, half;
        put_pcap_header(&from, kinds[i / 2].magic, 0x14000001); /* 2 bytes of frame check sequence */
        put_fill(&from, 0x99, kinds[i / 2].header_extra);
        half = from;
        for (unsigned n = 1; n <= 5; n++) {
            struct bytes record = {.big = from.big};
            put_pcap_record(&record, n, 2000000, n, n + 1);
            put_fill(&record, 0x77, kinds[i / 2].record_extra + n);
            put(&from, record.data, record.len);
            if (n % 2 == 0)
                put(&half, record.data, record.len);
        }
        bool is_ixia =
            kinds[i / 2].header_extra != 0; /* its header would lie of a part: the plain one is made */
        for (unsigned even = 0; even < 2; even++) {
            const struct bytes *want = even != 0 ? &half : &from;
            assert_int_equal(copy(&from, "a.pcap", even == 0, even != 0).losses, 0);
            size_t skip = is_ixia ? 4 : 0;
            assert_int_equal(saved.len, want->len - skip);
            assert_memory_equal(saved.data + (is_ixia ? 4 : 0), want->data + (is_ixia ? 4 : 0), 20);
            assert_memory_equal(saved.data + 24, want->data + 24 + skip, want->len - 24 - skip);
            if (!is_ixia)
                assert_memory_equal(saved.data, want->data, 24);
        }
    }
}

/* --- pcapng --- */

static void put_text_option(struct bytes *b, uint16_t code, const char *text)
{
    put_option(b, code, text, (uint16_t)strlen(text));
}

static void put_options_end(struct bytes *b)
{
    put_number(b, 0, 4);
}

static void put_made_section(struct bytes *b)
{
    begin_block(b, 0x0a0d0d0a);
    put_number(b, 0x1a2b3c4d, 4);
    put_number(b, 1, 2);
    put_number(b, 0, 2);
    put_number(b, UINT64_MAX, 8);
    put_text_option(b, 2, "card");
    put_text_option(b, 3, "Linux 6");
    put_text_option(b, 4, "test");
    put_options_end(b);
    end_block(b);
}

static void put_made_frame(struct bytes *b, uint32_t interface, uint64_t ticks)
{
    begin_block(b, 6);
    put_number(b, interface, 4);
    put_number(b, ticks >> 32, 4);
    put_number(b, ticks & 0xffffffff, 4);
    put_number(b, 7, 4);
    put_number(b, 60, 4);
    put_octets(b);
    put_fill(b, 0, 1);
}

static const struct pkt_saver_options made = {
    .size = sizeof made, .application = "test", .hardware = "card", .system = "Linux 6"};

/* An interface of which everything is known. */
static void add_made_interface(struct pkt_saver *saver)
{
    struct pkt_error error;
    uint32_t number = 99;
    const struct pkt_saver_interface interface = {.size = sizeof interface,
                                                  .name = "eth0",
                                                  .description = "uplink",
                                                  .filter = "icmp",
                                                  .ifindex = 3,
                                                  .snap_len = 96,
                                                  .linktype = 1,
                                                  .fcs_len = 4};
    assert_int_equal(pkt_saver_add_interface(saver, &interface, &number, &error), 0);
    assert_int_equal(number, 0);
}

static void want_made_interface(struct bytes *want)
{
    begin_interface(want, 1, 96);
    put_text_option(want, 2, "eth0");
    put_text_option(want, 3, "uplink");
    put_option_number(want, 9, 9, 1);
    put_option(want, 11, "\0icmp", 5);
    put_option_number(want, 13, 4, 1);
    put_options_end(want);
    end_block(want);
}

/* A packet of which everything is known, with two comments. */
static void save_commented(struct pkt_saver *saver)
{
    struct pkt_error error;
    struct pkt_frame frame = frame_of(1, 0x123456789abcdef0, 9);
    frame.ifindex = 3;
    frame.direction = PKT_DIRECTION_OUT;
    frame.decode_flags = PKT_DECODE_CHECKSUM_NOT_READY | PKT_DECODE_GSO | PKT_DECODE_LINK_FCS;
    frame.drop_count = 0x1122334455;
    frame.flags |= PKT_FRAME_HAS_DROP_COUNT;
    assert_int_equal(pkt_saver_add_comment(saver, pkt_view_make((const uint8_t *)"one", 3), &error), 0);
    assert_int_equal(pkt_saver_add_comment(saver, pkt_view_make((const uint8_t *)"two!", 4), &error), 0);
    save(saver, frame);
}

static void want_commented(struct bytes *want)
{
    put_made_frame(want, 0, 0x123456789abcdef0);
    put_text_option(want, 1, "one");
    put_text_option(want, 1, "two!");
    put_option_number(want, 2, 2 | 1 << 9 | 1 << 11, 4);
    put_option_number(want, 4, 0x1122334455, 8);
    put_options_end(want);
    end_block(want);
}

/* Counts, of which some are not known, and of an interface that there is not. */
static void save_counts(struct pkt_saver *saver)
{
    struct pkt_error error;
    const struct pkt_saver_interface_statistics counts = {.size = sizeof counts,
                                                          .time = {.ns = 5},
                                                          .start = {.ns = 0x100000002},
                                                          .end = {.ns = 4},
                                                          .received = 10,
                                                          .dropped = 11,
                                                          .filter_accepted = UINT64_MAX,
                                                          .system_dropped = 0,
                                                          .delivered = UINT64_MAX};
    assert_int_equal(pkt_saver_put_statistics(saver, 0, &counts, &error), 0);
    assert_int_equal(pkt_saver_put_statistics(saver, 2, &counts, &error), PKT_E_ARGUMENT);
}

static void want_counts(struct bytes *want)
{
    begin_block(want, 5);
    put_number(want, 0, 4);
    put_number(want, 0, 4);
    put_number(want, 5, 4);
    put_option(want, 2, "\1\0\0\0\2\0\0\0", 8);
    put_option(want, 3, "\0\0\0\0\4\0\0\0", 8);
    put_option_number(want, 4, 10, 8);
    put_option_number(want, 5, 11, 8);
    put_option_number(want, 7, 0, 8);
    put_options_end(want);
    end_block(want);
}

/* Sections 4.1 to 4.6 of the draft, octet by octet. */
static void test_pcapng_by_hand(void **state)
{
    (void)state;
    struct bytes want = {0};
    struct pkt_saver *saver = open_saver("a.pcapng", &made);
    add_made_interface(saver);
    save_commented(saver);
    save(saver, frame_of(113, 1000, 6)); /* an interface that nobody described */
    save_counts(saver);
    struct pkt_saver_statistics statistics = finish(saver);
    assert_int_equal(statistics.losses, 0);
    assert_int_equal(statistics.packets, 2);
    assert_int_equal(statistics.blocks, 4);

    put_made_section(&want);
    want_made_interface(&want);
    want_commented(&want);
    put_interface(&want, 113, 262144);
    put_made_frame(&want, 1, 1);
    end_block(&want);
    want_counts(&want);
    assert_saved(&want);
}

/* Two sections of both byte orders with everything that readers skip. */
static void make_sections(struct bytes *b, bool even_only, uint64_t section_len)
{
    *b = (struct bytes){0};
    for (unsigned s = 0; s < 2; s++) {
        b->big = s == 1;
        begin_block(b, 0x0a0d0d0a);
        put_number(b, 0x1a2b3c4d, 4);
        put_number(b, 1, 2);
        put_number(b, 0, 2);
        put_number(b, section_len, 8);
        put_text_option(b, 1, "a section");
        end_block(b); /* without an end of options, which is allowed */
        put_interface(b, 1, 0);
        begin_block(b, 0x0bad + 0x40000000 * s); /* custom */
        put_number(b, 32473, 4);
        put_fill(b, 0xcc, 8);
        end_block(b);
        if (!even_only)
            put_enhanced(b, 0, 77, 5, 5, 0xee);
        begin_enhanced(b, 0, 78, 6, 9, 0xef);
        put_text_option(b, 1, "a packet");
        put_option_number(b, 2988, 1, 4);
        end_block(b);
        begin_block(b, 4711); /* nobody's */
        put_fill(b, 0xab, 12);
        end_block(b);
        if (!even_only)
            put_simple(b, 6, 6, 0x11);
        put_enhanced(b, 0, UINT64_MAX, 4, 4, 0xee);
        begin_block(b, 5);
        put_number(b, 0, 4);
        put_number(b, 0, 8);
        put_option_number(b, 4, 10, 8);
        end_block(b);
    }
}

static void test_pcapng_copies(void **state)
{
    (void)state;
    struct bytes from, want;
    make_sections(&from, false, 260);
    struct pkt_saver_statistics statistics = copy(&from, "a.pcapng", true, false);
    assert_saved(&from);
    assert_int_equal(statistics.packets, 8);
    assert_int_equal(statistics.blocks, 10);
    assert_int_equal(statistics.losses, 0);
    /* Of a part the length that sections state would be wrong. */
    copy(&from, "a.pcapng", false, true);
    make_sections(&want, true, UINT64_MAX);
    assert_saved(&want);
}

/* --- conversions --- */

static void test_pcapng_to_pcap(void **state)
{
    (void)state;
    struct bytes from = {0}, want = {0};
    char text[300];
    put_section(&from);
    begin_interface(&from, 1, 500);
    put_text_option(&from, 2, "eth0");
    put_option_number(&from, 9, 9, 1);
    end_block(&from);
    begin_enhanced(&from, 0, 5000000001, 4, 60, 0xee);
    put_text_option(&from, 1, "why");
    put_option_number(&from, 2, 1, 4);
    put_option_number(&from, 4, 7, 8);
    put_option(&from, 3, "\2\1\2\3", 4);
    end_block(&from);
    begin_block(&from, 4);
    put_number(&from, 0, 4);
    end_block(&from);
    begin_block(&from, 4711);
    end_block(&from);
    struct pkt_saver_statistics statistics = copy(&from, "a.pcap", true, false);
    put_pcap_header_version(&want, 0xa1b23c4d, 2, 4, 500, 1);
    put_pcap_record(&want, 5, 1, 4, 60);
    put_fill(&want, 0xee, 4);
    assert_saved(&want);
    pkt_saver_describe_losses(statistics.losses, text, sizeof text);
    assert_string_equal(text, "comments, packet flags, drop counts, packet options, interfaces, host names, "
                              "journal, custom and unknown blocks");
    pkt_saver_describe_losses(UINT32_MAX, text, sizeof text); /* all fit */
    assert_string_equal(text + strlen(text) - 25, "blocks of more than 2 MiB");
    pkt_saver_describe_losses(UINT32_MAX, text, 12);
    assert_string_equal(text, "comments, p");
}

static void test_pcap_to_pcapng(void **state)
{
    (void)state;
    struct bytes from = {.big = true}, want = {0};
    struct pkt_error error;
    struct pkt_event event;
    put_pcap_header(&from, 0xa1b2c3d4, 1);
    put_pcap_record(&from, 2, 999999, 7, 60);
    put_octets(&from);
    struct pkt_source *source = open_good(&from);
    struct pkt_saver *saver = open_saver("a.pcapng", &made);
    event = next_good(source);
    assert_int_equal(pkt_saver_event(saver, source, &event, &error), 0);
    pkt_source_close(source);
    finish(saver);
    put_made_section(&want);
    put_interface(&want, 1, 262144); /* microseconds, as they were */
    put_made_frame(&want, 0, 2999999);
    end_block(&want);
    assert_saved(&want);
}

/* --- packed files, opening --- */

static void test_packed(void **state)
{
    static const char *const names[] = {"a.pcap.gz", "a.gz", "a.pcap.zst", "a.pcapng.gz", "a.pcapng.zst"};
    static const char *const descriptions[] = {"pcap, nanoseconds, little-endian, gzip",
                                               "pcap, nanoseconds, little-endian, gzip",
                                               "pcap, nanoseconds, little-endian, zstd",
                                               "pcapng, little-endian, gzip", "pcapng, little-endian, zstd"};
    (void)state;
    for (unsigned i = 0; i < COUNT(names); i++) {
        struct pkt_saver *saver = open_saver(names[i], NULL);
        struct pkt_source_info info;
        struct pkt_error error;
        for (int n = 0; n < 500; n++) {
            save(saver, frame_of(1, n, 9));
            if (n % 100 == 0)
                assert_int_equal(pkt_saver_flush(saver, &error), 0);
        }
        finish(saver);
        struct pkt_source *source = open_good(&saved);
        pkt_source_get_info(source, &info);
        assert_string_equal(info.description, descriptions[i]);
        struct drained drained = drain(source);
        assert_int_equal(drained.result, 0);
        assert_int_equal(drained.frames, 500);
    }
}

static void test_arguments(void **state)
{
    (void)state;
    const struct pkt_saver_options bad[] = {
        {.size = sizeof bad[0], .buffer_size = 65535                     },
        {.size = sizeof bad[0], .buffer_size = PKT_CAPTURE_RECORD_MAX + 1},
        {.size = sizeof bad[0], .format = 3                              },
        {.size = sizeof bad[0], .packing = -1                            },
        {.size = sizeof bad[0], .resolution = 3                          },
    };
    struct pkt_saver *saver;
    struct pkt_error error;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(pkt_saver_open_file("/nonexistent/a.pcap", &bad[i], &saver, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_saver_open_file("/nonexistent/a.pcap", NULL, &saver, &error), PKT_E_SYSTEM);
    assert_string_equal(error.sentence, "/nonexistent/a.pcap: cannot be created: No such file or directory");
    assert_int_equal(pkt_saver_open_file("/", NULL, &saver, &error), PKT_E_SYSTEM);
    assert_int_equal(pkt_saver_close(NULL, &error), 0);
}

/* What is read, now or later, is not emptied. */
static void test_kept(void **state)
{
    (void)state;
    char path[40];
    struct bytes from = {0}, now = {0};
    struct pkt_error error;
    struct pkt_source *source;
    struct pkt_saver *saver;
    put_pcap_header(&from, 0xa1b2c3d4, 1);
    int fd = fd_of(from.data, from.len, false);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    assert_int_equal(pkt_source_open_file(path, NULL, &source, &error), 0);
    const struct pkt_saver_options options[] = {
        {.size = sizeof options[0], .reading = source},
        {.size = sizeof options[0], .keep = path     }
    };
    for (unsigned i = 0; i < COUNT(options); i++) {
        assert_int_equal(pkt_saver_open_file(path, &options[i], &saver, &error), PKT_E_ARGUMENT);
        assert_non_null(strstr(error.sentence, "is being read"));
        assert_int_equal(pread(fd, now.data, sizeof now.data, 0), from.len);
    }
    assert_int_equal(pkt_saver_open_file(path, NULL, &saver, &error), 0); /* who does not ask gets it */
    assert_int_equal(pread(fd, now.data, sizeof now.data, 0), 0);
    assert_int_equal(pkt_saver_close(saver, &error), 0);
    pkt_source_close(source);
    close(fd);
}

/* A record larger than the buffer, and as many small ones as have marks. */
static void test_large_and_many(void **state)
{
    static uint8_t large[PKT_CAPTURE_RECORD_MAX];
    struct pkt_frame frame = frame_of(1, 0, 9);
    struct pkt_error error;
    (void)state;
    struct pkt_saver *saver = open_saver("a.pcap", NULL);
    for (unsigned i = 0; i < 20000; i++) {
        frame.bytes.len = 0;
        save(saver, frame);
    }
    frame.bytes = pkt_view_make(large, sizeof large);
    save(saver, frame);
    save(saver, frame_of(1, 0, 9));
    struct pkt_saver_statistics statistics;
    assert_int_equal(pkt_saver_finish(saver, &statistics, &error), 0);
    assert_int_equal(statistics.packets, 20002);
    assert_int_equal(statistics.bytes, 24 + 20002 * 16 + sizeof large + 7);
    struct pkt_source *source;
    lseek(saved_fd, 0, SEEK_SET);
    assert_int_equal(pkt_source_open_fd(saved_fd, "saved", NULL, &source, &error), 0);
    struct pkt_event event;
    unsigned count = 0;
    while (pkt_source_next(source, &event, &error) == 1)
        count++;
    assert_int_equal(count, 20002);
    pkt_source_close(source);
}

static void test_many_interfaces(void **state)
{
    (void)state;
    struct pkt_saver *saver = open_saver("a.pcapng", NULL);
    struct pkt_frame frame = frame_of(1, 0, 9);
    for (frame.ifindex = 1; frame.ifindex <= PKT_SAVER_INTERFACES_MAX; frame.ifindex++)
        save(saver, frame);
    assert_refused(saver, frame,
                   "a.pcapng: packets of more than 1024 interfaces: that many are described in one file");
    frame.ifindex = 7; /* known: no new one */
    save(saver, frame);
    struct pkt_saver_statistics statistics;
    struct pkt_error error;
    assert_int_equal(pkt_saver_finish(saver, &statistics, &error), 0);
    assert_int_equal(statistics.blocks, 1 + PKT_SAVER_INTERFACES_MAX);
    assert_int_equal(statistics.packets, PKT_SAVER_INTERFACES_MAX + 1);
    close(saved_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pcap_by_hand),   cmocka_unit_test(test_pcap_refusals),
        cmocka_unit_test(test_empty),          cmocka_unit_test(test_pcap_copies),
        cmocka_unit_test(test_pcapng_by_hand), cmocka_unit_test(test_pcapng_copies),
        cmocka_unit_test(test_pcapng_to_pcap), cmocka_unit_test(test_pcap_to_pcapng),
        cmocka_unit_test(test_packed),         cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_large_and_many), cmocka_unit_test(test_many_interfaces),
        cmocka_unit_test(test_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
