/*
 * The list of diagnoses: see diagnosis.h. Included by it alone.
 */
#ifndef PKT_DIAGNOSIS_LIST_H
#define PKT_DIAGNOSIS_LIST_H

/* clang-format off */
#define PKT_DIAGNOSIS_MAP(XX) \
    XX(CAP_TRUNCATED,            "cap.truncated",                NOTE,  "",                 "the capture ends inside this header") \
    XX(CAP_TIME_RANGE,           "cap.time-range",               NOTE,  "",                 "the timestamp in the file is out of range and was saturated") \
    XX(LAYERS_TOO_MANY,          "layers.too-many",              NOTE,  "",                 "more layers than the table holds; the rest is not decoded") \
    XX(HEADER_SHORT,             "header.short",                 ERROR, "",                 "the enclosing length leaves too little room for this header") \
    XX(ETH_LENGTH_OVERRUN,       "eth.length-overrun",           ERROR, "IEEE 802.3 3.2.6", "the length field claims more than the frame holds") \
    XX(VLAN_RESERVED_ID,         "vlan.reserved-id",             WARN,  "IEEE 802.1Q 9.6",  "VLAN identifier 4095 is reserved") \
    XX(ARP_LENGTHS,              "arp.address-lengths",          WARN,  "RFC 826",          "the address lengths do not fit the address types") \
    XX(IPV4_VERSION,             "ipv4.version",                 ERROR, "RFC 791 3.1",      "the version field is not 4") \
    XX(IPV4_HEADER_LENGTH,       "ipv4.header-length",           ERROR, "RFC 791 3.1",      "the header length is below 20 bytes or exceeds the total length") \
    XX(IPV4_TOTAL_SHORT,         "ipv4.total-length-short",      ERROR, "RFC 791 3.1",      "the total length is smaller than the header") \
    XX(IPV4_TOTAL_ZERO,          "ipv4.total-length-zero",       NOTE,  "",                 "the total length is 0, as segmentation offload leaves it") \
    XX(IPV4_TOTAL_OVERRUN,       "ipv4.total-length-overrun",    ERROR, "RFC 791 3.1",      "the total length claims more than the frame holds") \
    XX(IPV4_OPTION_LENGTH,       "ipv4.option-length",           ERROR, "RFC 791 3.1",      "an option has length 0 or 1 or runs past the header") \
    XX(IPV4_CHECKSUM,            "ipv4.checksum",                ERROR, "RFC 791 3.1",      "the header checksum is wrong") \
    XX(IPV4_RESERVED_FLAG,       "ipv4.reserved-flag",           WARN,  "RFC 791 3.1",      "the reserved flag is set") \
    XX(IPV4_FRAGMENT_END,        "ipv4.fragment-end",            ERROR, "RFC 791 3.2",      "the fragment ends past the largest datagram of 65,535 bytes") \
    XX(IPV4_SOURCE,              "ipv4.source",                  ERROR, "RFC 1122 3.2.1.3", "the source address is multicast or broadcast") \
    XX(IPV6_VERSION,             "ipv6.version",                 ERROR, "RFC 8200 3",       "the version field is not 6") \
    XX(IPV6_PAYLOAD_OVERRUN,     "ipv6.payload-length-overrun",  ERROR, "RFC 8200 3",       "the payload length claims more than the frame holds") \
    XX(IPV6_EXTENSION_OVERRUN,   "ipv6.extension-overrun",       ERROR, "RFC 8200 4",       "an extension header runs past the payload") \
    XX(IPV6_OPTION_LENGTH,       "ipv6.option-length",           ERROR, "RFC 8200 4.2",     "an option runs past its header") \
    XX(IPV6_HOPOPTS_ORDER,       "ipv6.hop-by-hop-order",        ERROR, "RFC 8200 4.1",     "a hop-by-hop options header does not follow the IPv6 header directly") \
    XX(IPV6_FRAGMENT_END,        "ipv6.fragment-end",            ERROR, "RFC 8200 4.5",     "the fragment ends past the largest payload of 65,535 bytes") \
    XX(IPV6_FRAGMENT_LENGTH,     "ipv6.fragment-length",         ERROR, "RFC 8200 4.5",     "a fragment other than the last is not a multiple of 8 bytes long") \
    XX(IPV6_SOURCE,              "ipv6.source",                  ERROR, "RFC 4291 2.7",     "the source address is multicast") \
    XX(IPV6_ROUTING_SEGMENTS,    "ipv6.routing-segments",        ERROR, "RFC 8200 4.4",     "segments left exceeds the addresses in the routing header") \
    XX(ICMP_CHECKSUM,            "icmp.checksum",                ERROR, "RFC 792",          "the checksum is wrong") \
    XX(ICMP_EXT_CHECKSUM,        "icmp.extension-checksum",      ERROR, "RFC 4884 7",       "the checksum of the extension structure is wrong") \
    XX(ICMP_EXT_OBJECT,          "icmp.extension-object",        ERROR, "RFC 4884 7.1",     "an extension object is shorter than 4 bytes, not a multiple of 4, or runs past the message") \
    XX(ICMP_EXT_LENGTH,          "icmp.extension-length",        ERROR, "RFC 4884 5",       "the length attribute claims more than the message holds") \
    XX(ICMP6_CHECKSUM,           "icmpv6.checksum",              ERROR, "RFC 4443 2.3",     "the checksum is wrong") \
    XX(ND_HOP_LIMIT,             "nd.hop-limit",                 ERROR, "RFC 4861 7.1",     "the hop limit of a neighbour discovery message is not 255") \
    XX(ND_CODE,                  "nd.code",                      ERROR, "RFC 4861 7.1",     "the code of a neighbour discovery message is not 0") \
    XX(ND_OPTION_LENGTH,         "nd.option-length",             ERROR, "RFC 4861 4.6",     "an option has length 0 or runs past the message") \
    XX(ND_TARGET,                "nd.target",                    ERROR, "RFC 4861 7.1",     "the target address is multicast") \
    XX(ND_SOURCE,                "nd.source",                    ERROR, "RFC 4861 6.1",     "the source address is not one that this message may have") \
    XX(ND_DAD_OPTION,            "nd.dad-source-option",         ERROR, "RFC 4861 7.1.1",   "a source link-layer address option stands in a message from the unspecified address") \
    XX(UDP_LENGTH_SHORT,         "udp.length-short",             ERROR, "RFC 768",          "the length field is below 8") \
    XX(UDP_LENGTH_OVERRUN,       "udp.length-overrun",           ERROR, "RFC 768",          "the length field claims more than the IP payload holds") \
    XX(UDP_LENGTH_UNDERRUN,      "udp.length-underrun",          WARN,  "RFC 768",          "the length field leaves out bytes of the IP payload") \
    XX(UDP_CHECKSUM,             "udp.checksum",                 ERROR, "RFC 768",          "the checksum is wrong") \
    XX(UDP_CHECKSUM_ZERO,        "udp.checksum-zero-ipv6",       WARN,  "RFC 8200 8.1",     "no checksum over IPv6, legal only as RFC 6935 and 6936 allow") \
    XX(TCP_HEADER_LENGTH,        "tcp.header-length",            ERROR, "RFC 9293 3.1",     "the data offset is below 5 or past the segment") \
    XX(TCP_OPTION_LENGTH,        "tcp.option-length",            ERROR, "RFC 9293 3.1",     "an option has length 0 or 1 or runs past the header") \
    XX(TCP_CHECKSUM,             "tcp.checksum",                 ERROR, "RFC 9293 3.1",     "the checksum is wrong") \
    XX(CHECKSUM_PARTIAL,         "checksum.partial",             NOTE,  "",                 "the checksum was left to the network card (offload)") \
    XX(GRE_VERSION,              "gre.version",                  WARN,  "RFC 2784 2.3.1",   "the version is neither 0 nor that of PPTP (RFC 2637)") \
    XX(GRE_CHECKSUM,             "gre.checksum",                 ERROR, "RFC 2784 2.5",     "the checksum is wrong") \
    XX(VXLAN_FLAGS,              "vxlan.flags",                  WARN,  "RFC 7348 5",       "the I flag is not set: the VXLAN network identifier is not valid") \
    XX(AH_LENGTH,                "ah.length",                    ERROR, "RFC 4302 2.2",     "the payload length field is below 1 or runs past the packet") \
    XX(ICMP_LENGTH,              "icmp.length-short",            ERROR, "RFC 792",               "the message is shorter than its type is at least") \
    XX(ICMP_EXT_VERSION,         "icmp.extension-version",       WARN,  "RFC 4884 7",            "the version of the extension structure is not 2") \
    XX(ICMP_EXT_QUOTE,           "icmp.extension-quote-short",   ERROR, "RFC 4884 3",            "the quotation before an extension structure is shorter than 128 bytes") \
    XX(ICMP_EXT_CONTENT,         "icmp.extension-content",       ERROR, "RFC 4950 3, RFC 5837 4", "an object's content is not as long as its class and C-type say") \
    XX(ND_LENGTH,                "nd.length-short",              ERROR, "RFC 4861 6.1",          "the message is shorter than its type is at least") \
    XX(ND_OPTION_CONTENT,        "nd.option-content",            ERROR, "RFC 4861 4.6",          "the length of an option is not one that its type can have") \
    XX(ND_PREFIX,                "nd.prefix",                    ERROR, "RFC 4861 4.6.2",        "a prefix is longer than 128 bits or preferred for longer than it is valid") \
    XX(ND_DAD_DESTINATION,       "nd.dad-destination",           ERROR, "RFC 4861 7.1.1",        "a solicitation from the unspecified address is not sent to a solicited-node address") \
    XX(ND_SOLICITED,             "nd.solicited-multicast",       ERROR, "RFC 4861 7.1.2",        "an advertisement to a multicast address has the Solicited flag set") \
    XX(ND_REDIRECT,              "nd.redirect",                  ERROR, "RFC 4861 8.1",          "a redirect is for a multicast destination or to a target that is no router") \
    XX(ND_FRAGMENT,              "nd.fragmented",                ERROR, "RFC 6980 5",            "a neighbour discovery message carries a fragment header") \
    PKT_DIAGNOSIS_MAP_IGMP(XX) \
    PKT_DIAGNOSIS_MAP_MLD(XX)

