/*
 * The pure parts of ICMP sockets: the filters, run by libpcap's interpreter, and what an event says of the
 * bytes that came. Every packet is cut at every length: nothing is read behind the end, and nothing cut short
 * passes for ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "inject/icmp_filter.h"
#include "inject/icmp_socket.h"

#define OURS   "\x12\x34"
#define OTHERS "\x12\x35"

/* IPv4 headers: of what came, of what is quoted; with options where named so. */
#define HEADER4 "\x45\x28\x00\x00\x00\x00\x00\x00\x3d\x01\x00\x00\xc0\x00\x02\x02\xc0\x00\x02\x01"
#define HEADER4_OPTIONS \
    "\x46\x28\x00\x00\x00\x00\x00\x00\x3d\x01\x00\x00\xc0\x00\x02\x02\xc0\x00\x02\x01\x94\x04\x00\x00"
#define QUOTED4 "\x45\x00\x00\x54\x00\x01\x40\x00\x01\x01\x00\x00\xc0\x00\x02\x01\xcb\x00\x71\x09"
#define QUOTED4_OPTIONS                                                                                    \
    "\x47\x00\x00\x5c\x00\x01\x40\x00\x01\x01\x00\x00\xc0\x00\x02\x01\xcb\x00\x71\x09\x07\x07\x04\x00\x00" \
    "\x00\x00\x00"
#define QUOTED4_FIRST     "\x45\x00\x00\x54\x00\x01\x20\x00\x01\x01\x00\x00\xc0\x00\x02\x01\xcb\x00\x71\x09"
#define QUOTED4_LATER     "\x45\x00\x00\x54\x00\x01\x00\x01\x01\x01\x00\x00\xc0\x00\x02\x01\xcb\x00\x71\x09"
#define QUOTED4_UDP       "\x45\x00\x00\x54\x00\x01\x40\x00\x01\x11\x00\x00\xc0\x00\x02\x01\xcb\x00\x71\x09"
#define ECHO4             "\x08\x00\xaa\xbb"
#define SEQUENCE          "\x00\x07"

#define ADDRESS6(last)    "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" last
#define QUOTED6(next)     "\x60\x00\x00\x00\x00\x10" next "\x01" ADDRESS6("\x01") ADDRESS6("\x09")
#define FRAGMENT6(offset) "\x3a\x00" offset "\x00\x00\x00\x01"
#define ECHO6             "\x80\x00\xaa\xbb"

struct sample {
    const char *what;
    unsigned family;
    bool ours;
    size_t len;
    const char *bytes;
    size_t need; /* how much of it says that it is ours */
};

#define SAMPLE(what, family, ours, need, bytes)            \
    {                                                      \
        what, family, ours, sizeof(bytes) - 1, bytes, need \
    }

