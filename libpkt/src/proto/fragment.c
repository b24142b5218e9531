/*
 * Dividing packets: IPv4 (RFC 791 3.2) and IPv6 (RFC 8200 4.5).
 */
#include "pkt/fragment.h"
#include "pkt/ipv6.h"
#include "pkt/link.h"
#include "pkt/room.h"

enum {
    DEFAULT_MTU = 1500,
    IPV4_MIN = 20,
    IPV4_TOTAL_LEN = 2,
    IPV4_FLAGS = 6,
    IPV4_CHECKSUM = 10,
    IPV4_KEPT_FLAGS = 0xc000, /* reserved and Don't Fragment */
    IPV4_MORE = 0x2000,
    OPTION_COPIED = 0x80, /* RFC 791 3.1 */
    IPV6_LEN = 40,
    IPV6_PAYLOAD_LEN = 4,
    IPV6_NEXT = 6,
    FRAGMENT_LEN = 8,
    UNIT = 8,
};

static bool is_v6(const struct pkt_fragments *f)
{
    return f->packet->layer[f->layer].proto == PKT_PROTO_IPV6;
}

static uint32_t ip_off(const struct pkt_fragments *f)
{
    return f->packet->layer[f->layer].off;
}

/* --- what is divided --- */

static int find_ip(const struct pkt_packet *packet)
{
    int v4 = pkt_layer_find(packet, PKT_PROTO_IPV4, 0);
    int v6 = pkt_layer_find(packet, PKT_PROTO_IPV6, 0);
    return v4 < 0 || (v6 >= 0 && v6 < v4) ? v6 : v4;
}

/* The header of later fragments: options whose copied flag is set, padded with End of Option List. */
static void copy_options(struct pkt_fragments *f, struct pkt_ipv4 ip)
{
    struct pkt_room header = pkt_room_make(f->later_header, sizeof f->later_header);
    struct pkt_list options;
    struct pkt_option option;
    size_t len = IPV4_MIN;
    memset(f->later_header, 0, sizeof f->later_header);
    pkt_set_bytes(header, 0, ip.header.ptr, IPV4_MIN);
    pkt_ipv4_options(ip, &options);
    while (pkt_option_next(&options, &option)) {
        if ((option.type & OPTION_COPIED) == 0)
            continue;
        pkt_set_bytes(header, len, option.bytes.ptr, option.bytes.len);
        len += option.bytes.len;
    }
    f->later_len = (uint8_t)((len + 3) / 4 * 4);
    pkt_set_u8(header, 0, (uint8_t)(4 << 4 | f->later_len / 4));
}

static void take_ipv4(struct pkt_fragments *f)
{
    struct pkt_ipv4 ip = {pkt_layer_header(f->packet, f->layer)};
    f->head_len = f->packet->layer[f->layer].hdr_len;
    f->payload = ip_off(f) + f->head_len;
    f->base = pkt_ipv4_fragment_offset(ip);
    f->more_at_end = pkt_ipv4_more_fragments(ip);
    copy_options(f, ip);
}

static bool has_jumbo(struct pkt_ipv6_extension x)
{
    struct pkt_list list;
    struct pkt_option option;
    pkt_ipv6_options(x, &list);
    while (pkt_option_next(&list, &option))
        if (option.type == PKT_IPV6_OPTION_JUMBO)
            return true;
    return false;
}

/* The header that ends at head_len announces what is divided. */
static void take_header(struct pkt_fragments *f, uint32_t next_off, uint32_t end, uint8_t next)
{
    f->next_off = next_off;
    f->head_len = end;
    f->payload = ip_off(f) + end;
    f->next_header = next;
}

/* A packet that is a fragment already keeps the numbers of its fragment header. */
static void take_fragment(struct pkt_fragments *f, uint32_t next_off, uint32_t off,
                          struct pkt_ipv6_extension x)
{
    take_header(f, next_off, off, pkt_ipv6_extension_next(x));
    f->payload += FRAGMENT_LEN;
    f->base = pkt_ipv6_fragment_offset(x);
    f->more_at_end = pkt_ipv6_more_fragments(x);
    f->id = pkt_ipv6_fragment_id(x);
}

/*
 * Every node on the way looks at what stands before the fragment header: hop-by-hop options, and all up to a
 * routing header. Returns the first row behind the extension headers.
 */
static unsigned take_ipv6(struct pkt_fragments *f)
{
    struct pkt_ipv6 ip = {pkt_layer_header(f->packet, f->layer)};
    struct pkt_ipv6_extension x;
    uint32_t next_off = IPV6_NEXT;
    unsigned row = f->layer + 1U;
    bool divided = false;
    take_header(f, next_off, IPV6_LEN, pkt_ipv6_next_header(ip));
    for (; pkt_as_ipv6_extension(f->packet, row, &x); row++) {
        uint32_t off = f->packet->layer[row].off - ip_off(f);
        if (x.proto == PKT_PROTO_IP6_FRAGMENT && !divided) {
            take_fragment(f, next_off, off, x);
            divided = true;
        } else if ((x.proto == PKT_PROTO_IP6_HOPOPTS || x.proto == PKT_PROTO_IP6_ROUTING) && !divided) {
            take_header(f, off, off + (uint32_t)x.header.len, pkt_ipv6_extension_next(x));
        }
        next_off = off;
        if (x.proto == PKT_PROTO_IP6_HOPOPTS && has_jumbo(x))
            f->error = PKT_FRAGMENT_E_JUMBO;
    }
    return row;
}

