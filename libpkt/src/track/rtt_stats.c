/*
 * Statistics of one target. The struct has three forms: FEW replies, of which the sum is the only time;
 * DETAILED, with all that hangs off it; POOR, where the pool had nothing for it, with minimum and maximum in
 * place of the detail. Squares are summed in 128 bits, so that no time is too long and no run too long for
 * the deviation.
 */
#include "pkt/rtt_stats.h"

enum form {
    FORM_FEW = 0,
    FORM_DETAILED,
    FORM_POOR,
};

enum {
    SAMPLES_MAX = 32,
    EWMA_WEIGHT = 8,
    JITTER_WEIGHT = 16,
    OUTAGES_MAX = (1 << 30) - 1,
};
#define RTT_MAX_NS (INT64_C(1) << 44)

_Static_assert(sizeof(struct pkt_rtt_stats) == 96, "a target with fewer than two replies takes 96 bytes");

/* --- 128-bit sums --- */

struct wide {
    uint64_t high, low;
};

static struct wide wide_add(struct wide a, struct wide b)
{
    uint64_t low = a.low + b.low;
    return (struct wide){a.high + b.high + (low < a.low), low};
}

static struct wide wide_subtract(struct wide a, struct wide b)
{
    return (struct wide){a.high - b.high - (a.low < b.low), a.low - b.low};
}

static struct wide wide_product(uint64_t a, uint64_t b)
{
    uint64_t a_high = a >> 32, a_low = a & UINT32_MAX, b_high = b >> 32, b_low = b & UINT32_MAX;
    uint64_t low = a_low * b_low;
    uint64_t middle = a_high * b_low + (low >> 32);
    uint64_t other = a_low * b_high + (middle & UINT32_MAX);
    return (struct wide){a_high * b_high + (middle >> 32) + (other >> 32), other << 32 | (low & UINT32_MAX)};
}

static struct wide wide_times(struct wide a, uint64_t b)
{
    struct wide low = wide_product(a.low, b);
    return (struct wide){low.high + a.high * b, low.low};
}

/* --- what hangs off a target --- */

struct pkt_rtt_detail {
    int64_t min_ns, max_ns;
    struct wide squares; /* of the times in ns */
    int64_t last_ns;
    int64_t ewma;                    /* x 8 */
    int64_t jitter;                  /* x 16 */
    bool is_unknown;                 /* the pool had no histogram for the 33rd time: no quantiles */
    struct pkt_histogram *histogram; /* from the 33rd on; before: */
    int64_t sample_ns[SAMPLES_MAX];
};

static void *take(struct pkt_rtt_pool *pool, size_t size)
{
    if (pool == NULL)
        return NULL;
    bool fits = pool->used <= pool->memory.budget && size <= pool->memory.budget - pool->used;
    void *memory = fits ? pool->memory.allocate(pool->memory.context, size) : NULL;
    if (memory == NULL) {
        pool->refused++;
        return NULL;
    }
    pool->used += size;
    return memset(memory, 0, size);
}

static void give_back(struct pkt_rtt_pool *pool, void *memory, size_t size)
{
    if (memory == NULL)
        return;
    pool->memory.release(pool->memory.context, memory);
    pool->used -= size;
}

static void detail_release(struct pkt_rtt_detail *detail, struct pkt_rtt_pool *pool)
{
    give_back(pool, detail->histogram, sizeof *detail->histogram);
    give_back(pool, detail, sizeof *detail);
}

