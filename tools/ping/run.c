/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include "common/memory.h"
#include "common/message.h"
#include "on_link.h"
#include "pkt/clock.h"
#include "pkt/host.h"
#include "pkt/interface.h"
#include "pkt/neighbour.h"
#include "pkt/privilege.h"
#include "pkt/route.h"
#include "pkt/sandbox.h"
#include "pkt/socket.h"
#include "silence.h"
#include "summary.h"
#include "tally.h"
#include "verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    TIMES_BYTES_MAX = 64 << 20, /* of all targets' round-trip times together */
    USER_INTERVAL_NS = 2000000, /* of ping(8): faster is for those who have privilege */
    CHECK_NS = 100000000,       /* between looks at --until, for many targets */
    SILENT_FOR_WHY = 3,
    WHYS_MAX = 20,  /* lines that say why; with --json there is no limit */
    REFRESH_S = 15, /* between versions of --prometheus; scrapes are seldom more frequent */
};

static int fail_with(struct run *run, int code, int system_errno, const char *sentence)
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
        return fail_with(run, PKT_E_ARGUMENT, 0,
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
    return run->resolver == NULL ? fail_with(run, PKT_E_MEMORY, errno, "no memory for the event loop") : 0;
}

/* --- targets --- */

struct name_asked {
    struct run *run;
    uint32_t entry;
    struct name_asked *next;
    char text[RESOLVER_NAME_SIZE];
};

static void resolved(struct run *run)
{
    if (--run->unresolved == 0)
        loop_stop(run->loop, 0);
}

static void on_addresses(void *context, const struct resolver_address *addresses, unsigned count,
                         const char *canonical, const char *error)
{
    struct name_asked *asked = context;
    struct run *run = asked->run;
    char where[100];
    if (error == NULL && count > 0) {
        target_settle(run->list, asked->entry, addresses[0].address, addresses[0].scope);
        target_rename(run->list, asked->entry, canonical);
    } else {
        target_where(run->list, asked->entry, where, sizeof where);
        (void)snprintf(run->error.sentence, sizeof run->error.sentence, "%s%.60s: %.60s", where, asked->text,
                       error == NULL ? "No address associated with hostname" : error);
        message_error("%s", run->error.sentence);
        target_fail(run->list, asked->entry);
        run->ping.unresolved++;
    }
    free(asked);
    resolved(run);
}

static void on_name(void *context, struct target_list *list, uint32_t entry, const char *name,
                    unsigned family)
{
    struct run *run = context;
    struct name_asked *asked = calloc(1, sizeof *asked);
    unsigned only = family != 0 ? family : run->ping.options->source.version;
    if (asked != NULL) {
        *asked = (struct name_asked){.run = run, .entry = entry};
        (void)snprintf(asked->text, sizeof asked->text, "%s", name);
        run->unresolved++;
        if (resolver_forward(run->resolver, name, only, on_addresses, asked) != NULL)
            return;
        run->unresolved--;
    }
    message_error("%s: %s", name, strerror(errno));
    free(asked);
    target_fail(list, entry);
    run->ping.unresolved++;
}

/* A signal while names are asked for ends the run. */
static void on_stop(struct loop *loop, void *context, int number)
{
    struct run *run = context;
    run->ping.interrupted = true;
    (void)loop_signal(loop, number, NULL, NULL); /* the second one ends the process at once */
    loop_stop(loop, 0);
}

static void on_quit(struct loop *loop, void *context, int number)
{
    struct run *run = context;
    (void)loop, (void)number;
    if (run->ping.targets != NULL)
        run->ping.report->status(&run->ping);
}

static bool catch_signals(struct run *run)
{
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        if (!loop_signal(run->loop, stops[i], on_stop, run))
            return false;
    return loop_signal(run->loop, SIGQUIT, on_quit, run);
}

