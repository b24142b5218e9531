/*
 * Building and decoding again. The input makes a stack of layers: a legal one, whose table, fields, lists and
 * checksums must come back and about which nothing is to be said, or a wild one, of which only what holds of
 * every build is asked: that measuring, building and building again agree, that a buffer too small says the
 * right size and is never overrun, and that errors stick.
 *
 *     bits: wild, partial checksums | link type | layers ... | how it ends
 */
#include "roundtrip_messages.h"

#include "fuzz_frame.h"

/* What is put behind the layers. */
struct ending {
    bool quote_end;
    bool extension;
    bool pad;
    size_t keep; /* of a quotation */
    uint8_t object[12];
    uint8_t object_count;
    uint8_t writes; /* wild: fields written by hand */
    uint32_t write[4][2];
};

/* --- the stack --- */

static bool may_follow(const struct stack *s, const struct kind *kind)
{
    if (s->wild)
        return true;
    if ((kind->role & ROLE_ERROR) != 0 && (s->quoting || s->count + 1 == STACK_MAX))
        return false; /* no error about an error (RFC 1122 3.2.2), nor one that quotes nothing */
    return (kind->role & ~(uint32_t)ROLE_ERROR & s->allowed) != 0;
}

/* The kind that `choice` names, or the next one that is allowed; KIND_COUNT when there is none. */
static unsigned choose(const struct stack *s, unsigned choice)
{
    for (unsigned i = 0; i < KIND_COUNT; i++)
        if (may_follow(s, &kinds[(choice + i) % KIND_COUNT]))
            return (choice + i) % KIND_COUNT;
    return KIND_COUNT;
}

static void draw_layer(struct stack *s, unsigned index)
{
    const struct kind *kind = &kinds[index];
    struct made *m = &s->made[s->count];
    m->kind = (uint8_t)index;
    s->allowed = kind->follows;
    kind->draw(s, m);
    s->count++;
    s->quoting |= (kind->role & ROLE_ERROR) != 0;
    s->is_small |= kind->proto == PKT_PROTO_LLC;
    if (kind->proto != PKT_PROTO_AH && kind->proto != PKT_PROTO_PAYLOAD && s->allowed != ROLE_PAYLOAD)
        s->unit = 1;
}

/* Where each link type begins. */
static uint32_t roles_of(uint16_t linktype)
{
    switch (linktype) {
    case PKT_LINKTYPE_ETHERNET:
        return ROLE_ETHERNET;
    case PKT_LINKTYPE_PPP:
    case PKT_LINKTYPE_PPP_HDLC:
        return ROLE_PPP;
    case PKT_LINKTYPE_IPV4:
        return ROLE_IPV4;
    case PKT_LINKTYPE_IPV6:
        return ROLE_IPV6;
    default:
        return ROLE_IPV4 | ROLE_IPV6;
    }
}

/* These share a role: the first layer is the link type's own. */
static unsigned first_kind(const struct stack *s, unsigned choice)
{
    static const struct {
        uint16_t linktype;
        uint8_t proto;
    } own[] = {
        {PKT_LINKTYPE_NULL, PKT_PROTO_NULL},
        {PKT_LINKTYPE_LOOP, PKT_PROTO_NULL},
        {PKT_LINKTYPE_SLL,  PKT_PROTO_SLL },
        {PKT_LINKTYPE_SLL2, PKT_PROTO_SLL2},
    };
    for (unsigned i = 0; i < sizeof own / sizeof *own; i++)
        for (unsigned k = 0; k < KIND_COUNT && own[i].linktype == s->linktype; k++)
            if (kinds[k].proto == own[i].proto)
                return k;
    return choose(s, choice);
}

static void draw_stack(struct stack *s)
{
    unsigned layers = 2U + draw8(s) % (STACK_MAX - 1U);
    s->allowed = roles_of(s->linktype);
    s->unit = 1;
    unsigned index = first_kind(s, draw8(s));
    while (index < KIND_COUNT && s->count < layers) {
        draw_layer(s, index);
        index = choose(s, draw8(s));
    }
    if (s->wild || s->count == 0)
        return;
    /* VXLAN without its frame, an error that quotes nothing: these are none. */
    while (s->count < STACK_MAX && (s->allowed & (ROLES_TYPE | ROLE_ETHERNET)) != 0 &&
           (s->allowed & ROLE_PAYLOAD) == 0)
        draw_layer(s, choose(s, draw8(s)));
}

