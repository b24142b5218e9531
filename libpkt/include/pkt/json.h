/*
 * The one JSON writer: for packets and for what tools say. One object a line (NDJSON), into a sink, without
 * allocation.
 *
 *     struct pkt_json json = {.sink = sink};
 *     pkt_json_object_begin(&json);
 *     pkt_json_key(&json, "type");
 *     pkt_json_text(&json, "start");
 *     pkt_json_object_end(&json);
 *     pkt_json_line_end(&json);
 *
 * The writer sets the commas; that keys stand in objects and are not repeated is the caller's. It holds no
 * stack: any depth of nesting costs nothing.
 *
 * Strings: what is valid UTF-8 stays, except that quotation marks and backslashes are escaped and control
 * characters (below U+0020, U+007F to U+009F) become \u00XX. A byte that belongs to no valid UTF-8 sequence
 * becomes \u00XX of its value: the line is valid JSON whatever the bytes were. Numbers: an integer beyond
 * 2^53 in magnitude is written as a string, since readers would round it.
 */
#ifndef PKT_JSON_H
#define PKT_JSON_H

#include "field.h"
#include "sink.h"

PKT_BEGIN

/* Zero but for the sink at the start. */
struct pkt_json {
    struct pkt_sink *sink;
    bool comma; /* the next key or value has a predecessor */
};

PKT_API void pkt_json_object_begin(struct pkt_json *json);
PKT_API void pkt_json_object_end(struct pkt_json *json);
PKT_API void pkt_json_array_begin(struct pkt_json *json);
PKT_API void pkt_json_array_end(struct pkt_json *json);
/* Ends the line, and with it the object: the next value starts anew. */
PKT_API void pkt_json_line_end(struct pkt_json *json);

/* A key of the program itself: it must not need escaping. A value, object or array follows. */
PKT_API void pkt_json_key(struct pkt_json *json, const char *key);

/* A string of hostile bytes, and one that ends with a zero. NULL gives null. */
PKT_API void pkt_json_string(struct pkt_json *json, struct pkt_view text);
PKT_API void pkt_json_text(struct pkt_json *json, const char *text);
PKT_API void pkt_json_u64(struct pkt_json *json, uint64_t value);
PKT_API void pkt_json_i64(struct pkt_json *json, int64_t value);
PKT_API void pkt_json_bool(struct pkt_json *json, bool value);
PKT_API void pkt_json_null(struct pkt_json *json);
/* value / 10^decimals, exact: nanoseconds with 3 decimals are microseconds. decimals is at most 9. */
PKT_API void pkt_json_fixed(struct pkt_json *json, int64_t value, unsigned decimals);
PKT_API void pkt_json_ip4(struct pkt_json *json, struct pkt_ip4 address);
PKT_API void pkt_json_ip6(struct pkt_json *json, struct pkt_ip6 address);
PKT_API void pkt_json_mac(struct pkt_json *json, struct pkt_mac address);
/* A string of two hexadecimal digits a byte. */
PKT_API void pkt_json_hex(struct pkt_json *json, struct pkt_view bytes);

/* The three keys of a time in the object that is open: "ts" (RFC 3339, UTC, nine digits), "ts_s" and "ts_ns".
 */
PKT_API void pkt_json_time(struct pkt_json *json, struct pkt_wall time);

/*
 * A packet as one object of schema pkt.packet/1 (docs/json.md), without an end of line. Call pkt_diagnose on
 * the packet before: its findings are part of the object.
 */
PKT_API void pkt_json_packet(struct pkt_json *json, const struct pkt_packet *packet,
                             const struct pkt_field_context *context);

/*
 * The same members without braces, from "number" to "diagnoses", for an object that the caller opened and
 * that has its "type" already.
 */
PKT_API void pkt_json_packet_members(struct pkt_json *json, const struct pkt_packet *packet,
                                     const struct pkt_field_context *context);

PKT_END

#endif
