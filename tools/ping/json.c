/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * --json: schema pkt.ping/1 (docs/json-ping.md). A start object, an object for whatever happens, one for each
 * target, a summary.
 */
#include "common/json_members.h"
#include "extensions.h"
#include "ping.h"
#include "pkt/clock.h"
#include "pkt/icmp.h"
#include "replay.h"
#include "summary.h"
#include "words.h"

#include <string.h>

static struct pkt_json json;

static void put_time(bool has_time, struct pkt_wall time)
{
    if (!has_time)
        time = pkt_wall_now();
    pkt_json_time(&json, time);
}

static void put_now(const struct ping *ping)
{
    bool reads = ping->wall != NULL && ping->wall->ns != 0;
    put_time(reads, reads ? *ping->wall : (struct pkt_wall){0});
}

static void put_target(const struct ping_target *target)
{
    json_text(&json, "target", words_of_address(target->address));
    if (target->name != NULL)
        json_text(&json, "name", target->name);
}

/* Names that nobody can be pinged by. */
static void put_nameless(const struct ping *ping)
{
    for (const struct ping_nameless *one = ping->nameless; one != NULL; one = one->next) {
        json_begin(&json, "unresolved");
        json_text(&json, "name", one->name);
        json_text(&json, "error", one->error);
        json_end(&json);
    }
}

static void begin(struct ping *ping)
{
    const struct ping_options *options = ping->options;
    json = (struct pkt_json){.sink = &ping->sink};
    json_begin(&json, "start");
    json_text(&json, "schema", "pkt.ping/1");
    json_text(&json, "version", pkt_version());
    put_now(ping);
    json_u64(&json, "targets", ping->target_count);
    if (ping->target_count == 1)
        put_target(ping->targets);
    if (ping->source.version != 0)
        json_text(&json, "source", words_of_address(ping->source));
    if (options->interface != NULL)
        json_text(&json, "interface", options->interface);
    if (options->pmtu)
        json_text(&json, "mode", "pmtu");
    else if (options->read != NULL)
        json_text(&json, "read", options->read);
    else
        json_u64(&json, "data_bytes", options->data_len);
    if (options->count > 0)
        json_u64(&json, "packets", options->count);
    if (ping->rate > 0)
        json_u64(&json, "rate_per_s", ping->rate);
    json_text(&json, "socket", ping->socket_kind);
    json_text(&json, "sandbox", ping->sandbox);
    json_end(&json);
    put_nameless(ping);
}

static void sent(struct ping *ping, struct ping_target *target)
{
    (void)ping, (void)target;
}

static void put_us(const char *key, int64_t ns)
{
    json_fixed(&json, key, ns, 3);
}

static void put_marks(const struct ping_reply *reply)
{
    json_bool(&json, "checksum_bad", reply->checksum_bad);
    json_bool(&json, "truncated", reply->truncated);
    if (reply->has_wrong) {
        json_u64(&json, "wrong_at", reply->wrong_at);
        json_u64(&json, "wrong_is", reply->wrong_is);
        json_u64(&json, "wrong_should", reply->wrong_should);
    }
}

static void reply_came(struct ping *ping, const struct ping_reply *reply)
{
    static const char *const types[] = {
        [PING_ANSWER_FIRST] = "reply", [PING_ANSWER_DUPLICATE] = "duplicate", [PING_ANSWER_LATE] = "late"};
    json_begin(&json, types[reply->answer]);
    put_time(reply->has_time, reply->time);
    put_target(reply->target);
    json_text(&json, "from", words_of_address(reply->from));
    json_u64(&json, "seq", reply->sequence);
    json_u64(&json, "ident", reply->identifier);
    json_u64(&json, "bytes", reply->message_len);
    if (reply->hop_limit >= 0)
        json_u64(&json, "ttl", (uint64_t)reply->hop_limit);
    if (reply->traffic_class >= 0)
        json_u64(&json, "tos", (uint64_t)reply->traffic_class);
    put_us("rtt_us", reply->rtt.rtt_ns);
    json_text(&json, "rtt_clock", ping->wall == NULL ? summary_clock_name(reply->rtt.clock) : "capture");
    if (ping->wall == NULL)
        put_us("rtt_user_us", reply->rtt.user_ns);
    put_marks(reply);
    json_end(&json);
}

static void put_local(const struct ping_error *error)
{
    json_bool(&json, "local", true);
    json_text(&json, "error", strerror(error->system_errno));
    json_u64(&json, "errno", (uint64_t)error->system_errno);
}

