/*
 * The groups, the look-up of names, and the walk over the occurrences of a field.
 */
#include "registry.h"

const struct field_group *const field_groups[GROUP_COUNT] = {
    [GROUP_FRAME] = &field_frame,
    [GROUP_ETHERNET] = &field_ethernet,
    [GROUP_VLAN] = &field_vlan,
    [GROUP_LLC] = &field_llc,
    [GROUP_NULL] = &field_null,
    [GROUP_SLL] = &field_sll,
    [GROUP_SLL2] = &field_sll2,
    [GROUP_PPP] = &field_ppp,
    [GROUP_ARP] = &field_arp,
    [GROUP_IPV4] = &field_ipv4,
    [GROUP_IPV4_OPTION] = &field_ipv4_option,
    [GROUP_IPV4_ROUTE] = &field_ipv4_route,
    [GROUP_IPV4_PENDING] = &field_ipv4_pending,
    [GROUP_IPV4_EMPTY] = &field_ipv4_empty,
    [GROUP_IPV4_STAMP] = &field_ipv4_stamp,
    [GROUP_IPV4_ADDRESS_STAMP] = &field_ipv4_address_stamp,
    [GROUP_IPV6] = &field_ipv6,
    [GROUP_HOPOPTS] = &field_hopopts,
    [GROUP_DSTOPTS] = &field_dstopts,
    [GROUP_ROUTING] = &field_routing,
    [GROUP_FRAGMENT] = &field_fragment,
    [GROUP_IPV6_OPTION] = &field_ipv6_option,
    [GROUP_ROUTING_ADDRESS] = &field_routing_address,
    [GROUP_ROUTING_SEGMENT] = &field_routing_segment,
    [GROUP_AH] = &field_ah,
    [GROUP_ESP] = &field_esp,
    [GROUP_ICMP] = &field_icmp,
    [GROUP_ICMP_ROUTER] = &field_icmp_router,
    [GROUP_ICMP_EXTENSION] = &field_icmp_extension,
    [GROUP_ICMP_OBJECT] = &field_icmp_object,
    [GROUP_ICMP_MPLS] = &field_icmp_mpls,
    [GROUP_ICMP6] = &field_icmp6,
    [GROUP_ND_OPTION] = &field_nd_option,
    [GROUP_ND_SERVER] = &field_nd_server,
    [GROUP_MLD_SOURCE] = &field_mld_source,
    [GROUP_MLD_RECORD] = &field_mld_record,
    [GROUP_MLD_RECORD_SOURCE] = &field_mld_record_source,
    [GROUP_IGMP] = &field_igmp,
    [GROUP_IGMP_SOURCE] = &field_igmp_source,
    [GROUP_IGMP_RECORD] = &field_igmp_record,
    [GROUP_UDP] = &field_udp,
    [GROUP_TCP] = &field_tcp,
    [GROUP_TCP_OPTION] = &field_tcp_option,
    [GROUP_TCP_SACK] = &field_tcp_sack,
    [GROUP_GRE] = &field_gre,
    [GROUP_VXLAN] = &field_vxlan,
    [GROUP_DATA] = &field_data,
};

