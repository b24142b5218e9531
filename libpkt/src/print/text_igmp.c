/*
 * IGMP as lines. Auxiliary data of records is skipped (RFC 9776 4.2.11), and a report may be empty.
 */
#include "pkt/igmp.h"
#include "text.h"

enum {
    QUERY_LEN = 12,
    REPORT_LEN = 8,
    REPORT_MIN = 16, /* with one record */
    RECORD_LEN = 8,
    DEFAULT_CODE = 100,
    MINUTE_DS = 600,
};

static void put_number(struct text *t, const char *before, uint32_t value, const char *behind)
{
    text_put_u32(t, before, value);
    text_put(t, behind);
}

/* 3174 seconds are 52m54s. */
static void put_duration(struct text *t, uint32_t seconds)
{
    static const struct {
        uint32_t seconds;
        const char *unit;
    } units[] = {
        {3600, "h"},
        {60,   "m"},
        {1,    "s"}
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        uint32_t count = seconds / units[i].seconds;
        if (count > 0)
            put_number(t, "", count, units[i].unit);
        seconds -= count * units[i].seconds;
    }
}

static void put_response_time(struct text *t, uint32_t tenths)
{
    text_put(t, " [max resp time ");
    if (tenths < MINUTE_DS) {
        put_number(t, "", tenths / 10, ".");
        put_number(t, "", tenths % 10, "s");
    } else {
        put_duration(t, tenths / 10);
    }
    text_put(t, "]");
}

static bool put_sources(struct text *t, struct pkt_view bytes, uint32_t off, uint32_t count)
{
    text_put(t, " {");
    for (uint32_t i = 0; i < count; i++, off += 4) {
        if (!pkt_view_has(bytes, off, 4))
            return false;
        text_put(t, " ");
        text_ip4_at(t, bytes, off);
    }
    text_put(t, " }");
    return true;
}

static bool is_zero(struct pkt_ip4 group)
{
    return pkt_ip4_is_unspecified(group);
}

static bool put_query3(struct text *t, struct text_at at, struct pkt_igmp m)
{
    text_put(t, " v3");
    if (at.len % 4 != 0) {
        put_number(t, " [invalid len ", at.len, "]");
        return true;
    }
    if (at.bytes.len < 2)
        return false;
    if (pkt_igmp_code(m) != DEFAULT_CODE)
        put_response_time(t, pkt_igmp_float_decode(pkt_igmp_code(m)));
    if (at.bytes.len < 8)
        return false;
    if (is_zero(pkt_igmp_group(m)))
        return true;
    text_put(t, " [gaddr ");
    pkt_put_ip4(t->sink, pkt_igmp_group(m));
    if (at.bytes.len < QUERY_LEN)
        return false;
    uint32_t count = pkt_igmp3_source_count(m);
    if (count > 0 && at.len < QUERY_LEN + count * 4)
        text_put(t, " [invalid number of sources]");
    else if (count > 0 && t->verbosity > 1) {
        if (!put_sources(t, at.bytes, QUERY_LEN, count))
            return false;
    } else if (count > 0)
        put_number(t, ", ", count, " source(s)");
    text_put(t, "]");
    return true;
}

static bool put_query(struct text *t, struct text_at at, struct pkt_igmp m)
{
    text_put(t, "igmp query");
    if (at.len >= QUERY_LEN)
        return put_query3(t, at, m);
    if (at.bytes.len < 2)
        return false;
    text_put(t, pkt_igmp_code(m) != 0 ? " v2" : " v1");
    if (pkt_igmp_code(m) != 0 && pkt_igmp_code(m) != DEFAULT_CODE)
        put_number(t, " [max resp time ", pkt_igmp_code(m), "]");
    if (at.bytes.len < 8)
        return false;
    if (!is_zero(pkt_igmp_group(m))) {
        text_put(t, " [gaddr ");
        pkt_put_ip4(t->sink, pkt_igmp_group(m));
        text_put(t, "]");
    }
    if (at.len != 8)
        put_number(t, " [len ", at.len, "]");
    return true;
}

