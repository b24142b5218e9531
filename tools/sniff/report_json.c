/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --json: schema pkt.sniff/1 (docs/json.md). A start object, packets and blocks in the order of the file, a
 * summary.
 */
#include "sniff.h"

#include "common/json_members.h"

static struct pkt_json json;
static struct pkt_field_context context;

static void begin(struct sniff *sniff)
{
    struct pkt_source_info info = {.name = sniff->options->read, .description = ""};
    if (sniff->source != NULL)
        pkt_source_get_info(sniff->source, &info);
    json = (struct pkt_json){.sink = &sniff->sink};
    context = (struct pkt_field_context){0};
    json_begin(&json, "start");
    json_text(&json, "schema", "pkt.sniff/1");
    json_text(&json, "packet_schema", "pkt.packet/1");
    json_text(&json, "version", pkt_version());
    json_text(&json, "file", info.name);
    json_text(&json, "format", info.description);
    if (info.has_linktype) {
        json_u64(&json, "linktype", info.linktype);
        json_u64(&json, "snap_len", info.snap_len);
    }
    json_text(&json, "filter", sniff->expression);
    if (sniff->filter != NULL)
        json_bool(&json, "filter_sees_through", pkt_filter_sees_through(sniff->filter));
    json_end(&json);
}

/* Comments and what else the file says of this packet alone. */
static void write_comments(const struct pkt_event *event, struct pkt_view options)
{
    uint16_t code;
    struct pkt_view value;
    pkt_json_key(&json, "comments");
    pkt_json_array_begin(&json);
    while (pkt_capture_option_next(&options, event->big_endian, &code, &value) == 1)
        if (code == PKT_CAPTURE_OPTION_COMMENT)
            pkt_json_string(&json, value);
    pkt_json_array_end(&json);
}

static void remember_times(const struct pkt_frame *frame)
{
    if (context.number == 0)
        context.start = frame->time;
    context.number = frame->number;
    context.time = frame->time;
    context.interface_id = frame->interface;
    context.has_time = (frame->flags & PKT_FRAME_HAS_TIME) != 0;
}

static const char *direction_name(int direction)
{
    return direction == PKT_DIRECTION_IN ? "in" : "out";
}

/* What the file says of this packet beyond its bytes. */
static void write_file_members(const struct pkt_event *event)
{
    const struct pkt_frame *frame = &event->frame;
    if (frame->direction != PKT_DIRECTION_UNKNOWN)
        json_text(&json, "direction", direction_name(frame->direction));
    if ((frame->flags & PKT_FRAME_HAS_DROP_COUNT) != 0)
        json_u64(&json, "drop_count", frame->drop_count);
    if ((frame->flags & PKT_FRAME_HAS_COMMENT) != 0)
        write_comments(event, frame->options);
}

static void packet(struct sniff *sniff, const struct pkt_event *event)
{
    const struct pkt_frame *frame = &event->frame;
    pkt_decode(frame->bytes, frame->wire_len, frame->linktype, frame->decode_flags, &sniff->packet);
    pkt_diagnose(&sniff->packet);
    sniff_count_findings(sniff);
    remember_times(frame);
    json_begin(&json, "packet");
    pkt_json_packet_members(&json, &sniff->packet, &context);
    write_file_members(event);
    json_end(&json);
    context.previous = frame->time;
}

static const char *block_name(int kind)
{
    static const char *const names[] = {
        [PKT_EVENT_SECTION] = "section", [PKT_EVENT_INTERFACE] = "interface",
        [PKT_EVENT_NAMES] = "names",     [PKT_EVENT_STATISTICS] = "statistics",
        [PKT_EVENT_SECRETS] = "secrets", [PKT_EVENT_JOURNAL] = "journal",
        [PKT_EVENT_CUSTOM] = "custom",   [PKT_EVENT_OTHER] = "other",
    };
    return kind >= PKT_EVENT_SECTION && kind <= PKT_EVENT_OTHER ? names[kind] : "other";
}

static void write_interface(struct sniff *sniff, uint32_t number)
{
    struct pkt_source_interface interface;
    if (!pkt_source_get_interface(sniff->source, number, &interface))
        return;
    json_u64(&json, "linktype", interface.linktype);
    json_u64(&json, "snap_len", interface.snap_len);
    json_text(&json, "name", interface.name);
}

static void block(struct sniff *sniff, const struct pkt_event *event)
{
    context.has_interface = context.has_interface || event->kind == PKT_EVENT_INTERFACE;
    json_begin(&json, "block");
    json_text(&json, "block", block_name(event->kind));
    json_u64(&json, "block_type", event->block.type);
    json_u64(&json, "len", event->block.len);
    json_bool(&json, "big_endian", event->big_endian);
    if (event->kind == PKT_EVENT_INTERFACE || event->kind == PKT_EVENT_STATISTICS)
        json_u64(&json, "interface", event->block.interface);
    if (event->kind == PKT_EVENT_INTERFACE)
        write_interface(sniff, event->block.interface);
    write_comments(event, event->block.options);
    json_bool(&json, "raw_complete", event->raw.len >= event->block.len);
    pkt_json_key(&json, "raw");
    pkt_json_hex(&json, event->raw);
    json_end(&json);
}

static void write_counts(const char *key, const uint64_t *counts, unsigned n, const char *(*name)(unsigned))
{
    pkt_json_key(&json, key);
    pkt_json_object_begin(&json);
    for (unsigned i = 0; i < n; i++)
        if (name(i) != NULL)
            json_u64(&json, name(i), counts[i]);
    pkt_json_object_end(&json);
}

static const char *severity_name(unsigned severity)
{
    return pkt_severity_name((enum pkt_severity)severity);
}

static const char *checksum_name(unsigned state)
{
    return state == PKT_CHECKSUM_NONE ? NULL : pkt_checksum_state_name((enum pkt_checksum_state)state);
}

static void end(struct sniff *sniff)
{
    struct pkt_source_statistics statistics = {0};
    if (sniff->source != NULL)
        pkt_source_get_statistics(sniff->source, &statistics);
    json_begin(&json, "summary");
    json_u64(&json, "packets", sniff->read);
    json_u64(&json, "matched", sniff->matched);
    json_u64(&json, "reported", sniff->reported);
    json_u64(&json, "captured_bytes", statistics.captured_bytes);
    json_u64(&json, "wire_bytes", statistics.wire_bytes);
    json_u64(&json, "dropped_noted", statistics.dropped_noted);
    json_u64(&json, "dropped_by_interface", statistics.dropped_by_interface);
    json_u64(&json, "dropped_by_system", statistics.dropped_by_system);
    json_u64(&json, "undecided", sniff->undecided);
    json_u64(&json, "times_saturated", sniff->saturated);
    json_u64(&json, "packets_with_diagnoses", sniff->findings.packets);
    write_counts("diagnoses", sniff->findings.severities, 3, severity_name);
    write_counts("checksums", sniff->findings.checksums, 6, checksum_name);
    if (sniff->options->save != NULL)
        json_u64(&json, "saved", sniff->saved.packets);
    json_bool(&json, "complete",
              sniff->error.code == 0 && sniff->undecided == 0 && !sniff->interrupted && !sniff->limited);
    json_bool(&json, "interrupted", sniff->interrupted);
    if (sniff->error.code != 0 && !sniff->interrupted)
        json_text(&json, "error", sniff->error.sentence);
    json_end(&json);
}

const struct sniff_report sniff_report_json = {.begin = begin, .packet = packet, .block = block, .end = end};
