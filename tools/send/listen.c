/* SPDX-License-Identifier: BSD-2-Clause */
#include "listen.h"

#include "common/memory.h"
#include "pkt/link.h"
#include "pkt/room.h"
#include "pkt/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    SLL2_LEN = 20,
    PROBES_MAX = 65536,
    PROBES_BYTES = 32 * 1024 * 1024,
    RECEIVE_BUFFER = 8 * 1024 * 1024,
    AT_ONCE_MAX = 512, /* packets that one call looks at: others keep sending meanwhile */
};

static int fail(struct pkt_error *reterr_error, const char *what)
{
    reterr_error->code = PKT_E_SYSTEM;
    reterr_error->system_errno = errno;
    (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence, "cannot listen for answers: %s: %s",
                   what, strerror(errno));
    return PKT_E_SYSTEM;
}

/* Options that make hearing better, and that it can do without. */
static void tune(int fd)
{
    int on = 1, size = RECEIVE_BUFFER;
    (void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
    (void)setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

static int create_probes(struct send_listener *listener, struct pkt_error *reterr_error)
{
    const struct pkt_memory memory = memory_of_heap(PROBES_BYTES);
    listener->probes = pkt_probes_create(&memory, PROBES_MAX, memory_secret());
    if (listener->probes != NULL)
        return 0;
    errno = ENOMEM;
    return fail(reterr_error, "the table of probes");
}

int listen_open(struct send_listener *listener, uint32_t interface, struct pkt_error *reterr_error)
{
    struct pkt_socket_request request = {.size = sizeof request, .kind = PKT_SOCKET_PACKET_COOKED};
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)interface};
    int on = 1;
    listener->heard = listener->dropped = 0;
    listener->fd = -1;
    int result = create_probes(listener, reterr_error);
    if (result == 0)
        result = pkt_socket_open(&request, &listener->fd, reterr_error);
    if (result != 0)
        return result;
    tune(listener->fd);
    if (setsockopt(listener->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0)
        return fail(reterr_error, "receive timestamps");
    if (bind(listener->fd, (struct sockaddr *)&address, sizeof address) != 0)
        return fail(reterr_error, "binding the packet socket");
    return 0;
}

/* What the kernel says of a packet beside its bytes. */
struct beside {
    struct pkt_wall time;
    unsigned flags; /* enum pkt_decode_flag */
};

static struct beside read_beside(struct msghdr *message)
{
    struct beside beside = {{0}, 0};
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        struct timespec time;
        struct tpacket_auxdata data;
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
            memcpy(&time, CMSG_DATA(c), sizeof time);
            beside.time.ns = time.tv_sec * PKT_NS_PER_S + time.tv_nsec;
        } else if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA) {
            memcpy(&data, CMSG_DATA(c), sizeof data);
            beside.flags |=
                (data.tp_status & TP_STATUS_CSUMNOTREADY) != 0 ? PKT_DECODE_CHECKSUM_NOT_READY : 0U;
            beside.flags |= (data.tp_status & TP_STATUS_CSUM_VALID) != 0 ? PKT_DECODE_CHECKSUM_VALID : 0U;
        }
    }
    return beside;
}

/* The header of a Linux cooked capture (tcpdump.org's LINKTYPE_LINUX_SLL2) from where the packet came. */
static void put_sll2(struct pkt_room frame, const struct sockaddr_ll *from)
{
    pkt_set_u16(frame, 0, ntohs(from->sll_protocol));
    pkt_set_u32(frame, 4, (uint32_t)from->sll_ifindex);
    pkt_set_u16(frame, 8, from->sll_hatype);
    pkt_set_u8(frame, 10, from->sll_pkttype);
    pkt_set_u8(frame, 11, from->sll_halen);
    pkt_set_bytes(frame, 12, from->sll_addr, sizeof from->sll_addr);
}

/* Receives one packet into listener->frame and decodes it. False: none now. */
static bool receive(struct send_listener *listener, struct pkt_wall *ret_time)
{
    struct sockaddr_ll from = {0};
    char control[256];
    struct iovec bytes = {listener->frame + SLL2_LEN, LISTEN_FRAME_MAX - SLL2_LEN};
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof from,
                             .msg_iov = &bytes,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t len = recvmsg(listener->fd, &message, MSG_DONTWAIT | MSG_TRUNC);
    if (len < 0)
        return false;
    struct beside beside = read_beside(&message);
    size_t captured = (size_t)len < bytes.iov_len ? (size_t)len : bytes.iov_len;
    put_sll2(pkt_room_make(listener->frame, SLL2_LEN), &from);
    pkt_decode(pkt_view_make(listener->frame, SLL2_LEN + captured), (uint32_t)(SLL2_LEN + len),
               PKT_LINKTYPE_SLL2, beside.flags, &listener->packet);
    listener->heard++;
    *ret_time = beside.time;
    return true;
}

/* What a host would not take: damaged on the way, or not for this machine. It answers nothing. */
static bool is_acceptable(const struct pkt_packet *packet)
{
    struct pkt_sll sll;
    if (pkt_as_sll(packet, 0, &sll) && pkt_sll_packet_type(sll) == PACKET_OTHERHOST)
        return false;
    for (unsigned i = 0; i < packet->layer_count; i++)
        if ((packet->layer[i].flags & PKT_LAYER_QUOTED) == 0 &&
            pkt_checksum_verify(packet, i).state == PKT_CHECKSUM_BAD)
            return false;
    return true;
}

bool listen_next(struct send_listener *listener, struct pkt_answer *ret_answer, struct pkt_wall *ret_time)
{
    for (unsigned i = 0; i < AT_ONCE_MAX && receive(listener, ret_time); i++)
        if (is_acceptable(&listener->packet) &&
            pkt_probes_answer(listener->probes, &listener->packet, *ret_time, ret_answer))
            return true;
    return false;
}

/* The kernel's counter starts anew when it is read. */
void listen_count(struct send_listener *listener)
{
    struct tpacket_stats statistics = {0};
    socklen_t size = sizeof statistics;
    if (getsockopt(listener->fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &size) == 0)
        listener->dropped += statistics.tp_drops;
}

void listen_stop(struct send_listener *listener)
{
    if (listener->fd >= 0)
        (void)close(listener->fd);
    pkt_probes_destroy(listener->probes);
}
