/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why nothing answers: which evidence proves which cause, and which comes near it and proves none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ping/silence.h"

enum {
    UP = PKT_INTERFACE_UP | PKT_INTERFACE_RUNNING | PKT_INTERFACE_LOWER_UP,
    UNICAST = PKT_ROUTE_UNICAST,
};

static const int64_t SECOND = 1000000000;

static struct pkt_ip ip(const char *text)
{
    struct pkt_ip address = {.version = strchr(text, ':') != NULL ? 6 : 4};
    void *to = address.version == 6 ? (void *)&address.ip6 : (void *)&address.ip4;
    assert_int_equal(inet_pton(address.version == 6 ? AF_INET6 : AF_INET, text, to), 1);
    return address;
}

/* The evidence of one case, in short; NULL and 0: there is none. */
struct evidence {
    const char *to;
    int route_errno, type;
    const char *from, *gateway, *interface;
    uint32_t flags;
    int state; /* of the neighbour; negative: no entry */
    uint32_t probes;
    int64_t confirmed_ms;
    int send_errno;
    const char *error_from;
    uint8_t error_type, error_code;
    const char *asked_source;
    enum silence_owner owner;
    bool is_group;
    uint32_t entries;
    uint32_t program_questions;
};

static void decide(const struct evidence *in, struct silence_answer *ret_answer)
{
    const struct ping_target target = {.address = ip(in->to), .is_group = in->is_group};
    struct silence_evidence e = {.target = &target, .since_ns = 3 * SECOND};
    e.trouble.send_errno = in->send_errno;
    e.trouble.words.is_ip6 = strchr(in->to, ':') != NULL;
    e.trouble.words.type = in->error_type;
    e.trouble.words.code = in->error_code;
    e.route_errno = in->route_errno;
    e.route.type = in->type;
    e.has_interface = in->interface != NULL;
    e.interface.flags = in->flags;
    e.has_neighbour = in->state >= 0;
    e.neighbour.state = (uint8_t)in->state;
    e.neighbour.has_probes = e.neighbour.has_confirmed = e.has_table = true;
    e.neighbour.probes = in->probes;
    e.neighbour.confirmed_ns = in->confirmed_ms * (SECOND / 1000);
    e.table.entries = in->entries;
    e.table.most = 1024;
    e.table.questions = e.table.unicast_questions = 3;
    e.table.program_questions = in->program_questions;
    e.source_owner = in->owner;
    if (in->interface != NULL)
        (void)snprintf(e.interface.name, sizeof e.interface.name, "%s", in->interface);
    e.route.source = in->from != NULL ? ip(in->from) : e.route.source;
    e.route.gateway = in->gateway != NULL ? ip(in->gateway) : e.route.gateway;
    e.trouble.from = in->error_from != NULL ? ip(in->error_from) : e.trouble.from;
    e.source = in->asked_source != NULL ? ip(in->asked_source) : e.source;
    silence_decide(&e, ret_answer);
}

/* An echo that leaves by eth0 to a neighbour, or to a gateway. */
#define BY(source, set) .type = UNICAST, .from = (source), .interface = "eth0", .flags = (set)
#define NEAR            .to = "192.0.2.2", BY("192.0.2.1", UP)
#define NEAR6           .to = "2001:db8::2", BY("2001:db8::1", UP)
#define FAR             .to = "203.0.113.9", .gateway = "192.0.2.254", BY("192.0.2.1", UP)
#define FAR6            .to = "2001:db8:9::9", .gateway = "fe80::1", BY("2001:db8::1", UP)

