/*
 * Transmit timestamps and errors from the error queue.
 */
#include "stamps.h"
#include "fail.h"

#include "pkt/clock.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#ifndef SCM_TS_OPT_ID
#define SCM_TS_OPT_ID \
    81 /* <asm-generic/socket.h> of Linux 6.13; other numbers on sparc and parisc are refused there */
#endif

enum {
    RING_SIZE = 4096,
    RING_SIZE_MAX = 1 << 24,
    RECEIVE_BUFFER = 1 << 20, /* a stamp takes near 800 bytes of it; net.core.rmem_max may allow less */
    CONTROL_SIZE = 512,
    QUOTE_SIZE = 576, /* of a packet that caused an error: what routers quote of it */
};

static uint32_t timestamping_flags(unsigned points)
{
    uint32_t flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
    if (points & PKT_STAMP_SCHEDULED)
        flags |= SOF_TIMESTAMPING_TX_SCHED;
    if (points & PKT_STAMP_SOFTWARE)
        flags |= SOF_TIMESTAMPING_TX_SOFTWARE;
    if (points & PKT_STAMP_HARDWARE)
        flags |= SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
    if ((points & PKT_STAMP_HARDWARE) && (points & PKT_STAMP_SOFTWARE))
        flags |= SOF_TIMESTAMPING_OPT_TX_SWHW;
    return flags;
}

static int set_timestamping(int fd, uint32_t flags)
{
    return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags);
}

int stamps_open(struct stamps *stamps, struct pkt_sender *sender, const struct pkt_sender_options *options,
                struct pkt_error *reterr_error)
{
    *stamps = (struct stamps){.on_error = options->on_error, .context = options->context};
    if (options->stamps == 0)
        return 0;
    stamps->size = options->stamps_max == 0 ? RING_SIZE : options->stamps_max;
    if (stamps->size > RING_SIZE_MAX)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "%s: at most %d stamps are kept", sender->name,
                           RING_SIZE_MAX);
    stamps->ring = calloc(stamps->size, sizeof *stamps->ring);
    if (stamps->ring == NULL)
        return inject_fail(reterr_error, PKT_E_MEMORY, "%s: out of memory", sender->name);
    int buffer = RECEIVE_BUFFER;
    (void)setsockopt(sender->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (set_timestamping(sender->fd, timestamping_flags(options->stamps)) < 0) {
        inject_fail_system(reterr_error, "%s: no transmit timestamps", sender->name);
        stamps_close(stamps);
        return PKT_E_SYSTEM;
    }
    return 0;
}

void stamps_close(struct stamps *stamps)
{
    free(stamps->ring);
    stamps->ring = NULL;
}

static uint64_t count_answers(const struct pkt_sender *sender)
{
    return sender->statistics.stamps_received + sender->statistics.stamps_unnumbered;
}

/* SOF_TIMESTAMPING_OPT_ID starts counting at 0 whenever it goes from off to on. */
static void restart_count(struct stamps *stamps, struct pkt_sender *sender)
{
    uint32_t flags = timestamping_flags(sender->info.stamps);
    (void)set_timestamping(sender->fd, flags & ~(uint32_t)SOF_TIMESTAMPING_OPT_ID);
    (void)set_timestamping(sender->fd, flags);
    stamps->base = sender->number;
    stamps->base_wall_ns = pkt_wall_now().ns;
    stamps->expected = sender->statistics.stamps_expected;
    stamps->answered = count_answers(sender);
    stamps->shifted = false;
}

/* Whether a stamp of this count may still come. One that does not come in a second is lost. */
static bool is_under_way(const struct stamps *stamps, const struct pkt_sender *sender)
{
    uint64_t expected = sender->statistics.stamps_expected - stamps->expected;
    return count_answers(sender) - stamps->answered < expected &&
           pkt_mono_now().ns - stamps->shifted_ns < PKT_NS_PER_S;
}

void stamps_begin(struct stamps *stamps, struct pkt_sender *sender)
{
    if (stamps->ring == NULL || !stamps->counted || !stamps->shifted)
        return;
    stamps_drain(stamps, sender);
    if (!is_under_way(stamps, sender))
        restart_count(stamps, sender);
}

bool stamps_wants_mark(const struct stamps *stamps)
{
    return stamps->ring != NULL && !stamps->counted;
}

