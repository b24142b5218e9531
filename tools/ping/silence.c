/* SPDX-License-Identifier: BSD-2-Clause */
#include "silence.h"

#include "words.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CONFIRMED_SLACK_NS = 20000000 };

static void say(struct silence_answer *answer, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(struct silence_answer *answer, const char *code, const char *format, ...)
{
    va_list arguments;
    answer->code = code;
    va_start(arguments, format);
    (void)vsnprintf(answer->sentence, sizeof answer->sentence, format, arguments);
    va_end(arguments);
}

static bool is_loopback(struct pkt_ip address)
{
    static const struct pkt_ip6 loopback6 = {{[15] = 1}};
    if (address.version == 6)
        return pkt_ip_equal(address, pkt_ip_from6(loopback6));
    return address.version == 4 && address.ip4.byte[0] == 127;
}

static bool is_link_local(struct pkt_ip address)
{
    return address.version == 6 && pkt_ip6_is_link_local(address.ip6);
}

static bool is_unspecified(struct pkt_ip address)
{
    return address.version == 0 || (address.version == 4 && pkt_ip4_is_unspecified(address.ip4)) ||
           (address.version == 6 && pkt_ip6_is_unspecified(address.ip6));
}

/* To this machine itself everything is allowed. */
static bool stays_here(const struct silence_evidence *e)
{
    return is_loopback(e->target->address) || (e->route_errno == 0 && e->route.type == PKT_ROUTE_LOCAL);
}

/* The address that was asked for. Loopback addresses leave no machine (RFC 1122 3.2.1.3, RFC 4291 2.5.3). */
static bool decide_by_source(const struct silence_evidence *e, struct silence_answer *answer)
{
    const char *source = words_of_address(e->source);
    if (e->source.version == 0 || stays_here(e))
        return false;
    if (is_loopback(e->source))
        say(answer, "wrong-source", "%s is a loopback address: nobody beyond this machine can answer it",
            source);
    else if (e->source_owner == SILENCE_NOBODY)
        say(answer, "wrong-source", "%s is no address of this machine", source);
    else
        return false;
    return true;
}

/* Routers forward nothing that comes from a link-local address (RFC 4291 2.5.6). */
static bool decide_by_missing_source(const struct silence_evidence *e, struct silence_answer *answer)
{
    const struct ping_target *target = e->target;
    const char *name = e->has_interface ? e->interface.name : "the interface";
    bool leaves = e->route_errno == 0 && e->route.type == PKT_ROUTE_UNICAST && e->source.version == 0;
    if (leaves && is_unspecified(e->route.source))
        say(answer, "no-source", "this machine has no IPv%d address to send from to %s by %s",
            target->address.version, words_of_address(target->address), name);
    else if (leaves && e->route.gateway.version != 0 && is_link_local(e->route.source) &&
             !is_link_local(target->address))
        say(answer, "no-source",
            "%s has no IPv6 address but a link-local one, and what comes from that no router forwards to %s",
            name, words_of_address(target->address));
    else
        return false;
    return true;
}

/* What the kernel says where there is no way (route.h). */
static bool decide_by_route(const struct silence_evidence *e, struct silence_answer *answer)
{
    const char *to = words_of_address(e->target->address);
    static const struct {
        int system_errno;
        const char *code;
        const char *words;
    } reasons[] = {
        {EHOSTUNREACH,  "route-unreachable", "a route of type unreachable forbids the way"       },
        {EACCES,        "route-prohibit",    "a route of type prohibit forbids the way"          },
        {EINVAL,        "route-blackhole",   "a route of type blackhole swallows what goes there"},
        {ENODEV,        "interface-gone",    "the interface is gone"                             },
        {ENETDOWN,      "interface-down",    "the interface is down"                             },
        {EADDRNOTAVAIL, "no-source",         "this machine has no address to send from"          },
    };
    if (e->route_errno == 0)
        return false;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].system_errno == e->route_errno) {
            say(answer, reasons[i].code, "no way to %s: %s", to, reasons[i].words);
            return true;
        }
    }
    if (e->source.version != 0)
        say(answer, "no-route", "no route to %s from %s", to, words_of_address(e->source));
    else
        say(answer, "no-route", "no route to %s: see `ip route get %s`", to, to);
    return true;
}

