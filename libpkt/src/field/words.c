/*
 * Names within a layer or list: short names, the words that people type for them, and what may be written.
 */
#include "registry.h"

/* A word for a short name; several rows of one word: each in another kind of message. */
struct field_word {
    uint8_t group;
    struct pkt_field_alias alias;
};

/* After scapy, tcpdump, iproute2 and the RFCs; ordered by group. */
/* clang-format off */
static const struct field_word words[] = {
    {GROUP_VLAN, {"vid", "id"}},
    {GROUP_VLAN, {"vlan", "id"}},
    {GROUP_VLAN, {"prio", "priority"}},
    {GROUP_VLAN, {"pcp", "priority"}},
    {GROUP_VLAN, {"cfi", "dei"}},
    {GROUP_VLAN, {"type", "etype"}},
    {GROUP_LLC, {"ctrl", "control"}},
    {GROUP_LLC, {"code", "pid"}},
    {GROUP_NULL, {"type", "family"}},
    {GROUP_SLL, {"proto", "etype"}},
    {GROUP_SLL, {"proto", "ltype"}},
    {GROUP_SLL, {"protocol", "etype"}},
    {GROUP_SLL, {"protocol", "ltype"}},
    {GROUP_SLL, {"src", "src_eth"}},
    {GROUP_SLL2, {"proto", "etype"}},
    {GROUP_SLL2, {"proto", "ltype"}},
    {GROUP_SLL2, {"protocol", "etype"}},
    {GROUP_SLL2, {"protocol", "ltype"}},
    {GROUP_SLL2, {"src", "src_eth"}},
    {GROUP_PPP, {"proto", "protocol"}},
    {GROUP_ARP, {"op", "opcode"}},
    {GROUP_ARP, {"sha", "src_hw_mac"}},
    {GROUP_ARP, {"spa", "src_proto_ipv4"}},
    {GROUP_ARP, {"tha", "dst_hw_mac"}},
    {GROUP_ARP, {"tpa", "dst_proto_ipv4"}},
    {GROUP_ARP, {"hwsrc", "src_hw_mac"}},
    {GROUP_ARP, {"psrc", "src_proto_ipv4"}},
    {GROUP_ARP, {"hwdst", "dst_hw_mac"}},
    {GROUP_ARP, {"pdst", "dst_proto_ipv4"}},
    {GROUP_ARP, {"hwtype", "hw_type"}},
    {GROUP_ARP, {"ptype", "proto_type"}},
    {GROUP_ARP, {"hwlen", "hw_size"}},
    {GROUP_ARP, {"plen", "proto_size"}},
    {GROUP_IPV4, {"tos", "dsfield"}},
    {GROUP_IPV4, {"dscp", "dsfield_dscp"}},
    {GROUP_IPV4, {"ecn", "dsfield_ecn"}},
    {GROUP_IPV4, {"ihl", "hdr_len"}},
    {GROUP_IPV4, {"length", "len"}},
    {GROUP_IPV4, {"df", "flags_df"}},
    {GROUP_IPV4, {"mf", "flags_mf"}},
    {GROUP_IPV4, {"rb", "flags_rb"}},
    {GROUP_IPV4, {"frag", "frag_offset"}},
    {GROUP_IPV4, {"offset", "frag_offset"}},
    {GROUP_IPV4, {"hop_limit", "ttl"}},
    {GROUP_IPV4, {"protocol", "proto"}},
    {GROUP_IPV4, {"chksum", "checksum"}},
    {GROUP_IPV4, {"cksum", "checksum"}},
    {GROUP_IPV4, {"sum", "checksum"}},
    {GROUP_IPV6, {"tc", "tclass"}},
    {GROUP_IPV6, {"tos", "tclass"}},
    {GROUP_IPV6, {"traffic_class", "tclass"}},
    {GROUP_IPV6, {"dscp", "tclass_dscp"}},
    {GROUP_IPV6, {"ecn", "tclass_ecn"}},
    {GROUP_IPV6, {"fl", "flow"}},
    {GROUP_IPV6, {"flowlabel", "flow"}},
    {GROUP_IPV6, {"flow_label", "flow"}},
    {GROUP_IPV6, {"len", "plen"}},
    {GROUP_IPV6, {"length", "plen"}},
    {GROUP_IPV6, {"payload_length", "plen"}},
    {GROUP_IPV6, {"nh", "nxt"}},
    {GROUP_IPV6, {"next_header", "nxt"}},
    {GROUP_IPV6, {"proto", "nxt"}},
    {GROUP_IPV6, {"protocol", "nxt"}},
    {GROUP_IPV6, {"hop_limit", "hlim"}},
    {GROUP_IPV6, {"ttl", "hlim"}},
    {GROUP_HOPOPTS, {"nh", "nxt"}},
    {GROUP_DSTOPTS, {"nh", "nxt"}},
    {GROUP_ROUTING, {"nh", "nxt"}},
    {GROUP_ROUTING, {"home_address", "mipv6_home_address"}},
    {GROUP_ROUTING, {"last_entry", "srh_last_entry"}},
    {GROUP_ROUTING, {"flags", "srh_flags"}},
    {GROUP_ROUTING, {"tag", "srh_tag"}},
    {GROUP_ROUTING, {"segments_left", "segleft"}},
    {GROUP_FRAGMENT, {"nh", "nxt"}},
    {GROUP_FRAGMENT, {"id", "ident"}},
    {GROUP_FRAGMENT, {"m", "more"}},
    {GROUP_FRAGMENT, {"mf", "more"}},
    {GROUP_ROUTING_ADDRESS, {"addr", "src_addr"}},
    {GROUP_ROUTING_SEGMENT, {"addr", "srh_addr"}},
    {GROUP_AH, {"nh", "next_header"}},
    {GROUP_AH, {"nxt", "next_header"}},
    {GROUP_AH, {"seq", "sequence"}},
    {GROUP_ESP, {"seq", "sequence"}},
    {GROUP_ICMP, {"id", "ident"}},
    {GROUP_ICMP, {"sequence", "seq"}},
    {GROUP_ICMP, {"gw", "redir_gw"}},
    {GROUP_ICMP, {"gateway", "redir_gw"}},
    {GROUP_ICMP, {"ptr", "pointer"}},
    {GROUP_ICMP, {"mask", "address_mask"}},
    {GROUP_ICMP, {"addr_mask", "address_mask"}},
    {GROUP_ICMP, {"originate", "originate_timestamp"}},
    {GROUP_ICMP, {"receive", "receive_timestamp"}},
    {GROUP_ICMP, {"transmit", "transmit_timestamp"}},
    {GROUP_ICMP, {"seq", "ext_echo_seq"}},
    {GROUP_ICMP, {"local", "ext_echo_req_local"}},
    {GROUP_ICMP, {"state", "ext_echo_rsp_state"}},
    {GROUP_ICMP, {"active", "ext_echo_rsp_active"}},
    {GROUP_ICMP, {"chksum", "checksum"}},
    {GROUP_ICMP, {"cksum", "checksum"}},
    {GROUP_ICMP, {"sum", "checksum"}},
    {GROUP_ICMP_ROUTER, {"address", "router_address"}},
    {GROUP_ICMP_ROUTER, {"addr", "router_address"}},
    {GROUP_ICMP_ROUTER, {"preference", "pref_level"}},
    {GROUP_ICMP_MPLS, {"tc", "mpls_exp"}},
    {GROUP_ICMP6, {"id", "echo_identifier"}},
    {GROUP_ICMP6, {"ident", "echo_identifier"}},
    {GROUP_ICMP6, {"seq", "echo_sequence_number"}},
    {GROUP_ICMP6, {"seq", "ext_echo_seq"}},
    {GROUP_ICMP6, {"local", "ext_echo_req_local"}},
    {GROUP_ICMP6, {"state", "ext_echo_rsp_state"}},
    {GROUP_ICMP6, {"active", "ext_echo_rsp_active"}},
    {GROUP_ICMP6, {"ptr", "pointer"}},
    {GROUP_ICMP6, {"hlim", "nd_ra_cur_hop_limit"}},
    {GROUP_ICMP6, {"hop_limit", "nd_ra_cur_hop_limit"}},
    {GROUP_ICMP6, {"managed", "nd_ra_flag_m"}},
    {GROUP_ICMP6, {"other", "nd_ra_flag_o"}},
    {GROUP_ICMP6, {"preference", "nd_ra_flag_prf"}},
    {GROUP_ICMP6, {"lifetime", "nd_ra_router_lifetime"}},
    {GROUP_ICMP6, {"router_lifetime", "nd_ra_router_lifetime"}},
    {GROUP_ICMP6, {"reachable_time", "nd_ra_reachable_time"}},
    {GROUP_ICMP6, {"retrans_timer", "nd_ra_retrans_timer"}},
    {GROUP_ICMP6, {"target", "nd_ns_target_address"}},
    {GROUP_ICMP6, {"target", "nd_na_target_address"}},
    {GROUP_ICMP6, {"target", "nd_rd_target_address"}},
    {GROUP_ICMP6, {"dst", "rd_na_destination_address"}},
    {GROUP_ICMP6, {"destination", "rd_na_destination_address"}},
    {GROUP_ICMP6, {"router", "nd_na_flag_r"}},
    {GROUP_ICMP6, {"solicited", "nd_na_flag_s"}},
    {GROUP_ICMP6, {"override", "nd_na_flag_o"}},
    {GROUP_ICMP6, {"group", "mld_multicast_address"}},
    {GROUP_ICMP6, {"maddr", "mld_multicast_address"}},
    {GROUP_ICMP6, {"max_delay", "mld_maximum_response_delay"}},
    {GROUP_ICMP6, {"max_resp_code", "mld_maximum_response_code_raw"}},
    {GROUP_ICMP6, {"s", "mld_flag_s"}},
    {GROUP_ICMP6, {"qrv", "mld_flag_qrv"}},
    {GROUP_ICMP6, {"qqic", "mld_qqic"}},
    {GROUP_ICMP6, {"num_src", "mld_nb_sources"}},
    {GROUP_ICMP6, {"num_grp_recs", "mldr_nb_mcast_records"}},
    {GROUP_ICMP6, {"chksum", "checksum"}},
    {GROUP_ICMP6, {"cksum", "checksum"}},
    {GROUP_ICMP6, {"sum", "checksum"}},
    {GROUP_ND_OPTION, {"len", "opt_length"}},
    {GROUP_ND_OPTION, {"lladdr", "opt_linkaddr"}},
    {GROUP_ND_OPTION, {"prefixlen", "opt_prefix_length"}},
    {GROUP_ND_OPTION, {"l", "opt_prefix_flag_l"}},
    {GROUP_ND_OPTION, {"a", "opt_prefix_flag_a"}},
    {GROUP_ND_OPTION, {"valid", "opt_prefix_valid_lifetime"}},
    {GROUP_ND_OPTION, {"preferred", "opt_prefix_preferred_lifetime"}},
    {GROUP_ND_OPTION, {"lifetime", "opt_route_lifetime"}},
    {GROUP_ND_OPTION, {"lifetime", "opt_rdnss_lifetime"}},
    {GROUP_ND_OPTION, {"lifetime", "opt_dnssl_lifetime"}},
    {GROUP_ND_OPTION, {"preference", "opt_route_info_flag_route_preference"}},
    {GROUP_ND_SERVER, {"addr", "opt_rdnss"}},
    {GROUP_MLD_SOURCE, {"addr", "mld_source_address"}},
    {GROUP_MLD_SOURCE, {"saddr", "mld_source_address"}},
    {GROUP_MLD_RECORD, {"type", "mldr_mar_record_type"}},
    {GROUP_MLD_RECORD, {"group", "mldr_mar_multicast_address"}},
    {GROUP_MLD_RECORD, {"maddr", "mldr_mar_multicast_address"}},
    {GROUP_MLD_RECORD, {"num_src", "mldr_mar_nb_sources"}},
    {GROUP_MLD_RECORD_SOURCE, {"addr", "mldr_mar_source_address"}},
    {GROUP_MLD_RECORD_SOURCE, {"saddr", "mldr_mar_source_address"}},
    {GROUP_IGMP, {"code", "max_resp_code"}},
    {GROUP_IGMP, {"mrcode", "max_resp_code"}},
    {GROUP_IGMP, {"group", "maddr"}},
    {GROUP_IGMP, {"gaddr", "maddr"}},
    {GROUP_IGMP, {"numsrc", "num_src"}},
    {GROUP_IGMP, {"numgrp", "num_grp_recs"}},
    {GROUP_IGMP, {"chksum", "checksum"}},
    {GROUP_IGMP, {"cksum", "checksum"}},
    {GROUP_IGMP, {"sum", "checksum"}},
    {GROUP_IGMP_SOURCE, {"addr", "saddr"}},
    {GROUP_IGMP_RECORD, {"type", "record_type"}},
    {GROUP_IGMP_RECORD, {"rtype", "record_type"}},
    {GROUP_IGMP_RECORD, {"group", "maddr"}},
    {GROUP_IGMP_RECORD, {"numsrc", "num_src"}},
    {GROUP_UDP, {"sport", "srcport"}},
    {GROUP_UDP, {"src", "srcport"}},
    {GROUP_UDP, {"dport", "dstport"}},
    {GROUP_UDP, {"dst", "dstport"}},
    {GROUP_UDP, {"len", "length"}},
    {GROUP_UDP, {"chksum", "checksum"}},
    {GROUP_UDP, {"cksum", "checksum"}},
    {GROUP_UDP, {"sum", "checksum"}},
    {GROUP_TCP, {"sport", "srcport"}},
    {GROUP_TCP, {"src", "srcport"}},
    {GROUP_TCP, {"dport", "dstport"}},
    {GROUP_TCP, {"dst", "dstport"}},
    {GROUP_TCP, {"seq", "seq_raw"}},
    {GROUP_TCP, {"ack", "ack_raw"}},
    {GROUP_TCP, {"doff", "hdr_len"}},
    {GROUP_TCP, {"offset", "hdr_len"}},
    {GROUP_TCP, {"window", "window_size_value"}},
    {GROUP_TCP, {"win", "window_size_value"}},
    {GROUP_TCP, {"urgptr", "urgent_pointer"}},
    {GROUP_TCP, {"urp", "urgent_pointer"}},
    {GROUP_TCP, {"ae", "flags_ae"}},
    {GROUP_TCP, {"cwr", "flags_cwr"}},
    {GROUP_TCP, {"ece", "flags_ece"}},
    {GROUP_TCP, {"urg", "flags_urg"}},
    {GROUP_TCP, {"push", "flags_push"}},
    {GROUP_TCP, {"psh", "flags_push"}},
    {GROUP_TCP, {"reset", "flags_reset"}},
    {GROUP_TCP, {"rst", "flags_reset"}},
    {GROUP_TCP, {"syn", "flags_syn"}},
    {GROUP_TCP, {"fin", "flags_fin"}},
    {GROUP_TCP, {"chksum", "checksum"}},
    {GROUP_TCP, {"cksum", "checksum"}},
    {GROUP_TCP, {"sum", "checksum"}},
    {GROUP_TCP_OPTION, {"kind", "option_kind"}},
    {GROUP_TCP_OPTION, {"len", "option_len"}},
    {GROUP_TCP_OPTION, {"mss", "options_mss_val"}},
    {GROUP_TCP_OPTION, {"wscale", "options_wscale_shift"}},
    {GROUP_TCP_OPTION, {"tsval", "options_timestamp_tsval"}},
    {GROUP_TCP_OPTION, {"tsecr", "options_timestamp_tsecr"}},
    {GROUP_TCP_OPTION, {"cookie", "options_tfo_cookie"}},
    {GROUP_TCP_SACK, {"left", "options_sack_le"}},
    {GROUP_TCP_SACK, {"right", "options_sack_re"}},
    {GROUP_GRE, {"seq", "sequence_number"}},
    {GROUP_GRE, {"ack", "ack_number"}},
    {GROUP_GRE, {"protocol", "proto"}},
    {GROUP_GRE, {"version", "flags_version"}},
    {GROUP_GRE, {"chksum", "checksum"}},
    {GROUP_GRE, {"cksum", "checksum"}},
    {GROUP_GRE, {"sum", "checksum"}},
    {GROUP_VXLAN, {"id", "vni"}},
    {GROUP_VXLAN, {"group", "gbp"}},
};

