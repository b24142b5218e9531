/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layers: their words, options and how each is put. A new one is a row here.
 */
#include "language.h"

#include "pkt/icmp_build.h"
#include "pkt/igmp_build.h"
#include "pkt/link.h"
#include "pkt/linktype.h"
#include "pkt/nd_build.h"
#include "pkt/transport.h"

enum {
    PORT_SOURCE = 40000,
    PORT_UDP = 9, /* discard (RFC 863) */
    PORT_TCP = 80,
    PAD_DEFAULT = 60,
    IGMP_RESPONSE_GENERAL = 100, /* tenths of a second (RFC 2236 8.3) */
    IGMP_RESPONSE_SPECIFIC = 10,
    FIRST_ID = 1, /* of an echo, a tag, a tunnel */
};

/* --- link layers --- */

/* The header that a frame carries behind its tags. */
static const struct layer *carried(struct maker *maker, const struct layer *layer)
{
    do
        layer = maker_behind(maker, layer, 1);
    while (layer != NULL && (layer->proto == PKT_PROTO_VLAN || layer->proto == PKT_PROTO_LLC));
    return layer;
}

static const struct pkt_mac broadcast = {
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
};

/* An ARP reply goes to who asked, everything else to all. */
static struct pkt_mac arp_destination(const struct layer *arp)
{
    const struct slot *target = layer_value(arp, "arp.dst.hw_mac");
    struct pkt_mac mac = target == NULL ? (struct pkt_mac){{0}} : pkt_mac_at(target->bytes, 0);
    bool is_known = (mac.byte[0] | mac.byte[1] | mac.byte[2] | mac.byte[3] | mac.byte[4] | mac.byte[5]) != 0;
    return is_known ? mac : broadcast;
}

static struct pkt_mac mac_for(const struct maker *maker, const struct layer *network)
{
    bool is_own = network == maker->first_network && maker->has_path;
    if (network == NULL)
        return default_mac_destination;
    if (network->proto == PKT_PROTO_ARP)
        return arp_destination(network);
    if (network->proto == PKT_PROTO_IPV4 && pkt_ip4_is_multicast(network->destination.ip4))
        return pkt_mac_of_ip4_group(network->destination.ip4);
    if (network->proto == PKT_PROTO_IPV4 && pkt_ip4_is_broadcast(network->destination.ip4))
        return broadcast;
    if (network->proto == PKT_PROTO_IPV6 && pkt_ip6_is_multicast(network->destination.ip6))
        return pkt_mac_of_ip6_group(network->destination.ip6);
    return is_own ? maker->path.next_hop_mac : default_mac_destination;
}

/* The interface's address, for the packet's own headers; zero where the interface has none (loopback). */
static struct pkt_mac own_mac(const struct maker *maker, bool is_own)
{
    return is_own && maker->has_path ? maker->path.mac : default_mac_source;
}

static void put_ethernet(struct maker *maker, struct layer *layer)
{
    const struct layer *network = carried(maker, layer);
    bool is_own = layer == maker->line->layer;
    bool is_given = layer_value(layer, "eth.dst") != NULL && layer_value(layer, "eth.src") != NULL;
    if (is_own && !is_given && network != NULL && network == maker->first_network)
        maker_need_path(maker, layer);
    pkt_build_ethernet(&maker->build, &(struct pkt_ethernet_spec){.dst = mac_for(maker, network),
                                                                  .src = own_mac(maker, is_own)});
}

static void put_llc(struct maker *maker, struct layer *layer)
{
    (void)layer;
    pkt_build_llc(&maker->build, NULL);
}

static void put_null(struct maker *maker, struct layer *layer)
{
    pkt_build_null(&maker->build,
                   &(struct pkt_null_spec){.loop = layer->kind->linktype == PKT_LINKTYPE_LOOP});
}

static void put_sll(struct maker *maker, struct layer *layer)
{
    struct pkt_sll_spec spec = {.address =
                                    pkt_view_make(default_mac_source.byte, sizeof default_mac_source.byte)};
    if (layer->proto == PKT_PROTO_SLL2)
        pkt_build_sll2(&maker->build, &spec);
    else
        pkt_build_sll(&maker->build, &spec);
}

static void put_ppp(struct maker *maker, struct layer *layer)
{
    (void)layer;
    pkt_build_ppp(&maker->build, NULL);
}

static void put_vlan(struct maker *maker, struct layer *layer)
{
    bool is_outer =
        maker_behind(maker, layer, 1) != NULL && maker_behind(maker, layer, 1)->proto == PKT_PROTO_VLAN;
    (void)is_outer;
    pkt_build_vlan(&maker->build, &(struct pkt_vlan_spec){.id = FIRST_ID});
}

static void put_arp(struct maker *maker, struct layer *layer)
{
    struct pkt_mac own = own_mac(maker, layer == maker->first_network);
    struct pkt_arp_spec spec = {
        .operation = (uint16_t)layer_type(layer),
        .sender_hardware = pkt_view_make(own.byte, sizeof own.byte),
        .sender_protocol = pkt_view_make(layer->source.ip4.byte, sizeof layer->source.ip4.byte),
        .target_protocol = pkt_view_make(layer->destination.ip4.byte, sizeof layer->destination.ip4.byte),
    };
    pkt_build_arp(&maker->build, &spec);
}

/* --- network --- */

static void put_ip4(struct maker *maker, struct layer *layer)
{
    struct pkt_ipv4_spec spec = {.ttl = 0};
    bool wants_alert = envelope_ip4(maker, layer, &spec);
    spec.src = layer->source.ip4;
    spec.dst = layer->destination.ip4;
    pkt_build_ipv4(&maker->build, &spec);
    if (wants_alert && layer->options == NULL)
        pkt_build_ipv4_router_alert(&maker->build, 0);
}

