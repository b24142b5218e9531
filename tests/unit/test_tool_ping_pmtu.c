/* SPDX-License-Identifier: BSD-2-Clause */
/* The search for the path MTU on made-up paths: with and without ICMP errors, with losses, with routers that
 * lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ping/pmtu.h"

enum manner {
    HONEST,    /* reports the MTU of its link */
    MUTE,      /* drops without a word */
    MTU_ZERO,  /* reports, as before RFC 1191, no MTU */
    TOO_LOW,   /* reports 100 less */
    TOO_HIGH,  /* reports 100 more */
    THE_SAME,  /* reports the size that was sent */
    ONE_LESS,  /* reports the size that was sent, less one */
    TINY,      /* reports 40 */
    IMMENSE,   /* reports 2^32 - 1 */
    CONTRARY,  /* says that anything over 600 is too long, and passes it on all the same */
    FORGETFUL, /* reports once, then never again */
};

struct router {
    uint32_t mtu;
    enum manner manner;
};

struct path {
    unsigned version;
    uint32_t interface; /* MTU that the search is told of; 0: it is not told */
    uint32_t sends;     /* MTU that the machine really sends */
    struct router routers[3];
    unsigned router_count;
    unsigned loss; /* in percent, of round trips */
    bool is_dead;
    /* what happened */
    struct pkt_mono now;
    uint32_t random;
    unsigned reports;
    unsigned sent;
};

static struct pmtu pmtu;
static struct pmtu_result result;

static struct pkt_ip address_of(unsigned router)
{
    struct pkt_ip4 address = {
        {10, 0, 0, (uint8_t)router}
    };
    return pkt_ip_from4(address);
}

static unsigned roll(struct path *path)
{
    path->random = path->random * 1664525 + 1013904223; /* numerical recipes' generator: the same each time */
    return (path->random >> 16) % 100;
}

static uint32_t report_of(const struct router *router, uint32_t size)
{
    const uint32_t reports[] = {[HONEST] = router->mtu,
                                [MTU_ZERO] = 0,
                                [TOO_LOW] = router->mtu - 100,
                                [TOO_HIGH] = router->mtu + 100,
                                [THE_SAME] = size,
                                [ONE_LESS] = size - 1,
                                [TINY] = 40,
                                [IMMENSE] = UINT32_MAX,
                                [CONTRARY] = 600,
                                [FORGETFUL] = router->mtu};
    return reports[router->manner];
}

/* Whether a router passes a probe on; says what it has to say. */
static bool passes(struct path *path, unsigned index, unsigned probe, uint32_t size)
{
    const struct router *router = &path->routers[index];
    bool is_contrary = router->manner == CONTRARY && size > 600;
    if (size <= router->mtu && !is_contrary)
        return true;
    bool speaks = router->manner != MUTE && (router->manner != FORGETFUL || path->reports == 0);
    if (speaks && roll(path) >= path->loss) {
        path->reports++;
        (void)pmtu_too_long(&pmtu, probe, address_of(index + 1), report_of(router, size));
    }
    return is_contrary && size <= router->mtu;
}

static void carry(struct path *path)
{
    unsigned probe = pmtu.count - 1;
    uint32_t size = pmtu.probes[probe].size;
    path->sent++;
    if (size > path->sends) {
        pmtu_unsendable(&pmtu, probe, path->sends);
        return;
    }
    path->now.ns += 1000000;
    if (path->is_dead)
        return;
    for (unsigned i = 0; i < path->router_count; i++)
        if (!passes(path, i, probe, size))
            return;
    if (roll(path) >= path->loss)
        assert_true(pmtu_reply(&pmtu, probe, path->now));
}

/* The search from its beginning to its end; it has one within four minutes and PMTU_PROBES_MAX probes. */
static uint32_t search(struct path *path)
{
    enum pmtu_step step;
    pmtu_start(&pmtu, path->version, path->interface, 0);
    while ((step = pmtu_turn(&pmtu, path->now)) != PMTU_OVER) {
        if (step == PMTU_SEND)
            carry(path);
        else
            path->now = pmtu.due;
        assert_true(path->now.ns < INT64_C(240) * 1000000000);
    }
    assert_true(pmtu.is_over);
    assert_int_equal(path->sent, pmtu.count);
    pmtu_result(&pmtu, &result);
    assert_int_equal(result.mtu, pmtu.proved);
    return result.mtu;
}

