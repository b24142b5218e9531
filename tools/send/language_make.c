/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From layers to a packet. Everything goes through the builder of the protocol; what was set is then written
 * over it by the field registry, so that this knows of no field where it stands.
 */
#include "language.h"

#include "pkt/transport.h"

#include <stdarg.h>
#include <stdio.h>

/* --- failure --- */

void maker_fail(struct maker *maker, uint32_t off, uint32_t len, const char *format, ...)
{
    va_list arguments;
    if (maker->failed)
        return;
    maker->failed = true;
    maker->error->column = off + 1U;
    maker->error->length = len;
    va_start(arguments, format);
    (void)vsnprintf(maker->error->sentence, sizeof maker->error->sentence, format, arguments);
    va_end(arguments);
}

/* Says what the builder found wrong with the layer under way. */
static void check_build(struct maker *maker, const struct layer *layer)
{
    if (maker->build.error == PKT_BUILD_OK || maker->failed)
        return;
    if (maker->build.error == PKT_BUILD_E_SPACE)
        maker_fail(maker, layer->off, layer->len, "the packet would have more than %d bytes",
                   SEND_PACKET_MAX);
    else
        maker_fail(maker, layer->off, layer->len, "%s: %s", layer->kind->name,
                   pkt_build_sentence(maker->build.error));
}

/* --- settings --- */

static bool is_natural(unsigned kinds)
{
    return (kinds & ~(unsigned)PKT_BUILD_NEXT) == 0;
}

/* Writes one setting; false: not yet, for the message has no such field so far. */
static bool apply(struct maker *maker, struct setting *setting)
{
    unsigned row = pkt_build_last(&maker->build);
    unsigned fixed = maker->build.row[row].fixed;
    struct pkt_field_value value = slot_value(setting->slot);
    int error = pkt_field_set(&maker->build, row, &setting->field, &value);
    if (error == PKT_FIELD_E_KIND || error == PKT_FIELD_E_LAYER)
        return false;
    setting->is_done = true;
    unsigned more = maker->build.row[row].fixed & ~fixed;
    if (error == PKT_FIELD_OK && !setting->is_forced && !is_natural(more))
        maker_fail(maker, setting->off, setting->len,
                   "this is filled in by itself; to set it wrong on purpose write \"*=\"");
    else if (error != PKT_FIELD_OK && error != PKT_FIELD_E_BUILD)
        maker_fail(maker, setting->slot->off, setting->slot->len, "%s", pkt_field_sentence(error));
    return true;
}

/* Fields that an option or message has only by its type wait for the type. */
void maker_apply(struct maker *maker, struct setting *settings)
{
    bool has_more = true;
    for (struct setting *setting = settings; setting != NULL; setting = setting->next)
        setting->is_done = false;
    while (has_more && !maker->failed) {
        has_more = false;
        for (struct setting *setting = settings; setting != NULL; setting = setting->next)
            has_more |= !setting->is_done && apply(maker, setting);
    }
    for (struct setting *setting = settings; setting != NULL && !maker->failed; setting = setting->next)
        if (!setting->is_done && maker->build.error == PKT_BUILD_OK)
            maker_fail(maker, setting->off, setting->len, "this kind of message has no such field");
}

/* --- quotations --- */

/* An error that quotes nothing would be no message: it quotes a probe to where it comes from. */
static void put_default_quotation(struct maker *maker)
{
    const struct layer *ip = NULL;
    for (unsigned i = 0; i < maker->line->layer_count; i++)
        if ((maker->line->layer[i].kind->flags & LAYER_NETWORK) != 0 && i <= maker->at)
            ip = &maker->line->layer[i];
    if (ip == NULL || maker->build.row[pkt_build_last(&maker->build)].quote != PKT_BUILD_QUOTE_OPEN)
        return;
    if (ip->proto == PKT_PROTO_IPV6)
        pkt_build_ipv6(&maker->build,
                       &(struct pkt_ipv6_spec){.src = ip->destination.ip6, .dst = ip->source.ip6});
    else
        pkt_build_ipv4(&maker->build,
                       &(struct pkt_ipv4_spec){.src = ip->destination.ip4, .dst = ip->source.ip4});
    pkt_build_udp(&maker->build, &(struct pkt_udp_spec){.src = 40000, .dst = 33434});
}

void maker_end_quotation(struct maker *maker)
{
    const struct layer *error = maker->errors[--maker->error_count];
    put_default_quotation(maker);
    pkt_build_quote_end(&maker->build,
                        error->extra[0] == NULL ? SIZE_MAX : (size_t)error->extra[0]->number.low);
    maker_put_extension(maker, error);
    check_build(maker, error);
}

/* --- layers --- */

static void put_layer(struct maker *maker, struct layer *layer)
{
    unsigned count = maker->build.count;
    layer->kind->put(maker, layer);
    check_build(maker, layer);
    if (maker->failed || maker->build.count <= count)
        return;
    maker_apply(maker, layer->settings);
    if (!maker->failed)
        maker_put_options(maker, layer);
    check_build(maker, layer);
    if (maker->failed)
        return;
    if (maker->build.row[pkt_build_last(&maker->build)].quote == PKT_BUILD_QUOTE_OPEN)
        maker->errors[maker->error_count++] = layer;
    else if (layer->extension != NULL)
        maker_put_extension(maker, layer);
}

bool language_make(struct maker *maker, struct line *line, uint8_t *buffer, size_t size,
                   struct pkt_view *ret_packet)
{
    maker->line = line;
    maker->failed = false;
    maker->error_count = 0;
    maker->in_trailer = false;
    maker->at = 0;
    pkt_build_init(&maker->build, buffer, size, 0);
    maker_find_addresses(maker);
    for (; maker->at < line->layer_count && !maker->failed; maker->at++) {
        struct layer *layer = &line->layer[maker->at];
        while ((layer->kind->flags & LAYER_BEHIND) != 0 && maker->error_count > 0)
            maker_end_quotation(maker);
        put_layer(maker, layer);
    }
    while (maker->error_count > 0 && !maker->failed)
        maker_end_quotation(maker);
    if (maker->failed)
        return false;
    if (pkt_build_finish(&maker->build, ret_packet) == PKT_BUILD_OK)
        return true;
    const struct layer *first = &line->layer[0];
    if (maker->build.error == PKT_BUILD_E_RANGE)
        maker_fail(maker, first->off, first->len, "a length does not fit its field: the packet is too long");
    else if (maker->build.error == PKT_BUILD_E_ORDER)
        maker_fail(maker, first->off, first->len,
                   "a checksum needs an IP header above it: put \"ip /\" or \"ip6 /\"");
    check_build(maker, first);
    return false;
}
