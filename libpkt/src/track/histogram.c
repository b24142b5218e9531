/*
 * The histogram of durations. A duration is cut to units of 16 ns; its bucket is its highest bits: below 64
 * units it stands for itself, above the seven highest bits and the number of those cut off choose it.
 */
#include "pkt/histogram.h"

enum {
    UNIT_BITS = 4, /* 16 ns */
    PART_BITS = 6, /* 64 buckets each doubling */
    PARTS = 1 << PART_BITS,
    TOP_BITS = 40,
};
#define TOP_NS    (INT64_C(1) << TOP_BITS)
#define MILLIONTH UINT64_C(1000000)

_Static_assert((TOP_BITS - UNIT_BITS - PART_BITS + 1) * PARTS == PKT_HISTOGRAM_BUCKETS,
               "buckets end at 2^40");
_Static_assert(sizeof(struct pkt_histogram) < 8192, "under 8 KiB");

/* The place of the highest bit of a number that is not 0. */
static unsigned high_bit(uint64_t number)
{
    unsigned bit = 0;
    for (unsigned step = 32; step > 0; step /= 2) {
        if (number >> step != 0) {
            number >>= step;
            bit += step;
        }
    }
    return bit;
}

/* The bucket of a duration of less than TOP_NS. */
static unsigned bucket_of(uint64_t duration_ns)
{
    uint64_t units = duration_ns >> UNIT_BITS;
    if (units < PARTS)
        return (unsigned)units;
    unsigned cut = high_bit(units) - PART_BITS;
    return cut * PARTS + (unsigned)(units >> cut);
}

/* Where a bucket begins; of the one behind the last, TOP_NS. */
static int64_t lower_of(unsigned bucket)
{
    if (bucket < PARTS)
        return (int64_t)bucket << UNIT_BITS;
    unsigned cut = bucket / PARTS - 1;
    return (int64_t)(bucket % PARTS + PARTS) << (cut + UNIT_BITS);
}

static void add(struct pkt_histogram *histogram, unsigned bucket, uint32_t count)
{
    uint32_t room = UINT32_MAX - histogram->bucket[bucket];
    uint32_t fitting = count < room ? count : room;
    histogram->bucket[bucket] += fitting;
    histogram->saturated += count - fitting;
}

static void widen(struct pkt_histogram *histogram, int64_t min_ns, int64_t max_ns)
{
    if (histogram->count == 0 || min_ns < histogram->min_ns)
        histogram->min_ns = min_ns;
    if (histogram->count == 0 || max_ns > histogram->max_ns)
        histogram->max_ns = max_ns;
}

void pkt_histogram_record(struct pkt_histogram *histogram, int64_t duration_ns)
{
    int64_t counted_ns = duration_ns < 0 ? 0 : duration_ns;
    widen(histogram, counted_ns, counted_ns);
    histogram->count++;
    histogram->negative += duration_ns < 0;
    if (counted_ns >= TOP_NS)
        histogram->above++;
    else
        add(histogram, bucket_of((uint64_t)counted_ns), 1);
}

void pkt_histogram_merge(struct pkt_histogram *into, const struct pkt_histogram *from)
{
    if (from->count == 0)
        return;
    widen(into, from->min_ns, from->max_ns);
    into->count += from->count;
    into->negative += from->negative;
    into->above += from->above;
    into->saturated += from->saturated;
    for (unsigned i = 0; i < PKT_HISTOGRAM_BUCKETS; i++)
        add(into, i, from->bucket[i]);
}

/* ceil(count x per_million / 10^6), at least 1, without overflow. */
static uint64_t rank_of(uint64_t count, uint32_t per_million)
{
    uint64_t whole = count / MILLIONTH * per_million;
    uint64_t rest = (count % MILLIONTH * per_million + MILLIONTH - 1) / MILLIONTH;
    return whole + rest == 0 ? 1 : whole + rest;
}

/* The middle of a bucket, but nothing that no duration can have been. */
static int64_t middle_of(const struct pkt_histogram *histogram, unsigned bucket)
{
    int64_t lower_ns = lower_of(bucket);
    int64_t middle_ns = lower_ns + (lower_of(bucket + 1) - lower_ns) / 2;
    if (middle_ns < histogram->min_ns)
        return histogram->min_ns;
    return middle_ns > histogram->max_ns ? histogram->max_ns : middle_ns;
}

static int64_t ranked(const struct pkt_histogram *histogram, uint64_t rank)
{
    uint64_t passed = 0;
    for (unsigned i = 0; i < PKT_HISTOGRAM_BUCKETS; i++) {
        passed += histogram->bucket[i];
        if (passed >= rank)
            return middle_of(histogram, i);
    }
    return histogram->max_ns;
}

bool pkt_histogram_quantile(const struct pkt_histogram *histogram, uint32_t per_million, int64_t *ret_ns)
{
    if (histogram->count == 0)
        return false;
    uint64_t seen = histogram->count - histogram->saturated;
    if (per_million == 0)
        *ret_ns = histogram->min_ns;
    else if (per_million >= MILLIONTH)
        *ret_ns = histogram->max_ns;
    else
        *ret_ns = ranked(histogram, rank_of(seen, per_million));
    return true;
}

bool pkt_histogram_next(const struct pkt_histogram *histogram, unsigned *index,
                        struct pkt_histogram_bucket *ret_bucket)
{
    while (*index < PKT_HISTOGRAM_BUCKETS && histogram->bucket[*index] == 0)
        ++*index;
    if (*index > PKT_HISTOGRAM_BUCKETS)
        return false;
    unsigned i = (*index)++;
    if (i == PKT_HISTOGRAM_BUCKETS) {
        *ret_bucket = (struct pkt_histogram_bucket){TOP_NS, INT64_MAX, histogram->above};
        return histogram->above > 0;
    }
    *ret_bucket = (struct pkt_histogram_bucket){lower_of(i), lower_of(i + 1), histogram->bucket[i]};
    return true;
}
