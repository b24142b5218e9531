/*
 * What this machine's network knows: the handle through which it is asked (rtnetlink(7)).
 *
 * Needs no privilege. A handle belongs to the network namespace in which it was opened, wherever its process
 * goes later, and works in a sandbox that forbids new sockets. It belongs to one thread at a time. A call
 * waits for the kernel only, at most a few seconds.
 *
 * Names and indexes may change between two calls: an interface can be renamed, deleted, and made again under
 * its old name with another index. Keep the index, and let pkt_watch tell when it is gone.
 */
#ifndef PKT_HOST_H
#define PKT_HOST_H

#include "base.h"

PKT_BEGIN

struct pkt_host;

/*
 * Opens a handle.
 *
 * ret_host  to be closed with pkt_host_close; set on success only
 *
 * Fails with PKT_E_MEMORY or PKT_E_SYSTEM.
 */
PKT_API PKT_NODISCARD int pkt_host_open(struct pkt_host **ret_host, struct pkt_error *reterr_error);

/* Closes a handle. NULL is allowed. */
PKT_API void pkt_host_close(struct pkt_host *host);

PKT_END

#endif
