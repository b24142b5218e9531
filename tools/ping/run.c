/* SPDX-License-Identifier: BSD-2-Clause */
#include "run_internal.h"

#include "common/memory.h"
#include "common/message.h"
#include "pkt/clock.h"
#include "pkt/host.h"
#include "pkt/neighbour.h"
#include "pkt/privilege.h"
#include "pkt/sandbox.h"
#include "pkt/socket.h"
#include "silence.h"
#include "summary.h"
#include "tally.h"
#include "verdict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    TIMES_BYTES_MAX = 64 << 20, /* of all targets' round-trip times together */
    USER_INTERVAL_NS = 2000000, /* of ping(8): faster is for those who have privilege */
};

int run_fail_with(struct run *run, int code, int system_errno, const char *sentence)
{
    run->error = (struct pkt_error){.code = code, .system_errno = system_errno};
    (void)snprintf(run->error.sentence, sizeof run->error.sentence, "%s", sentence);
    return code;
}

/* --- sockets --- */

static bool is_wanted(const struct ping_options *options, unsigned family)
{
    unsigned only = options->family != 0 ? options->family : options->source.version;
    return only == 0 || only == family;
}

static bool is_missing_privilege(const struct pkt_error *error)
{
    return error->system_errno == EPERM || error->system_errno == EACCES;
}

/* A family that cannot be had matters only if a target needs it; but where none can, that is the end. */
static int open_sockets(struct run *run, const struct ping_options *options)
{
    unsigned opened = 0;
    for (unsigned i = 0; i < WIRE_FAMILIES; i++) {
        unsigned family = i == 0 ? 4 : 6;
        if (is_wanted(options, family))
            opened += wire_open(&run->wire, options, family, &run->family_errors[i]) == 0;
    }
    if (opened > 0)
        return 0;
    run->error = run->family_errors[run->family_errors[0].code != 0 ? 0 : 1];
    return run->error.code;
}

/* Many echoes from people without privilege are a nuisance to others; ping(8) draws the line here. */
static int check_interval(struct run *run, const struct ping_options *options)
{
    struct pkt_privilege privilege;
    bool is_short = options->interval_ns >= 0 && options->interval_ns < USER_INTERVAL_NS;
    if (pkt_privilege_get(&privilege, &run->error) != 0)
        return run->error.code;
    if (privilege.uid == 0 || pkt_privilege_has(&privilege, PKT_CAPABILITY_NET_RAW))
        return 0;
    run->ping.pause_ns = USER_INTERVAL_NS;
    if (is_short || (options->flood && options->interval_ns < 0))
        return run_fail_with(run, PKT_E_ARGUMENT, 0,
                             "intervals below 2 ms, and -f, need privilege: give -i 2ms or more");
    return 0;
}

void run_start(struct run *run, const struct ping_options *options, struct out *out)
{
    run->ping = (struct ping){.options = options,
                              .report = options->json ? &ping_report_json : &ping_report_text,
                              .out = out,
                              .sandbox = run->sandbox};
    (void)snprintf(run->sandbox, sizeof run->sandbox, "none");
    out_sink_open(&run->ping.sink, out);
}

int run_open(struct run *run, const struct ping_options *options, struct out *out)
{
    (void)out;
    struct resolver_options resolver = {.size = sizeof resolver, .prefer = options->family};
    int result = check_interval(run, options);
    if (result == 0)
        result = pkt_host_open(&run->host, &run->error);
    if (result == 0)
        result = open_sockets(run, options);
    if (result != 0)
        return result;
    run->loop = loop_open();
    run->resolver = run->loop == NULL ? NULL : resolver_open(run->loop, &resolver);
    return run->resolver == NULL ? run_fail_with(run, PKT_E_MEMORY, errno, "no memory for the event loop")
                                 : 0;
}

static const char *socket_kind_of(const struct run *run)
{
    struct pkt_icmp_socket_info info = {.kind = PKT_ICMP_SOCKET_AUTO};
    for (unsigned i = 0; i < WIRE_FAMILIES; i++)
        if (run->wire.sockets[i] != NULL && info.kind == PKT_ICMP_SOCKET_AUTO)
            pkt_icmp_socket_get_info(run->wire.sockets[i], &info);
    if (info.kind == PKT_ICMP_SOCKET_AUTO)
        return NULL;
    return info.kind == PKT_ICMP_SOCKET_DATAGRAM ? "datagram" : "raw";
}

