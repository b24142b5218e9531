/*
 * The registry as a writer: names as people type them, values of each type, and every row that may be written
 * in a layer or item that has it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/builder.h"
#include "field/registry.h"
#include "pkt/pkt.h"
#include "support/frame.h"

static struct pkt_field_ref find(enum pkt_proto proto, const char *list, const char *name)
{
    struct pkt_field_ref ref;
    if (!pkt_field_find_short(proto, list, name, strlen(name), &ref))
        fail_msg("no field %s", name);
    return ref;
}

/* --- every row --- */

/*
 * A layer in which rows are to be written: its header, which says the kind of message, and an item that is
 * put into it. Length octets are those of the item, addresses and numbers do not matter.
 */
struct seed {
    enum pkt_proto proto;
    const char *header;
    const char *item; /* NULL: none */
};

#define ZEROES4  "00000000"
#define ZEROES16 ZEROES4 ZEROES4 ZEROES4 ZEROES4
#define IP4      "45000014" ZEROES16
#define IP6      "60000000" ZEROES4 ZEROES16 ZEROES16

static const struct seed seeds[] = {
    {PKT_PROTO_PAYLOAD,      "0102030405",                               NULL                                       },
    {PKT_PROTO_ETHERNET,     "0000000000000000000000000800",             NULL                                       },
    {PKT_PROTO_ETHERNET,     "0000000000000000000000000020",             NULL                                       },
    {PKT_PROTO_VLAN,         "00000800",                                 NULL                                       },
    {PKT_PROTO_VLAN,         "00000020",                                 NULL                                       },
    {PKT_PROTO_LLC,          "424203",                                   NULL                                       },
    {PKT_PROTO_LLC,          "42420100",                                 NULL                                       },
    {PKT_PROTO_LLC,          "aaaa030000000800",                         NULL                                       },
    {PKT_PROTO_LLC,          "aaaa0300000c2000",                         NULL                                       },
    {PKT_PROTO_NULL,         "02000000",                                 NULL                                       },
    {PKT_PROTO_NULL,         "00000002",                                 NULL                                       },
    {PKT_PROTO_SLL,          "00000001000600000000000000000800",         NULL                                       },
    {PKT_PROTO_SLL,          "00000001000400000000000000000004",         NULL                                       },
    {PKT_PROTO_SLL2,         "080000000000000300010006" ZEROES4 ZEROES4, NULL                                       },
    {PKT_PROTO_SLL2,         "000400000000000300010004" ZEROES4 ZEROES4, NULL                                       },
    {PKT_PROTO_PPP,          "ff030021",                                 NULL                                       },
    {PKT_PROTO_PPP,          "0021",                                     NULL                                       },
    {PKT_PROTO_ARP,          "0001080006040001" ZEROES16 ZEROES4,        NULL                                       },
    {PKT_PROTO_ARP,          "0020080004060001" ZEROES16 ZEROES4,        NULL                                       },
    {PKT_PROTO_IPV4,         IP4,                                        NULL                                       },
    {PKT_PROTO_IPV4,         IP4,                                        "01"                                       },
    {PKT_PROTO_IPV4,         IP4,                                        "070b08" ZEROES4 ZEROES4                   },
    {PKT_PROTO_IPV4,         IP4,                                        "830b08" ZEROES4 ZEROES4                   },
    {PKT_PROTO_IPV4,         IP4,                                        "44080900" ZEROES4                         },
    {PKT_PROTO_IPV4,         IP4,                                        "440c0d01" ZEROES4 ZEROES4                 },
    {PKT_PROTO_IPV4,         IP4,                                        "94040000"                                 },
    {PKT_PROTO_IPV4,         IP4,                                        "88040000"                                 },
    {PKT_PROTO_IPV4,         IP4,                                        "0b040000"                                 },
    {PKT_PROTO_IPV4,         IP4,                                        "520c0000" ZEROES4 ZEROES4                 },
    {PKT_PROTO_IPV4,         IP4,                                        "19080000" ZEROES4                         },
    {PKT_PROTO_IPV4,         IP4,                                        "820b00" ZEROES4 ZEROES4                   },
    {PKT_PROTO_IPV4,         IP4,                                        "e306" ZEROES4                             },
    {PKT_PROTO_IPV6,         IP6,                                        NULL                                       },
    {PKT_PROTO_IP6_HOPOPTS,  "3b00",                                     "010400000000"                             },
    {PKT_PROTO_IP6_HOPOPTS,  "3b00",                                     "05020000"                                 },
    {PKT_PROTO_IP6_HOPOPTS,  "3b00",                                     "c20400000000"                             },
    {PKT_PROTO_IP6_HOPOPTS,  "3b00",                                     "300400000000"                             },
    {PKT_PROTO_IP6_DSTOPTS,  "3b00",                                     "040100"                                   },
    {PKT_PROTO_IP6_DSTOPTS,  "3b02",                                     "c910" ZEROES16                            },
    {PKT_PROTO_IP6_DSTOPTS,  "3b01",                                     "0f0a" ZEROES4 ZEROES4 "0000"              },
    {PKT_PROTO_IP6_DSTOPTS,  "3b01",                                     "2606000000000000"                         },
    {PKT_PROTO_IP6_DSTOPTS,  "3b00",                                     "1e0401020304"                             },
    {PKT_PROTO_IP6_ROUTING,
     "3b02"
     "0001" ZEROES4 ZEROES16,
     NULL                                                                                                           },
    {PKT_PROTO_IP6_ROUTING,
     "3b02"
     "0201" ZEROES4 ZEROES16,
     NULL                                                                                                           },
    {PKT_PROTO_IP6_ROUTING,
     "3b02"
     "0401" ZEROES4 ZEROES16,
     NULL                                                                                                           },
    {PKT_PROTO_IP6_ROUTING,
     "3b00"
     "0901" ZEROES4,
     NULL                                                                                                           },
    {PKT_PROTO_IP6_FRAGMENT, "3b00000000000000",                         NULL                                       },
    {PKT_PROTO_AH,
     "3b04"
     "0000" ZEROES4 ZEROES4 ZEROES4 ZEROES4,
     NULL                                                                                                           },
    {PKT_PROTO_ESP,          ZEROES4 ZEROES4,                            NULL                                       },
    {PKT_PROTO_ICMP,         "08000000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_ICMP,         "03010000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_ICMP,         "0301000000050000",                         NULL                                       },
    {PKT_PROTO_ICMP,         "03040000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_ICMP,         "0304000000050000",                         NULL                                       },
    {PKT_PROTO_ICMP,         "05010000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_ICMP,         "0c000000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_ICMP,         "0c00000000050000",                         NULL                                       },
    {PKT_PROTO_ICMP,         "0d000000" ZEROES16,                        NULL                                       },
    {PKT_PROTO_ICMP,         "11000000" ZEROES4 ZEROES4,                 NULL                                       },
    {PKT_PROTO_ICMP,         "0900000001020000",                         ZEROES4 ZEROES4                            },
    {PKT_PROTO_ICMP,         "2a000000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_ICMP,         "2b000000" ZEROES4 "0102",                  NULL                                       },
    {PKT_PROTO_ICMP,         "f0000000010203",                           NULL                                       },
    {PKT_PROTO_ICMP_EXT,     "20000000",                                 "00080101" ZEROES4                         },
    {PKT_PROTO_ICMP_EXT,     "20000000",
     "0018020f00000005000100000102030404"
     "657468"
     "000005dc"                                                                                                     },
    {PKT_PROTO_ICMP_EXT,     "20000000",
     "00180204"
     "00020000" ZEROES16                                                                                            },
    {PKT_PROTO_ICMP_EXT,     "20000000",                                 "0008030165746830"                         },
    {PKT_PROTO_ICMP_EXT,     "20000000",                                 "00080302" ZEROES4                         },
    {PKT_PROTO_ICMP_EXT,     "20000000",
     "000c0303"
     "00010400" ZEROES4                                                                                             },
    {PKT_PROTO_ICMP_EXT,     "20000000",
     "00180303"
     "00021000" ZEROES16                                                                                            },
    {PKT_PROTO_ICMP_EXT,     "20000000",                                 "0008f70101020304"                         },
    {PKT_PROTO_ICMP6,        "80000000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_ICMP6,        "0100000005000000",                         NULL                                       },
    {PKT_PROTO_ICMP6,        "02000000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_ICMP6,        "04000000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_ICMP6,        "a0000000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_ICMP6,        "a1000000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_ICMP6,        "f0000000010203",                           NULL                                       },
    {PKT_PROTO_ICMP6,        "86000000" ZEROES4 ZEROES4 ZEROES4,
     "0101"
     "000000000000"                                                                                                 },
    {PKT_PROTO_ICMP6,        "86000000" ZEROES4 ZEROES4 ZEROES4,         "03040000" ZEROES4 ZEROES4 ZEROES4 ZEROES16},
    {PKT_PROTO_ICMP6,        "86000000" ZEROES4 ZEROES4 ZEROES4,         "05010000" ZEROES4                         },
    {PKT_PROTO_ICMP6,        "86000000" ZEROES4 ZEROES4 ZEROES4,         "18030000" ZEROES4 ZEROES16                },
    {PKT_PROTO_ICMP6,        "86000000" ZEROES4 ZEROES4 ZEROES4,         "19030000" ZEROES4 ZEROES16                },
    {PKT_PROTO_ICMP6,        "86000000" ZEROES4 ZEROES4 ZEROES4,         "1f020000" ZEROES4 "0161000000000000"      },
    {PKT_PROTO_ICMP6,        "86000000" ZEROES4 ZEROES4 ZEROES4,         "07010000" ZEROES4                         },
    {PKT_PROTO_ICMP6,        "86000000" ZEROES4 ZEROES4 ZEROES4,         "08010000" ZEROES4                         },
    {PKT_PROTO_ICMP6,        "86000000" ZEROES4 ZEROES4 ZEROES4,
     "2501"
     "687474703a2f"                                                                                                 },
    {PKT_PROTO_ICMP6,        "86000000" ZEROES4 ZEROES4 ZEROES4,         "fd01010203040506"                         },
    {PKT_PROTO_ICMP6,        "87000000" ZEROES4 ZEROES16,                "0e01010203040506"                         },
    {PKT_PROTO_ICMP6,        "88000000" ZEROES4 ZEROES16,
     "0201"
     "000000000000"                                                                                                 },
    {PKT_PROTO_ICMP6,        "89000000" ZEROES4 ZEROES16 ZEROES16,       NULL                                       },
    {PKT_PROTO_ICMP6,        "82000000" ZEROES4 ZEROES16,                NULL                                       },
    {PKT_PROTO_ICMP6,        "82000000" ZEROES4 ZEROES16 "02000001",     ZEROES16                                   },
    {PKT_PROTO_ICMP6,        "83000000" ZEROES4 ZEROES16,                NULL                                       },
    {PKT_PROTO_ICMP6,        "8f00000000000001",                         "01010001" ZEROES16 ZEROES16 ZEROES4       },
    {PKT_PROTO_IGMP,         "11000000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_IGMP,         "11000000" ZEROES4 "02000001",              ZEROES4                                    },
    {PKT_PROTO_IGMP,         "16000000" ZEROES4,                         NULL                                       },
    {PKT_PROTO_IGMP,         "f000000001020304",                         NULL                                       },
    {PKT_PROTO_IGMP,         "2200000000000001",                         "01010001" ZEROES4 ZEROES4 ZEROES4         },
    {PKT_PROTO_UDP,          ZEROES4 ZEROES4 "0102",                     NULL                                       },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "50000000" ZEROES4, NULL                                       },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "60000000" ZEROES4, "01"                                       },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "60000000" ZEROES4, "02040000"                                 },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "60000000" ZEROES4, "030300"                                   },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "80000000" ZEROES4, "050a" ZEROES4 ZEROES4                     },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "70000000" ZEROES4, "0606" ZEROES4                             },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "80000000" ZEROES4, "080a" ZEROES4 ZEROES4                     },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "70000000" ZEROES4, "0b06" ZEROES4                             },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "a0000000" ZEROES4, "1312" ZEROES16                            },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "70000000" ZEROES4, "1b08" ZEROES4 "0000"                      },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "60000000" ZEROES4, "1c040000"                                 },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "80000000" ZEROES4, "1d0a" ZEROES4 ZEROES4                     },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "70000000" ZEROES4,
     "220801020304"
     "0506"                                                                                                         },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "70000000" ZEROES4, "fe08f98901020304"                         },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "70000000" ZEROES4, "fd08123401020304"                         },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "70000000" ZEROES4,
     "c80801020304"
     "0506"                                                                                                         },
    {PKT_PROTO_TCP,          ZEROES4 ZEROES4 ZEROES4 "60000000" ZEROES4, "1e040102"                                 },
    {PKT_PROTO_GRE,          "b0000800" ZEROES4 ZEROES4 ZEROES4,         NULL                                       },
    {PKT_PROTO_GRE,          "3081880b" ZEROES4 ZEROES4 ZEROES4,         NULL                                       },
    {PKT_PROTO_VXLAN,        ZEROES4 ZEROES4,                            NULL                                       },
};

