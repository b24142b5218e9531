/*
 * Packets that change the state of others, in recorded captures: one letter a frame.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pkt/pkt.h"
#include "send/hazard.h"
#include "support/capture_frames.h"

/* 192.0.2.1, or nothing, is ours. */
static bool is_192_0_2_1(void *context, struct pkt_view address)
{
    (void)context;
    return address.len == 4 && memcmp(address.ptr, "\xc0\x00\x02\x01", 4) == 0;
}

static bool nothing_is_ours(void *context, struct pkt_view address)
{
    (void)context;
    (void)address;
    return false;
}

/* o older query, r router, d redirect, a address, . none */
static void assert_hazards(const char *name, hazard_is_ours *is_ours, const char *expected)
{
    static const char letters[] = ".orda";
    static struct capture capture;
    struct frame frame;
    struct pkt_packet packet;
    char text[64] = "";
    size_t count = 0;
    capture_open(&capture, name);
    while (capture_next(&capture, &frame) && count + 1 < sizeof text) {
        pkt_decode(pkt_view_make(frame.bytes, frame.len), (uint32_t)frame.len, PKT_LINKTYPE_ETHERNET, 0,
                   &packet);
        text[count++] = letters[hazard_of(&packet, is_ours, NULL)];
        frame_free(frame);
    }
    assert_string_equal(text, expected);
}

static void test_captures(void **state)
{
    (void)state;
    assert_hazards("nd-router-advertisement.pcap", nothing_is_ours, "r.r");
    assert_hazards("nd-redirect.pcap", nothing_is_ours, ".d.....");
    assert_hazards("icmp4-redirect.pcap", nothing_is_ours, ".d..d...");
    assert_hazards("arp-gratuitous.pcap", nothing_is_ours, "aaa");
    assert_hazards("arp-gratuitous.pcap", is_192_0_2_1, "...");
    assert_hazards("arp-probe.pcap", nothing_is_ours, "..");
    assert_hazards("arp-request-reply.pcap", is_192_0_2_1, ".a.a");
    assert_hazards("nd-unsolicited-advertisement.pcap", nothing_is_ours, "a");
    assert_hazards("nd-solicitation-advertisement.pcap", nothing_is_ours, ".a.a.a");
    assert_hazards("igmp2-join-leave.pcap", nothing_is_ours, "...o.o");
    assert_hazards("igmp3-join-leave.pcap", nothing_is_ours, "......");
    assert_hazards("ping4.pcap", nothing_is_ours, "......");
    /* An error that quotes a redirect redirects nobody. */
    assert_hazards("icmp4-unreachable-codes.pcap", nothing_is_ours, "..............");
}

static void test_sentences(void **state)
{
    (void)state;
    for (int hazard = 0; hazard < HAZARD_COUNT; hazard++)
        assert_non_null(hazard_sentence((enum send_hazard)hazard));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_captures),
        cmocka_unit_test(test_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
