/*
 * What an ICMP socket is told before the first packet: a table of options, the filter, address and
 * identifier.
 */
#include "fail.h"
#include "icmp_filter.h"
#include "icmp_socket.h"

#include "pkt/socket.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in6.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#ifndef IP_RECVERR_RFC4884
#define IP_RECVERR_RFC4884 26 /* <linux/in.h>, Linux 5.9 */
#endif
#ifndef IPV6_RECVERR_RFC4884
#define IPV6_RECVERR_RFC4884 31
#endif

enum { RECEIVE_BUFFER = 4 << 20 };

/* One integer option of the kernel's. */
struct setting {
    bool wanted;
    bool lacking_is_fine; /* older kernels do not have it, and it is done without */
    int level;
    int option;
    int value;
    const char *what;
};

static int apply(struct pkt_icmp_socket *socket, const struct setting *setting,
                 struct pkt_error *reterr_error)
{
    if (!setting->wanted ||
        setsockopt(socket->fd, setting->level, setting->option, &setting->value, sizeof setting->value) == 0)
        return 0;
    if (setting->lacking_is_fine && errno == ENOPROTOOPT)
        return 0;
    return inject_fail_system(reterr_error, "%s: %s", socket->name, setting->what);
}

static int apply_all(struct pkt_icmp_socket *socket, const struct setting *settings, size_t count,
                     struct pkt_error *reterr_error)
{
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = apply(socket, &settings[i], reterr_error);
    return result;
}

static int set_common(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                      struct pkt_error *reterr_error)
{
    const struct setting settings[] = {
        {options->has_mark, false, SOL_SOCKET, SO_MARK,      (int)options->mark, "cannot be marked"        },
        {options->direct,   false, SOL_SOCKET, SO_DONTROUTE, 1,                  "cannot leave out routing"},
        {options->debug,    false, SOL_SOCKET, SO_DEBUG,     1,                  "cannot be debugged"      },
    };
    return apply_all(socket, settings, sizeof settings / sizeof *settings, reterr_error);
}

static int set_ip4(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                   struct pkt_error *reterr_error)
{
    static const int pmtu[] = {0, IP_PMTUDISC_DONT, IP_PMTUDISC_WANT, IP_PMTUDISC_DO, IP_PMTUDISC_PROBE};
    const struct setting settings[] = {
        {true,                        false, SOL_IP, IP_PKTINFO,         1,                      "cannot tell addresses"          },
        {true,                        false, SOL_IP, IP_RECVTTL,         1,                      "cannot tell the time to live"   },
        {true,                        false, SOL_IP, IP_RECVTOS,         1,                      "cannot tell the type of service"},
        {!socket->raw,                false, SOL_IP, IP_RECVOPTS,        1,                      "cannot tell options"            },
        {!socket->raw,                true,  SOL_IP, IP_RECVERR_RFC4884, 1,                      "cannot tell extensions"         },
        {options->hop_limit != 0,     false, SOL_IP, IP_TTL,             options->hop_limit,     "time to live"                   },
        {options->hop_limit != 0,     false, SOL_IP, IP_MULTICAST_TTL,   options->hop_limit,     "time to live"                   },
        {options->traffic_class != 0, false, SOL_IP, IP_TOS,             options->traffic_class, "type of service"                },
        {options->no_multicast_loop,  false, SOL_IP, IP_MULTICAST_LOOP,  0,                      "cannot be without loop"         },
        {options->pmtu != 0,          false, SOL_IP, IP_MTU_DISCOVER,    pmtu[options->pmtu],    "path MTU discovery"             },
    };
    int result = apply_all(socket, settings, sizeof settings / sizeof *settings, reterr_error);
    if (result < 0 || options->ip_options.len == 0 ||
        setsockopt(socket->fd, SOL_IP, IP_OPTIONS, options->ip_options.ptr,
                   (socklen_t)options->ip_options.len) == 0)
        return result;
    return inject_fail_system(reterr_error, "%s: IP options", socket->name);
}

