/* Bases of relative TCP sequence numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pkt/packet.h"
#include "pkt/track.h"

static size_t allocated, allocations_left;

static void *allocate(void *context, size_t size)
{
    (void)context;
    if (allocations_left == 0)
        return NULL;
    allocations_left--;
    size_t *memory = malloc(size + 16);
    allocated += *memory = size;
    return (char *)memory + 16;
}

static void release(void *context, void *memory)
{
    (void)context;
    if (memory == NULL)
        return;
    char *start = (char *)memory - 16;
    size_t size;
    memcpy(&size, start, sizeof size);
    allocated -= size;
    free(start);
}

static struct pkt_tcp_bases *create(size_t budget, size_t allocations)
{
    struct pkt_memory memory = {allocate, release, NULL, budget};
    allocations_left = allocations;
    return pkt_tcp_bases_create(&memory, 0x0123456789abcdef);
}

enum { SYN = 0x02, ACK = 0x10 };

/* A segment from host a, port p to host b, port q. */
static struct pkt_tcp_base look(struct pkt_tcp_bases *bases, uint8_t a, uint16_t p, uint8_t b, uint16_t q,
                                uint8_t flags, uint32_t sequence, uint32_t acknowledgment)
{
    static uint8_t frame[40];
    static struct pkt_packet packet;
    const uint8_t ip[] = {0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 192, 0, 2, a, 192, 0, 2, b};
    const uint8_t tcp[] = {(uint8_t)(p >> 8),
                           (uint8_t)p,
                           (uint8_t)(q >> 8),
                           (uint8_t)q,
                           (uint8_t)(sequence >> 24),
                           (uint8_t)(sequence >> 16),
                           (uint8_t)(sequence >> 8),
                           (uint8_t)sequence,
                           (uint8_t)(acknowledgment >> 24),
                           (uint8_t)(acknowledgment >> 16),
                           (uint8_t)(acknowledgment >> 8),
                           (uint8_t)acknowledgment,
                           0x50,
                           flags,
                           0,
                           0,
                           0,
                           0,
                           0,
                           0};
    memcpy(frame, ip, sizeof ip);
    memcpy(frame + sizeof ip, tcp, sizeof tcp);
    pkt_decode(pkt_view_make(frame, sizeof frame), sizeof frame, PKT_LINKTYPE_RAW, 0, &packet);
    assert_int_equal(packet.layer[1].proto, PKT_PROTO_TCP);
    return pkt_tcp_bases_look(bases, &packet, 1);
}

static void assert_base(struct pkt_tcp_base base, uint32_t sequence, uint32_t acknowledgment,
                        uint32_t selective)
{
    assert_int_equal(base.sequence, sequence);
    assert_int_equal(base.acknowledgment, acknowledgment);
    assert_int_equal(base.selective, selective);
}

static void a_handshake_sets_the_bases(void **state)
{
    (void)state;
    struct pkt_tcp_bases *bases = create(1 << 20, 100);
    assert_base(look(bases, 1, 4000, 2, 80, SYN, 1000, 0), 0, 0, 0);
    assert_base(look(bases, 2, 80, 1, 4000, SYN | ACK, 9000, 1001), 0, 0, 1000);
    assert_base(look(bases, 1, 4000, 2, 80, ACK, 1001, 9001), 1000, 9000, 9000);
    assert_base(look(bases, 2, 80, 1, 4000, ACK, 9001, 1005), 9000, 1000, 1000);
    /* Another connection between the same hosts. */
    assert_base(look(bases, 1, 4001, 2, 80, ACK, 5, 7), 0, 0, 6);
    assert_base(look(bases, 1, 4001, 2, 80, ACK, 6, 7), 5, 6, 6);
    /* The first begins anew. */
    assert_base(look(bases, 2, 80, 1, 4000, SYN | ACK, 70000, 60001), 0, 0, 60000);
    assert_base(look(bases, 1, 4000, 2, 80, ACK, 60001, 70001), 60000, 70000, 70000);
    pkt_tcp_bases_destroy(bases);
    assert_int_equal(allocated, 0);
}

static void equal_ports_are_told_apart_by_address(void **state)
{
    (void)state;
    struct pkt_tcp_bases *bases = create(1 << 20, 100);
    assert_base(look(bases, 2, 179, 1, 179, SYN | ACK, 500, 301), 0, 0, 300);
    assert_base(look(bases, 1, 179, 2, 179, ACK, 301, 501), 300, 500, 500);
    assert_base(look(bases, 2, 179, 1, 179, ACK, 501, 301), 500, 300, 300);
    pkt_tcp_bases_destroy(bases);
}

/* At the budget the oldest connection goes; it is counted, and memory stays within it. */
static void forgets_the_oldest(void **state)
{
    (void)state;
    const size_t budget = 200000;
    struct pkt_tcp_bases *bases = create(budget, 100);
    assert_non_null(bases);
    uint32_t n = 0;
    while (pkt_tcp_bases_evicted(bases) == 0 && n < 10000) {
        look(bases, 1, (uint16_t)(10000 + n), 2, 80, ACK, 100, 200);
        n++;
    }
    assert_true(n > 100 && n < 10000);
    assert_true(allocated <= budget);
    assert_int_equal(pkt_tcp_bases_evicted(bases), 1);
    assert_base(look(bases, 1, 10001, 2, 80, ACK, 101, 200), 100, 199, 199);
    assert_base(look(bases, 1, 10000, 2, 80, ACK, 101, 200), 0, 0, 199); /* forgotten, learnt again */
    assert_int_equal(pkt_tcp_bases_evicted(bases), 2);
    assert_base(look(bases, 1, 10001, 2, 80, ACK, 101, 200), 100, 199, 199); /* touched a moment ago: stays */
    for (uint32_t i = 0; i < 100000; i++)
        look(bases, (uint8_t)(3 + i % 7), (uint16_t)(i * 7919), 2, (uint16_t)i, ACK, 100, 200);
    assert_true(allocated <= budget);
    pkt_tcp_bases_destroy(bases);
    assert_int_equal(allocated, 0);
}

static void does_without_memory(void **state)
{
    (void)state;
    assert_null(create(1 << 20, 0));
    assert_null(create(100, 100));
    for (size_t allowed = 1; allowed < 3; allowed++) {
        assert_null(create(1 << 20, allowed));
        assert_int_equal(allocated, 0);
    }
    pkt_tcp_bases_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_sets_the_bases),
        cmocka_unit_test(equal_ports_are_told_apart_by_address),
        cmocka_unit_test(forgets_the_oldest),
        cmocka_unit_test(does_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
