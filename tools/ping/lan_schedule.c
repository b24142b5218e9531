/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is sent when: rounds over the targets, each paced; a sweep has two, the second to the silent alone.
 */
#include "lan_run.h"

enum {
    SWEEP_ROUNDS = 2,
    STEPS_AT_ONCE = 64,  /* then what came is looked at */
    RETRY_NS = 20000000, /* behind a queue that was full */
};

/* How well one of our addresses serves as the source of a question about target; 0: not at all. */
static unsigned fitness(const struct pkt_interface_address *own, struct pkt_ip target)
{
    bool is_tentative = (own->flags & PKT_INTERFACE_ADDRESS_TENTATIVE) != 0;
    if (own->address.version != target.version || (target.version == 6 && is_tentative))
        return 0;
    if (pkt_ip_is_in_prefix(target, own->address, own->prefix_len))
        return 3;
    return target.version == 6 && pkt_ip6_is_link_local(own->address.ip6) ? 2 : 1;
}

struct lan_self lan_self_for(const struct lan_run *run, struct pkt_ip target)
{
    struct lan_self self = {.mac = run->interface.mac, .address = {.version = target.version}};
    unsigned best = 0;
    for (size_t i = 0; i < run->own_count; i++) {
        unsigned fit = fitness(&run->own[i], target);
        if (fit > best) {
            best = fit;
            self.address = run->own[i].address;
        }
    }
    return self;
}

/* --- the opening of a search: echoes from each of our addresses, then queries --- */

static bool send_echo(struct lan_run *run, size_t own)
{
    const struct lan_self self = {.mac = run->interface.mac, .address = run->own[own].address};
    struct lan_frame frame;
    /* An identifier of its own for each: an answer tells which echo it is to. */
    lan_frame_echo(&self, (uint16_t)(run->wire.sent + 1), (uint16_t)(run->round + 1), &frame);
    return lan_wire_send(&run->wire, &frame,
                         &(struct lan_note){.target = UINT32_MAX, .sequence = run->round + 1});
}

static bool send_query(struct lan_run *run, bool v6)
{
    struct lan_frame frame;
    lan_frame_query(run->interface.mac, v6, &frame);
    return lan_wire_send(&run->wire, &frame, &(struct lan_note){.target = UINT32_MAX});
}

static uint32_t opening_len(const struct lan_run *run)
{
    if (run->options->mode != LAN_MODE_FIND)
        return 0;
    return (uint32_t)run->own_count + (run->options->query && run->round == 0 ? 2 : 0);
}

static bool send_opening(struct lan_run *run)
{
    bool is_sent = run->opening < run->own_count ? send_echo(run, run->opening)
                                                 : send_query(run, run->opening - run->own_count == 1);
    run->opening += is_sent;
    return is_sent;
}

/* --- rounds --- */

static uint64_t rounds(const struct lan_run *run)
{
    return run->sweeps && run->options->count == 0 ? SWEEP_ROUNDS : run->options->count;
}

/* The next target of this round that is to be asked. False: there is none any more. */
static bool seek(struct lan_run *run)
{
    while (run->next < run->target_count && run->sweeps && run->round > 0 &&
           run->targets[run->next].received > 0)
        run->next++;
    return run->next < run->target_count;
}

static bool ask(struct lan_run *run)
{
    struct lan_target *target = &run->targets[run->next];
    struct lan_self self = lan_self_for(run, target->address);
    const struct lan_note note = {.target = run->next, .sequence = run->round + 1, .earlier = target->latest};
    struct lan_frame frame;
    lan_frame_ask(&self, target->address, &frame);
    if (!lan_wire_send(&run->wire, &frame, &note))
        return false;
    target->latest = run->wire.sent;
    target->sent++;
    run->next++;
    return true;
}

static bool is_last_round(const struct lan_run *run)
{
    bool asks_silent = run->sweeps && run->options->mode != LAN_MODE_FIND;
    return (rounds(run) != 0 && run->round + 1 >= rounds(run)) ||
           (asks_silent && lan_answered(run) == run->target_count);
}

/* The time of the next round: a sweep's when the one before had its answers. */
static int64_t next_round(const struct lan_run *run, struct pkt_mono now)
{
    int64_t answered = now.ns + run->timeout_ns;
    if (!run->sweeps)
        return run->round_begun.ns + run->interval_ns;
    int64_t wanted = run->round_begun.ns + run->options->interval_ns;
    return wanted > answered ? wanted : answered;
}

static void end_round(struct lan_run *run, struct pkt_mono now)
{
    int64_t next = next_round(run, now);
    if (is_last_round(run)) {
        run->is_sent = true;
        run->due.ns = now.ns + run->timeout_ns;
        return;
    }
    run->round++;
    run->next = run->opening = 0;
    run->round_begun.ns = next > now.ns ? next : now.ns;
    run->due = run->round_begun;
}

/* One packet, if one is due. False: nothing more now. */
static bool step(struct lan_run *run, struct pkt_mono now)
{
    if (now.ns < run->due.ns)
        return false;
    bool is_opening = run->opening < opening_len(run);
    if (!is_opening && !seek(run)) {
        end_round(run, now);
        return true;
    }
    if (!(is_opening ? send_opening(run) : ask(run))) {
        run->due.ns = now.ns + RETRY_NS;
        return false;
    }
    /* A timer that is late must not be made up for by a burst of more than one packet in ten milliseconds'
     * worth. */
    int64_t gap = PKT_NS_PER_S / run->rate, behind = now.ns - PKT_NS_PER_S / 100;
    run->due.ns = (run->due.ns > behind ? run->due.ns : behind) + gap;
    return true;
}

bool lan_schedule_turn(struct lan_run *run, struct pkt_mono now)
{
    if (run->is_sent && seek(run)) { /* an address that was heard since */
        run->is_sent = false;
        run->due = now;
    }
    for (unsigned i = 0; i < STEPS_AT_ONCE && !run->is_sent && step(run, now); i++)
        ;
    return !run->is_sent || now.ns < run->due.ns;
}

/* --- counts --- */

bool lan_add_target(struct lan_run *run, struct pkt_ip address)
{
    if (run->target_count == run->target_room)
        return false;
    run->targets[run->target_count++] = (struct lan_target){.address = address};
    return true;
}

uint32_t lan_answered(const struct lan_run *run)
{
    uint32_t answered = 0;
    for (uint32_t i = 0; i < run->target_count; i++)
        answered += run->targets[i].received > 0;
    return answered;
}

bool lan_is_complete(const struct lan_run *run)
{
    if (run->options->mode == LAN_MODE_DAD && run->is_claimed)
        return true;
    return run->is_sent && run->failure[0] == '\0' && run->link.trouble == NULL && run->wire.refused == 0 &&
           run->wire.unlinked == 0;
}

enum tool_status lan_verdict(const struct lan_run *run)
{
    bool is_conflict = lan_table_conflicts(&run->table) > 0;
    if (run->failure[0] != '\0')
        return TOOL_ERROR;
    switch (run->options->mode) {
    case LAN_MODE_DAD:
        return run->is_claimed ? TOOL_NO : lan_is_complete(run) ? TOOL_OK : TOOL_ERROR;
    case LAN_MODE_FIND:
        return run->table.count > 0 && !is_conflict ? TOOL_OK : TOOL_NO;
    default:
        return lan_answered(run) == run->target_count && !is_conflict ? TOOL_OK : TOOL_NO;
    }
}
