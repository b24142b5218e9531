#include "sim/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int close_failed(int fd)
{
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

/* Flags and MTU are set through any socket of the namespace. */
static bool set_up(const char name[SIM_TUN_NAME], unsigned mtu)
{
    struct ifreq request = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    memcpy(request.ifr_name, name, SIM_TUN_NAME);
    request.ifr_mtu = (int)mtu;
    bool ok = mtu == 0 || ioctl(fd, SIOCSIFMTU, &request) == 0;
    ok = ok && ioctl(fd, SIOCGIFFLAGS, &request) == 0;
    request.ifr_flags |= IFF_UP;
    ok = ok && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    if (!ok)
        close_failed(fd);
    else
        close(fd);
    return ok;
}

int sim_tun_open(const char *name, unsigned mtu, char ret_name[SIM_TUN_NAME])
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    if (strlen(name) >= sizeof request.ifr_name) {
        errno = EINVAL;
        return -1;
    }
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    strcpy(request.ifr_name, name);
    if (ioctl(fd, TUNSETIFF, &request) != 0 || !set_up(request.ifr_name, mtu))
        return close_failed(fd);
    memcpy(ret_name, request.ifr_name, SIM_TUN_NAME);
    return fd;
}

ptrdiff_t sim_tun_read(int fd, void *buffer, size_t size)
{
    ssize_t len = read(fd, buffer, size);
    return len < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : len;
}

bool sim_tun_write(int fd, struct pkt_view packet)
{
    ssize_t len;
    do
        len = write(fd, packet.ptr, packet.len);
    while (len < 0 && errno == EINTR);
    return len == (ssize_t)packet.len;
}
