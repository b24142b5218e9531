/*
 * Templates: patches against a packet whose checksums are summed anew from the definition, a hundred thousand
 * and more of them; what may not be patched; packets in packets; zeroes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/pkt.h"
#include "support/build_check.h"
#include "support/build_frames.h"
#include "support/golden_frames.h"

static struct build_check check;
static uint8_t anew[4096];

static uint64_t seed = 88172645463325252ULL;
static uint64_t random_bits(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* --- checksums by the definition: 16-bit words, end-around carry (RFC 1071) --- */

static uint32_t add_words(uint32_t sum, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

static const struct {
    uint8_t proto;
    uint8_t off;
    uint8_t protocol; /* of the pseudo-header */
} sums[] = {
    {PKT_PROTO_IPV4,     10, 0           },
    {PKT_PROTO_ICMP,     2,  0           },
    {PKT_PROTO_IGMP,     2,  0           },
    {PKT_PROTO_GRE,      4,  0           },
    {PKT_PROTO_UDP,      6,  PKT_IP_UDP  },
    {PKT_PROTO_TCP,      16, PKT_IP_TCP  },
    {PKT_PROTO_ICMP6,    2,  PKT_IP_ICMP6},
    {PKT_PROTO_ICMP_EXT, 2,  0           },
};

static uint32_t add_pseudo(const struct pkt_packet *packet, unsigned layer, uint8_t protocol)
{
    unsigned network = (unsigned)pkt_layer_network(packet, layer);
    uint32_t len = packet->layer[layer].len;
    uint8_t tail[6] = {
        (uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len, 0, protocol};
    struct pkt_ipv4 ip;
    struct pkt_ip6 src, dst;
    uint32_t sum = add_words(0, tail, sizeof tail);
    if (pkt_as_ipv4(packet, network, &ip)) {
        sum = add_words(sum, pkt_ipv4_src(ip).byte, 4);
        return add_words(sum, pkt_ipv4_final_dst(ip).byte, 4);
    }
    assert_true(pkt_ipv6_pseudo_addresses(packet, network, &src, &dst));
    return add_words(add_words(sum, src.byte, 16), dst.byte, 16);
}

/* Sums every checksum of the packet anew that is there, the innermost first. */
static void sum_anew(uint8_t *bytes, const struct pkt_packet *table)
{
    struct pkt_packet packet = *table;
    packet.bytes.ptr = bytes;
    for (unsigned layer = packet.layer_count; layer > 0; layer--) {
        const struct pkt_layer *row = &packet.layer[layer - 1];
        for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
            uint8_t *field = bytes + row->off + sums[i].off;
            bool has_none = row->proto == PKT_PROTO_GRE && (bytes[row->off] & 0x80) == 0;
            bool optional = row->proto == PKT_PROTO_UDP || row->proto == PKT_PROTO_ICMP_EXT;
            if (sums[i].proto != row->proto || has_none || (optional && field[0] == 0 && field[1] == 0))
                continue;
            field[0] = field[1] = 0;
            uint32_t sum = sums[i].protocol == 0 ? 0 : add_pseudo(&packet, layer - 1, sums[i].protocol);
            sum = add_words(sum, bytes + row->off, row->proto == PKT_PROTO_IPV4 ? row->hdr_len : row->len);
            sum = (uint16_t)~sum;
            if (sum == 0 && row->proto == PKT_PROTO_UDP)
                sum = 0xffff;
            field[0] = (uint8_t)(sum >> 8);
            field[1] = (uint8_t)sum;
        }
    }
}

static bool is_checksum(const struct pkt_packet *packet, uint64_t off, uint64_t end)
{
    for (unsigned layer = 0; layer < packet->layer_count; layer++)
        for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
            uint64_t at = (packet->layer[layer].off + (uint64_t)sums[i].off) * 8;
            if (sums[i].proto == packet->layer[layer].proto && off < at + 16 && at < end)
                return true;
        }
    return false;
}

enum how { BY_BITS, BY_SLOT, BY_BYTES };

struct patch {
    enum how how;
    uint64_t off, end; /* bits */
    uint64_t value;
    struct pkt_view bytes;
};

