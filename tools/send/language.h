/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside the language: tokens, what a text becomes, and the tables of what may be written. Internal to plan.c
 * and the files language_*.c.
 *
 * A text becomes lines (one, or those of a file); a line is layers; a layer has settings, options, records.
 * Every value stands in a slot that gives it anew for each packet. Everything lives in the plan's memory.
 */
#ifndef TOOLS_SEND_LANGUAGE_H
#define TOOLS_SEND_LANGUAGE_H

#include "plan.h"

#include "pkt/build.h"
#include "pkt/field_write.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"

enum {
    LAYERS_MAX = PKT_MAX_LAYERS,
    ARGUMENTS_MAX = 64, /* of one option */
    ANSWERS_MAX = 256,  /* of the machine, that are kept */
    EXTRAS_MAX = 4,     /* settings of a layer that are no fields */
};

/* --- memory of a plan --- */

struct chunk;
struct memory {
    struct chunk *first;
    bool failed;
};
/* Zeroed bytes that live as long as the plan; NULL when there is no memory. */
void *memory_take(struct memory *memory, size_t size);
void memory_free(struct memory *memory);

/* --- tokens --- */

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,   /* names, numbers, addresses, ranges: all that has no blank in it */
    TOKEN_STRING, /* in quotes */
    TOKEN_SLASH,
    TOKEN_EQUALS,
    TOKEN_FORCE, /* *= */
    TOKEN_STAR,
    TOKEN_COMMA,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_BRACE_OPEN,
    TOKEN_BRACE_CLOSE,
    TOKEN_BAD, /* a character that stands nowhere, or quotes that are not closed */
};

struct token {
    uint8_t kind;
    bool is_joined; /* no blank before it */
    uint32_t off;
    uint32_t len;
};

struct lexer {
    const char *text;
    uint32_t len;
    uint32_t off;
};

struct token lex_next(struct lexer *lexer);

/* --- values --- */

/* 128 bits: numbers and addresses alike. */
struct wide {
    uint64_t high;
    uint64_t low;
};

/* Values in a row: first, first + step, ...; or the bytes of one. */
struct part {
    struct part *next;
    struct wide first;
    uint64_t step;
    uint64_t count;
    struct wide span; /* of a prefix: the bits that vary; else 0 */
    struct pkt_view bytes;
};

enum slot_kind {
    SLOT_SET,  /* multiplies the packets */
    SLOT_LIST, /* all its values stand in one packet: sources, addresses of a route */
    SLOT_RAND,
    SLOT_INC,
};

struct slot {
    struct slot *next;
    struct part *parts;
    struct part *last;
    uint64_t count;   /* of all parts, saturated */
    uint64_t divisor; /* SET: packets after which it takes its next value */
    uint32_t off;     /* in the text */
    uint32_t len;
    uint32_t index; /* of the line's slots */
    uint8_t kind;   /* enum slot_kind */
    uint8_t type;   /* enum pkt_field_type: UINT, INT, BOOL, IP4, IP6, MAC, BYTES, STRING */
    struct wide number;
    struct pkt_view bytes;
    uint8_t storage[16]; /* of an address: bytes lies here */
};

struct wide wide_add(struct wide a, uint64_t b);
struct wide wide_subtract(struct wide a, struct wide b);
int wide_compare(struct wide a, struct wide b);
/* Bytes of an address as a number, and back. */
struct wide wide_of(struct pkt_view bytes);
void wide_store(struct wide value, uint8_t *bytes, size_t len);

uint64_t saturated_add(uint64_t a, uint64_t b);
uint64_t saturated_multiply(uint64_t a, uint64_t b);

/* Value number index of the slot's parts. */
void slot_at(struct slot *slot, uint64_t index);
/* The slot's value in packet `number` of the line; serial counts on over the rounds. */
void slot_evaluate(struct slot *slot, uint64_t number, uint64_t serial, uint64_t seed);
struct pkt_field_value slot_value(const struct slot *slot);
/* 64 bits that follow from three numbers and look like nothing. */
uint64_t scramble(uint64_t seed, uint64_t serial, uint64_t index);

/* A name for a number of a field: "tcp" for ip's proto. False: it has none. */
bool value_name(const struct pkt_field *field, const char *text, size_t len, uint64_t *ret_number);

/* --- what a line becomes --- */

