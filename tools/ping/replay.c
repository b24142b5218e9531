/* SPDX-License-Identifier: BSD-2-Clause */
#include "replay.h"

#include "common/memory.h"
#include "common/message.h"
#include "common/numbers.h"
#include "common/stop.h"
#include "pkt/address.h"
#include "pkt/capture.h"
#include "pkt/privilege.h"
#include "pkt/sandbox.h"
#include "replay_flows.h"
#include "tally.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    TIMES_BYTES_MAX = 64 << 20, /* of all targets' round-trip times together */
    NAME_SIZE = 46,             /* of an address as text, INET6_ADDRSTRLEN */
    OPTION_END_TIME = 3,        /* isb_endtime (draft-ietf-opsawg-pcapng 4.6) */
};
#define MONO_BEGIN (PKT_NS_PER_S)  /* of the time that the engine is told */
#define MONO_MOST  (INT64_MAX / 4) /* what comes later comes then: timeouts are still added to it */

struct replay {
    struct run *run;
    struct ping_options options; /* the user's, without what describes echoes to be sent */
    struct pkt_source *source;
    struct replay_flows flows;
    char (*names)[NAME_SIZE]; /* of the targets */
    uint32_t *sequences;      /* of the targets: the last one, of which the wire carries 16 bits */
    struct pkt_ip *wanted;    /* addresses to which echoes count */
    unsigned wanted_count;    /* 0: all */
    struct replay_counts counts;
    struct pkt_echo_probe found; /* the one that the message of now is about */
    struct pkt_wall wall;        /* the time in the capture */
    struct pkt_mono mono;        /* the same for the engine: never back */
    bool has_time;
};

static struct replay replay;

const struct replay_counts *replay_get_counts(void)
{
    return &replay.counts;
}

static int fail_with(struct run *run, int code, const char *sentence)
{
    run->error = (struct pkt_error){.code = code};
    (void)snprintf(run->error.sentence, sizeof run->error.sentence, "%s", sentence);
    return code;
}

/* --- time --- */

/* A clock that was set back, or packets out of order, do not take the engine back: time goes on from there.
 */
static void advance(struct pkt_wall time)
{
    int64_t step_ns = replay.has_time ? pkt_wall_since(time, replay.wall) : 0;
    replay.wall = time;
    replay.has_time = true;
    if (step_ns > 0)
        replay.mono.ns = step_ns < MONO_MOST - replay.mono.ns ? replay.mono.ns + step_ns : MONO_MOST;
    engine_give_up(&replay.run->engine, replay.mono);
}

/* --- the engine's port --- */

static struct pkt_mono port_now(void *context)
{
    (void)context;
    return replay.mono;
}

static bool port_find(void *context, struct pkt_echo_probe *ret_probe)
{
    (void)context;
    *ret_probe = replay.found;
    return true;
}

static void silent(struct ping *ping, struct ping_target *target)
{
    (void)ping, (void)target;
}

/* --- what is wanted --- */

static int take_wanted(const struct option_operands *operands)
{
    replay.wanted = calloc((size_t)operands->count + 1, sizeof *replay.wanted);
    if (replay.wanted == NULL)
        return fail_with(replay.run, PKT_E_MEMORY, "no memory for addresses");
    for (int i = 0; i < operands->count; i++) {
        const char *word = operands->words[i];
        struct pkt_ip4 ip4;
        struct pkt_ip6 ip6;
        char sentence[160];
        if (pkt_ip4_parse(word, strlen(word), &ip4)) {
            replay.wanted[replay.wanted_count++] = pkt_ip_from4(ip4);
        } else if (pkt_ip6_parse(word, strlen(word), &ip6)) {
            replay.wanted[replay.wanted_count++] = pkt_ip_from6(ip6);
        } else {
            (void)snprintf(sentence, sizeof sentence,
                           "'%.60s' is no address: with --read give addresses, or nothing for all", word);
            return fail_with(replay.run, PKT_E_ARGUMENT, sentence);
        }
    }
    return 0;
}

