/* SPDX-License-Identifier: BSD-2-Clause */
#include "carrier.h"

#include "pkt/host.h"
#include "pkt/interface.h"
#include "pkt/packet.h"
#include "pkt/socket.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool may_use(unsigned via, int kind)
{
    bool is_raw = kind == PKT_SENDER_RAW4 || kind == PKT_SENDER_RAW6;
    return via == SEND_VIA_AUTO || (via == SEND_VIA_RAW && is_raw) ||
           (via == SEND_VIA_PACKET && kind == PKT_SENDER_PACKET);
}

static int open_socket(int kind, bool header_included, int *ret_fd, struct pkt_error *reterr_error)
{
    struct pkt_socket_request request = {
        .size = sizeof request, .kind = kind, .header_included = header_included};
    return pkt_socket_open(&request, ret_fd, reterr_error);
}

static int open_packet_sockets(struct send_carrier *carrier, struct pkt_error *reterr_error)
{
    int result = 0;
    for (unsigned i = 0; i < CARRIER_INTERFACES_MAX && result == 0; i++)
        result = open_socket(PKT_SOCKET_PACKET, false, &carrier->packet_fds[i], reterr_error);
    return result;
}

/* The interface of -i, and whether anything can leave by it. */
static int find_interface(struct send_carrier *carrier, const char *name, struct pkt_error *reterr_error)
{
    struct pkt_host *host;
    struct pkt_interface interface;
    int result = pkt_host_open(&host, reterr_error);
    if (result != 0)
        return result;
    result = pkt_interface_find(host, name, &interface, reterr_error);
    pkt_host_close(host);
    if (result != 0)
        return result;
    carrier->interface = interface.index;
    if ((interface.flags & PKT_INTERFACE_UP) != 0)
        return 0;
    *reterr_error = (struct pkt_error){.code = PKT_E_SYSTEM, .system_errno = ENETDOWN};
    (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence,
                   "interface %s is down: ip link set %s up", name, name);
    return PKT_E_SYSTEM;
}

/* libnet opens its socket itself: it has to be now. */
static int open_libnet(struct send_carrier *carrier, const char *interface, struct pkt_error *reterr_error)
{
    struct pkt_sender_options options = {
        .size = sizeof options, .kind = PKT_SENDER_LIBNET, .interface = interface};
    struct carrier_sender *made = &carrier->senders[0];
    *made = (struct carrier_sender){.kind = PKT_SENDER_LIBNET, .interface = carrier->interface};
    int result = pkt_sender_open(&options, &made->sender, reterr_error);
    carrier->sender_count = result == 0;
    return result;
}

