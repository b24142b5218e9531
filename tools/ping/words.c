/* SPDX-License-Identifier: BSD-2-Clause */
#include "words.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

enum {
    INTERFACES_MAX = 256, /* whose names are kept */
    LINK_SCOPE = 2,       /* of groups (RFC 4291 2.7) */
    ANY = -1,             /* whatever code the table does not have */
    TOO_LONG = 1,         /* #: the MTU */
    POINTER,              /* #: the octet */
    CODE,                 /* #: the code */
    GATEWAY,              /* the gateway follows */
};

struct phrase {
    uint8_t type;
    int16_t code;
    uint8_t what; /* the number that stands for # in the text */
    const char *text;
};

/* RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7 */
static const struct phrase phrases4[] = {
    {3,  0,   0,        "Destination Net Unreachable"                     },
    {3,  1,   0,        "Destination Host Unreachable"                    },
    {3,  2,   0,        "Destination Protocol Unreachable"                },
    {3,  3,   0,        "Destination Port Unreachable"                    },
    {3,  4,   TOO_LONG, "Frag needed and DF set (mtu = #)"                },
    {3,  5,   0,        "Source Route Failed"                             },
    {3,  6,   0,        "Destination Net Unknown"                         },
    {3,  7,   0,        "Destination Host Unknown"                        },
    {3,  8,   0,        "Source Host Isolated"                            },
    {3,  9,   0,        "Destination Net Prohibited"                      },
    {3,  10,  0,        "Destination Host Prohibited"                     },
    {3,  11,  0,        "Destination Net Unreachable for Type of Service" },
    {3,  12,  0,        "Destination Host Unreachable for Type of Service"},
    {3,  13,  0,        "Packet filtered"                                 },
    {3,  14,  0,        "Precedence Violation"                            },
    {3,  15,  0,        "Precedence Cutoff"                               },
    {3,  ANY, CODE,     "Dest Unreachable, Bad Code: #"                   },
    {4,  ANY, 0,        "Source Quench"                                   },
    {5,  0,   GATEWAY,  "Redirect Network"                                },
    {5,  1,   GATEWAY,  "Redirect Host"                                   },
    {5,  2,   GATEWAY,  "Redirect Type of Service and Network"            },
    {5,  3,   GATEWAY,  "Redirect Type of Service and Host"               },
    {5,  ANY, CODE,     "Redirect, Bad Code: #"                           },
    {11, 0,   0,        "Time to live exceeded"                           },
    {11, 1,   0,        "Frag reassembly time exceeded"                   },
    {11, ANY, CODE,     "Time exceeded, Bad Code: #"                      },
    {12, ANY, POINTER,  "Parameter problem: pointer = #"                  },
};

/* RFC 4443 3 */
static const struct phrase phrases6[] = {
    {1,   0,   0,        "Destination unreachable: No route"                      },
    {1,   1,   0,        "Destination unreachable: Administratively prohibited"   },
    {1,   2,   0,        "Destination unreachable: Beyond scope of source address"},
    {1,   3,   0,        "Destination unreachable: Address unreachable"           },
    {1,   4,   0,        "Destination unreachable: Port unreachable"              },
    {1,   ANY, CODE,     "Destination unreachable: Unknown code #"                },
    {2,   ANY, TOO_LONG, "Packet too big: mtu=#"                                  },
    {3,   0,   0,        "Time exceeded: Hop limit"                               },
    {3,   1,   0,        "Time exceeded: Defragmentation failure"                 },
    {3,   ANY, CODE,     "Time exceeded: code #"                                  },
    {4,   0,   POINTER,  "Parameter problem: Wrong header field at #"             },
    {4,   1,   POINTER,  "Parameter problem: Unknown header at #"                 },
    {4,   2,   POINTER,  "Parameter problem: Unknown option at #"                 },
    {4,   ANY, POINTER,  "Parameter problem: at #"                                },
    {137, ANY, GATEWAY,  "Redirect"                                               },
};

static const struct phrase *find(const struct ping_error_words *error)
{
    const struct phrase *phrases = error->is_ip6 ? phrases6 : phrases4;
    size_t count = error->is_ip6 ? sizeof phrases6 / sizeof *phrases6 : sizeof phrases4 / sizeof *phrases4;
    for (size_t i = 0; i < count; i++)
        if (phrases[i].type == error->type && (phrases[i].code == ANY || phrases[i].code == error->code))
            return &phrases[i];
    return NULL;
}

void words_of_error(const struct ping_error_words *error, char *ret_text, size_t size)
{
    const struct phrase *phrase = find(error);
    if (phrase == NULL) {
        (void)snprintf(ret_text, size, "Bad ICMP type: %u", error->type);
        return;
    }
    const char *place = strchr(phrase->text, '#');
    uint32_t number = phrase->what == CODE ? error->code : error->info;
    if (phrase->what == GATEWAY && error->gateway.version != 0)
        (void)snprintf(ret_text, size, "%s(New nexthop: %s)", phrase->text, words_of_address(error->gateway));
    else if (place == NULL)
        (void)snprintf(ret_text, size, "%s", phrase->text);
    else
        (void)snprintf(ret_text, size, "%.*s%u%s", (int)(place - phrase->text), phrase->text, number,
                       place + 1);
}

const char *words_of_address(struct pkt_ip address)
{
    static char texts[4][INET6_ADDRSTRLEN];
    static unsigned next;
    char *text = texts[next++ % 4];
    const void *bytes = address.version == 6 ? (const void *)address.ip6.byte : address.ip4.byte;
    if (inet_ntop(address.version == 6 ? AF_INET6 : AF_INET, bytes, text, INET6_ADDRSTRLEN) == NULL)
        *text = '\0';
    return text;
}

static struct {
    uint32_t index;
    char name[IF_NAMESIZE];
} interfaces[INTERFACES_MAX];

void words_learn_interfaces(void)
{
    struct if_nameindex *all = if_nameindex();
    for (unsigned i = 0; all != NULL && all[i].if_index != 0 && i < INTERFACES_MAX; i++) {
        interfaces[i].index = all[i].if_index;
        (void)snprintf(interfaces[i].name, sizeof interfaces[i].name, "%s", all[i].if_name);
    }
    if (all != NULL)
        if_freenameindex(all);
}

bool words_needs_scope(struct pkt_ip address)
{
    return address.version == 6 &&
           (pkt_ip6_is_link_local(address.ip6) ||
            (pkt_ip6_is_multicast(address.ip6) && pkt_ip6_scope(address.ip6) <= LINK_SCOPE));
}

const char *words_of_scoped(struct pkt_ip address, uint32_t interface)
{
    static char texts[4][INET6_ADDRSTRLEN + IF_NAMESIZE];
    static unsigned next;
    if (interface == 0 || !words_needs_scope(address))
        return words_of_address(address);
    char *text = texts[next++ % 4];
    for (unsigned i = 0; i < INTERFACES_MAX; i++) {
        if (interfaces[i].index == interface) {
            (void)snprintf(text, sizeof texts[0], "%s%%%s", words_of_address(address), interfaces[i].name);
            return text;
        }
    }
    (void)snprintf(text, sizeof texts[0], "%s%%%u", words_of_address(address), interface);
    return text;
}

int words_compare(struct pkt_ip a, struct pkt_ip b)
{
    if (a.version != b.version)
        return a.version - b.version;
    return a.version == 4 ? memcmp(&a.ip4, &b.ip4, sizeof a.ip4) : memcmp(&a.ip6, &b.ip6, sizeof a.ip6);
}
