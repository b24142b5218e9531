/*
 * What the kinds of sockets need before the first packet, and what each packet needs beside its bytes.
 */
#include "fail.h"
#include "socket.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/ipv6.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>

/* One integer option, and the sentence when it is refused. */
static int set_option(struct socket_sender *socket, int level, int option, int value, const char *what,
                      struct pkt_error *reterr_error)
{
    if (setsockopt(socket->sender.fd, level, option, &value, sizeof value) == 0)
        return 0;
    return inject_fail_system(reterr_error, "%s: %s", socket->sender.name, what);
}

/* Bytes of the link-layer header that are not counted in the MTU. */
static uint32_t link_header_len(int fd, struct ifreq request)
{
    if (ioctl(fd, SIOCGIFHWADDR, &request) < 0)
        return 0;
    unsigned short type = request.ifr_hwaddr.sa_family;
    return type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK ? 14 : 0;
}

int socket_find_interface(struct socket_sender *socket, const struct pkt_sender_options *options,
                          struct pkt_error *reterr_error)
{
    struct pkt_sender *sender = &socket->sender;
    struct ifreq request = {0};
    if (options->interface == NULL)
        return 0;
    memcpy(request.ifr_name, socket->interface, sizeof request.ifr_name);
    if (ioctl(sender->fd, SIOCGIFINDEX, &request) < 0)
        return inject_fail_system(reterr_error, "%s", sender->name);
    sender->info.interface = (uint32_t)request.ifr_ifindex;
    if (ioctl(sender->fd, SIOCGIFMTU, &request) < 0)
        return inject_fail_system(reterr_error, "%s: its MTU", sender->name);
    sender->info.bytes_max = (uint32_t)request.ifr_mtu;
    if (sender->info.layer == PKT_SENDER_LAYER_LINK)
        sender->info.bytes_max += link_header_len(sender->fd, request);
    return 0;
}

int socket_set_buffer(struct socket_sender *socket, const struct pkt_sender_options *options,
                      struct pkt_error *reterr_error)
{
    if (options->send_buffer_size == 0)
        return 0;
    int size = options->send_buffer_size < INT32_MAX / 2 ? (int)options->send_buffer_size : INT32_MAX / 2;
    return set_option(socket, SOL_SOCKET, SO_SNDBUF, size, "its send buffer", reterr_error);
}

/* --- packet sockets --- */

int socket_setup_packet(struct socket_sender *socket, const struct pkt_sender_options *options,
                        struct pkt_error *reterr_error)
{
    /* Protocol 0: the socket receives nothing, and the kernel reads the protocol from each frame. */
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)socket->sender.info.interface};
    if (bind(socket->sender.fd, (struct sockaddr *)&address, sizeof address) < 0)
        return inject_fail_system(reterr_error, "%s: cannot be bound", socket->sender.name);
    socket->sender.info.qdisc_bypass = options->qdisc_bypass;
    if (!options->qdisc_bypass)
        return 0;
    return set_option(socket, SOL_PACKET, PACKET_QDISC_BYPASS, 1, "cannot bypass the queueing discipline",
                      reterr_error);
}

/* --- what the routing table carries --- */

/* Only the interface asked for, whatever the routing table prefers. */
static int bind_to_device(struct socket_sender *socket, const struct pkt_sender_options *options,
                          struct pkt_error *reterr_error)
{
    if (options->interface == NULL)
        return 0;
    if (setsockopt(socket->sender.fd, SOL_SOCKET, SO_BINDTODEVICE, socket->interface,
                   (socklen_t)strlen(socket->interface)) == 0)
        return 0;
    return inject_fail_system(reterr_error, "%s: cannot be bound to the interface", socket->sender.name);
}

/*
 * Without RECVERR the kernel reports a packet that a full queue dropped as sent. Broadcast: what is crafted
 * is meant; it is the tool that asks.
 */