static bool is_wanted(struct pkt_ip address)
{
    if (replay.options.family != 0 && replay.options.family != address.version)
        return false;
    for (unsigned i = 0; i < replay.wanted_count; i++)
        if (pkt_ip_equal(replay.wanted[i], address))
            return true;
    return replay.wanted_count == 0;
}

/* --- messages --- */

/* The target of a request; negative: it is not wanted, or there is no room (run->error). */
static int32_t target_of(const struct replay_message *message)
{
    const struct replay_flow *flow = &message->flow;
    struct ping *ping = &replay.run->ping;
    int32_t target = replay_flows_find_exactly(&replay.flows, flow);
    if (target >= 0)
        return target;
    if (!is_wanted(flow->destination)) {
        replay.counts.filtered++;
        return -1;
    }
    if (ping->target_count == REPLAY_TARGETS_MAX) {
        char sentence[128];
        (void)snprintf(sentence, sizeof sentence,
                       "%" PRIu64 " packets in: more than %d targets, for which there is no room",
                       replay.counts.packets, REPLAY_TARGETS_MAX);
        return (void)fail_with(replay.run, PKT_E_UNSUPPORTED, sentence), -1;
    }
    target = (int32_t)ping->target_count++;
    (void)snprintf(replay.names[target], NAME_SIZE, "%s", words_of_address(flow->destination));
    ping->targets[target] = (struct ping_target){
        .address = flow->destination, .name = replay.names[target], .is_group = message->is_group};
    replay_flows_add(&replay.flows, flow, target, message->is_group);
    return target;
}

/* Sequence numbers on the wire have 16 bits: the one nearest to the last. */
static uint32_t extend(int32_t target, uint16_t sequence)
{
    uint32_t *last = &replay.sequences[target];
    uint16_t ahead = (uint16_t)(sequence - *last);
    if (replay.run->ping.targets[target].stats.sent == 0)
        *last = sequence;
    else if (ahead < UINT16_MAX / 2)
        *last += ahead;
    else
        return *last - (uint16_t)(*last - sequence); /* out of order */
    return *last;
}

static bool is_repeated(int32_t target, uint16_t sequence)
{
    struct pkt_echo_probe probe;
    return pkt_echo_find_sequence(replay.run->engine.echo, (uint32_t)target, sequence, &probe) &&
           probe.state == PKT_ECHO_WAITING;
}

static void take_request(const struct replay_message *message)
{
    struct ping *ping = &replay.run->ping;
    int32_t target = target_of(message);
    if (target < 0)
        return;
    if (is_repeated(target, message->sequence)) {
        replay.counts.repeated++;
        return;
    }
    if (ping->begun.ns == 0) {
        ping->begun = replay.mono;
        ping->source = message->flow.source;
    }
    ping->last = replay.mono;
    replay.counts.used++;
    uint32_t sequence = extend(target, message->sequence);
    engine_sent_before(&replay.run->engine, &ping->targets[target], sequence, replay.mono, replay.wall);
    ping->targets[target].sent = replay.sequences[target];
}

/* A reply or an error, if its request is known. */
static void take_answer(struct replay_message *message)
{
    int32_t target = replay_flows_find(&replay.flows, &message->flow);
    if (target < 0 && !is_wanted(message->flow.destination)) {
        replay.counts.filtered++;
        return;
    }
    if (target < 0 || !pkt_echo_find_sequence(replay.run->engine.echo, (uint32_t)target, message->sequence,
                                              &replay.found)) {
        replay.counts.unmatched++;
        return;
    }
    replay.counts.used++;
    message->event.read = replay.mono;
    message->event.stamp = (struct pkt_receive_stamp){.has_time = true, .time = replay.wall};
    engine_take(&replay.run->engine, &message->event);
}

/* What --save says of a request. */
static bool has_broadcast_comment(const struct pkt_frame *frame, bool big_endian)
{
    struct pkt_view options = frame->options, value;
    uint16_t code;
    while ((frame->flags & PKT_FRAME_HAS_COMMENT) != 0 &&
           pkt_capture_option_next(&options, big_endian, &code, &value) == 1)
        if (code == PKT_CAPTURE_OPTION_COMMENT && value.len == sizeof RECORD_BROADCAST - 1 &&
            memcmp(value.ptr, RECORD_BROADCAST, value.len) == 0)
            return true;
    return false;
}

