/*
 * The messages of ICMP, ICMPv6, neighbour discovery, IGMP and MLD for fuzz_roundtrip, and the table of all
 * layers.
 */
#ifndef FUZZ_ROUNDTRIP_MESSAGES_H
#define FUZZ_ROUNDTRIP_MESSAGES_H

#include "roundtrip.h"

/* --- ICMP and ICMPv6: queries --- */

static void draw_echo(struct stack *s, struct made *m)
{
    m->spec.echo =
        (struct pkt_icmp_echo_spec){.reply = draw8(s) % 2 == 1, .id = draw16(s), .sequence = draw16(s)};
    want(m, 32, 32, (uint32_t)m->spec.echo.id << 16 | m->spec.echo.sequence);
}

static void draw_echo4(struct stack *s, struct made *m)
{
    draw_echo(s, m);
    want(m, 0, 16, m->spec.echo.reply ? 0 : 0x0800);
}

static void draw_echo6(struct stack *s, struct made *m)
{
    draw_echo(s, m);
    want(m, 0, 16, m->spec.echo.reply ? 0x8100 : 0x8000);
}

static void draw_information(struct stack *s, struct made *m)
{
    draw_echo(s, m);
    want(m, 0, 16, m->spec.echo.reply ? 0x1000 : 0x0f00);
}

static void put_echo4(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_echo(build, &m->spec.echo);
}

static void put_echo6(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp6_echo(build, &m->spec.echo);
}

static void put_information(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_information(build, &m->spec.echo);
}

static void draw_timestamp(struct stack *s, struct made *m)
{
    struct pkt_icmp_timestamp_spec *t = &m->spec.timestamp;
    *t = (struct pkt_icmp_timestamp_spec){.reply = draw8(s) % 2 == 1,
                                          .id = draw16(s),
                                          .sequence = draw16(s),
                                          .originate = draw32(s),
                                          .receive = draw32(s),
                                          .transmit = draw32(s)};
    want(m, 0, 16, t->reply ? 0x0e00 : 0x0d00);
    want(m, 32, 32, (uint32_t)t->id << 16 | t->sequence);
    want(m, 64, 64, (uint64_t)t->originate << 32 | t->receive);
    want(m, 128, 32, t->transmit);
}

static void put_timestamp(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_timestamp(build, &m->spec.timestamp);
}

static void draw_mask(struct stack *s, struct made *m)
{
    struct pkt_icmp_mask_spec *mask = &m->spec.mask;
    *mask = (struct pkt_icmp_mask_spec){
        .reply = draw8(s) % 2 == 1, .id = draw16(s), .sequence = draw16(s), .mask = draw_ip4(s)};
    want(m, 0, 16, mask->reply ? 0x1200 : 0x1100);
    want(m, 32, 32, (uint32_t)mask->id << 16 | mask->sequence);
    want_bytes(m, 8, mask->mask.byte, 4);
}

static void put_mask(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_mask(build, &m->spec.mask);
}

static void draw_nothing(struct stack *s, struct made *m)
{
    (void)s;
    (void)m;
}

static void put_router_solicitation(struct pkt_build *build, const struct made *m)
{
    (void)m;
    pkt_build_icmp_router_solicitation(build);
}

/* Its addresses are items: address and preference. */
static void draw_router(struct stack *s, struct made *m)
{
    unsigned count = draw8(s) % (ITEMS_MAX + 1U);
    m->spec.router = (struct pkt_icmp_router_spec){
        .code = draw8(s) % 2 == 0 ? 0 : 16, .lifetime_s = draw16(s), .withdrawn = draw8(s) % 4 == 3};
    uint16_t lifetime = m->spec.router.lifetime_s == 0 ? 1800 : m->spec.router.lifetime_s;
    want(m, 0, 16, 0x0900U | m->spec.router.code);
    want(m, 32, 32, count << 24 | 2U << 16 | (m->spec.router.withdrawn ? 0U : lifetime));
    for (unsigned i = 0; i < count; i++) {
        const struct item *item = draw_item(s, m, 0, 8);
        want_bytes(m, 8 + 8 * i, item->bytes, 8);
    }
}

static void put_router(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_router_advertisement(build, &m->spec.router);
    for (unsigned i = 0; i < m->item_count; i++) {
        struct pkt_view item = item_view(&m->item[i]);
        pkt_build_icmp_router(build, pkt_ip4_at(item, 0), (int32_t)pkt_u32(item, 4));
    }
}

