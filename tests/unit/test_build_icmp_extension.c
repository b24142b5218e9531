/*
 * Builders of the extension structure of ICMP messages (RFC 4884) and its objects. scapy 2.5 sums the first 4
 * bytes of the structure only, so expected bytes are drawn by hand from the RFCs, with scapy's checksum
 * function over them; tshark finds nothing malformed in what is
 * not wrong on purpose, and every checksum good where it looks for a structure: behind 128 bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/icmp_build.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"
#include "pkt/link.h"
#include "pkt/transport.h"
#include "support/build_check.h"
#include "support/capture_frames.h"

static struct build_check check;

enum {
    AT_ICMP = 20,
    AT_QUOTE = AT_ICMP + 8,
    AT_EXTENSION = AT_QUOTE + 128,
};

static const struct pkt_mpls_entry labels[] = {
    {.label = 16001, .traffic_class = 3, .ttl = 254},
    {.label = 24,              .ttl = 1                     },
};
#define MPLS "000c0101 03e816fe 00018101"

static struct pkt_build *begin4(void)
{
    struct pkt_build *build = check_begin(&check);
    pkt_build_ipv4(build,
                   &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 1}}, .dst = {{10, 0, 0, 2}}, .id = 0x1234});
    return build;
}

/* The packet that the errors quote: len bytes. */
static void put_probe(struct pkt_build *build, size_t len)
{
    pkt_build_ipv4(
        build, &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 2}}, .dst = {{192, 0, 2, 1}}, .ttl = 1, .id = 9});
    pkt_build_udp(build, &(struct pkt_udp_spec){.src = 40000, .dst = 33434});
    pkt_build_fill(build, 'x', len - 28);
}

/* An error with a probe of 30 bytes. */
static struct pkt_build *begin_error(void)
{
    struct pkt_build *build = begin4();
    pkt_build_icmp_time_exceeded(build, 0);
    put_probe(build, 30);
    return build;
}

/* An error with an extension structure, still empty. */
static struct pkt_build *begin_extension(void)
{
    struct pkt_build *build = begin_error();
    pkt_build_icmp_extension(build);
    return build;
}

static void finish(void)
{
    check_round_trip(&check, PKT_LINKTYPE_RAW);
}

static struct pkt_view structure(void)
{
    return pkt_view_from(check.bytes, AT_EXTENSION);
}

/* The quoted probe ends after 30 bytes, zeroes fill 128: 32 words. */
static void test_padding(void **state)
{
    static const uint8_t zeroes[98];
    struct pkt_build *build = begin_extension();
    (void)state;
    pkt_build_icmp_mpls(build, labels, 2);
    finish();
    assert_bytes_hex(pkt_view_clip(check.bytes, AT_ICMP, 8), "0b00 c0fe 00200000");
    assert_memory_equal(check.bytes.ptr + AT_QUOTE + 30, zeroes, sizeof zeroes);
    assert_bytes_hex(structure(), "2000430a" MPLS);
}

/* A longer quotation is padded to whole words. */
static void test_longer(void **state)
{
    (void)state;
    for (size_t len = 126; len <= 137; len++) {
        struct pkt_build *build = begin4();
        size_t words = len <= 128 ? 32 : (len + 3) / 4;
        pkt_build_icmp_unreachable(build, &(struct pkt_icmp_unreachable_spec){.code = 3});
        put_probe(build, len);
        pkt_build_icmp_extension(build);
        pkt_build_icmp_mpls(build, labels, 2);
        finish();
        assert_int_equal(pkt_u8(check.bytes, AT_ICMP + 5), words);
        assert_int_equal(check.bytes.len, AT_QUOTE + words * 4 + 16);
    }
}

/* A quotation that was cut before: its lengths and sums are the probe's. */
static void test_cut(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_parameter_problem(build, &(struct pkt_icmp_parameter_spec){.pointer = 9});
    put_probe(build, 600);
    pkt_build_quote_end(build, 128);
    pkt_build_icmp_extension(build);
    pkt_build_icmp_mpls(build, labels, 2);
    finish();
    assert_bytes_hex(pkt_view_clip(check.bytes, AT_ICMP + 4, 4), "09200000");
    assert_int_equal(pkt_u16(check.bytes, AT_QUOTE + 2), 600);
    assert_int_equal(pkt_u16(check.bytes, AT_QUOTE + 20 + 4), 580);
    assert_int_equal(check.bytes.len, AT_EXTENSION + 16);
}

