/*
 * Stacks of layers made up from fuzz input, for fuzz_roundtrip: which layer may follow which, what each is
 * made of, how it is put, and what must be read back from where the RFCs place it.
 */
#ifndef FUZZ_ROUNDTRIP_H
#define FUZZ_ROUNDTRIP_H

#include "pkt/pkt.h"

enum {
    ITEMS_MAX = 4,
    WANTS_MAX = 14,
    STACK_MAX = 14, /* layers; an extension and a trailer still have rows */
    BLOB_MAX = 64,
};

/* What a layer is to those that carry it. */
enum role {
    ROLE_ETHERNET = 1 << 0,
    ROLE_TAG = 1 << 1,
    ROLE_LLC = 1 << 2,
    ROLE_LINK = 1 << 3, /* begins captures only */
    ROLE_PPP = 1 << 4,
    ROLE_ARP = 1 << 5,
    ROLE_IPV4 = 1 << 6,
    ROLE_IPV6 = 1 << 7,
    ROLE_HOPOPTS = 1 << 8,
    ROLE_EXTENSION = 1 << 9,
    ROLE_ANY_IP = 1 << 10, /* over both families */
    ROLE_OVER4 = 1 << 11,  /* ICMP, anywhere in IPv4 */
    ROLE_OVER6 = 1 << 12,
    ROLE_IGMP = 1 << 13, /* right behind IPv4 */
    ROLE_ND = 1 << 14,   /* right behind IPv6 */
    ROLE_MLD = 1 << 15,  /* right behind hop-by-hop options */
    ROLE_VXLAN = 1 << 16,
    ROLE_PAYLOAD = 1 << 17,
    ROLE_ERROR = 1 << 18, /* together with OVER4 or OVER6: an ICMP error */
};
enum {
    ROLES_IP = ROLE_IPV4 | ROLE_IPV6 | ROLE_ANY_IP,
    ROLES_TYPE = ROLE_TAG | ROLE_LLC | ROLE_ARP | ROLE_IPV4 | ROLE_IPV6 | ROLE_PAYLOAD,
    ROLES_IN4 = ROLES_IP | ROLE_OVER4 | ROLE_PAYLOAD,
    ROLES_IN6 = ROLES_IP | ROLE_OVER6 | ROLE_EXTENSION | ROLE_PAYLOAD,
};

/* Bits that must stand in a layer, from its first bit on. */
struct want {
    uint16_t off;
    uint8_t len;
    uint64_t value;
};

/* An option, record, object, address: type and bytes as read back by the list's iterator. */
struct item {
    uint8_t type;
    uint8_t count; /* sources of a record */
    uint8_t len;
    uint8_t bytes[BLOB_MAX];
};

/* One layer of the stack. */
struct made {
    uint8_t kind; /* index in kinds[] */
    bool is_cut;  /* with the quotation that it is in */
    uint8_t want_count;
    uint8_t item_count;
    struct want want[WANTS_MAX];
    struct item item[ITEMS_MAX];
    uint8_t blob[BLOB_MAX]; /* addresses that specs point to */
    uint16_t len;           /* of a payload */
    uint8_t byte;           /* of which a payload consists; message type; whatever a single octet says */
    union {
        struct pkt_ethernet_spec ethernet;
        struct pkt_vlan_spec vlan;
        struct pkt_llc_spec llc;
        struct pkt_null_spec null;
        struct pkt_sll_spec sll;
        struct pkt_ppp_spec ppp;
        struct pkt_arp_spec arp;
        struct pkt_ipv4_spec ipv4;
        struct pkt_ipv6_spec ipv6;
        struct pkt_ipv6_routing_spec routing;
        struct pkt_ipv6_fragment_spec fragment;
        struct pkt_ah_spec ah;
        struct pkt_udp_spec udp;
        struct pkt_tcp_spec tcp;
        struct pkt_gre_spec gre;
        struct pkt_icmp_echo_spec echo;
        struct pkt_icmp_timestamp_spec timestamp;
        struct pkt_icmp_mask_spec mask;
        struct pkt_icmp_router_spec router;
        struct pkt_icmp_extended_echo_spec extended_echo;
        struct pkt_icmp_extended_reply_spec extended_reply;
        struct pkt_icmp_traceroute_spec traceroute;
        struct pkt_icmp_unreachable_spec unreachable;
        struct pkt_icmp_redirect_spec redirect;
        struct pkt_icmp_parameter_spec parameter;
        struct pkt_nd_router_spec nd_router;
        struct pkt_nd_neighbour_spec neighbour;
        struct pkt_igmp_spec igmp;
        struct pkt_igmp3_query_spec igmp3;
        struct pkt_mrd_spec mrd;
        struct pkt_mld1_spec mld1;
        struct pkt_mld2_query_spec mld2;
        struct pkt_ip6 address[2];
        uint32_t number[2];
    } spec;
};

