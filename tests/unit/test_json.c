/* The JSON writer, and packets as objects of pkt.packet/1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pkt/json.h"
#include "support/frame.h"

static char text[8 * PKT_SINK_ROOM];
static struct pkt_sink_buffer buffer;
static struct pkt_packet packet;

static struct pkt_json start(void)
{
    pkt_sink_buffer_init(&buffer, text, sizeof text - 1);
    return (struct pkt_json){.sink = &buffer.sink};
}

static const char *finish(void)
{
    text[pkt_sink_buffer_len(&buffer)] = '\0';
    assert_int_equal(buffer.lost, 0);
    return text;
}

/* --- the writer --- */

static void commas_stand_between(void **state)
{
    (void)state;
    struct pkt_json json = start();
    for (int i = 0; i < 2; i++) {
        pkt_json_object_begin(&json);
        pkt_json_key(&json, "a");
        pkt_json_u64(&json, 1);
        pkt_json_key(&json, "b");
        pkt_json_array_begin(&json);
        pkt_json_array_begin(&json);
        pkt_json_array_end(&json);
        pkt_json_bool(&json, true);
        pkt_json_bool(&json, false);
        pkt_json_null(&json);
        pkt_json_array_end(&json);
        pkt_json_key(&json, "c");
        pkt_json_object_begin(&json);
        pkt_json_object_end(&json);
        pkt_json_object_end(&json);
        pkt_json_line_end(&json);
    }
    assert_string_equal(finish(), "{\"a\":1,\"b\":[[],true,false,null],\"c\":{}}\n"
                                  "{\"a\":1,\"b\":[[],true,false,null],\"c\":{}}\n");
}

static const char *escaped(const char *bytes, size_t len)
{
    struct pkt_json json = start();
    pkt_json_string(&json, pkt_view_make(bytes, len));
    return finish();
}

#define expect_escaped(literal, expected) \
    assert_string_equal(escaped(literal, sizeof literal - 1), "\"" expected "\"")

static void ascii_is_escaped_as_json_wants(void **state)
{
    (void)state;
    expect_escaped("", "");
    expect_escaped("plain text/", "plain text/");
    expect_escaped("\"\\", "\\\"\\\\");
    expect_escaped("\0\n\t\x1b[2J\x1f\x7f", "\\u0000\\u000a\\u0009\\u001b[2J\\u001f\\u007f");
}

static void valid_utf8_stays(void **state)
{
    (void)state;
    expect_escaped("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    expect_escaped("\xc2\xa0\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf",
                   "\xc2\xa0\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf");
}

static void c1_controls_are_escaped(void **state)
{
    (void)state;
    expect_escaped("\xc2\x80\xc2\x9b\xc2\x9f", "\\u0080\\u009b\\u009f");
}

/* RFC 3629 section 3 and 10: overlong forms, surrogates, beyond U+10FFFF, cut sequences, lone continuations.
 */
static void invalid_utf8_becomes_escapes_of_its_bytes(void **state)
{
    (void)state;
    expect_escaped("\x80\xbf\xff\xfe", "\\u0080\\u00bf\\u00ff\\u00fe");
    expect_escaped("\xc0\xaf", "\\u00c0\\u00af");
    expect_escaped("\xe0\x9f\xbf", "\\u00e0\\u009f\\u00bf");
    expect_escaped("\xed\xa0\x80", "\\u00ed\\u00a0\\u0080");
    expect_escaped("\xf4\x90\x80\x80", "\\u00f4\\u0090\\u0080\\u0080");
    expect_escaped("\xf0\x9f\x98", "\\u00f0\\u009f\\u0098");
    expect_escaped("\xc3", "\\u00c3");
    expect_escaped("\xe2\x82"
                   "A",
                   "\\u00e2\\u0082A");
}

static void integers_beyond_2_to_53_are_strings(void **state)
{
    (void)state;
    struct pkt_json json = start();
    pkt_json_array_begin(&json);
    pkt_json_u64(&json, 0);
    pkt_json_u64(&json, UINT64_C(9007199254740992));
    pkt_json_u64(&json, UINT64_C(9007199254740993));
    pkt_json_u64(&json, UINT64_MAX);
    pkt_json_i64(&json, -1);
    pkt_json_i64(&json, -INT64_C(9007199254740992));
    pkt_json_i64(&json, INT64_MIN);
    pkt_json_array_end(&json);
    assert_string_equal(finish(), "[0,9007199254740992,\"9007199254740993\",\"18446744073709551615\",-1,"
                                  "-9007199254740992,\"-9223372036854775808\"]");
}

