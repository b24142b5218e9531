/*
 * ICMP sockets: opening and sending. Beneath lies a sender; the receiving side is in icmp_socket_receive.c.
 */
#include "icmp_socket.h"
#include "fail.h"

#include "pkt/icmp.h"
#include "pkt/socket.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    ICMP_HEADER = 8,
    MESSAGE_MAX = 65535,
    IP4_HEADER_MAX = 60,
    IP_OPTIONS_MAX = 40,
    FLOW_LABEL_MAX = 0xfffff
};

static int take_options(const struct pkt_icmp_socket_options *options,
                        struct pkt_icmp_socket_options *ret_options, struct pkt_error *reterr_error)
{
    struct pkt_icmp_socket_options taken = {0};
    if (options == NULL || options->size < sizeof options->size)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "the options' size is not set");
    memcpy(&taken, options, options->size < sizeof taken ? options->size : sizeof taken);
    if (taken.family != 4 && taken.family != 6)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "an ICMP socket is of family 4 or 6, not %u",
                           taken.family);
    if (taken.kind < PKT_ICMP_SOCKET_AUTO || taken.kind > PKT_ICMP_SOCKET_RAW)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "there is no ICMP socket of kind %d", taken.kind);
    if (taken.pmtu < PKT_ICMP_SOCKET_PMTU_SYSTEM || taken.pmtu > PKT_ICMP_SOCKET_PMTU_PROBE)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "there is no path MTU discovery of kind %d",
                           taken.pmtu);
    if (taken.source.version != 0 && taken.source.version != taken.family)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "the source address is of another family");
    if (taken.ip_options.len > (taken.family == 4 ? IP_OPTIONS_MAX : 0))
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "IPv4 has room for 40 bytes of options, IPv6 none");
    if (taken.flow_label > (taken.family == 6 ? FLOW_LABEL_MAX : 0))
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "IPv6 has flow labels of 20 bits, IPv4 none");
    *ret_options = taken;
    return 0;
}

/* --- opening --- */

static int open_fd(struct pkt_icmp_socket *socket, struct pkt_error *reterr_error)
{
    static const int kinds[2][2] = {
        {PKT_SOCKET_ICMP4_DATAGRAM, PKT_SOCKET_ICMP6_DATAGRAM},
        {PKT_SOCKET_RAW4,           PKT_SOCKET_RAW6          }
    };
    struct pkt_socket_request request = {.size = sizeof request, .kind = kinds[socket->raw][socket->ip6]};
    if (socket->raw)
        request.protocol = socket->ip6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
    snprintf(socket->name, sizeof socket->name, "%s ICMP%s socket", socket->raw ? "raw" : "datagram",
             socket->ip6 ? "v6" : "");
    return pkt_socket_open(&request, &socket->fd, reterr_error);
}

static int open_sender(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                       struct pkt_error *reterr_error)
{
    static const int kinds[2][2] = {
        {PKT_SENDER_ICMP4,     PKT_SENDER_ICMP6    },
        {PKT_SENDER_RAW_ICMP4, PKT_SENDER_RAW_ICMP6}
    };
    struct pkt_sender_options sender = {
        .size = sizeof sender,
        .kind = kinds[socket->raw][socket->ip6],
        .interface = options->interface,
        .stamps = options->stamps,
        .keep_replies = true,
        .receive_stamps = true,
        .receive_stamps_card = options->stamps_card,
        .stamps_max = 1, /* they are not kept there */
        .send_buffer_size = options->send_buffer_size,
    };
    int result = pkt_sender_open_fd(socket->fd, &sender, &socket->sender, reterr_error);
    if (result < 0)
        return result;
    socket->stamps = socket_leave_queue(socket->sender);
    if (socket->ip6)
        socket_set_flow_label(socket->sender, options->flow_label);
    return 0;
}

