/* SPDX-License-Identifier: BSD-2-Clause */
#include "extensions.h"

#include "common/json_members.h"
#include "common/message.h"
#include "pkt/checksum.h"
#include "pkt/list.h"
#include "words.h"

enum {
    VERSION = 2,
    NAME_SIZE = 4 * 64, /* of an interface name of 63 octets, each escaped */
};

/* By the two bits of its C-type (RFC 5837 4.1). */
static const char *const roles[] = {"incoming", "sub-IP component", "outgoing", "next hop"};

static void take_labels(const struct pkt_option *object, struct extensions *to)
{
    struct pkt_mpls_entry entry;
    for (unsigned i = 0; pkt_mpls_entry(object, i, &entry); i++) {
        if (to->label_count < EXTENSIONS_LABELS_MAX)
            to->labels[to->label_count++] = entry;
        else
            to->other_count++;
    }
}

static void take_interface(const struct pkt_option *object, struct extensions *to)
{
    struct pkt_interface_info info;
    if (to->interface_count < EXTENSIONS_INTERFACES_MAX && pkt_interface_info(object, &info))
        to->interfaces[to->interface_count++] = info;
    else
        to->other_count++;
}

/* No checksum is 0 (RFC 4884 7). */
static bool is_damaged(struct pkt_view structure)
{
    const struct pkt_icmp_extension whole = {structure, (uint32_t)structure.len};
    return pkt_icmp_extension_version(whole) != VERSION ||
           (pkt_icmp_extension_checksum(whole) != 0 && pkt_checksum(structure) != 0);
}

void extensions_read(struct pkt_view structure, struct extensions *ret_extensions)
{
    struct pkt_list list;
    struct pkt_option object;
    *ret_extensions = (struct extensions){.is_damaged = structure.len > 0 && is_damaged(structure)};
    if (structure.len == 0 || ret_extensions->is_damaged)
        return;
    pkt_icmp_objects((struct pkt_icmp_extension){structure, (uint32_t)structure.len}, &list);
    while (pkt_option_next(&list, &object)) {
        if (object.type == PKT_ICMP_OBJECT_MPLS)
            take_labels(&object, ret_extensions);
        else if (object.type == PKT_ICMP_OBJECT_INTERFACE)
            take_interface(&object, ret_extensions);
        else
            ret_extensions->other_count++;
    }
}

/* The octets behind a name are zero. */
static struct pkt_view name_of(const struct pkt_interface_info *info)
{
    size_t len = info->name.len;
    while (len > 0 && pkt_u8(info->name, len - 1) == 0)
        len--;
    return pkt_view_clip(info->name, 0, len);
}

static struct pkt_ip address_of(const struct pkt_interface_info *info)
{
    return info->has_ip4 ? pkt_ip_from4(info->ip4) : pkt_ip_from6(info->ip6);
}

static void write_interface(const struct pkt_interface_info *info, struct out *out)
{
    char name[NAME_SIZE];
    out_printf(out, "\t%s interface:", roles[info->role & 3]);
    if (info->has_name) {
        struct pkt_view bytes = name_of(info);
        (void)message_escape(name, sizeof name, (const char *)bytes.ptr, bytes.len);
        out_printf(out, " %s", name);
    }
    if (info->has_index)
        out_printf(out, " index %u", info->index);
    if (info->has_ip4 || info->has_ip6)
        out_printf(out, " address %s", words_of_address(address_of(info)));
    if (info->has_mtu)
        out_printf(out, " mtu %u", info->mtu);
    out_char(out, '\n');
}

void extensions_write(const struct extensions *extensions, struct out *out)
{
    for (unsigned i = 0; i < extensions->label_count; i++) {
        const struct pkt_mpls_entry *label = &extensions->labels[i];
        out_printf(out, "\tMPLS label %u, class %u, ttl %u%s\n", label->label, label->traffic_class,
                   label->ttl, label->bottom ? ", bottom of the stack" : "");
    }
    for (unsigned i = 0; i < extensions->interface_count; i++)
        write_interface(&extensions->interfaces[i], out);
    if (extensions->other_count > 0)
        out_printf(out, "\t%u other extension %s\n", extensions->other_count,
                   message_plural(extensions->other_count, "object", "objects"));
    if (extensions->is_damaged)
        out_string(out, "\textensions that are damaged\n");
}

static void put_label(const struct pkt_mpls_entry *label, struct pkt_json *json)
{
    pkt_json_object_begin(json);
    json_u64(json, "label", label->label);
    json_u64(json, "traffic_class", label->traffic_class);
    json_bool(json, "bottom", label->bottom);
    json_u64(json, "ttl", label->ttl);
    pkt_json_object_end(json);
}

static void put_interface(const struct pkt_interface_info *info, struct pkt_json *json)
{
    pkt_json_object_begin(json);
    json_text(json, "role", roles[info->role & 3]);
    if (info->has_name) {
        pkt_json_key(json, "name");
        pkt_json_string(json, name_of(info));
    }
    if (info->has_index) {
        json_u64(json, "index", info->index);
    }
    if (info->has_ip4 || info->has_ip6) {
        json_text(json, "address", words_of_address(address_of(info)));
    }
    if (info->has_mtu) {
        json_u64(json, "mtu", info->mtu);
    }
    pkt_json_object_end(json);
}

void extensions_put(const struct extensions *extensions, struct pkt_json *json)
{
    if (extensions->label_count > 0) {
        pkt_json_key(json, "mpls");
        pkt_json_array_begin(json);
        for (unsigned i = 0; i < extensions->label_count; i++)
            put_label(&extensions->labels[i], json);
        pkt_json_array_end(json);
    }
    if (extensions->interface_count > 0) {
        pkt_json_key(json, "interfaces");
        pkt_json_array_begin(json);
        for (unsigned i = 0; i < extensions->interface_count; i++)
            put_interface(&extensions->interfaces[i], json);
        pkt_json_array_end(json);
    }
    if (extensions->is_damaged) {
        json_bool(json, "extensions_damaged", true);
    }
}
