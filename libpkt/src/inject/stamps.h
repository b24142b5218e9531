/*
 * Transmit timestamps and errors: what the error queue of a socket brings, and which packet each belongs to.
 *
 * The kernel marks a stamp with 32 bits (SOF_TIMESTAMPING_OPT_ID). Where it takes the mark from the caller
 * (SCM_TS_OPT_ID, Linux 6.13), that is the low half of the packet's number, and no failure can shift it.
 * Older kernels count the packets themselves, and whether a packet that failed is counted depends on where
 * and in which version it failed. There a failure makes the count doubtful: stamps of packets before it keep
 * their numbers, those behind it are counted without, and once nothing is on its way any more the kernel's
 * count begins anew.
 */
#ifndef INJECT_STAMPS_H
#define INJECT_STAMPS_H

#include "error_queue.h"
#include "sender.h"

enum {
    STAMPS_MARK_SPACE = CMSG_SPACE(sizeof(uint32_t)), /* control bytes of a mark */
};

struct stamps {
    struct pkt_transmit_stamp *ring; /* NULL: no stamps */
    unsigned size;
    unsigned first;
    unsigned count;
    bool receives;      /* packets that come are stamped too */
    bool receives_card; /* likewise, by the card */
    bool counted;       /* the kernel counts packets, instead of taking marks */
    bool batches;       /* counted: batches all the same; a failure in the middle makes the count doubtful */
    bool proven;        /* it took a mark */
    bool shifted;       /* counted: a packet failed, and perhaps was counted */
    uint64_t certain_end; /* shifted: number behind the last packet whose count is known */
    int64_t shifted_ns;   /* shifted: since when, on the monotonic clock */
    uint64_t base;        /* counted: number of the packet that the kernel counted as 0 */
    int64_t base_wall_ns; /* counted: when that was */
    uint64_t expected;    /* counted: the sender's statistics at that time: stamps expected, */
    uint64_t answered;    /* and those that came, with a number or without */
    pkt_sender_on_error *on_error;
    void *context;
    struct error_queue queue;
};

/*
 * Switches on what options ask for on the sender's socket. options.stamps of 0: errors only. Fails with
 * PKT_E_MEMORY, PKT_E_UNSUPPORTED or PKT_E_SYSTEM.
 */
int stamps_open(struct stamps *stamps, struct pkt_sender *sender, const struct pkt_sender_options *options,
                struct pkt_error *reterr_error);

/* Before a call: starts a new count where the old one is in doubt. */
void stamps_begin(struct stamps *stamps, struct pkt_sender *sender);

/* Whether packets need a mark, and the mark of packet number appended to control bytes that have room for it.
 */
bool stamps_wants_mark(const struct stamps *stamps);
void stamps_put_mark(uint8_t *control, uint64_t number);

/* How many of count packets may go in one call: where the kernel counts, the errno of each must be known, but
 * for batches. */
unsigned stamps_limit(const struct stamps *stamps, unsigned count);

/*
 * After a call with count packets: went is 0 where it failed with this errno. True when a kernel that knows
 * no marks refused them: to be sent again without.
 */
bool stamps_end(struct stamps *stamps, const struct pkt_sender *sender, unsigned count, unsigned went,
                int system_errno);

/* Empties the error queue. */
void stamps_drain(struct stamps *stamps, struct pkt_sender *sender);

/*
 * Which packet a stamp that came belongs to, and counts it. False: none. For owners of a sender who read the
 * queue themselves (socket_leave_queue).
 */
bool stamps_number(const struct stamps *stamps, struct pkt_sender *sender,
                   const struct pkt_timestamp_report *report, struct pkt_transmit_stamp *ret_stamp);

unsigned stamps_take(struct stamps *stamps, struct pkt_transmit_stamp *ret_stamps, unsigned max);

void stamps_close(struct stamps *stamps);

#endif
