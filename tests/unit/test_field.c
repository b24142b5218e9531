/* The registry: its tables hold together, names are found, walks see every occurrence in their scope and no
 * other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "field/registry.h"
#include "pkt/cells.h"
#include "support/frame.h"

static struct pkt_packet packet;
static char line[4096];

/* All occurrences of a name in a scope, joined by commas as in a cell. */
static const char *occurrences(const char *name, enum pkt_field_scope scope)
{
    static char cell[2 * PKT_SINK_ROOM];
    struct pkt_sink_buffer buffer;
    struct pkt_field_ref ref;
    struct pkt_field_walk walk;
    struct pkt_field_value value;
    assert_true(pkt_field_find(name, strlen(name), &ref));
    pkt_sink_buffer_init(&buffer, cell, sizeof cell - 1);
    pkt_field_walk_begin(&walk, &ref, &packet, NULL, scope);
    while (pkt_field_walk_next(&walk, &value)) {
        pkt_cell_value_print(ref.field, &value, &packet, &buffer.sink);
        pkt_put_char(&buffer.sink, ',');
    }
    size_t len = pkt_sink_buffer_len(&buffer);
    cell[len > 0 ? len - 1 : 0] = '\0';
    return cell;
}

#define expect_all(name, expected) assert_string_equal(occurrences(name, PKT_SCOPE_ALL), expected)

/* --- the tables --- */

/* The short name is the name without "pkt." and a prefix that ends at a dot, dots turned into underscores. */
static void check_short_name(const struct pkt_field *row)
{
    size_t len;
    const char *key = pkt_field_short_name(row, &len);
    size_t name_len = strlen(row->name);
    assert_true(len > 0 && len < name_len);
    const char *rest = row->name + name_len - len;
    assert_int_equal(rest[-1], '.');
    for (size_t i = 0; i < len; i++)
        assert_int_equal(key[i], rest[i] == '.' ? '_' : rest[i]);
    assert_memory_equal(row->key, ",\"", 2);
    assert_memory_equal(key + len, "\":", 2);
}

static unsigned bits_of_type(uint8_t type)
{
    switch (type) {
    case PKT_FIELD_IP4:
        return 32;
    case PKT_FIELD_IP6:
        return 128;
    case PKT_FIELD_MAC:
        return 48;
    default:
        return 0;
    }
}

static void check_place(const struct pkt_field *row)
{
    if (row->get != NULL)
        return;
    assert_true(row->bit_len > 0);
    assert_int_equal(row->end, (row->bit_off + row->bit_len + 7) / 8);
    if (row->type <= PKT_FIELD_BOOL) {
        assert_true(row->bit_len + row->bit_off % 8 <= 64);
        return;
    }
    assert_int_equal(row->bit_off % 8, 0);
    assert_int_equal(row->bit_len % 8, 0);
    if (bits_of_type(row->type) != 0)
        assert_int_equal(row->bit_len, bits_of_type(row->type));
}

static void rows_are_sound(void **state)
{
    (void)state;
    for (unsigned g = 0; g < GROUP_COUNT; g++)
        for (unsigned i = 0; i < field_groups[g]->row_count; i++) {
            check_short_name(&field_groups[g]->rows[i]);
            check_place(&field_groups[g]->rows[i]);
        }
}

static bool in_json(const struct pkt_field *row)
{
    return (row->flags & PKT_FIELD_HIDDEN) == 0;
}

/* No object may have a key twice: rows of one key are those of different messages. */
static void keys_do_not_meet(void **state)
{
    (void)state;
    for (unsigned g = 0; g < GROUP_COUNT; g++)
        for (unsigned i = 0; i < field_groups[g]->row_count; i++)
            for (unsigned k = i + 1; k < field_groups[g]->row_count; k++) {
                const struct pkt_field *a = &field_groups[g]->rows[i], *b = &field_groups[g]->rows[k];
                if (!in_json(a) || !in_json(b) || strcmp(a->key, b->key) != 0)
                    continue;
                assert_true(a->shapes != 0 && b->shapes != 0);
                assert_int_equal(a->shapes & b->shapes, 0);
            }
}