struct stack {
    struct pkt_cursor input; /* gives zeroes at its end */
    bool wild;               /* anything in any order: no legal packet is asked for */
    bool is_small;           /* inside an IEEE 802.3 length */
    uint16_t unit;           /* of payload bytes: 8 in a fragment that others follow */
    uint32_t allowed;        /* enum role: what may follow */
    bool quoting;            /* behind an ICMP error */
    uint16_t linktype;
    uint8_t count;
    struct made made[STACK_MAX];
};

struct kind {
    uint8_t proto;
    uint32_t role;
    uint32_t follows; /* enum role: what may stand behind it; 0: nothing */
    void (*draw)(struct stack *s, struct made *m);
    void (*put)(struct pkt_build *build, const struct made *m);
};

/* --- drawing --- */

static uint8_t draw8(struct stack *s)
{
    return pkt_cursor_u8(&s->input);
}

static uint16_t draw16(struct stack *s)
{
    return pkt_cursor_u16(&s->input);
}

static uint32_t draw32(struct stack *s)
{
    return pkt_cursor_u32(&s->input);
}

static void draw_bytes(struct stack *s, uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        bytes[i] = draw8(s);
}

static struct pkt_ip4 draw_ip4(struct stack *s)
{
    struct pkt_ip4 address;
    draw_bytes(s, address.byte, sizeof address.byte);
    return address;
}

/* Four drawn octets, the rest from one: input is dear. */
static struct pkt_ip6 draw_ip6(struct stack *s, uint8_t first, uint8_t second)
{
    struct pkt_ip6 address = {
        {first, second}
    };
    address.byte[7] = draw8(s);
    draw_bytes(s, address.byte + 12, 4);
    return address;
}

static struct pkt_mac draw_mac(struct stack *s)
{
    struct pkt_mac address;
    draw_bytes(s, address.byte, sizeof address.byte);
    return address;
}

static void want(struct made *m, unsigned off, unsigned len, uint64_t value)
{
    m->want[m->want_count++] = (struct want){(uint16_t)off, (uint8_t)len, value};
}

static void want_bytes(struct made *m, unsigned octet, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint64_t value = 0;
        size_t n = len - i < 8 ? len - i : 8;
        for (size_t k = 0; k < n; k++)
            value = value << 8 | bytes[i + k];
        want(m, (unsigned)(octet + i) * 8, (unsigned)n * 8, value);
        i += n;
    }
}

static struct made *before(struct stack *s)
{
    return s->count == 0 ? NULL : &s->made[s->count - 1];
}

/* An item of n octets of data. */
static struct item *draw_item(struct stack *s, struct made *m, uint8_t type, size_t n)
{
    struct item *item = &m->item[m->item_count++];
    item->type = type;
    item->len = (uint8_t)n;
    item->count = 0;
    draw_bytes(s, item->bytes, n);
    return item;
}

static struct pkt_view item_view(const struct item *item)
{
    return pkt_view_make(item->bytes, item->len);
}

/* --- link layers --- */

static void draw_ethernet(struct stack *s, struct made *m)
{
    m->spec.ethernet = (struct pkt_ethernet_spec){.dst = draw_mac(s), .src = draw_mac(s)};
    want_bytes(m, 0, m->spec.ethernet.dst.byte, 6);
    want_bytes(m, 6, m->spec.ethernet.src.byte, 6);
}

static void put_ethernet(struct pkt_build *build, const struct made *m)
{
    pkt_build_ethernet(build, &m->spec.ethernet);
}

