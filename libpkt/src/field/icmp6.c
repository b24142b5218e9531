/*
 * ICMPv6 with neighbour discovery and its options, MLD, MRD.
 */
#include "pkt/icmp.h"
#include "pkt/igmp.h"
#include "registry.h"

enum icmp6_shape {
    ICMP6_UNREACHABLE = 1 << 0,
    ICMP6_TOO_BIG = 1 << 1,
    ICMP6_TIME_EXCEEDED = 1 << 2,
    ICMP6_PARAMETER_PROBLEM = 1 << 3,
    ICMP6_ECHO = 1 << 4,
    ICMP6_MLD_QUERY_1 = 1 << 5,
    ICMP6_MLD_QUERY_2 = 1 << 6,
    ICMP6_MLD_REPORT_1 = 1 << 7, /* and done */
    ICMP6_MLD_REPORT_2 = 1 << 8,
    ICMP6_RS = 1 << 9,
    ICMP6_RA = 1 << 10,
    ICMP6_NS = 1 << 11,
    ICMP6_NA = 1 << 12,
    ICMP6_REDIRECT = 1 << 13,
    ICMP6_EXTENDED_ECHO = 1 << 14,
    ICMP6_EXTENDED_ECHO_REPLY = 1 << 15,
    ICMP6_OTHER = 1 << 16,
    ICMP6_ND = ICMP6_RS | ICMP6_RA | ICMP6_NS | ICMP6_NA | ICMP6_REDIRECT,
    ICMP6_EXTENDED = ICMP6_EXTENDED_ECHO | ICMP6_EXTENDED_ECHO_REPLY,
    ICMP6_MLD_QUERY = ICMP6_MLD_QUERY_1 | ICMP6_MLD_QUERY_2,
    ICMP6_MLD_1 = ICMP6_MLD_QUERY_1 | ICMP6_MLD_REPORT_1,
};

static const struct field_shape icmp6_shapes[] = {
    {PKT_ICMP6_UNREACHABLE,             0, ICMP6_UNREACHABLE        },
    {PKT_ICMP6_PACKET_TOO_BIG,          0, ICMP6_TOO_BIG            },
    {PKT_ICMP6_TIME_EXCEEDED,           0, ICMP6_TIME_EXCEEDED      },
    {PKT_ICMP6_PARAMETER_PROBLEM,       0, ICMP6_PARAMETER_PROBLEM  },
    {PKT_ICMP6_ECHO_REQUEST,            0, ICMP6_ECHO               },
    {PKT_ICMP6_ECHO_REPLY,              0, ICMP6_ECHO               },
    {PKT_ICMP6_MLD_QUERY,               0, ICMP6_MLD_QUERY_2        },
    {PKT_ICMP6_MLD1_REPORT,             0, ICMP6_MLD_REPORT_1       },
    {PKT_ICMP6_MLD1_DONE,               0, ICMP6_MLD_REPORT_1       },
    {PKT_ICMP6_ROUTER_SOLICITATION,     0, ICMP6_RS                 },
    {PKT_ICMP6_ROUTER_ADVERTISEMENT,    0, ICMP6_RA                 },
    {PKT_ICMP6_NEIGHBOUR_SOLICITATION,  0, ICMP6_NS                 },
    {PKT_ICMP6_NEIGHBOUR_ADVERTISEMENT, 0, ICMP6_NA                 },
    {PKT_ICMP6_REDIRECT,                0, ICMP6_REDIRECT           },
    {PKT_ICMP6_MLD2_REPORT,             0, ICMP6_MLD_REPORT_2       },
    {PKT_ICMP6_EXTENDED_ECHO,           0, ICMP6_EXTENDED_ECHO      },
    {PKT_ICMP6_EXTENDED_ECHO_REPLY,     0, ICMP6_EXTENDED_ECHO_REPLY},
};

