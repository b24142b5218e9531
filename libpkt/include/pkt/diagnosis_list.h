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
    PKT_DIAGNOSIS_MAP_IGMP(XX) \
    PKT_DIAGNOSIS_MAP_MLD(XX)

/* The rules R1-R49 of IGMP that a single packet can break; the rule's number stands in the section. */
#define PKT_DIAGNOSIS_MAP_IGMP(XX) \
    XX(IGMP_CHECKSUM,            "igmp.checksum",                ERROR, "RFC 9776 4.1.2",   "the checksum over the whole IP payload is wrong (R6)") \
    XX(IGMP_RECORD_OVERRUN,      "igmp3.record-overrun",         ERROR, "RFC 9776 4.2",     "a group record runs past the message (R35)")

/* The rules M1-M17 of MLD that a single packet can break. */
#define PKT_DIAGNOSIS_MAP_MLD(XX) \
    XX(MLD_ROUTER_ALERT,         "mld.router-alert",             ERROR, "RFC 9777 5",       "no Router Alert with value 0 in a hop-by-hop options header (M1)") \
    XX(MLD_RECORD_OVERRUN,       "mld2.record-overrun",          ERROR, "RFC 9777 5.2.13",  "an address record runs past the message (M11)")
/* clang-format on */

#endif
