/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run of pktsend: takes packets from the engine, gives them to the carrier or to a file, listens for
 * answers, and tells a report.
 */
#ifndef TOOLS_SEND_SEND_H
#define TOOLS_SEND_SEND_H

#include "carrier.h"
#include "common/output.h"
#include "common/output_sink.h"
#include "engine.h"
#include "listen.h"
#include "options.h"

#include "pkt/saver.h"

struct send;

enum { SEND_OFFERED = 65536 }; /* packets whose transmit timestamp can still come; a power of two */

/* A packet that came back and answers one that was sent. */
struct send_heard {
    const struct pkt_packet *packet; /* decoded and diagnosed */
    const struct pkt_answer *answer;
    struct pkt_wall time;
};

/* A way to report. */
struct send_report {
    void (*begin)(struct send *send);
    /* A packet that was refused; with --print or --hex also one that left, was saved or shown
     * (system_errno 0). number counts from 1. */
    void (*packet)(struct send *send, const struct send_item *item, uint64_t number, struct pkt_wall time,
                   int system_errno);
    void (*answer)(struct send *send, const struct send_heard *heard);
    /* The last call, after any error too. */
    void (*end)(struct send *send);
};

/* Where packets go. */
enum send_target {
    SEND_TO_WIRE,
    SEND_TO_FILE,
    SEND_TO_NOBODY, /* --dry-run */
};

struct send {
    const struct send_options *options;
    const struct send_report *report;
    struct out *out;
    struct pkt_sink sink;
    struct send_engine *engine;
    struct send_carrier *carrier;   /* SEND_TO_WIRE only */
    struct pkt_saver *saver;        /* SEND_TO_FILE only */
    struct send_listener *listener; /* NULL: nobody listens */
    int target;                     /* enum send_target */
    uint64_t settled;               /* packets that were sent, saved, shown or refused */
    uint64_t offered;               /* of these, that the carrier settled */
    uint64_t numbers[SEND_OFFERED]; /* of the packets offered last, by how many were offered before */
    uint64_t sent;
    uint64_t sent_bytes;
    bool bytes_unknown; /* a file failed: sent counts what is on it, sent_bytes what was given to it */
    uint64_t refused;
    uint64_t probes;  /* of those sent, that call for an answer */
    uint64_t answers; /* that came, all copies */
    struct pkt_mono begun;
    struct pkt_mono ended;  /* when the last packet went */
    struct pkt_error error; /* what ended the run; code 0: nothing */
    const char *sandbox;    /* what is on, in a word or two */
    bool interrupted;
};

/*
 * Sends everything.
 *
 * @return TOOL_OK: all packets left and, where answers were waited for, one came; TOOL_NO: none came;
 * TOOL_ERROR, said on standard error: something was refused, lost or interrupted
 */
enum tool_status send_run(struct send *send, const struct engine_settings *settings,
                          struct send_supply *supply);

extern const struct send_report send_report_text;
extern const struct send_report send_report_json;

#endif
