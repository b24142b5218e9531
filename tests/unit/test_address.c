/*
 * Addresses and the groups that they belong to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "pkt/address.h"
#include "pkt/ip.h"
#include "support/frame.h"

static struct pkt_ip4 ip4(unsigned a, unsigned b, unsigned c, unsigned d)
{
    return (struct pkt_ip4){
        {(uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d}
    };
}

static struct pkt_ip6 ip6(const char *hex)
{
    struct frame frame = frame_hex(hex);
    assert_int_equal(frame.len, 16);
    struct pkt_ip6 address = pkt_ip6_at(pkt_view_make(frame.bytes, frame.len), 0);
    frame_free(frame);
    return address;
}

static void taken_from_bytes(void **state)
{
    (void)state;
    struct frame frame = frame_hex("0a000001 020000000009 fd000000000000000000000000000001");
    struct pkt_view view = pkt_view_make(frame.bytes, frame.len);
    assert_true(pkt_ip4_equal(pkt_ip4_at(view, 0), ip4(10, 0, 0, 1)));
    assert_false(pkt_ip4_equal(pkt_ip4_at(view, 1), ip4(10, 0, 0, 1)));
    struct pkt_mac mac = {
        {2, 0, 0, 0, 0, 9}
    };
    assert_true(pkt_mac_equal(pkt_mac_at(view, 4), mac));
    assert_false(pkt_mac_equal(pkt_mac_at(view, 5), mac));
    assert_true(pkt_ip6_equal(pkt_ip6_at(view, 10), ip6("fd000000000000000000000000000001")));
    assert_true(pkt_ip6_is_unspecified(pkt_ip6_at(view, 11)));
    assert_true(pkt_ip4_is_unspecified(pkt_ip4_at(view, 100)));
    frame_free(frame);
}

static void classes_of_ip4(void **state)
{
    (void)state;
    assert_true(pkt_ip4_is_unspecified(ip4(0, 0, 0, 0)));
    assert_false(pkt_ip4_is_unspecified(ip4(0, 0, 0, 1)));
    assert_true(pkt_ip4_is_multicast(ip4(224, 0, 0, 0)));
    assert_true(pkt_ip4_is_multicast(ip4(239, 255, 255, 255)));
    assert_false(pkt_ip4_is_multicast(ip4(223, 255, 255, 255)));
    assert_false(pkt_ip4_is_multicast(ip4(240, 0, 0, 0)));
    assert_true(pkt_ip4_is_broadcast(ip4(255, 255, 255, 255)));
    assert_false(pkt_ip4_is_broadcast(ip4(255, 255, 255, 254)));
    assert_true(pkt_ip4_is_ssm(ip4(232, 1, 1, 1)));
    assert_false(pkt_ip4_is_ssm(ip4(233, 1, 1, 1)));
}

static void classes_of_ip6(void **state)
{
    (void)state;
    assert_true(pkt_ip6_is_link_local(ip6("fe800000000000000000000000000001")));
    assert_true(pkt_ip6_is_link_local(ip6("febf0000000000000000000000000001")));
    assert_false(pkt_ip6_is_link_local(ip6("fec00000000000000000000000000001")));
    assert_true(pkt_ip6_is_multicast(ip6("ff020000000000000000000000000001")));
    assert_false(pkt_ip6_is_multicast(ip6("fe020000000000000000000000000001")));
    assert_int_equal(pkt_ip6_scope(ip6("ff050000000000000000000000000001")), 5);
    assert_true(pkt_ip6_is_ssm(ip6("ff3e0000000000000000000080000001")));
    assert_false(pkt_ip6_is_ssm(ip6("ff3e0040fd0000000000000080000001")));
    assert_false(pkt_ip6_is_ssm(ip6("ff1e0000000000000000000080000001")));
}

static void groups_to_mac(void **state)
{
    (void)state;
    struct pkt_mac of_ip4 = {
        {0x01, 0x00, 0x5e, 0x01, 0x02, 0x03}
    };
    struct pkt_mac of_ip6 = {
        {0x33, 0x33, 0xff, 0x00, 0x00, 0x09}
    };
    assert_true(pkt_mac_equal(pkt_mac_of_ip4_group(ip4(239, 129, 2, 3)), of_ip4));
    assert_true(pkt_mac_equal(pkt_mac_of_ip6_group(ip6("ff0200000000000000000001ff000009")), of_ip6));
    assert_true(pkt_mac_is_group(of_ip4));
    assert_false(pkt_mac_is_group((struct pkt_mac){
        {0x02, 0, 0, 0, 0, 1}
    }));
}

/* --- from text, against the C library --- */

static uint64_t random_state = 42;

static unsigned random_below(unsigned limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 20) % limit;
}

/* The C library wants a zero at the end, the parser a length. */
static void compare(const char *text)
{
    struct pkt_ip4 v4 = {{0xee}}, expected4;
    struct pkt_ip6 v6 = {{0xee}}, expected6;
    bool is4 = inet_pton(AF_INET, text, &expected4) == 1;
    bool is6 = inet_pton(AF_INET6, text, &expected6) == 1;
    if (pkt_ip4_parse(text, strlen(text), &v4) != is4 || pkt_ip6_parse(text, strlen(text), &v6) != is6)
        fail_msg("\"%s\": inet_pton says %d and %d", text, is4, is6);
    assert_true(is4 ? pkt_ip4_equal(v4, expected4) : v4.byte[0] == 0xee);
    assert_true(is6 ? pkt_ip6_equal(v6, expected6) : v6.byte[0] == 0xee);
}

