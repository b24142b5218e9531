/*
 * What came through an ICMP socket, as an event. Pure: hostile bytes in, an event out.
 */
#include "icmp_socket.h"

#include "pkt/icmp.h"

#include <string.h>

enum { ICMP_HEADER = 8, IP4_HEADER_MIN = 20, IP6_HEADER = 40, IP6_FRAGMENT = 8 };

/* The upper layer of a quoted IPv4 packet; false where it is no first fragment of ICMP (RFC 791 3.1). */
static bool split_ip4(struct pkt_view packet, struct pkt_icmp_event *event)
{
    enum { FRAGMENT = 6, PROTOCOL = 9, DESTINATION = 16 };
    size_t header_len = (size_t)(pkt_u8(packet, 0) & 0x0f) * 4;
    if (pkt_u8(packet, 0) >> 4 != 4 || header_len < IP4_HEADER_MIN ||
        !pkt_view_sub(packet, 0, header_len, &event->quoted_header))
        return false;
    event->quoted = pkt_view_from(packet, header_len);
    event->quoted_destination = pkt_ip_from4(pkt_ip4_at(packet, DESTINATION));
    return pkt_u8(packet, PROTOCOL) == IPPROTO_ICMP && (pkt_u16(packet, FRAGMENT) & 0x1fff) == 0;
}

/* Likewise; we send no extension header but that of a fragment (RFC 8200 4.5). */
static bool split_ip6(struct pkt_view packet, struct pkt_icmp_event *event)
{
    enum { NEXT = 6, DESTINATION = 24, OFFSET = IP6_HEADER + 2 };
    size_t header_len = IP6_HEADER;
    uint8_t next = pkt_u8(packet, NEXT);
    if (next == IPPROTO_FRAGMENT && (pkt_u16(packet, OFFSET) & 0xfff8) == 0) {
        header_len += IP6_FRAGMENT;
        next = pkt_u8(packet, IP6_HEADER);
    }
    if (pkt_u8(packet, 0) >> 4 != 6 || !pkt_view_sub(packet, 0, header_len, &event->quoted_header))
        return false;
    event->quoted = pkt_view_from(packet, header_len);
    event->quoted_destination = pkt_ip_from6(pkt_ip6_at(packet, DESTINATION));
    return next == IPPROTO_ICMPV6;
}

/* Whether what is quoted is an echo request of ours. */
static bool quotes_us(bool ip6, uint16_t identifier, const struct pkt_icmp_event *event)
{
    uint8_t request = ip6 ? PKT_ICMP6_ECHO_REQUEST : PKT_ICMP_ECHO_REQUEST;
    return event->quoted.len >= ICMP_HEADER && pkt_u8(event->quoted, 0) == request &&
           pkt_u16(event->quoted, 4) == identifier;
}

/* The quotation and, where the length attribute says so, the extensions behind it (RFC 4884 4.5). */
static struct pkt_view split_extensions(struct pkt_icmp m, struct pkt_icmp_event *event)
{
    unsigned quote_len = pkt_icmp_quote_len(m);
    struct pkt_view body = pkt_view_from(m.message, ICMP_HEADER);
    if (quote_len == 0 || quote_len > body.len)
        return body;
    event->extensions = pkt_view_from(body, quote_len);
    return pkt_view_clip(body, 0, quote_len);
}

/* RFC 4861 4.5. */
static struct pkt_view find_redirected(struct pkt_icmp m)
{
    struct pkt_list list;
    struct pkt_option option;
    struct pkt_view packet;
    pkt_nd_options(m, &list);
    while (pkt_option_next(&list, &option)) {
        if (pkt_nd_redirected(&option, &packet))
            return packet;
    }
    return pkt_view_make(NULL, 0);
}

static bool take_redirect6(struct pkt_icmp m, uint16_t identifier, struct pkt_icmp_event *event)
{
    event->gateway = pkt_ip_from6(pkt_nd_target(m));
    return split_ip6(find_redirected(m), event) && quotes_us(true, identifier, event);
}

static bool is_error(struct pkt_icmp m)
{
    uint8_t type = pkt_icmp_type(m);
    if (m.v6)
        return type >= PKT_ICMP6_UNREACHABLE && type <= PKT_ICMP6_PARAMETER_PROBLEM;
    return type == PKT_ICMP_UNREACHABLE || type == PKT_ICMP_SOURCE_QUENCH || type == PKT_ICMP_REDIRECT ||
           type == PKT_ICMP_TIME_EXCEEDED || type == PKT_ICMP_PARAMETER_PROBLEM;
}