/* Bytes of what is divided that the first fragment must have: all headers up to that of the upper layer (RFC
 * 8200 4.5, RFC 7112 5). */
static uint32_t first_need(const struct pkt_fragments *f, unsigned upper)
{
    if (f->base != 0 || upper >= f->packet->layer_count)
        return 0;
    const struct pkt_layer *row = &f->packet->layer[upper];
    uint32_t end = row->off + (row->proto == PKT_PROTO_PAYLOAD ? 0 : row->hdr_len);
    return end > f->payload ? end - f->payload : 0;
}

/* --- how it is divided --- */

static uint32_t header_len(const struct pkt_fragments *f)
{
    if (is_v6(f))
        return f->head_len + FRAGMENT_LEN;
    return f->done == 0 ? f->head_len : f->later_len;
}

/* Bytes of payload in the next fragment; 0: there is no room for any. */
static uint32_t payload_of_next(const struct pkt_fragments *f)
{
    uint32_t left = f->payload_len - f->done;
    uint32_t header = header_len(f);
    uint32_t room = f->mtu > header ? f->mtu - header : 0;
    if (f->per_fragment != 0)
        return left < f->per_fragment ? left : f->per_fragment;
    return left <= room ? left : room / UNIT * UNIT;
}

/* How far behind this fragment's start the next one starts; at most 0: never further. */
static int64_t step(const struct pkt_fragments *f, uint32_t len)
{
    return (int64_t)(len / UNIT * UNIT) - f->overlap;
}

static bool fits(const struct pkt_fragments *f)
{
    uint32_t len = f->payload + f->payload_len - ip_off(f);
    return f->payload_len == 0 ? len <= f->mtu || f->per_fragment != 0
                               : len <= f->mtu && f->per_fragment == 0;
}

/* What forbids to divide a packet that has to be. */
static int refusal(const struct pkt_fragments *f, bool force, uint32_t need)
{
    struct pkt_ipv4 ip;
    if (pkt_as_ipv4(f->packet, f->layer, &ip) && pkt_ipv4_dont_fragment(ip) && !force)
        return PKT_FRAGMENT_E_FORBIDDEN;
    if (f->base + f->payload_len > UINT16_MAX)
        return PKT_FRAGMENT_E_RANGE;
    uint32_t len = payload_of_next(f);
    if (len != 0 && len < f->payload_len && step(f, len) <= 0)
        return PKT_FRAGMENT_E_RANGE;
    return len == 0 || (len < need && f->per_fragment == 0) ? PKT_FRAGMENT_E_MTU : PKT_FRAGMENT_OK;
}

/* To a multiple of 8; more than any packet has stays more. */
static uint32_t round_up(uint32_t overlap)
{
    uint32_t units = overlap / UNIT + (overlap % UNIT == 0 ? 0 : 1);
    return overlap > UINT16_MAX ? UINT16_MAX + 1 : units * UNIT;
}

int pkt_fragments_init(struct pkt_fragments *f, const struct pkt_packet *packet,
                       const struct pkt_fragment_spec *spec)
{
    static const struct pkt_fragment_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    int layer = find_ip(packet);
    *f = (struct pkt_fragments){.packet = packet,
                                .mtu = spec->mtu == 0 ? DEFAULT_MTU : spec->mtu,
                                .id = spec->id,
                                .per_fragment = spec->payload_per_fragment,
                                .overlap = round_up(spec->overlap)};
    if (layer < 0 || packet->layer[layer].hdr_len == 0)
        return f->error = PKT_FRAGMENT_E_NOT_IP;
    const struct pkt_layer *row = &packet->layer[layer];
    f->layer = (uint8_t)layer;
    if ((row->flags & (PKT_LAYER_TRUNCATED | PKT_LAYER_CLIPPED)) != 0)
        return f->error = PKT_FRAGMENT_E_CUT;
    uint32_t need = 0;
    if (is_v6(f))
        need = first_need(f, take_ipv6(f));
    else
        take_ipv4(f);
    f->payload_len = row->off + row->len - f->payload;
    f->whole = fits(f);
    if (f->error == PKT_FRAGMENT_OK && !f->whole)
        f->error = refusal(f, spec->force, need);
    return f->error;
}

/* --- writing --- */

