/*
 * PPP as lines: its protocol by name, IP with its lines.
 */
#include "pkt/link.h"
#include "text.h"

enum {
    HDLC_LEN = 2,
    PPP_IPV4 = 0x0021,
    PPP_IPV6 = 0x0057,
};

static bool put_payload(struct text *t, struct text_at at, uint16_t protocol)
{
    if (protocol == PPP_IPV4)
        return text_ipv4(t, at);
    if (protocol == PPP_IPV6)
        return text_ipv6(t, at);
    text_name_or_hex4(t, text_ppp_protocols, protocol, "unknown PPP protocol (0x");
    text_put(t, " ");
    text_dump_hex(t, at.bytes, "\n\t");
    return true;
}

/* Prints the header under -e; false when nothing more is said of an unknown protocol. */
static bool put_header(struct text *t, uint16_t protocol, uint32_t len)
{
    const char *name = text_name(text_ppp_protocols, protocol);
    text_put(t, name != NULL ? name : "unknown");
    text_put_hex_width(t, " (0x", protocol, 4);
    text_put_u32(t, "), length ", len);
    if (name == NULL)
        return false;
    text_put(t, ": ");
    return true;
}

static bool ppp(struct text *t, struct text_at at, uint32_t *ret_header_len)
{
    uint32_t address_len = pkt_u16(at.bytes, 0) == 0xff03 ? HDLC_LEN : 0;
    *ret_header_len = 0;
    if (at.len < 2 || at.len < address_len + 2) {
        text_mark(t, "ppp");
        return true;
    }
    bool compressed = (pkt_u8(at.bytes, address_len) & 1) != 0;
    uint32_t header_len = address_len + (compressed ? 1 : 2);
    if (at.bytes.len < 2 || at.bytes.len < header_len)
        return text_cut(t, "ppp");
    struct pkt_ppp header = {pkt_view_clip(at.bytes, 0, header_len)};
    uint16_t protocol = pkt_ppp_protocol(header);
    *ret_header_len = header_len;
    if (t->options->link_header && !put_header(t, protocol, at.len))
        return true;
    return put_payload(t, text_behind(at, header_len), protocol);
}

bool text_ppp(struct text *t, struct text_at at)
{
    uint32_t ignored;
    return ppp(t, at, &ignored);
}

/* HDLC framing (RFC 1662): an address and a control octet are always there. */
static bool hdlc(struct text *t, struct text_at at)
{
    if (at.bytes.len < 4) {
        t->link_len = (uint32_t)at.bytes.len;
        text_mark(t, "ppp_hdlc");
        return true;
    }
    if (t->options->link_header) {
        text_put_hex_width(t, "", pkt_u8(at.bytes, 0), 2);
        text_put_hex_width(t, " ", pkt_u8(at.bytes, 1), 2);
        text_put_u32(t, " ", at.len);
        text_put(t, " ");
    }
    if (pkt_u8(at.bytes, 0) != 0xff) {
        t->link_len = HDLC_LEN;
        text_put_hex_width(t, "unknown addr ", pkt_u8(at.bytes, 2), 2);
        text_put_hex_width(t, "; ctrl ", pkt_u8(at.bytes, 3), 2);
        return true;
    }
    t->link_len = HDLC_LEN + 2;
    uint16_t protocol = pkt_u16(at.bytes, HDLC_LEN);
    text_name_or_hex4(t, text_ppp_protocols, protocol, "unknown PPP protocol (0x");
    text_put(t, ": ");
    return put_payload(t, text_behind(at, HDLC_LEN + 2), protocol);
}

bool text_ppp_link(struct text *t, struct text_at at)
{
    if (t->packet->linktype == PKT_LINKTYPE_PPP_HDLC)
        return hdlc(t, at);
    if (at.bytes.len < 4) {
        t->link_len = (uint32_t)at.bytes.len;
        text_mark(t, "ppp");
        return true;
    }
    uint32_t ignored;
    t->link_len = 4;
    return ppp(t, at, &ignored);
}
