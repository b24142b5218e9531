/*
 * pktsend's language: what a text becomes, where a wrong one is wrong, how packets multiply and vary.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pkt/field.h"
#include "send/plan.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct send_plan *plan_of(const char *text, const struct send_context *context)
{
    struct send_plan *plan = NULL;
    struct send_error error;
    int result = send_plan_parse(text, context, &plan, &error);
    if (result != 0)
        fail_msg("%s: column %zu: %s", text, error.column, error.sentence);
    return plan;
}

/* The next packet, decoded. */
static bool next(struct send_plan *plan, struct send_packet *ret_packet, struct pkt_packet *ret_decoded)
{
    struct send_error error;
    int result = send_plan_next(plan, ret_packet, &error);
    if (result < 0)
        fail_msg("packet: column %zu: %s", error.column, error.sentence);
    if (result > 0)
        pkt_decode(ret_packet->bytes, (uint32_t)ret_packet->bytes.len, ret_packet->linktype, 0, ret_decoded);
    return result > 0;
}

/* A field's first value as text; "" when it does not occur. */
static const char *field_text(const struct pkt_packet *packet, const char *name)
{
    static char text[4096];
    struct pkt_field_ref ref;
    struct pkt_field_value value;
    int used = 0;
    if (!pkt_field_find(name, strlen(name), &ref))
        fail_msg("no field %s", name);
    text[0] = '\0';
    if (!pkt_field_first(&ref, packet, NULL, PKT_SCOPE_ALL, &value))
        return text;
    if (value.type <= PKT_FIELD_BOOL) {
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)value.number);
        return text;
    }
    bool is_ip4 = value.type == PKT_FIELD_IP4;
    for (size_t i = 0; i < value.bytes.len && (size_t)used < sizeof text - 8; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, is_ip4 ? "%s%u" : "%s%02x",
                         i > 0 && value.type != PKT_FIELD_BYTES ? (is_ip4 ? "." : ":") : "",
                         pkt_u8(value.bytes, i));
    return text;
}

/* --- fields --- */

struct expected {
    const char *text;
    const char *field;
    const char *value;
};