/* --- the ending --- */

static const struct made *error_of(const struct stack *s)
{
    for (unsigned i = s->count; i > 0; i--)
        if ((kinds[s->made[i - 1].kind].role & ROLE_ERROR) != 0)
            return &s->made[i - 1];
    return NULL;
}

/* Redirects, source quenches, too big packets and ICMPv6's parameter problems have no length attribute (RFC
 * 4884 4). */
static bool may_be_extended(const struct made *error)
{
    const struct kind *kind = &kinds[error->kind];
    return kind->put != put_quench && kind->put != put_redirect && kind->put != put_too_big &&
           kind->put != put_parameter6;
}

/* Whether something behind Ethernet and tags says where it ends. */
static bool may_be_padded(const struct stack *s)
{
    unsigned i = 0;
    if (s->linktype != PKT_LINKTYPE_ETHERNET)
        return false;
    while (i < s->count && kinds[s->made[i].kind].role & (ROLE_ETHERNET | ROLE_TAG))
        i++;
    return i < s->count && kinds[s->made[i].kind].role & (ROLE_IPV4 | ROLE_IPV6 | ROLE_ARP | ROLE_LLC);
}

static void draw_ending(struct stack *s, struct ending *e)
{
    uint8_t how = draw8(s);
    const struct made *error = error_of(s);
    e->pad = (how & 1) != 0 && (s->wild || may_be_padded(s));
    e->keep = 20 + draw16(s) % 900U;
    e->quote_end = (how & 2) != 0 && (s->wild || error != NULL);
    e->extension = (how & 6) == 6 && (s->wild || (error != NULL && may_be_extended(error)));
    if (e->extension && !s->wild)              /* padding behind a cut would be taken for what was cut off */
        e->keep = 128 + e->keep % 880 / 8 * 8; /* at most 1,020 in ICMPv4 (RFC 4884 5.1) */
    e->object_count = draw8(s) % 3;
    draw_bytes(s, e->object, sizeof e->object);
    e->writes = s->wild ? draw8(s) % 5 : 0;
    for (unsigned i = 0; i < e->writes; i++) {
        e->write[i][0] = draw32(s);
        e->write[i][1] = draw32(s);
    }
}

/* --- putting --- */

static void put_extension(struct pkt_build *build, const struct ending *e)
{
    struct pkt_mpls_entry entry = {.label = (uint32_t)(e->object[4] << 12 | e->object[5]),
                                   .ttl = e->object[6]};
    pkt_build_icmp_extension(build);
    if (e->object_count > 0)
        pkt_build_icmp_object(build, 200, e->object[0], pkt_view_make(e->object + 4, 8));
    if (e->object_count > 1)
        pkt_build_icmp_mpls(build, &entry, 1);
}

static void put_writes(struct pkt_build *build, const struct ending *e)
{
    for (unsigned i = 0; i < e->writes; i++) {
        uint32_t where = e->write[i][0];
        pkt_build_set_bits(build, where >> 24 & 15, where & 0xff, 1 + (where >> 8 & 31), e->write[i][1] & 1);
    }
}

static void put_stack(struct pkt_build *build, struct stack *s, const struct ending *e)
{
    for (unsigned i = 0; i < s->count; i++) {
        kinds[s->made[i].kind].put(build, &s->made[i]); /* row number i: a second row has the last one only */
        s->made[i].is_cut = false;
    }
    put_writes(build, e);
    if (e->quote_end)
        pkt_build_quote_end(build, e->keep);
    for (unsigned i = build->count; i < s->count; i++)
        s->made[i].is_cut = true;
    if (e->extension)
        put_extension(build, e);
    if (e->pad)
        pkt_build_pad(build, 60);
}

/* One build of it in a block of exactly `size`, filled with `before_it`. */
struct result {
    struct pkt_build build;
    struct pkt_view packet;
    uint8_t *block;
    int error;
};

static void build_once(struct result *r, struct stack *s, const struct ending *e, size_t size,
                       uint8_t filling, unsigned flags)
{
    r->block = malloc(size == 0 ? 1 : size);
    require(r->block != NULL);
    memset(r->block, filling, size);
    r->packet = pkt_view_make(NULL, 0);
    pkt_build_init(&r->build, r->block, size, flags);
    put_stack(&r->build, s, e);
    r->error = pkt_build_finish(&r->build, &r->packet);
    require((r->error == PKT_BUILD_OK) == (r->packet.ptr != NULL));
}

