/*
 * Addresses and the groups that they belong to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/address.h"
#include "support/frame.h"

static struct pkt_ip4 ip4(unsigned a, unsigned b, unsigned c, unsigned d)
{
    return (struct pkt_ip4){
        {(uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d}
    };
}

static struct pkt_ip6 ip6(const char *hex)
{
    struct frame frame = frame_hex(hex);
    assert_int_equal(frame.len, 16);
    struct pkt_ip6 address = pkt_ip6_at(pkt_view_make(frame.bytes, frame.len), 0);
    frame_free(frame);
    return address;
}

static void taken_from_bytes(void **state)
{
    (void)state;
    struct frame frame = frame_hex("0a000001 020000000009 fd000000000000000000000000000001");
    struct pkt_view view = pkt_view_make(frame.bytes, frame.len);
    assert_true(pkt_ip4_equal(pkt_ip4_at(view, 0), ip4(10, 0, 0, 1)));
    assert_false(pkt_ip4_equal(pkt_ip4_at(view, 1), ip4(10, 0, 0, 1)));
    struct pkt_mac mac = {
        {2, 0, 0, 0, 0, 9}
    };
    assert_true(pkt_mac_equal(pkt_mac_at(view, 4), mac));
    assert_false(pkt_mac_equal(pkt_mac_at(view, 5), mac));
    assert_true(pkt_ip6_equal(pkt_ip6_at(view, 10), ip6("fd000000000000000000000000000001")));
    assert_true(pkt_ip6_is_unspecified(pkt_ip6_at(view, 11)));
    assert_true(pkt_ip4_is_unspecified(pkt_ip4_at(view, 100)));
    frame_free(frame);
}

static void classes_of_ip4(void **state)
{
    (void)state;
    assert_true(pkt_ip4_is_unspecified(ip4(0, 0, 0, 0)));
    assert_false(pkt_ip4_is_unspecified(ip4(0, 0, 0, 1)));
    assert_true(pkt_ip4_is_multicast(ip4(224, 0, 0, 0)));
    assert_true(pkt_ip4_is_multicast(ip4(239, 255, 255, 255)));
    assert_false(pkt_ip4_is_multicast(ip4(223, 255, 255, 255)));
    assert_false(pkt_ip4_is_multicast(ip4(240, 0, 0, 0)));
    assert_true(pkt_ip4_is_broadcast(ip4(255, 255, 255, 255)));
    assert_false(pkt_ip4_is_broadcast(ip4(255, 255, 255, 254)));
    assert_true(pkt_ip4_is_ssm(ip4(232, 1, 1, 1)));
    assert_false(pkt_ip4_is_ssm(ip4(233, 1, 1, 1)));
}

static void classes_of_ip6(void **state)
{
    (void)state;
    assert_true(pkt_ip6_is_link_local(ip6("fe800000000000000000000000000001")));
    assert_true(pkt_ip6_is_link_local(ip6("febf0000000000000000000000000001")));
    assert_false(pkt_ip6_is_link_local(ip6("fec00000000000000000000000000001")));
    assert_true(pkt_ip6_is_multicast(ip6("ff020000000000000000000000000001")));
    assert_false(pkt_ip6_is_multicast(ip6("fe020000000000000000000000000001")));
    assert_int_equal(pkt_ip6_scope(ip6("ff050000000000000000000000000001")), 5);
    assert_true(pkt_ip6_is_ssm(ip6("ff3e0000000000000000000080000001")));
    assert_false(pkt_ip6_is_ssm(ip6("ff3e0040fd0000000000000080000001")));
    assert_false(pkt_ip6_is_ssm(ip6("ff1e0000000000000000000080000001")));
}

static void groups_to_mac(void **state)
{
    (void)state;
    struct pkt_mac of_ip4 = {
        {0x01, 0x00, 0x5e, 0x01, 0x02, 0x03}
    };
    struct pkt_mac of_ip6 = {
        {0x33, 0x33, 0xff, 0x00, 0x00, 0x09}
    };
    assert_true(pkt_mac_equal(pkt_mac_of_ip4_group(ip4(239, 129, 2, 3)), of_ip4));
    assert_true(pkt_mac_equal(pkt_mac_of_ip6_group(ip6("ff0200000000000000000001ff000009")), of_ip6));
    assert_true(pkt_mac_is_group(of_ip4));
    assert_false(pkt_mac_is_group((struct pkt_mac){
        {0x02, 0, 0, 0, 0, 1}
    }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_from_bytes),
        cmocka_unit_test(classes_of_ip4),
        cmocka_unit_test(classes_of_ip6),
        cmocka_unit_test(groups_to_mac),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
