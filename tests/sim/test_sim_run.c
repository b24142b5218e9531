/*
 * The simulation in virtual time: what comes out for what goes in, when, and what is counted. Packets are
 * read back by the library's decoder; the kernel's and ping's opinion of them is responder_test.sh's matter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pkt/icmp_build.h"
#include "pkt/ipv6.h"
#include "sim/draw.h"
#include "sim/sim.h"

#define MS      UINT64_C(1000000)
#define START   UINT64_C(5000000000)
#define TARGET4 "192.0.2.1"
#define TARGET6 "2001:db8::1"

static struct sim_scene scene;
static struct sim *sim;
static uint8_t room[70000];

/* --- what goes in --- */

static void begin(const char *text, uint64_t seed)
{
    struct sim_scene_error error;
    if (!sim_scene_parse(text, strlen(text), &scene, &error))
        fail_msg("line %u: %s", error.line, error.sentence);
    sim_destroy(sim);
    sim = sim_create(&scene, seed, START);
    assert_non_null(sim);
}

static int end(void **state)
{
    (void)state;
    sim_destroy(sim);
    sim = NULL;
    return 0;
}

struct probe {
    const char *dst;
    uint16_t sequence;
    size_t data_len;
    bool dont_fragment;
};

static struct pkt_view build_probe(const struct probe *probe)
{
    static uint8_t data[1 << 16];
    struct pkt_icmp_echo_spec echo = {.id = 0x1234, .sequence = probe->sequence};
    struct pkt_ipv4_spec ip4 = {.src = {{192, 0, 2, 9}}, .tos = 0x20, .dont_fragment = probe->dont_fragment};
    struct pkt_ipv6_spec ip6 = {.src = {{0x20, 1, 0xd, 0xb8, [15] = 9}}, .traffic_class = 0x20};
    struct pkt_build build;
    struct pkt_view packet;
    for (size_t i = 0; i < probe->data_len; i++)
        data[i] = (uint8_t)(i * 7 + i / 256);
    pkt_build_init(&build, room, sizeof room, 0);
    if (pkt_ip4_parse(probe->dst, strlen(probe->dst), &ip4.dst)) {
        pkt_build_ipv4(&build, &ip4);
        pkt_build_icmp_echo(&build, &echo);
    } else {
        assert_true(pkt_ip6_parse(probe->dst, strlen(probe->dst), &ip6.dst));
        pkt_build_ipv6(&build, &ip6);
        pkt_build_icmp6_echo(&build, &echo);
    }
    pkt_build_payload(&build, pkt_view_make(data, probe->data_len));
    assert_int_equal(pkt_build_finish(&build, &packet), PKT_BUILD_OK);
    return packet;
}

static const char *put(const char *dst, uint16_t sequence, uint64_t now_ns)
{
    struct probe probe = {.dst = dst, .sequence = sequence, .data_len = 56};
    return sim_receive(sim, now_ns, build_probe(&probe)).what;
}

/* --- what comes out --- */

/* The next packet, whenever it is due; fails when there is none. */
static struct sim_output next(void)
{
    struct sim_output output;
    uint64_t due_ns = sim_due(sim);
    assert_true(due_ns != SIM_NEVER);
    assert_true(sim_next(sim, due_ns, &output));
    assert_int_equal(output.due_ns, due_ns);
    return output;
}

static void none(void)
{
    assert_true(sim_due(sim) == SIM_NEVER);
    assert_int_equal(sim_pending(sim), 0);
}

/* Decodes a packet in which nothing may be wrong, and gives its ICMP message. */
static struct pkt_icmp sound(struct pkt_view bytes, struct pkt_packet *ret_packet)
{
    struct pkt_icmp icmp;
    pkt_decode(bytes, (uint32_t)bytes.len, PKT_LINKTYPE_RAW, 0, ret_packet);
    pkt_diagnose(ret_packet);
    for (unsigned i = 0; i < ret_packet->diagnosis_count; i++)
        if (pkt_diagnosis_severity(ret_packet->diagnosis[i].code) != PKT_SEVERITY_NOTE)
            fail_msg("%s", pkt_diagnosis_name(ret_packet->diagnosis[i].code));
    assert_true(pkt_as_icmp(ret_packet, 1, &icmp));
    assert_int_equal(pkt_checksum_verify(ret_packet, 1).state, PKT_CHECKSUM_OK);
    return icmp;
}

static struct pkt_ip source_of(const struct pkt_packet *packet)
{
    struct pkt_ipv4 ip4;
    struct pkt_ipv6 ip6;
    if (pkt_as_ipv4(packet, 0, &ip4))
        return pkt_ip_from4(pkt_ipv4_src(ip4));
    assert_true(pkt_as_ipv6(packet, 0, &ip6));
    return pkt_ip_from6(pkt_ipv6_src(ip6));
}

