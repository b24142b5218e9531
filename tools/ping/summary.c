/* SPDX-License-Identifier: BSD-2-Clause */
#include "summary.h"

#include "common/histogram_view.h"
#include "common/message.h"
#include "common/numbers.h"
#include "common/table.h"
#include "common/terminal.h"
#include "pkt/clock.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NS_PER_US = 1000, NS_PER_MS = 1000000 };

const char *summary_clock_name(int clock)
{
    static const char *const names[] = {
        [PKT_ECHO_USER] = "user", [PKT_ECHO_KERNEL] = "kernel", [PKT_ECHO_CARD] = "card"};
    return names[clock];
}

void summary_add_up(const struct ping *ping, struct pkt_rtt_pool *pool, struct pkt_rtt_stats *ret_stats)
{
    *ret_stats = (struct pkt_rtt_stats){.sent = 0};
    for (uint32_t i = 0; i < ping->target_count; i++)
        pkt_rtt_stats_merge(ret_stats, pool, &ping->targets[i].stats);
}

/* stats  of all targets together
 * first  of the only one */
static void read_spread(const struct ping *ping, const struct pkt_rtt_stats *stats,
                        const struct pkt_rtt_stats *first, struct pkt_rtt_summary *ret_summary)
{
    pkt_rtt_stats_read(ping->target_count == 1 ? first : stats, ret_summary);
    if (ping->target_count != 1)
        ret_summary->has_spread = ret_summary->has_quantiles = false;
}

void summary_read_all(const struct ping *ping, struct pkt_rtt_stats *ret_stats,
                      struct pkt_rtt_summary *ret_summary)
{
    summary_add_up(ping, NULL, ret_stats);
    read_spread(ping, ret_stats, ping->target_count == 1 ? &ping->targets->stats : NULL, ret_summary);
}

uint32_t summary_alive(const struct ping *ping)
{
    uint32_t alive = 0;
    for (uint32_t i = 0; i < ping->target_count; i++)
        alive += ping->targets[i].stats.received > 0;
    return alive;
}

/* Of what was sent, what did not come back, as ping(8) counts it: what is still under way is lost too. */
double summary_loss(const struct pkt_rtt_stats *stats)
{
    if (stats->sent == 0)
        return 0;
    return (double)(stats->sent - stats->received) * 100.0 / (double)stats->sent;
}

int64_t summary_open_outage(const struct ping *ping, const struct pkt_rtt_summary *summary)
{
    struct pkt_mono now = ping->wall != NULL ? ping->last : pkt_mono_now();
    return summary->run > 0 ? pkt_mono_since(now, summary->run_since) : 0;
}

static const char *rate_text(const struct ping *ping, char *text, size_t size)
{
    if (ping->rate == 0)
        return "as fast as the machine sends";
    (void)snprintf(text, size, "at most %" PRIu64 " a second%s", ping->rate,
                   ping->rate == ping->rate_limit ? " (room of the neighbour table)" : "");
    return text;
}

bool summary_is_bare(const struct ping *ping)
{
    return ping->options->alive || ping->options->unreachable;
}

void summary_write_header(struct ping *ping)
{
    char rate[80];
    const char *again = ping->sweeps && ping->options->count == 0 && !ping->options->loop
                            ? ", a second try for the silent"
                            : "";
    char line[200];
    (void)snprintf(line, sizeof line, "PING %" PRIu32 " %s, %" PRIu64 " bytes of data, %s%s.",
                   ping->target_count, message_plural(ping->target_count, "target", "targets"),
                   ping->options->data_len, rate_text(ping, rate, sizeof rate), again);
    if (summary_is_bare(ping))
        message_notice("%s", line);
    else
        out_printf(ping->out, "%s\n", line);
}

