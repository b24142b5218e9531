/*
 * The tracker of numbered echo probes: a ring that the number indexes, and chains through it by target and
 * sequence number.
 *
 * A chain runs from its newest probe to older ones and holds the low halves of their numbers, so a probe that
 * the ring forgot needs not be taken out: what is not younger than the ring ends the chain.
 */
#include "pkt/echo.h"

enum {
    SIZE_START = 64,
    SIZE_DEFAULT = 1 << 20,
    PROBES_MAX = 1 << 24,
};
#define KEEP_NS_DEFAULT (10 * PKT_NS_PER_S)

/* --- tags --- */

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static PKT_ALWAYS_INLINE void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static PKT_ALWAYS_INLINE void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    sip_round(v);
    v[0] ^= word;
}

/* Eight bytes, little-endian, as the paper has it. */
static uint64_t word_at(struct pkt_view bytes, size_t off)
{
    uint64_t word = pkt_u64(bytes, off);
    word = (word & UINT64_C(0x00ff00ff00ff00ff)) << 8 | (word >> 8 & UINT64_C(0x00ff00ff00ff00ff));
    word = (word & UINT64_C(0x0000ffff0000ffff)) << 16 | (word >> 16 & UINT64_C(0x0000ffff0000ffff));
    return word << 32 | word >> 32;
}

/* The last word: up to seven bytes that are left, and the length. */
static uint64_t last_word(struct pkt_view bytes, size_t off)
{
    uint64_t word = (uint64_t)bytes.len << 56;
    for (size_t i = off; i < bytes.len; i++)
        word |= (uint64_t)pkt_u8(bytes, i) << (i - off) * 8;
    return word;
}

