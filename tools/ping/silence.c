/* SPDX-License-Identifier: BSD-2-Clause */
#include "silence.h"

#include "words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ADDRESSES_MAX = 256 }; /* that are looked at */

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
    if (e->route_errno == ENETUNREACH && e->has_source) {
        say(answer, "no-source",
            "the source address is none of this machine's, or there is no route to %s from it", to);
        return true;
    }
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].system_errno == e->route_errno) {
            say(answer, reasons[i].code, "no way to %s: %s", to, reasons[i].words);
            return true;
        }
    }
    say(answer, "no-route", "no route to %s: see `ip route get %s`", to, to);
    return true;
}

static bool decide_by_interface(const struct silence_evidence *e, struct silence_answer *answer)
{
    if (!e->has_interface)
        return false;
    if ((e->interface.flags & PKT_INTERFACE_UP) == 0)
        say(answer, "interface-down", "interface %s is down", e->interface.name);
    else if ((e->interface.flags & PKT_INTERFACE_RUNNING) == 0)
        say(answer, "no-carrier", "interface %s has no carrier", e->interface.name);
    else
        return false;
    return true;
}

/* An error that a router sent; one that this machine made of a neighbour's silence says that. */
static bool decide_by_error(const struct silence_evidence *e, struct silence_answer *answer)
{
    char words[128];
    const struct ping_trouble *trouble = &e->trouble;
    if (trouble->from.version == 0 || pkt_ip_equal(trouble->from, e->route.source))
        return false;
    words_of_error(&trouble->words, words, sizeof words);
    say(answer, "icmp-error", "%s says: %s", words_of_address(trouble->from), words);
    return true;
}

static bool decide_by_sending(const struct silence_evidence *e, struct silence_answer *answer)
{
    if (e->trouble.send_errno == 0)
        return false;
    if (e->trouble.send_errno == EPERM)
        say(answer, "send-refused", "a packet filter of this machine drops echoes to %s on their way out",
            words_of_address(e->target->address));
    else
        say(answer, "send-refused", "echoes to %s cannot be sent: %s", words_of_address(e->target->address),
            strerror(e->trouble.send_errno));
    return true;
}

static bool decide_by_group(const struct silence_evidence *e, struct silence_answer *answer)
{
    if (!e->target->is_group)
        return false;
    say(answer, "group-silent",
        "nobody answers %s: hosts need not, and Linux ignores echoes to IPv4 groups and broadcasts "
        "(net.ipv4.icmp_echo_ignore_broadcasts); --lan and --arp find hosts all the same",
        words_of_address(e->target->address));
    return true;
}

static bool is_resolved(const struct silence_evidence *e)
{
    return e->has_neighbour &&
           (e->neighbour.state & (PKT_NEIGHBOUR_INCOMPLETE | PKT_NEIGHBOUR_FAILED)) == 0 &&
           e->neighbour.state != PKT_NEIGHBOUR_NONE;
}

/* An entry that somebody wrote, or that needs no resolution, proves nothing about who is there. */
static bool is_evidence(const struct silence_evidence *e)
{
    return (e->neighbour.state & (PKT_NEIGHBOUR_PERMANENT | PKT_NEIGHBOUR_NO_ARP)) == 0;
}

static bool decide_by_neighbour(const struct silence_evidence *e, struct silence_answer *answer)
{
    bool is_gateway = e->route.gateway.version != 0;
    struct pkt_ip hop = is_gateway ? e->route.gateway : e->target->address;
    const char *name = words_of_address(hop), *how = hop.version == 6 ? "neighbour discovery" : "ARP";
    const char *what = is_gateway ? "the gateway " : "";
    if (!e->has_interface || e->route.type != PKT_ROUTE_UNICAST)
        return false;
    if (!is_resolved(e))
        say(answer, is_gateway ? "gateway-unresolved" : "neighbour-unresolved",
            "%s%s is on the link of %s, and nobody there answers %s for it", what, name, e->interface.name,
            how);
    else if (!is_evidence(e))
        return false;
    else if (is_gateway)
        say(answer, "beyond-gateway",
            "the gateway %s on %s answers %s, and nothing comes back: whether it or what lies behind it is "
            "silent, "
            "is not known here",
            name, e->interface.name, how);
    else
        say(answer, "neighbour-silent", "%s on %s answers %s, but no echo: it, or a filter, drops them", name,
            e->interface.name, how);
    return true;
}

