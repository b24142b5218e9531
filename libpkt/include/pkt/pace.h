/*
 * Pacing: how many packets may go now, and when the next one may.
 *
 * A pace holds deadlines, not pauses: packet k of a rate is due at its own moment, counted from the start on
 * the monotonic clock, so that late wake-ups never add up. It never lets more packets go than the ideal
 * count, whatever happened in between. All but pkt_pace_sleep is arithmetic on what the caller gives: no
 * clock, no state elsewhere.
 *
 *     pkt_pace_start(&pace, &options, now);
 *     loop: n = pkt_pace_due(&pace, now);  sent = send(n);  pkt_pace_sent(&pace, sent, now);
 *           sleep until pkt_pace_next(&pace);
 */
#ifndef PKT_PACE_H
#define PKT_PACE_H

#include "time.h"

PKT_BEGIN

/* How fast. Zero means the default everywhere but in size; NULL instead of the struct means all defaults. */
struct pkt_pace_options {
    size_t size;      /* sizeof(struct pkt_pace_options) as the caller was compiled */
    uint32_t packets; /* so many packets ...; 0: as fast as the sender takes them */
    int64_t time_ns;  /* ... in this time, at most an hour; 0: a second. An interval is one packet in it. */
    uint32_t burst;   /* the most that may go at once; 0: 64 */
    int64_t catch_up_ns; /* how far behind it may fall and still send what was missed, in bursts; beyond, the
                            schedule moves and the missed time is counted. 0: a second; negative: nothing is
                            caught up, a deadline that passed moves the schedule */
};

/* The state of a pace: the caller's memory, ours to read and write. */
struct pkt_pace {
    struct pkt_pace_options options;
    struct pkt_mono begun;  /* when it was started */
    struct pkt_mono origin; /* of the schedule: moves when time is given up */
    uint64_t scheduled;     /* packets since origin */
    uint64_t sent;          /* packets in all */
    struct pkt_mono first;  /* when the first packet went */
    struct pkt_mono last;   /* when the last one went */
    int64_t late_max_ns;    /* the most that a packet was asked for behind its deadline */
    int64_t missed_ns;      /* schedule time given up */
    uint64_t stalls;        /* times that it was given up */
};

/* What a pace achieved. */
struct pkt_pace_report {
    uint64_t packets;            /* that went */
    int64_t elapsed_ns;          /* from the first to the last */
    double packets_per_s;        /* achieved, over elapsed_ns; 0 below two packets */
    double wanted_packets_per_s; /* 0: as fast as possible */
    int64_t late_max_ns;         /* the most that a packet was asked for behind its deadline */
    int64_t missed_ns;           /* schedule time given up after stalls longer than catch_up_ns */
    uint64_t stalls;             /* how often */
};

/*
 * Begins: the first packet is due at now. False, and nothing set, when the options make no sense: a size that
 * is not set, a time that is negative or longer than an hour, or more packets than nanoseconds.
 */
PKT_API PKT_NODISCARD bool pkt_pace_start(struct pkt_pace *pace, const struct pkt_pace_options *options,
                                          struct pkt_mono now);

/*
 * How many packets may go at now: at most options.burst, and never more in all than the ideal count. After a
 * stall longer than catch_up_ns the schedule moves here, so that one packet is due.
 */
PKT_API uint32_t pkt_pace_due(struct pkt_pace *pace, struct pkt_mono now);

/* Says that so many of the due packets went, at now. */
PKT_API void pkt_pace_sent(struct pkt_pace *pace, uint32_t packets, struct pkt_mono now);

/* When the next packet is due; the time of start where there is no rate. */
PKT_API struct pkt_mono pkt_pace_next(const struct pkt_pace *pace);

/* What it achieved so far. */
PKT_API void pkt_pace_get_report(const struct pkt_pace *pace, struct pkt_pace_report *ret_report);

/*
 * Waits on the monotonic clock until the next packet is due. The last spin_ns are spent turning instead of
 * sleeping, which meets the deadline within a microsecond and costs a processor; 0 only sleeps, and is late
 * by the timer's slack (50 us unless the thread asks for less, see PR_SET_TIMERSLACK of prctl(2)). True when
 * it is due; false when a signal came first.
 */
PKT_API bool pkt_pace_sleep(const struct pkt_pace *pace, int64_t spin_ns);

PKT_END

#endif