/* What every short name of a list's items begins with, and nobody types. */
static const struct {
    uint8_t group;
    const char *prefix;
} prefixes[] = {
    {GROUP_IPV4_OPTION, "opt_"},
    {GROUP_IPV4_STAMP, "opt_"},
    {GROUP_IPV4_ADDRESS_STAMP, "opt_"},
    {GROUP_IPV6_OPTION, "opt_"},
    {GROUP_ICMP_EXTENSION, "ext_"},
    {GROUP_ICMP_OBJECT, "ext_"},
    {GROUP_ICMP_MPLS, "mpls_"},
    {GROUP_ND_OPTION, "opt_"},
    {GROUP_MLD_RECORD, "mldr_mar_"},
    {GROUP_TCP_OPTION, "options_"},
};
/* clang-format on */

enum {
    WORD_COUNT = sizeof words / sizeof *words,
    PREFIX_COUNT = sizeof prefixes / sizeof *prefixes,
};

/* Whether a name typed by somebody is the short name key: dots and hyphens are as good as underscores. */
static bool is_typed(const char *name, size_t len, const char *key, size_t key_len)
{
    if (len != key_len)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool is_mark = name[i] == '.' || name[i] == '-';
        if (name[i] != key[i] && !(is_mark && key[i] == '_'))
            return false;
    }
    return true;
}

