/*
 * Templates: a finished packet is patched field by field, and every checksum that covers a patched byte
 * follows (RFC 1624 equation 3): of the layer itself, of pseudo-headers, of tunnels around it, of a GRE
 * header. For senders of a million probes, and for rewriting packets that are replayed.
 *
 *     struct pkt_template probe;
 *     pkt_template_init(&probe, pkt_room_make(frame, len), PKT_LINKTYPE_ETHERNET, 0);
 *     for (...) {
 *         pkt_template_set_bits(&probe, (14 + 20 + 2) * 8, 16, port);
 *         ... send frame
 *     }
 *
 * pkt_field_place (field_write.h) says where a field stands. The result is what building the packet anew
 * would give: UDP's absent checksum stays absent and its 0 becomes 0xffff, a partial checksum stays partial,
 * a wrong one stays wrong by as much as it was. The checksum field itself may be patched: then it is wrong on
 * purpose, and those that cover it follow.
 */
#ifndef PKT_TEMPLATE_H
#define PKT_TEMPLATE_H

#include "packet.h"
#include "room.h"

PKT_BEGIN

enum {
    PKT_TEMPLATE_SEGMENTS = 64,
    PKT_TEMPLATE_SKELETON = 64,
};

/* Why a patch was refused; nothing was written then. Values are ABI and negative. */
enum pkt_template_error {
    PKT_TEMPLATE_OK = 0,
    PKT_TEMPLATE_E_RANGE = -1,     /* the packet has no such bits, or the value does not fit in them */
    PKT_TEMPLATE_E_STRUCTURE = -2, /* the bits say what the packet consists of: a length, a next protocol */
};

enum pkt_template_flag {
    PKT_TEMPLATE_FORCE = 1 << 0, /* patch these bits too. Checksums follow as far as they covered them when
                                    the template was made; to have the new structure, make it anew */
};

/* A checksum in the packet. */
struct pkt_template_checksum {
    uint32_t off;
    uint16_t carriers; /* bit i: checksum[i] covers this one's field ... */
    uint16_t swapped;  /* ... and sums it with its bytes swapped, as it stands at an odd distance */
    uint8_t kind;
};

/* Bytes that a checksum covers: those in [off, end), with the words starting at even or at odd offsets. */
struct pkt_template_segment {
    uint32_t off;
    uint32_t end;
    uint8_t checksum;
    uint8_t odd;
};

/* Bits [off, end) that may not be patched. */
struct pkt_template_bits {
    uint64_t off;
    uint64_t end;
};

/* All but packet is for the functions. A copy of it over a copy of the bytes is a template too, once its
 * packet.ptr is set to them. */
struct pkt_template {
    struct pkt_room packet;
    unsigned flags; /* enum pkt_template_flag */
    uint8_t checksum_count;
    uint8_t segment_count;
    uint8_t skeleton_count;
    struct pkt_template_checksum checksum[PKT_MAX_LAYERS];
    struct pkt_template_segment segment[PKT_TEMPLATE_SEGMENTS];
    struct pkt_template_bits skeleton[PKT_TEMPLATE_SKELETON]; /* in ascending order */
};

/*
 * Makes a template of a packet: decodes it, and notes what may not be patched and which checksums cover what.
 * Where a packet has more structure than there is room for (more than a dozen options), all from there on may
 * not be patched.
 *
 * packet    the whole packet, in the caller's bytes, which are patched in place and must outlive the template
 * linktype  enum pkt_linktype
 * flags     enum pkt_template_flag
 */
PKT_API void pkt_template_init(struct pkt_template *ret_template, struct pkt_room packet, uint16_t linktype,
                               unsigned flags);

/* A field that is patched again and again: what pkt_template_set_bits finds out each time. For the functions.
 */
struct pkt_template_slot {
    uint64_t mask;   /* of the field in the 8 octets ... */
    uint32_t window; /* ... that start here */
    uint8_t shift;
    uint16_t covers;  /* bit i: checksum[i] covers the field ... */
    uint16_t swapped; /* ... and sums the window with its bytes swapped */
};

/*
 * Prepares patches of the len bits at bit off; they go into one template and its copies. STRUCTURE; RANGE
 * also where there is no such place, for which pkt_template_set_bits serves: in a packet of less than 8
 * octets, for a field that lies in 9, for one that a checksum covers in part.
 */
PKT_API int pkt_template_slot(const struct pkt_template *tmpl, uint64_t off, unsigned len,
                              struct pkt_template_slot *ret_slot);

/* Writes a value at a prepared place, as many of its low bits as the field has. */
PKT_API void pkt_template_put(struct pkt_template *tmpl, const struct pkt_template_slot *slot,
                              uint64_t value);

/* Writes the low len bits (1 to 64) of value at bit off, counted from the packet's first bit as RFCs draw
 * them. RANGE, STRUCTURE. */
PKT_API int pkt_template_set_bits(struct pkt_template *tmpl, uint64_t off, unsigned len, uint64_t value);

/* Writes bytes at byte off. RANGE, STRUCTURE. */
PKT_API int pkt_template_set_bytes(struct pkt_template *tmpl, size_t off, struct pkt_view bytes);

/* One sentence for an enum pkt_template_error, without a full stop. Static storage. */
PKT_API const char *pkt_template_sentence(int error);

PKT_END

#endif
