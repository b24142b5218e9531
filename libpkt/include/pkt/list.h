/*
 * The one iterator of all lists in packets: IPv4, IPv6, TCP and ND options, IGMPv3 and MLDv2 records, ICMP
 * extension objects.
 *
 *     struct pkt_list list;
 *     struct pkt_option option;
 *     pkt_ipv4_options(ipv4, &list);
 *     while (pkt_option_next(&list, &option))
 *         ...
 *     if (list.stop != PKT_D_NONE)
 *         ... the walk ended early: list.stop says why, list.off where, list.need and list.have by how much
 *
 * A length of 0 or past the end ends the walk; it never loops and never reads outside the area.
 */
#ifndef PKT_LIST_H
#define PKT_LIST_H

#include "diagnosis.h"
#include "view.h"

PKT_BEGIN

enum pkt_list_kind {
    PKT_LIST_IPV4_OPTIONS,
    PKT_LIST_IPV6_OPTIONS, /* hop-by-hop and destination options */
    PKT_LIST_TCP_OPTIONS,
    PKT_LIST_ND_OPTIONS,
    PKT_LIST_ICMP_OBJECTS,
    PKT_LIST_IGMP3_RECORDS,
    PKT_LIST_MLD2_RECORDS,
    PKT_LIST_KIND_COUNT,
};

/* Fields are for reading; only the functions of this header and the list makers write them. */
struct pkt_list {
    struct pkt_view area; /* captured bytes of the list */
    size_t area_len;      /* bytes of the list on the wire; larger than area.len when truncated */
    size_t off;           /* in area: the next item, or where the walk stopped */
    uint32_t left;        /* items still to come by the message's own count; UINT32_MAX without a count */
    uint8_t kind;         /* enum pkt_list_kind */
    bool ended;           /* an end-of-list option was met: what follows is padding */
    uint16_t stop;        /* PKT_D_NONE or the diagnosis code that ended the walk (CAP_TRUNCATED included) */
    uint32_t need;        /* bytes that the item wanted */
    uint32_t have;        /* bytes that there were */
};

/* One item: a whole option, record or object. The views live as long as the packet's bytes. */
struct pkt_option {
    uint8_t type;          /* option type/kind, record type, object class */
    struct pkt_view bytes; /* the whole item, type and length included */
    struct pkt_view data;  /* behind its type and length octets (records, objects: behind their header) */
    size_t off;            /* of the item in list.area */
};

/*
 * The next item. False at the end and when the item is damaged or not wholly captured: list->stop tells them
 * apart. Single-octet options (NOP, EOL, Pad1) are items with empty data.
 */
PKT_API bool pkt_option_next(struct pkt_list *list, struct pkt_option *ret_option);

PKT_END

#endif