/* --- lists --- */

/* The list of a group by its name, which ends at a dot or zero; NULL when there is none. */
static const struct field_list *find_list(uint8_t group, const char *name, size_t len)
{
    for (unsigned i = 0; i < field_groups[group]->list_count; i++) {
        const struct field_list *list = &field_groups[group]->lists[i];
        if (list->key_len == len + 4 && strncmp(list->key + 2, name, len) == 0)
            return list;
    }
    return NULL;
}

uint8_t field_group_find(uint8_t proto, const char *list)
{
    uint8_t group = field_group_of(proto);
    while (list != NULL && group != GROUP_NONE) {
        const char *dot = strchr(list, '.');
        size_t len = dot == NULL ? strlen(list) : (size_t)(dot - list);
        const struct field_list *found = find_list(group, list, len);
        group = found == NULL ? GROUP_NONE : found->group;
        list = dot == NULL ? NULL : dot + 1;
    }
    return group;
}

const char *pkt_field_list_at(enum pkt_proto proto, const char *list, unsigned index, size_t *ret_len)
{
    uint8_t group = field_group_find((uint8_t)proto, list);
    if (group == GROUP_NONE || index >= field_groups[group]->list_count)
        return NULL;
    const struct field_list *found = &field_groups[group]->lists[index];
    *ret_len = found->key_len - 4U; /* as pkt_field_short_name */
    return found->key + 2;
}

