/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --rewrite: addresses, MACs, ports and VLAN tags of replayed packets, with every checksum that covers them
 * updated (RFC 1624), so that a right one stays right and a wrong one stays wrong.
 *
 *     ip:OLD=NEW  src:OLD=NEW  dst:OLD=NEW      address or prefix of either family; the bits behind the
 *                                               prefix stay: ip:10.0.0.0/8=192.168.0.0/8
 *     mac:OLD=NEW src-mac:OLD=NEW dst-mac:OLD=NEW
 *     port:OLD=NEW sport:OLD=NEW dport:OLD=NEW  TCP and UDP
 *     vlan:OLD=NEW                              NEW may be "none" (the tag goes), OLD may be "none" (one
 * comes)
 *
 * OLD may be "*" for any. ip, mac and port change both directions. IP headers are changed wherever they
 * stand: in tunnels and in the quotations of ICMP errors too; ARP's and neighbour discovery's addresses go
 * with ip and mac.
 */
#ifndef TOOLS_SEND_REWRITE_H
#define TOOLS_SEND_REWRITE_H

#include "common/options.h"
#include "options.h"

#include "pkt/view.h"

struct send_rewriter;

/*
 * Reads the rules; NULL when one makes no sense, and *reterr_problem says which and why.
 *
 * rules, count  as given with --rewrite; at least one
 */
struct send_rewriter *rewrite_open(const char *const *rules, unsigned count,
                                   struct option_problem *reterr_problem);

/*
 * Applies all rules to a frame, each to what the frame was before: a rule never sees what another one wrote.
 * The result is valid until the next call; it is `bytes` itself when nothing changed.
 */
struct pkt_view rewrite_apply(struct send_rewriter *rewriter, struct pkt_view bytes, uint16_t linktype);

void rewrite_close(struct send_rewriter *rewriter);

#endif