enum setting_role {
    ROLE_FIELD,
    ROLE_SOURCE, /* address of an IP header */
    ROLE_DESTINATION,
    ROLE_TYPE, /* of a message: decides how it is put */
};

/* name=value */
struct setting {
    struct setting *next;
    struct pkt_field_ref field;
    struct slot *slot;
    uint32_t off; /* of the name */
    uint32_t len;
    uint8_t role;   /* enum setting_role */
    bool is_forced; /* *= */
    bool is_done;   /* in the packet under way */
};

struct option_kind;

struct option {
    struct option *next;
    const struct option_kind *kind; /* NULL: of a number */
    struct slot *number;
    struct slot *argument[ARGUMENTS_MAX];
    unsigned argument_count;
    struct setting *settings;
    uint32_t off;
    uint32_t len;
};

/* A group record of a membership report. */
struct record {
    struct record *next;
    uint8_t type;         /* enum pkt_group_record_type */
    uint8_t type_sources; /* the same, where sources are given */
    struct slot *group;
    struct slot *sources; /* LIST; NULL: none */
    uint32_t off;
    uint32_t len;
};

enum payload_kind {
    PAYLOAD_BYTES,
    PAYLOAD_FILL,
    PAYLOAD_RAND,
};

struct layer_kind;
struct word;

struct layer {
    const struct layer_kind *kind;
    uint8_t proto;              /* enum pkt_proto: the kind's, or that of the IP header's family */
    const struct word *message; /* NULL: the kind's default */
    int code;                   /* of the message; -1: its default */
    struct setting *settings;
    struct option *options;
    struct option *extension;
    struct record *records;
    struct slot *sources;           /* of a query: LIST */
    struct slot *extra[EXTRAS_MAX]; /* settings that are no fields: see layer_kind.extras */
    uint32_t off;
    uint32_t len;
    uint32_t index; /* of the line's slots: seeds rand: */
    /* of a payload */
    uint8_t payload; /* enum payload_kind */
    uint8_t fill;
    struct pkt_view bytes;
    struct slot *length; /* of fill and rand: bytes; of bytes: how often; NULL: once */
    /* in the packet under way */
    struct send_address source;
    struct send_address destination;
    bool is_inserted; /* nobody wrote it */
};

struct line {
    struct line *next;
    const char *text; /* of the whole line */
    uint32_t text_len;
    unsigned number; /* in its file, from 1; 0: none */
    unsigned layer_count;
    struct layer layer[LAYERS_MAX];
    struct slot *slots;
    unsigned slot_count;
    uint64_t count; /* packets before they are fragmented */
    bool varies;
};

/* --- tables --- */

enum word_role {
    WORD_MESSAGE, /* type of the message */
    WORD_CODE,    /* code of a message of that type */
    WORD_FIELD,   /* a field: what follows is its value, or number if nothing follows */
    WORD_RECORD,  /* a group record */
    WORD_SOURCES, /* of a query */
};

enum word_argument {
    ARGUMENT_NONE,
    ARGUMENT_MAY, /* where an address or number follows */
    ARGUMENT_MUST,
};

struct maker;

struct word {
    const char *name;
    uint8_t role;
    uint8_t argument; /* enum word_argument: of `field` */
    int16_t type;     /* of the message, or of a record */
    int16_t code;
    uint8_t with_sources; /* type of a record that has sources */
    const char *field;    /* short name that the argument is for */
    void (*put)(struct maker *maker, struct layer *layer);
};

/* Arguments of an option behind those that are fields. */
enum option_tail {
    TAIL_IP4 = 'a',
    TAIL_IP6 = 'A',
    TAIL_SLOTS = 'n', /* how many empty places of 4 bytes */
    TAIL_WORDS = 'w', /* numbers of 32 bits */
    TAIL_BYTES = 'x',
    TAIL_MAC = 'm',
    TAIL_TEXT = 's',
    TAIL_NAMES = 'd',  /* domain names */
    TAIL_LABELS = 'l', /* MPLS entries: LABEL:TC:TTL */
};

/* An option: bytes of a template, and fields or a list of addresses behind them. */
struct option_kind {
    const char *name;
    int16_t type;
    int16_t ctype;      /* of an ICMP extension object; else 0 */
    const char *octets; /* template, in hexadecimal digits */
    const char *fields; /* short names for the arguments, joined by blanks; NULL: none. An address whose name
                           ends in "/" is written with a prefix length, the next field */
    uint8_t needs;      /* arguments that cannot be left out */
    char tail;          /* enum option_tail: what the arguments behind these are; 0: none allowed */
    const char *list;   /* that it is an item of; NULL: "options" */
};

