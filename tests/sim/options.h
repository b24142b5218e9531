/*
 * IPv4 options of echo replies: a host that answers adds itself to those of the request (RFC 1122 3.2.2.6).
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "pkt/ipv4.h"

/*
 * Puts what a request has of record route and timestamp options into the IPv4 header that was put last, with
 * the responder in the next place that is free. Other options, source routes too, are left out.
 *
 * time_ms  that a timestamp option gets, marked as not of the day (RFC 791 3.1)
 */
void sim_put_options(struct pkt_build *build, struct pkt_ipv4 request, struct pkt_ip4 responder,
                     uint32_t time_ms);

#endif
