/*
 * Senders over a socket of the kernel.
 */
#include "socket.h"
#include "fail.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static struct socket_sender *socket_of(struct pkt_sender *sender)
{
    return (struct socket_sender *)(void *)sender;
}

static void add_mark(struct msghdr *message, struct socket_slot *slot, uint64_t number)
{
    message->msg_control = slot->control;
    stamps_put_mark(slot->control + message->msg_controllen, number);
    message->msg_controllen += STAMPS_MARK_SPACE;
}

/* struct iovec serves both ways and knows no const: nothing is written. */
static struct iovec vector_of(struct pkt_view bytes)
{
    struct iovec vector = {.iov_len = bytes.len};
    memcpy(&vector.iov_base, &bytes.ptr, sizeof vector.iov_base);
    return vector;
}

static void fill(struct socket_sender *socket, const struct pkt_outgoing *packets, unsigned count)
{
    bool marks = stamps_wants_mark(&socket->stamps);
    for (unsigned i = 0; i < count; i++) {
        struct msghdr *message = &socket->messages[i].msg_hdr;
        socket->vectors[i] = vector_of(packets[i].bytes);
        if (socket->prepare != NULL)
            socket->prepare(socket, &packets[i], &socket->slots[i], message);
        if (marks)
            add_mark(message, &socket->slots[i], socket->sender.number + i);
    }
}

/* Control bytes are made anew for each packet; those of a kind without any stay away. */
static void forget_control(struct socket_sender *socket, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        socket->messages[i].msg_hdr.msg_control = NULL;
        socket->messages[i].msg_hdr.msg_controllen = 0;
    }
}

/* sendmmsg fails only with the error of the first packet; where a later one fails it says how many went. */
static unsigned send_filled(struct socket_sender *socket, unsigned count, int *ret_errno)
{
    int went = sendmmsg(socket->sender.fd, socket->messages, count, MSG_DONTWAIT);
    *ret_errno = went < 0 ? errno : 0;
    return went < 0 ? 0 : (unsigned)went;
}

static unsigned send_batch(struct pkt_sender *sender, const struct pkt_outgoing *packets, unsigned count,
                           int *ret_errno)
{
    struct socket_sender *socket = socket_of(sender);
    bool again;
    unsigned went;
    do {
        stamps_begin(&socket->stamps, sender);
        count = stamps_limit(&socket->stamps, count);
        fill(socket, packets, count);
        went = send_filled(socket, count, ret_errno);
        forget_control(socket, socket->prepare != NULL || sender->info.stamps != 0 ? count : 0);
        again = stamps_end(&socket->stamps, sender, count, went, *ret_errno);
    } while (again);
    return went;
}