int run_confine(struct run *run)
{
    static const char *const readable[] = {"/etc/hosts"};
    const char *const writable[] = {run->metrics.folder};
    const struct pkt_sandbox_options options = {.size = sizeof options,
                                                .profile = PKT_SANDBOX_NETWORK,
                                                .opens_files = true,
                                                .readable = readable,
                                                .readable_count = 1,
                                                .writable = writable,
                                                .writable_count = run->ping.options->prometheus != NULL};
    struct pkt_sandbox_state state;
    words_learn_interfaces();
    run->ping.socket_kind = socket_kind_of(run);
    int result = pkt_sandbox_enter(&options, &state, &run->error);
    if (result == 0)
        result = pkt_sandbox_prove(&state, &run->error);
    if (result == 0)
        pkt_sandbox_describe(&state, run->sandbox, sizeof run->sandbox);
    return result;
}

/* --save: where echoes come from, as the routes have it. */
static struct pkt_ip source_of(void *context, const struct ping_target *target)
{
    struct run *run = context;
    struct pkt_route route;
    if (run->ping.options->source.version == target->address.version)
        return run->ping.options->source;
    return run_ask_route(run, target, &route) ? route.source : (struct pkt_ip){.version = 0};
}

static bool start_record(struct run *run)
{
    struct record_facts facts = {.context = run, .source_of = source_of};
    unsigned len = wire_ip_options(run->ping.options, run->ip_options);
    if (run->ping.record == NULL)
        return true;
    for (unsigned i = 0; i < WIRE_FAMILIES; i++)
        for (unsigned group = 0; group < 2; group++)
            facts.hop_limits[i][group] = wire_get_hop_limit(&run->wire, i == 0 ? 4 : 6, group == 1);
    facts.ip_options = pkt_view_make(run->ip_options, len);
    return record_start(run->ping.record, &run->engine, &facts);
}

/* Only pcapng has room for the end of the run, and only an echo without a reply makes it matter. */
static void say_end_is_missing(const struct run *run, const struct pkt_saver_statistics *statistics)
{
    const struct ping_totals *totals = &run->ping.totals;
    if ((statistics->losses & PKT_SAVER_LOST_STATISTICS) == 0 || totals->sent == totals->received)
        return;
    out_flush(run->ping.out);
    message_notice(
        "a pcap file does not tell when the run ended: --read may count echoes that were lost last as "
        "waiting; pcapng tells");
}

/* Ends the file. TOOL_ERROR: something is not on it, which is said. */
static enum tool_status finish_record(struct run *run)
{
    struct ping *ping = &run->ping;
    struct pkt_saver_statistics statistics = {.packets = 0};
    struct pkt_error error;
    if (ping->record == NULL)
        return TOOL_OK;
    int result = record_finish(ping->record, run->engine.gave_up, &statistics, &error);
    ping->record = NULL;
    ping->saved = statistics.packets;
    if (result == 0) {
        say_end_is_missing(run, &statistics);
        return TOOL_OK;
    }
    out_flush(ping->out);
    message_error("%s", error.sentence);
    if (ping->failure[0] == '\0')
        (void)snprintf(ping->failure, sizeof ping->failure, "%s", error.sentence);
    return TOOL_ERROR;
}

static struct pkt_mono port_now(void *context)
{
    (void)context;
    return pkt_mono_now();
}

static int prepare(struct run *run)
{
    uint8_t key[16], options[40];
    uint16_t identifiers[WIRE_FAMILIES];
    struct ping *ping = &run->ping;
    run->pool.memory = memory_of_heap(TIMES_BYTES_MAX);
    run->port = (struct engine_port){.context = &run->wire, .send = wire_send, .now = port_now};
    ping->pool = &run->pool;
    ping->silent = run_silent;
    ping->recovered = run_recovered;
    ping->run = run;
    ping->ip_options_len = wire_ip_options(ping->options, options);
    if (ping->options->names) {
        names_start(&run->names, run->resolver);
        ping->names = &run->names;
    }
    if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key)
        return run_fail_with(run, PKT_E_SYSTEM, errno, "no random numbers from the kernel");
    wire_get_identifiers(&run->wire, identifiers);
    if (!tally_start(ping) || !wire_prepare(&run->wire, ping, &run->engine) ||
        !engine_start(&run->engine, ping, &run->port, key, identifiers) || !start_record(run))
        return run_fail_with(run, PKT_E_MEMORY, ENOMEM, "no memory for so many targets");
    return 0;
}

/* --fail-if; says which limit it was. */
static enum tool_status check_limits(const struct run *run)
{
    struct limits_result result;
    char text[LIMITS_TEXT_SIZE];
    const struct limits *limits = &run->ping.options->fail_if;
    if (limits->count == 0)
        return TOOL_OK;
    bool failed = verdict_holds(&run->ping, limits, &result);
    if (failed)
        message_error("failed: %s", limits_describe(limits, &result, text, sizeof text));
    else if (result.unknown != 0)
        message_warning("not known, and so not checked: %s",
                        limits_describe_unknown(limits, &result, text, sizeof text));
    return failed ? TOOL_NO : TOOL_OK;
}

