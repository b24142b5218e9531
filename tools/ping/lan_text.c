/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The LAN modes in lines: replies in the manner of arping, the summary in that of ping(8), a table for many.
 */
#include "lan_run.h"
#include "words.h"

#include <stdio.h>

static const char *text_of_mac(struct pkt_mac mac, char ret_text[18])
{
    const uint8_t *b = mac.byte;
    (void)snprintf(ret_text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4], b[5]);
    return ret_text;
}

static double ms_of(int64_t ns)
{
    return (double)ns / 1e6;
}

static const char *protocol_of(const struct lan_run *run)
{
    return run->target_count > 0 && run->targets[0].address.version == 6 ? "ND" : "ARP";
}

static const char *pace_of(const struct lan_run *run, const char *what)
{
    static char words[64];
    if (run->rate == LAN_RATE_MAX)
        return "as fast as they go";
    (void)snprintf(words, sizeof words, "at most %u %s a second", run->rate, what);
    return words;
}

static void begin(struct lan_run *run)
{
    char mac[18];
    const char *name = run->interface.name;
    struct lan_self self = {.mac = run->interface.mac};
    if (run->target_count > 0)
        self = lan_self_for(run, run->targets[0].address);
    (void)text_of_mac(run->interface.mac, mac);
    if (run->options->mode == LAN_MODE_FIND)
        out_printf(run->out, "LAN of %s (%s): %u addresses to sweep, %s\n", name, mac, run->target_count,
                   pace_of(run, "packets"));
    else if (run->options->mode == LAN_MODE_DAD)
        out_printf(run->out, "%s probes for %s on %s (%s)\n", protocol_of(run),
                   words_of_address(run->targets[0].address), name, mac);
    else if (run->sweeps || run->target_count > 1)
        out_printf(run->out, "%s %u addresses from %s on %s (%s), %s\n", protocol_of(run), run->target_count,
                   words_of_address(self.address), name, mac, pace_of(run, "requests"));
    else
        out_printf(run->out, "%s %s from %s on %s (%s)\n", protocol_of(run),
                   words_of_address(run->targets[0].address), words_of_address(self.address), name, mac);
}

static void reply(struct lan_run *run, const struct lan_reply *reply)
{
    char mac[18];
    if (run->options->quiet)
        return;
    bool is_conflict = reply->responder != NULL && lan_table_is_conflict(&run->table, reply->responder);
    out_printf(run->out, "%u bytes from %s (%s): index=%u time=%.3f ms%s\n", reply->bytes,
               text_of_mac(reply->sighting->mac, mac), words_of_address(reply->target->address),
               reply->sequence, ms_of(reply->sighting->rtt_ns), is_conflict ? " (CONFLICT!)" : "");
}

static void claim(struct lan_run *run)
{
    char mac[18];
    out_printf(run->out, run->is_probe ? "%s: %s checks for it, too\n" : "%s: in use by %s\n",
               words_of_address(run->targets[0].address), text_of_mac(run->claimant, mac));
}

static void write_ways(struct lan_run *run, unsigned ways)
{
    static const char *const names[] = {"icmp4", "icmp6", "arp", "nd", "igmp", "mld", "heard"};
    const char *comma = "";
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if ((ways >> i & 1) != 0) {
            out_printf(run->out, "%s%s", comma, names[i]);
            comma = ",";
        }
}

static void write_row(struct lan_run *run, const struct lan_responder *row)
{
    char mac[18], rtt[24] = "-";
    if (row->rtt_best_ns >= 0)
        (void)snprintf(rtt, sizeof rtt, "%.3f", ms_of(row->rtt_best_ns));
    out_printf(run->out, "%-39s %s %7u %11s  ", words_of_address(row->address), text_of_mac(row->mac, mac),
               row->replies, rtt);
    write_ways(run, row->ways);
    out_string(run->out, lan_table_is_conflict(&run->table, row) ? "  CONFLICT\n" : "\n");
}

static void write_table(struct lan_run *run)
{
    out_printf(run->out, "%-39s %-17s %7s %11s  %s\n", "ADDRESS", "MAC", "REPLIES", "BEST RTT ms",
               "FOUND BY");
    for (uint32_t i = 0; i < run->table.count; i++)
        write_row(run, &run->table.rows[i]);
}

static void write_macs(struct lan_run *run, struct pkt_ip address)
{
    char mac[18];
    for (uint32_t i = 0; i < run->table.count; i++) {
        const struct lan_responder *row = &run->table.rows[i];
        if (pkt_ip_equal(row->address, address))
            out_printf(run->out, "%s is at %s, %u %s%s\n", words_of_address(address),
                       text_of_mac(row->mac, mac), row->replies, row->replies == 1 ? "reply" : "replies",
                       lan_table_is_conflict(&run->table, row) ? ": CONFLICT" : "");
    }
}

static void write_target(struct lan_run *run, const struct lan_target *target)
{
    double loss =
        target->sent == 0 ? 0 : 100.0 * (double)(target->sent - target->received) / (double)target->sent;
    out_printf(run->out, "\n--- %s %s ping statistics ---\n", words_of_address(target->address),
               target->address.version == 6 ? "ND" : "ARP");
    out_printf(run->out, "%u packets transmitted, %u received, %.6g%% packet loss\n", target->sent,
               target->received, loss);
    if (target->received > 0)
        out_printf(run->out, "rtt min/avg/max = %.3f/%.3f/%.3f ms\n", ms_of(target->rtt_min_ns),
                   ms_of(target->rtt_sum_ns / target->received), ms_of(target->rtt_max_ns));
    write_macs(run, target->address);
}

static void write_totals(struct lan_run *run)
{
    uint32_t conflicts = lan_table_conflicts(&run->table);
    if (run->options->mode == LAN_MODE_FIND)
        out_printf(run->out, "%u pairs of address and MAC found", run->table.count);
    else
        out_printf(run->out, "%u of %u addresses answered", lan_answered(run), run->target_count);
    out_printf(run->out, ", %u in conflict\n", conflicts);
}

static void end(struct lan_run *run)
{
    if (run->options->mode == LAN_MODE_DAD) {
        if (!run->is_claimed)
            out_printf(run->out,
                       lan_is_complete(run) ? "%s: nobody has it\n" : "%s: not known, the check was ended\n",
                       words_of_address(run->targets[0].address));
        return;
    }
    if (run->sweeps) {
        write_table(run);
        write_totals(run);
        return;
    }
    for (uint32_t i = 0; i < run->target_count; i++)
        write_target(run, &run->targets[i]);
}

const struct lan_report lan_report_text = {begin, reply, claim, end};