/* --- what holds of every build --- */

/* Whatever is put behind an error changes nothing. */
static void check_sticks(struct result *r, size_t size)
{
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    struct pkt_view none;
    require(copy != NULL);
    memcpy(copy, r->block, size);
    pkt_build_ipv4(&r->build, NULL);
    pkt_build_fill(&r->build, 0x55, 3);
    require(pkt_build_finish(&r->build, &none) == r->error);
    require(memcmp(copy, r->block, size) == 0);
    free(copy);
}

static void check_small(struct stack *s, const struct ending *e, size_t need, size_t size, unsigned flags)
{
    struct result r;
    build_once(&r, s, e, size, 0xee, flags);
    require(r.error == PKT_BUILD_E_SPACE && r.build.need == need);
    check_sticks(&r, size);
    free(r.block);
}

static void check_sizes(struct stack *s, const struct ending *e, size_t need, unsigned flags)
{
    for (size_t size = 1; size < need; size += need < 48 ? 1 : need / 7 + 1)
        check_small(s, e, need, size, flags);
    check_small(s, e, need, need - 1, flags);
}

static void check_same(struct stack *s, const struct ending *e, const struct result *r, unsigned flags)
{
    struct result again;
    build_once(&again, s, e, r->build.need, 0x11, flags);
    require(again.error == r->error && again.packet.len == r->packet.len);
    require(memcmp(again.packet.ptr, r->packet.ptr, r->packet.len) == 0);
    free(again.block);
}

/* --- what comes back of a legal one --- */

static int find_layer(const struct pkt_packet *packet, uint8_t proto, uint32_t off)
{
    for (unsigned i = 0; i < packet->layer_count; i++)
        if (packet->layer[i].proto == proto && packet->layer[i].off == off)
            return (int)i;
    return -1;
}

/* Whether the decoder lets row i have the trailer in it: Ethernet and its tags, where no length follows. */
static bool has_trailer(const struct pkt_build *build, unsigned i)
{
    if (i + 1U < build->count && build->row[i + 1].proto == PKT_PROTO_LLC)
        return false;
    for (unsigned k = 0; k <= i; k++)
        if (build->row[k].proto != (k == 0 ? PKT_PROTO_ETHERNET : PKT_PROTO_VLAN))
            return build->row[i].proto == PKT_PROTO_TRAILER;
    return true;
}

static size_t end_of(const struct pkt_build *build, unsigned i)
{
    const struct pkt_build_row *row = &build->row[i];
    if (build->trailer == 0 || has_trailer(build, i))
        return row->end != 0 ? row->end : build->len;
    return row->end != 0 ? row->end : build->trailer;
}

/* Protocols whose row says where the next one starts. */
static bool has_header(uint8_t proto)
{
    return proto != PKT_PROTO_PAYLOAD && proto != PKT_PROTO_TRAILER && proto != PKT_PROTO_ICMP &&
           proto != PKT_PROTO_ICMP6 && proto != PKT_PROTO_ICMP_EXT && proto != PKT_PROTO_IGMP;
}

/* 1 when the last row is a layer of which a cut quotation has the announcement alone. */
static unsigned announced(const struct pkt_packet *packet)
{
    const struct pkt_layer *last = &packet->layer[packet->layer_count - 1];
    return packet->layer_count > 1 && (last->flags & PKT_LAYER_QUOTED) != 0 && last->len == 0;
}

static void check_rows(const struct pkt_build *build, const struct pkt_packet *packet)
{
    require(packet->layer_count == build->count + announced(packet));
    for (unsigned i = 0; i < build->count; i++) {
        const struct pkt_build_row *row = &build->row[i];
        int found = find_layer(packet, row->proto, row->off);
        require(found >= 0);
        const struct pkt_layer *layer = &packet->layer[found];
        require(layer->len == end_of(build, i) - row->off);
        bool is_cut = row->hdr_len > layer->len;
        require(is_cut || !has_header(row->proto) || layer->hdr_len == row->hdr_len);
    }
}

static uint64_t read_bits(struct pkt_view view, size_t off, unsigned len)
{
    uint64_t value = 0;
    for (size_t bit = off; bit < off + len; bit++)
        value = value << 1 | (pkt_u8(view, bit / 8) >> (7 - bit % 8) & 1);
    return value;
}

