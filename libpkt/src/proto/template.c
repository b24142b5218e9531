/*
 * Templates: patches whose checksums follow (RFC 1624). Making one turns the layer table into two flat lists:
 * which bytes each checksum covers, and which bits may not change.
 */
#include "pkt/template.h"
#include "demux.h"
#include "pkt/icmp.h"
#include "pkt/igmp.h"
#include "pkt/ipv6.h"
#include "pkt/transport.h"

enum kind {
    KIND_PLAIN,   /* complement of the sum */
    KIND_UDP,     /* the same, 0 sent as 0xffff (RFC 768) */
    KIND_PARTIAL, /* the sum of the pseudo-header, for a card to finish */
};

enum {
    HEADER_END = UINT16_MAX, /* in the table below: as far as the header goes */
    IPV4_MIN = 20,
    IPV4_SRC = 12,
    TCP_MIN = 20,
    OPTIONS_OFF = 2,
    RECORDS_OFF = 8,
    OBJECTS_OFF = 4,
    IGMP3_QUERY_LEN = 12,
    MLD2_QUERY_LEN = 28,
    SMALL = 16, /* bytes that are summed one by one */
    CHUNK = 256,
    WINDOW = 8, /* octets that a slot reads and writes */
};

/* --- what may not be patched --- */

/* Bits from the header's first one. */
static const struct {
    uint8_t proto;
    uint16_t off;
    uint16_t end;
} skeleton_fields[] = {
    {PKT_PROTO_ETHERNET,     96,  112       },
    {PKT_PROTO_VLAN,         16,  32        },
    {PKT_PROTO_LLC,          0,   HEADER_END},
    {PKT_PROTO_NULL,         0,   HEADER_END},
    {PKT_PROTO_PPP,          0,   HEADER_END},
    {PKT_PROTO_SLL,          16,  32        }, /* hardware type: netlink's protocols are no EtherTypes */
    {PKT_PROTO_SLL,          112, 128       },
    {PKT_PROTO_SLL2,         0,   16        },
    {PKT_PROTO_SLL2,         64,  80        },
    {PKT_PROTO_ARP,          32,  48        },
    {PKT_PROTO_IPV4,         0,   8         },
    {PKT_PROTO_IPV4,         16,  32        },
    {PKT_PROTO_IPV4,         50,  64        }, /* More Fragments, offset */
    {PKT_PROTO_IPV4,         72,  80        },
    {PKT_PROTO_IPV6,         0,   4         },
    {PKT_PROTO_IPV6,         32,  56        },
    {PKT_PROTO_IP6_HOPOPTS,  0,   16        },
    {PKT_PROTO_IP6_DSTOPTS,  0,   16        },
    {PKT_PROTO_IP6_ROUTING,  0,   40        }, /* up to the last entry of type 4 */
    {PKT_PROTO_IP6_FRAGMENT, 0,   32        },
    {PKT_PROTO_AH,           0,   16        },
    {PKT_PROTO_ICMP,         0,   8         },
    {PKT_PROTO_ICMP6,        0,   8         },
    {PKT_PROTO_ICMP_EXT,     0,   4         },
    {PKT_PROTO_IGMP,         0,   8         },
    {PKT_PROTO_UDP,          32,  48        },
    {PKT_PROTO_TCP,          96,  100       },
    {PKT_PROTO_GRE,          0,   32        },
};

/* Adds a range in its place. When there is no room the last two become one without an end. */
static void forbid(struct pkt_template *t, uint64_t off, uint64_t end)
{
    struct pkt_template_bits *list = t->skeleton;
    unsigned at = t->skeleton_count;
    if (at == PKT_TEMPLATE_SKELETON) {
        at--;
        list[at - 1].end = UINT64_MAX;
        t->skeleton_count--;
    }
    for (; at > 0 && list[at - 1].off > off; at--)
        list[at] = list[at - 1];
    list[at] = (struct pkt_template_bits){off, end};
    t->skeleton_count++;
}

/* The same in bits of a row. */
static void forbid_in(struct pkt_template *t, const struct pkt_layer *row, uint32_t off, uint32_t end)
{
    forbid(t, (uint64_t)row->off * 8 + off, (uint64_t)row->off * 8 + end);
}

static void forbid_fields(struct pkt_template *t, const struct pkt_layer *row)
{
    for (size_t i = 0; i < sizeof skeleton_fields / sizeof *skeleton_fields; i++)
        if (skeleton_fields[i].proto == row->proto)
            forbid_in(t, row, skeleton_fields[i].off,
                      skeleton_fields[i].end == HEADER_END ? row->hdr_len * 8U : skeleton_fields[i].end);
}