bool socket_interface_runs(int fd, const char *name)
{
    struct ifreq request = {0};
    memcpy(request.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
    if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
        return true;
    unsigned wanted = IFF_UP | IFF_RUNNING;
    return ((unsigned)request.ifr_flags & wanted) == wanted;
}

/*
 * Without carrier the queue's place is taken by one that swallows packets and says success; on the way around
 * it the packet is refused as if the queue were full, for ever.
 */
static unsigned send_link(struct pkt_sender *sender, const struct pkt_outgoing *packets, unsigned count,
                          int *ret_errno)
{
    unsigned went = send_batch(sender, packets, count, ret_errno);
    if ((went == 0 && *ret_errno != ENOBUFS) ||
        socket_interface_runs(sender->fd, socket_of(sender)->interface))
        return went;
    sender->statistics.packets_unlinked += went;
    if (*ret_errno == ENOBUFS)
        *ret_errno = ENETDOWN;
    return went;
}

static void drain(struct pkt_sender *sender)
{
    stamps_drain(&socket_of(sender)->stamps, sender);
}

static unsigned take_stamps(struct pkt_sender *sender, struct pkt_transmit_stamp *ret_stamps, unsigned max)
{
    return stamps_take(&socket_of(sender)->stamps, ret_stamps, max);
}

static void close_socket(struct pkt_sender *sender)
{
    stamps_close(&socket_of(sender)->stamps);
    close(sender->fd);
    free(sender);
}

/* A packet socket has errors for nobody: without stamps its error queue stays empty. */
static const struct sender_ops link_ops = {.send = send_link, .close = close_socket};
static const struct sender_ops link_stamp_ops = {
    .send = send_link, .drain = drain, .stamps = take_stamps, .close = close_socket};
static const struct sender_ops routed_ops = {.send = send_batch,
                                             .drain = drain,
                                             .stamps = take_stamps,
                                             .complete = socket_complete,
                                             .close = close_socket};

static const struct sender_ops left_ops = {
    .send = send_batch, .complete = socket_complete, .close = close_socket};

enum { LEFT_MORE_TRIES = 3 };

struct stamps *socket_leave_queue(struct pkt_sender *sender)
{
    sender->ops = &left_ops;
    sender->more_tries = LEFT_MORE_TRIES;
    socket_of(sender)->stamps.batches = true;
    return &socket_of(sender)->stamps;
}

static const struct socket_kind {
    int layer; /* enum pkt_sender_layer; 0: no kind of socket */
    bool needs_interface;
    const char *what;
    int (*setup)(struct socket_sender *socket, const struct pkt_sender_options *options,
                 struct pkt_error *reterr_error);
} kinds[] = {
    [PKT_SENDER_ICMP4] = {PKT_SENDER_LAYER_MESSAGE, false, "ICMP socket",       socket_setup_icmp4    },
    [PKT_SENDER_ICMP6] = {PKT_SENDER_LAYER_MESSAGE, false, "ICMPv6 socket",     socket_setup_icmp6    },
    [PKT_SENDER_RAW4] = {PKT_SENDER_LAYER_NETWORK, false, "raw IPv4 socket",   socket_setup_raw4     },
    [PKT_SENDER_RAW6] = {PKT_SENDER_LAYER_NETWORK, false, "raw IPv6 socket",   socket_setup_raw6     },
    [PKT_SENDER_PACKET] = {PKT_SENDER_LAYER_LINK,    true,  "packet socket",     socket_setup_packet   },
    [PKT_SENDER_RAW_ICMP4] = {PKT_SENDER_LAYER_MESSAGE, false, "raw ICMP socket",   socket_setup_raw_icmp4},
    [PKT_SENDER_RAW_ICMP6] = {PKT_SENDER_LAYER_MESSAGE, false, "raw ICMPv6 socket", socket_setup_raw_icmp6},
};

static const struct sender_ops *choose_ops(const struct pkt_sender_options *options)
{
    if (options->kind != PKT_SENDER_PACKET)
        return &routed_ops;
    return options->stamps == 0 ? &link_ops : &link_stamp_ops;
}

/* Everything that does not touch the descriptor. */
static void init(struct socket_sender *socket, int fd, const struct pkt_sender_options *options)
{
    const struct socket_kind *kind = &kinds[options->kind];
    struct pkt_sender *sender = &socket->sender;
    bool bound = options->interface != NULL;
    snprintf(sender->name, sizeof sender->name, "%s%s%s", kind->what, bound ? " on " : "",
             bound ? options->interface : "");
    snprintf(socket->interface, sizeof socket->interface, "%s", bound ? options->interface : "");
    sender->fd = fd;
    sender->ops = choose_ops(options);
    sender->info = (struct pkt_sender_info){
        .kind = options->kind, .layer = kind->layer, .name = sender->name, .stamps = options->stamps};
    for (unsigned i = 0; i < SENDER_BATCH; i++) {
        socket->messages[i].msg_hdr.msg_iov = &socket->vectors[i];
        socket->messages[i].msg_hdr.msg_iovlen = 1;
    }
}

static int set_up(struct socket_sender *socket, const struct pkt_sender_options *options,
                  struct pkt_error *reterr_error)
{
    int result = socket_find_interface(socket, options, reterr_error);
    if (result == 0)
        result = kinds[options->kind].setup(socket, options, reterr_error);
    if (result == 0)
        result = socket_set_buffer(socket, options, reterr_error);
    if (result == 0)
        result = stamps_open(&socket->stamps, &socket->sender, options, reterr_error);
    return result;
}

int socket_check(const struct pkt_sender_options *options, struct pkt_error *reterr_error)
{
    if (kinds[options->kind].needs_interface && options->interface == NULL)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "a %s needs an interface",
                           kinds[options->kind].what);
    if ((options->keep_replies || options->receive_stamps) &&
        kinds[options->kind].layer != PKT_SENDER_LAYER_MESSAGE)
        return inject_fail(reterr_error, PKT_E_UNSUPPORTED, "a %s receives nothing",
                           kinds[options->kind].what);
    if (options->qdisc_bypass && options->kind != PKT_SENDER_PACKET)
        return inject_fail(reterr_error, PKT_E_UNSUPPORTED, "a %s cannot bypass the queueing discipline",
                           kinds[options->kind].what);
    if (options->qdisc_bypass && (options->stamps & PKT_STAMP_SCHEDULED))
        return inject_fail(reterr_error, PKT_E_UNSUPPORTED,
                           "what bypasses the queueing discipline has no timestamp in front of it");
    return 0;
}

int socket_sender_open(int fd, const struct pkt_sender_options *options, struct pkt_sender **ret_sender,
                       struct pkt_error *reterr_error)
{
    struct socket_sender *socket = calloc(1, sizeof *socket);
    if (socket == NULL)
        return inject_fail(reterr_error, PKT_E_MEMORY, "%s: out of memory", kinds[options->kind].what);
    init(socket, fd, options);
    int result = set_up(socket, options, reterr_error);
    if (result < 0) {
        free(socket);
        return result;
    }
    *ret_sender = &socket->sender;
    return 0;
}
