/*
 * What follows: link types, EtherTypes and IP protocol numbers to protocols.
 */
#include "demux.h"
#include "pkt/ipv4.h"
#include "pkt/link.h"

/* Link types that have a header of their own, or name the IP version. */
static enum pkt_proto protocol_of(uint16_t linktype)
{
    static const struct {
        uint16_t linktype;
        uint8_t proto;
    } starts[] = {
        {PKT_LINKTYPE_ETHERNET, PKT_PROTO_ETHERNET},
        {PKT_LINKTYPE_NULL,     PKT_PROTO_NULL    },
        {PKT_LINKTYPE_LOOP,     PKT_PROTO_NULL    },
        {PKT_LINKTYPE_IPV4,     PKT_PROTO_IPV4    },
        {PKT_LINKTYPE_IPV6,     PKT_PROTO_IPV6    },
        {PKT_LINKTYPE_SLL,      PKT_PROTO_SLL     },
        {PKT_LINKTYPE_SLL2,     PKT_PROTO_SLL2    },
        {PKT_LINKTYPE_PPP,      PKT_PROTO_PPP     },
        {PKT_LINKTYPE_PPP_HDLC, PKT_PROTO_PPP     },
    };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (starts[i].linktype == linktype)
            return starts[i].proto;
    return PKT_PROTO_PAYLOAD;
}

static bool is_raw_ip(uint16_t linktype)
{
    return linktype == PKT_LINKTYPE_RAW || linktype == PKT_LINKTYPE_RAW_BSD ||
           linktype == PKT_LINKTYPE_RAW_OPENBSD;
}

enum pkt_proto pkt_ip_by_version(const struct pkt_decoder *d)
{
    if (d->off < d->end && d->off >= d->packet->bytes.len)
        return PKT_PROTO_NONE; /* the capture ends before the version */
    unsigned version = pkt_u8(d->packet->bytes, d->off) >> 4;
    if (d->off >= d->end || (version != 4 && version != 6))
        return PKT_PROTO_PAYLOAD;
    return version == 4 ? PKT_PROTO_IPV4 : PKT_PROTO_IPV6;
}

enum pkt_proto pkt_linktype_protocol(const struct pkt_decoder *d)
{
    uint16_t linktype = d->packet->linktype;
    enum pkt_proto proto = protocol_of(linktype);
    return proto == PKT_PROTO_PAYLOAD && is_raw_ip(linktype) ? pkt_ip_by_version(d) : proto;
}

enum pkt_proto pkt_ethertype_protocol(uint16_t ethertype)
{
    switch (ethertype) {
    case PKT_ETHERTYPE_IPV4:
        return PKT_PROTO_IPV4;
    case PKT_ETHERTYPE_IPV6:
        return PKT_PROTO_IPV6;
    case PKT_ETHERTYPE_ARP:
    case PKT_ETHERTYPE_RARP:
        return PKT_PROTO_ARP;
    case PKT_ETHERTYPE_VLAN:
    case PKT_ETHERTYPE_QINQ:
    case PKT_ETHERTYPE_QINQ_OLD:
        return PKT_PROTO_VLAN;
    default:
        return ethertype <= PKT_8023_LENGTH_MAX ? PKT_PROTO_LLC : PKT_PROTO_PAYLOAD;
    }
}

void pkt_enter_tunnel(struct pkt_decoder *d)
{
    d->flags |= PKT_LAYER_INNER;
}

/* By IP protocol number; 0, which is no row's protocol, for what is not decoded. */
static const uint8_t ip_protocols[256] = {
    [PKT_IP_TCP] = PKT_PROTO_TCP,
    [PKT_IP_UDP] = PKT_PROTO_UDP,
    [PKT_IP_ICMP] = PKT_PROTO_ICMP,
    [PKT_IP_ICMP6] = PKT_PROTO_ICMP6,
    [PKT_IP_IGMP] = PKT_PROTO_IGMP,
    [PKT_IP_GRE] = PKT_PROTO_GRE,
    [PKT_IP_AH] = PKT_PROTO_AH,
    [PKT_IP_ESP] = PKT_PROTO_ESP,
    [PKT_IP_IPIP] = PKT_PROTO_IPV4,
    [PKT_IP_IPV6] = PKT_PROTO_IPV6,
    [PKT_IP_HOPOPTS] = PKT_PROTO_IP6_HOPOPTS,
    [PKT_IP_ROUTING] = PKT_PROTO_IP6_ROUTING,
    [PKT_IP_FRAGMENT] = PKT_PROTO_IP6_FRAGMENT,
    [PKT_IP_DSTOPTS] = PKT_PROTO_IP6_DSTOPTS,
};

/* Extension headers exist behind IPv6 only; AH and ESP behind both. */
static bool is_ip6_only(enum pkt_proto proto)
{
    return proto >= PKT_PROTO_IP6_HOPOPTS && proto <= PKT_PROTO_IP6_DSTOPTS;
}

enum pkt_proto pkt_ip_next(struct pkt_decoder *d, uint8_t protocol, bool v6)
{
    enum pkt_proto proto = ip_protocols[protocol];
    if (d->off >= d->end && protocol != PKT_IP_NONE && (d->flags & PKT_LAYER_QUOTED) != 0)
        return PKT_PROTO_NONE; /* the quotation ends with the IP header */
    if (proto == PKT_PROTO_NONE || (is_ip6_only(proto) && !v6))
        return PKT_PROTO_PAYLOAD;
    if (proto == PKT_PROTO_IPV4 || proto == PKT_PROTO_IPV6)
        pkt_enter_tunnel(d);
    return proto;
}
