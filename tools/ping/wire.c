/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire.h"

#include "pkt/icmp.h"
#include "words.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    HEADER_LEN = 8,            /* of an echo (RFC 792) */
    BATCH_BYTES_MAX = 1 << 20, /* of all messages of a batch */
    OPTION_RECORD_ROUTE = 7,   /* RFC 791 3.1 */
    OPTION_TIMESTAMP = 68,
    OPTIONS_LEN = 40, /* as many as there can be */
    /* Echoes to neighbours that are still asked for wait in it for three seconds, and leave no room for those
     * to others; the kernel's usual default holds about 200. It doubles this. */
    SEND_BUFFER = 212992,
    RECORD_ROUTE_LEN = 39,
};

/* The pointer counts octets from 1 at the option's type, and shows where the next hop writes. */
static void put_record_route(uint8_t *bytes)
{
    bytes[0] = 1; /* no operation: it keeps the addresses aligned */
    bytes[1] = OPTION_RECORD_ROUTE;
    bytes[2] = RECORD_ROUTE_LEN;
    bytes[3] = 4;
}

static void put_timestamp(const struct ping_options *options, uint8_t *bytes)
{
    static const uint8_t flags[] = {
        [PING_TIMESTAMP_ONLY] = 0, [PING_TIMESTAMP_AND_ADDRESS] = 1, [PING_TIMESTAMP_PRESPECIFIED] = 3};
    bytes[0] = OPTION_TIMESTAMP;
    bytes[1] = options->ip_timestamp == PING_TIMESTAMP_ONLY ? OPTIONS_LEN : 36;
    bytes[2] = 5;
    bytes[3] = flags[options->ip_timestamp];
    if (options->ip_timestamp == PING_TIMESTAMP_PRESPECIFIED)
        bytes[1] = (uint8_t)(4 + 8 * options->timestamp_of_count);
    for (unsigned i = 0; i < options->timestamp_of_count; i++)
        memcpy(bytes + 4 + 8 * (size_t)i, &options->timestamp_of[i], sizeof options->timestamp_of[i]);
}

unsigned wire_ip_options(const struct ping_options *options, uint8_t ret_bytes[40])
{
    memset(ret_bytes, 0, OPTIONS_LEN);
    if (options->record_route)
        put_record_route(ret_bytes);
    else if (options->ip_timestamp != PING_TIMESTAMP_NONE)
        put_timestamp(options, ret_bytes);
    else
        return 0;
    return OPTIONS_LEN;
}

static unsigned stamps_of(const struct ping_options *options)
{
    static const unsigned stamps[] = {
        [PING_CLOCK_KERNEL] = PKT_STAMP_SOFTWARE,
        [PING_CLOCK_HARDWARE] = PKT_STAMP_SOFTWARE | PKT_STAMP_HARDWARE,
        [PING_CLOCK_USER] = 0,
    };
    return options->user_rtt ? 0 : stamps[options->clock];
}

static bool fits(const struct ping_options *options, unsigned family)
{
    return options->source.version == 0 || options->source.version == family;
}

int wire_open(struct wire *wire, const struct ping_options *options, unsigned family,
              struct pkt_error *reterr_error)
{
    uint8_t bytes[OPTIONS_LEN];
    unsigned ip_options_len = family == 4 ? wire_ip_options(options, bytes) : 0;
    struct pkt_icmp_socket_options socket = {
        .size = sizeof socket,
        .family = family,
        .kind = (int)options->socket,
        .interface = options->interface,
        .source = fits(options, family) ? options->source : (struct pkt_ip){.version = 0},
        .has_identifier = options->has_identifier,
        .identifier = (uint16_t)options->identifier,
        .has_mark = options->has_mark,
        .mark = (uint32_t)options->mark,
        .hop_limit = (uint8_t)options->hop_limit,
        .traffic_class = (uint8_t)options->traffic_class,
        .flow_label = family == 6 && options->has_flow_label ? (uint32_t)options->flow_label : 0,
        .broadcast = options->broadcast,
        .no_multicast_loop = options->no_loopback,
        .direct = options->direct,
        .debug = options->debug,
        .pmtu = (int)options->mtu_mode,
        .ip_options = pkt_view_make(bytes, ip_options_len),
        .send_buffer_size = options->send_buffer > 0 ? options->send_buffer : SEND_BUFFER,
        .stamps = stamps_of(options),
        .stamps_card = options->clock == PING_CLOCK_HARDWARE,
    };
    struct pkt_icmp_socket **at = &wire->sockets[family == 6];
    int result = pkt_icmp_socket_open(&socket, at, reterr_error);
    /* A kernel without transmit stamps still answers; each time says which clock took it. */
    if (result == PKT_E_UNSUPPORTED && options->clock == PING_CLOCK_KERNEL && socket.stamps != 0) {
        socket.stamps = 0;
        result = pkt_icmp_socket_open(&socket, at, reterr_error);
    }
    return result;
}

