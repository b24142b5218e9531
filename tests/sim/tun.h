/*
 * The port of the simulation: a TUN device of the current network namespace, which hands over IP packets.
 */
#ifndef SIM_TUN_H
#define SIM_TUN_H

#include <stddef.h>

#include "pkt/view.h"

enum {
    SIM_TUN_NAME = 16, /* IFNAMSIZ */
};

/*
 * Makes a TUN device and sets it up. It is gone when the descriptor is closed.
 *
 * name  of at most 15 characters; "%d" in it is replaced by a number
 * mtu   0: the kernel's default, 1500
 *
 * Returns the descriptor, which never blocks; -1 with errno when there is no /dev/net/tun (ENOENT, ENODEV,
 * EACCES), no privilege (EPERM) or no such name (EINVAL, EBUSY).
 */
int sim_tun_open(const char *name, unsigned mtu, char ret_name[SIM_TUN_NAME]);

/* Bytes of the next packet; 0 when there is none now, -1 with errno when the device is gone. */
ptrdiff_t sim_tun_read(int fd, void *buffer, size_t size);

/* False with errno when the packet was not taken. */
bool sim_tun_write(int fd, struct pkt_view packet);

#endif