/* Bytes of an item that say what it is and where it ends. A source route's pointer decides which address the
 * pseudo-header has, and a jumbo payload length is a length. */
static size_t item_head(const struct pkt_list *list, const struct pkt_option *item)
{
    bool v4 = list->kind == PKT_LIST_IPV4_OPTIONS;
    size_t head = item->bytes.len - item->data.len;
    if (v4 && (item->type == PKT_IPV4_OPTION_LOOSE_ROUTE || item->type == PKT_IPV4_OPTION_STRICT_ROUTE))
        return head + 1;
    if (list->kind == PKT_LIST_IPV6_OPTIONS && item->type == PKT_IPV6_OPTION_JUMBO)
        return item->bytes.len;
    return head;
}

/* Types and lengths of a list that starts at list_off of the row. */
static void forbid_items(struct pkt_template *t, const struct pkt_layer *row, struct pkt_list list,
                         size_t list_off)
{
    struct pkt_option item;
    while (pkt_option_next(&list, &item)) {
        uint32_t off = (uint32_t)(list_off + item.off) * 8;
        bool is_record = list.kind == PKT_LIST_IGMP3_RECORDS || list.kind == PKT_LIST_MLD2_RECORDS;
        if (is_record) /* length of auxiliary data, number of sources */
            forbid_in(t, row, off + 8, off + 32);
        else
            forbid_in(t, row, off, off + (uint32_t)item_head(&list, &item) * 8);
    }
}

static void forbid_in_igmp(struct pkt_template *t, const struct pkt_layer *row, struct pkt_igmp m)
{
    struct pkt_list records;
    if (pkt_igmp_type(m) == PKT_IGMP_V3_REPORT)
        forbid_in(t, row, 48, 64);
    else if (pkt_igmp_type(m) == PKT_IGMP_QUERY && m.len >= IGMP3_QUERY_LEN)
        forbid_in(t, row, 80, 96);
    pkt_igmp3_records(m, &records);
    forbid_items(t, row, records, RECORDS_OFF);
}

/* Where a quotation ends, how many entries there are. */
static void forbid_in_icmp(struct pkt_template *t, const struct pkt_layer *row, struct pkt_icmp m)
{
    uint8_t type = pkt_icmp_type(m);
    struct pkt_list list;
    if (pkt_icmp_is_error(m))
        forbid_in(t, row, m.v6 ? 32 : 40, m.v6 ? 40 : 48);
    if (!m.v6) {
        if (type == PKT_ICMP_ROUTER_ADVERTISEMENT)
            forbid_in(t, row, 32, 48);
        return;
    }
    if (type == PKT_ICMP6_MLD2_REPORT)
        forbid_in(t, row, 48, 64);
    else if (type == PKT_ICMP6_MLD_QUERY && m.len >= MLD2_QUERY_LEN)
        forbid_in(t, row, 208, 224);
    pkt_mld2_records(m, &list);
    forbid_items(t, row, list, RECORDS_OFF);
    pkt_nd_options(m, &list);
    forbid_items(t, row, list, row->len - list.area_len);
}

static void forbid_lists(struct pkt_template *t, const struct pkt_packet *packet, unsigned layer)
{
    const struct pkt_layer *row = &packet->layer[layer];
    struct pkt_list list;
    struct pkt_ipv4 ip;
    struct pkt_ipv6_extension x;
    struct pkt_tcp tcp;
    struct pkt_icmp icmp;
    struct pkt_igmp igmp;
    struct pkt_icmp_extension extension;
    if (pkt_as_ipv4(packet, layer, &ip)) {
        pkt_ipv4_options(ip, &list);
        forbid_items(t, row, list, IPV4_MIN);
    } else if (pkt_as_ipv6_extension(packet, layer, &x) &&
               (x.proto == PKT_PROTO_IP6_HOPOPTS || x.proto == PKT_PROTO_IP6_DSTOPTS)) {
        pkt_ipv6_options(x, &list);
        forbid_items(t, row, list, OPTIONS_OFF);
    } else if (pkt_as_tcp(packet, layer, &tcp)) {
        pkt_tcp_options(tcp, &list);
        forbid_items(t, row, list, TCP_MIN);
    } else if (pkt_as_icmp(packet, layer, &icmp)) {
        forbid_in_icmp(t, row, icmp);
    } else if (pkt_as_igmp(packet, layer, &igmp)) {
        forbid_in_igmp(t, row, igmp);
    } else if (pkt_as_icmp_extension(packet, layer, &extension)) {
        pkt_icmp_objects(extension, &list);
        forbid_items(t, row, list, OBJECTS_OFF);
    }
}

