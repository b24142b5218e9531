/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine.h"

#include "common/memory.h"
#include "pkt/icmp.h"
#include "record.h"
#include "schedule.h"
#include "tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    PROBES_BYTES_MAX = 256 << 20, /* of the table of echoes under way */
    TIMES_BYTES_MAX = 64 << 20,   /* of all targets' times together */
    TIMEOUT_NS_SWEEP = 500000000,
    HEADER_LEN = 8, /* of an echo (RFC 792, RFC 4443 4.1) */
    SEQUENCE_OFF = 6,
};
#define TIMEOUT_NS_DEFAULT (2 * PKT_NS_PER_S)
#define LINGER_NS_DEFAULT  (10 * PKT_NS_PER_S) /* as ping(8) waits for a last reply where none ever came */

static int compare_targets(const void *a, const void *b, void *targets)
{
    const struct ping_target *all = targets;
    return words_compare(all[*(const uint32_t *)a].address, all[*(const uint32_t *)b].address);
}

static bool sort_targets(struct ping_engine *engine)
{
    struct ping *ping = engine->ping;
    engine->by_address = malloc(ping->target_count * sizeof *engine->by_address);
    if (engine->by_address == NULL)
        return false;
    for (uint32_t i = 0; i < ping->target_count; i++)
        engine->by_address[i] = i;
    qsort_r(engine->by_address, ping->target_count, sizeof *engine->by_address, compare_targets,
            ping->targets);
    return true;
}

