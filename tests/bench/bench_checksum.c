/*
 * The checksum against the plain loop over 16-bit words that most programs carry, both compiled with the
 * flags of this run. Prints "length plain_ns ours_ns" per line.
 */
#include "bench.h"
#include "pkt/checksum.h"

#include <stdio.h>

struct run {
    struct pkt_view view;
    volatile uint16_t result;
};

/* In a function of its own that is not inlined, as ours is. */
__attribute__((noinline)) static uint16_t plain_checksum(const uint8_t *bytes, size_t len)
{
    uint32_t sum = 0;
    for (; len > 1; len -= 2, bytes += 2) {
        uint16_t word;
        memcpy(&word, bytes, sizeof word);
        sum += word;
    }
    if (len > 0)
        sum += *bytes;
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

static void run_plain(void *context)
{
    struct run *run = context;
    run->result = plain_checksum(run->view.ptr, run->view.len);
}

static void run_ours(void *context)
{
    struct run *run = context;
    run->result = pkt_checksum(run->view);
}

int main(void)
{
    static const size_t lengths[] = {20, 64, 576, 1500, 9000, 65535};
    static uint8_t bytes[65536];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 131 + 7);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct run run = {pkt_view_make(bytes, lengths[i]), 0};
        double plain = bench_best_ns(run_plain, &run, 300, 500000);
        double ours = bench_best_ns(run_ours, &run, 300, 500000);
        printf("%zu %.2f %.2f\n", lengths[i], plain, ours);
    }
    return 0;
}
