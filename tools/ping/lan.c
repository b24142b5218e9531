/* SPDX-License-Identifier: BSD-2-Clause */
#include "lan_run.h"

#include "common/memory.h"
#include "common/message.h"
#include "pkt/clock.h"
#include "pkt/netns.h"
#include "pkt/privilege.h"
#include "pkt/route.h"
#include "pkt/sandbox.h"
#include "pkt/socket.h"
#include "targets.h"
#include "words.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RATE_DEFAULT = 1000,
    PREFIX_SHORTEST = 20,
    AT_ONCE_MAX = 512,       /* frames that one turn looks at: a flood must not keep us from sending */
    RESPONDERS_SPARE = 4096, /* room for those that nobody asked */
    MEMORY_MAX = 32 << 20,
    ARPHRD_ETHERNET = 1,
};

static int fail(struct lan_run *run, int system_errno, const char *sentence)
{
    run->error = (struct pkt_error){.code = PKT_E_ARGUMENT, .system_errno = system_errno};
    (void)snprintf(run->error.sentence, sizeof run->error.sentence, "%s", sentence);
    return PKT_E_ARGUMENT;
}

static int fail_of_link(struct lan_run *run, const char *trouble)
{
    char sentence[128];
    (void)snprintf(sentence, sizeof sentence, "%s %s: nobody can be asked", run->interface.name, trouble);
    return fail(run, ENETDOWN, sentence);
}

static void flush(struct lan_run *run)
{
    if (run->options->json)
        out_sink_flush(&run->sink);
    else
        out_flush(run->out);
}

/* --- targets --- */

static bool is_nobodys(struct pkt_ip address)
{
    if (address.version == 6)
        return pkt_ip6_is_unspecified(address.ip6);
    return pkt_ip4_is_unspecified(address.ip4) || pkt_ip4_is_broadcast(address.ip4);
}

static int take_targets(struct lan_run *run, struct target_list *list)
{
    unsigned family = run->options->mode == LAN_MODE_ARP ? 4 : run->options->mode == LAN_MODE_ND ? 6 : 0;
    struct target target;
    uint64_t count = targets_count(list);
    while (target_next(list, &target)) {
        if (family != 0 && target.address.version != family)
            return fail(run, EAFNOSUPPORT,
                        family == 4 ? "--arp asks for IPv4 addresses: give --nd for IPv6"
                                    : "--nd asks for IPv6 addresses: give --arp for IPv4");
        if (pkt_ip_is_multicast(target.address))
            return fail(run, EINVAL, "a group has no link-layer address to ask for: give hosts");
        if (is_nobodys(target.address))
            return fail(run, EADDRNOTAVAIL, "no host has 0.0.0.0, 255.255.255.255 or :: as its address");
        (void)lan_add_target(run, target.address);
        if (target.scope != 0 && run->interface.index == 0)
            run->interface.index = target.scope;
    }
    if (run->target_count != count)
        return fail(run, EINVAL, "addresses are wanted here, not names: who is at a name may be anywhere");
    if (run->options->mode == LAN_MODE_DAD && count != 1)
        return fail(run, EINVAL, "--dad checks one address at a time: give one");
    run->sweeps = targets_any_swept(list);
    return 0;
}

static int parse_targets(struct lan_run *run, const struct option_operands *operands)
{
    const struct target_options options = {.size = sizeof options, .most = LAN_TARGETS_MAX};
    struct target_list *list = targets_open(&options);
    int result = list == NULL ? fail(run, ENOMEM, "no memory for targets") : 0;
    for (int i = 0; result == 0 && i < operands->count; i++)
        result = targets_add(list, operands->words[i], &run->error);
    if (result == 0)
        result = take_targets(run, list);
    targets_close(list);
    if (result == 0 && run->options->mode != LAN_MODE_FIND && run->target_count == 0)
        return fail(run, EINVAL, "nobody to ask for: give an address or a prefix such as 192.0.2.0/24");
    return result;
}

