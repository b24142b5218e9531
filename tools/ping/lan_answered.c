/* SPDX-License-Identifier: BSD-2-Clause */
#include "lan_answered.h"

bool lan_answered_has(const struct lan_answered *answered, uint32_t sequence)
{
    if (sequence > answered->last)
        return false;
    uint32_t before = answered->last - sequence;
    return before >= LAN_ANSWERED_SPAN || (answered->bits >> before & 1) != 0;
}

bool lan_answered_add(struct lan_answered *answered, uint32_t sequence)
{
    if (lan_answered_has(answered, sequence))
        return false;
    if (sequence > answered->last) {
        uint32_t step = sequence - answered->last;
        answered->bits = step < LAN_ANSWERED_SPAN ? answered->bits << step : 0;
        answered->last = sequence;
    }
    answered->bits |= UINT64_C(1) << (answered->last - sequence);
    return true;
}