static void list_keys_are_free(void **state)
{
    (void)state;
    for (unsigned g = 0; g < GROUP_COUNT; g++)
        for (unsigned i = 0; i < field_groups[g]->list_count; i++) {
            const struct field_list *list = &field_groups[g]->lists[i];
            assert_true(list->group > 0 && list->group < GROUP_COUNT);
            assert_int_equal(strlen(list->key), list->key_len);
            for (unsigned k = 0; k < field_groups[g]->row_count; k++)
                assert_false(in_json(&field_groups[g]->rows[k]) &&
                             strcmp(field_groups[g]->rows[k].key, list->key) == 0);
            for (unsigned k = i + 1; k < field_groups[g]->list_count; k++)
                assert_string_not_equal(field_groups[g]->lists[k].key, list->key);
        }
}

static unsigned depth_of(unsigned group)
{
    unsigned depth = 0;
    for (unsigned i = 0; i < field_groups[group]->list_count; i++) {
        unsigned below = depth_of(field_groups[group]->lists[i].group);
        if (below > depth)
            depth = below;
    }
    return depth + 1;
}

static void lists_are_not_deeper_than_walks(void **state)
{
    (void)state;
    for (unsigned g = 0; g < GROUP_COUNT; g++)
        assert_true(depth_of(g) <= PKT_FIELD_DEPTH);
}

static void names_are_many_and_found(void **state)
{
    (void)state;
    const struct pkt_field *field;
    struct pkt_field_ref ref;
    unsigned distinct = 0;
    for (unsigned i = 0; (field = pkt_field_at(i)) != NULL; i++) {
        assert_true(pkt_field_find(field->name, strlen(field->name), &ref));
        assert_string_equal(ref.field->name, field->name);
        assert_true(ref.place_count < PKT_FIELD_MAX_PLACES);
        assert_int_equal(ref.field->type, field->type);
        distinct += ref.field == field;
    }
    assert_true(distinct >= 400);
}

static void aliases_stand_for_names(void **state)
{
    (void)state;
    const struct pkt_field_alias *alias;
    struct pkt_field_ref ref;
    for (unsigned i = 0; (alias = pkt_field_alias_at(i)) != NULL; i++) {
        assert_true(pkt_field_find(alias->alias, strlen(alias->alias), &ref));
        assert_string_equal(ref.field->name, alias->name);
    }
}

static void other_words_are_not_found(void **state)
{
    (void)state;
    static const char *const words[] = {"", "ip", "ip.", "ip.tt", "ip.ttl.", "IP.TTL", "ttl", "ip..ttl", "."};
    struct pkt_field_ref ref = {.place_count = 77};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_false(pkt_field_find(words[i], strlen(words[i]), &ref));
    assert_int_equal(ref.place_count, 77);
    assert_true(pkt_field_find("ip.ttlxyz", 6, &ref));
}

/* --- walks --- */

/* Time exceeded for a UDP probe of traceroute, from captures/traceroute4-udp-3.pcap. */
static const char time_exceeded[] = "00005e005301 00005e005302 0800"
                                    "45c0005823bf0000400142120a0900020a090001 0b000c4e00000000"
                                    "4500003ca0d20000011101cb0a0900010a090302 9279829a0028de70"
                                    "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f";

static void scopes_part_a_quotation(void **state)
{
    (void)state;
    struct frame frame = frame_hex(time_exceeded);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_string_equal(occurrences("ip.ttl", PKT_SCOPE_OWN), "64");
    assert_string_equal(occurrences("ip.ttl", PKT_SCOPE_QUOTED), "1");
    assert_string_equal(occurrences("ip.ttl", PKT_SCOPE_INNER), "");
    assert_string_equal(occurrences("ip.ttl", PKT_SCOPE_ALL), "64,1");
    assert_string_equal(occurrences("udp.dstport", PKT_SCOPE_OWN), "");
    assert_string_equal(occurrences("udp.dstport", PKT_SCOPE_QUOTED), "33434");
    expect_all("ip.addr", "10.9.0.2,10.9.0.1,10.9.0.1,10.9.3.2");
    expect_all("icmp.unused", "00000000");
    expect_all("icmp.checksum.status", "1");
    frame_free(frame);
}

