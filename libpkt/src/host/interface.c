/*
 * Interfaces of this machine and their addresses.
 */
#include "interface.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <string.h>
#include <sys/socket.h>

enum {
    SKIP_STATISTICS = 1 << 3, /* RTEXT_FILTER_SKIP_STATS, Linux 4.4 */
    NAME_MAX_LEN = 127,       /* of alternative names (ALTIFNAMSIZ) */
};

/* --- messages --- */

static void read_link_addresses(const struct netlink_attributes *attributes, struct pkt_interface *interface)
{
    const struct nlattr *address = attributes->at[IFLA_ADDRESS];
    interface->mac_len = address == NULL ? 0 : (uint8_t)mnl_attr_get_payload_len(address);
    netlink_bytes(address, interface->mac.byte, sizeof interface->mac.byte);
    netlink_bytes(attributes->at[IFLA_BROADCAST], interface->broadcast.byte,
                  sizeof interface->broadcast.byte);
}

bool interface_read(const struct nlmsghdr *message, struct pkt_interface *ret_interface)
{
    struct netlink_attributes attributes, details;
    const struct ifinfomsg *header = netlink_header(message, sizeof *header);
    bool is_link = message->nlmsg_type == RTM_NEWLINK || message->nlmsg_type == RTM_DELLINK;
    if (header == NULL || !is_link || header->ifi_family != AF_UNSPEC || header->ifi_index <= 0)
        return false;
    netlink_read(message, sizeof *header, &attributes);
    netlink_read_nested(attributes.at[IFLA_LINKINFO], &details);
    *ret_interface = (struct pkt_interface){
        .index = (uint32_t)header->ifi_index,
        .flags = header->ifi_flags,
        .type = header->ifi_type,
        .mtu = netlink_u32(attributes.at[IFLA_MTU]),
        .master = netlink_u32(attributes.at[IFLA_MASTER]),
        .peer = netlink_u32(attributes.at[IFLA_LINK]),
        .peer_outside = attributes.at[IFLA_LINK_NETNSID] != NULL,
        .state = netlink_u8(attributes.at[IFLA_OPERSTATE]),
    };
    netlink_text(attributes.at[IFLA_IFNAME], ret_interface->name, sizeof ret_interface->name);
    netlink_text(details.at[IFLA_INFO_KIND], ret_interface->kind, sizeof ret_interface->kind);
    read_link_addresses(&attributes, ret_interface);
    return true;
}

/* IFA_LOCAL is ours and IFA_ADDRESS the other end's where they differ; IPv6 without a peer has IFA_ADDRESS
 * alone. */
static void read_ends(const struct netlink_attributes *attributes, struct pkt_interface_address *address)
{
    struct pkt_ip local = netlink_ip(attributes->at[IFA_LOCAL]);
    struct pkt_ip other = netlink_ip(attributes->at[IFA_ADDRESS]);
    address->address = local.version == 0 ? other : local;
    if (local.version != 0 && other.version != 0 && !pkt_ip_equal(local, other))
        address->peer = other;
}

bool interface_address_read(const struct nlmsghdr *message, struct pkt_interface_address *ret_address)
{
    struct netlink_attributes attributes;
    struct ifa_cacheinfo times = {.ifa_valid = UINT32_MAX, .ifa_prefered = UINT32_MAX};
    const struct ifaddrmsg *header = netlink_header(message, sizeof *header);
    bool is_address = message->nlmsg_type == RTM_NEWADDR || message->nlmsg_type == RTM_DELADDR;
    if (header == NULL || !is_address)
        return false;
    netlink_read(message, sizeof *header, &attributes);
    netlink_bytes(attributes.at[IFA_CACHEINFO], &times, sizeof times);
    *ret_address = (struct pkt_interface_address){
        .interface = header->ifa_index,
        .flags = attributes.at[IFA_FLAGS] == NULL ? header->ifa_flags : netlink_u32(attributes.at[IFA_FLAGS]),
        .prefix_len = header->ifa_prefixlen,
        .scope = header->ifa_scope,
        .broadcast = netlink_ip(attributes.at[IFA_BROADCAST]),
        .valid_s = times.ifa_valid,
        .preferred_s = times.ifa_prefered,
    };
    read_ends(&attributes, ret_address);
    return ret_address->address.version != 0;
}

/* --- interfaces --- */

struct interface_array {
    struct pkt_interface *interfaces;
    size_t max;
    size_t count;
};

static void restart_interfaces(void *context)
{
    struct interface_array *array = context;
    array->count = 0;
}