/*
 * The rules of IGMP that a single packet can break. R1 to R49 and M1 to M17 are the numbers under which the tests name
 * them (tests/unit/test_igmp_rules.c, test_mld_rules.c).
 */
#define PKT_DIAGNOSIS_MAP_IGMP(XX) \
    XX(IGMP_CHECKSUM,            "igmp.checksum",                ERROR, "RFC 9776 4.1.2 (R6)",   "the checksum over the whole IP payload is wrong") \
    XX(IGMP_RECORD_OVERRUN,      "igmp3.record-overrun",         ERROR, "RFC 9776 4.2 (R35)",    "a group record runs past the message") \
    XX(IGMP_TTL,                 "igmp.ttl",                     ERROR, "RFC 9776 4 (R1)",       "the time to live is not 1") \
    XX(IGMP_TOS,                 "igmp.tos",                     WARN,  "RFC 9776 4 (R2)",       "the type of service is not 0xc0, internetwork control") \
    XX(IGMP_ROUTER_ALERT,        "igmp.router-alert",            ERROR, "RFC 9776 4 (R3)",       "the IP header carries no Router Alert option") \
    XX(IGMP_ROUTER_ALERT_VALUE,  "igmp.router-alert-value",      WARN,  "RFC 2113 2.1 (R4)",     "the Router Alert option has a reserved value, not 0") \
    XX(IGMP_LENGTH,              "igmp.length-short",            ERROR, "RFC 2236 6 (R7)",       "the message is shorter than its type is at least") \
    XX(IGMP_TYPE,                "igmp.type",                    WARN,  "RFC 9776 4 (R9)",       "the type is unknown: receivers ignore the message") \
    XX(IGMP_MAC,                 "igmp.mac-destination",         WARN,  "RFC 1112 6.4 (R12)",    "the Ethernet destination is a group that the IP destination does not map to") \
    XX(IGMP_ALL_SYSTEMS,         "igmp.all-systems",             WARN,  "RFC 9776 5 (R13)",      "the message concerns 224.0.0.1, of which no message ever speaks") \
    XX(IGMP_QUERY_LENGTH,        "igmp.query-length",            ERROR, "RFC 9776 7.1 (R14)",    "a query of 9, 10 or 11 bytes is of no version") \
    XX(IGMP_ROBUSTNESS,          "igmp3.robustness",             WARN,  "RFC 9776 8.1 (R20)",    "the querier's robustness variable is 1, which it should not be") \
    XX(IGMP_QUERY_FLAGS,         "igmp3.query-flags",            WARN,  "RFC 9776 4.1.4 (R21)",  "a flag is set in a query that no standard defines") \
    XX(IGMP_GENERAL_SOURCES,     "igmp3.general-query-sources",  ERROR, "RFC 9776 4.1.11 (R22)", "a general query lists sources") \
    XX(IGMP_GROUP,               "igmp.group",                   ERROR, "RFC 9776 4.1.11 (R23)", "the group is not a multicast address") \
    XX(IGMP_SOURCE_OVERRUN,      "igmp3.source-overrun",         ERROR, "RFC 9776 4.1.8 (R24)",  "the number of sources claims more than the query holds") \
    XX(IGMP_QUERY_TRAILING,      "igmp3.query-trailing",         WARN,  "RFC 9776 4.1.10 (R25)", "bytes follow the last source of the query") \
    XX(IGMP_QUERY_DESTINATION,   "igmp.query-destination",       WARN,  "RFC 9776 4.1.12 (R26)", "a general query is not sent to 224.0.0.1, or a specific one not to its group") \
    XX(IGMP_REPORT_DESTINATION,  "igmp.report-destination",      WARN,  "RFC 2236 9 (R31)",      "a v1 or v2 report is not sent to the group that it reports") \
    XX(IGMP_LEAVE_DESTINATION,   "igmp.leave-destination",       ERROR, "RFC 2236 9 (R32)",      "a leave is sent neither to 224.0.0.2 nor to its group") \
    XX(IGMP3_REPORT_DESTINATION, "igmp3.report-destination",     WARN,  "RFC 9776 4.2.15 (R33)", "a v3 report is not sent to 224.0.0.22") \
    XX(IGMP_AUX_DATA,            "igmp3.aux-data",               WARN,  "RFC 9776 4.2.11 (R36)", "a group record carries auxiliary data, which senders must not add") \
    XX(IGMP_RECORD_TYPE,         "igmp3.record-type",            ERROR, "RFC 9776 4.2.13 (R37)", "a group record is of an unknown type") \
    XX(IGMP_RECORD_EMPTY,        "igmp3.record-empty",           WARN,  "RFC 9776 4.2.13 (R38)", "a record that includes, allows or blocks sources lists none") \
    XX(IGMP_SSM,                 "igmp.ssm",                     WARN,  "RFC 9776 4.2.13 (R39)", "a group of 232/8 stands in an exclude record, v1 or v2 report or leave: routers ignore it") \
    XX(IGMP_REPORT_TRAILING,     "igmp3.report-trailing",        WARN,  "RFC 9776 4.2.12 (R44)", "bytes follow the last record of the report") \
    XX(IGMP_RESERVED,            "igmp.reserved",                WARN,  "RFC 9776 4.2.1 (R45)",  "a reserved field or flag of a report, leave or router discovery message is not 0")

