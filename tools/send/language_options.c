/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options, and the objects of ICMP extensions: octets of a template, what its arguments append, and fields
 * written over them.
 */
#include "language.h"

#include "pkt/icmp_build.h"
#include "pkt/nd_build.h"
#include "pkt/transport.h"

enum { OPTION_DATA_MAX = 2048 };

/* Data under way: what does not fit is counted, so that the builder refuses the length. */
struct data {
    uint8_t byte[OPTION_DATA_MAX];
    size_t len;
};

static void append(struct data *data, const void *bytes, size_t len)
{
    pkt_set_bytes(pkt_room_make(data->byte, sizeof data->byte), data->len, bytes, len);
    data->len += len;
}

static uint8_t hex_digit(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void append_template(struct data *data, const char *octets)
{
    for (; octets != NULL && *octets != '\0'; octets += 2) {
        uint8_t byte = (uint8_t)(hex_digit(octets[0]) << 4 | hex_digit(octets[1]));
        append(data, &byte, 1);
    }
}

/* A domain name as labels (RFC 1035 3.1). */
static void append_name(struct data *data, struct pkt_view name)
{
    size_t start = 0;
    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len && pkt_u8(name, i) != '.')
            continue;
        uint8_t len = (uint8_t)(i - start);
        if (i > start) {
            append(data, &len, 1);
            append(data, name.ptr + start, i - start);
        }
        start = i + 1;
    }
    append(data, "", 1);
}

static void append_number(struct data *data, uint64_t number, size_t len)
{
    uint8_t bytes[8];
    wide_store((struct wide){0, number}, bytes, len);
    append(data, bytes, len);
}

/* The argument behind those that are fields. */
static void append_argument(struct data *data, int tail, const struct slot *slot)
{
    static const uint8_t empty[4];
    switch (tail) {
    case TAIL_SLOTS:
        for (uint64_t i = 0; i < slot->number.low; i++)
            append(data, empty, sizeof empty);
        break;
    case TAIL_WORDS:
        append_number(data, slot->number.low, 4);
        break;
    case TAIL_NAMES:
        append_name(data, slot->bytes);
        break;
    default:
        append(data, slot->bytes.ptr, slot->bytes.len);
        break;
    }
}

static unsigned count_fields(const struct option_kind *kind)
{
    unsigned count = kind == NULL || kind->fields == NULL ? 0 : 1;
    for (const char *at = count == 0 ? "" : kind->fields; *at != '\0'; at++)
        count += *at == ' ';
    return count;
}

/* Neighbour discovery counts in units of 8 octets (RFC 4861 4.6), type and length included. */
static void pad(struct data *data, uint8_t proto)
{
    while (proto == PKT_PROTO_ICMP6 && (data->len + 2) % 8 != 0)
        append(data, "", 1);
    while (proto == PKT_PROTO_ICMP_EXT && data->len % 4 != 0)
        append(data, "", 1);
}

static void put(struct maker *maker, uint8_t proto, const struct option *option, uint16_t type,
                struct pkt_view data)
{
    switch (proto) {
    case PKT_PROTO_IPV4:
        pkt_build_ipv4_option(&maker->build, (uint8_t)type, data);
        break;
    case PKT_PROTO_TCP:
        pkt_build_tcp_option(&maker->build, (uint8_t)type, data);
        break;
    case PKT_PROTO_ICMP6:
        pkt_build_nd_option(&maker->build, (uint8_t)type, data);
        break;
    case PKT_PROTO_ICMP_EXT:
        pkt_build_icmp_object(&maker->build, (uint8_t)type,
                              option->kind == NULL ? 0 : (uint8_t)option->kind->ctype, data);
        break;
    default:
        pkt_build_ipv6_option(&maker->build, (uint8_t)type, data);
        break;
    }
}

