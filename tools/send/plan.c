/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plan: the lines of a description, and where it is in them.
 */
#include "plan.h"
#include "language.h"

#include "pkt/base.h"
#include "pkt/fragment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct send_plan {
    struct memory memory;
    struct send_context context;
    struct line *lines;
    struct line *line;   /* the one that gives packets now; NULL: the round is over */
    uint64_t line_given; /* packets of it */
    uint64_t given;      /* of the round */
    uint64_t serial;     /* of all rounds */
    uint64_t count;      /* packets of a round */
    bool varies;
    bool is_cutting; /* the packet in the buffer is being fragmented */
    struct maker maker;
    struct pkt_fragments fragments;
    struct pkt_packet packet; /* what they are of */
    uint8_t buffer[SEND_PACKET_MAX];
    uint8_t fragment[SEND_PACKET_MAX];
    uint8_t scratch[SEND_PACKET_MAX];
};

/* --- text --- */

static int fail(struct send_error *reterr, int code, const char *what, const char *why)
{
    *reterr = (struct send_error){.column = 1, .length = 0};
    (void)snprintf(reterr->sentence, sizeof reterr->sentence, "%s%s%s", what, why == NULL ? "" : ": ",
                   why == NULL ? "" : why);
    return code;
}

static int add_line(struct send_plan *plan, struct line ***last, const char *text, size_t len,
                    unsigned number, struct send_error *reterr)
{
    struct line *line = memory_take(&plan->memory, sizeof *line);
    if (line == NULL)
        return fail(reterr, PKT_E_MEMORY, "out of memory", NULL);
    line->text = text;
    line->text_len = (uint32_t)len;
    line->number = number;
    *reterr = (struct send_error){.line = number};
    if (!language_parse(&plan->memory, &plan->context, line, reterr))
        return plan->memory.failed ? fail(reterr, PKT_E_MEMORY, "out of memory", NULL) : PKT_E_ARGUMENT;
    plan->varies |= line->varies;
    **last = line;
    *last = &line->next;
    return 0;
}

static bool says_nothing(const char *text, size_t len)
{
    size_t blanks = 0;
    while (blanks < len && (text[blanks] == ' ' || text[blanks] == '\t' || text[blanks] == '\r'))
        blanks++;
    return blanks == len || text[blanks] == '#';
}

/* One description a line. */
static int add_lines(struct send_plan *plan, const char *text, size_t len, struct send_error *reterr)
{
    struct line **last = &plan->lines;
    unsigned number = 1;
    for (size_t off = 0; off < len; number++) {
        const char *end = memchr(text + off, '\n', len - off);
        size_t line_len = end == NULL ? len - off : (size_t)(end - (text + off));
        int error = says_nothing(text + off, line_len)
                        ? 0
                        : add_line(plan, &last, text + off, line_len, number, reterr);
        if (error < 0)
            return error;
        off += line_len + 1;
    }
    return plan->lines == NULL ? fail(reterr, PKT_E_ARGUMENT, "the file describes no packet", NULL) : 0;
}

static int read_lines(struct send_plan *plan, const char *path, struct send_error *reterr)
{
    char *text = memory_take(&plan->memory, SEND_TEXT_MAX + 1);
    if (text == NULL)
        return fail(reterr, PKT_E_MEMORY, "out of memory", NULL);
    bool is_input = strcmp(path, "-") == 0;
    FILE *stream = is_input ? stdin : fopen(path, "rbe");
    if (stream == NULL)
        return fail(reterr, PKT_E_SYSTEM, path, strerror(errno));
    size_t len = fread(text, 1, SEND_TEXT_MAX + 1, stream);
    int error = ferror(stream) != 0 ? errno : 0;
    if (!is_input)
        (void)fclose(stream);
    if (error != 0)
        return fail(reterr, PKT_E_SYSTEM, path, strerror(error));
    if (len > SEND_TEXT_MAX)
        return fail(reterr, PKT_E_ARGUMENT, path, "has more than 65536 bytes");
    return add_lines(plan, text, len, reterr);
}