static void assert_source(const struct pkt_packet *packet, const char *text)
{
    struct pkt_ip expected;
    struct pkt_ip4 ip4;
    struct pkt_ip6 ip6 = {{0}};
    if (pkt_ip4_parse(text, strlen(text), &ip4))
        expected = pkt_ip_from4(ip4);
    else {
        assert_true(pkt_ip6_parse(text, strlen(text), &ip6));
        expected = pkt_ip_from6(ip6);
    }
    assert_true(pkt_ip_equal(source_of(packet), expected));
}

static bool is_reply(struct pkt_icmp icmp)
{
    return pkt_icmp_type(icmp) == (icmp.v6 ? PKT_ICMP6_ECHO_REPLY : PKT_ICMP_ECHO_REPLY);
}

/* Bits in which two runs of bytes of one length differ. */
static unsigned bits_differing(struct pkt_view a, struct pkt_view b)
{
    unsigned count = 0;
    assert_int_equal(a.len, b.len);
    for (size_t i = 0; i < a.len; i++)
        count += (unsigned)__builtin_popcount(pkt_u8(a, i) ^ pkt_u8(b, i));
    return count;
}

/* --- replies --- */

static void check_reply(const char *dst, size_t data_len)
{
    struct probe probe = {.dst = dst, .sequence = 77, .data_len = data_len};
    struct pkt_packet packet;
    struct pkt_view sent = build_probe(&probe);
    assert_string_equal(sim_receive(sim, START, sent).what, "answered");
    struct sim_output output = next();
    struct pkt_icmp icmp = sound(output.packet, &packet);
    assert_int_equal(output.due_ns, START + 20 * MS);
    assert_true(is_reply(icmp));
    assert_source(&packet, dst);
    assert_int_equal(pkt_icmp_id(icmp), 0x1234);
    assert_int_equal(pkt_icmp_sequence(icmp), 77);
    assert_int_equal(output.packet.len, sent.len);
    assert_int_equal(bits_differing(pkt_view_from(sent, sent.len - data_len), pkt_view_from(icmp.message, 8)),
                     0);
    none();
}

static void test_replies(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 7, 56, 1400, 65000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        begin("target " TARGET4 " " TARGET6 "\ndelay 20ms", 1);
        check_reply(TARGET4, lengths[i]);
        check_reply(TARGET6, lengths[i]);
        assert_int_equal(sim_counted(sim)->replies, 2);
        assert_int_equal(sim_counted(sim)->sent, 2);
    }
}

static void test_header_fields(void **state)
{
    (void)state;
    struct pkt_packet packet;
    struct pkt_ipv4 ip4;
    struct pkt_ipv6 ip6;
    begin("target " TARGET4 " " TARGET6 "\nttl 5 for 2\ntos 8 for 2-3", 1);
    put(TARGET4, 1, START);
    sound(next().packet, &packet);
    assert_true(pkt_as_ipv4(&packet, 0, &ip4));
    assert_int_equal(pkt_ipv4_ttl(ip4), 64);
    assert_int_equal(pkt_ipv4_tos(ip4), 0x20);
    put(TARGET4, 2, START);
    sound(next().packet, &packet);
    assert_true(pkt_as_ipv4(&packet, 0, &ip4));
    assert_int_equal(pkt_ipv4_ttl(ip4), 5);
    assert_int_equal(pkt_ipv4_tos(ip4), 8);
    put(TARGET6, 3, START);
    sound(next().packet, &packet);
    assert_true(pkt_as_ipv6(&packet, 0, &ip6));
    assert_int_equal(pkt_ipv6_hop_limit(ip6), 64);
    assert_int_equal(pkt_ipv6_traffic_class(ip6), 8);
}

/* RFC 791 3.1 by hand: pointers and overflow as they stand in the request and in the reply. */
struct option_case {
    const char *name;
    uint8_t type;
    uint8_t len;
    uint8_t sent[22];
    uint8_t found[22];
};

/* clang-format off */
static const struct option_case option_cases[] = {
    {"route, two of three places taken", 7, 13, {12, 10, 0, 0, 1, 10, 0, 0, 2}, {16, 10, 0, 0, 1, 10, 0, 0, 2, 192, 0, 2, 1}},
    {"route, full", 7, 5, {8, 10, 0, 0, 1}, {8, 10, 0, 0, 1}},
    {"route, pointer of 0", 7, 5, {0}, {0}},
    {"route, pointer behind the end", 7, 5, {255}, {255}},
    {"times", 68, 10, {5, 0}, {9, 0, 0x80, 0, 0x13, 0x88}},
    {"times, full", 68, 6, {9, 0x20, 1, 2, 3, 4}, {9, 0x30, 1, 2, 3, 4}},
    {"times, full for the sixteenth", 68, 6, {9, 0xf0, 1, 2, 3, 4}, {9, 0xf0, 1, 2, 3, 4}},
    {"addresses and times", 68, 10, {5, 1}, {13, 1, 192, 0, 2, 1, 0x80, 0, 0x13, 0x88}},
    {"ours is asked", 68, 10, {5, 3, 192, 0, 2, 1}, {13, 3, 192, 0, 2, 1, 0x80, 0, 0x13, 0x88}},
    {"another's is asked", 68, 10, {5, 3, 192, 0, 2, 3}, {5, 3, 192, 0, 2, 3}},
    {"times, pointer into the flags", 68, 6, {4, 0}, {4, 0x10}},
};
/* clang-format on */