/* --- names --- */

/* Adds the rows of a group whose short name is prefix and name. */
static void add_rows(uint8_t group, const char *prefix, const char *name, size_t len,
                     struct pkt_field_ref *ref)
{
    size_t prefix_len = strlen(prefix);
    for (unsigned i = 0; i < field_groups[group]->row_count; i++) {
        const struct pkt_field *row = &field_groups[group]->rows[i];
        size_t key_len;
        const char *key = pkt_field_short_name(row, &key_len);
        bool fits = key_len > prefix_len && strncmp(key, prefix, prefix_len) == 0 &&
                    is_typed(name, len, key + prefix_len, key_len - prefix_len);
        if (!fits || ref->place_count == PKT_FIELD_MAX_PLACES)
            continue;
        if (ref->place_count == 0)
            ref->field = row;
        ref->place[ref->place_count].group = group;
        ref->place[ref->place_count++].row = (uint8_t)i;
    }
}

static void add_words(uint8_t group, const char *name, size_t len, struct pkt_field_ref *ref)
{
    for (unsigned i = 0; i < WORD_COUNT; i++)
        if (words[i].group == group &&
            is_typed(name, len, words[i].alias.alias, strlen(words[i].alias.alias)))
            add_rows(group, "", words[i].alias.name, strlen(words[i].alias.name), ref);
}

