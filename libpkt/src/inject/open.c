/*
 * Opening a sender: options, the socket, and its kind.
 */
#include "fail.h"
#include "link_libnet.h"
#include "socket.h"

#include <string.h>
#include <unistd.h>

static int take_options(const struct pkt_sender_options *options, struct pkt_sender_options *ret_options,
                        struct pkt_error *reterr_error)
{
    struct pkt_sender_options taken = {0};
    const unsigned points = PKT_STAMP_SCHEDULED | PKT_STAMP_SOFTWARE | PKT_STAMP_HARDWARE;
    if (options == NULL || options->size < sizeof options->size)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "the options' size is not set");
    memcpy(&taken, options, options->size < sizeof taken ? options->size : sizeof taken);
    if (taken.kind < PKT_SENDER_ICMP4 || taken.kind > PKT_SENDER_RAW_ICMP6 || taken.kind == PKT_SENDER_CUSTOM)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "there is no sender of kind %d to open", taken.kind);
    if (taken.stamps & ~points)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "a timestamp was asked for at an unknown point");
    if (taken.interface != NULL && (taken.interface[0] == '\0' || strlen(taken.interface) >= IFNAMSIZ))
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "an interface has a name of 1 to %d bytes",
                           IFNAMSIZ - 1);
    *ret_options = taken;
    return 0;
}

int pkt_sender_open(const struct pkt_sender_options *options, struct pkt_sender **ret_sender,
                    struct pkt_error *reterr_error)
{
    struct pkt_sender_options taken;
    int fd;
    int result = take_options(options, &taken, reterr_error);
    if (result < 0)
        return result;
    if (taken.kind == PKT_SENDER_LIBNET)
        return libnet_sender_open(&taken, ret_sender, reterr_error);
    result = socket_check(&taken, reterr_error);
    if (result == 0)
        result = socket_open(&taken, &fd, reterr_error);
    if (result < 0)
        return result;
    result = socket_sender_open(fd, &taken, ret_sender, reterr_error);
    if (result < 0)
        close(fd);
    return result;
}

int pkt_sender_open_fd(int fd, const struct pkt_sender_options *options, struct pkt_sender **ret_sender,
                       struct pkt_error *reterr_error)
{
    struct pkt_sender_options taken;
    int result = take_options(options, &taken, reterr_error);
    if (result < 0)
        return result;
    if (taken.kind == PKT_SENDER_LIBNET)
        return inject_fail(reterr_error, PKT_E_UNSUPPORTED, "libnet cannot adopt a descriptor");
    result = socket_check(&taken, reterr_error);
    return result < 0 ? result : socket_sender_open(fd, &taken, ret_sender, reterr_error);
}
