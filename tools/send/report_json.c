/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --json: schema pkt.send/1 (docs/json-send.md). A start object, with --print the packets, answers, a
 * summary.
 */
#include "common/json_members.h"
#include "summary.h"

#include <string.h>

static struct pkt_json json;

static const char *target_name(int target)
{
    static const char *const names[] = {
        [SEND_TO_WIRE] = "wire", [SEND_TO_FILE] = "file", [SEND_TO_NOBODY] = "nobody"};
    return names[target];
}

static const char *via_name(unsigned via)
{
    static const char *const names[] = {[SEND_VIA_AUTO] = "auto",
                                        [SEND_VIA_RAW] = "raw",
                                        [SEND_VIA_PACKET] = "packet",
                                        [SEND_VIA_LIBNET] = "libnet"};
    return names[via];
}

static void begin(struct send *send)
{
    const struct send_options *options = send->options;
    json = (struct pkt_json){.sink = &send->sink};
    json_begin(&json, "start");
    json_text(&json, "schema", "pkt.send/1");
    json_text(&json, "packet_schema", "pkt.packet/1");
    json_text(&json, "version", pkt_version());
    json_text(&json, "target", target_name(send->target));
    if (send->target == SEND_TO_FILE)
        json_text(&json, "file", options->save);
    if (send->target == SEND_TO_WIRE) {
        json_text(&json, "via", via_name(options->via));
        json_text(&json, "interface", options->interface);
    }
    json_text(&json, "replay", options->replay);
    json_bool(&json, "listens", send->listener != NULL);
    json_text(&json, "sandbox", send->sandbox);
    json_end(&json);
}

/* The packet, with its time and number. */
static void write_packet(struct pkt_packet *packet, uint64_t number, struct pkt_wall time)
{
    struct pkt_field_context context = {
        .number = number, .time = time, .start = time, .previous = time, .has_time = true};
    pkt_diagnose(packet);
    pkt_json_packet_members(&json, packet, &context);
}

static void packet(struct send *send, const struct send_item *item, uint64_t number, struct pkt_wall time,
                   int system_errno)
{
    struct pkt_packet decoded;
    pkt_decode(item->bytes, (uint32_t)item->bytes.len, item->linktype, item->flags, &decoded);
    json_begin(&json, system_errno == 0 ? "packet" : "refused");
    if (system_errno != 0)
        json_text(&json, "error", strerror(system_errno));
    write_packet(&decoded, number, time);
    if (send->options->hex) {
        pkt_json_key(&json, "hex");
        pkt_json_hex(&json, item->bytes);
    }
    json_end(&json);
}

static const char *kind_name(int kind)
{
    static const char *const names[] = {[PKT_ANSWER_REPLY] = "reply",
                                        [PKT_ANSWER_ERROR] = "error",
                                        [PKT_ANSWER_MEMBERSHIP] = "membership",
                                        [PKT_ANSWER_ADVERTISEMENT] = "advertisement"};
    return names[kind];
}

static void answer(struct send *send, const struct send_heard *heard)
{
    (void)send;
    struct pkt_packet decoded = *heard->packet;
    json_begin(&json, "answer");
    json_u64(&json, "probe", heard->answer->number);
    json_text(&json, "kind", kind_name(heard->answer->kind));
    json_fixed(&json, "rtt_us", heard->answer->rtt_ns, 3);
    json_text(&json, "sent_clock", heard->answer->is_stamped ? "kernel" : "user");
    json_u64(&json, "copy", heard->answer->copy);
    write_packet(&decoded, send->answers, heard->time);
    json_end(&json);
}

static void write_carrier(const struct send_summary *summary)
{
    json_u64(&json, "calls", summary->carrier.calls);
    json_u64(&json, "waits_buffer", summary->carrier.waits_buffer);
    json_u64(&json, "waits_queue", summary->carrier.waits_queue);
    json_u64(&json, "errors_received", summary->carrier.errors_received);
    json_u64(&json, "stamps_expected", summary->carrier.stamps_expected);
    json_u64(&json, "stamps_received", summary->carrier.stamps_received);
}

static void end(struct send *send)
{
    struct send_summary summary;
    send_summarise(send, &summary);
    json_begin(&json, "summary");
    json_u64(&json, "packets", send->settled);
    json_u64(&json, "sent", send->sent);
    if (!send->bytes_unknown)
        json_u64(&json, "sent_bytes", send->sent_bytes);
    json_u64(&json, "refused", send->refused);
    json_fixed(&json, "elapsed_us", summary.pace.elapsed_ns, 3);
    json_fixed(&json, "packets_per_s", (int64_t)(summary.pace.packets_per_s * 1000), 3);
    json_fixed(&json, "late_max_us", summary.late_max_ns, 3);
    json_fixed(&json, "missed_us", summary.pace.missed_ns, 3);
    if (send->carrier != NULL)
        write_carrier(&summary);
    if (send->listener != NULL) {
        json_u64(&json, "probes", summary.expected);
        json_u64(&json, "answered", summary.answered);
        json_u64(&json, "answers", send->answers);
        json_u64(&json, "receive_dropped", summary.dropped);
    }
    json_bool(&json, "complete", send->error.code == 0 && !send->interrupted && send->refused == 0);
    json_bool(&json, "interrupted", send->interrupted);
    if (send->error.code != 0)
        json_text(&json, "error", send->error.sentence);
    json_end(&json);
}

const struct send_report send_report_json = {.begin = begin, .packet = packet, .answer = answer, .end = end};
