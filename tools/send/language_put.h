/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How each layer is put. Internal to the files language_*.c.
 */
#ifndef TOOLS_SEND_LANGUAGE_PUT_H
#define TOOLS_SEND_LANGUAGE_PUT_H

#include "language.h"

enum { FIRST_ID = 1 /* of an echo, a tag, a tunnel */ };

typedef void put_step(struct maker *maker, struct layer *layer);

put_step put_arp, put_dstopts, put_echo, put_end, put_ethernet, put_extended, put_fragment_header,
    put_fragmentation, put_gre, put_hopopts, put_igmp, put_igmp3_query, put_igmp3_report, put_information,
    put_ip4, put_ip6, put_llc, put_mask, put_message, put_mld1, put_mld2_query, put_mld2_report, put_mrd,
    put_na, put_ns, put_null, put_pad, put_payload, put_ppp, put_ra, put_redirect6, put_router, put_routing,
    put_rs, put_sll, put_tcp, put_timestamp, put_traceroute, put_trailer, put_udp, put_vlan, put_vxlan;

/* The interface's address, for the packet's own headers; zero where the interface has none (loopback). */
struct pkt_mac own_mac(const struct maker *maker, bool is_own);

/* Address number index of a list, of len bytes; false behind the last. */
bool next_address(struct slot *slot, uint64_t index, void *ret_address, size_t len);

#endif