static struct path path_of(unsigned version, uint32_t interface, uint32_t mtu, enum manner manner)
{
    return (struct path){.version = version,
                         .interface = interface,
                         .sends = interface,
                         .routers = {{mtu, manner}},
                         .router_count = 1,
                         .random = mtu * 31 + interface};
}

static void every_mtu_that_is_reported(void **state)
{
    (void)state;
    for (uint32_t mtu = PMTU_LEAST; mtu <= 9000; mtu++) {
        struct path path = path_of(4, 9000, mtu, HONEST);
        assert_int_equal(search(&path), mtu);
        assert_int_equal(result.way, mtu == 9000 ? PMTU_BY_INTERFACE : PMTU_BY_REPORT);
        assert_int_equal(result.reported, mtu == 9000 ? 0 : mtu);
        assert_true(mtu == 9000 || pkt_ip_equal(result.from, address_of(1)));
        assert_true(pmtu.count <= 4); /* the least, all, what was reported, one more */
        assert_true(path.now.ns < 10000000);
        if (mtu < PMTU_LEAST_IP6)
            continue;
        path = path_of(6, 9000, mtu, HONEST);
        assert_int_equal(search(&path), mtu);
        assert_true(pmtu.count <= 4);
    }
}

static void every_mtu_of_a_black_hole(void **state)
{
    (void)state;
    for (uint32_t mtu = PMTU_LEAST; mtu < 9000; mtu += mtu % 20 == 0 ? 7 : 1) {
        struct path path = path_of(mtu % 2 == 0 ? 6 : 4, 9000, mtu, MUTE);
        assert_int_equal(search(&path), mtu);
        assert_int_equal(result.way, PMTU_BY_SILENCE);
        assert_int_equal(result.refused, mtu + 1);
        assert_int_equal(result.from.version, 0);
        assert_true(pmtu.count <= 64);
        assert_true(path.now.ns < INT64_C(12) * 1000000000);
        assert_true(pmtu_refused(&pmtu)->tries >= 6);
    }
}

/* Of the usual sizes a black hole is found sooner. */
static void usual_black_holes_are_found_soon(void **state)
{
    static const uint32_t usual[] = {1280, 1400, 1420, 1450, 1480, 1492, 1500};
    (void)state;
    for (unsigned i = 0; i < sizeof usual / sizeof *usual; i++) {
        struct path path = path_of(4, 9000, usual[i], MUTE);
        assert_int_equal(search(&path), usual[i]);
        assert_true(pmtu.count <= 25);
        assert_true(path.now.ns < INT64_C(4) * 1000000000);
    }
}

/* Three in ten round trips and reports are lost. */
static void losses_are_no_black_hole(void **state)
{
    unsigned searches = 0, exact = 0;
    (void)state;
    for (uint32_t mtu = PMTU_LEAST; mtu <= 9000; mtu += 13) {
        for (unsigned manner = HONEST; manner <= MTU_ZERO; manner++) {
            struct path path = path_of(4, 9000, mtu, (enum manner)manner);
            path.loss = 30;
            path.random += manner;
            uint32_t found = search(&path);
            assert_true(found <= mtu); /* what does not pass is never said to */
            searches++;
            exact += found == mtu;
        }
    }
    /* The size that decides is lost 12 times in a row in 0.3^12, the first one 6 times in 0.3^6 = 0.07 %. */
    assert_true(exact * 1000 >= searches * 997);
    for (unsigned seed = 0; seed < 200; seed++) {
        struct path path = path_of(4, 1500, 1500, HONEST);
        path.loss = 30;
        path.random = seed * 7919;
        if (search(&path) != 0) {
            assert_int_equal(result.mtu, 1500);
            assert_int_equal(result.way, PMTU_BY_INTERFACE);
        }
    }
}

static void no_mtu_is_told(void **state)
{
    (void)state;
    for (uint32_t mtu = PMTU_LEAST; mtu < 9000; mtu++) {
        struct path path = path_of(4, 9000, mtu, MTU_ZERO);
        assert_int_equal(search(&path), mtu);
        assert_int_equal(result.way, PMTU_BY_REPORT);
        assert_int_equal(result.reported, 0);
        assert_true(pmtu.count <= 20);
        assert_true(path.now.ns < 30000000); /* it never waits */
    }
}