/* Rows whose value says of which kind a message or item is, or where it ends: with another one the row is not
 * there, or the list that reads it stops. Their bits are looked at instead. */
static const char *const moving[] = {
    "eth.type",
    "eth.len",
    "vlan.etype",
    "vlan.len",
    "sll.etype",
    "sll.ltype",
    "llc.control",
    "ppp.address",
    "ppp.control",
    "icmp.unused",
    "icmp.int_info.afi",
    "icmp.int_info.name_length",
    "icmpv6.length",
    "eth.padding",
    "icmp.length",
    "ip.opt.type",
    "ip.opt.type.copy",
    "ip.opt.type.class",
    "ip.opt.type.number",
    "ip.opt.len",
    "ipv6.opt.type",
    "ipv6.opt.type.action",
    "ipv6.opt.type.change",
    "ipv6.opt.type.rest",
    "ipv6.opt.length",
    "icmpv6.opt.type",
    "icmpv6.opt.length",
    "icmp.ext.length",
    "tcp.option_kind",
    "tcp.option_len",
    "igmp.aux_data_len",
    "igmp.num_src",
    "icmpv6.mldr.mar.aux_data_len",
    "icmpv6.mldr.mar.nb_sources",
};

static uint64_t random_state = 1;

static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static uint8_t buffer[256];
static struct pkt_build build;
static struct pkt_packet packet;
static void put_hex(struct pkt_room (*put)(struct pkt_build *, enum pkt_proto, size_t), enum pkt_proto proto,
                    const char *hex)
{
    struct frame bytes = frame_hex(hex);
    struct pkt_room room = put(&build, proto, bytes.len);
    assert_int_equal(room.len, bytes.len);
    pkt_set_bytes(room, 0, bytes.bytes, bytes.len);
    frame_free(bytes);
}

