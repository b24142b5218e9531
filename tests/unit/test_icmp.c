/*
 * ICMP and ICMPv6 messages: getters, quotations, extension structures (RFC 4884, 4950, 5837, 8335), and their
 * rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/multicast_frames.h"

enum { AT_ICMP = AT_IP + 20 };

/* Ethernet, IPv4, ICMP: the body may be longer than text is handy for, see message(). */
static struct frame icmp_frame(const struct message_spec *spec)
{
    struct byte_run run = {.len = 0};
    run_add_hex(&run, "020000000001 020000000002 0800 4500 0000 0000 0000 40 01 0000 cb007101 c0000201");
    run_add_hex(&run, spec->body);
    run_put16(&run, AT_IP + 2, (unsigned)(run.len - AT_IP));
    run_edit(&run, spec->edit);
    run_put16(&run, AT_IP + 10, plain_checksum(run.at + AT_IP, 20));
    if (run.len >= AT_ICMP + 4 && run.at[AT_ICMP + 2] == 0 && run.at[AT_ICMP + 3] == 0)
        run_put16(&run, AT_ICMP + 2, plain_checksum(run.at + AT_ICMP, run.len - AT_ICMP));
    return run_finish(&run, spec);
}

/* A UDP packet of 60 bytes as its sender made it, its first 28 bytes. */
#define QUOTED4 "4500003c00000000 0111cd73 c0000201 c6336409 9c40829a00280000"
#define QUOTED6 \
    "60000000002811 01 20010db8000000000000000000000001 20010db8000000000000000000000002 9c40829a0028854e"

/* MPLS labels 16001 (class 3, TTL 254) and 24 (bottom, TTL 1). */
#define MPLS      "000c0101 03e816fe 00018101"
#define EXTENSION "2000430a" MPLS

static char message_text[4096];

/* head, quotation, zeroes up to quote_len bytes of quotation, and what follows. */
static const char *message(const char *head, const char *quote, size_t quote_len, const char *tail)
{
    struct frame counted = frame_hex(quote);
    assert_true(counted.len <= quote_len);
    size_t len = (size_t)snprintf(message_text, sizeof message_text, "%s%s", head, quote);
    for (size_t i = counted.len; i < quote_len; i++, len += 2)
        memcpy(message_text + len, "00", 3);
    (void)snprintf(message_text + len, sizeof message_text - len, "%s", tail);
    frame_free(counted);
    return message_text;
}

static struct frame frame;
static struct pkt_packet packet;

static int close_frame(void **state)
{
    (void)state;
    frame_free(frame);
    frame = (struct frame){NULL, 0};
    return 0;
}

static struct pkt_icmp open_message(struct frame made, const char *rows)
{
    struct pkt_icmp m;
    frame_free(frame);
    frame = made;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    pkt_diagnose(&packet);
    expect_rows(&packet, rows);
    assert_true(pkt_as_icmp(&packet, 2, &m));
    return m;
}

static struct pkt_icmp open4(const char *body, const char *rows)
{
    struct message_spec spec = {.body = body};
    return open_message(icmp_frame(&spec), rows);
}

static struct pkt_icmp open6(const char *body, const char *rows)
{
    struct message_spec spec = {.body = body, .dst = "2001:db8::1", .src = "2001:db8::fe"};
    return open_message(nd_frame(&spec), rows);
}

static void echo(void **state)
{
    (void)state;
    struct pkt_icmp m = open4("0800 0000 1234 0007 6162", "eth ip icmp data");
    assert_u32(pkt_icmp_type(m), PKT_ICMP_ECHO_REQUEST);
    assert_u32(pkt_icmp_code(m), 0);
    assert_u32(pkt_icmp_id(m), 0x1234);
    assert_u32(pkt_icmp_sequence(m), 7);
    assert_false(pkt_icmp_is_error(m));
    assert_no_diagnoses(&packet);
    m = open6("8100 0000 ffff fffe", "eth ipv6 icmpv6");
    assert_u32(pkt_icmp_id(m), 0xffff);
    assert_u32(pkt_icmp_sequence(m), 0xfffe);
    assert_no_diagnoses(&packet);
}