/* One record; *off moves behind it, to 0 where the walk ends. False: the capture ends in it. */
static bool put_record(struct text *t, struct text_at at, uint32_t *off)
{
    uint32_t start = *off;
    uint32_t count = pkt_u16(at.bytes, start + 2);
    uint32_t aux_len = 4U * pkt_u8(at.bytes, start + 1);
    const char *name = text_record_name(pkt_u8(at.bytes, start));
    *off = 0;
    if (at.len < start + RECORD_LEN) {
        text_put(t, " [invalid number of groups]");
        return true;
    }
    if (!pkt_view_has(at.bytes, start, RECORD_LEN))
        return false;
    text_put(t, " [gaddr ");
    text_ip4_at(t, at.bytes, start + 4);
    text_put(t, " ");
    if (name != NULL)
        text_put(t, name);
    else
        put_number(t, " [v3-report-#", pkt_u8(at.bytes, start), "]");
    if (at.len < start + RECORD_LEN + count * 4) {
        put_number(t, " [invalid number of sources ", count, "]");
        return true;
    }
    if (t->verbosity > 1) {
        if (!put_sources(t, at.bytes, start + RECORD_LEN, count))
            return false;
    } else {
        put_number(t, ", ", count, " source(s)");
    }
    text_put(t, "]");
    *off = start + RECORD_LEN + count * 4 + aux_len;
    return true;
}

static bool put_report3(struct text *t, struct text_at at, struct pkt_igmp m)
{
    text_put(t, "igmp v3 report");
    uint32_t count = pkt_igmp3_record_count(m);
    bool empty = at.len >= REPORT_LEN && at.bytes.len >= REPORT_LEN && count == 0;
    if ((at.len < REPORT_MIN && !empty) || at.len % 4 != 0) {
        put_number(t, " [invalid len ", at.len, "]");
        return true;
    }
    if (at.bytes.len < REPORT_LEN)
        return false;
    put_number(t, ", ", count, " group record(s)");
    if (t->verbosity == 0)
        return true;
    uint32_t off = REPORT_LEN;
    for (uint32_t i = 0; i < count && off != 0; i++)
        if (!put_record(t, at, &off))
            return false;
    return true;
}

/* A report or leave of one group. */
static bool put_group(struct text *t, struct text_at at, struct pkt_igmp m, const char *what)
{
    if (at.bytes.len < 8)
        return false;
    text_put(t, what);
    pkt_put_ip4(t->sink, pkt_igmp_group(m));
    if (pkt_igmp_type(m) == PKT_IGMP_V1_REPORT && at.len != 8)
        put_number(t, " [len ", at.len, "]");
    return true;
}

/* False: the capture ends in the message. */
static bool put_message(struct text *t, struct text_at at, struct pkt_igmp m)
{
    switch (pkt_igmp_type(m)) {
    case PKT_IGMP_QUERY:
        return put_query(t, at, m);
    case PKT_IGMP_V1_REPORT:
        return put_group(t, at, m, "igmp v1 report ");
    case PKT_IGMP_V2_REPORT:
        return put_group(t, at, m, "igmp v2 report ");
    case PKT_IGMP_V2_LEAVE:
        return put_group(t, at, m, "igmp leave ");
    case PKT_IGMP_V3_REPORT:
        return put_report3(t, at, m);
    case PKT_IGMP_DVMRP:
        text_put(t, "igmp dvmrp");
        return true;
    case PKT_IGMP_PIMV1:
        text_put(t, "igmp pimv1");
        return true;
    default:
        text_put_u32(t, "igmp-", pkt_igmp_type(m));
        return true;
    }
}

bool text_igmp(struct text *t, struct text_at at)
{
    struct pkt_igmp m = {at.bytes, at.len};
    if (t->options->quiet) {
        text_put(t, "igmp");
        return true;
    }
    if (at.bytes.len == 0 || !put_message(t, at, m))
        return text_cut(t, "igmp");
    bool whole = at.bytes.len >= at.len;
    if (t->verbosity == 0 || !whole || pkt_checksum(pkt_view_clip(at.bytes, 0, at.len)) == 0)
        return true;
    if (at.bytes.len < 4)
        return text_cut(t, "igmp");
    text_put_hex(t, " bad igmp cksum ", pkt_igmp_checksum(m));
    text_put(t, "!");
    return true;
}
