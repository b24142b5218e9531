/*
 * The Internet checksum (RFC 1071) and its incremental update (RFC 1624).
 *
 * The sum does not depend on byte order (RFC 1071 2.B): words are added as they lie in memory and the folded
 * result is put into network order once. In blocks each 64-bit accumulator takes 32-bit words, so no carry is
 * lost in fewer than 2^32 of them; in what is left 64-bit words are added with their carries.
 */
#include "pkt/checksum.h"

static uint64_t load32(const uint8_t *p)
{
    uint32_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

static uint64_t load64(const uint8_t *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/*
 * One's complement sum of the 64-bit value in 16 bits. A value plus itself with its halves swapped has the
 * sum of the halves in its upper half, the carry out of the lower one included.
 */
static uint16_t fold(uint64_t acc)
{
    acc += acc << 32 | acc >> 32;
    uint32_t half = (uint32_t)(acc >> 32);
    half += half << 16 | half >> 16;
    return (uint16_t)(half >> 16);
}

/* A folded sum of words as they lie in memory, in host order. */
static uint16_t to_host(uint16_t sum)
{
    uint8_t byte[2];
    memcpy(byte, &sum, sizeof byte);
    return (uint16_t)((unsigned)byte[0] << 8 | byte[1]);
}

/* Sum of whole blocks of 64 bytes: constant trip counts that compilers unroll and vectorise. */
static uint64_t sum_blocks(const uint8_t *p, size_t blocks)
{
    uint64_t acc[4] = {0, 0, 0, 0};
    for (; blocks > 0; blocks--, p += 64)
        for (unsigned i = 0; i < 64; i += 16) {
            acc[0] += load32(p + i);
            acc[1] += load32(p + i + 4);
            acc[2] += load32(p + i + 8);
            acc[3] += load32(p + i + 12);
        }
    return acc[0] + acc[1] + acc[2] + acc[3];
}

/* One's complement addition: the carry comes back in at the bottom. */
static uint64_t add_carry(uint64_t acc, uint64_t word)
{
    acc += word;
    return acc + (acc < word);
}

/* Sum of fewer than 64 bytes: the size of headers, where vectors do not pay. The last word is padded with
 * zeroes. */
static uint64_t sum_tail(const uint8_t *p, size_t len)
{
    uint64_t acc = 0;
    for (; len >= 8; len -= 8, p += 8)
        acc = add_carry(acc, load64(p));
    if (len >= 4) {
        acc = add_carry(acc, load32(p));
        len -= 4;
        p += 4;
    }
    if (len == 0)
        return acc;
    uint8_t last[4] = {p[0], len > 1 ? p[1] : 0, len > 2 ? p[2] : 0, 0};
    return add_carry(acc, load32(last));
}

/* The sum of a run, in host order. */
static uint16_t sum_run(struct pkt_view view)
{
    size_t blocks = view.len / 64;
    uint64_t acc = sum_tail(view.ptr + blocks * 64, view.len % 64);
    if (blocks > 0)
        acc = add_carry(acc, sum_blocks(view.ptr, blocks));
    return to_host(fold(acc));
}

void pkt_sum_add(struct pkt_sum *sum, struct pkt_view view)
{
    if (view.len == 0)
        return;
    uint16_t run = sum_run(view);
    /* Behind an odd number of bytes every byte stands in the other half of its word (RFC 1071 2.B). */
    sum->acc += sum->odd ? (uint16_t)(run << 8 | run >> 8) : run;
    sum->odd ^= view.len & 1;
}

/* Addresses are summed as 32-bit words in host order: 2^16 is 1 in one's complement (RFC 1071 2.C). */
static uint64_t sum_address(const uint8_t *bytes, size_t len)
{
    struct pkt_view address = pkt_view_make(bytes, len);
    uint64_t acc = 0;
    for (size_t i = 0; i < len; i += 4)
        acc += pkt_u32(address, i);
    return acc;
}

void pkt_sum_ip4(struct pkt_sum *sum, struct pkt_ip4 src, struct pkt_ip4 dst, uint8_t protocol,
                 uint16_t length)
{
    sum->acc += sum_address(src.byte, sizeof src.byte) + sum_address(dst.byte, sizeof dst.byte);
    sum->acc += (uint64_t)protocol + length;
}

void pkt_sum_ip6(struct pkt_sum *sum, struct pkt_ip6 src, struct pkt_ip6 dst, uint8_t protocol,
                 uint32_t length)
{
    sum->acc += sum_address(src.byte, sizeof src.byte) + sum_address(dst.byte, sizeof dst.byte);
    sum->acc += (uint64_t)protocol + length;
}

uint16_t pkt_sum_fold(const struct pkt_sum *sum)
{
    return fold(sum->acc);
}

uint16_t pkt_sum_finish(const struct pkt_sum *sum)
{
    return (uint16_t)~fold(sum->acc);
}

uint16_t pkt_checksum(struct pkt_view view)
{
    return view.len == 0 ? 0xffff : (uint16_t)~sum_run(view);
}

uint16_t pkt_checksum_update16(uint16_t checksum, uint16_t old_word, uint16_t new_word)
{
    /* HC' = ~(~HC + ~m + m'), RFC 1624 equation 3: unlike equation 2 of RFC 1141 it cannot turn 0xffff into
     * 0. */
    uint64_t acc = (uint64_t)(uint16_t)~checksum + (uint16_t)~old_word + new_word;
    return (uint16_t)~fold(acc);
}

uint16_t pkt_checksum_update32(uint16_t checksum, uint32_t old_word, uint32_t new_word)
{
    uint64_t acc = (uint64_t)(uint16_t)~checksum + (uint32_t)~old_word + new_word;
    return (uint16_t)~fold(acc);
}

const char *pkt_checksum_state_name(enum pkt_checksum_state state)
{
    static const char *const names[] = {
        [PKT_CHECKSUM_NONE] = "none", [PKT_CHECKSUM_ABSENT] = "absent",
        [PKT_CHECKSUM_OK] = "ok",     [PKT_CHECKSUM_PARTIAL] = "partial",
        [PKT_CHECKSUM_BAD] = "bad",   [PKT_CHECKSUM_UNKNOWN] = "unknown",
    };
    return (unsigned)state < sizeof names / sizeof *names ? names[state] : "unknown";
}
