/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of ping(8) for one target, so that what reads them goes on working; for several targets the same
 * lines, and a table in the end.
 */
#include "common/message.h"
#include "extensions.h"
#include "names.h"
#include "ping.h"
#include "pkt/clock.h"
#include "summary.h"
#include "text_options.h"
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    NS_PER_US = 1000,
    IP4_HEADER_LEN = 20,
    ICMP_HEADER_LEN = 8,
    QUOTED_MIN = 8, /* an ICMP header (RFC 792 quotes 8 octets of it) */
    DUMP_LINE_LEN = 32,
};

static bool is_flood(const struct ping *ping)
{
    return ping->options->flood;
}

/* Whether single events have lines. */
static bool shows_lines(const struct ping *ping)
{
    return !ping->options->quiet && !summary_is_bare(ping) && !(ping->sweeps && ping->options->verbose == 0);
}

static void put_stamp(struct ping *ping, bool has_time, struct pkt_wall time)
{
    if (!has_time)
        time = pkt_wall_now();
    if (ping->options->print_time)
        out_printf(ping->out, "[%" PRId64 ".%06" PRId64 "] ", time.ns / PKT_NS_PER_S,
                   time.ns % PKT_NS_PER_S / NS_PER_US);
}

/* --read: there is no telling yet who was pinged. */
static void put_read_header(struct ping *ping)
{
    if (summary_is_bare(ping))
        return;
    out_string(ping->out, "PING as captured in ");
    out_printf(ping->out, "%s\n", ping->options->read);
}

static void put_pattern(struct ping *ping)
{
    const struct ping_options *options = ping->options;
    if (options->pattern_len == 0)
        return;
    out_string(ping->out, "PATTERN: 0x");
    for (unsigned i = 0; i < options->pattern_len; i++)
        out_printf(ping->out, "%02x", options->pattern[i]);
    out_char(ping->out, '\n');
}

static void put_from(struct ping *ping)
{
    const struct ping_options *options = ping->options;
    if (options->interface == NULL && options->source.version == 0 && !options->sticky_source)
        return;
    out_printf(ping->out, "from %s %s: ", words_of_scoped(ping->source, ping->targets[0].scope),
               options->interface == NULL ? "" : options->interface);
}

static void put_single_header(struct ping *ping, const struct ping_target *target)
{
    const struct ping_options *options = ping->options;
    unsigned long len = (unsigned long)options->data_len;
    bool is_ip6 = target->address.version == 6;
    out_printf(ping->out, is_ip6 ? "PING %s(%s) " : "PING %s (%s) ", target->name,
               words_of_scoped(target->address, target->scope));
    if (is_ip6 && options->has_flow_label)
        out_printf(ping->out, ", flow 0x%05x, ", (unsigned)options->flow_label);
    put_from(ping);
    if (is_ip6)
        out_printf(ping->out, "%lu data bytes\n", len);
    else
        out_printf(ping->out, "%lu(%lu) bytes of data.\n", len,
                   len + IP4_HEADER_LEN + ping->ip_options_len + ICMP_HEADER_LEN);
}

static void begin(struct ping *ping)
{
    put_pattern(ping);
    if (ping->wall != NULL)
        put_read_header(ping);
    else if (ping->target_count == 1 && !ping->sweeps)
        put_single_header(ping, &ping->targets[0]);
    else
        summary_write_header(ping);
    out_flush(ping->out);
}

static void sent(struct ping *ping, struct ping_target *target)
{
    (void)target;
    if (is_flood(ping) && !ping->options->quiet) {
        out_char(ping->out, '.');
        out_flush(ping->out);
    }
}

/* Three digits that count, as ping(8) rounds them; -3 keeps them all. */
static void put_time(struct out *out, int64_t ns, bool precise)
{
    int64_t us = ns / NS_PER_US;
    if (precise || us < 1000)
        out_printf(out, " time=%" PRId64 ".%03" PRId64 " ms", us / 1000, us % 1000);
    else if (us < 10000 - 5)
        out_printf(out, " time=%" PRId64 ".%02" PRId64 " ms", (us + 5) / 1000, (us + 5) % 1000 / 10);
    else if (us < 100000 - 50)
        out_printf(out, " time=%" PRId64 ".%01" PRId64 " ms", (us + 50) / 1000, (us + 50) % 1000 / 100);
    else
        out_printf(out, " time=%" PRId64 " ms", (us + 500) / 1000);
}

