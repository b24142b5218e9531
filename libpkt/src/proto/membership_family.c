/*
 * What IGMP and MLD say differently in whole packets: headers by message type (RFC 9776 4, RFC 9777 5, RFC
 * 4286), and the messages of each version with the fields that they have.
 */
#include "membership_family.h"

enum {
    DECISECOND_MS = 100,
    IGMP_TTL = 1,
    MLD_HOP_LIMIT = 1,
    IGMP_TOS = 0xc0,   /* internetwork control */
    RESPONSE_DS = 100, /* query response interval (RFC 2236 8.3) */
};

/* --- headers --- */

/* RFC 9776 4.1.12, 4.2.15; RFC 2236 9; RFC 4286 4 to 6. Without an address of its own a type goes to the
 * group. */
static const struct {
    uint8_t type;
    struct pkt_ip4 dst;
} destinations4[] = {
    {PKT_IGMP_QUERY,             {{224, 0, 0, 1}}  },
    {PKT_IGMP_V1_REPORT,         {{0}}             },
    {PKT_IGMP_V2_REPORT,         {{0}}             },
    {PKT_IGMP_V2_LEAVE,          {{224, 0, 0, 2}}  },
    {PKT_IGMP_V3_REPORT,         {{224, 0, 0, 22}} },
    {PKT_IGMP_MRD_ADVERTISEMENT, {{224, 0, 0, 106}}},
    {PKT_IGMP_MRD_SOLICITATION,  {{224, 0, 0, 2}}  },
    {PKT_IGMP_MRD_TERMINATION,   {{224, 0, 0, 106}}},
};

bool pkt_igmp_envelope(uint8_t type, struct pkt_ip4 group, struct pkt_ipv4_spec *ip)
{
    for (unsigned i = 0; i < sizeof destinations4 / sizeof *destinations4; i++) {
        if (destinations4[i].type != type)
            continue;
        bool specific = type == PKT_IGMP_QUERY && !pkt_ip4_is_unspecified(group);
        bool to_group = specific || pkt_ip4_is_unspecified(destinations4[i].dst);
        ip->ttl = IGMP_TTL;
        ip->tos = IGMP_TOS;
        ip->dst = to_group ? group : destinations4[i].dst;
        return true;
    }
    return false;
}

/* RFC 9777 5.1.15, 5.2.15; RFC 2710 8; RFC 4286 4 to 6. */
static const struct {
    uint8_t type;
    struct pkt_ip6 dst;
} destinations6[] = {
    {PKT_ICMP6_MLD_QUERY,         {{0xff, 2, [15] = 1}}   },
    {PKT_ICMP6_MLD1_REPORT,       {{0}}                   },
    {PKT_ICMP6_MLD1_DONE,         {{0xff, 2, [15] = 2}}   },
    {PKT_ICMP6_MLD2_REPORT,       {{0xff, 2, [15] = 0x16}}},
    {PKT_ICMP6_MRD_ADVERTISEMENT, {{0xff, 2, [15] = 0x6a}}},
    {PKT_ICMP6_MRD_SOLICITATION,  {{0xff, 2, [15] = 2}}   },
    {PKT_ICMP6_MRD_TERMINATION,   {{0xff, 2, [15] = 0x6a}}},
};

bool pkt_mld_envelope(uint8_t type, struct pkt_ip6 group, struct pkt_ipv6_spec *ip)
{
    for (unsigned i = 0; i < sizeof destinations6 / sizeof *destinations6; i++) {
        if (destinations6[i].type != type)
            continue;
        bool specific = type == PKT_ICMP6_MLD_QUERY && !pkt_ip6_is_unspecified(group);
        bool to_group = specific || pkt_ip6_is_unspecified(destinations6[i].dst);
        ip->hop_limit = MLD_HOP_LIMIT;
        ip->dst = to_group ? group : destinations6[i].dst;
        return true;
    }
    return false;
}

static void put_link(struct pkt_build *build, const struct pkt_membership *m, struct pkt_mac dst)
{
    if (m->envelope.linktype == PKT_LINKTYPE_ETHERNET)
        pkt_build_ethernet(build, &(struct pkt_ethernet_spec){.dst = dst, .src = m->envelope.mac});
    if (m->envelope.linktype == PKT_LINKTYPE_ETHERNET && m->envelope.vlan != 0)
        pkt_build_vlan(build, &(struct pkt_vlan_spec){.id = m->envelope.vlan});
}

