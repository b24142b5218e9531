/*
 * Each packet of captures/ is built again from what the registry reads of it: the same bytes, or the reason
 * in rebuild_divergences.txt. Fields that had to be written over what finish fills are explained by a finding
 * of the decoder, or are divergences, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fnmatch.h>

#include "rebuild.h"

/* --- a builder a protocol --- */

static void begin_payload(struct rebuild *r, struct pkt_field_item *item)
{
    pkt_build_payload(&r->build, rebuild_bytes(item, "data.data"));
}

/* A trailer's bytes are fields of the Ethernet header. */
static void begin_trailer(struct rebuild *r, struct pkt_field_item *item)
{
    struct pkt_field_item ethernet = rebuild_item(r, 0);
    (void)item;
    if (ethernet.group != GROUP_ETHERNET)
        return;
    pkt_build_trailer(&r->build, rebuild_bytes(&ethernet, "eth.padding"));
    pkt_build_trailer(&r->build, rebuild_bytes(&ethernet, "eth.trailer"));
}

static void begin_ethernet(struct rebuild *r, struct pkt_field_item *item)
{
    (void)item;
    pkt_build_ethernet(&r->build, NULL);
}

static void put_ipv4_option(struct rebuild *r, struct pkt_field_item *item)
{
    struct composed c;
    struct pkt_view option = compose(item, &c);
    pkt_build_ipv4_option(&r->build, pkt_u8(option, 0), pkt_view_from(option, 2));
}

static void begin_ipv4(struct rebuild *r, struct pkt_field_item *item)
{
    pkt_build_ipv4(&r->build, NULL);
    put_items(r, item, 0, put_ipv4_option);
}

static void put_ipv6_option(struct rebuild *r, struct pkt_field_item *item)
{
    struct composed c;
    struct pkt_view option = compose(item, &c);
    pkt_build_ipv6_option(&r->build, pkt_u8(option, 0), pkt_view_from(option, 2));
}

static void begin_ipv6(struct rebuild *r, struct pkt_field_item *item)
{
    (void)item;
    pkt_build_ipv6(&r->build, NULL);
}

static void begin_hopopts(struct rebuild *r, struct pkt_field_item *item)
{
    pkt_build_ipv6_hopopts(&r->build);
    put_items(r, item, 0, put_ipv6_option);
}

static void begin_vlan(struct rebuild *r, struct pkt_field_item *item)
{
    pkt_build_vlan(&r->build,
                   &(struct pkt_vlan_spec){.tpid = (uint16_t)rebuild_number(item, "pkt.vlan.tpid")});
}

/* SNAP, or LLC with a control field of one octet or two (IEEE 802.2 5.2). */
static void begin_llc(struct rebuild *r, struct pkt_field_item *item)
{
    struct pkt_field_value oui;
    uint16_t control = (uint16_t)rebuild_number(item, "llc.control");
    bool is_snap = rebuild_read(item, "llc.oui", &oui);
    pkt_build_llc(&r->build, &(struct pkt_llc_spec){
                                 .dsap = is_snap ? 0 : (uint8_t)rebuild_number(item, "llc.dsap"),
                                 .ssap = is_snap ? 0 : (uint8_t)rebuild_number(item, "llc.ssap"),
                                 .control = is_snap              ? 0
                                            : (control & 3) == 3 ? control
                                                                 : (uint16_t)(control << 8 | control >> 8),
                             });
}

static void begin_null(struct rebuild *r, struct pkt_field_item *item)
{
    bool loop = item->packet->linktype == PKT_LINKTYPE_LOOP;
    pkt_build_null(&r->build, &(struct pkt_null_spec){.family = (uint32_t)rebuild_number(item, "null.family"),
                                                      .loop = loop});
}

static struct pkt_sll_spec sll_of(struct pkt_field_item *item)
{
    static const uint8_t zeroes[UINT16_MAX];
    return (struct pkt_sll_spec){.address = pkt_view_make(zeroes, rebuild_number(item, "sll.halen"))};
}

static void begin_sll(struct rebuild *r, struct pkt_field_item *item)
{
    struct pkt_sll_spec spec = sll_of(item);
    pkt_build_sll(&r->build, &spec);
}