/* Each IPv4 prefix of ours that is not too large, but for its network and broadcast address. */
static void add_prefix(struct lan_run *run, const struct pkt_interface_address *own)
{
    unsigned shortest = run->options->prefix_shortest != 0 ? run->options->prefix_shortest : PREFIX_SHORTEST;
    const uint8_t *b = own->address.ip4.byte;
    if (own->prefix_len < shortest) {
        message_warning("%u.%u.%u.%u/%u is larger than a /%u: it is not swept, --arp PREFIX does", b[0], b[1],
                        b[2], b[3], own->prefix_len, shortest);
        return;
    }
    uint32_t mask = own->prefix_len == 0 ? 0 : UINT32_MAX << (32 - own->prefix_len);
    uint32_t self = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    uint32_t first = self & mask, last = first | ~mask, skip = own->prefix_len < 31 ? 1 : 0;
    for (uint64_t i = (uint64_t)first + skip; i + skip <= last; i++) {
        struct pkt_ip4 address = {
            {(uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i}
        };
        if (i != self && !lan_add_target(run, pkt_ip_from4(address)))
            run->unasked++;
    }
}

static bool is_covered(const struct lan_run *run, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (run->own[i].address.version == 4 && run->own[i].prefix_len == run->own[index].prefix_len &&
            memcmp(run->own[i].address.ip4.byte, run->own[index].address.ip4.byte,
                   run->own[index].prefix_len / 8U) == 0)
            return true;
    return false;
}

static void add_prefixes(struct lan_run *run)
{
    for (size_t i = 0; i < run->own_count; i++)
        if (run->own[i].address.version == 4 && !is_covered(run, i))
            add_prefix(run, &run->own[i]);
    if (run->unasked > 0)
        message_warning("%llu addresses of large prefixes are not swept", (unsigned long long)run->unasked);
    run->unasked = 0;
    run->sweeps = true;
}

/* --- the interface --- */

/* The way to the first target that is not this machine itself: of a sweep the first address often is. */
static int find_by_route(struct lan_run *run)
{
    struct pkt_route route = {.type = PKT_ROUTE_LOCAL};
    for (uint32_t i = 0; i < run->target_count && route.type == PKT_ROUTE_LOCAL; i++) {
        const struct pkt_route_request request = {.size = sizeof request,
                                                  .destination = run->targets[i].address};
        int result = pkt_route_get(run->host, &request, &route, &run->error);
        if (result != 0)
            return result;
    }
    if (route.type == PKT_ROUTE_LOCAL)
        return fail(run, EADDRINUSE, "this machine itself has that address: give -I INTERFACE to ask others");
    if (route.gateway.version != 0)
        return fail(run, EHOSTUNREACH,
                    "the target is not on a link of this machine but behind a gateway: give -I INTERFACE");
    return pkt_interface_get(run->host, route.interface, &run->interface, &run->error);
}

/* Our own addresses are no targets of a sweep: nobody answers us for them, but in a conflict. */
static void drop_own(struct lan_run *run)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < run->target_count; i++) {
        bool is_own = false;
        for (size_t j = 0; j < run->own_count; j++)
            is_own |= pkt_ip_equal(run->own[j].address, run->targets[i].address);
        if (!is_own)
            run->targets[kept++] = run->targets[i];
    }
    run->target_count = kept;
}

