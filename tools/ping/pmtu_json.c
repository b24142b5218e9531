/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --pmtu with --json, schema pkt.ping/1: after the start a probe for each echo that was decided, a pmtu for
 * each target, a summary.
 */
#include "common/json_members.h"
#include "pkt/clock.h"
#include "pmtu_run.h"

#include <errno.h>
#include <string.h>

static struct pkt_json json;

static void begin(struct pmtu_run *run)
{
    json = (struct pkt_json){.sink = &run->run->ping.sink};
}

static void put_target(const struct pmtu_run *run)
{
    json_text(&json, "target", words_of_address(run->target->address));
    if (run->target->name != NULL)
        json_text(&json, "name", run->target->name);
}

static const char *result_of(const struct pmtu_news *news)
{
    if (news->send_errno != 0)
        return news->send_errno == EMSGSIZE ? "too_long_here" : "not_sent";
    if (news->event == NULL)
        return "vanished";
    if (news->event->kind == PKT_ICMP_EVENT_MESSAGE)
        return "passed";
    return news->is_too_long ? "too_long" : "error";
}

static void put_error(const struct pkt_icmp_event *event)
{
    char words[128];
    const struct ping_error_words what = {.is_ip6 = event->from.version == 6,
                                          .type = event->type,
                                          .code = event->code,
                                          .info = event->mtu != 0 ? event->mtu : event->pointer};
    words_of_error(&what, words, sizeof words);
    json_u64(&json, "icmp_type", event->type);
    json_u64(&json, "icmp_code", event->code);
    json_text(&json, "error", words);
}

static void put_event(const struct pmtu_news *news)
{
    const struct pkt_icmp_event *event = news->event;
    json_text(&json, "from", words_of_address(event->from));
    if (event->kind == PKT_ICMP_EVENT_MESSAGE) {
        json_fixed(&json, "rtt_us", news->rtt_ns, 3);
        return;
    }
    put_error(event);
    if (!news->is_too_long)
        return;
    json_u64(&json, "mtu", event->mtu);
    json_bool(&json, "believed", news->is_believed);
}

static void news_came(struct pmtu_run *run, const struct pmtu_news *news)
{
    bool has_time = news->event != NULL && news->event->stamp.has_time;
    json_begin(&json, "probe");
    pkt_json_time(&json, has_time ? news->event->stamp.time : pkt_wall_now());
    put_target(run);
    json_u64(&json, "seq", run->first + news->probe + 1);
    json_u64(&json, "size", run->pmtu.probes[news->probe].size);
    json_text(&json, "result", result_of(news));
    if (news->event != NULL)
        put_event(news);
    if (news->send_errno != 0) {
        json_text(&json, "error", strerror(news->send_errno));
        json_u64(&json, "errno", (uint64_t)news->send_errno);
    }
    json_end(&json);
}

static void result(struct pmtu_run *run)
{
    static const char *const ways[] = {[PMTU_BY_NOTHING] = "unknown",
                                       [PMTU_BY_INTERFACE] = "interface",
                                       [PMTU_BY_REPORT] = "reported",
                                       [PMTU_BY_SILENCE] = "black_hole"};
    const struct pmtu_result *result = &run->result;
    json_begin(&json, "pmtu");
    pkt_json_time(&json, pkt_wall_now());
    put_target(run);
    json_bool(&json, "reached", result->mtu > 0);
    json_text(&json, "how", ways[result->way]);
    if (result->mtu > 0) {
        json_u64(&json, "mtu", result->mtu);
        json_u64(&json, "data_bytes", result->mtu - pmtu_headers(run->target));
        json_u64(&json, "refused", result->refused);
    }
    if (result->way == PMTU_BY_REPORT) {
        json_text(&json, "from", words_of_address(result->from));
        json_u64(&json, "reported", result->reported);
    }
    if (run->interface.index != 0) {
        json_text(&json, "interface", run->interface.name);
        json_u64(&json, "interface_mtu", run->interface.mtu);
    }
    if (run->fragmented > 0)
        json_bool(&json, "fragments_pass", run->fragments_pass);
    json_u64(&json, "probes", run->pmtu.count);
    json_u64(&json, "not_believed", run->pmtu.odd);
    json_end(&json);
}

static void end(struct pmtu_run *run)
{
    const struct ping *ping = &run->run->ping;
    json_begin(&json, "summary");
    pkt_json_time(&json, pkt_wall_now());
    json_u64(&json, "targets", ping->target_count);
    json_u64(&json, "alive", run->reached);
    json_u64(&json, "unresolved", ping->unresolved);
    json_u64(&json, "sent", run->sent);
    json_u64(&json, "received", run->received);
    json_u64(&json, "forged", ping->forged);
    json_bool(&json, "complete", ping->complete);
    json_bool(&json, "interrupted", ping->interrupted);
    if (ping->failure[0] != '\0')
        json_text(&json, "error", ping->failure);
    json_end(&json);
}

const struct pmtu_report pmtu_report_json = {.begin = begin, .news = news_came, .result = result, .end = end};