static void put_ip6(struct maker *maker, struct layer *layer)
{
    struct pkt_ipv6_spec spec = {.hop_limit = 0};
    (void)envelope_ip6(maker, layer, &spec);
    spec.src = layer->source.ip6;
    spec.dst = layer->destination.ip6;
    pkt_build_ipv6(&maker->build, &spec);
}

static void put_hopopts(struct maker *maker, struct layer *layer)
{
    pkt_build_ipv6_hopopts(&maker->build);
    if (layer->is_inserted)
        pkt_build_ipv6_router_alert(&maker->build, 0);
}

static void put_dstopts(struct maker *maker, struct layer *layer)
{
    (void)layer;
    pkt_build_ipv6_dstopts(&maker->build);
}

/* The next value of a list of addresses. */
static bool next_address(struct slot *slot, uint64_t index, void *ret_address, size_t len)
{
    if (slot == NULL || index >= slot->count)
        return false;
    slot_at(slot, index);
    pkt_copy(slot->bytes, 0, ret_address, len);
    return true;
}

/* Segments (RFC 8754), unless the type says another. */
static void put_routing(struct maker *maker, struct layer *layer)
{
    enum { SEGMENTS = 4 };
    const struct slot *type = layer_value(layer, "ipv6.routing.type");
    struct pkt_ip6 address;
    pkt_build_ipv6_routing(&maker->build, &(struct pkt_ipv6_routing_spec){
                                              .type = type == NULL ? SEGMENTS : (uint8_t)type->number.low});
    for (uint64_t i = 0;
         maker->build.error == 0 && next_address(layer->sources, i, address.byte, sizeof address.byte); i++)
        pkt_build_ipv6_routing_address(&maker->build, address);
}

static void put_fragment_header(struct maker *maker, struct layer *layer)
{
    (void)layer;
    pkt_build_ipv6_fragment(&maker->build, &(struct pkt_ipv6_fragment_spec){.id = FIRST_ID});
}

/* --- transport and tunnels --- */

static void put_udp(struct maker *maker, struct layer *layer)
{
    const struct layer *next = maker_behind(maker, layer, 1);
    bool is_vxlan = next != NULL && next->proto == PKT_PROTO_VXLAN;
    pkt_build_udp(&maker->build,
                  &(struct pkt_udp_spec){.src = PORT_SOURCE, .dst = is_vxlan ? PKT_PORT_VXLAN : PORT_UDP});
}

/* SYN, unless flags were set. */
static void put_tcp(struct maker *maker, struct layer *layer)
{
    bool has_flags = false;
    for (const struct setting *setting = layer->settings; setting != NULL; setting = setting->next)
        has_flags |= strncmp(setting->field.field->name, "tcp.flags", 9) == 0;
    pkt_build_tcp(&maker->build, &(struct pkt_tcp_spec){.src = PORT_SOURCE, .dst = PORT_TCP});
    if (has_flags)
        pkt_build_set_bits(&maker->build, pkt_build_last(&maker->build), 103, 9, 0);
}

/* Its optional fields are there when they are set. */
static void put_gre(struct maker *maker, struct layer *layer)
{
    struct pkt_gre_spec spec = {
        .has_checksum =
            layer_value(layer, "gre.checksum") != NULL || layer_value(layer, "gre.flags.checksum") != NULL,
        .has_key = layer_value(layer, "gre.key") != NULL,
        .has_sequence = layer_value(layer, "gre.sequence_number") != NULL,
    };
    pkt_build_gre(&maker->build, &spec);
}

static void put_vxlan(struct maker *maker, struct layer *layer)
{
    (void)layer;
    pkt_build_vxlan(&maker->build, FIRST_ID);
}

/* --- ICMP --- */

static uint8_t code_of(const struct layer *layer)
{
    return layer->code < 0 ? 0 : (uint8_t)layer->code;
}

static const struct word *message_of_type(const struct layer *layer)
{
    unsigned type = layer_type(layer);
    for (const struct word *word = layer->kind->words; word != NULL && word->name != NULL; word++)
        if (word->role == WORD_MESSAGE && (unsigned)word->type == type)
            return word;
    return NULL;
}

/* Any message: 8 octets of its type, or what its type has. */
static void put_message(struct maker *maker, struct layer *layer)
{
    bool is_typed = false;
    for (const struct setting *setting = layer->settings; setting != NULL; setting = setting->next)
        is_typed |= setting->role == ROLE_TYPE;
    const struct word *message = is_typed                 ? message_of_type(layer)
                                 : layer->message != NULL ? layer->message
                                                          : layer->kind->words;
    if (message != NULL && message->put != NULL) {
        message->put(maker, layer);
        return;
    }
    struct pkt_icmp_spec spec = {.type = (uint8_t)layer_type(layer), .code = code_of(layer)};
    if (layer->proto == PKT_PROTO_ICMP)
        pkt_build_icmp(&maker->build, &spec);
    else if (layer->proto == PKT_PROTO_ICMP6)
        pkt_build_icmp6(&maker->build, &spec);
    else
        pkt_build_igmp(&maker->build, &(struct pkt_igmp_spec){.type = spec.type});
}

static void put_echo(struct maker *maker, struct layer *layer)
{
    unsigned type = layer_type(layer);
    struct pkt_icmp_echo_spec spec = {.reply = type == PKT_ICMP_ECHO_REPLY || type == PKT_ICMP6_ECHO_REPLY,
                                      .code = code_of(layer),
                                      .id = FIRST_ID,
                                      .sequence = 1};
    if (layer->proto == PKT_PROTO_ICMP6)
        pkt_build_icmp6_echo(&maker->build, &spec);
    else
        pkt_build_icmp_echo(&maker->build, &spec);
}

