/*
 * The table of probes: a ring of the last ones, and a hash table of the keys by which answers find them.
 * Nodes refer to each other by number; probe i owns nodes 3 i to 3 i + 2.
 */
#include "pkt/probe.h"

#include "probe_key.h"

enum {
    ENTRIES_MAX = 1 << 20,
};
#define NOBODY UINT32_MAX

struct node {
    struct probe_key key; /* kind KEY_NONE: not in use */
    uint32_t hash;
    uint32_t chain; /* the next of the same slot */
};

struct probe {
    uint64_t number;
    struct pkt_wall time;
    uint32_t answers;
    bool is_used;
    bool is_stamped;
};

struct pkt_probes {
    struct pkt_memory memory;
    uint64_t secret;
    struct probe *probes; /* a ring; probe n of all stands at n modulo size */
    struct node *nodes;
    uint32_t *slots;
    uint32_t size; /* of probes; a power of two, as many slots as nodes rounded up */
    uint32_t slot_count;
    uint64_t noted;
    uint64_t answered;
    uint64_t evicted;
};

static size_t bytes_of(uint32_t size)
{
    return sizeof(struct pkt_probes) +
           (size_t)size * (sizeof(struct probe) + PROBE_KEYS_MAX * sizeof(struct node)) +
           (size_t)size * 4 * sizeof(uint32_t);
}

struct pkt_probes *pkt_probes_create(const struct pkt_memory *memory, unsigned entries_max, uint64_t secret)
{
    uint32_t size = 1;
    while (size < entries_max && size < ENTRIES_MAX && bytes_of(size * 2) <= memory->budget)
        size *= 2;
    if (bytes_of(size) > memory->budget)
        return NULL;
    struct pkt_probes *probes = memory->allocate(memory->context, sizeof *probes);
    if (probes == NULL)
        return NULL;
    *probes = (struct pkt_probes){.memory = *memory, .secret = secret, .size = size, .slot_count = size * 4};
    probes->probes = memory->allocate(memory->context, size * sizeof *probes->probes);
    probes->nodes = memory->allocate(memory->context, (size_t)size * PROBE_KEYS_MAX * sizeof *probes->nodes);
    probes->slots = memory->allocate(memory->context, (size_t)size * 4 * sizeof *probes->slots);
    if (probes->probes == NULL || probes->nodes == NULL || probes->slots == NULL) {
        pkt_probes_destroy(probes);
        return NULL;
    }
    memset(probes->probes, 0, size * sizeof *probes->probes);
    memset(probes->nodes, 0, (size_t)size * PROBE_KEYS_MAX * sizeof *probes->nodes);
    memset(probes->slots, 0xff, (size_t)size * 4 * sizeof *probes->slots);
    return probes;
}

void pkt_probes_destroy(struct pkt_probes *probes)
{
    if (probes == NULL)
        return;
    struct pkt_memory memory = probes->memory;
    memory.release(memory.context, probes->probes);
    memory.release(memory.context, probes->nodes);
    memory.release(memory.context, probes->slots);
    memory.release(memory.context, probes);
}

uint64_t pkt_probes_answered(const struct pkt_probes *probes)
{
    return probes->answered;
}

uint64_t pkt_probes_evicted(const struct pkt_probes *probes)
{
    return probes->evicted;
}

