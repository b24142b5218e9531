/*
 * Three clocks, three types: unlike clocks cannot be subtracted by mistake. Each is nanoseconds.
 */
#ifndef PKT_TIME_H
#define PKT_TIME_H

#include "base.h"

PKT_BEGIN

#define PKT_NS_PER_S INT64_C(1000000000)

/* Wall clock: nanoseconds since 1970-01-01 00:00:00 UTC, without leap seconds (CLOCK_REALTIME). */
struct pkt_wall {
    int64_t ns;
};

/* Monotonic clock of this machine since an arbitrary start (CLOCK_MONOTONIC). */
struct pkt_mono {
    int64_t ns;
};

/* Clock of a network card, since an epoch of its own. */
struct pkt_hw {
    int64_t ns;
};

/* later - earlier in nanoseconds; saturates instead of overflowing. */
PKT_API int64_t pkt_wall_since(struct pkt_wall later, struct pkt_wall earlier);
PKT_API int64_t pkt_mono_since(struct pkt_mono later, struct pkt_mono earlier);
PKT_API int64_t pkt_hw_since(struct pkt_hw later, struct pkt_hw earlier);

/*
 * seconds and a fraction of units_per_s parts to a wall time. A value out of range saturates, and
 * *ret_saturated says so.
 */
PKT_API struct pkt_wall pkt_wall_from(int64_t seconds, uint64_t fraction, uint64_t units_per_s,
                                      bool *ret_saturated);

PKT_END

#endif
