/*
 * Neighbours: what the kernel knows of the link-layer addresses of a link.
 */
#include "neighbour.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <string.h>
#include <sys/socket.h>

const char *pkt_neighbour_state_name(uint8_t state)
{
    static const struct {
        uint8_t state;
        const char *name;
    } names[] = {
        {PKT_NEIGHBOUR_NONE,       "NONE"      },
        {PKT_NEIGHBOUR_INCOMPLETE, "INCOMPLETE"},
        {PKT_NEIGHBOUR_REACHABLE,  "REACHABLE" },
        {PKT_NEIGHBOUR_STALE,      "STALE"     },
        {PKT_NEIGHBOUR_DELAY,      "DELAY"     },
        {PKT_NEIGHBOUR_PROBE,      "PROBE"     },
        {PKT_NEIGHBOUR_FAILED,     "FAILED"    },
        {PKT_NEIGHBOUR_NO_ARP,     "NOARP"     },
        {PKT_NEIGHBOUR_PERMANENT,  "PERMANENT" },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].state == state)
            return names[i].name;
    }
    return "UNKNOWN";
}

/* Times are in hundredths of a second (USER_HZ), and ago. */
static void take_history(const struct netlink_attributes *attributes, struct pkt_neighbour *neighbour)
{
    struct nda_cacheinfo cache;
    neighbour->has_probes =
        netlink_bytes(attributes->at[NDA_PROBES], &neighbour->probes, sizeof neighbour->probes);
    neighbour->has_confirmed = netlink_bytes(attributes->at[NDA_CACHEINFO], &cache, sizeof cache);
    if (neighbour->has_confirmed)
        neighbour->confirmed_ns = (int64_t)cache.ndm_confirmed * 10000000;
}

bool neighbour_read(const struct nlmsghdr *message, struct pkt_neighbour *ret_neighbour)
{
    struct netlink_attributes attributes;
    const struct ndmsg *header = netlink_header(message, sizeof *header);
    bool is_neighbour = message->nlmsg_type == RTM_NEWNEIGH || message->nlmsg_type == RTM_DELNEIGH;
    if (header == NULL || !is_neighbour || (header->ndm_family != AF_INET && header->ndm_family != AF_INET6))
        return false;
    netlink_read(message, sizeof *header, &attributes);
    *ret_neighbour = (struct pkt_neighbour){
        .interface = (uint32_t)header->ndm_ifindex,
        .address = netlink_ip(attributes.at[NDA_DST]),
        .is_router = (header->ndm_flags & NTF_ROUTER) != 0,
        .state = (uint8_t)header->ndm_state,
    };
    ret_neighbour->has_mac =
        netlink_bytes(attributes.at[NDA_LLADDR], ret_neighbour->mac.byte, sizeof ret_neighbour->mac.byte);
    take_history(&attributes, ret_neighbour);
    return ret_neighbour->address.version != 0;
}

struct neighbour_array {
    struct pkt_neighbour *neighbours;
    size_t max;
    size_t count;
    uint32_t interface;
};

static void restart(void *context)
{
    struct neighbour_array *array = context;
    array->count = 0;
}

static void add(void *context, const struct nlmsghdr *message)
{
    struct neighbour_array *array = context;
    struct pkt_neighbour neighbour;
    if (!neighbour_read(message, &neighbour))
        return;
    if (array->interface != 0 && neighbour.interface != array->interface)
        return;
    if (array->count < array->max)
        array->neighbours[array->count] = neighbour;
    array->count++;
}

/* Entries that need no resolution are as many as there are groups and addresses of our own: nobody's
 * neighbours. */
static void add_resolved(void *context, const struct nlmsghdr *message)
{
    const struct ndmsg *header = netlink_header(message, sizeof *header);
    if (header != NULL && header->ndm_state != NUD_NOARP)
        add(context, message);
}

int pkt_neighbour_get(struct pkt_host *host, uint32_t interface, struct pkt_ip address,
                      struct pkt_neighbour *ret_neighbour, struct pkt_error *reterr_error)
{
    struct netlink_request request;
    struct pkt_neighbour found;
    struct neighbour_array array = {&found, 1, 0, 0};
    char text[HOST_IP_TEXT_SIZE];
    if (interface == 0 || interface > INT32_MAX || (address.version != 4 && address.version != 6))
        return host_fail(reterr_error, PKT_E_ARGUMENT, "a neighbour has an interface and an IP address");
    struct ndmsg *header = netlink_begin(&request, RTM_GETNEIGH, 0, sizeof *header);
    header->ndm_family = netlink_family(address.version);
    header->ndm_ifindex = (int)interface;
    netlink_put_ip(&request, NDA_DST, address);
    int failed = netlink_ask(host, &request, add, &array);
    if (failed == 0 && array.count != 1)
        failed = ENOENT;
    if (failed != 0)
        return netlink_fail(host, reterr_error, failed, "neighbour %s", host_ip_text(address, text));
    *ret_neighbour = found;
    return 0;
}

int pkt_neighbour_list(struct pkt_host *host, uint32_t interface, uint8_t version,
                       struct pkt_neighbour *ret_neighbours, size_t max, size_t *ret_count,
                       struct pkt_error *reterr_error)
{
    struct netlink_request request;
    struct neighbour_array array = {ret_neighbours, max, 0, interface};
    if (version != 0 && version != 4 && version != 6)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "there is no IP version %d", version);
    struct ndmsg *header = netlink_begin(&request, RTM_GETNEIGH, NLM_F_DUMP, sizeof *header);
    header->ndm_family = netlink_family(version);
    int failed = netlink_dump(host, &request, add_resolved, restart, &array);
    if (failed != 0)
        return netlink_fail(host, reterr_error, failed, "list of neighbours");
    *ret_count = array.count;
    return 0;
}
