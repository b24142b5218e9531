/*
 * Building ICMP (RFC 792 and its followers) and ICMPv6 messages (RFC 4443); icmp.c draws them.
 */
#include "icmp_build.h"
#include "pkt/igmp.h"
#include "pkt/ipv4.h"

enum {
    ICMP_CODE = 1,
    ICMP_CHECKSUM = 2,
    ICMP_REST = 4,
    ICMP_LENGTH = 5, /* length attribute (RFC 4884 4.1 to 4.3) */
    ICMP_MTU = 6,
    ICMP_SEQUENCE = 6,
    ICMP6_LENGTH = 4, /* RFC 4884 4.4, 4.5 */
    ICMP_MASK = 8,
    ICMP_MASK_LEN = 12,
    TIMESTAMP_ORIGINATE = 8,
    TIMESTAMP_RECEIVE = 12,
    TIMESTAMP_TRANSMIT = 16,
    TIMESTAMP_LEN = 20,
    ROUTER_COUNT = 4,
    ROUTER_WORDS = 5,
    ROUTER_LIFETIME = 6,
    ROUTER_LIFETIME_S = 1800,
    ROUTER_ENTRY_LEN = 8,
    ROUTER_MAX = 255,
    EXTENDED_FLAGS = 7,
    EXTENDED_LOCAL = 0x01,
    EXTENDED_STATE_SHIFT = 5,
    EXTENDED_STATE_MAX = 7,
    EXTENDED_ACTIVE = 0x04,
    EXTENDED_IP4 = 0x02,
    EXTENDED_IP6 = 0x01,
    TRACEROUTE_OUTBOUND = 8,
    TRACEROUTE_RETURN = 10,
    TRACEROUTE_SPEED = 12,
    TRACEROUTE_MTU = 16,
    TRACEROUTE_LEN = 20,
};

const struct pkt_build_automatic pkt_icmp_automatic[] = {
    {PKT_BUILD_CHECKSUM, 16, 16, PKT_BUILD_ANY_TYPE           },
    {PKT_BUILD_LENGTH,   8,  40, PKT_ICMP_UNREACHABLE         },
    {PKT_BUILD_LENGTH,   8,  40, PKT_ICMP_TIME_EXCEEDED       },
    {PKT_BUILD_LENGTH,   8,  40, PKT_ICMP_PARAMETER_PROBLEM   },
    {PKT_BUILD_COUNT,    8,  32, PKT_ICMP_ROUTER_ADVERTISEMENT},
    {0,                  0,  0,  0                            },
};

/* MLD's counts of sources and records (RFC 9777 5.1, 5.2) are fields of ICMPv6 messages too. */
const struct pkt_build_automatic pkt_icmp6_automatic[] = {
    {PKT_BUILD_CHECKSUM, 16, 16,  PKT_BUILD_ANY_TYPE     },
    {PKT_BUILD_LENGTH,   8,  32,  PKT_ICMP6_UNREACHABLE  },
    {PKT_BUILD_LENGTH,   8,  32,  PKT_ICMP6_TIME_EXCEEDED},
    {PKT_BUILD_COUNT,    16, 208, PKT_ICMP6_MLD_QUERY    },
    {PKT_BUILD_COUNT,    16, 48,  PKT_ICMP6_MLD2_REPORT  },
    {0,                  0,  0,   0                      },
};

struct pkt_room pkt_build_icmp_message(struct pkt_build *build, enum pkt_proto proto, uint8_t type,
                                       uint8_t code, size_t len)
{
    uint8_t octets[] = {type, code};
    struct pkt_icmp m = {pkt_view_make(octets, sizeof octets), ICMP_BODY, proto == PKT_PROTO_ICMP6};
    struct pkt_room message = pkt_build_begin(build, proto, len);
    struct pkt_build_row *row = &build->row[pkt_build_last(build)];
    row->type = type;
    row->quote = pkt_icmp_is_error(m) ? PKT_BUILD_QUOTE_OPEN : 0;
    pkt_set_bytes(message, 0, octets, sizeof octets);
    return message;
}

/* --- any message --- */

static void put_any(struct pkt_build *build, enum pkt_proto proto, const struct pkt_icmp_spec *spec)
{
    static const struct pkt_icmp_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room message = pkt_build_icmp_message(build, proto, spec->type, spec->code, ICMP_BODY);
    pkt_set_u32(message, ICMP_REST, spec->rest);
}