static struct pkt_icmp message_of(const struct pkt_field_item *item)
{
    return (struct pkt_icmp){item->view, item->len, true};
}

static void enter_icmp6(struct pkt_field_item *item)
{
    item->shape = field_find_shape(icmp6_shapes, sizeof icmp6_shapes / sizeof *icmp6_shapes,
                                   pkt_u8(item->view, 0), 0, ICMP6_OTHER, ICMP6_OTHER);
    if (item->shape == ICMP6_MLD_QUERY_2 && pkt_mld_version(message_of(item)) != 2)
        item->shape = ICMP6_MLD_QUERY_1;
}

/* What follows the checksum. */
static bool body(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, 4));
}

/* The length attribute of RFC 4884; 0 is what senders without it leave in an unused field. */
static bool quoted_len(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return pkt_u8(item->view, 4) != 0 && field_octets(ret_value, item->view, 4, 1);
}

static bool max_response(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return pkt_view_has(item->view, 4, 2) && field_uint(ret_value, pkt_mld_max_response_ms(message_of(item)));
}

/* MLDv2's query interval has the code of IGMPv3's (RFC 9777 5.1.9). */
static bool query_interval(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return pkt_view_has(item->view, 25, 1) &&
           field_uint(ret_value, pkt_igmp_float_decode(pkt_mld2_qqic(message_of(item))));
}

static void open_nd_options(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    ret_items->stride = 0;
    pkt_nd_options(message_of(item), &ret_items->list);
}

static void open_sources(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    *ret_items = field_array(pkt_mld2_sources(message_of(item)), 16);
}

static void open_records(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    ret_items->stride = 0;
    pkt_mld2_records(message_of(item), &ret_items->list);
}

