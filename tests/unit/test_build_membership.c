/*
 * Whole packets of group membership: the golden frames and what the kernel sent byte for byte; what is
 * refused, and found by pkt_diagnose when it is forced; splitting by the MTU.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/pkt.h"
#include "support/assert_pkt.h"
#include "support/capture_frames.h"
#include <arpa/inet.h>

static struct pkt_membership walk;
static uint8_t buffer[65536];

/* A view of an address written as text; the last 32 stay. */
static struct pkt_view address(const char *text)
{
    static uint8_t ring[32][16];
    static unsigned next;
    uint8_t *at = ring[next++ % 32];
    bool v6 = strchr(text, ':') != NULL;
    assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, text, at), 1);
    return pkt_view_make(at, v6 ? 16 : 4);
}

/* The same for up to four, with blanks between. */
static struct pkt_view addresses(const char *text)
{
    static uint8_t ring[8][64];
    static unsigned next;
    uint8_t *at = ring[next++ % 8];
    char copy[200];
    size_t len = 0;
    (void)snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        struct pkt_view one = address(word);
        assert_true(len + one.len <= sizeof ring[0]);
        memcpy(at + len, one.ptr, one.len);
        len += one.len;
    }
    return pkt_view_make(at, len);
}

/* That of the golden frames. */
static struct pkt_membership_envelope envelope(void)
{
    struct pkt_membership_envelope e = {.mac = {{2, 0, 0, 0, 0, 10}}};
    e.src4 = pkt_ip4_at(address("192.0.2.10"), 0);
    e.src6 = pkt_ip6_at(address("fe80::a"), 0);
    return e;
}

/* A message in the table of a test: texts become views. */
struct row {
    struct pkt_membership_spec spec;
    const char *group;
    const char *sources;
    struct {
        uint8_t type;
        const char *group;
        const char *sources;
    } records[6];
};

static struct pkt_membership_spec spec_of(const struct row *row)
{
    static struct pkt_membership_record records[6];
    struct pkt_membership_spec spec = row->spec;
    if (row->group != NULL)
        spec.group = address(row->group);
    if (row->sources != NULL)
        spec.sources = addresses(row->sources);
    spec.records = records;
    for (; spec.record_count < 6 && row->records[spec.record_count].group != NULL; spec.record_count++)
        records[spec.record_count] = (struct pkt_membership_record){
            .type = row->records[spec.record_count].type,
            .group = address(row->records[spec.record_count].group),
            .sources = addresses(row->records[spec.record_count].sources),
        };
    return spec;
}

static struct pkt_view only_packet(const struct pkt_membership_spec *spec,
                                   const struct pkt_membership_envelope *e)
{
    struct pkt_view packet = {NULL, 0}, more;
    assert_int_equal(pkt_membership_start(&walk, spec, e), PKT_BUILD_OK);
    assert_true(pkt_membership_next(&walk, buffer, sizeof buffer, &packet));
    assert_false(pkt_membership_next(&walk, NULL, 0, &more));
    assert_int_equal(walk.error, PKT_BUILD_OK);
    return packet;
}

/* --- golden frames --- */

/* clang-format off */
static const struct row golden[] = {
    {.spec = {.message = PKT_MEMBERSHIP_QUERY, .version = 1}},
    {.spec = {.message = PKT_MEMBERSHIP_REPORT, .version = 1}, .group = "239.1.1.1"},
    {.spec = {.message = PKT_MEMBERSHIP_QUERY, .version = 2}},
    {.spec = {.message = PKT_MEMBERSHIP_QUERY, .version = 2}, .group = "239.1.1.1"},
    {.spec = {.message = PKT_MEMBERSHIP_REPORT, .version = 2}, .group = "239.1.1.1"},
    {.spec = {.message = PKT_MEMBERSHIP_LEAVE}, .group = "239.1.1.1"},
    {.spec = {.message = PKT_MEMBERSHIP_QUERY}},
    {.spec = {.message = PKT_MEMBERSHIP_QUERY, .max_response_ms = 25600, .query_interval_s = 31744, .robustness = 7,
              .suppress = true}, .group = "232.1.1.1", .sources = "198.51.100.1 198.51.100.2"},
    {.spec = {.message = PKT_MEMBERSHIP_REPORT},
     .records = {{1, "232.1.1.1", "198.51.100.1"}, {2, "239.1.1.1", ""}, {3, "239.1.1.2", ""}, {4, "239.1.1.3", ""},
                 {5, "232.1.1.4", "198.51.100.1 198.51.100.2"}, {6, "232.1.1.5", "198.51.100.3"}}},
    {.spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = true, .version = 1}},
    {.spec = {.message = PKT_MEMBERSHIP_REPORT, .v6 = true, .version = 1}, .group = "ff15::1"},
    {.spec = {.message = PKT_MEMBERSHIP_LEAVE, .v6 = true}, .group = "ff15::1"},
    {.spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = true}},
    {.spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = true, .max_response_ms = 32776, .query_interval_s = 256},
     .group = "ff3e::1", .sources = "2001:db8::1"},
    {.spec = {.message = PKT_MEMBERSHIP_REPORT, .v6 = true},
     .records = {{4, "ff15::1", ""}, {5, "ff3e::1", "2001:db8::1"}}},
};
/* clang-format on */