static const struct expected expected[] = {
  /* defaults */
    {"ip / udp",                                                          "ip.src",                           "192.0.2.1"                                      },
    {"ip / udp",                                                          "ip.dst",                           "192.0.2.2"                                      },
    {"ip / udp",                                                          "ip.ttl",                           "64"                                             },
    {"ip / udp",                                                          "ip.proto",                         "17"                                             },
    {"ip / udp",                                                          "udp.srcport",                      "40000"                                          },
    {"ip / udp",                                                          "udp.dstport",                      "9"                                              },
    {"ip / udp / \"abc\"",                                                "udp.length",                       "11"                                             },
    {"ip / tcp",                                                          "tcp.flags",                        "2"                                              },
    {"ip / tcp",                                                          "tcp.dstport",                      "80"                                             },
    {"ip6 / udp",                                                         "ipv6.hlim",                        "64"                                             },
    {"eth / ip",                                                          "eth.src",                          "02:00:00:00:00:01"                              },
    {"eth / ip",                                                          "eth.dst",                          "02:00:00:00:00:02"                              },
    {"eth / ip dst=224.0.0.251",                                          "eth.dst",                          "01:00:5e:00:00:fb"                              },
    {"eth / ip dst=255.255.255.255",                                      "eth.dst",                          "ff:ff:ff:ff:ff:ff"                              },
    {"eth / ip6 dst=ff02::fb",                                            "eth.dst",                          "33:33:00:00:00:fb"                              },
    {"eth / vlan / ip dst=224.0.0.1",                                     "eth.dst",                          "01:00:5e:00:00:01"                              },
    {"arp",                                                               "eth.type",                         "2054"                                           },
    {"arp 10.0.0.1",                                                      "arp.dst.proto_ipv4",               "10.0.0.1"                                       },
 /* values */
    {"ip ttl=0x10",                                                       "ip.ttl",                           "16"                                             },
    {"ip ttl=0",                                                          "ip.ttl",                           "0"                                              },
    {"ip  ttl  =  7  /  udp",                                             "ip.ttl",                           "7"                                              },
    {"ip dst=10.0.0.1/udp",                                               "ip.dst",                           "10.0.0.1"                                       },
    {"ip tos=0xc0 id=5 df",                                               "ip.flags.df",                      "1"                                              },
    {"ip proto=89",                                                       "ip.proto",                         "89"                                             },
    {"ip proto=ospf",                                                     "ip.proto",                         "89"                                             },
    {"eth type=arp",                                                      "eth.type",                         "2054"                                           },
    {"eth dst=02-00-00-00-00-0a src=2:0:0:0:0:b",                         "eth.dst",                          "02:00:00:00:00:0a"                              },
    {"ip / tcp flags=SA",                                                 "tcp.flags",                        "18"                                             },
    {"ip / tcp ack psh",                                                  "tcp.flags",                        "24"                                             },
    {"ip / tcp flags=0",                                                  "tcp.flags",                        "0"                                              },
    {"ip hdr_len*=60 len*=20",                                            "ip.hdr_len",                       "60"                                             },
    {"ip / udp checksum*=0x1234",                                         "udp.checksum",                     "4660"                                           },
    {"ip / udp length*=5 / \"hello\"",                                    "udp.length",                       "5"                                              },
    {"ip6 flow=0x12345 / udp",                                            "ipv6.flow",                        "74565"                                          },
    {"eth / vlan vid=100 prio=5 / vlan id=7 / ip",                        "vlan.id",                          "100"                                            },
    {"ip / gre key=7 / ip",                                               "gre.key",                          "7"                                              },
    {"ip / gre seq=9 csum / ip",                                          "gre.sequence_number",              "9"                                              },
    {"ip / udp / vxlan vni=77 / eth / ip",                                "vxlan.vni",                        "77"                                             },
    {"ip / udp / vxlan / eth / ip",                                       "udp.dstport",                      "4789"                                           },
 /* messages */
    {"ip / icmp",                                                         "icmp.type",                        "8"                                              },
    {"ip / icmp echo-reply id=3 seq=4",                                   "icmp.seq",                         "4"                                              },
    {"ip / icmp type=13",                                                 "icmp.type",                        "13"                                             },
    {"ip / icmp type=200 code=3",                                         "icmp.type",                        "200"                                            },
    {"ip / icmp unreachable port",                                        "icmp.code",                        "3"                                              },
    {"ip / icmp unreachable code=4 mtu=1400",                             "icmp.mtu",                         "1400"                                           },
    {"ip / icmp mtu=1400 unreachable frag-needed",                        "icmp.mtu",                         "1400"                                           },
    {"ip / icmp redirect host gw=10.0.0.9",                               "icmp.redir_gw",                    "10.0.0.9"                                       },
    {"ip / icmp redirect host",                                           "icmp.code",                        "1"                                              },
    {"ip / icmp mask-reply mask=255.255.255.0",                           "icmp.address_mask",                "255.255.255.0"                                  },
    {"ip6 / icmp6 too-big mtu=1280",                                      "icmpv6.mtu",                       "1280"                                           },
    {"ip6 / icmp6 unreachable port",                                      "icmpv6.code",                      "4"                                              },
    {"ip6 / ns 2001:db8::5",                                              "ipv6.dst",                         "ff:02:00:00:00:00:00:00:00:00:00:01:ff:00:00:05"},
    {"ip6 / ns 2001:db8::5",                                              "ipv6.hlim",                        "255"                                            },
    {"ip6 / icmp6 na 2001:db8::5 solicited",                              "icmpv6.nd.na.flag.s",              "1"                                              },
    {"ip6 / ra lifetime=60 preference=high",                              "icmpv6.nd.ra.flag.prf",            "1"                                              },
    {"ip6 / ra opt(mtu 1400)",                                            "icmpv6.opt.mtu",                   "1400"                                           },
    {"ip6 / ra opt(prefix 2001:db8:1::/56)",                              "icmpv6.opt.prefix.length",         "56"                                             },
    {"ip6 / ra opt(prefix 2001:db8:1::/56 valid=60)",                     "icmpv6.opt.prefix.valid_lifetime", "60"                                             },
    {"arp who-has 10.0.0.1 tell 10.0.0.2",                                "arp.src.proto_ipv4",               "10.0.0.2"                                       },
    {"arp reply 10.0.0.1 is-at 02:00:00:00:00:09",                        "arp.src.hw_mac",                   "02:00:00:00:00:09"                              },
    {"arp reply 10.0.0.1 is-at 02:00:00:00:00:09",                        "arp.opcode",                       "2"                                              },
 /* membership */
    {"ip / igmp query",                                                   "ip.dst",                           "224.0.0.1"                                      },
    {"ip / igmp query",                                                   "pkt.igmp.max_resp_code",           "100"                                            },
    {"ip / igmp v1-query",                                                "pkt.igmp.max_resp_code",           "0"                                              },
    {"ip / igmp query 239.1.1.1",                                         "ip.dst",                           "239.1.1.1"                                      },
    {"ip / igmp leave 239.1.1.1",                                         "ip.dst",                           "224.0.0.2"                                      },
    {"ip / igmp3 report join 239.1.1.1",                                  "ip.dst",                           "224.0.0.22"                                     },
    {"ip / igmp3 report join 239.1.1.1",                                  "ip.ttl",                           "1"                                              },
    {"ip / igmp3 report join 239.1.1.1",                                  "ip.dsfield",                       "192"                                            },
    {"ip / igmp3 report join 239.1.1.1",                                  "ip.opt.type",                      "148"                                            },
    {"ip opt(nop) / igmp3 report join 239.1.1.1",                         "ip.opt.type",                      "1"                                              },
    {"ip ttl=9 dst=10.0.0.1 / igmp3 report join 239.1.1.1",               "ip.ttl",                           "9"                                              },
    {"ip / igmp3 report join 239.1.1.1",                                  "igmp.record_type",                 "4"                                              },
    {"ip / igmp3 report join 232.1.1.1 from 10.0.0.1",                    "igmp.record_type",                 "5"                                              },
    {"ip / igmp3 leave 239.1.1.1",                                        "igmp.record_type",                 "3"                                              },
    {"ip / igmp3 is-exclude 239.1.1.1 from 10.0.0.1..10.0.0.4",           "igmp.record_type",                 "2"                                              },
    {"ip / igmp3 query 239.1.1.1 sources 10.0.0.1,10.0.0.9",              "igmp.num_src",                     "2"                                              },
    {"ip / igmp3 query s=1 qrv=3",                                        "igmp.qrv",                         "3"                                              },
    {"ip6 / mld2 join ff05::1",                                           "ipv6.dst",                         "ff:02:00:00:00:00:00:00:00:00:00:00:00:00:00:16"},
    {"ip6 / mld2 join ff05::1",                                           "ipv6.hlim",                        "1"                                              },
    {"ip6 / mld2 join ff05::1",                                           "ipv6.opt.router_alert",            "0"                                              },
    {"ip6 / mld report ff05::1",                                          "ipv6.src",                         "fe:80:00:00:00:00:00:00:00:00:00:00:00:00:00:01"},
    {"ip / mrd",                                                          "igmp.type",                        "48"                                             },
    {"ip6 / mrd termination",                                             "icmpv6.type",                      "153"                                            },
 /* options */
    {"ip opt(router-alert) / icmp",                                       "ip.opt.type",                      "148"                                            },
    {"ip opt(rr 3) / icmp",                                               "ip.hdr_len",                       "36"                                             },
    {"ip opt(lsrr 10.0.0.1 10.0.0.2) / icmp",                             "ip.opt.len",                       "11"                                             },
    {"ip opt(222 hex:0102) / icmp",                                       "ip.opt.len",                       "4"                                              },
    {"ip / tcp opt(mss=536)",                                             "tcp.options.mss_val",              "536"                                            },
    {"ip / tcp opt(mss=1460, sackok, ws=7, ts=1:2, nop)",                 "tcp.options.timestamp.tsecr",      "2"                                              },
    {"ip / tcp opt(nop) opt(sack=1:2 3:4)",                               "tcp.options.sack_re",              "2"                                              },
    {"ip / icmp time-exceeded ext(mpls label=16 tc=1 ttl=3)",             "icmp.mpls.label",                  "16"                                             },
    {"ip / icmp time-exceeded ext(mpls 16:1:3 17)",                       "icmp.mpls.exp",                    "1"                                              },
 /* payloads */
    {"ip / udp / \"a\\x42\\n\"",                                          "data.data",                        "61420a"                                         },
    {"ip / udp / hex:DEADbeef",                                           "data.data",                        "deadbeef"                                       },
    {"ip / udp / hex:\"de ad\"",                                          "data.data",                        "dead"                                           },
    {"ip / udp / \"ab\"*3",                                               "data.data",                        "616261626162"                                   },
    {"ip / udp / fill:3",                                                 "data.data",                        "000000"                                         },
    {"ip / udp / fill:2:0xaa",                                            "data.data",                        "aaaa"                                           },
    {"ip / udp / \"a\" / \"b\"",                                          "data.data",                        "6162"                                           },
 /* quotations */
    {"ip dst=10.0.0.5 / icmp time-exceeded / ip ttl=1 / udp dport=33434", "udp.dstport",                      "33434"                                          },
    {"ip / icmp time-exceeded",                                           "udp.dstport",                      "33434"                                          },
    {"eth / ip / udp / pad to=100",                                       "eth.len",                          ""                                               },
};

