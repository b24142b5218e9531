/*
 * What the rules of IGMP and MLD share (RFC 9776, RFC 9777).
 */
#include "multicast_rules.h"
#include "pkt/link.h"

enum {
    RECORD_AUX = 1,
    RECORD_COUNT = 2,
    RECORDS_OFF = 8, /* where the records of a report start, in both families */
};

static bool applies(const struct pkt_message_rule *rule, const struct pkt_message_case *c)
{
    return (rule->kinds & c->kind) != 0 && c->captured >= rule->reach;
}

void pkt_message_rules(struct pkt_packet *packet, unsigned layer, const struct pkt_message_case *c,
                       const struct pkt_message_rule *rules, unsigned rule_count)
{
    struct pkt_breach breach;
    uint16_t told = PKT_D_NONE;
    for (const struct pkt_message_rule *rule = rules; rule < rules + rule_count; rule++) {
        if (rule->code == told || !applies(rule, c) || !rule->is_broken(c, &breach))
            continue;
        told = rule->code;
        pkt_rule_broken(packet, rule->in_header ? c->network : layer, told, breach.off, breach.need,
                        breach.have);
    }
}

uint16_t pkt_record_fault(const struct pkt_group_record *record, const struct pkt_record_rule *rules,
                          unsigned rule_count)
{
    struct pkt_breach breach;
    for (unsigned i = 0; i < rule_count; i++)
        if (rules[i].is_broken(record, &breach))
            return rules[i].code;
    return PKT_D_NONE;
}

bool pkt_record_type_unknown(const struct pkt_group_record *record, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){0, PKT_RECORD_BLOCK, record->type};
    return record->type < PKT_RECORD_IS_IN || record->type > PKT_RECORD_BLOCK;
}

bool pkt_record_has_aux(const struct pkt_group_record *record, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){RECORD_AUX, 0, record->aux_words};
    return record->aux_words != 0;
}

/* TO_IN without sources is a leave, IS_EX and TO_EX are a join; the others say nothing (RFC 9776 5.1, 5.2).
 */
bool pkt_record_lacks_sources(const struct pkt_group_record *record, struct pkt_breach *ret_breach)
{
    *ret_breach = (struct pkt_breach){RECORD_COUNT, 1, record->source_count};
    uint8_t type = record->type;
    bool lists = type == PKT_RECORD_IS_IN || type == PKT_RECORD_ALLOW || type == PKT_RECORD_BLOCK;
    return lists && record->source_count == 0;
}

bool pkt_record_excludes(const struct pkt_group_record *record)
{
    return record->type == PKT_RECORD_IS_EX || record->type == PKT_RECORD_TO_EX;
}

/* The rules that one record breaks are added to the set of those told already. */
static uint32_t judge_record(struct pkt_packet *packet, unsigned layer, const struct pkt_group_record *record,
                             uint32_t off, const struct pkt_record_rule *rules, unsigned rule_count,
                             uint32_t told)
{
    struct pkt_breach breach;
    for (unsigned i = 0; i < rule_count; i++) {
        if ((told & 1U << i) != 0 || !rules[i].is_broken(record, &breach))
            continue;
        pkt_rule_broken(packet, layer, rules[i].code, off + breach.off, breach.need, breach.have);
        told |= 1U << i;
    }
    return told;
}

void pkt_record_rules(struct pkt_packet *packet, unsigned layer, struct pkt_list records,
                      unsigned address_len, const struct pkt_record_rule *rules, unsigned rule_count,
                      uint16_t trailing_code)
{
    struct pkt_option item;
    struct pkt_group_record record;
    uint32_t told = 0;
    while (pkt_option_next(&records, &item)) {
        pkt_group_record(&item, address_len, &record);
        told =
            judge_record(packet, layer, &record, RECORDS_OFF + (uint32_t)item.off, rules, rule_count, told);
    }
    uint32_t off = RECORDS_OFF + (uint32_t)records.off;
    if (records.stop != PKT_D_NONE && records.stop != PKT_D_CAP_TRUNCATED)
        pkt_rule_broken(packet, layer, records.stop, off, records.need, records.have);
    else if (records.stop == PKT_D_NONE && trailing_code != 0 && records.off < records.area_len)
        pkt_rule_broken(packet, layer, trailing_code, off, 0, (uint32_t)(records.area_len - records.off));
}

/* The Ethernet row right above a network layer, VLAN tags and SNAP aside; -1: another link, or a tunnel. */
static int ethernet_above(const struct pkt_packet *packet, unsigned network)
{
    for (int i = (int)network - 1; i >= 0; i--) {
        uint8_t proto = packet->layer[i].proto;
        if (proto == PKT_PROTO_ETHERNET)
            return i;
        if (proto != PKT_PROTO_VLAN && proto != PKT_PROTO_LLC)
            return -1;
    }
    return -1;
}

bool pkt_mac_group_differs(const struct pkt_packet *packet, unsigned network, struct pkt_mac mapped)
{
    struct pkt_ethernet ethernet;
    int row = ethernet_above(packet, network);
    if (row < 0 || !pkt_as_ethernet(packet, (unsigned)row, &ethernet))
        return false;
    struct pkt_mac dst = pkt_ethernet_dst(ethernet);
    return pkt_mac_is_group(dst) && !pkt_mac_equal(dst, mapped);
}

bool pkt_is_whole_message(const struct pkt_packet *packet, unsigned layer, unsigned network)
{
    uint16_t flags = packet->layer[layer].flags;
    bool clipped = (packet->layer[network].flags & PKT_LAYER_CLIPPED) != 0;
    return (flags & (PKT_LAYER_QUOTED | PKT_LAYER_FRAGMENT)) == 0 && !clipped;
}
