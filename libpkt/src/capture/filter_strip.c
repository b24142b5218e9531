/*
 * Takes VLAN tags and IPv6 extension headers out of a frame, so that a filter compiled for frames without
 * them means the same with them.
 */
#include "pkt/filter.h"
#include "pkt/ipv6.h"
#include "pkt/link.h"

enum {
    IPV6_PAYLOAD_LEN = 4,
    IPV6_NEXT = 6,
    IPV6_LEN = 40,
};

#define NO_TYPE SIZE_MAX

/* What of a frame stays and what goes. */
struct plan {
    size_t type_off; /* of the link layer's type field; NO_TYPE: it has none that names the payload */
    size_t link_len; /* link header without tags */
    size_t network;  /* where the network layer starts, behind the tags */
    uint16_t type;   /* of the network layer */
    size_t upper;    /* where the upper layer starts, behind the extension headers; 0: none are taken out */
    uint8_t next;    /* protocol of the upper layer */
};

/* Where link types keep the type field, and how long their headers are. */
static const struct link_shape {
    uint16_t linktype;
    uint8_t header_len;
    uint8_t type_off;
    bool has_type;
} shapes[] = {
    {PKT_LINKTYPE_ETHERNET,    14, 12, true },
    {PKT_LINKTYPE_SLL,         16, 14, true },
    {PKT_LINKTYPE_SLL2,        20, 0,  true },
    {PKT_LINKTYPE_NULL,        4,  0,  false},
    {PKT_LINKTYPE_LOOP,        4,  0,  false},
    {PKT_LINKTYPE_RAW,         0,  0,  false},
    {PKT_LINKTYPE_RAW_BSD,     0,  0,  false},
    {PKT_LINKTYPE_RAW_OPENBSD, 0,  0,  false},
    {PKT_LINKTYPE_IPV6,        0,  0,  false},
};

static const struct link_shape *shape_of(uint16_t linktype)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (shapes[i].linktype == linktype)
            return &shapes[i];
    return NULL;
}

static bool is_tag(uint16_t type)
{
    return type == PKT_ETHERTYPE_VLAN || type == PKT_ETHERTYPE_QINQ || type == PKT_ETHERTYPE_QINQ_OLD;
}

/* Walks over the tags: what they leave as the network layer. */
static void skip_tags(struct pkt_view bytes, struct plan *plan)
{
    while (plan->type_off != NO_TYPE && is_tag(plan->type) && pkt_view_has(bytes, plan->network, 4)) {
        plan->type = pkt_u16(bytes, plan->network + 2);
        plan->network += 4;
    }
}

static bool is_extension(uint8_t next)
{
    return next == PKT_IP_HOPOPTS || next == PKT_IP_ROUTING || next == PKT_IP_FRAGMENT ||
           next == PKT_IP_DSTOPTS || next == PKT_IP_AH;
}

/* Length of the extension header at off; 0 for a fragment that is not the first, which stays. */
static size_t extension_len(struct pkt_view bytes, size_t off, uint8_t kind)
{
    if (kind == PKT_IP_FRAGMENT)
        return (pkt_u16(bytes, off + 2) & 0xfff8) == 0 ? 8 : 0;
    if (kind == PKT_IP_AH)
        return (pkt_u8(bytes, off + 1) + 2U) * 4U;
    return (pkt_u8(bytes, off + 1) + 1U) * 8U;
}

/* Walks over the extension headers that are whole; a fragment header that stays ends the walk. */
static void skip_extensions(struct pkt_view bytes, struct plan *plan)
{
    size_t off = plan->network + IPV6_LEN;
    plan->next = pkt_u8(bytes, plan->network + IPV6_NEXT);
    if (!pkt_view_has(bytes, plan->network, IPV6_LEN))
        return;
    while (is_extension(plan->next) && pkt_view_has(bytes, off, 8)) {
        size_t len = extension_len(bytes, off, plan->next);
        if (len == 0 || !pkt_view_has(bytes, off, len))
            return;
        plan->next = pkt_u8(bytes, off);
        off += len;
        plan->upper = off;
    }
}

static bool is_ipv6(struct pkt_view bytes, const struct plan *plan)
{
    bool named = plan->type_off == NO_TYPE || plan->type == PKT_ETHERTYPE_IPV6;
    return named && pkt_u8(bytes, plan->network) >> 4 == 6;
}

static void put16(uint8_t *to, size_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

/* Copies the bytes from off to the end behind *len. */
static void append(uint8_t *scratch, size_t *len, struct pkt_view bytes, size_t off, size_t count)
{
    struct pkt_view part = pkt_view_clip(bytes, off, count);
    memcpy(scratch + *len, part.ptr, part.len);
    *len += part.len;
}

static void write_stripped(struct pkt_view bytes, const struct plan *plan, uint8_t *scratch, size_t *ret_len)
{
    *ret_len = 0;
    append(scratch, ret_len, bytes, 0, plan->link_len);
    if (plan->type_off != NO_TYPE)
        put16(scratch + plan->type_off, plan->type);
    if (plan->upper == 0) {
        append(scratch, ret_len, bytes, plan->network, bytes.len);
        return;
    }
    uint8_t *ip = scratch + *ret_len;
    size_t removed = plan->upper - plan->network - IPV6_LEN;
    size_t payload_len = pkt_u16(bytes, plan->network + IPV6_PAYLOAD_LEN);
    append(scratch, ret_len, bytes, plan->network, IPV6_LEN);
    ip[IPV6_NEXT] = plan->next;
    put16(ip + IPV6_PAYLOAD_LEN, payload_len > removed ? payload_len - removed : 0);
    append(scratch, ret_len, bytes, plan->upper, bytes.len);
}

bool pkt_filter_strip(struct pkt_view bytes, uint16_t linktype, uint8_t *scratch, size_t *ret_len)
{
    const struct link_shape *shape = shape_of(linktype);
    if (shape == NULL || bytes.len < shape->header_len)
        return false;
    struct plan plan = {.type_off = shape->has_type ? shape->type_off : NO_TYPE,
                        .link_len = shape->header_len,
                        .network = shape->header_len};
    if (shape->has_type)
        plan.type = pkt_u16(bytes, shape->type_off);
    skip_tags(bytes, &plan);
    if (is_ipv6(bytes, &plan))
        skip_extensions(bytes, &plan);
    if (plan.network == plan.link_len && plan.upper == 0)
        return false;
    write_stripped(bytes, &plan, scratch, ret_len);
    return true;
}