static void begin_sll2(struct rebuild *r, struct pkt_field_item *item)
{
    struct pkt_sll_spec spec = sll_of(item);
    pkt_build_sll2(&r->build, &spec);
}

/* The field is as wide as its header leaves it room. */
static void begin_ppp(struct rebuild *r, struct pkt_field_item *item)
{
    struct pkt_field_value value;
    bool has_address = rebuild_read(item, "ppp.address", &value);
    unsigned len = r->packet->layer[item->layer].hdr_len;
    pkt_build_ppp(&r->build, &(struct pkt_ppp_spec){
                                 .protocol = (uint16_t)rebuild_number(item, "ppp.protocol"),
                                 .no_address = !has_address,
                                 .compressed = len == (has_address ? 3U : 1U),
                             });
}

/* Addresses of the lengths that the message states; what they are, their fields say. */
static void begin_arp(struct rebuild *r, struct pkt_field_item *item)
{
    static const uint8_t zeroes[UINT8_MAX];
    struct pkt_view hardware = pkt_view_make(zeroes, rebuild_number(item, "arp.hw.size"));
    struct pkt_view protocol = pkt_view_make(zeroes, rebuild_number(item, "arp.proto.size"));
    pkt_build_arp(&r->build, &(struct pkt_arp_spec){.sender_hardware = hardware,
                                                    .sender_protocol = protocol,
                                                    .target_hardware = hardware,
                                                    .target_protocol = protocol});
}

static void put_tcp_option(struct rebuild *r, struct pkt_field_item *item)
{
    struct composed c;
    struct pkt_view option = compose(item, &c);
    pkt_build_tcp_option(&r->build, pkt_u8(option, 0), pkt_view_from(option, 2));
}

static void begin_tcp(struct rebuild *r, struct pkt_field_item *item)
{
    pkt_build_tcp(&r->build, NULL);
    put_items(r, item, 0, put_tcp_option);
}

static void begin_gre(struct rebuild *r, struct pkt_field_item *item)
{
    pkt_build_gre(&r->build, &(struct pkt_gre_spec){
                                 .has_checksum = rebuild_number(item, "gre.flags.checksum") != 0,
                                 .has_key = rebuild_number(item, "gre.flags.key") != 0,
                                 .has_sequence = rebuild_number(item, "gre.flags.sequence_number") != 0,
                             });
}

static void begin_vxlan(struct rebuild *r, struct pkt_field_item *item)
{
    (void)item;
    pkt_build_vxlan(&r->build, 0);
}

static void begin_dstopts(struct rebuild *r, struct pkt_field_item *item)
{
    pkt_build_ipv6_dstopts(&r->build);
    put_items(r, item, 0, put_ipv6_option);
}

/* An address that a list of the header has; what it is, its composed bytes say. */
static void put_routing_address(struct rebuild *r, struct pkt_field_item *item)
{
    struct composed c;
    pkt_build_ipv6_routing_address(&r->build, pkt_ip6_at(compose(item, &c), 0));
}

static void begin_routing(struct rebuild *r, struct pkt_field_item *item)
{
    struct pkt_field_value home;
    pkt_build_ipv6_routing(&r->build, &(struct pkt_ipv6_routing_spec){
                                          .type = (uint8_t)rebuild_number(item, "ipv6.routing.type")});
    put_items(r, item, 0, put_routing_address);
    put_items(r, item, 1, put_routing_address);
    if (rebuild_read(item, "ipv6.routing.mipv6.home_address", &home))
        pkt_build_ipv6_routing_address(&r->build, pkt_ip6_at(home.bytes, 0));
    pkt_build_ipv6_routing_data(&r->build,
                                pkt_view_from(rebuild_bytes(item, "ipv6.routing.unknown_data"), 4));
}

static void begin_fragment(struct rebuild *r, struct pkt_field_item *item)
{
    (void)item;
    pkt_build_ipv6_fragment(&r->build, &(struct pkt_ipv6_fragment_spec){.offset = 0});
}

static void begin_ah(struct rebuild *r, struct pkt_field_item *item)
{
    pkt_build_ah(&r->build, &(struct pkt_ah_spec){.icv = rebuild_bytes(item, "ah.icv")});
}