/* clang-format off */
static const struct {
    struct evidence evidence;
    const char *code, *sentence;
} cases[] = {
    /* no way */
    {{.to = "203.0.113.9", .route_errno = ENETUNREACH, .state = -1},
     "no-route",
     "no route to 203.0.113.9: see `ip route get 203.0.113.9`"},
    {{.to = "203.0.113.9", .route_errno = ENETUNREACH, .state = -1, .asked_source = "192.0.2.1", .owner =
      SILENCE_ANOTHER},
     "no-route",
     "no route to 203.0.113.9 from 192.0.2.1"},
    {{.to = "203.0.113.9", .route_errno = EHOSTUNREACH, .state = -1},
     "route-unreachable",
     "no way to 203.0.113.9: a route of type unreachable forbids the way"},
    {{.to = "203.0.113.9", .route_errno = EACCES, .state = -1},
     "route-prohibit",
     "no way to 203.0.113.9: a route of type prohibit forbids the way"},
    {{.to = "2001:db8:9::9", .route_errno = EINVAL, .state = -1},
     "route-blackhole",
     "no way to 2001:db8:9::9: a route of type blackhole swallows what goes there"},
    {{.to = "192.0.2.2", .route_errno = ENODEV, .state = -1},
     "interface-gone",
     "no way to 192.0.2.2: the interface is gone"},
    /* interface */
    {{.to = "192.0.2.2", .route_errno = ENETUNREACH, .state = -1, .interface = "eth0"},
     "interface-down",
     "interface eth0 is down"},
    {{.to = "192.0.2.2", BY("192.0.2.1", PKT_INTERFACE_UP), .state = PKT_NEIGHBOUR_FAILED, .probes = 6},
     "no-carrier",
     "interface eth0 has no carrier"},
    {{.to = "192.0.2.2", BY("192.0.2.1", PKT_INTERFACE_UP | PKT_INTERFACE_RUNNING), .state =
      PKT_NEIGHBOUR_REACHABLE},
     "neighbour-silent",
     "192.0.2.2 on eth0 answers ARP, but no echo: it, or a filter, drops them"},
    {{.to = "192.0.2.2", .type = UNICAST, .interface = "lo", .flags = UP | PKT_INTERFACE_LOOPBACK, .state
      = -1},
     "wrong-interface",
     "lo is the loopback interface, and 192.0.2.2 is not on this machine"},
    {{.to = "192.0.2.1", .type = PKT_ROUTE_LOCAL, .from = "192.0.2.1", .interface = "lo", .flags = UP |
      PKT_INTERFACE_LOOPBACK, .state = -1},
     "unknown",
     "192.0.2.1: nothing comes back, and what is known here does not say why"},
    /* source */
    {{NEAR, .asked_source = "127.0.0.1", .owner = SILENCE_ANOTHER, .route_errno = EINVAL, .state = -1},
     "wrong-source",
     "127.0.0.1 is a loopback address: nobody beyond this machine can answer it"},
    {{NEAR6, .asked_source = "::1", .owner = SILENCE_ANOTHER, .state = PKT_NEIGHBOUR_REACHABLE},
     "wrong-source",
     "::1 is a loopback address: nobody beyond this machine can answer it"},
    {{.to = "127.0.0.2", .type = PKT_ROUTE_LOCAL, .asked_source = "127.0.0.1", .owner =
      SILENCE_SAME_INTERFACE, .state = -1},
     "unknown",
     "127.0.0.2: nothing comes back, and what is known here does not say why"},
    {{NEAR, .asked_source = "192.0.2.200", .owner = SILENCE_NOBODY, .route_errno = ENETUNREACH, .state =
      -1},
     "wrong-source",
     "192.0.2.200 is no address of this machine"},
    {{NEAR, .asked_source = "10.0.0.1", .owner = SILENCE_ANOTHER, .state = PKT_NEIGHBOUR_REACHABLE},
     "source-elsewhere",
     "10.0.0.1 is no address of eth0, by which echoes leave: there may be no way back to it"},
    {{NEAR, .asked_source = "10.0.0.1", .owner = SILENCE_ANOTHER, .state = PKT_NEIGHBOUR_FAILED, .probes =
      6},
     "neighbour-unresolved",
     "nobody on eth0 answers ARP for 192.0.2.2 (asked 3 times)"},
    {{.to = "203.0.113.9", .type = UNICAST, .interface = "eth0", .flags = UP, .state =
      PKT_NEIGHBOUR_FAILED, .probes = 6},
     "no-source",
     "this machine has no IPv4 address to send from to 203.0.113.9 by eth0"},
    {{.to = "2001:db8:9::9", .gateway = "fe80::1", BY("fe80::2", UP), .state = PKT_NEIGHBOUR_REACHABLE},
     "no-source",
     "eth0 has no IPv6 address but a link-local one, and what comes from that no router forwards to "
     "2001:db8:9::9"},
    {{.to = "2001:db8::2", BY("fe80::2", UP), .state = PKT_NEIGHBOUR_REACHABLE},
     "neighbour-silent",
     "2001:db8::2 on eth0 answers neighbour discovery, but no echo: it, or a filter, drops them"},
    /* errors */
    {{FAR, .state = PKT_NEIGHBOUR_REACHABLE, .error_from = "198.51.100.1", .error_type = 11},
     "icmp-error",
     "198.51.100.1 says: Time to live exceeded"},
    {{FAR6, .state = PKT_NEIGHBOUR_REACHABLE, .error_from = "2001:db8:5::1", .error_type = 1, .error_code
      = 0},
     "icmp-error",
     "2001:db8:5::1 says: Destination unreachable: No route"},
    {{NEAR, .state = PKT_NEIGHBOUR_FAILED, .probes = 6, .error_from = "192.0.2.1", .error_type = 3,
      .error_code = 1},
     "neighbour-unresolved",
     "nobody on eth0 answers ARP for 192.0.2.2 (asked 3 times)"},
    {{NEAR, .state = -1, .error_from = "192.0.2.1", .error_type = 3, .error_code = 1},
     "neighbour-unresolved",
     "nobody on eth0 answers ARP for 192.0.2.2"},
    {{NEAR, .state = PKT_NEIGHBOUR_REACHABLE, .error_from = "192.0.2.1", .error_type = 3, .error_code =
      13},
     "icmp-error",
     "192.0.2.1 says: Packet filtered"},
    {{NEAR, .state = PKT_NEIGHBOUR_REACHABLE, .error_from = "192.0.2.2", .error_type = 3, .error_code =
      1},
     "icmp-error",
     "192.0.2.2 says: Destination Host Unreachable"},
    /* sending */
    {{NEAR, .state = PKT_NEIGHBOUR_REACHABLE, .send_errno = EPERM},
     "send-refused",
     "a packet filter of this machine drops echoes to 192.0.2.2 on their way out"},
    {{NEAR, .state = -1, .send_errno = ENOBUFS, .entries = 1024},
     "neighbour-table-full",
     "no place for 192.0.2.2: the kernel's table of neighbours is full (1024 entries; see gc_thresh3)"},
    {{NEAR, .state = -1, .send_errno = ENOBUFS, .entries = 1023},
     "send-refused",
     "echoes to 192.0.2.2 cannot be sent: No buffer space available"},
    {{NEAR6, .state = -1, .send_errno = EINVAL, .entries = 1500},
     "neighbour-table-full",
     "no place for 2001:db8::2: the kernel's table of neighbours is full (1500 entries; see "
     "gc_thresh3)"},
    {{NEAR, .state = -1, .send_errno = EMSGSIZE, .entries = 1500},
     "send-refused",
     "echoes to 192.0.2.2 cannot be sent: Message too long"},
    /* neighbours */
    {{NEAR, .state = PKT_NEIGHBOUR_INCOMPLETE, .probes = 4},
     "neighbour-unresolved",
     "nobody on eth0 answers ARP for 192.0.2.2 (asked 1 time)"},
    {{NEAR, .state = PKT_NEIGHBOUR_INCOMPLETE, .probes = 3},
     "neighbour-unresolved",
     "nobody on eth0 answers ARP for 192.0.2.2"},
    {{NEAR, .state = PKT_NEIGHBOUR_FAILED, .probes = 3},
     "neighbour-unresolved",
     "nobody on eth0 answers ARP for 192.0.2.2 (asked 3 times)"},
    {{NEAR, .state = PKT_NEIGHBOUR_FAILED, .probes = 6, .program_questions = 1},
     "neighbour-unresolved",
     "nobody on eth0 answers ARP for 192.0.2.2"},
    {{NEAR6, .state = PKT_NEIGHBOUR_FAILED, .probes = 6},
     "neighbour-unresolved",
     "nobody on eth0 answers neighbour discovery for 2001:db8::2 (asked 3 times)"},
    {{FAR, .state = PKT_NEIGHBOUR_FAILED, .probes = 6},
     "gateway-unresolved",
     "nobody on eth0 answers ARP for the gateway 192.0.2.254 (asked 3 times)"},
    {{FAR, .state = PKT_NEIGHBOUR_REACHABLE, .confirmed_ms = 3000},
     "beyond-gateway",
     "the gateway 192.0.2.254 on eth0 answers ARP, and nothing comes back: it, or what lies behind "
     "it, is silent"},
    {{FAR6, .state = PKT_NEIGHBOUR_DELAY, .confirmed_ms = 1000},
     "beyond-gateway",
     "the gateway fe80::1 on eth0 answers neighbour discovery, and nothing comes back: it, or what "
     "lies behind it, is silent"},
    {{NEAR, .state = PKT_NEIGHBOUR_REACHABLE, .confirmed_ms = 3000},
     "neighbour-silent",
     "192.0.2.2 on eth0 answers ARP, but no echo: it, or a filter, drops them"},
    {{NEAR, .state = PKT_NEIGHBOUR_REACHABLE, .confirmed_ms = 4000},
     "unknown",
     "nothing comes back; 192.0.2.2 was last seen on eth0 4 s ago, before the first echo: if it "
     "still is there, is not known"},
    {{FAR, .state = PKT_NEIGHBOUR_STALE, .confirmed_ms = 60000},
     "unknown",
     "nothing comes back; the gateway 192.0.2.254 was last seen on eth0 60 s ago, before the first "
     "echo: if it still is there, is not known"},
    {{NEAR, .state = PKT_NEIGHBOUR_REACHABLE, .confirmed_ms = 3020},
     "neighbour-silent",
     "192.0.2.2 on eth0 answers ARP, but no echo: it, or a filter, drops them"},
    {{NEAR, .state = PKT_NEIGHBOUR_REACHABLE, .confirmed_ms = 3030},
     "unknown",
     "nothing comes back; 192.0.2.2 was last seen on eth0 3 s ago, before the first echo: "
     "if it still is there, is not known"},
    {{NEAR, .state = PKT_NEIGHBOUR_PERMANENT},
     "unknown",
     "192.0.2.2: nothing comes back, and what is known here does not say why"},
    {{NEAR, .state = PKT_NEIGHBOUR_NONE},
     "unknown",
     "192.0.2.2: nothing comes back, and what is known here does not say why"},
    {{NEAR, .state = -1},
     "unknown",
     "192.0.2.2: nothing comes back, and what is known here does not say why"},
    {{.to = "192.0.2.2", BY("192.0.2.1", UP | PKT_INTERFACE_NO_ARP), .state = PKT_NEIGHBOUR_FAILED},
     "unknown",
     "192.0.2.2: nothing comes back, and what is known here does not say why"},
};
/* clang-format on */

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct silence_answer answer = {.code = NULL};
        decide(&cases[i].evidence, &answer);
        assert_string_equal(answer.sentence, cases[i].sentence);
        assert_string_equal(answer.code, cases[i].code);
    }
}

