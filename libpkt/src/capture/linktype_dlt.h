/*
 * LINKTYPE_ numbers of files to this system's DLT_ numbers. Internal.
 */
#ifndef CAPTURE_LINKTYPE_DLT_H
#define CAPTURE_LINKTYPE_DLT_H

#include <stdint.h>

int pkt_linktype_to_dlt(uint16_t linktype);

#endif
