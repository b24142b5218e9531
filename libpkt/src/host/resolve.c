/*
 * Resolving a neighbour: the kernel is made to ask, and its entry is watched.
 *
 * The entry is looked at once before, once after the watch is open, and then at each event, so that no change
 * falls between two looks.
 */
#include "neighbour.h"
#include "pkt/clock.h"
#include "pkt/interface.h"
#include "pkt/watch.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    DISCARD_PORT = 9, /* RFC 863 */
    /* the kernel would send with this address */
    USABLE = NUD_PERMANENT | NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE,
};

/* What is resolved, and until when. */
struct resolution {
    struct pkt_host *host;
    uint32_t interface;
    struct pkt_ip address;
    struct pkt_mono deadline;
};

/* --- making the kernel ask --- */

/* Needs CAP_NET_ADMIN. Returns 0 or an errno. */
static int ask_by_entry(const struct resolution *resolution)
{
    struct netlink_request request;
    struct ndmsg *header =
        netlink_begin(&request, RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, sizeof *header);
    header->ndm_family = netlink_family(resolution->address.version);
    header->ndm_ifindex = (int)resolution->interface;
    header->ndm_flags = NTF_USE;
    netlink_put_ip(&request, NDA_DST, resolution->address);
    return netlink_ask(resolution->host, &request, NULL, NULL);
}

/* The destination of the datagram that makes the kernel ask; returns its length. */
static socklen_t fill_address(const struct resolution *resolution, struct sockaddr_storage *ret_address)
{
    struct sockaddr_in ip4 = {.sin_family = AF_INET, .sin_port = htons(DISCARD_PORT)};
    struct sockaddr_in6 ip6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(DISCARD_PORT), .sin6_scope_id = resolution->interface};
    memcpy(&ip4.sin_addr, resolution->address.ip4.byte, sizeof resolution->address.ip4.byte);
    memcpy(&ip6.sin6_addr, resolution->address.ip6.byte, sizeof resolution->address.ip6.byte);
    *ret_address = (struct sockaddr_storage){0};
    if (resolution->address.version == 4)
        memcpy(ret_address, &ip4, sizeof ip4);
    else
        memcpy(ret_address, &ip6, sizeof ip6);
    return resolution->address.version == 4 ? sizeof ip4 : sizeof ip6;
}

/* Sends it out of that interface alone, and not through gateways. Returns 0 or an errno. */
static int send_datagram(int fd, const struct resolution *resolution)
{
    struct sockaddr_storage address;
    struct pkt_interface interface;
    struct pkt_error error;
    bool is_ip4 = resolution->address.version == 4;
    int hop_limit = 1;
    if (pkt_interface_get(resolution->host, resolution->interface, &interface, &error) < 0)
        return error.system_errno;
    socklen_t len = fill_address(resolution, &address);
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface.name, (socklen_t)strlen(interface.name)) < 0 ||
        setsockopt(fd, is_ip4 ? IPPROTO_IP : IPPROTO_IPV6, is_ip4 ? IP_TTL : IPV6_UNICAST_HOPS, &hop_limit,
                   sizeof hop_limit) < 0)
        return errno;
    return sendto(fd, NULL, 0, MSG_DONTROUTE, (struct sockaddr *)&address, len) < 0 ? errno : 0;
}

