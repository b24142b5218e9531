/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers that are kept: a table of small sets, so that nothing grows and no look-up walks far, whatever is
 * asked for.
 */
#include "resolver_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    WAYS = 8,
    SETS = RESOLVER_KEPT / WAYS,
};

struct kept {
    struct resolver_answer *answer; /* NULL: free */
    struct pkt_mono until;
    uint64_t number; /* in the order in which they were kept */
};

struct resolver_cache {
    struct kept sets[SETS][WAYS];
    uint64_t number;
};

struct resolver_cache *resolver_cache_open(void)
{
    return calloc(1, sizeof(struct resolver_cache));
}

void resolver_answer_release(struct resolver_answer *answer)
{
    if (answer != NULL && --answer->holders == 0)
        free(answer);
}

void resolver_cache_close(struct resolver_cache *cache)
{
    for (size_t i = 0; cache != NULL && i < SETS; i++)
        for (size_t j = 0; j < WAYS; j++)
            resolver_answer_release(cache->sets[i][j].answer);
    free(cache);
}

/* FNV-1a; letters of either case are the same in a name (RFC 4343). */
static uint32_t mix(uint32_t hash, uint8_t byte)
{
    uint8_t lower = byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 'a' - 'A') : byte;
    return (hash ^ lower) * 16777619U;
}

static struct kept *set_of(struct resolver_cache *cache, const struct resolver_question *question)
{
    uint32_t hash = mix(2166136261U, (uint8_t)(question->kind * 16 + question->family));
    for (const char *c = question->name; *c != '\0'; c++)
        hash = mix(hash, (uint8_t)*c);
    const uint8_t *bytes =
        question->address.version == 4 ? question->address.ip4.byte : question->address.ip6.byte;
    size_t size = question->address.version == 4 ? 4 : 16;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 16777619U;
    return cache->sets[(hash ^ hash >> 16) % SETS];
}

static bool is_same(const struct resolver_question *a, const struct resolver_question *b)
{
    return a->kind == b->kind && a->family == b->family && pkt_ip_equal(a->address, b->address) &&
           strcasecmp(a->name, b->name) == 0;
}

struct resolver_answer *resolver_cache_get(struct resolver_cache *cache,
                                           const struct resolver_question *question, struct pkt_mono now)
{
    struct kept *set = set_of(cache, question);
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].answer == NULL || set[i].until.ns <= now.ns ||
            !is_same(&set[i].answer->question, question))
            continue;
        set[i].answer->holders++;
        return set[i].answer;
    }
    return NULL;
}

/* That of the same question, else the oldest; free ones have the number 0. */
static struct kept *place_for(struct resolver_cache *cache, const struct resolver_question *question)
{
    struct kept *set = set_of(cache, question);
    struct kept *oldest = set;
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].answer != NULL && is_same(&set[i].answer->question, question))
            return &set[i];
        if (set[i].number < oldest->number)
            oldest = &set[i];
    }
    return oldest;
}

void resolver_cache_put(struct resolver_cache *cache, struct resolver_answer *answer, struct pkt_mono until)
{
    struct kept *place = place_for(cache, &answer->question);
    resolver_answer_release(place->answer);
    answer->holders++;
    *place = (struct kept){answer, until, ++cache->number};
}