/* From a secret, so that nobody who answers can aim many keys at one slot. */
static uint32_t hash_of(const struct pkt_probes *probes, const struct probe_key *key)
{
    uint64_t hash = probes->secret ^ UINT64_C(0xcbf29ce484222325);
    struct pkt_view bytes = pkt_view_make(key, sizeof *key);
    for (size_t off = 0; off < sizeof *key; off += 4) {
        hash = (hash ^ pkt_u32(bytes, off)) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t *slot_of(struct pkt_probes *probes, uint32_t hash)
{
    return &probes->slots[hash & (probes->slot_count - 1)];
}

static uint32_t find(struct pkt_probes *probes, const struct probe_key *key)
{
    uint32_t hash = hash_of(probes, key);
    uint32_t i = *slot_of(probes, hash);
    while (i != NOBODY &&
           (probes->nodes[i].hash != hash || memcmp(&probes->nodes[i].key, key, sizeof *key) != 0))
        i = probes->nodes[i].chain;
    return i;
}

static void insert(struct pkt_probes *probes, uint32_t i, const struct probe_key *key)
{
    struct node *node = &probes->nodes[i];
    *node = (struct node){.key = *key, .hash = hash_of(probes, key)};
    node->chain = *slot_of(probes, node->hash);
    *slot_of(probes, node->hash) = i;
}

static void take_out(struct pkt_probes *probes, uint32_t i)
{
    if (probes->nodes[i].key.kind == KEY_NONE)
        return;
    uint32_t *link = slot_of(probes, probes->nodes[i].hash);
    while (*link != i)
        link = &probes->nodes[*link].chain;
    *link = probes->nodes[i].chain;
    probes->nodes[i].key.kind = KEY_NONE;
}

/* The oldest probe makes place. */
static struct probe *make_place(struct pkt_probes *probes, uint32_t at)
{
    struct probe *probe = &probes->probes[at];
    probes->evicted += probe->is_used && probe->answers == 0;
    for (uint32_t i = 0; i < PROBE_KEYS_MAX; i++)
        take_out(probes, at * PROBE_KEYS_MAX + i);
    return probe;
}

bool pkt_probes_sent(struct pkt_probes *probes, const struct pkt_packet *packet, uint64_t number,
                     struct pkt_wall time)
{
    struct probe_key keys[PROBE_KEYS_MAX];
    unsigned count = probe_keys(packet, keys);
    if (count == 0)
        return false;
    uint32_t at = (uint32_t)(probes->noted++ & (probes->size - 1));
    *make_place(probes, at) = (struct probe){.number = number, .time = time, .is_used = true};
    for (unsigned i = 0; i < count; i++) {
        uint32_t earlier = find(probes, &keys[i]);
        if (earlier != NOBODY)
            take_out(probes, earlier);
        insert(probes, at * PROBE_KEYS_MAX + i, &keys[i]);
    }
    return true;
}

/* Numbers ascend along the ring: the newest stands before `noted`. */
void pkt_probes_stamp(struct pkt_probes *probes, uint64_t number, struct pkt_wall time)
{
    uint64_t held = probes->noted < probes->size ? probes->noted : probes->size;
    uint64_t low = probes->noted - held, high = probes->noted;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct probe *probe = &probes->probes[middle & (probes->size - 1)];
        if (probe->number == number) {
            probe->time = time;
            probe->is_stamped = true;
            return;
        }
        if (probe->number < number)
            low = middle + 1;
        else
            high = middle;
    }
}

/* Looks a key up, then with each address left out that the probe may not have had. */
static uint32_t find_any(struct pkt_probes *probes, const struct probe_key *key)
{
    for (unsigned without = 0; without < 4; without++) {
        struct probe_key trial = *key;
        if ((without & 1) != 0)
            memset(trial.far, 0, sizeof trial.far);
        if ((without & 2) != 0)
            memset(trial.near, 0, sizeof trial.near);
        uint32_t i = find(probes, &trial);
        if (i != NOBODY)
            return i;
    }
    return NOBODY;
}

static int kind_of(const struct probe_key *key)
{
    static const uint8_t kinds[] = {
        [KEY_QUOTED] = PKT_ANSWER_ERROR,         [KEY_REPLY] = PKT_ANSWER_REPLY,
        [KEY_RESET] = PKT_ANSWER_REPLY,          [KEY_GROUP] = PKT_ANSWER_MEMBERSHIP,
        [KEY_ROUTER] = PKT_ANSWER_ADVERTISEMENT,
    };
    return kinds[key->kind];
}

/* The probe that was found is answered. */
static void answer(struct pkt_probes *probes, uint32_t node, struct pkt_wall time,
                   struct pkt_answer *ret_answer)
{
    struct probe *probe = &probes->probes[node / PROBE_KEYS_MAX];
    *ret_answer = (struct pkt_answer){.number = probe->number,
                                      .kind = kind_of(&probes->nodes[node].key),
                                      .rtt_ns = pkt_wall_since(time, probe->time),
                                      .is_stamped = probe->is_stamped,
                                      .copy = probe->answers};
    probes->answered += probe->answers == 0;
    probe->answers += probe->answers < UINT32_MAX;
}

/* The query that a report answers: for one of its groups, else for any. */
static uint32_t find_query(struct pkt_probes *probes, const struct pkt_packet *packet)
{
    struct report_walk walk;
    struct probe_key key;
    uint32_t node = NOBODY;
    if (!report_keys(packet, &walk))
        return NOBODY;
    while (node == NOBODY && report_key_next(&walk, &key))
        node = find(probes, &key);
    return node;
}

bool pkt_probes_answer(struct pkt_probes *probes, const struct pkt_packet *packet, struct pkt_wall time,
                       struct pkt_answer *ret_answer)
{
    struct probe_key key;
    uint32_t node = answer_key(packet, &key) ? find_any(probes, &key) : find_query(probes, packet);
    if (node == NOBODY)
        return false;
    answer(probes, node, time, ret_answer);
    return true;
}
