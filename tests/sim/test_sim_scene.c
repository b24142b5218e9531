/*
 * Scenes: what statements mean, and which line is said to be wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sim/scene.h"

static struct sim_scene scene;

static void parse(const char *text)
{
    struct sim_scene_error error;
    if (!sim_scene_parse(text, strlen(text), &scene, &error))
        fail_msg("line %u: %s", error.line, error.sentence);
}

static struct pkt_ip ip(const char *text)
{
    struct pkt_ip4 ip4;
    struct pkt_ip6 ip6;
    if (pkt_ip4_parse(text, strlen(text), &ip4))
        return pkt_ip_from4(ip4);
    assert_true(pkt_ip6_parse(text, strlen(text), &ip6));
    return pkt_ip_from6(ip6);
}

/* --- mistakes --- */

struct mistake {
    const char *text;
    unsigned line;
    const char *words; /* that the sentence holds */
};

/* clang-format off */
static const struct mistake mistakes[] = {
    {"", 0, "no target"},
    {"# target 192.0.2.1\n\n", 0, "no target"},
    {"target", 1, "an address is missing"},
    {"target 192.0.2", 1, "'192.0.2' is not an address"},
    {"target 192.0.2.1 192.0.2.256", 1, "192.0.2.256"},
    {"target 192.0.2.0/33", 1, "prefix length"},
    {"target 192.0.2.0/", 1, "prefix length"},
    {"target 2001:db8::/129", 1, "prefix length"},
    {"target 224.0.0.1", 1, "multicast"},
    {"target 192.0.2.1\nwait 3s", 2, "'wait' is no statement"},
    {"target 192.0.2.1\n\n  delay", 3, "a time is missing"},
    {"target 192.0.2.1\ndelay -1ms", 2, "'-1ms' is not a time"},
    {"target 192.0.2.1\ndelay 2h", 2, "'2h' is not a time"},
    {"target 192.0.2.1\ndelay uniform 20ms", 2, "a time is missing"},
    {"target 192.0.2.1\ndelay uniform 20ms 10ms", 2, "below the first"},
    {"target 192.0.2.1\ndelay 20ms 10ms", 2, "'10ms' is too much"},
    {"target 192.0.2.1\ndelay 20ms for", 2, "which probes is missing"},
    {"target 192.0.2.1\nloss", 2, "a share is missing"},
    {"target 192.0.2.1\nloss 101%", 2, "'101%'"},
    {"target 192.0.2.1\nloss 100.0001%", 2, "'100.0001%'"},
    {"target 192.0.2.1\nloss 0.00001%", 2, "'0.00001%'"},
    {"target 192.0.2.1\nloss 5.%", 2, "'5.%'"},
    {"target 192.0.2.1\nloss .5%", 2, "'.5%'"},
    {"target 192.0.2.1\nloss 1.2.3%", 2, "'1.2.3%'"},
    {"target 192.0.2.1\nloss %", 2, "'%'"},
    {"target 192.0.2.1\nloss -5%", 2, "'-5%'"},
    {"target 192.0.2.1\nloss 10", 2, "'10' is not a share"},
    {"target 192.0.2.1\nlose", 2, "which probes is missing"},
    {"target 192.0.2.1\nlose 5x", 2, "'5x' is neither"},
    {"target 192.0.2.1\nlose 0", 2, "'0'"},
    {"target 192.0.2.1\nlose 9-7", 2, "'9-7'"},
    {"target 192.0.2.1\nlose 3,,4", 2, "'3,,4'"},
    {"target 192.0.2.1\nlose -4", 2, "'-4'"},
    {"target 192.0.2.1\nlose 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", 2, "at most 16"},
    {"target 192.0.2.1\nlose 99999999999999999999", 2, "'99999999999999999999'"},
    {"target 192.0.2.1\nloss burst 100% 5", 2, "below 100%"},
    {"target 192.0.2.1\nloss burst 10%", 2, "length of a burst is missing"},
    {"target 192.0.2.1\nloss burst 10% 0", 2, "length of a burst"},
    {"target 192.0.2.1\nduplicate 2 3", 2, "'3' stands where"},
    {"target 192.0.2.1\nduplicate 2 x1", 2, "number of replies"},
    {"target 192.0.2.1\nlate 7", 2, "a time is missing"},
    {"target 192.0.2.1\nforge nothing", 2, "'nothing' is not a kind of forgery"},
    {"target 192.0.2.1\nforge tag 0", 2, "number of forgeries"},
    {"target 192.0.2.1\nforge flood 0", 2, "rate"},
    {"target 192.0.2.1\nforge flood 5\nforge flood 6", 3, "a second flood"},
    {"target 192.0.2.1\nerror", 2, "a kind of error is missing"},
    {"target 192.0.2.1\nerror toobig", 2, "MTU is missing"},
    {"target 192.0.2.1\nerror redirect", 2, "an address is missing"},
    {"target 192.0.2.1\nerror ttl from 10.0.0.1 10.0.0.2", 2, "two addresses of one family"},
    {"target 192.0.2.1\nerror ttl mpls 1048576 0 1", 2, "label"},
    {"target 192.0.2.1\nerror ttl mpls 1 8 1", 2, "traffic class"},
    {"target 192.0.2.1\nerror toobig 1400 mpls 1 0 1", 2, "'mpls' cannot stand here"},
    {"target 192.0.2.1\nerror ttl interface 3 a-name-that-is-much-too-long-for-an-interface", 2, "too long"},
    {"target 192.0.2.1\nerror ttl quote 20", 2, "bytes to quote"},
    {"target 192.0.2.1\nsilence from 2s to 1s", 2, "ends before"},
    {"target 192.0.2.1\nsilence 2s 1s", 2, "'2s' stands where 'from' is due"},
    {"target 192.0.2.1\nsilence from 2s", 2, "'to' is missing"},
    {"target 192.0.2.1\nblackhole 1400", 2, "'above' is due"},
    {"target 192.0.2.1\nttl 0", 2, "value"},
    {"target 192.0.2.1\ntos 256", 2, "value"},
    {"answer 224.0.0.1", 1, "'from' is missing"},
    {"answer 224.0.0.1 from", 1, "an address is missing"},
    {"answer 224.0.0.1 from fe80::1", 1, "another family"},
};
/* clang-format on */

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        const struct mistake *mistake = &mistakes[i];
        struct sim_scene_error error = {0};
        bool ok = sim_scene_parse(mistake->text, strlen(mistake->text), &scene, &error);
        if (ok || error.line != mistake->line || strstr(error.sentence, mistake->words) == NULL)
            fail_msg("\"%s\": line %u: %s", mistake->text, error.line, ok ? "accepted" : error.sentence);
    }
}