static void routers_that_lie(void **state)
{
    static const enum manner manners[] = {TOO_LOW, TOO_HIGH, THE_SAME, ONE_LESS, TINY, IMMENSE, FORGETFUL};
    (void)state;
    for (uint32_t mtu = 200; mtu < 9000; mtu += 11) {
        for (unsigned i = 0; i < sizeof manners / sizeof *manners; i++) {
            for (unsigned version = 4; version <= 6; version += 2) {
                struct path path = path_of(version, 9000, mtu, manners[i]);
                assert_int_equal(search(&path), mtu);
                assert_true(pmtu.count <= 80);
                /* Routers limit their errors: one that was right, and then nothing, is still a report. */
                bool is_told = manners[i] == FORGETFUL && (version == 4 || mtu >= PMTU_LEAST_IP6);
                assert_true(!is_told || (result.way == PMTU_BY_REPORT && result.reported == mtu));
            }
        }
    }
}

/* Reports that are not believed are counted, and told. */
static void odd_reports_are_told(void **state)
{
    (void)state;
    struct path path = path_of(6, 1500, 1400, TINY);
    assert_int_equal(search(&path), 1400);
    assert_int_equal(result.way, PMTU_BY_SILENCE);
    assert_true(pmtu.odd > 0 && pmtu.odd == path.reports);
    assert_int_equal(pmtu.odd_mtu, 40);
    assert_true(pkt_ip_equal(pmtu.odd_from, address_of(1)));
    path = path_of(6, 1500, 1400, MTU_ZERO); /* IPv6 has no report without an MTU */
    assert_int_equal(search(&path), 1400);
    assert_int_equal(result.way, PMTU_BY_SILENCE);
}

/* Who says that all is too long cannot hide that it comes back. */
static void proof_is_stronger_than_words(void **state)
{
    (void)state;
    for (uint32_t mtu = 700; mtu < 9000; mtu += 50) {
        struct path path = path_of(4, 9000, mtu, CONTRARY);
        assert_int_equal(search(&path), mtu);
    }
}

static void two_and_three_bottlenecks(void **state)
{
    (void)state;
    struct path path = path_of(4, 9000, 1500, HONEST);
    path.routers[1] = (struct router){1400, HONEST};
    path.routers[2] = (struct router){1280, HONEST};
    path.router_count = 3;
    assert_int_equal(search(&path), 1280);
    assert_int_equal(result.way, PMTU_BY_REPORT);
    assert_true(pkt_ip_equal(result.from, address_of(3)));
    assert_true(pmtu.count <= 6);
    /* The second one vanishes. */
    path = path_of(6, 9000, 1500, HONEST);
    path.routers[1] = (struct router){1391, MUTE};
    path.router_count = 2;
    assert_int_equal(search(&path), 1391);
    assert_int_equal(result.way, PMTU_BY_SILENCE);
    assert_true(pmtu.count <= 64);
    /* The first one vanishes, and the second one is heard below it. */
    path = path_of(4, 9000, 4000, MUTE);
    path.routers[1] = (struct router){1391, HONEST};
    path.router_count = 2;
    assert_int_equal(search(&path), 1391);
    assert_int_equal(result.way, PMTU_BY_REPORT);
    assert_true(pkt_ip_equal(result.from, address_of(2)));
}

static void interfaces(void **state)
{
    (void)state;
    for (uint32_t mtu = 576; mtu < 9000; mtu += 37) {
        struct path path = path_of(4, mtu, 9000, HONEST); /* the path carries more */
        assert_int_equal(search(&path), mtu);
        assert_int_equal(result.way, PMTU_BY_INTERFACE);
        assert_int_equal(pmtu.count, 2);
        path = path_of(4, mtu, 9000, HONEST);
        path.interface = 0; /* only the refusal to send tells */
        assert_int_equal(search(&path), mtu);
        assert_int_equal(result.way, PMTU_BY_INTERFACE);
        assert_int_equal(pmtu.count, 3);
    }
    struct path path = path_of(4, 65536, 65536, HONEST); /* loopback: no IPv4 packet has 65,536 bytes */
    assert_int_equal(search(&path), 65535);
    path = path_of(6, 65536, 65536, HONEST);
    assert_int_equal(search(&path), 65536);
}

