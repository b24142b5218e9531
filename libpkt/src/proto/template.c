/*
 * Templates: patches whose checksums follow (RFC 1624). template_init.c says which bits may be patched and
 * which checksums cover them.
 */
#include "template.h"

enum {
    SMALL = 16, /* bytes that are summed one by one */
    CHUNK = 256,
    WINDOW = 8, /* octets that a slot reads and writes */
};

/* A patch under way. */
struct change {
    uint32_t acc[PKT_MAX_LAYERS]; /* by which each touched checksum's sum changes, 17 bits at most */
    unsigned touched;
};

static uint16_t fold(uint64_t acc)
{
    acc = (acc & 0xffffffff) + (acc >> 32);
    acc = (acc & 0xffff) + (acc >> 16);
    acc = (acc & 0xffff) + (acc >> 16);
    acc = (acc & 0xffff) + (acc >> 16);
    return (uint16_t)acc;
}

static uint16_t swap(uint16_t word)
{
    return (uint16_t)(word << 8 | word >> 8);
}

/* ~m + m' (RFC 1624 equation 3). */
static void add_word(struct change *change, unsigned checksum, uint16_t old_word, uint16_t new_word)
{
    uint32_t acc = change->acc[checksum] + (uint16_t)~old_word + new_word;
    change->acc[checksum] = (acc & 0xffff) + (acc >> 16);
    change->touched |= 1U << checksum;
}

/* The sum of a run, the first byte the upper half of its word or the lower one. */
static uint16_t sum_run(struct pkt_view run, bool swapped)
{
    struct pkt_sum sum = {0, false};
    if (run.len > SMALL) {
        pkt_sum_add(&sum, run);
        return swapped ? swap(pkt_sum_fold(&sum)) : pkt_sum_fold(&sum);
    }
    for (size_t i = 0; i < run.len; i++)
        sum.acc += (uint64_t)pkt_u8(run, i) << ((i & 1) == swapped ? 8 : 0);
    return fold(sum.acc);
}

/* Bytes from off on changed: what that is to each checksum that covers some of them. */
static void spread(const struct pkt_template *t, size_t off, struct pkt_view before, struct pkt_view after,
                   struct change *change)
{
    size_t end = off + before.len;
    for (unsigned i = 0; i < t->segment_count; i++) {
        const struct pkt_template_segment *s = &t->segment[i];
        if (off >= s->end || end <= s->off)
            continue;
        size_t from = off > s->off ? off : s->off;
        size_t to = end < s->end ? end : s->end;
        bool swapped = (from & 1) != s->odd;
        add_word(change, s->checksum, sum_run(pkt_view_clip(before, from - off, to - from), swapped),
                 sum_run(pkt_view_clip(after, from - off, to - from), swapped));
    }
}

/* Whether all that a checksum covers is zero: then its sum is 0, which no other bytes have (RFC 1071 1). */
static bool covers_zeroes(const struct pkt_template *t, unsigned checksum)
{
    struct pkt_view packet = pkt_room_view(t->packet);
    for (unsigned i = 0; i < t->segment_count; i++)
        for (size_t at = t->segment[i].off; t->segment[i].checksum == checksum && at < t->segment[i].end;
             at++)
            if (pkt_u8(packet, at) != 0)
                return false;
    return true;
}

static uint16_t next_value(const struct pkt_template *t, unsigned i, uint16_t value, uint32_t acc)
{
    enum pkt_template_kind kind = (enum pkt_template_kind)t->checksum[i].kind;
    if (kind == PKT_TEMPLATE_PARTIAL)
        return fold((uint64_t)value + acc);
    uint16_t sum = fold((uint64_t)(uint16_t)~value + acc);
    uint16_t checksum = sum == 0 ? 0 : (uint16_t)~sum; /* of the two zeroes a sum has the one that is not 0 */
    if (checksum != 0)
        return checksum;
    return kind == PKT_TEMPLATE_UDP || covers_zeroes(t, i) ? UINT16_MAX : 0;
}

