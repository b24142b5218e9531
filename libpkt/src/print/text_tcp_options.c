/*
 * TCP options as lines.
 */
#include "pkt/transport.h"
#include "text.h"

enum {
    TCP_LEN = 20,
    TFO_MAGIC = 0xf989, /* fast open under an experimental kind (RFC 7413 4.1.1, RFC 6994) */
    MD5_LEN = 16,
};

/* A name and its length: these are the most frequent words of all. */
#define NAME(text)            \
    {                         \
        text, sizeof text - 1 \
    }
static const struct {
    char text[10];
    uint8_t len;
} kinds[] = {
    [PKT_TCP_OPTION_END] = NAME("eol"),
    [PKT_TCP_OPTION_NOP] = NAME("nop"),
    [PKT_TCP_OPTION_MSS] = NAME("mss"),
    [PKT_TCP_OPTION_WINDOW_SCALE] = NAME("wscale"),
    [PKT_TCP_OPTION_SACK_PERMITTED] = NAME("sackOK"),
    [PKT_TCP_OPTION_SACK] = NAME("sack"),
    [6] = NAME("echo"),
    [7] = NAME("echoreply"),
    [PKT_TCP_OPTION_TIMESTAMPS] = NAME("TS"),
    [11] = NAME("cc"),
    [12] = NAME("ccnew"),
    [PKT_TCP_OPTION_MD5] = NAME("md5"),
    [20] = NAME("scps"),
    [PKT_TCP_OPTION_USER_TIMEOUT] = NAME("uto"),
    [PKT_TCP_OPTION_AUTHENTICATION] = NAME("tcp-ao"),
    [PKT_TCP_OPTION_MPTCP] = NAME("mptcp"),
    [PKT_TCP_OPTION_FAST_OPEN] = NAME("tfo"),
    [PKT_TCP_OPTION_EXPERIMENT_2] = NAME("exp"),
};

static void put_kind(struct text *t, unsigned kind)
{
    enum { CC_ECHO = 13 }; /* RFC 1644; tcpdump knows it, but not by name */
    if (kind < sizeof kinds / sizeof *kinds && kinds[kind].len != 0)
        text_put_field(t, kinds[kind].text, sizeof kinds->text, kinds[kind].len);
    else if (kind != CC_ECHO)
        text_put_u32(t, "unknown-", kind);
}

/* One option under way. */
struct option {
    struct pkt_view bytes; /* kind and length included, as long as it states */
    struct pkt_view data;  /* what its kind makes of what follows; need not agree with the stated length */
    unsigned kind;
    unsigned len;      /* as stated */
    unsigned data_len; /* the claimed length of data */
    unsigned flags;    /* of the segment */
    bool cut;          /* the segment is not captured wholly */
    struct pkt_text_tcp base;
};

/*
 * The lengths of the kinds that have a fixed one. The walk goes on behind it, whatever length is stated; 0
 * for the kinds that go by the stated one.
 */
static const uint8_t fixed_lens[] = {
    [PKT_TCP_OPTION_END] = 1,
    [PKT_TCP_OPTION_NOP] = 1,
    [PKT_TCP_OPTION_MSS] = 4,
    [PKT_TCP_OPTION_WINDOW_SCALE] = 3,
    [PKT_TCP_OPTION_SACK_PERMITTED] = 2,
    [6] = 6,
    [7] = 6,
    [PKT_TCP_OPTION_TIMESTAMPS] = 10,
    [11] = 6,
    [12] = 6,
    [13] = 6,
    [PKT_TCP_OPTION_MD5] = 2 + MD5_LEN,
    [20] = 4,
    [PKT_TCP_OPTION_USER_TIMEOUT] = 4,
};

/* A printer of an option's data. False: damaged. */
typedef bool option_printer(struct text *t, const struct option *option);

static bool put_u16(struct text *t, const struct option *option)
{
    text_put_u32(t, " ", pkt_u16(option->data, 0));
    return true;
}

static bool put_u32(struct text *t, const struct option *option)
{
    text_put_u32(t, " ", pkt_u32(option->data, 0));
    return true;
}

static bool put_scale(struct text *t, const struct option *option)
{
    text_put_u32(t, " ", pkt_u8(option->data, 0));
    return true;
}

static bool put_sack(struct text *t, const struct option *option)
{
    uint32_t len = option->data_len;
    if (len % 8 != 0) {
        text_put(t, " invalid sack");
        return true;
    }
    text_put_u32(t, " ", len / 8);
    text_put(t, " ");
    for (uint32_t off = 0; off < len; off += 8) {
        if (!pkt_view_has(option->data, off, 8))
            return false;
        text_put_u32(t, "{", pkt_u32(option->data, off) - option->base.selective);
        text_put_u32(t, ":", pkt_u32(option->data, off + 4) - option->base.selective);
        text_put(t, "}");
    }
    return true;
}

