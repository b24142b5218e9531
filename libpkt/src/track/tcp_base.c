/*
 * Bases of relative TCP sequence numbers: a hash table of connections in chunks, the oldest forgotten first.
 *
 * Packets choose the keys, so no chain is walked further than CHAIN_MAX: a flood that aims at one bucket forgets
 * its own connections early and costs nobody else's time.
 */
#include "pkt/ipv6.h"
#include "pkt/track.h"
#include "pkt/transport.h"

enum {
    BUCKETS = 16384,
    CHUNK_ENTRIES = 1024,
    CHUNKS_MAX = 64,
    CHAIN_MAX = 32,
};

#define NOWHERE UINT32_MAX

/* A connection, its ends in an order that both directions share. */
struct connection {
    struct pkt_ip6 low, high; /* IPv4 in the first four bytes */
    uint16_t low_port, high_port;
    bool v6;
};

struct entry {
    struct connection connection;
    uint32_t low_base, high_base; /* of the sequence numbers that each end sends */
    uint32_t bucket;
    uint32_t next; /* in its bucket, newest first; NOWHERE at the end */
};

struct pkt_tcp_bases {
    struct pkt_memory memory;
    uint32_t count;    /* entries in use */
    uint32_t capacity; /* entries that the budget and the memory allow */
    uint32_t oldest;   /* the entry to reuse next, once all are in use */
    uint64_t evicted;
    uint32_t bucket[BUCKETS];
    struct entry *chunk[CHUNKS_MAX];
};

struct pkt_tcp_bases *pkt_tcp_bases_create(const struct pkt_memory *memory)
{
    const size_t chunk_size = sizeof(struct entry) * CHUNK_ENTRIES;
    if (memory->budget < sizeof(struct pkt_tcp_bases) + chunk_size)
        return NULL;
    struct pkt_tcp_bases *bases = memory->allocate(memory->context, sizeof *bases);
    if (bases == NULL)
        return NULL;
    size_t chunks = (memory->budget - sizeof *bases) / chunk_size;
    bases->memory = *memory;
    bases->count = bases->oldest = 0;
    bases->capacity = CHUNK_ENTRIES * (uint32_t)(chunks < CHUNKS_MAX ? chunks : CHUNKS_MAX);
    bases->evicted = 0;
    memset(bases->bucket, 0xff, sizeof bases->bucket);
    memset(bases->chunk, 0, sizeof bases->chunk);
    return bases;
}

void pkt_tcp_bases_destroy(struct pkt_tcp_bases *bases)
{
    if (bases == NULL)
        return;
    struct pkt_memory memory = bases->memory;
    for (unsigned i = 0; i < CHUNKS_MAX; i++)
        memory.release(memory.context, bases->chunk[i]);
    memory.release(memory.context, bases);
}

uint64_t pkt_tcp_bases_evicted(const struct pkt_tcp_bases *bases)
{
    return bases->evicted;
}

static struct entry *entry_at(const struct pkt_tcp_bases *bases, uint32_t index)
{
    return &bases->chunk[index / CHUNK_ENTRIES][index % CHUNK_ENTRIES];
}

static bool read_addresses(const struct pkt_packet *packet, unsigned layer, struct connection *ret_connection)
{
    struct pkt_ipv4 ip4;
    struct pkt_ipv6 ip6;
    int network = pkt_layer_network(packet, layer);
    if (network < 0)
        return false;
    *ret_connection = (struct connection){.v6 = false};
    if (pkt_as_ipv4(packet, (unsigned)network, &ip4)) {
        pkt_copy(ip4.header, 12, ret_connection->low.byte, 4);
        pkt_copy(ip4.header, 16, ret_connection->high.byte, 4);
        return true;
    }
    ret_connection->v6 = true;
    if (!pkt_as_ipv6(packet, (unsigned)network, &ip6))
        return false;
    ret_connection->low = pkt_ipv6_src(ip6);
    ret_connection->high = pkt_ipv6_dst(ip6);
    return true;
}

/* The connection of a segment; *ret_from_high: its sender is the high end. */
static bool read_connection(const struct pkt_packet *packet, unsigned layer, struct pkt_tcp tcp,
                            struct connection *ret_connection, bool *ret_from_high)
{
    if (!read_addresses(packet, layer, ret_connection))
        return false;
    ret_connection->low_port = pkt_tcp_src(tcp);
    ret_connection->high_port = pkt_tcp_dst(tcp);
    int by_address = memcmp(ret_connection->low.byte, ret_connection->high.byte, 16);
    bool same_port = pkt_tcp_src(tcp) == pkt_tcp_dst(tcp);
    *ret_from_high = pkt_tcp_src(tcp) > pkt_tcp_dst(tcp) || (same_port && by_address > 0);
    if (*ret_from_high) {
        struct pkt_ip6 address = ret_connection->low;
        ret_connection->low = ret_connection->high;
        ret_connection->high = address;
        ret_connection->low_port = pkt_tcp_dst(tcp);
        ret_connection->high_port = pkt_tcp_src(tcp);
    }
    return true;
}

