/*
 * UDP and VXLAN as lines.
 */
#include "pkt/transport.h"
#include "text.h"

enum {
    UDP_LEN = 8,
    VXLAN_LEN = 8,
};

bool text_vxlan(struct text *t, struct text_at at)
{
    struct pkt_vxlan vxlan = {at.bytes};
    uint32_t ignored;
    text_put(t, "VXLAN");
    if (at.len < VXLAN_LEN) {
        text_invalid(t);
        return true;
    }
    if (at.bytes.len < 1)
        return text_cut(t, "vxlan");
    unsigned flags = pkt_u8(at.bytes, 0);
    text_put(t, (flags & 0x08) != 0 ? ", flags [I]" : ", flags [invalid]");
    text_put_hex_width(t, " (0x", flags, 2);
    text_put(t, "), ");
    if (at.bytes.len < VXLAN_LEN - 1)
        return text_cut(t, "vxlan");
    text_put_u32(t, "vni ", pkt_vxlan_vni(vxlan));
    text_put(t, "\n");
    if (at.bytes.len < VXLAN_LEN)
        return text_cut(t, "vxlan");
    return text_inner_ethernet(t, text_behind(at, VXLAN_LEN), &ignored);
}

static void put_checksum(struct text *t, struct text_at at, uint32_t len, struct pkt_udp udp)
{
    bool wanted = t->verbosity > (t->ip.v6 ? 0 : 1) && !t->options->skip_checksums && !t->ip.fragment;
    if (!wanted)
        return;
    bool absent = pkt_udp_checksum(udp) == 0;
    bool allowed = !t->ip.v6 || pkt_udp_dst(udp) == PKT_PORT_VXLAN; /* RFC 8200 8.1, RFC 6935 5 */
    if (absent && allowed) {
        text_put(t, "[no cksum] ");
        return;
    }
    unsigned row = absent ? PKT_MAX_LAYERS : at.row; /* what should stand there: by the bytes */
    struct text_at whole = {pkt_view_clip(at.bytes, 0, UDP_LEN + len), UDP_LEN + len, row};
    struct pkt_checksum_result result = text_checksum(t, whole, PKT_PROTO_UDP);
    if (at.bytes.len < UDP_LEN + len || result.state == PKT_CHECKSUM_UNKNOWN ||
        result.state == PKT_CHECKSUM_NONE)
        return;
    if (result.state == PKT_CHECKSUM_OK) {
        text_put(t, "[udp sum ok] ");
        return;
    }
    text_put_hex_width(t, "[bad udp cksum 0x", result.found, 4);
    text_put_hex_width(t, " -> 0x", result.expected, 4);
    text_put(t, "!] ");
}

/* The addresses alone, where there are no ports. */
static bool put_cut(struct text *t)
{
    if (t->ip.protocol == PKT_IP_UDP) {
        text_addresses(t);
        text_put(t, ": ");
    }
    text_mark(t, "udp");
    return true;
}

/* Behind the ports; len: of the data by the enclosing header. */
static bool put_data(struct text *t, struct text_at at, struct pkt_udp udp, uint32_t claimed, uint32_t len)
{
    put_checksum(t, at, claimed < len ? claimed : len, udp);
    if (pkt_udp_dst(udp) == PKT_PORT_VXLAN && !t->options->quiet) {
        struct text_at next = text_behind(at, UDP_LEN);
        if (claimed < next.len)
            next.len = claimed;
        return text_vxlan(t, next);
    }
    if (claimed > len && !t->ip.fragment) {
        text_put_u32(t, "UDP, bad length ", claimed);
        text_put_u32(t, " > ", len);
    } else {
        text_put_u32(t, "UDP, length ", claimed);
    }
    return true;
}

bool text_udp(struct text *t, struct text_at at)
{
    struct pkt_udp udp = {pkt_view_clip(at.bytes, 0, UDP_LEN)};
    if (at.bytes.len < 4)
        return put_cut(t);
    text_endpoints(t, PKT_IP_UDP, pkt_udp_src(udp), pkt_udp_dst(udp));
    if (at.len < UDP_LEN) {
        text_put_u32(t, "truncated-udp ", at.len);
        return true;
    }
    if (at.bytes.len < 6) {
        text_mark(t, "udp");
        return true;
    }
    uint32_t claimed = pkt_udp_len(udp);
    if (claimed == 0 && at.len > UINT16_MAX) /* a jumbogram (RFC 2675 4) */
        claimed = at.len;
    if (claimed < UDP_LEN) {
        text_put_u32(t, "truncated-udplength ", claimed);
        return true;
    }
    if (at.bytes.len < UDP_LEN) {
        text_mark(t, "udp");
        return true;
    }
    return put_data(t, at, udp, claimed - UDP_LEN, at.len - UDP_LEN);
}
