/*
 * Sleeping to the deadline of a pace: the one part of pacing that knows a clock.
 */
#include "pkt/pace.h"

#include "pkt/clock.h"

#include <time.h>

bool pkt_pace_sleep(const struct pkt_pace *pace, int64_t spin_ns)
{
    struct pkt_mono deadline = pkt_pace_next(pace);
    int64_t wake_ns = deadline.ns - (spin_ns > 0 ? spin_ns : 0);
    struct timespec wake = {.tv_sec = wake_ns / PKT_NS_PER_S, .tv_nsec = wake_ns % PKT_NS_PER_S};
    if (wake_ns > 0 && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL) != 0)
        return false;
    while (pkt_mono_since(pkt_mono_now(), deadline) < 0)
        continue;
    return true;
}
