/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The search for the largest packet that passes to a host and back: which size is tried next, and what each
 * answer says. It knows no socket and no clock.
 *
 * As in RFC 8899 a size counts as passing only when its own echo came back: what a router reports (RFC 1191,
 * RFC 8201) is a hint that is tried. Silence says little: a size is tried several times before it counts as
 * not passing, more often once any echo was lost that should have passed, and the one that decides more often
 * still. A size that passed proves all smaller ones, whatever was said of them.
 */
#ifndef TOOLS_PING_PMTU_H
#define TOOLS_PING_PMTU_H

#include <stdbool.h>
#include <stdint.h>

#include "pkt/ip.h"
#include "pkt/time.h"

enum {
    PMTU_LEAST = 68,       /* bytes that every IPv4 link carries (RFC 791 3.2); tried first, in IPv6 too */
    PMTU_LEAST_IP6 = 1280, /* likewise of IPv6 (RFC 8200 5): a report of less is not believed */
    PMTU_PROBES_MAX = 256, /* of one search, whatever happens */
};

/* How it is known that a size does not pass. */
enum pmtu_way {
    PMTU_BY_NOTHING,
    PMTU_BY_INTERFACE, /* this machine cannot send it */
    PMTU_BY_REPORT,    /* an ICMP error said so */
    PMTU_BY_SILENCE,   /* it vanished each time */
};

/* The smallest size that is known so not to pass. */
struct pmtu_bound {
    uint32_t size;
    enum pmtu_way way;
    struct pkt_ip from; /* BY_REPORT: who said so */
    uint32_t mtu;       /* BY_REPORT: the MTU that was said; 0: none was (RFC 1191 5) */
    unsigned tries;     /* BY_SILENCE: that vanished */
};

enum pmtu_fate {
    PMTU_UNDER_WAY,
    PMTU_PASSED,
    PMTU_TOO_LONG, /* a router said so, or this machine */
    PMTU_VANISHED, /* it may come back late, and pass */
};

struct pmtu_probe {
    uint32_t size; /* bytes of the IP packet */
    enum pmtu_fate fate;
    struct pkt_mono sent;
};

/* A search; its owner reads what stands before the line. */
struct pmtu {
    uint32_t proved; /* the largest size that passed; 0: none did */
    uint32_t limit;  /* the largest that is worth a try: of the interface, or of the protocol */
    unsigned count;  /* probes so far */
    unsigned odd; /* reports that were not believed: of 0 < MTU < 68, of less than 1,280 in IPv6, of what was
                   * sent or more */
    struct pkt_ip odd_from; /* who sent the last of them */
    uint32_t odd_mtu;       /* and what it said */
    bool is_over;
    struct pmtu_probe probes[PMTU_PROBES_MAX];

    /* private */
    unsigned version;
    int64_t wait_ns;           /* 0 and below: by the round-trip times */
    int64_t rtt_ns;            /* the longest so far */
    struct pmtu_bound told;    /* by interface or report */
    struct pmtu_bound silence; /* by silence; size 0: none */
    struct pmtu_bound report;  /* the last one with an MTU that was believed */
    uint32_t hint;             /* to be tried next; 0: none */
    unsigned hints;            /* that were taken */
    uint32_t size;             /* that is being tried */
    unsigned tries;            /* of it, that vanished */
    bool waits;                /* for the last probe */
    struct pkt_mono due;       /* until when */
};

/*
 * Begins a search.
 *
 * version  4 or 6
 * limit    bytes that the interface sends at once; 0: not known
 * wait_ns  how long to wait for an answer; 0 and below: by the round-trip times
 */
void pmtu_start(struct pmtu *pmtu, unsigned version, uint32_t limit, int64_t wait_ns);

enum pmtu_step {
    PMTU_SEND, /* an echo of the size of probes[count - 1] */
    PMTU_WAIT, /* until pmtu->due, or until something comes */
    PMTU_OVER,
};

/* What is to be done now. A probe to be sent counts as sent. */
enum pmtu_step pmtu_turn(struct pmtu *pmtu, struct pkt_mono now);

/* The echo of a probe came back; also after its time. False: it had already. */
bool pmtu_reply(struct pmtu *pmtu, unsigned probe, struct pkt_mono now);

/*
 * A router says that a probe was too long.
 *
 * mtu  as it was said; 0: none was
 *
 * False: it changes nothing, since it is not believed or the size has passed.
 */
bool pmtu_too_long(struct pmtu *pmtu, unsigned probe, struct pkt_ip from, uint32_t mtu);

/* This machine did not send a probe because it is too long (EMSGSIZE). mtu: what it can send; 0: not said. */
void pmtu_unsendable(struct pmtu *pmtu, unsigned probe, uint32_t mtu);

/* Another ICMP error about a probe, or another failure to send it: it says nothing about sizes, but that
 * waiting for an answer is hardly worth while. */
void pmtu_failed(struct pmtu *pmtu, unsigned probe, struct pkt_mono now);

/* How long to wait for the answer to a further echo, in nanoseconds. */
int64_t pmtu_wait(const struct pmtu *pmtu);

/* The smallest size that does not pass. If it is proved + 1, the search has come to its end. */
const struct pmtu_bound *pmtu_refused(const struct pmtu *pmtu);

/* How the path MTU is known. */
struct pmtu_result {
    uint32_t mtu;       /* bytes of the IP packet; 0: nothing came back */
    enum pmtu_way way;  /* why it is not more; BY_NOTHING: the search did not come to its end */
    uint32_t refused;   /* the smallest size that does not pass */
    struct pkt_ip from; /* BY_REPORT: who said so */
    uint32_t reported;  /* BY_REPORT: the MTU that it said; 0: none */
};

void pmtu_result(const struct pmtu *pmtu, struct pmtu_result *ret_result);

#endif
