/*
 * What a protocol gives to the builder: one row in the builder table (src/proto/builders.c). Internal.
 */
#ifndef CORE_BUILDER_H
#define CORE_BUILDER_H

#include "pkt/build.h"
#include "pkt/checksum.h"

/* Where an automatic field stands in a header. The row's message type selects it when type is not
 * PKT_BUILD_ANY_TYPE. */
struct pkt_build_automatic {
    uint8_t kind; /* enum pkt_build_automatic_kind */
    uint8_t bit_len;
    uint16_t bit_off;
    uint16_t type;
};
enum { PKT_BUILD_ANY_TYPE = 0x100 };

/* The header gets no more options: pad them. Runs once, before what follows is put. */
typedef void pkt_close_step(struct pkt_build *build, unsigned row);
/* Fills the automatic fields that row->fixed does not hold; inner layers are finished already. */
typedef void pkt_finish_step(struct pkt_build *build, unsigned row);

/* Numbers under which others announce a protocol; -1: not by this. */
struct pkt_build_numbers {
    int32_t ethertype;
    int16_t ip_protocol;
};

struct pkt_builder {
    pkt_close_step *close;                       /* NULL: nothing to pad */
    pkt_finish_step *finish;                     /* NULL: nothing to fill */
    const struct pkt_build_automatic *automatic; /* ends with kind 0; NULL: none */
    struct pkt_build_numbers numbers;
};

extern const struct pkt_builder pkt_builders[PKT_PROTO_COUNT];

/* --- for builders --- */

/* Notes the first error. */
void pkt_build_fail(struct pkt_build *build, int error);

/*
 * Begins a layer: closes the one before, adds a row and gives the room of its fixed header, all zero. The
 * room is empty when measuring and after an error.
 */
struct pkt_room pkt_build_begin(struct pkt_build *build, enum pkt_proto proto, size_t len);

/* Appends len bytes, all zero, to the layer under way: the rest of a message, whatever is no item. */
struct pkt_room pkt_build_more(struct pkt_build *build, size_t len);

/*
 * Appends an item (option, record, object, address) of len bytes to the layer under way and counts it. ORDER
 * unless that layer is of protocol proto and still open.
 */
struct pkt_room pkt_build_item(struct pkt_build *build, enum pkt_proto proto, size_t len);

/* The written bytes of a row from its first one to `end` (see pkt_build_end); empty when measuring or failed.
 */
struct pkt_room pkt_build_row_room(const struct pkt_build *build, unsigned row);

/* Where what the row carries ends, from the start of the packet. */
size_t pkt_build_end(const struct pkt_build *build, unsigned row);

/* Bytes of the row, header included, as finish sees them. */
static inline size_t pkt_build_row_len(const struct pkt_build *build, unsigned row)
{
    return pkt_build_end(build, row) - build->row[row].off;
}

/* Whether finish fills this kind of field in the row. */
static inline bool pkt_build_fills(const struct pkt_build *build, unsigned row, unsigned kind)
{
    return (build->row[row].fixed & kind) == 0;
}

/* Writes a length of `bits` bits (8 or 16) at off of the row, unless it is fixed; RANGE when it does not fit.
 */
void pkt_build_length(struct pkt_build *build, unsigned row, size_t off, unsigned bits, size_t value);

/* The proto of the row that follows row directly, NONE when it is the last. */
enum pkt_proto pkt_build_next(const struct pkt_build *build, unsigned row);

/* The innermost ICMP error that is in one of these states (enum pkt_build_quote) and no part of a quotation
 * that has ended: its row, or -1. */
int pkt_build_quoting(const struct pkt_build *build, unsigned states);

/* Bytes of the header so far; before the layer is closed all that was put. */
size_t pkt_build_header_len(const struct pkt_build *build, unsigned row);

#endif
