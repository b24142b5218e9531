/*
 * Timestamps of packets: switching them on for a socket, and reading them from its messages.
 */
#include "pkt/timestamp.h"
#include "fail.h"

#include <time.h> /* <linux/errqueue.h> does not include it */

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#ifndef PACKET_TX_TIMESTAMP
#define PACKET_TX_TIMESTAMP 16
#endif

enum {
    POINTS = PKT_STAMP_SCHEDULED | PKT_STAMP_SOFTWARE | PKT_STAMP_HARDWARE,
    /* places in SCM_TIMESTAMPING; the middle one is of the past */
    BY_SOFTWARE = 0,
    BY_HARDWARE = 2,
};

static uint32_t transmit_flags(unsigned points)
{
    uint32_t flags = SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
    if (points & PKT_STAMP_SCHEDULED)
        flags |= SOF_TIMESTAMPING_TX_SCHED;
    if (points & PKT_STAMP_SOFTWARE)
        flags |= SOF_TIMESTAMPING_TX_SOFTWARE;
    if (points & PKT_STAMP_HARDWARE)
        flags |= SOF_TIMESTAMPING_TX_HARDWARE;
    if ((points & PKT_STAMP_HARDWARE) && (points & PKT_STAMP_SOFTWARE))
        flags |= SOF_TIMESTAMPING_OPT_TX_SWHW; /* else the card's stamp suppresses the driver's */
    return points == 0 ? 0 : flags;
}

/* The flags that generate stamps, and those that report them. */
static uint32_t flags_of(const struct pkt_timestamp_options *options)
{
    uint32_t flags = transmit_flags(options->transmit);
    bool software = options->receive || (options->transmit & (PKT_STAMP_SCHEDULED | PKT_STAMP_SOFTWARE));
    bool hardware = options->receive_hardware || (options->transmit & PKT_STAMP_HARDWARE);
    if (options->receive)
        flags |= SOF_TIMESTAMPING_RX_SOFTWARE;
    if (options->receive_hardware)
        flags |= SOF_TIMESTAMPING_RX_HARDWARE;
    if (software)
        flags |= SOF_TIMESTAMPING_SOFTWARE;
    if (hardware)
        flags |= SOF_TIMESTAMPING_RAW_HARDWARE;
    return flags;
}

int pkt_timestamp_enable(int fd, const struct pkt_timestamp_options *options, struct pkt_error *reterr_error)
{
    struct pkt_timestamp_options taken;
    int result = host_take(options, &taken, sizeof taken, reterr_error);
    if (result < 0)
        return result;
    if (taken.transmit & ~(unsigned)POINTS)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "a timestamp was asked for at an unknown point");
    uint32_t flags = flags_of(&taken), none = 0;
    /* The kernel's count starts anew only where it was off before. */
    if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &none, sizeof none) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0)
        return 0;
    host_fail_system(reterr_error, errno, "timestamps of a socket");
    if (reterr_error->system_errno == EINVAL || reterr_error->system_errno == ENOPROTOOPT)
        reterr_error->code = PKT_E_UNSUPPORTED;
    return reterr_error->code;
}

/* --- reading --- */

static int64_t ns_of(struct timespec time)
{
    return time.tv_sec * PKT_NS_PER_S + time.tv_nsec;
}

/* CMSG_NXTHDR takes what it does not change as if it did. */
static struct cmsghdr *next_control(const struct msghdr *message, struct cmsghdr *control)
{
    struct msghdr same = *message;
    return control == NULL ? CMSG_FIRSTHDR(&same) : CMSG_NXTHDR(&same, control);
}

static bool read_times(const struct cmsghdr *control, struct timespec *ret_times)
{
    bool is_times = control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPING;
    if (!is_times || control->cmsg_len < CMSG_LEN(3 * sizeof *ret_times))
        return false;
    memcpy(ret_times, CMSG_DATA(control), 3 * sizeof *ret_times);
    return true;
}

static bool read_error(const struct cmsghdr *control, struct sock_extended_err *ret_error)
{
    bool is_error = (control->cmsg_level == SOL_PACKET && control->cmsg_type == PACKET_TX_TIMESTAMP) ||
                    (control->cmsg_level == SOL_IP && control->cmsg_type == IP_RECVERR) ||
                    (control->cmsg_level == SOL_IPV6 && control->cmsg_type == IPV6_RECVERR);
    if (!is_error || control->cmsg_len < CMSG_LEN(sizeof *ret_error))
        return false;
    memcpy(ret_error, CMSG_DATA(control), sizeof *ret_error);
    return true;
}

void pkt_timestamp_read_receive(const struct msghdr *message, struct pkt_receive_stamp *ret_stamp)
{
    struct timespec times[3] = {{0}};
    struct cmsghdr *control = NULL;
    while ((control = next_control(message, control)) != NULL)
        (void)read_times(control, times);
    int64_t software = ns_of(times[BY_SOFTWARE]), hardware = ns_of(times[BY_HARDWARE]);
    *ret_stamp = (struct pkt_receive_stamp){software != 0, hardware != 0, {software}, {hardware}};
}

static int point_of(const struct sock_extended_err *error, bool by_software)
{
    if (error->ee_info == SCM_TSTAMP_SCHED)
        return PKT_STAMP_SCHEDULED;
    return by_software ? PKT_STAMP_SOFTWARE : PKT_STAMP_HARDWARE;
}

bool pkt_timestamp_read_transmit(const struct msghdr *message, struct pkt_timestamp_report *ret_report)
{
    struct timespec times[3] = {{0}};
    struct sock_extended_err error = {0};
    struct cmsghdr *control = NULL;
    bool has_times = false, has_error = false;
    while ((control = next_control(message, control)) != NULL) {
        has_times = read_times(control, times) || has_times;
        has_error = read_error(control, &error) || has_error;
    }
    if (!has_times || !has_error || error.ee_origin != SO_EE_ORIGIN_TIMESTAMPING)
        return false;
    int64_t software = ns_of(times[BY_SOFTWARE]), hardware = ns_of(times[BY_HARDWARE]);
    *ret_report = (struct pkt_timestamp_report){
        .point = point_of(&error, software != 0),
        .mark = error.ee_data,
        .time = {software},
        .card = {hardware},
    };
    return true;
}

bool pkt_timestamp_number(uint32_t mark, uint64_t sent, uint64_t *ret_number)
{
    uint64_t back = (uint32_t)((uint32_t)sent - 1 - mark); /* from the last one that was sent */
    if (back >= sent)
        return false;
    *ret_number = sent - 1 - back;
    return true;
}
