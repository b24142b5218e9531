/*
 * The registry as a writer: names as people type them, values of each type, and every row that may be written
 * in a packet of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pkt/pkt.h"

static struct pkt_field_ref find(enum pkt_proto proto, const char *list, const char *name)
{
    struct pkt_field_ref ref;
    if (!pkt_field_find_short(proto, list, name, strlen(name), &ref))
        fail_msg("no field %s", name);
    return ref;
}

static struct pkt_field_value number(uint64_t n)
{
    return (struct pkt_field_value){.type = PKT_FIELD_UINT, .number = n};
}

static int set_number(struct pkt_build *build, const char *name, uint64_t n)
{
    unsigned last = pkt_build_last(build);
    struct pkt_field_ref ref = find((enum pkt_proto)build->row[last].proto, NULL, name);
    struct pkt_field_value value = number(n);
    return pkt_field_set(build, last, &ref, &value);
}

static void test_set_in_a_build(void **state)
{
    uint8_t buffer[128];
    struct pkt_build build;
    struct pkt_view frame;
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_ethernet(&build, NULL);
    assert_int_equal(set_number(&build, "type", 0x0801), PKT_FIELD_OK);
    pkt_build_ipv4(&build, NULL);
    assert_int_equal(set_number(&build, "ttl", 7), PKT_FIELD_OK);
    assert_int_equal(set_number(&build, "df", 1), PKT_FIELD_OK);
    assert_int_equal(set_number(&build, "ihl", 24), PKT_FIELD_OK);
    assert_int_equal(set_number(&build, "ihl", 22), PKT_FIELD_E_RANGE);
    assert_int_equal(set_number(&build, "ihl", 64), PKT_FIELD_E_RANGE);
    assert_int_equal(set_number(&build, "ttl", 256), PKT_FIELD_E_RANGE);
    assert_int_equal(set_number(&build, "checksum_status", 1), PKT_FIELD_E_READ_ONLY);
    assert_int_equal(set_number(&build, "src", 1), PKT_FIELD_E_TYPE);
    pkt_build_udp(&build, NULL);
    assert_int_equal(set_number(&build, "dport", 53), PKT_FIELD_OK);
    assert_int_equal(set_number(&build, "chksum", 0xbad), PKT_FIELD_OK);
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_OK);
    assert_int_equal(pkt_u16(frame, 12), 0x0801);
    assert_int_equal(pkt_u8(frame, 14), 0x46);
    assert_int_equal(pkt_u8(frame, 14 + 6), 0x40);
    assert_int_equal(pkt_u8(frame, 14 + 8), 7);
    assert_int_equal(pkt_u16(frame, 34 + 2), 53);
    assert_int_equal(pkt_u16(frame, 34 + 6), 0xbad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_in_a_build),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
