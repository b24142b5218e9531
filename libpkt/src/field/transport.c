/*
 * UDP, TCP and its options, GRE, VXLAN.
 */
#include "pkt/transport.h"
#include "registry.h"

enum {
    UDP_LEN = 8,
};

static bool udp_payload(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, UDP_LEN));
}

/* clang-format off */
static const struct pkt_field udp_rows[] = {
    {NAME("udp", "srcport", "srcport"), OCTETS(0, 2)},
    {NAME("udp", "dstport", "dstport"), OCTETS(2, 2)},
    {NAME("udp", "port", "port"), OCTETS(0, 2), .flags = PKT_FIELD_HIDDEN},
    {NAME("udp", "port", "port"), OCTETS(2, 2), .flags = PKT_FIELD_HIDDEN},
    {NAME("udp", "length", "length"), OCTETS(4, 2), .unit = "bytes"},
    CHECKSUM_ROWS("udp", "udp", 6, 0),
    {NAME("udp", "payload", "payload"), .type = PKT_FIELD_BYTES, .get = udp_payload,
     .flags = PKT_FIELD_HIDDEN},
};
/* clang-format on */
const struct field_group field_udp = {OBJECT("udp"), ROWS(udp_rows)};

/* --- TCP --- */

/* Whether the data offset can be believed: without it nobody knows where the payload starts. */
static bool tcp_is_whole(const struct pkt_field_item *item)
{
    const struct pkt_layer *row = &item->packet->layer[item->layer];
    return row->hdr_len != 0 && (row->flags & PKT_LAYER_SHORT) == 0;
}

static bool tcp_len(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return tcp_is_whole(item) && field_uint(ret_value, pkt_layer_payload_len(item->packet, item->layer));
}

static bool tcp_payload(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return tcp_is_whole(item) && field_bytes(ret_value, pkt_layer_payload(item->packet, item->layer));
}

static struct pkt_view option_area(const struct pkt_field_item *item)
{
    return pkt_view_from(pkt_layer_header(item->packet, item->layer), 20);
}

static bool tcp_options(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, option_area(item));
}

static void open_tcp_options(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    struct pkt_tcp tcp = {item->view};
    ret_items->stride = 0;
    pkt_tcp_options(tcp, &ret_items->list);
}

/* clang-format off */
static const struct pkt_field tcp_rows[] = {
    {NAME("tcp", "srcport", "srcport"), OCTETS(0, 2)},
    {NAME("tcp", "dstport", "dstport"), OCTETS(2, 2)},
    {NAME("tcp", "port", "port"), OCTETS(0, 2), .flags = PKT_FIELD_HIDDEN},
    {NAME("tcp", "port", "port"), OCTETS(2, 2), .flags = PKT_FIELD_HIDDEN},
    {NAME("tcp", "len", "len"), .get = tcp_len, .unit = "bytes", .flags = PKT_FIELD_DERIVED},
    {NAME("tcp", "seq_raw", "seq_raw"), OCTETS(4, 4)},
    {NAME("tcp", "ack_raw", "ack_raw"), OCTETS(8, 4)},
    {NAME("tcp", "hdr_len", "hdr_len"), BITS(96, 4), .scale = 4, .unit = "bytes"},
    {NAME("tcp", "flags", "flags"), BITS(100, 12), .hex_digits = 4},
    {NAME("tcp", "flags.res", "flags_res"), .type = PKT_FIELD_BOOL, BITS(100, 3)},
    FLAG("tcp", "flags.ae", "flags_ae", 103),
    FLAG("tcp", "flags.cwr", "flags_cwr", 104),
    FLAG("tcp", "flags.ece", "flags_ece", 105),
    FLAG("tcp", "flags.urg", "flags_urg", 106),
    FLAG("tcp", "flags.ack", "flags_ack", 107),
    FLAG("tcp", "flags.push", "flags_push", 108),
    FLAG("tcp", "flags.reset", "flags_reset", 109),
    FLAG("tcp", "flags.syn", "flags_syn", 110),
    FLAG("tcp", "flags.fin", "flags_fin", 111),
    {NAME("tcp", "window_size_value", "window_size_value"), OCTETS(14, 2), .unit = "bytes"},
    CHECKSUM_ROWS("tcp", "tcp", 16, 0),
    {NAME("tcp", "urgent_pointer", "urgent_pointer"), OCTETS(18, 2)},
    {NAME("tcp", "options", "options"), .type = PKT_FIELD_BYTES, .get = tcp_options,
     .flags = PKT_FIELD_HIDDEN},
    {NAME("tcp", "payload", "payload"), .type = PKT_FIELD_BYTES, .get = tcp_payload,
     .flags = PKT_FIELD_HIDDEN},
};
/* clang-format on */
/* clang-format off */
static const struct field_list tcp_lists[] = {
    {LIST("options"), .group = GROUP_TCP_OPTION, .open = open_tcp_options},
};
/* clang-format on */
const struct field_group field_tcp = {OBJECT("tcp"), ROWS(tcp_rows), LISTS(tcp_lists)};

