/* SPDX-License-Identifier: BSD-2-Clause */
#include "text_options.h"

#include "pkt/address.h"
#include "words.h"

#include <inttypes.h>
#include <string.h>

enum {
    OPTION_END = 0, /* RFC 791 3.1 */
    OPTION_NONE = 1,
    OPTION_RECORD_ROUTE = 7,
    OPTION_TIMESTAMP = 68,
    TIMESTAMP_ONLY = 0,
    NOT_STANDARD = INT32_MIN, /* the high bit: no milliseconds since midnight UT */
};

static struct {
    uint8_t bytes[40];
    size_t len;
} last_route;

static void put_address(struct out *out, struct pkt_view area, size_t off)
{
    out_printf(out, "\t%s", words_of_address(pkt_ip_from4(pkt_ip4_at(area, off))));
}

static bool is_last_route(struct pkt_view area)
{
    bool same = area.len == last_route.len && memcmp(area.ptr, last_route.bytes, area.len) == 0;
    last_route.len = area.len <= sizeof last_route.bytes ? area.len : 0;
    memcpy(last_route.bytes, area.ptr, last_route.len);
    return same;
}

/* pointer: of the option, counted from 1 at its type (RFC 791): what is before it is filled. */
static void put_route(struct out *out, struct pkt_view option, size_t pointer)
{
    struct pkt_view area;
    if (pointer <= 4 || !pkt_view_sub(option, 3, pointer - 4, &area))
        return;
    if (is_last_route(area)) {
        out_string(out, "\t(same route)");
        return;
    }
    out_string(out, "\nRR: ");
    for (size_t off = 0; off + 4 <= area.len; off += 4) {
        put_address(out, area, off);
        out_char(out, '\n');
    }
}

static void put_time(struct out *out, uint32_t value, int64_t *standard, int64_t *other)
{
    bool is_standard = (value & (uint32_t)NOT_STANDARD) == 0;
    int64_t *last = is_standard ? standard : other;
    int64_t ms = value & INT32_MAX;
    const char *note = is_standard ? "" : " not-standard";
    if (*last == 0)
        out_printf(out, "\t%" PRId64 " absolute%s\n", ms, note);
    else
        out_printf(out, "\t%" PRId64 "%s\n", ms - *last, note);
    *last = ms;
}

static void put_times(struct out *out, struct pkt_view option, size_t pointer)
{
    struct pkt_view area;
    int64_t standard = 0, other = 0;
    unsigned flags = pkt_u8(option, 3);
    bool has_addresses = (flags & 0xf) != TIMESTAMP_ONLY;
    if (pointer <= 5 || !pkt_view_sub(option, 4, pointer - 5, &area))
        return;
    out_string(out, "\nTS: ");
    for (size_t off = 0; off + (has_addresses ? 8 : 4) <= area.len; off += has_addresses ? 8 : 4) {
        if (has_addresses)
            put_address(out, area, off);
        put_time(out, pkt_u32(area, has_addresses ? off + 4 : off), &standard, &other);
    }
    if (flags >> 4 != 0)
        out_printf(out, "Unrecorded hops: %u\n", flags >> 4);
}

void text_ip_options(struct out *out, struct pkt_view options)
{
    struct pkt_view option;
    while (options.len > 0 && pkt_u8(options, 0) != OPTION_END) {
        unsigned type = pkt_u8(options, 0);
        size_t len = type == OPTION_NONE ? 1 : options.len < 2 ? 0 : pkt_u8(options, 1);
        if (len == 0 || !pkt_view_sub(options, 0, len, &option))
            return;
        if (type == OPTION_RECORD_ROUTE && len >= 3)
            put_route(out, option, pkt_u8(option, 2));
        else if (type == OPTION_TIMESTAMP && len >= 4)
            put_times(out, option, pkt_u8(option, 2));
        options = pkt_view_from(options, len);
    }
}