/* The rules of MLD that a single packet can break. */
#define PKT_DIAGNOSIS_MAP_MLD(XX) \
    XX(MLD_ROUTER_ALERT,         "mld.router-alert",             ERROR, "RFC 9777 5 (M1)",       "no Router Alert with value 0 in a hop-by-hop options header") \
    XX(MLD_RECORD_OVERRUN,       "mld2.record-overrun",          ERROR, "RFC 9777 5.2.13 (M11)", "an address record runs past the message") \
    XX(MLD_HOP_LIMIT,            "mld.hop-limit",                ERROR, "RFC 9777 5 (M2)",       "the hop limit is not 1") \
    XX(MLD_QUERY_SOURCE,         "mld.query-source",             ERROR, "RFC 9777 5.1.14 (M3)",  "the source of a query is not link-local") \
    XX(MLD_REPORT_SOURCE,        "mld.report-source",            ERROR, "RFC 9777 5.2.14 (M4)",  "the source of a report or done is neither link-local nor unspecified") \
    XX(MLD_LENGTH,               "mld.length-short",             ERROR, "RFC 2710 4 (M6)",       "the message is shorter than its type is at least") \
    XX(MLD_QUERY_LENGTH,         "mld.query-length",             ERROR, "RFC 9777 8.1 (M7)",     "a query of neither 24 bytes nor 28 or more is of no version") \
    XX(MLD_RESERVED,             "mld.reserved",                 WARN,  "RFC 9777 5.1.1 (M9)",   "a code, reserved field or undefined flag is not 0") \
    XX(MLD_ROBUSTNESS,           "mld2.robustness",              WARN,  "RFC 9777 9.1 (M9)",     "the querier's robustness variable is 1, which it should not be") \
    XX(MLD_DESTINATION,          "mld.destination",              WARN,  "RFC 9777 5.1.15 (M10)", "the destination is not the one that this message is sent to") \
    XX(MLD_SOURCE_OVERRUN,       "mld2.source-overrun",          ERROR, "RFC 9777 5.1.10 (M11)", "the number of sources claims more than the query holds") \
    XX(MLD_RECORD_TYPE,          "mld2.record-type",             ERROR, "RFC 9777 5.2.13 (M11)", "an address record is of an unknown type") \
    XX(MLD_TRAILING,             "mld2.trailing",                WARN,  "RFC 9777 5.1.12 (M12)", "bytes follow the last source of the query or the last record of the report") \
    XX(MLD_NEVER_REPORTED,       "mld.never-reported",           WARN,  "RFC 9777 6 (M13)",      "ff02::1 or an address of scope 0 or 1 is reported") \
    XX(MLD_SSM,                  "mld.ssm",                      WARN,  "RFC 9777 5.2.13 (M14)", "an address of ff3x::/32 stands in an exclude record, v1 report or done: routers ignore it") \
    XX(MLD_MAC,                  "mld.mac-destination",          WARN,  "RFC 2464 7 (M17)",      "the Ethernet destination is a group that the IPv6 destination does not map to") \
    XX(MLD_GENERAL_SOURCES,      "mld2.general-query-sources",   ERROR, "RFC 9777 5.1.13",       "a general query lists sources") \
    XX(MLD_ADDRESS,              "mld.address",                  ERROR, "RFC 9777 5.1.13",       "the address is not multicast") \
    XX(MLD_AUX_DATA,             "mld2.aux-data",                WARN,  "RFC 9777 5.2.11",       "an address record carries auxiliary data, which senders must not add") \
    XX(MLD_RECORD_EMPTY,         "mld2.record-empty",            WARN,  "RFC 9777 5.2.13",       "a record that includes, allows or blocks sources lists none")
/* clang-format on */

#endif
