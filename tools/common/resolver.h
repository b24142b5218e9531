/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names to addresses and addresses to names, on the event loop: asking never waits (c-ares).
 *
 * Answers come through callbacks from a turn of the loop, never from within the call that asked. Forward
 * names go before reverse ones, which may hold three quarters of the places only: a silent server of reverse
 * names delays nothing. Up to RESOLVER_KEPT answers are remembered: addresses for their time to live, within
 * 5 seconds and an hour; names of addresses for 5 minutes, what is not there for 30 seconds. Failures are
 * not.
 *
 * Names come from /etc/hosts, then from the servers of /etc/resolv.conf; other sources of /etc/nsswitch.conf
 * (mDNS, LDAP) are not asked. Names of other alphabets are to be given in their ASCII form (xn--, RFC 5891
 * 4.4).
 *
 * A build without c-ares (resolver_can_reverse() says false) asks getaddrinfo(3) for forward names, which
 * holds up the loop until each is answered and knows neither timeout nor servers of ours, and has no reverse
 * names: each is answered with NULL.
 *
 * Privilege: none is needed. Sandbox: resolver_open() reads /etc/resolv.conf and /dev/urandom and is to be
 * called before. Later the profile PKT_SANDBOX_NETWORK does (sockets of IPv4 and IPv6), with opens_files, and
 * /etc/hosts readable (else servers alone are asked); without opens_files, skip_hosts is to be set, or the
 * process is ended. getaddrinfo(3) instead of c-ares may load libraries, which no profile allows: ask before.
 * So does resolver_numeric(), where an interface is named.
 */
#ifndef TOOLS_COMMON_RESOLVER_H
#define TOOLS_COMMON_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/loop.h"
#include "pkt/ip.h"

enum {
    RESOLVER_AT_A_TIME = 64,     /* questions under way */
    RESOLVER_WAITING = 1 << 20,  /* questions under way and in the queue; some 200 bytes each */
    RESOLVER_KEPT = 1024,        /* answers that are remembered */
    RESOLVER_ADDRESSES_MAX = 32, /* of one name; more are passed over */
    RESOLVER_NAME_SIZE = 254,    /* the longest host name and a NUL (RFC 1035 2.3.4) */
};

struct resolver;
struct resolver_query;

/* Zero means the default everywhere but in size. */
struct resolver_options {
    size_t size;         /* sizeof(struct resolver_options) */
    unsigned prefer;     /* 4 or 6: addresses of this version first; 0: in the order of RFC 6724 */
    int64_t timeout_ns;  /* for one question, from when it is sent; 0: 5 s */
    bool skip_hosts;     /* passes over /etc/hosts, so that no file is opened after resolver_open() */
    const char *servers; /* instead of the system's, such as "127.0.0.1:5353,[::1]:53"; without search list */
};

struct resolver_address {
    struct pkt_ip address;
    uint32_t scope; /* index of the interface of a link-local address; 0: none */
};

/*
 * The answer to a name. Borrowed until the callback returns.
 *
 * addresses  NULL with an error
 * canonical  the name that the addresses belong to, at the end of its aliases: a host name
 *            (resolver_is_hostname), or the numeric address that was asked for; NULL with an error
 * error      "Name or service not known" and the like, as gai_strerror(3) has them; NULL: none
 */
typedef void resolver_on_addresses(void *context, const struct resolver_address *addresses, unsigned count,
                                   const char *canonical, const char *error);

/*
 * The answer to an address.
 *
 * name  a host name (resolver_is_hostname), borrowed until the callback returns; NULL: there is none, it came
 *       too late, or it is no host name
 */
typedef void resolver_on_name(void *context, const char *name);

/* A resolver on a loop, which must outlive it. NULL with errno: ENOMEM; EINVAL: servers make no sense. */
struct resolver *resolver_open(struct loop *loop, const struct resolver_options *options);

/* Forgets all questions: no callback comes any more. May be called from a callback. NULL is allowed. */
void resolver_close(struct resolver *resolver);

/*
 * Asks for the addresses of a name, or of a numeric address, which is answered without asking anybody.
 *
 * family  4, 6; 0: either
 * Returns the question, good until its callback is called. NULL with errno: ENOMEM; ENOBUFS: RESOLVER_WAITING
 * questions wait already.
 */
struct resolver_query *resolver_forward(struct resolver *resolver, const char *name, unsigned family,
                                        resolver_on_addresses *on_addresses, void *context);

/* Asks for the name of an address. Returns as resolver_forward does. */
struct resolver_query *resolver_reverse(struct resolver *resolver, struct pkt_ip address,
                                        resolver_on_name *on_name, void *context);

/* Forgets one question: its callback is not called. Not for one whose callback was called. */
void resolver_cancel(struct resolver *resolver, struct resolver_query *query);

/* Whether this build can turn addresses into names. */
bool resolver_can_reverse(void);

enum resolver_numeric {
    RESOLVER_IS_NAME,         /* the text is no address */
    RESOLVER_IS_ADDRESS,      /* it is one */
    RESOLVER_IS_ODD_INTERFACE /* an IPv6 address, but there is no interface of the name or index behind % */
};

/*
 * Reads a numeric address, of IPv4 in all forms of inet_aton(3) ("127.1", "0x7f000001"), of IPv6 with an
 * interface, named or numbered, if wanted ("fe80::1%eth0", RFC 4007 11). Asks nobody but the kernel, for the
 * interface.
 */
enum resolver_numeric resolver_numeric(const char *text, struct pkt_ip *ret_ip, uint32_t *ret_scope);

/*
 * Whether a text is a host name: labels of letters, digits, hyphens (RFC 1123 2.1) and underscores, the last
 * one not of digits alone, so that nothing that looks like an address is one; a dot at the end is allowed.
 */
bool resolver_is_hostname(const char *text);

#endif
