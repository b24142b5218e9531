/*
 * The table that neighbours stand in: its room, and how the kernel asks for one.
 */
#include "neighbour.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <string.h>
#include <sys/socket.h>

struct table_search {
    struct pkt_neighbour_table *table;
    uint32_t interface;
    uint8_t family;
    bool has_room;
    bool has_parameters;
};

static void take_room(struct table_search *search, const struct netlink_attributes *attributes)
{
    struct ndt_config config;
    uint16_t size = mnl_attr_get_payload_len(attributes->at[NDTA_CONFIG]);
    memset(&config, 0, sizeof config);
    memcpy(&config, mnl_attr_get_payload(attributes->at[NDTA_CONFIG]),
           size < sizeof config ? size : sizeof config);
    search->table->entries = config.ndtc_entries;
    search->table->most = netlink_u32(attributes->at[NDTA_THRESH3]);
    search->has_room = search->table->most != 0;
}

static void take_parameters(struct table_search *search, const struct netlink_attributes *parameters)
{
    uint64_t retransmit_ms = 0;
    (void)netlink_bytes(parameters->at[NDTPA_RETRANS_TIME], &retransmit_ms, sizeof retransmit_ms);
    search->table->questions = netlink_u32(parameters->at[NDTPA_MCAST_PROBES]);
    search->table->unicast_questions = netlink_u32(parameters->at[NDTPA_UCAST_PROBES]);
    search->table->program_questions = netlink_u32(parameters->at[NDTPA_APP_PROBES]);
    search->table->retransmit_ns =
        retransmit_ms > INT64_MAX / 1000000 ? INT64_MAX : (int64_t)retransmit_ms * 1000000;
    search->has_parameters = true;
}

/* The first message of a table tells its room and the defaults; one for each interface follows. */
static void take_table(void *context, const struct nlmsghdr *message)
{
    struct table_search *search = context;
    struct netlink_attributes attributes, parameters;
    const struct ndtmsg *header = netlink_header(message, sizeof *header);
    if (message->nlmsg_type != RTM_NEWNEIGHTBL || header == NULL || header->ndtm_family != search->family)
        return;
    netlink_read(message, sizeof *header, &attributes);
    if (attributes.at[NDTA_CONFIG] != NULL)
        take_room(search, &attributes);
    if (attributes.at[NDTA_PARMS] == NULL)
        return;
    netlink_read_nested(attributes.at[NDTA_PARMS], &parameters);
    if (netlink_u32(parameters.at[NDTPA_IFINDEX]) == search->interface)
        take_parameters(search, &parameters);
}

static void begin_again(void *context)
{
    struct table_search *search = context;
    search->has_room = search->has_parameters = false;
}

int pkt_neighbour_table_get(struct pkt_host *host, uint32_t interface, uint8_t version,
                            struct pkt_neighbour_table *ret_table, struct pkt_error *reterr_error)
{
    struct netlink_request request;
    struct pkt_neighbour_table table = {.entries = 0};
    struct table_search search = {.table = &table, .interface = interface, .family = netlink_family(version)};
    if (version != 4 && version != 6)
        return host_fail(reterr_error, PKT_E_ARGUMENT, "there is no IP version %d", version);
    struct ndtmsg *header = netlink_begin(&request, RTM_GETNEIGHTBL, NLM_F_DUMP, sizeof *header);
    header->ndtm_family = search.family;
    int failed = netlink_dump(host, &request, take_table, begin_again, &search);
    if (failed == 0 && (!search.has_room || !search.has_parameters))
        failed = ENODEV;
    if (failed != 0)
        return netlink_fail(host, reterr_error, failed, "table of neighbours");
    *ret_table = table;
    return 0;
}
