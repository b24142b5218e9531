/* Numbers, addresses and hostile text into a sink, against the C library's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <inttypes.h>

#include "pkt/sink.h"

static char text[2 * PKT_SINK_ROOM];
static struct pkt_sink_buffer buffer;

static struct pkt_sink *start(void)
{
    pkt_sink_buffer_init(&buffer, text, sizeof text - 1);
    return &buffer.sink;
}

static const char *finish(void)
{
    text[pkt_sink_buffer_len(&buffer)] = '\0';
    return text;
}

static void check_number(uint64_t value)
{
    char expected[64];
    pkt_put_u64(start(), value);
    snprintf(expected, sizeof expected, "%" PRIu64, value);
    assert_string_equal(finish(), expected);
    pkt_put_u32(start(), (uint32_t)value);
    snprintf(expected, sizeof expected, "%" PRIu32, (uint32_t)value);
    assert_string_equal(finish(), expected);
    pkt_put_i64(start(), (int64_t)value);
    snprintf(expected, sizeof expected, "%" PRId64, (int64_t)value);
    assert_string_equal(finish(), expected);
    pkt_put_hex(start(), value);
    snprintf(expected, sizeof expected, "%" PRIx64, value);
    assert_string_equal(finish(), expected);
    for (unsigned width = 1; width <= 20; width++) {
        pkt_put_u64_width(start(), value, width);
        snprintf(expected, sizeof expected, "%0*" PRIu64, (int)width, value);
        assert_string_equal(finish(), expected);
    }
}

static void numbers(void **state)
{
    (void)state;
    uint64_t power = 1;
    for (unsigned i = 0; i < 20; i++, power *= 10) {
        check_number(power - 1);
        check_number(power);
        check_number(power + 1);
        check_number(power * 7);
    }
    for (unsigned shift = 0; shift < 64; shift++)
        check_number(UINT64_MAX >> shift);
    for (uint32_t value = 0; value < 20000; value++) {
        char expected[16];
        pkt_put_u32(start(), value);
        snprintf(expected, sizeof expected, "%" PRIu32, value);
        assert_string_equal(finish(), expected);
    }
    pkt_put_hex_width(start(), 0xabc, 6);
    assert_string_equal(finish(), "000abc");
}

static void check_ip6(const struct pkt_ip6 *address)
{
    char expected[INET6_ADDRSTRLEN];
    pkt_put_ip6(start(), *address);
    assert_non_null(inet_ntop(AF_INET6, address->byte, expected, sizeof expected));
    assert_string_equal(finish(), expected);
}

/* Every pattern of zero groups, with groups of one to four digits. */
static void ip6_addresses(void **state)
{
    (void)state;
    static const uint16_t values[] = {0x1, 0x10, 0x100, 0x1000, 0xffff, 0xabcd, 0x203};
    struct pkt_ip6 address;
    for (unsigned pattern = 0; pattern < 256; pattern++) {
        for (unsigned seed = 0; seed < 7; seed++) {
            for (unsigned i = 0; i < 8; i++) {
                uint16_t group = (pattern >> i & 1) != 0 ? 0 : values[(i + seed) % 7];
                address.byte[2 * i] = (uint8_t)(group >> 8);
                address.byte[2 * i + 1] = (uint8_t)group;
            }
            check_ip6(&address);
        }
    }
}

static void ip4_and_mac_addresses(void **state)
{
    (void)state;
    char expected[32];
    for (unsigned i = 0; i < 256; i++) {
        struct pkt_ip4 ip = {
            {(uint8_t)i, (uint8_t)(i + 9), (uint8_t)(i * 7), (uint8_t)(255 - i)}
        };
        pkt_put_ip4(start(), ip);
        assert_string_equal(finish(), inet_ntop(AF_INET, ip.byte, expected, sizeof expected));
    }
    pkt_put_mac(start(), (struct pkt_mac){
                             {0x02, 0, 0xab, 0xcd, 0xef, 0x9}
    });
    assert_string_equal(finish(), "02:00:ab:cd:ef:09");
}

static void hostile_text(void **state)
{
    (void)state;
    static const char bytes[] = "a\\b\n\x1b[31m\x7f\xc3\xa9";
    pkt_put_escaped(start(), pkt_view_make(bytes, sizeof bytes - 1));
    assert_string_equal(finish(), "a\\\\b\\x0a\\x1b[31m\\x7f\\xc3\\xa9");
    pkt_put_hex_bytes(start(), pkt_view_make(bytes, 3), 0);
    assert_string_equal(finish(), "615c62");
}

/* What does not fit is dropped and counted; what fits stays. */
static void a_full_buffer(void **state)
{
    (void)state;
    static char small[PKT_SINK_ROOM], large[3 * PKT_SINK_ROOM];
    struct pkt_sink_buffer full;
    memset(large, 'x', sizeof large);
    pkt_sink_buffer_init(&full, small, sizeof small);
    pkt_put(&full.sink, "begin");
    pkt_put_bytes(&full.sink, large, sizeof large);
    pkt_put(&full.sink, "end");
    size_t len = pkt_sink_buffer_len(&full);
    assert_true(len <= sizeof small);
    assert_int_equal(len + full.lost, 5 + sizeof large + 3);
    assert_memory_equal(small, "begin", 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(ip6_addresses),
        cmocka_unit_test(ip4_and_mac_addresses),
        cmocka_unit_test(hostile_text),
        cmocka_unit_test(a_full_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
