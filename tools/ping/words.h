/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an ICMP error says, in the words of ping(8), which scripts look for.
 */
#ifndef TOOLS_PING_WORDS_H
#define TOOLS_PING_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pkt/ip.h"

/* An ICMP or ICMPv6 message other than an echo. */
struct ping_error_words {
    bool is_ip6;
    uint8_t type;
    uint8_t code;
    uint32_t info;         /* "too long": the next hop's MTU; "parameter problem": the pointer */
    struct pkt_ip gateway; /* of a redirect; version 0: not known */
};

/* Writes the words, cut to fit, with a NUL. 96 bytes hold all. */
void words_of_error(const struct ping_error_words *error, char *ret_text, size_t size);

/* Whether an address means nothing without its interface (RFC 4007 4): one of a link, group or not. */
bool words_needs_scope(struct pkt_ip address);

/* An address as text, in a static buffer that the fourth call after it overwrites. */
const char *words_of_address(struct pkt_ip address);

/* The same with the interface behind % where the address means nothing without (RFC 4007 11); its index,
 * where its name was not learned. */
const char *words_of_scoped(struct pkt_ip address, uint32_t interface);

/* Learns the names of this machine's interfaces, as long as it may ask. */
void words_learn_interfaces(void);

/* Orders addresses: IPv4 first, then by their octets. */
int words_compare(struct pkt_ip a, struct pkt_ip b);

#endif