static void put_timestamp(struct maker *maker, struct layer *layer)
{
    bool is_reply = layer_type(layer) == PKT_ICMP_TIMESTAMP_REPLY;
    pkt_build_icmp_timestamp(
        &maker->build, &(struct pkt_icmp_timestamp_spec){.reply = is_reply, .id = FIRST_ID, .sequence = 1});
}

static void put_information(struct maker *maker, struct layer *layer)
{
    bool is_reply = layer_type(layer) == PKT_ICMP_INFORMATION_REPLY;
    pkt_build_icmp_information(
        &maker->build, &(struct pkt_icmp_echo_spec){.reply = is_reply, .id = FIRST_ID, .sequence = 1});
}

static void put_mask(struct maker *maker, struct layer *layer)
{
    bool is_reply = layer_type(layer) == PKT_ICMP_ADDRESS_MASK_REPLY;
    pkt_build_icmp_mask(&maker->build,
                        &(struct pkt_icmp_mask_spec){.reply = is_reply, .id = FIRST_ID, .sequence = 1});
}

/* A router's advertisement names its sender, unless routers are given as options (RFC 1256 4.1). */
static void put_router(struct maker *maker, struct layer *layer)
{
    const struct layer *ip = maker->first_network;
    pkt_build_icmp_router_advertisement(&maker->build,
                                        &(struct pkt_icmp_router_spec){.code = code_of(layer)});
    if (ip != NULL && ip->proto == PKT_PROTO_IPV4)
        pkt_build_icmp_router(&maker->build, ip->source.ip4, 0);
}

static void put_traceroute(struct maker *maker, struct layer *layer)
{
    pkt_build_icmp_traceroute(&maker->build, &(struct pkt_icmp_traceroute_spec){.code = code_of(layer)});
}

static void put_extended(struct maker *maker, struct layer *layer)
{
    unsigned type = layer_type(layer);
    struct pkt_icmp_extended_echo_spec request = {.id = FIRST_ID, .sequence = 1, .local = true};
    struct pkt_icmp_extended_reply_spec reply = {.code = code_of(layer), .id = FIRST_ID, .sequence = 1};
    if (type == PKT_ICMP_EXTENDED_ECHO)
        pkt_build_icmp_extended_echo(&maker->build, &request);
    else if (type == PKT_ICMP6_EXTENDED_ECHO)
        pkt_build_icmp6_extended_echo(&maker->build, &request);
    else if (type == PKT_ICMP_EXTENDED_ECHO_REPLY)
        pkt_build_icmp_extended_reply(&maker->build, &reply);
    else
        pkt_build_icmp6_extended_reply(&maker->build, &reply);
}

/* --- neighbour discovery --- */

/* "target" is the first of the fields that may be meant; each message has its own. */
static const struct slot *target_value(const struct layer *layer)
{
    static const char *const names[] = {"icmpv6.nd.ns.target_address", "icmpv6.nd.na.target_address",
                                        "icmpv6.nd.rd.target_address"};
    const struct slot *slot = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && slot == NULL; i++)
        slot = layer_value(layer, names[i]);
    return slot;
}

static struct pkt_ip6 target_of(const struct layer *layer)
{
    const struct slot *slot = target_value(layer);
    return slot == NULL ? default_ip6_destination : pkt_ip6_at(slot->bytes, 0);
}

static struct pkt_view own_link_address(struct maker *maker, struct pkt_mac *mac)
{
    *mac = own_mac(maker, true);
    return pkt_view_make(mac->byte, sizeof mac->byte);
}

/* Whether to tell our own link-layer address: unless options are given. */
static void put_link_address(struct maker *maker, const struct layer *layer, uint8_t type)
{
    struct pkt_mac mac;
    if (layer->options == NULL)
        pkt_build_nd_link_address(&maker->build, type, own_link_address(maker, &mac));
}

static void put_rs(struct maker *maker, struct layer *layer)
{
    pkt_build_nd_router_solicitation(&maker->build);
    put_link_address(maker, layer, PKT_ND_OPTION_SOURCE_LLA);
}

static void put_ra(struct maker *maker, struct layer *layer)
{
    pkt_build_nd_router_advertisement(&maker->build, &(struct pkt_nd_router_spec){.hop_limit = 64});
    put_link_address(maker, layer, PKT_ND_OPTION_SOURCE_LLA);
}

static void put_ns(struct maker *maker, struct layer *layer)
{
    pkt_build_nd_neighbour_solicitation(&maker->build, target_of(layer));
    /* Duplicate address detection asks from :: and must not say who asks (RFC 4861 4.3). */
    bool is_nobody = maker->first_network != NULL && pkt_ip6_is_unspecified(maker->first_network->source.ip6);
    if (!is_nobody)
        put_link_address(maker, layer, PKT_ND_OPTION_SOURCE_LLA);
}

static void put_na(struct maker *maker, struct layer *layer)
{
    bool has_target = target_value(layer) != NULL;
    struct pkt_ip6 own = maker->first_network == NULL ? default_ip6_source : maker->first_network->source.ip6;
    struct pkt_nd_neighbour_spec spec = {.flags = PKT_ND_OVERRIDE,
                                         .target = has_target ? target_of(layer) : own};
    pkt_build_nd_neighbour_advertisement(&maker->build, &spec);
    put_link_address(maker, layer, PKT_ND_OPTION_TARGET_LLA);
}

static void put_redirect6(struct maker *maker, struct layer *layer)
{
    pkt_build_nd_redirect(&maker->build, target_of(layer), default_ip6_destination);
}

/* --- membership --- */

static struct pkt_ip4 group4_of(const struct layer *layer)
{
    const struct slot *slot = layer_value(layer, "igmp.maddr");
    return slot == NULL ? (struct pkt_ip4){{0}} : pkt_ip4_at(slot->bytes, 0);
}

