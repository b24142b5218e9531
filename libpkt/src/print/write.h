/*
 * Numbers and addresses at a place that has room for them: for lines that reserve once and write many items.
 * Each returns behind what it wrote.
 */
#ifndef PKT_PRINT_WRITE_H
#define PKT_PRINT_WRITE_H

#include "pkt/sink.h"

/* Room that an item may take. */
enum {
    PKT_WRITE_U32 = 10,
    PKT_WRITE_IP4 = 16,
    PKT_WRITE_IP6 = 48,
};

/* Decimal. */
char *pkt_write_u32(char *to, uint32_t value);
/* Decimal in six or nine digits with zeroes in front; value has no more. */
char *pkt_write_fraction(char *to, uint32_t value, unsigned width);
/* The 4 or 16 octets of an address. */
char *pkt_write_ip4(char *to, const uint8_t *byte);
char *pkt_write_ip6(char *to, const uint8_t *byte);

/* A literal. */
static PKT_ALWAYS_INLINE char *pkt_write_text(char *to, const char *text)
{
    size_t len = strlen(text);
    memcpy(to, text, len); /* NOLINT(bugprone-not-null-terminated-result): more follows */
    return to + len;
}

/* A literal and a number. */
static PKT_ALWAYS_INLINE char *pkt_write_item(char *to, const char *before, uint32_t value)
{
    return pkt_write_u32(pkt_write_text(to, before), value);
}

#endif