static void timestamps_and_masks(void **state)
{
    (void)state;
    struct pkt_icmp m = open4("0e00 0000 0001 0002 00000064 000000c8 80000001", "eth ip icmp");
    assert_u32(pkt_icmp_originate(m), 100);
    assert_u32(pkt_icmp_receive(m), 200);
    assert_u32(pkt_icmp_transmit(m), 0x80000001);
    m = open4("1200 0000 0001 0002 ffffff00", "eth ip icmp");
    assert_bytes_hex(pkt_view_make(pkt_icmp_mask(m).byte, 4), "ffffff00");
    assert_no_diagnoses(&packet);
}

/* RFC 1256 3. */
static void router_advertisements(void **state)
{
    (void)state;
    struct pkt_ip4 address;
    int32_t preference;
    struct pkt_icmp m = open4("0900 0000 02 02 0708 c0000201 00000005 c0000202 80000000", "eth ip icmp");
    assert_u32(pkt_icmp_router_count(m), 2);
    assert_u32(pkt_icmp_router_entry_words(m), 2);
    assert_u32(pkt_icmp_router_lifetime(m), 1800);
    assert_true(pkt_icmp_router(m, 0, &address, &preference));
    assert_bytes_hex(pkt_view_make(address.byte, 4), "c0000201");
    assert_true(preference == 5);
    assert_true(pkt_icmp_router(m, 1, &address, &preference));
    assert_true(preference == INT32_MIN); /* never a default router */
    assert_false(pkt_icmp_router(m, 2, &address, &preference));
    m = open4("0900 0000 02 03 0708 c0000201 00000005 ffffffff c0000202 00000006", "eth ip icmp");
    assert_true(pkt_icmp_router(m, 1, &address, &preference)); /* entries may be longer */
    assert_true(preference == 6);
    m = open4("0900 0000 ff 02 0708 c0000201 00000005", "eth ip icmp"); /* the count lies */
    assert_true(pkt_icmp_router(m, 0, &address, &preference));
    assert_false(pkt_icmp_router(m, 1, &address, &preference));
    assert_false(pkt_icmp_router(m, UINT32_MAX, &address, &preference));
    m = open4("0900 0000 02 01 0708 c0000201 c0000202", "eth ip icmp");
    assert_false(pkt_icmp_router(m, 0, &address, &preference));
    m = open4("0a00 0000 02 02 0708 c0000201 00000005", "eth ip icmp");
    assert_false(pkt_icmp_router(m, 0, &address, &preference));
}

static void numbers_of_errors(void **state)
{
    (void)state;
    struct pkt_icmp m = open4("0304 0000 0000 05dc" QUOTED4, "eth ip icmp ip.QC udp.QC");
    assert_true(pkt_icmp_is_error(m));
    assert_u32(pkt_icmp_mtu(m), 1500);
    assert_u32(pkt_icmp_quote_len(m), 0);
    assert_no_diagnoses(&packet);
    m = open4("0c00 0000 14 00 0000" QUOTED4, "eth ip icmp ip.QC udp.QC");
    assert_u32(pkt_icmp_pointer(m), 20);
    m = open4("0501 0000 c00002fe" QUOTED4, "eth ip icmp ip.QC udp.QC");
    assert_bytes_hex(pkt_view_make(pkt_icmp_gateway(m).byte, 4), "c00002fe");
    m = open4("0400 0000 00000000" QUOTED4, "eth ip icmp ip.QC udp.QC");
    assert_true(pkt_icmp_is_error(m));
    m = open6("0200 0000 00000500" QUOTED6, "eth ipv6 icmpv6 ipv6.QC udp.QC");
    assert_u32(pkt_icmp_mtu(m), 1280);
    assert_no_diagnoses(&packet);
    m = open6("0401 0000 00000028" QUOTED6, "eth ipv6 icmpv6 ipv6.QC udp.QC");
    assert_u32(pkt_icmp_pointer(m), 40);
    assert_no_diagnoses(&packet);
}

