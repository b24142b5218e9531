/*
 * Link layers: Ethernet, VLAN tags, LLC and SNAP, BSD loopback, Linux cooked captures, PPP, ARP.
 */
#include "pkt/link.h"
#include "registry.h"

/* --- Ethernet --- */

enum {
    ETHERNET_II = 1 << 0,
    ETHERNET_8023 = 1 << 1,
    ETHERNET_TYPE_MIN = 1536,
    ETHERNET_MIN = 60, /* without the frame check sequence */
};

static void enter_ethernet(struct pkt_field_item *item)
{
    item->shape = pkt_u16(item->view, 12) < ETHERNET_TYPE_MIN ? ETHERNET_8023 : ETHERNET_II;
}

/* What stands behind the packet; empty when the frame has nothing there. */
static struct pkt_view trailer_bytes(const struct pkt_field_item *item, uint32_t *ret_off)
{
    const struct pkt_packet *packet = item->packet;
    unsigned last = packet->layer_count - 1U;
    if (item->layer != 0 || packet->layer[last].proto != PKT_PROTO_TRAILER)
        return pkt_view_make(packet->bytes.ptr, 0);
    *ret_off = packet->layer[last].off;
    return pkt_layer_bytes(packet, last);
}

/* Zeroes that fill the frame to 60 bytes are padding, as for Wireshark; everything else is a trailer. */
static size_t padding_len(struct pkt_view bytes, uint32_t off)
{
    size_t len = off < ETHERNET_MIN ? ETHERNET_MIN - off : 0;
    if (len > bytes.len)
        len = bytes.len;
    for (size_t i = 0; i < len; i++)
        if (pkt_u8(bytes, i) != 0)
            return 0;
    return len;
}

static bool padding(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    uint32_t off = 0;
    struct pkt_view bytes = trailer_bytes(item, &off);
    return field_bytes(ret_value, pkt_view_clip(bytes, 0, padding_len(bytes, off)));
}

static bool trailer(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    uint32_t off = 0;
    struct pkt_view bytes = trailer_bytes(item, &off);
    return field_bytes(ret_value, pkt_view_from(bytes, padding_len(bytes, off)));
}

#define ETHERNET_ADDRESS(which, octet)                                                                     \
    {NAME("eth", which, which), .type = PKT_FIELD_MAC, OCTETS(octet, 6)},                                  \
        {NAME("eth", which ".oui", which "_oui"), OCTETS(octet, 3), .flags = PKT_FIELD_HIDDEN},            \
        {NAME("eth", which ".lg", which "_lg"), .type = PKT_FIELD_BOOL, BITS((octet)*8 + 6, 1)},           \
        {NAME("eth", which ".ig", which "_ig"), .type = PKT_FIELD_BOOL, BITS((octet)*8 + 7, 1)},           \
        {NAME("eth", "addr", "addr"), .type = PKT_FIELD_MAC, OCTETS(octet, 6), .flags = PKT_FIELD_HIDDEN}, \
        {NAME("eth", "addr.oui", "addr_oui"), OCTETS(octet, 3), .flags = PKT_FIELD_HIDDEN},                \
        {NAME("eth", "lg", "lg"), .type = PKT_FIELD_BOOL, BITS((octet)*8 + 6, 1),                          \
         .flags = PKT_FIELD_HIDDEN},                                                                       \
    {                                                                                                      \
        NAME("eth", "ig", "ig"), .type = PKT_FIELD_BOOL, BITS((octet)*8 + 7, 1), .flags = PKT_FIELD_HIDDEN \
    }

/* clang-format off */
static const struct pkt_field ethernet_rows[] = {
    ETHERNET_ADDRESS("dst", 0),
    ETHERNET_ADDRESS("src", 6),
    {NAME("eth", "type", "type"), OCTETS(12, 2), .hex_digits = 4, .shapes = ETHERNET_II},
    {NAME("eth", "len", "len"), OCTETS(12, 2), .shapes = ETHERNET_8023, .unit = "bytes"},
    {NAME("eth", "padding", "padding"), .type = PKT_FIELD_BYTES, .get = padding},
    {NAME("eth", "trailer", "trailer"), .type = PKT_FIELD_BYTES, .get = trailer},
};
/* clang-format on */
const struct field_group field_ethernet = {OBJECT("eth"), ROWS(ethernet_rows), .enter = enter_ethernet};

