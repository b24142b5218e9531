/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pktping on one link, by packet sockets: ARP and ND ping (RFC 826, RFC 4861 7.2.2), the check for duplicate
 * addresses (RFC 5227 2.1.1, RFC 4862 5.4), and the search for the hosts of a LAN.
 */
#ifndef TOOLS_PING_LAN_H
#define TOOLS_PING_LAN_H

#include "common/options.h"
#include "common/output.h"
#include "lan_table.h"

enum lan_mode {
    LAN_MODE_ARP,  /* operands: IPv4 addresses, prefixes and ranges */
    LAN_MODE_ND,   /* operands: IPv6 addresses, prefixes and ranges */
    LAN_MODE_DAD,  /* operands: one address of either family */
    LAN_MODE_FIND, /* no operands; needs an interface */
};

#define LAN_RATE_MAX UINT32_MAX /* as fast as the machine sends */

/* Zero means the default everywhere but in size and mode. */
struct lan_options {
    size_t size; /* sizeof(struct lan_options) */
    enum lan_mode mode;
    const char *interface; /* name; NULL: where the route to the first target leads. Needed by FIND */
    uint64_t
        count; /* rounds, in sweeps all but the first to the silent alone; 0: until stopped, sweeps two */
    int64_t interval_ns;     /* between rounds; 0: 1 s. A sweep's last the timeout at least */
    int64_t timeout_ns;      /* for an answer; 0: 1 s */
    uint32_t rate;           /* packets a second in all; 0: 1,000; LAN_RATE_MAX */
    uint8_t prefix_shortest; /* FIND: IPv4 prefixes that are shorter are not swept, and that is said; 0: 20 */
    bool query;              /* FIND: IGMPv3 and MLDv2 general queries, too */
    bool json;
    bool quiet;        /* no line for each reply */
    const char *netns; /* NULL: this one */
};

/*
 * One run, from the sockets to the summary. Privileges are dropped for good once the sockets are open.
 *
 * out  open; the caller finishes it
 *
 * TOOL_OK: all targets answered, each from one link-layer address; with DAD: nobody has the address; with
 * FIND: somebody was found. TOOL_NO: not so. TOOL_ERROR: it is said on standard error.
 */
enum tool_status lan_run(const struct lan_options *options, const struct option_operands *operands,
                         struct out *out);

#endif
