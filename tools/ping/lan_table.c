/* SPDX-License-Identifier: BSD-2-Clause */
#include "lan_table.h"

#include <stdlib.h>
#include <string.h>

#include "words.h"

/* A quarter of the slots at least stays free, so that every search ends soon. */
static uint32_t slots_of(uint32_t max)
{
    uint32_t slots = 16;
    while (slots / 4 * 3 < max)
        slots *= 2;
    return slots;
}

bool lan_table_open(struct lan_table *table, struct pkt_memory memory, uint32_t max, uint64_t secret)
{
    size_t slots_len = slots_of(max) * sizeof *table->slots;
    *table = (struct lan_table){.memory = memory, .max = max, .secret = secret};
    table->rows = memory.allocate(memory.context, max * sizeof *table->rows);
    table->slots = memory.allocate(memory.context, slots_len);
    if (table->rows == NULL || table->slots == NULL) {
        lan_table_close(table);
        return false;
    }
    memset(table->slots, 0, slots_len);
    return true;
}

void lan_table_close(struct lan_table *table)
{
    if (table->rows != NULL)
        table->memory.release(table->memory.context, table->rows);
    if (table->slots != NULL)
        table->memory.release(table->memory.context, table->slots);
    table->rows = NULL;
    table->slots = NULL;
    table->count = 0;
}

/* The finaliser of a 64-bit mix, with the secret added at each word. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
    hash = (hash ^ (hash >> 29)) * 0xbf58476d1ce4e5b9U;
    return hash ^ (hash >> 32);
}

/* Of the address alone: all link-layer addresses of one IP address lie in one run of slots. */
static uint64_t hash_of(const struct lan_table *table, struct pkt_ip address)
{
    uint64_t words[2] = {0, 0};
    memcpy(words, address.version == 4 ? address.ip4.byte : address.ip6.byte, address.version == 4 ? 4 : 16);
    return mix(mix(table->secret, words[0] + address.version), words[1] + table->secret);
}

static bool is_pair(const struct lan_responder *row, struct pkt_ip address, struct pkt_mac mac)
{
    return pkt_ip_equal(row->address, address) && pkt_mac_equal(row->mac, mac);
}

static struct lan_responder *add(struct lan_table *table, uint32_t slot, const struct lan_sighting *sighting)
{
    table->slots[slot] = ++table->count;
    struct lan_responder *row = &table->rows[table->count - 1];
    *row = (struct lan_responder){.address = sighting->address, .mac = sighting->mac, .rtt_best_ns = -1};
    return row;
}

static struct lan_responder *take(struct lan_table *table, const struct lan_sighting *sighting)
{
    uint32_t mask = slots_of(table->max) - 1, slot = (uint32_t)hash_of(table, sighting->address) & mask;
    unsigned macs = 0;
    for (; table->slots[slot] != 0; slot = (slot + 1) & mask) {
        struct lan_responder *row = &table->rows[table->slots[slot] - 1];
        if (is_pair(row, sighting->address, sighting->mac))
            return row;
        macs += pkt_ip_equal(row->address, sighting->address);
    }
    if (table->count < table->max && macs < LAN_MACS_MAX)
        return add(table, slot, sighting);
    table->unfit++;
    return NULL;
}

void lan_table_time(struct lan_responder *row, int64_t rtt_ns)
{
    if (rtt_ns >= 0 && (row->rtt_best_ns < 0 || rtt_ns < row->rtt_best_ns))
        row->rtt_best_ns = rtt_ns;
}

struct lan_responder *lan_table_note(struct lan_table *table, const struct lan_sighting *sighting)
{
    struct lan_responder *row = take(table, sighting);
    if (row == NULL)
        return NULL;
    row->ways |= (uint8_t)sighting->way;
    row->replies += sighting->is_answer;
    if (sighting->is_answer)
        lan_table_time(row, sighting->rtt_ns);
    return row;
}

/* Rows with the row's IP address and another link-layer address; only those that answered, or all. */
static unsigned others(const struct lan_table *table, const struct lan_responder *row, bool answered)
{
    uint32_t mask = slots_of(table->max) - 1, slot = (uint32_t)hash_of(table, row->address) & mask;
    unsigned count = 0;
    for (; table->slots[slot] != 0; slot = (slot + 1) & mask) {
        const struct lan_responder *other = &table->rows[table->slots[slot] - 1];
        count += (!answered || other->replies > 0) && pkt_ip_equal(other->address, row->address) &&
                 !pkt_mac_equal(other->mac, row->mac);
    }
    return count;
}

bool lan_table_is_conflict(const struct lan_table *table, const struct lan_responder *row)
{
    return row->replies > 0 && others(table, row, true) > 0;
}

bool lan_table_is_only(const struct lan_table *table, const struct lan_responder *row)
{
    return others(table, row, false) == 0;
}

static int compare(const void *a, const void *b)
{
    const struct lan_responder *one = a, *other = b;
    int result = words_compare(one->address, other->address);
    return result != 0 ? result : memcmp(one->mac.byte, other->mac.byte, sizeof one->mac.byte);
}

void lan_table_sort(struct lan_table *table)
{
    uint32_t slots = slots_of(table->max), mask = slots - 1;
    qsort(table->rows, table->count, sizeof *table->rows, compare);
    memset(table->slots, 0, slots * sizeof *table->slots);
    for (uint32_t i = 0; i < table->count; i++) {
        uint32_t slot = (uint32_t)hash_of(table, table->rows[i].address) & mask;
        while (table->slots[slot] != 0)
            slot = (slot + 1) & mask;
        table->slots[slot] = i + 1;
    }
}

uint32_t lan_table_conflicts(const struct lan_table *table)
{
    uint32_t conflicts = 0, macs = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        if (i == 0 || !pkt_ip_equal(table->rows[i].address, table->rows[i - 1].address))
            macs = 0;
        macs += table->rows[i].replies > 0;
        conflicts += macs == 2 && table->rows[i].replies > 0;
    }
    return conflicts;
}