static struct pkt_ip6 group6_of(const struct layer *layer)
{
    const struct slot *slot = layer_value(layer, "icmpv6.mld.multicast_address");
    return slot == NULL ? (struct pkt_ip6){{0}} : pkt_ip6_at(slot->bytes, 0);
}

static void put_igmp(struct maker *maker, struct layer *layer)
{
    struct pkt_igmp_spec spec = {.type = (uint8_t)layer_type(layer), .group = group4_of(layer)};
    const struct word *message = layer->message == NULL ? layer->kind->words : layer->message;
    bool is_general = pkt_ip4_is_unspecified(spec.group);
    if (spec.type == PKT_IGMP_QUERY && message->code != 1)
        spec.code = is_general ? IGMP_RESPONSE_GENERAL : IGMP_RESPONSE_SPECIFIC;
    pkt_build_igmp(&maker->build, &spec);
}

static void put_igmp3_query(struct maker *maker, struct layer *layer)
{
    struct pkt_ip4 source;
    pkt_build_igmp3_query(&maker->build, &(struct pkt_igmp3_query_spec){.group = group4_of(layer)});
    for (uint64_t i = 0;
         maker->build.error == 0 && next_address(layer->sources, i, source.byte, sizeof source.byte); i++)
        pkt_build_igmp3_source(&maker->build, source);
}

static void put_mld2_query(struct maker *maker, struct layer *layer)
{
    struct pkt_ip6 source;
    pkt_build_mld2_query(&maker->build, &(struct pkt_mld2_query_spec){.group = group6_of(layer)});
    for (uint64_t i = 0;
         maker->build.error == 0 && next_address(layer->sources, i, source.byte, sizeof source.byte); i++)
        pkt_build_mld2_source(&maker->build, source);
}

/* The sources of a record in a row, in the scratch; as many as a packet can hold. */
static size_t gather_sources(struct maker *maker, const struct record *record, size_t len)
{
    size_t count = 0;
    while ((count + 1) * len < SEND_PACKET_MAX &&
           next_address(record->sources, count, maker->scratch + count * len, len))
        count++;
    return count;
}

static void put_records(struct maker *maker, struct layer *layer, bool is_ip6)
{
    for (const struct record *record = layer->records; record != NULL && maker->build.error == 0;
         record = record->next) {
        size_t count =
            gather_sources(maker, record, is_ip6 ? sizeof(struct pkt_ip6) : sizeof(struct pkt_ip4));
        uint8_t type = record->sources == NULL ? record->type : record->type_sources;
        struct pkt_igmp3_record_spec record4 = {.type = type,
                                                .group = pkt_ip4_at(record->group->bytes, 0),
                                                .sources = (const struct pkt_ip4 *)maker->scratch,
                                                .source_count = count};
        struct pkt_mld2_record_spec record6 = {.type = type,
                                               .group = pkt_ip6_at(record->group->bytes, 0),
                                               .sources = (const struct pkt_ip6 *)maker->scratch,
                                               .source_count = count};
        if (is_ip6)
            pkt_build_mld2_record(&maker->build, &record6);
        else
            pkt_build_igmp3_record(&maker->build, &record4);
    }
}

static void put_igmp3_report(struct maker *maker, struct layer *layer)
{
    pkt_build_igmp3_report(&maker->build);
    put_records(maker, layer, false);
}

static void put_mld2_report(struct maker *maker, struct layer *layer)
{
    pkt_build_mld2_report(&maker->build);
    put_records(maker, layer, true);
}

static void put_mld1(struct maker *maker, struct layer *layer)
{
    pkt_build_mld1(&maker->build,
                   &(struct pkt_mld1_spec){.type = (uint8_t)layer_type(layer), .group = group6_of(layer)});
}

/* Its types depend on the family; the word's code is enum pkt_mrd_message. */
static void put_mrd(struct maker *maker, struct layer *layer)
{
    const struct word *message = layer->message == NULL ? layer->kind->words : layer->message;
    struct pkt_mrd_spec spec = {.message = (uint8_t)message->code};
    if (layer->proto == PKT_PROTO_ICMP6)
        pkt_build_icmp6_mrd(&maker->build, &spec);
    else
        pkt_build_igmp_mrd(&maker->build, &spec);
}

/* --- what is no header --- */

static void put_random(struct maker *maker, const struct layer *layer, size_t len)
{
    for (size_t i = 0; i < len; i += 8)
        wide_store(
            (struct wide){0, scramble(maker->context->seed, maker->serial, (uint64_t)layer->index << 32 | i)},
            maker->scratch + i, len - i < 8 ? len - i : 8);
    pkt_build_payload(&maker->build, pkt_view_make(maker->scratch, len));
}

static void put_payload(struct maker *maker, struct layer *layer)
{
    uint64_t number = layer->length == NULL ? 1 : layer->length->number.low;
    if (layer->payload == PAYLOAD_FILL)
        pkt_build_fill(&maker->build, layer->fill, number);
    else if (layer->payload == PAYLOAD_RAND)
        put_random(maker, layer, number);
    for (uint64_t i = 0; layer->payload == PAYLOAD_BYTES && i < number && maker->build.error == 0; i++)
        pkt_build_payload(&maker->build, layer->bytes);
}

static void put_pad(struct maker *maker, struct layer *layer)
{
    pkt_build_pad(&maker->build, layer->extra[0] == NULL ? PAD_DEFAULT : layer->extra[0]->number.low);
}

static void put_end(struct maker *maker, struct layer *layer)
{
    if (maker->error_count == 0)
        maker_fail(maker, layer->off, layer->len,
                   "nothing is quoted here: \"end\" ends what an ICMP error quotes");
    else
        maker_end_quotation(maker);
}

