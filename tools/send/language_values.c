/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots: what gives a value anew for each packet. Numbers and addresses are 128 bits wide here.
 */
#include "language.h"

#include <stdlib.h>

/* --- memory --- */

struct chunk {
    struct chunk *next;
    max_align_t bytes[];
};

void *memory_take(struct memory *memory, size_t size)
{
    struct chunk *chunk = calloc(1, sizeof *chunk + size);
    if (chunk == NULL) {
        memory->failed = true;
        return NULL;
    }
    chunk->next = memory->first;
    memory->first = chunk;
    return chunk->bytes;
}

void memory_free(struct memory *memory)
{
    while (memory->first != NULL) {
        struct chunk *next = memory->first->next;
        free(memory->first);
        memory->first = next;
    }
}

/* --- 128 bits --- */

struct wide wide_add(struct wide a, uint64_t b)
{
    uint64_t low = a.low + b;
    return (struct wide){a.high + (low < b), low};
}

struct wide wide_subtract(struct wide a, struct wide b)
{
    return (struct wide){a.high - b.high - (a.low < b.low), a.low - b.low};
}

int wide_compare(struct wide a, struct wide b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    return a.low < b.low ? -1 : a.low > b.low;
}

struct wide wide_of(struct pkt_view bytes)
{
    struct wide value = {0, 0};
    for (size_t i = 0; i < bytes.len; i++)
        value = (struct wide){value.high << 8 | value.low >> 56, value.low << 8 | pkt_u8(bytes, i)};
    return value;
}

void wide_store(struct wide value, uint8_t *bytes, size_t len)
{
    for (size_t i = len; i > 0; i--) {
        bytes[i - 1] = (uint8_t)value.low;
        value = (struct wide){value.high >> 8, value.low >> 8 | value.high << 56};
    }
}

uint64_t saturated_add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

uint64_t saturated_multiply(uint64_t a, uint64_t b)
{
    return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

/* --- slots --- */

/* The finaliser of Stafford's variant 13, over a Weyl sequence. */
static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

uint64_t scramble(uint64_t seed, uint64_t serial, uint64_t index)
{
    return mix(mix(mix(seed) ^ serial) ^ index);
}

static size_t address_len(uint8_t type)
{
    switch (type) {
    case PKT_FIELD_IP4:
        return 4;
    case PKT_FIELD_IP6:
        return 16;
    case PKT_FIELD_MAC:
        return 6;
    default:
        return 0;
    }
}

static void hold(struct slot *slot, struct wide value)
{
    size_t len = address_len(slot->type);
    slot->number = value;
    wide_store(value, slot->storage, len);
    slot->bytes = pkt_view_make(slot->storage, len);
}

void slot_at(struct slot *slot, uint64_t index)
{
    const struct part *part = slot->parts;
    while (part->next != NULL && index >= part->count) {
        index -= part->count;
        part = part->next;
    }
    hold(slot, wide_add(part->first, index * part->step));
    if (part->bytes.ptr != NULL)
        slot->bytes = part->bytes;
}

void slot_evaluate(struct slot *slot, uint64_t number, uint64_t serial, uint64_t seed)
{
    uint64_t random = scramble(seed, serial, slot->index);
    struct wide span = slot->parts->span;
    if (slot->kind == SLOT_SET)
        slot_at(slot, number / slot->divisor % slot->count);
    else if (slot->kind == SLOT_INC)
        slot_at(slot, serial % slot->count);
    else if (slot->kind == SLOT_RAND && (span.high | span.low) == 0)
        slot_at(slot, random % slot->count);
    else if (slot->kind == SLOT_RAND) /* a prefix, whose host bits are 0 */
        hold(slot, (struct wide){slot->parts->first.high | (mix(random) & span.high),
                                 slot->parts->first.low | (random & span.low)});
}

struct pkt_field_value slot_value(const struct slot *slot)
{
    return (struct pkt_field_value){.type = slot->type, .number = slot->number.low, .bytes = slot->bytes};
}

/* --- names of numbers --- */

struct named {
    const char *name;
    uint16_t number;
};

static const struct named ethertypes[] = {
    {"ip",   0x0800},
    {"ip4",  0x0800},
    {"arp",  0x0806},
    {"teb",  0x6558},
    {"rarp", 0x8035},
    {"vlan", 0x8100},
    {"ip6",  0x86dd},
    {"ppp",  0x880b},
    {"qinq", 0x88a8},
    {NULL,   0     },
};
static const struct named protocols[] = {
    {"hopopts", 0  },
    {"icmp",    1  },
    {"igmp",    2  },
    {"ip",      4  },
    {"ipip",    4  },
    {"tcp",     6  },
    {"udp",     17 },
    {"ip6",     41 },
    {"routing", 43 },
    {"frag",    44 },
    {"gre",     47 },
    {"esp",     50 },
    {"ah",      51 },
    {"icmp6",   58 },
    {"none",    59 },
    {"dstopts", 60 },
    {"ospf",    89 },
    {"pim",     103},
    {"vrrp",    112},
    {"sctp",    132},
    {NULL,      0  },
};
static const struct named arp_operations[] = {
    {"request",       1},
    {"reply",         2},
    {"rarp-request",  3},
    {"rarp-reply",    4},
    {"inarp-request", 8},
    {"inarp-reply",   9},
    {NULL,            0},
};
static const struct named preferences[] = {
    {"medium", 0},
    {"high",   1},
    {"low",    3},
    {NULL,     0}
};

static const struct {
    const char *field;
    const struct named *names;
} named_fields[] = {
    {"eth.type",                                    ethertypes    },
    {"vlan.etype",                                  ethertypes    },
    {"pkt.ieee8021ad.etype",                        ethertypes    },
    {"pkt.vlan.tpid",                               ethertypes    },
    {"sll.etype",                                   ethertypes    },
    {"gre.proto",                                   ethertypes    },
    {"llc.type",                                    ethertypes    },
    {"arp.proto.type",                              ethertypes    },
    {"ip.proto",                                    protocols     },
    {"ipv6.nxt",                                    protocols     },
    {"ipv6.hopopts.nxt",                            protocols     },
    {"ipv6.dstopts.nxt",                            protocols     },
    {"ipv6.routing.nxt",                            protocols     },
    {"ipv6.fraghdr.nxt",                            protocols     },
    {"arp.opcode",                                  arp_operations},
    {"icmpv6.nd.ra.flag.prf",                       preferences   },
    {"icmpv6.opt.route_info.flag.route_preference", preferences   },
};

/* "SA": the flags of a TCP header by their letters, those of tcpdump and of scapy. */
static bool tcp_flags(const char *text, size_t len, uint64_t *ret_number)
{
    static const char letters[] = "FSRPAUECN";
    uint64_t flags = 0;
    for (size_t i = 0; i < len; i++) {
        const char *letter = memchr(letters, text[i], sizeof letters - 1);
        if (letter == NULL)
            return false;
        flags |= UINT64_C(1) << (letter - letters);
    }
    *ret_number = flags;
    return len != 0;
}

bool value_name(const struct pkt_field *field, const char *text, size_t len, uint64_t *ret_number)
{
    if (strcmp(field->name, "tcp.flags") == 0)
        return tcp_flags(text, len, ret_number);
    for (size_t i = 0; i < sizeof named_fields / sizeof *named_fields; i++) {
        if (strcmp(field->name, named_fields[i].field) != 0)
            continue;
        for (const struct named *named = named_fields[i].names; named->name != NULL; named++) {
            if (text_is(text, len, named->name)) {
                *ret_number = named->number;
                return true;
            }
        }
    }
    return false;
}