/* Puts the layer of a seed and returns its number: a frame of its own, or behind an Ethernet header. */
static unsigned put_seed(const struct seed *seed, uint16_t tpid)
{
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    memset(buffer, 0, sizeof buffer);
    if (seed->proto != PKT_PROTO_ETHERNET)
        pkt_build_ethernet(&build, &(struct pkt_ethernet_spec){.type = tpid});
    put_hex(pkt_build_begin, seed->proto, seed->header);
    unsigned layer = pkt_build_last(&build);
    if (seed->item != NULL)
        put_hex(pkt_build_item, seed->proto, seed->item);
    if (seed->proto == PKT_PROTO_TCP && seed->item == NULL)
        pkt_build_fill(&build, 1, 4);
    if (seed->proto == PKT_PROTO_ETHERNET) {
        pkt_build_fill(&build, 1, 40);
        pkt_build_trailer(&build, pkt_view_make("\0\0\0\0\0\0trailer", 13));
    }
    assert_int_equal(build.error, PKT_BUILD_OK);
    return layer;
}

/* The build as a decoded packet: one that decoding would give for another EtherType is wanted too. */
static void read_build(uint16_t tpid)
{
    packet = (struct pkt_packet){
        .bytes = {buffer, build.len},
          .wire_len = (uint32_t)build.len
    };
    packet.layer_count = build.count;
    for (unsigned i = 0; i < build.count; i++)
        packet.layer[i] = (struct pkt_layer){
            .proto = build.row[i].proto,
            .off = build.row[i].off,
            .hdr_len = (uint16_t)pkt_build_header_len(&build, i),
            .len = (uint32_t)pkt_build_row_len(&build, i),
            .next = i == 0 ? tpid : 0,
        };
}

/* The last occurrence in the layer; false without one. */
static bool read_last(const struct pkt_field_ref *ref, unsigned layer, struct pkt_field_value *ret_value,
                      struct pkt_field_place *ret_place)
{
    struct pkt_field_walk walk;
    struct pkt_field_value value;
    bool any = false;
    pkt_field_walk_begin(&walk, ref, &packet, NULL, PKT_SCOPE_ALL);
    while (pkt_field_walk_next(&walk, &value)) {
        if (walk.layer != layer)
            continue;
        *ret_value = value;
        assert_int_equal(pkt_field_walk_place(&walk, ret_place), PKT_FIELD_OK);
        any = true;
    }
    return any;
}