static void test_golden(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof golden / sizeof *golden; i++) {
        struct frame frame = capture_frame("igmp-mld-golden.pcap", i);
        struct pkt_membership_spec spec = spec_of(&golden[i]);
        struct pkt_membership_envelope e = envelope();
        assert_bytes_equal(only_packet(&spec, &e), pkt_view_make(frame.bytes, frame.len));
        frame_free(frame);
    }
}

/* --- what kernels sent --- */

static struct pkt_membership_record heard[64];

static void hear_records(struct pkt_list list, unsigned address_len, struct pkt_membership_spec *spec)
{
    struct pkt_option item;
    struct pkt_group_record record;
    spec->message = PKT_MEMBERSHIP_REPORT;
    spec->records = heard;
    while (pkt_option_next(&list, &item)) {
        pkt_group_record(&item, address_len, &record);
        assert_true(spec->record_count < sizeof heard / sizeof *heard);
        heard[spec->record_count++] =
            (struct pkt_membership_record){record.type, record.group, record.sources};
    }
    assert_int_equal(list.stop, PKT_D_NONE);
}

static void hear_igmp(struct pkt_igmp m, struct pkt_membership_spec *spec)
{
    struct pkt_list records;
    spec->version = (uint8_t)pkt_igmp_version(m);
    if (pkt_igmp_type(m) == PKT_IGMP_V3_REPORT) {
        pkt_igmp3_records(m, &records);
        hear_records(records, 4, spec);
        return;
    }
    bool query = pkt_igmp_type(m) == PKT_IGMP_QUERY;
    bool leave = pkt_igmp_type(m) == PKT_IGMP_V2_LEAVE;
    spec->message = query ? PKT_MEMBERSHIP_QUERY : leave ? PKT_MEMBERSHIP_LEAVE : PKT_MEMBERSHIP_REPORT;
    spec->group = pkt_view_clip(m.message, 4, 4);
    if (!query)
        return;
    spec->max_response_ms = pkt_igmp_max_response_ds(m) * 100;
    if (spec->version < 3)
        return;
    spec->sources = pkt_igmp3_sources(m);
    spec->robustness = (uint8_t)pkt_igmp3_robustness(m);
    spec->query_interval_s = pkt_igmp_float_decode(pkt_igmp3_qqic(m));
    spec->suppress = pkt_igmp3_suppress(m);
}

static void hear_mld(struct pkt_icmp m, struct pkt_membership_spec *spec)
{
    struct pkt_list records;
    spec->v6 = true;
    spec->version = (uint8_t)pkt_mld_version(m);
    if (pkt_icmp_type(m) == PKT_ICMP6_MLD2_REPORT) {
        pkt_mld2_records(m, &records);
        hear_records(records, 16, spec);
        return;
    }
    bool query = pkt_icmp_type(m) == PKT_ICMP6_MLD_QUERY;
    bool done = pkt_icmp_type(m) == PKT_ICMP6_MLD1_DONE;
    spec->message = query ? PKT_MEMBERSHIP_QUERY : done ? PKT_MEMBERSHIP_LEAVE : PKT_MEMBERSHIP_REPORT;
    spec->group = pkt_view_clip(m.message, 8, 16);
    if (!query)
        return;
    spec->max_response_ms = pkt_mld_max_response_ms(m);
    if (spec->version < 2)
        return;
    spec->sources = pkt_mld2_sources(m);
    spec->robustness = (uint8_t)pkt_mld2_robustness(m);
    spec->query_interval_s = pkt_igmp_float_decode(pkt_mld2_qqic(m));
    spec->suppress = pkt_mld2_suppress(m);
}

/*
 * What was built against what was heard. The kernel's bridge sends specific queries to all systems instead of
 * the group (R26): then the destinations, and the sums over them, differ.
 */
static void expect_heard(struct pkt_view built, struct pkt_view frame, bool astray)
{
    bool v6 = pkt_u16(frame, 12) == PKT_ETHERTYPE_IPV6;
    size_t message = v6 ? 14 + 48 : 14 + 24;
    if (!astray) {
        assert_bytes_equal(built, frame);
        return;
    }
    size_t sum = v6 ? 4 : 0;
    assert_bytes_equal(pkt_view_from(built, message + sum), pkt_view_from(frame, message + sum));
    assert_false(pkt_ip6_equal(pkt_ip6_at(built, v6 ? 38 : 22), pkt_ip6_at(frame, v6 ? 38 : 22)));
}

/* The kernel's bridge pads the hop-by-hop header with two Pad1; PadN says the same (RFC 8200 4.2). */
static void pad_with_padn(struct frame frame)
{
    enum { PADDING = 14 + 46 };
    if (frame.bytes[PADDING] == PKT_IPV6_OPTION_PAD1 && frame.bytes[PADDING + 1] == PKT_IPV6_OPTION_PAD1)
        frame.bytes[PADDING] = PKT_IPV6_OPTION_PADN;
}

