#include "sim/options.h"

#include "pkt/room.h"

#define NONSTANDARD_TIME UINT32_C(0x80000000)

enum {
    AREA_LEN = 40,
    STAMP_ADDRESSES = 1,  /* flag: address and time */
    STAMP_PRESCRIBED = 3, /* flag: time of those whose addresses stand there */
};

/* An option's octets behind its type and length: the pointer counts from the type octet, from 1. */
static size_t free_place(struct pkt_room data)
{
    return pkt_u8(pkt_room_view(data), 0) - 3U;
}

static void record_route(struct pkt_room data, struct pkt_ip4 responder)
{
    size_t place = free_place(data);
    if (place == 0 || !pkt_view_has(pkt_room_view(data), place, 4))
        return;
    pkt_set_ip4(data, place, responder);
    pkt_set_u8(data, 0, (uint8_t)(place + 3 + 4));
}

/* RFC 791 3.1: who finds no place counts up to 15 in the overflow field. */
static void stamp(struct pkt_room data, struct pkt_ip4 responder, uint32_t time_ms)
{
    struct pkt_view view = pkt_room_view(data);
    size_t place = free_place(data);
    uint8_t overflow = pkt_u8(view, 1) & 0xf0;
    unsigned flag = pkt_u8(view, 1) & 0x0fU;
    size_t len = flag == STAMP_ADDRESSES || flag == STAMP_PRESCRIBED ? 8 : 4;
    if (flag == STAMP_PRESCRIBED && !pkt_ip4_equal(pkt_ip4_at(view, place), responder))
        return;
    if (place < 2 || !pkt_view_has(view, place, len)) {
        pkt_set_u8(data, 1, (uint8_t)((overflow < 0xf0 ? overflow + 0x10 : overflow) | flag));
        return;
    }
    if (len == 8)
        pkt_set_ip4(data, place, responder);
    pkt_set_u32(data, place + len - 4, time_ms | NONSTANDARD_TIME);
    pkt_set_u8(data, 0, (uint8_t)(place + 3 + len));
}

void sim_put_options(struct pkt_build *build, struct pkt_ipv4 request, struct pkt_ip4 responder,
                     uint32_t time_ms)
{
    uint8_t bytes[AREA_LEN];
    struct pkt_list list;
    struct pkt_option option;
    pkt_ipv4_options(request, &list);
    while (pkt_option_next(&list, &option)) {
        struct pkt_room data = pkt_room_make(bytes, option.data.len);
        if (option.type != PKT_IPV4_OPTION_RECORD_ROUTE && option.type != PKT_IPV4_OPTION_TIMESTAMP)
            continue;
        pkt_copy(option.data, 0, bytes, option.data.len);
        if (option.type == PKT_IPV4_OPTION_TIMESTAMP)
            stamp(data, responder, time_ms);
        else
            record_route(data, responder);
        pkt_build_ipv4_option(build, option.type, pkt_room_view(data));
    }
}
