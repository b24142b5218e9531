/*
 * ICMP sockets: one socket of a family through which any number of hosts is pinged, and everything that comes
 * back: replies, ICMP errors, errors of this machine and transmit timestamps, as events that are the same
 * whichever kind of socket delivers them.
 *
 *   DATAGRAM  the kernel owns the identifier, verifies checksums and hands over what answers this socket
 *             only; needs no privilege where net.ipv4.ping_group_range allows it
 *   RAW       the identifier is ours; a filter in the kernel lets pass what answers it only. CAP_NET_RAW
 *
 * What a datagram socket cannot tell, and a raw one can:
 *
 *   - the message of an ICMP error (its type, code, sender, quotation and extensions are there)
 *   - the quoted IP header (the address that it was sent to is there)
 *   - IPv6 redirects: the kernel keeps them to itself
 *   - replies with a wrong checksum: the kernel drops them
 *   - extensions that no length field announces (RFC 4884 5.5)
 *   - IPv6: that a queue was full: the kernel says of a packet that it dropped that it was sent. Its stamp at
 *     point SOFTWARE is missing
 *
 * A raw socket with RECVERR, which tells of a full queue, is told by the kernel of each ICMP error about an
 * echo request, also of other programs: these end in no event, but in statistics.foreign.
 *
 * Stamps, errors and replies share the receive buffer: call pkt_icmp_socket_receive after each batch sent,
 * and whenever the descriptor polls readable or with POLLERR. An error that waits on the socket is never
 * taken for the failure of the packet or the read that meets it.
 *
 * A socket belongs to one thread at a time.
 */
#ifndef PKT_ICMP_SOCKET_H
#define PKT_ICMP_SOCKET_H

#include "checksum.h"
#include "ip.h"
#include "room.h"
#include "time.h"
#include "timestamp.h"
#include "view.h"

PKT_BEGIN

struct pkt_icmp_socket;

/* Values are ABI: append only. */
enum pkt_icmp_socket_kind {
    PKT_ICMP_SOCKET_AUTO = 0, /* DATAGRAM, or RAW where that is not allowed */
    PKT_ICMP_SOCKET_DATAGRAM,
    PKT_ICMP_SOCKET_RAW,
};

/* Path MTU discovery. Values are ABI: append only. */
enum pkt_icmp_socket_pmtu {
    PKT_ICMP_SOCKET_PMTU_SYSTEM = 0, /* as the system is set up */
    PKT_ICMP_SOCKET_PMTU_DONT,       /* never: fragments are made, DF is not set */
    PKT_ICMP_SOCKET_PMTU_WANT,       /* fragments are made here by the known path MTU */
    PKT_ICMP_SOCKET_PMTU_DO,         /* DF is set; what is longer than the known path MTU is refused */
    PKT_ICMP_SOCKET_PMTU_PROBE,      /* DF is set; the known path MTU is ignored */
};

/* How to open. Zero means the default everywhere but in size and family. */
struct pkt_icmp_socket_options {
    size_t size;     /* sizeof(struct pkt_icmp_socket_options) as the caller was compiled */
    unsigned family; /* 4 or 6 */
    int kind;        /* enum pkt_icmp_socket_kind */
    const char
        *interface;       /* name: only out of and in by it, multicast too; NULL: the routing table decides */
    struct pkt_ip source; /* version 0: the kernel chooses for each packet */
    uint32_t source_scope; /* interface index of a link-local source; 0: that of interface */
    bool has_identifier;   /* else DATAGRAM: the kernel chooses; RAW: at random */
    uint16_t identifier;   /* with has_identifier; DATAGRAM cannot have 0, nor one that is in use */
    bool has_mark;
    uint32_t mark;              /* with has_mark: SO_MARK, for policy routing; CAP_NET_ADMIN or CAP_NET_RAW */
    uint8_t hop_limit;          /* time to live or hop limit, of multicast too; 0: the system's */
    uint8_t traffic_class;      /* type of service or traffic class */
    uint32_t flow_label;        /* IPv6, 20 bits; 0: the system's */
    bool broadcast;             /* destinations may be broadcast addresses; else EACCES refuses them */
    bool no_multicast_loop;     /* multicast does not come back to this machine's own members */
    bool direct;                /* hosts on attached networks only (SO_DONTROUTE) */
    bool debug;                 /* SO_DEBUG; CAP_NET_ADMIN */
    int pmtu;                   /* enum pkt_icmp_socket_pmtu */
    struct pkt_view ip_options; /* IPv4: options of each packet sent, at most 40 bytes; only read by open */
    size_t send_buffer_size;    /* SO_SNDBUF in bytes as the kernel counts them; 0: the system's */
    size_t receive_buffer_size; /* SO_RCVBUF likewise; 0: 4 MiB. Beyond net.core.rmem_max only with
                                   CAP_NET_ADMIN; info tells what it became */
    unsigned stamps;            /* set of enum pkt_stamp_point; 0: no transmit stamps. Receive stamps are
                                   always on */
    bool stamps_card;           /* receive stamps by the card too */
    size_t message_max;         /* bytes of a message that are kept; 0: all */
};

