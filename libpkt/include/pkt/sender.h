/*
 * Senders: one interface for every way that packets leave this machine.
 *
 * A sender takes batches of complete packets and never waits. Each packet that it is given ends in exactly
 * one of three ways, and the caller is told which: sent (the kernel took it), refused (with the errno), or
 * not yet taken (offer it again). Nothing is dropped in between: a queue that is full is "not yet taken", one
 * packet that is too long is refused alone, and an ICMP error that waited on the socket is not taken for the
 * failure of the packet that met it.
 *
 * Packets are numbered from 0 in the order in which they were sent or refused; transmit timestamps carry that
 * number.
 *
 * What the bytes begin with, and what the kernel changes, by kind:
 *
 *   ICMP4   an ICMP message. The kernel makes the IPv4 header and fragments what is longer than the MTU,
 *           owns the identifier and the checksum, and takes echo requests only; needs no privilege where
 *           net.ipv4.ping_group_range allows it
 *   ICMP6   an ICMPv6 message, likewise
 *   RAW_ICMP4  an ICMP message of any type. The kernel makes the IPv4 header and fragments; changes nothing
 *   RAW_ICMP6  an ICMPv6 message, likewise; the kernel owns the checksum
 *   RAW4    an IPv4 header. The kernel sets the total length and the header checksum always, and the
 *           identification and the source address where they are 0 (raw(7)); it routes by the destination
 *           in the packet
 *   RAW6    an IPv6 header (IPV6_HDRINCL). The kernel changes nothing
 *   PACKET  a link-layer header (packet(7)). The kernel changes nothing
 *   LIBNET  a link-layer header, through libnet's LIBNET_LINK. The same on the wire
 *   CUSTOM  whatever the caller's function takes
 *
 * What is said below of ICMP4 and ICMP6 holds for RAW_ICMP4 and RAW_ICMP6, too, where nothing else is said.
 *
 * pkt_sender_complete does to a packet beforehand what the kernel would do, so that what is printed is what
 * leaves.
 *
 * A sender belongs to one thread at a time.
 */
#ifndef PKT_SENDER_H
#define PKT_SENDER_H

#include "room.h"
#include "time.h"
#include "timestamp.h"
#include "view.h"

PKT_BEGIN

struct pkt_sender;

/* The ways to send. Values are ABI: append only. */
enum pkt_sender_kind {
    PKT_SENDER_ICMP4 = 1,
    PKT_SENDER_ICMP6,
    PKT_SENDER_RAW4,
    PKT_SENDER_RAW6,
    PKT_SENDER_PACKET,
    PKT_SENDER_LIBNET,
    PKT_SENDER_CUSTOM, /* by pkt_sender_open_custom only */
    PKT_SENDER_RAW_ICMP4,
    PKT_SENDER_RAW_ICMP6,
};

/* What the bytes of a packet begin with. Values are ABI: append only. */
enum pkt_sender_layer {
    PKT_SENDER_LAYER_LINK = 1, /* the link-layer header */
    PKT_SENDER_LAYER_NETWORK,  /* the IP header */
    PKT_SENDER_LAYER_MESSAGE,  /* the ICMP or ICMPv6 header */
};

/* An ICMP error, or an error of this machine, that came back on the sender's socket. */
struct pkt_sender_error {
    int origin;               /* SO_EE_ORIGIN_... of <linux/errqueue.h>: local, ICMP or ICMPv6 */
    int system_errno;         /* what the kernel makes of it */
    uint8_t type;             /* ICMP type, 0 for local */
    uint8_t code;             /* ICMP code, 0 for local */
    uint32_t info;            /* the next hop's MTU where the error is "too long" */
    bool is_ip6;              /* which of the two addresses is set */
    struct pkt_ip4 offender4; /* who sent the error; unspecified for local */
    struct pkt_ip6 offender6;
    struct pkt_view bytes; /* of the packet that caused it, as far as they came; valid in the call only */
};

/* Called from pkt_sender_send and pkt_sender_stamps; must not call the sender. */
typedef void pkt_sender_on_error(void *context, const struct pkt_sender_error *error);

/* How to open. Zero means the default everywhere but in size and kind. */
struct pkt_sender_options {
    size_t size;           /* sizeof(struct pkt_sender_options) as the caller was compiled */
    int kind;              /* enum pkt_sender_kind */
    const char *interface; /* name; needed by PACKET and LIBNET, else NULL: the routing table decides */
    bool qdisc_bypass;     /* PACKET: straight to the driver, around traffic control (PACKET_QDISC_BYPASS) */
    unsigned stamps;       /* set of enum pkt_stamp_point; 0: none. LIBNET and CUSTOM have none */
    bool keep_replies;     /* ICMP4, ICMP6: leave replies on the descriptor, for the caller to read between
                              batches (they share the buffer with stamps and errors); else they are dropped */
    bool receive_stamps;   /* with keep_replies: replies carry receive stamps (pkt_timestamp_read_receive) */
    unsigned stamps_max;   /* how many stamps are kept until they are fetched; 0: 4096 */
    size_t send_buffer_size;       /* SO_SNDBUF in bytes as the kernel counts them; 0: the system's */
    pkt_sender_on_error *on_error; /* NULL: errors are counted only */
    void *context;                 /* of on_error */
    bool receive_stamps_card;      /* as receive_stamps, but by the card */
};

