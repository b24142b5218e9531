/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The LAN modes with --json, schema pkt.ping/1: start, reply, responder, target, summary.
 */
#include "common/json_members.h"
#include "lan_run.h"
#include "pkt/clock.h"
#include "words.h"

static struct pkt_json json;

static void put_mac(const char *key, struct pkt_mac mac)
{
    pkt_json_key(&json, key);
    pkt_json_mac(&json, mac);
}

static void begin(struct lan_run *run)
{
    static const char *const modes[] = {"arp", "nd", "dad", "lan"};
    json = (struct pkt_json){.sink = &run->sink};
    json_begin(&json, "start");
    json_text(&json, "schema", "pkt.ping/1");
    json_text(&json, "version", pkt_version());
    pkt_json_time(&json, pkt_wall_now());
    json_text(&json, "mode", modes[run->options->mode]);
    if (run->interface.name[0] != '\0') {
        json_text(&json, "interface", run->interface.name);
        put_mac("mac", run->interface.mac);
    }
    json_u64(&json, "targets", run->target_count);
    if (run->rate != LAN_RATE_MAX)
        json_u64(&json, "rate_per_s", run->rate);
    json_bool(&json, "query", run->options->query);
    json_text(&json, "sandbox", run->sandbox[0] != '\0' ? run->sandbox : "none");
    json_end(&json);
}

static void reply(struct lan_run *run, const struct lan_reply *reply)
{
    json_begin(&json, "reply");
    pkt_json_time(&json, run->wire.time);
    json_text(&json, "target", words_of_address(reply->target->address));
    put_mac("mac", reply->sighting->mac);
    json_u64(&json, "seq", reply->sequence);
    json_u64(&json, "bytes", reply->bytes);
    json_fixed(&json, "rtt_us", reply->sighting->rtt_ns, 3);
    json_text(&json, "rtt_clock", reply->is_kernel ? "kernel" : "user");
    json_bool(&json, "conflict",
              reply->responder != NULL && lan_table_is_conflict(&run->table, reply->responder));
    json_end(&json);
}

static void put_ways(unsigned ways)
{
    static const char *const names[] = {"icmp4", "icmp6", "arp", "nd", "igmp", "mld", "heard"};
    pkt_json_key(&json, "ways");
    pkt_json_array_begin(&json);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if ((ways >> i & 1) != 0)
            pkt_json_text(&json, names[i]);
    pkt_json_array_end(&json);
}

static void claim(struct lan_run *run)
{
    json_begin(&json, "responder");
    pkt_json_time(&json, run->wire.time);
    json_text(&json, "address", words_of_address(run->targets[0].address));
    put_mac("mac", run->claimant);
    put_ways(run->is_probe ? LAN_WAY_HEARD : run->targets[0].address.version == 6 ? LAN_WAY_ND : LAN_WAY_ARP);
    json_text(&json, "found_by", run->is_probe ? "probe" : "claim");
    json_end(&json);
}

static void put_responder(const struct lan_run *run, const struct lan_responder *row)
{
    json_begin(&json, "responder");
    json_text(&json, "address", words_of_address(row->address));
    put_mac("mac", row->mac);
    put_ways(row->ways);
    json_u64(&json, "replies", row->replies);
    if (row->rtt_best_ns >= 0)
        json_fixed(&json, "rtt_best_us", row->rtt_best_ns, 3);
    json_bool(&json, "conflict", lan_table_is_conflict(&run->table, row));
    json_end(&json);
}

static void put_target(const struct lan_target *target)
{
    json_begin(&json, "target");
    json_text(&json, "target", words_of_address(target->address));
    json_bool(&json, "alive", target->received > 0);
    json_u64(&json, "sent", target->sent);
    json_u64(&json, "received", target->received);
    if (target->received > 0) {
        json_fixed(&json, "rtt_min_us", target->rtt_min_ns, 3);
        json_fixed(&json, "rtt_avg_us", target->rtt_sum_ns / target->received, 3);
        json_fixed(&json, "rtt_max_us", target->rtt_max_ns, 3);
    }
    json_end(&json);
}

static void put_summary(struct lan_run *run)
{
    json_begin(&json, "summary");
    pkt_json_time(&json, pkt_wall_now());
    json_u64(&json, "targets", run->target_count);
    json_u64(&json, "alive", lan_answered(run));
    json_u64(&json, "answered", lan_answered(run));
    json_u64(&json, "responders", run->options->mode == LAN_MODE_DAD ? run->is_claimed : run->table.count);
    json_u64(&json, "conflicts", lan_table_conflicts(&run->table));
    if (run->options->mode == LAN_MODE_DAD)
        json_bool(&json, "duplicate", run->is_claimed);
    json_bool(&json, "complete", lan_is_complete(run));
    json_u64(&json, "sent", run->wire.sent);
    json_u64(&json, "refused", run->wire.refused);
    json_u64(&json, "dropped", run->wire.dropped);
    json_u64(&json, "unfit", run->table.unfit);
    json_u64(&json, "unasked", run->unasked);
    json_bool(&json, "interrupted", run->interrupted);
    if (run->failure[0] != '\0')
        json_text(&json, "error", run->failure);
    json_end(&json);
}

static void end(struct lan_run *run)
{
    for (uint32_t i = 0; i < run->table.count; i++)
        put_responder(run, &run->table.rows[i]);
    for (uint32_t i = 0; i < run->target_count && run->options->mode != LAN_MODE_DAD; i++)
        if (run->targets[i].received > 0 || !run->sweeps)
            put_target(&run->targets[i]);
    put_summary(run);
}

const struct lan_report lan_report_json = {begin, reply, claim, end};