/* A socket address of 0 as port; returns its length. */
static socklen_t address_of(struct pkt_ip ip, uint32_t scope, struct sockaddr_storage *ret_address)
{
    struct sockaddr_in ip4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ip6 = {.sin6_family = AF_INET6, .sin6_scope_id = scope};
    *ret_address = (struct sockaddr_storage){.ss_family = AF_UNSPEC};
    memcpy(&ip4.sin_addr, &ip.ip4, sizeof ip4.sin_addr);
    memcpy(&ip6.sin6_addr, &ip.ip6, sizeof ip6.sin6_addr);
    if (ip.version == 6)
        memcpy(ret_address, &ip6, sizeof ip6);
    else
        memcpy(ret_address, &ip4, sizeof ip4);
    return ip.version == 6 ? sizeof ip6 : sizeof ip4;
}

/*
 * A raw socket can be bound any time. A datagram socket is bound already, for its identifier; being connected
 * keeps its source address too, and does not limit what it receives.
 */
int wire_pin(struct wire *wire, const struct ping_options *options, const struct ping_target *target,
             struct pkt_ip source, struct pkt_error *reterr_error)
{
    struct pkt_icmp_socket_info info;
    struct sockaddr_storage address;
    const struct pkt_icmp_socket *socket = wire->sockets[target->address.version == 6];
    int fd = pkt_icmp_socket_fd(socket), result = 0;
    pkt_icmp_socket_get_info(socket, &info);
    bool connects = options->connects || (options->sticky_source && info.kind == PKT_ICMP_SOCKET_DATAGRAM);
    if (options->sticky_source && !connects && source.version != 0) {
        socklen_t len = address_of(source, target->scope, &address);
        result = bind(fd, (const struct sockaddr *)&address, len);
    }
    if (connects) {
        socklen_t len = address_of(target->address, target->scope, &address);
        result = connect(fd, (const struct sockaddr *)&address, len);
    }
    if (result == 0)
        return 0;
    *reterr_error = (struct pkt_error){.code = PKT_E_SYSTEM, .system_errno = errno};
    (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence, "%s: cannot %s the socket: %s",
                   words_of_address(target->address), connects ? "connect" : "bind", strerror(errno));
    return PKT_E_SYSTEM;
}

static void fill(const struct ping_options *options, uint8_t *data)
{
    for (size_t i = 0; i < options->data_len; i++)
        data[i] = options->pattern_len > 0 ? options->pattern[i % options->pattern_len] : (uint8_t)i;
}

static unsigned stamps_expected(const struct wire *wire)
{
    struct pkt_icmp_socket_info info;
    unsigned flags = 0;
    for (unsigned i = 0; i < WIRE_FAMILIES; i++) {
        if (wire->sockets[i] == NULL)
            continue;
        pkt_icmp_socket_get_info(wire->sockets[i], &info);
        flags |= (info.stamps & PKT_STAMP_SOFTWARE) != 0 ? PKT_ECHO_EXPECT_STAMP : 0;
        flags |= (info.stamps & PKT_STAMP_HARDWARE) != 0 ? PKT_ECHO_EXPECT_CARD : 0;
    }
    return flags;
}

bool wire_prepare(struct wire *wire, struct ping *ping, struct ping_engine *engine)
{
    const struct ping_options *options = ping->options;
    wire->ping = ping;
    wire->engine = engine;
    wire->message_len = HEADER_LEN + (size_t)options->data_len;
    wire->batch = (unsigned)(BATCH_BYTES_MAX / wire->message_len);
    if (wire->batch > ENGINE_BATCH)
        wire->batch = ENGINE_BATCH;
    ping->data = malloc((size_t)options->data_len + 1);
    wire->messages = calloc(wire->batch, wire->message_len);
    if (ping->data == NULL || wire->messages == NULL)
        return false;
    fill(options, ping->data);
    for (unsigned i = 0; i < wire->batch; i++)
        memcpy(wire->messages + i * wire->message_len + HEADER_LEN, ping->data, (size_t)options->data_len);
    ping->stamps_expected = stamps_expected(wire);
    return true;
}