/* The frame said again from what decoding read out of it; false for a frame of another protocol. */
static bool say_again(struct frame frame, unsigned *astray)
{
    struct pkt_packet packet;
    struct pkt_ethernet ethernet;
    struct pkt_ipv4 ip4;
    struct pkt_ipv6 ip6;
    struct pkt_igmp igmp;
    struct pkt_icmp icmp;
    struct pkt_membership_spec spec = {.message = PKT_MEMBERSHIP_QUERY};
    struct pkt_membership_envelope e = {.linktype = PKT_LINKTYPE_ETHERNET};
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_as_ethernet(&packet, 0, &ethernet));
    e.mac = pkt_ethernet_src(ethernet);
    if (pkt_as_ipv4(&packet, 1, &ip4) && pkt_as_igmp(&packet, 2, &igmp)) {
        e.src4 = pkt_ipv4_src(ip4);
        e.id = pkt_ipv4_id(ip4);
        hear_igmp(igmp, &spec);
    } else if (pkt_as_ipv6(&packet, 1, &ip6) && pkt_as_icmp(&packet, 3, &icmp) && pkt_icmp_is_mld(icmp)) {
        e.src6 = pkt_ipv6_src(ip6);
        pad_with_padn(frame);
        hear_mld(icmp, &spec);
    } else {
        return false;
    }
    pkt_diagnose(&packet);
    bool other_destination = count_diagnoses(&packet, PKT_D_IGMP_QUERY_DESTINATION) != 0 ||
                             count_diagnoses(&packet, PKT_D_MLD_DESTINATION) != 0;
    *astray += other_destination;
    expect_heard(only_packet(&spec, &e), pkt_view_make(frame.bytes, frame.len), other_destination);
    return true;
}

static void test_captured(void **state)
{
    static const struct {
        const char *name;
        unsigned messages; /* as tcpdump counts them */
        unsigned astray;   /* of these, specific queries to all systems */
    } captures[] = {
        {"igmp1-report.pcap",          6,  0},
        {"igmp2-join-leave.pcap",      6,  1},
        {"igmp3-join-leave.pcap",      6,  0},
        {"igmp3-exclude-sources.pcap", 6,  0},
        {"igmp3-many-sources.pcap",    5,  0},
        {"igmp3-several-groups.pcap",  1,  0},
        {"igmp3-source-specific.pcap", 8,  0},
        {"igmp-bridge-own.pcap",       1,  0},
        {"igmp-smcroute.pcap",         5,  0},
        {"mld1-join-done.pcap",        8,  1},
        {"mld2-join-leave.pcap",       10, 0},
        {"mld2-several-groups.pcap",   4,  0},
        {"mld2-source-specific.pcap",  17, 0},
        {"mld-smcroute.pcap",          4,  0},
    };
    static struct capture capture;
    struct frame frame;
    (void)state;
    for (unsigned i = 0; i < sizeof captures / sizeof *captures; i++) {
        unsigned messages = 0, astray = 0;
        capture_open(&capture, captures[i].name);
        while (capture_next(&capture, &frame)) {
            messages += say_again(frame, &astray);
            frame_free(frame);
        }
        if (messages != captures[i].messages || astray != captures[i].astray)
            print_error("%s: %u messages, %u astray\n", captures[i].name, messages, astray);
        assert_u32(messages, captures[i].messages);
        assert_u32(astray, captures[i].astray);
    }
}

/* --- what is forbidden --- */

