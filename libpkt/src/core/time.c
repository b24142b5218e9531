/*
 * Times: differences that saturate, and wall times from capture files.
 */
#include "pkt/time.h"

static int64_t difference(int64_t later, int64_t earlier)
{
    if (earlier < 0 && later > INT64_MAX + earlier)
        return INT64_MAX;
    if (earlier > 0 && later < INT64_MIN + earlier)
        return INT64_MIN;
    return later - earlier;
}

int64_t pkt_wall_since(struct pkt_wall later, struct pkt_wall earlier)
{
    return difference(later.ns, earlier.ns);
}

int64_t pkt_mono_since(struct pkt_mono later, struct pkt_mono earlier)
{
    return difference(later.ns, earlier.ns);
}

int64_t pkt_hw_since(struct pkt_hw later, struct pkt_hw earlier)
{
    return difference(later.ns, earlier.ns);
}

/* Adds two values below limit; 1 when the sum reached limit, which is then taken off. */
static uint64_t add_below(uint64_t *sum, uint64_t value, uint64_t limit)
{
    bool reached = *sum >= limit - value;
    *sum = reached ? *sum - (limit - value) : *sum + value;
    return reached ? 1 : 0;
}

/* floor(fraction * 10^9 / units_per_s) for a fraction below units_per_s: the product may exceed 64 bits. */
static uint64_t fraction_ns(uint64_t fraction, uint64_t units_per_s)
{
    if (units_per_s <= UINT64_MAX / (uint64_t)PKT_NS_PER_S)
        return fraction * (uint64_t)PKT_NS_PER_S / units_per_s;
    /* Digits of 10^9 from the highest: quotient and rest are doubled, the rest stays below the divisor. */
    uint64_t quotient = 0, rest = 0;
    for (uint64_t bit = UINT64_C(1) << 29; bit > 0; bit >>= 1) {
        quotient = 2 * quotient + add_below(&rest, rest, units_per_s);
        if (((uint64_t)PKT_NS_PER_S & bit) != 0)
            quotient += add_below(&rest, fraction, units_per_s);
    }
    return quotient;
}

struct pkt_wall pkt_wall_from(int64_t seconds, uint64_t fraction, uint64_t units_per_s, bool *ret_saturated)
{
    const int64_t limit = INT64_MAX / PKT_NS_PER_S - 1;
    struct pkt_wall wall = {seconds < 0 ? INT64_MIN : INT64_MAX};
    *ret_saturated = true;
    if (units_per_s == 0 || seconds > limit || seconds < -limit)
        return wall;
    /* Some writers leave a whole second or more in the fraction. */
    uint64_t whole = fraction / units_per_s;
    if (whole > (uint64_t)(limit - seconds))
        return wall;
    *ret_saturated = false;
    wall.ns =
        (seconds + (int64_t)whole) * PKT_NS_PER_S + (int64_t)fraction_ns(fraction % units_per_s, units_per_s);
    return wall;
}
