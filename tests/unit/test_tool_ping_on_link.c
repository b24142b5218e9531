/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which targets of a sweep need a place in the table of neighbours, and how fast they may be asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "ping/on_link.h"

enum { SCOPE_GLOBAL = 0, SCOPE_LINK = 253, SCOPE_HOST = 254 };

static struct pkt_ip ip(const char *text)
{
    struct pkt_ip address = {.version = strchr(text, ':') != NULL ? 6 : 4};
    void *to = address.version == 6 ? (void *)&address.ip6 : (void *)&address.ip4;
    assert_int_equal(inet_pton(address.version == 6 ? AF_INET6 : AF_INET, text, to), 1);
    return address;
}

static void test_count(void **state)
{
    (void)state;
    struct ping_target targets[] = {
        {.address = ip("192.0.2.0")},      {.address = ip("192.0.2.127")},  {.address = ip("192.0.2.128")},
        {.address = ip("127.0.0.9")},      {.address = ip("198.51.100.7")}, {.address = ip("10.0.0.1")},
        {.address = ip("2001:db8:0:1::")}, {.address = ip("2001:db8::2")},  {.address = ip("fe80::9")},
    };
    const struct ping ping = {.targets = targets, .target_count = sizeof targets / sizeof *targets};
    const struct pkt_interface_address addresses[] = {
        {.address = ip("127.0.0.1"),    .prefix_len = 8,  .scope = SCOPE_HOST  },
        {.address = ip("192.0.2.77"),   .prefix_len = 25, .scope = SCOPE_GLOBAL},
        {.address = ip("198.51.100.7"), .prefix_len = 32, .scope = SCOPE_GLOBAL},
        {.address = ip("2001:db8::1"),  .prefix_len = 64, .scope = SCOPE_GLOBAL},
        {.address = ip("fe80::1"),      .prefix_len = 64, .scope = SCOPE_LINK  },
    };
    assert_int_equal(on_link_count(&ping, 4, addresses, 5), 3);
    assert_int_equal(on_link_count(&ping, 6, addresses, 5), 2);
    assert_int_equal(on_link_count(&ping, 4, addresses, 1), 0);
    assert_int_equal(on_link_count(&ping, 6, NULL, 0), 0);
}

static void test_rate(void **state)
{
    (void)state;
    static const struct {
        uint32_t targets, entries, most;
        uint64_t rate;
    } cases[] = {
        {0,          0,    1024,       0        }, /* nobody on the link */
        {254,        0,    1024,       0        }, /* they all fit */
        {768,        0,    1024,       0        },
        {769,        0,    1024,       153      }, /* 768 places, each for five seconds */
        {254,        514,  1024,       0        },
        {254,        515,  1024,       50       },
        {65534,      10,   8192,       1226     },
        {254,        1024, 1024,       1        }, /* full by others: slowly, not never */
        {254,        765,  1024,       1        },
        {10,         0,    0,          1        },
        {UINT32_MAX, 0,    UINT32_MAX, 644245094},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct pkt_neighbour_table table = {.entries = cases[i].entries, .most = cases[i].most};
        assert_int_equal(on_link_rate(cases[i].targets, &table), cases[i].rate);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
