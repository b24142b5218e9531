/*
 * What is known about the answers of one target: counts, round-trip times, losses and their runs.
 *
 * A struct pkt_rtt_stats has 96 bytes, and nothing else is held for a target with fewer than two replies.
 * From the second reply on more hangs off it: the first 32 round-trip times as they are, beyond these a
 * histogram (histogram.h). It comes from a pool that all targets share; where the pool has no more, counts,
 * minimum, mean and maximum stay right, and the rest is said to be unknown.
 *
 * How a probe is counted. It is waited for from pkt_rtt_stats_sent on. Its first reply counts as received,
 * whenever it comes, as ping of iputils has it; when it comes after the probe was given up it counts as late
 * too, and the probe is lost no more. So lost = sent - received - waiting, at any time. Further replies are
 * duplicates: they are counted, and their times are not. A probe that only an ICMP error answered is lost.
 */
#ifndef PKT_RTT_STATS_H
#define PKT_RTT_STATS_H

#include "histogram.h"
#include "time.h"
#include "track.h"

PKT_BEGIN

/* What many targets share. Zero but for memory at the start; must outlive them. */
struct pkt_rtt_pool {
    struct pkt_memory memory; /* its budget is that of all targets together */
    size_t used;              /* bytes held now */
    uint64_t refused;         /* how often the budget or the memory did not suffice */
};

struct pkt_rtt_detail;

/* One target. All zero at the start. The counts and sum_ns may be read; the rest is for pkt_rtt_stats_read.
 */
struct pkt_rtt_stats {
    uint64_t sent;
    uint64_t received; /* replies that were the first to their probe, late ones included */
    uint32_t waiting;  /* probes neither answered nor given up */
    uint32_t late;     /* these six stop at 2^32 - 1 */
    uint32_t duplicates;
    uint32_t corrupted;
    uint32_t errors;
    uint32_t forged;
    uint32_t reordered; /* replies to a probe sent before one that was answered already */

    uint32_t greatest; /* of the numbers answered, its low half */
    uint32_t run;      /* probes lost in a row, by order of sending, up to now */
    uint32_t longest_run;
    uint32_t outages : 30; /* runs that ended */
    uint32_t form : 2;
    float longest_outage_ns; /* seven digits of it */
    int64_t run_since_ns;
    uint64_t sum_ns; /* of the times of all that was received */
    int64_t min_ns;
    union {
        int64_t max_ns;
        struct pkt_rtt_detail *detail;
    } more;
};

/* A probe was sent. */
PKT_API void pkt_rtt_stats_sent(struct pkt_rtt_stats *stats);

/* The first reply to a probe. */
struct pkt_rtt_reply {
    uint64_t number;      /* of the probe: ascends in the order of sending */
    int64_t rtt_ns;       /* below 0 counts as 0, above 2^44 (near 5 hours) as that */
    struct pkt_mono sent; /* when the probe was sent; with is_late */
    bool is_late;         /* pkt_rtt_stats_settle gave it up before */
};

/* pool  where more memory comes from, the same in all calls for one target; or NULL: none */
PKT_API void pkt_rtt_stats_reply(struct pkt_rtt_stats *stats, struct pkt_rtt_pool *pool,
                                 const struct pkt_rtt_reply *reply);

/*
 * A probe is decided: pkt_echo_settle says when. To be called in the order in which the target's probes were
 * sent, for runs of losses and outages depend on it.
 *
 * answered  pkt_rtt_stats_reply was called for it; otherwise it is given up
 * sent      when it was sent
 */
PKT_API void pkt_rtt_stats_settle(struct pkt_rtt_stats *stats, bool answered, struct pkt_mono sent);

/* What else happens: it is counted, and changes nothing else. */
enum pkt_rtt_event {
    PKT_RTT_DUPLICATE,
    PKT_RTT_CORRUPTED, /* a reply with other bytes than were sent */
    PKT_RTT_ERROR,     /* an ICMP or local error about a probe */
    PKT_RTT_FORGED,    /* a reply without the probe's tag */
    PKT_RTT_LATE,      /* a late reply to a probe that stays lost: see pkt_rtt_stats_reset */
};

PKT_API void pkt_rtt_stats_count(struct pkt_rtt_stats *stats, enum pkt_rtt_event event);

/* What the target's answers come to. */
struct pkt_rtt_summary {
    uint64_t lost; /* sent - received - waiting */

    bool has_rtt; /* with it: */
    int64_t min_ns, avg_ns, max_ns;

    bool has_spread;   /* false where the pool had no more; with it: */
    int64_t mdev_ns;   /* standard deviation, of the whole population, as iputils prints it */
    int64_t ewma_ns;   /* moving mean, each time with the weight 1/8, as iputils prints it */
    int64_t jitter_ns; /* RFC 3550 6.4.1: of the difference between a time and that before, weight 1/16 */

    bool has_quantiles; /* false where the pool had no more; with it: */
    bool is_exact;      /* taken from the times themselves, by nearest rank, not from a histogram */
    int64_t p50_ns, p90_ns, p95_ns, p99_ns, p999_ns;

    uint32_t longest_run;      /* lost probes in a row, by order of sending; that of now included */
    uint32_t outages;          /* how many such runs; that of now included */
    uint32_t run;              /* lost probes since the last one answered */
    struct pkt_mono run_since; /* with run > 0: when its first was sent */
    /* From the sending of the first lost probe of a run to that of the next one answered, the longest; kept
     * to seven digits. The run of now is not in it: it has not ended. A probe that was answered late leaves
     * its run if that has not ended, but where it was its first, the run still counts from it. */
    int64_t longest_outage_ns;
};

PKT_API void pkt_rtt_stats_read(const struct pkt_rtt_stats *stats, struct pkt_rtt_summary *ret_summary);

/* As pkt_histogram_quantile. False without a reply, and where the pool had no more. */
PKT_API bool pkt_rtt_stats_quantile(const struct pkt_rtt_stats *stats, uint32_t per_million, int64_t *ret_ns);

/* Adds all times of the target to a histogram. False, into untouched, where the pool had no more. */
PKT_API bool pkt_rtt_stats_histogram(const struct pkt_rtt_stats *stats, struct pkt_histogram *into);

/*
 * Adds what from counted to into, for a line over several targets: counts and times as if all had been one;
 * of moving means the mean, weighted by replies; of runs and outages the longest, and of runs of now the
 * longer.
 */
PKT_API void pkt_rtt_stats_merge(struct pkt_rtt_stats *into, struct pkt_rtt_pool *pool,
                                 const struct pkt_rtt_stats *from);

/*
 * Begins a new window: forgets everything but the probes that are waited for (they are the first sent of the
 * new window) and the run of losses of now.
 *
 * Each probe counts in the window in which it is decided: at the end of a window, sent - waiting of them
 * were. So that none counts twice, what was given up stays lost in windows: count a late reply as
 * PKT_RTT_LATE, and do not call pkt_rtt_stats_reply for it. Over all windows, sent - waiting adds up to the
 * probes decided, received and late together to those answered, and lost less late to those that have no
 * answer.
 */
PKT_API void pkt_rtt_stats_reset(struct pkt_rtt_stats *stats, struct pkt_rtt_pool *pool);

/* Gives back to the pool what the target holds, and forgets all. */
PKT_API void pkt_rtt_stats_destroy(struct pkt_rtt_stats *stats, struct pkt_rtt_pool *pool);

PKT_END

#endif