/* A value of the row's type and of the length that there is. */
static struct pkt_field_value random_value(const struct pkt_field *row, unsigned bit_len, size_t len,
                                           uint8_t *storage)
{
    struct pkt_field_value value = {.type = row->type};
    struct pkt_field_range range;
    for (size_t i = 0; i < len; i++)
        storage[i] = (uint8_t)(random_bits() | 1); /* text has no zero in it */
    value.bytes = pkt_view_make(storage, len);
    if (!pkt_field_range(row, &range))
        return value;
    uint64_t most = bit_len >= 64 ? range.most : ((UINT64_C(1) << bit_len) - 1) * range.step;
    value.number = random_bits() % (range.most < most ? range.most + 1 : most + 1);
    value.number -= value.number % range.step;
    if (row->type == PKT_FIELD_INT && random_bits() % 2 == 0)
        value.number = (uint64_t)(-(int64_t)value.number + range.least % 2);
    return value;
}

static bool is_moving(const char *name)
{
    for (size_t i = 0; i < sizeof moving / sizeof *moving; i++)
        if (strcmp(moving[i], name) == 0)
            return true;
    return false;
}

static void expect_equal(const struct pkt_field *row, const struct pkt_field_value *got,
                         const struct pkt_field_value *expected)
{
    if (row->type <= PKT_FIELD_BOOL) {
        if (got->number != expected->number)
            fail_msg("%s: wrote %llu, read %llu", row->name, (unsigned long long)expected->number,
                     (unsigned long long)got->number);
        return;
    }
    assert_int_equal(got->bytes.len, expected->bytes.len);
    assert_memory_equal(got->bytes.ptr, expected->bytes.ptr, expected->bytes.len);
}

static unsigned swapped(unsigned octets)
{
    return octets >> 8 | (octets & 0xff) << 8;
}

/* Nothing but the place has changed. */
static void expect_rest_as(const uint8_t *before, const struct pkt_field_place *place)
{
    uint8_t rest[sizeof buffer];
    struct pkt_room room = pkt_room_make(rest, sizeof rest);
    memcpy(rest, buffer, sizeof rest);
    for (uint32_t bit = place->bit_off; bit < place->bit_off + place->bit_len; bit++)
        pkt_set_bits(room, bit, 1, before[bit / 8] >> (7 - bit % 8) & 1);
    assert_memory_equal(rest, before, sizeof rest);
}

/* Writes a value over the row and reads it back; false when this kind of message has it not. */
static bool write_once(const struct seed *seed, const struct pkt_field_ref *ref, uint16_t tpid)
{
    uint8_t storage[64], before[sizeof buffer];
    struct pkt_field_value got;
    struct pkt_field_place place;
    unsigned layer = put_seed(seed, tpid);
    bool is_number = ref->field->type <= PKT_FIELD_BOOL;
    read_build(tpid);
    if (!read_last(ref, layer, &got, &place))
        return false;
    memcpy(before, buffer, sizeof buffer);
    struct pkt_field_value value =
        random_value(ref->field, place.bit_len, is_number ? 0 : got.bytes.len, storage);
    int error = pkt_field_set(&build, layer, ref, &value);
    if (error != PKT_FIELD_OK)
        fail_msg("%s: %s", ref->field->name, pkt_field_sentence(error));
    expect_rest_as(before, &place);
    if (is_moving(ref->field->name) && !is_number) {
        assert_memory_equal(buffer + place.bit_off / 8, value.bytes.ptr, value.bytes.len);
        return true;
    }
    if (is_moving(ref->field->name)) {
        uint64_t bits = field_bits(pkt_view_make(buffer, build.len), place.bit_off, place.bit_len);
        assert_int_equal(place.little_endian ? swapped((unsigned)bits) : bits, value.number);
        return true;
    }
    read_build(strcmp(ref->field->name, "pkt.vlan.tpid") == 0 ? (uint16_t)value.number : tpid);
    if (!read_last(ref, layer, &got, &place))
        fail_msg("%s: not there once written", ref->field->name);
    expect_equal(ref->field, &got, &value);
    return true;
}

/* A place and no other of a name. */
static struct pkt_field_ref ref_of(uint8_t group, uint8_t row)
{
    struct pkt_field_ref ref = {
        .field = &field_groups[group]->rows[row], .place_count = 1, .place = {{group, row}}};
    field_add_ways(&ref);
    return ref;
}

static void write_rows(const struct seed *seed, uint16_t tpid, bool (*written)[64])
{
    for (unsigned g = 0; g < GROUP_COUNT; g++)
        for (unsigned r = 0; r < field_groups[g]->row_count; r++) {
            struct pkt_field_ref ref = ref_of((uint8_t)g, (uint8_t)r);
            if (!pkt_field_is_writable(ref.field))
                continue;
            for (unsigned i = 0; i < 64 && write_once(seed, &ref, tpid); i++)
                written[g][r] = true;
        }
}

static void every_row_is_written(void **state)
{
    static bool written[GROUP_COUNT][64];
    (void)state;
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        write_rows(&seeds[i], PKT_ETHERTYPE_VLAN, written);
        if (seeds[i].proto == PKT_PROTO_VLAN)
            write_rows(&seeds[i], PKT_ETHERTYPE_QINQ, written);
    }
    unsigned missing = 0;
    for (unsigned g = 0; g < GROUP_COUNT; g++)
        for (unsigned r = 0; r < field_groups[g]->row_count; r++)
            if (pkt_field_is_writable(&field_groups[g]->rows[r]) && !written[g][r]) {
                print_error("no seed has %s (group %u, row %u)\n", field_groups[g]->rows[r].name, g, r);
                missing++;
            }
    assert_int_equal(missing, 0);
}

/* --- builds --- */

static int set_number(const char *name, uint64_t n)
{
    unsigned last = pkt_build_last(&build);
    struct pkt_field_ref ref = find((enum pkt_proto)build.row[last].proto, NULL, name);
    struct pkt_field_value value = {.type = PKT_FIELD_UINT, .number = n};
    return pkt_field_set(&build, last, &ref, &value);
}