/* Every type of both registries and every other is a row, its code whatever it is, and none is an error of
 * ours. */
static void every_type_and_code_is_decoded(void **state)
{
    (void)state;
    char body[128];
    for (unsigned type = 0; type < 256; type++)
        for (unsigned code = 0; code < 256; code += 51) {
            (void)snprintf(body, sizeof body, "%02x%02x 0000 00000000 000000000000000000000000", type, code);
            struct message_spec spec = {.body = body, .dst = "2001:db8::1"};
            struct pkt_icmp m;
            struct frame made = icmp_frame(&spec);
            frame_decode(made, PKT_LINKTYPE_ETHERNET, &packet);
            assert_true(pkt_as_icmp(&packet, 2, &m));
            assert_u32(pkt_icmp_type(m), type);
            assert_u32(pkt_icmp_code(m), code);
            assert_u32(packet.diagnosis_count, 0);
            frame_free(made);
            made = nd_frame(&spec);
            frame_decode(made, PKT_LINKTYPE_ETHERNET, &packet);
            assert_true(pkt_as_icmp(&packet, 2, &m));
            assert_u32(pkt_icmp_type(m), type);
            assert_u32(packet.diagnosis_count, 0);
            frame_free(made);
        }
}

/* A quotation ends where its router cut it: that is nobody's fault (RFC 792, RFC 1812 4.3.2.3). */
static void short_quotations(void **state)
{
    (void)state;
    open4("0b00 0000 00000000", "eth ip icmp");
    assert_no_diagnoses(&packet);
    open4("0b00 0000 00000000 45", "eth ip icmp ip.TQ");
    assert_no_diagnoses(&packet);
    open4("0b00 0000 00000000 4500003c00000000 0111cd73 c0000201 c63364", "eth ip icmp ip.TQ");
    assert_no_diagnoses(&packet);
    open4("0b00 0000 00000000 4500003c00000000 0111cd73 c0000201 c6336409", "eth ip icmp ip.QC");
    assert_no_diagnoses(&packet);
    open4("0b00 0000 00000000 4600003c00000000 0111cd73 c0000201 c6336409", "eth ip icmp ip.TQC");
    assert_no_diagnoses(&packet);
    open4("0b00 0000 00000000 4500003c00000000 0111cd73 c0000201 c6336409 9c40829a",
          "eth ip icmp ip.QC udp.TQ");
    assert_no_diagnoses(&packet);
    open4("0b00 0000 00000000 ff00ff00", "eth ip icmp data.Q"); /* no IP packet */
    assert_no_diagnoses(&packet);
    open6("0300 0000 00000000 60000000", "eth ipv6 icmpv6 ipv6.TQ");
    assert_no_diagnoses(&packet);
    /* A first fragment: the length that the message states may well be right. */
    struct message_spec fragment = {.body = "0b00 0000 00200000" QUOTED4, .edit = "20:2000"};
    open_message(icmp_frame(&fragment), "eth ip.F icmp.F ip.FQC udp.FQC");
    assert_no_diagnoses(&packet);
}