enum layer_flag {
    LAYER_STARTS = 1 << 0,  /* a packet may begin with it */
    LAYER_LINK = 1 << 1,    /* and then has a link-layer header */
    LAYER_NETWORK = 1 << 2, /* IPv4 or IPv6 */
    LAYER_PAYLOAD = 1 << 3,
    LAYER_BEHIND = 1 << 4, /* no layer: says something of the packet, stands last */
    LAYER_NEEDS_ETHERNET = 1 << 5,
    LAYER_TRAILS = 1 << 7, /* payloads behind it are a trailer */
    LAYER_CUTS = 1 << 6,   /* the packet into fragments: extras are in the order of enum fragment_extra */
};

struct layer_kind {
    const char *name;
    const char *alias; /* NULL: none */
    uint8_t proto;     /* enum pkt_proto */
    uint8_t flags;     /* enum layer_flag */
    uint16_t linktype;
    const struct word *words; /* ends with a name of NULL; the first is the default message */
    const struct option_kind *options;
    const char *const *extras; /* names of settings that are no fields; ends with NULL */
    void (*put)(struct maker *maker, struct layer *layer);
};

extern const struct layer_kind layer_kinds[]; /* ends with a name of NULL */
const struct layer_kind *layer_kind_find(const char *name, size_t len);
extern const struct option_kind extension_kinds[];

bool text_is(const char *text, size_t len, const char *word);

/* --- mistakes --- */

/* Puts a line's first words into an error, then the names that are allowed, those nearest to `typed` first.
 */
