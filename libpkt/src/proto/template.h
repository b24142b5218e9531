/*
 * What making a template tells patching it. Internal to the proto room.
 */
#ifndef PROTO_TEMPLATE_H
#define PROTO_TEMPLATE_H

#include "pkt/template.h"

/* pkt_template_checksum.kind */
enum pkt_template_kind {
    PKT_TEMPLATE_PLAIN,   /* complement of the sum */
    PKT_TEMPLATE_UDP,     /* the same, 0 sent as 0xffff (RFC 768) */
    PKT_TEMPLATE_PARTIAL, /* the sum of the pseudo-header, for a card to finish */
};

#endif
