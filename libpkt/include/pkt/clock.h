/*
 * The clocks of this machine, and what lies between them.
 */
#ifndef PKT_CLOCK_H
#define PKT_CLOCK_H

#include "time.h"

PKT_BEGIN

/* CLOCK_MONOTONIC: for intervals. Stands still while the machine sleeps. */
PKT_API struct pkt_mono pkt_mono_now(void);

/* CLOCK_REALTIME: for telling the time; may be set, forwards and backwards, at any moment. */
PKT_API struct pkt_wall pkt_wall_now(void);

/*
 * What lies between the two clocks: wall time = monotonic time + offset_ns, give or take uncertainty_ns.
 */
struct pkt_clock_offset {
    int64_t offset_ns;
    int64_t uncertainty_ns;      /* half of what the measurement took: the true offset is not further off */
    struct pkt_mono measured_at; /* the clocks run at slightly unlike speed while the wall clock is slewed, up
                                    to 500 us a second: measure again where it matters (adjtimex(2)) */
};

/*
 * Measures the offset: the wall clock is read between two readings of the monotonic clock, a few times, and
 * the narrowest counts. Takes under 10 microseconds on an idle machine; cannot fail.
 */
PKT_API struct pkt_clock_offset pkt_clock_measure(void);

/* One clock's time on the other; saturates at the ends of what 64 bits hold. */
PKT_API struct pkt_wall pkt_clock_to_wall(const struct pkt_clock_offset *offset, struct pkt_mono time);
PKT_API struct pkt_mono pkt_clock_to_mono(const struct pkt_clock_offset *offset, struct pkt_wall time);

/*
 * By how much the wall clock was set between two measurements, in nanoseconds, forwards positive; 0 where the
 * difference is no more than both uncertainties and what slewing can do in the time between (500 us a
 * second).
 */
PKT_API int64_t pkt_clock_step(const struct pkt_clock_offset *earlier, const struct pkt_clock_offset *later);

PKT_END

#endif