static void draw_vlan(struct stack *s, struct made *m)
{
    static const uint16_t tpids[] = {0, PKT_ETHERTYPE_VLAN, PKT_ETHERTYPE_QINQ, PKT_ETHERTYPE_QINQ_OLD};
    uint16_t tci = draw16(s);
    m->spec.vlan = (struct pkt_vlan_spec){.tpid = tpids[draw8(s) % 4],
                                          .id = s->wild ? tci : tci & 0xfff,
                                          .priority = (uint8_t)(tci >> 13),
                                          .dei = (tci & 0x1000) != 0};
    want(m, 0, 16, tci);
}

static void put_vlan(struct pkt_build *build, const struct made *m)
{
    pkt_build_vlan(build, &m->spec.vlan);
}

static void draw_snap(struct stack *s, struct made *m)
{
    (void)s;
    m->spec.llc = (struct pkt_llc_spec){.dsap = 0};
    want(m, 0, 48, 0xaaaa03000000);
}

/* An unnumbered frame that is no SNAP. */
static void draw_llc(struct stack *s, struct made *m)
{
    uint8_t ssap = draw8(s) & 0x7f;
    m->spec.llc = (struct pkt_llc_spec){.dsap = 0x42, .ssap = ssap, .control = 3};
    want(m, 0, 24, 0x420003U | (unsigned)ssap << 8);
}

static void put_llc(struct pkt_build *build, const struct made *m)
{
    pkt_build_llc(build, &m->spec.llc);
}

static void draw_null(struct stack *s, struct made *m)
{
    m->spec.null = (struct pkt_null_spec){.loop = s->linktype == PKT_LINKTYPE_LOOP};
}

static void put_null(struct pkt_build *build, const struct made *m)
{
    pkt_build_null(build, &m->spec.null);
}

static void draw_sll(struct stack *s, struct made *m)
{
    draw_bytes(s, m->blob, 12);
    uint8_t len = draw8(s) % 13;
    m->spec.sll = (struct pkt_sll_spec){.packet_type = draw8(s) % 5,
                                        .hardware_type = 512,
                                        .address = pkt_view_make(m->blob, len),
                                        .interface = draw32(s)};
    bool v2 = s->linktype == PKT_LINKTYPE_SLL2;
    if (v2)
        want(m, 32, 32, m->spec.sll.interface);
    want(m, v2 ? 80 : 0, v2 ? 8 : 16, m->spec.sll.packet_type);
    want(m, v2 ? 64 : 16, 16, 512);
    want(m, v2 ? 88 : 32, v2 ? 8 : 16, len);
    want_bytes(m, v2 ? 12 : 6, m->blob, len < 8 ? len : 8);
}

static void put_sll(struct pkt_build *build, const struct made *m)
{
    pkt_build_sll(build, &m->spec.sll);
}

static void put_sll2(struct pkt_build *build, const struct made *m)
{
    pkt_build_sll2(build, &m->spec.sll);
}

static void draw_ppp(struct stack *s, struct made *m)
{
    uint8_t form = draw8(s);
    bool hdlc = s->linktype == PKT_LINKTYPE_PPP_HDLC;
    m->spec.ppp = (struct pkt_ppp_spec){.no_address = !hdlc && form % 2 == 1, .compressed = form % 4 == 2};
    if (!m->spec.ppp.no_address)
        want(m, 0, 16, 0xff03);
}

static void put_ppp(struct pkt_build *build, const struct made *m)
{
    pkt_build_ppp(build, &m->spec.ppp);
}

static void draw_arp(struct stack *s, struct made *m)
{
    unsigned hardware = draw8(s) % 4 == 0 ? 1U + draw8(s) % 12U : 6;
    struct pkt_arp_spec *arp = &m->spec.arp;
    draw_bytes(s, m->blob, 2 * hardware + 8);
    *arp = (struct pkt_arp_spec){.operation = 1 + draw8(s) % 9,
                                 .sender_hardware = pkt_view_make(m->blob, hardware),
                                 .sender_protocol = pkt_view_make(m->blob + hardware, 4),
                                 .target_hardware = pkt_view_make(m->blob + hardware + 4, hardware),
                                 .target_protocol = pkt_view_make(m->blob + 2 * hardware + 4, 4)};
    want(m, 0, 48, 0x000108000004U | hardware << 8);
    want(m, 48, 16, arp->operation);
    want_bytes(m, 8, m->blob, 2 * hardware + 8);
}

static void put_arp(struct pkt_build *build, const struct made *m)
{
    pkt_build_arp(build, &m->spec.arp);
}