/* --- VLAN tags --- */

enum {
    VLAN_Q_TYPE = 1 << 0, /* 802.1Q */
    VLAN_Q_LEN = 1 << 1,
    VLAN_AD = 1 << 2, /* 802.1ad: Wireshark's names are of another protocol */
    VLAN_Q = VLAN_Q_TYPE | VLAN_Q_LEN,
};

static void enter_vlan(struct pkt_field_item *item)
{
    struct pkt_vlan vlan;
    if (!pkt_as_vlan(item->packet, item->layer, &vlan))
        item->shape = 0;
    else if (vlan.tpid == PKT_ETHERTYPE_QINQ)
        item->shape = VLAN_AD;
    else
        item->shape = pkt_vlan_type(vlan) < ETHERNET_TYPE_MIN ? VLAN_Q_LEN : VLAN_Q_TYPE;
}

size_t field_tpid_off(const struct pkt_packet *packet, unsigned layer)
{
    const struct pkt_layer *before = &packet->layer[layer - 1];
    if (before->proto == PKT_PROTO_SLL2)
        return 0;
    return before->proto == PKT_PROTO_GRE || before->hdr_len < 2 ? 2 : before->hdr_len - 2U;
}

static bool tpid(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_vlan vlan;
    if (item->layer == 0 || !pkt_as_vlan(item->packet, item->layer, &vlan))
        return false;
    struct pkt_view before = pkt_layer_header(item->packet, item->layer - 1U);
    return field_octets(ret_value, before, field_tpid_off(item->packet, item->layer), 2) &&
           field_uint(ret_value, vlan.tpid);
}

/* clang-format off */
static const struct pkt_field vlan_rows[] = {
    {NAME("pkt.vlan", "tpid", "tpid"), .get = tpid, WIDTH(2), .hex_digits = 4},
    {NAME("vlan", "priority", "priority"), BITS(0, 3), .shapes = VLAN_Q},
    {NAME("vlan", "dei", "dei"), .type = PKT_FIELD_BOOL, BITS(3, 1), .shapes = VLAN_Q},
    {NAME("vlan", "id", "id"), BITS(4, 12), .shapes = VLAN_Q},
    {NAME("vlan", "etype", "etype"), OCTETS(2, 2), .hex_digits = 4, .shapes = VLAN_Q_TYPE},
    {NAME("vlan", "len", "len"), OCTETS(2, 2), .shapes = VLAN_Q_LEN, .unit = "bytes"},
    {NAME("ieee8021ad", "priority", "priority"), BITS(0, 3), .shapes = VLAN_AD},
    {NAME("ieee8021ad", "dei", "dei"), .type = PKT_FIELD_BOOL, BITS(3, 1), .shapes = VLAN_AD},
    {NAME("ieee8021ad", "id", "id"), BITS(4, 12), .shapes = VLAN_AD},
    {NAME("pkt.ieee8021ad", "etype", "etype"), OCTETS(2, 2), .hex_digits = 4, .shapes = VLAN_AD},
};
/* clang-format on */
const struct field_group field_vlan = {OBJECT("vlan"), ROWS(vlan_rows), .enter = enter_vlan};

/* --- LLC --- */

enum {
    LLC_U = 1 << 0,
    LLC_IS = 1 << 1,
    LLC_SNAP_TYPE = 1 << 2,  /* SNAP with an EtherType */
    LLC_SNAP_OTHER = 1 << 3, /* SNAP of an organisation */
    LLC_SNAP = LLC_SNAP_TYPE | LLC_SNAP_OTHER,
};

static void enter_llc(struct pkt_field_item *item)
{
    struct pkt_llc llc;
    item->shape = (pkt_u8(item->view, 2) & 3) == 3 ? LLC_U : LLC_IS;
    if (pkt_as_llc(item->packet, item->layer, &llc) && pkt_llc_is_snap(llc))
        item->shape = pkt_llc_oui(llc) == 0 ? LLC_SNAP_TYPE : LLC_SNAP_OTHER;
}

