/*
 * An IP address of either version, for calls that serve both.
 */
#ifndef PKT_IP_H
#define PKT_IP_H

#include "address.h"

PKT_BEGIN

struct pkt_ip {
    uint8_t version;    /* 4 or 6; 0: no address */
    struct pkt_ip4 ip4; /* with version 4, else zero */
    struct pkt_ip6 ip6; /* with version 6, else zero */
};

static inline struct pkt_ip pkt_ip_from4(struct pkt_ip4 address)
{
    struct pkt_ip ip = {4, {{0}}, {{0}}};
    ip.ip4 = address;
    return ip;
}

static inline struct pkt_ip pkt_ip_from6(struct pkt_ip6 address)
{
    struct pkt_ip ip = {6, {{0}}, {{0}}};
    ip.ip6 = address;
    return ip;
}

static inline bool pkt_ip_equal(struct pkt_ip a, struct pkt_ip b)
{
    if (a.version != b.version)
        return false;
    return a.version == 4 ? pkt_ip4_equal(a.ip4, b.ip4) : a.version != 6 || pkt_ip6_equal(a.ip6, b.ip6);
}

static inline bool pkt_ip_is_multicast(struct pkt_ip a)
{
    return a.version == 4 ? pkt_ip4_is_multicast(a.ip4) : a.version == 6 && pkt_ip6_is_multicast(a.ip6);
}

/* Whether an address begins with the first bits of network; of another version it does not. bits beyond the
 * address's own count as those. */
PKT_API bool pkt_ip_is_in_prefix(struct pkt_ip address, struct pkt_ip network, unsigned bits);

PKT_END

#endif
