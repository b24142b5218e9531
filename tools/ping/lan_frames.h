/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frames that the LAN modes send, and what the frames that come say of hosts. Pure.
 */
#ifndef TOOLS_PING_LAN_FRAMES_H
#define TOOLS_PING_LAN_FRAMES_H

#include "lan_table.h"
#include "pkt/packet.h"

enum { LAN_FRAME_MAX = 128 };

struct lan_frame {
    uint8_t bytes[LAN_FRAME_MAX];
    size_t len; /* 0: it could not be built */
};

/* Who sends. */
struct lan_self {
    struct pkt_mac mac;
    struct pkt_ip address; /* 0.0.0.0 or :: says that there is none yet: a probe of RFC 5227, RFC 4862 */
};

/*
 * Asks who has an address: an ARP request to all (RFC 826), a neighbour solicitation to the solicited-node
 * group (RFC 4861 7.2.2), by the version of target. From :: without the link-layer address option, as RFC
 * 4861 4.3 wants it.
 */
void lan_frame_ask(const struct lan_self *self, struct pkt_ip target, struct lan_frame *ret_frame);

/* An echo request to 224.0.0.1 or ff02::1, by the version of self's address. */
void lan_frame_echo(const struct lan_self *self, uint16_t id, uint16_t sequence, struct lan_frame *ret_frame);

/*
 * A general query of IGMPv3 or MLDv2, with answers within a second. It cannot become the querier: IGMP's
 * comes from 0.0.0.0, which loses no election because it takes part in none (RFC 4541 2.1.1), and MLD's,
 * which hosts heed from link-local sources only (RFC 9777 5.1.14), from fe80::ffff:ffff:ffff:ffff, above
 * every other in the election (RFC 9777 7.6.2: the lowest wins).
 */
void lan_frame_query(struct pkt_mac mac, bool v6, struct lan_frame *ret_frame);

/*
 * What a frame says of the host that sent it; is_answer is for the caller to set. False: nothing, or it is
 * damaged, or not what its standard lets a host believe.
 */
bool lan_frame_hear(const struct pkt_packet *packet, struct lan_sighting *ret_sighting);

/*
 * Whether a frame says that somebody else has, or is just checking for, an address (RFC 5227 2.1.1, RFC 4862
 * 5.4.3, 5.4.4). Frames from our own link-layer address do not.
 */
bool lan_frame_claims(const struct pkt_packet *packet, struct pkt_ip address, struct pkt_mac own,
                      struct pkt_mac *ret_mac, bool *ret_is_probe);

#endif