static int find_interface(struct lan_run *run)
{
    const char *name = run->options->interface;
    int result;
    if (name != NULL)
        result = pkt_interface_find(run->host, name, &run->interface, &run->error);
    else if (run->options->mode == LAN_MODE_FIND)
        result = fail(run, EINVAL, "--lan needs the name of an interface");
    else if (run->interface.index != 0)
        result = pkt_interface_get(run->host, run->interface.index, &run->interface, &run->error);
    else
        result = find_by_route(run);
    if (result != 0)
        return result;
    if (run->interface.type != ARPHRD_ETHERNET || (run->interface.flags & PKT_INTERFACE_NO_ARP) != 0)
        return fail(run, EOPNOTSUPP, "the interface resolves no neighbours: it is no Ethernet");
    run->link.index = run->interface.index;
    const char *trouble = lan_link_trouble(&run->interface);
    if (trouble != NULL)
        return fail_of_link(run, trouble);
    result = pkt_interface_addresses(run->host, run->interface.index, 0, run->own, LAN_ADDRESSES_MAX,
                                     &run->own_count, &run->error);
    if (run->own_count > LAN_ADDRESSES_MAX) {
        message_warning("%s has %zu addresses: only %d of them are used", run->interface.name, run->own_count,
                        LAN_ADDRESSES_MAX);
        run->own_count = LAN_ADDRESSES_MAX;
    }
    if (run->sweeps)
        drop_own(run);
    return result;
}

/* --- what comes --- */

static void count_answer(struct lan_target *target, const struct lan_answer *answer)
{
    if (!lan_answered_add(&target->answered, answer->note->sequence))
        return; /* another host's answer to the same request */
    if (target->received == 0 || answer->rtt_ns < target->rtt_min_ns)
        target->rtt_min_ns = answer->rtt_ns;
    if (answer->rtt_ns > target->rtt_max_ns)
        target->rtt_max_ns = answer->rtt_ns;
    target->rtt_sum_ns += answer->rtt_ns;
    target->received++;
}

/*
 * The request that a reply is taken to be to: the last one that this host has not answered yet. It need not
 * be the true one where replies take longer than the interval, but so their number and the mean of their
 * times are right; and after a loss the first in line would be the wrong one for ever. One that is no longer
 * waited for is passed over. False: this host has answered them all.
 */
static bool attribute(const struct lan_run *run, struct lan_responder *row, struct lan_answer *answer)
{
    struct pkt_mono now = pkt_mono_now();
    const struct lan_note *note = answer->note;
    for (unsigned i = 0;
         i < LAN_ANSWERED_SPAN && note != NULL && lan_answered_has(&row->answered, note->sequence); i++)
        note = lan_wire_earlier(&run->wire, note);
    if (note == NULL || (note != answer->note && now.ns - note->sent.ns > run->timeout_ns))
        return false;
    if (note != answer->note)
        *answer = (struct lan_answer){.note = note, .rtt_ns = now.ns - note->sent.ns};
    return lan_answered_add(&row->answered, note->sequence);
}

static void take_answer(struct lan_run *run, struct lan_sighting *sighting, struct lan_responder *row,
                        struct lan_answer *answer)
{
    bool is_first = run->sweeps || row == NULL || attribute(run, row, answer);
    sighting->rtt_ns = answer->rtt_ns;
    if (row != NULL && is_first)
        lan_table_time(row, answer->rtt_ns);
    if (answer->note->target >= run->target_count)
        return;
    struct lan_target *target = &run->targets[answer->note->target];
    if (is_first)
        count_answer(target, answer);
    const struct lan_reply reply = {.target = target,
                                    .responder = row,
                                    .sighting = sighting,
                                    .sequence = answer->note->sequence,
                                    .bytes = run->wire.packet.wire_len,
                                    .is_kernel = answer->is_kernel};
    if (!run->sweeps)
        run->report->reply(run, &reply);
}

static void take_sighting(struct lan_run *run)
{
    struct lan_sighting sighting;
    struct lan_answer answer = {0};
    bool finds = run->options->mode == LAN_MODE_FIND;
    if (!lan_frame_hear(&run->wire.packet, &sighting))
        return;
    sighting.is_answer = lan_wire_answer(&run->wire, &answer);
    /* An echo reply to somebody else's echo may come from anywhere, through a router. */
    bool needs_probe = !finds || (sighting.way & (LAN_WAY_ICMP4 | LAN_WAY_ICMP6)) != 0;
    if (pkt_mac_equal(sighting.mac, run->interface.mac) || (needs_probe && !sighting.is_answer))
        return;
    uint32_t known = run->table.count;
    struct lan_responder *row = lan_table_note(&run->table, &sighting);
    /* An IPv6 address that spoke is asked for: that is how other hosts that have it come to light. */
    if (finds && run->table.count > known && sighting.address.version == 6 &&
        lan_table_is_only(&run->table, row))
        run->unasked += !lan_add_target(run, sighting.address);
    if (sighting.is_answer)
        take_answer(run, &sighting, row, &answer);
}