static void what_is_set_stays(void **state)
{
    struct pkt_view frame;
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_ethernet(&build, NULL);
    assert_int_equal(set_number("type", 0x0801), PKT_FIELD_OK);
    pkt_build_ipv4(&build, NULL);
    assert_int_equal(set_number("ttl", 7), PKT_FIELD_OK);
    assert_int_equal(set_number("df", 1), PKT_FIELD_OK);
    assert_int_equal(set_number("ihl", 24), PKT_FIELD_OK);
    pkt_build_udp(&build, NULL);
    assert_int_equal(set_number("dport", 53), PKT_FIELD_OK);
    assert_int_equal(set_number("chksum", 0xbad), PKT_FIELD_OK);
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_OK);
    assert_int_equal(pkt_u16(frame, 12), 0x0801);
    assert_int_equal(pkt_u8(frame, 14), 0x46);
    assert_int_equal(pkt_u16(frame, 14 + 2), 28); /* the total length is still right */
    assert_int_equal(pkt_u8(frame, 14 + 6), 0x40);
    assert_int_equal(pkt_u8(frame, 14 + 8), 7);
    assert_int_equal(pkt_u16(frame, 34 + 2), 53);
    assert_int_equal(pkt_u16(frame, 34 + 6), 0xbad);
}

static void failures_say_why(void **state)
{
    struct pkt_field_ref ttl = find(PKT_PROTO_IPV4, NULL, "ttl");
    struct pkt_field_ref dport = find(PKT_PROTO_UDP, NULL, "dport");
    struct pkt_field_ref mtu = find(PKT_PROTO_ICMP, NULL, "mtu");
    struct pkt_field_ref ra = find(PKT_PROTO_IPV4, "options", "ra");
    struct pkt_field_value value = {.type = PKT_FIELD_UINT, .number = 1};
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_ipv4(&build, NULL);
    assert_int_equal(set_number("ihl", 22), PKT_FIELD_E_RANGE);
    assert_int_equal(set_number("ihl", 64), PKT_FIELD_E_RANGE);
    assert_int_equal(set_number("ttl", 256), PKT_FIELD_E_RANGE);
    assert_int_equal(set_number("checksum_status", 1), PKT_FIELD_E_READ_ONLY);
    assert_int_equal(set_number("src", 1), PKT_FIELD_E_TYPE);
    assert_int_equal(pkt_field_set(&build, 0, &ra, &value), PKT_FIELD_E_LAYER);
    pkt_build_ipv4_option(&build, PKT_IPV4_OPTION_STREAM_ID, pkt_view_make("\0\0", 2));
    assert_int_equal(pkt_field_set(&build, 0, &ra, &value), PKT_FIELD_E_KIND);
    pkt_build_ipv4_router_alert(&build, 0);
    assert_int_equal(pkt_field_set(&build, 0, &ra, &value), PKT_FIELD_OK);
    assert_int_equal(pkt_field_set(&build, 0, &dport, &value), PKT_FIELD_E_LAYER);
    assert_int_equal(pkt_field_set(&build, 1, &ttl, &value), PKT_FIELD_E_LAYER);
    put_hex(pkt_build_begin, PKT_PROTO_ICMP, "03010000" ZEROES4);
    assert_int_equal(pkt_field_set(&build, 1, &mtu, &value), PKT_FIELD_E_KIND);
    assert_int_equal(set_number("code", 4), PKT_FIELD_OK);
    assert_int_equal(pkt_field_set(&build, 1, &mtu, &value), PKT_FIELD_OK);
    assert_int_equal(build.error, PKT_BUILD_OK);
    pkt_build_ipv4_router_alert(&build, 0);
    assert_int_equal(pkt_field_set(&build, 0, &ttl, &value), PKT_FIELD_E_BUILD);
    pkt_build_init(&build, NULL, 0, 0);
    pkt_build_ipv4(&build, NULL);
    assert_int_equal(set_number("ttl", 255), PKT_FIELD_OK);
    assert_int_equal(set_number("ttl", 256), PKT_FIELD_E_RANGE);
}

/* --- finished packets --- */

/* A probe by traceroute, quoted in its answer: each of both has its own places. */
static void fields_are_patched_by_name(void **state)
{
    struct frame frame = frame_hex("00005e005301 00005e005302 0800"
                                   "45c0005823bf0000400142120a0900020a090001 0b000c4e00000000"
                                   "4500003ca0d20000011101cb0a0900010a090302 9279829a0028de70"
                                   "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f");
    struct pkt_room room = pkt_room_make(frame.bytes, frame.len);
    struct pkt_field_ref dport = find(PKT_PROTO_UDP, NULL, "dport");
    struct pkt_field_ref ttl = find(PKT_PROTO_IPV4, NULL, "ttl");
    struct pkt_field_ref status = find(PKT_PROTO_IPV4, NULL, "checksum_status");
    struct pkt_field_ref mtu = find(PKT_PROTO_ICMP, NULL, "mtu");
    struct pkt_field_value value = {.type = PKT_FIELD_UINT, .number = 33435};
    struct pkt_field_place place;
    (void)state;
    frame_decode(frame, PKT_LINKTYPE_ETHERNET, &packet);
    assert_int_equal(pkt_field_place(&dport, &packet, 4, &place), PKT_FIELD_OK);
    assert_int_equal(place.bit_off, (14 + 20 + 8 + 20 + 2) * 8);
    assert_int_equal(place.bit_len, 16);
    assert_int_equal(pkt_field_put(&place, &value, room), PKT_FIELD_OK);
    assert_int_equal(pkt_u16(pkt_room_view(room), 64), 33435);
    assert_int_equal(pkt_field_place(&ttl, &packet, 1, &place), PKT_FIELD_OK);
    assert_int_equal(pkt_field_put(&place, &value, room), PKT_FIELD_E_RANGE);
    value.number = 9;
    assert_int_equal(pkt_field_put(&place, &value, room), PKT_FIELD_OK);
    assert_int_equal(pkt_u8(pkt_room_view(room), 22), 9);
    assert_int_equal(pkt_u8(pkt_room_view(room), 50), 1);
    assert_int_equal(pkt_field_place(&ttl, &packet, 2, &place), PKT_FIELD_E_LAYER);
    assert_int_equal(pkt_field_place(&ttl, &packet, 77, &place), PKT_FIELD_E_LAYER);
    assert_int_equal(pkt_field_place(&status, &packet, 1, &place), PKT_FIELD_E_READ_ONLY);
    assert_int_equal(pkt_field_place(&mtu, &packet, 2, &place), PKT_FIELD_E_KIND);
    frame_free(frame);
}

