/*
 * Chance without state: what is drawn depends on the seed and on what it is drawn for, never on time or on
 * what was drawn before. So one probe's fate is the same in every run.
 */
#ifndef SIM_DRAW_H
#define SIM_DRAW_H

#include <stdbool.h>
#include <stdint.h>

/* What a draw is for. */
struct sim_draw {
    uint64_t seed;
    uint64_t ordinal;   /* of the probe, from 1 */
    uint32_t responder; /* of several that answer one probe */
    uint32_t rule;      /* of the scene */
};

/* 64 bits; `turn` tells several draws for one thing apart. */
uint64_t sim_draw_bits(struct sim_draw draw, uint32_t turn);

/* Evenly from 0 to below - 1; 0 for a below of 0. */
uint64_t sim_draw_below(struct sim_draw draw, uint32_t turn, uint64_t below);

/* True in ppm of a million cases. */
bool sim_draw_chance(struct sim_draw draw, uint32_t turn, uint32_t ppm);

/*
 * A bell curve: the sum of twelve even draws, whose variance is 1. Ends at six deviations.
 *
 * deviation_ns  at most an hour
 */
int64_t sim_draw_normal(struct sim_draw draw, int64_t deviation_ns);

#endif