static void fields_are_as_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct send_plan *plan = plan_of(expected[i].text, NULL);
        struct send_packet packet;
        struct pkt_packet decoded;
        assert_true(next(plan, &packet, &decoded));
        const char *value = field_text(&decoded, expected[i].field);
        if (strcmp(value, expected[i].value) != 0)
            fail_msg("%s: %s is %s, not %s", expected[i].text, expected[i].field, value, expected[i].value);
        assert_false(next(plan, &packet, &decoded));
        send_plan_free(plan);
    }
}

/* What a layer that starts a packet makes of the link layer. */
static void link_types(void **state)
{
    static const struct {
        const char *text;
        uint16_t linktype;
        bool has_link_layer;
    } links[] = {
        {"ip / icmp",   PKT_LINKTYPE_RAW,      false},
        {"ip6 / icmp6", PKT_LINKTYPE_RAW,      false},
        {"eth / ip",    PKT_LINKTYPE_ETHERNET, true },
        {"arp",         PKT_LINKTYPE_ETHERNET, true },
        {"vlan / ip",   PKT_LINKTYPE_ETHERNET, true },
        {"sll / ip",    PKT_LINKTYPE_SLL,      true },
        {"sll2 / ip",   PKT_LINKTYPE_SLL2,     true },
        {"ppp / ip",    PKT_LINKTYPE_PPP_HDLC, true },
        {"null / ip",   PKT_LINKTYPE_NULL,     true },
        {"loop / ip",   PKT_LINKTYPE_LOOP,     true },
        {"hex:000102",  PKT_LINKTYPE_ETHERNET, true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        struct send_plan *plan = plan_of(links[i].text, NULL);
        struct send_packet packet;
        struct pkt_packet decoded;
        assert_true(next(plan, &packet, &decoded));
        assert_int_equal(packet.linktype, links[i].linktype);
        assert_int_equal(packet.has_link_layer, links[i].has_link_layer);
        send_plan_free(plan);
    }
}

/* --- mistakes --- */

struct mistake {
    const char *text;
    size_t column;
    size_t length;
    const char *says; /* a part of the sentence */
};

static const struct mistake mistakes[] = {
    {"",                                                    1,  0,  "a layer is due here"                          },
    {"   ",                                                 4,  0,  "a layer is due here"                          },
    {"/ ip",                                                1,  1,  "a layer is due"                               },
    {"ip /",                                                5,  0,  "a layer is due here"                          },
    {"ip / / udp",                                          6,  1,  "a layer is due"                               },
    {"ip / udpp",                                           6,  4,  "there is no layer \"udpp\"; allowed: udp, "   },
    {"udp",                                                 1,  3,  "cannot begin with udp"                        },
    {"icmp / ip",                                           1,  4,  "cannot begin with icmp"                       },
    {"ip tll=5",                                            4,  3,  "there is no field \"tll\"; allowed: ttl, "    },
    {"ip bogus",                                            4,  5,  "there is no word \"bogus\"; allowed: df, mf, "},
    {"ip ttl",                                              4,  3,  "write ttl=VALUE"                              },
    {"ip ttl=1 ttl=2",                                      10, 3,  "\"ttl\" says a second time"                   },
    {"ip ttl=1 ttl*=2",                                     10, 3,  "\"ttl\" says a second time"                   },
    {"ip / udp sport=1 dport=2 srcport=3",                  26, 7,  "\"srcport\" says a second time"               },
    {"ip df ttl=1 df",                                      13, 2,  "\"df\" says a second time"                    },
    {"ip / icmp unreachable port net",                      28, 3,  "\"net\" says a second time"                   },
    {"ip / icmp echo echo",                                 16, 4,  "\"echo\" says a second time"                  },
    {"ip / icmp echo redirect",                             16, 8,  "\"redirect\" says a second time"              },
    {"arp who-has 192.0.2.2 tell 192.0.2.1 tell 192.0.2.3", 38, 4,  "\"tell\" says a second time"                  },
    {"ip ttl=",                                             8,  0,  "a number is due here"                         },
    {"ip ttl=/ udp",                                        8,  1,  "a number is due here"                         },
    {"ip ttl=x",                                            8,  1,  "this is not a number"                         },
    {"ip ttl=256",                                          8,  3,  "allowed: 0 to 255"                            },
    {"ip ttl=1..256",                                       11, 3,  "allowed: 0 to 255"                            },
    {"ip ttl=5..1",                                         8,  4,  "the range runs backwards"                     },
    {"ip ttl=1..5+0",                                       12, 2,  "a step must be at least 1"                    },
    {"ip ttl=1,",                                           10, 0,  "a number is due here"                         },
    {"ip ttl={1,2",                                         12, 0,  "\",\" or \"}\" is due"                        },
    {"ip ttl=1/8",                                          8,  3,  "only IP addresses have prefixes"              },
    {"ip dst=10.0.0.0/33",                                  17, 2,  "a prefix is not so long; allowed: 0 to 32"    },
    {"ip dst=10.0.0.300",                                   8,  10, "this is not an IPv4 address"                  },
    {"ip dst=\"10.0.0.1\"",                                 8,  10, "this is not an IPv4 address"                  },
    {"ip6 dst=10.0.0.1",                                    9,  8,  "this is not an IPv6 address"                  },
    {"eth dst=02:00",                                       9,  5,  "this is not a MAC address"                    },
    {"ip dst=inc",                                          8,  3,  "inc needs an address"                         },
    {"ip ttl=rand(1..5",                                    17, 0,  "\")\" is due"                                 },
    {"ip hdr_len*=7",                                       13, 1,  "0 to 60 in steps of 4"                        },
    {"ip checksum=5",                                       4,  8,  "write \"*=\""                                 },
    {"ip len=5",                                            4,  3,  "write \"*=\""                                 },
    {"ip / udp length=5",                                   10, 6,  "write \"*=\""                                 },
    {"ip / tcp checksum=5",                                 10, 8,  "write \"*=\""                                 },
    {"ip / igmp3 join 239.1.1.1 num_grp_recs=3",            27, 12, "write \"*=\""                                 },
    {"ip / icmp mtu=1400",                                  11, 3,  "this kind of message has no such field"       },
    {"ip / icmp redirect port",                             20, 4,  "there is no word \"port\"; allowed: "         },
    {"ip / udp / \"abc",                                    12, 4,  "the quotes are not closed"                    },
    {"ip / udp / \"a\\q\"",                                 14, 2,  "no such escape"                               },
    {"ip / udp / hex:abc",                                  16, 3,  "pairs of hexadecimal digits"                  },
    {"ip / udp / hex:",                                     12, 4,  "something is due behind"                      },
    {"ip / udp / fill:",                                    12, 5,  "a length is due"                              },
    {"ip / udp / fill:70000",                               17, 5,  "0 to 65535"                                   },
    {"ip / udp / fill:5:300",                               19, 3,  "0 to 255"                                     },
    {"ip / udp / fill:65530",                               1,  2,  "the packet is too long"                       },
    {"ip / udp / file:/nonexistent/x",                      17, 14, "No such file"                                 },
    {"ip / udp / \"a\"*",                                   16, 0,  "a number is due"                              },
    {"ip / udp $",                                          10, 1,  "\"$\" cannot stand here"                      },
    {"ip = 5",                                              4,  1,  "cannot stand here"                            },
    {"ip / udp opt(nop)",                                   10, 3,  "udp has no options"                           },
    {"ip opt(bogus) / udp",                                 8,  5,  "there is no option \"bogus\""                 },
    {"ip opt(nop / udp",                                    12, 1,  "\",\" or \")\" is due"                        },
    {"ip opt() / udp",                                      8,  1,  "an option is due"                             },
    {"ip opt(rr) / udp",                                    10, 1,  "a value of option \"rr\" is due"              },
    {"ip opt(rr 10) / udp",                                 8,  2,  "no room for this option"                      },
    {"ip opt(router-alert 1 2) / udp",                      23, 1,  "takes no more"                                },
    {"ip / tcp opt(mss=70000)",                             18, 5,  "0 to 65535"                                   },
    {"ip ext(mpls) / udp",                                  4,  3,  "only icmp and icmp6"                          },
    {"ip foo(mpls) / udp",                                  4,  3,  "only \"opt\" and \"ext\""                     },
    {"ip / icmp ext(mpls)",                                 15, 4,  "this message has no extension"                },
    {"ip / icmp time-exceeded ext(bogus)",                  29, 5,  "there is no option \"bogus\"; allowed: mpls"  },
    {"ip / end",                                            6,  3,  "nothing is quoted here"                       },
    {"ip df / udp / fill:2000 / fragment",                  27, 8,  "must not be fragmented"                       },
    {"arp / fragment",                                      7,  8,  "only IP packets have fragments"               },
    {"ip / fragment / udp",                                 17, 3,  "no layer can follow fragment"                 },
    {"ip / pad / udp",                                      12, 3,  "no layer can follow pad"                      },
    {"ip / igmp3 join",                                     16, 0,  "IPv4 address"                                 },
    {"ip / igmp3 join 239.1.1.1 from",                      31, 0,  "IPv4 address"                                 },
    {"eth / icmp6",                                         1,  3,  "needs an IP header"                           },
    {"ip/ip/ip/ip/ip/ip/ip/ip/ip/ip/ip/ip/ip/ip/ip/ip/ip",  49, 2,  "more than 16 layers"                          },
    {"ip / pad to 60",                                      10, 2,  "write to=VALUE"                               },
    {"ip / icmp quote",                                     11, 5,  "write quote=VALUE"                            },
    {"ip / payload",                                        6,  7,  "there is no layer \"payload\""                },
    {"ip / pad ttl=3",                                      10, 3,  "there is no field \"ttl\""                    },
    {"@/nonexistent/file",                                  1,  0,  "No such file"                                 },
};

static void mistakes_point_at_their_column(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const struct mistake *mistake = &mistakes[i];
        struct send_plan *plan = NULL;
        struct send_error error;
        if (send_plan_parse(mistake->text, NULL, &plan, &error) == 0)
            fail_msg("%s: no mistake", mistake->text);
        if (error.column != mistake->column || error.length != mistake->length ||
            strstr(error.sentence, mistake->says) == NULL)
            fail_msg("%s: %zu+%zu: %s", mistake->text, error.column, error.length, error.sentence);
        assert_null(strchr(error.sentence, '\n'));
    }
}