static void begin_esp(struct rebuild *r, struct pkt_field_item *item)
{
    (void)item;
    pkt_build_esp(&r->build, 0, 0);
}

static void begin_udp(struct rebuild *r, struct pkt_field_item *item)
{
    (void)item;
    pkt_build_udp(&r->build, NULL);
}

static void put_router(struct rebuild *r, struct pkt_field_item *item)
{
    struct pkt_field_value address;
    if (rebuild_read(item, "icmp.router_address", &address))
        pkt_build_icmp_router(&r->build, pkt_ip4_at(address.bytes, 0),
                              (int32_t)rebuild_number(item, "icmp.pref_level"));
}

static void begin_icmp(struct rebuild *r, struct pkt_field_item *item)
{
    uint8_t type = (uint8_t)rebuild_number(item, "icmp.type");
    switch (type) {
    case PKT_ICMP_TIMESTAMP:
    case PKT_ICMP_TIMESTAMP_REPLY:
        pkt_build_icmp_timestamp(
            &r->build, &(struct pkt_icmp_timestamp_spec){.reply = type == PKT_ICMP_TIMESTAMP_REPLY});
        break;
    case PKT_ICMP_ADDRESS_MASK:
    case PKT_ICMP_ADDRESS_MASK_REPLY:
        pkt_build_icmp_mask(&r->build,
                            &(struct pkt_icmp_mask_spec){.reply = type == PKT_ICMP_ADDRESS_MASK_REPLY});
        break;
    case PKT_ICMP_ROUTER_ADVERTISEMENT:
        pkt_build_icmp_router_advertisement(&r->build, &(struct pkt_icmp_router_spec){.code = 0});
        put_items(r, item, 0, put_router);
        break;
    default:
        pkt_build_icmp(&r->build, &(struct pkt_icmp_spec){
                                      .type = type, .code = (uint8_t)rebuild_number(item, "icmp.code")});
        pkt_build_payload(&r->build, pkt_view_from(rebuild_bytes(item, "pkt.icmp.data"),
                                                   type == PKT_ICMP_EXTENDED_ECHO_REPLY ? 0 : 4));
    }
}

/* --- IGMP and MLD --- */

static void put_igmp_source(struct rebuild *r, struct pkt_field_item *item)
{
    pkt_build_igmp3_source(&r->build, pkt_ip4_at(rebuild_bytes(item, "igmp.saddr"), 0));
}

/* The fields of a record, read from its bytes once they are composed. */
static struct pkt_group_record record_of(struct pkt_field_item *item, unsigned address_len,
                                         struct composed *c)
{
    struct pkt_group_record record;
    struct pkt_view bytes = compose(item, c);
    struct pkt_option option = {
        .type = pkt_u8(bytes, 0), .bytes = bytes, .data = pkt_view_from(bytes, 4 + address_len)};
    pkt_group_record(&option, address_len, &record);
    return record;
}

static void put_igmp_record(struct rebuild *r, struct pkt_field_item *item)
{
    struct composed c;
    struct pkt_group_record record = record_of(item, 4, &c);
    pkt_build_igmp3_record(&r->build, &(struct pkt_igmp3_record_spec){
                                          .type = record.type,
                                          .group = pkt_ip4_at(record.group, 0),
                                          .sources = (const struct pkt_ip4 *)record.sources.ptr,
                                          .source_count = record.sources.len / 4,
                                          .aux = record.aux,
                                      });
}

static void begin_igmp(struct rebuild *r, struct pkt_field_item *item)
{
    uint8_t type = (uint8_t)rebuild_number(item, "igmp.type");
    bool is_v3 = rebuild_number(item, "igmp.version") == 3;
    if (is_v3 && type == PKT_IGMP_QUERY) {
        pkt_build_igmp3_query(&r->build, NULL);
        put_items(r, item, 0, put_igmp_source);
    } else if (is_v3) {
        pkt_build_igmp3_report(&r->build);
        put_items(r, item, 1, put_igmp_record);
    } else if (type >= PKT_IGMP_MRD_SOLICITATION && type <= PKT_IGMP_MRD_TERMINATION) {
        pkt_build_igmp_mrd(&r->build, &(struct pkt_mrd_spec){.message = type - PKT_IGMP_MRD_ADVERTISEMENT});
        pkt_build_payload(&r->build, rebuild_bytes(item, "pkt.igmp.body"));
    } else {
        pkt_build_igmp(&r->build, &(struct pkt_igmp_spec){.type = type});
        pkt_build_payload(&r->build, pkt_view_from(rebuild_bytes(item, "pkt.igmp.body"), 4));
    }
}

