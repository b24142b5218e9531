/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The evidence: what this machine's kernel knows of the way to a target.
 */
#include "pkt/clock.h"
#include "silence.h"
#include "words.h"

#include <errno.h>
#include <stdio.h>

enum { ADDRESSES_MAX = 256 }; /* that are looked at */

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
        if (pkt_ip_is_in_prefix(e->target->address, addresses[i].address, addresses[i].prefix_len) &&
            pkt_interface_get(host, addresses[i].interface, &interface, &error) == 0 &&
            (interface.flags & PKT_INTERFACE_UP) == 0) {
            e->interface = interface;
            return true;
        }
    }
    return false;
}

/* Whose the address is that was asked for: the outgoing interface's, another's or nobody's. */
static enum silence_owner owner_of(struct pkt_host *host, struct pkt_ip source, uint32_t interface,
                                   uint32_t *ret_flags)
{
    struct pkt_interface_address addresses[ADDRESSES_MAX];
    struct pkt_error error;
    size_t count;
    enum silence_owner owner = SILENCE_NOBODY;
    if (source.version == 0 || pkt_interface_addresses(host, 0, (uint8_t)source.version, addresses,
                                                       ADDRESSES_MAX, &count, &error) != 0)
        return SILENCE_NOT_KNOWN;
    for (size_t i = 0; i < count && i < ADDRESSES_MAX; i++) {
        if (!pkt_ip_equal(addresses[i].address, source))
            continue;
        *ret_flags = addresses[i].flags;
        if (addresses[i].interface == interface)
            return SILENCE_SAME_INTERFACE;
        owner = SILENCE_ANOTHER;
    }
    return owner == SILENCE_NOBODY && count > ADDRESSES_MAX ? SILENCE_NOT_KNOWN : owner;
}

static void ask_neighbour(struct pkt_host *host, struct silence_evidence *e)
{
    struct pkt_error error;
    struct pkt_ip hop = e->route.gateway.version != 0 ? e->route.gateway : e->target->address;
    e->has_neighbour = pkt_neighbour_get(host, e->route.interface, hop, &e->neighbour, &error) == 0;
    e->has_table =
        pkt_neighbour_table_get(host, e->route.interface, (uint8_t)hop.version, &e->table, &error) == 0;
}

static struct ping_trouble trouble_of(const struct ping *ping, const struct ping_target *target)
{
    const struct ping_trouble none = {.target = NULL};
    const struct ping_trouble *at =
        ping->troubles != NULL ? &ping->troubles[target - ping->targets] : &ping->trouble;
    return at->target == target ? *at : none;
}

void silence_explain(const struct ping *ping, struct pkt_host *host, const struct ping_target *target,
                     struct silence_answer *ret_answer)
{
    uint32_t flags;
    struct pkt_error error;
    struct silence_evidence e = {.target = target,
                                 .source = ping->options->source,
                                 .since_ns = pkt_mono_now().ns - ping->begun.ns,
                                 .trouble = trouble_of(ping, target)};
    ask_route(ping, host, &e);
    if (e.route.interface != 0)
        e.has_interface = pkt_interface_get(host, e.route.interface, &e.interface, &error) == 0;
    if (e.route_errno != 0 && !e.has_interface)
        e.has_interface = find_down_interface(host, &e);
    e.source_owner = owner_of(host, e.source, e.route.interface, &flags);
    if (e.route_errno == 0)
        ask_neighbour(host, &e);
    silence_decide(&e, ret_answer);
}

bool silence_explain_source(struct pkt_host *host, struct pkt_ip source, struct silence_answer *ret_answer)
{
    uint32_t flags = 0;
    const char *words = NULL;
    enum silence_owner owner = owner_of(host, source, 0, &flags);
    if (owner == SILENCE_NOBODY)
        words = "is no address of this machine";
    else if (owner != SILENCE_NOT_KNOWN && (flags & PKT_INTERFACE_ADDRESS_DUPLICATE) != 0)
        words = "is another's address, too: the check for duplicates failed (RFC 4862 5.4)";
    else if (owner != SILENCE_NOT_KNOWN && (flags & PKT_INTERFACE_ADDRESS_TENTATIVE) != 0)
        words = "cannot be used yet: it is being checked for duplicates (RFC 4862 5.4)";
    if (words == NULL)
        return false;
    ret_answer->code = "wrong-source";
    (void)snprintf(ret_answer->sentence, sizeof ret_answer->sentence, "%s %s", words_of_address(source),
                   words);
    return true;
}