static int add_all(struct run *run, const struct option_operands *operands)
{
    const struct ping_options *options = run->ping.options;
    int result = 0;
    for (int i = 0; result == 0 && i < operands->count; i++)
        result = targets_add(run->list, operands->words[i], &run->error);
    for (unsigned i = 0; result == 0 && i < options->file_count; i++)
        result = targets_add_file(run->list, options->files[i], &run->error);
    return result;
}

bool run_ask_route(struct run *run, const struct ping_target *target, struct pkt_route *ret_route)
{
    const struct ping_options *options = run->ping.options;
    struct pkt_interface interface = {.index = target->scope};
    struct pkt_error error = {.code = PKT_OK};
    if (options->interface != NULL &&
        pkt_interface_find(run->host, options->interface, &interface, &error) != 0)
        return false;
    const struct pkt_route_request request = {.size = sizeof request,
                                              .destination = target->address,
                                              .source = options->source,
                                              .interface = interface.index,
                                              .mark = (uint32_t)options->mark,
                                              .traffic_class = (uint8_t)options->traffic_class,
                                              .protocol = target->address.version == 6 ? 58 : 1};
    /* The kernel would take a group of whichever link comes first (RFC 4291 2.7). */
    if (words_needs_scope(target->address) && interface.index == 0) {
        run->route_error = (struct pkt_error){.code = PKT_E_ARGUMENT};
        (void)snprintf(run->route_error.sentence, sizeof run->route_error.sentence,
                       "a link-local destination needs an interface, as in %s%%eth0",
                       words_of_address(target->address));
        return false;
    }
    int result = pkt_route_get(run->host, &request, ret_route, &error);
    run->route_error = error;
    return result == 0;
}

static bool is_unspecified(struct pkt_ip address)
{
    return address.version == 4 ? pkt_ip4_is_unspecified(address.ip4) : pkt_ip6_is_unspecified(address.ip6);
}

static struct pkt_ip loopback(int version)
{
    struct pkt_ip4 ip4 = {
        {127, 0, 0, 1}
    };
    struct pkt_ip6 ip6 = {{[15] = 1}};
    return version == 4 ? pkt_ip_from4(ip4) : pkt_ip_from6(ip6);
}

/* What is known before the first echo; of a sweep's targets only what their addresses say. */
static void look_at(struct run *run, struct ping_target *target)
{
    struct pkt_route route;
    struct ping *ping = &run->ping;
    target->is_group = pkt_ip_is_multicast(target->address) ||
                       (target->address.version == 4 && pkt_ip4_is_broadcast(target->address.ip4));
    if (is_unspecified(target->address)) /* this machine itself, as the kernel takes it */
        target->address = loopback(target->address.version);
    if (ping->sweeps)
        return;
    if (!run_ask_route(run, target, &route)) {
        target->has_no_way = true;
        return;
    }
    target->is_group |= route.type == PKT_ROUTE_BROADCAST;
    target->is_broadcast = route.type == PKT_ROUTE_BROADCAST;
    if (ping->source.version == 0)
        ping->source = route.source;
}

static int take_targets(struct run *run)
{
    struct ping *ping = &run->ping;
    uint64_t count = targets_count(run->list);
    struct target target;
    ping->targets = count > UINT32_MAX ? NULL : calloc((size_t)count, sizeof *ping->targets);
    ping->sweeps = targets_any_swept(run->list);
    if (!ping->sweeps && count > 1 && count <= UINT32_MAX)
        ping->troubles = calloc((size_t)count, sizeof *ping->troubles);
    if (ping->targets == NULL || (!ping->sweeps && count > 1 && ping->troubles == NULL))
        return fail_with(run, PKT_E_MEMORY, ENOMEM, "no memory for so many targets");
    while (ping->target_count < count && target_next(run->list, &target)) {
        struct ping_target *to = &ping->targets[ping->target_count++];
        *to = (struct ping_target){.address = target.address, .scope = target.scope, .name = target.name};
        if (run->wire.sockets[target.address.version == 6] == NULL) {
            run->error = run->family_errors[target.address.version == 6];
            return run->error.code != 0 ? run->error.code
                                        : fail_with(run, PKT_E_ARGUMENT, EAFNOSUPPORT,
                                                    "targets and -I, -4 or -6 are of different families");
        }
        look_at(run, to);
    }
    if (ping->sweeps)
        ping->rate_limit = on_link_limit(ping, run->host);
    return 0;
}