static void take_claim(struct lan_run *run)
{
    if (!run->is_claimed && lan_frame_claims(&run->wire.packet, run->targets[0].address, run->interface.mac,
                                             &run->claimant, &run->is_probe)) {
        run->is_claimed = true;
        run->targets[0].received = !run->is_probe;
        run->report->claim(run);
    }
}

/* --- the loop --- */

/* An address is free only if everybody who may have it was asked, and if nothing that came was lost. */
static void doubt(struct lan_run *run)
{
    const char *name = run->interface.name, *address = words_of_address(run->targets[0].address);
    size_t room = sizeof run->failure;
    lan_wire_count(&run->wire);
    if (run->link.trouble != NULL)
        (void)snprintf(run->failure, room, "%s %s: it is not known who has %s", name, run->link.trouble,
                       address);
    else if (run->wire.refused > 0)
        (void)snprintf(run->failure, room, "a probe for %s could not be sent on %s: %s", address, name,
                       strerror(run->wire.refused_errno));
    else if (run->wire.unlinked > 0)
        (void)snprintf(run->failure, room, "a probe for %s did not leave: %s has no carrier", address, name);
    else if (run->wire.dropped > 0)
        (void)snprintf(run->failure, room,
                       "%llu frames came faster than they could be read: an answer for %s may be among them",
                       (unsigned long long)run->wire.dropped, address);
}

static void send_probe(struct lan_run *run)
{
    const struct lan_self nobody = {.mac = run->interface.mac,
                                    .address = {.version = run->targets[0].address.version}};
    struct lan_frame frame;
    lan_frame_ask(&nobody, run->targets[0].address, &frame);
    if (!lan_wire_send(&run->wire, &frame, &(struct lan_note){.sequence = run->dad.sent})) {
        run->wire.refused++;
        run->wire.refused_errno = ENOBUFS;
    }
    run->targets[0].sent++;
}

static bool dad_turn(struct lan_run *run, struct pkt_mono now)
{
    if (run->is_claimed)
        return false;
    enum lan_dad_step step = lan_dad_turn(&run->dad, now, (uint32_t)memory_secret());
    if (step == LAN_DAD_PROBE)
        send_probe(run);
    if (step != LAN_DAD_WAIT)
        lan_link_look(&run->link, run->host);
    doubt(run);
    run->due = run->dad.due;
    run->is_sent = step == LAN_DAD_FREE;
    return step != LAN_DAD_FREE && run->failure[0] == '\0';
}

/* Of the other modes: what is down may come up again, what is gone will not. */
static bool ask_turn(struct lan_run *run, struct pkt_mono now)
{
    if (run->link.is_gone) {
        (void)snprintf(run->failure, sizeof run->failure, "%s is gone: nobody can be asked any more",
                       run->interface.name);
        return false;
    }
    return lan_schedule_turn(run, now);
}

static void turn(struct lan_run *run)
{
    bool is_dad = run->options->mode == LAN_MODE_DAD;
    for (unsigned i = 0; i < AT_ONCE_MAX && lan_wire_next(&run->wire); i++)
        (is_dad ? take_claim : take_sighting)(run);
    lan_link_hear(&run->link, run->host);
    struct pkt_mono now = pkt_mono_now();
    bool goes_on = (is_dad ? dad_turn : ask_turn)(run, now);
    flush(run);
    if (!goes_on || out_has_failed(run->out))
        loop_stop(run->loop, 0);
    else
        (void)loop_timer_start(run->loop, &run->timer, run->due);
}

