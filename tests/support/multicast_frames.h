/*
 * IGMP and MLD messages from a line each: Ethernet, IP header and checksums are put around a body of
 * hexadecimal text as the RFCs ask for, and whatever a test wants otherwise is edited. Checksums are summed
 * byte by byte here, not by the library. Included behind cmocka.h.
 */
#ifndef TESTS_MULTICAST_FRAMES_H
#define TESTS_MULTICAST_FRAMES_H

#include "support/assert_pkt.h"
#include "support/decode_case.h"
#include <arpa/inet.h>

struct message_spec {
    const char *body;    /* with 0000 where the checksum stands */
    const char *dst;     /* IP destination */
    const char *src;     /* NULL: 192.0.2.10, fe80::a */
    const char *options; /* IPv4 options or hop-by-hop header; NULL: a Router Alert; "": none */
    const char *edit;    /* "offset:bytes" items, applied to the frame before the checksums are made */
    const char *damage;  /* the same, after */
    unsigned padding;    /* bytes of link padding behind the packet */
};

/* Offsets that edits use: the frames start with 14 bytes of Ethernet. */
enum {
    AT_IP = 14,
    AT_TOS = AT_IP + 1,
    AT_TTL = AT_IP + 8,
    AT_IGMP = AT_IP + 24, /* with a Router Alert */
    AT_HOP_LIMIT = AT_IP + 7,
    AT_MLD = AT_IP + 48, /* with a hop-by-hop header */
};

struct byte_run {
    uint8_t at[4096];
    size_t len;
};

static inline void run_add(struct byte_run *run, const void *bytes, size_t len)
{
    assert_true(len <= sizeof run->at - run->len);
    if (len > 0)
        memcpy(run->at + run->len, bytes, len);
    run->len += len;
}

static inline void run_add_hex(struct byte_run *run, const char *hex)
{
    struct frame frame = frame_hex(hex);
    run_add(run, frame.bytes, frame.len);
    frame_free(frame);
}

static inline void run_add_address(struct byte_run *run, int family, const char *text)
{
    uint8_t address[16];
    assert_int_equal(inet_pton(family, text, address), 1);
    run_add(run, address, family == AF_INET ? 4 : 16);
}

static inline void run_put16(struct byte_run *run, size_t off, unsigned value)
{
    run->at[off] = (uint8_t)(value >> 8);
    run->at[off + 1] = (uint8_t)value;
}

/* Puts the destination that the IP destination maps to in the first six bytes. */
static inline void put_mac(struct byte_run *run, size_t dst_off, bool v6)
{
    const uint8_t *dst = run->at + dst_off;
    const uint8_t group4[] = {1, 0, 0x5e, (uint8_t)(dst[1] & 0x7f), dst[2], dst[3]};
    const uint8_t group6[] = {0x33, 0x33, dst[12], dst[13], dst[14], dst[15]};
    const uint8_t station[] = {2, 0, 0, 0, 0, 0x0b};
    bool is_group = v6 ? dst[0] == 0xff : dst[0] >= 224 && dst[0] < 240;
    memcpy(run->at, !is_group ? station : v6 ? group6 : group4, 6);
}

static inline void run_edit(struct byte_run *run, const char *edit)
{
    struct frame frame = {run->at, run->len};
    if (edit != NULL)
        apply_edit(frame, edit);
}

static inline struct frame run_finish(struct byte_run *run, const struct message_spec *spec)
{
    run_edit(run, spec->damage);
    for (unsigned i = 0; i < spec->padding; i++)
        run_add(run, "", 1);
    return frame_copy(run->at, run->len);
}

/* Ethernet, IPv4 with TTL 1, TOS 0xc0 and Router Alert, IGMP. */
static inline struct frame igmp_frame(const struct message_spec *spec)
{
    struct byte_run run = {.len = 0};
    run_add_hex(&run, "000000000000 02000000000a 0800 46c0 0000 0000 4000 01 02 0000");
    run_add_address(&run, AF_INET, spec->src != NULL ? spec->src : "192.0.2.10");
    run_add_address(&run, AF_INET, spec->dst);
    run_add_hex(&run, spec->options != NULL ? spec->options : "94040000");
    size_t message = run.len;
    run_add_hex(&run, spec->body);
    run.at[AT_IP] = (uint8_t)(0x40 | (message - AT_IP) / 4);
    run_put16(&run, AT_IP + 2, (unsigned)(run.len - AT_IP));
    put_mac(&run, AT_IP + 16, false);
    run_edit(&run, spec->edit);
    run_put16(&run, AT_IP + 10, plain_checksum(run.at + AT_IP, message - AT_IP));
    if (run.len >= message + 4 && run.at[message + 2] == 0 && run.at[message + 3] == 0)
        run_put16(&run, message + 2, plain_checksum(run.at + message, run.len - message));
    return run_finish(&run, spec);
}