/* One target without a way to it is the end, in the words of ping(8). */
static int check_way(struct run *run)
{
    struct ping *ping = &run->ping;
    const struct pkt_error *error = &run->route_error;
    char sentence[80];
    if (ping->target_count != 1 || ping->sweeps || !ping->targets[0].has_no_way)
        return 0;
    if (error->system_errno == 0)
        return fail_with(run, PKT_E_ARGUMENT, EINVAL, error->sentence);
    (void)snprintf(sentence, sizeof sentence, "connect: %s", strerror(error->system_errno));
    return fail_with(run, PKT_E_SYSTEM, error->system_errno, sentence);
}

/* ping(8) wants to be told that everybody is meant. */
static int check_broadcast(struct run *run)
{
    const struct ping *ping = &run->ping;
    for (uint32_t i = 0; i < ping->target_count; i++) {
        if (!ping->targets[i].is_broadcast)
            continue;
        if (!ping->options->broadcast)
            return fail_with(
                run, PKT_E_ARGUMENT, EACCES,
                "Do you want to ping broadcast? Then -b. If not, check your local firewall rules");
        (void)fprintf(stderr, "WARNING: pinging broadcast address\n");
    }
    return 0;
}

int run_find_targets(struct run *run, const struct option_operands *operands)
{
    const struct target_options options = {.size = sizeof options, .family = run->ping.options->family};
    run->list = targets_open(&options);
    if (run->list == NULL || !catch_signals(run))
        return fail_with(run, PKT_E_MEMORY, errno, "no memory for targets");
    int result = add_all(run, operands);
    if (result != 0)
        return result;
    (void)targets_resolve(run->list, on_name, run);
    if (run->unresolved > 0)
        (void)loop_run(run->loop);
    if (run->ping.interrupted)
        return fail_with(run, PKT_E_SYSTEM, EINTR, "stopped while names were asked for");
    if (targets_count(run->list) == 0 && run->ping.unresolved == 0)
        return fail_with(run, PKT_E_ARGUMENT, EINVAL, "nobody to ping: no target is named in what was read");
    if (targets_count(run->list) == 0)
        return PKT_E_ARGUMENT; /* each name's failure is said already */
    result = take_targets(run);
    if (result == 0)
        result = check_way(run);
    if (result == 0)
        result = check_broadcast(run);
    if (result == 0 && (run->ping.options->sticky_source || run->ping.options->connects))
        result = wire_pin(&run->wire, run->ping.options, run->ping.targets, run->ping.source, &run->error);
    return result;
}

/* --- the run --- */

static struct pkt_mono port_now(void *context)
{
    (void)context;
    return pkt_mono_now();
}

/* --until. With many targets adding up takes its time, so only now and then. */
static bool is_enough(struct run *run)
{
    struct limits_result result;
    const struct limits *until = &run->ping.options->until;
    struct pkt_mono now = loop_now(run->loop);
    if (until->count == 0 || (run->ping.target_count > 1 && now.ns - run->checked.ns < CHECK_NS))
        return false;
    run->checked = now;
    return verdict_holds(&run->ping, until, &result);
}

static void schedule(struct run *run)
{
    if (run->ping.options->json)
        out_sink_flush(&run->ping.sink);
    else
        out_flush(run->ping.out);
    if (is_enough(run))
        run->engine.is_over = true;
    if (run->ping.record != NULL)
        record_turn(run->ping.record, pkt_mono_now());
    if (run->engine.is_over || out_has_failed(run->ping.out) || record_has_failed(run->ping.record))
        loop_stop(run->loop, 0);
    else
        (void)loop_timer_start(run->loop, &run->timer, engine_due(&run->engine));
}

