/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks at each packet of a supply before it leaves, and asks once for each kind of harm. A round that is
 * laid on the shelf is looked at as a whole before its first packet goes.
 */
#ifndef TOOLS_SEND_VET_H
#define TOOLS_SEND_VET_H

#include "hazard.h"
#include "supply.h"

struct send_vet {
    struct send_supply from;
    bool agreed[HAZARD_COUNT];
    bool yes; /* --yes: nothing is asked */
    hazard_is_ours *is_ours;
    void *context; /* of is_ours */
    uint64_t seen; /* packets of this round looked at */
};

/* Puts itself before `from`; both must outlive *ret_supply. */
void vet_supply(struct send_vet *vet, const struct send_supply *from, struct send_supply *ret_supply);

/*
 * Asks whether to send before too many or too fast packets leave.
 *
 * packets  that may leave in all; UINT64_MAX: without end
 * rate     a second; 0: as fast as possible, which a tenth of a second of HAZARD_RATE may do unasked
 *
 * 0, or PKT_E_ARGUMENT: the answer was no, or there was nobody to ask
 */
int vet_amount(uint64_t packets, double rate, struct pkt_error *reterr_error);

#endif