static void put_mld_source(struct rebuild *r, struct pkt_field_item *item)
{
    pkt_build_mld2_source(&r->build, pkt_ip6_at(rebuild_bytes(item, "icmpv6.mld.source_address"), 0));
}

static void put_mld_record(struct rebuild *r, struct pkt_field_item *item)
{
    struct composed c;
    struct pkt_group_record record = record_of(item, 16, &c);
    pkt_build_mld2_record(&r->build, &(struct pkt_mld2_record_spec){
                                         .type = record.type,
                                         .group = pkt_ip6_at(record.group, 0),
                                         .sources = (const struct pkt_ip6 *)record.sources.ptr,
                                         .source_count = record.sources.len / 16,
                                         .aux = record.aux,
                                     });
}

/* False for messages that are none of MLD. */
static bool begin_mld(struct rebuild *r, struct pkt_field_item *item, uint8_t type)
{
    struct pkt_field_value value;
    if (type == PKT_ICMP6_MLD2_REPORT) {
        pkt_build_mld2_report(&r->build);
        put_items(r, item, 2, put_mld_record);
    } else if (type == PKT_ICMP6_MLD_QUERY && rebuild_read(item, "pkt.icmpv6.mld.qqic", &value)) {
        pkt_build_mld2_query(&r->build, NULL);
        put_items(r, item, 1, put_mld_source);
    } else if (rebuild_read(item, "icmpv6.mld.multicast_address", &value)) {
        pkt_build_mld1(&r->build, &(struct pkt_mld1_spec){.type = type});
    } else {
        return false;
    }
    return true;
}

/* --- neighbour discovery --- */

static void put_nd_option(struct rebuild *r, struct pkt_field_item *item)
{
    struct composed c;
    struct pkt_view option = compose(item, &c);
    pkt_build_nd_option(&r->build, pkt_u8(option, 0), pkt_view_from(option, 2));
}

/* False for messages that are none of neighbour discovery. */
static bool begin_nd(struct rebuild *r, struct pkt_field_item *item, uint8_t type)
{
    static const struct pkt_ip6 any;
    switch (type) {
    case PKT_ICMP6_ROUTER_SOLICITATION:
        pkt_build_nd_router_solicitation(&r->build);
        break;
    case PKT_ICMP6_ROUTER_ADVERTISEMENT:
        pkt_build_nd_router_advertisement(&r->build, NULL);
        break;
    case PKT_ICMP6_NEIGHBOUR_SOLICITATION:
        pkt_build_nd_neighbour_solicitation(&r->build, any);
        break;
    case PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT:
        pkt_build_nd_neighbour_advertisement(&r->build, NULL);
        break;
    case PKT_ICMP6_REDIRECT:
        pkt_build_nd_redirect(&r->build, any, any);
        break;
    default:
        return false;
    }
    put_items(r, item, 0, put_nd_option);
    return true;
}

/* --- ICMPv6 --- */

static void begin_icmp6(struct rebuild *r, struct pkt_field_item *item)
{
    uint8_t type = (uint8_t)rebuild_number(item, "icmpv6.type");
    if (begin_mld(r, item, type) || begin_nd(r, item, type))
        return;
    pkt_build_icmp6(&r->build, &(struct pkt_icmp_spec){.type = type,
                                                       .code = (uint8_t)rebuild_number(item, "icmpv6.code")});
    pkt_build_payload(&r->build, pkt_view_from(rebuild_bytes(item, "icmpv6.data"), 4));
}