/* clang-format off */
static const struct pkt_field icmp6_rows[] = {
    {NAME("icmpv6", "type", "type"), OCTETS(0, 1)},
    {NAME("icmpv6", "code", "code"), OCTETS(1, 1)},
    CHECKSUM_ROWS("icmpv6", "pkt.icmpv6", 2, 0),
    {NAME("icmpv6", "echo.identifier", "echo_identifier"), OCTETS(4, 2), .hex_digits = 4,
     .shapes = ICMP6_ECHO | ICMP6_EXTENDED},
    {NAME("icmpv6", "echo.sequence_number", "echo_sequence_number"), OCTETS(6, 2), .shapes = ICMP6_ECHO},
    {NAME("icmpv6", "ext.echo.seq", "ext_echo_seq"), OCTETS(6, 1), .shapes = ICMP6_EXTENDED},
    {NAME("icmpv6", "ext.echo.req.local", "ext_echo_req_local"), .type = PKT_FIELD_BOOL, BITS(63, 1),
     .shapes = ICMP6_EXTENDED_ECHO},
    {NAME("icmpv6", "ext.echo.rsp.state", "ext_echo_rsp_state"), BITS(56, 3),
     .shapes = ICMP6_EXTENDED_ECHO_REPLY},
    {NAME("icmpv6", "ext.echo.rsp.active", "ext_echo_rsp_active"), .type = PKT_FIELD_BOOL, BITS(61, 1),
     .shapes = ICMP6_EXTENDED_ECHO_REPLY},
    {NAME("icmpv6", "ext.echo.rsp.ipv4", "ext_echo_rsp_ipv4"), .type = PKT_FIELD_BOOL, BITS(62, 1),
     .shapes = ICMP6_EXTENDED_ECHO_REPLY},
    {NAME("icmpv6", "ext.echo.rsp.ipv6", "ext_echo_rsp_ipv6"), .type = PKT_FIELD_BOOL, BITS(63, 1),
     .shapes = ICMP6_EXTENDED_ECHO_REPLY},
    {NAME("icmpv6", "length", "length"), .get = quoted_len, WIDTH(1), .shapes = ICMP6_UNREACHABLE | ICMP6_TIME_EXCEEDED,
     .unit = "8 bytes"},
    {NAME("icmpv6", "data", "data"), .type = PKT_FIELD_BYTES, .get = body, .shapes = ICMP6_OTHER},
    {NAME("pkt.icmpv6", "reserved_octets", "reserved_octets"), .type = PKT_FIELD_BYTES, OCTETS(4, 4),
     .shapes = ICMP6_UNREACHABLE | ICMP6_TIME_EXCEEDED | ICMP6_RS | ICMP6_NS | ICMP6_REDIRECT,
     .flags = PKT_FIELD_HIDDEN},
    {NAME("pkt.icmpv6", "reserved_octets", "reserved_octets"), .type = PKT_FIELD_BYTES, OCTETS(6, 2),
     .shapes = ICMP6_MLD_QUERY | ICMP6_MLD_REPORT_1, .flags = PKT_FIELD_HIDDEN},
    {NAME("pkt.icmpv6", "reserved_octets", "reserved_octets"), .type = PKT_FIELD_BYTES, OCTETS(4, 2),
     .shapes = ICMP6_MLD_REPORT_2, .flags = PKT_FIELD_HIDDEN},
    {NAME("icmpv6", "mtu", "mtu"), OCTETS(4, 4), .shapes = ICMP6_TOO_BIG, .unit = "bytes"},
    {NAME("icmpv6", "pointer", "pointer"), OCTETS(4, 4), .shapes = ICMP6_PARAMETER_PROBLEM},
    {NAME("icmpv6", "nd.ra.cur_hop_limit", "nd_ra_cur_hop_limit"), OCTETS(4, 1), .shapes = ICMP6_RA},
    {NAME("icmpv6", "nd.ra.flag", "nd_ra_flag"), OCTETS(5, 1), .hex_digits = 2, .shapes = ICMP6_RA},
    {NAME("icmpv6", "nd.ra.flag.m", "nd_ra_flag_m"), .type = PKT_FIELD_BOOL, BITS(40, 1), .shapes = ICMP6_RA},
    {NAME("icmpv6", "nd.ra.flag.o", "nd_ra_flag_o"), .type = PKT_FIELD_BOOL, BITS(41, 1), .shapes = ICMP6_RA},
    {NAME("icmpv6", "nd.ra.flag.h", "nd_ra_flag_h"), .type = PKT_FIELD_BOOL, BITS(42, 1), .shapes = ICMP6_RA},
    {NAME("icmpv6", "nd.ra.flag.prf", "nd_ra_flag_prf"), BITS(43, 2), .shapes = ICMP6_RA},
    {NAME("icmpv6", "nd.ra.flag.p", "nd_ra_flag_p"), .type = PKT_FIELD_BOOL, BITS(45, 1), .shapes = ICMP6_RA},
    {NAME("icmpv6", "nd.ra.flag.rsv", "nd_ra_flag_rsv"), BITS(46, 2), .shapes = ICMP6_RA},
    {NAME("icmpv6", "nd.ra.router_lifetime", "nd_ra_router_lifetime"), OCTETS(6, 2), .shapes = ICMP6_RA,
     .unit = "s"},
    {NAME("icmpv6", "nd.ra.reachable_time", "nd_ra_reachable_time"), OCTETS(8, 4), .shapes = ICMP6_RA,
     .unit = "ms"},
    {NAME("icmpv6", "nd.ra.retrans_timer", "nd_ra_retrans_timer"), OCTETS(12, 4), .shapes = ICMP6_RA,
     .unit = "ms"},
    {NAME("icmpv6", "nd.ns.target_address", "nd_ns_target_address"), .type = PKT_FIELD_IP6, OCTETS(8, 16),
     .shapes = ICMP6_NS},
    {NAME("icmpv6", "nd.na.flag", "nd_na_flag"), OCTETS(4, 4), .hex_digits = 8, .shapes = ICMP6_NA},
    {NAME("icmpv6", "nd.na.flag.r", "nd_na_flag_r"), .type = PKT_FIELD_BOOL, BITS(32, 1), .shapes = ICMP6_NA},
    {NAME("icmpv6", "nd.na.flag.s", "nd_na_flag_s"), .type = PKT_FIELD_BOOL, BITS(33, 1), .shapes = ICMP6_NA},
    {NAME("icmpv6", "nd.na.flag.o", "nd_na_flag_o"), .type = PKT_FIELD_BOOL, BITS(34, 1), .shapes = ICMP6_NA},
    {NAME("icmpv6", "nd.na.flag.rsv", "nd_na_flag_rsv"), BITS(35, 29), .shapes = ICMP6_NA},
    {NAME("icmpv6", "nd.na.target_address", "nd_na_target_address"), .type = PKT_FIELD_IP6, OCTETS(8, 16),
     .shapes = ICMP6_NA},
    {NAME("icmpv6", "nd.rd.target_address", "nd_rd_target_address"), .type = PKT_FIELD_IP6, OCTETS(8, 16),
     .shapes = ICMP6_REDIRECT},
    {NAME("icmpv6", "rd.na.destination_address", "rd_na_destination_address"), .type = PKT_FIELD_IP6,
     OCTETS(24, 16), .shapes = ICMP6_REDIRECT},
    {NAME("icmpv6", "mld.maximum_response_delay", "mld_maximum_response_delay"), OCTETS(4, 2),
     .shapes = ICMP6_MLD_1, .unit = "ms"},
    {NAME("pkt.icmpv6", "mld.maximum_response_code_raw", "mld_maximum_response_code_raw"), OCTETS(4, 2),
     .shapes = ICMP6_MLD_QUERY_2},
    {NAME("icmpv6", "mld.maximum_response_code", "mld_maximum_response_code"), .get = max_response,
     .shapes = ICMP6_MLD_QUERY_2, .unit = "ms", .flags = PKT_FIELD_DERIVED},
    {NAME("icmpv6", "mld.multicast_address", "mld_multicast_address"), .type = PKT_FIELD_IP6, OCTETS(8, 16),
     .shapes = ICMP6_MLD_QUERY | ICMP6_MLD_REPORT_1},
    {NAME("icmpv6", "mld.flag", "mld_flag"), OCTETS(24, 1), .hex_digits = 2, .shapes = ICMP6_MLD_QUERY_2},
    {NAME("icmpv6", "mld.flag.s", "mld_flag_s"), .type = PKT_FIELD_BOOL, BITS(196, 1),
     .shapes = ICMP6_MLD_QUERY_2},
    {NAME("icmpv6", "mld.flag.qrv", "mld_flag_qrv"), BITS(197, 3), .shapes = ICMP6_MLD_QUERY_2},
    {NAME("icmpv6", "mld.flag.reserved", "mld_flag_reserved"), BITS(192, 4), .shapes = ICMP6_MLD_QUERY_2},
    {NAME("pkt.icmpv6", "mld.qqic", "mld_qqic"), OCTETS(25, 1), .shapes = ICMP6_MLD_QUERY_2},
    {NAME("icmpv6", "mld.qqi", "mld_qqi"), .get = query_interval, .shapes = ICMP6_MLD_QUERY_2, .unit = "s",
     .flags = PKT_FIELD_DERIVED},
    {NAME("icmpv6", "mld.nb_sources", "mld_nb_sources"), OCTETS(26, 2), .shapes = ICMP6_MLD_QUERY_2},
    {NAME("icmpv6", "mldr.nb_mcast_records", "mldr_nb_mcast_records"), OCTETS(6, 2),
     .shapes = ICMP6_MLD_REPORT_2},
};
/* clang-format on */
/* clang-format off */
static const struct field_list icmp6_lists[] = {
    {LIST("options"), .group = GROUP_ND_OPTION, .shapes = ICMP6_ND, .open = open_nd_options},
    {LIST("sources"), .group = GROUP_MLD_SOURCE, .shapes = ICMP6_MLD_QUERY_2, .open = open_sources},
    {LIST("records"), .group = GROUP_MLD_RECORD, .shapes = ICMP6_MLD_REPORT_2, .open = open_records},
};
/* clang-format on */
const struct field_group field_icmp6 = {OBJECT("icmpv6"), ROWS(icmp6_rows), LISTS(icmp6_lists),
                                        .enter = enter_icmp6};

