/*
 * What the JSON of packets takes from the writer beyond its public face. Internal.
 */
#ifndef PRINT_JSON_INTERNAL_H
#define PRINT_JSON_INTERNAL_H

#include "pkt/json.h"

/* A time of day and its date, RFC 3339, UTC, nine digits: without quotation marks. ns is below 10^9. */
void json_put_rfc3339(struct pkt_sink *sink, int64_t seconds, unsigned ns);

/* Seconds and nanoseconds of a time; the latter are never negative. */
void json_split_time(struct pkt_wall time, int64_t *ret_seconds, unsigned *ret_ns);

#endif
