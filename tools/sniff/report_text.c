/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines, as tcpdump prints them.
 */
#include "sniff.h"

#include "common/local_time.h"
#include "common/memory.h"
#include "common/message.h"
#include "pkt/checksum.h"
#include "pkt/print.h"
#include "pkt/track.h"

#include <stdio.h>
#include <string.h>

enum {
    TCP_MEMORY = 4 << 20, /* for the sequence bases of connections, bytes */
};

static struct pkt_text_options style;
static struct pkt_text_clock clock_text;
static struct pkt_text_line line;
static struct pkt_tcp_bases *tcp_bases;

static int time_style(unsigned count)
{
    static const int styles[] = {PKT_TEXT_TIME_CLOCK, PKT_TEXT_TIME_NONE, PKT_TEXT_TIME_EPOCH,
                                 PKT_TEXT_TIME_DELTA, PKT_TEXT_TIME_DATE, PKT_TEXT_TIME_SINCE_FIRST};
    return styles[count];
}

/* Of several dumps tcpdump prints the one with more: -X before -x before -A. */
static int dump_style(const struct sniff_options *options)
{
    if (options->hex_text > 0)
        return options->hex_text > 1 ? PKT_TEXT_DUMP_HEX_ASCII_LINK : PKT_TEXT_DUMP_HEX_ASCII;
    if (options->hex > 0)
        return options->hex > 1 ? PKT_TEXT_DUMP_HEX_LINK : PKT_TEXT_DUMP_HEX;
    if (options->text > 0)
        return options->text > 1 ? PKT_TEXT_DUMP_ASCII_LINK : PKT_TEXT_DUMP_ASCII;
    return PKT_TEXT_DUMP_NONE;
}

static void begin(struct sniff *sniff)
{
    const struct pkt_memory memory = memory_of_heap(TCP_MEMORY);
    const struct sniff_options *options = sniff->options;
    style = (struct pkt_text_options){
        .verbosity = options->verbose,
        .time = time_style(options->time),
        .dump = dump_style(options),
        .nanoseconds = options->nanoseconds && !options->microseconds,
        .link_header = options->link_header,
        .quiet = options->brief,
        .number = options->number,
        .absolute_sequence = options->absolute_sequence,
        .skip_checksums = options->no_checksums,
        .diagnoses = options->diagnoses,
    };
    line = (struct pkt_text_line){.clock = &clock_text};
    if (!options->absolute_sequence)
        tcp_bases = pkt_tcp_bases_create(&memory, memory_secret());
}

static bool wants_zone(void)
{
    return style.time == PKT_TEXT_TIME_CLOCK || style.time == PKT_TEXT_TIME_DATE;
}

static void set_line(struct sniff *sniff, const struct pkt_frame *frame)
{
    line.number = sniff->matched;
    line.has_time = (frame->flags & PKT_FRAME_HAS_TIME) != 0;
    line.time = frame->time;
    if (sniff->reported == 1)
        line.first = line.previous = frame->time;
    if (wants_zone())
        line.zone_offset_s = local_time_offset(frame->time);
    line.tcp = (struct pkt_text_tcp){0, 0, 0};
    int tcp = tcp_bases == NULL ? -1 : pkt_layer_find(&sniff->packet, PKT_PROTO_TCP, 0);
    if (tcp >= 0) {
        struct pkt_tcp_base base = pkt_tcp_bases_look(tcp_bases, &sniff->packet, (unsigned)tcp);
        line.tcp = (struct pkt_text_tcp){base.sequence, base.acknowledgment, base.selective};
    }
}

static void packet(struct sniff *sniff, const struct pkt_event *event)
{
    const struct pkt_frame *frame = &event->frame;
    pkt_decode(frame->bytes, frame->wire_len, frame->linktype, frame->decode_flags, &sniff->packet);
    if (style.diagnoses) {
        pkt_diagnose(&sniff->packet);
        sniff_count_findings(sniff);
    }
    set_line(sniff, frame);
    pkt_text_print(&sniff->packet, &line, &style, &sniff->sink);
    line.previous = frame->time;
}

/* ", 3 errors" */
static void append_count(char *text, size_t size, uint64_t n, const char *one, const char *many)
{
    size_t len = strlen(text);
    (void)snprintf(text + len, size - len, "%s%llu %s", len > 0 ? ", " : "", (unsigned long long)n,
                   message_plural(n, one, many));
}

static void say_findings(const struct sniff *sniff)
{
    const struct sniff_findings *found = &sniff->findings;
    char diagnoses[160] = "", checksums[320] = "";
    append_count(diagnoses, sizeof diagnoses, found->severities[PKT_SEVERITY_ERROR], "error", "errors");
    append_count(diagnoses, sizeof diagnoses, found->severities[PKT_SEVERITY_WARN], "warning", "warnings");
    append_count(diagnoses, sizeof diagnoses, found->severities[PKT_SEVERITY_NOTE], "note", "notes");
    for (int state = PKT_CHECKSUM_ABSENT; state <= PKT_CHECKSUM_UNKNOWN; state++) {
        const char *name = pkt_checksum_state_name((enum pkt_checksum_state)state);
        append_count(checksums, sizeof checksums, found->checksums[state], name, name);
    }
    message_notice("%llu of %llu %s with diagnoses: %s; checksums: %s", (unsigned long long)found->packets,
                   (unsigned long long)sniff->reported, message_plural(sniff->reported, "packet", "packets"),
                   diagnoses, checksums);
}

static void end(struct sniff *sniff)
{
    out_sink_flush(&sniff->sink); /* the lines before what is said of them */
    if (tcp_bases != NULL && pkt_tcp_bases_evicted(tcp_bases) > 0)
        message_warning(
            "%llu TCP connections were forgotten to stay within memory: some relative sequence numbers "
            "start anew",
            (unsigned long long)pkt_tcp_bases_evicted(tcp_bases));
    pkt_tcp_bases_destroy(tcp_bases);
    if (style.diagnoses)
        say_findings(sniff);
}

const struct sniff_report sniff_report_text = {.begin = begin, .packet = packet, .end = end};
