/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pktsniff: puts together what the command line asks for, and runs it.
 */
#include "sniff.h"

#include "common/message.h"
#include "common/options.h"
#include "common/startup.h"
#include "common/stop.h"
#include "expression.h"
#include "input.h"
#include "pkt/linktype.h"
#include "save.h"

#include <stdlib.h>
#include <string.h>

static const struct sniff_report *choose_report(const struct sniff_options *options)
{
    if (options->count)
        return &sniff_report_count;
    if (options->json)
        return &sniff_report_json;
    if (options->fields != NULL)
        return &sniff_report_fields;
    return options->save != NULL && !options->print ? &sniff_report_nothing : &sniff_report_text;
}

static bool saves_to_output(const struct sniff_options *options)
{
    return options->save != NULL && (strcmp(options->save, "/dev/stdout") == 0 || options->save[0] == '-');
}

/* Whether the options make sense together; says what does not. */
static bool check_options(const struct sniff_options *options)
{
    int outputs = options->count + options->json + (options->fields != NULL);
    if (outputs > 1) {
        message_error("--count, --json and --fields exclude each other: give one of them");
        return false;
    }
    if (saves_to_output(options) && (outputs > 0 || options->print)) {
        message_error("option -w: standard output cannot hold the packets and lines too: name a file");
        return false;
    }
    if (options->read == NULL && options->dump == 0) {
        message_error("no input: give a capture file with -r FILE, or -r - for standard input");
        return false;
    }
    if (options->separator != NULL && options->fields == NULL) {
        message_error("option --separator: nothing to separate: it goes with --fields");
        return false;
    }
    if (options->linktype != NULL && options->read != NULL) {
        message_error("option -y: the link type is that of the file: leave out -y or -r");
        return false;
    }
    uint16_t linktype;
    if (options->linktype != NULL && !pkt_linktype_from_name(options->linktype, &linktype)) {
        message_error("option -y: '%s' is not the name of a link type: give one such as EN10MB or LINUX_SLL2",
                      options->linktype);
        return false;
    }
    return options->fields == NULL || sniff_fields_prepare(options);
}

static unsigned filter_flags(const struct sniff_options *options)
{
    return (options->strict_filter ? PKT_FILTER_STRICT : 0U) |
           (options->unoptimised ? PKT_FILTER_UNOPTIMISED : 0U);
}

/* The link type to compile for first: the file's, that of -y, or Ethernet. */
static uint16_t first_linktype(const struct sniff *sniff)
{
    struct pkt_source_info info = {0};
    uint16_t linktype = PKT_LINKTYPE_ETHERNET;
    if (sniff->source != NULL)
        pkt_source_get_info(sniff->source, &info);
    if (info.has_linktype)
        linktype = info.linktype;
    else if (sniff->options->linktype != NULL)
        (void)pkt_linktype_from_name(sniff->options->linktype, &linktype);
    return linktype;
}

/* False: sniff->error says why. */
static bool open_source(struct sniff *sniff)
{
    const char *path = sniff->options->read;
    return path == NULL || input_open(path, &sniff->source, &sniff->error) == 0;
}

static bool compile_filter(struct sniff *sniff, uint16_t linktype)
{
    if (sniff->expression[0] == '\0' && sniff->options->dump == 0)
        return true;
    unsigned flags = filter_flags(sniff->options);
    return pkt_filter_compile(sniff->expression, linktype, flags, &sniff->filter, &sniff->error) == 0;
}

/* As tcpdump's, and which meaning the filter has. */
static void say_opening(const struct sniff *sniff)
{
    struct pkt_source_info info;
    pkt_source_get_info(sniff->source, &info);
    const char *name = info.has_linktype ? pkt_linktype_name(info.linktype) : NULL;
    const char *description = info.has_linktype ? pkt_linktype_description(info.linktype) : NULL;
    const char *meaning = "";
    if (sniff->filter != NULL)
        meaning = pkt_filter_sees_through(sniff->filter)
                      ? ", filter sees through VLAN tags and IPv6 extension headers"
                      : ", filter has tcpdump's meaning";
    if (!info.has_linktype)
        message_notice("reading from file %s, %s%s", info.name, info.description, meaning);
    else if (name == NULL)
        message_notice("reading from file %s, link-type %u, snapshot length %u%s", info.name, info.linktype,
                       info.snap_len, meaning);
    else
        message_notice("reading from file %s, link-type %s (%s), snapshot length %u%s", info.name, name,
                       description == NULL ? name : description, info.snap_len, meaning);
}

static enum tool_status run(struct sniff *sniff)
{
    out_sink_open(&sniff->sink, sniff->out);
    stop_catch_signals();
    if (!open_source(sniff) || !compile_filter(sniff, first_linktype(sniff)))
        return sniff_fail(sniff);
    if (sniff->options->dump != 0) {
        pkt_filter_print(sniff->filter, (enum pkt_filter_form)sniff->options->dump, &sniff->sink);
        out_sink_sync(&sniff->sink);
        return TOOL_OK;
    }
    if (!save_open(sniff))
        return sniff_fail(sniff);
    say_opening(sniff);
    return sniff_run(sniff);
}

int main(int argc, char **argv)
{
    static struct out out;
    static struct sniff_options options;
    static struct sniff sniff;
    struct option_operands operands;
    enum tool_status status;
    char *expression = NULL;

    tool_start(argv[0]);
    if (!options_parse(&tool_options, argc, argv, &options, &operands, &status))
        return (int)status;
    message_set_quiet(options.quiet);
    if (!check_options(&options) || !expression_read(options.filter_file, &operands, &expression))
        return TOOL_ERROR;
    out_open_standard(&out);
    out_set_line_buffered(&out, options.line_buffered || options.packet_buffered);
    sniff = (struct sniff){
        .options = &options, .report = choose_report(&options), .expression = expression, .out = &out};
    status = run(&sniff);
    pkt_filter_free(sniff.filter);
    pkt_source_close(sniff.source);
    free(expression);
    return (int)tool_status_worse(status, out_finish(&out));
}
