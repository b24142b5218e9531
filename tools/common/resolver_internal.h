/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The inside of the resolver: questions and answers (resolver.c), answers that are kept (resolver_cache.c),
 * and who is asked (resolver_cares.c or resolver_system.c).
 */
#ifndef TOOLS_COMMON_RESOLVER_INTERNAL_H
#define TOOLS_COMMON_RESOLVER_INTERNAL_H

#include "resolver.h"

enum resolver_kind {
    RESOLVER_FORWARD,
    RESOLVER_REVERSE,
    RESOLVER_KINDS,
};

/* What is asked: a name and a family, or an address; the rest is zero. */
struct resolver_question {
    enum resolver_kind kind;
    unsigned family;
    struct pkt_ip address;
    const char *name; /* "": none */
};

/* What was answered. Counted: the query and the cache may hold it. */
struct resolver_answer {
    unsigned holders;
    struct resolver_question question;
    char asked[RESOLVER_NAME_SIZE + 1]; /* the question's name; a dot at the end, too */
    int error;                          /* EAI_... of <netdb.h>; 0: none */
    char name[RESOLVER_NAME_SIZE];
    unsigned count;
    struct resolver_address addresses[];
};

void resolver_answer_release(struct resolver_answer *answer);

/* --- who is asked --- */

struct resolver_query;
struct resolver_backend;

/* What a backend found out. Borrowed. */
struct resolver_finding {
    int error;        /* EAI_...; 0: none */
    const char *name; /* of the address, or the canonical one; may be hostile */
    const struct resolver_address *addresses;
    unsigned count;
    int64_t ttl_s;
};

/* NULL with errno. */
struct resolver_backend *resolver_backend_open(struct loop *loop, const struct resolver_options *options,
                                               int64_t timeout_ns);

/* Ends: resolver_settle() was called for each query that was asked when this returns. */
void resolver_backend_close(struct resolver_backend *backend);

/* Asks; resolver_settle() is called once, now or later. */
void resolver_backend_ask(struct resolver_backend *backend, struct resolver_query *query,
                          const struct resolver_question *question);

/* A backend's answer. The query is the resolver's again. */
void resolver_settle(struct resolver_query *query, const struct resolver_finding *finding);

/* --- answers that are kept --- */

struct resolver_cache;

/* NULL: no memory. */
struct resolver_cache *resolver_cache_open(void);
void resolver_cache_close(struct resolver_cache *cache);

/* The caller holds the answer, too, and is to release it. NULL: there is none. */
struct resolver_answer *resolver_cache_get(struct resolver_cache *cache,
                                           const struct resolver_question *question, struct pkt_mono now);

/* Keeps an answer until a time, in place of the oldest where there is no room. */
void resolver_cache_put(struct resolver_cache *cache, struct resolver_answer *answer, struct pkt_mono until);

#endif
