/*
 * The internet in one process: packets go in with a time, and come out with the time at which they are due.
 *
 * Nothing here reads a clock, a file or a socket: tests drive it in virtual time, sim_responder by the
 * machine's clock behind a TUN device.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "sim/scene.h"
#include "sim/wheel.h"

/* The most packets that wait for their time at once; more are dropped and counted. */
#define SIM_PENDING_MAX (1U << 17)

/* What is counted, with what it means. Probes are counted once, answers for each responder. */
#define SIM_COUNTERS(X)                                                    \
    X(packets)    /* that came in */                                       \
    X(received)   /* probes: whole echo requests to a target or a group */ \
    X(elsewhere)  /* echo requests to somebody else */                     \
    X(fragments)  /* not put together */                                   \
    X(damaged)    /* echo requests with a wrong checksum */                \
    X(other)      /* that are no echo requests */                          \
    X(answered)   /* probes that get one true reply at least */            \
    X(replies)    /* true replies, duplicates included */                  \
    X(duplicated) /* replies after the first to one probe */               \
    X(lost)       /* answers that do not come: by chance or by order */    \
    X(silenced)   /* ... by an outage */                                   \
    X(blackholed) /* ... for their length */                               \
    X(reordered)  /* replies held back */                                  \
    X(late)                                                                \
    X(corrupted)      /* replies with a bit turned */                      \
    X(wrong_checksum) /* replies with a wrong checksum */                  \
    X(errors)         /* ICMP errors instead of replies */                 \
    X(redirects)      /* beside replies */                                 \
    X(forged)         /* replies beside the true ones */                   \
    X(flooded)        /* forged replies of a flood */                      \
    X(overflowed)     /* packets dropped because too many wait */          \
    X(sent)           /* packets that came out */

struct sim_statistics {
#define SIM_COUNTER(name) uint64_t name;
    SIM_COUNTERS(SIM_COUNTER)
#undef SIM_COUNTER
};

struct sim;

/* What became of a packet that came in, or what one is that comes out. */
struct sim_note {
    uint64_t ordinal; /* of the probe, from 1; 0: of none */
    const char *what; /* static storage: "reply", "lost", ... */
};

struct sim_output {
    uint64_t due_ns;
    struct pkt_view packet; /* from the IP header on */
    struct sim_note note;
};

/*
 * Makes a simulation.
 *
 * scene   must outlive it
 * seed    chooses one of all possible runs: the same seed and the same probes give the same fates
 * now_ns  of any clock that does not go back
 *
 * NULL when there is no memory.
 */
struct sim *sim_create(const struct sim_scene *scene, uint64_t seed, uint64_t now_ns);

/* Frees it with all that waits. NULL is allowed. */
void sim_destroy(struct sim *sim);

/* Takes a packet, from the IP header on. Returns what became of it. */
struct sim_note sim_receive(struct sim *sim, uint64_t now_ns, struct pkt_view packet);

/* The next packet that is due at now_ns or before; lives until the next call for the same sim. False when
 * there is none. */
bool sim_next(struct sim *sim, uint64_t now_ns, struct sim_output *ret_output);

/* When the next packet is due; SIM_NEVER when none waits. */
uint64_t sim_due(const struct sim *sim);

/* Packets that wait. */
unsigned sim_pending(const struct sim *sim);

const struct sim_statistics *sim_counted(const struct sim *sim);

#endif
