/* SPDX-License-Identifier: BSD-2-Clause */
#include "summary.h"

void send_summarise(const struct send *send, struct send_summary *ret_summary)
{
    *ret_summary = (struct send_summary){0};
    pkt_pace_get_report(&send->engine->pace, &ret_summary->pace);
    if (send->carrier != NULL)
        carrier_get_statistics(send->carrier, &ret_summary->carrier);
    ret_summary->late_max_ns =
        send->engine->settings.keeps_rhythm ? send->engine->late_max_ns : ret_summary->pace.late_max_ns;
    if (send->listener != NULL) {
        ret_summary->expected = send->probes;
        ret_summary->answered = pkt_probes_answered(send->listener->probes);
        ret_summary->dropped = send->listener->dropped;
    }
}
