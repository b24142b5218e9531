/*
 * A histogram of durations in constant memory: linear where they are short, logarithmic beyond, so that a
 * quantile is off by less than 1 % from 1 us on, and by at most 16 ns below.
 *
 * Buckets are 16 ns wide up to 2048 ns; from there each doubling has 64 of them, up to 2^40 ns (18 minutes).
 * What is longer is counted in one bucket more, and a quantile in it is given as the maximum. Minimum and
 * maximum are exact.
 */
#ifndef PKT_HISTOGRAM_H
#define PKT_HISTOGRAM_H

#include "base.h"

PKT_BEGIN

enum {
    PKT_HISTOGRAM_BUCKETS = 1984,
};

/* All zero is empty. Under 8 KiB. The buckets are for the functions below. */
struct pkt_histogram {
    uint64_t count;     /* of all durations */
    uint64_t negative;  /* of these, below 0: they count as 0 */
    uint64_t above;     /* of these, 2^40 ns or more */
    uint64_t saturated; /* of these, in no bucket because theirs holds 2^32 - 1; no quantile sees them */
    int64_t min_ns;     /* these two with count > 0 */
    int64_t max_ns;
    uint32_t bucket[PKT_HISTOGRAM_BUCKETS];
};

PKT_API void pkt_histogram_record(struct pkt_histogram *histogram, int64_t duration_ns);

/* As if all that from recorded had been recorded in into. */
PKT_API void pkt_histogram_merge(struct pkt_histogram *into, const struct pkt_histogram *from);

/*
 * The least duration that at least so many millionths of all do not exceed (nearest rank).
 *
 * per_million  500000 is the median, 999000 p99.9; 0 gives the minimum, 1000000 and more the maximum
 *
 * False when nothing was recorded.
 */
PKT_API bool pkt_histogram_quantile(const struct pkt_histogram *histogram, uint32_t per_million,
                                    int64_t *ret_ns);

/* A bucket: durations of lower_ns and more, but less than upper_ns (INT64_MAX: no bound). */
struct pkt_histogram_bucket {
    int64_t lower_ns;
    int64_t upper_ns;
    uint64_t count;
};

/*
 * The next bucket that is not empty, upwards.
 *
 * index  0 at the first call; the walk keeps its place in it
 *
 * False after the last.
 */
PKT_API bool pkt_histogram_next(const struct pkt_histogram *histogram, unsigned *index,
                                struct pkt_histogram_bucket *ret_bucket);

PKT_END

#endif