/* The interface that it asks about is named by an index. */
static void draw_extended_echo(struct stack *s, struct made *m)
{
    struct pkt_icmp_extended_echo_spec *echo = &m->spec.extended_echo;
    *echo = (struct pkt_icmp_extended_echo_spec){
        .id = draw16(s), .sequence = draw8(s), .local = draw8(s) % 2 == 1};
    m->item[0].len = 4;
    draw_bytes(s, m->item[0].bytes, 4);
    want(m, 32, 32, (uint32_t)echo->id << 16 | (uint32_t)echo->sequence << 8 | echo->local);
}

static void put_interface(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_extension(build);
    pkt_build_icmp_interface_id(
        build, &(struct pkt_interface_id){.type = 2, .index = pkt_u32(item_view(&m->item[0]), 0)});
}

static void put_extended_echo4(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_extended_echo(build, &m->spec.extended_echo);
    put_interface(build, m);
}

static void put_extended_echo6(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp6_extended_echo(build, &m->spec.extended_echo);
    put_interface(build, m);
}

static void draw_extended_reply(struct stack *s, struct made *m)
{
    uint8_t bits = draw8(s);
    struct pkt_icmp_extended_reply_spec *reply = &m->spec.extended_reply;
    *reply = (struct pkt_icmp_extended_reply_spec){.code = draw8(s) % 5,
                                                   .id = draw16(s),
                                                   .sequence = draw8(s),
                                                   .state = (uint8_t)(bits >> (s->wild ? 4 : 5)),
                                                   .active = (bits & 4) != 0,
                                                   .ip4 = (bits & 2) != 0,
                                                   .ip6 = (bits & 1) != 0};
    want(m, 8, 8, reply->code);
    want(m, 32, 32, (uint32_t)reply->id << 16 | (uint32_t)reply->sequence << 8 | (bits & 0xe7));
}

static void put_extended_reply4(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_extended_reply(build, &m->spec.extended_reply);
}

static void put_extended_reply6(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp6_extended_reply(build, &m->spec.extended_reply);
}

static void draw_traceroute(struct stack *s, struct made *m)
{
    struct pkt_icmp_traceroute_spec *t = &m->spec.traceroute;
    *t = (struct pkt_icmp_traceroute_spec){.code = draw8(s) % 2,
                                           .id = draw16(s),
                                           .outbound_hops = draw16(s),
                                           .return_hops = draw16(s),
                                           .speed = draw32(s),
                                           .mtu = draw32(s)};
    want(m, 0, 16, 0x1e00U | t->code);
    want(m, 32, 16, t->id);
    want(m, 64, 32, (uint32_t)t->outbound_hops << 16 | t->return_hops);
    want(m, 96, 64, (uint64_t)t->speed << 32 | t->mtu);
}

static void put_traceroute(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_traceroute(build, &m->spec.traceroute);
}

/* --- ICMP and ICMPv6: errors --- */

static void draw_unreachable(struct stack *s, struct made *m)
{
    m->spec.unreachable = (struct pkt_icmp_unreachable_spec){.code = draw8(s) % 16, .mtu = draw16(s)};
    want(m, 0, 16, 0x0300U | m->spec.unreachable.code);
    if (m->spec.unreachable.code != 4) /* elsewhere these octets are unused (RFC 792) */
        m->spec.unreachable.mtu = 0;
    want(m, 48, 16, m->spec.unreachable.mtu);
}

static void put_unreachable(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_unreachable(build, &m->spec.unreachable);
}

static void draw_quench(struct stack *s, struct made *m)
{
    (void)s;
    want(m, 0, 16, 0x0400);
}

static void put_quench(struct pkt_build *build, const struct made *m)
{
    (void)m;
    pkt_build_icmp_source_quench(build);
}

static void draw_redirect(struct stack *s, struct made *m)
{
    m->spec.redirect = (struct pkt_icmp_redirect_spec){.code = draw8(s) % 4, .gateway = draw_ip4(s)};
    want(m, 0, 16, 0x0500U | m->spec.redirect.code);
    want_bytes(m, 4, m->spec.redirect.gateway.byte, 4);
}

static void put_redirect(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_redirect(build, &m->spec.redirect);
}

static void draw_code(struct stack *s, struct made *m)
{
    m->byte = draw8(s) % 2;
    want(m, 8, 8, m->byte);
}

