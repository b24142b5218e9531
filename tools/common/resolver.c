/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions: waiting, asked, answered; each callback from a turn of the loop.
 */
#include "resolver_internal.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

enum {
    REVERSE_AT_A_TIME = RESOLVER_AT_A_TIME / 4 * 3,
    TIMEOUT_S = 5,
    KEEP_LEAST_S = 5,
    KEEP_MOST_S = 3600,
    KEEP_ABSENCE_S = 30,
};

/* Begins and ends with its head. */
struct chain {
    struct chain *next;
    struct chain *previous;
};

struct resolver_query {
    struct chain chain; /* first: waiting or answered; in neither: with itself */
    struct resolver *resolver;
    resolver_on_addresses *on_addresses; /* RESOLVER_FORWARD */
    resolver_on_name *on_name;           /* RESOLVER_REVERSE */
    void *context;
    struct loop_timer deadline;
    struct resolver_answer *answer; /* NULL: none yet, or no memory for one */
    bool is_asked;                  /* the backend holds it */
    bool is_answered;
    bool is_forgotten; /* nobody waits for it but the backend */
    struct resolver_question question;
    char name[]; /* the question's */
};

struct resolver {
    struct loop *loop;
    struct resolver_backend *backend;
    struct resolver_cache *cache;
    struct loop_deferred work;
    unsigned prefer;
    int64_t timeout_ns;
    struct chain waiting[RESOLVER_KINDS];
    struct chain answered;
    unsigned queries; /* all */
    unsigned asked[RESOLVER_KINDS];
    bool delivers; /* a callback is being called */
    bool is_closed;
};

/* --- chains --- */

static void chain_begin(struct chain *head)
{
    head->next = head->previous = head;
}

static void chain_append(struct chain *head, struct chain *link)
{
    *link = (struct chain){head, head->previous};
    head->previous->next = link;
    head->previous = link;
}

static void chain_remove(struct chain *link)
{
    link->next->previous = link->previous;
    link->previous->next = link->next;
    chain_begin(link);
}

/* NULL: the chain is empty. */
static struct resolver_query *chain_first(const struct chain *head)
{
    return head->next == head ? NULL : (struct resolver_query *)(void *)head->next;
}

/* --- a query's life --- */

static void query_free(struct resolver_query *query)
{
    resolver_answer_release(query->answer);
    query->resolver->queries--;
    free(query);
}

/* Nobody waits for it any more; one that the backend holds is freed when it gives it back. */
static void query_forget(struct resolver_query *query)
{
    chain_remove(&query->chain);
    loop_timer_stop(query->resolver->loop, &query->deadline);
    query->is_forgotten = true;
    if (!query->is_asked)
        query_free(query);
}

static void on_deadline(struct loop *loop, void *context, int64_t late_ns);

static struct resolver_query *query_make(struct resolver *resolver, enum resolver_kind kind, const char *name,
                                         void *context)
{
    if (resolver->queries >= RESOLVER_WAITING) {
        errno = ENOBUFS;
        return NULL;
    }
    size_t len = strnlen(name, RESOLVER_NAME_SIZE); /* longer ones are no names, and never asked for */
    struct resolver_query *query = calloc(1, sizeof *query + len + 1);
    if (query == NULL)
        return NULL;
    memcpy(query->name, name, len);
    query->question.name = query->name;
    chain_begin(&query->chain);
    query->resolver = resolver;
    query->context = context;
    query->deadline = (struct loop_timer){.on_timer = on_deadline, .context = query};
    query->question.kind = kind;
    resolver->queries++;
    return query;
}

/* --- answers --- */

/* Those of the preferred version first, otherwise in their order. */
static void copy_addresses(struct resolver_answer *answer, const struct resolver_finding *finding,
                           unsigned prefer)
{
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < finding->count && answer->count < RESOLVER_ADDRESSES_MAX; i++)
            if ((finding->addresses[i].address.version == prefer) == (pass == 0))
                answer->addresses[answer->count++] = finding->addresses[i];
}

/* A name from the network that is no host name is as good as none. NULL: no memory. */
static struct resolver_answer *answer_make(const struct resolver_query *query,
                                           const struct resolver_finding *finding)
{
    unsigned room = finding->count < RESOLVER_ADDRESSES_MAX ? finding->count : RESOLVER_ADDRESSES_MAX;
    struct resolver_answer *answer = calloc(1, sizeof *answer + room * sizeof *answer->addresses);
    if (answer == NULL)
        return NULL;
    answer->holders = 1;
    answer->question = query->question;
    memcpy(answer->asked, query->name, strlen(query->name));
    answer->question.name = answer->asked;
    answer->error = finding->error;
    copy_addresses(answer, finding, query->resolver->prefer);
    const char *name = finding->name;
    struct pkt_ip ip;
    uint32_t scope;
    if (name != NULL &&
        (!resolver_is_hostname(name) || resolver_numeric(name, &ip, &scope) != RESOLVER_IS_NAME))
        name = NULL;
    if (name == NULL && query->question.kind == RESOLVER_FORWARD)
        name = query->question.name;
    size_t len = name != NULL ? strlen(name) : 0;
    if (len > 1 && name[len - 1] == '.')
        len--;
    memcpy(answer->name, name != NULL ? name : "", len < sizeof answer->name ? len : sizeof answer->name - 1);
    return answer;
}

