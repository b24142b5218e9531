/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One text that names targets: address, prefix, range or host name.
 */
#include "targets_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/message.h"
#include "common/numbers.h"
#include "common/resolver.h"

enum {
    SHOWN_MAX = 80, /* bytes of a text that an error repeats */
};

int target_refuse(struct pkt_error *error, int code, const char *text, const char *format, ...)
{
    char reason[150];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    char shown[SHOWN_MAX];
    message_escape(shown, sizeof shown, text, strlen(text));
    *error = (struct pkt_error){.code = code};
    snprintf(error->sentence, sizeof error->sentence, "'%s' %s", shown, reason);
    return code;
}

/* --- addresses --- */

/* An end of a prefix or a range. */
struct bound {
    struct pkt_ip ip;
    uint32_t scope;
};

/* Unlike single addresses, those of prefixes and ranges have no short forms: 10.1-5 could be two things. */
static enum resolver_numeric read_bound(const char *text, size_t len, struct bound *ret_bound)
{
    struct pkt_ip4 ip4;
    if (pkt_ip4_parse(text, len, &ip4)) {
        *ret_bound = (struct bound){pkt_ip_from4(ip4), 0};
        return RESOLVER_IS_ADDRESS;
    }
    char copy[TARGET_LINE_MAX + 1];
    if (len >= sizeof copy || memchr(text, ':', len) == NULL)
        return RESOLVER_IS_NAME;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return resolver_numeric(copy, &ret_bound->ip, &ret_bound->scope);
}

static int refuse_interface(const char *text, struct pkt_error *error)
{
    return target_refuse(error, PKT_E_ARGUMENT, text, "names an interface that does not exist");
}

static struct target_entry entry_of(const struct bound *first, uint64_t count)
{
    struct target_entry entry = {.count = count, .scope = first->scope};
    entry.version = first->ip.version & 0xfU;
    if (first->ip.version == 4)
        memcpy(entry.first, first->ip.ip4.byte, sizeof first->ip.ip4.byte);
    else
        memcpy(entry.first, first->ip.ip6.byte, sizeof first->ip.ip6.byte);
    entry.flags = TARGET_IS_SETTLED;
    return entry;
}

static struct target_entry swept(const struct bound *first, uint64_t count)
{
    struct target_entry entry = entry_of(first, count);
    entry.flags |= TARGET_IS_SWEPT;
    return entry;
}

/* In the words of ping(8), for those who look for them. */
static int check_family(const struct target_list *list, const struct bound *bound, const char *text,
                        struct pkt_error *error)
{
    if (list->family == 0 || list->family == bound->ip.version)
        return 0;
    char shown[SHOWN_MAX];
    message_escape(shown, sizeof shown, text, strlen(text));
    *error = (struct pkt_error){.code = PKT_E_ARGUMENT};
    (void)snprintf(error->sentence, sizeof error->sentence, "%s: Address family for hostname not supported",
                   shown);
    return PKT_E_ARGUMENT;
}

/* --- prefixes --- */

static void clear_host_bits(uint8_t *bytes, unsigned size, unsigned bits)
{
    for (unsigned i = 0; i < size; i++) {
        unsigned kept = bits >= 8 * (i + 1) ? 8 : bits <= 8 * i ? 0 : bits - 8 * i;
        bytes[i] = (uint8_t)(bytes[i] & (0xff00U >> kept));
    }
}

static struct target_entry prefix4(struct bound *bound, unsigned bits)
{
    uint64_t count = UINT64_C(1) << (32 - bits);
    clear_host_bits(bound->ip.ip4.byte, 4, bits);
    if (bits > 30)
        return swept(bound, count);
    bound->ip.ip4.byte[3]++;
    return swept(bound, count - 2);
}

static struct target_entry prefix6(struct bound *bound, unsigned bits)
{
    clear_host_bits(bound->ip.ip6.byte, 16, bits);
    return swept(bound, UINT64_C(1) << (128 - bits));
}

static int parse_prefix(const struct target_list *list, const char *text, struct target_entry *ret_entry,
                        struct pkt_error *error)
{
    size_t len = strcspn(text, "/");
    struct bound bound;
    enum resolver_numeric kind = read_bound(text, len, &bound);
    if (kind == RESOLVER_IS_ODD_INTERFACE)
        return refuse_interface(text, error);
    if (kind != RESOLVER_IS_ADDRESS)
        return target_refuse(error, PKT_E_ARGUMENT, text,
                             "is not a prefix: before the / there is no full address");
    unsigned width = bound.ip.version == 4 ? 32 : 128;
    uint64_t bits;
    if (number_parse_u64(text + len + 1, 0, width, false, &bits).reason != NUMBER_OK)
        return target_refuse(error, PKT_E_ARGUMENT, text,
                             "is not a prefix: behind the / goes a number of bits up to %u", width);
    unsigned shortest = width == 32 ? TARGET_PREFIX4_SHORTEST : TARGET_PREFIX6_SHORTEST;
    if (bits < shortest)
        return target_refuse(error, PKT_E_ARGUMENT, text,
                             "is too large: IPv%u prefixes are swept from /%u on; name smaller ones",
                             bound.ip.version, shortest);
    int result = check_family(list, &bound, text, error);
    if (result != 0)
        return result;
    *ret_entry = width == 32 ? prefix4(&bound, (unsigned)bits) : prefix6(&bound, (unsigned)bits);
    return 0;
}

