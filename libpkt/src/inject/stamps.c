/*
 * Transmit timestamps and errors from the error queue.
 */
#include "stamps.h"
#include "fail.h"

#include "pkt/clock.h"

#include <time.h> /* <linux/errqueue.h> does not include it */

#include <errno.h>
#include <linux/errqueue.h>
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
    CONTROL_SIZE = PKT_TIMESTAMP_CONTROL_SIZE,
    QUOTE_SIZE = 576, /* of a packet that caused an error: what routers quote of it */
};

static int enable(const struct stamps *stamps, const struct pkt_sender *sender,
                  struct pkt_error *reterr_error)
{
    struct pkt_timestamp_options options = {
        .size = sizeof options, .transmit = sender->info.stamps, .receive = stamps->receives};
    return pkt_timestamp_enable(sender->fd, &options, reterr_error);
}

int stamps_open(struct stamps *stamps, struct pkt_sender *sender, const struct pkt_sender_options *options,
                struct pkt_error *reterr_error)
{
    *stamps = (struct stamps){
        .on_error = options->on_error, .context = options->context, .receives = options->receive_stamps};
    if (options->stamps == 0)
        return stamps->receives ? enable(stamps, sender, reterr_error) : 0;
    stamps->size = options->stamps_max == 0 ? RING_SIZE : options->stamps_max;
    if (stamps->size > RING_SIZE_MAX)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "%s: at most %d stamps are kept", sender->name,
                           RING_SIZE_MAX);
    stamps->ring = calloc(stamps->size, sizeof *stamps->ring);
    if (stamps->ring == NULL)
        return inject_fail(reterr_error, PKT_E_MEMORY, "%s: out of memory", sender->name);
    int buffer = RECEIVE_BUFFER;
    (void)setsockopt(sender->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    int result = enable(stamps, sender, reterr_error);
    if (result < 0)
        stamps_close(stamps);
    return result;
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

/* The kernel counts from 0 whenever stamps are switched on. */
static void restart_count(struct stamps *stamps, struct pkt_sender *sender)
{
    struct pkt_error ignored; /* it was possible before */
    (void)enable(stamps, sender, &ignored);
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

static bool find_number(const struct stamps *stamps, const struct pkt_sender *sender, uint32_t mark,
                        int64_t wall_ns, uint64_t *ret_number)
{
    if (!stamps->counted)
        return pkt_timestamp_number(mark, sender->number, ret_number);
    if (wall_ns != 0 && wall_ns < stamps->base_wall_ns)
        return false; /* left before the count began */
    uint64_t end = stamps->shifted ? stamps->certain_end : sender->number;
    if (!pkt_timestamp_number(mark, end - stamps->base, ret_number))
        return false;
    *ret_number += stamps->base;
    return true;
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

static void take_stamp(struct stamps *stamps, struct pkt_sender *sender,
                       const struct pkt_timestamp_report *report)
{
    struct pkt_transmit_stamp stamp = {.point = report->point, .time = report->time};
    if (stamp.point == PKT_STAMP_HARDWARE)
        stamp.card = report->card;
    if (!find_number(stamps, sender, report->mark, report->time.ns, &stamp.number)) {
        sender->statistics.stamps_unnumbered++;
        return;
    }
    sender->statistics.stamps_received++;
    keep(stamps, sender, &stamp);
}

static void put_offender(const struct sockaddr *offender, struct pkt_sender_error *ret_error)
{
    if (offender->sa_family == AF_INET)
        memcpy(&ret_error->offender4, &((const struct sockaddr_in *)(const void *)offender)->sin_addr, 4);
    ret_error->is_ip6 = offender->sa_family == AF_INET6;
    if (ret_error->is_ip6)
        memcpy(&ret_error->offender6, &((const struct sockaddr_in6 *)(const void *)offender)->sin6_addr, 16);
}

static void take_error(struct stamps *stamps, struct pkt_sender *sender, const struct sock_extended_err *from,
                       struct pkt_view bytes)
{
    sender->statistics.errors_received++;
    if (stamps->on_error == NULL)
        return;
    struct pkt_sender_error error = {.origin = from->ee_origin,
                                     .system_errno = (int)from->ee_errno,
                                     .type = from->ee_type,
                                     .code = from->ee_code,
                                     .info = from->ee_info,
                                     .bytes = bytes};
    put_offender(SO_EE_OFFENDER(from), &error);
    stamps->on_error(stamps->context, &error);
}

static bool is_error(const struct cmsghdr *header)
{
    return (header->cmsg_level == SOL_IP && header->cmsg_type == IP_RECVERR) ||
           (header->cmsg_level == SOL_IPV6 && header->cmsg_type == IPV6_RECVERR);
}

static void take_message(struct stamps *stamps, struct pkt_sender *sender, struct msghdr *message,
                         struct pkt_view bytes)
{
    struct pkt_timestamp_report report;
    if (pkt_timestamp_read_transmit(message, &report)) {
        take_stamp(stamps, sender, &report);
        return;
    }
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        if (is_error(c))
            take_error(stamps, sender, (const struct sock_extended_err *)(const void *)CMSG_DATA(c), bytes);
    }
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
