/*
 * The list of diagnoses as an interface, the table of a packet's, and what readers ask of the layer table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/protocol.h"
#include "pkt/base.h"
#include "support/decode_case.h"

static void names_are_stable_identifiers(void **state)
{
    (void)state;
    for (unsigned i = 1; i < PKT_D_COUNT; i++) {
        const char *name = pkt_diagnosis_name(i);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-"), strlen(name));
        assert_non_null(strchr(name, '.'));
        assert_true(strlen(pkt_diagnosis_sentence(i)) > 10);
        assert_null(strchr(pkt_diagnosis_sentence(i), '\n'));
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(name, pkt_diagnosis_name(k));
    }
}

/* An error violates a rule of a standard, so it says which; the room for a header is every standard's. */
static void errors_cite_a_standard(void **state)
{
    (void)state;
    for (unsigned i = 1; i < PKT_D_COUNT; i++)
        if (pkt_diagnosis_severity(i) == PKT_SEVERITY_ERROR && i != PKT_D_HEADER_SHORT)
            assert_true(strlen(pkt_diagnosis_section(i)) > 0);
}

static void codes_out_of_range(void **state)
{
    (void)state;
    assert_string_equal(pkt_diagnosis_name(PKT_D_NONE), "none");
    assert_string_equal(pkt_diagnosis_name(PKT_D_COUNT), "unknown");
    assert_string_equal(pkt_diagnosis_name(UINT32_MAX), "unknown");
    assert_int_equal(pkt_diagnosis_severity(UINT32_MAX), PKT_SEVERITY_NOTE);
    assert_string_equal(pkt_diagnosis_section(UINT32_MAX), "");
    assert_true(strlen(pkt_diagnosis_sentence(UINT32_MAX)) > 0);
    assert_string_equal(pkt_severity_name(PKT_SEVERITY_NOTE), "note");
    assert_string_equal(pkt_severity_name(PKT_SEVERITY_WARN), "warning");
    assert_string_equal(pkt_severity_name(PKT_SEVERITY_ERROR), "error");
    assert_string_equal(pkt_severity_name(77), "note");
}

static void names_of_the_library(void **state)
{
    (void)state;
    assert_string_equal(pkt_version(), PKT_VERSION_STRING);
    assert_string_equal(pkt_error_name(PKT_OK), "ok");
    assert_string_equal(pkt_error_name(PKT_E_SYSTEM), "system");
    assert_string_equal(pkt_error_name(PKT_E_AGAIN), "again");
    assert_string_equal(pkt_error_name(PKT_E_AGAIN - 1), "unknown");
    assert_string_equal(pkt_error_name(1), "unknown");
    assert_string_equal(pkt_error_name(INT32_MIN), "unknown");
    for (unsigned i = 0; i < PKT_PROTO_COUNT; i++)
        assert_true(strlen(pkt_proto_name(i)) > 0);
    assert_string_equal(pkt_proto_name(PKT_PROTO_COUNT), "unknown");
    for (unsigned i = 0; i < PKT_LENGTH_COUNT; i++)
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(pkt_length_source_name(i), pkt_length_source_name(k));
    assert_string_equal(pkt_length_source_name(PKT_LENGTH_COUNT), "unknown");
}

/* Nine nested IPv4 headers with wrong checksums: eight findings are kept, the ninth is counted. */
static struct frame nested(size_t depth)
{
    struct frame frame = {calloc(depth, 20), depth * 20};
    for (size_t i = 0; i < depth; i++) {
        uint8_t *ip = frame.bytes + i * 20;
        ip[0] = 0x45;
        frame_put16(frame, i * 20 + 2, (unsigned)((depth - i) * 20));
        ip[9] = i + 1 < depth ? 4 : 253;
    }
    return frame;
}

