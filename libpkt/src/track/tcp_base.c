/*
 * TCP sequence bases: a hash table of connections, chained, and a list from the connection that was touched
 * last to the one that was touched first, which goes when the budget is used up. Entries refer to each other
 * by number, so that the table can move as it grows.
 */
#include "pkt/ipv6.h"
#include "pkt/track.h"
#include "pkt/transport.h"

enum {
    CONNECTIONS_MAX = 65536,
    CONNECTIONS_START = 64,
};
#define NOBODY UINT32_MAX

/* An address; of IPv4 the upper half holds it all. */
struct address {
    uint64_t upper, lower;
};

/* A connection, in the order of its ends: the lower port first, of equal ones the lower address. */
struct key {
    struct address low, high;
    uint32_t ports; /* low, high */
    uint32_t v6;
};

struct entry {
    struct key key;
    uint32_t hash;
    uint32_t chain;        /* the next of the same slot */
    uint32_t older, newer; /* by touch */
    uint32_t low_base, high_base;
};

struct pkt_tcp_bases {
    struct pkt_memory memory;
    uint64_t secret;
    struct entry *entries;
    uint32_t *slots; /* as many as entries; a power of two */
    uint32_t size;   /* of both */
    uint32_t used;
    uint32_t newest, oldest;
    uint64_t evicted;
};

