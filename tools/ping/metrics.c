/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics.h"

#include "pkt/clock.h"
#include "summary.h"

#include <string.h>

enum {
    RUN_OF_THE_DEAD = 3, /* echoes lost in a row: the target is down */
    RATIO_DECIMALS = 6,
    NS_DECIMALS = 9,
};

/* One target. */
struct series {
    struct prometheus_label labels[3];
    const struct ping_target *target;
    const struct pkt_rtt_summary *summary;
};

enum { LABELS = sizeof((struct series *)NULL)->labels / sizeof(struct prometheus_label) };

/* --- the file --- */

bool metrics_open(struct metrics *metrics, const char *path)
{
    metrics->failed = true;
    if (!prometheus_open(&metrics->file, path))
        return false;
    prometheus_begin(&metrics->file);
    metrics->failed = metrics->file.failed;
    prometheus_discard(&metrics->file);
    if (!metrics->failed)
        metrics->failed = !prometheus_folder(&metrics->file, metrics->folder, sizeof metrics->folder);
    return !metrics->failed;
}

void metrics_close(struct metrics *metrics)
{
    prometheus_close(&metrics->file);
}

/* --- which targets --- */

/* Targets of a prefix or a range have no name but their address. */
static const char *name_of(const struct ping_target *target)
{
    return target->name != NULL ? target->name : words_of_scoped(target->address, target->scope);
}

static bool is_same(const struct ping_target *a, const struct ping_target *b)
{
    return pkt_ip_equal(a->address, b->address) && a->scope == b->scope &&
           strcmp(name_of(a), name_of(b)) == 0;
}

static bool is_listed(const struct metrics *metrics, const struct ping *ping,
                      const struct ping_target *target)
{
    for (uint32_t i = 0; i < metrics->listed_count; i++)
        if (is_same(&ping->targets[metrics->listed[i]], target))
            return true;
    return false;
}

/* The first ones. A target that is given twice would be two series of one name, for which a reader refuses
 * the whole file. */
static void choose_targets(struct metrics *metrics, const struct ping *ping)
{
    metrics->listed_count = 0;
    for (uint32_t i = 0; i < ping->target_count && metrics->listed_count < METRICS_TARGETS_MAX; i++) {
        if (is_listed(metrics, ping, &ping->targets[i]))
            continue;
        pkt_rtt_stats_read(&ping->targets[i].stats, &metrics->summaries[metrics->listed_count]);
        metrics->listed[metrics->listed_count++] = i;
    }
}

static struct series series_of(const struct metrics *metrics, const struct ping *ping, uint32_t place)
{
    const struct ping_target *target = &ping->targets[metrics->listed[place]];
    const struct series series = {
        .labels = {{.name = "target", .value = name_of(target)},
                   {.name = "address", .value = words_of_scoped(target->address, target->scope)},
                   {.name = "family", .value = target->address.version == 6 ? "6" : "4"}},
        .target = target,
        .summary = &metrics->summaries[place],
    };
    return series;
}

/* --- counters --- */

enum count { SENT, RECEIVED, LOST, LATE, DUPLICATES, CORRUPTED, ERRORS, REORDERED, OUTAGES, COUNTS };

/* clang-format off */
static const struct {
    const char *name;
    const char *help;
} counts[COUNTS] = {
    [SENT] = {"pktping_sent_total", "Echo requests sent."},
    [RECEIVED] = {"pktping_received_total", "Echo requests answered, late answers included."},
    [LOST] = {"pktping_lost_total", "Echo requests given up, also those answered later on."},
    [LATE] = {"pktping_late_total", "Answers that came after their echo request was given up."},
    [DUPLICATES] = {"pktping_duplicates_total", "Further answers to an echo request."},
    [CORRUPTED] = {"pktping_corrupted_total", "Answers with other bytes than were sent."},
    [ERRORS] = {"pktping_errors_total", "ICMP errors and errors of this machine."},
    [REORDERED] = {"pktping_reordered_total", "Answers that came behind one of a later echo request."},
    [OUTAGES] = {"pktping_outages", "Times that echo requests were lost in a row, that of now included."},
};
/* clang-format on */

static uint64_t count_of(const struct series *series, unsigned which)
{
    const struct pkt_rtt_stats *stats = &series->target->stats;
    /* Without the late ones it could shrink, which a reader would take for a restart. */
    const uint64_t values[COUNTS] = {[SENT] = stats->sent,
                                     [RECEIVED] = stats->received,
                                     [LOST] = series->summary->lost + stats->late,
                                     [LATE] = stats->late,
                                     [DUPLICATES] = stats->duplicates,
                                     [CORRUPTED] = stats->corrupted,
                                     [ERRORS] = stats->errors,
                                     [REORDERED] = stats->reordered,
                                     [OUTAGES] = series->summary->outages};
    return values[which];
}

