/*
 * Fragments: bytes that scapy makes, options that are copied, fragments of fragments, what is refused, and
 * the whole put together again for many sizes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/pkt.h"
#include "support/build_check.h"
#include "support/build_frames.h"
#include "support/golden_frames.h"

static struct build_check check;
static uint8_t out[4096];

static void put_data(struct pkt_build *b, size_t len)
{
    uint8_t data[2048];
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)(i + i / 256);
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 1000, .dst = 2000});
    pkt_build_payload(b, pkt_view_make(data, len));
}

static void finish(uint16_t linktype)
{
    check_finish(&check, linktype);
    assert_no_diagnoses(&check.packet);
}

/* Exactly these fragments, and measuring says their lengths. */
static void expect(const struct pkt_fragment_spec *spec, const char *const *hex)
{
    struct pkt_fragments fragments, measure;
    struct pkt_view fragment, length;
    assert_int_equal(pkt_fragments_init(&fragments, &check.packet, spec), PKT_FRAGMENT_OK);
    assert_int_equal(pkt_fragments_init(&measure, &check.packet, spec), PKT_FRAGMENT_OK);
    for (; *hex != NULL; hex++) {
        assert_true(pkt_fragments_next(&measure, NULL, 0, &length));
        assert_null(length.ptr);
        assert_false(pkt_fragments_next(&fragments, out, length.len - 1, &fragment));
        assert_int_equal(fragments.error, PKT_FRAGMENT_E_SPACE);
        assert_int_equal(fragments.need, length.len);
        assert_true(pkt_fragments_next(&fragments, out, length.len, &fragment));
        assert_bytes_hex(fragment, *hex);
    }
    assert_false(pkt_fragments_next(&fragments, out, sizeof out, &fragment));
    assert_false(pkt_fragments_next(&measure, NULL, 0, &length));
    assert_int_equal(fragments.error, PKT_FRAGMENT_OK);
    assert_int_equal(measure.error, PKT_FRAGMENT_OK);
}

/* fragment(E/IP(src='10.0.0.1',dst='10.0.0.2',id=7)/U/bytes(range(64)),32) */
static void test_ipv4(void **state)
{
    static const char *const hex[] = {
        "02000000000202000000000108004500003400072000401146b00a0000010a00000203e807d00048fb9f000102030405"
        "060708090a0b0c0d0e0f1011121314151617",
        "02000000000202000000000108004500003400072004401146ac0a0000010a00000218191a1b1c1d1e1f202122232425"
        "262728292a2b2c2d2e2f3031323334353637",
        "02000000000202000000000108004500001c00070008401166c00a0000010a00000238393a3b3c3d3e3f", NULL};
    struct pkt_ipv4_spec spec = ip4;
    struct pkt_build *b = check_begin(&check);
    (void)state;
    spec.id = 7;
    put_ethernet(b);
    pkt_build_ipv4(b, &spec);
    put_data(b, 64);
    pkt_build_trailer(b, pkt_view_make("trailer", 7)); /* is no fragment's */
    finish(PKT_LINKTYPE_ETHERNET);
    expect(&(struct pkt_fragment_spec){.mtu = 52}, hex);
    expect(&(struct pkt_fragment_spec){.mtu = 59}, hex);
    expect(&(struct pkt_fragment_spec){.payload_per_fragment = 32}, hex);
}

/* fragment6(E/Dot1Q(vlan=5)/P6/IPv6ExtHdrHopByHop(options=[RouterAlert(value=0)])/
 * IPv6ExtHdrFragment(id=0x01020304)/U/bytes(range(64)),108) */