/* 255 words are the most that the length attribute can say. */
static void test_range(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_time_exceeded(build, 0);
    put_probe(build, 1020);
    pkt_build_icmp_extension(build);
    pkt_build_icmp_mpls(build, labels, 2);
    finish();
    assert_int_equal(pkt_u8(check.bytes, AT_ICMP + 5), 255);

    build = begin4();
    pkt_build_icmp_time_exceeded(build, 0);
    put_probe(build, 1021);
    pkt_build_icmp_extension(build);
    check_fails(&check, PKT_BUILD_E_RANGE);

    /* The same, but with a length written by hand: nothing is left to fill. */
    build = begin4();
    pkt_build_icmp_time_exceeded(build, 0);
    put_probe(build, 1021);
    pkt_build_icmp_extension(build);
    pkt_build_set_bits(build, 1, 40, 8, 32);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(pkt_u8(check.bytes, AT_ICMP + 5), 32);
}

/* --- objects --- */

/* RFC 5837 4: all sub-objects, then each alone. */
static void test_interface_info(void **state)
{
    struct pkt_interface_info info = {
        .role = 2,
        .has_index = true,
        .index = 15,
        .has_ip4 = true,
        .ip4 = {{192, 0, 2, 7}},
        .has_name = true,
        .name = pkt_view_make("eth1", 4),
        .has_mtu = true,
        .mtu = 1500,
    };
    struct pkt_build *build = begin_extension();
    (void)state;
    pkt_build_icmp_interface_info(build, &info);
    info = (struct pkt_interface_info){.has_ip6 = true, .ip6 = {{0x20, 1, 0xd, 0xb8, [15] = 7}}};
    pkt_build_icmp_interface_info(build, &info);
    info = (struct pkt_interface_info){.role = 1, .has_name = true, .name = pkt_view_make("abc", 3)};
    pkt_build_icmp_interface_info(build, &info);
    info = (struct pkt_interface_info){.role = 3, .has_mtu = true, .mtu = 9000};
    pkt_build_icmp_interface_info(build, &info);
    finish();
    assert_bytes_hex(pkt_view_from(structure(), 4),
                     "001c028f 0000000f 00010000 c0000207 0865746831000000 000005dc"
                     "00180204 00020000 20010db8000000000000000000000007"
                     "00080242 04616263"
                     "000802c1 00002328");
}

/* RFC 8335 2.1 */
static void test_interface_id(void **state)
{
    static const uint8_t mac[] = {2, 0, 0, 0, 0, 9};
    struct pkt_interface_id id = {.type = 1, .name = pkt_view_make("wlan0", 5)};
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_extended_echo(build, &(struct pkt_icmp_extended_echo_spec){.id = 7, .local = true});
    pkt_build_icmp_extension(build);
    pkt_build_icmp_interface_id(build, &id);
    id = (struct pkt_interface_id){.type = 2, .index = 0x01020304};
    pkt_build_icmp_interface_id(build, &id);
    id = (struct pkt_interface_id){.type = 3, .family = 16389, .address = pkt_view_make(mac, sizeof mac)};
    pkt_build_icmp_interface_id(build, &id);
    finish();
    assert_bytes_hex(pkt_view_from(check.bytes, AT_ICMP + 12), "000c0301 776c616e30000000"
                                                               "00080302 01020304"
                                                               "00100303 40050600 020000000009 0000");
}

static void test_other_objects(void **state)
{
    struct pkt_interface_info node = {
        .role = 2, .has_index = true, .has_ip4 = true, .ip4 = {{192, 0, 2, 1}}, .has_name = true};
    struct pkt_build *build = begin_extension();
    (void)state;
    node.name = pkt_view_make("r1", 2);
    pkt_build_icmp_node(build, &node);
    pkt_build_icmp_object(build, 247, 5, pkt_view_make("abcd", 4));
    finish();
    assert_bytes_hex(pkt_view_from(structure(), 4), "00100506 00010000 c0000201 04723100"
                                                    "0008f705 61626364");
}

/* --- captured and hand-made packets --- */

static void rebuild_object(struct pkt_build *build, const struct pkt_option *object)
{
    struct pkt_interface_info info;
    struct pkt_interface_id id;
    struct pkt_mpls_entry entries[16];
    unsigned count = 0;
    while (object->type == PKT_ICMP_OBJECT_MPLS && count < 16 &&
           pkt_mpls_entry(object, count, &entries[count]))
        count++;
    if (count != 0)
        pkt_build_icmp_mpls(build, entries, count);
    else if (pkt_interface_info(object, &info))
        pkt_build_icmp_interface_info(build, &info);
    else if (pkt_interface_id(object, &id))
        pkt_build_icmp_interface_id(build, &id);
    else
        pkt_build_icmp_object(build, object->type, pkt_u8(object->bytes, 3), object->data);
}