/* --- which bytes a checksum covers --- */

static const struct field {
    uint8_t proto;
    uint8_t off;
    uint8_t kind;
    bool has_pseudo;
} fields[] = {
    {PKT_PROTO_IPV4,     10, KIND_PLAIN, false},
    {PKT_PROTO_ICMP,     2,  KIND_PLAIN, false},
    {PKT_PROTO_ICMP6,    2,  KIND_PLAIN, true },
    {PKT_PROTO_ICMP_EXT, 2,  KIND_PLAIN, false},
    {PKT_PROTO_IGMP,     2,  KIND_PLAIN, false},
    {PKT_PROTO_UDP,      6,  KIND_UDP,   true },
    {PKT_PROTO_TCP,      16, KIND_PLAIN, true },
    {PKT_PROTO_GRE,      4,  KIND_PLAIN, false},
};

static const struct field *field_of(uint8_t proto)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].proto == proto)
            return &fields[i];
    return NULL;
}

/* Bytes that the checksum under way covers, words starting where `start` does. */
static void cover(struct pkt_template *t, size_t off, size_t end, size_t start)
{
    if (off >= end)
        return;
    t->segment[t->segment_count++] = (struct pkt_template_segment){
        .off = (uint32_t)off,
        .end = (uint32_t)end,
        .checksum = t->checksum_count,
        .odd = start & 1,
    };
}

/* The two addresses, which mostly stand together. */
static void cover_addresses(struct pkt_template *t, size_t src, size_t dst, size_t len)
{
    if (dst == src + len) {
        cover(t, src, src + 2 * len, src);
        return;
    }
    cover(t, src, src + len, src);
    cover(t, dst, dst + len, dst);
}

static void cover_pseudo(struct pkt_template *t, const struct pkt_packet *packet, unsigned layer)
{
    int network = pkt_layer_network(packet, layer);
    struct pkt_ipv4 ip;
    size_t src, dst;
    if (network < 0)
        return;
    size_t off = packet->layer[network].off;
    if (pkt_as_ipv4(packet, (unsigned)network, &ip)) {
        cover_addresses(t, off + IPV4_SRC, off + pkt_ipv4_final_dst_off(ip), sizeof(struct pkt_ip4));
        return;
    }
    bool known = pkt_ipv6_pseudo_offsets(packet, (unsigned)network, &src, &dst);
    if (known)
        cover_addresses(t, src, dst, sizeof(struct pkt_ip6));
    else
        cover(t, src, src + sizeof(struct pkt_ip6), src);
}

/* Whether the layer has a checksum in the bytes that are here. */
static bool has_checksum(const struct pkt_packet *packet, unsigned layer, const struct field *field,
                         enum pkt_checksum_state state)
{
    uint8_t proto = packet->layer[layer].proto;
    bool is_cut = packet->layer[layer].hdr_len == 0; /* a quotation may end within TCP's header */
    return state != PKT_CHECKSUM_ABSENT && state != PKT_CHECKSUM_NONE &&
           (!is_cut || proto == PKT_PROTO_TCP) && pkt_view_has(pkt_layer_bytes(packet, layer), field->off, 2);
}

static void add_checksum(struct pkt_template *t, const struct pkt_packet *packet, unsigned layer)
{
    const struct pkt_layer *row = &packet->layer[layer];
    const struct field *field = field_of(row->proto);
    enum pkt_checksum_state state = pkt_checksum_verify(packet, layer).state;
    if (field == NULL || !has_checksum(packet, layer, field, state))
        return;
    bool partial = state == PKT_CHECKSUM_PARTIAL;
    size_t start = row->off, at = start + field->off;
    size_t len = row->proto == PKT_PROTO_IPV4 ? row->hdr_len : pkt_layer_bytes(packet, layer).len;
    if (!partial) {
        cover(t, start, at, start);
        cover(t, at + 2, start + len, start);
    }
    if (field->has_pseudo)
        cover_pseudo(t, packet, layer);
    t->checksum[t->checksum_count++] =
        (struct pkt_template_checksum){.off = (uint32_t)at, .kind = partial ? KIND_PARTIAL : field->kind};
}