/* --- options of neighbour discovery --- */

enum nd_option_shape {
    ND_SOURCE = 1 << 0,
    ND_TARGET = 1 << 1,
    ND_PREFIX = 1 << 2,
    ND_REDIRECTED = 1 << 3,
    ND_MTU = 1 << 4,
    ND_NONCE = 1 << 5,
    ND_ROUTE = 1 << 6,
    ND_RDNSS = 1 << 7,
    ND_DNSSL = 1 << 8,
    ND_INTERVAL = 1 << 9,
    ND_HOME_AGENT = 1 << 10,
    ND_CAPTIVE_PORTAL = 1 << 11,
    ND_OTHER = 1 << 12,
    ND_LINK_ADDRESS = ND_SOURCE | ND_TARGET,
};

static const struct field_shape nd_shapes[] = {
    {PKT_ND_OPTION_SOURCE_LLA, 0, ND_SOURCE        },
    {PKT_ND_OPTION_TARGET_LLA, 0, ND_TARGET        },
    {PKT_ND_OPTION_PREFIX,     0, ND_PREFIX        },
    {PKT_ND_OPTION_REDIRECTED, 0, ND_REDIRECTED    },
    {PKT_ND_OPTION_MTU,        0, ND_MTU           },
    {PKT_ND_OPTION_NONCE,      0, ND_NONCE         },
    {PKT_ND_OPTION_ROUTE,      0, ND_ROUTE         },
    {PKT_ND_OPTION_RDNSS,      0, ND_RDNSS         },
    {PKT_ND_OPTION_DNSSL,      0, ND_DNSSL         },
    {7,                        0, ND_INTERVAL      }, /* RFC 6275 7.3 */
    {8,                        0, ND_HOME_AGENT    }, /* RFC 6275 7.4 */
    {37,                       0, ND_CAPTIVE_PORTAL}, /* RFC 8910 2.3 */
};