uint64_t pkt_siphash(const uint8_t key[16], struct pkt_view bytes)
{
    struct pkt_view keys = pkt_view_make(key, 16);
    uint64_t k0 = word_at(keys, 0), k1 = word_at(keys, 8);
    uint64_t v[4] = {
        k0 ^ UINT64_C(0x736f6d6570736575),
        k1 ^ UINT64_C(0x646f72616e646f6d),
        k0 ^ UINT64_C(0x6c7967656e657261),
        k1 ^ UINT64_C(0x7465646279746573),
    };
    size_t whole = bytes.len / 8 * 8;
    for (size_t off = 0; off < whole; off += 8)
        sip_word(v, word_at(bytes, off));
    sip_word(v, last_word(bytes, whole));
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static void put_u64(uint8_t *room, uint64_t number)
{
    for (unsigned i = 0; i < 8; i++)
        room[i] = (uint8_t)(number >> (56 - 8 * i));
}

uint64_t pkt_echo_tag(const uint8_t key[16], struct pkt_ip target, uint16_t identifier, uint64_t number)
{
    uint8_t message[32] = {target.version, 0, (uint8_t)(identifier >> 8), (uint8_t)identifier};
    bool is_short = target.version == 4;
    memcpy(message + 4, target.ip4.byte, sizeof target.ip4.byte);
    put_u64(message + 8, number);
    memcpy(message + 16, target.ip6.byte, sizeof target.ip6.byte);
    return pkt_siphash(key, pkt_view_make(message, is_short ? 16 : sizeof message));
}

size_t pkt_echo_payload_write(uint8_t *payload, size_t len, uint64_t tag, uint64_t number)
{
    if (len < PKT_ECHO_TAG_SIZE)
        return 0;
    put_u64(payload, tag);
    if (len < PKT_ECHO_PAYLOAD_SIZE)
        return PKT_ECHO_TAG_SIZE;
    put_u64(payload + PKT_ECHO_TAG_SIZE, number);
    return PKT_ECHO_PAYLOAD_SIZE;
}

void pkt_echo_payload_read(struct pkt_view payload, struct pkt_echo_payload *ret_payload)
{
    *ret_payload = (struct pkt_echo_payload){
        .has_tag = payload.len >= PKT_ECHO_TAG_SIZE,
        .has_number = payload.len >= PKT_ECHO_PAYLOAD_SIZE,
        .tag = pkt_u64(payload, 0),
        .number = pkt_u64(payload, PKT_ECHO_TAG_SIZE),
    };
}

/* --- the ring --- */

enum {
    HAS_STAMP = 1 << 0,
    HAS_CARD = 1 << 1,
};

struct slot {
    int64_t sent_ns;  /* CLOCK_MONOTONIC */
    int64_t stamp_ns; /* with HAS_STAMP */
    int64_t card_ns;  /* with HAS_CARD */
    uint32_t target;
    uint32_t before; /* the low half of the number of the one before in its chain */
    uint32_t replies;
    uint16_t sequence;
    uint8_t state; /* enum pkt_echo_state */
    uint8_t flags; /* enum pkt_echo_flag */
    uint8_t has;
};

struct pkt_echo {
    struct pkt_memory memory;
    struct slot *slots;
    uint32_t *heads; /* of the chains, as many as slots: the low half of a number */
    uint32_t size;   /* a power of two */
    uint32_t size_max;
    int64_t keep_ns;
    uint64_t oldest;  /* the number of the first probe that is remembered */
    uint64_t settled; /* of the first that pkt_echo_settle did not give yet */
    uint64_t next;    /* of the one to be sent */
    uint64_t evicted;
    uint64_t multiplier; /* of the hash: odd */
};

_Static_assert(sizeof(struct slot) <= 48, "48 bytes a probe, and 4 for its chain");

static size_t bytes_of(uint32_t size)
{
    return (size_t)size * (sizeof(struct slot) + sizeof(uint32_t));
}

static uint32_t power_of_two(uint32_t wanted)
{
    uint32_t size = 1;
    while (size < wanted && size < PROBES_MAX)
        size *= 2;
    return size;
}

static struct slot *slot_of(const struct pkt_echo *echo, uint64_t number)
{
    return &echo->slots[number & (echo->size - 1)];
}

static struct slot *find(const struct pkt_echo *echo, uint64_t number)
{
    return number >= echo->oldest && number < echo->next ? slot_of(echo, number) : NULL;
}

/* Targets and sequence numbers are the sender's own: nobody else can aim at a chain. */
static uint32_t *head_of(const struct pkt_echo *echo, uint32_t target, uint16_t sequence)
{
    uint64_t hash = ((uint64_t)target << 16 | sequence) * echo->multiplier;
    return &echo->heads[hash >> 32 & (echo->size - 1)];
}

static void chain(struct pkt_echo *echo, uint64_t number)
{
    struct slot *slot = slot_of(echo, number);
    uint32_t *head = head_of(echo, slot->target, slot->sequence);
    slot->before = *head;
    *head = (uint32_t)number;
}

/* Moves all into a table of the size. False, and nothing changed, when there is no memory. */
static bool resize(struct pkt_echo *echo, uint32_t size)
{
    struct pkt_memory *memory = &echo->memory;
    struct pkt_echo old = *echo;
    if (sizeof *echo + bytes_of(old.size) + bytes_of(size) > memory->budget)
        return false;
    struct slot *slots = memory->allocate(memory->context, size * sizeof *slots);
    uint32_t *heads = memory->allocate(memory->context, size * sizeof *heads);
    if (slots == NULL || heads == NULL) {
        memory->release(memory->context, slots);
        memory->release(memory->context, heads);
        return false;
    }
    echo->slots = slots;
    echo->heads = heads;
    echo->size = size;
    for (uint32_t i = 0; i < size; i++)
        heads[i] = (uint32_t)(echo->oldest - 1); /* forgotten already: the chain is empty */
    for (uint64_t number = echo->oldest; number < echo->next; number++) {
        *slot_of(echo, number) = *slot_of(&old, number);
        chain(echo, number);
    }
    memory->release(memory->context, old.slots);
    memory->release(memory->context, old.heads);
    return true;
}

struct pkt_echo *pkt_echo_create(const struct pkt_memory *memory, const struct pkt_echo_options *options)
{
    struct pkt_echo_options taken = {.size = sizeof taken};
    if (options != NULL && options->size < sizeof options->size)
        return NULL;
    if (options != NULL)
        memcpy(&taken, options, options->size < sizeof taken ? options->size : sizeof taken);
    struct pkt_echo *echo =
        sizeof *echo <= memory->budget ? memory->allocate(memory->context, sizeof *echo) : NULL;
    if (echo == NULL)
        return NULL;
    *echo = (struct pkt_echo){
        .memory = *memory,
        .size_max = power_of_two(taken.probes_max == 0 ? SIZE_DEFAULT : taken.probes_max),
        .keep_ns = taken.keep_ns == 0 ? KEEP_NS_DEFAULT : taken.keep_ns,
        .multiplier = (taken.secret ^ UINT64_C(0x9e3779b97f4a7c15)) | 1,
    };
    if (!resize(echo, echo->size_max < SIZE_START ? echo->size_max : SIZE_START)) {
        pkt_echo_destroy(echo);
        return NULL;
    }
    return echo;
}

void pkt_echo_destroy(struct pkt_echo *echo)
{
    if (echo == NULL)
        return;
    struct pkt_memory memory = echo->memory;
    memory.release(memory.context, echo->slots);
    memory.release(memory.context, echo->heads);
    memory.release(memory.context, echo);
}

uint64_t pkt_echo_next_number(const struct pkt_echo *echo)
{
    return echo->next;
}

uint64_t pkt_echo_evicted(const struct pkt_echo *echo)
{
    return echo->evicted;
}

/* The ring is full of probes of which the first is still to be given. */
static bool is_pressed(const struct pkt_echo *echo)
{
    return echo->next - echo->settled >= echo->size;
}

/* Where memory cannot be had, it is not asked for again. */
static bool grow(struct pkt_echo *echo)
{
    if (echo->size < echo->size_max && !resize(echo, echo->size * 2))
        echo->size_max = echo->size;
    return echo->next - echo->oldest < echo->size;
}

bool pkt_echo_is_full(struct pkt_echo *echo)
{
    return is_pressed(echo) && !grow(echo);
}

/* Makes place for one: in a greater table while the oldest is worth keeping, else in its place. */
static void make_place(struct pkt_echo *echo, struct pkt_mono now)
{
    if (echo->next - echo->oldest < echo->size)
        return;
    bool is_young =
        pkt_mono_since(now, (struct pkt_mono){slot_of(echo, echo->oldest)->sent_ns}) < echo->keep_ns;
    if ((is_young || is_pressed(echo)) && grow(echo))
        return;
    if (is_pressed(echo)) {
        echo->evicted++;
        echo->settled++;
    }
    echo->oldest++;
}

uint64_t pkt_echo_sent(struct pkt_echo *echo, uint32_t target, uint16_t sequence, unsigned flags,
                       struct pkt_mono now)
{
    make_place(echo, now);
    uint64_t number = echo->next++;
    *slot_of(echo, number) = (struct slot){
        .sent_ns = now.ns,
        .target = target,
        .sequence = sequence,
        .state = PKT_ECHO_WAITING,
        .flags = (uint8_t)flags,
    };
    chain(echo, number);
    return number;
}

void pkt_echo_stamp(struct pkt_echo *echo, uint64_t number, struct pkt_wall time)
{
    struct slot *slot = find(echo, number);
    if (slot == NULL)
        return;
    slot->stamp_ns = time.ns;
    slot->has |= HAS_STAMP;
}

void pkt_echo_stamp_card(struct pkt_echo *echo, uint64_t number, struct pkt_hw time)
{
    struct slot *slot = find(echo, number);
    if (slot == NULL)
        return;
    slot->card_ns = time.ns;
    slot->has |= HAS_CARD;
}

/* --- what becomes of a probe --- */

static struct pkt_echo_probe describe(const struct slot *slot, uint64_t number)
{
    return (struct pkt_echo_probe){
        .number = number,
        .target = slot->target,
        .sequence = slot->sequence,
        .state = slot->state,
        .flags = slot->flags,
        .sent = {slot->sent_ns},
        .has_stamp = (slot->has & HAS_STAMP) != 0,
        .stamp = {slot->stamp_ns},
        .replies = slot->replies,
    };
}

bool pkt_echo_find(const struct pkt_echo *echo, uint64_t number, struct pkt_echo_probe *ret_probe)
{
    const struct slot *slot = find(echo, number);
    if (slot != NULL)
        *ret_probe = describe(slot, number);
    return slot != NULL;
}

bool pkt_echo_find_sequence(const struct pkt_echo *echo, uint32_t target, uint16_t sequence,
                            struct pkt_echo_probe *ret_probe)
{
    uint32_t low = *head_of(echo, target, sequence);
    uint64_t held = echo->next - echo->oldest;
    for (uint32_t age = 0; (uint32_t)echo->next - low > age;) {
        age = (uint32_t)echo->next - low;
        if (age > held)
            return false;
        const struct slot *slot = slot_of(echo, echo->next - age);
        if (slot->target == target && slot->sequence == sequence) {
            *ret_probe = describe(slot, echo->next - age);
            return true;
        }
        low = slot->before;
    }
    return false;
}

/* Whether the difference of two stamps can be the time that the monotonic clock saw pass around them. */
static bool is_credible(int64_t rtt_ns, int64_t user_ns)
{
    return rtt_ns >= 0 && rtt_ns <= user_ns;
}

static bool card_rtt(const struct slot *slot, const struct pkt_echo_arrival *arrival,
                     struct pkt_echo_rtt *rtt)
{
    if (!arrival->has_card || (slot->has & HAS_CARD) == 0)
        return false;
    rtt->rtt_ns = pkt_hw_since(arrival->card, (struct pkt_hw){slot->card_ns});
    rtt->clock = PKT_ECHO_CARD;
    return is_credible(rtt->rtt_ns, rtt->user_ns);
}

static bool kernel_rtt(const struct slot *slot, const struct pkt_echo_arrival *arrival,
                       struct pkt_echo_rtt *rtt)
{
    if (!arrival->has_stamp || (slot->has & HAS_STAMP) == 0)
        return false;
    rtt->rtt_ns = pkt_wall_since(arrival->stamp, (struct pkt_wall){slot->stamp_ns});
    rtt->clock = PKT_ECHO_KERNEL;
    return is_credible(rtt->rtt_ns, rtt->user_ns);
}

/* Whether a pair of stamps lacks only the one that is still to come. */
static bool is_pending(const struct slot *slot, const struct pkt_echo_arrival *arrival, int clock)
{
    bool card = (slot->flags & PKT_ECHO_EXPECT_CARD) != 0 && (slot->has & HAS_CARD) == 0;
    bool kernel = (slot->flags & PKT_ECHO_EXPECT_STAMP) != 0 && (slot->has & HAS_STAMP) == 0;
    return (card && arrival->has_card) || (kernel && arrival->has_stamp && clock == PKT_ECHO_USER);
}

static struct pkt_echo_rtt rtt_of(const struct slot *slot, const struct pkt_echo_arrival *arrival)
{
    int64_t user_ns = pkt_mono_since(arrival->now, (struct pkt_mono){slot->sent_ns});
    struct pkt_echo_rtt rtt = {.user_ns = user_ns > 0 ? user_ns : 0};
    if (!card_rtt(slot, arrival, &rtt) && !kernel_rtt(slot, arrival, &rtt)) {
        rtt.rtt_ns = rtt.user_ns;
        rtt.clock = PKT_ECHO_USER;
    }
    rtt.is_pending = is_pending(slot, arrival, rtt.clock);
    return rtt;
}

bool pkt_echo_rtt(const struct pkt_echo *echo, uint64_t number, const struct pkt_echo_arrival *arrival,
                  struct pkt_echo_rtt *ret_rtt)
{
    const struct slot *slot = find(echo, number);
    if (slot != NULL)
        *ret_rtt = rtt_of(slot, arrival);
    return slot != NULL;
}

int pkt_echo_reply(struct pkt_echo *echo, uint64_t number, const struct pkt_echo_arrival *arrival,
                   struct pkt_echo_rtt *ret_rtt)
{
    struct slot *slot = find(echo, number);
    if (slot == NULL)
        return PKT_ECHO_UNKNOWN;
    *ret_rtt = rtt_of(slot, arrival);
    slot->replies += slot->replies < UINT32_MAX;
    if (slot->state == PKT_ECHO_ANSWERED)
        return (slot->flags & PKT_ECHO_GROUP) != 0 ? PKT_ECHO_MANY : PKT_ECHO_DUPLICATE;
    slot->state = PKT_ECHO_ANSWERED;
    return number < echo->settled ? PKT_ECHO_LATE : PKT_ECHO_FIRST;
}

bool pkt_echo_error(struct pkt_echo *echo, uint64_t number)
{
    struct slot *slot = find(echo, number);
    if (slot == NULL || slot->state != PKT_ECHO_WAITING)
        return false;
    slot->state = PKT_ECHO_ERRORED;
    return true;
}

bool pkt_echo_settle(struct pkt_echo *echo, struct pkt_mono now, int64_t timeout_ns,
                     struct pkt_echo_probe *ret_probe)
{
    struct slot *slot = find(echo, echo->settled);
    if (slot == NULL)
        return false;
    if (slot->state == PKT_ECHO_WAITING) {
        if (pkt_mono_since(now, (struct pkt_mono){slot->sent_ns}) < timeout_ns)
            return false;
        slot->state = PKT_ECHO_LOST;
    }
    *ret_probe = describe(slot, echo->settled++);
    return true;
}

bool pkt_echo_deadline(const struct pkt_echo *echo, int64_t timeout_ns, struct pkt_mono *ret_deadline)
{
    const struct slot *slot = find(echo, echo->settled);
    if (slot == NULL)
        return false;
    int64_t wait_ns = slot->state == PKT_ECHO_WAITING ? timeout_ns : 0;
    bool is_endless = wait_ns > 0 && slot->sent_ns > INT64_MAX - wait_ns;
    ret_deadline->ns = is_endless ? INT64_MAX : slot->sent_ns + wait_ns;
    return true;
}