/* --- IP --- */

/* Sets what a packet of its own or a fragment says. */
static void draw_fragment4(struct stack *s, struct pkt_ipv4_spec *ip)
{
    ip->more_fragments = draw8(s) % 2 == 1;
    ip->fragment_offset = (uint16_t)(draw8(s) * 8U);
    if (s->wild)
        ip->fragment_offset = draw16(s);
    if (!ip->more_fragments && ip->fragment_offset == 0)
        return;
    ip->dont_fragment = false;
    s->unit = ip->more_fragments ? 8 : 1;
    s->allowed = ROLE_PAYLOAD;
}

static void want_ipv4(struct made *m)
{
    const struct pkt_ipv4_spec *ip = &m->spec.ipv4;
    m->want_count = 0;
    want(m, 0, 4, 4);
    want(m, 8, 8, ip->tos);
    want(m, 32, 16, ip->id);
    want(m, 48, 3, (unsigned)ip->dont_fragment << 1 | ip->more_fragments);
    want(m, 51, 13, ip->fragment_offset / 8U);
    want(m, 64, 8, ip->ttl == 0 ? 64 : ip->ttl);
    want_bytes(m, 12, ip->src.byte, 4);
    want_bytes(m, 16, ip->dst.byte, 4);
}

static void draw_ipv4(struct stack *s, struct made *m)
{
    uint8_t how = draw8(s);
    struct pkt_ipv4_spec *ip = &m->spec.ipv4;
    *ip = (struct pkt_ipv4_spec){.src = draw_ip4(s),
                                 .dst = draw_ip4(s),
                                 .ttl = draw8(s),
                                 .tos = draw8(s),
                                 .id = draw16(s),
                                 .dont_fragment = (how & 0x80) != 0};
    ip->src.byte[0] = 10;
    for (unsigned i = 0; i < (how & 3U); i++) /* an option without a meaning (RFC 4727), 36 octets of them */
        draw_item(s, m, 0x9e, draw8(s) % 11);
    if ((how & 0x1c) == 0x1c)
        draw_fragment4(s, ip);
    want_ipv4(m);
}

static void put_ipv4(struct pkt_build *build, const struct made *m)
{
    pkt_build_ipv4(build, &m->spec.ipv4);
    for (unsigned i = 0; i < m->item_count; i++)
        pkt_build_ipv4_option(build, m->item[i].type, item_view(&m->item[i]));
}

static void want_ipv6(struct made *m)
{
    const struct pkt_ipv6_spec *ip = &m->spec.ipv6;
    m->want_count = 0;
    want(m, 0, 4, 6);
    want(m, 4, 8, ip->traffic_class);
    want(m, 12, 20, ip->flow_label);
    want(m, 56, 8, ip->hop_limit == 0 ? 64 : ip->hop_limit);
    want_bytes(m, 8, ip->src.byte, 16);
    want_bytes(m, 24, ip->dst.byte, 16);
}

static void draw_ipv6(struct stack *s, struct made *m)
{
    m->spec.ipv6 = (struct pkt_ipv6_spec){.src = draw_ip6(s, 0xfd, 0),
                                          .dst = draw_ip6(s, 0xfd, 1),
                                          .hop_limit = draw8(s),
                                          .traffic_class = draw8(s),
                                          .flow_label = draw32(s) & (s->wild ? 0x1fffff : 0xfffff)};
    want_ipv6(m);
}

static void put_ipv6(struct pkt_build *build, const struct made *m)
{
    pkt_build_ipv6(build, &m->spec.ipv6);
}

/* Options for experiments (RFC 4727): to be skipped by those who do not know them. */
static void draw_options6(struct stack *s, struct made *m)
{
    unsigned count = draw8(s) % (ITEMS_MAX + 1);
    for (unsigned i = 0; i < count; i++)
        draw_item(s, m, 0x1e, draw8(s) % 24);
}

/* Home Address (RFC 6275 6.3) changes the pseudo-header of what follows. */
static void draw_dstopts(struct stack *s, struct made *m)
{
    if (draw8(s) % 4 == 3)
        draw_item(s, m, PKT_IPV6_OPTION_HOME_ADDRESS, 16);
    else
        draw_options6(s, m);
}

static void put_options6(struct pkt_build *build, const struct made *m)
{
    for (unsigned i = 0; i < m->item_count; i++)
        pkt_build_ipv6_option(build, m->item[i].type, item_view(&m->item[i]));
}