/* What it says is done to the finished packet: see plan.c. */
static void put_fragmentation(struct maker *maker, struct layer *layer)
{
    if (maker->first_network == NULL || (maker->first_network->kind->flags & LAYER_NETWORK) == 0)
        maker_fail(maker, layer->off, layer->len, "only IP packets have fragments");
}

const struct layer *line_fragmentation(const struct line *line)
{
    for (unsigned i = 0; i < line->layer_count; i++)
        if ((line->layer[i].kind->flags & LAYER_CUTS) != 0)
            return &line->layer[i];
    return NULL;
}

static bool settings_vary_in_length(const struct setting *setting)
{
    for (; setting != NULL; setting = setting->next)
        if ((setting->role == ROLE_TYPE || setting->slot->type >= PKT_FIELD_BYTES) &&
            setting->slot->count > 1 && setting->slot->type != PKT_FIELD_MAC)
            return true;
    return false;
}

static bool options_vary_in_length(const struct option *option)
{
    for (; option != NULL; option = option->next)
        for (unsigned i = 0; i < option->argument_count; i++)
            if (option->argument[i]->count > 1)
                return true;
    return false;
}

bool line_varies_in_length(const struct line *line)
{
    for (unsigned i = 0; i < line->layer_count; i++) {
        const struct layer *layer = &line->layer[i];
        bool varies = (layer->length != NULL && layer->length->count > 1) ||
                      settings_vary_in_length(layer->settings) || options_vary_in_length(layer->options) ||
                      options_vary_in_length(layer->extension);
        for (size_t j = 0; j < sizeof layer->extra / sizeof *layer->extra; j++)
            varies |= layer->extra[j] != NULL && layer->extra[j]->count > 1;
        if (varies)
            return true;
    }
    return false;
}

/* --- words --- */

/* clang-format off */
#define MESSAGE(word, number, how)  {.name = (word), .role = WORD_MESSAGE, .type = (number), .put = (how)}
#define MESSAGE_OF(word, number, how, rest, what) \
    {.name = (word), .role = WORD_MESSAGE, .type = (number), .put = (how), .argument = (rest), .field = (what)}
#define CODE(word, of, number)      {.name = (word), .role = WORD_CODE, .type = (of), .code = (number)}
#define FLAG_WORD(word, what)       {.name = (word), .role = WORD_FIELD, .field = (what), .code = 1}
#define VALUE_WORD(word, what)      {.name = (word), .role = WORD_FIELD, .argument = ARGUMENT_MUST, .field = (what)}
#define RECORD(word, alone, sourced) {.name = (word), .role = WORD_RECORD, .type = (alone), .with_sources = (sourced)}
#define SOURCES(word)               {.name = (word), .role = WORD_SOURCES}

static const struct word arp_words[] = {
    MESSAGE_OF("who-has", 1, NULL, ARGUMENT_MAY, "dst_proto_ipv4"),
    MESSAGE_OF("is-at", 2, NULL, ARGUMENT_MAY, "src_hw_mac"),
    MESSAGE_OF("reply", 2, NULL, ARGUMENT_MAY, "src_proto_ipv4"),
    MESSAGE("request", 1, NULL),
    VALUE_WORD("tell", "src_proto_ipv4"),
    VALUE_WORD("to", "dst_hw_mac"),
    {.name = NULL},
};

static const struct word ip_words[] = {FLAG_WORD("df", "flags_df"), FLAG_WORD("mf", "flags_mf"), {.name = NULL}};

static const struct word tcp_words[] = {
    FLAG_WORD("fin", "flags_fin"), FLAG_WORD("syn", "flags_syn"), FLAG_WORD("rst", "flags_reset"),
    FLAG_WORD("psh", "flags_push"), FLAG_WORD("ack", "flags_ack"), FLAG_WORD("urg", "flags_urg"),
    FLAG_WORD("ece", "flags_ece"), FLAG_WORD("cwr", "flags_cwr"), FLAG_WORD("ae", "flags_ae"),
    {.name = NULL},
};

static const struct word gre_words[] = {FLAG_WORD("csum", "flags_checksum"), {.name = NULL}};
static const struct word routing_words[] = {SOURCES("via"), {.name = NULL}};

static const struct word icmp_words[] = {
    MESSAGE("echo", 8, put_echo),
    MESSAGE("echo-reply", 0, put_echo),
    MESSAGE("unreachable", 3, NULL),
    CODE("net", 3, 0), CODE("host", 3, 1), CODE("protocol", 3, 2), CODE("port", 3, 3),
    CODE("frag-needed", 3, 4), CODE("source-route", 3, 5), CODE("net-unknown", 3, 6),
    CODE("host-unknown", 3, 7), CODE("net-prohibited", 3, 9), CODE("host-prohibited", 3, 10),
    CODE("net-tos", 3, 11), CODE("host-tos", 3, 12), CODE("admin-prohibited", 3, 13),
    CODE("precedence", 3, 14), CODE("precedence-cutoff", 3, 15),
    MESSAGE("source-quench", 4, NULL),
    MESSAGE("redirect", 5, NULL),
    CODE("net", 5, 0), CODE("host", 5, 1), CODE("net-tos", 5, 2), CODE("host-tos", 5, 3),
    MESSAGE("router-advertisement", 9, put_router),
    MESSAGE("router-solicitation", 10, NULL),
    MESSAGE("time-exceeded", 11, NULL),
    CODE("transit", 11, 0), CODE("reassembly", 11, 1),
    MESSAGE("parameter-problem", 12, NULL),
    MESSAGE("timestamp", 13, put_timestamp),
    MESSAGE("timestamp-reply", 14, put_timestamp),
    MESSAGE("information", 15, put_information),
    MESSAGE("information-reply", 16, put_information),
    MESSAGE("mask", 17, put_mask),
    MESSAGE("mask-reply", 18, put_mask),
    MESSAGE("traceroute", 30, put_traceroute),
    MESSAGE("extended-echo", 42, put_extended),
    MESSAGE("extended-echo-reply", 43, put_extended),
    {.name = NULL},
};