static uint64_t mix(uint64_t hash, struct pkt_view bytes)
{
    for (size_t off = 0; off < bytes.len; off += 4)
        hash = (hash ^ pkt_u32(bytes, off)) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static uint32_t bucket_of(const struct connection *c)
{
    uint64_t hash = (uint64_t)c->low_port << 16 | c->high_port;
    hash = mix(hash, pkt_view_make(c->low.byte, c->v6 ? 16 : 4));
    hash = mix(hash, pkt_view_make(c->high.byte, c->v6 ? 16 : 4));
    return (uint32_t)(hash % BUCKETS);
}

static bool is_same(const struct connection *a, const struct connection *b)
{
    return a->low_port == b->low_port && a->high_port == b->high_port && a->v6 == b->v6 &&
           pkt_ip6_equal(a->low, b->low) && pkt_ip6_equal(a->high, b->high);
}

/* The connection's entry; NULL when it is not known within CHAIN_MAX steps. */
static struct entry *find(const struct pkt_tcp_bases *bases, uint32_t bucket, const struct connection *connection)
{
    uint32_t index = bases->bucket[bucket];
    for (unsigned step = 0; index != NOWHERE && step < CHAIN_MAX; step++) {
        struct entry *entry = entry_at(bases, index);
        if (is_same(&entry->connection, connection))
            return entry;
        index = entry->next;
    }
    return NULL;
}

/* Cuts a bucket's chain before entry number index, the oldest of it: what follows was out of reach anyway. */
static void unlink_from(struct pkt_tcp_bases *bases, uint32_t index)
{
    uint32_t *link = &bases->bucket[entry_at(bases, index)->bucket];
    for (unsigned step = 0; *link != NOWHERE && *link != index && step < CHAIN_MAX; step++)
        link = &entry_at(bases, *link)->next;
    *link = NOWHERE;
}

/* An entry to fill: a new one, or the oldest. NULL without memory for the first chunk. */
static struct entry *take_entry(struct pkt_tcp_bases *bases, uint32_t *ret_index)
{
    if (bases->count < bases->capacity) {
        struct entry **chunk = &bases->chunk[bases->count / CHUNK_ENTRIES];
        if (*chunk == NULL)
            *chunk = bases->memory.allocate(bases->memory.context, sizeof(struct entry) * CHUNK_ENTRIES);
        if (*chunk == NULL) /* the system has less than the budget */
            bases->capacity = bases->count;
    }
    if (bases->capacity == 0)
        return NULL;
    if (bases->count < bases->capacity) {
        *ret_index = bases->count++;
    } else {
        *ret_index = bases->oldest;
        bases->oldest = (bases->oldest + 1) % bases->capacity;
        bases->evicted++;
        unlink_from(bases, *ret_index);
    }
    return entry_at(bases, *ret_index);
}

static struct entry *add(struct pkt_tcp_bases *bases, uint32_t bucket, const struct connection *connection)
{
    uint32_t index;
    struct entry *entry = take_entry(bases, &index);
    if (entry == NULL)
        return NULL;
    *entry = (struct entry){.connection = *connection, .bucket = bucket, .next = bases->bucket[bucket]};
    bases->bucket[bucket] = index;
    return entry;
}

struct pkt_tcp_base pkt_tcp_bases_look(struct pkt_tcp_bases *bases, const struct pkt_packet *packet, unsigned layer)
{
    struct pkt_tcp_base base = {0, 0, 0};
    struct connection connection;
    struct pkt_tcp tcp;
    bool from_high;
    if (!pkt_as_tcp(packet, layer, &tcp) || (pkt_tcp_flags(tcp) & PKT_TCP_ACK) == 0 ||
        !read_connection(packet, layer, tcp, &connection, &from_high))
        return base;
    uint32_t bucket = bucket_of(&connection);
    struct entry *entry = find(bases, bucket, &connection);
    bool known = entry != NULL;
    bool teaches = (packet->layer[layer].flags & PKT_LAYER_QUOTED) == 0;
    if (known && ((pkt_tcp_flags(tcp) & PKT_TCP_SYN) == 0 || !teaches)) {
        base.sequence = from_high ? entry->high_base : entry->low_base;
        base.acknowledgment = base.selective = from_high ? entry->low_base : entry->high_base;
        return base;
    }
    if (!known && teaches)
        entry = add(bases, bucket, &connection);
    if (entry == NULL)
        return base;
    uint32_t sender = pkt_tcp_sequence(tcp), receiver = pkt_tcp_acknowledgment(tcp) - 1;
    entry->low_base = from_high ? receiver : sender;
    entry->high_base = from_high ? sender : receiver;
    base.selective = receiver; /* a segment that sets the bases has its SACK blocks relative to them */
    return base;
}
