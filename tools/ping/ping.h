/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A run of pktping: its targets, what happens to their echoes, and who is told of it.
 *
 * The engine (engine.h) decides what is sent when and what an answer means; it knows no socket and no clock.
 * The wire (wire.h) sends and receives. A report (text.c, json.c) turns what happened into output.
 */
#ifndef TOOLS_PING_PING_H
#define TOOLS_PING_PING_H

#include "common/output.h"
#include "common/output_sink.h"
#include "options.h"
#include "pkt/echo.h"
#include "pkt/rtt_stats.h"
#include "pkt/view.h"
#include "responders.h"
#include "words.h"

struct ping;
struct names;
struct record;
struct run;

/* One address that echoes are sent to. */
struct ping_target {
    struct pkt_rtt_stats stats;
    struct pkt_ip address;
    uint32_t scope;    /* index of the interface of a link-local address; 0: none */
    const char *name;  /* as it was given; lives as long as the run */
    uint32_t sent;     /* echoes: the last one's sequence number, of which the wire carries 16 bits */
    bool is_group;     /* multicast or broadcast: many may answer */
    bool is_broadcast; /* likewise, by the routes */
    bool has_no_way;   /* by the routes, before the first echo */
    bool why_said;
    bool why_withdrawn; /* it answered after all */
};

/* What an answer is to its echo. */
enum ping_answer {
    PING_ANSWER_FIRST,
    PING_ANSWER_DUPLICATE,
    PING_ANSWER_LATE,
};

/* An echo reply that is the answer to one of our echoes. */
struct ping_reply {
    struct ping_target *target;
    enum ping_answer answer;
    uint32_t sequence;
    struct pkt_ip from;
    uint32_t interface; /* index of the one that it came in by; 0: not known */
    uint16_t identifier;
    size_t message_len; /* bytes of the ICMP message */
    int hop_limit;      /* negative: not known */
    int traffic_class;  /* likewise */
    struct pkt_echo_rtt rtt;
    bool has_time;
    struct pkt_wall time;    /* with has_time: when it came */
    struct pkt_view options; /* of the IPv4 header */
    bool checksum_bad;
    bool truncated;  /* shorter than what was sent */
    bool has_wrong;  /* an octet came back as another one: */
    size_t wrong_at; /* its place in the data */
    uint8_t wrong_is;
    uint8_t wrong_should;
    struct pkt_view data; /* what came back of the data that was sent */
};

/* An ICMP error about an echo of ours, or this machine's. */
struct ping_error {
    struct ping_target *target;
    uint32_t sequence;
    bool is_local;
    int system_errno; /* with is_local */
    bool at_send;     /* with is_local: the call that should have sent it failed */
    struct pkt_ip from;
    uint32_t interface; /* index of the one that it came in by; 0: not known */
    uint8_t type;
    uint8_t code;
    uint32_t info; /* "too long": the next hop's MTU; "parameter problem": the pointer */
    struct pkt_ip gateway;
    int hop_limit;
    struct pkt_view quoted;     /* from the quoted ICMP header on */
    struct pkt_view extensions; /* RFC 4884; empty: none */
    bool has_time;
    struct pkt_wall time; /* with has_time: when it came */
    bool counts;          /* the echo is settled by it: a redirect's is not */
};

/* Who is told. Every function is there. */
struct ping_report {
    void (*begin)(struct ping *ping);
    void (*sent)(struct ping *ping, struct ping_target *target);
    void (*reply)(struct ping *ping, const struct ping_reply *reply);
    void (*error)(struct ping *ping, const struct ping_error *error);
    void (*timeout)(struct ping *ping, struct ping_target *target, uint32_t sequence);
    void (*waiting)(struct ping *ping, struct ping_target *target, uint32_t sequence); /* -O */
    /* target: NULL where none is known yet. */
    void (*why)(struct ping *ping, struct ping_target *target, const char *code, const char *sentence);
    void (*status)(struct ping *ping); /* SIGQUIT */
    void (*window)(struct ping *ping); /* --report-every: the window of now ends */
    void (*end)(struct ping *ping);
};

extern const struct ping_report ping_report_text;
extern const struct ping_report ping_report_json;

/* The last thing that went wrong, for who wants to know why nothing answers. */
struct ping_trouble {
    const struct ping_target *target;
    int send_errno;                /* the echo could not be sent; 0: it was */
    struct pkt_ip from;            /* who sent an ICMP error; version 0: nobody did */
    struct ping_error_words words; /* of it */
};

/* A name without an address. */
struct ping_nameless {
    struct ping_nameless *next;
    char error[64];
    char name[];
};

/* Counts of all targets together, kept as things happen. */
struct ping_totals {
    uint64_t sent;
    uint64_t received;
    uint64_t waiting;
    uint64_t late;
    uint64_t duplicates;
    uint64_t corrupted;
    uint64_t errors;
    uint64_t reordered;
    uint32_t alive; /* targets that answered */
};

/* Everything that a run is. */
struct ping {
    const struct ping_options *options;
    const struct ping_report *report;
    struct out *out;
    struct pkt_sink sink; /* over out */
    struct ping_target *targets;
    uint32_t target_count;
    struct ping_nameless *nameless; /* those of them that are kept */
    uint32_t unresolved;            /* names without an address: they are no targets */
    bool sweeps;                    /* prefixes, ranges or files: once, with a second try for the silent */
    struct pkt_rtt_stats *windows;  /* of the targets, with --report-every; else NULL */
    int64_t window_ns;              /* how long the window was that ends */
    bool window_is_last;            /* echoes that still wait belong to it: no other will have them */
    struct pkt_rtt_pool *pool;      /* that the targets' times come from */
    uint8_t *data;                  /* data_len octets of an echo, the tag in the first of them */
    unsigned stamps_expected;       /* set of enum pkt_echo_flag, of every echo */
    struct run *run;                /* that this is part of */
    void (*silent)(struct ping *ping, struct ping_target *target);    /* an echo had no reply */
    void (*recovered)(struct ping *ping, struct ping_target *target); /* one that "why" was said of answers */
    /* what is known before the first echo */
    int64_t pause_ns;     /* the least between two echoes with -f and -A, without privilege; 0: none */
    uint64_t rate_limit;  /* echoes a second that the table of neighbours has room for; 0: any */
    uint64_t rate;        /* echoes a second in all that the schedule makes at most; 0: any */
    struct pkt_ip source; /* that echoes to the first target will have; version 0: not known */
    unsigned ip_options_len;
    struct names *names;     /* NULL: without -H */
    struct record *record;   /* NULL: without --save */
    const char *socket_kind; /* "datagram", "raw"; NULL: none is open */
    const char *sandbox;
    const struct pkt_wall
        *wall; /* --read: the time in the capture, 0 before it; else NULL: the clock has it */
    /* what happened */
    struct pkt_mono begun;
    struct pkt_mono last; /* when the last thing happened */
    uint64_t pipe_max;    /* the most echoes that were under way at a time */
    struct ping_totals totals;
    struct responders responders; /* of groups */
    uint64_t not_by_card;         /* times that --timestamping=hw did not get from the card */
    uint64_t forged;              /* replies without the tag of an echo of ours */
    uint64_t dropped;             /* messages that the receive buffer had no room for */
    struct ping_trouble trouble;
    struct ping_trouble *troubles; /* the last one of each target, where several were named; else NULL */
    bool interrupted;
    bool complete;     /* everything asked for was sent and settled */
    uint64_t saved;    /* packets on the file of --save, once it is closed */
    char failure[256]; /* what ended it early; "" */
};

#endif
