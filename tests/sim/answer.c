#include "sim/answer.h"

#include "pkt/checksum.h"
#include "pkt/icmp_build.h"
#include "pkt/ipv6.h"
#include "pkt/nd_build.h"
#include "sim/options.h"

enum {
    QUOTE_IP4_MAX = 576 - 20 - 8,  /* RFC 1812 4.3.2.3 */
    QUOTE_IP6_MAX = 1280 - 40 - 8, /* RFC 4443 2.4 (c) */
    QUOTE_EXTENDED = 128,          /* RFC 4884 4.5 */
    QUOTE_REDIRECT_IP6_MAX = 1280 - 40 - 40 - 8,
    ECHO_HEADER_LEN = 8,
    TIME_LEN = 16,
    EXTRA_LEN = 32,
    TOS_CONTROL = 0xc0, /* RFC 1812 4.3.2.5 */
};

/* --- reading --- */

static bool read_ip4(const struct pkt_packet *packet, struct sim_probe *probe, bool *ret_fragment)
{
    struct pkt_ipv4 ip;
    if (!pkt_as_ipv4(packet, 0, &ip))
        return false;
    probe->src = pkt_ip_from4(pkt_ipv4_src(ip));
    probe->dst = pkt_ip_from4(pkt_ipv4_dst(ip));
    probe->tos = pkt_ipv4_tos(ip);
    probe->uncuttable = pkt_ipv4_dont_fragment(ip);
    probe->ip4 = ip;
    *ret_fragment = pkt_ipv4_is_fragment(ip);
    return true;
}

static bool read_ip6(const struct pkt_packet *packet, struct sim_probe *probe, bool *ret_fragment)
{
    struct pkt_ipv6 ip;
    if (!pkt_as_ipv6(packet, 0, &ip))
        return false;
    probe->src = pkt_ip_from6(pkt_ipv6_src(ip));
    probe->dst = pkt_ip_from6(pkt_ipv6_dst(ip));
    probe->tos = pkt_ipv6_traffic_class(ip);
    probe->uncuttable = true;
    *ret_fragment = pkt_layer_find(packet, PKT_PROTO_IP6_FRAGMENT, 0) > 0;
    return true;
}

static enum sim_sort read_echo(const struct pkt_packet *packet, struct sim_probe *probe)
{
    bool v6 = probe->src.version == 6;
    int row = pkt_layer_find(packet, v6 ? PKT_PROTO_ICMP6 : PKT_PROTO_ICMP, 0);
    struct pkt_icmp icmp;
    if (row < 0 || pkt_layer_network(packet, (unsigned)row) != 0 ||
        !pkt_as_icmp(packet, (unsigned)row, &icmp))
        return SIM_SORT_OTHER;
    if (pkt_icmp_type(icmp) != (v6 ? PKT_ICMP6_ECHO_REQUEST : PKT_ICMP_ECHO_REQUEST) ||
        pkt_icmp_code(icmp) != 0)
        return SIM_SORT_OTHER;
    if (pkt_checksum_verify(packet, (unsigned)row).state != PKT_CHECKSUM_OK ||
        !pkt_view_sub(icmp.message, ECHO_HEADER_LEN, icmp.message.len - ECHO_HEADER_LEN, &probe->data))
        return SIM_SORT_DAMAGED;
    probe->id = pkt_icmp_id(icmp);
    probe->sequence = pkt_icmp_sequence(icmp);
    return SIM_SORT_PROBE;
}

enum sim_sort sim_probe_read(struct pkt_view packet, struct sim_probe *ret_probe)
{
    struct pkt_packet decoded;
    struct sim_probe probe = {.packet = packet};
    bool fragment = false;
    pkt_decode(packet, (uint32_t)packet.len, PKT_LINKTYPE_RAW, 0, &decoded);
    if (!read_ip4(&decoded, &probe, &fragment) && !read_ip6(&decoded, &probe, &fragment))
        return SIM_SORT_OTHER;
    enum sim_sort sort = fragment ? SIM_SORT_FRAGMENT : read_echo(&decoded, &probe);
    if (sort == SIM_SORT_PROBE)
        *ret_probe = probe;
    return sort;
}

/* --- replies --- */

static struct pkt_ipv4_spec ip4_spec(struct pkt_ip src, struct pkt_ip dst, uint8_t ttl, uint8_t tos)
{
    return (struct pkt_ipv4_spec){.src = src.ip4, .dst = dst.ip4, .ttl = ttl, .tos = tos};
}

static struct pkt_ipv6_spec ip6_spec(struct pkt_ip src, struct pkt_ip dst, uint8_t ttl, uint8_t tos)
{
    return (struct pkt_ipv6_spec){.src = src.ip6, .dst = dst.ip6, .hop_limit = ttl, .traffic_class = tos};
}

