/*
 * Sleeping to the deadline of a pace: the one part of pacing that knows a clock.
 */
#include "pkt/pace.h"

#include <time.h>

static struct pkt_mono read_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (struct pkt_mono){now.tv_sec * PKT_NS_PER_S + now.tv_nsec};
}

bool pkt_pace_sleep(const struct pkt_pace *pace, int64_t spin_ns)
{
    struct pkt_mono deadline = pkt_pace_next(pace);
    int64_t wake_ns = deadline.ns - (spin_ns > 0 ? spin_ns : 0);
    struct timespec wake = {.tv_sec = wake_ns / PKT_NS_PER_S, .tv_nsec = wake_ns % PKT_NS_PER_S};
    if (wake_ns > 0 && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL) != 0)
        return false;
    while (pkt_mono_since(read_clock(), deadline) < 0)
        continue;
    return true;
}