/* Zeroes and ones often: where sums are 0. */
static struct patch random_patch(size_t len)
{
    static uint8_t octet[40];
    struct patch patch = {.how = (enum how)(random_bits() % 3)};
    unsigned bits = 1 + (unsigned)(random_bits() % 64);
    for (size_t k = 0; k < sizeof octet; k++)
        octet[k] = random_bits() % 2 == 0 ? (uint8_t)random_bits() : random_bits() % 2 == 0 ? 0 : 0xff;
    patch.bytes = pkt_view_make(octet, 1 + random_bits() % sizeof octet);
    patch.off = patch.how == BY_BYTES ? random_bits() % len * 8 : random_bits() % (len * 8);
    patch.end = patch.off + (patch.how == BY_BYTES ? patch.bytes.len * 8 : bits);
    patch.value = pkt_u64(patch.bytes, 0) & UINT64_MAX >> (64 - bits);
    return patch;
}

static int apply(struct pkt_template *template, const struct patch *patch)
{
    struct pkt_template_slot slot;
    unsigned bits = (unsigned)(patch->end - patch->off);
    if (patch->how == BY_BYTES)
        return pkt_template_set_bytes(template, patch->off / 8, patch->bytes);
    if (patch->how == BY_BITS)
        return pkt_template_set_bits(template, patch->off, bits, patch->value);
    int error = pkt_template_slot(template, patch->off, bits, &slot);
    if (error == PKT_TEMPLATE_OK)
        pkt_template_put(template, &slot, patch->value | (bits < 64 ? UINT64_MAX << bits : 0));
    return error;
}

/* Patches at random places; after each, the same packet as when it is patched and summed anew. Returns how
 * many were not refused. */
static unsigned patch_at_random(uint8_t *bytes, size_t len, uint16_t linktype, unsigned count)
{
    struct pkt_template template;
    struct pkt_packet packet;
    unsigned done = 0;
    pkt_decode(pkt_view_make(bytes, len), (uint32_t)len, linktype, 0, &packet);
    pkt_template_init(&template, pkt_room_make(bytes, len), linktype, 0);
    for (unsigned i = 0; i < count; i++) {
        struct patch patch = random_patch(len);
        if (is_checksum(&packet, patch.off, patch.end))
            continue;
        memcpy(anew, bytes, len);
        if (apply(&template, &patch) != PKT_TEMPLATE_OK) {
            assert_memory_equal(anew, bytes, len);
            continue;
        }
        done++;
        if (patch.how == BY_BYTES)
            memcpy(anew + patch.off / 8, patch.bytes.ptr, patch.bytes.len);
        else
            pkt_set_bits(pkt_room_make(anew, len), patch.off, patch.end - patch.off, patch.value);
        sum_anew(anew, &packet);
        assert_bytes_equal(pkt_view_make(bytes, len), pkt_view_make(anew, len));
    }
    return done;
}

static bool is_whole(const struct pkt_packet *packet)
{
    for (unsigned i = 0; i < packet->layer_count; i++)
        if ((packet->layer[i].flags & (PKT_LAYER_FRAGMENT | PKT_LAYER_TRUNCATED)) != 0)
            return false;
    for (unsigned i = 0; i < packet->layer_count; i++) {
        enum pkt_checksum_state state = pkt_checksum_verify(packet, i).state;
        if (state == PKT_CHECKSUM_BAD || state == PKT_CHECKSUM_UNKNOWN)
            return false;
    }
    return true;
}

static void test_golden(void **state)
{
    unsigned done = 0, frames = 0;
    (void)state;
    for (size_t i = 0; i < sizeof golden_frames / sizeof *golden_frames; i++) {
        struct frame frame = frame_hex(golden_frames[i].hex);
        struct pkt_packet packet;
        frame_decode(frame, golden_frames[i].linktype, &packet);
        if (is_whole(&packet)) {
            done += patch_at_random(frame.bytes, frame.len, golden_frames[i].linktype, 8000);
            frames++;
        }
        frame_free(frame);
    }
    print_message("%u patches in %u frames\n", done, frames);
    assert_true(frames >= 40);
    assert_true(done >= 120000);
}

static void put_udp_in_gre(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_ipv4_router_alert(b, 0);
    pkt_build_gre(b, &(struct pkt_gre_spec){.has_checksum = true, .has_key = true});
    put_udp6(b, "odd");
}

