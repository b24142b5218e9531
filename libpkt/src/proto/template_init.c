/*
 * Making a template turns the layer table into two flat lists: which bits may not change, and which bytes
 * each checksum covers.
 */
#include "demux.h"
#include "pkt/icmp.h"
#include "pkt/igmp.h"
#include "pkt/ipv6.h"
#include "pkt/transport.h"
#include "template.h"

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
    {PKT_PROTO_IPV4,     10, PKT_TEMPLATE_PLAIN, false},
    {PKT_PROTO_ICMP,     2,  PKT_TEMPLATE_PLAIN, false},
    {PKT_PROTO_ICMP6,    2,  PKT_TEMPLATE_PLAIN, true },
    {PKT_PROTO_ICMP_EXT, 2,  PKT_TEMPLATE_PLAIN, false},
    {PKT_PROTO_IGMP,     2,  PKT_TEMPLATE_PLAIN, false},
    {PKT_PROTO_UDP,      6,  PKT_TEMPLATE_UDP,   true },
    {PKT_PROTO_TCP,      16, PKT_TEMPLATE_PLAIN, true },
    {PKT_PROTO_GRE,      4,  PKT_TEMPLATE_PLAIN, false},
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
    t->checksum[t->checksum_count++] = (struct pkt_template_checksum){
        .off = (uint32_t)at, .kind = partial ? PKT_TEMPLATE_PARTIAL : field->kind};
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
