/*
 * Link layers as lines: Ethernet with its tags, BSD loopback, raw IP, cooked captures.
 */
#include "pkt/link.h"
#include "text.h"

enum {
    ETHERNET_LEN = 14,
    VLAN_LEN = 4,
    NULL_LEN = 4,
    SLL_LEN = 16,
    SLL2_LEN = 20,
    LENGTH_MAX = 1500, /* tcpdump takes more for a type, where IEEE 802.3 leaves a gap up to 1535 */
    SLL_8023 = 1,
    SLL_LLC = 4,
};

static void put_type(struct text *t, uint16_t type)
{
    if (t->options->quiet) {
        text_name_or_hex4(t, text_ethertypes, type, "Unknown Ethertype (0x");
        return;
    }
    const char *name = text_name(text_ethertypes, type);
    text_put(t, "ethertype ");
    text_put(t, name != NULL ? name : "Unknown");
    text_put_hex_width(t, " (0x", type, 4);
    text_put(t, ")");
}

static void put_tag(struct text *t, struct pkt_vlan vlan)
{
    text_put_u32(t, "vlan ", pkt_vlan_id(vlan));
    text_put_u32(t, ", p ", pkt_vlan_priority(vlan));
    text_put(t, pkt_vlan_dei(vlan) ? ", DEI, " : ", ");
}

/* The fourth is another value from before 802.1ad. */
static bool is_tag(uint16_t type)
{
    return type == PKT_ETHERTYPE_VLAN || type == PKT_ETHERTYPE_QINQ || type == PKT_ETHERTYPE_QINQ_OLD ||
           type == 0x9200;
}

bool text_ethertype(struct text *t, struct text_at at, uint16_t type, bool *ret_known)
{
    *ret_known = true;
    switch (type) {
    case PKT_ETHERTYPE_IPV4:
        return text_ipv4(t, at);
    case PKT_ETHERTYPE_IPV6:
        return text_ipv6(t, at);
    case PKT_ETHERTYPE_ARP:
    case PKT_ETHERTYPE_RARP:
        return text_arp(t, at);
    default:
        *ret_known = false;
        return true;
    }
}

/* One Ethernet frame under way. */
struct frame {
    struct pkt_ethernet header;
    uint32_t len;        /* of the whole frame */
    uint32_t header_len; /* so far, tags included */
    bool len_printed;    /* with tags the length stands behind the first type */
};

static void put_stations(struct text *t, const struct frame *frame)
{
    pkt_put_mac(t->sink, pkt_ethernet_src(frame->header));
    text_put(t, " > ");
    pkt_put_mac(t->sink, pkt_ethernet_dst(frame->header));
    text_put(t, ", ");
}

static void put_len(struct text *t, uint32_t len)
{
    text_put_u32(t, ", length ", len);
    text_put(t, ": ");
}

static void put_type_and_len(struct text *t, struct frame *frame, uint16_t type)
{
    put_type(t, type);
    if (frame->len_printed)
        text_put(t, ", ");
    else
        put_len(t, frame->len);
    frame->len_printed = true;
}

/* The tags of a frame. Moves at and *type behind them; false when the capture or the frame ends in one. */
static bool put_tags(struct text *t, struct frame *frame, struct text_at *at, uint16_t *type)
{
    while (is_tag(*type)) {
        struct pkt_vlan vlan = {pkt_view_clip(at->bytes, 0, VLAN_LEN), *type};
        if (at->bytes.len < VLAN_LEN || at->len < VLAN_LEN) {
            text_mark(t, "vlan");
            frame->header_len += (uint32_t)at->bytes.len;
            return false;
        }
        if (t->options->link_header) {
            put_type_and_len(t, frame, *type);
            put_tag(t, vlan);
        }
        *type = pkt_vlan_type(vlan);
        *at = text_behind(*at, VLAN_LEN);
        frame->header_len += VLAN_LEN;
    }
    return true;
}

/* An 802.3 length rules the end of what LLC carries. */
static bool put_8023(struct text *t, struct frame *frame, struct text_at at, uint16_t length)
{
    if (length < at.len) {
        at.len = length;
        at.bytes = pkt_view_clip(at.bytes, 0, length);
    }
    if (t->options->link_header) {
        text_put(t, "802.3");
        if (!frame->len_printed)
            put_len(t, at.len);
    }
    uint32_t header_len;
    bool known;
    struct text_stations stations = {pkt_ethernet_src(frame->header), pkt_ethernet_dst(frame->header)};
    if (!text_llc(t, at, &stations, &header_len, &known))
        return false;
    frame->header_len += header_len;
    if (!known)
        text_dump_default(t, at.bytes);
    return true;
}

