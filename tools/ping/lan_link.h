/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the interface that is asked on carries frames, now and all the time since it was first looked at:
 * who was not asked has not said that he is not there.
 */
#ifndef TOOLS_PING_LAN_LINK_H
#define TOOLS_PING_LAN_LINK_H

#include "pkt/host.h"
#include "pkt/interface.h"
#include "pkt/watch.h"

struct lan_link {
    struct pkt_watch *watch;
    uint32_t index;      /* of the interface; 0: none yet */
    const char *trouble; /* what was wrong with it last, such as "has no carrier"; NULL: never anything */
    bool is_gone;        /* it never comes back: another one would have another index */
};

/* What keeps an interface from carrying frames, as a predicate: "is down"; NULL: nothing. */
const char *lan_link_trouble(const struct pkt_interface *interface);

/* Begins to watch, all interfaces yet. Fails as pkt_watch_open does. */
int lan_link_open(struct lan_link *link, struct pkt_error *reterr_error);

/* Takes what the watch has to tell. */
void lan_link_hear(struct lan_link *link, struct pkt_host *host);

/* Asks the kernel, whatever the watch has told. */
void lan_link_look(struct lan_link *link, struct pkt_host *host);

void lan_link_close(struct lan_link *link);

#endif