static void put_icmp(const struct ping_error *error)
{
    char words[128];
    struct extensions extensions;
    const struct ping_error_words what = {.is_ip6 = error->from.version == 6,
                                          .type = error->type,
                                          .code = error->code,
                                          .info = error->info,
                                          .gateway = error->gateway};
    words_of_error(&what, words, sizeof words);
    json_bool(&json, "local", false);
    json_text(&json, "from", words_of_address(error->from));
    json_u64(&json, "icmp_type", error->type);
    json_u64(&json, "icmp_code", error->code);
    json_text(&json, "error", words);
    if (error->hop_limit >= 0)
        json_u64(&json, "ttl", (uint64_t)error->hop_limit);
    if (error->gateway.version != 0)
        json_text(&json, "gateway", words_of_address(error->gateway));
    pkt_json_key(&json, "quoted_hex");
    pkt_json_hex(&json, error->quoted);
    if (error->extensions.len == 0)
        return;
    pkt_json_key(&json, "extensions_hex");
    pkt_json_hex(&json, error->extensions);
    extensions_read(error->extensions, &extensions);
    extensions_put(&extensions, &json);
}

static bool is_parameter_problem(const struct ping_error *error)
{
    unsigned type = error->from.version == 6 ? PKT_ICMP6_PARAMETER_PROBLEM : PKT_ICMP_PARAMETER_PROBLEM;
    return !error->is_local && error->type == type;
}

static void error_came(struct ping *ping, const struct ping_error *error)
{
    (void)ping;
    json_begin(&json, "error");
    put_time(error->has_time, error->time);
    put_target(error->target);
    json_u64(&json, "seq", error->sequence);
    if (error->is_local)
        put_local(error);
    else
        put_icmp(error);
    if (is_parameter_problem(error))
        json_u64(&json, "pointer", error->info);
    else if (error->info > 0)
        json_u64(&json, "mtu", error->info);
    json_bool(&json, "settles", error->counts);
    json_end(&json);
}

static void put_event(const struct ping *ping, const char *type, const struct ping_target *target,
                      uint32_t sequence)
{
    json_begin(&json, type);
    put_now(ping);
    put_target(target);
    json_u64(&json, "seq", sequence);
    json_end(&json);
}

static void timed_out(struct ping *ping, struct ping_target *target, uint32_t sequence)
{
    put_event(ping, "timeout", target, sequence);
}

static void waiting(struct ping *ping, struct ping_target *target, uint32_t sequence)
{
    put_event(ping, "waiting", target, sequence);
}

static void why(struct ping *ping, struct ping_target *target, const char *code, const char *sentence)
{
    (void)ping;
    json_begin(&json, "why");
    if (target != NULL)
        put_target(target);
    json_text(&json, "why", code);
    json_text(&json, "sentence", sentence);
    json_end(&json);
}

static void put_counts(const struct pkt_rtt_stats *stats, double loss_percent)
{
    struct pkt_rtt_summary s;
    pkt_rtt_stats_read(stats, &s);
    json_u64(&json, "sent", stats->sent);
    json_u64(&json, "received", stats->received);
    json_u64(&json, "lost", s.lost);
    json_u64(&json, "waiting", stats->waiting);
    json_u64(&json, "late", stats->late);
    json_u64(&json, "duplicates", stats->duplicates);
    json_u64(&json, "corrupted", stats->corrupted);
    json_u64(&json, "errors", stats->errors);
    json_u64(&json, "reordered", stats->reordered);
    json_fixed(&json, "loss_percent", (int64_t)(loss_percent * 1000 + 0.5), 3);
    json_u64(&json, "longest_loss_run", s.longest_run);
    json_u64(&json, "outages", s.outages);
    put_us("longest_outage_us", s.longest_outage_ns);
}

static void put_times(const struct pkt_rtt_summary *s)
{
    const struct {
        bool is_known;
        const char *key;
        int64_t ns;
    } times[] = {
        {s->has_rtt,       "rtt_min_us",  s->min_ns   },
        {s->has_rtt,       "rtt_avg_us",  s->avg_ns   },
        {s->has_rtt,       "rtt_max_us",  s->max_ns   },
        {s->has_spread,    "rtt_mdev_us", s->mdev_ns  },
        {s->has_spread,    "rtt_ewma_us", s->ewma_ns  },
        {s->has_spread,    "jitter_us",   s->jitter_ns},
        {s->has_quantiles, "rtt_p50_us",  s->p50_ns   },
        {s->has_quantiles, "rtt_p90_us",  s->p90_ns   },
        {s->has_quantiles, "rtt_p95_us",  s->p95_ns   },
        {s->has_quantiles, "rtt_p99_us",  s->p99_ns   },
        {s->has_quantiles, "rtt_p999_us", s->p999_ns  }
    };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (times[i].is_known)
            put_us(times[i].key, times[i].ns);
}