static void test_ipv6(void **state)
{
    static const char *const hex[] = {
        "0200000000020200000000018100000586dd6000000000300040fd000000000000000000000000000001fd0000000000"
        "000000000000000000022c00050200000100110000010102030403e807d00048159e000102030405060708090a0b0c0d"
        "0e0f1011121314151617",
        "0200000000020200000000018100000586dd6000000000300040fd000000000000000000000000000001fd0000000000"
        "000000000000000000022c00050200000100110000210102030418191a1b1c1d1e1f202122232425262728292a2b2c2d"
        "2e2f3031323334353637",
        "0200000000020200000000018100000586dd6000000000180040fd000000000000000000000000000001fd0000000000"
        "000000000000000000022c00050200000100110000400102030438393a3b3c3d3e3f",
        NULL};
    struct pkt_build *b = check_begin(&check);
    (void)state;
    put_ethernet(b);
    pkt_build_vlan(b, &(struct pkt_vlan_spec){.id = 5});
    pkt_build_ipv6(b, &ip6);
    pkt_build_ipv6_hopopts(b);
    pkt_build_ipv6_router_alert(b, 0);
    put_data(b, 64);
    finish(PKT_LINKTYPE_ETHERNET);
    expect(&(struct pkt_fragment_spec){.mtu = 90, .id = 0x01020304}, hex);
}

/* fragment6(E/P6/IPv6ExtHdrRouting(type=0,segleft=1,addresses=['fd00::3'])/IPv6ExtHdrFragment(id=9)/
 * IPv6ExtHdrDestOpt()/U/bytes(range(64)),126): the routing header is repeated, what follows is divided */
static void test_ipv6_routing(void **state)
{
    static const char *const hex[] = {
        "02000000000202000000000186dd6000000000482b40fd000000000000000000000000000001fd000000000000000000"
        "0000000000022c02000100000000fd0000000000000000000000000000033c0000010000000911000104000000000"
        "3e807d00048159d000102030405060708090a0b0c0d0e0f1011121314151617",
        "02000000000202000000000186dd6000000000482b40fd000000000000000000000000000001fd000000000000000000"
        "0000000000022c02000100000000fd0000000000000000000000000000033c0000280000000918191a1b1c1d1e1f2021"
        "22232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
        NULL};
    struct pkt_build *b = check_begin(&check);
    (void)state;
    put_ethernet(b);
    pkt_build_ipv6(b, &ip6);
    pkt_build_ipv6_routing(b, NULL);
    pkt_build_ipv6_routing_address(b, (struct pkt_ip6){
                                          {0xfd, [15] = 3}
    });
    pkt_build_ipv6_dstopts(b);
    put_data(b, 64);
    finish(PKT_LINKTYPE_ETHERNET);
    expect(&(struct pkt_fragment_spec){.mtu = 112, .id = 9}, hex);
}

/* RFC 791 3.1: Router Alert (148) and loose route (131) have the copied flag, record route and timestamp have
 * not. */
static void test_options(void **state)
{
    static const uint8_t route[] = {4, 0, 0, 0, 0}, loose[] = {8, 10, 0, 0, 9};
    struct pkt_build *b = check_begin(&check);
    struct pkt_fragments fragments;
    struct pkt_view fragment;
    struct pkt_packet packet;
    (void)state;
    pkt_build_ipv4(b, &ip4);
    pkt_build_ipv4_option(b, PKT_IPV4_OPTION_RECORD_ROUTE, pkt_view_make(route, sizeof route));
    pkt_build_ipv4_option(b, PKT_IPV4_OPTION_NOP, pkt_view_make(NULL, 0));
    pkt_build_ipv4_option(b, PKT_IPV4_OPTION_LOOSE_ROUTE, pkt_view_make(loose, sizeof loose));
    pkt_build_ipv4_router_alert(b, 0);
    put_data(b, 100);
    finish(PKT_LINKTYPE_RAW);
    assert_int_equal(pkt_fragments_init(&fragments, &check.packet, &(struct pkt_fragment_spec){.mtu = 80}),
                     PKT_FRAGMENT_OK);
    assert_true(pkt_fragments_next(&fragments, out, sizeof out, &fragment));
    assert_int_equal(fragment.len, 40 + 40);
    assert_memory_equal(out + 20, check.bytes.ptr + 20, 20); /* all options */
    assert_true(pkt_fragments_next(&fragments, out, sizeof out, &fragment));
    assert_int_equal(fragment.len, 32 + 48); /* 12 bytes of options leave room for six units */
    assert_bytes_hex(pkt_view_clip(fragment, 20, 12), "8307080a000009 94040000 00");
    assert_u32(pkt_u16(fragment, 6), 0x2000 | 5);
    pkt_decode(fragment, fragment.len, PKT_LINKTYPE_RAW, 0, &packet);
    pkt_diagnose(&packet);
    assert_no_diagnoses(&packet);
    assert_true(pkt_fragments_next(&fragments, out, sizeof out, &fragment));
    assert_int_equal(fragment.len, 32 + 20);
    assert_u32(pkt_u16(fragment, 6), 11);
    assert_false(pkt_fragments_next(&fragments, out, sizeof out, &fragment));
}