static void rebuild_network(struct pkt_build *build, const struct pkt_packet *packet)
{
    struct pkt_ethernet ethernet;
    struct pkt_ipv4 ip;
    assert_true(pkt_as_ethernet(packet, 0, &ethernet));
    assert_true(pkt_as_ipv4(packet, 1, &ip));
    pkt_build_ethernet(build, &(struct pkt_ethernet_spec){.dst = pkt_ethernet_dst(ethernet),
                                                          .src = pkt_ethernet_src(ethernet)});
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){.src = pkt_ipv4_src(ip),
                                                  .dst = pkt_ipv4_dst(ip),
                                                  .ttl = pkt_ipv4_ttl(ip),
                                                  .tos = pkt_ipv4_tos(ip),
                                                  .id = pkt_ipv4_id(ip),
                                                  .dont_fragment = pkt_ipv4_dont_fragment(ip)});
}

/* From its fields again; the length attribute is left to finish, unless it is one of an old sender: 0. */
static void rebuild(struct pkt_build *build, const struct pkt_packet *packet, unsigned extension)
{
    struct pkt_icmp m;
    struct pkt_icmp_extension x;
    struct pkt_list objects;
    struct pkt_option object;
    rebuild_network(build, packet);
    assert_true(pkt_as_icmp(packet, 2, &m) && pkt_as_icmp_extension(packet, extension, &x));
    bool is_error = pkt_icmp_is_error(m);
    pkt_build_icmp(build, &(struct pkt_icmp_spec){pkt_icmp_type(m), pkt_icmp_code(m),
                                                  pkt_u32(m.message, 4) & (is_error ? 0xff00ffff : ~0U)});
    if (is_error)
        pkt_build_payload(build, pkt_view_clip(m.message, 8, pkt_icmp_quote_len(m)));
    if (is_error && pkt_u8(m.message, 5) == 0)
        pkt_build_set_bits(build, 2, 40, 8, 0);
    pkt_build_icmp_extension(build);
    pkt_icmp_objects(x, &objects);
    while (pkt_option_next(&objects, &object))
        rebuild_object(build, &object);
    if (pkt_icmp_extension_checksum(x) == 0) /* its sender computed none */
        pkt_build_set_bits(build, pkt_build_last(build), 16, 16, 0);
}

/* Every frame without a finding and with an extension structure is built again from its fields. */
static unsigned rebuild_capture(const char *name)
{
    static struct capture capture;
    struct frame frame;
    struct pkt_packet packet;
    unsigned rebuilt = 0;
    for (capture_open(&capture, name); capture_next(&capture, &frame); frame_free(frame)) {
        struct pkt_view bytes = pkt_view_make(frame.bytes, frame.len);
        pkt_decode(bytes, (uint32_t)bytes.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
        pkt_diagnose(&packet);
        int extension = pkt_layer_find(&packet, PKT_PROTO_ICMP_EXT, 0);
        if (extension < 0 || packet.diagnosis_count != 0)
            continue;
        rebuild(check_begin(&check), &packet, (unsigned)extension);
        check_finish(&check, PKT_LINKTYPE_ETHERNET);
        assert_bytes_equal(check.bytes, bytes);
        rebuilt++;
    }
    return rebuilt;
}

static void test_rebuild(void **state)
{
    (void)state;
    assert_int_equal(rebuild_capture("icmp4-extended-echo.pcap"), 3);
    assert_int_equal(rebuild_capture("icmp4-extensions.pcap"), 13);
}

/* --- quotations of quotations, trailers, measuring --- */

/* An error with an extension structure, quoted in another with one of its own: sums and lengths of both. */
static void test_nested(void **state)
{
    struct pkt_build *build = check_begin(&check);
    (void)state;
    pkt_build_ethernet(build, NULL);
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 1}}, .dst = {{10, 0, 0, 2}}});
    pkt_build_icmp_time_exceeded(build, 0);
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 1}}, .dst = {{10, 0, 0, 2}}});
    pkt_build_icmp_unreachable(build, &(struct pkt_icmp_unreachable_spec){.code = 3});
    put_probe(build, 200);
    pkt_build_quote_end(build, 128);
    pkt_build_icmp_extension(build);
    pkt_build_icmp_mpls(build, labels, 2);
    pkt_build_icmp_extension(build);
    pkt_build_icmp_mpls(build, labels + 1, 1);
    pkt_build_trailer(build, pkt_view_make("\xde\xad\xbe\xef", 4));
    check_round_trip(&check, PKT_LINKTYPE_ETHERNET);
    struct pkt_view ip = pkt_view_from(check.bytes, 14);
    struct pkt_view outer = pkt_view_from(ip, AT_ICMP);
    struct pkt_view inner = pkt_view_from(outer, 8 + 20);
    assert_int_equal(pkt_u16(ip, 2), ip.len - 4);
    assert_int_equal(pkt_u8(outer, 5), (20 + 8 + 128 + 16) / 4);
    assert_int_equal(pkt_u8(inner, 5), 32);
    assert_int_equal(pkt_checksum(pkt_view_clip(outer, 0, outer.len - 4)), 0);
    assert_int_equal(pkt_checksum(pkt_view_clip(inner, 0, 8 + 128 + 16)), 0);
    assert_bytes_hex(pkt_view_from(inner, 8 + 128), "2000430a" MPLS "20005df4 00080101 00018101 deadbeef");
}

