/*
 * The calls that all senders share, and the one place where it is decided what became of a packet.
 */
#include "sender.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

/* What an errno says about the packet that met it. */
enum verdict {
    VERDICT_REFUSED = 0, /* the packet's own failure */
    VERDICT_AGAIN,       /* nothing happened, or nothing known: call again */
    VERDICT_BUFFER,      /* not yet: the socket's buffer is full */
    VERDICT_QUEUE,       /* not yet: a queue behind the socket is full */
    VERDICT_PENDING,     /* perhaps an error that waited on the socket: try once more */
};

/*
 * ICMP errors become these (icmp_err_convert and icmpv6_err_convert of the kernel; a redirect EREMOTEIO),
 * wait on the socket, and are reported to the next call whatever it sends; ENETDOWN waits on a packet socket
 * after its interface went down. Each may as well be the packet's own, and then it comes again.
 */
static enum verdict judge(int system_errno)
{
    static const uint8_t verdicts[SENDER_ERRNOS] = {
        [0] = VERDICT_AGAIN,
        [EINTR] = VERDICT_AGAIN,
        [EAGAIN] = VERDICT_BUFFER,
        [ENOBUFS] = VERDICT_QUEUE,
        [ENOMEM] = VERDICT_QUEUE,
        [ENETUNREACH] = VERDICT_PENDING,
        [EHOSTUNREACH] = VERDICT_PENDING,
        [ENOPROTOOPT] = VERDICT_PENDING,
        [EMSGSIZE] = VERDICT_PENDING,
        [EOPNOTSUPP] = VERDICT_PENDING,
        [ECONNREFUSED] = VERDICT_PENDING,
        [EHOSTDOWN] = VERDICT_PENDING,
        [ENONET] = VERDICT_PENDING,
        [EACCES] = VERDICT_PENDING,
        [EPROTO] = VERDICT_PENDING,
        [EREMOTEIO] = VERDICT_PENDING,
        [ENETDOWN] = VERDICT_PENDING,
    };
    return system_errno >= 0 && system_errno < SENDER_ERRNOS ? (enum verdict)verdicts[system_errno]
                                                             : VERDICT_REFUSED;
}

static void settle_sent(struct pkt_sender *sender, const struct pkt_outgoing *packets, unsigned count,
                        int *ret_errnos)
{
    for (unsigned i = 0; i < count; i++)
        sender->statistics.bytes += packets[i].bytes.len;
    for (unsigned i = 0; ret_errnos != NULL && i < count; i++)
        ret_errnos[i] = 0;
    sender->statistics.packets += count;
    sender->statistics.stamps_expected += (uint64_t)count * sender_count_points(sender->info.stamps);
    sender->number += count;
}

static unsigned settle_refused(struct pkt_sender *sender, int system_errno, int *ret_errnos)
{
    bool known = system_errno > 0 && system_errno < SENDER_ERRNOS;
    sender->refused[known ? system_errno : 0]++;
    sender->statistics.refused++;
    sender->number++;
    if (ret_errnos != NULL)
        ret_errnos[0] = system_errno;
    return 1;
}

static unsigned settle_lack(struct pkt_sender *sender, enum verdict verdict)
{
    if (verdict == VERDICT_AGAIN)
        return 0;
    bool buffer = verdict == VERDICT_BUFFER;
    sender->lack = buffer ? PKT_SENDER_LACKS_BUFFER : PKT_SENDER_LACKS_QUEUE;
    if (buffer)
        sender->statistics.waits_buffer++;
    else
        sender->statistics.waits_queue++;
    return 0;
}

/* One call of the way to send, and the error queue behind it. */
static unsigned call(struct pkt_sender *sender, const struct pkt_outgoing *packets, unsigned count,
                     int *ret_errnos, int *ret_errno)
{
    *ret_errno = 0;
    unsigned went = sender->ops->send(sender, packets, count, ret_errno);
    sender->statistics.calls++;
    settle_sent(sender, packets, went, ret_errnos);
    if (sender->ops->drain != NULL)
        sender->ops->drain(sender);
    return went;
}

/*
 * The packet met an errno that may have waited for anybody: its own comes again. One that is too long itself
 * leaves an error on the queue each time, and is tried again once at most.
 */
