/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local time zone, for lines that show the time of day.
 */
#ifndef TOOLS_COMMON_LOCAL_TIME_H
#define TOOLS_COMMON_LOCAL_TIME_H

#include "pkt/time.h"

/* Seconds that local time is ahead of UTC at a time. The look-up is kept for a quarter of an hour of packets'
 * time: clocks change on those. One thread at a time. */
int32_t local_time_offset(struct pkt_wall time);

#endif