static bool put_typed(struct text *t, struct frame *frame, struct text_at at, uint16_t type)
{
    bool known;
    if (t->options->link_header)
        put_type_and_len(t, frame, type);
    if (!text_ethertype(t, at, type, &known))
        return false;
    if (known)
        return true;
    if (!t->options->link_header) {
        put_stations(t, frame);
        put_type(t, type);
        put_len(t, frame->len);
    }
    text_dump_default(t, at.bytes);
    return true;
}

bool text_inner_ethernet(struct text *t, struct text_at at, uint32_t *ret_header_len)
{
    struct pkt_ethernet e = {pkt_view_clip(at.bytes, 0, ETHERNET_LEN)};
    *ret_header_len = (uint32_t)at.bytes.len;
    if (at.bytes.len < ETHERNET_LEN || at.len < ETHERNET_LEN) {
        text_mark(t, "ether");
        return true;
    }
    struct frame frame = {e, at.len, ETHERNET_LEN, false};
    if (t->options->link_header)
        put_stations(t, &frame);
    uint16_t type = pkt_ethernet_type(e);
    at = text_behind(at, ETHERNET_LEN);
    if (!put_tags(t, &frame, &at, &type)) {
        *ret_header_len = frame.header_len;
        return true;
    }
    bool go_on = type <= LENGTH_MAX ? put_8023(t, &frame, at, type) : put_typed(t, &frame, at, type);
    *ret_header_len = frame.header_len;
    return go_on;
}

bool text_ethernet(struct text *t, struct text_at at)
{
    uint32_t header_len;
    bool go_on = text_inner_ethernet(t, at, &header_len);
    t->link_len = header_len;
    return go_on;
}

static void put_family(struct text *t, uint32_t family, uint32_t len)
{
    const char *name = text_name(text_address_families, family);
    if (t->options->quiet) {
        text_name_or_u32(t, text_address_families, family, "Unknown AF ");
    } else {
        text_put(t, "AF ");
        text_put(t, name != NULL ? name : "Unknown");
        text_put_u32(t, " (", family);
        text_put(t, ")");
    }
    put_len(t, len);
}

bool text_null(struct text *t, struct text_at at)
{
    struct pkt_null null = {pkt_view_clip(at.bytes, 0, NULL_LEN)};
    if (at.bytes.len < NULL_LEN) {
        text_mark(t, "null");
        return true;
    }
    t->link_len = NULL_LEN;
    uint32_t family = pkt_null_family(null);
    struct text_at next = text_behind(at, NULL_LEN);
    if (t->options->link_header)
        put_family(t, family, at.len);
    const char *name = text_name(text_address_families, family);
    if (name != NULL && strcmp(name, "IPv4") == 0)
        return text_ipv4(t, next);
    if (name != NULL && strcmp(name, "IPv6") == 0)
        return text_ipv6(t, next);
    if (!t->options->link_header)
        put_family(t, family, at.len);
    text_dump_default(t, next.bytes);
    return true;
}

bool text_raw(struct text *t, struct text_at at)
{
    if (t->options->link_header)
        text_put(t, "ip: ");
    unsigned version = pkt_u8(at.bytes, 0) >> 4;
    if (version == 4)
        return text_ipv4(t, at);
    if (version == 6)
        return text_ipv6(t, at);
    text_put_u32(t, "unknown ip ", version);
    return true;
}

bool text_unsupported(struct text *t, struct text_at at)
{
    text_put(t, "UNSUPPORTED");
    text_dump_hex_ascii(t, at.bytes, "\n\t");
    return true;
}

static const char *const sll_types[] = {"In", "B", "M", "P", "Out"};

static const char *sll_type(struct pkt_sll sll)
{
    unsigned type = pkt_sll_packet_type(sll);
    return type < sizeof sll_types / sizeof *sll_types ? sll_types[type] : "?";
}