enum tcp_option_shape {
    OPTION_SINGLE = 1 << 0,
    OPTION_MSS = 1 << 1,
    OPTION_WINDOW_SCALE = 1 << 2,
    OPTION_SACK = 1 << 3,
    OPTION_TIMESTAMPS = 1 << 4,
    OPTION_MD5 = 1 << 5,
    OPTION_USER_TIMEOUT = 1 << 6,
    OPTION_AUTHENTICATION = 1 << 7,
    OPTION_FAST_OPEN = 1 << 8,
    OPTION_EXPERIMENT = 1 << 9,
    OPTION_OTHER = 1 << 10,
    OPTION_KNOWN = 1 << 11, /* nothing in it that has a name here, or of a wrong length */
    OPTION_ECHO = 1 << 12,
    OPTION_CC = 1 << 13,
    OPTION_QUICK_START = 1 << 14,
    OPTION_EXPERIMENT_FAST_OPEN = 1 << 15,
    OPTION_SIZED = ~OPTION_SINGLE,
};

static const struct field_shape option_shapes[] = {
    {PKT_TCP_OPTION_END,            0,  OPTION_SINGLE        },
    {PKT_TCP_OPTION_NOP,            0,  OPTION_SINGLE        },
    {PKT_TCP_OPTION_MSS,            4,  OPTION_MSS           },
    {PKT_TCP_OPTION_WINDOW_SCALE,   3,  OPTION_WINDOW_SCALE  },
    {PKT_TCP_OPTION_SACK_PERMITTED, 0,  OPTION_KNOWN         },
    {PKT_TCP_OPTION_SACK,           0,  OPTION_SACK          },
    {6,                             6,  OPTION_ECHO          }, /* RFC 1072 */
    {7,                             6,  OPTION_ECHO          },
    {PKT_TCP_OPTION_TIMESTAMPS,     10, OPTION_TIMESTAMPS    },
    {11,                            6,  OPTION_CC            }, /* RFC 1644 */
    {12,                            6,  OPTION_CC            },
    {13,                            6,  OPTION_CC            },
    {PKT_TCP_OPTION_MD5,            18, OPTION_MD5           },
    {27,                            8,  OPTION_QUICK_START   }, /* RFC 4782 */
    {PKT_TCP_OPTION_USER_TIMEOUT,   4,  OPTION_USER_TIMEOUT  },
    {PKT_TCP_OPTION_AUTHENTICATION, 0,  OPTION_AUTHENTICATION},
    {PKT_TCP_OPTION_MPTCP,          0,  OPTION_KNOWN         },
    {PKT_TCP_OPTION_FAST_OPEN,      0,  OPTION_FAST_OPEN     },
    {PKT_TCP_OPTION_EXPERIMENT_1,   0,  OPTION_EXPERIMENT    },
    {PKT_TCP_OPTION_EXPERIMENT_2,   0,  OPTION_EXPERIMENT    },
};