static void check_wants(const struct pkt_packet *packet, unsigned layer, const struct made *m)
{
    struct pkt_view bytes = pkt_layer_bytes(packet, layer);
    bool is_cut = (packet->layer[layer].flags & PKT_LAYER_QUOTED) != 0;
    for (unsigned i = 0; i < m->want_count; i++) {
        const struct want *w = &m->want[i];
        bool is_there = w->off + w->len <= bytes.len * 8;
        require(is_there || is_cut);
        require(!is_there || read_bits(bytes, w->off, w->len) == w->value);
    }
}

/* Opens the list of items that the layer has; false when it has none. */
static bool open_list(const struct pkt_packet *packet, unsigned layer, struct pkt_list *list)
{
    union {
        struct pkt_ipv4 ipv4;
        struct pkt_tcp tcp;
        struct pkt_ipv6_extension extension;
        struct pkt_icmp icmp;
        struct pkt_igmp igmp;
    } view;
    uint8_t proto = packet->layer[layer].proto;
    if (pkt_as_ipv4(packet, layer, &view.ipv4))
        pkt_ipv4_options(view.ipv4, list);
    else if (pkt_as_tcp(packet, layer, &view.tcp))
        pkt_tcp_options(view.tcp, list);
    else if ((proto == PKT_PROTO_IP6_HOPOPTS || proto == PKT_PROTO_IP6_DSTOPTS) &&
             pkt_as_ipv6_extension(packet, layer, &view.extension))
        pkt_ipv6_options(view.extension, list);
    else if (pkt_as_igmp(packet, layer, &view.igmp) && pkt_igmp_type(view.igmp) == PKT_IGMP_V3_REPORT)
        pkt_igmp3_records(view.igmp, list);
    else if (!pkt_as_icmp(packet, layer, &view.icmp))
        return false;
    else if (pkt_icmp_is_nd(view.icmp))
        pkt_nd_options(view.icmp, list);
    else if (view.icmp.v6 && pkt_icmp_type(view.icmp) == PKT_ICMP6_MLD2_REPORT)
        pkt_mld2_records(view.icmp, list);
    else
        return false;
    return true;
}

static bool is_padding(const struct pkt_list *list, const struct pkt_option *option)
{
    bool has_padding = list->kind == PKT_LIST_IPV6_OPTIONS || list->kind == PKT_LIST_IPV4_OPTIONS ||
                       list->kind == PKT_LIST_TCP_OPTIONS;
    return has_padding && option->type <= 1;
}

static void check_record(const struct pkt_option *option, const struct item *item, unsigned address_len)
{
    struct pkt_group_record record;
    pkt_group_record(option, address_len, &record);
    require(record.source_count == item->count && record.aux.len == 0);
    require(memcmp(record.group.ptr, item->bytes, address_len) == 0);
    require(record.sources.len == address_len * item->count);
    require(memcmp(record.sources.ptr, item->bytes + address_len, record.sources.len) == 0);
}

static void check_item(const struct pkt_list *list, const struct pkt_option *option, const struct item *item)
{
    require(option->type == item->type);
    if (list->kind == PKT_LIST_IGMP3_RECORDS || list->kind == PKT_LIST_MLD2_RECORDS) {
        check_record(option, item, list->kind == PKT_LIST_IGMP3_RECORDS ? 4 : 16);
        return;
    }
    require(option->data.len == item->len);
    require(memcmp(option->data.ptr, item->bytes, item->len) == 0);
}

/* The items that were put, in turn, and no other than padding. */
static void check_items(const struct pkt_packet *packet, unsigned layer, const struct made *m)
{
    struct pkt_list list;
    struct pkt_option option;
    unsigned seen = 0;
    if ((packet->layer[layer].flags & PKT_LAYER_QUOTED) != 0 || !open_list(packet, layer, &list))
        return;
    while (pkt_option_next(&list, &option)) {
        if (is_padding(&list, &option))
            continue;
        require(seen < m->item_count);
        check_item(&list, &option, &m->item[seen++]);
    }
    require(list.stop == PKT_D_NONE && seen == m->item_count);
}

static bool is_transport(uint8_t proto)
{
    return proto == PKT_PROTO_TCP || proto == PKT_PROTO_UDP;
}