static void put_time_exceeded4(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_time_exceeded(build, m->byte);
}

static void put_unreachable6(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp6_unreachable(build, m->byte);
}

static void put_time_exceeded6(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp6_time_exceeded(build, m->byte);
}

static void draw_parameter4(struct stack *s, struct made *m)
{
    m->spec.parameter =
        (struct pkt_icmp_parameter_spec){.code = draw8(s) % 3, .pointer = s->wild ? draw16(s) : draw8(s)};
    want(m, 0, 16, 0x0c00U | m->spec.parameter.code);
    want(m, 32, 8, m->spec.parameter.pointer);
}

static void put_parameter4(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp_parameter_problem(build, &m->spec.parameter);
}

static void draw_parameter6(struct stack *s, struct made *m)
{
    m->spec.parameter = (struct pkt_icmp_parameter_spec){.code = draw8(s) % 3, .pointer = draw32(s)};
    want(m, 0, 16, 0x0400U | m->spec.parameter.code);
    want(m, 32, 32, m->spec.parameter.pointer);
}

static void put_parameter6(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp6_parameter_problem(build, &m->spec.parameter);
}

static void draw_too_big(struct stack *s, struct made *m)
{
    m->spec.number[0] = draw32(s);
    want(m, 0, 16, 0x0200);
    want(m, 32, 32, m->spec.number[0]);
}

static void put_too_big(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp6_packet_too_big(build, m->spec.number[0]);
}

/* --- neighbour discovery: the header before it is remade as RFC 4861 wants it --- */

static void nd_header(struct stack *s, uint8_t type, struct pkt_ip6 target)
{
    struct made *ip = before(s);
    if (s->wild || ip == NULL)
        return;
    ip->spec.ipv6 = pkt_nd_ipv6(type, draw_ip6(s, 0xfe, 0x80), target);
    want_ipv6(ip);
}

static void draw_nd_option(struct stack *s, struct made *m, uint8_t link_type)
{
    switch (draw8(s) % 4) {
    case 0:
        draw_item(s, m, link_type, 6);
        break;
    case 1: /* for experiments (RFC 4727) */
        draw_item(s, m, 253, 6 + 8 * (draw8(s) % 4U));
        break;
    case 2:
        memset(draw_item(s, m, PKT_ND_OPTION_MTU, 6)->bytes, 0, 2);
        break;
    default:
        draw_item(s, m, PKT_ND_OPTION_NONCE, 6);
        break;
    }
}

static void put_nd_options(struct pkt_build *build, const struct made *m)
{
    for (unsigned i = 0; i < m->item_count; i++) {
        struct pkt_view data = item_view(&m->item[i]);
        uint8_t type = m->item[i].type;
        if (type == PKT_ND_OPTION_SOURCE_LLA || type == PKT_ND_OPTION_TARGET_LLA)
            pkt_build_nd_link_address(build, type, data);
        else if (type == PKT_ND_OPTION_MTU)
            pkt_build_nd_mtu(build, pkt_u32(data, 2));
        else if (type == PKT_ND_OPTION_NONCE)
            pkt_build_nd_nonce(build, data);
        else
            pkt_build_nd_option(build, type, data);
    }
}

static void draw_nd_options(struct stack *s, struct made *m, uint8_t link_type)
{
    unsigned count = draw8(s) % (ITEMS_MAX + 1U);
    for (unsigned i = 0; i < count; i++)
        draw_nd_option(s, m, link_type);
}

static void draw_rs(struct stack *s, struct made *m)
{
    nd_header(s, PKT_ICMP6_ROUTER_SOLICITATION, (struct pkt_ip6){{0}});
    want(m, 0, 16, 0x8500);
    draw_nd_options(s, m, PKT_ND_OPTION_SOURCE_LLA);
}

static void put_rs(struct pkt_build *build, const struct made *m)
{
    pkt_build_nd_router_solicitation(build);
    put_nd_options(build, m);
}