enum {
    EXPERIMENT_FAST_OPEN = 0xf989, /* RFC 7413 4.1.3, before the option had a number of its own */
};

static void enter_tcp_option(struct pkt_field_item *item)
{
    item->shape = field_find_shape(option_shapes, sizeof option_shapes / sizeof *option_shapes,
                                   pkt_u8(item->view, 0), item->len, OPTION_KNOWN, OPTION_OTHER);
    if (item->shape == OPTION_EXPERIMENT && pkt_u16(item->view, 2) == EXPERIMENT_FAST_OPEN)
        item->shape = OPTION_EXPERIMENT_FAST_OPEN;
}

static bool scale_multiplier(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    uint8_t shift = pkt_u8(item->view, 2);
    /* A receiver takes a larger shift for 14 (RFC 7323 2.3). */
    return item->view.len == 3 && field_uint(ret_value, UINT64_C(1) << (shift > 14 ? 14 : shift));
}

static bool behind_kind(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, 2));
}

static bool behind_keys(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return field_bytes(ret_value, pkt_view_from(item->view, 4));
}

static void open_sack(struct pkt_field_item *item, struct pkt_field_items *ret_items)
{
    *ret_items = field_array(pkt_view_from(item->view, 2), 8);
}

/* clang-format off */
static const struct pkt_field tcp_option_rows[] = {
    {NAME("tcp", "option_kind", "option_kind"), OCTETS(0, 1)},
    {NAME("tcp", "option_len", "option_len"), OCTETS(1, 1), .shapes = (uint32_t)OPTION_SIZED,
     .unit = "bytes"},
    {NAME("tcp", "options.mss_val", "options_mss_val"), OCTETS(2, 2), .shapes = OPTION_MSS, .unit = "bytes"},
    {NAME("tcp", "options.wscale.shift", "options_wscale_shift"), OCTETS(2, 1),
     .shapes = OPTION_WINDOW_SCALE},
    {NAME("tcp", "options.wscale.multiplier", "options_wscale_multiplier"), .get = scale_multiplier,
     .shapes = OPTION_WINDOW_SCALE, .flags = PKT_FIELD_DERIVED},
    {NAME("tcp", "options.timestamp.tsval", "options_timestamp_tsval"), OCTETS(2, 4),
     .shapes = OPTION_TIMESTAMPS},
    {NAME("tcp", "options.timestamp.tsecr", "options_timestamp_tsecr"), OCTETS(6, 4),
     .shapes = OPTION_TIMESTAMPS},
    {NAME("tcp", "options.md5.digest", "options_md5_digest"), .type = PKT_FIELD_BYTES, .get = behind_kind,
     .shapes = OPTION_MD5},
    {NAME("tcp", "options.user_to_granularity", "options_user_to_granularity"), .type = PKT_FIELD_BOOL,
     BITS(16, 1), .shapes = OPTION_USER_TIMEOUT},
    {NAME("tcp", "options.user_to_val", "options_user_to_val"), BITS(17, 15), .shapes = OPTION_USER_TIMEOUT},
    {NAME("tcp", "options.ao.keyid", "options_ao_keyid"), OCTETS(2, 1), .shapes = OPTION_AUTHENTICATION},
    {NAME("tcp", "options.ao.rnextkeyid", "options_ao_rnextkeyid"), OCTETS(3, 1),
     .shapes = OPTION_AUTHENTICATION},
    {NAME("tcp", "options.ao.mac", "options_ao_mac"), .type = PKT_FIELD_BYTES, .get = behind_keys,
     .shapes = OPTION_AUTHENTICATION},
    {NAME("tcp", "options.tfo.cookie", "options_tfo_cookie"), .type = PKT_FIELD_BYTES, .get = behind_kind,
     .shapes = OPTION_FAST_OPEN},
    {NAME("tcp", "options.tfo.cookie", "options_tfo_cookie"), .type = PKT_FIELD_BYTES, .get = behind_keys,
     .shapes = OPTION_EXPERIMENT_FAST_OPEN},
    {NAME("tcp", "options.echo_value", "options_echo_value"), OCTETS(2, 4), .shapes = OPTION_ECHO},
    {NAME("tcp", "options.cc_value", "options_cc_value"), OCTETS(2, 4), .shapes = OPTION_CC},
    {NAME("tcp", "options.qs.rate", "options_qs_rate"), BITS(20, 4), .shapes = OPTION_QUICK_START},
    {NAME("tcp", "options.qs.ttl_diff", "options_qs_ttl_diff"), OCTETS(3, 1), .shapes = OPTION_QUICK_START},
    {NAME("tcp", "options.experimental.exid", "options_experimental_exid"), OCTETS(2, 2), .hex_digits = 4,
     .shapes = OPTION_EXPERIMENT | OPTION_EXPERIMENT_FAST_OPEN},
    {NAME("tcp", "options.experimental.data", "options_experimental_data"), .type = PKT_FIELD_BYTES,
     .get = behind_keys, .shapes = OPTION_EXPERIMENT},
    {NAME("pkt.tcp", "option_data", "option_data"), .type = PKT_FIELD_BYTES, .get = behind_kind,
     .shapes = OPTION_KNOWN, .flags = PKT_FIELD_HIDDEN},
    {NAME("tcp", "options.unknown.payload", "options_unknown_payload"), .type = PKT_FIELD_BYTES,
     .get = behind_kind, .shapes = OPTION_OTHER},
};
/* clang-format on */
/* clang-format off */
static const struct field_list tcp_option_lists[] = {
    {LIST("blocks"), .group = GROUP_TCP_SACK, .shapes = OPTION_SACK, .open = open_sack},
};
/* clang-format on */
const struct field_group field_tcp_option = {ROWS(tcp_option_rows), LISTS(tcp_option_lists),
                                             .enter = enter_tcp_option};

