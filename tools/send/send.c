/* SPDX-License-Identifier: BSD-2-Clause */
#include "send.h"

#include "common/message.h"
#include "common/stop.h"
#include "pkt/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

enum {
    SPIN_NS = 60 * 1000,       /* the end of a wait that is spent turning: a timer alone comes later */
    LACK_NS = 2 * 1000 * 1000, /* how long to wait at once for room in a queue */
    LISTEN_SLICE_NS = 100 * 1000 * 1000,
    STAMPS_AT_ONCE = 64,
};

/* --- answers --- */

/*
 * Transmit timestamps correct the times of probes. A sender numbers the packets that it was offered, from 0;
 * that tells which they were as long as there is one sender.
 */
static void take_stamps(struct send *send)
{
    struct pkt_transmit_stamp stamps[STAMPS_AT_ONCE];
    unsigned count;
    if (send->carrier->sender_count != 1)
        return;
    while ((count = pkt_sender_stamps(send->carrier->senders[0].sender, stamps, STAMPS_AT_ONCE)) > 0)
        for (unsigned i = 0; i < count; i++)
            pkt_probes_stamp(send->listener->probes, send->numbers[stamps[i].number % SEND_OFFERED],
                             stamps[i].time);
}

static void hear(struct send *send)
{
    struct pkt_answer answer;
    struct pkt_wall time;
    if (send->listener == NULL)
        return;
    take_stamps(send);
    while (!stop_is_requested() && listen_next(send->listener, &answer, &time)) {
        send->answers++;
        pkt_diagnose(&send->listener->packet);
        struct send_heard heard = {&send->listener->packet, &answer, time};
        send->report->answer(send, &heard);
    }
}

/* --- one batch --- */

static void note_sent(struct send *send, const struct send_item *item, struct pkt_wall time)
{
    struct pkt_packet packet;
    send->sent++;
    send->sent_bytes += item->bytes.len;
    if (send->listener == NULL)
        return;
    pkt_decode(item->bytes, (uint32_t)item->bytes.len, item->linktype, 0, &packet);
    send->probes += pkt_probes_sent(send->listener->probes, &packet, send->settled, time);
}

/* A packet has met its fate. */
static void settle(struct send *send, const struct send_item *item, struct pkt_wall time, int system_errno)
{
    send->settled++;
    if (system_errno == 0)
        note_sent(send, item, time);
    else
        send->refused++;
    if (system_errno != 0 || send->options->print || send->options->hex)
        send->report->packet(send, item, send->settled, time, system_errno);
}

/* Gives the carrier those of the batch that leave by the same sender; returns how many were settled. */
static unsigned send_some(struct send *send, const struct send_item *items, unsigned count,
                          struct carrier_sender *carrier)
{
    struct pkt_outgoing outgoing[ENGINE_BATCH];
    int errnos[ENGINE_BATCH];
    unsigned same = 0;
    while (same < count && items[same].refusal == 0 && carrier_fits(send->carrier, carrier, &items[same])) {
        outgoing[same] = (struct pkt_outgoing){.bytes = items[same].bytes};
        same++;
    }
    /* What the kernel would fill in is filled in before, and so shown as it leaves. */
    for (unsigned i = 0; i < same && carrier->kind == PKT_SENDER_RAW4; i++)
        if (items[i].writable != NULL)
            (void)pkt_sender_complete(carrier->sender, pkt_room_make(items[i].writable, items[i].bytes.len));
    struct pkt_wall time = pkt_wall_now();
    unsigned settled = pkt_sender_send(carrier->sender, outgoing, same, errnos);
    for (unsigned i = 0; i < settled; i++) {
        if (send->listener != NULL)
            send->numbers[send->offered++ % SEND_OFFERED] = send->settled + 1;
        settle(send, &items[i], time, errnos[i]);
    }
    if (settled < same)
        pkt_sender_wait(carrier->sender, LACK_NS);
    return settled;
}

static unsigned to_wire(struct send *send, const struct send_item *items, unsigned count)
{
    if (items->refusal != 0) {
        settle(send, items, pkt_wall_now(), items->refusal);
        return 1;
    }
    struct carrier_sender *carrier = carrier_choose(send->carrier, items, &send->error);
    return carrier == NULL ? 0 : send_some(send, items, count, carrier);
}

static unsigned to_file(struct send *send, const struct send_item *items, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct pkt_frame frame = {.bytes = items[i].bytes,
                                  .wire_len = (uint32_t)items[i].bytes.len,
                                  .linktype = items[i].linktype,
                                  .time = pkt_wall_now(),
                                  .time_digits = 9,
                                  .flags = PKT_FRAME_HAS_TIME};
        if (pkt_saver_frame(send->saver, &frame, &send->error) != 0)
            return i;
        settle(send, &items[i], frame.time, 0);
    }
    return count;
}