/* A packet to send. Zero means the default everywhere but in bytes. */
struct pkt_outgoing {
    struct pkt_view bytes;       /* must stay as they are until pkt_sender_send returns */
    struct pkt_ip4 destination4; /* ICMP4: where to. Ignored by kinds whose bytes say it */
    struct pkt_ip6 destination6; /* ICMP6: likewise; see scope */
    uint32_t scope;        /* ICMP6: interface index of a link-local one; 0: that of options.interface */
    uint8_t hop_limit;     /* ICMP4, ICMP6: time to live or hop limit; 0: the system's */
    uint8_t traffic_class; /* ICMP4, ICMP6: type of service or traffic class */
};

/* When a packet left. */
struct pkt_transmit_stamp {
    uint64_t number;      /* of the packet, from 0, over all that were sent or refused */
    int point;            /* enum pkt_stamp_point */
    struct pkt_wall time; /* SCHEDULED and SOFTWARE: CLOCK_REALTIME */
    struct pkt_hw card;   /* HARDWARE: the card's clock */
};

/* Counts since opening. */
struct pkt_sender_statistics {
    uint64_t packets;         /* sent */
    uint64_t bytes;           /* in them, as given */
    uint64_t refused;         /* see pkt_sender_get_refused for the reasons */
    uint64_t calls;           /* system calls that sent */
    uint64_t waits_buffer;    /* times that the socket's buffer was full (EAGAIN) */
    uint64_t waits_queue;     /* times that a queue behind the socket was full (ENOBUFS, ENOMEM) */
    uint64_t errors_pending;  /* errors that waited on the socket and were not the packet's that met them */
    uint64_t errors_received; /* taken from the error queue, see on_error */
    uint64_t
        packets_unlinked; /* of packets: the kernel took them while the interface had no carrier (PACKET) */
    uint64_t stamps_expected; /* one a sent packet and point */
    uint64_t
        stamps_received; /* once nothing is in flight any more, what is missing to stamps_expected is lost */
    uint64_t stamps_dropped;    /* received, but not fetched in time: the oldest of stamps_max gave way */
    uint64_t stamps_unnumbered; /* received, but they belong to no packet that was sent */
};

/* What a sender is. The name lives as long as the sender. */
struct pkt_sender_info {
    int kind;            /* enum pkt_sender_kind */
    int layer;           /* enum pkt_sender_layer: what the bytes of a packet begin with */
    const char *name;    /* such as "packet socket on eth0" */
    uint32_t interface;  /* index; 0: the routing table decides */
    uint32_t bytes_max;  /* the longest packet that the interface takes now, 0: not known (no interface) */
    uint16_t identifier; /* ICMP4, ICMP6: what the kernel writes into each message, host order; else 0 */
    unsigned stamps;     /* points that are on */
    bool qdisc_bypass;   /* is on */
};

/* Why pkt_sender_send took fewer packets than it was given. Values are ABI: append only. */
enum pkt_sender_lack {
    PKT_SENDER_LACKS_NOTHING = 0, /* it took all */
    PKT_SENDER_LACKS_BUFFER,      /* the socket's buffer is full: poll the descriptor for writing */
    PKT_SENDER_LACKS_QUEUE, /* a queue behind it is full; no descriptor tells when it is not: wait a little */
};

/*
 * Opens a sender, with a socket from pkt_socket_open (LIBNET: from libnet).
 *
 * ret_sender  to be closed with pkt_sender_close; set on success only
 *
 * Fails with PKT_E_SYSTEM (no privilege, no such interface, ...), PKT_E_UNSUPPORTED (stamps or bypass that
 * the kind or kernel does not have), PKT_E_ARGUMENT (options that make no sense) or PKT_E_MEMORY.
 */
PKT_API PKT_NODISCARD int pkt_sender_open(const struct pkt_sender_options *options,
                                          struct pkt_sender **ret_sender, struct pkt_error *reterr_error);

/*
 * The same over a socket of the right kind that is open already, such as one that a broker gave.
 * options.interface is still needed by PACKET, whose socket is bound to it; LIBNET cannot adopt one. On
 * success the sender owns fd and closes it; on failure it stays the caller's.
 */
