/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pktping's command line says. Letters and their meanings are those of ping(8) of iputils; new powers
 * have long names.
 */
#ifndef TOOLS_PING_OPTIONS_H
#define TOOLS_PING_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/limits.h"
#include "pkt/ip.h"

enum {
    PING_DATA_DEFAULT = 56,   /* bytes behind the ICMP header, as ping(8) has them */
    PING_DATA_MAX = 65507,    /* 65,535 less the shortest IPv4 header and that of ICMP (RFC 791 3.1) */
    PING_PATTERN_MAX = 16,    /* bytes of -p */
    PING_SOURCES_MAX = 4,     /* -I given so often */
    PING_FILES_MAX = 16,      /* --file given so often */
    PING_PRELOAD_MAX = 65536, /* -l */
};

/* -M, as <linux/in.h> numbers IP_PMTUDISC_... plus one; 0: the system's choice. */
enum ping_mtu_mode {
    PING_MTU_SYSTEM,
    PING_MTU_DONT,
    PING_MTU_WANT,
    PING_MTU_DO,
    PING_MTU_PROBE,
};

/* -T */
enum ping_ip_timestamp {
    PING_TIMESTAMP_NONE,
    PING_TIMESTAMP_ONLY,
    PING_TIMESTAMP_AND_ADDRESS,
    PING_TIMESTAMP_PRESPECIFIED,
};

/* --timestamping */
enum ping_clock {
    PING_CLOCK_KERNEL,
    PING_CLOCK_HARDWARE,
    PING_CLOCK_USER,
};

/* --socket */
enum ping_socket {
    PING_SOCKET_AUTO,
    PING_SOCKET_DATAGRAM,
    PING_SOCKET_RAW,
};

struct ping_options {
    unsigned family; /* 4, 6; 0: either */
    /* on one link, instead of echoes */
    bool arp;
    bool nd;
    bool dad;
    const char *lan; /* the interface to search */
    bool query;
    /* how many, how fast */
    uint64_t count;      /* 0: until stopped */
    int64_t interval_ns; /* negative: not given */
    int64_t deadline_ns; /* 0: none */
    int64_t wait_ns;     /* negative: not given */
    uint64_t preload;    /* 0: not given */
    uint64_t rate;       /* probes a second in all; 0: not given; NUMBER_RATE_MAX */
    bool flood;
    bool adaptive;
    bool loop;
    /* what is sent */
    uint64_t data_len;
    uint8_t pattern[PING_PATTERN_MAX];
    unsigned pattern_len; /* 0: bytes count upwards */
    uint64_t identifier;
    bool has_identifier;
    uint64_t hop_limit; /* 0: the system's */
    unsigned traffic_class;
    uint64_t flow_label; /* with has_flow_label */
    bool has_flow_label;
    uint64_t mark;
    bool has_mark;
    unsigned mtu_mode; /* enum ping_mtu_mode */
    bool pmtu;         /* search the path MTU, instead of pinging */
    bool record_route;
    unsigned ip_timestamp;          /* enum ping_ip_timestamp */
    struct pkt_ip4 timestamp_of[4]; /* PING_TIMESTAMP_PRESPECIFIED */
    unsigned timestamp_of_count;
    bool direct;        /* -r: past the routing table */
    bool broadcast;     /* -b */
    bool no_loopback;   /* -L */
    bool sticky_source; /* -B */
    bool connects;      /* -C */
    bool debug;         /* -d */
    const char *interface;
    struct pkt_ip source; /* version 0: by the routes */
    unsigned socket;      /* enum ping_socket */
    uint64_t send_buffer; /* bytes; 0: the system's */
    unsigned clock;       /* enum ping_clock */
    const char *netns;
    /* what is shown */
    bool numeric;
    bool names; /* -H */
    bool audible;
    bool print_time;  /* -D */
    bool outstanding; /* -O */
    bool precise;     /* -3 */
    bool user_rtt;    /* -U */
    bool quiet;
    unsigned verbose;
    bool json;
    bool no_why;
    bool alive;
    bool unreachable;
    bool histogram;
    int64_t report_every_ns; /* 0: not */
    struct limits fail_if;   /* no conditions: not given */
    struct limits until;
    const char *prometheus;
    const char *save;
    const char *read;
    const char *files[PING_FILES_MAX];
    unsigned file_count;
};

#endif