static int64_t difference(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* The moving means (RFC 3550 A.8 for the jitter; ewma as iputils keeps it). */
static void detail_move(struct pkt_rtt_detail *detail, int64_t rtt_ns)
{
    detail->ewma += rtt_ns - detail->ewma / EWMA_WEIGHT;
    int64_t rounded = (detail->jitter + JITTER_WEIGHT / 2) / JITTER_WEIGHT;
    detail->jitter += difference(rtt_ns, detail->last_ns) - rounded;
    detail->last_ns = rtt_ns;
}

static void detail_widen(struct pkt_rtt_detail *detail, int64_t min_ns, int64_t max_ns)
{
    if (min_ns < detail->min_ns)
        detail->min_ns = min_ns;
    if (max_ns > detail->max_ns)
        detail->max_ns = max_ns;
}

/* Puts the samples, of which there are count, into a histogram. */
static void samples_into(const struct pkt_rtt_detail *detail, uint64_t count, struct pkt_histogram *into)
{
    for (uint64_t i = 0; i < count; i++)
        pkt_histogram_record(into, detail->sample_ns[i]);
}

/* Has a histogram from now on, where memory lets it. */
static bool detail_use_histogram(struct pkt_rtt_detail *detail, struct pkt_rtt_pool *pool, uint64_t count)
{
    if (detail->histogram != NULL || detail->is_unknown)
        return detail->histogram != NULL;
    detail->histogram = take(pool, sizeof *detail->histogram);
    detail->is_unknown = detail->histogram == NULL;
    if (detail->histogram != NULL)
        samples_into(detail, count, detail->histogram);
    return detail->histogram != NULL;
}

/* count  times that it has before this one */
static void detail_keep(struct pkt_rtt_detail *detail, struct pkt_rtt_pool *pool, uint64_t count,
                        int64_t rtt_ns)
{
    if (count < SAMPLES_MAX && detail->histogram == NULL && !detail->is_unknown)
        detail->sample_ns[count] = rtt_ns;
    else if (detail_use_histogram(detail, pool, count))
        pkt_histogram_record(detail->histogram, rtt_ns);
}

static struct pkt_rtt_detail detail_of_one(int64_t rtt_ns)
{
    return (struct pkt_rtt_detail){
        .min_ns = rtt_ns,
        .max_ns = rtt_ns,
        .squares = wide_product((uint64_t)rtt_ns, (uint64_t)rtt_ns),
        .last_ns = rtt_ns,
        .ewma = rtt_ns * EWMA_WEIGHT,
        .sample_ns = {rtt_ns},
    };
}

/* --- the target --- */

/* The one time of a target with one reply. */
static int64_t only_ns(const struct pkt_rtt_stats *stats)
{
    return (int64_t)stats->sum_ns;
}

static int64_t min_of(const struct pkt_rtt_stats *stats)
{
    if (stats->form == FORM_DETAILED)
        return stats->more.detail->min_ns;
    return stats->form == FORM_POOR ? stats->min_ns : only_ns(stats);
}

static int64_t max_of(const struct pkt_rtt_stats *stats)
{
    if (stats->form == FORM_DETAILED)
        return stats->more.detail->max_ns;
    return stats->form == FORM_POOR ? stats->more.max_ns : only_ns(stats);
}

/* Makes place for further times. */
static void leave_few(struct pkt_rtt_stats *stats, struct pkt_rtt_pool *pool)
{
    if (stats->form != FORM_FEW)
        return;
    struct pkt_rtt_detail *detail = take(pool, sizeof *detail);
    stats->form = detail == NULL ? FORM_POOR : FORM_DETAILED;
    if (detail == NULL) {
        stats->min_ns = stats->received > 0 ? only_ns(stats) : INT64_MAX;
        stats->more.max_ns = only_ns(stats);
        return;
    }
    *detail =
        stats->received > 0 ? detail_of_one(only_ns(stats)) : (struct pkt_rtt_detail){.min_ns = INT64_MAX};
    stats->more.detail = detail;
}

static void sum_add(struct pkt_rtt_stats *stats, uint64_t ns)
{
    stats->sum_ns = ns <= UINT64_MAX - stats->sum_ns ? stats->sum_ns + ns : UINT64_MAX;
}

static void widen(struct pkt_rtt_stats *stats, int64_t min_ns, int64_t max_ns)
{
    if (stats->form == FORM_DETAILED) {
        detail_widen(stats->more.detail, min_ns, max_ns);
        return;
    }
    stats->min_ns = min_ns < stats->min_ns ? min_ns : stats->min_ns;
    stats->more.max_ns = max_ns > stats->more.max_ns ? max_ns : stats->more.max_ns;
}

/* A time beside those of `received` replies. */
static void add_time(struct pkt_rtt_stats *stats, struct pkt_rtt_pool *pool, int64_t rtt_ns)
{
    if (stats->received > 0) {
        leave_few(stats, pool);
        widen(stats, rtt_ns, rtt_ns);
    }
    if (stats->form == FORM_DETAILED) {
        struct pkt_rtt_detail *detail = stats->more.detail;
        detail->squares = wide_add(detail->squares, wide_product((uint64_t)rtt_ns, (uint64_t)rtt_ns));
        detail_move(detail, rtt_ns);
        detail_keep(detail, pool, stats->received, rtt_ns);
    }
    sum_add(stats, (uint64_t)rtt_ns);
}

static uint32_t more_by(uint32_t count, uint32_t by)
{
    return by <= UINT32_MAX - count ? count + by : UINT32_MAX;
}

void pkt_rtt_stats_sent(struct pkt_rtt_stats *stats)
{
    stats->sent++;
    stats->waiting = more_by(stats->waiting, 1);
}

/* A late reply takes its probe out of the run of now. */
static void leave_run(struct pkt_rtt_stats *stats, struct pkt_mono sent)
{
    if (stats->run > 0 && sent.ns >= stats->run_since_ns)
        stats->run--;
}

/* Numbers are compared by their low halves, as those that are near each other can be. */
static void note_order(struct pkt_rtt_stats *stats, uint32_t number)
{
    bool is_before = stats->received > 0 && (int32_t)(number - stats->greatest) < 0;
    if (is_before)
        stats->reordered = more_by(stats->reordered, 1);
    else
        stats->greatest = number;
}

void pkt_rtt_stats_reply(struct pkt_rtt_stats *stats, struct pkt_rtt_pool *pool,
                         const struct pkt_rtt_reply *reply)
{
    int64_t rtt_ns = reply->rtt_ns < 0 ? 0 : reply->rtt_ns;
    note_order(stats, (uint32_t)reply->number);
    add_time(stats, pool, rtt_ns < RTT_MAX_NS ? rtt_ns : RTT_MAX_NS);
    stats->received++;
    if (!reply->is_late) {
        stats->waiting -= stats->waiting > 0;
        return;
    }
    stats->late = more_by(stats->late, 1);
    leave_run(stats, reply->sent);
}

/* The run of losses of now ended with a probe that was answered. */
static void end_run(struct pkt_rtt_stats *stats, struct pkt_mono sent)
{
    if (stats->run == 0)
        return;
    float outage_ns = (float)pkt_mono_since(sent, (struct pkt_mono){stats->run_since_ns});
    if (outage_ns > stats->longest_outage_ns)
        stats->longest_outage_ns = outage_ns;
    if (stats->run > stats->longest_run)
        stats->longest_run = stats->run;
    if (stats->outages < OUTAGES_MAX)
        stats->outages++;
    stats->run = 0;
}

void pkt_rtt_stats_settle(struct pkt_rtt_stats *stats, bool answered, struct pkt_mono sent)
{
    if (answered) {
        end_run(stats, sent);
        return;
    }
    stats->waiting -= stats->waiting > 0;
    if (stats->run == 0)
        stats->run_since_ns = sent.ns;
    stats->run = more_by(stats->run, 1);
}

void pkt_rtt_stats_count(struct pkt_rtt_stats *stats, enum pkt_rtt_event event)
{
    uint32_t *const counts[] = {
        [PKT_RTT_DUPLICATE] = &stats->duplicates,
        [PKT_RTT_CORRUPTED] = &stats->corrupted,
        [PKT_RTT_ERROR] = &stats->errors,
        [PKT_RTT_FORGED] = &stats->forged,
        [PKT_RTT_LATE] = &stats->late,
    };
    *counts[event] = more_by(*counts[event], 1);
}

/* --- reading --- */

/* Newton's way down from above; the result is the root, rounded to the nearest. */
static int64_t square_root(double square)
{
    if (!(square > 0))
        return 0;
    double root, next = square > 1 ? square : 1;
    do {
        root = next;
        next = (root + square / root) / 2;
    } while (next < root);
    return (int64_t)(root + 0.5);
}

/*
 * The standard deviation. E[x^2] - E[x]^2 as it stands would lose all digits where times vary little; so the
 * whole part q of the mean is taken off exactly first: sum (x - q)^2 = sum x^2 - 2 q sum x + n q^2.
 */
static int64_t deviation_of(const struct pkt_rtt_stats *stats, struct wide squares)
{
    uint64_t whole = stats->sum_ns / stats->received, rest = stats->sum_ns % stats->received;
    struct wide centred = wide_add(squares, wide_times(wide_product(whole, whole), stats->received));
    centred = wide_subtract(centred, wide_times(wide_product(whole, stats->sum_ns), 2));
    double count = (double)stats->received, offset = (double)rest / count;
    double total = (double)centred.high * 18446744073709551616.0 + (double)centred.low;
    return square_root(total / count - offset * offset);
}

static void read_spread(const struct pkt_rtt_stats *stats, struct pkt_rtt_summary *summary)
{
    summary->has_spread = stats->received > 0 && stats->form != FORM_POOR;
    summary->ewma_ns = summary->avg_ns;
    if (stats->form != FORM_DETAILED)
        return;
    const struct pkt_rtt_detail *detail = stats->more.detail;
    summary->mdev_ns = deviation_of(stats, detail->squares);
    summary->ewma_ns = detail->ewma / EWMA_WEIGHT;
    summary->jitter_ns = detail->jitter / JITTER_WEIGHT;
}

static void read_runs(const struct pkt_rtt_stats *stats, struct pkt_rtt_summary *summary)
{
    summary->longest_run = stats->run > stats->longest_run ? stats->run : stats->longest_run;
    summary->outages = stats->outages + (stats->run > 0 ? 1U : 0U);
    summary->run = stats->run;
    summary->run_since.ns = stats->run_since_ns;
    summary->longest_outage_ns =
        stats->longest_outage_ns < 9.2e18F ? (int64_t)stats->longest_outage_ns : INT64_MAX;
}

static void sort(int64_t *numbers, uint64_t count)
{
    for (uint64_t i = 1; i < count; i++) {
        int64_t number = numbers[i];
        uint64_t place = i;
        for (; place > 0 && numbers[place - 1] > number; place--)
            numbers[place] = numbers[place - 1];
        numbers[place] = number;
    }
}

/* The times as they are, ascending; how many there are, 0 where they are not all there. */
static uint64_t exact_times(const struct pkt_rtt_stats *stats, int64_t ret_times[SAMPLES_MAX])
{
    if (stats->form == FORM_FEW) {
        ret_times[0] = only_ns(stats);
        return stats->received;
    }
    const struct pkt_rtt_detail *detail = stats->form == FORM_DETAILED ? stats->more.detail : NULL;
    if (detail == NULL || detail->histogram != NULL || detail->is_unknown)
        return 0;
    memcpy(ret_times, detail->sample_ns, (size_t)stats->received * sizeof ret_times[0]);
    sort(ret_times, stats->received);
    return stats->received;
}

/* By nearest rank. */
static int64_t exact_quantile(const int64_t *times, uint64_t count, uint32_t per_million)
{
    uint64_t rank = (count * per_million + 999999) / 1000000;
    return times[rank == 0 ? 0 : rank > count ? count - 1 : rank - 1];
}

static const struct pkt_histogram *histogram_of(const struct pkt_rtt_stats *stats)
{
    return stats->form == FORM_DETAILED ? stats->more.detail->histogram : NULL;
}

bool pkt_rtt_stats_quantile(const struct pkt_rtt_stats *stats, uint32_t per_million, int64_t *ret_ns)
{
    if (histogram_of(stats) != NULL)
        return pkt_histogram_quantile(histogram_of(stats), per_million, ret_ns);
    int64_t times[SAMPLES_MAX];
    uint64_t count = exact_times(stats, times);
    if (count == 0)
        return false;
    *ret_ns = exact_quantile(times, count, per_million);
    return true;
}

static void read_quantiles(const struct pkt_rtt_stats *stats, struct pkt_rtt_summary *summary)
{
    const struct {
        uint32_t per_million;
        int64_t *ret_ns;
    } wanted[] = {
        {500000, &summary->p50_ns },
        {900000, &summary->p90_ns },
        {950000, &summary->p95_ns },
        {990000, &summary->p99_ns },
        {999000, &summary->p999_ns},
    };
    summary->has_quantiles = true;
    summary->is_exact = histogram_of(stats) == NULL;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && summary->has_quantiles; i++)
        summary->has_quantiles = pkt_rtt_stats_quantile(stats, wanted[i].per_million, wanted[i].ret_ns);
    summary->is_exact = summary->is_exact && summary->has_quantiles;
}