PKT_API PKT_NODISCARD int pkt_sender_open_fd(int fd, const struct pkt_sender_options *options,
                                             struct pkt_sender **ret_sender, struct pkt_error *reterr_error);

/* A way to send of the caller's own: a capture file, a pipe, a test. */
struct pkt_sender_custom {
    size_t size;      /* sizeof(struct pkt_sender_custom) as the caller was compiled */
    const char *name; /* for messages; copied */
    int layer;        /* enum pkt_sender_layer */
    void *context;    /* of the functions */
    /* Takes one packet: 0, or a positive errno: EAGAIN and ENOBUFS mean "not yet", all others refuse it. */
    int (*send)(void *context, const struct pkt_outgoing *packet);
    void (*close)(void *context); /* at pkt_sender_close; NULL: nothing to do */
    int fd;                       /* what to poll for writing, stays the caller's; -1: none */
};

/* Opens a sender over the caller's own functions. Fails with PKT_E_ARGUMENT or PKT_E_MEMORY. */
PKT_API PKT_NODISCARD int pkt_sender_open_custom(const struct pkt_sender_custom *custom,
                                                 struct pkt_sender **ret_sender,
                                                 struct pkt_error *reterr_error);

/* Frees the sender and closes its descriptor. NULL is allowed. */
PKT_API void pkt_sender_close(struct pkt_sender *sender);

/*
 * Offers a batch; never waits.
 *
 * packets, count  any count; system calls carry up to 64
 * ret_errnos      one each: 0 for a packet that was sent, the errno for one that was refused; set for the
 * packets that were settled. NULL when only the counts matter
 *
 * Returns how many from the front were settled: sent or refused. The rest was not taken: when it is fewer
 * than count, pkt_sender_get_lack says what to wait for, and then they are to be offered again.
 */
PKT_API PKT_NODISCARD unsigned pkt_sender_send(struct pkt_sender *sender, const struct pkt_outgoing *packets,
                                               unsigned count, int *ret_errnos);

/* Why the last pkt_sender_send did not take all. */
PKT_API enum pkt_sender_lack pkt_sender_get_lack(const struct pkt_sender *sender);

/*
 * Waits for what the last pkt_sender_send lacked, at most timeout_ns: for a full buffer by polling, for a
 * full queue by sleeping a little. For programs without an event loop.
 */
PKT_API void pkt_sender_wait(struct pkt_sender *sender, int64_t timeout_ns);

/*
 * Fetches transmit timestamps, oldest first, after emptying the socket's error queue. pkt_sender_send empties
 * it between batches too, so that the buffer it has in common with what is received does not fill up; a
 * sender's own socket receives nothing, but for options.keep_replies. Returns how many were set, at
 * most max.
 */
PKT_API unsigned pkt_sender_stamps(struct pkt_sender *sender, struct pkt_transmit_stamp *ret_stamps,
                                   unsigned max);

/* What pkt_sender_complete left open. */
enum pkt_sender_open_field {
    PKT_SENDER_OPEN_SOURCE = 1 << 0,   /* the source address, by the routing table (RAW4 where it is 0) */
    PKT_SENDER_OPEN_CHECKSUM = 1 << 1, /* the ICMPv6 checksum, which covers the source address */
    PKT_SENDER_OPEN_HEADER = 1 << 2,   /* the whole IP header (ICMP4, ICMP6) */
};

/*
 * Changes a packet in place into what will be on the wire, so that it can be printed, saved and matched
 * before it is sent: RAW4: total length, a non-zero identification (from a counter of the sender), the header
 * checksum; ICMP4 and ICMP6: the identifier (not of raw kinds), and for ICMP4 the checksum. Other kinds leave
 * the packet as it is.
 *
 * Returns the set of enum pkt_sender_open_field that only the kernel knows. A packet that is too short for
 * its header is left as it is.
 */
PKT_API unsigned pkt_sender_complete(struct pkt_sender *sender, struct pkt_room packet);

/* The descriptor: for writing when a buffer was full, for POLLERR when stamps or errors came. -1: none. */
PKT_API int pkt_sender_fd(const struct pkt_sender *sender);

PKT_API void pkt_sender_get_info(const struct pkt_sender *sender, struct pkt_sender_info *ret_info);

PKT_API void pkt_sender_get_statistics(const struct pkt_sender *sender,
                                       struct pkt_sender_statistics *ret_statistics);

/* How many packets were refused with this errno; what has no number of its own is counted under 0. */
PKT_API uint64_t pkt_sender_get_refused(const struct pkt_sender *sender, int system_errno);

/* "raw4", "packet", ... Static storage; "unknown" for what is no kind. */
PKT_API const char *pkt_sender_kind_name(int kind);

PKT_END

#endif