/* Checksums around others: what they cover changes when those do. */
static void link_carriers(struct pkt_template *t)
{
    for (unsigned i = 0; i < t->checksum_count; i++) {
        struct pkt_template_checksum *checksum = &t->checksum[i];
        for (unsigned k = 0; k < t->segment_count; k++) {
            const struct pkt_template_segment *s = &t->segment[k];
            if (checksum->off < s->off || checksum->off + 2 > s->end)
                continue;
            checksum->carriers |= (uint16_t)(1U << s->checksum);
            checksum->swapped |= (uint16_t)((checksum->off & 1) != s->odd ? 1U << s->checksum : 0);
        }
    }
}

void pkt_template_init(struct pkt_template *t, struct pkt_room packet, uint16_t linktype, unsigned flags)
{
    struct pkt_packet decoded;
    t->packet = packet.len > INT32_MAX ? pkt_room_sub(packet, 0, INT32_MAX) : packet; /* as pkt_decode does */
    t->flags = flags;
    t->checksum_count = 0;
    t->segment_count = 0;
    t->skeleton_count = 0;
    pkt_decode(pkt_room_view(packet), (uint32_t)packet.len, linktype, 0, &decoded);
    for (unsigned i = 0; i < decoded.layer_count; i++) {
        forbid_fields(t, &decoded.layer[i]);
        forbid_lists(t, &decoded, i);
        add_checksum(t, &decoded, i);
    }
    link_carriers(t);
}

/* --- patching --- */

/* A patch under way. */
struct change {
    uint32_t acc[PKT_MAX_LAYERS]; /* by which each touched checksum's sum changes, 17 bits at most */
    unsigned touched;
};

static uint16_t fold(uint64_t acc)
{
    acc = (acc & 0xffffffff) + (acc >> 32);
    acc = (acc & 0xffff) + (acc >> 16);
    acc = (acc & 0xffff) + (acc >> 16);
    acc = (acc & 0xffff) + (acc >> 16);
    return (uint16_t)acc;
}

static uint16_t swap(uint16_t word)
{
    return (uint16_t)(word << 8 | word >> 8);
}

/* ~m + m' (RFC 1624 equation 3). */
static void add_word(struct change *change, unsigned checksum, uint16_t old_word, uint16_t new_word)
{
    uint32_t acc = change->acc[checksum] + (uint16_t)~old_word + new_word;
    change->acc[checksum] = (acc & 0xffff) + (acc >> 16);
    change->touched |= 1U << checksum;
}

/* The sum of a run, the first byte the upper half of its word or the lower one. */
static uint16_t sum_run(struct pkt_view run, bool swapped)
{
    struct pkt_sum sum = {0, false};
    if (run.len > SMALL) {
        pkt_sum_add(&sum, run);
        return swapped ? swap(pkt_sum_fold(&sum)) : pkt_sum_fold(&sum);
    }
    for (size_t i = 0; i < run.len; i++)
        sum.acc += (uint64_t)pkt_u8(run, i) << ((i & 1) == swapped ? 8 : 0);
    return fold(sum.acc);
}

/* Bytes from off on changed: what that is to each checksum that covers some of them. */
static void spread(const struct pkt_template *t, size_t off, struct pkt_view before, struct pkt_view after,
                   struct change *change)
{
    size_t end = off + before.len;
    for (unsigned i = 0; i < t->segment_count; i++) {
        const struct pkt_template_segment *s = &t->segment[i];
        if (off >= s->end || end <= s->off)
            continue;
        size_t from = off > s->off ? off : s->off;
        size_t to = end < s->end ? end : s->end;
        bool swapped = (from & 1) != s->odd;
        add_word(change, s->checksum, sum_run(pkt_view_clip(before, from - off, to - from), swapped),
                 sum_run(pkt_view_clip(after, from - off, to - from), swapped));
    }
}

/* Whether all that a checksum covers is zero: then its sum is 0, which no other bytes have (RFC 1071 1). */
static bool covers_zeroes(const struct pkt_template *t, unsigned checksum)
{
    struct pkt_view packet = pkt_room_view(t->packet);
    for (unsigned i = 0; i < t->segment_count; i++)
        for (size_t at = t->segment[i].off; t->segment[i].checksum == checksum && at < t->segment[i].end;
             at++)
            if (pkt_u8(packet, at) != 0)
                return false;
    return true;
}