static void query_answer(struct resolver_query *query, struct resolver_answer *answer)
{
    query->is_answered = true;
    query->answer = answer;
    loop_timer_stop(query->resolver->loop, &query->deadline);
    chain_remove(&query->chain);
    chain_append(&query->resolver->answered, &query->chain);
    loop_defer(query->resolver->loop, &query->resolver->work);
}

static void answer_with(struct resolver_query *query, const struct resolver_finding *finding)
{
    query_answer(query, answer_make(query, finding));
}

static bool is_absence(int error)
{
    return error == EAI_NONAME || error == EAI_NODATA;
}

static void keep(struct resolver *resolver, struct resolver_answer *answer, int64_t ttl_s)
{
    if (answer == NULL || (answer->error != 0 && !is_absence(answer->error)))
        return;
    int64_t seconds = ttl_s < KEEP_LEAST_S ? KEEP_LEAST_S : ttl_s > KEEP_MOST_S ? KEEP_MOST_S : ttl_s;
    if (answer->error != 0)
        seconds = KEEP_ABSENCE_S;
    const struct pkt_mono until = {loop_now(resolver->loop).ns + seconds * PKT_NS_PER_S};
    resolver_cache_put(resolver->cache, answer, until);
}

/* What comes too late for the one who asked may come in time for the next one. */
void resolver_settle(struct resolver_query *query, const struct resolver_finding *finding)
{
    struct resolver *resolver = query->resolver;
    query->is_asked = false;
    resolver->asked[query->question.kind]--;
    loop_defer(resolver->loop, &resolver->work);
    struct resolver_answer *answer = answer_make(query, finding);
    keep(resolver, answer, finding->ttl_s);
    if (!query->is_answered && !query->is_forgotten) {
        query_answer(query, answer);
        return;
    }
    resolver_answer_release(answer);
    if (query->is_forgotten)
        query_free(query);
}

static void on_deadline(struct loop *loop, void *context, int64_t late_ns)
{
    (void)loop;
    (void)late_ns;
    const struct resolver_finding late = {.error = EAI_AGAIN};
    answer_with(context, &late);
}

/* --- work --- */

static void query_ask(struct resolver_query *query)
{
    struct resolver *resolver = query->resolver;
    chain_remove(&query->chain);
    struct resolver_answer *kept =
        resolver_cache_get(resolver->cache, &query->question, loop_now(resolver->loop));
    if (kept != NULL) {
        query_answer(query, kept);
        return;
    }
    query->is_asked = true;
    resolver->asked[query->question.kind]++;
    const struct pkt_mono due = {loop_now(resolver->loop).ns + resolver->timeout_ns};
    (void)loop_timer_start(resolver->loop, &query->deadline, due); /* else the backend's own time counts */
    resolver_backend_ask(resolver->backend, query, &query->question);
}

/* The next one that may be asked now. NULL: none. */
static struct resolver_query *next_question(const struct resolver *resolver)
{
    if (resolver->asked[RESOLVER_FORWARD] + resolver->asked[RESOLVER_REVERSE] >= RESOLVER_AT_A_TIME)
        return NULL;
    struct resolver_query *query = chain_first(&resolver->waiting[RESOLVER_FORWARD]);
    if (query != NULL || resolver->asked[RESOLVER_REVERSE] >= REVERSE_AT_A_TIME)
        return query;
    return chain_first(&resolver->waiting[RESOLVER_REVERSE]);
}

static void tell_addresses(resolver_on_addresses *on_addresses, void *context, struct resolver_answer *answer)
{
    int error = answer != NULL ? answer->error : EAI_MEMORY;
    if (error == 0 && answer->count == 0)
        error = EAI_NODATA;
    if (error != 0)
        on_addresses(context, NULL, 0, NULL, gai_strerror(error));
    else
        on_addresses(context, answer->addresses, answer->count, answer->name, NULL);
}

/* The query is gone when its callback is called. */
static void deliver(struct resolver_query *query)
{
    struct resolver_query told = *query;
    query->answer = NULL;
    query_forget(query);
    if (told.question.kind == RESOLVER_FORWARD)
        tell_addresses(told.on_addresses, told.context, told.answer);
    else
        told.on_name(told.context,
                     told.answer != NULL && told.answer->name[0] != '\0' ? told.answer->name : NULL);
    resolver_answer_release(told.answer);
}