/* What a checksum's change is to those that cover it. */
static void carry(const struct pkt_template_checksum *checksum, uint16_t before, uint16_t after,
                  struct change *change)
{
    for (unsigned i = 0, carriers = checksum->carriers; carriers != 0; i++, carriers >>= 1) {
        bool swapped = (checksum->swapped >> i & 1) != 0;
        if ((carriers & 1) != 0)
            add_word(change, i, swapped ? swap(before) : before, swapped ? swap(after) : after);
    }
}

/* Every touched checksum but those in `kept` gets its new value, the innermost first. */
static void update(struct pkt_template *t, struct change *change, unsigned kept)
{
    for (unsigned i = t->checksum_count; i-- > 0;) {
        const struct pkt_template_checksum *checksum = &t->checksum[i];
        if (((change->touched & ~kept) >> i & 1) == 0)
            continue;
        uint16_t before = pkt_u16(pkt_room_view(t->packet), checksum->off);
        uint16_t after = next_value(t, i, before, change->acc[i]);
        pkt_set_u16(t->packet, checksum->off, after);
        carry(checksum, before, after, change);
    }
}

/* Checksums whose fields the patch writes itself. */
static unsigned written(const struct pkt_template *t, size_t off, size_t end)
{
    unsigned mask = 0;
    for (unsigned i = 0; i < t->checksum_count; i++)
        mask |= off < t->checksum[i].off + 2U && t->checksum[i].off < end ? 1U << i : 0;
    return mask;
}

static bool is_skeleton(const struct pkt_template *t, uint64_t off, uint64_t end)
{
    for (unsigned i = 0; i < t->skeleton_count && t->skeleton[i].off < end; i++)
        if (off < t->skeleton[i].end)
            return true;
    return false;
}

/* Whether the bits [off, off + len) may be patched. */
static int may_patch(const struct pkt_template *t, uint64_t off, uint64_t len)
{
    uint64_t all = (uint64_t)t->packet.len * 8;
    if (off > all || len > all - off)
        return PKT_TEMPLATE_E_RANGE;
    bool forced = (t->flags & PKT_TEMPLATE_FORCE) != 0;
    return !forced && is_skeleton(t, off, off + len) ? PKT_TEMPLATE_E_STRUCTURE : PKT_TEMPLATE_OK;
}

/* Which checksums cover octets [first, end), summing words from `window` on. False when one covers a part. */
static bool find_covers(const struct pkt_template *t, size_t first, size_t end,
                        struct pkt_template_slot *slot)
{
    slot->covers = 0;
    slot->swapped = 0;
    for (unsigned i = 0; i < t->segment_count; i++) {
        const struct pkt_template_segment *s = &t->segment[i];
        if (first >= s->end || end <= s->off)
            continue;
        if (first < s->off || end > s->end)
            return false;
        slot->covers |= (uint16_t)(1U << s->checksum);
        slot->swapped |= (uint16_t)(((slot->window & 1) != s->odd) << s->checksum);
    }
    return true;
}

static bool holds_checksum(const struct pkt_template *t, size_t window)
{
    for (unsigned i = 0; i < t->checksum_count; i++)
        if (t->checksum[i].off < window + WINDOW && window < t->checksum[i].off + 2U)
            return true;
    return false;
}

/* A window around octets [first, end), without a checksum if that can be: reading octets of which some were
 * written just before waits for the writing. */
static size_t window_of(const struct pkt_template *t, size_t first, size_t end)
{
    size_t last = t->packet.len - WINDOW;
    if (end >= WINDOW && !holds_checksum(t, end - WINDOW))
        return end - WINDOW;
    return first < last ? first : last;
}

/* A slot for bits that may be patched; false when there is none: see pkt_template_slot. */
static bool make_slot(const struct pkt_template *t, uint64_t off, unsigned len,
                      struct pkt_template_slot *slot)
{
    size_t first = (size_t)(off / 8), end = (size_t)((off + len + 7) / 8);
    if (t->packet.len < WINDOW || end - first > WINDOW)
        return false;
    slot->window = (uint32_t)window_of(t, first, end);
    slot->shift = (uint8_t)(WINDOW * 8 - len - (off - (uint64_t)slot->window * 8));
    slot->mask = UINT64_MAX >> (64 - len) << slot->shift;
    return find_covers(t, first, end, slot);
}

