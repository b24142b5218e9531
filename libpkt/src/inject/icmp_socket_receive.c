/*
 * ICMP sockets: receiving.
 *
 * A round reads a batch of the receive queue first, and then the error queue, but delivers the error queue
 * first: the stamp of a packet is there before its answer, so that each answer comes behind its stamp.
 */
#include "icmp_socket.h"

#include "pkt/clock.h"

#include <errno.h>
#include <string.h>

enum {
    ROUNDS_MAX = 16,  /* of nothing that concerns us, in one call: a flood does not hold the caller */
    PENDING_MAX = 16, /* errors that wait on the socket, each told once instead of what is there to read */
};

/* --- what a message tells beside its bytes --- */

static int byte_or_int(const struct cmsghdr *control)
{
    int value = 0;
    if (control->cmsg_len < CMSG_LEN(sizeof value))
        return CMSG_DATA(control)[0];
    memcpy(&value, CMSG_DATA(control), sizeof value);
    return value;
}

static void take_ip4(const struct cmsghdr *control, struct pkt_icmp_event *event)
{
    struct in_pktinfo info;
    if (control->cmsg_type == IP_TTL)
        event->hop_limit = byte_or_int(control);
    if (control->cmsg_type == IP_TOS)
        event->traffic_class = byte_or_int(control);
    if (control->cmsg_type == IP_RECVOPTS)
        event->options = pkt_view_make(CMSG_DATA(control), control->cmsg_len - CMSG_LEN(0));
    if (control->cmsg_type != IP_PKTINFO)
        return;
    memcpy(&info, CMSG_DATA(control), sizeof info);
    event->interface = (uint32_t)info.ipi_ifindex;
    event->to = pkt_ip_from4(pkt_ip4_at(pkt_view_make(&info.ipi_addr, sizeof info.ipi_addr), 0));
}

static void take_ip6(const struct cmsghdr *control, struct pkt_icmp_event *event)
{
    struct in6_pktinfo info;
    if (control->cmsg_type == IPV6_HOPLIMIT)
        event->hop_limit = byte_or_int(control);
    if (control->cmsg_type == IPV6_TCLASS)
        event->traffic_class = byte_or_int(control);
    if (control->cmsg_type != IPV6_PKTINFO)
        return;
    memcpy(&info, CMSG_DATA(control), sizeof info);
    event->interface = info.ipi6_ifindex;
    event->to = pkt_ip_from6(pkt_ip6_at(pkt_view_make(&info.ipi6_addr, sizeof info.ipi6_addr), 0));
}

static void take_control(struct msghdr *message, struct pkt_icmp_event *event)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level == SOL_IP)
            take_ip4(c, event);
        if (c->cmsg_level == SOL_IPV6)
            take_ip6(c, event);
    }
    pkt_timestamp_read_receive(message, &event->stamp);
}

static struct pkt_ip ip_of(const struct sockaddr *address)
{
    struct sockaddr_in ip4;
    struct sockaddr_in6 ip6;
    if (address->sa_family == AF_INET) {
        memcpy(&ip4, address, sizeof ip4);
        return pkt_ip_from4(pkt_ip4_at(pkt_view_make(&ip4.sin_addr, sizeof ip4.sin_addr), 0));
    }
    if (address->sa_family != AF_INET6)
        return (struct pkt_ip){0};
    memcpy(&ip6, address, sizeof ip6);
    return pkt_ip_from6(pkt_ip6_at(pkt_view_make(&ip6.sin6_addr, sizeof ip6.sin6_addr), 0));
}

static struct pkt_icmp_event blank(const struct pkt_icmp_socket *socket)
{
    return (struct pkt_icmp_event){
        .read = socket->read, .hop_limit = -1, .traffic_class = -1, .checksum = PKT_CHECKSUM_OK};
}

/* --- the receive queue --- */

static void set_up(struct icmp_inbox *inbox, unsigned i)
{
    inbox->vectors[i] = (struct iovec){inbox->bytes + i * inbox->size, inbox->size};
    inbox->messages[i] = (struct mmsghdr){
        .msg_hdr = {.msg_name = &inbox->names[i],
                    .msg_namelen = sizeof inbox->names[i],
                    .msg_iov = &inbox->vectors[i],
                    .msg_iovlen = 1,
                    .msg_control = inbox->controls[i],
                    .msg_controllen = sizeof inbox->controls[i]}
    };
}