static void draw_ra(struct stack *s, struct made *m)
{
    struct pkt_nd_router_spec *router = &m->spec.nd_router;
    nd_header(s, PKT_ICMP6_ROUTER_ADVERTISEMENT, (struct pkt_ip6){{0}});
    *router = (struct pkt_nd_router_spec){.hop_limit = draw8(s),
                                          .flags = draw8(s),
                                          .lifetime_s = draw16(s),
                                          .no_default = draw8(s) % 4 == 3,
                                          .reachable_ms = draw32(s),
                                          .retransmit_ms = draw32(s)};
    uint16_t lifetime = router->lifetime_s == 0 ? 1800 : router->lifetime_s;
    want(m, 0, 16, 0x8600);
    want(m, 32, 32,
         (uint32_t)router->hop_limit << 24 | (uint32_t)router->flags << 16 |
             (router->no_default ? 0U : lifetime));
    want(m, 64, 64, (uint64_t)router->reachable_ms << 32 | router->retransmit_ms);
    draw_nd_options(s, m, PKT_ND_OPTION_SOURCE_LLA);
}

static void put_ra(struct pkt_build *build, const struct made *m)
{
    pkt_build_nd_router_advertisement(build, &m->spec.nd_router);
    put_nd_options(build, m);
}

static void draw_ns(struct stack *s, struct made *m)
{
    m->spec.address[0] = draw_ip6(s, 0xfd, 3);
    nd_header(s, PKT_ICMP6_NEIGHBOUR_SOLICITATION, m->spec.address[0]);
    want(m, 0, 16, 0x8700);
    want_bytes(m, 8, m->spec.address[0].byte, 16);
    draw_nd_options(s, m, PKT_ND_OPTION_SOURCE_LLA);
}

static void put_ns(struct pkt_build *build, const struct made *m)
{
    pkt_build_nd_neighbour_solicitation(build, m->spec.address[0]);
    put_nd_options(build, m);
}

/* To all nodes: not solicited (RFC 4861 7.1.2). */
static void draw_na(struct stack *s, struct made *m)
{
    m->spec.neighbour =
        (struct pkt_nd_neighbour_spec){.flags = draw8(s) & 0xa0, .target = draw_ip6(s, 0xfd, 3)};
    nd_header(s, PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT, m->spec.neighbour.target);
    want(m, 0, 16, 0x8800);
    want(m, 32, 32, (uint32_t)m->spec.neighbour.flags << 24);
    want_bytes(m, 8, m->spec.neighbour.target.byte, 16);
    draw_nd_options(s, m, PKT_ND_OPTION_TARGET_LLA);
}

static void put_na(struct pkt_build *build, const struct made *m)
{
    pkt_build_nd_neighbour_advertisement(build, &m->spec.neighbour);
    put_nd_options(build, m);
}

static void draw_nd_redirect(struct stack *s, struct made *m)
{
    m->spec.address[0] = draw_ip6(s, 0xfe, 0x80);
    m->spec.address[1] = draw_ip6(s, 0xfd, 3);
    nd_header(s, PKT_ICMP6_REDIRECT, draw_ip6(s, 0xfd, 4));
    want(m, 0, 16, 0x8900);
    want_bytes(m, 8, m->spec.address[0].byte, 16);
    want_bytes(m, 24, m->spec.address[1].byte, 16);
    draw_nd_options(s, m, PKT_ND_OPTION_TARGET_LLA);
}

static void put_nd_redirect(struct pkt_build *build, const struct made *m)
{
    pkt_build_nd_redirect(build, m->spec.address[0], m->spec.address[1]);
    put_nd_options(build, m);
}

/* --- IGMP: the header before it is remade as RFC 9776 4 wants it --- */

static void igmp_header(struct stack *s, struct pkt_ip4 dst)
{
    struct made *ip = before(s);
    if (s->wild || ip == NULL)
        return;
    ip->spec.ipv4 = (struct pkt_ipv4_spec){.src = ip->spec.ipv4.src, .dst = dst, .ttl = 1, .tos = 0xc0};
    ip->item_count = 1;
    ip->item[0] = (struct item){.type = PKT_IPV4_OPTION_ROUTER_ALERT, .len = 2};
    want_ipv4(ip);
}

static struct pkt_ip4 draw_group4(struct stack *s)
{
    struct pkt_ip4 group = draw_ip4(s);
    group.byte[0] = 239;
    return group;
}

/* Versions 1 and 2. */
static void draw_igmp(struct stack *s, struct made *m)
{
    static const uint8_t types[] = {PKT_IGMP_QUERY, PKT_IGMP_V1_REPORT, PKT_IGMP_V2_REPORT,
                                    PKT_IGMP_V2_LEAVE};
    struct pkt_igmp_spec *igmp = &m->spec.igmp;
    *igmp = (struct pkt_igmp_spec){.type = types[draw8(s) % 4], .group = draw_group4(s)};
    bool leave = igmp->type == PKT_IGMP_V2_LEAVE;
    if (igmp->type == PKT_IGMP_QUERY)
        igmp->code = draw8(s) | 1;
    igmp_header(s, leave ? (struct pkt_ip4){{224, 0, 0, 2}} : igmp->group);
    want(m, 0, 16, (unsigned)igmp->type << 8 | igmp->code);
    want_bytes(m, 4, igmp->group.byte, 4);
}

