/*
 * Layers that tests of builders put: those of which golden_frames.h is made. Included behind cmocka.h.
 */
#ifndef TESTS_BUILD_FRAMES_H
#define TESTS_BUILD_FRAMES_H

#include "pkt/ipv6.h"
#include "pkt/link.h"
#include "pkt/transport.h"
#include "support/build_check.h"
#include <string.h>

static const struct pkt_ipv4_spec ip4 = {.src = {{10, 0, 0, 1}}, .dst = {{10, 0, 0, 2}}, .id = 1};
static const struct pkt_ipv6_spec ip6 = {.src = {{0xfd, [15] = 1}}, .dst = {{0xfd, [15] = 2}}};

static inline void put_ethernet(struct pkt_build *b)
{
    pkt_build_ethernet(b, &(struct pkt_ethernet_spec){.dst = {{2, [5] = 2}}, .src = {{2, [5] = 1}}});
}

static inline void put_udp(struct pkt_build *b, const char *text)
{
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 1000, .dst = 2000});
    pkt_build_payload(b, pkt_view_make(text, strlen(text)));
}

static inline void put_udp4(struct pkt_build *b, const char *text)
{
    pkt_build_ipv4(b, &ip4);
    put_udp(b, text);
}

static inline void put_udp6(struct pkt_build *b, const char *text)
{
    pkt_build_ipv6(b, &ip6);
    put_udp(b, text);
}

struct put_case {
    const char *name;
    void (*put)(struct pkt_build *build);
    const char *hex;
    uint16_t linktype;
};

/* Builds into exactly as many bytes as measuring says; the bytes, the rows, and nothing to complain about. */
static inline void check_put_case(const struct put_case *c)
{
    struct build_check check;
    struct pkt_build measure;
    struct pkt_view size = {NULL, 0};
    print_message("%s\n", c->name);
    c->put(check_begin(&check));
    check_round_trip(&check, c->linktype);
    assert_bytes_hex(check.bytes, c->hex);
    pkt_build_init(&measure, NULL, 0, 0);
    c->put(&measure);
    assert_int_equal(pkt_build_finish(&measure, &size), PKT_BUILD_OK);
    assert_int_equal(size.len, check.bytes.len);
}

#endif
