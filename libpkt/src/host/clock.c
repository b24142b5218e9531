/*
 * The clocks of this machine, and what lies between them.
 */
#include "pkt/clock.h"

#include <time.h>

enum {
    SANDWICHES = 8,
    SLEW_NS_PER_S = 500 * 1000, /* the most that the kernel slews (adjtimex(2)) */
};

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * PKT_NS_PER_S + now.tv_nsec;
}

struct pkt_mono pkt_mono_now(void)
{
    return (struct pkt_mono){read_clock(CLOCK_MONOTONIC)};
}

struct pkt_wall pkt_wall_now(void)
{
    return (struct pkt_wall){read_clock(CLOCK_REALTIME)};
}

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    if (!__builtin_add_overflow(a, b, &sum))
        return sum;
    return a < 0 ? INT64_MIN : INT64_MAX;
}

static int64_t subtract(int64_t a, int64_t b)
{
    int64_t difference;
    if (!__builtin_sub_overflow(a, b, &difference))
        return difference;
    return a < 0 ? INT64_MIN : INT64_MAX;
}

static struct pkt_clock_offset measure_once(void)
{
    int64_t before = read_clock(CLOCK_MONOTONIC);
    int64_t wall = read_clock(CLOCK_REALTIME);
    int64_t after = read_clock(CLOCK_MONOTONIC);
    int64_t middle = before + (after - before) / 2;
    return (struct pkt_clock_offset){subtract(wall, middle), (after - before + 1) / 2, {middle}};
}

struct pkt_clock_offset pkt_clock_measure(void)
{
    struct pkt_clock_offset best = measure_once();
    for (int i = 1; i < SANDWICHES; i++) {
        struct pkt_clock_offset offset = measure_once();
        if (offset.uncertainty_ns <= best.uncertainty_ns)
            best = offset;
    }
    return best;
}

struct pkt_wall pkt_clock_to_wall(const struct pkt_clock_offset *offset, struct pkt_mono time)
{
    return (struct pkt_wall){add(time.ns, offset->offset_ns)};
}

struct pkt_mono pkt_clock_to_mono(const struct pkt_clock_offset *offset, struct pkt_wall time)
{
    return (struct pkt_mono){subtract(time.ns, offset->offset_ns)};
}

int64_t pkt_clock_step(const struct pkt_clock_offset *earlier, const struct pkt_clock_offset *later)
{
    int64_t moved = subtract(later->offset_ns, earlier->offset_ns);
    int64_t between_ns = pkt_mono_since(later->measured_at, earlier->measured_at);
    int64_t between_s = (between_ns < 0 ? 0 : between_ns) / PKT_NS_PER_S + 1;
    int64_t slewed = between_s > INT64_MAX / SLEW_NS_PER_S ? INT64_MAX : between_s * SLEW_NS_PER_S;
    int64_t allowed = add(slewed, add(earlier->uncertainty_ns, later->uncertainty_ns));
    return moved > allowed || moved < -allowed ? moved : 0;
}