static void write_counts(struct metrics *metrics, const struct ping *ping)
{
    for (unsigned which = 0; which < COUNTS; which++) {
        prometheus_family(&metrics->file, counts[which].name,
                          which == OUTAGES ? PROMETHEUS_GAUGE : PROMETHEUS_COUNTER, counts[which].help);
        for (uint32_t i = 0; i < metrics->listed_count; i++) {
            struct series series = series_of(metrics, ping, i);
            prometheus_u64(&metrics->file, series.labels, LABELS, count_of(&series, which));
        }
    }
}

/* --- times --- */

enum time { MIN, AVG, MAX, MDEV, JITTER, P50, P90, P95, P99, P999, OUTAGE, OUTAGE_NOW, TIMES };

/* clang-format off */
static const struct {
    const char *name;
    const char *help;
} times[TIMES] = {
    [MIN] = {"pktping_rtt_min_seconds", "Least round-trip time."},
    [AVG] = {"pktping_rtt_avg_seconds", "Mean round-trip time."},
    [MAX] = {"pktping_rtt_max_seconds", "Greatest round-trip time."},
    [MDEV] = {"pktping_rtt_mdev_seconds", "Standard deviation of round-trip times."},
    [JITTER] = {"pktping_rtt_jitter_seconds", "Jitter of round-trip times as in RFC 3550 6.4.1."},
    [P50] = {"pktping_rtt_p50_seconds", "Median of round-trip times."},
    [P90] = {"pktping_rtt_p90_seconds", "Quantile 0.9 of round-trip times."},
    [P95] = {"pktping_rtt_p95_seconds", "Quantile 0.95 of round-trip times."},
    [P99] = {"pktping_rtt_p99_seconds", "Quantile 0.99 of round-trip times."},
    [P999] = {"pktping_rtt_p999_seconds", "Quantile 0.999 of round-trip times."},
    [OUTAGE] = {"pktping_outage_longest_seconds", "Longest time without an answer that has ended."},
    [OUTAGE_NOW] = {"pktping_outage_current_seconds", "How long there has been no answer, 0: there is."},
};
/* clang-format on */

static bool get_time(const struct series *series, unsigned which, struct pkt_mono now, int64_t *ret_ns)
{
    const struct pkt_rtt_summary *s = series->summary;
    /* clang-format off */
    const struct {
        bool is_known;
        int64_t ns;
    } values[TIMES] = {
        [MIN] = {s->has_rtt, s->min_ns},
        [AVG] = {s->has_rtt, s->avg_ns},
        [MAX] = {s->has_rtt, s->max_ns},
        [MDEV] = {s->has_spread, s->mdev_ns},
        [JITTER] = {s->has_spread, s->jitter_ns},
        [P50] = {s->has_quantiles, s->p50_ns},
        [P90] = {s->has_quantiles, s->p90_ns},
        [P95] = {s->has_quantiles, s->p95_ns},
        [P99] = {s->has_quantiles, s->p99_ns},
        [P999] = {s->has_quantiles, s->p999_ns},
        [OUTAGE] = {true, s->longest_outage_ns},
        [OUTAGE_NOW] = {true, s->run > 0 ? pkt_mono_since(now, s->run_since) : 0},
    };
    /* clang-format on */
    *ret_ns = values[which].ns;
    return values[which].is_known;
}

/* What is not known has no sample: NaN would spoil every sum it is in. */
static void write_times(struct metrics *metrics, const struct ping *ping)
{
    struct pkt_mono now = pkt_mono_now();
    int64_t ns;
    for (unsigned which = 0; which < TIMES; which++) {
        prometheus_family(&metrics->file, times[which].name, PROMETHEUS_GAUGE, times[which].help);
        for (uint32_t i = 0; i < metrics->listed_count; i++) {
            struct series series = series_of(metrics, ping, i);
            if (get_time(&series, which, now, &ns))
                prometheus_seconds(&metrics->file, series.labels, LABELS, ns);
        }
    }
}

/* --- the histogram --- */

/* 1, 2, 5 and so on from 10 us to 10 s. */
static const int64_t bounds[] = {10000,      20000,      50000,      100000,     200000,
                                 500000,     1000000,    2000000,    5000000,    10000000,
                                 20000000,   50000000,   100000000,  200000000,  500000000,
                                 1000000000, 2000000000, 5000000000, 10000000000};

enum { BOUNDS = sizeof bounds / sizeof *bounds };