/* A fragment that is divided again: its offset counts on, More Fragments is at the end what it was. */
static void test_again(void **state)
{
    static const char *const hex4[] = {
        "45000024 0001 2064 40fd 4576 0a0000010a000002 61616161616161616161616161616161",
        "45000024 0001 2066 40fd 4574 0a0000010a000002 61616161616161616161616161616161", NULL};
    static const char *const hex6[] = {
        "60000000 0018 2c40 fd000000000000000000000000000001 fd000000000000000000000000000002"
        "3a00 0321 00000005 61616161616161616161616161616161",
        "60000000 0018 2c40 fd000000000000000000000000000001 fd000000000000000000000000000002"
        "3a00 0331 00000005 61616161616161616161616161616161",
        NULL};
    struct pkt_ipv4_spec spec = ip4;
    struct pkt_build *b = check_begin(&check);
    (void)state;
    spec.fragment_offset = 800;
    spec.more_fragments = true;
    pkt_build_ipv4(b, &spec);
    pkt_build_fill(b, 'a', 32);
    finish(PKT_LINKTYPE_RAW);
    expect(&(struct pkt_fragment_spec){.mtu = 36}, hex4);

    b = check_begin(&check);
    pkt_build_ipv6(b, &ip6);
    pkt_build_ipv6_fragment(b, &(struct pkt_ipv6_fragment_spec){
                                   .offset = 800, .more_fragments = true, .id = 5, .next_header = 58});
    pkt_build_fill(b, 'a', 32);
    finish(PKT_LINKTYPE_RAW);
    expect(&(struct pkt_fragment_spec){.mtu = 64, .id = 99}, hex6);
}

