/* SPDX-License-Identifier: BSD-2-Clause */
/* The pure parts of pktping's LAN modes: who is on the link, conflicts, the schedule of probes, frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/memory.h"
#include "ping/lan_answered.h"
#include "ping/lan_dad.h"
#include "ping/lan_frames.h"
#include "ping/lan_table.h"
#include "pkt/linktype.h"

static const struct pkt_mac us = {
    {2, 0, 0, 0, 0, 1}
};

static struct lan_sighting sighting_of(uint32_t address, uint8_t mac, int64_t rtt_ns)
{
    struct pkt_ip4 ip = {
        {10, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address}
    };
    return (struct lan_sighting){.address = pkt_ip_from4(ip),
                                 .mac = {{2, 0, 0, 0, 0, mac}},
                                 .way = LAN_WAY_ARP,
                                 .is_answer = rtt_ns >= 0,
                                 .rtt_ns = rtt_ns};
}

static const struct lan_responder *note(struct lan_table *table, uint32_t address, uint8_t mac,
                                        int64_t rtt_ns)
{
    struct lan_sighting sighting = sighting_of(address, mac, rtt_ns);
    return lan_table_note(table, &sighting);
}

static void two_macs_of_one_address_are_a_conflict(void **state)
{
    struct lan_table table;
    (void)state;
    assert_true(lan_table_open(&table, memory_of_heap(1 << 20), 100, 7));
    const struct lan_responder *first = note(&table, 1, 1, 5000);
    assert_false(lan_table_is_conflict(&table, first));
    assert_ptr_equal(note(&table, 1, 1, 3000), first);
    assert_int_equal(first->replies, 2);
    assert_int_equal(first->rtt_best_ns, 3000);
    (void)note(&table, 1, 2, -1); /* heard, but it answered nothing */
    assert_false(lan_table_is_conflict(&table, first));
    assert_false(lan_table_is_only(&table, first));
    assert_true(lan_table_is_conflict(&table, note(&table, 1, 2, 9000)));
    assert_true(lan_table_is_conflict(&table, first));
    assert_false(lan_table_is_conflict(&table, note(&table, 2, 1, 9000))); /* a host with two addresses */
    assert_int_equal(table.count, 3);
    lan_table_sort(&table);
    assert_int_equal(lan_table_conflicts(&table), 1);
    assert_true(lan_table_is_conflict(&table, &table.rows[0]));
    assert_false(lan_table_is_conflict(&table, &table.rows[2]));
    lan_table_close(&table);
}

static void the_table_is_bounded_and_counts_what_does_not_fit(void **state)
{
    struct lan_table table;
    (void)state;
    assert_true(lan_table_open(&table, memory_of_heap(1 << 20), 100, 7));
    for (uint32_t i = 0; i < 150; i++)
        assert_int_equal(note(&table, i, 1, 1) != NULL, i < 100);
    assert_int_equal(table.count, 100);
    assert_int_equal(table.unfit, 50);
    assert_non_null(note(&table, 99, 1, 1)); /* those that are known go on */
    lan_table_close(&table);
}

static void one_address_cannot_fill_the_table(void **state)
{
    struct lan_table table;
    (void)state;
    assert_true(lan_table_open(&table, memory_of_heap(1 << 20), 100, 7));
    for (unsigned i = 0; i < 200; i++)
        (void)note(&table, 1, (uint8_t)i, 1);
    assert_int_equal(table.count, LAN_MACS_MAX);
    assert_int_equal(table.unfit, 200 - LAN_MACS_MAX);
    lan_table_close(&table);
}