static bool decide_by_interface(const struct silence_evidence *e, struct silence_answer *answer)
{
    if (!e->has_interface)
        return false;
    if ((e->interface.flags & PKT_INTERFACE_UP) == 0)
        say(answer, "interface-down", "interface %s is down", e->interface.name);
    else if ((e->interface.flags & (PKT_INTERFACE_LOWER_UP | PKT_INTERFACE_RUNNING)) == 0)
        say(answer, "no-carrier", "interface %s has no carrier", e->interface.name);
    else if ((e->interface.flags & PKT_INTERFACE_LOOPBACK) != 0 && !stays_here(e))
        say(answer, "wrong-interface", "%s is the loopback interface, and %s is not on this machine",
            e->interface.name, words_of_address(e->target->address));
    else
        return false;
    return true;
}

/* What this machine tells itself when a neighbour was asked for in vain (RFC 792, RFC 4861 7.2.2). */
static bool is_own_search(const struct silence_evidence *e)
{
    const struct ping_error_words *words = &e->trouble.words;
    return e->trouble.from.version != 0 && pkt_ip_equal(e->trouble.from, e->route.source) &&
           (words->is_ip6 ? words->type == 1 && words->code == 3 : words->type == 3 && words->code == 1);
}

static bool decide_by_error(const struct silence_evidence *e, struct silence_answer *answer)
{
    char words[128];
    if (e->trouble.from.version == 0 || is_own_search(e))
        return false;
    words_of_error(&e->trouble.words, words, sizeof words);
    say(answer, "icmp-error", "%s says: %s", words_of_address(e->trouble.from), words);
    return true;
}

/* Without a place in the table an echo cannot be sent: IPv4 says ENOBUFS then, IPv6 EINVAL. */
static bool is_table_full(const struct silence_evidence *e)
{
    return (e->trouble.send_errno == ENOBUFS || e->trouble.send_errno == EINVAL) && e->has_table &&
           e->table.entries >= e->table.most;
}

static bool decide_by_sending(const struct silence_evidence *e, struct silence_answer *answer)
{
    const char *to = words_of_address(e->target->address);
    if (e->trouble.send_errno == 0)
        return false;
    if (e->trouble.send_errno == EPERM)
        say(answer, "send-refused", "a packet filter of this machine drops echoes to %s on their way out",
            to);
    else if (is_table_full(e))
        say(answer, "neighbour-table-full",
            "no place for %s: the kernel's table of neighbours is full (%" PRIu32 " entries; see gc_thresh3)",
            to, e->table.entries);
    else
        say(answer, "send-refused", "echoes to %s cannot be sent: %s", to, strerror(e->trouble.send_errno));
    return true;
}

static bool decide_by_group(const struct silence_evidence *e, struct silence_answer *answer)
{
    if (!e->target->is_group)
        return false;
    if (e->target->address.version == 6)
        say(answer, "group-silent", "nobody answers %s: no host on this link is a member, or none may answer",
            words_of_address(e->target->address));
    else
        say(answer, "group-silent",
            "nobody answers %s: hosts need not, and Linux ignores echoes to IPv4 groups and broadcasts "
            "(net.ipv4.icmp_echo_ignore_broadcasts); --lan and --arp find hosts all the same",
            words_of_address(e->target->address));
    return true;
}

/*
 * How often the kernel asked for the next hop, in its search of now or its last one; 0: not known. It begins
 * to count the questions of a search at the number of those that it puts to a neighbour which it knows
 * already.
 */
static uint32_t questions(const struct silence_evidence *e)
{
    uint32_t probes = e->neighbour.probes, before = e->table.unicast_questions;
    if (!e->has_neighbour || !e->neighbour.has_probes || !e->has_table || e->table.program_questions != 0)
        return 0;
    if (probes > before)
        return probes - before;
    return e->neighbour.state == PKT_NEIGHBOUR_FAILED ? probes : 0;
}

static void say_unresolved(const struct silence_evidence *e, struct pkt_ip hop, struct silence_answer *answer)
{
    uint32_t asked = questions(e);
    char times[40] = "";
    const char *how = hop.version == 6 ? "neighbour discovery" : "ARP";
    if (asked > 0)
        (void)snprintf(times, sizeof times, " (asked %" PRIu32 " time%s)", asked, asked == 1 ? "" : "s");
    if (e->route.gateway.version != 0)
        say(answer, "gateway-unresolved", "nobody on %s answers %s for the gateway %s%s", e->interface.name,
            how, words_of_address(hop), times);
    else
        say(answer, "neighbour-unresolved", "nobody on %s answers %s for %s%s", e->interface.name, how,
            words_of_address(hop), times);
}