/* clang-format off */
static const struct {
    struct row row;
    uint16_t code;
    const char *src; /* NULL: that of the golden frames */
} forbidden[] = {
    /* R13 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT, .version = 2}, .group = "224.0.0.1"}, PKT_D_IGMP_ALL_SYSTEMS, NULL},
    /* R13 */ {{.spec = {.message = PKT_MEMBERSHIP_QUERY}, .group = "224.0.0.1"}, PKT_D_IGMP_ALL_SYSTEMS, NULL},
    /* R13 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT}, .records = {{4, "239.1.1.1", ""}, {4, "224.0.0.1", ""}}}, PKT_D_IGMP_ALL_SYSTEMS, NULL},
    /* R20 */ {{.spec = {.message = PKT_MEMBERSHIP_QUERY, .robustness = 1}}, PKT_D_IGMP_ROBUSTNESS, NULL},
    /* R22 */ {{.spec = {.message = PKT_MEMBERSHIP_QUERY}, .sources = "198.51.100.1 198.51.100.2"}, PKT_D_IGMP_GENERAL_SOURCES, NULL},
    /* R23 */ {{.spec = {.message = PKT_MEMBERSHIP_QUERY}, .group = "192.0.2.1"}, PKT_D_IGMP_GROUP, NULL},
    /* R23 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT}, .records = {{4, "192.0.2.1", ""}}}, PKT_D_IGMP_GROUP, NULL},
    /* R37 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT}, .records = {{7, "239.1.1.1", "198.51.100.1"}}}, PKT_D_IGMP_RECORD_TYPE, NULL},
    /* R38 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT}, .records = {{1, "239.1.1.1", ""}}}, PKT_D_IGMP_RECORD_EMPTY, NULL},
    /* R38 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT}, .records = {{5, "239.1.1.1", ""}}}, PKT_D_IGMP_RECORD_EMPTY, NULL},
    /* R38 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT}, .records = {{6, "239.1.1.1", ""}}}, PKT_D_IGMP_RECORD_EMPTY, NULL},
    /* R39 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT}, .records = {{4, "232.1.1.1", ""}}}, PKT_D_IGMP_SSM, NULL},
    /* R39 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT}, .records = {{2, "232.1.1.1", "198.51.100.1"}}}, PKT_D_IGMP_SSM, NULL},
    /* R39 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT, .version = 1}, .group = "232.1.1.1"}, PKT_D_IGMP_SSM, NULL},
    /* R39 */ {{.spec = {.message = PKT_MEMBERSHIP_LEAVE}, .group = "232.1.1.1"}, PKT_D_IGMP_SSM, NULL},
    /* R11 */ {{.spec = {.message = PKT_MEMBERSHIP_QUERY}}, PKT_D_IPV4_SOURCE, "239.1.1.1"},
    /* M3 */  {{.spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = true}}, PKT_D_MLD_QUERY_SOURCE, "::"},
    /* M3 */  {{.spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = true, .version = 1}}, PKT_D_MLD_QUERY_SOURCE, "2001:db8::a"},
    /* M4 */  {{.spec = {.message = PKT_MEMBERSHIP_REPORT, .v6 = true}, .records = {{4, "ff15::1", ""}}}, PKT_D_MLD_REPORT_SOURCE, "2001:db8::a"},
    /* M9 */  {{.spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = true, .robustness = 1}}, PKT_D_MLD_ROBUSTNESS, NULL},
    /* M11 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT, .v6 = true}, .records = {{9, "ff15::1", ""}}}, PKT_D_MLD_RECORD_TYPE, NULL},
    /* M13 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT, .v6 = true}, .records = {{4, "ff02::1", ""}}}, PKT_D_MLD_NEVER_REPORTED, NULL},
    /* M13 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT, .v6 = true}, .records = {{4, "ff10::1", ""}}}, PKT_D_MLD_NEVER_REPORTED, NULL},
    /* M13 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT, .v6 = true}, .records = {{4, "ff01::1", ""}}}, PKT_D_MLD_NEVER_REPORTED, NULL},
    /* M13 */ {{.spec = {.message = PKT_MEMBERSHIP_LEAVE, .v6 = true}, .group = "ff02::1"}, PKT_D_MLD_NEVER_REPORTED, NULL},
    /* M14 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT, .v6 = true}, .records = {{4, "ff3e::1", ""}}}, PKT_D_MLD_SSM, NULL},
    /* M14 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT, .v6 = true}, .records = {{2, "ff35::1", "2001:db8::1"}}}, PKT_D_MLD_SSM, NULL},
    /* M14 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT, .v6 = true, .version = 1}, .group = "ff3e::1"}, PKT_D_MLD_SSM, NULL},
    /* R22 */ {{.spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = true}, .sources = "2001:db8::1"}, PKT_D_MLD_GENERAL_SOURCES, NULL},
    /* R23 */ {{.spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = true}, .group = "fe80::1"}, PKT_D_MLD_ADDRESS, NULL},
    /* R38 */ {{.spec = {.message = PKT_MEMBERSHIP_REPORT, .v6 = true}, .records = {{1, "ff15::1", ""}}}, PKT_D_MLD_RECORD_EMPTY, NULL},
};
/* clang-format on */

static void test_forbidden(void **state)
{
    struct pkt_packet packet;
    struct frame frame;
    (void)state;
    for (unsigned i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        struct pkt_membership_spec spec = spec_of(&forbidden[i].row);
        struct pkt_membership_envelope e = envelope();
        struct pkt_view none;
        if (forbidden[i].src != NULL && spec.v6)
            e.src6 = pkt_ip6_at(address(forbidden[i].src), 0);
        else if (forbidden[i].src != NULL)
            e.src4 = pkt_ip4_at(address(forbidden[i].src), 0);
        assert_int_equal(pkt_membership_start(&walk, &spec, &e), PKT_BUILD_E_FORBIDDEN);
        assert_string_equal(pkt_diagnosis_name(walk.broken), pkt_diagnosis_name(forbidden[i].code));
        assert_true(pkt_diagnosis_section(walk.broken)[0] != '\0');
        bool in_record = spec.record_count != 0 && forbidden[i].src == NULL;
        assert_true(walk.broken_record == (in_record ? spec.record_count - 1 : SIZE_MAX));
        assert_false(pkt_membership_next(&walk, buffer, sizeof buffer, &none));

        spec.force = true;
        struct pkt_view built = only_packet(&spec, &e);
        packet_from_bytes(built.ptr, built.len, PKT_LINKTYPE_ETHERNET, &frame, &packet);
        assert_only_diagnosis(&packet, forbidden[i].code);
        frame_free(frame);
    }
}