static void put_igmp(struct pkt_build *build, const struct made *m)
{
    pkt_build_igmp(build, &m->spec.igmp);
}

static void draw_igmp3_query(struct stack *s, struct made *m)
{
    struct pkt_igmp3_query_spec *query = &m->spec.igmp3;
    unsigned count = draw8(s) % (ITEMS_MAX + 1U);
    *query = (struct pkt_igmp3_query_spec){.group = draw_group4(s),
                                           .max_response_ds = draw16(s) % 31745U,
                                           .query_interval_s = draw16(s) % 31745U,
                                           .robustness = 2 + draw8(s) % 8U,
                                           .suppress = draw8(s) % 2 == 1};
    igmp_header(s, query->group);
    want(m, 0, 8, PKT_IGMP_QUERY);
    want_bytes(m, 4, query->group.byte, 4);
    want(m, 64, 8, (unsigned)query->suppress << 3 | (query->robustness > 7 ? 0U : query->robustness));
    want(m, 80, 16, count);
    for (unsigned i = 0; i < count; i++)
        want_bytes(m, 12 + 4 * i, draw_item(s, m, 0, 4)->bytes, 4);
}

static void put_igmp3_query(struct pkt_build *build, const struct made *m)
{
    pkt_build_igmp3_query(build, &m->spec.igmp3);
    for (unsigned i = 0; i < m->item_count; i++)
        pkt_build_igmp3_source(build, pkt_ip4_at(item_view(&m->item[i]), 0));
}

/* A record of address_len: its group, which stands first, and its sources. */
static void draw_record(struct stack *s, struct made *m, uint8_t address_len, uint8_t first, uint8_t second)
{
    uint8_t type = 1 + draw8(s) % 6;
    uint8_t count = 1 + draw8(s) % 2;
    struct item *item = draw_item(s, m, type, address_len * (1U + count));
    item->count = count;
    item->bytes[0] = first;
    item->bytes[1] = second;
    item->bytes[3] = 7; /* no group of SSM */
}

static void draw_records(struct stack *s, struct made *m, uint8_t address_len, uint8_t first, uint8_t second)
{
    unsigned count = draw8(s) % (ITEMS_MAX + 1U);
    want(m, 48, 16, count);
    for (unsigned i = 0; i < count; i++)
        draw_record(s, m, address_len, first, second);
}

static void draw_igmp3_report(struct stack *s, struct made *m)
{
    igmp_header(s, (struct pkt_ip4){
                       {224, 0, 0, 22}
    });
    want(m, 0, 16, 0x2200);
    draw_records(s, m, 4, 239, 1);
}

static void put_igmp3_report(struct pkt_build *build, const struct made *m)
{
    pkt_build_igmp3_report(build);
    for (unsigned i = 0; i < m->item_count; i++) {
        struct pkt_ip4 sources[2];
        struct pkt_view view = item_view(&m->item[i]);
        for (unsigned k = 0; k < m->item[i].count; k++)
            sources[k] = pkt_ip4_at(view, 4U + 4U * k);
        pkt_build_igmp3_record(build, &(struct pkt_igmp3_record_spec){.type = m->item[i].type,
                                                                      .group = pkt_ip4_at(view, 0),
                                                                      .sources = sources,
                                                                      .source_count = m->item[i].count});
    }
}

static void draw_mrd(struct stack *s, struct made *m)
{
    struct pkt_mrd_spec *mrd = &m->spec.mrd;
    *mrd = (struct pkt_mrd_spec){.message = s->wild ? draw8(s) % 4 : draw8(s) % 3,
                                 .interval_s = draw8(s),
                                 .query_interval_s = draw16(s),
                                 .robustness = draw16(s)};
    if (mrd->message != PKT_MRD_ADVERTISEMENT)
        return;
    want(m, 8, 8, mrd->interval_s == 0 ? 20 : mrd->interval_s);
    want(m, 32, 32, (uint32_t)mrd->query_interval_s << 16 | mrd->robustness);
}