/* A field of a list is that of the last item; in a list of the item, of its last element. */
static void the_last_item_is_written(void **state)
{
    struct pkt_field_ref alert = find(PKT_PROTO_IPV4, "options", "ra");
    struct pkt_field_ref route = find(PKT_PROTO_IPV4, "options.route", "src_rt");
    struct pkt_field_value number = {.type = PKT_FIELD_UINT, .number = 0x1234};
    struct pkt_field_value address = {.type = PKT_FIELD_IP4, .bytes = pkt_view_make("\x0a\1\2\3", 4)};
    struct pkt_view frame;
    (void)state;
    pkt_build_init(&build, buffer, sizeof buffer, 0);
    pkt_build_ipv4(&build, NULL);
    pkt_build_ipv4_router_alert(&build, 0);
    pkt_build_ipv4_router_alert(&build, 0);
    assert_int_equal(pkt_field_set(&build, 0, &alert, &number), PKT_FIELD_OK);
    pkt_build_ipv4_option(&build, PKT_IPV4_OPTION_LOOSE_ROUTE, pkt_view_make("\4\0\0\0\0\0\0\0\0", 9));
    assert_int_equal(pkt_field_set(&build, 0, &route, &address), PKT_FIELD_OK);
    assert_int_equal(pkt_build_finish(&build, &frame), PKT_BUILD_OK);
    assert_memory_equal(frame.ptr + 20, "\x94\4\0\0\x94\4\x12\x34\x83\x0b\4\0\0\0\0\x0a\1\2\3\0", 20);
}

/* --- names --- */

struct typed {
    enum pkt_proto proto;
    const char *list, *word, *name;
};

static void words_are_found(void **state)
{
    static const struct typed words[] = {
        {PKT_PROTO_ETHERNET, NULL,              "type",     "eth.type"                      },
        {PKT_PROTO_IPV4,     NULL,              "ttl",      "ip.ttl"                        },
        {PKT_PROTO_IPV4,     NULL,              "tos",      "ip.dsfield"                    },
        {PKT_PROTO_IPV4,     NULL,              "flags.df", "ip.flags.df"                   },
        {PKT_PROTO_IPV4,     NULL,              "flags-df", "ip.flags.df"                   },
        {PKT_PROTO_IPV4,     "options",         "type",     "ip.opt.type"                   },
        {PKT_PROTO_IPV4,     "options.route",   "src_rt",   "ip.src_rt"                     },
        {PKT_PROTO_IPV6,     NULL,              "hlim",     "ipv6.hlim"                     },
        {PKT_PROTO_IPV6,     NULL,              "ttl",      "ipv6.hlim"                     },
        {PKT_PROTO_UDP,      NULL,              "dport",    "udp.dstport"                   },
        {PKT_PROTO_TCP,      NULL,              "sport",    "tcp.srcport"                   },
        {PKT_PROTO_TCP,      NULL,              "syn",      "tcp.flags.syn"                 },
        {PKT_PROTO_TCP,      "options",         "mss",      "tcp.options.mss_val"           },
        {PKT_PROTO_TCP,      "options",         "mss_val",  "tcp.options.mss_val"           },
        {PKT_PROTO_ARP,      NULL,              "psrc",     "arp.src.proto_ipv4"            },
        {PKT_PROTO_ICMP,     NULL,              "seq",      "icmp.seq"                      },
        {PKT_PROTO_ICMP6,    NULL,              "target",   "icmpv6.nd.ns.target_address"   },
        {PKT_PROTO_ICMP6,    "options",         "mtu",      "icmpv6.opt.mtu"                },
        {PKT_PROTO_ICMP6,    "records.sources", "addr",     "icmpv6.mldr.mar.source_address"},
        {PKT_PROTO_IGMP,     "records",         "group",    "igmp.maddr"                    },
        {PKT_PROTO_VLAN,     NULL,              "vid",      "vlan.id"                       },
    };
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct pkt_field_ref ref = find(words[i].proto, words[i].list, words[i].word);
        assert_string_equal(ref.field->name, words[i].name);
    }
}

static void other_words_are_not(void **state)
{
    static const struct typed words[] = {
        {PKT_PROTO_IPV4,    NULL,       "mss",    NULL},
        {PKT_PROTO_IPV4,    NULL,       "",       NULL},
        {PKT_PROTO_IPV4,    NULL,       "tt",     NULL},
        {PKT_PROTO_IPV4,    NULL,       "TTL",    NULL},
        {PKT_PROTO_IPV4,    "option",   "type",   NULL},
        {PKT_PROTO_IPV4,    "options.", "type",   NULL},
        {PKT_PROTO_IPV4,    "records",  "type",   NULL},
        {PKT_PROTO_NONE,    NULL,       "number", NULL},
        {PKT_PROTO_TRAILER, NULL,       "data",   NULL},
    };
    struct pkt_field_ref ref = {.place_count = 77};
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_false(
            pkt_field_find_short(words[i].proto, words[i].list, words[i].word, strlen(words[i].word), &ref));
    assert_int_equal(ref.place_count, 77);
}