/* --- ranges --- */

static uint64_t big_endian(const uint8_t *bytes, unsigned count)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* How many from first to last; 0: reversed; UINT64_MAX: too many to count. */
static uint64_t distance(const struct bound *first, const struct bound *last)
{
    const uint8_t *a = first->ip.ip6.byte;
    const uint8_t *b = last->ip.ip6.byte;
    unsigned size = 16;
    if (first->ip.version == 4) {
        a = first->ip.ip4.byte;
        b = last->ip.ip4.byte;
        size = 4;
    }
    if (memcmp(a, b, size) > 0)
        return 0;
    if (size == 16 && memcmp(a, b, 8) != 0)
        return UINT64_MAX;
    unsigned low = size == 16 ? 8 : 0;
    uint64_t between = big_endian(b + low, size - low) - big_endian(a + low, size - low);
    return between == UINT64_MAX ? between : between + 1;
}

/* The end of a range: an address of the same version, or the last number of an IPv4 address. */
static bool read_last(const char *text, const struct bound *first, struct bound *ret_last)
{
    uint64_t number;
    if (first->ip.version == 4 && number_parse_u64(text, 0, 255, false, &number).reason == NUMBER_OK) {
        *ret_last = *first;
        ret_last->ip.ip4.byte[3] = (uint8_t)number;
        return true;
    }
    if (read_bound(text, strlen(text), ret_last) != RESOLVER_IS_ADDRESS)
        return false;
    return ret_last->ip.version == first->ip.version &&
           (ret_last->scope == 0 || ret_last->scope == first->scope);
}

/* A hyphen stands in host names and in names of interfaces, too: it makes a range where an address is before
 * it. */
static const char *find_range(const char *text, struct bound *ret_first)
{
    const char *hyphen = strchr(text, '-');
    while (hyphen != NULL && read_bound(text, (size_t)(hyphen - text), ret_first) != RESOLVER_IS_ADDRESS)
        hyphen = strchr(hyphen + 1, '-');
    return hyphen;
}

static int parse_range(const struct target_list *list, const char *text, const char *last_text,
                       const struct bound *first, struct target_entry *ret_entry, struct pkt_error *error)
{
    struct bound last;
    if (!read_last(last_text, first, &last))
        return target_refuse(error, PKT_E_ARGUMENT, text,
                             "is not a range: behind the - goes an IPv%u address%s", first->ip.version,
                             first->ip.version == 4 ? " or the last number of one" : "");
    uint64_t count = distance(first, &last);
    if (count == 0)
        return target_refuse(error, PKT_E_ARGUMENT, text,
                             "is reversed: the end of the range is before its beginning");
    int result = check_family(list, first, text, error);
    if (result != 0)
        return result;
    *ret_entry = swept(first, count);
    return 0;
}

/* --- all --- */

static int parse_name(const char *text, struct target_entry *ret_entry, struct pkt_error *error)
{
    if (!resolver_is_hostname(text))
        return target_refuse(error, PKT_E_ARGUMENT, text, "is no host name, address, prefix or range");
    *ret_entry = (struct target_entry){.count = 1};
    ret_entry->flags = TARGET_IS_NAME;
    return 0;
}

int target_parse(const struct target_list *list, const char *text, struct target_entry *ret_entry,
                 struct pkt_error *reterr_error)
{
    if (strchr(text, '/') != NULL)
        return parse_prefix(list, text, ret_entry, reterr_error);
    struct bound bound;
    enum resolver_numeric kind = resolver_numeric(text, &bound.ip, &bound.scope);
    if (kind == RESOLVER_IS_ADDRESS) {
        *ret_entry = entry_of(&bound, 1);
        return check_family(list, &bound, text, reterr_error);
    }
    const char *hyphen = find_range(text, &bound);
    if (hyphen != NULL)
        return parse_range(list, text, hyphen + 1, &bound, ret_entry, reterr_error);
    if (kind == RESOLVER_IS_ODD_INTERFACE)
        return refuse_interface(text, reterr_error);
    return parse_name(text, ret_entry, reterr_error);
}