static int ask_by_datagram(const struct resolution *resolution)
{
    int fd =
        socket(netlink_family(resolution->address.version), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return errno;
    int failed = send_datagram(fd, resolution);
    close(fd);
    return failed;
}

/* --- waiting --- */

static int fail(const struct resolution *resolution, int system_errno, const char *why,
                struct pkt_error *reterr_error)
{
    char text[HOST_IP_TEXT_SIZE];
    host_fail(reterr_error, PKT_E_SYSTEM, "neighbour %s: %s", host_ip_text(resolution->address, text), why);
    reterr_error->system_errno = system_errno;
    return PKT_E_SYSTEM;
}

/* Looks at the entry: 0 with the address, PKT_E_AGAIN while it may still come, or how it failed. */
static int look(const struct resolution *resolution, struct pkt_mac *ret_mac, struct pkt_error *reterr_error)
{
    struct pkt_neighbour neighbour;
    int result = pkt_neighbour_get(resolution->host, resolution->interface, resolution->address, &neighbour,
                                   reterr_error);
    if (result < 0)
        return result == PKT_E_SYSTEM && reterr_error->system_errno == ENOENT ? PKT_E_AGAIN : result;
    if (neighbour.state == NUD_FAILED)
        return fail(resolution, EHOSTUNREACH, "it does not answer", reterr_error);
    if (!(neighbour.state & USABLE) || !neighbour.has_mac)
        return PKT_E_AGAIN;
    *ret_mac = neighbour.mac;
    return 0;
}

/* Waits for the next event; false at the deadline. */
static bool wait_for_event(struct pkt_watch *watch, struct pkt_mono deadline)
{
    struct pkt_watch_event event;
    struct pkt_error error;
    struct pollfd descriptor = {.fd = pkt_watch_get_fd(watch), .events = POLLIN};
    int64_t left_ns = pkt_mono_since(deadline, pkt_mono_now());
    if (left_ns <= 0)
        return false;
    struct timespec left = {.tv_sec = left_ns / PKT_NS_PER_S, .tv_nsec = left_ns % PKT_NS_PER_S};
    if (ppoll(&descriptor, 1, &left, NULL) > 0) {
        while (pkt_watch_next(watch, &event, &error) == 0)
            continue;
    }
    return true;
}

static int wait_for_entry(const struct resolution *resolution, struct pkt_watch *watch,
                          struct pkt_mac *ret_mac, struct pkt_error *reterr_error)
{
    for (;;) {
        int result = look(resolution, ret_mac, reterr_error);
        if (result != PKT_E_AGAIN)
            return result;
        if (!wait_for_event(watch, resolution->deadline))
            return fail(resolution, ETIMEDOUT, "no answer yet", reterr_error);
    }
}

/* An interface that is down resolves nothing, and the kernel says so in no event. */
static int check_interface(const struct resolution *resolution, struct pkt_error *reterr_error)
{
    struct pkt_interface interface;
    int result = pkt_interface_get(resolution->host, resolution->interface, &interface, reterr_error);
    if (result == 0 && !(interface.flags & PKT_INTERFACE_UP))
        return fail(resolution, ENETDOWN, "its interface is down", reterr_error);
    return result;
}

static int ask_and_wait(const struct resolution *resolution, struct pkt_mac *ret_mac,
                        struct pkt_error *reterr_error)
{
    struct pkt_watch_options options = {.size = sizeof options,
                                        .what = PKT_WATCH_NEIGHBOURS | PKT_WATCH_INTERFACES};
    struct pkt_watch *watch;
    int result = pkt_watch_open(&options, &watch, reterr_error);
    if (result < 0)
        return result;
    int failed = ask_by_entry(resolution);
    if (failed == EPERM || failed == EACCES)
        failed = ask_by_datagram(resolution);
    if (failed == 0)
        result = wait_for_entry(resolution, watch, ret_mac, reterr_error);
    else
        result =
            netlink_fail(resolution->host, reterr_error, failed, "the kernel does not ask for the neighbour");
    pkt_watch_close(watch);
    return result;
}

int pkt_neighbour_resolve(struct pkt_host *host, uint32_t interface, struct pkt_ip address,
                          int64_t timeout_ns, struct pkt_mac *ret_mac, struct pkt_error *reterr_error)
{
    struct resolution resolution = {host, interface, address, {pkt_mono_now().ns + timeout_ns}};
    if (timeout_ns < 0 || timeout_ns > 3600 * PKT_NS_PER_S)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "a neighbour is waited for at most an hour");
    int result = look(&resolution, ret_mac, reterr_error);
    bool failed_before = result == PKT_E_SYSTEM && reterr_error->system_errno == EHOSTUNREACH;
    if ((result != PKT_E_AGAIN && !failed_before) || (failed_before && timeout_ns == 0))
        return result;
    result = check_interface(&resolution, reterr_error);
    if (result < 0)
        return result;
    if (timeout_ns == 0)
        return fail(&resolution, ETIMEDOUT, "its link-layer address is not known", reterr_error);
    return ask_and_wait(&resolution, ret_mac, reterr_error);
}

int pkt_neighbour_next_hop(struct pkt_host *host, const struct pkt_route *route, struct pkt_ip destination,
                           int64_t timeout_ns, struct pkt_mac *ret_mac, bool *ret_needed,
                           struct pkt_error *reterr_error)
{
    struct pkt_interface interface;
    int result = pkt_interface_get(host, route->interface, &interface, reterr_error);
    if (result < 0)
        return result;
    *ret_mac = (struct pkt_mac){{0}};
    *ret_needed =
        !(interface.flags & (PKT_INTERFACE_NO_ARP | PKT_INTERFACE_LOOPBACK)) && interface.mac_len == 6;
    if (!*ret_needed)
        return 0;
    if (route->type == PKT_ROUTE_BROADCAST)
        *ret_mac = interface.broadcast;
    else if (destination.version == 4 && pkt_ip4_is_multicast(destination.ip4))
        *ret_mac = pkt_mac_of_ip4_group(destination.ip4);
    else if (destination.version == 6 && pkt_ip6_is_multicast(destination.ip6))
        *ret_mac = pkt_mac_of_ip6_group(destination.ip6);
    else
        return pkt_neighbour_resolve(host, route->interface,
                                     route->gateway.version == 0 ? destination : route->gateway, timeout_ns,
                                     ret_mac, reterr_error);
    return 0;
}