static void put_hopopts(struct pkt_build *build, const struct made *m)
{
    pkt_build_ipv6_hopopts(build);
    put_options6(build, m);
}

static void put_dstopts(struct pkt_build *build, const struct made *m)
{
    pkt_build_ipv6_dstopts(build);
    if (m->item_count == 1 && m->item[0].type == PKT_IPV6_OPTION_HOME_ADDRESS)
        pkt_build_ipv6_home_address(build, pkt_ip6_at(item_view(&m->item[0]), 0));
    else
        put_options6(build, m);
}

/* Types 0, 2 and 4 change the pseudo-header; 254 is for experiments (RFC 4727), and its route is used up. */
static void draw_routing(struct stack *s, struct made *m)
{
    static const uint8_t types[] = {0, 2, 4, 254};
    unsigned count = 1 + draw8(s) % 3U;
    m->spec.routing = (struct pkt_ipv6_routing_spec){.type = types[draw8(s) % 4]};
    if (m->spec.routing.type == 2)
        count = 1;
    if (m->spec.routing.type != 4)
        m->spec.routing.reserved = draw32(s);
    want(m, 16, 8, m->spec.routing.type);
    for (unsigned i = 0; i < count; i++) {
        struct pkt_ip6 address = draw_ip6(s, 0xfd, 2);
        struct item *item = draw_item(s, m, 0, 0);
        memcpy(item->bytes, address.byte, 16);
        item->len = 16;
        want_bytes(m, 8 + 16 * i, address.byte, 16);
    }
}

static void put_routing(struct pkt_build *build, const struct made *m)
{
    pkt_build_ipv6_routing(build, &m->spec.routing);
    for (unsigned i = 0; i < m->item_count; i++)
        pkt_build_ipv6_routing_address(build, pkt_ip6_at(item_view(&m->item[i]), 0));
}

/* Whole in one fragment (RFC 6946), or with bytes that only reassembly would understand. */
static void draw_fragment6(struct stack *s, struct made *m)
{
    struct pkt_ipv6_fragment_spec *fragment = &m->spec.fragment;
    *fragment = (struct pkt_ipv6_fragment_spec){.id = draw32(s)};
    if (draw8(s) % 2 == 1) {
        fragment->offset = (uint16_t)(draw8(s) * (s->wild ? 3U : 8U));
        fragment->more_fragments = draw8(s) % 2 == 1 || fragment->offset == 0;
        s->unit = fragment->more_fragments ? 8 : 1;
        s->allowed = ROLE_PAYLOAD;
    }
    want(m, 16, 13, fragment->offset / 8U);
    want(m, 29, 3, fragment->more_fragments);
    want(m, 32, 32, fragment->id);
}

static void put_fragment6(struct pkt_build *build, const struct made *m)
{
    pkt_build_ipv6_fragment(build, &m->spec.fragment);
}

static void draw_ah(struct stack *s, struct made *m)
{
    unsigned len = draw8(s) % 33U;
    draw_bytes(s, m->blob, len);
    m->spec.ah =
        (struct pkt_ah_spec){.spi = draw32(s), .sequence = draw32(s), .icv = pkt_view_make(m->blob, len)};
    want(m, 32, 32, m->spec.ah.spi);
    want(m, 64, 32, m->spec.ah.sequence);
    want_bytes(m, 12, m->blob, len);
}

static void put_ah(struct pkt_build *build, const struct made *m)
{
    pkt_build_ah(build, &m->spec.ah);
}

static void draw_esp(struct stack *s, struct made *m)
{
    m->spec.number[0] = draw32(s);
    m->spec.number[1] = draw32(s);
    want(m, 0, 32, m->spec.number[0]);
    want(m, 32, 32, m->spec.number[1]);
}

static void put_esp(struct pkt_build *build, const struct made *m)
{
    pkt_build_esp(build, m->spec.number[0], m->spec.number[1]);
}

/* --- transport and tunnels --- */

/* 4789 would announce VXLAN. */
static uint16_t draw_port(struct stack *s)
{
    uint16_t port = draw16(s);
    return port == PKT_PORT_VXLAN ? 1 : port;
}

