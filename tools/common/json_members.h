/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Members of the objects that tools print with --json: a key and its value in one call.
 */
#ifndef TOOLS_COMMON_JSON_MEMBERS_H
#define TOOLS_COMMON_JSON_MEMBERS_H

#include "pkt/json.h"

static inline void json_text(struct pkt_json *json, const char *key, const char *value)
{
    pkt_json_key(json, key);
    pkt_json_text(json, value);
}

static inline void json_u64(struct pkt_json *json, const char *key, uint64_t value)
{
    pkt_json_key(json, key);
    pkt_json_u64(json, value);
}

static inline void json_bool(struct pkt_json *json, const char *key, bool value)
{
    pkt_json_key(json, key);
    pkt_json_bool(json, value);
}

/* value / 10^decimals: json_fixed(json, "rtt_us", rtt_ns, 3). */
static inline void json_fixed(struct pkt_json *json, const char *key, int64_t value, unsigned decimals)
{
    pkt_json_key(json, key);
    pkt_json_fixed(json, value, decimals);
}

/* Every object that a tool prints begins with its type ... */
static inline void json_begin(struct pkt_json *json, const char *type)
{
    pkt_json_object_begin(json);
    json_text(json, "type", type);
}

/* ... and ends its line. */
static inline void json_end(struct pkt_json *json)
{
    pkt_json_object_end(json);
    pkt_json_line_end(json);
}

#endif
