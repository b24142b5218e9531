/* SPDX-License-Identifier: BSD-2-Clause */
#include "sniff.h"

#include "common/message.h"
#include "common/stop.h"
#include "input.h"
#include "pkt/checksum.h"
#include "save.h"

#include <string.h>

void sniff_count_findings(struct sniff *sniff)
{
    const struct pkt_packet *packet = &sniff->packet;
    if (packet->diagnosis_count > 0)
        sniff->findings.packets++;
    for (unsigned i = 0; i < packet->diagnosis_count; i++)
        sniff->findings.severities[pkt_diagnosis_severity(packet->diagnosis[i].code)]++;
    for (unsigned i = 0; i < packet->layer_count; i++)
        sniff->findings.checksums[pkt_checksum_verify(packet, i).state]++;
}

/* A packet of a link type for which the expression makes no sense: said once, counted, and left out. */
static void leave_out(struct sniff *sniff, const struct pkt_frame *frame, const struct pkt_error *error)
{
    if (sniff->undecided++ == 0)
        message_warning("packet %llu, link type %u: %s: packets like it are left out",
                        (unsigned long long)frame->number, frame->linktype, error->sentence);
}

/* 1: chosen, 0: not, negative: the filter failed, which is kept in sniff->error. */
static int choose(struct sniff *sniff, const struct pkt_frame *frame)
{
    struct pkt_error error;
    if (sniff->filter == NULL)
        return 1;
    int result = pkt_filter_match(sniff->filter, frame->bytes, frame->wire_len, frame->linktype, &error);
    if (result == PKT_E_ARGUMENT) {
        leave_out(sniff, frame, &error);
        return 0;
    }
    if (result < 0)
        sniff->error = error;
    return result;
}

/* False: no further packet is wanted. */
static bool take_frame(struct sniff *sniff, const struct pkt_event *event)
{
    const struct sniff_options *options = sniff->options;
    sniff->read++;
    sniff->saturated += (event->frame.flags & PKT_FRAME_TIME_SATURATED) != 0;
    int chosen = choose(sniff, &event->frame);
    if (chosen <= 0)
        return chosen == 0;
    if (sniff->matched++ < options->skip)
        return true;
    if (!save_event(sniff, event))
        return false;
    sniff->reported++;
    if (sniff->report->packet != NULL)
        sniff->report->packet(sniff, event);
    if (options->line_buffered || options->packet_buffered)
        out_sink_sync(&sniff->sink);
    sniff->limited = options->packets != 0 && sniff->reported >= options->packets;
    return !sniff->limited && !out_has_failed(sniff->out);
}

/* Nothing to read now: shows what there is and waits for more, or for a signal. */
static bool wait_for_input(struct sniff *sniff)
{
    out_sink_flush(&sniff->sink);
    if (!save_flush(sniff))
        return false;
    input_wait(pkt_source_fd(sniff->source));
    return true;
}

static bool take_event(struct sniff *sniff, const struct pkt_event *event)
{
    if (event->kind == PKT_EVENT_FRAME)
        return take_frame(sniff, event);
    if (!save_event(sniff, event))
        return false;
    if (sniff->report->block != NULL)
        sniff->report->block(sniff, event);
    return true;
}

static void take_all(struct sniff *sniff)
{
    struct pkt_event event;
    for (bool more = true; more;) {
        if (stop_is_requested()) {
            sniff->interrupted = true;
            return;
        }
        int result = pkt_source_next(sniff->source, &event, &sniff->error);
        if (result == PKT_E_AGAIN) {
            sniff->error.code = 0;
            more = wait_for_input(sniff);
        } else {
            more = result == 1 && take_event(sniff, &event);
        }
    }
}

/* What ended the reading before the end of the file, if anything did. */
static enum tool_status conclude(struct sniff *sniff)
{
    if (sniff->saturated > 0)
        message_warning("%llu %s outside of the years 1677 to 2262, shown as the nearest that can be",
                        (unsigned long long)sniff->saturated,
                        message_plural(sniff->saturated, "packet has a time", "packets have times"));
    if (sniff->error.code != 0 && !sniff->interrupted) {
        message_error("%s", sniff->error.sentence);
        return TOOL_ERROR;
    }
    if (sniff->interrupted) {
        message_error("interrupted after %llu %s; the rest was not read", (unsigned long long)sniff->read,
                      message_plural(sniff->read, "packet", "packets"));
        return TOOL_ERROR;
    }
    if (sniff->undecided > 0) {
        message_error("%llu %s left out: the filter makes no sense for %s link type",
                      (unsigned long long)sniff->undecided,
                      message_plural(sniff->undecided, "packet was", "packets were"),
                      message_plural(sniff->undecided, "its", "their"));
        return TOOL_ERROR;
    }
    return TOOL_OK;
}

const struct sniff_report sniff_report_nothing = {0};

enum tool_status sniff_run(struct sniff *sniff)
{
    if (sniff->report->begin != NULL)
        sniff->report->begin(sniff);
    take_all(sniff);
    save_finish(sniff);
    if (sniff->report->end != NULL)
        sniff->report->end(sniff);
    out_sink_flush(&sniff->sink);
    return tool_status_worse(save_conclude(sniff), conclude(sniff));
}

enum tool_status sniff_fail(struct sniff *sniff)
{
    sniff->interrupted = stop_is_requested();
    save_finish(sniff);
    if (sniff->options->json) {
        sniff->report->begin(sniff);
        sniff->report->end(sniff);
    }
    out_sink_flush(&sniff->sink);
    return conclude(sniff);
}