void pkt_build_icmp(struct pkt_build *build, const struct pkt_icmp_spec *spec)
{
    put_any(build, PKT_PROTO_ICMP, spec);
}

void pkt_build_icmp6(struct pkt_build *build, const struct pkt_icmp_spec *spec)
{
    put_any(build, PKT_PROTO_ICMP6, spec);
}

/* --- queries --- */

/* Puts a message with identifier and sequence number. */
static struct pkt_room put_query(struct pkt_build *build, uint8_t type, uint16_t id, uint16_t sequence,
                                 size_t len)
{
    struct pkt_room message = pkt_build_icmp_message(build, PKT_PROTO_ICMP, type, 0, len);
    pkt_set_u16(message, ICMP_REST, id);
    pkt_set_u16(message, ICMP_SEQUENCE, sequence);
    return message;
}

/* Types of a request and its reply. */
struct pair {
    uint8_t proto;
    uint8_t request;
    uint8_t reply;
};

static void put_echo(struct pkt_build *build, const struct pkt_icmp_echo_spec *spec, struct pair pair)
{
    static const struct pkt_icmp_echo_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room message = pkt_build_icmp_message(
        build, (enum pkt_proto)pair.proto, spec->reply ? pair.reply : pair.request, spec->code, ICMP_BODY);
    pkt_set_u16(message, ICMP_REST, spec->id);
    pkt_set_u16(message, ICMP_SEQUENCE, spec->sequence);
}

void pkt_build_icmp_echo(struct pkt_build *build, const struct pkt_icmp_echo_spec *spec)
{
    put_echo(build, spec, (struct pair){PKT_PROTO_ICMP, PKT_ICMP_ECHO_REQUEST, PKT_ICMP_ECHO_REPLY});
}

void pkt_build_icmp6_echo(struct pkt_build *build, const struct pkt_icmp_echo_spec *spec)
{
    put_echo(build, spec, (struct pair){PKT_PROTO_ICMP6, PKT_ICMP6_ECHO_REQUEST, PKT_ICMP6_ECHO_REPLY});
}

void pkt_build_icmp_information(struct pkt_build *build, const struct pkt_icmp_echo_spec *spec)
{
    put_echo(build, spec, (struct pair){PKT_PROTO_ICMP, PKT_ICMP_INFORMATION, PKT_ICMP_INFORMATION_REPLY});
}

void pkt_build_icmp_timestamp(struct pkt_build *build, const struct pkt_icmp_timestamp_spec *spec)
{
    static const struct pkt_icmp_timestamp_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    uint8_t type = spec->reply ? PKT_ICMP_TIMESTAMP_REPLY : PKT_ICMP_TIMESTAMP;
    struct pkt_room message = put_query(build, type, spec->id, spec->sequence, TIMESTAMP_LEN);
    pkt_set_u32(message, TIMESTAMP_ORIGINATE, spec->originate);
    pkt_set_u32(message, TIMESTAMP_RECEIVE, spec->receive);
    pkt_set_u32(message, TIMESTAMP_TRANSMIT, spec->transmit);
}

void pkt_build_icmp_mask(struct pkt_build *build, const struct pkt_icmp_mask_spec *spec)
{
    static const struct pkt_icmp_mask_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    uint8_t type = spec->reply ? PKT_ICMP_ADDRESS_MASK_REPLY : PKT_ICMP_ADDRESS_MASK;
    struct pkt_room message = put_query(build, type, spec->id, spec->sequence, ICMP_MASK_LEN);
    pkt_set_ip4(message, ICMP_MASK, spec->mask);
}

void pkt_build_icmp_router_solicitation(struct pkt_build *build)
{
    pkt_build_icmp_message(build, PKT_PROTO_ICMP, PKT_ICMP_ROUTER_SOLICITATION, 0, ICMP_BODY);
}

void pkt_build_icmp_router_advertisement(struct pkt_build *build, const struct pkt_icmp_router_spec *spec)
{
    static const struct pkt_icmp_router_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    uint16_t lifetime = spec->lifetime_s == 0 ? ROUTER_LIFETIME_S : spec->lifetime_s;
    struct pkt_room message =
        pkt_build_icmp_message(build, PKT_PROTO_ICMP, PKT_ICMP_ROUTER_ADVERTISEMENT, spec->code, ICMP_BODY);
    pkt_set_u8(message, ROUTER_WORDS, ROUTER_ENTRY_LEN / 4);
    pkt_set_u16(message, ROUTER_LIFETIME, spec->withdrawn ? 0 : lifetime);
}