/* --- splitting --- */

enum {
    SOURCES = 1000,
    GROUPS = 400,
};

static uint8_t many[SOURCES * 16];
static const char *const split_groups[] = {"239.1.1.1", "ff15::1"};
static const char *const neighbours[] = {"239.9.9.9", "ff15::9"};
static unsigned address_len; /* of the family under test */

/* Sources that are all unlike: 10.1.x.y, 2001:db8::x:y. */
static void make_sources(bool v6)
{
    address_len = v6 ? 16 : 4;
    memset(many, 0, sizeof many);
    for (unsigned i = 0; i < SOURCES; i++) {
        uint8_t *at = many + (size_t)i * address_len;
        memcpy(at, v6 ? "\x20\x01\x0d\xb8" : "\x0a\x01", v6 ? 4 : 2);
        at[address_len - 2] = (uint8_t)(i >> 8);
        at[address_len - 1] = (uint8_t)i;
    }
}

/* What the reports of one walk said of the groups. */
struct heard_group {
    size_t records;
    size_t sources_len;
    uint8_t sources[sizeof many];
};

struct heard_walk {
    unsigned packets;
    size_t neighbours; /* records of the other group */
    struct heard_group group;
};

static void hear_record(const struct pkt_option *item, struct heard_walk *heard_walk, bool v6, uint8_t type)
{
    struct pkt_group_record record;
    pkt_group_record(item, address_len, &record);
    if (memcmp(record.group.ptr, address(neighbours[v6]).ptr, address_len) == 0) {
        heard_walk->neighbours++;
        return;
    }
    struct heard_group *group = &heard_walk->group;
    assert_memory_equal(record.group.ptr, address(split_groups[v6]).ptr, address_len);
    assert_u32(record.type, type);
    assert_true(group->sources_len + record.sources.len <= sizeof group->sources);
    if (record.sources.len != 0)
        memcpy(group->sources + group->sources_len, record.sources.ptr, record.sources.len);
    group->sources_len += record.sources.len;
    group->records++;
}

static void hear_report(struct pkt_view bytes, struct heard_walk *heard_walk, bool v6, uint8_t type)
{
    struct frame frame;
    struct pkt_packet packet;
    struct pkt_igmp igmp;
    struct pkt_icmp icmp;
    struct pkt_list records;
    struct pkt_option item;
    packet_from_bytes(bytes.ptr, bytes.len, PKT_LINKTYPE_RAW, &frame, &packet);
    assert_no_diagnoses(&packet);
    if (v6) {
        assert_true(pkt_as_icmp(&packet, 2, &icmp));
        pkt_mld2_records(icmp, &records);
    } else {
        assert_true(pkt_as_igmp(&packet, 1, &igmp));
        pkt_igmp3_records(igmp, &records);
    }
    while (pkt_option_next(&records, &item))
        hear_record(&item, heard_walk, v6, type);
    assert_u32(records.stop, PKT_D_NONE);
    frame_free(frame);
}

static void hear_walk(const struct pkt_membership_spec *spec, const struct pkt_membership_envelope *e,
                      uint8_t type, struct heard_walk *heard_walk)
{
    struct pkt_view bytes;
    heard_walk->packets = 0;
    heard_walk->neighbours = 0;
    heard_walk->group.records = 0;
    heard_walk->group.sources_len = 0;
    assert_int_equal(pkt_membership_start(&walk, spec, e), PKT_BUILD_OK);
    while (pkt_membership_next(&walk, buffer, sizeof buffer, &bytes)) {
        assert_true(bytes.len <= e->mtu);
        hear_report(bytes, heard_walk, spec->v6, type);
        heard_walk->packets++;
        assert_true(heard_walk->packets < 10000);
    }
    assert_int_equal(walk.error, PKT_BUILD_OK);
}

/*
 * A record of n sources between two others. Types that include, allow or block add up over their records at
 * the router (RFC 9776 6.4); an exclude record replaces the one before: there must be one, of the first
 * sources, as many as a report holds.
 */
static void check_split(bool v6, uint32_t mtu, uint8_t type, size_t n)
{
    static struct heard_walk said;
    struct pkt_membership_record records[3] = {
        {PKT_RECORD_TO_EX, address(neighbours[v6]),   {NULL, 0}         },
        {type,             address(split_groups[v6]), pkt_view_make(many, n * address_len)},
        {PKT_RECORD_TO_IN,                address(neighbours[v6]),                          {NULL, 0}     },
    };
    struct pkt_membership_spec spec = {
        .message = PKT_MEMBERSHIP_REPORT, .v6 = v6, .records = records, .record_count = 3};
    struct pkt_membership_envelope e = envelope();
    size_t capacity = (mtu - (v6 ? 48 + 8 + 20 : 24 + 8 + 8)) / address_len; /* sources alone in a report */
    bool excludes = type == PKT_RECORD_IS_EX || type == PKT_RECORD_TO_EX;
    e.linktype = PKT_LINKTYPE_RAW;
    e.mtu = mtu;
    hear_walk(&spec, &e, type, &said);
    size_t expected = excludes && n > capacity ? capacity : n;
    assert_u32(said.neighbours, 2);
    assert_u32(said.group.sources_len, expected * address_len);
    assert_memory_equal(said.group.sources, many, expected * address_len);
    assert_u32(walk.unreported, n - expected);
    assert_u32(said.group.records, expected == 0 ? 1 : (expected + capacity - 1) / capacity);
}

