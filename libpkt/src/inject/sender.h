/*
 * What every sender begins with. A kind of sender embeds struct pkt_sender as its first member.
 */
#ifndef INJECT_SENDER_H
#define INJECT_SENDER_H

#include "pkt/sender.h"

enum {
    SENDER_BATCH =
        64, /* packets in a system call: more gains nothing, and stamps must be fetched in between */
    SENDER_ERRNOS = 134,  /* Linux numbers its errors 1 to 133 */
    SENDER_NAME_MAX = 64, /* bytes, with the zero */
};

struct sender_ops {
    /*
     * Sends from the front of 1 to SENDER_BATCH packets, without waiting. Returns how many went. *ret_errno
     * is 0, and the errno of the first that did not go where that is known.
     */
    unsigned (*send)(struct pkt_sender *sender, const struct pkt_outgoing *packets, unsigned count,
                     int *ret_errno);
    /* Takes stamps and errors off the error queue. NULL: there is none. */
    void (*drain)(struct pkt_sender *sender);
    /* As pkt_sender_stamps, of what is there. NULL: none. */
    unsigned (*stamps)(struct pkt_sender *sender, struct pkt_transmit_stamp *ret_stamps, unsigned max);
    /* As pkt_sender_complete. NULL: nothing is changed on the way. */
    unsigned (*complete)(struct pkt_sender *sender, struct pkt_room packet);
    void (*close)(struct pkt_sender *sender); /* frees the sender itself, too */
};

struct pkt_sender {
    const struct sender_ops *ops;
    int fd; /* -1: none */
    enum pkt_sender_lack lack;
    unsigned more_tries; /* with a packet that met an error twice that may have waited: where many come in,
                            another may wait by then */
    uint64_t number;     /* of the next packet: sent and refused so far */
    struct pkt_sender_info info;
    struct pkt_sender_statistics statistics;
    uint64_t refused[SENDER_ERRNOS];
    char name[SENDER_NAME_MAX];
};

/* Counts points in a set of enum pkt_stamp_point. */
static inline unsigned sender_count_points(unsigned points)
{
    return (points & 1) + (points >> 1 & 1) + (points >> 2 & 1);
}

#endif