/* An entry that somebody wrote, or that needs no resolution, proves nothing about who is there. */
static bool is_evidence(const struct silence_evidence *e)
{
    return e->has_neighbour && e->neighbour.state != PKT_NEIGHBOUR_NONE &&
           (e->neighbour.state & (PKT_NEIGHBOUR_PERMANENT | PKT_NEIGHBOUR_NO_ARP)) == 0;
}

/*
 * That it was there before the first echo does not prove that it is there now. The kernel counts in ticks of
 * up to 10 ms, and so does what it tells (USER_HZ): what answered the first echo may seem that much older.
 */
static bool was_there(const struct silence_evidence *e)
{
    return e->neighbour.has_confirmed && e->neighbour.confirmed_ns - CONFIRMED_SLACK_NS <= e->since_ns;
}

/* Known from before the run. */
static void say_unseen(const struct silence_evidence *e, const char *hop, struct silence_answer *answer)
{
    char when[40] = "";
    const char *what = e->route.gateway.version != 0 ? "the gateway " : "";
    if (e->neighbour.has_confirmed)
        (void)snprintf(when, sizeof when, " %" PRId64 " s ago,", e->neighbour.confirmed_ns / PKT_NS_PER_S);
    say(answer, "unknown",
        "nothing comes back; %s%s was last seen on %s%s before the first echo: if it still is there, is not "
        "known",
        what, hop, e->interface.name, when);
}

static void say_resolved(const struct silence_evidence *e, struct pkt_ip hop, struct silence_answer *answer)
{
    const char *how = hop.version == 6 ? "neighbour discovery" : "ARP", *name = words_of_address(hop);
    bool is_gateway = e->route.gateway.version != 0;
    if (e->source_owner == SILENCE_ANOTHER)
        say(answer, "source-elsewhere",
            "%s is no address of %s, by which echoes leave: there may be no way back to it",
            words_of_address(e->source), e->interface.name);
    else if (is_gateway && was_there(e))
        say(answer, "beyond-gateway",
            "the gateway %s on %s answers %s, and nothing comes back: it, or what lies behind it, is silent",
            name, e->interface.name, how);
    else if (was_there(e))
        say(answer, "neighbour-silent", "%s on %s answers %s, but no echo: it, or a filter, drops them", name,
            e->interface.name, how);
    else
        say_unseen(e, name, answer);
}

static bool decide_by_neighbour(const struct silence_evidence *e, struct silence_answer *answer)
{
    struct pkt_ip hop = e->route.gateway.version != 0 ? e->route.gateway : e->target->address;
    bool is_searched =
        e->has_neighbour && (e->neighbour.state & (PKT_NEIGHBOUR_INCOMPLETE | PKT_NEIGHBOUR_FAILED)) != 0;
    if (!e->has_interface || e->route.type != PKT_ROUTE_UNICAST ||
        (e->interface.flags & PKT_INTERFACE_NO_ARP) != 0)
        return false;
    if (is_searched || (!e->has_neighbour && is_own_search(e)))
        say_unresolved(e, hop, answer);
    else if (is_evidence(e))
        say_resolved(e, hop, answer);
    else
        return false;
    return true;
}

/* Where the interface is down, the kernel has no route any more: the interface is the reason. */
static bool decide_by_lost_route(const struct silence_evidence *e, struct silence_answer *answer)
{
    return e->route_errno != 0 && decide_by_interface(e, answer);
}

/* Strongest evidence first: what ends the way on this machine, then what others said, then who is there. */
void silence_decide(const struct silence_evidence *evidence, struct silence_answer *ret_answer)
{
    static bool (*const deciders[])(const struct silence_evidence *, struct silence_answer *) = {
        decide_by_source,    decide_by_lost_route,     decide_by_route,
        decide_by_interface, decide_by_missing_source, decide_by_error,
        decide_by_sending,   decide_by_group,          decide_by_neighbour};
    for (size_t i = 0; i < sizeof deciders / sizeof *deciders; i++)
        if (deciders[i](evidence, ret_answer))
            return;
    say(ret_answer, "unknown", "%s: nothing comes back, and what is known here does not say why",
        words_of_address(evidence->target->address));
}