/* The target of an address; NULL: it is none of ours. */
static struct ping_target *target_of(const struct ping_engine *engine, struct pkt_ip address)
{
    uint32_t low = 0, high = engine->ping->target_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct ping_target *target = &engine->ping->targets[engine->by_address[middle]];
        int order = words_compare(target->address, address);
        if (order == 0)
            return target;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int64_t timeout_of(const struct ping *ping)
{
    if (ping->options->wait_ns >= 0)
        return ping->options->wait_ns;
    return ping->sweeps ? TIMEOUT_NS_SWEEP : TIMEOUT_NS_DEFAULT;
}

bool engine_start(struct ping_engine *engine, struct ping *ping, const struct engine_port *port,
                  const uint8_t key[16], const uint16_t identifiers[2])
{
    const struct pkt_memory memory = memory_of_heap(PROBES_BYTES_MAX);
    const struct pkt_echo_options options = {.size = sizeof options, .secret = memory_secret()};
    *engine = (struct ping_engine){.ping = ping, .port = port};
    memcpy(engine->key, key, sizeof engine->key);
    memcpy(engine->identifiers, identifiers, sizeof engine->identifiers);
    engine->timeout_ns = timeout_of(ping);
    engine->echo = pkt_echo_create(&memory, &options);
    if (engine->echo == NULL || !sort_targets(engine))
        return false;
    schedule_start(engine, port->now(port->context));
    return true;
}

void engine_stop(struct ping_engine *engine)
{
    pkt_echo_destroy(engine->echo);
    free(engine->by_address);
    *engine = (struct ping_engine){.is_over = true};
}

uint64_t engine_tag(const struct ping_engine *engine, const struct ping_target *target, uint64_t number)
{
    return pkt_echo_tag(engine->key, target->address, engine->identifiers[target->address.version == 6],
                        number);
}

/* --- what is under way --- */

static void settle(struct ping_engine *engine, const struct pkt_echo_probe *probe)
{
    struct ping *ping = engine->ping;
    struct ping_target *target = &ping->targets[probe->target];
    bool answered = probe->state == PKT_ECHO_ANSWERED;
    tally_settle(ping, target, answered, probe->sent);
    if (probe->state == PKT_ECHO_LOST) {
        ping->report->timeout(ping, target, probe->sequence);
        if (ping->record != NULL)
            record_lost(ping->record, probe);
    }
    if (!answered)
        ping->silent(ping, target);
}

void engine_give_up(struct ping_engine *engine, struct pkt_mono now)
{
    struct pkt_echo_probe probe;
    engine->gave_up = now;
    while (pkt_echo_settle(engine->echo, now, engine->timeout_ns, &probe))
        settle(engine, &probe);
}

/* An echo that was too long for this machine, where that was not said yet. */
static void say_too_long(struct ping_engine *engine)
{
    if (engine->too_long.target != NULL)
        engine->ping->report->error(engine->ping, &engine->too_long);
    engine->too_long.target = NULL;
}

/*
 * Probes are given in their order: those that wait hide what became of those behind them. Where the time to
 * wait for the last reply is over, nothing waits any more; where a run was ended early, it does.
 */
void engine_end(struct ping_engine *engine)
{
    struct pkt_echo_probe probe;
    struct pkt_mono now = engine->port->now(engine->port->context);
    bool is_waited =
        engine->ends_is_set && now.ns >= engine->ends.ns && engine->ping->options->deadline_ns == 0;
    say_too_long(engine);
    engine_give_up(engine, now);
    while (pkt_echo_settle(engine->echo, now, 0, &probe))
        if (probe.state != PKT_ECHO_LOST || is_waited)
            settle(engine, &probe);
}

static bool is_anything_under_way(const struct ping_engine *engine)
{
    struct pkt_mono deadline;
    return pkt_echo_deadline(engine->echo, engine->timeout_ns, &deadline);
}

/* --- sending --- */

/* For who wants to know why nothing answers. */
static void note_trouble(struct ping *ping, const struct ping_trouble *trouble)
{
    if (ping->troubles != NULL)
        ping->troubles[trouble->target - ping->targets] = *trouble;
    else if (trouble->target == ping->targets) /* of a sweep, the first stands for all */
        ping->trouble = *trouble;
}

/* An echo that could not be sent counts as sent, and as an error, as ping(8) has it. */
static void refuse(struct ping_engine *engine, struct ping_target *target, uint64_t number, uint32_t sequence,
                   int system_errno)
{
    struct ping *ping = engine->ping;
    const struct ping_error error = {.target = target,
                                     .sequence = sequence,
                                     .is_local = true,
                                     .at_send = true,
                                     .system_errno = system_errno,
                                     .counts = true};
    const struct ping_trouble trouble = {.target = target, .send_errno = system_errno};
    note_trouble(ping, &trouble);
    tally_count(ping, target, PKT_RTT_ERROR);
    (void)pkt_echo_error(engine->echo, number);
    say_too_long(engine);
    if (system_errno == EMSGSIZE)
        engine->too_long = error; /* said with the MTU, which comes on the error queue */
    else
        ping->report->error(ping, &error);
}

static void note(struct ping_engine *engine, const struct engine_probe *probe, int system_errno,
                 struct pkt_mono when)
{
    struct ping *ping = engine->ping;
    struct ping_target *target = probe->target;
    unsigned flags = (target->is_group ? PKT_ECHO_GROUP : 0) | ping->stamps_expected;
    target->sent = probe->sequence;
    tally_sent(ping, target);
    uint64_t number = pkt_echo_sent(engine->echo, (uint32_t)(target - ping->targets),
                                    (uint16_t)probe->sequence, system_errno == 0 ? flags : 0, when);
    if (system_errno != 0) {
        refuse(engine, target, number, probe->sequence, system_errno);
        return;
    }
    ping->report->sent(ping, target);
    if (ping->record != NULL)
        record_sent(ping->record, target, number, (uint16_t)probe->sequence, when);
}

void engine_sent_before(struct ping_engine *engine, struct ping_target *target, uint32_t sequence,
                        struct pkt_mono now, struct pkt_wall stamp)
{
    const struct engine_probe probe = {
        .target = target, .number = pkt_echo_next_number(engine->echo), .sequence = sequence};
    note(engine, &probe, 0, now);
    pkt_echo_stamp(engine->echo, probe.number, stamp);
}

/* -O: the echo before this one has no answer. */
static void say_waiting(struct ping_engine *engine, struct ping_target *target)
{
    struct pkt_echo_probe probe;
    struct ping *ping = engine->ping;
    if (!ping->options->outstanding || target->sent == 0)
        return;
    if (pkt_echo_find_sequence(engine->echo, (uint32_t)(target - ping->targets), (uint16_t)target->sent,
                               &probe) &&
        probe.replies == 0)
        ping->report->waiting(ping, target, target->sent);
}

/* The echoes that are due, as many as go in one call. */
static unsigned collect(struct ping_engine *engine, struct pkt_mono now, struct engine_probe *ret_probes)
{
    unsigned count = 0;
    struct schedule_place place = schedule_place(engine);
    while (count < ENGINE_BATCH && schedule_is_due(engine, &place, now, count)) {
        struct ping_target *target = &engine->ping->targets[place.index];
        ret_probes[count] = (struct engine_probe){.target = target,
                                                  .number = pkt_echo_next_number(engine->echo) + count,
                                                  .sequence = (uint32_t)(place.round + 1)};
        count++;
        if (!schedule_next(engine, &place))
            break;
    }
    return count;
}

static void send_batch(struct ping_engine *engine, struct pkt_mono now)
{
    struct engine_probe probes[ENGINE_BATCH];
    int errnos[ENGINE_BATCH];
    unsigned count = collect(engine, now, probes);
    for (unsigned i = 0; i < count; i++)
        say_waiting(engine, probes[i].target);
    if (count == 0)
        return;
    struct pkt_mono when = engine->port->now(engine->port->context);
    unsigned settled = engine->port->send(engine->port->context, probes, count, errnos);
    for (unsigned i = 0; i < settled; i++) {
        note(engine, &probes[i], errnos[i], when);
        schedule_sent(engine, when);
    }
    if (settled > 0)
        engine->ping->last = when;
    engine->is_blocked = settled < count;
}

/* --- the end --- */

/*
 * How long the last reply is waited for: ping(8) takes two round-trip times where there were any. By the
 * calls: what an echo waits for in a queue of this machine is not in its round-trip time, but the reply comes
 * later all the same.
 */
static int64_t linger_of(const struct ping_engine *engine)
{
    const struct ping *ping = engine->ping;
    struct pkt_rtt_summary summary;
    pkt_rtt_stats_read(&ping->targets[0].stats, &summary);
    if (!summary.has_rtt)
        return ping->options->wait_ns >= 0 ? ping->options->wait_ns : LINGER_NS_DEFAULT;
    int64_t slowest_ns = summary.max_ns > engine->slowest_ns ? summary.max_ns : engine->slowest_ns;
    return 2 * slowest_ns > engine->round_ns ? 2 * slowest_ns : engine->round_ns;
}

/* One target ends as ping(8) does: all answered, or enough waited. */
static void end_single(struct ping_engine *engine)
{
    const struct ping_options *options = engine->ping->options;
    const struct pkt_rtt_stats *stats = &engine->ping->targets[0].stats;
    if (options->deadline_ns > 0 && stats->errors > 0)
        engine->is_over = true;
    /* Of a group others may answer yet. */
    if (options->count > 0 && !engine->ping->targets[0].is_group &&
        stats->received + stats->errors >= options->count)
        engine->is_over = true;
    if (engine->is_over || !schedule_is_done(engine) || (engine->ends_is_set && !engine->lingers))
        return;
    engine->ends = (struct pkt_mono){engine->sent.ns + linger_of(engine)};
    engine->ends_is_set = true;
    /* Of a group replies come one by one; each tells anew how long others may take. */
    engine->lingers = engine->ping->targets[0].is_group;
}

static void end_if_over(struct ping_engine *engine, struct pkt_mono now)
{
    if (engine->ping->target_count == 1 && !engine->ping->sweeps)
        end_single(engine);
    else if (schedule_is_done(engine) && !is_anything_under_way(engine))
        engine->is_over = true;
    if (engine->ends_is_set && now.ns >= engine->ends.ns)
        engine->is_over = true;
}

/* Time counts from the first echo, whatever had to be done before it. */
static void begin(struct ping_engine *engine, struct pkt_mono now)
{
    struct ping *ping = engine->ping;
    engine->has_begun = true;
    ping->begun = ping->last = now;
    schedule_start(engine, now);
    if (ping->options->deadline_ns > 0)
        engine->ends = (struct pkt_mono){now.ns + ping->options->deadline_ns};
    engine->ends_is_set = ping->options->deadline_ns > 0;
}

void engine_turn(struct ping_engine *engine)
{
    struct pkt_mono now = engine->port->now(engine->port->context);
    if (!engine->has_begun)
        begin(engine, now);
    engine_give_up(engine, now);
    schedule_adjust(engine, now, is_anything_under_way(engine));
    end_if_over(engine, now);
    if (!engine->is_over)
        send_batch(engine, now);
    end_if_over(engine, now);
}

struct pkt_mono engine_due(const struct ping_engine *engine)
{
    struct pkt_mono due = {INT64_MAX}, deadline;
    if (!schedule_is_done(engine))
        due = schedule_due(engine);
    if (engine->is_blocked)
        due.ns = engine->port->now(engine->port->context).ns + PKT_NS_PER_S / 1000;
    if (pkt_echo_deadline(engine->echo, engine->timeout_ns, &deadline) && deadline.ns < due.ns)
        due = deadline;
    if (engine->ends_is_set && engine->ends.ns < due.ns)
        due = engine->ends;
    return due;
}

/* --- what comes --- */

static bool is_genuine(const struct ping_engine *engine, const struct pkt_echo_payload *payload,
                       const struct pkt_echo_probe *probe)
{
    return !payload->has_tag ||
           payload->tag == engine_tag(engine, &engine->ping->targets[probe->target], probe->number);
}

/*
 * Which echo a message of ours is, or quotes: by the number in its data where that came along, else by the
 * sequence number and the target. False: none, or its tag is not right.
 */
static bool find_probe(const struct ping_engine *engine, struct pkt_view message, struct pkt_ip address,
                       struct pkt_echo_probe *ret_probe)
{
    struct pkt_echo_payload payload;
    if (message.len < HEADER_LEN)
        return false;
    if (engine->port->find != NULL)
        return engine->port->find(engine->port->context, ret_probe);
    uint16_t sequence = pkt_u16(message, SEQUENCE_OFF);
    pkt_echo_payload_read(pkt_view_clip(message, HEADER_LEN, engine->ping->options->data_len), &payload);
    if (payload.has_number)
        return pkt_echo_find(engine->echo, payload.number, ret_probe) && ret_probe->sequence == sequence &&
               is_genuine(engine, &payload, ret_probe);
    const struct ping_target *target =
        engine->ping->target_count == 1 ? engine->ping->targets : target_of(engine, address);
    return target != NULL &&
           pkt_echo_find_sequence(engine->echo, (uint32_t)(target - engine->ping->targets), sequence,
                                  ret_probe) &&
           is_genuine(engine, &payload, ret_probe);
}

/* A 32-bit sequence number from the 16 bits of the wire: the last one sent that has them. */
static uint32_t whole_sequence(const struct ping_target *target, uint16_t sequence)
{
    return target->sent - (uint16_t)(target->sent - sequence);
}

static struct pkt_echo_arrival arrival_of(const struct pkt_icmp_event *event)
{
    return (struct pkt_echo_arrival){.now = event->read,
                                     .has_stamp = event->stamp.has_time,
                                     .stamp = event->stamp.time,
                                     .has_card = event->stamp.has_card,
                                     .card = event->stamp.card};
}

static void look_for_wrong_data(const struct ping *ping, struct ping_reply *reply)
{
    if (reply->data.len > ping->options->data_len)
        reply->data.len = (size_t)ping->options->data_len;
    for (size_t i = PKT_ECHO_PAYLOAD_SIZE; i < reply->data.len; i++) {
        reply->wrong_is = pkt_u8(reply->data, i);
        reply->wrong_should = ping->data[i];
        reply->wrong_at = i;
        reply->has_wrong = reply->wrong_is != reply->wrong_should;
        if (reply->has_wrong)
            return;
    }
}

static struct ping_reply describe(const struct ping_engine *engine, const struct pkt_icmp_event *event,
                                  const struct pkt_echo_probe *probe)
{
    struct ping *ping = engine->ping;
    struct ping_target *target = &ping->targets[probe->target];
    struct ping_reply reply = {
        .target = target,
        .sequence = whole_sequence(target, probe->sequence),
        .from = event->from,
        .interface = event->interface,
        .identifier = pkt_u16(event->message, 4),
        .message_len = event->wire_len,
        .hop_limit = event->hop_limit,
        .traffic_class = event->traffic_class,
        .has_time = event->stamp.has_time,
        .time = event->stamp.time,
        .options = event->options,
        .checksum_bad = event->checksum == PKT_CHECKSUM_BAD,
        .truncated = event->wire_len < HEADER_LEN + ping->options->data_len,
        .data = pkt_view_from(event->message, HEADER_LEN),
    };
    look_for_wrong_data(ping, &reply);
    return reply;
}

/* Counts a reply, and says which it is. False: the echo is forgotten. */
static bool count_reply(struct ping_engine *engine, const struct pkt_icmp_event *event,
                        const struct pkt_echo_probe *probe, struct ping_reply *reply)
{
    struct ping *ping = engine->ping;
    const struct pkt_echo_arrival arrival = arrival_of(event);
    if (reply->checksum_bad) {
        tally_count(ping, reply->target, PKT_RTT_CORRUPTED);
        return pkt_echo_rtt(engine->echo, probe->number, &arrival, &reply->rtt);
    }
    int verdict = pkt_echo_reply(engine->echo, probe->number, &arrival, &reply->rtt);
    if (verdict == PKT_ECHO_FIRST && reply->rtt.user_ns > engine->slowest_ns)
        engine->slowest_ns = reply->rtt.user_ns;
    if (verdict == PKT_ECHO_DUPLICATE || verdict == PKT_ECHO_MANY) {
        reply->answer = PING_ANSWER_DUPLICATE;
        tally_count(ping, reply->target, PKT_RTT_DUPLICATE);
        return true;
    }
    const struct pkt_rtt_reply counted = {.number = probe->number,
                                          .rtt_ns = ping->options->user_rtt ? reply->rtt.user_ns
                                                                            : reply->rtt.rtt_ns,
                                          .sent = probe->sent,
                                          .is_late = verdict == PKT_ECHO_LATE};
    reply->answer = verdict == PKT_ECHO_LATE ? PING_ANSWER_LATE : PING_ANSWER_FIRST;
    ping->not_by_card += ping->options->clock == PING_CLOCK_HARDWARE && reply->rtt.clock != PKT_ECHO_CARD;
    if (verdict != PKT_ECHO_UNKNOWN)
        tally_reply(ping, reply->target, &counted);
    return verdict != PKT_ECHO_UNKNOWN;
}

/* How many echoes were under way when this one was answered. */
static void note_pipe(struct ping *ping, const struct ping_target *target, uint32_t sequence)
{
    uint64_t under_way = target->sent - sequence + 1;
    if (under_way > ping->pipe_max)
        ping->pipe_max = under_way;
}

/* A reply must bring back the whole tag that was sent; of an error's quotation that cannot be asked. */
static bool has_tag(const struct ping *ping, struct pkt_view message)
{
    size_t len = ping->options->data_len < PKT_ECHO_PAYLOAD_SIZE ? (size_t)ping->options->data_len
                                                                 : PKT_ECHO_PAYLOAD_SIZE;
    return message.len >= HEADER_LEN + len;
}

/* Of a group anybody may answer; a host answers for itself. Who sends another's tag has seen it on its way.
 */
static bool is_right_sender(const struct ping *ping, const struct pkt_echo_probe *probe, struct pkt_ip from)
{
    const struct ping_target *target = &ping->targets[probe->target];
    return target->is_group || pkt_ip_equal(target->address, from);
}

static void take_message(struct ping_engine *engine, const struct pkt_icmp_event *event)
{
    struct ping *ping = engine->ping;
    struct pkt_echo_probe probe;
    bool is_reply = event->type == (event->from.version == 6 ? PKT_ICMP6_ECHO_REPLY : PKT_ICMP_ECHO_REPLY);
    if (!is_reply)
        return;
    if (!has_tag(ping, event->message) || !find_probe(engine, event->message, event->from, &probe) ||
        !is_right_sender(ping, &probe, event->from)) {
        ping->forged++;
        return;
    }
    struct ping_reply reply = describe(engine, event, &probe);
    if (!count_reply(engine, event, &probe, &reply))
        return;
    note_pipe(ping, reply.target, reply.sequence);
    if (ping->options->user_rtt)
        reply.rtt = (struct pkt_echo_rtt){.rtt_ns = reply.rtt.user_ns, .user_ns = reply.rtt.user_ns};
    if (ping->record != NULL)
        record_reply(ping->record, event, &probe, &reply.rtt);
    if (reply.target->is_group && !reply.checksum_bad)
        responders_add(&ping->responders, reply.target, reply.from, reply.interface, reply.rtt.rtt_ns);
    ping->report->reply(ping, &reply);
    if (reply.target->why_said && !reply.target->why_withdrawn && !reply.checksum_bad)
        ping->recovered(ping, reply.target);
}

/* A redirect and a source quench are news about the way: the echo itself went on. */
static bool settles(const struct pkt_icmp_event *event)
{
    if (event->from.version == 6)
        return event->type != PKT_ICMP6_REDIRECT;
    return event->type != PKT_ICMP_REDIRECT && event->type != PKT_ICMP_SOURCE_QUENCH;
}

static void take_error(struct ping_engine *engine, const struct pkt_icmp_event *event)
{
    struct ping *ping = engine->ping;
    struct pkt_echo_probe probe;
    if (!find_probe(engine, event->quoted, event->quoted_destination, &probe)) {
        ping->forged++;
        return;
    }
    struct ping_target *target = &ping->targets[probe.target];
    const struct ping_error error = {.target = target,
                                     .sequence = whole_sequence(target, probe.sequence),
                                     .from = event->from,
                                     .interface = event->interface,
                                     .type = event->type,
                                     .code = event->code,
                                     .info = event->mtu != 0 ? event->mtu : event->pointer,
                                     .gateway = event->gateway,
                                     .hop_limit = event->hop_limit,
                                     .quoted = event->quoted,
                                     .extensions = event->extensions,
                                     .has_time = event->stamp.has_time,
                                     .time = event->stamp.time,
                                     .counts = settles(event)};
    /* What a filter of this machine rejects is refused to the sender, and told by an ICMP error too. */
    if (error.counts && probe.state != PKT_ECHO_ERRORED) {
        (void)pkt_echo_error(engine->echo, probe.number);
        tally_count(ping, target, PKT_RTT_ERROR);
        note_pipe(ping, target, error.sequence);
    }
    if (ping->record != NULL)
        record_error(ping->record, event, &probe);
    const struct ping_trouble trouble = {
        .target = target,
        .from = event->from,
        .words = {.is_ip6 = event->from.version == 6,
                  .type = event->type,
                  .code = event->code,
                  .info = error.info,
                  .gateway = event->gateway}
    };
    if (error.counts)
        note_trouble(ping, &trouble);
    ping->report->error(ping, &error);
}

/* An error of this machine: sending told of it already, but not of the MTU. */
static void take_local(struct ping_engine *engine, const struct pkt_icmp_event *event)
{
    if (engine->too_long.target == NULL || event->mtu == 0)
        return;
    engine->too_long.info = event->mtu;
    say_too_long(engine);
}

static void take_stamp(struct ping_engine *engine, const struct pkt_icmp_event *event)
{
    if (event->point == PKT_STAMP_SOFTWARE)
        pkt_echo_stamp(engine->echo, event->number, event->time);
    else if (event->point == PKT_STAMP_HARDWARE)
        pkt_echo_stamp_card(engine->echo, event->number, event->card);
}

void engine_take(struct ping_engine *engine, const struct pkt_icmp_event *event)
{
    static void (*const takers[])(struct ping_engine *, const struct pkt_icmp_event *) = {
        [PKT_ICMP_EVENT_MESSAGE] = take_message,
        [PKT_ICMP_EVENT_ERROR] = take_error,
        [PKT_ICMP_EVENT_LOCAL] = take_local,
        [PKT_ICMP_EVENT_STAMP] = take_stamp,
    };
    if (event->kind >= PKT_ICMP_EVENT_MESSAGE && event->kind <= PKT_ICMP_EVENT_STAMP)
        takers[event->kind](engine, event);
}