static void enter_nd_option(struct pkt_field_item *item)
{
    item->shape = field_find_shape(nd_shapes, sizeof nd_shapes / sizeof *nd_shapes, pkt_u8(item->view, 0), 0,
                                   ND_OTHER, ND_OTHER);
}

static bool behind_length(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, 2));
}

/* A route's prefix has as many bytes as its option has room for (RFC 4191 2.3). */
static bool route_prefix(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_clip(item->view, 8, 16));
}

static bool captive_portal(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_view uri = pkt_view_from(item->view, 2);
    while (uri.len > 0 && pkt_u8(uri, uri.len - 1) == 0)
        uri = pkt_view_clip(uri, 0, uri.len - 1);
    return field_bytes(ret_value, uri);
}

static void open_servers(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    *ret_items = field_array(pkt_view_from(item->view, 8), 16);
}

/* clang-format off */
static const struct pkt_field nd_option_rows[] = {
    {NAME("icmpv6", "opt.type", "opt_type"), OCTETS(0, 1)},
    {NAME("icmpv6", "opt.length", "opt_length"), OCTETS(1, 1), .unit = "8 bytes"},
    {NAME("icmpv6", "opt.linkaddr", "opt_linkaddr"), .type = PKT_FIELD_LINK_ADDRESS, .get = behind_length,
     .shapes = ND_LINK_ADDRESS, .flags = PKT_FIELD_HIDDEN},
    {NAME("icmpv6", "opt.src_linkaddr", "opt_src_linkaddr"), .type = PKT_FIELD_LINK_ADDRESS,
     .get = behind_length, .shapes = ND_SOURCE},
    {NAME("icmpv6", "opt.target_linkaddr", "opt_target_linkaddr"), .type = PKT_FIELD_LINK_ADDRESS,
     .get = behind_length, .shapes = ND_TARGET},
    {NAME("icmpv6", "opt.prefix.length", "opt_prefix_length"), OCTETS(2, 1), .shapes = ND_PREFIX | ND_ROUTE,
     .unit = "bits"},
    {NAME("icmpv6", "opt.prefix.flag", "opt_prefix_flag"), OCTETS(3, 1), .hex_digits = 2,
     .shapes = ND_PREFIX},
    {NAME("icmpv6", "opt.prefix.flag.l", "opt_prefix_flag_l"), .type = PKT_FIELD_BOOL, BITS(24, 1),
     .shapes = ND_PREFIX},
    {NAME("icmpv6", "opt.prefix.flag.a", "opt_prefix_flag_a"), .type = PKT_FIELD_BOOL, BITS(25, 1),
     .shapes = ND_PREFIX},
    {NAME("icmpv6", "opt.prefix.flag.r", "opt_prefix_flag_r"), .type = PKT_FIELD_BOOL, BITS(26, 1),
     .shapes = ND_PREFIX},
    {NAME("icmpv6", "opt.prefix.flag.reserved", "opt_prefix_flag_reserved"), BITS(27, 5),
     .shapes = ND_PREFIX},
    {NAME("icmpv6", "opt.prefix.valid_lifetime", "opt_prefix_valid_lifetime"), OCTETS(4, 4),
     .shapes = ND_PREFIX, .unit = "s"},
    {NAME("icmpv6", "opt.prefix.preferred_lifetime", "opt_prefix_preferred_lifetime"), OCTETS(8, 4),
     .shapes = ND_PREFIX, .unit = "s"},
    {NAME("icmpv6", "opt.prefix", "opt_prefix"), .type = PKT_FIELD_IP6, OCTETS(16, 16), .shapes = ND_PREFIX},
    {NAME("icmpv6", "opt.mtu", "opt_mtu"), OCTETS(4, 4), .shapes = ND_MTU, .unit = "bytes"},
    {NAME("icmpv6", "opt.nonce", "opt_nonce"), .type = PKT_FIELD_BYTES, .get = behind_length,
     .shapes = ND_NONCE},
    {NAME("icmpv6", "opt.route_info.flag", "opt_route_info_flag"), OCTETS(3, 1), .hex_digits = 2,
     .shapes = ND_ROUTE},
    {NAME("icmpv6", "opt.route_info.flag.route_preference", "opt_route_info_flag_route_preference"),
     BITS(27, 2), .shapes = ND_ROUTE},
    {NAME("icmpv6", "opt.route_lifetime", "opt_route_lifetime"), OCTETS(4, 4), .shapes = ND_ROUTE,
     .unit = "s"},
    {NAME("icmpv6", "opt.prefix", "opt_prefix"), .type = PKT_FIELD_IP6, .get = route_prefix,
     .shapes = ND_ROUTE},
    {NAME("icmpv6", "opt.rdnss.lifetime", "opt_rdnss_lifetime"), OCTETS(4, 4), .shapes = ND_RDNSS,
     .unit = "s"},
    {NAME("icmpv6", "opt.dnssl.lifetime", "opt_dnssl_lifetime"), OCTETS(4, 4), .shapes = ND_DNSSL,
     .unit = "s"},
    {NAME("icmpv6", "opt.advertisement_interval", "opt_advertisement_interval"), OCTETS(4, 4),
     .shapes = ND_INTERVAL, .unit = "ms"},
    {NAME("icmpv6", "opt.home_agent_preference", "opt_home_agent_preference"), OCTETS(4, 2),
     .shapes = ND_HOME_AGENT},
    {NAME("icmpv6", "opt.home_agent_lifetime", "opt_home_agent_lifetime"), OCTETS(6, 2),
     .shapes = ND_HOME_AGENT, .unit = "s"},
    {NAME("icmpv6", "data", "data"), .type = PKT_FIELD_BYTES, .get = behind_length, .shapes = ND_OTHER},
    {NAME("pkt.icmpv6", "opt.data", "opt_data"), .type = PKT_FIELD_BYTES, .get = behind_length,
     .shapes = ND_REDIRECTED | ND_DNSSL | ND_CAPTIVE_PORTAL, .flags = PKT_FIELD_HIDDEN},
    {NAME("icmpv6", "opt.captive_portal", "opt_captive_portal"), .type = PKT_FIELD_STRING,
     .get = captive_portal, .shapes = ND_CAPTIVE_PORTAL},
};
/* clang-format on */
/* clang-format off */
static const struct field_list nd_option_lists[] = {
    {LIST("servers"), .group = GROUP_ND_SERVER, .shapes = ND_RDNSS, .open = open_servers},
};
/* clang-format on */
const struct field_group field_nd_option = {ROWS(nd_option_rows), LISTS(nd_option_lists),
                                            .enter = enter_nd_option};