static size_t bytes_of(uint32_t size)
{
    return size * (sizeof(struct entry) + sizeof(uint32_t));
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

/*
 * Multiplies and mixes the key word by word. It starts from a secret, so that nobody who writes packets can
 * aim many connections at one slot and make every look-up walk them.
 */
static uint32_t hash_of(const struct pkt_tcp_bases *bases, const struct key *key)
{
    uint64_t hash = mix(bases->secret ^ UINT64_C(0xcbf29ce484222325), key->ports);
    hash = mix(mix(hash, key->low.upper), key->high.upper);
    if (key->v6 != 0)
        hash = mix(mix(hash, key->low.lower), key->high.lower);
    return (uint32_t)(hash ^ hash >> 32);
}

static bool same_address(struct address a, struct address b)
{
    return a.upper == b.upper && a.lower == b.lower;
}

static bool same(const struct key *a, const struct key *b)
{
    return a->ports == b->ports && a->v6 == b->v6 && same_address(a->low, b->low) &&
           same_address(a->high, b->high);
}

/* Gives the table room for size connections. False: memory is refused, and all is as it was. */
static bool resize(struct pkt_tcp_bases *bases, uint32_t size)
{
    const struct pkt_memory *memory = &bases->memory;
    struct entry *entries = memory->allocate(memory->context, size * sizeof *entries);
    uint32_t *slots = memory->allocate(memory->context, size * sizeof *slots);
    if (entries == NULL || slots == NULL) {
        memory->release(memory->context, entries);
        memory->release(memory->context, slots);
        return false;
    }
    if (bases->used > 0)
        memcpy(entries, bases->entries, bases->used * sizeof *entries);
    memset(slots, 0xff, size * sizeof *slots);
    for (uint32_t i = 0; i < bases->used; i++) {
        uint32_t *slot = &slots[entries[i].hash & (size - 1)];
        entries[i].chain = *slot;
        *slot = i;
    }
    memory->release(memory->context, bases->entries);
    memory->release(memory->context, bases->slots);
    bases->entries = entries;
    bases->slots = slots;
    bases->size = size;
    return true;
}

struct pkt_tcp_bases *pkt_tcp_bases_create(const struct pkt_memory *memory, uint64_t secret)
{
    uint32_t size = CONNECTIONS_START;
    while (size > 1 && sizeof(struct pkt_tcp_bases) + bytes_of(size) > memory->budget)
        size /= 2;
    if (sizeof(struct pkt_tcp_bases) + bytes_of(size) > memory->budget)
        return NULL;
    struct pkt_tcp_bases *bases = memory->allocate(memory->context, sizeof *bases);
    if (bases == NULL)
        return NULL;
    *bases = (struct pkt_tcp_bases){.memory = *memory, .secret = secret, .newest = NOBODY, .oldest = NOBODY};
    if (resize(bases, size))
        return bases;
    memory->release(memory->context, bases);
    return NULL;
}

void pkt_tcp_bases_destroy(struct pkt_tcp_bases *bases)
{
    if (bases == NULL)
        return;
    struct pkt_memory memory = bases->memory;
    memory.release(memory.context, bases->entries);
    memory.release(memory.context, bases->slots);
    memory.release(memory.context, bases);
}

uint64_t pkt_tcp_bases_evicted(const struct pkt_tcp_bases *bases)
{
    return bases->evicted;
}

static uint32_t find(const struct pkt_tcp_bases *bases, const struct key *key, uint32_t hash)
{
    uint32_t i = bases->slots[hash & (bases->size - 1)];
    while (i != NOBODY && (bases->entries[i].hash != hash || !same(&bases->entries[i].key, key)))
        i = bases->entries[i].chain;
    return i;
}

static void unlink_touch(struct pkt_tcp_bases *bases, uint32_t i)
{
    struct entry *entry = &bases->entries[i];
    if (entry->newer != NOBODY)
        bases->entries[entry->newer].older = entry->older;
    else
        bases->newest = entry->older;
    if (entry->older != NOBODY)
        bases->entries[entry->older].newer = entry->newer;
    else
        bases->oldest = entry->newer;
}

static void link_newest(struct pkt_tcp_bases *bases, uint32_t i)
{
    bases->entries[i].newer = NOBODY;
    bases->entries[i].older = bases->newest;
    if (bases->newest != NOBODY)
        bases->entries[bases->newest].newer = i;
    else
        bases->oldest = i;
    bases->newest = i;
}

static void touch(struct pkt_tcp_bases *bases, uint32_t i)
{
    if (bases->newest == i)
        return;
    unlink_touch(bases, i);
    link_newest(bases, i);
}

/* Takes the oldest connection out and returns its place. */
static uint32_t evict(struct pkt_tcp_bases *bases)
{
    uint32_t i = bases->oldest;
    uint32_t *link = &bases->slots[bases->entries[i].hash & (bases->size - 1)];
    while (*link != i)
        link = &bases->entries[*link].chain;
    *link = bases->entries[i].chain;
    unlink_touch(bases, i);
    bases->evicted++;
    return i;
}

/* A place for one more connection: while it grows both tables are held for a moment, and the budget knows. */
static uint32_t take_place(struct pkt_tcp_bases *bases)
{
    if (bases->used == bases->size && bases->size < CONNECTIONS_MAX) {
        size_t held = sizeof *bases + bytes_of(bases->size);
        if (held + bytes_of(bases->size * 2) <= bases->memory.budget)
            (void)resize(bases, bases->size * 2);
    }
    return bases->used < bases->size ? bases->used++ : evict(bases);
}

static uint32_t add(struct pkt_tcp_bases *bases, const struct key *key, uint32_t hash)
{
    uint32_t i = take_place(bases);
    uint32_t *slot = &bases->slots[hash & (bases->size - 1)];
    bases->entries[i] = (struct entry){.key = *key, .hash = hash, .chain = *slot};
    *slot = i;
    link_newest(bases, i);
    return i;
}

/* The addresses of the IP header around a layer. */
static bool read_addresses(const struct pkt_packet *packet, unsigned layer, struct address *ret_src,
                           struct address *ret_dst, bool *ret_v6)
{
    int network = pkt_layer_network(packet, layer);
    struct pkt_ipv4 ip4;
    struct pkt_ipv6 ip6;
    *ret_v6 = network >= 0 && pkt_as_ipv6(packet, (unsigned)network, &ip6);
    if (*ret_v6) {
        *ret_src = (struct address){pkt_u64(ip6.header, 8), pkt_u64(ip6.header, 16)};
        *ret_dst = (struct address){pkt_u64(ip6.header, 24), pkt_u64(ip6.header, 32)};
        return true;
    }
    if (network < 0 || !pkt_as_ipv4(packet, (unsigned)network, &ip4))
        return false;
    *ret_src = (struct address){pkt_u32(ip4.header, 12), 0};
    *ret_dst = (struct address){pkt_u32(ip4.header, 16), 0};
    return true;
}

static bool is_above(struct address a, struct address b)
{
    return a.upper > b.upper || (a.upper == b.upper && a.lower > b.lower);
}

/* ret_reverse: the segment runs from the key's high end to its low one. */
static bool read_key(const struct pkt_packet *packet, unsigned layer, struct pkt_tcp tcp, struct key *ret_key,
                     bool *ret_reverse)
{
    struct address src, dst;
    bool v6;
    if (!read_addresses(packet, layer, &src, &dst, &v6))
        return false;
    uint32_t from = pkt_tcp_src(tcp), to = pkt_tcp_dst(tcp);
    *ret_reverse = from > to || (from == to && is_above(src, dst));
    *ret_key = *ret_reverse ? (struct key){dst, src, to << 16 | from, v6}
                            : (struct key){src, dst, from << 16 | to, v6};
    return true;
}

struct pkt_tcp_base pkt_tcp_bases_look(struct pkt_tcp_bases *bases, const struct pkt_packet *packet,
                                       unsigned layer)
{
    struct pkt_tcp_base absolute = {0, 0, 0};
    struct pkt_tcp tcp;
    struct key key;
    bool reverse;
    if (!pkt_as_tcp(packet, layer, &tcp) || tcp.header.len < 20 || pkt_tcp_header_len(tcp) < 20)
        return absolute;
    if ((pkt_tcp_flags(tcp) & PKT_TCP_ACK) == 0 || !read_key(packet, layer, tcp, &key, &reverse))
        return absolute;
    bool quoted = (packet->layer[layer].flags & PKT_LAYER_QUOTED) != 0;
    uint32_t hash = hash_of(bases, &key);
    uint32_t i = find(bases, &key, hash);
    if (i != NOBODY && (quoted || (pkt_tcp_flags(tcp) & PKT_TCP_SYN) == 0)) {
        const struct entry *entry = &bases->entries[i];
        uint32_t own = reverse ? entry->high_base : entry->low_base;
        uint32_t other = reverse ? entry->low_base : entry->high_base;
        touch(bases, i);
        return (struct pkt_tcp_base){own, other, other};
    }
    if (quoted)
        return absolute;
    if (i == NOBODY)
        i = add(bases, &key, hash);
    else
        touch(bases, i);
    /* The octet behind the SYN is number 1 (RFC 9293 3.4): what is acknowledged now was that SYN. */
    uint32_t other = pkt_tcp_acknowledgment(tcp) - 1;
    bases->entries[i].low_base = reverse ? other : pkt_tcp_sequence(tcp);
    bases->entries[i].high_base = reverse ? pkt_tcp_sequence(tcp) : other;
    return (struct pkt_tcp_base){0, 0, other};
}