/* UDP in VXLAN in UDP with a checksum, behind a tag; the inner frame starts at an even or an odd offset. */
static void put_vxlan(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_vlan(b, &(struct pkt_vlan_spec){.id = 7});
    pkt_build_ipv6(b, &ip6);
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 5});
    pkt_build_vxlan(b, 77);
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_tcp(b, NULL);
    pkt_build_tcp_mss(b, 1460);
    pkt_build_tcp_timestamps(b, 1, 2);
    pkt_build_payload(b, pkt_view_make("data", 4));
}

/* PPP with a protocol of one octet: everything inside starts at an odd offset. */
static void put_odd(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv4(b, &ip4);
    pkt_build_gre(b, &(struct pkt_gre_spec){.has_checksum = true});
    pkt_build_ppp(b, &(struct pkt_ppp_spec){.compressed = true, .no_address = true});
    put_udp6(b, "even");
}

static void put_quotation(struct pkt_build *b)
{
    put_ethernet(b);
    pkt_build_ipv6(b, &ip6);
    pkt_build_icmp6_unreachable(b, 4);
    put_udp6(b, "quoted");
}

static void put_routing(struct pkt_build *b)
{
    pkt_build_ipv6(b, &ip6);
    pkt_build_ipv6_dstopts(b);
    pkt_build_ipv6_home_address(b, (struct pkt_ip6){
                                       {0xfd, [15] = 9}
    });
    pkt_build_ipv6_routing(b, NULL);
    pkt_build_ipv6_routing_address(b, (struct pkt_ip6){
                                          {0xfd, [15] = 3}
    });
    pkt_build_ipv6_routing_address(b, (struct pkt_ip6){
                                          {0xfd, [15] = 4}
    });
    put_udp(b, "x");
}

static void put_records(struct pkt_build *b)
{
    pkt_build_ipv4(b, &ip4);
    pkt_build_igmp3_report(b);
    for (uint8_t i = 0; i < 3; i++) {
        const struct pkt_ip4 source = {
            {10, 0, 0, i}
        };
        pkt_build_igmp3_record(
            b, &(struct pkt_igmp3_record_spec){
                   .type = 1, .group = {{239, 0, 0, i}}, .sources = &source, .source_count = 1});
    }
}

static void test_built(void **state)
{
    static const struct {
        void (*put)(struct pkt_build *build);
        uint16_t linktype;
    } cases[] = {
        {put_udp_in_gre, PKT_LINKTYPE_ETHERNET},
        {put_vxlan,      PKT_LINKTYPE_ETHERNET},
        {put_odd,        PKT_LINKTYPE_ETHERNET},
        {put_quotation,  PKT_LINKTYPE_ETHERNET},
        {put_routing,    PKT_LINKTYPE_RAW     },
        {put_records,    PKT_LINKTYPE_RAW     },
    };
    unsigned done = 0;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cases[i].put(check_begin(&check));
        check_finish(&check, cases[i].linktype);
        done += patch_at_random(check.buffer, check.bytes.len, cases[i].linktype, 20000);
    }
    print_message("%u patches\n", done);
    assert_true(done >= 40000);
}

/* The same packet as when it is built with the other value: a sender's loop. */
static void test_probe(void **state)
{
    uint8_t buffer[128];
    struct pkt_build build;
    struct pkt_template template;
    struct pkt_view view;
    (void)state;
    for (unsigned v6 = 0; v6 < 2; v6++) {
        for (uint32_t port = 0; port <= UINT16_MAX; port++) {
            struct pkt_build *b = port == 0 ? check_begin(&check) : &build;
            if (port != 0)
                pkt_build_init(b, buffer, sizeof buffer, 0);
            if (v6)
                pkt_build_ipv6(b, &ip6);
            else
                pkt_build_ipv4(b, &ip4);
            pkt_build_udp(b, &(struct pkt_udp_spec){.src = 7, .dst = 1});
            pkt_build_set_bits(b, 1, 16, 16, port);
            assert_int_equal(pkt_build_finish(b, &view), PKT_BUILD_OK);
            if (port == 0) {
                pkt_template_init(&template, pkt_room_make(check.buffer, view.len), PKT_LINKTYPE_RAW, 0);
                continue;
            }
            assert_int_equal(pkt_template_set_bits(&template, (v6 ? 40 : 20) * 8 + 16, 16, port),
                             PKT_TEMPLATE_OK);
            if (memcmp(check.buffer, buffer, view.len) != 0)
                assert_bytes_equal(pkt_view_make(check.buffer, view.len), view);
        }
    }
}

