/*
 * libpkt: all public headers.
 */
#ifndef PKT_H
#define PKT_H

#include "address.h"
#include "base.h"
#include "build.h"
#include "capture.h"
#include "cells.h"
#include "checksum.h"
#include "diagnosis.h"
#include "field.h"
#include "field_write.h"
#include "filter.h"
#include "icmp.h"
#include "icmp_build.h"
#include "igmp.h"
#include "igmp_build.h"
#include "ipv4.h"
#include "ipv6.h"
#include "json.h"
#include "link.h"
#include "linktype.h"
#include "list.h"
#include "membership.h"
#include "nd_build.h"
#include "pace.h"
#include "packet.h"
#include "print.h"
#include "probe.h"
#include "room.h"
#include "sender.h"
#include "sink.h"
#include "socket.h"
#include "time.h"
#include "track.h"
#include "transport.h"
#include "view.h"

#endif