struct sim_reply sim_reply_to(const struct sim_probe *probe)
{
    return (struct sim_reply){
        .src = probe->dst,
        .data = probe->data,
        .id = probe->id,
        .sequence = probe->sequence,
        .tos = probe->tos, /* RFC 1122 3.2.2.6 takes the type of service over, as Linux does */
    };
}

/* Turns the first bit of the checksum in a finished packet. */
static void spoil_checksum(struct pkt_room room, size_t icmp_off)
{
    pkt_set_u8(room, icmp_off + 2, pkt_u8(pkt_room_view(room), icmp_off + 2) ^ 0x80);
}

bool sim_build_reply(const struct sim_probe *probe, const struct sim_reply *reply, struct pkt_room room,
                     struct pkt_view *ret_packet)
{
    struct pkt_build build;
    struct pkt_icmp_echo_spec echo = {.reply = true, .id = reply->id, .sequence = reply->sequence};
    pkt_build_init(&build, room.ptr, room.len, 0);
    if (probe->src.version == 4) {
        struct pkt_ipv4_spec ip = ip4_spec(reply->src, probe->src, reply->ttl, reply->tos);
        ip.id = reply->packet_id;
        pkt_build_ipv4(&build, &ip);
        sim_put_options(&build, probe->ip4, reply->src.ip4, reply->time_ms);
        pkt_build_icmp_echo(&build, &echo);
    } else {
        struct pkt_ipv6_spec ip = ip6_spec(reply->src, probe->src, reply->ttl, reply->tos);
        pkt_build_ipv6(&build, &ip);
        pkt_build_icmp6_echo(&build, &echo);
    }
    pkt_build_payload(&build, reply->data);
    if (pkt_build_finish(&build, ret_packet) != PKT_BUILD_OK)
        return false;
    if (reply->wrong_checksum)
        spoil_checksum(room, build.row[1].off);
    return true;
}

bool sim_corrupt(struct pkt_view data, uint64_t noise, struct pkt_room room, struct pkt_view *ret_data)
{
    if (data.len == 0 || data.len > room.len)
        return false;
    size_t bit = (size_t)(noise % (data.len * 8));
    pkt_set_bytes(room, 0, data.ptr, data.len);
    pkt_set_u8(room, bit / 8, (uint8_t)(pkt_u8(data, bit / 8) ^ 1U << bit % 8));
    *ret_data = pkt_view_make(room.ptr, data.len);
    return true;
}

/* --- errors --- */

static void put_error_ip4(struct pkt_build *build, const struct sim_probe *probe,
                          const struct sim_error *error)
{
    static const uint8_t codes[SIM_ERROR_COUNT] = {
        [SIM_ERROR_HOST] = 1,   [SIM_ERROR_NET] = 0,    [SIM_ERROR_PORT] = 3,
        [SIM_ERROR_ADMIN] = 13, [SIM_ERROR_TOOBIG] = 4,
    };
    struct pkt_icmp_unreachable_spec unreachable = {.code = codes[error->kind]};
    struct pkt_ip gateway = error->gateway[0].version == 0 ? probe->dst : error->gateway[0];
    switch (error->kind) {
    case SIM_ERROR_TTL:
        pkt_build_icmp_time_exceeded(build, 0);
        break;
    case SIM_ERROR_PARAMETER:
        pkt_build_icmp_parameter_problem(build,
                                         &(struct pkt_icmp_parameter_spec){.pointer = error->argument});
        break;
    case SIM_ERROR_REDIRECT:
        pkt_build_icmp_redirect(build, &(struct pkt_icmp_redirect_spec){.code = 1, .gateway = gateway.ip4});
        break;
    case SIM_ERROR_TOOBIG:
        unreachable.mtu = (uint16_t)error->argument;
        pkt_build_icmp_unreachable(build, &unreachable);
        break;
    default:
        pkt_build_icmp_unreachable(build, &unreachable);
        break;
    }
}

static void put_error_ip6(struct pkt_build *build, const struct sim_error *error)
{
    static const uint8_t codes[SIM_ERROR_COUNT] = {
        [SIM_ERROR_HOST] = 3,
        [SIM_ERROR_NET] = 0,
        [SIM_ERROR_PORT] = 4,
        [SIM_ERROR_ADMIN] = 1,
    };
    switch (error->kind) {
    case SIM_ERROR_TTL:
        pkt_build_icmp6_time_exceeded(build, 0);
        break;
    case SIM_ERROR_PARAMETER:
        pkt_build_icmp6_parameter_problem(build,
                                          &(struct pkt_icmp_parameter_spec){.pointer = error->argument});
        break;
    case SIM_ERROR_TOOBIG:
        pkt_build_icmp6_packet_too_big(build, error->argument);
        break;
    default:
        pkt_build_icmp6_unreachable(build, codes[error->kind]);
        break;
    }
}