/* IEEE 802.3: the length in front says how long each fragment is. */
static void test_8023(void **state)
{
    struct pkt_build *b = check_begin(&check);
    struct pkt_fragments fragments;
    struct pkt_view fragment;
    struct pkt_packet packet;
    unsigned count = 0;
    (void)state;
    put_ethernet(b);
    pkt_build_vlan(b, &(struct pkt_vlan_spec){.id = 5});
    pkt_build_llc(b, NULL);
    pkt_build_ipv4(b, &ip4);
    put_data(b, 64);
    finish(PKT_LINKTYPE_ETHERNET);
    assert_int_equal(pkt_fragments_init(&fragments, &check.packet, &(struct pkt_fragment_spec){.mtu = 52}),
                     0);
    while (pkt_fragments_next(&fragments, out, sizeof out, &fragment)) {
        assert_int_equal(pkt_u16(fragment, 12), 0x8100);
        assert_int_equal(pkt_u16(fragment, 16), fragment.len - 18);
        pkt_decode(fragment, fragment.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
        pkt_diagnose(&packet);
        assert_no_diagnoses(&packet);
        count++;
    }
    assert_int_equal(count, 3);
}

/* What fits is left alone, Don't Fragment or not. */
static void test_fits(void **state)
{
    struct pkt_ipv4_spec spec = ip4;
    struct pkt_fragments fragments;
    struct pkt_view fragment;
    (void)state;
    spec.dont_fragment = true;
    for (unsigned v6 = 0; v6 < 2; v6++) {
        struct pkt_build *b = check_begin(&check);
        put_ethernet(b);
        if (v6)
            pkt_build_ipv6(b, &ip6);
        else
            pkt_build_ipv4(b, &spec);
        put_data(b, 64);
        finish(PKT_LINKTYPE_ETHERNET);
        uint32_t mtu = (uint32_t)check.bytes.len - 14;
        assert_int_equal(
            pkt_fragments_init(&fragments, &check.packet, &(struct pkt_fragment_spec){.mtu = mtu}), 0);
        assert_true(pkt_fragments_next(&fragments, out, sizeof out, &fragment));
        assert_bytes_equal(fragment, check.bytes);
        assert_false(pkt_fragments_next(&fragments, out, sizeof out, &fragment));
        assert_int_equal(
            pkt_fragments_init(&fragments, &check.packet, &(struct pkt_fragment_spec){.mtu = mtu - 1}),
            v6 ? PKT_FRAGMENT_OK : PKT_FRAGMENT_E_FORBIDDEN);
        assert_int_equal(pkt_fragments_init(&fragments, &check.packet,
                                            &(struct pkt_fragment_spec){.mtu = mtu - 1, .force = true}),
                         PKT_FRAGMENT_OK);
    }
    assert_int_equal(pkt_fragments_init(&fragments, &check.packet, NULL), PKT_FRAGMENT_OK);
}

/* Overlaps and odd lengths on purpose: where each fragment starts and how long it is. */
static void test_on_purpose(void **state)
{
    static const struct {
        uint32_t payload, overlap;
        struct {
            uint32_t offset, len;
        } at[8];
    } cases[] = {
        {24, 0,  {{0, 24}, {24, 24}, {48, 24}}          },
        {32, 8,  {{0, 32}, {24, 32}, {48, 24}}          },
        {32, 13, {{0, 32}, {16, 32}, {32, 32}, {48, 24}}},
        {29, 0,  {{0, 29}, {24, 29}, {48, 24}}          },
        {72, 64, {{0, 72}}                              },
    };
    struct pkt_fragments fragments;
    struct pkt_view fragment;
    struct pkt_build *b = check_begin(&check);
    (void)state;
    pkt_build_ipv4(b, &ip4);
    put_data(b, 64);
    finish(PKT_LINKTYPE_RAW);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct pkt_fragment_spec spec = {.payload_per_fragment = cases[i].payload,
                                               .overlap = cases[i].overlap};
        assert_int_equal(pkt_fragments_init(&fragments, &check.packet, &spec), PKT_FRAGMENT_OK);
        for (size_t k = 0; cases[i].at[k].len != 0; k++) {
            bool last = cases[i].at[k + 1].len == 0;
            assert_true(pkt_fragments_next(&fragments, out, sizeof out, &fragment));
            assert_u32(pkt_u16(fragment, 6), (last ? 0 : 0x2000) | cases[i].at[k].offset / 8);
            assert_u32(fragment.len, 20 + cases[i].at[k].len);
            assert_memory_equal(fragment.ptr + 20, check.bytes.ptr + 20 + cases[i].at[k].offset,
                                cases[i].at[k].len);
        }
        assert_false(pkt_fragments_next(&fragments, out, sizeof out, &fragment));
        assert_int_equal(fragments.error, PKT_FRAGMENT_OK);
    }
}

static int refused(const struct pkt_packet *packet, struct pkt_fragment_spec spec)
{
    struct pkt_fragments fragments;
    struct pkt_view fragment;
    int error = pkt_fragments_init(&fragments, packet, &spec);
    assert_int_equal(fragments.error, error);
    assert_false(pkt_fragments_next(&fragments, out, sizeof out, &fragment));
    return error;
}