/* Hosts need not answer echoes to groups (RFC 1122 3.2.2.6): that is said, and what finds them. */
static void test_group(void **state)
{
    (void)state;
    struct silence_answer answer;
    const struct evidence in = {.to = "224.0.0.1",
                                .type = PKT_ROUTE_MULTICAST,
                                .from = "192.0.2.1",
                                .interface = "eth0",
                                .flags = UP,
                                .state = PKT_NEIGHBOUR_NO_ARP,
                                .is_group = true};
    decide(&in, &answer);
    assert_string_equal(answer.code, "group-silent");
    assert_non_null(strstr(answer.sentence, "icmp_echo_ignore_broadcasts"));
    assert_non_null(strstr(answer.sentence, "--lan"));
}

/* The longest addresses and names fit. */
static void test_room(void **state)
{
    (void)state;
    struct silence_answer answer;
    const struct evidence in = {.to = "2001:db8:1111:2222:3333:4444:5555:6666",
                                .type = UNICAST,
                                .from = "2001:db8::1",
                                .gateway = "2001:db8:1111:2222:3333:4444:5555:7777",
                                .interface = "abcdefghijklmno",
                                .flags = UP,
                                .state = PKT_NEIGHBOUR_STALE,
                                .confirmed_ms = INT64_MAX / 1000000};
    decide(&in, &answer);
    assert_non_null(strstr(answer.sentence, "is not known"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_group),
        cmocka_unit_test(test_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