static unsigned to_nobody(struct send *send, const struct send_item *items, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        settle(send, &items[i], pkt_wall_now(), 0);
    return count;
}

static void deliver(struct send *send, unsigned count)
{
    static unsigned (*const targets[])(struct send *, const struct send_item *, unsigned) = {
        [SEND_TO_WIRE] = to_wire, [SEND_TO_FILE] = to_file, [SEND_TO_NOBODY] = to_nobody};
    struct send_engine *engine = send->engine;
    unsigned settled = targets[send->target](send, engine->batch + engine->settled, count);
    send->ended = pkt_mono_now();
    engine_settle(engine, settled, send->ended);
}

/* --- waiting --- */

/* Sleeps until `until`, or until something is heard or a signal comes. */
static void sleep_until(struct send *send, struct pkt_mono until)
{
    int64_t left = pkt_mono_since(until, pkt_mono_now());
    if (left > SPIN_NS) {
        struct pollfd heard = {.fd = send->listener == NULL ? -1 : send->listener->fd, .events = POLLIN};
        int64_t sleep = left - SPIN_NS;
        struct timespec time = {sleep / PKT_NS_PER_S, sleep % PKT_NS_PER_S};
        out_sink_flush(&send->sink);
        if (ppoll(&heard, 1, &time, NULL) != 0)
            return;
    }
    while (pkt_mono_since(until, pkt_mono_now()) > 0 && !stop_is_requested())
        continue;
}

/* Waits for answers after the last packet: also for second ones, and for those of many to a group. */
static void listen_on(struct send *send)
{
    struct pkt_mono until = {pkt_mono_now().ns + send->options->listen_ns};
    int64_t left;
    while (!stop_is_requested() && (left = pkt_mono_since(until, pkt_mono_now())) > 0) {
        struct pollfd heard = {.fd = send->listener->fd, .events = POLLIN};
        int64_t slice = left < LISTEN_SLICE_NS ? left : LISTEN_SLICE_NS;
        struct timespec time = {0, slice};
        out_sink_flush(&send->sink);
        (void)ppoll(&heard, 1, &time, NULL);
        hear(send);
    }
    send->interrupted = stop_is_requested();
}

/* --- the run --- */

/* Packets as they are due, until the last, an error or a signal. */
static void send_all(struct send *send)
{
    struct send_engine *engine = send->engine;
    while (send->error.code == 0 && !out_has_failed(send->out)) {
        if (stop_is_requested()) {
            send->interrupted = true;
            return;
        }
        unsigned count = engine_collect(engine, pkt_mono_now());
        hear(send);
        if (count > 0)
            deliver(send, count);
        else if (engine->state != ENGINE_RUNS)
            break;
        else
            sleep_until(send, engine_next(engine));
    }
    if (engine->state == ENGINE_FAILED && send->error.code == 0)
        send->error = engine->error;
}

/* Ends the file: what is on it, and not what was given to the saver, is saved. */
static void finish_file(struct send *send)
{
    struct pkt_saver_statistics saved;
    struct pkt_error error;
    int result = pkt_saver_finish(send->saver, &saved, &error);
    send->saver = NULL;
    send->bytes_unknown = saved.packets != send->sent;
    send->sent = saved.packets;
    if (result == 0)
        return;
    if (error.system_errno == EPIPE && out_is_standard(send->options->save))
        out_die_of_closed_pipe();
    if (send->error.code == 0)
        send->error = error;
}

static enum tool_status conclude(const struct send *send)
{
    if (send->error.code != 0)
        message_error("%s", send->error.sentence);
    if (send->interrupted)
        message_error("interrupted after %llu %s", (unsigned long long)send->settled,
                      message_plural(send->settled, "packet", "packets"));
    if (send->error.code != 0 || send->interrupted || send->refused > 0)
        return TOOL_ERROR;
    return send->listener != NULL && send->answers == 0 ? TOOL_NO : TOOL_OK;
}

enum tool_status send_run(struct send *send, const struct engine_settings *settings,
                          struct send_supply *supply)
{
    send->begun = send->ended = pkt_mono_now();
    if (!engine_start(send->engine, settings, supply, send->begun))
        send->error = (struct pkt_error){.code = PKT_E_ARGUMENT, .sentence = "this rate cannot be kept"};
    send->report->begin(send);
    send_all(send);
    if (send->listener != NULL && send->error.code == 0 && !send->interrupted)
        listen_on(send);
    if (send->listener != NULL)
        listen_count(send->listener);
    if (send->saver != NULL)
        finish_file(send);
    send->report->end(send);
    out_sink_flush(&send->sink);
    return conclude(send);
}
