/*
 * The way to a destination, as the kernel would choose it.
 */
#include "route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* --- messages --- */

/* RTA_GATEWAY, or RTA_VIA: a gateway of the other family, 2 bytes of which and then its address. */
static struct pkt_ip read_gateway(const struct netlink_attributes *attributes)
{
    struct {
        uint16_t family;
        uint8_t byte[16];
    } via;
    struct pkt_ip6 ip6;
    if (attributes->at[RTA_GATEWAY] != NULL)
        return netlink_ip(attributes->at[RTA_GATEWAY]);
    if (!netlink_bytes(attributes->at[RTA_VIA], &via, sizeof via) || via.family != AF_INET6)
        return (struct pkt_ip){0};
    memcpy(ip6.byte, via.byte, sizeof ip6.byte);
    return pkt_ip_from6(ip6);
}

static uint32_t read_table(const struct rtmsg *header, const struct netlink_attributes *attributes)
{
    return attributes->at[RTA_TABLE] == NULL ? header->rtm_table : netlink_u32(attributes->at[RTA_TABLE]);
}

static const struct rtmsg *read_header(const struct nlmsghdr *message)
{
    const struct rtmsg *header = netlink_header(message, sizeof *header);
    bool is_route = message->nlmsg_type == RTM_NEWROUTE || message->nlmsg_type == RTM_DELROUTE;
    if (header == NULL || !is_route)
        return NULL;
    return header->rtm_family == AF_INET || header->rtm_family == AF_INET6 ? header : NULL;
}

bool route_read_entry(const struct nlmsghdr *message, struct pkt_watch_route *ret_route)
{
    struct netlink_attributes attributes;
    const struct rtmsg *header = read_header(message);
    if (header == NULL || (header->rtm_flags & RTM_F_CLONED))
        return false; /* what the kernel learned of one destination is no route */
    netlink_read(message, sizeof *header, &attributes);
    *ret_route = (struct pkt_watch_route){
        .type = header->rtm_type,
        .interface = netlink_u32(attributes.at[RTA_OIF]),
        .table = read_table(header, &attributes),
        .priority = netlink_u32(attributes.at[RTA_PRIORITY]),
        .destination = netlink_ip(attributes.at[RTA_DST]),
        .prefix_len = header->rtm_dst_len,
        .gateway = read_gateway(&attributes),
    };
    ret_route->destination.version = header->rtm_family == AF_INET ? 4 : 6;
    return true;
}

/* --- one way --- */

struct answer {
    struct pkt_route route;
    int failed; /* errno of a route that drops */
    bool found;
};

/* What IPv4 says by failing, IPv6 says by the type of route that it found. */
static int errno_of_type(int type)
{
    static const int errnos[] = {
        [PKT_ROUTE_BLACKHOLE] = EINVAL,
        [PKT_ROUTE_UNREACHABLE] = EHOSTUNREACH,
        [PKT_ROUTE_PROHIBIT] = EACCES,
        [PKT_ROUTE_THROW] = ENETUNREACH,
    };
    return type >= 0 && (size_t)type < sizeof errnos / sizeof *errnos ? errnos[type] : 0;
}

static void take_answer(void *context, const struct nlmsghdr *message)
{
    struct answer *answer = context;
    struct netlink_attributes attributes, metrics;
    const struct rtmsg *header = read_header(message);
    if (header == NULL)
        return;
    netlink_read(message, sizeof *header, &attributes);
    netlink_read_nested(attributes.at[RTA_METRICS], &metrics);
    answer->found = true;
    answer->failed = errno_of_type(header->rtm_type);
    answer->route = (struct pkt_route){
        .type = header->rtm_type,
        .interface = netlink_u32(attributes.at[RTA_OIF]),
        .table = read_table(header, &attributes),
        .mtu = netlink_u32(metrics.at[RTAX_MTU]),
        .hop_limit = netlink_u32(metrics.at[RTAX_HOPLIMIT]),
        .source = netlink_ip(attributes.at[RTA_PREFSRC]),
        .gateway = read_gateway(&attributes),
    };
}