static void draw_udp(struct stack *s, struct made *m)
{
    m->spec.udp =
        (struct pkt_udp_spec){.src = draw_port(s), .dst = draw_port(s), .no_checksum = draw8(s) % 8 == 7};
    want(m, 0, 16, m->spec.udp.src);
    want(m, 16, 16, m->spec.udp.dst);
}

static void put_udp(struct pkt_build *build, const struct made *m)
{
    pkt_build_udp(build, &m->spec.udp);
}

static void draw_tcp(struct stack *s, struct made *m)
{
    struct pkt_tcp_spec *tcp = &m->spec.tcp;
    unsigned count = draw8(s) % 4U;
    *tcp = (struct pkt_tcp_spec){.src = draw16(s),
                                 .dst = draw16(s),
                                 .sequence = draw32(s),
                                 .acknowledgment = draw32(s),
                                 .flags = draw16(s) & (s->wild ? 0x3ff : 0x1ff),
                                 .window = draw16(s),
                                 .urgent = draw16(s)};
    want(m, 0, 32, (uint32_t)tcp->src << 16 | tcp->dst);
    want(m, 32, 64, (uint64_t)tcp->sequence << 32 | tcp->acknowledgment);
    want(m, 103, 9, tcp->flags == 0 ? PKT_TCP_SYN : tcp->flags);
    want(m, 112, 16, tcp->window == 0 ? 65535 : tcp->window);
    want(m, 144, 16, tcp->urgent);
    for (unsigned i = 0; i < count; i++) /* 36 octets of options for experiments (RFC 4727) */
        draw_item(s, m, PKT_TCP_OPTION_EXPERIMENT_1, 2 + draw8(s) % 9);
}

static void put_tcp(struct pkt_build *build, const struct made *m)
{
    pkt_build_tcp(build, &m->spec.tcp);
    for (unsigned i = 0; i < m->item_count; i++)
        pkt_build_tcp_option(build, m->item[i].type, item_view(&m->item[i]));
}

static void draw_gre(struct stack *s, struct made *m)
{
    uint8_t has = draw8(s);
    struct pkt_gre_spec *gre = &m->spec.gre;
    *gre = (struct pkt_gre_spec){.has_checksum = (has & 1) != 0,
                                 .has_key = (has & 2) != 0,
                                 .has_sequence = (has & 4) != 0,
                                 .key = draw32(s),
                                 .sequence = draw32(s)};
    unsigned key = gre->has_checksum ? 64 : 32;
    want(m, 0, 16, (has & 1U) << 15 | (has & 2U) << 12 | (has & 4U) << 10);
    if (gre->has_key)
        want(m, key, 32, gre->key);
    if (gre->has_sequence)
        want(m, gre->has_key ? key + 32 : key, 32, gre->sequence);
}

static void put_gre(struct pkt_build *build, const struct made *m)
{
    pkt_build_gre(build, &m->spec.gre);
}

/* The port of the UDP header around it says what it is. */
static void draw_vxlan(struct stack *s, struct made *m)
{
    struct made *udp = before(s);
    m->spec.number[0] = draw32(s) >> (s->wild ? 7 : 8);
    want(m, 0, 32, 0x08000000);
    want(m, 32, 24, m->spec.number[0]);
    if (s->wild)
        return;
    udp->spec.udp.dst = draw8(s) % 2 == 0 ? 0 : PKT_PORT_VXLAN;
    udp->want[1].value = PKT_PORT_VXLAN;
}

static void put_vxlan(struct pkt_build *build, const struct made *m)
{
    pkt_build_vxlan(build, m->spec.number[0]);
}

static void draw_payload(struct stack *s, struct made *m)
{
    uint8_t len = draw8(s);
    m->byte = draw8(s);
    m->len = (uint16_t)(len < 200 || s->is_small ? 1 + len % 64U : 1 + draw16(s) % 1200U);
    m->len = (uint16_t)((m->len + s->unit - 1U) / s->unit * s->unit);
    want(m, 0, 8, m->byte);
    want(m, (m->len - 1U) * 8, 8, m->byte);
}

static void put_payload(struct pkt_build *build, const struct made *m)
{
    pkt_build_fill(build, m->byte, m->len / 2U); /* in two parts: they are one row */
    for (unsigned i = m->len / 2U; i < m->len; i++)
        pkt_build_payload(build, pkt_view_make(&m->byte, 1));
}

#endif