static unsigned try_again(struct pkt_sender *sender, const struct pkt_outgoing *packet, int first,
                          int *ret_errnos)
{
    enum verdict verdict = VERDICT_PENDING;
    int failure = first;
    for (unsigned tries = 0; tries <= sender->more_tries && verdict == VERDICT_PENDING; tries++) {
        if (tries > 0 && failure == EMSGSIZE)
            break;
        if (call(sender, packet, 1, ret_errnos, &failure) == 1) {
            sender->statistics.errors_pending++;
            return 1;
        }
        verdict = judge(failure);
    }
    if (verdict == VERDICT_REFUSED || verdict == VERDICT_PENDING)
        return settle_refused(sender, failure, ret_errnos);
    return settle_lack(sender, verdict);
}

static unsigned settle_failure(struct pkt_sender *sender, const struct pkt_outgoing *packet, int failure,
                               int *ret_errnos)
{
    enum verdict verdict = judge(failure);
    if (verdict == VERDICT_REFUSED)
        return settle_refused(sender, failure, ret_errnos);
    if (verdict == VERDICT_PENDING)
        return try_again(sender, packet, failure, ret_errnos);
    return settle_lack(sender, verdict);
}

static unsigned send_some(struct pkt_sender *sender, const struct pkt_outgoing *packets, unsigned count,
                          int *ret_errnos)
{
    int failure;
    unsigned went = call(sender, packets, count, ret_errnos, &failure);
    if (failure == 0)
        return went;
    return went +
           settle_failure(sender, packets + went, failure, ret_errnos == NULL ? NULL : ret_errnos + went);
}

unsigned pkt_sender_send(struct pkt_sender *sender, const struct pkt_outgoing *packets, unsigned count,
                         int *ret_errnos)
{
    unsigned done = 0;
    sender->lack = PKT_SENDER_LACKS_NOTHING;
    while (done < count && sender->lack == PKT_SENDER_LACKS_NOTHING) {
        unsigned left = count - done;
        done += send_some(sender, packets + done, left < SENDER_BATCH ? left : SENDER_BATCH,
                          ret_errnos == NULL ? NULL : ret_errnos + done);
    }
    return done;
}

enum pkt_sender_lack pkt_sender_get_lack(const struct pkt_sender *sender)
{
    return sender->lack;
}

static struct timespec timespec_of(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / PKT_NS_PER_S, .tv_nsec = ns % PKT_NS_PER_S};
}

void pkt_sender_wait(struct pkt_sender *sender, int64_t timeout_ns)
{
    static const int64_t queue_ns = 50 * 1000; /* a gigabit carries 75 of the smallest frames meanwhile */
    if (sender->lack == PKT_SENDER_LACKS_NOTHING || timeout_ns <= 0)
        return;
    bool polls = sender->lack == PKT_SENDER_LACKS_BUFFER && sender->fd >= 0;
    struct timespec timeout = timespec_of(polls || timeout_ns < queue_ns ? timeout_ns : queue_ns);
    if (!polls) {
        nanosleep(&timeout, NULL);
        return;
    }
    struct pollfd fd = {.fd = sender->fd, .events = POLLOUT};
    ppoll(&fd, 1, &timeout, NULL);
    if (sender->ops->drain != NULL)
        sender->ops->drain(sender); /* else POLLERR ends the next wait at once */
}

unsigned pkt_sender_stamps(struct pkt_sender *sender, struct pkt_transmit_stamp *ret_stamps, unsigned max)
{
    if (sender->ops->stamps == NULL)
        return 0;
    sender->ops->drain(sender);
    return sender->ops->stamps(sender, ret_stamps, max);
}

unsigned pkt_sender_complete(struct pkt_sender *sender, struct pkt_room packet)
{
    return sender->ops->complete == NULL ? 0 : sender->ops->complete(sender, packet);
}

void pkt_sender_close(struct pkt_sender *sender)
{
    if (sender != NULL)
        sender->ops->close(sender);
}

int pkt_sender_fd(const struct pkt_sender *sender)
{
    return sender->fd;
}

void pkt_sender_get_info(const struct pkt_sender *sender, struct pkt_sender_info *ret_info)
{
    *ret_info = sender->info;
}

void pkt_sender_get_statistics(const struct pkt_sender *sender, struct pkt_sender_statistics *ret_statistics)
{
    *ret_statistics = sender->statistics;
}

uint64_t pkt_sender_get_refused(const struct pkt_sender *sender, int system_errno)
{
    return sender->refused[system_errno > 0 && system_errno < SENDER_ERRNOS ? system_errno : 0];
}

const char *pkt_sender_kind_name(int kind)
{
    static const char *const names[] = {"unknown", "icmp4",  "icmp6",  "raw4",     "raw6",
                                        "packet",  "libnet", "custom", "rawicmp4", "rawicmp6"};
    return kind > 0 && kind <= PKT_SENDER_RAW_ICMP6 ? names[kind] : names[0];
}