static int set_ip6(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                   struct pkt_error *reterr_error)
{
    static const int pmtu[] = {0, IPV6_PMTUDISC_DONT, IPV6_PMTUDISC_WANT, IPV6_PMTUDISC_DO,
                               IPV6_PMTUDISC_PROBE};
    const struct setting settings[] = {
        {true,                        false, SOL_IPV6, IPV6_RECVPKTINFO,     1,                      "cannot tell addresses"        },
        {true,                        false, SOL_IPV6, IPV6_RECVHOPLIMIT,    1,                      "cannot tell the hop limit"    },
        {true,                        false, SOL_IPV6, IPV6_RECVTCLASS,      1,                      "cannot tell the traffic class"},
        {!socket->raw,                true,  SOL_IPV6, IPV6_RECVERR_RFC4884, 1,                      "cannot tell extensions"       },
        {options->hop_limit != 0,     false, SOL_IPV6, IPV6_UNICAST_HOPS,    options->hop_limit,     "hop limit"                    },
        {options->hop_limit != 0,     false, SOL_IPV6, IPV6_MULTICAST_HOPS,  options->hop_limit,     "hop limit"                    },
        {options->traffic_class != 0, false, SOL_IPV6, IPV6_TCLASS,          options->traffic_class, "traffic class"                },
        {options->no_multicast_loop,  false, SOL_IPV6, IPV6_MULTICAST_LOOP,  0,                      "cannot be without loop"       },
        {options->pmtu != 0,          false, SOL_IPV6, IPV6_MTU_DISCOVER,    pmtu[options->pmtu],    "path MTU discovery"           },
        {options->flow_label != 0,    false, SOL_IPV6, IPV6_FLOWINFO_SEND,   1,                      "flow label"                   },
    };
    return apply_all(socket, settings, sizeof settings / sizeof *settings, reterr_error);
}

/* A label of one's own must be had from the kernel before it is used (ip6_flowlabel.c). */
static int get_flow_label(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                          struct pkt_error *reterr_error)
{
    if (options->flow_label == 0)
        return 0;
    struct in6_flowlabel_req request = {
        .flr_dst = IN6ADDR_LOOPBACK_INIT, /* must be unicast; a shared label serves all destinations */
        .flr_label = htonl(options->flow_label),
        .flr_action = IPV6_FL_A_GET,
        .flr_share = IPV6_FL_S_ANY,
        .flr_flags = IPV6_FL_F_CREATE,
    };
    if (setsockopt(socket->fd, SOL_IPV6, IPV6_FLOWLABEL_MGR, &request, sizeof request) == 0)
        return 0;
    return inject_fail_system(reterr_error, "%s: flow label %u", socket->name, (unsigned)options->flow_label);
}

static int set_interface(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                         struct pkt_error *reterr_error)
{
    if (options->interface == NULL)
        return 0;
    int index = (int)if_nametoindex(options->interface);
    if (index == 0)
        return inject_fail_system(reterr_error, "%s: interface %s", socket->name, options->interface);
    socket->info.interface = (uint32_t)index;
    struct ip_mreqn multicast = {.imr_ifindex = index};
    int result = socket->ip6 ? setsockopt(socket->fd, SOL_IPV6, IPV6_MULTICAST_IF, &index, sizeof index)
                             : setsockopt(socket->fd, SOL_IP, IP_MULTICAST_IF, &multicast, sizeof multicast);
    if (result == 0)
        return 0;
    return inject_fail_system(reterr_error, "%s: multicast by %s", socket->name, options->interface);
}

/* --- the filter --- */

/* By type, before the program is asked. Set bits are dropped in both families' structures of Linux. */
static int set_type_filter(struct pkt_icmp_socket *socket, struct pkt_error *reterr_error)
{
    struct icmp_filter types4 = {~(1U << ICMP_ECHOREPLY | 1U << ICMP_DEST_UNREACH | 1U << ICMP_SOURCE_QUENCH |
                                   1U << ICMP_REDIRECT | 1U << ICMP_TIME_EXCEEDED |
                                   1U << ICMP_PARAMETERPROB)};
    static const uint8_t pass6[] = {1, 2, 3, 4, 129, 137};
    struct icmp6_filter types6;
    memset(&types6, 0xff, sizeof types6);
    for (size_t i = 0; i < sizeof pass6; i++)
        types6.data[pass6[i] / 32] &= ~(1U << pass6[i] % 32);
    int result = !socket->raw  ? 0
                 : socket->ip6 ? setsockopt(socket->fd, SOL_ICMPV6, ICMPV6_FILTER, &types6, sizeof types6)
                               : setsockopt(socket->fd, SOL_RAW, ICMP_FILTER, &types4, sizeof types4);
    return result == 0 ? 0 : inject_fail_system(reterr_error, "%s: no filter of types", socket->name);
}

/* What came before the filter was there is not ours. */
static void discard(const struct pkt_icmp_socket *socket)
{
    uint8_t byte;
    while (recv(socket->fd, &byte, sizeof byte, MSG_DONTWAIT | MSG_TRUNC) >= 0)
        continue;
}