/* Text stands where the fields before it say. */
static void put_interface(struct rebuild *r, struct pkt_field_item *item)
{
    struct pkt_interface_info info = {.role = (uint8_t)rebuild_number(item, "icmp.int_info.role")};
    struct pkt_field_value value;
    info.has_index = rebuild_read(item, "icmp.int_info.index", &value);
    info.index = info.has_index ? (uint32_t)value.number : 0;
    info.has_ip4 = rebuild_read(item, "icmp.int_info.ipv4", &value);
    info.ip4 = pkt_ip4_at(value.bytes, 0);
    info.has_ip6 = rebuild_read(item, "icmp.int_info.ipv6", &value);
    info.ip6 = pkt_ip6_at(value.bytes, 0);
    info.has_name = rebuild_read(item, "icmp.int_info.name_length", &value);
    info.name = rebuild_bytes(item, "icmp.int_info.name");
    info.has_mtu = rebuild_read(item, "icmp.int_info.mtu", &value);
    info.mtu = info.has_mtu ? (uint32_t)value.number : 0;
    pkt_build_icmp_interface_info(&r->build, &info);
}

static void put_object(struct rebuild *r, struct pkt_field_item *item)
{
    uint8_t class_number = (uint8_t)rebuild_number(item, "icmp.ext.class");
    struct pkt_view name = rebuild_bytes(item, "icmp.int_ident.name");
    struct composed c;
    if (class_number == PKT_ICMP_OBJECT_INTERFACE) {
        put_interface(r, item);
        return;
    }
    if (name.len != 0) {
        pkt_build_icmp_interface_id(&r->build, &(struct pkt_interface_id){.type = 1, .name = name});
        return;
    }
    struct pkt_view object = compose(item, &c);
    pkt_build_icmp_object(&r->build, class_number, (uint8_t)rebuild_number(item, "icmp.ext.ctype"),
                          pkt_view_from(object, 4));
}

/* The quotation before it is as long as the packet has it. */
static void begin_extension(struct rebuild *r, struct pkt_field_item *item)
{
    const struct pkt_layer *extension = &r->packet->layer[item->layer];
    size_t quote_len = item->layer == 0 ? 0 : extension->off - r->packet->layer[item->layer - 1].off - 8;
    pkt_build_icmp_extension_after(&r->build, quote_len);
    put_items(r, item, 0, put_object);
}

begin_layer *const rebuild_begin[PKT_PROTO_COUNT] = {
    [PKT_PROTO_PAYLOAD] = begin_payload,
    [PKT_PROTO_TRAILER] = begin_trailer,
    [PKT_PROTO_ETHERNET] = begin_ethernet,
    [PKT_PROTO_VLAN] = begin_vlan,
    [PKT_PROTO_LLC] = begin_llc,
    [PKT_PROTO_NULL] = begin_null,
    [PKT_PROTO_SLL] = begin_sll,
    [PKT_PROTO_SLL2] = begin_sll2,
    [PKT_PROTO_PPP] = begin_ppp,
    [PKT_PROTO_ARP] = begin_arp,
    [PKT_PROTO_IPV4] = begin_ipv4,
    [PKT_PROTO_IPV6] = begin_ipv6,
    [PKT_PROTO_IP6_HOPOPTS] = begin_hopopts,
    [PKT_PROTO_IP6_DSTOPTS] = begin_dstopts,
    [PKT_PROTO_IP6_ROUTING] = begin_routing,
    [PKT_PROTO_IP6_FRAGMENT] = begin_fragment,
    [PKT_PROTO_AH] = begin_ah,
    [PKT_PROTO_ESP] = begin_esp,
    [PKT_PROTO_UDP] = begin_udp,
    [PKT_PROTO_TCP] = begin_tcp,
    [PKT_PROTO_GRE] = begin_gre,
    [PKT_PROTO_VXLAN] = begin_vxlan,
    [PKT_PROTO_ICMP] = begin_icmp,
    [PKT_PROTO_ICMP_EXT] = begin_extension,
    [PKT_PROTO_ICMP6] = begin_icmp6,
    [PKT_PROTO_IGMP] = begin_igmp,
};

/* --- what differs --- */

enum { DIFFERENCE_SIZE = 128 };

