/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event loop of a run: the engine is called when something came or is due, windows and metrics in their
 * time.
 */
#include "run_internal.h"

#include "pkt/clock.h"
#include "summary.h"
#include "tally.h"
#include "verdict.h"

#include <poll.h>
#include <stdio.h>

enum {
    CHECK_NS = 100000000, /* between looks at --until, where times of several targets are added up for it */
    REFRESH_S = 15,       /* between versions of --prometheus; scrapes are seldom more frequent */
};

/* --until is looked at now and then only: adding up what several targets' times come to takes its time. */
static bool is_checked_seldom(const struct run *run)
{
    const struct limits *until = &run->ping.options->until;
    return until->count > 0 && run->ping.target_count > 1 && !verdict_is_of_counts(until);
}

static bool is_enough(struct run *run)
{
    struct limits_result result;
    const struct limits *until = &run->ping.options->until;
    struct pkt_mono now = loop_now(run->loop);
    if (verdict_is_of_counts(until))
        return verdict_holds_by_counts(&run->ping, until, &result);
    if (is_checked_seldom(run) && now.ns - run->checked.ns < CHECK_NS)
        return false;
    run->checked = now;
    return verdict_holds(&run->ping, until, &result);
}

static void end_if_enough(struct run *run)
{
    if (run->ping.options->until.count > 0 && is_enough(run))
        run->engine.is_over = true;
}

/* What happened since the last look at --until is looked at when that is due, if nothing else happens before.
 */
static struct pkt_mono next_turn(const struct run *run)
{
    struct pkt_mono due = engine_due(&run->engine);
    int64_t check_ns = run->checked.ns + CHECK_NS;
    if (is_checked_seldom(run) && run->checked.ns < loop_now(run->loop).ns && check_ns < due.ns)
        due.ns = check_ns;
    return due;
}

static void schedule(struct run *run)
{
    if (run->ping.options->json)
        out_sink_flush(&run->ping.sink);
    else
        out_flush(run->ping.out);
    end_if_enough(run);
    if (run->ping.record != NULL)
        record_turn(run->ping.record, pkt_mono_now());
    if (run->engine.is_over || out_has_failed(run->ping.out) || record_has_failed(run->ping.record))
        loop_stop(run->loop, 0);
    else
        (void)loop_timer_start(run->loop, &run->timer, next_turn(run));
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
    end_if_enough(run); /* before more is sent */
    engine_turn(&run->engine);
    schedule(run);
}

static void on_window(struct loop *loop, void *context, int64_t late_ns)
{
    struct run *run = context;
    (void)late_ns;
    run->ping.window_ns = run->ping.options->report_every_ns;
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

void run_end_window(struct run *run)
{
    struct ping *ping = &run->ping;
    if (ping->windows == NULL)
        return;
    int64_t begun_ns = run->window.due.ns - ping->options->report_every_ns;
    int64_t elapsed_ns = pkt_mono_now().ns - begun_ns;
    ping->window_ns = elapsed_ns > 0 ? elapsed_ns : 0;
    ping->window_is_last = true;
    if (!summary_window_is_empty(ping))
        ping->report->window(ping);
}

bool run_write_metrics(struct run *run)
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
    if (run_write_metrics(run))
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

bool run_watch(struct run *run)
{
    run->timer = (struct loop_timer){.on_timer = on_timer, .context = run};
    for (unsigned i = 0; i < WIRE_FAMILIES; i++)
        if (run->wire.sockets[i] != NULL &&
            !loop_watch(run->loop, pkt_icmp_socket_fd(run->wire.sockets[i]), POLLIN, on_ready, run))
            return false;
    return watch_windows(run) && watch_metrics(run) &&
           loop_timer_start(run->loop, &run->timer, loop_now(run->loop));
}