int pkt_template_slot(const struct pkt_template *t, uint64_t off, unsigned len,
                      struct pkt_template_slot *ret_slot)
{
    if (len == 0 || len > 64)
        return PKT_TEMPLATE_E_RANGE;
    int error = may_patch(t, off, len);
    if (error != PKT_TEMPLATE_OK)
        return error;
    return make_slot(t, off, len, ret_slot) ? PKT_TEMPLATE_OK : PKT_TEMPLATE_E_RANGE;
}

/* ~m + m' of 64 bits, which are a one's complement sum of four words (RFC 1071 2.C). */
static uint16_t difference(uint64_t before, uint64_t after)
{
    uint64_t sum = ~before + after;
    sum += sum < after; /* the carry comes back in */
    return fold(sum);
}

void pkt_template_put(struct pkt_template *t, const struct pkt_template_slot *slot, uint64_t value)
{
    uint64_t before = pkt_u64(pkt_room_view(t->packet), slot->window);
    uint64_t after = (before & ~slot->mask) | (value << slot->shift & slot->mask);
    struct change change = {.touched = slot->covers};
    pkt_set_u64(t->packet, slot->window, after);
    if (before == after || slot->covers == 0)
        return;
    uint16_t sum = difference(before, after);
    for (unsigned i = 0; i < t->checksum_count; i++)
        if ((slot->covers >> i & 1) != 0)
            change.acc[i] = (slot->swapped >> i & 1) != 0 ? swap(sum) : sum;
    update(t, &change, 0);
}

/* Bits for which there is no slot. */
static void patch(struct pkt_template *t, uint64_t off, unsigned len, uint64_t value)
{
    uint8_t before[9]; /* 64 bits may touch as many octets */
    struct change change = {.touched = 0};
    size_t first = (size_t)(off / 8), end = (size_t)((off + len + 7) / 8);
    struct pkt_view after = pkt_view_clip(pkt_room_view(t->packet), first, end - first);
    memcpy(before, after.ptr, after.len);
    pkt_set_bits(t->packet, (size_t)off, len, value);
    spread(t, first, pkt_view_make(before, after.len), after, &change);
    update(t, &change, written(t, first, end));
}

int pkt_template_set_bits(struct pkt_template *t, uint64_t off, unsigned len, uint64_t value)
{
    struct pkt_template_slot slot;
    if (len == 0 || len > 64 || (len < 64 && value >> len != 0))
        return PKT_TEMPLATE_E_RANGE;
    int error = may_patch(t, off, len);
    if (error != PKT_TEMPLATE_OK)
        return error;
    if (make_slot(t, off, len, &slot))
        pkt_template_put(t, &slot, value);
    else
        patch(t, off, len, value);
    return PKT_TEMPLATE_OK;
}

int pkt_template_set_bytes(struct pkt_template *t, size_t off, struct pkt_view bytes)
{
    uint8_t before[CHUNK];
    struct change change = {.touched = 0};
    if (off > t->packet.len || bytes.len > t->packet.len - off)
        return PKT_TEMPLATE_E_RANGE;
    int error = may_patch(t, (uint64_t)off * 8, (uint64_t)bytes.len * 8);
    if (error != PKT_TEMPLATE_OK)
        return error;
    for (size_t done = 0; done < bytes.len; done += CHUNK) {
        struct pkt_view chunk = pkt_view_clip(bytes, done, CHUNK);
        pkt_copy(pkt_room_view(t->packet), off + done, before, chunk.len);
        pkt_set_bytes(t->packet, off + done, chunk.ptr, chunk.len);
        spread(t, off + done, pkt_view_make(before, chunk.len), chunk, &change);
    }
    update(t, &change, written(t, off, off + bytes.len));
    return PKT_TEMPLATE_OK;
}

const char *pkt_template_sentence(int error)
{
    static const char *const sentences[] = {
        [-PKT_TEMPLATE_OK] = "patched",
        [-PKT_TEMPLATE_E_RANGE] = "the packet has no such bits, or the value does not fit in them",
        [-PKT_TEMPLATE_E_STRUCTURE] = "these bits say what the packet consists of",
    };
    unsigned index = (unsigned)-error;
    return index < sizeof sentences / sizeof *sentences ? sentences[index] : "unknown error";
}
