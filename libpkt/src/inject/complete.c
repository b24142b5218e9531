/*
 * What the kernel changes in a packet on its way out, done beforehand: raw(7) for IPv4, ping sockets for
 * ICMP.
 */
#include "socket.h"

#include "pkt/checksum.h"

static void put_checksum(struct pkt_room covered, size_t off)
{
    pkt_set_u16(covered, off, 0);
    pkt_set_u16(covered, off, pkt_checksum(pkt_room_view(covered)));
}

static uint16_t next_identification(struct socket_sender *socket)
{
    if (++socket->next_identification == 0)
        socket->next_identification = 1; /* the kernel replaces 0 */
    return socket->next_identification;
}

/* RFC 791 3.1. The kernel leaves a header alone whose length field cannot be. */
static unsigned complete_ip4(struct socket_sender *socket, struct pkt_room packet)
{
    enum { TOTAL_LENGTH = 2, IDENTIFICATION = 4, CHECKSUM = 10, SOURCE = 12, HEADER_MIN = 20 };
    struct pkt_view view = pkt_room_view(packet);
    size_t header_len = (size_t)(pkt_u8(view, 0) & 0x0f) * 4;
    if (header_len < HEADER_MIN || header_len > packet.len || packet.len > UINT16_MAX)
        return 0;
    pkt_set_u16(packet, TOTAL_LENGTH, (uint16_t)packet.len);
    if (pkt_u16(view, IDENTIFICATION) == 0)
        pkt_set_u16(packet, IDENTIFICATION, next_identification(socket));
    put_checksum(pkt_room_sub(packet, 0, header_len), CHECKSUM);
    return pkt_u32(view, SOURCE) == 0 ? PKT_SENDER_OPEN_SOURCE : 0;
}

/* RFC 792 and RFC 4443 4.1: identifier and checksum lie at the same place in both. */
static unsigned complete_echo(struct socket_sender *socket, struct pkt_room message)
{
    enum { CHECKSUM = 2, IDENTIFIER = 4, HEADER_LEN = 8 };
    if (message.len < HEADER_LEN)
        return PKT_SENDER_OPEN_HEADER;
    int kind = socket->sender.info.kind;
    if (kind == PKT_SENDER_ICMP4 || kind == PKT_SENDER_ICMP6)
        pkt_set_u16(message, IDENTIFIER, socket->sender.info.identifier);
    if (kind == PKT_SENDER_ICMP6 || kind == PKT_SENDER_RAW_ICMP6)
        return PKT_SENDER_OPEN_HEADER | PKT_SENDER_OPEN_CHECKSUM;
    put_checksum(message, CHECKSUM);
    return PKT_SENDER_OPEN_HEADER;
}

unsigned socket_complete(struct pkt_sender *sender, struct pkt_room packet)
{
    struct socket_sender *socket = (struct socket_sender *)(void *)sender;
    switch (sender->info.kind) {
    case PKT_SENDER_RAW4:
        return complete_ip4(socket, packet);
    case PKT_SENDER_RAW6:
        return 0;
    default:
        return complete_echo(socket, packet);
    }
}