static void nobody_answers(void **state)
{
    (void)state;
    struct path path = path_of(4, 1500, 1500, HONEST);
    path.is_dead = true;
    assert_int_equal(search(&path), 0);
    assert_int_equal(result.way, PMTU_BY_NOTHING);
    assert_int_equal(pmtu.count, 6);
    assert_true(path.now.ns < INT64_C(5) * 1000000000);
}

static void send_next(struct pkt_mono *now)
{
    while (pmtu_turn(&pmtu, *now) != PMTU_SEND)
        *now = pmtu.due;
}

/* A reply counts whenever it comes. */
static void late_replies_count(void **state)
{
    struct pkt_mono now = {0};
    (void)state;
    pmtu_start(&pmtu, 4, 1500, 0);
    send_next(&now);
    send_next(&now); /* the first one is given up */
    assert_int_equal(pmtu.probes[1].size, PMTU_LEAST);
    assert_true(pmtu_reply(&pmtu, 0, now));
    assert_false(pmtu_reply(&pmtu, 0, now));
    send_next(&now);
    assert_int_equal(pmtu.probes[2].size, 1500);
    for (unsigned i = 0; i < 3; i++)
        send_next(&now);
    assert_int_equal(pmtu_refused(&pmtu)->size, 1500);
    assert_true(pmtu_reply(&pmtu, 2, now));
    assert_int_equal(pmtu_turn(&pmtu, now), PMTU_OVER);
    pmtu_result(&pmtu, &result);
    assert_int_equal(result.mtu, 1500);
}

/* Indices that are no probe's, and the least size called too long. */
static void nonsense_changes_nothing(void **state)
{
    struct pkt_mono now = {0};
    (void)state;
    pmtu_start(&pmtu, 4, 1500, 0);
    send_next(&now);
    assert_false(pmtu_reply(&pmtu, 1, now));
    assert_false(pmtu_too_long(&pmtu, 1, address_of(1), 1000));
    assert_false(pmtu_too_long(&pmtu, 0, address_of(1), 0));
    pmtu_unsendable(&pmtu, 7, 100);
    pmtu_failed(&pmtu, 7, now);
    assert_int_equal(pmtu_refused(&pmtu)->size, 1501);
    assert_int_equal(pmtu_turn(&pmtu, now), PMTU_WAIT);
    assert_true(pmtu_reply(&pmtu, 0, now));
    assert_false(pmtu_too_long(&pmtu, 0, address_of(1), 68));
}

/* Whatever comes, in whatever order, the search ends. */
static void noise(void **state)
{
    struct path path = {.random = 1};
    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        struct pkt_mono now = {0};
        pmtu_start(&pmtu, round % 2 == 0 ? 4 : 6, (roll(&path) + 1) * 100, 0);
        while (pmtu_turn(&pmtu, now) != PMTU_OVER) {
            unsigned probe = pmtu.count * roll(&path) / 100;
            unsigned what = roll(&path) % 6;
            if (what == 0)
                (void)pmtu_reply(&pmtu, probe, now);
            else if (what < 3)
                (void)pmtu_too_long(&pmtu, probe, address_of(1), roll(&path) * roll(&path));
            else if (what == 3)
                pmtu_unsendable(&pmtu, probe, roll(&path) * roll(&path));
            else if (what == 4)
                pmtu_failed(&pmtu, probe, now);
            now.ns += (int64_t)roll(&path) * 5000000;
        }
        assert_true(pmtu.count <= PMTU_PROBES_MAX);
        assert_true(pmtu.proved < pmtu_refused(&pmtu)->size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mtu_that_is_reported),
        cmocka_unit_test(every_mtu_of_a_black_hole),
        cmocka_unit_test(usual_black_holes_are_found_soon),
        cmocka_unit_test(losses_are_no_black_hole),
        cmocka_unit_test(no_mtu_is_told),
        cmocka_unit_test(routers_that_lie),
        cmocka_unit_test(odd_reports_are_told),
        cmocka_unit_test(proof_is_stronger_than_words),
        cmocka_unit_test(two_and_three_bottlenecks),
        cmocka_unit_test(interfaces),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(late_replies_count),
        cmocka_unit_test(nonsense_changes_nothing),
        cmocka_unit_test(noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