/* A plan whose first packet can be built, and a later one cannot. */
static void later_packets_may_fail(void **state)
{
    (void)state;
    struct send_plan *plan = plan_of("ip / icmp type=5,8 gw=10.0.0.1", NULL);
    struct send_packet packet;
    struct send_error error;
    assert_int_equal(send_plan_next(plan, &packet, &error), 1);
    assert_int_equal(send_plan_next(plan, &packet, &error), PKT_E_ARGUMENT);
    assert_int_equal(error.column, 20);
    send_plan_free(plan);
}

/* --- multiplication --- */

/* All values of two fields, in order. */
static void check_sequence(const char *text, const struct send_context *context, const char *first,
                           const char *second, const char *const *values, size_t count)
{
    struct send_plan *plan = plan_of(text, context);
    struct send_packet packet;
    struct pkt_packet decoded;
    assert_int_equal(send_plan_count(plan), count);
    for (size_t i = 0; i < count; i++) {
        char got[64];
        assert_true(next(plan, &packet, &decoded));
        assert_int_equal(packet.number, i + 1);
        (void)snprintf(got, sizeof got, "%s", field_text(&decoded, first));
        (void)snprintf(got + strlen(got), sizeof got - strlen(got), " %s", field_text(&decoded, second));
        assert_string_equal(got, values[i]);
    }
    assert_false(next(plan, &packet, &decoded));
    send_plan_free(plan);
}

