/*
 * The histogram of durations: its buckets, its quantiles against those of the sorted durations, merging.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pkt/pkt.h"

enum { SAMPLES = 20000 };

static int64_t quantile(const struct pkt_histogram *histogram, uint32_t per_million)
{
    int64_t duration_ns = -1;
    assert_true(pkt_histogram_quantile(histogram, per_million, &duration_ns));
    return duration_ns;
}

static struct pkt_histogram_bucket only_bucket(int64_t duration_ns)
{
    struct pkt_histogram histogram = {.count = 0};
    struct pkt_histogram_bucket bucket, none;
    unsigned index = 0;
    pkt_histogram_record(&histogram, duration_ns);
    assert_true(pkt_histogram_next(&histogram, &index, &bucket));
    assert_false(pkt_histogram_next(&histogram, &index, &none));
    assert_false(pkt_histogram_next(&histogram, &index, &none));
    return bucket;
}

static void test_empty(void **state)
{
    (void)state;
    struct pkt_histogram histogram = {.count = 0};
    struct pkt_histogram_bucket bucket;
    int64_t duration_ns = 7;
    unsigned index = 0;
    assert_false(pkt_histogram_quantile(&histogram, 500000, &duration_ns));
    assert_int_equal(duration_ns, 7);
    assert_false(pkt_histogram_next(&histogram, &index, &bucket));
    assert_true(sizeof histogram < 8192);
}

static void test_bucket_bounds(void **state)
{
    (void)state;
    static const int64_t cases[][3] = {
  /* duration, lower, upper */
        {0,             0,             16           },
        {15,            0,             16           },
        {16,            16,            32           },
        {1023,          1008,          1024         },
        {1024,          1024,          1040         },
        {2047,          2032,          2048         },
        {2048,          2048,          2080         }, /* 64 of 32 ns up to 4096 */
        {4095,          4064,          4096         },
        {4096,          4096,          4160         },
        {1000000,       999424,        1007616      }, /* 2^19 + 58 x 2^13 */
        {1099511627775, 1090921693184, 1099511627776}, /* 2^40 - 2^33 */
        {1099511627776, 1099511627776, INT64_MAX    }, /* beyond */
        {INT64_MAX,     1099511627776, INT64_MAX    },
        {-1,            0,             16           },
        {INT64_MIN,     0,             16           },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pkt_histogram_bucket bucket = only_bucket(cases[i][0]);
        assert_true(bucket.lower_ns == cases[i][1]);
        assert_true(bucket.upper_ns == cases[i][2]);
        assert_int_equal(bucket.count, 1);
    }
}

/* Each bucket begins where the one before ends, from 0 to 2^40, and is at most 16 ns or 1/64 of its lower
 * bound wide. */
static void test_buckets_are_seamless(void **state)
{
    (void)state;
    int64_t at_ns = 0;
    unsigned count = 0;
    for (; at_ns < INT64_C(1) << 40; count++) {
        struct pkt_histogram_bucket bucket = only_bucket(at_ns);
        assert_true(bucket.lower_ns == at_ns);
        int64_t width_ns = bucket.upper_ns - bucket.lower_ns;
        assert_true(width_ns == 16 || width_ns * 64 <= at_ns);
        struct pkt_histogram_bucket last = only_bucket(bucket.upper_ns - 1);
        assert_true(last.lower_ns == at_ns);
        at_ns = bucket.upper_ns;
    }
    assert_true(at_ns == INT64_C(1) << 40);
    assert_int_equal(count, PKT_HISTOGRAM_BUCKETS);
}

/* 1 us, 2 us, ... 1000 us. 500 us lies in [499712, 503808), 990 us in [983040, 991232), 999 us in
 * [991232, 999424). */
static void test_quantiles_of_thousand(void **state)
{
    (void)state;
    struct pkt_histogram histogram = {.count = 0};
    for (int64_t i = 1; i <= 1000; i++)
        pkt_histogram_record(&histogram, i * 1000);
    assert_int_equal(histogram.count, 1000);
    assert_int_equal(quantile(&histogram, 0), 1000);
    assert_int_equal(quantile(&histogram, 500000), 501760);
    assert_int_equal(quantile(&histogram, 990000), 987136);
    assert_int_equal(quantile(&histogram, 999000), 995328);
    assert_int_equal(quantile(&histogram, 999001), 1000000); /* the middle would be above the maximum */
    assert_int_equal(quantile(&histogram, 1000000), 1000000);
    assert_int_equal(quantile(&histogram, UINT32_MAX), 1000000);
    assert_int_equal(quantile(&histogram, 1), 1000); /* the middle of [992, 1008), but the minimum is 1000 */
}

