/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines: with --print one a packet, as pktsniff prints it; one an answer, behind the number of its probe and
 * the time that it took; at the end what was sent.
 */
#include "common/local_time.h"
#include "common/message.h"
#include "summary.h"

#include "pkt/print.h"

#include <stdio.h>
#include <string.h>

static struct pkt_text_options style;
static struct pkt_text_clock clock_text;
static int last_refusal;

static void begin(struct send *send)
{
    style = (struct pkt_text_options){
        .verbosity = send->options->verbose,
        .dump = send->options->hex ? PKT_TEXT_DUMP_HEX_ASCII_LINK : PKT_TEXT_DUMP_NONE,
        .link_header = send->options->verbose > 0,
        .diagnoses = send->options->verbose > 1,
    };
}

static void print(struct send *send, struct pkt_packet *packet, uint64_t number, struct pkt_wall time)
{
    struct pkt_text_line line = {.number = number,
                                 .time = time,
                                 .has_time = true,
                                 .zone_offset_s = local_time_offset(time),
                                 .clock = &clock_text};
    if (style.diagnoses)
        pkt_diagnose(packet);
    pkt_text_print(packet, &line, &style, &send->sink);
}

/* Refusals are said once for each reason in a row; the summary counts them all. */
static void say_refused(struct send *send, uint64_t number, int system_errno)
{
    if (system_errno == last_refusal)
        return;
    last_refusal = system_errno;
    out_sink_flush(&send->sink);
    message_error("packet %llu was not sent: %s", (unsigned long long)number, strerror(system_errno));
}

static void packet(struct send *send, const struct send_item *item, uint64_t number, struct pkt_wall time,
                   int system_errno)
{
    struct pkt_packet decoded;
    if (system_errno != 0) {
        say_refused(send, number, system_errno);
        return;
    }
    pkt_decode(item->bytes, (uint32_t)item->bytes.len, item->linktype, item->flags, &decoded);
    print(send, &decoded, number, time);
}

static void answer(struct send *send, const struct send_heard *heard)
{
    char text[96];
    struct pkt_packet decoded = *heard->packet;
    (void)snprintf(text, sizeof text, "#%llu %.3f ms%s ", (unsigned long long)heard->answer->number,
                   (double)heard->answer->rtt_ns / 1e6, heard->answer->copy > 0 ? " (again)" : "");
    pkt_put(&send->sink, text);
    print(send, &decoded, heard->answer->number, heard->time);
}

static const char *verb_of(const struct send *send)
{
    static const char *const verbs[] = {
        [SEND_TO_WIRE] = "sent", [SEND_TO_FILE] = "saved", [SEND_TO_NOBODY] = "made, none sent"};
    return verbs[send->target];
}

static void say_sent(const struct send *send, const struct send_summary *summary)
{
    char bytes[48] = "", pace[96] = "";
    if (!send->bytes_unknown)
        (void)snprintf(bytes, sizeof bytes, ", %llu bytes", (unsigned long long)send->sent_bytes);
    if (send->target == SEND_TO_WIRE && send->sent > 0 && summary->pace.elapsed_ns > 0)
        (void)snprintf(pace, sizeof pace, " in %.3f s, %.1f a second", (double)summary->pace.elapsed_ns / 1e9,
                       summary->pace.packets_per_s);
    message_notice("%llu %s %s%s%s", (unsigned long long)send->sent,
                   message_plural(send->sent, "packet", "packets"), verb_of(send), bytes, pace);
    if (send->refused > 0)
        message_error("%llu %s not sent", (unsigned long long)send->refused,
                      message_plural(send->refused, "packet was", "packets were"));
}

static void say_answers(const struct send *send, const struct send_summary *summary)
{
    message_notice("%llu of %llu answered, %llu %s", (unsigned long long)summary->answered,
                   (unsigned long long)summary->expected, (unsigned long long)send->answers,
                   message_plural(send->answers, "answer", "answers"));
    if (summary->dropped > 0)
        message_warning("the kernel dropped %llu received packets: answers may be among them",
                        (unsigned long long)summary->dropped);
}

static void end(struct send *send)
{
    struct send_summary summary;
    send_summarise(send, &summary);
    out_sink_flush(&send->sink);
    say_sent(send, &summary);
    if (summary.pace.stalls > 0)
        message_warning("fell behind %llu %s: %.3f s of the schedule were given up",
                        (unsigned long long)summary.pace.stalls,
                        message_plural(summary.pace.stalls, "time", "times"),
                        (double)summary.pace.missed_ns / 1e9);
    if (send->listener != NULL)
        say_answers(send, &summary);
}

const struct send_report send_report_text = {.begin = begin, .packet = packet, .answer = answer, .end = end};