static int set_up_routed(struct socket_sender *socket, const struct pkt_sender_options *options, bool ip6,
                         struct pkt_error *reterr_error)
{
    int result = bind_to_device(socket, options, reterr_error);
    if (result == 0)
        result = set_option(socket, ip6 ? SOL_IPV6 : SOL_IP, ip6 ? IPV6_RECVERR : IP_RECVERR, 1,
                            "no error queue", reterr_error);
    if (result == 0 && !ip6)
        result = set_option(socket, SOL_SOCKET, SO_BROADCAST, 1, "no broadcast", reterr_error);
    return result;
}

static void prepare_raw4(struct socket_sender *socket, const struct pkt_outgoing *packet,
                         struct socket_slot *slot, struct msghdr *message)
{
    (void)socket;
    slot->address.ip4 = (struct sockaddr_in){.sin_family = AF_INET};
    pkt_copy(packet->bytes, 16, &slot->address.ip4.sin_addr, 4);
    message->msg_name = &slot->address.ip4;
    message->msg_namelen = sizeof slot->address.ip4;
}

int socket_setup_raw4(struct socket_sender *socket, const struct pkt_sender_options *options,
                      struct pkt_error *reterr_error)
{
    socket->prepare = prepare_raw4;
    int result = set_up_routed(socket, options, false, reterr_error);
    if (result == 0)
        result = set_option(socket, SOL_IP, IP_HDRINCL, 1, "headers of our own", reterr_error);
    return result;
}

/* A scope is read with link-local addresses only, and must then agree with the interface. */
static void put_address6(struct socket_sender *socket, struct socket_slot *slot, struct pkt_ip6 destination,
                         uint32_t scope, struct msghdr *message)
{
    slot->address.ip6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
    memcpy(&slot->address.ip6.sin6_addr, &destination, 16);
    slot->address.ip6.sin6_flowinfo = socket->flow_info;
    slot->address.ip6.sin6_scope_id = scope != 0 ? scope : socket->sender.info.interface;
    message->msg_name = &slot->address.ip6;
    message->msg_namelen = sizeof slot->address.ip6;
}

static void prepare_raw6(struct socket_sender *socket, const struct pkt_outgoing *packet,
                         struct socket_slot *slot, struct msghdr *message)
{
    put_address6(socket, slot, pkt_ip6_at(packet->bytes, 24), 0, message);
}

int socket_setup_raw6(struct socket_sender *socket, const struct pkt_sender_options *options,
                      struct pkt_error *reterr_error)
{
    socket->prepare = prepare_raw6;
    int result = set_up_routed(socket, options, true, reterr_error);
    if (result == 0)
        result = set_option(socket, SOL_IPV6, IPV6_HDRINCL, 1, "headers of our own", reterr_error);
    return result;
}

/* --- datagram ICMP --- */

/* Appends an integer to the control bytes of a packet. */
static void put_control(struct socket_slot *slot, struct msghdr *message, int level, int type, int value)
{
    struct cmsghdr header = {.cmsg_len = CMSG_LEN(sizeof value), .cmsg_level = level, .cmsg_type = type};
    uint8_t *control = slot->control + message->msg_controllen;
    memcpy(control, &header, sizeof header);
    memcpy(control + CMSG_LEN(0), &value, sizeof value);
    message->msg_control = slot->control;
    message->msg_controllen += CMSG_SPACE(sizeof value);
}

static void prepare_icmp4(struct socket_sender *socket, const struct pkt_outgoing *packet,
                          struct socket_slot *slot, struct msghdr *message)
{
    (void)socket;
    slot->address.ip4 = (struct sockaddr_in){.sin_family = AF_INET};
    memcpy(&slot->address.ip4.sin_addr, &packet->destination4, 4);
    message->msg_name = &slot->address.ip4;
    message->msg_namelen = sizeof slot->address.ip4;
    if (packet->hop_limit != 0)
        put_control(slot, message, SOL_IP, IP_TTL, packet->hop_limit);
    if (packet->traffic_class != 0)
        put_control(slot, message, SOL_IP, IP_TOS, packet->traffic_class);
}

