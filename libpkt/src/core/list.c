/*
 * The one iterator of lists. A kind is a row: how its items state their length, and what damage is called.
 */
#include "pkt/list.h"

struct list_kind {
    uint8_t header_len;                       /* bytes before the data of an item that states a length */
    uint8_t unit;                             /* an item's length is a multiple of this */
    uint16_t damaged;                         /* diagnosis when an item's length is impossible */
    bool has_nop;                             /* types 0 (end, or Pad1) and 1 have no length octet */
    bool zero_is_pad;                         /* type 0 is one octet of padding and does not end the list */
    size_t (*item_len)(struct pkt_view item); /* in bytes, as the item states it; its header is there */
};

/* Type, length in bytes with these two (RFC 791 3.1, RFC 9293 3.1). */
static size_t tlv_len(struct pkt_view item)
{
    return pkt_u8(item, 1);
}

/* Type, length in bytes without these two (RFC 8200 4.2). */
static size_t ipv6_option_len(struct pkt_view item)
{
    return 2U + pkt_u8(item, 1);
}

/* Type, length in units of 8 bytes (RFC 4861 4.6). */
static size_t nd_option_len(struct pkt_view item)
{
    return 8U * pkt_u8(item, 1);
}

/* Length in bytes with the 4-byte object header (RFC 4884 7.1). */
static size_t icmp_object_len(struct pkt_view item)
{
    return pkt_u16(item, 0);
}

/* Auxiliary data is counted in 32-bit words (RFC 9776 4.2.7, RFC 9777 5.2.7). */
static size_t igmp3_record_len(struct pkt_view item)
{
    return 8U + 4U * pkt_u16(item, 2) + 4U * pkt_u8(item, 1);
}

static size_t mld2_record_len(struct pkt_view item)
{
    return 20U + 16U * pkt_u16(item, 2) + 4U * pkt_u8(item, 1);
}

static const struct list_kind kinds[PKT_LIST_KIND_COUNT] = {
    [PKT_LIST_IPV4_OPTIONS] = {2,  1, PKT_D_IPV4_OPTION_LENGTH,  true,  false, tlv_len         },
    [PKT_LIST_IPV6_OPTIONS] = {2,  1, PKT_D_IPV6_OPTION_LENGTH,  false, true,  ipv6_option_len },
    [PKT_LIST_TCP_OPTIONS] = {2,  1, PKT_D_TCP_OPTION_LENGTH,   true,  false, tlv_len         },
    [PKT_LIST_ND_OPTIONS] = {2,  8, PKT_D_ND_OPTION_LENGTH,    false, false, nd_option_len   },
    [PKT_LIST_ICMP_OBJECTS] = {4,  4, PKT_D_ICMP_EXT_OBJECT,     false, false, icmp_object_len },
    [PKT_LIST_IGMP3_RECORDS] = {8,  4, PKT_D_IGMP_RECORD_OVERRUN, false, false, igmp3_record_len},
    [PKT_LIST_MLD2_RECORDS] = {20, 4, PKT_D_MLD_RECORD_OVERRUN,  false, false, mld2_record_len },
};

/* Whether len bytes of the current item are there; if not, the walk stops and says why. */
static bool has(struct pkt_list *list, size_t len, uint16_t damaged)
{
    if (pkt_view_has(list->area, list->off, len))
        return true;
    bool in_message = len <= list->area_len - list->off;
    list->stop = in_message ? PKT_D_CAP_TRUNCATED : damaged;
    list->need = (uint32_t)len;
    list->have = (uint32_t)((in_message ? list->area.len : list->area_len) - list->off);
    return false;
}

static bool is_single(const struct list_kind *kind, uint8_t type)
{
    return (type == 0 && (kind->has_nop || kind->zero_is_pad)) || (type == 1 && kind->has_nop);
}

/* The length of the item at off, its whole header checked; 0 when the walk must stop. */
static size_t checked_len(struct pkt_list *list, const struct list_kind *kind)
{
    if (!has(list, kind->header_len, kind->damaged))
        return 0;
    size_t len = kind->item_len(pkt_view_from(list->area, list->off));
    if (len >= kind->header_len && len % kind->unit == 0)
        return has(list, len, kind->damaged) ? len : 0;
    list->stop = kind->damaged;
    list->need = len < kind->header_len ? kind->header_len : (uint32_t)(len + kind->unit - len % kind->unit);
    list->have = (uint32_t)len;
    return 0;
}

static uint8_t type_of(const struct pkt_list *list, struct pkt_view item)
{
    return pkt_u8(item, list->kind == PKT_LIST_ICMP_OBJECTS ? 2 : 0);
}

static bool at_end(const struct pkt_list *list)
{
    return list->stop != PKT_D_NONE || list->ended || list->left == 0 ||
           (list->off >= list->area_len && list->left == UINT32_MAX);
}

bool pkt_option_next(struct pkt_list *list, struct pkt_option *ret_option)
{
    if (list->kind >= PKT_LIST_KIND_COUNT || at_end(list))
        return false;
    const struct list_kind *kind = &kinds[list->kind];
    if (!has(list, kind->has_nop || kind->zero_is_pad ? 1 : kind->header_len, kind->damaged))
        return false;
    struct pkt_view item = pkt_view_from(list->area, list->off);
    bool single = is_single(kind, pkt_u8(item, 0));
    size_t len = single ? 1 : checked_len(list, kind);
    if (len == 0)
        return false;
    ret_option->bytes = pkt_view_clip(item, 0, len);
    ret_option->type = type_of(list, item);
    ret_option->data = pkt_view_from(ret_option->bytes, single ? 1 : kind->header_len);
    ret_option->off = list->off;
    list->off += len;
    list->ended = single && ret_option->type == 0 && !kind->zero_is_pad;
    if (list->left != UINT32_MAX)
        list->left--;
    return true;
}