/* RFC 5227 1.1: up to 1 s, three probes 1 to 2 s apart, then 2 s of silence. */
static void probes_of_ipv4_keep_their_times(void **state)
{
    const int64_t s = PKT_NS_PER_S;
    struct lan_dad dad;
    (void)state;
    for (uint32_t random = 0; random <= 1000; random += 250) {
        struct pkt_mono now = {.ns = 100 * s};
        lan_dad_start(&dad, false, now, random);
        assert_true(dad.due.ns >= now.ns && dad.due.ns <= now.ns + s);
        for (unsigned probe = 0; probe < 3; probe++) {
            now.ns = dad.due.ns - 1;
            assert_int_equal(lan_dad_turn(&dad, now, random), LAN_DAD_WAIT);
            now.ns++;
            assert_int_equal(lan_dad_turn(&dad, now, random), LAN_DAD_PROBE);
            int64_t gap = dad.due.ns - now.ns;
            assert_true(probe == 2 ? gap == 2 * s : gap >= s && gap <= 2 * s);
        }
        assert_int_equal(lan_dad_turn(&dad, (struct pkt_mono){dad.due.ns - 1}, random), LAN_DAD_WAIT);
        assert_int_equal(lan_dad_turn(&dad, dad.due, random), LAN_DAD_FREE);
    }
}

/* RFC 4862 5.4.2: up to 1 s, one solicitation, then RETRANS_TIMER, 1 s. */
static void a_solicitation_of_ipv6_keeps_its_times(void **state)
{
    struct lan_dad dad;
    (void)state;
    lan_dad_start(&dad, true, (struct pkt_mono){0}, 1000);
    assert_int_equal(dad.due.ns, PKT_NS_PER_S);
    assert_int_equal(lan_dad_turn(&dad, dad.due, 0), LAN_DAD_PROBE);
    assert_int_equal(dad.due.ns, 2 * PKT_NS_PER_S);
    assert_int_equal(lan_dad_turn(&dad, dad.due, 0), LAN_DAD_FREE);
}

static void decode(const struct lan_frame *frame, struct pkt_packet *ret_packet)
{
    pkt_decode(pkt_view_make(frame->bytes, frame->len), (uint32_t)frame->len, PKT_LINKTYPE_ETHERNET, 0,
               ret_packet);
}

static void a_probe_is_no_host_but_claims_an_address(void **state)
{
    const struct pkt_mac other = {
        {2, 0, 0, 0, 0, 9}
    };
    struct pkt_ip targets[2] = {
        pkt_ip_from4((struct pkt_ip4){{10, 0, 0, 1}}
         ), {.version = 6 }
    };
    struct lan_frame frame;
    struct pkt_packet packet;
    struct lan_sighting sighting;
    struct pkt_mac mac;
    bool is_probe;
    (void)state;
    targets[1].ip6 = (struct pkt_ip6){
        {0xfe, 0x80, [15] = 1}
    };
    for (unsigned i = 0; i < 2; i++) {
        const struct lan_self nobody = {.mac = us, .address = {.version = targets[i].version}};
        lan_frame_ask(&nobody, targets[i], &frame);
        decode(&frame, &packet);
        assert_false(lan_frame_hear(&packet, &sighting));
        assert_true(lan_frame_claims(&packet, targets[i], other, &mac, &is_probe));
        assert_true(is_probe);
        assert_memory_equal(mac.byte, us.byte, 6);
        assert_false(lan_frame_claims(&packet, targets[i], us, &mac, &is_probe)); /* our own */
        frame.bytes[frame.len - 1] ^= 1; /* the target of ARP; of ND the checksum is wrong now */
        decode(&frame, &packet);
        assert_false(lan_frame_claims(&packet, targets[i], other, &mac, &is_probe));
    }
}

