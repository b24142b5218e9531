/*
 * Decoding: one pass over a frame fills a fixed table of layers. No allocation, no recursion, no failure:
 * unknown is not an error, truncated is not malformed, offloaded is not bad.
 */
#ifndef PKT_PACKET_H
#define PKT_PACKET_H

#include "address.h"
#include "checksum.h"
#include "diagnosis.h"

PKT_BEGIN

enum {
    PKT_MAX_LAYERS = 16,
    PKT_MAX_DIAGNOSES = 8,
};

/* What a row of the layer table is. Values are ABI: append only. */
enum pkt_proto {
    PKT_PROTO_NONE = 0,
    PKT_PROTO_PAYLOAD,  /* bytes that nothing here decodes; next says what they were called */
    PKT_PROTO_TRAILER,  /* Ethernet bytes behind the packet: padding, and perhaps a frame check sequence */
    PKT_PROTO_ETHERNET, /* Ethernet II or IEEE 802.3 */
    PKT_PROTO_VLAN,     /* one 802.1Q or 802.1ad tag */
    PKT_PROTO_LLC,      /* IEEE 802.2, SNAP included */
    PKT_PROTO_NULL,     /* BSD loopback: address family in host (NULL) or network (LOOP) byte order */
    PKT_PROTO_SLL,      /* Linux cooked capture v1 */
    PKT_PROTO_SLL2,     /* Linux cooked capture v2 */
    PKT_PROTO_PPP,      /* PPP, with or without HDLC-like framing */
    PKT_PROTO_ARP,      /* also RARP */
    PKT_PROTO_IPV4,
    PKT_PROTO_IPV6,
    PKT_PROTO_IP6_HOPOPTS,  /* hop-by-hop options header */
    PKT_PROTO_IP6_ROUTING,  /* routing header */
    PKT_PROTO_IP6_FRAGMENT, /* fragment header */
    PKT_PROTO_IP6_DSTOPTS,  /* destination options header */
    PKT_PROTO_AH,
    PKT_PROTO_ESP,
    PKT_PROTO_ICMP,
    PKT_PROTO_ICMP_EXT, /* RFC 4884 extension structure; its row follows the ICMP or ICMPv6 row directly */
    PKT_PROTO_ICMP6,    /* ND, MLD and MRD included */
    PKT_PROTO_IGMP,
    PKT_PROTO_UDP,
    PKT_PROTO_TCP,
    PKT_PROTO_GRE,
    PKT_PROTO_VXLAN,
    PKT_PROTO_COUNT,
};

enum pkt_layer_flag {
    PKT_LAYER_TRUNCATED = 1 << 0, /* more than is here: the capture, quotation or fragment ends before */
    PKT_LAYER_FRAGMENT = 1 << 1,  /* this layer is (in) a fragment: not the whole of it is here */
    PKT_LAYER_QUOTED = 1 << 2,    /* inside an ICMP error */
    PKT_LAYER_CLIPPED = 1 << 3,   /* a tighter length field cut this layer short of its own claim */
    PKT_LAYER_PADDED = 1 << 4,    /* bytes follow that the layer's own length leaves out */
    PKT_LAYER_INNER = 1 << 5,     /* behind a tunnel header (GRE, IPIP, 6in4, VXLAN) */
    PKT_LAYER_SHORT = 1 << 6,     /* the length fields leave too little room for the header: malformed */
};

/* Which length ruled the end of a layer. Values are ABI: append only. */
enum pkt_length_source {
    PKT_LENGTH_CAPTURE = 0, /* the bytes at hand */
    PKT_LENGTH_WIRE,        /* the frame's length on the wire */
    PKT_LENGTH_8023,        /* IEEE 802.3 length field */
    PKT_LENGTH_IPV4_TOTAL,
    PKT_LENGTH_IPV6_PAYLOAD,
    PKT_LENGTH_IPV6_JUMBO, /* RFC 2675 */
    PKT_LENGTH_UDP,
    PKT_LENGTH_OPTION,     /* the length of an option, record or object, or of the area that holds them */
    PKT_LENGTH_ICMP_QUOTE, /* the end of the quotation in an ICMP error (RFC 4884 length or its end) */
    PKT_LENGTH_HEADER,     /* a header length field (IHL, TCP data offset, extension header length) */
    PKT_LENGTH_COUNT,
};

/* One row: 16 bytes. Offsets count from the first byte of the frame. */
struct pkt_layer {
    uint8_t proto;         /* enum pkt_proto */
    uint8_t length_source; /* enum pkt_length_source: which field ruled len */
    uint16_t flags;        /* enum pkt_layer_flag */
    uint32_t off;
    uint16_t hdr_len; /* of the header, options included; 0: the header is not whole, no typed view exists */
    uint16_t next;    /* what follows, in this protocol's numbers: EtherType, IP protocol, PPP protocol, ...;
                         for PAYLOAD: the number under which it was announced */
    uint32_t len;     /* on the wire, header included, clipped by the tightest length field around it */
};