#define SEQUENCE(text, first, second, ...)                                                 \
    do {                                                                                   \
        static const char *const values[] = {__VA_ARGS__};                                 \
        check_sequence(text, NULL, first, second, values, sizeof values / sizeof *values); \
    } while (0)

static void rightmost_varies_fastest(void **state)
{
    (void)state;
    SEQUENCE("ip ttl=1..2 / udp dport=7,9", "ip.ttl", "udp.dstport", "1 7", "1 9", "2 7", "2 9");
    SEQUENCE("ip ttl=1..10+4 id={5}", "ip.ttl", "ip.id", "1 5", "5 5", "9 5");
    SEQUENCE("ip dst=10.0.0.6/31 ttl=1,2..3", "ip.dst", "ip.ttl", "10.0.0.6 1", "10.0.0.6 2", "10.0.0.6 3",
             "10.0.0.7 1", "10.0.0.7 2", "10.0.0.7 3");
    SEQUENCE("eth src=02:00:00:00:00:fe..02:00:00:00:01:00 / ip", "eth.src", "ip.ttl", "02:00:00:00:00:fe 64",
             "02:00:00:00:00:ff 64", "02:00:00:00:01:00 64");
    SEQUENCE("ip dst=10.0.0.255..10.0.1.1 / udp", "ip.dst", "ip.ttl", "10.0.0.255 64", "10.0.1.0 64",
             "10.0.1.1 64");
    SEQUENCE("ip / udp / fill:{0,2}", "udp.length", "ip.len", "8 28", "10 30");
    SEQUENCE("ip / udp / fill:1,3", "udp.length", "ip.len", "9 29", "11 31");
    SEQUENCE("ip / udp / \"ab\"*1..2", "udp.length", "ip.len", "10 30", "12 32");
    SEQUENCE("ip / igmp3 join 239.0.0.0/31", "igmp.maddr", "ip.ttl", "239.0.0.0 1", "239.0.0.1 1");
    SEQUENCE("ip / tcp opt(mss={536,1460})", "tcp.options.mss_val", "ip.ttl", "536 64", "1460 64");
}