/* RFC 4884 5.3, RFC 4950 3, RFC 5837 4. */
static void extensions_behind_an_announced_quotation(void **state)
{
    (void)state;
    struct pkt_icmp_extension x;
    struct pkt_list list;
    struct pkt_option object;
    struct pkt_mpls_entry entry;
    struct pkt_interface_info info;
    struct pkt_icmp m =
        open4(message("0b00 0000 00200000", QUOTED4, 128,
                      "200078e5" MPLS "001c028f 00000007 00010000 c000024d 08657468302e3500 00002328"),
              "eth ip icmp icmp.ext ip.QP udp.Q data.Q");
    assert_no_diagnoses(&packet);
    assert_u32(pkt_icmp_quote_len(m), 128);
    assert_true(pkt_as_icmp_extension(&packet, 3, &x));
    assert_u32(pkt_icmp_extension_version(x), 2);
    assert_u32(pkt_icmp_extension_checksum(x), 0x78e5);
    assert_int_equal(pkt_checksum_verify(&packet, 3).state, PKT_CHECKSUM_OK);
    pkt_icmp_objects(x, &list);
    assert_true(pkt_option_next(&list, &object));
    assert_u32(object.type, PKT_ICMP_OBJECT_MPLS);
    assert_true(pkt_mpls_entry(&object, 0, &entry));
    assert_u32(entry.label, 16001);
    assert_u32(entry.traffic_class, 3);
    assert_false(entry.bottom);
    assert_u32(entry.ttl, 254);
    assert_true(pkt_mpls_entry(&object, 1, &entry));
    assert_u32(entry.label, 24);
    assert_u32(entry.traffic_class, 0);
    assert_true(entry.bottom);
    assert_u32(entry.ttl, 1);
    assert_false(pkt_mpls_entry(&object, 2, &entry));
    assert_false(pkt_mpls_entry(&object, UINT32_MAX, &entry));
    assert_false(pkt_interface_info(&object, &info));
    assert_true(pkt_option_next(&list, &object));
    assert_u32(object.type, PKT_ICMP_OBJECT_INTERFACE);
    assert_true(pkt_interface_info(&object, &info));
    assert_u32(info.role, 2); /* outgoing: the two highest bits of the C-type */
    assert_true(info.has_index && info.has_ip4 && info.has_name && info.has_mtu && !info.has_ip6);
    assert_u32(info.index, 7);
    assert_bytes_hex(pkt_view_make(info.ip4.byte, 4), "c000024d");
    assert_bytes_hex(info.name, "657468302e3500");
    assert_u32(info.mtu, 9000);
    assert_false(pkt_option_next(&list, &object));
    assert_u32(list.stop, PKT_D_NONE);
}

/* ICMPv6 counts in units of 8 bytes, in octet 4 (RFC 4884 4.4, 4.5). */
static void extensions_of_icmp6(void **state)
{
    (void)state;
    struct pkt_icmp_extension x;
    struct pkt_list list;
    struct pkt_option object;
    struct pkt_interface_info info;
    struct pkt_icmp m = open6(message("0300 0000 10000000", QUOTED6, 128,
                                      "2000afa2 001c020c 00000003 00020000 20010db8000000000000000000000077"),
                              "eth ipv6 icmpv6 icmp.ext ipv6.QP udp.Q data.Q");
    assert_no_diagnoses(&packet);
    assert_u32(pkt_icmp_quote_len(m), 128);
    assert_true(pkt_as_icmp_extension(&packet, 3, &x));
    assert_int_equal(pkt_checksum_verify(&packet, 3).state, PKT_CHECKSUM_OK);
    pkt_icmp_objects(x, &list);
    assert_true(pkt_option_next(&list, &object));
    assert_true(pkt_interface_info(&object, &info));
    assert_u32(info.role, 0);
    assert_u32(info.index, 3);
    assert_true(info.has_ip6 && !info.has_ip4 && !info.has_name && !info.has_mtu);
    assert_bytes_hex(pkt_view_make(info.ip6.byte, 16), "20010db8000000000000000000000077");
    m = open6(message("0200 0000 10000000", QUOTED6, 128, ""), "eth ipv6 icmpv6 ipv6.QP udp.Q data.Q");
    assert_u32(pkt_icmp_quote_len(m), 0); /* packet too big carries none */
}