/* Whether the layer may have this answer; first: the outermost transport layer. */
static bool is_right(const struct pkt_layer *layer, const struct made *m, int state, bool partial)
{
    switch (state) {
    case PKT_CHECKSUM_NONE:
    case PKT_CHECKSUM_OK:
        return true;
    case PKT_CHECKSUM_ABSENT:
        return layer->proto == PKT_PROTO_UDP ? m->spec.udp.no_checksum : !m->spec.gre.has_checksum;
    case PKT_CHECKSUM_PARTIAL:
        return partial;
    case PKT_CHECKSUM_UNKNOWN:
        return (layer->flags & (PKT_LAYER_FRAGMENT | PKT_LAYER_QUOTED | PKT_LAYER_TRUNCATED)) != 0;
    default:
        return false;
    }
}

static void check_layers(const struct stack *s, const struct pkt_build *build,
                         const struct pkt_packet *packet)
{
    bool partial = (build->flags & PKT_BUILD_PARTIAL) != 0;
    for (unsigned i = 0; i < s->count && !s->made[i].is_cut; i++) {
        const struct made *m = &s->made[i];
        const struct kind *kind = &kinds[m->kind];
        require(build->row[i].proto == kind->proto);
        int layer = find_layer(packet, kind->proto, build->row[i].off);
        require(layer >= 0);
        check_wants(packet, (unsigned)layer, m);
        check_items(packet, (unsigned)layer, m);
        int state = (int)pkt_checksum_verify(packet, (unsigned)layer).state;
        require(is_right(&packet->layer[layer], m, state, partial && is_transport(kind->proto)));
        partial &= !is_transport(kind->proto);
    }
}

/* A quotation may be cut wherever its sender cut it; all else is whole. */
static bool may_be_said(const struct pkt_packet *packet, const struct pkt_diagnosis *d)
{
    bool is_quoted = (packet->layer[d->layer].flags & PKT_LAYER_QUOTED) != 0;
    return pkt_diagnosis_severity((enum pkt_diagnosis_code)d->code) != PKT_SEVERITY_ERROR || is_quoted;
}

/* What stands 128 octets into a quotation, begins like version 2 and sums to 0 is taken for an extension
 * structure of the older form, which nothing announces (RFC 4884 5.5): one that a quoted message has, or a
 * quoted ICMP or IGMP message of type 0x20 to 0x2f. */
static bool is_ambiguous(const struct stack *s, const struct ending *e, const struct pkt_packet *packet)
{
    int found = pkt_layer_find(packet, PKT_PROTO_ICMP_EXT, 0);
    bool is_put = !s->quoting || e->extension;
    return !is_put && found >= 0 && (packet->layer[found].flags & PKT_LAYER_QUOTED) == 0;
}

static void check_decoded(const struct stack *s, const struct ending *e, const struct result *r)
{
    struct pkt_packet packet;
    pkt_decode(r->packet, (uint32_t)r->packet.len, s->linktype, 0, &packet);
    if (is_ambiguous(s, e, &packet))
        return;
    check_rows(&r->build, &packet);
    pkt_diagnose(&packet);
    check_layers(s, &r->build, &packet);
    for (unsigned i = 0; i < packet.diagnosis_count; i++)
        require(may_be_said(&packet, &packet.diagnosis[i]));
}

static void check_stack(struct stack *s, const struct ending *e, unsigned flags)
{
    struct pkt_build measure;
    struct pkt_view nothing;
    struct result r;
    pkt_build_init(&measure, NULL, 0, flags);
    put_stack(&measure, s, e);
    int measured = pkt_build_finish(&measure, &nothing);
    require(s->wild || measured == PKT_BUILD_OK);
    build_once(&r, s, e, measure.need, 0xee, flags);
    require(r.error == measured && r.build.need == measure.need);
    if (measured == PKT_BUILD_OK) {
        require(nothing.ptr == NULL && nothing.len == r.packet.len);
        check_sizes(s, e, measure.need, flags);
        check_same(s, e, &r, flags);
        if (!s->wild)
            check_decoded(s, e, &r);
    } else {
        check_sticks(&r, measure.need);
    }
    free(r.block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct stack s;
    struct ending ending = {.quote_end = false};
    memset(&s, 0, sizeof s);
    s.input = pkt_cursor_make(pkt_view_make(data, size));
    uint8_t how = draw8(&s);
    s.wild = how % 4 == 3;
    s.linktype = fuzz_linktypes[draw8(&s) % (sizeof fuzz_linktypes / sizeof *fuzz_linktypes - 1)];
    draw_stack(&s);
    draw_ending(&s, &ending);
    check_stack(&s, &ending, how % 8 == 4 ? PKT_BUILD_PARTIAL : 0);
    return 0;
}