static void test_options(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof option_cases / sizeof option_cases[0]; i++) {
        const struct option_case *expected = &option_cases[i];
        struct pkt_ipv4_spec spec = {.src = {{192, 0, 2, 9}}, .dst = {{192, 0, 2, 1}}};
        struct pkt_build build;
        struct pkt_packet packet;
        struct pkt_view request;
        struct pkt_ipv4 ip;
        struct pkt_list list;
        struct pkt_option option;
        pkt_build_init(&build, room, sizeof room, 0);
        pkt_build_ipv4(&build, &spec);
        pkt_build_ipv4_option(&build, expected->type, pkt_view_make(expected->sent, expected->len));
        pkt_build_icmp_echo(&build, NULL);
        assert_int_equal(pkt_build_finish(&build, &request), PKT_BUILD_OK);
        begin("target " TARGET4, 1);
        assert_string_equal(sim_receive(sim, START, request).what, "answered");
        struct sim_output output = next();
        pkt_decode(output.packet, (uint32_t)output.packet.len, PKT_LINKTYPE_RAW, 0, &packet);
        assert_true(pkt_as_ipv4(&packet, 0, &ip));
        assert_int_equal(pkt_checksum_verify(&packet, 0).state, PKT_CHECKSUM_OK);
        pkt_ipv4_options(ip, &list);
        assert_true(pkt_option_next(&list, &option));
        assert_int_equal(option.type, expected->type);
        assert_int_equal(option.data.len, expected->len);
        if (memcmp(option.data.ptr, expected->found, expected->len) != 0)
            fail_msg("%s", expected->name);
    }
}

static void test_fates_by_order(void **state)
{
    (void)state;
    struct pkt_packet packet;
    begin("target " TARGET4 "\ndelay 10ms\nlose 2\nduplicate 3 x3\nlate 4 3s\nreorder 5 30ms\n"
          "corrupt 6\ncorrupt checksum 7\n",
          1);
    for (uint16_t i = 1; i <= 8; i++)
        assert_string_equal(put(TARGET4, i, START + i * MS), i == 2 ? "lost" : "answered");
    /* By the time at which they are due: 5 is overtaken by those behind it, 4 by all. */
    static const uint16_t order[] = {1, 3, 3, 3, 6, 7, 8, 5, 4};
    static const uint64_t due_ms[] = {11, 13, 13, 13, 16, 17, 18, 45, 3014};
    static const char *const what[] = {"reply",     "reply",           "duplicate",
                                       "duplicate", "corrupted reply", "reply with a wrong checksum",
                                       "reply",     "reordered reply", "late reply"};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct sim_output output = next();
        struct pkt_icmp icmp;
        assert_int_equal(output.due_ns, START + due_ms[i] * MS);
        assert_string_equal(output.note.what, what[i]);
        assert_int_equal(output.note.ordinal, order[i]);
        pkt_decode(output.packet, (uint32_t)output.packet.len, PKT_LINKTYPE_RAW, 0, &packet);
        assert_true(pkt_as_icmp(&packet, 1, &icmp));
        assert_int_equal(pkt_icmp_sequence(icmp), order[i]);
        assert_int_equal(pkt_checksum_verify(&packet, 1).state,
                         order[i] == 7 ? PKT_CHECKSUM_BAD : PKT_CHECKSUM_OK);
        struct probe probe = {.dst = TARGET4, .sequence = order[i], .data_len = 56};
        struct pkt_view sent = pkt_view_from(build_probe(&probe), 28);
        assert_int_equal(bits_differing(sent, pkt_view_from(icmp.message, 8)), order[i] == 6);
    }
    none();
    const struct sim_statistics *counted = sim_counted(sim);
    assert_int_equal(counted->received, 8);
    assert_int_equal(counted->answered, 7);
    assert_int_equal(counted->replies, 9);
    assert_int_equal(counted->duplicated, 2);
    assert_int_equal(counted->lost, 1);
    assert_int_equal(counted->late, 1);
    assert_int_equal(counted->reordered, 1);
    assert_int_equal(counted->corrupted, 1);
    assert_int_equal(counted->wrong_checksum, 1);
}

/* --- chance --- */

static const char chances[] =
    "target " TARGET4 "\ndelay normal 20ms 5ms\nloss 10%\nloss burst 5% 3\nduplicate 5%\n"
    "reorder 10% 30ms\ncorrupt 5%\ncorrupt checksum 1%\nforge tag for 3%\nforge id 2 for 3%\n";