/* Of an echo reply all may be zero: then the sum is 0 and the checksum 0xffff, else never (RFC 1624 2). */
static void test_zeroes(void **state)
{
    struct pkt_template template;
    (void)state;
    struct pkt_build *b = check_begin(&check);
    pkt_build_ipv4(b, &ip4);
    pkt_build_icmp_echo(b, &(struct pkt_icmp_echo_spec){.reply = true, .id = 0xffff});
    check_finish(&check, PKT_LINKTYPE_RAW);
    pkt_template_init(&template, pkt_room_make(check.buffer, check.bytes.len), PKT_LINKTYPE_RAW, 0);
    assert_int_equal(pkt_u16(check.bytes, 22), 0);
    assert_int_equal(pkt_template_set_bits(&template, 24 * 8, 16, 0), PKT_TEMPLATE_OK);
    assert_int_equal(pkt_u16(check.bytes, 22), 0xffff);
    assert_int_equal(pkt_template_set_bits(&template, 26 * 8, 16, 0xffff), PKT_TEMPLATE_OK);
    assert_int_equal(pkt_u16(check.bytes, 22), 0);
    assert_int_equal(pkt_template_set_bits(&template, 26 * 8, 16, 1), PKT_TEMPLATE_OK);
    assert_int_equal(pkt_u16(check.bytes, 22), 0xfffe);
}

/* Absent, partial and wrong checksums stay what they are. */
static void test_states(void **state)
{
    struct pkt_template template;
    struct pkt_packet packet;
    (void)state;
    struct pkt_build *b = check_begin(&check);
    pkt_build_ipv4(b, &ip4);
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 1, .dst = 2, .no_checksum = true});
    check_finish(&check, PKT_LINKTYPE_RAW);
    pkt_template_init(&template, pkt_room_make(check.buffer, check.bytes.len), PKT_LINKTYPE_RAW, 0);
    assert_int_equal(pkt_template_set_bits(&template, 20 * 8, 16, 99), PKT_TEMPLATE_OK);
    assert_int_equal(pkt_template_set_bits(&template, 12 * 8, 32, 99), PKT_TEMPLATE_OK);
    assert_int_equal(pkt_u16(check.bytes, 26), 0);

    for (unsigned v6 = 0; v6 < 2; v6++) {
        pkt_build_init(&check.build, check.buffer, sizeof check.buffer, PKT_BUILD_PARTIAL);
        if (v6)
            pkt_build_ipv6(b, &ip6);
        else
            pkt_build_ipv4(b, &ip4);
        pkt_build_tcp(b, NULL);
        check_finish(&check, PKT_LINKTYPE_RAW);
        pkt_template_init(&template, pkt_room_make(check.buffer, check.bytes.len), PKT_LINKTYPE_RAW, 0);
        for (unsigned i = 0; i < 2000; i++) {
            size_t ports = v6 ? 40 : 20, addresses = v6 ? 8 : 12;
            assert_int_equal(pkt_template_set_bits(&template, ports * 8, 32, random_bits() >> 32), 0);
            assert_int_equal(pkt_template_set_bits(&template, (addresses + random_bits() % (v6 ? 31 : 7)) * 8,
                                                   16, random_bits() >> 48),
                             0);
            pkt_decode(check.bytes, (uint32_t)check.bytes.len, PKT_LINKTYPE_RAW, 0, &packet);
            assert_int_equal(pkt_checksum_verify(&packet, 1).state, PKT_CHECKSUM_PARTIAL);
        }
    }

    b = check_begin(&check); /* wrong by one, and still wrong by one */
    pkt_build_ipv4(b, &ip4);
    pkt_build_udp(b, &(struct pkt_udp_spec){.src = 1, .dst = 2});
    check_finish(&check, PKT_LINKTYPE_RAW);
    uint16_t right = pkt_u16(check.bytes, 26);
    pkt_set_u16(pkt_room_make(check.buffer, 28), 26, right - 1);
    pkt_template_init(&template, pkt_room_make(check.buffer, check.bytes.len), PKT_LINKTYPE_RAW, 0);
    assert_int_equal(pkt_template_set_bits(&template, 20 * 8, 16, 5), PKT_TEMPLATE_OK);
    assert_int_equal(pkt_u16(check.bytes, 26), right - 1 - 4);
}