/* A packet that runs out of hops is quoted as it came to its last router: with one hop left. */
static void age_quote(struct pkt_room room, size_t off, bool v6)
{
    struct pkt_view view = pkt_room_view(room);
    size_t at = off + (v6 ? 7 : 8);
    uint8_t ttl = pkt_u8(view, at);
    uint16_t old_word = pkt_u16(view, at);
    pkt_set_u8(room, at, 1);
    if (!v6 && ttl != 1)
        pkt_set_u16(room, off + 10,
                    pkt_checksum_update16(pkt_u16(view, off + 10), old_word, pkt_u16(view, at)));
}

static void put_extension(struct pkt_build *build, const struct sim_error *error)
{
    pkt_build_icmp_extension(build);
    if (error->label_count != 0)
        pkt_build_icmp_mpls(build, error->label, error->label_count);
    if (error->has_interface) {
        size_t len = strlen(error->interface_name);
        struct pkt_interface_info info = {
            .has_index = true,
            .index = error->interface_index,
            .has_name = true,
            .name = pkt_view_make(error->interface_name, len),
        };
        pkt_build_icmp_interface_info(build, &info);
    }
}

static size_t quote_len(const struct sim_error *error, bool v6, bool extended)
{
    size_t most = v6 ? QUOTE_IP6_MAX : QUOTE_IP4_MAX;
    if (extended)
        most = QUOTE_EXTENDED;
    return error->quote_len != 0 && error->quote_len < most ? error->quote_len : most;
}

/* RFC 4861 4.5: what IPv6 calls a redirect is neighbour discovery's, and quotes in an option. */
static void put_redirect_ip6(struct pkt_build *build, const struct sim_probe *probe,
                             const struct sim_error *error)
{
    struct pkt_ip gateway = error->gateway[1].version == 0 ? probe->dst : error->gateway[1];
    size_t len = probe->packet.len < QUOTE_REDIRECT_IP6_MAX ? probe->packet.len : QUOTE_REDIRECT_IP6_MAX;
    pkt_build_nd_redirect(build, gateway.ip6, probe->dst.ip6);
    pkt_build_nd_redirected(build, pkt_view_clip(probe->packet, 0, len / 8 * 8));
}

static void put_ip(struct pkt_build *build, const struct sim_probe *probe, const struct sim_error *error,
                   uint8_t ttl)
{
    bool v6 = probe->src.version == 6;
    struct pkt_ip from = error->from[v6].version == 0 ? probe->dst : error->from[v6];
    struct pkt_ipv4_spec ip4 = ip4_spec(from, probe->src, ttl, TOS_CONTROL);
    struct pkt_ipv6_spec ip6 = ip6_spec(from, probe->src, ttl, 0);
    if (v6)
        pkt_build_ipv6(build, &ip6);
    else
        pkt_build_ipv4(build, &ip4);
}

bool sim_build_error(const struct sim_probe *probe, const struct sim_error *error, uint8_t ttl,
                     struct pkt_room room, struct pkt_view *ret_packet)
{
    bool v6 = probe->src.version == 6;
    bool nd = v6 && error->kind == SIM_ERROR_REDIRECT;
    bool extended = error->label_count != 0 || error->has_interface;
    struct pkt_build build;
    pkt_build_init(&build, room.ptr, room.len, 0);
    put_ip(&build, probe, error, nd ? 255 : ttl);
    if (nd) {
        put_redirect_ip6(&build, probe, error);
        return pkt_build_finish(&build, ret_packet) == PKT_BUILD_OK;
    }
    if (v6)
        put_error_ip6(&build, error);
    else
        put_error_ip4(&build, probe, error);
    size_t quote_off = build.len;
    pkt_build_payload(&build, pkt_view_clip(probe->packet, 0, quote_len(error, v6, extended)));
    if (error->kind == SIM_ERROR_TTL)
        age_quote(room, quote_off, v6);
    if (extended)
        put_extension(&build, error);
    return pkt_build_finish(&build, ret_packet) == PKT_BUILD_OK;
}

/* --- forgeries --- */

/* What turns up in forged replies: data of the same length, shorter or longer, in a room of its own. */
struct forge {
    struct sim_reply reply;
    struct pkt_room data;
    uint64_t noise;
};

static void forge_tag(struct forge *forge)
{
    for (size_t i = 0; i < forge->reply.data.len; i++)
        pkt_set_u8(forge->data, i, (uint8_t)~pkt_u8(forge->reply.data, i));
    forge->reply.data = pkt_view_make(forge->data.ptr, forge->reply.data.len);
}

static void forge_id(struct forge *forge)
{
    forge->reply.id ^= (uint16_t)(forge->noise % UINT16_MAX + 1);
}

