/*
 * Keys of probes and answers, protocol by protocol.
 */
#include "probe_key.h"

#include "pkt/icmp.h"
#include "pkt/igmp.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"
#include "pkt/link.h"
#include "pkt/transport.h"

/* A request and the type of its reply. */
struct pair {
    uint8_t request;
    uint8_t reply;
};
static const struct pair pairs4[] = {
    {PKT_ICMP_ECHO_REQUEST,  PKT_ICMP_ECHO_REPLY         },
    {PKT_ICMP_TIMESTAMP,     PKT_ICMP_TIMESTAMP_REPLY    },
    {PKT_ICMP_INFORMATION,   PKT_ICMP_INFORMATION_REPLY  },
    {PKT_ICMP_ADDRESS_MASK,  PKT_ICMP_ADDRESS_MASK_REPLY },
    {PKT_ICMP_EXTENDED_ECHO, PKT_ICMP_EXTENDED_ECHO_REPLY},
};
static const struct pair pairs6[] = {
    {PKT_ICMP6_ECHO_REQUEST,           PKT_ICMP6_ECHO_REPLY             },
    {PKT_ICMP6_EXTENDED_ECHO,          PKT_ICMP6_EXTENDED_ECHO_REPLY    },
    {PKT_ICMP6_NEIGHBOUR_SOLICITATION, PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT},
    {PKT_ICMP6_ROUTER_SOLICITATION,    PKT_ICMP6_ROUTER_ADVERTISEMENT   },
};

/* The request of a reply of type `type`, or `type` itself when that is a request; 0: neither. */
static uint8_t request_of(struct pkt_icmp m, bool from_reply)
{
    const struct pair *pairs = m.v6 ? pairs6 : pairs4;
    size_t count = m.v6 ? sizeof pairs6 / sizeof *pairs6 : sizeof pairs4 / sizeof *pairs4;
    for (size_t i = 0; i < count; i++)
        if ((from_reply ? pairs[i].reply : pairs[i].request) == pkt_icmp_type(m))
            return pairs[i].request;
    return 0;
}

/* Addresses and version of the IP header in row `network`; the far address is left out where many may answer.
 */
static bool set_addresses(const struct pkt_packet *packet, unsigned network, bool is_probe,
                          struct probe_key *key)
{
    struct pkt_ipv4 ip4;
    struct pkt_ipv6 ip6;
    if (pkt_as_ipv4(packet, network, &ip4)) {
        struct pkt_ip4 src = pkt_ipv4_src(ip4), dst = pkt_ipv4_final_dst(ip4);
        bool many = pkt_ip4_is_multicast(dst) || dst.byte[3] == 0xff;
        key->version = 4;
        memcpy(is_probe ? key->near : key->far, src.byte, sizeof src.byte);
        if (!is_probe || !many)
            memcpy(is_probe ? key->far : key->near, dst.byte, sizeof dst.byte);
        return true;
    }
    if (!pkt_as_ipv6(packet, network, &ip6))
        return false;
    struct pkt_ip6 src = pkt_ipv6_src(ip6), dst = pkt_ipv6_dst(ip6);
    key->version = 6;
    memcpy(is_probe ? key->near : key->far, src.byte, sizeof src.byte);
    if (!is_probe || !pkt_ip6_is_multicast(dst))
        memcpy(is_probe ? key->far : key->near, dst.byte, sizeof dst.byte);
    return true;
}

/* --- as an ICMP error quotes it --- */

/* What tells packets of one flow apart in a quotation: the identification, in IPv6 the flow label. */
static uint32_t number_of(const struct pkt_packet *packet, unsigned network)
{
    struct pkt_ipv4 ip4;
    struct pkt_ipv6 ip6;
    if (pkt_as_ipv4(packet, network, &ip4))
        return pkt_ipv4_id(ip4);
    return pkt_as_ipv6(packet, network, &ip6) ? pkt_ipv6_flow_label(ip6) : 0;
}

/* The row that the packet in row `network` carries, behind extension headers; -1: none. */
static int carried_by(const struct pkt_packet *packet, unsigned network)
{
    for (unsigned i = network + 1; i < packet->layer_count; i++) {
        uint8_t proto = packet->layer[i].proto;
        if (proto < PKT_PROTO_IP6_HOPOPTS || proto > PKT_PROTO_ESP)
            return (int)i;
    }
    return -1;
}