static void text_as_the_c_library_reads_it(void **state)
{
    static const char *const texts[] = {
        "",
        "0.0.0.0",
        "255.255.255.255",
        "256.0.0.0",
        "1.2.3",
        "1.2.3.4.",
        "1.2.3.4.5",
        "01.2.3.4",
        "1..3.4",
        ".1.2.3.4",
        "0x1.2.3.4",
        "1.2.3.+4",
        "::",
        ":",
        ":::",
        "::1",
        "1::",
        "1:",
        ":1",
        "1::2::3",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1::3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8::",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7",
        "12345::",
        "::00001",
        "::g",
        "::1.2.3.4",
        "::ffff:192.0.2.33",
        "1.2.3.4::",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:1.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5::1.2.3.4",
        "::1.2.3.400",
        "FE80::1",
        "fe80::1%eth0",
        "::1 ",
        " ::1",
        "1:::2",
        "::01.2.3.4",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        compare(texts[i]);
}

/* Addresses written in a random form, then damaged in some places. */
static void random_text_as_the_c_library_reads_it(void **state)
{
    static const char alphabet[] = "0123456789abcdefABCDEF::::....";
    unsigned good = 0;
    (void)state;
    for (unsigned round = 0; round < 200000; round++) {
        char text[64];
        size_t len = 0;
        unsigned groups = random_below(9), hole = random_below(9);
        for (unsigned i = 0; i < groups; i++)
            len += (size_t)snprintf(text + len, sizeof text - len, i == hole ? "%s:%x" : "%s%x",
                                    i == 0 ? "" : ":", random_below(0x10000) >> random_below(16));
        if (random_below(4) == 0 && len < 40)
            len +=
                (size_t)snprintf(text + len, sizeof text - len, "%s%u.%u.%u.%u", len == 0 ? "" : ":",
                                 random_below(260), random_below(260), random_below(256), random_below(256));
        for (unsigned i = random_below(3); i > 0 && len > 0; i--)
            text[random_below((unsigned)len)] = alphabet[random_below(sizeof alphabet - 1)];
        text[random_below(8) == 0 ? random_below((unsigned)len + 1) : len] = '\0';
        compare(text);
        struct pkt_ip6 ignored;
        good += inet_pton(AF_INET6, text, &ignored) == 1;
    }
    assert_true(good > 20000);
}

/* Text behind the length is not looked at. */
static void text_ends_at_its_length(void **state)
{
    struct pkt_ip4 v4;
    struct pkt_ip6 v6;
    struct pkt_mac mac;
    (void)state;
    assert_true(pkt_ip4_parse("192.0.2.12", 9, &v4) && v4.byte[3] == 1);
    assert_true(pkt_ip6_parse("::12", 3, &v6) && v6.byte[15] == 1);
    assert_true(pkt_mac_parse("0:1:2:3:4:55", 11, &mac) && mac.byte[5] == 5);
    assert_false(pkt_mac_parse("001:1:2:3:4:5", 13, &mac));
    assert_false(pkt_mac_parse("000000000000", 12, &mac));
    assert_false(pkt_mac_parse("0:1:2:3:4:", 10, &mac));
}

static void solicited_node(void **state)
{
    (void)state;
    assert_true(pkt_ip6_equal(pkt_ip6_solicited_node(ip6("403700000000000000010800200e8c6c")),
                              ip6("ff0200000000000000000001ff0e8c6c"))); /* RFC 4291 2.7.1 */
}

static struct pkt_ip ip_of(const char *text)
{
    struct pkt_ip4 ip4;
    struct pkt_ip6 ip6;
    if (pkt_ip4_parse(text, strlen(text), &ip4))
        return pkt_ip_from4(ip4);
    assert_true(pkt_ip6_parse(text, strlen(text), &ip6));
    return pkt_ip_from6(ip6);
}

static void prefixes(void **state)
{
    (void)state;
    static const struct {
        const char *address, *network;
        unsigned bits;
        bool is_in;
    } cases[] = {
        {"192.0.2.77",      "192.0.2.0",   24,       true },
        {"192.0.3.0",       "192.0.2.0",   24,       false},
        {"192.0.3.0",       "192.0.2.0",   23,       true },
        {"192.0.2.127",     "192.0.2.1",   25,       true },
        {"192.0.2.128",     "192.0.2.1",   25,       false},
        {"192.0.2.1",       "192.0.2.1",   32,       true },
        {"192.0.2.0",       "192.0.2.1",   32,       false},
        {"192.0.2.0",       "192.0.2.1",   UINT_MAX, false},
        {"192.0.2.1",       "192.0.2.1",   UINT_MAX, true },
        {"203.0.113.9",     "10.0.0.0",    0,        true },
        {"2001:db8::1",     "2001:db8::",  64,       true },
        {"2001:db8:0:1::1", "2001:db8::",  64,       false},
        {"2001:db8:0:1::1", "2001:db8::",  63,       true },
        {"2001:db8::1",     "2001:db8::",  127,      true },
        {"2001:db8::2",     "2001:db8::",  127,      false},
        {"2001:db8::2",     "2001:db8::3", 1000,     false},
        {"::",              "0.0.0.0",     0,        false},
        {"0.0.0.0",         "::",          0,        false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(pkt_ip_is_in_prefix(ip_of(cases[i].address), ip_of(cases[i].network), cases[i].bits),
                         cases[i].is_in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_from_bytes),
        cmocka_unit_test(classes_of_ip4),
        cmocka_unit_test(classes_of_ip6),
        cmocka_unit_test(groups_to_mac),
        cmocka_unit_test(solicited_node),
        cmocka_unit_test(text_as_the_c_library_reads_it),
        cmocka_unit_test(random_text_as_the_c_library_reads_it),
        cmocka_unit_test(text_ends_at_its_length),
        cmocka_unit_test(prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
