/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of --pmtu: one for each echo, and the result.
 */
#include "common/message.h"
#include "pmtu_run.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const char *address_of(const struct pmtu_run *run)
{
    return words_of_scoped(run->target->address, run->target->scope);
}

static const char *interface_of(const struct pmtu_run *run)
{
    return run->interface.index == 0 ? "this machine" : run->interface.name;
}

static void begin(struct pmtu_run *run)
{
    struct out *out = run->run->ping.out;
    const char *name = run->target->name;
    out_string(out, "PATH MTU to ");
    if (name != NULL && strcmp(name, address_of(run)) != 0)
        out_printf(out, "%s (%s)", name, address_of(run));
    else
        out_string(out, address_of(run));
    if (run->interface.index != 0)
        out_printf(out, " out of %s, MTU %" PRIu32, run->interface.name, run->interface.mtu);
    out_string(out, run->target->address.version == 6 ? "\n" : ", DF set\n");
}

static void put_too_long(struct out *out, const struct pmtu_news *news)
{
    const struct pkt_icmp_event *event = news->event;
    out_printf(out, "too long for %s, which reports ", words_of_scoped(event->from, event->interface));
    if (event->mtu == 0)
        out_string(out, "no MTU");
    else
        out_printf(out, "%" PRIu32, event->mtu);
    out_string(out, news->is_believed ? "\n" : ": not believed\n");
}

static void put_error(struct out *out, const struct pkt_icmp_event *event)
{
    char words[128];
    const struct ping_error_words what = {
        .is_ip6 = event->from.version == 6, .type = event->type, .code = event->code, .info = event->pointer};
    words_of_error(&what, words, sizeof words);
    out_printf(out, "From %s %s\n", words_of_scoped(event->from, event->interface), words);
}

static void news_came(struct pmtu_run *run, const struct pmtu_news *news)
{
    struct out *out = run->run->ping.out;
    if (run->run->ping.options->quiet)
        return;
    out_printf(out, "%" PRIu32 " bytes: ", run->pmtu.probes[news->probe].size);
    if (news->send_errno == EMSGSIZE)
        out_printf(out, "too long for %s\n", interface_of(run));
    else if (news->send_errno != 0)
        out_printf(out, "not sent: %s\n", strerror(news->send_errno));
    else if (news->event == NULL)
        out_string(out, "no answer\n");
    else if (news->event->kind == PKT_ICMP_EVENT_MESSAGE)
        out_printf(out, "passed, time=%.3f ms\n", (double)news->rtt_ns / 1e6);
    else if (news->is_too_long)
        put_too_long(out, news);
    else
        put_error(out, news->event);
}

static void put_report(struct out *out, const struct pmtu_result *result)
{
    out_printf(out, "reported by %s", words_of_address(result->from));
    if (result->reported == 0)
        out_string(out, ", which told no MTU");
    else if (result->reported != result->mtu)
        out_printf(out, ", which told %" PRIu32, result->reported);
}

static void put_way(const struct pmtu_run *run)
{
    struct out *out = run->run->ping.out;
    const struct pmtu_result *result = &run->result;
    if (result->way == PMTU_BY_INTERFACE)
        out_printf(out, "limited by interface %s", interface_of(run));
    else if (result->way == PMTU_BY_REPORT)
        put_report(out, result);
    else if (result->way == PMTU_BY_SILENCE)
        out_printf(out,
                   "black hole between %" PRIu32 " and %" PRIu32 " bytes: sizes over %" PRIu32
                   " vanish without an ICMP error",
                   result->mtu, result->refused, result->mtu);
    else
        out_printf(out, "this much passes, %" PRIu32 " bytes do not: the search did not end",
                   result->refused);
}

static void put_remarks(const struct pmtu_run *run)
{
    struct out *out = run->run->ping.out;
    const struct pmtu *pmtu = &run->pmtu;
    if (pmtu->odd > 0)
        out_printf(out, "%u %s not believed: %s said %" PRIu32 "\n", pmtu->odd,
                   message_plural(pmtu->odd, "report was", "reports were"), words_of_address(pmtu->odd_from),
                   pmtu->odd_mtu);
    if (run->fragmented > 0)
        out_printf(out, "larger packets %s in fragments (%" PRIu32 " bytes without DF)\n",
                   run->fragments_pass ? "pass only" : "do not pass even", pmtu->limit);
    if (run->target->address.version == 6 && run->result.mtu < PMTU_LEAST_IP6)
        out_printf(out, "every IPv6 link must carry %d bytes (RFC 8200 5): one of these does not\n",
                   PMTU_LEAST_IP6);
}

static void result(struct pmtu_run *run)
{
    struct out *out = run->run->ping.out;
    if (run->result.mtu == 0) {
        out_printf(out, "%s: path MTU unknown: no answer even to %d bytes\n", address_of(run), PMTU_LEAST);
        out_flush(out);
        return;
    }
    out_printf(out, "%s: path MTU %" PRIu32 " bytes (ping -s %" PRIu32 "): ", address_of(run),
               run->result.mtu, run->result.mtu - pmtu_headers(run->target));
    put_way(run);
    out_char(out, '\n');
    put_remarks(run);
}

static void end(struct pmtu_run *run)
{
    const struct ping *ping = &run->run->ping;
    if (ping->forged == 0)
        return;
    out_flush(ping->out);
    message_warning("%" PRIu64 " %s not genuine", ping->forged,
                    message_plural(ping->forged, "answer was", "answers were"));
}

const struct pmtu_report pmtu_report_text = {.begin = begin, .news = news_came, .result = result, .end = end};