void pkt_build_icmp_router(struct pkt_build *build, struct pkt_ip4 address, int32_t preference)
{
    if (build->count == 0 || build->row[pkt_build_last(build)].type != PKT_ICMP_ROUTER_ADVERTISEMENT)
        pkt_build_fail(build, PKT_BUILD_E_ORDER);
    struct pkt_room entry = pkt_build_item(build, PKT_PROTO_ICMP, ROUTER_ENTRY_LEN);
    pkt_set_ip4(entry, 0, address);
    pkt_set_u32(entry, 4, (uint32_t)preference);
}

/* Puts the part that extended echo requests and replies share. */
static void put_extended(struct pkt_build *build, enum pkt_proto proto, uint8_t type,
                         const struct pkt_icmp_extended_reply_spec *spec, unsigned flags)
{
    struct pkt_room message = pkt_build_icmp_message(build, proto, type, spec->code, ICMP_BODY);
    pkt_set_u16(message, ICMP_REST, spec->id);
    pkt_set_u8(message, ICMP_SEQUENCE, spec->sequence);
    pkt_set_u8(message, EXTENDED_FLAGS, (uint8_t)flags);
}

static void put_extended_echo(struct pkt_build *build, enum pkt_proto proto, uint8_t type,
                              const struct pkt_icmp_extended_echo_spec *spec)
{
    static const struct pkt_icmp_extended_echo_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_icmp_extended_reply_spec head = {
        .code = spec->code, .id = spec->id, .sequence = spec->sequence};
    put_extended(build, proto, type, &head, spec->local ? EXTENDED_LOCAL : 0);
}

void pkt_build_icmp_extended_echo(struct pkt_build *build, const struct pkt_icmp_extended_echo_spec *spec)
{
    put_extended_echo(build, PKT_PROTO_ICMP, PKT_ICMP_EXTENDED_ECHO, spec);
}

void pkt_build_icmp6_extended_echo(struct pkt_build *build, const struct pkt_icmp_extended_echo_spec *spec)
{
    put_extended_echo(build, PKT_PROTO_ICMP6, PKT_ICMP6_EXTENDED_ECHO, spec);
}