static const struct sample samples[] = {
    SAMPLE("reply", 4, true, 28, HEADER4 "\x00\x00\x00\x00" OURS SEQUENCE "data"),
    SAMPLE("reply behind options", 4, true, 32, HEADER4_OPTIONS "\x00\x00\x00\x00" OURS SEQUENCE),
    SAMPLE("reply to others", 4, false, 0, HEADER4 "\x00\x00\x00\x00" OTHERS SEQUENCE),
    SAMPLE("request", 4, false, 0, HEADER4 "\x08\x00\x00\x00" OURS SEQUENCE),
    SAMPLE("timestamp reply", 4, false, 0, HEADER4 "\x0e\x00\x00\x00" OURS SEQUENCE),
    SAMPLE("expired", 4, true, 56, HEADER4 "\x0b\x00\x00\x00\x00\x00\x00\x00" QUOTED4 ECHO4 OURS SEQUENCE),
    SAMPLE("unreachable", 4, true, 60,
           HEADER4_OPTIONS "\x03\x01\x00\x00\x00\x00\x00\x00" QUOTED4 ECHO4 OURS SEQUENCE),
    SAMPLE("quench", 4, true, 56, HEADER4 "\x04\x00\x00\x00\x00\x00\x00\x00" QUOTED4 ECHO4 OURS SEQUENCE),
    SAMPLE("redirect", 4, true, 56, HEADER4 "\x05\x01\x00\x00\xc0\x00\x02\xfe" QUOTED4 ECHO4 OURS SEQUENCE),
    SAMPLE("problem", 4, true, 64,
           HEADER4 "\x0c\x00\x00\x00\x14\x00\x00\x00" QUOTED4_OPTIONS ECHO4 OURS SEQUENCE),
    SAMPLE("first fragment", 4, true, 56,
           HEADER4 "\x0b\x00\x00\x00\x00\x00\x00\x00" QUOTED4_FIRST ECHO4 OURS SEQUENCE),
    SAMPLE("later fragment", 4, false, 0,
           HEADER4 "\x0b\x00\x00\x00\x00\x00\x00\x00" QUOTED4_LATER ECHO4 OURS SEQUENCE),
    SAMPLE("expired of others", 4, false, 0,
           HEADER4 "\x0b\x00\x00\x00\x00\x00\x00\x00" QUOTED4 ECHO4 OTHERS SEQUENCE),
    SAMPLE("expired UDP", 4, false, 0,
           HEADER4 "\x0b\x00\x00\x00\x00\x00\x00\x00" QUOTED4_UDP ECHO4 OURS SEQUENCE),
    SAMPLE("quoted reply", 4, false, 0,
           HEADER4 "\x0b\x00\x00\x00\x00\x00\x00\x00" QUOTED4 "\x00\x00\x00\x00" OURS SEQUENCE),
    SAMPLE("reply", 6, true, 8, "\x81\x00\x00\x00" OURS SEQUENCE "data"),
    SAMPLE("reply to others", 6, false, 0, "\x81\x00\x00\x00" OTHERS SEQUENCE),
    SAMPLE("request", 6, false, 0, "\x80\x00\x00\x00" OURS SEQUENCE),
    SAMPLE("advertisement", 6, false, 0, "\x86\x00\x00\x00\x40\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
    SAMPLE("expired", 6, true, 56, "\x03\x00\x00\x00\x00\x00\x00\x00" QUOTED6("\x3a") ECHO6 OURS SEQUENCE),
    SAMPLE("too big", 6, true, 64,
           "\x02\x00\x00\x00\x00\x00\x05\x14" QUOTED6("\x2c") FRAGMENT6("\x00\x01") ECHO6 OURS SEQUENCE),
    SAMPLE("later fragment", 6, false, 0,
           "\x02\x00\x00\x00\x00\x00\x05\x14" QUOTED6("\x2c") FRAGMENT6("\x00\x09") ECHO6 OURS SEQUENCE),
    SAMPLE("problem", 6, true, 56, "\x04\x01\x00\x00\x00\x00\x00\x06" QUOTED6("\x3a") ECHO6 OURS SEQUENCE),
    SAMPLE("expired of others", 6, false, 0,
           "\x03\x00\x00\x00\x00\x00\x00\x00" QUOTED6("\x3a") ECHO6 OTHERS SEQUENCE),
    SAMPLE("expired UDP", 6, false, 0,
           "\x03\x00\x00\x00\x00\x00\x00\x00" QUOTED6("\x11") ECHO6 OURS SEQUENCE),
    SAMPLE("type 0", 6, false, 0, "\x00\x00\x00\x00" OURS SEQUENCE),
};

enum { SAMPLES = sizeof samples / sizeof *samples, IDENTIFIER = 0x1234 };

/* The kernel's instructions and libpcap's are the same numbers. */
static bool passes(unsigned family, bool raw, const uint8_t *bytes, size_t len)
{
    struct sock_filter made[ICMP_FILTER_MAX];
    struct bpf_insn program[ICMP_FILTER_MAX];
    unsigned count = icmp_filter_make(family, raw, IDENTIFIER, made);
    assert_in_range(count, 1, ICMP_FILTER_MAX);
    for (unsigned i = 0; i < count; i++)
        program[i] = (struct bpf_insn){made[i].code, made[i].jt, made[i].jf, made[i].k};
    assert_true(bpf_validate(program, (int)count));
    return bpf_filter(program, bytes, (unsigned)len, (unsigned)len) != 0;
}

static bool understood(const struct sample *sample, const uint8_t *bytes, size_t len,
                       struct pkt_icmp_event *ret_event)
{
    *ret_event = (struct pkt_icmp_event){.checksum = PKT_CHECKSUM_OK};
    struct pkt_view view = pkt_view_make(bytes, len);
    if (sample->family == 4)
        return icmp_event_packet4(view, (uint32_t)len, IDENTIFIER, ret_event);
    return icmp_event_message(view, (uint32_t)len, true, IDENTIFIER, ret_event);
}

/* What the filter passes, the reader understands, and the other way round, at every length. */
static void test_ours_and_others(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SAMPLES; i++) {
        const struct sample *sample = &samples[i];
        for (size_t len = 0; len <= sample->len; len++) {
            struct pkt_icmp_event event;
            uint8_t *bytes =
                malloc(len + (len == 0)); /* exactly as long, so that a sanitizer sees a step too far */
            memcpy(bytes, sample->bytes, len);
            bool wanted = sample->ours && len >= sample->need;
            bool readable =
                sample->ours && len >= sample->need - 2; /* the sequence number is not looked at */
            bool passed = passes(sample->family, true, bytes, len);
            if (passed != (wanted || readable) || understood(sample, bytes, len, &event) != wanted)
                fail_msg("%s of family %u, %zu bytes", sample->what, sample->family, len);
            free(bytes);
        }
    }
}