/* Ports or identifiers from the first 8 bytes of what IP carries: all that an old router quotes (RFC 792). */
static void set_quoted(const struct pkt_packet *packet, unsigned network, unsigned carried,
                       struct probe_key *key)
{
    struct pkt_view bytes = pkt_layer_bytes(packet, carried);
    uint8_t proto = packet->layer[carried].proto;
    key->protocol = proto;
    if (proto == PKT_PROTO_UDP || proto == PKT_PROTO_TCP) {
        key->near_port = pkt_u16(bytes, 0);
        key->far_port = pkt_u16(bytes, 2);
    } else if (proto == PKT_PROTO_ICMP || proto == PKT_PROTO_ICMP6) {
        key->type = pkt_u8(bytes, 0);
        key->near_port = pkt_u16(bytes, 4);
        key->far_port = pkt_u16(bytes, 6);
    }
    /* Multiplied, so that it and what is added do not meet by counting up together. */
    key->number = number_of(packet, network) * UINT32_C(0x9e3779b1);
    if (proto == PKT_PROTO_TCP)
        key->number += pkt_u32(bytes, 4); /* sequence number */
    else if (proto == PKT_PROTO_UDP && key->version == 6)
        key->number += pkt_u32(bytes, 4); /* length and checksum */
}

/* The key under which an ICMP error would quote, or quotes, the packet in row `network`. */
static bool quoted_key(const struct pkt_packet *packet, unsigned network, struct probe_key *ret_key)
{
    int carried = carried_by(packet, network);
    *ret_key = (struct probe_key){.kind = KEY_QUOTED};
    if (carried < 0 || !set_addresses(packet, network, true, ret_key))
        return false;
    set_quoted(packet, network, (unsigned)carried, ret_key);
    return true;
}

/* --- as its protocol answers it --- */

static bool icmp_key(const struct pkt_packet *packet, unsigned layer, bool is_probe, struct probe_key *key)
{
    struct pkt_icmp m;
    if (!pkt_as_icmp(packet, layer, &m) || (key->type = request_of(m, !is_probe)) == 0)
        return false;
    if (m.v6 && key->type == PKT_ICMP6_ROUTER_SOLICITATION) {
        *key = (struct probe_key){.kind = KEY_ROUTER, .version = 6};
    } else if (m.v6 && key->type == PKT_ICMP6_NEIGHBOUR_SOLICITATION) {
        /* The advertisement comes from the target, to the asker or to all (RFC 4861 7.2.4). */
        struct pkt_ip6 target = pkt_nd_target(m);
        memset(key->near, 0, sizeof key->near);
        memcpy(key->far, target.byte, sizeof key->far);
    } else {
        key->near_port = pkt_icmp_id(m);
        bool extended = key->type == (m.v6 ? PKT_ICMP6_EXTENDED_ECHO : PKT_ICMP_EXTENDED_ECHO);
        key->far_port = extended ? pkt_icmp_extended_sequence(m) : pkt_icmp_sequence(m);
    }
    return true;
}

static bool udp_key(const struct pkt_packet *packet, unsigned layer, bool is_probe, struct probe_key *key)
{
    struct pkt_udp udp;
    if (!pkt_as_udp(packet, layer, &udp))
        return false;
    key->near_port = is_probe ? pkt_udp_src(udp) : pkt_udp_dst(udp);
    key->far_port = is_probe ? pkt_udp_dst(udp) : pkt_udp_src(udp);
    return true;
}

/* A segment is answered by one that acknowledges all of it, or by a reset (RFC 9293 3.10.7.1). */
static bool tcp_key(const struct pkt_packet *packet, unsigned layer, bool is_probe, struct probe_key *key)
{
    struct pkt_tcp tcp;
    if (!pkt_as_tcp(packet, layer, &tcp))
        return false;
    unsigned flags = pkt_tcp_flags(tcp);
    key->near_port = is_probe ? pkt_tcp_src(tcp) : pkt_tcp_dst(tcp);
    key->far_port = is_probe ? pkt_tcp_dst(tcp) : pkt_tcp_src(tcp);
    if (is_probe) {
        key->number = pkt_tcp_sequence(tcp) + pkt_layer_payload_len(packet, layer) +
                      ((flags & PKT_TCP_SYN) != 0) + ((flags & PKT_TCP_FIN) != 0);
        return true;
    }
    bool acknowledges = (flags & PKT_TCP_ACK) != 0;
    if (!acknowledges && (flags & PKT_TCP_RST) == 0)
        return false;
    key->kind = acknowledges ? KEY_REPLY : KEY_RESET;
    key->number = acknowledges ? pkt_tcp_acknowledgment(tcp) : pkt_tcp_sequence(tcp);
    return true;
}