static void prepare_icmp6(struct socket_sender *socket, const struct pkt_outgoing *packet,
                          struct socket_slot *slot, struct msghdr *message)
{
    put_address6(socket, slot, packet->destination6, packet->scope, message);
    if (packet->hop_limit != 0)
        put_control(slot, message, SOL_IPV6, IPV6_HOPLIMIT, packet->hop_limit);
    if (packet->traffic_class != 0)
        put_control(slot, message, SOL_IPV6, IPV6_TCLASS, packet->traffic_class);
}

/* Replies would fill the buffer that stamps and errors need. A filter that is there already and locked stays.
 */
static int drop_replies(struct socket_sender *socket, struct pkt_error *reterr_error)
{
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {1, &nothing};
    if (setsockopt(socket->sender.fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0 ||
        errno == EPERM)
        return 0;
    return inject_fail_system(reterr_error, "%s: no filter", socket->sender.name);
}

/* The kernel writes into each message what it calls the port: chosen with bind, or there already. */
static int find_identifier(struct socket_sender *socket, sa_family_t family, struct pkt_error *reterr_error)
{
    struct sockaddr_in6 address = {0};
    socklen_t len = sizeof address;
    struct sockaddr *generic = (struct sockaddr *)(void *)&address;
    if (getsockname(socket->sender.fd, generic, &len) < 0)
        return inject_fail_system(reterr_error, "%s: its identifier", socket->sender.name);
    generic->sa_family = family;
    len = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    if (address.sin6_port == 0 && bind(socket->sender.fd, generic, len) < 0)
        return inject_fail_system(reterr_error, "%s: no identifier", socket->sender.name);
    if (getsockname(socket->sender.fd, generic, &len) <
        0) /* the port lies at the same place in both families */
        return inject_fail_system(reterr_error, "%s: its identifier", socket->sender.name);
    socket->sender.info.identifier = ntohs(address.sin6_port);
    return 0;
}

static int set_up_icmp(struct socket_sender *socket, const struct pkt_sender_options *options, bool ip6,
                       struct pkt_error *reterr_error)
{
    socket->prepare = ip6 ? prepare_icmp6 : prepare_icmp4;
    int result = set_up_routed(socket, options, ip6, reterr_error);
    if (result == 0)
        result = find_identifier(socket, ip6 ? AF_INET6 : AF_INET, reterr_error);
    if (result == 0 && !options->keep_replies)
        result = drop_replies(socket, reterr_error);
    return result;
}

int socket_setup_icmp4(struct socket_sender *socket, const struct pkt_sender_options *options,
                       struct pkt_error *reterr_error)
{
    return set_up_icmp(socket, options, false, reterr_error);
}

int socket_setup_icmp6(struct socket_sender *socket, const struct pkt_sender_options *options,
                       struct pkt_error *reterr_error)
{
    return set_up_icmp(socket, options, true, reterr_error);
}

/* --- raw ICMP: as datagram ICMP, but that the identifier is the caller's --- */

void socket_set_flow_label(struct pkt_sender *sender, uint32_t label)
{
    ((struct socket_sender *)(void *)sender)->flow_info = htonl(label);
}

static int set_up_raw_icmp(struct socket_sender *socket, const struct pkt_sender_options *options, bool ip6,
                           struct pkt_error *reterr_error)
{
    socket->prepare = ip6 ? prepare_icmp6 : prepare_icmp4;
    int result = set_up_routed(socket, options, ip6, reterr_error);
    if (result == 0 && !options->keep_replies)
        result = drop_replies(socket, reterr_error);
    return result;
}

int socket_setup_raw_icmp4(struct socket_sender *socket, const struct pkt_sender_options *options,
                           struct pkt_error *reterr_error)
{
    return set_up_raw_icmp(socket, options, false, reterr_error);
}

int socket_setup_raw_icmp6(struct socket_sender *socket, const struct pkt_sender_options *options,
                           struct pkt_error *reterr_error)
{
    return set_up_raw_icmp(socket, options, true, reterr_error);
}
