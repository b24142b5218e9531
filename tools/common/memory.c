/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory.h"

#include "pkt/clock.h"

#include <stdlib.h>
#include <sys/random.h>

static void *allocate(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

static void release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

struct pkt_memory memory_of_heap(size_t budget)
{
    return (struct pkt_memory){.allocate = allocate, .release = release, .budget = budget};
}

uint64_t memory_secret(void)
{
    uint64_t secret;
    if (getrandom(&secret, sizeof secret, 0) != (ssize_t)sizeof secret)
        secret = (uint64_t)pkt_wall_now().ns;
    return secret;
}