#define NS_WORDS MESSAGE_OF("ns", 135, put_ns, ARGUMENT_MAY, "target")
#define NA_WORDS MESSAGE_OF("na", 136, put_na, ARGUMENT_MAY, "target"), \
    FLAG_WORD("router", "nd_na_flag_r"), FLAG_WORD("solicited", "nd_na_flag_s"), \
    FLAG_WORD("override", "nd_na_flag_o")
#define RS_WORDS MESSAGE("rs", 133, put_rs)
#define RA_WORDS MESSAGE("ra", 134, put_ra), FLAG_WORD("managed", "nd_ra_flag_m"), \
    FLAG_WORD("other", "nd_ra_flag_o")
#define REDIRECT_WORDS MESSAGE("redirect", 137, put_redirect6)

static const struct word icmp6_words[] = {
    MESSAGE("echo", 128, put_echo),
    MESSAGE("echo-reply", 129, put_echo),
    MESSAGE("unreachable", 1, NULL),
    CODE("no-route", 1, 0), CODE("admin-prohibited", 1, 1), CODE("scope", 1, 2), CODE("address", 1, 3),
    CODE("port", 1, 4), CODE("policy", 1, 5), CODE("reject-route", 1, 6),
    MESSAGE("too-big", 2, NULL),
    MESSAGE("time-exceeded", 3, NULL),
    CODE("transit", 3, 0), CODE("reassembly", 3, 1),
    MESSAGE("parameter-problem", 4, NULL),
    CODE("header-field", 4, 0), CODE("next-header", 4, 1), CODE("option", 4, 2),
    RS_WORDS, RA_WORDS, NS_WORDS, NA_WORDS, REDIRECT_WORDS,
    MESSAGE("extended-echo", 160, put_extended),
    MESSAGE("extended-echo-reply", 161, put_extended),
    {.name = NULL},
};
static const struct word ns_words[] = {NS_WORDS, {.name = NULL}};
static const struct word na_words[] = {NA_WORDS, {.name = NULL}};
static const struct word rs_words[] = {RS_WORDS, {.name = NULL}};
static const struct word ra_words[] = {RA_WORDS, {.name = NULL}};
static const struct word redirect_words[] = {REDIRECT_WORDS, {.name = NULL}};

static const struct word igmp_words[] = {
    MESSAGE_OF("query", PKT_IGMP_QUERY, put_igmp, ARGUMENT_MAY, "maddr"),
    {.name = "v1-query", .role = WORD_MESSAGE, .type = PKT_IGMP_QUERY, .code = 1, .put = put_igmp},
    MESSAGE_OF("report", PKT_IGMP_V2_REPORT, put_igmp, ARGUMENT_MAY, "maddr"),
    MESSAGE_OF("v1-report", PKT_IGMP_V1_REPORT, put_igmp, ARGUMENT_MAY, "maddr"),
    MESSAGE_OF("leave", PKT_IGMP_V2_LEAVE, put_igmp, ARGUMENT_MAY, "maddr"),
    {.name = NULL},
};

/* RFC 9776 4.2.13; joining with sources allows them, leaving blocks them (RFC 4604 2.2). */
#define RECORD_WORDS \
    RECORD("join", PKT_RECORD_TO_EX, PKT_RECORD_ALLOW), RECORD("leave", PKT_RECORD_TO_IN, PKT_RECORD_BLOCK), \
    RECORD("include", PKT_RECORD_TO_IN, PKT_RECORD_TO_IN), \
    RECORD("exclude", PKT_RECORD_TO_EX, PKT_RECORD_TO_EX), \
    RECORD("allow", PKT_RECORD_ALLOW, PKT_RECORD_ALLOW), RECORD("block", PKT_RECORD_BLOCK, PKT_RECORD_BLOCK), \
    RECORD("is-include", PKT_RECORD_IS_IN, PKT_RECORD_IS_IN), \
    RECORD("is-exclude", PKT_RECORD_IS_EX, PKT_RECORD_IS_EX)

static const struct word igmp3_words[] = {
    MESSAGE("report", PKT_IGMP_V3_REPORT, put_igmp3_report),
    MESSAGE_OF("query", PKT_IGMP_QUERY, put_igmp3_query, ARGUMENT_MAY, "maddr"),
    SOURCES("sources"), SOURCES("from"), RECORD_WORDS,
    {.name = NULL},
};

static const struct word mld_words[] = {
    MESSAGE_OF("query", PKT_ICMP6_MLD_QUERY, put_mld1, ARGUMENT_MAY, "mld_multicast_address"),
    MESSAGE_OF("report", PKT_ICMP6_MLD1_REPORT, put_mld1, ARGUMENT_MAY, "mld_multicast_address"),
    MESSAGE_OF("done", PKT_ICMP6_MLD1_DONE, put_mld1, ARGUMENT_MAY, "mld_multicast_address"),
    {.name = NULL},
};

static const struct word mld2_words[] = {
    MESSAGE("report", PKT_ICMP6_MLD2_REPORT, put_mld2_report),
    MESSAGE_OF("query", PKT_ICMP6_MLD_QUERY, put_mld2_query, ARGUMENT_MAY, "mld_multicast_address"),
    SOURCES("sources"), SOURCES("from"), RECORD_WORDS,
    {.name = NULL},
};

/* The code is enum pkt_mrd_message. */
#define MRD(word, number, which) \
    {.name = (word), .role = WORD_MESSAGE, .type = (number), .code = (which), .put = put_mrd}