/* In each layer and list: what is offered is found by its short name, and each word stands for fields of one
 * type, so that a value can be read before its place is known. */
static void check_names(enum pkt_proto proto, const char *list)
{
    const struct pkt_field *field;
    const struct pkt_field_alias *word;
    const char *inner;
    size_t len;
    for (unsigned i = 0; (field = pkt_field_writable_at(proto, list, i)) != NULL; i++) {
        struct pkt_field_ref ref;
        const char *name = pkt_field_short_name(field, &len);
        assert_true(pkt_field_find_short(proto, list, name, len, &ref));
        assert_string_equal(ref.field->key, field->key);
    }
    for (unsigned i = 0; (word = pkt_field_word_at(proto, list, i)) != NULL; i++) {
        struct pkt_field_ref ref = find(proto, list, word->name);
        uint8_t type = ref.field->type;
        ref = find(proto, list, word->alias);
        for (unsigned k = 0; k < ref.place_count; k++)
            assert_int_equal(field_groups[ref.place[k].group]->rows[ref.place[k].row].type, type);
    }
    for (unsigned i = 0; (inner = pkt_field_list_at(proto, list, i, &len)) != NULL; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s%s%.*s", list == NULL ? "" : list, list == NULL ? "" : ".", (int)len,
                 inner);
        check_names(proto, path);
    }
}

static void what_is_offered_is_found(void **state)
{
    unsigned words = 0;
    (void)state;
    for (unsigned proto = 0; proto < PKT_PROTO_COUNT; proto++) {
        check_names((enum pkt_proto)proto, NULL);
        words += pkt_field_word_at((enum pkt_proto)proto, NULL, 0) != NULL;
    }
    assert_true(words > 15);
}

static void ranges_are_those_of_the_bits(void **state)
{
    struct pkt_field_range range;
    (void)state;
    assert_true(pkt_field_range(find(PKT_PROTO_IPV4, NULL, "ihl").field, &range));
    assert_int_equal(range.most, 60);
    assert_int_equal(range.step, 4);
    assert_true(pkt_field_range(find(PKT_PROTO_ICMP, "routers", "preference").field, &range));
    assert_true(range.least == INT32_MIN && range.most == INT32_MAX);
    assert_true(pkt_field_range(find(PKT_PROTO_IPV4, NULL, "df").field, &range));
    assert_int_equal(range.most, 1);
    assert_true(pkt_field_range(find(PKT_PROTO_GRE, NULL, "key").field, &range));
    assert_true(range.most == UINT32_MAX);
    assert_false(pkt_field_range(find(PKT_PROTO_IPV4, NULL, "src").field, &range));
    assert_false(pkt_field_range(find(PKT_PROTO_IPV4, NULL, "checksum_status").field, &range));
}

/* --- text --- */

static int parse(enum pkt_proto proto, const char *list, const char *name, const char *text,
                 struct pkt_field_value *ret_value)
{
    static uint8_t storage[64];
    return pkt_field_parse(find(proto, list, name).field, text, strlen(text), storage, sizeof storage,
                           ret_value);
}

/* Also of rows whose place a function finds. */
static void every_number_has_a_range(void **state)
{
    const struct pkt_field *field;
    struct pkt_field_range range;
    (void)state;
    for (unsigned i = 0; (field = pkt_field_at(i)) != NULL; i++) {
        bool is_number = field->type <= PKT_FIELD_BOOL && pkt_field_is_writable(field);
        assert_int_equal(pkt_field_range(field, &range), is_number);
        if (is_number && range.most == 0)
            fail_msg("%s has no width", field->name);
    }
}

static void numbers_are_read(void **state)
{
    static const struct {
        const char *name, *text;
        int error;
        uint64_t number;
    } cases[] = {
        {"ttl",                 "0",                    PKT_FIELD_OK,       0  },
        {"ttl",                 "255",                  PKT_FIELD_OK,       255},
        {"ttl",                 "0xff",                 PKT_FIELD_OK,       255},
        {"ttl",                 "0XfF",                 PKT_FIELD_OK,       255},
        {"ttl",                 "007",                  PKT_FIELD_OK,       7  },
        {"ttl",                 "256",                  PKT_FIELD_E_RANGE,  0  },
        {"ttl",                 "18446744073709551616", PKT_FIELD_E_SYNTAX, 0  },
        {"ttl",                 "",                     PKT_FIELD_E_SYNTAX, 0  },
        {"ttl",                 "0x",                   PKT_FIELD_E_SYNTAX, 0  },
        {"ttl",                 "-1",                   PKT_FIELD_E_SYNTAX, 0  },
        {"ttl",                 "+1",                   PKT_FIELD_E_SYNTAX, 0  },
        {"ttl",                 " 1",                   PKT_FIELD_E_SYNTAX, 0  },
        {"ttl",                 "1 ",                   PKT_FIELD_E_SYNTAX, 0  },
        {"ttl",                 "1s",                   PKT_FIELD_E_SYNTAX, 0  },
        {"ihl",                 "24",                   PKT_FIELD_OK,       24 },
        {"ihl",                 "23",                   PKT_FIELD_E_RANGE,  0  },
        {"df",                  "yes",                  PKT_FIELD_OK,       1  },
        {"df",                  "off",                  PKT_FIELD_OK,       0  },
        {"df",                  "2",                    PKT_FIELD_E_SYNTAX, 0  },
        {"checksum_calculated", "1",                    PKT_FIELD_OK,       1  },
    };
    struct pkt_field_value value;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse(PKT_PROTO_IPV4, NULL, cases[i].name, cases[i].text, &value), cases[i].error);
        if (cases[i].error == PKT_FIELD_OK)
            assert_int_equal(value.number, cases[i].number);
    }
    assert_int_equal(parse(PKT_PROTO_ICMP, "routers", "preference", "-2147483648", &value), PKT_FIELD_OK);
    assert_true((int64_t)value.number == INT32_MIN);
    assert_int_equal(parse(PKT_PROTO_ICMP, "routers", "preference", "-2147483649", &value),
                     PKT_FIELD_E_RANGE);
    assert_int_equal(parse(PKT_PROTO_ICMP, "routers", "preference", "2147483648", &value), PKT_FIELD_E_RANGE);
}

