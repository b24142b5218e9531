/*
 * The field registry, the other way: values from text, into a packet that is being built or that is finished.
 *
 *     struct pkt_field_ref ttl;
 *     struct pkt_field_value value;
 *     uint8_t storage[16];
 *     pkt_field_find_short(PKT_PROTO_IPV4, NULL, "ttl", 3, &ttl);
 *     if (pkt_field_parse(ttl.field, "5", 1, storage, sizeof storage, &value) != PKT_FIELD_OK ||
 *         pkt_field_set(&build, pkt_build_last(&build), &ttl, &value) != PKT_FIELD_OK)
 *         ... pkt_field_sentence says why
 *
 * Lists are named as JSON names them: NULL is the header of the protocol, "options" its options, "records"
 * group records, "records.sources" the sources in them. See pkt_field_list_at.
 */
#ifndef PKT_FIELD_WRITE_H
#define PKT_FIELD_WRITE_H

#include "build.h"
#include "field.h"

PKT_BEGIN

/* Why a field was not written. Values are ABI and negative. */
enum pkt_field_error {
    PKT_FIELD_OK = 0,
    PKT_FIELD_E_READ_ONLY = -1, /* computed from others: no bits of the packet hold it */
    PKT_FIELD_E_TYPE = -2,      /* the value is of another type */
    PKT_FIELD_E_RANGE = -3,     /* too large, or no multiple of the field's step: see pkt_field_range */
    PKT_FIELD_E_LENGTH = -4,    /* bytes of another length than there is room for */
    PKT_FIELD_E_KIND = -5,      /* this kind of message, option or record has no such field */
    PKT_FIELD_E_LAYER = -6,     /* the layer is of another protocol, or holds no such item */
    PKT_FIELD_E_BUILD = -7,     /* the build has failed: its error says why */
    PKT_FIELD_E_SYNTAX = -8,    /* the text is none that the field's type understands */
};

/* One sentence for an enum pkt_field_error, without a full stop. Static storage. */
PKT_API const char *pkt_field_sentence(int error);

/* --- names --- */

/*
 * Looks up a field by the name that it has in its layer or list: the short name ("flags_df", "srcport"; dots
 * and hyphens count as underscores), or a word of the trade ("df", "sport", "tos", "mss").
 *
 * proto    enum pkt_proto of the layer
 * list     NULL, or the name of a list of the layer
 * name     need not end with a zero
 * ret_ref  its places: rows of the same short name, each in another kind of message
 *
 * False, and ret_ref untouched, when there is no such field.
 */
PKT_API bool pkt_field_find_short(enum pkt_proto proto, const char *list, const char *name, size_t len,
                                  struct pkt_field_ref *ret_ref);

/* Field number index of those that may be written in a layer or list, each short name once, in the order of
 * the registry: type fields before what they govern. NULL behind the last. */
PKT_API const struct pkt_field *pkt_field_writable_at(enum pkt_proto proto, const char *list, unsigned index);

/* Word number index of those that pkt_field_find_short takes for short names in a layer or list; NULL behind
 * the last. name is the short name that it stands for. */
PKT_API const struct pkt_field_alias *pkt_field_word_at(enum pkt_proto proto, const char *list,
                                                        unsigned index);

/* Name of list number index of a layer (list NULL) or of the items of a list, in which it is nested
 * ("records" has "sources"). Not terminated: ret_len bytes; NULL behind the last. */
PKT_API const char *pkt_field_list_at(enum pkt_proto proto, const char *list, unsigned index,
                                      size_t *ret_len);

/* Whether a packet holds bits of the field. */
static inline bool pkt_field_is_writable(const struct pkt_field *field)
{
    return (field->flags & PKT_FIELD_DERIVED) == 0;
}

/* What a number may be: from least to most, in steps. */
struct pkt_field_range {
    int64_t least; /* below 0 for PKT_FIELD_INT only */
    uint64_t most;
    uint64_t step;
};

/* The range of a UINT, INT or BOOL; false for fields that are no numbers and for those that are not
 * writable. */
PKT_API bool pkt_field_range(const struct pkt_field *field, struct pkt_field_range *ret_range);

/* --- values --- */

/* Whether the field could hold the value anywhere: READ_ONLY, TYPE, RANGE, LENGTH or OK. A BOOL and a UINT of
 * 0 or 1 stand for each other. */
PKT_API int pkt_field_check(const struct pkt_field *field, const struct pkt_field_value *value);

/*
 * Reads a value from text.
 *
 * UINT, INT      decimal, or hexadecimal behind 0x; in a field whose unit is a time also "10ms", "2s" (ns,
 * us, ms, s, m, h), when that is a whole number of its unit BOOL           1, true, yes, on; 0, false, no,
 * off IP4, IP6, MAC  as everybody writes them (RFC 4291 2.2); MAC with colons or hyphens BYTES, LINK_ADDRESS
 * pairs of hexadecimal digits, with or without a colon, hyphen or dot between them STRING         the text
 * itself TIME           a duration: seconds, or with one of the units above
 *
 * text       len bytes, any
 * storage    where bytes of the value go; must outlive it. 16 bytes do for addresses, len for the rest
 * size       bytes of storage
 * ret_value  set on success only
 *
 * SYNTAX; LENGTH when storage is too small; TYPE for types without a text form; for writable fields also as
 * pkt_field_check, and RANGE beyond 64 bits. A field that is read only takes any value of its type: rules
 * compare with it.
 */
PKT_API int pkt_field_parse(const struct pkt_field *field, const char *text, size_t len, void *storage,
                            size_t size, struct pkt_field_value *ret_value);

/* --- into a build under way --- */

/*
 * Writes a value over a field of a layer. What finish would fill there stays as written. A field of a list is
 * that of the last item put into the layer; in a list of such an item, of its last element.
 *
 * Bytes are as long as what stands there; text may be shorter, and then zeroes follow, but not longer: what
 * has no text yet is put by its builder.
 *
 * The kind of a message decides which fields it has: set its type and code first, the others after.
 *
 * row    number of the layer, as pkt_build_last says
 * field  of pkt_field_find_short or pkt_field_find
 *
 * OK; when measuring, the value is checked and nothing is written. Any of the errors but SYNTAX; they leave
 * the build as it was.
 */
PKT_API int pkt_field_set(struct pkt_build *build, unsigned row, const struct pkt_field_ref *field,
                          const struct pkt_field_value *value);

/* --- into a finished packet --- */

/* Where a field stands in a packet, for patching. */
struct pkt_field_place {
    const struct pkt_field *field; /* its row */
    uint32_t bit_off;              /* from the packet's first bit */
    uint32_t bit_len;
    bool little_endian; /* as hosts write BSD loopback's family and LLC its control field */
};

/*
 * Where the first of the places of `field` stands in layer number layer itself (not in its lists).
 * READ_ONLY, KIND, LAYER; nothing is written then.
 */
PKT_API int pkt_field_place(const struct pkt_field_ref *field, const struct pkt_packet *packet,
                            unsigned layer, struct pkt_field_place *ret_place);

/* Where the occurrence stands that the walk gave last. READ_ONLY. */
PKT_API int pkt_field_walk_place(const struct pkt_field_walk *walk, struct pkt_field_place *ret_place);

/*
 * Writes a value at a place. packet has the bytes that the place was found in, or a copy. Checksums and
 * lengths stay as they are. READ_ONLY, TYPE, RANGE, LENGTH.
 */
PKT_API int pkt_field_put(const struct pkt_field_place *place, const struct pkt_field_value *value,
                          struct pkt_room packet);

PKT_END

#endif