static void put_statistics(const struct ping *ping, const struct pkt_rtt_stats *stats,
                           const struct pkt_rtt_summary *s)
{
    put_counts(stats, summary_loss(stats));
    if (s->run > 0)
        put_us("open_outage_us", summary_open_outage(ping, s));
    put_times(s);
}

/* Of all targets together. */
static void put_all(const struct ping *ping)
{
    struct pkt_rtt_stats all;
    struct pkt_rtt_summary s;
    summary_read_all(ping, &all, &s);
    put_statistics(ping, &all, &s);
}

static void status(struct ping *ping)
{
    json_begin(&json, "status");
    put_now(ping);
    put_all(ping);
    json_end(&json);
}

static void window(struct ping *ping)
{
    struct pkt_rtt_stats stats;
    struct pkt_rtt_summary s;
    summary_read_window(ping, &stats, &s);
    json_begin(&json, "window");
    put_now(ping);
    put_us("window_us", ping->window_ns);
    put_counts(&stats, summary_window_loss(&stats));
    put_times(&s);
    json_end(&json);
}

static void put_targets(const struct ping *ping)
{
    struct pkt_rtt_summary s;
    for (uint32_t i = 0; i < ping->target_count; i++) {
        json_begin(&json, "target");
        put_target(&ping->targets[i]);
        json_bool(&json, "alive", ping->targets[i].stats.received > 0);
        pkt_rtt_stats_read(&ping->targets[i].stats, &s);
        put_statistics(ping, &ping->targets[i].stats, &s);
        json_end(&json);
    }
}

static void put_responders(const struct ping *ping)
{
    for (uint32_t i = 0; i < ping->responders.count; i++) {
        const struct responder *responder = &ping->responders.list[i];
        json_begin(&json, "responder");
        put_target(responder->group);
        json_text(&json, "from", words_of_address(responder->address));
        if (responder->has_mac) {
            pkt_json_key(&json, "mac");
            pkt_json_mac(&json, responder->mac);
        }
        json_u64(&json, "replies", responder->replies);
        put_us("rtt_min_us", responder->min_ns);
        put_us("rtt_avg_us", responder->sum_ns / (int64_t)responder->replies);
        put_us("rtt_max_us", responder->max_ns);
        json_end(&json);
    }
}

/* --read: what became of the packets. */
static void put_capture(void)
{
    const struct replay_counts *counts = replay_get_counts();
    json_begin(&json, "capture");
    json_u64(&json, "packets", counts->packets);
    json_u64(&json, "used", counts->used);
    json_u64(&json, "unmatched", counts->unmatched);
    json_u64(&json, "repeated", counts->repeated);
    json_u64(&json, "fragments", counts->fragments);
    json_u64(&json, "cut", counts->cut);
    json_u64(&json, "damaged", counts->damaged);
    json_u64(&json, "untimed", counts->untimed);
    json_u64(&json, "filtered", counts->filtered);
    json_end(&json);
}

/* With --pmtu this ends a run that did not come to its first echo. */
static void put_figures(const struct ping *ping)
{
    if (ping->options->pmtu) {
        json_u64(&json, "sent", 0);
        json_u64(&json, "received", 0);
        json_u64(&json, "forged", 0);
        return;
    }
    put_all(ping);
    json_u64(&json, "forged", ping->forged);
    if (ping->wall == NULL)
        json_u64(&json, "dropped", ping->dropped);
    json_u64(&json, "responders", ping->responders.count);
    if (ping->options->save != NULL)
        json_u64(&json, "saved", ping->saved);
    put_us("elapsed_us", pkt_mono_since(ping->last, ping->begun));
}

static void end(struct ping *ping)
{
    if (ping->wall != NULL)
        put_capture();
    put_responders(ping);
    if (!ping->options->pmtu)
        put_targets(ping);
    json_begin(&json, "summary");
    put_now(ping);
    json_u64(&json, "targets", ping->target_count);
    json_u64(&json, "alive", summary_alive(ping));
    json_u64(&json, "unresolved", ping->unresolved);
    put_figures(ping);
    json_bool(&json, "complete", ping->complete);
    json_bool(&json, "interrupted", ping->interrupted);
    if (ping->failure[0] != '\0')
        json_text(&json, "error", ping->failure);
    json_end(&json);
    out_sink_flush(&ping->sink);
}

const struct ping_report ping_report_json = {.begin = begin,
                                             .sent = sent,
                                             .reply = reply_came,
                                             .error = error_came,
                                             .timeout = timed_out,
                                             .waiting = waiting,
                                             .why = why,
                                             .status = status,
                                             .window = window,
                                             .end = end};