/* clang-format off */
static const struct pkt_field server_rows[] = {
    {NAME("icmpv6", "opt.rdnss", "opt_rdnss"), .type = PKT_FIELD_IP6, OCTETS(0, 16)},
};
/* clang-format on */
const struct field_group field_nd_server = {ROWS(server_rows)};

/* --- MLD --- */

enum {
    RECORD_SOURCES = 20,
};

/* clang-format off */
static const struct pkt_field source_rows[] = {
    {NAME("icmpv6", "mld.source_address", "mld_source_address"), .type = PKT_FIELD_IP6, OCTETS(0, 16)},
};
/* clang-format on */
const struct field_group field_mld_source = {ROWS(source_rows)};

static void open_record_sources(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    *ret_items = field_array(pkt_view_clip(item->view, RECORD_SOURCES, 16U * pkt_u16(item->view, 2)), 16);
}

static bool aux_data(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, RECORD_SOURCES + 16U * pkt_u16(item->view, 2)));
}

/* clang-format off */
static const struct pkt_field record_rows[] = {
    {NAME("icmpv6", "mldr.mar.record_type", "mldr_mar_record_type"), OCTETS(0, 1)},
    {NAME("icmpv6", "mldr.mar.aux_data_len", "mldr_mar_aux_data_len"), OCTETS(1, 1), .unit = "words"},
    {NAME("icmpv6", "mldr.mar.nb_sources", "mldr_mar_nb_sources"), OCTETS(2, 2)},
    {NAME("icmpv6", "mldr.mar.multicast_address", "mldr_mar_multicast_address"), .type = PKT_FIELD_IP6,
     OCTETS(4, 16)},
    {NAME("icmpv6", "mldr.mar.auxiliary_data", "mldr_mar_auxiliary_data"), .type = PKT_FIELD_BYTES,
     .get = aux_data},
};
/* clang-format on */
/* clang-format off */
static const struct field_list record_lists[] = {
    {LIST("sources"), .group = GROUP_MLD_RECORD_SOURCE, .open = open_record_sources},
};
/* clang-format on */
const struct field_group field_mld_record = {ROWS(record_rows), LISTS(record_lists)};

/* clang-format off */
static const struct pkt_field record_source_rows[] = {
    {NAME("icmpv6", "mldr.mar.source_address", "mldr_mar_source_address"), .type = PKT_FIELD_IP6,
     OCTETS(0, 16)},
};
/* clang-format on */
const struct field_group field_mld_record_source = {ROWS(record_source_rows)};