static void forge_sequence(struct forge *forge)
{
    forge->reply.sequence ^= (uint16_t)(forge->noise % UINT16_MAX + 1);
}

/* A neighbour of the one that was asked. */
static void forge_source(struct forge *forge)
{
    struct pkt_ip *src = &forge->reply.src;
    uint8_t turn = (uint8_t)(forge->noise % UINT8_MAX + 1);
    if (src->version == 4)
        src->ip4.byte[3] ^= turn;
    else
        src->ip6.byte[15] ^= turn;
}

/* All ones, the least and the greatest signed 64-bit numbers, zeroes: twice, as seconds and parts of one. */
static void forge_time(struct forge *forge)
{
    static const uint64_t extremes[] = {UINT64_MAX, UINT64_C(1) << 63, UINT64_MAX >> 1,
                                        0,          UINT64_C(0x80),    UINT64_C(0xffffffffffffff7f)};
    uint64_t extreme = extremes[forge->noise % (sizeof extremes / sizeof extremes[0])];
    size_t len = forge->reply.data.len;
    pkt_set_bytes(forge->data, 0, forge->reply.data.ptr, len);
    struct pkt_room head = pkt_room_make(forge->data.ptr, len < TIME_LEN ? len : TIME_LEN);
    pkt_set_u64(head, 0, extreme);
    pkt_set_u64(head, 8, extreme);
    forge->reply.data = pkt_view_make(forge->data.ptr, len);
}

static void forge_short(struct forge *forge)
{
    forge->reply.data = pkt_view_clip(forge->reply.data, 0, forge->reply.data.len / 2);
}

static void forge_long(struct forge *forge)
{
    size_t len = forge->reply.data.len;
    if (len + EXTRA_LEN > forge->data.len)
        return;
    memset(forge->data.ptr, 0xa5, len + EXTRA_LEN);
    pkt_set_bytes(forge->data, 0, forge->reply.data.ptr, len);
    forge->reply.data = pkt_view_make(forge->data.ptr, len + EXTRA_LEN);
}

/* The first half of an echo header, which is a whole IP packet with a right checksum of its own. */
static bool build_cut(const struct sim_probe *probe, struct pkt_room room, struct pkt_view *ret_packet)
{
    bool v6 = probe->src.version == 6;
    uint8_t icmp[4] = {v6 ? PKT_ICMP6_ECHO_REPLY : PKT_ICMP_ECHO_REPLY};
    struct pkt_sum sum = {0};
    struct pkt_build build;
    struct pkt_ipv4_spec ip4 = ip4_spec(probe->dst, probe->src, 0, probe->tos);
    struct pkt_ipv6_spec ip6 = ip6_spec(probe->dst, probe->src, 0, probe->tos);
    ip4.protocol = PKT_IP_ICMP;
    ip6.next_header = PKT_IP_ICMP6;
    if (v6)
        pkt_sum_ip6(&sum, ip6.src, ip6.dst, PKT_IP_ICMP6, sizeof icmp);
    pkt_sum_add(&sum, pkt_view_make(icmp, sizeof icmp));
    pkt_set_u16(pkt_room_make(icmp, sizeof icmp), 2, pkt_sum_finish(&sum));

    pkt_build_init(&build, room.ptr, room.len, 0);
    if (v6)
        pkt_build_ipv6(&build, &ip6);
    else
        pkt_build_ipv4(&build, &ip4);
    pkt_build_payload(&build, pkt_view_make(icmp, sizeof icmp));
    return pkt_build_finish(&build, ret_packet) == PKT_BUILD_OK;
}

bool sim_build_forgery(const struct sim_probe *probe, enum sim_forgery forgery, uint64_t noise,
                       struct pkt_room room, struct pkt_view *ret_packet)
{
    static void (*const forgers[SIM_FORGE_COUNT])(struct forge *) = {
        [SIM_FORGE_TAG] = forge_tag,           [SIM_FORGE_ID] = forge_id,
        [SIM_FORGE_SEQUENCE] = forge_sequence, [SIM_FORGE_SOURCE] = forge_source,
        [SIM_FORGE_TIME] = forge_time,         [SIM_FORGE_SHORT] = forge_short,
        [SIM_FORGE_LONG] = forge_long,
    };
    if (forgery == SIM_FORGE_CUT)
        return build_cut(probe, room, ret_packet);
    /* The data is made in the second half of the room, the packet in the first. */
    size_t half = room.len / 2;
    struct forge forge = {sim_reply_to(probe), pkt_room_make(room.ptr + half, room.len - half), noise};
    if (probe->data.len > forge.data.len)
        return false;
    forgers[forgery](&forge);
    return sim_build_reply(probe, &forge.reply, pkt_room_make(room.ptr, half), ret_packet);
}