void pkt_rtt_stats_read(const struct pkt_rtt_stats *stats, struct pkt_rtt_summary *ret_summary)
{
    uint64_t decided = stats->sent > stats->waiting ? stats->sent - stats->waiting : 0;
    *ret_summary = (struct pkt_rtt_summary){
        .lost = decided > stats->received ? decided - stats->received : 0,
        .has_rtt = stats->received > 0,
    };
    if (ret_summary->has_rtt) {
        ret_summary->min_ns = min_of(stats);
        ret_summary->avg_ns = (int64_t)(stats->sum_ns / stats->received);
        ret_summary->max_ns = max_of(stats);
    }
    read_spread(stats, ret_summary);
    read_runs(stats, ret_summary);
    read_quantiles(stats, ret_summary);
}

bool pkt_rtt_stats_histogram(const struct pkt_rtt_stats *stats, struct pkt_histogram *into)
{
    if (histogram_of(stats) != NULL) {
        pkt_histogram_merge(into, histogram_of(stats));
        return true;
    }
    int64_t times[SAMPLES_MAX];
    uint64_t count = exact_times(stats, times);
    for (uint64_t i = 0; i < count; i++)
        pkt_histogram_record(into, times[i]);
    return count == stats->received;
}

/* --- several targets, windows --- */