static uint16_t next_value(const struct pkt_template *t, unsigned i, uint16_t value, uint32_t acc)
{
    enum kind kind = (enum kind)t->checksum[i].kind;
    if (kind == KIND_PARTIAL)
        return fold((uint64_t)value + acc);
    uint16_t sum = fold((uint64_t)(uint16_t)~value + acc);
    uint16_t checksum = sum == 0 ? 0 : (uint16_t)~sum; /* of the two zeroes a sum has the one that is not 0 */
    if (checksum != 0)
        return checksum;
    return kind == KIND_UDP || covers_zeroes(t, i) ? UINT16_MAX : 0;
}

/* What a checksum's change is to those that cover it. */
static void carry(const struct pkt_template_checksum *checksum, uint16_t before, uint16_t after,
                  struct change *change)
{
    for (unsigned i = 0, carriers = checksum->carriers; carriers != 0; i++, carriers >>= 1) {
        bool swapped = (checksum->swapped >> i & 1) != 0;
        if ((carriers & 1) != 0)
            add_word(change, i, swapped ? swap(before) : before, swapped ? swap(after) : after);
    }
}

/* Every touched checksum but those in `kept` gets its new value, the innermost first. */
static void update(struct pkt_template *t, struct change *change, unsigned kept)
{
    for (unsigned i = t->checksum_count; i-- > 0;) {
        const struct pkt_template_checksum *checksum = &t->checksum[i];
        if (((change->touched & ~kept) >> i & 1) == 0)
            continue;
        uint16_t before = pkt_u16(pkt_room_view(t->packet), checksum->off);
        uint16_t after = next_value(t, i, before, change->acc[i]);
        pkt_set_u16(t->packet, checksum->off, after);
        carry(checksum, before, after, change);
    }
}

/* Checksums whose fields the patch writes itself. */
static unsigned written(const struct pkt_template *t, size_t off, size_t end)
{
    unsigned mask = 0;
    for (unsigned i = 0; i < t->checksum_count; i++)
        mask |= off < t->checksum[i].off + 2U && t->checksum[i].off < end ? 1U << i : 0;
    return mask;
}

static bool is_skeleton(const struct pkt_template *t, uint64_t off, uint64_t end)
{
    for (unsigned i = 0; i < t->skeleton_count && t->skeleton[i].off < end; i++)
        if (off < t->skeleton[i].end)
            return true;
    return false;
}

/* Whether the bits [off, off + len) may be patched. */
static int may_patch(const struct pkt_template *t, uint64_t off, uint64_t len)
{
    uint64_t all = (uint64_t)t->packet.len * 8;
    if (off > all || len > all - off)
        return PKT_TEMPLATE_E_RANGE;
    bool forced = (t->flags & PKT_TEMPLATE_FORCE) != 0;
    return !forced && is_skeleton(t, off, off + len) ? PKT_TEMPLATE_E_STRUCTURE : PKT_TEMPLATE_OK;
}

/* Which checksums cover octets [first, end), summing words from `window` on. False when one covers a part. */
static bool find_covers(const struct pkt_template *t, size_t first, size_t end,
                        struct pkt_template_slot *slot)
{
    slot->covers = 0;
    slot->swapped = 0;
    for (unsigned i = 0; i < t->segment_count; i++) {
        const struct pkt_template_segment *s = &t->segment[i];
        if (first >= s->end || end <= s->off)
            continue;
        if (first < s->off || end > s->end)
            return false;
        slot->covers |= (uint16_t)(1U << s->checksum);
        slot->swapped |= (uint16_t)(((slot->window & 1) != s->odd) << s->checksum);
    }
    return true;
}

static bool holds_checksum(const struct pkt_template *t, size_t window)
{
    for (unsigned i = 0; i < t->checksum_count; i++)
        if (t->checksum[i].off < window + WINDOW && window < t->checksum[i].off + 2U)
            return true;
    return false;
}

/* A window around octets [first, end), without a checksum if that can be: reading octets of which some were
 * written just before waits for the writing. */
static size_t window_of(const struct pkt_template *t, size_t first, size_t end)
{
    size_t last = t->packet.len - WINDOW;
    if (end >= WINDOW && !holds_checksum(t, end - WINDOW))
        return end - WINDOW;
    return first < last ? first : last;
}

/* A slot for bits that may be patched; false when there is none: see pkt_template_slot. */
static bool make_slot(const struct pkt_template *t, uint64_t off, unsigned len,
                      struct pkt_template_slot *slot)
{
    size_t first = (size_t)(off / 8), end = (size_t)((off + len + 7) / 8);
    if (t->packet.len < WINDOW || end - first > WINDOW)
        return false;
    slot->window = (uint32_t)window_of(t, first, end);
    slot->shift = (uint8_t)(WINDOW * 8 - len - (off - (uint64_t)slot->window * 8));
    slot->mask = UINT64_MAX >> (64 - len) << slot->shift;
    return find_covers(t, first, end, slot);
}