static void add_interface(void *context, const struct nlmsghdr *message)
{
    struct interface_array *array = context;
    struct pkt_interface interface;
    if (!interface_read(message, &interface))
        return;
    if (array->count < array->max)
        array->interfaces[array->count] = interface;
    array->count++;
}

int pkt_interface_list(struct pkt_host *host, struct pkt_interface *ret_interfaces, size_t max,
                       size_t *ret_count, struct pkt_error *reterr_error)
{
    struct netlink_request request;
    struct interface_array array = {ret_interfaces, max, 0};
    netlink_begin(&request, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
    netlink_put_u32(&request, IFLA_EXT_MASK, SKIP_STATISTICS);
    int failed = netlink_dump(host, &request, add_interface, restart_interfaces, &array);
    if (failed != 0)
        return netlink_fail(host, reterr_error, failed, "list of interfaces");
    *ret_count = array.count;
    return 0;
}

/* Asks for one interface. Returns 0 or an errno. */
static int ask_interface(struct pkt_host *host, struct netlink_request *request,
                         struct pkt_interface *ret_interface)
{
    struct pkt_interface found;
    struct interface_array array = {&found, 1, 0};
    netlink_put_u32(request, IFLA_EXT_MASK, SKIP_STATISTICS);
    int failed = netlink_ask(host, request, add_interface, &array);
    if (failed == 0 && array.count != 1)
        failed = ENODEV;
    if (failed == 0)
        *ret_interface = found;
    return failed;
}

int pkt_interface_find(struct pkt_host *host, const char *name, struct pkt_interface *ret_interface,
                       struct pkt_error *reterr_error)
{
    struct netlink_request request;
    size_t len = name == NULL ? 0 : strnlen(name, NAME_MAX_LEN + 1);
    if (len == 0 || len > NAME_MAX_LEN)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "an interface has a name of 1 to %d bytes",
                         NAME_MAX_LEN);
    netlink_begin(&request, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
    netlink_put(&request, len < PKT_INTERFACE_NAME_SIZE ? IFLA_IFNAME : IFLA_ALT_IFNAME, name, len + 1);
    int failed = ask_interface(host, &request, ret_interface);
    if (failed == ENODEV)
        host->kernel_says[0] = '\0';
    return failed == 0 ? 0 : netlink_fail(host, reterr_error, failed, "interface %.100s", name);
}

int pkt_interface_get(struct pkt_host *host, uint32_t index, struct pkt_interface *ret_interface,
                      struct pkt_error *reterr_error)
{
    struct netlink_request request;
    if (index == 0 || index > INT32_MAX)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "no interface has the index %u", index);
    struct ifinfomsg *header = netlink_begin(&request, RTM_GETLINK, 0, sizeof *header);
    header->ifi_index = (int)index;
    int failed = ask_interface(host, &request, ret_interface);
    return failed == 0 ? 0 : netlink_fail(host, reterr_error, failed, "interface of index %u", index);
}

/* --- addresses --- */

struct address_array {
    struct pkt_interface_address *addresses;
    size_t max;
    size_t count;
    uint32_t interface;
    uint8_t version;
};

static void restart_addresses(void *context)
{
    struct address_array *array = context;
    array->count = 0;
}

static void add_address(void *context, const struct nlmsghdr *message)
{
    struct address_array *array = context;
    struct pkt_interface_address address;
    if (!interface_address_read(message, &address))
        return;
    if (array->interface != 0 && address.interface != array->interface)
        return;
    if (array->version != 0 && address.address.version != array->version)
        return;
    if (array->count < array->max)
        array->addresses[array->count] = address;
    array->count++;
}

int pkt_interface_addresses(struct pkt_host *host, uint32_t interface, uint8_t version,
                            struct pkt_interface_address *ret_addresses, size_t max, size_t *ret_count,
                            struct pkt_error *reterr_error)
{
    struct netlink_request request;
    struct pkt_interface known;
    struct address_array array = {ret_addresses, max, 0, interface, version};
    if (version != 0 && version != 4 && version != 6)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "there is no IP version %d", version);
    if (interface != 0) {
        int result = pkt_interface_get(host, interface, &known, reterr_error);
        if (result < 0)
            return result;
    }
    struct ifaddrmsg *header = netlink_begin(&request, RTM_GETADDR, NLM_F_DUMP, sizeof *header);
    header->ifa_family = netlink_family(version);
    int failed = netlink_dump(host, &request, add_address, restart_addresses, &array);
    if (failed != 0)
        return netlink_fail(host, reterr_error, failed, "list of addresses");
    *ret_count = array.count;
    return 0;
}