static void on_timer(struct loop *loop, void *context, int64_t late_ns)
{
    struct run *run = context;
    (void)loop, (void)late_ns;
    engine_turn(&run->engine);
    wire_receive(&run->wire, -1);
    schedule(run);
}

static void on_ready(struct loop *loop, void *context, int fd, short events)
{
    struct run *run = context;
    (void)loop, (void)events;
    wire_receive(&run->wire, fd);
    engine_turn(&run->engine);
    schedule(run);
}

static void on_window(struct loop *loop, void *context, int64_t late_ns)
{
    struct run *run = context;
    (void)late_ns;
    run->ping.report->window(&run->ping);
    tally_reset(&run->ping);
    run->window.due.ns += run->ping.options->report_every_ns;
    (void)loop_timer_start(loop, &run->window, run->window.due);
}

static bool watch_windows(struct run *run)
{
    struct pkt_mono due = {loop_now(run->loop).ns + run->ping.options->report_every_ns};
    run->window = (struct loop_timer){.on_timer = on_window, .context = run};
    return run->ping.options->report_every_ns == 0 || loop_timer_start(run->loop, &run->window, due);
}

/* --prometheus. False: it is said. */
static bool write_metrics(struct run *run)
{
    struct ping *ping = &run->ping;
    if (ping->options->prometheus == NULL)
        return true;
    bool is_written = metrics_write(&run->metrics, ping);
    if (!is_written && ping->failure[0] == '\0')
        (void)snprintf(ping->failure, sizeof ping->failure, "the file of --prometheus could not be written");
    return is_written;
}

/* Not before the last version is through, however slow the disk: echoes come first. */
static struct pkt_mono next_refresh(const struct run *run)
{
    int64_t every_ns = run->ping.options->report_every_ns;
    return (struct pkt_mono){pkt_mono_now().ns + (every_ns == 0 ? REFRESH_S * PKT_NS_PER_S : every_ns)};
}

static void on_refresh(struct loop *loop, void *context, int64_t late_ns)
{
    struct run *run = context;
    (void)late_ns;
    if (write_metrics(run))
        (void)loop_timer_start(loop, &run->refresh, next_refresh(run));
    else
        loop_stop(loop, 0);
}

static bool watch_metrics(struct run *run)
{
    run->refresh = (struct loop_timer){.on_timer = on_refresh, .context = run};
    return run->ping.options->prometheus == NULL ||
           loop_timer_start(run->loop, &run->refresh, next_refresh(run));
}