/* clang-format off */
static const struct pkt_field sack_rows[] = {
    {NAME("tcp", "options.sack_le", "options_sack_le"), OCTETS(0, 4)},
    {NAME("tcp", "options.sack_re", "options_sack_re"), OCTETS(4, 4)},
};
/* clang-format on */
const struct field_group field_tcp_sack = {ROWS(sack_rows)};

/* --- GRE --- */

enum gre_flag {
    GRE_C = 0x8000,
    GRE_R = 0x4000,
    GRE_K = 0x2000,
    GRE_S = 0x1000,
};

/* Checksum, key and sequence number each take 4 octets where their flag says so (RFC 2890 2); that of a
 * checksum is there with the routing flag too (RFC 1701). */
static bool gre_checksum(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    bool there = (pkt_u16(item->view, 0) & GRE_C) != 0;
    return there && field_octets(ret_value, item->view, 4, 2);
}

static bool gre_key(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    unsigned flags = pkt_u16(item->view, 0);
    size_t off = (flags & (GRE_C | GRE_R)) != 0 ? 8 : 4;
    return (flags & GRE_K) != 0 && field_octets(ret_value, item->view, off, 4);
}

static bool gre_sequence(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    unsigned flags = pkt_u16(item->view, 0);
    size_t off = ((flags & (GRE_C | GRE_R)) != 0 ? 8U : 4U) + ((flags & GRE_K) != 0 ? 4U : 0);
    return (flags & GRE_S) != 0 && field_octets(ret_value, item->view, off, 4);
}

enum {
    GRE_V0 = 1 << 0,
    GRE_V1 = 1 << 1, /* of PPTP (RFC 2637): the key holds a length and a call */
};

static void enter_gre(struct pkt_field_item *item)
{
    item->shape = (pkt_u16(item->view, 0) & 7) == 1 ? GRE_V1 : GRE_V0;
}