static void test_datagram_filters(void **state)
{
    (void)state;
    const uint8_t reply4[] = {0, 0, 0, 0}, reply6[] = {129, 0, 0, 0}, extended[] = {43, 0, 0, 0};
    assert_true(passes(4, false, reply4, 4));
    assert_false(passes(4, false, extended, 4));
    assert_true(passes(6, false, reply6, 4));
    assert_false(passes(6, false, reply4, 4));
    assert_false(passes(6, false, reply6, 0));
}

static const struct sample *sample_of(const char *what, unsigned family)
{
    for (unsigned i = 0; i < SAMPLES; i++)
        if (samples[i].family == family && strcmp(samples[i].what, what) == 0)
            return &samples[i];
    fail_msg("no sample %s", what);
    return NULL;
}

static struct pkt_icmp_event event_of(const char *what, unsigned family)
{
    struct pkt_icmp_event event;
    const struct sample *sample = sample_of(what, family);
    assert_true(understood(sample, (const uint8_t *)sample->bytes, sample->len, &event));
    return event;
}

static void test_reply(void **state)
{
    (void)state;
    struct pkt_icmp_event event = event_of("reply behind options", 4);
    assert_int_equal(event.kind, PKT_ICMP_EVENT_MESSAGE);
    assert_int_equal(event.hop_limit, 0x3d);
    assert_int_equal(event.traffic_class, 0x28);
    assert_int_equal(event.options.len, 4);
    assert_int_equal(pkt_u8(event.options, 0), 0x94);
    assert_int_equal(event.message.len, 8);
    assert_int_equal(event.wire_len, 8);
    assert_true(pkt_ip_equal(event.to, pkt_ip_from4((struct pkt_ip4){
                                           {192, 0, 2, 1}
    })));
    assert_int_equal(event.checksum, PKT_CHECKSUM_BAD); /* its field is 0 */
    event = event_of("reply", 6);
    assert_int_equal(event.message.len, 12);
    assert_int_equal(event.type, 129);
    assert_int_equal(event.checksum, PKT_CHECKSUM_OK); /* as the kernel said */
}

static void test_checksum(void **state)
{
    (void)state;
    struct pkt_icmp_event event;
    /* 0x1234 + 0x0007 = 0x123b, its complement 0xedc4 (RFC 1071 1). */
    static const uint8_t right[] = HEADER4 "\x00\x00\xed\xc4" OURS SEQUENCE;
    assert_true(icmp_event_packet4(pkt_view_make(right, 28), 28, IDENTIFIER, &event));
    assert_int_equal(event.checksum, PKT_CHECKSUM_OK);
    assert_false(event.truncated);
    assert_true(icmp_event_packet4(pkt_view_make(right, 28), 29, IDENTIFIER, &event));
    assert_int_equal(event.checksum, PKT_CHECKSUM_UNKNOWN);
    assert_true(event.truncated);
    assert_int_equal(event.wire_len, 9);
}

static void test_errors(void **state)
{
    (void)state;
    struct pkt_icmp_event event = event_of("problem", 4);
    assert_int_equal(event.kind, PKT_ICMP_EVENT_ERROR);
    assert_int_equal(event.type, 12);
    assert_int_equal(event.pointer, 20);
    assert_int_equal(event.quoted_header.len, 28);
    assert_int_equal(event.quoted.len, 8);
    assert_int_equal(pkt_u16(event.quoted, 6), 7);
    assert_true(pkt_ip_equal(event.quoted_destination, pkt_ip_from4((struct pkt_ip4){
                                                           {203, 0, 113, 9}
    })));
    event = event_of("redirect", 4);
    assert_true(pkt_ip_equal(event.gateway, pkt_ip_from4((struct pkt_ip4){
                                                {192, 0, 2, 254}
    })));
    assert_int_equal(event.pointer, 0);
    event = event_of("too big", 6);
    assert_int_equal(event.mtu, 1300);
    assert_int_equal(event.quoted_header.len, 48);
    assert_int_equal(event.quoted_destination.ip6.byte[15], 9);
    event = event_of("problem", 6);
    assert_int_equal(event.pointer, 6);
    assert_int_equal(event.mtu, 0);
}

/* What the kernel says of an error in one number means the same. */
static void test_kernel_info(void **state)
{
    (void)state;
    struct pkt_icmp_event redirect = {.type = 5}, too_big = {.type = 3, .code = 4}, problem = {.type = 4};
    icmp_event_error_info(false, 0xc00002fe, &redirect);
    assert_true(pkt_ip_equal(redirect.gateway, pkt_ip_from4((struct pkt_ip4){
                                                   {192, 0, 2, 254}
    })));
    icmp_event_error_info(false, 1300, &too_big);
    assert_int_equal(too_big.mtu, 1300);
    icmp_event_error_info(true, 40, &problem);
    assert_int_equal(problem.pointer, 40);
    assert_int_equal(problem.gateway.version, 0);
}