/* A decoded packet. Holds views into the caller's bytes, which must outlive it. */
struct pkt_packet {
    struct pkt_view bytes; /* as captured */
    uint32_t wire_len;     /* bytes on the wire, at least bytes.len */
    uint16_t linktype;
    uint16_t flags; /* enum pkt_decode_flag as given */
    uint8_t layer_count;
    uint8_t diagnosis_count;
    uint8_t diagnoses_lost; /* found after the table was full; saturates at 255 */
    uint16_t verified;      /* bit i: checksum[i] is the answer for row i; pkt_diagnose sets them */
    struct pkt_layer layer[PKT_MAX_LAYERS];
    struct pkt_diagnosis diagnosis[PKT_MAX_DIAGNOSES];
    struct pkt_checksum_result checksum[PKT_MAX_LAYERS];
};

/* What the source knows of the frame beyond its bytes. */
enum pkt_decode_flag {
    PKT_DECODE_CHECKSUM_NOT_READY = 1 << 0, /* the kernel had not filled the transport checksum yet */
    PKT_DECODE_CHECKSUM_VALID = 1 << 1,     /* the kernel or the card verified it */
    PKT_DECODE_GSO = 1 << 2,                /* larger than one wire frame; lengths of 0 are legal */
    PKT_DECODE_LINK_FCS = 1 << 3,           /* the frame ends with its 4-byte frame check sequence */
};

/* Link types of capture files (tcpdump.org's registry) that pkt_decode enters. Others: one PAYLOAD row. */
enum pkt_linktype {
    PKT_LINKTYPE_NULL = 0,
    PKT_LINKTYPE_ETHERNET = 1,
    PKT_LINKTYPE_PPP = 9,
    PKT_LINKTYPE_RAW_BSD = 12, /* DLT_RAW as some systems wrote it into files */
    PKT_LINKTYPE_RAW_OPENBSD = 14,
    PKT_LINKTYPE_PPP_HDLC = 50,
    PKT_LINKTYPE_RAW = 101,
    PKT_LINKTYPE_LOOP = 108,
    PKT_LINKTYPE_SLL = 113,
    PKT_LINKTYPE_IPV4 = 228,
    PKT_LINKTYPE_IPV6 = 229,
    PKT_LINKTYPE_SLL2 = 276,
};

/*
 * Decodes a frame. Structural findings (truncation, lengths that lie) become diagnoses in ret_packet; the
 * rules of the protocols, the option lists and the checksums are looked at by pkt_diagnose only.
 *
 * bytes     the frame as captured
 * wire_len  its length on the wire; a smaller value than bytes.len is taken as bytes.len
 * linktype  enum pkt_linktype or any other number of the registry
 * flags     enum pkt_decode_flag
 */
PKT_API void pkt_decode(struct pkt_view bytes, uint32_t wire_len, uint16_t linktype, unsigned flags,
                        struct pkt_packet *ret_packet);

/*
 * Walks every option list, verifies every checksum and holds every layer against the rules of its protocol;
 * what it finds is added to the packet's diagnoses. Call it once on a packet, and only when the findings are
 * wanted: decoding does not depend on it.
 */
PKT_API void pkt_diagnose(struct pkt_packet *packet);

/* Bytes of layer number layer that were captured, header first; empty for a number out of range. */
PKT_API struct pkt_view pkt_layer_bytes(const struct pkt_packet *packet, unsigned layer);

/* The captured bytes of the layer's header, options included; empty when it is not whole. */
PKT_API struct pkt_view pkt_layer_header(const struct pkt_packet *packet, unsigned layer);

/* The captured bytes behind the layer's header, clipped by its length. */
PKT_API struct pkt_view pkt_layer_payload(const struct pkt_packet *packet, unsigned layer);

/* Payload length on the wire: len - hdr_len. 0 for a number out of range. */
PKT_API uint32_t pkt_layer_payload_len(const struct pkt_packet *packet, unsigned layer);

/*
 * The first row of protocol proto at or after row from, of any nesting; -1 when there is none.
 */
PKT_API int pkt_layer_find(const struct pkt_packet *packet, enum pkt_proto proto, unsigned from);

/*
 * The nearest row above layer of IPv4 or IPv6 that carries it (the same nesting: a quoted UDP header belongs
 * to the quoted IP header); -1 when there is none.
 */
PKT_API int pkt_layer_network(const struct pkt_packet *packet, unsigned layer);

/* Wireshark's name of the protocol ("eth", "ip", "icmpv6", ...). Static storage; "data" for PAYLOAD. */
PKT_API const char *pkt_proto_name(enum pkt_proto proto);

/* "capture", "wire", "ipv4-total-length", ... Static storage. */
PKT_API const char *pkt_length_source_name(enum pkt_length_source source);

PKT_END

#endif