static void durations_are_read(void **state)
{
    static const struct {
        const char *name, *text;
        int error;
        uint64_t number;
    } cases[] = {
        {"lifetime",       "30",                   PKT_FIELD_OK,       30  }, /* s */
        {"lifetime",       "30s",                  PKT_FIELD_OK,       30  },
        {"lifetime",       "30000ms",              PKT_FIELD_OK,       30  },
        {"lifetime",       "1h",                   PKT_FIELD_OK,       3600},
        {"lifetime",       "0.5m",                 PKT_FIELD_OK,       30  },
        {"lifetime",       "1.5s",                 PKT_FIELD_E_RANGE,  0   },
        {"lifetime",       "10ms",                 PKT_FIELD_E_RANGE,  0   },
        {"lifetime",       "19h",                  PKT_FIELD_E_RANGE,  0   },
        {"lifetime",       "5d",                   PKT_FIELD_E_SYNTAX, 0   },
        {"lifetime",       "s",                    PKT_FIELD_E_SYNTAX, 0   },
        {"lifetime",       "1.s",                  PKT_FIELD_E_SYNTAX, 0   },
        {"reachable_time", "10ms",                 PKT_FIELD_OK,       10  }, /* ms */
        {"reachable_time", "2.5s",                 PKT_FIELD_OK,       2500},
        {"reachable_time", "9999999999999999999h", PKT_FIELD_E_RANGE,  0   },
        {"mtu",            "10ms",                 PKT_FIELD_E_SYNTAX, 0   }, /* bytes */
    };
    struct pkt_field_value value;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse(PKT_PROTO_ICMP6, NULL, cases[i].name, cases[i].text, &value), cases[i].error);
        if (cases[i].error == PKT_FIELD_OK)
            assert_int_equal(value.number, cases[i].number);
    }
    struct pkt_field_ref ref;
    assert_true(pkt_field_find("frame.time_delta", 16, &ref));
    assert_int_equal(pkt_field_parse(ref.field, "10ms", 4, NULL, 0, &value), PKT_FIELD_OK);
    assert_int_equal(value.number, 10000000);
    assert_int_equal(pkt_field_parse(ref.field, "1.25", 4, NULL, 0, &value), PKT_FIELD_OK);
    assert_int_equal(value.number, 1250000000);
}

static void bytes_are_read(void **state)
{
    struct pkt_field_value value;
    uint8_t storage[4];
    const struct pkt_field *data = find(PKT_PROTO_PAYLOAD, NULL, "data").field;
    (void)state;
    assert_int_equal(parse(PKT_PROTO_ETHERNET, NULL, "dst", "00:00:5e:00:53:01", &value), PKT_FIELD_OK);
    assert_memory_equal(value.bytes.ptr, "\x00\x00\x5e\x00\x53\x01", 6);
    assert_int_equal(parse(PKT_PROTO_ETHERNET, NULL, "dst", "0-0-5E-0-53-1", &value), PKT_FIELD_OK);
    assert_memory_equal(value.bytes.ptr, "\x00\x00\x5e\x00\x53\x01", 6);
    assert_int_equal(parse(PKT_PROTO_ETHERNET, NULL, "dst", "00:00:5e:00:53", &value), PKT_FIELD_E_SYNTAX);
    assert_int_equal(parse(PKT_PROTO_ETHERNET, NULL, "dst", "00:00:5e:00-53:01", &value), PKT_FIELD_E_SYNTAX);
    assert_int_equal(parse(PKT_PROTO_ETHERNET, NULL, "dst", "00:00:5e:00:53:01:02", &value),
                     PKT_FIELD_E_SYNTAX);
    assert_int_equal(pkt_field_parse(data, "dead:beef", 9, storage, 4, &value), PKT_FIELD_OK);
    assert_memory_equal(value.bytes.ptr, "\xde\xad\xbe\xef", 4);
    assert_int_equal(pkt_field_parse(data, "deadbeef00", 10, storage, 4, &value), PKT_FIELD_E_LENGTH);
    assert_int_equal(pkt_field_parse(data, "dea", 3, storage, 4, &value), PKT_FIELD_E_SYNTAX);
    assert_int_equal(pkt_field_parse(data, ":de", 3, storage, 4, &value), PKT_FIELD_E_SYNTAX);
    assert_int_equal(pkt_field_parse(data, "de:", 3, storage, 4, &value), PKT_FIELD_E_SYNTAX);
    assert_int_equal(parse(PKT_PROTO_IPV4, NULL, "src", "192.0.2.1", &value), PKT_FIELD_OK);
    assert_memory_equal(value.bytes.ptr, "\xc0\x00\x02\x01", 4);
    assert_int_equal(parse(PKT_PROTO_IPV6, NULL, "src", "2001:db8::1", &value), PKT_FIELD_OK);
    assert_int_equal(value.bytes.len, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_written),
        cmocka_unit_test(what_is_set_stays),
        cmocka_unit_test(failures_say_why),
        cmocka_unit_test(fields_are_patched_by_name),
        cmocka_unit_test(the_last_item_is_written),
        cmocka_unit_test(words_are_found),
        cmocka_unit_test(other_words_are_not),
        cmocka_unit_test(what_is_offered_is_found),
        cmocka_unit_test(ranges_are_those_of_the_bits),
        cmocka_unit_test(every_number_has_a_range),
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(bytes_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