/* RFC 4884 4.1: the length counts 32-bit words of a quotation padded to 128 bytes; behind it the structure.
 */
static void test_extensions(void **state)
{
    (void)state;
    uint8_t bytes[20 + 8 + 128 + 12] = HEADER4 "\x0b\x00\x00\x00\x00\x20\x00\x00" QUOTED4 ECHO4 OURS SEQUENCE;
    static const uint8_t structure[] = {0x20, 0, 0, 0, 0, 8, 1, 1, 0, 1, 0x21, 0x40};
    memcpy(bytes + 20 + 8 + 128, structure, sizeof structure);
    struct pkt_icmp_event event = {0};
    assert_true(icmp_event_packet4(pkt_view_make(bytes, sizeof bytes), sizeof bytes, IDENTIFIER, &event));
    assert_int_equal(event.quoted.len, 108);
    assert_int_equal(event.extensions.len, 12);
    assert_memory_equal(event.extensions.ptr, structure, 12);
    bytes[20 + 5] = 0xff; /* a length behind the end: all is quotation */
    event = (struct pkt_icmp_event){0};
    assert_true(icmp_event_packet4(pkt_view_make(bytes, sizeof bytes), sizeof bytes, IDENTIFIER, &event));
    assert_int_equal(event.extensions.len, 0);
    assert_int_equal(event.quoted.len, 120);
}

/* RFC 4861 4.5: target, destination, and the packet in an option. */
#define REDIRECT6(id)                                       \
    "\x89\x00\x00\x00\x00\x00\x00\x00" ADDRESS6("\xfe")     \
        ADDRESS6("\x09") "\x02\x01\x00\x00\x5e\x00\x53\x01" \
                         "\x04\x07\x00\x00\x00\x00\x00\x00" QUOTED6("\x3a") ECHO6 id SEQUENCE

static void test_redirect6(void **state)
{
    (void)state;
    static const char ours[] = REDIRECT6(OURS), others[] = REDIRECT6(OTHERS);
    struct pkt_icmp_event event = {0};
    size_t len = sizeof ours - 1;
    assert_true(icmp_event_message(pkt_view_make(ours, len), (uint32_t)len, true, IDENTIFIER, &event));
    assert_int_equal(event.kind, PKT_ICMP_EVENT_ERROR);
    assert_int_equal(event.gateway.ip6.byte[15], 0xfe);
    assert_int_equal(event.quoted_destination.ip6.byte[15], 9);
    assert_int_equal(pkt_u16(event.quoted, 6), 7);
    assert_false(icmp_event_message(pkt_view_make(others, len), (uint32_t)len, true, IDENTIFIER, &event));
    for (size_t cut = 0; cut < len; cut++) {
        uint8_t *bytes = malloc(cut + (cut == 0));
        memcpy(bytes, ours, cut);
        assert_false(icmp_event_message(pkt_view_make(bytes, cut), (uint32_t)cut, true, IDENTIFIER, &event));
        free(bytes);
    }
}

/* Options that make no sense are refused before any socket is opened. */
static void test_options(void **state)
{
    (void)state;
    const struct pkt_icmp_socket_options wrong[] = {
        {.size = 4,                                                    .family = 4},
        {                     .size = sizeof *wrong,                                                 .family = 5           },
        { .size = sizeof *wrong,                                                   .family = 4,                                                              .kind = 3},
        { .size = sizeof *wrong,                                                   .family = 4,                                                              .pmtu = 5},
        { .size = sizeof *wrong,                                    .family = 4,                                               .source = {.version = 6}},
        { .size = sizeof *wrong,                                             .family = 4,                                                        .flow_label = 1},
        { .size = sizeof *wrong,                                      .family = 6,                                                 .flow_label = 0x100000},
        { .size = sizeof *wrong,                  .family = 6,                             .ip_options = {(const uint8_t *)"\x01", 1}},
        { .size = sizeof *wrong, .family = 4,            .ip_options = {(const uint8_t *)HEADER4 QUOTED4 "\x01", 41}},
    };
    struct pkt_icmp_socket *socket;
    struct pkt_error error;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(pkt_icmp_socket_open(&wrong[i], &socket, &error), PKT_E_ARGUMENT);
    assert_int_equal(pkt_icmp_socket_open(NULL, &socket, &error), PKT_E_ARGUMENT);
    pkt_icmp_socket_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ours_and_others), cmocka_unit_test(test_datagram_filters),
        cmocka_unit_test(test_reply),           cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_errors),          cmocka_unit_test(test_kernel_info),
        cmocka_unit_test(test_extensions),      cmocka_unit_test(test_redirect6),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
