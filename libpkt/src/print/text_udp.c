/*
 * UDP as lines.
 */
#include "pkt/ipv4.h"
#include "pkt/transport.h"
#include "text.h"

bool text_udp(struct text *t, unsigned layer)
{
    struct pkt_udp udp;
    struct pkt_ipv4 ip;
    int network = pkt_layer_network(t->packet, layer);
    if (!pkt_as_udp(t->packet, layer, &udp) || network < 0 || !pkt_as_ipv4(t->packet, (unsigned)network, &ip))
        return text_truncated(t, "udp");
    pkt_put_ip4(t->sink, pkt_ipv4_src(ip));
    pkt_put_char(t->sink, '.');
    pkt_put_u32(t->sink, pkt_udp_src(udp));
    pkt_put(t->sink, " > ");
    pkt_put_ip4(t->sink, pkt_ipv4_dst(ip));
    pkt_put_char(t->sink, '.');
    pkt_put_u32(t->sink, pkt_udp_dst(udp));
    pkt_put(t->sink, ": UDP, length ");
    pkt_put_u32(t->sink, pkt_layer_payload_len(t->packet, layer));
    return true;
}