static void put_request(const struct pkt_route_request *asked, struct netlink_request *request)
{
    uint8_t bits = asked->destination.version == 4 ? 32 : 128;
    uint16_t source_port = htons(asked->source_port), destination_port = htons(asked->destination_port);
    struct rtmsg *header = netlink_begin(request, RTM_GETROUTE, 0, sizeof *header);
    header->rtm_family = netlink_family(asked->destination.version);
    header->rtm_dst_len = bits;
    header->rtm_src_len = asked->source.version == 0 ? 0 : bits;
    header->rtm_tos = asked->traffic_class & 0xfc;
    header->rtm_flags = RTM_F_LOOKUP_TABLE;
    netlink_put_ip(request, RTA_DST, asked->destination);
    netlink_put_ip(request, RTA_SRC, asked->source);
    if (asked->interface != 0)
        netlink_put_u32(request, RTA_OIF, asked->interface);
    if (asked->mark != 0)
        netlink_put_u32(request, RTA_MARK, asked->mark);
    if (asked->protocol != 0)
        netlink_put(request, RTA_IP_PROTO, &asked->protocol, sizeof asked->protocol);
    if (asked->source_port != 0)
        netlink_put(request, RTA_SPORT, &source_port, sizeof source_port);
    if (asked->destination_port != 0)
        netlink_put(request, RTA_DPORT, &destination_port, sizeof destination_port);
}

static int check(const struct pkt_route_request *asked, struct pkt_error *reterr_error)
{
    struct pkt_ip destination = asked->destination, source = asked->source;
    if (destination.version != 4 && destination.version != 6)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "a route leads to an IPv4 or IPv6 address");
    if (source.version != 0 && source.version != destination.version)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "source and destination are of unlike IP versions");
    if (pkt_ip_is_multicast(source) || (source.version == 4 && pkt_ip4_is_broadcast(source.ip4)))
        return host_fail(reterr_error, PKT_E_ARGUMENT, "the source of a packet is no group");
    if (destination.version == 6 && pkt_ip6_is_link_local(destination.ip6) && asked->interface == 0)
        return host_fail(reterr_error, PKT_E_ARGUMENT,
                         "a link-local destination needs an interface, as in fe80::1%%eth0");
    return 0;
}

/* Why there is no way, in words that strerror does not have. */
static const char *words_of(int system_errno)
{
    static const struct {
        int system_errno;
        const char *words;
    } reasons[] = {
        {ENETUNREACH,  "there is no route"                                     },
        {EHOSTUNREACH, "a route says that it is unreachable"                   },
        {EACCES,       "a route prohibits it"                                  },
        {EINVAL,       "a blackhole route, or a source that the kernel refuses"},
        {ENODEV,       "the interface is gone"                                 },
        {ENETDOWN,     "the interface is down"                                 },
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].system_errno == system_errno)
            return reasons[i].words;
    }
    return strerrordesc_np(system_errno);
}

int pkt_route_get(struct pkt_host *host, const struct pkt_route_request *request, struct pkt_route *ret_route,
                  struct pkt_error *reterr_error)
{
    struct pkt_route_request asked;
    struct netlink_request message;
    struct answer answer = {.found = false};
    char text[HOST_IP_TEXT_SIZE];
    int result = host_take(request, &asked, sizeof asked, reterr_error);
    if (result == 0)
        result = check(&asked, reterr_error);
    if (result < 0)
        return result;
    put_request(&asked, &message);
    int failed = netlink_ask(host, &message, take_answer, &answer);
    if (failed == 0)
        failed = answer.found ? answer.failed : EPROTO;
    if (failed == 0) {
        *ret_route = answer.route;
        if (asked.source.version != 0)
            ret_route->source = asked.source; /* which the kernel does not repeat */
        return 0;
    }
    const char *words = words_of(failed);
    if (failed == ENETUNREACH && asked.source.version != 0)
        words = "there is no route, or the source is not an address of this machine";
    host_fail(reterr_error, PKT_E_SYSTEM, "%s: %s", host_ip_text(asked.destination, text),
              words == NULL ? "unknown error" : words);
    reterr_error->system_errno = failed;
    return PKT_E_SYSTEM;
}