static void test_split_records(void **state)
{
    static const uint32_t mtus[2][4] = {
        {68,  576,  1500, 9000},
        {128, 1280, 1500, 9000},
    };
    (void)state;
    for (unsigned v6 = 0; v6 < 2; v6++) {
        make_sources(v6 != 0);
        for (unsigned i = 0; i < 4; i++)
            for (size_t n = 1; n <= (i == 0 ? SOURCES / 10 : SOURCES);
                 n++) /* the tiny one takes many packets */
                for (uint8_t type = PKT_RECORD_IS_IN; type <= PKT_RECORD_BLOCK; type++)
                    check_split(v6 != 0, mtus[v6][i], type, n);
    }
}

/* R43, M15: 183 and 72 records, 365 and 89 sources in a record, 366 and 89 sources in a query fill 1500
 * bytes.
 */
static void test_limits(void **state)
{
    static struct pkt_membership_record records[GROUPS];
    static uint8_t groups[GROUPS][16];
    static const unsigned fit[2][3] = {
        {183, 365, 366},
        {72,  89,  89 },
    };
    struct pkt_membership_envelope e = envelope();
    (void)state;
    for (unsigned v6 = 0; v6 < 2; v6++) {
        struct pkt_membership_spec report = {
            .message = PKT_MEMBERSHIP_REPORT, .v6 = v6 != 0, .records = records};
        struct pkt_membership_spec query = {.message = PKT_MEMBERSHIP_QUERY, .v6 = v6 != 0};
        make_sources(v6 != 0);
        for (unsigned i = 0; i < GROUPS; i++) {
            memcpy(groups[i], address(split_groups[v6]).ptr, address_len);
            groups[i][address_len - 1] = (uint8_t)i;
            groups[i][address_len - 2] = (uint8_t)(i >> 8 | 2);
            records[i] = (struct pkt_membership_record){
                PKT_RECORD_TO_EX, pkt_view_make(groups[i], address_len), {NULL, 0}
            };
        }
        for (unsigned more = 0; more < 2; more++) {
            struct pkt_view bytes;
            unsigned packets = 0;
            report.record_count = fit[v6][0] + more;
            assert_int_equal(pkt_membership_start(&walk, &report, &e), PKT_BUILD_OK);
            for (packets = 0; pkt_membership_next(&walk, buffer, sizeof buffer, &bytes); packets++)
                assert_true(bytes.len <= 14 + 1500);
            assert_u32(packets, 1 + more);

            struct pkt_membership_record allow = {PKT_RECORD_ALLOW, records[0].group,
                                                  pkt_view_make(many, (fit[v6][1] + more) * address_len)};
            struct pkt_membership_spec one = report;
            one.records = &allow;
            one.record_count = 1;
            assert_int_equal(pkt_membership_start(&walk, &one, &e), PKT_BUILD_OK);
            for (packets = 0; pkt_membership_next(&walk, buffer, sizeof buffer, &bytes); packets++)
                assert_true(bytes.len <= 14 + 1500);
            assert_u32(packets, 1 + more);

            query.group = records[0].group;
            query.sources = pkt_view_make(many, (fit[v6][2] + more) * address_len);
            assert_int_equal(pkt_membership_start(&walk, &query, &e), PKT_BUILD_OK);
            for (packets = 0; pkt_membership_next(&walk, buffer, sizeof buffer, &bytes); packets++)
                assert_true(bytes.len <= 14 + 1500);
            assert_u32(packets, 1 + more);
        }
    }
}

/* The sources of all queries together are those asked for, in order and without a gap. */
static void check_query(bool v6, uint32_t mtu, size_t n)
{
    struct pkt_membership_spec spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = v6};
    struct pkt_membership_envelope e = envelope();
    struct frame frame;
    struct pkt_packet packet;
    struct pkt_igmp igmp;
    struct pkt_icmp icmp;
    struct pkt_view bytes;
    size_t off = 0;
    spec.group = address(split_groups[v6]);
    spec.sources = pkt_view_make(many, n * address_len);
    e.linktype = PKT_LINKTYPE_RAW;
    e.mtu = mtu;
    assert_int_equal(pkt_membership_start(&walk, &spec, &e), PKT_BUILD_OK);
    while (pkt_membership_next(&walk, buffer, sizeof buffer, &bytes)) {
        assert_true(bytes.len <= mtu);
        packet_from_bytes(bytes.ptr, bytes.len, PKT_LINKTYPE_RAW, &frame, &packet);
        assert_no_diagnoses(&packet);
        assert_true(v6 ? pkt_as_icmp(&packet, 2, &icmp) : pkt_as_igmp(&packet, 1, &igmp));
        struct pkt_view sources = v6 ? pkt_mld2_sources(icmp) : pkt_igmp3_sources(igmp);
        assert_true(sources.len > 0 && off + sources.len <= n * address_len);
        assert_memory_equal(sources.ptr, many + off, sources.len);
        off += sources.len;
        frame_free(frame);
    }
    assert_int_equal(walk.error, PKT_BUILD_OK);
    assert_u32(off, n * address_len);
}