/* All that comes out for a thousand probes, one after another, each spacing_ns behind the one before. */
static uint64_t digest(uint64_t seed, uint64_t spacing_ns, const char *more)
{
    char text[1024];
    uint64_t sum = 0;
    snprintf(text, sizeof text, "%s%s", chances, more);
    begin(text, seed);
    for (uint16_t i = 1; i <= 1000; i++) {
        uint64_t now_ns = START + i * spacing_ns;
        put(TARGET4, i, now_ns);
        while (sim_due(sim) != SIM_NEVER) {
            struct sim_output output = next();
            sum = sum * 31 + (output.due_ns - now_ns);
            for (size_t k = 0; k < output.packet.len; k++)
                sum = sum * 31 + pkt_u8(output.packet, k);
        }
    }
    return sum;
}

static void test_same_seed_same_fates(void **state)
{
    (void)state;
    uint64_t first = digest(7, 100 * MS, "");
    const struct sim_statistics counted = *sim_counted(sim);
    assert_true(counted.lost > 100 && counted.duplicated > 10 && counted.forged > 50 &&
                counted.corrupted > 10);
    assert_true(digest(7, 100 * MS, "") == first);
    assert_true(digest(7, 333 * MS + 1, "") == first);
    assert_memory_equal(sim_counted(sim), &counted, sizeof counted);
    assert_true(digest(8, 100 * MS, "") != first);
    /* What is added at the end changes nothing before it. */
    assert_true(digest(7, 100 * MS, "late 5000 1s\n") == first);
}

enum { MANY = 100000 };

static void test_shares(void **state)
{
    (void)state;
    begin("target " TARGET4 "\nloss 10%", 3);
    for (uint32_t i = 0; i < MANY; i++) {
        struct sim_output output;
        put(TARGET4, (uint16_t)i, START);
        (void)sim_next(sim, START, &output);
    }
    /* Three deviations of 0.095 % each. */
    assert_in_range(sim_counted(sim)->lost, MANY / 1000 * 97, MANY / 1000 * 103);
}

static void test_bursts(void **state)
{
    (void)state;
    unsigned runs = 0;
    bool before = false;
    begin("target " TARGET4 "\nloss burst 10% 5", 3);
    for (uint32_t i = 0; i < MANY; i++) {
        struct sim_output output;
        bool lost = strcmp(put(TARGET4, (uint16_t)i, START), "lost") == 0;
        runs += lost && !before;
        before = lost;
        (void)sim_next(sim, START, &output);
    }
    uint64_t lost = sim_counted(sim)->lost;
    assert_in_range(lost, MANY / 100 * 9, MANY / 100 * 11);
    assert_in_range(lost * 100 / runs, 470, 530);
}

static void spread(const char *statement, double *ret_mean_ms, double *ret_deviation_ms, double *ret_least_ms,
                   double *ret_most_ms)
{
    char text[200];
    double sum = 0;
    double squares = 0;
    enum { COUNT = 20000 };
    snprintf(text, sizeof text, "target " TARGET4 "\n%s", statement);
    begin(text, 11);
    *ret_least_ms = 1e9;
    *ret_most_ms = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        uint64_t now_ns = START + i * 100 * MS;
        put(TARGET4, (uint16_t)i, now_ns);
        double delay_ms = (double)(next().due_ns - now_ns) / 1e6;
        sum += delay_ms;
        squares += delay_ms * delay_ms;
        *ret_least_ms = fmin(*ret_least_ms, delay_ms);
        *ret_most_ms = fmax(*ret_most_ms, delay_ms);
    }
    *ret_mean_ms = sum / COUNT;
    *ret_deviation_ms = sqrt(squares / COUNT - *ret_mean_ms * *ret_mean_ms);
}

static void test_delays(void **state)
{
    (void)state;
    double mean, deviation, least, most;
    spread("delay uniform 10ms 30ms", &mean, &deviation, &least, &most);
    assert_true(fabs(mean - 20) < 0.15 && fabs(deviation - 20 / sqrt(12)) < 0.1);
    assert_true(least >= 10 && least < 10.05 && most <= 30 && most > 29.95);
    spread("delay normal 40ms 5ms", &mean, &deviation, &least, &most);
    assert_true(fabs(mean - 40) < 0.15 && fabs(deviation - 5) < 0.1);
    assert_true(least < 28 && least >= 10 && most > 52 && most <= 70);
    spread("delay normal 1ms 5ms", &mean, &deviation, &least, &most);
    assert_true(least == 0);
}

/* --- errors --- */

struct error_case {
    const char *statement;
    const char *dst;
    uint8_t type;
    uint8_t code;
    uint32_t rest; /* bytes 4 to 7 */
    const char *from;
    size_t len; /* of the packet */
};