static void merge_counts(struct pkt_rtt_stats *into, const struct pkt_rtt_stats *from)
{
    uint32_t *const sums[] = {&into->waiting, &into->late,   &into->duplicates, &into->corrupted,
                              &into->errors,  &into->forged, &into->reordered};
    const uint32_t counts[] = {from->waiting, from->late,   from->duplicates, from->corrupted,
                               from->errors,  from->forged, from->reordered};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        *sums[i] = more_by(*sums[i], counts[i]);
    into->sent += from->sent;
}

static void merge_runs(struct pkt_rtt_stats *into, const struct pkt_rtt_stats *from)
{
    uint32_t outages = into->outages + from->outages;
    into->outages = (outages < OUTAGES_MAX ? outages : OUTAGES_MAX) & OUTAGES_MAX;
    if (from->longest_run > into->longest_run)
        into->longest_run = from->longest_run;
    if (from->longest_outage_ns > into->longest_outage_ns)
        into->longest_outage_ns = from->longest_outage_ns;
    if (from->run > into->run) {
        into->run = from->run;
        into->run_since_ns = from->run_since_ns;
    }
}

/* The mean of two moving means. */
static int64_t weighted(int64_t a, uint64_t a_weight, int64_t b, uint64_t b_weight)
{
    if (b_weight == 0)
        return a;
    double share = (double)b_weight / ((double)a_weight + (double)b_weight);
    return a + (int64_t)((double)(b - a) * share);
}

