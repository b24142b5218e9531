/*
 * Interfaces of pcapng: their options, and time stamps in whatever unit they state.
 */
#include "byte_order.h"
#include "pcapng.h"

#include <stdlib.h>

enum {
    LINK_TYPE = 8,
    SNAP_LEN = 12,
    OPTIONS = 16,
    TRAILER_LEN = 4,

    IF_NAME = 2,
    IF_TSRESOL = 9,
    IF_FCSLEN = 13,
    IF_TSOFFSET = 14,

    DECIMAL_MAX = 19, /* 10^19 is the largest power of ten in 64 bits */
    BINARY_MAX = 63,
    MICROSECONDS = 6,
    BINARY = 0x80,
};

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/*
 * Section 4.2, if_tsresol. Units finer than 64 bits can say are brought to the finest that they can; a
 * divisor of 0 stands for one beyond 64 bits, whose quotients are all 0.
 */
static void set_resolution(struct pcapng_interface *interface, uint8_t resolution)
{
    unsigned exponent = resolution & (BINARY - 1U);
    bool binary = (resolution & BINARY) != 0;
    unsigned max = binary ? BINARY_MAX : DECIMAL_MAX;
    unsigned excess = exponent > max ? exponent - max : 0;
    unsigned digits = binary ? (exponent * 30103U + 99999U) / 100000U : exponent;
    exponent -= excess;
    if (excess > max) {
        interface->tick_divisor = 0;
    } else {
        interface->tick_divisor = binary ? UINT64_C(1) << excess : power_of_ten(excess);
    }
    interface->info.units_per_s = binary ? UINT64_C(1) << exponent : power_of_ten(exponent);
    interface->info.time_digits = (uint8_t)(digits < 9 ? digits : 9);
}

/* The common units need one multiplication only. */
static void prepare_time(struct pcapng_interface *interface)
{
    const uint64_t ns_per_s = (uint64_t)PKT_NS_PER_S;
    const int64_t max_offset = INT64_MAX / 2 / PKT_NS_PER_S;
    int64_t offset = interface->info.offset_s;
    interface->ns_per_tick = 0;
    if (ns_per_s % interface->info.units_per_s != 0 || offset > max_offset || offset < -max_offset)
        return;
    interface->ns_per_tick = (uint32_t)(ns_per_s / interface->info.units_per_s);
    interface->max_ticks = (uint64_t)INT64_MAX / 2 / interface->ns_per_tick;
    interface->offset_ns = offset * PKT_NS_PER_S;
}

static bool set_name(struct pcapng_interface *interface, struct pkt_view value)
{
    size_t max = sizeof interface->info.name - 1;
    pkt_copy(value, 0, interface->info.name, value.len < max ? value.len : max);
    return true;
}

static bool take_option(struct pcapng_interface *interface, uint16_t code, struct pkt_view value,
                        bool big_endian)
{
    switch (code) {
    case IF_NAME:
        return set_name(interface, value);
    case IF_TSRESOL:
        set_resolution(interface, pkt_u8(value, 0));
        return value.len == 1;
    case IF_FCSLEN: /* in bits by the text, in bytes by its example, and both are written */
        interface->info.fcs_len = pkt_u8(value, 0) >= 8 ? pkt_u8(value, 0) / 8 : pkt_u8(value, 0);
        return value.len == 1;
    case IF_TSOFFSET:
        interface->info.offset_s = (int64_t)file_u64(value, 0, big_endian);
        return value.len == 8;
    default:
        return true;
    }
}

static bool take_options(struct pcapng_interface *interface, struct pkt_view options, bool big_endian)
{
    uint16_t code;
    struct pkt_view value;
    int result = pkt_capture_option_next(&options, big_endian, &code, &value);
    while (result > 0 && take_option(interface, code, value, big_endian))
        result = pkt_capture_option_next(&options, big_endian, &code, &value);
    return result == 0;
}

static bool make_room(struct pcapng_state *pcapng)
{
    if (pcapng->interface_count < pcapng->interface_room)
        return true;
    uint32_t room = pcapng->interface_room == 0 ? 4 : pcapng->interface_room * 2;
    struct pcapng_interface *interfaces = realloc(pcapng->interfaces, room * sizeof *interfaces);
    if (interfaces == NULL)
        return false;
    pcapng->interfaces = interfaces;
    pcapng->interface_room = room;
    return true;
}

int pcapng_add_interface(struct pcapng_state *pcapng, struct pkt_view block, const char **ret_reason)
{
    struct pcapng_interface interface = {0};
    struct pkt_view options = pkt_view_clip(block, OPTIONS, block.len - OPTIONS - TRAILER_LEN);
    interface.info.linktype = file_u16(block, LINK_TYPE, pcapng->big_endian);
    interface.info.snap_len = file_u32(block, SNAP_LEN, pcapng->big_endian);
    set_resolution(&interface, MICROSECONDS);
    /* An option that cannot be read may be the one that gives every time its meaning. */
    *ret_reason = "the options of the interface description make no sense";
    if (!take_options(&interface, options, pcapng->big_endian))
        return PKT_E_FORMAT;
    if (pcapng->interface_count == PKT_CAPTURE_INTERFACES_MAX)
        return PKT_E_UNSUPPORTED;
    if (!make_room(pcapng))
        return PKT_E_MEMORY;
    prepare_time(&interface);
    pcapng->interfaces[pcapng->interface_count++] = interface;
    return 0;
}

static int64_t add_saturating(uint64_t seconds, int64_t offset)
{
    const uint64_t max = INT64_MAX;
    uint64_t back = offset < 0 ? 0 - (uint64_t)offset : 0;
    if (seconds < back)
        return (int64_t)seconds + offset;
    uint64_t sum = seconds - back;
    if (offset > 0)
        return sum > max - (uint64_t)offset ? INT64_MAX : (int64_t)sum + offset;
    return sum > max ? INT64_MAX : (int64_t)sum;
}

static void set_odd_time(const struct pcapng_interface *interface, uint64_t ticks, struct pkt_frame *frame)
{
    bool saturated;
    uint64_t units = interface->info.units_per_s;
    ticks = interface->tick_divisor == 0 ? 0 : ticks / interface->tick_divisor;
    int64_t seconds = add_saturating(ticks / units, interface->info.offset_s);
    frame->time = pkt_wall_from(seconds, ticks % units, units, &saturated);
    if (saturated)
        frame->flags |= PKT_FRAME_TIME_SATURATED;
}

void pcapng_set_time(const struct pcapng_interface *interface, uint64_t ticks, struct pkt_frame *frame)
{
    frame->flags |= PKT_FRAME_HAS_TIME;
    frame->time_digits = interface->info.time_digits;
    if (interface->ns_per_tick != 0 && ticks <= interface->max_ticks) {
        frame->time.ns = (int64_t)ticks * interface->ns_per_tick + interface->offset_ns;
    } else {
        set_odd_time(interface, ticks, frame);
    }
}