/* RFC 8200 8.1, byte by byte. */
static inline uint16_t plain_checksum6(const uint8_t *addresses, const uint8_t *message, size_t len)
{
    struct byte_run sum = {.len = 0};
    const uint8_t tail[] = {0, 0, (uint8_t)(len >> 8), (uint8_t)len, 0, 0, 0, 58};
    run_add(&sum, addresses, 32);
    run_add(&sum, tail, sizeof tail);
    run_add(&sum, message, len);
    return plain_checksum(sum.at, sum.len);
}

/* Ethernet, IPv6 with hop limit `hop_limit`, a hop-by-hop header where options names one, ICMPv6. */
static inline struct frame icmp6_frame(const struct message_spec *spec, unsigned hop_limit,
                                       const char *options)
{
    struct byte_run run = {.len = 0};
    run_add_hex(&run, "000000000000 02000000000a 86dd 60000000 0000 3a 00");
    run_add_address(&run, AF_INET6, spec->src != NULL ? spec->src : "fe80::a");
    run_add_address(&run, AF_INET6, spec->dst);
    run_add_hex(&run, options);
    size_t message = run.len;
    run_add_hex(&run, spec->body);
    run.at[AT_IP + 6] = options[0] != '\0' ? 0 : 58;
    run.at[AT_HOP_LIMIT] = (uint8_t)hop_limit;
    run_put16(&run, AT_IP + 4, (unsigned)(run.len - AT_IP - 40));
    put_mac(&run, AT_IP + 24, true);
    run_edit(&run, spec->edit);
    if (run.len >= message + 4 && run.at[message + 2] == 0 && run.at[message + 3] == 0)
        run_put16(&run, message + 2,
                  plain_checksum6(run.at + AT_IP + 8, run.at + message, run.len - message));
    return run_finish(&run, spec);
}

static inline struct frame mld_frame(const struct message_spec *spec)
{
    return icmp6_frame(spec, 1, spec->options != NULL ? spec->options : "3a00 0502 0000 0100");
}

static inline struct frame nd_frame(const struct message_spec *spec)
{
    return icmp6_frame(spec, 255, spec->options != NULL ? spec->options : "");
}

/* A rule: one packet that breaks it and nothing else, and one that comes close and breaks nothing. */
struct rule_case {
    const char *name;
    unsigned code;
    struct frame (*make)(const struct message_spec *spec);
    struct message_spec broken;
    struct message_spec near_miss;
    unsigned need, have; /* of the diagnosis */
    unsigned off;        /* of the diagnosis, from the start of the frame; 0: not looked at */
};

static inline void run_rule_case(void **state)
{
    const struct rule_case *c = *state;
    struct pkt_packet packet;
    struct frame broken = c->make(&c->broken), near_miss = c->make(&c->near_miss);
    frame_decode(broken, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    assert_only_diagnosis(&packet, c->code);
    assert_u32(packet.diagnosis[0].need, c->need);
    assert_u32(packet.diagnosis[0].have, c->have);
    if (c->off != 0)
        assert_u32(packet.diagnosis[0].off, c->off);
    frame_decode(near_miss, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    assert_no_diagnoses(&packet);
    frame_free(broken);
    frame_free(near_miss);
}

/* A diagnosis cites the rule whose number its test bears: "R12_mac" breaks one whose section says "(R12)". */
static inline void expect_citation(const struct rule_case *c)
{
    char cited[16];
    size_t len = strcspn(c->name, "_");
    (void)snprintf(cited, sizeof cited, "(%.*s)", (int)len, c->name);
    if (strstr(pkt_diagnosis_section(c->code), cited) != NULL)
        return;
    print_error("%s cites %s\n", c->name, pkt_diagnosis_section(c->code));
    fail();
}

/* Runs every rule as a test of its own, then the other tests. The number of failed ones. */
static inline int run_rule_cases(const char *group, const struct rule_case *cases, size_t n,
                                 const struct CMUnitTest *others, size_t other_count)
{
    struct CMUnitTest *tests = calloc(n + other_count, sizeof *tests);
    assert_non_null(tests);
    for (size_t i = 0; i < n; i++)
        tests[i] =
            (struct CMUnitTest){cases[i].name, run_rule_case, NULL, NULL, (void *)(uintptr_t)&cases[i]};
    memcpy(tests + n, others, other_count * sizeof *tests);
    int failed = _cmocka_run_group_tests(group, tests, n + other_count, NULL, NULL);
    free(tests);
    return failed;
}

#endif