/* clang-format off */
static const struct error_case error_cases[] = {
    {"error ttl from 10.0.0.1 fe80::1", TARGET4, 11, 0, 0, "10.0.0.1", 576},
    {"error ttl from 10.0.0.1 fe80::1", TARGET6, 3, 0, 0, "fe80::1", 1280},
    {"error net", TARGET4, 3, 0, 0, TARGET4, 576},
    {"error net", TARGET6, 1, 0, 0, TARGET6, 1280},
    {"error host", TARGET4, 3, 1, 0, TARGET4, 576},
    {"error host", TARGET6, 1, 3, 0, TARGET6, 1280},
    {"error port", TARGET4, 3, 3, 0, TARGET4, 576},
    {"error port", TARGET6, 1, 4, 0, TARGET6, 1280},
    {"error admin", TARGET4, 3, 13, 0, TARGET4, 576},
    {"error admin", TARGET6, 1, 1, 0, TARGET6, 1280},
    {"error toobig 1300", TARGET4, 3, 4, 1300, TARGET4, 576},
    {"error toobig 1300", TARGET6, 2, 0, 1300, TARGET6, 1280},
    {"error parameter 20", TARGET4, 12, 0, 20U << 24, TARGET4, 576},
    {"error parameter 20", TARGET6, 4, 0, 20, TARGET6, 1280},
    {"mtu 1300 from 10.0.0.1", TARGET4, 3, 4, 1300, "10.0.0.1", 576},
    {"mtu 1300 from 10.0.0.1", TARGET6, 2, 0, 1300, TARGET6, 1280},
    {"error host quote 28", TARGET4, 3, 1, 0, TARGET4, 56},
    {"error host quote 48", TARGET6, 1, 3, 0, TARGET6, 96},
    /* RFC 4884: 128 bytes of quotation, 32 words of 4 and 16 of 8; 4 bytes of header, 8 of an object with one label */
    {"error ttl mpls 16001 1 2", TARGET4, 11, 0, 32U << 16, TARGET4, 20 + 8 + 128 + 4 + 8},
    {"error ttl mpls 16001 1 2", TARGET6, 3, 0, 16U << 24, TARGET6, 40 + 8 + 128 + 4 + 8},
    /* RFC 5837: 4 bytes of object header, 4 of index, 8 of name with its length */
    {"error host interface 3 ether0", TARGET4, 3, 1, 32U << 16, TARGET4, 20 + 8 + 128 + 4 + 16},
};
/* clang-format on */

static void check_error(const struct error_case *expected)
{
    char text[300];
    struct pkt_packet packet;
    struct probe probe = {.dst = expected->dst, .sequence = 5, .data_len = 1400, .dont_fragment = true};
    snprintf(text, sizeof text, "target " TARGET4 " " TARGET6 "\ndelay 3ms\n%s\n", expected->statement);
    begin(text, 1);
    assert_string_equal(sim_receive(sim, START, build_probe(&probe)).what, "answered with an error");
    struct sim_output output = next();
    struct pkt_icmp icmp = sound(output.packet, &packet);
    assert_int_equal(output.due_ns, START + 3 * MS);
    assert_int_equal(pkt_icmp_type(icmp), expected->type);
    assert_int_equal(pkt_icmp_code(icmp), expected->code);
    assert_int_equal(pkt_u32(icmp.message, 4), expected->rest);
    assert_int_equal(output.packet.len, expected->len);
    assert_source(&packet, expected->from);
    /* The quoted echo request is the one that was sent. */
    int quoted = pkt_layer_find(&packet, icmp.v6 ? PKT_PROTO_ICMP6 : PKT_PROTO_ICMP, 2);
    assert_true(quoted > 0 && (packet.layer[quoted].flags & PKT_LAYER_QUOTED) != 0);
    assert_true(pkt_as_icmp(&packet, (unsigned)quoted, &icmp));
    assert_int_equal(pkt_icmp_id(icmp), 0x1234);
    assert_int_equal(pkt_icmp_sequence(icmp), 5);
    none();
    assert_int_equal(sim_counted(sim)->errors, 1);
    assert_int_equal(sim_counted(sim)->replies, 0);
}

static void test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof error_cases / sizeof error_cases[0]; i++)
        check_error(&error_cases[i]);
}

static void test_extensions(void **state)
{
    (void)state;
    struct pkt_packet packet;
    struct pkt_icmp_extension extension;
    struct pkt_list list;
    struct pkt_option object;
    struct pkt_mpls_entry entry;
    struct pkt_interface_info info;
    begin("target " TARGET4 "\nerror ttl mpls 16001 1 2 mpls 3 0 4 interface 5 eth0", 1);
    put(TARGET4, 1, START);
    sound(next().packet, &packet);
    assert_true(pkt_as_icmp_extension(&packet, 2, &extension));
    pkt_icmp_objects(extension, &list);
    assert_true(pkt_option_next(&list, &object) && pkt_mpls_entry(&object, 0, &entry));
    assert_true(entry.label == 16001 && entry.traffic_class == 1 && entry.ttl == 2 && !entry.bottom);
    assert_true(pkt_mpls_entry(&object, 1, &entry));
    assert_true(entry.label == 3 && entry.ttl == 4 && entry.bottom);
    assert_true(pkt_option_next(&list, &object) && pkt_interface_info(&object, &info));
    assert_true(info.role == 0 && info.has_index && info.index == 5 && info.has_name);
    assert_memory_equal(info.name.ptr, "eth0", 4);
    assert_false(pkt_option_next(&list, &object));
}

