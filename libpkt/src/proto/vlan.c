/*
 * 802.1Q and 802.1ad tags: the 4 bytes behind the TPID (IEEE 802.1Q 9.6)
 *
 *      0   3 4            16              32
 *     +---+-+--------------+---------------+
 *     |PCP|D| VLAN id      | type / length |
 *     +---+-+--------------+---------------+
 */
#include "build.h"
#include "demux.h"
#include "pkt/link.h"

enum {
    VLAN_LEN = 4,
    VLAN_ID_RESERVED = 4095,
};

bool pkt_as_vlan(const struct pkt_packet *packet, unsigned layer, struct pkt_vlan *ret_vlan)
{
    if (layer >= packet->layer_count || packet->layer[layer].proto != PKT_PROTO_VLAN)
        return false;
    ret_vlan->header = pkt_layer_header(packet, layer);
    ret_vlan->tpid = layer > 0 ? packet->layer[layer - 1].next : PKT_ETHERTYPE_VLAN;
    return ret_vlan->header.len != 0;
}

enum pkt_proto pkt_vlan_decode(struct pkt_decoder *d)
{
    struct pkt_vlan vlan = {.tpid = d->next};
    struct pkt_layer *row = pkt_decode_head(d, PKT_PROTO_VLAN, VLAN_LEN, &vlan.header);
    if (row == NULL)
        return PKT_PROTO_NONE;
    return pkt_decode_type_length(d, row, pkt_vlan_type(vlan));
}

void pkt_vlan_rules(struct pkt_packet *packet, unsigned layer)
{
    struct pkt_vlan vlan;
    if (pkt_as_vlan(packet, layer, &vlan) && pkt_vlan_id(vlan) == VLAN_ID_RESERVED)
        pkt_rule_broken(packet, layer, PKT_D_VLAN_RESERVED_ID, 0, 0, VLAN_ID_RESERVED);
}

/* --- building --- */

enum {
    VLAN_TYPE = 2,
    VLAN_ID_MAX = 0x0fff,
    VLAN_PRIORITY_MAX = 7,
};

const struct pkt_build_automatic pkt_vlan_automatic[] = {
    {PKT_BUILD_NEXT, 16, 16, PKT_BUILD_ANY_TYPE},
    {0,              0,  0,  0                 },
};

/* The EtherType that ends the header of a row, as a field that finish fills; NULL when it has none. */
static const struct pkt_build_automatic *ethertype_of(const struct pkt_build_row *row)
{
    static const bool has_ethertype[PKT_PROTO_COUNT] = {
        [PKT_PROTO_ETHERNET] = true, [PKT_PROTO_VLAN] = true, [PKT_PROTO_LLC] = true,
        [PKT_PROTO_SLL] = true,      [PKT_PROTO_SLL2] = true, [PKT_PROTO_GRE] = true,
    };
    const struct pkt_build_automatic *field = pkt_builders[row->proto].automatic;
    if (!has_ethertype[row->proto])
        return NULL;
    while (field->kind != PKT_BUILD_NEXT)
        field++;
    bool has_field = field->type == PKT_BUILD_ANY_TYPE || field->type == row->type; /* LLC without SNAP: no */
    return has_field ? field : NULL;
}

/* The type of the layer before is this tag's TPID, unless it was written by hand. */
static void announce(struct pkt_build *build, uint16_t tpid)
{
    unsigned before = pkt_build_last(build);
    const struct pkt_build_automatic *type = build->count == 0 ? NULL : ethertype_of(&build->row[before]);
    if (type == NULL)
        pkt_build_fail(build, PKT_BUILD_E_ORDER);
    else if (pkt_build_fills(build, before, PKT_BUILD_NEXT))
        pkt_build_set_bits(build, before, type->bit_off, type->bit_len, tpid);
}

void pkt_build_vlan(struct pkt_build *build, const struct pkt_vlan_spec *spec)
{
    static const struct pkt_vlan_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    announce(build, spec->tpid == 0 ? PKT_ETHERTYPE_VLAN : spec->tpid);
    if (spec->id > VLAN_ID_MAX || spec->priority > VLAN_PRIORITY_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    struct pkt_room tag = pkt_build_begin(build, PKT_PROTO_VLAN, VLAN_LEN);
    pkt_set_u16(tag, 0, (uint16_t)(spec->priority << 13 | spec->dei << 12 | spec->id));
    pkt_set_u16(tag, VLAN_TYPE, spec->type);
    if (spec->type != 0)
        build->row[pkt_build_last(build)].fixed |= PKT_BUILD_NEXT;
}

void pkt_vlan_finish(struct pkt_build *build, unsigned row)
{
    pkt_build_type_length(build, row, VLAN_TYPE);
}
