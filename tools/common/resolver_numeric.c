/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is an address and what is a name, by the text alone.
 */
#include "resolver.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>

#include "numbers.h"

enum {
    LABEL_MAX = 63, /* RFC 1035 2.3.4 */
};

/* inet_aton(3) passes over what stands behind a blank. */
static bool read_ip4(const char *text, struct pkt_ip *ret_ip)
{
    struct in_addr address;
    if (text[strspn(text, "0123456789abcdefABCDEFxX.")] != '\0' || inet_aton(text, &address) == 0)
        return false;
    struct pkt_ip4 ip4;
    memcpy(ip4.byte, &address, sizeof ip4.byte);
    *ret_ip = pkt_ip_from4(ip4);
    return true;
}

/* 0: there is none. */
static uint32_t interface_index(const char *name)
{
    uint32_t index = if_nametoindex(name);
    uint64_t number;
    char of_index[IF_NAMESIZE];
    if (index != 0 || number_parse_u64(name, 1, INT32_MAX, false, &number).reason != NUMBER_OK)
        return index;
    return if_indextoname((uint32_t)number, of_index) != NULL ? (uint32_t)number : 0;
}

enum resolver_numeric resolver_numeric(const char *text, struct pkt_ip *ret_ip, uint32_t *ret_scope)
{
    if (read_ip4(text, ret_ip)) {
        *ret_scope = 0;
        return RESOLVER_IS_ADDRESS;
    }
    size_t len = strcspn(text, "%");
    struct pkt_ip6 address;
    if (!pkt_ip6_parse(text, len, &address))
        return RESOLVER_IS_NAME;
    uint32_t scope = text[len] == '%' ? interface_index(text + len + 1) : 0;
    if (text[len] == '%' && scope == 0)
        return RESOLVER_IS_ODD_INTERFACE;
    *ret_ip = pkt_ip_from6(address);
    *ret_scope = scope;
    return RESOLVER_IS_ADDRESS;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Not isalnum(3), which goes by the locale. */
static bool is_of_label(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

static bool is_label(const char *label, size_t len)
{
    if (len == 0 || len > LABEL_MAX || label[0] == '-' || label[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_of_label(label[i]))
            return false;
    return true;
}

/* All digits, or 0x and hexadecimal ones: what inet_aton(3) takes for the end of an address. */
static bool looks_numeric(const char *label, size_t len)
{
    bool is_hex = len >= 2 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X');
    const char *digits = is_hex ? "0123456789abcdefABCDEF" : "0123456789";
    for (size_t i = is_hex ? 2 : 0; i < len; i++)
        if (strchr(digits, label[i]) == NULL)
            return false;
    return true;
}

bool resolver_is_hostname(const char *text)
{
    size_t len = strnlen(text, RESOLVER_NAME_SIZE + 1);
    if (len > 0 && text[len - 1] == '.')
        len--;
    if (len >= RESOLVER_NAME_SIZE)
        return false;
    for (size_t at = 0;;) {
        size_t label = 0;
        while (at + label < len && text[at + label] != '.')
            label++;
        if (!is_label(text + at, label))
            return false;
        if (at + label == len)
            return !looks_numeric(text + at, label);
        at += label + 1;
    }
}
