/*
 * Scenes: who answers and what befalls the probes, from a small text file. README.md has the grammar.
 */
#ifndef SIM_SCENE_H
#define SIM_SCENE_H

#include "pkt/icmp.h"
#include "pkt/ip.h"

enum {
    SIM_SCENE_TARGETS = 64,
    SIM_SCENE_GROUPS = 16,
    SIM_SCENE_MEMBERS = 64,
    SIM_SCENE_RULES = 128,
    SIM_SCENE_RANGES = 16,
    SIM_SCENE_LABELS = 4,
    SIM_SCENE_NAME = 32,
};

struct sim_range {
    uint64_t first;
    uint64_t last;
};

/* Which probes: by chance, or by their ordinals. */
struct sim_which {
    uint32_t ppm; /* chance in millionths, where there are no ranges */
    unsigned range_count;
    struct sim_range range[SIM_SCENE_RANGES];
};

/* What answers: an address or a whole prefix. */
struct sim_target {
    struct pkt_ip address;
    unsigned prefix_len;
};

/* A multicast or broadcast address and those who answer it. */
struct sim_group {
    struct pkt_ip address;
    unsigned member_count;
    struct pkt_ip member[SIM_SCENE_MEMBERS];
};

enum sim_rule_kind {
    SIM_RULE_DELAY,     /* time[0] is the mean or the least, time[1] the deviation or the most */
    SIM_RULE_LOSS,      /* of single probes */
    SIM_RULE_BURST,     /* loss in runs: which.ppm lost in the mean, `number` the mean length of a run */
    SIM_RULE_SILENCE,   /* from time[0] to time[1] after the first probe nobody answers */
    SIM_RULE_BLACKHOLE, /* packets above `number` bytes vanish */
    SIM_RULE_MTU,       /* packets above `number` bytes that may not be cut are answered with `error` */
    SIM_RULE_ERROR,     /* an ICMP error instead of the reply; a redirect beside it */
    SIM_RULE_DUPLICATE, /* `number` replies in all */
    SIM_RULE_REORDER,   /* held back by time[0] */
    SIM_RULE_LATE,      /* the same, counted apart */
    SIM_RULE_CORRUPT,   /* a bit of the data turned, under a right checksum */
    SIM_RULE_CHECKSUM,  /* a wrong checksum */
    SIM_RULE_FORGE,     /* `number` replies of kind `forgery` beside the true one */
    SIM_RULE_FLOOD,     /* `number` forged replies a second from the first probe on, for time[0] */
    SIM_RULE_TTL,       /* `number` is the replies' time to live */
    SIM_RULE_TOS,       /* ... their type of service */
};

enum sim_spread {
    SIM_SPREAD_FIXED,
    SIM_SPREAD_UNIFORM,
    SIM_SPREAD_NORMAL,
};

enum sim_forgery {
    SIM_FORGE_TAG,      /* the data is another's */
    SIM_FORGE_ID,       /* another identifier */
    SIM_FORGE_SEQUENCE, /* another sequence number */
    SIM_FORGE_SOURCE,   /* from somebody who was not asked */
    SIM_FORGE_TIME,     /* extreme values where senders keep a time stamp: the first 16 bytes of data */
    SIM_FORGE_SHORT,    /* half of the data */
    SIM_FORGE_LONG,     /* more data than was sent */
    SIM_FORGE_CUT,      /* four bytes of ICMP, with a right checksum */
    SIM_FORGE_COUNT,
};

enum sim_error_kind {
    SIM_ERROR_TTL,
    SIM_ERROR_HOST,
    SIM_ERROR_NET,
    SIM_ERROR_PORT,
    SIM_ERROR_ADMIN,
    SIM_ERROR_TOOBIG,
    SIM_ERROR_REDIRECT,
    SIM_ERROR_PARAMETER,
    SIM_ERROR_COUNT,
};

/* An ICMP error. A sender or gateway of version 0 is missing: the probe's destination says it. */
struct sim_error {
    enum sim_error_kind kind;
    struct pkt_ip from[2];    /* IPv4, IPv6 */
    struct pkt_ip gateway[2]; /* of a redirect */
    uint32_t argument;        /* MTU, or pointer of a parameter problem */
    uint32_t quote_len;       /* bytes of the probe that are quoted; 0: as many as the RFCs allow */
    unsigned label_count;     /* MPLS label stack (RFC 4950) */
    struct pkt_mpls_entry label[SIM_SCENE_LABELS];
    bool has_interface; /* incoming interface (RFC 5837) */
    uint32_t interface_index;
    char interface_name[SIM_SCENE_NAME];
};

struct sim_rule {
    enum sim_rule_kind kind;
    struct sim_which which;
    enum sim_spread spread;
    enum sim_forgery forgery;
    uint64_t time_ns[2];
    uint32_t number;
    struct sim_error error;
};

struct sim_scene {
    unsigned target_count;
    unsigned group_count;
    unsigned rule_count;
    struct sim_target target[SIM_SCENE_TARGETS];
    struct sim_group group[SIM_SCENE_GROUPS];
    struct sim_rule rule[SIM_SCENE_RULES];
};

struct sim_scene_error {
    unsigned line; /* from 1; 0: the scene as a whole */
    char sentence[200];
};

/* Reads a scene of len bytes of text. False, and the first thing that is wrong, when it is none. */
bool sim_scene_parse(const char *text, size_t len, struct sim_scene *ret_scene,
                     struct sim_scene_error *reterr_error);

/* Whether ordinal is in the ranges of which; false where chance decides. */
bool sim_which_lists(const struct sim_which *which, uint64_t ordinal);

/* Whether a target or prefix of the scene holds the address. */
bool sim_scene_has_target(const struct sim_scene *scene, struct pkt_ip address);

/* The group with the address; NULL when there is none. */
const struct sim_group *sim_scene_group(const struct sim_scene *scene, struct pkt_ip address);

#endif
