/*
 * LLC and SNAP as lines.
 */
#include "pkt/link.h"
#include "text.h"

enum {
    SNAP_LEN = 5,
    GROUP = 0x01,    /* of the DSAP */
    RESPONSE = 0x01, /* of the SSAP */
    U_FRAME = 0x03,
    U_POLL = 0x10,
    UI = 0x03,
    XID = 0xaf,
    XID_FORMAT = 0x81,
    S_FRAME = 0x0001,
    IS_POLL = 0x0100,
    SAP_SNAP = 0xaa,
    SAP_IP = 0x06,
    OUI_ETHERNET = 0x000000,
    OUI_CISCO = 0x00000c,
    OUI_CISCO_BRIDGED = 0x0000f8,
    OUI_BRIDGED = 0x0080c2, /* RFC 2684 */
    OUI_APPLETALK = 0x080007,
    BRIDGE_PAD = 2,
};

static const struct text_name u_commands[] = {
    {0x03, "ui"   },
    {0xe3, "test" },
    {0xaf, "xid"  },
    {0x63, "ua"   },
    {0x43, "disc" },
    {0x0f, "dm"   },
    {0x6f, "sabme"},
    {0x87, "frmr" },
    {0,    NULL   },
};

/* LLC under way. */
struct llc {
    uint8_t dsap, ssap; /* without their lowest bits */
    uint8_t dsap_field, ssap_field;
    uint16_t control; /* two octets are in little-endian order (IEEE 802.2 5.2) */
    bool unnumbered;
    uint32_t header_len;
};

/* False when bytes do not hold it. */
static bool read_llc(struct text_at at, struct llc *ret_llc)
{
    struct pkt_view b = at.bytes;
    if (b.len < 3 || at.len < 3)
        return false;
    ret_llc->dsap_field = pkt_u8(b, 0);
    ret_llc->ssap_field = pkt_u8(b, 1);
    ret_llc->dsap = (uint8_t)(ret_llc->dsap_field & ~GROUP);
    ret_llc->ssap = (uint8_t)(ret_llc->ssap_field & ~RESPONSE);
    ret_llc->unnumbered = (pkt_u8(b, 2) & U_FRAME) == U_FRAME;
    ret_llc->header_len = ret_llc->unnumbered ? 3 : 4;
    ret_llc->control = ret_llc->unnumbered ? pkt_u8(b, 2) : (uint16_t)(pkt_u8(b, 2) | pkt_u8(b, 3) << 8);
    return b.len >= ret_llc->header_len && at.len >= ret_llc->header_len;
}

static void put_sap(struct text *t, const char *which, uint8_t sap, const char *flag)
{
    const char *name = text_name(text_llc_saps, sap);
    text_put(t, which);
    text_put(t, name != NULL ? name : "Unknown");
    text_put_hex_width(t, " (0x", sap, 2);
    text_put(t, ") ");
    text_put(t, flag);
}

static void put_header(struct text *t, const struct llc *llc)
{
    put_sap(t, "LLC, dsap ", llc->dsap, (llc->dsap_field & GROUP) != 0 ? "Group" : "Individual");
    put_sap(t, ", ssap ", llc->ssap, (llc->ssap_field & RESPONSE) != 0 ? "Response" : "Command");
    text_put_hex_width(t, ", ctrl 0x", llc->control, llc->unnumbered ? 2 : 4);
    text_put(t, ": ");
}

static void put_sap_name(struct text *t, uint8_t sap, const char *unknown)
{
    const char *name = text_name(text_llc_saps, sap);
    if (name != NULL)
        text_put(t, name);
    else
        text_put_hex_width(t, unknown, sap, 2);
    text_put(t, " ");
}

/* Who to whom, where no link header said it. */
static void put_stations(struct text *t, const struct llc *llc, const struct text_stations *stations)
{
    if (t->options->link_header)
        return;
    bool same = llc->ssap == llc->dsap;
    if (stations != NULL)
        pkt_put_mac(t->sink, stations->src);
    if (stations != NULL)
        text_put(t, " ");
    if (!same)
        put_sap_name(t, llc->ssap, "Unknown SSAP 0x");
    if (stations != NULL || !same)
        text_put(t, "> ");
    if (stations != NULL) {
        pkt_put_mac(t->sink, stations->dst);
        text_put(t, " ");
    }
    put_sap_name(t, llc->dsap, "Unknown DSAP 0x");
}

static void put_flags_and_len(struct text *t, const struct llc *llc, uint16_t poll, uint32_t len)
{
    bool response = (llc->ssap_field & RESPONSE) != 0;
    const char *unpolled = response ? "Response" : "Command";
    text_put(t, ", Flags [");
    text_put(t, (llc->control & poll) == 0 ? unpolled : response ? "Final" : "Poll");
    text_put_u32(t, "], length ", len);
}

/* ret_known: whether the frame is told wholly. */
static void put_unnumbered(struct text *t, const struct llc *llc, struct text_at next, uint32_t len,
                           bool *ret_known)
{
    uint16_t command = llc->control & (uint16_t)~U_POLL;
    const char *name = text_name(u_commands, command);
    text_put(t, "Unnumbered, ");
    if (name != NULL)
        text_put(t, name);
    else
        text_put_hex_width(t, "", command, 2);
    put_flags_and_len(t, llc, U_POLL, len);
    *ret_known = command == XID && next.len == 0;
    if (command != XID || next.len == 0 || (next.bytes.len > 0 && pkt_u8(next.bytes, 0) != XID_FORMAT))
        return;
    *ret_known = true;
    if (next.bytes.len < 3 || next.len < 3) {
        text_mark(t, "llc");
        text_dump_hex_ascii(t, next.bytes, "\n\t");
        return;
    }
    text_put_hex_width(t, ": ", pkt_u8(next.bytes, 1), 2);
    text_put_hex_width(t, " ", pkt_u8(next.bytes, 2), 2);
}

