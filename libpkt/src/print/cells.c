/*
 * Cells as `tshark -T fields` prints them.
 */
#include "pkt/cells.h"
#include "../field/registry.h"
#include "pkt/igmp.h"
#include "pkt/link.h"

/* Wireshark's numbers of checksum states. */
static const uint8_t checksum_cells[] = {
    [PKT_CHECKSUM_NONE] = 3,    [PKT_CHECKSUM_ABSENT] = 3, [PKT_CHECKSUM_OK] = 1,
    [PKT_CHECKSUM_PARTIAL] = 2, [PKT_CHECKSUM_BAD] = 0,    [PKT_CHECKSUM_UNKNOWN] = 2,
};

static void put_uint(const struct pkt_field *field, uint64_t value, struct pkt_sink *sink)
{
    if (field->hex_digits == 0) {
        pkt_put_u64(sink, value);
        return;
    }
    pkt_put_bytes(sink, "0x", 2);
    pkt_put_hex_width(sink, value, field->hex_digits);
}

static void put_time(int64_t ns, struct pkt_sink *sink)
{
    uint64_t magnitude = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    if (ns < 0)
        pkt_put_char(sink, '-');
    pkt_put_u64(sink, magnitude / (uint64_t)PKT_NS_PER_S);
    pkt_put_char(sink, '.');
    pkt_put_u64_width(sink, magnitude % (uint64_t)PKT_NS_PER_S, 9);
}

static void put_ip6(struct pkt_view bytes, struct pkt_sink *sink)
{
    struct pkt_ip6 address = {{0}};
    pkt_copy(bytes, 0, address.byte, bytes.len < sizeof address.byte ? bytes.len : sizeof address.byte);
    pkt_put_ip6(sink, address);
}

/* Bytes that a message has, but none of them. */
static void put_bytes(struct pkt_view bytes, struct pkt_sink *sink)
{
    if (bytes.len == 0)
        pkt_put(sink, "<none>");
    pkt_put_hex_bytes(sink, bytes, 0);
}

/* Which layers tshark announces an EtherType behind: all that have one, but not those whose field is a
 * length. */
static bool has_ethertype(const struct pkt_layer *row)
{
    bool typed = row->proto == PKT_PROTO_ETHERNET || row->proto == PKT_PROTO_VLAN ||
                 row->proto == PKT_PROTO_SLL || row->proto == PKT_PROTO_SLL2;
    return typed && row->hdr_len != 0 && row->next >= 1536;
}

/* Messages of group membership are a protocol of their own within IGMP, of the same name. */
static bool is_group_message(const struct pkt_layer *row)
{
    bool report =
        row->next == PKT_IGMP_V1_REPORT || row->next == PKT_IGMP_V2_REPORT || row->next == PKT_IGMP_V3_REPORT;
    return row->hdr_len != 0 && (report || row->next == PKT_IGMP_QUERY || row->next == PKT_IGMP_V2_LEAVE);
}

/* Link types of bare IP packets: tshark has a protocol for the link that is not there. */
static bool is_raw(uint16_t linktype)
{
    return linktype == PKT_LINKTYPE_RAW || linktype == PKT_LINKTYPE_RAW_BSD ||
           linktype == PKT_LINKTYPE_RAW_OPENBSD;
}

static const char *protocol_name(const struct pkt_packet *packet, unsigned layer)
{
    bool service_tag = layer > 0 && packet->layer[layer].proto == PKT_PROTO_VLAN &&
                       packet->layer[layer - 1].next == PKT_ETHERTYPE_QINQ;
    return service_tag ? "ieee8021ad" : pkt_proto_name((enum pkt_proto)packet->layer[layer].proto);
}

static void put_protocols(const struct pkt_packet *packet, struct pkt_sink *sink)
{
    const char *separator = "";
    if (is_raw(packet->linktype)) {
        pkt_put(sink, "raw");
        separator = ":";
    }
    for (unsigned i = 0; i < packet->layer_count; i++) {
        const struct pkt_layer *row = &packet->layer[i];
        if (row->proto == PKT_PROTO_TRAILER || row->proto == PKT_PROTO_ICMP_EXT)
            continue;
        pkt_put(sink, separator);
        separator = ":";
        pkt_put(sink, protocol_name(packet, i));
        if (has_ethertype(row))
            pkt_put(sink, ":ethertype");
        if (row->proto == PKT_PROTO_IGMP && is_group_message(row))
            pkt_put(sink, ":igmp");
    }
}

void pkt_cell_value_print(const struct pkt_field *field, const struct pkt_field_value *value,
                          const struct pkt_packet *packet, struct pkt_sink *sink)
{
    switch (value->type) {
    case PKT_FIELD_INT:
        pkt_put_i64(sink, (int64_t)value->number);
        break;
    case PKT_FIELD_IP4:
        pkt_put_ip4(sink, pkt_ip4_at(value->bytes, 0));
        break;
    case PKT_FIELD_IP6:
        put_ip6(value->bytes, sink);
        break;
    case PKT_FIELD_MAC:
        pkt_put_mac(sink, pkt_mac_at(value->bytes, 0));
        break;
    case PKT_FIELD_BYTES:
        put_bytes(value->bytes, sink);
        break;
    case PKT_FIELD_LINK_ADDRESS:
        pkt_put_hex_bytes(sink, value->bytes, ':');
        break;
    case PKT_FIELD_STRING:
        pkt_put_escaped(sink, value->bytes);
        break;
    case PKT_FIELD_TIME:
        put_time((int64_t)value->number, sink);
        break;
    case PKT_FIELD_CHECKSUM_STATE:
        pkt_put_u32(sink, value->number < sizeof checksum_cells ? checksum_cells[value->number] : 2);
        break;
    case PKT_FIELD_PROTOCOLS:
        put_protocols(packet, sink);
        break;
    default:
        put_uint(field, value->number, sink);
    }
}

void pkt_cells_print(const struct pkt_packet *packet, const struct pkt_field_context *context,
                     const struct pkt_field_ref *refs, size_t count, char separator, struct pkt_sink *sink)
{
    struct pkt_field_walk walk;
    struct pkt_field_value value;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            pkt_put_char(sink, separator);
        bool first = true;
        pkt_field_walk_begin(&walk, &refs[i], packet, context, PKT_SCOPE_ALL);
        while (pkt_field_walk_next(&walk, &value)) {
            if (!first)
                pkt_put_char(sink, ',');
            first = false;
            pkt_cell_value_print(refs[i].field, &value, packet, sink);
        }
    }
    pkt_put_char(sink, '\n');
}