static void on_timer(struct loop *loop, void *context, int64_t late_ns)
{
    (void)loop, (void)late_ns;
    turn(context);
}

static void on_ready(struct loop *loop, void *context, int fd, short events)
{
    (void)loop, (void)fd, (void)events;
    turn(context);
}

static void on_stop(struct loop *loop, void *context, int number)
{
    struct lan_run *run = context;
    run->interrupted = true;
    (void)loop_signal(loop, number, NULL, NULL); /* the second one ends the process at once */
    loop_stop(loop, 0);
}

static bool watch(struct lan_run *run)
{
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
    run->loop = loop_open();
    if (run->loop == NULL)
        return false;
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        if (!loop_signal(run->loop, stops[i], on_stop, run))
            return false;
    run->timer = (struct loop_timer){.on_timer = on_timer, .context = run};
    return loop_watch(run->loop, run->wire.receiver, POLLIN, on_ready, run) &&
           loop_watch(run->loop, pkt_watch_get_fd(run->link.watch), POLLIN, on_ready, run) &&
           loop_timer_start(run->loop, &run->timer, run->due);
}

/* --- one run --- */

static int open_all(struct lan_run *run, const struct option_operands *operands)
{
    const struct pkt_privilege_drop_options all = {.size = sizeof all};
    struct pkt_error *error = &run->error;
    int result = run->options->netns == NULL ? 0 : pkt_netns_enter(run->options->netns, error);
    if (result == 0)
        result = lan_wire_open(&run->wire, error);
    if (result == 0)
        result = pkt_privilege_drop(&all, error);
    if (result == 0)
        result = pkt_host_open(&run->host, error);
    if (result == 0)
        result = lan_link_open(&run->link, error);
    run->targets = calloc(LAN_TARGETS_MAX, sizeof *run->targets);
    run->target_room = LAN_TARGETS_MAX;
    if (result == 0 && run->targets == NULL)
        result = fail(run, ENOMEM, "no memory for targets");
    if (result == 0)
        result = parse_targets(run, operands);
    if (result == 0)
        result = find_interface(run);
    if (result == 0)
        result = lan_wire_bind(&run->wire, &run->interface, run->options->mode == LAN_MODE_FIND, error);
    return result;
}

static void say_side_effects(const struct lan_run *run)
{
    if (run->options->mode == LAN_MODE_FIND && run->options->query)
        message_notice("--query makes every host on %s report its groups, to all; a switch that snoops may "
                       "take this port for a querier's. The queries cannot win an election: IGMP's has the "
                       "source 0.0.0.0 (RFC 4541 2.1.1), MLD's the highest link-local one",
                       run->interface.name);
}

static int prepare(struct lan_run *run)
{
    run->begun = run->round_begun = run->due = pkt_mono_now();
    if (run->options->mode == LAN_MODE_FIND)
        add_prefixes(run);
    if (run->options->mode == LAN_MODE_DAD) {
        lan_dad_start(&run->dad, run->targets[0].address.version == 6, run->begun, (uint32_t)memory_secret());
        run->due = run->dad.due;
    }
    uint32_t most =
        run->options->mode == LAN_MODE_FIND ? LAN_RESPONDERS_MAX : run->target_count + RESPONDERS_SPARE;
    if (!lan_table_open(&run->table, memory_of_heap(MEMORY_MAX), most, memory_secret()) || !watch(run))
        return fail(run, ENOMEM, "no memory for the table of hosts");
    return 0;
}