static bool gre_payload_len(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return gre_key(item, ret_value) && field_octets(ret_value, ret_value->bytes, 0, 2);
}

static bool gre_call_id(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    return gre_key(item, ret_value) && field_octets(ret_value, ret_value->bytes, 2, 2);
}

/* Behind all other fields of the header. */
static bool gre_ack(struct pkt_field_item *item, struct pkt_field_value *ret_value)
{
    struct pkt_view header = pkt_layer_header(item->packet, item->layer);
    bool acknowledges = (pkt_u16(header, 0) & 0x0080) != 0 && header.len >= 8;
    return acknowledges && field_octets(ret_value, header, header.len - 4, 4);
}

/* clang-format off */
static const struct pkt_field gre_rows[] = {
    {NAME("gre", "flags_and_version", "flags_and_version"), OCTETS(0, 2), .hex_digits = 4},
    FLAG("gre", "flags.checksum", "flags_checksum", 0),
    FLAG("gre", "flags.routing", "flags_routing", 1),
    FLAG("gre", "flags.key", "flags_key", 2),
    FLAG("gre", "flags.sequence_number", "flags_sequence_number", 3),
    FLAG("gre", "flags.strict_source_route", "flags_strict_source_route", 4),
    {NAME("gre", "flags.recursion_control", "flags_recursion_control"), BITS(5, 3)},
    {NAME("gre", "flags.ack", "flags_ack"), .type = PKT_FIELD_BOOL, BITS(8, 1), .shapes = GRE_V1},
    {NAME("gre", "flags.version", "flags_version"), BITS(13, 3)},
    {NAME("gre", "proto", "proto"), OCTETS(2, 2), .hex_digits = 4},
    {NAME("gre", "checksum", "checksum"), .get = gre_checksum, WIDTH(2), .hex_digits = 4},
    {NAME("gre", "checksum.status", "checksum_status"), .type = PKT_FIELD_CHECKSUM_STATE,
     .get = field_checksum_state, .flags = PKT_FIELD_DERIVED},
    {NAME("pkt.gre", "checksum_calculated", "checksum_calculated"), .get = field_checksum_calculated,
     .hex_digits = 4, .flags = PKT_FIELD_DERIVED | PKT_FIELD_ON_FAULT},
    {NAME("gre", "key", "key"), .get = gre_key, WIDTH(4), .hex_digits = 8, .shapes = GRE_V0},
    {NAME("gre", "key.payload_length", "key_payload_length"), .get = gre_payload_len, WIDTH(2), .shapes = GRE_V1,
     .unit = "bytes"},
    {NAME("gre", "key.call_id", "key_call_id"), .get = gre_call_id, WIDTH(2), .shapes = GRE_V1},
    {NAME("gre", "sequence_number", "sequence_number"), .get = gre_sequence, WIDTH(4)},
    {NAME("gre", "ack_number", "ack_number"), .get = gre_ack, WIDTH(4), .shapes = GRE_V1},
};
/* clang-format on */
const struct field_group field_gre = {OBJECT("gre"), ROWS(gre_rows), .enter = enter_gre};

/* --- VXLAN --- */

/* clang-format off */
static const struct pkt_field vxlan_rows[] = {
    {NAME("vxlan", "flags", "flags"), OCTETS(0, 2), .hex_digits = 4},
    FLAG("vxlan", "flag_g", "flag_g", 0),
    FLAG("vxlan", "flag_i", "flag_i", 4),
    FLAG("vxlan", "flag_d", "flag_d", 9),
    FLAG("vxlan", "flag_a", "flag_a", 12),
    {NAME("vxlan", "gbp", "gbp"), OCTETS(2, 2)},
    {NAME("vxlan", "vni", "vni"), OCTETS(4, 3)},
    {NAME("vxlan", "reserved8", "reserved8"), OCTETS(7, 1)},
};
/* clang-format on */
const struct field_group field_vxlan = {OBJECT("vxlan"), ROWS(vxlan_rows)};