static void test_aged_quote(void **state)
{
    (void)state;
    struct pkt_packet packet;
    struct pkt_ipv4 ip;
    begin("target " TARGET4 "\nerror ttl", 1);
    put(TARGET4, 1, START);
    sound(next().packet, &packet);
    assert_true(pkt_as_ipv4(&packet, 2, &ip));
    assert_int_equal(pkt_ipv4_ttl(ip), 1);
    assert_int_equal(pkt_checksum_verify(&packet, 2).state, PKT_CHECKSUM_OK);
}

static void test_redirects(void **state)
{
    (void)state;
    struct pkt_packet packet;
    begin("target " TARGET4 " " TARGET6
          "\ndelay 1ms\nerror redirect 192.0.2.5 fe80::5 from 192.0.2.254 fe80::1",
          1);
    put(TARGET4, 1, START);
    struct pkt_icmp icmp = sound(next().packet, &packet);
    assert_int_equal(pkt_icmp_type(icmp), PKT_ICMP_REDIRECT);
    assert_int_equal(pkt_icmp_code(icmp), 1);
    assert_int_equal(pkt_u32(icmp.message, 4), 0xc0000205);
    assert_true(is_reply(sound(next().packet, &packet)));
    put(TARGET6, 2, START);
    icmp = sound(next().packet, &packet);
    assert_int_equal(pkt_icmp_type(icmp), PKT_ICMP6_REDIRECT);
    assert_int_equal(pkt_nd_target(icmp).byte[15], 5);
    assert_int_equal(pkt_nd_destination(icmp).byte[15], 1);
    assert_source(&packet, "fe80::1");
    assert_true(is_reply(sound(next().packet, &packet)));
    assert_int_equal(sim_counted(sim)->redirects, 2);
    assert_int_equal(sim_counted(sim)->errors, 0);
}

/* --- the way --- */

static const char *put_long(const char *dst, size_t packet_len, bool dont_fragment)
{
    size_t headers = strchr(dst, ':') == NULL ? 28 : 48;
    struct probe probe = {.dst = dst, .data_len = packet_len - headers, .dont_fragment = dont_fragment};
    return sim_receive(sim, START, build_probe(&probe)).what;
}

static void test_lengths(void **state)
{
    (void)state;
    begin("target " TARGET4 " " TARGET6 "\nmtu 1400\nblackhole above 1450", 1);
    assert_string_equal(put_long(TARGET4, 1400, true), "answered");
    assert_string_equal(put_long(TARGET4, 1401, true), "answered with an error");
    assert_string_equal(put_long(TARGET4, 1401, false), "answered");
    assert_string_equal(put_long(TARGET4, 1450, false), "answered");
    assert_string_equal(put_long(TARGET4, 1451, true), "blackholed");
    assert_string_equal(put_long(TARGET6, 1400, false), "answered");
    assert_string_equal(put_long(TARGET6, 1401, false), "answered with an error");
    assert_string_equal(put_long(TARGET6, 1451, false), "blackholed");
    assert_int_equal(sim_counted(sim)->blackholed, 2);
}

static void test_silence(void **state)
{
    (void)state;
    begin("target " TARGET4 "\nsilence from 1s to 2s", 1);
    assert_string_equal(put(TARGET4, 1, START + 300 * MS), "answered");
    assert_string_equal(put(TARGET4, 2, START + 1299 * MS), "answered");
    assert_string_equal(put(TARGET4, 3, START + 1300 * MS), "silenced");
    assert_string_equal(put(TARGET4, 4, START + 2299 * MS), "silenced");
    assert_string_equal(put(TARGET4, 5, START + 2300 * MS), "answered");
    assert_int_equal(sim_counted(sim)->silenced, 2);
}

static void test_groups(void **state)
{
    (void)state;
    struct pkt_packet packet;
    bool differ = false;
    begin("answer 224.0.0.1 from 192.0.2.1 192.0.2.2\nanswer 192.0.2.255 from 192.0.2.3\nloss 50%", 1);
    for (uint16_t i = 0; i < 40; i++) {
        uint64_t lost = sim_counted(sim)->lost;
        put("224.0.0.1", i, START);
        differ = differ || sim_counted(sim)->lost == lost + 1;
    }
    assert_true(differ); /* each has a fate of its own */
    begin("answer 224.0.0.1 from 192.0.2.1 192.0.2.2\nanswer 192.0.2.255 from 192.0.2.3\n", 1);
    put("224.0.0.1", 1, START);
    assert_true(is_reply(sound(next().packet, &packet)));
    assert_source(&packet, "192.0.2.1");
    sound(next().packet, &packet);
    assert_source(&packet, "192.0.2.2");
    put("192.0.2.255", 1, START);
    sound(next().packet, &packet);
    assert_source(&packet, "192.0.2.3");
    assert_int_equal(sim_counted(sim)->answered, 2);
    assert_int_equal(sim_counted(sim)->replies, 3);
}