/* RFC 4884 5.5: no length is stated, and behind 128 bytes stands a structure whose checksum is right. */
static void extensions_of_old_senders(void **state)
{
    (void)state;
    struct pkt_icmp m = open4(message("0b00 0000 00000000", QUOTED4, 128, EXTENSION),
                              "eth ip icmp icmp.ext ip.QP udp.Q data.Q");
    assert_u32(pkt_icmp_quote_len(m), 128);
    assert_no_diagnoses(&packet);
    m = open4(message("0b00 0000 00000000", QUOTED4, 128, "2000430b" MPLS), "eth ip icmp ip.QP udp.Q data.Q");
    assert_u32(pkt_icmp_quote_len(m), 0); /* the checksum is wrong: it is quoted data */
    m = open4(message("0b00 0000 00000000", QUOTED4, 128, "1000530a" MPLS), "eth ip icmp ip.QP udp.Q data.Q");
    assert_u32(pkt_icmp_quote_len(m), 0);
    /* With a reserved bit set it is quoted data, whatever the checksum says. */
    m = open4(message("0b00 0000 00000000", QUOTED4, 128, "20014309" MPLS), "eth ip icmp ip.QP udp.Q data.Q");
    assert_u32(pkt_icmp_quote_len(m), 0);
    m = open4(message("0b00 0000 00000000", QUOTED4, 128, "28003b0a" MPLS), "eth ip icmp ip.QP udp.Q data.Q");
    assert_u32(pkt_icmp_quote_len(m), 0);
    m = open4(message("0501 0000 c00002fe", QUOTED4, 128, EXTENSION), "eth ip icmp ip.QP udp.Q data.Q");
    assert_u32(pkt_icmp_quote_len(m), 0); /* a redirect carries none */
}

/* RFC 8335 2. */
static void extended_echo(void **state)
{
    (void)state;
    static const struct {
        const char *object;
        bool sound;
        uint8_t type;
    } objects[] = {
        {"000c0301 65746830 2e350000", true,  1},
        {"00080302 00000007",          true,  2},
        {"000c0303 00010400 c0000263", true,  3},
        {"00040302",                   false, 2},
        {"000c0303 00020400 c0000263", true,  3}, /* as many octets as it says */
        {"000c0303 00011000 c0000263", false, 3},
        {"00080304 00000007",          false, 4},
    };
    char body[128];
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        struct pkt_icmp_extension x;
        struct pkt_list list;
        struct pkt_option object;
        struct pkt_interface_id id;
        (void)snprintf(body, sizeof body, "2a00 0000 1234 05 01 20000000 %s", objects[i].object);
        struct pkt_icmp m = open4(body, "eth ip icmp icmp.ext");
        assert_u32(pkt_icmp_id(m), 0x1234);
        assert_u32(pkt_icmp_extended_sequence(m), 5);
        assert_u32(pkt_icmp_extended_flags(m), 1);
        assert_true(pkt_as_icmp_extension(&packet, 3, &x));
        assert_int_equal(pkt_checksum_verify(&packet, 3).state, PKT_CHECKSUM_ABSENT);
        pkt_icmp_objects(x, &list);
        assert_true(pkt_option_next(&list, &object));
        assert_true(pkt_interface_id(&object, &id) == objects[i].sound);
        assert_u32(id.type, objects[i].type);
        assert_u32(packet.diagnosis_count, objects[i].sound ? 0 : 1);
        if (i == 0)
            assert_bytes_hex(id.name, "657468302e350000");
        if (i == 1)
            assert_u32(id.index, 7);
        if (i == 2)
            assert_bytes_hex(id.address, "c0000263");
        assert_u32(id.family, i == 2 || i == 5 ? 1 : i == 4 ? 2 : 0);
    }
    struct pkt_icmp m = open4("2b00 0000 1234 05 46", "eth ip icmp");
    assert_u32(pkt_icmp_extended_flags(m), 0x46);
    open6("a000 0000 1234 05 01 20000000 00080302 00000007", "eth ipv6 icmpv6 icmp.ext");
    assert_no_diagnoses(&packet);
}

/* Each view is of its own rows, each object's reader of its own class. */
static void views_of_other_rows(void **state)
{
    (void)state;
    struct pkt_icmp_extension x;
    struct pkt_list list;
    struct pkt_option mpls;
    struct pkt_interface_id id;
    struct pkt_interface_info info;
    struct pkt_icmp m = open4(message("0b00 0000 00200000", QUOTED4, 128, EXTENSION),
                              "eth ip icmp icmp.ext ip.QP udp.Q data.Q");
    assert_true(pkt_as_icmp_extension(&packet, 3, &x));
    for (unsigned layer = 0; layer <= packet.layer_count; layer++) {
        assert_true(pkt_as_icmp(&packet, layer, &m) == (layer == 2));
        assert_true(pkt_as_icmp_extension(&packet, layer, &x) == (layer == 3));
    }
    assert_true(pkt_as_icmp_extension(&packet, 3, &x));
    pkt_icmp_objects(x, &list);
    assert_true(pkt_option_next(&list, &mpls));
    assert_u32(mpls.type, PKT_ICMP_OBJECT_MPLS);
    assert_false(pkt_interface_id(&mpls, &id));
    assert_false(pkt_interface_info(&mpls, &info));
}

