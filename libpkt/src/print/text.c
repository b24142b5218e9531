/*
 * The line of a packet: number, time, the layers from the outermost on, diagnoses, dump.
 */
#include "text.h"

const char *text_name(const struct text_name *table, uint32_t value)
{
    for (; table->name != NULL; table++)
        if (table->value == value)
            return table->name;
    return NULL;
}

bool text_truncated(struct text *t, const char *name)
{
    pkt_put(t->sink, " [|");
    pkt_put(t->sink, name);
    pkt_put(t->sink, "]");
    return false;
}

bool text_layer(struct text *t, unsigned layer)
{
    static text_printer *const printers[PKT_PROTO_COUNT] = {
        [PKT_PROTO_ETHERNET] = text_ethernet,
        [PKT_PROTO_IPV4] = text_ipv4,
        [PKT_PROTO_UDP] = text_udp,
        [PKT_PROTO_ICMP] = text_icmp,
    };
    if (layer >= t->packet->layer_count)
        return true;
    text_printer *printer = printers[t->packet->layer[layer].proto];
    return printer == NULL || printer(t, layer);
}

static void put_number(struct text *t)
{
    uint64_t number = t->line->number;
    for (uint64_t limit = 10000; limit > number && limit > 1; limit /= 10)
        pkt_put_char(t->sink, ' ');
    pkt_put_u64(t->sink, number);
    pkt_put(t->sink, "  ");
}

void pkt_text_print(const struct pkt_packet *packet, const struct pkt_text_line *line,
                    const struct pkt_text_options *options, struct pkt_sink *sink)
{
    struct text t = {packet, line, options, sink, options->link_header};
    if (options->number)
        put_number(&t);
    text_time(&t);
    (void)text_layer(&t, 0);
    pkt_put_char(sink, '\n');
}