static void put_counts(struct ping *ping, const struct pkt_rtt_stats *stats)
{
    const struct {
        uint64_t count;
        const char *word;
    } more[] = {
        {stats->duplicates, "duplicates"},
        {stats->corrupted,  "corrupted" },
        {stats->errors,     "errors"    }
    };
    out_printf(ping->out, "%" PRIu64 " packets transmitted, %" PRIu64 " received", stats->sent,
               stats->received);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (more[i].count > 0)
            out_printf(ping->out, ", +%" PRIu64 " %s", more[i].count, more[i].word);
    if (stats->sent > 0)
        out_printf(ping->out, ", %g%% packet loss, time %" PRId64 "ms", (double)(float)summary_loss(stats),
                   (pkt_mono_since(ping->last, ping->begun) + NS_PER_MS / 2) / NS_PER_MS);
    out_char(ping->out, '\n');
}

static void put_ms(struct out *out, const char *before, int64_t ns)
{
    int64_t us = ns / NS_PER_US;
    out_printf(out, "%s%" PRId64 ".%03" PRId64, before, us / 1000, us % 1000);
}

static const char *put_times(struct ping *ping, const struct pkt_rtt_summary *summary)
{
    if (!summary->has_rtt)
        return "";
    put_ms(ping->out, "rtt min/avg/max/mdev = ", summary->min_ns);
    put_ms(ping->out, "/", summary->avg_ns);
    put_ms(ping->out, "/", summary->max_ns);
    put_ms(ping->out, "/", summary->has_spread ? summary->mdev_ns : 0);
    out_string(ping->out, " ms");
    return ", ";
}

/* With -f and -A: time between echoes, and the moving mean of round-trip times. */
static void put_pace(struct ping *ping, const char *comma, const struct pkt_rtt_summary *summary)
{
    const struct ping_target *target = ping->targets;
    if (target->stats.received == 0 || target->stats.sent < 2 ||
        !(ping->options->flood || ping->options->adaptive || ping->options->interval_ns == 0))
        return;
    int64_t gap_ns = pkt_mono_since(ping->last, ping->begun) / (int64_t)(target->stats.sent - 1);
    out_string(ping->out, comma);
    put_ms(ping->out, "ipg/ewma ", gap_ns);
    put_ms(ping->out, "/", summary->has_spread ? summary->ewma_ns : summary->avg_ns);
    out_string(ping->out, " ms");
}

void summary_write_single(struct ping *ping)
{
    const struct ping_target *target = ping->targets;
    struct pkt_rtt_summary summary;
    pkt_rtt_stats_read(&target->stats, &summary);
    out_printf(ping->out, "\n--- %s ping statistics ---\n", target->name);
    put_counts(ping, &target->stats);
    const char *comma = put_times(ping, &summary);
    if (ping->pipe_max > 1) {
        out_printf(ping->out, "%spipe %" PRIu64, comma, ping->pipe_max);
        comma = ", ";
    }
    put_pace(ping, comma, &summary);
    out_char(ping->out, '\n');
}

/* --- windows --- */

void summary_read_window(const struct ping *ping, struct pkt_rtt_stats *ret_stats,
                         struct pkt_rtt_summary *ret_summary)
{
    *ret_stats = (struct pkt_rtt_stats){.sent = 0};
    for (uint32_t i = 0; i < ping->target_count; i++)
        pkt_rtt_stats_merge(ret_stats, NULL, &ping->windows[i]);
    read_spread(ping, ret_stats, ping->windows, ret_summary);
    if (ping->window_is_last)
        return;
    ret_stats->sent -= ret_stats->waiting;
    ret_stats->waiting = 0;
}

bool summary_window_is_empty(const struct ping *ping)
{
    struct pkt_rtt_stats stats;
    struct pkt_rtt_summary summary;
    summary_read_window(ping, &stats, &summary);
    return stats.sent == 0 && stats.late == 0 && stats.duplicates == 0 && stats.corrupted == 0 &&
           stats.errors == 0;
}

double summary_window_loss(const struct pkt_rtt_stats *stats)
{
    const struct pkt_rtt_stats decided = {.sent = stats->sent - stats->waiting, .received = stats->received};
    return summary_loss(&decided);
}

