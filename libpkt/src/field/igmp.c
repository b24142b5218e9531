/*
 * IGMP of all versions and multicast router discovery.
 */
#include "pkt/igmp.h"
#include "registry.h"

enum igmp_shape {
    IGMP_QUERY_V1 = 1 << 0,
    IGMP_QUERY_V2 = 1 << 1,
    IGMP_QUERY_V3 = 1 << 2,
    IGMP_REPORT_V1 = 1 << 3,
    IGMP_REPORT_V2 = 1 << 4, /* and leave */
    IGMP_REPORT_V3 = 1 << 5,
    IGMP_OTHER = 1 << 6,
    IGMP_QUERY = IGMP_QUERY_V1 | IGMP_QUERY_V2 | IGMP_QUERY_V3,
    IGMP_NO_QUERY = IGMP_REPORT_V1 | IGMP_REPORT_V2 | IGMP_REPORT_V3 | IGMP_OTHER,
    IGMP_CODED = IGMP_QUERY_V2 | IGMP_QUERY_V3 | IGMP_REPORT_V2,
    IGMP_GROUP = IGMP_QUERY | IGMP_REPORT_V1 | IGMP_REPORT_V2,
};

enum {
    RECORD_SOURCES = 8,
};

static struct pkt_igmp message_of(const struct pkt_field_item *item)
{
    return (struct pkt_igmp){item->view, item->len};
}

static void enter_igmp(struct pkt_field_item *item)
{
    struct pkt_igmp m = message_of(item);
    unsigned version = pkt_igmp_version(m);
    unsigned first = pkt_igmp_type(m) == PKT_IGMP_QUERY ? IGMP_QUERY_V1 : IGMP_REPORT_V1;
    item->shape = version == 0 ? IGMP_OTHER : first << (version - 1);
}

static bool version(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_uint(ret_value, pkt_igmp_version(message_of(item)));
}

/* Maximum response time in tenths of a second, and querier's query interval in seconds, decoded. */
static bool max_response(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_uint(ret_value, pkt_igmp_max_response_ds(message_of(item)));
}

static bool query_interval(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return pkt_view_has(item->view, 9, 1) &&
           field_uint(ret_value, pkt_igmp_float_decode(pkt_igmp3_qqic(message_of(item))));
}

/* What follows the checksum of a type that nothing here knows. */
static bool body(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, 4));
}

static void open_sources(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    *ret_items = field_array(pkt_igmp3_sources(message_of(item)), 4);
}

static void open_records(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    ret_items->stride = 0;
    pkt_igmp3_records(message_of(item), &ret_items->list);
}

/* clang-format off */
static const struct pkt_field igmp_rows[] = {
    {NAME("igmp", "version", "version"), .get = version,
     .shapes = IGMP_QUERY | IGMP_REPORT_V1 | IGMP_REPORT_V2 | IGMP_REPORT_V3, .flags = PKT_FIELD_DERIVED},
    {NAME("igmp", "type", "type"), OCTETS(0, 1), .hex_digits = 2},
    {NAME("pkt.igmp", "max_resp_code", "max_resp_code"), OCTETS(1, 1), .shapes = IGMP_QUERY},
    /* Reserved in reports; the interval of an MRD advertisement. */
    {NAME("pkt.igmp", "code", "code"), OCTETS(1, 1), .shapes = IGMP_NO_QUERY, .flags = PKT_FIELD_HIDDEN},
    {NAME("igmp", "max_resp", "max_resp"), .get = max_response, .shapes = IGMP_CODED, .unit = "ds",
     .flags = PKT_FIELD_DERIVED},
    CHECKSUM_ROWS("igmp", "pkt.igmp", 2, 0),
    {NAME("igmp", "maddr", "maddr"), .type = PKT_FIELD_IP4, OCTETS(4, 4), .shapes = IGMP_GROUP},
    {NAME("pkt.igmp", "flags", "flags"), BITS(64, 4), .shapes = IGMP_QUERY_V3, .flags = PKT_FIELD_HIDDEN},
    {NAME("igmp", "s", "s"), .type = PKT_FIELD_BOOL, BITS(68, 1), .shapes = IGMP_QUERY_V3},
    {NAME("igmp", "qrv", "qrv"), BITS(69, 3), .shapes = IGMP_QUERY_V3},
    {NAME("igmp", "qqic", "qqic"), OCTETS(9, 1), .shapes = IGMP_QUERY_V3},
    {NAME("pkt.igmp", "qqi", "qqi"), .get = query_interval, .shapes = IGMP_QUERY_V3, .unit = "s",
     .flags = PKT_FIELD_DERIVED},
    {NAME("igmp", "num_src", "num_src"), OCTETS(10, 2), .shapes = IGMP_QUERY_V3},
    {NAME("pkt.igmp", "body", "body"), .type = PKT_FIELD_BYTES, .get = body, .shapes = IGMP_OTHER},
    {NAME("igmp", "num_grp_recs", "num_grp_recs"), OCTETS(6, 2), .shapes = IGMP_REPORT_V3},
};
/* clang-format on */
/* clang-format off */
static const struct field_list igmp_lists[] = {
    {LIST("sources"), .group = GROUP_IGMP_SOURCE, .shapes = IGMP_QUERY_V3, .open = open_sources},
    {LIST("records"), .group = GROUP_IGMP_RECORD, .shapes = IGMP_REPORT_V3, .open = open_records},
};
/* clang-format on */
const struct field_group field_igmp = {OBJECT("igmp"), ROWS(igmp_rows), LISTS(igmp_lists),
                                       .enter = enter_igmp};

/* clang-format off */
static const struct pkt_field source_rows[] = {
    {NAME("igmp", "saddr", "saddr"), .type = PKT_FIELD_IP4, OCTETS(0, 4)},
};
/* clang-format on */
const struct field_group field_igmp_source = {ROWS(source_rows)};

static void open_record_sources(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    *ret_items = field_array(pkt_view_clip(item->view, RECORD_SOURCES, 4U * pkt_u16(item->view, 2)), 4);
}

static bool aux_data(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, RECORD_SOURCES + 4U * pkt_u16(item->view, 2)));
}

/* clang-format off */
static const struct pkt_field record_rows[] = {
    {NAME("igmp", "record_type", "record_type"), OCTETS(0, 1)},
    {NAME("igmp", "aux_data_len", "aux_data_len"), OCTETS(1, 1), .unit = "words"},
    {NAME("igmp", "num_src", "num_src"), OCTETS(2, 2)},
    {NAME("igmp", "maddr", "maddr"), .type = PKT_FIELD_IP4, OCTETS(4, 4)},
    {NAME("igmp", "aux_data", "aux_data"), .type = PKT_FIELD_BYTES, .get = aux_data},
};
/* clang-format on */
/* clang-format off */
static const struct field_list record_lists[] = {
    {LIST("sources"), .group = GROUP_IGMP_SOURCE, .open = open_record_sources},
};
/* clang-format on */
const struct field_group field_igmp_record = {ROWS(record_rows), LISTS(record_lists)};
