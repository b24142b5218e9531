/*
 * Echo probes with numbers and tags: which probe a reply answers, whether it is genuine, and its round-trip
 * time.
 *
 * pkt_probes (probe.h) tells for packets of any kind which answers which, by their addresses and fields. This
 * one serves who sends echo requests of its own, to very many targets and very fast: each probe has a number,
 * its payload brings that back, and finding it is one look at a ring. It knows nothing of packets.
 *
 * Payload of a probe: eight bytes tag, eight bytes number, both big-endian, then whatever the sender likes.
 * One of 8 to 15 bytes has the tag alone, a shorter one neither; their probes are found by target and
 * sequence number.
 *
 * The way of a reply: pkt_echo_payload_read; pkt_echo_find or pkt_echo_find_sequence; with the target's
 * address pkt_echo_tag, to be compared; pkt_echo_reply; if the time is pending, read the transmit stamps that
 * wait, pkt_echo_stamp each, and pkt_echo_rtt. Later pkt_echo_settle, for each probe once and in the order of
 * sending.
 */
#ifndef PKT_ECHO_H
#define PKT_ECHO_H

#include "ip.h"
#include "time.h"
#include "track.h"

PKT_BEGIN

/* --- tags and payloads --- */

/* SipHash-2-4 of the bytes (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012). */
PKT_API uint64_t pkt_siphash(const uint8_t key[16], struct pkt_view bytes);

/*
 * The tag of a probe: without the key nobody can make that of another one.
 *
 * key         16 random bytes of this run
 * target      to which it is sent: a host or a group
 * identifier  of the echo request
 * number      of the probe
 */
PKT_API uint64_t pkt_echo_tag(const uint8_t key[16], struct pkt_ip target, uint16_t identifier,
                              uint64_t number);

enum {
    PKT_ECHO_TAG_SIZE = 8,
    PKT_ECHO_PAYLOAD_SIZE = 16, /* tag and number */
};

struct pkt_echo_payload {
    bool has_tag;
    bool has_number;
    uint64_t tag;
    uint64_t number;
};

/* Puts as much of tag and number into a payload of len bytes as it has room for; gives how many bytes. */
PKT_API size_t pkt_echo_payload_write(uint8_t *payload, size_t len, uint64_t tag, uint64_t number);

PKT_API void pkt_echo_payload_read(struct pkt_view payload, struct pkt_echo_payload *ret_payload);

/* --- the tracker --- */

struct pkt_echo;

struct pkt_echo_options {
    size_t size;         /* sizeof(struct pkt_echo_options) as the caller was compiled */
    uint32_t probes_max; /* remembered at a time; rounded up to a power of two, at most 2^24; 0: 2^20 */
    int64_t keep_ns;     /* a probe sent less than this ago is not forgotten for a new one while more memory
                          * can be had; afterwards its reply is unknown. 0: 10 s */
    uint64_t secret;     /* random: nobody can choose targets and sequence numbers whose search takes long. 0:
                          * none, where nobody else chooses them */
};

/*
 * An empty tracker; it grows as it must, within memory->budget (52 bytes a probe, and while it moves the old
 * and the new table). NULL when memory does not suffice for 64 probes.
 *
 * options  NULL: all defaults
 */
PKT_API struct pkt_echo *pkt_echo_create(const struct pkt_memory *memory,
                                         const struct pkt_echo_options *options);

/* Frees the tracker. NULL is allowed. */
PKT_API void pkt_echo_destroy(struct pkt_echo *echo);

/* The number that the next probe will have: they count from 0. */
PKT_API uint64_t pkt_echo_next_number(const struct pkt_echo *echo);

/* Probes forgotten because there was no place, before pkt_echo_settle gave them: it never will. */
PKT_API uint64_t pkt_echo_evicted(const struct pkt_echo *echo);

/* Whether a further probe would make the tracker forget one so: settle, or wait, first. */
PKT_API bool pkt_echo_is_full(struct pkt_echo *echo);

enum pkt_echo_flag {
    PKT_ECHO_GROUP = 1 << 0,        /* many may answer: multicast or broadcast */
    PKT_ECHO_EXPECT_STAMP = 1 << 1, /* the kernel will report when it left */
    PKT_ECHO_EXPECT_CARD = 1 << 2,  /* the card will */
};

/*
 * A probe was sent, or is just about to be.
 *
 * target    the caller's index
 * sequence  on the wire
 * flags     set of enum pkt_echo_flag
 * now       not before that of the probe before
 *
 * Gives its number.
 */