/* A turn's share; other handlers of the loop have theirs in between. */
static void do_work(struct loop *loop, void *context)
{
    struct resolver *resolver = context;
    struct resolver_query *query;
    for (unsigned i = 0; i < RESOLVER_AT_A_TIME && (query = next_question(resolver)) != NULL; i++)
        query_ask(query);
    resolver->delivers = true;
    for (unsigned i = 0; i < RESOLVER_AT_A_TIME && !resolver->is_closed; i++) {
        query = chain_first(&resolver->answered);
        if (query == NULL)
            break;
        deliver(query);
    }
    resolver->delivers = false;
    if (resolver->is_closed)
        free(resolver);
    else if (chain_first(&resolver->answered) != NULL || next_question(resolver) != NULL)
        loop_defer(loop, &resolver->work);
}

/* --- public --- */

struct resolver *resolver_open(struct loop *loop, const struct resolver_options *options)
{
    struct resolver *resolver = calloc(1, sizeof *resolver);
    if (resolver == NULL)
        return NULL;
    resolver->loop = loop;
    resolver->work = (struct loop_deferred){.on_deferred = do_work, .context = resolver};
    resolver->prefer = options->prefer;
    resolver->timeout_ns = options->timeout_ns > 0 ? options->timeout_ns : TIMEOUT_S * PKT_NS_PER_S;
    for (unsigned i = 0; i < RESOLVER_KINDS; i++)
        chain_begin(&resolver->waiting[i]);
    chain_begin(&resolver->answered);
    resolver->cache = resolver_cache_open();
    if (resolver->cache != NULL)
        resolver->backend = resolver_backend_open(loop, options, resolver->timeout_ns);
    if (resolver->backend != NULL)
        return resolver;
    int number = resolver->cache != NULL ? errno : ENOMEM;
    resolver_cache_close(resolver->cache);
    free(resolver);
    errno = number;
    return NULL;
}

static void forget_all(struct chain *head)
{
    for (struct resolver_query *query = chain_first(head); query != NULL; query = chain_first(head))
        query_forget(query);
}

void resolver_close(struct resolver *resolver)
{
    if (resolver == NULL || resolver->is_closed)
        return;
    resolver_backend_close(resolver->backend);
    for (unsigned i = 0; i < RESOLVER_KINDS; i++)
        forget_all(&resolver->waiting[i]);
    forget_all(&resolver->answered);
    resolver_cache_close(resolver->cache);
    loop_defer_cancel(resolver->loop, &resolver->work);
    resolver->is_closed = true;
    if (!resolver->delivers)
        free(resolver);
}

static struct resolver_query *query_begin(struct resolver *resolver, struct resolver_query *query)
{
    chain_append(&resolver->waiting[query->question.kind], &query->chain);
    loop_defer(resolver->loop, &resolver->work);
    return query;
}

/* What is to be said of a name without asking anybody. False: somebody is to be asked. */
static bool answer_by_text(struct resolver_query *query, const char *name, unsigned family)
{
    struct resolver_address address;
    enum resolver_numeric kind = resolver_numeric(name, &address.address, &address.scope);
    struct resolver_finding finding = {.name = name, .addresses = &address, .count = 1};
    if (kind == RESOLVER_IS_NAME && resolver_is_hostname(name))
        return false;
    if (kind != RESOLVER_IS_ADDRESS)
        finding = (struct resolver_finding){.error = EAI_NONAME};
    else if (family != 0 && family != address.address.version)
        finding = (struct resolver_finding){.error = EAI_ADDRFAMILY};
    answer_with(query, &finding);
    return true;
}

struct resolver_query *resolver_forward(struct resolver *resolver, const char *name, unsigned family,
                                        resolver_on_addresses *on_addresses, void *context)
{
    struct resolver_query *query = query_make(resolver, RESOLVER_FORWARD, name, context);
    if (query == NULL)
        return NULL;
    query->on_addresses = on_addresses;
    query->question.family = family;
    return answer_by_text(query, name, family) ? query : query_begin(resolver, query);
}

struct resolver_query *resolver_reverse(struct resolver *resolver, struct pkt_ip address,
                                        resolver_on_name *on_name, void *context)
{
    struct resolver_query *query = query_make(resolver, RESOLVER_REVERSE, "", context);
    if (query == NULL)
        return NULL;
    query->on_name = on_name;
    query->question.address = address;
    return query_begin(resolver, query);
}

void resolver_cancel(struct resolver *resolver, struct resolver_query *query)
{
    (void)resolver;
    query_forget(query);
}