/* Whether the packet ends within a header or message: builders put whole ones, so what is built goes on. */
static bool ends_within(const struct rebuild *r)
{
    unsigned layer = r->packet->layer_count == 0 ? 0 : r->order[r->packet->layer_count - 1];
    const struct pkt_layer *last = &r->packet->layer[layer];
    return r->packet->layer_count != 0 && r->row[layer] >= 0 &&
           last->off + last->len == r->packet->wire_len && r->build.row[r->row[layer]].hdr_len > last->len;
}

/* Whether the decoder found fault with one of the layers from `first` to `last`. */
static bool has_finding(const struct pkt_packet *packet, unsigned first, unsigned last)
{
    for (unsigned i = 0; i < packet->diagnosis_count; i++)
        if (packet->diagnosis[i].layer >= first && packet->diagnosis[i].layer <= last)
            return true;
    return false;
}

/* Whether the decoder says why a field that finish fills has another value. */
static bool is_explained(const struct rebuild *r, unsigned layer, unsigned kind)
{
    const struct pkt_packet *packet = r->packet;
    unsigned row = (unsigned)r->row[layer];
    enum pkt_proto next =
        row + 1 < r->build.count ? (enum pkt_proto)r->build.row[row + 1].proto : PKT_PROTO_NONE;
    unsigned here = packet->layer[layer].flags;
    if (ends_within(r))
        return true;
    if (kind == PKT_BUILD_NEXT) /* or an 802.3 length, which may lie */
        return next == PKT_PROTO_PAYLOAD || next == PKT_PROTO_NONE || next == PKT_PROTO_TRAILER ||
               has_finding(packet, layer, layer);
    if (kind == PKT_BUILD_CHECKSUM)
        return pkt_checksum_verify(packet, layer).state != PKT_CHECKSUM_OK;
    if ((here & (PKT_LAYER_TRUNCATED | PKT_LAYER_FRAGMENT | PKT_LAYER_SHORT | PKT_LAYER_QUOTED)) != 0)
        return true;
    return has_finding(packet, layer, PKT_MAX_LAYERS);
}

/* The first field that was written over finish's without a finding that says why. */
static bool find_unexplained(const struct rebuild *r, unsigned *written, char *ret_difference)
{
    bool found = false;
    for (unsigned layer = 0; layer < r->packet->layer_count; layer++) {
        uint8_t group = field_group_of(r->packet->layer[layer].proto);
        for (unsigned i = 0; i < 64; i++) {
            struct pkt_field row;
            struct pkt_field_value value;
            struct pkt_field_place place;
            if ((r->written[layer] >> i & 1) == 0 || !placed(r, layer, i, &row, &value, &place))
                continue;
            unsigned kind = automatic_kind(r, layer, &row);
            written[kind]++;
            if (found || is_explained(r, layer, kind))
                continue;
            snprintf(ret_difference, DIFFERENCE_SIZE, "field:%s", field_groups[group]->rows[i].name);
            found = true;
        }
    }
    return found;
}

/* The layer that holds an octet of the packet: the last one that begins before it. */
static const char *layer_at(const struct pkt_packet *packet, size_t off)
{
    int found = -1;
    for (unsigned i = 0; i < packet->layer_count; i++)
        if (packet->layer[i].off <= off && (found < 0 || packet->layer[i].off >= packet->layer[found].off))
            found = (int)i;
    return found < 0 ? "frame" : pkt_proto_name((enum pkt_proto)packet->layer[found].proto);
}

/* False when it is the same; else how it differs. */
static bool differs(const struct rebuild *r, unsigned *written, char *ret_difference)
{
    struct pkt_view packet = r->packet->bytes;
    if (r->failure[0] != '\0') {
        snprintf(ret_difference, DIFFERENCE_SIZE, "%s", r->failure);
        return true;
    }
    for (size_t i = 0; i < packet.len; i++) {
        if (i < r->result.len && pkt_u8(r->result, i) == pkt_u8(packet, i))
            continue;
        snprintf(ret_difference, DIFFERENCE_SIZE, i < r->result.len ? "bytes:%s" : "end:%s",
                 layer_at(r->packet, i));
        return true;
    }
    if (r->result.len != r->packet->wire_len && !ends_within(r)) {
        snprintf(ret_difference, DIFFERENCE_SIZE, "longer");
        return true;
    }
    return find_unexplained(r, written, ret_difference);
}