/* ARP, RARP and InARP: the reply's operation is the next number, and sender and target are exchanged. */
static bool arp_key(const struct pkt_packet *packet, unsigned layer, bool is_probe, struct probe_key *key)
{
    struct pkt_arp arp;
    if (!pkt_as_arp(packet, layer, &arp))
        return false;
    unsigned operation = pkt_arp_operation(arp);
    bool is_request = operation == 1 || operation == 3 || operation == 8;
    bool is_reply = operation == 2 || operation == 4 || operation == 9;
    if (operation > UINT8_MAX || (is_probe ? !is_request : !is_reply))
        return false;
    key->type = (uint8_t)(is_probe ? operation : operation - 1);
    if (key->type == 3) {
        /* RARP asks who a hardware address is, and the reply repeats that as its target. */
        pkt_copy(pkt_arp_target_hardware(arp), 0, key->far, 6);
        return true;
    }
    if (key->type == 8) {
        pkt_copy(is_probe ? pkt_arp_target_hardware(arp) : pkt_arp_sender_hardware(arp), 0, key->far, 6);
        return true;
    }
    pkt_copy(is_probe ? pkt_arp_target_protocol(arp) : pkt_arp_sender_protocol(arp), 0, key->far, 4);
    return true;
}

/* The group of a query; all zero asks for every group. */
static bool query_key(const struct pkt_packet *packet, unsigned layer, struct probe_key *ret_key)
{
    struct pkt_igmp igmp;
    struct pkt_icmp mld;
    *ret_key = (struct probe_key){.kind = KEY_GROUP};
    if (pkt_as_igmp(packet, layer, &igmp) && pkt_igmp_type(igmp) == PKT_IGMP_QUERY) {
        ret_key->version = 4;
        memcpy(ret_key->far, pkt_igmp_group(igmp).byte, 4);
        return true;
    }
    if (!pkt_as_icmp(packet, layer, &mld) || !mld.v6 || pkt_icmp_type(mld) != PKT_ICMP6_MLD_QUERY)
        return false;
    ret_key->version = 6;
    memcpy(ret_key->far, pkt_mld_group(mld).byte, 16);
    return true;
}

typedef bool key_step(const struct pkt_packet *packet, unsigned layer, bool is_probe, struct probe_key *key);

static key_step *step_of(uint8_t proto)
{
    static key_step *const steps[PKT_PROTO_COUNT] = {
        [PKT_PROTO_ICMP] = icmp_key, [PKT_PROTO_ICMP6] = icmp_key, [PKT_PROTO_UDP] = udp_key,
        [PKT_PROTO_TCP] = tcp_key,   [PKT_PROTO_ARP] = arp_key,
    };
    return steps[proto];
}

/* The key of the protocol in row `layer`. */
static bool reply_key(const struct pkt_packet *packet, unsigned layer, bool is_probe,
                      struct probe_key *ret_key)
{
    uint8_t proto = packet->layer[layer].proto;
    int network = pkt_layer_network(packet, layer);
    *ret_key = (struct probe_key){.kind = KEY_REPLY, .protocol = proto};
    if (step_of(proto) == NULL || (proto != PKT_PROTO_ARP && network < 0))
        return false;
    if (network >= 0 && !set_addresses(packet, (unsigned)network, is_probe, ret_key))
        return false;
    return step_of(proto)(packet, layer, is_probe, ret_key);
}

/* --- probes --- */

/* The outermost row that has a key of its own, before any tunnel or quotation; -1: none. */
static int subject_of(const struct pkt_packet *packet)
{
    for (unsigned i = 0; i < packet->layer_count; i++) {
        if ((packet->layer[i].flags & (PKT_LAYER_QUOTED | PKT_LAYER_INNER)) != 0)
            return -1;
        if (step_of(packet->layer[i].proto) != NULL || packet->layer[i].proto == PKT_PROTO_IGMP)
            return (int)i;
    }
    return -1;
}

static int network_of(const struct pkt_packet *packet)
{
    for (unsigned i = 0; i < packet->layer_count; i++)
        if (packet->layer[i].proto == PKT_PROTO_IPV4 || packet->layer[i].proto == PKT_PROTO_IPV6)
            return (int)i;
    return -1;
}

/* A segment that acknowledges may be refused by a reset that starts where it acknowledged. */
static bool reset_key(const struct pkt_packet *packet, unsigned layer, const struct probe_key *reply,
                      struct probe_key *ret_key)
{
    struct pkt_tcp tcp;
    if (!pkt_as_tcp(packet, layer, &tcp) || (pkt_tcp_flags(tcp) & PKT_TCP_ACK) == 0)
        return false;
    *ret_key = *reply;
    ret_key->kind = KEY_RESET;
    ret_key->number = pkt_tcp_acknowledgment(tcp);
    return true;
}