static void draw_mrd4(struct stack *s, struct made *m)
{
    draw_mrd(s, m);
    bool to_routers = m->spec.mrd.message == PKT_MRD_SOLICITATION;
    igmp_header(s, to_routers ? (struct pkt_ip4){{224, 0, 0, 2}} : (struct pkt_ip4){{224, 0, 0, 106}});
    want(m, 0, 8, 0x30U + m->spec.mrd.message);
}

static void put_mrd4(struct pkt_build *build, const struct made *m)
{
    pkt_build_igmp_mrd(build, &m->spec.mrd);
}

/* --- MLD: the headers before it are remade as RFC 9777 5 wants them --- */

static void mld_header(struct stack *s, struct pkt_ip6 dst)
{
    struct made *hopopts = before(s);
    if (s->wild || s->count < 2)
        return;
    hopopts->item_count = 1;
    hopopts->item[0] = (struct item){.type = PKT_IPV6_OPTION_ROUTER_ALERT, .len = 2};
    struct made *ip = hopopts - 1;
    ip->spec.ipv6 = (struct pkt_ipv6_spec){.src = draw_ip6(s, 0xfe, 0x80), .dst = dst, .hop_limit = 1};
    want_ipv6(ip);
}

static void draw_mld1(struct stack *s, struct made *m)
{
    struct pkt_mld1_spec *mld = &m->spec.mld1;
    *mld =
        (struct pkt_mld1_spec){.type = PKT_ICMP6_MLD_QUERY + draw8(s) % 3, .group = draw_ip6(s, 0xff, 0x15)};
    if (mld->type == PKT_ICMP6_MLD_QUERY)
        mld->max_response_ms = draw16(s) | 1;
    bool done = mld->type == PKT_ICMP6_MLD1_DONE;
    mld_header(s, done ? (struct pkt_ip6){{0xff, 2, [15] = 2}} : mld->group);
    want(m, 0, 16, (unsigned)mld->type << 8);
    want(m, 32, 16, mld->max_response_ms);
    want_bytes(m, 8, mld->group.byte, 16);
}

static void put_mld1(struct pkt_build *build, const struct made *m)
{
    pkt_build_mld1(build, &m->spec.mld1);
}

static void draw_mld2_query(struct stack *s, struct made *m)
{
    struct pkt_mld2_query_spec *query = &m->spec.mld2;
    unsigned count = draw8(s) % 3U;
    *query = (struct pkt_mld2_query_spec){.group = draw_ip6(s, 0xff, 0x15),
                                          .max_response_ms = draw32(s) % 8387585U,
                                          .query_interval_s = draw16(s) % 31745U,
                                          .robustness = 2 + draw8(s) % 8U,
                                          .suppress = draw8(s) % 2 == 1};
    mld_header(s, query->group);
    want(m, 0, 16, 0x8200);
    want_bytes(m, 8, query->group.byte, 16);
    want(m, 192, 8, (unsigned)query->suppress << 3 | (query->robustness > 7 ? 0U : query->robustness));
    want(m, 208, 16, count);
    for (unsigned i = 0; i < count; i++)
        want_bytes(m, 28 + 16 * i, draw_item(s, m, 0, 16)->bytes, 16);
}

static void put_mld2_query(struct pkt_build *build, const struct made *m)
{
    pkt_build_mld2_query(build, &m->spec.mld2);
    for (unsigned i = 0; i < m->item_count; i++)
        pkt_build_mld2_source(build, pkt_ip6_at(item_view(&m->item[i]), 0));
}

static void draw_mld2_report(struct stack *s, struct made *m)
{
    mld_header(s, (struct pkt_ip6){
                      {0xff, 2, [15] = 0x16}
    });
    want(m, 0, 16, 0x8f00);
    draw_records(s, m, 16, 0xff, 0x15);
}

static void put_mld2_report(struct pkt_build *build, const struct made *m)
{
    pkt_build_mld2_report(build);
    for (unsigned i = 0; i < m->item_count; i++) {
        struct pkt_ip6 sources[2];
        struct pkt_view view = item_view(&m->item[i]);
        for (unsigned k = 0; k < m->item[i].count; k++)
            sources[k] = pkt_ip6_at(view, 16U + 16U * k);
        pkt_build_mld2_record(build, &(struct pkt_mld2_record_spec){.type = m->item[i].type,
                                                                    .group = pkt_ip6_at(view, 0),
                                                                    .sources = sources,
                                                                    .source_count = m->item[i].count});
    }
}