static void fixed_numbers_are_exact(void **state)
{
    (void)state;
    struct pkt_json json = start();
    pkt_json_array_begin(&json);
    pkt_json_fixed(&json, 1234567, 3);
    pkt_json_fixed(&json, -5, 3);
    pkt_json_fixed(&json, 42, 0);
    pkt_json_fixed(&json, INT64_MIN, 9);
    pkt_json_fixed(&json, 7, 99);
    pkt_json_array_end(&json);
    assert_string_equal(finish(), "[1234.567,-0.005,42,-9223372036.854775808,0.000000007]");
}

static void addresses_and_bytes(void **state)
{
    (void)state;
    struct pkt_json json = start();
    struct pkt_ip4 ip4 = {
        {192, 0, 2, 1}
    };
    struct pkt_ip6 ip6 = {
        {0x20, 0x01, 0x0d, 0xb8, [15] = 1}
    };
    struct pkt_mac mac = {
        {2, 0, 0, 0, 0, 0xff}
    };
    pkt_json_array_begin(&json);
    pkt_json_ip4(&json, ip4);
    pkt_json_ip6(&json, ip6);
    pkt_json_mac(&json, mac);
    pkt_json_hex(&json, pkt_view_make("\x00\x9f\xff", 3));
    pkt_json_hex(&json, pkt_view_make("", 0));
    pkt_json_text(&json, NULL);
    pkt_json_array_end(&json);
    assert_string_equal(finish(),
                        "[\"192.0.2.1\",\"2001:db8::1\",\"02:00:00:00:00:ff\",\"009fff\",\"\",null]");
}

static const char *time_text(int64_t ns)
{
    struct pkt_json json = start();
    pkt_json_object_begin(&json);
    pkt_json_time(&json, (struct pkt_wall){ns});
    pkt_json_object_end(&json);
    return finish();
}

/* Against date(1): leap days, the epoch, before it, and both ends of 64 bits of nanoseconds. */
static void times_are_rfc_3339(void **state)
{
    (void)state;
    assert_string_equal(time_text(0), "{\"ts\":\"1970-01-01T00:00:00.000000000Z\",\"ts_s\":0,\"ts_ns\":0}");
    assert_string_equal(time_text(-1),
                        "{\"ts\":\"1969-12-31T23:59:59.999999999Z\",\"ts_s\":-1,\"ts_ns\":999999999}");
    assert_string_equal(time_text(INT64_C(951782400) * PKT_NS_PER_S),
                        "{\"ts\":\"2000-02-29T00:00:00.000000000Z\",\"ts_s\":951782400,\"ts_ns\":0}");
    assert_string_equal(
        time_text(INT64_C(1795227242311870001)),
        "{\"ts\":\"2026-11-21T02:14:02.311870001Z\",\"ts_s\":1795227242,\"ts_ns\":311870001}");
    assert_string_equal(
        time_text(INT64_MAX),
        "{\"ts\":\"2262-04-11T23:47:16.854775807Z\",\"ts_s\":9223372036,\"ts_ns\":854775807}");
    assert_string_equal(
        time_text(INT64_MIN),
        "{\"ts\":\"1677-09-21T00:12:43.145224192Z\",\"ts_s\":-9223372037,\"ts_ns\":145224192}");
}

/* --- packets --- */

static const char *packet_text(const char *hex, uint16_t linktype)
{
    struct frame frame = frame_hex(hex);
    struct pkt_json json = start();
    frame_decode(frame, linktype, &packet);
    pkt_diagnose(&packet);
    pkt_json_packet(&json, &packet, NULL);
    frame_free(frame);
    return finish();
}

#define ETHERNET_TEXT                                                           \
    "\"eth\":{\"dst\":\"00:00:5e:00:53:04\",\"dst_lg\":false,\"dst_ig\":false," \
    "\"src\":\"00:00:5e:00:53:02\",\"src_lg\":false,\"src_ig\":false,\"type\":2048}"

