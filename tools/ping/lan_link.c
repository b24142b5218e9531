/* SPDX-License-Identifier: BSD-2-Clause */
#include "lan_link.h"

#include <errno.h>

enum { EVENTS_AT_ONCE = 256 };

const char *lan_link_trouble(const struct pkt_interface *interface)
{
    static const struct {
        unsigned flag;
        const char *trouble;
    } needed[] = {
        {PKT_INTERFACE_UP,       "is down"           },
        {PKT_INTERFACE_LOWER_UP, "has no carrier"    },
        {PKT_INTERFACE_RUNNING,  "is not operational"}, /* RFC 2863: dormant, or its carrier is new */
    };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if ((interface->flags & needed[i].flag) == 0)
            return needed[i].trouble;
    return NULL;
}

int lan_link_open(struct lan_link *link, struct pkt_error *reterr_error)
{
    const struct pkt_watch_options options = {.size = sizeof options, .what = PKT_WATCH_INTERFACES};
    return pkt_watch_open(&options, &link->watch, reterr_error);
}

static void take(struct lan_link *link, const struct pkt_interface *interface)
{
    const char *trouble = lan_link_trouble(interface);
    if (trouble != NULL)
        link->trouble = trouble;
}

void lan_link_look(struct lan_link *link, struct pkt_host *host)
{
    struct pkt_interface interface;
    struct pkt_error error;
    if (link->is_gone)
        return;
    if (pkt_interface_get(host, link->index, &interface, &error) == 0) {
        take(link, &interface);
        return;
    }
    link->is_gone = error.system_errno == ENODEV;
    link->trouble = link->is_gone ? "is gone" : "tells nothing of its state";
}

void lan_link_hear(struct lan_link *link, struct pkt_host *host)
{
    struct pkt_watch_event event;
    struct pkt_error error;
    for (unsigned i = 0; i < EVENTS_AT_ONCE && pkt_watch_next(link->watch, &event, &error) == 0; i++) {
        bool is_ours = event.kind == PKT_WATCH_INTERFACE && event.is.interface.index == link->index;
        /* A bridge's port that leaves it is said to be removed, too: it is the kernel who knows. */
        if (event.kind == PKT_WATCH_LOST || (is_ours && event.removed))
            lan_link_look(link, host);
        else if (is_ours)
            take(link, &event.is.interface);
    }
}

void lan_link_close(struct lan_link *link)
{
    pkt_watch_close(link->watch);
}