/* Information and supervisory frames number their bits from the low end of each octet (IEEE 802.2 5.4). */
static bool llc_control(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_octets(ret_value, item->view, 2, 2) &&
           field_uint(ret_value, pkt_u8(item->view, 2) | (unsigned)pkt_u8(item->view, 3) << 8);
}

/* clang-format off */
static const struct pkt_field llc_rows[] = {
    {NAME("llc", "dsap", "dsap"), OCTETS(0, 1), .hex_digits = 2},
    {NAME("llc", "dsap.sap", "dsap_sap"), BITS(0, 7)},
    FLAG("llc", "dsap.ig", "dsap_ig", 7),
    {NAME("llc", "ssap", "ssap"), OCTETS(1, 1), .hex_digits = 2},
    {NAME("llc", "ssap.sap", "ssap_sap"), BITS(8, 7)},
    FLAG("llc", "ssap.cr", "ssap_cr", 15),
    {NAME("llc", "control", "control"), OCTETS(2, 1), .hex_digits = 4, .shapes = LLC_U | LLC_SNAP},
    {NAME("llc", "control", "control"), .get = llc_control, WIDTH(2), .hex_digits = 4,
     .flags = PKT_FIELD_LITTLE_ENDIAN, .shapes = LLC_IS},
    {NAME("llc", "oui", "oui"), OCTETS(3, 3), .shapes = LLC_SNAP},
    {NAME("llc", "type", "type"), OCTETS(6, 2), .hex_digits = 4, .shapes = LLC_SNAP_TYPE},
    {NAME("llc", "pid", "pid"), OCTETS(6, 2), .hex_digits = 4, .shapes = LLC_SNAP_OTHER},
};
/* clang-format on */
const struct field_group field_llc = {OBJECT("llc"), ROWS(llc_rows), .enter = enter_llc};

/* --- BSD loopback --- */

static bool null_family(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_null null;
    return pkt_as_null(item->packet, item->layer, &null) && field_octets(ret_value, null.header, 0, 4) &&
           field_uint(ret_value, pkt_null_family(null));
}

/* clang-format off */
static const struct pkt_field null_rows[] = {
    {NAME("null", "family", "family"), .get = null_family, WIDTH(2), .flags = PKT_FIELD_LITTLE_ENDIAN},
};
/* clang-format on */
const struct field_group field_null = {OBJECT("null"), ROWS(null_rows)};

/* --- Linux cooked captures --- */

enum {
    SLL_TYPE = 1 << 0,
    SLL_LTYPE = 1 << 1, /* below 1536 the protocol is a number of Linux's own */
    SLL_MAC = 1 << 2,
    SLL_OTHER = 1 << 3,
};

static void enter_sll(struct pkt_field_item *item)
{
    struct pkt_sll sll;
    item->shape = 0;
    if (!pkt_as_sll(item->packet, item->layer, &sll))
        return;
    item->shape = pkt_sll_protocol(sll) < ETHERNET_TYPE_MIN ? SLL_LTYPE : SLL_TYPE;
    item->shape |= pkt_sll_address_len(sll) == 6 ? SLL_MAC : SLL_OTHER;
}

static bool sll_address(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_sll sll;
    return pkt_as_sll(item->packet, item->layer, &sll) && field_bytes(ret_value, pkt_sll_address(sll));
}

static bool sll_unused(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_sll sll;
    if (!pkt_as_sll(item->packet, item->layer, &sll))
        return false;
    unsigned used = (unsigned)pkt_sll_address(sll).len;
    return field_bytes(ret_value, pkt_view_clip(item->view, (sll.v2 ? 12U : 6U) + used, 8U - used));
}

