/*
 * Changes of this machine's network, as events from a descriptor.
 *
 * Needs no privilege. To miss nothing: open the watch first, then list what there is, then take the events.
 */
#ifndef PKT_WATCH_H
#define PKT_WATCH_H

#include "interface.h"
#include "neighbour.h"
#include "route.h"

PKT_BEGIN

struct pkt_watch;

/* What to watch; a set. Values are ABI: append only. */
enum pkt_watch_what {
    PKT_WATCH_INTERFACES = 1 << 0,
    PKT_WATCH_ADDRESSES = 1 << 1,
    PKT_WATCH_ROUTES = 1 << 2,
    PKT_WATCH_NEIGHBOURS = 1 << 3,
};

/* Zero means the default everywhere but in size and what. */
struct pkt_watch_options {
    size_t size;                  /* sizeof(struct pkt_watch_options) as the caller was compiled */
    unsigned what;                /* set of enum pkt_watch_what */
    uint32_t receive_buffer_size; /* bytes for events that wait (SO_RCVBUF); 0: the system's */
};

/* What an event is. Values are ABI: append only. */
enum pkt_watch_kind {
    PKT_WATCH_INTERFACE = 1,
    PKT_WATCH_ADDRESS,
    PKT_WATCH_ROUTE,
    PKT_WATCH_NEIGHBOUR,
    PKT_WATCH_LOST, /* events were lost: list everything again */
};

/* A route as it stands in its table. */
struct pkt_watch_route {
    int type;           /* enum pkt_route_type */
    uint32_t interface; /* index; 0: none, or several next hops */
    uint32_t table;
    uint32_t priority;         /* metric: lower wins */
    struct pkt_ip destination; /* version says which family, also of a default route */
    uint8_t prefix_len;        /* bits; 0: default */
    struct pkt_ip gateway;     /* version 0: none */
};

struct pkt_watch_event {
    int kind;     /* enum pkt_watch_kind */
    bool removed; /* it is gone; else it is new or has changed */
    union {
        struct pkt_interface interface;       /* INTERFACE */
        struct pkt_interface_address address; /* ADDRESS */
        struct pkt_watch_route route;         /* ROUTE */
        struct pkt_neighbour neighbour;       /* NEIGHBOUR */
    } is;
};

/*
 * Opens a watch in the current network namespace.
 *
 * ret_watch  to be closed with pkt_watch_close; set on success only
 *
 * Fails with PKT_E_ARGUMENT, PKT_E_MEMORY or PKT_E_SYSTEM.
 */
PKT_API PKT_NODISCARD int pkt_watch_open(const struct pkt_watch_options *options,
                                         struct pkt_watch **ret_watch, struct pkt_error *reterr_error);

/* The descriptor to poll for reading. */
PKT_API int pkt_watch_get_fd(const struct pkt_watch *watch);

/*
 * The next event. Never waits. An interface that changes its name or state comes as a new INTERFACE of the
 * same index; one that is made again under its old name has another index.
 *
 * Fails with PKT_E_AGAIN (none now) or PKT_E_SYSTEM.
 */
PKT_API PKT_NODISCARD int pkt_watch_next(struct pkt_watch *watch, struct pkt_watch_event *ret_event,
                                         struct pkt_error *reterr_error);

/* Closes a watch. NULL is allowed. */
PKT_API void pkt_watch_close(struct pkt_watch *watch);

PKT_END

#endif