static bool put_timestamps(struct text *t, const struct option *option)
{
    pkt_sink_reserve(t->sink, 2 * (5 + PKT_WRITE_U32));
    char *to = pkt_write_item(t->sink->cur, " val ", pkt_u32(option->data, 0));
    t->sink->cur = pkt_write_item(to, " ecr ", pkt_u32(option->data, 4));
    return true;
}

/* The digest cannot be checked without the connection's secret. */
static bool put_md5(struct text *t, const struct option *option)
{
    text_put(t, option->cut ? " snaplen too short" : " shared secret not supplied with -M");
    text_put(t, ", can't check - ");
    pkt_put_hex_bytes(t->sink, option->data, 0);
    return true;
}

static bool put_scps(struct text *t, const struct option *option)
{
    text_put_hex_width(t, " cap ", pkt_u8(option->data, 0), 2);
    text_put_u32(t, " id ", pkt_u8(option->data, 1));
    return true;
}

static bool put_user_timeout(struct text *t, const struct option *option)
{
    uint32_t value = pkt_u16(option->data, 0);
    text_put_hex(t, " 0x", value);
    text_put_u32(t, " ", (value & 1) != 0 ? (value >> 1) * 60 : value >> 1);
    return true;
}

static bool put_authentication(struct text *t, const struct option *option)
{
    if (option->data.len < 2) {
        text_invalid(t);
        return true;
    }
    text_put_u32(t, " keyid ", pkt_u8(option->data, 0));
    text_put_u32(t, " rnextkeyid ", pkt_u8(option->data, 1));
    if (option->data.len > 2) {
        text_put(t, " mac 0x");
        pkt_put_hex_bytes(t->sink, pkt_view_from(option->data, 2), 0);
    }
    return true;
}

static void put_cookie(struct text *t, struct pkt_view cookie, bool experimental)
{
    text_put(t, experimental ? "tfo" : " ");
    if (cookie.len == 0)
        text_put(t, " cookiereq");
    else if (cookie.len % 2 != 0 || cookie.len < 4 || cookie.len > 16)
        text_invalid(t);
    else {
        text_put(t, " cookie ");
        pkt_put_hex_bytes(t->sink, cookie, 0);
    }
}

static bool put_fast_open(struct text *t, const struct option *option)
{
    put_cookie(t, option->data, false);
    return true;
}

static bool put_experiment(struct text *t, const struct option *option)
{
    if (option->data.len < 2)
        return false;
    text_put(t, "-");
    if (pkt_u16(option->data, 0) == TFO_MAGIC)
        put_cookie(t, pkt_view_from(option->data, 2), true);
    else
        text_put_hex_width(t, "", pkt_u16(option->data, 0), 4);
    return true;
}

static bool put_multipath(struct text *t, const struct option *option)
{
    return text_mptcp(t, option->bytes, option->flags);
}

static bool put_nothing(struct text *t, const struct option *option)
{
    (void)t, (void)option;
    return true;
}

static bool put_unknown(struct text *t, const struct option *option)
{
    if (option->data.len > 0)
        text_put(t, " 0x");
    pkt_put_hex_bytes(t->sink, option->data, 0);
    return true;
}

static option_printer *find_printer(unsigned kind)
{
    static option_printer *const printers[] = {
        [PKT_TCP_OPTION_END] = put_nothing,
        [PKT_TCP_OPTION_NOP] = put_nothing,
        [PKT_TCP_OPTION_MSS] = put_u16,
        [PKT_TCP_OPTION_WINDOW_SCALE] = put_scale,
        [PKT_TCP_OPTION_SACK_PERMITTED] = put_nothing,
        [PKT_TCP_OPTION_SACK] = put_sack,
        [6] = put_u32,
        [7] = put_u32,
        [PKT_TCP_OPTION_TIMESTAMPS] = put_timestamps,
        [11] = put_u32,
        [12] = put_u32,
        [13] = put_u32,
        [PKT_TCP_OPTION_MD5] = put_md5,
        [20] = put_scps,
        [PKT_TCP_OPTION_USER_TIMEOUT] = put_user_timeout,
        [PKT_TCP_OPTION_AUTHENTICATION] = put_authentication,
        [PKT_TCP_OPTION_MPTCP] = put_multipath,
        [PKT_TCP_OPTION_FAST_OPEN] = put_fast_open,
        [PKT_TCP_OPTION_EXPERIMENT_2] = put_experiment,
    };
    option_printer *print = kind < sizeof printers / sizeof *printers ? printers[kind] : NULL;
    return print != NULL ? print : put_unknown;
}