/* A first fragment has a checksum over more than is here; it follows all the same. */
static void test_fragment(void **state)
{
    struct pkt_template template;
    struct frame frame = frame_hex(GOLDEN_IP4_FIRST_FRAGMENT);
    struct pkt_view bytes = pkt_view_make(frame.bytes, frame.len);
    (void)state;
    pkt_template_init(&template, pkt_room_make(frame.bytes, frame.len), PKT_LINKTYPE_ETHERNET, 0);
    assert_int_equal(pkt_u16(bytes, 40), 0x1234);
    assert_int_equal(pkt_template_set_bits(&template, (14 + 12) * 8, 32, 0x0a000011), PKT_TEMPLATE_OK);
    assert_int_equal(pkt_u16(bytes, 40), 0x1224); /* 10.0.0.1 is 10.0.0.17 */
    frame_free(frame);
}

/* The checksum itself: written as asked, and what covers it follows. */
static void test_checksum_by_hand(void **state)
{
    struct pkt_template template;
    (void)state;
    put_udp_in_gre(check_begin(&check));
    check_finish(&check, PKT_LINKTYPE_ETHERNET);
    pkt_template_init(&template, pkt_room_make(check.buffer, check.bytes.len), PKT_LINKTYPE_ETHERNET, 0);
    uint32_t field = check.packet.layer[4].off + 6, gre = check.packet.layer[2].off;
    assert_int_equal(check.packet.layer[4].proto, PKT_PROTO_UDP);
    assert_int_equal(pkt_template_set_bits(&template, field * 8, 16, 0xbad1), PKT_TEMPLATE_OK);
    assert_int_equal(pkt_u16(check.bytes, field), 0xbad1);
    pkt_decode(check.bytes, (uint32_t)check.bytes.len, PKT_LINKTYPE_ETHERNET, 0, &check.packet);
    assert_int_equal(pkt_checksum_verify(&check.packet, 2).state, PKT_CHECKSUM_OK);
    assert_int_equal(pkt_checksum_verify(&check.packet, 4).state, PKT_CHECKSUM_BAD);

    /* A whole header, checksum included, is written as it is. */
    static const uint8_t header[] = {0, 1, 0, 2, 0, 11, 0x12, 0x34};
    assert_int_equal(pkt_template_set_bytes(&template, field - 6, pkt_view_make(header, 4)), PKT_TEMPLATE_OK);
    template.flags = PKT_TEMPLATE_FORCE;
    assert_int_equal(pkt_template_set_bytes(&template, field - 6, pkt_view_make(header, 8)), PKT_TEMPLATE_OK);
    assert_memory_equal(check.bytes.ptr + field - 6, header, 8);
    pkt_decode(check.bytes, (uint32_t)check.bytes.len, PKT_LINKTYPE_ETHERNET, 0, &check.packet);
    assert_int_equal(pkt_checksum_verify(&check.packet, 2).state, PKT_CHECKSUM_OK);
    assert_true(gre < field);
}