static void a_ping_from_end_to_end(void **state)
{
    (void)state;
    static const char hex[] = "00005e00530400005e0053020800 4500002000000000 4001f6d9c0000201c0000202"
                              "0800f7fb0001000200010000";
    assert_string_equal(
        packet_text(hex, PKT_LINKTYPE_ETHERNET),
        "{\"type\":\"packet\",\"len\":46,\"caplen\":46,\"linktype\":1," ETHERNET_TEXT ","
        "\"ip\":{\"version\":4,\"hdr_len\":20,\"dsfield\":0,\"dsfield_dscp\":0,\"dsfield_ecn\":0,\"len\":32,"
        "\"id\":0,"
        "\"flags\":0,\"flags_rb\":false,\"flags_df\":false,\"flags_mf\":false,\"frag_offset\":0,\"ttl\":64,"
        "\"proto\":1,"
        "\"checksum\":63193,\"checksum_status\":\"ok\",\"src\":\"192.0.2.1\",\"dst\":\"192.0.2.2\"},"
        "\"icmp\":{\"type\":8,\"code\":0,\"checksum\":63483,\"checksum_status\":\"ok\",\"ident\":1,\"seq\":2}"
        ","
        "\"data\":{\"len\":4,\"data\":\"00010000\"},\"diagnoses\":[]}");
}

/* What text holds, without the frame that stands around it. */
static void expect_part(const char *object, const char *part)
{
    if (strstr(object, part) == NULL)
        fail_msg("%s\nis not part of\n%s", part, object);
}

static void context_comes_first(void **state)
{
    (void)state;
    struct frame frame = frame_hex("00");
    struct pkt_json json = start();
    struct pkt_field_context context = {
        .number = 3, .time = {1}, .has_time = true, .interface_id = 2, .has_interface = true};
    frame_decode(frame, 147, &packet);
    pkt_json_packet(&json, &packet, &context);
    assert_string_equal(
        finish(), "{\"type\":\"packet\",\"number\":3,\"ts\":\"1970-01-01T00:00:00.000000001Z\",\"ts_s\":0,"
                  "\"ts_ns\":1,\"interface_id\":2,\"len\":1,\"caplen\":1,\"linktype\":147,"
                  "\"data\":{\"len\":1,\"data\":\"00\"},\"diagnoses\":[]}");
    frame_free(frame);
}

static void an_empty_frame_is_an_object(void **state)
{
    (void)state;
    assert_string_equal(packet_text("", PKT_LINKTYPE_RAW),
                        "{\"type\":\"packet\",\"len\":0,\"caplen\":0,\"linktype\":101,\"diagnoses\":[]}");
}

static void a_bad_checksum_says_what_it_should_be(void **state)
{
    (void)state;
    const char *object = packet_text("00005e00530400005e0053020800 4500002000000000 4001f6d8c0000201c0000202"
                                     "0800f7fb0001000200010000",
                                     PKT_LINKTYPE_ETHERNET);
    expect_part(object, "\"checksum\":63192,\"checksum_status\":\"bad\",\"checksum_calculated\":63193,");
    expect_part(object,
                "\"diagnoses\":[{\"code\":\"ipv4.checksum\",\"severity\":\"error\",\"layer\":\"ip\",");
}

/* Two tags, one of them of 802.1ad, from captures/vlan-qinq.pcap. */
static void tags_are_an_array(void **state)
{
    (void)state;
    const char *object = packet_text("00005e00530400005e005302 88a80064 81000007 0800"
                                     "4500003c000000004001f6bdc0000201c0000202 080006fd00010001"
                                     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
                                     PKT_LINKTYPE_ETHERNET);
    expect_part(object,
                "},\"vlan\":[{\"tpid\":34984,\"priority\":0,\"dei\":false,\"id\":100,\"etype\":33024},"
                "{\"tpid\":33024,\"priority\":0,\"dei\":false,\"id\":7,\"etype\":2048}],\"ip\":{");
}

static void a_quotation_is_inside_its_error(void **state)
{
    (void)state;
    const char *object = packet_text("45c0005823bf0000400142120a0900020a090001 0b000c4e00000000"
                                     "4500003ca0d20000011101cb0a0900010a090302 9279829a0028de70"
                                     "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f",
                                     PKT_LINKTYPE_RAW);
    expect_part(object, "\"unused\":\"00000000\",\"quoted\":{\"ip\":{\"version\":4,");
    expect_part(object, "\"udp\":{\"srcport\":37497,\"dstport\":33434,\"length\":40,\"checksum\":56944,"
                        "\"checksum_status\":\"ok\"},\"data\":{\"len\":32,");
    expect_part(object, "5e5f\"}}},\"diagnoses\":[]}");
}

