/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pktsniff was asked for.
 */
#ifndef TOOLS_SNIFF_OPTIONS_H
#define TOOLS_SNIFF_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct sniff_options {
    const char *read;        /* file, "-" for standard input */
    uint64_t packets;        /* stop after as many that match; 0: no limit */
    uint64_t skip;           /* leave out as many that match first */
    const char *filter_file; /* -F: the expression's file */
    const char *save;        /* -w: file for what matches, "-" for standard output */
    bool print;              /* --print: lines besides -w */
    bool packet_buffered;    /* -U */
    const char *linktype;    /* -y: of the filter that -d prints without a file */
    bool strict_filter;
    bool unoptimised;  /* -O */
    unsigned dump;     /* -d to -ddd */
    unsigned verbose;  /* -v to -vvv */
    unsigned time;     /* -t to -ttttt */
    unsigned hex;      /* -x, -xx */
    unsigned hex_text; /* -X, -XX */
    unsigned text;     /* -A, -AA */
    bool link_header;  /* -e */
    bool brief;        /* -q */
    bool absolute_sequence;
    bool no_checksums; /* -K */
    bool number;       /* -# */
    bool nanoseconds;  /* --nano */
    bool microseconds; /* --micro */
    bool numeric;      /* -n: as it is anyway */
    bool diagnoses;    /* --diag */
    bool count;        /* --count */
    bool json;
    const char *fields; /* names separated by commas */
    const char *separator;
    bool line_buffered;
    bool quiet; /* --quiet: no opening and closing lines */
};

#endif