static int read_text(struct send_plan *plan, const char *text, struct send_error *reterr)
{
    struct line **last = &plan->lines;
    size_t len = strnlen(text, SEND_TEXT_MAX + 1);
    if (len > SEND_TEXT_MAX)
        return fail(reterr, PKT_E_ARGUMENT, "the description has more than 65536 bytes", NULL);
    if (text[0] == '@')
        return read_lines(plan, text + 1, reterr);
    char *copy = memory_take(&plan->memory, len + 1);
    if (copy == NULL)
        return fail(reterr, PKT_E_MEMORY, "out of memory", NULL);
    memcpy(copy, text, len);
    return add_line(plan, &last, copy, len, 0, reterr);
}

/* --- packets --- */

static bool build(struct send_plan *plan, struct line *line, uint64_t number, struct pkt_view *ret_packet,
                  struct send_error *reterr)
{
    *reterr = (struct send_error){.line = line->number};
    plan->maker.error = reterr;
    plan->maker.serial = plan->serial;
    for (struct slot *slot = line->slots; slot != NULL; slot = slot->next)
        slot_evaluate(slot, number, plan->serial, plan->context.seed);
    return language_make(&plan->maker, line, plan->buffer, sizeof plan->buffer, ret_packet);
}

/* --- fragments --- */

/* The layer that cuts the packet into fragments; NULL: it stays whole. */
static const struct layer *line_fragmentation(const struct line *line)
{
    for (unsigned i = 0; i < line->layer_count; i++)
        if ((line->layer[i].kind->flags & LAYER_CUTS) != 0)
            return &line->layer[i];
    return NULL;
}

static bool settings_vary_in_length(const struct setting *setting)
{
    for (; setting != NULL; setting = setting->next)
        if ((setting->role == ROLE_TYPE || setting->slot->type >= PKT_FIELD_BYTES) &&
            setting->slot->count > 1 && setting->slot->type != PKT_FIELD_MAC)
            return true;
    return false;
}

static bool options_vary_in_length(const struct option *option)
{
    for (; option != NULL; option = option->next)
        for (unsigned i = 0; i < option->argument_count; i++)
            if (option->argument[i]->count > 1)
                return true;
    return false;
}

/* Whether the packets of a line differ in length. */
static bool line_varies_in_length(const struct line *line)
{
    for (unsigned i = 0; i < line->layer_count; i++) {
        const struct layer *layer = &line->layer[i];
        bool varies = (layer->length != NULL && layer->length->count > 1) ||
                      settings_vary_in_length(layer->settings) || options_vary_in_length(layer->options) ||
                      options_vary_in_length(layer->extension);
        for (size_t j = 0; j < EXTRAS_MAX; j++)
            varies |= layer->extra[j] != NULL && layer->extra[j]->count > 1;
        if (varies)
            return true;
    }
    return false;
}

static uint32_t extra_value(const struct layer *layer, enum fragment_extra extra)
{
    return layer->extra[extra] == NULL ? 0 : (uint32_t)layer->extra[extra]->number.low;
}

static bool complain(const struct line *line, int error, struct send_error *reterr)
{
    const struct layer *layer = line_fragmentation(line);
    reterr->line = line->number;
    error_tell(reterr, layer->off, layer->len, "%s: %s", layer->kind->name, pkt_fragment_sentence(error));
    return false;
}

/* Begins to cut the packet that was built. */
static bool start_cutting(struct send_plan *plan, const struct line *line, struct pkt_view bytes,
                          struct send_error *reterr)
{
    const struct layer *layer = line_fragmentation(line);
    uint16_t linktype = line->layer[0].kind->linktype;
    struct pkt_fragment_spec spec = {.mtu = extra_value(layer, FRAGMENT_MTU),
                                     .payload_per_fragment = extra_value(layer, FRAGMENT_SIZE),
                                     .overlap = extra_value(layer, FRAGMENT_OVERLAP),
                                     .id = extra_value(layer, FRAGMENT_ID)};
    pkt_decode(bytes, (uint32_t)bytes.len, linktype, 0, &plan->packet);
    int error = pkt_fragments_init(&plan->fragments, &plan->packet, &spec);
    return error == PKT_FRAGMENT_OK || complain(line, error, reterr);
}