/* RFC 1071, the plain way. */
static void put_checksum(uint8_t *bytes, size_t len, size_t at)
{
    uint32_t sum = 0;
    bytes[at] = bytes[at + 1] = 0;
    for (size_t i = 0; i < len; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~(sum + (sum >> 16));
    bytes[at] = (uint8_t)(sum >> 8);
    bytes[at + 1] = (uint8_t)sum;
}

/* RFC 826's example of a frame, byte by byte. */
static void an_arp_request_is_as_the_standard_has_it(void **state)
{
    static const uint8_t wanted[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,  1, 8, 6,
                                       0,    1,    8,    0,    6,    4,    0, 1, 2, 0, 0,  0, 0, 1,
                                       10,   0,    0,    1,    0,    0,    0, 0, 0, 0, 10, 0, 0, 2};
    const struct lan_self self = {
        .mac = us, .address = pkt_ip_from4((struct pkt_ip4){{10, 0, 0, 1}}
              )
    };
    struct lan_frame frame;
    struct pkt_packet packet;
    struct lan_sighting sighting;
    (void)state;
    lan_frame_ask(&self,
                  pkt_ip_from4((struct pkt_ip4){
                      {10, 0, 0, 2}
    }),
                  &frame);
    assert_int_equal(frame.len, sizeof wanted);
    assert_memory_equal(frame.bytes, wanted, sizeof wanted);
    decode(&frame, &packet);
    assert_true(lan_frame_hear(&packet, &sighting));
    assert_int_equal(sighting.way, LAN_WAY_HEARD);
    assert_memory_equal(sighting.mac.byte, us.byte, 6);
}

static void requests_are_answered_once_in_any_order(void **state)
{
    struct lan_answered answered = {0};
    (void)state;
    assert_false(lan_answered_has(&answered, 1));
    assert_true(lan_answered_add(&answered, 3));
    assert_false(lan_answered_add(&answered, 3));
    assert_true(lan_answered_add(&answered, 1));
    assert_false(lan_answered_add(&answered, 1));
    assert_true(lan_answered_has(&answered, 3));
    assert_false(lan_answered_has(&answered, 2));
    assert_true(lan_answered_add(&answered, 2 + LAN_ANSWERED_SPAN));
    assert_true(lan_answered_has(&answered, 3));
    assert_false(lan_answered_has(&answered, 4));
    assert_false(lan_answered_add(&answered, 2)); /* it has left the span, and was never answered */
    assert_true(lan_answered_add(&answered, 10 * LAN_ANSWERED_SPAN));
    assert_false(lan_answered_has(&answered, 10 * LAN_ANSWERED_SPAN - 1));
    assert_true(lan_answered_add(&answered, 9 * LAN_ANSWERED_SPAN + 1));
    assert_false(lan_answered_add(&answered, 9 * LAN_ANSWERED_SPAN));
}

/* A member that reports without an address of its own (RFC 9776 4.2.14) is no pair of address and MAC. */
static void nobody_has_the_unspecified_address(void **state)
{
    uint8_t report[] = {1,    0, 0x5e, 0,  0,    22, 2, 0, 0,   0, 0, 9, 8, 0,       /* Ethernet */
                        0x45, 0, 0,    28, 0,    0,  0, 0, 1,   2, 0, 0, 0, 0, 0, 0, /* from 0.0.0.0 */
                        224,  0, 0,    22, 0x16, 0,  0, 0, 239, 1, 1, 1};            /* an IGMPv2 report */
    struct pkt_packet packet;
    struct lan_sighting sighting;
    (void)state;
    for (unsigned has_address = 0; has_address < 2; has_address++) {
        uint8_t *ip = report + 14, *igmp = ip + 20;
        ip[12] = has_address ? 10 : 0;
        put_checksum(ip, 20, 10);
        put_checksum(igmp, 8, 2);
        pkt_decode(pkt_view_make(report, sizeof report), sizeof report, PKT_LINKTYPE_ETHERNET, 0, &packet);
        assert_int_equal(lan_frame_hear(&packet, &sighting), has_address);
    }
    assert_int_equal(sighting.way, LAN_WAY_IGMP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_macs_of_one_address_are_a_conflict),
        cmocka_unit_test(the_table_is_bounded_and_counts_what_does_not_fit),
        cmocka_unit_test(one_address_cannot_fill_the_table),
        cmocka_unit_test(probes_of_ipv4_keep_their_times),
        cmocka_unit_test(a_solicitation_of_ipv6_keeps_its_times),
        cmocka_unit_test(a_probe_is_no_host_but_claims_an_address),
        cmocka_unit_test(an_arp_request_is_as_the_standard_has_it),
        cmocka_unit_test(requests_are_answered_once_in_any_order),
        cmocka_unit_test(nobody_has_the_unspecified_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
