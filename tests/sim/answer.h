/*
 * Answers: what is made of a probe. Packets are built by libpkt into the caller's room.
 */
#ifndef SIM_ANSWER_H
#define SIM_ANSWER_H

#include "pkt/ipv4.h"
#include "pkt/room.h"
#include "sim/scene.h"

enum {
    SIM_PACKET_LEN_MAX = 65535 + 40,
};

/* An echo request. Views into the packet. */
struct sim_probe {
    struct pkt_view packet; /* from the IP header on */
    struct pkt_view data;   /* behind the 8 bytes of the echo header */
    struct pkt_ipv4 ip4;    /* its header, of an IPv4 packet */
    struct pkt_ip src;
    struct pkt_ip dst;
    uint16_t id;
    uint16_t sequence;
    uint8_t tos;
    bool uncuttable; /* IPv6, or Don't Fragment */
};

/* What a packet is to the responder. */
enum sim_sort {
    SIM_SORT_PROBE,
    SIM_SORT_FRAGMENT,
    SIM_SORT_DAMAGED, /* an echo request with a wrong checksum, or cut short */
    SIM_SORT_OTHER,
};

/* Reads a packet that begins with its IP header; ret_probe is set for a probe only. */
enum sim_sort sim_probe_read(struct pkt_view packet, struct sim_probe *ret_probe);

/* An echo reply. */
struct sim_reply {
    struct pkt_ip src;
    struct pkt_view data;
    uint16_t id;
    uint16_t sequence;
    uint16_t packet_id; /* identification of an IPv4 packet */
    uint32_t time_ms;   /* of a timestamp option of IPv4 */
    uint8_t ttl;        /* 0: 64 */
    uint8_t tos;
    bool wrong_checksum;
};

/* The reply that a probe calls for; src is the probe's destination. */
struct sim_reply sim_reply_to(const struct sim_probe *probe);

/* Builds a reply to the sender of the probe. False when the room is too small. */
bool sim_build_reply(const struct sim_probe *probe, const struct sim_reply *reply, struct pkt_room room,
                     struct pkt_view *ret_packet);

/*
 * Builds an ICMP error about the probe. It quotes as much as RFC 1812 4.3.2.3 and RFC 4443 2.4 allow, and 128
 * bytes in front of extensions (RFC 4884 4.5).
 *
 * ttl  of the error; 0: 64 (a redirect of IPv6 always has 255, RFC 4861 8.1)
 */
bool sim_build_error(const struct sim_probe *probe, const struct sim_error *error, uint8_t ttl,
                     struct pkt_room room, struct pkt_view *ret_packet);

/*
 * Builds a forged reply.
 *
 * noise  chooses what is wrong in it
 */
bool sim_build_forgery(const struct sim_probe *probe, enum sim_forgery forgery, uint64_t noise,
                       struct pkt_room room, struct pkt_view *ret_packet);

/* Copies data to room and turns one of its bits, which noise chooses; false when there is none. */
bool sim_corrupt(struct pkt_view data, uint64_t noise, struct pkt_room room, struct pkt_view *ret_data);

#endif