static void test_hostile_text(void **state)
{
    (void)state;
    static char text[1 << 16];
    struct sim_scene_error error;
    memset(text, 'a', sizeof text);
    assert_false(sim_scene_parse(text, sizeof text, &scene, &error));
    memset(text, ' ', sizeof text);
    assert_false(sim_scene_parse(text, sizeof text, &scene, &error));
    assert_false(sim_scene_parse("target 192.0.2.1\0x", 18, &scene, &error));
    for (size_t i = 0; i < 2000; i++)
        text[i] = i % 2 == 0 ? 'a' : ' ';
    assert_false(sim_scene_parse(text, 2000, &scene, &error));
    assert_non_null(strstr(error.sentence, "words"));
    for (size_t i = 0; i + 6 <= sizeof text; i += 6)
        memcpy(text + i, "ttl 9\n", 6);
    assert_false(sim_scene_parse(text, sizeof text / 6 * 6, &scene, &error));
    assert_int_equal(error.line, SIM_SCENE_RULES + 1);
}

/* --- meanings --- */

static void test_targets(void **state)
{
    (void)state;
    parse("target 192.0.2.1 2001:db8::1\ntarget 198.51.100.64/26 2001:db8:1::/33\r\n");
    assert_true(sim_scene_has_target(&scene, ip("192.0.2.1")));
    assert_false(sim_scene_has_target(&scene, ip("192.0.2.2")));
    assert_true(sim_scene_has_target(&scene, ip("2001:db8::1")));
    assert_false(sim_scene_has_target(&scene, ip("2001:db9::1")));
    assert_true(sim_scene_has_target(&scene, ip("198.51.100.127")));
    assert_false(sim_scene_has_target(&scene, ip("198.51.100.128")));
    assert_true(sim_scene_has_target(&scene, ip("2001:db8:7fff::5")));
    assert_false(sim_scene_has_target(&scene, ip("2001:db8:8000::5")));
}