/* The fate of an option. */
enum fate {
    WHOLE,
    IMPOSSIBLE,  /* its stated length is */
    OVERRUN,     /* its kind wants more than the header has */
    CUT,         /* not captured wholly */
    CUT_AT_HEAD, /* neither are its first two bytes */
};

/* The option at off by its own length. */
static enum fate take_option(struct pkt_view header, size_t off, size_t header_len, struct option *option)
{
    option->kind = pkt_u8(header, off);
    bool single = option->kind <= PKT_TCP_OPTION_NOP;
    unsigned head = single ? 1 : 2;
    if (off + head > header.len)
        return CUT_AT_HEAD;
    option->len = single ? 1 : pkt_u8(header, off + 1);
    if (option->len > header_len - off || option->len < head)
        return IMPOSSIBLE;
    unsigned fixed = option->kind < sizeof fixed_lens ? fixed_lens[option->kind] : 0;
    option->data_len = (fixed != 0 ? fixed : option->len) - head;
    option->bytes = pkt_view_clip(header, off, option->len);
    option->data = pkt_view_clip(header, off + head, option->data_len);
    if (head + option->data_len > header_len - off)
        return OVERRUN;
    return option->data.len < option->data_len ? CUT : WHOLE;
}

/* One option, as far as it can be read. False: damaged or cut. */
static bool put_option(struct text *t, const struct option *option, enum fate fate)
{
    put_kind(t, option->kind);
    bool in_steps = fate == CUT && option->kind == PKT_TCP_OPTION_SACK; /* its blocks are taken one by one */
    if ((fate != WHOLE && !in_steps) || !find_printer(option->kind)(t, option))
        return false;
    if (option->kind > PKT_TCP_OPTION_NOP && option->data_len + 2 != option->len) {
        text_put_u32(t, "[len ", option->len);
        text_put(t, "]");
    }
    return true;
}

/* tcpdump closes the list when an option stands before the damage, and a cut one with another bracket. */
static bool put_bad(struct text *t, bool first, bool *ret_bad)
{
    text_put(t, first ? "[bad opt]" : "[bad opt]]");
    *ret_bad = true;
    return true;
}

static bool put_cut(struct text *t, bool first, bool *ret_bad)
{
    text_mark(t, "tcp");
    text_put(t, first ? "" : ">");
    *ret_bad = true;
    return true;
}

/* What nearly every segment has: timestamps in the layout of RFC 7323 appendix A. False when it has not. */
static bool put_usual(struct text *t, struct pkt_view header, unsigned header_len)
{
    enum { USUAL_LEN = TCP_LEN + 12, USUAL = 0x0101080a };
    if (header_len != USUAL_LEN || header.len < USUAL_LEN || pkt_u32(header, TCP_LEN) != USUAL)
        return false;
    pkt_sink_reserve(t->sink, 64);
    char *to = pkt_write_item(t->sink->cur, ", options [nop,nop,TS val ", pkt_u32(header, TCP_LEN + 4));
    to = pkt_write_item(to, " ecr ", pkt_u32(header, TCP_LEN + 8));
    t->sink->cur = pkt_write_text(to, "]");
    return true;
}

bool text_tcp_options(struct text *t, struct text_at segment, unsigned header_len, struct pkt_text_tcp base,
                      bool *ret_bad)
{
    struct pkt_view header = pkt_view_clip(segment.bytes, 0, header_len);
    if (put_usual(t, header, header_len))
        return true;
    struct option option = {
        .base = base, .flags = pkt_u8(header, 13), .cut = segment.bytes.len < segment.len};
    text_put(t, ", options [");
    *ret_bad = false;
    for (size_t off = TCP_LEN; off < header_len; off += (option.kind > 1 ? 2 : 1) + option.data_len) {
        bool first = off == TCP_LEN;
        text_put(t, first ? "" : ",");
        enum fate fate = take_option(header, off, header_len, &option);
        if (fate == CUT_AT_HEAD)
            return text_cut(t, "tcp");
        if (fate == IMPOSSIBLE)
            return put_bad(t, first, ret_bad);
        if (!put_option(t, &option, fate))
            return fate == CUT ? put_cut(t, first, ret_bad) : put_bad(t, first, ret_bad);
        if (option.kind == PKT_TCP_OPTION_END)
            break;
    }
    text_put(t, "]");
    return true;
}
