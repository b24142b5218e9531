/* SPDX-License-Identifier: BSD-2-Clause */
#include "local_time.h"

#include <time.h>

enum {
    ZONE_STEP_S = 900,
};

int32_t local_time_offset(struct pkt_wall time)
{
    static int64_t known = INT64_MIN;
    static int32_t offset;
    int64_t second = time.ns / PKT_NS_PER_S;
    if (second / ZONE_STEP_S == known)
        return offset;
    known = second / ZONE_STEP_S;
    struct tm local;
    time_t at = (time_t)second;
    offset = localtime_r(&at, &local) != NULL ? (int32_t)local.tm_gmtoff : 0;
    return offset;
}