/* Lengths, next protocols, counts: refused, with nothing written, unless told. */
static void test_structure(void **state)
{
    static const struct {
        void (*put)(struct pkt_build *build);
        uint16_t linktype;
        uint8_t layer;
        uint16_t off, len; /* bits in the layer */
        bool allowed;
    } cases[] = {
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 0, 96,  16, false}, /* TPID */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 0, 0,   48, true }, /* address */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 1, 0,   16, true }, /* tag */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 1, 16,  16, false},
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 2, 0,   4,  false}, /* version */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 2, 4,   28, true }, /* traffic class, flow label */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 2, 32,  16, false},
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 2, 48,  8,  false},
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 2, 56,  8,  true },
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 3, 32,  16, false}, /* UDP length */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 4, 32,  24, true }, /* VNI */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 6, 4,   4,  false}, /* IHL */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 6, 8,   8,  true }, /* TOS */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 6, 16,  16, false},
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 6, 32,  18, true }, /* id, reserved, Don't Fragment */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 6, 50,  1,  false}, /* More Fragments */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 6, 72,  8,  false},
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 7, 96,  4,  false}, /* data offset */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 7, 100, 28, true }, /* flags, window */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 7, 160, 8,  false}, /* option kind */
        {put_vxlan,      PKT_LINKTYPE_ETHERNET, 7, 176, 16, true }, /* MSS */
        {put_udp_in_gre, PKT_LINKTYPE_ETHERNET, 2, 0,   16, false}, /* GRE flags */
        {put_udp_in_gre, PKT_LINKTYPE_ETHERNET, 2, 64,  32, true }, /* key */
        {put_odd,        PKT_LINKTYPE_ETHERNET, 3, 0,   8,  false}, /* PPP protocol */
        {put_quotation,  PKT_LINKTYPE_ETHERNET, 2, 0,   8,  false}, /* ICMPv6 type */
        {put_quotation,  PKT_LINKTYPE_ETHERNET, 2, 8,   8,  true }, /* code */
        {put_quotation,  PKT_LINKTYPE_ETHERNET, 2, 32,  8,  false}, /* length of the quotation */
        {put_routing,    PKT_LINKTYPE_RAW,      1, 48,  16, false}, /* option type (behind PadN) */
        {put_routing,    PKT_LINKTYPE_RAW,      1, 64,  64, true }, /* home address */
        {put_routing,    PKT_LINKTYPE_RAW,      2, 24,  8,  false}, /* segments left */
        {put_routing,    PKT_LINKTYPE_RAW,      2, 64,  64, true },
        {put_records,    PKT_LINKTYPE_RAW,      1, 48,  16, false}, /* number of records */
        {put_records,    PKT_LINKTYPE_RAW,      1, 64,  8,  true }, /* record type */
        {put_records,    PKT_LINKTYPE_RAW,      1, 80,  16, false}, /* number of sources */
        {put_records,    PKT_LINKTYPE_RAW,      1, 96,  64, true }, /* group, source */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pkt_template template;
        cases[i].put(check_begin(&check));
        check_finish(&check, cases[i].linktype);
        struct pkt_room room = pkt_room_make(check.buffer, check.bytes.len);
        uint64_t off = check.packet.layer[cases[i].layer].off * 8ULL + cases[i].off;
        memcpy(anew, check.buffer, room.len);
        pkt_template_init(&template, room, cases[i].linktype, 0);
        int error = pkt_template_set_bits(&template, off, cases[i].len, 0);
        if (error != (cases[i].allowed ? PKT_TEMPLATE_OK : PKT_TEMPLATE_E_STRUCTURE))
            print_error("case %zu\n", i);
        assert_int_equal(error, cases[i].allowed ? PKT_TEMPLATE_OK : PKT_TEMPLATE_E_STRUCTURE);
        if (!cases[i].allowed)
            assert_memory_equal(anew, check.buffer, room.len);
        pkt_template_init(&template, room, cases[i].linktype, PKT_TEMPLATE_FORCE);
        assert_int_equal(pkt_template_set_bits(&template, off, cases[i].len, 1), PKT_TEMPLATE_OK);
        pkt_set_bits(pkt_room_make(anew, room.len), off, cases[i].len, 1);
        assert_int_equal(check.buffer[(off + cases[i].len - 1) / 8], anew[(off + cases[i].len - 1) / 8]);
    }
}

/* More options than a template has room for: all from there on is refused, what is before is not. */
static void test_crowded(void **state)
{
    struct pkt_template template;
    struct pkt_build *b = check_begin(&check);
    (void)state;
    pkt_build_ipv6(b, &ip6);
    pkt_build_ipv6_dstopts(b);
    for (unsigned i = 0; i < 100; i++)
        pkt_build_ipv6_option(b, 0x1e, pkt_view_make("data", 4));
    put_udp(b, "x");
    check_finish(&check, PKT_LINKTYPE_RAW);
    pkt_template_init(&template, pkt_room_make(check.buffer, check.bytes.len), PKT_LINKTYPE_RAW, 0);
    assert_int_equal(pkt_template_set_bits(&template, 7 * 8, 8, 1), PKT_TEMPLATE_OK);
    assert_int_equal(pkt_template_set_bits(&template, 44 * 8, 8, 1), PKT_TEMPLATE_OK);
    assert_int_equal(pkt_template_set_bits(&template, 42 * 8, 8, 1), PKT_TEMPLATE_E_STRUCTURE);
    uint32_t udp = check.packet.layer[2].off;
    assert_int_equal(pkt_template_set_bits(&template, udp * 8, 16, 1), PKT_TEMPLATE_E_STRUCTURE);
    template.flags = PKT_TEMPLATE_FORCE;
    assert_int_equal(pkt_template_set_bits(&template, udp * 8, 16, 1), PKT_TEMPLATE_OK);
    pkt_decode(check.bytes, (uint32_t)check.bytes.len, PKT_LINKTYPE_RAW, 0, &check.packet);
    assert_int_equal(pkt_checksum_verify(&check.packet, 2).state, PKT_CHECKSUM_OK);
}