/* clang-format off */
static const struct pkt_field sll_rows[] = {
    {NAME("sll", "pkttype", "pkttype"), OCTETS(0, 2)},
    {NAME("sll", "hatype", "hatype"), OCTETS(2, 2)},
    {NAME("sll", "halen", "halen"), OCTETS(4, 2), .unit = "bytes"},
    {NAME("sll", "src.eth", "src_eth"), .type = PKT_FIELD_MAC, OCTETS(6, 6), .shapes = SLL_MAC},
    {NAME("sll", "src.other", "src_other"), .type = PKT_FIELD_BYTES, .get = sll_address, .shapes = SLL_OTHER},
    {NAME("sll", "unused", "unused"), .type = PKT_FIELD_BYTES, .get = sll_unused},
    {NAME("sll", "etype", "etype"), OCTETS(14, 2), .hex_digits = 4, .shapes = SLL_TYPE},
    {NAME("sll", "ltype", "ltype"), OCTETS(14, 2), .hex_digits = 4, .shapes = SLL_LTYPE},
};
/* clang-format on */
const struct field_group field_sll = {OBJECT("sll"), ROWS(sll_rows), .enter = enter_sll};

/* clang-format off */
static const struct pkt_field sll2_rows[] = {
    {NAME("sll", "etype", "etype"), OCTETS(0, 2), .hex_digits = 4, .shapes = SLL_TYPE},
    {NAME("sll", "ltype", "ltype"), OCTETS(0, 2), .hex_digits = 4, .shapes = SLL_LTYPE},
    {NAME("sll", "ifindex", "ifindex"), OCTETS(4, 4)},
    {NAME("sll", "hatype", "hatype"), OCTETS(8, 2)},
    {NAME("sll", "pkttype", "pkttype"), OCTETS(10, 1)},
    {NAME("sll", "halen", "halen"), OCTETS(11, 1), .unit = "bytes"},
    {NAME("sll", "src.eth", "src_eth"), .type = PKT_FIELD_MAC, OCTETS(12, 6), .shapes = SLL_MAC},
    {NAME("sll", "src.other", "src_other"), .type = PKT_FIELD_BYTES, .get = sll_address, .shapes = SLL_OTHER},
    {NAME("sll", "unused", "unused"), .type = PKT_FIELD_BYTES, .get = sll_unused},
};
/* clang-format on */
const struct field_group field_sll2 = {OBJECT("sll"), ROWS(sll2_rows), .enter = enter_sll};

/* --- PPP --- */

enum {
    PPP_ADDRESS = 1 << 0,
    PPP_BARE = 1 << 1,
};

static void enter_ppp(struct pkt_field_item *item)
{
    item->shape = pkt_u16(item->view, 0) == 0xff03 ? PPP_ADDRESS : PPP_BARE;
}

static bool ppp_protocol(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_ppp ppp;
    if (!pkt_as_ppp(item->packet, item->layer, &ppp))
        return false;
    size_t off = pkt_ppp_has_address(ppp) ? 2 : 0;
    return field_octets(ret_value, ppp.header, off, (unsigned)(ppp.header.len - off));
}

/* clang-format off */
static const struct pkt_field ppp_rows[] = {
    {NAME("ppp", "address", "address"), OCTETS(0, 1), .hex_digits = 2, .shapes = PPP_ADDRESS},
    {NAME("ppp", "control", "control"), OCTETS(1, 1), .hex_digits = 2, .shapes = PPP_ADDRESS},
    {NAME("ppp", "protocol", "protocol"), .get = ppp_protocol, WIDTH(2), .hex_digits = 4},
};
/* clang-format on */
const struct field_group field_ppp = {OBJECT("ppp"), ROWS(ppp_rows), .enter = enter_ppp};

/* --- ARP --- */

enum {
    ARP_MAC = 1 << 0,
    ARP_HARDWARE_OTHER = 1 << 1,
    ARP_IP4 = 1 << 2,
    ARP_PROTOCOL_OTHER = 1 << 3,
    ARP_HARDWARE_ETHERNET = 1,
    ARP_REQUEST = 1,
    ARP_REPLY = 2,
};

static void enter_arp(struct pkt_field_item *item)
{
    struct pkt_arp arp = {item->view};
    bool mac = pkt_arp_hardware_len(arp) == 6 &&
               (pkt_arp_hardware_type(arp) == ARP_HARDWARE_ETHERNET || pkt_arp_hardware_type(arp) == 6);
    bool ip4 = pkt_arp_protocol_len(arp) == 4 && pkt_arp_protocol_type(arp) == PKT_ETHERTYPE_IPV4;
    item->shape = mac ? ARP_MAC : ARP_HARDWARE_OTHER;
    item->shape |= ip4 ? ARP_IP4 : ARP_PROTOCOL_OTHER;
}

