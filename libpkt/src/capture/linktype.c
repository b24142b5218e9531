/*
 * Names of link types. libpcap knows them by this system's DLT_ numbers, files by LINKTYPE_ numbers; of those
 * that differ only raw IP is in use here.
 */
#include "pkt/linktype.h"
#include "linktype_dlt.h"
#include "pkt/packet.h"

#include <pcap/pcap.h>

int pkt_linktype_to_dlt(uint16_t linktype)
{
    if (linktype == PKT_LINKTYPE_RAW || linktype == PKT_LINKTYPE_RAW_OPENBSD)
        return DLT_RAW;
    return linktype;
}

const char *pkt_linktype_name(uint16_t linktype)
{
    return pcap_datalink_val_to_name(pkt_linktype_to_dlt(linktype));
}

const char *pkt_linktype_description(uint16_t linktype)
{
    return pcap_datalink_val_to_description(pkt_linktype_to_dlt(linktype));
}

bool pkt_linktype_from_name(const char *name, uint16_t *ret_linktype)
{
    int dlt = pcap_datalink_name_to_val(name);
    if (dlt < 0 || dlt > UINT16_MAX)
        return false;
    *ret_linktype = dlt == DLT_RAW ? PKT_LINKTYPE_RAW : (uint16_t)dlt;
    return true;
}

const char *pkt_filter_engine(void)
{
    return pcap_lib_version();
}
