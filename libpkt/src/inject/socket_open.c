/*
 * The socket of each kind, from the one opener.
 */
#include "fail.h"
#include "socket.h"

#include <linux/if_packet.h>
#include <netinet/in.h>

int socket_open(const struct pkt_sender_options *options, int *ret_fd, struct pkt_error *reterr_error)
{
    static const struct {
        int family, type, protocol;
    } sockets[] = {
        [PKT_SENDER_ICMP4] = {AF_INET,   SOCK_DGRAM, IPPROTO_ICMP  },
        [PKT_SENDER_ICMP6] = {AF_INET6,  SOCK_DGRAM, IPPROTO_ICMPV6},
        [PKT_SENDER_RAW4] = {AF_INET,   SOCK_RAW,   IPPROTO_RAW   },
        [PKT_SENDER_RAW6] = {AF_INET6,  SOCK_RAW,   IPPROTO_RAW   },
        [PKT_SENDER_PACKET] = {AF_PACKET, SOCK_RAW,   0             },
    };
    int fd = socket(sockets[options->kind].family, sockets[options->kind].type | SOCK_CLOEXEC,
                    sockets[options->kind].protocol);
    if (fd < 0)
        return inject_fail_system(reterr_error, "%s: cannot be opened", pkt_sender_kind_name(options->kind));
    *ret_fd = fd;
    return 0;
}
