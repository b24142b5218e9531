/*
 * The socket of each kind, from the one opener.
 */
#include "socket.h"

#include "pkt/socket.h"

#include <netinet/in.h>

int socket_open(const struct pkt_sender_options *options, int *ret_fd, struct pkt_error *reterr_error)
{
    static const struct pkt_socket_request requests[] = {
        [PKT_SENDER_ICMP4] = {sizeof *requests, PKT_SOCKET_ICMP4_DATAGRAM, 0,              false},
        [PKT_SENDER_ICMP6] = {sizeof *requests, PKT_SOCKET_ICMP6_DATAGRAM, 0,              false},
        [PKT_SENDER_RAW4] = {sizeof *requests, PKT_SOCKET_RAW4,           0,              true },
        [PKT_SENDER_RAW6] = {sizeof *requests, PKT_SOCKET_RAW6,           0,              true },
        [PKT_SENDER_PACKET] = {sizeof *requests, PKT_SOCKET_PACKET,         0,              false},
        [PKT_SENDER_RAW_ICMP4] = {sizeof *requests, PKT_SOCKET_RAW4,           IPPROTO_ICMP,   false},
        [PKT_SENDER_RAW_ICMP6] = {sizeof *requests, PKT_SOCKET_RAW6,           IPPROTO_ICMPV6, false},
    };
    return pkt_socket_open(&requests[options->kind], ret_fd, reterr_error);
}