static int allocate(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                    struct pkt_error *reterr_error)
{
    size_t kept = options->message_max;
    bool whole = kept == 0 || kept > MESSAGE_MAX;
    socket->inbox.size = (whole ? MESSAGE_MAX : kept) + (socket->raw && !socket->ip6 ? IP4_HEADER_MAX : 0);
    socket->inbox.bytes = calloc(ICMP_BATCH, socket->inbox.size); /* untouched pages cost nothing */
    if (options->stamps != 0)
        socket->numbers = calloc(ICMP_NUMBERS, sizeof *socket->numbers);
    if (socket->inbox.bytes != NULL && (options->stamps == 0 || socket->numbers != NULL))
        return 0;
    return inject_fail(reterr_error, PKT_E_MEMORY, "%s: out of memory", socket->name);
}

static void tell(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options)
{
    socket->info.kind = socket->raw ? PKT_ICMP_SOCKET_RAW : PKT_ICMP_SOCKET_DATAGRAM;
    socket->info.name = socket->name;
    socket->info.stamps = options->stamps;
}

static int open_all(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                    struct pkt_error *reterr_error)
{
    int result = open_fd(socket, reterr_error);
    if (result == 0)
        result = allocate(socket, options, reterr_error);
    if (result == 0)
        result = icmp_socket_set_up(socket, options, reterr_error);
    if (result == 0)
        result = open_sender(socket, options, reterr_error);
    if (result == 0)
        result = icmp_socket_finish(socket, options, reterr_error);
    tell(socket, options);
    return result;
}

static int open_kind(bool raw, const struct pkt_icmp_socket_options *options,
                     struct pkt_icmp_socket **ret_socket, struct pkt_error *reterr_error)
{
    struct pkt_icmp_socket *socket = calloc(1, sizeof *socket);
    if (socket == NULL)
        return inject_fail(reterr_error, PKT_E_MEMORY, "ICMP socket: out of memory");
    socket->fd = -1;
    socket->raw = raw;
    socket->ip6 = options->family == 6;
    socket->info.family = options->family;
    int result = open_all(socket, options, reterr_error);
    if (result < 0)
        pkt_icmp_socket_close(socket);
    else
        *ret_socket = socket;
    return result;
}

static bool is_forbidden(const struct pkt_error *error)
{
    return error->system_errno == EACCES || error->system_errno == EPERM;
}

/* Where neither kind is allowed, the way that needs no privilege is the one to complain of. */
static int open_either(const struct pkt_icmp_socket_options *options, struct pkt_icmp_socket **ret_socket,
                       struct pkt_error *reterr_error)
{
    struct pkt_error error = {0}, raw_error = {0};
    int result = open_kind(false, options, ret_socket, &error);
    if (result == 0)
        return 0;
    int raw_result = open_kind(true, options, ret_socket, &raw_error);
    if (raw_result == 0)
        return 0;
    bool tells_more = is_forbidden(&error) && !is_forbidden(&raw_error);
    if (reterr_error != NULL)
        *reterr_error = tells_more ? raw_error : error;
    return tells_more ? raw_result : result;
}

int pkt_icmp_socket_open(const struct pkt_icmp_socket_options *options, struct pkt_icmp_socket **ret_socket,
                         struct pkt_error *reterr_error)
{
    struct pkt_icmp_socket_options taken;
    int result = take_options(options, &taken, reterr_error);
    if (result < 0)
        return result;
    if (taken.kind == PKT_ICMP_SOCKET_AUTO)
        return open_either(&taken, ret_socket, reterr_error);
    return open_kind(taken.kind == PKT_ICMP_SOCKET_RAW, &taken, ret_socket, reterr_error);
}

void pkt_icmp_socket_close(struct pkt_icmp_socket *socket)
{
    if (socket == NULL)
        return;
    if (socket->sender != NULL)
        pkt_sender_close(socket->sender);
    else if (socket->fd >= 0)
        close(socket->fd);
    free(socket->inbox.bytes);
    free(socket->numbers);
    free(socket);
}

/* --- sending --- */

static bool can_be_sent(const struct pkt_icmp_socket *socket, const struct pkt_icmp_outgoing *packet)
{
    return packet->destination.version == socket->info.family && packet->message.len >= ICMP_HEADER;
}