void summary_write_window(struct ping *ping)
{
    struct pkt_rtt_stats stats;
    struct pkt_rtt_summary s;
    if (summary_is_bare(ping))
        return;
    summary_read_window(ping, &stats, &s);
    out_printf(ping->out, "%.3f s: %" PRIu64 " sent, %" PRIu64 " received, %g%% loss",
               (double)ping->window_ns / 1e9, stats.sent, stats.received,
               (double)(float)summary_window_loss(&stats));
    if (stats.late > 0)
        out_printf(ping->out, ", %" PRIu32 " late", stats.late);
    if (stats.waiting > 0)
        out_printf(ping->out, ", %" PRIu32 " waiting", stats.waiting);
    if (s.has_rtt)
        out_printf(ping->out, ", min/avg/max = %.3f/%.3f/%.3f ms", (double)s.min_ns / 1e6,
                   (double)s.avg_ns / 1e6, (double)s.max_ns / 1e6);
    if (s.has_quantiles && ping->target_count == 1)
        out_printf(ping->out, ", p50/p95/p99 = %.3f/%.3f/%.3f ms", (double)s.p50_ns / 1e6,
                   (double)s.p95_ns / 1e6, (double)s.p99_ns / 1e6);
    out_char(ping->out, '\n');
}

/* --- how times are distributed --- */

static bool next_bucket(const void *context, unsigned *index, struct pkt_histogram_bucket *ret_bucket)
{
    const struct pkt_histogram *histogram = context;
    return pkt_histogram_next(histogram, index, ret_bucket);
}

void summary_draw_histogram(struct ping *ping)
{
    static struct pkt_histogram all;
    const struct histogram_view view = {.next = next_bucket,
                                        .context = &all,
                                        .width = terminal_width(STDOUT_FILENO),
                                        .utf8 = terminal_takes_utf8()};
    uint32_t missing = 0;
    for (uint32_t i = 0; i < ping->target_count; i++)
        missing +=
            ping->targets[i].stats.received > 0 && !pkt_rtt_stats_histogram(&ping->targets[i].stats, &all);
    if (all.count == 0)
        return;
    out_char(ping->out, '\n');
    histogram_view_write(&view, ping->out);
    if (missing > 0)
        out_printf(ping->out, "without the times of %" PRIu32 " targets, for which there was no memory\n",
                   missing);
}

/* Milliseconds, cut to microseconds as ping(8) has them. */
static void write_ms(const char *before, int64_t ns, char *to, size_t size)
{
    int64_t us = ns / NS_PER_US;
    (void)snprintf(to, size, "%s%" PRId64 ".%03" PRId64, before, us / 1000, us % 1000);
}

/* --- groups --- */

static void put_responder(struct ping *ping, const struct responder *responder)
{
    char mac[sizeof "02:00:00:00:00:00"] = "-", times[3][32];
    const uint8_t *byte = responder->mac.byte;
    if (responder->has_mac)
        (void)snprintf(mac, sizeof mac, "%02x:%02x:%02x:%02x:%02x:%02x", byte[0], byte[1], byte[2], byte[3],
                       byte[4], byte[5]);
    write_ms("", responder->min_ns, times[0], sizeof times[0]);
    write_ms("", responder->sum_ns / (int64_t)responder->replies, times[1], sizeof times[1]);
    write_ms("", responder->max_ns, times[2], sizeof times[2]);
    out_printf(ping->out, "%-39s %-17s %8" PRIu64 " %9s %9s %9s\n",
               words_of_scoped(responder->address, responder->interface), mac, responder->replies, times[0],
               times[1], times[2]);
}

