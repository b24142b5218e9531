/*
 * The sender over libnet, link layer alone: its mode for raw IPv4 ignores the interface asked for. libnet
 * makes its own socket, which would receive all that passes the interface: a filter lets nothing in.
 */
#include "link_libnet.h"
#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <libnet.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

struct libnet_sender {
    struct pkt_sender sender;
    libnet_t *libnet;
};

static struct libnet_sender *libnet_sender_of(struct pkt_sender *sender)
{
    return (struct libnet_sender *)(void *)sender;
}

/* One call a packet. Where libnet says -1, errno is that of the system call that failed. */
static unsigned send_each(struct pkt_sender *sender, const struct pkt_outgoing *packets, unsigned count,
                          int *ret_errno)
{
    libnet_t *libnet = libnet_sender_of(sender)->libnet;
    for (unsigned i = 0; i < count; i++) {
        if (packets[i].bytes.len > INT32_MAX) {
            *ret_errno = EMSGSIZE;
            return i;
        }
        errno = 0;
        if (libnet_write_link(libnet, packets[i].bytes.ptr, (uint32_t)packets[i].bytes.len) < 0) {
            *ret_errno = errno != 0 ? errno : EIO;
            return i;
        }
    }
    return count;
}

static void close_libnet(struct pkt_sender *sender)
{
    libnet_destroy(libnet_sender_of(sender)->libnet);
    free(sender);
}

static const struct sender_ops ops = {.send = send_each, .close = close_libnet};

static int fail_libnet(struct pkt_error *reterr_error, const char *interface, int system_errno,
                       const char *text)
{
    int len = (int)strcspn(text, "\n");
    inject_fail(reterr_error, PKT_E_SYSTEM, "libnet on %s: %.*s", interface, len, text);
    reterr_error->system_errno = system_errno;
    return PKT_E_SYSTEM;
}

static int set_up(struct libnet_sender *self, const struct pkt_sender_options *options,
                  struct pkt_error *reterr_error)
{
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {1, &nothing};
    struct pkt_sender *sender = &self->sender;
    int size = options->send_buffer_size < INT32_MAX / 2 ? (int)options->send_buffer_size : INT32_MAX / 2;
    struct ifreq request = {0};
    sender->fd = libnet_getfd(self->libnet);
    memcpy(request.ifr_name, options->interface, strnlen(options->interface, IFNAMSIZ - 1));
    if (setsockopt(sender->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0 ||
        (size != 0 && setsockopt(sender->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) < 0) ||
        fcntl(sender->fd, F_SETFL, O_NONBLOCK) < 0 || ioctl(sender->fd, SIOCGIFINDEX, &request) < 0)
        return inject_fail_system(reterr_error, "%s", sender->name);
    sender->info.interface = (uint32_t)request.ifr_ifindex;
    if (ioctl(sender->fd, SIOCGIFMTU, &request) == 0)
        sender->info.bytes_max = (uint32_t)request.ifr_mtu + LIBNET_ETH_H;
    return 0;
}

static int open_libnet(struct libnet_sender *self, const struct pkt_sender_options *options,
                       struct pkt_error *reterr_error)
{
    char text[LIBNET_ERRBUF_SIZE] = "";
    errno = 0;
    self->libnet = libnet_init(LIBNET_LINK, options->interface, text);
    if (self->libnet == NULL) {
        /* Of a missing capability only the text tells: libnet looks itself. */
        int system_errno = strstr(text, "CAP_NET_RAW") != NULL ? EPERM : errno;
        return fail_libnet(reterr_error, options->interface, system_errno, text);
    }
    self->sender.ops = &ops;
    snprintf(self->sender.name, sizeof self->sender.name, "libnet on %s", options->interface);
    self->sender.info = (struct pkt_sender_info){
        .kind = PKT_SENDER_LIBNET, .layer = PKT_SENDER_LAYER_LINK, .name = self->sender.name};
    int result = set_up(self, options, reterr_error);
    if (result < 0)
        libnet_destroy(self->libnet);
    return result;
}

int libnet_sender_open(const struct pkt_sender_options *options, struct pkt_sender **ret_sender,
                       struct pkt_error *reterr_error)
{
    if (options->interface == NULL)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "libnet needs an interface");
    if (options->stamps != 0 || options->qdisc_bypass || options->keep_replies || options->receive_stamps)
        return inject_fail(reterr_error, PKT_E_UNSUPPORTED,
                           "libnet has no timestamps, no replies and no way around the queueing discipline");
    struct libnet_sender *self = calloc(1, sizeof *self);
    if (self == NULL)
        return inject_fail(reterr_error, PKT_E_MEMORY, "libnet: out of memory");
    int result = open_libnet(self, options, reterr_error);
    if (result < 0) {
        free(self);
        return result;
    }
    *ret_sender = &self->sender;
    return 0;
}
