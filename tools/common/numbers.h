/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that people type, read strictly: the whole text is the number or it is refused. No blanks, no
 * signs, no exponents, no wrapping, no floating point; a leading 0 is just a zero, not octal.
 *
 * Every reader takes a NUL-terminated text, stores only on success, and returns why and where it stopped.
 */
#ifndef TOOLS_COMMON_NUMBERS_H
#define TOOLS_COMMON_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum number_reason {
    NUMBER_OK,
    NUMBER_EMPTY,     /* no text at all, or nothing after 0x */
    NUMBER_BLANK,     /* a blank before, in or after the number */
    NUMBER_SIGN,      /* + or - in front */
    NUMBER_JUNK,      /* something that is no digit where one is due, also behind the number */
    NUMBER_UNIT,      /* digits, then letters that are no unit of this kind */
    NUMBER_TOO_SMALL, /* below the least allowed */
    NUMBER_TOO_LARGE, /* above the most allowed, or more than 64 bits hold */
    NUMBER_TOO_FINE,  /* a fraction of what is counted: below one nanosecond, half a byte */
};

/* What a reader found. `at` is the byte offset of what is wrong; on success and for ranges, the text's
 * length. */
struct number_result {
    enum number_reason reason;
    size_t at;
};

/* Rate that means "as fast as possible". */
#define NUMBER_RATE_MAX UINT64_MAX

/*
 * Whole decimal number; with `hex_allowed` also 0x and hexadecimal digits of either case.
 * @param least, most  range, both ends included
 */
struct number_result number_parse_u64(const char *text, uint64_t least, uint64_t most, bool hex_allowed,
                                      uint64_t *ret_value);

/*
 * Time: digits, a decimal point if wanted, and ns, us, ms, s, m (minutes) or h; without a unit, seconds. `.5`
 * is accepted as ping's users write it, `5.` is not. Each decimal must be worth whole nanoseconds
 * (NUMBER_TOO_FINE).
 * @param least_ns, most_ns  range in nanoseconds, both ends included
 */
struct number_result number_parse_duration(const char *text, int64_t least_ns, int64_t most_ns,
                                           int64_t *ret_duration_ns);

/*
 * Bytes: k, M, G, T (either case) and KiB, MiB, GiB, TiB are powers of 1024 as tcpdump's -C has them; kB, MB,
 * GB, TB are powers of 1000; B or nothing are bytes. Whole numbers only.
 * @param least, most  range in bytes, both ends included
 */
struct number_result number_parse_size(const char *text, uint64_t least, uint64_t most, uint64_t *ret_size);

/*
 * Packets per second: a whole number from 1, with k, M or G for thousands, millions, milliards; or `max`,
 * which gives NUMBER_RATE_MAX.
 */
struct number_result number_parse_rate(const char *text, uint64_t *ret_per_second);

/* The reason as a predicate that follows the quoted text: "is not a number". Static string, never NULL. */
const char *number_reason_text(enum number_reason reason);

#endif