static void test_split_queries(void **state)
{
    (void)state;
    for (unsigned v6 = 0; v6 < 2; v6++) {
        make_sources(v6 != 0);
        for (size_t n = 1; n <= SOURCES; n++) {
            check_query(v6 != 0, v6 ? 1280 : 576, n);
            check_query(v6 != 0, 1500, n);
        }
    }
}

/* --- envelopes and errors --- */

static void test_refused_shapes(void **state)
{
    /* clang-format off */
    static const struct row rows[] = {
        {.spec = {.message = PKT_MEMBERSHIP_LEAVE, .version = 3}, .group = "239.1.1.1"},
        {.spec = {.message = PKT_MEMBERSHIP_LEAVE, .version = 1}, .group = "239.1.1.1"},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .version = 4}},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .version = 1}, .group = "239.1.1.1"},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .version = 1, .max_response_ms = 10000}},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .version = 2, .suppress = true}},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .version = 2, .robustness = 2}},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .version = 2, .max_response_ms = 25600}},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .version = 2, .max_response_ms = 99}},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .max_response_ms = 99}},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .query_interval_s = 31745}},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .max_response_ms = 3174500}},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY}, .group = "ff15::1"},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY}, .group = "239.1.1.1", .sources = "2001:db8::1 10.1.1.1 10.1.1.2"},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY}, .records = {{4, "239.1.1.1", ""}}},
        {.spec = {.message = PKT_MEMBERSHIP_REPORT}, .group = "239.1.1.1"},
        {.spec = {.message = PKT_MEMBERSHIP_REPORT, .version = 2}},
        {.spec = {.message = PKT_MEMBERSHIP_REPORT}, .records = {{4, "ff15::1", ""}}},
        {.spec = {.message = PKT_MEMBERSHIP_MRD_SOLICITATION, .mrd_interval_s = 1}},
        {.spec = {.message = PKT_MEMBERSHIP_MRD_ADVERTISEMENT, .query_interval_s = 65536}},
        {.spec = {.message = PKT_MEMBERSHIP_MRD_TERMINATION + 1}},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = true, .version = 3}},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = true, .version = 1, .max_response_ms = 65536}},
        {.spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = true, .max_response_ms = 8387585}},
        {.spec = {.message = PKT_MEMBERSHIP_REPORT, .v6 = true}, .records = {{4, "239.1.1.1", ""}}},
    };
    /* clang-format on */
    struct pkt_membership_envelope e = envelope();
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pkt_membership_spec spec = spec_of(&rows[i]);
        if (spec.sources.len == 24)
            spec.sources.len = 23;
        assert_int_equal(pkt_membership_start(&walk, &spec, &e), PKT_BUILD_E_RANGE);
        spec.force = true; /* what has no field cannot be forced */
        assert_int_equal(pkt_membership_start(&walk, &spec, &e), PKT_BUILD_E_RANGE);
    }
}

static void test_refused_envelopes(void **state)
{
    struct pkt_membership_spec query = {.message = PKT_MEMBERSHIP_QUERY};
    struct pkt_membership_record record = {PKT_RECORD_ALLOW, address("239.1.1.1"), address("10.1.1.1")};
    struct pkt_membership_spec report = {
        .message = PKT_MEMBERSHIP_REPORT, .records = &record, .record_count = 1};
    struct pkt_membership_envelope e = envelope();
    (void)state;
    e.linktype = PKT_LINKTYPE_SLL;
    assert_int_equal(pkt_membership_start(&walk, &query, &e), PKT_BUILD_E_RANGE);
    e.linktype = PKT_LINKTYPE_IPV6;
    assert_int_equal(pkt_membership_start(&walk, &query, &e), PKT_BUILD_E_RANGE);
    e.linktype = PKT_LINKTYPE_RAW;
    e.vlan = 5;
    assert_int_equal(pkt_membership_start(&walk, &query, &e), PKT_BUILD_E_RANGE);
    e.vlan = 0;
    e.mtu = 24 + 8 + 8 + 4 - 1;
    assert_int_equal(pkt_membership_start(&walk, &report, &e), PKT_BUILD_E_RANGE);
    e.mtu++;
    assert_int_equal(only_packet(&report, &e).len, 44);
    report.record_count = 0; /* nothing to report: silence */
    assert_int_equal(pkt_membership_start(&walk, &report, &e), PKT_BUILD_OK);
    assert_false(pkt_membership_next(&walk, buffer, sizeof buffer, &record.group));
    assert_int_equal(walk.error, PKT_BUILD_OK);
}