/* The next fragment: 1, 0 behind the last, or negative. */
static int cut(struct send_plan *plan, const struct line *line, struct pkt_view *ret_fragment,
               struct send_error *reterr)
{
    if (pkt_fragments_next(&plan->fragments, plan->fragment, sizeof plan->fragment, ret_fragment))
        return 1;
    if (plan->fragments.error == PKT_FRAGMENT_OK)
        return 0;
    (void)complain(line, plan->fragments.error, reterr);
    return PKT_E_ARGUMENT;
}

/* --- plans --- */

/* Builds the first packet of a line, so that mistakes show now, and counts what the line gives. */
static int try_line(struct send_plan *plan, struct line *line, struct send_error *reterr)
{
    struct pkt_view bytes;
    uint64_t count = 0;
    int result;
    if (!build(plan, line, 0, &bytes, reterr))
        return PKT_E_ARGUMENT;
    if (line_fragmentation(line) == NULL) {
        plan->count = saturated_add(plan->count, line->count);
        return 0;
    }
    if (!start_cutting(plan, line, bytes, reterr))
        return PKT_E_ARGUMENT;
    while ((result = cut(plan, line, &bytes, reterr)) > 0)
        count++;
    if (line_varies_in_length(line))
        count = UINT64_MAX;
    plan->count = saturated_add(plan->count, saturated_multiply(line->count, count));
    return result;
}

static void rewind_plan(struct send_plan *plan)
{
    plan->line = plan->lines;
    plan->line_given = 0;
    plan->given = 0;
    plan->is_cutting = false;
}

int send_plan_parse(const char *text, const struct send_context *context, struct send_plan **ret_plan,
                    struct send_error *reterr)
{
    struct send_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return fail(reterr, PKT_E_MEMORY, "out of memory", NULL);
    if (context != NULL)
        plan->context = *context;
    plan->maker.context = &plan->context;
    plan->maker.scratch = plan->scratch;
    int error = read_text(plan, text, reterr);
    for (struct line *line = plan->lines; line != NULL && error == 0; line = line->next)
        error = try_line(plan, line, reterr);
    if (error < 0) {
        send_plan_free(plan);
        return error;
    }
    rewind_plan(plan);
    *ret_plan = plan;
    return 0;
}

uint64_t send_plan_count(const struct send_plan *plan)
{
    return plan->count;
}

bool send_plan_varies(const struct send_plan *plan)
{
    return plan->varies;
}

static int give(struct send_plan *plan, struct pkt_view bytes, struct send_packet *ret_packet)
{
    const struct layer_kind *first = plan->line->layer[0].kind;
    *ret_packet = (struct send_packet){
        .bytes = bytes,
        .number = ++plan->given,
        .interface = plan->maker.has_path ? plan->maker.path.interface : 0,
        .linktype = first->linktype,
        .has_link_layer = (first->flags & LAYER_LINK) != 0,
    };
    return 1;
}

/* The line that has a packet left; NULL: the round is over. */
static struct line *current_line(struct send_plan *plan)
{
    while (plan->line != NULL && plan->line_given == plan->line->count) {
        plan->line = plan->line->next;
        plan->line_given = 0;
    }
    return plan->line;
}

int send_plan_next(struct send_plan *plan, struct send_packet *ret_packet, struct send_error *reterr)
{
    struct pkt_view bytes;
    for (;;) {
        int result = plan->is_cutting ? cut(plan, plan->line, &bytes, reterr) : 0;
        if (result != 0)
            return result < 0 ? result : give(plan, bytes, ret_packet);
        plan->is_cutting = false;
        struct line *line = current_line(plan);
        if (line == NULL)
            return 0;
        if (!build(plan, line, plan->line_given, &bytes, reterr))
            return PKT_E_ARGUMENT;
        plan->line_given++;
        plan->serial++;
        if (line_fragmentation(line) == NULL)
            return give(plan, bytes, ret_packet);
        if (!start_cutting(plan, line, bytes, reterr))
            return PKT_E_ARGUMENT;
        plan->is_cutting = true;
    }
}

void send_plan_restart(struct send_plan *plan)
{
    rewind_plan(plan);
}

void send_plan_forget(struct send_plan *plan)
{
    maker_forget(&plan->maker);
}

void send_plan_free(struct send_plan *plan)
{
    if (plan == NULL)
        return;
    memory_free(&plan->memory);
    free(plan);
}