/* An address; false when it is not wholly there. */
static bool arp_address(struct pkt_view address, uint8_t len, struct pkt_field_value *ret_value)
{
    return address.len == len && field_bytes(ret_value, address);
}

static bool sender_hardware(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_arp arp = {item->view};
    return arp_address(pkt_arp_sender_hardware(arp), pkt_arp_hardware_len(arp), ret_value);
}

static bool sender_protocol(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_arp arp = {item->view};
    return arp_address(pkt_arp_sender_protocol(arp), pkt_arp_protocol_len(arp), ret_value);
}

static bool target_hardware(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_arp arp = {item->view};
    return arp_address(pkt_arp_target_hardware(arp), pkt_arp_hardware_len(arp), ret_value);
}

static bool target_protocol(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_arp arp = {item->view};
    return arp_address(pkt_arp_target_protocol(arp), pkt_arp_protocol_len(arp), ret_value);
}

/* An IPv4 host that says its own address (RFC 5227 1.1). */
static bool is_gratuitous(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_arp arp = {item->view};
    struct pkt_ip4 sender = pkt_ip4_at(pkt_arp_sender_protocol(arp), 0);
    struct pkt_ip4 target = pkt_ip4_at(pkt_arp_target_protocol(arp), 0);
    bool said = pkt_arp_operation(arp) == ARP_REQUEST || pkt_arp_operation(arp) == ARP_REPLY;
    return said && pkt_arp_target_protocol(arp).len == 4 && pkt_ip4_equal(sender, target) &&
           field_uint(ret_value, 1);
}

/* clang-format off */
static const struct pkt_field arp_rows[] = {
    {NAME("arp", "hw.type", "hw_type"), OCTETS(0, 2)},
    {NAME("arp", "proto.type", "proto_type"), OCTETS(2, 2), .hex_digits = 4},
    {NAME("arp", "hw.size", "hw_size"), OCTETS(4, 1), .unit = "bytes"},
    {NAME("arp", "proto.size", "proto_size"), OCTETS(5, 1), .unit = "bytes"},
    {NAME("arp", "opcode", "opcode"), OCTETS(6, 2)},
    {NAME("arp", "isgratuitous", "isgratuitous"), .type = PKT_FIELD_BOOL, .get = is_gratuitous,
     .shapes = ARP_IP4, .flags = PKT_FIELD_DERIVED},
    {NAME("arp", "src.hw_mac", "src_hw_mac"), .type = PKT_FIELD_MAC, .get = sender_hardware,
     .shapes = ARP_MAC},
    {NAME("arp", "src.hw", "src_hw"), .type = PKT_FIELD_BYTES, .get = sender_hardware,
     .shapes = ARP_HARDWARE_OTHER},
    {NAME("arp", "src.proto_ipv4", "src_proto_ipv4"), .type = PKT_FIELD_IP4, .get = sender_protocol,
     .shapes = ARP_IP4},
    {NAME("arp", "src.proto", "src_proto"), .type = PKT_FIELD_BYTES, .get = sender_protocol,
     .shapes = ARP_PROTOCOL_OTHER},
    {NAME("arp", "dst.hw_mac", "dst_hw_mac"), .type = PKT_FIELD_MAC, .get = target_hardware,
     .shapes = ARP_MAC},
    {NAME("arp", "dst.hw", "dst_hw"), .type = PKT_FIELD_BYTES, .get = target_hardware,
     .shapes = ARP_HARDWARE_OTHER},
    {NAME("arp", "dst.proto_ipv4", "dst_proto_ipv4"), .type = PKT_FIELD_IP4, .get = target_protocol,
     .shapes = ARP_IP4},
    {NAME("arp", "dst.proto", "dst_proto"), .type = PKT_FIELD_BYTES, .get = target_protocol,
     .shapes = ARP_PROTOCOL_OTHER},
};
/* clang-format on */
const struct field_group field_arp = {OBJECT("arp"), ROWS(arp_rows), .enter = enter_arp};
