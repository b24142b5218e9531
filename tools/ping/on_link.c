/* SPDX-License-Identifier: BSD-2-Clause */
#include "on_link.h"

#include <stdlib.h>

enum {
    ADDRESSES_MAX = 4096, /* of this machine that are looked at */
    LINK_SCOPE_HOST = 254,
    /* The kernel keeps who answered for this long, whatever the table lacks, and whom it asks in vain for
     * about three seconds (three questions, a second apart). */
    PLACE_S = 5,
};

static bool is_on_link(struct pkt_ip target, const struct pkt_interface_address *addresses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (addresses[i].scope != LINK_SCOPE_HOST &&
            pkt_ip_is_in_prefix(target, addresses[i].address, addresses[i].prefix_len))
            return true;
    }
    return false;
}

uint32_t on_link_count(const struct ping *ping, unsigned version,
                       const struct pkt_interface_address *addresses, size_t count)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < ping->target_count; i++)
        found += ping->targets[i].address.version == version &&
                 is_on_link(ping->targets[i].address, addresses, count);
    return found;
}

uint64_t on_link_rate(uint32_t targets, const struct pkt_neighbour_table *table)
{
    uint64_t room = table->most - table->most / 4;
    room = room > table->entries ? room - table->entries : 0;
    if (targets <= room)
        return 0;
    return room < PLACE_S ? 1 : room / PLACE_S;
}

static size_t own_addresses(struct pkt_host *host, struct pkt_interface_address *ret_addresses)
{
    struct pkt_error error;
    size_t count;
    if (pkt_interface_addresses(host, 0, 0, ret_addresses, ADDRESSES_MAX, &count, &error) != 0)
        return 0;
    return count < ADDRESSES_MAX ? count : ADDRESSES_MAX;
}

uint64_t on_link_limit(const struct ping *ping, struct pkt_host *host)
{
    uint64_t least = 0;
    struct pkt_interface_address *addresses = calloc(ADDRESSES_MAX, sizeof *addresses);
    size_t count = addresses == NULL ? 0 : own_addresses(host, addresses);
    for (uint8_t version = 4; version <= 6; version += 2) {
        struct pkt_neighbour_table table;
        struct pkt_error error;
        uint32_t found = on_link_count(ping, version, addresses, count);
        if (found == 0 || pkt_neighbour_table_get(host, 0, version, &table, &error) != 0)
            continue;
        uint64_t rate = on_link_rate(found, &table);
        if (rate > 0 && (least == 0 || rate < least))
            least = rate;
    }
    free(addresses);
    return least;
}
