/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of a run on one link: what it knows, and who is told of it.
 */
#ifndef TOOLS_PING_LAN_RUN_H
#define TOOLS_PING_LAN_RUN_H

#include "common/loop.h"
#include "common/output_sink.h"
#include "lan.h"
#include "lan_dad.h"
#include "lan_link.h"
#include "lan_wire.h"
#include "pkt/host.h"

enum {
    LAN_TARGETS_MAX = 65536,
    LAN_ADDRESSES_MAX = 64,     /* of ours */
    LAN_RESPONDERS_MAX = 81920, /* a full table of targets, and what else is heard */
};

struct lan_target {
    struct pkt_ip address;
    uint32_t sent;
    uint32_t received;            /* requests that were answered */
    uint64_t latest;              /* packets up to the last request; 0: there was none */
    struct lan_answered answered; /* which of the last ones, by whomever */
    int64_t rtt_min_ns;
    int64_t rtt_max_ns;
    int64_t rtt_sum_ns;
};

struct lan_run;

/* What is told of a reply. */
struct lan_reply {
    const struct lan_target *target;
    const struct lan_responder *responder; /* NULL: the table is full */
    const struct lan_sighting *sighting;
    uint32_t sequence;
    uint32_t bytes; /* of the frame */
    bool is_kernel; /* the time is the kernel's */
};

struct lan_report {
    void (*begin)(struct lan_run *run);
    void (*reply)(struct lan_run *run, const struct lan_reply *reply);
    void (*claim)(struct lan_run *run); /* LAN_MODE_DAD: somebody has the address */
    void (*end)(struct lan_run *run);
};

extern const struct lan_report lan_report_text;
extern const struct lan_report lan_report_json;

struct lan_run {
    const struct lan_options *options;
    const struct lan_report *report;
    struct out *out;
    struct pkt_sink sink;
    struct loop *loop;
    struct loop_timer timer;
    struct pkt_host *host;
    struct lan_link link;
    struct lan_wire wire;
    struct pkt_interface interface;
    struct pkt_interface_address own[LAN_ADDRESSES_MAX];
    size_t own_count;
    struct lan_table table;
    struct lan_target *targets;
    uint32_t target_count;
    uint32_t target_room;
    bool sweeps;
    int64_t interval_ns;
    int64_t timeout_ns;
    uint32_t rate;
    /* the schedule: rounds over the targets, the packets of a round at `rate` */
    uint32_t round;   /* from 0 */
    uint32_t next;    /* target */
    uint32_t opening; /* LAN_MODE_FIND: packets of this round's opening that went */
    bool is_sent;     /* the last round is through */
    struct pkt_mono begun;
    struct pkt_mono round_begun;
    struct pkt_mono due;
    /* LAN_MODE_DAD */
    struct lan_dad dad;
    bool is_claimed;
    bool is_probe; /* the claim is another's check for the same address */
    struct pkt_mac claimant;
    /* what happened */
    bool interrupted;
    char failure[256]; /* why the run cannot say what it was asked; empty: it can */
    uint64_t unasked;  /* IPv6 addresses that were heard and found no room among the targets */
    char sandbox[64];
    struct pkt_error error;
};

/* Sends what is due, and says when to be called again: run->due. False: all is sent and waited for. */
bool lan_schedule_turn(struct lan_run *run, struct pkt_mono now);

/* The address that an interface asks from: one of ours with the target's prefix, else any of its version (of
 * IPv6 a link-local one), else the unspecified one. */
struct lan_self lan_self_for(const struct lan_run *run, struct pkt_ip target);

/* Adds a target; false: there is no room. */
bool lan_add_target(struct lan_run *run, struct pkt_ip address);

/* Targets that answered. */
uint32_t lan_answered(const struct lan_run *run);

/* Whether everybody was asked, as often as it takes, by frames that left. */
bool lan_is_complete(const struct lan_run *run);

/* The answer of the run. */
enum tool_status lan_verdict(const struct lan_run *run);

#endif