static void a_tunnel_opens_inner(void **state)
{
    (void)state;
    const char *object = packet_text("4500004a000000004029f687c0000201c0000202"
                                     "60000000000e1140 20010db8000100000000000000000001"
                                     "20010db8000100000000000000000002 9c41c351000efae9 696e6e65720a",
                                     PKT_LINKTYPE_RAW);
    expect_part(object, "\"dst\":\"192.0.2.2\"},\"inner\":{\"ipv6\":{\"version\":6,");
    expect_part(object, "\"data\":{\"len\":6,\"data\":\"696e6e65720a\"}},\"diagnoses\":[]}");
}

/* Hop-by-hop options, records and their sources: the list of every depth. */
static void extensions_and_lists_are_arrays(void **state)
{
    (void)state;
    const char *object =
        packet_text("6000000000480001 fe8000000000000002005efffe005302"
                    "ff020000000000000000000000000016 3a00050200000100"
                    "8f000000 00000002"
                    "05000001 ff3e0000000000000000000000000001 20010db80000000000000000000000a1"
                    "04000000 ff020000000000000000000000000009",
                    PKT_LINKTYPE_RAW);
    expect_part(object, "\"ext\":[{\"header\":\"hopopts\",\"nxt\":58,\"len\":0,\"len_oct\":8,\"options\":["
                        "{\"opt_type\":5,");
    expect_part(object, "\"opt_router_alert\":0},{\"opt_type\":1,");
    expect_part(object, "\"opt_length\":0,\"opt_padn\":\"\"}]}]},\"icmpv6\":{");
    expect_part(object, "\"mldr_nb_mcast_records\":2,\"records\":[{\"mldr_mar_record_type\":5,");
    expect_part(object,
                "\"sources\":[{\"mldr_mar_source_address\":\"2001:db8::a1\"}]},{\"mldr_mar_record_type\":4,"
                "\"mldr_mar_aux_data_len\":0,\"mldr_mar_nb_sources\":0,"
                "\"mldr_mar_multicast_address\":\"ff02::9\"}]}");
}

/* More data than a sink gives at once. */
static void long_data_is_whole(void **state)
{
    (void)state;
    static uint8_t bytes[3 * PKT_SINK_ROOM];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    struct frame frame = frame_copy(bytes, sizeof bytes);
    struct pkt_json json = start();
    frame_decode(frame, 147, &packet);
    pkt_json_packet(&json, &packet, NULL);
    const char *data = strstr(finish(), "\"data\":\"");
    assert_non_null(data);
    data += 8;
    for (size_t i = 0; i < sizeof bytes; i++) {
        char pair[3];
        snprintf(pair, sizeof pair, "%02x", bytes[i]);
        assert_memory_equal(data + 2 * i, pair, 2);
    }
    assert_memory_equal(data + 2 * sizeof bytes, "\"}", 2);
    frame_free(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_between),
        cmocka_unit_test(ascii_is_escaped_as_json_wants),
        cmocka_unit_test(valid_utf8_stays),
        cmocka_unit_test(c1_controls_are_escaped),
        cmocka_unit_test(invalid_utf8_becomes_escapes_of_its_bytes),
        cmocka_unit_test(integers_beyond_2_to_53_are_strings),
        cmocka_unit_test(fixed_numbers_are_exact),
        cmocka_unit_test(addresses_and_bytes),
        cmocka_unit_test(times_are_rfc_3339),
        cmocka_unit_test(a_ping_from_end_to_end),
        cmocka_unit_test(context_comes_first),
        cmocka_unit_test(an_empty_frame_is_an_object),
        cmocka_unit_test(a_bad_checksum_says_what_it_should_be),
        cmocka_unit_test(tags_are_an_array),
        cmocka_unit_test(a_quotation_is_inside_its_error),
        cmocka_unit_test(a_tunnel_opens_inner),
        cmocka_unit_test(extensions_and_lists_are_arrays),
        cmocka_unit_test(long_data_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