/* An error that waits on the socket is told once, in place of what is there to read. */
static void read_inbox(struct pkt_icmp_socket *socket)
{
    struct icmp_inbox *inbox = &socket->inbox;
    unsigned stale = inbox->messages[0].msg_hdr.msg_iov == NULL ? ICMP_BATCH : inbox->count;
    for (unsigned i = 0; i < stale; i++)
        set_up(inbox, i);
    int count = -1;
    for (unsigned tries = 0; tries < PENDING_MAX && count < 0; tries++) {
        count = recvmmsg(socket->fd, inbox->messages, ICMP_BATCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
        socket->statistics.calls_receive++;
        if (count < 0 && errno == EAGAIN)
            break;
    }
    inbox->count = count < 0 ? 0 : (unsigned)count;
    inbox->next = 0;
}

static bool take_message(struct pkt_icmp_socket *socket, unsigned i, struct pkt_icmp_event *ret_event)
{
    struct icmp_inbox *inbox = &socket->inbox;
    uint32_t wire_len = inbox->messages[i].msg_len;
    struct pkt_view bytes =
        pkt_view_make(inbox->vectors[i].iov_base, wire_len < inbox->size ? wire_len : inbox->size);
    bool truncated = (inbox->messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
    *ret_event = blank(socket);
    ret_event->from = ip_of((const struct sockaddr *)(const void *)&inbox->names[i]);
    take_control(&inbox->messages[i].msg_hdr, ret_event);
    bool ours = socket->raw && !socket->ip6
                    ? icmp_event_packet4(bytes, wire_len, socket->info.identifier, ret_event)
                    : icmp_event_message(bytes, wire_len, socket->ip6, socket->info.identifier, ret_event);
    ret_event->truncated = ret_event->truncated || truncated;
    return ours;
}

/*
 * What this machine sends itself (a neighbour failed) came in by the loopback for one kind of socket, and by
 * the interface of the packet that it is about for the other.
 */
static void forget_interface(struct pkt_icmp_event *event)
{
    if (event->kind == PKT_ICMP_EVENT_ERROR && pkt_ip_equal(event->from, event->to))
        event->interface = 0;
}

static void finish_event(struct pkt_icmp_socket *socket, struct pkt_icmp_event *event)
{
    uint64_t *counts[] = {
        [PKT_ICMP_EVENT_MESSAGE] = &socket->statistics.messages,
        [PKT_ICMP_EVENT_ERROR] = &socket->statistics.errors,
        [PKT_ICMP_EVENT_LOCAL] = &socket->statistics.locals,
        [PKT_ICMP_EVENT_STAMP] = &socket->statistics.stamps,
    };
    ++*counts[event->kind];
    forget_interface(event);
}

static unsigned deliver_inbox(struct pkt_icmp_socket *socket, struct pkt_icmp_event *ret_events, unsigned max)
{
    unsigned count = 0;
    while (count < max && socket->inbox.next < socket->inbox.count) {
        if (take_message(socket, socket->inbox.next++, &ret_events[count]))
            finish_event(socket, &ret_events[count++]);
        else
            socket->statistics.foreign++;
    }
    return count;
}

/* --- the error queue --- */

static bool take_stamp(struct pkt_icmp_socket *socket, const struct pkt_timestamp_report *report,
                       struct pkt_icmp_event *event)
{
    struct pkt_transmit_stamp stamp;
    if (socket->numbers == NULL || !stamps_number(socket->stamps, socket->sender, report, &stamp))
        return false;
    if (socket->sender->number - stamp.number > ICMP_NUMBERS) {
        socket->statistics.stamps_unnumbered++;
        return false;
    }
    event->kind = PKT_ICMP_EVENT_STAMP;
    event->number = socket->numbers[stamp.number % ICMP_NUMBERS];
    event->point = stamp.point;
    event->time = stamp.time;
    event->card = stamp.card;
    return true;
}

/*
 * A packet that is refused for what may have been an error of an earlier one was offered twice (sender.c),
 * and left two errors of which one is told.
 */
static bool is_echo_of_last(struct pkt_icmp_socket *socket, const struct pkt_icmp_event *event)
{
    bool same = event->system_errno == socket->local_errno && event->mtu == socket->local_mtu &&
                pkt_ip_equal(event->quoted_destination, socket->local_destination);
    socket->local_errno = same ? 0 : event->system_errno;
    socket->local_mtu = event->mtu;
    socket->local_destination = event->quoted_destination;
    return same;
}

static bool take_local(struct pkt_icmp_socket *socket, const struct error_queue_error *from,
                       struct pkt_icmp_event *event)
{
    event->kind = PKT_ICMP_EVENT_LOCAL;
    if (event->system_errno == EMSGSIZE)
        event->mtu = from->error.ee_info;
    return !is_echo_of_last(socket, event);
}

/* The kernel's offset of extensions counts from the start of what it delivers (RFC 4884). */
static void take_error(struct pkt_icmp_socket *socket, const struct error_queue_error *from,
                       struct pkt_view bytes, struct pkt_icmp_event *event)
{
    size_t quoted_len = from->error.ee_rfc4884.len;
    event->kind = PKT_ICMP_EVENT_ERROR;
    event->type = from->error.ee_type;
    event->code = from->error.ee_code;
    event->from = ip_of(&from->offender.any);
    event->quoted = quoted_len == 0 ? bytes : pkt_view_clip(bytes, 0, quoted_len);
    if (quoted_len != 0)
        event->extensions = pkt_view_from(bytes, quoted_len);
    icmp_event_error_info(socket->ip6, from->error.ee_info, event);
}

/* A raw socket receives the message of an ICMP error as well, which says more. */
static bool take_queued_error(struct pkt_icmp_socket *socket, unsigned i, struct pkt_icmp_event *event)
{
    struct error_queue *queue = &socket->stamps->queue;
    struct error_queue_error from;
    if (!error_queue_error(queue, i, &from))
        return false;
    event->system_errno = (int)from.error.ee_errno;
    event->quoted_destination = ip_of((const struct sockaddr *)(const void *)&queue->names[i]);
    if (from.error.ee_origin == SO_EE_ORIGIN_LOCAL) {
        return take_local(socket, &from, event);
    }
    bool is_icmp = from.error.ee_origin == SO_EE_ORIGIN_ICMP || from.error.ee_origin == SO_EE_ORIGIN_ICMP6;
    if (!is_icmp || socket->raw) {
        socket->statistics.foreign++;
        return false;
    }
    take_error(socket, &from, error_queue_bytes(queue, i), event);
    event->truncated = (queue->messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
    return true;
}

static bool take_queued(struct pkt_icmp_socket *socket, unsigned i, struct pkt_icmp_event *ret_event)
{
    struct msghdr *message = &socket->stamps->queue.messages[i].msg_hdr;
    struct pkt_timestamp_report report;
    *ret_event = blank(socket);
    if (pkt_timestamp_read_transmit(message, &report))
        return take_stamp(socket, &report, ret_event);
    take_control(message, ret_event);
    return take_queued_error(socket, i, ret_event);
}

static void read_queue(struct pkt_icmp_socket *socket)
{
    socket->queue_done = error_queue_read(&socket->stamps->queue, socket->fd) < ERROR_QUEUE_BATCH;
    socket->queue_next = 0;
    socket->statistics.calls_queue++;
}

static bool queue_is_delivered(const struct pkt_icmp_socket *socket)
{
    return socket->queue_next >= socket->stamps->queue.used;
}

static unsigned deliver_queue(struct pkt_icmp_socket *socket, struct pkt_icmp_event *ret_events, unsigned max)
{
    unsigned count = 0;
    while (count < max && !queue_is_delivered(socket)) {
        if (take_queued(socket, socket->queue_next++, &ret_events[count]))
            finish_event(socket, &ret_events[count++]);
    }
    return count;
}

/* --- rounds --- */

/* Buffers are read into only when all that they held is delivered, and then once a call. */
static void fill(struct pkt_icmp_socket *socket)
{
    if (!socket->round_open) {
        socket->read = pkt_mono_now();
        read_inbox(socket);
        socket->queue_done = false;
        socket->round_open = true;
    }
    if (!socket->queue_done && queue_is_delivered(socket))
        read_queue(socket);
}

static unsigned deliver(struct pkt_icmp_socket *socket, struct pkt_icmp_event *ret_events, unsigned max)
{
    unsigned count = deliver_queue(socket, ret_events, max);
    if (!socket->queue_done || !queue_is_delivered(socket))
        return count;
    count += deliver_inbox(socket, ret_events + count, max - count);
    socket->round_open = socket->inbox.next < socket->inbox.count;
    return count;
}

unsigned pkt_icmp_socket_receive(struct pkt_icmp_socket *socket, struct pkt_icmp_event *ret_events,
                                 unsigned max)
{
    unsigned count = 0;
    if (socket->drained) {
        socket->drained = false;
        return 0;
    }
    for (unsigned rounds = 0; count == 0 && rounds < ROUNDS_MAX && max > 0; rounds++) {
        fill(socket);
        count = deliver(socket, ret_events, max);
        if (!socket->round_open && socket->inbox.count < ICMP_BATCH) {
            socket->drained = count > 0;
            break;
        }
    }
    return count;
}