/* A buffer that is too small says what it takes, and the walk goes on where it stood. */
static void test_space(void **state)
{
    struct pkt_membership_spec spec = {.message = PKT_MEMBERSHIP_QUERY};
    struct pkt_membership_envelope e = envelope();
    struct pkt_view packet = {NULL, 0};
    (void)state;
    assert_int_equal(pkt_membership_start(&walk, &spec, &e), PKT_BUILD_OK);
    assert_false(pkt_membership_next(&walk, buffer, 20, &packet));
    assert_int_equal(walk.error, PKT_BUILD_E_SPACE);
    assert_u32(walk.need, 14 + 24 + 12);
    assert_true(pkt_membership_next(&walk, buffer, walk.need, &packet));
    assert_u32(packet.len, 14 + 24 + 12);
    assert_int_equal(walk.error, PKT_BUILD_OK);
}

/* Router discovery goes to the snoopers or to the routers (RFC 4286 4 to 6). */
static void test_router_discovery(void **state)
{
    static const struct {
        uint8_t message;
        const char *dst[2];
        const char *hex[2]; /* without the checksum of ICMPv6 */
    } cases[] = {
        {PKT_MEMBERSHIP_MRD_ADVERTISEMENT, {"224.0.0.106", "ff02::6a"}, {"301e cf62 007d 0002", "971e"}},
        {PKT_MEMBERSHIP_MRD_SOLICITATION,  {"224.0.0.2", "ff02::2"},    {"3100 ceff", "9800"}          },
        {PKT_MEMBERSHIP_MRD_TERMINATION,   {"224.0.0.106", "ff02::6a"}, {"3200 cdff", "9900"}          },
    };
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        for (unsigned v6 = 0; v6 < 2; v6++) {
            struct pkt_membership_spec spec = {.message = cases[i].message, .v6 = v6 != 0};
            struct pkt_membership_envelope e = envelope();
            e.linktype = PKT_LINKTYPE_RAW;
            if (i == 0) {
                spec.mrd_interval_s = 30;
                spec.query_interval_s = 125;
                spec.robustness = 2;
            }
            struct pkt_view packet = only_packet(&spec, &e);
            assert_bytes_equal(pkt_view_clip(packet, v6 ? 24 : 16, v6 ? 16 : 4), address(cases[i].dst[v6]));
            size_t message = v6 ? 48 : 24;
            assert_bytes_hex(pkt_view_clip(packet, message, v6 ? 2 : packet.len - message), cases[i].hex[v6]);
        }
}

/* A tag behind Ethernet, which the MTU does not count. */
static void test_vlan(void **state)
{
    (void)state;
    for (unsigned v6 = 0; v6 < 2; v6++) {
        struct pkt_membership_spec spec = {.message = PKT_MEMBERSHIP_QUERY, .v6 = v6 != 0};
        struct pkt_membership_envelope e = envelope();
        struct pkt_packet packet;
        struct frame frame;
        e.vlan = 1234;
        e.mtu = v6 ? 48 + 28 : 24 + 12;
        struct pkt_view bytes = only_packet(&spec, &e);
        assert_bytes_hex(pkt_view_clip(bytes, 12, 6), v6 ? "8100 04d2 86dd" : "8100 04d2 0800");
        packet_from_bytes(bytes.ptr, bytes.len, PKT_LINKTYPE_ETHERNET, &frame, &packet);
        expect_rows(&packet, v6 ? "eth vlan ipv6 ipv6.hopopts icmpv6" : "eth vlan ip igmp");
        assert_no_diagnoses(&packet);
        frame_free(frame);
        e.vlan = 4096;
        assert_int_equal(pkt_membership_start(&walk, &spec, &e), PKT_BUILD_E_RANGE);
    }
}

/* Hosts without an address yet report from the unspecified one (RFC 9776 4.2.14, RFC 3590 4). */
static void test_unspecified_source(void **state)
{
    (void)state;
    for (unsigned v6 = 0; v6 < 2; v6++) {
        struct pkt_membership_record record = {
            PKT_RECORD_TO_EX, address(split_groups[v6]), {NULL, 0}
        };
        struct pkt_membership_spec spec = {
            .message = PKT_MEMBERSHIP_REPORT, .v6 = v6 != 0, .records = &record, .record_count = 1};
        struct pkt_membership_envelope e = {.mtu = 100000};
        struct pkt_packet packet;
        struct frame frame;
        struct pkt_view bytes = only_packet(&spec, &e);
        packet_from_bytes(bytes.ptr, bytes.len, PKT_LINKTYPE_ETHERNET, &frame, &packet);
        assert_no_diagnoses(&packet);
        frame_free(frame);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_captured),
        cmocka_unit_test(test_forbidden),
        cmocka_unit_test(test_split_records),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_split_queries),
        cmocka_unit_test(test_refused_shapes),
        cmocka_unit_test(test_refused_envelopes),
        cmocka_unit_test(test_space),
        cmocka_unit_test(test_router_discovery),
        cmocka_unit_test(test_unspecified_source),
        cmocka_unit_test(test_vlan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