void summary_write_responders(struct ping *ping)
{
    const struct responders *responders = &ping->responders;
    if (responders->count == 0)
        return;
    out_printf(ping->out, "\n--- %" PRIu32 " %s ---\n", responders->count,
               message_plural(responders->count, "responder", "responders"));
    out_printf(ping->out, "%-39s %-17s %8s %9s %9s %9s\n", "address", "MAC", "replies", "min ms", "avg ms",
               "max ms");
    for (uint32_t i = 0; i < responders->count; i++)
        put_responder(ping, &responders->list[i]);
    if (responders->unlisted > 0)
        out_printf(ping->out, "%" PRIu64 " replies of further hosts: there is room for %d\n",
                   responders->unlisted, RESPONDERS_MAX);
}

/* --- several targets --- */

static int by_verdict(const void *a, const void *b)
{
    const struct ping_target *one = *(struct ping_target *const *)a, *other = *(struct ping_target *const *)b;
    bool one_alive = one->stats.received > 0, other_alive = other->stats.received > 0;
    if (one_alive != other_alive)
        return one_alive ? -1 : 1;
    return words_compare(one->address, other->address);
}

static struct ping_target **sorted(const struct ping *ping)
{
    struct ping_target **order = malloc(ping->target_count * sizeof *order);
    if (order == NULL)
        return NULL;
    for (uint32_t i = 0; i < ping->target_count; i++)
        order[i] = &ping->targets[i];
    qsort(order, ping->target_count, sizeof *order, by_verdict);
    return order;
}

enum column {
    TARGET,
    COUNT_SENT,
    COUNT_RECEIVED,
    LOSS,
    MIN,
    AVG,
    MAX,
    P50,
    P95,
    P99,
    JITTER,
    OUTAGE,
    COLUMNS
};

/* What the table is asked for comes row by row: what a row's times come to is reckoned once. */
struct rows {
    const struct ping *ping;
    struct ping_target **order;
    uint64_t row; /* of the summary; UINT64_MAX: none yet */
    struct pkt_rtt_summary summary;
};

/* The name that was given, where it is another than the address. */
static void write_target(const struct ping_target *target, char *to, size_t size)
{
    const char *address = words_of_scoped(target->address, target->scope);
    if (target->name == NULL || strcmp(target->name, address) == 0)
        (void)snprintf(to, size, "%s", address);
    else
        (void)snprintf(to, size, "%s (%s)", target->name, address);
}

/* A time, or that there is none. */
static void write_time(const struct pkt_rtt_summary *s, unsigned column, char *to, size_t size)
{
    const struct {
        bool is_known;
        int64_t ns;
    } times[COLUMNS] = {
        [MIN] = {.is_known = s->has_rtt,       .ns = s->min_ns   },
        [AVG] = {.is_known = s->has_rtt,       .ns = s->avg_ns   },
        [MAX] = {.is_known = s->has_rtt,       .ns = s->max_ns   },
        [P50] = {.is_known = s->has_quantiles, .ns = s->p50_ns   },
        [P95] = {.is_known = s->has_quantiles, .ns = s->p95_ns   },
        [P99] = {.is_known = s->has_quantiles, .ns = s->p99_ns   },
        [JITTER] = {.is_known = s->has_spread,    .ns = s->jitter_ns},
    };
    (void)snprintf(to, size, "-");
    if (times[column].is_known)
        write_ms("", times[column].ns, to, size);
}

/* The longest outage; one that goes on is longer than what was seen of it. */
static void write_outage(const struct ping *ping, const struct pkt_rtt_summary *s, char *to, size_t size)
{
    int64_t open_ns = summary_open_outage(ping, s);
    (void)snprintf(to, size, "-");
    if (open_ns > s->longest_outage_ns)
        write_ms(">", open_ns, to, size);
    else if (s->longest_outage_ns > 0)
        write_ms("", s->longest_outage_ns, to, size);
}