static void test_refused(void **state)
{
    struct pkt_build *b = check_begin(&check);
    struct pkt_packet packet;
    (void)state;
    put_ethernet(b);
    pkt_build_arp(b, NULL);
    finish(PKT_LINKTYPE_ETHERNET);
    assert_int_equal(refused(&check.packet, (struct pkt_fragment_spec){.mtu = 0}), PKT_FRAGMENT_E_NOT_IP);

    b = check_begin(&check);
    pkt_build_ipv4(b, &ip4);
    put_data(b, 64);
    finish(PKT_LINKTYPE_RAW);
    assert_int_equal(refused(&check.packet, (struct pkt_fragment_spec){.mtu = 27}), PKT_FRAGMENT_E_MTU);
    assert_int_equal(refused(&check.packet, (struct pkt_fragment_spec){.payload_per_fragment = 7}),
                     PKT_FRAGMENT_E_RANGE);
    assert_int_equal(
        refused(&check.packet, (struct pkt_fragment_spec){.payload_per_fragment = 16, .overlap = 9}),
        PKT_FRAGMENT_E_RANGE);
    assert_int_equal(refused(&check.packet, (struct pkt_fragment_spec){.mtu = 44, .overlap = UINT32_MAX}),
                     PKT_FRAGMENT_E_RANGE);
    pkt_decode(pkt_view_clip(check.bytes, 0, 60), (uint32_t)check.bytes.len, PKT_LINKTYPE_RAW, 0, &packet);
    assert_int_equal(refused(&packet, (struct pkt_fragment_spec){.mtu = 44}), PKT_FRAGMENT_E_CUT);
    pkt_decode(pkt_view_clip(check.bytes, 0, 60), 60, PKT_LINKTYPE_RAW, 0, &packet);
    assert_int_equal(refused(&packet, (struct pkt_fragment_spec){.mtu = 44}), PKT_FRAGMENT_E_CUT);
    pkt_decode(pkt_view_clip(check.bytes, 0, 19), 19, PKT_LINKTYPE_RAW, 0, &packet);
    assert_int_equal(refused(&packet, (struct pkt_fragment_spec){.mtu = 44}), PKT_FRAGMENT_E_NOT_IP);

    b = check_begin(&check); /* the last offset leaves no room for what follows */
    struct pkt_ipv4_spec late = ip4;
    late.fragment_offset = 65504;
    pkt_build_ipv4(b, &late);
    pkt_build_fill(b, 'a', 32);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(refused(&check.packet, (struct pkt_fragment_spec){.mtu = 44}), PKT_FRAGMENT_E_RANGE);

    b = check_begin(&check); /* the first fragment must have all headers (RFC 8200 4.5): 8 + 20 */
    pkt_build_ipv6(b, &ip6);
    pkt_build_ipv6_dstopts(b);
    pkt_build_tcp(b, NULL);
    pkt_build_fill(b, 'a', 64);
    finish(PKT_LINKTYPE_RAW);
    assert_int_equal(refused(&check.packet, (struct pkt_fragment_spec){.mtu = 40 + 8 + 31}),
                     PKT_FRAGMENT_E_MTU);
    struct pkt_fragments fragments;
    assert_int_equal(
        pkt_fragments_init(&fragments, &check.packet, &(struct pkt_fragment_spec){.mtu = 40 + 8 + 32}),
        PKT_FRAGMENT_OK);

    b = check_begin(&check);
    pkt_build_ipv6(b, &ip6);
    pkt_build_ipv6_hopopts(b);
    pkt_build_ipv6_jumbo(b, 0);
    put_data(b, 64);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(refused(&check.packet, (struct pkt_fragment_spec){.mtu = 80}), PKT_FRAGMENT_E_JUMBO);
}

/* What a receiver does. */
struct whole {
    uint8_t bytes[4096];
    uint8_t have[4096];
    size_t len; /* 0: not known yet */
};

static void take(struct whole *whole, struct pkt_view fragment, uint16_t linktype, bool v6)
{
    struct pkt_packet packet;
    struct pkt_ipv4 ip;
    struct pkt_ipv6_extension x;
    pkt_decode(fragment, (uint32_t)fragment.len, linktype, 0, &packet);
    pkt_diagnose(&packet);
    assert_no_diagnoses(&packet);
    unsigned layer = (unsigned)pkt_layer_find(&packet, v6 ? PKT_PROTO_IP6_FRAGMENT : PKT_PROTO_IPV4, 0);
    size_t offset = 0;
    bool more = false;
    if (v6 && pkt_as_ipv6_extension(&packet, layer, &x)) {
        offset = pkt_ipv6_fragment_offset(x);
        more = pkt_ipv6_more_fragments(x);
    } else {
        assert_true(pkt_as_ipv4(&packet, layer, &ip));
        offset = pkt_ipv4_fragment_offset(ip);
        more = pkt_ipv4_more_fragments(ip);
    }
    struct pkt_view payload = pkt_layer_payload(&packet, layer);
    assert_true(offset + payload.len <= sizeof whole->bytes);
    memcpy(whole->bytes + offset, payload.ptr, payload.len);
    memset(whole->have + offset, 1, payload.len);
    if (!more)
        whole->len = offset + payload.len;
}