void stamps_put_mark(uint8_t *control, uint64_t number)
{
    struct cmsghdr header = {
        .cmsg_len = CMSG_LEN(sizeof(uint32_t)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_TS_OPT_ID};
    uint32_t mark = (uint32_t)number;
    memcpy(control, &header, sizeof header);
    memcpy(control + CMSG_LEN(0), &mark, sizeof mark);
}

/* A full buffer is noticed before a packet is counted, but for datagram ICMP. */
static bool may_be_counted(const struct pkt_sender *sender, int system_errno)
{
    return system_errno != EAGAIN || sender->info.layer == PKT_SENDER_LAYER_MESSAGE;
}

/* The packets to come have a count that is not known. */
static void shift(struct stamps *stamps, const struct pkt_sender *sender)
{
    if (stamps->shifted)
        return;
    stamps->shifted = true;
    stamps->certain_end = sender->number;
    stamps->shifted_ns = pkt_mono_now().ns;
}

unsigned stamps_limit(const struct stamps *stamps, unsigned count)
{
    return stamps->ring != NULL && stamps->counted ? 1 : count;
}

bool stamps_end(struct stamps *stamps, const struct pkt_sender *sender, unsigned went, int system_errno)
{
    if (stamps->ring == NULL)
        return false;
    if (stamps->counted && system_errno != 0 && may_be_counted(sender, system_errno))
        shift(stamps, sender);
    if (stamps->counted)
        return false;
    stamps->proven = stamps->proven || went > 0;
    if (stamps->proven || system_errno != EINVAL)
        return false;
    /* Or the packet was invalid itself: then counting is as good. */
    stamps->counted = true;
    shift(stamps, sender);
    return true;
}

/* --- what came --- */

/* One message of the error queue. */
struct report {
    const struct sock_extended_err *error; /* NULL: none */
    const struct sockaddr *offender;
    struct timespec times[3]; /* software, (unused), hardware */
    struct pkt_view bytes;
};

/* The greatest number below end whose low 32 bits are mark; false where there is none. */
static bool expand_mark(uint32_t mark, uint64_t end, uint64_t *ret_number)
{
    uint64_t back = (uint32_t)((uint32_t)end - 1 - mark); /* from the last number */
    if (back >= end)
        return false;
    *ret_number = end - 1 - back;
    return true;
}

static bool find_number(const struct stamps *stamps, const struct pkt_sender *sender, uint32_t mark,
                        int64_t wall_ns, uint64_t *ret_number)
{
    if (!stamps->counted)
        return expand_mark(mark, sender->number, ret_number);
    if (wall_ns != 0 && wall_ns < stamps->base_wall_ns)
        return false; /* left before the count began */
    uint64_t end = stamps->shifted ? stamps->certain_end : sender->number;
    if (!expand_mark(mark, end - stamps->base, ret_number))
        return false;
    *ret_number += stamps->base;
    return true;
}

static int64_t ns_of(struct timespec time)
{
    return time.tv_sec * PKT_NS_PER_S + time.tv_nsec;
}

static int point_of(const struct report *report)
{
    if (report->error->ee_info == SCM_TSTAMP_SCHED)
        return PKT_STAMP_SCHEDULED;
    return ns_of(report->times[0]) != 0 ? PKT_STAMP_SOFTWARE : PKT_STAMP_HARDWARE;
}

static void keep(struct stamps *stamps, struct pkt_sender *sender, const struct pkt_transmit_stamp *stamp)
{
    if (stamps->count == stamps->size) {
        stamps->first = (stamps->first + 1) % stamps->size;
        stamps->count--;
        sender->statistics.stamps_dropped++;
    }
    stamps->ring[(stamps->first + stamps->count++) % stamps->size] = *stamp;
}

static void take_stamp(struct stamps *stamps, struct pkt_sender *sender, const struct report *report)
{
    struct pkt_transmit_stamp stamp = {.point = point_of(report)};
    stamp.time.ns = ns_of(report->times[0]);
    stamp.card.ns = stamp.point == PKT_STAMP_HARDWARE ? ns_of(report->times[2]) : 0;
    if (!find_number(stamps, sender, report->error->ee_data, stamp.time.ns, &stamp.number)) {
        sender->statistics.stamps_unnumbered++;
        return;
    }
    sender->statistics.stamps_received++;
    keep(stamps, sender, &stamp);
}

static void take_error(struct stamps *stamps, struct pkt_sender *sender, const struct report *report)
{
    sender->statistics.errors_received++;
    if (stamps->on_error == NULL)
        return;
    struct pkt_sender_error error = {
        .origin = report->error->ee_origin,
        .system_errno = (int)report->error->ee_errno,
        .type = report->error->ee_type,
        .code = report->error->ee_code,
        .info = report->error->ee_info,
        .bytes = report->bytes,
    };
    if (report->offender->sa_family == AF_INET)
        memcpy(&error.offender4, &((const struct sockaddr_in *)(const void *)report->offender)->sin_addr, 4);
    error.is_ip6 = report->offender->sa_family == AF_INET6;
    if (error.is_ip6)
        memcpy(&error.offender6, &((const struct sockaddr_in6 *)(const void *)report->offender)->sin6_addr,
               16);
    stamps->on_error(stamps->context, &error);
}

static bool is_extended_error(const struct cmsghdr *header)
{
    return (header->cmsg_level == SOL_PACKET && header->cmsg_type == 16 /* PACKET_TX_TIMESTAMP */) ||
           (header->cmsg_level == SOL_IP && header->cmsg_type == IP_RECVERR) ||
           (header->cmsg_level == SOL_IPV6 && header->cmsg_type == IPV6_RECVERR);
}

static void read_control(struct msghdr *message, struct report *ret_report)
{
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
         header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_TIMESTAMPING)
            memcpy(ret_report->times, CMSG_DATA(header), sizeof ret_report->times);
        if (!is_extended_error(header))
            continue;
        ret_report->error = (const struct sock_extended_err *)(const void *)CMSG_DATA(header);
        ret_report->offender = SO_EE_OFFENDER(ret_report->error);
    }
}

