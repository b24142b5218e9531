/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What routers add to ICMP errors (RFC 4884): MPLS label stacks (RFC 4950), the interfaces that a packet came
 * by and would have left by (RFC 5837).
 */
#ifndef TOOLS_PING_EXTENSIONS_H
#define TOOLS_PING_EXTENSIONS_H

#include "common/output.h"
#include "pkt/icmp.h"
#include "pkt/json.h"

enum {
    EXTENSIONS_LABELS_MAX = 16,
    EXTENSIONS_INTERFACES_MAX = 8,
};

struct extensions {
    bool is_damaged; /* its checksum is wrong, or it is of another version: nothing in it is believed */
    unsigned label_count;
    unsigned interface_count;
    unsigned other_count; /* objects of other classes, damaged ones, and what goes beyond the limits */
    struct pkt_mpls_entry labels[EXTENSIONS_LABELS_MAX];
    struct pkt_interface_info interfaces[EXTENSIONS_INTERFACES_MAX];
};

/* Reads an extension structure. Names are views into it. */
void extensions_read(struct pkt_view structure, struct extensions *ret_extensions);

/* A line for each, behind a tab. */
void extensions_write(const struct extensions *extensions, struct out *out);

/* Members `mpls`, `interfaces`, `extensions_damaged`, each where there is something to say. */
void extensions_put(const struct extensions *extensions, struct pkt_json *json);

#endif