static void reassemble(uint32_t mtu, bool v6, size_t data)
{
    struct whole whole = {.len = 0};
    struct pkt_fragments fragments;
    struct pkt_view fragment;
    struct pkt_build *b = check_begin(&check);
    size_t link = 14;
    put_ethernet(b);
    if (v6) {
        pkt_build_ipv6(b, &ip6);
        pkt_build_ipv6_hopopts(b);
        pkt_build_ipv6_router_alert(b, 0);
    } else {
        pkt_build_ipv4(b, &ip4);
        pkt_build_ipv4_option(b, PKT_IPV4_OPTION_RECORD_ROUTE, pkt_view_make("\4\0\0\0\0", 5));
    }
    put_data(b, data);
    finish(PKT_LINKTYPE_ETHERNET);
    size_t start = link + (v6 ? 48 : 28);
    assert_int_equal(pkt_fragments_init(&fragments, &check.packet, &(struct pkt_fragment_spec){.mtu = mtu}),
                     0);
    while (pkt_fragments_next(&fragments, out, sizeof out, &fragment)) {
        assert_true(fragment.len - link <= mtu);
        take(&whole, fragment, PKT_LINKTYPE_ETHERNET, v6);
    }
    assert_int_equal(fragments.error, PKT_FRAGMENT_OK);
    assert_int_equal(whole.len, check.bytes.len - start);
    assert_memory_equal(whole.bytes, check.bytes.ptr + start, whole.len);
    assert_null(memchr(whole.have, 0, whole.len));
}

static void test_reassembly(void **state)
{
    (void)state;
    for (size_t data = 130; data < 300; data += 7)
        for (uint32_t mtu = 36; mtu < 128; mtu += 5) {
            reassemble(mtu, false, data);
            reassemble(mtu + 36, true, data);
        }
}

/* Damaged packets: an end to the fragments, each in its bounds. */
static void test_hostile(void **state)
{
    uint32_t random = 1;
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        const struct golden_frame *golden =
            &golden_frames[round % (sizeof golden_frames / sizeof *golden_frames)];
        struct frame frame = frame_hex(golden->hex);
        struct pkt_fragments fragments;
        struct pkt_packet packet;
        struct pkt_view fragment, length = {NULL, 0};
        unsigned count = 0;
        for (unsigned i = 0; i < round % 5; i++) {
            random = random * 1664525 + 1013904223;
            frame.bytes[(random >> 8) % frame.len] = (uint8_t)(random >> 24);
        }
        frame_decode(frame, golden->linktype, &packet);
        const struct pkt_fragment_spec spec = {.mtu = 20 + round % 80,
                                               .force = round % 2 == 0,
                                               .payload_per_fragment = round % 3 == 0 ? 8 + round % 20 : 0,
                                               .overlap = round % 7};
        (void)pkt_fragments_init(&fragments, &packet, &spec);
        struct pkt_fragments measure = fragments;
        while (pkt_fragments_next(&measure, NULL, 0, &length)) {
            uint8_t *exact = test_malloc(length.len);
            assert_true(pkt_fragments_next(&fragments, exact, length.len, &fragment));
            assert_int_equal(fragment.len, length.len);
            test_free(exact);
            assert_true(++count <= 64);
        }
        assert_int_equal(measure.error, fragments.error);
        frame_free(frame);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ipv4),         cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_ipv6_routing), cmocka_unit_test(test_options),
        cmocka_unit_test(test_again),        cmocka_unit_test(test_8023),
        cmocka_unit_test(test_fits),         cmocka_unit_test(test_on_purpose),
        cmocka_unit_test(test_refused),      cmocka_unit_test(test_reassembly),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