/* --- forgeries --- */

struct forged {
    struct pkt_packet packet;
    struct pkt_icmp icmp;
    struct pkt_view data;
};

static void forged(const char *kind, const char *dst, struct forged *ret_forged)
{
    char text[200];
    snprintf(text, sizeof text, "target " TARGET4 " " TARGET6 "\ndelay 1ms\nforge %s\n", kind);
    begin(text, 1);
    put(dst, 9, START);
    struct sim_output output = next();
    assert_string_equal(output.note.what, "forged");
    assert_int_equal(output.due_ns, START);
    ret_forged->icmp = sound(output.packet, &ret_forged->packet);
    assert_true(is_reply(ret_forged->icmp));
    ret_forged->data = pkt_view_from(ret_forged->icmp.message, 8);
    assert_int_equal(sim_counted(sim)->forged, 1);
    assert_int_equal(sim_counted(sim)->replies, 1);
}

/* One thing is wrong, and nothing else. */
static void check_forgeries(const char *dst)
{
    static const char *const kinds[] = {"tag", "id", "sequence", "source", "time", "short", "long"};
    struct probe probe = {.dst = dst, .sequence = 9, .data_len = 56};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct forged found;
        struct pkt_ip expected;
        forged(kinds[i], dst, &found);
        struct pkt_view sent = build_probe(&probe);
        struct pkt_view data = pkt_view_from(sent, sent.len - 56);
        expected = strchr(dst, ':') == NULL ? pkt_ip_from4(pkt_ip4_at(sent, 16))
                                            : pkt_ip_from6(pkt_ip6_at(sent, 24));
        assert_int_equal(pkt_icmp_id(found.icmp) != 0x1234, strcmp(kinds[i], "id") == 0);
        assert_int_equal(pkt_icmp_sequence(found.icmp) != 9, strcmp(kinds[i], "sequence") == 0);
        assert_int_equal(!pkt_ip_equal(source_of(&found.packet), expected), strcmp(kinds[i], "source") == 0);
        bool changed = strcmp(kinds[i], "tag") == 0 || strcmp(kinds[i], "time") == 0;
        size_t common = found.data.len < 56 ? found.data.len : 56;
        unsigned bits = bits_differing(pkt_view_clip(data, 0, common), pkt_view_clip(found.data, 0, common));
        assert_int_equal(bits != 0, changed);
        if (strcmp(kinds[i], "time") == 0)
            assert_int_equal(bits_differing(pkt_view_from(data, 16), pkt_view_from(found.data, 16)), 0);
        assert_int_equal(found.data.len, strcmp(kinds[i], "short") == 0  ? 28
                                         : strcmp(kinds[i], "long") == 0 ? 88
                                                                         : 56);
    }
}

static void test_forgeries(void **state)
{
    (void)state;
    check_forgeries(TARGET4);
    check_forgeries(TARGET6);
}

static void test_cut(void **state)
{
    (void)state;
    begin("target " TARGET4 " " TARGET6 "\nlose all\nforge cut 2", 1);
    assert_string_equal(put(TARGET4, 1, START), "lost");
    struct pkt_view packet = next().packet;
    assert_int_equal(packet.len, 24);
    assert_int_equal(pkt_u16(packet, 2), 24);
    assert_int_equal(pkt_u8(packet, 9), PKT_IP_ICMP);
    assert_int_equal(pkt_u32(packet, 20), 0x0000ffff); /* type 0, code 0, and the checksum of nothing else */
    (void)next();
    put(TARGET6, 2, START);
    packet = next().packet;
    struct pkt_sum sum = {0};
    pkt_sum_ip6(&sum, pkt_ip6_at(packet, 8), pkt_ip6_at(packet, 24), PKT_IP_ICMP6, 4);
    pkt_sum_add(&sum, pkt_view_from(packet, 40));
    assert_int_equal(packet.len, 44);
    assert_int_equal(pkt_sum_finish(&sum), 0);
}

static void test_flood(void **state)
{
    (void)state;
    struct sim_output output;
    unsigned forged_count = 0;
    begin("target " TARGET4 "\ndelay 5s\nforge flood 2000 during 300ms", 1);
    none();
    put(TARGET4, 1, START + 50 * MS);
    for (unsigned i = 0; i < 600; i++) {
        output = next();
        assert_int_equal(output.due_ns, START + 50 * MS + i * MS / 2);
        forged_count += strcmp(output.note.what, "flood") == 0;
    }
    assert_int_equal(forged_count, 600);
    assert_string_equal(next().note.what, "reply");
    none();
    assert_int_equal(sim_counted(sim)->flooded, 600);
    assert_int_equal(sim_counted(sim)->forged, 0);
}

/* --- what is no probe, and too much --- */