static const struct word mrd_words[] = {
    MRD("advertisement", PKT_IGMP_MRD_ADVERTISEMENT, PKT_MRD_ADVERTISEMENT),
    MRD("solicitation", PKT_IGMP_MRD_SOLICITATION, PKT_MRD_SOLICITATION),
    MRD("termination", PKT_IGMP_MRD_TERMINATION, PKT_MRD_TERMINATION),
    {.name = NULL},
};

/* --- options --- */

static const struct option_kind ip_options[] = {
    {.name = "end", .type = PKT_IPV4_OPTION_END},
    {.name = "nop", .type = PKT_IPV4_OPTION_NOP},
    {.name = "router-alert", .type = PKT_IPV4_OPTION_ROUTER_ALERT, .octets = "0000", .fields = "ra"},
    {.name = "rr", .type = PKT_IPV4_OPTION_RECORD_ROUTE, .octets = "04", .tail = TAIL_SLOTS, .needs = 1},
    {.name = "lsrr", .type = PKT_IPV4_OPTION_LOOSE_ROUTE, .octets = "04", .tail = TAIL_IP4, .needs = 1},
    {.name = "ssrr", .type = PKT_IPV4_OPTION_STRICT_ROUTE, .octets = "04", .tail = TAIL_IP4, .needs = 1},
    {.name = "ts", .type = PKT_IPV4_OPTION_TIMESTAMP, .octets = "0500", .tail = TAIL_SLOTS, .needs = 1},
    {.name = "stream-id", .type = PKT_IPV4_OPTION_STREAM_ID, .octets = "0000", .fields = "sid"},
    {.name = NULL},
};

static const struct option_kind ip6_options[] = {
    {.name = "pad1", .type = PKT_IPV6_OPTION_PAD1},
    {.name = "padn", .type = PKT_IPV6_OPTION_PADN, .tail = TAIL_BYTES},
    {.name = "router-alert", .type = PKT_IPV6_OPTION_ROUTER_ALERT, .octets = "0000", .fields = "router_alert"},
    {.name = "jumbo", .type = PKT_IPV6_OPTION_JUMBO, .octets = "00000000", .fields = "jumbo", .needs = 1},
    {.name = "home-address", .type = PKT_IPV6_OPTION_HOME_ADDRESS, .tail = TAIL_IP6, .needs = 1},
    {.name = NULL},
};

static const struct option_kind tcp_options[] = {
    {.name = "end", .type = PKT_TCP_OPTION_END},
    {.name = "nop", .type = PKT_TCP_OPTION_NOP},
    {.name = "mss", .type = PKT_TCP_OPTION_MSS, .octets = "05b4", .fields = "mss"},
    {.name = "ws", .type = PKT_TCP_OPTION_WINDOW_SCALE, .octets = "00", .fields = "wscale"},
    {.name = "sackok", .type = PKT_TCP_OPTION_SACK_PERMITTED},
    {.name = "sack", .type = PKT_TCP_OPTION_SACK, .tail = TAIL_WORDS, .needs = 2},
    {.name = "ts", .type = PKT_TCP_OPTION_TIMESTAMPS, .octets = "0000000000000000", .fields = "tsval tsecr"},
    {.name = "md5", .type = PKT_TCP_OPTION_MD5, .tail = TAIL_BYTES, .needs = 1},
    {.name = "tfo", .type = PKT_TCP_OPTION_FAST_OPEN, .tail = TAIL_BYTES},
    {.name = NULL},
};

static const struct option_kind nd_options[] = {
    {.name = "source-lla", .type = PKT_ND_OPTION_SOURCE_LLA, .tail = TAIL_MAC, .needs = 1},
    {.name = "target-lla", .type = PKT_ND_OPTION_TARGET_LLA, .tail = TAIL_MAC, .needs = 1},
    /* On-link and autonomous, 30 and 7 days (RFC 4861 6.2.1). */
    {.name = "prefix", .type = PKT_ND_OPTION_PREFIX, .needs = 1, .fields = "opt_prefix/ opt_prefix_length",
     .octets = "40c000278d0000093a800000000000000000000000000000000000000000"},
    {.name = "mtu", .type = PKT_ND_OPTION_MTU, .octets = "0000000005dc", .fields = "mtu"},
    {.name = "nonce", .type = PKT_ND_OPTION_NONCE, .tail = TAIL_BYTES, .needs = 1},
    {.name = "rdnss", .type = PKT_ND_OPTION_RDNSS, .octets = "000000000708", .tail = TAIL_IP6, .needs = 1},
    {.name = "dnssl", .type = PKT_ND_OPTION_DNSSL, .octets = "000000000708", .tail = TAIL_NAMES, .needs = 1},
    {.name = NULL},
};

const struct option_kind extension_kinds[] = {
    {.name = "mpls", .type = PKT_ICMP_OBJECT_MPLS, .ctype = 1, .tail = TAIL_LABELS, .list = "objects.mpls"},
    {.name = "interface-name", .type = PKT_ICMP_OBJECT_INTERFACE_ID, .ctype = 1, .tail = TAIL_TEXT,
     .list = "objects", .needs = 1},
    {.name = "interface-index", .type = PKT_ICMP_OBJECT_INTERFACE_ID, .ctype = 2, .octets = "00000000",
     .fields = "int_ident_index", .list = "objects", .needs = 1},
    {.name = "incoming-index", .type = PKT_ICMP_OBJECT_INTERFACE, .ctype = 0x08, .octets = "00000000",
     .fields = "int_info_index", .list = "objects", .needs = 1},
    {.name = NULL},
};

/* --- layers --- */

static const char *const error_extras[] = {"quote", NULL};
static const char *const pad_extras[] = {"to", NULL};
static const char *const fragment_extras[] = {"mtu", "size", "overlap", "id", NULL};

