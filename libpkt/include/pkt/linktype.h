/*
 * Names of link types, as libpcap and tcpdump know them.
 */
#ifndef PKT_LINKTYPE_H
#define PKT_LINKTYPE_H

#include "base.h"

PKT_BEGIN

/* "EN10MB"; NULL for a link type without a name here. Static storage, like the next. */
PKT_API const char *pkt_linktype_name(uint16_t linktype);

/* "Ethernet"; NULL likewise. */
PKT_API const char *pkt_linktype_description(uint16_t linktype);

/* The link type of a name, upper or lower case; false when there is none. */
PKT_API bool pkt_linktype_from_name(const char *name, uint16_t *ret_linktype);

/* The version of libpcap, which compiles filters: one line. Static storage. */
PKT_API const char *pkt_filter_engine(void);

PKT_END

#endif
