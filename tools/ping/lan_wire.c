/* SPDX-License-Identifier: BSD-2-Clause */
#include "lan_wire.h"

#include "common/memory.h"
#include "pkt/clock.h"
#include "pkt/linktype.h"
#include "pkt/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PROBES_BYTES = 8 * 1024 * 1024,
    RECEIVE_BUFFER = 4 * 1024 * 1024,
    STAMPS_AT_ONCE = 64,
};

static int fail(struct pkt_error *reterr_error, const char *what)
{
    reterr_error->code = PKT_E_SYSTEM;
    reterr_error->system_errno = errno;
    (void)snprintf(reterr_error->sentence, sizeof reterr_error->sentence, "%s: %s", what, strerror(errno));
    return PKT_E_SYSTEM;
}

int lan_wire_open(struct lan_wire *wire, struct pkt_error *reterr_error)
{
    const struct pkt_socket_request request = {.size = sizeof request, .kind = PKT_SOCKET_PACKET};
    struct pkt_memory memory = memory_of_heap(PROBES_BYTES);
    wire->receiver = wire->transmitter = -1;
    wire->probes = pkt_probes_create(&memory, LAN_UNDER_WAY_MAX, memory_secret());
    wire->notes = calloc(LAN_UNDER_WAY_MAX, sizeof *wire->notes);
    if (wire->probes == NULL || wire->notes == NULL) {
        errno = ENOMEM;
        return fail(reterr_error, "the table of probes");
    }
    int result = pkt_socket_open(&request, &wire->receiver, reterr_error);
    return result != 0 ? result : pkt_socket_open(&request, &wire->transmitter, reterr_error);
}

/* --- the filter --- */

/* Only what may matter wakes us: ARP; ICMPv6, as it is or behind hop-by-hop options, where MLD stands; and
 * for all: ICMP, IGMP, and multicast DNS in IPv4 without options or in IPv6. */
static int attach_filter(int fd, bool all)
{
    struct sock_filter some_program[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 3),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 20),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, LAN_RECEIVED_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_filter all_program[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 14, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 7, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 13),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMP, 10, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_IGMP, 9, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 9),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 36),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 5353, 6, 7),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 20),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_HOPOPTS, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 3),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 56),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 5353, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, LAN_RECEIVED_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog some = {sizeof some_program / sizeof *some_program, some_program};
    struct sock_fprog every = {sizeof all_program / sizeof *all_program, all_program};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, all ? &every : &some, sizeof some);
}

/* --- binding --- */

/* Reports go to groups, and another's solicitation to that of its target: without this a card passes over
 * them. */
static int hear_groups(int fd, const struct pkt_interface *interface)
{
    struct packet_mreq request = {.mr_ifindex = (int)interface->index, .mr_type = PACKET_MR_ALLMULTI};
    return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request);
}

static int bind_receiver(struct lan_wire *wire, const struct pkt_interface *interface, bool all,
                         struct pkt_error *reterr_error)
{
    int on = 1, size = RECEIVE_BUFFER, fd = wire->receiver;
    const struct pkt_timestamp_options stamps = {.size = sizeof stamps, .receive = true};
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)interface->index};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (attach_filter(fd, all) != 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) != 0)
        return fail(reterr_error, "setting up the packet socket");
    int result = pkt_timestamp_enable(fd, &stamps, reterr_error);
    if (result != 0)
        return result;
    if (hear_groups(fd, interface) != 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
        return fail(reterr_error, interface->name);
    return 0;
}

int lan_wire_bind(struct lan_wire *wire, const struct pkt_interface *interface, bool all,
                  struct pkt_error *reterr_error)
{
    const struct pkt_sender_options options = {.size = sizeof options,
                                               .kind = PKT_SENDER_PACKET,
                                               .interface = interface->name,
                                               .stamps = PKT_STAMP_SOFTWARE};
    int result = bind_receiver(wire, interface, all, reterr_error);
    if (result == 0)
        result = pkt_sender_open_fd(wire->transmitter, &options, &wire->sender, reterr_error);
    if (result == 0)
        wire->transmitter = -1;
    return result;
}

/* --- sending --- */

static struct lan_note *note_of(const struct lan_wire *wire, uint64_t number)
{
    return &wire->notes[number % LAN_UNDER_WAY_MAX];
}

static void take_stamps(struct lan_wire *wire)
{
    struct pkt_transmit_stamp stamps[STAMPS_AT_ONCE];
    unsigned count;
    do {
        count = pkt_sender_stamps(wire->sender, stamps, STAMPS_AT_ONCE);
        for (unsigned i = 0; i < count; i++)
            pkt_probes_stamp(wire->probes, stamps[i].number, stamps[i].time);
    } while (count == STAMPS_AT_ONCE);
}