/* How many differences of successive times the jitter of a target is made of. */
static uint64_t differences(const struct pkt_rtt_stats *stats)
{
    return stats->received > 1 ? stats->received - 1 : 0;
}

/* The times of from, all that are known, behind those of into. */
static void merge_times(struct pkt_rtt_stats *into, struct pkt_rtt_pool *pool,
                        const struct pkt_rtt_stats *from)
{
    struct pkt_rtt_detail *detail = into->more.detail;
    int64_t times[SAMPLES_MAX];
    uint64_t count = exact_times(from, times);
    for (uint64_t i = 0; i < count; i++)
        detail_keep(detail, pool, into->received + i, times[i]);
    if (count == from->received)
        return;
    if (histogram_of(from) != NULL && detail_use_histogram(detail, pool, into->received)) {
        pkt_histogram_merge(detail->histogram, histogram_of(from));
        return;
    }
    give_back(pool, detail->histogram, sizeof *detail->histogram);
    detail->histogram = NULL;
    detail->is_unknown = true;
}

/* What is known of from only by the means is known of both by these alone. */
static void become_poor(struct pkt_rtt_stats *stats, struct pkt_rtt_pool *pool)
{
    if (stats->form == FORM_POOR)
        return;
    int64_t min_ns = min_of(stats), max_ns = max_of(stats);
    if (stats->form == FORM_DETAILED)
        detail_release(stats->more.detail, pool);
    stats->form = FORM_POOR;
    stats->min_ns = min_ns;
    stats->more.max_ns = max_ns;
}