static void inc_does_not_multiply(void **state)
{
    (void)state;
    SEQUENCE("ip ttl=1..4 id=inc", "ip.ttl", "ip.id", "1 0", "2 1", "3 2", "4 3");
    SEQUENCE("ip ttl=1..3 id=inc(65534)", "ip.ttl", "ip.id", "1 65534", "2 65535", "3 65534");
    SEQUENCE("ip ttl=1..4 id=inc(7,9,20)", "ip.ttl", "ip.id", "1 7", "2 9", "3 20", "4 7");
    SEQUENCE("ip ttl=1..3 src=inc(10.0.0.255)", "ip.ttl", "ip.src", "1 10.0.0.255", "2 10.0.1.0",
             "3 10.0.1.1");
}

static void rounds_go_on(void **state)
{
    (void)state;
    struct send_plan *plan = plan_of("ip ttl=1..2 id=inc", NULL);
    struct send_packet packet;
    struct pkt_packet decoded;
    assert_true(send_plan_varies(plan));
    while (next(plan, &packet, &decoded))
        continue;
    send_plan_restart(plan);
    assert_true(next(plan, &packet, &decoded));
    assert_int_equal(packet.number, 1);
    assert_string_equal(field_text(&decoded, "ip.ttl"), "1");
    assert_string_equal(field_text(&decoded, "ip.id"), "2");
    send_plan_free(plan);
    plan = plan_of("ip ttl=1..2", NULL);
    assert_false(send_plan_varies(plan));
    send_plan_free(plan);
}

static void counts_saturate(void **state)
{
    static const struct {
        const char *text;
        uint64_t count;
    } counts[] = {
        {"ip / udp",                                  1                  },
        {"ip dst=10.0.0.0/8 ttl=1..255",              UINT64_C(255) << 24},
        {"ip dst=0.0.0.0/0 src=0.0.0.0/0 ttl=1..255", UINT64_MAX         },
        {"ip6 dst=2001:db8::/64 / udp",               UINT64_MAX         },
        {"ip6 dst=2001:db8::/65 / udp",               UINT64_C(1) << 63  },
        {"ip6 dst=::..ffff::+65536 / udp",            (UINT64_C(1) << 48)},
        {"ip ttl=rand id=inc",                        1                  },
    };
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct send_plan *plan = plan_of(counts[i].text, NULL);
        if (send_plan_count(plan) != counts[i].count)
            fail_msg("%s: %llu", counts[i].text, (unsigned long long)send_plan_count(plan));
        send_plan_free(plan);
    }
}

/* --- fragments --- */

static void packets_become_fragments(void **state)
{
    (void)state;
    SEQUENCE("ip id=7 / udp / fill:2000 / fragment mtu=576", "ip.frag_offset", "ip.len", "0 572", "69 572",
             "138 572", "207 372");
    SEQUENCE("eth / ip id=7,8 / fill:16 / fragment size=8", "ip.id", "ip.frag_offset", "7 0", "7 1", "8 0",
             "8 1");
    SEQUENCE("ip6 / fill:1304 / fragment mtu=1280 id=5", "ipv6.fraghdr.ident", "ipv6.fraghdr.offset", "5 0",
             "5 154");
    SEQUENCE("ip id=9 / udp / fragment", "ip.id", "ip.frag_offset", "9 0");
}

/* How many fragments there are is not known before where packets have several lengths. */
static void fragments_of_several_lengths_are_not_counted(void **state)
{
    (void)state;
    struct send_plan *plan = plan_of("ip / udp / fill:0,2000 / fragment", NULL);
    struct send_packet packet;
    struct pkt_packet decoded;
    unsigned count = 0;
    assert_true(send_plan_count(plan) == UINT64_MAX);
    while (next(plan, &packet, &decoded))
        count++;
    assert_int_equal(count, 3);
    send_plan_free(plan);
}

/* --- random numbers --- */

/* The values of ip.id in n packets. */
static void ids_of(const char *text, uint64_t seed, unsigned n, unsigned long *ret_ids)
{
    struct send_plan *plan = plan_of(text, &(struct send_context){.seed = seed});
    struct send_packet packet;
    struct pkt_packet decoded;
    for (unsigned i = 0; i < n; i++) {
        assert_true(next(plan, &packet, &decoded));
        ret_ids[i] = strtoul(field_text(&decoded, "ip.id"), NULL, 10);
    }
    send_plan_free(plan);
}

static void seeds_repeat(void **state)
{
    enum { N = 64 };
    static const char text[] = "ip ttl=1..64 id=rand src=rand(10.0.0.0/8) / udp / rand:20";
    unsigned long one[N], again[N], other[N];
    unsigned same = 0, differ = 0;
    (void)state;
    ids_of(text, 1, N, one);
    ids_of(text, 1, N, again);
    ids_of(text, 2, N, other);
    assert_memory_equal(one, again, sizeof one);
    for (unsigned i = 0; i < N; i++) {
        same += one[i] == other[i];
        differ += i > 0 && one[i] != one[i - 1];
    }
    assert_true(same < 3);
    assert_true(differ > N - 4);
}

static void rand_stays_in_its_range(void **state)
{
    struct send_plan *plan = plan_of(
        "eth src=rand / ip6 src=rand(2001:db8::/32) hlim=rand(3..5) dst=2001:db8::0..2001:db8::1ff", NULL);
    struct send_packet packet;
    struct pkt_packet decoded;
    unsigned seen = 0, upper = 0;
    (void)state;
    while (next(plan, &packet, &decoded)) {
        unsigned hlim = (unsigned)strtoul(field_text(&decoded, "ipv6.hlim"), NULL, 10);
        assert_in_range(hlim, 3, 5);
        seen |= 1U << hlim;
        const char *source = field_text(&decoded, "ipv6.src");
        assert_int_equal(strncmp(source, "20:01:0d:b8:", 12), 0);
        upper += strncmp(source + 12, "00:00", 5) != 0;
        assert_int_equal(strncmp(field_text(&decoded, "eth.src"), "02:", 3), 0);
    }
    assert_int_equal(seen, 0x38);
    assert_true(upper > 500);
    send_plan_free(plan);
}