static enum tool_status verdict(const struct run *run)
{
    const struct ping *ping = &run->ping;
    const struct pkt_rtt_stats *first = &ping->targets[0].stats;
    if (ping->unresolved > 0)
        return TOOL_NO;
    if (ping->target_count > 1 || ping->sweeps)
        return summary_alive(ping) == ping->target_count ? TOOL_OK : TOOL_NO;
    if (ping->options->deadline_ns > 0 && first->received < ping->options->count)
        return TOOL_NO;
    return first->received > 0 ? TOOL_OK : TOOL_NO;
}

enum tool_status run_judge(const struct run *run)
{
    return tool_status_worse(verdict(run), check_limits(run));
}

/* The neighbours among the responders: what they are called on the link. */
static void find_macs(struct run *run)
{
    struct responders *responders = &run->ping.responders;
    for (uint32_t i = 0; i < responders->count; i++) {
        struct responder *responder = &responders->list[i];
        struct pkt_neighbour neighbour;
        struct pkt_error error;
        responder->has_mac =
            responder->interface != 0 &&
            pkt_neighbour_get(run->host, responder->interface, responder->address, &neighbour, &error) == 0 &&
            neighbour.has_mac;
        if (responder->has_mac)
            responder->mac = neighbour.mac;
    }
}

enum tool_status run_all(struct run *run)
{
    struct ping *ping = &run->ping;
    if (prepare(run) != 0 || run_confine(run) != 0)
        return run_fail(run);
    if (ping->options->verbose > 0)
        message_notice("%s socket, sandbox: %s", ping->socket_kind, run->sandbox);
    if (!run_watch(run)) {
        (void)run_fail_with(run, PKT_E_MEMORY, errno, "no memory for the event loop");
        return run_fail(run);
    }
    ping->report->begin(ping);
    int result = loop_run(run->loop);
    ping->complete = run->engine.is_over;
    engine_end(&run->engine);
    run_end_window(run);
    ping->dropped = wire_dropped(&run->wire);
    if (result < 0)
        (void)snprintf(ping->failure, sizeof ping->failure, "waiting failed: %s", strerror(-result));
    find_macs(run);
    run_explain_all(run);
    enum tool_status saved = finish_record(run);
    if (!run_write_metrics(run))
        saved = TOOL_ERROR;
    ping->report->end(ping);
    return result < 0 ? TOOL_ERROR : tool_status_worse(saved, run_judge(run));
}

/* --- the end --- */

static void advise(const struct run *run)
{
    bool is_socket = run->family_errors[0].code != 0 || run->family_errors[1].code != 0;
    if (!is_missing_privilege(&run->error) || run->ping.targets != NULL || !is_socket)
        return;
    for (const char *at = pkt_socket_advice(PKT_SOCKET_ICMP4_DATAGRAM); *at != '\0';) {
        size_t len = strcspn(at, "\n");
        message_hint("%.*s", (int)len, at);
        at += len + (at[len] == '\n');
    }
}

enum tool_status run_fail(struct run *run)
{
    struct ping *ping = &run->ping;
    (void)snprintf(ping->failure, sizeof ping->failure, "%s", run->error.sentence);
    if (run->error.code != 0)
        message_error("%s", run->error.sentence);
    advise(run);
    ping->socket_kind = socket_kind_of(run);
    if (ping->options->json)
        ping->report->begin(ping);
    run_explain_socket(run);
    if (run->route_error.system_errno != 0 && ping->targets != NULL && ping->target_count == 1)
        run_explain(run, &ping->targets[0]);
    (void)finish_record(run);
    if (ping->options->json) {
        ping->report->end(ping);
        out_sink_flush(&ping->sink);
    }
    return TOOL_ERROR;
}

static void free_targets(struct run *run)
{
    if (run->ping.pool != NULL)
        tally_stop(&run->ping);
    free(run->ping.targets);
    free(run->ping.troubles);
    free(run->why_codes);
    responders_free(&run->ping.responders);
}

void run_close(struct run *run)
{
    if (run->ping.options->prometheus != NULL)
        metrics_close(&run->metrics);
    (void)finish_record(run);
    if (run->engine.ping != NULL)
        engine_stop(&run->engine);
    wire_close(&run->wire);
    resolver_close(run->resolver);
    run_forget_names(run);
    loop_close(run->loop);
    targets_close(run->list);
    pkt_host_close(run->host);
    free_targets(run);
}
