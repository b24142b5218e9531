/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ICMP errors in the words of ping(8).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ping/words.h"

static const struct pkt_ip router4 = {.version = 4, .ip4 = {{192, 0, 2, 254}}};
static const struct pkt_ip router6 = {.version = 6, .ip6 = {{0xfe, 0x80, [15] = 1}}};

static void assert_words(const struct ping_error_words *error, const char *expected)
{
    char text[96];
    words_of_error(error, text, sizeof text);
    assert_string_equal(text, expected);
}

/* Numbers as RFC 792, RFC 1122 3.2.2.1 and RFC 1812 5.2.7 have them, words as ping(8) prints them. */
static void errors_of_ip4(void **state)
{
    static const char *const unreachable[] = {
        "Destination Net Unreachable",
        "Destination Host Unreachable",
        "Destination Protocol Unreachable",
        "Destination Port Unreachable",
        "Frag needed and DF set (mtu = 1400)",
        "Source Route Failed",
        "Destination Net Unknown",
        "Destination Host Unknown",
        "Source Host Isolated",
        "Destination Net Prohibited",
        "Destination Host Prohibited",
        "Destination Net Unreachable for Type of Service",
        "Destination Host Unreachable for Type of Service",
        "Packet filtered",
        "Precedence Violation",
        "Precedence Cutoff",
        "Dest Unreachable, Bad Code: 16",
    };
    (void)state;
    for (uint8_t code = 0; code < sizeof unreachable / sizeof *unreachable; code++)
        assert_words(&(struct ping_error_words){.type = 3, .code = code, .info = 1400}, unreachable[code]);
    assert_words(&(struct ping_error_words){.type = 3, .code = 255}, "Dest Unreachable, Bad Code: 255");
    assert_words(&(struct ping_error_words){.type = 4}, "Source Quench");
    assert_words(&(struct ping_error_words){.type = 11}, "Time to live exceeded");
    assert_words(&(struct ping_error_words){.type = 11, .code = 1}, "Frag reassembly time exceeded");
    assert_words(&(struct ping_error_words){.type = 11, .code = 2}, "Time exceeded, Bad Code: 2");
    assert_words(&(struct ping_error_words){.type = 12, .info = 20}, "Parameter problem: pointer = 20");
    assert_words(&(struct ping_error_words){.type = 99}, "Bad ICMP type: 99");
}

static void redirects(void **state)
{
    (void)state;
    const struct {
        uint8_t code;
        const char *words;
    } cases[] = {
        {0, "Redirect Network(New nexthop: 192.0.2.254)"                    },
        {1, "Redirect Host(New nexthop: 192.0.2.254)"                       },
        {2, "Redirect Type of Service and Network(New nexthop: 192.0.2.254)"},
        {3, "Redirect Type of Service and Host(New nexthop: 192.0.2.254)"   },
        {4, "Redirect, Bad Code: 4"                                         },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_words(&(struct ping_error_words){.type = 5, .code = cases[i].code, .gateway = router4},
                     cases[i].words);
    assert_words(&(struct ping_error_words){.type = 5, .code = 1}, "Redirect Host");
    assert_words(&(struct ping_error_words){.is_ip6 = true, .type = 137, .gateway = router6},
                 "Redirect(New nexthop: fe80::1)");
}

/* RFC 4443 3 */
static void errors_of_ip6(void **state)
{
    static const struct {
        uint8_t type, code;
        uint32_t info;
        const char *words;
    } cases[] = {
        {1, 0,   0,          "Destination unreachable: No route"                      },
        {1, 1,   0,          "Destination unreachable: Administratively prohibited"   },
        {1, 2,   0,          "Destination unreachable: Beyond scope of source address"},
        {1, 3,   0,          "Destination unreachable: Address unreachable"           },
        {1, 4,   0,          "Destination unreachable: Port unreachable"              },
        {1, 200, 0,          "Destination unreachable: Unknown code 200"              },
        {2, 0,   1280,       "Packet too big: mtu=1280"                               },
        {2, 7,   UINT32_MAX, "Packet too big: mtu=4294967295"                         },
        {3, 0,   0,          "Time exceeded: Hop limit"                               },
        {3, 1,   0,          "Time exceeded: Defragmentation failure"                 },
        {3, 2,   0,          "Time exceeded: code 2"                                  },
        {4, 0,   6,          "Parameter problem: Wrong header field at 6"             },
        {4, 1,   40,         "Parameter problem: Unknown header at 40"                },
        {4, 2,   42,         "Parameter problem: Unknown option at 42"                },
        {4, 3,   42,         "Parameter problem: at 42"                               },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_words(
            &(struct ping_error_words){
                .is_ip6 = true, .type = cases[i].type, .code = cases[i].code, .info = cases[i].info},
            cases[i].words);
}

/* Of every type and code, with the longest number and gateway: none is cut in 96 bytes, none is empty. */
static void all_fit(void **state)
{
    struct pkt_ip longest = {.version = 6};
    char text[96], wide[512];
    (void)state;
    memset(longest.ip6.byte, 0xfd, sizeof longest.ip6.byte);
    for (unsigned i = 0; i < 2 * 256 * 256; i++) {
        struct ping_error_words error = {.is_ip6 = i >> 16 != 0,
                                         .type = (uint8_t)(i >> 8),
                                         .code = (uint8_t)i,
                                         .info = UINT32_MAX,
                                         .gateway = longest};
        words_of_error(&error, text, sizeof text);
        words_of_error(&error, wide, sizeof wide);
        assert_string_equal(text, wide);
        assert_true(text[0] != '\0');
    }
    words_of_error(&(struct ping_error_words){.type = 3}, text, 5);
    assert_string_equal(text, "Dest");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_of_ip4),
        cmocka_unit_test(redirects),
        cmocka_unit_test(errors_of_ip6),
        cmocka_unit_test(all_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