static void add_prefixed(uint8_t group, const char *name, size_t len, struct pkt_field_ref *ref)
{
    for (unsigned i = 0; i < PREFIX_COUNT; i++)
        if (prefixes[i].group == group)
            add_rows(group, prefixes[i].prefix, name, len, ref);
}

bool pkt_field_find_short(enum pkt_proto proto, const char *list, const char *name, size_t len,
                          struct pkt_field_ref *ret_ref)
{
    struct pkt_field_ref ref = {.place_count = 0};
    uint8_t group = field_group_find((uint8_t)proto, list);
    if (group == GROUP_NONE)
        return false;
    add_rows(group, "", name, len, &ref);
    /* A word also reaches the rows of other kinds of messages: icmp "seq" is that of both echoes. */
    add_words(group, name, len, &ref);
    if (ref.place_count == 0)
        add_prefixed(group, name, len, &ref);
    if (ref.place_count == 0)
        return false;
    field_add_ways(&ref);
    *ret_ref = ref;
    return true;
}

/* Whether a row of the group before this one has its short name. */
static bool came_before(uint8_t group, unsigned row)
{
    const struct pkt_field *rows = field_groups[group]->rows;
    for (unsigned i = 0; i < row; i++)
        if (pkt_field_is_writable(&rows[i]) && strcmp(rows[i].key, rows[row].key) == 0)
            return true;
    return false;
}

const struct pkt_field *pkt_field_writable_at(enum pkt_proto proto, const char *list, unsigned index)
{
    uint8_t group = field_group_find((uint8_t)proto, list);
    if (group == GROUP_NONE)
        return NULL;
    for (unsigned i = 0; i < field_groups[group]->row_count; i++) {
        const struct pkt_field *row = &field_groups[group]->rows[i];
        if (pkt_field_is_writable(row) && !came_before(group, i) && index-- == 0)
            return row;
    }
    return NULL;
}

const struct pkt_field_alias *pkt_field_word_at(enum pkt_proto proto, const char *list, unsigned index)
{
    uint8_t group = field_group_find((uint8_t)proto, list);
    for (unsigned i = 0; i < WORD_COUNT; i++)
        if (words[i].group == group && index-- == 0)
            return &words[i].alias;
    return NULL;
}
