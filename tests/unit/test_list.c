/*
 * The one iterator of lists: each kind's idea of length, and the ways in which a walk ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/list.h"
#include "support/frame.h"

struct walk_case {
    const char *name;
    enum pkt_list_kind kind;
    const char *hex;
    size_t captured; /* bytes of the area; 0: all */
    uint32_t left;   /* items by the message's count; 0: without a count */
    const char *items;
    const char *end; /* "ok", or "diagnosis off need/have" */
};

/* clang-format off */
static const struct walk_case cases[] = {
    {"ipv4-empty", PKT_LIST_IPV4_OPTIONS, "", 0, 0, "", "ok"},
    {"ipv4-nop-end-padding", PKT_LIST_IPV4_OPTIONS, "01 94040000 00 ffff", 0, 0, "1:0 148:2 0:0", "ok"},
    {"ipv4-length-0", PKT_LIST_IPV4_OPTIONS, "01 0700 00", 0, 0, "1:0", "ipv4.option-length 1 2/0"},
    {"ipv4-length-1", PKT_LIST_IPV4_OPTIONS, "0701 00", 0, 0, "", "ipv4.option-length 0 2/1"},
    {"ipv4-no-length-octet", PKT_LIST_IPV4_OPTIONS, "010107", 0, 0, "1:0 1:0", "ipv4.option-length 2 2/1"},
    {"ipv4-past-end", PKT_LIST_IPV4_OPTIONS, "070504", 0, 0, "", "ipv4.option-length 0 5/3"},
    {"ipv4-cut", PKT_LIST_IPV4_OPTIONS, "01 0703ff 01", 3, 0, "1:0", "cap.truncated 1 3/2"},
    {"ipv4-cut-between", PKT_LIST_IPV4_OPTIONS, "01 0703ff 01", 4, 0, "1:0 7:1", "cap.truncated 4 1/0"},
    {"ipv6-pads", PKT_LIST_IPV6_OPTIONS, "00 0100 05020000 00", 0, 0, "0:0 1:0 5:2 0:0", "ok"},
    {"ipv6-past-end", PKT_LIST_IPV6_OPTIONS, "00 0504 0000", 0, 0, "0:0", "ipv6.option-length 1 6/4"},
    {"ipv6-no-length-octet", PKT_LIST_IPV6_OPTIONS, "05", 0, 0, "", "ipv6.option-length 0 2/1"},
    {"tcp", PKT_LIST_TCP_OPTIONS, "020405b4 01 030307", 0, 0, "2:2 1:0 3:1", "ok"},
    {"tcp-end", PKT_LIST_TCP_OPTIONS, "00 0200", 0, 0, "0:0", "ok"},
    {"tcp-length-1", PKT_LIST_TCP_OPTIONS, "0201", 0, 0, "", "tcp.option-length 0 2/1"},
    {"nd", PKT_LIST_ND_OPTIONS, "0101020000000001 0e02000000000000 0000000000000000", 0, 0, "1:6 14:14", "ok"},
    {"nd-length-0", PKT_LIST_ND_OPTIONS, "0100000000000000", 0, 0, "", "nd.option-length 0 2/0"},
    {"nd-past-end", PKT_LIST_ND_OPTIONS, "0102000000000000", 0, 0, "", "nd.option-length 0 16/8"},
    {"nd-cut", PKT_LIST_ND_OPTIONS, "0101000000000000", 1, 0, "", "cap.truncated 0 2/1"},
    {"objects", PKT_LIST_ICMP_OBJECTS, "00080101 000101ff 00040200", 0, 0, "1:4 2:0", "ok"},
    {"object-length-below-4", PKT_LIST_ICMP_OBJECTS, "00030101", 0, 0, "", "icmp.extension-object 0 4/3"},
    {"object-length-not-of-4", PKT_LIST_ICMP_OBJECTS, "00060101 00000000", 0, 0, "", "icmp.extension-object 0 8/6"},
    {"object-past-end", PKT_LIST_ICMP_OBJECTS, "000c0101 00000000", 0, 0, "", "icmp.extension-object 0 12/8"},
    {"object-header-past-end", PKT_LIST_ICMP_OBJECTS, "0004", 0, 0, "", "icmp.extension-object 0 4/2"},
    {"igmp3", PKT_LIST_IGMP3_RECORDS, "04000000 efffffff 06010001 efffffff 0a000001 aaaaaaaa", 0, 2, "4:0 6:8", "ok"},
    {"igmp3-fewer-than-counted", PKT_LIST_IGMP3_RECORDS, "04000000 efffffff", 0, 2, "4:0", "igmp3.record-overrun 8 8/0"},
    {"igmp3-more-than-counted", PKT_LIST_IGMP3_RECORDS, "04000000 efffffff 04000000 efffffff", 0, 1, "4:0", "ok"},
    {"igmp3-sources-past-end", PKT_LIST_IGMP3_RECORDS, "0400ffff efffffff", 0, 1, "", "igmp3.record-overrun 0 262148/8"},
    {"igmp3-cut", PKT_LIST_IGMP3_RECORDS, "04000001 efffffff 0a000001", 11, 1, "", "cap.truncated 0 12/11"},
    {"mld2", PKT_LIST_MLD2_RECORDS, "02010000 ff020000000000000000000000000001 bbbbbbbb", 0, 1, "2:4", "ok"},
    {"mld2-past-end", PKT_LIST_MLD2_RECORDS, "02000001 ff020000000000000000000000000001", 0, 1, "",
        "mld2.record-overrun 0 36/20"},
    {"no-such-kind", PKT_LIST_KIND_COUNT, "0101", 0, 0, "", "ok"},
};
/* clang-format on */

static void walk(void **state)
{
    const struct walk_case *c = *state;
    struct frame whole = frame_hex(c->hex);
    struct frame frame = frame_copy(whole.bytes, c->captured > 0 ? c->captured : whole.len);
    struct pkt_list list = {.area = pkt_view_make(frame.bytes, frame.len),
                            .area_len = whole.len,
                            .left = c->left > 0 ? c->left : UINT32_MAX,
                            .kind = (uint8_t)c->kind};
    struct pkt_option option;
    struct text items = {"", 0}, end = {"ok", 2};
    size_t off = 0;
    while (pkt_option_next(&list, &option)) {
        text_add(&items, "%s%u:%zu", items.len > 0 ? " " : "", option.type, option.data.len);
        assert_int_equal(option.off, off);
        assert_ptr_equal(option.bytes.ptr, frame.bytes + off);
        off += option.bytes.len;
    }
    if (list.stop != PKT_D_NONE) {
        end.len = 0;
        text_add(&end, "%s %zu %u/%u", pkt_diagnosis_name(list.stop), list.off, list.need, list.have);
    }
    assert_string_equal(items.at, c->items);
    assert_string_equal(end.at, c->end);
    assert_false(pkt_option_next(&list, &option));
    frame_free(frame);
    frame_free(whole);
}

int main(void)
{
    enum { CASES = sizeof cases / sizeof *cases };
    struct CMUnitTest tests[CASES];
    for (size_t i = 0; i < CASES; i++)
        tests[i] = (struct CMUnitTest){cases[i].name, walk, NULL, NULL, (void *)(uintptr_t)&cases[i]};
    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