int carrier_open(struct send_carrier *carrier, const struct send_options *options, bool stamps,
                 struct pkt_error *reterr_error)
{
    *carrier = (struct send_carrier){
        .via = options->via, .bypass = options->bypass, .stamps = stamps, .raw4_fd = -1, .raw6_fd = -1};
    memset(carrier->packet_fds, 0xff, sizeof carrier->packet_fds);
    int result = options->interface == NULL ? 0 : find_interface(carrier, options->interface, reterr_error);
    if (result == 0 && may_use(options->via, PKT_SENDER_PACKET))
        result = open_packet_sockets(carrier, reterr_error);
    if (result == 0 && may_use(options->via, PKT_SENDER_RAW4))
        result = open_socket(PKT_SOCKET_RAW4, true, &carrier->raw4_fd, reterr_error);
    if (result == 0 && may_use(options->via, PKT_SENDER_RAW6))
        result = open_socket(PKT_SOCKET_RAW6, true, &carrier->raw6_fd, reterr_error);
    if (result == 0 && options->via == SEND_VIA_LIBNET)
        result = open_libnet(carrier, options->interface, reterr_error);
    return result;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* Closes what no sender took. */
static void close_unused(struct send_carrier *carrier)
{
    for (unsigned i = 0; i < CARRIER_INTERFACES_MAX; i++)
        close_fd(&carrier->packet_fds[i]);
    close_fd(&carrier->raw4_fd);
    close_fd(&carrier->raw6_fd);
}

/* Which kind of sender the item needs; 0: none carries it. */
static int kind_of(const struct send_carrier *carrier, const struct send_item *item)
{
    if (item->linktype == PKT_LINKTYPE_ETHERNET)
        return carrier->via == SEND_VIA_LIBNET ? PKT_SENDER_LIBNET : PKT_SENDER_PACKET;
    return pkt_u8(item->bytes, 0) >> 4 == 6 ? PKT_SENDER_RAW6 : PKT_SENDER_RAW4;
}

static uint32_t interface_of(const struct send_carrier *carrier, const struct send_item *item)
{
    return item->interface != 0 ? item->interface : carrier->interface;
}

bool carrier_fits(const struct send_carrier *carrier, const struct carrier_sender *sender,
                  const struct send_item *item)
{
    return sender->kind == kind_of(carrier, item) && sender->interface == interface_of(carrier, item);
}

/* A socket of the kind that nobody has taken yet; -1: none is left. */
static int take_fd(struct send_carrier *carrier, int kind)
{
    int *from = kind == PKT_SENDER_RAW4 ? &carrier->raw4_fd : &carrier->raw6_fd;
    for (unsigned i = 0; kind == PKT_SENDER_PACKET && i < CARRIER_INTERFACES_MAX; i++)
        if (carrier->packet_fds[i] >= 0) {
            from = &carrier->packet_fds[i];
            break;
        }
    int fd = *from;
    *from = -1;
    return fd;
}

static int refuse(struct pkt_error *reterr_error, const char *sentence)
{
    *reterr_error = (struct pkt_error){.code = PKT_E_ARGUMENT};
    (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence, "%s", sentence);
    return PKT_E_ARGUMENT;
}

/* Why a packet of this kind cannot go; NULL: it can. */
static const char *objection(const struct send_carrier *carrier, int kind, uint32_t interface)
{
    bool needs_interface = kind == PKT_SENDER_PACKET || kind == PKT_SENDER_LIBNET;
    if (needs_interface && interface == 0)
        return "a packet with a link-layer header needs an interface: give -i";
    if (carrier->via == SEND_VIA_RAW && needs_interface)
        return "--via raw sends IP packets only: leave out the eth layer, or --via";
    if ((carrier->via == SEND_VIA_PACKET || carrier->via == SEND_VIA_LIBNET) && !needs_interface)
        return "a packet without a link-layer header cannot go this way: put eth in front, or leave out "
               "--via";
    if (kind == PKT_SENDER_LIBNET)
        return "--via libnet sends by the interface of -i only";
    if (carrier->sender_count == CARRIER_SENDERS_MAX)
        return "the packets need more than 8 interfaces: send them in several runs";
    return NULL;
}

static int open_sender(struct send_carrier *carrier, int kind, uint32_t interface,
                       struct pkt_sender **ret_sender, struct pkt_error *reterr_error)
{
    char name[IF_NAMESIZE] = "";
    struct pkt_sender_options options = {
        .size = sizeof options,
        .kind = kind,
        .interface = interface == 0 ? NULL : if_indextoname(interface, name),
        .qdisc_bypass = kind == PKT_SENDER_PACKET && carrier->bypass,
        .stamps = carrier->stamps ? PKT_STAMP_SOFTWARE : 0,
    };
    if (interface != 0 && options.interface == NULL)
        return refuse(reterr_error, "the interface is gone: look at ip link");
    int fd = take_fd(carrier, kind);
    if (fd < 0)
        return refuse(reterr_error, "the packets need more than 8 interfaces: send them in several runs");
    int result = pkt_sender_open_fd(fd, &options, ret_sender, reterr_error);
    if (result != 0)
        (void)close(fd);
    return result;
}

/* Makes the sender of a kind and interface; NULL: reterr_error says why not. */
static struct carrier_sender *make(struct send_carrier *carrier, int kind, uint32_t interface,
                                   struct pkt_error *reterr_error)
{
    struct carrier_sender made = {.kind = kind, .interface = interface};
    const char *why_not = objection(carrier, kind, interface);
    if (why_not != NULL) {
        (void)refuse(reterr_error, why_not);
        return NULL;
    }
    if (open_sender(carrier, kind, interface, &made.sender, reterr_error) != 0)
        return NULL;
    carrier->senders[carrier->sender_count] = made;
    return &carrier->senders[carrier->sender_count++];
}

struct carrier_sender *carrier_choose(struct send_carrier *carrier, const struct send_item *item,
                                      struct pkt_error *reterr_error)
{
    for (unsigned i = 0; i < carrier->sender_count; i++)
        if (carrier_fits(carrier, &carrier->senders[i], item))
            return &carrier->senders[i];
    return make(carrier, kind_of(carrier, item), interface_of(carrier, item), reterr_error);
}

int carrier_make_all(struct send_carrier *carrier, struct pkt_error *reterr_error)
{
    static const int kinds[] = {PKT_SENDER_PACKET, PKT_SENDER_RAW4, PKT_SENDER_RAW6};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (may_use(carrier->via, kinds[i]) &&
            make(carrier, kinds[i], carrier->interface, reterr_error) == NULL)
            return reterr_error->code;
    return 0;
}

void carrier_get_statistics(const struct send_carrier *carrier, struct pkt_sender_statistics *ret_statistics)
{
    *ret_statistics = (struct pkt_sender_statistics){0};
    for (unsigned i = 0; i < carrier->sender_count; i++) {
        struct pkt_sender_statistics one;
        pkt_sender_get_statistics(carrier->senders[i].sender, &one);
        ret_statistics->packets += one.packets;
        ret_statistics->bytes += one.bytes;
        ret_statistics->refused += one.refused;
        ret_statistics->calls += one.calls;
        ret_statistics->waits_buffer += one.waits_buffer;
        ret_statistics->waits_queue += one.waits_queue;
        ret_statistics->errors_received += one.errors_received;
        ret_statistics->stamps_expected += one.stamps_expected;
        ret_statistics->stamps_received += one.stamps_received;
    }
}

void carrier_close(struct send_carrier *carrier)
{
    close_unused(carrier);
    for (unsigned i = 0; i < carrier->sender_count; i++)
        pkt_sender_close(carrier->senders[i].sender);
    carrier->sender_count = 0;
}