/* A message to send. Zero means the default everywhere but in message and destination. */
struct pkt_icmp_outgoing {
    struct pkt_room message; /* from the ICMP header on; at least 8 bytes. Identifier (of an echo request) and
                                ICMPv4 checksum are written into it. Stays until the call returns */
    struct pkt_ip destination; /* of the socket's family */
    uint32_t scope;            /* interface index of a link-local destination; 0: that of options.interface */
    uint8_t hop_limit;         /* of this packet; 0: the socket's */
    uint64_t number;           /* the caller's, given back with its transmit stamps */
};

/* Values are ABI: append only. */
enum pkt_icmp_event_kind {
    PKT_ICMP_EVENT_MESSAGE = 1, /* a reply with our identifier */
    PKT_ICMP_EVENT_ERROR,       /* an ICMP error or redirect about a packet of ours */
    PKT_ICMP_EVENT_LOCAL,       /* an error of this machine (such as EMSGSIZE with the MTU). The packet was
                                   refused with the same errno, as pkt_icmp_socket_send told */
    PKT_ICMP_EVENT_STAMP,       /* when a packet left */
};

/* What came. Views live until the next pkt_icmp_socket_receive. What an event does not have is zero. */
struct pkt_icmp_event {
    int kind;             /* enum pkt_icmp_event_kind */
    struct pkt_mono read; /* when it was read */

    /* MESSAGE and ERROR */
    struct pkt_ip from; /* who sent it */
    struct pkt_ip to;   /* to which address of ours, or which group */
    uint32_t
        interface; /* index of the one that it came in by; 0: not known, or an ERROR of this machine itself */
    int hop_limit; /* of the packet; -1: not known */
    int traffic_class;                /* of the packet; -1: not known */
    struct pkt_view options;          /* IPv4 options of the packet */
    struct pkt_view message;          /* from the ICMP header on; ERROR: RAW only */
    uint32_t wire_len;                /* bytes of the message on the wire; ERROR by DATAGRAM: 0 */
    bool truncated;                   /* more came than message, or quoted, holds */
    enum pkt_checksum_state checksum; /* ICMPv4 by RAW: verified here, UNKNOWN where truncated; else OK, as
                                         the kernel verified it */
    struct pkt_receive_stamp stamp;   /* when it came; may lack at first (see timestamp.h) */
    uint8_t type;                     /* of the message */
    uint8_t code;

    /* ERROR */
    uint32_t mtu;           /* of "fragmentation needed" (RFC 1191) or "packet too big"; 0: not told */
    uint32_t pointer;       /* of a parameter problem */
    struct pkt_ip gateway;  /* of a redirect: the better next hop; the destination itself: it is on link */
    struct pkt_view quoted; /* our message as quoted, from its ICMP header on; extensions cut off */
    struct pkt_view quoted_header;    /* the IP header in front of it; RAW only */
    struct pkt_ip quoted_destination; /* where our packet was sent to; LOCAL too */
    struct pkt_view extensions;       /* RFC 4884 structure, from its header on */

    /* ERROR by DATAGRAM and LOCAL: what the kernel makes of it; ERROR by RAW: 0 */
    int system_errno;

    /* STAMP */
    uint64_t number;      /* of the packet, the caller's */
    int point;            /* enum pkt_stamp_point */
    struct pkt_wall time; /* SCHEDULED and SOFTWARE: CLOCK_REALTIME */
    struct pkt_hw card;   /* HARDWARE: the card's clock */
};

