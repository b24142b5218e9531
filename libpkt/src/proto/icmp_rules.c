/*
 * The rules of ICMP and ICMPv6 messages, and of the extension structure of both (RFC 4884, RFC 4950, RFC
 * 5837).
 */
#include "demux.h"
#include "pkt/icmp.h"

enum {
    ICMP_BODY = 8,
    EXTENSION_LEN = 4,
    EXTENSION_VERSION = 2,
    MPLS_ENTRY_LEN = 4,
    QUOTE_MIN = 128, /* of a quotation before an extension structure (RFC 4884 3) */
};

struct type_len {
    uint8_t type;
    uint8_t min; /* bytes of the message */
};

/* RFC 792; timestamps, masks (RFC 950), router discovery (RFC 1256), traceroute (RFC 1393), PROBE (RFC 8335).
 */
static const struct type_len lengths[] = {
    {PKT_ICMP_ECHO_REPLY,           8 },
    {PKT_ICMP_UNREACHABLE,          8 },
    {PKT_ICMP_SOURCE_QUENCH,        8 },
    {PKT_ICMP_REDIRECT,             8 },
    {PKT_ICMP_ECHO_REQUEST,         8 },
    {PKT_ICMP_ROUTER_ADVERTISEMENT, 8 },
    {PKT_ICMP_ROUTER_SOLICITATION,  8 },
    {PKT_ICMP_TIME_EXCEEDED,        8 },
    {PKT_ICMP_PARAMETER_PROBLEM,    8 },
    {PKT_ICMP_TIMESTAMP,            20},
    {PKT_ICMP_TIMESTAMP_REPLY,      20},
    {PKT_ICMP_INFORMATION,          8 },
    {PKT_ICMP_INFORMATION_REPLY,    8 },
    {PKT_ICMP_ADDRESS_MASK,         12},
    {PKT_ICMP_ADDRESS_MASK_REPLY,   12},
    {PKT_ICMP_TRACEROUTE,           20},
    {PKT_ICMP_EXTENDED_ECHO,        8 },
    {PKT_ICMP_EXTENDED_ECHO_REPLY,  8 },
};

/* RFC 4443, RFC 8335. Neighbour discovery and MLD have rules of their own. */
static const struct type_len lengths6[] = {
    {PKT_ICMP6_UNREACHABLE,         8},
    {PKT_ICMP6_PACKET_TOO_BIG,      8},
    {PKT_ICMP6_TIME_EXCEEDED,       8},
    {PKT_ICMP6_PARAMETER_PROBLEM,   8},
    {PKT_ICMP6_ECHO_REQUEST,        8},
    {PKT_ICMP6_ECHO_REPLY,          8},
    {PKT_ICMP6_EXTENDED_ECHO,       8},
    {PKT_ICMP6_EXTENDED_ECHO_REPLY, 8},
};

static uint32_t min_len(struct pkt_icmp m)
{
    const struct type_len *table = m.v6 ? lengths6 : lengths;
    size_t n = m.v6 ? sizeof lengths6 / sizeof *lengths6 : sizeof lengths / sizeof *lengths;
    for (size_t i = 0; i < n; i++)
        if (table[i].type == pkt_icmp_type(m))
            return table[i].min;
    return 0;
}

void pkt_icmp_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_icmp m;
    if (!pkt_as_icmp(packet, layer, &m))
        return;
    if (m.len < min_len(m) && !pkt_layer_is_part(&packet->layer[layer]))
        pkt_rule_broken(packet, layer, PKT_D_ICMP_LENGTH, 0, min_len(m), m.len);
    if (pkt_icmp_is_nd(m))
        pkt_nd_rules(packet, layer);
    else if (m.v6)
        pkt_mld_rules(packet, layer);
}

/* Whether the object is as long as its class and C-type say. */
static bool is_object_sound(const struct pkt_option *object)
{
    struct pkt_interface_info info;
    struct pkt_interface_id id;
    if (object->type == PKT_ICMP_OBJECT_MPLS)
        return object->data.len >= MPLS_ENTRY_LEN && object->data.len % MPLS_ENTRY_LEN == 0;
    if (object->type == PKT_ICMP_OBJECT_INTERFACE)
        return pkt_interface_info(object, &info);
    return object->type != PKT_ICMP_OBJECT_INTERFACE_ID || pkt_interface_id(object, &id);
}

static void judge_objects(struct pkt_packet *packet, unsigned layer, struct pkt_icmp_extension x)
{
    struct pkt_list objects;
    struct pkt_option object;
    pkt_icmp_objects(x, &objects);
    while (pkt_option_next(&objects, &object))
        if (!is_object_sound(&object))
            pkt_rule_broken(packet, layer, PKT_D_ICMP_EXT_CONTENT, EXTENSION_LEN + (uint32_t)object.off, 0,
                            (uint32_t)object.bytes.len);
    if (objects.stop != PKT_D_NONE && objects.stop != PKT_D_CAP_TRUNCATED)
        pkt_rule_broken(packet, layer, objects.stop, EXTENSION_LEN + (uint32_t)objects.off, objects.need,
                        objects.have);
}

void pkt_icmp_extension_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_icmp_extension x;
    struct pkt_icmp m;
    if (!pkt_as_icmp_extension(packet, layer, &x) || pkt_layer_is_part(&packet->layer[layer]))
        return;
    unsigned version = pkt_icmp_extension_version(x);
    if (version != EXTENSION_VERSION)
        pkt_rule_broken(packet, layer, PKT_D_ICMP_EXT_VERSION, 0, EXTENSION_VERSION, version);
    /* Its row follows that of its message directly. */
    bool quotes = pkt_as_icmp(packet, layer - 1, &m) && pkt_icmp_is_error(m);
    uint32_t quote = packet->layer[layer].off - packet->layer[layer - 1].off - ICMP_BODY;
    if (quotes && quote < QUOTE_MIN)
        pkt_rule_broken(packet, layer, PKT_D_ICMP_EXT_QUOTE, 0, QUOTE_MIN, quote);
    judge_objects(packet, layer, x);
}