static void take_frame(const struct pkt_frame *frame, bool big_endian)
{
    struct pkt_packet packet;
    struct replay_message message;
    uint64_t *const misfits[] = {[REPLAY_FRAGMENT] = &replay.counts.fragments,
                                 [REPLAY_CUT] = &replay.counts.cut,
                                 [REPLAY_DAMAGED] = &replay.counts.damaged};
    replay.counts.packets++;
    if ((frame->flags & PKT_FRAME_HAS_TIME) == 0) {
        replay.counts.untimed++;
        return;
    }
    advance(frame->time);
    pkt_decode(frame->bytes, frame->wire_len, frame->linktype, frame->decode_flags, &packet);
    replay_packet_read(&packet, &message);
    message.is_group |= has_broadcast_comment(frame, big_endian);
    if (message.kind == REPLAY_REQUEST)
        take_request(&message);
    else if (message.kind == REPLAY_REPLY || message.kind == REPLAY_ERROR)
        take_answer(&message);
    else if (message.kind != REPLAY_OTHER)
        ++*misfits[message.kind];
}

static uint64_t read_u32(struct pkt_view value, size_t at, bool big_endian)
{
    uint32_t number = pkt_u32(value, at);
    return big_endian ? number : __builtin_bswap32(number);
}

/* When the capture ended, if it says so: later than its last packet. */
static void take_statistics(const struct pkt_event *event)
{
    struct pkt_source_interface interface;
    struct pkt_view options = event->block.options, value;
    uint16_t code;
    bool saturated = false;
    if (!pkt_source_get_interface(replay.source, event->block.interface, &interface) ||
        interface.units_per_s == 0)
        return;
    while (pkt_capture_option_next(&options, event->big_endian, &code, &value) == 1) {
        if (code != OPTION_END_TIME || value.len != sizeof(uint64_t))
            continue;
        uint64_t units = read_u32(value, 0, event->big_endian) << 32 | read_u32(value, 4, event->big_endian);
        struct pkt_wall end = pkt_wall_from((int64_t)(units / interface.units_per_s) + interface.offset_s,
                                            units % interface.units_per_s, interface.units_per_s, &saturated);
        if (!saturated && replay.has_time && end.ns > replay.wall.ns)
            advance(end);
    }
}

/* --- the run --- */

static bool wait_for_input(void)
{
    struct pollfd input = {.fd = pkt_source_fd(replay.source), .events = POLLIN};
    return input.fd < 0 || poll(&input, 1, -1) >= 0 || errno == EINTR;
}

static void flush(void)
{
    struct ping *ping = &replay.run->ping;
    if (ping->options->json)
        out_sink_flush(&ping->sink);
    else
        out_flush(ping->out);
}

/* Reads on to the end. 0: all is read; negative with run->error. */
static int take_all(void)
{
    struct run *run = replay.run;
    for (;;) {
        struct pkt_event event;
        if (stop_is_requested()) {
            run->ping.interrupted = true;
            return 0;
        }
        int result = pkt_source_next(replay.source, &event, &run->error);
        if (result == PKT_E_AGAIN) {
            run->error.code = 0;
            flush();
            if (!wait_for_input())
                return fail_with(run, PKT_E_SYSTEM, "waiting for input failed");
            continue;
        }
        if (result <= 0)
            return result;
        if (event.kind == PKT_EVENT_FRAME)
            take_frame(&event.frame, event.big_endian);
        else if (event.kind == PKT_EVENT_STATISTICS)
            take_statistics(&event);
        if (run->error.code != 0 || out_has_failed(run->ping.out))
            return run->error.code;
    }
}

/* The options of the run: nothing is sent, and so nothing is known of what data should be like. */
static void set_options(void)
{
    struct ping *ping = &replay.run->ping;
    replay.options = *ping->options;
    replay.options.data_len = 0;
    replay.options.rate = NUMBER_RATE_MAX;
    ping->options = &replay.options;
}