static void test_groups(void **state)
{
    (void)state;
    parse("answer 224.0.0.1 from 192.0.2.1 192.0.2.2\nanswer ff02::1 from fe80::1");
    assert_int_equal(sim_scene_group(&scene, ip("224.0.0.1"))->member_count, 2);
    assert_true(pkt_ip_equal(sim_scene_group(&scene, ip("ff02::1"))->member[0], ip("fe80::1")));
    assert_null(sim_scene_group(&scene, ip("224.0.0.2")));
}

static void test_which(void **state)
{
    (void)state;
    parse("target 192.0.2.1\nlose 3,7-9,20-\nlose 12.5%\nlose all\nlose 100%\nlose 0%");
    static const uint64_t listed[] = {3, 7, 8, 9, 20, 21, UINT64_MAX};
    static const uint64_t others[] = {1, 2, 4, 6, 10, 19};
    assert_int_equal(scene.rule_count, 5);
    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++)
        assert_true(sim_which_lists(&scene.rule[0].which, listed[i]));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(sim_which_lists(&scene.rule[0].which, others[i]));
    assert_int_equal(scene.rule[1].which.ppm, 125000);
    assert_int_equal(scene.rule[1].which.range_count, 0);
    assert_true(sim_which_lists(&scene.rule[2].which, 1));
    assert_int_equal(scene.rule[3].which.ppm, 1000000);
    assert_int_equal(scene.rule[4].which.ppm, 0);
}

static void test_rules(void **state)
{
    (void)state;
    parse("target 192.0.2.1 # a comment\n"
          "delay normal 20ms 5ms for 2\n"
          "forge time 3 for 4\n"
          "duplicate 2 x3\n"
          "error redirect 10.0.0.1 fe80::5 from 10.0.0.9 for 7\n"
          "error ttl mpls 16001 1 2 mpls 3 0 4 interface 5 eth0 quote 28\n"
          "mtu 1400 from 2001:db8::9\n"
          "forge flood 2000 during 3s\n"
          "corrupt checksum 1%\n");
    assert_int_equal(scene.rule_count, 8);
    assert_int_equal(scene.rule[0].spread, SIM_SPREAD_NORMAL);
    assert_int_equal(scene.rule[0].time_ns[1], 5000000);
    assert_int_equal(scene.rule[1].forgery, SIM_FORGE_TIME);
    assert_int_equal(scene.rule[1].number, 3);
    assert_int_equal(scene.rule[2].number, 3);
    assert_true(pkt_ip_equal(scene.rule[3].error.gateway[1], ip("fe80::5")));
    assert_true(pkt_ip_equal(scene.rule[3].error.from[0], ip("10.0.0.9")));
    assert_int_equal(scene.rule[3].error.from[1].version, 0);
    assert_int_equal(scene.rule[4].error.label_count, 2);
    assert_int_equal(scene.rule[4].error.label[0].label, 16001);
    assert_int_equal(scene.rule[4].error.label[0].traffic_class, 1);
    assert_string_equal(scene.rule[4].error.interface_name, "eth0");
    assert_int_equal(scene.rule[4].error.quote_len, 28);
    assert_int_equal(scene.rule[5].kind, SIM_RULE_MTU);
    assert_int_equal(scene.rule[5].error.argument, 1400);
    assert_int_equal(scene.rule[6].kind, SIM_RULE_FLOOD);
    assert_int_equal(scene.rule[7].kind, SIM_RULE_CHECKSUM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes), cmocka_unit_test(test_hostile_text), cmocka_unit_test(test_targets),
        cmocka_unit_test(test_groups),   cmocka_unit_test(test_which),        cmocka_unit_test(test_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
