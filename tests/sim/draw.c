#include "sim/draw.h"

/* The finisher of splitmix64 (Steele, Lea and Flood, 2014): each bit of the input turns half of the output.
 */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

uint64_t sim_draw_bits(struct sim_draw draw, uint32_t turn)
{
    uint64_t bits = mix(draw.seed);
    bits = mix(bits ^ draw.ordinal);
    bits = mix(bits ^ ((uint64_t)draw.responder << 32 | draw.rule));
    return mix(bits ^ turn);
}

uint64_t sim_draw_below(struct sim_draw draw, uint32_t turn, uint64_t below)
{
    return below == 0 ? 0 : sim_draw_bits(draw, turn) % below;
}

bool sim_draw_chance(struct sim_draw draw, uint32_t turn, uint32_t ppm)
{
    return sim_draw_below(draw, turn, 1000000) < ppm;
}

/* Twelve even draws of 20 bits have a mean of six and a variance of one in units of 2^20. */
int64_t sim_draw_normal(struct sim_draw draw, int64_t deviation_ns)
{
    int64_t sum = -6 * (INT64_C(1) << 20);
    for (uint32_t turn = 0; turn < 12; turn++)
        sum += (int64_t)sim_draw_below(draw, turn, UINT64_C(1) << 20);
    return deviation_ns / (1 << 20) * sum + deviation_ns % (1 << 20) * sum / (1 << 20);
}
