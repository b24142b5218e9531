/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking getaddrinfo(3), for builds without c-ares: it holds up the caller, and addresses have no names.
 */
#include "resolver_internal.h"

#ifndef PKT_HAVE_CARES

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum {
    TTL_S = 60, /* getaddrinfo(3) does not tell it */
};

struct resolver_backend {
    char nothing;
};

bool resolver_can_reverse(void)
{
    return false;
}

struct resolver_backend *resolver_backend_open(struct loop *loop, const struct resolver_options *options,
                                               int64_t timeout_ns)
{
    (void)loop;
    (void)timeout_ns;
    if (options->servers != NULL) {
        errno = EINVAL;
        return NULL;
    }
    return calloc(1, sizeof(struct resolver_backend));
}

void resolver_backend_close(struct resolver_backend *backend)
{
    free(backend);
}

static struct resolver_address address_of(const struct sockaddr *address)
{
    struct resolver_address found = {{0}, 0};
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        found.address.version = 4;
        memcpy(found.address.ip4.byte, &in.sin_addr, sizeof found.address.ip4.byte);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        found.address.version = 6;
        memcpy(found.address.ip6.byte, &in6.sin6_addr, sizeof found.address.ip6.byte);
        found.scope = in6.sin6_scope_id;
    }
    return found;
}

void resolver_backend_ask(struct resolver_backend *backend, struct resolver_query *query,
                          const struct resolver_question *question)
{
    (void)backend;
    struct resolver_address addresses[RESOLVER_ADDRESSES_MAX];
    struct resolver_finding finding = {.error = EAI_NONAME, .addresses = addresses, .ttl_s = TTL_S};
    struct addrinfo *list = NULL;
    if (question->kind == RESOLVER_FORWARD) {
        const struct addrinfo hints = {.ai_flags = AI_CANONNAME,
                                       .ai_family = question->family == 4   ? AF_INET
                                                    : question->family == 6 ? AF_INET6
                                                                            : AF_UNSPEC,
                                       .ai_socktype = SOCK_DGRAM};
        finding.error = getaddrinfo(question->name, NULL, &hints, &list);
    }
    if (finding.error != 0)
        list = NULL;
    for (const struct addrinfo *i = list; i != NULL && finding.count < RESOLVER_ADDRESSES_MAX; i = i->ai_next)
        addresses[finding.count++] = address_of(i->ai_addr);
    finding.name = list != NULL ? list->ai_canonname : NULL;
    resolver_settle(query, &finding);
    if (list != NULL)
        freeaddrinfo(list);
}

#endif
