/* SPDX-License-Identifier: BSD-2-Clause */
#include "vet.h"

#include "common/message.h"
#include "confirm.h"

#include <stdio.h>

/* Asks about one hazard; negative: it is not to be sent. */
static int ask(struct send_vet *vet, enum send_hazard hazard, struct pkt_error *reterr_error)
{
    char question[256];
    (void)snprintf(question, sizeof question, "packet %llu is %s: send it?", (unsigned long long)vet->seen,
                   hazard_sentence(hazard));
    enum confirm_answer answer = confirm(question);
    vet->agreed[hazard] = answer == CONFIRM_YES;
    if (answer == CONFIRM_YES)
        return 0;
    *reterr_error = (struct pkt_error){.code = PKT_E_ARGUMENT};
    (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence,
                   "packet %llu was not sent: it is %.100s%s", (unsigned long long)vet->seen,
                   hazard_sentence(hazard), answer == CONFIRM_NOBODY ? ": give --yes to send it" : "");
    return PKT_E_ARGUMENT;
}

static int next(void *context, struct send_item *ret_item, struct pkt_error *reterr_error)
{
    struct send_vet *vet = context;
    struct pkt_packet packet;
    int result = vet->from.next(vet->from.context, ret_item, reterr_error);
    if (result <= 0)
        return result;
    vet->seen++;
    if (vet->yes)
        return result;
    pkt_decode(ret_item->bytes, (uint32_t)ret_item->bytes.len, ret_item->linktype, 0, &packet);
    enum send_hazard hazard = hazard_of(&packet, vet->is_ours, vet->context);
    if (hazard == HAZARD_NONE || vet->agreed[hazard])
        return result;
    int refused = ask(vet, hazard, reterr_error);
    return refused < 0 ? refused : result;
}

static int restart(void *context, struct pkt_error *reterr_error)
{
    struct send_vet *vet = context;
    vet->seen = 0;
    return vet->from.restart(vet->from.context, reterr_error);
}

void vet_supply(struct send_vet *vet, const struct send_supply *from, struct send_supply *ret_supply)
{
    vet->from = *from;
    *ret_supply = *from;
    ret_supply->context = vet;
    ret_supply->next = next;
    ret_supply->restart = restart;
}

static bool agree(const char *what)
{
    char question[160];
    (void)snprintf(question, sizeof question, "%s: send them?", what);
    switch (confirm(question)) {
    case CONFIRM_YES:
        return true;
    case CONFIRM_NO:
        message_error("nothing was sent");
        return false;
    default:
        message_error("%s: give --yes to send them", what);
        return false;
    }
}

bool vet_amount(bool yes, uint64_t packets, double rate)
{
    char what[96];
    if (yes || (packets <= HAZARD_PACKETS && rate > 0 && rate <= HAZARD_RATE))
        return true;
    if (packets == UINT64_MAX)
        (void)snprintf(what, sizeof what, "packets without end will leave this machine");
    else if (packets > HAZARD_PACKETS)
        (void)snprintf(what, sizeof what, "%llu packets will leave this machine",
                       (unsigned long long)packets);
    else if (rate > HAZARD_RATE)
        (void)snprintf(what, sizeof what, "%.0f packets a second will leave this machine", rate);
    else if (packets > HAZARD_RATE / 10)
        (void)snprintf(what, sizeof what, "%llu packets will leave this machine as fast as it can",
                       (unsigned long long)packets);
    else
        return true;
    return agree(what);
}