void wire_get_identifiers(const struct wire *wire, uint16_t ret_identifiers[WIRE_FAMILIES])
{
    struct pkt_icmp_socket_info info;
    for (unsigned i = 0; i < WIRE_FAMILIES; i++) {
        ret_identifiers[i] = 0;
        if (wire->sockets[i] == NULL)
            continue;
        pkt_icmp_socket_get_info(wire->sockets[i], &info);
        ret_identifiers[i] = info.identifier;
    }
}

int wire_get_hop_limit(const struct wire *wire, unsigned family, bool to_groups)
{
    static const int names[WIRE_FAMILIES][2] = {
        {IP_TTL,            IP_MULTICAST_TTL   },
        {IPV6_UNICAST_HOPS, IPV6_MULTICAST_HOPS}
    };
    bool is_ip6 = family == 6;
    int value = -1;
    socklen_t len = sizeof value;
    if (wire->sockets[is_ip6] == NULL ||
        getsockopt(pkt_icmp_socket_fd(wire->sockets[is_ip6]), is_ip6 ? IPPROTO_IPV6 : IPPROTO_IP,
                   names[is_ip6][to_groups], &value, &len) != 0)
        return -1;
    return value;
}

/* An echo request (RFC 792, RFC 4443 4.1); the socket fills in identifier and checksum. */
static struct pkt_icmp_outgoing make(struct wire *wire, const struct engine_probe *probe, unsigned slot)
{
    uint8_t *message = wire->messages + slot * wire->message_len;
    uint16_t sequence = htons((uint16_t)probe->sequence);
    bool is_ip6 = probe->target->address.version == 6;
    memset(message, 0, HEADER_LEN);
    message[0] = is_ip6 ? PKT_ICMP6_ECHO_REQUEST : PKT_ICMP_ECHO_REQUEST;
    memcpy(message + 6, &sequence, sizeof sequence);
    if (wire->message_len >= HEADER_LEN + PKT_ECHO_TAG_SIZE)
        (void)pkt_echo_payload_write(message + HEADER_LEN, wire->message_len - HEADER_LEN,
                                     engine_tag(wire->engine, probe->target, probe->number), probe->number);
    return (struct pkt_icmp_outgoing){
        .message = {message, wire->message_len},
        .destination = probe->target->address,
        .scope = probe->target->scope,
        .number = probe->number
    };
}

/* Sends those in front that go through one socket and fit the room; says how many were settled of how many.
 */
static unsigned send_some(struct wire *wire, const struct engine_probe *probes, unsigned count,
                          unsigned *ret_offered, int *ret_errnos)
{
    struct pkt_icmp_outgoing packets[ENGINE_BATCH];
    unsigned version = probes[0].target->address.version, offered = 0;
    struct pkt_icmp_socket *socket = wire->sockets[version == 6];
    while (offered < count && offered < wire->batch && probes[offered].target->address.version == version) {
        packets[offered] = make(wire, &probes[offered], offered);
        offered++;
    }
    *ret_offered = offered;
    return pkt_icmp_socket_send(socket, packets, offered, ret_errnos);
}

unsigned wire_send(void *context, const struct engine_probe *probes, unsigned count, int *ret_errnos)
{
    struct wire *wire = context;
    unsigned settled = 0, offered = 0, now = 0;
    while (settled < count && now == offered) {
        now = send_some(wire, probes + settled, count - settled, &offered, ret_errnos + settled);
        settled += now;
    }
    return settled;
}

void wire_receive(struct wire *wire, int fd)
{
    for (unsigned i = 0; i < WIRE_FAMILIES; i++) {
        unsigned count;
        if (wire->sockets[i] == NULL || (fd >= 0 && pkt_icmp_socket_fd(wire->sockets[i]) != fd))
            continue;
        while ((count = pkt_icmp_socket_receive(wire->sockets[i], wire->events, WIRE_EVENTS)) > 0)
            for (unsigned j = 0; j < count; j++)
                engine_take(wire->engine, &wire->events[j]);
    }
}

uint64_t wire_dropped(const struct wire *wire)
{
    struct pkt_icmp_socket_statistics statistics;
    uint64_t dropped = 0;
    for (unsigned i = 0; i < WIRE_FAMILIES; i++) {
        if (wire->sockets[i] == NULL)
            continue;
        pkt_icmp_socket_get_statistics(wire->sockets[i], &statistics);
        dropped += statistics.dropped;
    }
    return dropped;
}

void wire_close(struct wire *wire)
{
    for (unsigned i = 0; i < WIRE_FAMILIES; i++)
        pkt_icmp_socket_close(wire->sockets[i]);
    free(wire->messages);
    if (wire->ping != NULL)
        free(wire->ping->data);
    *wire = (struct wire){.engine = NULL};
}