static void findings_that_find_no_room_are_counted(void **state)
{
    (void)state;
    struct frame frame = nested(9);
    struct pkt_packet packet;
    frame_decode(frame, PKT_LINKTYPE_RAW, &packet);
    assert_int_equal(packet.layer_count, 9);
    pkt_diagnose(&packet);
    assert_int_equal(packet.diagnosis_count, PKT_MAX_DIAGNOSES);
    assert_int_equal(packet.diagnoses_lost, 1);
    for (unsigned i = 0; i < PKT_MAX_DIAGNOSES; i++) {
        assert_int_equal(packet.diagnosis[i].code, PKT_D_IPV4_CHECKSUM);
        assert_int_equal(packet.diagnosis[i].layer, i);
    }
    for (unsigned i = 0; i < 300; i++)
        pkt_diagnosis_add(&packet, packet.diagnosis[0]);
    assert_int_equal(packet.diagnoses_lost, UINT8_MAX);
    frame_free(frame);
}

static void a_finding_says_which_length_ruled(void **state)
{
    (void)state;
    struct decode_case c = {.hex = GOLDEN_UDP4, .edit = "38:0007"};
    struct frame frame = case_frame(&c);
    struct pkt_packet packet;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_int_equal(packet.diagnosis_count, 1);
    assert_int_equal(packet.diagnosis[0].length_source, PKT_LENGTH_IPV4_TOTAL);
    frame_free(frame);
    frame = frame_hex("0200000000020200000000010800 4500");
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_int_equal(packet.diagnosis[0].code, PKT_D_HEADER_SHORT);
    assert_int_equal(packet.diagnosis[0].length_source, PKT_LENGTH_CAPTURE);
    frame_free(frame);
}

static void lengths_of_the_frame(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_UDP4);
    struct pkt_packet packet;
    struct pkt_view bytes = pkt_view_make(frame.bytes, frame.len);
    pkt_decode(bytes, 10, PKT_LINKTYPE_ETHERNET, 0, &packet);
    assert_int_equal(packet.wire_len, frame.len);
    pkt_decode(bytes, 200, PKT_LINKTYPE_ETHERNET, PKT_DECODE_GSO, &packet);
    assert_int_equal(packet.wire_len, 200);
    assert_int_equal(packet.flags, PKT_DECODE_GSO);
    assert_int_equal(packet.layer[0].length_source, PKT_LENGTH_WIRE);
    expect_rows(&packet, "eth.T ip.P udp data");
    pkt_decode(bytes, UINT32_MAX, PKT_LINKTYPE_ETHERNET, 0, &packet);
    assert_int_equal(packet.wire_len, INT32_MAX);
    frame_free(frame);
}

static void rows_out_of_range(void **state)
{
    (void)state;
    struct frame frame = frame_hex(GOLDEN_UDP4_PADDED);
    struct pkt_packet packet;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_int_equal(packet.layer_count, 5);
    assert_int_equal(pkt_layer_bytes(&packet, 5).len, 0);
    assert_int_equal(pkt_layer_header(&packet, 5).len, 0);
    assert_int_equal(pkt_layer_payload(&packet, 5).len, 0);
    assert_int_equal(pkt_layer_payload_len(&packet, 5), 0);
    assert_int_equal(pkt_layer_network(&packet, 5), -1);
    assert_int_equal(pkt_layer_network(&packet, 4), -1);
    assert_int_equal(pkt_layer_network(&packet, 1), -1);
    assert_int_equal(pkt_layer_network(&packet, 3), 1);
    assert_int_equal(pkt_layer_find(&packet, PKT_PROTO_UDP, 0), 2);
    assert_int_equal(pkt_layer_find(&packet, PKT_PROTO_UDP, 3), -1);
    assert_int_equal(pkt_layer_find(&packet, PKT_PROTO_UDP, 99), -1);
    assert_int_equal(pkt_layer_payload(&packet, 4).len, 13);
    frame_free(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_stable_identifiers),
        cmocka_unit_test(errors_cite_a_standard),
        cmocka_unit_test(codes_out_of_range),
        cmocka_unit_test(names_of_the_library),
        cmocka_unit_test(findings_that_find_no_room_are_counted),
        cmocka_unit_test(a_finding_says_which_length_ruled),
        cmocka_unit_test(lengths_of_the_frame),
        cmocka_unit_test(rows_out_of_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