static bool make_room(void)
{
    struct run *run = replay.run;
    uint8_t key[16];
    const uint16_t identifiers[2] = {0};
    run->pool.memory = memory_of_heap(TIMES_BYTES_MAX);
    run->ping.pool = &run->pool;
    run->ping.targets = calloc(REPLAY_TARGETS_MAX, sizeof *run->ping.targets);
    replay.names = calloc(REPLAY_TARGETS_MAX, sizeof *replay.names);
    replay.sequences = calloc(REPLAY_TARGETS_MAX, sizeof *replay.sequences);
    run->port = (struct engine_port){.now = port_now, .find = port_find};
    return getrandom(key, sizeof key, 0) == (ssize_t)sizeof key && run->ping.targets != NULL &&
           replay.names != NULL && replay.sequences != NULL && replay_flows_open(&replay.flows, key) &&
           tally_start(&run->ping) && engine_start(&run->engine, &run->ping, &run->port, key, identifiers);
}

static int confine(struct run *run)
{
    const struct pkt_sandbox_options options = {.size = sizeof options, .profile = PKT_SANDBOX_OFFLINE};
    struct pkt_sandbox_state state;
    int result = pkt_sandbox_enter(&options, &state, &run->error);
    if (result == 0)
        pkt_sandbox_describe(&state, run->sandbox, sizeof run->sandbox);
    return result;
}

static int prepare(const struct option_operands *operands)
{
    const struct pkt_privilege_drop_options all = {.size = sizeof all};
    struct run *run = replay.run;
    int result = pkt_privilege_drop(&all, &run->error);
    if (result == 0)
        result = take_wanted(operands);
    if (result == 0)
        result = pkt_source_open_file(replay.options.read, NULL, &replay.source, &run->error);
    if (result == 0 && !make_room())
        result = fail_with(run, PKT_E_MEMORY, "no memory to read a capture");
    return result == 0 ? confine(run) : result;
}

/* What was passed over, in one line. */
static void say_counts(void)
{
    const struct replay_counts *counts = &replay.counts;
    const struct {
        uint64_t count;
        const char *words;
    } passed[] = {
        {counts->unmatched, "answers without a request before them"},
        {counts->repeated,  "requests captured twice"              },
        {counts->fragments, "later fragments"                      },
        {counts->cut,       "cut too short when captured"          },
        {counts->damaged,   "damaged"                              },
        {counts->untimed,   "without a time"                       }
    };
    char text[256] = "";
    size_t len = 0;
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
        if (passed[i].count > 0 && len < sizeof text)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%" PRIu64 " %s", len == 0 ? "" : ", ",
                                    passed[i].count, passed[i].words);
    out_flush(replay.run->ping.out);
    if (len > 0)
        message_warning("%s: not counted: %s", replay.options.read, text);
}

static enum tool_status finish(int result)
{
    struct run *run = replay.run;
    struct ping *ping = &run->ping;
    ping->complete = result == 0 && !ping->interrupted;
    engine_end(&run->engine);
    if (result != 0)
        (void)snprintf(ping->failure, sizeof ping->failure, "%s", run->error.sentence);
    ping->report->end(ping);
    say_counts();
    if (result != 0)
        message_error("%s", run->error.sentence);
    else if (ping->interrupted)
        message_error("interrupted after %" PRIu64 " packets; the rest was not read", replay.counts.packets);
    else if (ping->target_count == 0)
        message_error("%s: no echo request%s", replay.options.read,
                      replay.counts.filtered > 0 ? " that was asked for" : "");
    if (result != 0 || ping->interrupted)
        return TOOL_ERROR;
    return ping->target_count == 0 ? TOOL_NO : run_judge(run);
}

enum tool_status replay_run(struct run *run, const struct option_operands *operands)
{
    struct ping *ping = &run->ping;
    replay = (struct replay){.run = run, .mono = {MONO_BEGIN}};
    set_options();
    stop_catch_signals();
    ping->silent = silent;
    ping->wall = &replay.wall;
    enum tool_status status;
    if (prepare(operands) != 0) {
        status = run_fail(run);
    } else {
        ping->report->begin(ping);
        status = finish(take_all());
    }
    flush();
    pkt_source_close(replay.source);
    replay_flows_close(&replay.flows);
    free(replay.wanted);
    free(replay.names);
    free(replay.sequences);
    return status;
}