/* Counts since opening. */
struct pkt_icmp_socket_statistics {
    uint64_t sent;
    uint64_t refused;
    uint64_t messages; /* events of each kind */
    uint64_t errors;
    uint64_t locals;
    uint64_t stamps;
    uint64_t stamps_expected;   /* one a sent packet and point */
    uint64_t stamps_unnumbered; /* stamps that belong to none of the last 16384 packets */
    uint64_t foreign;           /* came through the filter but does not concern us, or says nothing */
    uint64_t pending;           /* errors that waited on the socket and were not the packet's that met them */
    uint64_t waits;             /* times that a buffer or queue was full */
    uint64_t dropped;           /* messages that the full receive buffer lost (SO_MEMINFO); stamps lost are
                                   missing to stamps_expected once nothing is under way any more */
    uint64_t calls_send;        /* system calls */
    uint64_t calls_receive;
    uint64_t calls_queue; /* reads of the error queue */
};

/* What a socket is. The name lives as long as the socket. */
struct pkt_icmp_socket_info {
    int kind;              /* DATAGRAM or RAW */
    unsigned family;       /* 4 or 6 */
    const char *name;      /* such as "raw ICMP socket" */
    uint16_t identifier;   /* in every echo request */
    uint32_t interface;    /* index; 0: the routing table decides */
    size_t receive_buffer; /* bytes, as the kernel counts them */
    unsigned stamps;       /* points that are on */
};

/* Why pkt_icmp_socket_send took fewer packets than it was given. Values are ABI: append only. */
enum pkt_icmp_socket_lack {
    PKT_ICMP_SOCKET_LACKS_NOTHING = 0,
    PKT_ICMP_SOCKET_LACKS_BUFFER, /* poll the descriptor for writing */
    PKT_ICMP_SOCKET_LACKS_QUEUE,  /* no descriptor tells: wait a little */
};

/*
 * Opens a socket through pkt_socket_open, with the filter in place before anything is received.
 *
 * ret_socket  to be closed with pkt_icmp_socket_close; set on success only
 *
 * Fails with PKT_E_ARGUMENT (options that make no sense), PKT_E_UNSUPPORTED (stamps or an option that the
 * kernel does not have), PKT_E_MEMORY or PKT_E_SYSTEM: no privilege (of AUTO: for both kinds; the sentence is
 * that of DATAGRAM, unless RAW was allowed and failed for another reason), no such interface, an address that
 * is not of this machine (EADDRNOTAVAIL), an identifier in use (EADDRINUSE), ...
 */
PKT_API PKT_NODISCARD int pkt_icmp_socket_open(const struct pkt_icmp_socket_options *options,
                                               struct pkt_icmp_socket **ret_socket,
                                               struct pkt_error *reterr_error);

/* Frees the socket and closes its descriptor. NULL is allowed. */
PKT_API void pkt_icmp_socket_close(struct pkt_icmp_socket *socket);

/*
 * Offers a batch; never waits.
 *
 * count       any; system calls carry up to 64
 * ret_errnos  one each: 0 for a packet that was sent, the errno for one that was refused (EMSGSIZE,
 *             ENETUNREACH, EACCES, ...; EINVAL for one that is not of the family or shorter than 8 bytes);
 *             set for the packets that were settled. NULL when only the count matters
 *
 * Returns how many from the front were settled: sent or refused. The rest was not taken and is to be offered
 * again: pkt_icmp_socket_get_lack says when.
 */
PKT_API PKT_NODISCARD unsigned pkt_icmp_socket_send(struct pkt_icmp_socket *socket,
                                                    const struct pkt_icmp_outgoing *packets, unsigned count,
                                                    int *ret_errnos);

/* Why the last pkt_icmp_socket_send did not take all. */
PKT_API enum pkt_icmp_socket_lack pkt_icmp_socket_get_lack(const struct pkt_icmp_socket *socket);

/*
 * Takes what came; never waits. Call it until it returns 0: then nothing more is there, and the descriptor is
 * to be polled. The stamp of a packet comes before the answer to it where both are there.
 *
 * max  size of ret_events; 128 hold what one round of system calls brings
 *
 * Returns how many events were set.
 */
PKT_API PKT_NODISCARD unsigned pkt_icmp_socket_receive(struct pkt_icmp_socket *socket,
                                                       struct pkt_icmp_event *ret_events, unsigned max);

/* The descriptor: poll it for reading (POLLERR, too, says that there is something to receive). */
PKT_API int pkt_icmp_socket_fd(const struct pkt_icmp_socket *socket);

PKT_API void pkt_icmp_socket_get_info(const struct pkt_icmp_socket *socket,
                                      struct pkt_icmp_socket_info *ret_info);

PKT_API void pkt_icmp_socket_get_statistics(const struct pkt_icmp_socket *socket,
                                            struct pkt_icmp_socket_statistics *ret_statistics);

PKT_END

#endif
