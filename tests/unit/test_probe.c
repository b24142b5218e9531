/*
 * Probes and their answers, over recorded conversations: which frame answers which. The expected pairs were
 * read off tcpdump's lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pkt/pkt.h"
#include "support/capture_frames.h"

enum { GAP_NS = 1000 }; /* between frames, in the time of these tests */

static size_t allocated;

static void *allocate(void *context, size_t size)
{
    (void)context;
    allocated += size;
    return malloc(size);
}

static void release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

static struct pkt_probes *create(size_t budget, unsigned entries)
{
    const struct pkt_memory memory = {.allocate = allocate, .release = release, .budget = budget};
    allocated = 0;
    return pkt_probes_create(&memory, entries, 42);
}

/* "2<1 4<3!": frame 2 answers 1, frame 4 answers 3 by an ICMP error; "=": membership, "*": advertisement,
 * "+": not the first answer. Every frame that answers nothing is noted as sent. */
static void pairs_of(struct pkt_probes *probes, const char *name, uint16_t linktype, char *text, size_t size)
{
    static struct capture capture;
    static const char marks[] = {0, ' ', '!', '=', '*'};
    struct frame frame;
    struct pkt_packet packet;
    struct pkt_answer answer;
    size_t len = 0;
    capture_open(&capture, name);
    text[0] = '\0';
    for (unsigned number = 1; capture_next(&capture, &frame); number++) {
        struct pkt_wall time = {(int64_t)number * GAP_NS};
        pkt_decode(pkt_view_make(frame.bytes, frame.len), (uint32_t)frame.len, linktype, 0, &packet);
        if (pkt_probes_answer(probes, &packet, time, &answer)) {
            assert_int_equal(answer.rtt_ns, (int64_t)(number - answer.number) * GAP_NS);
            assert_true(len < size);
            len += (size_t)snprintf(text + len, size - len, "%u<%u%c%s", number, (unsigned)answer.number,
                                    marks[answer.kind], answer.copy > 0 ? "+" : "");
        } else {
            (void)pkt_probes_sent(probes, &packet, number, time);
        }
        frame_free(frame);
    }
}

static void test_conversations(void **state)
{
    static const struct {
        const char *name;
        const char *pairs;
    } conversations[] = {
        {"arp-request-reply.pcap",              "2<1 4<3 "                                     },
        {"ping4.pcap",                          "2<1 4<3 6<5 "                                 },
        {"ping6.pcap",                          "2<1 4<3 6<5 8<7 "                             },
        {"icmp4-timestamp-mask.pcap",           "2<1 "                                         },
        {"icmp4-extended-echo.pcap",            "2<1 4<3 6<5 "                                 },
        {"ping4-broadcast.pcap",                "2<1 3<1 +5<4 6<4 +"                           }, /* many may answer */
        {"ping6-all-nodes.pcap",                "2<1 3<1 +5<4 6<4 +"                           },
        {"nd-solicitation-advertisement.pcap",  "2<1 4<3 6<5 "                                 },
        {"nd-duplicate-address-detection.pcap", "3<2 "                                         },
        {"udp4.pcap",                           "2<1 6<5 7<5 +"                                }, /* one flow: answers count for the last of it */
        {"udp6.pcap",                           "2<1 5<4!"                                     },
        {"tcp4.pcap",                           "2<1 5<4 7<6 9<8 "                             },
        {"tcp4-refused.pcap",                   "2<1 4<3 "                                     },
        {"tcp4-reset.pcap",                     "2<1 5<4 "                                     },
        {"icmp4-unreachable-codes.pcap",        "2<1!4<3!6<5!8<7!10<9!12<11!14<13!"            },
        {"icmp4-frag-needed.pcap",              "2<1!"                                         },
        {"traceroute4-udp-3.pcap",              "2<1!4<3!6<5!8<7!"                             },
        {"traceroute4-tcp-3.pcap",              "2<1!4<3!6<5!8<7 "                             },
        {"traceroute4-icmp-3.pcap",             "2<1!4<3!6<5!8<7 "                             },
        {"traceroute6-udp-3.pcap",              "2<1!4<3!6<5!8<7!"                             },
        {"traceroute6-tcp-8.pcap",              "2<1!4<3!6<5!8<7!10<9!12<11!14<13!16<15!18<17 "},
        {"icmp6-time-exceeded.pcap",            "2<1!4<3!6<5!"                                 },
        {"ping4-record-route.pcap",             "2<1 4<3 "                                     },
        {"udp-multicast.pcap",                  ""                                             },
        {"igmp2-join-leave.pcap",               ""                                             }, /* reports that nobody asked for */
    };
    (void)state;
    for (size_t i = 0; i < sizeof conversations / sizeof *conversations; i++) {
        char text[4096];
        struct pkt_probes *probes = create(1 << 20, 256);
        assert_non_null(probes);
        pairs_of(probes, conversations[i].name, PKT_LINKTYPE_ETHERNET, text, sizeof text);
        assert_string_equal(text, conversations[i].pairs);
        pkt_probes_destroy(probes);
    }
}

static struct pkt_view build_echo(uint8_t *buffer, size_t size, uint16_t sequence, bool reply)
{
    static const struct pkt_ip4 here =
                                    {
                                        {10, 0, 0, 1}
    },
                                there = {{10, 0, 0, 2}};
    struct pkt_build build;
    struct pkt_view packet;
    pkt_build_init(&build, buffer, size, 0);
    pkt_build_ipv4(&build, &(struct pkt_ipv4_spec){.src = reply ? there : here, .dst = reply ? here : there});
    pkt_build_icmp_echo(&build, &(struct pkt_icmp_echo_spec){.id = 7, .sequence = sequence, .reply = reply});
    assert_int_equal(pkt_build_finish(&build, &packet), PKT_BUILD_OK);
    return packet;
}

