/*
 * The walk over the packets of one membership message: what is refused, and how what exceeds the MTU is split
 * (RFC 9776 4.2.17, RFC 9777 5.2.16). Addresses are views here, so that one code serves both families.
 */
#include "membership_family.h"

enum {
    MTU_DEFAULT = 1500,
    MTU_MAX = 65535, /* of IPv4; of IPv6 what a payload length can say, and its header aside */
    VLAN_MAX = 4095,
    SCRATCH = 128, /* headers, a message and one source */
};

/* --- what a message has --- */

static uint8_t fields_of(const struct pkt_membership_spec *spec)
{
    const struct {
        bool used;
        uint8_t field;
    } fields[] = {
        {spec->group.len != 0,                                 FIELD_GROUP   },
        {spec->sources.len != 0,                               FIELD_SOURCES },
        {spec->record_count != 0,                              FIELD_RECORDS },
        {spec->max_response_ms != 0,                           FIELD_RESPONSE},
        {spec->query_interval_s != 0 || spec->robustness != 0, FIELD_QUERIER },
        {spec->suppress,                                       FIELD_SUPPRESS},
        {spec->mrd_interval_s != 0,                            FIELD_MRD     },
    };
    uint8_t used = 0;
    for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
        used |= fields[i].used ? fields[i].field : 0;
    return used;
}

/* NULL: no version of the family that was asked for has this message. */
static const struct pkt_membership_kind *kind_of(const struct pkt_membership_family *family,
                                                 const struct pkt_membership_spec *spec)
{
    for (unsigned i = 0; i < family->kind_count; i++) {
        const struct pkt_membership_kind *kind = &family->kinds[i];
        if (kind->message == spec->message && (spec->version == 0 || spec->version == kind->version))
            return kind;
    }
    return NULL;
}

static bool has_shape(const struct pkt_membership_family *family, const struct pkt_membership_spec *spec,
                      const struct pkt_membership_kind *kind)
{
    uint8_t used = fields_of(spec);
    size_t len = family->address_len;
    if ((used & ~kind->fields) != 0 || (kind->needs & ~used) != 0)
        return false;
    for (size_t i = 0; i < spec->record_count; i++)
        if (spec->records[i].group.len != len || spec->records[i].sources.len % len != 0)
            return false;
    return (spec->group.len == 0 || spec->group.len == len) && spec->sources.len % len == 0;
}

/* --- packets --- */

/* Where a walk stands. */
struct position {
    size_t record;
    size_t source;
    size_t unreported;
};

/* Bytes that the MTU leaves behind what was put; the link layer does not count. */
static size_t room_left(const struct pkt_build *build, const struct pkt_membership *m)
{
    unsigned ip = 0;
    while (build->row[ip].proto != PKT_PROTO_IPV4 && build->row[ip].proto != PKT_PROTO_IPV6)
        ip++;
    size_t used = build->len - build->row[ip].off;
    return used < m->envelope.mtu ? m->envelope.mtu - used : 0;
}

static void put_source(struct pkt_build *build, const struct pkt_membership *m, struct position *at)
{
    const struct pkt_membership_family *family = pkt_membership_family(m->spec.v6);
    struct pkt_view source = pkt_view_clip(m->spec.sources, at->source, family->address_len);
    struct pkt_room item = pkt_build_message_item(build, (enum pkt_proto)family->proto, m->type, source.len);
    pkt_set_bytes(item, 0, source.ptr, source.len);
    at->source += source.len;
}

/* As many of the sources that are left as fit; a query for a part of them asks for that part. */
static void put_sources(struct pkt_build *build, const struct pkt_membership *m, struct position *at)
{
    size_t count = room_left(build, m) / pkt_membership_family(m->spec.v6)->address_len;
    for (; count > 0 && at->source < m->spec.sources.len; count--)
        put_source(build, m, at);
}

/* The record at hand with len bytes of the sources that are left of it. */
static void put_record(struct pkt_build *build, const struct pkt_membership *m, const struct position *at,
                       size_t len)
{
    const struct pkt_membership_record *record = &m->spec.records[at->record];
    struct pkt_group_record part = {
        .type = record->type,
        .group = record->group,
        .sources = pkt_view_clip(record->sources, at->source, len),
    };
    pkt_build_group_record(build, (enum pkt_proto)pkt_membership_family(m->spec.v6)->proto, m->type, &part);
}

static void next_record(struct position *at)
{
    at->record++;
    at->source = 0;
}

/*
 * What fits of a record that no report holds, in a report of its own. An exclude record is cut: its parts
 * would each replace the one before, and let pass what the others exclude (RFC 9776 4.2.17).
 */
static void put_part(struct pkt_build *build, const struct pkt_membership *m, struct position *at,
                     size_t room)
{
    const struct pkt_membership_record *record = &m->spec.records[at->record];
    size_t len = room - room % record->group.len;
    put_record(build, m, at, len);
    at->source += len;
    if (record->type != PKT_RECORD_IS_EX && record->type != PKT_RECORD_TO_EX)
        return;
    at->unreported += (record->sources.len - at->source) / record->group.len;
    next_record(at);
}

/* As many whole records as fit, the rest of a split one first; or one part. */
static void put_records(struct pkt_build *build, const struct pkt_membership *m, struct position *at)
{
    size_t first = at->record;
    size_t room = room_left(build, m);
    while (at->record < m->spec.record_count) {
        const struct pkt_membership_record *record = &m->spec.records[at->record];
        size_t head = MULTICAST_RECORD_HEAD + record->group.len;
        size_t left = record->sources.len - at->source;
        if (head + left > room && at->record == first)
            put_part(build, m, at, room - head);
        if (head + left > room)
            return;
        put_record(build, m, at, left);
        room -= head + left;
        next_record(at);
    }
}

