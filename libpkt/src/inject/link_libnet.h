/*
 * The sender over libnet.
 */
#ifndef INJECT_LIBNET_H
#define INJECT_LIBNET_H

#include "sender.h"

/* Fails as pkt_sender_open does. */
int libnet_sender_open(const struct pkt_sender_options *options, struct pkt_sender **ret_sender,
                       struct pkt_error *reterr_error);

#endif
