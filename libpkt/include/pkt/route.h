/*
 * The way to a destination, as the kernel would choose it for a packet of this machine.
 */
#ifndef PKT_ROUTE_H
#define PKT_ROUTE_H

#include "host.h"
#include "ip.h"

PKT_BEGIN

/* What a route does with a packet, as the kernel numbers it (RTN_...). */
enum pkt_route_type {
    PKT_ROUTE_UNICAST = 1,
    PKT_ROUTE_LOCAL, /* to this machine itself, by the loopback interface */
    PKT_ROUTE_BROADCAST,
    PKT_ROUTE_ANYCAST,
    PKT_ROUTE_MULTICAST,
    PKT_ROUTE_BLACKHOLE,   /* drops in silence */
    PKT_ROUTE_UNREACHABLE, /* drops, and says so */
    PKT_ROUTE_PROHIBIT,    /* drops, and says that it is forbidden */
    PKT_ROUTE_THROW,       /* not here: the next table */
};

/* Which packet asks. Zero means "not said" everywhere but in size and destination. */
struct pkt_route_request {
    size_t size;               /* sizeof(struct pkt_route_request) as the caller was compiled */
    struct pkt_ip destination; /* link-local ones need interface (RFC 4007 6) */
    struct pkt_ip source;      /* of the same version; an address of this machine */
    uint32_t interface;        /* index: only out of this one */
    uint32_t mark;             /* SO_MARK of the socket */
    uint8_t traffic_class;     /* type of service or traffic class; the kernel looks at its DSCP bits */
    uint8_t protocol;          /* of the packet: with the ports it decides among equal paths, and in rules */
    uint16_t source_port;      /* of UDP and TCP */
    uint16_t destination_port; /* likewise */
};

/* The kernel's answer. */
struct pkt_route {
    int type;              /* UNICAST, LOCAL, BROADCAST, ANYCAST or MULTICAST of enum pkt_route_type */
    uint32_t interface;    /* index */
    uint32_t table;        /* of the route, 254: main; 0: not said */
    uint32_t mtu;          /* bytes, of the route or as path MTU discovery found; 0: the interface's */
    uint32_t hop_limit;    /* that the route sets; 0: the system's */
    struct pkt_ip source;  /* that the packet will have; version 0: there is none that fits */
    struct pkt_ip gateway; /* version 0: on the link. May be IPv6 for an IPv4 destination (RFC 8950) */
};

/*
 * Asks for the way.
 *
 * Fails with PKT_E_ARGUMENT (addresses that make no sense) or PKT_E_SYSTEM, where system_errno says why there
 * is no way: ENETUNREACH no route (or, in IPv4, the source is not this machine's), EHOSTUNREACH an
 * "unreachable" route, EACCES a "prohibit" one, EINVAL a "blackhole" one, ENODEV the interface is gone,
 * ENETDOWN it is down.
 */
PKT_API PKT_NODISCARD int pkt_route_get(struct pkt_host *host, const struct pkt_route_request *request,
                                        struct pkt_route *ret_route, struct pkt_error *reterr_error);

PKT_END

#endif