/* UDP over IPv6 over IPv4, from captures/ip-in-ip.pcap. */
static void scopes_part_a_tunnel(void **state)
{
    (void)state;
    struct frame frame = frame_hex("00005e00530400005e0053020800"
                                   "4500004a000000004029f687c0000201c0000202"
                                   "60000000000e1140 20010db8000100000000000000000001"
                                   "20010db8000100000000000000000002 9c41c351000efae9 696e6e65720a");
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_string_equal(occurrences("ip.version", PKT_SCOPE_OWN), "4");
    assert_string_equal(occurrences("ip.version", PKT_SCOPE_INNER), "6");
    assert_string_equal(occurrences("udp.srcport", PKT_SCOPE_OWN), "");
    assert_string_equal(occurrences("udp.srcport", PKT_SCOPE_INNER), "40001");
    assert_string_equal(occurrences("udp.srcport", PKT_SCOPE_QUOTED), "");
    expect_all("udp.port", "40001,50001");
    expect_all("ipv6.src", "2001:db8:1::1");
    expect_all("data.data", "696e6e65720a");
    frame_free(frame);
}

/* An IGMPv3 report with a source list, from captures/igmp3-source-specific.pcap. */
static void walks_enter_lists_of_lists(void **state)
{
    (void)state;
    struct frame frame = frame_hex("01005e00001600005e0053020800"
                                   "46c0003400004000010241ecc0000201e000001694040000"
                                   "220071560000000105000003e8010101c6336401c6336402c6336403");
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    expect_all("igmp.saddr", "198.51.100.1,198.51.100.2,198.51.100.3");
    expect_all("igmp.record_type", "5");
    expect_all("igmp.maddr", "232.1.1.1");
    expect_all("igmp.num_src", "3");
    expect_all("igmp.num_grp_recs", "1");
    expect_all("ip.opt.type", "148");
    expect_all("ip.opt.ra", "0");
    expect_all("ip.hdr_len", "24");
    frame_free(frame);
}

static void a_walk_tells_the_layer(void **state)
{
    (void)state;
    struct frame frame = frame_hex(time_exceeded);
    struct pkt_field_ref ref;
    struct pkt_field_walk walk;
    struct pkt_field_value value;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_field_find("ip.id", 5, &ref));
    pkt_field_walk_begin(&walk, &ref, &packet, NULL, PKT_SCOPE_ALL);
    assert_true(pkt_field_walk_next(&walk, &value));
    assert_int_equal(walk.layer, 1);
    assert_int_equal(value.number, 0x23bf);
    assert_true(pkt_field_walk_next(&walk, &value));
    assert_int_equal(walk.layer, 3);
    assert_int_equal(value.number, 0xa0d2);
    assert_false(pkt_field_walk_next(&walk, &value));
    assert_false(pkt_field_walk_next(&walk, &value));
    frame_free(frame);
}

static void first_is_the_outermost(void **state)
{
    (void)state;
    struct frame frame = frame_hex(time_exceeded);
    struct pkt_field_ref ref;
    struct pkt_field_value value;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_true(pkt_field_find("ip.ttl", 6, &ref));
    assert_true(pkt_field_first(&ref, &packet, NULL, PKT_SCOPE_ALL, &value));
    assert_int_equal(value.number, 64);
    assert_true(pkt_field_find("tcp.port", 8, &ref));
    assert_false(pkt_field_first(&ref, &packet, NULL, PKT_SCOPE_ALL, &value));
    frame_free(frame);
}

