/*
 * Checksum states and diagnoses at the end of a line:
 *
 *     {ip ok, udp bad; error udp.checksum (udp at 40: 0x1234, should be 0xabcd)}
 */
#include "text.h"

static bool is_checksum_code(unsigned code)
{
    return code == PKT_D_IPV4_CHECKSUM || code == PKT_D_ICMP_CHECKSUM || code == PKT_D_ICMP6_CHECKSUM ||
           code == PKT_D_IGMP_CHECKSUM || code == PKT_D_UDP_CHECKSUM || code == PKT_D_TCP_CHECKSUM ||
           code == PKT_D_GRE_CHECKSUM || code == PKT_D_ICMP_EXT_CHECKSUM || code == PKT_D_CHECKSUM_PARTIAL;
}

static void put_need(struct text *t, const struct pkt_diagnosis *d)
{
    if (is_checksum_code(d->code)) {
        text_put_hex_width(t, ": 0x", d->have, 4);
        text_put_hex_width(t, ", should be 0x", d->need, 4);
    } else if (d->need != 0 || d->have != 0) {
        text_put_u32(t, ": need ", d->need);
        text_put_u32(t, ", have ", d->have);
    }
}

static void put_diagnosis(struct text *t, const struct pkt_diagnosis *d)
{
    text_put(t, "; ");
    text_put(t, pkt_severity_name(pkt_diagnosis_severity(d->code)));
    text_put(t, " ");
    text_put(t, pkt_diagnosis_name(d->code));
    text_put(t, " (");
    if (d->layer < t->packet->layer_count) {
        text_put(t, pkt_proto_name(t->packet->layer[d->layer].proto));
        text_put(t, " ");
    }
    text_put_u32(t, "at ", d->off);
    put_need(t, d);
    text_put(t, ")");
}

static void put_checksums(struct text *t)
{
    const char *before = "";
    for (unsigned i = 0; i < t->packet->layer_count; i++) {
        struct pkt_checksum_result result = pkt_checksum_verify(t->packet, i);
        if (result.state == PKT_CHECKSUM_NONE)
            continue;
        text_put(t, before);
        text_put(t, pkt_proto_name(t->packet->layer[i].proto));
        text_put(t, " ");
        text_put(t, pkt_checksum_state_name(result.state));
        before = ", ";
    }
    if (*before == 0)
        text_put(t, "no checksums");
}

void text_diagnoses(struct text *t)
{
    text_put(t, " {");
    put_checksums(t);
    for (unsigned i = 0; i < t->packet->diagnosis_count; i++)
        put_diagnosis(t, &t->packet->diagnosis[i]);
    if (t->packet->diagnoses_lost > 0) {
        text_put_u32(t, "; ", t->packet->diagnoses_lost);
        text_put(t, " more");
    }
    text_put(t, "}");
}
