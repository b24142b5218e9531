/* SPDX-License-Identifier: BSD-2-Clause */
#include "names.h"

#include <stdio.h>
#include <stdlib.h>

void names_start(struct names *names, struct resolver *resolver)
{
    *names = (struct names){.resolver = resolver};
}

static void answered(void *context, const char *name)
{
    struct name_slot *slot = context;
    slot->query = NULL;
    if (name != NULL)
        (void)snprintf(slot->name, sizeof slot->name, "%s", name);
}

static struct name_slot *find(struct names *names, struct pkt_ip address)
{
    for (unsigned i = 0; i < NAMES_KEPT; i++)
        if (names->slots[i].address.version != 0 && pkt_ip_equal(names->slots[i].address, address))
            return &names->slots[i];
    return NULL;
}

static void ask(struct names *names, struct pkt_ip address)
{
    struct name_slot *slot = &names->slots[names->next++ % NAMES_KEPT];
    if (slot->query != NULL)
        resolver_cancel(names->resolver, slot->query);
    *slot = (struct name_slot){.address = address};
    slot->query = resolver_reverse(names->resolver, address, answered, slot);
}

const char *names_of(struct ping *ping, struct pkt_ip address)
{
    if (ping->names == NULL)
        return NULL;
    struct name_slot *slot = find(ping->names, address);
    if (slot == NULL)
        ask(ping->names, address);
    return slot == NULL || slot->name[0] == '\0' ? NULL : slot->name;
}