static void put_head(struct pkt_build *build, const struct pkt_membership *m)
{
    const struct pkt_membership_family *family = pkt_membership_family(m->spec.v6);
    family->put_headers(build, m);
    family->put_message(build, m);
}

static bool has_more(const struct pkt_membership *m)
{
    return m->record < m->spec.record_count || m->source < m->spec.sources.len;
}

bool pkt_membership_next(struct pkt_membership *m, void *buffer, size_t size, struct pkt_view *ret_packet)
{
    struct pkt_build build;
    struct position at = {m->record, m->source, m->unreported};
    if (m->ended || (m->error != PKT_BUILD_OK && m->error != PKT_BUILD_E_SPACE))
        return false;
    pkt_build_init(&build, buffer, size, 0);
    put_head(&build, m);
    put_sources(&build, m, &at);
    put_records(&build, m, &at);
    m->error = pkt_build_finish(&build, ret_packet);
    m->need = build.need;
    if (m->error != PKT_BUILD_OK)
        return false;
    m->record = at.record;
    m->source = at.source;
    m->unreported = at.unreported;
    m->ended = !has_more(m);
    return true;
}

/* --- what is refused --- */

static int forbid(struct pkt_membership *m, uint16_t code, size_t record)
{
    m->broken = code;
    m->broken_record = record;
    return PKT_BUILD_E_FORBIDDEN;
}

/* The packet without its records, and with one of its sources, held against every rule there is. */
static int judge_message(struct pkt_membership *m, struct pkt_view bytes)
{
    struct pkt_packet packet;
    pkt_decode(bytes, (uint32_t)bytes.len, pkt_membership_family(m->spec.v6)->linktype, 0, &packet);
    pkt_diagnose(&packet);
    return packet.diagnosis_count == 0 ? PKT_BUILD_OK : forbid(m, packet.diagnosis[0].code, SIZE_MAX);
}

static int judge_records(struct pkt_membership *m)
{
    for (size_t i = 0; i < m->spec.record_count; i++) {
        const struct pkt_membership_record *record = &m->spec.records[i];
        struct pkt_group_record judged = {
            .type = record->type,
            .source_count = record->sources.len != 0,
            .group = record->group,
            .sources = record->sources,
        };
        uint16_t code = pkt_membership_family(m->spec.v6)->record_fault(&judged);
        if (code != PKT_D_NONE)
            return forbid(m, code, i);
    }
    return PKT_BUILD_OK;
}

/* Builds the smallest packet of this message: its errors are those of all, and the MTU must hold it. */
static int try_message(struct pkt_membership *m)
{
    uint8_t scratch[SCRATCH];
    struct pkt_build build;
    struct pkt_view bytes;
    struct position at = {0, 0, 0};
    struct pkt_membership bare = *m;
    bare.envelope.linktype = pkt_membership_family(m->spec.v6)->linktype;
    pkt_build_init(&build, scratch, sizeof scratch, 0);
    put_head(&build, &bare);
    size_t item = m->spec.record_count == 0 ? 0 : MULTICAST_RECORD_HEAD + 2U * m->spec.records[0].group.len;
    if (m->spec.sources.len != 0)
        put_source(&build, m, &at);
    int error = pkt_build_finish(&build, &bytes);
    if (error != PKT_BUILD_OK)
        return error;
    if (bytes.len + item > m->envelope.mtu)
        return PKT_BUILD_E_RANGE;
    return m->spec.force ? PKT_BUILD_OK : judge_message(m, bytes);
}

static bool has_known_link(const struct pkt_membership *m)
{
    uint16_t linktype = m->envelope.linktype;
    bool alone = linktype == PKT_LINKTYPE_RAW || linktype == pkt_membership_family(m->spec.v6)->linktype;
    return linktype == PKT_LINKTYPE_ETHERNET ? m->envelope.vlan <= VLAN_MAX : alone && m->envelope.vlan == 0;
}

static void set_defaults(struct pkt_membership *m)
{
    if (m->envelope.linktype == 0)
        m->envelope.linktype = PKT_LINKTYPE_ETHERNET;
    if (m->envelope.mtu == 0)
        m->envelope.mtu = MTU_DEFAULT;
    if (m->envelope.mtu > MTU_MAX)
        m->envelope.mtu = MTU_MAX;
}

static int start(struct pkt_membership *m)
{
    const struct pkt_membership_family *family = pkt_membership_family(m->spec.v6);
    const struct pkt_membership_kind *kind = kind_of(family, &m->spec);
    set_defaults(m);
    if (kind == NULL || !has_known_link(m) || !has_shape(family, &m->spec, kind))
        return PKT_BUILD_E_RANGE;
    m->spec.version = kind->version;
    m->type = kind->type;
    m->ended = (kind->fields & FIELD_RECORDS) != 0 && m->spec.record_count == 0;
    int error = try_message(m);
    return error != PKT_BUILD_OK || m->spec.force ? error : judge_records(m);
}

int pkt_membership_start(struct pkt_membership *m, const struct pkt_membership_spec *spec,
                         const struct pkt_membership_envelope *envelope)
{
    *m = (struct pkt_membership){.spec = *spec, .envelope = *envelope, .broken_record = SIZE_MAX};
    m->error = start(m);
    return m->error;
}