/* --- the machine --- */

struct machine {
    unsigned asked;
    bool knows;
};

static bool resolve(void *context, const struct send_address *destination, struct send_path *ret_path)
{
    struct machine *machine = context;
    machine->asked++;
    *ret_path = (struct send_path){
        .interface = 7,
        .has_ip4 = !destination->is_ip6,
        .has_ip6 = destination->is_ip6,
        .has_mac = true,
        .has_next_hop_mac = true,
        .ip4 = {{10, 0, 0, 9}},
        .ip6 = {{0x20, 0x01, 0x0d, 0xb8, [15] = 9}},
        .mac = {{2, 0, 0, 0, 0, 0x99}},
        .next_hop_mac = {{2, 0, 0, 0, 0, 0xaa}},
        .mtu = 1500,
    };
    return machine->knows;
}

static void addresses_come_from_the_machine(void **state)
{
    static const struct expected known[] = {
        {"ip dst=10.0.0.1 / udp",                "ip.src",                  "10.0.0.9"         },
        {"ip dst=10.0.0.1 / udp",                "eth.dst",                 "02:00:00:00:00:aa"},
        {"ip dst=10.0.0.1 / udp",                "eth.src",                 "02:00:00:00:00:99"},
        {"ip dst=10.0.0.1 src=10.0.0.3 / udp",   "ip.src",                  "10.0.0.3"         },
        {"eth dst=02:00:00:00:00:01 / ip / udp", "eth.dst",                 "02:00:00:00:00:01"},
        {"ip dst=239.1.1.1 / udp",               "eth.dst",                 "01:00:5e:01:01:01"},
        {"arp who-has 10.0.0.1",                 "arp.src.proto_ipv4",      "10.0.0.9"         },
        {"arp who-has 10.0.0.1",                 "arp.src.hw_mac",          "02:00:00:00:00:99"},
        {"ip6 / ns 2001:db8::1",                 "icmpv6.opt.src_linkaddr", "02:00:00:00:00:99"},
        {"ip / udp / vxlan / eth / ip / udp",    "eth.src",                 "02:00:00:00:00:99"},
        {"eth / \"x\"",                          "eth.src",                 "02:00:00:00:00:99"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct machine machine = {.knows = true};
        struct send_context context = {.resolve = resolve, .resolve_context = &machine, .link_layer = true};
        struct send_plan *plan = plan_of(known[i].text, &context);
        struct send_packet packet;
        struct pkt_packet decoded;
        assert_true(next(plan, &packet, &decoded));
        if (strcmp(field_text(&decoded, known[i].field), known[i].value) != 0)
            fail_msg("%s: %s is %s", known[i].text, known[i].field, field_text(&decoded, known[i].field));
        assert_int_equal(packet.interface, 7);
        assert_int_equal(machine.asked, 1);
        send_plan_free(plan);
    }
}

/* Each destination is asked for once, until it is forgotten. */
static void answers_are_kept(void **state)
{
    struct machine machine = {.knows = true};
    struct send_context context = {.resolve = resolve, .resolve_context = &machine};
    struct send_packet packet;
    struct pkt_packet decoded;
    (void)state;
    struct send_plan *plan = plan_of("ip ttl=1..5 dst=10.0.0.0/30 / udp", &context);
    for (unsigned round = 1; round <= 2; round++, send_plan_restart(plan)) {
        while (next(plan, &packet, &decoded))
            continue;
        assert_int_equal(machine.asked, 4);
    }
    send_plan_forget(plan);
    assert_true(next(plan, &packet, &decoded));
    assert_int_equal(machine.asked, 5);
    send_plan_free(plan);
}

static void no_way_is_a_mistake_where_one_is_needed(void **state)
{
    static const struct {
        const char *text;
        int result;
    } ways[] = {
        {"ip dst=10.0.0.1 / udp",                                                    PKT_E_ARGUMENT},
        {"ip src=10.0.0.2 dst=10.0.0.1 / udp",                                       PKT_E_ARGUMENT},
        {"eth src=2:0:0:0:0:1 dst=2:0:0:0:0:2 / ip src=10.0.0.2 dst=10.0.0.1 / udp", 0             },
    };
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct machine machine = {.knows = false};
        struct send_context context = {.resolve = resolve, .resolve_context = &machine, .link_layer = true};
        struct send_plan *plan = NULL;
        struct send_error error;
        assert_int_equal(send_plan_parse(ways[i].text, &context, &plan, &error), ways[i].result);
        assert_int_equal(machine.asked, 1);
        send_plan_free(plan);
    }
}

