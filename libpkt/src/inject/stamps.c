/*
 * Transmit timestamps and errors from the error queue.
 */
#include "stamps.h"
#include "fail.h"

#include "pkt/clock.h"

#include <errno.h>
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
};

static int enable(const struct stamps *stamps, const struct pkt_sender *sender,
                  struct pkt_error *reterr_error)
{
    struct pkt_timestamp_options options = {.size = sizeof options,
                                            .transmit = sender->info.stamps,
                                            .receive = stamps->receives,
                                            .receive_hardware = stamps->receives_card};
    return pkt_timestamp_enable(sender->fd, &options, reterr_error);
}

int stamps_open(struct stamps *stamps, struct pkt_sender *sender, const struct pkt_sender_options *options,
                struct pkt_error *reterr_error)
{
    *stamps = (struct stamps){.on_error = options->on_error,
                              .context = options->context,
                              .receives = options->receive_stamps,
                              .receives_card = options->receive_stamps_card};
    if (options->stamps == 0)
        return stamps->receives || stamps->receives_card ? enable(stamps, sender, reterr_error) : 0;
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
    if (sender->ops->drain != NULL)
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
static void shift(struct stamps *stamps, const struct pkt_sender *sender, unsigned went)
{
    if (stamps->shifted)
        return;
    stamps->shifted = true;
    stamps->certain_end = sender->number + went;
    stamps->shifted_ns = pkt_mono_now().ns;
}

unsigned stamps_limit(const struct stamps *stamps, unsigned count)
{
    return stamps->ring != NULL && stamps->counted && !stamps->batches ? 1 : count;
}

bool stamps_end(struct stamps *stamps, const struct pkt_sender *sender, unsigned count, unsigned went,
                int system_errno)
{
    if (stamps->ring == NULL)
        return false;
    bool unknown = system_errno == 0 && went < count; /* a failure in the middle of a batch */
    if (stamps->counted && (unknown || (system_errno != 0 && may_be_counted(sender, system_errno))))
        shift(stamps, sender, went);
    if (stamps->counted)
        return false;
    stamps->proven = stamps->proven || went > 0;
    if (stamps->proven || system_errno != EINVAL)
        return false;
    /* Or the packet was invalid itself: then counting is as good. */
    stamps->counted = true;
    shift(stamps, sender, 0);
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

bool stamps_number(const struct stamps *stamps, struct pkt_sender *sender,
                   const struct pkt_timestamp_report *report, struct pkt_transmit_stamp *ret_stamp)
{
    *ret_stamp = (struct pkt_transmit_stamp){.point = report->point, .time = report->time};
    if (report->point == PKT_STAMP_HARDWARE)
        ret_stamp->card = report->card;
    bool known = find_number(stamps, sender, report->mark, report->time.ns, &ret_stamp->number);
    if (known)
        sender->statistics.stamps_received++;
    else
        sender->statistics.stamps_unnumbered++;
    return known;
}

static void put_offender(const struct error_queue_error *from, struct pkt_sender_error *ret_error)
{
    ret_error->is_ip6 = from->offender.any.sa_family == AF_INET6;
    if (from->offender.any.sa_family == AF_INET)
        memcpy(&ret_error->offender4, &from->offender.ip4.sin_addr, 4);
    if (ret_error->is_ip6)
        memcpy(&ret_error->offender6, &from->offender.ip6.sin6_addr, 16);
}

static void take_error(struct stamps *stamps, struct pkt_sender *sender, const struct error_queue_error *from,
                       struct pkt_view bytes)
{
    sender->statistics.errors_received++;
    if (stamps->on_error == NULL)
        return;
    struct pkt_sender_error error = {.origin = from->error.ee_origin,
                                     .system_errno = (int)from->error.ee_errno,
                                     .type = from->error.ee_type,
                                     .code = from->error.ee_code,
                                     .info = from->error.ee_info,
                                     .bytes = bytes};
    put_offender(from, &error);
    stamps->on_error(stamps->context, &error);
}

static void take_message(struct stamps *stamps, struct pkt_sender *sender, unsigned i)
{
    struct pkt_timestamp_report report;
    struct pkt_transmit_stamp stamp;
    struct error_queue_error error;
    if (pkt_timestamp_read_transmit(&stamps->queue.messages[i].msg_hdr, &report)) {
        if (stamps_number(stamps, sender, &report, &stamp))
            keep(stamps, sender, &stamp);
    } else if (error_queue_error(&stamps->queue, i, &error)) {
        take_error(stamps, sender, &error, error_queue_bytes(&stamps->queue, i));
    }
}

/* Takes a batch of messages; false when the queue is empty now. */
static bool drain_some(struct stamps *stamps, struct pkt_sender *sender)
{
    unsigned count = error_queue_read(&stamps->queue, sender->fd);
    for (unsigned i = 0; i < count; i++)
        take_message(stamps, sender, i);
    return count == ERROR_QUEUE_BATCH;
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
