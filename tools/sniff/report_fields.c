/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --fields: the cells that tshark -T fields would print.
 */
#include "sniff.h"

#include "common/message.h"
#include "pkt/cells.h"

#include <string.h>

enum {
    FIELDS_MAX = 1024,
};

static struct pkt_field_ref fields[FIELDS_MAX];
static size_t field_count;
static char separator;
static struct pkt_field_context context;

/* One character, or tshark's words for those that a shell eats: /t and /s. */
static bool take_separator(const char *text)
{
    if (text == NULL || strcmp(text, "/t") == 0 || strcmp(text, "\\t") == 0)
        separator = '\t';
    else if (strcmp(text, "/s") == 0)
        separator = ' ';
    else if (strlen(text) == 1)
        separator = text[0];
    else
        return false;
    return true;
}

static bool take_name(const char *name, size_t len)
{
    if (field_count == FIELDS_MAX) {
        message_error("option --fields: more than %d names: ask for fewer", FIELDS_MAX);
        return false;
    }
    if (!pkt_field_find(name, len, &fields[field_count])) {
        message_error("option --fields: '%.*s' is not the name of a field: give names such as ip.src (see "
                      "pkt-fields(7))",
                      (int)len, name);
        return false;
    }
    field_count++;
    return true;
}

bool sniff_fields_prepare(const struct sniff_options *options)
{
    if (!take_separator(options->separator)) {
        message_error(
            "option --separator: '%s' is not one character: give one, or /t for a tab, /s for a blank",
            options->separator);
        return false;
    }
    for (const char *name = options->fields;;) {
        size_t len = strcspn(name, ",");
        if (!take_name(name, len))
            return false;
        if (name[len] == '\0')
            return true;
        name += len + 1;
    }
}

static void packet(struct sniff *sniff, const struct pkt_event *event)
{
    const struct pkt_frame *frame = &event->frame;
    pkt_decode(frame->bytes, frame->wire_len, frame->linktype, frame->decode_flags, &sniff->packet);
    if (context.number == 0)
        context.start = context.previous = frame->time;
    context.number = frame->number;
    context.time = frame->time;
    context.interface_id = frame->interface;
    context.has_time = (frame->flags & PKT_FRAME_HAS_TIME) != 0;
    pkt_cells_print(&sniff->packet, &context, fields, field_count, separator, &sniff->sink);
    context.previous = frame->time;
}

/* Formats without interfaces describe none. */
static void block(struct sniff *sniff, const struct pkt_event *event)
{
    (void)sniff;
    context.has_interface = context.has_interface || event->kind == PKT_EVENT_INTERFACE;
}

const struct sniff_report sniff_report_fields = {.packet = packet, .block = block};