/* xorshift64* */
static uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* Near log-uniform: a random number of bits, all random below the highest. */
static int64_t random_duration(uint64_t *state, unsigned bits_min, unsigned bits_max)
{
    unsigned bits = bits_min + (unsigned)(random_next(state) % (bits_max - bits_min + 1));
    return (int64_t)(UINT64_C(1) << bits | (random_next(state) & ((UINT64_C(1) << bits) - 1)));
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void test_error_of_quantiles(void **state)
{
    (void)state;
    static int64_t durations[SAMPLES];
    static const uint32_t quantiles[] = {1, 1000, 10000, 100000, 250000, 500000, 900000, 990000, 999000};
    uint64_t seed = 20261121;
    for (unsigned round = 0; round < 10; round++) {
        struct pkt_histogram histogram = {.count = 0};
        for (size_t i = 0; i < SAMPLES; i++) {
            durations[i] = random_duration(&seed, 2, 20 + round * 2 > 39 ? 39 : 20 + round * 2);
            pkt_histogram_record(&histogram, durations[i]);
        }
        qsort(durations, SAMPLES, sizeof durations[0], compare);
        assert_true(histogram.min_ns == durations[0] && histogram.max_ns == durations[SAMPLES - 1]);
        for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++) {
            uint64_t rank = ((uint64_t)SAMPLES * quantiles[i] + 999999) / 1000000;
            int64_t exact_ns = durations[rank - 1];
            int64_t error_ns = llabs(quantile(&histogram, quantiles[i]) - exact_ns);
            assert_true(exact_ns >= 1000 ? error_ns * 100 < exact_ns : error_ns <= 16);
        }
    }
}

static void test_merge_is_recording_all(void **state)
{
    (void)state;
    struct pkt_histogram all = {.count = 0}, parts[3] = {{.count = 0}}, merged = {.count = 0};
    uint64_t seed = 4;
    pkt_histogram_merge(&merged, &parts[0]);
    assert_memory_equal(&merged, &all, sizeof all);
    for (size_t i = 0; i < SAMPLES; i++) {
        int64_t duration_ns = random_duration(&seed, 3, 45);
        duration_ns = i % 100 == 0 ? -duration_ns : duration_ns;
        pkt_histogram_record(&all, duration_ns);
        pkt_histogram_record(&parts[random_next(&seed) % 3], duration_ns);
    }
    for (size_t i = 0; i < 3; i++)
        pkt_histogram_merge(&merged, &parts[i]);
    assert_memory_equal(&merged, &all, sizeof all);
    assert_int_equal(all.negative, SAMPLES / 100);
    assert_true(all.above > 0);
}

/* 90 of 1 us, 10 of an hour: the median is in the buckets, p95 beyond them. */
static void test_beyond_the_buckets(void **state)
{
    (void)state;
    struct pkt_histogram histogram = {.count = 0};
    const int64_t hour_ns = 3600 * PKT_NS_PER_S;
    for (int i = 0; i < 100; i++)
        pkt_histogram_record(&histogram, i < 90 ? 1000 : hour_ns);
    assert_int_equal(histogram.above, 10);
    assert_int_equal(quantile(&histogram, 900000), 1000);
    assert_true(quantile(&histogram, 950000) == hour_ns);
}

static void test_saturation(void **state)
{
    (void)state;
    struct pkt_histogram histogram = {.count = 0}, twice = {.count = 0};
    pkt_histogram_record(&histogram, 100);
    pkt_histogram_record(&histogram, 5000);
    histogram.bucket[100 / 16] = UINT32_MAX; /* as after so many of them */
    histogram.count = (uint64_t)UINT32_MAX + 1;
    pkt_histogram_record(&histogram, 100);
    assert_int_equal(histogram.bucket[100 / 16], UINT32_MAX);
    assert_int_equal(histogram.count, (uint64_t)UINT32_MAX + 2);
    assert_int_equal(histogram.saturated, 1);
    pkt_histogram_merge(&twice, &histogram);
    pkt_histogram_merge(&twice, &histogram);
    assert_int_equal(twice.count, 2 * ((uint64_t)UINT32_MAX + 2));
    assert_int_equal(twice.saturated, (uint64_t)UINT32_MAX + 2);
    assert_int_equal(quantile(&twice, 500000), 104);
    assert_int_equal(quantile(&twice, 1000000), 5000);
}

/* Ranks of counts near 2^64 do not overflow. */
static void test_great_counts(void **state)
{
    (void)state;
    struct pkt_histogram histogram = {.count = 0};
    pkt_histogram_record(&histogram, 100);
    histogram.count = UINT64_MAX;
    histogram.above = UINT64_MAX - 1;
    histogram.max_ns = INT64_C(1) << 50;
    assert_true(quantile(&histogram, 999999) == INT64_C(1) << 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_bucket_bounds),
        cmocka_unit_test(test_buckets_are_seamless),
        cmocka_unit_test(test_quantiles_of_thousand),
        cmocka_unit_test(test_error_of_quantiles),
        cmocka_unit_test(test_merge_is_recording_all),
        cmocka_unit_test(test_beyond_the_buckets),
        cmocka_unit_test(test_saturation),
        cmocka_unit_test(test_great_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
