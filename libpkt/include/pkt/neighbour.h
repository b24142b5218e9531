/*
 * Neighbours: which link-layer address belongs to which IP address on a link (ARP, neighbour discovery).
 */
#ifndef PKT_NEIGHBOUR_H
#define PKT_NEIGHBOUR_H

#include "route.h"

PKT_BEGIN

/* State of an entry (RFC 4861 7.3.2), as the kernel numbers it (NUD_...). */
enum pkt_neighbour_state {
    PKT_NEIGHBOUR_NONE = 0x00,
    PKT_NEIGHBOUR_INCOMPLETE = 0x01,
    PKT_NEIGHBOUR_REACHABLE = 0x02,
    PKT_NEIGHBOUR_STALE = 0x04,
    PKT_NEIGHBOUR_DELAY = 0x08,
    PKT_NEIGHBOUR_PROBE = 0x10,
    PKT_NEIGHBOUR_FAILED = 0x20,
    PKT_NEIGHBOUR_NO_ARP = 0x40, /* needs no resolution: loopback, multicast */
    PKT_NEIGHBOUR_PERMANENT = 0x80,
};

struct pkt_neighbour {
    uint32_t interface; /* index */
    struct pkt_ip address;
    struct pkt_mac mac; /* with has_mac */
    bool has_mac;
    bool is_router; /* it said so (RFC 4861 4.4) */
    uint8_t state;  /* enum pkt_neighbour_state */
    bool has_probes;
    uint32_t probes; /* with has_probes: the kernel's count; a search for the unknown begins it at
                        pkt_neighbour_table's unicast_questions */
    bool has_confirmed;
    int64_t confirmed_ns; /* with has_confirmed: ago, when it last proved to be there (RFC 4861 7.3.1) */
};

/* The name of a state as ip-neighbour(8) writes it, such as "REACHABLE". Static storage. */
PKT_API const char *pkt_neighbour_state_name(uint8_t state);

/* One entry. Fails with PKT_E_SYSTEM (ENOENT: there is none; ENODEV: no such interface) or PKT_E_ARGUMENT. */
PKT_API PKT_NODISCARD int pkt_neighbour_get(struct pkt_host *host, uint32_t interface, struct pkt_ip address,
                                            struct pkt_neighbour *ret_neighbour,
                                            struct pkt_error *reterr_error);

/*
 * The entries of one interface, or of all, without those that need no resolution.
 *
 * interface  index; 0: all
 * version    4 or 6; 0: both
 * max        how many ret_neighbours holds
 * ret_count  how many there are; where that is more than max, the first max are given
 *
 * Fails with PKT_E_SYSTEM or PKT_E_ARGUMENT.
 */
PKT_API PKT_NODISCARD int pkt_neighbour_list(struct pkt_host *host, uint32_t interface, uint8_t version,
                                             struct pkt_neighbour *ret_neighbours, size_t max,
                                             size_t *ret_count, struct pkt_error *reterr_error);

/* The kernel's table of neighbours, and how it asks for one on an interface. */
struct pkt_neighbour_table {
    uint32_t entries;      /* in it now, those of other network namespaces included */
    uint32_t most;         /* as many as it ever holds (gc_thresh3); beyond it sending fails with ENOBUFS */
    uint32_t questions;    /* ARP requests or neighbour solicitations before it gives up (mcast_solicit) */
    int64_t retransmit_ns; /* between two of them */
    uint32_t
        unicast_questions; /* to one that is known already, before it is searched for anew (ucast_solicit) */
    uint32_t program_questions; /* that a program is to ask instead of the kernel (app_solicit) */
};

/*
 * The table of an IP version.
 *
 * interface  index; 0: questions and retransmit_ns are the defaults of new interfaces
 *
 * Fails with PKT_E_SYSTEM (ENODEV: there is no such interface) or PKT_E_ARGUMENT.
 */
PKT_API PKT_NODISCARD int pkt_neighbour_table_get(struct pkt_host *host, uint32_t interface, uint8_t version,
                                                  struct pkt_neighbour_table *ret_table,
                                                  struct pkt_error *reterr_error);

/*
 * The link-layer address of a unicast neighbour. Where the kernel does not know it, it is made to ask: with
 * CAP_NET_ADMIN by an entry in use (NTF_USE), which sends nothing but ARP or neighbour solicitations; without
 * it by an empty UDP datagram to the discard port with a hop limit of 1 (RFC 863).
 *
 * timeout_ns  how long to wait; 0: only look. The kernel gives up by itself after (usually) three seconds
 *
 * Fails with PKT_E_SYSTEM (EHOSTUNREACH: no answer; ETIMEDOUT: no answer yet; ENODEV: the interface is gone;
 * ENETDOWN: it is down) or PKT_E_ARGUMENT.
 */
PKT_API PKT_NODISCARD int pkt_neighbour_resolve(struct pkt_host *host, uint32_t interface,
                                                struct pkt_ip address, int64_t timeout_ns,
                                                struct pkt_mac *ret_mac, struct pkt_error *reterr_error);

/*
 * The link-layer address that a packet for destination must bear on its way along route: the group's MAC for
 * multicast (RFC 1112 6.4, RFC 2464 7), all ones for broadcast, the gateway's or the destination's own.
 *
 * ret_needed  false where the interface resolves no neighbours (loopback, tunnels); ret_mac is zero then
 *
 * Fails as pkt_neighbour_resolve does.
 */
PKT_API PKT_NODISCARD int pkt_neighbour_next_hop(struct pkt_host *host, const struct pkt_route *route,
                                                 struct pkt_ip destination, int64_t timeout_ns,
                                                 struct pkt_mac *ret_mac, bool *ret_needed,
                                                 struct pkt_error *reterr_error);

PKT_END

#endif