/* Writes the arguments that are fields. */
static void apply_arguments(struct maker *maker, uint8_t proto, const struct option *option, unsigned count)
{
    if (option->kind == NULL || option->kind->fields == NULL)
        return;
    const char *name = option->kind->fields;
    const char *list = option->kind->list == NULL ? "options" : option->kind->list;
    for (unsigned i = 0; i < count && i < option->argument_count && !maker->failed; i++) {
        size_t len = strcspn(name, " ");
        struct setting setting = {
            .slot = option->argument[i], .is_forced = true, .off = option->off, .len = option->len};
        bool is_found = pkt_field_find_short((enum pkt_proto)proto, list, name, len - (name[len - 1] == '/'),
                                             &setting.field);
        if (is_found)
            maker_apply(maker, &setting);
        name += len + (name[len] == ' ');
    }
}

static void put_option(struct maker *maker, uint8_t proto, const struct option *option)
{
    struct data data = {.len = 0};
    unsigned fields = count_fields(option->kind);
    uint16_t type =
        option->kind == NULL ? (uint16_t)option->number->number.low : (uint16_t)option->kind->type;
    append_template(&data, option->kind == NULL ? NULL : option->kind->octets);
    for (unsigned i = fields; i < option->argument_count; i++)
        append_argument(&data, option->kind == NULL ? TAIL_BYTES : option->kind->tail, option->argument[i]);
    if (option->kind != NULL)
        pad(&data, proto);
    if (type > UINT8_MAX || data.len > sizeof data.byte) {
        maker_fail(maker, option->off, option->len, "an option is not so %s",
                   type > UINT8_MAX ? "numbered" : "long");
        return;
    }
    put(maker, proto, option, type, pkt_view_make(data.byte, data.len));
    if (maker->build.error != PKT_BUILD_OK) {
        maker_fail(maker, option->off, option->len, "%s",
                   maker->build.error == PKT_BUILD_E_RANGE ? "there is no room for this option"
                                                           : "this option cannot stand here");
        return;
    }
    apply_arguments(maker, proto, option, fields);
    maker_apply(maker, option->settings);
}

void maker_put_options(struct maker *maker, const struct layer *layer)
{
    for (const struct option *option = layer->options; option != NULL && !maker->failed;
         option = option->next)
        put_option(maker, layer->proto, option);
}

/* --- ICMP extensions --- */

/* LABEL:TC:TTL, each entry of a label stack. */
static void put_labels(struct maker *maker, const struct option *option)
{
    struct pkt_mpls_entry entries[ARGUMENTS_MAX];
    size_t count = 0;
    if (option->argument_count == 0)
        entries[count++] = (struct pkt_mpls_entry){.ttl = 1};
    for (unsigned i = 0; i < option->argument_count; i += 3) {
        uint64_t traffic_class = i + 1 < option->argument_count ? option->argument[i + 1]->number.low : 0;
        uint64_t ttl = i + 2 < option->argument_count ? option->argument[i + 2]->number.low : 1;
        if (traffic_class > 7 || ttl > UINT8_MAX)
            maker_fail(maker, option->off, option->len, "a traffic class is 0 to 7, a time to live 0 to 255");
        entries[count++] = (struct pkt_mpls_entry){.label = (uint32_t)option->argument[i]->number.low,
                                                   .traffic_class = (uint8_t)traffic_class,
                                                   .ttl = (uint8_t)ttl};
    }
    pkt_build_icmp_mpls(&maker->build, entries, count);
    if (maker->build.error == PKT_BUILD_E_RANGE)
        maker_fail(maker, option->off, option->len, "a label has 20 bits");
    maker_apply(maker, option->settings);
}

void maker_put_extension(struct maker *maker, const struct layer *layer)
{
    if (layer->extension == NULL)
        return;
    pkt_build_icmp_extension(&maker->build);
    if (maker->build.error == PKT_BUILD_E_ORDER)
        maker_fail(maker, layer->extension->off, layer->extension->len, "this message has no extension");
    for (const struct option *object = layer->extension; object != NULL && !maker->failed;
         object = object->next) {
        if (object->kind != NULL && object->kind->tail == TAIL_LABELS)
            put_labels(maker, object);
        else
            put_option(maker, PKT_PROTO_ICMP_EXT, object);
    }
}
