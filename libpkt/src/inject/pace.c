/*
 * Deadlines of a rate. Everything counts from the origin of the schedule in whole numbers, so that a day at
 * an odd rate is as exact as the first second: packet k is due at origin + ceil(k * time / packets).
 */
#include "pkt/pace.h"

#include <string.h>

enum { BURST = 64 };

static const int64_t time_max_ns = 3600 * PKT_NS_PER_S;

static bool is_limited(const struct pkt_pace *pace)
{
    return pace->options.packets != 0;
}

/* Packets that may have gone elapsed_ns behind the origin: the one at the origin and those since. */
static uint64_t ideal_count(const struct pkt_pace *pace, int64_t elapsed_ns)
{
    uint64_t time = (uint64_t)pace->options.time_ns;
    uint64_t elapsed = (uint64_t)elapsed_ns;
    /* Both products fit: a remainder is below an hour, 2^42 ns, and packets below 2^32 are split by 2^20. */
    uint64_t rest = elapsed % time;
    uint64_t packets = pace->options.packets;
    uint64_t high = packets >> 20;
    uint64_t low = packets & ((1 << 20) - 1);
    uint64_t above = rest * high;
    uint64_t part = ((above % time) << 20) + rest * low;
    return elapsed / time * packets + ((above / time) << 20) + part / time + 1;
}

/* Nanoseconds from the origin to packet number (from 0), rounded up: never early. */
static int64_t deadline_ns(const struct pkt_pace *pace, uint64_t number)
{
    uint64_t packets = pace->options.packets;
    uint64_t time = (uint64_t)pace->options.time_ns;
    uint64_t rest = number % packets;
    uint64_t whole = time / packets;
    uint64_t odd = time % packets; /* below 2^32, and so is rest */
    return (int64_t)(number / packets * time + rest * whole + (rest * odd + packets - 1) / packets);
}

static struct pkt_mono after(struct pkt_mono moment, int64_t ns)
{
    struct pkt_mono later = {ns > INT64_MAX - moment.ns ? INT64_MAX : moment.ns + ns};
    return later;
}

bool pkt_pace_start(struct pkt_pace *pace, const struct pkt_pace_options *options, struct pkt_mono now)
{
    struct pkt_pace_options taken = {.size = sizeof taken};
    if (options != NULL && options->size < sizeof options->size)
        return false;
    if (options != NULL)
        memcpy(&taken, options, options->size < sizeof taken ? options->size : sizeof taken);
    if (taken.time_ns < 0 || taken.time_ns > time_max_ns)
        return false;
    taken.time_ns = taken.time_ns == 0 ? PKT_NS_PER_S : taken.time_ns;
    if (taken.packets > taken.time_ns)
        return false;
    taken.burst = taken.burst == 0 ? BURST : taken.burst;
    taken.catch_up_ns = taken.catch_up_ns == 0 ? PKT_NS_PER_S : taken.catch_up_ns;
    *pace = (struct pkt_pace){.options = taken, .begun = now, .origin = now};
    return true;
}

/* Gives up the time that passed since the next packet was due, so that it is due now. */
static void move_schedule(struct pkt_pace *pace, struct pkt_mono now, int64_t late_ns)
{
    pace->origin = now;
    pace->scheduled = 0;
    pace->missed_ns += late_ns;
    pace->stalls++;
}

uint32_t pkt_pace_due(struct pkt_pace *pace, struct pkt_mono now)
{
    if (!is_limited(pace))
        return pace->options.burst;
    int64_t late_ns = pkt_mono_since(now, pkt_pace_next(pace));
    if (late_ns < 0)
        return 0;
    if (late_ns > pace->late_max_ns)
        pace->late_max_ns = late_ns;
    if (late_ns > 0 && late_ns > pace->options.catch_up_ns)
        move_schedule(pace, now, late_ns);
    uint64_t due = ideal_count(pace, pkt_mono_since(now, pace->origin)) - pace->scheduled;
    return due < pace->options.burst ? (uint32_t)due : pace->options.burst;
}

void pkt_pace_sent(struct pkt_pace *pace, uint32_t packets, struct pkt_mono now)
{
    if (packets == 0)
        return;
    if (pace->sent == 0)
        pace->first = now;
    pace->last = now;
    pace->sent += packets;
    pace->scheduled += packets;
}

struct pkt_mono pkt_pace_next(const struct pkt_pace *pace)
{
    return is_limited(pace) ? after(pace->origin, deadline_ns(pace, pace->scheduled)) : pace->begun;
}

void pkt_pace_get_report(const struct pkt_pace *pace, struct pkt_pace_report *ret_report)
{
    struct pkt_pace_report report = {
        .packets = pace->sent,
        .elapsed_ns = pkt_mono_since(pace->last, pace->first),
        .wanted_packets_per_s = (double)pace->options.packets * PKT_NS_PER_S / (double)pace->options.time_ns,
        .late_max_ns = pace->late_max_ns,
        .missed_ns = pace->missed_ns,
        .stalls = pace->stalls,
    };
    if (report.packets > 1 && report.elapsed_ns > 0)
        report.packets_per_s = (double)(report.packets - 1) * PKT_NS_PER_S / (double)report.elapsed_ns;
    *ret_report = report;
}