int pkt_template_slot(const struct pkt_template *t, uint64_t off, unsigned len,
                      struct pkt_template_slot *ret_slot)
{
    if (len == 0 || len > 64)
        return PKT_TEMPLATE_E_RANGE;
    int error = may_patch(t, off, len);
    if (error != PKT_TEMPLATE_OK)
        return error;
    return make_slot(t, off, len, ret_slot) ? PKT_TEMPLATE_OK : PKT_TEMPLATE_E_RANGE;
}

/* ~m + m' of 64 bits, which are a one's complement sum of four words (RFC 1071 2.C). */
static uint16_t difference(uint64_t before, uint64_t after)
{
    uint64_t sum = ~before + after;
    sum += sum < after; /* the carry comes back in */
    return fold(sum);
}

void pkt_template_put(struct pkt_template *t, const struct pkt_template_slot *slot, uint64_t value)
{
    uint64_t before = pkt_u64(pkt_room_view(t->packet), slot->window);
    uint64_t after = (before & ~slot->mask) | (value << slot->shift & slot->mask);
    struct change change = {.touched = slot->covers};
    pkt_set_u64(t->packet, slot->window, after);
    if (before == after || slot->covers == 0)
        return;
    uint16_t sum = difference(before, after);
    for (unsigned i = 0; i < t->checksum_count; i++)
        if ((slot->covers >> i & 1) != 0)
            change.acc[i] = (slot->swapped >> i & 1) != 0 ? swap(sum) : sum;
    update(t, &change, 0);
}

/* Bits for which there is no slot. */
static void patch(struct pkt_template *t, uint64_t off, unsigned len, uint64_t value)
{
    uint8_t before[9]; /* 64 bits may touch as many octets */
    struct change change = {.touched = 0};
    size_t first = (size_t)(off / 8), end = (size_t)((off + len + 7) / 8);
    struct pkt_view after = pkt_view_clip(pkt_room_view(t->packet), first, end - first);
    memcpy(before, after.ptr, after.len);
    pkt_set_bits(t->packet, (size_t)off, len, value);
    spread(t, first, pkt_view_make(before, after.len), after, &change);
    update(t, &change, written(t, first, end));
}

int pkt_template_set_bits(struct pkt_template *t, uint64_t off, unsigned len, uint64_t value)
{
    struct pkt_template_slot slot;
    if (len == 0 || len > 64 || (len < 64 && value >> len != 0))
        return PKT_TEMPLATE_E_RANGE;
    int error = may_patch(t, off, len);
    if (error != PKT_TEMPLATE_OK)
        return error;
    if (make_slot(t, off, len, &slot))
        pkt_template_put(t, &slot, value);
    else
        patch(t, off, len, value);
    return PKT_TEMPLATE_OK;
}

int pkt_template_set_bytes(struct pkt_template *t, size_t off, struct pkt_view bytes)
{
    uint8_t before[CHUNK];
    struct change change = {.touched = 0};
    if (off > t->packet.len || bytes.len > t->packet.len - off)
        return PKT_TEMPLATE_E_RANGE;
    int error = may_patch(t, (uint64_t)off * 8, (uint64_t)bytes.len * 8);
    if (error != PKT_TEMPLATE_OK)
        return error;
    for (size_t done = 0; done < bytes.len; done += CHUNK) {
        struct pkt_view chunk = pkt_view_clip(bytes, done, CHUNK);
        pkt_copy(pkt_room_view(t->packet), off + done, before, chunk.len);
        pkt_set_bytes(t->packet, off + done, chunk.ptr, chunk.len);
        spread(t, off + done, pkt_view_make(before, chunk.len), chunk, &change);
    }
    update(t, &change, written(t, off, off + bytes.len));
    return PKT_TEMPLATE_OK;
}

const char *pkt_template_sentence(int error)
{
    static const char *const sentences[] = {
        [-PKT_TEMPLATE_OK] = "patched",
        [-PKT_TEMPLATE_E_RANGE] = "the packet has no such bits, or the value does not fit in them",
        [-PKT_TEMPLATE_E_STRUCTURE] = "these bits say what the packet consists of",
    };
    unsigned index = (unsigned)-error;
    return index < sizeof sentences / sizeof *sentences ? sentences[index] : "unknown error";
}
