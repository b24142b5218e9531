/*
 * Builders of ICMP and ICMPv6 messages and quotations. Bytes are scapy 2.5's unless a comment says otherwise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/build_check.h"

static struct build_check check;

enum { AT_ICMP = 20 };

/* IP(src="10.0.0.1", dst="10.0.0.2", id=0x1234) */
static struct pkt_build *begin4(void)
{
    struct pkt_build *build = check_begin(&check);
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){
                              .src = {{10, 0, 0, 1}},
                              .dst = {{10, 0, 0, 2}},
                              .id = 0x1234,
                          });
    return build;
}

static void finish(void)
{
    check_round_trip(&check, PKT_LINKTYPE_RAW);
}

static void test_echo(void **state)
{
    struct pkt_build *build = begin4();
    (void)state;
    pkt_build_icmp_echo(build, &(struct pkt_icmp_echo_spec){.id = 0x4321, .sequence = 7});
    pkt_build_payload(build, pkt_view_make("abcd", 4));
    finish();
    assert_bytes_hex(check.bytes, "4500002012340000400154a70a0000010a0000020800f0104321000761626364");

    build = begin4();
    pkt_build_icmp_echo(build, &(struct pkt_icmp_echo_spec){.reply = true, .id = 0x4321, .sequence = 7});
    pkt_build_payload(build, pkt_view_make("abcd", 4));
    finish();
    assert_bytes_hex(check.bytes, "4500002012340000400154a70a0000010a0000020000f8104321000761626364");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