struct names {
    const char *typed;
    size_t typed_len;
    const char *name[256];
    uint8_t len[256];
    unsigned count;
};
void names_add(struct names *names, const char *name, size_t len);
/* "SENTENCE; allowed: A, B, C" */
void names_tell(struct names *names, struct send_error *reterr, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void error_tell(struct send_error *reterr, uint32_t off, uint32_t len, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* --- parsing --- */

/* The part of a text that is looked at. */
struct parser {
    struct lexer lexer;
    struct token token;
    struct token next;
    struct memory *memory;
    struct line *line;
    struct send_error *error;
    bool failed;
    bool in_group;    /* between parentheses: a comma ends a value */
    bool is_behind;   /* the packet's layers are over */
    bool has_trailer; /* and payloads are its trailer */
};

/* Says what is wrong, unless something was wrong before. Returns false. */
bool parser_fail(struct parser *parser, struct token token, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for a token that cannot stand here; due says what can. */
bool parser_wrong_token(struct parser *parser, const char *due);
/* The same for what may stand once in a layer, at its second place. */
bool parser_fail_twice(struct parser *parser, struct token token);
/* The same for a name that does not exist; what is the sentence before it. */
void parser_fail_names(struct parser *parser, struct token at, struct names *names, const char *what);
void parser_advance(struct parser *parser);
bool parser_is(const struct parser *parser, struct token token, const char *word);
static inline const char *parser_text(const struct parser *parser, struct token token)
{
    return parser->lexer.text + token.off;
}
/* Zeroed bytes; NULL when there is no memory: the parser has failed then. */
void *parser_take(struct parser *parser, size_t size);

/* Reads a value for a field: a slot of the line. NULL: failed. */
struct slot *parse_value(struct parser *parser, const struct pkt_field *field, enum slot_kind kind);
/* The same from a part of a word. */
struct slot *parse_value_text(struct parser *parser, const struct pkt_field *field, uint32_t off,
                              uint32_t len);
/* Reads more values into it, if commas follow. */
bool parse_rest(struct parser *parser, const struct pkt_field *field, struct slot *slot);
/* A slot of one number. */
struct slot *make_number(struct parser *parser, const struct pkt_field *field, uint64_t number);
/* The bytes of a string token. */
bool parse_string(struct parser *parser, struct token token, struct pkt_view *ret_bytes);

/* A field that can be written, by its short name. */
bool find_field(uint8_t proto, const char *list, const char *name, size_t len,
                struct pkt_field_ref *ret_field);
/* The names of all such; of two for one field the shorter one. */
void add_fields(struct names *names, uint8_t proto, const char *list);
/* Puts a setting behind the others of its layer or option. False: one of them sets the same field. */
bool add_setting(struct parser *parser, struct setting **settings, struct setting *setting);
/* name=value, of a layer or of an item of its list. NULL: failed. */
struct setting *parse_setting(struct parser *parser, uint8_t proto, const char *list);
/* "opt(" or "ext(" stands before. */
struct option *parse_options(struct parser *parser, const struct layer *layer, uint8_t proto,
                             const struct option_kind *kinds);
/* A layer that is bytes; false: it is none, or failed. */
bool parse_payload(struct parser *parser, struct layer *layer);

/* Fields of arguments that are none of a packet. */
extern const struct pkt_field plain_u8, plain_u16, plain_u32, plain_ip4, plain_ip6, plain_mac, plain_bytes,
    plain_string;

/* False: reterr says why; or memory->failed. */
bool language_parse(struct memory *memory, const struct send_context *context, struct line *line,
                    struct send_error *reterr);

/* --- building --- */

/* What the machine said of a destination. */
struct answer {
    struct send_address destination;
    struct send_path path;
    bool has_path;
    bool is_known; /* this was asked for */
};

struct maker {
    struct pkt_build build;
    const struct send_context *context;
    struct line *line;
    struct layer *first_network; /* the packet's own IP header, or ARP; NULL: none */
    struct send_path path;       /* to its destination */
    bool has_path;
    bool was_resolved; /* that was asked for: has_path is the answer */
    struct answer cache[ANSWERS_MAX];
    struct layer *errors[LAYERS_MAX]; /* ICMP errors whose quotation is open */
    unsigned error_count;
    unsigned at;     /* number of the layer under way */
    bool in_trailer; /* payloads stand behind the packet */
    uint64_t serial;
    struct send_error *error;
    bool failed;      /* error is set */
    uint8_t *scratch; /* SEND_PACKET_MAX bytes */
};

enum fragment_extra {
    FRAGMENT_MTU,
    FRAGMENT_SIZE,
    FRAGMENT_OVERLAP,
    FRAGMENT_ID,
};

/* Forgets what the machine said. */
void maker_forget(struct maker *maker);
/* Builds the packet whose values the line's slots hold now. False: maker->error says why. */
bool language_make(struct maker *maker, struct line *line, uint8_t *buffer, size_t size,
                   struct pkt_view *ret_packet);

/* Says what is wrong, unless something was wrong before. */
void maker_fail(struct maker *maker, uint32_t off, uint32_t len, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Writes settings over the layer that was put last, or over the last item of its list. */
void maker_apply(struct maker *maker, struct setting *settings);
/* Puts the options of the layer that was put last. */
void maker_put_options(struct maker *maker, const struct layer *layer);
/* Puts the extension structure of an ICMP message. */
void maker_put_extension(struct maker *maker, const struct layer *layer);
/* Ends the innermost quotation that is open. */
void maker_end_quotation(struct maker *maker);

/* The layer that stands n behind this one; NULL: none. */
struct layer *maker_behind(struct maker *maker, const struct layer *layer, unsigned n);
/* The value of the layer's setting of a field; NULL: not set. */
const struct slot *layer_value(const struct layer *layer, const char *field);
/* Type of the message: as set, or that of its word. */
unsigned layer_type(const struct layer *layer);

/* Finds source and destination of every IP header, and asks the machine. In language_address.c. */
void maker_find_addresses(struct maker *maker);
/* Fails where the way to the destination was asked for, and there is none. */
void maker_need_path(struct maker *maker, const struct layer *layer);
/* What the header of a layer should be by what it carries; true: with a Router Alert. */
bool envelope_ip4(struct maker *maker, const struct layer *ip, struct pkt_ipv4_spec *spec);
bool envelope_ip6(struct maker *maker, const struct layer *ip, struct pkt_ipv6_spec *spec);

/* Where nothing is known: addresses for documentation (RFC 5737, 3849), locally administered MACs. */
extern const struct pkt_ip4 default_ip4_source, default_ip4_destination;
extern const struct pkt_ip6 default_ip6_source, default_ip6_destination, default_ip6_link_local;
extern const struct pkt_mac default_mac_source, default_mac_destination;

#endif
