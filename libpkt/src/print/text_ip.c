/*
 * IPv4 as lines.
 */
#include "pkt/ipv4.h"
#include "text.h"

bool text_ipv4(struct text *t, unsigned layer)
{
    struct pkt_ipv4 ip;
    pkt_put(t->sink, "IP ");
    if (!pkt_as_ipv4(t->packet, layer, &ip))
        return text_truncated(t, "ip");
    if (pkt_ipv4_protocol(ip) != PKT_IP_UDP) {
        pkt_put_ip4(t->sink, pkt_ipv4_src(ip));
        pkt_put(t->sink, " > ");
        pkt_put_ip4(t->sink, pkt_ipv4_dst(ip));
        pkt_put(t->sink, ": ");
    }
    return text_layer(t, layer + 1);
}