/* The inner quotation has no structure of its own: both are ended by hand, the outer one gets it. */
static void test_outer_only(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_time_exceeded(build, 0);
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 1}}, .dst = {{10, 0, 0, 2}}});
    pkt_build_icmp_unreachable(build, NULL);
    put_probe(build, 200);
    pkt_build_quote_end(build, 128);
    pkt_build_quote_end(build, SIZE_MAX);
    pkt_build_icmp_extension(build);
    pkt_build_icmp_mpls(build, labels, 2);
    finish();
    assert_int_equal(pkt_u8(check.bytes, AT_ICMP + 5), (20 + 8 + 128) / 4);
    assert_int_equal(pkt_u8(check.bytes, AT_QUOTE + 20 + 5), 0);
}

/* An extended echo request that is quoted without its structure: the next one is that of the error around it,
 * whose length attribute says 128 bytes in words of 4 (RFC 4884 4.5). */
static void test_quoted_request(void **state)
{
    (void)state;
    struct pkt_build *build = begin4();
    pkt_build_icmp_time_exceeded(build, 0);
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){.src = {{10, 0, 0, 2}}, .dst = {{192, 0, 2, 1}}});
    pkt_build_icmp_extended_echo(build, &(struct pkt_icmp_extended_echo_spec){.id = 5, .sequence = 6});
    pkt_build_quote_end(build, 28);
    pkt_build_icmp_extension(build);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(check.bytes.len, AT_EXTENSION + 4);
    assert_int_equal(pkt_u8(check.bytes, AT_ICMP + 5), 32);
    assert_bytes_hex(pkt_view_clip(check.bytes, AT_EXTENSION, 4), "2000dfff");
}

static void test_measure(void **state)
{
    struct pkt_build build;
    struct pkt_view packet;
    (void)state;
    pkt_build_init(&build, NULL, 0, 0);
    pkt_build_ipv4(&build, NULL);
    pkt_build_icmp_time_exceeded(&build, 0);
    put_probe(&build, 30);
    pkt_build_icmp_extension(&build);
    pkt_build_icmp_mpls(&build, labels, 2);
    assert_int_equal(pkt_build_finish(&build, &packet), PKT_BUILD_OK);
    assert_int_equal(packet.len, AT_EXTENSION + 16);
}

/* --- on purpose --- */

/* RFC 4884 5.5: no length attribute, the structure behind 128 bytes; the decoder finds it there. */
static void test_old_style(void **state)
{
    struct pkt_build *build = begin_extension();
    (void)state;
    pkt_build_icmp_mpls(build, labels, 2);
    pkt_build_set_bits(build, 1, 40, 8, 0);
    finish();
    assert_int_equal(pkt_u8(check.bytes, AT_ICMP + 5), 0);
}