static void take_message(struct stamps *stamps, struct pkt_sender *sender, struct msghdr *message,
                         struct pkt_view bytes)
{
    struct report report = {.bytes = bytes};
    read_control(message, &report);
    if (report.error == NULL)
        return;
    if (report.error->ee_origin != SO_EE_ORIGIN_TIMESTAMPING)
        take_error(stamps, sender, &report);
    else if (stamps->ring != NULL)
        take_stamp(stamps, sender, &report);
}

/* Takes up to STAMPS_QUEUE_BATCH messages; false when the queue is empty now. */
static bool drain_some(struct stamps *stamps, struct pkt_sender *sender)
{
    _Alignas(struct cmsghdr) uint8_t controls[STAMPS_QUEUE_BATCH][CONTROL_SIZE];
    uint8_t quotes[STAMPS_QUEUE_BATCH][QUOTE_SIZE];
    struct iovec vectors[STAMPS_QUEUE_BATCH];
    struct mmsghdr messages[STAMPS_QUEUE_BATCH];
    for (unsigned i = 0; i < STAMPS_QUEUE_BATCH; i++) {
        vectors[i] = (struct iovec){quotes[i], QUOTE_SIZE};
        messages[i] = (struct mmsghdr){
            .msg_hdr = {.msg_iov = &vectors[i],
                        .msg_iovlen = 1,
                        .msg_control = controls[i],
                        .msg_controllen = CONTROL_SIZE}
        };
    }
    int count = recvmmsg(sender->fd, messages, STAMPS_QUEUE_BATCH, MSG_ERRQUEUE | MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++)
        take_message(stamps, sender, &messages[i].msg_hdr, pkt_view_make(quotes[i], messages[i].msg_len));
    return count == STAMPS_QUEUE_BATCH;
}

void stamps_drain(struct stamps *stamps, struct pkt_sender *sender)
{
    while (drain_some(stamps, sender))
        continue;
}

unsigned stamps_take(struct stamps *stamps, struct pkt_transmit_stamp *ret_stamps, unsigned max)
{
    unsigned count = stamps->count < max ? stamps->count : max;
    for (unsigned i = 0; i < count; i++)
        ret_stamps[i] = stamps->ring[(stamps->first + i) % stamps->size];
    if (count > 0)
        stamps->first = (stamps->first + count) % stamps->size;
    stamps->count -= count;
    return count;
}