/* Losses that would make the table less than what was on the wire. */
static void say_losses(struct lan_run *run)
{
    char refused[128], unlinked[128];
    lan_wire_count(&run->wire);
    (void)snprintf(refused, sizeof refused, "frames could not be sent: %s",
                   strerror(run->wire.refused_errno));
    (void)snprintf(unlinked, sizeof unlinked, "frames did not leave: %s had no carrier", run->interface.name);
    const struct {
        uint64_t count;
        const char *what;
    } losses[] = {
        {run->wire.dropped,  "frames came faster than they could be read, and were lost"},
        {run->wire.refused,  refused                                                    },
        {run->wire.unlinked, unlinked                                                   },
        {run->table.unfit,   "sightings of hosts found no room in the table"            },
        {run->unasked,       "addresses that were heard were not asked for: too many"   },
    };
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++)
        if (losses[i].count > 0)
            message_warning("%llu %s", (unsigned long long)losses[i].count, losses[i].what);
}

/* What kept the run from its end, else what may have kept it from asking everybody. */
static void say_troubles(struct lan_run *run)
{
    if (run->failure[0] != '\0')
        message_error("%s", run->failure);
    if (run->failure[0] != '\0' && run->options->mode == LAN_MODE_DAD)
        return;
    if (run->link.trouble != NULL && !run->link.is_gone && !run->is_claimed)
        message_warning("%s %s, at least for a while: not everybody was asked", run->interface.name,
                        run->link.trouble);
    say_losses(run);
}

static void advise(const struct lan_run *run)
{
    if (run->error.system_errno != EPERM && run->error.system_errno != EACCES)
        return;
    for (const char *at = pkt_socket_advice(PKT_SOCKET_PACKET); *at != '\0';) {
        size_t len = strcspn(at, "\n");
        message_hint("%.*s", (int)len, at);
        at += len + (at[len] == '\n');
    }
}

static enum tool_status give_up(struct lan_run *run)
{
    (void)snprintf(run->failure, sizeof run->failure, "%s", run->error.sentence);
    if (run->options->json) {
        run->target_count = 0;
        run->report->begin(run);
        run->report->end(run);
        out_sink_flush(&run->sink);
    }
    message_error("%s", run->error.sentence);
    advise(run);
    return TOOL_ERROR;
}

/* All that is needed is open: frames are sent, received, and told of. */
static int confine(struct lan_run *run)
{
    const struct pkt_sandbox_options options = {.size = sizeof options, .profile = PKT_SANDBOX_SENDER};
    struct pkt_sandbox_state state;
    int result = pkt_sandbox_enter(&options, &state, &run->error);
    if (result == 0)
        result = pkt_sandbox_prove(&state, &run->error);
    if (result == 0)
        pkt_sandbox_describe(&state, run->sandbox, sizeof run->sandbox);
    return result;
}

static enum tool_status run_it(struct lan_run *run, const struct option_operands *operands)
{
    if (open_all(run, operands) != 0 || prepare(run) != 0 || confine(run) != 0)
        return give_up(run);
    say_side_effects(run);
    run->report->begin(run);
    flush(run);
    int result = loop_run(run->loop);
    if (result < 0)
        (void)snprintf(run->failure, sizeof run->failure, "waiting failed: %s", strerror(-result));
    lan_table_sort(&run->table);
    say_troubles(run);
    run->report->end(run);
    flush(run);
    return lan_verdict(run);
}

static void close_all(struct lan_run *run)
{
    loop_close(run->loop);
    lan_wire_close(&run->wire);
    lan_table_close(&run->table);
    lan_link_close(&run->link);
    pkt_host_close(run->host);
    free(run->targets);
}

enum tool_status lan_run(const struct lan_options *options, const struct option_operands *operands,
                         struct out *out)
{
    static struct lan_run run;
    run = (struct lan_run){.options = options,
                           .report = options->json ? &lan_report_json : &lan_report_text,
                           .out = out,
                           .interval_ns = options->interval_ns > 0 ? options->interval_ns : PKT_NS_PER_S,
                           .timeout_ns = options->timeout_ns > 0 ? options->timeout_ns : PKT_NS_PER_S,
                           .rate = options->rate > 0 ? options->rate : RATE_DEFAULT};
    out_sink_open(&run.sink, out);
    enum tool_status status = run_it(&run, operands);
    close_all(&run);
    return status;
}
