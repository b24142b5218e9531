/*
 * Link layers as lines.
 */
#include "pkt/link.h"
#include "text.h"

bool text_ethernet(struct text *t, unsigned layer)
{
    struct pkt_ethernet e;
    if (!pkt_as_ethernet(t->packet, layer, &e))
        return text_truncated(t, "ether");
    return text_layer(t, layer + 1);
}
