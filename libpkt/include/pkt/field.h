/*
 * The field registry: one table names every field of every protocol as Wireshark does ("ip.ttl") and says
 * where it stands. JSON, --fields, rules and the documentation all read packets through it.
 *
 *     struct pkt_field_ref ttl;
 *     struct pkt_field_walk walk;
 *     struct pkt_field_value value;
 *     pkt_field_find("ip.ttl", 6, &ttl);
 *     pkt_field_walk_begin(&walk, &ttl, &packet, NULL, PKT_SCOPE_ALL);
 *     while (pkt_field_walk_next(&walk, &value))
 *         ... value.number, found in row walk.layer of the layer table
 *
 * A name, once released, never changes. Names that Wireshark lacks start with "pkt.". A field may occur many
 * times in a packet (an address in a list, a header quoted in an ICMP error), and names such as "ip.addr"
 * stand for several places. A field that is cut off by the end of the capture, or that this message has not,
 * does not occur.
 */
#ifndef PKT_FIELD_H
#define PKT_FIELD_H

#include "checksum.h"
#include "list.h"
#include "packet.h"
#include "time.h"

PKT_BEGIN

/* What a value is. Values are ABI: append only. */
enum pkt_field_type {
    PKT_FIELD_UINT, /* unsigned integer */
    PKT_FIELD_INT,  /* signed integer */
    PKT_FIELD_BOOL,
    PKT_FIELD_IP4,
    PKT_FIELD_IP6,
    PKT_FIELD_MAC,
    PKT_FIELD_BYTES,
    PKT_FIELD_STRING,         /* hostile text */
    PKT_FIELD_TIME,           /* nanoseconds, since 1970 or of a duration */
    PKT_FIELD_CHECKSUM_STATE, /* enum pkt_checksum_state */
    PKT_FIELD_PROTOCOLS,      /* the chain of protocols of the packet: made by who prints it */
    PKT_FIELD_LINK_ADDRESS,   /* address of a link layer, of any length */
};

/* A value read from a packet. The views lie in the packet's bytes and live as long. */
struct pkt_field_value {
    uint8_t type;    /* enum pkt_field_type */
    uint64_t number; /* UINT, BOOL, CHECKSUM_STATE; INT and TIME: the bits of an int64_t */
    struct pkt_view
        bytes; /* all others. IP6 may have fewer than 16 bytes: the rest is zero. Not set for numbers */
};

enum { PKT_FIELD_KEY_SIZE = 48 };

enum pkt_field_flag {
    PKT_FIELD_HIDDEN = 1 << 0,  /* not in JSON: the same value stands there, or is a part of one */
    PKT_FIELD_DERIVED = 1 << 1, /* computed: no bits of the packet hold it, so it cannot be written */
    PKT_FIELD_ON_FAULT =
        1 << 2, /* in JSON only when the checksum is bad or partial: else it says nothing new */
    PKT_FIELD_LITTLE_ENDIAN = 1 << 3, /* its octets are not in network byte order, or need not be */
};

struct pkt_field_item;

/* One row of the registry: a name in one place. Rows of the same name describe the same field in several
 * places. */
struct pkt_field {
    const char *name; /* "ip.flags.df" */
    const char *unit; /* "bytes", "s", "ms"; NULL: none */
    /* Reads what position and width do not say; false: not in this message. NULL: they say it all. */
    bool (*get)(struct pkt_field_item *item, struct pkt_field_value *ret_value);
    uint32_t shapes;  /* shapes of the message in which it occurs; 0: in all */
    uint16_t bit_off; /* in the header, option, record, ... that holds it */
    uint16_t bit_len;
    uint16_t end;                 /* octet behind the last bit */
    char key[PKT_FIELD_KEY_SIZE]; /* as JSON has it, with what stands around it: ,"flags_df": */
    uint8_t key_len;
    uint8_t type;       /* enum pkt_field_type */
    uint8_t hex_digits; /* cells show it as 0x and so many digits; 0: decimal */
    uint8_t scale;      /* the value is that of the bits times this; 0: as it is */
    uint8_t flags;      /* enum pkt_field_flag */
};

/* A name as rules, --fields and others hold it once they have looked it up. */
enum { PKT_FIELD_MAX_PLACES = 12 };
struct pkt_field_ref {
    const struct pkt_field *field; /* its first row: type, unit and how to show it */
    uint64_t enter;                /* for the walk: groups that hold the name or lead to it */
    uint8_t place_count;
    struct {
        uint8_t group;
        uint8_t row;
    } place[PKT_FIELD_MAX_PLACES];
};

