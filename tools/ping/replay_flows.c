/* SPDX-License-Identifier: BSD-2-Clause */
#include "replay_flows.h"

#include "pkt/echo.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS_MAX = 2 * REPLAY_TARGETS_MAX,
    SLOTS = 2 * ROWS_MAX, /* a power of two, never more than half full */
};

bool replay_flows_open(struct replay_flows *flows, const uint8_t key[16])
{
    *flows = (struct replay_flows){.slots = calloc(SLOTS, sizeof *flows->slots),
                                   .rows = calloc(ROWS_MAX, sizeof *flows->rows),
                                   .targets = calloc(ROWS_MAX, sizeof *flows->targets)};
    memcpy(flows->key, key, sizeof flows->key);
    return flows->slots != NULL && flows->rows != NULL && flows->targets != NULL;
}

void replay_flows_close(struct replay_flows *flows)
{
    free(flows->slots);
    free(flows->rows);
    free(flows->targets);
    *flows = (struct replay_flows){.slots = NULL};
}

static size_t put_address(uint8_t *bytes, struct pkt_ip address)
{
    bytes[0] = address.version;
    memcpy(bytes + 1, address.version == 6 ? address.ip6.byte : address.ip4.byte,
           address.version == 6 ? sizeof address.ip6.byte : sizeof address.ip4.byte);
    return 1 + sizeof address.ip6.byte;
}

static uint32_t hash_of(const struct replay_flows *flows, const struct replay_flow *flow)
{
    uint8_t bytes[2 * (1 + sizeof flow->source.ip6.byte) + 2] = {0};
    size_t len = put_address(bytes, flow->source);
    len += put_address(bytes + len, flow->destination);
    bytes[len++] = (uint8_t)(flow->identifier >> 8);
    bytes[len++] = (uint8_t)flow->identifier;
    return (uint32_t)pkt_siphash(flows->key, pkt_view_make(bytes, len));
}

static bool is_equal(const struct replay_flow *a, const struct replay_flow *b)
{
    return a->identifier == b->identifier && a->destination.version == b->destination.version &&
           pkt_ip_equal(a->source, b->source) &&
           (a->destination.version == 0 || pkt_ip_equal(a->destination, b->destination));
}

/* The slot of a flow, or the free one where it belongs. */
static uint32_t *slot_of(const struct replay_flows *flows, const struct replay_flow *flow)
{
    uint32_t at = hash_of(flows, flow) % SLOTS;
    while (flows->slots[at] != 0 && !is_equal(&flows->rows[flows->slots[at] - 1], flow))
        at = (at + 1) % SLOTS;
    return &flows->slots[at];
}

int32_t replay_flows_find_exactly(const struct replay_flows *flows, const struct replay_flow *flow)
{
    uint32_t slot = *slot_of(flows, flow);
    return slot == 0 ? -1 : flows->targets[slot - 1];
}

int32_t replay_flows_find(const struct replay_flows *flows, const struct replay_flow *flow)
{
    struct replay_flow of_anybody = *flow;
    int32_t target = replay_flows_find_exactly(flows, flow);
    of_anybody.destination = (struct pkt_ip){.version = 0};
    return target >= 0 ? target : replay_flows_find_exactly(flows, &of_anybody);
}

static void put(struct replay_flows *flows, const struct replay_flow *flow, int32_t target)
{
    uint32_t *slot = slot_of(flows, flow);
    if (*slot == 0) {
        flows->rows[flows->count++] = *flow;
        *slot = flows->count;
    }
    flows->targets[*slot - 1] = target;
}

void replay_flows_add(struct replay_flows *flows, const struct replay_flow *flow, int32_t target,
                      bool is_group)
{
    struct replay_flow of_anybody = *flow;
    of_anybody.destination = (struct pkt_ip){.version = 0};
    put(flows, flow, target);
    if (is_group)
        put(flows, &of_anybody, target);
}
