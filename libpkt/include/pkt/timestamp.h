/*
 * Timestamps that the kernel and network cards take of packets: switching them on for a socket, and reading
 * them from what recvmsg(2) gave.
 *
 * Serves datagram ICMP, raw, UDP and packet sockets. What to know (Documentation/networking/timestamping.rst
 * of the kernel):
 *
 * - Transmit stamps come on the error queue (MSG_ERRQUEUE), among the ICMP errors that wait there. Both
 * queues share the receive buffer: where one is not drained, the other loses. A stamp takes near 800 bytes of
 * it, so enlarge the buffer (SO_RCVBUF) before many are in flight.
 * - A stamp bears a 32-bit mark. The kernel counts the packets of a socket from 0 on, from when transmit
 * stamps are switched on; a packet that fails to be sent may be counted or not, as the kernel's version has
 * it. Since Linux 6.13 the mark may be given with each packet instead (SCM_TS_OPT_ID).
 * - The first receive stamp of a machine on which nothing else asks for them may be taken late: the switch is
 *   thrown in the background.
 * - A stamp at point SOFTWARE needs a driver that takes it; loopback, veth and nearly all cards do.
 */
#ifndef PKT_TIMESTAMP_H
#define PKT_TIMESTAMP_H

#include "time.h"

struct msghdr; /* <sys/socket.h> */

PKT_BEGIN

/* Points on the way out where the kernel can take a transmit timestamp. */
enum pkt_stamp_point {
    PKT_STAMP_SCHEDULED = 1 << 0, /* before the queueing discipline (SOF_TIMESTAMPING_TX_SCHED) */
    PKT_STAMP_SOFTWARE = 1 << 1,  /* at the driver, as late as software can (SOF_TIMESTAMPING_TX_SOFTWARE) */
    PKT_STAMP_HARDWARE = 1 << 2,  /* by the card (SOF_TIMESTAMPING_TX_HARDWARE), where it was set up to */
};

/* What is to be stamped. Zero means none everywhere but in size. */
struct pkt_timestamp_options {
    size_t size;           /* sizeof(struct pkt_timestamp_options) as the caller was compiled */
    unsigned transmit;     /* set of enum pkt_stamp_point */
    bool receive;          /* by the kernel, when a packet comes from the driver */
    bool receive_hardware; /* by the card, where it was set up to */
};

/*
 * Switches stamps of a socket on, and all others off. Transmit stamps come without the packet
 * (SOF_TIMESTAMPING_OPT_TSONLY).
 *
 * Fails with PKT_E_ARGUMENT, PKT_E_UNSUPPORTED (this kernel or kind of socket has none) or PKT_E_SYSTEM.
 */
PKT_API PKT_NODISCARD int pkt_timestamp_enable(int fd, const struct pkt_timestamp_options *options,
                                               struct pkt_error *reterr_error);

/* When a packet came. */
struct pkt_receive_stamp {
    bool has_time;
    bool has_card;
    struct pkt_wall time; /* with has_time: the kernel's, CLOCK_REALTIME */
    struct pkt_hw card;   /* with has_card: the card's clock */
};

/* The stamps of a packet that recvmsg(2) gave; neither where it has none. */
PKT_API void pkt_timestamp_read_receive(const struct msghdr *message, struct pkt_receive_stamp *ret_stamp);

/* When a packet left, as one message of the error queue says. */
struct pkt_timestamp_report {
    int point;     /* enum pkt_stamp_point */
    uint32_t mark; /* the kernel's count of the packet or what was given with it, for pkt_timestamp_number */
    struct pkt_wall time; /* SCHEDULED and SOFTWARE: CLOCK_REALTIME */
    struct pkt_hw card;   /* HARDWARE: the card's clock */
};

/*
 * Reads a message that recvmsg(2) took from the error queue; false where it is no transmit stamp but an
 * error.
 *
 * message  its control buffer should have had PKT_TIMESTAMP_CONTROL_SIZE bytes, aligned as struct cmsghdr
 */
#define PKT_TIMESTAMP_CONTROL_SIZE 256
PKT_API bool pkt_timestamp_read_transmit(const struct msghdr *message,
                                         struct pkt_timestamp_report *ret_report);

/*
 * The number of the packet that a mark means: the greatest below sent whose low 32 bits are the mark.
 *
 * sent  how many were sent, by the same count as the marks
 *
 * Returns false where there is none: a stamp of what was sent before the count began.
 */
PKT_API bool pkt_timestamp_number(uint32_t mark, uint64_t sent, uint64_t *ret_number);

/* What stamps an interface can have at all (ETHTOOL_GET_TS_INFO). */
struct pkt_timestamp_ability {
    unsigned transmit; /* set of enum pkt_stamp_point */
    bool receive;
    bool receive_hardware;
    int clock; /* number of the card's clock, as in /dev/ptp0; -1: none */
};

/*
 * Asks for them. Fails with PKT_E_ARGUMENT (no name), PKT_E_UNSUPPORTED (its driver does not say) or
 * PKT_E_SYSTEM.
 */
PKT_API PKT_NODISCARD int pkt_timestamp_get_ability(const char *interface,
                                                    struct pkt_timestamp_ability *ret_ability,
                                                    struct pkt_error *reterr_error);

/* How a card is set up, for all programs of the machine (SIOCSHWTSTAMP). */
struct pkt_timestamp_card {
    int transmit; /* HWTSTAMP_TX_... of <linux/net_tstamp.h>: 0 off, 1 on */
    int receive;  /* HWTSTAMP_FILTER_...: 0 none, 1 all */
};

/* How it is now. Fails as pkt_timestamp_get_ability does. */
PKT_API PKT_NODISCARD int pkt_timestamp_get_card(const char *interface, struct pkt_timestamp_card *ret_card,
                                                 struct pkt_error *reterr_error);

/*
 * Sets a card up; needs CAP_NET_ADMIN. Other programs (a PTP daemon) depend on it: only on explicit demand,
 * and put back afterwards what pkt_timestamp_get_card gave.
 *
 * card  updated to what the driver made of it, which may be more than was asked
 *
 * Fails as pkt_timestamp_get_ability does.
 */
PKT_API PKT_NODISCARD int pkt_timestamp_set_card(const char *interface, struct pkt_timestamp_card *card,
                                                 struct pkt_error *reterr_error);

PKT_END

#endif