/* The first octet that came back as another one, and then all of them: who looks for a pattern sees it. */
static void put_wrong_data(struct out *out, const struct ping_reply *reply)
{
    if (!reply->has_wrong)
        return;
    out_printf(out, "\nwrong data byte #%zu should be 0x%x but was 0x%x", reply->wrong_at,
               reply->wrong_should, reply->wrong_is);
    for (size_t i = PKT_ECHO_PAYLOAD_SIZE; i < reply->data.len; i++) {
        if (i % DUMP_LINE_LEN == PKT_ECHO_PAYLOAD_SIZE)
            out_printf(out, "\n#%zu\t", i);
        out_printf(out, "%x ", pkt_u8(reply->data, i));
    }
}

/* -v: what each clock says, so that a time below another program's explains itself. */
static void put_clocks(struct out *out, const struct ping_reply *reply, bool is_captured)
{
    if (is_captured) {
        out_string(out, " (times of the capture)");
        return;
    }
    out_printf(out, " (%s clock", summary_clock_name(reply->rtt.clock));
    if (reply->rtt.clock != PKT_ECHO_USER)
        out_printf(out, "; %.3f ms from call to call", (double)reply->rtt.user_ns / 1e6);
    out_char(out, ')');
}

static void put_marks(struct ping *ping, const struct ping_reply *reply)
{
    if (reply->answer == PING_ANSWER_DUPLICATE && (!reply->target->is_group || ping->options->verbose > 0))
        out_string(ping->out, " (DUP!)");
    if (reply->checksum_bad)
        out_string(ping->out, " (BAD CHECKSUM!)");
    put_wrong_data(ping->out, reply);
    text_ip_options(ping->out, reply->options);
}

static void put_sender(struct ping *ping, const struct ping_reply *reply)
{
    const char *name = names_of(ping, reply->from);
    const char *address = words_of_scoped(reply->from, reply->interface);
    out_printf(ping->out, name == NULL ? "%zu bytes from %s:" : "%zu bytes from %s (%s):", reply->message_len,
               name == NULL ? address : name, address);
}

static void put_reply(struct ping *ping, const struct ping_reply *reply)
{
    const struct ping_options *options = ping->options;
    put_stamp(ping, reply->has_time, reply->time);
    put_sender(ping, reply);
    out_printf(ping->out, " icmp_seq=%u", reply->sequence & UINT16_MAX);
    if (options->verbose > 0)
        out_printf(ping->out, " ident=%u", reply->identifier);
    if (reply->hop_limit >= 0)
        out_printf(ping->out, " ttl=%d", reply->hop_limit);
    if (reply->truncated) {
        out_string(ping->out, " (truncated)");
    } else {
        put_time(ping->out, reply->rtt.rtt_ns, options->precise);
        if (options->verbose > 0)
            put_clocks(ping->out, reply, ping->wall != NULL);
        put_marks(ping, reply);
    }
    if (options->audible)
        out_char(ping->out, '\a');
    out_char(ping->out, '\n');
}

static void reply_came(struct ping *ping, const struct ping_reply *reply)
{
    if (!shows_lines(ping))
        return;
    if (is_flood(ping))
        out_string(ping->out, reply->checksum_bad ? "\bC" : "\b \b");
    else
        put_reply(ping, reply);
}

/* Whose line it is, where there are several targets and the line does not say it: "ADDRESS: ", else "". */
static const char *whose(const struct ping *ping, const struct ping_target *target)
{
    static char text[96];
    bool is_one = target == NULL || (ping->target_count == 1 && !ping->sweeps);
    text[0] = '\0';
    if (!is_one)
        (void)snprintf(text, sizeof text, "%s: ", words_of_scoped(target->address, target->scope));
    return text;
}

/* What the machine itself said; on standard error, as ping(8) has it. */
static void say_local(struct ping *ping, const struct ping_error *error)
{
    const char *who = whose(ping, error->target);
    out_flush(ping->out);
    if (error->info > 0)
        message_error("%slocal error: message too long, mtu%s%u", who,
                      error->target->address.version == 6 ? ": " : "=", error->info);
    else if (error->at_send)
        message_error("%ssendmsg: %s", who, strerror(error->system_errno));
    else
        message_error("%slocal error: %s", who, strerror(error->system_errno));
}