/* What each protocol's layers are read with; 0 is GROUP_FRAME, which no layer is. */
static const uint8_t groups_of_layers[PKT_PROTO_COUNT] = {
    [PKT_PROTO_PAYLOAD] = GROUP_DATA,
    [PKT_PROTO_ETHERNET] = GROUP_ETHERNET,
    [PKT_PROTO_VLAN] = GROUP_VLAN,
    [PKT_PROTO_LLC] = GROUP_LLC,
    [PKT_PROTO_NULL] = GROUP_NULL,
    [PKT_PROTO_SLL] = GROUP_SLL,
    [PKT_PROTO_SLL2] = GROUP_SLL2,
    [PKT_PROTO_PPP] = GROUP_PPP,
    [PKT_PROTO_ARP] = GROUP_ARP,
    [PKT_PROTO_IPV4] = GROUP_IPV4,
    [PKT_PROTO_IPV6] = GROUP_IPV6,
    [PKT_PROTO_IP6_HOPOPTS] = GROUP_HOPOPTS,
    [PKT_PROTO_IP6_ROUTING] = GROUP_ROUTING,
    [PKT_PROTO_IP6_FRAGMENT] = GROUP_FRAGMENT,
    [PKT_PROTO_IP6_DSTOPTS] = GROUP_DSTOPTS,
    [PKT_PROTO_AH] = GROUP_AH,
    [PKT_PROTO_ESP] = GROUP_ESP,
    [PKT_PROTO_ICMP] = GROUP_ICMP,
    [PKT_PROTO_ICMP_EXT] = GROUP_ICMP_EXTENSION,
    [PKT_PROTO_ICMP6] = GROUP_ICMP6,
    [PKT_PROTO_IGMP] = GROUP_IGMP,
    [PKT_PROTO_UDP] = GROUP_UDP,
    [PKT_PROTO_TCP] = GROUP_TCP,
    [PKT_PROTO_GRE] = GROUP_GRE,
    [PKT_PROTO_VXLAN] = GROUP_VXLAN,
};

static const struct pkt_field_alias aliases[] = {
    {"ip.tos",              "ip.dsfield"                  },
    {"ip.hop_limit",        "ip.ttl"                      },
    {"ipv6.hop_limit",      "ipv6.hlim"                   },
    {"ipv6.traffic_class",  "ipv6.tclass"                 },
    {"ipv6.payload_length", "ipv6.plen"                   },
    {"ipv6.next_header",    "ipv6.nxt"                    },
    {"icmp.id",             "icmp.ident"                  },
    {"icmp.sequence",       "icmp.seq"                    },
    {"icmp.gateway",        "icmp.redir_gw"               },
    {"icmpv6.id",           "icmpv6.echo.identifier"      },
    {"icmpv6.seq",          "icmpv6.echo.sequence_number" },
    {"igmp.group",          "igmp.maddr"                  },
    {"igmp.source",         "igmp.saddr"                  },
    {"mld.group",           "icmpv6.mld.multicast_address"},
    {"tcp.window",          "tcp.window_size_value"       },
    {"tcp.mss",             "tcp.options.mss_val"         },
};

uint8_t field_group_of(uint8_t proto)
{
    uint8_t group = proto < PKT_PROTO_COUNT ? groups_of_layers[proto] : GROUP_FRAME;
    return group == GROUP_FRAME ? GROUP_NONE : group;
}

const struct pkt_field_alias *pkt_field_alias_at(unsigned index)
{
    return index < sizeof aliases / sizeof *aliases ? &aliases[index] : NULL;
}

static bool is_name(const char *name, const char *text, size_t len)
{
    return strncmp(name, text, len) == 0 && name[len] == 0;
}

/* Notes every place of the name. */
static void add_places(const char *name, size_t len, struct pkt_field_ref *ref)
{
    for (unsigned g = 0; g < GROUP_COUNT; g++) {
        for (unsigned r = 0; r < field_groups[g]->row_count; r++) {
            if (!is_name(field_groups[g]->rows[r].name, name, len) ||
                ref->place_count == PKT_FIELD_MAX_PLACES)
                continue;
            if (ref->place_count == 0)
                ref->field = &field_groups[g]->rows[r];
            ref->place[ref->place_count].group = (uint8_t)g;
            ref->place[ref->place_count++].row = (uint8_t)r;
        }
    }
}

void field_add_ways(struct pkt_field_ref *ref)
{
    for (unsigned i = 0; i < ref->place_count; i++)
        ref->enter |= UINT64_C(1) << ref->place[i].group;
    for (unsigned depth = 1; depth < PKT_FIELD_DEPTH; depth++)
        for (unsigned g = 0; g < GROUP_COUNT; g++)
            for (unsigned i = 0; i < field_groups[g]->list_count; i++)
                if ((ref->enter >> field_groups[g]->lists[i].group & 1) != 0)
                    ref->enter |= UINT64_C(1) << g;
}