/* --- the table --- */

struct divergence {
    char capture[64];    /* pattern */
    char packets[64];    /* ",3,4," or "" for any */
    char difference[64]; /* pattern */
    unsigned used;
};

static struct divergence divergences[256];
static unsigned divergence_count;

static const char *source_directory(void)
{
    const char *source = getenv("PKT_SOURCE_DIR");
    return source != NULL ? source : ".";
}

static void read_divergences(void)
{
    char line[512], path[512];
    snprintf(path, sizeof path, "%s/tests/oracle/rebuild_divergences.txt", source_directory());
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        struct divergence *d = &divergences[divergence_count];
        char capture[64];
        if (line[0] == '#' || line[0] == '\n')
            continue;
        assert_true(divergence_count < sizeof divergences / sizeof *divergences);
        if (sscanf(line, "%63s %63s", capture, d->difference) != 2)
            fail_msg("not a divergence: %s", line);
        char *packets = strchr(capture, '#');
        if (packets != NULL)
            *packets++ = '\0';
        snprintf(d->capture, sizeof d->capture, "%s", capture);
        snprintf(d->packets, sizeof d->packets, packets == NULL ? "" : ",%s,",
                 packets == NULL ? "" : packets);
        divergence_count++;
    }
    fclose(file);
}

/* Whether the table has the difference; the packets of a row are taken out of it, so that what is left tells
 * which ones no longer differ. */
static bool is_known(const char *capture, unsigned number, const char *difference)
{
    char text[16];
    snprintf(text, sizeof text, ",%u,", number);
    for (unsigned i = 0; i < divergence_count; i++) {
        struct divergence *d = &divergences[i];
        char *at = strstr(d->packets, text);
        if (fnmatch(d->capture, capture, 0) != 0 || fnmatch(d->difference, difference, 0) != 0 ||
            (d->packets[0] != '\0' && at == NULL))
            continue;
        if (at != NULL)
            memmove(at, at + strlen(text) - 1, strlen(at + strlen(text) - 1) + 1);
        d->used++;
        return true;
    }
    return false;
}

/* --- the captures --- */

struct tally {
    unsigned packets, rebuilt, known, unknown;
    unsigned written[PKT_BUILD_CHECKSUM + 1]; /* over what finish fills, by kind */
};

static uint8_t buffer[REBUILD_SIZE];

/* The packet and what was built, from the line of the first octet that differs. */
static void print_both(const struct rebuild *r)
{
    const struct pkt_view views[] = {r->packet->bytes, r->result};
    size_t start = 0;
    while (start < views[0].len && start < views[1].len && pkt_u8(views[0], start) == pkt_u8(views[1], start))
        start++;
    for (unsigned i = 0; i < 2; i++) {
        print_message("%s %zu of %zu:", i == 0 ? "packet" : "built", start, views[i].len);
        for (size_t k = start; k < views[i].len && k < start + 32; k++)
            print_message(" %02x", pkt_u8(views[i], k));
        print_message("\n");
    }
}

static void rebuild_frame(const char *capture, const struct pkt_frame *frame, void *context)
{
    struct tally *tally = context;
    struct pkt_packet packet;
    struct rebuild r;
    char difference[DIFFERENCE_SIZE] = "";
    pkt_decode(frame->bytes, frame->wire_len, frame->linktype, frame->decode_flags, &packet);
    pkt_diagnose(&packet);
    rebuild(&packet, buffer, &r);
    tally->packets++;
    if (!differs(&r, tally->written, difference)) {
        tally->rebuilt++;
        return;
    }
    if (is_known(capture, (unsigned)frame->number, difference)) {
        tally->known++;
        return;
    }
    print_error("%s#%u %s\n", capture, (unsigned)frame->number, difference);
    if (getenv("PKT_VERBOSE") != NULL)
        print_both(&r);
    tally->unknown++;
}

typedef void each_frame(const char *capture, const struct pkt_frame *frame, void *context);

static int is_capture(const struct dirent *entry)
{
    return fnmatch("*.pcap", entry->d_name, 0) == 0 || fnmatch("*.pcapng", entry->d_name, 0) == 0;
}

