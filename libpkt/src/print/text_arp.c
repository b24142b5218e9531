/*
 * ARP and RARP as lines.
 */
#include "pkt/link.h"
#include "text.h"

enum {
    ARP_LEN = 8,
    REQUEST = 1,
    REPLY = 2,
    REVERSE_REQUEST = 3,
    REVERSE_REPLY = 4,
    INVERSE_REQUEST = 8,
    INVERSE_REPLY = 9,
    TRAILERS = 0x1000, /* RFC 893 */
};

static bool is_ip(struct pkt_arp arp)
{
    uint16_t type = pkt_arp_protocol_type(arp);
    return type == PKT_ETHERTYPE_IPV4 || type == TRAILERS;
}

static void put_protocol_address(struct text *t, struct pkt_arp arp, struct pkt_view address)
{
    if (!is_ip(arp))
        text_put(t, "<wrong proto type>");
    else if (pkt_arp_protocol_len(arp) != 4)
        text_put(t, "<wrong len>");
    else
        text_ip4_at(t, address, 0);
}

static void put_hardware_address(struct text *t, struct pkt_view address)
{
    if (address.len == 0)
        text_put(t, "<empty>");
    else
        pkt_put_hex_bytes(t->sink, address, ':');
}

static bool is_zero(struct pkt_view bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (pkt_u8(bytes, i) != 0)
            return false;
    return true;
}

static void put_types(struct text *t, struct pkt_arp arp)
{
    text_name_or_u32(t, text_arp_hardware, pkt_arp_hardware_type(arp), "Unknown Hardware (");
    if (text_name(text_arp_hardware, pkt_arp_hardware_type(arp)) == NULL)
        text_put(t, ")");
    text_put_u32(t, " (len ", pkt_arp_hardware_len(arp));
    text_put(t, "), ");
    text_name_or_hex4(t, text_ethertypes, pkt_arp_protocol_type(arp), "Unknown Protocol (0x");
    text_put_u32(t, " (len ", pkt_arp_protocol_len(arp));
    text_put(t, ")");
}

static void put_request(struct text *t, struct pkt_arp arp)
{
    struct pkt_view target = pkt_arp_target_hardware(arp);
    text_put(t, "who-has ");
    put_protocol_address(t, arp, pkt_arp_target_protocol(arp));
    if (!is_zero(target)) {
        text_put(t, " (");
        put_hardware_address(t, target);
        text_put(t, ")");
    }
    text_put(t, " tell ");
    put_protocol_address(t, arp, pkt_arp_sender_protocol(arp));
}

/* What the operation says; false for one that is not known. */
static bool put_operation(struct text *t, struct pkt_arp arp)
{
    switch (pkt_arp_operation(arp)) {
    case REQUEST:
        put_request(t, arp);
        return true;
    case REPLY:
        put_protocol_address(t, arp, pkt_arp_sender_protocol(arp));
        text_put(t, " is-at ");
        put_hardware_address(t, pkt_arp_sender_hardware(arp));
        return true;
    case REVERSE_REQUEST:
    case INVERSE_REQUEST:
        text_put(t, "who-is ");
        put_hardware_address(t, pkt_arp_target_hardware(arp));
        text_put(t, " tell ");
        put_hardware_address(t, pkt_arp_sender_hardware(arp));
        return true;
    case REVERSE_REPLY:
        put_hardware_address(t, pkt_arp_target_hardware(arp));
        text_put(t, " at ");
        put_protocol_address(t, arp, pkt_arp_target_protocol(arp));
        return true;
    case INVERSE_REPLY:
        put_hardware_address(t, pkt_arp_sender_hardware(arp));
        text_put(t, " at ");
        put_protocol_address(t, arp, pkt_arp_sender_protocol(arp));
        return true;
    default:
        return false;
    }
}

/* Whether the addresses are there up to the end of the last. */
static bool is_whole(struct pkt_arp arp)
{
    size_t hardware = pkt_arp_hardware_len(arp);
    size_t protocol = pkt_arp_protocol_len(arp);
    return pkt_view_has(arp.message, 0, ARP_LEN) &&
           pkt_view_has(arp.message, ARP_LEN, 2 * (hardware + protocol));
}

bool text_arp(struct text *t, struct text_at at)
{
    struct pkt_arp arp = {at.bytes};
    if (!is_whole(arp))
        return text_cut(t, "arp");
    if (!t->options->link_header)
        text_put(t, "ARP, ");
    bool readable = is_ip(arp) && pkt_arp_protocol_len(arp) == 4 && pkt_arp_hardware_len(arp) != 0;
    if (!readable || t->verbosity > 0)
        put_types(t, arp);
    if (readable || t->verbosity > 0) {
        uint16_t operation = pkt_arp_operation(arp);
        if (t->verbosity > 0)
            text_put(t, ", ");
        text_name_or_u32(t, text_arp_operations, operation, "Unknown (");
        text_put(t, text_name(text_arp_operations, operation) != NULL ? " " : ") ");
        if (!put_operation(t, arp)) {
            text_dump_hex_ascii(t, at.bytes, "\n\t");
            return true;
        }
    }
    text_put_u32(t, ", length ", at.len);
    return true;
}
