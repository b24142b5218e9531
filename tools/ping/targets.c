/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of targets: entries, and the walk over the addresses that they come to.
 */
#include "targets_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/message.h"

static_assert(sizeof(struct target_entry) == 40, "the header says so");

struct target_list *targets_open(const struct target_options *options)
{
    struct target_list *list = calloc(1, sizeof *list);
    if (list == NULL)
        return NULL;
    list->family = options->family;
    list->most = options->most != 0 ? options->most : TARGET_TOTAL_MAX;
    return list;
}

void targets_close(struct target_list *list)
{
    if (list == NULL)
        return;
    free(list->entries);
    free(list->texts);
    free(list);
}

/* --- adding --- */

static int no_memory(struct pkt_error *error)
{
    *error = (struct pkt_error){.code = PKT_E_MEMORY, .sentence = "there is no memory for more targets"};
    return PKT_E_MEMORY;
}

static bool make_room(struct target_list *list)
{
    if (list->count < list->room)
        return true;
    uint32_t room = list->room == 0 ? 16 : list->room + list->room / 2;
    struct target_entry *entries = realloc(list->entries, room * sizeof *entries);
    if (entries == NULL)
        return false;
    list->entries = entries;
    list->room = room;
    return true;
}

/* Returns its place plus 1; 0: no memory, or more than places can tell. */
static uint32_t keep_text(struct target_list *list, const char *text)
{
    size_t size = strlen(text) + 1;
    if (size > UINT32_MAX - 1 - list->texts_len)
        return 0;
    if (size > list->texts_room - list->texts_len) {
        size_t room = list->texts_room + list->texts_room / 2 + size + 256;
        char *texts = realloc(list->texts, room);
        if (texts == NULL)
            return 0;
        list->texts = texts;
        list->texts_room = room;
    }
    memcpy(list->texts + list->texts_len, text, size);
    uint32_t place = (uint32_t)list->texts_len + 1;
    list->texts_len += size;
    return place;
}

static bool keeps_text(const struct target_entry *entry)
{
    return (entry->flags & TARGET_IS_NAME) != 0 || (entry->flags & TARGET_IS_SWEPT) == 0;
}

int target_append(struct target_list *list, const char *text, struct target_place place,
                  struct pkt_error *reterr_error)
{
    struct target_entry entry;
    int result = target_parse(list, text, &entry, reterr_error);
    if (result != 0)
        return result;
    if (entry.count > list->most - list->total)
        return target_refuse(reterr_error, PKT_E_ARGUMENT, text,
                             "makes it more than %" PRIu64 " targets, the most of one run", list->most);
    entry.source = place.source;
    entry.line = place.line;
    entry.column = place.column;
    if (place.source != 0)
        entry.flags |= TARGET_IS_SWEPT;
    if (!make_room(list))
        return no_memory(reterr_error);
    if (keeps_text(&entry) && (entry.text = keep_text(list, text)) == 0)
        return no_memory(reterr_error);
    list->entries[list->count++] = entry;
    list->total += entry.count;
    list->any_swept |= (entry.flags & TARGET_IS_SWEPT) != 0;
    return 0;
}

int targets_add(struct target_list *list, const char *text, struct pkt_error *reterr_error)
{
    if (strcmp(text, "-") == 0)
        return targets_add_file(list, text, reterr_error);
    return target_append(list, text, (struct target_place){0}, reterr_error);
}

/* --- names --- */

static bool is_open(const struct target_entry *entry)
{
    return (entry->flags & TARGET_IS_SETTLED) == 0;
}

uint32_t targets_resolve(struct target_list *list, target_on_name *on_name, void *context)
{
    uint32_t asked = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        if (!is_open(&list->entries[i]))
            continue;
        asked++;
        on_name(context, list, i, list->texts + list->entries[i].text - 1, list->family);
    }
    return asked;
}

void target_settle(struct target_list *list, uint32_t entry, struct pkt_ip address, uint32_t scope)
{
    struct target_entry *e = &list->entries[entry];
    if (!is_open(e))
        return;
    e->flags |= TARGET_IS_SETTLED;
    e->version = address.version & 0xfU;
    e->scope = scope;
    if (address.version == 4)
        memcpy(e->first, address.ip4.byte, sizeof address.ip4.byte);
    else
        memcpy(e->first, address.ip6.byte, sizeof address.ip6.byte);
}

void target_rename(struct target_list *list, uint32_t entry, const char *name)
{
    struct target_entry *e = &list->entries[entry];
    if (e->text == 0 || strcmp(list->texts + e->text - 1, name) == 0)
        return;
    uint32_t text = keep_text(list, name);
    if (text != 0)
        e->text = text;
}

void target_fail(struct target_list *list, uint32_t entry)
{
    struct target_entry *e = &list->entries[entry];
    if (!is_open(e))
        return;
    e->flags |= TARGET_IS_SETTLED;
    e->count = 0;
    list->total--;
}

void target_where(const struct target_list *list, uint32_t entry, char *ret_text, size_t size)
{
    const struct target_entry *e = &list->entries[entry];
    if (e->source == 0)
        snprintf(ret_text, size, "%s", "");
    else
        snprintf(ret_text, size, "%s:%" PRIu32 ":%u: ", list->sources[e->source - 1], e->line, e->column);
}

/* --- the walk --- */

uint64_t targets_count(const struct target_list *list)
{
    return list->total;
}

uint32_t targets_entries(const struct target_list *list)
{
    return list->count;
}

bool targets_any_swept(const struct target_list *list)
{
    return list->any_swept;
}

static void add_to_address(uint8_t *bytes, unsigned size, uint64_t offset)
{
    for (unsigned i = size; i > 0 && offset > 0; i--) {
        offset += bytes[i - 1];
        bytes[i - 1] = (uint8_t)offset;
        offset >>= 8;
    }
}

static struct pkt_ip address_at(const struct target_entry *entry, uint64_t offset)
{
    struct pkt_ip ip = {.version = entry->version};
    if (entry->version == 4) {
        memcpy(ip.ip4.byte, entry->first, sizeof ip.ip4.byte);
        add_to_address(ip.ip4.byte, sizeof ip.ip4.byte, offset);
    } else {
        memcpy(ip.ip6.byte, entry->first, sizeof ip.ip6.byte);
        add_to_address(ip.ip6.byte, sizeof ip.ip6.byte, offset);
    }
    return ip;
}

bool target_next(struct target_list *list, struct target *ret_target)
{
    while (list->entry < list->count) {
        const struct target_entry *entry = &list->entries[list->entry];
        if (is_open(entry) || list->offset >= entry->count) {
            list->entry++;
            list->offset = 0;
            continue;
        }
        *ret_target = (struct target){
            .address = address_at(entry, list->offset++),
            .scope = entry->scope,
            .name = entry->text != 0 ? list->texts + entry->text - 1 : NULL,
            .entry = list->entry,
            .is_swept = (entry->flags & TARGET_IS_SWEPT) != 0,
        };
        return true;
    }
    return false;
}

void targets_rewind(struct target_list *list)
{
    list->entry = 0;
    list->offset = 0;
}