/* --- rules --- */

static void expect_only(const char *body, const char *rows, unsigned code, uint32_t need, uint32_t have)
{
    open4(body, rows);
    assert_only_diagnosis(&packet, code);
    assert_u32(packet.diagnosis[0].need, need);
    assert_u32(packet.diagnosis[0].have, have);
}

static void length_by_type(void **state)
{
    (void)state;
    expect_only("0800 0000 0001", "eth ip icmp", PKT_D_ICMP_LENGTH, 8, 6);
    expect_only("0d00 0000 0001 0002 00000064 00000000", "eth ip icmp", PKT_D_ICMP_LENGTH, 20, 16);
    open4("0d00 0000 0001 0002 00000064 00000000 00000000", "eth ip icmp");
    assert_no_diagnoses(&packet);
    expect_only("1100 0000 0001 0002", "eth ip icmp", PKT_D_ICMP_LENGTH, 12, 8);
    open4("1100 0000 0001 0002 00000000", "eth ip icmp");
    assert_no_diagnoses(&packet);
    open4("fe00 0000", "eth ip icmp"); /* an unknown type has no length */
    assert_no_diagnoses(&packet);
    open6("8000 0000 0001", "eth ipv6 icmpv6");
    assert_only_diagnosis(&packet, PKT_D_ICMP_LENGTH);
    expect_only("0800 1234 0001 0002", "eth ip icmp", PKT_D_ICMP_CHECKSUM, 0xf7fc, 0x1234);
}

static void extension_rules(void **state)
{
    (void)state;
    const char *rows = "eth ip icmp icmp.ext ip.QP udp.Q data.Q";
    expect_only(message("0b00 0000 00200000", QUOTED4, 128, "1000530a" MPLS), rows, PKT_D_ICMP_EXT_VERSION, 2,
                1);
    expect_only(message("0b00 0000 00200000", QUOTED4, 128, "2000430b" MPLS), rows, PKT_D_ICMP_EXT_CHECKSUM,
                0x430a, 0x430b);
    open4(message("0b00 0000 00200000", QUOTED4, 128, "20000000" MPLS), rows); /* none was computed */
    assert_no_diagnoses(&packet);
    expect_only(message("0b00 0000 00200000", QUOTED4, 128, "2000defa 00040101"), rows,
                PKT_D_ICMP_EXT_CONTENT, 0, 4);
    expect_only(message("0b00 0000 00200000", QUOTED4, 128, "2000dde1 0008020f 00000007"), rows,
                PKT_D_ICMP_EXT_CONTENT, 0, 8);
    expect_only(message("0b00 0000 00200000", QUOTED4, 128, "20000000 000c0101 03e816fe"), rows,
                PKT_D_ICMP_EXT_OBJECT, 12, 8);
    expect_only(message("0b00 0000 00200000", QUOTED4, 128, "20000000 00000101"), rows, PKT_D_ICMP_EXT_OBJECT,
                4, 0);
    expect_only(message("0b00 0000 001f0000", QUOTED4, 124, EXTENSION), rows, PKT_D_ICMP_EXT_QUOTE, 128, 124);
    expect_only(message("0b00 0000 00ff0000", QUOTED4, 128, EXTENSION), "eth ip icmp ip.QP udp.Q data.Q",
                PKT_D_ICMP_EXT_LENGTH, 1020, 144);
    open4(message("0b00 0000 00200000", QUOTED4, 128, ""),
          "eth ip icmp ip.QP udp.Q data.Q"); /* announced, none */
    assert_no_diagnoses(&packet);
}

