/*
 * Time for benchmarks: the best of several rounds, each long enough for the clock.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <time.h>

static inline uint64_t bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* Nanoseconds that one call of run(context) takes: the best of `rounds`, each of at least round_ns. */
static inline double bench_best_ns(void (*run)(void *context), void *context, unsigned rounds,
                                   uint64_t round_ns)
{
    double best = 1e18;
    for (unsigned round = 0; round < rounds; round++) {
        uint64_t calls = 0, start = bench_now_ns(), now;
        do {
            for (unsigned i = 0; i < 16; i++)
                run(context);
            calls += 16;
            now = bench_now_ns();
        } while (now - start < round_ns);
        double ns = (double)(now - start) / (double)calls;
        best = ns < best ? ns : best;
    }
    return best;
}

#endif
