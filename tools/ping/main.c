/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pktping: puts together what the command line asks for, and runs it. Sockets are opened first, and what
 * privilege there was is dropped for good, before a name is resolved, a file is read or a packet is received.
 */
#include "common/loop.h"
#include "common/message.h"
#include "common/options.h"
#include "common/resolver.h"
#include "common/startup.h"
#include "lan.h"
#include "pkt/netns.h"
#include "pkt/privilege.h"
#include "pmtu_run.h"
#include "replay.h"
#include "run.h"
#include "stuck.h"

#include <string.h>
#include <sys/prctl.h>

static struct out out;
static struct run run;
static struct ping_options options = {.interval_ns = -1, .wait_ns = -1, .data_len = PING_DATA_DEFAULT};

static bool is_lan(void)
{
    return options.arp || options.nd || options.dad || options.lan != NULL;
}

static const char *conflict_of(const struct option_operands *operands)
{
    bool follows = options.flood || options.adaptive, one = operands->count == 1 && options.file_count == 0;
    /* clang-format off */
    const struct {
        bool is;
        const char *sentence;
    } conflicts[] = {
        {options.lan != NULL && operands->count > 0,
         "--lan finds the hosts by itself: leave out the others"},
        {is_lan() && options.source.version != 0,
         "-I is the name of an interface here, not an address: frames leave from the interface's own"},
        {operands->count == 0 && options.file_count == 0 && options.lan == NULL && options.read == NULL,
         "nobody to ping: name a host, an address, a prefix such as 192.0.2.0/24, or give --file FILE"},
        {options.record_route && options.ip_timestamp != PING_TIMESTAMP_NONE,
         "-R and -T exclude each other: there is room for one of them in the IPv4 header"},
        {(options.record_route || options.ip_timestamp != PING_TIMESTAMP_NONE) && options.family == 6,
         "-R and -T are options of IPv4: leave out -6"},
        {options.has_flow_label && options.family == 4,
         "-F is the flow label of IPv6: leave out -4"},
        {follows && !one,
         "-f and -A go with one host: for many give --rate"},
        {(options.sticky_source || options.connects) && !one,
         "-B and -C go with one host"},
        {options.preload > 0 && !one,
         "-l goes with one host: for many give --rate"},
        {options.numeric && options.names,
         "-n and -H exclude each other: give one"},
        {options.user_rtt && options.clock == PING_CLOCK_HARDWARE,
         "-U and --timestamping=hw exclude each other: give one"},
        {options.data_len < PKT_ECHO_PAYLOAD_SIZE && !one,
         "to tell echoes to several hosts apart takes 16 bytes of data: give -s 16 or more"},
        {options.save != NULL && out_is_standard(options.save),
         "--save needs a file: standard output is for the report"},
        {options.prometheus != NULL && out_is_standard(options.prometheus),
         "--prometheus needs a file: standard output is for the report"},
        {options.save != NULL && options.prometheus != NULL && strcmp(options.save, options.prometheus) == 0,
         "--save and --prometheus name the same file: give each its own"},
        {options.report_every_ns > 0 && options.prometheus == NULL && (options.alive || options.unreachable),
         "--alive and --unreachable print bare addresses: leave out --report-every"},
        {options.histogram && (options.json || options.alive || options.unreachable),
         "--histogram is for people: leave out --json, --alive and --unreachable"},
        {(options.alive || options.unreachable) && options.json,
         "--alive and --unreachable print bare addresses, --json objects: give one"},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof conflicts / sizeof *conflicts; i++)
        if (conflicts[i].is)
            return conflicts[i].sentence;
    return NULL;
}

static enum tool_status search(const struct option_operands *operands)
{
    const struct lan_options lan = {
        .size = sizeof lan,
        .mode = options.arp   ? LAN_MODE_ARP
                : options.nd  ? LAN_MODE_ND
                : options.dad ? LAN_MODE_DAD
                              : LAN_MODE_FIND,
        .interface = options.lan != NULL ? options.lan : options.interface,
        .count = options.count,
        .interval_ns = options.interval_ns < 0 ? 0 : options.interval_ns,
        .timeout_ns = options.wait_ns < 0 ? 0 : options.wait_ns,
        .rate = options.rate > LAN_RATE_MAX ? LAN_RATE_MAX : (uint32_t)options.rate,
        .query = options.query,
        .json = options.json,
        .quiet = options.quiet,
        .netns = options.netns,
    };
    return lan_run(&lan, operands, &out);
}

/* Without privilege: the file is the user's, not pktping's. */
static bool open_metrics(void)
{
    return options.prometheus == NULL || metrics_open(&run.metrics, options.prometheus);
}

static enum tool_status ping(const struct option_operands *operands)
{
    const struct pkt_privilege_drop_options all = {.size = sizeof all};
    struct pkt_error *error = &run.error;
    if ((options.save != NULL && record_open(options.save, &run.ping.record, error) != 0) ||
        (options.netns != NULL && pkt_netns_enter(options.netns, error) != 0) ||
        run_open(&run, &options, &out) != 0 || pkt_privilege_drop(&all, error) != 0)
        return run_fail(&run);
    if (!open_metrics() || run_find_targets(&run, operands) != 0)
        return run_fail(&run);
    return options.pmtu ? pmtu_run(&run) : run_all(&run);
}

int main(int argc, char **argv)
{
    struct option_operands operands;
    enum tool_status status;
    const char *conflict;

    tool_start(argv[0]);
    if (!options_parse(&tool_options, argc, argv, &options, &operands, &status))
        return (int)status;
    message_set_quiet(options.quiet);
    if ((conflict = conflict_of(&operands)) != NULL) {
        message_error("%s", conflict);
        return TOOL_ERROR;
    }
    out_open_standard(&out);
    out_set_ops(&out, &stuck_ops);
    (void)prctl(PR_SET_TIMERSLACK, 1UL); /* by default timers may be 50 us late */
    if (is_lan()) {
        status = search(&operands);
    } else {
        if (options.pmtu) { /* echoes are never fragmented here, whatever the kernel remembers of the path */
            options.mtu_mode = PING_MTU_PROBE;
            options.clock = PING_CLOCK_USER;
        }
        run_start(&run, &options, &out);
        status = options.read != NULL ? replay_run(&run, &operands) : ping(&operands);
        run_close(&run);
    }
    return (int)tool_status_worse(status, out_finish(&out));
}