/* RFC 5837 4.1 to 4.3: each sub-object is cut in turn; what was whole is told. */
static void hostile_interface_information(void **state)
{
    (void)state;
    static const struct {
        const char *object;
        bool index, ip4, ip6, name, mtu;
    } cases[] = {
        {"0008020f 00000007",                   true,  false, false, false, false},
        {"0010020f 00000007 00010000 c000024d", true,  true,  false, false, false},
        {"000c0204 00010000 c000024d",          false, true,  false, false, false},
        {"000c0204 00030000 c000024d",          false, false, false, false, false},
        {"000c0204 00020000 c000024d",          false, false, false, false, false},
        {"00080202 00000000",                   false, false, false, false, false},
        {"00080202 04657468",                   false, false, false, true,  false},
        {"000c0202 05657468 30000000",          false, false, false, true,  false},
        {"00080202 ff657468",                   false, false, false, false, false},
        {"000c0203 04657468 000005dc",          false, false, false, true,  true },
        {"00080201 000005dc",                   false, false, false, false, true },
        {"00040201",                            false, false, false, false, false},
        {"000402c0",                            false, false, false, false, false},
    };
    char tail[128];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pkt_icmp_extension x;
        struct pkt_list list;
        struct pkt_option object;
        struct pkt_interface_info info;
        (void)snprintf(tail, sizeof tail, "20000000 %s", cases[i].object);
        open4(message("0b00 0000 00200000", QUOTED4, 128, tail), "eth ip icmp icmp.ext ip.QP udp.Q data.Q");
        assert_true(pkt_as_icmp_extension(&packet, 3, &x));
        pkt_icmp_objects(x, &list);
        assert_true(pkt_option_next(&list, &object));
        bool sound = pkt_interface_info(&object, &info);
        assert_u32(packet.diagnosis_count, sound ? 0 : 1);
        assert_true(info.has_index == cases[i].index);
        assert_true(info.has_ip4 == cases[i].ip4);
        assert_true(info.has_ip6 == cases[i].ip6);
        assert_true(info.has_name == cases[i].name);
        assert_true(info.has_mtu == cases[i].mtu);
    }
}

/* The capture may end anywhere: no finding is made up, nothing outside is read. */
static void cut_messages(void **state)
{
    (void)state;
    struct message_spec spec = {.body = message("0b00 0000 00200000", QUOTED4, 128, EXTENSION)};
    struct frame whole = icmp_frame(&spec);
    for (size_t captured = 0; captured <= whole.len; captured++) {
        struct frame cut = frame_copy(whole.bytes, captured);
        pkt_decode(pkt_view_make(cut.bytes, cut.len), (uint32_t)whole.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
        pkt_diagnose(&packet);
        for (unsigned i = 0; i < packet.diagnosis_count; i++)
            assert_u32(packet.diagnosis[i].code, PKT_D_CAP_TRUNCATED);
        frame_free(cut);
    }
    frame_free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(echo, close_frame),
        cmocka_unit_test_teardown(timestamps_and_masks, close_frame),
        cmocka_unit_test_teardown(router_advertisements, close_frame),
        cmocka_unit_test_teardown(numbers_of_errors, close_frame),
        cmocka_unit_test(every_type_and_code_is_decoded),
        cmocka_unit_test_teardown(short_quotations, close_frame),
        cmocka_unit_test_teardown(extensions_behind_an_announced_quotation, close_frame),
        cmocka_unit_test_teardown(extensions_of_icmp6, close_frame),
        cmocka_unit_test_teardown(extensions_of_old_senders, close_frame),
        cmocka_unit_test_teardown(extended_echo, close_frame),
        cmocka_unit_test_teardown(views_of_other_rows, close_frame),
        cmocka_unit_test_teardown(length_by_type, close_frame),
        cmocka_unit_test_teardown(extension_rules, close_frame),
        cmocka_unit_test_teardown(hostile_interface_information, close_frame),
        cmocka_unit_test(cut_messages),
    };
    return cmocka_run_group_tests_name("icmp", tests, NULL, NULL);
}
