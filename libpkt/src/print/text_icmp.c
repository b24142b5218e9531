/*
 * ICMP as lines.
 */
#include "pkt/icmp.h"
#include "text.h"

bool text_icmp(struct text *t, unsigned layer)
{
    struct pkt_icmp m;
    if (!pkt_as_icmp(t->packet, layer, &m))
        return text_truncated(t, "icmp");
    pkt_put(t->sink, "ICMP echo ");
    pkt_put(t->sink, pkt_icmp_type(m) == PKT_ICMP_ECHO_REQUEST ? "request" : "reply");
    pkt_put(t->sink, ", id ");
    pkt_put_u32(t->sink, pkt_icmp_id(m));
    pkt_put(t->sink, ", seq ");
    pkt_put_u32(t->sink, pkt_icmp_sequence(m));
    pkt_put(t->sink, ", length ");
    pkt_put_u32(t->sink, m.len);
    return true;
}