/* A field whose last byte was not captured does not occur; those before it do. */
static void a_cut_field_does_not_occur(void **state)
{
    (void)state;
    struct frame whole = frame_hex(time_exceeded);
    struct frame cut = frame_copy(whole.bytes, 14 + 15);
    pkt_decode(pkt_view_make(cut.bytes, cut.len), (uint32_t)whole.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
    expect_all("ip.ttl", "64");
    expect_all("ip.src", "");
    expect_all("ip.checksum.status", "2");
    expect_all("icmp.type", "");
    frame_free(cut);
    frame_free(whole);
}

/* Every field of every prefix: nothing is read behind the end (the blocks are as long as the prefixes). */
static void no_prefix_harms(void **state)
{
    (void)state;
    struct frame whole = frame_hex(time_exceeded);
    for (size_t len = 0; len <= whole.len; len++) {
        struct frame cut = frame_copy(whole.bytes, len);
        pkt_decode(pkt_view_make(cut.bytes, cut.len), (uint32_t)whole.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
        const struct pkt_field *field;
        for (unsigned i = 0; (field = pkt_field_at(i)) != NULL; i++)
            (void)occurrences(field->name, PKT_SCOPE_ALL);
        frame_free(cut);
    }
    frame_free(whole);
}

/* --- cells --- */

static const char *cells(const char *const *names, size_t count, const struct pkt_field_context *context)
{
    struct pkt_field_ref refs[32];
    struct pkt_sink_buffer buffer;
    for (size_t i = 0; i < count; i++)
        assert_true(pkt_field_find(names[i], strlen(names[i]), &refs[i]));
    static char room[2 * PKT_SINK_ROOM];
    pkt_sink_buffer_init(&buffer, room, sizeof room);
    pkt_cells_print(&packet, context, refs, count, '\t', &buffer.sink);
    size_t len = pkt_sink_buffer_len(&buffer);
    assert_true(len < sizeof line);
    memcpy(line, room, len);
    line[len] = '\0';
    return line;
}

static void cells_print_as_tshark_does(void **state)
{
    (void)state;
    static const char *const names[] = {
        "frame.number", "frame.time_epoch", "frame.time_relative",
        "frame.len",    "frame.protocols",  "eth.src",
        "eth.type",     "ip.flags",         "ip.flags.df",
        "ip.id",        "ip.addr",          "udp.checksum",
        "tcp.port",     "udp.dstport",
    };
    struct frame frame = frame_hex(time_exceeded);
    struct pkt_field_context context = {
        .number = 7,
        .time = {INT64_C(1700000000000000001)},
        .start = {INT64_C(1700000000500000001)},
        .has_time = true,
    };
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_string_equal(cells(names, sizeof names / sizeof *names, &context),
                        "7\t1700000000.000000001\t-0.500000000\t102\teth:ethertype:ip:icmp:ip:udp:data\t"
                        "00:00:5e:00:53:02\t0x0800\t0x00,0x00\t0,0\t0x23bf,0xa0d2\t"
                        "10.9.0.2,10.9.0.1,10.9.0.1,10.9.3.2\t0xde70\t\t33434\n");
    frame_free(frame);
}

static void cells_without_context_are_empty(void **state)
{
    (void)state;
    static const char *const names[] = {"frame.number", "frame.time_epoch", "frame.interface_id",
                                        "frame.cap_len"};
    struct frame frame = frame_hex(time_exceeded);
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_string_equal(cells(names, 4, NULL), "\t\t\t102\n");
    struct pkt_field_context context = {.number = 1, .interface_id = 3, .has_interface = true};
    assert_string_equal(cells(names, 4, &context), "1\t\t3\t102\n");
    frame_free(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sound),
        cmocka_unit_test(keys_do_not_meet),
        cmocka_unit_test(list_keys_are_free),
        cmocka_unit_test(lists_are_not_deeper_than_walks),
        cmocka_unit_test(names_are_many_and_found),
        cmocka_unit_test(aliases_stand_for_names),
        cmocka_unit_test(other_words_are_not_found),
        cmocka_unit_test(scopes_part_a_quotation),
        cmocka_unit_test(scopes_part_a_tunnel),
        cmocka_unit_test(walks_enter_lists_of_lists),
        cmocka_unit_test(a_walk_tells_the_layer),
        cmocka_unit_test(first_is_the_outermost),
        cmocka_unit_test(a_cut_field_does_not_occur),
        cmocka_unit_test(no_prefix_harms),
        cmocka_unit_test(cells_print_as_tshark_does),
        cmocka_unit_test(cells_without_context_are_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
