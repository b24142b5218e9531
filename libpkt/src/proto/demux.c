/*
 * What follows: link types, EtherTypes and IP protocol numbers to protocols.
 */
#include "demux.h"
#include "pkt/ipv4.h"
#include "pkt/link.h"

enum pkt_proto pkt_linktype_protocol(uint16_t linktype)
{
    static const struct {
        uint16_t linktype;
        uint8_t proto;
    } starts[] = {
        {PKT_LINKTYPE_ETHERNET,    PKT_PROTO_ETHERNET},
        {PKT_LINKTYPE_NULL,        PKT_PROTO_NULL    },
        {PKT_LINKTYPE_LOOP,        PKT_PROTO_NULL    },
        {PKT_LINKTYPE_RAW_BSD,     PKT_PROTO_PAYLOAD },
        {PKT_LINKTYPE_RAW_OPENBSD, PKT_PROTO_PAYLOAD },
        {PKT_LINKTYPE_RAW,         PKT_PROTO_PAYLOAD },
        {PKT_LINKTYPE_IPV4,        PKT_PROTO_IPV4    },
        {PKT_LINKTYPE_IPV6,        PKT_PROTO_IPV6    },
        {PKT_LINKTYPE_SLL,         PKT_PROTO_SLL     },
        {PKT_LINKTYPE_SLL2,        PKT_PROTO_SLL2    },
        {PKT_LINKTYPE_PPP,         PKT_PROTO_PPP     },
        {PKT_LINKTYPE_PPP_HDLC,    PKT_PROTO_PPP     },
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

/* The end of the line, and the start of raw IP, whose link type has no header of its own. */
enum pkt_proto pkt_payload_decode(struct pkt_decoder *d)
{
    if (d->packet->layer_count == 0 && is_raw_ip(d->packet->linktype)) {
        enum pkt_proto proto = pkt_ip_by_version(d);
        if (proto != PKT_PROTO_PAYLOAD)
            return proto;
    }
    return pkt_decode_payload(d);
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

/* Extension headers exist behind IPv6 only; AH and ESP behind both. */
static enum pkt_proto extension_protocol(uint8_t protocol)
{
    switch (protocol) {
    case PKT_IP_HOPOPTS:
        return PKT_PROTO_IP6_HOPOPTS;
    case PKT_IP_ROUTING:
        return PKT_PROTO_IP6_ROUTING;
    case PKT_IP_FRAGMENT:
        return PKT_PROTO_IP6_FRAGMENT;
    case PKT_IP_DSTOPTS:
        return PKT_PROTO_IP6_DSTOPTS;
    default:
        return PKT_PROTO_PAYLOAD;
    }
}

enum pkt_proto pkt_ip_next(struct pkt_decoder *d, uint8_t protocol, bool v6)
{
    if (d->off >= d->end && protocol != PKT_IP_NONE && (d->flags & PKT_LAYER_QUOTED) != 0)
        return PKT_PROTO_NONE; /* the quotation ends with the IP header */
    switch (protocol) {
    case PKT_IP_TCP:
        return PKT_PROTO_TCP;
    case PKT_IP_UDP:
        return PKT_PROTO_UDP;
    case PKT_IP_ICMP:
        return PKT_PROTO_ICMP;
    case PKT_IP_ICMP6:
        return PKT_PROTO_ICMP6;
    case PKT_IP_IGMP:
        return PKT_PROTO_IGMP;
    case PKT_IP_GRE:
        return PKT_PROTO_GRE;
    case PKT_IP_AH:
        return PKT_PROTO_AH;
    case PKT_IP_ESP:
        return PKT_PROTO_ESP;
    case PKT_IP_IPIP:
        pkt_enter_tunnel(d);
        return PKT_PROTO_IPV4;
    case PKT_IP_IPV6:
        pkt_enter_tunnel(d);
        return PKT_PROTO_IPV6;
    default:
        return v6 ? extension_protocol(protocol) : PKT_PROTO_PAYLOAD;
    }
}