static void test_other_packets(void **state)
{
    (void)state;
    uint8_t fragment[84];
    begin("target " TARGET4, 1);
    assert_string_equal(put("192.0.2.2", 1, START), "for somebody else");
    struct probe probe = {.dst = TARGET4, .data_len = 56};
    struct pkt_view packet = build_probe(&probe);
    memcpy(fragment, packet.ptr, sizeof fragment);
    room[30] ^= 1;
    assert_string_equal(sim_receive(sim, START, packet).what, "damaged");
    pkt_set_u16(pkt_room_make(fragment, sizeof fragment), 6, 0x2000);
    assert_string_equal(sim_receive(sim, START, pkt_view_make(fragment, sizeof fragment)).what, "fragment");
    room[20] = PKT_ICMP_ECHO_REPLY;
    assert_string_equal(sim_receive(sim, START, packet).what, "no echo request");
    assert_string_equal(sim_receive(sim, START, pkt_view_make(room, 0)).what, "no echo request");
    none();
    const struct sim_statistics *counted = sim_counted(sim);
    assert_int_equal(counted->packets, 5);
    assert_int_equal(counted->received, 0);
    assert_int_equal(counted->elsewhere + counted->damaged + counted->fragments, 3);
    assert_int_equal(counted->other, 2);
}

/* Every prefix of a probe, in a block of just that size. */
static void test_prefixes(void **state)
{
    (void)state;
    static const char *const targets[] = {TARGET4, TARGET6};
    begin("target " TARGET4 " " TARGET6 "\nforge tag", 1);
    for (unsigned k = 0; k < 2; k++) {
        struct probe probe = {.dst = targets[k], .data_len = 40};
        struct pkt_view packet = build_probe(&probe);
        for (size_t len = 0; len < packet.len; len++) {
            uint8_t *bytes = malloc(len);
            pkt_copy(packet, 0, bytes, len);
            assert_int_equal(sim_receive(sim, START, pkt_view_make(bytes, len)).ordinal, 0);
            free(bytes);
        }
    }
    none();
}

/* Whatever stands in the IP header, options and lengths above all: the ICMP checksum does not cover it. */
static void test_hostile_headers(void **state)
{
    (void)state;
    struct pkt_ipv4_spec spec = {.src = {{192, 0, 2, 9}}, .dst = {{192, 0, 2, 1}}};
    static const uint8_t route[19] = {4};
    static const uint8_t times[15] = {5};
    struct pkt_build build;
    struct pkt_view request;
    struct sim_output output;
    pkt_build_init(&build, room, sizeof room, 0);
    pkt_build_ipv4(&build, &spec);
    pkt_build_ipv4_option(&build, PKT_IPV4_OPTION_RECORD_ROUTE, pkt_view_make(route, sizeof route));
    pkt_build_ipv4_option(&build, PKT_IPV4_OPTION_TIMESTAMP, pkt_view_make(times, sizeof times));
    pkt_build_icmp_echo(&build, NULL);
    assert_int_equal(pkt_build_finish(&build, &request), PKT_BUILD_OK);
    begin("target 0.0.0.0/0\nforge tag for 50%\nerror ttl for 10%", 1);
    for (uint64_t turn = 1; turn <= 50000; turn++) {
        uint8_t *bytes = malloc(request.len);
        struct pkt_room copy = pkt_room_make(bytes, request.len);
        pkt_copy(request, 0, bytes, request.len);
        for (uint32_t i = 0; i < 1 + turn % 3; i++) {
            uint64_t bits = sim_draw_bits((struct sim_draw){.seed = 9, .ordinal = turn}, i);
            pkt_set_u8(copy, bits % 60, (uint8_t)(bits >> 32));
        }
        (void)sim_receive(sim, START, pkt_room_view(copy));
        free(bytes);
        while (sim_next(sim, START, &output))
            assert_true(output.packet.len >= 28);
    }
    assert_int_equal(sim_counted(sim)->packets, 50000);
    assert_in_range(sim_counted(sim)->received, 10000, 49999);
}

static void test_too_much(void **state)
{
    (void)state;
    begin("target " TARGET4 "\ndelay 1s\nduplicate all x1000", 1);
    for (uint16_t i = 0; i < 150; i++)
        put(TARGET4, i, START);
    const struct sim_statistics *counted = sim_counted(sim);
    assert_int_equal(counted->replies, 150000);
    assert_int_equal(sim_pending(sim), SIM_PENDING_MAX);
    assert_int_equal(counted->overflowed, 150000 - SIM_PENDING_MAX);
    for (unsigned i = 0; i < 1000; i++)
        (void)next();
    assert_int_equal(counted->sent, 1000);
    assert_int_equal(sim_pending(sim), SIM_PENDING_MAX - 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_header_fields),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_fates_by_order),
        cmocka_unit_test(test_same_seed_same_fates),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_bursts),
        cmocka_unit_test(test_delays),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_extensions),
        cmocka_unit_test(test_aged_quote),
        cmocka_unit_test(test_redirects),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_forgeries),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_other_packets),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_hostile_headers),
        cmocka_unit_test(test_too_much),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