/* -v -v: our message as the error quotes it, from its ICMP header on. */
static void put_quoted(struct ping *ping, const struct ping_error *error)
{
    if (ping->options->verbose < 2 || error->quoted.len < QUOTED_MIN)
        return;
    out_printf(ping->out, "\tquotes type %u, code %u, ident %u, seq %u, %zu bytes of the message\n",
               pkt_u8(error->quoted, 0), pkt_u8(error->quoted, 1), pkt_u16(error->quoted, 4),
               pkt_u16(error->quoted, 6), error->quoted.len);
}

static void put_error(struct ping *ping, const struct ping_error *error)
{
    char words[128];
    struct extensions extensions;
    const struct ping_error_words what = {.is_ip6 = error->from.version == 6,
                                          .type = error->type,
                                          .code = error->code,
                                          .info = error->info,
                                          .gateway = error->gateway};
    uint32_t scope = error->interface != 0 ? error->interface : error->target->scope;
    const char *name = names_of(ping, error->from), *address = words_of_scoped(error->from, scope);
    const char *colon = error->counts ? "" : ":";
    words_of_error(&what, words, sizeof words);
    put_stamp(ping, error->has_time, error->time);
    out_string(ping->out, whose(ping, error->target));
    if (name == NULL)
        out_printf(ping->out, "From %s%s icmp_seq=%u %s", address, colon, error->sequence & UINT16_MAX,
                   words);
    else
        out_printf(ping->out, "From %s (%s)%s icmp_seq=%u %s", name, address, colon,
                   error->sequence & UINT16_MAX, words);
    out_char(ping->out, '\n');
    put_quoted(ping, error);
    extensions_read(error->extensions, &extensions);
    extensions_write(&extensions, ping->out);
}

static void error_came(struct ping *ping, const struct ping_error *error)
{
    if (!shows_lines(ping))
        return;
    if (is_flood(ping))
        out_string(ping->out, error->is_local ? "E" : "\bE");
    else if (error->is_local)
        say_local(ping, error);
    else
        put_error(ping, error);
}

/* Silence has no line of its own in ping(8); -O says it. */
static void timed_out(struct ping *ping, struct ping_target *target, uint32_t sequence)
{
    (void)ping, (void)target, (void)sequence;
}

static void waiting(struct ping *ping, struct ping_target *target, uint32_t sequence)
{
    if (!shows_lines(ping) || is_flood(ping))
        return;
    put_stamp(ping, false, (struct pkt_wall){0});
    out_printf(ping->out, "%sno answer yet for icmp_seq=%u\n", whose(ping, target), sequence & UINT16_MAX);
}

static void why(struct ping *ping, struct ping_target *target, const char *code, const char *sentence)
{
    const char *who = whose(ping, target);
    bool is_named = target != NULL && strstr(sentence, words_of_address(target->address)) != NULL;
    (void)code;
    out_flush(ping->out);
    message_error("why: %s%s", is_named ? "" : who, sentence);
}

/* What befell replies on their way that the figures do not tell. */
static void warn(const struct ping *ping)
{
    if (ping->forged == 0 && ping->dropped == 0 && ping->not_by_card == 0)
        return;
    out_flush(ping->out);
    if (ping->not_by_card > 0)
        message_warning("%" PRIu64 " %s not from the card: it stamps what it was set up to (hwstamp_ctl(8))",
                        ping->not_by_card, message_plural(ping->not_by_card, "time is", "times are"));
    if (ping->forged > 0)
        message_warning("%" PRIu64 " %s not genuine: another sender, or not the tag of an echo of this run",
                        ping->forged, message_plural(ping->forged, "reply was", "replies were"));
    if (ping->dropped > 0)
        message_warning("%" PRIu64 " %s lost on this machine, by a full receive buffer: "
                        "not all that is missing was lost on the way",
                        ping->dropped, message_plural(ping->dropped, "message was", "messages were"));
}

static void end(struct ping *ping)
{
    if (ping->wall != NULL && ping->target_count == 0)
        return; /* an error says so */
    if (ping->target_count == 1 && !ping->sweeps && !summary_is_bare(ping))
        summary_write_single(ping);
    else
        summary_write_table(ping);
    summary_write_responders(ping);
    if (ping->options->histogram)
        summary_draw_histogram(ping);
    warn(ping);
}

const struct ping_report ping_report_text = {.begin = begin,
                                             .sent = sent,
                                             .reply = reply_came,
                                             .error = error_came,
                                             .timeout = timed_out,
                                             .waiting = waiting,
                                             .why = why,
                                             .status = summary_say_status,
                                             .window = summary_write_window,
                                             .end = end};