/* Each message becomes what will be on the wire. */
static void prepare(struct pkt_icmp_socket *socket, const struct pkt_icmp_outgoing *packet,
                    struct pkt_outgoing *ret_outgoing)
{
    uint8_t request = socket->ip6 ? PKT_ICMP6_ECHO_REQUEST : PKT_ICMP_ECHO_REQUEST;
    if (pkt_u8(pkt_room_view(packet->message), 0) == request)
        pkt_set_u16(packet->message, 4, socket->info.identifier);
    (void)pkt_sender_complete(socket->sender, packet->message);
    *ret_outgoing = (struct pkt_outgoing){
        .bytes = pkt_room_view(packet->message),
        .destination4 = packet->destination.ip4,
        .destination6 = packet->destination.ip6,
        .scope = packet->scope,
        .hop_limit = packet->hop_limit,
    };
}

/* Prepares from the front what can go in one call. */
static unsigned prepare_some(struct pkt_icmp_socket *socket, const struct pkt_icmp_outgoing *packets,
                             unsigned count)
{
    unsigned done = 0;
    while (done < count && done < ICMP_BATCH && can_be_sent(socket, &packets[done])) {
        if (socket->numbers != NULL)
            socket->numbers[(socket->sender->number + done) % ICMP_NUMBERS] = packets[done].number;
        prepare(socket, &packets[done], &socket->outgoing[done]);
        done++;
    }
    return done;
}

static unsigned refuse(struct pkt_icmp_socket *socket, int *ret_errnos)
{
    socket->statistics.refused++;
    if (ret_errnos != NULL)
        ret_errnos[0] = EINVAL;
    return 1;
}

unsigned pkt_icmp_socket_send(struct pkt_icmp_socket *socket, const struct pkt_icmp_outgoing *packets,
                              unsigned count, int *ret_errnos)
{
    unsigned done = 0, ready, went;
    do {
        int *errnos = ret_errnos == NULL ? NULL : ret_errnos + done;
        ready = prepare_some(socket, packets + done, count - done);
        went = pkt_sender_send(socket->sender, socket->outgoing, ready, errnos);
        done += went;
        if (ready == 0 && done < count)
            done += refuse(socket, errnos);
    } while (went == ready && done < count);
    return done;
}

enum pkt_icmp_socket_lack pkt_icmp_socket_get_lack(const struct pkt_icmp_socket *socket)
{
    static const enum pkt_icmp_socket_lack lacks[] = {
        [PKT_SENDER_LACKS_NOTHING] = PKT_ICMP_SOCKET_LACKS_NOTHING,
        [PKT_SENDER_LACKS_BUFFER] = PKT_ICMP_SOCKET_LACKS_BUFFER,
        [PKT_SENDER_LACKS_QUEUE] = PKT_ICMP_SOCKET_LACKS_QUEUE,
    };
    return lacks[pkt_sender_get_lack(socket->sender)];
}

/* --- telling --- */

int pkt_icmp_socket_fd(const struct pkt_icmp_socket *socket)
{
    return socket->fd;
}

void pkt_icmp_socket_get_info(const struct pkt_icmp_socket *socket, struct pkt_icmp_socket_info *ret_info)
{
    *ret_info = socket->info;
}

/* SO_RXQ_OVFL would tell with the next message only, and datagram ICMP sockets not at all. */
static uint32_t count_dropped(const struct pkt_icmp_socket *socket)
{
    uint32_t info[SK_MEMINFO_VARS] = {0};
    socklen_t len = sizeof info;
    return getsockopt(socket->fd, SOL_SOCKET, SO_MEMINFO, info, &len) == 0 ? info[SK_MEMINFO_DROPS] : 0;
}

void pkt_icmp_socket_get_statistics(const struct pkt_icmp_socket *socket,
                                    struct pkt_icmp_socket_statistics *ret_statistics)
{
    struct pkt_sender_statistics sender;
    pkt_sender_get_statistics(socket->sender, &sender);
    *ret_statistics = socket->statistics;
    ret_statistics->sent = sender.packets;
    ret_statistics->refused += sender.refused;
    ret_statistics->stamps_expected = sender.stamps_expected;
    ret_statistics->stamps_unnumbered += sender.stamps_unnumbered;
    ret_statistics->pending = sender.errors_pending;
    ret_statistics->waits = sender.waits_buffer + sender.waits_queue;
    ret_statistics->calls_send = sender.calls;
    ret_statistics->dropped = count_dropped(socket);
}