/* A bucket that a bound cuts in two is below it: off by less than 2 %. */
static void add_up(const struct pkt_histogram *all, uint64_t to[BOUNDS])
{
    struct pkt_histogram_bucket bucket;
    for (unsigned index = 0; pkt_histogram_next(all, &index, &bucket);)
        for (unsigned i = 0; i < BOUNDS; i++)
            to[i] += bucket.lower_ns <= bounds[i] ? bucket.count : 0;
}

static void write_histograms(struct metrics *metrics, const struct ping *ping)
{
    prometheus_family(&metrics->file, "pktping_rtt_seconds", PROMETHEUS_HISTOGRAM, "Round-trip times.");
    for (uint32_t i = 0; i < metrics->listed_count; i++) {
        struct series series = series_of(metrics, ping, i);
        const struct pkt_rtt_stats *stats = &series.target->stats;
        struct pkt_histogram all = {.count = 0};
        uint64_t up_to[BOUNDS] = {0};
        /* Where there was no memory for the times: number and sum alone. */
        bool has_times = stats->received == 0 || pkt_rtt_stats_histogram(stats, &all);
        add_up(&all, up_to);
        const struct prometheus_histogram histogram = {.upper_ns = bounds,
                                                       .count = up_to,
                                                       .bound_count = has_times ? BOUNDS : 0,
                                                       .total = stats->received,
                                                       .sum_ns = (int64_t)stats->sum_ns};
        prometheus_histogram(&metrics->file, series.labels, LABELS, &histogram);
    }
}

/* --- the rest --- */

static bool is_up(const struct series *series)
{
    return series->target->stats.received > 0 && series->summary->run < RUN_OF_THE_DEAD;
}

static void write_verdicts(struct metrics *metrics, const struct ping *ping)
{
    struct prometheus_file *file = &metrics->file;
    prometheus_family(file, "pktping_up", PROMETHEUS_GAUGE,
                      "1: the target has answered, and not lost three echo requests in a row since.");
    for (uint32_t i = 0; i < metrics->listed_count; i++) {
        struct series series = series_of(metrics, ping, i);
        prometheus_u64(file, series.labels, LABELS, is_up(&series));
    }
    prometheus_family(file, "pktping_loss_ratio", PROMETHEUS_GAUGE,
                      "Of the echo requests that are decided, what has no answer.");
    for (uint32_t i = 0; i < metrics->listed_count; i++) {
        struct series series = series_of(metrics, ping, i);
        uint64_t lost = series.summary->lost, decided = lost + series.target->stats.received;
        if (decided > 0)
            prometheus_fixed(file, series.labels, LABELS,
                             (int64_t)((double)lost * 1e6 / (double)decided + 0.5), RATIO_DECIMALS);
    }
}

static void write_run(struct metrics *metrics, const struct ping *ping)
{
    /* clang-format off */
    const struct {
        const char *name;
        enum prometheus_type type;
        const char *help;
        uint64_t value;
    } figures[] = {
        {"pktping_forged_total", PROMETHEUS_COUNTER, "Answers without the tag of an echo request.", ping->forged},
        {"pktping_responders", PROMETHEUS_GAUGE, "Hosts that answered for groups.", ping->responders.count},
        {"pktping_targets", PROMETHEUS_GAUGE, "Targets of the run.", ping->target_count},
        {"pktping_targets_alive", PROMETHEUS_GAUGE, "Targets that answered.", summary_alive(ping)},
        {"pktping_targets_unlisted", PROMETHEUS_GAUGE, "Targets without series of their own.",
         ping->target_count - metrics->listed_count},
        {"pktping_targets_unresolved", PROMETHEUS_GAUGE, "Names without an address.", ping->unresolved},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        prometheus_family(&metrics->file, figures[i].name, figures[i].type, figures[i].help);
        prometheus_u64(&metrics->file, NULL, 0, figures[i].value);
    }
    prometheus_family(&metrics->file, "pktping_last_run_timestamp_seconds", PROMETHEUS_GAUGE,
                      "When this was written, in seconds since 1970.");
    prometheus_fixed(&metrics->file, NULL, 0, pkt_wall_now().ns, NS_DECIMALS);
}

bool metrics_write(struct metrics *metrics, const struct ping *ping)
{
    if (metrics->failed)
        return false;
    prometheus_begin(&metrics->file);
    if (metrics->file.begun) {
        choose_targets(metrics, ping);
        write_verdicts(metrics, ping);
        write_counts(metrics, ping);
        write_times(metrics, ping);
        write_histograms(metrics, ping);
        write_run(metrics, ping);
    }
    metrics->failed = prometheus_commit(&metrics->file) != TOOL_OK;
    return !metrics->failed;
}