/* Not to be fragmented: what is too long is split. */
static void put_headers4(struct pkt_build *build, const struct pkt_membership *m)
{
    struct pkt_ipv4_spec ip = {.src = m->envelope.src4, .id = m->envelope.id, .dont_fragment = true};
    pkt_igmp_envelope(m->type, pkt_ip4_at(m->spec.group, 0), &ip);
    put_link(build, m, pkt_mac_of_ip4_group(ip.dst));
    pkt_build_ipv4(build, &ip);
    pkt_build_ipv4_router_alert(build, 0);
}

static void put_headers6(struct pkt_build *build, const struct pkt_membership *m)
{
    struct pkt_ipv6_spec ip = {.src = m->envelope.src6};
    pkt_mld_envelope(m->type, pkt_ip6_at(m->spec.group, 0), &ip);
    put_link(build, m, pkt_mac_of_ip6_group(ip.dst));
    pkt_build_ipv6(build, &ip);
    pkt_build_ipv6_hopopts(build);
    pkt_build_ipv6_router_alert(build, 0);
}

/* --- messages --- */

static void put_mrd(struct pkt_build *build, const struct pkt_membership_spec *spec,
                    void (*put)(struct pkt_build *, const struct pkt_mrd_spec *))
{
    if (spec->query_interval_s > UINT16_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    put(build, &(struct pkt_mrd_spec){
                   .message = (uint8_t)(spec->message - PKT_MEMBERSHIP_MRD_ADVERTISEMENT),
                   .interval_s = spec->mrd_interval_s,
                   .query_interval_s = (uint16_t)spec->query_interval_s,
                   .robustness = spec->robustness,
               });
}

/* In tenths of a second, 0 for the default: less than one is none, and would be taken for it. */
static uint32_t response_ds(struct pkt_build *build, const struct pkt_membership_spec *spec)
{
    if (spec->max_response_ms != 0 && spec->max_response_ms < DECISECOND_MS)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    return spec->max_response_ms / DECISECOND_MS;
}

/* IGMPv1 knows no maximum response time; that of version 2 has 8 bits that are no code (RFC 2236 2.2). */
static void put_old_igmp(struct pkt_build *build, const struct pkt_membership *m, struct pkt_ip4 group)
{
    uint32_t time_ds = response_ds(build, &m->spec);
    if (time_ds == 0 && m->type == PKT_IGMP_QUERY && m->spec.version == 2)
        time_ds = pkt_ip4_is_unspecified(group) ? RESPONSE_DS : RESPONSE_DS / MULTICAST_LAST_LISTENER;
    if (time_ds > UINT8_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    pkt_build_igmp(build, &(struct pkt_igmp_spec){.type = m->type, .code = (uint8_t)time_ds, .group = group});
}

static void put_igmp(struct pkt_build *build, const struct pkt_membership *m)
{
    const struct pkt_membership_spec *spec = &m->spec;
    struct pkt_ip4 group = pkt_ip4_at(spec->group, 0);
    if (spec->message >= PKT_MEMBERSHIP_MRD_ADVERTISEMENT)
        put_mrd(build, spec, pkt_build_igmp_mrd);
    else if (m->type == PKT_IGMP_V3_REPORT)
        pkt_build_igmp3_report(build);
    else if (spec->version == 3)
        pkt_build_igmp3_query(build,
                              &(struct pkt_igmp3_query_spec){.group = group,
                                                             .max_response_ds = response_ds(build, spec),
                                                             .query_interval_s = spec->query_interval_s,
                                                             .robustness = spec->robustness,
                                                             .suppress = spec->suppress});
    else
        put_old_igmp(build, m, group);
}

static void put_old_mld(struct pkt_build *build, const struct pkt_membership *m, struct pkt_ip6 group)
{
    uint32_t time_ms = m->spec.max_response_ms;
    if (time_ms > UINT16_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    pkt_build_mld1(build, &(struct pkt_mld1_spec){
                              .type = m->type, .max_response_ms = (uint16_t)time_ms, .group = group});
}

static void put_mld(struct pkt_build *build, const struct pkt_membership *m)
{
    const struct pkt_membership_spec *spec = &m->spec;
    struct pkt_ip6 group = pkt_ip6_at(spec->group, 0);
    if (spec->message >= PKT_MEMBERSHIP_MRD_ADVERTISEMENT)
        put_mrd(build, spec, pkt_build_icmp6_mrd);
    else if (m->type == PKT_ICMP6_MLD2_REPORT)
        pkt_build_mld2_report(build);
    else if (spec->version == 2)
        pkt_build_mld2_query(build, &(struct pkt_mld2_query_spec){.group = group,
                                                                  .max_response_ms = spec->max_response_ms,
                                                                  .query_interval_s = spec->query_interval_s,
                                                                  .robustness = spec->robustness,
                                                                  .suppress = spec->suppress});
    else
        put_old_mld(build, m, group);
}

static const struct pkt_membership_kind kinds4[] = {
    {PKT_MEMBERSHIP_QUERY,             3, PKT_IGMP_QUERY,             FIELDS_QUERY_SOURCES, 0          },
    {PKT_MEMBERSHIP_QUERY,             2, PKT_IGMP_QUERY,             FIELDS_QUERY,         0          },
    {PKT_MEMBERSHIP_QUERY,             1, PKT_IGMP_QUERY,             0,                    0          },
    {PKT_MEMBERSHIP_REPORT,            3, PKT_IGMP_V3_REPORT,         FIELD_RECORDS,        0          },
    {PKT_MEMBERSHIP_REPORT,            2, PKT_IGMP_V2_REPORT,         FIELD_GROUP,          FIELD_GROUP},
    {PKT_MEMBERSHIP_REPORT,            1, PKT_IGMP_V1_REPORT,         FIELD_GROUP,          FIELD_GROUP},
    {PKT_MEMBERSHIP_LEAVE,             2, PKT_IGMP_V2_LEAVE,          FIELD_GROUP,          FIELD_GROUP},
    {PKT_MEMBERSHIP_MRD_ADVERTISEMENT, 0, PKT_IGMP_MRD_ADVERTISEMENT, FIELDS_ADVERTISEMENT, 0          },
    {PKT_MEMBERSHIP_MRD_SOLICITATION,  0, PKT_IGMP_MRD_SOLICITATION,  0,                    0          },
    {PKT_MEMBERSHIP_MRD_TERMINATION,   0, PKT_IGMP_MRD_TERMINATION,   0,                    0          },
};

static const struct pkt_membership_kind kinds6[] = {
    {PKT_MEMBERSHIP_QUERY,             2, PKT_ICMP6_MLD_QUERY,         FIELDS_QUERY_SOURCES, 0          },
    {PKT_MEMBERSHIP_QUERY,             1, PKT_ICMP6_MLD_QUERY,         FIELDS_QUERY,         0          },
    {PKT_MEMBERSHIP_REPORT,            2, PKT_ICMP6_MLD2_REPORT,       FIELD_RECORDS,        0          },
    {PKT_MEMBERSHIP_REPORT,            1, PKT_ICMP6_MLD1_REPORT,       FIELD_GROUP,          FIELD_GROUP},
    {PKT_MEMBERSHIP_LEAVE,             1, PKT_ICMP6_MLD1_DONE,         FIELD_GROUP,          FIELD_GROUP},
    {PKT_MEMBERSHIP_MRD_ADVERTISEMENT, 0, PKT_ICMP6_MRD_ADVERTISEMENT, FIELDS_ADVERTISEMENT, 0          },
    {PKT_MEMBERSHIP_MRD_SOLICITATION,  0, PKT_ICMP6_MRD_SOLICITATION,  0,                    0          },
    {PKT_MEMBERSHIP_MRD_TERMINATION,   0, PKT_ICMP6_MRD_TERMINATION,   0,                    0          },
};

/* --- the families --- */

const struct pkt_membership_family *pkt_membership_family(bool v6)
{
    static const struct pkt_membership_family families[] = {
        {
         .linktype = PKT_LINKTYPE_IPV4,
         .proto = PKT_PROTO_IGMP,
         .address_len = 4,
         .kinds = kinds4,
         .kind_count = sizeof kinds4 / sizeof *kinds4,
         .put_headers = put_headers4,
         .put_message = put_igmp,
         .record_fault = pkt_igmp_record_fault,
         },
        {
         .linktype = PKT_LINKTYPE_IPV6,
         .proto = PKT_PROTO_ICMP6,
         .address_len = 16,
         .kinds = kinds6,
         .kind_count = sizeof kinds6 / sizeof *kinds6,
         .put_headers = put_headers6,
         .put_message = put_mld,
         .record_fault = pkt_mld_record_fault,
         },
    };
    return &families[v6];
}