static void merge_detail(struct pkt_rtt_stats *into, struct pkt_rtt_pool *pool,
                         const struct pkt_rtt_stats *from)
{
    struct pkt_rtt_detail one = detail_of_one(only_ns(from));
    const struct pkt_rtt_detail *other = from->form == FORM_DETAILED ? from->more.detail : &one;
    struct pkt_rtt_detail *detail = into->more.detail;
    detail->squares = wide_add(detail->squares, other->squares);
    detail->ewma = weighted(detail->ewma, into->received, other->ewma, from->received);
    detail->jitter = weighted(detail->jitter, differences(into), other->jitter, differences(from));
    detail->last_ns = other->last_ns;
    merge_times(into, pool, from);
}

/* into and from have more than one time together. */
static void merge_many(struct pkt_rtt_stats *into, struct pkt_rtt_pool *pool,
                       const struct pkt_rtt_stats *from)
{
    leave_few(into, pool);
    if (from->form == FORM_POOR)
        become_poor(into, pool);
    widen(into, min_of(from), max_of(from));
    if (into->form == FORM_DETAILED)
        merge_detail(into, pool, from);
}

void pkt_rtt_stats_merge(struct pkt_rtt_stats *into, struct pkt_rtt_pool *pool,
                         const struct pkt_rtt_stats *from)
{
    merge_counts(into, from);
    merge_runs(into, from);
    if (from->received == 0)
        return;
    if (into->received + from->received > 1)
        merge_many(into, pool, from);
    if (into->received == 0 || (int32_t)(from->greatest - into->greatest) > 0)
        into->greatest = from->greatest;
    sum_add(into, from->sum_ns);
    into->received += from->received;
}

void pkt_rtt_stats_destroy(struct pkt_rtt_stats *stats, struct pkt_rtt_pool *pool)
{
    if (stats->form == FORM_DETAILED)
        detail_release(stats->more.detail, pool);
    *stats = (struct pkt_rtt_stats){.sent = 0};
}

void pkt_rtt_stats_reset(struct pkt_rtt_stats *stats, struct pkt_rtt_pool *pool)
{
    struct pkt_rtt_stats kept = {
        .sent = stats->waiting,
        .waiting = stats->waiting,
        .run = stats->run,
        .run_since_ns = stats->run_since_ns,
    };
    pkt_rtt_stats_destroy(stats, pool);
    *stats = kept;
}
