/*
 * Reading the error queue of a socket in batches: transmit timestamps, ICMP errors, errors of this machine.
 */
#ifndef INJECT_ERROR_QUEUE_H
#define INJECT_ERROR_QUEUE_H

#include "pkt/timestamp.h"
#include "pkt/view.h"

#include <time.h> /* <linux/errqueue.h> does not include it */

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum {
    ERROR_QUEUE_BATCH = 64,
    ERROR_QUEUE_QUOTE = 1280, /* of a packet that caused an error: ICMPv6 quotes as much (RFC 4443 3) */
};

/* Begins as zeroes. What was read stays until the next read. */
struct error_queue {
    unsigned used; /* messages to be set up anew before the next read */
    bool ready;    /* all others are set up */
    struct mmsghdr messages[ERROR_QUEUE_BATCH];
    struct iovec vectors[ERROR_QUEUE_BATCH];
    struct sockaddr_in6 names[ERROR_QUEUE_BATCH]; /* for IPv4, too: where the packet was sent to */
    _Alignas(struct cmsghdr) uint8_t controls[ERROR_QUEUE_BATCH][PKT_TIMESTAMP_CONTROL_SIZE];
    uint8_t quotes[ERROR_QUEUE_BATCH][ERROR_QUEUE_QUOTE];
};

/* Takes up to ERROR_QUEUE_BATCH messages, without waiting. Fewer: the queue is empty now. */
unsigned error_queue_read(struct error_queue *queue, int fd);

/* The bytes of message number i that came. */
struct pkt_view error_queue_bytes(const struct error_queue *queue, unsigned i);

/* The error that message number i is; false: it is none. */
struct error_queue_error {
    struct sock_extended_err error;
    union {
        struct sockaddr any;
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } offender; /* who sent it; family 0 where nobody did */
};
bool error_queue_error(struct error_queue *queue, unsigned i, struct error_queue_error *ret_error);

#endif