bool pkt_field_find(const char *name, size_t len, struct pkt_field_ref *ret_ref)
{
    struct pkt_field_ref ref = {.place_count = 0};
    for (unsigned i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (is_name(aliases[i].alias, name, len)) {
            name = aliases[i].name;
            len = strlen(name);
            break;
        }
    add_places(name, len, &ref);
    if (ref.place_count == 0)
        return false;
    field_add_ways(&ref);
    *ret_ref = ref;
    return true;
}

const struct pkt_field *pkt_field_at(unsigned index)
{
    for (unsigned g = 0; g < GROUP_COUNT; g++) {
        if (index < field_groups[g]->row_count)
            return &field_groups[g]->rows[index];
        index -= field_groups[g]->row_count;
    }
    return NULL;
}

const char *pkt_field_short_name(const struct pkt_field *field, size_t *ret_len)
{
    *ret_len = field->key_len - 4U; /* a comma, two quotation marks and a colon stand around it */
    return field->key + 2;
}

bool field_layer_item(const struct pkt_packet *packet, unsigned layer,
                      const struct pkt_field_context *context, struct pkt_field_item *ret_item)
{
    ret_item->group = field_group_of(packet->layer[layer].proto);
    if (ret_item->group == GROUP_NONE)
        return false;
    ret_item->packet = packet;
    ret_item->context = context;
    ret_item->view = pkt_layer_bytes(packet, layer);
    ret_item->len = packet->layer[layer].len;
    ret_item->layer = (uint8_t)layer;
    field_enter(ret_item);
    return true;
}

void field_frame_item(const struct pkt_packet *packet, const struct pkt_field_context *context,
                      struct pkt_field_item *ret_item)
{
    *ret_item = (struct pkt_field_item){
        .packet = packet,
        .context = context,
        .view = packet->bytes,
        .len = packet->wire_len,
        .group = GROUP_FRAME,
    };
    field_enter(ret_item);
}

/* The bytes of the next item; false at the end. */
static bool next_view(struct pkt_field_items *items, struct pkt_view *ret_view)
{
    struct pkt_option option;
    if (items->stride != 0) {
        bool ok = pkt_view_sub(items->array, 0, items->stride, ret_view);
        items->array = pkt_view_from(items->array, items->stride);
        return ok;
    }
    if (!pkt_option_next(&items->list, &option))
        return false;
    *ret_view = option.bytes;
    return true;
}

bool field_items_next(const struct field_list *list, const struct pkt_field_item *parent,
                      struct pkt_field_items *items, struct pkt_field_item *ret_item)
{
    if (!next_view(items, &ret_item->view))
        return false;
    ret_item->packet = parent->packet;
    ret_item->context = parent->context;
    ret_item->layer = parent->layer;
    ret_item->group = list->group;
    ret_item->len = (uint32_t)ret_item->view.len;
    field_enter(ret_item);
    return true;
}

static struct pkt_checksum_result checksum_of(struct pkt_field_item *item)
{
    if (!item->checksum_known)
        item->checksum = pkt_checksum_verify(item->packet, item->layer);
    item->checksum_known = true;
    return item->checksum;
}

bool field_checksum_state(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_uint(ret_value, checksum_of(item).state);
}

bool field_checksum_calculated(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_checksum_result result = checksum_of(item);
    ret_value->number = result.expected;
    return result.state == PKT_CHECKSUM_OK || result.state == PKT_CHECKSUM_BAD ||
           result.state == PKT_CHECKSUM_PARTIAL;
}

/* --- the walk --- */

void pkt_field_walk_begin(struct pkt_field_walk *walk, const struct pkt_field_ref *ref,
                          const struct pkt_packet *packet, const struct pkt_field_context *context,
                          enum pkt_field_scope scope)
{
    walk->ref = ref;
    walk->scope = (uint8_t)scope;
    walk->depth = 0;
    walk->place = 0;
    walk->next_layer = 0;
    walk->layer = 0;
    walk->item[0].packet = packet;
    walk->item[0].context = context;
    if ((ref->enter >> GROUP_FRAME & 1) == 0)
        return;
    field_frame_item(packet, context, &walk->item[0]);
    walk->child[0] = 0;
    walk->open[0] = false;
    walk->depth = 1;
}

static bool in_scope(unsigned scope, uint16_t flags)
{
    bool quoted = (flags & PKT_LAYER_QUOTED) != 0;
    bool inner = (flags & PKT_LAYER_INNER) != 0;
    switch (scope) {
    case PKT_SCOPE_OWN:
        return !quoted && !inner;
    case PKT_SCOPE_QUOTED:
        return quoted;
    case PKT_SCOPE_INNER:
        return inner && !quoted;
    default:
        return true;
    }
}

static void push(struct pkt_field_walk *walk)
{
    walk->child[walk->depth] = 0;
    walk->open[walk->depth] = false;
    walk->depth++;
    walk->place = 0;
}

/* Opens the next layer that may hold the field; false behind the last. */
static bool next_layer(struct pkt_field_walk *walk)
{
    const struct pkt_packet *packet = walk->item[0].packet;
    while (walk->next_layer < packet->layer_count) {
        uint8_t i = walk->next_layer++;
        uint8_t group = field_group_of(packet->layer[i].proto);
        bool wanted = group != GROUP_NONE && (walk->ref->enter >> group & 1) != 0;
        if (!wanted || !in_scope(walk->scope, packet->layer[i].flags))
            continue;
        (void)field_layer_item(packet, i, walk->item[0].context, &walk->item[0]);
        walk->layer = i;
        push(walk);
        return true;
    }
    return false;
}

/* The next place of the name on the innermost item. */
static bool next_place(struct pkt_field_walk *walk, struct pkt_field_value *ret_value)
{
    struct pkt_field_item *item = &walk->item[walk->depth - 1];
    while (walk->place < walk->ref->place_count) {
        unsigned i = walk->place++;
        if (walk->ref->place[i].group != item->group)
            continue;
        /* An item's group is one of the table. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
        const struct pkt_field *row = &field_groups[item->group]->rows[walk->ref->place[i].row];
        if (field_read(row, item, ret_value))
            return true;
    }
    return false;
}

/* Opens the next list of the innermost item that may hold the field; false when there is none left. */
static bool open_list(struct pkt_field_walk *walk, unsigned top)
{
    struct pkt_field_item *item = &walk->item[top];
    const struct field_group *group = field_groups[item->group];
    while (walk->child[top] < group->list_count && walk->depth < PKT_FIELD_DEPTH) {
        const struct field_list *list = &group->lists[walk->child[top]++];
        bool here = list->shapes == 0 || (list->shapes & item->shape) != 0;
        if (!here || (walk->ref->enter >> list->group & 1) == 0)
            continue;
        list->open(item, &walk->items[top]);
        walk->open[top] = true;
        return true;
    }
    return false;
}

/* Moves to the next item in depth-first order; false behind the last. */
static bool next_item(struct pkt_field_walk *walk)
{
    while (walk->depth > 0) {
        unsigned top = walk->depth - 1U;
        const struct field_group *group = field_groups[walk->item[top].group];
        if (!walk->open[top] && !open_list(walk, top)) {
            walk->depth--;
            continue;
        }
        const struct field_list *list = &group->lists[walk->child[top] - 1];
        if (field_items_next(list, &walk->item[top], &walk->items[top], &walk->item[top + 1])) {
            push(walk);
            return true;
        }
        walk->open[top] = false;
    }
    return next_layer(walk);
}

bool pkt_field_walk_next(struct pkt_field_walk *walk, struct pkt_field_value *ret_value)
{
    do {
        if (walk->depth > 0 && next_place(walk, ret_value))
            return true;
    } while (next_item(walk));
    return false;
}

bool pkt_field_first(const struct pkt_field_ref *ref, const struct pkt_packet *packet,
                     const struct pkt_field_context *context, enum pkt_field_scope scope,
                     struct pkt_field_value *ret_value)
{
    struct pkt_field_walk walk;
    pkt_field_walk_begin(&walk, ref, packet, context, scope);
    return pkt_field_walk_next(&walk, ret_value);
}