unsigned probe_keys(const struct pkt_packet *packet, struct probe_key *ret_keys)
{
    unsigned count = 0;
    int network = network_of(packet), subject = subject_of(packet);
    struct pkt_icmp icmp;
    /* Errors are never answered with errors (RFC 1122 3.2.2, RFC 4443 2.4 e). */
    if (subject >= 0 && pkt_as_icmp(packet, (unsigned)subject, &icmp) && pkt_icmp_is_error(icmp))
        return 0;
    if (network >= 0 && quoted_key(packet, (unsigned)network, &ret_keys[count]))
        count++;
    if (subject < 0)
        return count;
    if (query_key(packet, (unsigned)subject, &ret_keys[count]))
        return count + 1;
    if (reply_key(packet, (unsigned)subject, true, &ret_keys[count])) {
        count++;
        count += reset_key(packet, (unsigned)subject, &ret_keys[count - 1], &ret_keys[count]);
    }
    return count;
}

/* --- answers --- */

/* The packet that an ICMP error quotes. */
static bool error_key(const struct pkt_packet *packet, unsigned error, struct probe_key *ret_key)
{
    for (unsigned i = error + 1; i < packet->layer_count; i++) {
        bool is_ip = packet->layer[i].proto == PKT_PROTO_IPV4 || packet->layer[i].proto == PKT_PROTO_IPV6;
        if (is_ip && (packet->layer[i].flags & PKT_LAYER_QUOTED) != 0)
            return quoted_key(packet, i, ret_key);
    }
    return false;
}

bool answer_key(const struct pkt_packet *packet, struct probe_key *ret_key)
{
    int subject = subject_of(packet);
    struct pkt_icmp icmp;
    if (subject < 0)
        return false;
    if (pkt_as_icmp(packet, (unsigned)subject, &icmp) && pkt_icmp_is_error(icmp))
        return error_key(packet, (unsigned)subject, ret_key);
    return reply_key(packet, (unsigned)subject, false, ret_key);
}

/* The groups of an IGMP report; false when it is none. */
static bool igmp_groups(struct pkt_igmp m, struct report_walk *walk)
{
    uint8_t type = pkt_igmp_type(m);
    walk->version = 4;
    if (type == PKT_IGMP_V1_REPORT || type == PKT_IGMP_V2_REPORT)
        return pkt_view_sub(m.message, 4, 4, &walk->single);
    pkt_igmp3_records(m, &walk->records);
    return type == PKT_IGMP_V3_REPORT;
}

/* The same of MLD. */
static bool mld_groups(struct pkt_icmp m, struct report_walk *walk)
{
    uint8_t type = pkt_icmp_type(m);
    walk->version = 6;
    if (m.v6 && type == PKT_ICMP6_MLD1_REPORT)
        return pkt_view_sub(m.message, 8, 16, &walk->single);
    pkt_mld2_records(m, &walk->records);
    return m.v6 && type == PKT_ICMP6_MLD2_REPORT;
}

bool report_keys(const struct pkt_packet *packet, struct report_walk *ret_walk)
{
    struct pkt_igmp igmp;
    struct pkt_icmp mld;
    int subject = subject_of(packet);
    *ret_walk = (struct report_walk){.version = 0};
    if (subject < 0)
        return false;
    if (pkt_as_igmp(packet, (unsigned)subject, &igmp))
        return igmp_groups(igmp, ret_walk);
    return pkt_as_icmp(packet, (unsigned)subject, &mld) && mld_groups(mld, ret_walk);
}

/* The next group of the report, of 4 or 16 bytes. */
static bool next_group(struct report_walk *walk, struct pkt_view *ret_group)
{
    struct pkt_option item;
    struct pkt_group_record record;
    if (walk->single.len != 0) {
        *ret_group = walk->single;
        walk->single.len = 0;
        return true;
    }
    if (!pkt_option_next(&walk->records, &item))
        return false;
    pkt_group_record(&item, walk->version == 4 ? 4 : 16, &record);
    *ret_group = record.group;
    return true;
}

bool report_key_next(struct report_walk *walk, struct probe_key *ret_key)
{
    struct pkt_view group = {NULL, 0};
    if (walk->ended)
        return false;
    walk->ended = !next_group(walk, &group);
    *ret_key = (struct probe_key){.kind = KEY_GROUP, .version = walk->version};
    if (!walk->ended)
        pkt_copy(group, 0, ret_key->far, group.len);
    return true;
}