/* The length attribute of each error that has one. */
static void test_length_by_hand(void **state)
{
    static const uint8_t types[] = {PKT_ICMP_UNREACHABLE, PKT_ICMP_TIME_EXCEEDED, PKT_ICMP_PARAMETER_PROBLEM};
    (void)state;
    for (unsigned i = 0; i < sizeof types; i++) {
        struct pkt_build *build = begin4();
        pkt_build_icmp(build, &(struct pkt_icmp_spec){.type = types[i]});
        put_probe(build, 30);
        pkt_build_set_bits(build, 1, 40, 8, 33);
        pkt_build_icmp_extension(build);
        pkt_build_icmp_mpls(build, labels, 2);
        check_finish(&check, PKT_LINKTYPE_RAW);
        assert_int_equal(pkt_u8(check.bytes, AT_ICMP + 5), 33);
        assert_int_equal(pkt_checksum_verify(&check.packet, 1).state, PKT_CHECKSUM_OK);
    }
}

static void test_by_hand(void **state)
{
    struct pkt_build *build = begin_extension();
    unsigned row = pkt_build_last(build);
    (void)state;
    pkt_build_set_bits(build, row, 16, 16, 0xbad);
    pkt_build_set_bits(build, row, 0, 4, 1);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_bytes_hex(structure(), "10000bad");

    /* The length of an object, counted from the structure's start. */
    build = begin_extension();
    row = pkt_build_last(build);
    pkt_build_icmp_mpls(build, labels, 2);
    pkt_build_set_bits(build, row, (build->row[row].item - build->row[row].off) * 8, 16, 99);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_diagnosis(&check.packet, PKT_D_ICMP_EXT_OBJECT);

    /* A length attribute that points elsewhere. */
    build = begin_extension();
    pkt_build_icmp_mpls(build, labels, 2);
    pkt_build_set_bits(build, 1, 40, 8, 200);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_only_diagnosis(&check.packet, PKT_D_ICMP_EXT_LENGTH);

    /* A quotation that is too short. */
    build = begin_error();
    pkt_build_icmp_extension_after(build, 0);
    pkt_build_icmp_mpls(build, labels, 2);
    check_finish(&check, PKT_LINKTYPE_RAW);
    assert_int_equal(pkt_u8(check.bytes, AT_ICMP + 5), 32 / 4);
    assert_only_diagnosis(&check.packet, PKT_D_ICMP_EXT_QUOTE);
}

static void test_order(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_extension(build);
    check_fails(&check, PKT_BUILD_E_ORDER);

    build = begin4();
    pkt_build_icmp_redirect(build, NULL);
    put_probe(build, 30);
    pkt_build_icmp_extension(build);
    check_fails(&check, PKT_BUILD_E_ORDER);

    build = begin4();
    pkt_build_icmp_echo(build, NULL);
    pkt_build_icmp_extension(build);
    check_fails(&check, PKT_BUILD_E_ORDER);

    build = begin_extension(); /* a second one */
    pkt_build_icmp_extension(build);
    check_fails(&check, PKT_BUILD_E_ORDER);

    build = begin_error();
    pkt_build_icmp_mpls(build, labels, 2);
    check_fails(&check, PKT_BUILD_E_ORDER);
}

static void refuse_info(struct pkt_interface_info info)
{
    pkt_build_icmp_interface_info(begin_extension(), &info);
    check_fails(&check, PKT_BUILD_E_RANGE);
}

static void refuse_id(struct pkt_interface_id id)
{
    pkt_build_icmp_interface_id(begin_extension(), &id);
    check_fails(&check, PKT_BUILD_E_RANGE);
}

static void refuse_label(struct pkt_mpls_entry entry)
{
    pkt_build_icmp_mpls(begin_extension(), &entry, 1);
    check_fails(&check, PKT_BUILD_E_RANGE);
}

static void test_object_range(void **state)
{
    static const char text[256];
    (void)state;
    refuse_info((struct pkt_interface_info){.role = 4});
    refuse_info((struct pkt_interface_info){.has_name = true, .name = pkt_view_make(text, 64)});
    refuse_info((struct pkt_interface_info){.has_ip4 = true, .has_ip6 = true});
    refuse_id((struct pkt_interface_id){.type = 0});
    refuse_id((struct pkt_interface_id){.type = 4});
    refuse_id((struct pkt_interface_id){.type = 3, .address = pkt_view_make(text, 256)});
    refuse_label((struct pkt_mpls_entry){.label = 1 << 20});
    refuse_label((struct pkt_mpls_entry){.traffic_class = 8});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_longer),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_interface_info),
        cmocka_unit_test(test_interface_id),
        cmocka_unit_test(test_other_objects),
        cmocka_unit_test(test_rebuild),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_outer_only),
        cmocka_unit_test(test_quoted_request),
        cmocka_unit_test(test_measure),
        cmocka_unit_test(test_old_style),
        cmocka_unit_test(test_length_by_hand),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_object_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
