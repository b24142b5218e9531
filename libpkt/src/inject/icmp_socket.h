/*
 * What the files of ICMP sockets share.
 */
#ifndef INJECT_ICMP_SOCKET_H
#define INJECT_ICMP_SOCKET_H

#include "socket.h"

#include "pkt/icmp_socket.h"
#include "pkt/sender.h"

enum {
    ICMP_BATCH = SENDER_BATCH,
    ICMP_NUMBERS = 16384, /* packets whose numbers are remembered for their stamps; a power of 2 */
    ICMP_CONTROL = 512,   /* of a message: two times, addresses, hop limit, class, options */
};

/* A batch of what the receive queue held. */
struct icmp_inbox {
    unsigned count; /* taken last */
    unsigned next;  /* not delivered yet */
    struct mmsghdr messages[ICMP_BATCH];
    struct iovec vectors[ICMP_BATCH];
    struct sockaddr_in6 names[ICMP_BATCH]; /* for IPv4, too */
    _Alignas(struct cmsghdr) uint8_t controls[ICMP_BATCH][ICMP_CONTROL];
    uint8_t *bytes; /* ICMP_BATCH times size */
    size_t size;
};

struct pkt_icmp_socket {
    int fd; /* the sender's, once that is open */
    bool raw;
    bool ip6;
    struct pkt_sender *sender;
    struct stamps *stamps; /* the sender's */
    uint64_t *numbers;     /* by the sender's number; NULL: no stamps */
    bool queue_done;       /* the error queue was read to its end in this round */
    bool round_open;       /* a round of reading is under way */
    bool drained;          /* both queues were read to their ends: the next call says so, at no cost */
    unsigned queue_next;   /* of stamps->queue, not delivered yet */
    int local_errno;       /* of the last LOCAL event; 0: none, or told of twice already */
    uint32_t local_mtu;
    struct pkt_ip local_destination;
    struct pkt_mono read; /* of this round */
    struct icmp_inbox inbox;
    struct pkt_icmp_socket_info info;
    struct pkt_icmp_socket_statistics statistics;
    struct pkt_outgoing outgoing[ICMP_BATCH];
    char name[64];
};

/* Opens and sets up socket->fd, up to the sender. On failure it may be left open for the caller to close. */
int icmp_socket_set_up(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                       struct pkt_error *reterr_error);

/* What is to be undone of what the sender sets, and the buffer. */
int icmp_socket_finish(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                       struct pkt_error *reterr_error);

/* --- icmp_event.c: what came, as an event. Pure. --- */

/*
 * An ICMP message from its header on. What the socket told of it is in ret_event already; sets kind, type and
 * all that the message says. False: it is neither a reply nor an error about an echo request with this
 * identifier.
 *
 * wire_len  of the message; more than it has: it was cut
 */
bool icmp_event_message(struct pkt_view message, uint32_t wire_len, bool ip6, uint16_t identifier,
                        struct pkt_icmp_event *ret_event);

/* An IPv4 packet as a raw socket delivers it: splits header and message, and verifies the checksum. */
bool icmp_event_packet4(struct pkt_view packet, uint32_t wire_len, uint16_t identifier,
                        struct pkt_icmp_event *ret_event);

/* What the numbers of an error mean, by the kernel's notion of its info field. */
void icmp_event_error_info(bool ip6, uint32_t info, struct pkt_icmp_event *event);

#endif
