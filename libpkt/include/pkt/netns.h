/*
 * Network namespaces (network_namespaces(7)): going into another one.
 */
#ifndef PKT_NETNS_H
#define PKT_NETNS_H

#include "base.h"

PKT_BEGIN

/*
 * Opens a network namespace.
 *
 * which  a name as in ip-netns(8), a process ID in digits, or a path that begins with '/'. A name of digits
 * alone is a process ID; its path can be given instead ret_fd a descriptor that keeps the namespace alive,
 * close-on-exec; the caller's to close
 *
 * Fails with PKT_E_ARGUMENT (no name: empty, too long, "." or "..", or with '/' inside; or no network
 * namespace) or PKT_E_SYSTEM (ENOENT: there is none; EACCES: the process is another user's).
 */
PKT_API PKT_NODISCARD int pkt_netns_open(const char *which, int *ret_fd, struct pkt_error *reterr_error);

/*
 * Moves the calling thread into a namespace: call it before other threads begin, and before sockets are
 * opened. Needs CAP_SYS_ADMIN, there and here. Sockets and handles that are open stay where they are. /sys
 * goes on showing the old namespace's interfaces.
 *
 * Fails as pkt_netns_open does, and with PKT_E_SYSTEM (EPERM).
 */
PKT_API PKT_NODISCARD int pkt_netns_enter(const char *which, struct pkt_error *reterr_error);

/*
 * The number by which the current namespace is known ("net:[4026531840]"); 0 where /proc is not there. Two
 * processes are in one namespace when it is the same.
 */
PKT_API uint64_t pkt_netns_current(void);

PKT_END

#endif