/* IEEE 802.3 lengths before the IP header count what follows them. */
static void set_link_lengths(const struct pkt_fragments *f, struct pkt_room frame)
{
    for (unsigned i = 0; i < f->layer; i++) {
        const struct pkt_layer *row = &f->packet->layer[i];
        bool has_type = row->proto == PKT_PROTO_ETHERNET || row->proto == PKT_PROTO_VLAN;
        size_t end = (size_t)row->off + row->hdr_len;
        if (has_type && row->next <= PKT_8023_LENGTH_MAX)
            pkt_set_u16(frame, end - 2, (uint16_t)(frame.len - end));
    }
}

static void put_ipv4(const struct pkt_fragments *f, struct pkt_room ip, uint32_t header, bool more)
{
    if (f->done != 0)
        pkt_set_bytes(ip, 0, f->later_header, f->later_len);
    uint16_t flags = pkt_u16(pkt_room_view(ip), IPV4_FLAGS) & IPV4_KEPT_FLAGS;
    pkt_set_u16(ip, IPV4_TOTAL_LEN, (uint16_t)ip.len);
    pkt_set_u16(ip, IPV4_FLAGS, (uint16_t)(flags | (more ? IPV4_MORE : 0) | (f->base + f->done) / UNIT));
    pkt_set_u16(ip, IPV4_CHECKSUM, 0);
    pkt_set_u16(ip, IPV4_CHECKSUM, pkt_checksum(pkt_room_view(pkt_room_sub(ip, 0, header))));
}

static void put_ipv6(const struct pkt_fragments *f, struct pkt_room ip, bool more)
{
    struct pkt_room header = pkt_room_sub(ip, f->head_len, FRAGMENT_LEN);
    pkt_set_u16(ip, IPV6_PAYLOAD_LEN, (uint16_t)(ip.len - IPV6_LEN));
    pkt_set_u8(ip, f->next_off, PKT_IP_FRAGMENT);
    pkt_set_u8(header, 0, f->next_header);
    pkt_set_u8(header, 1, 0);
    pkt_set_u16(header, 2, (uint16_t)((f->base + f->done) | more));
    pkt_set_u32(header, 4, f->id);
}

/* The next fragment of len bytes of payload. */
static void put(const struct pkt_fragments *f, struct pkt_room frame, uint32_t len)
{
    uint32_t link = ip_off(f), header = header_len(f);
    struct pkt_view bytes = f->packet->bytes;
    struct pkt_view payload = pkt_view_clip(bytes, f->payload + f->done, len);
    struct pkt_room ip = pkt_room_sub(frame, link, frame.len - link);
    bool more = f->done + len < f->payload_len || f->more_at_end;
    pkt_set_bytes(frame, 0, bytes.ptr, link + (is_v6(f) || f->done == 0 ? f->head_len : 0));
    pkt_set_bytes(ip, header, payload.ptr, payload.len);
    if (is_v6(f))
        put_ipv6(f, ip, more);
    else
        put_ipv4(f, ip, header, more);
    set_link_lengths(f, frame);
}

/* The packet as it stands, without a trailer. */
static void put_whole(const struct pkt_fragments *f, struct pkt_room frame)
{
    pkt_set_bytes(frame, 0, f->packet->bytes.ptr, frame.len);
}

bool pkt_fragments_next(struct pkt_fragments *f, void *buffer, size_t size, struct pkt_view *ret_fragment)
{
    if (f->error == PKT_FRAGMENT_E_SPACE)
        f->error = PKT_FRAGMENT_OK;
    if (f->error != PKT_FRAGMENT_OK || f->ended)
        return false;
    uint32_t len = f->whole ? f->payload_len : payload_of_next(f);
    size_t total = f->whole ? (size_t)f->payload + len : (size_t)ip_off(f) + header_len(f) + len;
    f->need = total;
    if (buffer != NULL && size < total) {
        f->error = PKT_FRAGMENT_E_SPACE;
        return false;
    }
    if (buffer != NULL && f->whole)
        put_whole(f, pkt_room_make(buffer, total));
    else if (buffer != NULL)
        put(f, pkt_room_make(buffer, total), len);
    *ret_fragment = pkt_view_make(buffer, total);
    f->ended = f->whole || f->done + len >= f->payload_len;
    f->done += f->ended ? len : (uint32_t)step(f, len);
    return true;
}

const char *pkt_fragment_sentence(int error)
{
    static const char *const sentences[] = {
        [-PKT_FRAGMENT_OK] = "divided",
        [-PKT_FRAGMENT_E_SPACE] = "the buffer is too small for the fragment",
        [-PKT_FRAGMENT_E_NOT_IP] = "there is no whole IP header",
        [-PKT_FRAGMENT_E_CUT] = "not all of the packet is here",
        [-PKT_FRAGMENT_E_FORBIDDEN] = "the packet must not be fragmented",
        [-PKT_FRAGMENT_E_JUMBO] = "a jumbogram cannot be fragmented",
        [-PKT_FRAGMENT_E_MTU] = "the headers leave no room in the MTU",
        [-PKT_FRAGMENT_E_RANGE] = "fragments of this size or with this overlap cannot be made",
    };
    unsigned index = (unsigned)-error;
    return index < sizeof sentences / sizeof *sentences ? sentences[index] : "unknown error";
}
