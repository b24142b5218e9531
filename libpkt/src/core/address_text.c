/*
 * Addresses from text, the whole of it or not at all.
 */
#include "pkt/address.h"

/* The digit's value; 16 when it is none. */
static unsigned digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;
}

/* Reads one to `most` digits of a base at *off, and moves it behind them; false without any, or with more. */
static bool take_number(const char *text, size_t len, size_t *off, unsigned base, unsigned most,
                        unsigned *ret_number)
{
    unsigned number = 0, count = 0;
    while (*off < len && digit(text[*off]) < base) {
        if (count++ == most)
            return false;
        number = number * base + digit(text[(*off)++]);
    }
    *ret_number = number;
    return count != 0;
}

bool pkt_ip4_parse(const char *text, size_t len, struct pkt_ip4 *ret_address)
{
    struct pkt_ip4 address;
    size_t off = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned octet;
        if (i > 0 && (off >= len || text[off++] != '.'))
            return false;
        size_t start = off;
        if (!take_number(text, len, &off, 10, 3, &octet) || octet > UINT8_MAX)
            return false;
        /* 010 is ten to some and eight to others. */
        if (off - start > 1 && text[start] == '0')
            return false;
        address.byte[i] = (uint8_t)octet;
    }
    if (off != len)
        return false;
    *ret_address = address;
    return true;
}

bool pkt_mac_parse(const char *text, size_t len, struct pkt_mac *ret_address)
{
    struct pkt_mac address;
    size_t off = 0;
    char separator = 0;
    for (unsigned i = 0; i < 6; i++) {
        unsigned octet;
        if (i == 1 && off < len)
            separator = text[off];
        if (i > 0 && (off >= len || text[off++] != separator))
            return false;
        if (!take_number(text, len, &off, 16, 2, &octet))
            return false;
        address.byte[i] = (uint8_t)octet;
    }
    if (off != len || (separator != ':' && separator != '-'))
        return false;
    *ret_address = address;
    return true;
}

/* An IPv6 address under way. */
struct ip6_text {
    const char *text;
    size_t len;
    size_t off;    /* of what comes next */
    uint8_t count; /* octets that are there */
    uint8_t hole;  /* where "::" stands, in octets; NO_HOLE */
    uint8_t byte[16];
};
enum { NO_HOLE = 0xff };

/* "::" here: once, and never beside another colon. */
static bool take_hole(struct ip6_text *t)
{
    bool here = t->off + 1 < t->len && t->text[t->off] == ':' && t->text[t->off + 1] == ':';
    if (!here || t->hole != NO_HOLE)
        return false;
    t->hole = t->count;
    t->off += 2;
    return true;
}

/* An IPv4 address as the last four octets (RFC 4291 2.2, form 3). */
static bool take_ip4(struct ip6_text *t)
{
    struct pkt_ip4 tail;
    if (t->count > 12 || !pkt_ip4_parse(t->text + t->off, t->len - t->off, &tail))
        return false;
    memcpy(t->byte + t->count, tail.byte, sizeof tail.byte);
    t->count = (uint8_t)(t->count + sizeof tail.byte);
    t->off = t->len;
    return true;
}

/* One group, or the IPv4 address at the end. */
static bool take_group(struct ip6_text *t)
{
    unsigned group;
    if (take_ip4(t))
        return true;
    if (t->count > 14 || !take_number(t->text, t->len, &t->off, 16, 4, &group))
        return false;
    t->byte[t->count++] = (uint8_t)(group >> 8);
    t->byte[t->count++] = (uint8_t)group;
    return true;
}

/* Groups and at most one hole, to the end of the text. */
static bool take_groups(struct ip6_text *t)
{
    (void)take_hole(t);
    if (t->off == t->len)
        return t->hole != NO_HOLE;
    while (take_group(t)) {
        if (t->off == t->len)
            return true;
        if (take_hole(t)) {
            if (t->off == t->len)
                return true;
        } else if (t->text[t->off++] != ':') {
            return false;
        }
    }
    return false;
}

bool pkt_ip6_parse(const char *text, size_t len, struct pkt_ip6 *ret_address)
{
    struct ip6_text t = {.text = text, .len = len, .hole = NO_HOLE};
    struct pkt_ip6 address = {{0}};
    if (!take_groups(&t))
        return false;
    /* The hole stands for one group or more (RFC 4291 2.2, form 2). */
    if (t.hole == NO_HOLE ? t.count != 16 : t.count > 14)
        return false;
    size_t head = t.hole == NO_HOLE ? 16 : t.hole;
    memcpy(address.byte, t.byte, head);
    memcpy(address.byte + 16 - (t.count - head), t.byte + head, t.count - head);
    *ret_address = address;
    return true;
}
