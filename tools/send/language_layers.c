/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layers: their words and options. A new one is a row here, and a step in language_put.c.
 */
#include "language_put.h"

#include "pkt/icmp_build.h"
#include "pkt/igmp_build.h"
#include "pkt/link.h"
#include "pkt/linktype.h"
#include "pkt/nd_build.h"
#include "pkt/transport.h"

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
    {"trailer", NULL, PKT_PROTO_NONE, LAYER_BEHIND | LAYER_TRAILS, 0, NULL, NULL, NULL, put_trailer},
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