/* The second word of an error's header, as the kernel puts it into ee_info. */
static uint32_t info_of(struct pkt_icmp m)
{
    enum { FRAGMENTATION_NEEDED = 4 };
    uint8_t type = pkt_icmp_type(m);
    if (m.v6 || type == PKT_ICMP_REDIRECT)
        return pkt_u32(m.message, 4);
    if (type == PKT_ICMP_UNREACHABLE && pkt_icmp_code(m) == FRAGMENTATION_NEEDED)
        return pkt_icmp_mtu(m);
    return type == PKT_ICMP_PARAMETER_PROBLEM ? pkt_icmp_pointer(m) : 0;
}

static struct pkt_ip ip4_of(uint32_t address)
{
    struct pkt_ip4 ip4 = {
        {(uint8_t)(address >> 24), (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address}
    };
    return pkt_ip_from4(ip4);
}

void icmp_event_error_info(bool ip6, uint32_t info, struct pkt_icmp_event *event)
{
    static const uint8_t too_big[] = {PKT_ICMP_UNREACHABLE, PKT_ICMP6_PACKET_TOO_BIG};
    static const uint8_t problem[] = {PKT_ICMP_PARAMETER_PROBLEM, PKT_ICMP6_PARAMETER_PROBLEM};
    if (event->type == too_big[ip6])
        event->mtu = info;
    if (event->type == problem[ip6])
        event->pointer = info;
    if (!ip6 && event->type == PKT_ICMP_REDIRECT)
        event->gateway = ip4_of(info);
}

static bool take_error(struct pkt_icmp m, uint16_t identifier, struct pkt_icmp_event *event)
{
    event->kind = PKT_ICMP_EVENT_ERROR;
    if (m.v6 && event->type == PKT_ICMP6_REDIRECT)
        return take_redirect6(m, identifier, event);
    icmp_event_error_info(m.v6, info_of(m), event);
    struct pkt_view packet = split_extensions(m, event);
    return (m.v6 ? split_ip6(packet, event) : split_ip4(packet, event)) && quotes_us(m.v6, identifier, event);
}

bool icmp_event_message(struct pkt_view message, uint32_t wire_len, bool ip6, uint16_t identifier,
                        struct pkt_icmp_event *ret_event)
{
    struct pkt_icmp m = {message, wire_len, ip6};
    if (message.len < ICMP_HEADER)
        return false;
    ret_event->kind = PKT_ICMP_EVENT_MESSAGE;
    ret_event->type = pkt_icmp_type(m);
    ret_event->code = pkt_icmp_code(m);
    ret_event->message = message;
    ret_event->wire_len = wire_len;
    ret_event->truncated = wire_len > message.len;
    if (is_error(m) || (ip6 && ret_event->type == PKT_ICMP6_REDIRECT))
        return take_error(m, identifier, ret_event);
    return ret_event->type == (ip6 ? PKT_ICMP6_ECHO_REPLY : PKT_ICMP_ECHO_REPLY) &&
           pkt_icmp_id(m) == identifier;
}

static enum pkt_checksum_state verify(struct pkt_view message, uint32_t wire_len)
{
    if (wire_len > message.len)
        return PKT_CHECKSUM_UNKNOWN;
    return pkt_checksum(message) == 0 ? PKT_CHECKSUM_OK : PKT_CHECKSUM_BAD;
}

/* The kernel gives a raw socket the length field in network byte order, and has checked it (raw(7)). */
bool icmp_event_packet4(struct pkt_view packet, uint32_t wire_len, uint16_t identifier,
                        struct pkt_icmp_event *ret_event)
{
    enum { CLASS = 1, TTL = 8, DESTINATION = 16 };
    size_t header_len = (size_t)(pkt_u8(packet, 0) & 0x0f) * 4;
    if (header_len < IP4_HEADER_MIN || header_len > packet.len)
        return false;
    ret_event->options = pkt_view_clip(packet, IP4_HEADER_MIN, header_len - IP4_HEADER_MIN);
    ret_event->hop_limit = pkt_u8(packet, TTL);
    ret_event->traffic_class = pkt_u8(packet, CLASS);
    ret_event->to = pkt_ip_from4(pkt_ip4_at(packet, DESTINATION));
    struct pkt_view message = pkt_view_from(packet, header_len);
    uint32_t message_len = wire_len - (uint32_t)header_len;
    ret_event->checksum = verify(message, message_len);
    return icmp_event_message(message, message_len, false, identifier, ret_event);
}
