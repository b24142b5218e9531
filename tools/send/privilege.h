/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pktsend may do, and when it no longer may.
 */
#ifndef TOOLS_SEND_PRIVILEGE_H
#define TOOLS_SEND_PRIVILEGE_H

#include "options.h"
#include "supply.h"

/*
 * Allows itself only the system calls that are still needed: a round that lies on the shelf takes sending and
 * receiving; a supply that is made as it goes may look up neighbours and open its capture again.
 *
 * ret_text  what is on, in words; 64 bytes
 *
 * 0 or a negative enum pkt_error_code
 */
int privilege_confine(const struct send_options *options, const struct send_supply *supply, char *ret_text,
                      struct pkt_error *reterr_error);

/* Where privilege was missing: the ways to it, each with the line to paste. */
void privilege_advise(const struct pkt_error *error);

#endif