static void write_cell(void *context, uint64_t row, unsigned column, char *to, size_t size)
{
    struct rows *rows = context;
    const struct ping_target *target = rows->order[row];
    if (rows->row != row)
        pkt_rtt_stats_read(&target->stats, &rows->summary);
    rows->row = row;
    if (column == TARGET)
        write_target(target, to, size);
    else if (column == COUNT_SENT || column == COUNT_RECEIVED)
        (void)snprintf(to, size, "%" PRIu64,
                       column == COUNT_SENT ? target->stats.sent : target->stats.received);
    else if (column == LOSS)
        (void)snprintf(to, size, "%.2f%%", summary_loss(&target->stats));
    else if (column == OUTAGE)
        write_outage(rows->ping, &rows->summary, to, size);
    else
        write_time(&rows->summary, column, to, size);
}

static void put_rows(struct ping *ping, struct ping_target **order)
{
    /* clang-format off */
    static const struct table_column columns[COLUMNS] = {
        [TARGET] = {.title = "target", .is_text = true},
        [COUNT_SENT] = {.title = "sent"},
        [COUNT_RECEIVED] = {.title = "recv"},
        [LOSS] = {.title = "loss"},
        [MIN] = {.title = "min", .unit = "ms"},
        [AVG] = {.title = "avg", .unit = "ms"},
        [MAX] = {.title = "max", .unit = "ms"},
        [P50] = {.title = "p50", .unit = "ms", .expendable = 2},
        [P95] = {.title = "p95", .unit = "ms", .expendable = 3},
        [P99] = {.title = "p99", .unit = "ms", .expendable = 1},
        [JITTER] = {.title = "jitter", .unit = "ms", .expendable = 4},
        [OUTAGE] = {.title = "outage", .unit = "ms", .expendable = 1},
    };
    /* clang-format on */
    struct rows rows = {.ping = ping, .order = order, .row = UINT64_MAX};
    const struct table table = {.columns = columns,
                                .column_count = COLUMNS,
                                .row_count = ping->target_count,
                                .cell = write_cell,
                                .context = &rows,
                                .width = terminal_width(STDOUT_FILENO)};
    table_write(&table, ping->out);
}

/* --alive, --unreachable: addresses and nothing else, for scripts. */
static void put_addresses(struct ping *ping, struct ping_target **order)
{
    for (uint32_t i = 0; i < ping->target_count; i++) {
        bool is_alive = order[i]->stats.received > 0;
        if (is_alive ? ping->options->alive : ping->options->unreachable)
            out_printf(ping->out, "%s\n", words_of_scoped(order[i]->address, order[i]->scope));
    }
    for (const struct ping_nameless *one = ping->nameless; ping->options->unreachable && one != NULL;
         one = one->next)
        out_printf(ping->out, "%s\n", one->name);
}

void summary_write_table(struct ping *ping)
{
    struct pkt_rtt_stats all;
    struct ping_target **order = sorted(ping);
    if (order == NULL) {
        message_error("no memory for a table of %" PRIu32 " targets", ping->target_count);
        return;
    }
    if (summary_is_bare(ping)) {
        put_addresses(ping, order);
    } else {
        summary_add_up(ping, NULL, &all);
        out_printf(ping->out, "\n--- %" PRIu32 " %s, %" PRIu32 " answered ---\n", ping->target_count,
                   message_plural(ping->target_count, "target", "targets"), summary_alive(ping));
        put_counts(ping, &all);
        put_rows(ping, order);
    }
    free(order);
}

void summary_say_status(struct ping *ping)
{
    struct pkt_rtt_stats all;
    struct pkt_rtt_summary s;
    char times[128] = "";
    summary_read_all(ping, &all, &s);
    if (s.has_rtt)
        (void)snprintf(times, sizeof times, ", min/avg/ewma/max = %.3f/%.3f/%.3f/%.3f ms",
                       (double)s.min_ns / 1e6, (double)s.avg_ns / 1e6,
                       (double)(s.has_spread ? s.ewma_ns : s.avg_ns) / 1e6, (double)s.max_ns / 1e6);
    out_flush(ping->out);
    (void)fprintf(stderr, "\r%" PRIu64 "/%" PRIu64 " packets, %d%% loss%s\n", all.received, all.sent,
                  (int)summary_loss(&all), times);
}