static void put_numbered(struct text *t, const struct llc *llc, uint32_t len, bool *ret_known)
{
    static const char *const supervisory[] = {"Receiver Ready", "Receiver not Ready", "Reject", "?"};
    *ret_known = (llc->control & U_FRAME) == S_FRAME;
    if (*ret_known) {
        text_put(t, "Supervisory, ");
        text_put(t, supervisory[llc->control >> 2 & 3]);
    } else {
        text_put_u32(t, "Information, send seq ", llc->control >> 1 & 0x7f);
    }
    text_put_u32(t, ", rcv seq ", llc->control >> 9);
    put_flags_and_len(t, llc, IS_POLL, len);
}

static const char *pid_name(uint32_t oui, uint16_t pid)
{
    static const struct {
        uint32_t oui;
        const struct text_name *names;
    } tables[] = {
        {OUI_ETHERNET,      text_ethertypes  },
        {OUI_CISCO_BRIDGED, text_ethertypes  },
        {OUI_APPLETALK,     text_ethertypes  },
        {OUI_CISCO,         text_cisco_pids  },
        {OUI_BRIDGED,       text_bridged_pids},
    };
    const char *name = NULL;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (tables[i].oui == oui)
            name = text_name(tables[i].names, pid);
    return name != NULL ? name : "Unknown";
}

static void put_organisation(struct text *t, uint32_t oui)
{
    const char *name = text_name(text_ouis, oui);
    text_put(t, "oui ");
    text_put(t, name != NULL ? name : "Unknown");
    text_put_hex_width(t, " (0x", oui, 6);
    text_put(t, "), ");
}

static void put_snap(struct text *t, uint32_t oui, uint16_t pid, bool organisation, uint32_t len)
{
    if (organisation)
        put_organisation(t, oui);
    text_put(t, oui == OUI_ETHERNET ? "ethertype " : "pid ");
    text_put(t, pid_name(oui, pid));
    text_put_hex_width(t, " (0x", pid, 4);
    text_put_u32(t, "), length ", len);
    text_put(t, ": ");
}

static bool put_snap_payload(struct text *t, struct text_at next, uint32_t oui, uint16_t pid, bool *ret_known)
{
    uint32_t ignored;
    *ret_known = false;
    if (oui == OUI_ETHERNET || oui == OUI_CISCO_BRIDGED)
        return text_ethertype(t, next, pid, ret_known);
    if (oui != OUI_BRIDGED || (pid != 0x0001 && pid != 0x0007))
        return true;
    *ret_known = true;
    if (next.bytes.len < BRIDGE_PAD) {
        text_mark(t, "snap");
        return true;
    }
    return text_inner_ethernet(t, text_behind(next, BRIDGE_PAD), &ignored);
}

static bool snap(struct text *t, struct text_at at, const struct text_stations *stations, bool *ret_known)
{
    *ret_known = true;
    if (at.bytes.len < SNAP_LEN || at.len < SNAP_LEN) {
        text_mark(t, "snap");
        return true;
    }
    uint32_t oui = pkt_u24(at.bytes, 0);
    uint16_t pid = pkt_u16(at.bytes, 3);
    struct text_at next = text_behind(at, SNAP_LEN);
    next.row = at.row;
    if (t->options->link_header)
        put_snap(t, oui, pid, true, next.len);
    if (!put_snap_payload(t, next, oui, pid, ret_known))
        return false;
    if (*ret_known || t->options->link_header)
        return true;
    if (stations != NULL) {
        pkt_put_mac(t->sink, stations->src);
        text_put(t, " > ");
        pkt_put_mac(t->sink, stations->dst);
        text_put(t, " ");
    }
    text_put(t, "SNAP, ");
    put_snap(t, oui, pid, oui != OUI_ETHERNET, next.len);
    return true;
}

bool text_llc(struct text *t, struct text_at at, const struct text_stations *stations,
              uint32_t *ret_header_len, bool *ret_known)
{
    struct llc llc;
    *ret_known = true;
    if (!read_llc(at, &llc)) {
        *ret_header_len = (uint32_t)at.bytes.len;
        text_mark(t, "llc");
        text_dump_hex_ascii(t, at.bytes, "\n\t");
        return true;
    }
    *ret_header_len = llc.header_len;
    struct text_at next = text_behind(at, llc.header_len);
    if (t->options->link_header)
        put_header(t, &llc);
    if (llc.ssap == SAP_SNAP && llc.dsap == SAP_SNAP && llc.control == UI) {
        *ret_header_len += SNAP_LEN;
        return snap(t, next, stations, ret_known);
    }
    if (llc.ssap == SAP_IP && llc.dsap == SAP_IP && llc.control == UI)
        return text_ipv4(t, next);
    put_stations(t, &llc, stations);
    if (llc.unnumbered)
        put_unnumbered(t, &llc, next, at.len, ret_known);
    else
        put_numbered(t, &llc, at.len, ret_known);
    return true;
}
