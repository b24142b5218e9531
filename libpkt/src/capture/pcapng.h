/*
 * State of the pcapng parser, and its interfaces (draft-ietf-opsawg-pcapng).
 */
#ifndef CAPTURE_PCAPNG_H
#define CAPTURE_PCAPNG_H

#include "pkt/capture.h"

struct pcapng_interface {
    struct pkt_source_interface info;
    uint32_t ns_per_tick; /* 0: a tick is no whole number of nanoseconds */
    uint64_t max_ticks;   /* up to here ticks * ns_per_tick + offset_ns stays in range */
    int64_t offset_ns;
    uint64_t
        tick_divisor; /* what a time stamp is divided by first: its unit is finer than units_per_s can say */
    uint64_t dropped_by_interface; /* as its last statistics block said */
    uint64_t dropped_by_system;
};

struct pcapng_state {
    bool big_endian;                     /* of the current section */
    struct pcapng_interface *interfaces; /* of the current section */
    uint32_t interface_count;
    uint32_t interface_room;
    uint32_t skip;     /* bytes that are left of a long block that was delivered in part, trailer included */
    uint32_t long_len; /* of that block */
};

/*
 * Adds the interface that an interface description block describes.
 * 0: done; PKT_E_FORMAT: reason is set; PKT_E_UNSUPPORTED: PKT_CAPTURE_INTERFACES_MAX are there;
 * PKT_E_MEMORY.
 */
int pcapng_add_interface(struct pcapng_state *pcapng, struct pkt_view block, const char **ret_reason);

/* Sets the frame's time from a time stamp of the interface. */
void pcapng_set_time(const struct pcapng_interface *interface, uint64_t ticks, struct pkt_frame *frame);

/* Interface number of the section, NULL when it was not described. */
static inline struct pcapng_interface *pcapng_interface(const struct pcapng_state *pcapng, uint32_t number)
{
    return number < pcapng->interface_count ? &pcapng->interfaces[number] : NULL;
}

#endif