PKT_API uint64_t pkt_echo_sent(struct pkt_echo *echo, uint32_t target, uint16_t sequence, unsigned flags,
                               struct pkt_mono now);

/* When a probe left, by the kernel's clock and by the card's. Nothing happens when it is forgotten. */
PKT_API void pkt_echo_stamp(struct pkt_echo *echo, uint64_t number, struct pkt_wall time);
PKT_API void pkt_echo_stamp_card(struct pkt_echo *echo, uint64_t number, struct pkt_hw time);

enum pkt_echo_state {
    PKT_ECHO_WAITING,
    PKT_ECHO_ANSWERED,
    PKT_ECHO_LOST,    /* given up */
    PKT_ECHO_ERRORED, /* an error answered it, and no reply */
};

/* A probe as it stands. */
struct pkt_echo_probe {
    uint64_t number;
    uint32_t target;
    uint16_t sequence;
    int state;      /* enum pkt_echo_state */
    unsigned flags; /* as sent */
    struct pkt_mono sent;
    bool has_stamp;
    struct pkt_wall stamp;
    uint32_t replies; /* that came, of all kinds */
};

/* The probe of a number; false when there is none or it is forgotten. */
PKT_API bool pkt_echo_find(const struct pkt_echo *echo, uint64_t number, struct pkt_echo_probe *ret_probe);

/* The last probe sent to the target with this sequence number, answered or not. */
PKT_API bool pkt_echo_find_sequence(const struct pkt_echo *echo, uint32_t target, uint16_t sequence,
                                    struct pkt_echo_probe *ret_probe);

/* When a packet came. */
struct pkt_echo_arrival {
    struct pkt_mono now; /* when it was read */
    bool has_stamp;
    bool has_card;
    struct pkt_wall stamp; /* with has_stamp: the kernel's */
    struct pkt_hw card;    /* with has_card */
};

/* By which clock a round-trip time was taken. Values are ABI: append only. */
enum pkt_echo_clock {
    PKT_ECHO_USER = 0, /* monotonic, from before the sending call to after the receiving one */
    PKT_ECHO_KERNEL,   /* from the kernel's transmit stamp to its receive stamp */
    PKT_ECHO_CARD,     /* the same of the card */
};

/*
 * Stamps of kernel and card count only in pairs, and only where their difference is not negative and not
 * longer than the monotonic time between the calls: the wall clock may be set in between. The card's pair
 * comes before the kernel's.
 */
struct pkt_echo_rtt {
    int64_t rtt_ns;
    int64_t user_ns; /* the monotonic time, whatever the clock */
    int clock;       /* enum pkt_echo_clock */
    bool is_pending; /* a transmit stamp that is expected has not come, and would give a better clock */
};

enum pkt_echo_verdict {
    PKT_ECHO_UNKNOWN = 0, /* no such probe: made up, or forgotten */
    PKT_ECHO_FIRST,
    PKT_ECHO_LATE,      /* the first, to a probe that pkt_echo_settle had given up */
    PKT_ECHO_DUPLICATE, /* not the first */
    PKT_ECHO_MANY,      /* not the first, of a group: another responder, or a duplicate of one */
};

/*
 * A genuine reply to a probe came.
 *
 * ret_rtt  its time; untouched when the verdict is UNKNOWN
 *
 * Gives an enum pkt_echo_verdict.
 */
PKT_API int pkt_echo_reply(struct pkt_echo *echo, uint64_t number, const struct pkt_echo_arrival *arrival,
                           struct pkt_echo_rtt *ret_rtt);

/* The time again, after further stamps came. False when the probe is forgotten. */
PKT_API bool pkt_echo_rtt(const struct pkt_echo *echo, uint64_t number,
                          const struct pkt_echo_arrival *arrival, struct pkt_echo_rtt *ret_rtt);

/* An error about a probe came that ends it, unless a reply comes yet. False when it did not wait. */
PKT_API bool pkt_echo_error(struct pkt_echo *echo, uint64_t number);

/*
 * Takes the oldest probe that was not taken yet, if it is decided: answered, errored, or waiting for
 * timeout_ns and more, which makes it lost. So every probe comes once, in the order of sending.
 */
PKT_API bool pkt_echo_settle(struct pkt_echo *echo, struct pkt_mono now, int64_t timeout_ns,
                             struct pkt_echo_probe *ret_probe);

/*
 * When pkt_echo_settle has something next, with the same timeout_ns; in the past where it has already. False
 * when every probe was taken.
 */
PKT_API bool pkt_echo_deadline(const struct pkt_echo *echo, int64_t timeout_ns,
                               struct pkt_mono *ret_deadline);

PKT_END

#endif