static bool send_echo(struct pkt_probes *probes, uint16_t sequence, int64_t time_ns)
{
    uint8_t buffer[64];
    struct pkt_packet packet;
    struct pkt_view bytes = build_echo(buffer, sizeof buffer, sequence, false);
    pkt_decode(bytes, (uint32_t)bytes.len, PKT_LINKTYPE_RAW, 0, &packet);
    return pkt_probes_sent(probes, &packet, sequence, (struct pkt_wall){time_ns});
}

static bool answer_echo(struct pkt_probes *probes, uint16_t sequence, int64_t time_ns,
                        struct pkt_answer *ret_answer)
{
    uint8_t buffer[64];
    struct pkt_packet packet;
    struct pkt_view bytes = build_echo(buffer, sizeof buffer, sequence, true);
    pkt_decode(bytes, (uint32_t)bytes.len, PKT_LINKTYPE_RAW, 0, &packet);
    return pkt_probes_answer(probes, &packet, (struct pkt_wall){time_ns}, ret_answer);
}

/* The transmit timestamp takes the place of the time that was first noted. */
static void test_stamps(void **state)
{
    struct pkt_probes *probes = create(1 << 20, 64);
    struct pkt_answer answer;
    (void)state;
    for (uint16_t i = 1; i <= 40; i++)
        assert_true(send_echo(probes, i, 1000 * i));
    for (uint16_t i = 1; i <= 40; i += 2)
        pkt_probes_stamp(probes, i, (struct pkt_wall){1000 * i + 300});
    pkt_probes_stamp(probes, 4711, (struct pkt_wall){0});
    for (uint16_t i = 1; i <= 40; i++) {
        assert_true(answer_echo(probes, i, 1000 * i + 900, &answer));
        assert_int_equal(answer.number, i);
        assert_int_equal(answer.is_stamped, i % 2);
        assert_int_equal(answer.rtt_ns, i % 2 ? 600 : 900);
    }
    assert_int_equal(pkt_probes_answered(probes), 40);
    pkt_probes_destroy(probes);
}

/* The oldest are forgotten and counted; an answered one is no loss; memory stays within the budget. */
static void test_budget(void **state)
{
    struct pkt_answer answer;
    (void)state;
    for (size_t budget = 1024; budget < 64 * 1024; budget *= 2) {
        struct pkt_probes *probes = create(budget, UINT32_MAX);
        unsigned held = 0;
        assert_true(allocated <= budget);
        if (probes == NULL)
            continue;
        for (uint16_t i = 1; i <= 1000; i++)
            assert_true(send_echo(probes, i, i));
        for (uint16_t i = 1; i <= 1000; i++)
            held += answer_echo(probes, i, i, &answer);
        assert_true(held > 0);
        assert_int_equal(pkt_probes_evicted(probes), 1000 - held);
        assert_int_equal(pkt_probes_answered(probes), held);
        pkt_probes_destroy(probes);
    }
    assert_null(create(16, 1));
}

/* A query for one group is answered by a report for that group only, a general one by every report. */
static void test_queries(void **state)
{
    static const struct pkt_ip4 groups[] = {{{239, 1, 1, 1}}, {{239, 1, 1, 2}}};
    struct pkt_probes *probes = create(1 << 20, 64);
    struct pkt_answer answer;
    (void)state;
    for (unsigned with_general = 0; with_general < 2; with_general++) {
        for (unsigned i = 0; i < 2; i++) {
            uint8_t buffer[64];
            struct pkt_build build;
            struct pkt_view bytes;
            struct pkt_packet packet;
            pkt_build_init(&build, buffer, sizeof buffer, 0);
            pkt_build_ipv4(&build, &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 9}}, .dst = {{224, 0, 0, 22}}});
            pkt_build_igmp3_report(&build);
            pkt_build_igmp3_record(
                &build, &(struct pkt_igmp3_record_spec){.type = PKT_RECORD_IS_EX, .group = groups[i]});
            assert_int_equal(pkt_build_finish(&build, &bytes), PKT_BUILD_OK);
            pkt_decode(bytes, (uint32_t)bytes.len, PKT_LINKTYPE_RAW, 0, &packet);
            bool answers = pkt_probes_answer(probes, &packet, (struct pkt_wall){5}, &answer);
            assert_int_equal(answers, with_general);
            assert_true(!answers || answer.kind == PKT_ANSWER_MEMBERSHIP);
        }
        uint8_t query[12] = {0x11, 100};
        struct pkt_build build;
        struct pkt_view bytes;
        struct pkt_packet packet;
        uint8_t buffer[64];
        pkt_build_init(&build, buffer, sizeof buffer, 0);
        pkt_build_ipv4(&build, &(struct pkt_ipv4_spec){.dst = {{224, 0, 0, 1}}, .protocol = PKT_IP_IGMP});
        pkt_build_payload(&build, pkt_view_make(query, sizeof query));
        assert_int_equal(pkt_build_finish(&build, &bytes), PKT_BUILD_OK);
        pkt_decode(bytes, (uint32_t)bytes.len, PKT_LINKTYPE_RAW, 0, &packet);
        assert_true(pkt_probes_sent(probes, &packet, 1, (struct pkt_wall){0}));
    }
    pkt_probes_destroy(probes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conversations),
        cmocka_unit_test(test_stamps),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