/* A name in a column of width characters. */
static void put_column(struct text *t, const char *name, size_t width, bool right)
{
    size_t len = strlen(name);
    if (!right)
        text_put(t, name);
    for (; len < width; len++)
        pkt_put_char(t->sink, ' ');
    if (right)
        text_put(t, name);
    pkt_put_char(t->sink, ' ');
}

static void put_sll(struct text *t, struct pkt_sll sll, uint32_t len)
{
    if (sll.v2) {
        text_put_u32(t, "ifindex ", pkt_sll_interface(sll));
        text_put(t, " ");
    } else {
        put_column(t, sll_type(sll), 3, true);
    }
    if (pkt_sll_address_len(sll) == 6) {
        pkt_put_mac(t->sink, pkt_mac_at(pkt_sll_address(sll), 0));
        text_put(t, " ");
    }
    if (t->options->quiet)
        return;
    uint16_t protocol = pkt_sll_protocol(sll);
    if (protocol == SLL_8023)
        text_put(t, "802.3");
    else if (protocol == SLL_LLC)
        text_put(t, "802.2");
    else if (protocol <= LENGTH_MAX) {
        text_put_hex_width(t, "ethertype Unknown (0x", protocol, 4);
        text_put(t, ")");
    } else
        put_type(t, protocol);
    put_len(t, len);
}

/* The tags of a cooked frame: the kernel took the outermost off, where the card had not already. */
static bool put_sll_tags(struct text *t, struct text_at *at, uint16_t *type)
{
    while (*type == PKT_ETHERTYPE_VLAN) {
        struct pkt_vlan vlan = {pkt_view_clip(at->bytes, 0, VLAN_LEN), *type};
        if (at->bytes.len < VLAN_LEN || at->len < VLAN_LEN) {
            text_mark(t, "vlan");
            return false;
        }
        if (t->options->link_header)
            put_tag(t, vlan);
        *type = pkt_vlan_type(vlan) <= LENGTH_MAX ? SLL_LLC : pkt_vlan_type(vlan);
        if (!t->options->quiet) {
            const char *name = text_name(text_ethertypes, *type);
            text_put(t, "ethertype ");
            text_put(t, name != NULL ? name : "Unknown");
            text_put(t, ", ");
        }
        *at = text_behind(*at, VLAN_LEN);
        t->link_len += VLAN_LEN;
    }
    return true;
}

static bool put_sll_payload(struct text *t, struct pkt_sll sll, struct text_at at, uint16_t type,
                            uint32_t len)
{
    uint32_t header_len;
    bool known = false;
    bool typed = type > LENGTH_MAX;
    if (typed && !text_ethertype(t, at, type, &known))
        return false;
    if (!typed && type == SLL_LLC) {
        if (!text_llc(t, at, NULL, &header_len, &known))
            return false;
        t->link_len += header_len;
    }
    if (known)
        return true;
    if (typed && !t->options->link_header)
        put_sll(t, sll, len);
    text_dump_default(t, at.bytes);
    return true;
}

static bool cooked(struct text *t, struct text_at at, bool v2)
{
    uint32_t header_len = v2 ? SLL2_LEN : SLL_LEN;
    struct pkt_sll sll = {pkt_view_clip(at.bytes, 0, header_len), v2};
    if (at.bytes.len < header_len) {
        t->link_len = v2 ? 0 : (uint32_t)at.bytes.len; /* what a dump leaves out */
        text_mark(t, v2 ? "sll2" : "sll");
        return true;
    }
    t->link_len = header_len;
    if (v2) {
        text_put_u32(t, "if", pkt_sll_interface(sll));
        for (uint32_t limit = 100; limit > pkt_sll_interface(sll) && limit > 1; limit /= 10)
            pkt_put_char(t->sink, ' ');
        text_put(t, " ");
        put_column(t, sll_type(sll), 3, false);
    }
    if (t->options->link_header)
        put_sll(t, sll, at.len);
    uint32_t len = at.len;
    uint16_t type = pkt_sll_protocol(sll);
    at = text_behind(at, header_len);
    return !put_sll_tags(t, &at, &type) || put_sll_payload(t, sll, at, type, len);
}

bool text_sll(struct text *t, struct text_at at)
{
    return cooked(t, at, false);
}

bool text_sll2(struct text *t, struct text_at at)
{
    return cooked(t, at, true);
}
