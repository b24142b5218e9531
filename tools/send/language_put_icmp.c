/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Putting messages of ICMP, ICMPv6, neighbour discovery, IGMP and MLD, with the defaults of what nobody
 * wrote.
 */
#include "language_put.h"

#include "pkt/icmp_build.h"
#include "pkt/igmp_build.h"
#include "pkt/nd_build.h"

enum {
    IGMP_RESPONSE_GENERAL = 100, /* tenths of a second (RFC 2236 8.3) */
    IGMP_RESPONSE_SPECIFIC = 10,
};

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
void put_message(struct maker *maker, struct layer *layer)
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

void put_echo(struct maker *maker, struct layer *layer)
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

void put_timestamp(struct maker *maker, struct layer *layer)
{
    bool is_reply = layer_type(layer) == PKT_ICMP_TIMESTAMP_REPLY;
    pkt_build_icmp_timestamp(
        &maker->build, &(struct pkt_icmp_timestamp_spec){.reply = is_reply, .id = FIRST_ID, .sequence = 1});
}

void put_information(struct maker *maker, struct layer *layer)
{
    bool is_reply = layer_type(layer) == PKT_ICMP_INFORMATION_REPLY;
    pkt_build_icmp_information(
        &maker->build, &(struct pkt_icmp_echo_spec){.reply = is_reply, .id = FIRST_ID, .sequence = 1});
}

void put_mask(struct maker *maker, struct layer *layer)
{
    bool is_reply = layer_type(layer) == PKT_ICMP_ADDRESS_MASK_REPLY;
    pkt_build_icmp_mask(&maker->build,
                        &(struct pkt_icmp_mask_spec){.reply = is_reply, .id = FIRST_ID, .sequence = 1});
}

/* A router's advertisement names its sender, unless routers are given as options (RFC 1256 4.1). */
void put_router(struct maker *maker, struct layer *layer)
{
    const struct layer *ip = maker->first_network;
    pkt_build_icmp_router_advertisement(&maker->build,
                                        &(struct pkt_icmp_router_spec){.code = code_of(layer)});
    if (ip != NULL && ip->proto == PKT_PROTO_IPV4)
        pkt_build_icmp_router(&maker->build, ip->source.ip4, 0);
}

void put_traceroute(struct maker *maker, struct layer *layer)
{
    pkt_build_icmp_traceroute(&maker->build, &(struct pkt_icmp_traceroute_spec){.code = code_of(layer)});
}

void put_extended(struct maker *maker, struct layer *layer)
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

void put_rs(struct maker *maker, struct layer *layer)
{
    pkt_build_nd_router_solicitation(&maker->build);
    put_link_address(maker, layer, PKT_ND_OPTION_SOURCE_LLA);
}

void put_ra(struct maker *maker, struct layer *layer)
{
    pkt_build_nd_router_advertisement(&maker->build, &(struct pkt_nd_router_spec){.hop_limit = 64});
    put_link_address(maker, layer, PKT_ND_OPTION_SOURCE_LLA);
}

void put_ns(struct maker *maker, struct layer *layer)
{
    pkt_build_nd_neighbour_solicitation(&maker->build, target_of(layer));
    /* Duplicate address detection asks from :: and must not say who asks (RFC 4861 4.3). */
    bool is_nobody = maker->first_network != NULL && pkt_ip6_is_unspecified(maker->first_network->source.ip6);
    if (!is_nobody)
        put_link_address(maker, layer, PKT_ND_OPTION_SOURCE_LLA);
}

void put_na(struct maker *maker, struct layer *layer)
{
    bool has_target = target_value(layer) != NULL;
    struct pkt_ip6 own = maker->first_network == NULL ? default_ip6_source : maker->first_network->source.ip6;
    struct pkt_nd_neighbour_spec spec = {.flags = PKT_ND_OVERRIDE,
                                         .target = has_target ? target_of(layer) : own};
    pkt_build_nd_neighbour_advertisement(&maker->build, &spec);
    put_link_address(maker, layer, PKT_ND_OPTION_TARGET_LLA);
}

void put_redirect6(struct maker *maker, struct layer *layer)
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

void put_igmp(struct maker *maker, struct layer *layer)
{
    struct pkt_igmp_spec spec = {.type = (uint8_t)layer_type(layer), .group = group4_of(layer)};
    const struct word *message = layer->message == NULL ? layer->kind->words : layer->message;
    bool is_general = pkt_ip4_is_unspecified(spec.group);
    if (spec.type == PKT_IGMP_QUERY && message->code != 1)
        spec.code = is_general ? IGMP_RESPONSE_GENERAL : IGMP_RESPONSE_SPECIFIC;
    pkt_build_igmp(&maker->build, &spec);
}

void put_igmp3_query(struct maker *maker, struct layer *layer)
{
    struct pkt_ip4 source;
    pkt_build_igmp3_query(&maker->build, &(struct pkt_igmp3_query_spec){.group = group4_of(layer)});
    for (uint64_t i = 0;
         maker->build.error == 0 && next_address(layer->sources, i, source.byte, sizeof source.byte); i++)
        pkt_build_igmp3_source(&maker->build, source);
}

void put_mld2_query(struct maker *maker, struct layer *layer)
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

void put_igmp3_report(struct maker *maker, struct layer *layer)
{
    pkt_build_igmp3_report(&maker->build);
    put_records(maker, layer, false);
}

void put_mld2_report(struct maker *maker, struct layer *layer)
{
    pkt_build_mld2_report(&maker->build);
    put_records(maker, layer, true);
}

void put_mld1(struct maker *maker, struct layer *layer)
{
    pkt_build_mld1(&maker->build,
                   &(struct pkt_mld1_spec){.type = (uint8_t)layer_type(layer), .group = group6_of(layer)});
}

/* Its types depend on the family; the word's code is enum pkt_mrd_message. */
void put_mrd(struct maker *maker, struct layer *layer)
{
    const struct word *message = layer->message == NULL ? layer->kind->words : layer->message;
    struct pkt_mrd_spec spec = {.message = (uint8_t)message->code};
    if (layer->proto == PKT_PROTO_ICMP6)
        pkt_build_icmp6_mrd(&maker->build, &spec);
    else
        pkt_build_igmp_mrd(&maker->build, &spec);
}