/* Strongest evidence first: what ends the way on this machine, then what others said, then who is there. */
void silence_decide(const struct silence_evidence *evidence, struct silence_answer *ret_answer)
{
    static bool (*const deciders[])(const struct silence_evidence *, struct silence_answer *) = {
        decide_by_route,   decide_by_interface, decide_by_error,
        decide_by_sending, decide_by_group,     decide_by_neighbour};
    for (size_t i = 0; i < sizeof deciders / sizeof *deciders; i++)
        if (deciders[i](evidence, ret_answer))
            return;
    say(ret_answer, "unknown", "%s: nothing comes back, and what is known here does not say why",
        words_of_address(evidence->target->address));
}

static void ask_route(const struct ping *ping, struct pkt_host *host, struct silence_evidence *e)
{
    const struct ping_options *options = ping->options;
    struct pkt_interface interface = {.index = e->target->scope};
    struct pkt_error error = {.code = PKT_OK};
    if (options->interface != NULL && pkt_interface_find(host, options->interface, &interface, &error) != 0) {
        e->route_errno = ENODEV;
        return;
    }
    const struct pkt_route_request request = {.size = sizeof request,
                                              .destination = e->target->address,
                                              .source = options->source,
                                              .interface = interface.index,
                                              .mark = (uint32_t)options->mark,
                                              .traffic_class = (uint8_t)options->traffic_class,
                                              .protocol = e->target->address.version == 6 ? 58 : 1};
    if (pkt_route_get(host, &request, &e->route, &error) != 0)
        e->route_errno = error.system_errno != 0 ? error.system_errno : ENETUNREACH;
    if (interface.index != 0)
        e->route.interface = interface.index;
}

static bool is_in_prefix(struct pkt_ip address, struct pkt_ip network, unsigned bits)
{
    const uint8_t *a = address.version == 6 ? address.ip6.byte : address.ip4.byte;
    const uint8_t *b = network.version == 6 ? network.ip6.byte : network.ip4.byte;
    unsigned whole = bits / 8, rest = bits % 8;
    if (address.version != network.version || memcmp(a, b, whole) != 0)
        return false;
    return rest == 0 || ((a[whole] ^ b[whole]) & (0xff00 >> rest)) == 0;
}

/* An interface that is down has lost its routes, but keeps its IPv4 addresses: is the target on its link? */
static bool find_down_interface(struct pkt_host *host, struct silence_evidence *e)
{
    struct pkt_interface_address addresses[ADDRESSES_MAX];
    struct pkt_error error;
    size_t count;
    if (pkt_interface_addresses(host, 0, (uint8_t)e->target->address.version, addresses, ADDRESSES_MAX,
                                &count, &error) != 0)
        return false;
    for (size_t i = 0; i < count && i < ADDRESSES_MAX; i++) {
        struct pkt_interface interface;
        if (is_in_prefix(e->target->address, addresses[i].address, addresses[i].prefix_len) &&
            pkt_interface_get(host, addresses[i].interface, &interface, &error) == 0 &&
            (interface.flags & PKT_INTERFACE_UP) == 0) {
            e->interface = interface;
            return true;
        }
    }
    return false;
}

void silence_explain(const struct ping *ping, struct pkt_host *host, const struct ping_target *target,
                     struct silence_answer *ret_answer)
{
    struct pkt_error error;
    struct silence_evidence e = {.target = target, .has_source = ping->options->source.version != 0};
    if (ping->trouble.target == target)
        e.trouble = ping->trouble;
    ask_route(ping, host, &e);
    if (e.route.interface != 0)
        e.has_interface = pkt_interface_get(host, e.route.interface, &e.interface, &error) == 0;
    if (e.route_errno != 0 && !e.has_interface)
        e.has_interface = find_down_interface(host, &e);
    /* Where the interface is down, the kernel has no route any more: the interface is the reason. */
    if (e.has_interface && e.route_errno != 0 && decide_by_interface(&e, ret_answer))
        return;
    if (e.route_errno == 0)
        e.has_neighbour = pkt_neighbour_get(host, e.route.interface,
                                            e.route.gateway.version != 0 ? e.route.gateway : target->address,
                                            &e.neighbour, &error) == 0;
    silence_decide(&e, ret_answer);
}
