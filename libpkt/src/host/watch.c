/*
 * Changes of this machine's network, as events from a descriptor.
 */
#include "pkt/watch.h"
#include "interface.h"
#include "neighbour.h"
#include "route.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct pkt_watch {
    struct mnl_socket *socket;
    const struct nlmsghdr *next; /* in buffer */
    int left;                    /* bytes from next on */
    _Alignas(struct nlmsghdr) uint8_t buffer[NETLINK_BUFFER_SIZE];
};

static unsigned groups_of(unsigned what)
{
    unsigned groups = 0;
    if (what & PKT_WATCH_INTERFACES)
        groups |= RTMGRP_LINK;
    if (what & PKT_WATCH_ADDRESSES)
        groups |= RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (what & PKT_WATCH_ROUTES)
        groups |= RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
    if (what & PKT_WATCH_NEIGHBOURS)
        groups |= RTMGRP_NEIGH;
    return groups;
}

static int set_up(struct pkt_watch *watch, const struct pkt_watch_options *options,
                  struct pkt_error *reterr_error)
{
    int size = (int)options->receive_buffer_size;
    watch->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (watch->socket == NULL)
        return host_fail_system(reterr_error, errno, "netlink socket");
    if (size != 0 &&
        setsockopt(mnl_socket_get_fd(watch->socket), SOL_SOCKET, SO_RCVBUF, &size, sizeof size) < 0)
        return host_fail_system(reterr_error, errno, "receive buffer of a watch");
    if (mnl_socket_bind(watch->socket, groups_of(options->what), MNL_SOCKET_AUTOPID) < 0)
        return host_fail_system(reterr_error, errno, "watch of the network");
    return 0;
}

int pkt_watch_open(const struct pkt_watch_options *options, struct pkt_watch **ret_watch,
                   struct pkt_error *reterr_error)
{
    struct pkt_watch_options taken;
    int result = host_take(options, &taken, sizeof taken, reterr_error);
    if (result < 0)
        return result;
    if (taken.what == 0 || taken.what >= PKT_WATCH_NEIGHBOURS << 1 || taken.receive_buffer_size > INT32_MAX)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "a watch of what?");
    struct pkt_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return host_fail(reterr_error, PKT_E_MEMORY, "out of memory");
    result = set_up(watch, &taken, reterr_error);
    if (result < 0)
        pkt_watch_close(watch);
    else
        *ret_watch = watch;
    return result;
}

int pkt_watch_get_fd(const struct pkt_watch *watch)
{
    return mnl_socket_get_fd(watch->socket);
}

void pkt_watch_close(struct pkt_watch *watch)
{
    if (watch == NULL)
        return;
    if (watch->socket != NULL)
        mnl_socket_close(watch->socket);
    free(watch);
}

/* False where the message is of no kind that we tell. */
static bool read_event(const struct nlmsghdr *message, struct pkt_watch_event *ret_event)
{
    static const uint16_t removals[] = {RTM_DELLINK, RTM_DELADDR, RTM_DELROUTE, RTM_DELNEIGH};
    memset(ret_event, 0, sizeof *ret_event);
    for (size_t i = 0; i < sizeof removals / sizeof *removals; i++)
        ret_event->removed = ret_event->removed || message->nlmsg_type == removals[i];
    if (interface_read(message, &ret_event->is.interface))
        ret_event->kind = PKT_WATCH_INTERFACE;
    else if (interface_address_read(message, &ret_event->is.address))
        ret_event->kind = PKT_WATCH_ADDRESS;
    else if (route_read_entry(message, &ret_event->is.route))
        ret_event->kind = PKT_WATCH_ROUTE;
    else if (neighbour_read(message, &ret_event->is.neighbour))
        ret_event->kind = PKT_WATCH_NEIGHBOUR;
    return ret_event->kind != 0;
}

/* The next event of the datagram at hand; false when it holds none any more. */
static bool next_of_datagram(struct pkt_watch *watch, struct pkt_watch_event *ret_event)
{
    while (mnl_nlmsg_ok(watch->next, watch->left)) {
        const struct nlmsghdr *message = watch->next;
        watch->next = mnl_nlmsg_next(message, &watch->left);
        if (read_event(message, ret_event))
            return true;
    }
    watch->left = 0;
    return false;
}

int pkt_watch_next(struct pkt_watch *watch, struct pkt_watch_event *ret_event, struct pkt_error *reterr_error)
{
    while (!next_of_datagram(watch, ret_event)) {
        ssize_t received = mnl_socket_recvfrom(watch->socket, watch->buffer, sizeof watch->buffer);
        if (received < 0 &&
            (errno == ENOBUFS || errno == ENOSPC)) { /* the buffer was full, or ours too short */
            *ret_event = (struct pkt_watch_event){.kind = PKT_WATCH_LOST};
            return 0;
        }
        if (received < 0 && errno == EAGAIN)
            return host_fail(reterr_error, PKT_E_AGAIN, "nothing has changed");
        if (received < 0 && errno != EINTR)
            return host_fail_system(reterr_error, errno, "watch of the network");
        watch->next = (const struct nlmsghdr *)(const void *)watch->buffer;
        watch->left = received < 0 ? 0 : (int)received;
    }
    return 0;
}
