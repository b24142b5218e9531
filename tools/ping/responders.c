/* SPDX-License-Identifier: BSD-2-Clause */
#include "responders.h"

#include <stdlib.h>

static struct responder *find(const struct responders *responders, const void *group, struct pkt_ip address)
{
    for (uint32_t i = 0; i < responders->count; i++) {
        struct responder *responder = &responders->list[i];
        if (responder->group == group && pkt_ip_equal(responder->address, address))
            return responder;
    }
    return NULL;
}

static bool grow(struct responders *responders)
{
    uint32_t room = responders->room == 0 ? 16 : responders->room * 2;
    if (responders->count < responders->room)
        return true;
    struct responder *list =
        room > RESPONDERS_MAX ? NULL : realloc(responders->list, room * sizeof *responders->list);
    if (list == NULL)
        return false;
    responders->list = list;
    responders->room = room;
    return true;
}

static void count(struct responder *responder, int64_t rtt_ns)
{
    if (responder->replies == 0 || rtt_ns < responder->min_ns)
        responder->min_ns = rtt_ns;
    if (responder->replies == 0 || rtt_ns > responder->max_ns)
        responder->max_ns = rtt_ns;
    responder->sum_ns += rtt_ns;
    responder->replies++;
}

void responders_add(struct responders *responders, const void *group, struct pkt_ip address,
                    uint32_t interface, int64_t rtt_ns)
{
    struct responder *responder = find(responders, group, address);
    if (responder == NULL) {
        if (!grow(responders)) {
            responders->unlisted++;
            return;
        }
        responder = &responders->list[responders->count++];
        *responder = (struct responder){.group = group, .address = address, .interface = interface};
    }
    count(responder, rtt_ns);
}

void responders_free(struct responders *responders)
{
    free(responders->list);
    *responders = (struct responders){.count = 0};
}
