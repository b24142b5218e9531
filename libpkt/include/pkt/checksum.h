/*
 * The Internet checksum (RFC 1071), its incremental update (RFC 1624) and its verification in a decoded
 * packet. pkt-checksum(7) says per protocol which bytes each checksum covers and which it leaves unprotected.
 */
#ifndef PKT_CHECKSUM_H
#define PKT_CHECKSUM_H

#include "address.h"

PKT_BEGIN

struct pkt_packet;

/* A checksum under way. Zero-initialise; add byte runs of any length in order; finish. */
struct pkt_sum {
    uint64_t acc; /* 16-bit words summed so far, carries not yet folded */
    bool odd;     /* an odd number of bytes was added: the next byte is the low half of its word */
};

/* Adds the bytes of view. No run may make the total exceed 2^32 bytes. */
PKT_API void pkt_sum_add(struct pkt_sum *sum, struct pkt_view view);

/* Adds the IPv4 pseudo-header (RFC 768, RFC 9293 3.1); length is that of the upper-layer packet in bytes. */
PKT_API void pkt_sum_ip4(struct pkt_sum *sum, struct pkt_ip4 src, struct pkt_ip4 dst, uint8_t protocol,
                         uint16_t length);

/* Adds the IPv6 pseudo-header (RFC 8200 8.1); dst is the final destination. */
PKT_API void pkt_sum_ip6(struct pkt_sum *sum, struct pkt_ip6 src, struct pkt_ip6 dst, uint8_t protocol,
                         uint32_t length);

/* The folded sum, not complemented: what an offloading sender leaves in the field after the pseudo-header. */
PKT_API uint16_t pkt_sum_fold(const struct pkt_sum *sum);

/* The checksum to put on the wire: the complement of the folded sum. (UDP sends 0 as 0xffff: builders do.) */
PKT_API uint16_t pkt_sum_finish(const struct pkt_sum *sum);

/* The checksum of one run of bytes. Over bytes that hold a right checksum the result is 0. */
PKT_API uint16_t pkt_checksum(struct pkt_view view);

/* The checksum after a 16-bit word changed from old_word to new_word (RFC 1624 equation 3). */
PKT_API uint16_t pkt_checksum_update16(uint16_t checksum, uint16_t old_word, uint16_t new_word);

/* The same for an aligned 32-bit word. */
PKT_API uint16_t pkt_checksum_update32(uint16_t checksum, uint32_t old_word, uint32_t new_word);

/* The answers of a verification. */
enum pkt_checksum_state {
    PKT_CHECKSUM_NONE = 0, /* this layer has no checksum */
    PKT_CHECKSUM_ABSENT,   /* the field says that the sender computed none: UDP 0, GRE without the C bit */
    PKT_CHECKSUM_OK,
    PKT_CHECKSUM_PARTIAL, /* exactly the pseudo-header sum: left for the network card to finish (offload) */
    PKT_CHECKSUM_BAD,
    PKT_CHECKSUM_UNKNOWN, /* truncated, a fragment, or the kernel said that it was not ready */
};

struct pkt_checksum_result {
    enum pkt_checksum_state state;
    uint16_t found;    /* the field as it stands in the packet */
    uint16_t expected; /* what it should be; only when state is OK, PARTIAL or BAD */
};

/*
 * Verifies the checksum of layer number layer of a decoded packet: IPv4 header, ICMP, ICMPv6, IGMP, UDP,
 * TCP, GRE (RFC 2784). The IPv6 pseudo-header takes the final destination from a routing header (RFC
 * 8200 8.1) and the source from a Home Address option (RFC 6275 11.3.1). State NONE for other layers and for
 * a layer number out of range.
 * pkt_diagnose keeps its answers in the packet: asking again costs nothing.
 */
PKT_API struct pkt_checksum_result pkt_checksum_verify(const struct pkt_packet *packet, unsigned layer);

/* "none", "absent", "ok", "partial", "bad", "unknown". Static storage. */
PKT_API const char *pkt_checksum_state_name(enum pkt_checksum_state state);

PKT_END

#endif