static bool watch(struct run *run)
{
    run->timer = (struct loop_timer){.on_timer = on_timer, .context = run};
    for (unsigned i = 0; i < WIRE_FAMILIES; i++)
        if (run->wire.sockets[i] != NULL &&
            !loop_watch(run->loop, pkt_icmp_socket_fd(run->wire.sockets[i]), POLLIN, on_ready, run))
            return false;
    return watch_windows(run) && watch_metrics(run) &&
           loop_timer_start(run->loop, &run->timer, loop_now(run->loop));
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

void run_explain(struct run *run, struct ping_target *target)
{
    struct silence_answer answer;
    if (target->why_said || run->ping.options->no_why)
        return;
    target->why_said = true;
    if (!run->ping.options->json && run->whys == WHYS_MAX) {
        run->whys_left_out++;
        target->why_withdrawn = true; /* there is nothing to withdraw */
        return;
    }
    run->whys++;
    silence_explain(&run->ping, run->host, target, &answer);
    run->ping.report->why(&run->ping, target, answer.code, answer.sentence);
}

/* After three echoes without an answer; with -q in the end alone; of a sweep's targets the table says enough.
 */
static void silent(struct ping *ping, struct ping_target *target)
{
    if (!ping->sweeps && !ping->options->quiet && target->stats.received == 0 &&
        target->stats.run == SILENT_FOR_WHY)
        run_explain(ping->run, target);
}

/* What was said of its silence is not to stand. */
static void recovered(struct ping *ping, struct ping_target *target)
{
    char sentence[128];
    target->why_withdrawn = true;
    (void)snprintf(sentence, sizeof sentence, "%s answers now: what was said of it holds no more",
                   words_of_address(target->address));
    ping->report->why(ping, target, "answers", sentence);
}

/* In the end, of those who never answered; of a sweep that nobody answered, one stands for all. */
static void explain_all(struct run *run)
{
    struct ping *ping = &run->ping;
    bool is_list = ping->options->alive || ping->options->unreachable;
    uint32_t count = !ping->sweeps ? ping->target_count : !is_list && summary_alive(ping) == 0 ? 1 : 0;
    for (uint32_t i = 0; i < count && i < ping->target_count; i++)
        if (ping->targets[i].stats.received == 0 && ping->targets[i].stats.sent > 0)
            run_explain(run, &ping->targets[i]);
    if (run->whys_left_out > 0)
        message_notice("why: %" PRIu32 " more targets did not answer; --json says of each why",
                       run->whys_left_out);
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
    if (result == 0)
        return TOOL_OK;
    out_flush(ping->out);
    message_error("%s", error.sentence);
    if (ping->failure[0] == '\0')
        (void)snprintf(ping->failure, sizeof ping->failure, "%s", error.sentence);
    return TOOL_ERROR;
}

static int prepare(struct run *run)
{
    uint8_t key[16], options[40];
    uint16_t identifiers[WIRE_FAMILIES];
    struct ping *ping = &run->ping;
    run->pool.memory = memory_of_heap(TIMES_BYTES_MAX);
    run->port = (struct engine_port){.context = &run->wire, .send = wire_send, .now = port_now};
    ping->pool = &run->pool;
    ping->silent = silent;
    ping->recovered = recovered;
    ping->run = run;
    ping->ip_options_len = wire_ip_options(ping->options, options);
    if (ping->options->names) {
        names_start(&run->names, run->resolver);
        ping->names = &run->names;
    }
    if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key)
        return fail_with(run, PKT_E_SYSTEM, errno, "no random numbers from the kernel");
    wire_get_identifiers(&run->wire, identifiers);
    if (!tally_start(ping) || !wire_prepare(&run->wire, ping, &run->engine) ||
        !engine_start(&run->engine, ping, &run->port, key, identifiers) || !start_record(run))
        return fail_with(run, PKT_E_MEMORY, ENOMEM, "no memory for so many targets");
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
    if (!watch(run)) {
        (void)fail_with(run, PKT_E_MEMORY, errno, "no memory for the event loop");
        return run_fail(run);
    }
    ping->report->begin(ping);
    int result = loop_run(run->loop);
    ping->complete = run->engine.is_over;
    engine_end(&run->engine);
    ping->dropped = wire_dropped(&run->wire);
    if (result < 0)
        (void)snprintf(ping->failure, sizeof ping->failure, "waiting failed: %s", strerror(-result));
    find_macs(run);
    explain_all(run);
    enum tool_status saved = finish_record(run);
    if (!write_metrics(run))
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

/* A source address that no socket can have. */
static void explain_socket(struct run *run)
{
    struct silence_answer answer;
    const struct ping_options *options = run->ping.options;
    if (run->ping.targets == NULL && run->error.system_errno == EADDRNOTAVAIL && !options->no_why &&
        silence_explain_source(run->host, options->source, &answer))
        run->ping.report->why(&run->ping, NULL, answer.code, answer.sentence);
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
    explain_socket(run);
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
    loop_close(run->loop);
    targets_close(run->list);
    pkt_host_close(run->host);
    free_targets(run);
}
