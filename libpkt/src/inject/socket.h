/*
 * Senders over a socket of the kernel: batches with sendmmsg, marks for timestamps, the error queue.
 */
#ifndef INJECT_SOCKET_H
#define INJECT_SOCKET_H

#include "stamps.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum {
    /* hop limit and traffic class as ints, and a mark */
    SOCKET_CONTROL_SIZE = CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(int)) + STAMPS_MARK_SPACE,
};

/* What the kernel is told beside a packet's bytes. */
struct socket_slot {
    union {
        struct sockaddr_in ip4;
        struct sockaddr_in6 ip6;
    } address;
    _Alignas(struct cmsghdr) uint8_t control[SOCKET_CONTROL_SIZE];
};

struct socket_sender {
    struct pkt_sender sender;
    struct stamps stamps;
    /* Sets what a packet needs beside its bytes. NULL: nothing. */
    void (*prepare)(struct socket_sender *socket, const struct pkt_outgoing *packet, struct socket_slot *slot,
                    struct msghdr *message);
    char interface[IFNAMSIZ];     /* asked for; empty: none */
    uint32_t flow_info;           /* of IPv6 packets, network order; 0: the system's */
    uint16_t next_identification; /* of an IPv4 header without one */
    struct mmsghdr messages[SENDER_BATCH];
    struct iovec vectors[SENDER_BATCH];
    struct socket_slot slots[SENDER_BATCH];
};

/* Refuses options that the kind does not have. */
int socket_check(const struct pkt_sender_options *options, struct pkt_error *reterr_error);

/* Opens the socket of a kind. */
int socket_open(const struct pkt_sender_options *options, int *ret_fd, struct pkt_error *reterr_error);

/*
 * Opens a sender over a socket of its kind. Fails as pkt_sender_open does, and then fd stays the caller's.
 */
int socket_sender_open(int fd, const struct pkt_sender_options *options, struct pkt_sender **ret_sender,
                       struct pkt_error *reterr_error);

/* Whether the interface has carrier and is up: false only when it is known not to. */
bool socket_interface_runs(int fd, const char *name);

/* Sets info.interface and info.bytes_max where an interface is asked for. */
int socket_find_interface(struct socket_sender *socket, const struct pkt_sender_options *options,
                          struct pkt_error *reterr_error);

/* Sets the size of the send buffer where one is asked for. */
int socket_set_buffer(struct socket_sender *socket, const struct pkt_sender_options *options,
                      struct pkt_error *reterr_error);

/* What is particular to a kind, set up after the socket is open. */
int socket_setup_packet(struct socket_sender *socket, const struct pkt_sender_options *options,
                        struct pkt_error *reterr_error);
int socket_setup_raw4(struct socket_sender *socket, const struct pkt_sender_options *options,
                      struct pkt_error *reterr_error);
int socket_setup_raw6(struct socket_sender *socket, const struct pkt_sender_options *options,
                      struct pkt_error *reterr_error);
int socket_setup_icmp4(struct socket_sender *socket, const struct pkt_sender_options *options,
                       struct pkt_error *reterr_error);
int socket_setup_raw_icmp4(struct socket_sender *socket, const struct pkt_sender_options *options,
                           struct pkt_error *reterr_error);
int socket_setup_raw_icmp6(struct socket_sender *socket, const struct pkt_sender_options *options,
                           struct pkt_error *reterr_error);
int socket_setup_icmp6(struct socket_sender *socket, const struct pkt_sender_options *options,
                       struct pkt_error *reterr_error);

/*
 * From now on the owner of the sender reads the error queue, by the returned stamps: neither sending nor
 * pkt_sender_stamps empties it. Such a sender is for many packets that anybody may answer with an error:
 * errors that wait are waited out more patiently, and where the kernel counts for stamps batches are sent all
 * the same.
 */
struct stamps *socket_leave_queue(struct pkt_sender *sender);

/* Every IPv6 packet from now on has this flow label, which the socket was given (IPV6_FLOWLABEL_MGR). */
void socket_set_flow_label(struct pkt_sender *sender, uint32_t label);

/* As sender_ops.complete. */
unsigned socket_complete(struct pkt_sender *sender, struct pkt_room packet);

#endif
