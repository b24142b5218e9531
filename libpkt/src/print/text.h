/*
 * What the printers of the protocols share. A printer writes its layer, then calls that of the next row. It returns
 * false where the capture ended inside its layer: the mark stands there, and nobody prints on.
 */
#ifndef PRINT_TEXT_H
#define PRINT_TEXT_H

#include "pkt/print.h"

struct text {
    const struct pkt_packet *packet;
    const struct pkt_text_line *line;
    const struct pkt_text_options *options;
    struct pkt_sink *sink;
    bool link_header; /* -e, where it still holds: tunnels print their inner headers without it */
};

/* A value and its name; the name NULL ends a table. */
struct text_name {
    uint32_t value;
    const char *name;
};

/* The name of value in a table; NULL when it has none. */
const char *text_name(const struct text_name *table, uint32_t value);

/* A printer of the row number layer. */
typedef bool text_printer(struct text *t, unsigned layer);

text_printer text_ethernet, text_ipv4, text_udp, text_icmp;

/* Prints the row by its protocol; an undecoded one as its predecessor would. False as printers do. */
bool text_layer(struct text *t, unsigned layer);

/* " [|name]": the capture ended inside the protocol of that name. Always false. */
bool text_truncated(struct text *t, const char *name);

void text_time(struct text *t);

#endif
