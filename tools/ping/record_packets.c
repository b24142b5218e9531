/* SPDX-License-Identifier: BSD-2-Clause */
#include "record_packets.h"

#include "pkt/icmp.h"
#include "pkt/icmp_build.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"

enum {
    PROTOCOL_ICMP = 1,   /* RFC 790 */
    PROTOCOL_ICMP6 = 58, /* RFC 4443 */
    OPTION_END = 0,      /* RFC 791 3.1 */
    OPTION_NOTHING = 1,
    LENGTH_BITS = 16,
    IP4_LENGTH_OFF = 16, /* in bits: total length (RFC 791 3.1) */
    IP6_LENGTH_OFF = 32, /* payload length (RFC 8200 3) */
    IP4_HEADER_LEN = 20,
};

static void put_options(struct pkt_build *build, struct pkt_view options)
{
    size_t at = 0;
    while (at < options.len) {
        uint8_t type = pkt_u8(options, at);
        size_t len = pkt_u8(options, at + 1);
        if (type == OPTION_NOTHING) {
            pkt_build_ipv4_option(build, type, pkt_view_make(NULL, 0));
            at++;
            continue;
        }
        if (type == OPTION_END || len < 2 || len > options.len - at)
            return;
        pkt_build_ipv4_option(build, type, pkt_view_clip(options, at + 2, len - 2));
        at += len;
    }
}

static void put_ip4(struct pkt_build *build, const struct record_header *header)
{
    pkt_build_ipv4(build, &(struct pkt_ipv4_spec){
                              .src = header->from.ip4,
                              .dst = header->to.ip4,
                              .ttl = header->hop_limit < 0 ? 0 : (uint8_t)header->hop_limit,
                              .tos = header->traffic_class < 0 ? 0 : (uint8_t)header->traffic_class,
                              .protocol = PROTOCOL_ICMP,
                          });
    put_options(build, header->options);
}

static void put_ip6(struct pkt_build *build, const struct record_header *header)
{
    pkt_build_ipv6(build, &(struct pkt_ipv6_spec){
                              .src = header->from.ip6,
                              .dst = header->to.ip6,
                              .hop_limit = header->hop_limit < 0 ? 0 : (uint8_t)header->hop_limit,
                              .traffic_class = header->traffic_class < 0 ? 0 : (uint8_t)header->traffic_class,
                              .flow_label = header->flow_label,
                              .next_header = PROTOCOL_ICMP6,
                          });
}

/* Puts the header; returns its row. */
static unsigned put_header(struct pkt_build *build, const struct record_header *header)
{
    (header->to.version == 6 ? put_ip6 : put_ip4)(build, header);
    return pkt_build_last(build);
}

/* More octets than are here were on the wire: the header says so. */
static void state_length(struct pkt_build *build, unsigned row, const struct record_header *header)
{
    size_t header_len = IP4_HEADER_LEN + (header->options.len + 3) / 4 * 4;
    if (header->payload_len == 0)
        return;
    if (header->to.version == 6)
        pkt_build_set_bits(build, row, IP6_LENGTH_OFF, LENGTH_BITS, header->payload_len);
    else
        pkt_build_set_bits(build, row, IP4_LENGTH_OFF, LENGTH_BITS, header_len + header->payload_len);
}

static struct pkt_view finish(struct pkt_build *build)
{
    struct pkt_view packet;
    return pkt_build_finish(build, &packet) == PKT_BUILD_OK ? packet : pkt_view_make(NULL, 0);
}

static bool fits(const struct record_header *header)
{
    return header->from.version == header->to.version && header->to.version != 0;
}

struct pkt_view record_build_echo(struct pkt_room room, const struct record_header *header,
                                  const struct record_echo *echo)
{
    struct pkt_build build;
    const struct pkt_icmp_echo_spec spec = {.id = echo->identifier, .sequence = echo->sequence};
    if (!fits(header))
        return pkt_view_make(NULL, 0);
    pkt_build_init(&build, room.ptr, room.len, 0);
    (void)put_header(&build, header);
    (header->to.version == 6 ? pkt_build_icmp6_echo : pkt_build_icmp_echo)(&build, &spec);
    if (echo->data.len > 0)
        pkt_build_payload(&build, echo->data);
    return finish(&build);
}

struct pkt_view record_build_message(struct pkt_room room, const struct record_header *header,
                                     struct pkt_view message)
{
    struct pkt_build build;
    if (!fits(header))
        return pkt_view_make(NULL, 0);
    pkt_build_init(&build, room.ptr, room.len, 0);
    unsigned row = put_header(&build, header);
    pkt_build_payload(&build, message);
    state_length(&build, row, header);
    return finish(&build);
}

/* The octets 4 to 7 of an ICMP error (RFC 792, RFC 1191 4, RFC 4443 3). */
static uint32_t rest_of(const struct pkt_icmp_event *event)
{
    const uint8_t *gateway = event->gateway.ip4.byte;
    if (event->from.version == 6)
        return event->mtu != 0 ? event->mtu : event->pointer;
    if (event->type == PKT_ICMP_REDIRECT)
        return (uint32_t)gateway[0] << 24 | (uint32_t)gateway[1] << 16 | (uint32_t)gateway[2] << 8 |
               gateway[3];
    if (event->type == PKT_ICMP_PARAMETER_PROBLEM)
        return event->pointer << 24;
    return event->mtu;
}

struct pkt_view record_build_error(struct pkt_room room, const struct record_header *header,
                                   const struct pkt_icmp_event *event, struct pkt_ip own, uint32_t quoted_len)
{
    struct pkt_build build;
    const struct pkt_icmp_spec spec = {.type = event->type, .code = event->code, .rest = rest_of(event)};
    const struct record_header quoted = {.from = own,
                                         .to = event->quoted_destination,
                                         .hop_limit = -1,
                                         .traffic_class = -1,
                                         .payload_len = quoted_len};
    if (!fits(header) || !fits(&quoted))
        return pkt_view_make(NULL, 0);
    pkt_build_init(&build, room.ptr, room.len, 0);
    (void)put_header(&build, header);
    (header->to.version == 6 ? pkt_build_icmp6 : pkt_build_icmp)(&build, &spec);
    unsigned row = put_header(&build, &quoted);
    pkt_build_payload(&build, event->quoted);
    state_length(&build, row, &quoted);
    pkt_build_quote_end(&build, SIZE_MAX);
    return finish(&build);
}