/* Damaged packets: nothing is touched but the patched bits and the fields of checksums, and nothing outside.
 */
static void test_hostile(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        const struct golden_frame *golden =
            &golden_frames[round % (sizeof golden_frames / sizeof *golden_frames)];
        struct frame frame = frame_hex(golden->hex);
        struct frame hurt = frame_copy(frame.bytes, 1 + random_bits() % frame.len);
        struct pkt_template template;
        for (unsigned i = 0; i < 1 + round % 4; i++)
            hurt.bytes[random_bits() % hurt.len] = (uint8_t)random_bits();
        memcpy(anew, hurt.bytes, hurt.len);
        pkt_template_init(&template, pkt_room_make(hurt.bytes, hurt.len), golden->linktype,
                          round % 2 == 0 ? PKT_TEMPLATE_FORCE : 0);
        for (unsigned i = 0; i < 4; i++) {
            struct patch patch = random_patch(hurt.len);
            if (apply(&template, &patch) != PKT_TEMPLATE_OK)
                continue;
            if (patch.how == BY_BYTES)
                memcpy(anew + patch.off / 8, patch.bytes.ptr, patch.bytes.len);
            else
                pkt_set_bits(pkt_room_make(anew, hurt.len), patch.off, patch.end - patch.off, patch.value);
        }
        for (unsigned i = 0; i < template.checksum_count; i++)
            memcpy(anew + template.checksum[i].off, hurt.bytes + template.checksum[i].off, 2);
        assert_memory_equal(anew, hurt.bytes, hurt.len);
        frame_free(hurt);
        frame_free(frame);
    }
    struct pkt_template template;
    pkt_template_init(&template, pkt_room_make(NULL, 0), PKT_LINKTYPE_ETHERNET, 0);
    assert_int_equal(pkt_template_set_bits(&template, 0, 1, 0), PKT_TEMPLATE_E_RANGE);
}

static void test_range(void **state)
{
    struct pkt_template template;
    uint8_t bytes[4] = {0};
    (void)state;
    struct pkt_template_slot slot;
    pkt_template_init(&template, pkt_room_make(bytes, sizeof bytes), PKT_LINKTYPE_ETHERNET, 0);
    assert_int_equal(pkt_template_slot(&template, 0, 8, &slot), PKT_TEMPLATE_E_RANGE); /* too short for one */
    assert_int_equal(pkt_template_slot(&template, 0, 0, &slot), PKT_TEMPLATE_E_RANGE);
    assert_int_equal(pkt_template_slot(&template, 0, 65, &slot), PKT_TEMPLATE_E_RANGE);
    assert_int_equal(pkt_template_set_bits(&template, 0, 0, 0), PKT_TEMPLATE_E_RANGE);
    assert_int_equal(pkt_template_set_bits(&template, 0, 65, 0), PKT_TEMPLATE_E_RANGE);
    assert_int_equal(pkt_template_set_bits(&template, 0, 33, 0), PKT_TEMPLATE_E_RANGE);
    assert_int_equal(pkt_template_set_bits(&template, 31, 2, 0), PKT_TEMPLATE_E_RANGE);
    assert_int_equal(pkt_template_set_bits(&template, UINT64_MAX, 2, 0), PKT_TEMPLATE_E_RANGE);
    assert_int_equal(pkt_template_set_bits(&template, 0, 8, 256), PKT_TEMPLATE_E_RANGE);
    assert_int_equal(pkt_template_set_bytes(&template, 2, pkt_view_make("abc", 3)), PKT_TEMPLATE_E_RANGE);
    assert_int_equal(pkt_template_set_bytes(&template, SIZE_MAX, pkt_view_make("abc", 3)),
                     PKT_TEMPLATE_E_RANGE);
    assert_int_equal(pkt_template_set_bytes(&template, 4, pkt_view_make("", 0)), PKT_TEMPLATE_OK);
    assert_int_equal(pkt_template_set_bits(&template, 4, 24, 0xabcdef), PKT_TEMPLATE_OK);
    assert_memory_equal(bytes, "\x0a\xbc\xde\xf0", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_built),
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_zeroes),
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_fragment),
        cmocka_unit_test(test_checksum_by_hand),
        cmocka_unit_test(test_structure),
        cmocka_unit_test(test_crowded),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