static int set_filter(struct pkt_icmp_socket *socket, struct pkt_error *reterr_error)
{
    struct sock_filter program[ICMP_FILTER_MAX];
    unsigned count = icmp_filter_make(socket->info.family, socket->raw, socket->info.identifier, program);
    struct sock_fprog attached = {(unsigned short)count, program};
    if (setsockopt(socket->fd, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof attached) < 0)
        return inject_fail_system(reterr_error, "%s: no filter", socket->name);
    int result = set_type_filter(socket, reterr_error);
    if (result == 0)
        discard(socket);
    return result;
}

/* --- who we are --- */

static uint16_t random_identifier(void)
{
    uint16_t identifier;
    bool done = getrandom(&identifier, sizeof identifier, GRND_NONBLOCK) == sizeof identifier;
    return done && identifier != 0 ? identifier : (uint16_t)(getpid() | 1);
}

static socklen_t put_address(const struct pkt_icmp_socket *socket,
                             const struct pkt_icmp_socket_options *options, struct sockaddr_in6 *ret_address)
{
    uint16_t port = socket->raw || !options->has_identifier ? 0 : htons(options->identifier);
    *ret_address = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
    if (socket->ip6) {
        memcpy(&ret_address->sin6_addr, &options->source.ip6, sizeof options->source.ip6);
        if (pkt_ip6_is_link_local(options->source.ip6))
            ret_address->sin6_scope_id =
                options->source_scope != 0 ? options->source_scope : socket->info.interface;
        return sizeof *ret_address;
    }
    struct sockaddr_in ip4 = {.sin_family = AF_INET, .sin_port = port};
    memcpy(&ip4.sin_addr, &options->source.ip4, sizeof options->source.ip4);
    memcpy(ret_address, &ip4, sizeof ip4);
    return sizeof ip4;
}

/* The kernel calls the identifier of a datagram socket its port, which lies alike in both families. */
static int bind_source(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                       struct pkt_error *reterr_error)
{
    struct sockaddr_in6 address;
    socklen_t len = put_address(socket, options, &address);
    if (!socket->raw && options->has_identifier && options->identifier == 0)
        return inject_fail(reterr_error, PKT_E_ARGUMENT, "%s: cannot have the identifier 0", socket->name);
    if (socket->raw && options->source.version == 0)
        return 0;
    if (bind(socket->fd, (struct sockaddr *)(void *)&address, len) < 0)
        return inject_fail_system(reterr_error, "%s: cannot have this address or identifier", socket->name);
    if (socket->raw)
        return 0;
    if (getsockname(socket->fd, (struct sockaddr *)(void *)&address, &len) < 0)
        return inject_fail_system(reterr_error, "%s: its identifier", socket->name);
    socket->info.identifier = ntohs(address.sin6_port);
    return 0;
}

int icmp_socket_set_up(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                       struct pkt_error *reterr_error)
{
    if (socket->raw)
        socket->info.identifier = options->has_identifier ? options->identifier : random_identifier();
    int result = set_filter(socket, reterr_error);
    if (result == 0)
        result = set_common(socket, options, reterr_error);
    if (result == 0)
        result =
            socket->ip6 ? set_ip6(socket, options, reterr_error) : set_ip4(socket, options, reterr_error);
    if (result == 0)
        result = get_flow_label(socket, options, reterr_error);
    if (result == 0)
        result = set_interface(socket, options, reterr_error);
    return result == 0 ? bind_source(socket, options, reterr_error) : result;
}

/* More than net.core.rmem_max takes CAP_NET_ADMIN; less than was asked for is told in info. */
static void set_receive_buffer(struct pkt_icmp_socket *socket, size_t wanted)
{
    int size = wanted == 0 ? RECEIVE_BUFFER : wanted < INT32_MAX / 2 ? (int)wanted : INT32_MAX / 2;
    socklen_t len = sizeof size;
    if (setsockopt(socket->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, len) < 0)
        (void)setsockopt(socket->fd, SOL_SOCKET, SO_RCVBUF, &size, len);
    if (getsockopt(socket->fd, SOL_SOCKET, SO_RCVBUF, &size, &len) == 0)
        socket->info.receive_buffer = (size_t)size;
}

int icmp_socket_finish(struct pkt_icmp_socket *socket, const struct pkt_icmp_socket_options *options,
                       struct pkt_error *reterr_error)
{
    const struct setting broadcast = {!socket->ip6,       false,      SOL_SOCKET, SO_BROADCAST,
                                      options->broadcast, "broadcast"};
    set_receive_buffer(socket, options->receive_buffer_size);
    return apply(socket, &broadcast, reterr_error);
}
