/*
 * The extension structure of ICMP errors (RFC 4884) as lines. tcpdump looks for it behind 128 quoted bytes
 * only; so does this, and what the length attribute moves elsewhere is told where it stands.
 */
#include "pkt/icmp.h"
#include "text.h"

enum {
    FIXED_OFF = 136, /* ICMP header and 128 bytes of quotation (RFC 4884 5.5) */
    STRUCTURE_LEN = 4,
    OBJECT_LEN = 4,
    VERSION = 2,
    MPLS = 1,
    INTERFACE = 2,
    INTERFACE_ID = 3,
};

static const struct text_name classes[] = {
    {MPLS,      "MPLS Stack Entry"        },
    {INTERFACE, "Interface Identification"},
    {0,         NULL                      },
};

static bool put_mpls(struct text *t, const struct pkt_option *object)
{
    struct pkt_mpls_entry entry;
    if (!pkt_mpls_entry(object, 0, &entry))
        return false;
    text_put_u32(t, "\n\t    label ", entry.label);
    text_put_u32(t, ", tc ", entry.traffic_class);
    if (entry.bottom)
        text_put(t, ", [S]");
    text_put_u32(t, ", ttl ", entry.ttl);
    return true;
}

/* One object; bytes start with it and hold what is captured of the structure. Returns its length, 0 at the
 * end. */
static uint32_t put_object(struct text *t, struct pkt_view bytes, bool *ret_cut)
{
    *ret_cut = bytes.len < OBJECT_LEN;
    if (*ret_cut)
        return 0;
    uint32_t len = pkt_u16(bytes, 0);
    uint8_t type = pkt_u8(bytes, 2);
    uint8_t ctype = pkt_u8(bytes, 3);
    const char *name = text_name(classes, type);
    text_put(t, "\n\t  ");
    text_put(t, name != NULL ? name : "unknown");
    text_put_u32(t, " Object (", type);
    text_put_u32(t, "), Class-Type: ", ctype);
    text_put_u32(t, ", length ", len);
    if (type == 0 || len < OBJECT_LEN)
        return 0;
    struct pkt_option object = {.type = type, .data = pkt_view_clip(bytes, OBJECT_LEN, len - OBJECT_LEN)};
    if (type == MPLS && ctype == 1) {
        object.data = pkt_view_clip(bytes, OBJECT_LEN, 4);
        *ret_cut = !put_mpls(t, &object);
    } else {
        text_dump_hex(t, object.data, "\n\t    ");
    }
    return len;
}

static bool put_objects(struct text *t, struct pkt_view structure, uint32_t len)
{
    uint32_t off = STRUCTURE_LEN;
    bool cut;
    while (len - off > OBJECT_LEN) {
        uint32_t object_len = put_object(t, pkt_view_from(structure, off), &cut);
        if (cut) {
            text_mark(t, "icmp");
            return true;
        }
        if (object_len == 0 || object_len > len - off)
            return true;
        off += object_len;
    }
    return true;
}

bool text_icmp_extensions(struct text *t, struct text_at at)
{
    struct pkt_view structure = pkt_view_from(at.bytes, FIXED_OFF);
    uint32_t len = at.len - FIXED_OFF;
    bool whole = structure.len >= len;
    if (structure.len < STRUCTURE_LEN + 1) {
        text_mark(t, "icmp");
        return true;
    }
    uint16_t sum = whole ? pkt_checksum(pkt_view_clip(structure, 0, len)) : 0;
    if (pkt_u8(at.bytes, 5) == 0 && sum != 0)
        return true;
    unsigned version = pkt_u8(structure, 0) >> 4;
    text_put_u32(t, "\n\tICMP Multi-Part extension v", version);
    if (version != VERSION) {
        text_put(t, " packet not supported");
        return true;
    }
    if (whole) {
        text_put_hex_width(t, ", checksum 0x", pkt_u16(structure, 2), 4);
        text_put(t, sum != 0 ? " (incorrect), length " : " (correct), length ");
        text_u32(t, len);
    }
    return put_objects(t, structure, len);
}