static void read_file(const char *directory, const char *name, each_frame *each, void *context)
{
    char path[1024];
    struct pkt_source *source;
    struct pkt_event event;
    struct pkt_error error;
    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (pkt_source_open_file(path, NULL, &source, &error) < 0)
        fail_msg("%s: %s", name, error.sentence);
    while (pkt_source_next(source, &event, &error) > 0)
        if (event.kind == PKT_EVENT_FRAME)
            each(name, &event.frame, context);
    pkt_source_close(source);
}

static void read_captures(each_frame *each, void *context)
{
    struct dirent **entries;
    char directory[512];
    snprintf(directory, sizeof directory, "%s/captures", source_directory());
    int count = scandir(directory, &entries, is_capture, alphasort);
    assert_true(count > 100);
    for (int i = 0; i < count; i++) {
        read_file(directory, entries[i]->d_name, each, context);
        free(entries[i]);
    }
    free(entries);
}

static void test_rebuild(void **state)
{
    struct tally tally = {0};
    (void)state;
    read_divergences();
    read_captures(rebuild_frame, &tally);
    for (unsigned i = 0; i < divergence_count; i++)
        if (divergences[i].used == 0 || strpbrk(divergences[i].packets, "0123456789") != NULL) {
            print_error("no longer differs: %s#%s %s\n", divergences[i].capture, divergences[i].packets,
                        divergences[i].difference);
            tally.unknown++;
        }
    print_message("%u of %u packets rebuilt (%.1f %%), %u for a reason not\n", tally.rebuilt, tally.packets,
                  100.0 * tally.rebuilt / tally.packets, tally.known);
    print_message("written over what finish fills: %u checksums, %u lengths, %u numbers of payloads\n",
                  tally.written[PKT_BUILD_CHECKSUM],
                  tally.written[PKT_BUILD_LENGTH] + tally.written[PKT_BUILD_HEADER_LENGTH] +
                      tally.written[PKT_BUILD_COUNT],
                  tally.written[PKT_BUILD_NEXT]);
    assert_int_equal(tally.unknown, 0);
    assert_true(tally.rebuilt > 1550);
}

/* --- fields in place --- */

/* Writes what a walk gives at the place that it names. */
static void put_back(struct pkt_field_walk *walk, const struct pkt_field_value *value, const char *capture,
                     const struct pkt_frame *frame)
{
    struct pkt_field_place place;
    assert_int_equal(pkt_field_walk_place(walk, &place), PKT_FIELD_OK);
    memcpy(buffer, frame->bytes.ptr, frame->bytes.len);
    struct pkt_room room = pkt_room_make(buffer, frame->bytes.len);
    int error = pkt_field_put(&place, value, room);
    if (error != PKT_FIELD_OK || memcmp(buffer, frame->bytes.ptr, frame->bytes.len) != 0)
        fail_msg("%s#%u %s: %s", capture, (unsigned)frame->number, place.field->name,
                 error == PKT_FIELD_OK ? "changed" : pkt_field_sentence(error));
}

/* Every occurrence of every name that may be written. */
static void put_back_frame(const char *capture, const struct pkt_frame *frame, void *context)
{
    struct pkt_packet packet;
    const struct pkt_field *field;
    unsigned *count = context;
    pkt_decode(frame->bytes, frame->wire_len, frame->linktype, frame->decode_flags, &packet);
    for (unsigned i = 0; (field = pkt_field_at(i)) != NULL; i++) {
        struct pkt_field_ref ref;
        struct pkt_field_walk walk;
        struct pkt_field_value value;
        assert_true(pkt_field_find(field->name, strlen(field->name), &ref));
        if (ref.field != field || !is_whole(field))
            continue;
        pkt_field_walk_begin(&walk, &ref, &packet, NULL, PKT_SCOPE_ALL);
        for (; pkt_field_walk_next(&walk, &value); ++*count)
            put_back(&walk, &value, capture, frame);
    }
}

/* A value that was read and is written at its place leaves the packet as it is. */
static void test_put_back(void **state)
{
    unsigned count = 0;
    (void)state;
    read_captures(put_back_frame, &count);
    print_message("%u values written back\n", count);
    assert_true(count > 30000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rebuild),
        cmocka_unit_test(test_put_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
