/* SPDX-License-Identifier: BSD-2-Clause */
#include "vet.h"

#include "common/message.h"
#include "confirm.h"

#include <stdio.h>

/* Asks whether to do what the sentence says; PKT_E_ARGUMENT with it as the error: it is not to be. */
static int ask(const char *what, struct pkt_error *reterr_error)
{
    char question[256];
    (void)snprintf(question, sizeof question, "%s: send?", what);
    enum confirm_answer answer = confirm(question);
    if (answer == CONFIRM_YES)
        return 0;
    *reterr_error = (struct pkt_error){.code = PKT_E_ARGUMENT};
    (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence, "%.180s: not sent%s", what,
                   answer == CONFIRM_NOBODY ? "; give --yes to send" : "");
    return PKT_E_ARGUMENT;
}

/* Asks about one hazard, once. */
static int ask_hazard(struct send_vet *vet, enum send_hazard hazard, struct pkt_error *reterr_error)
{
    char what[200];
    (void)snprintf(what, sizeof what, "packet %llu is %s", (unsigned long long)vet->seen,
                   hazard_sentence(hazard));
    int result = ask(what, reterr_error);
    vet->agreed[hazard] = result == 0;
    return result;
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
    int refused = ask_hazard(vet, hazard, reterr_error);
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

int vet_amount(uint64_t packets, double rate, struct pkt_error *reterr_error)
{
    char what[96];
    if (packets == UINT64_MAX)
        (void)snprintf(what, sizeof what, "packets without end will leave this machine");
    else if (packets > HAZARD_PACKETS)
        (void)snprintf(what, sizeof what, "%llu packets will leave this machine",
                       (unsigned long long)packets);
    else if (rate > HAZARD_RATE)
        (void)snprintf(what, sizeof what, "%.0f packets a second will leave this machine", rate);
    else if (rate == 0 && packets > HAZARD_BURST)
        (void)snprintf(what, sizeof what, "%llu packets will leave this machine as fast as it can",
                       (unsigned long long)packets);
    else
        return 0;
    return ask(what, reterr_error);
}
