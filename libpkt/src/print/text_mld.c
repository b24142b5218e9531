/*
 * MLDv2 as lines: queries and reports with their records. Auxiliary data is skipped (RFC 9777 5.2.11).
 */
#include "pkt/igmp.h"
#include "text.h"

enum {
    QUERY_LEN = 28,
    MLD_GROUP_END = 24,
    REPORT_LEN = 8,
    RECORD_LEN = 20,
    ADDRESS_LEN = 16,
};

const char *text_record_name(uint8_t type)
{
    static const struct text_name names[] = {
        {PKT_RECORD_IS_IN, "is_in"},
        {PKT_RECORD_IS_EX, "is_ex"},
        {PKT_RECORD_TO_IN, "to_in"},
        {PKT_RECORD_TO_EX, "to_ex"},
        {PKT_RECORD_ALLOW, "allow"},
        {PKT_RECORD_BLOCK, "block"},
        {0,                NULL   },
    };
    return text_name(names, type);
}

/* " { a b }"; false when the capture ends before the last. */
static bool put_sources(struct text *t, struct pkt_view bytes, uint32_t off, uint32_t count)
{
    text_put(t, " {");
    for (uint32_t i = 0; i < count; i++, off += ADDRESS_LEN) {
        if (!pkt_view_has(bytes, off, ADDRESS_LEN))
            return false;
        text_put(t, " ");
        text_ip6_at(t, bytes, off);
    }
    text_put(t, " }");
    return true;
}

/* False when the capture ends in it. */
static bool put_query_head(struct text *t, struct pkt_icmp m)
{
    if (t->verbosity > 0) {
        if (m.message.len < 6)
            return false;
        text_put_u32(t, " [max resp delay=", pkt_mld_max_response_ms(m));
        text_put(t, "]");
    }
    if (m.message.len < MLD_GROUP_END)
        return false;
    text_put(t, " [gaddr ");
    pkt_put_ip6(t->sink, pkt_mld_group(m));
    if (t->verbosity == 0)
        return true;
    if (m.message.len <= MLD_GROUP_END)
        return false;
    if (pkt_mld2_suppress(m))
        text_put(t, " sflag");
    if (pkt_mld2_robustness(m) != 0)
        text_put_u32(t, " robustness=", pkt_mld2_robustness(m));
    if (m.message.len < QUERY_LEN - 2)
        return false;
    text_put_u32(t, " qqi=", pkt_igmp_float_decode(pkt_mld2_qqic(m)));
    return true;
}

bool text_mld_query(struct text *t, struct text_at at)
{
    struct pkt_icmp m = {at.bytes, at.len, true};
    if (!put_query_head(t, m) || at.bytes.len < QUERY_LEN)
        return false;
    uint32_t count = pkt_mld2_source_count(m);
    if (count > 0 && at.len < QUERY_LEN + count * ADDRESS_LEN)
        text_put(t, " [invalid number of sources]");
    else if (count > 0 && t->verbosity > 1) {
        if (!put_sources(t, at.bytes, QUERY_LEN, count))
            return false;
    } else if (count > 0) {
        text_put_u32(t, ", ", count);
        text_put(t, " source(s)");
    }
    text_put(t, "]");
    return true;
}

/* One record; *off moves behind it, to 0 where the walk ends. False: the capture ends in it. */
static bool put_record(struct text *t, struct text_at at, uint32_t *off)
{
    uint32_t start = *off;
    uint32_t count = pkt_u16(at.bytes, start + 2);
    const char *name = text_record_name(pkt_u8(at.bytes, start));
    *off = 0;
    if (at.len < start + RECORD_LEN) {
        text_put(t, " [invalid number of groups]");
        return true;
    }
    if (!pkt_view_has(at.bytes, start, RECORD_LEN))
        return false;
    text_put(t, " [gaddr ");
    text_ip6_at(t, at.bytes, start + 4);
    text_put(t, " ");
    if (name != NULL)
        text_put(t, name);
    else {
        text_put_u32(t, " [v2-report-#", pkt_u8(at.bytes, start));
        text_put(t, "]");
    }
    uint32_t aux_len = 4U * pkt_u8(at.bytes, start + 1);
    if (at.len < start + RECORD_LEN + count * ADDRESS_LEN) {
        text_put_u32(t, " [invalid number of sources ", count);
        text_put(t, "]");
        return true;
    }
    if (t->verbosity > 1) {
        if (!put_sources(t, at.bytes, start + RECORD_LEN, count))
            return false;
    } else {
        text_put_u32(t, ", ", count);
        text_put(t, " source(s)");
    }
    text_put(t, "]");
    *off = start + RECORD_LEN + count * ADDRESS_LEN + aux_len;
    return true;
}

bool text_mld_report(struct text *t, struct text_at at)
{
    struct pkt_icmp m = {at.bytes, at.len, true};
    if (at.len < REPORT_LEN) {
        text_put_u32(t, " [invalid len ", at.len);
        text_put(t, "]");
        return true;
    }
    if (at.bytes.len < REPORT_LEN)
        return false;
    uint32_t count = pkt_mld2_record_count(m);
    text_put_u32(t, ", ", count);
    text_put(t, " group record(s)");
    if (t->verbosity == 0)
        return true;
    uint32_t off = REPORT_LEN;
    for (uint32_t i = 0; i < count && off != 0; i++)
        if (!put_record(t, at, &off))
            return false;
    return true;
}
