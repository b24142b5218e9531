/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine: what is sent when, what an answer means, and when all is over. A state machine that is fed with
 * events and times; it knows no socket and no clock.
 *
 * Echoes go in rounds: one to each target, in their order. Echo k of the run is due at its own moment,
 * counted from the beginning, so that late wake-ups never add up; its number says target and sequence number,
 * and the other way round, so that no table is needed whatever the number of targets.
 */
#ifndef TOOLS_PING_ENGINE_H
#define TOOLS_PING_ENGINE_H

#include "ping.h"
#include "pkt/icmp_socket.h"

enum {
    ENGINE_BATCH = 64, /* echoes that go out in one call */
};

/* An echo to be sent. */
struct engine_probe {
    struct ping_target *target;
    uint64_t number; /* of the run, from 0 */
    uint32_t sequence;
};

/* The way out, and the time. */
struct engine_port {
    void *context;
    /*
     * Sends; never waits.
     * ret_errnos  0 for each that was sent, else why it was refused
     * Returns how many from the front were settled; what is missing is to be offered again.
     */
    unsigned (*send)(void *context, const struct engine_probe *probes, unsigned count, int *ret_errnos);
    struct pkt_mono (*now)(void *context);
    /* Which echo the message that is taken now is about; NULL: its tag says so. For captures, whose tags
     * nobody can check. False: none. */
    bool (*find)(void *context, struct pkt_echo_probe *ret_probe);
};

struct ping_engine {
    struct ping *ping;
    const struct engine_port *port;
    struct pkt_echo *echo;
    uint8_t key[16];         /* of the tags */
    uint16_t identifiers[2]; /* that the kernel writes into echoes of IPv4 and IPv6 */

    /* the schedule: echo `index` of round `round` is due at origin + (round - origin_round) * round_ns +
     * index
     * * gap_ns */
    uint64_t round;
    uint32_t index;
    struct pkt_mono origin;
    uint64_t origin_round;
    int64_t gap_ns;
    int64_t round_ns;
    uint64_t rounds;      /* in all; UINT64_MAX: until stopped */
    uint64_t ahead;       /* echoes that go at once in the beginning; with -f and -A, that may be under way */
    bool is_sweep;        /* once, with a second round for the silent */
    bool awaits_round;    /* of a sweep: the first round is not settled yet */
    struct pkt_mono sent; /* the last echo */
    uint64_t stalls;      /* times that the schedule was given up, since it was too far behind */

    int64_t timeout_ns; /* after which an echo counts as lost */
    int64_t slowest_ns; /* the longest from sending to the reply, by the monotonic clock */
    struct pkt_mono ends;
    bool ends_is_set;        /* at ends all is over */
    bool lingers;            /* ends was set after the last echo, and is set anew as replies come */
    struct pkt_mono gave_up; /* when it was last looked at which echoes wait too long */
    bool has_begun;          /* the first engine_turn() was */
    bool is_blocked;         /* the way out takes no more now */
    bool is_over;

    struct ping_error
        too_long; /* target not NULL: an echo was too long, and it is not known yet for which MTU */

    uint32_t *by_address; /* indices of targets in the order of their addresses */
};

/* Begins a run. False where there is no memory. The key is kept secret from the network. */
bool engine_start(struct ping_engine *engine, struct ping *ping, const struct engine_port *port,
                  const uint8_t key[16], const uint16_t identifiers[2]);

/* Frees what engine_start() made. */
void engine_stop(struct ping_engine *engine);

/*
 * Does what is due: gives up waiting, sends one batch, ends. What comes is to be taken between two batches,
 * for replies and stamps share the socket's buffer.
 */
void engine_turn(struct ping_engine *engine);

/* When engine_turn() is to be called next, if nothing happens before. */
struct pkt_mono engine_due(const struct ping_engine *engine);

/* Something came from the wire; to be followed by engine_turn(). */
void engine_take(struct ping_engine *engine, const struct pkt_icmp_event *event);

/*
 * An echo that a capture holds: it was sent at a moment of the engine's time, and has a stamp.
 * now  not before that of the echo before
 */
void engine_sent_before(struct ping_engine *engine, struct ping_target *target, uint32_t sequence,
                        struct pkt_mono now, struct pkt_wall stamp);

/* Gives up echoes that have waited for the timeout; engine_turn() does so by itself. */
void engine_give_up(struct ping_engine *engine, struct pkt_mono now);

/* After the last turn: counts and tells what is decided, and was not told yet. */
void engine_end(struct ping_engine *engine);

/* The tag of an echo. */
uint64_t engine_tag(const struct ping_engine *engine, const struct ping_target *target, uint64_t number);

#endif