bool lan_wire_send(struct lan_wire *wire, const struct lan_frame *frame, const struct lan_note *what)
{
    struct pkt_view bytes = pkt_view_make(frame->bytes, frame->len);
    const struct pkt_outgoing outgoing = {.bytes = bytes};
    struct pkt_packet packet;
    int refused = 0;
    struct pkt_wall now = pkt_wall_now();
    struct pkt_mono sent = pkt_mono_now();
    if (pkt_sender_send(wire->sender, &outgoing, 1, &refused) != 1)
        return false;
    struct lan_note *note = note_of(wire, wire->sent);
    *note = *what;
    note->number = wire->sent;
    note->sent = sent;
    pkt_decode(bytes, (uint32_t)bytes.len, PKT_LINKTYPE_ETHERNET, 0, &packet);
    if (refused == 0)
        (void)pkt_probes_sent(wire->probes, &packet, wire->sent, now);
    else
        wire->refused_errno = refused;
    wire->refused += refused != 0;
    wire->sent++;
    take_stamps(wire);
    return true;
}

const struct lan_note *lan_wire_earlier(const struct lan_wire *wire, const struct lan_note *note)
{
    const struct lan_note *earlier = note->earlier == 0 ? NULL : note_of(wire, note->earlier - 1);
    return earlier != NULL && earlier->number == note->earlier - 1 ? earlier : NULL;
}

/* --- receiving --- */

/* Checksums that the kernel says are not filled in yet, as between namespaces of one machine. */
static unsigned flags_of(struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
        struct tpacket_auxdata data;
        if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
            continue;
        memcpy(&data, CMSG_DATA(c), sizeof data);
        return (data.tp_status & TP_STATUS_CSUMNOTREADY) != 0 ? PKT_DECODE_CHECKSUM_NOT_READY : 0U;
    }
    return 0;
}

bool lan_wire_next(struct lan_wire *wire)
{
    _Alignas(struct cmsghdr) char control[PKT_TIMESTAMP_CONTROL_SIZE];
    struct iovec bytes = {wire->frame, sizeof wire->frame};
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct pkt_receive_stamp stamp;
    ssize_t len = recvmsg(wire->receiver, &message, MSG_DONTWAIT | MSG_TRUNC);
    if (len < 0)
        return false;
    size_t captured = (size_t)len < sizeof wire->frame ? (size_t)len : sizeof wire->frame;
    pkt_timestamp_read_receive(&message, &stamp);
    wire->time = stamp.has_time ? stamp.time : pkt_wall_now();
    pkt_decode(pkt_view_make(wire->frame, captured), (uint32_t)len, PKT_LINKTYPE_ETHERNET, flags_of(&message),
               &wire->packet);
    return true;
}

bool lan_wire_answer(struct lan_wire *wire, struct lan_answer *ret_answer)
{
    struct pkt_answer answer;
    take_stamps(wire);
    if (!pkt_probes_answer(wire->probes, &wire->packet, wire->time, &answer) ||
        answer.kind != PKT_ANSWER_REPLY || note_of(wire, answer.number)->number != answer.number)
        return false;
    ret_answer->note = note_of(wire, answer.number);
    int64_t most = pkt_mono_now().ns - ret_answer->note->sent.ns;
    /* The wall clock may have been set in between. */
    ret_answer->is_kernel = answer.is_stamped && answer.rtt_ns >= 0 && answer.rtt_ns <= most;
    ret_answer->rtt_ns = ret_answer->is_kernel ? answer.rtt_ns : most;
    return true;
}

/* The kernel's counter starts anew when it is read. */
void lan_wire_count(struct lan_wire *wire)
{
    struct tpacket_stats statistics = {0};
    struct pkt_sender_statistics sender;
    socklen_t size = sizeof statistics;
    if (getsockopt(wire->receiver, SOL_PACKET, PACKET_STATISTICS, &statistics, &size) == 0)
        wire->dropped += statistics.tp_drops;
    pkt_sender_get_statistics(wire->sender, &sender);
    wire->unlinked = sender.packets_unlinked;
}

void lan_wire_close(struct lan_wire *wire)
{
    if (wire->receiver >= 0)
        (void)close(wire->receiver);
    if (wire->transmitter >= 0)
        (void)close(wire->transmitter);
    pkt_sender_close(wire->sender);
    pkt_probes_destroy(wire->probes);
    free(wire->notes);
}