enum { LAYER_FRAME = LAYER_STARTS | LAYER_LINK, LAYER_IP = LAYER_STARTS | LAYER_NETWORK };

const struct layer_kind layer_kinds[] = {
    {"eth", "ether", PKT_PROTO_ETHERNET, LAYER_FRAME, PKT_LINKTYPE_ETHERNET, NULL, NULL, NULL, put_ethernet},
    {"vlan", "dot1q", PKT_PROTO_VLAN, LAYER_STARTS | LAYER_NEEDS_ETHERNET, 0, NULL, NULL, NULL, put_vlan},
    {"arp", NULL, PKT_PROTO_ARP, LAYER_STARTS | LAYER_NEEDS_ETHERNET, 0, arp_words, NULL, NULL, put_arp},
    {"llc", "snap", PKT_PROTO_LLC, 0, 0, NULL, NULL, NULL, put_llc},
    {"null", NULL, PKT_PROTO_NULL, LAYER_FRAME, PKT_LINKTYPE_NULL, NULL, NULL, NULL, put_null},
    {"loop", NULL, PKT_PROTO_NULL, LAYER_FRAME, PKT_LINKTYPE_LOOP, NULL, NULL, NULL, put_null},
    {"sll", NULL, PKT_PROTO_SLL, LAYER_FRAME, PKT_LINKTYPE_SLL, NULL, NULL, NULL, put_sll},
    {"sll2", NULL, PKT_PROTO_SLL2, LAYER_FRAME, PKT_LINKTYPE_SLL2, NULL, NULL, NULL, put_sll},
    {"ppp", NULL, PKT_PROTO_PPP, LAYER_FRAME, PKT_LINKTYPE_PPP_HDLC, NULL, NULL, NULL, put_ppp},
    {"ip", "ip4", PKT_PROTO_IPV4, LAYER_IP, PKT_LINKTYPE_RAW, ip_words, ip_options, NULL, put_ip4},
    {"ip6", "ipv6", PKT_PROTO_IPV6, LAYER_IP, PKT_LINKTYPE_RAW, NULL, NULL, NULL, put_ip6},
    {"hopopts", "hbh", PKT_PROTO_IP6_HOPOPTS, 0, 0, NULL, ip6_options, NULL, put_hopopts},
    {"dstopts", NULL, PKT_PROTO_IP6_DSTOPTS, 0, 0, NULL, ip6_options, NULL, put_dstopts},
    {"routing", NULL, PKT_PROTO_IP6_ROUTING, 0, 0, routing_words, NULL, NULL, put_routing},
    {"frag", NULL, PKT_PROTO_IP6_FRAGMENT, 0, 0, NULL, NULL, NULL, put_fragment_header},
    {"udp", NULL, PKT_PROTO_UDP, 0, 0, NULL, NULL, NULL, put_udp},
    {"tcp", NULL, PKT_PROTO_TCP, 0, 0, tcp_words, tcp_options, NULL, put_tcp},
    {"gre", NULL, PKT_PROTO_GRE, 0, 0, gre_words, NULL, NULL, put_gre},
    {"vxlan", NULL, PKT_PROTO_VXLAN, 0, 0, NULL, NULL, NULL, put_vxlan},
    {"icmp", NULL, PKT_PROTO_ICMP, 0, 0, icmp_words, NULL, error_extras, put_message},
    {"icmp6", "icmpv6", PKT_PROTO_ICMP6, 0, 0, icmp6_words, nd_options, error_extras, put_message},
    {"rs", NULL, PKT_PROTO_ICMP6, 0, 0, rs_words, nd_options, NULL, put_message},
    {"ra", NULL, PKT_PROTO_ICMP6, 0, 0, ra_words, nd_options, NULL, put_message},
    {"ns", NULL, PKT_PROTO_ICMP6, 0, 0, ns_words, nd_options, NULL, put_message},
    {"na", NULL, PKT_PROTO_ICMP6, 0, 0, na_words, nd_options, NULL, put_message},
    {"redirect", NULL, PKT_PROTO_ICMP6, 0, 0, redirect_words, nd_options, NULL, put_message},
    {"igmp", NULL, PKT_PROTO_IGMP, 0, 0, igmp_words, NULL, NULL, put_message},
    {"igmp3", NULL, PKT_PROTO_IGMP, 0, 0, igmp3_words, NULL, NULL, put_message},
    {"mld", NULL, PKT_PROTO_ICMP6, 0, 0, mld_words, NULL, NULL, put_message},
    {"mld2", NULL, PKT_PROTO_ICMP6, 0, 0, mld2_words, NULL, NULL, put_message},
    {"mrd", NULL, PKT_PROTO_NONE, 0, 0, mrd_words, NULL, NULL, put_message},
    {"payload", NULL, PKT_PROTO_PAYLOAD, LAYER_PAYLOAD | LAYER_FRAME, PKT_LINKTYPE_ETHERNET, NULL, NULL, NULL,
     put_payload},
    {"end", NULL, PKT_PROTO_NONE, 0, 0, NULL, NULL, NULL, put_end},
    {"fragment", NULL, PKT_PROTO_NONE, LAYER_BEHIND | LAYER_CUTS, 0, NULL, NULL, fragment_extras, put_fragmentation},
    {"pad", NULL, PKT_PROTO_NONE, LAYER_BEHIND, 0, NULL, NULL, pad_extras, put_pad},
    {.name = NULL},
};
/* clang-format on */

const struct layer_kind *layer_kind_find(const char *name, size_t len)
{
    for (const struct layer_kind *kind = layer_kinds; kind->name != NULL; kind++)
        if (text_is(name, len, kind->name) || (kind->alias != NULL && text_is(name, len, kind->alias)))
            return kind;
    return NULL;
}