static void draw_mrd6(struct stack *s, struct made *m)
{
    draw_mrd(s, m);
    bool to_routers = m->spec.mrd.message == PKT_MRD_SOLICITATION;
    mld_header(s, (struct pkt_ip6){
                      {0xff, 2, [15] = to_routers ? 2 : 0x6a}
    });
    want(m, 0, 8, 151U + m->spec.mrd.message);
}

static void put_mrd6(struct pkt_build *build, const struct made *m)
{
    pkt_build_icmp6_mrd(build, &m->spec.mrd);
}

/* --- all layers --- */

enum {
    ERROR4 = ROLE_OVER4 | ROLE_ERROR,
    ERROR6 = ROLE_OVER6 | ROLE_ERROR,
};

/* clang-format off */
static const struct kind kinds[] = {
    {PKT_PROTO_ETHERNET,     ROLE_ETHERNET,  ROLES_TYPE,                   draw_ethernet,       put_ethernet},
    {PKT_PROTO_VLAN,         ROLE_TAG,       ROLES_TYPE,                   draw_vlan,           put_vlan},
    {PKT_PROTO_LLC,          ROLE_LLC,       ROLES_TYPE & ~ROLE_LLC,       draw_snap,           put_llc},
    {PKT_PROTO_LLC,          ROLE_LLC,       ROLE_PAYLOAD,                 draw_llc,            put_llc},
    {PKT_PROTO_NULL,         ROLE_LINK,      ROLE_IPV4 | ROLE_IPV6,        draw_null,           put_null},
    {PKT_PROTO_SLL,          ROLE_LINK,      ROLES_TYPE,                   draw_sll,            put_sll},
    {PKT_PROTO_SLL2,         ROLE_LINK,      ROLES_TYPE,                   draw_sll,            put_sll2},
    {PKT_PROTO_PPP,          ROLE_PPP,       ROLE_IPV4 | ROLE_IPV6 | ROLE_PAYLOAD, draw_ppp,    put_ppp},
    {PKT_PROTO_ARP,          ROLE_ARP,       0,                            draw_arp,            put_arp},
    {PKT_PROTO_IPV4,         ROLE_IPV4,      ROLES_IN4 | ROLE_IGMP,        draw_ipv4,           put_ipv4},
    {PKT_PROTO_IPV6,         ROLE_IPV6,      ROLES_IN6 | ROLE_ND | ROLE_HOPOPTS, draw_ipv6,     put_ipv6},
    {PKT_PROTO_IP6_HOPOPTS,  ROLE_HOPOPTS,   ROLES_IN6 | ROLE_MLD,         draw_options6,       put_hopopts},
    {PKT_PROTO_IP6_DSTOPTS,  ROLE_EXTENSION, ROLES_IN6,                    draw_dstopts,        put_dstopts},
    {PKT_PROTO_IP6_ROUTING,  ROLE_EXTENSION, ROLES_IN6,                    draw_routing,        put_routing},
    {PKT_PROTO_IP6_FRAGMENT, ROLE_EXTENSION, ROLES_IN6,                    draw_fragment6,      put_fragment6},
    {PKT_PROTO_AH,           ROLE_OVER4,     ROLES_IN4,                    draw_ah,             put_ah},
    {PKT_PROTO_AH,           ROLE_OVER6,     ROLES_IN6,                    draw_ah,             put_ah},
    {PKT_PROTO_ESP,          ROLE_ANY_IP,    ROLE_PAYLOAD,                 draw_esp,            put_esp},
    {PKT_PROTO_UDP,          ROLE_ANY_IP,    ROLE_PAYLOAD | ROLE_VXLAN,    draw_udp,            put_udp},
    {PKT_PROTO_TCP,          ROLE_ANY_IP,    ROLE_PAYLOAD,                 draw_tcp,            put_tcp},
    {PKT_PROTO_GRE,          ROLE_ANY_IP,    ROLE_ETHERNET | ROLE_PPP | ROLE_IPV4 | ROLE_IPV6 | ROLE_TAG | ROLE_PAYLOAD, draw_gre, put_gre},
    {PKT_PROTO_VXLAN,        ROLE_VXLAN,     ROLE_ETHERNET,                draw_vxlan,          put_vxlan},
    {PKT_PROTO_PAYLOAD,      ROLE_PAYLOAD,   0,                            draw_payload,        put_payload},
    {PKT_PROTO_ICMP,         ROLE_OVER4,     ROLE_PAYLOAD,                 draw_echo4,          put_echo4},
    {PKT_PROTO_ICMP,         ROLE_OVER4,     0,                            draw_information,    put_information},
    {PKT_PROTO_ICMP,         ROLE_OVER4,     0,                            draw_timestamp,      put_timestamp},
    {PKT_PROTO_ICMP,         ROLE_OVER4,     0,                            draw_mask,           put_mask},
    {PKT_PROTO_ICMP,         ROLE_OVER4,     0,                            draw_nothing,        put_router_solicitation},
    {PKT_PROTO_ICMP,         ROLE_OVER4,     0,                            draw_router,         put_router},
    {PKT_PROTO_ICMP,         ROLE_OVER4,     0,                            draw_extended_echo,  put_extended_echo4},
    {PKT_PROTO_ICMP,         ROLE_OVER4,     0,                            draw_extended_reply, put_extended_reply4},
    {PKT_PROTO_ICMP,         ROLE_OVER4,     0,                            draw_traceroute,     put_traceroute},
    {PKT_PROTO_ICMP,         ERROR4,         ROLE_IPV4,                    draw_unreachable,    put_unreachable},
    {PKT_PROTO_ICMP,         ERROR4,         ROLE_IPV4,                    draw_quench,         put_quench},
    {PKT_PROTO_ICMP,         ERROR4,         ROLE_IPV4,                    draw_redirect,       put_redirect},
    {PKT_PROTO_ICMP,         ERROR4,         ROLE_IPV4,                    draw_code,           put_time_exceeded4},
    {PKT_PROTO_ICMP,         ERROR4,         ROLE_IPV4,                    draw_parameter4,     put_parameter4},
    {PKT_PROTO_ICMP6,        ROLE_OVER6,     ROLE_PAYLOAD,                 draw_echo6,          put_echo6},
    {PKT_PROTO_ICMP6,        ROLE_OVER6,     0,                            draw_extended_echo,  put_extended_echo6},
    {PKT_PROTO_ICMP6,        ROLE_OVER6,     0,                            draw_extended_reply, put_extended_reply6},
    {PKT_PROTO_ICMP6,        ERROR6,         ROLE_IPV6,                    draw_code,           put_unreachable6},
    {PKT_PROTO_ICMP6,        ERROR6,         ROLE_IPV6,                    draw_too_big,        put_too_big},
    {PKT_PROTO_ICMP6,        ERROR6,         ROLE_IPV6,                    draw_code,           put_time_exceeded6},
    {PKT_PROTO_ICMP6,        ERROR6,         ROLE_IPV6,                    draw_parameter6,     put_parameter6},
    {PKT_PROTO_ICMP6,        ROLE_ND,        0,                            draw_rs,             put_rs},
    {PKT_PROTO_ICMP6,        ROLE_ND,        0,                            draw_ra,             put_ra},
    {PKT_PROTO_ICMP6,        ROLE_ND,        0,                            draw_ns,             put_ns},
    {PKT_PROTO_ICMP6,        ROLE_ND,        0,                            draw_na,             put_na},
    {PKT_PROTO_ICMP6,        ROLE_ND,        0,                            draw_nd_redirect,    put_nd_redirect},
    {PKT_PROTO_IGMP,         ROLE_IGMP,      0,                            draw_igmp,           put_igmp},
    {PKT_PROTO_IGMP,         ROLE_IGMP,      0,                            draw_igmp3_query,    put_igmp3_query},
    {PKT_PROTO_IGMP,         ROLE_IGMP,      0,                            draw_igmp3_report,   put_igmp3_report},
    {PKT_PROTO_IGMP,         ROLE_IGMP,      0,                            draw_mrd4,           put_mrd4},
    {PKT_PROTO_ICMP6,        ROLE_MLD,       0,                            draw_mld1,           put_mld1},
    {PKT_PROTO_ICMP6,        ROLE_MLD,       0,                            draw_mld2_query,     put_mld2_query},
    {PKT_PROTO_ICMP6,        ROLE_MLD,       0,                            draw_mld2_report,    put_mld2_report},
    {PKT_PROTO_ICMP6,        ROLE_MLD,       0,                            draw_mrd6,           put_mrd6},
};
/* clang-format on */
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

#endif