/*
 * Looks a name or alias up; linear, to be done once a name. name need not end with a zero.
 * False, and ret_ref untouched, when there is no such field.
 */
PKT_API bool pkt_field_find(const char *name, size_t len, struct pkt_field_ref *ret_ref);

/* Row number index of the whole registry, ordered by protocol; NULL behind the last. A name may appear in
 * many rows. */
PKT_API const struct pkt_field *pkt_field_at(unsigned index);

/* An alias: a friendlier word for a name. Static storage; NULL behind the last. */
struct pkt_field_alias {
    const char *alias;
    const char *name;
};
PKT_API const struct pkt_field_alias *pkt_field_alias_at(unsigned index);

/*
 * The name for pktsend and JSON: without "pkt." and the protocol, dots turned into underscores ("flags_df").
 * Unique in its object. Not terminated: ret_len bytes.
 */
PKT_API const char *pkt_field_short_name(const struct pkt_field *field, size_t *ret_len);

/* What is known of a frame beyond its bytes. Zero where unknown. */
struct pkt_field_context {
    uint64_t number;          /* in the capture, from 1 */
    struct pkt_wall time;     /* when it was captured */
    struct pkt_wall start;    /* when the first frame of the capture was */
    struct pkt_wall previous; /* when the frame before was */
    uint32_t interface_id;    /* number of the interface in the capture file */
    bool has_time;            /* the capture knows when */
    bool has_interface;       /* the capture numbers its interfaces */
};

/* Which layers a walk looks at. */
enum pkt_field_scope {
    PKT_SCOPE_OWN,    /* the packet itself: stops before one that is quoted or tunnelled */
    PKT_SCOPE_QUOTED, /* what an ICMP error quotes */
    PKT_SCOPE_INNER,  /* behind a tunnel header, not quoted */
    PKT_SCOPE_ALL,
};

/* A header, option, record or other thing whose fields are read together. For the functions of the registry.
 */
struct pkt_field_item {
    const struct pkt_packet *packet;
    const struct pkt_field_context *context; /* may be NULL */
    struct pkt_view view;                    /* its captured bytes */
    uint32_t len;                            /* bytes on the wire */
    uint32_t shape;                          /* one bit: which kind of message it is */
    uint8_t group;
    uint8_t layer;
    bool checksum_known;
    struct pkt_checksum_result checksum; /* of the layer, once asked for */
};

/* A list of items under way: a list of options, or an array of things of one size. */
struct pkt_field_items {
    struct pkt_list list;
    struct pkt_view array;
    uint32_t stride; /* size of an array's element; 0: it is a list */
};

enum {
    PKT_FIELD_DEPTH = 3 /* a layer, an option in it, an element of the option */
};

/* A walk over all occurrences of one field. layer is for reading, the rest for the functions below. */
struct pkt_field_walk {
    const struct pkt_field_ref *ref;
    uint8_t layer; /* row of the layer table of the last occurrence */
    uint8_t scope;
    uint8_t depth; /* items that are open */
    uint8_t place; /* next of ref->place to try on the innermost item */
    uint8_t next_layer;
    uint8_t child[PKT_FIELD_DEPTH]; /* next list of each open item to enter */
    bool open[PKT_FIELD_DEPTH];     /* the list before that is being walked */
    struct pkt_field_item item[PKT_FIELD_DEPTH];
    struct pkt_field_items items[PKT_FIELD_DEPTH];
};

/* Starts a walk. packet, ref and context (which may be NULL) must outlive it. */
PKT_API void pkt_field_walk_begin(struct pkt_field_walk *walk, const struct pkt_field_ref *ref,
                                  const struct pkt_packet *packet, const struct pkt_field_context *context,
                                  enum pkt_field_scope scope);

/* The next occurrence in wire order; false behind the last. */
PKT_API bool pkt_field_walk_next(struct pkt_field_walk *walk, struct pkt_field_value *ret_value);

/* The first occurrence; false when there is none. */
PKT_API bool pkt_field_first(const struct pkt_field_ref *ref, const struct pkt_packet *packet,
                             const struct pkt_field_context *context, enum pkt_field_scope scope,
                             struct pkt_field_value *ret_value);

PKT_END

#endif
