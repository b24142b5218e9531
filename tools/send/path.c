/* SPDX-License-Identifier: BSD-2-Clause */
#include "path.h"

#include "pkt/neighbour.h"
#include "pkt/route.h"
#include "pkt/time.h"

#include <errno.h>
#include <string.h>

#define NEIGHBOUR_TIMEOUT_NS PKT_NS_PER_S /* a neighbour that is there answers in far less */

int path_open(struct path_finder *finder, uint32_t interface, bool needs_macs, struct pkt_error *reterr_error)
{
    size_t count = 0;
    *finder = (struct path_finder){.interface = interface, .needs_macs = needs_macs};
    int result = pkt_host_open(&finder->host, reterr_error);
    if (result == 0)
        result = pkt_interface_addresses(finder->host, 0, 0, finder->addresses, PATH_ADDRESSES_MAX, &count,
                                         reterr_error);
    finder->address_count = count < PATH_ADDRESSES_MAX ? count : PATH_ADDRESSES_MAX;
    return result;
}

void path_close(struct path_finder *finder)
{
    pkt_host_close(finder->host);
    finder->host = NULL;
}

bool path_is_ours(const struct path_finder *finder, struct pkt_view address)
{
    for (size_t i = 0; i < finder->address_count; i++) {
        const struct pkt_ip *ours = &finder->addresses[i].address;
        const uint8_t *bytes = ours->version == 4 ? ours->ip4.byte : ours->ip6.byte;
        if (address.len == (ours->version == 4 ? 4U : 16U) && memcmp(bytes, address.ptr, address.len) == 0)
            return true;
    }
    return false;
}

/* The source address that goes with the route; for a destination of all (a group without a route, a
 * broadcast) the first of the interface. */
static void set_source(const struct path_finder *finder, const struct pkt_route *route, uint8_t version,
                       struct send_path *path)
{
    struct pkt_ip source = route->source;
    for (size_t i = 0; i < finder->address_count && source.version == 0; i++)
        if (finder->addresses[i].interface == route->interface &&
            finder->addresses[i].address.version == version)
            source = finder->addresses[i].address;
    path->has_ip4 = source.version == 4;
    path->has_ip6 = source.version == 6;
    path->ip4 = source.ip4;
    path->ip6 = source.ip6;
}

/* What the interface adds: its MAC, its MTU. */
static int set_interface(struct path_finder *finder, const struct pkt_route *route, struct send_path *path)
{
    struct pkt_interface interface;
    int result = pkt_interface_get(finder->host, route->interface, &interface, &finder->error);
    if (result != 0)
        return result;
    if ((interface.flags & PKT_INTERFACE_LOOPBACK) != 0)
        finder->loopback = route->interface;
    path->interface = route->interface;
    path->has_mac = interface.mac_len == sizeof path->mac.byte && route->type != PKT_ROUTE_LOCAL;
    path->mac = interface.mac;
    path->mtu = route->mtu != 0 ? route->mtu : interface.mtu;
    return 0;
}

/* A group, a broadcast, or what ARP asks for on the interface of -i needs no route. */
static bool needs_no_route(const struct path_finder *finder, struct pkt_ip destination, bool on_link)
{
    bool is_broadcast = destination.version == 4 && pkt_ip4_is_broadcast(destination.ip4);
    return finder->interface != 0 && (on_link || is_broadcast || pkt_ip_is_multicast(destination));
}

/* The interface that has the address, of several that of -i; 0: none has. */
static uint32_t owner_of(const struct path_finder *finder, struct pkt_ip address)
{
    uint32_t owner = 0;
    for (size_t i = 0; i < finder->address_count; i++)
        if (pkt_ip_equal(finder->addresses[i].address, address) &&
            (owner == 0 || finder->addresses[i].interface == finder->interface))
            owner = finder->addresses[i].interface;
    return owner;
}

/* Who announces an address of this machine, or asks whether somebody else has it, does so on the link: the
 * routing table would keep it on this machine. */
static bool find_own_link(const struct path_finder *finder, struct pkt_ip address,
                          struct pkt_route *ret_route)
{
    uint32_t owner = owner_of(finder, address);
    if (owner == 0)
        return false;
    *ret_route = (struct pkt_route){.type = PKT_ROUTE_BROADCAST,
                                    .interface = finder->interface != 0 ? finder->interface : owner,
                                    .source = address};
    return true;
}

static int find_route(struct path_finder *finder, struct pkt_ip destination, bool on_link,
                      struct pkt_route *ret_route)
{
    if (on_link && find_own_link(finder, destination, ret_route))
        return 0;
    struct pkt_route_request request = {
        .size = sizeof request, .destination = destination, .interface = finder->interface};
    int result = pkt_route_get(finder->host, &request, ret_route, &finder->error);
    if (result == 0 || !needs_no_route(finder, destination, on_link))
        return result;
    *ret_route = (struct pkt_route){.type = pkt_ip_is_multicast(destination) ? PKT_ROUTE_MULTICAST
                                                                             : PKT_ROUTE_BROADCAST,
                                    .interface = finder->interface};
    finder->error = (struct pkt_error){.code = 0};
    return 0;
}

bool path_resolve(void *context, const struct send_address *destination, struct send_path *ret_path)
{
    struct path_finder *finder = context;
    struct pkt_ip to = destination->is_ip6 ? pkt_ip_from6(destination->ip6) : pkt_ip_from4(destination->ip4);
    struct pkt_route route;
    bool needed = false;
    *ret_path = (struct send_path){.interface = 0};
    finder->error = (struct pkt_error){.code = 0};
    if (find_route(finder, to, destination->on_link, &route) != 0 ||
        set_interface(finder, &route, ret_path) != 0)
        return false;
    set_source(finder, &route, to.version, ret_path);
    if (route.type == PKT_ROUTE_LOCAL || destination->on_link || destination->has_mac || !finder->needs_macs)
        return true;
    int result = pkt_neighbour_next_hop(finder->host, &route, to, NEIGHBOUR_TIMEOUT_NS,
                                        &ret_path->next_hop_mac, &needed, &finder->error);
    ret_path->has_next_hop_mac = needed || result != 0;
    if (result == 0)
        return true;
    /* One silent neighbour must not keep packets from the others. */
    bool is_silent = finder->error.system_errno == EHOSTUNREACH || finder->error.system_errno == ETIMEDOUT;
    ret_path->next_hop_mac = (struct pkt_mac){{0}};
    finder->unresolved += is_silent;
    return is_silent;
}