static void put_extended_reply(struct pkt_build *build, enum pkt_proto proto, uint8_t type,
                               const struct pkt_icmp_extended_reply_spec *spec)
{
    static const struct pkt_icmp_extended_reply_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    unsigned flags = (unsigned)spec->state << EXTENDED_STATE_SHIFT | (spec->active ? EXTENDED_ACTIVE : 0U) |
                     (spec->ip4 ? EXTENDED_IP4 : 0U) | (spec->ip6 ? EXTENDED_IP6 : 0U);
    if (spec->state > EXTENDED_STATE_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    put_extended(build, proto, type, spec, flags);
}

void pkt_build_icmp_extended_reply(struct pkt_build *build, const struct pkt_icmp_extended_reply_spec *spec)
{
    put_extended_reply(build, PKT_PROTO_ICMP, PKT_ICMP_EXTENDED_ECHO_REPLY, spec);
}

void pkt_build_icmp6_extended_reply(struct pkt_build *build, const struct pkt_icmp_extended_reply_spec *spec)
{
    put_extended_reply(build, PKT_PROTO_ICMP6, PKT_ICMP6_EXTENDED_ECHO_REPLY, spec);
}

void pkt_build_icmp_traceroute(struct pkt_build *build, const struct pkt_icmp_traceroute_spec *spec)
{
    static const struct pkt_icmp_traceroute_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room message =
        pkt_build_icmp_message(build, PKT_PROTO_ICMP, PKT_ICMP_TRACEROUTE, spec->code, TRACEROUTE_LEN);
    pkt_set_u16(message, ICMP_REST, spec->id);
    pkt_set_u16(message, TRACEROUTE_OUTBOUND, spec->outbound_hops);
    pkt_set_u16(message, TRACEROUTE_RETURN, spec->return_hops);
    pkt_set_u32(message, TRACEROUTE_SPEED, spec->speed);
    pkt_set_u32(message, TRACEROUTE_MTU, spec->mtu);
}

/* --- errors --- */

void pkt_build_icmp_unreachable(struct pkt_build *build, const struct pkt_icmp_unreachable_spec *spec)
{
    static const struct pkt_icmp_unreachable_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room message =
        pkt_build_icmp_message(build, PKT_PROTO_ICMP, PKT_ICMP_UNREACHABLE, spec->code, ICMP_BODY);
    pkt_set_u16(message, ICMP_MTU, spec->mtu);
}

void pkt_build_icmp_source_quench(struct pkt_build *build)
{
    pkt_build_icmp_message(build, PKT_PROTO_ICMP, PKT_ICMP_SOURCE_QUENCH, 0, ICMP_BODY);
}

void pkt_build_icmp_redirect(struct pkt_build *build, const struct pkt_icmp_redirect_spec *spec)
{
    static const struct pkt_icmp_redirect_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room message =
        pkt_build_icmp_message(build, PKT_PROTO_ICMP, PKT_ICMP_REDIRECT, spec->code, ICMP_BODY);
    pkt_set_ip4(message, ICMP_REST, spec->gateway);
}

void pkt_build_icmp_time_exceeded(struct pkt_build *build, uint8_t code)
{
    pkt_build_icmp_message(build, PKT_PROTO_ICMP, PKT_ICMP_TIME_EXCEEDED, code, ICMP_BODY);
}

void pkt_build_icmp_parameter_problem(struct pkt_build *build, const struct pkt_icmp_parameter_spec *spec)
{
    static const struct pkt_icmp_parameter_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    struct pkt_room message =
        pkt_build_icmp_message(build, PKT_PROTO_ICMP, PKT_ICMP_PARAMETER_PROBLEM, spec->code, ICMP_BODY);
    if (spec->pointer > UINT8_MAX)
        pkt_build_fail(build, PKT_BUILD_E_RANGE);
    pkt_set_u8(message, ICMP_REST, (uint8_t)spec->pointer);
}

/* Puts an ICMPv6 message of 8 bytes. */
static void put6(struct pkt_build *build, uint8_t type, uint8_t code, uint32_t rest)
{
    put_any(build, PKT_PROTO_ICMP6, &(struct pkt_icmp_spec){type, code, rest});
}

void pkt_build_icmp6_unreachable(struct pkt_build *build, uint8_t code)
{
    put6(build, PKT_ICMP6_UNREACHABLE, code, 0);
}

void pkt_build_icmp6_packet_too_big(struct pkt_build *build, uint32_t mtu)
{
    put6(build, PKT_ICMP6_PACKET_TOO_BIG, 0, mtu);
}

void pkt_build_icmp6_time_exceeded(struct pkt_build *build, uint8_t code)
{
    put6(build, PKT_ICMP6_TIME_EXCEEDED, code, 0);
}

void pkt_build_icmp6_parameter_problem(struct pkt_build *build, const struct pkt_icmp_parameter_spec *spec)
{
    static const struct pkt_icmp_parameter_spec defaults;
    spec = spec == NULL ? &defaults : spec;
    put6(build, PKT_ICMP6_PARAMETER_PROBLEM, spec->code, spec->pointer);
}

/* --- finishing --- */

/* The length attribute of an error before an extension structure: where that starts. */
static void fill_quote_length(struct pkt_build *build, unsigned row, size_t off)
{
    const struct pkt_build_row *error = &build->row[row];
    size_t unit = pkt_build_quote_unit(error);
    if (error->quote == PKT_BUILD_QUOTE_EXTENDED && unit != 0)
        pkt_build_length(build, row, off, 8, (error->item - error->off - ICMP_BODY) / unit);
}

void pkt_icmp_finish(struct pkt_build *build, unsigned row)
{
    const struct pkt_build_row *message = &build->row[row];
    if (message->type == PKT_ICMP_ROUTER_ADVERTISEMENT && pkt_build_fills(build, row, PKT_BUILD_COUNT)) {
        if (message->item_count > ROUTER_MAX)
            pkt_build_fail(build, PKT_BUILD_E_RANGE);
        pkt_set_u8(pkt_build_row_room(build, row), ROUTER_COUNT, (uint8_t)message->item_count);
    }
    fill_quote_length(build, row, ICMP_LENGTH);
    pkt_build_checksum(build, row, ICMP_CHECKSUM, 0);
}

void pkt_icmp6_finish(struct pkt_build *build, unsigned row)
{
    pkt_mld_finish(build, row);
    fill_quote_length(build, row, ICMP6_LENGTH);
    pkt_build_checksum(build, row, ICMP_CHECKSUM, PKT_IP_ICMP6);
}