/* --- files --- */

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void lines_of_a_file(void **state)
{
    static const char text[] = "# two kinds\nip ttl=1..2 / udp\n\n  \narp who-has 10.0.0.1\r\n";
    char path[] = "/tmp/pktsend-language-XXXXXX", at[64];
    struct send_packet packet;
    struct pkt_packet decoded;
    struct send_plan *plan;
    struct send_error error;
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    (void)close(fd);
    (void)snprintf(at, sizeof at, "@%s", path);
    write_file(path, text, sizeof text - 1);
    plan = plan_of(at, NULL);
    assert_int_equal(send_plan_count(plan), 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(next(plan, &packet, &decoded));
        assert_int_equal(packet.linktype, i < 2 ? PKT_LINKTYPE_RAW : PKT_LINKTYPE_ETHERNET);
    }
    assert_false(next(plan, &packet, &decoded));
    send_plan_free(plan);
    write_file(path, "ip\nip tll=3\n", 12);
    assert_int_equal(send_plan_parse(at, NULL, &plan, &error), PKT_E_ARGUMENT);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 4);
    write_file(path, "# nothing\n", 10);
    assert_int_equal(send_plan_parse(at, NULL, &plan, &error), PKT_E_ARGUMENT);
    (void)unlink(path);
}

static void payload_of_a_file(void **state)
{
    char path[] = "/tmp/pktsend-payload-XXXXXX", text[128];
    static char bytes[SEND_FILE_MAX + 1];
    struct send_packet packet;
    struct pkt_packet decoded;
    struct send_plan *plan;
    struct send_error error;
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    (void)close(fd);
    write_file(path, "\x01\x02", 2);
    (void)snprintf(text, sizeof text, "ip / udp / file:%s / \"x\"", path);
    plan = plan_of(text, NULL);
    assert_true(next(plan, &packet, &decoded));
    assert_string_equal(field_text(&decoded, "data.data"), "010278");
    send_plan_free(plan);
    write_file(path, bytes, sizeof bytes);
    (void)snprintf(text, sizeof text, "ip / udp / file:\"%s\"", path);
    assert_int_equal(send_plan_parse(text, NULL, &plan, &error), PKT_E_ARGUMENT);
    assert_non_null(strstr(error.sentence, "more than 65535 bytes"));
    (void)unlink(path);
}

/* --- limits --- */

static void long_texts_are_refused(void **state)
{
    static char text[SEND_TEXT_MAX + 2];
    struct send_plan *plan;
    struct send_error error;
    (void)state;
    memset(text, ' ', SEND_TEXT_MAX + 1);
    memcpy(text, "ip", 2);
    assert_int_equal(send_plan_parse(text, NULL, &plan, &error), PKT_E_ARGUMENT);
    assert_non_null(strstr(error.sentence, "65536 bytes"));
    text[SEND_TEXT_MAX] = '\0';
    assert_int_equal(send_plan_parse(text, NULL, &plan, &error), 0);
    send_plan_free(plan);
}

/* Stands in for calloc: see CMakeLists.txt. */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static unsigned allocations_left = UINT_MAX;

void *__wrap_calloc(size_t count, size_t size)
{
    if (allocations_left == 0)
        return NULL;
    allocations_left--;
    return __real_calloc(count, size);
}

/* Each allocation fails in turn. */
static void memory_runs_out(void **state)
{
    static const char *const texts[] = {
        "eth / vlan / ip ttl=1..3,7 id=rand src=rand(10.0.0.0/8) opt(rr 3, 222 hex:01) / udp / \"a\" / "
        "hex:\"01\"",
        "ip6 / mld2 join ff05::1 from 2001:db8::1,2001:db8::2",
        "ip / icmp time-exceeded quote=28 ext(mpls 16:0:1) / ip df / tcp syn opt(ts=1:2) / fill:10 / "
        "fragment",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct send_plan *plan = NULL;
        struct send_error error;
        int result = PKT_E_MEMORY;
        unsigned n = 0;
        for (; result == PKT_E_MEMORY && n < 1000; n++) {
            allocations_left = n;
            result = send_plan_parse(texts[i], NULL, &plan, &error);
            assert_true(result == 0 || strstr(error.sentence, "memory") != NULL);
        }
        allocations_left = UINT_MAX;
        assert_int_equal(result, 0);
        assert_true(n > 5);
        send_plan_free(plan);
    }
}

/* Each beginning of a text is a text or a mistake inside it. */
static void every_prefix_of_a_text(void **state)
{
    char text[512];
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        size_t len = strlen(expected[i].text);
        for (size_t cut = 0; cut < len; cut++) {
            struct send_plan *plan = NULL;
            struct send_error error;
            memcpy(text, expected[i].text, cut);
            text[cut] = '\0';
            if (send_plan_parse(text, NULL, &plan, &error) == 0) {
                send_plan_free(plan);
                continue;
            }
            assert_in_range(error.column, 1, cut + 1);
            assert_in_range(error.column + error.length, 1, cut + 1);
            assert_true(strlen(error.sentence) > 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_as_asked),
        cmocka_unit_test(link_types),
        cmocka_unit_test(mistakes_point_at_their_column),
        cmocka_unit_test(later_packets_may_fail),
        cmocka_unit_test(rightmost_varies_fastest),
        cmocka_unit_test(inc_does_not_multiply),
        cmocka_unit_test(rounds_go_on),
        cmocka_unit_test(counts_saturate),
        cmocka_unit_test(packets_become_fragments),
        cmocka_unit_test(fragments_of_several_lengths_are_not_counted),
        cmocka_unit_test(seeds_repeat),
        cmocka_unit_test(rand_stays_in_its_range),
        cmocka_unit_test(addresses_come_from_the_machine),
        cmocka_unit_test(answers_are_kept),
        cmocka_unit_test(no_way_is_a_mistake_where_one_is_needed),
        cmocka_unit_test(lines_of_a_file),
        cmocka_unit_test(payload_of_a_file),
        cmocka_unit_test(long_texts_are_refused),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(every_prefix_of_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
