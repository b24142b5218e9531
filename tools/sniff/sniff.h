/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine of pktsniff: takes events from a source, lets the filter choose, and hands them to a report.
 */
#ifndef TOOLS_SNIFF_SNIFF_H
#define TOOLS_SNIFF_SNIFF_H

#include "common/output.h"
#include "common/output_sink.h"
#include "options.h"
#include "pkt/capture.h"
#include "pkt/filter.h"
#include "pkt/packet.h"
#include "pkt/saver.h"

struct sniff;

/* A way to report: lines, JSON, fields, a count. Members may be NULL. */
struct sniff_report {
    void (*begin)(struct sniff *sniff);
    /* A packet that matched and is within -c and --skip. */
    void (*packet)(struct sniff *sniff, const struct pkt_event *event);
    /* Any event that is no packet. */
    void (*block)(struct sniff *sniff, const struct pkt_event *event);
    /* The last call, after any error too. */
    void (*end)(struct sniff *sniff);
};

/* What --diag and the summary of --json count. */
struct sniff_findings {
    uint64_t packets;       /* with at least one diagnosis */
    uint64_t severities[3]; /* diagnoses, by enum pkt_severity */
    uint64_t checksums[6];  /* layers, by enum pkt_checksum_state */
};

struct sniff {
    const struct sniff_options *options;
    const struct sniff_report *report;
    const char *expression; /* "" when there is none */
    struct pkt_source *source;
    struct pkt_filter *filter;         /* NULL: every packet */
    struct pkt_saver *saver;           /* NULL: nothing is saved, or it is closed */
    struct pkt_saver_statistics saved; /* once it is closed */
    struct out *out;
    struct pkt_sink sink;
    struct pkt_packet packet; /* the frame under way, decoded */
    uint64_t read;            /* frames taken from the source */
    uint64_t matched;         /* of these, what the filter chose */
    uint64_t reported;        /* of these, within --skip and -c */
    uint64_t undecided;       /* frames whose link type the filter does not fit */
    uint64_t saturated;       /* frames whose time the file states beyond what can be held */
    struct sniff_findings findings;
    struct pkt_error error; /* code 0: none */
    bool interrupted;
    bool limited; /* stopped by -c before the end */
};

/*
 * Reads the whole source, reporting as it goes into sniff->sink, which must be open over sniff->out.
 *
 * @return TOOL_OK; TOOL_ERROR, said on standard error, when the input is damaged, cut, interrupted, or the
 * filter makes no sense for one of its link types
 */
enum tool_status sniff_run(struct sniff *sniff);

/* Ends a run that could not begin, for sniff->error: --json still gives its start and summary. TOOL_ERROR. */
enum tool_status sniff_fail(struct sniff *sniff);

/* Adds the findings of sniff->packet, which pkt_diagnose has seen. */
void sniff_count_findings(struct sniff *sniff);

extern const struct sniff_report sniff_report_text;
extern const struct sniff_report sniff_report_json;
extern const struct sniff_report sniff_report_fields;
extern const struct sniff_report sniff_report_count;
extern const struct sniff_report sniff_report_nothing;

/* The names of --fields, looked up. False, said on standard error, when one is not in the registry or they
 * are too many. */
bool sniff_fields_prepare(const struct sniff_options *options);

#endif
