/*
 * Fragments of a packet: IPv4 (RFC 791 3.2) and IPv6 (RFC 8200 4.5). A pure iterator: it cuts a decoded
 * packet, a whole frame or a bare datagram, into the caller's buffer, one fragment a call.
 *
 *     struct pkt_fragments fragments;
 *     struct pkt_view fragment;
 *     pkt_fragments_init(&fragments, &packet, &(struct pkt_fragment_spec){.mtu = 1280, .id = 7});
 *     while (pkt_fragments_next(&fragments, buffer, sizeof buffer, &fragment))
 *         ... send fragment
 *     if (fragments.error != PKT_FRAGMENT_OK)
 *         ... pkt_fragment_sentence(fragments.error)
 *
 * The outermost IP header is the one that is divided; the link-layer header before it is repeated before each
 * fragment, an IEEE 802.3 length in it follows; a link-layer trailer is left out. A packet that fits the MTU
 * is its only fragment, as it stands.
 */
#ifndef PKT_FRAGMENT_H
#define PKT_FRAGMENT_H

#include "packet.h"

PKT_BEGIN

/* Why there are no more fragments. Values are ABI and negative. */
enum pkt_fragment_error {
    PKT_FRAGMENT_OK = 0,
    PKT_FRAGMENT_E_SPACE = -1,     /* the buffer is too small: need says how many bytes it takes */
    PKT_FRAGMENT_E_NOT_IP = -2,    /* no whole IPv4 or IPv6 header */
    PKT_FRAGMENT_E_CUT = -3,       /* the capture or a length field ends before the packet does */
    PKT_FRAGMENT_E_FORBIDDEN = -4, /* Don't Fragment is set */
    PKT_FRAGMENT_E_JUMBO = -5,     /* a jumbogram cannot be fragmented (RFC 2675 3) */
    PKT_FRAGMENT_E_MTU = -6,       /* too small for the headers: in IPv6 the first fragment has them all */
    PKT_FRAGMENT_E_RANGE = -7,     /* payload_per_fragment or overlap make no sense; an end past 65,535 */
};

/* Zero is the default of each. */
struct pkt_fragment_spec {
    uint32_t mtu; /* most bytes of an IP packet, without its link-layer header; 0: 1500 */
    uint32_t id;  /* IPv6: identification; that of a fragment header that is there already stays */
    bool force;   /* fragment although Don't Fragment is set (it stays set) */
    uint32_t payload_per_fragment; /* 0: as many as fit the MTU. Else exactly these and whatever the MTU; what
                                      is no multiple of 8 makes the next one overlap the odd bytes */
    uint32_t
        overlap; /* bytes that each fragment repeats from the one before; rounded up to a multiple of 8 */
};

/* error and need are for reading, the rest for the functions. */
struct pkt_fragments {
    const struct pkt_packet *packet;
    int error;           /* enum pkt_fragment_error; SPACE may be tried again with a larger buffer */
    size_t need;         /* bytes of the fragment that comes next or came last */
    bool ended;          /* the last one was given */
    bool whole;          /* nothing to divide: the packet as it stands */
    bool more_at_end;    /* the packet is a fragment itself, and not the last one */
    uint8_t layer;       /* row of the IP header */
    uint8_t next_header; /* IPv6: of what is divided */
    uint8_t later_len;   /* IPv4: bytes of later_header */
    uint32_t next_off;   /* IPv6: where the header before it says so, from the IP header */
    uint32_t id;         /* IPv6 */
    uint32_t head_len;   /* of the IP header, in IPv6 with the headers that each fragment repeats */
    uint32_t payload;    /* where what is divided starts, from the packet's first byte */
    uint32_t payload_len;
    uint32_t base; /* offset of the packet, when it is a fragment itself */
    uint32_t done; /* of payload_len: where the next fragment starts */
    uint32_t mtu;
    uint32_t per_fragment; /* 0: by the MTU */
    uint32_t overlap;
    uint8_t later_header[60]; /* IPv4: with the options that are copied */
};

/*
 * Starts an iteration.
 *
 * packet  decoded; it and its bytes must outlive the iteration
 * spec    NULL: all defaults
 *
 * PKT_FRAGMENT_OK or any error but SPACE, which pkt_fragments_next also leaves in ->error.
 */
PKT_API int pkt_fragments_init(struct pkt_fragments *fragments, const struct pkt_packet *packet,
                               const struct pkt_fragment_spec *spec);

/*
 * The next fragment.
 *
 * buffer        where to write it; NULL measures, and ret_fragment is then {NULL, its length}
 * size          bytes
 * ret_fragment  a view of the buffer
 *
 * False behind the last one and after an error: see ->error.
 */
PKT_API bool pkt_fragments_next(struct pkt_fragments *fragments, void *buffer, size_t size,
                                struct pkt_view *ret_fragment);

/* One sentence for an enum pkt_fragment_error, without a full stop. Static storage. */
PKT_API const char *pkt_fragment_sentence(int error);

PKT_END

#endif
